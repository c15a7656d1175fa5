"""Text set in columns for a terminal; every cell is cleaned, so that no control character of a log acts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from procmine.report.words import clean


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Rows as aligned columns, those numbered in ``right`` at their end. A column empty throughout is left out."""
    every = [[clean(cell) for cell in row] for row in rows]
    kept = [at for at in range(len(head)) if not every or any(row[at] for row in every)]
    shown = [[row[at] for at in kept] for row in (list(head), *every)]
    ends = {place for place, at in enumerate(kept) if at in set(right)}
    widths = [max(_width(row[at]) for row in shown) for at in range(len(kept))]
    lines = ["  ".join(_pad(cell, widths[at], at in ends) for at, cell in enumerate(row)).rstrip() for row in shown]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def pairs(facts: Iterable[tuple[str, str]]) -> str:
    """Names and values, the values one below the other."""
    listed = [(clean(name), clean(value)) for name, value in facts]
    width = max((_width(name) for name, _ in listed), default=0)
    return "\n".join(f"{_pad(name, width, False)}  {value}".rstrip() for name, value in listed)


def several(text: str) -> str:
    """A text of several lines, each cleaned."""
    return "\n".join(clean(line) for line in text.splitlines())


def underlined(title: str) -> str:
    """A title with a line below it."""
    return f"{clean(title)}\n{'-' * _width(clean(title))}"
