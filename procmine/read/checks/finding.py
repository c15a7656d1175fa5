"""Finding: what one check says of a log, as a value, and how its sentence is put."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from math import isclose
from typing import Any

Words = Mapping[str, str]
FOUND, NOT_CHECKABLE, CLEAR = "found", "not_checkable", "clear"
# Why a check that has its columns has still not looked.
NOTHING: Words = {
    "de": "Nicht prüfbar: Im Auszug steht nichts, woran es zu sehen wäre.",
    "en": "Not checkable: the export holds nothing to see it by.",
}
# So many of the columns that would each do are named.
NAMED = 4
CASE_LOCAL: Words = {
    "de": "Nicht prüfbar: Fachkräfte sind nur innerhalb eines Falls nummeriert (case-local).",
    "en": "Not checkable: caseworkers are numbered within a case only (case-local).",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says of a log.

    ``state`` is found, clear or not_checkable. ``rows`` of ``looked_at`` are conspicuous, in ``cases`` cases; ``share``
    is rows out of looked_at. ``offices`` are those that pass the check's limits by themselves. ``columns`` are the
    event columns whose figures it bears on. ``details`` are (text, rows): codes, or texts of the log with every strange
    sign escaped; never a caseworker, never a case.
    """

    check: str
    state: str
    severity: str
    rows: int | None
    looked_at: int | None
    cases: int | None
    share: float | None
    offices: tuple[str, ...]
    columns: tuple[str, ...]
    details: tuple[tuple[str, int], ...]
    title: Words
    text: Words

    def to_dict(self) -> dict[str, Any]:
        """As JSON and the receipt know it."""
        return asdict(self)


def from_dict(entry: Mapping[str, Any]) -> Finding:
    """A finding as the receipt keeps it."""
    values = {each.name: entry[each.name] for each in fields(Finding)}
    for name in ("offices", "columns"):
        values[name] = tuple(values[name])
    values["details"] = tuple((str(text), int(rows)) for text, rows in values["details"])
    return Finding(**values)


def in_order(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings first, then what could not be looked at, then what is clear; warnings before notes; by name."""
    states, severities = (FOUND, NOT_CHECKABLE, CLEAR), ("warning", "note")
    return tuple(
        sorted(
            found,
            key=lambda one: (states.index(one.state), severities.index(one.severity), one.check, one.title["en"]),
        )
    )


def absent_columns(missing: Sequence[str]) -> Words:
    """Why a check cannot look: the columns the export lacks; of many that would each do, the first few."""
    spoken = {
        "de": ("Nicht prüfbar: Der Auszug enthält kein Merkmal {}.", " oder "),
        "en": ("Not checkable: the export has no attribute {}.", " or "),
    }
    told = {}
    for language, (sentence, either) in spoken.items():
        choices = [name.split("|") for name in missing]
        named = [either.join(names[:NAMED]) + (" …" if len(names) > NAMED else "") for names in choices]
        told[language] = sentence.replace("{}", ", ".join(named))
    return told


def filled(sentence: str, values: Mapping[str, str]) -> str:
    """A sentence with its placeholders filled; one nobody knows stands as it is. Never str.format: texts are data."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), sentence)


def said(value: float | None, language: str) -> str:
    """A number in a language.

    >>> said(12345, "de"), said(0.99, "de")
    ('12.345', '0,99')
    """
    if value is None:
        return "–"
    text = f"{value:,.0f}" if isclose(value, round(value)) else f"{value:,.4g}"
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def percent(share: float, language: str) -> str:
    """A share in per cent; the small ones with a digit more, so that few is not none.

    >>> percent(0.0004, "en"), percent(0.031, "de")
    ('under 0.1 %', '3,1 %')
    """
    if 0 < share < 0.001:
        return "unter 0,1 %" if language == "de" else "under 0.1 %"
    text = f"{100 * share:.1f}" if share < 0.995 or share == 1 else f"{100 * share:.2f}"
    text = text.removesuffix(".0")
    return f"{text.replace('.', ',')} %" if language == "de" else f"{text} %"
