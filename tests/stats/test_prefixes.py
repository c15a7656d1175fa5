"""The entropies of the extended prefix automaton: toys by hand, and a plain automaton built event by event."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmine.stats import prefixes as automaton
from procmine.stats.prefixes import Prefixes, draw, entered, entropy, inherits, prefixes, share, summed, through

some_sequences = st.lists(st.text("abc", min_size=1, max_size=7), min_size=1, max_size=12)


def tree_of(sequences: Sequence[str]) -> Prefixes:
    codes = np.array([ord(letter) - ord("a") for one in sequences for letter in one], dtype=np.int64)
    first = np.concatenate(([0], np.cumsum([len(one) for one in sequences]))).astype(np.int64)
    return prefixes(codes, first, 26)


def both(sequences: Sequence[str]) -> tuple[float, float]:
    """Variant and sequence entropy where the cases enter one after the other in the order given."""
    different = list(dict.fromkeys(sequences))
    tree = tree_of(different)
    places = np.array([[sequences.index(one)] for one in different])
    cases = np.array([[Counter(sequences)[one]] for one in different])
    heirs = inherits(tree, entered(tree, places))
    found = []
    for amounts in (tree.length[:, None], through(tree, cases) * tree.length[:, None]):
        parts = summed(tree, heirs, amounts)
        found.append(float(entropy(parts.sum(axis=0), parts)[0]))
    return found[0], found[1]


def plain(sequences: Sequence[str]) -> tuple[float, float]:
    """The same, by creating one state after the other."""
    partition: dict[str, int] = {"": 0}
    followed: set[str] = set()
    events: Counter[int] = Counter()
    for one in sequences:
        for end in range(1, len(one) + 1):
            state, before = one[:end], one[: end - 1]
            if state not in partition:
                partition[state] = partition[before] if before not in followed else max(partition.values()) + 1
                followed.add(before)
            events[partition[state]] += 1
    states = Counter(part for state, part in partition.items() if state)
    return entropy_of(states), entropy_of(events)


def entropy_of(counts: Counter[int]) -> float:
    total = sum(counts.values())
    return total * math.log(total) - sum(n * math.log(n) for n in counts.values())


@pytest.mark.parametrize(
    ("sequences", "variant", "sequence"),
    [
        (["abc", "abc", "abc"], 0.0, 0.0),
        (["abc", "abd"], 2.249341, 2.703367),
        (["abcde", "abx"], 2.703367, 3.014161),
        (["abx", "abcde"], 4.158883, 5.292506),
    ],
)
def test_the_toys_have_the_entropies_worked_out_by_hand(sequences: list[str], variant: float, sequence: float) -> None:
    assert both(sequences) == pytest.approx((variant, sequence), abs=1e-6)


@pytest.mark.parametrize(("order", "wanted"), [(["abcde", "abx"], 0.251463), (["abx", "abcde"], 0.386853)])
def test_the_share_of_the_largest_entropy_depends_on_the_order_of_the_cases(order: list[str], wanted: float) -> None:
    assert share(both(order)[0], 6) == pytest.approx(wanted, abs=1e-6)


@given(some_sequences)
def test_the_tree_gives_the_entropies_of_an_automaton_built_state_by_state(sequences: list[str]) -> None:
    assert both(sequences) == pytest.approx(plain(sequences), abs=1e-9)


@given(some_sequences)
def test_the_tree_has_as_many_states_as_there_are_prefixes(sequences: list[str]) -> None:
    different = list(dict.fromkeys(sequences))
    known = {one[:end] for one in different for end in range(1, len(one) + 1)}
    leaves = [one for one in known if not any(other != one and other.startswith(one) for other in known)]
    tree = tree_of(different)

    assert (tree.states, tree.leaf_depths) == (len(known), sum(map(len, leaves)))


@given(some_sequences)
def test_a_walk_down_the_tree_ends_where_the_sequence_does(sequences: list[str]) -> None:
    different = list(dict.fromkeys(sequences))
    tree = tree_of(different)
    ends = []
    for one in different:
        node = np.zeros(1, np.int64)
        while (depth := int(tree.depth[node][0])) < len(one):
            node = tree.child(node, np.array([ord(one[depth]) - ord("a")]))
        ends.append(int(node[0]))

    assert ends == tree.end.tolist()


def test_every_order_of_three_cases_is_drawn_and_none_else() -> None:
    different = ["abc", "abd", "ax"]
    wanted = {round(share(plain(order)[0], 5) or 0, 9) for order in (["abc", "abd", "ax"], ["ax", "abc", "abd"])}
    drawn = draw(tree_of(different), np.ones(3, np.int64), 3, 60, 1)

    assert {round(value, 9) for value in drawn.variant.tolist()} == wanted


def test_a_draw_of_fewer_cases_knows_only_these() -> None:
    drawn = draw(tree_of(["abc", "abd"]), np.array([1, 1]), 1, 20, 1)

    assert (drawn.sequences.max(), drawn.variant.max(), drawn.sequence.max()) == (1, 0, 0)


def test_the_same_seed_draws_the_same_and_another_seed_others() -> None:
    tree, cases = tree_of(["abcde", "abx", "ay", "b"]), np.array([5, 3, 2, 1])
    same = [draw(tree, cases, 6, 10, seed).sequence.tolist() for seed in (1, 1, 2)]

    assert same[0] == same[1] != same[2]


def test_orders_worked_out_in_small_batches_are_those_of_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    tree, cases = tree_of(["abcde", "abx", "ay", "b"]), np.array([5, 3, 2, 1])
    whole = draw(tree, cases, 6, 10, 1).variant.tolist()
    monkeypatch.setattr(automaton, "_CELLS", 1)

    assert draw(tree, cases, 6, 10, 1).variant.tolist() == whole


def test_a_tree_of_nothing_has_no_state() -> None:
    tree = tree_of([])

    assert (len(tree), tree.states, tree.leaf_depths) == (1, 0, 0)
