"""Shortage: a full disk, too little memory or a folder that may not be written becomes one sentence that names it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from procmine.errors import InputError
from procmine.read.limits import GIB

# The working file and the store together stay below this multiple of the files read (packed ones: of their content).
ROOM = 3
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) if hasattr(errno, "EDQUOT") else (errno.ENOSPC, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL_WORDS = ("no space left", "disk quota", "file too large", "could not write", "failed to write")


@contextmanager
def shortage_told(place: Path, size: int) -> Iterator[None]:
    """Tell what is short while ``size`` bytes are imported into ``place``. Raises InputError in its stead."""
    import duckdb

    try:
        yield
    except (MemoryError, duckdb.OutOfMemoryException) as fault:
        raise InputError(
            f"There is too little memory to import {_gib(size)}.",
            where=str(place),
            hint="Close other programs, or split the extract by office or period.",
        ) from fault
    except (duckdb.IOException, duckdb.TransactionException) as fault:
        if not any(word in str(fault).lower() for word in _FULL_WORDS):
            raise
        raise _full(place, size) from fault
    except OSError as fault:
        if fault.errno in _FULL:
            raise _full(place, size) from fault
        if fault.errno in _FORBIDDEN:
            raise InputError(
                f"The folder may not be written: {fault.strerror}.",
                where=str(place.parent),
                hint="Say where the log store may go, or ask for the right to write there.",
            ) from fault
        raise


def _full(place: Path, size: int) -> InputError:
    return InputError(
        f"The disk is full: importing {_gib(size)} needs about {_gib(ROOM * size)} there. Nothing was changed.",
        where=str(place.parent),
        hint="Make room, or say where the log store may go.",
    )


def _gib(size: int) -> str:
    return f"{size / GIB:,.1f} GiB" if size >= GIB // 10 else f"{size / 1_000_000:,.1f} MB"
