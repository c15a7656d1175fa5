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
from procmine.mine import diagram, export
from procmine.mine.discover import discover
from procmine.model import Model, TreeNode

DI = {"dc": "http://www.omg.org/spec/DD/20100524/DC", "di": "http://www.omg.org/spec/DD/20100524/DI"}
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

    assert model.tree is not None and runs(net, start, end, 8) == words(model.tree, 8)


def test_a_bpmn_file_read_again_has_the_runs_of_the_tree(model: Model, tmp_path: Path) -> None:
    from pm4py.objects.conversion.bpmn import converter

    net, start, end = converter.apply(read_bpmn(export.to_bpmn(model), tmp_path))

    assert model.tree is not None and runs(net, start, end, 8) == words(model.tree, 8)


def test_a_ptml_file_read_again_is_the_same_tree(model: Model, tmp_path: Path) -> None:
    from pm4py.objects.process_tree.importer import importer

    from procmine.mine.discover import _plain

    path = tmp_path / "tree.ptml"
    path.write_text(export.to_ptml(model), encoding="utf-8")

    assert _plain(importer.apply(str(path))) == model.tree


def test_a_graphml_file_read_again_has_the_ways_with_their_counts(model: Model, tmp_path: Path) -> None:
    import networkx

    path = tmp_path / "graph.graphml"
    path.write_text(export.to_graphml(model), encoding="utf-8")
    graph = networkx.read_graphml(path)
    names = networkx.get_node_attributes(graph, "activity")

    assert {(names[a], names[b], way["count"]) for a, b, way in graph.edges(data=True)} == {
        (way.source, way.target, way.count) for way in model.ways
    }


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


def boxes(bpmn: str) -> list[tuple[float, float, float, float]]:
    bounds = ElementTree.fromstring(bpmn).iterfind(".//dc:Bounds", DI)  # noqa: S314 - our own text
    return [tuple(float(each.attrib[key]) for key in ("x", "y", "width", "height")) for each in bounds]  # type: ignore[misc]


@pytest.mark.parametrize("which", ["model", "hostile"])
def test_no_two_shapes_of_the_bpmn_drawing_overlap(which: str, request: pytest.FixtureRequest) -> None:
    found = boxes(export.to_bpmn(request.getfixturevalue(which)))
    pairs = [(a, b) for i, a in enumerate(found) for b in found[:i]]

    assert not [
        (a, b)
        for a, b in pairs
        if a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
    ]


def test_every_flow_of_the_bpmn_drawing_begins_and_ends_at_its_shapes(model: Model) -> None:
    assert model.tree is not None
    shown = diagram.diagram(model.tree)
    drawn = diagram.draw(shown)
    sizes = {each.name: each.size for each in shown.elements}

    def touches(point: tuple[float, float], name: str) -> bool:
        (x, y), (width, height) = drawn.centres[name], sizes[name]
        return abs(point[0] - x) <= width / 2 + 2 and abs(point[1] - y) <= height / 2 + 2

    assert all(
        touches(drawn.lines[flow.name][0], flow.source) and touches(drawn.lines[flow.name][-1], flow.target)
        for flow in shown.flows
    )


def test_plain_columns_keep_shapes_apart_where_the_layout_engine_refuses(model: Model) -> None:
    assert model.tree is not None
    found = boxes(export.to_bpmn(model, diagram.columns(diagram.diagram(model.tree))))
    pairs = [(a, b) for i, a in enumerate(found) for b in found[:i]]

    assert not [
        (a, b)
        for a, b in pairs
        if a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
    ]


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
