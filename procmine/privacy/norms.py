"""Norms leave: rates by the rules of every figure, counts beside them rounded, small ones gone.

A group whose rate is withheld has no counts either, nor has one with too few cases; where that is one office alone, or
some that are too few together, the counts of the smallest other one go with them, for the whole would tell them.
Outside the workbench a count that rests on too few cases looks like one that is not there, and so does a count of none;
the others are rounded. Where the whole and the offices, or a state and its reasons or sides, would still leave a hidden
count too few possible values, the smallest shown one goes as well. Who began the broken steps is told by side and
function only, never by person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from procmine.findings import Measurement, NormCount, NormFound, NormsFound, Status
from procmine.privacy.figures import release
from procmine.privacy.profile import Profile, Released, profile_named, rounded, sealed
from procmine.privacy.sums import untold_parts

STATES = ("kept", "broken", "undetermined")


def release_norms(found: NormsFound, profile: str | Profile) -> Released[NormsFound]:
    """The norms as the profile lets them out. Raises PrivacyError for a period finer than the profile allows."""
    rule = profile_named(profile)
    given = [one for norm in found.norms for one in norm.measurements]
    shown = release(given, rule, sensitive={norm.name for norm in found.norms if norm.sensitive}).value
    left = iter(shown)
    norms = tuple(_norm(norm, tuple(next(left) for _ in norm.measurements), rule) for norm in found.norms)
    return sealed(replace(found, norms=norms), rule)


Place = tuple[int, str, str]
"""A count: of which group, of what kind (``state``, or a field of parts), its name."""
_PARTS = {"why": "undetermined", "begun_by": "broken", "functions": "broken"}
"""The fields that are parts of a state."""


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
        seen = _untold(norm.counts, hidden, rule)
        counts = [_count(one, group, seen, rule) for group, one in enumerate(norm.counts)]
    counts = [_nothing(one.group) if gone else one for one, gone in zip(counts, hidden, strict=True)]
    return replace(norm, measurements=shown, counts=tuple(counts))


def _nothing(group: Mapping[str, str]) -> NormCount:
    """A group of which nothing may be seen."""
    return NormCount(group, None, None, None, {}, {}, {})


def _untold(counts: Sequence[NormCount], hidden: Sequence[bool], rule: Profile) -> set[Place]:
    """The counts that may be seen beside all others."""
    values, cases = _values(counts)
    seen = {place for place, many in cases.items() if many >= rule.persons and not hidden[place[0]]}
    whole = next((group for group, one in enumerate(counts) if not one.group), None)
    for kind, name in sorted({place[1:] for place in values}) if whole is not None else ():
        offices = {place: many for place, many in values.items() if place[1:] == (kind, name) and place[0] != whole}
        seen -= _lost((whole or 0, kind, name), offices, values, seen, rule)
    for group in range(len(counts)):
        for kind, state in _PARTS.items():
            parts = {place: many for place, many in values.items() if place[:2] == (group, kind)}
            seen -= _lost((group, "state", state), parts, values, seen, rule)
    return seen


def _lost(
    total: Place, parts: Mapping[Place, int], values: Mapping[Place, int], seen: Collection[Place], rule: Profile
) -> set[Place]:
    """The parts that may not be seen beside their total."""
    if total not in seen or sum(parts.values()) != values[total]:
        return set()
    shown = {place for place in parts if place in seen}
    kept = untold_parts(values[total], parts, shown, rule)
    return shown - kept


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
