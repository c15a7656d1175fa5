"""Groups of cases, all read together: the courses of each, their tree, and how they arrived.

A log is read once, however many offices it has, and split in arrays; one that is too long to be held is read a second
time, for the tree must be known before the cases can walk down it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from procmine.mine import counts
from procmine.mine.chosen import Chosen, first_known
from procmine.mine.counts import Columns, Courses, Ints, Rows
from procmine.mine.variety.arrival import COLUMNS, Arrival, arrival, arrive, awaited
from procmine.stats.prefixes import Prefixes, prefixes

Group = str | None
"""An office, or None for all chosen cases."""
_TIMES = COLUMNS[:1]


@dataclass(frozen=True, slots=True)
class Read:
    """The courses of a group of cases, their tree, and how they arrived."""

    courses: Courses
    tree: Prefixes
    arrival: Arrival


@dataclass(slots=True)
class _Seen:
    """What the first look at a group collects: its courses part by part, its first and its last time."""

    courses: list[tuple[Ints, Ints, Ints]] = field(default_factory=list)
    times: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Offices:
    """The offices in the order of their names, and the office of each case that has one: the first known, as in
    the derived table cases, whether that event is a step or not."""

    names: tuple[str, ...]
    case: Ints
    office: Ints


def read(
    engine: Rows, activities: Sequence[str], chosen: Chosen | None = None, *, whole: bool, offices: bool
) -> dict[Group, Read]:
    """All chosen cases (None), if asked, then, if asked, those of each office, in the order of their names."""
    places = _offices(engine) if offices else _Offices((), np.zeros(0, np.int64), np.zeros(0, np.int64))
    seen: dict[Group, _Seen] = {name: _Seen() for name in (*([None] if whole else []), *places.names)}
    kept = _held(engine, chosen)
    for part in kept or counts.chunks(engine, _TIMES, chosen):
        for name, rows in _split(part, whole, places):
            codes = rows["activity_code"].astype(np.int64)
            seen[name].courses.append(counts.distinct(codes, counts.case_starts(rows["case_id"])))
            seen[name].times.append((int(rows["us"].min()), int(rows["us"].max())))
    courses = {name: counts.merge(activities, one.courses) for name, one in seen.items()}
    trees = {name: prefixes(log.codes, log.first, max(len(activities), 1)) for name, log in courses.items()}
    tallies = {}
    for name, one in seen.items():
        begin, end = min((low for low, _ in one.times), default=0), max((high for _, high in one.times), default=0)
        tallies[name] = awaited(trees[name], begin, end, courses[name].all_events)
    for part in kept or counts.chunks(engine, COLUMNS, chosen):
        for name, rows in _split(part, whole, places):
            arrive(tallies[name], rows)
    return {name: Read(courses[name], trees[name], arrival(tally)) for name, tally in tallies.items()}


def _held(engine: Rows, chosen: Chosen | None) -> list[Columns]:
    """All rows of a log that is short enough to be held; none of a longer one."""
    (many,) = engine.run("SELECT COUNT(*) FROM events")[0]
    return list(counts.chunks(engine, COLUMNS, chosen)) if many <= counts.ROWS_AT_ONCE else []


def _offices(engine: Rows) -> _Offices:
    first = first_known("office")
    names = sorted(row[0] for row in engine.run(f"SELECT DISTINCT first_known FROM ({first})"))
    ranked = "CAST(DENSE_RANK() OVER (ORDER BY first_known) - 1 AS BIGINT)"
    found = engine.columns(f"SELECT case_id, {ranked} AS office FROM ({first}) ORDER BY case_id")
    return _Offices(tuple(names), found["case_id"], found["office"])


def _split(part: Columns, whole: bool, offices: _Offices) -> Iterator[tuple[Group, Columns]]:
    """The rows of each group, still in their order; groups without any left out."""
    if whole:
        yield None, part
    if not offices.names:
        return
    case = part["case_id"]
    at = np.minimum(np.searchsorted(offices.case, case), len(offices.case) - 1)
    office = np.where(offices.case[at] == case, offices.office[at], len(offices.names))
    order = np.argsort(office, kind="stable")
    begins = np.searchsorted(office[order], np.arange(len(offices.names) + 1))
    for place, name in enumerate(offices.names):
        own = order[begins[place] : begins[place + 1]]
        if len(own):
            yield name, {column: values[own] for column, values in part.items()}
