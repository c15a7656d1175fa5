"""Study: a log opened, measured, mined and compared, through the one privacy door; a folder's whole run as Findings."""

from __future__ import annotations

from procmine.study.figures import CORE, check, compare, diff, explain, metrics_of, score
from procmine.study.models import EVERY_CASE, branches, discover, handovers, two_models, variety
from procmine.study.norms import conform, conform_bpmn, drawn_norm
from procmine.study.opening import SETTINGS, Study, open_log, read_study
from procmine.study.running import run

__all__ = [
    "CORE",
    "EVERY_CASE",
    "SETTINGS",
    "Study",
    "branches",
    "check",
    "compare",
    "conform",
    "conform_bpmn",
    "diff",
    "discover",
    "drawn_norm",
    "explain",
    "handovers",
    "metrics_of",
    "open_log",
    "read_study",
    "run",
    "score",
    "two_models",
    "variety",
]
