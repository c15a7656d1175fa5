"""Each verb's result as what JSON knows: the contract that programs rely on (DESIGN 7)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from procmine.findings import Comparison, Difference, Funnel
from procmine.metric import Metric
from procmine.model import Model


def envelope(verb: str, ok: bool, data: Any, warnings: Sequence[str] = ()) -> str:
    """The one JSON object of ``--json`` (DESIGN 7)."""
    shown = {"schema": f"procmine/{verb}@1", "ok": ok, "data": plain(data), "warnings": list(warnings)}
    return json.dumps(shown, ensure_ascii=False, indent=2, allow_nan=False)


def plain(value: Any) -> Any:
    """A value of ours in what JSON knows: mappings, lists, texts, numbers. What is still to turn lies on a list, so
    that no value is too deep."""
    whole: list[Any] = [value]
    todo: list[tuple[Any, Any]] = [(whole, 0)]
    while todo:
        holder, key = todo.pop()
        made = holder[key] = _plain(holder[key])
        if isinstance(made, dict):
            todo.extend((made, name) for name in made)
        elif isinstance(made, list):
            todo.extend((made, place) for place in range(len(made)))
    return whole[0]


def _plain(value: Any) -> Any:
    """A value in what JSON knows, what it holds as it is."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): entry for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, (set, frozenset)):
        return sorted(plain(entry) for entry in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return value.as_posix()
    return value


def difference(found: Difference, language: str) -> dict[str, Any]:
    """What changed between two extracts; ``moved`` holds each figure as ``score`` shows it, before and after."""
    counts = ("office", "month", "same", "added", "changed", "removed", "cases")
    return {
        "names": found.names,
        "periods": found.periods,
        "matched_by": found.matched_by,
        "whole": {key: getattr(found.whole, key) for key in counts[2:]},
        "parts": [{key: getattr(part, key) for key in counts} for part in found.parts],
        "columns": [{"name": name, "events": events} for name, events in found.columns],
        "only": found.only,
        "moved": [
            {"before": one.before.to_dict(language), "after": one.after.to_dict(language), "change": one.change}
            for one in found.moved
        ],
    }


def comparison(found: Sequence[Comparison], funnels: Sequence[Funnel], language: str) -> dict[str, Any]:
    """``measurements`` as in ``score``; ``comparisons`` in the same order; the funnels' lines."""
    return {
        "measurements": [one.measurement.to_dict(language) for one in found],
        "comparisons": [
            {
                "metric": one.measurement.metric,
                "group": one.measurement.group,
                "period": one.measurement.period,
                "reference": one.reference,
                "limits_95": one.limits_95,
                "limits_998": one.limits_998,
                "tail": one.tail,
                "signal": one.signal,
            }
            for one in found
        ],
        "funnels": funnels,
    }


def model(found: Model) -> dict[str, Any]:
    """A model: steps, ways, variants, cases, events, fitness, precision, and how it was mined."""
    from procmine.mine.discover import data

    return data(found)


def variants(found: Model, most: int) -> dict[str, Any]:
    """The most frequent courses."""
    return {"variants": found.variants[:most], "variant_count": found.variant_count, "cases": found.cases}


def sheet(metric: Metric) -> dict[str, Any]:
    """A metric's sheet, without its parsed query."""
    left_out = ("query", "example", "where")
    shown = {each.name: getattr(metric, each.name) for each in fields(metric) if each.name not in left_out}
    return {**shown, "needs": metric.query.needs if metric.query else {}}


def audited(done: Any) -> dict[str, Any]:
    """Where the report lies, and what it rests on."""
    return {"report": done.report, "measurements": [one.to_dict() for one in done.findings.measurements]}
