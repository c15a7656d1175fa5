"""Groups against a reference: which differ by more than their size explains. Signals to look closer, never ranks.

A pure function over measurements, with no engine in sight. The order to follow is *measure, release, compare*: run on
measurements that have left the privacy door, every limit and signal is computed from figures the reader is shown, so
that the comparison can be checked by hand and gives nothing more away.

What is decided here, and why:

- **The reference** of a set (one metric, one period, one stratum) is the ratio of sums over the groups that are judged,
  or a given standard. Groups of low coverage would carry the bias of their recording into it. A group is part of its
  own reference: with few groups that makes signals rarer, never more frequent.
- **Only ``ok`` is judged.** ``low_coverage`` is not: what is missing is seldom missing by chance, and a funnel knows
  sampling error only; its worst-case bounds are the honest picture. If the whole (the measurement without the compared
  key) is in the set and is not ``ok``, nothing in the set is judged, unless a standard is given.
- **Size is the effective n** of the clustered share; the hits are value times effective n, so that a few long cases do
  not pass for many observations. A share within a horizon (survival) is such a share too. Of a rate it is the effective
  time at risk, and value times it the effective count of events. For means it is the number of cases, one value each.
- **Differences and concentrations are not judged.** How much a gap between two sides, or a spread over cases, should
  vary between groups of a size is not known from one interval a group.
- **Order is by name.** There is no option to order by value.
- **Flags come from exact tails** (one-sided below 2.5 % and 0.1 %), limits are for drawing; see stats/funnel.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from procmine.errors import UsageError
from procmine.findings import Comparison, Funnel, Measurement, Signal, Status
from procmine.stats import funnel as limits

_NOT_OK = {
    "de": "Nicht beurteilt: Der Wert ist nicht hinreichend belegt (Status „{status}“).",
    "en": "Not judged: the value is not sufficiently supported (status “{status}”).",
}
_LOW_COVERAGE = {
    "de": "Nicht beurteilt: Zu oft ist nicht erfasst, was gezählt werden soll. Die Grenzen kennen nur den Zufall, "
    "nicht die Lücken; es gelten die Schranken für den schlechtesten Fall.",
    "en": "Not judged: what is to be counted is too often not recorded. The limits know chance only, not gaps; see the "
    "worst-case bounds.",
}
_WHOLE_NOT_OK = {
    "de": "Nicht beurteilt: Der Vergleichswert über alle ist nicht hinreichend belegt.",
    "en": "Not judged: the reference over all groups is not sufficiently supported.",
}
_ALONE = {
    "de": "Nicht beurteilt: Es gibt keine zweite belegte Gruppe, mit der verglichen werden könnte.",
    "en": "Not judged: there is no second supported group to compare with.",
}
_NO_LIMITS = {
    "de": "Nicht beurteilt: Für Unterschiede und Konzentrationen gibt es keine Grenzen nach der Größe einer Gruppe.",
    "en": "Not judged: for differences and concentrations there are no limits by the size of a group.",
}
_NO_SPREAD = {
    "de": "Nicht beurteilt: Die Streuung innerhalb der Gruppen ist nicht bekannt.",
    "en": "Not judged: the spread inside the groups is not known.",
}


# How the values of a unit vary with size. A unit that is not named here is not judged.
_FAMILIES = {"share": "binomial", "survival": "binomial", "rate": "poisson", "mean": "normal", "number": "normal"}


@dataclass(frozen=True, slots=True)
class _Yardstick:
    """A reference with what turns a size into limits: its family, ``sd`` for means, ``tau2`` extra variance."""

    reference: float
    family: str
    sd: float
    tau2: float

    def limits(self, size: float) -> limits.Limits:
        if self.family == "binomial":
            return limits.binomial_limits(self.reference, limits.widened_size(self.reference, size, self.tau2))
        if self.family == "poisson":
            return limits.poisson_limits(self.reference, limits.widened_time(self.reference, size, self.tau2))
        return limits.normal_limits(self.reference, math.sqrt(self.sd**2 + self.tau2 * size), size)

    def tail(self, value: float, size: float) -> tuple[float, bool]:
        if self.family == "binomial":
            size = limits.widened_size(self.reference, size, self.tau2)
            return limits.binomial_tail(min(value * size, size), size, self.reference)
        if self.family == "poisson":
            size = limits.widened_time(self.reference, size, self.tau2)
            return limits.poisson_tail(value * size, self.reference * size)
        return limits.normal_tail(value, self.reference, math.sqrt(self.sd**2 + self.tau2 * size), size)


def compare(
    measurements: Iterable[Measurement],
    *,
    along: str = "office",
    units: Mapping[str, str] | None = None,
    standards: Mapping[str, float] | None = None,
    overdispersion: bool = False,
) -> tuple[tuple[Comparison, ...], tuple[Funnel, ...]]:
    """Every group that bears the key ``along`` against the others of its metric, period and stratum.

    A stratum is what else the group names: ``{"office": "A", "function": "integration"}`` is compared with the
    integration figures of other offices. ``units`` says what each metric's figure is (Metric.told_in:
    ``mean``, ``rate:100``); one it does not name is a share. ``standards`` gives an outside reference by metric.
    Sets come in the metrics' order of appearance, then by period and stratum; funnels likewise, one a judged set.
    """
    sets: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[Measurement]] = {}
    order: dict[str, int] = {}
    for measurement in measurements:
        order.setdefault(measurement.metric, len(order))
        stratum = tuple(sorted((k, v) for k, v in measurement.group.items() if k != along))
        sets.setdefault((measurement.metric, measurement.period or "", stratum), []).append(measurement)
    comparisons: list[Comparison] = []
    funnels: list[Funnel] = []
    for key in sorted(sets, key=lambda k: (order[k[0]], k[1], k[2])):
        compared, funnel = compare_set(
            sets[key],
            along=along,
            unit=(units or {}).get(key[0], "share"),
            standard=(standards or {}).get(key[0]),
            overdispersion=overdispersion,
        )
        comparisons += compared
        funnels += [funnel] if funnel else []
    return tuple(comparisons), tuple(funnels)


def compare_set(
    measurements: Sequence[Measurement],
    *,
    along: str = "office",
    unit: str = "share",
    standard: float | None = None,
    overdispersion: bool = False,
) -> tuple[tuple[Comparison, ...], Funnel | None]:
    """One metric, one period, one stratum: its groups by name, and their funnel (None if nothing is judged).

    The measurement without the key ``along`` is the whole; it is not compared.
    """
    if len({(m.metric, m.version, m.period) for m in measurements}) > 1:
        raise UsageError("A comparison needs measurements of one metric, version and period.")
    groups = sorted((m for m in measurements if along in m.group), key=lambda m: m.group[along])
    names = [m.group[along] for m in groups]
    if len(set(names)) < len(names):
        raise UsageError(f"A comparison needs one measurement for each {along}.")
    wholes = [m for m in measurements if along not in m.group]
    family = _FAMILIES.get(unit.partition(":")[0])
    if family is None:
        return tuple(_unjudged(m, _NO_LIMITS) for m in groups), None
    judged = [m for m in groups if _size(m, family) is not None]
    if standard is None and any(whole.status is not Status.OK for whole in wholes):
        return tuple(_unjudged(m, _WHOLE_NOT_OK) for m in groups), None
    if not judged or (standard is None and len(judged) < 2):
        return tuple(_unjudged(m, _ALONE) for m in groups), None
    yardstick = _yardstick(judged, family, standard, overdispersion)
    if yardstick is None:
        return tuple(_unjudged(m, _NO_SPREAD) for m in groups), None
    largest = max(_size(m, family) or 0.0 for m in judged)
    return tuple(_judge(m, yardstick) for m in groups), _funnel(judged[0].metric, yardstick, largest)


def discoveries(comparisons: Sequence[Comparison], rate: float = 0.05) -> tuple[bool | None, ...]:
    """For each comparison whether it stands up to the number of groups looked at (Benjamini-Hochberg per metric and
    period, two-sided); None where nothing was judged. In the order given."""
    families: dict[tuple[str, str | None], list[int]] = {}
    for place, comparison in enumerate(comparisons):
        if comparison.tail is not None:
            family = comparison.measurement.metric, comparison.measurement.period
            families.setdefault(family, []).append(place)
    found: list[bool | None] = [None] * len(comparisons)
    for places in families.values():
        tails = [comparisons[place].tail or 0.0 for place in places]
        hits = limits.benjamini_hochberg([min(1.0, 2 * tail) for tail in tails], rate)
        for place, hit in zip(places, hits, strict=True):
            found[place] = hit
    return tuple(found)


def _size(measurement: Measurement, family: str) -> float | None:
    """The size a measurement is judged at; None if it is not judged."""
    if measurement.status is not Status.OK or measurement.value is None or measurement.denominator is None:
        return None
    cases = measurement.cases if measurement.known_cases is None else measurement.known_cases
    # Without a design effect a case is the only unit that is surely independent.
    if family == "normal" or (measurement.effective_n is None and family == "binomial"):
        return float(cases) if cases else None
    return measurement.effective_n or None


def _yardstick(
    judged: Sequence[Measurement], family: str, standard: float | None, overdispersion: bool
) -> _Yardstick | None:
    reference = _pooled(judged, family) if standard is None else standard
    sizes = [_size(m, family) or 0.0 for m in judged]
    sd = _within_sd(judged, sizes) if family == "normal" else None
    if (family == "normal" and not sd) or (family == "poisson" and not reference):
        return None
    spread = reference if family == "poisson" else reference * (1 - reference)
    unit = sd if sd is not None else math.sqrt(spread)
    tau2 = 0.0
    if overdispersion and len(judged) > 1 and unit > 0:
        errors = [unit / math.sqrt(size) for size in sizes]
        z = [((m.value or 0.0) - reference) / e for m, e in zip(judged, errors, strict=True)]
        tau2 = limits.overdispersion(z, errors).tau2
    return _Yardstick(reference, family, sd or 0.0, tau2)


def _pooled(judged: Sequence[Measurement], family: str) -> float:
    """Ratio of sums. A released index has no numerator of its own, nor has a share within a horizon, and that of a rate
    is in another unit: there it is value times denominator."""
    hits = [
        (m.value or 0.0) * (m.denominator or 0.0) if m.numerator is None or family == "poisson" else m.numerator
        for m in judged
    ]
    return math.fsum(hits) / math.fsum(m.denominator or 0.0 for m in judged)


def _within_sd(judged: Sequence[Measurement], sizes: Sequence[float]) -> float | None:
    """The spread inside groups. A measurement carries no standard error; it is read off the 95 % t interval, whose half
    width is t · SE on (cases - 1) degrees of freedom. Of an interval cut at 0 or 1 the longer side is the whole one."""
    from scipy.special import stdtrit

    usable: list[float] = []
    errors: list[float] = []
    for measurement, size in zip(judged, sizes, strict=True):
        if measurement.interval is None or measurement.value is None or size <= 1:
            continue
        half = max(measurement.interval[1] - measurement.value, measurement.value - measurement.interval[0])
        usable.append(size)
        errors.append(half / float(stdtrit(size - 1, 0.975)))
    return limits.pooled_sd(usable, errors) if usable else None


def _judge(measurement: Measurement, yardstick: _Yardstick) -> Comparison:
    size = _size(measurement, yardstick.family)
    if size is None or measurement.value is None:
        return _unjudged(measurement, _ALONE, yardstick.reference)
    lower_998, lower_95, upper_95, upper_998 = yardstick.limits(size)
    tail, above = yardstick.tail(measurement.value, size)
    signal = Signal.NONE
    if tail < limits.PROBABILITIES[0]:
        signal = Signal.ABOVE_998 if above else Signal.BELOW_998
    elif tail < limits.PROBABILITIES[1]:
        signal = Signal.ABOVE_95 if above else Signal.BELOW_95
    return Comparison(
        measurement=measurement,
        reference=yardstick.reference,
        limits_95=(lower_95, upper_95),
        limits_998=(lower_998, upper_998),
        tail=tail,
        signal=signal,
    )


def _unjudged(measurement: Measurement, why: Mapping[str, str], reference: float | None = None) -> Comparison:
    """A comparison that was not made; a measurement that brings no reason of its own is given the reason here."""
    if measurement.status is Status.LOW_COVERAGE:
        why = _LOW_COVERAGE
    elif measurement.status is not Status.OK:
        why = {lang: text.format(status=measurement.status.value) for lang, text in _NOT_OK.items()}
    told = measurement if measurement.reason else replace(measurement, reason=dict(why))
    return Comparison(told, reference, None, None, None, Signal.UNJUDGED)


def _funnel(metric: str, yardstick: _Yardstick, largest: float) -> Funnel:
    # Of a rate the grid is even in expected events: a hundred case-years may be a size of 1.
    unit = yardstick.reference if yardstick.family == "poisson" else 1.0
    sizes = tuple(size / unit for size in limits.size_grid(largest * unit))
    lines = list(zip(*(yardstick.limits(size) for size in sizes), strict=True))
    return Funnel(metric, yardstick.reference, sizes, lines[0], lines[1], lines[2], lines[3])
