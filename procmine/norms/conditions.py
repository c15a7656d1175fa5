"""Conditions of a norm as its file writes them: which steps are meant, and which cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from procmine.errors import nearest
from procmine.norms.definition import Condition, Steps
from procmine.norms.sheet import Sheet
from procmine.schema import Column, Schema

_STEP_KEYS = ("activities", "kinds", "labels", "where")
_RANGE_KEYS = ("from", "to", "not")
_ORDERED = ("integer", "number", "date")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "date": (date,),
    "boolean": (bool,),
}
# Whose name a column holds decides whether a norm may ask for it: nobody is to be judged by name.
_PERSONAL = ("case", "household", "worker")


def steps_of(sheet: Sheet, key: str, schema: Schema) -> Steps:
    """A kind of step: activities by code, by kind or by the extract's own label, and what their events must hold."""
    spec = sheet.table(key, _STEP_KEYS, needed=True)
    found: set[str] = set()
    for part, known in (("activities", set(schema.activities)), ("kinds", set(schema.kinds)), ("labels", None)):
        for name in _names(sheet, key, part, spec.get(part, [])):
            if known is not None and name not in known:
                word = "activity" if part == "activities" else "kind of activity"
                hint = nearest(name, known)
                if part == "activities" and hint.startswith("Known"):
                    hint = f'What the extract calls it stands under labels = ["{name}"].'
                sheet.fault(key, f"There is no {word} {name}.", hint)
            elif part == "kinds":
                found |= {code.code for code in schema.activities.values() if code.belongs == name}
            else:
                found.add(name)
    if spec and not any(spec.get(part) for part in _STEP_KEYS[:3]):
        sheet.fault(key, f"{key} names no activity.", 'Write activities = ["…"], kinds = ["…"] or labels = ["…"].')
    where = spec.get("where", {})
    if not isinstance(where, dict):
        sheet.fault(key, f"{key}.where is no table.", 'Write where = { outcome = "attended" }.')
        where = {}
    return Steps(frozenset(found), conditions(sheet, key, where, schema, dict(schema.importable)))


def population_of(sheet: Sheet, schema: Schema) -> tuple[Condition, ...]:
    """The cases a norm holds for: conditions on the table cases."""
    columns = {column.name: column for column in schema.tables["cases"].columns if column.kind != "key"}
    columns = {name: column for name, column in columns.items() if name != "household_id"}
    spec = sheet.get("population", {})
    if not isinstance(spec, dict):
        sheet.fault("population", "population is no table.", 'Write population = { birth_band = "15-24" }.')
        return ()
    return conditions(sheet, "population", spec, schema, columns)


def conditions(
    sheet: Sheet, key: str, spec: Mapping[str, Any], schema: Schema, columns: Mapping[str, Column]
) -> tuple[Condition, ...]:
    """Conditions by column: a value, a list of values, ``{ not = [...] }``, or ``{ from = …, to = … }``."""
    found = []
    for name, value in spec.items():
        column = columns.get(name)
        if column is None:
            sheet.fault(key, f"There is no column {name}.", nearest(name, columns))
        elif column.holds in _PERSONAL or column.kind == "timestamp":
            sheet.fault(key, f"A norm cannot ask for {name}.", "Name a code, a text, a number or a day.")
        else:
            found.append(_condition(sheet, key, column, value, schema))
    return tuple(found)


def _condition(sheet: Sheet, key: str, column: Column, value: Any, schema: Schema) -> Condition:
    low = high = None
    negated = False
    if isinstance(value, dict):
        for name in value:
            if name not in _RANGE_KEYS:
                sheet.fault(key, f"{column.name} has an unknown key {name}.", nearest(name, _RANGE_KEYS))
        low, high, negated = value.get("from"), value.get("to"), "not" in value
        if (low is not None or high is not None) and column.kind not in _ORDERED:
            sheet.fault(key, f"{column.name} has no from and to: it holds a {column.kind}.", "List the values.")
        if not negated and low is None and high is None:
            sheet.fault(key, f"{column.name} says nothing.", 'Write { from = …, to = … } or { not = ["…"] }.')
        value = value.get("not", [])
    values = value if isinstance(value, list) else [value]
    if isinstance(value, list) and not value and low is None and high is None:
        sheet.fault(key, f"{column.name} lists no value.")
    for each in (*values, *(end for end in (low, high) if end is not None)):
        _check(sheet, key, column, each, schema)
    return Condition(column.name, column.kind, tuple(values), negated, low, high)


def _check(sheet: Sheet, key: str, column: Column, value: Any, schema: Schema) -> None:
    wanted = _TYPES.get(column.kind, (str,))
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        sheet.fault(key, f"{value!r} is no {column.kind} ({column.name}).")
        return
    codes = schema.codes.get(column.name)
    if codes and value not in codes:
        sheet.fault(key, f"{column.name} has no code {value}.", nearest(str(value), codes))


def _names(sheet: Sheet, key: str, part: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        sheet.fault(key, f"{key}.{part} is no list of texts.", f'Write {part} = ["…"].')
        return []
    return value
