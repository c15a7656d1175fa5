"""What is no workbook, a broken or a hostile one is refused with its place; nothing of it is left."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import duckdb
import pytest

from procmine.errors import InputError
from procmine.read.limits import Limits
from procmine.read.xlsx import archive as xlsx_archive
from procmine.read.xlsx import sheet as xlsx_sheet
from procmine.read.xlsx.reading import read_xlsx, sheets_of
from tests.read.workbooks import HEAD, MAIN, cells_of, pack, parts, reading, row, shared, sheet, styles, text

NAMES = (text("A"), text("B"), text("C"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"password.*\.xls"),
        (b"case,activity\n1,2\n", "no XLSX file"),
        (b"PK\x03\x04" + bytes(100), "cut off or damaged"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(data)

    with pytest.raises(InputError, match=said):
        sheets_of(path)


GOOD = parts(("T", sheet(HEAD + row(2, *NAMES))))
LINKS, MAIN_PART, SHEET = "xl/_rels/workbook.xml.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml"


def changed(part: str, old: str, new: str) -> dict[str, str]:
    assert old in GOOD[part]
    return {**GOOD, part: GOOD[part].replace(old, new)}


def cell(inner: str) -> dict[str, str]:
    return {**GOOD, SHEET: sheet(HEAD + f'<row r="2">{inner}</row>')}


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({**GOOD, "xl/../../x": ""}, "leads elsewhere"),
        ({**GOOD, "/etc/x": ""}, "leads elsewhere"),
        ({**GOOD, "XL/workbook.XML": ""}, "there twice"),
        ({**GOOD, "mimetype": ""}, "OpenDocument"),
        ({name: data for name, data in GOOD.items() if name != "_rels/.rels"}, "is missing"),
        ({name: data for name, data in GOOD.items() if name != MAIN_PART}, "is not there"),
        ({name: data for name, data in GOOD.items() if name != SHEET}, r"x\.xlsx:T: .*leads nowhere"),
        (changed("_rels/.rels", "xl/workbook.xml", "xl/workbook.bin"), r"\.xlsb"),
        (changed("_rels/.rels", "/officeDocument\"", "/other\""), "names no workbook"),
        (changed(LINKS, 'Target="worksheets/sheet1.xml"', 'Target="http://x/y.xml" TargetMode="External"'), "nowhere"),
        (changed(LINKS, "worksheets/sheet1.xml", "../../../etc/passwd"), "nowhere"),
        (changed(LINKS, "r1", "r9"), "nowhere"),
        (changed(LINKS, "styles.xml", "other.xml"), "styles of the workbook are not there"),
        (changed(MAIN_PART, "<workbook ", "<document "), "broken"),
        ({**GOOD, MAIN_PART: "<a/>"}, "not a workbook"),
        ({**GOOD, SHEET: f'<!DOCTYPE x [<!ENTITY a "b">]>{GOOD[SHEET]}'}, "DOCTYPE"),
        ({**GOOD, "xl/sharedStrings.xml": '<!DOCTYPE x SYSTEM "http://x/y"><sst/>'}, "DOCTYPE"),
        ({**GOOD, MAIN_PART: "<!DOCTYPE a><a/>"}, "DOCTYPE"),
        ({**GOOD, SHEET: GOOD[SHEET][:-20]}, "broken"),
        ({**GOOD, SHEET: GOOD[SHEET].replace("worksheet", "chartsheet")}, "not 'worksheet'"),
        ({**GOOD, SHEET: sheet("<a>" * 100 + "</a>" * 100)}, "nested deeper"),
        ({**GOOD, MAIN_PART: "<workbook>" + "<a>" * 100}, "nested deeper"),
        ({**GOOD, "xl/sharedStrings.xml": "<sst>" + "<si>" * 100}, "nested deeper"),
        (cell('<c r="A2"/><c r="A2"/>'), r"T: The cell A2 is there twice"),
        (cell('<c r="B2"/><c r="A2"/>'), "out of order"),
        (cell('<c r="A3"/>'), "row 2 has the name 'A3'"),
        (cell('<c r="A12"/>'), "row 2 has the name 'A12'"),
        (cell('<c r="XFE2"/>'), "beyond the last column"),
        (cell('<c r="A2" t="s"><v>0</v></c>'), r"x\.xlsx:T!A2: .*shared text"),
        (cell('<c r="A2" t="s"><v>-1</v></c>'), "shared text"),
        (cell('<c r="A2" s="9"><v>1</v></c>'), "T!A2: .*style"),
        (cell('<c r="A2" s="-1"><v>1</v></c>'), "style"),
        (cell('<c r="A2" t="zz"><v>1</v></c>'), "unknown kind 'zz'"),
        (cell('<c r="A2"><v>1</v><v>2</v></c>'), "T!A2: The cell has two values"),
        (cell('</row><row r="2">'), "Row 2 stands after row 2"),
        (cell('</row><row r="1048577">'), "beyond the last row"),
        (cell('</row><row r="-5">'), "no number"),
    ],
)  # fmt: skip
def test_a_broken_or_hostile_workbook_is_refused_and_leaves_nothing(
    tmp_path: Path, held: dict[str, str], said: str
) -> None:
    path = pack(tmp_path / "x.xlsx", {**held, "xl/styles.xml": styles("yyyy")} if "xl/styles.xml" in held else held)
    con = duckdb.connect()
    with pytest.raises(InputError, match=said):
        read_xlsx(con, path, "T", "raw", file_no=1)

    assert con.execute("SHOW TABLES").fetchall() == []


def test_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.xlsx", GOOD)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr(SHEET, "")

    with pytest.raises(InputError, match="there twice"):
        sheets_of(path)


def test_a_damaged_part_is_found_by_its_check_sum(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.xlsx", GOOD, zipfile.ZIP_STORED)
    data = path.read_bytes()
    path.write_bytes(data.replace(b">A<", b">Z<"))

    with pytest.raises(InputError, match=r"sheet1\.xml: The workbook is damaged"):
        reading(path)


def test_every_cut_of_a_workbook_is_refused(tmp_path: Path) -> None:
    data = pack(tmp_path / "x.xlsx", GOOD).read_bytes()
    path = tmp_path / "cut.xlsx"
    for length in range(4, len(data), 101):
        path.write_bytes(data[:length])
        with pytest.raises(InputError):
            reading(path)


def test_an_encrypted_part_is_refused(tmp_path: Path) -> None:
    data = bytearray(pack(tmp_path / "x.xlsx", GOOD).read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    (tmp_path / "x.xlsx").write_bytes(data)

    with pytest.raises(InputError, match="is encrypted"):
        sheets_of(tmp_path / "x.xlsx")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.xlsx", {**GOOD, SHEET: sheet(HEAD + " " * 70_000_000)})

    with pytest.raises(InputError, match=r"sheet1\.xml: .*unpacks to 66 MiB.*ratio 400"):
        reading(path)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ({"workbook_parts": 3}, "parts, the limit is 3"),
        ({"workbook_directory": 100}, "directory is longer"),
        ({"part_bytes": 50}, "Limits: 50 bytes"),
        ({"line_bytes": 10, "piece_bytes": 50}, "A tag has no end"),
    ],
)
def test_the_limits_of_an_archive_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: dict[str, int], said: str
) -> None:
    monkeypatch.setattr(xlsx_archive, "LIMITS", Limits(**limit))

    with pytest.raises(InputError, match=said):
        reading(pack(tmp_path / "x.xlsx", GOOD))


def test_a_row_of_long_texts_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_sheet, "LIMITS", Limits(record_bytes=5_000))
    read = cells_of(tmp_path, row(2, *(text("x" * 2_000) for _ in range(3))) + row(3, *NAMES))

    assert read.reasons == [(2, "row_too_long")]
    assert len(read.rows) == 1


def test_too_many_shared_texts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("procmine.read.xlsx.parts.LIMITS", Limits(shared_texts=2))

    with pytest.raises(InputError, match="more than 2 texts"):
        cells_of(tmp_path, "", sharedStrings=shared("<t>a</t>", "<t>b</t>", "<t>c</t>"))


def test_macros_and_links_to_other_files_are_never_looked_at(tmp_path: Path) -> None:
    held = changed(
        LINKS, "</Relationships>",
        '<Relationship Id="m" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
        'Target="vbaProject.bin"/><Relationship Id="e" Type="http://x/externalLink" Target="http://127.0.0.1:9/x" '
        'TargetMode="External"/></Relationships>',
    )  # fmt: skip
    path = pack(tmp_path / "x.xlsm", {**held, "xl/vbaProject.bin": struct.pack("<I", 0xDEADBEEF)})

    assert len(reading(path).rows) == 1


def test_the_strict_kind_of_xlsx_and_prefixed_names_are_read(tmp_path: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    body = (GOOD[SHEET].replace(MAIN, strict).replace("<", "<x:").replace("<x:/", "</x:")).replace("xmlns=", "xmlns:x=")
    held = {name: data.replace(MAIN, strict) for name, data in GOOD.items()}

    assert reading(pack(tmp_path / "x.xlsx", {**held, SHEET: body})).cells == [("A", "B", "C")]
