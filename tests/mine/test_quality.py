"""Fitness and precision against hand-made figures and against pm4py's own alignments and ETConformance."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from procmine.mine.fit import quality
from procmine.mine.net import net_of_tree
from tests.mine.nets import event_log, inductive_tree, leaf, node, pm4py_cost, pm4py_net, random_tree


def test_a_log_that_follows_the_model_has_fitness_one(courses_of: Any) -> None:
    tree = node("sequence", leaf("a"), node("parallel", leaf("b"), leaf("c")))

    assert quality.measure_fit(courses_of({("a", "b", "c"): 3, ("a", "c", "b"): 1}), tree).fitness == 1


def test_fitness_is_one_minus_deviations_over_the_worst_case(courses_of: Any) -> None:
    tree = node("sequence", leaf("a"), leaf("b"), leaf("c"))

    fit = quality.measure_fit(courses_of({("a", "b", "c"): 2, ("a", "x", "c"): 1}), tree)

    assert fit.fitness == 1 - (1 * 2) / (2 * 6 + 1 * 6)


def test_precision_counts_the_allowed_steps_nobody_took(courses_of: Any) -> None:
    tree = node("sequence", leaf("a"), node("xor", leaf("b"), leaf("c"), leaf("d")))

    fit = quality.measure_fit(courses_of({("a", "b"): 3, ("a", "c"): 1}), tree)

    assert fit.precision == 1 - (4 * 1) / (4 * 1 + 4 * 3)


@pytest.mark.parametrize("seed", range(12))
def test_alignment_costs_equal_those_of_pm4pys_dijkstra_on_random_trees(courses_of: Any, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - draws test cases
    names = list("abcdef")
    tree = random_tree(rng, names)
    variants = {tuple(rng.choices([*names, "x"], k=rng.randint(1, 7))): 1 for _ in range(10)} | {
        tuple([*names, "x"]): 1
    }
    courses = courses_of(variants)
    net = net_of_tree(tree)

    assert quality.alignment_costs(courses, tree) == [pm4py_cost(net, courses.names(i)) for i in range(len(courses))]


@pytest.mark.filterwarnings("ignore")  # the oracle calls a scipy method that warns of its age
@pytest.mark.parametrize("seed", range(8))
def test_precision_equals_pm4pys_etconformance_on_a_fitting_log(courses_of: Any, seed: int) -> None:
    from pm4py.algo.evaluation.precision.variants import align_etconformance

    rng = random.Random(100 + seed)  # noqa: S311 - draws test cases
    variants = Counter(tuple(rng.choices("abcd", k=rng.randint(1, 5))) for _ in range(12))
    tree = inductive_tree(dict(variants), 0)
    parameters = {align_etconformance.Parameters.SHOW_PROGRESS_BAR: False}
    oracle = align_etconformance.apply(event_log(dict(variants)), *pm4py_net(net_of_tree(tree)), parameters=parameters)

    assert quality.measure_fit(courses_of(variants), tree).precision == pytest.approx(oracle, abs=1e-12)


@pytest.mark.parametrize("name", ["wabo-receipt/receipt.xes.gz", "fair-lending/lending_log_high.xes.gz"])
def test_the_inductive_miner_without_noise_fits_a_real_log_wholly(courses_of: Any, variants_of: Any, name: str) -> None:
    variants = variants_of(name)
    fit = quality.measure_fit(courses_of(variants), inductive_tree(variants, 0))

    assert (fit.fitness, fit.on_cases, fit.precision_steps) == (1, fit.of_cases, 1)


def test_a_small_budget_gives_the_same_partial_figures_and_says_what_they_rest_on(courses_of: Any) -> None:
    tree = node("loop", node("parallel", *(leaf(name) for name in "abcdef")), leaf(None))
    rng = random.Random(3)  # noqa: S311 - draws test cases
    courses = courses_of({tuple(rng.choices("abcdef", k=12)): 1 for _ in range(60)})

    first, second = (quality.measure_fit(courses, tree, budget=2_000_000) for _ in range(2))

    assert first == second and 0 < first.on_cases < 60 and "alignment_budget" in first.reasons


def test_a_course_too_long_to_align_is_left_out_and_named(courses_of: Any) -> None:
    tree = node("loop", leaf("a"), leaf(None))

    fit = quality.measure_fit(courses_of({("a",) * 3: 5, (*("a",) * quality.LONGEST, "b"): 1}), tree)

    assert (fit.fitness, fit.on_cases) == (1, 5) and "long_courses" in fit.reasons


def test_a_block_of_twenty_parallel_branches_is_aligned_exactly(courses_of: Any) -> None:
    names = [f"a{i:02}" for i in range(20)]
    tree = node("parallel", *(node("xor", leaf(name), leaf(None)) for name in names))

    fit = quality.measure_fit(courses_of({(*reversed(names), "a00"): 1}), tree)

    assert fit.fitness == 1 - 1 / 21


@pytest.mark.parametrize(("rounds", "cost"), [((12, 12), 0), ((12, 11), 1), ((5, 12, 3), 10)])
def test_a_wide_block_that_is_repeated_is_aligned_exactly(courses_of: Any, rounds: tuple[int, ...], cost: int) -> None:
    names = [f"a{i:02}" for i in range(12)]
    tree = node("loop", node("parallel", *map(leaf, names)), leaf("again"))
    course = tuple(name for i, many in enumerate(rounds) for name in (*["again"][: i > 0], *reversed(names[:many])))

    assert quality.alignment_costs(courses_of({course: 1}), tree) == [cost]


def test_a_course_of_more_than_48_steps_is_aligned_by_the_same_rule(courses_of: Any) -> None:
    tree = node("loop", node("sequence", leaf("a"), leaf("b")), leaf(None))

    assert quality.alignment_costs(courses_of({(*(("a", "b") * 40), "a"): 1}), tree) == [1]


def test_a_tree_that_names_an_activity_twice_is_not_measured(courses_of: Any) -> None:
    tree = node("sequence", leaf("a"), leaf("b"), leaf("a"))

    fit = quality.measure_fit(courses_of({("a", "b", "a"): 1}), tree)

    assert (fit.fitness, fit.reasons) == (None, ("twice",))
