"""Norms: what must be standard, as sentences with a template, a time limit, a population and a paragraph."""

from __future__ import annotations

from procmine.norms.definition import WHY, Condition, Example, Limit, Norm, Norms, Steps, rests_on
from procmine.norms.free_days import LANDS, free_days
from procmine.norms.reading import load_norms
from procmine.norms.templates import TEMPLATES, Template

__all__ = [
    "LANDS",
    "TEMPLATES",
    "WHY",
    "Condition",
    "Example",
    "Limit",
    "Norm",
    "Norms",
    "Steps",
    "Template",
    "free_days",
    "load_norms",
    "rests_on",
]
