"""A process tree in integers, and the purse that bounds the work spent on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from procmine.model import TreeNode

Course = tuple[int, ...]


class Spent(Exception):
    """The budget is used up."""


@dataclass(slots=True)
class Purse:
    """What is left of a budget of elementary steps: counted, not timed, so that no result depends on the machine."""

    left: int

    def pay(self, work: int) -> None:
        """Take so many steps from the purse. Raises Spent."""
        self.left -= work
        if self.left < 0:
            raise Spent


@dataclass(slots=True)
class Node:
    """A tree node: ``mask`` has a bit for each activity below it, ``branch`` says below which child each lies."""

    number: int
    operator: str | None
    activity: int | None
    mask: int
    children: tuple[Node, ...]
    branch: dict[int, int] = field(default_factory=dict)


def in_integers(tree: TreeNode, codes: dict[str, int], number: int) -> tuple[Node | None, int]:
    """The tree in integers and the next free number; None if an activity stands in it twice."""
    if tree.operator is None:
        code = None if tree.activity is None else codes.setdefault(tree.activity, len(codes))
        return Node(number, None, code, 0 if code is None else 1 << code, ()), number + 1
    children = []
    own, mask = number, 0
    number += 1
    for child in tree.children:
        node, number = in_integers(child, codes, number)
        if node is None or node.mask & mask:
            return None, number
        mask |= node.mask
        children.append(node)
    branch = {code: i for i, child in enumerate(children) for code in _bits(child.mask)}
    return Node(own, tree.operator, None, mask, tuple(children), branch), number


def _bits(mask: int) -> list[int]:
    return [code for code in range(mask.bit_length()) if mask >> code & 1]
