"""Read an XES log (also gzipped) into a raw all-text table, one row per event; nothing is lost, nothing is filled in.

Expat reads the file in pieces and is never asked to resolve anything: a DOCTYPE is refused. What an event says becomes
one column per key, a nested attribute the column ``KEY>CHILD``, a list its values joined by ``|``, a trace's attribute
the column ``case:KEY`` on each of its events. ``global`` elements declare defaults; they never fill gaps.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from procmine.errors import InputError
from procmine.read.files.opening import Opened, opened
from procmine.read.progress import BytesSeen
from procmine.read.raw import RawFile, append_refused, count_refused, whole_or_nothing
from procmine.read.xes.log import Log
from procmine.read.xes.pieces import feed_quickly
from procmine.read.xes.rows import EventTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def read_xes(
    con: DuckDBPyConnection, path: Path, table: str, *, file_no: int, progress: BytesSeen | None = None
) -> RawFile:
    """Make ``table`` (``line`` of the event's tag, ``c0`` …) of an XES file; refused events go to ``quarantine``."""
    with opened(path, progress) as file, whole_or_nothing(con, table, file_no), _no_collection():
        with closing(EventTable(con, table)) as events:
            log = Log(file.name, events, partial(append_refused, con, file_no))
            feed(file, log)
            accepted = events.finish()
            warnings = (*file.notes, *log.warnings())
        log.put_down_refused()
        refused = count_refused(con, file_no)
        digest = file.digest()
    return RawFile(
        name=file.name,
        sha256=digest,
        bytes=file.size,
        format="xes",
        encoding=log.encoding.lower(),
        encoding_how=log.encoding_how,
        delimiter="",
        delimiter_how="",
        columns=tuple(events.keys),
        rows_read=accepted + refused,
        rows_accepted=accepted,
        rows_quarantined=refused,
        warnings=warnings,
    )


@contextmanager
def _no_collection() -> Iterator[None]:
    """No search for cycles meanwhile: a million rows make none, and looking for them costs a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def feed(file: Opened, log: Log) -> None:
    """Give the whole file to the parser. Raises InputError where it is no XML."""
    try:
        feed_quickly(file.unpacked(), log)
    except expat.ExpatError as fault:
        raise InputError(
            f"The XML is broken: {expat.ErrorString(fault.code)}.",
            where=f"{file.name}:{fault.lineno + log.removed_lines}",
            hint="The file may be cut off. Export it again.",
        ) from None
    except (LookupError, ValueError) as fault:  # expat refuses an encoding of several bytes as a plain ValueError
        raise InputError(
            f"The encoding cannot be read: {fault}.", where=f"{file.name}:1", hint="Export as UTF-8."
        ) from None
