"""What the engine reads of a delimited text: the file itself, or a cleaned private copy where rows were refused."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from procmine.read.csv.structure import CR, LF, Array, Dialect, Scan
from procmine.read.files.opening import Opened

PATTERN_SIGNS = set("*?[]{}")


class Cleaned:
    """Collects what is accepted. Starts writing only when the file itself will not do, from then on everything.

    ``numbers``: the line of each row, written once rows and lines part ways. ``rows``: the accepted rows' bytes.
    """

    def __init__(
        self, folder: Path, file: Opened, dialect: Dialect, *, first_line: int, header: int, as_is: bool
    ) -> None:
        self._folder, self._file, self._dialect = folder, file, dialect
        self._first_line, self._header = first_line, header
        self._rows: BinaryIO | None = None
        self._numbers: BinaryIO | None = None
        self.count = 0
        self.quoted_line_end = False
        if not as_is:
            self._rows = (folder / "rows.csv").open("wb")

    @property
    def copied(self) -> bool:
        """Whether the engine has to read the copy."""
        return self._rows is not None

    def add(self, data: bytes, found: Scan, line: int, offset: int) -> None:
        """Take a piece's accepted rows. ``line``: the piece's first; ``offset``: its place in the file."""
        if found.alike:
            numbers: Array = np.arange(line, line + found.rows)
        else:
            numbers = found.numbers
        expected = self._first_line + self.count
        straight = found.alike and line == expected
        if (
            not straight
            and self._numbers is None
            and not np.array_equal(numbers, np.arange(expected, expected + len(numbers)))
        ):
            self._numbers = (self._folder / "numbers").open("wb")
            _write_range(self._numbers, self._first_line, self.count)
        if self._numbers is not None:
            self._numbers.write(np.ascontiguousarray(numbers, np.int64).data)
        if found.rows and not found.alike and found.lines > found.rows:
            self.quoted_line_end = True
        if self._rows is None and not (found.alike or found.normal):
            self._rows = (self._folder / "rows.csv").open("wb")
            self._catch_up(self._rows, offset)
        if self._rows is not None:
            self._rows.write(accepted_bytes(data, found, self._dialect))
        self.count += found.rows

    def _catch_up(self, rows: BinaryIO, offset: int) -> None:
        """Copy what was accepted so far: every row between the header and this piece, with LF as line end."""
        held = b""
        for piece in self._file.again(self._header, offset):
            if self._dialect.crlf:  # so far nothing but unquoted rows that end with CRLF
                piece = held + piece
                held = piece[-1:] if piece.endswith(b"\r") else b""
                piece = piece[: len(piece) - len(held)].replace(b"\r\n", b"\n")
            rows.write(piece)

    def close(self) -> None:
        """Close what was opened; the folder's owner removes it."""
        for handle in (self._rows, self._numbers):
            if handle is not None:
                handle.close()

    def source(self, path: Path) -> Path:
        """The file for the engine to read, under a name that is no pattern."""
        if self._rows is not None:
            return self._folder / "rows.csv"
        return safe_name(path, self._folder)

    def line_numbers(self) -> Array | None:
        """The lines of the accepted rows; None where they follow one another without a gap."""
        if self._numbers is None:
            return None
        if not self.count:
            return np.empty(0, np.int64)
        mapped: Any = np.memmap(self._folder / "numbers", np.int64, "r")
        return np.asarray(mapped)


def _write_range(handle: BinaryIO, start: int, count: int) -> None:
    for place in range(0, count, 1 << 20):
        handle.write(np.arange(start + place, start + min(place + (1 << 20), count), dtype=np.int64).data)


def accepted_bytes(data: bytes, found: Scan, dialect: Dialect) -> bytes:
    """The accepted rows of a piece, each ended by LF."""
    if found.alike:
        part = data[: found.consumed]
        return part.replace(b"\r\n", b"\n") if dialect.crlf else part
    if not found.rows:
        return b""
    step = np.zeros(found.consumed + 1, np.int8)
    step[found.starts] += 1
    step[found.stops] -= 1
    keep = np.cumsum(step[:-1], dtype=np.int8).view(bool)
    keep[found.ends] = True
    values = np.frombuffer(data, np.uint8)[: found.consumed]
    if dialect.line_end == CR:
        values = values.copy()
        values[found.ends] = LF
    kept: bytes = values[keep].tobytes()
    return kept


def safe_name(path: Path, folder: Path) -> Path:
    """The same file under a name that is no pattern to the engine: a link, or a copy where links are not allowed."""
    whole = path.absolute()
    if not PATTERN_SIGNS & set(str(whole)):
        return whole
    link = folder / f"input{path.suffix if path.suffix.isalnum() else ''}"
    for make in (os.symlink, os.link, shutil.copyfile):
        try:
            make(whole, link)
        except OSError:
            continue
        return link
    return whole
