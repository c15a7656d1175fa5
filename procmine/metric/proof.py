"""The proof of a metric: its worked example run on an engine, and where the items differ from those drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import isclose
from typing import Any

from procmine.drawn import Drawn
from procmine.engines.base import Engine
from procmine.metric.definition import Metric
from procmine.schema import Schema
from procmine.sql import write


def prove(metric: Metric, engine: Engine, schema: Schema) -> tuple[str, ...]:
    """What a metric's query gives otherwise than its worked example draws, a sentence each; empty if it holds.

    ``engine`` must be fresh: the tables of the example are made in it.
    """
    if metric.query is None or metric.example is None:
        return ()
    for name, table in metric.example.tables.items():
        kinds = schema.tables[name].kinds()
        rows = [tuple(row.get(column) for column in kinds) for row in _by_name(table.columns, table.rows)]
        engine.fill(name, kinds, rows)
    found = _by_name(metric.query.columns, engine.run(write(metric.query, engine.dialect)))
    times = Counter(str(row["item_id"]) for row in found)
    twice = [f"The query gives item {item} {count} times." for item, count in sorted(times.items()) if count > 1]
    return (*twice, *_differences(metric.example.result, _items(found)))


def _differences(result: Drawn, found: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    drawn = _items(_by_name(result.columns, result.rows))
    for item, row in drawn.items():
        if item not in found:
            yield f"The query gives no item {item}."
            continue
        for name, value in row.items():
            if not _same(value, found[item][name]):
                yield f"Item {item} has {name} {_said(found[item][name])}, the example draws {_said(value)}."
    for item in found:
        if item not in drawn:
            yield f"The query gives an item {item}, which the example does not draw."


def _by_name(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> list[dict[str, Any]]:
    names = tuple(columns)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _items(rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(row["item_id"]): row for row in sorted(rows, key=lambda row: str(row["item_id"]))}


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and other is not None:
        return isclose(one, float(other), rel_tol=1e-9)
    return bool(one == other)


def _said(value: Any) -> str:
    return "empty" if value is None else str(value)
