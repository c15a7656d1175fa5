"""The decisions of a log at its decision points, with what was known before each: rows in, whole numbers out.

Two sorts of points: those of the process tree (``points``), and after each step the question which step is next. Large
logs are drawn from: a case is in or out by a number scattered from its own, at each point by as much as that point
allows, so that a rare point keeps all its cases and the result depends neither on order nor on chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from procmine.mine import counts
from procmine.mine.branches.known import Readable, after_each, any_in_case, before_all, expressions
from procmine.mine.branches.points import UNFIT, Point, Points, Way
from procmine.mine.chosen import Chosen
from procmine.mine.counts import Columns, Courses, Ints, Rows
from procmine.stats.scattering import scattered

MOST_AT_A_POINT = 20_000
MOST_DECISIONS = 120_000  # of each sort of points: permuting them takes some three seconds
MOST_STEPS = 150_000  # of different courses that are read along the tree, about a second
_TIMES = (
    "epoch_ms(timestamp) AS ms",
    "CAST(local_date - DATE '1970-01-01' AS BIGINT) AS day",
    "CAST(COALESCE(date_only, FALSE) AS UTINYINT) AS date_only",
)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was decided at one point, in the order of cases: options by number, cases, and in ``known`` one column an
    attribute. ``drawn`` is the share of cases looked at, ``of_decisions`` what that makes in all."""

    point: Point
    option: Ints
    case: Ints
    known: npt.NDArray[np.int32]
    drawn: float
    of_decisions: int
    unfit: int
    unfinished: int
    same_time: int


@dataclass(frozen=True, slots=True)
class Found:
    """All decisions read, and the share of cases that contradict the tree somewhere (None without a tree)."""

    at: tuple[Decisions, ...]
    unfit: float | None
    ends_recorded: bool


@dataclass(slots=True)
class _Pile:
    """Decisions of one sort as they are read, point by point in ``rate`` order; ``known`` in the attributes' order."""

    rate: npt.NDArray[np.float64]
    parts: list[tuple[Ints, Ints, Ints, npt.NDArray[np.int32], npt.NDArray[np.bool_]]] = field(default_factory=list)
    unfit: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    unfinished: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        self.unfit = np.zeros(len(self.rate), np.int64)
        self.unfinished = np.zeros(len(self.rate), np.int64)


@dataclass(slots=True)
class _Reader:
    """Reads courses along the tree, each different one once; ``share`` of the cases is read at all."""

    points: Points
    share: float
    kept: dict[bytes, Ints] = field(default_factory=dict)
    cases: int = 0
    contradict: int = 0

    def of(self, course: Ints) -> Ints:
        """point, before, option, open of each decision of a course."""
        key = course.tobytes()
        found = self.kept.get(key)
        if found is None:
            found = np.array(self.points.of(course.tolist()), np.int64).reshape(-1, 4)
            if len(self.kept) < 1_000_000:
                self.kept[key] = found
        return found


def read_decisions(
    engine: Rows,
    log: Courses,
    points: Points | None,
    wanted: Sequence[Readable],
    finished: tuple[Sequence[str], str],
    chosen: Chosen | None = None,
    work: float = 1.0,
) -> Found:
    """All decisions of the chosen cases at the tree's points and after each step. ``finished`` are the activities and
    the column that say that a case is at its end; where the log has neither, every case is taken to be.
    ``work`` is the part of the work to do (MOST_…): with less of it fewer cases are drawn where there are many."""
    ending, column = _endings(engine, log, finished)
    recorded = bool(ending) or column != "0"
    reader = None if points is None else _reader(points, log, work)
    tree = None if reader is None or points is None else _Pile(_tree_rates(reader, points, log, work))
    following = _Pile(rates(counts.occurrences(log)[0], work))
    more = (*expressions(wanted), *_TIMES, f"{column} AS ended")
    for part in counts.chunks(engine, more, chosen):
        first = counts.case_starts(part["case_id"])
        over = np.ones(len(first) - 1, bool)
        if recorded:
            over = any_in_case(part["ended"] > 0, first)
            if ending:
                over |= any_in_case(np.isin(part["activity_code"], ending), first)
        taken = [(following, _next(part, first, following.rate, len(log.activities)))]
        if tree is not None and reader is not None:
            taken.append((tree, _along(part, first, tree.rate, reader)))
        read = [_readable(pile, each, over) for pile, each in taken]
        part, read = _of_cases_drawn(part, first, read)
        _add([(pile, each) for (pile, _), each in zip(taken, read, strict=True)], part, wanted)
    found = _sorted(following, _next_points(log), len(wanted))
    if tree is not None and reader is not None and points is not None:
        found = (*_sorted(tree, points.points, len(wanted)), *found)
    share = reader.contradict / reader.cases if reader is not None and reader.cases else None
    return Found(found, share, recorded)


def rates(decisions: Ints, work: float = 1.0) -> npt.NDArray[np.float64]:
    """The share of cases to look at for each point, so that no point has too many decisions and all together not
    either."""
    sizes = np.sort(np.minimum(decisions, MOST_AT_A_POINT))
    most, together = MOST_AT_A_POINT, int(MOST_DECISIONS * work)
    if sizes.sum() > together:  # the largest cap that keeps to the whole
        below = np.concatenate(([0], np.cumsum(sizes)))[:-1]
        caps = (together - below) // np.arange(len(sizes), 0, -1)
        most = max(1, int(caps[np.argmax(sizes > caps)]))
    return np.minimum(1.0, most / np.maximum(decisions, 1))


def _endings(engine: Rows, log: Courses, finished: tuple[Sequence[str], str]) -> tuple[list[int], str]:
    """The codes of the activities that end a case, and the SQL flag of the column that does ("0": there is none)."""
    activities, column = finished
    happened = counts.occurrences(log)[0]
    ending = [code for code, name in enumerate(log.activities) if name in activities and happened[code]]
    there = column and column in engine.columns("SELECT * FROM events LIMIT 0")
    flag = f'CASE WHEN "{column}" IS NULL THEN 0 ELSE 1 END' if there else "0"
    if there and not engine.run(f'SELECT 1 FROM events WHERE "{column}" IS NOT NULL LIMIT 1'):
        flag = "0"
    return ending, flag


def _reader(points: Points, log: Courses, work: float) -> _Reader:
    return _Reader(points, min(1.0, MOST_STEPS * work / max(len(log.codes), 1)))


def _tree_rates(reader: _Reader, points: Points, log: Courses, work: float) -> npt.NDArray[np.float64]:
    """The rate of each point: exact where all courses can be read beforehand, else that of the courses."""
    if reader.share < 1:
        return np.full(len(points.points), reader.share)
    many = np.zeros(len(points.points), np.int64)
    for i in range(len(log)):
        taken = reader.of(log.codes[log.first[i] : log.first[i + 1]])
        np.add.at(many, taken[taken[:, 2] != UNFIT, 0], int(log.cases[i]))
    return rates(many, work)


Taken = tuple[Ints, Ints, Ints, Ints, npt.NDArray[np.bool_]]
"""point, option, case (its place in the part), the row after which it was taken (-1: before all), open."""


def _uniform(case: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return (scattered(case.astype(np.uint64)) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _next(part: Columns, first: Ints, rate: npt.NDArray[np.float64], wide: int) -> Taken:
    """After each step: the next one's code, ``wide`` for the end, which is open where the case still goes on."""
    code = part["activity_code"].astype(np.int64)
    option = np.append(code[1:], wide)
    option[first[1:] - 1] = wide
    case = np.repeat(np.arange(len(first) - 1, dtype=np.int64), np.diff(first))
    row = np.flatnonzero(_uniform(part["case_id"][first[:-1]])[case] < rate[code])
    return code[row], option[row], case[row], row, option[row] == wide


def _along(part: Columns, first: Ints, rate: npt.NDArray[np.float64], reader: _Reader) -> Taken:
    """The decisions of the courses along the tree."""
    code = part["activity_code"].astype(np.int64)
    chance = _uniform(part["case_id"][first[:-1]])
    found, sizes, begins, places = [], [], [], []
    bounds = first.tolist()
    for place in np.flatnonzero(chance < reader.share).tolist():
        taken = reader.of(code[bounds[place] : bounds[place + 1]])
        reader.cases += 1
        reader.contradict += bool((taken[:, 2] == UNFIT).any())
        found.append(taken)
        sizes.append(len(taken))
        begins.append(bounds[place])
        places.append(place)
    if not found:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing, nothing, np.zeros(0, bool)
    whole = np.concatenate(found)
    case = np.repeat(np.array(places, np.int64), sizes)
    row = np.where(whole[:, 1] < 0, -1, whole[:, 1] + np.repeat(np.array(begins, np.int64), sizes))
    kept = chance[case] < rate[whole[:, 0]]
    return whole[kept, 0], whole[kept, 2], case[kept], row[kept], whole[kept, 3] > 0


def _readable(pile: _Pile, taken: Taken, over: npt.NDArray[np.bool_]) -> Taken:
    """What was taken without what cannot be read, which is counted: courses that contradict the tree, and what is open
    in a case that still goes on."""
    point, option, case, _, is_open = taken
    unfit = option == UNFIT
    still = is_open & ~over[case] & ~unfit
    pile.unfit += np.bincount(point[unfit], minlength=len(pile.rate))
    pile.unfinished += np.bincount(point[still], minlength=len(pile.rate))
    kept = ~unfit & ~still
    point, option, case, row, is_open = (column[kept] for column in taken)
    return point, option, case, row, is_open


def _of_cases_drawn(part: Columns, first: Ints, read: Sequence[Taken]) -> tuple[Columns, list[Taken]]:
    """The rows of cases of which some decision was drawn, and the decisions by these rows: in a large log what was
    known need not be worked out for the others."""
    drawn = np.zeros(len(first) - 1, bool)
    for _, _, case, _, _ in read:
        drawn[case] = True
    rows = np.repeat(drawn, np.diff(first))
    of_case, of_row = np.cumsum(drawn) - 1, np.append(np.cumsum(rows) - 1, -1)  # before all rows stays before all
    moved = [(point, option, of_case[case], of_row[row], is_open) for point, option, case, row, is_open in read]
    return {name: part.pop(name)[rows] for name in list(part)}, moved


def _add(taken: Sequence[tuple[_Pile, Taken]], part: Columns, wanted: Sequence[Readable]) -> None:
    """Put the decisions of one part on their piles with what was known; one attribute at a time, so that the values of
    all rows are never held for more than one."""
    if not len(part["case_id"]):
        return
    first = counts.case_starts(part["case_id"])
    values = [np.empty((len(each[0]), len(wanted)), np.int32) for _, each in taken]
    for at, one in enumerate(wanted):
        later, start = after_each(one, part, first), before_all(one, part, first)
        for known, (_, (_, _, case, row, _)) in zip(values, taken, strict=True):
            known[:, at] = np.where(row >= 0, later[row], start[case])
        part.pop(one.key, None)
    tied, cases = _tied(part, first), part["case_id"][first[:-1]].astype(np.int64)
    for known, (pile, (point, option, case, row, _)) in zip(values, taken, strict=True):
        pile.parts.append((point, option, cases[case], known, tied[row]))


def _tied(part: Columns, first: Ints) -> npt.NDArray[np.bool_]:
    """Whether a row and the next one of its case have the same time, or only dates and the same day. The last entry,
    for a decision before all steps, is no."""
    same = part["ms"][1:] == part["ms"][:-1]
    dated = (part["date_only"][1:] | part["date_only"][:-1]) > 0
    same = np.append(np.where(dated, part["day"][1:] == part["day"][:-1], same), False)
    same[first[1:] - 1] = False
    return same


def _next_points(log: Courses) -> list[Point]:
    wide = len(log.activities)
    options = (*(Way("step", (code,), False) for code in range(wide)), Way("end", (), True))
    return [Point("next", (code,), options) for code in range(wide)]


def _sorted(pile: _Pile, points: Sequence[Point], attributes: int) -> tuple[Decisions, ...]:
    """The pile point by point."""
    empty: tuple[npt.NDArray[Any], ...] = (
        *(np.zeros(0, np.int64) for _ in range(3)),
        np.zeros((0, attributes), np.int32),
        np.zeros(0, bool),
    )
    point, option, case, known, tied = (
        np.concatenate([part[at] for part in pile.parts] or [empty[at]]) for at in range(5)
    )
    order = np.argsort(point, kind="stable")
    bounds = np.searchsorted(point[order], np.arange(len(points) + 1))
    found = []
    for number, (low, high) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
        own = order[low:high]
        drawn = float(pile.rate[number])
        if len(own) > MOST_AT_A_POINT:  # a point whose size was not known beforehand
            share = MOST_AT_A_POINT / len(own)
            own = own[_uniform(case[own]) < drawn * share]
            drawn *= share
        found.append(
            Decisions(
                point=points[number],
                option=option[own],
                case=case[own],
                known=known[own],
                drawn=drawn,
                of_decisions=round((high - low) / float(pile.rate[number])),
                unfit=int(pile.unfit[number]),
                unfinished=int(pile.unfinished[number]),
                same_time=int(tied[own].sum()),
            )
        )
    return tuple(found)
