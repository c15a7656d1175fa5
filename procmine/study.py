"""Study: a log opened, measured, mined and compared, through the one privacy door; a folder's whole run as Findings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from procmine.compare import compare as compare_measurements
from procmine.diff import differ, moves
from procmine.errors import ContentError, InputError, PrivacyError, UsageError, nearest
from procmine.findings import Comparison, Difference, Findings, Funnel, Measurement, Noticed
from procmine.log import Log, is_store, open_store
from procmine.measure import PERIODS, measure
from procmine.measure.trial import try_metrics
from procmine.metric import Metric, catalogue
from procmine.mine.chosen import Chosen
from procmine.mine.discover import discover as mine
from procmine.model import Model
from procmine.privacy import (
    Released,
    join,
    profile_named,
    release,
    release_difference,
    release_model,
    release_noticed,
    release_receipt,
)
from procmine.read.checks.finding import in_order
from procmine.read.checks.noticing import notice
from procmine.read.checks.running import catalogue_of_checks, run_checks
from procmine.read.checks.unmapped import unmapped_codes
from procmine.read.checks.usable import usable_for
from procmine.read.importing import import_log
from procmine.read.place import put_back
from procmine.read.progress import Progress, quiet
from procmine.read.receipt import procmine_version
from procmine.read.source import CANONICAL, Source, load_source
from procmine.regimes import load_law
from procmine.schema import Schema, load_schema

SETTINGS = "procmine.toml"
CORE = ("self_initiated_appointments", "caseworker_continuity", "out_of_office_contacts", "warm_handovers")
EVERY_CASE = Chosen()
_KEYS = {"title": str, "log": str, "source": str, "language": str, "privacy": str}


@dataclass(frozen=True, slots=True)
class Study:
    """A study's settings: where its log is, which source reads it, how its report is titled and protected."""

    folder: Path | None
    log: Path
    source: str | None = None
    title: str | None = None
    language: str | None = None
    privacy: str | None = None


def read_study(path: Path | str) -> Study:
    """A study folder's procmine.toml; any other path is a study of just that log. Raises ContentError, InputError."""
    path = Path(path)
    settings = path / SETTINGS
    if not settings.is_file():
        return Study(None, path)
    try:
        raw: Mapping[str, Any] = tomllib.loads(settings.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ContentError(f"This is not TOML: {fault}.", where=SETTINGS) from fault
    for key, value in raw.items():
        if key not in _KEYS:
            raise ContentError(f"Unknown key {key}.", where=SETTINGS, hint=nearest(key, _KEYS))
        if not isinstance(value, str):
            raise ContentError(f"{key} must be a text in quotes.", where=SETTINGS)
    if "log" not in raw:
        raise ContentError("The study names no log.", where=SETTINGS, hint='Add a line such as log = "extract.csv".')
    return Study(path, path / raw["log"], raw.get("source"), raw.get("title"), raw.get("language"), raw.get("privacy"))


def open_log(
    path: Path | str,
    *,
    source: str | None = None,
    study: Path | None = None,
    store: Path | None = None,
    progress: Progress | None = None,
    engine: str = "duckdb",
) -> Log:
    """Open a raw log, a folder of deliveries, a study folder or a log store; an unchanged input is not imported twice.

    ``source`` is the name of a source file or its path, ``engine`` the one that will compute (duckdb or spark; an
    import is always DuckDB's). Raises InputError, ContentError.
    """
    opened = read_study(path)
    folder = opened.folder or study
    schema = load_schema(folder)
    put_back(opened.log)
    if is_store(opened.log):
        return open_store(opened.log, schema, engine)
    if opened.folder and not opened.log.exists():
        raise InputError(
            f'The study\'s log "{opened.log.name}" is not there.',
            where=str(opened.folder / SETTINGS),
            hint='Put the extract there, or name it in the line log = "…".',
        )
    speaks = _source(source or opened.source, schema, folder, opened.log)
    place = import_log(opened.log, store, source=speaks, schema=schema, study=folder, progress=progress or quiet)
    return open_store(place, schema, engine)


def _source(name: str | None, schema: Schema, study: Path | None, log: Path) -> Source:
    """The source of that name: of the study, of the folder the log or the user is in, or a shipped one; or a path."""
    if not name:
        return CANONICAL
    if name.endswith(".toml"):
        if not Path(name).is_file():
            raise UsageError("There is no such source file.", where=name, hint="Check the path.")
        return load_source(name, schema, study)
    for folder in (log.parent, Path()):
        own = folder / "event_logs" / "sources" / f"{name}.toml"
        if study is None and own.is_file():
            return load_source(str(own), schema)
    return load_source(name, schema, study)


def metrics_of(names: Sequence[str] | None, study: Path | None = None) -> Mapping[str, Metric]:
    """The catalogue, or the named metrics in the order named; the core four come first. Raises UsageError."""
    known = catalogue(study)
    if names:
        for name in names:
            if name not in known:
                raise UsageError(f"There is no metric {name}.", hint=nearest(name, known))
        return {name: known[name] for name in names}
    first = [name for name in CORE if name in known]
    return {name: known[name] for name in (*first, *(name for name in known if name not in first))}


def _asked(log: Log, names: Sequence[str] | None, study: Path | None) -> Mapping[str, Metric]:
    """The metrics to measure; those of the study itself are tried first (procmine/measure/trial.py)."""
    asked = metrics_of(names, study)
    own = {file.stem for file in (study / "metrics").glob("*.toml")} if study is not None else set()
    try_metrics(log, [metric for name, metric in asked.items() if name in own])
    return asked


def explain(metric: str, study: Path | None = None) -> Metric:
    """A metric's sheet. Raises UsageError with the nearest names."""
    return metrics_of([metric], study)[metric]


def score(
    log: Log,
    *,
    metrics: Sequence[str] | None = None,
    by: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    privacy: str = "internal",
    study: Path | None = None,
) -> tuple[Measurement, ...]:
    """Metrics over a log, as they leave the privacy door."""
    asked = _asked(log, metrics, study)
    return _released(measure(log, asked, by=by, start=start, end=end, law=load_law(study)), asked, privacy).value


def compare(
    log: Log,
    *,
    by: str = "office",
    metrics: Sequence[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    privacy: str = "internal",
    study: Path | None = None,
) -> tuple[tuple[Comparison, ...], tuple[Funnel, ...]]:
    """Groups against the pooled value: signals with their limits, never a rank."""
    asked = _asked(log, metrics, study)
    if by in PERIODS:
        raise UsageError(f"Groups are compared, not periods: {by}.", hint="Compare by office or a metric's own group.")
    released = _released(measure(log, asked, by=(by,), start=start, end=end, law=load_law(study)), asked, privacy)
    return compare_measurements(released.value, along=by, units=_units(asked))


def discover(
    log: Log,
    *,
    noise: float = 0.2,
    algorithm: str = "inductive",
    chosen: Chosen = EVERY_CASE,
    privacy: str = "internal",
) -> Model:
    """The process model of a log or of the chosen cases, as it leaves the privacy door. Raises UsageError."""
    found = mine(log, noise=noise, algorithm=algorithm, chosen=chosen)
    return release_model(found, privacy, workers=_workers(log, chosen)).value


def check(log: Log, study: Path | None = None) -> dict[str, Any]:
    """What was read, refused and understood, what the checks found, and which metrics this log can bear: the data of
    ``check`` (DESIGN 7). For the analyst's own desk: counts are exact."""
    asked = _asked(log, None, study)
    whole = [one for one in measure(log, asked, law=load_law(study)) if not one.group]
    receipt = dict(log.receipt)
    receipt["measurable"] = [
        {
            "metric": one.metric,
            "status": one.status.value,
            "coverage": one.coverage,
            "items": one.items,
            "reason": dict(one.reason),
        }
        for one in whole
    ]
    found = in_order((*run_checks(log, study), *unmapped_codes(log.receipt)))
    receipt["findings"] = [one.to_dict() for one in found]
    receipt["usable"] = usable_for(whole, found, asked, log.schema, study)
    return receipt


def diff(
    before: Log,
    after: Log,
    *,
    start: date | None = None,
    end: date | None = None,
    metrics: Sequence[str] | None = None,
    study: Path | None = None,
) -> Difference:
    """Two extracts of one period: which events changed, by office and month, and which figures move.

    For the analyst's own desk only (profile internal): two exact figures a few persons apart name those persons.
    """
    asked = metrics_of(metrics, study)
    figures = [
        _released(
            measure(log, asked, by=("office",), start=start, end=end, law=load_law(study)), asked, "internal"
        ).value
        for log in (before, after)
    ]
    found = release_difference(differ(before, after, start=start, end=end)).value
    return replace(found, moved=moves(*figures))


def run(
    path: Path,
    *,
    source: str | None = None,
    study: Path | None = None,
    store: Path | None = None,
    privacy: str = "shared",
    title: str | None = None,
    progress: Progress | None = None,
) -> tuple[Released[Findings], Mapping[str, Metric]]:
    """Everything: check, mine, measure, compare. Returns what a report may say, and the sheets of its metrics."""
    tell = progress or quiet
    opened = read_study(path)
    folder = opened.folder or study
    log = open_log(path, source=source, study=study, store=store, progress=tell)
    asked = _asked(log, None, folder)
    least = profile_named(privacy)
    if log.receipt["cases"] < least.persons:
        raise PrivacyError(
            f"The log has fewer than {least.persons} cases: the profile {privacy} shows nothing of it.",
            where=log.name,
            hint="On your own desk use --privacy internal." if privacy != "internal" else "There is nobody to compare.",
        )
    tell("measure", 0.0)
    # Mining is Python and measuring is the engine: side by side neither waits for the other.
    with ThreadPoolExecutor(1) as beside:
        mined = beside.submit(mine, replace(log, engine=log.engine.beside()))
        measured = measure(log, asked, by=("office",), law=load_law(folder))
        figures = _released(measured, asked, privacy)
        tell("check", 0.0)
        noticed = release_noticed(_noticed(log, measured, asked, folder), privacy)
        tell("mine", 0.0)
        model = release_model(mined.result(), privacy, workers=_workers(log))
        tell("mine", 1.0)
    receipt = release_receipt(log.receipt, privacy, activities=[step.activity for step in model.value.steps])

    def gather(parts: tuple[Any, ...]) -> Findings:
        shown, drawn, read, odd = parts
        comparisons, funnels = compare_measurements(shown, along="office", units=_units(asked))
        return Findings(
            title=title or opened.title or log.name,
            receipt=read,
            measurements=shown,
            comparisons=comparisons,
            funnels=funnels,
            model=drawn,
            privacy=privacy,
            period=(str(read["first_day"]), str(read["last_day"])),
            versions={"procmine": procmine_version(), **{name: str(metric.version) for name, metric in asked.items()}},
            noticed=odd,
        )

    return join(figures, model, receipt, noticed).map(gather), asked


def _noticed(
    log: Log, measured: Sequence[Measurement], asked: Mapping[str, Metric], study: Path | None
) -> tuple[Noticed, ...]:
    """What the checks find in the log, beside the metrics it bears on."""
    found = in_order(run_checks(log, study))
    usable = usable_for([one for one in measured if not one.group], found, asked, log.schema, study)
    return notice(found, catalogue_of_checks(study, log.schema), usable)


def _released(
    found: Sequence[Measurement], asked: Mapping[str, Metric], privacy: str
) -> Released[tuple[Measurement, ...]]:
    sensitive = frozenset(name for name, metric in asked.items() if metric.sensitive)
    return release(found, privacy, sensitive=sensitive, units=_units(asked))


def _workers(log: Log, chosen: Chosen = EVERY_CASE) -> int | None:
    """Distinct caseworkers behind a model, None where nobody knows: the privacy door needs the number and shows it to
    nobody."""
    if log.receipt["pseudonyms"]["workers"] == "case-local":  # then only the import could count them
        staff = log.receipt["staff"]
        known = {EVERY_CASE: staff["all"]} | {Chosen(office=name): many for name, many in staff["offices"].items()}
        return known.get(chosen)
    cases = chosen.condition(log.engine)
    return int(log.engine.run(f"SELECT COUNT(DISTINCT worker) FROM events WHERE worker IS NOT NULL AND {cases}")[0][0])


def _units(asked: Mapping[str, Metric]) -> Mapping[str, str]:
    return {name: metric.told_in for name, metric in asked.items()}
