"""Courses, directly-follows pairs, starts and ends, against plain Python over the same cases."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmine.errors import UsageError
from procmine.mine import counts
from procmine.mine.chosen import Chosen

NAMES = ["apply", "check", "decide", "talk"]
some_courses = st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=9).map(tuple), min_size=1, max_size=30)


def found_courses(log: Any, chosen: Chosen | None = None) -> dict[tuple[str, ...], int]:
    found = counts.courses(log.engine, log.receipt["activities"], chosen)
    return {found.names(i): int(found.cases[i]) for i in range(len(found))}


def integers(taken: list[tuple[str, ...]], weights: list[int] | None = None) -> counts.Courses:
    """The courses of these cases, without an engine."""
    names = sorted({name for course in taken for name in course})
    codes = np.array([names.index(name) for course in taken for name in course], dtype=np.int64)
    first = np.concatenate(([0], np.cumsum([len(course) for course in taken]))).astype(np.int64)
    many = None if weights is None else np.array(weights, dtype=np.int64)
    return counts.merge(names, [counts.distinct(codes, first, many)])


def test_courses_are_counted_with_the_cases_that_took_them(log_of: Any) -> None:
    log = log_of([("apply", "check"), ("apply",), ("apply", "check"), ("check", "apply")])

    assert found_courses(log) == {("apply", "check"): 2, ("apply",): 1, ("check", "apply"): 1}


def test_the_most_frequent_course_comes_first_and_ties_stand_in_the_order_of_their_names(log_of: Any) -> None:
    log = log_of([("b",), ("a", "b"), ("c", "a"), ("a",), ("c", "a")])

    assert list(found_courses(log)) == [("c", "a"), ("a",), ("a", "b"), ("b",)]


def test_only_completed_events_and_events_of_unknown_lifecycle_are_steps(log_from: Any) -> None:
    cycle = [("a", "start"), ("a", "complete"), ("b", None), ("c", "schedule")]
    log = log_from([{"case": 1, "activity": name, "lifecycle": life} for name, life in cycle])

    assert found_courses(log) == {("a", "b"): 1}


def test_a_log_without_any_completed_event_counts_every_event(log_from: Any) -> None:
    log = log_from([{"case": 1, "activity": name, "lifecycle": "start"} for name in "ab"])

    assert found_courses(log) == {("a", "b"): 1}


def test_an_office_has_the_whole_cases_that_begin_there(log_from: Any) -> None:
    rows = [(1, "a", "JC-1"), (1, "b", "JC-2"), (2, "c", "JC-2"), (2, "d", "JC-1")]
    log = log_from([{"case": case, "activity": name, "office": office} for case, name, office in rows])

    assert found_courses(log, Chosen(office="JC-1")) == {("a", "b"): 1}


def test_an_unknown_office_is_refused_with_the_nearest_name(log_from: Any) -> None:
    log = log_from([{"case": 1, "activity": "a", "office": "JC-01"}])

    with pytest.raises(UsageError, match="Did you mean JC-01"):
        found_courses(log, Chosen(office="JC-O1"))


def test_a_team_has_the_cases_whose_first_known_team_it_is(log_from: Any) -> None:
    rows = [(1, "a", None), (1, "b", "T1"), (1, "c", "T2"), (2, "d", "T2"), (2, "e", "T1")]
    log = log_from([{"case": case, "activity": name, "team": team} for case, name, team in rows])

    assert found_courses(log, Chosen(team="T1")) == {("a", "b", "c"): 1}


def test_a_segment_has_the_cases_whose_first_known_segment_it_is(log_from: Any) -> None:
    rows = [(1, "a", "S1"), (1, "b", "S2"), (2, "c", "S2")]
    log = log_from([{"case": case, "activity": name, "segment": segment} for case, name, segment in rows])

    assert found_courses(log, Chosen(segment="S2")) == {("c",): 1}


def test_a_period_has_the_whole_cases_that_begin_in_it(log_from: Any) -> None:
    rows = [(1, "a", "2026-01-31"), (1, "b", "2026-03-01"), (2, "c", "2026-02-01"), (3, "d", "2026-03-01")]
    log = log_from(
        [{"case": case, "activity": name, "timestamp": datetime.fromisoformat(day)} for case, name, day in rows]
    )
    chosen = Chosen(start=date(2026, 1, 1), end=date(2026, 2, 1))

    assert found_courses(log, chosen) == {("a", "b"): 1, ("c",): 1}


def test_a_period_without_a_case_is_refused(log_from: Any) -> None:
    log = log_from([{"case": 1, "activity": "a"}])

    with pytest.raises(UsageError, match="No case of this log was chosen"):
        found_courses(log, Chosen(start=date(2100, 1, 1)))


def test_rows_that_do_not_lie_in_case_order_are_sorted_and_not_trusted(log_of: Any) -> None:
    log = log_of([("a", "b", "c"), ("c", "b")])
    log.engine.run("CREATE TABLE mixed AS SELECT * FROM events ORDER BY event_no DESC, case_id")
    log.engine.run("DROP TABLE events")
    log.engine.run("ALTER TABLE mixed RENAME TO events")

    assert found_courses(log) == {("a", "b", "c"): 1, ("c", "b"): 1}


def test_an_empty_log_has_no_course(log_from: Any) -> None:
    found = counts.courses(log_from([]).engine, [])

    assert (len(found), found.all_cases, found.all_events, len(counts.follows(found).count)) == (0, 0, 0, 0)


def test_a_log_read_in_many_small_parts_gives_the_same_courses(log_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    log = log_of([("a", "b"), ("a",), ("a", "b"), ("b", "a"), ("a",), ("a", "b", "a")])
    whole = found_courses(log)
    monkeypatch.setattr(counts, "ROWS_AT_ONCE", 3)

    assert found_courses(log) == whole


@given(some_courses)
def test_distinct_courses_equal_a_plain_count(taken: list[tuple[str, ...]]) -> None:
    found = integers(taken)

    assert {found.names(i): int(found.cases[i]) for i in range(len(found))} == Counter(taken)


@given(some_courses)
def test_two_courses_that_share_a_hash_are_still_told_apart(taken: list[tuple[str, ...]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counts, "_scatter", lambda values, salt: np.zeros(len(values), np.uint64))
        found = integers(taken)

    assert {found.names(i): int(found.cases[i]) for i in range(len(found))} == Counter(taken)


@given(some_courses)
def test_directly_follows_pairs_equal_a_plain_count_of_events_and_cases(taken: list[tuple[str, ...]]) -> None:
    found = integers(taken)
    pairs = counts.follows(found)
    names = found.activities
    events = Counter(pair for course in taken for pair in pairwise(course))
    cases = Counter(pair for course in taken for pair in set(pairwise(course)))
    columns = zip(pairs.source, pairs.target, pairs.count, pairs.cases, strict=True)

    assert {(names[a], names[b]): (n, c) for a, b, n, c in columns} == {
        pair: (events[pair], cases[pair]) for pair in events
    }


@given(some_courses)
def test_events_cases_starts_and_ends_of_an_activity_equal_a_plain_count(taken: list[tuple[str, ...]]) -> None:
    found = integers(taken)
    events, cases = counts.occurrences(found)
    starts, stops = counts.ends(found)

    assert [(e, c, s, t) for e, c, s, t in zip(events, cases, starts, stops, strict=True)] == [
        (
            sum(course.count(name) for course in taken),
            sum(name in course for course in taken),
            sum(course[0] == name for course in taken),
            sum(course[-1] == name for course in taken),
        )
        for name in found.activities
    ]


def test_directly_follows_pairs_read_straight_from_the_rows_equal_those_of_the_courses(log_of: Any) -> None:
    log = log_of([("a", "b", "a"), ("b", "a", "c"), ("c",), ("a", "b", "c")])
    names = log.receipt["activities"]
    pairs = counts.follows(counts.courses(log.engine, names))
    columns = zip(pairs.source, pairs.target, pairs.count, strict=True)

    assert counts.directly_follows(log.engine, names) == {(names[a], names[b]): n for a, b, n in columns}


def test_keys_of_a_wide_range_are_ranked_like_those_of_a_small_one() -> None:
    small = np.array([5, 1, 5, 3], dtype=np.int64)
    keys, rank = counts.ranked(small)
    wide_keys, wide_rank = counts.ranked(small << 30)

    assert ((keys << 30).tolist(), rank.tolist()) == (wide_keys.tolist(), wide_rank.tolist())
