"""Measurements leave: small groups and what would betray them withheld, counts rounded, caseworker numbers dropped.

**Who is withheld.** A figure rests on its persons (cases with a known value; all cases if there is no value). Under the
profile's minimum it goes. Outside the workbench also: a staff-related figure with fewer than ten caseworkers, and a
share of a sensitive metric whose hits or misses are fewer than the minimum ("all of them were sanctioned" tells
something about each of them). Hits are items, so at least as many as their persons: the rule can miss a group where one
person has many items, never hide too little by design of the count itself.

**Complements.** Whole = sum of parts, along each key a group names and along the period. Where hidden members of such a
sum could be told together, and together would be withheld themselves, the next-smallest part goes too, until what is
hidden in one sum would pass as a group of its own. A hidden whole counts as a member. Repeated until nothing changes,
since a part of one sum is the whole of another. Metrics that count the same items (a share and its counterpart) are
not tied together.

**No caseworker.** The door is handed a number of caseworkers, never one of them, and drops the number. Swapping their
names changes no number, so what is released cannot depend on who is who (the relabelling law holds by construction).

**Hidden looks alike.** One sentence names all rules that could apply; which one did would say more than the figure.

**What is shown of the rest** under rounding: denominator, items, cases rounded; numerator and value tied to them (see
``shown_share``); interval, bounds and coverage computed from *shown* numbers, for the middle of the exact interval is
the exact value. The interval is Wilson's at the rounded effective size, half a rounding step wider on each side. Means
(an index a case) count nobody: value and interval keep two significant digits, the sum behind them is not shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from procmine.errors import PrivacyError
from procmine.findings import Measurement, Status
from procmine.privacy.profile import (
    Profile,
    Released,
    blurred,
    profile_named,
    rounded,
    sealed,
    shown_share,
    two_digits,
)
from procmine.stats.intervals import wilson

Group = tuple[tuple[str, str], ...]
PERIOD = "\0period"


@dataclass(frozen=True, slots=True)
class _Cell:
    """What decides whether a figure may be shown; also the sum of several hidden ones."""

    persons: int
    workers: int | None
    hits: float | None
    misses: float | None

    def withheld(self, profile: Profile) -> bool:
        if self.persons < profile.persons:
            return True
        if profile.exact:
            return False
        if self.workers is not None and self.workers < profile.workers:
            return True
        return any(side is not None and side < profile.persons for side in (self.hits, self.misses))


def release(
    measurements: Iterable[Measurement],
    profile: str | Profile,
    *,
    sensitive: Collection[str] = frozenset(),
    means: Collection[str] = frozenset(),
) -> Released[tuple[Measurement, ...]]:
    """Measurements as the profile lets them out, in the order given.

    Hand over *all* measurements of a result at once: complements are seen only among what is given. ``sensitive`` names
    metrics about protected attributes (sanctions, health); ``means`` names metrics whose value is a mean of an index.
    Raises PrivacyError for a period finer than the profile allows.
    """
    rule = profile_named(profile)
    given = tuple(measurements)
    for measurement in given:
        _check_period(measurement.period, rule)
    staff = {m.metric for m in given if m.workers is not None}
    means = set(means) | {m.metric for m in given if not _counts_items(m)}
    released: list[Measurement] = list(given)
    for metric in dict.fromkeys((m.metric, m.version) for m in given):
        places = [k for k, m in enumerate(given) if (m.metric, m.version) == metric]
        protected = metric[0] in sensitive and metric[0] not in means and not rule.exact
        cells = {
            _key(given[k]): _cell(given[k], metric[0] in staff, protected) for k in places if _rests_on_cases(given[k])
        }
        hidden = _with_complements(cells, rule)
        for k in places:
            if _key(given[k]) in hidden:
                released[k] = _suppressed(given[k], rule, metric[0] in staff, protected)
            else:
                released[k] = _shown(given[k], rule, metric[0] in means)
    return sealed(tuple(released), rule)


_FINENESS = (
    (re.compile(r"\d{4}-\d{2}-\d{2}$|\d{4}-W\d{2}$"), 0, "day or week"),
    (re.compile(r"\d{4}-\d{2}$"), 1, "month"),
    (re.compile(r"\d{4}-Q\d$"), 2, "quarter"),
)


def _check_period(period: str | None, profile: Profile) -> None:
    allowed = ("day", "month", "quarter").index(profile.finest)
    for pattern, fineness, name in _FINENESS:
        if period and pattern.match(period) and fineness < allowed:
            raise PrivacyError(
                f"Figures by {name} are not released under the profile {profile.name}.",
                hint=f"The shortest period is the {profile.finest}.",
            )


def _rests_on_cases(measurement: Measurement) -> bool:
    """False where nothing was measured on anybody: the column is absent, or nothing of the kind was recorded."""
    return bool(measurement.cases) or measurement.value is not None


def _counts_items(measurement: Measurement) -> bool:
    if measurement.value is None or measurement.numerator is None or measurement.denominator is None:
        return True
    return measurement.effective_n is not None and 0 <= measurement.numerator <= measurement.denominator


def _cell(measurement: Measurement, staff: bool, protected: bool) -> _Cell:
    persons = measurement.cases or 0
    if measurement.value is not None and measurement.known_cases is not None:
        persons = min(persons, measurement.known_cases)
    hits = misses = None
    if protected and measurement.numerator is not None and measurement.denominator is not None:
        hits, misses = measurement.numerator, measurement.denominator - measurement.numerator
    # A staff-related figure with nobody known behind it rests on no caseworker, not on enough of them.
    return _Cell(persons, (measurement.workers or 0) if staff else None, hits, misses)


def _key(measurement: Measurement) -> Group:
    period = {PERIOD: measurement.period} if measurement.period is not None else {}
    return tuple(sorted((dict(measurement.group) | period).items()))


def _with_complements(cells: Mapping[Group, _Cell], profile: Profile) -> set[Group]:
    """The groups to hide: those that must not be seen, and those that would give them away."""
    hidden = {key for key, cell in cells.items() if cell.withheld(profile)}
    sums = _sums(cells)
    changed = bool(hidden)
    while changed:
        changed = False
        for whole, parts in sums:
            more = _to_hide(whole, parts, cells, hidden, profile)
            hidden |= more
            changed |= bool(more)
    return hidden


def _sums(cells: Mapping[Group, _Cell]) -> list[tuple[Group, tuple[Group, ...]]]:
    """Every whole with its parts along one key. A whole that is not given counts if two keys sum to it."""
    parts: dict[Group, dict[str, list[Group]]] = {}
    for key in sorted(cells):
        for name, value in key:
            whole = tuple(pair for pair in key if pair != (name, value))
            parts.setdefault(whole, {}).setdefault(name, []).append(key)
    return [
        (whole, tuple(parts[whole][name]))
        for whole in sorted(parts)
        if whole in cells or len(parts[whole]) > 1
        for name in sorted(parts[whole])
    ]


def _to_hide(
    whole: Group, parts: tuple[Group, ...], cells: Mapping[Group, _Cell], hidden: set[Group], profile: Profile
) -> set[Group]:
    gone = [part for part in parts if part in hidden]
    left = sorted((part for part in parts if part not in hidden), key=lambda part: (cells[part].persons, part))
    if whole in hidden:
        # The parts add up to it: at least one of them must be unknown.
        return set(left[:1]) if not gone and left else set()
    if not gone:
        return set()
    more: set[Group] = set()
    while left and (len(gone) < 2 or _together([cells[part] for part in gone]).withheld(profile)):
        gone.append(left.pop(0))
        more.add(gone[-1])
    return more


def _together(cells: list[_Cell]) -> _Cell:
    """Hidden parts as one group. Caseworkers may be the same in each, so their number is at least the largest."""
    workers = [cell.workers for cell in cells if cell.workers is not None]
    return _Cell(
        persons=sum(cell.persons for cell in cells),
        workers=max(workers) if workers else None,
        hits=_sum(cell.hits for cell in cells),
        misses=_sum(cell.misses for cell in cells),
    )


def _sum(sides: Iterable[float | None]) -> float | None:
    known = [side for side in sides if side is not None]
    return math.fsum(known) if known else None


def _suppressed(measurement: Measurement, profile: Profile, staff: bool, protected: bool) -> Measurement:
    return replace(
        measurement,
        value=None,
        numerator=None,
        denominator=None,
        items=None,
        cases=None,
        coverage=None,
        bounds=None,
        interval=None,
        status=Status.SUPPRESSED,
        reason=_why(profile, staff and not profile.exact, protected),
        effective_n=None,
        case_mean=None,
        workers=None,
        known_cases=None,
    )


def _why(profile: Profile, staff: bool, protected: bool) -> dict[str, str]:
    german = [f"weniger als {profile.persons} Personen"] + [f"weniger als {profile.workers} Fachkräfte"] * staff
    english = [f"fewer than {profile.persons} persons"] + [f"fewer than {profile.workers} caseworkers"] * staff
    all_de = ", er beträfe fast alle oder fast niemanden" if protected else ""
    all_en = ", it would be true of nearly all or nearly none of them" if protected else ""
    return {
        "de": f"Zurückgehalten: Hinter dem Wert stehen {' oder '.join(german)}{all_de}, "
        "oder ein solcher Wert ließe sich aus ihm errechnen.",
        "en": f"Withheld: {' or '.join(english)} stand behind the value{all_en}, "
        "or such a value could be worked out from it.",
    }


def _shown(measurement: Measurement, profile: Profile, mean: bool) -> Measurement:
    """A measurement that may be seen, as it may be seen."""
    if profile.exact or not _rests_on_cases(measurement):
        reason = {language: blurred(text, profile.base) for language, text in measurement.reason.items()}
        return replace(measurement, workers=None, reason=reason)
    base = profile.base
    items = max(rounded(measurement.items or 0, base), base)
    coverage = None if measurement.coverage is None else shown_share(measurement.coverage, items, base)[1]
    plain = replace(
        measurement,
        items=items,
        cases=rounded(measurement.cases or 0, base),
        known_cases=None if measurement.known_cases is None else rounded(measurement.known_cases, base),
        coverage=coverage,
        reason=_general(measurement.status, measurement.reason),
        workers=None,
    )
    if measurement.value is None or measurement.denominator is None:
        # Too little is known for a value; what is known of it stays inside the bounds.
        return replace(plain, numerator=None, denominator=None, bounds=_wide_bounds(measurement, items, base))
    denominator = max(rounded(measurement.denominator, base), base)
    if mean:
        return _shown_mean(measurement, plain, denominator)
    return _shown_count(measurement, plain, denominator, base)


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
        numerator=hits,
        denominator=denominator,
        value=value,
        interval=interval if measurement.interval is not None else None,
        bounds=bounds,
        effective_n=size,
        case_mean=case_mean,
    )


def _shown_mean(measurement: Measurement, plain: Measurement, denominator: int) -> Measurement:
    exact = measurement.value or 0.0
    value = two_digits(exact)
    interval = None
    if measurement.interval is not None:
        low, high = measurement.interval
        half = two_digits(max(high - exact, exact - low) + abs(value - exact), up=True)
        interval = value - half, value + half
        if low >= 0 and high <= 1:
            interval = max(0.0, interval[0]), min(1.0, interval[1])
    bounds = None
    if measurement.bounds is not None:
        bounds = math.floor(measurement.bounds[0] * 100) / 100, math.ceil(measurement.bounds[1] * 100) / 100
    return replace(
        plain,
        numerator=None,
        denominator=denominator,
        value=value,
        interval=interval,
        bounds=bounds,
        effective_n=None if measurement.effective_n is None else float(plain.known_cases or plain.cases or 0),
        case_mean=None if measurement.case_mean is None else two_digits(measurement.case_mean),
    )


def _wide_bounds(measurement: Measurement, items: int, base: int) -> tuple[float, float] | None:
    if measurement.bounds is None:
        return None
    step = base / items
    return (
        max(0.0, math.floor(measurement.bounds[0] / step) * step),
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


def _general(status: Status, reason: Mapping[str, str]) -> Mapping[str, str]:
    """Measured reasons quote exact counts; rounded profiles say the same without them."""
    return _GENERAL.get(status, {}) if reason else reason
