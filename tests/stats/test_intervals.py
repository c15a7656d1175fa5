"""Intervals, bounds and design effects agree with published numbers and keep their promises."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmine.stats.intervals import (
    RatioEstimate,
    case_bootstrap,
    cluster_rate,
    cluster_ratio,
    coverage_bounds,
    exact_binomial,
    exact_poisson,
    wilson,
)

ORACLES = Path(__file__).with_name("oracles.csv")


def oracles(statistic: str) -> list[Any]:
    with ORACLES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["statistic"] == statistic]
    return [pytest.param(json.loads(r["arguments"]), json.loads(r["expected"]), id=r["source"]) for r in rows]


def from_clusters(x: list[int], n: list[int], **options: Any) -> RatioEstimate:
    return cluster_ratio(
        len(x),
        sum(x),
        sum(n),
        sum(a * a for a in x),
        sum(a * b for a, b in zip(x, n, strict=True)),
        sum(b * b for b in n),
        **options,
    )


@pytest.mark.parametrize(("arguments", "expected"), oracles("wilson"))
def test_wilson_gives_the_published_interval(arguments: list[float], expected: list[float]) -> None:
    assert wilson(*arguments) == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize(("arguments", "expected"), oracles("exact_binomial"))
def test_the_exact_binomial_gives_the_published_interval(arguments: list[float], expected: list[float]) -> None:
    assert exact_binomial(*arguments) == pytest.approx(expected, abs=5e-8)


@pytest.mark.parametrize(("arguments", "expected"), oracles("exact_poisson_ratio"))
def test_the_exact_poisson_gives_the_published_ratio_interval(arguments: list[float], expected: list[float]) -> None:
    observed, expectation, level = arguments
    interval = [bound / expectation for bound in exact_poisson(observed, level)]

    assert interval == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize(("arguments", "expected"), oracles("coverage_bounds"))
def test_coverage_bounds_are_the_worst_cases(arguments: list[float], expected: list[float]) -> None:
    assert coverage_bounds(*arguments) == tuple(expected)


@pytest.mark.parametrize(("arguments", "expected"), oracles("cluster_ratio"))
def test_the_clustered_ratio_gives_the_published_precision(arguments: list[Any], expected: list[float]) -> None:
    found = from_clusters(*arguments)
    assert found.interval and found.standard_error and found.design_effect

    assert [found.ratio, found.standard_error, *found.interval, found.design_effect] == pytest.approx(
        expected, abs=5e-7
    )


@pytest.mark.parametrize(("arguments", "expected"), oracles("case_bootstrap_binary"))
def test_the_bootstrap_of_zeros_and_ones_is_binomial(arguments: list[int], expected: list[float]) -> None:
    hits, size = arguments
    values = [1.0] * hits + [0.0] * (size - hits)

    assert case_bootstrap(values, seed=1, repeats=20_000) == pytest.approx(expected)


def test_effective_n_is_n_over_the_design_effect() -> None:
    found = from_clusters([0, 3, 1, 0, 0, 8, 2, 1, 0, 5], [2, 4, 3, 5, 1, 10, 6, 2, 3, 6])
    assert found.design_effect

    assert found.effective_n == pytest.approx(42 / found.design_effect)


def test_effective_n_never_exceeds_the_number_of_items() -> None:
    found = from_clusters([1, 1, 1, 1, 1, 0], [2, 2, 2, 2, 2, 2])
    assert found.design_effect and found.design_effect < 1

    assert found.effective_n == 12


@pytest.mark.parametrize("hits", [0, 4])
def test_agreement_of_all_cases_leaves_the_exact_interval_over_cases(hits: int) -> None:
    found = from_clusters([hits] * 30, [4] * 30)

    assert found.interval == exact_binomial(30 * hits / 4, 30)


def test_cases_of_one_common_ratio_still_have_a_wide_interval() -> None:
    found = from_clusters([1, 2, 3], [2, 4, 6])
    assert found.interval

    assert found.interval[1] - found.interval[0] > 0.8


def test_a_single_case_says_next_to_nothing() -> None:
    found = from_clusters([50], [100])
    assert found.interval

    assert found.interval[1] - found.interval[0] > 0.9


def test_ratios_that_are_no_shares_get_no_interval_without_variance() -> None:
    assert from_clusters([30, 30], [10, 10], share=False).interval is None


def test_ratios_that_are_no_shares_are_not_cut_at_one() -> None:
    found = from_clusters([30, 50, 20], [10, 10, 10], share=False)
    assert found.interval

    assert found.interval[1] > 3.33


def test_huge_whole_numbers_do_not_cancel() -> None:
    # A thousand million cases of 10 items, 9 hits each, but one case with 8: in doubles the residual drowns.
    cases = 10**9
    x, xx = 9 * cases - 1, 81 * (cases - 1) + 64
    found = cluster_ratio(cases, x, 10 * cases, xx, 10 * x, 100 * cases)

    assert found.standard_error == pytest.approx(math.sqrt(1 - 1e-9) / (10 * cases), rel=1e-6)


def test_rounding_noise_of_float_sums_is_not_taken_for_variance() -> None:
    shares, sizes = [0.1 * k for k in range(1, 50)], [0.3 * k for k in range(1, 50)]
    found = cluster_ratio(
        49,
        sum(shares),
        sum(sizes),
        sum(s * s for s in shares),
        sum(a * b for a, b in zip(shares, sizes, strict=True)),
        sum(n * n for n in sizes),
    )

    assert found.standard_error is None


@pytest.mark.parametrize("sums", [(0, 0, 0, 0, 0, 0), (3, 5, 4, 9, 9, 9), (2, 1, 0, 1, 0, 0)])
def test_impossible_sums_are_refused(sums: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        cluster_ratio(*sums)


def test_the_bootstrap_ignores_the_order_of_values() -> None:
    values = [0.1, 0.9, 0.4, 0.7, 0.2]

    assert case_bootstrap(values, seed=3) == case_bootstrap(values[::-1], seed=3)


def test_the_bootstrap_of_equal_values_says_nothing() -> None:
    assert case_bootstrap([1.0] * 50, seed=1) is None


counts = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.5, 0.999)


@given(counts, levels)
def test_every_share_lies_in_its_intervals(count: tuple[int, int], level: float) -> None:
    x, n = count
    for low, high in (wilson(x, n, level), exact_binomial(x, n, level)):
        assert 0 <= low <= x / n <= high <= 1


@given(counts)
def test_a_higher_level_never_narrows_an_interval(count: tuple[int, int]) -> None:
    narrow, wide = exact_binomial(*count, 0.95), exact_binomial(*count, 0.998)

    assert wide[0] <= narrow[0] and narrow[1] <= wide[1]


@given(st.integers(0, 100_000), levels)
def test_every_count_lies_in_its_poisson_interval(count: int, level: float) -> None:
    low, high = exact_poisson(count, level)

    assert low <= count <= high


@given(st.integers(2, 500).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_one_more_hit_never_lowers_an_interval(count: tuple[int, int]) -> None:
    x, n = count
    for interval in (wilson, exact_binomial):
        before, after = interval(x, n), interval(x + 1, n)
        assert before[0] <= after[0] + 1e-12 and before[1] <= after[1] + 1e-12


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 50))
def test_bounds_hold_the_share_of_the_known(x: int, unknown: int, misses: int) -> None:
    low, high = coverage_bounds(x, unknown, x + unknown + misses)

    assert low <= x / (x + misses) <= high


clusters = st.lists(
    st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=40
)


@given(clusters)
def test_a_clustered_interval_holds_its_ratio_and_has_a_width(pairs: list[tuple[int, int]]) -> None:
    found = from_clusters([x for x, _ in pairs], [n for _, n in pairs])
    assert found.interval

    assert 0 <= found.interval[0] <= found.ratio <= found.interval[1] <= 1
    assert found.interval[0] < found.interval[1]


@given(clusters)
def test_doubling_every_item_of_every_case_adds_no_precision(pairs: list[tuple[int, int]]) -> None:
    once = from_clusters([x for x, _ in pairs], [n for _, n in pairs])
    twice = from_clusters([2 * x for x, _ in pairs], [2 * n for _, n in pairs])

    assert once.standard_error == (twice.standard_error and pytest.approx(twice.standard_error))


def rate_of(x: list[int], n: list[int]) -> Any:
    return cluster_rate(
        len(x),
        sum(x),
        sum(n),
        sum(a * a for a in x),
        sum(a * b for a, b in zip(x, n, strict=True)),
        sum(b * b for b in n),
    )


def test_the_interval_of_a_rate_without_clusters_is_garwoods() -> None:
    # FunnelPlotR's test suite (metrics.md D, oracle a): 20 events, limits .6108260 and 1.544419 of what was counted.
    found = rate_of([1] * 20 + [0] * 80, [10] * 100)

    assert found.rate == 0.02
    assert found.interval == pytest.approx((0.6108260 * 0.02, 1.544419 * 0.02), abs=1e-8)


def test_events_that_come_in_rows_count_for_fewer() -> None:
    # Five events in each of ten cases of a hundred. R 50/1000; residuals 4.5 and -0.5: 100/99·(10·20.25 + 90·.25)/50.
    found = rate_of([5] * 10 + [0] * 90, [10] * 100)

    assert found.design_effect == pytest.approx(100 / 99 * 225 / 50)
    assert found.effective_count == pytest.approx(50 / found.design_effect)
    limits = [bound / found.effective_count * 0.05 for bound in exact_poisson(found.effective_count)]
    assert found.interval == pytest.approx(limits)


def test_no_event_still_has_an_upper_limit() -> None:
    # Hanley & Lippman-Hand's rule of three, for two sides: -ln .025 = 3.688879 over the time at risk.
    assert rate_of([0] * 40, [10] * 40).interval == pytest.approx((0, 3.688879 / 400), abs=1e-8)


def test_the_events_of_a_single_case_count_as_one() -> None:
    found = rate_of([7], [700])

    assert found.interval == pytest.approx([bound / 100 for bound in exact_poisson(1)])
