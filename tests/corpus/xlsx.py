"""Workbooks: what a cell says and what Excel shows, headers below titles, hostile parts: faults I3 to I6, I14."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.corpus.case import GOOD, HEAD, TAKEN, Case, Maker, accept, partial, reject, text
from tests.corpus.packed import zipped

G = "XLSX"
XLSX: dict[str, Any] = {"file": "log.xlsx", "format": "xlsx"}
ROWS = tuple(row.split(";") for row in GOOD)
DAY = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def workbook(
    rows: Sequence[Sequence[Any]],
    change: Callable[[bytes], bytes] = lambda data: data,
    *,
    shape: str = "yyyy-mm-dd hh:mm:ss",
    **options: Any,
) -> Maker:
    """A function that writes rows of texts, numbers, days and formulas into one sheet, and then changes the bytes."""

    def make(path: Path) -> None:
        import xlsxwriter

        held = io.BytesIO()
        settings = {
            "in_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": True,
            "strings_to_urls": False,
        }
        book = xlsxwriter.Workbook(held, settings | options)
        book.set_properties({"created": DAY})
        sheet, dated = book.add_worksheet("Auszug"), book.add_format({"num_format": shape})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, column, value, dated)
                else:
                    sheet.write(number, column, value)
        book.close()
        path.write_bytes(change(held.getvalue()))

    return make


def cases() -> Iterator[Case]:
    """All files of this group."""
    head = HEAD.split(";")
    yield accept(G, "texts", "I3", workbook([head, *ROWS]), TAKEN, **XLSX)
    typed: list[list[Any]] = [[*row[:2], datetime.fromisoformat(row[2]), row[3]] for row in ROWS]
    yield accept(G, "typed_times", "I5", workbook([head, *typed]), TAKEN, **XLSX)
    yield accept(G, "typed_times_since_1904", "I5", workbook([head, *typed], date_1904=True), TAKEN, **XLSX)
    german = workbook([head, *typed], shape="dd/mm/yyyy")
    yield accept(G, "a_time_shown_as_a_day", "I5", german, TAKEN, **XLSX)
    serials: list[list[Any]] = [[*row[:2], 45299.5 + number, row[3]] for number, row in enumerate(ROWS)]
    yield reject(G, "serials_without_a_format", "I5", workbook([head, *serials]), "excel", **XLSX)
    titled = workbook([["Auszug vom 1. Januar"], [], head, *ROWS])
    yield accept(G, "a_title_above_the_header", "I3", titled, TAKEN, **XLSX)
    short = workbook([head, ROWS[0], ["A1", "Beratung"], ROWS[2]])
    rows = (TAKEN[0], TAKEN[2])
    yield partial(G, "a_row_without_time", "I7", short, [(3, "missing_timestamp|too_few_fields")], rows=rows, **XLSX)
    numbers: list[list[Any]] = [["007", "1e5", ROWS[0][2], "NA"], [7, 100000, ROWS[0][2], 1.5]]
    at = TAKEN[0][2]
    same = [("007", "1e5", at, "NA"), ("7", "100000", at, "1.5")]
    yield accept(G, "texts_and_numbers_stay_apart", "I6", workbook([head, *numbers]), same, **XLSX)
    twice = workbook([[*head, "Fall"], *([*row, "x"] for row in ROWS)])
    yield reject(G, "a_column_twice_in_other_case", "I4", twice, "(?i)fall", **XLSX)
    yield reject(G, "only_a_header", "I8", workbook([head]), **XLSX)
    yield reject(G, "nothing", "I8", workbook([]), **XLSX)
    yield reject(
        G, "no_column_of_the_time", "I4", workbook([["fall", "schritt", "datum", "person"], *ROWS]), "zeit", **XLSX
    )
    yield reject(G, "cut_off", "I14", workbook([head, *ROWS], lambda data: data[:3000]), **XLSX)
    yield reject(G, "a_csv_instead", "I3", text(*GOOD), **XLSX)
    yield reject(G, "an_empty_archive", "I14", zipped(), **XLSX)
    yield reject(G, "an_archive_of_something_else", "I14", zipped(**{"a.txt": b"x"}), **XLSX)
    doctype = workbook([head, *ROWS], lambda data: _part(data, "xl/worksheets/sheet1.xml", _with_doctype))
    yield reject(G, "a_doctype_in_a_sheet", "I10", doctype, "DOCTYPE", **XLSX)
    broken = workbook([head, *ROWS], lambda data: _part(data, "xl/worksheets/sheet1.xml", lambda part: part[:-30]))
    yield reject(G, "a_sheet_cut_off", "I12", broken, **XLSX)
    bomb = workbook(
        [head, *ROWS], lambda data: _part(data, "xl/sharedStrings.xml", lambda part: part + b" " * (80 << 20))
    )
    yield reject(G, "a_bomb_of_shared_texts", "I14", bomb, **XLSX)


def _with_doctype(part: bytes) -> bytes:
    return part.replace(b"?>", b'?>\n<!DOCTYPE worksheet SYSTEM "canary.txt">', 1)


def _part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    return zipped(**{each: change(part) if each == name else part for each, part in parts.items()})
