"""The heaping index is 1 where nothing heaps, finds heaps, and its interval keeps its promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.stats.heaping import Heaping, counted, heaping, neighbour_weights

GRIDS = [(21, 3), (28, 3), (30, 3), (42, 3), (60, 3), (90, 4), (180, 9)]
# metrics.md B.4
GAPS = (60, 61, 59, 60, 14, 3, 120, 58, 60, 31, 62, 60, 7, 90, 60)


def of_cases(cases: list[list[int]], grid: int, tolerance: int) -> Heaping:
    """The index of intervals listed case by case, added up as an engine would."""
    weights = neighbour_weights(grid, tolerance)
    near = [[gap for gap in gaps if gap in weights or abs(gap - grid) <= tolerance] for gaps in cases]
    sums = [
        (sum(abs(gap - grid) <= tolerance for gap in gaps), sum(weights.get(gap, 0.0) for gap in gaps))
        for gaps in near
        if gaps
    ]
    o, e = np.array(sums).T
    return heaping(len(sums), o.sum(), e.sum(), (o * o).sum(), (o * e).sum(), (e * e).sum())


def made_up(
    generator: np.random.Generator, cases: int, grid: int, on_grid: float = 0.0, weekly: float = 0.0
) -> list[list[int]]:
    """Intervals without a memory, some cases slower; a share of them on the grid, a share of cases in whole weeks."""
    gaps = []
    for pace in generator.gamma(4.0, 12.0, cases):
        some = np.ceil(generator.exponential(pace, generator.poisson(6))).astype(int)
        if generator.random() < weekly:
            some = 7 * np.ceil(some / 7).astype(int)
        heap = generator.random(len(some)) < on_grid
        gaps.append(np.where(heap, grid + generator.integers(-1, 2, len(some)), some).tolist())
    return gaps


# ---- by hand


def test_five_intervals_a_day_expect_thirty_five_in_a_week() -> None:
    lengths = dict.fromkeys(range(1, 130), 5)

    assert counted(lengths, 60, 3) == pytest.approx((35, 35))


def test_three_times_as_many_on_the_grid_are_an_index_of_three() -> None:
    lengths = {length: 15 if abs(length - 60) <= 3 else 5 for length in range(1, 130)}

    observed, expected = counted(lengths, 60, 3)

    assert observed / expected == pytest.approx(3)


def test_the_reference_case_has_nine_intervals_on_the_grid() -> None:
    observed, _ = counted(Counter(GAPS), 60, 3)

    assert observed == 9


def test_what_heaps_does_not_raise_its_own_expectation() -> None:
    even = dict.fromkeys(range(1, 130), 5)

    assert counted({**even, 60: 500}, 60, 3)[1] == pytest.approx(counted(even, 60, 3)[1])


@pytest.mark.parametrize(("grid", "tolerance"), GRIDS)
def test_a_curve_with_a_habit_of_weekdays_is_no_heap(grid: int, tolerance: int) -> None:
    habit = (9, 0, 1, 4, 0, 2, 7)
    lengths = {length: 3 * (length - grid) ** 2 + 11 * length + 50 * habit[length % 7] for length in range(1, 2 * grid)}

    observed, expected = counted(lengths, grid, tolerance)

    assert expected == pytest.approx(observed, rel=1e-9)


@pytest.mark.parametrize(("grid", "tolerance"), GRIDS)
def test_the_expectation_is_the_fit_a_least_squares_routine_gives(grid: int, tolerance: int) -> None:
    generator = np.random.default_rng(grid)
    reach = (grid - 1) // 2
    days = np.arange(-reach, reach + 1)
    many = generator.integers(0, 40, len(days))
    rows = np.column_stack([*(days % 7 == day for day in range(7)), days / grid, (days / grid) ** 2]).astype(float)
    inside = np.abs(days) <= tolerance
    root = np.sqrt(1 - (days[~inside] / (reach + 1)) ** 2)
    fit = np.linalg.lstsq(rows[~inside] * root[:, None], many[~inside] * root, rcond=None)[0]

    _, expected = counted(dict(zip((grid + days).tolist(), many.tolist(), strict=True)), grid, tolerance)

    assert expected == pytest.approx((rows[inside] @ fit).sum(), rel=1e-8)


@pytest.mark.parametrize("mean", [20, 42, 90])
@pytest.mark.parametrize("grid", [28, 42, 60])
def test_intervals_without_a_memory_do_not_heap(grid: int, mean: int) -> None:
    lengths = {length: round(1e9 * np.exp(-length / mean)) for length in range(1, 400)}

    observed, expected = counted(lengths, grid, 3)

    assert observed / expected == pytest.approx(1, abs=0.02)


# ---- borders


@settings(max_examples=30)
@given(st.integers(1, 200), st.integers(0, 20))
def test_neighbours_lie_within_reach_and_never_on_the_grid(grid: int, tolerance: int) -> None:
    weights: Mapping[int, float] = neighbour_weights(grid, tolerance)

    assert all(tolerance < abs(length - grid) < grid / 2 for length in weights)


def test_a_grid_without_a_week_of_neighbours_on_either_side_has_no_index() -> None:
    assert neighbour_weights(20, 3) == {}
    assert counted({20: 9, 12: 4}, 20, 3) == (0.0, 0.0)
    assert len(neighbour_weights(21, 3)) == 14


def test_a_grid_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="a grid is at least one day"):
        neighbour_weights(0, 3)


def test_where_the_neighbours_expect_nothing_there_is_no_index() -> None:
    found = of_cases([[60, 61], [60], [59]], 60, 3)

    assert (found.observed, found.expected, found.index, found.interval) == (4, 0, None, None)


def test_a_single_case_has_an_index_and_no_interval() -> None:
    found = of_cases([[50, 55, 60, 61, 66, 71]], 60, 3)

    assert found.index is not None
    assert found.interval is None


@settings(max_examples=30)
@given(
    st.dictionaries(st.integers(1, 120), st.integers(0, 50)), st.dictionaries(st.integers(1, 120), st.integers(0, 50))
)
def test_observed_and_expected_add_up_over_groups(one: dict[int, int], other: dict[int, int]) -> None:
    both = Counter(one) + Counter(other)

    parts = np.add(counted(one, 60, 3), counted(other, 60, 3))
    assert counted(both, 60, 3) == pytest.approx(tuple(parts), abs=1e-9)


# ---- simulated


@pytest.mark.slow
@pytest.mark.parametrize(("grid", "weekly"), [(60, 0.0), (28, 0.0), (28, 0.7)])
def test_without_heaping_the_interval_holds_one_as_often_as_it_says(grid: int, weekly: float) -> None:
    generator = np.random.default_rng(7)
    found = [of_cases(made_up(generator, 300, grid, weekly=weekly), grid, 3) for _ in range(150)]

    held = [each.interval[0] <= 1 <= each.interval[1] for each in found if each.interval]
    indices = [each.index for each in found if each.index]
    assert len(held) == len(indices) == 150
    assert 0.90 <= np.mean(held) <= 0.99  # 95 per cent, two standard errors of 150 draws about it
    assert np.median(indices) == pytest.approx(1, abs=0.05)


def test_a_heap_of_known_size_is_found() -> None:
    generator = np.random.default_rng(11)
    # A share of s on the grid and of p near it without a heap: the index is (s + (1 - s) p) / ((1 - s) p).
    smooth = [gap for gaps in made_up(generator, 20_000, 60) for gap in gaps]
    near = np.mean([abs(gap - 60) <= 3 for gap in smooth])

    found = of_cases(made_up(generator, 3000, 60, on_grid=0.2), 60, 3)

    assert found.interval is not None
    assert found.interval[0] < (0.2 + 0.8 * near) / (0.8 * near) < found.interval[1]
    assert found.interval[0] > 5


def test_the_interval_is_that_of_a_bootstrap_of_cases() -> None:
    generator = np.random.default_rng(3)
    cases = made_up(generator, 400, 60, on_grid=0.05)
    found = of_cases(cases, 60, 3)
    weights = neighbour_weights(60, 3)
    o = np.array([sum(abs(gap - 60) <= 3 for gap in gaps) for gaps in cases])
    e = np.array([sum(weights.get(gap, 0.0) for gap in gaps) for gaps in cases])

    draws = generator.integers(len(cases), size=(4000, len(cases)))
    low, high = np.quantile(o[draws].sum(axis=1) / e[draws].sum(axis=1), [0.025, 0.975])

    assert found.interval == pytest.approx((low, high), rel=0.08)
