"""Where the author of a BPMN file drew its nodes, flows, pool and lanes, and which node lies in which lane."""

from __future__ import annotations

import math
from collections.abc import Iterator

from procmine.deviations import Frame
from procmine.mine.bpmn.parts import Faults, Parts, name_of
from procmine.mine.bpmn.xml_file import Node


def draw_in(root: Node, found: Parts, faults: Faults) -> None:
    """Give nodes, flows, pool and lanes the places that the file has for them, and nodes their lanes."""
    for name, lane in _lanes(found.process, ""):
        if name in found.parts:
            found.parts[name].lane = lane
    chosen, pool = found.process, found.pool
    lanes = {n.given.get("id", ""): name_of(n) for n in chosen.below("lane")}
    pool_id = pool.given.get("id", "") if pool is not None else None
    for shape in root.below("BPMNShape"):
        about = shape.given.get("bpmnElement", "")
        bounds = next((child for child in shape.children if child.tag == "Bounds"), None)
        if bounds is None or (about not in found.parts and about not in lanes and about != pool_id):
            continue
        box = _numbers(bounds, ("x", "y", "width", "height"), faults)
        if box is None:
            continue
        x, y, width, height = box
        if about in found.parts:
            if found.parts[about].box is None:
                found.parts[about].box = (x, y, width, height)
        elif about in lanes or pool is not None:
            name = lanes[about] if about in lanes else name_of(pool or shape)
            upright = shape.given.get("isHorizontal", "true") != "false"
            found.frames.append(Frame(name, (x, y, width, height), upright))
    for edge in root.below("BPMNEdge"):
        line = found.lines.get(edge.given.get("bpmnElement", ""))
        if line is not None and not line.points:
            points = [_numbers(p, ("x", "y"), faults) for p in edge.children if p.tag == "waypoint"]
            line.points = tuple((p[0], p[1]) for p in points if p is not None)


def _lanes(container: Node, above: str) -> Iterator[tuple[str, str]]:
    """Node id and the name of its innermost lane."""
    for lanes in (child for child in container.children if child.tag in ("laneSet", "childLaneSet")):
        for lane in lanes.all("lane"):
            name = name_of(lane) or above
            for reference in lane.all("flowNodeRef"):
                yield reference.text.strip(), name
            yield from _lanes(lane, name)
    for inner in container.all("subProcess"):
        yield from _lanes(inner, above)


def _numbers(node: Node, names: tuple[str, ...], faults: Faults) -> tuple[float, ...] | None:
    """Finite numbers of a size a drawing can have, or a fault."""
    try:
        numbers = tuple(float(node.given[name]) for name in names)
    except (KeyError, ValueError):
        numbers = (math.nan,)
    if all(math.isfinite(n) and abs(n) < 1e6 for n in numbers):
        return numbers
    faults.add(node.line, f"{node.tag} has no usable {', '.join(names)}.")
    return None
