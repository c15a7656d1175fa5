"""The cells of a process graph and the sums they stand in, and which cells may be shown without betraying another.

In a graph hiding alone hides little, because flows add up (``graph``). The courses shown beside it add up as well:
those that pass a step or way are its cases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from procmine.model import Model, Variant
from procmine.privacy.profile import Profile, could_be, rounded
from procmine.privacy.sums import POSSIBLE

Cell = tuple[str, ...]
"""("way", source, target), ("start", activity), ("end", activity), ("initiator" or "function", activity, code),
("variant", its place among the model's)."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A total that is shown (where it is that of a cell: if ``shown_as`` is) and the cells it is made of; ``places`` is
    how many cells a reader must reckon with."""

    total: int
    cells: tuple[tuple[Cell, int], ...]
    places: int
    shown_as: Cell | None = None


def allowed(model: Model, names: Collection[str], profile: Profile) -> set[Cell]:
    """The cells with enough persons. An initiator's events are at least as many as its persons."""
    cells: set[Cell] = {
        ("way", way.source, way.target)
        for way in model.ways
        if way.cases >= profile.persons and way.source in names and way.target in names
    }
    for step in model.steps:
        if step.activity not in names:
            continue
        counts: list[tuple[Cell, int]] = [(("start", step.activity), step.starts), (("end", step.activity), step.ends)]
        counts += [(("initiator", step.activity, code), count) for code, count in step.initiators]
        counts += [(("function", step.activity, code), count) for code, count in step.functions]
        cells |= {cell for cell, count in counts if count >= profile.persons}
    common = max(profile.persons, profile.variant_share * model.cases)
    cells |= {
        ("variant", str(place))
        for place, variant in enumerate(model.variants)
        if variant.cases >= common and drawn(variant, cells)
    }
    return cells


def sums_of_flows(model: Model, names: Collection[str]) -> list[Sum]:
    """All that adds up: in + start = out + end = initiators = functions = events of a step; starts = ends = cases."""
    places = len(model.steps) + 1
    sums = []
    into_step: dict[str, list[tuple[Cell, int]]] = {}
    out_of_step: dict[str, list[tuple[Cell, int]]] = {}
    for way in model.ways:
        cell: Cell = ("way", way.source, way.target)
        into_step.setdefault(way.target, []).append((cell, way.count))
        out_of_step.setdefault(way.source, []).append((cell, way.count))
    for step in model.steps:
        if step.activity not in names:
            continue
        name = step.activity
        begun: list[tuple[Cell, int]] = [(("initiator", name, code), count) for code, count in step.initiators]
        acted: list[tuple[Cell, int]] = [(("function", name, code), count) for code, count in step.functions]
        sums.append(Sum(step.events, (*into_step.get(name, ()), (("start", name), step.starts)), places))
        sums.append(Sum(step.events, (*out_of_step.get(name, ()), (("end", name), step.ends)), places))
        sums += [Sum(step.events, tuple(parts), len(parts) + 1) for parts in (begun, acted)]
    sums.append(Sum(model.cases, tuple((("start", step.activity), step.starts) for step in model.steps), places))
    sums.append(Sum(model.cases, tuple((("end", step.activity), step.ends) for step in model.steps), places))
    return sums


def sums_of_courses(model: Model, names: Collection[str], may: Collection[Cell], profile: Profile) -> Iterator[Sum]:
    """All cases, those of each step and way, those that start or end with a step: each is the cases of the courses that
    do. ``model`` may hold the commonest courses only; the others stand together as a cell that is never shown."""
    shown = sum(cell[0] == "variant" for cell in may)
    most = rounded(model.variant_count, profile.base) + (profile.base - 1) // 2  # courses there can be at most
    passing: dict[Cell, list[tuple[Cell, int]]] = {("cases",): []}
    for place, variant in enumerate(model.variants):
        course = variant.activities
        passed: set[Cell] = {("way", *pair) for pair in pairwise(course)} | {("step", step) for step in course}
        for key in (("cases",), ("start", course[0]), ("end", course[-1]), *passed):
            passing.setdefault(key, []).append((("variant", str(place)), variant.cases))
    totals: list[tuple[Cell, int]] = [(("cases",), model.cases)]
    totals += [(("step", step.activity), step.cases) for step in model.steps if step.activity in names]
    totals += [(("start", step.activity), step.starts) for step in model.steps]
    totals += [(("end", step.activity), step.ends) for step in model.steps]
    totals += [(("way", way.source, way.target), way.cases) for way in model.ways]
    for key, total in totals:
        cells = passing.get(key, [])
        if not any(cell in may for cell, _ in cells):
            continue
        rest = total - sum(count for _, count in cells)
        elsewhere = shown - sum(cell in may for cell, _ in cells)
        always = key[0] in ("cases", "step")
        yield Sum(total, (*cells, (("rest",), rest)), max(most - elsewhere, 0), None if always else key)


def untold(sums: Sequence[Sum], shown: set[Cell], profile: Profile) -> set[Cell]:
    """Cells that may be shown without betraying one that is not.

    In each sum the attacker subtracts what is shown from the total; every number may be off by half a base, no cell
    shown is below the minimum, every hidden cell lies between 0 and it. Where that leaves a hidden cell fewer than
    ``POSSIBLE`` values, the smallest cell shown in that sum is hidden as well, until there is room in every sum.
    """
    shown = set(shown)
    changed = True
    while changed:
        changed = False
        for one in sums:
            if one.shown_as is not None and one.shown_as not in shown:
                continue
            visible = [(count, cell) for cell, count in one.cells if cell in shown]
            hidden = [cell for cell, count in one.cells if count and cell not in shown]
            if not hidden or not visible:
                continue
            total, seen = rounded(one.total, profile.base), [could_be(count, profile) for count, _ in visible]
            most = total + (profile.base - 1) // 2 - sum(low for low, _ in seen)
            least = total - profile.base // 2 - sum(high for _, high in seen)
            least -= (profile.persons - 1) * max(one.places - len(visible) - 1, 0)
            if min(most, profile.persons - 1) - max(least, 0) + 1 < POSSIBLE:
                shown.remove(min(visible)[1])
                changed = True
    return shown


def drawn(variant: Variant, cells: Collection[Cell]) -> bool:
    """Whether every way of a course is drawn: a course must not name what the graph hides."""
    return all(("way", source, target) in cells for source, target in pairwise(variant.activities))
