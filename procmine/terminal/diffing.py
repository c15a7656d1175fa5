"""Lines for ``diff``: what changed between two extracts, and which figures move."""

from __future__ import annotations

from collections.abc import Mapping

from procmine.findings import Changed, Difference, Moved, Status
from procmine.report.words import SHARES, Words
from procmine.terminal.aligned import pairs, table
from procmine.terminal.lines import UNKNOWN, group, whole

COUNTS = ("same", "added", "changed", "removed", "cases")


def difference(found: Difference, units: Mapping[str, str], words: Words) -> str:
    """Counts over all, by office and month, by column; then the figures that are no longer what they were."""
    facts = [
        ("earlier", f"{found.names[0]}, {_period(found.periods[0], words)}"),
        ("later", f"{found.names[1]}, {_period(found.periods[1], words)}"),
        ("matched by", found.matched_by),
    ]
    facts += [("columns only in the earlier", ", ".join(found.only[0]))] if found.only[0] else []
    facts += [("columns only in the later", ", ".join(found.only[1]))] if found.only[1] else []
    touched = [part for part in found.parts if part.cases is None or part.cases]
    rows = [_counts("all", "", found.whole, words)]
    rows += [_counts(part.office, part.month, part, words) for part in touched]
    parts = [pairs(facts), table(("office", "month", *COUNTS), rows, right=range(2, 7))]
    if any(part.cases is None for part in touched):
        parts.append(f"{UNKNOWN}: fewer than 3 cases, or such a number could be worked out from it")
    if found.columns:
        columns = [(name, words.number(count)) for name, count in found.columns]
        parts.append(table(("column with another value", "events"), columns, right=(1,)))
    moved = [_moved(one, units[one.before.metric], words) for one in found.moved if _moves(one)]
    head = ("metric", "group", "before", "after", "change", "status before", "status after")
    parts.append(table(head, moved, right=range(2, 5)) if moved else "No figure moves.")
    return "\n\n".join(parts)


def _period(days: tuple[str, str], words: Words) -> str:
    return f"{words.day(days[0])} – {words.day(days[1])}"


def _counts(office: str, month: str, of: Changed, words: Words) -> tuple[str, ...]:
    return (office, month, *(whole(getattr(of, name), words) for name in COUNTS))


def _moves(one: Moved) -> bool:
    return bool(one.change) or one.before.status is not one.after.status


def _moved(one: Moved, unit: str, words: Words) -> tuple[str, ...]:
    change = UNKNOWN
    if one.change is not None:
        sign = "+" if one.change > 0 else ""
        in_points = unit.partition(":")[0] in (*SHARES, "difference")
        points = words.number(100 * one.change, 2) if in_points else words.number(one.change, 4)
        change = f"{sign}{points}{' points' if in_points else ''}"
    values = [UNKNOWN if side.value is None else words.value(side.value, unit) for side in (one.before, one.after)]
    statuses: list[Status] = [one.before.status, one.after.status]
    return (one.before.metric, group(one.before.group), *values, change, *(status.value for status in statuses))
