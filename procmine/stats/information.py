"""How much of a choice goes with what was known before it: entropies, information, unique and Shapley shares.

A *decision* is one row: the option taken ``y`` and, for each block of what was known (the case's voice, its profile,
the organisation), one level. Levels are whole numbers from 0. All information is in nats; shares are of H(Y).

**Bias.** Information read off counts is never negative and grows with the number of cells: with forty caseworkers as
levels and two hundred decisions it "explains" half of what is pure chance (metrics.md C.3). So every share is the
plug-in value less the mean of the same value where the block was permuted *within the strata of the other blocks*;
that is right where nothing is associated and too low, never too high, where cells are sparse.

**Clusters.** Decisions of one case resemble each other, and so does what was known before them. What is permuted is
therefore never the single decision but all decisions of a case that lie in one stratum, together and in their order:
where the strata are the same throughout a case, whole cases. A block that is constant in a case then stays so;
shuffling it decision by decision would call chance an association in up to 37 of 100 trials at a level of 5 (metrics.md
C.3).

Sources: Miller (1955) and Madow for the correction by cells; Theil, Statistical Decomposition Analysis (1972), for the
uncertainty coefficient; Shapley (1953), with Huettner & Sunder, Electronic Journal of Statistics 6 (2012), for shares
of a goodness of fit; Phipson & Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010), for p = (1 + #)/(B + 1); Chamandy et al.,
"Estimating uncertainty for massive data streams" (2012), for a bootstrap of cases by Poisson weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PERMUTATIONS = 199
"""For a p value; the smallest there can be is 0.005."""
FEWER = 19
"""For a mean that only corrects a bias: its error is a fifth of the spread of a single permutation."""
_ROUNDING = 1e-12  # of sums of some ten thousand terms; a permutation that equals the data must count as equal
_KEPT = 4_000_000  # cells of weights held at once


def entropy(counts: npt.ArrayLike, *, miller_madow: bool = False) -> float:
    """H of a table of counts in nats, by maximum likelihood or with Miller and Madow's correction (K - 1) / 2N.

    >>> round(entropy([4, 2, 3, 0, 2, 4, 0, 0, 2, 1, 1]), 6)
    1.968382
    """
    table = np.asarray(counts, np.float64).ravel()
    total = float(table.sum())
    if not total > 0 or (table < 0).any():
        raise ValueError("an entropy needs counts of which none is negative and one is positive")
    found = math.log(total) - float(_xlogx(table).sum()) / total
    return found + (np.count_nonzero(table) - 1) / (2 * total) if miller_madow else found


def mutual_information(table: npt.ArrayLike, *, miller_madow: bool = False) -> float:
    """I(Y;V) of a table of counts (or shares) with y in rows and v in columns."""
    counts = np.asarray(table, np.float64)
    return conditional_information(counts[:, :, None], miller_madow=miller_madow)


def conditional_information(table: npt.ArrayLike, *, miller_madow: bool = False) -> float:
    """I(Y;V|O) of a table of counts with the axes y, v, o."""
    counts = np.asarray(table, np.float64)
    if counts.ndim != 3:
        raise ValueError(f"need a table with three axes, got {counts.ndim}")
    yo, vo, o = counts.sum(axis=1), counts.sum(axis=0), counts.sum(axis=(0, 1))
    total = float(counts.sum())
    if not total > 0:
        raise ValueError("information needs at least one count")
    found = float(_xlogx(counts).sum() - _xlogx(yo).sum() - _xlogx(vo).sum() + _xlogx(o).sum()) / total
    if miller_madow:
        cells = np.count_nonzero(yo) + np.count_nonzero(vo) - np.count_nonzero(counts) - np.count_nonzero(o)
        found += float(cells) / (2 * total)
    return found


def g_statistic(decisions: float, information: float) -> float:
    """G = 2N·I, the likelihood-ratio statistic of independence."""
    return 2 * decisions * information


def standing(decisions: int, levels: int) -> str:
    """What a figure may claim: ``ok`` from five decisions a cell on, ``lower_bound`` from one on, ``insufficient_n``
    below. ``levels`` is the product of the options' and all blocks' levels (metrics.md C.3)."""
    if decisions >= 5 * levels:
        return "ok"
    return "lower_bound" if decisions >= levels else "insufficient_n"


@dataclass(frozen=True, slots=True)
class Shares:
    """What the blocks go with, as shares of H(Y): all together, each alone beyond the others, each by Shapley.

    ``shared`` is what the blocks tell twice, I(Y;A) + I(Y;B) - I(Y;A,B), negative where they tell more together than
    one by one (for two blocks the co-information; for more the sum over blocks less the whole).
    """

    entropy: float
    whole: float
    unique: tuple[float, ...]
    shapley: tuple[float, ...]
    shared: float

    @property
    def residual(self) -> float:
        """The share that goes with none of the blocks: chance, or what nobody recorded."""
        return 1 - self.whole


def plug_in_shares(y: Ints, blocks: Sequence[Ints]) -> Shares:
    """The shares as counted, without correction. A y without choice has none: all are 0."""
    told = _told_by_all(y, blocks)
    uncertain = entropy(np.bincount(y))
    every = (1 << len(blocks)) - 1
    return _shares(
        uncertain,
        told[every],
        [told[every] - told[every & ~(1 << i)] for i in range(len(blocks))],
        [sum(w * (told[s | 1 << i] - told[s]) for s, w in _orders(len(blocks), i).items()) for i in range(len(blocks))],
        sum(told[1 << i] for i in range(len(blocks))) - told[every],
    )


def _shares(h: float, whole: float, unique: Sequence[float], shapley: Sequence[float], shared: float) -> Shares:
    if h <= 0:
        nothing = (0.0,) * len(unique)
        return Shares(0.0, 0.0, nothing, nothing, 0.0)
    return Shares(
        float(h),
        float(whole / h),
        tuple(float(one / h) for one in unique),
        tuple(float(one / h) for one in shapley),
        float(shared / h),
    )


@dataclass(frozen=True, slots=True)
class Corrected:
    """Shares less their mean under permutation, with the plug-in ones beside them. ``whole`` is the sum of the Shapley
    shares. ``p`` says for each block how often chance does as well as its unique share. May be slightly negative:
    that is what no association looks like."""

    shares: Shares
    plug_in: Shares
    p: tuple[float, ...]
    permutations: int


def corrected_shares(
    y: Ints,
    blocks: Sequence[Ints],
    cases: Ints | None = None,
    *,
    seed: int,
    permutations: int = PERMUTATIONS,
    fewer: int = FEWER,
) -> Corrected:
    """Unique and Shapley shares, each step of each order corrected by permuting that block within the strata of the
    blocks before it. ``cases`` says which decisions belong together; without it each stands by itself."""
    plain = plug_in_shares(y, blocks)
    count = len(blocks)
    every = (1 << count) - 1
    unique, shapley, p = [], [], []
    for i in range(count):
        steps = {}
        for others, weight in _orders(count, i).items():
            alone = others == every & ~(1 << i)
            stratum = joint([blocks[j] for j in range(count) if others >> j & 1], len(y))
            draws = np.random.default_rng([seed, i, others])
            found = information_beyond(y, blocks[i], stratum)
            null = permuted_information(y, blocks[i], stratum, cases, permutations if alone else fewer, draws)
            steps[others] = weight, found - float(null.mean())
            if alone:
                unique.append(steps[others][1])
                p.append((1 + int((null >= found - _ROUNDING).sum())) / (len(null) + 1))
        shapley.append(math.fsum(weight * value for weight, value in steps.values()))
    whole = math.fsum(shapley)
    return Corrected(
        _shares(plain.entropy, whole, unique, shapley, plain.shared * plain.entropy), plain, tuple(p), permutations
    )


def information_beyond(y: Ints, v: Ints, stratum: Ints) -> float:
    """I(Y;V|stratum) of decisions, plug-in."""
    rows = _Rows(y, v, stratum, None)
    return rows.information(rows.v)


def permuted_information(
    y: Ints, v: Ints, stratum: Ints, cases: Ints | None, permutations: int, draws: np.random.Generator
) -> Floats:
    """I(Y;V|stratum) with V permuted within strata, so many times: clusters of decisions change places as wholes.

    A decision gets the value that the other cluster has at the same place of its course; a shorter course is gone
    through again.
    """
    rows = _Rows(y, v, stratum, cases)
    if not len(rows.y):
        return np.zeros(permutations)
    return np.array([rows.information(rows.shuffled(draws)) for _ in range(permutations)])


class _Rows:
    """Decisions sorted by stratum and cluster, without the strata in which there is nothing to tell: their information
    is 0 however V lies in them."""

    def __init__(self, y: Ints, v: Ints, stratum: Ints, cases: Ints | None) -> None:
        self.all = len(y)
        cluster = np.arange(self.all, dtype=np.int64) if cases is None else np.asarray(cases, np.int64)
        telling = _varies(y, stratum) & _varies(v, stratum)
        order = np.flatnonzero(telling)
        order = order[np.lexsort((cluster[order], stratum[order]))]  # stable: decisions stay in their order
        self.y, self.v = ranks(y[order]), ranks(v[order])
        self._stratum = ranks(stratum[order])
        case = cluster[order]
        new = np.ones(len(order), bool)
        new[1:] = (self._stratum[1:] != self._stratum[:-1]) | (case[1:] != case[:-1])
        self._start = np.flatnonzero(new)
        self._size = np.diff(np.append(self._start, len(order)))
        self._cluster = np.cumsum(new) - 1
        self._place = np.arange(len(order)) - self._start[self._cluster]
        strata = self._stratum[self._start]
        self._kind = strata.astype(np.uint16) if len(strata) and strata[-1] < 1 << 16 else strata  # sorts by counting
        self._levels_v, self._levels_y = _levels(self.v), _levels(self.y)
        self._key = (self._stratum * self._levels_y + self.y) * self._levels_v
        self._logs = _xlogx(np.arange(len(order) + 1, dtype=np.float64))
        of_y = np.bincount(self._stratum * self._levels_y + self.y)
        self._fixed = self._logs[np.bincount(self._stratum)].sum() - self._logs[of_y].sum() if len(order) else 0.0
        self._single = bool((self._size == 1).all())
        self._constant = bool((self.v == self.v[self._start][self._cluster]).all()) if len(order) else True
        self._of_v = self.v[self._start]

    def shuffled(self, draws: np.random.Generator) -> Ints:
        """V after its clusters have changed places within their strata."""
        mixed = draws.permutation(len(self._start))
        donor = mixed[np.argsort(self._kind[mixed], kind="stable")]
        if self._single:
            return np.asarray(self.v[donor])
        if self._constant:
            return np.asarray(self._of_v[donor][self._cluster])
        from_cluster = donor[self._cluster]
        return np.asarray(self.v[self._start[from_cluster] + self._place % self._size[from_cluster]])

    def information(self, v: Ints) -> float:
        """I(Y;V|stratum) with these values of V."""
        if not len(self.y):
            return 0.0
        cells = (int(self._stratum[-1]) + 1) * self._levels_y * self._levels_v
        table = np.bincount(self._key + v, minlength=cells).reshape(-1, self._levels_y, self._levels_v)
        told = self._logs[table].sum() - self._logs[table.sum(axis=1)].sum() + self._fixed
        return max(0.0, float(told)) / self.all


def _varies(values: Ints, stratum: Ints) -> npt.NDArray[np.bool_]:
    """For each decision: whether the values differ within its stratum."""
    if not len(values):
        return np.zeros(0, bool)
    wide = int(stratum.max()) + 1
    low = np.full(wide, np.iinfo(np.int64).max)
    high = np.full(wide, np.iinfo(np.int64).min)
    np.minimum.at(low, stratum, values)
    np.maximum.at(high, stratum, values)
    return np.asarray((low < high)[stratum])


def resampled(
    y: Ints, blocks: Sequence[Ints], cases: Ints, *, seed: int, replicates: int = PERMUTATIONS
) -> tuple[Floats, Floats]:
    """H(Y) and the plug-in unique information of the first block in nats, in samples of cases drawn anew.

    A case has the same weight in each replicate wherever it appears, so that sums over several branches can be
    resampled together. Weights are Poisson with mean 1.
    """
    others = joint(blocks[1:], len(y))
    cell, rank = np.unique(np.stack([others, blocks[0], y], axis=1), axis=0, return_inverse=True)
    maps = [ranks(cell[:, 2]), joint([cell[:, 0], cell[:, 1]]), joint([cell[:, 0], cell[:, 2]]), ranks(cell[:, 0])]
    rank = rank.ravel()
    known, of_case = np.unique(cases, return_inverse=True)
    uncertain, told = np.zeros(replicates), np.zeros(replicates)
    step = max(1, _KEPT // max(len(known), 1))
    for begin in range(0, replicates, step):
        drawn = case_weights(known, range(begin, min(begin + step, replicates)), seed)
        for at, weight in enumerate(drawn, begin):
            counts = np.bincount(rank, weights=weight[of_case], minlength=len(cell))
            total = counts.sum()
            if not total:
                continue
            of_y, of_ov, of_oy, of_o = (_xlogx(np.bincount(of, weights=counts)).sum() for of in maps)
            uncertain[at] = math.log(total) - of_y / total
            told[at] = max(0.0, float(_xlogx(counts).sum() - of_ov - of_oy + of_o)) / total
    return uncertain, told


def interval_about(estimate: float, drawn: Floats, level: float = 0.95) -> tuple[float, float]:
    """A bootstrap interval about a corrected estimate: the spread of the replicates about their own mean, because the
    replicates are biased once more by what the correction has taken off."""
    tail = 50 * (1 - level)
    low, high = np.percentile(drawn - drawn.mean(), [tail, 100 - tail])
    return estimate + float(low), estimate + float(high)


def case_weights(cases: Ints, replicates: Sequence[int], seed: int) -> npt.NDArray[np.uint8]:
    """How often each case is drawn in each replicate: Poisson with mean 1, from the case's number and the replicate's
    alone, so that neither the order of rows nor other cases matter."""
    limits = np.cumsum([math.exp(-1) / math.factorial(k) for k in range(8)]) * (1 << 16)
    drawn = np.searchsorted(limits, np.arange(1 << 16) + 0.5).astype(
        np.uint8
    )  # 16 bits are fine enough for a mean of 1
    own = scattered(cases.astype(np.uint64) + np.uint64(seed % (1 << 32)))
    weights = np.empty((len(replicates), len(cases)), np.uint8)
    for at, replicate in enumerate(replicates):
        weights[at] = drawn[scattered(own ^ scattered(np.array([replicate], np.uint64))) >> np.uint64(48)]
    return weights


def scattered(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Numbers to far-apart 64-bit numbers (splitmix64, Steele, Lea and Flood 2014); wraps around on purpose."""
    mixed = (values + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def joint(columns: Sequence[Ints], length: int = 0) -> Ints:
    """Several columns of levels as one: whole numbers from 0, without gaps, in the order of the levels."""
    if not len(columns):
        return np.zeros(length, np.int64)
    found = ranks(columns[0])
    for column in columns[1:]:
        found = ranks(found * _levels(column) + column)
    return found


def ranks(values: Ints) -> Ints:
    """Whole numbers from 0 without gaps, in the order of the values."""
    return np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _levels(column: Ints) -> int:
    return int(column.max()) + 1 if len(column) else 1


def _told_by_all(y: Ints, blocks: Sequence[Ints]) -> dict[int, float]:
    """I(Y; the blocks in the set) for every set, sets as bits."""
    nothing = np.zeros(len(y), np.int64)
    return {
        chosen: information_beyond(y, joint([b for i, b in enumerate(blocks) if chosen >> i & 1], len(y)), nothing)
        for chosen in range(1 << len(blocks))
    }


def _orders(blocks: int, own: int) -> dict[int, float]:
    """For each set of the other blocks: the share of all orders in which just these stand before ``own``."""
    others = [i for i in range(blocks) if i != own]
    many: Callable[[int], int] = math.factorial
    return {
        sum(1 << i for i in chosen): many(size) * many(blocks - size - 1) / many(blocks)
        for size in range(blocks)
        for chosen in combinations(others, size)
    }


def _xlogx(counts: npt.NDArray[Any]) -> Floats:
    values = counts.astype(np.float64)
    return values * np.log(np.where(values > 0, values, 1.0))
