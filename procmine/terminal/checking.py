"""The findings of ``check`` and its table "usable for", as lines for a person."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from procmine.report.words import Words, clean
from procmine.terminal.aligned import table, underlined
from procmine.terminal.lines import UNKNOWN, WIDTH, whole

# How many offices a line names.
NAMED = 3


def checked(found: Mapping[str, Any], words: Words) -> str:
    """What the checks found and what the log can be used for, below the receipt."""
    return "\n\n".join([findings(found["findings"], words), usable(found["usable"], words)])


def findings(found: Sequence[Mapping[str, Any]], words: Words) -> str:
    """One line a finding, then its sentence; below, what could not be looked at and why, and what is clear."""
    language = words.language
    seen = [one for one in found if one["state"] == "found"]
    rows = [
        (
            str(number),
            one["severity"],
            one["title"][language],
            words.number(one["rows"]),
            _share(one["share"], words),
            whole(one["cases"], words),
            _offices(one["offices"]),
        )
        for number, one in enumerate(seen, start=1)
    ]
    head = ("no", "severity", "finding", "rows", "share", "cases", "offices")
    parts = [underlined("findings") + "\n" + table(head, rows, right=(0, 3, 4, 5))] if rows else []
    parts += [_sentence(f"{number}. {one['text'][language]}") for number, one in enumerate(seen, start=1)]
    if unseen := [one for one in found if one["state"] == "not_checkable"]:
        lines = [_sentence(f"{one['title'][language]}: {one['text'][language]}") for one in unseen]
        parts.append(underlined("not checkable") + "\n" + "\n".join(lines))
    if clear := [one["title"][language] for one in found if one["state"] == "clear"]:
        parts.append(underlined("clear") + "\n" + _sentence("; ".join(clear)))
    return "\n\n".join(parts)


def usable(lines: Sequence[Mapping[str, Any]], words: Words) -> str:
    """A line a metric: whether the log can bear it, how many findings touch it, and below the sentence why."""
    language = words.language
    rows = [(one["metric"], one["usable"], str(len(one["findings"]) or "")) for one in lines]
    sentences = [_sentence(f"{one['metric']}: {one['reason'][language]}") for one in lines]
    return "\n".join(
        [underlined("usable for"), table(("metric", "usable", "findings"), rows, right=(2,)), "", *sentences]
    )


def _sentence(text: str) -> str:
    return textwrap.fill(clean(text), WIDTH, subsequent_indent="   ", break_on_hyphens=False)


def _offices(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" +{more}" if more > 0 else "")


def _share(share: float | None, words: Words) -> str:
    if share is None:
        return UNKNOWN
    return words.percent(share, 1) if share >= 0.001 else "<" + words.percent(0.001, 1)
