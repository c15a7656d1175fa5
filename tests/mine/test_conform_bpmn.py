"""Cases against a drawn norm: kept, broken, undetermined; deviations placed and attributed; figures by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import procmine
from procmine.deviations import Begun, Conformance, Deviation, Foreseen, Kept, Norm
from procmine.mine.bpmn.conform import conform
from procmine.mine.bpmn.reading import known_words, read_bpmn
from procmine.mine.chosen import Chosen
from procmine.privacy.deviations import release_conformance
from procmine.privacy.profile import rounded
from procmine.report.norm_section import begun_text
from procmine.report.words import load
from procmine.schema import load_schema
from procmine.stats.intervals import wilson
from procmine.terminal.deviations import conformance, conformance_data
from tests.mine.conftest import make_log
from tests.mine.test_bpmn_reading import ENDS, a_file, flows

SCHEMA = load_schema()
FIRST, LAST = date(2025, 1, 1), date(2026, 6, 30)
TALK = "".join(
    f'<task id="{name}" name="{activity}"/>'
    for name, activity in (("apply", "application"), ("talk", "first_interview"), ("plan", "cooperation_plan"))
)
Step = str | tuple[str, str | None]


def a_log(*cases: dict[str, Any]) -> Any:
    """A log of cases with ``steps`` (activity, or activity and initiator) and, if known, office, entry, exit and last
    day; without an exit given, the case is over."""
    rows = []
    for number, case in enumerate(cases):
        steps: Sequence[Step] = case["steps"]
        for k, step in enumerate(steps):
            activity, initiator = (step, None) if isinstance(step, str) else step
            stamp = datetime(2025, 3, 1) + timedelta(days=k)  # noqa: DTZ001 - a store's times say no zone
            more = {"office": case.get("office", "JC-01"), "initiator": initiator, "timestamp": stamp}
            rows.append({"case": number, "activity": activity, **more})
    log = make_log(rows)
    connection = log.engine._connection
    connection.execute("CREATE TABLE observation (first_day DATE, last_day DATE)")
    connection.execute("INSERT INTO observation VALUES (?, ?)", [FIRST, LAST])
    connection.execute(
        "CREATE TABLE cases (case_id INTEGER, office VARCHAR, entry DATE, exit_date DATE, last_date DATE)"
    )
    for number, case in enumerate(cases):
        last = case.get("last", date(2025, 3, 1) + timedelta(days=len(case["steps"]) - 1))
        given = (case.get("office", "JC-01"), case.get("entry"), case.get("exit", date(2026, 1, 1)), last)
        connection.execute("INSERT INTO cases VALUES (?, ?, ?, ?, ?)", [number, *given])
    return SimpleNamespace(engine=log.engine, receipt=log.receipt, schema=SCHEMA)


def over(*steps: Step, **more: Any) -> dict[str, Any]:
    return {"steps": steps, **more}


def running(*steps: Step, **more: Any) -> dict[str, Any]:
    return {"steps": steps, "exit": None, **more}


@pytest.fixture
def norm(tmp_path: Path) -> Norm:
    """Application, first interview, cooperation plan, one after the other."""
    return read_bpmn(
        a_file(tmp_path, ENDS + TALK + flows("s>apply", "apply>talk", "talk>plan", "plan>e")), known_words(SCHEMA)
    )


RUN = ("application", "first_interview", "cooperation_plan")


def counted(of: Kept) -> tuple[int, int, int, int, int]:
    return of.kept, of.broken, of.running, of.earlier, of.beyond


def test_a_case_that_is_a_run_of_the_norm_is_kept_and_another_is_broken(norm: Norm) -> None:
    found = conform(a_log(over(*RUN), over("application", "cooperation_plan")), norm)

    assert counted(found.whole) == (1, 1, 0, 0, 0)


def test_the_rate_has_wilsons_interval_over_cases(norm: Norm) -> None:
    found = conform(a_log(*[over(*RUN)] * 3, over("application")), norm)

    assert (found.whole.share.value, found.whole.interval) == (0.75, wilson(3, 4))


def test_a_missing_step_is_placed_on_its_task_and_begun_by_nobody(norm: Norm) -> None:
    found = conform(a_log(*[over(("application", "client"), "cooperation_plan")] * 2), norm)

    assert found.deviations == (Deviation("missing", "first_interview", "talk", 2, 2, ()),)


def test_an_inserted_step_is_placed_where_the_run_stood_and_begun_by_whoever_began_it(norm: Norm) -> None:
    begun = ("client", "household_member", "caseworker", "system_calendar", "provider", None)
    found = conform(a_log(*[over("application", ("application", who), *RUN[1:]) for who in begun]), norm)

    assert found.deviations == (
        Deviation(
            "inserted", "application", "apply", 6, 6,
            (Begun("client", 2, 2), Begun("office", 2, 2), Begun("third", 1, 1), Begun("unknown", 1, 1)),
        ),
    )  # fmt: skip


def test_the_sides_follow_the_vocabulary(norm: Norm) -> None:
    initiators = {code: SimpleNamespace(belongs="third") for code in ("client", "caseworker")}
    log = a_log(over("application", ("application", "client"), *RUN[1:]))
    log.schema = SimpleNamespace(codes={"initiator": initiators})

    assert conform(log, norm).deviations[0].begun == (Begun("third", 1, 1),)


def test_a_step_before_the_norm_begins_stands_at_its_start_event(norm: Norm) -> None:
    found = conform(a_log(over("cooperation_plan", *RUN)), norm)

    assert [(each.kind, each.activity, each.element) for each in found.deviations] == [
        ("inserted", "cooperation_plan", "s")
    ]


def test_a_step_at_another_place_is_inserted_there_and_missing_at_its_own(norm: Norm) -> None:
    found = conform(a_log(over("application", "cooperation_plan", "first_interview")), norm)

    assert [(each.kind, each.activity, each.element) for each in found.deviations] == [
        ("inserted", "cooperation_plan", "apply"),
        ("missing", "cooperation_plan", "plan"),
    ]


def test_cases_and_events_of_a_deviation_are_counted_apart(norm: Norm) -> None:
    twice = over("application", ("application", "client"), ("application", "caseworker"), *RUN[1:])
    found = conform(a_log(twice, over("application", ("application", "client"), *RUN[1:])), norm)

    assert found.deviations == (
        Deviation("inserted", "application", "apply", 3, 2, (Begun("client", 2, 2), Begun("office", 1, 1))),
    )


def test_what_was_done_as_foreseen_is_counted_at_its_element(norm: Norm) -> None:
    found = conform(a_log(over(*RUN), over("application", "cooperation_plan")), norm)

    assert found.foreseen == (Foreseen("apply", 2, 2), Foreseen("plan", 2, 2), Foreseen("talk", 1, 1))


def test_a_case_that_goes_on_and_keeps_to_the_norm_so_far_is_undetermined(norm: Norm) -> None:
    found = conform(a_log(running("application", "first_interview")), norm)

    assert (counted(found.whole), found.deviations) == ((0, 0, 1, 0, 0), ())


def test_a_case_that_goes_on_may_yet_deviate_though_it_came_to_the_norms_end(norm: Norm) -> None:
    assert counted(conform(a_log(running(*RUN)), norm).whole) == (0, 0, 1, 0, 0)


def test_the_rate_does_not_lean_to_the_cases_that_were_quick(norm: Norm) -> None:
    """Of those that go on, the quick ones are through and the slow ones are not yet: only cases that are over count."""
    whole, some = over(*RUN), over("application")
    found = conform(a_log(whole, some, some, *[running(*RUN)] * 10, *[running("application")] * 10), norm)

    assert (counted(found.whole), found.whole.share.value) == ((1, 2, 20, 0, 0), 1 / 3)


def test_what_a_case_that_goes_on_did_against_the_norm_stands_among_the_deviations(norm: Norm) -> None:
    found = conform(a_log(running("application", "cooperation_plan")), norm)

    assert counted(found.whole) == (0, 0, 1, 0, 0)
    assert [(each.kind, each.activity) for each in found.deviations] == [("missing", "first_interview")]


def test_an_exit_after_the_logs_last_day_is_still_to_come(norm: Norm) -> None:
    found = conform(a_log(over("application", exit=LAST + timedelta(days=1))), norm)

    assert counted(found.whole) == (0, 0, 1, 0, 0)


def test_a_case_that_began_before_the_log_does_is_undetermined(norm: Norm) -> None:
    found = conform(a_log(over("cooperation_plan", entry=FIRST - timedelta(days=1)), over(*RUN, entry=FIRST)), norm)

    assert (counted(found.whole), found.deviations, found.entries) == ((1, 0, 0, 1, 0), (), True)


def test_a_case_nobody_knows_the_begin_of_is_undetermined_where_others_have_theirs(norm: Norm) -> None:
    found = conform(a_log(over("cooperation_plan"), over(*RUN, entry=FIRST)), norm)

    assert (counted(found.whole), found.deviations) == ((1, 0, 0, 1, 0), ())


def test_without_exits_every_case_goes_on_unless_it_has_been_quiet(norm: Norm) -> None:
    log = a_log(running("application", last=date(2026, 6, 1)), running("application", last=date(2025, 6, 1)))
    going_on, quiet = conform(log, norm), conform(log, norm, quiet_days=180)

    assert (going_on.exits, counted(going_on.whole), counted(quiet.whole)) == (False, (0, 0, 2, 0, 0), (0, 1, 1, 0, 0))


def test_steps_the_norm_does_not_name_are_listed_and_not_judged(norm: Norm) -> None:
    found = conform(a_log(over("application", "walk_in", "walk_in", *RUN[1:]), over("exit")), norm)

    assert counted(found.whole) == (1, 0, 0, 0, 0)
    assert (found.beside, found.untouched) == ((("walk_in", 2, 1), ("exit", 1, 1)), 1)


def test_if_wanted_every_step_is_judged(norm: Norm) -> None:
    found = conform(a_log(over("application", ("walk_in", "client"), *RUN[1:])), norm, only_named=False)

    assert found.deviations == (Deviation("inserted", "walk_in", "apply", 1, 1, (Begun("client", 1, 1),)),)
    assert (found.beside, found.only_named) == ((), False)


def test_a_course_beyond_the_budget_is_undetermined_and_that_is_said(norm: Norm) -> None:
    found = conform(
        a_log(*[over(*RUN)] * 3, over("application", *["first_interview"] * 200)), norm, budget_each=300_000
    )

    assert (counted(found.whole), found.reasons) == ((3, 0, 0, 0, 1), ("long_courses",))


def test_offices_are_told_by_name_and_add_up(norm: Norm) -> None:
    log = a_log(over(*RUN, office="JC-02"), over("application", office="JC-01"), running("application", office="JC-02"))
    found = conform(log, norm)

    assert [(dict(each.group), counted(each)) for each in found.offices] == [
        ({"office": "JC-01"}, (0, 1, 0, 0, 0)),
        ({"office": "JC-02"}, (1, 0, 1, 0, 0)),
    ]


def test_only_the_chosen_cases_are_judged(norm: Norm) -> None:
    log = a_log(over(*RUN, office="JC-02"), over("application", office="JC-01"))

    assert counted(conform(log, norm, chosen=Chosen(office="JC-02")).whole) == (1, 0, 0, 0, 0)


def test_fitness_rests_on_the_cases_that_are_over(norm: Norm) -> None:
    found = conform(a_log(over(*RUN), over("application", "cooperation_plan"), running("application")), norm)

    assert found.fitness == 1 - 1 / (6 + 5)


def test_a_log_without_a_step_of_the_norm_says_nothing(norm: Norm) -> None:
    found = conform(a_log(over("walk_in")), norm)

    assert (counted(found.whole), found.whole.interval, found.untouched) == ((0, 0, 0, 0, 0), None, 1)


def test_the_shipped_example_runs_on_the_made_up_job_centres(tmp_path: Path) -> None:
    from procmine.content import shipped
    from procmine.simulate import load_scenario, simulate

    simulate(load_scenario("twelve_job_centres"), tmp_path / "log.csv", seed=1, events=6_000)
    log = procmine.read_log(tmp_path / "log.csv")
    path = Path(str(shipped())) / "event_logs" / "norms" / "first_contact.bpmn"
    found = conform(log, read_bpmn(path, known_words(log.schema, log.receipt["activities"])))

    assert min(found.whole.kept, found.whole.broken, found.whole.running, found.whole.earlier) > 0
    assert {each.kind for each in found.deviations} == {"missing", "inserted"}
    assert sum(counted(found.whole)) + found.untouched == log.engine.run("SELECT COUNT(*) FROM cases")[0][0]


def released(found: Conformance, profile: str = "shared") -> Conformance:
    return release_conformance(found, profile).value


def test_deviations_of_too_few_persons_look_absent_and_counts_are_rounded(norm: Norm) -> None:
    few = [over("application", "cooperation_plan")] * 9
    many = [over("application", "first_interview")] * 13
    found = released(conform(a_log(*[over(*RUN)] * 31, *few, *many), norm))

    assert found.deviations == (Deviation("missing", "cooperation_plan", "plan", 15, 15, ()),)


def test_where_one_side_may_not_be_shown_none_is(norm: Norm) -> None:
    by = [("client", 12), ("caseworker", 3)]
    log = a_log(*[over("application", ("application", who), *RUN[1:]) for who, many in by for _ in range(many)])
    found = conform(log, norm)

    assert released(found).deviations[0].begun == ()
    assert [each.side for each in released(found, "internal").deviations[0].begun] == ["client", "office"]


def test_who_began_is_said_to_be_withheld_and_never_left_empty(norm: Norm) -> None:
    by = [("client", 12), ("caseworker", 3)]
    log = a_log(*[over("application", ("application", who), *RUN[1:]) for who, many in by for _ in range(many)])
    found = released(conform(log, norm))

    (inserted,) = found.deviations
    assert begun_text(inserted, load("de")) == "nicht gezeigt: eine der Seiten umfasst zu wenige Personen"
    assert conformance_data(found)["deviations"][0]["begun"] is None
    assert "15      15  not shown: one of the sides has too few persons" in conformance(found, load("en"))


def test_an_office_of_too_few_persons_is_withheld_and_the_next_smallest_with_it(norm: Norm) -> None:
    sizes = {"JC-01": 4, "JC-02": 20, "JC-03": 40}
    found = released(conform(a_log(*[over(*RUN, office=o) for o, many in sizes.items() for _ in range(many)]), norm))

    assert [each.group["office"] for each in found.offices] == ["JC-03"]
    assert counted(found.whole) == (65, 0, 0, 0, 0)


def test_a_whole_of_too_few_persons_shows_nothing(norm: Norm) -> None:
    found = released(conform(a_log(*[over(*RUN)] * 9), norm))

    assert (counted(found.whole), found.whole.interval, found.foreseen, found.fitness) == (
        (0, 0, 0, 0, 0),
        None,
        (),
        None,
    )


def test_the_share_shown_is_that_of_the_counts_shown(norm: Norm) -> None:
    found = released(conform(a_log(*[over(*RUN)] * 28, *[over("application")] * 4), norm))

    assert (counted(found.whole), found.whole.share.value) == ((25, 5, 0, 0, 0), 25 / 30)


@pytest.mark.parametrize("base", [5, 10])
def test_who_did_a_step_does_not_betray_how_few_left_it_out(base: int) -> None:
    """All that fits the two numbers shown, by trying every pair."""
    fitting: dict[tuple[int, int], set[int]] = {}
    for done in range(10, 200):
        for few in range(10):
            fitting.setdefault((rounded(done, base), rounded(done + few, base)), set()).add(few)

    assert min(len(numbers) for (done, _), numbers in fitting.items() if 20 <= done <= 150) >= 3


def test_the_workbench_is_exact(norm: Norm) -> None:
    found = conform(a_log(*[over(*RUN)] * 7, *[over("application", "cooperation_plan")] * 3), norm)

    assert released(found, "internal") == found
