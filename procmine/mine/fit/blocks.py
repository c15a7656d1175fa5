"""A process tree in integers, and the purse that bounds the work spent on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from procmine.model import TreeNode, walked

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
    every = walked(tree)
    for node in every:
        if node.operator is None and node.activity is not None:
            codes.setdefault(node.activity, len(codes))
    made: list[Node] = []  # from the back every node comes behind its children: no tree is too deep
    for own, node in reversed([*enumerate(every, number)]):
        if node.operator is None:
            code = None if node.activity is None else codes[node.activity]
            made.append(Node(own, None, code, 0 if code is None else 1 << code, ()))
            continue
        children, mask = tuple(made.pop() for _ in node.children), 0
        for child in children:
            if child.mask & mask:
                return None, number + len(every)
            mask |= child.mask
        branch = {code: i for i, child in enumerate(children) for code in _bits(child.mask)}
        made.append(Node(own, node.operator, None, mask, children, branch))
    return made[0], number + len(every)


def _bits(mask: int) -> list[int]:
    return [code for code in range(mask.bit_length()) if mask >> code & 1]
