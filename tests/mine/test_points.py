"""Decision points: named by what comes before and first, read where a course agrees with the tree, dated before all."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.mine.branches.points import LOST, START, UNFIT, Points, Taken, Way
from procmine.mine.fit.blocks import in_integers
from procmine.model import TreeNode

LETTERS = "abcdefghij"
CODES = {letter: code for code, letter in enumerate(LETTERS)}


def leaf(name: str | None) -> TreeNode:
    return TreeNode(None, name)


def node(operator: str, *children: TreeNode | str | None) -> TreeNode:
    return TreeNode(operator, None, tuple(c if isinstance(c, TreeNode) else leaf(c) for c in children))


def points_of(tree: TreeNode) -> Points:
    root, _ = in_integers(tree, dict(CODES), 0)
    assert root is not None
    return Points(root)


def taken(tree: TreeNode, course: str) -> list[tuple[int, int, int, bool]]:
    return [tuple(one) for one in points_of(tree).of([CODES[letter] for letter in course])]


def way(kind: str, steps: str, ends: bool = False) -> Way:
    return Way(kind, tuple(CODES[letter] for letter in steps), ends)


CHOICE = node("sequence", "a", node("xor", "b", "c"), "d")
OPTIONAL = node("sequence", "a", node("xor", "b", None), "d")
AGAIN = node("sequence", "a", node("loop", "b", None), "d")


# ---- names


def test_a_choice_is_named_by_the_step_before_and_the_first_steps_of_its_options() -> None:
    (point,) = points_of(CHOICE).points

    assert (point.kind, point.after, point.options) == ("choice", (0,), (way("step", "b"), way("step", "c")))


def test_a_silent_option_is_named_by_what_comes_next() -> None:
    (point,) = points_of(OPTIONAL).points

    assert point.options == (way("step", "b"), way("skip", "d"))


def test_a_silent_option_at_the_end_is_the_cases_end() -> None:
    (point,) = points_of(node("sequence", "a", node("xor", "b", None))).points

    assert point.options[1] == way("skip", "", ends=True)


def test_a_silent_option_before_an_optional_step_is_that_step_or_what_follows_it() -> None:
    first, _ = points_of(node("sequence", "a", node("xor", "b", None), node("xor", "c", None), "d")).points

    assert first.options[1] == way("skip", "cd")


def test_a_loop_is_asked_after_its_body_whether_again_something_else_or_on() -> None:
    (point,) = points_of(node("sequence", node("loop", "a", "b", None), "c")).points

    assert (point.kind, point.after) == ("loop", (0,))
    assert point.options == (way("step", "b"), way("again", "a"), way("leave", "c"))


def test_what_runs_beside_a_choice_is_neither_before_nor_after_it() -> None:
    (point,) = points_of(node("sequence", "a", node("parallel", "e", node("xor", "b", None)), "d")).points

    assert (point.after, point.options[1]) == ((0,), way("skip", "d"))


def test_a_choice_at_the_start_has_nothing_before_it() -> None:
    (point,) = points_of(node("xor", "a", "b")).points

    assert point.after == ()


# ---- readings


def test_the_option_taken_is_read_and_dated_after_the_step_before() -> None:
    assert taken(CHOICE, "acd") == [(0, 0, 1, False)]


def test_an_option_left_out_is_dated_like_one_taken() -> None:
    assert taken(OPTIONAL, "ad") == [(0, 0, 1, False)] and taken(OPTIONAL, "abd") == [(0, 0, 0, False)]


def test_beside_other_steps_a_choice_is_dated_when_it_opened_whichever_way_it_went() -> None:
    beside = node("sequence", "a", node("parallel", node("loop", "e", None), node("xor", "b", None)), "d")

    assert {one[1] for course in ("aeebed", "aeeed") for one in taken(beside, course) if one[0] == 1} == {0}


def test_a_loop_decides_after_every_turn() -> None:
    assert taken(AGAIN, "abbbd") == [(0, 1, 0, False), (0, 2, 0, False), (0, 3, 1, False)]


def test_turns_of_several_steps_are_told_apart() -> None:
    turns = node("loop", node("sequence", "a", node("xor", "b", None)), None)
    found = [one for one in taken(turns, "abaab") if one[0] == 0]

    assert [(before, option) for _, before, option, _ in found] == [(1, 0), (2, 0), (4, 1)]


def test_a_loop_with_a_silent_body_decides_before_its_first_step() -> None:
    free = node("sequence", "a", node("loop", None, "b", "c"), "d")

    assert taken(free, "abcd") == [(0, 0, 0, False), (0, 1, 1, False), (0, 2, 2, False)]


def test_what_nothing_came_after_is_open() -> None:
    assert taken(node("sequence", "a", node("loop", "b", None)), "abb") == [(0, 1, 0, True), (0, 2, 1, True)]


def test_a_plain_choice_is_never_open() -> None:
    assert taken(node("sequence", "a", node("xor", "b", "c")), "ab") == [(0, 0, 0, False)]


def test_a_course_that_takes_two_options_does_not_fit_there() -> None:
    assert taken(CHOICE, "abcd") == [(0, LOST, UNFIT, False)]


def test_a_course_that_takes_no_option_does_not_fit_there() -> None:
    assert taken(CHOICE, "ad") == [(0, LOST, UNFIT, False)]


def test_a_course_out_of_order_is_not_read_at_the_choice_but_its_loops_are() -> None:
    tree = node("sequence", "a", node("xor", "b", "c"), node("loop", "d", None))
    found = taken(tree, "daddb")

    assert [(point, option) for point, _, option, _ in found] == [(0, UNFIT), (1, 0), (1, 0), (1, 1)]


def test_behind_a_step_that_came_a_course_out_of_order_is_read_again() -> None:
    tree = node("sequence", "a", node("sequence", "b", node("xor", "c", "e")), "d")
    inner = node("parallel", tree.children[1], "f")
    lost = node("sequence", "a", inner, "d")

    assert taken(lost, "dabc") == [(0, 2, 0, False)]


def test_steps_the_tree_does_not_know_are_passed_over() -> None:
    assert taken(CHOICE, "ajcd") == [(0, 0, 1, False)]


def test_a_redo_between_turns_is_a_decision_of_its_own() -> None:
    tree = node("sequence", node("loop", "a", "b", None), "c")

    assert [one[2] for one in taken(tree, "abaac")] == [0, 1, 2]


def test_a_turn_that_begins_with_the_redo_does_not_fit() -> None:
    assert taken(node("sequence", node("loop", "a", "b"), "c"), "bac") == [(0, LOST, UNFIT, False)]


def test_an_empty_course_decides_what_can_be_left_out() -> None:
    assert taken(node("xor", "a", None), "") == [(0, START, 1, True)]


def test_where_an_option_may_be_empty_nothing_at_all_is_an_option_of_its_own() -> None:
    tree = node(
        "sequence", "a", node("xor", "b", node("parallel", node("xor", "c", None), node("xor", "e", None))), "d"
    )
    points = points_of(tree).points

    assert points[0].options[2] == way("skip", "d") and taken(tree, "ad") == [(0, 0, 2, False)]


def test_where_a_redo_may_be_empty_again_is_an_option_of_its_own() -> None:
    redo = node("parallel", node("xor", "c", None), node("xor", "e", None))
    tree = node("sequence", node("loop", "a", redo), "d")
    found = [one[2] for one in taken(tree, "aacad") if one[0] == 0]

    assert found == [1, 0, 2] and points_of(tree).points[0].options[1] == way("again", "a")


def test_a_course_too_long_to_read_fits_nowhere() -> None:
    assert {one[2] for one in taken(AGAIN, "a" + "b" * 600 + "d")} == {UNFIT}


# ---- laws


def trees(names: Any) -> st.SearchStrategy[Any]:
    """Shapes of trees; letters are put in afterwards, each once."""
    return st.recursive(
        st.sampled_from(["leaf", "leaf", "leaf", None]),
        lambda inner: st.tuples(
            st.sampled_from(["sequence", "xor", "parallel", "loop"]), st.lists(inner, min_size=2, max_size=3)
        ),
        max_leaves=8,
    )


def planted(shape: Any, number: Any) -> TreeNode:
    if shape is None or shape == "leaf":
        return leaf(None if shape is None else LETTERS[next(number)])
    return TreeNode(shape[0], None, tuple(planted(child, number) for child in shape[1]))


def played(tree: TreeNode, chance: Any, depth: int = 0) -> list[str]:
    """One course of a tree."""
    if tree.operator is None:
        return [] if tree.activity is None else [tree.activity]
    if tree.operator == "xor":
        return played(chance.choice(tree.children), chance, depth)
    if tree.operator == "sequence":
        return [step for child in tree.children for step in played(child, chance, depth)]
    if tree.operator == "loop":
        course = played(tree.children[0], chance, depth + 1)
        while depth < 2 and chance.random() < 0.4:
            course += played(chance.choice(tree.children[1:]), chance, depth + 1)
            course += played(tree.children[0], chance, depth + 1)
        return course
    rows = [played(child, chance, depth) for child in tree.children]
    course = []
    while any(rows):
        course.append(chance.choice([row for row in rows if row]).pop(0))
    return course


def nested(tree: TreeNode, inside: bool = False) -> bool:
    """Whether a loop or several things at once lie in a loop: there a course can be cut into turns in several ways."""
    risky = tree.operator in ("loop", "parallel")
    return (inside and risky) or any(nested(child, inside or tree.operator == "loop") for child in tree.children)


@given(trees(LETTERS), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_every_course_of_a_tree_fits_at_all_points(shape: Any, chance: Any) -> None:
    tree = planted(shape, count())
    if nested(tree):
        return
    course = "".join(played(tree, chance))

    assert all(option != UNFIT for _, _, option, _ in taken(tree, course))


@given(trees(LETTERS), st.text("abcdef", max_size=10))
@settings(max_examples=200)
def test_a_decision_is_dated_before_the_options_own_steps(shape: Any, course: str) -> None:
    tree = planted(shape, count())
    points = points_of(tree)
    for one in points.of([CODES[letter] for letter in course]):
        assert isinstance(one, Taken)
        options = points.points[one.point].options
        if one.option != UNFIT and options[one.option].kind == "step":
            first = {LETTERS[code] for code in options[one.option].steps}

            assert set(course[one.before + 1 :]) & first
