"""Which groups differ from a reference by more than their size explains: funnel limits, tails, overdispersion.

Draw by the limits, flag by the tail probability: at small sizes the two disagree, and the tail is the exact one.

Sources: Spiegelhalter, Statistics in Medicine 24 (2005) 1185-1202: appendix A.1.1 for exact limits with interpolation,
A.1 for normal limits of continuous measures (target ± z · sd/√n), section 4 for winsorising and random effects;
DerSimonian & Laird, Controlled Clinical Trials 7 (1986), for the moment estimate of τ²; Benjamini & Hochberg, J. R.
Stat. Soc. B 57 (1995).

**Sizes that are not whole.** A clustered share has an effective sample size such as 15.2. The binomial distribution
function is a regularised incomplete beta function, F(r; n, θ) = I_{1-θ}(n-r, r+1), which is defined for real n and r
and equals the sum of binomial terms at whole ones; limits and tails use it throughout.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

PROBABILITIES = (0.001, 0.025, 0.975, 0.999)
"""Lower 99.8 %, lower 95 %, upper 95 %, upper 99.8 %."""

Limits = tuple[float, float, float, float]


def _check(theta: float, n: float) -> None:
    if not 0.0 <= theta <= 1.0:
        raise ValueError(f"a reference share must lie between 0 and 1, not {theta}")
    if not (n > 0 and math.isfinite(n)):
        raise ValueError(f"a size must be positive and finite, not {n}")


def binomial_cdf(r: float, n: float, theta: float) -> float:
    """P(X <= r) for X binomial(n, θ); r and n real."""
    from scipy.special import betainc

    if r < 0:
        return 0.0
    if r >= n:
        return 1.0
    return float(betainc(n - r, r + 1, 1 - theta))


def binomial_quantile(p: float, n: float, theta: float) -> float:
    """The share at which the interpolated distribution function of X/n reaches p, cut to 0-1.

    r is the smallest whole number with F(r) >= p, α = (F(r) - p) / (F(r) - F(r-1)), the limit (r - α)/n.
    """
    _check(theta, n)
    low, high = -1, math.ceil(n)  # F(low) < p <= F(high)
    while high - low > 1:
        middle = (low + high) // 2
        if binomial_cdf(middle, n, theta) >= p:
            high = middle
        else:
            low = middle
    above, below = binomial_cdf(high, n, theta), binomial_cdf(high - 1, n, theta)
    alpha = (above - p) / (above - below)
    return min(1.0, max(0.0, (high - alpha) / n))


def binomial_limits(theta: float, n: float) -> Limits:
    """The four funnel limits of a share at size n."""
    lower_998, lower_95, upper_95, upper_998 = (binomial_quantile(p, n, theta) for p in PROBABILITIES)
    return lower_998, lower_95, upper_95, upper_998


def binomial_tail(x: float, n: float, theta: float) -> tuple[float, bool]:
    """The smaller one-sided tail, and whether it is the upper one: P(X <= x) or P(X >= x), x itself included."""
    from scipy.special import betainc

    _check(theta, n)
    if not 0 <= x <= n:
        raise ValueError(f"need 0 <= x <= n, got x={x}, n={n}")
    lower = binomial_cdf(x, n, theta)
    upper = 1.0 if x == 0 else float(betainc(x, n - x + 1, theta))
    return (upper, True) if upper < lower else (lower, False)


def poisson_cdf(r: float, mean: float) -> float:
    """P(X <= r) for a Poisson count; r real: the regularised incomplete gamma function Q(r+1, mean)."""
    from scipy.special import gammaincc

    return 0.0 if r < 0 else float(gammaincc(r + 1, mean))


def poisson_limits(rate: float, size: float) -> Limits:
    """The four funnel limits of a rate over ``size`` units of time, interpolated like binomial_quantile's."""
    lower_998, lower_95, upper_95, upper_998 = (_poisson_quantile(p, rate * size) / size for p in PROBABILITIES)
    return lower_998, lower_95, upper_95, upper_998


def _poisson_quantile(p: float, mean: float) -> float:
    if mean == 0:
        return 0.0
    low, high = -1, math.ceil(mean + 10 * math.sqrt(mean) + 10)  # F(low) < p <= F(high)
    while high - low > 1:
        middle = (low + high) // 2
        if poisson_cdf(middle, mean) >= p:
            high = middle
        else:
            low = middle
    above, below = poisson_cdf(high, mean), poisson_cdf(high - 1, mean)
    return max(0.0, high - (above - p) / (above - below))


def poisson_tail(count: float, mean: float) -> tuple[float, bool]:
    """The smaller one-sided tail of a count, and whether it is the upper one; the count itself included."""
    from scipy.special import gammainc

    if not (count >= 0 and mean > 0 and math.isfinite(mean)):
        raise ValueError(f"need a count from 0 and a positive mean, got {count} and {mean}")
    lower = poisson_cdf(count, mean)
    upper = 1.0 if count == 0 else float(gammainc(count, mean))
    return (upper, True) if upper < lower else (lower, False)


def normal_limits(reference: float, sd: float, n: float) -> Limits:
    """The four funnel limits of a mean of n values with within-group standard deviation ``sd``."""
    from scipy.special import ndtri

    if not (n > 0 and sd >= 0):
        raise ValueError(f"need n > 0 and sd >= 0, got n={n}, sd={sd}")
    lower_998, lower_95, upper_95, upper_998 = (reference + float(ndtri(p)) * sd / math.sqrt(n) for p in PROBABILITIES)
    return lower_998, lower_95, upper_95, upper_998


def normal_tail(value: float, reference: float, sd: float, n: float) -> tuple[float, bool]:
    """The smaller one-sided tail of a mean, and whether it is the upper one.

    Without any spread inside the groups there is no yardstick: ValueError, not a certain signal.
    """
    from scipy.special import ndtr

    if not (n > 0 and sd > 0):
        raise ValueError(f"need n > 0 and sd > 0, got n={n}, sd={sd}")
    z = (value - reference) * math.sqrt(n) / sd
    return float(ndtr(-abs(z))), z > 0


def pooled_sd(sizes: Sequence[float], errors: Sequence[float]) -> float:
    """The within-group standard deviation pooled over groups, from each group's size and standard error of its mean.

    Each group's variance is n·SE²; they are weighted with n-1. The spread *between* the groups stays out: it is what
    the funnel is to show.
    """
    if len(sizes) != len(errors) or not any(n > 1 for n in sizes):
        raise ValueError("need one standard error a size, and a size above 1")
    weights = [max(n - 1, 0.0) for n in sizes]
    squares = [w * n * e * e for w, n, e in zip(weights, sizes, errors, strict=True)]
    return math.sqrt(math.fsum(squares) / math.fsum(weights))


@dataclass(frozen=True, slots=True)
class Overdispersion:
    """How much more groups differ than chance explains: ``phi`` the mean squared (winsorised) z, ``tau2`` the additive
    variance between groups on the scale of the standard errors. A large φ is a finding about the indicator."""

    phi: float
    tau2: float


def winsorise(z: Sequence[float], share: float = 0.1) -> list[float]:
    """z with its lowest and highest ``share`` pulled in to the quantiles there (linear interpolation between ranks)."""
    import numpy

    if not 0 <= share < 0.5:
        raise ValueError(f"share must lie in [0, 0.5), not {share}")
    low, high = numpy.quantile(numpy.asarray(z, dtype=float), [share, 1 - share])
    return [min(max(float(value), float(low)), float(high)) for value in z]


def overdispersion(z: Sequence[float], errors: Sequence[float], share: float = 0.1) -> Overdispersion:
    """φ = Σz²/k of the winsorised z, and τ² = (kφ - (k-1)) / (Σw - Σw²/Σw), w = 1/s², zero unless kφ > k-1."""
    if len(z) != len(errors) or len(z) < 2 or any(not e > 0 for e in errors):
        raise ValueError("need at least two groups, each with a z and a positive standard error")
    groups = len(z)
    square = math.fsum(value * value for value in winsorise(z, share))
    weights = [1 / (e * e) for e in errors]
    total = math.fsum(weights)
    excess = square - (groups - 1)
    tau2 = excess / (total - math.fsum(w * w for w in weights) / total) if excess > 0 else 0.0
    return Overdispersion(phi=square / groups, tau2=tau2)


def widened_size(theta: float, n: float, tau2: float) -> float:
    """The size at which sampling alone would vary as much as sampling plus τ²: θ(1-θ) / (θ(1-θ)/n + τ²).

    Exact limits at this size have the variance s² + τ² that the additive model asks for, and stay inside 0-1, which
    reference ± z·√(s²+τ²) does not. Matching of moments, as in a beta-binomial.
    """
    _check(theta, n)
    unit = theta * (1 - theta)
    return n if tau2 == 0 or unit == 0 else unit / (unit / n + tau2)


def widened_time(rate: float, size: float, tau2: float) -> float:
    """The same for a rate: a Poisson rate over ``size`` varies by rate/size."""
    return size if tau2 == 0 or rate == 0 else rate / (rate / size + tau2)


def size_grid(largest: float, smallest: float = 2.0, points: int = 60) -> tuple[float, ...]:
    """Sizes for the lines of a funnel: whole, evenly spaced on a log scale, to a little above the largest."""
    top = max(largest * 1.05, smallest + 1)
    ratio = (top / smallest) ** (1 / (points - 1))
    sizes = {float(round(smallest * ratio**k)) for k in range(points)} | {float(math.ceil(top))}
    return tuple(sorted(sizes))


def benjamini_hochberg(p_values: Sequence[float], rate: float = 0.05) -> tuple[bool, ...]:
    """For each p value whether it is a discovery at false discovery rate ``rate``; in the order given.

    ``p_values`` are two-sided: double a smaller tail first.
    """
    count = len(p_values)
    ordered = sorted(p_values)
    passed = [p for k, p in enumerate(ordered, start=1) if p <= rate * k / count]
    threshold = passed[-1] if passed else -1.0
    return tuple(p <= threshold for p in p_values)
