"""Checks run over a log: what was found, what was looked at and found clear, and what could not be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procmine.engines.base import Engine
from procmine.engines.duckdb import quoted
from procmine.log import Log
from procmine.read.checks.account_names import account_names
from procmine.read.checks.finding import (
    CASE_LOCAL,
    CLEAR,
    FOUND,
    NOT_CHECKABLE,
    NOTHING,
    Finding,
    Words,
    absent_columns,
    filled,
    from_dict,
    in_order,
    percent,
    said,
)
from procmine.read.checks.label_noise import near_labels, polluted_labels, synonymous_labels
from procmine.read.checks.look_alikes import escaped, look_alike_names, look_alikes
from procmine.read.checks.looking import Look
from procmine.read.checks.midnights import midnights
from procmine.read.checks.sheet import BESIDE, CONTRACT, Check, all_checks, lacking
from procmine.schema import Schema
from procmine.sql import write

# How many details a finding lists; the others are in its counts.
LISTED = 10
# A detail is one or two texts of a log, each cut by itself.
LONGEST = 140
COMPUTED: Mapping[str, Callable[[Look], str | Words]] = {
    "account_names": account_names,
    "look_alike_names": look_alike_names,
    "look_alikes": look_alikes,
    "midnights": midnights,
    "near_labels": near_labels,
    "polluted_labels": polluted_labels,
    "synonymous_labels": synonymous_labels,
}


def catalogue_of_checks(
    study: Path | None = None, schema: Schema | None = None, stage: str | None = None
) -> dict[str, Check]:
    """All checks by name, or those of a ``stage``. Raises ContentError with every fault of every file."""
    return all_checks(study, schema, computed=COMPUTED, stage=stage)


def run_checks(log: Log, study: Path | None = None) -> tuple[Finding, ...]:
    """What every check says of an opened log, with what the import found in the names it had before they went."""
    found = [from_dict(entry) for entry in log.receipt.get("findings", ())]
    zone = str(log.receipt.get("zone", "UTC"))
    # What a source file's constant or declared rule fills by itself is no column of a form.
    read = {str(entry["name"]) for entry in log.receipt["columns"] if entry["from"]}
    made = {str(entry["name"]) for entry in log.receipt["columns"]} - read
    local = log.receipt.get("pseudonyms", {}).get("workers") == "case-local"
    for check in catalogue_of_checks(study, log.schema).values():
        if check.across_cases and local:
            found.append(_unlooked(check, CASE_LOCAL))
        elif check.stage == "store":
            found += one_check(check, log.engine, "events", log.schema, log.absent, zone, made)
    return in_order(found)


def name_findings(
    engine: Engine, table: str, schema: Schema, study: Path | None = None, *, zone: str = "UTC"
) -> list[dict[str, Any]]:
    """What the checks on names say of the staged events of an import, before names become pseudonyms; for the receipt.

    Counts only: no name leaves.
    """
    there = {str(row[0]) for row in engine.run(f"DESCRIBE {quoted(table)}")}
    absent = [name for name in schema.importable if name not in there]
    found: list[Finding] = []
    for check in catalogue_of_checks(study, schema, "import").values():
        found += one_check(check, engine, table, schema, absent, zone)
    return [one.to_dict() for one in in_order(found)]


def one_check(
    check: Check,
    engine: Engine,
    table: str,
    schema: Schema,
    absent: Collection[str],
    zone: str,
    made: Collection[str] = (),
) -> list[Finding]:
    """The findings of one check: one, or one a column it found something in, but for those in ``made``."""
    if missing := lacking(check, schema, absent):
        return [_unlooked(check, absent_columns(missing))]
    items = items_of(check, engine, table, schema, absent, zone)
    if not isinstance(items, str):
        return [_unlooked(check, items)]
    # Two sums first: telling details and cases apart is the dear part, and most logs have nothing of most checks.
    rough = [one for one in _rough_sums(check, engine, items) if one.what not in made]
    likely = any(_enough(check, one) for one in rough)
    sums = [one for one in _sums(check, engine, items) if one.what not in made] if likely else []
    whats = sorted({one.what for one in sums}, key=str)
    found = [finding for what in whats if (finding := _judged(check, what, sums, schema)) is not None]
    if found:
        return found
    looked_at = sum(one.looked_at for one in rough if one.level == "what")
    if looked_at == 0:
        return [_unlooked(check, NOTHING)]
    return [_say(check, CLEAR, None, 0, looked_at, 0, (), (), check.touches, {"de": "Unauffällig.", "en": "Clear."})]


@dataclass(frozen=True, slots=True)
class _Sum:
    """Items added up: of the whole log, of an office, or of a detail (``level``)."""

    level: str
    what: str | None
    office: str | None
    detail: str | None
    hits: int
    looked_at: int
    cases: int
    all_cases: int
    units: int
    middle: float | None = None
    ninth: float | None = None


def items_of(
    check: Check, engine: Engine, table: str, schema: Schema, absent: Collection[str], zone: str
) -> str | Words:
    """The check's items as SQL in the engine's words, or why it cannot look."""
    if check.query is not None:
        values = ", ".join(f"{_number(value)} AS {name}" for name, value in sorted(check.limits.items()))
        return f"WITH limits AS (SELECT {values}) SELECT * FROM ({write(check.query, engine.dialect)}) AS items"
    look = Look(engine, table, schema, frozenset(absent), check.limits, check.lists, zone)
    return COMPUTED[str(check.computed_by)](look)


def _number(value: int | float) -> str:
    return f"CAST({value!r} AS DOUBLE)" if isinstance(value, float) else repr(value)


def _rough_sums(check: Check, engine: Engine, items: str) -> list[_Sum]:
    """Items added up: the whole and by office, without their cases."""
    what = "what" if "what" in _given(check) else "NULL"
    rows = engine.run(
        f"SELECT GROUPING(office), what, office, SUM(hits), SUM(looked_at) FROM "
        f"(SELECT office, hits, looked_at, {what} AS what FROM ({items}) AS given) AS items "
        "GROUP BY GROUPING SETS ((what), (what, office)) ORDER BY ALL"
    )
    found = []
    for row in rows:
        named, office = (None if cell is None else str(cell) for cell in row[1:3])
        level = "what" if int(row[0]) else "office"
        found.append(_Sum(level, named, office, None, int(row[3] or 0), int(row[4] or 0), 0, 0, 0))
    return found


def _given(check: Check) -> frozenset[str]:
    """The columns of a check's items."""
    return frozenset(check.query.columns if check.query else check.example.result.columns)


def _sums(check: Check, engine: Engine, items: str) -> list[_Sum]:
    """Items added up: the whole, by office, by detail; in the engine, so that rows never enter Python."""
    given = _given(check)
    beside = {name: name if name in given else "NULL" for name in BESIDE}
    units = "COUNT(DISTINCT unit) FILTER (WHERE hits > 0)" if "unit" in given else "0"
    middle, ninth = (f"QUANTILE_DISC(size, {at})" if "size" in given else "NULL" for at in ("0.5", "0.9"))
    rows = engine.run(
        f"SELECT GROUPING(office), GROUPING(detail), what, office, detail, SUM(hits), SUM(looked_at), "
        "COUNT(DISTINCT case_id) FILTER (WHERE hits > 0), COUNT(DISTINCT case_id), "
        f"{units}, {middle}, {ninth} FROM (SELECT {', '.join(CONTRACT)}, "
        f"{', '.join(f'{sql} AS {name}' for name, sql in beside.items())} FROM ({items}) AS given) AS items "
        "GROUP BY GROUPING SETS ((what), (what, office), (what, office, detail)) ORDER BY ALL"
    )
    levels = {(1, 1): "what", (0, 1): "office", (0, 0): "detail"}
    found = []
    for row in rows:
        what, office, detail = (None if cell is None else str(cell) for cell in row[2:5])
        hits, looked_at, cases, all_cases, counted = (int(cell or 0) for cell in row[5:10])
        half, nine_tenths = (None if cell is None else float(cell) for cell in row[10:12])
        level = levels[(int(row[0]), int(row[1]))]
        found.append(_Sum(level, what, office, detail, hits, looked_at, cases, all_cases, counted, half, nine_tenths))
    return found


def _passes(check: Check, one: _Sum) -> bool:
    """Whether sums are a finding by the limits every check knows."""
    return _enough(check, one) and _share(one.cases, one.all_cases) >= check.limits["least_case_share"]


def _enough(check: Check, one: _Sum) -> bool:
    """The same, but for the share of cases."""
    limits = check.limits
    return (
        one.hits >= max(1, limits["least_rows"])
        and one.looked_at >= limits["least_looked_at"]
        and _share(one.hits, one.looked_at) >= limits["least_share"]
    )


def _judged(check: Check, what: str | None, sums: Sequence[_Sum], schema: Schema) -> Finding | None:
    """The finding of the whole log, or else of the offices that are conspicuous by themselves."""
    own = [one for one in sums if one.what == what]
    offices = [one for one in own if one.level == "office" and _passes(check, one)]
    whole = [one for one in own if one.level == "what"]
    counted = whole if _passes(check, whole[0]) else offices
    if not counted:
        return None
    details = _details(own, None if counted is whole else {one.office for one in offices})
    hits, looked_at, cases = (sum(getattr(one, part) for one in counted) for part in ("hits", "looked_at", "cases"))
    spoken = {
        language: {
            "rows": said(hits, language),
            "looked_at": said(looked_at, language),
            "cases": said(cases, language),
            "all_cases": said(sum(one.all_cases for one in counted), language),
            "share": percent(_share(hits, looked_at), language),
            "units": said(sum(one.units for one in counted), language),
            "median": said(_largest(one.middle for one in counted), language),
            "p90": said(_largest(one.ninth for one in counted), language),
            "offices": ", ".join(escaped(one.office or "") for one in offices) or "–",
            "what": _title(what, schema, language),
            "details": _listed(check, details, language),
            **{name: said(value, language) for name, value in check.limits.items()},
        }
        for language in check.text
    }
    text = {language: filled(check.text[language], values) for language, values in spoken.items()}
    title = {language: filled(check.title[language], values) for language, values in spoken.items()}
    columns = (what,) if what in schema.importable else check.touches
    listed = tuple((escaped(name, LONGEST), rows) for name, rows in details[:LISTED])
    names = tuple(escaped(one.office or "") for one in offices)
    return _say(check, FOUND, title, hits, looked_at, cases, names, listed, tuple(filter(None, columns)), text)


def _details(own: Sequence[_Sum], offices: Collection[str | None] | None) -> list[tuple[str, int]]:
    """Details with their hits, the most frequent first; of some offices, or of all."""
    rows: Counter[str] = Counter()
    for one in own:
        if one.level == "detail" and one.detail is not None and (offices is None or one.office in offices):
            rows[one.detail] += one.hits
    return sorted(((name, hits) for name, hits in rows.items() if hits), key=lambda pair: (-pair[1], pair[0]))


def _say(
    check: Check,
    state: str,
    title: Words | None,
    rows: int | None,
    looked_at: int | None,
    cases: int | None,
    offices: tuple[str, ...],
    details: tuple[tuple[str, int], ...],
    columns: tuple[str, ...],
    text: Words,
) -> Finding:
    named = title or {language: filled(words, {"what": ""}).rstrip(" :") for language, words in check.title.items()}
    share = None if rows is None or not looked_at else rows / looked_at
    slight = state == FOUND and share is not None and share < check.limits["warning_share"]
    severity = "note" if slight else check.severity
    return Finding(check.name, state, severity, rows, looked_at, cases, share, offices, columns, details, named, text)


def _unlooked(check: Check, why: Words) -> Finding:
    return _say(check, NOT_CHECKABLE, None, None, None, None, (), (), check.touches, why)


def _title(what: str | None, schema: Schema, language: str) -> str:
    if what is None:
        return ""
    column = schema.importable.get(what)
    return f"{column.title[language]} ({what})" if column else escaped(what)


def _listed(check: Check, details: Sequence[tuple[str, int]], language: str) -> str:
    """Details with their rows: a code in the check's words, a text of the log escaped."""
    shown = [
        f"{check.details[name][language] if name in check.details else escaped(name, LONGEST)} ({said(rows, language)})"
        for name, rows in details[:LISTED]
    ]
    return ", ".join(shown) + (" …" if len(details) > LISTED else "")


def _largest(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return max(known, default=None)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
