"""How much of a choice goes with what was known before it: entropies, information, unique and Shapley shares.

A *decision* is one row: the option taken ``y`` and, for each block of what was known (the case's voice, its profile,
the organisation), one level. Levels are whole numbers from 0. All information is in nats; shares are of H(Y).

**Bias.** Information read off counts is never negative and grows with the number of cells: with forty caseworkers as
levels and two hundred decisions it "explains" half of what is pure chance (metrics.md C.3). So every share is the
plug-in value less the mean of the same value where the block was permuted *within the strata of the other blocks*;
that is right where nothing is associated and too low, never too high, where cells are sparse.

**Clusters.** Decisions of one case resemble each other, and so does what was known before them. What changes places is
therefore never the value of a single decision but a case's course of values (``exchange``).

**How often.** Chance is tried until it has done as well so often that nobody would call the share more than chance, and
longest where it hardly ever does (Besag & Clifford, Biometrika 78 (1991)); p is (b + 1)/(m + 1) of the m tries made.
Who stops at the first look has a p far above 0.05, and the others are judged by the same tries as without looks. Where
chance never does as well, p is told by the tail of the gamma distribution with chance's mean and variance
(Satterthwaite, Biometrics Bulletin 2 (1946); Knijnenburg et al., Bioinformatics 25 (2009), for tails beyond the tries):
one branch among a hundred can be told from chance by no p of 0.001, however plain it is.

Sources: Miller (1955) and Madow for the correction by cells; Theil, Statistical Decomposition Analysis (1972), for the
uncertainty coefficient; Shapley (1953), with Huettner & Sunder, Electronic Journal of Statistics 6 (2012), for shares
of a goodness of fit; Phipson & Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010), for p = (b + 1)/(m + 1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from procmine.stats.exchange import Beyond, Floats, Ints, Visits, levels, pieces, ranks, rings, visits_of, xlogx

ENOUGH = 199
LOOKS = ((49, 5), (ENOUGH, 1), (999, 1000))
"""So many tries, and how often chance must have done as well by then to stop: p is at least 0.12 then, or 0.01."""
MOST_MOVED = 2_000_000
"""Decisions moved at most for one p where it takes more than 199 tries: of many decisions the tail is told by fewer."""
LEAST_P = 1e-6  # smaller ones are nothing but the tail's form
FEWER = 9
"""Tries for a mean that only corrects a bias: its error is a third of the spread of a single one, which is small."""
_ROUNDING = 1e-12  # of sums of some ten thousand terms; a permutation that equals the data must count as equal


def entropy(counts: npt.ArrayLike, *, miller_madow: bool = False) -> float:
    """H of a table of counts in nats, by maximum likelihood or with Miller and Madow's correction (K - 1) / 2N.

    >>> round(entropy([4, 2, 3, 0, 2, 4, 0, 0, 2, 1, 1]), 6)
    1.968382
    """
    table = np.asarray(counts, np.float64).ravel()
    total = float(table.sum())
    if not total > 0 or (table < 0).any():
        raise ValueError("an entropy needs counts of which none is negative and one is positive")
    found = math.log(total) - float(xlogx(table).sum()) / total
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
    found = float(xlogx(counts).sum() - xlogx(yo).sum() - xlogx(vo).sum() + xlogx(o).sum()) / total
    if miller_madow:
        cells = np.count_nonzero(yo) + np.count_nonzero(vo) - np.count_nonzero(counts) - np.count_nonzero(o)
        found += float(cells) / (2 * total)
    return found


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
    shares. ``p`` says for each block how often chance does as well as its unique share,
    ``whole_p`` how often it does as well as all blocks together.
    May be slightly negative: that is what no association looks like."""

    shares: Shares
    plug_in: Shares
    p: tuple[float, ...]
    whole_p: float


@dataclass(slots=True)
class _Step:
    """One step of an order of blocks: what ``block`` (None: all together) tells beyond others, and what chance has told
    so far; ``judged`` if a p is asked for."""

    block: int | None
    judged: bool
    weight: float
    beyond: Beyond
    found: float
    total: float = 0.0
    squares: float = 0.0
    tries: int = 0
    as_well: int = 0

    def tried(self, null: Floats) -> None:
        self.total += math.fsum(null.tolist())
        self.squares += math.fsum((null * null).tolist())
        self.tries += len(null)
        self.as_well += int((null >= self.found - _ROUNDING).sum())

    @property
    def beyond_chance(self) -> float:
        return self.found - self.total / self.tries

    @property
    def p(self) -> float:
        counted = (self.as_well + 1) / (self.tries + 1)
        return counted if self.as_well or self.tries < ENOUGH else min(counted, max(LEAST_P, self._tail()))

    def _tail(self) -> float:
        """How often chance does as well if it follows a gamma distribution."""
        from scipy.special import gammaincc

        mean = self.total / self.tries
        spread = self.squares / self.tries - mean * mean
        return (
            float(gammaincc(mean * mean / spread, mean * self.found / spread))
            if spread > _ROUNDING * mean * mean
            else 1
        )


def corrected_shares(
    y: Ints,
    blocks: Sequence[Ints],
    cases: Ints | None = None,
    *,
    seed: int,
    looks: Sequence[tuple[int, int]] = LOOKS,
    fewer: int = FEWER,
) -> Corrected:
    """Unique and Shapley shares, each step of each order corrected by permuting that block within the strata of the
    blocks before it. ``cases`` says which decisions belong together; without it each stands by itself."""
    plain = plug_in_shares(y, blocks)
    visits = visits_of(np.arange(len(y)) if cases is None else cases)
    steps = _steps(y, blocks, visits)
    _try(steps, visits, np.random.default_rng(seed), looks, fewer)
    of = [[step for step in steps if step.block == i] for i in range(len(blocks))]  # the first of each: beyond none
    shapley = [math.fsum(step.weight * step.beyond_chance for step in own) for own in of]
    alone = [step for step in steps if step.judged and step.block is not None]
    (together,) = (step for step in steps if step.block is None)
    return Corrected(
        _shares(
            plain.entropy,
            math.fsum(shapley),
            [step.beyond_chance for step in alone],
            shapley,
            math.fsum(own[0].beyond_chance for own in of) - math.fsum(shapley),
        ),
        plain,
        tuple(step.p for step in alone),
        together.p,
    )


def _steps(y: Ints, blocks: Sequence[Ints], visits: Visits) -> list[_Step]:
    every, found = (1 << len(blocks)) - 1, []
    strata = {s: joint([b for j, b in enumerate(blocks) if s >> j & 1], len(y)) for s in range(every)}
    for i, block in enumerate(blocks):
        for others, weight in _orders(len(blocks), i).items():
            beyond = Beyond(y, block, strata[others], visits)
            found.append(_Step(i, others == every & ~(1 << i), weight, beyond, beyond.counted()))
    beyond = Beyond(y, joint(blocks, len(y)), np.zeros(len(y), np.int64), visits)
    return [*found, _Step(None, True, 0.0, beyond, beyond.counted())]


def _try(
    steps: Sequence[_Step],
    visits: Visits,
    draws: np.random.Generator,
    looks: Sequence[tuple[int, int]],
    fewer: int,
) -> None:
    """Let chance try at every step ``fewer`` times, and at those whose p is asked for from look to look."""
    size, going, done = len(visits.case), list(steps), 0
    for upto, enough in ((fewer, 0), *looks):
        if not going or (upto > ENOUGH and upto * size > MOST_MOVED):
            return
        for many in pieces(size, upto - done):
            drawn = rings(len(visits.size), many, draws)
            for step in going:
                step.tried(step.beyond.permuted(drawn))
        done = max(done, upto)
        going = [step for step in going if step.judged and (not enough or step.as_well < enough)]


def joint(columns: Sequence[Ints], length: int = 0) -> Ints:
    """Several columns of levels as one: whole numbers from 0, without gaps, in the order of the levels."""
    if not len(columns):
        return np.zeros(length, np.int64)
    found = ranks(columns[0])
    for column in columns[1:]:
        found = ranks(found * levels(column) + column)
    return found


def _told_by_all(y: Ints, blocks: Sequence[Ints]) -> dict[int, float]:
    """I(Y; the blocks in the set) for every set, sets as bits."""
    many, found = levels(y), {}
    for chosen in range(1 << len(blocks)):
        told = joint([b for i, b in enumerate(blocks) if chosen >> i & 1], len(y))
        found[chosen] = mutual_information(
            np.bincount(told * many + y, minlength=levels(told) * many).reshape(-1, many)
        )
    return found


def _orders(blocks: int, own: int) -> dict[int, float]:
    """For each set of the other blocks: the share of all orders in which just these stand before ``own``."""
    others = [i for i in range(blocks) if i != own]
    many: Callable[[int], int] = math.factorial
    return {
        sum(1 << i for i in chosen): many(size) * many(blocks - size - 1) / many(blocks)
        for size in range(blocks)
        for chosen in combinations(others, size)
    }
