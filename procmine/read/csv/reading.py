"""Read a delimited text (CSV, TSV, also in gzip or ZIP) into a raw all-text table; nothing is lost, nothing is guessed.

The structure is verified here, piece by piece, so that memory does not grow with the file; DuckDB then parses what was
verified, and both have to count the same rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from procmine.engines.duckdb import literal, quoted
from procmine.errors import InputError
from procmine.read.csv.copying import Cleaned
from procmine.read.csv.header import Header, read_header
from procmine.read.csv.structure import BadByte, Dialect, Scan, scan
from procmine.read.files.doubts import Doubts, evidence
from procmine.read.files.encoding import MARK, UTF8, as_utf8, decide
from procmine.read.files.opening import Opened, opened
from procmine.read.limits import LIMITS
from procmine.read.progress import BytesSeen
from procmine.read.raw import (
    RawFile,
    Refused,
    append_refused,
    count_refused,
    whole_or_nothing,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def read_csv(
    con: DuckDBPyConnection,
    path: Path,
    table: str,
    *,
    file_no: int,
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str = '"',
    progress: BytesSeen | None = None,
) -> RawFile:
    """Make ``table`` (``line``, ``c0`` …) of a delimited text; refused rows go to ``quarantine``."""
    with (
        opened(path, progress) as file,
        tempfile.TemporaryDirectory(prefix="procmine-") as place,
        whole_or_nothing(con, table, file_no),
    ):
        pieces = file.unpacked()
        first = next(pieces, b"")
        name, how, mark = decide(first, encoding, file.name)
        declared = how != "every byte is valid UTF-8"
        doubts = Doubts()
        text = as_utf8(_with(first, pieces), name, mark, doubts)
        head, whole = _head(text)
        header = read_header(head, file.name, delimiter=delimiter, quote=quote, whole=whole, declared=declared)
        direct = name == UTF8 and not file.packed and header.plain
        cleaned = Cleaned(
            Path(place),
            file,
            header.dialect,
            first_line=header.lines + 1,
            header=mark + header.length,
            as_is=direct,
        )
        try:
            tally = _Tally(doubts)
            rows = _with(head[header.length :], text)
            _scan_all(con, rows, header, cleaned, file, file_no, mark, declared, tally)
        finally:
            cleaned.close()
        digest = file.digest()
        _load(con, table, cleaned, cleaned.source(path), header)
        if not cleaned.copied:
            file.unchanged(path)  # the engine opened it by its name
        refused = count_refused(con, file_no)
    return RawFile(
        name=file.name,
        sha256=digest,
        bytes=file.size,
        format="csv",
        encoding=name,
        encoding_how=how,
        delimiter=header.dialect.delimiter.decode(),
        delimiter_how=header.delimiter_how,
        columns=header.columns,
        rows_read=cleaned.count + refused,
        rows_accepted=cleaned.count,
        rows_quarantined=refused,
        warnings=(*file.notes, *header.warnings, *tally.warnings(name)),
    )


@dataclass(slots=True)
class _Tally:
    """What is counted over the pieces."""

    doubts: Doubts
    replaced: int = 0
    pending: list[Refused] = field(default_factory=list)  # blank lines that may yet turn out to be the file's end

    def look(self, data: bytes, line: int) -> None:
        """Count signs that a text has lost letters or was joined; ``line``: the line ``data`` begins in."""
        self.replaced += data.count(b"\xef\xbf\xbd")
        if marks := data.count(MARK):
            self.doubts.marks_line = self.doubts.marks_line or line + data.count(b"\n", 0, data.find(MARK))
            self.doubts.marks += marks

    def warnings(self, encoding: str) -> tuple[str, ...]:
        said = self.doubts.warnings(encoding)
        if not self.replaced:
            return said
        return (
            f"{self.replaced} replacement characters (U+FFFD): letters were lost before this file was written.",
            *said,
        )


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _head(text: Iterator[bytes]) -> tuple[bytes, bool]:
    """The first piece or two of the text, and whether that is all of it."""
    head = b""
    for piece in text:
        head += piece
        if len(head) >= LIMITS.piece_bytes:
            return head, False
    return head, True


def _scan_all(
    con: DuckDBPyConnection,
    text: Iterator[bytes],
    header: Header,
    cleaned: Cleaned,
    file: Opened,
    file_no: int,
    mark: int,
    declared: bool,
    tally: _Tally,
) -> None:
    """Verify every piece, hand accepted rows to ``cleaned`` and refused ones to quarantine."""
    held: list[bytes] = []
    held_bytes = 0
    line, offset = header.lines + 1, mark + header.length
    end = bytes([header.dialect.line_end])
    for piece, last in _marked_last(text):
        held.append(piece)
        held_bytes += len(piece)
        if end not in piece and not last and held_bytes <= LIMITS.line_bytes:
            continue
        data = b"".join(held)
        if last:
            data = _ended(data, header.dialect)
        found = _scan_one(data, header, file, line, last, declared)
        if not data.isascii():
            tally.look(data[: found.consumed], line)
        if found.consumed:
            cleaned.add(data, found, line, offset)
            _quarantine(con, file_no, found, tally, file.name)
        line += found.lines
        offset += found.consumed
        held = [data[found.consumed :]]
        held_bytes = len(held[0])
        if held_bytes > LIMITS.line_bytes:
            raise InputError(
                f"This line has no end within {LIMITS.line_bytes:,} bytes.",
                where=f"{file.name}:{line}",
                hint="Look at the file there: a table has short lines.",
            )


def _marked_last(text: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    before: bytes | None = None
    for piece in text:
        if before is not None:
            yield before, False
        before = piece
    yield before or b"", True


def _ended(data: bytes, dialect: Dialect) -> bytes:
    """The last piece, its last line ended."""
    if not data or data[-1] == dialect.line_end:
        return data
    if dialect.crlf and data.endswith(b"\r"):
        return data + b"\n"
    return data + (b"\r\n" if dialect.crlf else bytes([dialect.line_end]))


def _scan_one(data: bytes, header: Header, file: Opened, line: int, last: bool, declared: bool) -> Scan:
    try:
        return scan(data, header.dialect, line, last=last, declared=declared)
    except BadByte as fault:
        said, hint = evidence(data, fault.offset)
        raise InputError(
            f"The byte {fault.byte:#04x} is not UTF-8, and no encoding is declared. {said}",
            where=f"{file.name}:{line + fault.line}",
            hint=hint,
        ) from None


def _quarantine(con: DuckDBPyConnection, file_no: int, found: Scan, tally: _Tally, name: str) -> None:
    """Refused rows of a piece; blank lines wait until something follows them, because at the end they are no rows."""
    if not found.refused and not (tally.pending and found.last_line):
        return
    settled: list[Refused] = []
    waiting: list[Refused] = []
    for row in found.refused:
        late = row.reason == "empty_line" and row.line > found.last_line
        (waiting if late else settled).append(row)
    if found.last_line:
        settled, tally.pending = [*tally.pending, *settled], []
    tally.pending += waiting
    for rows in (settled, tally.pending):
        if (first := _long_run(rows)) is not None:
            raise InputError(
                f"More than {LIMITS.blank_lines:,} blank lines stand one after another.",
                where=f"{name}:{first}",
                hint="Look at the file there, and export it again.",
            )
    append_refused(con, file_no, settled)


def _long_run(rows: list[Refused]) -> int | None:
    """The first line of more blank lines one after another than are allowed, wherever the pieces of the file end."""
    if len(rows) <= LIMITS.blank_lines:
        return None
    first = following = 0
    for row in rows:
        if row.reason != "empty_line":
            continue
        if row.line != following:
            first = row.line
        following = row.line + 1
        if following - first > LIMITS.blank_lines:
            return first
    return None


def _load(con: DuckDBPyConnection, table: str, cleaned: Cleaned, source: Path, header: Header) -> None:
    """Let the engine parse what was verified, each row beside its line, and compare the counts."""
    names = [f"c{number}" for number in range(len(header.columns))]
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    if not cleaned.count:
        wide = ", ".join(f"{name} VARCHAR" for name in names)
        con.execute(f"CREATE TABLE {quoted(table)} (line BIGINT, {wide})")
        return
    dialect = header.dialect
    crlf = dialect.crlf and not cleaned.copied
    # nullstr: NUL cannot be in a verified file, so that neither '' nor 'NA' becomes NULL. The engine knows CRLF best
    # when the line end is not named. Its parallel reader refuses files with line ends inside quotes.
    options = (
        f"columns = {{{columns}}}, auto_detect = false, header = {str(not cleaned.copied).lower()}, "
        f"delim = {literal(dialect.delimiter.decode())}, quote = {literal(dialect.quote.decode())}, "
        f"escape = {literal(dialect.quote.decode())}, nullstr = chr(0), strict_mode = true, ignore_errors = false, "
        f"null_padding = false, compression = 'none', hive_partitioning = false, filename = false, "
        f"max_line_size = {2 * LIMITS.record_bytes}, parallel = {str(not cleaned.quoted_line_end).lower()}"
        + ("" if crlf else ", new_line = '\\n'")
    )
    reading = f"read_csv({literal(str(source))}, {options})"
    numbers = cleaned.line_numbers()
    if numbers is None:
        # Every row is one line, so its number follows from its place; put in afterwards, the engine reads on all cores.
        con.execute(f"CREATE TABLE {quoted(table)} AS SELECT CAST(0 AS BIGINT) AS line, r.* FROM {reading} r")
        con.execute(f"UPDATE {quoted(table)} SET line = rowid + {header.lines + 1}")
    else:
        import pandas as pd

        con.register("procmine_lines", pd.DataFrame({"line": numbers}, copy=False))
        try:
            con.execute(
                f"CREATE TABLE {quoted(table)} AS SELECT n.line, r.* FROM procmine_lines n POSITIONAL JOIN {reading} r"
            )
        finally:
            con.unregister("procmine_lines")
    filled = ", ".join(f"count({name})" for name in ("line", *names))
    counted = con.execute(f"SELECT count(*), {filled} FROM {quoted(table)}").fetchone()
    if counted is None or any(number != cleaned.count for number in counted):
        raise RuntimeError(f"{cleaned.count} rows were verified, the engine counts {counted}: nothing was taken")
