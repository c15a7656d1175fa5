"""A file opened once: a regular file, hashed while it is read, unpacked where it is gzip or ZIP."""

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
from procmine.read.files.unzip import NO_FILE, ZIP, data_member, unzip
from procmine.read.limits import LIMITS, MIB
from procmine.read.progress import BytesSeen

GZIP = b"\x1f\x8b"


class Opened:
    """An open file: its name and size, its bytes piece by piece, and its digest once they are all read.

    ``notes``: what is said about the way to its content (a link, a ZIP file), for the reader's warnings.
    """

    def __init__(self, name: str, handle: BinaryIO, progress: BytesSeen | None) -> None:
        info = os.fstat(handle.fileno())
        self.name = name
        self.size = info.st_size
        self._stamp = (info.st_size, info.st_mtime_ns)
        self._handle = handle
        self._progress = progress
        self._hash = hashlib.sha256()
        self.read = 0
        self.packed = False
        self.notes: list[str] = []

    def stored(self) -> Iterator[bytes]:
        """The bytes as they lie on the disk."""
        while piece := self._handle.read(LIMITS.piece_bytes):
            self._hash.update(piece)
            self.read += len(piece)
            self._seen(self.read)
            yield piece

    def unpacked(self) -> Iterator[bytes]:
        """The bytes of the content: unpacked where the file is gzip or ZIP, whatever its name."""
        if self._begins_with((ZIP, NO_FILE)):
            self.packed = True
            yield from self._unzipped()
            return
        pieces = self.stored()
        first = next(pieces, b"")
        if not first.startswith(GZIP):
            if first:
                yield first
            yield from pieces
            return
        self.packed = True
        yield from _gunzip(self, first, pieces)

    def content_name(self) -> str:
        """The name of the content: the file's own, or that of the one data file of a ZIP archive."""
        if not self._begins_with((ZIP, NO_FILE)):
            return self.name
        member, _ = data_member(self._handle, self.size, self.name)
        self._handle.seek(0)
        return member.name

    def _begins_with(self, signs: tuple[bytes, ...]) -> bool:
        first = self._handle.read(4)
        self._handle.seek(0)
        return first.startswith(signs)

    def _unzipped(self) -> Iterator[bytes]:
        """The one data file of a ZIP archive. Its directory stands at the end, so the digest is taken first."""
        progress, self._progress = self._progress, None
        for _ in self.stored():
            pass
        self._progress = progress
        member, said = data_member(self._handle, self.size, self.name)
        self.notes += said
        yield from unzip(self._handle, self.size, member, self.name, self._seen)
        self._seen(self.size)

    def _seen(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done, self.size)

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
        self.unchanged()
        if self.read != self.size:
            raise changed(self.name)
        return self._hash.hexdigest()

    def unchanged(self, path: Path | None = None) -> None:
        """Raise InputError where the file changed since it was opened, or ``path`` is another file by now."""
        info = os.fstat(self._handle.fileno())
        same = (info.st_size, info.st_mtime_ns) == self._stamp
        if not same or (path is not None and not os.path.samestat(info, path.stat())):
            raise changed(self.name)


def changed(name: str) -> InputError:
    """The fault of a file somebody else writes to."""
    return InputError(
        "The file changed while it was read.", where=name, hint="Wait until the extract is written, then start again."
    )


def refuse_address(shown: str) -> None:
    """Raise InputError for an address where a path is meant."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", shown):
        raise InputError(
            "An address on a network is not a file.",
            where=shown,
            hint="Save the extract here first; procmine never connects.",
        )


def refuse_missing(path: Path) -> None:
    """Raise InputError where there is neither file nor folder, with the reason the system gives."""
    refuse_address(str(path))
    try:
        path.stat()
    except FileNotFoundError:
        what = "The link leads nowhere." if path.is_symlink() else "There is no such file or folder."
        raise InputError(what, where=str(path), hint="Check the path.") from None
    except (OSError, ValueError) as fault:
        raise _unopened(fault, str(path)) from None


def _unopened(fault: OSError | ValueError, shown: str) -> InputError:
    said = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    return InputError(f"The file cannot be opened: {said}.", where=shown, hint="Check the name and the rights.")


@contextmanager
def opened(path: Path, progress: BytesSeen | None = None) -> Iterator[Opened]:
    """Open a regular file. Raises InputError for anything else: an address, a folder, a pipe, a device.

    A link is followed, and that is noted.
    """
    shown = str(path)
    refuse_address(shown)
    path = Path(path)
    try:
        _refuse_special(path.stat().st_mode, shown)
        handle = open(path, "rb", buffering=0, opener=_at_once)
    except (OSError, ValueError) as fault:
        raise _unopened(fault, shown) from fault
    with handle:
        info = os.fstat(handle.fileno())
        _refuse_special(info.st_mode, shown)
        if info.st_size == 0:
            raise InputError("The file is empty.", where=path.name, hint="Export it again.")
        if info.st_size > LIMITS.file_bytes:
            raise InputError(
                f"The file has {info.st_size:,} bytes, the limit is {LIMITS.file_bytes:,}.",
                where=path.name,
                hint="Split the extract by period or office.",
            )
        file = Opened(path.name, handle, progress)
        if path.is_symlink():
            file.notes.append(f"The file is a link; what it points to was read ({path.resolve().name!r}).")
        yield file


def content_name(path: Path) -> str:
    """The name that says what a file holds: its own, or that of the one data file in a ZIP archive."""
    with opened(path) as file:
        return file.content_name()


def digest_of(path: Path) -> str:
    """SHA-256 of a regular file. Raises InputError for anything else, and where it cannot be read."""
    with opened(path) as file:
        for _ in file.stored():
            pass
        return file.digest()


def _at_once(name: str, flags: int) -> int:
    """Open without waiting: a pipe put in the file's place after the look at it would wait for its writer for ever."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _refuse_special(mode: int, shown: str) -> None:
    """Only regular files: asked before opening, because opening a device can do something, and again afterwards."""
    if stat.S_ISREG(mode):
        return
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    kind = next((name for test, name in kinds if test(mode)), "a device")
    raise InputError(f"This is {kind}, not a regular file.", where=shown, hint="Name one file.")


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
