"""Filters that leave out whole cases: what is shown still adds up, and it is said how much is not shown.

A map that hides single ways shows a process nobody took: its boxes say 100, its arrows 60. Here the courses that few
cases took are left out with all their events, and steps, ways and steering are counted again over the cases that stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np
import numpy.typing as npt

from procmine.errors import UsageError
from procmine.mine import counts
from procmine.mine.chosen import Chosen, Rows
from procmine.mine.counts import Courses, Ints

_CLOSE = 1e-9  # what 0.8 * 10 may be above 8


@dataclass(frozen=True, slots=True)
class Kept(Chosen):
    """The chosen cases that a filter lets pass: ``cases`` of ``of_cases``, with ``events`` of ``of_events``.

    ``bits`` has a 1 for each of them, from the case of number ``low`` on.
    """

    bits: str = field(default="", repr=False)
    low: int = 0
    cases: int = 0
    of_cases: int = 0
    events: int = 0
    of_events: int = 0

    def condition(self, engine: Rows) -> str:
        """The SQL condition on the events of these cases."""
        return f"get_bit(CAST('{self.bits}' AS BIT), CAST(case_id - {self.low} AS INTEGER)) = 1"


def kept(
    engine: counts.Rows,
    activities: Sequence[str],
    chosen: Chosen | None = None,
    *,
    keep: float = 1.0,
    rare: float = 0.0,
) -> Kept:
    """The cases to show: first those with a rare way go, then the rarest courses as far as ``keep`` allows.

    ``rare``: a case goes if it takes a way (its beginning and its end are ways too, and a rare step has rare ways
    only) that fewer than this share of all chosen cases take. ``keep``: the most frequent courses stay until they
    cover this share of all chosen cases, or as much of it as the first filter left. Of courses that equally many cases
    took, those come first whose rarest way more cases take; what is equal then stays or goes together, so that the
    alphabet decides nothing. Raises UsageError for shares that make no sense and where no case would stay.
    """
    if not 0 < keep <= 1:
        raise UsageError(f"The share of cases to keep lies above 0 and up to 1, not {keep}.")
    if not 0 <= rare < 1:
        raise UsageError(f"The share below which a way is rare lies from 0 to below 1, not {rare}.")
    case, course, log = _courses(engine, activities, chosen or Chosen())
    common = commonness(log)
    stays = common >= ceil(rare * log.all_cases - _CLOSE)
    stays &= _covering(log.cases, np.where(stays, common, -1), ceil(keep * log.all_cases - _CLOSE))
    if len(case) and not stays.any():
        raise UsageError("The filter leaves no case.", hint=f"Every course has a way that fewer than {rare:.0%} take.")
    low = int(case.min(initial=0))
    bits = np.full(int(case.max(initial=0)) - low + 1, ord("0"), np.uint8)
    bits[case[stays[course]] - low] = ord("1")
    asked = chosen or Chosen()
    return Kept(
        office=asked.office,
        team=asked.team,
        segment=asked.segment,
        start=asked.start,
        end=asked.end,
        bits=bits.tobytes().decode("ascii"),
        low=low,
        cases=int(log.cases[stays].sum()),
        of_cases=log.all_cases,
        events=int((np.diff(log.first) * log.cases)[stays].sum()),
        of_events=log.all_events,
    )


def commonness(log: Courses) -> Ints:
    """For each course the number of cases that take its rarest way, beginning and end included."""
    starts, ends = counts.ends(log)
    found = np.minimum(starts[log.codes[log.first[:-1]]], ends[log.codes[log.first[1:] - 1]])
    pairs = counts.follows(log)
    wide = len(log.activities)
    known = pairs.source * wide + pairs.target  # rising: follows() sorts by source and target
    course = np.repeat(np.arange(len(log), dtype=np.int64), np.diff(log.first))
    inside = course[1:] == course[:-1]
    taken = pairs.cases[np.searchsorted(known, (log.codes[:-1] * wide + log.codes[1:])[inside])]
    np.minimum.at(found, course[1:][inside], taken)
    return found


def _covering(cases: Ints, common: Ints, wanted: int) -> npt.NDArray[np.bool_]:
    """The courses, most frequent and then commonest first, that it takes to have ``wanted`` cases; those with the
    commonness -1 never."""
    order = np.lexsort((-common, -cases, common < 0))
    group = np.concatenate(([True], (np.diff(cases[order]) != 0) | (np.diff(common[order]) != 0)))[: len(order)]
    number = np.cumsum(group) - 1
    before = np.cumsum(cases[order]) - cases[order]
    enough = (before[group] >= wanted)[number]
    taken = np.zeros(len(cases), bool)
    taken[order] = ~enough & (common[order] >= 0)
    return taken


def _courses(engine: counts.Rows, activities: Sequence[str], chosen: Chosen) -> tuple[Ints, Ints, Courses]:
    """The chosen cases, the number of the course each took, and the courses in the order in which they appear."""
    book: dict[bytes, int] = {}
    found_cases, found_courses = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for part in counts.chunks(engine, (), chosen):
        codes, first = part["activity_code"].astype(np.int64), counts.case_starts(part["case_id"])
        stands, group = counts.grouped(codes, first)
        raw, starts = codes.tobytes(), (8 * first).tolist()
        numbers = [book.setdefault(raw[starts[i] : starts[i + 1]], len(book)) for i in stands.tolist()]
        found_cases.append(part["case_id"][first[:-1]].astype(np.int64))
        found_courses.append(np.array(numbers, dtype=np.int64)[group])
    case, course = np.concatenate(found_cases), np.concatenate(found_courses)
    flat = np.frombuffer(b"".join(book), dtype=np.int64)
    starts_at = np.concatenate(([0], np.cumsum([len(raw) // 8 for raw in book]))).astype(np.int64)
    many = np.bincount(course, minlength=len(book)).astype(np.int64)
    return case, course, Courses(tuple(activities), flat, starts_at, many)
