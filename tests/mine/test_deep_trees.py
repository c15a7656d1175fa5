"""A tree of more levels than Python allows calls: what walks it without calling itself once a level."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from procmine.mine.export import to_ptml
from procmine.mine.fit.blocks import in_integers
from procmine.mine.fit.structure import simplicity
from procmine.mine.net import net_of_tree
from procmine.mine.variety.figures import control_flow
from procmine.model import TreeNode
from procmine.privacy.graph import _tree
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
