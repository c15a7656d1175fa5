"""Shown: what a figure that may be seen looks like under a profile, by its unit.

Under rounding: denominator, items, cases rounded; numerator and value tied to them (see ``shown_share``); interval,
bounds and coverage computed from *shown* numbers, for the middle of the exact interval is the exact value. The interval
of a share is Wilson's at the rounded effective size, half a rounding step wider on each side. A rate is the rounded
events over the time at risk in two significant digits. Means, numbers and concentrations count nobody: value and
interval keep two significant digits, the sum behind them is not shown. A difference is that of the shown shares.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace

from procmine.findings import Measurement, Status
from procmine.privacy.beside import rate_days, shown_beside
from procmine.privacy.profile import Profile, around, blurred, rounded, shown_share, two_digits
from procmine.stats.intervals import exact_poisson, wilson


def rests_on_cases(measurement: Measurement) -> bool:
    """False where nothing was measured on anybody: the column is absent, or nothing of the kind was recorded."""
    return bool(measurement.cases) or measurement.value is not None


def shown(measurement: Measurement, profile: Profile, told: str, withheld: Collection[str]) -> Measurement:
    """A measurement that may be seen, as it may be seen; ``told`` is its unit (``share``, ``rate:100``), ``withheld``
    names what beside it may not."""
    if profile.exact or not rests_on_cases(measurement):
        reason = {language: blurred(text, profile.base) for language, text in measurement.reason.items()}
        beside = shown_beside(measurement, measurement, profile, told, withheld)
        return replace(measurement, workers=None, reason=reason, further=beside)
    base = profile.base
    items = max(rounded(measurement.items or 0, base), base)
    coverage = None if measurement.coverage is None else shown_share(measurement.coverage, items, base)[1]
    plain = replace(
        measurement,
        items=items,
        cases=rounded(measurement.cases or 0, base),
        known_cases=None if measurement.known_cases is None else rounded(measurement.known_cases, base),
        coverage=coverage,
        reason=_general(measurement),
        workers=None,
    )
    seen = _valued(measurement, plain, told, base)
    seen = replace(seen, further=shown_beside(measurement, seen, profile, told, withheld))
    return _as_difference(measurement, seen) if told == "difference" and measurement.value is not None else seen


def _valued(measurement: Measurement, plain: Measurement, told: str, base: int) -> Measurement:
    """Value, interval and what belongs to them."""
    unit = told.partition(":")[0]
    if measurement.value is None:
        # Too little is known for a value; what is known of it stays inside the bounds.
        bounds = _wide_bounds(measurement, plain.items or base, base)
        return replace(plain, numerator=None, denominator=None, bounds=bounds)
    if unit == "difference" or measurement.denominator is None:
        return replace(plain, numerator=None, denominator=None, effective_n=None)
    denominator = max(rounded(measurement.denominator, base), base)
    if unit == "rate":
        return _shown_rate(measurement, plain, denominator, base, rate_days(told))
    if unit in ("share", "survival"):
        return _shown_count(measurement, plain, denominator, base)
    return _shown_mean(measurement, plain, denominator)


def _shown_count(measurement: Measurement, plain: Measurement, denominator: int, base: int) -> Measurement:
    hits, value = shown_share(measurement.value or 0.0, denominator, base)
    step = base / denominator
    interval = size = None
    if measurement.effective_n is not None:
        size = float(max(rounded(measurement.effective_n, base), base))
        low, high = wilson(value * size, size)
        interval = max(0.0, low - step / 2), min(1.0, high + step / 2)
    bounds = None
    if measurement.bounds is not None and plain.coverage is not None:
        bounds = value * plain.coverage, value * plain.coverage + 1 - plain.coverage
    case_mean = measurement.case_mean
    if case_mean is not None:
        # With one item a case it is the value itself: no finer than that.
        case_mean = shown_share(case_mean, max(plain.known_cases or plain.cases or base, base), base)[1]
    return replace(
        plain,
        numerator=None if measurement.numerator is None else hits,
        denominator=denominator,
        value=value,
        interval=interval if measurement.interval is not None else None,
        bounds=bounds,
        effective_n=size,
        case_mean=case_mean,
    )


def _shown_rate(measurement: Measurement, plain: Measurement, denominator: int, base: int, unit: float) -> Measurement:
    """Rounded events over rounded days. The effective time keeps two digits; Garwood's interval at what it makes of the
    shown value, half a rounding step wider."""
    events = rounded(measurement.numerator or 0.0, base)
    value = two_digits(events / denominator * unit)
    interval = size = None
    if measurement.effective_n:
        size = two_digits(measurement.effective_n)
        low, high = exact_poisson(value * size)
        step = base / denominator * unit / 2
        interval = max(0.0, low / size - step), two_digits(high / size + step, up=True)
    return replace(
        plain,
        numerator=events,
        denominator=denominator,
        value=value,
        interval=interval if measurement.interval is not None else None,
        effective_n=size,
    )


def _shown_mean(measurement: Measurement, plain: Measurement, denominator: int) -> Measurement:
    exact = measurement.value or 0.0
    value = two_digits(exact)
    bounds = None
    if measurement.bounds is not None:
        bounds = math.floor(measurement.bounds[0] * 100) / 100, math.ceil(measurement.bounds[1] * 100) / 100
    return replace(
        plain,
        numerator=None,
        denominator=denominator,
        value=value,
        interval=around(exact, measurement.interval, value),
        bounds=bounds,
        effective_n=None if measurement.effective_n is None else float(plain.known_cases or plain.cases or 0),
        case_mean=None if measurement.case_mean is None else two_digits(measurement.case_mean),
    )


def _as_difference(measurement: Measurement, seen: Measurement) -> Measurement:
    """The difference of the two shares as they are shown beside it."""
    arms = [one.value for one in seen.further if one.kind == "arm"]
    if len(arms) != 2 or arms[0] is None or arms[1] is None:
        return replace(seen, value=None, interval=None, bounds=None)
    value, bounds = arms[0] - arms[1], None
    if measurement.bounds is not None:
        bounds = math.floor(measurement.bounds[0] * 100) / 100, math.ceil(measurement.bounds[1] * 100) / 100
    interval = around(measurement.value or 0.0, measurement.interval, value, least=-1.0)
    return replace(seen, value=value, interval=interval, bounds=bounds)


def _wide_bounds(measurement: Measurement, items: int, base: int) -> tuple[float, float] | None:
    if measurement.bounds is None:
        return None
    step = base / items
    return (
        max(-1.0 if measurement.bounds[0] < 0 else 0.0, math.floor(measurement.bounds[0] / step) * step),
        min(1.0, math.ceil(measurement.bounds[1] / step) * step),
    )


_GENERAL = {
    Status.LOW_COVERAGE: {
        "de": "Lückenhaft: Zu oft ist nicht erfasst, was gezählt werden soll.",
        "en": "Low coverage: what is to be counted is too often not recorded.",
    },
    Status.INSUFFICIENT_N: {
        "de": "Zu wenige Fälle, unabhängige Beobachtungen oder Fachkräfte für ein Urteil.",
        "en": "Too few cases, independent observations or caseworkers for a judgement.",
    },
    Status.NOT_MEASURABLE: {
        "de": "Nicht messbar: Weniger als die Hälfte dessen, was gezählt werden soll, ist erfasst.",
        "en": "Not measurable: less than half of what is to be counted is recorded.",
    },
}
_UNWATCHED = {
    "de": "Zu wenige Fälle, oder niemand wurde lange genug beobachtet.",
    "en": "Too few cases, or nobody was watched long enough.",
}


def _general(measurement: Measurement) -> Mapping[str, str]:
    """Measured reasons quote exact counts; rounded profiles say the same without them."""
    if not measurement.reason:
        return measurement.reason
    if measurement.status is Status.INSUFFICIENT_N and measurement.value is None:
        return _UNWATCHED
    return _GENERAL.get(measurement.status, {})
