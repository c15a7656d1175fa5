"""Times: text becomes UTC instants and local days, in SQL, by declared order and zone; nothing is guessed.

Accepted without a declaration: ISO 8601 (date; date and time with T or blank; fraction with point or comma; Z or
offset) and TT.MM.JJJJ with or without a time. Anything else, above all slash dates, needs declared formats (strptime
codes). Local times are placed by the zone's transitions as Python's zoneinfo knows them: a time in the spring gap does
not exist, a time in the autumn overlap happens twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from procmine.engines.duckdb import literal
from procmine.errors import ContentError

ISO_OFFSET = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?\s?(Z|[+-]\d{2}(:?\d{2})?)"
ISO_LOCAL = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?"
ISO_DATE = r"\d{4}-\d{2}-\d{2}"
GERMAN = r"\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}(:\d{2}([.,]\d{1,6})?)?"
GERMAN_DATE = r"\d{1,2}\.\d{1,2}\.\d{4}"
SHAPES = {
    "iso_local": ISO_LOCAL,
    "iso_offset": ISO_OFFSET,
    "iso_date": ISO_DATE,
    "german": GERMAN,
    "german_date": GERMAN_DATE,
}
DATE_SHAPES = ("iso_date", "german_date")
FIRST_YEAR, LAST_YEAR = 1900, 2100


@dataclass(frozen=True, slots=True)
class Parsing:
    """How one time column of one file is read: SQL for the shape, the naive value and the value that carries an
    offset."""

    shape: str
    naive: str
    instant: str


def shape_counts(column: str, table: str) -> str:
    """SQL that counts the non-empty values of a column by shape: shape, values, first line, an example, first and last
    year.

    The years are read off the text, because a zone's transitions must be known before the times are placed.
    """
    digits = f"CASE WHEN {column}[5:5] = '-' THEN {column}[1:4] ELSE split_part({column}, '.', 3)[1:4] END"
    year = f"TRY_CAST({digits} AS INTEGER)"
    return (
        f"SELECT {_shape(column)}, COUNT(*), MIN(line), MIN({column}), MIN({year}), MAX({year}) "
        f"FROM {table} WHERE {column} <> '' GROUP BY 1 ORDER BY 1"
    )


def parsing(column: str, formats: tuple[str, ...], shapes: tuple[str, ...]) -> Parsing:
    """SQL expressions for a column whose values have ``shapes`` (as ``shape_counts`` found them) or declared
    ``formats``.

    ``naive`` is a TIMESTAMP in local time (NULL where the value carries an offset or is no date), ``instant`` a
    TIMESTAMP in UTC (NULL where it does not).
    """
    if formats:
        listed = ", ".join(literal(form) for form in formats)
        if any("%z" in form for form in formats):
            instant = f"timezone('UTC', TRY_CAST(try_strptime({column}, [{listed}]) AS TIMESTAMPTZ))"
            return Parsing("'declared'", "CAST(NULL AS TIMESTAMP)", instant)
        dated = "declared_date" if not any("%H" in form or "%I" in form for form in formats) else "declared"
        return Parsing(literal(dated), f"try_strptime({column}, [{listed}])", "CAST(NULL AS TIMESTAMP)")
    readers = {
        "iso_local": f"TRY_CAST(replace({column}, ',', '.') AS TIMESTAMP)",
        "iso_date": f"TRY_CAST({column} AS TIMESTAMP)",
        "german": f"try_strptime(replace({column}, ',', '.'), "
        "['%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S.%f'])",
        "german_date": f"try_strptime({column}, '%d.%m.%Y')",
    }
    instant = f"timezone('UTC', TRY_CAST(replace({column}, ',', '.') AS TIMESTAMPTZ))"
    if len(shapes) == 1:
        only = shapes[0]
        if only == "iso_offset":
            return Parsing(literal(only), "CAST(NULL AS TIMESTAMP)", instant)
        if only in readers:
            return Parsing(literal(only), readers[only], "CAST(NULL AS TIMESTAMP)")
        return Parsing(literal(only), "CAST(NULL AS TIMESTAMP)", "CAST(NULL AS TIMESTAMP)")
    shape = _shape(column)
    cases = " ".join(f"WHEN {literal(name)} THEN {sql}" for name, sql in readers.items() if name in shapes)
    naive = f"CASE {shape} {cases} END" if cases else "CAST(NULL AS TIMESTAMP)"
    return Parsing(shape, naive, f"CASE WHEN {shape} = 'iso_offset' THEN {instant} END")


def _shape(column: str) -> str:
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
    except (ZoneInfoNotFoundError, ValueError) as fault:
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
