"""Usable for: which metrics a log can bear, with what caveat, and why not; the sentence beside each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from procmine.content import listing, place_of, read_text
from procmine.findings import Measurement, Status
from procmine.metric import Metric
from procmine.read.checks.finding import FOUND, Finding
from procmine.schema import Schema
from procmine.sql import Query, read_query

MEASURABLE, WITH_CAVEAT, NOT_MEASURABLE = "measurable", "with_caveat", "not_measurable"
# Every item of every metric belongs to a case and a day, and comes from events of some activity.
_ALWAYS = frozenset({"case_id", "activity", "timestamp", "office"})
_FINE: Mapping[str, str] = {"de": "Messbar.", "en": "Measurable."}
_BUT: Mapping[str, str] = {"de": "Unter Vorbehalt", "en": "With a caveat"}


def usable_for(
    measurements: Sequence[Measurement],
    findings: Sequence[Finding],
    metrics: Mapping[str, Metric],
    schema: Schema,
    study: Path | None = None,
) -> list[dict[str, Any]]:
    """A line a metric: measurable, with_caveat or not_measurable, the sentence why, and the findings that touch it.

    A finding touches a metric if it bears on an event column the metric rests on. Warnings are a caveat; notes stand
    beside the metric.
    """
    row_columns = _row_columns(schema, study)
    found = [one for one in findings if one.state == FOUND]
    lines = []
    for one in (measured for measured in measurements if not measured.group and measured.metric in metrics):
        columns = columns_of(metrics[one.metric], schema, row_columns)
        touching = [finding for finding in found if columns & set(finding.columns)]
        state, reason = _judged(one, [finding for finding in touching if finding.severity == "warning"])
        lines.append(
            {
                "metric": one.metric,
                "usable": state,
                "reason": reason,
                "findings": [
                    {"check": finding.check, "severity": finding.severity, "title": dict(finding.title)}
                    for finding in touching
                ],
                "columns": sorted(columns),
            }
        )
    return lines


def _judged(one: Measurement, warnings: Sequence[Finding]) -> tuple[str, dict[str, str]]:
    if one.status is Status.NOT_MEASURABLE:
        return NOT_MEASURABLE, dict(one.reason)
    reason = {}
    for language, fine in _FINE.items():
        parts = [one.reason[language]] if one.status is not Status.OK and one.reason.get(language) else []
        titles = list(dict.fromkeys(finding.title[language] for finding in warnings))
        parts += [f"{_BUT[language]}: {'; '.join(titles)}."] if titles else []
        reason[language] = " ".join(parts) or fine
    return (MEASURABLE if one.status is Status.OK and not warnings else WITH_CAVEAT), reason


def columns_of(metric: Metric, schema: Schema, row_columns: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The event columns a metric rests on: those it reads through the derived tables, and those that decide which rows
    these have."""
    columns = set(_ALWAYS)
    for table, names in metric.query.needs.items() if metric.query else ():
        columns |= row_columns.get(table, frozenset())
        for name in names:
            column = schema.tables[table].column(name)
            columns |= {*column.needs, *column.any_of}
    return frozenset(columns & set(schema.importable))


def _row_columns(schema: Schema, study: Path | None) -> dict[str, frozenset[str]]:
    """For each derived table the event columns its query reads and none of its own columns stands for: what decides
    which rows there are."""
    queries: dict[str, Query] = {
        name: read_query(read_text(entry), where=place_of(entry), tables=schema.all_columns())
        for name, entry in listing("event_logs/derived", ".sql", study).items()
        if name in schema.tables
    }
    found: dict[str, frozenset[str]] = {}
    for name, query in queries.items():
        table = schema.tables[name]
        carried = {need for column in table.columns for need in (*column.needs, *column.any_of)}
        carried |= {column.name for column in table.columns}
        found[name] = frozenset(set(query.needs.get("events", ())) & set(schema.importable) - carried)
    return found
