"""Made-up job centres: plays a scenario's offices and writes their event log with the planted truth beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

import procmine
from procmine.errors import UsageError, nearest
from procmine.schema import Schema, load_schema
from procmine.simulate.calendar import Calendar, summer_time, working_days
from procmine.simulate.office import Scenario
from procmine.simulate.play import play
from procmine.simulate.scenario import load_scenario
from procmine.simulate.truth import planted
from procmine.simulate.writer import Codes, write_log, write_truth

__all__ = ["Scenario", "Simulated", "load_scenario", "simulate"]

FORMATS = ("csv", "parquet")
_PILOT = 150


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was written where: the log, the planted truth beside it, and how much."""

    log: Path
    truth: Path
    events: int
    cases: int


def simulate(scenario: Scenario, out: Path, *, seed: int, events: int | None = None, format: str = "csv") -> Simulated:
    """Plays the scenario and writes log and truth. ``out`` is a folder, or the log's file name (.csv or .parquet).

    ``events`` scales every office's cases so that about so many events come out. The same seed gives the same bytes.
    Raises UsageError for an unknown format or a seed below 0.
    """
    log = _log_path(scenario, Path(out), format)
    if seed < 0 or (events is not None and events < 1):
        raise UsageError("The seed must be 0 or more, and the number of events 1 or more.")
    calendar = working_days(scenario.first_day, scenario.last_day)
    schema = load_schema()
    codes = _numbers(schema, scenario)
    sizes = [office.cases for office in scenario.offices]
    if events is not None:
        sizes = _scaled(scenario, calendar, codes, seed, events)
    told = [
        play(scenario.offices[number], size, calendar, codes, np.random.SeedSequence([seed, number]))
        for number, size in enumerate(sizes)
    ]
    log.parent.mkdir(parents=True, exist_ok=True)
    summer = summer_time(scenario.first_day, scenario.last_day)
    write_log(told, list(schema.importable), codes, summer, log)
    total = sum(len(office.events["case"]) for office in told)
    truth = log.with_name("truth.json")
    write_truth(
        {
            "schema": "procmine/truth@1",
            "scenario": scenario.name,
            "title": dict(scenario.title),
            "seed": seed,
            "procmine": procmine.__version__,
            "log": log.name,
            "first_day": scenario.first_day.isoformat(),
            "last_day": scenario.last_day.isoformat(),
            "events": total,
            "cases": sum(sizes),
            "offices": [
                {"office": office.office, "name": office.name, "cases": size, "events": len(rows.events["case"])}
                for office, size, rows in zip(scenario.offices, sizes, told, strict=True)
            ],
            "truth": planted(tuple(zip(scenario.offices, sizes, strict=True))),
        },
        truth,
    )
    return Simulated(log, truth, total, sum(sizes))


def _log_path(scenario: Scenario, out: Path, format: str) -> Path:
    if format not in FORMATS:
        raise UsageError(f"There is no format {format}.", hint=nearest(format, FORMATS))
    if out.suffix.removeprefix(".") in FORMATS:
        if out.suffix != f".{format}":
            raise UsageError(f"{out.name} is to be written as {format}.", hint="Let name and format agree.")
        return out
    return out / f"{scenario.name}.{format}"


def _scaled(scenario: Scenario, calendar: Calendar, codes: Codes, seed: int, events: int) -> list[int]:
    """Cases an office so that about so many events come out; how many a case has is told by a small pilot."""
    expected = 0.0
    for number, office in enumerate(scenario.offices):
        pilot = play(office, _PILOT, calendar, codes, np.random.SeedSequence([seed, number, 1]))
        expected += office.cases * len(pilot.events["case"]) / _PILOT
    return [max(1, round(office.cases * events / expected)) for office in scenario.offices]


def _numbers(schema: Schema, scenario: Scenario) -> dict[str, dict[str, int]]:
    """Column to code to its number, in the vocabulary's order."""
    numbers = {column: {code: n for n, code in enumerate(values)} for column, values in schema.codes.items()}
    numbers["activity"] = {activity: n for n, activity in enumerate(schema.activities)}
    types = sorted({office.comparison_type for office in scenario.offices})
    numbers["comparison_type"] = {kind: n for n, kind in enumerate(types)}
    return numbers
