"""Metric: words, query and worked example of what is measured; the catalogue of them all."""

from __future__ import annotations

from procmine.drawn import Drawn, drawn_table
from procmine.metric.definition import CONTRACT, AnswersTo, Example, Heap, Metric, missing, silent_kinds
from procmine.metric.pairs import catalogue, names_of
from procmine.metric.proof import prove

__all__ = [
    "CONTRACT",
    "AnswersTo",
    "Drawn",
    "Example",
    "Heap",
    "Metric",
    "catalogue",
    "drawn_table",
    "missing",
    "names_of",
    "prove",
    "silent_kinds",
]
