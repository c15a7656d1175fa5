"""Differences and ratios of two shares agree with published numbers, know shared cases, and never pretend certainty."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from procmine.stats.contrast import ArmSums, Contrast, CrossSums, contrast, newcombe
from procmine.stats.intervals import wilson

Case = tuple[int, int, int, int]  # hits and items in the first arm, hits and items in the second


def of(cases: Sequence[Case]) -> Contrast:
    def arm(x: int, n: int) -> ArmSums:
        rows = [(case[x], case[n]) for case in cases if case[n]]
        products = [sum(row[a] * row[b] for row in rows) for a, b in ((0, 0), (0, 1), (1, 1))]
        return ArmSums(len(rows), sum(row[0] for row in rows), sum(row[1] for row in rows), *products)

    products = [sum(case[a] * case[b] for case in cases) for a in (0, 1) for b in (2, 3)]
    return contrast(arm(0, 1), arm(2, 3), CrossSums(sum(bool(c[1] or c[3]) for c in cases), *products))


def alone(hits: int, items: int, second_hits: int, second_items: int) -> list[Case]:
    """One item a case, nobody in both arms."""
    first = [(int(k < hits), 1, 0, 0) for k in range(items)]
    return [*first, *((0, 0, int(k < second_hits), 1) for k in range(second_items))]


def test_difference_and_ratio_are_those_of_the_reference() -> None:
    # metrics.md B4: 45 of 225 against 18 of 258.
    found = of(alone(45, 225, 18, 258))

    assert (found.first.ratio, found.second.ratio) == pytest.approx((0.20, 0.069767), abs=1e-6)
    assert (found.difference, found.ratio) == pytest.approx((0.130233, 2.866667), abs=1e-6)


def test_with_one_item_a_case_the_interval_of_the_ratio_is_katzs() -> None:
    found = of(alone(45, 225, 18, 258))
    error = math.sqrt(1 / 45 - 1 / 225 + 1 / 18 - 1 / 258)
    low, high = (math.exp(math.log(2.866667) + sign * 1.959964 * error) for sign in (-1, 1))

    # t instead of z and m/(m-1) over 483 cases move the limits by less than half a per cent.
    assert found.ratio_interval == pytest.approx((low, high), rel=5e-3)


def test_with_one_item_a_case_the_interval_is_the_textbooks() -> None:
    found = of(alone(45, 225, 18, 258))
    error = math.sqrt(0.2 * 0.8 / 225 + 0.069767 * 0.930233 / 258)

    assert found.interval == pytest.approx((0.130233 - 1.96 * error, 0.130233 + 1.96 * error), abs=5e-4)


def test_cases_in_both_arms_take_their_common_part_out() -> None:
    same = [(2, 2, 2, 2), (0, 2, 0, 2), (1, 2, 0, 2), (2, 2, 1, 2), (0, 2, 0, 2), (1, 2, 1, 2)] * 8
    apart = [case for a, b, c, d in same for case in ((a, b, 0, 0), (0, 0, c, d))]
    paired, unpaired = of(same).interval, of(apart).interval
    assert paired and unpaired

    assert paired[1] - paired[0] < 0.7 * (unpaired[1] - unpaired[0])


def test_the_linearised_variance_is_that_of_the_definition() -> None:
    cases = [(1, 3, 0, 2), (0, 1, 2, 2), (2, 2, 0, 0), (0, 0, 1, 4), (1, 2, 1, 1), (0, 4, 0, 3)]
    found = of(cases)
    n1, n2 = sum(c[1] for c in cases), sum(c[3] for c in cases)
    p1, p2 = sum(c[0] for c in cases) / n1, sum(c[2] for c in cases) / n2
    z = [(a - p1 * b) / n1 - (c - p2 * d) / n2 for a, b, c, d in cases]
    half = 2.570582 * math.sqrt(6 / 5 * sum(value * value for value in z))  # t(5), 97.5 %

    assert found.interval == pytest.approx((p1 - p2 - half, p1 - p2 + half), abs=1e-6)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table II, method 10.
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_the_hybrid_interval_is_newcombes(
    first: tuple[int, int], second: tuple[int, int], expected: tuple[float, float]
) -> None:
    found = newcombe(first[0] / first[1], wilson(*first), second[0] / second[1], wilson(*second))

    assert found == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("hits", [0, 40])
def test_an_arm_without_variance_still_widens_the_interval(hits: int) -> None:
    found = of(alone(hits, 40, 12, 40))
    other = of(alone(20, 40, 12, 40)).second.interval
    assert found.interval and other

    assert found.interval[1] - found.interval[0] > 1.01 * (other[1] - other[0])


def test_two_arms_without_variance_have_no_zero_width() -> None:
    found = of(alone(40, 40, 0, 40))
    assert found.interval

    assert (found.difference, found.interval[1]) == (1, 1)
    assert found.interval[0] < 0.9


def test_a_ratio_to_nothing_is_none() -> None:
    found = of(alone(5, 40, 0, 40))

    assert (found.ratio, found.ratio_interval) == (None, None)
