"""A model as a file: which format by its ending, and nothing for an ending nobody reads."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from procmine.errors import UsageError
from procmine.model import Model
from procmine.report.model_files import SUFFIXES, model_file
from tests.report.made_up import findings


@pytest.fixture(scope="module")
def model() -> Model:
    found = findings().model
    assert found is not None
    return found


def test_the_map_is_an_svg_with_real_text_and_no_style_sheet(model: Model) -> None:
    drawn = model_file(model, Path("map.svg"))

    assert ElementTree.fromstring(drawn).tag.endswith("svg")  # noqa: S314  # our own text
    assert "<text" in drawn
    assert "var(--" not in drawn


def test_an_unknown_ending_is_refused_with_the_known_ones(model: Model) -> None:
    with pytest.raises(UsageError, match=r"not written as \.docx.*\.bpmn"):
        model_file(model, Path("model.docx"))

    assert SUFFIXES == (".bpmn", ".graphml", ".pnml", ".ptml", ".svg")
