"""The layout of maps: boxes apart, lines drawn, labels beside nothing that they would cover, always the same."""

from __future__ import annotations

import random
from itertools import combinations, pairwise
from types import SimpleNamespace

import graphlay
import pytest

from procmine.mine.layout import Box, Layout, LayoutError, Link, lay_out

SIZES = ((84.0, 16.0), (56.0, 29.0))


def a_graph(seed: int) -> tuple[list[Box], list[Link]]:
    """Boxes of many sizes, lines at random: loops, both ways and double lines among them."""
    chance = random.Random(seed)  # noqa: S311 -- a made-up graph, nothing secret
    boxes = [
        Box(f"s{k}", chance.uniform(60, 220), chance.uniform(30, 80), chance.random() < 0.1)
        for k in range(chance.randint(2, 14))
    ]
    ends = [(chance.choice(boxes).name, chance.choice(boxes).name) for _ in range(chance.randint(0, 2 * len(boxes)))]
    return boxes, [Link(a, b, chance.randint(1, 5000), SIZES if chance.random() < 0.9 else ()) for a, b in ends]


def rect(layout: Layout, box: Box) -> tuple[float, float, float, float]:
    (x, y), w, h = layout.centres[box.name], box.width / 2, box.height / 2
    return x - w, y - h, x + w, y + h


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] - 0.1 and b[0] < a[2] - 0.1 and a[1] < b[3] - 0.1 and b[1] < a[3] - 0.1


@pytest.mark.parametrize("start", range(0, 200, 20))
def test_no_two_boxes_of_two_hundred_random_graphs_overlap_and_every_line_is_drawn(start: int) -> None:
    for seed in range(start, start + 20):
        boxes, links = a_graph(seed)

        layout = lay_out(boxes, links)

        assert not [pair for pair in combinations([rect(layout, box) for box in boxes], 2) if overlap(*pair)], seed
        assert [len(line) >= 2 for line in layout.lines] == [True] * len(links), seed


@pytest.mark.parametrize("seed", range(20))
def test_a_line_runs_from_the_border_of_its_first_box_to_that_of_its_second(seed: int) -> None:
    boxes, links = a_graph(seed)
    by_name = {box.name: box for box in boxes}

    layout = lay_out(boxes, links)

    for link, line in zip(links, layout.lines, strict=True):
        for name, (x, y) in ((link.source, line[0]), (link.target, line[-1])):
            x0, y0, x1, y1 = rect(layout, by_name[name])
            assert x0 - 0.5 <= x <= x1 + 0.5
            assert y0 - 0.5 <= y <= y1 + 0.5


@pytest.mark.parametrize("seed", range(20))
def test_everything_lies_within_the_width_and_height(seed: int) -> None:
    boxes, links = a_graph(seed)

    layout = lay_out(boxes, links)

    corners = [rect(layout, box) for box in boxes] + [(x, y, x, y) for line in layout.lines for x, y in line]
    assert min(min(corner[:2]) for corner in corners) >= -0.01  # places are rounded to hundredths
    assert max(corner[2] for corner in corners) <= layout.width + 0.1
    assert max(corner[3] for corner in corners) <= layout.height + 0.1


def test_the_same_graph_is_laid_out_the_same_twice() -> None:
    boxes, links = a_graph(5)

    assert lay_out(boxes, links) == lay_out(boxes, links)


def test_a_label_is_placed_where_sizes_are_given_and_nowhere_else() -> None:
    boxes = [Box("a", 100, 40), Box("b", 100, 40)]

    layout = lay_out(boxes, [Link("a", "b", 5, SIZES), Link("b", "a", 2)])

    assert [label is not None for label in layout.labels] == [True, False]


def test_the_label_of_a_loop_lies_beside_the_box() -> None:
    box = Box("a", 100, 40)

    layout = lay_out([box], [Link("a", "a", 5, SIZES)])

    assert layout.labels[0] is not None
    form, (x, y) = layout.labels[0]
    w, h = SIZES[form]
    assert not overlap(rect(layout, box), (x - w / 2, y - h / 2, x + w / 2, y + h / 2))


def test_a_label_touches_its_own_line_and_does_not_drift() -> None:
    boxes, links = a_graph(3)

    layout = lay_out(boxes, links)

    for line, label in zip(layout.lines, layout.labels, strict=True):
        if label is not None:
            (form, (x, y)), reach = label, 5
            w, h = SIZES[form][0] / 2 + reach, SIZES[form][1] / 2 + reach
            around = (x - w, y - h, x + w, y + h)
            spans = [(min(p[0], q[0]), min(p[1], q[1]), max(p[0], q[0]), max(p[1], q[1])) for p, q in pairwise(line)]
            assert any(
                s[0] <= around[2] and around[0] <= s[2] and s[1] <= around[3] and around[1] <= s[3] for s in spans
            )


def test_a_heavy_way_through_the_graph_is_drawn_straight() -> None:
    boxes = [Box(name, 120, 40) for name in "abcde"]
    links = [Link(a, b, 1000, SIZES) for a, b in pairwise("abcd")] + [
        Link("a", "e", 10, SIZES),
        Link("e", "d", 10, SIZES),
    ]

    layout = lay_out(boxes, links)

    assert len({round(layout.centres[name][0]) for name in "abcd"}) == 1


def test_nothing_at_all_has_an_empty_layout() -> None:
    assert lay_out([], []) == Layout(0.0, 0.0, {}, (), (), 0)


def test_a_line_to_no_box_is_refused() -> None:
    with pytest.raises(LayoutError, match="'x', which is no box"):
        lay_out([Box("a", 10, 10)], [Link("a", "x", 1)])


def test_two_boxes_of_one_name_are_refused() -> None:
    with pytest.raises(LayoutError, match="same name"):
        lay_out([Box("a", 10, 10), Box("a", 10, 10)], [])


def test_a_line_the_engine_could_not_route_is_an_error_and_not_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphlay, "layout", lambda *_, **__: SimpleNamespace(metrics=lambda: {"unrouted_edges": 1}))

    with pytest.raises(LayoutError, match="1 of 1 lines could not be routed"):
        lay_out([Box("a", 10, 10)], [Link("a", "a", 1)])


def test_what_the_engine_refuses_is_said_in_our_words() -> None:
    with pytest.raises(LayoutError, match="layout engine refused"):
        lay_out([Box("a", 10, 10), Box("b", 10, 10)], [Link("a", "b", 1)], direction="sideways")
