"""Entropies in bits, likeness, complexity: the figures of metrics reference C.1 for the running example, and toys."""

from __future__ import annotations

import math
import string
from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest

from procmine.stats import variety as figures

RUNNING = (
    "1a 2a 2d 2c 3a 3c 3d 1b 2e 1d 5a 3e 1e 3f 3b 6a 4a 6c 5c 4d 1h 6d 6e 5d 3d 2g 4b 3e 4e 5e 5f 4h 5d 3g 6g 5c 5e "
    "5f 5c 5d 5e 5h"
).split()
CASES = ["".join(event[1] for event in RUNNING if event[0] == case) for case in "123456"]
PAIRS = sorted(Counter(pair for case in CASES for pair in pairwise(case)).items())


def counts() -> np.ndarray:
    return np.array([count for _, count in PAIRS], dtype=np.int64)


def given_codes() -> np.ndarray:
    return np.array([ord(pair[0]) - ord("a") for pair, _ in PAIRS], dtype=np.int64)


def likeness(cases: list[str]) -> float | None:
    names = sorted({pair for case in cases for pair in pairwise(case)})
    entries = [(row, names.index(pair)) for row, case in enumerate(cases) for pair in sorted(set(pairwise(case)))]
    sets, members = (np.array(column, dtype=np.int64) for column in zip(*entries, strict=True))
    return figures.affinity(sets, members, np.ones(len(cases), np.int64), len(names))


def plain(cases: list[str]) -> float:
    """Affinity by its definition: common pairs over all pairs of two cases, the mean over all twos of cases."""
    sets = [frozenset(pairwise(case)) for case in cases]
    twos = list(combinations(sets, 2))
    return sum(1.0 if a == b else len(a & b) / len(a | b) for a, b in twos) / len(twos)


def test_the_likeness_of_many_sets_is_that_of_the_definition_however_rare_a_member_is() -> None:
    draw = np.random.default_rng(7)
    letters = list("aaaaabbbbcccdd" + string.ascii_letters)
    cases = ["".join(draw.choice(letters, draw.integers(1, 10))) for _ in range(700)]

    assert likeness(cases) == pytest.approx(plain(cases), rel=1e-12)


def test_the_stream_of_the_running_example_falls_into_24_phrases() -> None:
    assert figures.phrases(ord(event[1]) for event in RUNNING) == 24


def test_phrases_are_the_shortest_not_met_before() -> None:
    assert figures.phrases([1, 1, 2, 1, 2, 1, 2]) == 4  # 1 | 12 | 121 | 2


def test_a_stream_that_ends_within_a_known_phrase_adds_none() -> None:
    assert figures.phrases([1, 1]) == 1


def test_what_comes_next_in_the_running_example_is_uncertain_by_1_307185_bits() -> None:
    assert figures.conditional_bits(given_codes(), counts()) == pytest.approx(1.307185, abs=1e-6)


@pytest.mark.parametrize(("letter", "bits"), [("d", 1.224394), ("e", 1.584963)])
def test_one_activity_of_the_running_example_alone(letter: str, bits: float) -> None:
    own = counts()[given_codes() == ord(letter) - ord("a")]

    assert figures.bits(own) == pytest.approx(bits, abs=1e-6)


def test_nothing_that_follows_anything_has_no_uncertainty_of_zero() -> None:
    nothing = np.zeros(0, np.int64)

    assert figures.conditional_bits(nothing, nothing) is None


def test_what_always_follows_is_certain() -> None:
    assert figures.conditional_bits(np.array([0, 1]), np.array([9, 4])) == 0


def test_pentlands_complexity_of_the_running_example() -> None:
    assert 10 ** figures.process_exponent(8, 16) == pytest.approx(5.248075, abs=1e-6)


def test_structure_of_the_running_example() -> None:
    assert figures.structure(8, 16) == 0.75


def test_deviation_from_random_of_the_running_example() -> None:
    assert figures.deviation(8, counts()) == pytest.approx(0.736843, abs=1e-6)


def test_pairs_that_are_all_equally_frequent_do_not_deviate() -> None:
    assert figures.deviation(2, np.array([3, 3, 3, 3])) == 1


def test_the_running_examples_cases_are_alike_by_0_169692() -> None:
    assert likeness(CASES) == pytest.approx(0.169692, abs=1e-6)


def test_likeness_is_the_mean_over_all_pairs_of_cases_also_of_equal_ones() -> None:
    cases = ["abc", "abc", "abd", "xyz"]
    sets = [set(pairwise(case)) for case in cases]
    wanted = [len(a & b) / len(a | b) for a, b in combinations(sets, 2)]

    assert likeness(cases) == pytest.approx(sum(wanted) / len(wanted))


def test_more_different_sets_than_can_be_compared_give_no_likeness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MOST_SETS", 2)

    assert likeness(["abc", "abd", "xyz"]) is None


def test_one_case_is_like_no_other() -> None:
    assert likeness(["abc"]) is None


@pytest.mark.parametrize(("most", "share"), [(1, 0.5), (2, 0.8), (9, 1.0)])
def test_coverage_is_the_share_of_the_largest(most: int, share: float) -> None:
    assert figures.coverage(np.array([2, 5, 3]), most) == share


@pytest.mark.parametrize(("parts", "bits"), [([1, 1, 1, 1], 2.0), ([8], 0.0), ([3, 0, 3], 1.0), ([], 0.0)])
def test_entropy_in_bits(parts: list[int], bits: float) -> None:
    assert math.isclose(figures.bits(np.array(parts, dtype=np.int64)), bits)
