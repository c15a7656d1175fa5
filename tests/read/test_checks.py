"""The checks of event_logs/checks: each finds its planted fault, none finds one in a clean log, none names anybody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from procmine import study
from procmine.content import listing, read_text
from procmine.engines.duckdb import DuckDB, connect, quoted
from procmine.errors import ContentError
from procmine.findings import Measurement, Status
from procmine.log import fill_vocabulary
from procmine.metric import catalogue
from procmine.read.checks.finding import FOUND, NOT_CHECKABLE, Finding, from_dict, in_order
from procmine.read.checks.label_noise import edits_between, misspelt, polluted
from procmine.read.checks.look_alikes import escaped, groups
from procmine.read.checks.proof import prove
from procmine.read.checks.running import COMPUTED, catalogue_of_checks, name_findings, one_check, run_checks
from procmine.read.checks.sheet import lacking
from procmine.read.checks.unmapped import unmapped_codes
from procmine.read.checks.usable import usable_for
from procmine.report.words import load
from procmine.schema import load_schema
from procmine.simulate import load_scenario, simulate
from procmine.terminal import checking

SCHEMA = load_schema()
CHECKS = catalogue_of_checks(schema=SCHEMA)
FIRST = datetime.fromisoformat("2025-03-03T09:07")
Row = dict[str, Any]


def event(case: int, number: int = 0, **values: Any) -> Row:
    """An event of a case, an hour and some after the one before, by a worker of its own."""
    at = FIRST + timedelta(days=case % 20, hours=number, minutes=case)
    return {"case_id": f"c{case}", "activity": "casework", "timestamp": at, "office": "JC-01"} | values


def many(cases: int = 60, events: int = 3, **values: Any) -> list[Row]:
    return [event(case, number, **values) for case in range(cases) for number in range(events)]


def engine_of(rows: list[Row]) -> DuckDB:
    """An engine with these events as an import would stage them."""
    engine = connect()
    fill_vocabulary(engine, SCHEMA)
    kinds = SCHEMA.tables["events"].kinds()
    numbers: dict[str, int] = {}
    full = []
    for row in rows:
        numbers[row["case_id"]] = numbers.get(row["case_id"], 0) + 1
        made = {"local_date": row["timestamp"].date(), "date_only": False, "event_no": numbers[row["case_id"]]}
        planned = {"planned_date": row["planned_at"].date()} if row.get("planned_at") else {}
        full.append(made | planned | row)
    engine.fill("events", kinds, [])
    used = [name for name in kinds if any(row.get(name) is not None for row in full)]
    marks = ", ".join(f"({', '.join('?' for _ in used)})" for _ in full)
    values = [
        row.get(name) for row in full for name in used
    ]  # one statement: a row each would take longer than a check
    engine.connection.execute(f"INSERT INTO events ({', '.join(map(quoted, used))}) VALUES {marks}", values)
    return engine


def findings_of(name: str, rows: list[Row], absent: tuple[str, ...] = ()) -> list[Finding]:
    return one_check(CHECKS[name], engine_of(rows), "events", SCHEMA, absent, "UTC")


def days(number: int) -> timedelta:
    return timedelta(days=number)


def tied_forms() -> list[Row]:
    together = [event(c, activity=a) for c in range(12) for a in ("accept", "notify")]
    return together + [event(c, n, activity=a) for c in range(12, 24) for n, a in enumerate(("accept", "notify"))]


def synonyms() -> list[Row]:
    middle = {case: "prove" if case % 2 else "check" for case in range(80)}
    return [
        event(case, number, activity=activity)
        for case in range(80)
        for number, activity in enumerate(("ask", middle[case], "decide"))
    ]


# A log with the fault, and the event columns its finding speaks of.
PLANTED: Mapping[str, tuple[Callable[[], list[Row]], tuple[str, ...]]] = {
    "account_names": (lambda: [*many(worker="Mai, Ute"), *many(5, worker="Team 12")], ("worker",)),
    "after_last_recording": (
        lambda: [*many(recorded_at=FIRST + days(30)), event(1, timestamp=FIRST + days(90))],
        ("timestamp", "recorded_at"),
    ),
    "attended_without_worker": (lambda: many(outcome="attended"), ("worker", "outcome")),
    "bulk_days": (
        lambda: (
            [event(c, timestamp=FIRST + days(c)) for c in range(300)]
            + [event(c) | {"timestamp": FIRST} for c in range(60)]
        ),
        ("timestamp",),
    ),
    "busy_accounts": (lambda: [event(c, timestamp=FIRST + days(c // 8), worker="A") for c in range(60)], ("worker",)),
    "case_in_two_offices": (lambda: [*many(), event(1, office="JC-02")], ("office",)),
    "client_initiated_with_full_notice": (
        lambda: many(initiator="client", legal_notice="full"),
        ("initiator", "legal_notice"),
    ),
    "conflicting_case_attributes": (
        lambda: [*many(birth_band="25-34"), event(1, birth_band="35-44")],
        ("birth_band",),
    ),
    "date_only": (lambda: many(date_only=True), ("timestamp",)),
    "duplicate_events": (lambda: many() + many(5), ("activity", "timestamp")),
    "form_events": (tied_forms, ("timestamp",)),
    "late_recording": (
        lambda: [row | {"recorded_at": row["timestamp"] + days(9)} for row in many()],
        ("recorded_at", "timestamp"),
    ),
    "look_alike_accounts": (lambda: [*many(worker="Ute Mai"), event(1, worker="Ute\u00a0Mai")], ("worker",)),
    "look_alikes": (lambda: [*many(team="Pru\u0308fung"), event(1, team="Prüfung")], ("team",)),
    "midnight": (lambda: many(timestamp=FIRST.replace(hour=0, minute=0)), ("timestamp",)),
    "month_end_events": (lambda: many(timestamp=datetime.fromisoformat("2025-04-30T09:00")), ("timestamp",)),
    "month_end_recording": (lambda: many(recorded_at=datetime.fromisoformat("2025-02-28T09:00")), ("recorded_at",)),
    "near_labels": (lambda: [*many(activity="Check papers"), event(1, activity="Chekc papers")], ("activity",)),
    "negative_duration": (
        lambda: [*many(started_at=FIRST), event(1, duration_min=-3.0)],
        ("started_at", "duration_min"),
    ),
    "one_value": (lambda: many(channel="in_person"), ("channel",)),
    "one_value_in_a_team": (
        lambda: [
            event(c, n, team="AB"[c % 2], initiator="client" if c % 2 or n else "caseworker")
            for c in range(60)
            for n in range(3)
        ],
        ("initiator",),
    ),
    "outcome_before_slot": (
        lambda: many(outcome="attended", planned_at=FIRST + days(40)),
        ("outcome", "planned_at"),
    ),
    "polluted_labels": (
        lambda: [event(c, activity=f"Anruf Nr. {c}{c + 7}") for c in range(10, 20)],
        ("activity",),
    ),
    "recorded_before": (lambda: many(recorded_at=FIRST - days(2)), ("recorded_at", "timestamp")),
    "repeated_events": (lambda: [*many(worker="A"), event(1, worker="B")], ("activity", "timestamp")),
    "same_time": (lambda: many(timestamp=FIRST), ("timestamp",)),
    "self_initiated_without_request": (
        lambda: [
            event(c, n, activity=activity, initiator="client", timestamp=FIRST + days(60 * n))
            for c in range(60)
            for n, activity in enumerate(("inbound_message", "followup_interview"))
        ],
        ("initiator",),
    ),
    "sentinel_times": (lambda: many(exit=date(9999, 12, 31)), ("exit",)),
    "shift_of_habit": (
        lambda: [
            event(c % 50, n, initiator="client" if c > 300 else "caseworker", timestamp=FIRST + days(c))
            for c in range(600)
            for n in range(1)
        ],
        ("initiator",),
    ),
    "stray_times": (lambda: [*many(), event(1, timestamp=FIRST.replace(year=2052))], ("timestamp",)),
    "synonymous_labels": (synonyms, ("activity",)),
}


def sound() -> list[Row]:
    """Events with nothing odd about them: what is filled differs, is in order, and was recorded at once."""
    codes = {"channel": ("phone", "in_person"), "location": ("office", "remote"), "outcome": ("attended", "no_show")}
    rows = []
    for case in range(60):
        for number, activity in enumerate(("first_interview", "home_visit", "casework")):
            row = event(case, number, activity=activity, worker=f"w{case % 12}", team=f"Team {case % 3}")
            at = row["timestamp"]
            row |= {name: values[(case + number) % 2] for name, values in codes.items()}
            row |= {
                "started_at": at - timedelta(minutes=30),
                "recorded_at": at,
                "planned_at": at,
                "birth_band": "25-34",
            }
            row |= {"initiator": ("client", "caseworker")[case % 2], "legal_notice": ("none", "full")[case % 2]}
            rows.append(row)
    return rows


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A simulated job centre as a log."""
    place = tmp_path_factory.mktemp("clean")
    simulate(load_scenario("one_office"), place / "log.csv", seed=3, events=6000)
    return study.open_log(place / "log.csv", store=place / "store")


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_check_gives_the_rows_its_worked_example_draws(name: str) -> None:
    assert prove(CHECKS[name], connect(), SCHEMA) == ()


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_worked_example_has_a_hit_and_a_miss(name: str) -> None:
    drawn = CHECKS[name].example.result
    hits = [row[drawn.columns.index("hits")] for row in drawn.rows]

    assert max(hits) > 0
    assert min(hits) == 0


def test_a_worked_example_that_does_not_hold_is_told() -> None:
    check = CHECKS["negative_duration"]
    drawn = check.example.result
    wrong = replace(check, example=replace(check.example, result=replace(drawn, rows=drawn.rows[:-1])))

    assert prove(wrong, connect(), SCHEMA) == ("It gives a row ('c2', 'JC-01', '1', '1'), which is not drawn.",)


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_each_check_finds_the_fault_planted_for_it(name: str) -> None:
    make, columns = PLANTED[name]

    found = [one for one in findings_of(name, make()) if one.state == FOUND]

    assert [one.columns for one in found] == [columns]
    assert found[0].rows
    assert found[0].cases


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_no_check_finds_a_fault_in_sound_events(name: str) -> None:
    assert [one.text["en"] for one in findings_of(name, sound()) if one.state == FOUND] == []


def test_no_check_finds_a_fault_in_a_simulated_job_centre(clean: Any) -> None:
    assert [one.text["en"] for one in run_checks(clean) if one.state == FOUND] == []


def test_a_check_whose_columns_are_absent_says_so_and_counts_nothing() -> None:
    (one,) = findings_of("late_recording", many(), absent=("recorded_at",))

    assert (one.state, one.rows, one.share) == (NOT_CHECKABLE, None, None)
    assert one.text["en"] == "Not checkable: the export has no attribute recorded_at."


def test_a_check_whose_columns_are_there_but_empty_is_not_said_to_be_clear() -> None:
    (one,) = findings_of("late_recording", many())

    assert (one.state, one.rows) == (NOT_CHECKABLE, None)


def test_a_check_can_look_with_one_of_several_columns() -> None:
    assert lacking(CHECKS["negative_duration"], SCHEMA, ("started_at",)) == ()
    assert lacking(CHECKS["negative_duration"], SCHEMA, ("started_at", "duration_min")) == ("duration_min|started_at",)


def test_a_log_without_offices_cannot_say_that_a_case_is_in_two() -> None:
    assert lacking(CHECKS["case_in_two_offices"], SCHEMA, ("office",)) == ("office",)


@pytest.mark.parametrize("name", ["duplicate_events", "repeated_events"])
def test_rows_are_compared_in_every_column_a_file_can_bring(name: str) -> None:
    query = CHECKS[name].query
    assert query is not None

    assert set(SCHEMA.importable) <= query.needs["events"]


def test_a_default_value_is_found_in_the_one_office_that_has_it() -> None:
    rows = [
        event(c, n, office=office, channel="phone" if office == "JC-02" and c % 2 else "in_person")
        for office in ("JC-01", "JC-02")
        for c in range(60)
        for n in range(2)
    ]

    (one,) = findings_of("one_value", rows)

    assert (one.offices, one.rows, one.looked_at) == (("JC-01",), 120, 120)
    assert "in_person (120)" in one.text["en"]


def test_a_column_the_source_file_fills_by_itself_is_no_default_of_a_form() -> None:
    engine = engine_of(many(channel="in_person"))

    (one,) = one_check(CHECKS["one_value"], engine, "events", SCHEMA, (), "UTC", made={"channel"})

    assert one.state == NOT_CHECKABLE


def test_the_quantiles_of_late_recording_are_told() -> None:
    rows = [row | {"recorded_at": row["timestamp"] + days(number % 40)} for number, row in enumerate(many(40))]

    (one,) = findings_of("late_recording", rows)

    assert "median delay is 19 days, nine in ten are recorded within 35 days" in one.text["en"]
    assert dict(one.details) == {"late": 69, "long": 27}


def test_a_finding_under_the_warning_share_is_a_note() -> None:
    (few,) = findings_of("duplicate_events", many(200) + many(1))
    (lots,) = findings_of("duplicate_events", many(20) + many(10))

    assert (few.severity, lots.severity) == ("note", "warning")


def test_findings_come_in_one_order_whatever_the_rows_order() -> None:
    rows = [*many(channel="in_person"), event(1, activity="casewrok"), event(2, office="JC-02")]
    names = ("look_alikes", "one_value", "near_labels", "case_in_two_offices", "same_time")

    def told(given: list[Row]) -> tuple[Finding, ...]:
        return in_order([one for name in names for one in findings_of(name, given)])

    assert told(rows) == told(rows[::-1])


def test_neither_a_caseworker_nor_a_case_is_ever_shown() -> None:
    told = json.dumps(
        [one.to_dict() for name, (make, _) in PLANTED.items() for one in findings_of(name, _renamed(make()))]
    )

    assert "Zaphod" not in told
    assert "KD-4711" not in told


def _renamed(rows: list[Row]) -> list[Row]:
    """Cases and caseworkers under names nobody could overlook."""
    workers = {"Team 12": "Team Zaphod", "Ute\u00a0Mai": "Zaphod\u00a0Mai", "Ute Mai": "Zaphod Mai"}
    return [
        row
        | {"case_id": f"KD-4711-{row['case_id']}"}
        | ({"worker": workers.get(row["worker"], f"Zaphod {row['worker']}")} if row.get("worker") else {})
        for row in rows
    ]


@pytest.mark.parametrize(
    "hostile",
    ["\x1b[31mcasework", "case\u200bwork", "'); DROP TABLE events; --", "{rows}{0.__class__}", "\u202ekrowesac"],
)
@pytest.mark.parametrize("name", ["near_labels", "look_alikes", "date_only", "polluted_labels"])
def test_hostile_labels_are_shown_as_code_points_and_are_never_sql(name: str, hostile: str) -> None:
    labels = [hostile, hostile + "x", *(f"{hostile} {number}77{number}" for number in range(9))]
    rows = [*many(activity=hostile, date_only=True), *(event(c, activity=label) for c, label in enumerate(labels))]

    told = "".join(
        str(one.to_dict()) + checking.findings([one.to_dict()], load("en")) for one in findings_of(name, rows)
    )

    assert not any(sign in told for sign in ("\x1b", "\u200b", "\u202e"))
    assert "<class" not in told


def test_names_are_checked_in_the_staged_events_of_an_import() -> None:
    engine = connect()
    kinds = {"case_id": "text", "activity": "text", "timestamp": "timestamp", "office": "text", "worker": "text"}
    rows = [(f"c{n}", "casework", FIRST, "JC-01", "Sachgebiet 4" if n < 2 else f"Mai, Ute {n}") for n in range(30)]
    engine.fill("staged", kinds, rows)

    found = [from_dict(json.loads(json.dumps(one))) for one in name_findings(engine, "staged", SCHEMA)]

    assert [(one.check, one.state, one.rows) for one in found] == [
        ("account_names", FOUND, 2),
        ("look_alike_accounts", "clear", 0),
    ]
    assert found[0].details == (("sachgebiet", 2),)


def test_staged_events_without_caseworkers_are_not_checkable_for_names() -> None:
    engine = connect()
    engine.fill("staged", {"case_id": "text", "activity": "text", "timestamp": "timestamp", "office": "text"}, [])

    assert {one["state"] for one in name_findings(engine, "staged", SCHEMA)} == {NOT_CHECKABLE}


def test_labels_that_differ_in_a_digit_a_letter_code_or_a_word_are_two_labels() -> None:
    counts = {
        "Release A": 900,
        "Release B": 2,
        "create subcases now": 900,
        "treat subcases now": 2,
        "Step 10": 90,
        "Step 11": 1,
    }

    assert misspelt(counts, CHECKS["near_labels"].limits, set()) == {}


@pytest.mark.parametrize("slip", ["Chekc papers", "Check papes", "Check paperss", "Check pqpers", "Chec kpapers"])
def test_each_kind_of_slip_is_recognised(slip: str) -> None:
    assert misspelt({"Check papers": 90, slip: 1}, CHECKS["near_labels"].limits, set()) == {slip: "Check papers"}


def test_a_code_of_the_vocabulary_is_never_a_slip() -> None:
    assert misspelt({"casework": 90, "caseworks": 1}, CHECKS["near_labels"].limits, {"caseworks"}) == {}


@pytest.mark.parametrize(
    ("one", "other", "edits"), [("ca", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("", "ab", 2)]
)
def test_edits_are_counted_as_published(one: str, other: str, edits: int) -> None:
    assert edits_between(one, other) == edits


def test_step_numbers_used_often_are_no_pollution() -> None:
    assert polluted({f"01_HOOFD_{n:03d}": 200 for n in range(40)}, CHECKS["polluted_labels"].limits) == {}


def test_look_alikes_are_told_apart_from_words_that_differ() -> None:
    assert groups({"Prüfung": 9, "Pru\u0308fung": 2, "prüfung ": 1, "Prufung": 1}) == {
        "Pru\u0308fung": "Prüfung",
        "prüfung ": "Prüfung",
    }


def test_a_text_is_cut_where_it_is_long() -> None:
    assert len(escaped("x" * 500)) == 60


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A study with a check of its own, made from a shipped one under another name."""
    folder = tmp_path / "event_logs" / "checks"
    folder.mkdir(parents=True)
    text = read_text(listing("event_logs/checks", ".toml")["recorded_before"])
    (folder / "own.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_studys_check_stands_beside_the_shipped_ones(own: Path) -> None:
    assert set(catalogue_of_checks(own, SCHEMA)) == {*CHECKS, "own"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('severity = "warning"', 'severity = "loud"', "checks/own.toml:1: severity is 'loud'."),
        ('"recorded_at", "timestamp"', '"recorded", "timestamp"', "There is no event column recorded. Did you mean"),
        ("FROM events", "FROM event", "There is no table event. Did you mean events?"),
        ("1 AS looked_at", "1 AS seen", "The query gives no column looked_at."),
        ("{share}", "{shares}", "There is nothing called {shares} to say. Did you mean share?"),
        ("warning_share = 0.01", "rows = 1", "A limit cannot be called rows"),
        ("[example]", "[exampel]", "There is no worked example."),
    ],
)
def test_a_faulty_check_is_refused_with_its_place(own: Path, old: str, new: str, sentence: str) -> None:
    path = own / "event_logs" / "checks" / "own.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ContentError) as caught:
        catalogue_of_checks(own, SCHEMA)

    assert sentence in str(caught.value)
    assert "own.toml" in str(caught.value)


def test_every_way_of_computing_is_used_by_a_check() -> None:
    assert {check.computed_by for check in CHECKS.values()} - {None} == set(COMPUTED)


def measured(metric: str, status: Status = Status.OK, reason: Mapping[str, str] | None = None) -> Measurement:
    return Measurement(metric, 1, {}, None, 0.5, 1, 2, 2, 2, 1.0, None, None, status, reason or {})


def usable_lines(findings: list[Finding], *figures: Measurement) -> dict[str, dict[str, Any]]:
    return {line["metric"]: line for line in usable_for(figures, findings, catalogue(schema=SCHEMA), SCHEMA)}


@pytest.fixture
def without_worker() -> Iterator[Finding]:
    yield findings_of("busy_accounts", PLANTED["busy_accounts"][0]())[0]


def test_a_warning_on_a_column_is_a_caveat_for_the_metrics_that_rest_on_it(without_worker: Finding) -> None:
    names = ("caseworker_continuity", "out_of_office_contacts")

    lines = usable_lines([without_worker], *map(measured, names))

    assert [lines[name]["usable"] for name in names] == ["with_caveat", "measurable"]
    assert "Accounts that can be no single person" in lines["caseworker_continuity"]["reason"]["en"]


def test_a_note_stands_beside_a_metric_and_is_no_caveat() -> None:
    notes = findings_of("late_recording", PLANTED["late_recording"][0]())

    (line,) = usable_lines(notes, measured("warm_handovers")).values()

    assert line["usable"] == "measurable"
    assert [one["check"] for one in line["findings"]] == ["late_recording"]


def test_what_is_not_measurable_keeps_its_sentence(without_worker: Finding) -> None:
    reason = {"de": "Nicht messbar: …", "en": "Not measurable: …"}

    (line,) = usable_lines([without_worker], measured("caseworker_continuity", Status.NOT_MEASURABLE, reason)).values()

    assert (line["usable"], line["reason"]) == ("not_measurable", reason)


def test_check_brings_findings_and_uses_beside_what_it_had(clean: Any) -> None:
    found = study.check(clean)
    shown = checking.checked(found, load("de"))

    assert {"rows_read", "quarantine", "measurable", "findings", "usable"} <= found.keys()
    assert {line["metric"] for line in found["usable"]} == {line["metric"] for line in found["measurable"]}
    assert all(line["metric"] in shown for line in found["usable"])


def test_words_without_a_code_are_a_warning_that_touches_their_column() -> None:
    receipt = {
        "vocabulary": [
            {"column": "outcome", "value": "abgesagt", "rows": 44},
            {"column": "outcome", "value": "verschoben", "rows": 54},
            {"column": "activity", "value": "Plausch", "rows": 3},
        ],
        "columns": [{"name": "outcome", "from": "Ausgang", "filled": 102}],
    }
    (found,) = unmapped_codes(receipt)

    assert (found.severity, found.columns, found.rows, found.share) == ("warning", ("outcome",), 98, 98 / 200)
    assert "abgesagt, verschoben" in found.text["de"]
