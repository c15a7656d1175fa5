"""Process trees and Petri nets in plain values, and how well one fits a log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar


class _Branching(Protocol):
    @property
    def children(self) -> Sequence[Any]: ...


_AnyNode = TypeVar("_AnyNode", bound=_Branching)


def walked(tree: _AnyNode) -> list[_AnyNode]:
    """The nodes of a tree from left to right, each before those below it; reversed, each behind them. What is still to
    visit lies on a list: no tree is too deep, as it would be for a function that calls itself once a level."""
    found: list[_AnyNode] = []
    todo = [tree]
    while todo:
        found.append(todo.pop())
        todo.extend(reversed(found[-1].children))
    return found


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TreeNode:
    """A process tree: ``operator`` is sequence, xor, parallel, loop or or; a leaf has an ``activity`` (None =
    silent). Compared, hashed, shown and pickled by its nodes in a row, at any depth."""

    operator: str | None
    activity: str | None
    children: tuple[TreeNode, ...] = ()

    def __eq__(self, other: object) -> bool:
        return _row(self) == _row(other) if isinstance(other, TreeNode) else NotImplemented

    def __hash__(self) -> int:
        return hash(_row(self))

    def __repr__(self) -> str:
        made: list[str] = []
        for node in reversed(walked(self)):
            below = ", ".join([made.pop() for _ in node.children]) + ("," if len(node.children) == 1 else "")
            made.append(f"TreeNode(operator={node.operator!r}, activity={node.activity!r}, children=({below}))")
        return made[0]

    def to_dict(self) -> dict[str, Any]:
        """The same as ``dataclasses.asdict``."""
        made: list[dict[str, Any]] = []
        for node in reversed(walked(self)):
            below = tuple([made.pop() for _ in node.children])
            made.append({"operator": node.operator, "activity": node.activity, "children": below})
        return made[0]

    def __reduce__(self) -> tuple[Callable[..., TreeNode], tuple[_Row]]:
        return _of_row, (_row(self),)


_Row = tuple[tuple[str | None, str | None, int], ...]


def _row(tree: TreeNode) -> _Row:
    """The nodes as values, from left to right, each with the number of its children: no two trees have the same."""
    return tuple((node.operator, node.activity, len(node.children)) for node in walked(tree))


def _of_row(row: _Row) -> TreeNode:
    made: list[TreeNode] = []
    for operator, activity, children in reversed(row):
        made.append(TreeNode(operator, activity, tuple([made.pop() for _ in range(children)])))
    return made[0]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a Petri net."""

    name: str


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition of a Petri net; ``label`` None is silent."""

    name: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Net:
    """A Petri net in plain values; names are stable and sorted, ``arcs`` are (from, to) names."""

    places: tuple[Place, ...]
    transitions: tuple[Transition, ...]
    arcs: tuple[tuple[str, str], ...]
    initial: tuple[str, ...]
    final: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the net and the log fit each other. ``on_cases`` is the number of cases fitness by alignment rests on;
    a figure that was not computed is None. ``precision_steps`` is the share of the log's steps that lie on a course the
    model can replay; precision looks at these only. ``token_cases`` is the number of cases that ``token_fitness`` and
    ``generalisation`` rest on; ``simplicity`` is the net's own. ``reasons`` says what is missing or rests on less than
    the whole, as names of the texts ``fit.reason``; ``unordered`` is the number of activities that the miner, its
    budget used up or the tree too deep, put in any order."""

    fitness: float | None
    fitness_method: str
    precision: float | None
    precision_method: str
    on_cases: int
    of_cases: int
    reasons: tuple[str, ...] = ()
    unordered: int = 0
    precision_steps: float | None = None
    token_fitness: float | None = None
    token_method: str = ""
    token_cases: int = 0
    generalisation: float | None = None
    generalisation_method: str = ""
    simplicity: float | None = None
    simplicity_method: str = ""
