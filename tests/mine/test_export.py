"""BPMN, PNML, PTML and GraphML: read again by pm4py's importers, drawn without overlaps, safe with hostile names."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from procmine.errors import UsageError
from procmine.mine import export
from procmine.mine.discover import discover
from procmine.model import Model, TreeNode
from tests.mine.geometry import Line, Shape, overlapping, touching

DI = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
HOSTILE = [
    '"><script>alert(1)</script>',
    "Müller & Söhne",
    "🧭 Übergabe",
    "esc\x1b[31m\x00bell\x07",
    "a\nb\tc",
    "]]>",
    "\ufffe",
]


@pytest.fixture
def model(log_of: Any) -> Model:
    courses = {
        ("apply", "check", "talk", "decide"): 6,
        ("apply", "talk", "check", "decide"): 4,
        ("apply", "check", "talk", "decide", "appeal", "check", "talk", "decide"): 2,
        ("apply", "check", "talk", "close"): 3,
    }
    return discover(log_of(courses), noise=0)


@pytest.fixture
def hostile(log_of: Any) -> Model:
    return discover(log_of({tuple(HOSTILE): 3, tuple(reversed(HOSTILE)): 2}), noise=0)


def runs(net: Any, start: Any, end: Any, longest: int) -> set[tuple[str, ...]]:
    """All runs of a net with at most that many visible steps: markings followed in every way, silent ones for
    nothing."""
    from pm4py.objects.petri_net.semantics import enabled_transitions, execute

    found, seen, todo = set(), set(), [(start, ())]
    while todo:
        marking, course = todo.pop()
        key = (frozenset((place.name, many) for place, many in marking.items() if many), course)
        if key in seen:
            continue
        seen.add(key)
        if marking == end:
            found.add(course)
        for transition in enabled_transitions(net, marking):
            longer = course if transition.label is None else (*course, transition.label)
            if len(longer) <= longest:
                todo.append((execute(transition, net, marking), longer))
    return found


def words(tree: TreeNode, longest: int) -> set[tuple[str, ...]]:
    """The runs of a process tree by its definition, an oracle without nets."""
    if tree.operator is None:
        return {()} if tree.activity is None else {(tree.activity,)}
    parts = [words(child, longest) for child in tree.children]
    if tree.operator == "xor":
        return set().union(*parts)
    found = parts[0]
    if tree.operator == "loop":
        again = {(*a, *b) for a in set().union(*parts[1:]) for b in parts[0]}
        while True:
            more = found | {(*a, *b) for a in found for b in again if len(a) + len(b) <= longest}
            if more == found:
                return found
            found = more
    for part in parts[1:]:
        both = [(a, b) for a in found for b in part if len(a) + len(b) <= longest]
        if tree.operator == "sequence":
            found = {(*a, *b) for a, b in both}
        else:
            found = {word for a, b in both for word in shuffle(a, b)}
    return found


def shuffle(a: tuple[str, ...], b: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not a or not b:
        yield (*a, *b)
        return
    for rest in shuffle(a[1:], b):
        yield (a[0], *rest)
    for rest in shuffle(a, b[1:]):
        yield (b[0], *rest)


def read_pnml(text: str, folder: Path) -> Any:
    from pm4py.objects.petri_net.importer import importer

    path = folder / "net.pnml"
    path.write_text(text, encoding="utf-8")
    return importer.apply(str(path))


def read_bpmn(text: str, folder: Path) -> Any:
    from pm4py.objects.bpmn.importer import importer

    path = folder / "model.bpmn"
    path.write_text(text, encoding="utf-8")
    return importer.apply(str(path))


def test_a_pnml_file_read_again_has_the_runs_of_the_tree(model: Model, tmp_path: Path) -> None:
    net, start, end = read_pnml(export.to_pnml(model), tmp_path)

    assert model.tree is not None and runs(net, start, end, 7) == words(model.tree, 7)


def test_a_bpmn_file_read_again_has_the_runs_of_the_tree(model: Model, tmp_path: Path) -> None:
    from pm4py.objects.conversion.bpmn import converter

    net, start, end = converter.apply(read_bpmn(export.to_bpmn(model), tmp_path))

    assert model.tree is not None and runs(net, start, end, 7) == words(model.tree, 7)


def plain(node: Any) -> TreeNode:
    """A tree of pm4py as ours."""
    names = {"SEQUENCE": "sequence", "XOR": "xor", "PARALLEL": "parallel", "LOOP": "loop", "OR": "or"}
    operator = None if node.operator is None else names[node.operator.name]
    return TreeNode(operator, node.label, tuple(plain(child) for child in node.children))


def test_a_ptml_file_read_again_is_the_same_tree(model: Model, tmp_path: Path) -> None:
    from pm4py.objects.process_tree.importer import importer

    path = tmp_path / "tree.ptml"
    path.write_text(export.to_ptml(model), encoding="utf-8")

    assert plain(importer.apply(str(path))) == model.tree


def test_a_graphml_file_read_again_has_the_ways_with_their_counts(model: Model, tmp_path: Path) -> None:
    import networkx

    path = tmp_path / "graph.graphml"
    path.write_text(export.to_graphml(model), encoding="utf-8")
    graph = networkx.read_graphml(path)
    names = networkx.get_node_attributes(graph, "activity")

    assert {(names[a], names[b], way["count"]) for a, b, way in graph.edges(data=True)} == {
        (way.source, way.target, way.count) for way in model.ways
    }


def test_a_graphml_file_says_who_steers_where_that_is_known(log_from: Any, tmp_path: Path) -> None:
    import networkx

    rows = [{"case": 1, "activity": name, "initiator": who} for name, who in (("a", "client"), ("b", None))]
    path = tmp_path / "graph.graphml"
    path.write_text(export.to_graphml(discover(log_from(rows), noise=0)), encoding="utf-8")
    steps = {step["activity"]: step for _, step in networkx.read_graphml(path).nodes(data=True)}

    assert steps["a"]["by_client"] == 1.0 and "by_client" not in steps["b"]


def test_a_pnml_file_read_again_is_the_same_net(model: Model, tmp_path: Path) -> None:
    net, start, end = read_pnml(export.to_pnml(model), tmp_path)

    assert model.net is not None
    assert {(arc.source.name, arc.target.name) for arc in net.arcs} == set(model.net.arcs)
    assert {t.name: t.label for t in net.transitions} == {t.name: t.label for t in model.net.transitions}
    assert ([p.name for p in start], [p.name for p in end]) == (list(model.net.initial), list(model.net.final))


def test_a_heuristics_net_as_pnml_read_again_is_the_same_net(log_of: Any, tmp_path: Path) -> None:
    mined = discover(log_of({("a", "b", "c"): 9, ("a", "c", "b"): 8}), algorithm="heuristics")
    net, _, _ = read_pnml(export.to_pnml(mined), tmp_path)

    assert mined.net is not None and {(arc.source.name, arc.target.name) for arc in net.arcs} == set(mined.net.arcs)


@pytest.mark.parametrize("write", [export.to_bpmn, export.to_pnml, export.to_ptml, export.to_graphml])
def test_hostile_names_leave_the_file_well_formed_and_bring_no_element_of_their_own(hostile: Model, write: Any) -> None:
    root = ElementTree.fromstring(write(hostile))  # noqa: S314 - our own text

    assert not [element for element in root.iter() if "script" in element.tag]


def test_hostile_names_come_back_from_pnml_as_they_are_or_with_control_characters_shown(
    hostile: Model, tmp_path: Path
) -> None:
    net, _, _ = read_pnml(export.to_pnml(hostile), tmp_path)

    assert {t.label for t in net.transitions if t.label} == {export.visible(name) for name in HOSTILE}


def test_hostile_names_come_back_from_bpmn_as_they_are_or_with_control_characters_shown(hostile: Model) -> None:
    root = ElementTree.fromstring(export.to_bpmn(hostile))  # noqa: S314 - our own text
    tasks = root.iter("{http://www.omg.org/spec/BPMN/20100524/MODEL}task")

    assert {task.get("name") for task in tasks} == {export.visible(name) for name in HOSTILE}


def test_control_characters_are_shown_and_not_dropped() -> None:
    assert export.visible("a\x1b[31m\x00\ud800é🧭\n") == "a\\x1b[31m\\x00\\xd800é🧭\n"


def boxes(bpmn: str) -> dict[str, Shape]:
    root = ElementTree.fromstring(bpmn)  # noqa: S314 - our own text
    return {
        shape.attrib["bpmnElement"]: Shape(*(float(bounds.attrib[key]) for key in ("x", "y", "width", "height")))
        for shape in root.iterfind(".//bpmndi:BPMNShape", DI)
        for bounds in shape.iterfind("dc:Bounds", DI)
    }


def drawn_lines(bpmn: str) -> list[Line]:
    root = ElementTree.fromstring(bpmn)  # noqa: S314 - our own text
    points = {
        edge.attrib["bpmnElement"]: [
            (float(p.attrib["x"]), float(p.attrib["y"])) for p in edge.iterfind("di:waypoint", DI)
        ]
        for edge in root.iterfind(".//bpmndi:BPMNEdge", DI)
    }
    flows = root.iter(f"{{{DI['bpmn']}}}sequenceFlow")
    return [Line(flow.attrib["sourceRef"], flow.attrib["targetRef"], points[flow.attrib["id"]]) for flow in flows]


@pytest.mark.parametrize("which", ["model", "hostile"])
def test_no_two_shapes_of_the_bpmn_drawing_overlap(which: str, request: pytest.FixtureRequest) -> None:
    assert overlapping(boxes(export.to_bpmn(request.getfixturevalue(which)))) == []


def test_every_flow_of_the_bpmn_drawing_begins_and_ends_at_its_shapes(model: Model) -> None:
    text = export.to_bpmn(model)
    there = boxes(text)

    assert all(
        touching(line.points[0], there[line.source]) and touching(line.points[-1], there[line.target])
        for line in drawn_lines(text)
    )


def test_every_element_and_flow_of_the_bpmn_file_is_drawn(model: Model) -> None:
    root = ElementTree.fromstring(export.to_bpmn(model))  # noqa: S314 - our own text
    process = root.find("bpmn:process", DI)
    assert process is not None
    drawn = [
        each.attrib["bpmnElement"]
        for tag in ("BPMNShape", "BPMNEdge")
        for each in root.iterfind(f".//bpmndi:{tag}", DI)
    ]

    assert sorted(drawn) == sorted(each.attrib["id"] for each in process)


def alignment_costs(net: Any, courses: list[tuple[str, ...]]) -> list[int]:
    """What pm4py's own aligner finds each course to cost: its steps and the net's visible ones that do not go
    together."""
    from pm4py.algo.conformance.alignments.petri_net.variants import dijkstra_no_heuristics
    from pm4py.objects.log.obj import Event, Trace

    found = []
    for course in courses:
        trace = Trace([Event({"concept:name": name}) for name in course])
        found.append(dijkstra_no_heuristics.apply(trace, *net)["cost"] // 10_000)
    return found


def test_a_bpmn_file_read_by_pm4py_costs_a_course_what_our_net_costs_it(model: Model, tmp_path: Path) -> None:
    from pm4py.objects.conversion.bpmn import converter

    courses = [variant.activities for variant in model.variants]
    courses += [("apply",), ("decide", "apply"), ("apply", "talk", "talk", "check", "decide"), ("unknown",)]
    by_bpmn = alignment_costs(converter.apply(read_bpmn(export.to_bpmn(model), tmp_path)), courses)
    by_net = alignment_costs(read_pnml(export.to_pnml(model), tmp_path), courses)

    assert by_bpmn == by_net and any(by_net)


def test_bpmn_of_a_heuristics_model_is_refused_with_the_way_out(log_of: Any) -> None:
    mined = discover(log_of({("a", "b"): 3}), algorithm="heuristics")

    with pytest.raises(UsageError, match="inductive"):
        export.to_bpmn(mined)


def test_mining_and_export_work_without_any_program_on_the_path(tmp_path: Path) -> None:
    script = (
        "from tests.mine.conftest import make_log_of\n"
        "from procmine.mine import discover, export\n"
        "model = discover.discover(make_log_of({('a', 'b', 'c'): 3, ('a', 'c', 'b'): 2}))\n"
        "print(len(export.to_bpmn(model)) > 1000, len(export.to_pnml(model)) > 500)\n"
    )
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PATH": "", "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, cwd=tmp_path)

    assert (done.stdout, done.stderr) == ("True True\n", "")
