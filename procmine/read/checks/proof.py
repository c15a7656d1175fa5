"""The proof of a check: its worked example run on an engine, and where the rows differ from those drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from procmine.engines.base import Engine
from procmine.engines.duckdb import quoted
from procmine.log import fill_vocabulary
from procmine.read.checks.running import items_of
from procmine.read.checks.sheet import Check
from procmine.schema import Schema


def prove(check: Check, engine: Engine, schema: Schema) -> tuple[str, ...]:
    """What a check gives otherwise than its worked example draws, a sentence each; empty if it holds.

    ``engine`` must be fresh: the tables of the example are made in it.
    """
    fill_vocabulary(engine, schema)
    drawn_limits = check.example.tables.get("limits")
    if drawn_limits is not None:
        own = dict(zip(drawn_limits.columns, drawn_limits.rows[0], strict=True))
        check = replace(check, limits={**check.limits, **own})
    for name, table in check.example.tables.items():
        if name == "limits":
            continue
        kinds = schema.tables[name].kinds()
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        if name == "events":  # what an import always makes of a time
            for row in rows:
                row.setdefault("local_date", row["timestamp"].date() if row.get("timestamp") else None)
                row.setdefault("date_only", False)
        engine.fill(name, kinds, [tuple(row.get(column) for column in kinds) for row in rows])
    result = check.example.result
    items = items_of(check, engine, "events", schema, (), "UTC")
    if not isinstance(items, str):
        return (f"It cannot look: {items['en']}",)
    chosen = ", ".join(quoted(name) for name in result.columns)
    found = map(_plain, engine.run(f"SELECT {chosen} FROM ({items}) AS items"))
    drawn = map(_plain, result.rows)
    given, wanted = Counter(found), Counter(drawn)
    return (
        *(f"It gives no row {row}." for row in sorted((wanted - given).elements())),
        *(f"It gives a row {row}, which is not drawn." for row in sorted((given - wanted).elements())),
    )


def _plain(row: Sequence[Any]) -> tuple[str, ...]:
    return tuple("" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row)
