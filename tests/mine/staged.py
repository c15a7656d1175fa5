"""Scenes: the few rows that one test looks at, written with those of all others into one log, an office a scene.

Reading a log in takes half a second, and a case is mined alone: one log serves all tests of a module.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from procmine.study import open_log

Row = dict[str, str]
Test = TypeVar("Test", bound=Callable[..., None])
OWN = ("case_id", "worker", "to_worker", "from_worker", "link_id")


class Scenes:
    """The rows of each test, by the test's name."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}

    def __call__(self, *rows: Row) -> Callable[[Test], Test]:
        """Mark a test with its rows; they become an office of the test's name, with cases and workers of its own."""

        def keep(test: Test) -> Test:
            name = test.__name__
            self._rows[name] = [
                {**row, "office": name} | {key: f"{name}-{row[key]}" for key in OWN if row.get(key)} for row in rows
            ]
            return test

        return keep

    def open(self, place: Path, more: Iterable[Row] = ()) -> Any:
        """The log of all scenes."""
        return opened(place, [*(row for rows in self._rows.values() for row in rows), *more])


def opened(place: Path, rows: Sequence[Row], without: Sequence[str] = (), source: str | None = None) -> Any:
    """A log of these rows, read in from a CSV file that lacks the columns ``without``."""
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if name not in without]
    path = place / "log.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return open_log(path, source=source, store=place / "store")
