"""Place: a log store's folder is written whole or not at all, by one process at a time, over nothing else.

The order is: all bytes of the new folder on the disk, the old store aside, the new one in its place, the old one away.
Whatever stops that in between - a kill, a full disk, a loss of power - the next start finds the state before or after,
or puts the old store back, and says what happened.
"""

from __future__ import annotations

import glob
import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from procmine.errors import InputError
from procmine.log import RECEIPT, SCHEMA

# Names no one else gives a folder: what bears one of them may be taken away.
FRESH, ASIDE, LOCK = ".procmine-new-", ".procmine-old", ".procmine-lock"
NOTES = logging.getLogger("procmine")


def refuse_foreign(place: Path) -> None:
    """Raise InputError where a store may not go: over anything that is no store of procmine's."""
    if not place.exists():
        return
    if place.is_dir() and not any(place.iterdir()):
        return
    if not _ours(place):
        raise InputError(
            "Here is something that is no log store.", where=str(place), hint="Name a new folder; nothing was changed."
        )


def _ours(place: Path) -> bool:
    """Whether a folder is a log store of procmine's."""
    try:
        return bool(json.loads((place / RECEIPT).read_text(encoding="utf-8")).get("schema") == SCHEMA)
    except (OSError, ValueError, AttributeError):
        return False


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A temporary folder beside ``target`` that takes its place only if all went well; an older one is replaced.

    One process at a time: a second one is refused with the number of the first and the time it began.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target):
        _tidy(target)
        fresh = target.with_name(f"{target.name}{FRESH}{os.getpid()}")
        try:
            fresh.mkdir(mode=0o700)
            yield fresh
            _settle(fresh)
            _exchange(fresh, target)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise


def put_back(target: Path) -> None:
    """Put back a store that a process set aside and died before its successor took the place."""
    if _ours(_aside(target)) and not target.exists():
        with _alone(target):
            _tidy(target)


def _aside(target: Path) -> Path:
    return target.with_name(f"{target.name}{ASIDE}")


def _exchange(fresh: Path, target: Path) -> None:
    """The new folder in the place of the old one; if that fails, the old one stays."""
    old = _aside(target)
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except BaseException:
        if old.exists():
            old.rename(target)
        raise
    _sync_folder(target.parent)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Hold the lock beside the target. Raises InputError if a living process does.

    The system itself frees the lock of a process that dies, so a leftover file locks nobody out; what it still holds
    tells that an import did not finish.
    """
    lock = target.with_name(f"{target.name}{LOCK}")
    descriptor = _locked(lock, target)
    try:
        if left := os.read(descriptor, 100).decode("ascii", "replace").strip():
            NOTES.warning("An earlier import into %s did not finish (process %s). It is made anew.", target.name, left)
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        yield
    finally:
        try:
            # Emptied first: where an open file cannot be deleted (Windows), an empty one says that all went well.
            os.ftruncate(descriptor, 0)
            lock.unlink(missing_ok=True)
        except OSError:
            pass
        os.close(descriptor)


def _locked(lock: Path, target: Path) -> int:
    """The open lock file, held. Raises InputError where another process holds it."""
    for _ in range(10):
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        if not _hold(descriptor):
            holder = os.read(descriptor, 100).decode("ascii", "replace").strip() or "unknown"
            since = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC).astimezone()
            os.close(descriptor)
            raise InputError(
                f"The place is in use by process {holder} since {since:%H:%M:%S}.",
                where=str(target),
                hint="Wait until it is done.",
            )
        try:
            if lock.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)  # its last holder deleted it just now: another file has the name
    raise InputError("The place cannot be locked.", where=str(lock), hint="Delete this file and try again.")


def _hold(descriptor: int) -> bool:
    """Lock an open file for this process; False where another one has it."""
    try:
        if os.name == "nt":
            import msvcrt

            # Beyond the end, so that the number of the holder can still be read.
            os.lseek(descriptor, 1 << 20, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.lseek(descriptor, 0, os.SEEK_SET)
        return False
    return True


def _tidy(target: Path) -> None:
    """Take away what died; put back a store that was set aside when its successor never came."""
    old = _aside(target)
    if _ours(old) and not target.exists():
        old.rename(target)
        NOTES.warning("The log store %s had been set aside by a process that died. It was put back.", target.name)
    shutil.rmtree(old, ignore_errors=True)
    for left in target.parent.glob(f"{glob.escape(target.name)}{FRESH}*"):
        shutil.rmtree(left, ignore_errors=True)


def _settle(folder: Path) -> None:
    """All bytes on the disk, and the names of the files, before the folder takes its place."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("r+b") as file:  # Windows flushes only what may be written
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """The names in a folder on the disk; Windows has no such call and keeps them itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
