"""Norms over whole logs: counts and rates, groups, what cannot be measured, laws, gates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from procmine.conform import conform
from procmine.conform.proof import prove
from procmine.drawn import Drawn
from procmine.engines.duckdb import connect
from procmine.errors import ContentError, UsageError
from procmine.findings import NormFound, NormsFound, Status
from procmine.log import Log, fill_observation, fill_vocabulary, open_store, show_events
from procmine.norms import Condition, Example, Limit, Norm, Norms, Steps, load_norms
from procmine.privacy.norms import release_norms
from procmine.read.importing import import_log
from procmine.schema import load_schema
from procmine.simulate import load_scenario, simulate
from procmine.study import open_log
from tests.conform.judging import FAR, norm, step

SCHEMA = load_schema()
HEAD = "case_id,activity,timestamp,office,outcome,initiator,role,segment"
Opened = Callable[..., Log]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def make(lines: Sequence[str], head: str = HEAD) -> Log:
        path = tmp_path / "log.csv"
        path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        return open_store(import_log(path, tmp_path / f"store{len(lines)}", schema=SCHEMA), SCHEMA)

    return make


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Four made-up job centres."""
    place = tmp_path_factory.mktemp("norms")
    (place / "event_logs" / "scenarios").mkdir(parents=True)
    offices = "\n".join(f'[[office]]\noffice = "JC-{number}"' for number in range(1, 5))
    title = 'title = { de = "Vier", en = "Four" }'
    text = f"{title}\nfirst_day = 2025-01-01\nlast_day = 2026-06-30\n[defaults]\ncases = 60\n{offices}\n"
    (place / "event_logs" / "scenarios" / "four.toml").write_text(text, encoding="utf-8")
    return open_log(simulate(load_scenario("four", place), place, seed=3).log)


def of(*rules: Norm, land: str = "", cases_end: str = "last_event") -> Norms:
    return Norms(rules, land, {}, "first_event", cases_end, "test")


def held(log: Log, *rules: Norm, by: Sequence[str] = (), cases_end: str = "last_event") -> list[NormFound]:
    return list(conform(log, of(*rules, cases_end=cases_end), by=by).norms)


def line(case: str, activity: str, day: int, office: str = "A", **more: str) -> str:
    at = date(2025, 3, 3) + timedelta(days=day)
    cells = [
        case,
        activity,
        f"{at}T08:{day % 60:02d}:00",
        office,
        *(more.get(name, "") for name in HEAD.split(",")[4:]),
    ]
    return ",".join(cells)


APPLIED, DECIDED = "application", "benefit_notice"


def decided(**more: object) -> Norm:
    return norm("response", APPLIED, DECIDED, **more)


def applications(cases: int, kept: int, office: str = "A") -> list[str]:
    """Cases with an application, of which the first ones are decided the day after."""
    lines = []
    for number in range(cases):
        case = f"{office}{number}"
        lines.append(line(case, APPLIED, 0, office, initiator="client"))
        lines.append(line(case, DECIDED if number < kept else "casework", 1, office))
    return lines


def test_the_rate_is_kept_over_kept_and_broken_with_an_interval(opened: Opened) -> None:
    (found,) = held(opened(applications(40, 30)), decided())

    assert found.whole is not None and found.whole.interval is not None
    assert (found.whole.value, found.whole.numerator, found.whole.denominator) == (0.75, 30, 40)
    assert found.whole.interval[0] < 0.75 < found.whole.interval[1]
    assert found.whole.status is Status.OK


def test_activations_of_one_case_count_as_one_cluster(opened: Opened) -> None:
    lines = [
        text
        for number in range(40)
        for day in range(5)
        for text in (
            line(f"c{number}", APPLIED, 2 * day),
            line(f"c{number}", DECIDED if number < 30 else "casework", 2 * day + 1),
        )
    ]
    (many,), (one,) = held(opened(lines), decided()), held(opened(applications(40, 30)), decided())

    assert many.whole is not None and one.whole is not None
    assert many.whole.items == 200
    assert many.whole.interval == pytest.approx(one.whole.interval, abs=1e-9)


def test_kept_broken_and_undetermined_are_all_activations(simulated: Log) -> None:
    rules = [norm(name, step("application"), step("first_interview")) for name in ("response", "succession", "choice")]
    for found in held(simulated, *rules, by=["office"], cases_end="exit"):
        whole = found.count({})
        offices = [count for count in found.counts if count.group]

        assert whole is not None and whole.activations is not None
        assert whole.activations == sum(count.activations or 0 for count in offices)
        assert whole.undetermined == sum(many or 0 for many in whole.why.values())
        assert whole.broken == sum(many or 0 for many in whole.begun_by.values()) or found.template == "choice"


def test_who_began_the_step_is_told_by_side_and_function(opened: Opened) -> None:
    rule = norm("precedence", "hearing", "reduction")
    lines = [line(f"c{n}", "reduction", 1, initiator="caseworker", role="benefits") for n in range(3)]
    lines += [line("d", "reduction", 1), line("e", "hearing", 1)]
    (found,) = held(opened(lines), rule)
    count = found.count({})

    assert count is not None
    assert (count.begun_by, count.functions) == ({"": 1, "office": 3}, {"": 1, "benefits": 3})


@pytest.mark.parametrize("template", ["existence", "exactly", "choice", "co_existence", "not_co_existence"])
def test_where_no_step_is_judged_nobody_is_told_to_have_begun_one(opened: Opened, template: str) -> None:
    """That a step was left out is not that its beginner is not recorded."""
    rule = norm(template, "hearing", "reduction", times=2)
    lines = [line("b", "reduction", 0, initiator="caseworker")]
    lines += [line("c", name, 0, initiator="client") for name in ("hearing", "hearing", "hearing", "reduction")]
    lines += [line("d", "casework", 0)]
    (found,) = held(opened(lines), rule)
    count = found.count({})

    assert count is not None and count.broken
    assert (count.begun_by, count.functions) == ({}, {})


def test_of_a_forbidden_step_its_own_beginner_is_told(opened: Opened) -> None:
    rule = norm("not_succession", "exit", "reduction")
    lines = [line("c", "exit", 0, initiator="client"), line("c", "reduction", 1, initiator="caseworker")]
    (found,) = held(opened(lines), rule)
    count = found.count({})

    assert count is not None
    assert count.begun_by == {"office": 1}


@pytest.mark.parametrize("template", ["response", "not_co_existence"])
def test_a_kind_of_event_that_never_occurs_makes_a_norm_not_measurable(opened: Opened, template: str) -> None:
    """Neither broken throughout, nor kept throughout."""
    (found,) = held(opened(applications(40, 0)), norm(template, APPLIED, DECIDED), by=["office"])

    assert found.counts == ()
    assert {one.status for one in found.measurements} == {Status.NOT_MEASURABLE}
    assert found.whole is not None
    assert "no event of this kind (Benefit notice)" in found.whole.reason["en"]


def test_a_column_the_export_lacks_makes_a_norm_not_measurable(opened: Opened) -> None:
    rule = replace(decided(), second=step(DECIDED, outcome="attended"))
    head = "case_id,activity,timestamp,office"
    lines = [",".join(text.split(",")[:4]) for text in applications(40, 30)]
    (found,) = held(opened(lines, head), rule)

    assert found.whole is not None
    assert found.whole.reason["en"].startswith("Not measurable: the export has no attribute outcome")


def test_a_norm_whose_time_was_never_watched_says_so_and_how_to_say_more(opened: Opened) -> None:
    lines = [text for n in range(40) for text in (line(f"c{n}", "hearing", 0), line(f"c{n}", "reduction", 1))]
    rule = norm("precedence", "hearing", "reduction")
    (found,) = conform(opened(lines), Norms((rule,), "", {}, "entry", "exit", "test")).norms

    assert found.whole is not None
    assert (found.whole.status, found.whole.value) == (Status.NOT_MEASURABLE, None)
    assert 'cases_begin = "first_event"' in found.whole.reason["en"]


def test_a_population_the_export_cannot_tell_makes_a_norm_not_measurable(opened: Opened) -> None:
    rule = decided(population=(Condition("birth_band", "text", ("15-24",)),))
    (found,) = held(opened(applications(40, 30)), rule)

    assert found.whole is not None
    assert "birth_band" in found.whole.reason["en"]


def test_a_norm_holds_for_its_population_only(opened: Opened) -> None:
    lines = [
        text
        for number in range(60)
        for text in (
            line(f"c{number}", APPLIED, 0, segment="U25" if number < 40 else "" if number < 50 else "Ü25"),
            line(f"c{number}", DECIDED, 1),
        )
    ]
    (found,) = held(opened(lines), decided(population=(Condition("segment", "text", ("U25",)),)))
    count = found.count({})

    assert count is not None
    assert (count.kept, count.undetermined, dict(count.why)) == (40, 10, {"missing": 10})


@pytest.mark.parametrize("days", [{"start": date(2026, 7, 1)}, {"end": date(2019, 12, 31)}])
def test_a_norm_that_holds_on_no_day_of_the_log_says_so(opened: Opened, days: dict[str, date]) -> None:
    (found,) = held(opened(applications(40, 30)), decided(**days), by=["office"])

    assert found.whole is not None and found.counts == ()
    assert found.whole.status is Status.NOT_MEASURABLE
    assert found.whole.reason["en"].startswith("Not measurable: the norm holds on no day of the log (")
    assert all(f"{day:%d.%m.%Y}" in found.whole.reason["de"] for day in days.values())


def test_a_norm_holds_on_its_days_only(opened: Opened) -> None:
    lines = [line("c", APPLIED, 0), line("c", DECIDED, 1), line("d", APPLIED, 10), line("d", DECIDED, 11)]
    (found,) = held(opened(lines), decided(start=date(2025, 3, 10)))
    count = found.count({})

    assert count is not None
    assert count.kept == 1


def test_an_office_that_records_nothing_of_a_kind_is_left_out_with_the_reason(opened: Opened) -> None:
    lines = applications(40, 30, "A") + applications(40, 0, "B")
    (found,) = held(opened(lines), decided(), by=["office"])
    silent = found.at({"office": "B"})

    assert silent is not None and found.whole is not None
    assert silent.status is Status.NOT_MEASURABLE
    assert "no event of this kind is recorded here" in silent.reason["en"]
    assert (found.whole.value, found.whole.items) == (0.75, 40)


def test_missing_attributes_lower_the_coverage_and_widen_the_bounds(opened: Opened) -> None:
    rule = replace(decided(), second=step(DECIDED, outcome="attended"))
    lines = [
        text
        for number in range(100)
        for text in (
            line(f"c{number}", APPLIED, 0),
            line(f"c{number}", DECIDED, 1, outcome="attended" if number < 60 else "no_show" if number < 85 else ""),
        )
    ]
    (found,) = held(opened(lines), rule)

    assert found.whole is not None
    assert found.whole.coverage == 0.85
    assert found.whole.bounds == pytest.approx((0.60, 0.75))


def test_a_case_is_judged_alone(simulated: Log) -> None:
    """The whole is the sum of two logs that share no case."""
    rules = load_norms(SCHEMA)
    whole = conform(simulated, rules).norms
    total = {norm.name: norm.count({}) for norm in whole}
    parts = [_only(simulated, f"case_id % 2 = {rest}") for rest in (0, 1)]
    counted = [conform(part, rules).norms for part in parts]

    for name, count in total.items():
        found = [each.count({}) for norms in counted for each in norms if each.name == name]
        for state in ("kept", "broken", "undetermined"):
            assert getattr(count, state, None) == _sum(found, state), (name, state)


def _sum(counts: Sequence[object], state: str) -> int | None:
    values = [getattr(count, state) for count in counts if count is not None]
    return sum(values) if values else None


def _only(log: Log, condition: str) -> Log:
    """The log with some of its cases, in reverse order of rows."""
    engine = connect()
    fill_vocabulary(engine, log.schema)
    fill_observation(engine, log.schema, log.receipt["observation"])
    show_events(engine, log.schema, sorted((log.store / "events").glob("*.parquet")), "all_events")
    run = engine.connection.execute
    run(f"CREATE TABLE events AS SELECT * FROM all_events WHERE {condition} ORDER BY case_id DESC, event_no DESC")
    derived = ", ".join(f"'{file}'" for file in sorted((log.store / "derived" / "cases").glob("*.parquet")))
    run(f"CREATE TABLE cases AS SELECT * FROM read_parquet([{derived}]) WHERE {condition} ORDER BY case_id DESC")
    return replace(log, engine=engine)


def test_what_norms_share_changes_none_of_them(simulated: Log) -> None:
    rules = load_norms(SCHEMA)
    chain = norm("chain_response", "application", "benefit_notice", within=Limit(1, "weeks"))
    every = replace(rules, norms=(*rules.norms[::4], chain))
    alone = [conform(simulated, replace(rules, norms=(one,)), by=["office"]).norms[0] for one in every.norms]

    assert list(conform(simulated, every, by=["office"]).norms) == alone


def test_hostile_names_are_names_and_nothing_else(opened: Opened) -> None:
    names = ["'; DROP TABLE cases; --", '"q"', "a|b", "%s", "Ümläut"]
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    lines = [f"c{n},{name},2025-03-0{n + 3}T08:00:00,O'{n},,,," for n, name in enumerate(quoted)]
    rules = [norm("existence", Steps(frozenset({name})), None) for name in names]
    log = opened(lines)
    found = conform(
        log, Norms(tuple(rules), "NW", {"O'0": "BY", '"; --': "SN"}, "first_event", "last_event", "test"), by=["office"]
    )

    assert [one.count({}).kept for one in found.norms if one.count({})] == [1] * 5


def test_the_same_log_gives_the_same_figures(simulated: Log) -> None:
    rules = load_norms(SCHEMA)

    assert conform(simulated, rules, by=["office"]) == conform(simulated, rules, by=["office"])


def test_figures_by_period_stand_beside_the_whole(simulated: Log) -> None:
    (found,) = held(simulated, norm("response", APPLIED, DECIDED, within=Limit(14, "days")), by=["quarter"])
    periods = [one for one in found.measurements if one.period]

    assert found.whole is not None
    assert {one.period for one in periods} >= {"2025-Q1", "2026-Q1"}
    assert sum(one.items or 0 for one in periods) == found.whole.items


def test_groups_other_than_offices_are_refused(simulated: Log) -> None:
    with pytest.raises(UsageError, match="Norms cannot be grouped by team"):
        conform(simulated, load_norms(SCHEMA), by=["team"])


@pytest.mark.parametrize(
    ("gate", "kept", "met"), [(None, 30, None), (0.7, 30, True), (0.8, 30, False), (1.0, 40, True), (1.0, 39, False)]
)
def test_a_gate_is_met_by_its_least_share(opened: Opened, gate: float | None, kept: int, met: bool | None) -> None:
    (found,) = held(opened(applications(40, kept)), decided(gate=gate))

    assert found.met is met


def test_a_gate_that_cannot_be_measured_is_not_met(opened: Opened) -> None:
    found = conform(opened(applications(40, 0)), of(decided(gate=1.0)))

    assert (found.norms[0].met, found.met) == (False, False)


def test_a_gate_that_allows_nothing_broken_sees_what_no_rate_holds_yet(opened: Opened) -> None:
    rule = norm("absence", "reduction", None, gate=1.0)
    lines = [line(f"c{n}", "casework", 0) for n in range(40)] + [line("d", "reduction", 0)]
    (found,) = held(opened(lines), rule, cases_end="exit")

    assert found.met is False


def test_the_worked_examples_of_the_shipped_norms_hold() -> None:
    prove(load_norms(SCHEMA), SCHEMA)


def test_a_worked_example_that_does_not_come_out_is_told(tmp_path: Path) -> None:
    shipped = (Path(__file__).parents[2] / "event_logs" / "norms.toml").read_text(encoding="utf-8")
    file = tmp_path / "norms.toml"
    file.write_text(
        shipped.replace("2    | 2025-01-15 | broken       |", "2    | 2025-01-15 | kept         |", 1), "utf-8"
    )

    with pytest.raises(ContentError, match=r"The norm finds case 2, 2025-01-15: broken\."):
        prove(load_norms(SCHEMA, file=file), SCHEMA)


def example(*rows: tuple[str, str, int], state: str, watched: tuple[date, date] = FAR) -> Example:
    """Steps of case 1 (activity, lifecycle, day), the first of which is the activation, and its state."""
    days = [date(2025, 3, 3) + timedelta(days=day) for _, _, day in rows]
    drawn = tuple(("1", on, name, cycle) for on, (name, cycle, _) in zip(days, rows, strict=True))
    result = Drawn(("case", "on", "state"), (("1", days[0], state),)) if state else Drawn(("case", "on", "state"), ())
    return Example(Drawn(("case", "on", "activity", "lifecycle"), drawn), result, watched, "own.toml:7")


def test_examples_are_proven_together_as_each_alone() -> None:
    """Of begun work only, in a log of its own, each event is a step; beside completed work it is none."""
    kept = example((APPLIED, "complete", 0), (DECIDED, "complete", 1), state="kept")
    begun = example((APPLIED, "start", 0), (DECIDED, "start", 1), state="kept")
    none = example((APPLIED, "start", 0), (DECIDED, "complete", 1), state="")
    early = example((APPLIED, "complete", 0), state="broken", watched=(date(2025, 1, 1), date(2025, 6, 1)))
    limit = Limit(14, "days")
    rules = [decided(within=limit, example=each) for each in (kept, begun, none, early)]

    prove(of(*rules), SCHEMA)
    for wrong in (kept, begun, early):
        with pytest.raises(ContentError, match=r"The norm finds case 1, 2025-03-03: "):
            prove(of(*rules, decided(within=limit, example=replace(wrong, result=none.result))), SCHEMA)


def test_a_norm_that_contradicts_its_example_is_not_held_against_a_log(simulated: Log) -> None:
    wrong = Example(
        Drawn((), ()), Drawn(("case", "on", "state"), (("1", date(2025, 3, 3), "kept"),)), FAR, "own.toml:7"
    )

    with pytest.raises(ContentError, match=r"own\.toml:7: The worked example of response does not come out"):
        conform(simulated, of(replace(decided(), example=wrong)))


def test_proven_norms_are_taken_as_they_are_but_in_another_vocabulary_are_proven_anew(simulated: Log) -> None:
    proven = prove(of(decided()), SCHEMA)
    assert conform(simulated, proven, by=["office"]) == conform(simulated, of(decided()), by=["office"])

    nothing = Example(
        Drawn((), ()), Drawn(("case", "on", "state"), (("1", date(2025, 3, 3), "kept"),)), FAR, "own.toml:7"
    )
    wrong = replace(proven, norms=of(replace(decided(), example=nothing)))  # as no proof would have let it pass
    assert conform(simulated, wrong).norms
    other = replace(SCHEMA, kinds={**SCHEMA.kinds, "other": {"de": "Anderes", "en": "Other"}})
    with pytest.raises(ContentError, match="does not come out"):
        conform(replace(simulated, schema=other), wrong)


def test_the_shipped_norms_run_on_made_up_job_centres(simulated: Log) -> None:
    found = conform(simulated, load_norms(SCHEMA), by=["office"])
    told = {norm.name: norm.whole for norm in found.norms}

    later = {"repeated_before_reduction", "plan_after_talk_in_person"}  # the law of July 2026: the log ends before it
    assert {name for name, one in told.items() if one is None or not one.items} == later
    assert told["application_before_notice"].value == 1.0  # type: ignore[union-attr]
    assert 0.3 < told["first_contact_after_application"].value < 0.8  # type: ignore[union-attr,operator]


def test_small_groups_leave_without_counts(opened: Opened) -> None:
    found = release_norms(conform(opened(applications(7, 5)), of(decided())), "shared").value
    count = found.norms[0].count({})

    assert count is not None
    assert (count.kept, count.broken, dict(count.why), dict(count.begun_by)) == (None, None, {}, {})


def test_counts_leave_rounded_and_few_ones_look_like_none(opened: Opened) -> None:
    found: NormsFound = release_norms(conform(opened(applications(43, 36)), of(decided())), "shared").value
    count = found.norms[0].count({})

    assert count is not None
    assert (count.kept, count.broken, count.begun_by, count.cases) == (35, None, {}, {})


def test_the_analysts_own_bench_sees_exact_counts(opened: Opened) -> None:
    found = release_norms(conform(opened(applications(43, 36)), of(decided())), "internal").value
    count = found.norms[0].count({})

    assert count is not None
    assert (count.kept, count.broken, count.begun_by) == (36, 7, {"client": 7})


def test_a_group_withheld_has_no_counts_and_is_no_remainder(opened: Opened) -> None:
    lines = applications(60, 40, "A") + applications(60, 40, "B") + applications(6, 4, "C")
    found = release_norms(conform(opened(lines), of(decided()), by=["office"]), "shared").value
    hidden = [one.group for one in found.norms[0].measurements if one.status is Status.SUPPRESSED]

    assert {"office": "C"} in hidden and len(hidden) == 2
    assert all(found.norms[0].count(group).kept is None for group in hidden if found.norms[0].count(group))


def test_limits_of_working_days_need_no_land(opened: Opened) -> None:
    (found,) = held(opened(applications(40, 30)), decided(within=Limit(1, "working_days")))
    count = found.count({})

    assert count is not None
    assert count.kept == 30


LABELLED = """
cases_begin = "first_event"
cases_end = "last_event"
[[norm]]
name = "checked"
de = "Jeder Antrag wird binnen drei Tagen geprüft."
en = "Every application is checked within three days."
template = "response"
first = { activities = ["application"] }
second = { labels = ["Prüfung (Haus A)"] }
within = { days = 3 }
[norm.example]
watched = [2025-01-01, 2025-06-30]
events = \"\"\"
case | on         | activity
1    | 2025-01-15 | application
1    | 2025-01-16 | Prüfung (Haus A)
2    | 2025-01-15 | application
\"\"\"
result = \"\"\"
case | on         | state
1    | 2025-01-15 | kept
2    | 2025-01-15 | broken
\"\"\"
"""


def test_a_label_of_the_extract_stands_as_it_is_in_norm_example_and_log(opened: Opened, tmp_path: Path) -> None:
    file = tmp_path / "norms.toml"
    file.write_text(LABELLED, encoding="utf-8")
    checked = [line("c1", "application", 0), line("c1", "Prüfung (Haus A)", 2)]
    late = [line("c2", "application", 0), line("c2", "Prüfung (Haus A)", 7)]
    (found,) = conform(opened([*checked, *late, line("c3", "casework", 40)]), load_norms(SCHEMA, file=file)).norms

    (count,) = (each for each in found.counts if not each.group)
    assert (count.kept, count.broken) == (1, 1)
