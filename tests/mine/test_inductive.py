"""The inductive miner: pm4py's tree for every log that both can mine, under any hash seed and any order of courses.

What was looked for and not found: pm4py 2.7.23 keeps activities in sets, but no set's order reaches its tree, neither
does the order of variants (two tests below hold it to that). Ties go by name: groups of alternatives and parallel
groups of one size by their first activity, the first activity by name among those that a fall-through could take,
children of alternatives and parallel parts by their names' digests. These are our rules too.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmine.mine.counts import Courses
from procmine.mine.fit.quality import measure_fit
from procmine.mine.inductive import Mined, graph, mine_tree, projection, sublog
from procmine.mine.inductive.miner import BUDGET, DEEPEST
from procmine.model import TreeNode
from tests.mine.nets import inductive_tree

REPOSITORY = Path(__file__).resolve().parents[2]
NOISE = (0, 0.1, 0.2, 0.5)
Variants = Mapping[tuple[str, ...], int]
SMALL_LOGS = ["wabo-receipt/receipt.xes.gz", "bpic13-volvo/BPI_Challenge_2013_closed_problems.xes.gz"]
LARGE_LOGS = [
    "fair-hiring/hiring_log_high.xes.gz",
    "fair-lending/lending_log_high.xes.gz",
    "helpdesk-4tu/helpdesk.xes.gz",
    "sepsis/Sepsis.xes.gz",
    "bpic13-volvo/BPI_Challenge_2013_incidents.xes.gz",
]
LOANS = "bpic12-loan/BPI_Challenge_2012.xes.gz"
PERMITS = "bpic15-permits/BPIC15_1.xes.gz"


def pm4py_tree(variants: Variants, noise: float) -> TreeNode:
    """The oracle. pm4py's public call takes no table of variants, so the miner behind it is called."""
    sys._pm4py_welcome_shown = True  # type: ignore[attr-defined]  # pm4py prints its banner otherwise
    from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
    from pm4py.algo.discovery.inductive.variants.im import IMUVCL
    from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL
    from pm4py.objects.process_tree.utils import generic

    parameters = {"noise_threshold": noise}
    miner = IMFUVCL(parameters) if noise > 0 else IMUVCL(parameters)
    tree = generic.fold(miner.apply(IMDataStructureUVCL(Counter(variants)), parameters))
    generic.tree_sort(tree)
    return plain(tree)


def plain(node: Any) -> TreeNode:
    if node.operator is None:
        return TreeNode(None, node.label)
    return TreeNode(node.operator.name.lower(), None, tuple(plain(child) for child in node.children))


def labels(tree: TreeNode) -> list[str]:
    if tree.operator is None:
        return [] if tree.activity is None else [tree.activity]
    return [name for child in tree.children for name in labels(child)]


def courses_in_order(variants: Sequence[tuple[tuple[str, ...], int]]) -> Courses:
    """Courses as they come: unsorted, and a course may come twice."""
    names = sorted({name for course, _ in variants for name in course})
    codes = np.array([names.index(name) for course, _ in variants for name in course], np.int64)
    first = np.cumsum([0, *(len(course) for course, _ in variants)], dtype=np.int64)
    return Courses(tuple(names), codes, first, np.array([cases for _, cases in variants], np.int64))


# A process to play: its courses have the loops, parallel parts and skips that random words hardly ever have.
Process = Any


def drawn_process(rng: random.Random, names: Sequence[str]) -> Process:
    if len(names) == 1:
        return names[0] if rng.random() < 0.8 else ("xor", None, names[0])
    cut = rng.randint(1, len(names) - 1)
    operator = rng.choice(["sequence", "xor", "parallel", "loop"])
    return operator, drawn_process(rng, names[:cut]), drawn_process(rng, names[cut:])


def played(rng: random.Random, process: Process) -> list[str]:
    if process is None:
        return []
    if isinstance(process, str):
        return [process]
    operator, one, two = process
    if operator == "sequence":
        return played(rng, one) + played(rng, two)
    if operator == "xor":
        return played(rng, rng.choice([one, two]))
    steps = played(rng, one)
    if operator == "parallel":
        for step in played(rng, two):
            steps.insert(rng.randint(0, len(steps)), step)
        return steps
    while rng.random() < 0.4 and len(steps) < 20:
        steps += played(rng, two) + played(rng, one)
    return steps


def disturbed(rng: random.Random, steps: list[str], names: Sequence[str]) -> list[str]:
    while steps and rng.random() < 0.3:
        i, j = rng.randrange(len(steps)), rng.randrange(len(steps))
        kind = rng.randrange(3)
        if kind == 0:
            del steps[i]
        elif kind == 1:
            steps.insert(i, rng.choice(names))
        else:
            steps[i], steps[j] = steps[j], steps[i]
    return steps


@st.composite
def logs(draw: st.DrawFn) -> dict[tuple[str, ...], int]:
    rng = random.Random(draw(st.integers(0, 1 << 40)))  # noqa: S311 - draws test cases
    names = [chr(97 + i) for i in range(rng.randint(1, 8))]
    rng.shuffle(names)
    process, kind = drawn_process(rng, names), rng.choice(["words", "process", "disturbed", "disturbed"])
    found: Counter[tuple[str, ...]] = Counter()
    for _ in range(rng.randint(1, 25)):
        steps = rng.choices(names, k=rng.randint(1, 7)) if kind == "words" else played(rng, process)
        if kind == "disturbed":
            steps = disturbed(rng, steps, names)
        if steps:
            found[tuple(steps)] += rng.choice([1, 1, 2, 5, 20, 100])
    return dict(found) or {(names[0],): 1}


PATIENT = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("noise", NOISE)
@PATIENT
@given(variants=logs())
def test_the_tree_of_a_made_up_log_is_pm4pys(noise: float, variants: dict[tuple[str, ...], int]) -> None:
    assert inductive_tree(variants, noise) == pm4py_tree(variants, noise)


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("name", SMALL_LOGS)
def test_the_tree_of_a_real_log_is_pm4pys(variants_of: Any, name: str, noise: float) -> None:
    variants = variants_of(name)

    assert inductive_tree(variants, noise) == pm4py_tree(variants, noise)


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0, 0.2])
@pytest.mark.parametrize("name", LARGE_LOGS)
def test_the_tree_of_a_large_real_log_is_pm4pys(variants_of: Any, name: str, noise: float) -> None:
    variants = variants_of(name)

    assert inductive_tree(variants, noise) == pm4py_tree(variants, noise)


@pytest.mark.slow
def test_the_tree_of_4366_loan_variants_is_pm4pys(variants_of: Any) -> None:
    variants = variants_of(LOANS)

    assert inductive_tree(variants, 0.2) == pm4py_tree(variants, 0.2)  # 20 s for pm4py; without noise it takes 50 s


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0, 0.2])
def test_the_tree_of_as_much_of_the_permits_as_pm4py_can_take_is_pm4pys(variants_of: Any, noise: float) -> None:
    variants = dict(list(variants_of(PERMITS).items())[:25])

    assert inductive_tree(variants, noise) == pm4py_tree(variants, noise)


@pytest.mark.slow
def test_a_log_of_398_activities_is_mined_to_its_end(courses_of: Any, variants_of: Any) -> None:
    mined = mine_tree(courses_of(variants_of(PERMITS)), 0.2)

    assert mined.complete and mined.work < BUDGET // 10 and len(labels(mined.tree)) == len(set(labels(mined.tree)))


@pytest.mark.slow
def test_a_log_of_398_activities_keeps_all_of_them_without_noise(courses_of: Any, variants_of: Any) -> None:
    courses = courses_of(variants_of(PERMITS))
    mined = mine_tree(courses, 0)

    assert sorted(labels(mined.tree)) == list(courses.activities) and mined.work < BUDGET // 10


@given(variants=logs(), noise=st.sampled_from(NOISE))
@settings(max_examples=100)
def test_how_much_is_looked_at_at_once_is_no_information(variants: Variants, noise: float) -> None:
    courses = courses_in_order(sorted(variants.items()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sublog, "STEPS_AT_ONCE", 5)
        patch.setattr(sublog, "FEW", 0)
        patch.setattr(graph, "TABLE", 0)
        patch.setattr(graph, "ROWS_AT_ONCE", 2)
        patch.setattr(projection, "CELLS_AT_ONCE", 4)
        in_parts = mine_tree(courses, noise).tree

    assert in_parts == mine_tree(courses, noise).tree


@given(variants=logs(), noise=st.sampled_from(NOISE))
@settings(max_examples=50)
def test_courses_whose_hashes_collide_are_not_taken_for_one(variants: Variants, noise: float) -> None:
    courses = courses_in_order(sorted(variants.items()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sublog, "FEW", 0)
        patch.setattr(sublog, "_hashes", lambda log: np.zeros(len(log.cases), np.uint64))
        collided = mine_tree(courses, noise).tree

    assert collided == mine_tree(courses, noise).tree


@given(variants=logs(), noise=st.sampled_from(NOISE), seed=st.integers(0, 99))
@settings(max_examples=100)
def test_the_order_of_courses_is_no_information(variants: Variants, noise: float, seed: int) -> None:
    shuffled = list(variants.items())
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - draws test cases

    assert mine_tree(courses_in_order(shuffled), noise) == mine_tree(courses_in_order(sorted(variants.items())), noise)


@given(variants=logs(), noise=st.sampled_from(NOISE))
@settings(max_examples=50)
def test_a_course_told_in_two_parts_is_the_same_course(variants: Variants, noise: float) -> None:
    parts = [(course, cases) for course, cases in variants.items() if cases > 1]
    apart = [(course, 1) for course, _ in parts] + [(course, cases - 1) for course, cases in parts]
    apart += [(course, 1) for course, cases in variants.items() if cases == 1]

    assert mine_tree(courses_in_order(apart), noise).tree == inductive_tree(variants, noise)


SCRIPT = """
import random
from tests.mine import test_inductive as tests
from tests.mine.nets import inductive_tree
rng = random.Random(5)
for turn in range(40):
    names = ["Amt", "Bote", "Café", "Dach", "Ende", "Fall", "Garten"][: rng.randint(2, 7)]
    process = tests.drawn_process(rng, names)
    courses = [tuple(tests.disturbed(rng, tests.played(rng, process), names)) or (names[0],) for _ in range(12)]
    variants = {course: 1 + rng.randrange(9) for course in courses}
    print(MINE(variants, rng.choice(tests.NOISE)))
"""


def under_seeds(mine: str, *seeds: str) -> set[str]:
    """What the script prints under each hash seed."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT.replace("MINE", mine)],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": "utf-8"},
        )
        for seed in seeds
    ]
    return {process.communicate()[0] for process in started}


def test_the_tree_is_the_same_under_any_hash_seed() -> None:
    texts = under_seeds("inductive_tree", "1", "2", "3")

    assert len(texts) == 1 and len(texts.pop().splitlines()) == 40


@pytest.mark.slow
def test_pm4pys_tree_does_not_depend_on_the_hash_seed_either() -> None:
    assert under_seeds("tests.pm4py_tree", "1", "2") == under_seeds("inductive_tree", "3")


@given(variants=logs(), noise=st.sampled_from(NOISE), seed=st.integers(0, 99))
@settings(max_examples=50)
def test_pm4pys_tree_does_not_depend_on_the_order_of_variants_either(
    variants: Variants, noise: float, seed: int
) -> None:
    shuffled = list(variants.items())
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - draws test cases

    assert pm4py_tree(dict(shuffled), noise) == pm4py_tree(dict(sorted(variants.items())), noise)


@given(variants=logs(), share=st.floats(0, 0.99))
@settings(max_examples=50)
def test_a_used_up_budget_leaves_a_tree_that_every_case_still_fits(variants: Variants, share: float) -> None:
    courses = courses_in_order(sorted(variants.items()))
    mined = mine_tree(courses, 0, budget=int(mine_tree(courses, 0).work * share))

    assert measure_fit(courses, mined.tree).fitness in (1, None)


def test_a_used_up_budget_is_said_with_the_activities_it_left_in_any_order() -> None:
    courses = courses_in_order([(("a", "b", "c"), 3), (("a", "c", "b"), 2)])
    petals = tuple(TreeNode(None, name) for name in "acb")  # in the order of the names' digests
    flower = TreeNode("loop", None, (TreeNode(None, None), TreeNode("xor", None, petals)))

    assert mine_tree(courses, 0, budget=5) == Mined(flower, 3, 5)


def test_the_budget_that_a_log_needs_is_enough_for_it() -> None:
    courses = courses_in_order([(("a", "b", "c"), 3), (("a", "c", "b"), 2), (("c", "a"), 1)])
    mined = mine_tree(courses, 0)

    assert mine_tree(courses, 0, budget=mined.work) == mined and mined.complete


def test_a_budget_one_step_short_is_not_enough() -> None:
    courses = courses_in_order([(("a", "b", "c"), 3), (("a", "c", "b"), 2), (("c", "a"), 1)])

    assert not mine_tree(courses, 0, budget=mine_tree(courses, 0).work - 1).complete


def test_a_log_without_a_course_is_a_silent_step() -> None:
    assert mine_tree(courses_in_order([])).tree == TreeNode(None, None)


def nested(most: int) -> Courses:
    """A skip within a skip: a tree of twice as many levels."""
    names = [f"{number:03}" for number in range(most)]
    return courses_in_order([(tuple(names[:length]), 1) for length in range(1, most + 1)])


def test_a_tree_that_would_be_too_deep_ends_in_a_flower_and_says_so() -> None:
    courses = nested(DEEPEST)
    mined = mine_tree(courses, 0)

    assert mined.unordered == DEEPEST // 2 and sorted(labels(mined.tree)) == list(courses.activities)


def test_the_deepest_tree_is_mined_whole_and_measured() -> None:
    courses = nested(DEEPEST // 2)
    mined = mine_tree(courses, 0)
    fit = measure_fit(courses, mined.tree)

    assert mined.complete and (fit.fitness, fit.precision, fit.reasons) == (1, 1, ())
