"""The four cuts: does a directly-follows graph fall into alternatives, a sequence, parallel parts, or a loop?

After Leemans, Robust Process Mining with Guarantees (2017), pages 188 and 233 (strict sequence). Where the book leaves
a choice, the answer is that of pm4py 2.7.23, which the tests hold this against: a group without a start or an end goes
to its neighbour in the order of size, and a loop has one redo part. No answer depends on the order of courses or pairs:
parts stand in the order of their first activity by name.
"""

from __future__ import annotations

from dataclasses import dataclass

from procmine.mine.inductive.graph import Graph, bits, components, reach


@dataclass(frozen=True, slots=True)
class Cut:
    """An operator and its groups of activities as bit sets, in order."""

    operator: str
    groups: tuple[int, ...]


def find_cut(graph: Graph, *, connected: bool | None = None) -> Cut | None:
    """The first cut that holds, in the order of the miner: alternatives, sequence, parallel, loop.

    ``connected`` says whether the graph is known to be strongly connected, which alone excludes the first two.
    """
    if not graph.all:
        return None
    if connected is None:
        connected = strongly_connected(graph)
    if not connected and len(parts := alternatives(graph)) > 1:
        return Cut("xor", tuple(parts))
    if not connected and len(parts := sequence(graph)) > 1:
        return Cut("sequence", tuple(parts))
    if len(parts := parallel(graph)) > 1:
        return Cut("parallel", tuple(parts))
    return Cut("loop", tuple(parts)) if len(parts := loop(graph)) > 1 else None


def strongly_connected(graph: Graph) -> bool:
    """Whether every activity leads to every other one."""
    seed = graph.all & -graph.all
    return all(reach(seed, graph.all, near.__getitem__) == graph.all for near in (graph.after, graph.before))


def alternatives(graph: Graph) -> list[int]:
    """Groups between which no way leads."""
    return components(graph.all, lambda a: graph.after[a] | graph.before[a])


def sequence(graph: Graph) -> list[int]:
    """Groups in order: from each all later ones can be reached and no earlier one.

    Two activities stand in one group if each reaches the other or neither does. The first are the strongly connected
    parts. In topological order of these a group ends where every part so far leads to every part from here on.
    """
    parts, beyond = _condensed(graph)
    every = (1 << len(parts)) - 1
    groups = [0]
    furthest = 0  # the last part that one of the group does not lead to
    for i, part in enumerate(parts):
        if furthest < i:
            groups.append(0)
        groups[-1] |= part
        furthest = max(furthest, (every & ~beyond[i]).bit_length() - 1)
    return _strict(graph, groups) if len(groups) > 1 else groups


def _condensed(graph: Graph) -> tuple[list[int], list[int]]:
    """The strongly connected parts in topological order, and for each the bit set of the parts that it leads to.

    Kosaraju and Sharir's two walks, each a handful of bit operations an activity.
    """
    order: list[int] = []
    left = graph.all
    while left:
        stack = [(left & -left).bit_length() - 1]
        left ^= left & -left
        while stack:
            new = graph.after[stack[-1]] & left
            if new:
                low = new & -new
                left ^= low
                stack.append(low.bit_length() - 1)
            else:
                order.append(stack.pop())
    parts: list[int] = []
    place: dict[int, int] = {}
    left = graph.all
    for activity in reversed(order):
        if left >> activity & 1:
            part = 1 << activity
            left ^= part
            if graph.before[activity] & left:
                part = reach(part, left, graph.before.__getitem__)
                left &= ~part
            for member in bits(part):
                place[member] = len(parts)
            parts.append(part)
    return parts, _beyond(graph, parts, place)


def _beyond(graph: Graph, parts: list[int], place: dict[int, int]) -> list[int]:
    beyond = [0] * len(parts)
    covered = list(parts)  # the activities of a part and of all beyond it
    for i in range(len(parts) - 1, -1, -1):
        out = 0
        for member in bits(parts[i]):
            out |= graph.after[member]
        while out := out & ~covered[i]:
            j = place[(out & -out).bit_length() - 1]
            beyond[i] |= beyond[j] | 1 << j
            covered[i] |= covered[j]
    return beyond


def _strict(graph: Graph, groups: list[int]) -> list[int]:
    """Groups that can only be skipped together become one (Leemans 2017, page 233).

    ``back[i]`` is the earliest group with a way into group ``i``, ``on[i]`` the latest that a way leads to from it; a
    start comes from before the first and an end leads beyond the last. Both keep speaking of the groups as they were.
    """
    number = len(groups)
    place = {a: i for i, group in enumerate(groups) for a in bits(group)}
    back = [-1 if group & graph.starts else number for group in groups]
    on = [number if group & graph.ends else -1 for group in groups]
    for i, group in enumerate(groups):
        followers = 0
        for a in bits(group):
            followers |= graph.after[a]
        for j in {place[b] for b in bits(followers)}:
            back[j], on[i] = min(back[j], i), max(on[i], j)
    earlier = onward = 0  # what stands before group p, and what follows that directly
    for p in range(number):
        later = graph.all & ~(earlier | groups[p])
        if later & (graph.starts | onward) or earlier & graph.ends:  # a course can do without group p
            q = p - 1
            while q >= 0 and on[q] <= p:
                groups[p], groups[q] = groups[p] | groups[q], 0
                q -= 1
            q = p + 1
            while q < number and back[q] >= p:
                groups[p], groups[q] = groups[p] | groups[q], 0
                q += 1
        for a in bits(groups[p] & ~earlier):
            onward |= graph.after[a]
        earlier |= groups[p]
    return [group for group in groups if group]


def parallel(graph: Graph) -> list[int]:
    """Groups whose activities all follow each other in both orders, each with a start and an end of its own.

    A group without joins the one before it in the order of size (the first joins the next).
    """
    groups = components(graph.all, lambda a: graph.all & ~(graph.after[a] & graph.before[a]))
    groups.sort(key=int.bit_count)
    i = 0
    while i < len(groups) > 1:
        if groups[i] & graph.starts and groups[i] & graph.ends:
            i += 1
        else:
            lost = groups.pop(i)
            groups[max(i - 1, 0)] |= lost
    return groups


def loop(graph: Graph) -> list[int]:
    """The do and the redo part of a loop, or the do part alone where there is no loop.

    Starts and ends belong to the do part, and so does every connected rest that one of them leads into or that leads
    out of one other than as a redo does: from every end, back to every start.
    """
    starts, ends = graph.starts, graph.ends
    inner = graph.all & ~(starts | ends)
    bad = 0
    for a in bits(starts & ~ends):
        bad |= graph.after[a]
    for a in bits(ends & ~starts):
        bad |= graph.before[a]
    redo = inner & ~_joined(graph, inner, bad)
    bad = 0
    for a in bits(redo):
        if graph.after[a] & starts not in (0, starts) or graph.before[a] & ends not in (0, ends):
            bad |= 1 << a
    redo &= ~_joined(graph, redo, bad)
    return [graph.all & ~redo, redo] if redo else [graph.all]


def _joined(graph: Graph, within: int, some: int) -> int:
    return reach(some & within, within, lambda a: graph.after[a] | graph.before[a])
