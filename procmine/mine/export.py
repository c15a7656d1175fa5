"""Models in the formats other tools read: BPMN 2.0 with its drawing, PNML, PTML and GraphML, written by us.

Names are data: every text goes through the XML writer, and characters XML does not know are shown as ``\\x1b``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from procmine.errors import UsageError
from procmine.mine.drawn.block_layout import Drawn, draw
from procmine.mine.drawn.diagram import Diagram, diagram
from procmine.model import Model, Net, Share, Step, TreeNode, Way

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BPMN_TAGS = {
    "start": "bpmn:startEvent",
    "end": "bpmn:endEvent",
    "task": "bpmn:task",
    "exclusive": "bpmn:exclusiveGateway",
    "parallel": "bpmn:parallelGateway",
    "inclusive": "bpmn:inclusiveGateway",
}
_MARGIN = 40.0
_SHARES = ("by_client", "same_worker", "out_of_office", "warm")
_PTML_TAGS = {"sequence": "sequence", "xor": "xor", "parallel": "and", "loop": "xorLoop", "or": "or"}

Element = ElementTree.Element
Sub = ElementTree.SubElement


def to_bpmn(model: Model) -> str:
    """BPMN 2.0 XML with its drawing (BPMN-DI), so that modelling tools open it laid out.

    Raises UsageError for a model without a process tree.
    """
    if model.tree is None:
        raise UsageError(
            "BPMN is written from a process tree, which this model does not have.",
            hint="Mine it with the inductive algorithm, or export PNML.",
        )
    shown = diagram(model.tree)
    drawn = draw(shown)
    root = Element(
        "bpmn:definitions",
        {
            "xmlns:bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
            "xmlns:bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
            "xmlns:dc": "http://www.omg.org/spec/DD/20100524/DC",
            "xmlns:di": "http://www.omg.org/spec/DD/20100524/DI",
            "id": "definitions",
            "targetNamespace": "urn:procmine",
            "exporter": "procmine",
        },
    )
    _bpmn_process(root, shown)
    _bpmn_drawing(root, shown, drawn)
    return _text(root)


def _bpmn_process(root: Element, shown: Diagram) -> None:
    process = Sub(root, "bpmn:process", {"id": "process", "isExecutable": "false"})
    outgoing: dict[str, list[str]] = {}
    incoming: dict[str, list[str]] = {}
    for flow in shown.flows:
        outgoing.setdefault(flow.source, []).append(flow.name)
        incoming.setdefault(flow.target, []).append(flow.name)
    for each in shown.elements:
        into, out = incoming.get(each.name, []), outgoing.get(each.name, [])
        attributes = {"id": each.name}
        if each.kind == "task":
            attributes["name"] = visible(each.label)
        elif each.kind not in ("start", "end"):
            attributes["gatewayDirection"] = "Diverging" if len(out) > 1 and len(into) < 2 else "Converging"
            if len(out) > 1 and len(into) > 1:
                attributes["gatewayDirection"] = "Mixed"
        made = Sub(process, _BPMN_TAGS[each.kind], attributes)
        for name in into:
            Sub(made, "bpmn:incoming").text = name
        for name in out:
            Sub(made, "bpmn:outgoing").text = name
    for flow in shown.flows:
        Sub(process, "bpmn:sequenceFlow", {"id": flow.name, "sourceRef": flow.source, "targetRef": flow.target})


def _bpmn_drawing(root: Element, shown: Diagram, drawn: Drawn) -> None:
    drawing = Sub(root, "bpmndi:BPMNDiagram", {"id": "diagram"})
    plane = Sub(drawing, "bpmndi:BPMNPlane", {"id": "plane", "bpmnElement": "process"})
    for each in shown.elements:
        width, height = each.size
        x, y = drawn.centres[each.name]
        shape = Sub(plane, "bpmndi:BPMNShape", {"id": f"{each.name}_di", "bpmnElement": each.name})
        if each.kind == "exclusive":
            shape.set("isMarkerVisible", "true")
        corner = {"x": _number(x - width / 2 + _MARGIN), "y": _number(y - height / 2 + _MARGIN)}
        Sub(shape, "dc:Bounds", {**corner, "width": _number(width), "height": _number(height)})
    for flow in shown.flows:
        edge = Sub(plane, "bpmndi:BPMNEdge", {"id": f"{flow.name}_di", "bpmnElement": flow.name})
        for x, y in drawn.lines[flow.name]:
            Sub(edge, "di:waypoint", {"x": _number(x + _MARGIN), "y": _number(y + _MARGIN)})


def to_pnml(model: Model) -> str:
    """The Petri net as PNML; silent transitions bear ProM's mark, the final marking stands where ProM and pm4py look
    for it.

    Raises UsageError for a model without a net.
    """
    net = _net(model)
    root = Element("pnml", {"xmlns": "http://www.pnml.org/version-2009/grammar/pnml"})
    kind = "http://www.pnml.org/version-2009/grammar/pnmlcoremodel"
    outer = Sub(root, "net", {"id": "net", "type": kind})
    page = Sub(outer, "page", {"id": "page"})
    for place in net.places:
        made = Sub(page, "place", {"id": place.name})
        _named(made, place.name)
        if place.name in net.initial:
            Sub(Sub(made, "initialMarking"), "text").text = str(net.initial.count(place.name))
    for transition in net.transitions:
        made = Sub(page, "transition", {"id": transition.name})
        _named(made, transition.name if transition.label is None else visible(transition.label))
        if transition.label is None:
            mark = {"tool": "ProM", "version": "6.4", "activity": "$invisible$", "localNodeID": transition.name}
            Sub(made, "toolspecific", mark)
    for number, (source, target) in enumerate(net.arcs, 1):
        Sub(page, "arc", {"id": f"arc{number}", "source": source, "target": target})
    marking = Sub(Sub(outer, "finalmarkings"), "marking")
    for name in sorted(set(net.final)):
        Sub(Sub(marking, "place", {"idref": name}), "text").text = str(net.final.count(name))
    return _text(root)


def to_ptml(model: Model) -> str:
    """The process tree as PTML. Raises UsageError for a model without a tree."""
    if model.tree is None:
        raise UsageError("PTML holds a process tree, which this model does not have.", hint="Export PNML instead.")
    root = Element("ptml")
    tree = Sub(root, "processTree", {"id": "tree", "name": "tree", "root": "n1"})
    for number, (source, target) in enumerate(_ptml_nodes(tree, model.tree), 1):
        Sub(tree, "parentsNode", {"id": f"r{number}", "sourceId": source, "targetId": target})
    return _text(root)


def _ptml_nodes(tree: Element, root: TreeNode) -> list[tuple[str, str]]:
    """Write the nodes in the order of a walk; which is below which, a node's own relation behind those below it."""
    relations: list[tuple[str, str]] = []
    todo: list[tuple[TreeNode | None, str, str]] = [(root, "", "")]
    while todo:
        node, above, name = todo.pop()
        if node is None:
            relations.append((above, name))
            continue
        name = f"n{len(tree) + 1}"
        if above:
            todo.append((None, above, name))
        if node.operator is None:
            silent = node.activity is None
            Sub(tree, "automaticTask" if silent else "manualTask", {"id": name, "name": visible(node.activity or "")})
        else:
            Sub(tree, _PTML_TAGS[node.operator], {"id": name, "name": ""})
        todo.extend((child, name, "") for child in reversed(node.children))
    return relations


def to_graphml(model: Model) -> str:
    """The directly-follows graph as GraphML: steps and ways with counts, times in seconds, and who steers them."""
    root = Element("graphml", {"xmlns": "http://graphml.graphdrawing.org/xmlns"})
    shares = dict.fromkeys(_SHARES, "double")
    keys = {
        "node": {"activity": "string", "events": "long", "cases": "long", "starts": "long", "ends": "long"} | shares,
        "edge": {"count": "long", "cases": "long", "median_seconds": "double", "p90_seconds": "double"} | shares,
    }
    for part, columns in keys.items():
        for name, kind in columns.items():
            Sub(root, "key", {"id": f"{part}_{name}", "for": part, "attr.name": name, "attr.type": kind})
    graph = Sub(root, "graph", {"id": "directly_follows", "edgedefault": "directed"})
    ids = {step.activity: f"s{number}" for number, step in enumerate(model.steps, 1)}
    for step in model.steps:
        made = Sub(graph, "node", {"id": ids[step.activity]})
        _data(made, "node", {name: _value(step, name) for name in keys["node"]})
    for way in model.ways:
        made = Sub(graph, "edge", {"source": ids[way.source], "target": ids[way.target]})
        _data(made, "edge", {name: _value(way, name) for name in keys["edge"]})
    return _text(root)


def _value(item: Step | Way, name: str) -> object:
    share: Share | None = getattr(item.steering, name) if name in _SHARES else None
    return share.value if share is not None else getattr(item, name)


def _data(element: Element, part: str, values: Mapping[str, object]) -> None:
    """What is known of a step or way; what is not known is not there."""
    for name, value in values.items():
        if value is not None:
            Sub(element, "data", {"key": f"{part}_{name}"}).text = visible(str(value))


def visible(text: str) -> str:
    """A text with the characters XML 1.0 does not know written out, as ``\\x1b``."""
    return _NOT_XML.sub(lambda found: f"\\x{ord(found.group()):02x}", text)


def _net(model: Model) -> Net:
    if model.net is None:
        raise UsageError("PNML holds a Petri net, which this model does not have.", hint="No model was mined.")
    return model.net


def _named(element: Element, name: str) -> None:
    Sub(Sub(element, "name"), "text").text = name


def _number(value: float) -> str:
    return f"{value:.1f}"


def _text(root: Element) -> str:
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
