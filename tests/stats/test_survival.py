"""Product limit, its interval and the median agree with published tables; without clusters the jackknife is
Greenwood's.

Sources: Freireich et al., Blood 21 (1963), 6-MP arm, weeks in remission; its curve and standard errors as printed by
the NAG library (g12aac, example results) and SAS PROC LIFETEST, median 23. Bone marrow transplants, group ALL (Klein &
Moeschberger 1997), data of SAS/STAT 9.2 example 49.2; limits of the first quartile on the log-log scale as printed
there ("Constructing 95% Confidence Limits for the 25th Percentile"): 86 to 230. statsmodels 0.15.0 gave, when this was
written: SurvfuncRight of 6-MP S(23) .448179, SE .134591, quantile_ci(.5) (13, inf), quantile(.5) 23.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmine.stats.survival import Step, at, day_of, happened_by, product_limit, watched

REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
ALL_DIED = [418, 383, 276, 104, 609, 172, 487, 662, 194, 230, 526, 122, 129, 74, 122, 86, 466, 192, 109, 55]
ALL_DIED += [1, 107, 110, 332]
ALL_CENSORED = [2081, 1602, 1496, 1462, 1433, 1377, 1330, 996, 226, 1199, 1111, 530, 1182, 1167]


def days(happened: list[int], censored: list[int]) -> list[tuple[int, int, int]]:
    every = sorted({*happened, *censored})
    return [(day, happened.count(day), happened.count(day) + censored.count(day)) for day in every]


SIX_MP = product_limit(days(REMISSION, STILL))
ALL = product_limit(days(ALL_DIED, ALL_CENSORED))


def step(steps: tuple[Step, ...], day: int) -> Step:
    found = at(steps, day)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("week", "left", "error"),
    [
        (6, 0.857, 0.076),
        (7, 0.807, 0.087),
        (10, 0.753, 0.096),
        (13, 0.690, 0.107),
        (16, 0.627, 0.114),
        (22, 0.538, 0.128),
        (23, 0.448, 0.135),
    ],
)
def test_the_curve_and_greenwoods_errors_are_the_published_ones(week: int, left: float, error: float) -> None:
    found = step(SIX_MP, week)

    assert (found.left, found.left * math.sqrt(found.variance)) == pytest.approx((left, error), abs=5e-4)


def test_the_median_is_the_published_one_and_its_later_limit_is_not_reached() -> None:
    assert day_of(SIX_MP) == (23, None)


def test_limits_of_a_quantile_are_the_published_ones() -> None:
    assert day_of(ALL, 0.25)[1] == (86, 230)


def test_the_interval_of_a_share_is_that_of_the_log_log_scale() -> None:
    # S .690196, SE .106815: z·SE/(S·|ln S|) = .818262…; 1 - S^exp(±.818262).
    found = happened_by(SIX_MP, 13, by_cases=None, trials=12)
    spread = 1.959964 * 0.106815 / (0.690196 * abs(math.log(0.690196)))
    expected = 1 - 0.690196 ** math.exp(-spread), 1 - 0.690196 ** math.exp(spread)

    assert found.interval == pytest.approx(expected, abs=1e-5)
    assert found.value == pytest.approx(1 - 0.690196, abs=1e-6)


def test_the_effective_size_is_that_of_a_share_with_the_same_error() -> None:
    found = happened_by(SIX_MP, 13, by_cases=None, trials=12)

    assert found.effective_n == pytest.approx(0.690196 * 0.309804 / 0.106815**2, abs=1e-2)


def test_the_larger_of_both_variances_counts() -> None:
    plain = happened_by(SIX_MP, 13, by_cases=None, trials=12)
    narrow = happened_by(SIX_MP, 13, by_cases=step(SIX_MP, 13).variance / 2, trials=12)
    wide = happened_by(SIX_MP, 13, by_cases=step(SIX_MP, 13).variance * 2, trials=12)
    assert plain.interval and wide.interval

    assert narrow.interval == plain.interval
    assert wide.interval[0] < plain.interval[0] and wide.interval[1] > plain.interval[1]


@pytest.mark.parametrize(("day", "interval"), [(5, (0.0, 1 - 0.025 ** (1 / 21))), (3, (0.0, 1 - 0.025 ** (1 / 21)))])
def test_nothing_happened_is_not_certainty(day: int, interval: tuple[float, float]) -> None:
    assert happened_by(SIX_MP, day, by_cases=None, trials=21).interval == pytest.approx(interval)


def test_happened_to_all_is_not_certainty() -> None:
    steps = product_limit(days([1, 2, 2, 3], []))
    found = happened_by(steps, 3, by_cases=None, trials=4)

    assert found.value == 1
    assert found.interval == pytest.approx((0.025 ** (1 / 4), 1.0))


def test_a_horizon_nobody_was_watched_to_is_not_reached() -> None:
    assert (watched(SIX_MP, 35), watched(SIX_MP, 36)) == (True, False)
    assert watched(product_limit(days([1, 2], [])), 99)


def test_what_is_censored_on_a_day_was_still_at_risk_on_it() -> None:
    (only,) = product_limit([(6, 3, 4)])

    assert (only.at_risk, only.left) == (4, 0.25)


def test_a_median_that_is_not_reached_is_none() -> None:
    assert day_of(product_limit(days([1], [9, 9, 9]))) == (None, None)


items = st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=2, max_size=40)


def influence(steps: tuple[Step, ...], day: int, happened: bool, horizon: int) -> float:
    """What an item adds to the logarithm of S at the horizon (Therneau & Grambsch 2000), from the definition."""
    total = 0.0
    for one in steps:
        if one.day <= horizon and one.day <= day and one.events:
            mine = 1.0 if happened and one.day == day else 0.0
            total -= (mine - one.events / one.at_risk) / (one.at_risk - one.events)
    return total


@given(items, st.integers(1, 30))
def test_without_clusters_the_jackknife_is_greenwoods_variance(drawn: list[tuple[int, bool]], horizon: int) -> None:
    steps = product_limit(days([d for d, e in drawn if e], [d for d, e in drawn if not e]))
    found = at(steps, horizon)
    if found is None or found.left == 0:
        return
    squares = math.fsum(influence(steps, day, happened, horizon) ** 2 for day, happened in drawn)

    assert squares == pytest.approx(found.variance, rel=1e-9, abs=1e-15)


@given(items)
def test_without_censoring_the_curve_is_the_plain_share(drawn: list[tuple[int, bool]]) -> None:
    steps = product_limit(days([day for day, _ in drawn], []))

    for one in steps:
        assert one.left == pytest.approx(sum(day > one.day for day, _ in drawn) / len(drawn), abs=1e-12)
