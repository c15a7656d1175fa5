"""The Gini coefficient agrees with published numbers, and its error with the jackknife."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmine.stats.concentration import RankSums, gini


def sums(amounts: list[int], scale: int = 2**24) -> RankSums:
    """The sums of the module's formulas, by their definition."""
    y = sorted(amount * scale for amount in amounts)
    n, upto, b = len(y), 0, []
    for rank, amount in enumerate(y, 1):
        upto += amount
        b.append(round(Fraction((2 * rank - 1) * amount - 2 * upto, n)))
    ranked = sum((2 * rank - 1) * amount for rank, amount in enumerate(y, 1))
    squares = sum(a * a for a in y), sum(a * c for a, c in zip(y, b, strict=True)), sum(c * c for c in b)
    return RankSums(n, sum(y), ranked, sum(b), *squares)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ([1, 2, 2, 3, 4, 99], 0.7462462),  # R ineq::Gini, printed in Cross Validated question 21868
        ([5000] * 7 + [150000], 0.6858108108),  # a worked table of the Lorenz curve (8 incomes, 185 000 in all)
        ([10, 10, 0, 0, 0], 0.6),  # by hand: two of five share all
    ],
)
def test_the_coefficient_is_the_published_one(amounts: list[int], expected: float) -> None:
    assert gini(sums(amounts))[0] == pytest.approx(expected, abs=5e-8)


def test_the_error_of_a_small_sample_is_that_worked_by_hand() -> None:
    # y 1, 2, 3: G 2/9, B = (2i-1)y/3 - 2·(1, 3, 6)/3 = -1/3, 0, 1; Z = B - 11/9·y = -14/9, -22/9, -24/9; mean -20/9.
    # Sum of squared deviations (36 + 4 + 16)/81, divided by 6²: variance 56/2916.
    found = gini(sums([1, 2, 3]))

    assert found[:2] == pytest.approx((2 / 9, math.sqrt(56 / 2916)), abs=1e-7)


def test_the_error_agrees_with_the_jackknife() -> None:
    draw = random.Random(7)  # noqa: S311 - made-up amounts, no secret
    amounts = [int(draw.gammavariate(1.5, 20)) for _ in range(400)]
    left_out = [gini(sums(amounts[:k] + amounts[k + 1 :]))[0] or 0.0 for k in range(len(amounts))]
    mean = math.fsum(left_out) / len(left_out)
    jackknife = math.sqrt(sum((one - mean) ** 2 for one in left_out) * (len(left_out) - 1) / len(left_out))
    _, error, _ = gini(sums(amounts))

    assert error == pytest.approx(jackknife, rel=0.01)


def test_nobody_has_anything_to_spread() -> None:
    assert gini(sums([0, 0, 0])) == (None, None, None)


def test_that_all_have_the_same_is_no_certainty() -> None:
    assert gini(sums([3, 3, 3])) == (0, None, None)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40))
def test_the_coefficient_lies_between_0_and_1_and_so_does_its_interval(amounts: list[int]) -> None:
    value, _, interval = gini(sums(amounts))

    assert value is None or 0 <= value < 1
    assert interval is None or 0 <= interval[0] <= interval[1] <= 1
