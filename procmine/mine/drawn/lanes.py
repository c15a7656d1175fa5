"""Boxes in lanes: every box within the lane of its kind, rows from the top down, heavy lines within a lane straight.

The layout engine knows lanes, but puts a box beside its lane where that saves a bend. Here places come first and the
lines are routed over them: a box outside its lane would say that somebody else acts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Place = tuple[float, float]
SWEEPS = 8
PADDING = 16.0  # between a lane's border and its boxes: room for a line
TRACK = 5.0  # how much further two rows are apart for each line that turns between them


class Band(NamedTuple):
    """A lane: its name and where it begins and ends."""

    name: str
    left: float
    right: float


class Lanes(NamedTuple):
    """Which box lies in which lane, the lanes from left to right, and how wide each is at least."""

    of: Mapping[str, str]
    order: Sequence[str]
    widths: Mapping[str, float]


class Grid(NamedTuple):
    """What is to be placed: sizes and rows by box, the lanes, weights by source and target.

    ``beside`` is the room a box needs on its right: for a loop and its label.
    """

    sizes: Mapping[str, Place]
    beside: Mapping[str, float]
    rows: Mapping[str, int]
    lanes: Lanes
    weights: Mapping[tuple[str, str], float]


def place_in_lanes(grid: Grid, room: Place) -> tuple[dict[str, Place], tuple[Band, ...]]:
    """The centre of each box and the bands of the lanes that hold any; ``room`` between rows and between boxes."""
    cells = _cells(grid)
    bands = _bands(grid, cells, room[1])
    across = _across(grid, cells, {band.name: band for band in bands}, room[1])
    down = _down(grid, room[0])
    return {name: (across[name], down[grid.rows[name]]) for name in grid.sizes}, bands


def _cells(grid: Grid) -> dict[tuple[int, str], list[str]]:
    """The boxes of each row and lane, rows from the top, in the order given."""
    cells: dict[tuple[int, str], list[str]] = {}
    for name in sorted(grid.sizes, key=lambda name: grid.rows[name]):
        if name in grid.lanes.of:
            cells.setdefault((grid.rows[name], grid.lanes.of[name]), []).append(name)
    return cells


def _bands(grid: Grid, cells: Mapping[tuple[int, str], list[str]], gap: float) -> tuple[Band, ...]:
    """The lanes side by side, each as wide as its widest row."""
    bands, left = [], 0.0
    for lane in grid.lanes.order:
        rows = [names for (_, found), names in cells.items() if found == lane]
        if not rows:
            continue
        widest = max(
            sum(grid.sizes[name][0] + grid.beside.get(name, 0.0) + gap for name in names) - gap for names in rows
        )
        right = left + max(widest + 2 * PADDING, grid.lanes.widths.get(lane, 0.0))
        bands.append(Band(lane, left, right))
        left = right
    return tuple(bands)


def _across(
    grid: Grid, cells: Mapping[tuple[int, str], list[str]], bands: Mapping[str, Band], gap: float
) -> dict[str, float]:
    """How far right each box lies: below the one in its lane it has most to do with, else in the middle of its lane."""
    middle = {lane: (band.left + band.right) / 2 for lane, band in bands.items()}
    across = {name: middle.get(lane, 0.0) for (_, lane), names in cells.items() for name in names}
    near = _neighbours(grid)
    for sweep in range(SWEEPS):
        for row, lane in list(cells) if sweep % 2 == 0 else list(cells)[::-1]:
            names, wish = cells[row, lane], {}
            for name in names:
                inside = [(w, other) for w, other in near[name] if grid.lanes.of.get(other) == lane]
                ahead = [(w, other) for w, other in inside if (grid.rows[other] < row) == (sweep % 2 == 0)]
                # Neighbours in other lanes say on which side of its row a box lies, no more.
                pull = [across[other] for _, other in near[name] if other in across]
                aside = (sum(pull) / len(pull) - middle[lane]) / 1000 if pull else 0.0
                stay = across[name] if inside else middle[lane] + aside
                wish[name] = across[max(ahead)[1]] if ahead else stay
            across |= _spread(names, wish, grid, bands[lane], gap)
    for name in grid.sizes:
        if name not in across:
            across[name] = max(((w, across[other]) for w, other in near[name] if other in across), default=(0, 0.0))[1]
    return across


def _neighbours(grid: Grid) -> dict[str, list[tuple[float, str]]]:
    """By box: those it has a line to or from, with its weight."""
    near: dict[str, list[tuple[float, str]]] = {name: [] for name in grid.sizes}
    for (source, target), weight in grid.weights.items():
        if source != target:
            near[source].append((weight, target))
            near[target].append((weight, source))
    return near


def _spread(names: list[str], wish: Mapping[str, float], grid: Grid, band: Band, gap: float) -> dict[str, float]:
    """The boxes of a row in one lane beside each other, as near to where each would like to be as there is room.

    Pushed to the right and pushed to the left are both in order, and so is what lies halfway between.
    """
    names = sorted(names, key=lambda name: (wish[name], names.index(name)))
    lefts = [grid.sizes[name][0] / 2 for name in names]
    rights = [half + grid.beside.get(name, 0.0) for half, name in zip(lefts, names, strict=True)]
    least, most = band.left + PADDING, band.right - PADDING
    pushed_right = _from_left(
        _from_right([wish[name] for name in names], lefts, rights, most, gap), lefts, rights, least, gap
    )
    pushed_left = _from_right(
        _from_left([wish[name] for name in names], lefts, rights, least, gap), lefts, rights, most, gap
    )
    return {name: (a + b) / 2 for name, a, b in zip(names, pushed_left, pushed_right, strict=True)}


def _from_left(
    at: Sequence[float], lefts: Sequence[float], rights: Sequence[float], least: float, gap: float
) -> list[float]:
    """Each as far left as it is, or as far right as those before it push it."""
    found = []
    for place, left, right in zip(at, lefts, rights, strict=True):
        found.append(max(place, least + left))
        least = found[-1] + right + gap
    return found


def _from_right(
    at: Sequence[float], lefts: Sequence[float], rights: Sequence[float], most: float, gap: float
) -> list[float]:
    """Each as far right as it is, or as far left as those after it push it."""
    turned = _from_left([-x for x in reversed(at)], list(reversed(rights)), list(reversed(lefts)), -most, gap)
    return [-x for x in reversed(turned)]


def _down(grid: Grid, gap: float) -> list[float]:
    """How far down each row lies: further from the one above, the more lines turn between them."""
    last = max(grid.rows.values())
    tall, turning = [0.0] * (last + 1), [0] * (last + 2)
    for name, (_, height) in grid.sizes.items():
        tall[grid.rows[name]] = max(tall[grid.rows[name]], height)
    for source, target in grid.weights:
        upper, lower = sorted((grid.rows[source], grid.rows[target]))
        if upper != lower:
            turning[upper + 1] += 1
            turning[lower] += lower > upper + 1
    down, here = [], 0.0
    for row, height in enumerate(tall):
        here += height / 2 + (gap + TRACK * turning[row] if row else 0.0)
        down.append(here)
        here += height / 2
    return down
