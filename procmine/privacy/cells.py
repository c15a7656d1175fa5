"""Cells: what decides whether a figure may be shown, and which others have to go with those that may not."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from procmine.findings import Measurement
from procmine.privacy.profile import Profile

Group = tuple[tuple[str, str], ...]
PERIOD = "\0period"


@dataclass(frozen=True, slots=True)
class Cell:
    """What decides whether a figure may be shown; also the sum of several hidden ones."""

    persons: int
    workers: int | None
    hits: float | None
    misses: float | None

    def withheld(self, profile: Profile) -> bool:
        """Whether the profile hides it."""
        if self.persons < profile.persons:
            return True
        if profile.exact:
            return False
        if self.workers is not None and self.workers < profile.workers:
            return True
        return any(side is not None and side < profile.persons for side in (self.hits, self.misses))


def group_of(measurement: Measurement) -> Group:
    """A measurement's group and period as one key."""
    period = {PERIOD: measurement.period} if measurement.period is not None else {}
    return tuple(sorted((dict(measurement.group) | period).items()))


def with_complements(
    cells: Mapping[Group, Cell], profile: Profile, gone: Collection[Group] = frozenset()
) -> set[Group]:
    """The groups to hide: those that must not be seen (``gone`` for other reasons), and those that would give them
    away."""
    hidden = {key for key, cell in cells.items() if key in gone or cell.withheld(profile)}
    sums = _sums(cells)
    changed = bool(hidden)
    while changed:
        changed = False
        for whole, parts in sums:
            more = _to_hide(whole, parts, cells, hidden, profile)
            hidden |= more
            changed |= bool(more)
    return hidden


def _sums(cells: Mapping[Group, Cell]) -> list[tuple[Group, tuple[Group, ...]]]:
    """Every whole with its parts along one key. A whole that is not given counts if two keys sum to it."""
    parts: dict[Group, dict[str, list[Group]]] = {}
    for key in sorted(cells):
        for name, value in key:
            whole = tuple(pair for pair in key if pair != (name, value))
            parts.setdefault(whole, {}).setdefault(name, []).append(key)
    return [
        (whole, tuple(parts[whole][name]))
        for whole in sorted(parts)
        if whole in cells or len(parts[whole]) > 1
        for name in sorted(parts[whole])
    ]


def _to_hide(
    whole: Group, parts: tuple[Group, ...], cells: Mapping[Group, Cell], hidden: set[Group], profile: Profile
) -> set[Group]:
    gone = [part for part in parts if part in hidden]
    left = sorted((part for part in parts if part not in hidden), key=lambda part: (cells[part].persons, part))
    if whole in hidden:
        # The parts add up to it: at least one of them must be unknown.
        return set(left[:1]) if not gone and left else set()
    if not gone:
        return set()
    more: set[Group] = set()
    while left and (len(gone) < 2 or together([cells[part] for part in gone]).withheld(profile)):
        gone.append(left.pop(0))
        more.add(gone[-1])
    return more


def together(cells: list[Cell]) -> Cell:
    """Hidden parts as one group. Caseworkers may be the same in each, so their number is at least the largest."""
    workers = [cell.workers for cell in cells if cell.workers is not None]
    return Cell(
        persons=sum(cell.persons for cell in cells),
        workers=max(workers) if workers else None,
        hits=_sum(cell.hits for cell in cells),
        misses=_sum(cell.misses for cell in cells),
    )


def _sum(sides: Iterable[float | None]) -> float | None:
    known = [side for side in sides if side is not None]
    return math.fsum(known) if known else None
