"""How the cases of a log keep to a BPMN norm: optimal alignments, deviations counted, placed and attributed.

A case that is over is *kept* if its course is a run of the norm, else *broken*. *Undetermined* is one that still goes
on, that began before the log does (or nobody knows when, in a log that knows it of others), or whose course is beyond
the budget. Of cases that go on only the quick ones could be seen to be kept, and even these may yet deviate: a rate
over them would lean. What they have done against the norm already is certain, and stands among the deviations.

An inserted step was begun by whoever began that very event. A missing step was begun by nobody, and a log does not say
who left it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from procmine.deviations import SIDES, Begun, Conformance, Deviation, Foreseen, Kept, Norm
from procmine.mine import counts
from procmine.mine.chosen import Chosen, text
from procmine.mine.counts import Courses
from procmine.mine.fit.alignment import BUDGET, BUDGET_EACH, Move, align, fitness
from procmine.mine.fit.blocks import Purse
from procmine.stats.intervals import wilson

KEPT, BROKEN, RUNNING, EARLIER, BEYOND = range(5)
_UNKNOWN = SIDES.index("unknown")
Ints = npt.NDArray[np.int64]
Key = tuple[str, str, str]


def conform(
    log: Any,
    norm: Norm,
    *,
    chosen: Chosen | None = None,
    only_named: bool = True,
    quiet_days: int | None = None,
    budget: int = BUDGET,
    budget_each: int = BUDGET_EACH,
) -> Conformance:
    """How the chosen cases of a log keep to a norm.

    ``log`` has ``engine``, ``receipt`` and ``schema``. ``only_named``: the norm judges the steps it names and says
    nothing of others (they are listed); else every other step is a deviation. A case is over if its exit is recorded,
    or, where ``quiet_days`` is given, if so many days before the log's end nothing happened in it any more.
    """
    rows = _read(log, norm, chosen, only_named)
    ends = _ends(log.engine, rows.case, quiet_days)
    status = np.where(ends.earlier, EARLIER, np.where(ends.over, BEYOND, RUNNING)).astype(np.int64)
    tally, purse = _Tally(norm), Purse(budget)
    done = _Group(log.receipt["activities"], rows, np.flatnonzero(ends.over & ~ends.earlier))
    closed = align(norm.net, done.courses, budget=purse, budget_each=budget_each)
    for i, cost in enumerate(closed.costs):
        if cost is not None:
            status[done.members[i]] = KEPT if cost == 0 else BROKEN
            tally.add(closed.moves[i] or (), rows, done.members[i])
    going = _Group(log.receipt["activities"], rows, np.flatnonzero(~ends.over & ~ends.earlier))
    reasons = [*closed.reasons, *_running(going, norm, rows, tally, purse, budget_each)]
    return Conformance(
        norm=norm,
        whole=_kept({}, status),
        offices=tuple(_kept({"office": name}, status[ends.office == name]) for name in ends.offices()),
        deviations=tally.deviations(),
        foreseen=tally.foreseen(),
        untouched=rows.untouched,
        only_named=only_named,
        beside=rows.beside,
        entries=ends.entries,
        exits=ends.exits,
        quiet_days=quiet_days,
        fitness=fitness(closed, done.courses),
        reasons=tuple(dict.fromkeys(reasons)),
    )


def _running(group: _Group, norm: Norm, rows: _Rows, tally: _Tally, purse: Purse, budget_each: int) -> tuple[str, ...]:
    """Count what the cases that still go on have done against the norm already; why not all."""
    begun = align(norm.net, group.courses, budget=purse, budget_each=budget_each, unfinished=True)
    for i, moves in enumerate(begun.moves):
        tally.add(moves or (), rows, group.members[i])
    return begun.reasons


@dataclass(frozen=True, slots=True)
class _Rows:
    """The judged steps in case order: case ``i`` (its id in ``case``) has those from ``first[i]`` to
    ``first[i + 1]``."""

    case: Ints
    first: Ints
    code: Ints
    side: Ints
    untouched: int
    beside: tuple[tuple[str, int, int], ...]


def _read(log: Any, norm: Norm, chosen: Chosen | None, only_named: bool) -> _Rows:
    activities: Sequence[str] = log.receipt["activities"]
    named = np.array([name in norm.activities for name in activities], dtype=np.bool_)
    case, code, side = [], [], []
    wide = len(activities)
    events, cases = np.zeros((2, wide), dtype=np.int64)
    all_cases = 0
    for part in counts.chunks(log.engine, (_side(log.schema),), chosen):
        ids, steps = part["case_id"].astype(np.int64), part["activity_code"].astype(np.int64)
        all_cases += len(counts.case_starts(ids)) - 1
        wanted = named[steps] if only_named else np.ones(len(steps), dtype=np.bool_)
        events += np.bincount(steps[~wanted], minlength=wide)
        cases += np.bincount(np.unique(ids[~wanted] * wide + steps[~wanted]) % wide, minlength=wide)
        case.append(ids[wanted])
        code.append(steps[wanted])
        side.append(part["side"].astype(np.int64)[wanted])
    nothing = [np.zeros(0, dtype=np.int64)]
    ids = np.concatenate(case or nothing)
    first = counts.case_starts(ids) if len(ids) else np.zeros(1, dtype=np.int64)
    beside = [(activities[i], int(events[i]), int(cases[i])) for i in np.flatnonzero(events).tolist()]
    return _Rows(
        ids[first[:-1]],
        first,
        np.concatenate(code or nothing),
        np.concatenate(side or nothing),
        all_cases - (len(first) - 1),
        tuple(sorted(beside, key=lambda each: (-each[1], each[0]))),
    )


def _side(schema: Any) -> str:
    """Who began an event, as a number into SIDES, by what vocabulary.toml says of the initiator codes."""
    codes = schema.codes.get("initiator", {})
    parts = []
    for number, side in enumerate(SIDES):
        mine = sorted(name for name, code in codes.items() if code.belongs == side)
        if mine:
            parts.append(f"WHEN initiator IN ({', '.join(text(name) for name in mine)}) THEN {number}")
    return f"CASE {' '.join(parts)} ELSE {_UNKNOWN} END AS side" if parts else f"{_UNKNOWN} AS side"


@dataclass(frozen=True, slots=True)
class _Ends:
    """For each case whether it began before the log does, or nobody knows when though the log records entries; whether
    it is over, and its office ("" where none is recorded); whether the log records entries and exits at all."""

    earlier: npt.NDArray[np.bool_]
    over: npt.NDArray[np.bool_]
    office: npt.NDArray[Any]
    entries: bool
    exits: bool

    def offices(self) -> list[str]:
        """The recorded offices, sorted."""
        return sorted({str(name) for name in self.office.tolist()} - {""})


def _ends(engine: Any, case: Ints, quiet_days: int | None) -> _Ends:
    first_day, last_day = engine.run("SELECT first_day, last_day FROM observation")[0]
    ended = f"exit_date <= {_day(last_day)}"
    if quiet_days is not None:
        ended += f" OR last_date < {_day(last_day - timedelta(days=quiet_days))}"
    recorded = [
        bool(engine.run(f"SELECT 1 FROM cases WHERE {column} IS NOT NULL LIMIT 1")) for column in ("entry", "exit_date")
    ]
    known = engine.run(
        f"SELECT case_id, COALESCE(entry < {_day(first_day)}, {recorded[0]}), COALESCE({ended}, FALSE), "
        "COALESCE(office, '') FROM cases ORDER BY case_id"
    )
    at = np.searchsorted(np.array([row[0] for row in known], dtype=np.int64), case)
    earlier, over = (np.array([bool(row[k]) for row in known], dtype=np.bool_)[at] for k in (1, 2))
    office = np.array([row[3] for row in known], dtype=object)[at]
    return _Ends(earlier, over, office, *recorded)


def _day(day: date) -> str:
    return f"DATE '{day.isoformat()}'"


class _Group:
    """Some of the cases as courses, and for each course the places of its cases among the rows."""

    def __init__(self, activities: Sequence[str], rows: _Rows, cases: Ints) -> None:
        wide, ends = rows.code.astype(">u4").tobytes(), rows.first.tolist()
        found: dict[bytes, list[int]] = {}
        for case in cases.tolist():  # big-endian bytes sort like the codes they stand for
            found.setdefault(wide[4 * ends[case] : 4 * ends[case + 1]], []).append(case)
        order = sorted(found, key=lambda key: (-len(found[key]), key))
        self.members = [np.array(found[key], dtype=np.int64) for key in order]
        codes = np.frombuffer(b"".join(order), dtype=">u4").astype(np.int64)
        first = np.cumsum([0, *(len(key) // 4 for key in order)]).astype(np.int64)
        self.courses = Courses(
            tuple(activities), codes, first, np.array([len(found[key]) for key in order], dtype=np.int64)
        )


@dataclass(slots=True)
class _Sum:
    events: int = 0
    cases: int = 0
    by_side: Ints = field(default_factory=lambda: np.zeros(len(SIDES), dtype=np.int64))
    cases_by_side: Ints = field(default_factory=lambda: np.zeros(len(SIDES), dtype=np.int64))


class _Tally:
    """Deviations and foreseen steps, summed over courses."""

    def __init__(self, norm: Norm) -> None:
        self._owner = norm.owner
        self._start = next(each.id for each in norm.elements if each.kind == "start" and not each.inside)
        self._deviations: dict[Key, _Sum] = {}
        self._foreseen: dict[str, _Sum] = {}

    def add(self, moves: Iterable[Move], rows: _Rows, members: Ints) -> None:
        """Count a course's moves for each of its cases."""
        many = len(members)
        missing: dict[Key, int] = {}
        inserted: dict[Key, list[int]] = {}
        done: dict[str, int] = {}
        here = self._start
        for move in moves:
            if move.transition is not None:
                here = self._owner[move.transition]
            if move.kind == "sync":
                done[here] = done.get(here, 0) + 1
            elif move.kind == "model":
                key = ("missing", move.activity, here)
                missing[key] = missing.get(key, 0) + 1
            else:
                inserted.setdefault(("inserted", move.activity, here), []).append(move.position)
        for element, times in done.items():
            _count(self._foreseen.setdefault(element, _Sum()), times * many, many)
        for key, times in missing.items():
            _count(self._deviations.setdefault(key, _Sum()), times * many, many)
        for key, positions in inserted.items():
            found = self._deviations.setdefault(key, _Sum())
            _count(found, len(positions) * many, many)
            sides = rows.side[rows.first[members][:, None] + np.array(positions, dtype=np.int64)[None, :]]
            for side in range(len(SIDES)):
                found.by_side[side] += np.count_nonzero(sides == side)
                found.cases_by_side[side] += np.count_nonzero((sides == side).any(axis=1))

    def deviations(self) -> tuple[Deviation, ...]:
        """Most cases first, then by kind, activity and element."""
        found = sorted(self._deviations.items(), key=lambda item: (-item[1].cases, item[0]))
        return tuple(Deviation(*key, each.events, each.cases, _begun(each)) for key, each in found)

    def foreseen(self) -> tuple[Foreseen, ...]:
        """By element."""
        return tuple(Foreseen(name, each.events, each.cases) for name, each in sorted(self._foreseen.items()))


def _count(found: _Sum, events: int, cases: int) -> None:
    found.events += events
    found.cases += cases


def _begun(of: _Sum) -> tuple[Begun, ...]:
    return tuple(
        Begun(side, int(events), int(cases))
        for side, events, cases in zip(SIDES, of.by_side.tolist(), of.cases_by_side.tolist(), strict=True)
        if events
    )


def _kept(group: Mapping[str, str], status: Ints) -> Kept:
    kept, broken, running, earlier, beyond = np.bincount(status, minlength=5).tolist()
    interval = wilson(kept, kept + broken) if kept + broken else None
    return Kept(group, kept, broken, running, earlier, beyond, interval)
