"""Exporting: the checked log as a file that other tools read, and beside it how procmine reads that file back.

What leaves here is single cases. The privacy door cannot release them, so they are for the analyst's own bench only.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from procmine.errors import InputError, PrivacyError, UsageError, nearest
from procmine.log import Log
from procmine.privacy import Profile, profile_named
from procmine.write.columns import Sheet, counts, sheet_of
from procmine.write.source_file import MARK, source_text

# The longest first: an ending may end in another.
FORMATS = {
    ".sqliteocel": "sqlite", ".jsonocel.gz": "json", ".jsonocel": "json", ".xes.gz": "xes", ".csv.gz": "csv",
    ".sqlite": "sqlite", ".xes": "xes", ".csv": "csv",
}  # fmt: skip
SUFFIXES = tuple(sorted(FORMATS))


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the file, the source file to read it back with, how much it holds, and what to know of it."""

    path: Path
    source: Path
    cases: int
    events: int
    warnings: tuple[str, ...]


def write_log(log: Log, path: Path, *, profile: str | Profile = "internal") -> Exported:
    """Write a log as XES, OCEL 2.0 (JSON or SQLite) or CSV, by the ending of ``path``; whole or not at all.

    Beside it goes ``NAME.toml``, the source file with which procmine reads the same log again. Raises UsageError for
    an ending nobody knows, PrivacyError for any profile but ``internal``, InputError where the file cannot be written.
    """
    ending = next((ending for ending in FORMATS if path.name.lower().endswith(ending)), None)
    if ending is None:
        raise UsageError(f"A log is not written as {path.suffix or path.name}.", hint=nearest(path.suffix, SUFFIXES))
    if (name := profile_named(profile).name) != "internal":
        raise PrivacyError(
            f"A log holds single cases, which the profile {name} never shows.",
            hint="Export it on your own bench (--privacy internal), or hand over a report or `benchmark pack`.",
        )
    beside = path.with_name(f"{path.name}.toml")
    _refuse_foreign(beside)
    sheet = sheet_of(log)
    form = FORMATS[ending]
    with whole_file(path) as fresh:
        told = _sqlite(sheet, fresh) if form == "sqlite" else _text(form, sheet, fresh, packed=ending.endswith(".gz"))
    with whole_file(beside) as fresh:
        fresh.write_text(source_text(log, sheet, form), encoding="utf-8", newline="\n")
    cases, events = counts(sheet.engine)
    return Exported(path, beside, cases, events, (*_warnings(log, sheet), *told))


def _refuse_foreign(beside: Path) -> None:
    """Raise UsageError where somebody's own file would be written over."""
    if beside.exists() and not (beside.is_file() and beside.read_bytes().startswith(MARK.encode())):
        raise UsageError("Here is a file that procmine did not write.", where=str(beside), hint="Name another file.")


def _text(form: str, sheet: Sheet, path: Path, *, packed: bool) -> tuple[str, ...]:
    with path.open("wb") as raw:
        # Neither name nor time of the file stand in a packed one, so that the same log gives the same bytes.
        file: IO[bytes] = gzip.GzipFile("", "wb", 6, raw, mtime=0) if packed else raw  # type: ignore[assignment]
        with file:
            return _writer(form)(sheet, lambda text: file.write(text.encode("utf-8")))


def _writer(form: str) -> Callable[[Sheet, Callable[[str], object]], tuple[str, ...]]:
    if form == "json":
        from procmine.write.ocel_json import write_json

        return write_json
    if form == "csv":
        from procmine.write.table import write_csv

        return write_csv
    from procmine.write.xes import write_xes

    return write_xes


def _sqlite(sheet: Sheet, path: Path) -> tuple[str, ...]:
    from procmine.write.ocel_sqlite import write_sqlite

    return write_sqlite(sheet, path)


def _warnings(log: Log, sheet: Sheet) -> list[str]:
    """What whoever has the file should know."""
    naming = log.receipt["pseudonyms"]
    plain = [who for who in ("cases", "workers") if naming[who] == "plain"]
    said = ["The file holds single cases: it is for your own bench and is not anonymous."]
    if plain:
        said.append(f"Names of {' and '.join(plain)} are those of the extract: its source said they are no names.")
    records = [c.name for c in sheet.columns if log.schema.importable[c.name].holds == "record"]
    if records:
        said.append(f"Numbers of the source system stand in it ({', '.join(records)}); there they lead to persons.")
    if naming["workers"] == "case-local":
        said.append("Caseworkers are numbered within a case; across cases nobody can be told.")
    if sheet.empty:
        said.append(f"Columns that are nowhere filled are missing in it: {', '.join(sheet.empty)}.")
    return said + _lost(sheet)


def _lost(sheet: Sheet) -> list[str]:
    """Days that are known where their time is not: a time that happened twice when the clocks went back."""
    said = []
    for day, time in (("planned_date", "planned_at"), ("requested_date", "requested_at")):
        many = sheet.engine.run(f"SELECT COUNT(*) FROM events WHERE {day} IS NOT NULL AND {time} IS NULL")[0][0]
        if many:
            said.append(f"{many} days of {time} are missing in it: their time is not known.")
    return said


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place only if all went well. Raises InputError."""
    fresh = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    try:
        yield fresh
        fresh.replace(path)
    except OSError as fault:
        raise InputError(f"The file cannot be written: {fault.strerror or fault}.", where=str(path)) from fault
    finally:
        fresh.unlink(missing_ok=True)
