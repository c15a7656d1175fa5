"""The order in which courses are judged: frequent ones first, equally frequent ones in no order of names."""

from __future__ import annotations

from itertools import product
from typing import Any

from procmine.mine.fit import quality
from procmine.mine.fit.fairness import in_fair_order
from tests.mine.nets import leaf, node


def test_more_frequent_courses_come_first(courses_of: Any) -> None:
    log = courses_of({("a", "b"): 1, ("b", "a"): 3, ("c",): 2})

    assert [int(log.cases[i]) for i in in_fair_order(log)] == [3, 2, 1]


def test_equally_frequent_courses_come_in_no_order_of_names(courses_of: Any) -> None:
    log = courses_of(dict.fromkeys(product("abcd", repeat=5), 1))
    early = [log.names(i)[0] for i in in_fair_order(log)[:256]]

    assert all(40 <= early.count(name) <= 90 for name in "abcd")


def test_the_order_of_some_courses_does_not_hang_on_others_or_on_the_numbers_of_labels(courses_of: Any) -> None:
    few = dict.fromkeys(product("xyz", repeat=3), 1)
    more = {("a", "m"): 1, **few, ("w",): 1}
    order = [courses_of(few).names(i) for i in in_fair_order(courses_of(few))]
    others = [courses_of(more).names(i) for i in in_fair_order(courses_of(more))]

    assert [course for course in others if course in few] == order


def test_a_budget_that_covers_a_part_is_spent_on_every_kind_of_course(courses_of: Any) -> None:
    """Half of the courses begin with a step the model lacks. By name they would all come first, or last."""
    tree = node("loop", node("parallel", *(leaf(name) for name in "bcdefg")), leaf(None))
    log = courses_of({(first, *rest): 1 for first in "ab" for rest in product("cdefg", repeat=3)})
    part = quality.measure_fit(log, tree, budget=24_000_000)
    whole = quality.measure_fit(log, tree)

    assert part.fitness is not None and whole.fitness is not None and 30 < part.on_cases < whole.on_cases / 2
    assert abs(part.fitness - whole.fitness) < 0.03
