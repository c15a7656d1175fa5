"""The catalogue in the report: the five messages of the text, under each its metrics with figures and sheet.

The core four have sections of their own and stand here only by name, so that nobody looks for them in vain. Every other
metric is one row of its message's table, and one fold: its sheet, its worked example, its figures by office and by its
own groups, what was noticed about its data.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from procmine.findings import Status
from procmine.report.document import Block, Cell, Column, Fold, Grid, Items, MetricSheet, Note, Points, Section
from procmine.report.reading import CORE, Reading
from procmine.report.scores import sheet_of
from procmine.report.tables import beside, by_attribute, by_office, over_all
from procmine.report.words import clean

MESSAGES = (1, 2, 3, 4, 5)


def message_sections(reading: Reading) -> tuple[Section, ...]:
    """A section a message, in the text's order; none for a message without a metric beside the core four."""
    found = (_message_section(reading, number) for number in MESSAGES)
    return tuple(section for section in found if section is not None)


def _message_section(reading: Reading, number: int) -> Section | None:
    words = reading.words
    metrics = [name for name in reading.others() if reading.message(name) == number]
    if not metrics:
        return None
    good = [m for m in map(reading.whole, metrics) if m is not None and m.status is Status.OK]
    blocks: list[Block] = [over_all(reading, f"message-{number}", words.text("catalogue.table"), metrics)]
    blocks += [_metric_fold(reading, metric) for metric in metrics]
    core = [reading.title(name) for name in CORE if name in reading.metrics() and reading.message(name) == number]
    lead = [words.text(f"catalogue.lead.m{number}")]
    lead += [words.counted("catalogue.core", len(core), titles=words.listed(core))] if core else []
    return Section(
        key=f"botschaft-{number}",
        topic=words.text("catalogue.topic", number=str(number), title=words.text(f"catalogue.message.m{number}")),
        title=words.counted("catalogue.title", len(metrics), measurable=words.number(len(good))),
        lead=tuple(lead),
        blocks=tuple(blocks),
    )


def _metric_fold(reading: Reading, metric: str) -> Fold:
    """One metric: sheet, what was noticed, its further figures, offices, groups, worked example."""
    words = reading.words
    inside: list[Grid | Items | Points | Note | MetricSheet] = []
    inside += [sheet_of(reading, metric)] if metric in reading.sheets else []
    inside += noticed(reading, metric)
    inside += [beside(reading, metric)] if reading.further(metric) else []
    inside += [by_office(reading, metric)] if len(reading.offices()) > 1 else []
    inside += [by_attribute(reading, metric, name, found) for name, found in reading.splits(metric).items()]
    inside += worked_example(reading, metric)
    return Fold(f"fold-{metric}", words.text("catalogue.fold", metric=reading.title(metric)), tuple(inside))


def noticed(reading: Reading, metric: str) -> list[Points]:
    """What the checks noticed about the data a metric rests on, each with what it means."""
    words = reading.words
    points = []
    for one in reading.findings.noticed:
        if metric in one.metrics:
            share = words.text("noticed.share", share=words.percent(one.share, 0)) if one.share is not None else ""
            text = " ".join(part for part in (share, clean(one.meaning.get(words.language, ""))) if part)
            points.append(Note(text, "plain", clean(one.title.get(words.language, one.check))))
    return [Points(f"noticed-{metric}", words.text("noticed.title"), tuple(points))] if points else []


def worked_example(reading: Reading, metric: str) -> list[Grid]:
    """The rows a metric's sheet draws, and the items it counts in them; nothing where it has no example."""
    words = reading.words
    example = getattr(reading.sheets.get(metric), "example", None)
    if example is None:
        return []
    grids = [
        _drawn(
            reading,
            metric,
            f"example-{metric}-{name}",
            words.text("example.rows", table=reading.label(f"table:{name}")),
            table,
        )
        for name, table in example.tables.items()
    ]
    return [*grids, _drawn(reading, metric, f"example-{metric}-result", words.text("example.result"), example.result)]


def _drawn(reading: Reading, metric: str, key: str, caption: str, table: Any) -> Grid:
    columns = tuple(Column(_heading(reading, metric, name)) for name in table.columns)
    rows = tuple(
        tuple(_cell(reading, name, value) for name, value in zip(table.columns, row, strict=True)) for row in table.rows
    )
    return Grid(key, caption, columns, rows)


def _heading(reading: Reading, metric: str, name: str) -> str:
    """A drawn column's title: of a part in the sheet's words, of the contract in the report's, of a table in the
    schema's."""
    part = (getattr(reading.sheets.get(metric), "parts", None) or {}).get(name)
    if part:
        return clean(part[reading.words.language])
    return reading.words.maybe(f"example.{name}") or reading.column(name)


def _cell(reading: Reading, column: str, value: object) -> Cell:
    """A drawn value in the reader's words; what is empty says that it is not recorded."""
    words = reading.words
    if value is None:
        return Cell(words.text("report.none"), "muted")
    if isinstance(value, bool):
        return Cell(words.text("example.yes" if value else "example.no"))
    if isinstance(value, date):
        return Cell(words.day(value.isoformat()))
    if isinstance(value, int | float):
        return Cell(words.number(value, 0 if value == int(value) else 3), "plain", float(value))
    if column == "kind" and f"kind:{value}" in reading.labels:  # a kind of activities may be called as a code is
        return Cell(reading.label(f"kind:{value}"))
    return Cell(", ".join(reading.label(part) for part in str(value).split("|")))
