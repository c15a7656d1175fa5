"""Where the labels of a drawing's lines stand: beside nothing that they would cover, on no line but their own.

Every label has candidates along its own line, each with what it costs to stand there: covering a box, an arrow's head,
a foreign line, or being so near to one that it could be read as that line's. Heavy lines choose first; all choose
again until none moves; two that still cover each other choose together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Rect = tuple[float, float, float, float]
Rects = NDArray[np.float64]

COVERS_BOX, COVERS_LABEL, COVERS_HEAD, COVERS_LINE, NEAR_LINE = 4000.0, 3000.0, 110.0, 45.0, 14.0
BESIDE, FLAT, SHORT, NO_ROOM, FOLDED = 9.0, 5.0, 18.0, 60.0, 12.0
ROUNDS, TURNS = 4, 4
HEAD = 9.0
NEAR = 8.0  # a label this near to a foreign line could be read as that line's
MISREAD = 2.5  # a label beside its line that touches a foreign one looks like that line's own
STEP, GAP = 6.0, 3.5  # between two places tried; between a line and a label beside it


class Wish(NamedTuple):
    """A line that wants a label: its corners, its weight, the sizes the label may take, whether it is a loop."""

    line: Sequence[Point]
    weight: float
    sizes: Sequence[Point]
    loop: bool


class Choices(NamedTuple):
    """A label's possible rectangles, what each costs whatever the other labels do, and its form."""

    rects: Rects
    costs: Rects
    forms: NDArray[np.int64]


def place_labels(boxes: Sequence[Rect], wishes: Sequence[Wish]) -> tuple[list[tuple[int, Rect] | None], int]:
    """Form and rectangle of each label, None where none is wanted; and how many cover a box or another label."""
    obstacles = np.array(boxes).reshape(-1, 4) + np.array([-2.0, -2.0, 2.0, 2.0])
    order = sorted((k for k, wish in enumerate(wishes) if wish.sizes), key=lambda k: (-wishes[k].weight, k))
    choices = _choices(obstacles, wishes, order)
    picks = _settle(choices)
    _part(choices, picks)
    taken = _taken(choices, picks)
    covering = (_meet(taken, obstacles).any(axis=1) if len(boxes) else False) | (_meet(taken, taken).sum(axis=1) > 1)
    found: list[tuple[int, Rect] | None] = [None] * len(wishes)
    for k, choice, pick in zip(order, choices, picks, strict=True):
        x0, y0, x1, y1 = choice.rects[pick].tolist()
        found[k] = int(choice.forms[pick]), (x0, y0, x1, y1)
    return found, int(np.sum(covering))


def crowded(wishes: Sequence[Wish], placed: Sequence[tuple[int, Rect] | None]) -> int:
    """How many labels hide what they may hide: an arrow's head, or a piece of a line that is not their own."""
    labels = [(k, found[1]) for k, found in enumerate(placed) if found is not None]
    if not labels:
        return 0
    segments = [(k, _between(p, q, 0.5)) for k, wish in enumerate(wishes) for p, q in pairwise(wish.line)]
    owner = np.array([k for k, _ in segments], dtype=np.int64)
    rects = np.array([rect for _, rect in labels])
    foreign = np.array([k for k, _ in labels])[:, None] != owner[None, :]
    lines = (_meet(rects, np.array([rect for _, rect in segments])) & foreign).any(axis=1)
    heads = _meet(rects, np.array([_head(wish.line) for wish in wishes])).any(axis=1)
    return int(np.sum(lines | heads))


def _settle(choices: Sequence[Choices]) -> list[int]:
    """The choice of each label, made in this order until none moves any more."""
    picks: list[int] = []
    taken = np.full((len(choices), 4), np.inf)
    alone = [int(np.argmin(choice.costs)) for choice in choices]
    reaches = np.array([_reach(choice.rects) for choice in choices]).reshape(-1, 4)
    near = _meet(reaches, reaches) & ~np.eye(len(choices), dtype=bool)
    others = [np.flatnonzero(row) for row in near]  # the labels that some place of this one could cover
    stirred = np.ones(len(choices), dtype=bool)  # whether one of those has moved since this one chose
    for _ in range(ROUNDS):
        before, picks = picks, []
        for place, choice in enumerate(choices):
            if not stirred[place]:
                picks.append(before[place])
                continue
            stirred[place] = False
            met = _meet(reaches[place : place + 1], taken[others[place]])[0]
            about = taken[others[place][met]]
            covers = COVERS_LABEL * _meet(choice.rects, about).sum(axis=1) if len(about) else None
            picks.append(alone[place] if covers is None else int(np.argmin(choice.costs + covers)))
            if not before or picks[place] != before[place]:
                stirred[others[place]] = True
            taken[place] = choice.rects[picks[place]]
        if picks == before:
            break
    return picks


def _part(choices: Sequence[Choices], picks: list[int]) -> None:
    """Labels that cover each other choose again, two at a time and together: alone each is where it is best off."""
    for _ in range(TURNS):
        taken = _taken(choices, picks)
        clashes = np.argwhere(np.triu(_meet(taken, taken), 1)).tolist()
        for a, b in clashes:
            others = _taken(choices, picks)
            others[[a, b]] = np.inf
            alone = [choices[k].costs + COVERS_LABEL * _meet(choices[k].rects, others).sum(axis=1) for k in (a, b)]
            both = alone[0][:, None] + alone[1][None, :] + COVERS_LABEL * _meet(choices[a].rects, choices[b].rects)
            picks[a], picks[b] = (int(k) for k in np.unravel_index(int(np.argmin(both)), both.shape))
        if not clashes:
            break


def _taken(choices: Sequence[Choices], picks: Sequence[int]) -> Rects:
    return np.array([choice.rects[pick] for choice, pick in zip(choices, picks, strict=True)]).reshape(-1, 4)


def _choices(obstacles: Rects, wishes: Sequence[Wish], order: Sequence[int]) -> list[Choices]:
    """The places of each label with what they cost, in this order."""
    segments = [(k, _between(p, q, 1.0)) for k, wish in enumerate(wishes) for p, q in pairwise(wish.line)]
    strokes = np.array([rect for _, rect in segments]).reshape(-1, 4)
    heads = np.array([_head(wish.line) for wish in wishes]).reshape(-1, 4)
    heaviest = max((wish.weight for wish in wishes), default=1.0)
    harm = [0.6 + 0.8 * math.sqrt(max(0.0, wishes[k].weight) / heaviest) for k, _ in segments]
    # Everything a label could cover, in one table: lines, the surroundings of lines, boxes, arrows' heads.
    around = strokes + np.array([-NEAR, -NEAR / 2, NEAR, NEAR / 2])
    marks = np.concatenate([strokes, around, obstacles, heads])
    owner = np.full(len(marks), -1)
    owner[: 2 * len(segments)] = [k for k, _ in segments] * 2
    weight = np.zeros((len(marks), 2))  # as a line, which a label beside its own could be read as; as anything else
    weight[: 2 * len(segments), 0] = [COVERS_LINE * one for one in harm] + [NEAR_LINE] * len(segments)
    weight[2 * len(segments) :, 1] = [COVERS_BOX] * len(obstacles) + [COVERS_HEAD] * len(heads)
    found = []
    for k, (rects, costs, forms, beside, begins) in zip(order, _candidates([wishes[k] for k in order]), strict=True):
        # Most things lie far from a stretch of line: what no place along it can meet costs none of them anything.
        reach = np.hstack([np.minimum.reduceat(rects[:, :2], begins), np.maximum.reduceat(rects[:, 2:], begins)])
        met = _meet(reach, marks) & (owner != k)
        paid = np.zeros((len(rects), 2))
        for stretch, (begin, end) in enumerate(pairwise([*begins.tolist(), len(rects)])):
            here = np.flatnonzero(met[stretch])
            if len(here):
                paid[begin:end] = _meet(rects[begin:end], marks[here]).astype(np.float64) @ weight[here]
        costs = costs + paid[:, 1] + paid[:, 0] * np.where(beside, MISREAD, 1.0)
        # Rounded, so that two places that cost the same do so on every machine, and the first of them is taken.
        found.append(Choices(rects, np.round(costs, 6), forms))
    return found


def _candidates(
    wishes: Sequence[Wish],
) -> Iterator[tuple[Rects, Rects, NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]]:
    """Where each label may lie: on each stretch of its line or beside it, the middle of a long stretch first.

    Rectangles, costs, forms, whether it lies beside, and at which row each stretch begins. A loop's label never lies
    on the loop. All labels are worked out together: a drawing has many short stretches, and one array of them costs as
    much as one stretch does.
    """
    stretches = [(k, p, q) for k, wish in enumerate(wishes) for p, q in pairwise(wish.line)]
    if not stretches:
        return
    whose = np.array([k for k, _, _ in stretches])
    begins, ends = (np.array([found[place] for found in stretches], dtype=np.float64) for place in (1, 2))
    lengths = np.array([math.dist(p, q) for _, p, q in stretches])
    upright = np.abs(begins[:, 0] - ends[:, 0]) < np.abs(begins[:, 1] - ends[:, 1])
    places = [_places(min(20, int(length / STEP / 2))) for length in lengths.tolist()]
    of = np.repeat(np.arange(len(stretches)), [len(at) for at in places])
    at = np.concatenate(places)
    along = begins[of] + at[:, None] * (ends - begins)[of]
    base = np.abs(at - 0.5) * 20 + (np.where(upright, 0.0, FLAT) - np.minimum(lengths, 300.0) * 0.03)[of]
    loop = np.array([wish.loop for wish in wishes])[whose]
    parts = []
    for form in range(max(len(wish.sizes) for wish in wishes)):
        has = np.array([form < len(wish.sizes) for wish in wishes])[whose]
        half = np.array([wish.sizes[min(form, len(wish.sizes) - 1)] for wish in wishes])[whose] / 2
        spare = lengths - np.where(upright, half[:, 1], half[:, 0]) * 2 - HEAD
        tight = np.where(spare < 0, NO_ROOM, np.where(spare < 16, SHORT, 0.0)) + form * FOLDED
        loose = form * FOLDED + BESIDE + (tight - form * FOLDED) / 4
        away = np.where(upright[:, None], (1.0, 0.0), (0.0, 1.0)) * (half + GAP)
        for side in (0, -1, 1):
            here = (has & ~loop if side == 0 else has)[of]
            stretch = of[here]
            centre, room = along[here] + side * away[stretch], half[stretch]
            cost = base[here] + (loose if side else tight)[stretch]
            rank = (stretch * 64 + form) * 3 + (0, 1, 2)[side]
            parts.append(np.column_stack([centre - room, centre + room, cost, np.full(len(cost), form), rank]))
    table = np.vstack(parts)
    table = table[np.argsort(table[:, 6], kind="stable")]
    stretch = (table[:, 6] // 192).astype(np.int64)
    cuts = np.searchsorted(whose[stretch], np.arange(1, len(wishes)))
    for rows, parts_of in zip(np.split(table, cuts), np.split(stretch, cuts), strict=True):
        begins_at = np.flatnonzero(np.diff(parts_of, prepend=-1))
        yield rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int64), rows[:, 6] % 3 > 0, begins_at


@cache
def _places(steps: int) -> NDArray[np.float64]:
    """The places tried along a stretch, as shares of its length."""
    found = np.linspace(0.06, 0.94, 3 + 2 * steps)
    found.flags.writeable = False
    return found


def _reach(rects: Rects) -> Rects:
    """The rectangle around all of these."""
    return np.concatenate([rects[:, :2].min(axis=0), rects[:, 2:].max(axis=0)])


def _meet(rects: Rects, others: Rects) -> NDArray[np.bool_]:
    """Which rectangles cover which others, as a table."""
    left, top, right, bottom = np.ascontiguousarray(others.T)  # a row of neighbours is compared many times as fast
    met: NDArray[np.bool_] = rects[:, 0, None] < right
    met &= rects[:, 2, None] > left
    met &= rects[:, 1, None] < bottom
    met &= rects[:, 3, None] > top
    return met


def _head(line: Sequence[Point]) -> Rect:
    """The square an arrow's head takes at the end of its line."""
    (x0, y0), (x, y) = line[-2], line[-1]
    length = math.dist((x0, y0), (x, y)) or 1.0
    back = (x - (x - x0) / length * HEAD, y - (y - y0) / length * HEAD)
    return _between(back, (x, y), 4.0)


def _between(p: Point, q: Point, margin: float) -> Rect:
    return min(p[0], q[0]) - margin, min(p[1], q[1]) - margin, max(p[0], q[0]) + margin, max(p[1], q[1]) + margin
