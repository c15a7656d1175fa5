"""What chance does: the information a block would have if its values changed places between cases, within strata.

**The unit.** Decisions of one case resemble each other, and so does what was known before them; shuffling decision by
decision would call chance an association in up to 37 of 100 trials at a level of 5 (metrics.md C.3). So what changes
places is what a case has as a whole:

- a block that is the same throughout each case: all decisions of a case in one stratum get the value of another case;
- a block that changes along a case: they get another case's *course* of values, visit by visit.

**Who gives to whom.** The cases are set in rings by chance, and each gets from the next one in its ring. Where that one
has no decision of the same sort (it was never in this stratum, or did not come so often), the one after it gives, and
so on. So two cases stay giver and taker as long as both are there, and at every sort of decision all permutations are
equally likely: a random permutation less some of its elements is a random permutation of the others (Pitman,
Combinatorial Stochastic Processes, 2006, 3.1). Filling up with single values from anywhere instead tore courses apart,
and chance then looked like an association in up to 45 of 100 trials in which cases have a strong inclination of their
own. Now it is 5 to 7 (inclination of SD 1) or at worst 11 (SD 2), and where strata change along a case, so that no two
cases can stay giver and taker, at worst 9 or 18: the p of such a branch is rather too small than too large.

**Visits.** How often a case comes to a point is itself decided there (once more or leave), and much of what is known
grows with a case ("has begun something yet"). Cases that come often have had more time, and are the ones that stay: a
course that is stretched or cut to another length breaks that bond, and chance then looked like an association in up to
90 of 100 trials. A value therefore only ever goes to a decision at the same visit (where strata change along a case: to
one of the same turn in that stratum and band of visits), as in the logrank test, where at each time only those still at
risk are compared. Information is counted within bands of visits as well: what merely grows with the visits is no
association with the block, nor does it hide one. Within strata and bands nothing but the places changes: the margins
stay as they are.

Sources: Mantel, Cancer Chemotherapy Reports 50 (1966), for comparing those at risk; Patefield, Applied Statistics 30
(1981), for tables with given margins; Feller, Bulletin of the AMS 51 (1945), for the lengths of a permutation's rings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_BANDS = 1 << np.arange(16)  # visits, counted from 0, from which a new band begins: 1st, 2nd, 3rd and 4th, 5th to 8th
_AT_ONCE = 1 << 17  # decisions times permutations held at once: they stay in the processor's own memory


@dataclass(frozen=True, slots=True)
class Visits:
    """Decisions by cases: ``order`` sorts them by case and, within one, in their own order; the rest is in that order.
    ``start`` and ``size`` are one a case, ``visit`` counts a case's decisions from 0."""

    order: Ints
    case: Ints
    start: npt.NDArray[np.int32]
    size: npt.NDArray[np.int32]
    visit: npt.NDArray[np.int32]

    @property
    def band(self) -> Ints:
        """The visit, late ones together."""
        return np.searchsorted(_BANDS, self.visit, side="right").astype(np.int64)

    def changes(self, values: Ints) -> bool:
        """Whether values, one a decision as they were given, change along any case."""
        ordered = values[self.order]
        return bool((ordered != ordered[self.start][self.case]).any())

    def of(self, ordered: Ints) -> Ints:
        """A column in the order of cases in the order in which the decisions were given."""
        given = np.empty_like(ordered)
        given[self.order] = ordered
        return given


def visits_of(cases: Ints) -> Visits:
    """The decisions of these cases, which are given one a decision, case by case."""
    order = np.argsort(cases, kind="stable")
    case = ranks(cases)[order]
    size = np.bincount(case)
    start = np.cumsum(size) - size
    visit = np.arange(len(case)) - start[case]
    return Visits(order, case, *(column.astype(np.int32) for column in (start, size, visit)))


@dataclass(frozen=True, slots=True)
class Rings:
    """Random permutations of cases, a row each: the cases ring by ring, and the number of each one's ring."""

    case: npt.NDArray[np.int32]
    ring: npt.NDArray[np.int32]


def rings(cases: int, many: int, draws: np.random.Generator) -> Rings:
    """So many permutations. What stands at a place is the last of its ring by the chance that it is a given one of all
    that are not placed yet (Feller)."""
    case = np.tile(np.arange(cases, dtype=np.int32), (many, 1))
    draws.permuted(case, axis=1, out=case)
    last = draws.random((many, cases), np.float32) * np.arange(cases, 0, -1, dtype=np.float32) < 1
    return Rings(case, np.cumsum(last, axis=1, dtype=np.int32) - last)


class Sorts:
    """Entries by case and sort, of each sort one a case at most; what an entry holds goes to one of its sort."""

    def __init__(self, case: Ints, sort: Ints, cases: int) -> None:
        self._of_case = np.argsort(case, kind="stable").astype(np.int32)
        self._many = np.bincount(case, minlength=cases).astype(np.int32)
        self._first = np.cumsum(self._many, dtype=np.int32) - self._many
        self._most = int(self._many.max(initial=0))
        self._sort = _small(ranks(sort))
        in_order = np.sort(self._sort)
        self._new = np.append(True, in_order[1:] != in_order[:-1])[: len(in_order)]

    def exchanged(self, drawn: Rings) -> npt.NDArray[np.int32]:
        """For each permutation (row) and each entry (column) the entry that it gets from: that of the next case in the
        ring that has one of its sort."""
        many, size = len(drawn.case), len(self._sort)
        found = np.empty((many, size), np.int32)
        if not size:
            return found
        entry, ring = self._in_rings(drawn)
        order = np.argsort(self._sort.take(entry), axis=1, kind="stable")
        order += np.arange(0, many * size, size)[:, None]
        entry, ring = entry.reshape(-1).take(order), ring.take(order)
        new = np.tile(self._new, (many, 1))
        new[:, 1:] |= ring[:, 1:] != ring[:, :-1]
        begins = np.flatnonzero(new)
        gets_from = np.roll(entry.reshape(-1), -1)
        gets_from[np.append(begins[1:], many * size) - 1] = entry.reshape(-1)[begins]  # the last of a ring: its first
        entry += np.arange(0, many * size, size, dtype=np.int32)[:, None]
        found.reshape(-1)[entry.reshape(-1)] = gets_from
        return found

    def _in_rings(self, drawn: Rings) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """The entries as their cases stand in the rings, and, in one row, the number of the ring of each."""
        case, ring = drawn.case.reshape(-1), drawn.ring.reshape(-1)
        own = self._many.take(case)
        if self._most == 1:
            place = np.flatnonzero(own)
            return self._of_case.take(self._first.take(case.take(place))).reshape(len(drawn.case), -1), ring.take(place)
        begins = self._first.take(case)
        begins[1:] -= np.cumsum(own, dtype=np.int32)[:-1]
        held = np.repeat(np.stack((begins, ring), axis=1), own, axis=0)
        place = held[:, 0] + np.arange(len(held), dtype=np.int32)
        return self._of_case.take(place).reshape(len(drawn.case), -1), held[:, 1]


def pieces(decisions: int, permutations: int) -> Iterator[int]:
    """So many permutations in parts that are worked on at once."""
    most = max(1, _AT_ONCE // max(decisions, 1))
    for begin in range(0, permutations, most):
        yield min(most, permutations - begin)


class Beyond:
    """I(Y;V|stratum) as counted, and with V's values in other places; where V changes along a case, each band of visits
    is a stratum of its own.

    Strata in which either does not vary are left out: their information is 0 however the values lie.
    """

    def __init__(self, y: Ints, v: Ints, stratum: Ints, visits: Visits) -> None:
        self._all = len(y)
        fixed = not visits.changes(v)
        y, v, stratum = (column[visits.order] for column in (y, v, stratum))
        if not fixed:
            stratum = ranks(stratum * (len(_BANDS) + 1) + visits.band)
        kept = np.flatnonzero(_varies(y, stratum) & _varies(v, stratum))
        where = ranks(stratum[kept])
        order = np.argsort(_small(where), kind="stable")
        self.rows, where = kept[order], where[order]
        self._levels = levels(y), levels(v)
        self._cells = levels(where) * self._levels[0] * self._levels[1]
        self._v = _small(v[self.rows])
        of_y = where * self._levels[0] + y[self.rows]
        self._key = of_y * self._levels[1]
        self._logs = xlogx(np.arange(len(kept) + 1, dtype=np.float64))
        self._known = self._logs[np.bincount(where)].sum() - self._logs[np.bincount(of_y)].sum()
        case = visits.case[self.rows]
        first = np.flatnonzero(np.diff(where * len(visits.size) + case, prepend=-1))  # of a case in a stratum
        many = np.diff(np.append(first, len(kept)))
        self._moves_with = np.repeat(np.arange(len(first)), many) if fixed and len(first) < len(kept) else None
        self._margins = None  # of V in its strata: they stay unless clusters of many sizes move
        if self._moves_with is None:
            of_v = np.bincount(where * self._levels[1] + v[self.rows])
            self._margins = float(self._logs[of_v].sum())
        if fixed:
            self._value, self._sorts = self._v[first], Sorts(case[first], where[first], len(visits.size))
        else:
            visit = np.arange(len(kept)) - np.repeat(first, many)
            sort = where * (int(visit.max(initial=0)) + 1) + visit
            self._value, self._sorts = self._v, Sorts(case, sort, len(visits.size))

    def counted(self) -> float:
        """As the decisions are."""
        return float(self._information(self._v[None])[0])

    def permuted(self, drawn: Rings) -> Floats:
        """With V's values in other places, once a permutation of the cases."""
        return self._information(self.moved(drawn))

    def moved(self, drawn: Rings) -> npt.NDArray[Any]:
        """V's values in other places: a row a permutation, a column a decision that tells anything (``rows``)."""
        found = self._value.take(self._sorts.exchanged(drawn))
        return found if self._moves_with is None else found.take(self._moves_with, axis=1)

    def _information(self, v: npt.NDArray[Any]) -> Floats:
        if not len(self.rows):
            return np.zeros(len(v))
        cell = self._key + v
        cell += np.arange(0, len(v) * self._cells, self._cells)[:, None]
        table = np.bincount(cell.reshape(-1), minlength=len(v) * self._cells).reshape(len(v), -1, *self._levels)
        told = self._logs[table].sum(axis=(1, 2, 3)) + self._known
        told -= self._logs[table.sum(axis=2)].sum(axis=(1, 2)) if self._margins is None else self._margins
        return np.asarray(np.maximum(0.0, told) / self._all)


def _varies(values: Ints, stratum: Ints) -> npt.NDArray[np.bool_]:
    """For each decision: whether the values differ within its stratum."""
    if not len(values):
        return np.zeros(0, bool)
    pairs = np.unique(stratum * levels(values) + values)
    return np.asarray((np.bincount(pairs // levels(values)) > 1)[stratum])


def _small(values: Ints) -> npt.NDArray[Any]:
    """The same numbers in as few bytes as they need: short ones are sorted by counting and found faster."""
    high = int(values.max(initial=0))
    return values.astype(np.uint8 if high < 1 << 8 else np.uint16 if high < 1 << 16 else np.int64)


def ranks(values: Ints) -> Ints:
    """Whole numbers from 0 without gaps, in the order of the values."""
    high = int(values.max(initial=-1))
    if 0 <= high < 4 * len(values) + 64 and int(values.min()) >= 0:  # few enough to be counted instead of sorted
        there = np.zeros(high + 1, bool)
        there[values] = True
        return np.asarray((np.cumsum(there) - 1)[values], np.int64)
    return np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.int64)


def levels(column: Ints) -> int:
    """How many levels a column of whole numbers from 0 can have."""
    return int(column.max(initial=0)) + 1


def xlogx(counts: npt.NDArray[Any]) -> Floats:
    """n log n, 0 where n is 0."""
    values = counts.astype(np.float64)
    return values * np.log(np.where(values > 0, values, 1.0))
