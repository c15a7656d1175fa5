"""Inclusive gateways as pairs: a split and the join its branches, as many as were taken, come together in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from procmine.mine.bpmn.parts import Part, Parts

MOST_BRANCHES = 6  # n branches have 2^n - 1 ways to be taken


class Inclusive:
    """Inclusive gateways in pairs: every branch of the split leads to its own flow of one join and nowhere else."""

    def __init__(self, found: Parts, parts: Sequence[Part]) -> None:
        self._found = found
        self._branches: dict[str, tuple[str, list[tuple[str, str]]]] = {}
        self._splits: dict[str, str] = {}
        for part in parts:
            if part.kind == "inclusive" and len(part.out) > 1:
                self._pair(part)

    def _pair(self, split: Part) -> None:
        ends = [self._end_of(name, split.id) for name in split.out]
        joins = {end[0] for end in ends if end is not None}
        lasts = [end[1] for end in ends if end is not None]
        if len(split.into) == 1 and len(joins) == 1 and len(lasts) == len(split.out) == len(set(lasts)):
            (join,) = joins
            into = self._found.parts[join].into
            if len(split.out) <= MOST_BRANCHES and sorted(into) == sorted(lasts) and join not in self._splits:
                self._branches[split.id] = (join, list(zip(split.out, lasts, strict=True)))
                self._splits[join] = split.id

    def _end_of(self, flow: str, split: str) -> tuple[str, str] | None:
        """The inclusive join that everything behind a flow leads to, and the one flow into it; None if there is none.

        Inner pairs of inclusive gateways are passed over; what comes in from outside the branch breaks it.
        """
        seen: set[str] = set()
        flows, todo = {flow}, [flow]
        lasts: set[tuple[str, str]] = set()
        while todo:
            name = todo.pop()
            target = self._found.parts[self._found.lines[name].target]
            if target.kind == "inclusive" and len(target.into) > 1 and not self._opened_within(target, seen):
                lasts.add((target.id, name))
                continue
            if target.id == split or target.kind == "end" or target.link:
                return None
            if target.id not in seen:
                seen.add(target.id)
                after = [*target.out, *self._of_boundaries(target.id)]
                flows.update(after)
                todo.extend(after)
        inner = {name for part in seen for name in self._found.parts[part].into}
        return lasts.pop() if len(lasts) == 1 and inner <= flows else None

    def _opened_within(self, join: Part, seen: set[str]) -> bool:
        """Whether a join belongs to a split that stands in the branch itself."""
        splits = [p for p in sorted(seen) if self._found.parts[p].kind == "inclusive"]
        return any(self._leads(split, join.id) for split in splits)

    def _leads(self, split: str, join: str) -> bool:
        part = self._found.parts[split]
        if len(part.out) < 2:
            return False
        if split not in self._branches:
            self._pair(part)
        return split in self._branches and self._branches[split][0] == join

    def _of_boundaries(self, host: str) -> list[str]:
        return [
            name
            for part in self._found.parts.values()
            if part.kind == "boundary" and part.given.get("attachedToRef") == host
            for name in part.out
        ]

    def ways(self, part: Part) -> list[tuple[list[str], list[str]]] | None:
        """A gateway's transitions as places before and after: a split for every set of branches, a join of all, skipped
        ones too. None for one without its pair."""
        if part.id in self._branches:
            names = [out for out, _ in self._branches[part.id][1]]
            return [
                ([f"flow {name}" for name in part.into], [f"flow {n}" if n in taken else f"skipped {n}" for n in names])
                for many in range(len(names), 0, -1)
                for taken in combinations(names, many)
            ]
        if part.id in self._splits:
            branches = self._branches[self._splits[part.id]][1]
            come = [([f"flow {last}"], [f"joined {out}"]) for out, last in branches]
            come += [([f"skipped {out}"], [f"joined {out}"]) for out, _ in branches]
            return [*come, ([f"joined {out}" for out, _ in branches], [f"flow {name}" for name in part.out])]
        if len(part.into) == 1 and len(part.out) == 1:
            return [([f"flow {part.into[0]}"], [f"flow {part.out[0]}"])]
        return None
