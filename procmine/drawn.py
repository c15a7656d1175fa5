"""Drawn tables: rows as a reader writes them in a text, with a line of names and bars between the cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from procmine.errors import ContentError, nearest

# A bar with blanks around it ends a cell; one without belongs to the value, as in placement|partner.
_BAR = re.compile(r"(?:(?<=\s)|^)\|(?=\s|$)")
_READ: Mapping[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn table: its column names and its rows as typed values, an empty cell as None."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def drawn_table(
    text: str, kinds: Mapping[str, str], *, place: str, line: int
) -> tuple[Drawn, list[tuple[int, ContentError]]]:
    """The table drawn in ``text``, whose columns are of the given kinds (schema.KINDS), and what is wrong with it.

    ``line`` is the line of ``place`` that ``text`` begins on. Each fault comes with its line.

    >>> drawn_table("a | b\\n1 |", {"a": "integer", "b": "text"}, place="own.toml", line=7)
    (Drawn(columns=('a', 'b'), rows=((1, None),)), [])
    """
    faults: list[tuple[int, ContentError]] = []

    def fault(number: int, what: str, hint: str = "") -> None:
        faults.append((number, ContentError(what, where=f"{place}:{number}", hint=hint)))

    drawn = [(line + 1 + number, row) for number, row in enumerate(text.splitlines()) if row.strip()]
    if not drawn:
        fault(line, "The table is empty.", "Write a line of column names first.")
        return Drawn((), ()), faults
    head, *body = drawn
    columns = _cells(head[1])
    for name in columns:
        if name not in kinds:
            fault(head[0], f"There is no column {name}.", nearest(name, kinds))
    rows = []
    for number, row in body:
        cells = _cells(row)
        if len(cells) != len(columns):
            fault(number, f"This row has {len(cells)} cells, the table {len(columns)} columns.")
            continue
        values: list[Any] = []
        for name, cell in zip(columns, cells, strict=True):
            kind = kinds.get(name, "text")
            try:
                values.append(_READ.get(kind, str)(cell) if cell else None)
            except (ValueError, KeyError):
                fault(number, f"{cell} is no {kind} ({name}).")
        rows.append(tuple(values))
    return Drawn(columns, tuple(rows)), faults


def _cells(row: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in _BAR.split(f"{row} "))
