"""Lines and JSON for ``conform --bpmn``: how the cases keep to a drawn norm, what deviates, and who began it."""

from __future__ import annotations

from typing import Any

from procmine.deviations import Conformance, Deviation, Kept
from procmine.report.norm_section import begun_text, place_text, remark_text
from procmine.report.words import Words
from procmine.terminal.aligned import pairs, several, table, underlined
from procmine.terminal.lines import UNKNOWN, group, span

MOST = 25
UNDETERMINED = ("running", "earlier", "beyond")


def conformance(found: Conformance, words: Words) -> str:
    """The share kept with what it rests on, the deviations most frequent first, the offices by name."""
    whole = found.whole
    facts = [
        ("norm", f"{found.norm.name} ({found.norm.file})"),
        ("share kept", _share(whole, words)),
        ("95 % interval", span(whole.interval, "share", words)),
        *((name, words.number(getattr(whole, name))) for name in ("kept", "broken", *UNDETERMINED)),
        ("untouched", words.number(found.untouched)),
        ("steps judged", "those the norm names" if found.only_named else "all"),
        ("fitness", UNKNOWN if found.fitness is None else words.number(found.fitness, 3)),
    ]
    facts += [("note", words.text(f"conform.reason.{reason}")) for reason in found.reasons]
    parts = [pairs(facts)]
    if not found.exits and found.quiet_days is None:
        parts.append(words.text("conform.no_exits_at_all"))
    if not found.entries:
        parts.append(words.text("conform.no_entries"))
    rows = [_row(each, found, words) for each in found.deviations[:MOST]]
    if rows:
        parts.append(table(("kind", "step", "place", "cases", "events", "begun by"), rows, right=(3, 4)))
    if len(found.deviations) > MOST:
        parts.append(f"{words.number(len(found.deviations) - MOST)} more: --json")
    if found.offices:
        offices = sorted(found.offices, key=lambda each: group(each.group))
        heads = ("group", "share kept", "95 % interval", "kept", "broken", *UNDETERMINED)
        parts.append(table(heads, [_office(each, words) for each in offices], right=range(1, 8)))
    if found.norm.remarks:
        said = "\n".join(remark_text(each, words) for each in found.norm.remarks)
        parts.append(underlined(words.text("conform.remarks")) + "\n" + several(said))
    return "\n\n".join(parts)


def _share(of: Kept, words: Words) -> str:
    return UNKNOWN if of.share.value is None else words.percent(of.share.value)


def _row(of: Deviation, found: Conformance, words: Words) -> tuple[str, ...]:
    counts = (words.number(of.cases), words.number(of.events))
    return (of.kind, of.activity, place_text(of, found, words), *counts, begun_text(of, words))


def _office(of: Kept, words: Words) -> tuple[str, ...]:
    counts = (words.number(getattr(of, name)) for name in ("kept", "broken", *UNDETERMINED))
    return (group(of.group), _share(of, words), span(of.interval, "share", words), *counts)


def conformance_data(found: Conformance) -> dict[str, Any]:
    """The JSON ``data`` of ``conform --bpmn``."""
    return {
        "norm": {"name": found.norm.name, "file": found.norm.file, "digest": found.norm.digest},
        "whole": _kept(found.whole),
        "offices": [_kept(each) for each in found.offices],
        "deviations": [_deviation(each) for each in found.deviations],
        "foreseen": [{"element": f.element, "events": f.events, "cases": f.cases} for f in found.foreseen],
        "untouched": found.untouched,
        "only_named": found.only_named,
        "beside": [{"activity": name, "events": events, "cases": cases} for name, events, cases in found.beside],
        "entries": found.entries,
        "exits": found.exits,
        "quiet_days": found.quiet_days,
        "fitness": found.fitness,
        "reasons": found.reasons,
        "remarks": [{"kind": each.kind, "about": list(each.about)} for each in found.norm.remarks],
    }


def _kept(of: Kept) -> dict[str, Any]:
    counts = {name: getattr(of, name) for name in ("kept", "broken", *UNDETERMINED)}
    interval = None if of.interval is None else list(of.interval)
    return {"group": dict(of.group), "share": of.share.value, "interval": interval, **counts}


def _deviation(of: Deviation) -> dict[str, Any]:
    begun = None if of.withheld else [{"side": b.side, "events": b.events, "cases": b.cases} for b in of.begun]
    return {
        "kind": of.kind,
        "activity": of.activity,
        "element": of.element,
        "events": of.events,
        "cases": of.cases,
        "begun": begun,
    }
