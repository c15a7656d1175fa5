"""Says what a report says and when: findings in, a Document out. No number is made here, no sentence is written here.

The order is that of reading: the sentences that matter, the profile of the core four, each of the four with its
comparison and its sheet, the map of the process, what its branches are associated with, who hands over to whom, what
must be standard, the catalogue by message, how varied the courses are, what the data carry, what the report does not
say, where it comes from. Offices stand in the order of their names. Rules: metrics.md 0, C.4, F; product.md 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from procmine.findings import Findings
from procmine.report.branches import branches_section
from procmine.report.catalogue import message_sections
from procmine.report.document import Document, Items, Message, Section
from procmine.report.handover import handover_section
from procmine.report.norm_section import conform_section
from procmine.report.norms import norms_section
from procmine.report.process import map_section
from procmine.report.quality import limits_section, receipt_section, rows_sentence
from procmine.report.reading import CORE, Reading
from procmine.report.scores import gap, metric_section, profile_section, verdict
from procmine.report.variety import variety_section
from procmine.report.words import clean, load

MOST_MESSAGES = 5
TERMS = (
    "skip", "contents", "read_more", "zoom_in", "zoom_out", "fit", "detail", "choose", "choose_all",
    "map_help", "scroll", "legend", "lens",
)  # fmt: skip


def compose(
    findings: Findings,
    sheets: Mapping[str, Any],
    labels: Mapping[str, Any],
    language: str = "de",
    study: Path | None = None,
    needs: Mapping[str, tuple[str, ...]] | None = None,
) -> Document:
    """The report on findings that left the privacy door.

    ``sheets`` are the metrics by name (texts as ``{"de": …, "en": …}``), ``labels`` the titles of activities and codes:
    a text, or one by language. ``needs`` are the event columns each metric cannot do without. ``study`` is a folder
    whose ``reports/texts`` stand in for single shipped texts.
    Raises ContentError where a text is missing, UsageError for a language there are no texts in.
    """
    words = load(language, study)
    reading = Reading(findings, sheets, labels, words, needs or {})
    core = [metric for metric in reading.metrics() if metric in CORE]
    parts = [
        profile_section(reading),
        *(metric_section(reading, metric) for metric in core),
        map_section(reading),
        branches_section(reading),
        handover_section(reading, findings.handovers),
        norms_section(reading),
        *(conform_section(reading, found) for found in findings.drawn_norms),
        *message_sections(reading),
        variety_section(reading, findings.variety),
        receipt_section(reading),
        limits_section(reading),
    ]
    return Document(
        language=language,
        kicker=words.text("report.kicker"),
        title=clean(findings.title),
        facts=_facts(reading),
        messages_title=words.text("report.messages"),
        messages=_messages(reading, core),
        sections=tuple(part for part in parts if isinstance(part, Section)),
        foot=_foot(reading),
        foot_title=words.text("report.foot"),
        closing=words.text("report.closing"),
        terms={name: words.text(f"terms.{name}") for name in TERMS},
    )


def _messages(reading: Reading, core: list[str]) -> tuple[Message, ...]:
    """At most five: one a core metric in their fixed order, then where offices lack one, else the state of the data."""
    found = []
    for metric in core:
        tone = "signal" if reading.tally(metric).outside else "plain"
        found.append(Message(verdict(reading, metric), metric.replace("_", "-"), tone))  # type: ignore[arg-type]
    gaps = [(metric, text) for metric in core if (text := gap(reading, metric))]
    found += [Message(text, metric.replace("_", "-"), "caution") for metric, text in gaps]
    found.append(Message(rows_sentence(reading), "daten", "muted"))
    return tuple(found[:MOST_MESSAGES])


def _facts(reading: Reading) -> tuple[tuple[str, str], ...]:
    words, findings = reading.words, reading.findings
    receipt = findings.receipt
    found = [(words.text("report.facts_offices"), words.number(len(reading.offices())))] if reading.offices() else []
    for key in ("cases", "events"):
        if receipt.get(key) is not None:
            found.append((words.text(f"report.facts_{key}"), words.number(int(receipt[key]))))
    found.append((words.text("report.facts_period"), _period(reading)))
    found.append((words.text("report.facts_privacy"), words.text(f"privacy.{findings.privacy}.name")))
    return tuple(found)


def _period(reading: Reading) -> str:
    words, findings = reading.words, reading.findings
    first, last = findings.period or (findings.receipt.get("first_day"), findings.receipt.get("last_day"))
    if not first or not last:
        return words.text("report.none")
    return words.text("report.period", first=words.day(str(first)), last=words.day(str(last)))


def _foot(reading: Reading) -> tuple[Items, ...]:
    """Where the report comes from. No clock: same input, same bytes."""
    words, findings = reading.words, reading.findings
    receipt = findings.receipt
    source = [
        (words.text("foot.name"), clean(str(receipt.get("name") or findings.title))),
        (words.text("foot.attribution"), _attribution(reading)),
        (words.text("foot.period"), _period(reading)),
        (words.text("foot.privacy"), words.text(f"privacy.{findings.privacy}.name")),
        (words.text("foot.settings"), clean(str(receipt.get("digest") or ""))),
    ]
    files = [tuple(clean(str(file.get(key, ""))) for key in ("name", "sha256")) for file in receipt.get("files") or ()]
    measured = set(reading.metrics())
    versions = [
        (clean(name), clean(str(text))) for name, text in sorted(findings.versions.items()) if name not in measured
    ]
    counted = {m.metric: m.version for m in findings.measurements}
    metrics = [(reading.title(m), words.text("metric.version", version=str(counted[m]))) for m in reading.metrics()]
    lists = (("source", source), ("files", files), ("versions", versions), ("metrics", metrics))
    return tuple(
        Items(f"foot-{key}", words.text(f"foot.{key}"), tuple((term, text) for term, text in pairs if text))
        for key, pairs in lists
        if pairs
    )


def _attribution(reading: Reading) -> str:
    """Which source file read the log, and whom its data come from."""
    source = reading.findings.receipt.get("source")
    if not isinstance(source, Mapping):
        return clean(str(source or ""))
    titles = source.get("title") or {}
    parts = (str(titles.get(reading.words.language, "")), str(source.get("attribution") or ""))
    return clean(" · ".join(part for part in parts if part))
