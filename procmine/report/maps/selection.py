"""What a process map shows: which steps and ways, how much of the log that is, and who begins a step.

Selected as Disco does it: the most frequent steps, each step's strongest way in and out, then ways by frequency. Beyond
that the step most cases begin with and the one most end with are shown, and every part of the map is joined to the rest
by its strongest way, so that nothing floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from procmine import content
from procmine.model import Model, Step, Way
from procmine.report.maps.colours import SIDES

MAX_STEPS, MAX_WAYS = 30, 60
HARD_STEPS, HARD_WAYS = 50, 150
ENOUGH = 0.95  # the share of transitions at which more ways would only make the map harder to read
TRIFLE = 0.01  # a way that fewer of a step's events take would mislead as its one way out
TERMINAL = 0.1  # the share of cases that must begin or end with a step for it to be shown however rare it is
FEW = 0.25  # the share of a map's steps that such steps may take: beyond, a small map would lose its middle
KNOWN = 0.5  # below this share of events with a known initiator a step counts as not recorded

Place = tuple[str, str]  # ("step", activity) or ("end", BEGIN or END), because an activity may bear any name
BEGIN, END = "", " "  # the two ends of every case as the layout names them; steps are named s0, s1 …


@dataclass(frozen=True, slots=True)
class Selection:
    """What a map shows: steps by frequency, ways, and the activities cases begin and end with, with their counts."""

    steps: tuple[Step, ...]
    ways: tuple[Way, ...]
    starts: tuple[tuple[str, int], ...]
    ends: tuple[tuple[str, int], ...]


def select(model: Model, max_steps: int = MAX_STEPS, max_ways: int = MAX_WAYS, enough: float = ENOUGH) -> Selection:
    """The steps and ways a map shows.
    Ways are added until ``max_ways`` are drawn or they hold the share ``enough`` of the transitions between the steps
    shown. A step keeps its strongest way in and out even beyond that: a step without its ways says nothing. (A trifle
    is no such way, where all others lead to hidden steps.) Never more than 50 steps and 150 ways.
    """
    ranked = sorted(model.steps, key=lambda step: (-step.events, step.activity))
    steps = _with_terminals(ranked, max(0, min(max_steps, HARD_STEPS)), TERMINAL * model.cases)
    kept = {step.activity for step in steps}
    ways = {(way.source, way.target): way for way in model.ways if way.source in kept and way.target in kept}
    counts = [(way.count, ("step", way.source), ("step", way.target)) for way in ways.values() if way.count > 0]
    counts += [(step.starts, ("end", BEGIN), ("step", step.activity)) for step in steps if step.starts]
    counts += [(step.ends, ("step", step.activity), ("end", END)) for step in steps if step.ends]
    counts.sort(key=lambda entry: (-entry[0], entry[1:]))
    chosen = _backbone(counts, {("step", step.activity): step.events for step in steps})
    drawn = [ways[a[1], b[1]].count for a, b in chosen if a[0] == b[0]]
    room, missing = min(max_ways, HARD_WAYS) - len(drawn), enough * sum(way.count for way in ways.values()) - sum(drawn)
    for count, source, target in counts:
        if room <= 0 or missing <= 0:
            break
        if (source, target) not in chosen:
            chosen.add((source, target))
            if source[0] == target[0]:
                room, missing = room - 1, missing - count
    return Selection(
        steps,
        tuple(ways[a[1], b[1]] for _, a, b in counts if a[0] == b[0] and (a, b) in chosen),
        tuple((b[1], count) for count, a, b in counts if a[0] == "end" and (a, b) in chosen),
        tuple((a[1], count) for count, a, b in counts if b[0] == "end" and (a, b) in chosen),
    )


def _with_terminals(ranked: list[Step], room: int, least: float) -> tuple[Step, ...]:
    """The most frequent steps, and what most cases begin and end with unless those are few or there is little room.

    A map tells a course from begin to end; what happens once a case is seldom among the most frequent.
    """
    begun = max(ranked, key=lambda step: step.starts, default=None)
    ended = max(ranked, key=lambda step: step.ends, default=None)
    kept = {step.activity for step in (begun, ended) if step and max(step.starts, step.ends) >= max(1.0, least)}
    if len(kept) > FEW * room:
        return tuple(ranked[:room])
    first = {step.activity for step in sorted(ranked, key=lambda step: step.activity not in kept)[:room]}
    return tuple(step for step in ranked if step.activity in first)


def _backbone(counts: list[tuple[int, Place, Place]], events: Mapping[Place, int]) -> set[tuple[Place, Place]]:
    """Each step's strongest way in and out unless it is a trifle, and the strongest ways that join what would float."""
    chosen: set[tuple[Place, Place]] = set()
    left: set[Place] = set()
    entered: set[Place] = set()
    part: dict[Place, Place] = {}

    def root(place: Place) -> Place:
        while part.get(place, place) != place:
            place = part[place]
        return place

    for count, source, target in counts:
        if source == target:
            continue
        out = source not in left and count >= TRIFLE * events.get(source, 0)
        if out or (target not in entered and count >= TRIFLE * events.get(target, 0)):
            chosen.add((source, target))
            part[root(source)] = root(target)
        left.add(source)
        entered.add(target)
    for _, source, target in counts:
        if root(source) != root(target):
            chosen.add((source, target))
            part[root(source)] = root(target)
    return chosen


def all_transitions(model: Model) -> int:
    """All transitions of the log, those included whose way the model does not hold."""
    return max(sum(way.count for way in model.ways), model.events - model.cases)


def coverage(model: Model, chosen: Selection) -> tuple[float | None, float | None, bool]:
    """Share of transitions drawn, share of cases whose whole course is drawn, and whether that one is a lower bound."""
    total = all_transitions(model)
    transitions = sum(way.count for way in chosen.ways) / total if total else None
    if not model.variants or not model.cases:
        return transitions, None, False
    pairs = {(way.source, way.target) for way in chosen.ways}
    starts, ends = {name for name, _ in chosen.starts}, {name for name, _ in chosen.ends}
    drawn = sum(
        variant.cases
        for variant in model.variants
        if variant.activities
        and variant.activities[0] in starts
        and variant.activities[-1] in ends
        and all(pair in pairs for pair in pairwise(variant.activities))
    )
    return transitions, min(1.0, drawn / model.cases), len(model.variants) < model.variant_count


def sides_of(step: Step, sides: Mapping[str, str]) -> dict[str, int]:
    """A step's events by the side that began them; empty where that is known for under half of them."""
    begun: dict[str, int] = {}
    for code, count in step.initiators:
        if code in sides:
            begun[sides[code]] = begun.get(sides[code], 0) + count
    return begun if _recorded(begun, step.events, step.initiators) else {}


def side_of(step: Step, sides: Mapping[str, str]) -> str:
    """Who mostly begins a step, among the events where that is known; "unknown" where it is known for under half."""
    begun = sides_of(step, sides)
    return min(begun, key=lambda side: (-begun[side], SIDES.index(side)), default="unknown")


def functions_of(step: Step) -> dict[str, int]:
    """A step's events by the function that acted; empty where that is known for under half of them."""
    acted = {code: count for code, count in step.functions if code and count}
    return acted if _recorded(acted, step.events, step.functions) else {}


def lane_of(step: Step) -> str:
    """The function that mostly acts in a step; "" where that is known for under half of its events."""
    acted = functions_of(step)
    return min(acted, key=lambda code: (-acted[code], code), default="")


def _recorded(parts: Mapping[str, int], events: int, all_parts: tuple[tuple[str, int], ...]) -> bool:
    """Whether the known parts are at least half of a step's events. Rounded parts may add up to more than they."""
    recorded = sum(parts.values())
    return bool(recorded) and recorded >= KNOWN * max(events, sum(count for _, count in all_parts))


def main_path(chosen: Selection) -> tuple[str, ...]:
    """From the most frequent first step along the strongest way to a step not yet visited, until ending is stronger."""
    if not chosen.starts:
        return ()
    path = [chosen.starts[0][0]]
    ends = dict(chosen.ends)
    while True:
        onward = [way for way in chosen.ways if way.source == path[-1] and way.target not in path]
        if not onward or ends.get(path[-1], 0) >= onward[0].count:
            return tuple(path)
        path.append(onward[0].target)


@cache
def shipped_sides() -> Mapping[str, str]:
    """Initiator codes and the side each belongs to, from event_logs/vocabulary.toml."""
    codes = content.read_toml(content.one("event_logs", "vocabulary", ".toml"))["codes"]["initiator"]
    return {code: entry["side"] for code, entry in codes.items() if entry.get("side") in SIDES}


@cache
def shipped_functions() -> tuple[str, ...]:
    """The codes of functions in the order of event_logs/vocabulary.toml."""
    return tuple(content.read_toml(content.one("event_logs", "vocabulary", ".toml"))["codes"]["function"])
