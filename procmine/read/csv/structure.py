"""Where rows and fields of a delimited text begin and end: verified byte by byte, rows that break the rules set apart.

The rules are those of RFC 4180 with any one-byte delimiter: a quoted field begins right after a delimiter or line end
and ends right before one, a quote inside is doubled, every row has as many fields as the header. A piece of the file
takes the quickest way that proves it: (1) no quotes and every row alike: one comparison; (2) quotes or unlike rows:
arrays of positions; (3) a quote out of place: row by row, because what follows depends on where a row is taken to end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from procmine.read.files.encoding import without_marks
from procmine.read.limits import LIMITS
from procmine.read.raw import Refused, kept_text

LF, CR = 10, 13
Array = np.ndarray[Any, np.dtype[Any]]
NONE: Array = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file separates: delimiter, quote (empty: none), line end (LF, also for CRLF, or CR), fields per row."""

    delimiter: bytes
    quote: bytes
    line_end: int
    fields: int
    crlf: bool = False

    @property
    def others(self) -> bytes:
        """Every byte that neither separates nor ends a line."""
        return bytes(set(range(256)) - {self.delimiter[0], LF, CR})

    @property
    def row(self) -> re.Pattern[bytes]:
        """One whole row, however many fields it has, with its line end (group 1)."""
        return self._row(b"*+")

    @property
    def full_row(self) -> re.Pattern[bytes]:
        """One whole row of as many fields as the header, with its line end (group 1)."""
        return self._row(b"{%d}+" % (self.fields - 1))

    def _row(self, times: bytes) -> re.Pattern[bytes]:
        end = rb"(\r?\n)" if self.line_end == LF else rb"(\r)"
        return re.compile(rb"(?:%b)(?:%b(?:%b))%b%b" % (self.cell, re.escape(self.delimiter), self.cell, times, end))

    @property
    def torn_row(self) -> re.Pattern[bytes]:
        """One whole row that may hold a bare line end of the other kind outside quotes, with its line end (group 1)."""
        end = rb"(\n)" if self.line_end == LF else rb"(\r)"
        cell = self._cell(end.strip(b"()"))
        return re.compile(rb"(?:%b)(?:%b(?:%b))*+%b" % (cell, re.escape(self.delimiter), cell, end))

    @property
    def blank_lines(self) -> re.Pattern[bytes]:
        """Lines with nothing in them, as many as follow each other: a file may begin with a million."""
        return re.compile(rb"(?:\r?\n)++" if self.line_end == LF else rb"\r++")

    @property
    def cell(self) -> bytes:
        """One field as a pattern."""
        return self._cell(rb"\r\n")

    def _cell(self, ends: bytes) -> bytes:
        bare = rb"[^%b%b%b]*+" % (re.escape(self.delimiter), re.escape(self.quote), ends)
        if not self.quote:
            return bare
        quote = re.escape(self.quote)
        return rb"%b(?:[^%b]++|%b%b)*+%b|%b" % (quote, quote, quote, quote, quote, bare)


@dataclass(slots=True)
class Scan:
    """What a piece holds. ``alike``: every line is an accepted row, and the four arrays are left empty."""

    rows: int
    consumed: int
    lines: int
    alike: bool = False
    starts: Array = field(
        default_factory=lambda: NONE
    )  # of accepted rows: first byte, byte after the last, byte of the line end, line
    stops: Array = field(default_factory=lambda: NONE)
    ends: Array = field(default_factory=lambda: NONE)
    numbers: Array = field(default_factory=lambda: NONE)
    refused: list[Refused] = field(default_factory=list)
    last_line: int = 0  # where the last row that is not blank starts
    normal: bool = True  # the engine may read these bytes as they are


class BadByte(Exception):
    """A byte that is not UTF-8, in a file nobody declared an encoding for."""

    def __init__(self, line: int, offset: int, byte: int) -> None:
        self.line, self.offset, self.byte = line, offset, byte
        super().__init__(line)


def scan(data: bytes, dialect: Dialect, first_line: int, *, last: bool, declared: bool) -> Scan:
    """Look at ``data``, which begins with a row, up to the end of its last whole row.

    ``last``: nothing follows, and ``data`` ends with a line end. ``declared``: bytes that are not UTF-8 refuse their
    row; otherwise BadByte is raised.
    """
    stop = data.rfind(bytes([dialect.line_end])) + 1
    if stop:
        quick = _alike(data[:stop] if stop < len(data) else data, dialect, last=last)
        if quick is not None:
            return quick
    found = _by_position(data, dialect, first_line)
    if found is None or (len(data) - found.consumed > LIMITS.record_bytes) or (last and found.consumed < len(data)):
        found = _row_by_row(data, dialect, first_line, last=last)
    return _checked(data, dialect, found, declared)


def _alike(data: bytes, dialect: Dialect, *, last: bool) -> Scan | None:
    """The quickest proof: without quotes, the separators in a row are the same few bytes over and over."""
    if (dialect.quote and dialect.quote in data) or b"\0" in data or dialect.line_end == CR:
        return None
    separators = data.translate(None, dialect.others)
    row = dialect.delimiter * (dialect.fields - 1) + (b"\r\n" if dialect.crlf else b"\n")
    rows, left = divmod(len(separators), len(row))
    if left or separators != row * rows or (dialect.crlf and data.count(b"\r\n") != rows):
        return None
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return None
    place = 0
    while len(data) - place > LIMITS.field_bytes:
        following = data.rfind(b"\n", place, place + LIMITS.field_bytes) + 1
        if following <= place:
            return None
        place = following
    return Scan(rows=rows, consumed=len(data), lines=rows, alike=True, last_line=1)


def _by_position(data: bytes, dialect: Dialect, first_line: int) -> Scan | None:
    """Rows by arrays of positions. None where a quote is out of place."""
    bytes_ = np.frombuffer(data, np.uint8)
    end = np.uint8(dialect.line_end)
    special = (bytes_ == end) | (bytes_ == np.uint8(dialect.delimiter[0]))
    if not dialect.quote or dialect.quote not in data:
        at = np.flatnonzero(special)
        outside = at
    else:
        quote = np.uint8(dialect.quote[0])
        special |= bytes_ == quote
        at = np.flatnonzero(special)
        is_quote = bytes_[at] == quote
        inside = (np.cumsum(is_quote, dtype=np.uint8) & 1).view(bool)  # 256 is even: the wrap keeps the parity
        if not _quotes_in_place(bytes_, at, is_quote, inside, dialect):
            return None
        outside = at[~is_quote & ~inside]
    kinds = bytes_[outside]
    closing = np.flatnonzero(kinds == end)
    ends = outside[closing]
    if not len(ends):
        return Scan(rows=0, consumed=0, lines=0)
    starts = np.concatenate(([0], ends[:-1] + 1))
    line_ends = at[bytes_[at] == end] if len(outside) != len(at) else ends
    line_ends = line_ends[line_ends <= ends[-1]]
    numbers = first_line + np.concatenate(([0], np.searchsorted(line_ends, ends[:-1], side="right")))
    widths = np.diff(closing, prepend=-1)
    stops = ends.copy()
    if dialect.line_end == LF:
        stops -= (ends > starts) & (bytes_[np.maximum(ends - 1, 0)] == CR)
    other = CR if dialect.line_end == LF else LF
    stray = NONE
    if bytes([other]) in data:
        stray = np.flatnonzero(bytes_ == np.uint8(other))
        if dialect.quote and dialect.quote in data:
            before = np.searchsorted(at, stray)
            stray = stray[(before == 0) | ~inside[np.maximum(before, 1) - 1]]
        stray = stray[stray < ends[-1]]
        rows = np.searchsorted(ends, stray)
        stray = rows[stray < stops[rows]]
    return _sorted_out(data, dialect, starts, stops, ends, numbers, widths, stray, len(line_ends))


def _quotes_in_place(bytes_: Array, at: Array, is_quote: Array, inside: Array, dialect: Dialect) -> bool:
    """Every opening quote follows a separator (or a closing quote: doubled), every closing one comes before one."""
    touching = np.diff(at) == 1
    opening = is_quote & inside
    follows = np.concatenate(([at[0] == 0], touching))
    if not follows[opening].all():
        return False
    closing = np.flatnonzero(is_quote & ~inside)
    before = np.concatenate((touching, [at[-1] == len(bytes_) - 1]))[closing]
    if before.all():
        return True
    late = closing[~before]
    if dialect.line_end != LF or late[-1] == len(at) - 1:
        return False
    following = at[late + 1]
    place = at[late]
    return bool(((following - place == 2) & (bytes_[place + 1] == CR) & (bytes_[following] == LF)).all())


def _sorted_out(
    data: bytes,
    dialect: Dialect,
    starts: Array,
    stops: Array,
    ends: Array,
    numbers: Array,
    widths: Array,
    stray: Array,
    lines: int,
) -> Scan:
    """Accepted rows apart from those with the wrong number of fields, a stray line end, or too much text."""
    good = widths == dialect.fields
    good[stray] = False
    lengths = stops - starts
    for row in np.flatnonzero(lengths > LIMITS.field_bytes).tolist():
        good[row] = good[row] and _too_long(data[starts[row] : stops[row]], dialect) is None
    refused = []
    stray_rows = set(stray.tolist())
    for row in np.flatnonzero(~good).tolist():
        raw = data[starts[row] : stops[row]]
        refused.append(
            Refused(int(numbers[row]), _reason(raw, int(widths[row]), dialect, row in stray_rows), _kept(raw))
        )
    filled = np.flatnonzero(lengths > 0)
    return Scan(
        rows=int(good.sum()),
        consumed=int(ends[-1]) + 1,
        lines=lines,
        starts=starts[good],
        stops=stops[good],
        ends=ends[good],
        numbers=numbers[good],
        refused=refused,
        last_line=int(numbers[filled[-1]]) if len(filled) else 0,
        normal=not refused and dialect.line_end == LF and not dialect.crlf and bool((stops == ends).all()),
    )


def _reason(raw: bytes, width: int, dialect: Dialect, stray: bool) -> str:
    if not raw:
        return "empty_line"
    if bad := _bad_text(raw):
        return bad  # what the bytes are in truth may also be why the fields do not add up
    if stray:
        return "bare_carriage_return" if dialect.line_end == LF else "bare_line_feed"
    if width != dialect.fields:
        return "too_few_fields" if width < dialect.fields else "too_many_fields"
    return _too_long(raw, dialect) or "unknown"


def _too_long(raw: bytes, dialect: Dialect) -> str | None:
    if len(raw) > LIMITS.record_bytes:
        return "row_too_long"
    if len(raw) > LIMITS.field_bytes and any(len(cell) > LIMITS.field_bytes for cell in cells(raw, dialect)):
        return "field_too_long"
    return None


def cells(raw: bytes, dialect: Dialect) -> list[bytes]:
    """The fields of one whole row, quotes taken off."""
    found = []
    pattern = re.compile(dialect.cell)
    place = 0
    while True:
        match = pattern.match(raw, place)
        cell = match.group() if match else b""
        place += len(cell)
        if dialect.quote and cell.startswith(dialect.quote):
            cell = cell[1:-1].replace(dialect.quote * 2, dialect.quote)
        found.append(cell)
        if raw[place : place + 1] != dialect.delimiter:
            return found
        place += 1


def _row_by_row(data: bytes, dialect: Dialect, first_line: int, *, last: bool) -> Scan:
    """The slow way: a row whose quotes break the rules loses its first line, and reading goes on after that line."""
    full_row, any_row, cell = dialect.full_row, dialect.row, re.compile(dialect.cell)
    end = bytes([dialect.line_end])
    spans: list[tuple[int, int, int, int, int]] = []
    refused: list[Refused] = []
    place, line, last_line = 0, first_line, 0
    while place < len(data):
        match, width = full_row.match(data, place), dialect.fields
        if match is None and (match := any_row.match(data, place)) is not None:
            width = len(cells(data[place : match.start(1)], dialect))
        if match is not None:
            stop, after = match.span(1)
            spans.append((place, stop, after - 1, line, width))
            if stop > place:
                last_line = line
            line += data.count(end, place, after)
            place = after
            continue
        reason = _fault(data, place, dialect, cell, last=last)
        stop = data.find(end, place)
        if reason is None or stop < 0:
            break
        if reason.startswith("bare_") and (torn := dialect.torn_row.match(data, place)) is not None:
            stop = torn.start(1)  # its quotes are in place, so it is known where the row ends: nothing in it is a row
        raw = data[place:stop].removesuffix(b"\r")
        refused.append(Refused(line, _bad_text(raw) or reason, _kept(raw)))
        last_line = line
        line += data.count(end, place, stop + 1)
        place = stop + 1
    if spans:
        starts, stops, ends, numbers, widths = np.array(spans, np.int64).T
        found = _sorted_out(data, dialect, starts, stops, ends, numbers, widths, NONE, 0)
    else:
        found = Scan(rows=0, consumed=0, lines=0)
    found.refused = sorted([*found.refused, *refused], key=lambda row: row.line)
    found.normal = found.normal and not refused
    found.consumed, found.lines, found.last_line = place, line - first_line, last_line
    return found


def _fault(data: bytes, place: int, dialect: Dialect, cell: re.Pattern[bytes], *, last: bool) -> str | None:
    """Why no row begins here; None where the piece ends too early to know."""
    open_ended = not last and len(data) - place <= LIMITS.record_bytes
    start = place
    while True:
        match = cell.match(data, place)
        stop = match.end() if match else place
        opened = bool(dialect.quote) and data[place : place + 1] == dialect.quote
        closed = opened and stop > place
        following = data[stop : stop + 1]
        if opened and not closed:
            return None if open_ended else "unclosed_quote"
        if following == dialect.delimiter:
            place = stop + 1
            continue
        if not following or (following == b"\r" and stop + 1 == len(data)):
            return None if open_ended or not last else "unclosed_quote"
        if closed:
            first_end = data.find(bytes([dialect.line_end]), start)
            return "unclosed_quote" if 0 <= first_end < stop else "stray_quote"
        if following == dialect.quote:
            return "stray_quote"
        return "bare_carriage_return" if following == b"\r" else "bare_line_feed"


def _checked(data: bytes, dialect: Dialect, found: Scan, declared: bool) -> Scan:
    """Rows with NUL or bytes that are not UTF-8 are refused too; looked for row by row only where there are any."""
    part = data[: found.consumed]
    nul, valid = b"\0" in part, True
    try:
        part.decode("utf-8")
    except UnicodeDecodeError as fault:
        valid = False
        if not declared:
            line = part.count(bytes([dialect.line_end]), 0, fault.start)
            raise BadByte(line, fault.start, part[fault.start]) from None
    if valid and not nul:
        return found
    good = np.ones(len(found.starts), bool)
    for row, (start, stop) in enumerate(zip(found.starts.tolist(), found.stops.tolist(), strict=True)):
        raw = data[start:stop]
        reason = _bad_text(raw)
        if reason:
            good[row] = False
            found.refused.append(Refused(int(found.numbers[row]), reason, _kept(raw)))
    if not good.all():
        found.starts, found.stops = found.starts[good], found.stops[good]
        found.ends, found.numbers = found.ends[good], found.numbers[good]
        found.rows, found.normal = int(good.sum()), False
        found.refused.sort(key=lambda row: row.line)
    return found


def _kept(raw: bytes) -> str:
    return kept_text(without_marks(raw))


def _bad_text(raw: bytes) -> str | None:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "bad_encoding"
    return "null_byte" if b"\0" in raw else None
