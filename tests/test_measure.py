"""Figures from a log: published numbers, coverage and bounds, statuses with their sentence, groups and periods."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from procmine.errors import UsageError
from procmine.findings import Measurement, Status
from procmine.log import Log, open_store
from procmine.measure import measure
from procmine.metric import Metric, catalogue
from procmine.read.importing import import_log
from procmine.schema import Schema, load_schema

HEAD = "case_id,activity,timestamp,office,appointment_id,outcome,initiator"


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema()


@pytest.fixture(scope="module")
def metrics() -> Mapping[str, Metric]:
    return catalogue()


@pytest.fixture
def opened(tmp_path: Path, schema: Schema) -> Callable[[str], Log]:
    def make(text: str) -> Log:
        path = tmp_path / "log.csv"
        path.write_text(text, encoding="utf-8")
        return open_store(import_log(path, tmp_path / "store", schema=schema), schema)

    return make


def appointments(rows: Sequence[tuple[str, str, str]], office: str = "A", day: str = "2025-01-15") -> str:
    """Appointments as (case, id, initiator), each attended."""
    lines = [f"{c},followup_interview,{day}T09:00:00,{office},{a},attended,{i}" for c, a, i in rows]
    return "\n".join(lines)


def of(found: Sequence[Measurement], metric: str, period: str | None = None, **group: str) -> Measurement:
    return next(one for one in found if (one.metric, one.group, one.period) == (metric, group, period))


def clustered() -> str:
    """The worked data of metrics.md 0.8: hits x of n appointments in ten cases."""
    x, n = (0, 3, 1, 0, 0, 8, 2, 1, 0, 5), (2, 4, 3, 5, 1, 10, 6, 2, 3, 6)
    return appointments(
        [
            (f"c{case}", f"t{number}", "client" if number < x[case] else "caseworker")
            for case in range(10)
            for number in range(n[case])
        ]
    )


def test_the_share_its_cluster_interval_and_its_case_mean_are_those_of_the_reference(
    opened: Callable[[str], Log], metrics: Mapping[str, Metric]
) -> None:
    found = of(measure(opened(f"{HEAD}\n{clustered()}\n"), metrics), "self_initiated_appointments")

    assert (found.numerator, found.denominator, found.cases) == (20, 42, 10)
    assert found.value == pytest.approx(0.476190, abs=1e-6)
    assert found.interval == pytest.approx((0.186470, 0.765911), abs=1e-6)
    assert found.case_mean == pytest.approx(0.355, abs=1e-9)
    assert found.effective_n == pytest.approx(42 / 2.761905, abs=1e-4)


def test_unknown_initiators_widen_the_bounds_and_lower_the_coverage(
    opened: Callable[[str], Log], metrics: Mapping[str, Metric]
) -> None:
    rows = [(f"c{n}", "t", "client" if n < 20 else "caseworker" if n < 85 else "") for n in range(100)]
    found = of(measure(opened(f"{HEAD}\n{appointments(rows)}\n"), metrics), "self_initiated_appointments")

    assert found.value == pytest.approx(0.235294, abs=1e-6)
    assert found.bounds == pytest.approx((0.20, 0.35))
    assert (found.coverage, found.status) == (0.85, Status.OK)


@pytest.mark.parametrize(
    ("known", "status"),
    [(80, Status.OK), (79, Status.LOW_COVERAGE), (50, Status.LOW_COVERAGE), (49, Status.NOT_MEASURABLE)],
)
def test_coverage_decides_the_status(
    opened: Callable[[str], Log], metrics: Mapping[str, Metric], known: int, status: Status
) -> None:
    rows = [(f"c{n}", "t", ("client", "caseworker")[n % 2] if n < known else "") for n in range(100)]
    found = of(measure(opened(f"{HEAD}\n{appointments(rows)}\n"), metrics), "self_initiated_appointments")

    assert found.status is status
    assert (found.value is None) == (status is Status.NOT_MEASURABLE)
    assert bool(found.reason) == (status is not Status.OK)


def test_fewer_than_thirty_cases_are_too_few(opened: Callable[[str], Log], metrics: Mapping[str, Metric]) -> None:
    rows = [(f"c{n}", "t", ("client", "caseworker")[n % 2]) for n in range(29)]
    found = of(measure(opened(f"{HEAD}\n{appointments(rows)}\n"), metrics), "self_initiated_appointments")

    assert found.status is Status.INSUFFICIENT_N
    assert found.reason["en"] == "Too few cases: 29 instead of at least 30."


def test_an_absent_attribute_is_not_measurable_and_never_zero(
    opened: Callable[[str], Log], metrics: Mapping[str, Metric]
) -> None:
    found = measure(
        opened("case_id,activity,timestamp,office\na,x,2025-01-01,A\nb,x,2025-01-01,B\n"), metrics, by=("office",)
    )

    assert {one.status for one in found} == {Status.NOT_MEASURABLE}
    assert {one.value for one in found} == {None}
    assert of(found, "self_initiated_appointments", office="B").reason["en"] == (
        "Not measurable: the export has no attribute appointment_id, initiator, outcome (0 of 2 events)."
    )


def test_an_office_in_which_nothing_counts_gets_an_answer_too(
    opened: Callable[[str], Log], metrics: Mapping[str, Metric]
) -> None:
    rows = [(f"c{n}", "t", "client") for n in range(40)]
    text = f"{HEAD}\n{appointments(rows)}\nz,application,2025-01-01T08:00:00,B,,,\n"
    found = measure(opened(text), metrics, by=("office",))

    assert of(found, "self_initiated_appointments", office="A").value == 1
    assert of(found, "self_initiated_appointments", office="B").status is Status.NOT_MEASURABLE


def test_offices_and_periods_add_up_to_the_whole(opened: Callable[[str], Log], metrics: Mapping[str, Metric]) -> None:
    january = appointments([(f"a{n}", "t", ("client", "caseworker")[n % 3 == 0]) for n in range(40)], "A")
    march = appointments([(f"b{n}", "t", ("client", "caseworker")[n % 2]) for n in range(50)], "B", "2025-03-31")
    log = opened(f"{HEAD}\n{january}\n{march}\n")
    found = [
        one for one in measure(log, metrics, by=("office", "quarter")) if one.metric == "self_initiated_appointments"
    ]
    name = "self_initiated_appointments"

    assert of(found, name).items == of(found, name, office="A").items + of(found, name, office="B").items == 90  # type: ignore[operator]
    assert of(found, name, "2025-Q1").items == 90
    assert of(found, name, "2025-Q1", office="B").numerator == 25


def test_days_outside_the_window_do_not_count(opened: Callable[[str], Log], metrics: Mapping[str, Metric]) -> None:
    early = appointments([(f"a{n}", "t", "client") for n in range(40)], day="2025-01-31")
    late = appointments([(f"b{n}", "t", "caseworker") for n in range(30)], day="2025-02-01")
    log = opened(f"{HEAD}\n{early}\n{late}\n")
    found = of(measure(log, metrics, end=date(2025, 1, 31)), "self_initiated_appointments")

    assert (found.numerator, found.denominator) == (40, 40)


def test_all_hits_are_not_a_zero_width_interval(opened: Callable[[str], Log], metrics: Mapping[str, Metric]) -> None:
    rows = [(f"c{n}", "t", "client") for n in range(40)]
    found = of(measure(opened(f"{HEAD}\n{appointments(rows)}\n"), metrics), "self_initiated_appointments")

    assert found.interval == pytest.approx((0.025 ** (1 / 40), 1.0), abs=1e-9)


def test_continuity_is_the_mean_of_the_published_sequence_and_counts_caseworkers(
    opened: Callable[[str], Log], metrics: Mapping[str, Metric]
) -> None:
    lines = ["case_id,activity,timestamp,worker,role"]
    for case in range(30):
        for day, worker in enumerate("AABACAADAABA"):
            lines.append(f"c{case},short_contact,2025-01-{day + 1:02d}T09:00:00,{worker}{case % 4},placement")
    found = measure(opened("\n".join(lines)), metrics)
    whole = of(found, "caseworker_continuity")

    assert whole.value == pytest.approx(0.439394, abs=1e-6)
    assert (whole.items, whole.cases, whole.workers) == (30, 30, 16)
    assert of(found, "caseworker_continuity", function="integration").value == whole.value


def test_fewer_than_five_caseworkers_are_too_few_for_continuity(
    opened: Callable[[str], Log], metrics: Mapping[str, Metric]
) -> None:
    lines = ["case_id,activity,timestamp,worker,role"]
    for case in range(30):
        lines += [f"c{case},short_contact,2025-01-{day:02d}T09:00:00,{'AB'[day % 2]},placement" for day in (1, 2, 3, 4)]
    found = of(measure(opened("\n".join(lines)), metrics), "caseworker_continuity")

    assert found.status is Status.INSUFFICIENT_N
    assert found.reason["en"] == "Too few caseworkers behind the figure: fewer than 5."


def test_handovers_without_recorded_types_stand_under_reserve(
    opened: Callable[[str], Log], metrics: Mapping[str, Metric]
) -> None:
    lines = ["case_id,activity,timestamp,role,participants"]
    for case in range(40):
        lines.append(f"c{case},referral,2025-01-10T09:00:00,placement,")
        lines.append(f"c{case},joint_meeting,2025-01-1{case % 3 + 1}T09:00:00,placement,placement|partner")
    found = of(measure(opened("\n".join(lines)), metrics), "warm_handovers")

    assert (found.value, found.status) == (1, Status.LOW_COVERAGE)
    assert found.reason["en"].startswith("Only hits can be seen: without handover_type")


def test_an_unknown_group_is_refused_with_the_nearest_name(
    opened: Callable[[str], Log], metrics: Mapping[str, Metric]
) -> None:
    with pytest.raises(UsageError, match=r"grouped by ofice\. Did you mean office\?"):
        measure(opened("case_id,activity,timestamp\na,x,2025-01-01\n"), metrics, by=("ofice",))


def test_what_nobody_could_count_is_not_counted_as_none(
    opened: Callable[[str], Log], metrics: Mapping[str, Metric]
) -> None:
    text = "case_id,activity,timestamp,appointment_id,outcome\na,followup_interview,2025-01-01,t,attended\n"
    found = of(measure(opened(text), metrics), "self_initiated_appointments")

    assert (found.items, found.cases) == (None, None)
