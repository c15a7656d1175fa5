"""Place: a log store's folder is written whole or not at all, by one process at a time, over nothing else."""

from __future__ import annotations

import glob
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from procmine.errors import InputError
from procmine.log import RECEIPT, SCHEMA


def refuse_foreign(place: Path) -> None:
    """Raise InputError where a store may not go: over anything that is no store of procmine's."""
    if not place.exists():
        return
    if place.is_dir() and not any(place.iterdir()):
        return
    try:
        ours = json.loads((place / RECEIPT).read_text(encoding="utf-8")).get("schema") == SCHEMA
    except (OSError, ValueError, AttributeError):
        ours = False
    if not ours:
        raise InputError(
            "Here is something that is no log store.", where=str(place), hint="Name a new folder; nothing was changed."
        )


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A temporary folder beside ``target`` that takes its place only if all went well; an older one is replaced.

    One process at a time: a second one is refused with the number of the first. What a process that died left behind
    is taken away; a store it had already set aside is put back.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target):
        _tidy(target)
        fresh = target.with_name(f"{target.name}.tmp-{os.getpid()}")
        fresh.mkdir(mode=0o700)
        try:
            yield fresh
            _settle(fresh)
            old = target.with_name(f"{target.name}.old")
            if target.exists():
                target.rename(old)
            fresh.rename(target)
            shutil.rmtree(old, ignore_errors=True)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """A lock file beside the target with the process that holds it. Raises InputError if a living one does."""
    lock = target.with_name(f"{target.name}.lock")
    for _ in range(2):
        try:
            descriptor = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            break
        except FileExistsError:
            holder = lock.read_text(encoding="ascii", errors="replace").strip() if lock.exists() else ""
            if holder.isdigit() and _alive(int(holder)):
                raise InputError(
                    f"Process {holder} is importing into this place.", where=str(target), hint="Wait until it is done."
                ) from None
            lock.unlink(missing_ok=True)  # its process is gone
    else:
        raise InputError("The place cannot be locked.", where=str(lock), hint="Delete this file and try again.")
    try:
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        os.close(descriptor)
        yield
    finally:
        lock.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    if process == os.getpid():
        return False  # a lock of ours that an earlier failure left behind
    if os.name == "nt":
        return True  # asking would end the process there; the reader is told which file to delete
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _tidy(target: Path) -> None:
    """Take away what died; put back a store that was set aside when its successor never came."""
    old = target.with_name(f"{target.name}.old")
    if old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    for left in target.parent.glob(f"{glob.escape(target.name)}.tmp-*"):
        shutil.rmtree(left, ignore_errors=True)


def _settle(folder: Path) -> None:
    """All bytes on the disk before the folder takes its place."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
