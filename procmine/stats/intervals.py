"""How far a share, a rate or a mean can be relied on: intervals, worst-case bounds, design effects.

Every function takes plain numbers and returns plain numbers. scipy and numpy are imported inside the functions, so that
the command line starts without them. Quantiles come from ``scipy.special``, which loads in a fraction of the time of
``scipy.stats``.

Sources: Wilson, J. Am. Stat. Assoc. 22 (1927); Clopper & Pearson, Biometrika 26 (1934); Garwood, Biometrika 28 (1936);
Cochran, Sampling Techniques (1977), ch. 11, for the ratio of sums; Korn & Graubard, Survey Methodology 24 (1998), for
exact intervals where a survey variance is zero; Efron & Tibshirani, An Introduction to the Bootstrap (1993), ch. 13.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Interval = tuple[float, float]


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, not {level}")


def _check_share(x: float, n: float) -> None:
    if not (0 <= x <= n and n > 0 and math.isfinite(n)):
        raise ValueError(f"need 0 <= x <= n and n > 0, got x={x}, n={n}")


def wilson(x: float, n: float, level: float = 0.95) -> Interval:
    """Wilson's score interval of x hits in n independent trials.

    >>> wilson(20, 42)
    (0.33359..., 0.62277...)
    """
    from scipy.special import ndtri

    _check_level(level)
    _check_share(x, n)
    z = float(ndtri((1 + level) / 2))
    share = x / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At the borders centre and half are equal in theory and differ by a rounding error in practice.
    low = 0.0 if x == 0 else max(0.0, centre - half)
    high = 1.0 if x == n else min(1.0, centre + half)
    return low, high


def exact_binomial(x: float, n: float, level: float = 0.95) -> Interval:
    """Clopper and Pearson's interval: quantiles of beta(x, n-x+1) and beta(x+1, n-x).

    ``x`` and ``n`` need not be whole: with an effective sample size they seldom are, and the beta quantiles are the
    usual continuation (Korn & Graubard 1998).
    """
    from scipy.special import betaincinv

    _check_level(level)
    _check_share(x, n)
    tail = (1 - level) / 2
    low = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, tail))
    high = 1.0 if x == n else float(betaincinv(x + 1, n - x, 1 - tail))
    return low, high


def exact_poisson(count: float, level: float = 0.95) -> Interval:
    """Garwood's interval of a Poisson mean after ``count`` events: chi-square quantiles, written as gamma quantiles.

    Divided by the expected number it is the interval of an observed/expected ratio.
    """
    from scipy.special import gammaincinv

    _check_level(level)
    if not (count >= 0 and math.isfinite(count)):
        raise ValueError(f"a count cannot be {count}")
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(gammaincinv(count, tail))
    return low, float(gammaincinv(count + 1, 1 - tail))


def coverage_bounds(x: float, unknown: float, total: float) -> Interval:
    """Worst-case bounds of a share: all unknown items misses, or all of them hits.

    >>> coverage_bounds(20, 15, 100)
    (0.2, 0.35)
    """
    if not (x >= 0 and unknown >= 0 and total > 0 and x + unknown <= total):
        raise ValueError(f"need x + unknown <= total, got x={x}, unknown={unknown}, total={total}")
    return x / total, (x + unknown) / total


@dataclass(frozen=True, slots=True)
class RatioEstimate:
    """A ratio of sums with its cluster-robust precision.

    ``design_effect`` compares its variance with that of as many independent trials, R(1-R)/Σn; None where that is zero
    or no yardstick (ratios outside 0-1). ``effective_n`` is the number of independent trials that would tell as much,
    never more than Σn. ``interval`` None means that the data cannot say.
    """

    ratio: float
    standard_error: float | None
    interval: Interval | None
    design_effect: float | None
    effective_n: float | None
    clusters: int


def _residual_square(sums: Sequence[float], clusters: int) -> Fraction:
    """Σ(x_i - R n_i)² from the sums, exactly.

    Expanded it is Σx² - 2RΣxn + R²Σn², a small difference of huge numbers. Whole numbers and floats are both exact
    fractions, so the difference is taken in fractions and nothing cancels. Float sums carry their own rounding errors,
    which grow with the root of the number of terms: what lies below that is no variance and counts as zero.
    """
    x, n, xx, xn, nn = (Fraction(s) for s in sums)
    ratio = x / n
    residual = xx - 2 * ratio * xn + ratio * ratio * nn
    if all(isinstance(s, int) for s in sums):
        return max(residual, Fraction(0))
    size = xx + 2 * abs(ratio * xn) + ratio * ratio * nn
    noise = Fraction(sys.float_info.epsilon) * (16 + 4 * math.isqrt(clusters)) * size
    return residual if residual > noise else Fraction(0)


def cluster_ratio(
    clusters: int,
    sum_x: float,
    sum_n: float,
    sum_xx: float,
    sum_xn: float,
    sum_nn: float,
    *,
    level: float = 0.95,
    share: bool = True,
) -> RatioEstimate:
    """The ratio Σx/Σn over ``clusters`` cases, from sums a database can make, with the cases as sampling units.

    Variance by linearisation, v = m/(m-1) · Σ(x_i - R n_i)² / (Σn_i)², interval with t on m-1 degrees of freedom. With
    ``share`` (every x_i lies between 0 and n_i) the interval is cut at 0 and 1.

    **No variance is not certainty.** If no case was hit, or every case, or every case has the same ratio, the formula
    gives a width of zero after three cases as after three thousand. For shares the interval is then the exact binomial
    one with the number of *cases* as n: items of one case have just been seen to agree perfectly, so each case counts
    as one observation, and the binomial has the largest variance any variable between 0 and 1 can have. The same holds
    for a single case. ``effective_n`` is then the number of cases (or Σn, if smaller). For other ratios nothing bounds
    the unseen, and there is no interval.

    ``sum_nn`` counts only clusters with n_i > 0; clusters without a denominator do not belong in ``clusters``.
    """
    from scipy.special import stdtrit

    _check_level(level)
    if clusters < 1 or not sum_n > 0:
        raise ValueError(f"need at least one cluster and a positive denominator, got {clusters} and {sum_n}")
    if share and not 0 <= sum_x <= sum_n:
        raise ValueError(f"a share needs 0 <= Σx <= Σn, got {sum_x} and {sum_n}")
    ratio = float(Fraction(sum_x) / Fraction(sum_n))
    residual = _residual_square((sum_x, sum_n, sum_xx, sum_xn, sum_nn), clusters)
    if clusters == 1 or residual == 0:
        if not share:
            return RatioEstimate(ratio, None, None, None, None, clusters)
        trials = min(float(clusters), float(sum_n))
        return RatioEstimate(ratio, None, exact_binomial(ratio * trials, trials, level), None, trials, clusters)
    variance = Fraction(clusters, clusters - 1) * residual / Fraction(sum_n) ** 2
    error = math.sqrt(variance)
    half = float(stdtrit(clusters - 1, (1 + level) / 2)) * error
    if not share:
        return RatioEstimate(ratio, error, (ratio - half, ratio + half), None, None, clusters)
    interval = max(0.0, ratio - half), min(1.0, ratio + half)
    naive = ratio * (1 - ratio) / float(sum_n)
    effect = float(variance) / naive if naive > 0 else None
    # A design effect below 1 is mostly chance (few cases); it must not make a group look larger than it is.
    effective = float(sum_n) / max(effect, 1.0) if effect is not None else min(float(clusters), float(sum_n))
    return RatioEstimate(ratio, error, interval, effect, effective, clusters)


@dataclass(frozen=True, slots=True)
class RateEstimate:
    """Events per unit of time with the precision of clustered counts.

    ``effective_count`` is the number of independent events that would tell as much, never more than those counted;
    ``design_effect`` the variance over cases compared with Poisson's, None where it cannot be told.
    """

    rate: float
    interval: Interval
    design_effect: float | None
    effective_count: float


def cluster_rate(
    clusters: int, sum_x: float, sum_n: float, sum_xx: float, sum_xn: float, sum_nn: float, *, level: float = 0.95
) -> RateEstimate:
    """The rate Σx/Σn of events over time at risk, cases as sampling units, from whole sums.

    Events of one case come in rows (a reduction follows a reduction), so the count tells less than as many independent
    events. Design effect: variance by linearisation, m/(m-1)·Σ(x_i - R n_i)²/(Σn)², over Poisson's, Σx/(Σn)². The
    interval is Garwood's at the effective count Σx / max(design effect, 1). Without events, or with one case, there is
    no design effect; then the events count as they are, but no more of them than cases.
    """
    _check_level(level)
    if clusters < 1 or not sum_n > 0 or sum_x < 0:
        raise ValueError(f"need a cluster, time at risk and no negative count, got {clusters}, {sum_n} and {sum_x}")
    effect = None
    effective = float(min(sum_x, clusters))
    if sum_x > 0 and clusters > 1:
        residual = _residual_square((sum_x, sum_n, sum_xx, sum_xn, sum_nn), clusters)
        effect = float(Fraction(clusters, clusters - 1) * residual / Fraction(sum_x))
        effective = float(sum_x) / max(effect, 1.0)
    rate = float(Fraction(sum_x) / Fraction(sum_n))
    low, high = exact_poisson(effective, level)
    # The effective time is the time over the same design effect; without events all of it.
    time = float(sum_n) * (effective / float(sum_x) if sum_x else 1.0)
    return RateEstimate(rate, (low / time, high / time), effect, effective)


def case_bootstrap(values: Sequence[float], *, seed: int, repeats: int = 2000, level: float = 0.95) -> Interval | None:
    """Percentile interval of the mean of one value a case, cases drawn with replacement.

    The alternative for indices whose distribution is far from normal. Values are sorted first, so that the order of
    rows decides nothing. None if there are fewer than two different values: drawing from one value says nothing.
    """
    import numpy

    _check_level(level)
    ordered = numpy.sort(numpy.asarray(values, dtype=float))
    if not numpy.all(numpy.isfinite(ordered)):
        raise ValueError("values must be finite numbers; leave unknown ones out")
    if ordered.size < 2 or ordered[0] == ordered[-1]:
        return None
    generator = numpy.random.default_rng(seed)
    means = numpy.empty(repeats)
    step = max(1, 4_000_000 // ordered.size)  # about 32 MB a block
    for start in range(0, repeats, step):
        draws = generator.integers(ordered.size, size=(min(step, repeats - start), ordered.size))
        means[start : start + step] = ordered[draws].mean(axis=1)
    low, high = numpy.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
