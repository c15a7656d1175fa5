"""A model as JSON: read again it is the same model, and what is no model of ours is refused with its place."""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmine.errors import InputError
from procmine.mine.discover import discover
from procmine.mine.model_json import model_of_json, read_model, to_json
from procmine.model import Model, TreeNode
from tests.mine.conftest import make_log_of

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)  # "]]>", quotes, control characters, 🧭 … all of them
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: TEXTS,
    bool: st.booleans(),
}


TREES = st.recursive(
    st.builds(TreeNode, st.none(), st.none() | TEXTS),
    lambda held: st.builds(TreeNode, TEXTS, st.none(), st.lists(held, max_size=3).map(tuple)),
    max_leaves=6,
)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that models are made of, so that a new field is drawn without a line of test."""
    if kind is TreeNode:
        return TREES
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})
    origin, held = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple and held[1] is ...:
        return st.lists(values(held[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(values(each) for each in held))
    if origin is Mapping:
        return st.dictionaries(TEXTS, TEXTS, max_size=2)
    if held:  # X | None
        return st.none() | values(held[0])
    return PLAIN[kind]


@pytest.fixture(scope="module")
def model() -> Model:
    return discover(make_log_of({("a", "b", "c"): 4, ("a", "c", "b"): 3, ("a", "d"): 1}), noise=0)


def changed(model: Model, **more: Any) -> str:
    said = json.loads(to_json(model))
    said["data"] |= more
    return json.dumps(said)


def test_a_mined_model_read_again_is_the_same_model(model: Model) -> None:
    assert model_of_json(to_json(model)) == model


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(values(Model))
def test_any_model_read_again_is_the_same_model(drawn: Model) -> None:
    assert model_of_json(to_json(drawn)) == drawn


def test_the_same_model_gives_the_same_bytes(model: Model) -> None:
    assert to_json(model_of_json(to_json(model))) == to_json(model)


def test_the_file_names_its_schema_and_every_field(model: Model) -> None:
    said = json.loads(to_json(model))

    assert said["schema"] == "procmine/model@1"
    assert list(said["data"]) == [field.name for field in fields(Model)]


def test_a_file_from_before_a_field_was_there_has_its_default(model: Model) -> None:
    said = json.loads(to_json(model))
    del said["data"]["mined_cases"]

    assert model_of_json(json.dumps(said)) == replace(model, mined_cases=0)


def test_a_model_is_read_from_a_file(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(to_json(model), encoding="utf-8")

    assert read_model(path) == model


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"cases": "8"}, "data.cases is not a whole number"),
        ({"cases": True}, "data.cases is not a whole number"),
        ({"noise": None}, "data.noise is not a number"),
        ({"algorithm": 1}, "data.algorithm is not a text"),
        ({"steps": {}}, "data.steps is no list"),
        ({"ways": [3]}, r"data.ways\[0\] is no object"),
        ({"variants": [{"activities": ["a"]}]}, r"data.variants\[0\].cases is missing"),
        (
            {"tree": {"operator": "xor", "activity": None, "children": [{"activity": 1}]}},
            r"children\[0\].operator is mis",
        ),
        ({"net": {"places": [], "transitions": [], "arcs": [["p"]], "initial": [], "final": []}}, "1 entries, not 2"),
        ({"tre": None}, "data has no field 'tre'. Did you mean tree"),
    ],
)
def test_what_is_not_of_its_kind_is_refused_with_its_place(model: Model, more: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        model_of_json(changed(model, **more))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Expecting value"),
        ("[]", "schema is not procmine/model@1"),
        ('{"schema": "procmine/model@2", "data": {}}', "schema is not procmine/model@1"),
        ('{"schema": "procmine/model@1"}', "data is no object"),
        ('{"schema": "procmine/model@1", "data": {}, "more": 1}', "no field 'more'"),
        ('{"schema": "procmine/model@1", "schema": "x", "data": {}}', "'schema' is given twice"),
        ('{"schema": "procmine/model@1", "data": {"noise": NaN}}', "NaN is no number"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_a_text_that_is_no_model_is_refused(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        model_of_json(text, where="model.json")


def test_a_file_that_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"model\.json"):
        read_model(path)


def test_a_deep_tree_comes_back(model: Model) -> None:
    tree = TreeNode(None, "a")
    for _ in range(100):
        tree = TreeNode("sequence", None, (tree, TreeNode(None, "b")))

    assert model_of_json(to_json(replace(model, tree=tree))).tree == tree
