"""Funnel limits, tails, overdispersion and multiplicity agree with published numbers and keep their promises."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmine.stats.funnel import (
    benjamini_hochberg,
    binomial_cdf,
    binomial_limits,
    binomial_tail,
    normal_limits,
    normal_tail,
    overdispersion,
    poisson_cdf,
    poisson_limits,
    poisson_tail,
    pooled_sd,
    size_grid,
    widened_size,
    widened_time,
    winsorise,
)

ORACLES = Path(__file__).with_name("oracles.csv")

# BCG vaccine trials (Colditz 1994): ill and well among the vaccinated, ill and well among the controls.
BCG = (
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
)


def oracles(statistic: str) -> list[Any]:
    with ORACLES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["statistic"] == statistic]
    return [pytest.param(json.loads(r["arguments"]), json.loads(r["expected"]), id=r["source"]) for r in rows]


@pytest.mark.parametrize(("arguments", "expected"), oracles("binomial_limits"))
def test_binomial_limits_are_the_published_ones(arguments: list[float], expected: list[float]) -> None:
    assert binomial_limits(*arguments) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("arguments", "expected"), oracles("normal_limits"))
def test_normal_limits_are_the_published_ones(arguments: list[float], expected: list[float]) -> None:
    assert normal_limits(*arguments) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("arguments", "expected"), oracles("binomial_tail"))
def test_tails_are_those_of_the_binomial_table(arguments: list[float], expected: list[float]) -> None:
    assert binomial_tail(*arguments)[0] == pytest.approx(expected[0], abs=5e-8)


@pytest.mark.parametrize(("arguments", "expected"), oracles("overdispersion_bcg"))
def test_overdispersion_without_winsorising_is_the_published_moment_estimate(
    arguments: list[float], expected: list[float]
) -> None:
    ratios = [math.log(a / (a + b) / (c / (c + d))) for a, b, c, d in BCG]
    errors = [math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)) for a, b, c, d in BCG]
    weights = [1 / e**2 for e in errors]
    centre = sum(w * r for w, r in zip(weights, ratios, strict=True)) / sum(weights)
    found = overdispersion([(r - centre) / e for r, e in zip(ratios, errors, strict=True)], errors, share=0)

    assert [found.phi * len(BCG), found.tau2] == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("arguments", "expected"), oracles("winsorise"))
def test_winsorising_pulls_the_ends_in(arguments: list[Any], expected: list[float]) -> None:
    assert winsorise(*arguments) == pytest.approx(expected)


@pytest.mark.parametrize(("arguments", "expected"), oracles("benjamini_hochberg"))
def test_benjamini_and_hochberg_reject_what_their_paper_rejects(arguments: list[Any], expected: list[int]) -> None:
    assert benjamini_hochberg(*arguments) == tuple(bool(e) for e in expected)


@pytest.mark.parametrize(("arguments", "expected"), oracles("pooled_sd"))
def test_the_pooled_spread_leaves_out_the_spread_between_groups(arguments: list[Any], expected: list[float]) -> None:
    assert pooled_sd(*arguments) == pytest.approx(expected[0])


@pytest.mark.parametrize(("arguments", "expected"), oracles("widened_size"))
def test_extra_variance_counts_as_a_smaller_size(arguments: list[float], expected: list[float]) -> None:
    assert widened_size(*arguments) == pytest.approx(expected[0])


def test_groups_that_differ_by_chance_alone_show_no_extra_variance() -> None:
    assert overdispersion([0.5, -0.5, 0.2, -0.2], [0.1] * 4).tau2 == 0


def test_a_mean_without_spread_inside_groups_is_not_judged() -> None:
    with pytest.raises(ValueError):
        normal_tail(0.9, 0.5, 0.0, 100)


def test_the_tail_knows_its_side() -> None:
    assert (binomial_tail(19, 20, 0.5)[1], binomial_tail(1, 20, 0.5)[1]) == (True, False)


def test_the_grid_of_sizes_reaches_beyond_the_largest_group() -> None:
    grid = size_grid(400)

    assert grid[-1] > 400 and list(grid) == sorted(set(grid))


shares = st.floats(0.01, 0.99)
sizes = st.floats(1, 5000)


@given(st.integers(1, 300), shares)
def test_the_continued_distribution_equals_the_sum_at_whole_numbers(n: int, theta: float) -> None:
    r = n // 3
    terms = [math.comb(n, k) * theta**k * (1 - theta) ** (n - k) for k in range(r + 1)]

    assert binomial_cdf(r, n, theta) == pytest.approx(math.fsum(terms), abs=1e-9)


@given(shares, sizes)
def test_limits_are_nested_around_the_median(theta: float, n: float) -> None:
    lower_998, lower_95, upper_95, upper_998 = binomial_limits(theta, n)

    assert 0 <= lower_998 <= lower_95 <= upper_95 <= upper_998 <= 1


@given(st.floats(0.1, 0.9), st.integers(50, 2000))
def test_limits_close_in_as_groups_grow(theta: float, n: int) -> None:
    small, large = binomial_limits(theta, n), binomial_limits(theta, 4 * n)

    assert large[3] - large[0] < small[3] - small[0]


@given(shares, sizes, st.floats(0, 1), st.floats(0, 1))
def test_the_distribution_never_falls_between_whole_numbers(theta: float, n: float, a: float, b: float) -> None:
    near, far = sorted((a * n, b * n))

    assert binomial_cdf(near, n, theta) <= binomial_cdf(far, n, theta) + 1e-9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(0.01, 0.2))
def test_a_smaller_p_is_a_discovery_whenever_a_larger_one_is(values: list[float], rate: float) -> None:
    found = benjamini_hochberg(values, rate)
    largest_found = max((p for p, hit in zip(values, found, strict=True) if hit), default=-1.0)

    assert all(hit == (p <= largest_found) for p, hit in zip(values, found, strict=True))


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=40))
def test_winsorising_keeps_order_and_range(z: list[float]) -> None:
    pulled = dict(zip(z, winsorise(z), strict=True))
    ordered = [pulled[value] for value in sorted(pulled)]

    assert ordered == sorted(ordered) and min(z) <= ordered[0] and ordered[-1] <= max(z)


@given(shares, sizes, st.floats(0, 0.05))
def test_the_widened_size_has_the_variance_of_both_sources(theta: float, n: float, tau2: float) -> None:
    unit = theta * (1 - theta)

    assert unit / widened_size(theta, n, tau2) == pytest.approx(unit / n + tau2)


def test_poisson_probabilities_are_those_of_the_table() -> None:
    # Poisson table, mean 5: P(X <= 2) .1247, P(X <= 9) .9682; mean 10: P(X <= 4) .0293.
    found = [poisson_cdf(2, 5), poisson_cdf(9, 5), poisson_cdf(4, 10)]

    assert found == pytest.approx([0.1247, 0.9682, 0.0293], abs=5e-5)


def test_poisson_limits_are_interpolated_between_the_tables_entries() -> None:
    # Mean 10: P(X <= 3) .010336, P(X <= 4) .029253, P(X <= 16) .972958, P(X <= 17) .985722 (tables).
    _, low, high, _ = poisson_limits(2.0, 5.0)
    below = 4 - (0.029253 - 0.025) / (0.029253 - 0.010336)
    above = 17 - (0.985722 - 0.975) / (0.985722 - 0.972958)

    assert (low, high) == pytest.approx((below / 5, above / 5), abs=1e-4)


def test_the_tail_of_a_count_includes_the_count() -> None:
    # Mean 5: P(X >= 10) = 1 - .9682 = .0318; P(X <= 0) = e^-5.
    found = poisson_tail(10, 5), poisson_tail(0, 5)

    assert [tail for tail, _ in found] == pytest.approx([0.031828, math.exp(-5)], abs=1e-6)
    assert [above for _, above in found] == [True, False]


def test_a_rate_with_extra_variance_has_less_effective_time() -> None:
    # .2/10 = .02 from sampling, as much again from tau2.
    assert widened_time(0.2, 10, 0.02) == pytest.approx(5)


def test_a_count_cannot_be_judged_without_an_expectation() -> None:
    with pytest.raises(ValueError, match="positive mean"):
        poisson_tail(0, 0)
