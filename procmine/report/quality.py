"""The sections that bound what the figures carry: the receipt of the data, and what the report does not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from procmine.privacy import profile_named
from procmine.report.document import Block, Fold, Grid, Items, Note, Points, Section
from procmine.report.reading import Reading
from procmine.report.tables import entries, usable_for
from procmine.report.words import Words, clean

# What a reader of figures must know, in the order in which it is most often forgotten.
MERGED = ("vocabulary", "unknown", "system_workers")
LIMITS = ("recorded", "staff", "cause", "optimum", "targets", "ranks", "privacy")


def receipt_section(reading: Reading) -> Section:
    """What came in, what was refused and why, what the export does not hold, and what the data carry."""
    words, receipt = reading.words, reading.findings.receipt
    blocks: list[Block] = [_sum(reading), _usable(reading)]
    refused = receipt.get("quarantine") or ()
    if refused:
        refused = [{**row, "reason": _refusal(words, str(row.get("reason", "")))} for row in refused]
        columns = tuple(key for key in ("reason", "file", "rows", "first_line") if any(key in row for row in refused))
        blocks.append(entries(words, "table-refused", words.text("quality.refused"), columns, refused, columns))
    for key, title in (("absent", "quality.absent_title"), ("unmapped", "quality.unmapped_title")):
        names_found = [_column(reading, clean(str(name))) for name in receipt.get(key) or ()]
        blocks.append(Note(words.listed(names_found) or words.text("quality.nothing"), "plain", words.text(title)))
    ties = receipt.get("ties") or {}
    if ties:
        same, dates = (words.number(ties.get(name) or 0) for name in ("same_time", "date_only"))
        text = words.text("quality.ties", same_time=same, date_only=dates)
        if receipt.get("zone"):
            text += " " + words.text("quality.zone", zone=clean(str(receipt["zone"])))
        blocks.append(Note(text, "plain", words.text("quality.ties_title")))
    details = _details(reading)
    if details:
        blocks.append(Fold("fold-receipt", words.text("quality.details"), details))
    lead = [words.text("quality.lead")]
    base = profile_named(reading.findings.privacy).base
    if base > 1:
        lead.append(words.text("quality.rounded", base=words.number(base)))
    return Section("daten", words.text("quality.topic"), rows_sentence(reading), tuple(lead), tuple(blocks))


def _column(reading: Reading, name: str) -> str:
    """A column by its title, with its name in an extract; by its name alone where it has no title."""
    title = reading.column(name)
    return name if title == name else f"{title} ({name})"


def _refusal(words: Words, code: str) -> str:
    return words.maybe(f"reasons.{code}") or code


def rows_sentence(reading: Reading) -> str:
    """How many rows were read, how many refused, how many expected columns are absent."""
    words, receipt = reading.words, reading.findings.receipt
    read, refused = int(receipt.get("rows_read") or 0), int(receipt.get("rows_quarantined") or 0)
    if refused:
        tiny = refused < read / 1000
        share = words.text("quality.below", share=words.percent(0.001)) if tiny else words.percent(refused / read)
        parts = [words.counted("message.rows", refused, read=words.number(read), share=share)]
    else:
        parts = [words.text("message.rows.none", read=words.number(read))]
    absent = len(receipt.get("absent") or ())
    if absent:
        parts.append(words.counted("message.absent", absent))
    return " ".join(parts)


def limits_section(reading: Reading) -> Section:
    """What this report does not say; the privacy profile in force stands among it."""
    words = reading.words
    profile = words.text(f"privacy.{reading.findings.privacy}.text")
    points = tuple(
        Note(words.text(f"limits.{name}.text", profile=profile), "plain", words.text(f"limits.{name}.title"))
        for name in LIMITS
    )
    block = Points("limits", "", points)
    return Section("grenzen", words.text("limits.topic"), words.text("limits.title"), (), (block,))


def _sum(reading: Reading) -> Items:
    words, receipt = reading.words, reading.findings.receipt
    names = (("read", "rows_read"), ("accepted", "rows_accepted"), ("refused", "rows_quarantined"))
    pairs = tuple((words.text(f"column.{title}"), words.number(int(receipt.get(key) or 0))) for title, key in names)
    return Items("rows", "", pairs)


def _usable(reading: Reading) -> Grid:
    return usable_for(reading, "table-usable", reading.words.text("quality.usable"), reading.metrics())


def _details(reading: Reading) -> tuple[Grid, ...]:
    words, receipt = reading.words, reading.findings.receipt
    tables: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
        ("files", "files", ("file", "format", "read", "accepted", "refused"), ()),
        ("columns", "filled", ("attribute", "from", "filled"), ()),
        ("vocabulary", "vocabulary", ("attribute", "entry", "rows"), ("column", "value", "rows")),
        ("unreadable", "unreadable", ("attribute", "rows"), ("column", "rows")),
        ("unknown", "unknown", ("attribute", "entry", "rows"), ("column", "value", "rows")),
        ("system_workers", "system", ("entry", "rows"), ("value", "rows")),
        ("derived", "derived", ("attribute", "entry", "rule", "rows"), ("column", "value", "rule", "rows")),
        ("decisions", "decisions", ("decision", "entry", "how"), ("what", "value", "how")),
    )
    own = {
        "files": ("name", "format", "rows_read", "rows_accepted", "rows_quarantined"),
        "columns": ("name", "from", "share"),
    }
    found: list[Grid] = []
    for key, title, columns, names in tables:
        rows = [entry for entry in receipt.get(key) or () if isinstance(entry, Mapping)]
        if key == "columns":
            rows = [_filled(reading, entry) for entry in rows]
        if key in MERGED:
            rows = [{**entry, "value": entry.get("value") or words.text("quality.merged")} for entry in rows]
        if rows:
            grid = entries(words, f"table-{key}", words.text(f"quality.{title}"), columns, rows, own.get(key, names))
            found.append(grid)
    return tuple(found)


def _filled(reading: Reading, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    accepted = int(reading.findings.receipt.get("rows_accepted") or 0)
    filled = entry.get("filled")
    share = reading.words.percent(int(filled) / accepted, 0) if filled is not None and accepted else None
    return {"name": entry.get("name"), "from": entry.get("from"), "share": share}
