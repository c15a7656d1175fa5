"""Study: a log opened, measured, mined and compared, through the one privacy door; a folder's whole run as Findings."""

from __future__ import annotations

from procmine.study.figures import CORE, check, compare, diff, explain, metrics_of, score
from procmine.study.models import discover
from procmine.study.opening import SETTINGS, Study, open_log, read_study
from procmine.study.running import run

__all__ = [
    "CORE",
    "SETTINGS",
    "Study",
    "check",
    "compare",
    "diff",
    "discover",
    "explain",
    "metrics_of",
    "open_log",
    "read_study",
    "run",
    "score",
]
