"""Legal regimes: what the shipped file says, what a wrong one is told, and which days are broken by law."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from procmine.errors import ContentError
from procmine.regimes import first_days, load_law

LAW = load_law()


def names(topic: str, first: date, last: date) -> list[str]:
    return [span.name for span in LAW.spans([topic], first, last)]


def test_every_regime_says_what_changed_where_it_stands_and_what_it_was_checked_against() -> None:
    silent = [regime.id for regime in LAW.regimes if not (regime.anchor and regime.checked and regime.topics)]

    assert silent == []


def test_a_year_without_a_change_of_law_lies_in_one_regime() -> None:
    assert names("sanctions", date(2025, 1, 1), date(2026, 6, 30)) == ["TOTAL_REFUSAL"]


def test_days_on_both_sides_of_a_change_lie_in_two_regimes() -> None:
    assert names("sanctions", date(2022, 12, 31), date(2023, 1, 1)) == ["MORATORIUM", "BUERGERGELD_1"]


def test_the_last_day_before_a_change_lies_in_the_old_law_only() -> None:
    assert names("sanctions", date(2022, 7, 1), date(2022, 12, 31)) == ["MORATORIUM"]


def test_a_change_breaks_only_the_topics_it_changed() -> None:
    assert names("plan", date(2022, 1, 1), date(2023, 6, 30)) == ["ALG_II"]


def test_days_before_the_first_regime_are_under_none() -> None:
    assert names("support", date(2023, 6, 1), date(2023, 12, 31)) == ["before", "BUERGERGELD_2"]


def test_spans_hold_every_day_once() -> None:
    spans = LAW.spans(["sanctions"], date(2019, 1, 1), date(2026, 12, 31))
    gaps = [(later.first - earlier.last).days for earlier, later in pairwise(spans)]

    assert (spans[0].first, spans[-1].last, set(gaps)) == (date(2019, 1, 1), date(2026, 12, 31), {1})


def test_a_calendar_is_cut_where_any_regime_begins() -> None:
    assert first_days(LAW, date(2023, 1, 1), date(2023, 12, 31)) == [date(2023, 4, 8), date(2023, 7, 1)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[regime]]\nid = "X"\nform = 2020-01-01', "Regime X has an unknown key form. Did you mean from?"),
        ('[[regime]]\nid = "X"', "Regime X needs an id and a day from."),
        ('[[regime]]\nid = "X"\nfrom = 2020-01-01T00:00:00', "Regime X needs an id and a day from."),
        (
            '[[regime]]\nid = "X"\nfrom = 2020-01-01\ntopics = ["saction"]',
            "Regime X changes saction, which is no topic",
        ),
        ('[[regime]]\nid = "X"\nfrom = 2020-01-01', "Regime X has no title in de and en."),
    ],
)
def test_a_wrong_regime_of_a_study_is_refused_with_the_way_out(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "event_logs").mkdir()
    words = '[topics]\nsanctions = { de = "a", en = "b" }\n'
    (tmp_path / "event_logs" / "regimes.toml").write_text(words + text, encoding="utf-8")

    with pytest.raises(ContentError, match=sentence.replace(".", r"\.").replace("?", r"\?")):
        load_law(tmp_path)


def test_two_regimes_of_one_day_are_refused(tmp_path: Path) -> None:
    (tmp_path / "event_logs").mkdir()
    one = 'from = 2020-01-01\ntitle = { de = "a", en = "b" }\nchanges = { de = "a", en = "b" }\n'
    text = f'[[regime]]\nid = "X"\n{one}[[regime]]\nid = "Y"\n{one}'
    (tmp_path / "event_logs" / "regimes.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ContentError, match="Two regimes have the first day 2020-01-01"):
        load_law(tmp_path)
