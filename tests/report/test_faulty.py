"""The refused rows as a workbook: every one of them, as it was, as text only, the same bytes every time."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from procmine.errors import InputError
from procmine.report import faulty
from procmine.report.faulty import cells_of, shown, write_faulty
from procmine.study import open_log

HEAD = "case_id,activity,timestamp,worker\n"
GOOD = "a,x,2024-01-01,w\n"
BAD = 'b,"=HYPERLINK(""http://x"",""y"")",soon,007\n,x,2024-01-01,@SUM(A1)\nc,http://example.org,,NA\nd,x\n'


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "log.csv").write_text(HEAD + GOOD + BAD, encoding="utf-8")
    return open_log(tmp_path / "log.csv", store=tmp_path / "store").store


def planted(store: Path, *raws: str | None) -> Path:
    """A store whose quarantine holds these rows."""
    rows = [("log.csv", number, None, "stray_quote", raw) for number, raw in enumerate(raws, 2)]
    con = duckdb.connect()
    con.execute('CREATE TABLE q (file VARCHAR, line BIGINT, "column" VARCHAR, reason VARCHAR, raw VARCHAR)')
    con.executemany("INSERT INTO q VALUES (?, ?, ?, ?, ?)", rows) if rows else None
    con.execute(f"COPY q TO '{store / 'quarantine.parquet'}' (FORMAT parquet)")
    return store


def listed(path: Path, sheet: int = 1) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(path)
    return [tuple(cell.value for cell in line) for line in book.worksheets[sheet].iter_rows()]


def test_every_refused_row_stands_with_place_reason_and_cells(tmp_path: Path, store: Path) -> None:
    count = write_faulty(store, tmp_path / "faulty.xlsx", "en")

    assert count == 4
    assert listed(tmp_path / "faulty.xlsx") == [
        ("File", "Line", "Column", "Reason", "Cell 1", "Cell 2", "Cell 3", "Cell 4"),
        ("log.csv", 3, "timestamp", "timestamp not readable", "b", '=HYPERLINK("http://x","y")', "soon", "007"),
        ("log.csv", 4, "case_id", "case id missing", None, "x", "2024-01-01", "@SUM(A1)"),
        ("log.csv", 5, "timestamp", "timestamp missing", "c", "http://example.org", None, "NA"),
        ("log.csv", 6, None, "too few fields", "d,x", None, None, None),
    ]


def test_no_text_becomes_a_formula_a_link_or_a_number(tmp_path: Path, store: Path) -> None:
    write_faulty(store, tmp_path / "faulty.xlsx", "de")
    book = openpyxl.load_workbook(tmp_path / "faulty.xlsx")
    kinds = {cell.data_type for line in book.worksheets[1].iter_rows(min_col=3) for cell in line if cell.value}
    links = [cell.hyperlink for page in book for line in page.iter_rows() for cell in line if cell.hyperlink]

    assert (kinds, links) == ({"s"}, [])


def test_the_first_sheet_says_what_this_is_and_how_to_keep_it(tmp_path: Path, store: Path) -> None:
    write_faulty(store, tmp_path / "faulty.xlsx", "de")
    book = openpyxl.load_workbook(tmp_path / "faulty.xlsx")
    said = " ".join(str(line[0]) for line in listed(tmp_path / "faulty.xlsx", 0))

    assert book.sheetnames == ["Lies mich", "Zeilen"]
    assert "Auszug „log“ wurden 4 Zeilen nicht übernommen" in said
    assert "denselben Schutz wie der Auszug" in said
    assert ("Kennung des Falls fehlt", 1) in listed(tmp_path / "faulty.xlsx", 0)


def test_the_header_is_frozen_and_filtered(tmp_path: Path, store: Path) -> None:
    write_faulty(store, tmp_path / "faulty.xlsx", "de")
    page = openpyxl.load_workbook(tmp_path / "faulty.xlsx").worksheets[1]

    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:H5")


def test_the_same_store_gives_the_same_bytes(tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_faulty(store, tmp_path / "one.xlsx", "de")
    before = os.umask(0o077)
    try:
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("TZ", "America/New_York")
            time.tzset()
            write_faulty(store, tmp_path / "two.xlsx", "de")
    finally:
        os.umask(before)
        time.tzset()

    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_rows_beyond_a_sheet_go_on_on_the_next(tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faulty, "ROWS", 2)
    count = write_faulty(planted(store, "a", "b", "c", "d", "e"), tmp_path / "x.xlsx", "de")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")

    assert count == 5
    assert book.sheetnames == ["Lies mich", "Zeilen", "Zeilen 2", "Zeilen 3"]
    assert [line[4] for page in (1, 2, 3) for line in listed(tmp_path / "x.xlsx", page)[1:]] == list("abcde")


def test_a_store_without_refused_rows_gives_an_empty_list(tmp_path: Path, store: Path) -> None:
    count = write_faulty(planted(store), tmp_path / "x.xlsx", "de")

    assert count == 0
    assert listed(tmp_path / "x.xlsx") == [("Datei", "Zeile", "Spalte", "Grund")]


@pytest.mark.parametrize(
    ("raw", "cells"),
    [
        ('["007",null,""]', ["007", None, ""]),
        ("007;x", ["007;x"]),
        ("[1,2]", ["[1,2]"]),
        ('["a"', ['["a"']),
        ('{"a":1}', ['{"a":1}']),
        ("[" * 100_000, ["[" * 100_000]),
        (json.dumps(["x"] * 16_381), [json.dumps(["x"] * 16_381)]),
        ("", []),
        (None, []),
    ],
)
def test_a_list_of_cells_is_split_and_any_other_text_is_not(raw: str | None, cells: list[str | None]) -> None:
    assert cells_of(raw) == cells


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("x" * 32_767, "x" * 32_767),
        ("x" * 32_768, "x" * 32_757 + " … (32768)"),
        ("😀" * 16_384, "😀" * 16_378 + " … (16384)"),
        ("a\ufffeb\ud800", "a\\ufffeb\\ud800"),
    ],
)
def test_what_no_cell_can_hold_is_cut_or_spelt_out(text: str, cell: str) -> None:
    assert shown(text) == cell


def test_control_characters_and_escapes_survive_the_way_through_excel(tmp_path: Path, store: Path) -> None:
    from tests.read.workbooks import reading

    strange = "a\x00b\x1b[31m\r\n_x000D_ <b>&"
    write_faulty(
        planted(store, "p", json.dumps([strange]), json.dumps([strange.replace("\0", "")])), tmp_path / "x.xlsx", "en"
    )
    read = reading(tmp_path / "x.xlsx", "Rows")

    assert [line[5] for line in read.rows] == ["p", strange.replace("\0", "")]


def test_a_failure_leaves_the_workbook_before_and_nothing_else(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_faulty(store, out / "x.xlsx", "de")
    before = (out / "x.xlsx").read_bytes()

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(faulty, "_said", full)
    with pytest.raises(OSError, match="No space"):
        write_faulty(store, out / "x.xlsx", "de")

    assert [(path.name, path.read_bytes()) for path in out.iterdir()] == [("x.xlsx", before)]


def test_the_workbook_is_for_its_owner_only(tmp_path: Path, store: Path) -> None:
    write_faulty(store, tmp_path / "x.xlsx", "de")

    assert (tmp_path / "x.xlsx").stat().st_mode & 0o077 == 0


def test_a_folder_that_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="damaged"):
        write_faulty(tmp_path, tmp_path / "x.xlsx", "de")
