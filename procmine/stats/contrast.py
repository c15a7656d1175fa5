"""Two shares beside each other: their difference and ratio, with cases as sampling units that may lie in both arms.

Sources: Cochran, Sampling Techniques (1977), ch. 6, for linearised differences and ratios of ratios; Newcombe,
Statistics in Medicine 17 (1998) 873-890, method 10, for the difference where one arm shows no variance; Katz et al.,
Biometrics 34 (1978), for the ratio on the log scale.

**No variance is not certainty**, here neither: if one arm has no hit, or only hits, its part of the linearised variance
is zero and the interval would be that of the other arm alone. Then the difference is bounded by both arms' own
intervals, which know that case (intervals.cluster_ratio): squares of the distances add up (Newcombe's hybrid). An arm
without variance has no covariance with the other either, so nothing is lost by taking the arms as independent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from procmine.stats.intervals import Interval, RatioEstimate, cluster_ratio


@dataclass(frozen=True, slots=True)
class ArmSums:
    """One arm: its cases, and sums over them of hits x, items n and their squares and product."""

    clusters: int
    x: int
    n: int
    xx: int
    xn: int
    nn: int


@dataclass(frozen=True, slots=True)
class CrossSums:
    """Sums over cases of products of the first arm's x or n with the second's; ``clusters``: cases in either arm."""

    clusters: int
    xx: int
    xn: int
    nx: int
    nn: int


@dataclass(frozen=True, slots=True)
class Contrast:
    """First arm less second, and first over second (None where the second, or for the interval either, is zero)."""

    difference: float
    interval: Interval | None
    ratio: float | None
    ratio_interval: Interval | None
    first: RatioEstimate
    second: RatioEstimate


def contrast(first: ArmSums, second: ArmSums, cross: CrossSums, level: float = 0.95) -> Contrast:
    """Difference and ratio of two shares from whole sums a database can make.

    The linearised value of a case is z = a/N₁ - b/N₂ with a = x₁ - p₁n₁ and b = x₂ - p₂n₂; its variance m/(m-1)·Σz²,
    interval with t on m-1 degrees of freedom. For the logarithm of the ratio z = a/X₁ - b/X₂.
    """
    from scipy.special import stdtrit

    arms = [cluster_ratio(a.clusters, a.x, a.n, a.xx, a.xn, a.nn, level=level) for a in (first, second)]
    p, q = Fraction(first.x, first.n), Fraction(second.x, second.n)
    aa = first.xx - 2 * p * first.xn + p * p * first.nn
    bb = second.xx - 2 * q * second.xn + q * q * second.nn
    ab = cross.xx - q * cross.xn - p * cross.nx + p * q * cross.nn
    value = float(p - q)
    ratio = float(p / q) if q and p else None
    m = cross.clusters
    spread = aa / first.n**2 + bb / second.n**2 - 2 * ab / (first.n * second.n)
    # Arms that move in step, case by case, leave no variance of the difference either.
    if aa <= 0 or bb <= 0 or spread <= 0 or m < 2:
        one, other = arms[0].interval, arms[1].interval
        interval = newcombe(float(p), one, float(q), other) if one and other else None
        return Contrast(value, interval, ratio, None, arms[0], arms[1])
    t, scale = float(stdtrit(m - 1, (1 + level) / 2)), Fraction(m, m - 1)
    half = t * math.sqrt(scale * spread)
    relative = aa / first.x**2 + bb / second.x**2 - 2 * ab / (first.x * second.x)
    factor = math.exp(min(t * math.sqrt(scale * max(relative, Fraction(0))), 700.0))
    between = (ratio / factor, ratio * factor) if ratio and relative > 0 else None
    return Contrast(value, (max(-1.0, value - half), min(1.0, value + half)), ratio, between, arms[0], arms[1])


def newcombe(first: float, of_first: Interval, second: float, of_second: Interval) -> Interval:
    """The hybrid interval of a difference of two shares from each one's own interval."""
    value = first - second
    below = math.hypot(first - of_first[0], of_second[1] - second)
    above = math.hypot(of_first[1] - first, second - of_second[0])
    return value - below, value + above
