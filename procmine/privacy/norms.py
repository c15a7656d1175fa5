"""Norms leave: rates by the rules of every figure, counts beside them rounded, small ones gone.

A group whose rate is withheld has no counts either, nor has one with too few cases; where that is one office alone, the
counts of the smallest other one go with them, for the whole would tell them. Outside the workbench a count that rests
on too few cases looks like one that is not there, and so does a count of none; the others are rounded. Who began the
broken steps is told by side and function only, never by person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from procmine.findings import Measurement, NormCount, NormFound, NormsFound, Status
from procmine.privacy.figures import release
from procmine.privacy.profile import Profile, Released, profile_named, rounded, sealed

STATES = ("kept", "broken", "undetermined")


def release_norms(found: NormsFound, profile: str | Profile) -> Released[NormsFound]:
    """The norms as the profile lets them out. Raises PrivacyError for a period finer than the profile allows."""
    rule = profile_named(profile)
    given = [one for norm in found.norms for one in norm.measurements]
    shown = release(given, rule, sensitive={norm.name for norm in found.norms if norm.sensitive}).value
    left = iter(shown)
    norms = tuple(_norm(norm, tuple(next(left) for _ in norm.measurements), rule) for norm in found.norms)
    return sealed(replace(found, norms=norms), rule)


def _norm(norm: NormFound, shown: tuple[Measurement, ...], rule: Profile) -> NormFound:
    withheld = [dict(one.group) for one in shown if one.status is Status.SUPPRESSED]
    hidden = [_cases(count) < rule.persons or dict(count.group) in withheld for count in norm.counts]
    parts = [place for place, count in enumerate(norm.counts) if count.group]
    if sum(hidden[place] for place in parts) == 1:
        left = [place for place in parts if not hidden[place]]
        for place in sorted(left, key=lambda place: (_cases(norm.counts[place]), place))[:1]:
            hidden[place] = True
    counts = tuple(_count(count, rule, gone) for count, gone in zip(norm.counts, hidden, strict=True))
    return replace(norm, measurements=shown, counts=counts)


def _cases(count: NormCount) -> int:
    """At least so many cases stand behind a group's counts: those of its largest state."""
    return max(count.cases.values(), default=0)


def _count(count: NormCount, rule: Profile, hidden: bool) -> NormCount:
    """``hidden``: nothing of the group may be seen."""
    if hidden:
        return NormCount(count.group, None, None, None, {}, {}, {})
    if rule.exact:
        return replace(count, cases={}, reason_cases={})
    kept, broken, open_ = (_shown(getattr(count, state), count.cases.get(state, 0), rule) for state in STATES)
    return NormCount(
        count.group,
        kept,
        broken,
        open_,
        why=_parts(count.why, "why", count, rule),
        begun_by=_parts(count.begun_by, "begun_by", count, rule),
        functions=_parts(count.functions, "functions", count, rule),
    )


def _shown(items: int | None, cases: int, rule: Profile) -> int | None:
    return None if items is None or cases < rule.persons else rounded(items, rule.base)


def _parts(parts: Mapping[str, int | None], kind: str, count: NormCount, rule: Profile) -> dict[str, int | None]:
    kept = {name: _shown(items, count.reason_cases.get(f"{kind}:{name}", 0), rule) for name, items in parts.items()}
    return {name: items for name, items in kept.items() if items is not None}
