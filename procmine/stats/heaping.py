"""Whether times between contacts heap on a prescribed interval: observed number ÷ what the times next to it expect.

1 means no heap: as many intervals lie within the tolerance of the grid as the intervals next to it let expect; 2 means
twice as many. The idea is Whipple's, who compared ages ending in 0 or 5 with all others; the method is that of bunching
in economics: a smooth density is fitted to the histogram *without* the window of the heap and read off inside it. What
heaps can then not raise its own expectation, as it would in a density smoothed over everything.

The smoothing is a local quadratic fit with an Epanechnikov kernel that reaches from half to one and a half times the
grid, both left out: there lie the heaps of other grids. Each day of the week has a level of its own in the fit, for
somebody who always comes on Tuesdays has intervals of whole weeks, and 28 days are no heap then. Intervals are whole
days, so that the fit is a fixed weight for each day of distance, and the expected number a weighted count.

Observed and expected are therefore both sums over intervals: the index is a ratio of sums, an engine can add both up by
case, and its confidence interval takes the cases as sampling units (linearised on the log scale, which a bootstrap of
cases agrees with) without an interval ever leaving the engine.

It understates rather than overstates: what was shifted to just beyond the tolerance counts among the neighbours. But a
need that has a rhythm of its own near the grid looks like a small heap: times spread normally about the grid, with a
standard deviation of a quarter of it, have an index of about 1.1.

Sources: Siegel & Swanson, The Methods and Materials of Demography, 2nd ed. (2004), on Whipple's index; Saez, American
Economic Journal: Economic Policy 2 (2010); Chetty, Friedman, Olsen & Pistaferri, Quarterly Journal of Economics 126
(2011), for the counterfactual fitted without the window; Kleven, Annual Review of Economics 8 (2016); Fan & Gijbels,
Local Polynomial Modelling and Its Applications (1996), for the kernel fit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from procmine.stats.intervals import Interval, cluster_ratio

WEEK = 7


@dataclass(frozen=True, slots=True)
class Heaping:
    """How many intervals lie on the grid, how many their neighbours expect, and the index between them.

    ``index`` None: the neighbours expect nothing, so that nothing can be compared. ``interval`` None: the data cannot
    say how far to trust it.
    """

    observed: float
    expected: float
    index: float | None
    interval: Interval | None
    cases: int


def neighbour_weights(grid: int, tolerance: int) -> Mapping[int, float]:
    """What an interval of each length adds to the number expected within ``tolerance`` days of ``grid``.

    Lengths on the grid itself and those out of reach add nothing and are not named. Empty where the grid is too short
    for a whole week of neighbours on either side (21 days with a tolerance of 3). Weights far out are negative: that is
    how a curve is followed. They are found in fractions, so that every machine gives the same.

    With the rows x(d) = (seven marks for the day of the week, d, d²), the kernel K and the window's sum s of x, the
    weighted least-squares fit adds up to the weight K(d) · x(d)ᵀ (Σ K x xᵀ)⁻¹ s.

    >>> round(sum(neighbour_weights(60, 3).values()), 9)  # a flat histogram expects the seven days of the window
    7.0
    """
    if grid < 1 or tolerance < 0:
        raise ValueError(f"a grid is at least one day and a tolerance not negative, got {grid} and {tolerance}")
    reach = (grid - 1) // 2
    if reach - tolerance < WEEK:
        return {}
    near = [d for d in range(-reach, reach + 1) if abs(d) > tolerance]
    kernel = {d: 1 - Fraction(d, reach + 1) ** 2 for d in near}
    rows = {d: _row(d) for d in range(-reach, reach + 1)}
    size = range(len(rows[0]))
    square = [[sum((kernel[d] * rows[d][i] * rows[d][j] for d in near), Fraction(0)) for j in size] for i in size]
    window = [Fraction(sum(rows[d][i] for d in range(-tolerance, tolerance + 1))) for i in size]
    solution = _solved(square, window)
    return {grid + d: float(kernel[d] * sum(rows[d][i] * solution[i] for i in size)) for d in near}


def _row(distance: int) -> tuple[int, ...]:
    return (*(int(distance % WEEK == day) for day in range(WEEK)), distance, distance * distance)


def _solved(square: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction]:
    """The solution of a positive definite system, by elimination; exact, so that no pivot need be sought."""
    rows = [[*row, value] for row, value in zip(square, right, strict=True)]
    for at, pivot in enumerate(rows):
        rows[at] = pivot = [value / pivot[at] for value in pivot]
        for other, row in enumerate(rows):
            if other != at:
                rows[other] = [value - row[at] * lead for value, lead in zip(row, pivot, strict=True)]
    return [row[-1] for row in rows]


def counted(lengths: Mapping[int, int], grid: int, tolerance: int) -> tuple[float, float]:
    """Observed and expected number on the grid, from a histogram (length in days → how many).

    Both add up over grids, cases and groups. Of a few intervals the expectation can be negative: read sums only.
    """
    weights = neighbour_weights(grid, tolerance)
    if not weights:
        return 0.0, 0.0
    observed = sum(many for length, many in lengths.items() if abs(length - grid) <= tolerance)
    return float(observed), sum(weights.get(length, 0.0) * many for length, many in sorted(lengths.items()))


def heaping(
    cases: int,
    observed: float,
    expected: float,
    observed_squared: float,
    product: float,
    expected_squared: float,
    *,
    level: float = 0.95,
) -> Heaping:
    """The index from sums over cases: Σo, Σe, Σo², Σo·e, Σe², where o and e are a case's observed and expected number.

    ``cases`` are those with at least one interval on the grid or in reach of it. The confidence interval is that of
    log(index): both sums vary, and their ratio is skewed.
    """
    if not expected > 0:
        return Heaping(observed, expected, None, None, cases)
    found = cluster_ratio(
        cases, observed, expected, observed_squared, product, expected_squared, level=level, share=False
    )
    if found.interval is None or not found.ratio > 0:
        return Heaping(observed, expected, found.ratio, None, cases)
    half = (found.interval[1] - found.ratio) / found.ratio
    interval = found.ratio * math.exp(-half), found.ratio * math.exp(half)
    return Heaping(observed, expected, found.ratio, interval, cases)
