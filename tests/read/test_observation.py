"""When a log was watched: from its first to its last day but for stray ones, or as its source file declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from procmine.errors import ContentError, InputError
from procmine.log import Log, calendar, open_store
from procmine.read.importing import import_log
from procmine.read.source import CANONICAL, Source, load_source
from procmine.schema import load_schema

SCHEMA = load_schema()
FIRST = date(2025, 5, 1)
# 1500 events on 100 days: a single event is less than one in a thousand.
FULL = [FIRST + timedelta(days=number % 100) for number in range(1500)]
LAST = max(FULL)


def log_of(tmp_path: Path, days: Sequence[date], source: Source = CANONICAL) -> Log:
    path = tmp_path / "log.csv"
    rows = [f"c{number % 7},casework,{day}" for number, day in enumerate(days)]
    path.write_text("\n".join(["case_id,activity,timestamp", *rows, ""]), encoding="utf-8")
    return open_store(import_log(path, tmp_path / "store", source=source, schema=SCHEMA), SCHEMA)


def watched(log: Log) -> tuple[Any, Any]:
    (found,) = log.engine.run("SELECT first_day, last_day FROM observation")
    return found[0], found[1]


@pytest.mark.parametrize(
    ("stray", "first", "last"),
    [
        ([date(1970, 1, 1)], FIRST, LAST),
        ([date(2099, 12, 31)], FIRST, LAST),
        ([LAST + timedelta(days=61)], FIRST, LAST),
        ([LAST + timedelta(days=60)], FIRST, LAST + timedelta(days=60)),
        ([date(1970, 1, 1)] * 2, date(1970, 1, 1), LAST),
        ([date(1970, 1, 1), date(2099, 12, 31)], FIRST, LAST),
    ],
    ids=[
        "one event long before",
        "one event long after",
        "sixty days without any event between",
        "a day less between",
        "more than one event in a thousand",
        "at both ends",
    ],
)
def test_stray_days_at_either_end_are_not_watched(stray: list[date], first: date, last: date, tmp_path: Path) -> None:
    assert watched(log_of(tmp_path, [*FULL, *stray])) == (first, last)


def test_a_source_file_may_declare_when_its_log_was_watched(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('title = { de = "E", en = "E" }\n[observation]\nfrom = 2025-01-01\nto = 2025-12-31\n')
    log = log_of(tmp_path, FULL, load_source(str(path), SCHEMA))

    assert watched(log) == (date(2025, 1, 1), date(2025, 12, 31))
    assert log.receipt["observation"]["declared"] is True


def test_one_declared_end_leaves_the_other_to_the_log(tmp_path: Path) -> None:
    log = log_of(tmp_path, FULL, replace(CANONICAL, observed_from=date(2025, 1, 1)))

    assert watched(log) == (date(2025, 1, 1), LAST)


def test_another_declaration_means_another_import(tmp_path: Path) -> None:
    log_of(tmp_path, FULL)
    log = log_of(tmp_path, FULL, replace(CANONICAL, observed_to=date(2025, 6, 1)))

    assert watched(log) == (FIRST, date(2025, 6, 1))


def test_declared_days_beyond_the_log_are_refused_with_the_days_it_has(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"from 2026-01-01 to 2025-08-08.*from 2025-05-01 to 2025-08-08"):
        log_of(tmp_path, FULL, replace(CANONICAL, observed_from=date(2026, 1, 1)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('from = "2025-01-01"', r"observation\.from must be a day: from = 2025-01-31, without quotes"),
        ("to = 2025-01-01T08:00:00", r"observation\.to must be a day"),
        ("until = 2025-01-01", r"Unknown key observation\.until"),
        ("from = 2025-02-01\nto = 2025-01-01", r"observation\.to lies before observation\.from"),
    ],
)
def test_a_declaration_that_is_no_time_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f'title = {{ de = "E", en = "E" }}\n[observation]\n{text}\n')

    with pytest.raises(ContentError, match=said):
        load_source(str(path), SCHEMA)


def test_the_calendar_of_a_log_is_cut_by_month_and_where_the_law_changed(tmp_path: Path) -> None:
    log = log_of(tmp_path, [date(2024, 3, 20), date(2024, 4, 2)])

    assert [(str(first), str(last)) for first, last in log.engine.run("SELECT from_date, to_date FROM calendar")] == [
        ("2024-03-20", "2024-03-27"),
        ("2024-03-28", "2024-03-31"),  # § 31a (7) SGB II
        ("2024-04-01", "2024-04-02"),
    ]


def test_a_calendar_has_every_day_once() -> None:
    pieces = calendar(date(2023, 11, 30), date(2024, 3, 1), cuts=[date(2023, 12, 1), date(2024, 2, 29)])
    days = [first + timedelta(days=n) for first, last in pieces for n in range((last - first).days + 1)]

    assert days == [date(2023, 11, 30) + timedelta(days=n) for n in range(93)]


def test_the_time_at_risk_of_all_cases_is_their_case_time(tmp_path: Path) -> None:
    log = log_of(tmp_path, [*FULL, date(1970, 1, 1)])
    (at_risk,) = log.engine.run("SELECT SUM(DATE_DIFF('day', risk_from, risk_to) + 1) FROM cases")

    assert log.engine.run("SELECT SUM(days) FROM case_time") == [at_risk]
