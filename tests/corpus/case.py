"""One file of the corpus: its bytes, how it is asked for, and what has to come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# What a request calls the columns of the corpus's own tables.
MAP = {"case": "fall", "activity": "schritt", "timestamp": "zeit", "resource": "person"}
HEAD = "fall;schritt;zeit;person"
# Three good rows, and what they are: Berlin is an hour ahead of UTC in January.
GOOD = (
    "A1;Antrag;2024-01-08 08:00:00;w1",
    "A1;Beratung;2024-01-09 09:30:00;w2",
    "B2;Antrag;2024-01-10 10:00:00;w1",
)
TAKEN = (
    ("A1", "Antrag", "2024-01-08T07:00:00.000000Z", "w1"),
    ("A1", "Beratung", "2024-01-09T08:30:00.000000Z", "w2"),
    ("B2", "Antrag", "2024-01-10T09:00:00.000000Z", "w1"),
)
Row = tuple[str, str, str, str]
Maker = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Case:
    """A file and what is expected of it.

    ``data`` is the file's content, or a function that makes what stands at the path. ``accepted`` and ``refused`` (line
    and reason of each refused row) are told where they are the point. ``says`` are patterns the message must match,
    ``hides`` texts it must not hold: values of the log.
    """

    group: str
    name: str
    fault: str
    data: bytes | Maker
    outcome: str
    accepted: int | None = None
    refused: tuple[tuple[int, str], ...] | None = None
    rows: tuple[Row, ...] | None = None
    says: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    file: str = "log.csv"
    format: str = "csv"
    columns: Mapping[str, str] = field(default_factory=lambda: MAP)
    options: Mapping[str, Any] = field(default_factory=dict)
    level: str = "must"

    def __post_init__(self) -> None:
        if self.outcome == "partial" and not self.refused:
            raise ValueError(f"{self.name}: a partial file names its refused rows")

    def request(self, path: Path) -> dict[str, Any]:
        """The request of this file, as the adapter reads it."""
        asked: dict[str, Any] = {"path": str(path), "format": self.format, "map": dict(self.columns)}
        return asked | ({"options": dict(self.options)} if self.options else {})


def text(*rows: str, head: str = HEAD, end: str = "\n", encoding: str = "utf-8") -> bytes:
    """A table: header and rows, each with its line end."""
    return "".join(line + end for line in (head, *rows)).encode(encoding)


def accept(
    group: str, name: str, fault: str, data: bytes | Maker, rows: Sequence[Row] | None = None, **more: Any
) -> Case:
    """A file that is taken whole."""
    told = {"accepted": len(rows)} if rows is not None else {}
    kept = tuple(rows) if rows is not None else None
    return Case(group, name, fault, data, "accept", refused=(), rows=kept, **{**told, **more})


def partial(
    group: str, name: str, fault: str, data: bytes | Maker, refused: Sequence[tuple[int, str]], **more: Any
) -> Case:
    """A file of which some rows are refused, by line and reason."""
    return Case(group, name, fault, data, "partial", refused=tuple(refused), **more)


def reject(group: str, name: str, fault: str, data: bytes | Maker, *says: str, **more: Any) -> Case:
    """A file that is refused whole; the message has to say why, and where."""
    return Case(group, name, fault, data, "reject", accepted=0, says=says, **more)
