"""What kind of value an expression holds, and whether every engine gives it the same meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from procmine.sql.house import AGGREGATES, CAST_FAMILY, CASTS, CHOOSING, HOUSE, ORDERED_WINDOWS
from procmine.sql.reading import Reading
from procmine.sql.sight import Spot, column, stands_in_where

_NUMBERS = ("integer", "double", "null", "any")
_OPEN = ("null", "any")
_A = {"integer": "an integer"}


def family(reading: Reading, node: Any, spot: Spot) -> str:
    """The family of an expression: text, key, date, timestamp, integer, double, boolean, null, or any after a fault."""
    name = type(node).__name__
    rule = _RULES.get(name)
    if rule is not None:
        return rule(reading, node, spot)
    return "any"


def condition(reading: Reading, node: Any, spot: Spot) -> str:
    """A condition: must be true, false or empty. SQLite would take a number or a text for one."""
    found = family(reading, node, spot)
    if found not in ("boolean", *_OPEN):
        reading.fault_at(node, f"A condition is wanted here, not {_a(found)}.", "Compare it with something.")
    return "boolean"


def unify(reading: Reading, node: Any, left: str, right: str) -> str:
    """The family two values share; notes a fault where they share none, for SQLite would mix them in silence."""
    if left in _OPEN:
        return right
    if right in _OPEN or left == right:
        return left
    if {left, right} == {"integer", "double"}:
        return "double"
    hint = ""
    if {left, right} == {"date", "text"}:
        hint = "Write DATE '2024-01-31'."
    elif {left, right} == {"date", "timestamp"}:
        hint = "Take the day, not the time."
    elif "key" in (left, right):
        hint = "A key is told apart from keys only; CAST it AS VARCHAR for a text."
    reading.fault_at(node, f"{_a(left).capitalize()} and {_a(right)} stand side by side.", hint)
    return "any"


def _a(found: str) -> str:
    return _A.get(found, f"a {found}")


def _fixed(found: str) -> Callable[[Reading, Any, Spot], str]:
    return lambda reading, node, spot: found


def _inner(reading: Reading, node: Any, spot: Spot) -> str:
    return family(reading, node.this, spot)


def _literal(reading: Reading, node: Any, spot: Spot) -> str:
    if node.is_string:
        return "text"
    return "integer" if node.is_int else "double"


def _and(reading: Reading, node: Any, spot: Spot) -> str:
    condition(reading, node.this, spot)
    return condition(reading, node.expression, spot)


def _not(reading: Reading, node: Any, spot: Spot) -> str:
    return condition(reading, node.this, spot)


def _same(reading: Reading, node: Any, spot: Spot) -> str:
    unify(reading, node, family(reading, node.this, spot), family(reading, node.expression, spot))
    return "boolean"


def _ordered_pair(reading: Reading, node: Any, spot: Spot) -> str:
    left, right = family(reading, node.this, spot), family(reading, node.expression, spot)
    if unify(reading, node, left, right) == "key":
        _has_order(reading, node, "key")
    return "boolean"


def _has_order(reading: Reading, node: Any, found: str) -> None:
    if found == "key":
        reading.fault_at(node, "A key has no order.", "It is a number in one store and a text in another.")


def _between(reading: Reading, node: Any, spot: Spot) -> str:
    value = family(reading, node.this, spot)
    _has_order(reading, node, value)
    for end in (node.args["low"], node.args["high"]):
        unify(reading, end, value, family(reading, end, spot))
    return "boolean"


def _in(reading: Reading, node: Any, spot: Spot) -> str:
    value = family(reading, node.this, spot)
    for each in node.expressions:
        unify(reading, each, value, family(reading, each, spot))
    if node.args.get("query"):
        if not stands_in_where(node):
            reading.fault_at(
                node,
                "IN (SELECT …) stands in WHERE, NOT IN joined by AND; elsewhere engines differ on empty values.",
                "Write EXISTS (SELECT 1 FROM … WHERE …).",
            )
        output = spot.output_of(reading, node.args["query"])
        if len(output) != 1:
            reading.fault_at(node.args["query"], f"IN takes a SELECT of one column, this has {len(output)}.")
        else:
            unify(reading, node, value, next(iter(output.values())))
    return "boolean"


def _like(reading: Reading, node: Any, spot: Spot) -> str:
    for side in (node.this, node.expression):
        found = family(reading, side, spot)
        if found not in ("text", *_OPEN):
            reading.fault_at(side, f"LIKE takes texts, not {_a(found)}.")
        for below in side.walk():
            if type(below).__name__ == "Literal" and "\\" in str(below.this):
                reading.fault_at(below, "A backslash in LIKE means two things on two engines.")
    return "boolean"


def _exists(reading: Reading, node: Any, spot: Spot) -> str:
    spot.output_of(reading, node.this)
    return "boolean"


def _scalar(reading: Reading, node: Any, spot: Spot) -> str:
    reading.fault_at(
        node, "A sub-query stands where a value is wanted.", "It could give several rows: join it, or ask with EXISTS."
    )
    return "any"


def _case(reading: Reading, node: Any, spot: Spot) -> str:
    value = family(reading, node.this, spot) if node.args.get("this") else ""
    result = "null"
    for branch in node.args["ifs"]:
        if value:
            unify(reading, branch, value, family(reading, branch.this, spot))
        else:
            condition(reading, branch.this, spot)
        result = unify(reading, branch.args["true"], result, family(reading, branch.args["true"], spot))
    if node.args.get("default"):
        result = unify(reading, node.args["default"], result, family(reading, node.args["default"], spot))
    return result


def _arithmetic(reading: Reading, node: Any, spot: Spot) -> str:
    kinds = [family(reading, part, spot) for part in node.iter_expressions()]
    for part, found in zip(node.iter_expressions(), kinds, strict=True):
        if found not in _NUMBERS:
            hint = "Write DATE_DIFF('day', earlier, later)." if found in ("date", "timestamp") else ""
            reading.fault_at(part, f"Arithmetic takes numbers, not {_a(found)}.", hint)
    return "double" if "double" in kinds else "integer"


def _division(reading: Reading, node: Any, spot: Spot) -> str:
    _arithmetic(reading, node, spot)
    over, under = node.this, node.expression
    cast = type(over).__name__ == "Cast" and _type_of(over) == "DOUBLE"
    guarded = type(under).__name__ == "Nullif" and under.expression.sql() == "0"
    if not (cast and guarded):
        reading.fault_at(
            node,
            "Division means different things on different engines.",
            "Write CAST(a AS DOUBLE) / NULLIF(b, 0).",
            keyword="/",
        )
    return "double"


def _joined_text(reading: Reading, node: Any, spot: Spot) -> str:
    for side in (node.this, node.expression):
        found = family(reading, side, spot)
        if found not in ("text", *_OPEN):
            reading.fault_at(side, f"|| joins texts, not {_a(found)}.", "CAST it AS VARCHAR.")
    return "text"


def _coalesce(reading: Reading, node: Any, spot: Spot) -> str:
    result = family(reading, node.this, spot)
    for each in node.expressions:
        result = unify(reading, each, result, family(reading, each, spot))
    return result


def _nullif(reading: Reading, node: Any, spot: Spot) -> str:
    value = family(reading, node.this, spot)
    unify(reading, node, value, family(reading, node.expression, spot))
    return value


def _type_of(node: Any) -> str:
    kind = node.args["to"].this
    return str(getattr(kind, "value", kind))


def _cast(reading: Reading, node: Any, spot: Spot) -> str:
    found, target = family(reading, node.this, spot), _type_of(node)
    if target not in CASTS:
        reading.fault_at(node, f"CAST AS {target} is not house SQL.", f"Known types: {', '.join(sorted(CASTS))}.")
        return "any"
    if type(node.this).__name__ == "Literal" and node.this.is_string and target == "DATE":
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", node.this.name) or not _is_day(node.this.name):
            reading.fault_at(node.this, f"'{node.this.name}' is no day.", "Write DATE '2024-01-31'.")
    elif found not in CASTS[target] and found not in _OPEN:
        reading.fault_at(node, f"CAST of {_a(found)} AS {target} differs between engines.")
    return CAST_FAMILY[target]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _days(reading: Reading, node: Any, spot: Spot) -> str:
    unit = node.args.get("unit")
    if unit is None or unit.name.upper() != "DAY":
        reading.fault_at(node, "DATE_DIFF counts days only.", "Write DATE_DIFF('day', earlier, later).")
    for side in (node.this, node.expression):
        found = family(reading, side, spot)
        if found not in ("date", *_OPEN):
            reading.fault_at(
                side,
                f"DATE_DIFF counts the days between dates, not from {_a(found)}.",
                "Timestamps give other days on other engines; take the column that holds the local day.",
            )
    return "integer"


def _aggregate(reading: Reading, node: Any, spot: Spot) -> str:
    name, part = type(node).__name__, node.this
    if not spot.aggregates:
        reading.fault_at(node, f"{name.upper()} cannot stand here.", "Sum in SELECT or HAVING, or in a WITH before.")
        return "any"
    inside = replace(spot, aggregates=False, windows=False, grouped=None, summing=True)
    if part is None:
        reading.fault_at(node, f"{name.upper()} has nothing to look at.", "COUNT takes * or a value.")
        return "any"
    if name == "Count":
        if type(part).__name__ == "Distinct":
            if len(part.expressions) != 1:
                reading.fault_at(node, "COUNT(DISTINCT …) takes one value.", "Join several to one text with ||.")
            for each in part.expressions:
                family(reading, each, inside)
        elif type(part).__name__ != "Star":
            family(reading, part, inside)
        return "integer"
    found = family(reading, part, inside)
    if name in CHOOSING:
        _has_order(reading, node, family(reading, node.expression, inside))
        _only_known(reading, node)
        return found
    if name == "Sum":
        if found not in ("integer", *_OPEN):
            reading.fault_at(
                node, f"SUM takes integers, not {_a(found)}.", "Sums of fractions change with the order of rows."
            )
        return "integer"
    _has_order(reading, node, found)
    return found


def _only_known(reading: Reading, node: Any) -> None:
    """ARG_MIN and ARG_MAX look at rows with a value only, and say so."""
    filter_ = node.parent if type(node.parent).__name__ == "Filter" else None
    wanted = f"NOT {node.this.sql()} IS NULL"
    if filter_ is None or wanted not in _demands(filter_.expression.this):
        short = node.this.name or "it"
        reading.fault_at(
            node,
            f"{node.sql_name()} differs between engines where {short} is empty.",
            f"Write {node.sql_name()}(…) FILTER (WHERE {short} IS NOT NULL).",
        )


def _demands(node: Any) -> set[str]:
    """The conditions that must all hold, as texts."""
    if type(node).__name__ == "And":
        return _demands(node.this) | _demands(node.expression)
    return {str(node.sql())}


def _filter(reading: Reading, node: Any, spot: Spot) -> str:
    condition(reading, node.expression.this, replace(spot, aggregates=False, windows=False, grouped=None))
    return family(reading, node.this, spot)


def _window(reading: Reading, node: Any, spot: Spot) -> str:
    name = type(node.this).__name__
    if not spot.windows:
        reading.fault_at(node, "A window cannot stand here.", "Compute it in a WITH before.")
        return "any"
    inside = replace(spot, aggregates=False, windows=False)
    for key in node.args.get("partition_by") or ():
        family(reading, key, inside)
    order = node.args.get("order")
    for key in order.expressions if order else ():
        if type(key.this).__name__ == "Literal":
            reading.fault_at(key, "ORDER BY a constant orders nothing.", "Name the columns.")
        _has_order(reading, key, family(reading, key.this, inside))
    if name in ORDERED_WINDOWS and not order:
        reading.fault_at(
            node,
            f"{node.this.sql_name()} needs ORDER BY.",
            "Name keys enough to break every tie: order is no accident.",
        )
    _frame(reading, node)
    if name in AGGREGATES - CHOOSING:
        if type(node.this.this).__name__ == "Distinct":
            reading.fault_at(node, "COUNT(DISTINCT …) has no window.", "Count in a WITH with GROUP BY.")
        return _aggregate(reading, node.this, replace(spot, aggregates=True))
    return _ranking(reading, node, inside)


def _frame(reading: Reading, node: Any) -> None:
    spec = node.args.get("spec")
    if spec is not None and spec.args.get("kind") != "ROWS":
        reading.fault_at(node, f"A frame of {spec.args.get('kind')} is not house SQL.", "Write ROWS BETWEEN …")


def _ranking(reading: Reading, node: Any, spot: Spot) -> str:
    match type(node.this).__name__:
        case "RowNumber" | "Rank":
            return "integer"
        case "Lag" | "Lead":
            offset = node.this.args.get("offset")
            if offset is not None and not (type(offset).__name__ == "Literal" and offset.is_int):
                reading.fault_at(offset, "LAG and LEAD look a fixed number of rows away.", "Write the number.")
            return family(reading, node.this.this, spot)
        case "FirstValue":
            return family(reading, node.this.this, spot)
    if type(node.this).__name__ == "Filter":
        reading.fault_at(node, "FILTER and OVER do not go together on every engine.", "Write CASE inside the sum.")
    elif type(node.this).__name__ in HOUSE:
        reading.fault_at(node, f"{type(node.this).__name__} has no window in house SQL.")
    return "any"


def _without_window(reading: Reading, node: Any, spot: Spot) -> str:
    reading.fault_at(node, f"{node.sql_name()} needs OVER (… ORDER BY …).")
    return "any"


_RULES: dict[str, Callable[[Reading, Any, Spot], str]] = {
    "Alias": _inner,
    "Paren": _inner,
    "Column": column,
    "Literal": _literal,
    "Boolean": _fixed("boolean"),
    "Null": _fixed("null"),
    "And": _and,
    "Or": _and,
    "Not": _not,
    "Like": _like,
    "Between": _between,
    "In": _in,
    "Exists": _exists,
    "Subquery": _scalar,
    "Case": _case,
    "Add": _arithmetic,
    "Sub": _arithmetic,
    "Mul": _arithmetic,
    "Neg": _arithmetic,
    "Abs": _arithmetic,
    "Div": _division,
    "DPipe": _joined_text,
    "Coalesce": _coalesce,
    "Nullif": _nullif,
    "Cast": _cast,
    "DateDiff": _days,
    "Filter": _filter,
    "Window": _window,
    **dict.fromkeys(("EQ", "NEQ", "NullSafeEQ", "NullSafeNEQ", "Is"), _same),
    **dict.fromkeys(("GT", "GTE", "LT", "LTE"), _ordered_pair),
    **dict.fromkeys(sorted(AGGREGATES), _aggregate),
    **dict.fromkeys(sorted(ORDERED_WINDOWS), _without_window),
}
