"""A tree as it grows, and folded: without nodes that say nothing, its children in an order of their own.

Equal to pm4py's ``fold`` and ``tree_sort``: children of alternatives and parallel parts stand in the order of the sums
of their activities' MD5 digests, which depends on nothing but the names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from procmine.model import TreeNode


@dataclass(slots=True, eq=False)
class Shoot:
    """A node that still grows: with an operator its children, without one its activity (None = silent).

    ``below`` is its parent's operator, ``depth`` the number of levels above it that folding will leave.
    """

    operator: str | None = None
    activity: int | None = None
    children: list[Shoot] = field(default_factory=list)
    below: str | None = None
    depth: int = 0

    def grow(self, operator: str, number: int) -> list[Shoot]:
        """Make it an operator with so many silent children, which are given back."""
        depth = self.depth + (operator != self.below or operator == "loop")
        self.operator = operator
        self.children = [Shoot(below=operator, depth=depth) for _ in range(number)]
        return self.children


@dataclass(frozen=True, slots=True)
class _Folded:
    tree: TreeNode
    order: int
    parts: tuple[_Folded, ...] = ()

    @property
    def silent(self) -> bool:
        return self.tree.operator is None and self.tree.activity is None


_SILENT = _Folded(TreeNode(None, None), 0)


def folded(root: Shoot, names: Sequence[str]) -> TreeNode:
    """The tree in its shortest form: no operator over one child, none directly below its like where that says nothing,
    no silent step in a sequence or beside parallel ones, and at most one among alternatives."""
    above = [root]
    for shoot in above:  # grows while it is walked: every node behind its parent, so that no depth is too deep
        above.extend(shoot.children)
    done: dict[int, _Folded] = {}
    for shoot in reversed(above):
        parts = [done.pop(id(child)) for child in shoot.children]
        done[id(shoot)] = _leaf(shoot, names) if shoot.operator is None else _node(shoot.operator, parts)
    return done[id(root)].tree


def _leaf(shoot: Shoot, names: Sequence[str]) -> _Folded:
    if shoot.activity is None:
        return _SILENT
    name = names[shoot.activity]
    digest = hashlib.md5(name.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    return _Folded(TreeNode(None, name), int(digest, 16))


def _node(operator: str, given: Sequence[_Folded]) -> _Folded:
    parts = list(given)
    if operator != "loop":
        parts = [inner for child in parts for inner in (child.parts if child.tree.operator == operator else (child,))]
        spoken = [child for child in parts if not child.silent]
        parts = spoken if operator != "xor" or len(spoken) == len(parts) else [_SILENT, *spoken]
    elif all(child.silent for child in parts):
        parts = []
    if len(parts) < 2:
        return parts[0] if parts else _SILENT
    if operator in ("xor", "parallel"):
        parts.sort(key=lambda child: child.order)
    tree = TreeNode(operator, None, tuple(child.tree for child in parts))
    return _Folded(tree, sum(child.order for child in parts), tuple(parts))
