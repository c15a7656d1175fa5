"""Figures of variety leave: groups of few persons look absent, counts are rounded, figures keep two digits.

Where every case has its own course, entropies and sums tell the number of cases as well as a count does; hence they are
coarse as counts are. Pentland's exponent is the number of pairs less that of activities, and comes from these as they
are shown; structure is the share of possible pairs that do not occur, and no finer than the rounding of pairs. An
office of too few persons goes, and with it the smallest other ones until those that are absent are two and enough
together: the whole less what is shown would be theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from procmine.model import Shuffled, Spread, Variety
from procmine.privacy.profile import Profile, Released, coarse, profile_named, rounded, sealed, shown_share, two_digits

_COUNTS = ("cases", "events", "activities", "pairs", "variants", "states", "partitions", "task_complexity", "phrases")
_SHARES = (
    "variant_entropy_share",
    "sequence_entropy_share",
    "linear_share",
    "exponential_share",
    "structure",
    "affinity",
    "deviation",
)
_LEVELS = (
    "variant_entropy",
    "sequence_entropy",
    "next_bits",
    "next_or_end_bits",
    "start_next_or_end_bits",
    "process_exponent",
    "detail",
    "gap_seconds",
)


def release_variety(found: Iterable[Variety], profile: str | Profile) -> Released[tuple[Variety, ...]]:
    """The figures of a whole log (``office`` None) and of its offices, as the profile lets them out."""
    rule, every = profile_named(profile), tuple(found)
    hidden = _hidden([one for one in every if one.office is not None], rule)
    kept = [one for one in every if one.cases >= rule.persons and one.office not in hidden]
    return sealed(tuple(one if rule.exact else _coarse(one, rule) for one in kept), rule)


def _hidden(offices: list[Variety], profile: Profile) -> set[str | None]:
    """The offices that must not be seen: those of few persons, and those that would give them away."""
    ranked = sorted(offices, key=lambda one: (one.cases, one.office or ""))
    gone = [one for one in ranked if one.cases < profile.persons]
    left = ranked[len(gone) :]
    while gone and left and (len(gone) < 2 or sum(one.cases for one in gone) < profile.persons):
        gone.append(left.pop(0))
    return {one.office for one in gone}


def _coarse(one: Variety, profile: Profile) -> Variety:
    from procmine.stats.variety import process_exponent  # numpy: not for everybody who asks for a profile

    cases = max(rounded(one.cases, profile.base), profile.base)
    seen: dict[str, Any] = {name: getattr(one, name) for name in (*_COUNTS, *_SHARES, *_LEVELS)}
    for name, value in seen.items():
        if value is not None and name in _COUNTS:
            seen[name] = rounded(value, profile.base)
        elif value is not None:
            seen[name] = round(value, 2) if name in _SHARES else two_digits(value)
    if one.structure is not None:  # a share of the possible pairs
        seen["structure"] = coarse(one.structure, one.activities**2, profile)
    if one.process_exponent is not None:
        seen["process_exponent"] = two_digits(process_exponent(seen["activities"], seen["pairs"]))
    return replace(
        one,
        **seen,
        variant_bits=None if one.variant_bits is None else round(2 * one.variant_bits) / 2,
        top=tuple(
            (most, shown_share(share, cases, profile.base)[1])
            for most, share in one.top
            if round(share * one.cases) >= profile.persons
        ),
        shuffled=None if one.shuffled is None else _shuffled(one.shuffled, profile),
    )


def _shuffled(shuffled: Shuffled, profile: Profile) -> Shuffled:
    return replace(
        shuffled,
        size=rounded(shuffled.size, profile.base),
        variants=_spread(shuffled.variants),
        variant_entropy=_spread(shuffled.variant_entropy),
        sequence_entropy=_spread(shuffled.sequence_entropy),
    )


def _spread(spread: Spread) -> Spread:
    return Spread(round(spread.mean, 2), round(spread.low, 2), round(spread.high, 2))
