"""Charts as data: what a funnel plot and an interval profile show, in numbers and words, before either painter."""

from __future__ import annotations

import math

from procmine.findings import Comparison, Funnel, Measurement, Signal, Status
from procmine.report.document import Axis, ChartSpec, Dot, Grid, Line, Mark
from procmine.report.reading import BETWEEN, OUTSIDE, Reading
from procmine.report.words import SHARES, clean

STEPS = (1, 2, 5, 10)


def mark_of(measured: Measurement, compared: Comparison | None) -> Mark:
    """How the dot of a group that has one looks: hollow where coverage is low, else by the signal."""
    if measured.status is not Status.OK:
        return "hollow"
    signal = compared.signal if compared else Signal.NONE
    return "outside" if signal in OUTSIDE else "between" if signal in BETWEEN else "inside"


def value_axis(reading: Reading, metric: str, values: list[float], ticks: int = 5, from_zero: bool = True) -> Axis:
    """Round numbers around all values, within 0 and 1; from 0 in the profile: the natural scale, nobody's best."""
    unit = reading.unit(metric)
    shares = unit.partition(":")[0] in SHARES
    top = 1.0 if shares else math.inf
    most = min(top, max(values, default=1.0))
    least = 0.0 if from_zero else max(0.0, min(values, default=0.0))
    step = round_step(max(most - least, 0.01) / ticks)
    low = step * math.floor(round(least / step, 6))
    high = step * max(1, math.ceil(round(most / step, 6)))
    high = high if high > low else low + step
    places = [round(low + index * step, 6) for index in range(round((high - low) / step) + 1)]
    high, places = min(top, high), [place for place in places if place <= top]
    finest = step * 100 if shares else step
    digits = next((digits for digits in range(4) if abs(finest - round(finest, digits)) < 1e-9), 3)
    show = reading.words.percent if shares else reading.words.number
    texts = [show(place, digits) for place in places]
    return Axis(reading.title(metric), round(low, 6), round(high, 6), tuple(zip(places, texts, strict=True)))


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return float(next(step * power for step in STEPS if step * power >= least * (1 - 1e-9)))


def size_axis(reading: Reading, sizes: list[float]) -> Axis:
    """The effective number of items; in powers of ten where the largest is far above the smallest."""
    title = reading.words.text("funnel.size")
    low, high = min(sizes), max(sizes)
    if high / max(low, 1.0) > 25:
        first, last = math.floor(math.log10(max(low, 1.0))), math.ceil(math.log10(high))
        ticks = [float(m * 10**power) for power in range(first, last + 1) for m in (1, 3)]
        low, high = low * 0.8, high * 1.3
        log = True
    else:
        step = max(1.0, round_step(high * 1.08 / 7))
        ticks = [step * index for index in range(9)]
        low, high, log = 0.0, high * 1.08, False
    shown = tuple((tick, reading.words.number(tick)) for tick in ticks if low <= tick <= high)
    return Axis(title, low, high, shown, log)


def funnel_spec(reading: Reading, metric: str, funnel: Funnel, table: Grid) -> ChartSpec | None:
    """The funnel of a metric: offices by effective number and value, with the limits. None if nothing can be drawn."""
    drawn = _drawable(reading, metric)
    if not drawn:
        return None
    sizes = [measured.effective_n or 0.0 for _, measured, _ in drawn]
    x = size_axis(reading, sizes)
    inside = [index for index, size in enumerate(funnel.sizes) if min(sizes) * 0.95 <= size <= x.high]
    edges = [limit[index] for index in inside for limit in (funnel.lower_998, funnel.upper_998)]
    values = [m.value or 0.0 for _, m, _ in drawn]
    y = value_axis(reading, metric, [*values, *edges, funnel.reference], ticks=6, from_zero=False)
    dots = tuple(
        Dot(
            name=clean(office),
            x=measured.effective_n or 0.0,
            y=measured.value or 0.0,
            mark=mark_of(measured, compared),
            hover=_hover(reading, office, measured, compared),
            named=mark_of(measured, compared) == "outside",
        )
        for office, measured, compared in drawn
    )
    return ChartSpec(
        key=f"funnel-{metric}",
        kind="funnel",
        title=reading.title(metric),
        alt=_funnel_alt(reading, metric, funnel, dots),
        x=x,
        y=y,
        dots=dots,
        lines=_limit_lines(reading, funnel, x),
        table=table,
        unit=reading.unit(metric),
    )


def interval_spec(reading: Reading, metric: str, table: Grid) -> ChartSpec:
    """The metric office by office: value, interval, worst-case bounds, and the reference as a line."""
    offices = reading.offices()
    measured = {office: reading.at(metric, office) for office in offices}
    reference = reading.reference(metric)
    edges = [] if reference is None else [reference]  # where nothing is known the axis is the natural scale
    for found in measured.values():
        if found is not None and (value := reading.value(found)) is not None:
            edges += [value, *(found.interval or ()), *(shown_bounds(found) or ())]
    x = value_axis(reading, metric, edges, ticks=4)
    rows = len(offices)
    dots = []
    for row, office in enumerate(offices):
        found = measured[office]
        if found is not None and (value := reading.value(found)) is not None:
            compared = reading.comparison(metric, office)
            dots.append(
                Dot(
                    name=clean(office),
                    x=value,
                    y=float(rows - row),
                    mark=mark_of(found, compared),
                    hover=_hover(reading, office, found, compared),
                    interval=found.interval,
                    bounds=shown_bounds(found),
                )
            )
    lines: tuple[Line, ...] = ()
    if reference is not None:
        name = _reference_name(reading, metric, reference)
        lines = (Line(name, "reference", (reference, reference), (0.5, rows + 0.5)),)
    ticks = tuple((float(rows - row), clean(office)) for row, office in enumerate(offices))
    return ChartSpec(
        key=f"interval-{metric}",
        kind="interval",
        title=reading.title(metric),
        alt=reading.words.text("profile.alt", metric=reading.title(metric), count=reading.words.number(len(dots))),
        x=x,
        y=Axis("", 0.5, rows + 0.5, ticks),
        dots=tuple(dots),
        lines=lines,
        table=table,
        unit=reading.unit(metric),
    )


def shown_bounds(measured: Measurement) -> tuple[float, float] | None:
    """Worst-case bounds where they say something: coverage below 95 % (metrics.md 0.6)."""
    return measured.bounds if measured.coverage is not None and measured.coverage < 0.95 else None


def _drawable(reading: Reading, metric: str) -> list[tuple[str, Measurement, Comparison | None]]:
    found = []
    for office in reading.offices():
        measured = reading.at(metric, office)
        if measured is not None and reading.value(measured) is not None and measured.effective_n:
            found.append((office, measured, reading.comparison(metric, office)))
    return found


def _limit_lines(reading: Reading, funnel: Funnel, x: Axis) -> tuple[Line, ...]:
    kept = [index for index, size in enumerate(funnel.sizes) if size <= x.high]
    xs = tuple(funnel.sizes[index] for index in kept)
    upper_95, upper_998 = reading.words.text("funnel.limit_95"), reading.words.text("funnel.limit_998")
    parts = (
        (upper_998, "limit_998", funnel.lower_998),
        (upper_998, "limit_998", funnel.upper_998),
        (upper_95, "limit_95", funnel.lower_95),
        (upper_95, "limit_95", funnel.upper_95),
    )
    limits = tuple(Line(name, role, xs, tuple(ys[index] for index in kept)) for name, role, ys in parts)  # type: ignore[arg-type]
    name = _reference_name(reading, funnel.metric, funnel.reference)
    return (*limits, Line(name, "reference", (x.low, x.high), (funnel.reference, funnel.reference)))


def _reference_name(reading: Reading, metric: str, reference: float) -> str:
    return reading.words.text("funnel.reference", value=reading.words.value(reference, reading.unit(metric)))


def signal_words(reading: Reading, compared: Comparison | None) -> str:
    """Where an office lies, in words; empty where nobody compared it."""
    return reading.words.text(f"signals.{compared.signal.value}") if compared else ""


def _hover(reading: Reading, office: str, measured: Measurement, compared: Comparison | None) -> str:
    words, unit = reading.words, reading.unit(measured.metric)
    lines = [clean(office), words.value(measured.value or 0.0, unit)]
    if measured.interval:
        lines.append(words.text("profile.interval", span=words.span(*measured.interval, unit)))
    if measured.coverage is not None:
        lines.append(words.text("profile.known", share=words.percent(measured.coverage, 0)))
    lines.append(words.text(f"status.{measured.status.value}.name"))
    if compared is not None and compared.signal is not Signal.UNJUDGED:
        lines.append(signal_words(reading, compared))
    return "\n".join(lines)


def _funnel_alt(reading: Reading, metric: str, funnel: Funnel, dots: tuple[Dot, ...]) -> str:
    words = reading.words
    outside = [dot.name for dot in dots if dot.mark == "outside"]
    ending = words.text("funnel.alt_outside", names=words.listed(outside)) if outside else words.text("funnel.alt_none")
    return words.text(
        "funnel.alt",
        metric=reading.title(metric),
        count=words.number(len(dots)),
        reference=words.value(funnel.reference, reading.unit(metric)),
        ending=ending,
    )
