"""A difference leaves for the analyst's own desk: without the months of an office that rest on a handful of cases."""

from __future__ import annotations

from dataclasses import replace

from procmine.findings import Changed, Difference
from procmine.privacy.profile import PROFILES, Profile, Released, sealed


def release_difference(found: Difference) -> Released[Difference]:
    """The difference under the profile internal; no other lets one out.

    An office's month whose differences lie in fewer cases than the profile's minimum keeps no count. Where one month of
    an office is hidden alone, the next smallest goes with it, or the office's sum would tell.
    """
    rule = PROFILES["internal"]
    return sealed(replace(found, parts=_hidden(found.parts, rule)), rule)


def _hidden(parts: tuple[Changed, ...], rule: Profile) -> tuple[Changed, ...]:
    gone = {part for part in parts if 0 < (part.cases or 0) < rule.persons}
    for office in sorted({part.office for part in gone}):
        own = [part for part in parts if part.office == office]
        if sum(part in gone for part in own) == 1:
            left = [part for part in own if part not in gone and part.cases]
            gone |= set(sorted(left, key=lambda part: (part.cases or 0, part.month))[:1])
    return tuple(_withheld(part) if part in gone else part for part in parts)


def _withheld(part: Changed) -> Changed:
    return Changed(part.office, part.month, None, None, None, None, None)
