"""Importing: files in, a checked log store out; made once for an unchanged input, whole or not at all."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from procmine.content import listing, one, read_text
from procmine.engines.duckdb import DuckDB, connect, literal
from procmine.errors import InputError
from procmine.log import STORE_VERSION, damaged, is_store, read_receipt
from procmine.read.normalise import normalise
from procmine.read.place import refuse_foreign, whole_folder
from procmine.read.raw import RawFile
from procmine.read.receipt import compose_receipt, input_name, procmine_version, reasons_of, staged_counts
from procmine.read.source import CANONICAL, Source
from procmine.read.store import save_receipt, write_store
from procmine.read.tally import Tally
from procmine.schema import Schema

Progress = Callable[[str, float], None]
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".csv.gz": "csv",
    ".tsv.gz": "csv",
    ".txt.gz": "csv",
    ".parquet": "parquet",
    ".xes": "xes",
    ".xes.gz": "xes",
}


def quiet(stage: str, share: float) -> None:
    """Progress that nobody watches."""


def format_of(path: Path, source: Source) -> str:
    """csv, parquet or xes. Raises InputError for a file that is none of these."""
    for suffix, kind in sorted(SUFFIXES.items(), key=lambda pair: -len(pair[0])):
        if path.name.lower().endswith(suffix):
            return kind
    if source.format:
        return source.format
    raise InputError(
        "This kind of file is not read.",
        where=path.name,
        hint=("Save the sheet as CSV (UTF-8). " if path.suffix.lower() in (".xlsx", ".xls", ".ods") else "")
        + f"Files that are read: {', '.join(sorted(SUFFIXES))}.",
    )


def files_of(path: Path, source: Source) -> tuple[Path, ...]:
    """The files of an input: the file itself, or the log files of a folder by name (those like the source's pattern).

    Raises InputError if there is none.
    """
    if not path.is_dir():
        return (path,)
    found = sorted(
        entry
        for entry in (path.glob(source.pattern) if source.pattern else path.iterdir())
        if entry.is_file()
        and any(entry.name.lower().endswith(suffix) for suffix in SUFFIXES if not suffix.startswith(".txt"))
    )
    if not found:
        raise InputError(
            "The folder holds no log file.", where=str(path), hint=f"Known: {', '.join(sorted(SUFFIXES))}."
        )
    return tuple(found)


def import_log(
    path: Path,
    target: Path | None,
    *,
    source: Source = CANONICAL,
    schema: Schema,
    study: Path | None = None,
    progress: Progress = quiet,
) -> Path:
    """Import a file or folder of files into a store at ``target`` (default: beside the input) and return the store.

    An existing store of the same input and settings is used as it is. Raises InputError; then nothing has changed.
    """
    if not path.exists():
        raise InputError("There is no such file or folder.", where=str(path), hint="Check the path.")
    files = files_of(path, source)
    progress("read", 0.0)
    settings = settings_digest(source, study)
    digest = _digest([(file.name, _sha256(file)) for file in files], settings)
    place = target or default_store(path, digest)
    if is_store(place) and _same(place, digest):
        return place
    refuse_foreign(place)
    with whole_folder(place) as folder:
        receipt = _build(path, files, folder, source, schema, progress, study)
        receipt |= {"digest": digest, "settings": settings, "store_version": STORE_VERSION}
        save_receipt(folder, receipt)
    return place


def _build(
    path: Path,
    files: Sequence[Path],
    folder: Path,
    source: Source,
    schema: Schema,
    progress: Progress,
    study: Path | None,
) -> dict[str, Any]:
    engine = connect()
    raws: list[RawFile] = []
    tallies: list[Tally] = []
    for number, file in enumerate(files):

        def seen(done: int, total: int, number: int = number) -> None:
            progress("read", (number + (done / total if total else 1.0)) / len(files))

        raw = _read(engine, file, f"raw_{number}", number, source, seen)
        progress("normalise", number / len(files))
        tallies.append(
            normalise(
                engine, raw, f"raw_{number}", "staged",
                file_no=number, source=source, schema=schema, name=input_name(path),
            )
        )  # fmt: skip
        raws.append(raw)
        engine.connection.execute(f"DROP TABLE raw_{number}")
    accepted = int(engine.run("SELECT COUNT(*) FROM staged")[0][0])
    quarantined = _save_quarantine(engine, raws, folder)
    if accepted == 0:
        raise InputError(
            f"No event could be read ({sum(raw.rows_read for raw in raws)} rows, {quarantined} refused).",
            where=path.name,
            hint="; ".join(f"{entry['reason']}: {entry['rows']}" for entry in reasons_of(engine, raws))
            or "The log is empty.",
        )
    present = frozenset[str]().union(*(tally.present for tally in tallies)) | {"office", "local_date", "date_only"}
    present |= {"planned_date"} if "planned_at" in present else set()
    present |= {"requested_date"} if "requested_at" in present else set()
    counts = staged_counts(engine)
    receipt = compose_receipt(path, raws, tallies, source, schema, engine, accepted, quarantined) | counts
    receipt |= write_store(engine, "staged", folder, schema, present, progress, study)
    receipt["cases"] = sum(office["cases"] for office in receipt["offices"])
    return receipt


def _read(
    engine: DuckDB, file: Path, table: str, number: int, source: Source, progress: Callable[[int, int], None]
) -> RawFile:
    kind = format_of(file, source)
    if kind == "csv":
        from procmine.read.table import read_csv

        return read_csv(
            engine.connection, file, table, file_no=number, encoding=source.encoding, delimiter=source.delimiter,
            progress=progress,
        )  # fmt: skip
    if kind == "parquet":
        from procmine.read.table import read_parquet

        return read_parquet(engine.connection, file, table, file_no=number, progress=progress)
    from procmine.read.xes import read_xes

    return read_xes(engine.connection, file, table, file_no=number, progress=progress)


def _save_quarantine(engine: DuckDB, raws: Sequence[RawFile], folder: Path) -> int:
    engine.connection.execute("CREATE TABLE file_names (file_no INTEGER, file VARCHAR)")
    engine.connection.executemany("INSERT INTO file_names VALUES (?, ?)", [(n, raw.name) for n, raw in enumerate(raws)])
    engine.connection.execute(
        'COPY (SELECT f.file, q.line, q."column", q.reason, q.raw '
        "FROM quarantine AS q JOIN file_names AS f USING (file_no) ORDER BY q.file_no, q.line, q.reason, q.raw) "
        f"TO {literal(str(folder / 'quarantine.parquet'))} (FORMAT parquet)"
    )
    return int(engine.run("SELECT COUNT(*) FROM quarantine")[0][0])


def default_store(path: Path, digest: str) -> Path:
    """Where a store goes if nobody says: beside the input, or in the temporary folder where that cannot be written."""
    beside = path.resolve().with_name(f"{path.name}.procmine")
    try:
        with tempfile.TemporaryFile(dir=beside.parent):
            return beside
    except OSError:
        return _own_folder() / digest[:16]


def _own_folder() -> Path:
    """A folder for stores of inputs whose place cannot be written; nobody else may read or have made it."""
    folder = Path(tempfile.gettempdir()) / f"procmine-stores-{getpass.getuser()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        raise InputError(
            "The folder for log stores belongs to somebody else.", where=str(folder), hint="Say where: store=…."
        )
    return folder


def settings_digest(source: Source, study: Path | None) -> str:
    """The digest of everything beside the input that decides what a store holds."""
    parts = [procmine_version(), str(STORE_VERSION), repr(source)]
    for name in ("schema", "vocabulary"):
        parts.append(read_text(one("event_logs", name, ".toml", study)))
    parts += [read_text(entry) for entry in listing("event_logs/derived", ".sql", study).values()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _digest(files: Sequence[tuple[str, str]], settings: str) -> str:
    return hashlib.sha256(json.dumps([list(files), settings]).encode()).hexdigest()


def _same(place: Path, digest: str) -> bool:
    """Whether a store was made of this input with these settings, and is whole."""
    try:
        return read_receipt(place).get("digest") == digest and not damaged(place)
    except InputError:
        return False


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise InputError("This is not a regular file.", where=str(path), hint="Give a file or a folder of files.")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
