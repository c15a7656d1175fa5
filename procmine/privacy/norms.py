"""Norms leave: rates by the rules of every figure, counts beside them rounded, small ones gone.

A group whose rate is withheld has no counts either, nor has one with too few cases; where that is one office alone, or
some that are too few together, the counts of the smallest other one go with them, for the whole would tell them.
Outside the workbench a count that rests on too few cases looks like one that is not there, and so does a count of none;
the others are rounded. Where the whole and the offices, and states and their reasons or sides, all together would still
leave a hidden count too few possible values, the smallest shown one goes as well; a rate that alone would, goes itself:
a share of 10 in 50 beside a count of fewer than 10 is one of 8 or 9. Who began the broken steps is told by
side and function only, never by person.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from procmine.findings import Measurement, NormCount, NormFound, NormsFound, Status
from procmine.privacy.adding_up import ranges
from procmine.privacy.cells import Group, group_of
from procmine.privacy.figures import release
from procmine.privacy.profile import Profile, Released, could_be, profile_named, rounded, sealed
from procmine.privacy.sums import POSSIBLE

STATES = ("kept", "broken", "undetermined")


def release_norms(found: NormsFound, profile: str | Profile) -> Released[NormsFound]:
    """The norms as the profile lets them out. Raises PrivacyError for a period finer than the profile allows."""
    rule = profile_named(profile)
    given = [one for norm in found.norms for one in norm.measurements]
    sensitive = {norm.name for norm in found.norms if norm.sensitive}
    shown = release(given, rule, sensitive=sensitive).value
    if telling := {pair for norm in found.norms for pair in _telling_rates(norm, shown, rule)}:
        shown = release(given, rule, sensitive=sensitive, gone=telling).value
    left = iter(shown)
    norms = tuple(_norm(norm, tuple(next(left) for _ in norm.measurements), rule) for norm in found.norms)
    return sealed(replace(found, norms=norms), rule)


Place = tuple[int, str, str]
"""A count: of which group, of what kind (``state``, or a field of parts), its name."""
_PARTS = {"why": "undetermined", "begun_by": "broken", "functions": "broken"}
"""The fields that are parts of a state."""


def _telling_rates(norm: NormFound, shown: Sequence[Measurement], rule: Profile) -> set[tuple[str, Group]]:
    """The rates that leave a count of few persons beside them too few values, whatever else is shown."""
    if rule.exact:
        return set()
    values, cases = _values(norm.counts)
    least = _least(norm.counts, [one for one in shown if one.metric == norm.name], rule)
    return {
        (norm.name, _key(norm.counts[place[0]].group))
        for place, low in least.items()
        if cases[place] < rule.persons and max(rule.persons - 1, values[place]) - low + 1 < POSSIBLE
    }


def _least(counts: Sequence[NormCount], shown: Sequence[Measurement], rule: Profile) -> dict[Place, int]:
    """How many were kept and broken at least, as the rates tell. They rest on those whose time was watched: at most it
    cannot be told."""
    rates = {group_of(one): one for one in shown}
    least: dict[Place, int] = {}
    for group, count in enumerate(counts):
        rate = rates.get(_key(count.group))
        if rate is None or rate.numerator is None or not rate.denominator:
            continue
        decided = max(rate.denominator - rule.base // 2, rule.persons) / rate.denominator
        for state, many in (("kept", rate.numerator), ("broken", rate.denominator - rate.numerator)):
            if (items := getattr(count, state)) is not None:
                low = math.ceil(max(0.0, many - rule.base / 2) * decided - 1e-9)
                least[group, "state", state] = min(low, items)
    return least


def _key(group: Mapping[str, str]) -> Group:
    return tuple(sorted(group.items()))


def _norm(norm: NormFound, shown: tuple[Measurement, ...], rule: Profile) -> NormFound:
    withheld = [dict(one.group) for one in shown if one.status is Status.SUPPRESSED]
    hidden = [_cases(count) < rule.persons or dict(count.group) in withheld for count in norm.counts]
    gone = [place for place, count in enumerate(norm.counts) if count.group and hidden[place]]
    left = [place for place, count in enumerate(norm.counts) if count.group and not hidden[place]]
    left.sort(key=lambda place: (_cases(norm.counts[place]), place))
    while gone and left and (len(gone) < 2 or sum(_cases(norm.counts[place]) for place in gone) < rule.persons):
        gone.append(left.pop(0))
        hidden[gone[-1]] = True
    if rule.exact:
        counts = [replace(one, cases={}, reason_cases={}) for one in norm.counts]
    else:
        seen = _untold(norm.counts, hidden, _least(norm.counts, shown, rule), rule)
        counts = [_count(one, group, seen, rule) for group, one in enumerate(norm.counts)]
    counts = [_nothing(one.group) if gone else one for one, gone in zip(counts, hidden, strict=True)]
    return replace(norm, measurements=shown, counts=tuple(counts))


def _nothing(group: Mapping[str, str]) -> NormCount:
    """A group of which nothing may be seen."""
    return NormCount(group, None, None, None, {}, {}, {})


def _untold(
    counts: Sequence[NormCount], hidden: Sequence[bool], least: Mapping[Place, int], rule: Profile
) -> set[Place]:
    """The counts that may be seen beside all others: a reader who reckons with all sums at once, and with what rates
    say of the ``least``, is left ``POSSIBLE`` values for each count of few persons."""
    values, cases = _values(counts)
    seen = {place for place, many in cases.items() if many >= rule.persons and not hidden[place[0]]}
    secret = [place for place in values if cases[place] < rule.persons]  # none looks like few, and so it must
    sums = _sums(counts, values)
    members = [(total, *parts) for total, parts in sums]
    about: dict[Place, list[int]] = {}
    for number, places in enumerate(members):
        for place in places:
            about.setdefault(place, []).append(number)
    while True:
        given = {place: _range(place, values, cases, seen, rule) for place in values}
        known = ranges({place: (max(low, least.get(place, 0)), high) for place, (low, high) in given.items()}, sums)
        told = [place for place in secret if known[place][1] - known[place][0] + 1 < POSSIBLE]
        if not (gone := _telling(told, known, members, about, values, seen)):
            return seen
        seen -= gone


def _range(
    place: Place, values: Mapping[Place, int], cases: Mapping[Place, int], seen: Collection[Place], rule: Profile
) -> tuple[int, int]:
    """What a reader takes a count for before reckoning. One hidden for others is held to be known to about its size."""
    many = values[place]
    if place in seen:
        return could_be(many, rule)
    if cases[place] < rule.persons:
        return 0, max(rule.persons - 1, many)
    return 0, many + rule.base - 1


def _telling(
    told: Sequence[Place],
    known: Mapping[Place, tuple[int, int]],
    sums: Sequence[Sequence[Place]],
    about: Mapping[Place, Sequence[int]],
    values: Mapping[Place, int],
    seen: Collection[Place],
) -> set[Place]:
    """For each count that is told, the smallest shown one of the sum that leaves it least room; where that sum shows
    nothing, of the next, or of one that tells of its neighbours."""
    room = [sum(known[place][1] - known[place][0] for place in each) for each in sums]
    gone: set[Place] = set()
    for place in told:
        near = sorted(about[place], key=lambda number: room[number])
        far = [number for each in near for other in sums[each] for number in about[other]]
        for number in (*near, *far):
            if shown := [other for other in sums[number] if other in seen]:
                gone.add(min(shown, key=lambda other: (values[other], other)))
                break
    return gone


def _sums(counts: Sequence[NormCount], values: Mapping[Place, int]) -> list[tuple[Place, list[Place]]]:
    """What adds up to what: each count of the offices to that of the whole, the reasons or sides to their state."""
    whole = next((group for group, one in enumerate(counts) if not one.group), None)
    alike: dict[tuple[str, str], list[Place]] = {}
    inside: dict[Place, list[Place]] = {}
    for place in values:
        group, kind, name = place
        if group != whole:
            alike.setdefault((kind, name), []).append(place)
        if kind in _PARTS:
            inside.setdefault((group, kind, _PARTS[kind]), []).append(place)
    found = [((whole, *key), parts) for key, parts in alike.items()] if whole is not None else []
    found += [((group, "state", state), parts) for (group, _, state), parts in inside.items()]
    return [(total, parts) for total, parts in found if values.get(total) == sum(values[part] for part in parts)]


def _values(counts: Sequence[NormCount]) -> tuple[dict[Place, int], dict[Place, int]]:
    """Every count, and the cases behind it."""
    values: dict[Place, int] = {}
    cases: dict[Place, int] = {}
    for group, one in enumerate(counts):
        for state in STATES:
            if (items := getattr(one, state)) is not None:
                values[group, "state", state] = items
                cases[group, "state", state] = one.cases.get(state, 0)
        for kind in _PARTS:
            for name, items in getattr(one, kind).items():
                if items is not None:
                    values[group, kind, name] = items
                    cases[group, kind, name] = one.reason_cases.get(f"{kind}:{name}", 0)
    return values, cases


def _count(count: NormCount, group: int, seen: Collection[Place], rule: Profile) -> NormCount:
    def parts(kind: str) -> dict[str, int | None]:
        return {
            name: rounded(items, rule.base)
            for name, items in getattr(count, kind).items()
            if items is not None and (group, kind, name) in seen
        }

    kept, broken, open_ = (
        rounded(getattr(count, state), rule.base) if (group, "state", state) in seen else None for state in STATES
    )
    return NormCount(count.group, kept, broken, open_, parts("why"), parts("begun_by"), parts("functions"))


def _cases(count: NormCount) -> int:
    """At least so many cases stand behind a group's counts: those of its largest state."""
    return max(count.cases.values(), default=0)
