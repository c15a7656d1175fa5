"""Read a Parquet file into a raw all-text table: schema and size first, then every value as text without loss."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from procmine.engines.duckdb import literal, quoted
from procmine.errors import InputError
from procmine.read.csv.copying import safe_name
from procmine.read.files.opening import Opened, opened
from procmine.read.limits import LIMITS, MIB
from procmine.read.parquet.pages import Chunk, verify_pages
from procmine.read.progress import BytesSeen
from procmine.read.raw import RawFile, whole_or_nothing

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROW = '"row of procmine"'
_PLAIN = ("VARCHAR", "BOOLEAN", "DATE", "TIME", "UUID", "FLOAT", "DOUBLE")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_TIMES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")


def read_parquet(
    con: DuckDBPyConnection, path: Path, table: str, *, file_no: int, progress: BytesSeen | None = None
) -> RawFile:
    """Make ``table`` (``line`` = number of the row, ``c0`` …) of a Parquet file."""
    import duckdb

    with (
        opened(path, progress) as file,
        tempfile.TemporaryDirectory(prefix="procmine-") as place,
        whole_or_nothing(con, table, file_no),
    ):
        first = last = b""
        for piece in file.stored():
            first = first or piece[:4]
            last = (last + piece)[-4:]
        if first != b"PAR1" or last != b"PAR1":
            raise InputError("This is not a whole Parquet file.", where=file.name, hint="Copy or export it again.")
        at = literal(str(safe_name(path, Path(place))))
        try:
            columns, rows = _schema(con, at, file)
            pages, checked = verify_pages(file, _chunks(con, at, file))
            source = _numbered(at, columns, file.name)
            picked = _as_text(con, source, file)
            con.execute(f"CREATE TABLE {quoted(table)} AS SELECT {ROW} + 1 AS line{picked} FROM {source}")
        except duckdb.Error as fault:
            said = str(fault).splitlines()[0].replace(at.strip("'"), file.name)
            raise InputError(
                f"The Parquet file cannot be read ({said}).", where=file.name, hint="Write it again."
            ) from fault
        digest = file.digest()
        file.unchanged(path)  # the engine opened it by its name
        counted = con.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()
        if counted is None or counted[0] != rows:
            raise InputError(
                f"The footer announces {rows:,} rows, the file has {counted[0] if counted else 0:,}.",
                where=file.name,
                hint="Write it again.",
            )
    return RawFile(
        name=file.name,
        sha256=digest,
        bytes=file.size,
        format="parquet",
        encoding="utf-8",
        encoding_how="Parquet text is UTF-8",
        delimiter="",
        delimiter_how="",
        columns=columns,
        rows_read=rows,
        rows_accepted=rows,
        rows_quarantined=0,
        warnings=(*file.notes, *_unverified(pages, checked)),
    )


def _numbered(at: str, columns: Sequence[str], where: str) -> str:
    """The rows of the file with their number, in a column whose name no column of the file has."""
    taken = {name.casefold() for name in columns}
    if ROW.strip('"') in taken:
        raise InputError(
            f"The column {ROW} has the name under which rows are numbered here.",
            where=where,
            hint="Give the column another name.",
        )
    if "file_row_number" not in taken:
        option = f"read_parquet({at}, file_row_number = true, hive_partitioning = false)"
        return f"(SELECT * RENAME (file_row_number AS {ROW}) FROM {option})"
    # The engine numbers rows under that one name only; a window without an order counts them as they come.
    return f"(SELECT *, row_number() OVER () - 1 AS {ROW} FROM read_parquet({at}, hive_partitioning = false))"


def _unverified(pages: int, checked: int) -> tuple[str, ...]:
    """What is said where pages carry no check sum; DuckDB and pandas write none."""
    if checked == pages:
        return ()
    if not checked:
        return ("Not verified: the file carries no page checksums.",)
    return (f"Not verified: {pages - checked:,} of {pages:,} pages carry no checksum.",)


def _schema(con: DuckDBPyConnection, at: str, file: Opened) -> tuple[tuple[str, ...], int]:
    """Column names and number of rows from the footer, before any data. Raises InputError beyond the limits."""
    leaves = con.execute(f"SELECT name, num_children FROM parquet_schema({at})").fetchall()
    names: list[str] = []
    skip = 0
    for leaf, children in leaves[1:]:
        if skip:
            skip += int(children or 0) - 1
            continue
        names.append(leaf)
        skip = int(children or 0)
    answer = con.execute(f"SELECT num_rows FROM parquet_file_metadata({at})").fetchone()
    rows = int(answer[0]) if answer else 0
    cells = rows * max(len(names), 1)
    dense = cells > LIMITS.expansion_free and cells > LIMITS.expansion_ratio * file.size
    if rows < 0 or len(names) > LIMITS.columns or cells > LIMITS.cells or dense:
        raise InputError(
            f"The file announces {rows:,} rows of {len(names):,} columns in {file.size:,} bytes.",
            where=file.name,
            hint=f"Split the extract. Limits: {LIMITS.columns:,} columns, {LIMITS.cells:,} values, "
            f"{LIMITS.expansion_ratio} values a byte.",
        )
    folded: dict[str, str] = {}
    for column in names:
        twin = folded.setdefault(column.strip().casefold(), column)
        if twin is not column:
            raise InputError(
                f"The columns {twin!r} and {column!r} have one name.", where=file.name, hint="Rename one of them."
            )
    return tuple(names), rows


def _chunks(con: DuckDBPyConnection, at: str, file: Opened) -> list[Chunk]:
    """Where each column of each row group begins, and what it holds. Raises InputError where it is too much."""
    chunks = [
        Chunk(
            int(group),
            str(column),
            min((place for place in (dictionary, data) if place), default=0),
            int(values),
            int(unpacked),
        )
        for group, column, dictionary, data, values, unpacked in con.execute(
            "SELECT row_group_id, path_in_schema, dictionary_page_offset, data_page_offset, num_values, "
            f"total_uncompressed_size FROM parquet_metadata({at}) WHERE num_values <> 0"
        ).fetchall()
    ]
    # The engine takes a negative size for a fault of its own and closes the whole database.
    negative = "total_compressed_size < 0 OR total_uncompressed_size < 0"
    if con.execute(f"SELECT count(*) FROM parquet_metadata({at}) WHERE {negative}").fetchone() != (0,):
        raise InputError("The footer announces negative sizes.", where=file.name, hint="Write it again.")
    _refuse_expansion(sum(chunk.unpacked for chunk in chunks), file)
    return chunks


def _refuse_expansion(size: int, file: Opened) -> None:
    if size > LIMITS.expanded_bytes or (size > LIMITS.expansion_free and size > LIMITS.expansion_ratio * file.size):
        raise InputError(
            f"The file unpacks to {size // MIB:,} MiB from {file.size:,} bytes.",
            where=file.name,
            hint=f"Limits: {LIMITS.expanded_bytes:,} bytes, ratio {LIMITS.expansion_ratio}.",
        )


def _as_text(con: DuckDBPyConnection, source: str, file: Opened) -> str:
    """Every column as text, by position. Raises InputError for kinds without one plain text, and for too much text."""
    described: list[Any] = con.execute(f"DESCRIBE SELECT * EXCLUDE ({ROW}) FROM {source}").fetchall()
    _refuse_long(con, source, [(column, kind) for column, kind, *_ in described], file)
    picked = ""
    for number, (column, kind, *_) in enumerate(described):
        picked += f", {_cast(con, source, quoted(column), kind, column, file.name)} AS c{number}"
    return picked


def _refuse_long(con: DuckDBPyConnection, source: str, columns: list[tuple[str, str]], file: Opened) -> None:
    """Measure the text before any is kept: one long entry of a dictionary can stand in a million rows."""
    measures = {"VARCHAR": "strlen({})", "BLOB": "octet_length({})", "VARCHAR[]": "strlen(array_to_string({}, '|'))"}
    texts = [(name, measures[kind].format(quoted(name))) for name, kind in columns if kind in measures]
    if not texts:
        return
    asked = ", ".join(f"max({length}), sum({length})" for _, length in texts)
    found = con.execute(f"SELECT {asked} FROM {source}").fetchone() or ()
    for (column, length), longest in zip(texts, found[::2], strict=True):
        limit = LIMITS.field_bytes
        if longest and longest > limit:
            _none(
                con, source, f"{length} > {limit}", f"A value in column {column!r} exceeds {limit:,} bytes.", file.name
            )
    _refuse_expansion(int(sum(size or 0 for size in found[1::2])), file)


def _cast(con: DuckDBPyConnection, source: str, cell: str, kind: str, column: str, name: str) -> str:
    if kind in _PLAIN or kind in _WHOLE or kind.startswith(("DECIMAL", "ENUM")):
        return f"CAST({cell} AS VARCHAR)"
    if kind in _TIMES:
        return f"replace(CAST({cell} AS VARCHAR), ' ', 'T')"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"replace(CAST(make_timestamp(epoch_us({cell})) AS VARCHAR), ' ', 'T') || '+00:00'"
    if kind == "VARCHAR[]":
        _none(
            con,
            source,
            f"len(list_filter({cell}, lambda x: x IS NULL OR contains(x, '|'))) > 0",
            f"A list in column {column!r} holds an empty entry or one with '|'.",
            name,
        )
        return f"array_to_string({cell}, '|')"
    if kind == "BLOB":
        bad = f"{cell} IS NOT NULL AND TRY(decode({cell})) IS NULL"
        _none(con, source, bad, f"The bytes in column {column!r} are not UTF-8.", name)
        return f"decode({cell})"
    raise InputError(
        f"Column {column!r} is of kind {kind}, which has no plain text.",
        where=name,
        hint="Write it as text or leave it out.",
    )


def _none(con: DuckDBPyConnection, source: str, condition: str, what: str, name: str) -> None:
    """Refuse the file where any row meets ``condition``."""
    answer = con.execute(f"SELECT min({ROW}) + 1 FROM {source} WHERE {condition}").fetchone()
    if answer is not None and answer[0] is not None:
        raise InputError(what, where=f"{name}:{answer[0]}", hint="Write the column as text.")
