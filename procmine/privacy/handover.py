"""Handovers leave: rare ones look as if there were none, teams of few caseworkers too, all counts are rounded.

Persons (cases) decide about a handover from side to side, caseworkers about a team: who hands over, how warmly and how
soon somebody is seen are figures about staff. A team of too few caseworkers is absent, and where the absent ones
together are still too few, the next smallest goes with them, for the whole less what is shown would be theirs. Warm
shares stand only where enough caseworkers hand over, waiting times where enough take over: enough on that side, enough
in whose hands these very handovers lay, and outside the workbench no one of them with more than half of them, no two
with more than 85 of 100 (reliability.md 5.3 S2). Few who wait still, or few who were reached, look like none there. The
workbench shows no team of one or two either, and no such figure of fewer than five caseworkers, as none is measured; of
nobody, where no caseworker is recorded, it may.

The measures of the network are taken off; ``procmine.mine.handover.measured`` works them out from what is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from procmine.model import HandoverEdge, HandoverNode, Handovers, Hands, Share, Side
from procmine.privacy.profile import (
    Profile,
    Released,
    few_as_none,
    profile_named,
    rounded,
    sealed,
    shown_share,
    two_digits,
)
from procmine.privacy.sums import untold_parts

TEAMS = ("team", "small_teams")
MEDIAN_CASES = 20
BENCH_WORKERS = 5
_NOTHING = Share(0, 0, 0)


def least_workers(profile: str | Profile) -> int:
    """How many caseworkers a team must have to stand alone. No profile shows a single caseworker."""
    rule = profile_named(profile)
    return max(rule.workers, rule.persons)


def release_handovers(found: Handovers, profile: str | Profile) -> Released[Handovers]:
    """The handovers as the profile lets them out, without the measures of their network."""
    rule = profile_named(profile)
    enough = found.cases >= rule.persons
    edges = _shown(found, rule) if enough else {}
    staff = {node.side: node.workers for node in found.nodes}
    left = {side for ends in edges for side in ends}
    out = Handovers(
        by=found.by,
        office=found.office,
        count=rounded(found.count, rule.base) if enough else 0,
        cases=rounded(found.cases, rule.base) if enough else 0,
        placed=rounded(found.placed, rule.base) if edges else 0,  # beside nothing it would tell of what is hidden
        nodes=tuple(HandoverNode(node.side) for node in found.nodes if node.side in left),
        edges=tuple(_edge(edge, staff, rule) for edge in edges.values()),
        missing=found.missing,
    )
    return sealed(out, rule)


def _shown(found: Handovers, profile: Profile) -> dict[tuple[Side, Side], HandoverEdge]:
    """The edges that may be seen, by their sides."""
    sides = _with_enough({node.side: node.workers for node in found.nodes}, profile)
    every = {(edge.source, edge.target): edge for edge in found.edges}
    shown = {ends: edge for ends, edge in every.items() if edge.cases >= profile.persons and sides.issuperset(ends)}
    if profile.exact:
        return shown
    counts = {ends: edge.count for ends, edge in every.items()}
    kept = untold_parts(found.placed, counts, shown, profile)
    return {ends: edge for ends, edge in shown.items() if ends in kept}


def _with_enough(staff: Mapping[Side, int | None], profile: Profile) -> set[Side]:
    """The sides that may be seen: all but teams of too few, and but those that would give these away."""
    teams = {side: workers or 0 for side, workers in staff.items() if side.kind in TEAMS}
    least = least_workers(profile)
    # On the workbench a team of which no caseworker is recorded tells of none.
    hidden = {side for side, workers in teams.items() if workers < least and (workers or not profile.exact)}
    while hidden and sum(teams[side] for side in hidden) < least and len(hidden) < len(teams):
        hidden.add(min((side for side in teams if side not in hidden), key=lambda side: (teams[side], side)))
    return set(staff) - hidden


def _edge(edge: HandoverEdge, staff: Mapping[Side, int | None], profile: Profile) -> HandoverEdge:
    seen = _staffed(staff[edge.target], edge.seers, profile)
    timed = min(edge.reached, edge.cases)  # the curve's middle rests on those who had a contact, and on their cases
    median = edge.median_days if seen and timed >= MEDIAN_CASES else None
    return replace(
        edge,
        count=rounded(edge.count, profile.base),
        cases=rounded(edge.cases, profile.base),
        warm=_share(edge.warm, profile) if _staffed(staff[edge.source], edge.givers, profile) else _NOTHING,
        reached=few_as_none(edge.reached, profile) if seen else 0,
        waiting=few_as_none(edge.waiting, profile) if seen else 0,
        median_days=median if median is None or profile.exact else int(two_digits(median)),
        givers=Hands(),
        seers=Hands(),
    )


def _staffed(workers: int | None, hands: Hands, profile: Profile) -> bool:
    """Whether a figure about a side's staff may be shown: enough of them, and none in whose hands nearly all lay; or
    they are not the job centre's."""
    if workers is None:
        return True
    if profile.exact:
        known = hands.workers or workers
        return known == 0 or known >= BENCH_WORKERS
    spread = 2 * hands.most <= hands.known and 100 * hands.two <= 85 * hands.known
    return min(workers, hands.workers) >= profile.workers and spread


def _share(share: Share, profile: Profile) -> Share:
    """A share of few handovers, or one that is true of nearly all or nearly none of them, is not shown: rounded, one in
    twenty would read as none."""
    if profile.exact:
        return share if share.known >= profile.persons else _NOTHING
    if min(share.hits, share.known - share.hits) < profile.persons:
        return _NOTHING
    known = rounded(share.known, profile.base)
    hits = shown_share(share.hits / share.known, known, profile.base)[0]
    return Share(hits, known, max(known, rounded(share.total, profile.base)))
