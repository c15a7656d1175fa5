"""The first rows of a delimited text, divided on trial: what speaks for a delimiter, and where the names stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from procmine.read.csv.structure import Dialect, cells

# What a delimiter is looked for among. Space and colon are not: they stand in times.
SHOWN = {
    b";": "semicolon", b",": "comma", b"\t": "tab", b"|": "vertical bar", b"^": "caret", b"~": "tilde",
    b"\x01": "control sign 01", b"\x1e": "control sign 1E", b"\x1f": "control sign 1F",
}  # fmt: skip
SAMPLE = 100
_FAR = 30  # so far down names are looked for
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}\.\d{1,2}\.\d{4}.*|\d{1,2}/\d{1,2}/\d{4}.*")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it starts on, and its fields; none where its quotes do not fit."""

    line: int
    cells: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.cells)


def sampled(head: bytes, dialect: Dialect, whole: bool) -> list[Row]:
    """The first rows. Blank lines are left out; ``whole``: the file ends where ``head`` does."""
    pattern, blank = dialect.row, dialect.blank_lines
    end = bytes([dialect.line_end])
    data = head if not whole or head.endswith(end) else head + end
    rows: list[Row] = []
    place, line = 0, 1
    while place < len(data) and len(rows) <= SAMPLE:
        match = blank.match(data, place)
        if match is None and (match := pattern.match(data, place)) is not None:
            found = cells(data[place : match.start(1)], dialect)
            rows.append(Row(line, tuple(cell.decode("utf-8", "replace") for cell in found)))
        if match is not None:
            line += data.count(end, place, match.end())
            place = match.end()
            continue
        stop = data.find(end, place)
        if stop < 0 or (not whole and data.find(end, stop + 1) < 0):
            break
        rows.append(Row(line, ()))
        line += 1
        place = stop + 1
    return rows


def values_in(names: Sequence[str]) -> int:
    """How many of what should be names are dates or numbers, where that is too many: one date, or half numbers."""
    dates = sum(bool(_DATE.fullmatch(name.strip())) for name in names)
    numbers = sum(bool(_NUMBER.fullmatch(name.strip())) for name in names)
    return dates + numbers if dates or 2 * numbers > len(names) else 0


def divided(row: Row, delimiter: bytes) -> str:
    """A header as one delimiter divides it, for the reader to judge."""
    names = ", ".join(repr(name[:40]) for name in row.cells[:4])
    more = f" and {row.width - 4} more" if row.width > 4 else ""
    return f"{row.width} columns by {SHOWN.get(delimiter, repr(delimiter.decode()))} ({names}{more})"


def found_below(rows: Sequence[Row], delimiter: bytes) -> str:
    """The hint where the names seem to stand further down: a line of names as wide as the rows after it, which hold
    dates. Empty where there is none."""
    for place, row in enumerate(rows[: _FAR + 1]):
        after = rows[place + 1 :]
        if row.line == 1 or row.width < 2 or not after:
            continue
        filled = [name.strip().casefold() for name in row.cells]
        if not all(filled) or len(set(filled)) != len(filled) or values_in(row.cells):
            continue
        alike = [other for other in after if other.width == row.width]
        dated = any(_DATE.fullmatch(cell.strip()) for other in alike for cell in other.cells)
        if dated and 5 * len(alike) >= 4 * len(after):
            sign = SHOWN.get(delimiter, repr(delimiter.decode()))
            return (
                f"Line {row.line} looks like the header ({row.width} names divided by {sign}, {len(alike)} of "
                f"{len(after)} rows after it alike): delete the lines above it."
            )
    return ""


def header_below(head: bytes, candidates: Sequence[bytes], quote: bytes, line_end: int, whole: bool) -> str:
    """``found_below`` for the first delimiter that finds one."""
    readings = (found_below(sampled(head, Dialect(sign, quote, line_end, 1), whole), sign) for sign in candidates)
    return next((hint for hint in readings if hint), "")
