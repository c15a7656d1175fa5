"""Times: text becomes UTC instants and local days, in SQL, by declared order and zone; nothing is guessed.

Accepted without a declaration: ISO 8601 (date; date and time with T or blank; fraction with point or comma; Z or
offset) and TT.MM.JJJJ with or without a time. Anything else, above all slash dates, needs declared formats (strptime
codes, or a word of ``serials`` for times written as one number). Fractions are cut to microseconds. Local times are
placed by the zone's transitions as Python's zoneinfo knows them: a time in the spring gap does not exist, a time in the
autumn overlap happens twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from procmine.engines.duckdb import DuckDB, literal
from procmine.errors import ContentError
from procmine.read.limits import LIMITS
from procmine.read.times.serials import EPOCHS, WORDS, epoch, excel

ISO_LOCAL = r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):\d{2}(:\d{2}([.,]\d{1,9})?)?"
# No place on earth is further than 14 hours from Greenwich (XML Schema 1.1, 3.3.7 says the same).
_OFFSET = r"(Z|[+-](0\d|1[0-3])(:?[0-5]\d)?|[+-]14(:?00)?)"
ISO_OFFSET = ISO_LOCAL + _OFFSET
ISO_BLANK_OFFSET = ISO_LOCAL + " " + _OFFSET
ISO_DATE = r"\d{4}-\d{2}-\d{2}"
GERMAN = r"\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}(:\d{2}([.,]\d{1,9})?)?"
GERMAN_DATE = r"\d{1,2}\.\d{1,2}\.\d{4}"
SHAPES = {
    "iso_local": ISO_LOCAL,
    "iso_offset": ISO_OFFSET,
    "iso_blank_offset": ISO_BLANK_OFFSET,
    "iso_date": ISO_DATE,
    "german": GERMAN,
    "german_date": GERMAN_DATE,
}
FAMILIES = {shape: shape.partition("_")[0] for shape in SHAPES}
DATE_SHAPES = ("iso_date", "german_date")
_NO_TIME = "CAST(NULL AS TIMESTAMP)"
FIRST_YEAR, LAST_YEAR = LIMITS.first_year, LIMITS.last_year
# strptime codes that are read. %Z is not: a zone's name such as CET or IST does not say which offset is meant.
# The dash (no leading zero) goes with numbers of one or two digits and the day of the year.
_CODES = re.compile(r"(?:[^%]|%[aAbBcdfgGHIjmMnpSTuUVwWxXyYz%]|%-[dHIjmMSy])+")
# The longest value whose fraction has six digits; longer ones are counted.
MICROSECONDS = len("2024-01-01T08:00:00.123456")
_FINER = r".*[.,]\d{7,9}(\s?(Z|[+-].*))?"


@dataclass(frozen=True, slots=True)
class Parsing:
    """How one time column of one file is read: SQL for the shape, the naive value and the value that carries an
    offset."""

    shape: str
    naive: str
    instant: str


def shape_counts(column: str, table: str) -> str:
    """SQL that counts the non-empty values of a column by shape: shape, values, first line, the value there, first and
    last year, greatest length.

    The years are read off the text, because a zone's transitions must be known before the times are placed.
    """
    digits = f"CASE WHEN {column}[5:5] = '-' THEN {column}[1:4] ELSE split_part({column}, '.', 3)[1:4] END"
    year = f"TRY_CAST({digits} AS INTEGER)"
    return (
        f"SELECT {shape_of(column)}, COUNT(*), MIN(line), ARG_MIN({column}, line), MIN({year}), MAX({year}), "
        f"MAX(length({column})) FROM {table} WHERE {column} <> '' GROUP BY 1 ORDER BY 1"
    )


def finer_than_microseconds(column: str, table: str) -> str:
    """SQL that counts the values whose fraction is cut."""
    return f"SELECT COUNT(*) FROM {table} WHERE regexp_full_match({column}, {literal(_FINER)})"


def parsing(column: str, formats: tuple[str, ...], shapes: tuple[str, ...]) -> Parsing:
    """SQL for a column whose values have ``shapes`` (as ``shape_counts`` found them) or declared ``formats``.

    ``naive`` is a TIMESTAMP in local time (NULL where the value carries an offset or is no date), ``instant`` a
    TIMESTAMP in UTC (NULL where it does not). Declared formats win; of the built-in shapes only those stay that look
    unlike them, so that one column is never read in two orders.
    """
    if not formats:
        return _built_in(column, shapes)
    _refuse_unknown(formats)
    codes = [form for form in formats if form not in WORDS]
    clashing = {family for form in codes for family in _families(form)}
    left = tuple(shape for shape in shapes if shape in SHAPES and FAMILIES[shape] not in clashing)
    rest = _built_in(column, left) if left else Parsing("'other'", _NO_TIME, _NO_TIME)
    offset = _strptime(column, [form for form in codes if "%z" in form])
    instants = [f"timezone('UTC', CAST({offset} AS TIMESTAMPTZ))"] if offset else []
    instants += [epoch(column, form) for form in formats if form in EPOCHS]
    timed = _strptime(column, [form for form in codes if "%z" not in form and _has_time(form)])
    dated = _strptime(column, [form for form in codes if "%z" not in form and not _has_time(form)])
    naives = [sql for sql in (timed, dated) if sql] + ([excel(column)] if "excel" in formats else [])
    days = [f"{dated} IS NOT NULL"] if dated else []
    days += [f"regexp_full_match({column}, '\\d{{5}}')"] if "excel" in formats else []
    shape = f"CASE WHEN {' OR '.join(days)} THEN 'declared_date' " if days else "CASE "
    declared = " OR ".join(f"{sql} IS NOT NULL" for sql in (*instants, *naives))
    shape += f"WHEN {declared} THEN 'declared' ELSE {rest.shape} END"
    return Parsing(shape, _first((*naives, rest.naive)), _first((*instants, rest.instant)))


def _first(values: Sequence[str]) -> str:
    return f"COALESCE({', '.join(values)})"


def _refuse_unknown(formats: Sequence[str]) -> None:
    """Raise ContentError for a format that says nothing the engine could read by."""
    for form in formats:
        if form not in WORDS and not ("%" in form and _CODES.fullmatch(form)):
            raise ContentError(
                f"The time format {form!r} is not known.",
                where="[time] formats",
                hint=f"Use strptime codes such as %d.%m.%y %H:%M, or one of {', '.join(sorted(WORDS))}.",
            )


def _strptime(column: str, formats: list[str]) -> str:
    listed = ", ".join(literal(form) for form in formats)
    return f"try_strptime({column}, [{listed}])" if formats else ""


def _has_time(form: str) -> bool:
    return any(sign in form for sign in ("%H", "%I", "%-H", "%-I", "%X", "%T", "%c"))


def _families(form: str) -> set[str]:
    """The families of built-in shapes that a declared format looks like: its values could be taken for theirs."""
    sample = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC).strftime(form)
    return {FAMILIES[shape] for shape, pattern in SHAPES.items() if re.fullmatch(pattern, sample)}


def _built_in(column: str, shapes: tuple[str, ...]) -> Parsing:
    points = f"replace({column}, ',', '.')"
    readers = {
        "iso_local": f"TRY_CAST({points} AS TIMESTAMP)",
        "iso_date": f"TRY_CAST({column} AS TIMESTAMP)",
        "german": f"COALESCE(try_strptime({points}, ['%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S.%f']), "
        f"try_strptime(regexp_replace({points}, '(\\.\\d{{6}})\\d+$', '\\1'), '%d.%m.%Y %H:%M:%S.%f'))",
        "german_date": f"try_strptime({column}, '%d.%m.%Y')",
    }
    instant = f"timezone('UTC', TRY_CAST({points} AS TIMESTAMPTZ))"
    if len(shapes) == 1:
        only = shapes[0]
        if only == "iso_offset":
            return Parsing(literal(only), _NO_TIME, instant)
        if only in readers:
            return Parsing(literal(only), readers[only], _NO_TIME)
    shape = shape_of(column)
    cases = " ".join(f"WHEN {literal(name)} THEN {sql}" for name, sql in readers.items() if name in shapes)
    naive = f"CASE {shape} {cases} END" if cases else _NO_TIME
    joined = f"timezone('UTC', TRY_CAST(regexp_replace({points}, ' (Z|[+-])', '\\1') AS TIMESTAMPTZ))"
    zoned = {"iso_offset": instant, "iso_blank_offset": joined}
    cases = " ".join(f"WHEN {literal(name)} THEN {sql}" for name, sql in zoned.items() if name in shapes)
    return Parsing(shape, naive, f"CASE {shape} {cases} END" if cases else _NO_TIME)


def years(engine: DuckDB, table: str, cell: str, counts: Sequence[Sequence[Any]], read: Parsing) -> tuple[int, int]:
    """First and last plausible year of a column, one to spare on either side; read off the text where it shows it."""
    if all(row[0] in SHAPES for row in counts) and "strptime" not in read.shape:
        found = [int(year) for row in counts for year in row[4:6] if year is not None]
    else:
        value = f"year(COALESCE({read.naive}, {read.instant}))"
        row = engine.run(f"SELECT MIN({value}), MAX({value}) FROM {table} AS r WHERE r.{cell} <> ''")[0]
        found = [int(year) for year in row if year is not None]
    sane = [min(max(year, FIRST_YEAR), LAST_YEAR) for year in found]
    return (min(sane) - 1, max(sane) + 1) if sane else (2000, 2001)


def shape_of(column: str) -> str:
    """SQL for the shape of a value: one of SHAPES, other, or nothing where it is empty."""
    tests = " ".join(
        f"WHEN regexp_full_match({column}, {literal(pattern)}) THEN {literal(name)}" for name, pattern in SHAPES.items()
    )
    return f"CASE WHEN {column} IS NULL OR {column} = '' THEN '' {tests} ELSE 'other' END"


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of a zone's offset: at UTC instant ``at`` from ``before`` to ``after`` seconds east of Greenwich."""

    at: datetime
    before: int
    after: int


def transitions(zone: str, first_year: int, last_year: int) -> tuple[int, tuple[Transition, ...]]:
    """The offset at the start of ``first_year`` and all changes until the end of ``last_year``, exact to the second.

    Raises ContentError for a zone nobody knows.
    """
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ContentError(
            f"There is no time zone {zone!r}.", hint="Use a name such as Europe/Berlin or UTC."
        ) from fault

    def offset(instant: datetime) -> int:
        delta = instant.astimezone(info).utcoffset()
        return int(delta.total_seconds()) if delta is not None else 0

    start = datetime(first_year, 1, 1, tzinfo=UTC)
    stop = datetime(last_year + 1, 1, 1, tzinfo=UTC)
    found: list[Transition] = []
    here, known = start, offset(start)
    first = known
    while here < stop:
        ahead = here + timedelta(days=10)
        if offset(ahead) != known:
            low, high = here, ahead
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                low, high = (middle, high) if offset(middle) == known else (low, middle)
            found.append(Transition(high, known, offset(high)))
            known = offset(high)
        here = ahead
    return first, tuple(found)


def to_utc(local: str, zone: str, first_year: int, last_year: int, overlap: str) -> tuple[str, str]:
    """SQL for the UTC instant of a local TIMESTAMP, and SQL for its fault ('' where there is none).

    ``overlap`` says what a time that happens twice becomes: earlier, later, or a fault (quarantine).
    """
    start, changes = transitions(zone, first_year, last_year)
    offsets, faults = [], []
    for change in changes:
        gap = change.after > change.before
        before = _stamp(change.at + timedelta(seconds=change.before))
        after = _stamp(change.at + timedelta(seconds=change.after))
        boundary = after if overlap == "later" and not gap else before
        offsets.append(f"WHEN {local} < {boundary} THEN {change.before}")
        if gap:
            faults.append(f"WHEN {local} >= {before} AND {local} < {after} THEN 'time_in_dst_gap'")
        elif overlap == "quarantine":
            faults.append(f"WHEN {local} >= {after} AND {local} < {before} THEN 'ambiguous_local_time'")
    last = changes[-1].after if changes else start
    seconds = f"(CASE {' '.join(offsets)} ELSE {last} END)" if offsets else str(last)
    fault = f"CASE {' '.join(faults)} ELSE '' END" if faults else "''"
    return f"({local} - to_seconds({seconds}))", fault


def to_local(instant: str, zone: str, first_year: int, last_year: int) -> str:
    """SQL for the local TIMESTAMP of a UTC instant."""
    start, changes = transitions(zone, first_year, last_year)
    offsets = " ".join(f"WHEN {instant} < {_stamp(change.at)} THEN {change.before}" for change in changes)
    last = changes[-1].after if changes else start
    seconds = f"(CASE {offsets} ELSE {last} END)" if offsets else str(last)
    return f"({instant} + to_seconds({seconds}))"


def _stamp(moment: datetime) -> str:
    return f"TIMESTAMP '{moment.strftime('%Y-%m-%d %H:%M:%S')}'"
