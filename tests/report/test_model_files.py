"""A model as a file: which format by its ending, and nothing for an ending nobody reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from procmine.errors import UsageError
from procmine.mine.model_json import model_of_json
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


def test_a_model_as_json_read_again_is_the_same_model(model: Model) -> None:
    assert model_of_json(model_file(model, Path("model.json"))) == model


@pytest.mark.parametrize("ending", [".graphml", ".svg"])
def test_a_model_without_a_tree_is_written_as_xml_that_can_be_read(model: Model, ending: str) -> None:
    text = model_file(replace(model, tree=None, net=None), Path(f"model{ending}"))

    assert ElementTree.fromstring(text) is not None  # noqa: S314  # our own text


@pytest.mark.parametrize(("ending", "way_out"), [(".bpmn", "PNML"), (".ptml", "PNML"), (".pnml", "No model was mined")])
def test_what_a_model_does_not_have_is_refused_with_the_way_out(model: Model, ending: str, way_out: str) -> None:
    with pytest.raises(UsageError, match=way_out):
        model_file(replace(model, tree=None, net=None), Path(f"model{ending}"))


def test_an_unknown_ending_is_refused_with_the_known_ones(model: Model) -> None:
    with pytest.raises(UsageError, match=r"not written as \.docx.*\.bpmn"):
        model_file(model, Path("model.docx"))

    assert SUFFIXES == (".bpmn", ".graphml", ".json", ".pnml", ".ptml", ".svg")
