"""Packed files: gzip and ZIP, sound, cut off, damaged, joined, and bombs: fault I14."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.corpus.case import GOOD, TAKEN, Case, accept, reject, text
from tests.corpus.xes_legal import NAMES, ROWS, log

GZ, ZIP = "GZ", "ZIP"
CSV = text(*GOOD)
# Enough different bytes for several deflate blocks.
LARGE = text(*(f"A{n * 7919 % 99991};step {n * 31 % 97};2024-01-08 08:{n % 60:02}:00;w{n % 13}" for n in range(3000)))
PACKED: dict[str, Any] = {"file": "log.csv.gz"}
XES: dict[str, Any] = {"file": "log.xes.gz", "format": "xes", "columns": NAMES}
ZIPPED: dict[str, Any] = {"file": "log.csv.zip"}


def pack(data: bytes) -> bytes:
    """A gzip member that is the same on every day."""
    return gzip.compress(data, mtime=0)


def cases() -> Iterator[Case]:
    """All files of these groups."""
    yield from _sound()
    yield from _damaged()
    yield from _bombs()
    yield from _zipped()


def _sound() -> Iterator[Case]:
    yield accept(GZ, "csv", "I14", pack(CSV), TAKEN, **PACKED)
    yield accept(GZ, "xes", "I14", pack(log().encode()), ROWS, **XES)
    yield accept(GZ, "csv_without_the_ending", "I14", pack(CSV), TAKEN)
    yield accept(GZ, "not_packed_in_spite_of_the_ending", "I14", CSV, TAKEN, **PACKED)
    yield accept(GZ, "two_members", "I14", pack(CSV[:60]) + pack(CSV[60:]), TAKEN, **PACKED)
    yield accept(
        GZ, "a_member_for_every_byte", "I14", b"".join(pack(CSV[n : n + 1]) for n in range(len(CSV))), TAKEN, **PACKED
    )
    yield accept(GZ, "xes_in_two_members", "I14", pack(log().encode()[:200]) + pack(log().encode()[200:]), ROWS, **XES)
    yield accept(GZ, "an_empty_member_between", "I14", pack(CSV[:60]) + pack(b"") + pack(CSV[60:]), TAKEN, **PACKED)
    yield accept(GZ, "zeros_after_the_end", "I14", pack(CSV) + b"\0" * 700, TAKEN, **PACKED)
    named = io.BytesIO()
    with gzip.GzipFile("../../etc/passwd", "wb", fileobj=named, mtime=0) as file:
        file.write(CSV)
    yield accept(GZ, "a_hostile_name_inside", "I14", named.getvalue(), TAKEN, **PACKED)
    yield accept(GZ, "stored_without_packing", "I14", gzip.compress(CSV, 0, mtime=0), TAKEN, **PACKED)


def _damaged() -> Iterator[Case]:
    whole, large = pack(CSV), pack(LARGE)
    for name, data in (
        ("cut_off_in_the_header", whole[:6]),
        ("cut_off_in_the_data", large[: len(large) // 2]),
        ("cut_off_before_the_check_sum", whole[:-8]),
        ("cut_off_in_the_check_sum", whole[:-5]),
        ("cut_off_in_the_length", whole[:-2]),
        ("a_wrong_check_sum", whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:]),
        ("a_wrong_length", whole[:-4] + bytes([whole[-4] ^ 1]) + whole[-3:]),
        ("a_flipped_bit", large[:9000] + bytes([large[9000] ^ 4]) + large[9001:]),
        ("text_after_the_end", whole + b"end\n"),
        ("one_byte_after_the_end", whole + b"x"),
        ("a_damaged_second_member", whole + pack(CSV)[:-6]),
        ("packed_twice", pack(whole)),
        ("a_method_nobody_knows", whole[:2] + b"\x07" + whole[3:]),
        ("only_the_first_bytes", b"\x1f\x8b"),
    ):
        yield reject(GZ, name, "I14", data, r"log\.csv\.gz", **PACKED)
    yield reject(GZ, "nothing_inside", "I14", pack(b""), "empty|[Nn]o", **PACKED)
    between = log().index("</trace>\n") + 9
    yield reject(GZ, "a_cut_off_log_inside", "I14", pack(log()[:between].encode()), r":\d+", **XES)
    doctype = log(head='<?xml version="1.0"?>\n<!DOCTYPE log>\n').encode()
    yield reject(GZ, "a_doctype_inside", "I10", pack(doctype), "DOCTYPE", **XES)


def _bomb(path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    with path.open("wb") as file:
        file.write(packer.compress(CSV))
        for _ in range(80):
            file.write(packer.compress(b"x" * (1 << 20)))
        file.write(packer.flush())


def _bombs() -> Iterator[Case]:
    yield reject(GZ, "a_bomb_of_one_line", "I14", _bomb, "unpack|line has no end", **PACKED)
    yield reject(GZ, "a_bomb_of_blank_lines", "I14", pack(CSV + b"\n" * (80 << 20)), "blank lines", **PACKED)
    yield accept(GZ, "a_hundred_thousand_blank_lines_at_the_end", "I14", pack(CSV + b"\n" * 100_000), TAKEN, **PACKED)


def zipped(**members: bytes) -> bytes:
    """A ZIP file that is the same on every day."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _zipped() -> Iterator[Case]:
    one = zipped(**{"log.csv": CSV})
    yield accept(ZIP, "one_member", "I14", one, TAKEN, **ZIPPED)
    yield reject(ZIP, "a_hostile_name_inside", "I14", zipped(**{"../../etc/passwd.csv": CSV}), "leads out", **ZIPPED)
    yield reject(ZIP, "two_members", "I14", zipped(**{"a.csv": CSV, "b.csv": CSV}), **ZIPPED)
    yield reject(ZIP, "no_member", "I14", zipped(), **ZIPPED)
    yield reject(ZIP, "an_empty_member", "I14", zipped(**{"log.csv": b""}), **ZIPPED)
    yield reject(ZIP, "cut_off", "I14", one[: len(one) // 2], **ZIPPED)
    place = one.index(b"PK\x03\x04") + 14
    yield reject(
        ZIP, "a_wrong_check_sum", "I14", _flipped(_flipped(one, place), one.index(b"PK\x01\x02") + 16), **ZIPPED
    )
    yield reject(ZIP, "text_instead", "I14", b"PK\x03\x04" + b"x" * 500, **ZIPPED)
    yield reject(ZIP, "zip_in_zip", "I14", zipped(**{"log.csv": one}), **ZIPPED)
    yield reject(ZIP, "a_bomb", "I14", zipped(**{"log.csv": CSV + b"x" * (80 << 20)}), **ZIPPED)


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
