"""Date order: whether the days of a column stand before or after the months, proven by its values or left open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from procmine.engines.duckdb import DuckDB, literal

# Where so few values prove an order, they may be slips of the pen: with a date of any day, 3 of 5 first numbers of
# a day-first column are above 12.
TOO_FEW = 0.05
ENOUGH_VALUES = 100
_ORDERED = re.compile(r"9{1,2}(?P<sep>[./-])9{1,2}(?P=sep)(?P<year>9{4}|9{2})(?P<time>\D.*)?")
_YEAR_FIRST = re.compile(r"9{4}(?P<sep>[./-])9{1,2}(?P=sep)9{1,2}(?P<time>\D.*)?")
_NAMED = re.compile(r"9{1,2}(?P<sep>[-. ])\w{3}(?P=sep)9{4}(?P<time>\D.*)?")
_COMPACT = re.compile(r"9{8}(?P<gap>[T_ ]?)(?P<clock>9{6}|9{4})?")
_COMPACT_CLOCKS = {None: "", "9999": "%H%M", "999999": "%H%M%S"}
_CLOCK = re.compile(
    r"(?P<gap>[T ,]{1,2})9{1,2}:99(?P<seconds>:99((?P<point>[.,])9{1,9})?)?(?P<half> ?[AaPp][Mm])?(?P<word> Uhr)?"
)


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How the days of a column can be read.

    ``order``: ``year_first``, ``day_first``, ``month_first``, ``open`` (both readings possible), ``mixed`` (values
    prove both) or ``strange`` (no reading fits). ``declared`` says whether a source file has to name ``formats`` (the
    reader knows some without); for an open order ``other`` holds those of the second reading, month first.
    ``first_above`` and ``second_above`` count the values whose first and second number is above 12: no month can be.
    """

    order: str
    declared: bool
    formats: tuple[str, ...]
    other: tuple[str, ...]
    values: int
    first_above: int
    second_above: int


def date_order(engine: DuckDB) -> DateOrder:
    """The order of the time-like column whose distinct values stand in ``seen`` (see ``looks.look``)."""
    masks = [
        (str(mask), int(rows))
        for mask, rows in engine.run(
            "SELECT CASE WHEN length(v) <= 40 THEN regexp_replace(v, '[0-9]', '9', 'g') ELSE '' END, sum(n) FROM seen "
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 500"
        )
    ]
    numbered = [(mask, found) for mask, _ in masks if (found := _ORDERED.fullmatch(mask))]
    values, first, second = _above(engine)
    day = _formats(numbered, "day")
    if not numbered:
        known = all(re.match(r"9{4}-99-99", mask) for mask, _ in masks)
        formats = () if known else _others([mask for mask, _ in masks])
        order = "year_first" if known or formats else "strange"
        return DateOrder(order, not known, formats, (), sum(rows for _, rows in masks), 0, 0)
    dotted = all(found["sep"] == "." and found["year"] == "9999" for _, found in numbered)
    month = _formats(numbered, "month")
    # TT.MM.JJJJ is how German writes a day; the reader needs no declaration, unless the clock has another form.
    plain = dotted and all(not found["time"] or re.fullmatch(r" 99?:99(:99([.,]9+)?)?", found["time"])
                           for _, found in numbered)  # fmt: skip
    rest = _others([mask for mask, _ in masks if not _ORDERED.fullmatch(mask) and not re.match(r"9{4}-99-99", mask)])
    order = "day_first" if dotted and not second else _order(values, first, second)
    if any(found["year"] == "99" for _, found in numbered) and order not in ("mixed", "strange"):
        order = "open"  # three numbers of two digits: the year may stand anywhere
    if order == "month_first":
        return DateOrder(order, True, (*month, *rest), (), values, first, second)
    if order == "day_first":
        return DateOrder(order, not plain or bool(rest), (*day, *rest), (), values, first, second)
    return DateOrder(order, True, (*day, *rest), (*month, *rest), values, first, second)


def _above(engine: DuckDB) -> tuple[int, int, int]:
    """Values of the form number, number, year: how many, and whose first and second number no month can be."""
    starts = literal(r"^(\d{1,2})[./-](\d{1,2})[./-]\d{2}")
    row = engine.run(
        "SELECT coalesce(sum(n), 0), coalesce(sum(CASE WHEN a > 12 THEN n END), 0), "
        "coalesce(sum(CASE WHEN b > 12 THEN n END), 0) FROM ("
        f"SELECT n, TRY_CAST(regexp_extract(v, {starts}, 1) AS INTEGER) AS a, "
        f"TRY_CAST(regexp_extract(v, {starts}, 2) AS INTEGER) AS b FROM seen) WHERE a IS NOT NULL"
    )[0]
    return int(row[0]), int(row[1]), int(row[2])


def _order(values: int, first: int, second: int) -> str:
    if first and second:
        return "mixed"
    proofs = first + second
    if not proofs or (values >= ENOUGH_VALUES and proofs < TOO_FEW * values):
        return "open"
    return "day_first" if first else "month_first"


def _formats(numbered: Sequence[tuple[str, re.Match[str]]], before: str) -> tuple[str, ...]:
    """strptime formats of masks such as 99/99/9999 99:99, with the day or the month first."""
    formats = []
    for _, found in numbered:
        sep, year = found["sep"], "%Y" if found["year"] == "9999" else "%y"
        days = f"%d{sep}%m{sep}{year}" if before == "day" else f"%m{sep}%d{sep}{year}"
        clock = _clock(found["time"])
        if clock is not None:
            formats.append(days + clock)
    return tuple(dict.fromkeys(formats))


def _others(masks: Sequence[str]) -> tuple[str, ...]:
    """strptime formats of masks that leave no question: year first, or the month by its English name."""
    formats = []
    for mask in masks:
        if found := _COMPACT.fullmatch(mask):
            formats.append(f"%Y%m%d{found['gap']}{_COMPACT_CLOCKS[found['clock']]}")
            continue
        if found := _YEAR_FIRST.fullmatch(mask):
            days = "%Y{0}%m{0}%d".format(found["sep"])
        elif found := _NAMED.fullmatch(mask):
            days = "%d{0}%b{0}%Y".format(found["sep"])
        else:
            continue
        time = _clock(found["time"])
        if time is not None:
            formats.append(days + time)
    return tuple(dict.fromkeys(formats))


def _clock(text: str | None) -> str | None:
    """The format of a time of day behind its date; None where it has no form that is known."""
    if not text:
        return ""
    found = _CLOCK.fullmatch(text)
    if found is None or (found["half"] and found["word"]):
        return None
    clock = ("%I" if found["half"] else "%H") + ":%M" + (":%S" if found["seconds"] else "")
    clock += f"{found['point']}%f" if found["point"] else ""
    half = (" " if found["half"].startswith(" ") else "") + "%p" if found["half"] else ""
    return f"{found['gap']}{clock}{half}{found['word'] or ''}"
