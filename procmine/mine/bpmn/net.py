"""The Petri net of a BPMN process: a place for every sequence flow, transitions named after the nodes they belong to.

Read as BPMN 2.0 (section 13) says, as far as the order of steps goes: several flows into a task or exclusive gateway
are alternatives, several out of a task begin together, an interrupting boundary event is a choice after the task was
entered. What cannot be said in a sound net is a fault of the node by name.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence

from procmine.deviations import STEP_KINDS
from procmine.mine.bpmn.inclusive import MOST_BRANCHES, Inclusive
from procmine.mine.bpmn.parts import Faults, Part, Parts
from procmine.mine.fit.markings import MOST_TOKENS, MOST_WORK, Firing
from procmine.model import Net, Place, Transition

START, END = "(start)", "(end)"


def net_of(found: Parts, labels: Mapping[str, str | None], faults: Faults) -> tuple[Net, dict[str, str]]:
    """The net, and for each transition its node. ``labels`` has the activity of a node by id, None for a silent one.

    Adds to ``faults`` what cannot be translated; the net means nothing then.
    """
    builder = _Builder(found, labels, faults)
    builder.container("", START, END)
    places = dict.fromkeys([START, END])
    for source, target in builder.arcs:
        places.update(dict.fromkeys(name for name in (source, target) if name not in builder.owner))
    net = Net(
        places=tuple(Place(name) for name in places),
        transitions=tuple(Transition(name, label) for name, label in builder.labels.items()),
        arcs=tuple(builder.arcs),
        initial=(START,),
        final=(END,),
    )
    return net, builder.owner


def flow_of(place: str) -> str | None:
    """The flow a place stands for, None for one inside a node."""
    return place.removeprefix("flow ") if place.startswith("flow ") else None


class _Builder:
    def __init__(self, found: Parts, labels: Mapping[str, str | None], faults: Faults) -> None:
        self.found, self.given, self.faults = found, labels, faults
        self.labels: dict[str, str | None] = {}
        self.owner: dict[str, str] = {}
        self.arcs: list[tuple[str, str]] = []
        self.boundaries: dict[str, list[Part]] = {}
        for part in found.parts.values():
            if part.kind == "boundary":
                self._attach(part)

    def _attach(self, part: Part) -> None:
        host = self.found.parts.get(part.given.get("attachedToRef", ""))
        if host is None or host.kind not in (*STEP_KINDS, "subprocess") or host.inside != part.inside:
            self.faults.add(part.line, f"{part.said} is attached to no task of its process.")
        elif part.given.get("cancelActivity", "true") == "false":
            why = "it does not interrupt, so that its branch runs beside the task"
            self.faults.add(part.line, f"{part.said} is not read: {why}. Draw a parallel gateway instead.")
        else:
            self.boundaries.setdefault(host.id, []).append(part)

    def fire(self, part: Part, label: str | None, before: Sequence[str], after: Sequence[str]) -> None:
        """A transition of a node: its id, then id/2, id/3 …"""
        name, number = part.id, 2
        while name in self.labels:
            name, number = f"{part.id}/{number}", number + 1
        self.labels[name] = label
        self.owner[name] = part.id
        self.arcs.extend((place, name) for place in before)
        self.arcs.extend((name, place) for place in after)

    def container(self, inside: str, start: str, end: str) -> None:
        """The process or an embedded sub-process between two places."""
        parts = self.found.inside(inside)
        self._links(parts)
        pairs = Inclusive(self.found, parts)
        first = len(self.arcs)
        for part in parts:
            ins, outs = [f"flow {name}" for name in part.into], [f"flow {name}" for name in part.out]
            if not self._complete(part, inside):
                continue
            if part.kind == "start":
                self.fire(part, self.given.get(part.id), [start], outs)
            elif part.kind == "end":
                for name in part.into:
                    self.fire(part, self.given.get(part.id), [f"flow {name}"], [f"ended {name}"])
            elif part.kind == "parallel":
                self.fire(part, None, ins, outs)
            elif part.kind in ("exclusive", "events"):
                self._choice(part, ins, outs)
            elif part.kind == "inclusive":
                self._inclusive(part, pairs.ways(part))
            elif part.kind in ("event", *STEP_KINDS):
                self._step(part, ins, outs)
            elif part.kind == "subprocess":
                self._sub(part, ins, outs)
        self._over(parts, first, start, end)

    def _over(self, parts: Sequence[Part], first: int, start: str, end: str) -> None:
        """A process is over when no token is on its way any more: everything that can be together at its end events
        when it halts leads to the one end of the net. Where that is not told apart by what has come so far (sometimes
        one branch ends, sometimes two), each end event leads there alone, and the check for soundness tells."""
        ends = [part for part in parts if part.kind == "end" and part.into]
        alone = [(f"ended {name}",) for part in ends for name in part.into]
        together = _halts(self._part_net(first, start)) or alone
        known = {place for group in together for place in group}
        together += [group for group in alone if group[0] not in known]
        if any(a != b and not Counter(a) - Counter(b) for a in together for b in together):
            together = alone
        owner = {f"ended {name}": part for part in ends for name in part.into}
        for group in together:
            self.fire(owner[group[0]], None, group, [end])

    def _part_net(self, first: int, start: str) -> Net:
        """What was translated since the ``first`` arc, as a net of its own."""
        arcs = self.arcs[first:]
        names = dict.fromkeys(name for arc in arcs for name in arc)
        return Net(
            tuple(Place(name) for name in dict.fromkeys([start, *names]) if name not in self.owner),
            tuple(Transition(name, None) for name in names if name in self.owner),
            tuple(arcs),
            (start,),
            (),
        )

    def _complete(self, part: Part, inside: str) -> bool:
        """Whether a node hangs in the process as its kind must."""
        before = len(part.into) or part.kind in ("start", "boundary") or (part.link and not part.into and part.out)
        after = len(part.out) or part.kind == "end" or (part.link and part.into)
        if not before:
            self.faults.add(part.line, f"No flow leads to {part.said}.")
        if not after:
            self.faults.add(part.line, f"No flow leads on from {part.said}: draw an end event behind it.")
        if part.kind == "start" and part.into:
            self.faults.add(part.line, f"A flow leads into {part.said}.")
        if part.kind == "end" and part.out:
            self.faults.add(part.line, f"A flow leads out of {part.said}.")
        if part.kind == "end" and inside and {"error", "escalation", "terminate"} & set(part.triggers):
            self.faults.add(part.line, f"{part.said} is not read: it leaves its sub-process by a side door.")
        conditional = [name for name in part.out if self.found.lines[name].conditional]
        if part.kind not in ("exclusive", "inclusive", "events") and len(part.out) > 1 and conditional:
            why = "put a gateway behind it, so that it is clear whether one of them is taken or several"
            self.faults.add(part.line, f"{part.said} has several flows under conditions: {why}.")
        return bool(before and after)

    def _choice(self, part: Part, ins: Sequence[str], outs: Sequence[str]) -> None:
        if len(ins) > 1 and len(outs) > 1:
            middle = f"at {part.id}"
            for before in ins:
                self.fire(part, None, [before], [middle])
            ins = [middle]
        for before in ins:
            for after in outs:
                self.fire(part, None, [before], [after])

    def _inclusive(self, part: Part, ways: list[tuple[list[str], list[str]]] | None) -> None:
        for before, after in ways or ():
            self.fire(part, None, before, after)
        if ways is None:
            self.faults.add(
                part.line,
                f"{part.said} is not read: an inclusive gateway that splits into 2 to {MOST_BRANCHES} branches needs "
                "one that joins exactly these. Draw such a pair, or exclusive and parallel gateways.",
            )

    def _entered(self, part: Part, ins: Sequence[str], always: bool) -> str:
        """The place from which a node's work begins."""
        if len(ins) == 1 and not always:
            return ins[0]
        for before in ins:
            self.fire(part, None, [before], [f"at {part.id}"])
        return f"at {part.id}"

    def _step(self, part: Part, ins: Sequence[str], outs: Sequence[str]) -> None:
        label = self.given.get(part.id)
        if part.link and part.triggers[:1] == ("link",):
            ins, outs = ins or [f"link {part.link}"], outs or [f"link {part.link}"]
        here = self._entered(part, ins, bool(part.loop))
        if part.loop:  # at least once; done several times at once or one after the other looks the same in a log
            done = f"done {part.id}"
            self.fire(part, label, [here], [done])
            self.fire(part, None, [done], [here])
            self.fire(part, None, [done], outs)
        else:
            self.fire(part, label, [here], outs)
        for event in self.boundaries.get(part.id, ()):
            self.fire(event, self.given.get(event.id), [here], [f"flow {name}" for name in event.out])

    def _sub(self, part: Part, ins: Sequence[str], outs: Sequence[str]) -> None:
        start, end = f"start {part.id}", f"end {part.id}"
        for before in ins:
            self.fire(part, None, [before], [start])
        inner = self.found.inside(part.id)
        if not any(each.kind == "start" for each in inner):
            self.faults.add(part.line, f"{part.said} has no start event inside.")
        self.container(part.id, start, end)
        self.fire(part, None, [end], outs)
        if part.loop == "at_once":
            self.faults.add(part.line, f"{part.said} is not read: it runs several times at once.")
        elif part.loop:
            self.fire(part, None, [end], [start])
        for event in self.boundaries.get(part.id, ()):
            self._interrupted(part, event)

    def _interrupted(self, part: Part, event: Part) -> None:
        """A boundary event of a sub-process can come wherever a step waits in it; one thing at a time only."""
        inner = [each for each in self.found.parts.values() if self._within(each, part.id)]
        if any(
            each.kind in ("parallel", "inclusive") or (len(each.out) > 1 and each.kind in STEP_KINDS) for each in inner
        ):
            why = "several things can go on in its sub-process at once"
            self.faults.add(event.line, f"{event.said} is not read: {why}, and all would have to be stopped.")
            return
        ids = {each.id for each in inner} | {part.id}
        mine = {name for name, owner in self.owner.items() if owner in ids}
        waiting = {name for name in mine if self.found.parts[self.owner[name]].kind in ("event", *STEP_KINDS)}
        places = {a for a, b in self.arcs if b in waiting and not a.startswith("done ")}
        for place in sorted(places):
            self.fire(event, self.given.get(event.id), [place], [f"flow {name}" for name in event.out])

    def _within(self, part: Part, container: str) -> bool:
        while part.inside:
            if part.inside == container:
                return True
            part = self.found.parts[part.inside]
        return False

    def _links(self, parts: Sequence[Part]) -> None:
        """A link event that throws needs exactly one that catches."""
        for part in parts:
            if part.kind == "event" and part.triggers[:1] == ("link",):
                catching = [p for p in parts if p.link == part.link and not p.into and p.out]
                throwing = [p for p in parts if p.link == part.link and p.into and not p.out]
                if not part.link or len(catching) != 1 or not throwing:
                    self.faults.add(part.line, f"{part.said} is a link without its other end.")


def _halts(net: Net) -> list[tuple[str, ...]]:
    """The markings of end events alone in which a net halts, in the order a walk meets them; none where it has too many
    markings or goes round for ever."""
    game = Firing(net)
    seen, found, work = {game.initial}, [], 0
    todo = deque([game.initial])
    while todo:
        here = todo.popleft()
        work += len(here)
        if work > MOST_WORK or len(here) > MOST_TOKENS:
            return []
        able = game.enabled(here)
        if not able and all(game.places[p].startswith("ended ") for p in here):
            found.append(tuple(game.places[p] for p in here))
        for t in able:
            after = game.fire(here, t)
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return found
