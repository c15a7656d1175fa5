"""Comparisons judge groups by their effective size and never put them in an order of merit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmine.compare import compare, compare_set, discoveries
from procmine.errors import UsageError
from procmine.findings import Measurement, Signal, Status
from procmine.privacy import release
from procmine.stats.funnel import binomial_limits, normal_limits
from procmine.stats.intervals import cluster_ratio


def measured(office: str | None, hits: float, known: float, **other: Any) -> Measurement:
    fields: dict[str, Any] = {
        "metric": "warm_handovers",
        "version": 1,
        "group": {"office": office} if office else {},
        "period": None,
        "value": hits / known,
        "numerator": hits,
        "denominator": known,
        "items": int(known),
        "cases": int(known),
        "coverage": 1.0,
        "bounds": None,
        "interval": None,
        "status": Status.OK,
        "effective_n": float(known),
    }
    return Measurement(**(fields | other))


def continuity(office: str, values: list[float]) -> Measurement:
    found = cluster_ratio(
        len(values), sum(values), len(values), sum(v * v for v in values), sum(values), len(values), share=True
    )
    return measured(
        office,
        sum(values),
        len(values),
        metric="caseworker_continuity",
        interval=found.interval,
        effective_n=found.effective_n,
        known_cases=len(values),
    )


def test_the_reference_is_the_ratio_of_sums() -> None:
    comparisons, _ = compare([measured("A", 30, 100), measured("B", 10, 300)])

    assert [c.reference for c in comparisons] == [0.1, 0.1]


def test_limits_are_those_of_the_effective_size() -> None:
    comparisons, _ = compare([measured("A", 30, 100, effective_n=50.0), measured("B", 30, 100)])
    lower_998, lower_95, upper_95, upper_998 = binomial_limits(0.3, 50)

    assert (comparisons[0].limits_95, comparisons[0].limits_998) == ((lower_95, upper_95), (lower_998, upper_998))


def test_clustering_takes_a_signal_away() -> None:
    whole = [measured("B", 300, 1000), measured("C", 300, 1000)]
    alone, _ = compare([measured("A", 46, 100), *whole], standards={"warm_handovers": 0.3})
    clustered, _ = compare([measured("A", 46, 100, effective_n=25.0), *whole], standards={"warm_handovers": 0.3})

    assert (alone[0].signal, clustered[0].signal) == (Signal.ABOVE_998, Signal.NONE)


@pytest.mark.parametrize(
    ("hits", "signal"),
    [(18, Signal.ABOVE_998), (17, Signal.ABOVE_95), (15, Signal.ABOVE_95), (14, Signal.NONE), (5, Signal.BELOW_95)],
)
def test_signals_follow_the_exact_tails_of_the_binomial_table(hits: int, signal: Signal) -> None:
    # n 20, p 1/2: P(X >= 14) .0577, P(X >= 15) .0207, P(X >= 16) .0059, P(X >= 17) .0013, P(X >= 18) .0002
    comparisons, _ = compare([measured("A", hits, 20)], standards={"warm_handovers": 0.5})

    assert comparisons[0].signal is signal


def test_groups_stand_in_the_order_of_their_names() -> None:
    comparisons, _ = compare([measured("C", 1, 50), measured("A", 20, 50), measured("B", 40, 50)])

    assert [c.measurement.group["office"] for c in comparisons] == ["A", "B", "C"]


def test_the_whole_is_not_compared_with_itself() -> None:
    comparisons, _ = compare([measured(None, 50, 150), measured("A", 20, 50), measured("B", 30, 100)])

    assert [dict(c.measurement.group) for c in comparisons] == [{"office": "A"}, {"office": "B"}]


@pytest.mark.parametrize("status", [Status.LOW_COVERAGE, Status.INSUFFICIENT_N, Status.SUPPRESSED])
def test_a_group_that_is_not_ok_is_unjudged_and_says_why(status: Status) -> None:
    weak = measured("C", 49, 50, status=status)
    comparisons, _ = compare([measured("A", 20, 50), measured("B", 30, 100), weak])

    assert comparisons[2].signal is Signal.UNJUDGED and set(comparisons[2].measurement.reason) == {"de", "en"}


def test_a_group_that_is_not_ok_does_not_move_the_reference() -> None:
    weak = measured("C", 50, 50, status=Status.LOW_COVERAGE)
    comparisons, _ = compare([measured("A", 20, 50), measured("B", 40, 100), weak])

    assert comparisons[0].reference == 0.4


def test_a_whole_of_low_coverage_leaves_every_group_unjudged() -> None:
    whole = measured(None, 50, 150, status=Status.LOW_COVERAGE)
    comparisons, funnels = compare([whole, measured("A", 20, 50), measured("B", 30, 100)])

    assert [c.signal for c in comparisons] == [Signal.UNJUDGED] * 2 and funnels == ()


def test_one_group_alone_is_unjudged() -> None:
    comparisons, funnels = compare([measured("A", 20, 50)])

    assert comparisons[0].signal is Signal.UNJUDGED and funnels == ()


def test_offices_are_compared_inside_one_function_only() -> None:
    groups = [
        measured(None, hits, 100, group={"office": office, "function": function})
        for office, function, hits in [
            ("A", "benefits", 10),
            ("B", "benefits", 20),
            ("A", "jobs", 60),
            ("B", "jobs", 80),
        ]
    ]
    comparisons, _ = compare(groups)

    assert [c.reference for c in comparisons] == [0.15, 0.15, 0.7, 0.7]


def test_means_get_limits_from_the_spread_inside_groups() -> None:
    a, b = [0.2, 0.4, 0.6, 0.8] * 10, [0.1, 0.3, 0.5, 0.7] * 10
    comparisons, _ = compare([continuity("A", a), continuity("B", b)], units={"caseworker_continuity": "mean"})
    variance = 0.05 * 40 / 39  # population variance of four values .2 apart, in both groups
    lower_998, lower_95, upper_95, upper_998 = normal_limits(0.45, variance**0.5, 40)

    assert comparisons[0].limits_95 == pytest.approx((lower_95, upper_95))
    assert comparisons[0].limits_998 == pytest.approx((lower_998, upper_998))


def test_a_mean_far_off_is_signalled() -> None:
    middle = [0.4, 0.5, 0.6] * 30
    groups = [continuity("A", [0.1, 0.2, 0.3] * 30), *(continuity(name, middle) for name in "BCDE")]
    comparisons, _ = compare(groups, units={"caseworker_continuity": "mean"})

    assert comparisons[0].signal is Signal.BELOW_998


def test_overdispersion_widens_the_limits() -> None:
    groups = [measured(f"{k:02}", 200 + 40 * (k % 5), 1000) for k in range(12)]
    narrow, _ = compare(groups)
    wide, _ = compare(groups, overdispersion=True)
    assert narrow[0].limits_95 and wide[0].limits_95

    assert wide[0].limits_95[0] < narrow[0].limits_95[0] and wide[0].signal is Signal.NONE


def test_the_funnel_narrows_and_covers_the_largest_group() -> None:
    _, (funnel,) = compare([measured("A", 30, 100), measured("B", 90, 300)])

    assert funnel.sizes[-1] > 300 and funnel.upper_998[-1] - funnel.lower_998[-1] < 0.2


def test_discoveries_leave_out_what_was_not_judged() -> None:
    weak = measured("C", 49, 50, status=Status.LOW_COVERAGE)
    comparisons, _ = compare([measured("A", 90, 100), measured("B", 5000, 10000), weak])

    assert discoveries(comparisons) == (True, False, None)


def test_released_figures_are_compared_by_what_is_shown_of_them() -> None:
    groups = [measured("A", 31, 103), measured("B", 88, 301), measured("C", 2, 6)]
    comparisons, _ = compare(release(groups, "shared").value)

    assert [(c.reference, c.signal is Signal.UNJUDGED) for c in comparisons] == [
        (120 / 405, False),
        (120 / 405, False),
        (120 / 405, True),
    ]


def test_a_released_index_is_compared_though_its_sum_is_not_shown() -> None:
    groups = [continuity(name, values) for name, values in (("A", [0.2, 0.4, 0.6] * 20), ("B", [0.1, 0.3, 0.5] * 20))]
    units = {"caseworker_continuity": "mean"}
    comparisons, _ = compare(release(groups, "shared", units=units).value, units=units)

    assert [c.reference for c in comparisons] == [pytest.approx(0.35)] * 2


def test_two_measurements_of_one_office_are_refused() -> None:
    with pytest.raises(UsageError):
        compare_set([measured("A", 1, 2), measured("A", 1, 2)])


def test_two_versions_of_a_metric_are_refused() -> None:
    with pytest.raises(UsageError):
        compare([measured("A", 1, 2), measured("B", 1, 2, version=2)])


groups = st.lists(
    st.integers(5, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=12
)


@given(groups, st.randoms())
def test_the_order_of_measurements_is_no_information(pairs: list[tuple[int, int]], random: Any) -> None:
    ordered = [measured(f"{k:02}", x, n) for k, (x, n) in enumerate(pairs)]
    shuffled = random.sample(ordered, len(ordered))
    first, second = compare(ordered)[0], compare(shuffled)[0]

    assert [(c.measurement, c.signal) for c in first] == [(c.measurement, c.signal) for c in second]


@given(groups)
def test_a_signal_always_points_away_from_the_reference(pairs: list[tuple[int, int]]) -> None:
    for found in compare([measured(f"{k:02}", x, n) for k, (x, n) in enumerate(pairs)])[0]:
        assert found.measurement.value is not None and found.reference is not None
        above = found.measurement.value > found.reference
        assert found.signal is Signal.NONE or found.signal.value.startswith("above" if above else "below")


def rate(office: str, events: float, years: float, effect: float = 1.0) -> Measurement:
    """A rate per case-year: its effective count is events over the design effect."""
    days = years * 365.25
    return measured(office, events, days, metric="sanction_rate", value=events / years, effective_n=years / effect)


def test_rates_are_judged_by_the_exact_tail_of_the_effective_count() -> None:
    # Reference 60/600 a year. A expects 10: P(X >= 20) = .003454 (Poisson table); at half the effective time it is 10
    # against 5: P(X >= 10) = .031828.
    others = [rate("B", 20, 250), rate("C", 20, 250)]
    plain, _ = compare([rate("A", 20, 100), *others], units={"sanction_rate": "rate"})
    clustered, _ = compare([rate("A", 20, 100, effect=2), *others], units={"sanction_rate": "rate"})

    assert plain[0].reference == pytest.approx(0.1)
    assert [plain[0].tail, clustered[0].tail] == pytest.approx([0.003454, 0.031828], abs=1e-6)
    assert [plain[0].signal, clustered[0].signal] == [Signal.ABOVE_95, Signal.NONE]


def test_the_funnel_of_a_rate_is_drawn_over_expected_events() -> None:
    groups = [rate("A", 20, 100), rate("B", 20, 250)]
    _, (funnel,) = compare(groups, units={"sanction_rate": "rate"})

    assert funnel.sizes[0] * funnel.reference == pytest.approx(2)
    assert all(low >= 0 for low in funnel.lower_998)


def test_a_share_within_a_horizon_is_judged_at_its_effective_size() -> None:
    groups = [
        measured(office, 0, 400, metric="in_time", value=value, numerator=None, effective_n=200.0)
        for office, value in (("A", 0.7), ("B", 0.5))
    ]
    comparisons, _ = compare(groups, units={"in_time": "survival"})
    _, lower_95, upper_95, _ = binomial_limits(0.6, 200)

    assert [c.reference for c in comparisons] == pytest.approx([0.6, 0.6])
    assert [c.limits_95 for c in comparisons] == [pytest.approx((lower_95, upper_95))] * 2
    assert [c.signal for c in comparisons] == [Signal.ABOVE_95, Signal.BELOW_95]


@pytest.mark.parametrize("unit", ["difference", "concentration"])
def test_differences_and_concentrations_are_not_judged_and_say_why(unit: str) -> None:
    groups = [measured(office, 10, 100, metric="gap") for office in "AB"]
    comparisons, funnels = compare(groups, units={"gap": unit})

    assert [c.signal for c in comparisons] == [Signal.UNJUDGED] * 2
    assert all("no limits by the size" in c.measurement.reason["en"] for c in comparisons)
    assert funnels == ()


def test_rates_that_differ_more_than_chance_widen_the_limits() -> None:
    groups = [rate(name, events, 100) for name, events in zip("ABCDEFGH", (5, 40, 8, 35, 12, 30, 18, 52), strict=True)]
    (plain, *_), _ = compare(groups, units={"sanction_rate": "rate"})
    (wide, *_), _ = compare(groups, units={"sanction_rate": "rate"}, overdispersion=True)
    assert plain.limits_95 and wide.limits_95

    assert wide.limits_95[1] - wide.limits_95[0] > 2 * (plain.limits_95[1] - plain.limits_95[0])
