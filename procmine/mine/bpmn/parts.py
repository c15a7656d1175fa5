"""The parts of a BPMN process as its file says them: nodes, flows, lanes and places, everything else refused by name.

What has no meaning for the order of steps (texts, data, groups, message flows) is left out and said. What has one and
is not understood is a fault with its line; all faults of a file are told at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from procmine.deviations import Box, Frame, Point, Remark
from procmine.errors import ContentError, UsageError, nearest
from procmine.mine.bpmn.xml_file import Node

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_TASKS = ("task", "userTask", "manualTask", "sendTask", "receiveTask", "serviceTask", "scriptTask", "businessRuleTask")
KINDS: Mapping[str, str] = {
    **dict.fromkeys(_TASKS, "task"),
    "callActivity": "call",
    "subProcess": "subprocess",
    "startEvent": "start",
    "endEvent": "end",
    "intermediateCatchEvent": "event",
    "intermediateThrowEvent": "event",
    "boundaryEvent": "boundary",
    "exclusiveGateway": "exclusive",
    "parallelGateway": "parallel",
    "inclusiveGateway": "inclusive",
    "eventBasedGateway": "events",
}
_REFUSED = {
    "complexGateway": "a complex gateway decides by a rule of its own",
    "adHocSubProcess": "an ad-hoc sub-process has no order",
    "transaction": "a transaction can be undone",
    "choreographyTask": "a choreography is no process of one office",
    "subChoreography": "a choreography is no process of one office",
}
# Without a bearing on the order of steps, but somebody drew it: counted and said.
_ASIDE = {
    "dataObject", "dataObjectReference", "dataStoreReference", "textAnnotation", "association", "group",
}  # fmt: skip
# What a node, process or flow may hold that says nothing about order.
_QUIET = {
    "documentation", "extensionElements", "laneSet", "ioSpecification", "property", "auditing", "monitoring",
    "incoming", "outgoing", "dataInputAssociation", "dataOutputAssociation", "dataInput", "dataOutput", "inputSet",
    "outputSet", "resourceRole", "performer", "humanPerformer", "potentialOwner", "supportedInterfaceRef",
    "correlationSubscription", "eventDefinitionRef", "script", "rendering", "supports", "categoryValueRef",
}  # fmt: skip
_ID = re.compile(r"[^\s()]+")  # XML allows no blank in an id; places of the net bear names with blanks
_LOOPS = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")


@dataclass(slots=True)
class Part:
    """A node of the process: its ``kind`` is one of the values of KINDS or ``collapsed``; ``into`` and ``out`` are its
    flows; ``triggers`` the kinds of its event definitions; ``loop`` is "", repeated or at_once."""

    id: str
    kind: str
    tag: str
    name: str
    line: int
    inside: str
    given: Mapping[str, str]
    triggers: tuple[str, ...] = ()
    link: str = ""
    loop: str = ""
    lane: str = ""
    box: Box | None = None
    into: list[str] = field(default_factory=list)
    out: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The node as an error names it."""
        return f"{self.tag} {self.name!r}" if self.name else f"{self.tag} {self.id}"


@dataclass(slots=True)
class Line:
    """A sequence flow."""

    id: str
    source: str
    target: str
    name: str
    line: int
    inside: str
    conditional: bool
    points: tuple[Point, ...] = ()


class Faults:
    """All that is wrong with one file, each with its line."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._found: list[tuple[int, str]] = []

    def add(self, line: int, what: str) -> None:
        """Note a fault."""
        if (line, what) not in self._found:
            self._found.append((line, what))

    def tell(self, hint: str = "") -> None:
        """Raise ContentError if there is any: the first with its line, the others one a line below."""
        if not self._found:
            return
        first, *rest = sorted(self._found)
        lines = [first[1], *(f"{self.name}:{line}: {what}" for line, what in rest)]
        raise ContentError("\n".join(lines), where=f"{self.name}:{first[0]}", hint=hint)


@dataclass(slots=True)
class Parts:
    """The process: its node of the file and its pool's, nodes and flows by id in the order of the file, frames, and
    what was left out."""

    name: str
    process: Node
    pool: Node | None
    parts: dict[str, Part]
    lines: dict[str, Line]
    frames: list[Frame]
    remarks: list[Remark]

    def inside(self, container: str) -> list[Part]:
        """The nodes of the process ("") or of a sub-process."""
        return [part for part in self.parts.values() if part.inside == container]


def parts_of(root: Node, faults: Faults, process: str | None = None) -> Parts:
    """The parts of the one process of a file, or of the one named (by its id, name or pool).

    What is not understood goes to ``faults``. Raises ContentError where there is no process, UsageError where the file
    has several.
    """
    file = faults.name
    if root.tag != "definitions" or root.space != MODEL:
        raise ContentError(
            f"The root element is {root.tag!r} of {root.space or 'no namespace'!r}, not BPMN 2.0's definitions.",
            where=f"{file}:{root.line}",
            hint="Export the process as BPMN 2.0 XML.",
        )
    pools = {p.given.get("processRef", ""): p for c in root.all("collaboration") for p in c.all("participant")}
    chosen = _chosen(root, pools, file, process)
    pool = pools.get(chosen.given.get("id", ""))
    name = name_of(chosen) or (name_of(pool) if pool is not None else "")
    found = Parts(name, chosen, pool, {}, {}, [], _aside_of(root, chosen))
    collapsed = {
        s.given.get("bpmnElement", "") for s in root.below("BPMNShape") if s.given.get("isExpanded") == "false"
    }
    aside: Counter[str] = Counter()
    _walk(chosen, "", found, collapsed, aside, faults)
    if aside:
        found.remarks.append(Remark("aside", tuple(f"{kind} ({many})" for kind, many in sorted(aside.items()))))
    _join(found, faults)
    return found


def name_of(node: Node) -> str:
    """A node's name on one line."""
    return " ".join(node.given.get("name", "").split())


def _chosen(root: Node, pools: Mapping[str, Node], file: str, wanted: str | None) -> Node:
    """The process that is read. One without a node is a closed pool and not counted."""
    processes = [p for p in root.all("process") if any(child.tag in KINDS for child in p.children)]
    names = {}
    for p in processes:
        pool = pools.get(p.given.get("id", ""))
        names[id(p)] = [n for n in (p.given.get("id", ""), name_of(p), name_of(pool) if pool is not None else "") if n]
    shown = sorted({own[-1] for own in names.values() if own})
    if wanted is not None:
        hits = [p for p in processes if wanted in names[id(p)]]
        if len(hits) > 1:
            ids = ", ".join(p.given.get("id", "") for p in hits)
            raise UsageError(f"{file} has {len(hits)} processes {wanted!r}.", hint=f"Name one by its id: {ids}.")
        if not hits:
            raise UsageError(f"{file} has no process {wanted!r}.", hint=nearest(wanted, shown))
        return hits[0]
    if not processes:
        raise ContentError(
            "The file holds no process with a single node.",
            where=f"{file}:{root.line}",
            hint="A choreography or conversation is no process.",
        )
    if len(processes) > 1:
        listed = ", ".join(shown)
        raise UsageError(f"{file} holds {len(processes)} processes.", hint=f"Name one: {listed}.")
    return processes[0]


def _aside_of(root: Node, chosen: Node) -> list[Remark]:
    """What stands beside the process and was not taken."""
    said = []
    messages = sum(1 for c in root.all("collaboration") for _ in c.all("messageFlow"))
    if messages:
        said.append(Remark("message_flows", (str(messages),)))
    others = sorted(
        name_of(p) or p.given.get("id", "")
        for c in root.all("collaboration")
        for p in c.all("participant")
        if p.given.get("processRef", "") != chosen.given.get("id", "")
    )
    if others:
        said.append(Remark("other_pools", tuple(others)))
    return said


def _walk(container: Node, inside: str, found: Parts, collapsed: set[str], aside: Counter[str], faults: Faults) -> None:
    """The nodes and flows of a process or sub-process, those of open sub-processes too; ``aside`` counts the rest."""
    for node in container.children:
        if node.tag in _QUIET or (inside and node.tag in _LOOPS):
            continue
        if node.space != MODEL:
            aside["extension"] += 1
        elif node.tag in _ASIDE:
            aside[node.tag] += 1
        elif node.tag == "sequenceFlow":
            _flow(node, inside, found, faults)
        elif node.tag in KINDS:
            part = _part(node, inside, collapsed, faults)
            if part.id in found.parts:
                faults.add(node.line, f"The id {part.id!r} stands there twice.")
            found.parts[part.id] = part
            if part.kind == "subprocess":
                _walk(node, part.id, found, collapsed, aside, faults)
            elif part.kind == "collapsed":
                found.remarks.append(Remark("collapsed", (part.name or part.id,)))
        else:
            why = _REFUSED.get(node.tag, "procmine does not know it")
            faults.add(node.line, f"{node.tag} {name_of(node) or node.given.get('id', '')!r} is not read: {why}.")


def _flow(node: Node, inside: str, found: Parts, faults: Faults) -> None:
    line = Line(
        node.given.get("id", ""),
        node.given.get("sourceRef", ""),
        node.given.get("targetRef", ""),
        name_of(node),
        node.line,
        inside,
        any(True for _ in node.all("conditionExpression")),
    )
    if not _ID.fullmatch(line.id):
        faults.add(node.line, "A sequence flow has no usable id.")
    if line.id in found.lines:
        faults.add(node.line, f"The id {line.id!r} stands there twice.")
    found.lines[line.id] = line


def _part(node: Node, inside: str, collapsed: set[str], faults: Faults) -> Part:
    kind = KINDS[node.tag]
    holds = any(child.tag in KINDS and child.space == MODEL for child in node.children)
    if kind == "subprocess" and (not holds or node.given.get("id", "") in collapsed):
        kind = "collapsed"
    part = Part(node.given.get("id", ""), kind, node.tag, name_of(node), node.line, inside, node.given)
    if not _ID.fullmatch(part.id):
        faults.add(node.line, f"A {node.tag} has no usable id.")
    triggers, loops = [], []
    for child in node.children:
        if child.tag.endswith("EventDefinition"):
            triggers.append(child.tag.removesuffix("EventDefinition"))
            part.link = part.link or name_of(child)
        elif child.tag in _LOOPS:
            at_once = child.tag == _LOOPS[1] and child.given.get("isSequential", "false") != "true"
            loops.append("at_once" if at_once else "repeated")
        elif kind not in ("subprocess", "collapsed") and child.space == MODEL and child.tag not in _QUIET:
            faults.add(child.line, f"{part.said} holds {child.tag}, which procmine does not know.")
    part.triggers, part.loop = tuple(triggers), "".join(loops[:1])
    if node.given.get("isForCompensation") == "true" or set(triggers) == {"compensate"}:
        faults.add(node.line, f"{part.said} is not read: it undoes what was done (compensation).")
    if set(triggers) == {"cancel"}:
        faults.add(node.line, f"{part.said} is not read: it cancels a transaction.")
    if node.given.get("triggeredByEvent") == "true":
        faults.add(node.line, f"{part.said} is not read: an event sub-process can begin at any time.")
    return part


def _join(found: Parts, faults: Faults) -> None:
    """Hang the flows on their nodes."""
    for line in found.lines.values():
        ends = [found.parts.get(name) for name in (line.source, line.target)]
        for name, part in zip((line.source, line.target), ends, strict=True):
            if part is None:
                why = "which is no node of the process: a sequence flow stays in its pool"
                faults.add(line.line, f"Flow {line.id} leads to or from {name!r}, {why}.")
            elif part.inside != line.inside:
                faults.add(line.line, f"Flow {line.id} crosses the border of a sub-process at {part.said}.")
        if ends[0] is not None and ends[1] is not None:
            ends[0].out.append(line.id)
            ends[1].into.append(line.id)
