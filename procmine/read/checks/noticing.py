"""Noticing: findings of checks as a report may say them beside the metrics they bear on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from procmine.findings import Noticed
from procmine.read.checks.finding import FOUND, Finding
from procmine.read.checks.sheet import Check

_SENTENCES = re.compile(r"(?<=[.!?]) +(?=[A-ZÄÖÜ„“\"])")


def notice(
    findings: Sequence[Finding], checks: Mapping[str, Check], usable: Sequence[Mapping[str, Any]]
) -> tuple[Noticed, ...]:
    """What was found, each with the metrics that rest on its columns (``usable``: the lines of usable_for)."""
    return tuple(
        Noticed(
            check=one.check,
            severity=one.severity,
            title=one.title,
            meaning=meaning(checks[one.check]) if one.check in checks else {},
            share=one.share,
            metrics=tuple(line["metric"] for line in usable if set(one.columns) & set(line["columns"])),
            cases=one.cases,
            looked_at=one.looked_at,
        )
        for one in findings
        if one.state == FOUND
    )


def meaning(check: Check) -> dict[str, str]:
    """The sentences of a check's text that hold no figure: what a finding means, whatever it counted."""
    return {
        language: " ".join(sentence for sentence in _SENTENCES.split(text) if "{" not in sentence)
        for language, text in check.text.items()
    }
