"""An XLSX file as an archive of XML parts: opened with suspicion, read in pieces, never asked to resolve anything."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from procmine.errors import InputError
from procmine.read.files.opening import Opened
from procmine.read.limits import LIMITS, MIB

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError,
    OverflowError,
)  # fmt: skip
AGAIN = "Open it in Excel, save it as .xlsx and copy it again."


class _Bytes(io.RawIOBase):
    """The bytes of an opened file at any place, through the descriptor it was opened with."""

    def __init__(self, file: Opened) -> None:
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        if start + offset < 0:
            raise zipfile.BadZipFile("a place before the beginning")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        into = memoryview(buffer).cast("B")
        stop = min(self._at + len(into), self._file.size)
        data = b"".join(self._file.again(self._at, stop))
        into[: len(data)] = data
        self._at += len(data)
        return len(data)


class _Cautious(io.BufferedReader):
    """Hands out a limited number of bytes at once: the directory of an archive is read in one go, before any check."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LIMITS.workbook_directory:
            raise zipfile.BadZipFile(f"its directory is longer than {LIMITS.workbook_directory:,} bytes")
        return super().read(size)


class Archive:
    """The parts of one workbook by name. Raises InputError for whatever is no plain XLSX archive."""

    def __init__(self, file: Opened) -> None:
        self.name = file.name
        first = b"".join(file.again(0, min(8, file.size)))
        _refuse_other_kinds(first, file.name)
        try:
            self._zip = zipfile.ZipFile(_Cautious(_Bytes(file), LIMITS.piece_bytes))
        except _BROKEN as fault:
            raise InputError(
                f"The workbook is cut off or damaged ({fault}).", where=file.name, hint="Copy or export it again."
            ) from fault
        self._parts = _checked(self._zip.infolist(), file.name)

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._parts

    def size(self, part: str) -> int:
        """Bytes of a part, unpacked."""
        return self._parts[part.casefold()].file_size

    def pieces(self, part: str, most: int | None = None) -> Iterator[bytes]:
        """The bytes of a part, check sum verified at its end."""
        where = f"{self.name}:{part}"
        info = self._parts[part.casefold()]
        most = LIMITS.expanded_bytes if most is None else most
        if info.file_size > most or (
            info.file_size > LIMITS.expansion_free
            and info.file_size > LIMITS.expansion_ratio * max(info.compress_size, 1)
        ):
            raise InputError(
                f"The part unpacks to {info.file_size // MIB:,} MiB from {info.compress_size:,} bytes.",
                where=where,
                hint=f"Limits: {most:,} bytes, ratio {LIMITS.expansion_ratio}.",
            )
        try:
            with self._zip.open(info) as stream:
                while piece := stream.read(LIMITS.piece_bytes):
                    yield piece
        except _BROKEN as fault:
            raise InputError(
                f"The workbook is damaged ({fault or 'a part is cut off'}).",
                where=where,
                hint="Copy or export it again.",
            ) from fault


def _refuse_other_kinds(first: bytes, name: str) -> None:
    if first.startswith(OLE):
        raise InputError(
            "The workbook is protected by a password, or it is an old .xls file.",
            where=name,
            hint="Open it in Excel and save it as .xlsx without a password.",
        )
    if not first.startswith(ZIP):
        raise InputError("This is no XLSX file: it does not begin as one.", where=name, hint=AGAIN)


def _checked(infos: list[zipfile.ZipInfo], name: str) -> dict[str, zipfile.ZipInfo]:
    """The parts by their name without regard to case, as the format wants it."""
    if len(infos) > LIMITS.workbook_parts:
        raise InputError(
            f"The workbook has {len(infos):,} parts, the limit is {LIMITS.workbook_parts:,}.", where=name, hint=AGAIN
        )
    parts: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        part = info.orig_filename
        shown = part.encode("unicode_escape").decode("ascii")[:200]
        if "\0" in part or "\\" in part or part.startswith("/") or ".." in part.split("/"):
            raise InputError(f"A part has the name {shown}, which leads elsewhere.", where=name, hint=AGAIN)
        if part.casefold() in parts:
            raise InputError(f"The part {shown} is there twice.", where=name, hint=AGAIN)
        if info.flag_bits & 0x1:
            raise InputError(f"The part {shown} is encrypted.", where=name, hint="Save it without a password.")
        parts[part.casefold()] = info
    if "mimetype" in parts:
        raise InputError("This is an OpenDocument file, not XLSX.", where=name, hint="Save it as .xlsx.")
    return parts


def parser_for(where: str) -> expat.XMLParserType:
    """An XML parser that refuses every DOCTYPE; names come as ``NAMESPACE NAME``."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def doctype(*_: Any) -> None:
        raise InputError(
            "The XML declares a DOCTYPE. No workbook needs one, and it can pull in other files.",
            where=where,
            hint=AGAIN,
        )

    parser.StartDoctypeDeclHandler = doctype
    return parser


def feed(parser: expat.XMLParserType, pieces: Iterator[bytes], where: str, seen: Callable[[int], None] | None) -> None:
    """Give a whole part to its parser. Raises InputError where it is no XML, or has a tag without end."""
    fed = 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > LIMITS.line_bytes:
                raise InputError(f"A tag has no end within {LIMITS.line_bytes:,} bytes.", where=where, hint=AGAIN)
            if seen is not None:
                seen(fed)
        parser.Parse(b"", True)
    except expat.ExpatError as fault:
        raise InputError(
            f"The XML is broken in line {fault.lineno}: {expat.ErrorString(fault.code)}.", where=where, hint=AGAIN
        ) from None
    except (LookupError, ValueError) as fault:  # ValueError: several bytes a letter, which expat cannot be taught
        raise InputError(f"The encoding cannot be read: {fault}.", where=where, hint=AGAIN) from None


def walk(archive: Archive, part: str, start: Callable[[tuple[str, ...], dict[str, str]], None]) -> None:
    """Walk a small part: ``start`` gets the way to each element, names without namespaces, and its attributes."""
    where = f"{archive.name}:{part}"
    parser = parser_for(where)
    way: list[str] = []

    def begin(tag: str, given: dict[str, str]) -> None:
        way.append(tag.rpartition(" ")[2])
        if len(way) > LIMITS.xml_depth:
            raise InputError(f"Elements are nested deeper than {LIMITS.xml_depth}.", where=where, hint=AGAIN)
        start(tuple(way), given)

    def finish(_: str) -> None:
        way.pop()

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    feed(parser, archive.pieces(part, LIMITS.part_bytes), where, None)
