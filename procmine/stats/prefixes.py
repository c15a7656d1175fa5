"""The prefixes of many sequences as a tree, and the two entropies of its partitions (extended prefix automaton).

Source: Augusto, Mendling, Vidgof & Wurm, Information Sciences (2022). States are the distinct prefixes but the empty
one. The state first created after a state (or at the beginning) inherits its partition, every later one opens another.
With S states, e of them in a partition, W events and w of them in a partition: variant entropy S ln S - Σ e ln e,
sequence entropy W ln W - Σ w ln w.

**Only the partition depends on the order of the sequences.** The tree is built once, an unbranched stretch of it is one
node, and an order says no more than which branch of a node was entered first. Many orders are worked out side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NEVER = np.iinfo(np.int64).max
_CELLS = 4_000_000  # nodes x orders worked out side by side: about 100 MB of arrays


@dataclass(frozen=True, slots=True)
class Prefixes:
    """The tree: node 0 is the empty prefix, every other an unbranched stretch of ``length`` states ending at ``depth``.

    Nodes stand level by level, in a level by parent, at a parent by the code that leads to them, so that ``keys``
    (parent x wide + code) rise. ``levels`` say where each level begins and ends, ``end`` in which node a sequence ends.
    """

    parent: Ints
    depth: Ints
    length: Ints
    keys: Ints
    levels: tuple[tuple[int, int], ...]
    end: Ints
    wide: int

    def __len__(self) -> int:
        return len(self.parent)

    @property
    def states(self) -> int:
        """Distinct prefixes but the empty one."""
        return int(self.length.sum())

    @property
    def leaf_depths(self) -> int:
        """The sum of the depths of all states after which nothing comes."""
        inner = np.zeros(len(self), np.bool_)
        inner[self.parent[1:]] = True
        return int(self.depth[~inner].sum()) if len(self) > 1 else 0

    def child(self, node: Ints, code: Ints) -> Ints:
        """The node that a code leads to; each must exist."""
        return np.searchsorted(self.keys, node * self.wide + code) + 1

    def upward(self) -> Iterator[tuple[int, int, Ints, Ints]]:
        """Each level from the deepest: its nodes (from, to), where each family of siblings begins, and its parent."""
        for low, high in reversed(self.levels):
            above = self.parent[low:high]
            begins = np.flatnonzero(np.concatenate(([True], above[1:] != above[:-1])))
            yield low, high, begins, above[begins]


def prefixes(codes: Ints, first: Ints, wide: int) -> Prefixes:
    """The tree of distinct sequences, none empty: sequence ``i`` is ``codes[first[i]:first[i + 1]]``, codes below
    ``wide``."""
    raw = codes.astype(">u4").tobytes()  # big-endian bytes sort like the sequences they stand for
    keys = [raw[4 * a : 4 * b] for a, b in pairwise(first.tolist())]
    ranked = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    lengths = np.diff(first)[ranked]
    above, depths, leaves = _grown(lengths.tolist(), _shared(codes, first, ranked).tolist())
    return _by_level(codes, first[:-1][ranked], ranked, above, depths, leaves, wide)


def _shared(codes: Ints, first: Ints, order: Ints) -> Ints:
    """How many codes each sequence has in common with the one sorted before it."""
    starts, lengths = first[:-1][order], np.diff(first)[order]
    if len(order) < 2:
        return np.zeros(len(order), np.int64)
    most = np.minimum(lengths[1:], lengths[:-1])
    begin = np.concatenate(([0], np.cumsum(most)))
    place = np.arange(begin[-1], dtype=np.int64) - np.repeat(begin[:-1], most)
    same = codes[np.repeat(starts[1:], most) + place] == codes[np.repeat(starts[:-1], most) + place]
    until = np.where(same, np.repeat(most, most), place)
    return np.concatenate(([0], np.minimum.reduceat(until, begin[:-1])))


def _grown(lengths: list[int], shared: list[int]) -> tuple[list[int], list[tuple[int, int]], list[int]]:
    """Parents, (depth, a sequence through it) of the nodes, and the node of each sorted sequence, by the stack on which
    suffix trees grow from common prefixes."""
    above, depths, leaves = [-1], [(0, 0)], []
    stack = [0]
    for place, (length, common) in enumerate(zip(lengths, shared, strict=True)):
        while depths[stack[-1]][0] > common:
            node = stack.pop()
            if depths[stack[-1]][0] < common:
                above.append(stack[-1])
                depths.append((common, place - 1))
                stack.append(len(above) - 1)
            above[node] = stack[-1]
        above.append(stack[-1])
        depths.append((length, place))
        leaves.append(len(above) - 1)
        stack.append(leaves[-1])
    return above, depths, leaves


def _by_level(
    codes: Ints,
    starts: Ints,
    order: Ints,
    above: list[int],
    depths: list[tuple[int, int]],
    leaves: list[int],
    wide: int,
) -> Prefixes:
    """The nodes numbered anew, level by level."""
    parent = np.array(above, dtype=np.int64)
    depth, through = np.array(depths, dtype=np.int64).T
    inside = np.maximum(parent, 0)
    head = codes[(starts[through] + depth[inside])[1:]] if len(parent) > 1 else np.zeros(0, np.int64)
    head = np.concatenate(([0], head))
    number = np.full(len(parent), -1, np.int64)
    number[0] = 0
    families = np.argsort(parent, kind="stable")[1:]  # children of each old number, side by side
    family = np.concatenate(([0], np.cumsum(np.bincount(parent[1:], minlength=len(parent)))))
    level, levels, done = np.zeros(1, np.int64), [], 1
    kept = [level]
    while len(level):
        many = family[level + 1] - family[level]
        offset = np.concatenate(([0], np.cumsum(many)))
        children = families[np.arange(offset[-1]) + np.repeat(family[level] - offset[:-1], many)]
        if len(children):
            children = children[np.lexsort((head[children], number[parent[children]]))]
            number[children] = done + np.arange(len(children))
            levels.append((done, done + len(children)))
            done += len(children)
            kept.append(children)
        level = children
    old = np.concatenate(kept)
    above_new = np.where(parent[old] < 0, -1, number[inside[old]])
    deep = depth[old]
    length = deep - np.where(above_new < 0, 0, deep[np.maximum(above_new, 0)])
    keys = above_new[1:] * wide + head[old][1:]
    end = np.zeros(len(order), np.int64)
    end[order] = number[np.array(leaves, dtype=np.int64)] if leaves else 0
    return Prefixes(above_new, deep, length, keys, tuple(levels), end, wide)


def through(tree: Prefixes, cases: Ints) -> Ints:
    """How many cases pass each node; ``cases`` by sequence, one column an order."""
    counts = np.zeros((len(tree), *cases.shape[1:]), np.int64)
    counts[tree.end] = cases
    for low, high, begins, above in tree.upward():
        counts[above] += np.add.reduceat(counts[low:high], begins, axis=0)
    return counts


def entered(tree: Prefixes, places: Ints) -> Ints:
    """The earliest place at which each node is passed, where whole sequences follow one another at ``places``."""
    first = np.full((len(tree), *places.shape[1:]), NEVER, np.int64)
    first[tree.end] = places
    for low, high, begins, above in tree.upward():
        first[above] = np.minimum(first[above], np.minimum.reduceat(first[low:high], begins, axis=0))
    return first


def inherits(tree: Prefixes, first: Ints) -> Bools:
    """Which nodes are the first entered of their siblings and so inherit their parent's partition."""
    found = np.zeros(first.shape, np.bool_)
    for low, high, begins, _ in tree.upward():
        family = first[low:high]
        earliest = np.minimum.reduceat(family, begins, axis=0)
        size = np.diff(np.concatenate((begins, [high - low])))
        found[low:high] = (family == np.repeat(earliest, size, axis=0)) & (family < NEVER)
    return found


def summed(tree: Prefixes, heirs: Bools, amounts: Ints | Floats) -> Floats:
    """The amounts of each partition, at the node where it begins; zero at all others."""
    sums = np.array(amounts, dtype=np.float64)
    for low, high, begins, above in tree.upward():
        sums[above] += np.add.reduceat(np.where(heirs[low:high], sums[low:high], 0.0), begins, axis=0)
    sums[heirs] = 0.0
    return sums


def entropy(total: Floats, parts: Floats) -> Floats:
    """total ln total - Σ part ln part (nats), column by column."""
    value: Floats = _times_log(total) - _times_log(parts).sum(axis=0)
    return value


def share(value: float, total: float) -> float | None:
    """An entropy over the largest it could be, total ln total; None where that is zero."""
    return value / (total * float(np.log(total))) if total > 1 else None


def _times_log(amounts: Floats) -> Floats:
    return amounts * np.log(np.where(amounts > 0, amounts, 1.0))


@dataclass(frozen=True, slots=True)
class Drawn:
    """What each of several random orders gave: sequences, states and both entropies over their largest value."""

    sequences: Floats
    variant: Floats
    sequence: Floats


def draw(tree: Prefixes, cases: Ints, size: int, draws: int, seed: int) -> Drawn:
    """``draws`` times ``size`` of the cases, drawn without putting back, entering one after the other in random order.

    ``cases`` counts them by sequence. A draw of all cases is a mere shuffle.
    """
    random = np.random.default_rng(seed)
    until = np.cumsum(cases)
    found: list[tuple[Floats, Floats, Floats]] = []
    at_once = max(1, _CELLS // max(len(tree), len(cases), 1))
    for begin in range(0, draws, at_once):
        orders = [_order(random, until, size) for _ in range(min(at_once, draws - begin))]
        places, taken = (np.stack(parts, axis=1) for parts in zip(*orders, strict=True))
        found.append(_entropies(tree, places, taken))
    return Drawn(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _order(random: np.random.Generator, until: Ints, size: int) -> tuple[Ints, Ints]:
    """The first place and the number of cases of each sequence among those drawn."""
    picked = np.searchsorted(until, random.choice(int(until[-1]), size, replace=False), side="right")
    places = np.full(len(until), NEVER, np.int64)
    places[picked[::-1]] = np.arange(size - 1, -1, -1)  # the earliest is written last
    return places, np.bincount(picked, minlength=len(until)).astype(np.int64)


def _entropies(tree: Prefixes, places: Ints, taken: Ints) -> tuple[Floats, Floats, Floats]:
    first = entered(tree, places)
    heirs = inherits(tree, first)
    there = np.where(first < NEVER, tree.length[:, None], 0).astype(np.float64)
    events = (through(tree, taken) * tree.length[:, None]).astype(np.float64)
    ratios = []
    for amounts in (there, events):
        total = amounts.sum(axis=0)
        most = _times_log(total)
        value = entropy(total, summed(tree, heirs, amounts))
        ratios.append(np.divide(value, most, out=np.zeros_like(most), where=most > 0))
    return (taken > 0).sum(axis=0).astype(np.float64), ratios[0], ratios[1]
