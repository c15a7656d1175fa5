"""Sheets: a metric's sheet in the terminal, with its worked example."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

from procmine.metric import Metric, missing
from procmine.report.words import Words
from procmine.schema import Schema
from procmine.terminal.aligned import pairs, table, underlined
from procmine.terminal.lines import UNKNOWN, WIDTH


def sheet(metric: Metric, schema: Schema, words: Words) -> str:
    """A metric's sheet: what it counts and answers to, what it needs, how it misleads, and its worked example."""
    language = words.language
    events = metric.activities | metric.every_activity
    parts = [
        underlined(f"{metric.title[language]} ({metric.name}, version {metric.version})"),
        textwrap.fill(metric.question[language], WIDTH),
        textwrap.fill(metric.definition[language], WIDTH),
        pairs((part, of[language]) for part, of in metric.counts.items()),
        pairs(
            [
                ("unit", _unit(metric, words)),
                ("polarity", metric.polarity),
                *([("arms", _named((arm.title for arm in metric.arms), language))] if metric.arms else []),
                *([("parts", _named(metric.parts.values(), language))] if metric.parts else []),
                ("groups", ", ".join(metric.groups) or UNKNOWN),
                ("read with", ", ".join(metric.counter_metrics) or UNKNOWN),
                ("columns", ", ".join(missing(metric, schema, schema.importable)) or UNKNOWN),
                *([("events", ", ".join(sorted(events)))] if events else []),
                *([("law", ", ".join(metric.regimes))] if metric.regimes else []),
            ]
        ),
        underlined("answers to")
        + "\n"
        + textwrap.fill(f"({metric.answers_to.message}) {metric.answers_to.sentence}", WIDTH),
    ]
    for title, sentences in (
        ("caveats", metric.caveats),
        ("gaming", metric.gaming),
        ("counter checks", metric.counter_checks),
        ("beside", metric.beside),
    ):
        if sentences.get(language):
            parts.append(underlined(title) + "\n" + "\n".join(_point(sentence) for sentence in sentences[language]))
    return "\n\n".join([*parts, *_example(metric)])


def _example(metric: Metric) -> list[str]:
    """The rows the sheet draws, table by table, and the items counted in them."""
    if metric.example is None:
        return []
    drawn = {**metric.example.tables, "result": metric.example.result}
    return [
        underlined(f"example: {name}")
        + "\n"
        + table(one.columns, [["" if cell is None else _cell(cell) for cell in row] for row in one.rows])
        for name, one in drawn.items()
    ]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _unit(metric: Metric, words: Words) -> str:
    """The unit with what belongs to it: per how many case-years, within how many days."""
    if metric.unit == "rate":
        return f"{metric.unit} ({words.counted('units.rate', metric.per, value='x')})"
    return metric.unit if metric.horizon is None else words.counted("units.within", metric.horizon, value=metric.unit)


def _named(titles: Iterable[Mapping[str, str]], language: str) -> str:
    return "; ".join(title[language] for title in titles) or UNKNOWN


def _point(sentence: str) -> str:
    return textwrap.fill(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ")
