"""A mined model leaves: rare steps, ways, starts, ends and variants look as if they were not there, counts are rounded.

In a graph hiding alone hides little, because flows add up: what comes in or starts equals the step's count equals what
goes out or ends. With exact counts an attacker solves many hidden cells by subtraction (reliability.md 3.6: all 14 of
14 in one public log). Three things together prevent that: *everything* is rounded, what is hidden is not drawn (no
"other" way that says how much is missing), and where the rounding errors happen to leave a hidden cell fewer than three
possible values, the smallest shown cell of that sum goes too. Courses are cells of such sums as well: those shown that
pass a step or way, and the rare ones that do, are its cases. tests/test_privacy.py and tests/test_privacy_together.py
play the attacker by linear programming. The workbench (``internal``) is exact and has no such protection; that is why
it stays inside.

Persons decide (cases), not events. Shares about caseworkers are shown only if ``workers``, the number of caseworkers
behind the log, is given and reaches the profile's minimum: a model does not know it itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from procmine.model import Model, Net, Quality, Share, Steered, Steering, Step, TreeNode, Variant, Way, walked
from procmine.privacy.branches import release_branches
from procmine.privacy.flows import Cell, allowed, drawn, sums_of_courses, sums_of_flows, untold
from procmine.privacy.profile import Profile, Released, profile_named, rounded, sealed, shown_share, two_digits

MEDIAN_CASES = 20
P90_CASES = 100


def release_model(model: Model, profile: str | Profile, *, workers: int | None = None) -> Released[Model]:
    """The model as the profile lets it out."""
    rule = profile_named(profile)
    if model.cases < rule.persons:
        return sealed(_nothing(model), rule)
    steps = [step for step in model.steps if step.cases >= rule.persons]
    names = {step.activity for step in steps}
    cells = allowed(model, names, rule)
    if not rule.exact:
        cells = untold([*sums_of_flows(model, names), *sums_of_courses(model, names, cells, rule)], cells, rule)
    staff = rule.exact or (workers is not None and workers >= rule.workers)
    rare = {step.activity for step in model.steps} - names
    left_out = model.left_out_cases >= rule.persons  # fewer look as if none were left out
    return sealed(
        replace(
            model,
            steps=tuple(_step(step, cells, rule, staff) for step in steps),
            ways=tuple(_way(way, rule, staff) for way in model.ways if ("way", way.source, way.target) in cells),
            variants=tuple(
                Variant(variant.activities, rounded(variant.cases, rule.base))
                for place, variant in enumerate(model.variants)
                if ("variant", str(place)) in cells and drawn(variant, cells)
            ),
            variant_count=rounded(model.variant_count, rule.base),
            cases=rounded(model.cases, rule.base),
            events=rounded(model.events, rule.base),
            mined_cases=rounded(model.mined_cases, rule.base),
            left_out_cases=rounded(model.left_out_cases, rule.base) if left_out else 0,
            left_out_events=rounded(model.left_out_events, rule.base) if left_out else 0,
            tree=None if model.tree is None else _tree(model.tree, rare),
            net=None if model.net is None else _net(model.net, rare),
            quality=None if model.quality is None else _quality(model.quality, rule),
            steered=None if model.steered is None else _steered(model.steered, rule, names, workers, model.cases),
        ),
        rule,
    )


def _nothing(model: Model) -> Model:
    """A model of too few persons: nothing was mined from nobody."""
    return replace(
        model,
        steps=(),
        ways=(),
        variants=(),
        variant_count=0,
        cases=0,
        events=0,
        mined_cases=0,
        left_out_cases=0,
        left_out_events=0,
        tree=None,
        net=None,
        quality=None,
        steered=None,
    )


def _steered(steered: Steered, rule: Profile, names: Collection[str], workers: int | None, cases: int) -> Steered:
    return release_branches(steered, rule, names=names, workers=workers, cases=cases).value


def _step(step: Step, cells: Collection[Cell], profile: Profile, staff: bool) -> Step:
    """Starts and ends that are hidden look as if there were none."""
    return Step(
        activity=step.activity,
        events=rounded(step.events, profile.base),
        cases=rounded(step.cases, profile.base),
        starts=rounded(step.starts, profile.base) if ("start", step.activity) in cells else 0,
        ends=rounded(step.ends, profile.base) if ("end", step.activity) in cells else 0,
        steering=_steering(step.steering, profile, staff),
        initiators=tuple(
            (code, rounded(count, profile.base))
            for code, count in step.initiators
            if ("initiator", step.activity, code) in cells
        ),
        functions=tuple(
            (code, rounded(count, profile.base))
            for code, count in step.functions
            if ("function", step.activity, code) in cells
        ),
    )


def _way(way: Way, profile: Profile, staff: bool) -> Way:
    timed = min(way.cases, way.timed)  # a quantile rests on the transitions whose time is known, and on their cases
    median = way.median_seconds if timed >= MEDIAN_CASES else None
    p90 = way.p90_seconds if timed >= P90_CASES and profile.p90 else None
    working = way.working_seconds if timed >= MEDIAN_CASES else None
    if not profile.exact:
        median = None if median is None else two_digits(median)
        p90 = None if p90 is None else two_digits(p90)
        working = None if working is None else two_digits(working)
    return Way(
        source=way.source,
        target=way.target,
        count=rounded(way.count, profile.base),
        cases=rounded(way.cases, profile.base),
        median_seconds=median,
        p90_seconds=p90,
        steering=_steering(way.steering, profile, staff),
        timed=rounded(way.timed, profile.base),
        working_seconds=working,
    )


def _steering(steering: Steering, profile: Profile, staff: bool) -> Steering:
    nothing = Share(0, 0, 0)
    return Steering(
        by_client=_share(steering.by_client, profile),
        same_worker=_share(steering.same_worker, profile) if staff else nothing,
        out_of_office=_share(steering.out_of_office, profile),
        warm=_share(steering.warm, profile) if staff else nothing,
    )


def _share(share: Share, profile: Profile) -> Share:
    """Too few known look like none known; where hardly anything is eligible, even that is not said."""
    if share.known < profile.persons:
        return Share(0, 0, rounded(share.total, profile.base) if share.total >= profile.persons else 0)
    if profile.exact:
        return share
    known = rounded(share.known, profile.base)
    return Share(
        hits=shown_share(share.hits / share.known, known, profile.base)[0],
        known=known,
        total=max(known, rounded(share.total, profile.base)),
    )


def _tree(node: TreeNode, rare: Collection[str]) -> TreeNode:
    """The tree with rare activities silent: what may happen between the others stays as it was mined."""
    made: list[TreeNode] = []  # from the back every node comes behind its children: no tree is too deep
    for each in reversed(walked(node)):
        activity = None if each.activity in rare else each.activity
        made.append(TreeNode(each.operator, activity, tuple(made.pop() for _ in each.children)))
    return made[0]


def _net(net: Net, rare: Collection[str]) -> Net:
    """The net with rare activities silent, and no node named after one."""
    if not rare:
        return net
    names = _new_names([place.name for place in net.places] + [each.name for each in net.transitions], rare)
    return Net(
        places=tuple(replace(place, name=names[place.name]) for place in net.places),
        transitions=tuple(
            replace(
                transition,
                name=names[transition.name],
                label=None if transition.label in rare else transition.label,
            )
            for transition in net.transitions
        ),
        arcs=tuple((names[source], names[target]) for source, target in net.arcs),
        initial=tuple(names[name] for name in net.initial),
        final=tuple(names[name] for name in net.final),
    )


def _new_names(names: Iterable[str], rare: Collection[str]) -> dict[str, str]:
    kept = {name: name for name in names}
    number = 0
    for name in sorted(kept):
        if any(activity in name for activity in rare):
            while f"silent_{number}" in kept:
                number += 1
            kept[name] = f"silent_{number}"
            number += 1
    return kept


def _quality(quality: Quality, profile: Profile) -> Quality:
    if profile.exact:
        return quality
    return replace(
        quality,
        fitness=None if quality.fitness is None else round(quality.fitness, 2),
        precision=None if quality.precision is None else round(quality.precision, 2),
        on_cases=rounded(quality.on_cases, profile.base),
        of_cases=rounded(quality.of_cases, profile.base),
        precision_steps=None if quality.precision_steps is None else round(quality.precision_steps, 2),
        token_fitness=None if quality.token_fitness is None else round(quality.token_fitness, 2),
        token_cases=rounded(quality.token_cases, profile.base),
        generalisation=None if quality.generalisation is None else round(quality.generalisation, 2),
        simplicity=None if quality.simplicity is None else round(quality.simplicity, 2),
        unordered=rounded(quality.unordered, profile.base),
    )
