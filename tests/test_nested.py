"""JSON of any depth: the same texts and the same values as Python's own, and no end to the depth."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmine import nested

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda held: st.lists(held) | st.dictionaries(st.text(), held),
)
FAULTS = ["", " ", "[", "[1", "[1,", "[1,]", "[1 2]", "[1]]", "{", '{"a"', '{"a":', '{"a":1', '{"a":1,}', "{1:2}", "[}"]
FAULTS += ['{"a" 1}', "{]", "[1}", '{"a":1]', "nul", '["\n"]', "[NaN]", "]", ",", "1 1", '{"a":1,"a":2}']


def refused(sign: str) -> NoReturn:
    raise ValueError(f"no {sign}")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def deep(levels: int) -> Any:
    held: Any = {"a": 1}
    for _ in range(levels):
        held = {"children": [held]}
    return held


@given(VALUES, st.sampled_from([1, 2]))
def test_a_value_has_the_text_that_json_gives_it(value: Any, indent: int) -> None:
    assert nested.dumps(value, indent) == json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)


@given(VALUES, st.sampled_from([None, 2]))
def test_a_text_is_read_token_by_token_as_json_reads_it(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)

    assert nested._Deep(text, refused, once).read() == json.loads(text)


@pytest.mark.parametrize("text", FAULTS)
def test_a_text_that_json_refuses_is_refused_token_by_token_too(text: str) -> None:
    with pytest.raises(ValueError):
        json.loads(text, parse_constant=refused, object_pairs_hook=once)

    with pytest.raises(ValueError):
        nested._Deep(text, refused, once).read()


def test_a_value_deeper_than_python_allows_calls_is_written_and_read_again() -> None:
    text = nested.dumps(deep(2_000), indent=1)
    again = nested.loads(text, refused, once)

    assert nested.dumps(again, indent=1) == text and text.count("children") == 2_000


def test_what_is_no_number_is_not_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        nested.dumps([float("nan")], indent=1)
