"""Branches leave: an option or a cell of few persons is taken together with others, and nothing shows a caseworker.

Everything at a branch adds up (options to its decisions, levels to options), so hiding one cell would tell it by
subtraction. Therefore nothing is hidden inside a branch that is shown: options and levels are merged until each has
enough persons, and where that leaves no choice, the branch or its table looks absent. In the profiles that leave the
house an empty cell is as telling as one of few persons (everybody of that level took another option), so it is merged
too. Counts are rounded; the uncertainty is that of the options as they are shown, and no share is finer than the
rounding of the decisions it rests on: either could be solved for the cells that were merged. Caseworkers are at most a
block of the organisation's share, and only where there are enough of them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace

from procmine.model import Branch, Considered, Crossing, Level, Option, Part, Steered, Weighted
from procmine.privacy.profile import Profile, Released, coarse, few_as_none, profile_named, rounded, sealed

Rows = tuple[tuple[int, ...], ...]


def release_branches(
    steered: Steered,
    profile: str | Profile,
    *,
    names: Collection[str],
    workers: int | None = None,
    cases: int = 0,
) -> Released[Steered]:
    """Steering on the model as the profile lets it out. ``names`` are the activities that may be named at all (those
    the released model shows), ``workers`` the number of caseworkers behind the log, None where it is not known,
    ``cases`` the number of cases."""
    rule = profile_named(profile)
    staff = rule.exact or (workers is not None and workers >= rule.workers)
    shown = (_branch(branch, rule, names, staff) for branch in steered.branches)
    return sealed(
        Steered(
            branches=tuple(branch for branch in shown if branch is not None),
            # Where no step may be named there are too few persons for any figure.
            weighted=tuple(
                _weighted(one, rule, staff or not _names_workers(steered, one.sort))
                for one in steered.weighted
                if names and one.decisions >= rule.persons
            ),
            absent=steered.absent,
            unfit=_unfit(steered.unfit, cases, rule),
            ends_recorded=steered.ends_recorded,
        ),
        rule,
    )


def _branch(branch: Branch, rule: Profile, names: Collection[str], staff: bool) -> Branch | None:
    """The branch, None where it would tell of few persons or nothing can be named."""
    if branch.cases < rule.persons:
        return None
    after = tuple(name for name in branch.after if name in names)
    if branch.after and not after:
        return None
    groups = _groups(branch.options, rule, names)
    if len(groups) < 2 and len(branch.options) > 1:
        return None
    options = tuple(_option(branch.options, group, rule, names) for group in groups)
    told = branch.workers is None or rule.exact or (staff and branch.workers >= rule.workers)
    return replace(
        branch,
        after=after,
        options=options,
        decisions=rounded(branch.decisions, rule.base),
        of_decisions=rounded(branch.of_decisions, rule.base),
        cases=rounded(branch.cases, rule.base),
        unfit=few_as_none(branch.unfit, rule),
        unfinished=few_as_none(branch.unfinished, rule),
        same_time=few_as_none(branch.same_time, rule),
        entropy=branch.entropy if rule.exact else _uncertainty(options),
        cells=branch.cells if rule.exact else 0,
        known=tuple(_considered(one, branch.decisions, rule) for one in branch.known),
        voice=_part(branch.voice, branch.decisions, rule),
        profile=_part(branch.profile, branch.decisions, rule),
        organisation=_part(branch.organisation, branch.decisions, rule) if told else None,
        whole=_share(branch.whole, branch.decisions, rule) if told else None,
        whole_p=_p(branch.whole_p, rule) if told and branch.whole_p is not None else None,
        shared=_share(branch.shared, branch.decisions, rule) if told else None,
        voice_interval=_interval(branch.voice_interval, branch.decisions, rule),
        tables=tuple(table for each in branch.tables if (table := _crossing(each, groups, rule)) is not None),
        workers=branch.workers if rule.exact else None,
        question=branch.question if told else "",
    )


def _uncertainty(options: Sequence[Option]) -> float:
    """H of the options as they are shown (nats), in two digits."""
    many = [option.decisions for option in options if option.decisions]
    return round(sum(-one / sum(many) * math.log(one / sum(many)) for one in many) + 0.0, 2)


def _groups(options: Sequence[Option], rule: Profile, names: Collection[str]) -> list[list[int]]:
    """The options by number, those that stay first, those taken together as the last group.

    Persons of merged options may be the same; the largest is a number that is not too high."""
    kept = list(range(len(options)))
    merged = [at for at in kept if options[at].cases < rule.persons or options[at].kind == "other"]
    merged += [at for at in kept if at not in merged and options[at].steps and not set(options[at].steps) & set(names)]
    kept = [at for at in kept if at not in merged]
    kept.sort(key=lambda at: (options[at].cases, at))
    while merged and max(options[at].cases for at in merged) < rule.persons and kept:
        merged.append(kept.pop(0))
    return [[at] for at in sorted(kept)] + ([sorted(merged)] if merged else [])


def _option(options: Sequence[Option], group: Sequence[int], rule: Profile, names: Collection[str]) -> Option:
    decisions = rounded(sum(options[at].decisions for at in group), rule.base)
    cases = rounded(max(options[at].cases for at in group), rule.base)
    first = options[group[0]]
    if len(group) > 1 or first.kind == "other" or (first.steps and not set(first.steps) & set(names)):
        return Option("other", (), False, decisions, cases)
    return Option(first.kind, tuple(name for name in first.steps if name in names), first.ends, decisions, cases)


def _crossing(table: Crossing, groups: Sequence[Sequence[int]], rule: Profile) -> Crossing | None:
    """The table with merged options, and levels merged until no cell tells of few persons."""
    decisions = [list(row) for row in _rows(table.decisions, groups)]
    persons = [[max(table.cases[at][j] for at in group) for j in range(len(table.levels))] for group in groups]
    levels = list(table.levels)
    while len(levels) > 1 and _tells(persons, rule):
        sizes = [sum(row[j] for row in decisions) for j in range(len(levels))]
        first, second = sorted(sorted(range(len(levels)), key=lambda j: (sizes[j], j))[:2])
        other = next((level for level in levels if level.kind == "other"), None)
        for row in decisions:
            row[first] += row.pop(second)
        for row in persons:
            row[first] = max(row[first], row.pop(second))
        levels[first] = other or Level("other", "other", {})
        del levels[second]
        for at, level in enumerate(levels):  # one level of that kind, the last
            if level.kind == "other" and at + 1 < len(levels):
                for row in (*decisions, *persons):
                    row.append(row.pop(at))
                levels.append(levels.pop(at))
                break
    if len(levels) < 2:
        return None
    shown = tuple(tuple(rounded(count, rule.base) for count in row) for row in decisions)
    cases = tuple(tuple(rounded(count, rule.base) for count in row) for row in persons)
    return replace(table, levels=tuple(levels), decisions=shown, cases=cases)


def _rows(table: Rows, groups: Sequence[Sequence[int]]) -> list[list[int]]:
    return [[sum(table[at][j] for at in group) for j in range(len(table[0]))] for group in groups]


def _tells(persons: Sequence[Sequence[int]], rule: Profile) -> bool:
    cells = [count for row in persons for count in row]
    return any(count < rule.persons and (count > 0 or not rule.exact) for count in cells)


def _considered(one: Considered, decisions: int, rule: Profile) -> Considered:
    """How many levels an attribute has is told on the bench only: of caseworkers it is their number. Few decisions
    before which it was not recorded look like none, all but few like all."""
    if rule.exact or one.not_recorded is None:
        return one if rule.exact else replace(one, levels=0)
    share = coarse(one.not_recorded, decisions, rule)
    unknown = round(one.not_recorded * decisions)
    share = 0.0 if unknown < rule.persons else 1.0 if decisions - unknown < rule.persons else share
    return replace(one, levels=0, not_recorded=share)


def _part(part: Part | None, decisions: int, rule: Profile) -> Part | None:
    if part is None or rule.exact:
        return part
    unique, shapley, plug_in = (coarse(one, decisions, rule) for one in (part.unique, part.shapley, part.plug_in))
    return Part(unique, shapley, _p(part.p, rule), plug_in, part.stands)


def _p(p: float, rule: Profile) -> float:
    """In two digits, and never 0."""
    return p if rule.exact else max(0.01, round(p, 2))


def _share(share: float | None, decisions: int, rule: Profile) -> float | None:
    return None if share is None else coarse(share, decisions, rule)


def _interval(interval: tuple[float, float] | None, decisions: int, rule: Profile) -> tuple[float, float] | None:
    if interval is None or rule.exact:
        return interval
    return coarse(interval[0], decisions, rule), coarse(interval[1], decisions, rule)


def _unfit(share: float | None, cases: int, rule: Profile) -> float | None:
    """Of few persons, as of none, nothing is said."""
    if share is None or rule.exact:
        return share
    return coarse(share, cases, rule) if share * cases >= rule.persons else None


def _names_workers(steered: Steered, sort: str) -> bool:
    """Whether caseworkers are part of the organisation's share at some branch of the sort."""
    return any(one.workers is not None for one in steered.branches if (one.kind == "next") == (sort == "next"))


def _weighted(one: Weighted, rule: Profile, told: bool) -> Weighted:
    """``told``: of the organisation may be spoken."""
    return replace(
        one,
        of_branches=max(one.branches, rounded(one.of_branches, rule.base)),  # those after rare steps are among them
        decisions=rounded(one.decisions, rule.base),
        of_decisions=rounded(one.of_decisions, rule.base),
        no_choice=_share(one.no_choice, one.of_decisions, rule),
        voice=_share(one.voice, one.decisions, rule),
        profile=_share(one.profile, one.decisions, rule),
        organisation=_share(one.organisation, one.decisions, rule) if told else None,
        whole=_share(one.whole, one.decisions, rule) if told else None,
        voice_interval=_interval(one.voice_interval, one.decisions, rule),
    )
