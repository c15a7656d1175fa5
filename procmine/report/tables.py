"""Tables of a report's figures: what a row says where a value is known, and what where it is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from procmine.findings import Comparison, Measurement, Signal, Status
from procmine.report.document import Cell, Column, Grid, Tone
from procmine.report.figures import shown_bounds, signal_words
from procmine.report.reading import OUTSIDE, Reading
from procmine.report.words import Words, clean

MOST_ROWS = 400
TONES: Mapping[Status, Tone] = {
    Status.OK: "plain",
    Status.LOW_COVERAGE: "caution",
    Status.INSUFFICIENT_N: "muted",
    Status.NOT_MEASURABLE: "muted",
    Status.SUPPRESSED: "withheld",
}


def held(words: Words, key: str, caption: str, columns: Iterable[Column], rows: list[tuple[Cell, ...]]) -> Grid:
    """A table of at most 400 rows that says how many it leaves out."""
    left_out = len(rows) - MOST_ROWS
    more = words.text("report.rows_left_out", count=words.number(left_out)) if left_out > 0 else ""
    return Grid(key, caption, tuple(columns), tuple(rows[:MOST_ROWS]), more)


def head(words: Words, *names: str, numbers: Iterable[str] = ()) -> tuple[Column, ...]:
    """Columns by the keys of their titles; those in ``numbers`` stand at the end."""
    ends = set(numbers)
    return tuple(Column(words.text(f"column.{name}"), "end" if name in ends else "start") for name in names)


def figures_of(reading: Reading, measured: Measurement) -> tuple[Cell, ...]:
    """Value, interval, bounds, share known, counted, cases, status: words or a dash where nothing is known."""
    words, unit, value = reading.words, reading.unit(measured.metric), reading.value(measured)
    dash = Cell(words.text("report.dash"), "muted")
    status = words.text(f"status.{measured.status.value}.name")
    bounds = shown_bounds(measured)
    counted = count_of(measured, unit)
    reason = reading.reason(measured)
    tone = TONES[measured.status]
    return (
        Cell(words.value(value, unit), "plain", value) if value is not None else Cell(status, tone),
        Cell(words.span(*measured.interval, unit)) if measured.interval and value is not None else dash,
        Cell(words.span(*bounds, unit)) if bounds and value is not None else dash,
        Cell(words.percent(measured.coverage, 0), "plain", measured.coverage)
        if measured.coverage is not None
        else dash,
        Cell(words.number(counted), "plain", counted) if counted is not None else dash,
        Cell(words.number(measured.cases), "plain", measured.cases) if measured.cases is not None else dash,
        Cell(f"{status}. {reason}" if reason and measured.status is not Status.OK else status, tone),
    )


FIGURES = ("value", "interval", "bounds", "known", "counted", "cases", "status")
NUMBERS = (
    "value",
    "interval",
    "bounds",
    "known",
    "counted",
    "cases",
    "rows",
    "first_line",
    "count",
    "median",
    "events",
)


def count_of(measured: Measurement, unit: str = "share") -> float | None:
    """What stands behind the value: the events of a rate; the known items, or what they are counted in, but never days
    or minutes for items; all items where the known ones are not told."""
    if unit.startswith("rate") and measured.numerator is not None:
        return measured.numerator
    told = [count for count in (measured.denominator, measured.items) if count is not None]
    return min(told, default=None)


def by_office(reading: Reading, metric: str) -> Grid:
    """A metric office by office in the order of names, with its place to the limits."""
    words = reading.words
    rows = []
    for office in reading.offices():
        measured = reading.at(metric, office)
        if measured is not None:
            place = _signal_cell(reading, metric, reading.comparison(metric, office))
            rows.append((Cell(clean(office)), *figures_of(reading, measured), place))
    whole = reading.whole(metric)
    if whole is not None:
        ending = Cell(words.text("report.dash"), "muted")
        rows.append((Cell(words.text("terms.reference")), *figures_of(reading, whole), ending))
    caption = words.text("metric.table", metric=reading.title(metric))
    return held(words, f"table-{metric}", caption, head(words, "office", *FIGURES, "signal", numbers=NUMBERS), rows)


def by_attribute(reading: Reading, metric: str, attribute: str, found: list[Measurement]) -> Grid:
    """A metric over all offices by one attribute of its items."""
    rows = [(Cell(reading.label(m.group[attribute])), *figures_of(reading, m)) for m in found]
    caption = reading.words.text("metric.split", metric=reading.title(metric), attribute=reading.attribute(attribute))
    columns = head(reading.words, "group", *FIGURES, numbers=NUMBERS)
    return held(reading.words, f"split-{metric}-{attribute}", caption, columns, rows)


def over_all(reading: Reading, key: str, caption: str, metrics: Iterable[str]) -> Grid:
    """Metrics over all offices together."""
    found = [(metric, reading.whole(metric)) for metric in metrics]
    rows = [(Cell(reading.title(metric)), *figures_of(reading, m)) for metric, m in found if m is not None]
    return held(reading.words, key, caption, head(reading.words, "metric", *FIGURES, numbers=NUMBERS), rows)


def beside(reading: Reading, metric: str) -> Grid:
    """The further figures of a metric over all offices together: its parts, its two sides, its median."""
    words, dash = reading.words, Cell(reading.words.text("report.dash"), "muted")
    rows: list[tuple[Cell, ...]] = []
    for one in reading.further(metric):
        unit = reading.unit_of(metric, one)
        # What was withheld keeps no count; what is not known keeps that of its items.
        hidden = Cell(words.text("status.suppressed.name"), "withheld") if one.items is None else dash
        rows.append(
            (
                Cell(reading.further_name(metric, one)),
                Cell(words.value(one.value, unit), "plain", one.value) if one.value is not None else hidden,
                Cell(words.span(*one.interval, unit)) if one.interval and one.value is not None else dash,
                Cell(words.number(one.items), "plain", one.items) if one.items is not None else dash,
                Cell(words.number(one.cases), "plain", one.cases) if one.cases is not None else dash,
            )
        )
    caption = words.text("further.table", metric=reading.title(metric))
    columns = head(words, "group", "value", "interval", "counted", "cases", numbers=NUMBERS)
    return held(words, f"beside-{metric}", caption, columns, rows)


def usable_for(reading: Reading, key: str, caption: str, metrics: Iterable[str]) -> Grid:
    """Whether the data carry each metric: how much is recorded, and the status with its reason."""
    found = [(metric, reading.whole(metric)) for metric in metrics]
    rows: list[tuple[Cell, ...]] = []
    for metric, measured in found:
        if measured is not None:
            *_, known, _, _, status = figures_of(reading, measured)
            rows.append((Cell(reading.title(metric)), known, status))
    return held(reading.words, key, caption, head(reading.words, "metric", "known", "status", numbers=NUMBERS), rows)


def entries(
    words: Words,
    key: str,
    caption: str,
    columns: tuple[str, ...],
    found: Iterable[Mapping[str, Any]],
    names: tuple[str, ...],
) -> Grid:
    """A table of a receipt's entries: one row an entry, ``names`` the entry's fields in the order of the columns."""
    rows = [tuple(_entry_cell(words, entry.get(name)) for name in names) for entry in found]
    return held(
        words,
        key,
        caption,
        head(words, *columns, numbers=("rows", "first_line", "read", "accepted", "refused", "filled")),
        rows,
    )


def _entry_cell(words: Words, value: object) -> Cell:
    if value is None or value == "":
        return Cell(words.text("report.dash"), "muted")
    if isinstance(value, bool):
        return Cell(str(value).lower())
    if isinstance(value, int | float):
        return Cell(words.number(value), "plain", value)
    if isinstance(value, Mapping):
        return Cell(clean(str(value.get(words.language) or next(iter(value.values()), ""))))
    return Cell(clean(str(value)))


def _signal_cell(reading: Reading, metric: str, compared: Comparison | None) -> Cell:
    """Where a value lies to the limits; in colour only where more or less of it means something."""
    if compared is None or compared.signal is Signal.UNJUDGED:
        return Cell(reading.words.text("signals.unjudged"), "muted")
    telling = compared.signal in OUTSIDE and reading.has_direction(metric)
    return Cell(signal_words(reading, compared), "signal" if telling else "plain")
