"""The one door results leave by: small groups withheld, no single caseworker, three profiles.

Order of operations: metrics on full data, then ``release`` (figures), ``release_model`` and ``release_receipt``, then
comparing and writing. Writers take ``Released[...]`` values only. Rules and reasons: reference/reliability.md 5.2, 5.3.
"""

from __future__ import annotations

from procmine.privacy.branches import release_branches
from procmine.privacy.deviations import release_conformance
from procmine.privacy.differences import release_difference
from procmine.privacy.figures import release
from procmine.privacy.graph import release_model
from procmine.privacy.handover import least_workers, release_handovers
from procmine.privacy.norms import release_norms
from procmine.privacy.noticed import release_noticed
from procmine.privacy.profile import PROFILES, Profile, Released, join, profile_named, refuse_few
from procmine.privacy.receipts import release_receipt
from procmine.privacy.variety import release_variety

__all__ = [
    "PROFILES",
    "Profile",
    "Released",
    "join",
    "least_workers",
    "profile_named",
    "refuse_few",
    "release",
    "release_branches",
    "release_conformance",
    "release_difference",
    "release_handovers",
    "release_model",
    "release_norms",
    "release_noticed",
    "release_receipt",
    "release_variety",
]
