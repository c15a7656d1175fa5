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

**Hidden looks alike.** One sentence names all rules that could apply; which one did would say more than the figure. A
group of too few persons, as far as any of the figures knows them, is withheld also where nothing was counted on it
while elsewhere something was: that none of five had a referral is told of five.

**By unit.** A share is known by its hits and misses, so is each side of a difference (the smaller decides) and what
happened within a horizon; a rate by its events. Indices, numbers and concentrations have neither. What stands beside a
figure (``Measurement.further``) obeys the same rules in ``beside``; what is shown of the rest, ``shown``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from procmine.errors import PrivacyError
from procmine.findings import Measurement, Status
from procmine.privacy.beside import blank, hidden_parts
from procmine.privacy.cells import Cell, Group, group_of, with_complements
from procmine.privacy.profile import Profile, Released, profile_named, sealed
from procmine.privacy.shown import rests_on_cases, shown


def release(
    measurements: Iterable[Measurement],
    profile: str | Profile,
    *,
    sensitive: Collection[str] = frozenset(),
    units: Mapping[str, str] | None = None,
    gone: Collection[tuple[str, Group]] = frozenset(),
) -> Released[tuple[Measurement, ...]]:
    """Measurements as the profile lets them out, in the order given.

    Hand over *all* measurements of a result at once: complements are seen only among what is given. ``sensitive`` names
    metrics about protected attributes (sanctions, health); ``units`` says what each metric's figure is (Metric.told_in:
    ``mean``, ``rate:100``); one it does not name is a share; ``gone`` are metrics and groups that must not be seen
    for other reasons. Raises PrivacyError for a period finer than the profile allows.
    """
    rule = profile_named(profile)
    given = tuple(measurements)
    for measurement in given:
        _check_period(measurement.period, rule)
    staff = {m.metric for m in given if m.workers is not None}
    uncounted = {m.metric for m in given if not _counts_items(m)}
    few = _few(given, rule)
    released: list[Measurement] = list(given)
    for metric in dict.fromkeys((m.metric, m.version) for m in given):
        places = [k for k, m in enumerate(given) if (m.metric, m.version) == metric]
        told = (units or {}).get(metric[0], "share")
        told = "mean" if told == "share" and metric[0] in uncounted else told
        unit = told.partition(":")[0]
        protected = metric[0] in sensitive and unit in _TOLD_BY_HITS and not rule.exact
        about = metric[0] in staff
        own = {group_of(given[k]): given[k] for k in places if rests_on_cases(given[k])}
        cells = {key: _cell(m, unit, about, protected) for key, m in own.items()}
        hidden = with_complements(cells, rule, {key for name, key in gone if name == metric[0]})
        parts = hidden_parts(own, hidden, unit, rule, staff=about, protected=protected)
        for k in places:
            key = group_of(given[k])
            if key in hidden or (key in few and () in own and key not in own):
                released[k] = _suppressed(given[k], rule, about, protected)
            else:
                released[k] = shown(given[k], rule, told, parts.get(key, frozenset()))
    return sealed(tuple(released), rule)


def _few(given: Iterable[Measurement], profile: Profile) -> set[Group]:
    """The groups that have somebody, but in no figure enough persons."""
    most: dict[Group, int] = {}
    for one in given:
        most[group_of(one)] = max(most.get(group_of(one), 0), one.cases or 0)
    return {key for key, cases in most.items() if key and 0 < cases < profile.persons}


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


def _counts_items(measurement: Measurement) -> bool:
    if measurement.value is None or measurement.numerator is None or measurement.denominator is None:
        return True
    return measurement.effective_n is not None and 0 <= measurement.numerator <= measurement.denominator


def _cell(measurement: Measurement, unit: str, staff: bool, protected: bool) -> Cell:
    persons = measurement.cases or 0
    if measurement.value is not None and measurement.known_cases is not None:
        persons = min(persons, measurement.known_cases)
    hits, misses = _sides(measurement, unit) if protected else (None, None)
    # A staff-related figure with nobody known behind it rests on no caseworker, not on enough of them.
    return Cell(persons, (measurement.workers or 0) if staff else None, hits, misses)


def _sides(measurement: Measurement, unit: str) -> tuple[float | None, float | None]:
    """How many it is true of and how many not, where the figure tells."""
    if unit == "difference":
        arms = [one for one in measurement.further if one.kind == "arm" and one.hits is not None]
        hits = [one.hits or 0.0 for one in arms]
        return (min(hits), min((one.items or 0) - hit for one, hit in zip(arms, hits, strict=True))) if arms else _NONE
    if measurement.value is None or measurement.denominator is None:
        return _NONE
    if unit == "rate":
        return measurement.numerator, None
    hits_of = measurement.numerator
    told = measurement.value * measurement.denominator if hits_of is None else hits_of
    return told, measurement.denominator - told


# Units whose figure tells of how many something is true.
_TOLD_BY_HITS = ("share", "survival", "rate", "difference")
_NONE = (None, None)


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
        further=tuple(blank(one) for one in measurement.further),
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
