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
from procmine.engines.duckdb import DuckDB, literal, workbench
from procmine.errors import InputError, ProcmineError
from procmine.log import STORE_VERSION, damaged, is_store, read_receipt
from procmine.read.checks.running import name_findings
from procmine.read.files.opening import content_name, digest_of, refuse_missing
from procmine.read.joined import joined_files, lend_columns, read_joined
from procmine.read.normalise import normalise
from procmine.read.numbering import Naming, needs_key
from procmine.read.pairs import note_instances, pair_rows
from procmine.read.place import put_back, refuse_foreign, whole_folder
from procmine.read.progress import Progress, quiet
from procmine.read.pseudonym import load_key
from procmine.read.raw import RawFile
from procmine.read.receipt import (
    compose_receipt,
    input_name,
    observed,
    procmine_version,
    reasons_of,
    staged_counts,
)
from procmine.read.shortage import shortage_told
from procmine.read.source import CANONICAL, Source
from procmine.read.store import save_receipt, write_store
from procmine.read.tally import Tally
from procmine.regimes import load_law
from procmine.schema import Schema

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
    ".zip": "zip",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".jsonocel": "ocel",
    ".jsonocel.gz": "ocel",
    ".xmlocel": "ocel",
    ".xmlocel.gz": "ocel",
    ".sqliteocel": "ocel",
    ".json": "ocel",
    ".json.gz": "ocel",
    ".xml": "ocel",
    ".xml.gz": "ocel",
    ".sqlite": "ocel",
}
# Endings of many other files: taken from a folder only where the source's pattern names them.
BY_PATTERN = (".json", ".json.gz", ".xml", ".xml.gz")


# What is read out of a ZIP file; the others are read by place, not from front to back.
IN_ZIP = ("csv", "xes")


def format_of(path: Path, source: Source) -> str:
    """csv, parquet, xes, ocel or xlsx. Raises InputError for a file that is none of these."""
    packed = path.name.lower().endswith(".zip")
    # In a ZIP file the name of its content decides, and its own (log.csv.zip) where that one has no ending.
    names = (content_name(path), path.name[: -len(".zip")]) if packed else (path.name,)
    endings = sorted(SUFFIXES.items(), key=lambda pair: -len(pair[0]))
    kinds = (kind for name in names for suffix, kind in endings if name.lower().endswith(suffix))
    kind = next(kinds, source.format)
    if packed and kind and kind not in IN_ZIP:
        raise InputError(f"{names[0]!r} is not read out of a ZIP file.", where=path.name, hint="Unpack it first.")
    if kind:
        return kind
    raise InputError(
        "This kind of file is not read.",
        where=path.name,
        hint=("Save it as .xlsx. " if path.suffix.lower() in (".xls", ".xlsb", ".ods") else "")
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
        if not entry.is_dir()  # a pipe or a link that leads nowhere is refused by name when it is opened
        and not entry.name.startswith("~$")  # Excel's mark on a workbook that somebody has open
        and entry.name not in {join.file for join in source.joins}
        and (source.pattern or not entry.name.lower().endswith(BY_PATTERN))
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
    refuse_missing(path)
    files = files_of(path, source)
    progress("read", 0.0)
    settings = settings_digest(source, study)
    beside = joined_files(path, source, study)
    digest = _digest([(file.name, digest_of(file)) for file in (*files, *beside)], settings)
    place = target or default_store(path, digest)
    put_back(place)
    naming = _naming(source, (place, study) if study else (place,))
    if is_store(place) and _same(place, digest, naming):
        return place
    refuse_foreign(place)
    size = sum(file.stat().st_size for file in files)
    with shortage_told(place, size), whole_folder(place) as folder, workbench(folder) as engine:
        receipt = _build(engine, path, files, beside, folder, source, schema, progress, study, naming)
        receipt |= {"digest": digest, "settings": settings, "store_version": STORE_VERSION}
        save_receipt(folder, receipt)
    return place


def _naming(source: Source, apart_from: Sequence[Path]) -> Naming:
    """What becomes of the names of a source; the key is made at first use. Raises InputError for a key left open."""
    return Naming(source.cases, source.workers, load_key(source.key, apart_from) if needs_key(source) else None)


def _build(
    engine: DuckDB,
    path: Path,
    files: Sequence[Path],
    beside: Sequence[Path],
    folder: Path,
    source: Source,
    schema: Schema,
    progress: Progress,
    study: Path | None,
    naming: Naming,
) -> dict[str, Any]:
    raws: list[RawFile] = []
    tallies: list[Tally] = []
    tables = read_joined(engine, beside, source)
    parts = parts_of(files, source)
    size = sum(file.stat().st_size for file in files)
    for number, (file, sheets) in enumerate(parts):

        def seen(done: int, total: int, number: int = number) -> None:
            progress("read", (number + (done / total if total else 1.0)) / len(parts), size)

        raw = read_raw(engine, file, f"raw_{number}", number, source, seen, sheets)
        raws.append(raw)
        if not raw.rows_read:  # a log without events may have no columns either
            tallies.append(Tally())
            continue
        progress("normalise", number / len(parts))
        raw, shown = lend_columns(engine, raw, f"raw_{number}", tables, source)
        if source.pairs:
            note_instances(engine, raw, shown, number, source.pairs)
        tallies.append(
            normalise(
                engine, raw, shown, "staged",
                file_no=number, source=source, schema=schema, name=input_name(path),
            )
        )  # fmt: skip
        raws[-1] = raw
        engine.connection.execute(f"DROP TABLE raw_{number}")
    refuse_empty(path, raws)
    accepted = int(engine.run("SELECT COUNT(*) FROM staged")[0][0])
    quarantined = _save_quarantine(engine, raws, folder)
    if accepted == 0:
        raise InputError(
            f"No event could be read ({sum(raw.rows_read for raw in raws)} rows, {quarantined} refused).",
            where=path.name,
            hint="; ".join(
                f"{entry['reason']}: {entry['rows']}, first in {entry['file']}:{entry['first_line']}"
                for entry in reasons_of(engine, raws)
            ),
        )
    paired = _pair(engine, source, tallies, path.name, accepted) if source.pairs else {}
    present = frozenset[str]().union(*(tally.present for tally in tallies)) | {"office", "local_date", "date_only"}
    present |= {"planned_date"} if "planned_at" in present else set()
    present |= {"requested_date"} if "requested_at" in present else set()
    counts = staged_counts(engine)
    receipt = compose_receipt(path, raws, tallies, source, schema, engine, accepted, quarantined) | counts | paired
    receipt |= {"joined": [table.entry() for table in tables]} if tables else {}
    receipt["observation"] = observed(engine, source, load_law(study), where=path.name)
    receipt["findings"] = name_findings(engine, "staged", schema, study, zone=source.zone)
    receipt |= write_store(engine, "staged", folder, schema, present, progress, receipt["observation"], study, naming)
    receipt["cases"] = sum(office["cases"] for office in receipt["offices"])
    return receipt


def refuse_empty(path: Path, raws: Sequence[RawFile]) -> None:
    """Raise InputError for an input without a single row."""
    if not any(raw.rows_read for raw in raws):
        raise InputError("No event could be read: the log is empty.", where=path.name, hint="Export it again.")


def _pair(
    engine: DuckDB, source: Source, tallies: Sequence[Tally], where: str, accepted: int
) -> dict[str, dict[str, Any]]:
    """Make intervals of start and complete rows; every accepted row is an event or the beginning of one."""
    if source.pairs is None:
        return {}
    paired = pair_rows(engine, "staged", source.pairs, where)
    events = int(engine.run("SELECT COUNT(*) FROM staged")[0][0])
    if accepted != events + paired["rows"]:
        raise ProcmineError(f"{accepted} rows became {events} events and {paired['rows']} beginnings.", where=where)
    tallies[0].present.add("started_at")
    tallies[0].columns.append({"name": "started_at", "from": "", "filled": paired["rows"]})
    return {"paired": paired}


def parts_of(files: Sequence[Path], source: Source) -> tuple[tuple[Path, tuple[str, ...]], ...]:
    """What becomes a raw table each: a file, or a sheet of a workbook before the others that are read of it."""
    parts: list[tuple[Path, tuple[str, ...]]] = []
    for file in files:
        if format_of(file, source) != "xlsx":
            parts.append((file, ()))
            continue
        from procmine.read.xlsx.reading import sheets_of

        sheets = sheets_of(file, source.sheets)
        parts += [(file, (sheet, *(other for other in sheets if other != sheet))) for sheet in sheets]
    return tuple(parts)


def read_raw(
    engine: DuckDB,
    file: Path,
    table: str,
    number: int,
    source: Source,
    progress: Callable[[int, int], None],
    sheets: tuple[str, ...] = (),
) -> RawFile:
    """Read one file by the reader of its format into the raw table ``table``. Raises InputError.

    Of a workbook the first of ``sheets`` is read, or of all its sheets.
    """
    kind = format_of(file, source)
    if kind == "xlsx":
        from procmine.read.xlsx.reading import read_xlsx, sheets_of

        sheets = sheets or sheets_of(file, source.sheets)
        return read_xlsx(engine.connection, file, sheets[0], table, file_no=number, among=sheets, progress=progress)
    if kind == "csv":
        from procmine.read.csv.reading import read_csv

        return read_csv(
            engine.connection, file, table, file_no=number, encoding=source.encoding, delimiter=source.delimiter,
            progress=progress,
        )  # fmt: skip
    if kind == "parquet":
        from procmine.read.parquet.reading import read_parquet

        return read_parquet(engine.connection, file, table, file_no=number, progress=progress)
    if kind == "ocel":
        from procmine.read.ocel.reading import is_xes, read_ocel

        if not (file.name.lower().endswith((".xml", ".xml.gz")) and is_xes(file)):
            return read_ocel(
                engine.connection, file, table, file_no=number, object_type=source.object_type, progress=progress
            )
    from procmine.read.xes.reading import read_xes

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
    parts = [procmine_version(), str(STORE_VERSION), source.settled()]
    for name in ("schema", "vocabulary", "regimes"):
        parts.append(read_text(one("event_logs", name, ".toml", study)))
    for folder, suffix in (("derived", ".sql"), ("checks", ".toml"), ("checks", ".sql")):
        parts += [read_text(entry) for entry in listing(f"event_logs/{folder}", suffix, study).values()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _digest(files: Sequence[tuple[str, str]], settings: str) -> str:
    return hashlib.sha256(json.dumps([list(files), settings]).encode()).hexdigest()


def _same(place: Path, digest: str, naming: Naming) -> bool:
    """Whether a store was made of this input with these settings and this key, and is whole."""
    try:
        receipt = read_receipt(place)
        return receipt.get("digest") == digest and receipt["pseudonyms"] == naming.entry() and not damaged(place)
    except InputError:
        return False
