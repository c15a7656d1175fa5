"""Weights: how far the mean of several figures hangs on how much each of them counts.

Nobody knows the right weights of a mean of unlike figures. So all weights count as equally likely (uniform on the
simplex: Dirichlet with ones), and the middle 90 % of the means they give are told. That distribution is a B-spline with
the figures as its knots (Curry & Schoenberg, J. d'Analyse Mathématique 17 (1966)); how much of it lies above a value
follows by the recurrence of its divided differences (de Boor, J. Approx. Theory 6 (1972)), in which only shares between
0 and 1 are mixed, so that figures close together do no harm.
"""

from __future__ import annotations

from collections.abc import Sequence

_HALVINGS = 60  # of an interval: below what a double can tell


def above(value: float, figures: Sequence[float]) -> float:
    """The share of all weights under which the mean of the figures, at least one, is above a value.

    >>> above(0.25, [0.0, 1.0])
    0.75
    """
    knots = sorted(figures)
    found = [float(knot > value) for knot in knots]
    for width in range(1, len(knots)):
        found = [
            _mixed(value, knots[at], knots[at + width], found[at], found[at + 1]) for at in range(len(knots) - width)
        ]
    return found[0]


def over_weights(figures: Sequence[float], share: float = 0.9) -> tuple[float, float]:
    """Between which means the middle ``share`` of all weights lies. Raises ValueError without a figure.

    >>> [round(end, 3) for end in over_weights([0.3, 0.44, 0.1, 0.25])]
    [0.18, 0.363]
    """
    if not figures:
        raise ValueError("a mean needs a figure")
    tail = (1 - share) / 2
    return _where(1 - tail, figures), _where(tail, figures)


def _mixed(value: float, low: float, high: float, left: float, right: float) -> float:
    if value < low:
        return 1.0
    if value >= high:
        return 0.0
    return ((high - value) * right + (value - low) * left) / (high - low)


def _where(share: float, figures: Sequence[float]) -> float:
    """The value above which that share lies."""
    low, high = min(figures), max(figures)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if above(middle, figures) > share:
            low = middle
        else:
            high = middle
    return (low + high) / 2
