"""What the quick way through XES rests on: texts known by all their bytes, and text columns handed to the engine."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from procmine.read.xes import arrow as xes_arrow
from procmine.read.xes import bridge as xes_bridge
from procmine.read.xes.arrow import VIEW_PAD, Frame
from procmine.read.xes.bridge import LONGEST, PAD, Bridges


def codes(bridges: Bridges, *texts: str) -> list[int]:
    data = [text.encode() for text in texts]
    length = np.array([len(text) for text in data])
    return list(map(int, bridges.codes(b"".join(data) + PAD, np.cumsum(length) - length, length)))


def next_tag(key: str) -> str:
    return f'/><string key="{key}" value='


def test_a_text_between_values_is_known_by_every_byte() -> None:
    bridges = Bridges('"', value_first=False)
    texts = [next_tag("0" * at + "1" + "0" * (19 - at)) for at in range(20)]
    first = codes(bridges, *texts, *reversed(texts))

    assert (sorted(set(first)), first[:20]) == (list(range(1, 21)), first[:19:-1])


def test_texts_that_mix_to_one_number_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xes_bridge, "_MULTIPLIER", np.uint64(0))  # only the last eight bytes count
    bridges = Bridges('"', value_first=False)

    assert codes(bridges, next_tag("a"), next_tag("b"), next_tag("a"), next_tag("c")) == [1, 2, 1, 3]


@pytest.mark.parametrize("text", ["", ">", "/> <x key='a' value=", next_tag("a&amp;"), next_tag("x" * LONGEST)])
def test_what_the_grammar_does_not_know_has_no_code(text: str) -> None:
    assert codes(Bridges('"', value_first=False), text, next_tag("a")) == [0, 1]


def test_texts_that_are_not_plain_are_given_up_soon() -> None:
    """A hostile file has a new one at every place; each costs a look at all of its length."""
    bridges = Bridges('"', value_first=False)
    many = codes(bridges, *(f"/><x{number:04} key" for number in range(1_000)), next_tag("longer than those before"))

    assert many == [0] * 1_001


def test_texts_of_any_length_reach_the_engine_as_they_are() -> None:
    texts = ["", "a", "exactly 12 b", "thirteen byte", "ü" * 6, "€" * 7, "x" * 5_000, "😀"]
    data = [text.encode() for text in texts]
    length = np.array([len(text) for text in data])
    frame = Frame(b"".join(data) + VIEW_PAD, 20)
    frame.add_numbers("line", np.arange(20))
    frame.add_texts("c0", np.arange(8) * 2 + 3, np.cumsum(length) - length, length)
    frame.add_texts("c1", np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64))
    con = duckdb.connect()
    con.register("frame", frame)
    rows = con.execute("SELECT * FROM frame").fetchall()
    con.unregister("frame")
    frame.close()
    wanted = dict(zip(range(3, 19, 2), texts, strict=True))

    assert rows == [(row, wanted.get(row), None) for row in range(20)]


def test_nothing_is_kept_of_what_was_handed_over() -> None:
    con = duckdb.connect()
    con.execute("CREATE TABLE t (name VARCHAR)")
    for _ in range(5):
        frame = Frame(b"abc" + VIEW_PAD, 3)
        frame.add_texts("name", np.arange(3), np.arange(3), np.ones(3, np.int64))
        con.register("frame", frame)
        con.execute("INSERT INTO t SELECT name FROM frame")
        con.unregister("frame")
        frame.close()

    assert (con.execute("SELECT count(*) FROM t").fetchone(), xes_arrow._KEPT) == ((15,), {})
