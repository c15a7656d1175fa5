"""A Model from a log: counts by us, the net by pm4py's miners, fed with variants and never with rows.

The result equals mining the whole log (pm4py's inductive miner reduces a log to its variants itself; tested on public
logs).
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

from procmine.errors import UsageError, nearest
from procmine.mine import ways
from procmine.mine.chosen import Chosen
from procmine.mine.counts import Courses
from procmine.mine.net import canonical, net_of_tree
from procmine.mine.quality import BUDGET, measure_fit, not_measured, with_net
from procmine.model import Model, Net, Quality, TreeNode, Variant

ALGORITHMS = ("heuristics", "inductive")
MOST_VARIANTS = 1000
# What the inductive miner is given at most, as activities² x (length of the courses + 2 x activities x courses): it
# builds graphs at the cost of the bracket, again and again. Measured on two shared cores: 5e9 took 11-26 s (ten million
# events, 25 activities, 110,000 courses), 8e9 took 8 s (60 courses of a permit log with 398 activities), 17e9 (120 of
# those courses) had not ended after 90 s.
MOST_WORK = 6_000_000_000


def discover(
    log: Any, *, noise: float = 0.2, algorithm: str = "inductive", chosen: Chosen | None = None, budget: int = BUDGET
) -> Model:
    """What a log's process looks like: steps and ways with who steers them, its variants, and the discovered net.

    ``log`` has ``engine`` and ``receipt``. ``noise`` is the share below which the miner leaves rare ways out, 0 keeps
    all. ``chosen`` says which cases (every case unless told). ``budget`` bounds the work spent on fitness and
    precision (see ``quality``); it is counted in steps, not in seconds, so that the same log gives the same figures
    everywhere.
    """
    if algorithm not in ALGORITHMS:
        raise UsageError(f"There is no algorithm {algorithm!r}.", hint=nearest(algorithm, ALGORITHMS))
    if not 0 <= noise < 1:
        raise UsageError(f"Noise is a share from 0 to below 1, not {noise}.")
    schema = getattr(log, "schema", None)
    rules = ways.rules_of(schema, log.receipt.get("absent", ()))
    found, steps, edges = ways.read(log.engine, log.receipt["activities"], rules, chosen)
    mined = _affordable(found) if algorithm == "inductive" else len(found)
    tree, net = _mine(found, mined, noise, algorithm)
    return Model(
        steps=steps,
        ways=edges,
        variants=tuple(Variant(found.names(i), int(found.cases[i])) for i in range(min(len(found), MOST_VARIANTS))),
        variant_count=len(found),
        cases=found.all_cases,
        events=found.all_events,
        algorithm=algorithm,
        noise=noise,
        tree=tree,
        net=net,
        quality=_quality(found, mined, tree, net, budget),
        mined_cases=int(found.cases[:mined].sum()),
    )


def data(model: Model) -> dict[str, Any]:
    """The model as the command line's JSON ``data``: plain lists and values."""
    from dataclasses import asdict

    quality = model.quality
    return {
        "steps": [asdict(step) for step in model.steps],
        "ways": [asdict(way) for way in model.ways],
        "variants": [asdict(variant) for variant in model.variants],
        "variant_count": model.variant_count,
        "cases": model.cases,
        "events": model.events,
        "mined_cases": model.mined_cases,
        "algorithm": model.algorithm,
        "noise": model.noise,
        "tree": None if model.tree is None else asdict(model.tree),
        "net": None if model.net is None else asdict(model.net),
        "fitness": quality.fitness if quality else None,
        "precision": quality.precision if quality else None,
        "quality": None if quality is None else asdict(quality),
    }


def _quality(found: Courses, mined: int, tree: TreeNode | None, net: Net | None, budget: int) -> Quality:
    if net is None:
        return not_measured(found, "no model was mined: the log has no case, or too many activities and courses")
    if tree is None:  # a net need not be sound: alignments could not end
        fit = not_measured(found, "fitness by alignment and precision need a process tree, which heuristics gives none: use inductive")
    else:
        fit = measure_fit(found, tree, budget)
    if mined < len(found):
        part = "the model was mined from the commonest courses only: more are too much for the miner"
        fit = replace(fit, reason="; ".join(filter(None, (part, fit.reason))))
    return with_net(fit, found, net, budget)


def _affordable(found: Courses) -> int:
    """How many of the courses, most frequent first, the inductive miner is given: all, unless that is too many."""
    import numpy as np

    wide = len(np.unique(found.codes))
    work = wide * wide * (found.first[1:] + 2 * wide * np.arange(1, len(found) + 1))
    return int(np.searchsorted(work, MOST_WORK, side="right"))


def _mine(found: Courses, mined: int, noise: float, algorithm: str) -> tuple[TreeNode | None, Net | None]:
    if not mined:
        return None, None
    sys._pm4py_welcome_shown = True  # type: ignore[attr-defined]  # pm4py prints its banner on stderr otherwise
    variants = {found.names(i): int(found.cases[i]) for i in range(mined)}
    if algorithm == "heuristics":
        return None, _heuristics(variants, noise)
    tree = inductive_tree(variants, noise)
    return tree, net_of_tree(tree)


def inductive_tree(variants: dict[tuple[str, ...], int], noise: float) -> TreeNode:
    """The process tree of the inductive miner (IM, or IMf with a noise threshold) for variants with their cases.

    pm4py's public call takes no table of variants, so the miner behind it is called (performance reference 5).
    """
    sys._pm4py_welcome_shown = True  # type: ignore[attr-defined]
    from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
    from pm4py.algo.discovery.inductive.variants.im import IMUVCL
    from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL
    from pm4py.objects.process_tree.utils import generic

    settings = {"noise_threshold": noise}
    miner = IMFUVCL(settings) if noise > 0 else IMUVCL(settings)
    tree = generic.fold(miner.apply(IMDataStructureUVCL(Counter(variants)), settings))
    generic.tree_sort(tree)
    return _plain(tree)


def _plain(node: Any) -> TreeNode:
    if node.operator is None:
        return TreeNode(None, node.label)
    names = {"SEQUENCE": "sequence", "XOR": "xor", "PARALLEL": "parallel", "LOOP": "loop", "OR": "or"}
    return TreeNode(names[node.operator.name], None, tuple(_plain(child) for child in node.children))


def _heuristics(variants: dict[tuple[str, ...], int], noise: float) -> Net:
    """The heuristics miner's net; ``noise`` is its threshold for leaving out rare pairs before mining."""
    from pm4py.algo.discovery.heuristics.variants import classic
    from pm4py.objects.conversion.heuristics_net import converter

    pairs: Counter[tuple[str, str]] = Counter()
    apart: Counter[tuple[str, str]] = Counter()
    triples: Counter[tuple[str, str, str]] = Counter()
    seen: Counter[str] = Counter()
    starts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for names, cases in sorted(variants.items()):
        starts[names[0]] += cases
        ends[names[-1]] += cases
        for name in names:
            seen[name] += cases
        for pair in pairwise(names):
            pairs[pair] += cases
        for a, b, c in zip(names, names[1:], names[2:], strict=False):
            apart[a, c] += cases
            triples[a, b, c] += cases
    mined = classic.apply_heu_dfg(
        pairs,
        activities=sorted(seen),
        activities_occurrences=seen,
        start_activities=starts,
        end_activities=ends,
        dfg_window_2=apart,
        freq_triples=triples,
        parameters={classic.Parameters.DFG_PRE_CLEANING_NOISE_THRESH: noise},
    )
    net, initial, final = converter.apply(mined)
    return canonical(
        [place.name for place in net.places],
        {transition.name: transition.label for transition in net.transitions},
        [(arc.source.name, arc.target.name) for arc in net.arcs],
        [place.name for place in initial],
        [place.name for place in final],
    )
