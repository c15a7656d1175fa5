"""What people read instead of silent steps: the visible ones that come next."""

from __future__ import annotations

from typing import Any

from procmine.mine.discover import discover
from procmine.mine.net import net_of_tree
from procmine.mine.visible import EDGE, Choice, choices, last_visible, next_visible
from procmine.model import Net
from procmine.report import words
from procmine.terminal import lines
from tests.mine.nets import leaf, node

SKIP = net_of_tree(node("sequence", leaf("a"), node("xor", leaf("b"), leaf(None)), leaf("c")))


def silent(net: Net) -> list[str]:
    return [transition.name for transition in net.transitions if transition.label is None]


def test_a_skip_is_named_by_what_comes_after_it() -> None:
    (skip,) = silent(SKIP)

    assert (next_visible(SKIP)[skip], last_visible(SKIP)[skip]) == (("c",), ("a",))


def test_a_split_is_named_by_the_first_steps_of_all_its_branches() -> None:
    net = net_of_tree(node("sequence", leaf("a"), node("parallel", leaf("b"), leaf("c"))))

    assert next_visible(net)[silent(net)[0]] == ("b", "c")


def test_silent_steps_in_a_row_are_passed_through() -> None:
    net = net_of_tree(node("sequence", leaf("a"), leaf(None), leaf(None), leaf("b")))

    assert {next_visible(net)[name] for name in silent(net)} == {("b",)}


def test_where_nothing_visible_comes_the_case_is_over() -> None:
    net = net_of_tree(node("sequence", leaf("a"), node("xor", leaf("b"), leaf(None))))

    assert next_visible(net)[silent(net)[0]] == (EDGE,)


def test_a_choice_tells_what_comes_before_it_and_first_on_each_way() -> None:
    assert choices(SKIP) == (Choice(("a",), (("b",), ("c",))),)


def test_the_end_of_a_loop_is_a_choice_between_going_round_and_leaving() -> None:
    net = net_of_tree(node("sequence", node("loop", leaf("a"), leaf("r")), leaf("z")))

    assert choices(net) == (Choice(("a",), (("r",), ("z",))),)


def test_a_choice_at_the_very_beginning_comes_after_the_beginning_of_the_case() -> None:
    net = net_of_tree(node("xor", leaf("a"), leaf("b")))

    assert choices(net) == (Choice((EDGE,), (("a",), ("b",))),)


def test_ways_that_look_alike_to_people_are_no_choice() -> None:
    net = net_of_tree(node("sequence", node("xor", leaf(None), leaf(None)), leaf("a")))

    assert choices(net) == ()


def test_the_terminal_tells_the_choices_of_a_model_without_a_silent_step(log_of: Any) -> None:
    model = discover(log_of({("a", "b", "c"): 7, ("a", "c"): 5, ("a",): 5}), noise=0)

    last = lines.model(model, words.load("en")).splitlines()[-1]
    assert last.split() == ["a", "b", "|", "c", "|", "end"]
