"""What checks noticed leaves for a report: nothing of few cases, shares of rounded counts, no count itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from procmine.findings import Noticed
from procmine.privacy.profile import Profile, Released, profile_named, rounded, sealed, shown_share


def release_noticed(noticed: Sequence[Noticed], profile: str | Profile) -> Released[tuple[Noticed, ...]]:
    """The findings that rest on enough cases, or on none (a log's own traits), in the order given.

    A finding in fewer cases than the profile's minimum does not leave at all: that it was found would say it of them.
    """
    rule = profile_named(profile)
    kept = (one for one in noticed if one.cases is None or one.cases == 0 or one.cases >= rule.persons)
    return sealed(tuple(_shown(one, rule) for one in kept), rule)


def _shown(one: Noticed, rule: Profile) -> Noticed:
    share = one.share
    if share is not None and not rule.exact:
        looked_at = max(rounded(one.looked_at or 0, rule.base), rule.base)
        share = shown_share(share, looked_at, rule.base)[1]
    return replace(one, share=share, cases=None, looked_at=None)
