"""XLSX: every cell as the sheet has it, every row taken or refused with its place, nothing filled in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmine.errors import InputError
from procmine.read.limits import Limits
from procmine.read.xlsx.cells import NumberFormat, typed_text, unescaped
from procmine.read.xlsx.reading import sheets_of
from tests.read.workbooks import HEAD, MAIN, cells_of, pack, parts, reading, row, shared, sheet, styles, text

NAMES = (text("A"), text("B"), text("C"))


# Cells.


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("><v>45299.3333</v>", "45299.3333"),
        ("><v>0.30000000000000004</v>", "0.30000000000000004"),
        ("><v>9007199254740993</v>", "9007199254740993"),
        ("><v>1E5</v>", "1E5"),
        ("><v>7</v>", "7"),
        ('t="b"><v>1</v>', "TRUE"),
        ('t="b"><v>0</v>', "FALSE"),
        ('t="d"><v>2024-01-08T08:00:00</v>', "2024-01-08T08:00:00"),
        ('t="str"><f>A1&amp;""</f><v>007</v>', "007"),
        ('t="str"><f>""</f><v></v>', ""),
        ('t="s"><v>0</v>', "007"),
        ('t="s"><v>1</v>', "Prüfung fertig"),
        ('t="s"><v>2</v>', "東京"),
        ('t="s"><v>3</v>', "a\rb_x000D_😀"),
        ('t="s"><v>4</v>', " NA "),
        ('t="inlineStr"><is><r><t>zwei </t></r><r><t>Teile</t></r><rPh><t>x</t></rPh></is>', "zwei Teile"),
        ('t="s"/', None),
        ("><v></v>", None),
    ],
)
def test_a_cell_is_taken_as_the_file_has_it(tmp_path: Path, cell: str, value: str | None) -> None:
    texts = shared(
        "<t>007</t>",
        "<r><rPr><b/></rPr><t>Prüfung</t></r><r><t> fertig</t></r>",
        '<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>',
        "<t>a_x000D_b_x005F_x000D__xD83D__xDE00_</t>",
        '<t xml:space="preserve"> NA </t>',
    )
    body = row(2, text("c"), cell, text("x")) if cell[-1] != "/" else f'<row r="2"><c r="A2" {text("c")}</c>' + (
        f'<c r="B2" {cell}><c r="C2" {text("x")}</c></row>'
    )  # fmt: skip
    read = cells_of(tmp_path, body, sharedStrings=texts)

    assert read.cells == [("c", value, "x")]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ('t="e"><v>#REF!</v>', "cell_error"),
        ('t="e"><f>A1/0</f><v>#DIV/0!</v>', "cell_error"),
        ('t="b"><v>5</v>', "cell_error"),
        ("><v>NaN</v>", "cell_error"),
        ("><f>NOW()</f>", "formula_without_value"),
        ("><f>NOW()</f><v></v>", "formula_without_value"),
        ('s="1"><v>-1</v>', "implausible_year"),
        ('s="1"><v>60</v>', "implausible_year"),
        ('s="1"><v>0.5</v>', "implausible_year"),
        ('s="1"><v>2958466</v>', "implausible_year"),
        ('s="1"><v>1e999</v>', "implausible_year"),
        ('t="inlineStr"><is><t>a_x0000_</t></is>', "null_byte"),
        ('t="inlineStr"><is><t>a_xD83D_</t></is>', "bad_encoding"),
        (f't="inlineStr"><is><t>{"a" * 1_000_001}</t></is>', "field_too_long"),
    ],
)
def test_a_cell_that_cannot_be_taken_refuses_its_row_with_its_column(tmp_path: Path, cell: str, reason: str) -> None:
    body = row(2, text("c"), text("x"), text("t")) + row(3, text("d"), cell, text("t"))
    read = cells_of(tmp_path, body, styles=styles("yyyy"))

    assert read.cells == [("c", "x", "t")]
    assert [line[:3] for line in read.refused] == [(3, "activity", reason)]
    assert (read.raw.rows_read, read.raw.rows_accepted, read.raw.rows_quarantined) == (2, 1, 1)


def test_a_refused_row_is_kept_as_the_list_of_its_cells(tmp_path: Path) -> None:
    body = row(2, *NAMES) + row(3, text('Ä"'), None, 't="e"><v>#NAME?</v>', text("zu viel"))
    read = cells_of(tmp_path, body)

    assert read.refused == [(3, "timestamp", "cell_error", '["Ä\\"",null,"#NAME?","zu viel"]')]


@pytest.mark.parametrize(
    ("code", "number", "value"),
    [
        ("dd.mm.yyyy hh:mm", "45299.333333333336", "2024-01-08T08:00:00"),
        ("dd.mm.yyyy", "45299", "2024-01-08"),
        ("dd.mm.yyyy", "45299.25", "2024-01-08T06:00:00"),
        ("dd.mm.yyyy hh:mm", "45299", "2024-01-08T00:00:00"),
        ("[$-407]d. mmmm yyyy;@", "45299", "2024-01-08"),
        ("mmm", "45299", "2024-01-08"),
        ("h:mm:ss.000", "45299.00000289352", "2024-01-08T00:00:00.250"),
        ("h:mm", "0.333333333333333", "08:00:00"),
        ("h:mm AM/PM", "0.75", "18:00:00"),
        ("[h]:mm", "1.5", "36:00:00"),
        ("yyyy", "1", "1900-01-01"),
        ("yyyy", "59", "1900-02-28"),
        ("yyyy", "61", "1900-03-01"),
        ("yyyy", "2958465", "9999-12-31"),
        ("yyyy hh", "45298.9999999999", "2024-01-08T00:00:00"),
        ('0" days"', "45299", "45299"),
        ("0.00E+00", "45299", "45299"),
        ("#,##0.00 [$€-407];[Red]-#,##0.00", "45299.5", "45299.5"),
        (r"0\d", "3", "3"),
        ("@", "45299", "45299"),
        ("General", "45299", "45299"),
        ("000", "7", "007"),
        ("00000", "123456", "123456"),
        ("000", "7.5", "7.5"),
        ("0", "7", "7"),
    ],
)
def test_a_number_is_shown_by_its_format_only_where_that_is_a_date_or_zeros(
    tmp_path: Path, code: str, number: str, value: str
) -> None:
    read = cells_of(tmp_path, row(2, text("c"), f's="1"><v>{number}</v>', text("t")), styles=styles(code))

    assert read.cells == [("c", value, "t")]


def test_formats_named_by_number_only_are_known(tmp_path: Path) -> None:
    xfs = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 22, 46))
    body = row(2, 's="1"><v>45299</v>', 's="2"><v>45299.5</v>', 's="3"><v>2</v>')
    read = cells_of(tmp_path, body, styles=f'<styleSheet xmlns="{MAIN}"><cellXfs>{xfs}</cellXfs></styleSheet>')

    assert read.cells == [("2024-01-08", "2024-01-08T12:00:00", "48:00:00")]


def test_a_workbook_that_counts_from_1904_is_read_so(tmp_path: Path) -> None:
    more = '<workbookPr date1904="1"/>'
    read = cells_of(
        tmp_path, row(2, text("c"), 's="1"><v>43837</v>', 's="1"><v>0</v>'), styles=styles("yyyy"), more=more
    )

    assert read.cells == [("c", "2024-01-08", "1904-01-01")]
    assert read.raw.warnings == ("2 typed dates and times were taken as ISO 8601; the workbook counts from 1904.",)


def test_numbers_shown_with_leading_zeros_and_formulas_are_counted(tmp_path: Path) -> None:
    body = row(2, text("c"), 's="1"><v>7</v>', "><f>1+1</f><v>2</v>") + row(3, text("c"), 's="1"><v>8</v>')
    read = cells_of(tmp_path, body, styles=styles("000"))

    assert read.raw.warnings == (
        "1 cells hold formulas; their stored results were taken, not recalculated.",
        "2 numbers were taken with the leading zeros that their format shows.",
    )


@given(days=st.integers(61, 2_958_465), milliseconds=st.integers(0, 86_399_999))
def test_every_moment_is_found_again_to_the_millisecond(days: int, milliseconds: int) -> None:
    serial = repr(days + milliseconds / 86_400_000)
    found = typed_text(serial, NumberFormat(date=True, time=True), False)
    moment = openpyxl.utils.datetime.from_excel(float(serial))

    assert found is not None
    assert abs((datetime.fromisoformat(found) - moment).total_seconds()) <= 0.0011


@given(st.text(st.sampled_from("_x0D5Fa😀\r"), max_size=30))
def test_a_text_is_found_again_behind_its_escapes(value: str) -> None:
    escaped = value.replace("_x", "_x005F_x").replace("\r", "_x000D_").replace("😀", "_xD83D__xDE00_")

    assert unescaped(escaped) == (value, "")


# Rows.


def test_rows_bear_the_number_that_excel_shows_and_empty_ones_in_between_are_refused(tmp_path: Path) -> None:
    body = row(2, *NAMES) + row(3) + row(4, text("")) + row(7, *NAMES) + row(9) + row(12, text(""))
    read = cells_of(tmp_path, body)

    assert [line[0] for line in read.rows] == [2, 7]
    assert read.reasons == [(line, "empty_line") for line in (3, 4, 5, 6)]
    assert read.raw.rows_read == 6


def test_a_missing_cell_has_no_value_and_an_empty_text_is_empty(tmp_path: Path) -> None:
    read = cells_of(tmp_path, row(2, text("a"), None, text("c")) + row(3, text("a"), text(""), text("c")))

    assert read.cells == [("a", None, "c"), ("a", "", "c")]


def test_a_value_beyond_the_header_refuses_the_row_and_an_empty_cell_there_does_not(tmp_path: Path) -> None:
    read = cells_of(tmp_path, row(2, *NAMES, 's="0">') + row(3, *NAMES, text("d")))

    assert read.cells == [("A", "B", "C")]
    assert read.refused == [(3, "D", "too_many_fields", '["A","B","C","d"]')]


def test_cells_and_rows_without_names_follow_one_another(tmp_path: Path) -> None:
    body = f"<row><c {text('a')}</c><c {text('b')}</c></row><row><c {text('c')}</c></row>"
    read = cells_of(tmp_path, body)

    assert read.rows == [(2, "a", "b", None), (3, "c", None, None)]


def test_merged_cells_are_never_filled_down_and_are_counted(tmp_path: Path) -> None:
    body = HEAD + row(2, *NAMES) + row(3, None, text("B"), text("C"))
    built = parts(("T", sheet(body, after='<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="A1:B1"/></mergeCells>')))
    read = reading(pack(tmp_path / "x.xlsx", built))

    assert read.cells == [("A", "B", "C"), (None, "B", "C")]
    assert read.raw.warnings == (
        "1 merged ranges lie in the rows; only their first cell has a value, none was filled down.",
    )


def test_hidden_rows_and_columns_are_read_and_counted(tmp_path: Path) -> None:
    body = HEAD + row(2, *NAMES, more=' hidden="1"') + row(3, *NAMES)
    built = parts(("T", sheet(body, before='<cols><col min="2" max="2" hidden="1"/></cols>')))
    read = reading(pack(tmp_path / "x.xlsx", built))

    assert len(read.rows) == 2
    assert read.raw.warnings == (
        "1 rows are hidden or filtered out; they were read like the others.",
        "1 columns are hidden; they were read like the others: activity.",
    )


KINDS = {
    "good": ((text("a"), text("b"), text("c")), ""),
    "gaps": ((text("a"), None, text("")), ""),
    "error": ((text("a"), 't="e"><v>#N/A</v>', None), "cell_error"),
    "formula": (("><f>1</f>", text("b")), "formula_without_value"),
    "wide": ((text("a"), None, None, "><v>1</v>"), "too_many_fields"),
    "both": (("><f>1</f>", None, None, "><v>1</v>"), "formula_without_value"),
    "empty": ((text(""), 's="0">'), "empty_line"),
    "none": ((), "empty_line"),
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(KINDS)), max_size=12))
def test_every_row_is_taken_or_refused_once(tmp_path: Path, kinds: list[str]) -> None:
    plenty = "".join(row(n, *NAMES) for n in range(2, 22))
    body = "".join(row(n, *KINDS[kind][0]) for n, kind in enumerate(kinds, 22) if kind != "none")
    read = cells_of(tmp_path, plenty + body)
    while kinds and KINDS[kinds[-1]][1] == "empty_line":
        kinds = kinds[:-1]

    assert read.reasons == [(n, KINDS[kind][1]) for n, kind in enumerate(kinds, 22) if KINDS[kind][1]]
    assert [line[0] for line in read.rows][20:] == [n for n, kind in enumerate(kinds, 22) if not KINDS[kind][1]]
    assert read.raw.rows_read == read.raw.rows_accepted + read.raw.rows_quarantined == 20 + len(kinds)


def test_many_rows_go_down_in_batches_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("procmine.read.xlsx.rows.LIMITS", Limits(batch_rows=7))
    body = "".join(row(n, text(f"c{n}"), text("x"), text("t")) for n in range(2, 402) if n % 10)
    read = cells_of(tmp_path, body)

    assert [line[:2] for line in read.rows] == [(n, f"c{n}") for n in range(2, 402) if n % 10]
    assert read.reasons == [(n, "empty_line") for n in range(10, 401, 10)]


# Header.


def header(folder: Path, *rows: str) -> Any:
    return reading(pack(folder / "h.xlsx", parts(("T", sheet("".join(rows)))))).raw


def test_title_lines_above_the_header_are_no_rows_and_are_said(tmp_path: Path) -> None:
    title = row(1, text("Auszug"), "><v>2024</v>") + row(3, text("Stand"), text("8. Januar"))
    raw = header(tmp_path, title, row(5, *NAMES, text("D")), row(6, *NAMES, text("d")), row(7, *NAMES))

    assert raw.columns == ("A", "B", "C", "D")
    assert raw.rows_read == 2
    assert raw.warnings == ("2 title lines above the header are no rows: 1, 3.",)


def test_a_header_may_be_wider_than_its_rows_and_begin_anywhere(tmp_path: Path) -> None:
    read = reading(
        pack(tmp_path / "h.xlsx", parts(("T", sheet(row(4, None, *NAMES) + row(5, None, text("a"), text("b"))))))
    )

    assert read.raw.columns == ("A", "B", "C")
    assert read.rows == [(5, "a", "b", None)]


def test_a_sheet_of_a_header_only_has_no_rows(tmp_path: Path) -> None:
    assert header(tmp_path, row(1, *NAMES)).rows_read == 0


def test_an_unnamed_column_is_left_out_where_it_is_empty_and_said_where_it_is_not(tmp_path: Path) -> None:
    rows = [row(n, text("a"), None, text("c"), text("x") if n == 2 else None, text("e")) for n in (2, 3, 4)]
    raw = header(tmp_path, row(1, text("A"), None, text("C"), None, text("E")), *rows)

    assert raw.columns == ("A", "C", "", "E")
    assert raw.warnings == ("Column D1 has no name.",)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((row(1, text("a"), text("A "), text("c")), row(2, *NAMES)), r"h\.xlsx:T!B1: .*A1 and B1.*'A '"),
        ((row(1, text("a"), "><v>2024</v>", text("c")), row(2, *NAMES)), r"T!B1: No header.*B1 is no text"),
        ((row(1, text("a"), 't="e"><v>#REF!</v>', text("c")), row(2, *NAMES)), r"T!B1: No header"),
        ((row(1, text("a"), None, text("c")), row(2, *NAMES), row(3, *NAMES)), r"T!B1: Row 1 could be the header"),
        ((row(1, text("a")), row(2, text("b"))), r"h\.xlsx:T: No header was found"),
        ((row(1, text("x"), text("2024-01-08 08:00")), row(2, *NAMES[:2])), r"T!A1: .*values, not column names"),
        ((row(1, text("1"), text("2"), text("c")), row(2, *NAMES)), r"T!A1: .*values, not column names \(2 of 3"),
        ((row(1, text("x" * 1001), text("b")), row(2, *NAMES[:2])), r"T!A1: .*longer than 1,000"),
    ],
)
def test_a_header_that_is_not_sure_is_refused_with_its_cells(tmp_path: Path, rows: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        header(tmp_path, *rows)


# Sheets.


def book(folder: Path) -> Path:
    full = sheet(row(1, *NAMES) + row(2, *NAMES))
    hidden = {"Alt": "hidden", "Geheim": "veryHidden"}
    sheets = (("Zwei", full), ("Leer", sheet(row(1, 's="0">'))), ("Alt", full), ("Eins", full), ("Geheim", full))
    return pack(folder / "book.xlsx", parts(*sheets, state=hidden))


def test_visible_sheets_that_hold_anything_are_read_in_the_order_of_the_workbook(tmp_path: Path) -> None:
    assert sheets_of(book(tmp_path)) == ("Zwei", "Eins")


def test_named_sheets_are_read_even_where_they_are_hidden(tmp_path: Path) -> None:
    assert sheets_of(book(tmp_path), ("Geheim", "Eins")) == ("Eins", "Geheim")


def test_a_sheet_that_is_not_there_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no sheet 'Eine'\. Did you mean Eins\?"):
        sheets_of(book(tmp_path), ("Eine",))


def test_sheets_that_are_left_out_are_said_once(tmp_path: Path) -> None:
    path = book(tmp_path)
    both = [reading(path, name, ("Zwei", "Eins")).raw for name in ("Zwei", "Eins")]

    assert [raw.name for raw in both] == ["book.xlsx:Zwei", "book.xlsx:Eins"]
    assert [raw.warnings for raw in both] == [
        ("1 sheets were not read: Leer.", "2 sheets are hidden and were not read: Alt, Geheim."),
        (),
    ]


def test_a_single_sheet_bears_the_name_of_its_file(tmp_path: Path) -> None:
    assert reading(book(tmp_path), "Eins", ("Eins",)).raw.name == "book.xlsx"


def test_a_workbook_without_a_filled_sheet_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.xlsx", parts(("T", sheet("")), ("Alt", sheet(HEAD)), state={"Alt": "hidden"}))

    with pytest.raises(InputError, match=r"No visible sheet.*Hidden.*named.*Alt"):
        sheets_of(path)
