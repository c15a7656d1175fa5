"""The one data file of a ZIP archive, piece by piece: directory first, then content with length and check sum verified.

Written out rather than left to ``zipfile``, because an archive is believed only where it says one thing: one directory
at its very end, one data file, and the same name, method and size before the content and in the directory.
"""

from __future__ import annotations

import re
import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from procmine.errors import InputError
from procmine.read.limits import LIMITS, MIB

ZIP = b"PK\x03\x04"
NO_FILE = b"PK\x05\x06"  # how an archive without any file begins: with its end
_END = struct.Struct("<4s4H2LH")
_END64_PLACE = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_LATER = 0x8  # sizes and check sum stand behind the content
_STORED, _DEFLATED, _AES = 0, 8, 99
_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}
# Parts that make an archive a document.
_DOCUMENTS = {
    "xl/workbook.xml": "an Excel workbook (XLSX)",
    "xl/workbook.bin": "an Excel workbook (XLSB)",
    "word/document.xml": "a Word document (DOCX)",
    "content.xml": "an OpenDocument file (ODS, ODT)",
}
_NAMED = 5  # so many members are named when there are too many


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the directory."""

    raw_name: bytes
    name: str
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    offset: int
    link: bool

    @property
    def folder(self) -> bool:
        return self.name.endswith("/") and not self.size

    @property
    def litter(self) -> bool:
        """What Mac and Windows put beside the data."""
        path = PurePosixPath(self.name)
        return "__MACOSX" in path.parts or path.name in (".DS_Store", "Thumbs.db", "desktop.ini")


def data_member(handle: BinaryIO, size: int, where: str) -> tuple[Member, tuple[str, ...]]:
    """The one data file, and what is said about everything beside it. Raises InputError for none or several."""
    members = _directory(handle, size, where)
    _refuse_document({member.name for member in members}, where)
    data = [member for member in members if not member.folder and not member.litter]
    if len(data) != 1:
        names = ", ".join(repr(member.name) for member in data[:_NAMED])
        names += f" and {len(data) - _NAMED:,} more" if len(data) > _NAMED else ""
        raise InputError(
            f"The ZIP file holds {len(data):,} data files: {names}." if data else "The ZIP file holds no data file.",
            where=where,
            hint="Pack each file alone, or unpack them into one folder and name the folder.",
        )
    member = data[0]
    _refuse_odd(member, where)
    beside = [other.name for other in members if other is not member and not other.folder]
    folders = sum(other.folder for other in members)
    said = [f"The content is {member.name!r} in the ZIP file."]
    if beside:
        said.append(f"Not read beside it: {', '.join(repr(name) for name in beside[:_NAMED])} ({len(beside)} in all).")
    if folders:
        said.append(f"{folders} folders in the ZIP file hold nothing else.")
    return member, tuple(said)


def _refuse_document(names: set[str], where: str) -> None:
    """Office files are ZIP archives too, with parts of fixed names. Raises InputError for one."""
    what = next((kind for part, kind in _DOCUMENTS.items() if part in names), "")
    if what:
        hint = "Give it the ending .xlsx." if "XLSX" in what else "Save the table as XLSX or CSV (UTF-8)."
        raise InputError(f"This is {what}, not a table of text.", where=where, hint=hint)


def unzip(handle: BinaryIO, size: int, member: Member, where: str, progress: Callable[[int], None]) -> Iterator[bytes]:
    """The content of ``member``, bounded in size; ``progress`` is told how many packed bytes are read."""
    place = _content(handle, size, member, where)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == _DEFLATED else None
    crc, total, taken = 0, 0, 0
    handle.seek(place)
    while taken < member.packed or (inflate is not None and not inflate.eof):
        waiting = inflate.unconsumed_tail if inflate is not None else b""
        if not waiting:
            waiting = handle.read(min(LIMITS.piece_bytes, member.packed - taken))
            taken += len(waiting)
            progress(place + taken)
            if not waiting:
                raise _damaged(where, "The content of the ZIP file is cut off.")
        try:
            out = waiting if inflate is None else inflate.decompress(waiting, LIMITS.piece_bytes)
        except zlib.error as fault:
            raise _damaged(where, f"The content of the ZIP file is damaged ({fault}).") from None
        if inflate is not None and inflate.eof and (inflate.unused_data or taken < member.packed):
            raise _damaged(where, "Something follows the packed content in the ZIP file.")
        if not total and out.startswith((ZIP, NO_FILE, b"\x1f\x8b")):
            raise InputError("The file is packed twice.", where=where, hint=_unpack_hint(member.name))
        crc, total = zlib.crc32(out, crc), total + len(out)
        if total > member.size:
            raise _damaged(where, f"The ZIP file announces {member.size:,} bytes of content and holds more.")
        if out:
            yield out
    if total != member.size:
        raise _damaged(where, f"The ZIP file announces {member.size:,} bytes of content and holds {total:,}.")
    if crc != member.crc:
        raise _damaged(where, "The check sum of the content in the ZIP file is wrong.")


def _unpack_hint(name: str) -> str:
    return "It is an Excel workbook: unpack it first." if name.lower().endswith((".xlsx", ".xlsm")) else "Unpack it."


def _directory(handle: BinaryIO, size: int, where: str) -> list[Member]:
    """Every entry, from the directory that ends exactly where the file ends."""
    tail_from = max(0, size - _END.size - _FULL16)
    handle.seek(tail_from)
    tail = _exactly(handle, size - tail_from, where)
    at = tail.rfind(NO_FILE)
    while at >= 0 and not _ends(tail, at):
        at = tail.rfind(NO_FILE, 0, at + len(NO_FILE) - 1)
    if at < 0:
        raise _damaged(
            where, "The ZIP or Excel file has no directory at its end: it is cut off, or something follows it."
        )
    _, disk, first_disk, here, count, length, start, _ = _END.unpack_from(tail, at)
    end = tail_from + at
    if disk or first_disk or here != count:
        raise _damaged(where, "This is one part of a ZIP file of several parts.", "Join the parts first.")
    if _FULL16 == count or _FULL32 in (length, start):
        end, count, length, start = _large(handle, end, where)
    if start + length != end:
        raise _damaged(where, "The directory of the ZIP file is not where the file says.")
    if count > LIMITS.zip_members or length > LIMITS.zip_members * 1_000:
        raise InputError(
            f"The ZIP file holds {count:,} entries, the limit is {LIMITS.zip_members:,}.",
            where=where,
            hint="Pack the log alone.",
        )
    handle.seek(start)
    data = _exactly(handle, length, where)
    members, place = [], 0
    for _ in range(count):
        member, place = _entry(data, place, where)
        members.append(member)
    if place != len(data):
        raise _damaged(where, "The directory of the ZIP file holds more than its entries.")
    return members


def _ends(tail: bytes, at: int) -> bool:
    """Whether the directory's end stands at ``at``: its comment reaches to the last byte."""
    return at + _END.size <= len(tail) and at + _END.size + int(_END.unpack_from(tail, at)[7]) == len(tail)


def _large(handle: BinaryIO, end: int, where: str) -> tuple[int, int, int, int]:
    """Place of the directory's end, entries, length and start as a file beyond 4 GiB says them (ZIP64)."""
    if end < _END64_PLACE.size + _END64.size:
        raise _damaged(where, "The directory of the ZIP file is damaged.")
    handle.seek(end - _END64_PLACE.size)
    sign, disk, place, disks = _END64_PLACE.unpack(_exactly(handle, _END64_PLACE.size, where))
    if sign != b"PK\x06\x07" or disk or disks > 1 or place + _END64.size + _END64_PLACE.size != end:
        raise _damaged(where, "The directory of the ZIP file is damaged.")
    handle.seek(place)
    sign, _, _, _, disk, first_disk, here, count, length, start = _END64.unpack(_exactly(handle, _END64.size, where))
    if sign != b"PK\x06\x06" or disk or first_disk or here != count:
        raise _damaged(where, "The directory of the ZIP file is damaged.")
    return place, count, length, start


def _entry(data: bytes, place: int, where: str) -> tuple[Member, int]:
    """The entry at ``place`` and where the next one begins."""
    if place + _ENTRY.size > len(data) or data[place : place + 4] != b"PK\x01\x02":
        raise _damaged(where, "The directory of the ZIP file is damaged.")
    (
        _, made, _, flags, method, _, _, crc, packed, size, name_length, extra_length, comment_length, disk, _, rights,
        offset,
    ) = _ENTRY.unpack_from(data, place)  # fmt: skip
    name_from = place + _ENTRY.size
    extra_from = name_from + name_length
    following = extra_from + extra_length + comment_length
    if following > len(data) or disk not in (0, _FULL16):
        raise _damaged(where, "The directory of the ZIP file is damaged.")
    raw_name = data[name_from:extra_from]
    size, packed, offset = _wide(data[extra_from : extra_from + extra_length], (size, packed, offset), where)
    unix = made >> 8 == 3
    member = Member(
        raw_name=raw_name,
        name=raw_name.decode("utf-8" if flags & 0x800 else "cp437", "backslashreplace"),
        method=method,
        flags=flags,
        crc=crc,
        packed=packed,
        size=size,
        offset=offset,
        link=unix and stat.S_ISLNK(rights >> 16),
    )
    return member, following


def _wide(extra: bytes, figures: tuple[int, int, int], where: str) -> tuple[int, int, int]:
    """Size, packed size and offset, those that are too large for their field taken from the ZIP64 extra field."""
    if _FULL32 not in figures:
        return figures
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        if kind == 1:
            body = extra[place + 4 : place + 4 + length]
            wide = list(struct.unpack(f"<{len(body) // 8}Q", body[: len(body) // 8 * 8]))
            if len(wide) < figures.count(_FULL32):
                break
            size, packed, offset = [wide.pop(0) if figure == _FULL32 else figure for figure in figures]
            return size, packed, offset
        place += 4 + length
    raise _damaged(where, "The directory of the ZIP file is damaged.")


def _refuse_odd(member: Member, where: str) -> None:
    """What is packed in a way that is not read, or that tries something. Raises InputError."""
    shown = repr(member.name)
    if member.flags & _ENCRYPTED or member.method == _AES:
        raise InputError(
            f"{shown} in the ZIP file is encrypted.", where=where, hint="Unpack it with its password, then name it."
        )
    parts = re.split(r"[/\\]", member.name)
    if ".." in parts or not parts[0] or re.match(r"[A-Za-z]:", member.name) or not member.name.isprintable():
        raise InputError(
            f"The name {shown} in the ZIP file leads out of its folder or has control signs.",
            where=where,
            hint="Nobody packs a log like this by accident: ask where the file comes from.",
        )
    if member.link:
        raise InputError(f"{shown} in the ZIP file is a link, not a file.", where=where, hint="Pack the file itself.")
    if member.method not in (_STORED, _DEFLATED):
        how = _METHODS.get(member.method, f"method {member.method}")
        raise InputError(
            f"{shown} in the ZIP file is packed by {how}, which is not read.",
            where=where,
            hint="Unpack it, or pack it again with the usual method (Deflate).",
        )
    if member.size > LIMITS.expanded_bytes or (
        member.size > LIMITS.expansion_free and member.size > LIMITS.expansion_ratio * max(member.packed, 1)
    ):
        raise InputError(
            f"The file unpacks to {member.size // MIB:,} MiB from {member.packed:,} bytes.",
            where=where,
            hint=f"Limits: {LIMITS.expanded_bytes:,} bytes, ratio {LIMITS.expansion_ratio}.",
        )


def _content(handle: BinaryIO, size: int, member: Member, where: str) -> int:
    """Where the packed content begins. Raises InputError where the file says something else there than at its end."""
    handle.seek(min(member.offset, size))
    head = handle.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(ZIP):
        raise _damaged(where, "The ZIP file does not hold its file where the directory says.")
    _, _, flags, method, _, _, crc, packed, length, name_length, extra_length = _LOCAL.unpack(head)
    name = _exactly(handle, name_length, where)
    same = name == member.raw_name and method == member.method and not flags & _ENCRYPTED
    if not flags & _LATER:
        same = same and crc == member.crc and packed in (member.packed, _FULL32) and length in (member.size, _FULL32)
    place: int = member.offset + _LOCAL.size + name_length + extra_length
    if not same or place + member.packed > size:
        raise _damaged(where, "The ZIP file says one thing in its directory and another before the content.")
    return place


def _exactly(handle: BinaryIO, length: int, where: str) -> bytes:
    data = b""
    while len(data) < length:
        piece = handle.read(length - len(data))
        if not piece:
            raise _damaged(where, "The ZIP file is cut off.")
        data += piece
    return data


def _damaged(where: str, what: str, hint: str = "Copy or pack it again.") -> InputError:
    return InputError(what, where=where, hint=hint)
