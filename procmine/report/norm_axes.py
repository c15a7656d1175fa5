"""The two axes of the mission: how far necessary standards are kept, and how far the case steers, office by office.

Across: the mean of the norms' shares kept, up: the mean of the core four (metrics.md C.4), both with equal weights. An
office is drawn only where all parts are ok; which norms are taken is the same for all of them: those that are ok in
every office whose core four are. Nothing is rescaled, no field of the picture is named. The interval of a mean is taken
as the mean of the intervals' ends. The parts share cases, and how they move together would have to be counted case by
case over all of them; the standard error of a mean is at most the mean of the standard errors, so that this interval
holds whatever they have in common (tested against the linearisation over cases), and is too wide where it is little.
Beside it the table tells where the mean would lie under other weights (``procmine.stats.weights``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from procmine.findings import Measurement, NormFound, Status
from procmine.report.document import Axis, Cell, ChartSpec, Column, Dot, Grid, Line
from procmine.report.figures import round_step
from procmine.report.reading import CORE, Reading
from procmine.report.words import clean
from procmine.stats.weights import over_weights

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of shares with equal weights, an interval it surely has, and the span of nine in ten other weightings."""

    value: float
    interval: Span
    weighted: Span


@dataclass(frozen=True, slots=True)
class Axes:
    """What the chart shows: the norms taken, both means by office, those of all together, and who is missing."""

    norms: tuple[NormFound, ...]
    offices: tuple[tuple[str, Mean, Mean], ...]
    together: tuple[Mean, Mean] | None
    left_out: tuple[str, ...]


def axes_of(reading: Reading) -> Axes:
    """Both means of every office that has them."""
    found = reading.findings.norms
    norms = found.norms if found is not None else ()
    steering = {office: _mean([reading.at(metric, office) for metric in CORE]) for office in reading.offices()}
    able = [office for office, mean in steering.items() if mean is not None]
    taken = tuple(norm for norm in norms if able and all(_ok(norm.at({"office": office})) for office in able))
    drawn = []
    for office in able:
        up, across = steering[office], _mean([norm.at({"office": office}) for norm in taken])
        if up is not None and across is not None:
            drawn.append((office, across, up))
    both = (_mean([norm.whole for norm in taken]), _mean([reading.whole(metric) for metric in CORE]))
    together = (both[0], both[1]) if both[0] is not None and both[1] is not None else None
    shown = {office for office, _, _ in drawn}
    return Axes(taken, tuple(drawn), together, tuple(one for one in reading.offices() if one not in shown))


def axes_chart(reading: Reading, axes: Axes) -> ChartSpec | None:
    """The chart with its table; None where no office can be drawn."""
    words = reading.words
    if not axes.offices:
        return None
    across = _axis(reading, "standards", [one for _, one, _ in axes.offices], len(axes.norms))
    up = _axis(reading, "steering", [one for _, _, one in axes.offices], len(CORE))
    lines: tuple[Line, ...] = ()
    if axes.together is not None:
        x, y = (mean.value for mean in axes.together)
        names = [words.text("norms.plane.together", value=words.percent(value)) for value in (x, y)]
        lines = (
            Line(names[0], "reference", (x, x), (up.low, up.high)),
            Line(names[1], "reference", (across.low, across.high), (y, y)),
        )
    dots = tuple(
        Dot(
            name=clean(office),
            x=one.value,
            y=other.value,
            mark="inside",
            hover="\n".join((clean(office), _said(reading, "standards", one), _said(reading, "steering", other))),
            interval=one.interval,
            named=len(axes.offices) <= 24,
            up=other.interval,
        )
        for office, one, other in axes.offices
    )
    return ChartSpec(
        key="norm-axes",
        kind="plane",
        title=words.text("norms.plane.caption"),
        alt=words.text("norms.plane.alt", count=words.number(len(dots))),
        x=across,
        y=up,
        dots=dots,
        lines=lines,
        table=_table(reading, axes),
        unit="share",
    )


def _ok(measured: Measurement | None) -> bool:
    return measured is not None and measured.status is Status.OK


def _mean(parts: Sequence[Measurement | None]) -> Mean | None:
    """The mean of figures that are all ok; else None. A part without an interval is taken to reach from 0 to 1."""
    values, lows, highs = [], [], []
    for part in parts:
        if part is None or part.status is not Status.OK or part.value is None:
            return None
        low, high = part.interval or (0.0, 1.0)
        values.append(part.value)
        lows.append(low)
        highs.append(high)
    if not values:
        return None
    interval = sum(lows) / len(lows), sum(highs) / len(highs)
    return Mean(sum(values) / len(values), interval, over_weights(values))


def _axis(reading: Reading, name: str, means: Sequence[Mean], count: int) -> Axis:
    """Round shares around all intervals."""
    low, high = min(one.interval[0] for one in means), max(one.interval[1] for one in means)
    step = round_step(max(high - low, 0.05) / 6)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    places = [round(step * place, 6) for place in range(first, last + 1) if step * place <= 1 + 1e-9]
    if len(places) < 2:
        places = [max(0.0, places[0] - step), places[0]] if places else [0.0, 1.0]
    digits = 0 if abs(step * 100 - round(step * 100)) < 1e-9 else 1
    title = reading.words.text(f"norms.plane.{name}", count=reading.words.number(count))
    return Axis(title, places[0], places[-1], tuple((place, reading.words.percent(place, digits)) for place in places))


def _said(reading: Reading, name: str, mean: Mean) -> str:
    words = reading.words
    return f"{words.text(f'norms.column.{name}')}: {words.percent(mean.value)} ({words.span(*mean.interval, 'share')})"


def _table(reading: Reading, axes: Axes) -> Grid:
    words = reading.words
    spans = (Column(words.text("column.interval"), "end"), Column(words.text("norms.column.weighted"), "end"))
    columns = (
        Column(words.text("column.office")),
        Column(words.text("norms.column.standards"), "end"),
        *spans,
        Column(words.text("norms.column.steering"), "end"),
        *spans,
    )
    rows = tuple(
        (
            Cell(clean(office)),
            Cell(words.percent(one.value), "plain", one.value),
            Cell(words.span(*one.interval, "share")),
            Cell(words.span(*one.weighted, "share")),
            Cell(words.percent(other.value), "plain", other.value),
            Cell(words.span(*other.interval, "share")),
            Cell(words.span(*other.weighted, "share")),
        )
        for office, one, other in axes.offices
    )
    return Grid("norm-axes-table", words.text("norms.plane.table"), columns, rows)
