"""Workbooks that openpyxl and xlsxwriter wrote are read as they read them, and become the same log as a CSV."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmine.log import Log
from procmine.read.source import Source
from procmine.read.xlsx.cells import NumberFormat, number_format
from procmine.study import open_log
from tests.read.workbooks import reading

moment = datetime.fromisoformat
VALUES = st.one_of(
    st.none(),
    st.sampled_from(["007", "NA", "1e5", " a ", "a\u0308", "ä", "=1+1", "TRUE", "a\nb", "<b>&amp;", "'x", "😀"]),
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="_\ufffe\uffff"), min_size=1, max_size=9),
    st.integers(-(10**12), 10**12),
    st.integers(-(10**6), 10**6).map(lambda number: number / 128),
    st.booleans(),
    st.datetimes(moment("1901-01-01"), moment("2999-01-01")).map(lambda when: when.replace(microsecond=0)),
)


def as_text(value: Any) -> str | None:
    """What a value that openpyxl reads back should be in our table."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return repr(value) if value % 1 else str(int(value))
    return value.isoformat() if isinstance(value, datetime) else str(value)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=8))
def test_a_random_sheet_is_read_as_openpyxl_reads_it(tmp_path: Path, rows: list[list[Any]]) -> None:
    path = tmp_path / "x.xlsx"
    out = openpyxl.Workbook()
    out.active.title = "T"
    out.active.append(["case", "Aktivität", "Zeit"])
    for number, values in enumerate(rows, 2):
        for place, value in enumerate(["k", *values[1:]], 1):
            held = out.active.cell(number, place, value)
            if isinstance(value, str):
                held.data_type = "s"
    out.save(path)
    said = [[c.value for c in line] for line in openpyxl.load_workbook(path).active.iter_rows(min_row=2, max_col=3)]
    read = reading(path)

    assert [list(line[1:]) for line in read.rows] == [[as_text(value) for value in line] for line in said]
    assert [line[0] for line in read.rows] == list(range(2, 2 + len(rows)))


def stored(log: Log) -> list[tuple[Any, ...]]:
    columns = 'name, activity, "timestamp", local_date, date_only, initiator'
    return log.engine.run(f"SELECT {columns} FROM events JOIN case_names USING (case_id) ORDER BY ALL")


HEADER = ["case_id", "activity", "timestamp", "initiator"]
EVENTS = [
    ["007", "Antrag", moment("2024-01-08T08:00"), "client"],
    ["NA", "Gespräch", moment("2024-01-09T10:30"), ""],
    ["007", "", moment("2024-01-09T11:00"), "caseworker"],
    ["7", "Bescheid", moment("2024-03-31T02:30"), "caseworker"],
    ["1e5", "=Bescheid", moment("2024-02-01"), "caseworker"],
]


def write_book(path: Path, **sheets: list[list[Any]]) -> None:
    made = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    form = made.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    for name, rows in sheets.items():
        page = made.add_worksheet(name)
        page.write_row(0, 0, HEADER)
        for number, values in enumerate(rows, 1):
            for place, value in enumerate(values):
                if isinstance(value, datetime):
                    page.write_datetime(number, place, value, form)
                else:
                    page.write_string(number, place, value)
    made.close()


def test_a_log_from_a_workbook_equals_the_log_from_the_csv_of_its_rows(tmp_path: Path) -> None:
    write_book(tmp_path / "log.xlsx", Daten=EVENTS)
    with (tmp_path / "log.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [HEADER, *([v.isoformat() if isinstance(v, datetime) else v for v in line] for line in EVENTS)]
        )
    one, two = open_log(tmp_path / "log.xlsx"), open_log(tmp_path / "log.csv")

    assert stored(one) == stored(two)
    assert len(stored(one)) == 3
    for part in ("rows_read", "rows_accepted", "rows_quarantined", "unknown", "vocabulary", "absent"):
        assert one.receipt[part] == two.receipt[part]
    assert [entry | {"file": ""} for entry in one.receipt["quarantine"]] == [
        entry | {"file": ""} for entry in two.receipt["quarantine"]
    ]


def test_every_sheet_of_a_workbook_is_a_file_of_the_log(tmp_path: Path) -> None:
    write_book(tmp_path / "log.xlsx", Nord=EVENTS[:2], Sued=EVENTS[1:])
    log = open_log(tmp_path / "log.xlsx")

    assert [(entry["name"], entry["rows_read"]) for entry in log.receipt["files"]] == [
        ("log.xlsx:Nord", 2),
        ("log.xlsx:Sued", 4),
    ]
    assert log.receipt["rows_read"] == 6


def test_a_source_says_which_sheets_are_read(tmp_path: Path) -> None:
    write_book(tmp_path / "log.xlsx", Nord=EVENTS[:2], Sued=EVENTS[1:])
    source = tmp_path / "s.toml"
    source.write_text('title = { de = "S", en = "S" }\n[file]\nsheets = ["Sued"]\n', encoding="utf-8")
    log = open_log(tmp_path / "log.xlsx", source=str(source))

    assert [entry["name"] for entry in log.receipt["files"]] == ["log.xlsx"]
    assert "1 sheets were not read: Nord." in [decision["value"] for decision in log.receipt["decisions"]]


def test_excels_mark_on_an_open_workbook_is_no_delivery(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_book(folder / "log.xlsx", Nord=EVENTS)
    (folder / "~$log.xlsx").write_bytes(b"\x05Name" + bytes(160))

    assert len(open_log(folder).receipt["files"]) == 1


def test_a_source_may_be_of_the_kind_xlsx() -> None:
    assert Source(name="s", title={}, format="xlsx").sheets == ()


def test_a_format_of_zeros_is_told_from_a_plain_integer() -> None:
    assert (number_format("000"), number_format("0")) == (NumberFormat(zeros=3), None)
