"""Cases drawn anew: how far a figure read off decisions would move with other cases.

The case is the unit, as it is what is independent; weights are Poisson with mean 1 (Chamandy et al., "Estimating
uncertainty for massive data streams", 2012) and come from the case's number alone, so that a case weighs the same at
every branch and sums over branches can be drawn anew together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from procmine.stats.exchange import Floats, Ints, ranks, xlogx
from procmine.stats.scattering import scattered

REPLICATES = 199
_AT_ONCE = 1 << 22  # weights held at once


def resampled(
    y: Ints, blocks: Sequence[Ints], cases: Ints, *, seed: int, replicates: int = REPLICATES
) -> tuple[Floats, Floats]:
    """H(Y) and the plug-in unique information of the first block in nats, in samples of cases drawn anew.

    A case has the same weight in each replicate wherever it appears, so that sums over several branches can be
    resampled together.
    """
    others = np.zeros(len(y), np.int64)
    for column in blocks[1:]:
        others = ranks(others * (int(column.max(initial=0)) + 1) + column)
    wide = int(blocks[0].max(initial=0)) + 1, int(y.max(initial=0)) + 1
    cell = (others * wide[0] + blocks[0]) * wide[1] + y
    order = np.argsort(cell, kind="stable")
    begins = np.flatnonzero(np.diff(cell[order], prepend=-1))
    kept = cell[order][begins]
    of_ov, of_oy, of_y = kept // wide[1], kept // wide[1] // wide[0] * wide[1] + kept % wide[1], kept % wide[1]
    known, of_case = np.unique(cases, return_inverse=True)
    of_case = of_case.reshape(-1)[order]
    uncertain, told = np.zeros(replicates), np.zeros(replicates)
    step = max(1, _AT_ONCE // max(len(y), 1))
    for begin in range(0, replicates, step):
        part = slice(begin, min(begin + step, replicates))
        weights = case_weights(known, range(replicates)[part], seed)
        counts = np.add.reduceat(weights[of_case], begins, axis=0, dtype=np.int32)
        logs = xlogx(np.arange(int(counts.sum(axis=0).max()) + 1))
        whole = logs[counts].sum(axis=0)
        total = counts.sum(axis=0)
        sums = [logs[_together(counts, of)].sum(axis=0) for of in (of_y, of_ov, of_oy, of_ov // wide[0])]
        some = np.maximum(total, 1)
        uncertain[part] = np.log(some) - sums[0] / some
        told[part] = np.maximum(0.0, whole - sums[1] - sums[2] + sums[3]) / some
    return uncertain, told


def _together(counts: npt.NDArray[np.int32], group: Ints) -> npt.NDArray[np.int32]:
    """The rows of one group as one."""
    order = np.argsort(group, kind="stable")
    begins = np.flatnonzero(np.diff(group[order], prepend=-1))
    return np.asarray(np.add.reduceat(counts[order], begins, axis=0))


def interval_about(estimate: float, drawn: Floats, level: float = 0.95) -> tuple[float, float]:
    """A bootstrap interval about a corrected estimate: the spread of the replicates about their own mean, because the
    replicates are biased once more by what the correction has taken off."""
    tail = 50 * (1 - level)
    low, high = np.percentile(drawn - drawn.mean(), [tail, 100 - tail])
    return estimate + float(low), estimate + float(high)


def case_weights(cases: Ints, replicates: Sequence[int], seed: int) -> npt.NDArray[np.uint8]:
    """How often each case (row) is drawn in each replicate (column): Poisson with mean 1, from the case's number and
    the replicate's alone, so that neither the order of rows nor other cases matter."""
    limits = np.cumsum([math.exp(-1) / math.factorial(k) for k in range(8)]) * (1 << 16)
    drawn = np.searchsorted(limits, np.arange(1 << 16) + 0.5).astype(np.uint8)  # 16 bits do for a mean of 1
    own = scattered(cases.astype(np.uint64) + np.uint64(seed % (1 << 32)))
    fours = range(replicates[0] // 4, replicates[-1] // 4 + 1) if len(replicates) else range(0)
    mixed = scattered(own[:, None] ^ scattered(np.array(fours, np.uint64))[None, :])  # each number serves four times
    parts = mixed.astype("<u8").view("<u2")
    skip = replicates[0] % 4 if len(replicates) else 0
    return np.asarray(drawn[parts[:, skip : skip + len(replicates)]])
