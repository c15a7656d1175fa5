"""A file opened once: a regular file, hashed while it is read, unpacked where it is gzip."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from procmine.errors import InputError
from procmine.read.limits import LIMITS, MIB
from procmine.read.raw import Progress

GZIP = b"\x1f\x8b"


class Opened:
    """An open file: its name and size, its bytes piece by piece, and its digest once they are all read."""

    def __init__(self, name: str, handle: BinaryIO, progress: Progress | None) -> None:
        info = os.fstat(handle.fileno())
        self.name = name
        self.size = info.st_size
        self._stamp = (info.st_size, info.st_mtime_ns)
        self._handle = handle
        self._progress = progress
        self._hash = hashlib.sha256()
        self.read = 0
        self.packed = False

    def stored(self) -> Iterator[bytes]:
        """The bytes as they lie on the disk."""
        while piece := self._handle.read(LIMITS.piece_bytes):
            self._hash.update(piece)
            self.read += len(piece)
            if self._progress is not None:
                self._progress(self.read, self.size)
            yield piece

    def unpacked(self) -> Iterator[bytes]:
        """The bytes of the content: unpacked where the file is gzip, whatever its name."""
        pieces = self.stored()
        first = next(pieces, b"")
        if not first.startswith(GZIP):
            if first:
                yield first
            yield from pieces
            return
        self.packed = True
        yield from _gunzip(self, first, pieces)

    def again(self, start: int, stop: int) -> Iterator[bytes]:
        """Bytes already read once, without moving the reading on."""
        place = self._handle.tell()
        self._handle.seek(start)
        try:
            while start < stop:
                piece = self._handle.read(min(LIMITS.piece_bytes, stop - start))
                if not piece:
                    raise changed(self.name)
                start += len(piece)
                yield piece
        finally:
            self._handle.seek(place)

    def digest(self) -> str:
        """SHA-256 of the whole file. Raises InputError where it changed while it was read."""
        info = os.fstat(self._handle.fileno())
        if (info.st_size, info.st_mtime_ns) != self._stamp or self.read != self.size:
            raise changed(self.name)
        return self._hash.hexdigest()


def changed(name: str) -> InputError:
    """The fault of a file somebody else writes to."""
    return InputError(
        "The file changed while it was read.", where=name, hint="Wait until the extract is written, then start again."
    )


@contextmanager
def opened(path: Path, progress: Progress | None = None) -> Iterator[Opened]:
    """Open a regular file. Raises InputError for anything else: an address, a folder, a pipe, a device."""
    shown = str(path)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", shown):
        raise InputError(
            "An address on a network is not a file.",
            where=shown,
            hint="Save the extract here first; procmine never connects.",
        )
    try:
        info = Path(path).stat()
        if not stat.S_ISREG(info.st_mode):
            kind = "a folder" if stat.S_ISDIR(info.st_mode) else "not a regular file"
            raise InputError(f"This is {kind}.", where=shown, hint="Name one file.")
        handle = Path(path).open("rb", buffering=0)
    except (OSError, ValueError) as fault:
        said = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        raise InputError(
            f"The file cannot be opened: {said}.", where=shown, hint="Check the name and the rights."
        ) from fault
    with handle:
        info = os.fstat(handle.fileno())
        if not stat.S_ISREG(info.st_mode):
            raise InputError("This is not a regular file.", where=shown, hint="Name one file.")
        if info.st_size == 0:
            raise InputError("The file is empty.", where=path.name, hint="Export it again.")
        if info.st_size > LIMITS.file_bytes:
            raise InputError(
                f"The file has {info.st_size:,} bytes, the limit is {LIMITS.file_bytes:,}.",
                where=path.name,
                hint="Split the extract by period or office.",
            )
        yield Opened(path.name, handle, progress)


def _gunzip(file: Opened, first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """All members of a gzip file, length and check sum verified, bounded in size and ratio."""
    total = 0
    begun = False
    member = zlib.decompressobj(31)
    waiting = first
    while True:
        try:
            out = member.decompress(waiting, LIMITS.piece_bytes)
        except zlib.error as fault:
            raise _damaged(file, f"The gzip file is damaged ({fault}).") from fault
        total += len(out)
        if total > LIMITS.expanded_bytes or (
            total > LIMITS.expansion_free and total > LIMITS.expansion_ratio * max(file.read, 1)
        ):
            raise InputError(
                f"The file unpacks to more than {total // MIB:,} MiB from {file.read:,} bytes.",
                where=file.name,
                hint=f"Limits: {LIMITS.expanded_bytes:,} bytes, ratio {LIMITS.expansion_ratio}.",
            )
        if out:
            if not begun and out.startswith(GZIP):
                raise _damaged(file, "The file is packed twice.", "Unpack it once.")
            begun = True
            yield out
        if member.eof:
            rest = member.unused_data or next(pieces, b"")
            while rest and not rest.strip(b"\0"):
                rest = next(pieces, b"")
            rest = rest.lstrip(b"\0")
            if not rest:
                return
            if len(rest) < 2:
                rest += next(pieces, b"")
            if not rest.startswith(GZIP):
                raise _damaged(file, "Something that is not gzip follows the gzip data.")
            member, waiting = zlib.decompressobj(31), rest
            continue
        waiting = member.unconsumed_tail
        if not waiting:
            waiting = next(pieces, b"")
            if not waiting and not out:
                raise _damaged(file, "The gzip file is cut off.")


def _damaged(file: Opened, what: str, hint: str = "Copy or export it again.") -> InputError:
    return InputError(what, where=file.name, hint=hint)
