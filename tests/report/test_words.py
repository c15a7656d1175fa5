"""Texts, numbers, dates and durations in the two languages."""

from __future__ import annotations

import pytest

from procmine.errors import ContentError, UsageError
from procmine.read.raw import REASONS
from procmine.report.words import NBSP, Words, clean, load, places, typeset

DE, EN = load("de"), load("en")


def test_both_languages_have_the_same_keys() -> None:
    assert DE.texts.keys() == EN.texts.keys()


def test_both_languages_have_the_same_places() -> None:
    differing = [key for key in DE.texts if places(DE.texts[key]) != places(EN.texts[key])]
    # "one" of something may be said without a figure in one language and with it in the other.
    assert [key for key in differing if not key.endswith(".one")] == []


def test_no_text_is_empty() -> None:
    assert [key for words in (DE, EN) for key, text in words.texts.items() if not text] == []


@pytest.mark.parametrize(
    ("value", "digits", "german", "english"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (412330, 0, "412.330", "412,330"),
        (0, 0, "0", "0"),
        (-0.04, 1, "0,0", "0.0"),
        (-1.5, 1, "−1,5", "−1.5"),
        (float("nan"), 1, "–", "–"),
    ],
)
def test_a_number_stands_as_its_language_writes_it(value: float, digits: int, german: str, english: str) -> None:
    assert (DE.number(value, digits), EN.number(value, digits)) == (german, english)


def test_a_percentage_does_not_break_from_its_sign() -> None:
    assert (DE.percent(0.3425), EN.percent(0.3425)) == (f"34,2{NBSP}%", "34.2%")


def test_a_span_bears_its_unit_once() -> None:
    assert DE.span(0.31, 0.375, "share") == f"31,0–37,5{NBSP}%"


def test_a_mean_has_two_decimals() -> None:
    assert DE.value(0.4394, "mean") == "0,44"


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        ("2025-12-31", "31.12.2025", f"31{NBSP}December{NBSP}2025"),
        ("2025-12", f"Dezember{NBSP}2025", f"December{NBSP}2025"),
        ("2025-12-31T08:00:00", "31.12.2025", f"31{NBSP}December{NBSP}2025"),
        ("2025-Q4", "4. Quartal 2025", "quarter 4 of 2025"),
        ("soon", "soon", "soon"),
        ("2025-13", "2025-13", "2025-13"),
    ],
)
def test_a_day_stands_as_its_language_writes_it(text: str, german: str, english: str) -> None:
    assert (DE.day(text), EN.day(text)) == (german, english)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 Minuten"),
        (20, "unter 1 Minute"),
        (60, "1 Minute"),
        (45 * 60, "45 Minuten"),
        (5400, "1,5 Stunden"),
        (86400 * 2, "2 Tage"),
        (86400 * 5.5, "5,5 Tage"),
        (86400 * 41, "41 Tage"),
    ],
)
def test_a_duration_stands_in_the_unit_a_reader_would_use(seconds: float, text: str) -> None:
    assert DE.duration(seconds) == text


def test_names_stand_as_a_reader_looks_them_up() -> None:
    assert DE.sorted(["JC 10", "Östringen", "jc 2", "Otzberg", "Ahaus"]) == [
        "Ahaus",
        "jc 2",
        "JC 10",
        "Östringen",
        "Otzberg",
    ]


def test_a_list_ends_with_and() -> None:
    assert DE.listed(["A", "B", "C"]) == "A, B und C"


def test_a_value_with_braces_is_not_filled_again() -> None:
    words = Words("de", {"greeting": "In {office} liegt {metric}."})

    assert words.text("greeting", office="{metric}", metric="x") == "In {metric} liegt x."


def test_an_unknown_key_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(ContentError, match=r"profile\.topic"):
        DE.text("profile.topik")


def test_a_place_that_nothing_fills_is_an_error() -> None:
    with pytest.raises(ContentError, match=r"\{count\}"):
        DE.text("count.suppressed")


def test_a_language_without_texts_is_an_error() -> None:
    with pytest.raises(UsageError):
        load("fr")


def test_a_study_changes_a_single_text(tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "reports" / "texts"
    folder.mkdir(parents=True)
    (folder / "de.toml").write_text('[report]\nkicker = "Unser Bericht"\n', encoding="utf-8")
    words = load("de", tmp_path)

    assert (words.text("report.kicker"), words.text("report.messages")) == ("Unser Bericht", "Das Wichtigste")


def test_signs_that_steer_a_terminal_or_the_direction_of_writing_are_spelt_out() -> None:
    assert clean("a\x1b[31m\u202eb\n") == "a\\x1b[31m\\x202eb\\x0a"


def test_what_must_not_break_is_joined() -> None:
    assert typeset("über der 99,8-%-Grenze, 95 %, § 14") == f"über der 99,8\u2011%\u2011Grenze, 95{NBSP}%, §{NBSP}14"


def test_every_reason_a_row_can_be_refused_for_has_its_words() -> None:
    told = {key.removeprefix("reasons.") for key in DE.texts if key.startswith("reasons.")}

    assert told == REASONS
