"""Each verb's result as lines for a person. Column heads are the names of the JSON contract, one word for one thing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from procmine.findings import Comparison, Further, Measurement, Status
from procmine.metric import Metric
from procmine.mine.visible import Choice, choices
from procmine.model import Model, Share
from procmine.report.words import Words, clean
from procmine.terminal.aligned import pairs, table, underlined

UNKNOWN = "–"
ARROW = " → "
OR = " | "
WIDTH = 80
MOST_WAYS = 15


def measurements(found: Sequence[Measurement], sheets: Mapping[str, Metric], words: Words) -> str:
    """One line a measurement, what stands beside it indented below; at the end the sentences that say why a figure is
    missing or weak."""
    head = ("metric", "group", "period", "value", "95 % interval", "bounds", "coverage", "items", "cases", "status")
    rows: list[tuple[str, ...]] = []
    reasons = []
    for one in found:
        sheet, unit = sheets[one.metric], sheets[one.metric].told_in
        rows.append(
            (
                one.metric,
                group(one.group),
                one.period or "",
                value(one, sheet, words),
                span(one.interval, unit, words),
                span(one.bounds, unit, words),
                UNKNOWN if one.coverage is None else words.percent(one.coverage, 0),
                whole(one.items, words),
                whole(one.cases, words),
                one.status.value,
            )
        )
        rows += [_beside(further, sheet, words) for further in one.further]
        if one.status is not Status.OK and one.reason:
            reasons.append(clean(f"{one.metric}, {group(one.group)}: {one.reason.get(words.language, '')}"))
    lines = table(head, rows, right=range(3, 9))
    return "\n".join([lines, *([""] if reasons else []), *dict.fromkeys(reasons)])


def value(one: Measurement, sheet: Metric, words: Words) -> str:
    """A value by its unit: 34,2 %; 12,4 je 100 Fall-Jahre; 62,0 % binnen 14 Tagen (Median 9 Tage)."""
    if one.value is None:
        return UNKNOWN
    text = words.value(one.value, sheet.told_in)
    if sheet.horizon is None:
        return text
    text = words.counted("units.within", sheet.horizon, value=text)
    days = next((further.value for further in one.further if further.kind == "median"), None)
    return text if days is None else f"{text} ({words.counted('units.median', round(days))})"


def _beside(one: Further, sheet: Metric, words: Words) -> tuple[str, ...]:
    """A part, an arm, the ratio or the median as an indented row of the same table."""
    unit = {"part": sheet.told_in, "arm": "share", "median": "days", "ratio": "number", "heap": "number"}[one.kind]
    titles = {**sheet.parts, **{arm.code: arm.title for arm in sheet.arms or ()}}
    title = titles[one.name][words.language] if one.name in titles else words.text(f"further.{one.kind}")
    shown = UNKNOWN if one.value is None else words.value(one.value, unit)
    counts = (whole(one.items, words), whole(one.cases, words))
    return (f"  {title}", "", "", shown, span(one.interval, unit, words), "", "", *counts, "")


def comparisons(found: Sequence[Comparison], sheets: Mapping[str, Metric], words: Words) -> str:
    """One line a group: its value, the reference and the limits it is judged by. Ordered by name, never by value."""
    head = ("metric", "group", "value", "reference", "95 % limits", "99.8 % limits", "cases", "signal", "status")
    rows = []
    for one in found:
        unit, measured = sheets[one.measurement.metric].told_in, one.measurement
        rows.append(
            (
                measured.metric,
                group(measured.group),
                value(measured, sheets[measured.metric], words),
                UNKNOWN if one.reference is None else words.value(one.reference, unit),
                span(one.limits_95, unit, words),
                span(one.limits_998, unit, words),
                whole(measured.cases, words),
                one.signal.value,
                measured.status.value,
            )
        )
    return table(head, rows, right=range(2, 7))


def model(found: Model, words: Words) -> str:
    """Size and quality of a model, its steps, and its most frequent ways."""
    quality = found.quality
    facts = [
        ("cases", _shown(found.cases, found.left_out_cases, words)),
        ("events", _shown(found.events, found.left_out_events, words)),
        ("steps", words.number(len(found.steps))),
        ("ways", words.number(len(found.ways))),
        ("variants", words.number(found.variant_count)),
        ("algorithm", f"{found.algorithm}, noise {found.noise:g}"),
    ]
    if quality is not None:
        facts += [
            ("fitness", _figure(quality.fitness, "alignment", words)),
            ("by tokens", _figure(quality.token_fitness, "tokens", words)),
            ("precision", _figure(quality.precision, "precision", words)),
            ("generalisation", _figure(quality.generalisation, "generalisation", words)),
            ("simplicity", _figure(quality.simplicity, "simplicity", words)),
        ]
        facts += [("note", words.text(f"fit.reason.{reason}")) for reason in quality.reasons]
    head = ("step", "events", "cases", "by client", "same worker", "out of office", "warm")
    steps = [
        (
            one.activity,
            words.number(one.events),
            words.number(one.cases),
            share(one.steering.by_client, words),
            share(one.steering.same_worker, words),
            share(one.steering.out_of_office, words),
            share(one.steering.warm, words),
        )
        for one in sorted(found.steps, key=lambda step: (-step.events, step.activity))
    ]
    ways = sorted(found.ways, key=lambda way: (-way.count, way.source, way.target))[:MOST_WAYS]
    times = [
        (
            one.source,
            one.target,
            words.number(one.count),
            _duration(one.median_seconds, words),
            _duration(one.p90_seconds, words),
        )
        for one in ways
    ]
    tables = [
        pairs(facts),
        table(head, steps, right=range(1, 7)),
        table(("from", "to", "count", "median", "90 %"), times, right=(2, 3, 4)),
    ]
    if found.net is not None and (seen := choices(found.net)):
        tables.append(_choices(seen))
    return "\n\n".join(tables)


def _choices(seen: Sequence[Choice]) -> str:
    """Where the mined model goes on in several ways, silent steps resolved to the visible ones next to them."""
    rows = [
        (", ".join(name or "start" for name in one.after), OR.join(_first(option) for option in one.options))
        for one in seen[:MOST_WAYS]
    ]
    text = table(("after", "then, in the model, one of"), rows)
    return text if len(seen) <= MOST_WAYS else f"{text}\n\n{MOST_WAYS} of {len(seen)} choices"


def _first(option: Sequence[str]) -> str:
    return ", ".join(name or "end" for name in option)


def _shown(many: int, left_out: int, words: Words) -> str:
    """A count, and of how many where a filter left some out."""
    if not left_out:
        return words.number(many)
    of = many + left_out
    return f"{words.number(many)} of {words.number(of)} ({words.percent(many / of)})"


def variants(found: Model, most: int, words: Words) -> str:
    """The most frequent courses with their cases and share."""
    rows = [
        (
            words.number(one.cases),
            words.percent(one.cases / found.cases) if found.cases else UNKNOWN,
            ARROW.join(one.activities),
        )
        for one in found.variants[:most]
    ]
    text = table(("cases", "share", "course"), rows, right=(0, 1))
    told = f"{words.number(len(rows))} of {words.number(found.variant_count)} variants"
    withheld = len(rows) < min(most, found.variant_count)
    return f"{text}\n\n{told}" + ("; those of too few cases are withheld (--privacy)" if withheld else "")


def group(of: Mapping[str, str]) -> str:
    """office=JC-01, function=integration; a dot for the whole log."""
    return ", ".join(f"{name}={value}" for name, value in of.items()) or "."


def span(limits: tuple[float, float] | None, unit: str, words: Words) -> str:
    """Two limits in the metric's unit."""
    return UNKNOWN if limits is None else words.span(*limits, unit)


def share(of: Share, words: Words) -> str:
    """A share in per cent; a dash where nothing is known."""
    return UNKNOWN if of.value is None else words.percent(of.value, 0)


def whole(count: int | None, words: Words) -> str:
    """A count; a dash where it is not known or withheld."""
    return UNKNOWN if count is None else words.number(count)


def _figure(value: float | None, name: str, words: Words) -> str:
    """A figure of quality with its formula."""
    return UNKNOWN if value is None else f"{words.number(value, 3)} ({words.text(f'fit.formula.{name}')})"


def _duration(seconds: float | None, words: Words) -> str:
    return UNKNOWN if seconds is None else words.duration(seconds)


def receipt(found: Mapping[str, Any], words: Words) -> str:
    """What ``check`` found: rows, refusals, what is missing or unknown, and what can be measured."""
    parts = [pairs((name, words.number(found[name])) for name in ("rows_read", "rows_accepted", "rows_quarantined"))]
    if found["quarantine"]:
        refused = [
            (entry["reason"], words.number(entry["rows"]), str(entry["first_line"])) for entry in found["quarantine"]
        ]
        parts.append(table(("refused because", "rows", "first line"), refused, right=(1, 2)))
    parts.append(pairs(_made(found, words)))
    if lost := found.get("expected"):
        named = [(one["column"], one["from"], ", ".join(one["near"])) for one in lost]
        parts.append(table(("column", "named by the source, not in the file", "did you mean"), named))
    if left := found["unmapped"]:
        parts.append(underlined("columns of the file not taken") + "\n" + textwrap.fill(clean(", ".join(left)), WIDTH))
    if found["absent"]:
        parts.append(underlined("absent") + "\n" + textwrap.fill(clean(", ".join(found["absent"])), WIDTH))
    told = [(entry["column"], _word(entry), words.number(entry["rows"])) for entry in found["vocabulary"]]
    if labels := [row[1:] for row in told if row[0] == "activity"]:
        parts.append(table(("label of the extract, kept as a step of its own", "rows"), labels, right=(1,)))
    if codes := [row for row in told if row[0] != "activity"]:
        parts.append(table(("column", "unknown code, made empty", "rows"), codes, right=(2,)))
    parts.append(_measurable(found["measurable"], words))
    return "\n\n".join(parts)


def _word(entry: Mapping[str, Any]) -> str:
    """A value that is no code; of a long list the last line is the count of the rest."""
    return str(entry["value"]) if "values" not in entry else f"({entry['values']} more)"


def _made(found: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """What became of names, of start and complete rows, and of rows that asked a table beside the log."""
    names = found["pseudonyms"]
    key = f" (key {names['key']}, fingerprint {names['fingerprint']})" if "key" in names else ""
    facts = [("names", f"cases {names['cases']}, workers {names['workers']}{key}")]
    if paired := found.get("paired"):
        left = f"{words.number(paired['starts_left'])} starts and {words.number(paired['completes_left'])} ends left"
        facts.append(("paired", f"{words.number(paired['rows'])} intervals, {left}"))
    for entry in found.get("joined", ()):
        matched, alone = (words.number(entry[key]) for key in ("matched", "unmatched"))
        facts.append((f"joined {entry['file']}", f"{matched} rows, {alone} without a partner"))
    for file in found["files"]:
        facts += [(name.replace("_", " "), words.number(count)) for name, count in file.get("figures", {}).items()]
    return facts


def _measurable(found: Sequence[Mapping[str, Any]], words: Words) -> str:
    rows = [
        (
            one["metric"],
            one["status"],
            UNKNOWN if one["coverage"] is None else words.percent(one["coverage"], 0),
            whole(one["items"], words),
        )
        for one in found
    ]
    reasons = [
        f"{one['metric']}: {clean(one['reason'][words.language])}" for one in found if one["reason"].get(words.language)
    ]
    lines = table(("metric", "status", "coverage", "items"), rows, right=(2, 3))
    return "\n".join([lines, *([""] if reasons else []), *reasons])


def simulated(made: Any) -> str:
    """Where a made-up log and its planted truth lie, and how big it is."""
    return pairs((name, str(getattr(made, name))) for name in ("log", "truth", "cases", "events"))


def checks(found: Iterable[Any]) -> str:
    """One line a check; below it what to do, where something is to be done."""
    shown = []
    for one in found:
        shown.append(f"{'ok  ' if one.ok else 'FAIL'}  {clean(one.name)}: {clean(one.detail)}")
        if one.next_step and not one.ok:
            shown.append(f"      {clean(one.next_step)}")
    return "\n".join(shown)
