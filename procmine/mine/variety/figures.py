"""How varied the courses of a log are: entropies, complexities, coverage. A diagnosis, never a direction.

The canonical order of the cases is that of their arrival. Because the entropies of the prefix automaton depend on it,
each comes with its range over random orders; offices are compared at one size, that of the smallest which has enough
cases, with the mean and range over as many draws (metrics reference C.1). The size is a round number: it is told beside
the figures, and the smallest office may be one whose cases must not be.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from procmine.mine import counts
from procmine.mine.chosen import Chosen
from procmine.mine.counts import Courses, Follows, Ints
from procmine.mine.variety.groups import Read, read
from procmine.model import Shuffled, Spread, TreeNode, Variety, walked
from procmine.stats import prefixes as automaton
from procmine.stats import variety as figures
from procmine.stats.prefixes import Floats, Prefixes

DRAWS = 50
SEED = 2022
ENOUGH = 50  # cases below which an office is not compared: a sample of fewer says nothing about variety
ROUND = 10
MOST_DRAWN = 100_000  # cases of one draw at most
TOP = (1, 5, 10)


def variety(
    log: Any, *, chosen: Chosen | None = None, draws: int = DRAWS, seed: int = SEED, tree: TreeNode | None = None
) -> Variety:
    """How varied the courses of a log, or of its chosen cases, are; ``tree`` is the mined model, for what rests on it.

    ``shuffled`` holds ``draws`` random orders of all cases, or of 100,000 of them where there are more.
    """
    return _varieties(log, chosen, draws, seed, tree=tree)[0]


def variety_by_office(log: Any, *, least: int = ENOUGH, draws: int = DRAWS, seed: int = SEED) -> tuple[Variety, ...]:
    """The variety of each office in the order of their names, all drawn at the size, rounded down to tens, of the
    smallest office that has at least ``least`` (ten or more) cases; an office with fewer has no ``shuffled``. A case is
    its first event's office's."""
    return _varieties(log, None, draws, seed, whole=False, least=least)


def variety_of_all(log: Any) -> tuple[Variety, ...]:
    """``variety`` of a whole log and ``variety_by_office``, reading the log once for both."""
    return _varieties(log, None, DRAWS, SEED, least=ENOUGH)


def _varieties(
    log: Any,
    chosen: Chosen | None,
    draws: int,
    seed: int,
    *,
    tree: TreeNode | None = None,
    whole: bool = True,
    least: int | None = None,
) -> tuple[Variety, ...]:
    """The chosen cases, if ``whole``, then, where ``least`` is given, the offices."""
    groups = read(log.engine, log.receipt["activities"], chosen, whole=whole, offices=least is not None)
    every = groups.pop(None, None)
    found = []
    if every is not None:
        size = min(every.courses.all_cases, MOST_DRAWN)
        found.append(_variety(every, chosen.office if chosen else None, size, draws, seed, tree))
    enough = {name for name, one in groups.items() if one.courses.all_cases >= (least or 0)}
    size = min((groups[name].courses.all_cases for name in enough), default=0) // ROUND * ROUND
    for name, one in groups.items():
        found.append(_variety(one, name, min(size, MOST_DRAWN) if name in enough else 0, draws, seed, None))
    return tuple(found)


def control_flow(tree: TreeNode) -> int:
    """Control-flow complexity of a process tree: for each choice its branches, for each choice of several the ways to
    choose, for each parallel block one (Cardoso). A loop is a choice between its end and each way back."""
    total = 0
    for node in walked(tree):
        if node.operator in ("xor", "loop"):
            total += len(node.children)
        elif node.operator == "or":
            total += 2 ** len(node.children) - 1
        elif node.operator == "parallel":
            total += 1
    return total


def _variety(group: Read, office: str | None, size: int, draws: int, seed: int, tree: TreeNode | None) -> Variety:
    log, prefixes, arrival = group.courses, group.tree, group.arrival
    pairs = counts.follows(log)
    nodes, edges = int((counts.occurrences(log)[0] > 0).sum()), len(pairs.count)
    heirs = automaton.inherits(prefixes, arrival.entered[:, None])
    passed = automaton.through(prefixes, log.cases) * prefixes.length
    variant, variant_share = _entropy(prefixes, heirs, prefixes.length)
    sequence, sequence_share = _entropy(prefixes, heirs, passed)
    starts, ends = counts.ends(log) if len(log) else (np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Variety(
        office=office,
        cases=log.all_cases,
        events=log.all_events,
        activities=nodes,
        pairs=edges,
        variants=len(log),
        states=prefixes.states,
        partitions=int((~heirs[1:]).sum()) + 1 if len(log) else 0,
        variant_entropy=variant,
        variant_entropy_share=variant_share,
        sequence_entropy=sequence,
        sequence_entropy_share=sequence_share,
        linear_share=_aged(prefixes, heirs, arrival.linear, log.all_events),
        exponential_share=_aged(prefixes, heirs, arrival.exponential, log.all_events),
        shuffled=_shuffled(prefixes, log, size, draws, seed) if size and draws else None,
        variant_bits=figures.bits(log.cases) if len(log) else None,
        top=tuple((most, figures.coverage(log.cases, most) or 0.0) for most in TOP if len(log)),
        next_bits=_next_bits(pairs, None, None),
        next_or_end_bits=_next_bits(pairs, None, ends),
        start_next_or_end_bits=_next_bits(pairs, starts, ends),
        process_exponent=figures.process_exponent(nodes, edges) if len(log) else None,
        task_complexity=prefixes.leaf_depths if len(log) else None,
        phrases=arrival.phrases if len(log) else None,
        detail=_detail(log),
        gap_seconds=arrival.gap_seconds,
        structure=figures.structure(nodes, edges),
        affinity=_affinity(log),
        deviation=figures.deviation(nodes, pairs.count),
        control_flow=None if tree is None else control_flow(tree),
    )


def _entropy(tree: Prefixes, heirs: Any, amounts: Ints) -> tuple[float | None, float | None]:
    """An entropy and its share of the largest value it could have; None without a state."""
    total = float(amounts.sum())
    if not total:
        return None, None
    parts = automaton.summed(tree, heirs, amounts[:, None])
    value = max(0.0, float(automaton.entropy(np.array([total]), parts)[0]))
    return value, automaton.share(value, total)


def _aged(tree: Prefixes, heirs: Any, weights: Floats | None, events: int) -> float | None:
    """The sequence entropy of events that weigh the less the older they are, over the largest value of unaged ones."""
    if weights is None:
        return None
    parts = automaton.summed(tree, heirs, weights[:, None])
    return automaton.share(float(automaton.entropy(np.array([weights.sum()]), parts)[0]), float(events))


def _shuffled(tree: Prefixes, log: Courses, size: int, draws: int, seed: int) -> Shuffled:
    drawn = automaton.draw(tree, log.cases, size, draws, seed)
    return Shuffled(draws, size, _spread(drawn.sequences / size), _spread(drawn.variant), _spread(drawn.sequence))


def _spread(values: Floats) -> Spread:
    return Spread(float(values.mean()), float(values.min()), float(values.max()))


def _next_bits(pairs: Follows, starts: Ints | None, ends: Ints | None) -> float | None:
    """Entropy of the next activity given the current one, with the end as a next one and the start as a current one
    where they are given."""
    given, count = [pairs.source], [pairs.count]
    wide = int(pairs.source.max(initial=0)) + 1 if ends is None else len(ends)
    if ends is not None:
        given.append(np.flatnonzero(ends))
        count.append(ends[ends > 0])
    if starts is not None:
        given.append(np.full(int((starts > 0).sum()), wide))
        count.append(starts[starts > 0])
    return figures.conditional_bits(np.concatenate(given), np.concatenate(count))


def _detail(log: Courses) -> float | None:
    """The mean number of different activities a case."""
    if not len(log):
        return None
    return int(counts.occurrences(log)[1].sum()) / log.all_cases


def _affinity(log: Courses) -> float | None:
    """How alike the cases' directly-follows pairs are, over all pairs of cases."""
    course = np.repeat(np.arange(len(log), dtype=np.int64), np.diff(log.first))
    inside = course[1:] == course[:-1]
    key, rank = counts.ranked((log.codes[:-1] * len(log.activities) + log.codes[1:])[inside])
    many = max(len(key), 1)
    once = np.sort(course[1:][inside] * many + rank)  # np.unique would hash before it sorts
    once = once[np.concatenate(([True], once[1:] != once[:-1]))[: len(once)]]
    return figures.affinity(once // many, once % many, log.cases, many)
