"""The header of a sheet: the first row that names every column the rows after it fill. What is not sure is refused.

Looked at are the first filled rows of a sheet. A column is *in use* below a row where more than half of the next
hundred filled rows fill it. The header is the first row of two filled cells or more that fills every column in use
below it. Its filled cells must all be text and distinct (large and small letters and outer spaces count as one). Rows
before it are title lines; a title line directly above it that is all text and fills more than half of these columns
could be the header as well, and then neither is taken.

The table reaches from the header's first filled cell to its last. A column between them without a name is left out
where the rows looked at leave it empty; one that holds something has an empty name; two of them are refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from procmine.errors import InputError
from procmine.read.limits import LIMITS
from procmine.read.xlsx.cells import column_name
from procmine.read.xlsx.sheet import Row

HEADER_WITHIN = 50
SAMPLE = 100
_VALUE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}\.\d{1,2}\.\d{4}.*|\d{1,2}/\d{1,2}/\d{4}.*", re.DOTALL)
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_HINT = "Put one row with a name over every column, and name the sheets to read ([file] sheets) if this one is no log."


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table by their number in the sheet, and how many of the first filled rows are not its rows."""

    line: int
    names: tuple[str, ...]
    columns: tuple[int, ...]
    titles: tuple[int, ...]
    above: int
    warnings: tuple[str, ...]


def find_header(rows: Sequence[Row], where: str) -> Header:
    """Find the header among the first filled rows of a sheet. Raises InputError where it is not sure."""
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        used = _in_use(rows[number + 1 : number + 1 + SAMPLE])
        filled = _filled(row)
        if len(filled) < 2 or not used <= filled:
            continue
        _refuse_typed(row, where)
        if number:
            _refuse_rival(rows[number - 1], row, used or filled, where)
        return _header(row, rows, number, where)
    raise InputError(
        f"No header was found in the first {min(len(rows), HEADER_WITHIN)} filled rows.", where=where, hint=_HINT
    )


def _filled(row: Row) -> set[int]:
    return {column for column, text in zip(row.columns, row.texts, strict=True) if text.strip()}


def _in_use(rows: Sequence[Row]) -> set[int]:
    counts: Counter[int] = Counter()
    for row in rows:
        counts.update(_filled(row))
    return {column for column, count in counts.items() if 2 * count > len(rows)}


def _refuse_typed(row: Row, where: str) -> None:
    """A header is text; a number, date or error in its place means that there is none."""
    odd = row.fault[0] if row.fault else row.typed[0] if row.typed else None
    if odd is not None:
        raise InputError(
            f"No header was found: row {row.number} is the first that names every column below it, and "
            f"{column_name(odd)}{row.number} is no text.",
            where=f"{where}!{column_name(odd)}{row.number}",
            hint=_HINT,
        )


def _refuse_rival(above: Row, row: Row, used: set[int], where: str) -> None:
    names = _filled(above)
    if above.number + 1 == row.number and not above.typed and 2 * len(names & used) > len(used):
        lacking = column_name(min(used - names or used))
        raise InputError(
            f"Row {above.number} could be the header, but {lacking}{above.number} is empty; row {row.number} could be "
            "it too.",
            where=f"{where}!{lacking}{above.number}",
            hint=_HINT,
        )


def _header(row: Row, rows: Sequence[Row], number: int, where: str) -> Header:
    texts = dict(zip(row.columns, row.texts, strict=True))
    filled = _filled(row)
    below = set[int]().union(*(_filled(other) for other in rows[number + 1 :]))
    columns = tuple(c for c in range(min(filled), max(filled) + 1) if c in filled or c in below)
    names = tuple(texts.get(column, "") for column in columns)
    cells = [f"{column_name(column)}{row.number}" for column in columns]
    _check_names(names, cells, where)
    titles = tuple(above.number for above in rows[:number])
    warnings = [f"Column {cell} has no name." for cell, name in zip(cells, names, strict=True) if not name.strip()]
    if titles:
        shown = ", ".join(str(title) for title in titles[:10]) + (" …" if len(titles) > 10 else "")
        warnings.append(f"{len(titles)} title lines above the header are no rows: {shown}.")
    return Header(row.number, names, columns, titles, number + 1, tuple(warnings))


def _check_names(names: Sequence[str], cells: Sequence[str], where: str) -> None:
    """Refuse names that are one for a database, too long, or values."""
    if len(names) > LIMITS.columns:
        raise InputError(f"The sheet has {len(names):,} columns, the limit is {LIMITS.columns:,}.", where=where)
    folded: dict[str, int] = {}
    for place, name in enumerate(names):
        if len(name) > LIMITS.column_name:
            raise InputError(
                f"A column name is longer than {LIMITS.column_name:,} characters.", where=f"{where}!{cells[place]}"
            )
        twin = folded.setdefault(name.strip().casefold(), place)
        if twin != place:
            shown = f"are both called {name!r}" if name.strip() else "have no name"
            raise InputError(
                f"The columns {cells[twin]} and {cells[place]} {shown} (large and small letters and outer spaces "
                "count as one).",
                where=f"{where}!{cells[place]}",
                hint="Rename one of them in the sheet.",
            )
    dates = sum(bool(_VALUE.fullmatch(name.strip())) for name in names)
    numbers = sum(bool(_NUMBER.fullmatch(name.strip())) for name in names)
    if dates or 2 * numbers > len(names):
        raise InputError(
            f"The row holds values, not column names ({dates + numbers} of {len(names)} are dates or numbers).",
            where=f"{where}!{cells[0]}",
            hint=_HINT,
        )
