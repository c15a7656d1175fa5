"""The refused rows of a log store as a workbook for whoever made the export: place, reason, and the row as it was.

Raw data: this is no report, it never goes through the privacy door and needs the protection of the export itself.
Every text is written as text, so that none becomes a formula or a link; the same store gives the same bytes.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from procmine.engines.duckdb import DuckDB, as_pattern, connect, literal
from procmine.errors import InputError
from procmine.log import read_receipt
from procmine.report.words import Words, load

QUARANTINE = "quarantine.parquet"
# What a sheet of XLSX holds: rows below its header, columns, characters of a cell.
ROWS, COLUMNS, CELL = 1_048_575, 16_384, 32_767
_PLACE = 4  # columns before the row's own cells
_BATCH = 10_000
# Any fixed moment will do: Excel shows a date that stands for no day of anybody's work.
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def write_faulty(store: Path, out: Path, language: str) -> int:
    """Write the quarantine of a log store as an XLSX workbook to ``out``, whole or not at all. Returns its rows.

    Raises InputError where the folder is no log store.
    """
    words = load(language)
    receipt = read_receipt(store)
    if not (store / QUARANTINE).is_file():
        raise InputError("The log store has no quarantine.", where=str(store), hint="Import the log again.")
    engine = connect()
    source = f"read_parquet({literal(as_pattern(store / QUARANTINE))}, hive_partitioning = false)"
    grouped = engine.run(f"SELECT reason, COUNT(*) FROM {source} GROUP BY reason ORDER BY COUNT(*) DESC, reason")
    reasons = [(str(reason), int(rows)) for reason, rows in grouped]
    count = sum(rows for _, rows in reasons)
    width = max((len(cells_of(raw)) for (raw,) in _rows(engine, f"SELECT raw FROM {source}")), default=0)
    listed = _rows(engine, f'SELECT file, line, "column", reason, raw FROM {source}')
    with (
        _written_whole(out) as file,
        tempfile.TemporaryDirectory(prefix="procmine-") as place,
        _book(file, place) as to,
    ):
        _read_me(to, words, str(receipt["name"]), count, reasons)
        _list(to, words, listed, width)
    return count


def cells_of(raw: str | None) -> list[str | None]:
    """A refused row as its cells: the parts of a list, else the text as it is.

    >>> cells_of('["007",null]'), cells_of("007;x")
    (['007', None], ['007;x'])
    """
    if not raw:
        return []
    if raw.startswith("["):
        try:
            parts = json.loads(raw)
        except (ValueError, RecursionError):
            return [raw]
        fits = isinstance(parts, list) and len(parts) <= COLUMNS - _PLACE
        if fits and all(part is None or isinstance(part, str) for part in parts):
            return list(parts)
    return [raw]


def shown(text: str) -> str:
    """A text that a cell can hold: too long a one is cut and says so, signs XML cannot hold are spelt out."""
    plain = _NO_XML.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)
    if len(plain.encode("utf-16-le")) <= 2 * CELL:  # Excel counts signs beyond the first plane twice
        return plain
    end = f" … ({len(text)})"
    kept = plain.encode("utf-16-le")[: 2 * (CELL - len(end))].decode("utf-16-le", "ignore")
    return kept + end


def _rows(engine: DuckDB, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, a batch at a time."""
    cursor = engine.connection.cursor()
    cursor.execute(query)
    while rows := cursor.fetchmany(_BATCH):
        yield from rows


@contextmanager
def _written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file beside its place, for its owner only, that takes the place once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    try:
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


@contextmanager
def _book(file: IO[bytes], place: str) -> Iterator[Any]:
    """A workbook that keeps one row in memory and takes every text as text; its scratch files lie in ``place``."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "use_zip64": True,
            "tmpdir": place,
        },
    )
    book.set_properties({"created": _MADE, "author": "procmine", "title": "procmine"})
    try:
        yield book
    except BaseException:
        for sheet in book.worksheets():
            sheet.row_data_fh.close()  # its scratch file would stay open
        book.fileclosed = 1  # or it complains of not having been closed
        raise
    book.close()


def _read_me(book: Any, words: Words, name: str, count: int, reasons: list[tuple[str, int]]) -> None:
    """The first sheet: what this is, how many rows, why, and how it has to be kept."""
    sheet = book.add_worksheet(words.text("faulty.read_me"))
    strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 90)
    sheet.set_column(1, 1, 12)
    sheet.write_string(0, 0, words.text("faulty.title"), strong)
    lines = [
        words.counted("faulty.rows", count, name=shown(name)),
        words.text("faulty.protection"),
        words.text("faulty.columns"),
        words.text("faulty.exact"),
    ]
    for number, line in enumerate(lines, 2):
        sheet.write_string(number, 0, line, strong if number == 3 else plain)
    start = 3 + len(lines)
    if reasons:
        sheet.write_string(start, 0, words.text("faulty.reason"), strong)
        sheet.write_string(start, 1, words.text("faulty.how_many"), strong)
    for number, (reason, rows) in enumerate(reasons, start + 1):
        sheet.write_string(number, 0, _said(words, reason), plain)
        sheet.write_number(number, 1, rows)


def _list(book: Any, words: Words, rows: Iterator[tuple[Any, ...]], width: int) -> None:
    """The refused rows, on as many sheets as they need; an empty list still has its header."""
    heads = [words.text(f"faulty.{head}") for head in ("file", "line", "column", "reason")]
    heads += [words.text("faulty.cell", number=str(number)) for number in range(1, width + 1)]
    strong = book.add_format({"bold": True})
    sheet, at, number = None, ROWS, 0
    for file, line, column, reason, raw in rows:
        if sheet is None or at == ROWS:
            _close(sheet, at, len(heads))
            number += 1
            sheet, at = _begin(book, words, heads, number, strong), 0
        at += 1
        sheet.write_string(at, 0, shown(file))
        if line is not None:
            sheet.write_number(at, 1, line)
        if column:
            sheet.write_string(at, 2, shown(column))
        sheet.write_string(at, 3, _said(words, reason))
        for place, cell in enumerate(cells_of(raw), _PLACE):
            if cell:
                sheet.write_string(at, place, shown(cell))
    if sheet is None:
        sheet, at = _begin(book, words, heads, 1, strong), 0
    _close(sheet, at, len(heads))


def _begin(book: Any, words: Words, heads: list[str], number: int, strong: Any) -> Any:
    name = words.text("faulty.sheet")
    sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
    for place, wide in enumerate((24, 10, 18, 44)):
        sheet.set_column(place, place, wide)
    sheet.freeze_panes(1, 0)
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, strong)
    return sheet


def _close(sheet: Any, rows: int, columns: int) -> None:
    if sheet is not None:
        sheet.autofilter(0, 0, rows, columns - 1)


def _said(words: Words, reason: str) -> str:
    return words.maybe(f"reasons.{reason}") or reason
