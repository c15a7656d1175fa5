"""The pages of a Parquet file, looked at before any reader believes them: their sizes, their values, their check sums.

A page's header is Thrift in the compact protocol (parquet.thrift, PageHeader: 1 kind, 2 size unpacked, 3 size packed,
4 CRC-32 of the packed bytes, then one struct a kind whose field 1 counts the values). DuckDB checks no CRC, so that a
bit that flips in a letter would pass without a word.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from procmine.errors import InputError
from procmine.read.files.opening import Opened
from procmine.read.limits import LIMITS

_KIND, _SIZE, _PACKED, _CRC, _DATA, _DICTIONARY, _DATA2 = 1, 2, 3, 4, 5, 7, 8
_LOOK = 1 << 10  # so much is read for a header at first; statistics can make it longer
_LONGEST = 16 << 20
_DEPTH = 8
_IDLE = 8  # pages of a chunk without values: a dictionary, an index


@dataclass(frozen=True, slots=True)
class Chunk:
    """One column of one row group, as the footer announces it."""

    row_group: int
    column: str
    start: int
    values: int
    unpacked: int


@dataclass(frozen=True, slots=True)
class Page:
    """What a page's header says."""

    header: int  # its own length
    size: int
    packed: int
    crc: int | None
    values: int  # 0 for a dictionary


class _Short(Exception):
    """The bytes end within the header."""


def verify_pages(file: Opened, chunks: Sequence[Chunk]) -> tuple[int, int]:
    """Look at every page: how many there are, and how many of them carry a check sum, which is then right.

    Raises InputError naming row group and column where a check sum is wrong or the footer announces something else.
    """
    pages = checked = 0
    for chunk in chunks:
        place, values, unpacked, idle = chunk.start, 0, 0, 0
        while values < chunk.values:
            page = _page(file, place, chunk)
            place += page.header
            if place + page.packed > file.size:
                raise _damaged(file, chunk, "A page reaches beyond the end of the file")
            if page.crc is not None and _crc(file, place, page.packed) != page.crc:
                raise _damaged(file, chunk, "The check sum of a page is wrong")
            place += page.packed
            values += page.values
            idle += not page.values
            if idle > _IDLE:
                raise _damaged(file, chunk, f"More than {_IDLE} pages hold no value")
            unpacked += page.header + page.size
            pages += 1
            checked += page.crc is not None
            if page.size > LIMITS.page_bytes or unpacked > 2 * chunk.unpacked + LIMITS.piece_bytes:
                raise _damaged(
                    file, chunk, f"The footer announces {chunk.unpacked:,} bytes, the pages unpack to {unpacked:,}"
                )
        if values != chunk.values:
            raise _damaged(file, chunk, f"The footer announces {chunk.values:,} values, the pages hold {values:,}")
    return pages, checked


def _crc(file: Opened, start: int, length: int) -> int:
    crc = 0
    for piece in file.again(start, start + length):
        crc = zlib.crc32(piece, crc)
    return crc


def _page(file: Opened, place: int, chunk: Chunk) -> Page:
    """The header at ``place``."""
    look = _LOOK
    while True:
        data = b"".join(file.again(place, min(place + look, file.size))) if 0 < place < file.size else b""
        try:
            return page_header(data)
        except _Short:
            if place + look >= file.size or look >= _LONGEST:
                raise _damaged(file, chunk, "A page's header has no end") from None
            look *= 16
        except ValueError:
            raise _damaged(file, chunk, "A page's header cannot be read") from None


def page_header(data: bytes) -> Page:
    """The page header that ``data`` begins with. Raises ValueError where there is none."""
    fields, end = _struct(data, 0, 0)
    numbers = {key: value for key, value in fields.items() if isinstance(value, int)}
    if not {_KIND, _SIZE, _PACKED} <= numbers.keys() or numbers[_SIZE] < 0 or numbers[_PACKED] < 0:
        raise ValueError("no page header")
    values = 0
    for key in (_DATA, _DATA2):
        inner = fields.get(key)
        if isinstance(inner, dict):
            counted = inner.get(1, -1)
            if not isinstance(counted, int) or counted < 0:
                raise ValueError("no number of values")
            values = counted
    crc = numbers.get(_CRC)
    return Page(end, numbers[_SIZE], numbers[_PACKED], None if crc is None else crc & 0xFFFFFFFF, values)


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if place >= len(data):
            raise _Short
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
        if shift > 63:
            raise ValueError("number too long")


def _struct(data: bytes, place: int, depth: int) -> tuple[dict[int, object], int]:
    """The whole numbers and structs of a struct by field number, and where it ends."""
    fields: dict[int, object] = {}
    key = 0
    while True:
        if place >= len(data):
            raise _Short
        byte = data[place]
        place += 1
        if byte == 0:
            return fields, place
        if step := byte >> 4:
            key += step
        else:
            value, place = _varint(data, place)
            key = (value >> 1) ^ -(value & 1)
        if key in fields:
            raise ValueError("field given twice")
        fields[key], place = _value(data, place, byte & 15, depth)


def _value(data: bytes, place: int, kind: int, depth: int) -> tuple[object, int]:
    """One value by its kind in the compact protocol; what no page header needs is passed over."""
    if depth > _DEPTH:
        raise ValueError("nested too deep")
    if kind in (1, 2):  # true, false: the kind is the value
        return kind == 1, place
    if kind == 3:
        return None, _within(data, place + 1)
    if kind in (4, 5, 6):
        value, place = _varint(data, place)
        return (value >> 1) ^ -(value & 1), place
    if kind == 7:
        return None, _within(data, place + 8)
    if kind == 8:
        length, place = _varint(data, place)
        return None, _within(data, place + length)
    if kind in (9, 10):
        return None, _list(data, place, depth)
    if kind == 12:
        return _struct(data, place, depth + 1)
    raise ValueError("unknown kind")


def _list(data: bytes, place: int, depth: int) -> int:
    place = _within(data, place + 1)
    count, kind = data[place - 1] >> 4, data[place - 1] & 15
    if count == 15:
        count, place = _varint(data, place)
    for _ in range(count):
        if kind in (1, 2):
            place = _within(data, place + 1)
        else:
            _, place = _value(data, place, kind, depth + 1)
    return place


def _within(data: bytes, place: int) -> int:
    if place > len(data):
        raise _Short
    return place


def _damaged(file: Opened, chunk: Chunk, what: str) -> InputError:
    return InputError(
        f"{what} (row group {chunk.row_group}, column {chunk.column!r}).",
        where=file.name,
        hint="Copy or export the file again.",
    )
