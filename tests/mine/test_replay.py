"""What a tree allows after a prefix, against all runs of the tree written out."""

from __future__ import annotations

import random
from typing import Any

import pytest

from procmine.mine.fit.blocks import Purse, in_integers
from procmine.mine.fit.replay import Machine, TreeRuns, precision_of
from procmine.model import TreeNode
from tests.mine.nets import leaf, node, random_tree
from tests.mine.test_export import words

NAMES = "abcd"


def allowed(tree: TreeNode, prefix: tuple[str, ...]) -> set[str] | None:
    """The activities the automaton allows after a prefix, None if it cannot be replayed."""
    root, _ = in_integers(tree, {name: code for code, name in enumerate(NAMES)}, 0)
    assert root is not None
    machine = Machine(Purse(1 << 60))
    state: int | None = machine.start(root)
    for name in prefix:
        state = machine.after(state, NAMES.index(name))
        if state is None:
            return None
    return {name for code, name in enumerate(NAMES) if machine.follows[state] >> code & 1}


@pytest.mark.parametrize("seed", range(40))
def test_the_allowed_next_steps_are_those_of_all_runs_written_out(seed: int) -> None:
    tree = random_tree(random.Random(seed), list(NAMES))  # noqa: S311 - draws test cases
    runs = words(tree, 9)
    prefixes = {run[:length] for run in runs for length in range(min(len(run), 3) + 1)}
    expected = {p: {run[len(p)] for run in runs if run[: len(p)] == p and len(run) > len(p)} for p in prefixes}

    assert {prefix: allowed(tree, prefix) for prefix in prefixes} == expected


def test_a_prefix_the_tree_does_not_allow_is_not_replayed() -> None:
    assert allowed(node("sequence", leaf("a"), leaf("b")), ("b",)) is None


def test_a_budget_that_does_not_cover_the_whole_log_gives_no_precision(courses_of: Any) -> None:
    courses = courses_of({("a", "b", "c", "d"): 9, ("b", "a", "d", "c"): 1})
    root, _ = in_integers(node("parallel", *map(leaf, NAMES)), {name: code for code, name in enumerate(NAMES)}, 0)

    assert root is not None
    purse = Purse(20_000)

    assert precision_of(courses, TreeRuns(root, purse), purse) == (None, None)
