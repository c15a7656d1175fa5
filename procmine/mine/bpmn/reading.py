"""A BPMN 2.0 file as a norm: its diagram, its sound net over the log's steps, and all that was not taken from it.

Names are data of whoever drew the process. A task must stand for a step of the log: by its code, by its title in German
or English, or by the table the user gives; an empty entry there says that the task leaves no trace in the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from procmine.content import read_toml
from procmine.deviations import STEP_KINDS, Norm, NormElement, NormFlow, Remark
from procmine.errors import ContentError, UsageError, nearest
from procmine.mine.bpmn.drawing import draw_in
from procmine.mine.bpmn.net import flow_of, net_of
from procmine.mine.bpmn.parts import Faults, Part, Parts, parts_of
from procmine.mine.bpmn.xml_file import parsed
from procmine.mine.fit.markings import Fault, TooLarge, soundness
from procmine.model import Net
from procmine.schema import Schema

_EVENTS = ("start", "end", "event", "boundary")


def known_words(schema: Schema, activities: Iterable[str] = ()) -> dict[str, str]:
    """What a task may be called, and the activity it means then: codes, titles, and the log's own ``activities``.

    A title that two activities share means neither.
    """
    codes = {*schema.activities, *activities}
    found: dict[str, set[str]] = {}
    for code, entry in schema.activities.items():
        for title in entry.title.values():
            found.setdefault(plain(title), set()).add(code)
    words = {title: next(iter(meant)) for title, meant in found.items() if len(meant) == 1}
    return words | {plain(code): code for code in sorted(codes)}


def labels_in(path: Path) -> dict[str, str]:
    """The table ``[labels]`` of a TOML file: what nodes are called, and their activity or "". Raises ContentError."""
    raw = read_toml(path)
    labels = raw.get("labels")
    if set(raw) != {"labels"} or not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
        raise ContentError(
            "The file needs one table [labels] of texts and nothing else.",
            where=path.name,
            hint='A line of it: "Gespräch führen" = "followup_interview".',
        )
    return labels


def plain(name: str) -> str:
    """A name without regard to case, line breaks and double blanks."""
    return " ".join(name.split()).casefold()


def read_bpmn(
    path: Path,
    words: Mapping[str, str],
    *,
    labels: Mapping[str, str] | None = None,
    process: str | None = None,
) -> Norm:
    """The norm in a BPMN 2.0 file.

    ``words`` is ``known_words(…)``; ``labels`` the user's own table, names or ids of nodes to activities, "" for one
    that leaves no trace in the log; ``process`` names one of several pools. Raises InputError and ContentError, which
    say where, what, and what now; UsageError where a process has to be named.
    """
    root, data = parsed(path)
    faults = Faults(path.name)
    found = parts_of(root, faults, process)
    draw_in(root, found, faults)
    faults.tell()
    remarks = list(found.remarks)
    activities = _activities(found, words, labels or {}, faults, remarks)
    faults.tell("Name their activities in the table of labels, or give a node an empty one if the log has no trace.")
    net, owner = net_of(found, activities, faults)
    starts = [part for part in found.inside("") if part.kind == "start"]
    if not starts:
        faults.add(root.line, "The process has no start event.")
    faults.tell("Change the drawing there and export it again.")
    if len(starts) > 1:
        remarks.append(Remark("starts", tuple(part.name or part.id for part in starts)))
    if any(line.conditional for line in found.lines.values()):
        remarks.append(Remark("conditions", ()))
    _check_sound(net, owner, found, path.name)
    return Norm(
        name=found.name or path.stem,
        file=path.name,
        digest=hashlib.sha256(data).hexdigest(),
        elements=tuple(_element(part, activities) for part in found.parts.values()),
        flows=tuple(NormFlow(f.id, f.source, f.target, f.name, f.points) for f in found.lines.values()),
        frames=tuple(found.frames),
        net=net,
        owner=owner,
        remarks=tuple(remarks),
    )


def _element(part: Part, activities: Mapping[str, str | None]) -> NormElement:
    return NormElement(
        id=part.id,
        kind=part.kind,
        name=part.name,
        activity=activities.get(part.id),
        lane=part.lane,
        inside=part.inside,
        host=part.given.get("attachedToRef", ""),
        repeats=bool(part.loop),
        box=part.box,
    )


def _activities(
    found: Parts, words: Mapping[str, str], labels: Mapping[str, str], faults: Faults, remarks: list[Remark]
) -> dict[str, str | None]:
    """The activity of each task, and of each event that is named like one."""
    own = {plain(name): activity for name, activity in labels.items()}
    codes = set(words.values())
    for name, activity in sorted(labels.items()):
        if activity and activity not in codes:
            raise UsageError(f"The label {name!r} is to mean {activity!r}.", hint=nearest(activity, codes))
    used: set[str] = set()
    meant: dict[str, str | None] = {}
    passed, silent = [], []
    for part in found.parts.values():
        key = next((k for k in (plain(part.id), plain(part.name)) if k in own), None)
        if key is not None:
            used.add(key)
            meant[part.id] = own[key] or None
            if not own[key]:
                silent.append(part.name or part.id)
        elif part.kind in (*STEP_KINDS, *_EVENTS) and part.name and plain(part.name) in words:
            meant[part.id] = words[plain(part.name)]
        elif part.kind in STEP_KINDS:
            faults.add(part.line, f"{part.said} is no activity of the log. {nearest(plain(part.name), words)[:300]}")
        elif part.kind in _EVENTS and part.name:
            passed.append(part.name)
    for key in sorted(own.keys() - used):
        names = [part.name for part in found.parts.values() if part.name]
        raise UsageError(
            f"The table of labels names {key!r}, which is no node of the process.", hint=nearest(key, names)
        )
    if passed:
        remarks.append(Remark("events", tuple(dict.fromkeys(passed))))
    if silent:
        remarks.append(Remark("silent", tuple(dict.fromkeys(silent))))
    return meant


_SAID = {
    "unbounded": "The process can go round and begin more each time, without bound: {at}.",
    "left_over": "The process can be at its end while something still goes on: {at}.",
    "stuck": "The process can come to a halt before its end: it waits for ever {at}.",
    "never": "Never reached, whatever is done: {at}.",
}
_HINT = {
    "unbounded": "Join parallel branches before the flow that leads back.",
    "left_over": "Join parallel branches with a parallel gateway before the end event.",
    "stuck": "A parallel gateway waits for a branch that an exclusive one did not take: join what an exclusive gateway "
    "splits with an exclusive one.",
    "never": "Look at the gateways before it.",
}


def _check_sound(net: Net, owner: Mapping[str, str], found: Parts, file: str) -> None:
    """Refuse a process that cannot always come to a proper end: no alignment with it would mean anything."""
    try:
        fault = soundness(net)
    except TooLarge:
        # Branches multiply: eleven of three states each have 177,147 together, so that no budget would do.
        together = [part for part in found.parts.values() if part.kind not in ("exclusive", "events")]
        wide = max(together, key=lambda part: len(part.out))
        raise ContentError(
            f"What goes on at once has too many states to be checked: {len(wide.out)} branches begin at {wide.said}.",
            where=f"{file}:{wide.line}",
            hint="Draw the few steps whose order must be kept, or parts of the process as norms of their own.",
        ) from None
    if fault is not None:
        line, at = _place_of(fault, owner, found)
        raise ContentError(_SAID[fault.kind].format(at=at), where=f"{file}:{line}", hint=_HINT[fault.kind])


def _place_of(fault: Fault, owner: Mapping[str, str], found: Parts) -> tuple[int, str]:
    """The line and the words for the places or transitions of a fault."""
    if fault.kind == "never":
        parts = list(dict.fromkeys(owner[name] for name in fault.at))
        return found.parts[parts[0]].line, ", ".join(found.parts[part].said for part in parts[:5])
    said, lines = [], []
    for place in fault.at:
        flow = flow_of(place)
        if flow is not None:
            source, target = (found.parts[end] for end in (found.lines[flow].source, found.lines[flow].target))
            lines.append(target.line)
            said.append(f"between {source.said} and {target.said}")
        else:
            part = found.parts.get(place.partition(" ")[2])
            lines += [part.line] if part is not None else []
            said.append(f"at {part.said}" if part is not None else "at the end events")
    return min(lines, default=1), "; ".join(said[:5])
