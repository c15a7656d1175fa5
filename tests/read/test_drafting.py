"""Drafting: a draft loads as it is, imports what is sure, and leaves open what nobody can know."""

from __future__ import annotations

import io
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmine.log import Log, open_store
from procmine.read.importing import import_log
from procmine.read.inspection.decisions import decide, questions
from procmine.read.inspection.drafting import draft, quoted_text
from procmine.read.inspection.inspecting import Inspection, inspect
from procmine.read.source import CANONICAL, load_source
from procmine.report import words
from procmine.schema import Schema, load_schema
from procmine.terminal.mapping import ask
from tests.read.exports import dated, german
from tests.read.reading import LOGS

ENGLISH = words.load("en")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema()


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return german(tmp_path_factory.mktemp("export") / "auszug.csv")


@pytest.fixture(scope="module")
def found(export: Path, schema: Schema) -> Inspection:
    return inspect(export, schema=schema)


@pytest.fixture(scope="module")
def imported(export: Path, found: Inspection, schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> Log:
    place = tmp_path_factory.mktemp("store")
    (place / "mine.toml").write_text(draft(found, schema, words.load("de")), encoding="utf-8")
    source = load_source(str(place / "mine.toml"), schema)
    return open_store(import_log(export, place / "store", source=source, schema=schema), schema)


def read(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def drafted(path: Path, schema: Schema, answers: dict[str, str] | None = None) -> str:
    return draft(inspect(path, schema=schema), schema, ENGLISH, answers)


def test_a_german_export_is_imported_whole_by_its_draft(imported: Log) -> None:
    receipt = imported.receipt

    assert (receipt["rows_read"], receipt["rows_accepted"], receipt["rows_quarantined"]) == (360, 360, 0)


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("activity", {"first_interview", "followup_interview", "invitation_sent", "home_visit", "benefit_notice"}),
        ("role", {"placement", "benefits", "case_manager"}),
        ("initiator", {"client", "caseworker", "provider", None}),
        ("outcome", {"attended", "no_show", "cancelled_client", None}),
        ("location", {"office", "client_home", "social_space"}),
        ("channel", {"in_person", "phone", None}),
        ("legal_notice", {"full", "none"}),
    ],
)
def test_the_words_of_a_german_export_become_the_right_codes(
    imported: Log, column: str, codes: set[str | None]
) -> None:
    read_codes = {row[0] for row in imported.engine.run(f"SELECT DISTINCT {column} FROM events")}

    assert read_codes - {"Sonderrunde"} == codes


def test_dates_of_a_german_export_are_read_day_before_month(imported: Log) -> None:
    (row,) = imported.engine.run("SELECT min(local_date), max(local_date) FROM events")

    assert [str(day) for day in row] == ["2026-01-01", "2026-06-27"]


def test_what_is_not_said_is_unknown_and_no_caseworker(found: Inspection, schema: Schema) -> None:
    text = read(draft(found, schema, ENGLISH))

    assert text["unknown"] == {"worker": ["k. A."], "initiator": ["unbekannt"]}


def test_words_without_a_code_stand_commented_with_their_rows(found: Inspection, schema: Schema) -> None:
    text = draft(found, schema, ENGLISH)

    assert '# Rauchzeichen = ""  # 120 rows' in text
    assert "Rauchzeichen" not in read(text)["values"]["channel"]
    assert '# Sonderrunde = ""  # 60 rows' in text


def test_a_draft_shows_no_value_of_persons(found: Inspection, schema: Schema) -> None:
    text = draft(found, schema, ENGLISH)

    assert [secret for secret in ("müller", "Schäfer", "35501") if secret in text] == []


def test_the_same_file_gives_the_same_draft(export: Path, found: Inspection, schema: Schema) -> None:
    assert drafted(export, schema) == draft(found, schema, ENGLISH)


def test_dates_that_can_be_read_both_ways_are_never_chosen(tmp_path: Path, schema: Schema) -> None:
    text = drafted(dated(tmp_path / "a.csv", ["03/04/2026", "05/06/2026"] * 4), schema)

    assert "formats" not in read(text)["time"]
    assert '# formats = ["%d/%m/%Y"]' in text
    assert '# formats = ["%m/%d/%Y"]' in text


def test_a_proven_order_is_declared(tmp_path: Path, schema: Schema) -> None:
    text = drafted(dated(tmp_path / "a.csv", ["03/14/2026 10:00", "05/26/2026 10:00"] * 4), schema)

    assert read(text)["time"]["formats"] == ["%m/%d/%Y %H:%M"]


def test_a_required_column_nobody_knows_stands_as_a_choice(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{n // 4};{'abcd'[n % 4] * 3};{'efgh'[n // 4 % 4] * 3};2026-01-{n % 28 + 1:02d}" for n in range(80)]
    path.write_text("\n".join(["Fallnummer;Feld 1;Feld 2;Datum", *rows]) + "\n", encoding="utf-8")
    text = drafted(path, schema)

    assert "activity" not in read(text)["columns"]
    assert '# activity = "Feld 1"' in text


def test_an_encoding_nobody_can_know_stands_as_a_choice(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Case ID;Activity;Date\r\n1;café;2026-01-01\r\n1;café;2026-01-02\r\n".encode("cp1252"))
    text = drafted(path, schema)

    assert "encoding" not in read(text)["file"]
    assert '# encoding = "cp1252"' in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "log", ["helpdesk-mit/helpdesk.csv.gz", "ibm-onboarding/onboard_client.csv.gz", "sepsis/Sepsis.xes.gz"]
)
def test_the_draft_of_a_public_log_imports_it(log: str, tmp_path: Path, schema: Schema) -> None:
    if not (LOGS / log).is_file():
        pytest.skip("the public logs are not on this machine")
    place = tmp_path / "mine.toml"
    place.write_text(drafted(LOGS / log, schema), encoding="utf-8")
    store = import_log(LOGS / log, tmp_path / "store", source=load_source(str(place), schema), schema=schema)
    receipt = open_store(store, schema).receipt

    assert receipt["rows_accepted"] == receipt["rows_read"] > 10_000


@pytest.mark.parametrize(
    "name",
    ['Fall"nummer', "Fall\\nr", "Fall\tnr", "Fall # nr", "[columns]", "Fall\u202enr", "Fall = 'x'", "Fall\x1bnr"],
)
def test_a_hostile_column_name_stays_one_name(name: str, tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "a.csv"
    quoted = '"' + name.replace('"', '""') + '"'
    rows = "".join(f"{n // 2};Start;2026-01-{n + 1:02d}\n" for n in range(8))
    path.write_text(f"{quoted};Activity;Date\n{rows}", encoding="utf-8")
    found = inspect(path, schema=schema)
    text = draft(found, schema, ENGLISH, {"column:case_id": name})

    assert read(text)["columns"]["case_id"] == name
    assert all(sign.isprintable() or sign == "\n" for sign in text)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_every_text_is_quoted_so_that_toml_reads_it_back(text: str) -> None:
    assert tomllib.loads(f"x = {quoted_text(text)}")["x"] == text


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_no_text_ends_a_comment(text: str) -> None:
    from procmine.read.inspection.drafting import _comment

    assert tomllib.loads(f"{_comment(text)}\nx = 1") == {"x": 1}


def test_names_that_many_exports_have_make_no_known_source(tmp_path: Path, schema: Schema) -> None:
    path = dated(tmp_path / "a.csv", ["2026-01-01", "2026-01-02"] * 4, "Case,Activity,Timestamp,Resource")

    assert inspect(path, schema=schema).source is None


@pytest.mark.skipif(not LOGS.is_dir(), reason="the public logs are not on this machine")
def test_a_known_source_lends_its_words_but_its_derivations_only_as_comments(schema: Schema) -> None:
    text = drafted(LOGS / "fair-lending/lending_log_high.xes.gz", schema)

    assert read(text)["activities"]["Make Visit to Assess Colatteral"] == "home_visit"
    assert "derive" not in read(text)
    assert "# [[derive]]" in text


def test_the_sheets_a_source_names_stand_in_the_draft(tmp_path: Path, schema: Schema) -> None:
    book = openpyxl.Workbook()
    for name in ("Ereignisse", "Legende"):
        sheet = book.create_sheet(name)
        sheet.append(["Fallnummer", "Aktivität", "Datum"])
        for number in range(8):
            sheet.append([f"F{number // 2}", "Erstgespräch", f"{number + 1:02d}.02.2026"])
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    found = inspect(tmp_path / "a.xlsx", source=replace(CANONICAL, sheets=("Ereignisse",)), schema=schema)
    text = read(draft(found, schema, ENGLISH))

    assert (text["format"], text["file"]) == ("xlsx", {"sheets": ["Ereignisse"]})
    assert text["activities"] == {"Erstgespräch": "first_interview"}


def test_only_what_is_open_is_asked(found: Inspection, schema: Schema) -> None:
    asked = {one.key for one in questions(found, schema)}

    assert asked == {"value:channel:Rauchzeichen"}


def test_a_chosen_number_becomes_the_answer(found: Inspection, schema: Schema) -> None:
    answers = ask(found, schema, ENGLISH, input=io.StringIO("99\nx\n7\n"), output=io.StringIO())

    assert answers == {"value:channel:Rauchzeichen": "letter"}
    assert read(draft(found, schema, ENGLISH, answers))["values"]["channel"]["Rauchzeichen"] == "letter"


def test_enter_leaves_a_question_open(found: Inspection, schema: Schema) -> None:
    assert ask(found, schema, ENGLISH, input=io.StringIO("\n"), output=io.StringIO()) == {}


def test_the_end_of_the_input_ends_the_questions(found: Inspection, schema: Schema) -> None:
    assert ask(found, schema, ENGLISH, input=io.StringIO(""), output=io.StringIO()) == {}


def test_a_chosen_order_is_declared_and_makes_the_draft_ready(tmp_path: Path, schema: Schema) -> None:
    found = inspect(dated(tmp_path / "a.csv", ["03/04/2026", "05/06/2026"] * 4), schema=schema)
    shown = io.StringIO()
    answers = ask(found, schema, ENGLISH, input=io.StringIO("2\n"), output=shown)

    assert "month before day" in shown.getvalue()
    assert not decide(found, schema).ready(schema)
    assert decide(found, schema, answers).ready(schema)
    assert read(draft(found, schema, ENGLISH, answers))["time"]["formats"] == ["%m/%d/%Y"]


def test_a_column_is_asked_for_and_its_words_after_it(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{n // 4};{'Start Ende'.split()[n % 2]};2026-01-{n % 28 + 1:02d};{'xy'[n % 2]}zz" for n in range(80)]
    path.write_text("\n".join(["Fallnummer;Aktivität;Datum;Kanal", *rows]) + "\n", encoding="utf-8")
    found = inspect(path, schema=schema)
    answers = ask(found, schema, ENGLISH, input=io.StringIO("1\n3\n1\n"), output=io.StringIO())

    assert answers == {"column:channel": "Kanal", "value:channel:xzz": "phone", "value:channel:yzz": "in_person"}
