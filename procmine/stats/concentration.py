"""How unequally an amount is spread over cases: the Gini coefficient and its precision, from sums over ranks.

Source: Davidson, Journal of Econometrics 150 (2009) 30-40: with amounts y sorted ascending and i their rank,
G = Σ(2i-n-1)·y / (n·Σy), and its linearised value of a case Z = -(G+1)·y + B, B = ((2i-1)·y - 2·Σ of the amounts up to
i) / n, variance Σ(Z - mean)² / (Σy)². Equal amounts have equal B whatever their order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from procmine.stats.intervals import Interval


@dataclass(frozen=True, slots=True)
class RankSums:
    """Sums over n cases: amounts y, (2i-1)·y by rank i, B (see the module), and the squares and products."""

    n: int
    y: int
    ranked: int
    b: int
    yy: int
    by: int
    bb: int


def gini(sums: RankSums, level: float = 0.95) -> tuple[float | None, float | None, Interval | None]:
    """Coefficient, standard error and interval (t, n-1, cut at 0 and 1).

    No coefficient where nobody has anything; no interval where all have the same: what has not varied yet may.
    """
    from scipy.special import stdtrit

    if sums.n < 1 or sums.y <= 0:
        return None, None, None
    exact = Fraction(sums.ranked, sums.n * sums.y) - 1
    value = float(exact)
    weight = exact + 1
    squares = sums.bb - 2 * weight * sums.by + weight * weight * sums.yy
    mean = (sums.b - weight * sums.y) / sums.n
    spread = squares - sums.n * mean * mean
    if sums.n < 2 or spread <= 0 or value <= 0:
        return max(value, 0.0), None, None
    error = math.sqrt(spread) / sums.y
    half = float(stdtrit(sums.n - 1, (1 + level) / 2)) * error
    return value, error, (max(0.0, value - half), min(1.0, value + half))
