"""Decision points of a process tree, and the decisions a course takes at them.

A point is a choice (xor) or the end of a loop's body (again, something else first, or leave). It is named by content:
what comes right before it and the first visible steps of each option; a silent option by what comes next.

The miner's trees name each activity once, so a course splits along the tree without search, and each node sees its own
events only. A decision is read wherever the course agrees with the model *at that point*: what had to come before it
has come in order, and the node's own events belong to one option and begin as it does. Courses that do not agree there
take no decision there.

**What was known.** A decision counts as taken right after the last event that had to happen before it, whichever
option was taken. Taking the moment of the option's own first step instead would date "not at all" to the end of the
case, and everything that grows with a case would seem to decide it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from procmine.mine.fit.blocks import Node
from procmine.model import walked

START = -1
"""The place before a course's first event."""
LOST = -2
"""No place: the course has not come to a node in the order of the model."""

LONGEST = 500
"""Steps of a course that is read; the work of telling turns of a loop apart grows with the square of the length."""

UNFIT = -1
"""The option of a course that does not agree with the model at a point."""

Event = tuple[int, int]  # place in the course, activity


class Taken(NamedTuple):
    """One decision: at which point, after which event of the course, which option; ``open`` if nothing that came after
    shows that the silent option was meant and not just a course that is not at its end yet."""

    point: int
    before: int
    option: int
    open: bool


@dataclass(frozen=True, slots=True)
class Way:
    """An option: ``kind`` is step, skip, again or leave; ``steps`` are the activities that can come first, ``ends``
    says that the case may end instead."""

    kind: str
    steps: tuple[int, ...]
    ends: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A decision point: ``kind`` is choice or loop, ``after`` what can come right before it (nothing: the start)."""

    kind: str
    after: tuple[int, ...]
    options: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class _Edge:
    """What a node can begin or end with, and whether it can be empty."""

    first: frozenset[int]
    last: frozenset[int]
    empty: bool


class _Around(NamedTuple):
    """A node and what is around it: ``before`` can come right before it, ``behind`` after it, ``ends``: or the end."""

    node: Node
    before: frozenset[int]
    behind: frozenset[int]
    ends: bool


_Visit = tuple[Node, int, list[Event], bool]
"""A node to read: the last event that had to come before it, its own events, and whether an event came after it that
could not come sooner."""


class Points:
    """The decision points of a tree; ``of`` reads a course."""

    def __init__(self, root: Node) -> None:
        self.points: list[Point] = []
        self._root = root
        self._edges: dict[int, _Edge] = {}
        self._number: dict[int, int] = {}
        self._named: dict[int, int] = {}
        self._below: dict[int, range] = {}
        self._silent: dict[int, int | None] = {}
        self._simple: dict[int, bool] = {}
        self._nothing: dict[int, list[tuple[int, int]]] = {}
        every = walked(root)
        for node in reversed(every):
            self._edge(node)
        self._name(root)
        for node in reversed(every):
            until = self._below[node.children[-1].number].stop if node.children else self._named[node.number]
            self._below[node.number] = range(self._named[node.number], until)

    def of(self, course: Sequence[int]) -> list[Taken]:
        """The decisions of a course in the order of the tree."""
        if len(course) > LONGEST or not self.points:
            return self._unfit(self._root)
        own = [(place, code) for place, code in enumerate(course) if self._root.mask >> code & 1]
        return self._read((self._root, START, own, False))

    # ---- what the points are called

    def _edge(self, node: Node) -> None:
        inner = [self._edges[child.number] for child in node.children]
        if node.operator is None:
            own = frozenset() if node.activity is None else frozenset([node.activity])
            found = _Edge(own, own, node.activity is None)
        elif node.operator == "sequence":
            found = _Edge(_until(inner, "first"), _until(inner[::-1], "last"), all(one.empty for one in inner))
        elif node.operator == "loop":
            first, last = inner[0].first, inner[0].last
            if inner[0].empty:
                first = first.union(*(one.first for one in inner[1:]))
                last = last.union(*(one.last for one in inner[1:]))
            found = _Edge(first, last, inner[0].empty)
        else:
            whole = all if node.operator == "parallel" else any
            first = frozenset().union(*(one.first for one in inner))
            last = frozenset().union(*(one.last for one in inner))
            found = _Edge(first, last, whole(one.empty for one in inner))
        self._edges[node.number] = found
        self._simple[node.number] = node.operator != "loop" and all(
            self._simple[child.number] for child in node.children
        )

    def _name(self, root: Node) -> None:
        """Add the points in the order of the tree: a node's own, then those below it."""
        todo = [_Around(root, frozenset(), frozenset(), True)]
        while todo:
            one = todo.pop()
            self._named[one.node.number] = len(self.points)
            todo.extend(reversed(self._name_one(*one)))

    def _name_one(self, node: Node, before: frozenset[int], behind: frozenset[int], ends: bool) -> list[_Around]:
        """Add the node's point; its children and what is around them."""
        edges = [self._edges[child.number] for child in node.children]
        if node.operator == "xor":
            options = self._with_silent(node, edges)
            self._add(node, "choice", before, [self._way(edge, behind, ends) for edge in options])
        elif node.operator == "loop":
            again = [
                Way("again" if not edge.first else "step", _sorted(edge.first or edges[0].first), False)
                for edge in self._with_silent(node, edges[1:])
            ]
            after = edges[0].last
            if edges[0].empty:
                after = after.union(before, *(edge.last for edge in edges[1:]))
            self._add(node, "loop", after, [*again, Way("leave", _sorted(behind), ends)])
        inner = []
        for at, child in enumerate(node.children):
            if node.operator == "sequence":
                rest, passed = edges[at + 1 :], edges[:at][::-1]
                next_ends = ends and all(edge.empty for edge in rest)
                follows = _until(rest, "first") | (behind if all(edge.empty for edge in rest) else frozenset())
                comes = _until(passed, "last") | (before if all(edge.empty for edge in passed) else frozenset())
                inner.append(_Around(child, comes, follows, next_ends))
            elif node.operator == "loop" and at == 0:
                redo = frozenset().union(*(edge.first for edge in edges[1:]))
                redone = frozenset().union(*(edge.last for edge in edges[1:]))
                inner.append(_Around(child, before | redone, behind | redo, ends))
            elif node.operator == "loop":
                inner.append(_Around(child, edges[0].last, edges[0].first, edges[0].empty and ends))
            else:
                inner.append(_Around(child, before, behind, ends))
        return inner

    def _with_silent(self, node: Node, edges: Sequence[_Edge]) -> Sequence[_Edge]:
        """The options of a node, and which of them is silent. Where none is but one may turn out to be empty, one more
        that is: nothing at all may happen there."""
        silent = next((at for at, edge in enumerate(edges) if not edge.first), None)
        if silent is None and any(edge.empty for edge in edges):
            silent, edges = len(edges), (*edges, _Edge(frozenset(), frozenset(), True))
        self._silent[node.number] = silent
        return edges

    def _way(self, edge: _Edge, behind: frozenset[int], ends: bool) -> Way:
        return Way("skip", _sorted(behind), ends) if not edge.first else Way("step", _sorted(edge.first), False)

    def _add(self, node: Node, kind: str, after: frozenset[int], options: list[Way]) -> None:
        self._number[node.number] = len(self.points)
        self.points.append(Point(kind, _sorted(after), tuple(options)))

    # ---- what a course decides

    def _read(self, visit: _Visit, *, none: bool = False) -> list[Taken]:
        """The decisions at a node and below it, in the order of the tree. What is still to read lies on a list: no tree
        is too deep. ``none``: nothing happened there, and what that means is read, not looked up."""
        out: list[Taken] = []
        todo: list[Taken | _Visit] = [visit]
        while todo:
            one = todo.pop()
            if isinstance(one, Taken):
                out.append(one)
                continue
            node, before, own, followed = one
            if own or none:
                todo += self._split(node, before, own, followed)[::-1]
                continue
            lost = before == LOST
            for point, option in self._of_nothing(node):
                unfit = lost or option == UNFIT
                out.append(Taken(point, LOST, UNFIT, False) if unfit else Taken(point, before, option, not followed))
        return out

    def _of_nothing(self, node: Node) -> list[tuple[int, int]]:
        """Points and options below a node of which nothing happened; most nodes of most courses are such."""
        found = self._nothing.get(node.number)
        if found is None:
            read = self._read((node, START, [], False), none=True)
            found = self._nothing[node.number] = [(one.point, one.option) for one in read]
        return found

    def _split(self, node: Node, before: int, own: list[Event], followed: bool) -> list[Taken | _Visit]:
        """The decisions at a node and its children to read, in the order of the tree."""
        if node.operator == "xor":
            return self._choice(node, before, own, followed)
        if node.operator == "loop":
            return self._loop(node, before, own, followed)
        in_row = node.operator == "sequence"
        if in_row and not _in_order(node, own):  # what a loop inside does next can still be read
            before, in_row = LOST, False
        last = node.branch[own[-1][1]] if in_row and own else -1
        found: list[Taken | _Visit] = []
        for at, (child, piece) in enumerate(zip(node.children, _pieces(node, own), strict=True)):
            if self._below[child.number]:  # what has nothing to decide is nowhere visited
                found.append((child, before, piece, followed or at < last))
            if in_row and piece:
                before = piece[-1][0]
        return found

    def _unfit(self, node: Node) -> list[Taken]:
        return [Taken(point, LOST, UNFIT, False) for point in self._below[node.number]]

    def _take(self, node: Node, before: int, option: int, is_open: bool) -> Taken:
        lost = before == LOST
        return Taken(self._number[node.number], before, UNFIT if lost else option, is_open and not lost)

    def _choice(self, node: Node, before: int, own: list[Event], followed: bool) -> list[Taken | _Visit]:
        silent = self._silent[node.number]
        if not own:
            return [*self._unfit(node)] if silent is None else [self._take(node, before, silent, not followed)]
        chosen = {node.branch[code] for _, code in own}
        option = min(chosen)
        if len(chosen) > 1 or not self._begins(node.children[option], own):
            return [*self._unfit(node)]
        taken = self._take(node, before, option, silent is not None and not followed)
        child = node.children[option]
        return [taken, (child, before, own, followed)] if self._below[child.number] else [taken]

    def _begins(self, node: Node, own: list[Event]) -> bool:
        return own[0][1] in self._edges[node.number].first

    def _loop(self, node: Node, before: int, own: list[Event], followed: bool) -> list[Taken | _Visit]:
        runs = self._runs(node, own)
        if runs is None:
            return [*self._unfit(node)]
        leave = len(self.points[self._number[node.number]].options) - 1
        known = before
        found: list[Taken | _Visit] = []
        for at, (branch, piece) in enumerate(runs):
            more = at + 1 < len(runs)
            if branch:  # option 0 of the point is the first redo
                found.append(self._take(node, known, branch - 1, not followed))
            if branch < len(node.children) and self._below[node.children[branch].number]:
                found.append((node.children[branch], known, piece, followed or more))
            known = piece[-1][0] if piece else known
            if not branch and not more:
                found.append(self._take(node, known, leave, not followed))
        return found

    def _runs(self, node: Node, own: list[Event]) -> list[tuple[int, list[Event]]] | None:
        """A loop's events as body, redo, body … body; pieces may be empty where a branch can be. None if they are in
        no such order."""
        body, again = self._edges[node.children[0].number].empty, self._silent[node.number]
        found: list[tuple[int, list[Event]]] = []
        for branch, piece in self._executions(node, own):
            if not self._begins(node.children[branch], piece):
                return None
            if branch and (not found or found[-1][0]):
                if not body:
                    return None
                found.append((0, []))
            elif not branch and found and not found[-1][0]:
                if again is None:
                    return None
                found.append((1 + again, []))
            found.append((branch, piece))
        if not found or found[-1][0]:
            if not body:
                return None
            found.append((0, []))
        return found

    def _executions(self, node: Node, own: list[Event]) -> Iterator[tuple[int, list[Event]]]:
        """A loop's events cut where the branch changes, and where one run of a branch ends and the next begins: at the
        first event that cannot continue it."""
        start = 0
        while start < len(own):
            branch = node.branch[own[start][1]]
            child = node.children[branch]
            end = start + 1
            while end < len(own) and node.branch[own[end][1]] == branch and self._goes_on(child, own[start : end + 1]):
                end += 1
            yield branch, own[start:end]
            start = end

    def _goes_on(self, root: Node, piece: list[Event]) -> bool:
        """Whether the piece can still be the beginning of one run of the node."""
        todo = [(root, piece)]
        while todo:
            node, piece = todo.pop()
            if len(piece) < 2 or node.operator == "loop":
                continue  # one event begins a run of its node; a loop inside a loop takes what it can get
            if self._simple[node.number] and len({code for _, code in piece}) < len(piece):
                return False
            if node.operator == "xor":
                chosen = {node.branch[code] for _, code in piece}
                if len(chosen) > 1:
                    return False
                todo.append((node.children[chosen.pop()], piece))
            elif node.operator == "sequence" and not _in_order(node, piece):
                return False
            else:
                for child, part in zip(node.children, _pieces(node, piece), strict=True):
                    if len(part) > 1:
                        todo.append((child, part))
        return True


def _until(edges: Sequence[_Edge], side: str) -> frozenset[int]:
    """What can come first of several in a row: the first of them, and as long as they can be empty the next."""
    found: frozenset[int] = frozenset()
    for edge in edges:
        found |= getattr(edge, side)
        if not edge.empty:
            break
    return found


def _sorted(codes: frozenset[int]) -> tuple[int, ...]:
    return tuple(sorted(codes))


def _pieces(node: Node, own: list[Event]) -> list[list[Event]]:
    pieces: list[list[Event]] = [[] for _ in node.children]
    for event in own:
        pieces[node.branch[event[1]]].append(event)
    return pieces


def _in_order(node: Node, own: list[Event]) -> bool:
    at = 0
    for _, code in own:
        branch = node.branch[code]
        if branch < at:
            return False
        at = branch
    return True
