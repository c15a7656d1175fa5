"""What a shown total and shown parts give away of hidden parts, and which further parts have to go.

An attacker subtracts what is shown from the total; every number may be off by half a base, but no part that is shown is
below the minimum. A part hidden for its few persons is, and so may one be that holds nothing; one hidden for others is
held to be known to its size: an attacker who knows this rule knows nearly that. Where all this leaves a hidden part
fewer than ``POSSIBLE`` values, the smallest shown one is hidden as well (reliability.md 3.6).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from procmine.privacy.profile import Profile, could_be, rounded

POSSIBLE = 3
"""How many values a hidden part must be able to have."""

Key = TypeVar("Key")


def untold_parts(total: int, parts: Mapping[Key, int], shown: Collection[Key], profile: Profile) -> set[Key]:
    """Those of the shown parts that may stay beside the total; parts of equal size go in the order they are given in.

    The reader is held to know which parts there are.
    """
    left = [key for key in parts if key in shown]
    while left and _told(total, parts, left, profile):
        left.remove(min(left, key=lambda key: parts[key]))
    return set(left)


def _told(total: int, parts: Mapping[Key, int], left: Collection[Key], profile: Profile) -> bool:
    """Whether a hidden part has too few possible values where the parts ``left`` are shown."""
    limits = [max(profile.persons - 1, count) for key, count in parts.items() if key not in left]
    all_of_it, seen = rounded(total, profile.base), [could_be(parts[key], profile) for key in left]
    most = all_of_it + (profile.base - 1) // 2 - sum(low for low, _ in seen)
    least = all_of_it - profile.base // 2 - sum(high for _, high in seen)
    together = sum(limits)
    for limit in sorted(set(limits)):
        others = together - limit
        if min(most, limit) - max(least - others, 0) + 1 < POSSIBLE:
            return True
    return False
