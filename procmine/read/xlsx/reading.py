"""Read a sheet of an XLSX workbook into a raw all-text table; nothing is lost, nothing is filled in or recalculated.

Our own reader, because the usual ones turn ids into floats, fill gaps and hide errors. Texts and numbers stay exactly
as the file has them, typed dates become ISO text, stored results of formulas are taken and counted. Macros, links to
other files and everything that is no cell are never looked at. A refused row says the row number that Excel shows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from procmine.errors import InputError, nearest
from procmine.read.files.opening import opened
from procmine.read.progress import BytesSeen
from procmine.read.raw import RawFile, count_refused, whole_or_nothing
from procmine.read.xlsx.archive import Archive
from procmine.read.xlsx.header import Header
from procmine.read.xlsx.parts import Sheet, Texts, Workbook, read_formats, read_texts, read_workbook
from procmine.read.xlsx.rows import SheetTable
from procmine.read.xlsx.sheet import Row, SheetReader

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def sheets_of(path: Path, wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The sheets to read, in the workbook's order: those ``wanted``, or all that are visible and hold anything.

    Raises InputError with the nearest names where a wanted sheet is not there or no sheet holds anything.
    """
    with opened(path) as file:
        archive = Archive(file)
        book = read_workbook(archive)
        for name in wanted:
            _named(book, name, archive.name)
        if wanted:
            return tuple(sheet.name for sheet in book.sheets if sheet.name in wanted)
        found = tuple(sheet.name for sheet in book.sheets if sheet.visible and _holds_anything(archive, sheet))
    if not found:
        hidden = [sheet.name for sheet in book.sheets if not sheet.visible]
        raise InputError(
            "No visible sheet of the workbook holds anything.",
            where=path.name,
            hint=f"Hidden sheets are read where they are named ([file] sheets): {', '.join(hidden)}." if hidden else "",
        )
    return found


def read_xlsx(
    con: DuckDBPyConnection,
    path: Path,
    sheet: str,
    table: str,
    *,
    file_no: int,
    among: tuple[str, ...] = (),
    progress: BytesSeen | None = None,
) -> RawFile:
    """Make ``table`` (``line`` = row as Excel numbers it, ``c0`` …) of one sheet; refused rows go to ``quarantine``.

    ``among`` are all sheets that are read of this workbook: where they are several, each bears its name.
    """
    with opened(path) as file, whole_or_nothing(con, table, file_no):
        for _ in file.stored():
            pass  # the digest first: parts lie in the archive in any order
        archive = Archive(file)
        book = read_workbook(archive)
        found = _named(book, sheet, archive.name)
        where = f"{file.name}:{sheet}"
        into = SheetTable(con, table, file_no, where)
        texts, formats = read_texts(archive, book.texts), read_formats(archive, book.styles)
        reader = SheetReader(where, texts, formats, book.since_1904, into.take)
        size = archive.size(found.part)
        reader.read(archive.pieces(found.part), (lambda done: progress(done, size)) if progress else None)
        header = into.finish()
        refused = count_refused(con, file_no)
        digest = file.digest()
    return RawFile(
        name=where if len(among) > 1 else file.name,
        sha256=digest,
        bytes=file.size,
        format="xlsx",
        encoding="",
        encoding_how="",
        delimiter="",
        delimiter_how="",
        columns=header.names,
        rows_read=into.accepted + refused,
        rows_accepted=into.accepted,
        rows_quarantined=refused,
        warnings=(
            *_unread(book, found, among or (sheet,)),
            *header.warnings,
            *_warnings(book, reader, into, header),
        ),
    )


def _named(book: Workbook, name: str, where: str) -> Sheet:
    """The sheet of a name. Raises InputError where there is none, or where it is no table."""
    for sheet in book.sheets:
        if sheet.name == name:
            if not sheet.table:
                raise InputError("The sheet holds a chart or a macro, no cells.", where=f"{where}:{name}")
            return sheet
    raise InputError(
        f"The workbook has no sheet {name!r}.", where=where, hint=nearest(name, [sheet.name for sheet in book.sheets])
    )


class _Found(Exception):
    """A sheet holds something: no error, but the way out of the parser once that is known."""


def _holds_anything(archive: Archive, sheet: Sheet) -> bool:
    """Whether a sheet has a cell with a value; its texts and formats need not be known for that."""
    if not sheet.table:
        return False

    def seen(row: Row) -> None:
        if row.fault or any(row.texts):
            raise _Found

    try:
        _Peek(f"{archive.name}:{sheet.name}", seen).read(archive.pieces(sheet.part))
    except _Found:
        return True
    return False


class _Peek(SheetReader):
    """Reads a sheet without its shared texts and formats."""

    def __init__(self, where: str, take: Callable[[Row], None]) -> None:
        super().__init__(where, Texts([], {}), (None,), False, take)

    def _shared(self, text: str) -> tuple[str, str]:
        return text, ""

    def _numeric(self, text: str) -> tuple[str, str]:
        return text, ""


def _unread(book: Workbook, sheet: Sheet, among: tuple[str, ...]) -> list[str]:
    """The sheets that were left out, said once a workbook: with the first sheet that is read."""
    if sheet.name != next(other.name for other in book.sheets if other.name in among):
        return []
    said = []
    for visible, what in ((True, "were not read"), (False, "are hidden and were not read")):
        names = [other.name for other in book.sheets if other.visible == visible and other.name not in among]
        if names:
            said.append(f"{len(names)} sheets {what}: {', '.join(names)}.")
    return said


def _warnings(book: Workbook, reader: SheetReader, into: SheetTable, header: Header) -> list[str]:
    """What the sheet holds beside plain rows, with counts."""
    said = []
    counts = reader.counts
    if reader.dates:
        since = 1904 if book.since_1904 else 1900
        said.append(f"{reader.dates} typed dates and times were taken as ISO 8601; the workbook counts from {since}.")
    if counts["formulas"]:
        said.append(f"{counts['formulas']} cells hold formulas; their stored results were taken, not recalculated.")
    if counts["zeros"]:
        said.append(f"{counts['zeros']} numbers were taken with the leading zeros that their format shows.")
    if merged := sum(bottom > header.line for bottom in reader.merged):
        said.append(f"{merged} merged ranges lie in the rows; only their first cell has a value, none was filled down.")
    if into.counts["hidden"]:
        said.append(f"{into.counts['hidden']} rows are hidden or filtered out; they were read like the others.")
    hidden = [
        name
        for name, column in zip(header.names, header.columns, strict=True)
        if any(low <= column <= high for low, high in reader.hidden_columns)
    ]
    if hidden:
        said.append(f"{len(hidden)} columns are hidden; they were read like the others: {', '.join(hidden)}.")
    return said
