"""The drawing of a process tree: shapes apart, lines at right angles that touch what they join and cross nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.mine.drawn.block_layout import Drawn, draw
from procmine.mine.drawn.diagram import Diagram, diagram
from procmine.model import TreeNode
from tests.mine.geometry import Line, Shape, crossings, lying_across, overlapping, slanting, touching

NAMES = ("a", "Beratung", "Eingliederungsvereinbarung fortschreiben", "x" * 60, "Anhörung zur Leistungsminderung " * 4)


def leaf(name: str | None) -> TreeNode:
    return TreeNode(None, name)


def node(operator: str, *children: TreeNode) -> TreeNode:
    return TreeNode(operator, None, children)


def inner(children: st.SearchStrategy[TreeNode]) -> st.SearchStrategy[TreeNode]:
    many = st.lists(children, min_size=2, max_size=5)
    return st.builds(
        lambda operator, held: node(operator, *held), st.sampled_from(["sequence", "xor", "parallel", "or"]), many
    ) | (st.builds(lambda held: node("loop", *held), st.lists(children, min_size=2, max_size=3)))


TREES = st.recursive(st.sampled_from(NAMES).map(leaf) | st.just(leaf(None)), inner, max_leaves=40)


def shapes(shown: Diagram, drawn: Drawn) -> dict[str, Shape]:
    found = {}
    for each in shown.elements:
        (x, y), (width, height) = drawn.centres[each.name], each.size
        found[each.name] = Shape(x - width / 2, y - height / 2, width, height)
    return found


def lines(shown: Diagram, drawn: Drawn) -> list[Line]:
    return [Line(flow.source, flow.target, drawn.lines[flow.name]) for flow in shown.flows]


@settings(max_examples=200)
@given(TREES)
def test_no_two_shapes_come_nearer_than_a_line_needs(tree: TreeNode) -> None:
    shown = diagram(tree)

    assert overlapping(shapes(shown, draw(shown)), apart=10) == []


@settings(max_examples=200)
@given(TREES)
def test_no_line_lies_across_a_shape(tree: TreeNode) -> None:
    shown = diagram(tree)
    drawn = draw(shown)

    assert lying_across(shapes(shown, drawn), lines(shown, drawn)) == []


@settings(max_examples=200)
@given(TREES)
def test_no_two_lines_cross(tree: TreeNode) -> None:
    shown = diagram(tree)

    assert crossings(lines(shown, draw(shown))) == []


@settings(max_examples=100)
@given(TREES)
def test_every_flow_is_drawn_at_right_angles(tree: TreeNode) -> None:
    shown = diagram(tree)
    drawn = draw(shown)

    assert set(drawn.lines) == {flow.name for flow in shown.flows}
    assert slanting(lines(shown, drawn)) == []


@settings(max_examples=100)
@given(TREES)
def test_every_line_begins_and_ends_on_the_border_of_what_it_joins(tree: TreeNode) -> None:
    shown = diagram(tree)
    drawn = draw(shown)
    there = shapes(shown, drawn)

    assert [
        line
        for line in lines(shown, drawn)
        if not touching(line.points[0], there[line.source]) or not touching(line.points[-1], there[line.target])
    ] == []


@settings(max_examples=100)
@given(TREES)
def test_lines_meet_a_gateway_at_its_corners(tree: TreeNode) -> None:
    shown = diagram(tree)
    drawn = draw(shown)
    gates = {each.name for each in shown.elements if each.size == (50.0, 50.0)}
    ends = [(flow.source, drawn.lines[flow.name][0]) for flow in shown.flows]
    ends += [(flow.target, drawn.lines[flow.name][-1]) for flow in shown.flows]
    away = [
        (abs(x - drawn.centres[name][0]), abs(y - drawn.centres[name][1])) for name, (x, y) in ends if name in gates
    ]

    assert all({round(dx, 1), round(dy, 1)} == {0.0, 25.0} for dx, dy in away)


@settings(max_examples=100)
@given(TREES)
def test_nothing_lies_left_of_or_above_the_paper(tree: TreeNode) -> None:
    shown = diagram(tree)
    drawn = draw(shown)
    points = [point for line in drawn.lines.values() for point in line]
    corners = [(shape.x, shape.y) for shape in shapes(shown, drawn).values()]

    assert min(x for x, _ in points + corners) >= 0 and min(y for _, y in points + corners) >= 0


def extent(drawn: Drawn) -> tuple[float, float]:
    points = [point for line in drawn.lines.values() for point in line]
    return max(x for x, _ in points), max(y for _, y in points)


def test_a_process_of_one_screen_stays_in_one_row() -> None:
    drawn = draw(diagram(node("sequence", *(leaf(f"step {n}") for n in range(8)))))

    assert len({y for _, y in drawn.centres.values()}) == 1


def test_a_long_process_is_broken_into_rows() -> None:
    width, height = extent(draw(diagram(node("sequence", *(leaf(f"step {n}") for n in range(60))))))

    assert 1.2 < width / height < 4


@pytest.mark.parametrize("many", [10, 30, 61])
def test_neither_start_nor_end_stands_alone_in_a_row(many: int) -> None:
    shown = diagram(node("sequence", *(leaf(f"step {n}") for n in range(many))))
    rows: dict[float, list[str]] = {}
    for name, (_, y) in draw(shown).centres.items():
        rows.setdefault(y, []).append(name)

    assert all(len(row) > 1 for row in rows.values() if {"start", "end"} & set(row))


def test_a_way_back_runs_from_right_to_left_below_its_body() -> None:
    shown = diagram(node("loop", leaf("do"), node("sequence", leaf("again"), leaf("and again"))))
    drawn = draw(shown)
    centres = {each.label: drawn.centres[each.name] for each in shown.elements}

    assert centres["and again"][0] < centres["again"][0]
    assert centres["again"][1] > centres["do"][1]


def test_two_empty_branches_of_a_choice_are_one_line() -> None:
    shown = diagram(node("xor", leaf("a"), leaf(None), leaf(None)))

    assert len(draw(shown).lines) == len(shown.flows) == 5


def test_a_tree_of_nothing_is_drawn_from_start_to_end() -> None:
    drawn = draw(diagram(leaf(None)))

    assert len(drawn.centres) == 2 and len(drawn.lines) == 1


def test_the_same_tree_gives_the_same_drawing() -> None:
    tree = node("parallel", leaf("a"), node("loop", leaf("b"), leaf(None)), node("xor", leaf("c"), leaf(None)))

    assert draw(diagram(tree)) == draw(diagram(tree))


def test_an_operator_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="interleaved"):
        diagram(node("interleaved", leaf("a"), leaf("b")))


def test_a_tree_of_four_hundred_steps_nested_a_hundred_deep_is_drawn() -> None:
    tree = leaf("step 0")
    for number in range(100):
        operator = ("sequence", "xor", "parallel", "loop")[number % 4]
        tree = node(operator, *(leaf(f"step {number}.{k}") for k in range(3)), tree)
    shown = diagram(tree)

    assert overlapping(shapes(shown, draw(shown))) == []
