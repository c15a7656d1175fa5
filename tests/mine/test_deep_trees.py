"""A tree of more levels than Python allows calls: what walks it without calling itself once a level."""

from __future__ import annotations

import copy
import pickle
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from procmine.mine.branches.points import UNFIT, Points
from procmine.mine.counts import Courses
from procmine.mine.discover import data, discover
from procmine.mine.drawn.block_layout import draw
from procmine.mine.drawn.diagram import diagram
from procmine.mine.export import to_bpmn, to_graphml, to_pnml, to_ptml
from procmine.mine.fit.blocks import in_integers
from procmine.mine.fit.quality import alignment_costs, measure_fit
from procmine.mine.fit.structure import simplicity
from procmine.mine.inductive.miner import DEEPEST
from procmine.mine.model_json import model_of_json, to_json
from procmine.mine.net import net_of_tree
from procmine.mine.variety.figures import control_flow
from procmine.model import TreeNode
from procmine.privacy.graph import _tree
from procmine.terminal.data import envelope
from tests.mine.conftest import make_log_of
from tests.mine.nets import leaf, node

LEVELS = 2_000


@pytest.fixture(scope="module")
def deep() -> TreeNode:
    tree = leaf("a")
    for level in range(LEVELS):
        tree = node(("sequence", "xor", "parallel", "loop")[level % 4], tree, leaf(f"b{level:04}"))
    return tree


def test_the_net_of_a_deep_tree_has_a_transition_an_activity(deep: TreeNode) -> None:
    net = net_of_tree(deep)

    assert sum(t.label is not None for t in net.transitions) == LEVELS + 1 and simplicity(net)


def test_a_deep_tree_is_put_in_integers(deep: TreeNode) -> None:
    root, free = in_integers(deep, {}, 0)

    assert root is not None and (root.mask.bit_count(), free) == (LEVELS + 1, 2 * LEVELS + 1)


def test_the_complexity_of_a_deep_tree_is_counted(deep: TreeNode) -> None:
    assert control_flow(deep) == LEVELS // 4 * (2 + 1 + 2)


def test_a_deep_tree_passes_the_privacy_door(deep: TreeNode) -> None:
    shown: Any = _tree(deep, {"a"})
    for _ in range(LEVELS):
        shown = shown.children[0]

    assert shown.activity is None


def test_a_deep_tree_is_written_as_ptml(deep: TreeNode) -> None:
    model: Any = SimpleNamespace(tree=deep)
    written = ElementTree.fromstring(to_ptml(model))  # noqa: S314 - our own file

    assert len(written.findall(".//parentsNode")) == 2 * LEVELS


def test_deep_trees_are_equal_where_their_nodes_are(deep: TreeNode) -> None:
    other = _tree(deep, ())

    assert other is not deep and other == deep and hash(other) == hash(deep) and _tree(deep, {"a"}) != deep


def _pickled(tree: TreeNode) -> Any:
    return pickle.loads(pickle.dumps(tree))  # noqa: S301 - dumped a moment ago


@pytest.mark.parametrize("copied", [copy.deepcopy, _pickled])
def test_a_deep_tree_is_copied_and_pickled(deep: TreeNode, copied: Any) -> None:
    assert copied(deep) == deep


def test_a_deep_tree_is_shown_as_any_tree_is(deep: TreeNode) -> None:
    small = node("loop", leaf("a"), node("xor", leaf(None)))

    assert eval(repr(small)) == small and repr(deep).count("TreeNode(") == 2 * LEVELS + 1  # noqa: S307 - our own text


@pytest.fixture(scope="module")
def model() -> Any:
    """A model as deep as may be, mined: a skip within a skip."""
    return discover(make_log_of([[f"{i:03}" for i in range(length)] for length in range(1, DEEPEST // 2 + 1)]), noise=0)


@pytest.mark.slow
def test_the_deepest_model_is_mined_whole_and_measured(model: Any) -> None:
    fit = model.quality

    assert (fit.fitness, fit.precision, fit.on_cases, fit.unordered, fit.reasons) == (1, 1, DEEPEST // 2, 0, ())


@pytest.mark.slow
def test_the_deepest_model_is_the_same_when_read_again(model: Any) -> None:
    assert model_of_json(to_json(model)) == model


@pytest.mark.slow
def test_the_deepest_model_is_printed_as_json(model: Any) -> None:
    assert envelope("discover", True, data(model)).count('"operator": "sequence"') == DEEPEST // 2 - 1


@pytest.mark.slow
@pytest.mark.parametrize("write", [to_bpmn, to_pnml, to_ptml, to_graphml])
def test_the_deepest_model_is_written_in_every_format(model: Any, write: Any) -> None:
    last = f"{DEEPEST // 2 - 1:03}"

    assert f'="{last}"' in write(model) or f">{last}<" in write(model)


@pytest.fixture(scope="module")
def nested() -> TreeNode:
    """All operators within one another, with a course that is short: each level can be passed."""
    tree = leaf("a")
    for level in range(1_000):
        operator = ("sequence", "xor", "parallel", "loop")[level % 4]
        tree = node(operator, tree, leaf(None) if operator in ("xor", "loop") else leaf(f"b{level:04}"))
    return tree


def courses(*taken: tuple[str, ...]) -> Courses:
    from procmine.mine import counts

    log = make_log_of(taken)
    return counts.courses(log.engine, log.receipt["activities"])


def test_the_cost_of_a_course_is_reckoned_along_a_deep_tree(nested: TreeNode) -> None:
    assert alignment_costs(courses(("a", "b0998"), ("b0998",)), nested) == [1, 0]


def test_a_deep_tree_is_replayed(nested: TreeNode) -> None:
    deepest = ("a", *(f"b{number:04}" for number in range(0, 1_000, 2)))
    fit = measure_fit(courses(deepest, ("b0998", "b0994", "b0996")), nested)

    assert (fit.fitness, fit.precision_steps) == (1, 1)


def test_decisions_are_read_along_a_deep_tree(nested: TreeNode) -> None:
    root, _ = in_integers(nested, {}, 0)

    assert root is not None
    points = Points(root)
    taken = points.of([0])

    assert len(taken) >= len(points.points) == 500 and {one.option == UNFIT for one in taken} == {False}


def test_the_diagram_of_a_deep_tree_has_a_place_for_each_element(nested: TreeNode) -> None:
    shown = diagram(nested)
    drawn = draw(shown)

    assert len(drawn.centres) == len(shown.elements) == 501 + 2 * 750 + 2


@pytest.mark.slow
def test_permits_are_mined_whole_without_noise_and_say_what_their_quality_rests_on(variants_of: Any) -> None:
    taken = variants_of("bpic15-permits/BPIC15_1.xes.gz")
    model = discover(make_log_of(taken), noise=0)

    assert model.tree is not None and depth(model.tree) == 269
    assert model.quality and (model.quality.unordered, model.quality.fitness) == (0, 1)
    assert model.quality.reasons == ("alignment_budget", "precision_budget", "token_budget")


def depth(tree: TreeNode) -> int:
    levels, below = 0, [tree]
    while below:
        levels, below = levels + 1, [child for one in below for child in one.children]
    return levels
