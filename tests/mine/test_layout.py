"""The layout of maps: boxes apart, lines drawn, labels beside nothing that they would cover, always the same."""

from __future__ import annotations

import random
from itertools import combinations, pairwise
from types import SimpleNamespace

import graphlay
import pytest

from procmine.mine.drawn.lanes import Lanes
from procmine.mine.drawn.layout import PAGE, Box, Layout, LayoutError, Link, lay_out
from procmine.mine.drawn.reading_order import reading_order

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


def a_process(seed: int) -> tuple[list[Box], list[Link]]:
    """The same graphs with a begin and an end: the begin leads to some boxes, some lead to the end."""
    boxes, links = a_graph(seed)
    chance = random.Random(-seed - 1)  # noqa: S311 -- a made-up graph, nothing secret
    first = chance.sample(boxes, chance.randint(1, 2))
    last = chance.sample(boxes, chance.randint(1, 2))
    links += [Link("begin", box.name, chance.randint(1, 5000), SIZES) for box in first]
    links += [Link(box.name, "end", chance.randint(1, 5000), SIZES) for box in last]
    return [Box("begin", 26, 26, True), *boxes, Box("end", 26, 26, True)], links


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


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 200, 20))
def test_two_hundred_random_graphs_begin_on_top_and_end_at_the_bottom_without_overlap(start: int) -> None:
    for seed in range(start, start + 20):
        boxes, links = a_process(seed)

        layout = lay_out(boxes, links, begin="begin", end="end")

        rects = {box.name: rect(layout, box) for box in boxes}
        assert not [pair for pair in combinations(rects.values(), 2) if overlap(*pair)], seed
        assert min(box[1] for name, box in rects.items() if name != "begin") > rects["begin"][3], seed
        assert max(box[3] for name, box in rects.items() if name != "end") < rects["end"][1], seed
        assert layout.covered == 0, seed


def in_lanes(boxes: list[Box], seed: int) -> Lanes:
    """Each box but begin and end in a lane at random, some of the five lanes empty."""
    chance = random.Random(seed)  # noqa: S311 -- a made-up graph, nothing secret
    names = [box.name for box in boxes if box.name not in ("begin", "end")]
    return Lanes({name: chance.choice("abcde") for name in names}, "abcde", {lane: 90.0 for lane in "abcde"})


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 200, 20))
def test_every_box_of_two_hundred_random_graphs_lies_in_its_lane_and_nothing_overlaps(start: int) -> None:
    for seed in range(start, start + 20):
        boxes, links = a_process(seed)
        lanes = in_lanes(boxes, seed)

        layout = lay_out(boxes, links, begin="begin", end="end", lanes=lanes)

        rects = {box.name: rect(layout, box) for box in boxes}
        bands = {band.name: band for band in layout.bands}
        assert not [pair for pair in combinations(rects.values(), 2) if overlap(*pair)], seed
        for name, lane in lanes.of.items():
            assert bands[lane].left <= rects[name][0], seed
            assert rects[name][2] <= bands[lane].right, seed
        assert (layout.covered, layout.pierced) == (0, 0), seed


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_dense_graphs_with_loops_and_double_ways_have_no_box_over_a_box_and_no_line_through_one(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- a made-up graph, nothing secret
    boxes = [Box(f"s{k}", chance.uniform(60, 220), chance.uniform(30, 80)) for k in range(20)]
    pairs = [(a.name, b.name) for a in boxes for b in boxes if chance.random() < (0.15 if a is not b else 0.5)]
    links = [Link(a, b, chance.randint(1, 5000), SIZES) for a, b in pairs]

    layout = lay_out(boxes, links, begin="s0")

    assert not [pair for pair in combinations([rect(layout, box) for box in boxes], 2) if overlap(*pair)]
    assert layout.pierced == 0


def test_lanes_stand_side_by_side_in_their_order_and_leave_out_those_that_hold_nothing() -> None:
    boxes = [Box(name, 100, 40) for name in ("a", "b", "c")]
    links = [Link("a", "b", 5), Link("b", "c", 5)]

    layout = lay_out(boxes, links, lanes=Lanes({"a": "z", "b": "x", "c": "z"}, ("z", "y", "x"), {}))

    assert [band.name for band in layout.bands] == ["z", "x"]
    assert layout.bands[0].left == 0
    assert layout.bands[0].right == layout.bands[1].left
    assert layout.bands[1].right == layout.width


def test_a_lane_is_as_wide_as_its_name_needs() -> None:
    layout = lay_out([Box("a", 50, 40)], [], lanes=Lanes({"a": "x"}, ("x",), {"x": 300.0}))

    assert layout.bands[0].right == 300


def test_heavy_ways_within_a_lane_are_drawn_straight() -> None:
    boxes = [Box(name, 100, 40) for name in "abcd"]
    links = [Link("a", "b", 100), Link("b", "c", 100), Link("a", "d", 1), Link("d", "c", 1)]

    layout = lay_out(boxes, links, lanes=Lanes(dict.fromkeys("abcd", "x"), ("x",), {}))

    assert len({round(layout.centres[name][0]) for name in "abc"}) == 1


def test_a_box_in_no_lane_is_refused() -> None:
    with pytest.raises(LayoutError, match="'b' of the drawing lies in none of its lanes"):
        lay_out([Box("a", 10, 10), Box("b", 10, 10)], [], lanes=Lanes({"a": "x"}, ("x",), {}))


@pytest.mark.parametrize("seed", range(40))
def test_every_box_the_begin_leads_to_is_entered_from_above(seed: int) -> None:
    boxes, links = a_process(seed)
    reached = {"begin"}
    for _ in boxes:
        reached |= {link.target for link in links if link.source in reached}

    layout = lay_out(boxes, links, begin="begin", end="end")

    height = {name: y for name, (_, y) in layout.centres.items()}
    for name in reached - {"begin"}:
        assert min(height[link.source] for link in links if link.target == name) < height[name]


@pytest.mark.parametrize("seed", range(20))
def test_a_way_back_up_runs_from_its_first_box_to_its_second(seed: int) -> None:
    boxes, links = a_process(seed)
    by_name = {box.name: box for box in boxes}

    layout = lay_out(boxes, links, begin="begin", end="end")

    for link, line in zip(links, layout.lines, strict=True):
        for name, (x, y) in ((link.source, line[0]), (link.target, line[-1])):
            x0, y0, x1, y1 = rect(layout, by_name[name])
            assert x0 - 0.5 <= x <= x1 + 0.5
            assert y0 - 0.5 <= y <= y1 + 0.5


def test_a_process_that_runs_in_circles_begins_with_its_begin_and_not_where_turning_ways_is_cheapest() -> None:
    boxes = [Box(name, 100, 40) for name in ("begin", "apply", "invite", "talk", "renew")]
    pairs = [("begin", "apply", 9), ("apply", "invite", 9), ("invite", "talk", 50), ("talk", "renew", 8)]
    links = [Link(a, b, weight) for a, b, weight in [*pairs, ("renew", "invite", 40)]]

    layout = lay_out(boxes, links, begin="begin")

    assert sorted(layout.centres, key=lambda name: layout.centres[name][1]) == [box.name for box in boxes]


def test_the_heaviest_ways_from_the_begin_are_drawn_straight() -> None:
    boxes = [Box(name, 120, 40) for name in ("begin", "a", "b", "c", "d", "end")]
    spine = [Link(a, b, 1000, SIZES) for a, b in pairwise(("begin", "a", "b", "c", "end"))]
    links = [*spine, Link("c", "a", 90, SIZES), Link("a", "d", 10, SIZES), Link("d", "b", 10, SIZES)]

    layout = lay_out(boxes, links, begin="begin", end="end")

    assert len({round(layout.centres[name][0]) for name in ("begin", "a", "b", "c", "end")}) == 1


def test_what_nothing_leads_to_does_not_stand_beside_the_first_step() -> None:
    boxes = [Box(name, 100, 40) for name in ("begin", "apply", "invite", "talk", "alone", "end")]
    links = [Link(a, b, 9) for a, b in pairwise(("begin", "apply", "invite", "talk", "end"))]

    layout = lay_out(boxes, links, begin="begin", end="end")

    assert layout.centres["alone"][1] == layout.centres["talk"][1]


def test_a_line_pulled_straight_does_not_change_the_order_of_the_boxes() -> None:
    boxes = [Box(name, 100, 40) for name in ("begin", "a", "b", "c")]
    links = [Link("begin", "a", 9), Link("a", "b", 5), Link("b", "c", 9), Link("a", "c", 6, pull=10), Link("c", "b", 2)]

    layout = lay_out(boxes, links, begin="begin")

    assert layout.centres["b"][1] < layout.centres["c"][1]


def test_what_one_box_leads_to_is_spread_over_layers_where_the_page_is_too_narrow() -> None:
    boxes = [Box("begin", 30, 30), *(Box(f"s{k}", 200, 40) for k in range(12))]

    layout = lay_out(boxes, [Link("begin", box.name, 5) for box in boxes[1:]], begin="begin")

    assert len({y for _, y in layout.centres.values()}) > 2
    assert layout.width < 1.5 * PAGE


def test_the_same_process_is_laid_out_the_same_twice() -> None:
    boxes, links = a_process(7)

    first = lay_out(boxes, links, begin="begin", end="end")

    assert lay_out(boxes, links, begin="begin", end="end") == first


def test_the_reading_order_turns_the_lighter_of_two_ways_back() -> None:
    weights = {("begin", "a"): 5.0, ("begin", "b"): 5.0, ("a", "b"): 3.0, ("b", "a"): 4.0}

    assert reading_order(["a", "b", "begin"], weights, "begin") == ("begin", "b", "a")


def test_the_reading_order_puts_no_box_before_all_that_lead_to_it() -> None:
    weights = {("begin", "a"): 1.0, ("a", "b"): 1.0, ("b", "a"): 99.0}

    assert reading_order(["b", "a", "begin"], weights, "begin") == ("begin", "a", "b")


def test_what_no_way_from_the_begin_leads_to_is_still_in_the_reading_order() -> None:
    weights = {("begin", "a"): 1.0, ("x", "y"): 1.0}

    assert set(reading_order(["x", "y", "a", "begin"], weights, "begin")) == {"begin", "a", "x", "y"}


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


def test_a_begin_that_is_no_box_is_refused() -> None:
    with pytest.raises(LayoutError, match="'x', which is no box"):
        lay_out([Box("a", 10, 10)], [], begin="x")


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
