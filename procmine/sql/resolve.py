"""Every table and column of a query resolved, so that its faults have a place and its needs are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from procmine.errors import nearest
from procmine.sql.house import AGGREGATES, FAMILIES
from procmine.sql.reading import Reading
from procmine.sql.sight import Columns, Source, Spot, column, lower
from procmine.sql.values import condition, family, unify


def resolve(reading: Reading, tree: Any) -> dict[str, str]:
    """The output columns of a query and their families. Faults and needs are noted in ``reading``; every column in the
    tree bears its table afterwards."""
    return query(reading, tree, {}, ())


def query(
    reading: Reading,
    node: Any,
    withs: Mapping[str, Columns],
    outer: tuple[Mapping[str, Source], ...],
    named: bool = True,
) -> dict[str, str]:
    """The output of a SELECT, a UNION ALL or either in parentheses; ``named`` demands a name for every column."""
    match type(node).__name__:
        case "Subquery":
            return query(reading, node.this, withs, outer, named)
        case "Union":
            return _union(reading, node, withs, outer)
        case "Select":
            return _select(reading, node, withs, outer, named)
    return {}


def _union(
    reading: Reading, node: Any, withs: Mapping[str, Columns], outer: tuple[Mapping[str, Source], ...]
) -> dict[str, str]:
    withs = _withs(reading, node, withs)
    left = query(reading, node.this, withs, outer)
    right = query(reading, node.expression, withs, outer)
    if list(left) != list(right):
        reading.fault_at(
            node.expression,
            f"UNION ALL puts {', '.join(right)} under {', '.join(left)}.",
            "Both sides name the same columns in the same order.",
        )
        return left
    return {name: unify(reading, node.expression, left[name], right[name]) for name in left}


def _withs(reading: Reading, node: Any, withs: Mapping[str, Columns]) -> Mapping[str, Columns]:
    part = node.args.get("with_")
    for cte in part.expressions if part else ():
        name = lower(cte.args["alias"].this)
        if name in reading.tables or name in withs:
            reading.fault_at(cte.args["alias"], f"There is a table {name} already.", "Give the WITH another name.")
        withs = {**withs, name: query(reading, cte.this, withs, ())}
    return withs


def _select(
    reading: Reading,
    node: Any,
    withs: Mapping[str, Columns],
    outer: tuple[Mapping[str, Source], ...],
    named: bool,
) -> dict[str, str]:
    withs = _withs(reading, node, withs)
    sources: dict[str, Source] = {}
    if node.args.get("from_"):
        _add_source(reading, node.args["from_"].this, withs, sources)
    for join in node.args.get("joins") or ():
        _join(reading, join, withs, sources, outer)
    spot = Spot((sources, *outer), withs, query)
    if node.args.get("where"):
        condition(reading, node.args["where"].this, spot)
    keys = _group(reading, node, spot)
    summed = keys is not None or any(_sums(part) for part in node.expressions)
    result = replace(spot, aggregates=True, windows=not summed, grouped=keys or frozenset() if summed else None)
    output = _output(reading, node, result, named)
    if node.args.get("having"):
        condition(reading, node.args["having"].this, replace(result, windows=False))
    return output


def _output(reading: Reading, node: Any, spot: Spot, named: bool) -> dict[str, str]:
    output: dict[str, str] = {}
    for number, part in enumerate(node.expressions, 1):
        kind = family(reading, part, spot)
        alias = part.args.get("alias") if type(part).__name__ == "Alias" else None
        name = lower(alias) if alias else part.name.lower() if type(part).__name__ == "Column" else ""
        if not name and named and type(part).__name__ != "Star":
            reading.fault_at(part, f"Column {number} of this SELECT has no name.", "Give it one with AS.")
        if name and name in output:
            reading.fault_at(part, f"Two columns of this SELECT are called {name}.", "Rename one with AS.")
        output[name or f"{number}"] = kind
    return output


def _join(
    reading: Reading,
    join: Any,
    withs: Mapping[str, Columns],
    sources: dict[str, Source],
    outer: tuple[Mapping[str, Source], ...],
) -> None:
    side, kind = str(join.args.get("side") or ""), str(join.args.get("kind") or "")
    _add_source(reading, join.this, withs, sources)
    if side not in ("", "LEFT") or kind not in ("", "INNER", "CROSS"):
        word = side if side not in ("", "LEFT") else kind
        reading.fault_at(join, f"{word} JOIN is not house SQL.", "Write JOIN … ON or LEFT JOIN … ON.")
    elif join.args.get("on"):
        condition(reading, join.args["on"], Spot((dict(sources), *outer), withs, query))
    elif kind != "CROSS" and not join.args.get("using") and not join.args.get("method"):
        reading.fault_at(join, "A join without ON pairs every row with every row.", "Write ON, or CROSS JOIN if meant.")


def _add_source(reading: Reading, node: Any, withs: Mapping[str, Columns], sources: dict[str, Source]) -> None:
    """Take a table, a WITH name or a sub-query of FROM into sight, under its alias."""
    alias = lower(node.args["alias"].this) if node.args.get("alias") else node.name.lower()
    match type(node).__name__:
        case "Subquery":
            if not node.args.get("alias"):
                reading.fault_at(node, "A sub-query in FROM has no name.", "Give it one: (SELECT …) AS name.")
            if type(node.this).__name__ not in ("Select", "Union", "Subquery"):
                reading.fault_at(node, "Tables stand in FROM without brackets.", "Brackets hold a SELECT.")
                source = Source(None)
            else:
                source = Source(query(reading, node.this, withs, ()))
        case "Table" if type(node.this).__name__ == "Identifier" and not node.args.get("db"):
            source = _table(reading, node, withs)
            if not node.args.get("alias"):
                lower(node.this)
        case _:
            source = Source(None)
    if alias in sources:
        reading.fault_at(
            node, f"Two tables of this SELECT are called {alias}.", "Give one of them another name with AS."
        )
    sources[alias] = source


def _table(reading: Reading, node: Any, withs: Mapping[str, Columns]) -> Source:
    name = lower(node.this)
    if name in withs:
        return Source(withs[name])
    if name in reading.tables:
        reading.needs.setdefault(name, set())
        return Source({column: FAMILIES[kind] for column, kind in reading.tables[name].items()}, name)
    reading.fault_at(node, f"There is no table {name}.", nearest(name, [*reading.tables, *withs]))
    return Source(None)


def _group(reading: Reading, node: Any, spot: Spot) -> frozenset[tuple[str, str]] | None:
    """The columns a SELECT is grouped by, as (source, column)."""
    part = node.args.get("group")
    if not part:
        return None
    keys = set()
    for key in part.expressions:
        if type(key).__name__ == "Column":
            column(reading, key, spot)
            keys.add((key.table, key.name))
        else:
            reading.fault_at(key, "GROUP BY names columns, nothing else.", "Compute the value in a WITH before.")
    return frozenset(keys)


def _sums(node: Any) -> bool:
    """Whether an expression sums rows of its own SELECT: an aggregate outside any window or sub-query."""
    name = type(node).__name__
    if name in AGGREGATES:
        return True
    if name in ("Select", "Union", "Subquery", "Window"):
        return False
    return any(_sums(below) for below in node.iter_expressions())
