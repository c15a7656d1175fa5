"""How varied sequences are, from counts alone: entropies in bits, likeness of sets, complexity of a stream.

Sources: Günther, Process Mining in Flexible Environments (2009), for structure and affinity; Pentland, MIS Quarterly
(2003), and Hærem, Pentland & Miller, Academy of Management Review 40 (2015), for process complexity as an estimate of
the number of ways; Lempel & Ziv 1978 for the phrases of a stream; Augusto, Mendling, Vidgof & Wurm, Information
Sciences (2022), who compared all of them. None of these figures has a direction.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

MOST_SETS = 4000  # different sets compared pair by pair, and
MOST_CELLS = 30_000_000  # sets x members: the products then take about two seconds


def bits(counts: npt.NDArray[np.int64]) -> float:
    """Shannon entropy of a distribution, from its counts."""
    known = counts[counts > 0].astype(np.float64)
    total = float(known.sum())
    return max(0.0, float(np.log2(total) - (known * np.log2(known)).sum() / total)) if total else 0.0


def conditional_bits(given: Ints, counts: Ints) -> float | None:
    """Entropy of what comes next, given what is: the pairs' counts, each with the number of what is given; None where
    nothing follows anything."""
    if not len(counts):
        return None
    return max(0.0, bits(counts) - bits(np.bincount(given, weights=counts).astype(np.int64)))


def coverage(counts: Ints, most: int) -> float | None:
    """The share of all that the ``most`` largest counts hold."""
    total = int(counts.sum())
    return int(np.sort(counts)[::-1][:most].sum()) / total if total else None


def process_exponent(nodes: int, edges: int) -> float:
    """Pentland's process complexity as a power of ten: 0.08 (1 + edges - nodes). The number itself soon has hundreds of
    digits."""
    return 0.08 * (1 + edges - nodes)


def structure(nodes: int, edges: int) -> float | None:
    """One minus the share of possible pairs that occur."""
    return 1 - edges / nodes**2 if nodes else None


def deviation(nodes: int, counts: Ints) -> float | None:
    """One minus the distance of the pairs' counts, those of no count included, from equal ones, over their sum.

    Near 0 one pair holds nearly all; 1 is what equally frequent pairs would give.
    """
    total = int(counts.sum())
    if not total or not nodes:
        return None
    mean = total / nodes**2
    seen = ((counts / total - mean / total) ** 2).sum()
    unseen = (nodes**2 - len(counts)) * (mean / total) ** 2
    return 1 - math.sqrt(float(seen) + unseen)


def affinity(sets: Ints, members: Ints, weights: Ints, wide: int) -> float | None:
    """The mean likeness (common over all members) of two of the weighted sets, over all pairs of single ones.

    Entry ``i`` says that set ``sets[i]`` has ``members[i]``, below ``wide``; sets without members are unlike all others
    and like their own. None with fewer than two, or with more than ``MOST_SETS`` different sets.
    """
    total = int(weights.sum())
    if total < 2:
        return None
    group, many = _alike(sets, members, len(weights))
    if many > MOST_SETS or many * wide > MOST_CELLS:
        return None
    weight = np.bincount(group, weights=weights, minlength=many)
    has = np.zeros((many, wide), np.float32)
    has[group[sets], members] = 1
    size = has.sum(axis=1, dtype=np.float64)
    likeness = float((weight * (weight - 1)).sum())  # of two with the same set: 1
    for low in range(0, many, 500):
        common = (has[low : low + 500] @ has.T).astype(np.float64)
        union = size[low : low + 500, None] + size[None, :] - common
        ratio = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
        ratio[np.arange(len(ratio)), np.arange(low, low + len(ratio))] = 0.0
        likeness += float((weight[low : low + 500] * (ratio * weight).sum(axis=1)).sum())  # not by BLAS: same digits
    return likeness / (total * (total - 1.0))


def _alike(sets: Ints, members: Ints, many: int) -> tuple[Ints, int]:
    """The number of each set among the different ones."""
    order = np.lexsort((members, sets))
    key = members[order].astype(">u4").tobytes()
    begin = np.concatenate(([0], np.cumsum(np.bincount(sets, minlength=many)))).tolist()
    known: dict[bytes, int] = {}
    group = [known.setdefault(key[4 * a : 4 * b], len(known)) for a, b in pairwise(begin)]
    return np.array(group, dtype=np.int64), len(known)


def phrases(stream: Iterable[int]) -> int:
    """How many different phrases a stream falls into, each the shortest not met before (Lempel-Ziv 1978)."""
    known: dict[tuple[int, int], int] = {}
    at = 0
    for sign in stream:
        found = known.get((at, sign))
        if found is None:
            known[at, sign] = len(known) + 1
            at = 0
        else:
            at = found
    return len(known)
