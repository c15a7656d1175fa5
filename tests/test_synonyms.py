"""Synonyms: the shipped list knows how German exports speak, and a wrong list is refused with the nearest names."""

from __future__ import annotations

from pathlib import Path

import pytest

from procmine.content import listing, read_text
from procmine.errors import ContentError
from procmine.read.inspection.synonyms import Synonyms, fold, load_synonyms, tokens
from procmine.schema import Schema, load_schema

SHIPPED = read_text(listing("event_logs", ".toml")["synonyms"])


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema()


@pytest.fixture(scope="module")
def synonyms(schema: Schema) -> Synonyms:
    return load_synonyms(schema)


def study(tmp_path: Path, old: str, new: str) -> Path:
    """A study whose list is the shipped one with one change."""
    assert old in SHIPPED
    (tmp_path / "event_logs").mkdir()
    (tmp_path / "event_logs" / "synonyms.toml").write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("one", "other"),
    [("Bürger:in", "BürgerIn"), ("Fall-Nr.", "FALLNR"), ("Größe", "groesse"), ("Case ID", "case_id"), ("é", "e\u0301")],
)
def test_case_umlauts_and_signs_make_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_sign_alone_is_still_a_word() -> None:
    assert fold("-") == "-"


def test_a_name_is_split_at_signs_and_capitals() -> None:
    assert tokens("ComplaintDossierID") == ("complaint", "dossier", "id")


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("case_id", "BG-Nummer"),
        ("case_id", "Kunden-Nr"),
        ("case_id", "AKTENZEICHEN"),
        ("worker", "Bearbeiter/-in"),
        ("worker", "IFK"),
        ("timestamp", "Zeitstempel"),
        ("outcome", "Terminstatus"),
        ("initiator", "Veranlasst durch"),
        ("due_date", "Wiedervorlage"),
    ],
)
def test_usual_names_of_columns_are_known(synonyms: Synonyms, column: str, name: str) -> None:
    assert fold(name) in synonyms.columns[column]


@pytest.mark.parametrize(
    ("column", "word", "code"),
    [
        ("initiator", "Kunde/Kundin", "client"),
        ("initiator", "Amt", "caseworker"),
        ("outcome", "nicht erschienen", "no_show"),
        ("outcome", "Absage Kunde", "cancelled_client"),
        ("activity", "ERSTGESPRÄCH", "first_interview"),
        ("activity", "Eingliederungsvereinbarung", "cooperation_plan"),
        ("activity", "Sanktion", "reduction"),
        ("activity", "Weiterbewilligungsantrag", "renewal_application"),
        ("role", "pAp", "personal_contact"),
        ("to_role", "Leistung", "benefits"),
        ("channel", "telefonisch", "phone"),
        ("location", "zu Hause", "client_home"),
        ("carrier", "Optionskommune", "zkT"),
    ],
)
def test_usual_words_become_codes(synonyms: Synonyms, column: str, word: str, code: str) -> None:
    assert synonyms.code(column, word) == code


@pytest.mark.parametrize(
    ("column", "word"), [("outcome", "erledigt"), ("setting_mode", "vereinbart"), ("activity", "x")]
)
def test_a_word_of_several_meanings_means_nothing_by_itself(synonyms: Synonyms, column: str, word: str) -> None:
    assert synonyms.code(column, word) is None


def test_the_vocabulary_knows_itself(synonyms: Synonyms, schema: Schema) -> None:
    lost = [
        (column, word)
        for column, codes in schema.codes.items()
        if column in schema.importable
        for code, entry in codes.items()
        for word in (code, *entry.title.values())
        if synonyms.code(column, word) != code
    ]

    assert lost == []


def test_every_column_and_activity_has_synonyms(schema: Schema) -> None:
    import tomllib

    raw = tomllib.loads(SHIPPED)

    assert set(schema.importable) - set(raw["columns"]) == set()
    assert set(schema.activities) - set(raw["activities"]) == set()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("\ncase_id = [", "\ncase_ids = [", "Did you mean case_id?"),
        ("\nfirst_interview = [", "\nfirst_interwiev = [", "first_interview"),
        ("\nno_show = [", "\nnoshow = [", "no_show"),
        ("[values.outcome]", "[values.outcom]", "outcome"),
        ("[persons]", "[person]", "persons"),
        ('attended = [\n    "erschienen"', 'attended = [\n    "nicht erschienen"', "it can mean one"),
        ('columns = [\n    "Name"', 'columns = [\n    3, "Name"', "list of texts"),
    ],
)
def test_a_wrong_list_is_refused_with_what_is_right(
    old: str, new: str, says: str, tmp_path: Path, schema: Schema
) -> None:
    with pytest.raises(ContentError, match=says):
        load_synonyms(schema, study(tmp_path, old, new))


def test_a_studys_list_stands_in_for_the_shipped_one(tmp_path: Path, schema: Schema) -> None:
    own = load_synonyms(schema, study(tmp_path, '"Fallnummer"', '"Hausnummer des Falls"'))

    assert fold("Hausnummer des Falls") in own.columns["case_id"]
    assert fold("Fallnummer") not in own.columns["case_id"]
