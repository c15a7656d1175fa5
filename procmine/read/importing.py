"""Importing: files in, a checked log store out; made once for an unchanged input, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from procmine.content import listing, one, read_text
from procmine.engines.duckdb import DuckDB, connect, literal
from procmine.errors import InputError, ProcmineError
from procmine.log import RECEIPT, STORE_VERSION, is_store
from procmine.read.normalise import LISTED, Tally, normalise
from procmine.read.raw import RawFile
from procmine.read.source import CANONICAL, Source
from procmine.read.store import save_receipt, whole_folder, write_store
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
        "This kind of file is not read.", where=path.name, hint=f"Files that are: {', '.join(sorted(SUFFIXES))}."
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
        if entry.is_file() and any(entry.name.lower().endswith(suffix) for suffix in SUFFIXES)
        and entry.name != "SOURCE.txt"
    )
    if not found:
        raise InputError("The folder holds no log file.", where=str(path), hint=f"Known: {', '.join(sorted(SUFFIXES))}.")
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
    with whole_folder(place) as folder:
        receipt = _build(path, files, folder, source, schema, progress)
        receipt |= {"digest": digest, "settings": settings, "store_version": STORE_VERSION}
        save_receipt(folder, receipt)
    return place


def _build(
    path: Path, files: Sequence[Path], folder: Path, source: Source, schema: Schema, progress: Progress
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
            normalise(engine, raw, f"raw_{number}", "staged", file_no=number, source=source, schema=schema)
        )
        raws.append(raw)
        engine.connection.execute(f"DROP TABLE raw_{number}")
    accepted = int(engine.run("SELECT COUNT(*) FROM staged")[0][0])
    quarantined = _save_quarantine(engine, raws, folder)
    if accepted == 0:
        raise InputError(
            f"No event could be read ({sum(raw.rows_read for raw in raws)} rows, {quarantined} refused).",
            where=path.name,
            hint="; ".join(f"{entry['reason']}: {entry['rows']}" for entry in _reasons(engine, raws)) or "The log is empty.",
        )
    present = frozenset[str]().union(*(tally.present for tally in tallies)) | {"office", "local_date", "date_only"}
    present |= {"planned_date"} if "planned_at" in present else set()
    present |= {"requested_date"} if "requested_at" in present else set()
    counts = _counts(engine)
    receipt = _receipt(path, raws, tallies, source, schema, engine, accepted, quarantined) | counts
    receipt |= write_store(engine, "staged", folder, schema, present, progress)
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
        'COPY (SELECT f.file, q.line, q."column", q.reason, q.raw FROM quarantine AS q JOIN file_names AS f USING (file_no) '
        f"ORDER BY q.file_no, q.line, q.reason, q.raw) TO {literal(str(folder / 'quarantine.parquet'))} (FORMAT parquet)"
    )
    return int(engine.run("SELECT COUNT(*) FROM quarantine")[0][0])


def _reasons(engine: DuckDB, raws: Sequence[RawFile]) -> list[dict[str, Any]]:
    return [
        {"reason": str(reason), "rows": int(rows), "first_line": int(line), "file": raws[int(file_no)].name}
        for file_no, reason, rows, line in engine.run(
            "SELECT file_no, reason, COUNT(*), MIN(line) FROM quarantine GROUP BY 1, 2 ORDER BY 1, 2"
        )
    ]


def _counts(engine: DuckDB) -> dict[str, Any]:
    """Figures of the staged events that a receipt states."""
    events, first, last, dates = engine.run(
        "SELECT COUNT(*), MIN(local_date), MAX(local_date), COUNT(*) FILTER (WHERE date_only) FROM staged"
    )[0]
    tied = engine.run(
        "SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM staged GROUP BY case_id, timestamp HAVING COUNT(*) > 1)"
    )[0][0]
    return {
        "events": int(events),
        "first_day": str(first),
        "last_day": str(last),
        "ties": {"same_time": int(tied), "date_only": int(dates)},
    }


def _receipt(
    path: Path,
    raws: Sequence[RawFile],
    tallies: Sequence[Tally],
    source: Source,
    schema: Schema,
    engine: DuckDB,
    accepted: int,
    quarantined: int,
) -> dict[str, Any]:
    present = frozenset[str]().union(*(tally.present for tally in tallies))
    reasons = _reasons(engine, raws)
    files = [_file_entry(number, raw, engine) for number, raw in enumerate(raws)]
    rows_read = sum(raw.rows_read for raw in raws)
    if rows_read != accepted + quarantined:
        raise ProcmineError(
            f"Rows do not add up: {rows_read} read, {accepted} accepted, {quarantined} quarantined.", where=path.name
        )
    return {
        "schema": "procmine/receipt@1",
        "procmine": procmine_version(),
        "name": path.name.split(".")[0] or path.name,
        "source": {"name": source.name, "title": dict(source.title), "attribution": source.attribution},
        "zone": source.zone,
        "files": files,
        "rows_read": rows_read,
        "rows_accepted": accepted,
        "rows_quarantined": quarantined,
        "quarantine": reasons,
        "columns": _merged(tallies, "columns", ("name", "from"), "filled"),
        "absent": sorted(name for name in schema.importable if name not in present),
        "unmapped": sorted({name for tally in tallies for name in tally.unmapped}),
        "vocabulary": _short(_merged(tallies, "vocabulary", ("column", "value"), "rows")),
        "unknown": _short(_merged(tallies, "unknown", ("column", "value"), "rows")),
        "system_workers": _merged(tallies, "system", ("value",), "rows"),
        "derived": _merged(tallies, "derived", ("column", "value", "rule"), "rows"),
        "unreadable": _merged(tallies, "unreadable", ("column",), "rows"),
        "decisions": _decisions(raws, tallies),
    }


def _file_entry(number: int, raw: RawFile, engine: DuckDB) -> dict[str, Any]:
    refused = int(engine.run(f"SELECT COUNT(*) FROM quarantine WHERE file_no = {number}")[0][0])
    return {
        "name": raw.name,
        "sha256": raw.sha256,
        "bytes": raw.bytes,
        "format": raw.format,
        "encoding": raw.encoding,
        "delimiter": raw.delimiter,
        "rows_read": raw.rows_read,
        "rows_accepted": raw.rows_read - refused,
        "rows_quarantined": refused,
    }


def _decisions(raws: Sequence[RawFile], tallies: Sequence[Tally]) -> list[dict[str, Any]]:
    found = []
    for raw, tally in zip(raws, tallies, strict=True):
        if raw.encoding:
            found.append({"what": "encoding", "value": raw.encoding, "how": raw.encoding_how, "file": raw.name})
        if raw.delimiter:
            found.append({"what": "delimiter", "value": raw.delimiter, "how": raw.delimiter_how, "file": raw.name})
        found += [decision | {"file": raw.name} for decision in tally.decisions]
        found += [{"what": "file", "value": text, "how": "noticed while reading", "file": raw.name} for text in raw.warnings]
    return found


def _merged(tallies: Sequence[Tally], part: str, keys: Sequence[str], count: str) -> list[dict[str, Any]]:
    """Entries of all files added up by their keys, in order."""
    total: dict[tuple[Any, ...], dict[str, Any]] = {}
    for tally in tallies:
        for entry in getattr(tally, part):
            key = tuple(entry.get(name) for name in keys)
            if key in total:
                total[key][count] += entry[count]
            else:
                total[key] = dict(entry)
    return [total[key] for key in sorted(total, key=lambda k: tuple(str(part) for part in k))]


def _short(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The most frequent entries of each column; the others as one line a column, so that nothing is silently cut."""
    kept: list[dict[str, Any]] = []
    for column in sorted({entry["column"] for entry in entries}):
        own = sorted((e for e in entries if e["column"] == column), key=lambda e: (-e["rows"], e["value"]))
        kept += own[:LISTED]
        if rest := own[LISTED:]:
            more = {"column": column, "value": "", "rows": sum(entry["rows"] for entry in rest), "values": len(rest)}
            kept.append(more)
    return kept


def default_store(path: Path, digest: str) -> Path:
    """Where a store goes if nobody says: beside the input, or in the temporary folder where that cannot be written."""
    beside = path.resolve().with_name(f"{path.name}.procmine")
    try:
        with tempfile.TemporaryFile(dir=beside.parent):
            return beside
    except OSError:
        return Path(tempfile.gettempdir()) / "procmine-stores" / digest[:16]


def settings_digest(source: Source, study: Path | None) -> str:
    """The digest of everything beside the input that decides what a store holds."""
    parts = [procmine_version(), str(STORE_VERSION), repr(source)]
    for name in ("schema", "vocabulary"):
        parts.append(read_text(one("event_logs", name, ".toml", study)))
    parts += [read_text(entry) for entry in listing("event_logs/derived", ".sql", study).values()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def procmine_version() -> str:
    """The installed version; 0+checkout where procmine runs from a bare checkout."""
    try:
        return version("procmine")
    except PackageNotFoundError:
        return "0+checkout"


def _digest(files: Sequence[tuple[str, str]], settings: str) -> str:
    return hashlib.sha256(json.dumps([list(files), settings]).encode()).hexdigest()


def _same(place: Path, digest: str) -> bool:
    try:
        kept: Mapping[str, Any] = json.loads((place / RECEIPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return kept.get("digest") == digest


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise InputError("This is not a regular file.", where=str(path), hint="Give a file or a folder of files.")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
