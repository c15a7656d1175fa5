"""Where the labels of a drawing's lines stand: beside nothing that they would cover, on no line but their own.

Every label has candidates along its own line, each with what it costs to stand there: covering a box, an arrow's head,
a foreign line, or being so near to one that it could be read as that line's. Heavy lines choose first; all choose
again until none moves; two that still cover each other choose together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
    for _ in range(ROUNDS):
        before, picks = picks, []
        for place, choice in enumerate(choices):
            taken[place] = np.inf
            picks.append(int(np.argmin(choice.costs + COVERS_LABEL * _meet(choice.rects, taken).sum(axis=1))))
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
    owner = np.array([k for k, _ in segments], dtype=np.int64)
    strokes = np.array([rect for _, rect in segments]).reshape(-1, 4)
    heads = np.array([_head(wish.line) for wish in wishes]).reshape(-1, 4)
    heaviest = max((wish.weight for wish in wishes), default=1.0)
    harm = np.array([0.6 + 0.8 * math.sqrt(max(0.0, wishes[k].weight) / heaviest) for k in owner])
    found = []
    for k in order:
        rects, costs, forms, beside = _candidates(wishes[k])
        near = rects + np.array([-NEAR, -NEAR / 2, NEAR, NEAR / 2])
        # Most lines run far from a label's own: what none of its places can meet costs none of them anything.
        reach = np.concatenate([near[:, :2].min(axis=0), near[:, 2:].max(axis=0)])[None, :]
        foreign = (owner != k) & _meet(reach, strokes)[0]
        at, weight = strokes[foreign], harm[foreign]
        misread = COVERS_LINE * (_meet(rects, at) @ weight) + NEAR_LINE * _meet(near, at).sum(axis=1)
        boxes, tips = obstacles[_meet(reach, obstacles)[0]], heads[_meet(reach, heads)[0]]
        costs = costs + COVERS_BOX * _meet(rects, boxes).sum(axis=1) + COVERS_HEAD * _meet(rects, tips).sum(axis=1)
        # Rounded, so that two places that cost the same do so on every machine, and the first of them is taken.
        found.append(Choices(rects, np.round(costs + misread * np.where(beside, MISREAD, 1.0), 6), forms))
    return found


def _candidates(wish: Wish) -> tuple[Rects, Rects, NDArray[np.int64], NDArray[np.bool_]]:
    """Where the label may lie: on each stretch of its line or beside it, the middle of a long stretch first.

    Rectangles, costs, forms, and whether it lies beside. A loop's label never lies on the loop.
    """
    found = []
    for p, q in pairwise(wish.line):
        length = math.dist(p, q)
        upright = abs(p[0] - q[0]) < abs(p[1] - q[1])
        at = np.linspace(0.06, 0.94, 3 + 2 * min(20, int(length / STEP / 2)))
        along = np.array(p) + at[:, None] * (np.array(q) - np.array(p))
        base = np.abs(at - 0.5) * 20 - min(length, 300.0) * 0.03 + (0.0 if upright else FLAT)
        for form, (width, height) in enumerate(wish.sizes):
            half = np.array([width, height]) / 2
            spare = length - (height if upright else width) - HEAD
            tight = NO_ROOM if spare < 0 else SHORT if spare < 16 else 0.0
            away = np.array([half[0] + GAP, 0.0]) if upright else np.array([0.0, half[1] + GAP])
            for side in (-1, 1) if wish.loop else (0, -1, 1):
                centre = along + side * away
                cost = base + form * FOLDED + (BESIDE + tight / 4 if side else tight)
                kind = np.full((len(at), 2), (form, side != 0))
                found.append(np.column_stack([centre - half, centre + half, cost, kind]))
    table = np.vstack(found)
    return table[:, :4], table[:, 4], table[:, 5].astype(np.int64), table[:, 6] > 0


def _meet(rects: Rects, others: Rects) -> NDArray[np.bool_]:
    """Which rectangles cover which others, as a table."""
    return (
        (rects[:, None, 0] < others[None, :, 2])
        & (rects[:, None, 2] > others[None, :, 0])
        & (rects[:, None, 1] < others[None, :, 3])
        & (rects[:, None, 3] > others[None, :, 1])
    )


def _head(line: Sequence[Point]) -> Rect:
    """The square an arrow's head takes at the end of its line."""
    (x0, y0), (x, y) = line[-2], line[-1]
    length = math.dist((x0, y0), (x, y)) or 1.0
    back = (x - (x - x0) / length * HEAD, y - (y - y0) / length * HEAD)
    return _between(back, (x, y), 4.0)


def _between(p: Point, q: Point, margin: float) -> Rect:
    return min(p[0], q[0]) - margin, min(p[1], q[1]) - margin, max(p[0], q[0]) + margin, max(p[1], q[1]) + margin
