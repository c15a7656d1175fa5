"""Two painters, one spec: what the screen shows and what paper shows are the same numbers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from procmine.report.charts import to_figure, to_plotly, to_svg
from procmine.report.compose import compose
from procmine.report.document import ChartSpec, Figure, Profile
from tests.report import made_up


def specs() -> list[ChartSpec]:
    document = compose(made_up.findings(hostile=True), made_up.sheets(), made_up.labels(), "de")
    blocks = [block for section in document.sections for block in section.blocks]
    funnels = [block.chart for block in blocks if isinstance(block, Figure)]
    return funnels + [column.chart for block in blocks if isinstance(block, Profile) for column in block.columns]


SPECS = specs()


def drawn_dots(figure: dict[str, Any]) -> list[tuple[float, float]]:
    markers = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    return sorted((x, y) for trace in markers for x, y in zip(trace["x"], trace["y"], strict=True))


def paper_dots(spec: ChartSpec) -> list[tuple[float, float]]:
    """The dots as matplotlib drew them, read back from its axes."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Paper

    from procmine.report.charts import LIGHT, _draw

    paper = Paper()
    FigureCanvasSVG(paper)
    axes = paper.add_axes((0, 0, 1, 1))
    _draw(spec, axes, LIGHT)
    marked = [line for line in axes.lines if line.get_marker() not in ("", "None", None)]
    return sorted((float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in marked)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_both_painters_draw_the_dots_of_the_spec(spec: ChartSpec) -> None:
    told = sorted((dot.x, dot.y) for dot in spec.dots)

    assert drawn_dots(to_plotly(spec)) == told
    assert paper_dots(spec) == told


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_both_painters_draw_the_lines_of_the_spec(spec: ChartSpec) -> None:
    lines = [trace for trace in to_plotly(spec)["data"] if trace["mode"] == "lines"]

    assert [(tuple(line["x"]), tuple(line["y"])) for line in lines] == [(line.xs, line.ys) for line in spec.lines]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_both_painters_write_the_ticks_of_the_spec(spec: ChartSpec) -> None:
    layout, svg = to_plotly(spec)["layout"], to_svg(spec)
    texts = [text for _, text in spec.x.ticks]

    assert layout["xaxis"]["ticktext"] == texts
    assert all(f">{text}</text>" in svg for text in texts)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_every_dot_of_a_chart_stands_in_its_table(spec: ChartSpec) -> None:
    values = {cell.number for row in spec.table.rows for cell in row}
    axis = 1 if spec.kind == "funnel" else 0

    assert {(dot.x, dot.y)[axis] for dot in spec.dots} <= values


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_every_chart_says_in_words_what_it_shows(spec: ChartSpec) -> None:
    assert spec.title in spec.alt and f">{spec.title}" not in spec.alt


@pytest.mark.parametrize("spec", SPECS[:1] + SPECS[-1:], ids=lambda spec: spec.key)
def test_plotly_accepts_what_is_made_for_it(spec: ChartSpec) -> None:
    assert len(to_figure(spec).data) == len(to_plotly(spec)["data"])


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_a_dot_at_the_border_of_a_chart_is_drawn_whole(spec: ChartSpec) -> None:
    dots = [trace for trace in to_plotly(spec)["data"] if trace["mode"] == "markers"]

    assert [trace["cliponaxis"] for trace in dots] == [False] * len(dots)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_the_numbers_of_the_two_axes_stand_apart_where_they_meet(spec: ChartSpec) -> None:
    layout = to_plotly(spec)["layout"]

    assert min(layout[axis]["ticklen"] for axis in ("xaxis", "yaxis")) >= 6


def test_the_same_spec_gives_the_same_bytes() -> None:
    assert to_svg(SPECS[0]) == to_svg(SPECS[0])


def test_marks_differ_by_shape_and_not_by_colour_alone() -> None:
    markers = [
        trace["marker"]["symbol"] + str(trace["marker"]["size"])
        for trace in to_plotly(SPECS[0])["data"]
        if "marker" in trace
    ]

    assert len(set(markers)) == len(markers)


def test_a_drawing_keeps_its_ids_apart_from_others() -> None:
    first, second = ({*re.findall(r'\bid="([^"]+)"', to_svg(spec))} for spec in SPECS[:2])

    assert first and not first & second


def test_a_name_from_a_log_is_text_in_both_paintings() -> None:
    spec = next(spec for spec in SPECS if any("onerror" in dot.name for dot in spec.dots))
    plotly = str(to_plotly(spec))

    assert "<img" not in to_svg(spec)
    assert "<img" not in plotly
    assert "&lt;img" in plotly


def test_dollar_signs_in_a_name_are_no_formula() -> None:
    spec = next(spec for spec in SPECS if spec.kind == "interval")

    assert "$x^2$" in to_svg(spec)
