"""Norms for a person and for a program: what is kept, broken and open, and why."""

from __future__ import annotations

from typing import Any

from procmine.findings import Measurement, NormCount, NormFound, NormsFound, Status
from procmine.report.words import Words, clean
from procmine.terminal.aligned import table
from procmine.terminal.lines import UNKNOWN, group, span, whole


def conformed(found: NormsFound, words: Words) -> str:
    """One line a norm and group; then each norm's sentence with its paragraph, why figures are missing, who began the
    broken steps, and which gates are not met."""
    head = ("norm", "group", "kept", "95 % interval", "bounds", "judged", "kept #", "broken #", "open #", "status")
    rows = [_row(norm, one, words) for norm in found.norms for one in norm.measurements]
    parts = [table(head, rows, right=range(2, 9)), "\n".join(_sentence(norm, words) for norm in found.norms)]
    reasons = [
        clean(f"{norm.name}, {_where(one)}: {one.reason.get(words.language, '')}")
        for norm in found.norms
        for one in norm.measurements
        if one.status is not Status.OK and one.reason
    ]
    parts += ["\n".join(dict.fromkeys(reasons))] if reasons else []
    parts += ["\n".join(more)] if (more := [line for norm in found.norms for line in _beside(norm, words)]) else []
    parts.append(words.text("norms.days_plain") if found.lands == ("",) else _lands(found, words))
    if missed := [norm.name for norm in found.norms if norm.met is False]:
        parts.append(words.counted("norms.gate_missed", len(missed), names=words.listed(missed)))
    return "\n\n".join(parts)


def data(found: NormsFound, language: str) -> dict[str, Any]:
    """What ``--json`` says: each norm with its measurements as ``score`` shows them, and its counts."""
    return {
        "norms": [
            {
                "name": norm.name,
                "version": norm.version,
                "template": norm.template,
                "sentence": norm.sentence.get(language, ""),
                "anchor": norm.anchor or None,
                "checked": norm.checked or None,
                "mark": norm.mark or None,
                "gate": norm.gate,
                "met": norm.met,
                "measurements": [one.to_dict(language) for one in norm.measurements],
                "counts": [_count(one) for one in norm.counts],
            }
            for norm in found.norms
        ],
        "lands": [land for land in found.lands if land],
        "met": found.met,
    }


def _row(norm: NormFound, one: Measurement, words: Words) -> tuple[str, ...]:
    count = norm.count(one.group) if one.period is None else None
    return (
        norm.name,
        _where(one),
        UNKNOWN if one.value is None else words.percent(one.value),
        span(one.interval, "share", words),
        span(one.bounds, "share", words) if (one.coverage or 1) < 1 else UNKNOWN,
        whole(one.items, words),
        *(whole(getattr(count, state) if count else None, words) for state in ("kept", "broken", "undetermined")),
        one.status.value,
    )


def _where(one: Measurement) -> str:
    """The group and the period of a figure."""
    return group(one.group) if one.period is None else f"{group(one.group)} {one.period}"


def _sentence(norm: NormFound, words: Words) -> str:
    mark = f" [{words.text('norms.example')}]" if norm.mark else ""
    anchor = f" ({clean(norm.anchor)})" if norm.anchor else ""
    return f"{norm.name}{mark}: {clean(norm.sentence[words.language])}{anchor}"


def _beside(norm: NormFound, words: Words) -> list[str]:
    """Why activations are open, and who began the steps of the broken ones, over the whole log."""
    count = norm.count({})
    if count is None:
        return []
    told = []
    for key, parts in (("why", count.why), ("begun", count.begun_by)):
        named = [(words.text(f"norms.{key}.{name or 'unknown'}"), items) for name, items in parts.items()]
        shown = [f"{name} {whole(items, words)}" for name, items in named]
        if shown:
            told.append(f"{norm.name}, {words.text(f'norms.{key}.title')}: {', '.join(shown)}")
    return told


def _lands(found: NormsFound, words: Words) -> str:
    named = [land for land in found.lands if land]
    return words.text("norms.days", lands=words.listed(named))


def _count(one: NormCount) -> dict[str, Any]:
    return {
        "group": dict(one.group),
        "activations": one.activations,
        "kept": one.kept,
        "broken": one.broken,
        "undetermined": one.undetermined,
        "why": dict(one.why),
        "begun_by": {side or "unknown": items for side, items in one.begun_by.items()},
        "functions": {name or "unknown": items for name, items in one.functions.items()},
    }
