"""Six laws that every metric and every derived table keeps on any log, and mutants that prove each law can fail.

A study's own metrics are tried as well: PROCMINE_STUDY=folder python -m pytest tests/test_laws.py tests/test_metrics.py
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from procmine.content import listing, place_of, read_text
from procmine.log import calendar
from procmine.metric import catalogue
from procmine.schema import load_schema
from procmine.sql import Query, read_query, write
from tests import drawn
from tests.strategies import FIRST_DAY, THEMES, WATCHED, Event, crowds, gathered, logs, made_up

STUDY = Path(os.environ["PROCMINE_STUDY"]) if "PROCMINE_STUDY" in os.environ else None
SCHEMA = load_schema(STUDY)
# Each reads events, the vocabulary and those before it.
ORDER = (
    *("cases", "contacts", "appointments", "handovers", "requests", "case_time", "acts", "contact_gaps", "triggers"),
    *("assignments", "mandates", "decisions", "measures", "sanctions", "benefit_issues", "benefit_states", "supports"),
    *("returns", "segment_changes", "conflicts"),
)
# Crowds are up to twelve logs each (tests.strategies), so that few examples are many logs.
TRIES = settings(max_examples=20, derandomize=True, database=None)
HUNT = settings(max_examples=2000, derandomize=True, database=None, phases=[Phase.generate])


@dataclass(frozen=True, slots=True)
class Subject:
    """What the laws bind: a query, the columns that identify its rows, and a metric's unit ("" for a derived table)."""

    name: str
    query: Query
    key: tuple[str, ...]
    unit: str = ""


def _derived() -> tuple[Subject, ...]:
    files = listing("event_logs/derived", ".sql", STUDY)
    assert set(files) == set(ORDER), "a new derived table takes its place in ORDER"
    queries = {
        name: read_query(read_text(files[name]), where=place_of(files[name]), tables=SCHEMA.all_columns())
        for name in ORDER
    }
    return tuple(Subject(name, query, SCHEMA.tables[name].key) for name, query in queries.items())


DERIVED = _derived()
METRICS = tuple(  # a metric may bear the name of a table
    Subject(f"metric {name}", metric.query, ("item_id",), metric.unit)
    for name, metric in catalogue(STUDY, SCHEMA).items()
    if metric.query
)
# The tables given with a log. The calendar is cut once more, as a change of the law would.
GIVEN = {
    "observation": [{"first_day": WATCHED[0], "last_day": WATCHED[1]}],
    "calendar": [
        {"from_date": first, "to_date": last}
        for first, last in calendar(*WATCHED, cuts=[FIRST_DAY + timedelta(days=15)])
    ],
    "activity_kinds": [{"activity": code.code, "kind": code.belongs} for code in SCHEMA.activities.values()],
    "role_functions": [{"role": code.code, "function": code.belongs} for code in SCHEMA.codes["role"].values()],
}
Result = Mapping[str, list[dict[str, Any]]]
World = Callable[..., Result]


def world(engine: Any, subjects: Sequence[Subject]) -> World:
    """How an engine answers: events in, the rows of every subject out. ``shuffled`` is a seed to mix all rows with."""
    drawn.fill(engine, SCHEMA, GIVEN)
    written = {subject.name: write(subject.query, engine.dialect) for subject in (*DERIVED, *subjects)}

    def answer(events: Sequence[Event], shuffled: int | None = None) -> Result:
        mixer = random.Random(shuffled)  # noqa: S311 - mixes rows, keeps no secret

        def mixed(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
            return mixer.sample(list(rows), len(rows)) if shuffled is not None else list(rows)

        drawn.fill(engine, SCHEMA, {"events": mixed(events)})
        found: dict[str, list[dict[str, Any]]] = {}
        for table in DERIVED:
            found[table.name] = drawn.run(engine, table.query, written[table.name])
            drawn.fill(engine, SCHEMA, {table.name: mixed(found[table.name])})
        for subject in subjects:
            if subject.name not in found:
                found[subject.name] = drawn.run(engine, subject.query, written[subject.name])
        return {subject.name: found[subject.name] for subject in subjects}

    return answer


# ---- the laws: each gives the names of the subjects that break it


def breaks_counted_once(subjects: Sequence[Subject], result: Result) -> list[str]:
    """An item counts once: its key is there, and nobody else's."""
    broken = []
    for subject in subjects:
        keys = [tuple(row[part] for part in subject.key) for row in result[subject.name]]
        if len(set(keys)) < len(keys) or any(part is None for key in keys for part in key):
            broken.append(subject.name)
    return broken


def breaks_hit_is_part(subjects: Sequence[Subject], result: Result) -> list[str]:
    """A hit is part of what is counted, or nobody knows: by unit, 0 <= numerator <= denominator, events only where
    there is time at risk, numbers and amounts out of 1, and what happened happened once, on a day from 0."""
    return [
        subject.name
        for subject in subjects
        if subject.unit
        for row in result[subject.name]
        if row["denominator"] is None
        or row["denominator"] < 0
        or (subject.unit in ("number", "concentration") and row["denominator"] != 1)
        or (row["numerator"] is not None and not 0 <= row["numerator"] <= _most(subject.unit, row["denominator"]))
    ]


def _most(unit: str, denominator: float) -> float:
    """The most a numerator can be: events, persons and amounts have no bound, and what happened happened once."""
    if unit in ("rate", "number", "concentration"):
        return math.inf if denominator else 0
    return 1 if unit == "survival" else denominator


def breaks_measured_alone(answer: World, events: Sequence[Event]) -> list[str]:
    """A case is measured alone: the whole is the union of its cases."""
    whole = answer(events)
    parts = [answer([e for e in events if e["case_id"] == case]) for case in sorted({e["case_id"] for e in events})]
    return differing(whole, {name: [row for part in parts for row in part[name]] for name in whole})


def breaks_unrelated(answer: World, events: Sequence[Event], other: Sequence[Event]) -> list[str]:
    """Adding an unrelated case changes nothing else."""
    strangers = [{**event, "case_id": "stranger", "event_id": f"x{event['event_id']}"} for event in other]
    added = answer([*events, *numbered_alone(strangers)])
    kept = {name: [row for row in rows if row["case_id"] != "stranger"] for name, rows in added.items()}
    return differing(answer(events), kept)


def numbered_alone(events: Sequence[Event]) -> list[dict[str, Any]]:
    """The events of one case, counted from 1."""
    return [{**event, "event_no": number} for number, event in enumerate(events, 1)]


def differing(one: Result, other: Result) -> list[str]:
    """The names whose rows differ, whatever their order."""
    return [name for name in one if sorted(one[name], key=repr) != sorted(other[name], key=repr)]


# ---- every metric and derived table keeps them

ALL = (*DERIVED, *METRICS)


@pytest.fixture(scope="module")
def engines() -> Iterator[Mapping[str, Any]]:
    opened = {name: make() for name, make in drawn.ENGINES.items()}
    yield opened
    for engine in opened.values():
        engine.close()


@pytest.fixture(scope="module")
def sqlite(engines: Mapping[str, Any]) -> Any:
    return engines["sqlite"]


def test_an_item_counts_once(sqlite: Any) -> None:
    answer = world(sqlite, ALL)

    @TRIES
    @given(events=crowds())
    def law(events: list[Event]) -> None:
        assert breaks_counted_once(ALL, answer(events)) == []

    law()


def test_a_hit_is_part_of_what_is_counted(sqlite: Any) -> None:
    answer = world(sqlite, ALL)

    @TRIES
    @given(events=crowds())
    def law(events: list[Event]) -> None:
        assert breaks_hit_is_part(ALL, answer(events)) == []

    law()


def test_a_case_is_measured_alone(sqlite: Any) -> None:
    answer = world(sqlite, ALL)

    # Case by case: this law is what allows the others to look at a crowd.
    @settings(TRIES, max_examples=60)
    @given(events=logs())
    def law(events: list[Event]) -> None:
        assert breaks_measured_alone(answer, events) == []

    law()


def test_adding_an_unrelated_case_changes_nothing_else(sqlite: Any) -> None:
    answer = world(sqlite, ALL)

    @TRIES
    @given(events=crowds(), other=logs(most=12))
    def law(events: list[Event], other: list[Event]) -> None:
        assert breaks_unrelated(answer, events, other) == []

    law()


@pytest.mark.parametrize("name", sorted(drawn.ENGINES))
def test_the_order_of_rows_is_no_information(name: str, engines: Mapping[str, Any]) -> None:
    answer = world(engines[name], ALL)

    @settings(TRIES, max_examples=8 if name == "duckdb" else 20)
    @given(events=crowds(), seed=st.integers(0, 9))
    def law(events: list[Event], seed: int) -> None:
        assert differing(answer(events), answer(events, shuffled=seed)) == []

    law()


def test_engines_agree(engines: Mapping[str, Any]) -> None:
    answers = {name: world(engine, ALL) for name, engine in engines.items()}

    @settings(TRIES, max_examples=12)
    @given(events=crowds())
    def law(events: list[Event]) -> None:
        assert differing(answers["duckdb"](events), answers["sqlite"](events)) == []

    law()


# ---- on logs that have something of everything, or the laws would be kept by empty tables

BROAD = gathered(made_up(seed, theme, 30) for seed in range(20) for theme in THEMES)


def test_every_derived_table_gets_rows_and_every_column_of_it_values(sqlite: Any) -> None:
    found = world(sqlite, DERIVED)(BROAD)
    filled = {
        f"{table.name}.{column}"
        for table in DERIVED
        for row in found[table.name]
        for column, value in row.items()
        if value is not None
    }

    assert {f"{table.name}.{column}" for table in DERIVED for column in table.query.columns} - filled == set()


def test_case_time_and_the_stretches_between_contacts_add_up_to_the_time_at_risk(sqlite: Any) -> None:
    found = world(sqlite, DERIVED)(BROAD)
    at_risk = {
        row["case_id"]: (date.fromisoformat(row["risk_to"]) - date.fromisoformat(row["risk_from"])).days
        for row in found["cases"]
        if row["risk_from"] is not None
    }

    assert sums_of(found["case_time"]) == {case: days + 1 for case, days in at_risk.items()}
    assert sums_of(found["contact_gaps"]) == {case: days for case, days in at_risk.items() if days}


def sums_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The days of all rows of a case."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row["case_id"]] = sums.get(row["case_id"], 0) + row["days"]
    return sums


def test_every_metric_gets_items_whose_numerator_is_known(sqlite: Any) -> None:
    found = world(sqlite, METRICS)(BROAD)

    idle = [name for name, rows in found.items() if all(row["numerator"] is None for row in rows)]
    assert idle == []


# ---- and a metric that is wrong does not: every law catches its mutant

MUTANTS = {
    "a join that fans out": """
        SELECT h.handover_id AS item_id, h.case_id, h.office, h.on_date,
            CASE WHEN c.location = 'office' THEN 0 ELSE 1 END AS numerator, 1 AS denominator
        FROM handovers AS h JOIN contacts AS c ON c.case_id = h.case_id
    """,
    "an id that may be empty": """
        SELECT CAST(c.worker AS VARCHAR) || c.contact_id AS item_id, c.case_id, c.office, c.on_date,
            1 AS numerator, 1 AS denominator
        FROM contacts AS c
    """,
    "a join without the case": """
        SELECT c.contact_id AS item_id, c.case_id, c.office, c.on_date, 1 AS denominator,
            CASE WHEN EXISTS (SELECT 1 FROM handovers AS h WHERE h.office = c.office) THEN 1 ELSE 0 END AS numerator
        FROM contacts AS c
    """,
    "a window over all cases": """
        SELECT c.contact_id AS item_id, c.case_id, c.office, c.on_date, 1 AS denominator,
            CASE WHEN RANK() OVER (ORDER BY c.on_date) = 1 THEN 1 ELSE 0 END AS numerator
        FROM contacts AS c
    """,
    "more hits than items": """
        SELECT c.contact_id AS item_id, c.case_id, c.office, c.on_date, c.contact_number AS numerator, 1 AS denominator
        FROM contacts AS c
    """,
    "a tie left to chance": """
        WITH numbered AS (
            SELECT case_id, contact_id, office, on_date, initiator,
                ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY on_date) AS n
            FROM contacts
        )
        SELECT CAST(case_id AS VARCHAR) AS item_id, case_id, office, on_date, 1 AS denominator,
            CASE WHEN initiator = 'client' THEN 1 ELSE 0 END AS numerator
        FROM numbered WHERE n = 1
    """,
    "a text that one engine reads without regard to capitals": """
        SELECT contact_id AS item_id, case_id, office, on_date, 1 AS denominator,
            CASE WHEN participants LIKE '%PARTNER%' THEN 1 ELSE 0 END AS numerator
        FROM contacts
    """,
}


def mutant(name: str) -> Subject:
    """A wrong metric that house SQL has no reason to refuse."""
    query = read_query(MUTANTS[name], where="mutant.sql", tables=SCHEMA.derived_columns())
    return Subject(name, query, ("item_id",), "share")


def caught(strategy: st.SearchStrategy[Any], breaks: Callable[[Any], bool]) -> bool:
    """Whether a log is found on which a law breaks."""
    try:
        find(strategy, breaks, settings=HUNT)
    except NoSuchExample:
        return False
    return True


@pytest.mark.parametrize("name", ["a join that fans out", "an id that may be empty"])
def test_the_law_that_an_item_counts_once_catches(name: str, sqlite: Any) -> None:
    subject = mutant(name)
    answer = world(sqlite, [subject])

    assert caught(logs(), lambda events: breaks_counted_once([subject], answer(events)) != [])


def test_the_law_that_a_case_is_measured_alone_catches_a_join_without_the_case(sqlite: Any) -> None:
    answer = world(sqlite, [mutant("a join without the case")])

    assert caught(logs(), lambda events: breaks_measured_alone(answer, events) != [])


def test_the_law_of_the_unrelated_case_catches_a_window_over_all_cases(sqlite: Any) -> None:
    answer = world(sqlite, [mutant("a window over all cases")])

    assert caught(st.tuples(logs(), logs(most=5)), lambda pair: breaks_unrelated(answer, *pair) != [])


def test_the_law_that_a_hit_is_part_of_what_is_counted_catches_more_hits_than_items(sqlite: Any) -> None:
    subject = mutant("more hits than items")
    answer = world(sqlite, [subject])

    assert caught(logs(), lambda events: breaks_hit_is_part([subject], answer(events)) != [])


def test_the_law_of_order_catches_a_tie_left_to_chance(sqlite: Any) -> None:
    answer = world(sqlite, [mutant("a tie left to chance")])

    assert caught(logs(), lambda events: differing(answer(events), answer(events, shuffled=1)) != [])


def test_the_law_that_engines_agree_catches_one_that_reads_capitals_otherwise(engines: Mapping[str, Any]) -> None:
    subjects = [mutant("a text that one engine reads without regard to capitals")]
    other = drawn.ENGINES["sqlite"]()
    other.connection.execute("PRAGMA case_sensitive_like = OFF")
    careful, careless = world(engines["sqlite"], subjects), world(other, subjects)

    assert caught(logs(), lambda events: differing(careful(events), careless(events)) != [])
    other.close()
