"""How a log keeps to a drawn norm leaves: deviations of few persons look absent, counts are rounded.

Persons decide (cases), not events. Three sums could betray what is hidden. Offices add up to the whole: they go as
figures do, the next-smallest with them; and of cases that are in no rate (still running, and so on) only so many
offices keep theirs as leave a hidden one room beside the whole. Sides add up to the events of a deviation: where one
may not be shown, none is, which also keeps the others from looking like all there are. And the cases that did a step
and those that left it out add up to the cases judged: both numbers are rounded, so that their difference is a multiple
of the base, and four or more numbers of persons under ten fit each. The norm itself is the user's own drawing and no
figure. The workbench (``internal``) is exact there, as elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from procmine.deviations import Begun, Conformance, Deviation, Foreseen, Kept
from procmine.privacy.cells import Cell, Group, with_complements
from procmine.privacy.profile import (
    Profile,
    Released,
    around,
    profile_named,
    rounded,
    sealed,
    shown_share,
)
from procmine.privacy.sums import untold_parts

BESIDE = ("running", "earlier", "beyond")
"""The counts of persons that are in no rate."""


def release_conformance(found: Conformance, profile: str | Profile) -> Released[Conformance]:
    """The conformance as the profile lets it out."""
    rule = profile_named(profile)
    groups = {_key(each): each for each in (found.whole, *found.offices)}
    decided = {key: Cell(each.kept + each.broken, None, None, None) for key, each in groups.items()}
    # On the workbench counts beside a rate that is not there are told all the same.
    hidden = set() if rule.exact else with_complements(decided, rule)
    nothing = () in hidden
    told = {name: _told(groups, name, hidden, rule) for name in BESIDE}
    shown = tuple(_deviation(each, rule) for each in found.deviations if each.cases >= rule.persons)
    done = [each for each in found.foreseen if each.cases >= rule.persons]
    return sealed(
        replace(
            found,
            whole=_withheld(found.whole) if nothing else _kept(found.whole, rule, told),
            offices=tuple(_kept(each, rule, told) for each in found.offices if _key(each) not in hidden),
            deviations=() if nothing else shown,
            foreseen=() if nothing else tuple(_foreseen(each, rule) for each in done),
            untouched=_count(found.untouched, rule),
            beside=tuple(
                (name, rounded(events, rule.base), rounded(cases, rule.base))
                for name, events, cases in found.beside
                if cases >= rule.persons
            ),
            fitness=None if nothing else _fitness(found.fitness, rule),
        ),
        rule,
    )


def _key(of: Kept) -> Group:
    return tuple(sorted(of.group.items()))


def _withheld(of: Kept) -> Kept:
    return Kept(of.group, 0, 0, 0, 0, 0, None)


def _told(groups: Mapping[Group, Kept], name: str, hidden: Collection[Group], profile: Profile) -> set[Group]:
    """The groups of which one of the counts beside may be seen."""
    counts = {key: int(getattr(of, name)) for key, of in groups.items()}
    shown = {key for key, count in counts.items() if count >= profile.persons and key not in hidden}
    parts = {key: count for key, count in counts.items() if key}
    if profile.exact or () not in shown or sum(parts.values()) != counts[()]:
        return shown
    return {()} | untold_parts(counts[()], parts, shown - {()}, profile)


def _kept(of: Kept, profile: Profile, told: Mapping[str, Collection[Group]]) -> Kept:
    """Share and interval as figures show them: the share is that of the counts shown."""
    decided = of.kept + of.broken
    running, earlier, beyond = (
        rounded(getattr(of, name), profile.base) if _key(of) in told[name] else 0 for name in BESIDE
    )
    if profile.exact:
        return Kept(of.group, of.kept, of.broken, running, earlier, beyond, of.interval)
    shown = rounded(decided, profile.base)
    kept, share = shown_share(of.kept / decided, shown, profile.base)
    interval = around(of.kept / decided, of.interval, share)
    return Kept(of.group, kept, shown - kept, running, earlier, beyond, interval)


def _count(count: int, profile: Profile) -> int:
    """A count of persons; too few look like none."""
    return rounded(count, profile.base) if count >= profile.persons else 0


def _deviation(of: Deviation, profile: Profile) -> Deviation:
    return replace(
        of,
        events=rounded(of.events, profile.base),
        cases=rounded(of.cases, profile.base),
        begun=tuple(
            Begun(each.side, rounded(each.events, profile.base), rounded(each.cases, profile.base))
            for each in _sides(of.begun, profile)
        ),
    )


def _sides(begun: Sequence[Begun], profile: Profile) -> Sequence[Begun]:
    """All sides or none: with one of them hidden, the others would look like all there are."""
    return begun if all(each.cases >= profile.persons for each in begun) else ()


def _foreseen(of: Foreseen, profile: Profile) -> Foreseen:
    return Foreseen(of.element, rounded(of.events, profile.base), rounded(of.cases, profile.base))


def _fitness(value: float | None, profile: Profile) -> float | None:
    return value if value is None or profile.exact else round(value, 2)
