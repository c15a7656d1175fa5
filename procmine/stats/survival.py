"""Time until something happened, where some were watched too short: product limit, its precision, the median.

Sources: Kaplan & Meier, J. Am. Stat. Assoc. 53 (1958); Greenwood (1926) for the variance; Kalbfleisch & Prentice (1980)
for the interval on the scale log(-log S), which stays inside 0-1; Brookmeyer & Crowley, Biometrics 38 (1982), for the
median's interval, on the same scale; Therneau & Grambsch, Modeling Survival Data (2000), for the infinitesimal
jackknife: what leaving an item's weight out a little changes. Summed by case and squared it is the variance with cases
as sampling units; with one item a case it equals Greenwood's term by term.

**No library.** lifelines and statsmodels want one row a subject; here rows stay in the engine and days with counts come
out of it. Neither has the variance by cases for the product limit. statsmodels is the tests' second opinion.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from procmine.stats.intervals import Interval, exact_binomial

# A product of some thousand fractions is exact to about this much.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Step:
    """One day: how many were under observation at its beginning, how many it happened to, the share it had not yet
    happened to at its end, and Greenwood's variance of the logarithm of that share (infinite where it is zero)."""

    day: int
    at_risk: int
    events: int
    left: float
    variance: float


@dataclass(frozen=True, slots=True)
class Happened:
    """The share that happened by a day. ``effective_n`` is the number of independent items watched to the end that
    would tell as much; None, like the interval, where the data cannot say."""

    value: float
    interval: Interval | None
    effective_n: float | None


def product_limit(days: Iterable[tuple[int, int, int]]) -> tuple[Step, ...]:
    """The curve from (day, events, all whose time ended on that day), a day in one row or several: events come before
    what is censored that day."""
    counted: dict[int, tuple[int, int]] = {}
    for day, events, ended in days:
        happened, over = counted.get(day, (0, 0))
        counted[day] = happened + events, over + ended
    at_risk = sum(ended for _, ended in counted.values())
    left, variance, steps = 1.0, 0.0, []
    for day, (events, ended) in sorted(counted.items()):
        if not 0 <= events <= ended:
            raise ValueError(f"need 0 <= events <= ended, got {events} and {ended} on day {day}")
        left *= (at_risk - events) / at_risk if ended else 1.0
        if events:
            variance += events / (at_risk * (at_risk - events)) if events < at_risk else math.inf
        steps.append(Step(day, at_risk, events, left, variance))
        at_risk -= ended
    return tuple(steps)


def at(steps: Iterable[Step], day: int) -> Step | None:
    """The curve as it stands at the end of ``day``; None before the first step."""
    last = None
    for step in steps:
        if step.day > day:
            break
        last = step
    return last


def watched(steps: tuple[Step, ...], day: int) -> bool:
    """Whether the curve reaches ``day``: somebody was watched that long, or it has happened to all."""
    return bool(steps) and (steps[-1].day >= day or steps[-1].left == 0)


def happened_by(
    steps: tuple[Step, ...], day: int, *, by_cases: float | None, trials: int, level: float = 0.95
) -> Happened:
    """The share that happened by ``day``.

    ``by_cases`` is the jackknife variance of log S with cases as units (None: one item a case); the larger of it and
    Greenwood's counts, for fewer units seldom know more. Where nothing or everything happened there is no variance, and
    that is no certainty: the interval is then the exact binomial one of ``trials``, the cases seen to the end.
    """
    from scipy.special import ndtri

    step = at(steps, day)
    left, greenwood = (1.0, 0.0) if step is None else (step.left, step.variance)
    value = 1 - left
    variance = max(greenwood, by_cases or 0.0)
    if left == 0 or left == 1 or variance == 0:
        if trials < 1:
            return Happened(value, None, None)
        return Happened(value, exact_binomial(value * trials, trials, level), float(trials))
    low, high = _around(left, variance, float(ndtri((1 + level) / 2)))
    return Happened(value, (1 - high, 1 - low), value / left / variance)


def day_of(
    steps: tuple[Step, ...], share: float = 0.5, *, inflation: float = 1.0, level: float = 0.95
) -> tuple[int | None, Interval | None]:
    """The day by which it has happened to ``share`` of all, and the days between which that lies; None where that is
    not reached.

    The interval holds the days whose own interval of S holds the rest, to the first day after them (Brookmeyer &
    Crowley). ``inflation`` widens Greenwood's variance as that of the horizon was widened by the cases. There is no
    interval where its later end is not reached.
    """
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    middle = next((step.day for step in steps if step.left <= 1 - share + _ROUNDING), None)
    first = last = None
    for step in steps:
        if not step.events or not 0 < step.left < 1:
            continue
        low, high = _around(step.left, step.variance * inflation, z)
        if first is None and low <= 1 - share:
            first = step.day
        if high < 1 - share:
            last = step.day
            break
    if middle is None or first is None or last is None:
        return middle, None
    return middle, (float(first), float(last))


def _around(left: float, variance: float, z: float) -> Interval:
    """The interval of S on the scale log(-log S), given the variance of log S."""
    half = z * math.sqrt(variance) / abs(math.log(left))
    if half > 700:  # exp would overflow: nothing is known
        return 0.0, 1.0
    return left ** math.exp(half), left ** math.exp(-half)
