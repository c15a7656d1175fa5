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
_RARE = 100  # a member had by one of so many sets is counted pair by pair
_SIDE_BY_SIDE = 256  # sets held against all others at a time


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
    weight = np.bincount(group, weights=weights, minlength=many).astype(np.float64)
    entries = np.unique(group[sets] * np.int64(wide) + members)
    likeness = float((weight * (weight - 1)).sum()) + 2 * _likeness(entries // wide, entries % wide, weight, wide)
    return likeness / (total * (total - 1.0))


def _likeness(sets: Ints, members: Ints, weight: npt.NDArray[np.float64], wide: int) -> float:
    """The likeness of every two different sets times both their weights, added up.

    What two sets have in common is a product of matrices for the members that many have; most members are had by few,
    and those are counted pair by pair. Only whole numbers are multiplied by BLAS: its threads cannot change a digit.
    """
    many = len(weight)
    size = np.bincount(sets, minlength=many).astype(np.float32)
    often = np.bincount(members, minlength=wide) > many // _RARE
    column, known = np.cumsum(often) - 1, often[members]
    has = np.zeros((many, int(often.sum())), np.float32)
    has[sets[known], column[members[known]]] = 1
    one, other = _pairs_with_rare(sets[~known], members[~known], many // _RARE)
    sums = np.zeros(many)
    for low in range(0, many, _SIDE_BY_SIDE):
        high = min(low + _SIDE_BY_SIDE, many)
        common = has[low:high] @ has[low:].T
        begin, end = np.searchsorted(one, (low, high))
        np.add.at(common, (one[begin:end] - low, other[begin:end] - low), 1)
        union = np.maximum(size[low:high, None] + size[None, low:] - common, 1)
        ratio = np.triu(np.divide(common, union, dtype=np.float64) * weight[low:], 1)
        sums[low:high] = ratio.sum(axis=1)
    return float((weight * sums).sum())


def _pairs_with_rare(sets: Ints, members: Ints, most: int) -> tuple[Ints, Ints]:
    """Every two sets that have a member in common, once for each such member: the lower ones, rising, and the higher
    ones. ``most``: how many sets at most have one member."""
    order = np.lexsort((sets, members))
    sets, members = sets[order], members[order]
    nothing = np.zeros(0, np.int64)
    one, other = [nothing], [nothing]
    for apart in range(1, most):
        same = members[apart:] == members[:-apart]
        one.append(sets[:-apart][same])
        other.append(sets[apart:][same])
    lower = np.concatenate(one)
    order = np.argsort(lower, kind="stable")
    return lower[order], np.concatenate(other)[order]


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
