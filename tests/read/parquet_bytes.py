"""Parquet files put together by hand: one column of texts, with the check sums, lies and damage a test asks for."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(value: int) -> bytes:
    return _varint(value << 1 if value >= 0 else (-value << 1) - 1)


def _text(value: str) -> bytes:
    return _varint(len(value.encode())) + value.encode()


def _list(kind: int, items: Sequence[bytes]) -> bytes:
    return bytes([len(items) << 4 | kind]) + b"".join(items)


def thrift(*fields: tuple[int, int, bytes]) -> bytes:
    """Fields (number, kind, value) in the compact protocol of Thrift."""
    out, last = b"", 0
    for key, kind, value in fields:
        out += bytes([(key - last) << 4 | kind]) + value
        last = key
    return out + b"\0"


I32, I64, BYTES, LIST, STRUCT = 5, 6, 8, 9, 12


@dataclass(frozen=True)
class Lies:
    """What the file says against the truth; None: the truth."""

    crc: bool = True
    wrong_crc: bool = False
    chunk_values: int | None = None
    unpacked: int | None = None
    rows: int | None = None
    page_size: int | None = None
    start: int | None = None


def parquet_bytes(values: Sequence[str], lies: Lies | None = None, *, repeat: int = 0) -> bytes:
    """One required column ``a`` of texts; ``repeat``: so many rows of the first value out of a dictionary."""
    lies = lies or Lies()
    plain = b"".join(struct.pack("<I", len(value.encode())) + value.encode() for value in values)
    count = repeat or len(values)
    if repeat:
        # One bit a value, one run: all of them the first entry.
        body = b"\x01" + _varint(repeat << 1) + b"\0"
        pages = [(2, plain, 7, thrift((1, I32, _number(len(values))), (2, I32, _number(0))))]
        pages += [(0, body, 5, _data_header(repeat, 8))]
    else:
        pages = [(0, plain, 5, _data_header(len(values), 0))]
    out, places, unpacked = b"PAR1", [], 0
    for kind, body, key, header in pages:
        fields = [(1, I32, _number(kind)), (2, I32, _number(lies.page_size or len(body)))]
        fields += [(3, I32, _number(len(body)))]
        if lies.crc:
            crc = zlib.crc32(body) ^ (1 if lies.wrong_crc else 0)
            fields += [(4, I32, _number(crc - (1 << 32) if crc >> 31 else crc))]
        head = thrift(*fields, (key, STRUCT, header))
        places.append(len(out))
        unpacked += len(head) + len(body)
        out += head + body
    start = places[-1] if lies.start is None else lies.start
    column = [(1, I32, _number(6)), (2, LIST, _list(I32, [_number(8 if repeat else 0)]))]
    column += [(3, LIST, _list(BYTES, [_text("a")])), (4, I32, _number(0))]
    column += [(5, I64, _number(count if lies.chunk_values is None else lies.chunk_values))]
    column += [(6, I64, _number(unpacked if lies.unpacked is None else lies.unpacked))]
    column += [(7, I64, _number(len(out) - 4)), (9, I64, _number(start))]
    column += [(11, I64, _number(places[0]))] if repeat else []
    chunk = thrift((2, I64, _number(places[0])), (3, STRUCT, thrift(*column)))
    rows = count if lies.rows is None else lies.rows
    group = thrift((1, LIST, _list(STRUCT, [chunk])), (2, I64, _number(unpacked)), (3, I64, _number(rows)))
    root = thrift((4, BYTES, _text("schema")), (5, I32, _number(1)))
    leaf = thrift((1, I32, _number(6)), (3, I32, _number(0)), (4, BYTES, _text("a")), (6, I32, _number(0)))
    footer = thrift(
        (1, I32, _number(1)),
        (2, LIST, _list(STRUCT, [root, leaf])),
        (3, I64, _number(rows)),
        (4, LIST, _list(STRUCT, [group])),
    )
    return out + footer + struct.pack("<I", len(footer)) + b"PAR1"


def _data_header(count: int, encoding: int) -> bytes:
    return thrift((1, I32, _number(count)), (2, I32, _number(encoding)), (3, I32, _number(3)), (4, I32, _number(3)))
