"""Inspect: an export is described as it is, proposals have reasons, and nothing of a person is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from procmine.errors import InputError
from procmine.read.inspection.encoding_evidence import encoding_evidence, judge
from procmine.read.inspection.inspecting import ColumnOverview, Inspection, inspect
from procmine.read.inspection.looks import mask
from procmine.report import words
from procmine.schema import Schema, load_schema
from procmine.terminal import inspecting
from procmine.terminal.data import plain
from tests.read.exports import dated, german
from tests.read.reading import LOGS

FIRST = {
    "ibm-onboarding/onboard_client.csv.gz": ("process", "activity", "end"),
    "helpdesk-mit/helpdesk.csv.gz": ("CaseID", "ActivityID", "CompleteTimestamp"),
    "insurance-claims/Insurance_Claims_train.csv.gz": ("case_id", "activity", "end_time"),
    "patients-mit/patients.csv.gz": ("patient", "handling", "time"),
    "fair-lending/lending_log_high.xes.gz": ("case:concept:name", "concept:name", "time:timestamp"),
    "sepsis/Sepsis.xes.gz": ("case:concept:name", "concept:name", "time:timestamp"),
    "imperfect-credit/Credit-Polluted.csv.gz": ("Case", "Activity", "Timestamp"),
    "japanese-itsm/raw_itsm_2024.csv": ("incident_id", "status", "reported_at"),
}
SECRETS = ("Schäfer", "müller", "35501", "Straße 3")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema()


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return german(tmp_path_factory.mktemp("export") / "auszug.csv")


@pytest.fixture(scope="module")
def found(export: Path, schema: Schema) -> Inspection:
    return inspect(export, schema=schema)


def column(found: Inspection, name: str) -> ColumnOverview:
    return next(one for one in found.columns if one.name == name)


@pytest.mark.slow
@pytest.mark.parametrize("known", [True, False], ids=["with known sources", "without any known source"])
@pytest.mark.parametrize("log", FIRST)
def test_case_activity_and_time_of_a_public_log_are_proposed_first(
    log: str, known: bool, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (LOGS / log).is_file():
        pytest.skip("the public logs are not on this machine")
    if not known:
        monkeypatch.setattr("procmine.read.inspection.inspecting._sources", lambda *_: [])
    candidates = inspect(LOGS / log, schema=schema).candidates

    assert tuple(candidates[ours][0].name for ours in ("case_id", "activity", "timestamp")) == FIRST[log]


@pytest.mark.skipif(not LOGS.is_dir(), reason="the public logs are not on this machine")
def test_complaints_are_read_though_latin_1_and_their_activity_is_left_open(schema: Schema) -> None:
    found = inspect(LOGS / "uwv-complaints/BPI2016_Complaints.csv.gz", schema=schema)
    labels = {one.name for one in found.candidates["activity"]}

    assert (found.files[0].assumed, found.files[0].rows_read, found.files[0].rows_refused) == (True, 289, 0)
    assert (found.candidates["case_id"][0].name, found.candidates["timestamp"][0].name) == ("CustomerID", "ContactDate")
    assert "activity" not in found.sure
    assert {"ComplaintTheme", "ComplaintTheme_EN", "ComplaintSubtheme_EN"} <= labels


def test_a_windows_file_is_shown_with_the_best_encoding_marked_as_assumed(found: Inspection) -> None:
    (file,) = found.files
    assert file.evidence is not None
    best = file.evidence.candidates[0]

    assert (file.encoding, file.assumed, file.encoding_how) == ("cp1252", True, "")
    assert {"ä", "ü", "ß"} <= best.letters.keys()
    assert best.same_text == ("iso-8859-15", "latin-1")
    assert file.evidence.decisive


@pytest.mark.parametrize("name", ["cp1252", "cp850", "mac-roman", "utf-16-le", "utf-16-be"])
def test_the_encoding_of_german_text_is_told_by_its_letters(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Fall;Aktivität;Straße\r\n1;Erstgespräch für Über-25-Jährige;Größe\r\n".encode(name))
    evidence = encoding_evidence(path)

    assert evidence is not None
    assert (evidence.best, evidence.decisive) == (name, True)


def test_a_euro_sign_separates_windows_from_iso(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Fall;Für;Betrag\r\n1;für;5 €\r\n".encode("cp1252"))
    evidence = encoding_evidence(path)

    assert evidence is not None
    assert (evidence.best, evidence.candidates[0].same_text, evidence.decisive) == ("cp1252", (), True)


def test_letters_that_no_german_word_has_decide_nothing() -> None:
    evidence = judge({0xEB: 10}, {})

    assert not evidence.decisive


def test_utf_8_needs_no_evidence(tmp_path: Path) -> None:
    assert encoding_evidence(german(tmp_path / "a.csv", "utf-8")) is None


def test_utf_8_with_one_broken_place_is_utf_8(tmp_path: Path) -> None:
    path = german(tmp_path / "a.csv", "utf-8")
    path.write_bytes(path.read_bytes() + b"\xfc;;;\r\n")

    assert encoding_evidence(path) is None


def test_a_letter_cut_by_two_pieces_is_still_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * ((1 << 20) - 1) + "ü".encode() + b"\n")

    assert encoding_evidence(path) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Fallnummer", "identifier"),
        ("Aktivität", "code"),
        ("Datum/Uhrzeit", "time"),
        ("Jobcenter", "constant"),
        ("Bemerkung", "text"),
    ],
)
def test_a_column_is_called_what_its_values_look_like(found: Inspection, name: str, kind: str) -> None:
    assert column(found, name).looks.kind == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["", ""], "empty"),
        ([str(n) for n in range(1000, 1040)], "whole"),
        ([f"{n},5" for n in range(40)], "decimal"),
        ([f"2026-01-{n % 28 + 1:02d}" for n in range(40)], "date"),
        ([f"2026-01-01T10:00:{n:02d}+01:00" for n in range(40)], "offset_time"),
        ([f"{n:06d}" for n in range(40)], "identifier"),
        ([f"202601{n % 28 + 1:02d}" for n in range(40)], "date"),
        ([f"{n + 1}. März 2026 war ein {n}ter Tag" for n in range(40)], "text"),
    ],
)
def test_kinds_are_told_by_form_and_number_of_values(
    values: list[str], kind: str, tmp_path: Path, schema: Schema
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x;y\n" + "".join(f'"{value}";1\n' for value in values), encoding="utf-8")

    assert inspect(path, schema=schema).columns[0].looks.kind == kind


@pytest.mark.parametrize("name", ["Fallnummer", "Bearbeiter/in", "Bemerkung"])
def test_values_of_persons_are_never_shown(found: Inspection, name: str) -> None:
    one = column(found, name)

    assert (one.personal, one.shown) == (True, ())


def test_nothing_of_a_person_stands_in_lines_or_json(found: Inspection, schema: Schema) -> None:
    spoken = words.load("de")
    lines = inspecting.overview(found, schema, spoken)
    data = json.dumps(plain(inspecting.overview_data(found, spoken)), ensure_ascii=False)

    assert [secret for secret in SECRETS if secret in lines or secret in data] == []
    assert "Hausbesuch" in lines


def test_sentences_are_not_shown_though_they_are_few(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Fall;Inhalt\n1;Herr Weber ist krank\n2;Frau Weber ist gesund\n", encoding="utf-8")

    assert inspect(path, schema=schema).columns[1].shown == ()


def test_a_sentence_is_not_shown_though_its_column_is_named_like_one_of_codes(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "a.csv"
    said = ["Herr Weber ist krank und kommt nächste Woche wieder", "Frau Weber ist gesund"]
    path.write_text("Fall;Anlass\n" + "".join(f"{n};{text}\n" for n, text in enumerate(said)), encoding="utf-8")

    assert inspect(path, schema=schema).columns[1].shown == ()


def test_a_column_of_mail_addresses_is_about_persons_whatever_its_name(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Fall;Angabe\n" + "a@b.example;x@y.example\n" * 9, encoding="utf-8")

    assert all(one.personal for one in inspect(path, schema=schema).columns)


def test_a_mask_keeps_nothing_but_the_form() -> None:
    assert mask("Müller, 0176-12") == "xxxxxx, 9999-99"


def order_of(path: Path, schema: Schema) -> tuple[str, bool, tuple[str, ...]]:
    order = inspect(path, schema=schema).columns[2].order
    assert order is not None
    return order.order, order.declared, order.formats


def test_days_above_twelve_in_front_prove_day_before_month(tmp_path: Path, schema: Schema) -> None:
    path = dated(tmp_path / "a.csv", ["13/02/2026 10:00", "03/04/2026 10:00"] * 4)

    assert order_of(path, schema) == ("day_first", True, ("%d/%m/%Y %H:%M",))


def test_days_above_twelve_behind_prove_month_before_day(tmp_path: Path, schema: Schema) -> None:
    path = dated(tmp_path / "a.csv", ["02/13/2026", "03/04/2026"] * 4)

    assert order_of(path, schema) == ("month_first", True, ("%m/%d/%Y",))


def test_dates_that_can_be_read_both_ways_stay_open_with_both_readings(tmp_path: Path, schema: Schema) -> None:
    path = dated(tmp_path / "a.csv", ["03/04/2026", "05/06/2026"] * 4)
    order = inspect(path, schema=schema).columns[2].order

    assert order is not None
    assert (order.order, order.formats, order.other) == ("open", ("%d/%m/%Y",), ("%m/%d/%Y",))


def test_a_few_odd_dates_among_many_prove_no_order(tmp_path: Path, schema: Schema) -> None:
    path = dated(tmp_path / "a.csv", ["03/04/2026"] * 119 + ["13/04/2026"])

    assert order_of(path, schema)[0] == "open"


def test_dates_that_prove_both_orders_are_called_mixed(tmp_path: Path, schema: Schema) -> None:
    path = dated(tmp_path / "a.csv", ["13/04/2026", "04/13/2026"] * 4)

    assert order_of(path, schema)[0] == "mixed"


def test_a_year_of_two_digits_leaves_the_order_open(tmp_path: Path, schema: Schema) -> None:
    path = dated(tmp_path / "a.csv", ["24/03/15", "25/03/16"] * 4)

    assert order_of(path, schema)[0] == "open"


@pytest.mark.parametrize(
    ("date", "formats"),
    [
        ("13.02.2026", ()),
        ("2026-02-13 10:00:00", ()),
        ("2026/02/13 10:00", ("%Y/%m/%d %H:%M",)),
        ("20260213", ("%Y%m%d",)),
        ("20260213101500", ("%Y%m%d%H%M%S",)),
        ("13-Feb-2026", ("%d-%b-%Y",)),
        ("13.02.2026 10:00 Uhr", ("%d.%m.%Y %H:%M Uhr",)),
        ("13/02/2026 02:30 PM", ("%d/%m/%Y %I:%M %p",)),
    ],
)
def test_an_order_beyond_doubt_names_formats_only_where_the_reader_needs_them(
    date: str, formats: tuple[str, ...], tmp_path: Path, schema: Schema
) -> None:
    order, declared, named = order_of(dated(tmp_path / "a.csv", [date] * 8), schema)

    assert order in ("day_first", "year_first")
    assert (named if declared else ()) == formats


def test_refused_rows_stand_with_reason_and_first_line(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Fall;Aktivität;Datum\n1;a;01.02.2026\n1;b\n2;a;02.02.2026\n", encoding="utf-8")
    (file,) = inspect(path, schema=schema).files

    assert [(one.reason, one.rows, one.first_line) for one in file.refused] == [("too_few_fields", 1, 3)]
    assert file.rows_read == file.rows_accepted + file.rows_refused == 3


def test_files_of_a_folder_with_other_columns_are_named(tmp_path: Path, schema: Schema) -> None:
    for name in ("a.csv", "b.csv"):
        dated(tmp_path / name, ["2026-01-01"] * 4)
    dated(tmp_path / "c.csv", ["2026-01-01"] * 4, "Case ID,Activity,Date,Nutzer")
    found = inspect(tmp_path, schema=schema)

    assert found.other_shape == ("c.csv",)
    assert found.columns[0].looks.rows == 8


def test_nothing_is_written_beside_the_log(export: Path, schema: Schema) -> None:
    inspect(export, schema=schema)

    assert list(export.parent.iterdir()) == [export]


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path, schema: Schema) -> None:
    with pytest.raises(InputError, match="no such file"):
        inspect(tmp_path / "missing.csv", schema=schema)


def test_the_same_file_is_described_in_the_same_words(export: Path, found: Inspection, schema: Schema) -> None:
    spoken = words.load("en")
    again = inspect(export, schema=schema)

    assert inspecting.overview(again, schema, spoken) == inspecting.overview(found, schema, spoken)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_reason_and_form_has_its_words(language: str) -> None:
    import re

    from procmine.read.inspection import candidates, looks

    code = Path(candidates.__file__).read_text(encoding="utf-8")
    reasons = set(re.findall(r'Reason\(\s*"([a-z_]+)"', code)) | {"values_are_days", "values_are_times"}
    spoken = words.load(language)
    keys = {f"reason.{one}" for one in reasons}
    keys |= {f"form.{one}" for one in (*looks.FORMS, "text")} | {f"kind.{one}" for one in looks.KINDS}

    assert {key for key in keys if spoken.maybe(f"inspect.{key}") is None} == set()


@pytest.mark.parametrize("sign", ["§", "€"])
def test_a_sign_outside_words_decides_no_encoding(tmp_path: Path, sign: str) -> None:
    from procmine.read.inspection.encoding_evidence import encoding_evidence

    path = tmp_path / "log.csv"
    path.write_bytes(f"case_id;activity\na;Bescheid nach {sign} 16 SGB II\n".encode("cp1252") * 20)
    found = encoding_evidence(path)

    assert found is not None
    assert not found.decisive
    assert found.best != "mac-roman"
