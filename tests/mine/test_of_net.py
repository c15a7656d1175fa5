"""Nets without a tree: fitness and precision beside pm4py's, and what a net that is not sound is told for."""

from __future__ import annotations

import random
from typing import Any

import pytest

from procmine.mine.discover import discover
from procmine.mine.fit import quality
from procmine.mine.fit.of_net import measure_net
from procmine.mine.net import net_of_tree
from procmine.model import Net, Place, Transition
from tests.mine.nets import inductive_tree, leaf, node, pm4py_cost, random_tree

BUDGET = quality.BUDGET


def a_net(*arcs: tuple[str, str]) -> Net:
    """Places are called p…, other nodes are transitions of that label; from p0 to p9."""
    names = dict.fromkeys(name for arc in arcs for name in arc)
    places = tuple(Place(name) for name in names if name.startswith("p"))
    transitions = tuple(Transition(name, name) for name in names if not name.startswith("p"))
    return Net(places, transitions, arcs, ("p0",), ("p9",))


@pytest.mark.parametrize("seed", range(8))
def test_the_net_of_a_tree_is_judged_as_the_tree(courses_of: Any, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - draws test cases
    tree = random_tree(rng, list("abcdef"))
    courses = courses_of({tuple(rng.choices("abcdefx", k=rng.randint(1, 7))): rng.randint(1, 9) for _ in range(12)})
    by_net = measure_net(courses, net_of_tree(tree), BUDGET)
    by_tree = quality.measure_fit(courses, tree)

    assert by_net.fitness == pytest.approx(by_tree.fitness, abs=1e-12)
    assert (by_net.precision, by_net.precision_steps) == (by_tree.precision, by_tree.precision_steps)
    assert (by_net.on_cases, by_net.of_cases) == (by_tree.on_cases, by_tree.of_cases)


@pytest.mark.parametrize("noise", [0.05, 0.5])
def test_a_heuristics_net_that_is_not_sound_has_the_costs_of_pm4pys_dijkstra_and_says_so(
    log_of: Any, variants_of: Any, noise: float
) -> None:
    variants = variants_of("fair-lending/lending_log_high.xes.gz")
    model = discover(log_of(variants), algorithm="heuristics", noise=noise)
    assert model.net and model.quality
    shortest = pm4py_cost(model.net, ())
    worst = sum(many * (len(course) + shortest) for course, many in variants.items())
    cost = sum(many * pm4py_cost(model.net, course) for course, many in variants.items())

    assert "unsound" in model.quality.reasons
    assert model.quality.fitness == pytest.approx(1 - cost / worst, abs=1e-12)


def test_a_net_none_of_whose_runs_ends_is_not_judged(courses_of: Any) -> None:
    net = a_net(("p0", "a"), ("a", "p1"), ("p8", "b"), ("b", "p9"))
    found = measure_net(courses_of({("a", "b"): 1}), net, BUDGET)

    assert (found.fitness, found.precision, found.reasons) == (None, None, ("no_end",))


def test_a_net_that_grows_without_bound_is_not_judged(courses_of: Any) -> None:
    net = a_net(("p0", "a"), ("a", "p0"), ("a", "p1"), ("p0", "b"), ("b", "p9"))
    found = measure_net(courses_of({("a", "b"): 1}), net, BUDGET)

    assert (found.fitness, found.reasons) == (None, ("too_many_states",))


def test_what_only_leads_astray_is_allowed_all_the_same(courses_of: Any) -> None:
    """After a the net allows b and, into a dead end, c: of a, b, c two were taken."""
    net = a_net(("p0", "a"), ("a", "p1"), ("p1", "b"), ("b", "p9"), ("p1", "c"), ("c", "p2"))
    found = measure_net(courses_of({("a", "b"): 4}), net, BUDGET)

    assert (found.fitness, found.precision, found.reasons) == (1, pytest.approx(2 / 3), ("unsound",))


def test_a_small_budget_is_told(courses_of: Any) -> None:
    variants = {tuple(random.Random(seed).choices("abcd", k=8)): 1 for seed in range(40)}  # noqa: S311
    found = measure_net(courses_of(variants), net_of_tree(inductive_tree(variants, 0)), 400_000)

    assert found.on_cases < 40 and "alignment_budget" in found.reasons


def test_two_ways_with_one_name_are_one_step_to_the_reader(courses_of: Any) -> None:
    """After a, b may follow in two places: it is one allowed step, and what follows it is what follows either."""
    twice = node("sequence", leaf("a"), node("xor", leaf("b"), node("sequence", leaf("b"), leaf("c"))))
    found = measure_net(courses_of({("a", "b"): 1, ("a", "b", "c"): 1}), net_of_tree(twice), BUDGET)

    assert (found.fitness, found.precision) == (1, 1)
