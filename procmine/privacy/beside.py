"""Beside: what stands beside a figure (parts, arms, ratio, median) leaves by the same rules as the figure itself.

**Who is withheld.** All of it where the figure is. A part goes as well where it rests on too few persons or
caseworkers, or, of a sensitive metric, where it is true of too few or of nearly all: parts may be known for fewer cases
than the figure, and be rarer. Its complements go with it twice over: in the sums over groups, like any figure; and,
where the parts of one figure add up to its denominator or numerator (a mix), among the parts of the same group. The two
sides of a difference need no rule of their own: the figure rests on its smaller side. A median needs as many persons on
either side of it as any figure. A heaping index counts nobody, and needs as many persons as any figure.

**What is shown of the rest** under rounding: counts rounded; shares tied to rounded counts; rates from rounded events
and shown time; indices and numbers in two digits; the ratio from the shares shown; medians are whole days anyway.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace

from procmine.findings import Further, Measurement
from procmine.privacy.cells import Cell, Group, together, with_complements
from procmine.privacy.profile import Profile, around, rounded, shown_share, two_digits


def blank(one: Further) -> Further:
    """A further figure of which nothing is told."""
    return Further(one.name, one.kind, None, None, None, None)


def hidden_parts(
    own: Mapping[Group, Measurement],
    hidden: Collection[Group],
    unit: str,
    profile: Profile,
    *,
    staff: bool,
    protected: bool,
) -> dict[Group, frozenset[str]]:
    """The parts to hide by group, given the groups that are hidden whole."""
    cells: dict[str, dict[Group, Cell]] = {}
    for key, measurement in own.items():
        for one in _parts(measurement):
            cells.setdefault(one.name, {})[key] = _cell(measurement, one, unit, staff, protected)
    gone = {name: with_complements(of, profile, hidden) for name, of in cells.items()}
    changed = any(gone.values())
    while changed:
        changed = False
        for key, measurement in own.items():
            if key in hidden or not _is_mix(measurement):
                continue
            for name in _to_hide(cells, gone, key, profile):
                gone[name] = with_complements(cells[name], profile, gone[name] | {key})
                changed = True
    return {key: frozenset(name for name, groups in gone.items() if key in groups) for key in own}


def _parts(measurement: Measurement) -> list[Further]:
    return [one for one in measurement.further if one.kind == "part" and one.value is not None]


def _cell(measurement: Measurement, part: Further, unit: str, staff: bool, protected: bool) -> Cell:
    hits = misses = None
    if protected and unit in ("share", "rate"):
        hits = part.hits
        misses = _out_of(part) - (part.hits or 0.0) if unit == "share" else None
    return Cell(part.cases or 0, (measurement.workers or 0) if staff else None, hits, misses)


def _out_of(part: Further) -> float:
    """The denominator behind a part: its hits over its share; its items where there are no hits to tell."""
    return part.hits / part.value if part.hits and part.value else float(part.items or 0)


def _is_mix(measurement: Measurement) -> bool:
    """Whether the parts add up to the figure's denominator or numerator, so that one left out could be told."""
    hits = [one.hits for one in measurement.further if one.kind == "part"]
    if len(hits) < 2 or any(hit is None for hit in hits):
        return False
    total = math.fsum(hit or 0.0 for hit in hits)
    wholes = [whole for whole in (measurement.denominator, measurement.numerator) if whole is not None]
    return any(math.isclose(total, whole, rel_tol=1e-9) for whole in wholes)


def _to_hide(
    cells: Mapping[str, Mapping[Group, Cell]], gone: Mapping[str, Collection[Group]], key: Group, profile: Profile
) -> list[str]:
    """The parts of a mix that go along with the hidden ones: the smallest, until what is hidden could be told
    together."""
    here = {name: of[key] for name, of in cells.items() if key in of}
    hidden = [cell for name, cell in here.items() if key in gone[name]]
    left = sorted((name for name in here if key not in gone[name]), key=lambda name: (here[name].hits or 0.0, name))
    more: list[str] = []
    while hidden and left and (len(hidden) < 2 or together(hidden).withheld(profile)):
        more.append(left.pop(0))
        hidden.append(here[more[-1]])
    return more


def shown_beside(
    exact: Measurement, seen: Measurement, profile: Profile, told: str, withheld: Collection[str]
) -> tuple[Further, ...]:
    """What stands beside a measurement that may be seen; ``seen`` is the measurement as it is shown, ``told`` its unit
    (``rate:100``)."""
    kept = [blank(one) if one.kind == "part" and one.name in withheld else one for one in exact.further]
    if profile.exact:
        return tuple(kept)
    found = [_shown(one, seen, told, profile) for one in kept]
    arms = [one.value for one in found if one.kind == "arm"]
    return tuple(_ratio(one, was, arms, profile) if one.kind == "ratio" else one for one, was in _pairs(found, kept))


def _pairs(found: list[Further], kept: list[Further]) -> list[tuple[Further, Further]]:
    return list(zip(found, kept, strict=True))


def _shown(one: Further, seen: Measurement, told: str, profile: Profile) -> Further:
    base, unit = profile.base, told.partition(":")[0]
    if one.items is None or one.value is None:
        return blank(one)
    plain = replace(
        one,
        items=max(rounded(one.items, base), base),
        cases=None if one.cases is None else rounded(one.cases, base),
        hits=None,
    )
    if one.kind == "median":
        # A median tells of the persons on either side of it.
        return plain if (one.cases or 0) >= 2 * profile.persons else blank(one)
    if one.kind == "ratio":
        return plain
    if one.kind == "heap":
        value = two_digits(one.value)
        interval = around(one.value, one.interval, value, most=math.inf)
        return replace(plain, value=value, interval=interval) if (one.cases or 0) >= profile.persons else blank(one)
    if one.kind == "arm" or unit == "share":
        out_of = one.items if one.kind == "arm" else _out_of(one)
        hits, value = shown_share(one.value, max(rounded(out_of, base), base), base)
        return replace(plain, value=value, hits=hits, interval=around(one.value, one.interval, value))
    if unit == "rate":
        return _shown_rate(one, plain, seen, told, base)
    value = two_digits(one.value)
    return replace(plain, value=value, interval=around(one.value, one.interval, value))


def _shown_rate(one: Further, plain: Further, seen: Measurement, told: str, base: int) -> Further:
    """A kind of event over the time shown beside the figure, in the figure's unit."""
    if not seen.denominator:
        return blank(one)
    events = rounded(one.hits or 0.0, base)
    value = two_digits(events / seen.denominator * rate_days(told))
    return replace(plain, value=value, hits=events, interval=around(one.value or 0.0, one.interval, value))


def rate_days(told: str) -> float:
    """The days a rate is told for: 365.25 for ``rate``, a hundred times that for ``rate:100``. Not read off the figure:
    its last binary digits would tell the events."""
    return 365.25 * int(told.partition(":")[2] or 1)


def _ratio(one: Further, was: Further, arms: list[float | None], profile: Profile) -> Further:
    """The ratio of the two shares shown, its interval as many times wider as the exact one, and by what it moved."""
    if len(arms) != 2 or not arms[0] or not arms[1] or not was.value:
        return blank(one)
    value = two_digits(arms[0] / arms[1])
    if was.interval is None or was.interval[0] <= 0:
        return replace(one, value=value, interval=None)
    wider = math.sqrt(was.interval[1] / was.interval[0]) * max(value / was.value, was.value / value)
    factor = 1 + two_digits(wider - 1, up=True)
    return replace(one, value=value, interval=(value / factor, value * factor))
