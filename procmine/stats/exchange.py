"""What chance does: the information a block would have if its values changed places between cases, within strata.

**The unit.** Decisions of one case resemble each other, and so does what was known before them; shuffling decision by
decision would call chance an association in up to 37 of 100 trials at a level of 5 (metrics.md C.3). So values change
places as a case has them:

- a block that is the same throughout each case: all decisions of a case in one stratum get the value of another case;
- a block that changes along a case: a case gets another one's *course* of values, visit by visit. Where the other case
  has no decision at that visit and in that stratum, the decision gets the value of one left over there in the same way.

**Visits.** How often a case comes to a point is itself decided there (once more or leave), and much of what is known
grows with a case ("has begun something yet"). Cases that come often have had more time, and are the ones that stay: a
course that is stretched or cut to another length breaks that bond, and chance then looked like an association in up to
90 of 100 trials. A value therefore only ever goes to a decision at the same visit (late ones in bands), as in the
logrank test, where at each time only those still at risk are compared, and information is counted within these bands
as well: what merely grows with the visits is no association with the block, nor does it hide one. Within strata and
bands nothing but the places changes: the margins stay as they are.

Sources: Mantel, Cancer Chemotherapy Reports 50 (1966), for comparing those at risk; Patefield, Applied Statistics 30
(1981), for tables with given margins; Besag & Clifford, Biometrika 78 (1991), for stopping where chance does as well
often enough.
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
class Donors:
    """For so many permutations of whole cases (rows) and each decision (columns): the decision of the other case at the
    same visit, and whether there is one."""

    row: npt.NDArray[np.int32]
    there: npt.NDArray[np.bool_]


def donors(visits: Visits, many: int, draws: np.random.Generator) -> Donors:
    """Each case gets the course of another, ``many`` times."""
    other = Ring(np.array([len(visits.size)])).turned(many, draws)
    row = visits.start[other].take(visits.case, axis=1)
    row += visits.visit
    there = visits.size[other].take(visits.case, axis=1) > visits.visit
    row *= there
    return Donors(row, there)


class Ring:
    """Groups of so many places each, one group after the other. What lies at a group's places stands in one ring in
    random order, the places themselves in another, and one ring turns against the other by some steps, in each turn and
    each group by others.

    Each turn alone is a random order like any other, and two turns have no more in common than two random orders; but
    the rings are made once for some hundred turns, and only that costs a sort.
    """

    def __init__(self, sizes: Ints) -> None:
        self._sizes = sizes
        self._group = _small(np.repeat(np.arange(len(sizes)), sizes))
        self._twice = np.arange(len(self._group)) + np.repeat(np.cumsum(sizes) - sizes, sizes)

    def turned(self, many: int, draws: np.random.Generator) -> npt.NDArray[np.int32]:
        """For each turn (row) and place (column) the place that it gets from."""
        gives = np.empty(2 * len(self._group), np.int32)  # each ring two times over, so that no turn runs out of it
        order = self._mixed(draws)
        gives[self._twice], gives[self._twice + self._sizes[self._group]] = order, order
        gets = np.empty(len(order), np.int32)
        gets[self._mixed(draws)] = self._twice
        steps = (draws.random((many, len(self._sizes))) * self._sizes).astype(np.int32)
        turned = steps.take(self._group, axis=1)
        turned += gets
        return gives.take(turned)

    def _mixed(self, draws: np.random.Generator) -> Ints:
        mixed = draws.permutation(len(self._group))
        return mixed[np.argsort(self._group[mixed], kind="stable")]


def pieces(decisions: int, cases: int, permutations: int) -> Iterator[int]:
    """So many permutations in parts that are worked on at once, and turn in one ring."""
    most = max(1, min(_AT_ONCE // max(decisions, 1), max(8, cases // 4)))
    for begin in range(0, permutations, most):
        yield min(most, permutations - begin)


class Beyond:
    """I(Y;V|stratum) as counted, and with V's values in other places; where V changes along a case, each band of visits
    is a stratum of its own.

    Strata in which either does not vary are left out: their information is 0 however the values lie.
    """

    def __init__(self, y: Ints, v: Ints, stratum: Ints, visits: Visits) -> None:
        self._visits, self._all = visits, len(y)
        self.fixed = not visits.changes(v)
        y, v, stratum = (column[visits.order] for column in (y, v, stratum))
        if not self.fixed:
            stratum = ranks(stratum * (len(_BANDS) + 1) + visits.band)
        kept = np.flatnonzero(_varies(y, stratum) & _varies(v, stratum))
        where = ranks(stratum[kept])
        order = np.argsort(_small(where), kind="stable")
        self._rows, where = kept[order], where[order]
        self._levels = levels(y), levels(v)
        self._strata = levels(stratum)
        self._cells = levels(where) * self._levels[0] * self._levels[1]
        self._v, self._stratum = _small(v), _small(stratum)
        of_y = where * self._levels[0] + y[self._rows]
        self._key = of_y * self._levels[1]
        self._logs = xlogx(np.arange(len(kept) + 1, dtype=np.float64))
        self._known = self._logs[np.bincount(where)].sum() - self._logs[np.bincount(of_y)].sum()
        first = np.arange(len(kept))
        if self.fixed:  # all decisions of a case in a stratum move as one
            first = np.flatnonzero(np.diff(where * len(visits.size) + visits.case[self._rows], prepend=-1))
        self._moves_with = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(kept))))
        self._margins = None  # of V in its strata: they stay unless clusters of many sizes move
        if len(first) == len(kept):
            of_v = np.bincount(where * self._levels[1] + v[self._rows])
            self._margins = float(self._logs[of_v].sum())
        self._ring = Ring(np.bincount(where[first]))
        self._of_ring = self._rows[first]

    def counted(self) -> float:
        """As the decisions are."""
        return float(self._information(self._v[self._rows][None])[0])

    def permuted(self, many: int, given: Donors | None, draws: np.random.Generator) -> Floats:
        """With V's values in other places, ``many`` times; ``given`` is needed where V changes along a case."""
        if not len(self._rows):
            return np.zeros(many)
        return self._information(self.moved(many, given, draws))

    def moved(self, many: int, given: Donors | None, draws: np.random.Generator) -> npt.NDArray[Any]:
        """V's values in other places: a row a permutation, a column a decision that tells anything."""
        if self.fixed:
            return self._cases_moved(many, draws)
        if given is None:
            raise ValueError("where V changes along a case, its courses need donors")
        return self._courses_moved(given, draws)

    def _cases_moved(self, many: int, draws: np.random.Generator) -> npt.NDArray[Any]:
        """All decisions of a case in one stratum get the value of another case in that stratum."""
        found = self._v[self._of_ring].take(self._ring.turned(many, draws))
        return found if self._margins is not None else found.take(self._moves_with, axis=1)

    def _courses_moved(self, given: Donors, draws: np.random.Generator) -> npt.NDArray[Any]:
        """Each decision gets the donor's value where the donor was in the same stratum, else one that is left over in
        its stratum and band of visits: as many are left over there as are lacking."""
        rows, wide = self._rows, self._all + 1
        row, lacking = given.row.take(rows, axis=1), ~given.there.take(rows, axis=1)
        if self._strata > 1:
            lacking |= self._stratum.take(row) != self._stratum[rows]
        found = self._v.take(row)
        begins = np.arange(0, len(row) * wide, wide, dtype=np.int32)[:, None]
        used = np.zeros(len(row) * wide, bool)
        given_by = np.where(lacking, self._all, row)  # the last is a place that nobody asks for
        given_by += begins
        used[given_by.reshape(-1)] = True
        spare = rows.astype(np.int32).take(self._ring.turned(len(row), draws))
        free = np.flatnonzero(~used.take(spare + begins))
        found.reshape(-1)[np.flatnonzero(lacking)] = self._v.take(spare.reshape(-1).take(free))
        return found

    def _information(self, v: npt.NDArray[Any]) -> Floats:
        if not len(self._rows):
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
