"""Alignments with Petri nets: worked by hand, against the tree's own costs, against pm4py; bounded, and the same on
every machine."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.mine import counts
from procmine.mine.counts import Courses
from procmine.mine.fit import alignment, quality
from procmine.mine.fit.alignment import Aligned, Move, align, fitness
from procmine.mine.fit.blocks import Purse
from procmine.mine.fit.markings import Fault, TooLarge, behaviour, soundness
from procmine.mine.net import net_of_tree
from procmine.model import Net, Place, Transition
from tests.mine.nets import event_log, inductive_tree, leaf, node, pm4py_cost, pm4py_net, random_tree

CHECKED = node("sequence", leaf("apply"), node("parallel", leaf("check"), leaf("talk")), leaf("decide"))


def courses(variants: Mapping[tuple[str, ...], int]) -> Courses:
    """Variants in the integer form that counts.courses makes of a log."""
    names = sorted({name for course in variants for name in course})
    code = {name: i for i, name in enumerate(names)}
    flat = np.array([code[name] for course in variants for name in course], dtype=np.int64)
    first = np.cumsum([0, *(len(course) for course in variants)]).astype(np.int64)
    found = [(flat, first, np.array(list(variants.values()), dtype=np.int64))] if variants else []
    return counts.merge(names, found)


def a_net(arcs: str, labels: Mapping[str, str | None], final: str = "o") -> Net:
    """A net from arcs such as "i>a a>p"; what has a label is a transition."""
    pairs = [tuple(arc.split(">")) for arc in arcs.split()]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    return Net(
        tuple(Place(name) for name in names if name not in labels),
        tuple(Transition(name, labels[name]) for name in names if name in labels),
        tuple((a, b) for a, b in pairs),
        ("i",),
        (final,),
    )


def kinds(moves: tuple[Move, ...] | None) -> str:
    """An alignment in short: ``a`` synchronous, ``+a`` log move, ``-a`` model move."""
    signs = {"sync": "", "log": "+", "model": "-"}
    return " ".join(signs[move.kind] + move.activity for move in moves or ())


def only(net: Net, *course: str, **more: Any) -> Aligned:
    return align(net, courses({course: 1}), **more)


def test_a_run_of_the_model_costs_nothing() -> None:
    found = only(net_of_tree(CHECKED), "apply", "talk", "check", "decide")

    assert (found.costs, kinds(found.moves[0])) == ((0,), "apply talk check decide")


def test_a_step_left_out_is_a_model_move_where_it_is_missed() -> None:
    found = only(net_of_tree(CHECKED), "apply", "talk", "decide")

    assert (found.costs, kinds(found.moves[0])) == ((1,), "apply talk -check decide")


def test_a_step_the_model_does_not_know_is_a_log_move() -> None:
    found = only(net_of_tree(CHECKED), "apply", "appeal", "talk", "check", "decide")

    assert (found.costs, kinds(found.moves[0])) == ((1,), "apply +appeal talk check decide")


def test_two_steps_in_the_wrong_order_cost_one_move_of_each_kind() -> None:
    net = net_of_tree(node("sequence", leaf("a"), leaf("b"), leaf("c")))
    found = only(net, "b", "a", "c")

    assert (found.costs, kinds(found.moves[0])) == ((2,), "+b a -b c")


def test_an_empty_choice_is_taken_for_nothing() -> None:
    net = net_of_tree(node("sequence", leaf("a"), node("xor", leaf("b"), leaf(None)), leaf("c")))

    assert only(net, "a", "c").costs == (0,)


def test_moves_know_their_place_in_the_course_and_their_transition() -> None:
    net = net_of_tree(node("sequence", leaf("a"), leaf("b")))
    found = only(net, "x", "a")

    assert found.moves == ((Move("log", "x", 0, None), Move("sync", "a", 1, "t1"), Move("model", "b", 2, "t2")),)


def test_of_equally_cheap_alignments_the_synchronous_move_comes_first() -> None:
    net = net_of_tree(node("sequence", leaf("a"), leaf("b")))

    assert kinds(only(net, "a", "a", "b").moves[0]) == "a +a b"


def test_of_equally_cheap_alignments_a_log_move_comes_before_a_model_move() -> None:
    net = net_of_tree(leaf("b"))

    assert kinds(only(net, "a").moves[0]) == "+a -b"


def test_of_equally_cheap_model_moves_the_first_by_name_is_taken() -> None:
    net = net_of_tree(node("sequence", leaf("a"), node("xor", leaf("z"), leaf("c")), leaf("d")))

    assert kinds(only(net, "a", "d").moves[0]) == "a -c d"


def test_an_unfinished_course_lacks_nothing_at_its_end() -> None:
    net = net_of_tree(CHECKED)
    finished, unfinished = (only(net, "apply", "talk", unfinished=open_end) for open_end in (False, True))

    assert (finished.costs, unfinished.costs) == ((2,), (0,))


def test_an_unfinished_course_still_deviates_where_it_does() -> None:
    found = only(net_of_tree(CHECKED), "talk", "check", unfinished=True)

    assert (found.costs, kinds(found.moves[0])) == ((1,), "-apply talk check")


def test_a_net_that_is_no_block_structure_is_aligned_too() -> None:
    """Two branches, the second step of one waiting for the first of the other: no process tree says that."""
    arcs = "i>s s>p1 s>p2 p1>a a>p3 a>p5 p3>b b>p4 p2>c p5>d c>p6 p6>d d>p7 p4>e p7>e e>o"
    net = a_net(arcs, {"s": None, "a": "a", "b": "b", "c": "c", "d": "d", "e": None})
    found = align(net, courses({("c", "a", "d", "b"): 2, ("d", "a", "b", "c"): 1}))

    assert [(cost, kinds(moves)) for cost, moves in zip(found.costs, found.moves, strict=True)] == [
        (0, "c a d b"),
        (2, "+d a b c -d"),
    ]


def test_a_net_with_several_tokens_on_a_place_is_aligned() -> None:
    twice = Net(
        tuple(Place(name) for name in ("i", "p", "q", "r", "o")),
        (Transition("s", None), Transition("k", None), Transition("a", "a"), Transition("e", None)),
        (("i", "s"), ("s", "p"), ("s", "q"), ("q", "k"), ("k", "p"), ("p", "a"), ("a", "r"), ("r", "e"), ("e", "o")),
        ("i",),
        ("o", "o"),
    )

    assert align(twice, courses({("a", "a"): 1})).costs == (0,)


@settings(max_examples=150)
@given(seed=st.integers(0, 10**9), size=st.integers(1, 7))
def test_costs_equal_those_of_the_tree_the_net_was_made_of(seed: int, size: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    tree = random_tree(rng, list("abcdefg")[:size])
    log = courses({tuple(rng.choice("abcdefgx") for _ in range(rng.randint(1, 9))): 1 for _ in range(8)})

    assert list(align(net_of_tree(tree), log).costs) == quality.alignment_costs(log, tree)


@settings(max_examples=60)
@given(seed=st.integers(0, 10**9), size=st.integers(1, 6))
def test_an_alignment_is_the_course_and_a_run_of_the_net(seed: int, size: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    net = net_of_tree(random_tree(rng, list("abcdef")[:size]))
    log = courses({tuple(rng.choice("abcdefx") for _ in range(rng.randint(1, 8))): 1 for _ in range(5)})
    found = align(net, log)
    done = [tuple(move.activity for move in moves or () if move.kind != "model") for moves in found.moves]
    runs = {tuple(move.activity for move in moves or () if move.kind != "log"): 1 for moves in found.moves}

    assert done == [log.names(i) for i in range(len(log))]
    assert set(align(net, courses({run: 1 for run in runs if run})).costs) <= {0}
    assert [sum(move.kind != "sync" for move in moves or ()) for moves in found.moves] == list(found.costs)


@settings(max_examples=60)
@given(seed=st.integers(0, 10**9), size=st.integers(1, 6))
def test_a_table_of_distances_and_going_round_give_the_same_costs(seed: int, size: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    net = net_of_tree(random_tree(rng, list("abcdef")[:size]))
    log = courses({tuple(rng.choice("abcdefx") for _ in range(rng.randint(1, 8))): 1 for _ in range(5)})
    dense = align(net, log)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "_DENSE", 0)
        patch.setattr(alignment, "_WIDEST", 0)

        assert align(net, log) == dense


def test_courses_worked_out_a_few_at_a_time_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(3)  # noqa: S311 - not for secrets
    log = courses({tuple(rng.choice("abcdx") for _ in range(rng.randint(1, 8))): 1 for _ in range(40)})
    net = net_of_tree(random_tree(rng, list("abcd")))
    whole = align(net, log)
    monkeypatch.setattr(alignment, "_CELLS", 1)

    assert align(net, log) == whole


def test_fitness_is_one_minus_deviations_over_the_worst_case() -> None:
    net = net_of_tree(node("sequence", leaf("a"), leaf("b")))
    log = courses({("a", "b"): 3, ("a", "x"): 1})

    assert fitness(align(net, log), log) == 1 - 2 / (4 * (2 + 2))


def test_fitness_equals_that_of_the_tree() -> None:
    log = courses({("apply", "talk", "check", "decide"): 5, ("apply", "decide"): 2, ("talk", "appeal"): 1})

    assert fitness(align(net_of_tree(CHECKED), log), log) == quality.measure_fit(log, CHECKED).fitness


def test_a_spent_budget_leaves_the_rarest_courses_unaligned_and_says_so() -> None:
    net = net_of_tree(CHECKED)
    log = courses({("apply", "talk", "check", "decide"): 9, ("talk", "talk", "talk"): 1})
    found = align(net, log, budget=25_000)

    assert (found.costs, found.on_cases, found.share) == ((0, None), 9, 0.9)
    assert found.reasons == ("budget",)


def test_a_course_beyond_its_own_budget_is_passed_over() -> None:
    log = courses({("talk",) * 50: 9, ("apply", "talk", "check", "decide"): 1})
    found = align(net_of_tree(CHECKED), log, budget_each=30_000)

    assert (found.costs, found.reasons) == ((None, 0), ("long_courses",))


def test_two_calls_can_spend_from_one_purse() -> None:
    purse, log = Purse(10**9), courses({("apply",): 1})
    align(net_of_tree(CHECKED), log, budget=purse)
    left = purse.left
    align(net_of_tree(CHECKED), log, budget=purse)

    assert 10**9 - left == left - purse.left > 0


def test_a_net_of_too_many_states_is_not_aligned_and_says_so() -> None:
    wide = node("parallel", *(leaf(f"a{k:02}") for k in range(24)))
    found = only(net_of_tree(wide), "a01")

    assert (found.costs, found.share, found.reasons) == ((None,), 0, ("too_many_states",))


def test_a_net_without_a_run_is_not_aligned() -> None:
    net = a_net("i>a a>p o>b b>o", {"a": "a", "b": "b"})

    assert only(net, "a").reasons == ("no_end",)


def test_no_course_no_figure() -> None:
    log = courses({})
    found = align(net_of_tree(CHECKED), log)

    assert (found.costs, found.share, fitness(found, log)) == ((), None, None)


def test_a_net_made_of_a_tree_is_sound() -> None:
    assert soundness(net_of_tree(CHECKED)) is None


@pytest.mark.parametrize(
    ("arcs", "labels", "fault"),
    [
        ("i>a i>b a>p b>q p>j q>j j>o", {"a": "a", "b": "b", "j": None}, Fault("stuck", ("p",))),
        ("i>s s>p s>q p>a a>o q>b b>o", {"s": None, "a": "a", "b": "b"}, Fault("left_over", ("q",))),
        ("i>a a>p p>s s>p s>q p>e q>e e>o", {"a": "a", "s": None, "e": None}, Fault("unbounded", ("q",))),
        ("i>a a>o q>b b>o", {"a": "a", "b": "b"}, Fault("never", ("b",))),
        ("i>a a>p p>b b>p i>c c>o", {"a": "a", "b": "b", "c": "c"}, Fault("stuck", ("p",))),
    ],
)
def test_an_unsound_net_is_told_by_its_place(arcs: str, labels: dict[str, str | None], fault: Fault) -> None:
    assert soundness(a_net(arcs, labels)) == fault


def test_too_many_markings_are_not_looked_at() -> None:
    wide = net_of_tree(node("parallel", *(leaf(f"a{k:02}") for k in range(12))))
    with pytest.raises(TooLarge):
        soundness(wide, 1_000)
    with pytest.raises(TooLarge):
        behaviour(wide, 1_000)


def test_the_same_moves_under_any_hash_seed() -> None:
    script = """
import random
from tests.mine.test_alignment import courses
from tests.mine.nets import random_tree
from procmine.mine.fit.alignment import align
from procmine.mine.net import net_of_tree
rng = random.Random(7)  # noqa: S311 - not for secrets
for _ in range(6):
    log = courses({tuple(rng.choice("abcdefx") for _ in range(7)): 1 for _ in range(6)})
    print(align(net_of_tree(random_tree(rng, list("abcdef"))), log))
"""
    told = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "1")
    ]

    assert told[0] == told[1] != ""


@pytest.mark.slow
def test_costs_equal_those_of_pm4py() -> None:
    rng = random.Random(11)  # noqa: S311 - not for secrets
    for _ in range(25):
        net = net_of_tree(random_tree(rng, list("abcde")))
        log = courses({tuple(rng.choice("abcdex") for _ in range(rng.randint(1, 7))): 1 for _ in range(4)})
        found = align(net, log)

        assert list(found.costs) == [pm4py_cost(net, log.names(i)) for i in range(len(log))]


@pytest.mark.slow
def test_costs_on_the_receipt_log_equal_those_of_pm4py(variants_of: Any) -> None:
    from pm4py.algo.conformance.alignments.petri_net.variants import dijkstra_less_memory

    variants = variants_of("wabo-receipt/receipt.xes.gz")
    common = sorted(variants.items(), key=lambda item: (-item[1], item[0]))
    net = net_of_tree(inductive_tree(dict(common[:20]), 0))
    log = courses(variants)
    given, initial, final = pm4py_net(net)
    told = [
        int(dijkstra_less_memory.apply(event_log({log.names(i): 1})[0], given, initial, final)["cost"]) // 10_000
        for i in range(len(log))
    ]

    assert list(align(net, log).costs) == told
