"""Every reason and formula of a model's quality has its sentence in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from procmine.mine.fit.of_net import REASONS
from procmine.report import words

FIT = Path(__file__).parents[2] / "procmine" / "mine"
FIGURES = ("alignment", "tokens", "precision", "generalisation", "simplicity")


def named() -> set[str]:
    """The reasons that the code gives, read from its text: they are few and stand in three modules."""
    text = "".join((FIT / name).read_text("utf-8") for name in ("discover.py", "fit/quality.py", "fit/of_net.py"))
    return (
        set(REASONS.values())
        | {
            name
            for line in text.splitlines()
            if "reasons" in line or "not_measured(" in line or "of_miner" in line
            for name in re.findall(r'"([a-z_]+)"', line)
        }
        | {"precision_budget", "precision_replayable"}
    )


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_reason_and_formula_has_its_sentence(language: str) -> None:
    spoken = words.load(language)
    known = {key.removeprefix("fit.reason.") for key in spoken.texts if key.startswith("fit.reason.")}

    assert known == named()
    assert all(spoken.maybe(f"fit.formula.{figure}") for figure in FIGURES)
