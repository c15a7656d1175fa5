"""Paints a ChartSpec twice: as plotly JSON for the screen, as matplotlib SVG for paper and for a page without scripts.

Both painters draw the numbers of the spec and nothing else; a test reads them back from both. Colours are roles: the
page fills them from its style sheet, so that a chart follows light and dark; paper gets the light ones.
"""

from __future__ import annotations

import html
import io
import math
import re
from collections.abc import Mapping
from typing import Any

from procmine.report.document import Axis, ChartSpec, Dot, Line

LIGHT: Mapping[str, str] = {
    "ink": "#14181f",
    "muted": "#565963",
    "rule": "#d9dce3",
    "accent": "#2c4a8a",
    "band": "#7d8799",
    "signal": "#a3262a",
    "surface": "#ffffff",
}
# What plotly gets in a page: "@ink" is looked up in the style sheet by report.js.
SCREEN: Mapping[str, str] = {role: f"@{role}" for role in LIGHT}
SHAPES = {
    "inside": ("circle", "o", 9),
    "between": ("diamond", "D", 9),
    "outside": ("diamond", "D", 12),
    "hollow": ("circle-open", "o", 9),
}
DASHES = {"limit_95": ("dot", (0, (1, 2))), "limit_998": ("solid", "-"), "reference": ("solid", "-")}
FONT = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"


def to_plotly(spec: ChartSpec, colours: Mapping[str, str] = LIGHT) -> dict[str, Any]:
    """The chart as plotly's JSON: ``data`` and ``layout``."""
    traces = [_plotly_line(line, colours) for line in spec.lines]
    for mark in SHAPES:
        dots = [dot for dot in spec.dots if dot.mark == mark]
        if dots:
            traces.append(_plotly_dots(spec, mark, dots, colours))
    layout = {
        "xaxis": _plotly_axis(spec.x, colours, grid=spec.kind != "funnel", titled=spec.kind != "interval"),
        "yaxis": _plotly_axis(spec.y, colours, grid=spec.kind != "interval", titled=spec.kind != "funnel")
        | {"automargin": True},
        "annotations": _plotly_names(spec, colours) + _plotly_line_names(spec, colours),
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": colours["muted"]},
        "margin": {"l": 52, "r": 78 if spec.kind == "funnel" else 14, "t": 14, "b": 46},
        "hoverlabel": {
            "bgcolor": colours["surface"],
            "bordercolor": colours["rule"],
            "align": "left",
            "font": {"family": FONT, "size": 13, "color": colours["ink"]},
        },
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": colours["band"], "activecolor": colours["accent"]},
    }
    return {"data": traces, "layout": layout}


def to_figure(spec: ChartSpec) -> Any:
    """The chart as a plotly figure for Python users."""
    from plotly.graph_objects import Figure

    return Figure(to_plotly(spec))


def _safe(text: str) -> str:
    """plotly reads a few tags in texts, links among them: names from a log must not be read so."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def _plotly_line(line: Line, colours: Mapping[str, str]) -> dict[str, Any]:
    colour = colours["ink"] if line.role == "reference" else colours["band"]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": line.name,
        "x": list(line.xs),
        "y": list(line.ys),
        "hoverinfo": "skip",
        "line": {"color": colour, "width": 1.2, "dash": DASHES[line.role][0]},
    }


def _plotly_dots(spec: ChartSpec, mark: str, dots: list[Dot], colours: Mapping[str, str]) -> dict[str, Any]:
    shape, _, size = SHAPES[mark]
    colour = colours["signal"] if mark == "outside" else colours["accent"]
    edge = (1.8, colour) if mark == "hollow" else (1.2, colours["surface"])
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "name": mark,
        "x": [dot.x for dot in dots],
        "y": [dot.y for dot in dots],
        "text": [_safe(dot.hover) for dot in dots],
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,  # a dot at the border is drawn whole
        "marker": {
            "symbol": shape,
            "size": size,
            "color": colour,
            "line": {"width": edge[0], "color": edge[1]},
        },
    }
    if spec.kind != "funnel":
        trace["error_x"] = _plotly_spans([dot.x for dot in dots], [dot.interval for dot in dots], spec, colour)
    if spec.kind == "plane":
        trace["error_y"] = _plotly_spans([dot.y for dot in dots], [dot.up for dot in dots], spec, colour)
    return trace


def _plotly_spans(
    places: list[float], spans: list[tuple[float, float] | None], spec: ChartSpec, colour: str
) -> dict[str, Any]:
    """Intervals about places; where there is none, nothing is drawn. Two of a dot cross, so they are thin."""
    ends = [span or (place, place) for place, span in zip(places, spans, strict=True)]
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - place for place, (_, high) in zip(places, ends, strict=True)],
        "arrayminus": [place - low for place, (low, _) in zip(places, ends, strict=True)],
        "color": colour,
        "thickness": 1.2 if spec.kind == "plane" else 2.5,
        "width": 0,
    }


def _plotly_axis(axis: Axis, colours: Mapping[str, str], grid: bool, titled: bool) -> dict[str, Any]:
    low, high = (math.log10(axis.low), math.log10(axis.high)) if axis.log else (axis.low, axis.high)
    return {
        "type": "log" if axis.log else "linear",
        "range": [low, high],
        "tickvals": [place for place, _ in axis.ticks],
        "ticktext": [_safe(text) for _, text in axis.ticks],
        **{"ticks": "outside", "ticklen": 6, "tickcolor": "rgba(0,0,0,0)"},  # apart where the axes meet
        "title": {"text": _safe(axis.title) if titled else "", "font": {"size": 12}},
        "showgrid": grid,
        "gridcolor": colours["rule"],
        "zeroline": False,
        "showline": not grid,
        "linecolor": colours["rule"],
        "fixedrange": False,
    }


def _plotly_names(spec: ChartSpec, colours: Mapping[str, str]) -> list[dict[str, Any]]:
    names = []
    for dot, left, level in _sides(spec):
        names.append(
            {
                "x": math.log10(dot.x) if spec.x.log else dot.x,
                "y": dot.y,
                "text": _safe(dot.name),
                "showarrow": False,
                "xanchor": "right" if left else "left",
                "xshift": -11 if left else 11,
                "yshift": 13 * level + (8 if spec.kind == "plane" else 0),
                "bgcolor": colours["surface"],
                "borderpad": 1,
                "font": {"size": 12, "color": _name_colour(spec, colours)},
            }
        )
    return names


def _name_colour(spec: ChartSpec, colours: Mapping[str, str]) -> str:
    """Named in a funnel is what lies beyond its limits; in the plane every office, and none of them stands out."""
    return colours["ink"] if spec.kind == "plane" else colours["signal"]


def _plotly_line_names(spec: ChartSpec, colours: Mapping[str, str]) -> list[dict[str, Any]]:
    """Direct labels for the lines, in the margin beside their right end."""
    return [
        {
            "x": 1,
            "xref": "paper",
            "y": y,
            "text": _safe(name),
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 4,
            "font": {"size": 11, "color": colours["ink"] if role == "reference" else colours["muted"]},
        }
        for name, role, y in _line_ends(spec)
    ]


def _line_ends(spec: ChartSpec) -> list[tuple[str, str, float]]:
    """Where the names of a funnel's lines stand: at their right ends, moved apart from the reference outwards."""
    if spec.kind != "funnel":
        return []
    middle = next((line.ys[-1] for line in spec.lines if line.role == "reference"), spec.y.low)
    ends = sorted(((line.name, line.role, line.ys[-1]) for line in spec.lines if line.ys), key=lambda end: end[2])
    gap = 0.052 * (spec.y.high - spec.y.low)
    placed: list[tuple[str, str, float]] = []
    for side in (1, -1):
        last = middle
        for name, role, y in ends if side == 1 else reversed(ends):
            if role != "reference" and (y - middle) * side > 0:
                last = max(y, last + gap) if side == 1 else min(y, last - gap)
                placed.append((name, role, last))
    reference = [(name, role, y) for name, role, y in ends if role == "reference"]
    return sorted([*placed, *reference], key=lambda end: end[2])


def _sides(spec: ChartSpec) -> list[tuple[Dot, bool, int]]:
    """The dots to be named: whether the name stands to the left, and how many lines it moves clear of others."""
    if spec.kind == "plane":
        return _nearby(spec)
    taken: list[tuple[float, float]] = []
    found = []
    for dot in sorted((dot for dot in spec.dots if dot.named), key=lambda dot: (dot.x, dot.y, dot.name)):
        across = _across(spec.x, dot.x)
        up = 100 * (dot.y - spec.y.low) / (spec.y.high - spec.y.low)
        level = 0
        while level < 4 and any(abs(across - a) < 22 and abs(up + 4 * level - b) < 4 for a, b in taken):
            level += 1
        taken.append((across, up + 4 * level))
        found.append((dot, across > 72, level))
    return found


def _nearby(spec: ChartSpec) -> list[tuple[Dot, bool, int]]:
    """In a plane a name must not stand beside another dot: it takes the first free place about its own."""
    dots = [(_across(spec.x, dot.x), _across(spec.y, dot.y)) for dot in spec.dots]
    taken: list[tuple[float, float]] = []
    found = []
    for dot in sorted((dot for dot in spec.dots if dot.named), key=lambda dot: (dot.x, dot.y, dot.name)):
        x, y = _across(spec.x, dot.x), _across(spec.y, dot.y)
        places = {(left, level): (x - 5 if left else x + 5, y + 2.5 + 4 * level) for left, level in _PLACES}
        free = [
            place
            for place, (a, b) in places.items()
            if not any(abs(a - c) < 9 and abs(b - d) < 4 for c, d in taken)
            and not any(abs(a - c) < 5 and abs(b - d) < 3 for c, d in dots)
        ]
        left, level = free[0] if free else _PLACES[0]
        taken.append(places[left, level])
        found.append((dot, left, level))
    return found


# Whether a name stands to the left of its dot, and how many lines above it.
_PLACES = ((False, 0), (True, 0), (False, -2), (True, -2), (False, 1), (True, 1), (False, -3), (True, -3))


def _across(axis: Axis, value: float) -> float:
    if axis.log:
        return 100 * math.log(value / axis.low) / math.log(axis.high / axis.low)
    return axis.place(value)


def open_library() -> None:
    """Import the drawing library ahead of ``to_svg``."""
    import matplotlib.backends.backend_svg
    import matplotlib.figure  # noqa: F401 - kept by Python, used by to_svg


def to_svg(spec: ChartSpec, width: float = 680, height: float = 360, colours: Mapping[str, str] = LIGHT) -> str:
    """The chart as an SVG element with text as text: same spec, same bytes. ``colours`` must be hex."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    if spec.kind == "interval":
        height = 56 + 24 * len(spec.y.ticks)
    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": spec.key,
        "text.parse_math": False,
        "font.family": ["DejaVu Sans"],
        "font.size": 8.5,
        "axes.unicode_minus": True,
    }
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        FigureCanvasSVG(figure)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        _draw(spec, axes, colours)
        _fit(spec, axes, width, height)
        target = io.StringIO()
        figure.savefig(target, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _element(target.getvalue(), spec)


def _draw(spec: ChartSpec, axes: Any, colours: Mapping[str, str]) -> None:
    for line in spec.lines:
        colour = colours["ink"] if line.role == "reference" else colours["band"]
        axes.plot(line.xs, line.ys, color=colour, linewidth=1.0, linestyle=DASHES[line.role][1], zorder=2)
    for dot in spec.dots:
        _draw_dot(spec, dot, axes, colours)
    for dot, left, level in _sides(spec):
        axes.annotate(
            dot.name,
            (dot.x, dot.y),
            xytext=(-9 if left else 9, (4 if spec.kind == "plane" else -3) + 11 * level),
            textcoords="offset points",
            ha="right" if left else "left",
            color=_name_colour(spec, colours),
            bbox={"facecolor": colours["surface"], "edgecolor": "none", "pad": 0.6},
            zorder=5,
        )
    for name, role, y in _line_ends(spec):
        colour = colours["ink"] if role == "reference" else colours["muted"]
        axes.annotate(
            name, (spec.x.high, y), xytext=(5, -3), textcoords="offset points", color=colour, annotation_clip=False
        )
    axes.set_xscale("log" if spec.x.log else "linear")
    axes.set_xlim(spec.x.low, spec.x.high)
    axes.set_ylim(spec.y.low, spec.y.high)
    axes.set_xticks([place for place, _ in spec.x.ticks], [text for _, text in spec.x.ticks])
    axes.set_yticks([place for place, _ in spec.y.ticks], [text for _, text in spec.y.ticks])
    axes.minorticks_off()
    axes.set_xlabel(spec.x.title if spec.kind != "interval" else "", color=colours["muted"], labelpad=6)
    axes.set_ylabel(spec.y.title if spec.kind == "plane" else "", color=colours["muted"], labelpad=6)
    axes.tick_params(length=0, colors=colours["muted"], pad=7)
    lined: Any = {"funnel": "y", "interval": "x", "plane": "both"}[spec.kind]
    axes.grid(True, axis=lined, color=colours["rule"], linewidth=0.7, zorder=0)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom" and spec.kind != "interval")
        spine.set_color(colours["rule"])


def _draw_dot(spec: ChartSpec, dot: Dot, axes: Any, colours: Mapping[str, str]) -> None:
    _, shape, size = SHAPES[dot.mark]
    colour = colours["signal"] if dot.mark == "outside" else colours["accent"]
    if spec.kind == "interval":
        if dot.bounds:
            axes.plot(dot.bounds, (dot.y, dot.y), color=colours["band"], linewidth=0.9, zorder=2)
        if dot.interval:
            axes.plot(dot.interval, (dot.y, dot.y), color=colour, linewidth=2.2, zorder=3, solid_capstyle="butt")
    if spec.kind == "plane":
        across, up = dot.interval or (dot.x, dot.x), dot.up or (dot.y, dot.y)
        axes.plot(across, (dot.y, dot.y), color=colour, linewidth=1.0, zorder=3, solid_capstyle="butt")
        axes.plot((dot.x, dot.x), up, color=colour, linewidth=1.0, zorder=3, solid_capstyle="butt")
    axes.plot(
        [dot.x],
        [dot.y],
        marker=shape,
        markersize=size * (0.62 if shape == "D" else 0.72),
        markerfacecolor=colours["surface"] if dot.mark == "hollow" else colour,
        markeredgecolor=colour if dot.mark == "hollow" else colours["surface"],
        markeredgewidth=1.5 if dot.mark == "hollow" else 0.8,
        linestyle="none",
        zorder=4,
        clip_on=False,
    )


def _fit(spec: ChartSpec, axes: Any, width: float, height: float) -> None:
    """Room for the texts at the left and below; 5.4 points a sign is more than the page's font needs."""
    longest = max((len(text) for _, text in spec.y.ticks), default=0)
    left = min(0.35, ((34 if spec.kind == "plane" else 14) + 5.4 * longest) / width)
    bottom = (22 if spec.kind == "interval" else 44) / height
    right = (72 if spec.kind == "funnel" else 10) / width
    axes.set_position((left, bottom, 1 - left - right, 1 - bottom - 12 / height))


def _own_tag(tag: str, key: str) -> str:
    tag = re.sub(r'(\bid="|url\(#|href="#)', lambda found: f"{found[1]}{key}-", tag)
    return tag.replace("'DejaVu Sans'", FONT.replace("'", ""))


def _element(svg: str, spec: ChartSpec) -> str:
    """The bare element: no prolog, ids that stay apart from other charts in one page, the page's font."""
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<[^>]*>", lambda tag: _own_tag(tag[0], spec.key), svg)
    box = re.findall(r'viewBox="([^"]*)"', svg)[0]
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    head = f'<svg {names} viewBox="{box}" role="img" aria-label="{html.escape(spec.alt)}">'
    return re.sub(r"<svg[^>]*>", lambda _: head, svg, count=1)
