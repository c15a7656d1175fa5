"""Simulated job centres: same seed, same bytes; the log tells the planted truth; a scenario's faults are named."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from procmine import content
from procmine.errors import ContentError, UsageError
from procmine.schema import load_schema
from procmine.simulate import load_scenario, simulate
from procmine.simulate.calendar import working_days
from procmine.simulate.office import Office
from procmine.simulate.truth import expected_coc

# ---------------------------------------------------------------------------------------------------------------------
# A second opinion, written from tables.md in plain Python and sharing nothing with the package: the core four as items
# (case, office, part, numerator or None).

Item = tuple[str, str, str, float | None]
CONTACTS = {
    "first_interview", "followup_interview", "short_contact", "walk_in", "open_hours", "home_visit", "accompaniment",
    "group_session", "household_meeting", "joint_meeting",
}  # fmt: skip
FUNCTION = {
    "placement": "integration", "personal_contact": "integration", "case_manager": "integration",
    "coach": "integration", "benefits": "benefits", "measure_provider": "provider", "partner": "provider",
}  # fmt: skip
OUTSIDE = {"client_home", "social_space", "partner_site", "employer", "public_place"}


def rows_by_case(log: Path) -> dict[str, list[dict[str, str]]]:
    cases: dict[str, list[dict[str, str]]] = defaultdict(list)
    with log.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cases[row["case_id"]].append(defaultdict(str, row))
    for rows in cases.values():
        rows.sort(key=lambda row: (row["timestamp"], row["event_id"]))
    return cases


def contacts_of(rows: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    seen = set()
    for row in rows:
        channel = row["channel"] in ("", "in_person", "video", "phone", "chat")
        if row["activity"] not in CONTACTS or row["outcome"] not in ("", "attended") or not channel:
            continue
        same = (row["worker"], row["timestamp"][:10])
        if row["worker"] and same in seen:
            continue
        seen.add(same)
        yield row


def self_initiated(rows: list[dict[str, str]]) -> Iterator[tuple[str, float | None]]:
    appointments: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        if row["appointment_id"]:
            appointments[row["appointment_id"]].append(row)
    for events in appointments.values():
        outcomes = [row["outcome"] for row in events if row["outcome"]]
        initiators = [row["initiator"] for row in events if row["initiator"]]
        if outcomes and outcomes[-1] in ("attended", "no_show", "cancelled_client"):
            yield "", float(initiators[0] in ("client", "household_member")) if initiators else None


def continuity(rows: list[dict[str, str]]) -> Iterator[tuple[str, float | None]]:
    workers: dict[str, list[str]] = defaultdict(list)
    for row in contacts_of(rows):
        if row["worker"]:
            workers[FUNCTION[row["role"]]].append(row["worker"])
    for function, met in workers.items():
        if len(met) >= 3:
            counts = [met.count(worker) for worker in set(met)]
            yield function, (sum(n * n for n in counts) - len(met)) / (len(met) * (len(met) - 1))


def out_of_office(rows: list[dict[str, str]]) -> Iterator[tuple[str, float | None]]:
    for row in contacts_of(rows):
        place, purpose = row["location"], row["visit_purpose"]
        if place == "remote" or (not place and row["channel"] in ("phone", "video", "chat")):
            continue
        if not place or (place in OUTSIDE and not purpose):
            yield FUNCTION[row["role"]], None
        else:
            yield FUNCTION[row["role"]], float(place in OUTSIDE and purpose != "control")


def warm(rows: list[dict[str, str]]) -> Iterator[tuple[str, float | None]]:
    met = [(date.fromisoformat(row["timestamp"][:10]), row["participants"].split("|")) for row in contacts_of(rows)]
    for row in rows:
        if row["activity"] not in ("handover", "referral", "worker_change"):
            continue
        external = row["activity"] == "referral" or bool(row["activity"] == "handover" and row["to_org"])
        kind, part = row["handover_type"], "external" if external else "internal"
        if kind:
            yield part, float(kind in ("warm", "accompanied"))
            continue
        day = date.fromisoformat(row["timestamp"][:10])
        near = [who for on, who in met if abs((on - day).days) <= 14]
        sending = FUNCTION[row["role"]]
        there = {"measure_provider", "partner", "employer"}
        if not external:
            to = FUNCTION.get(row["to_role"], "none")
            there = {role for role, function in FUNCTION.items() if function == to}
        joint = any({FUNCTION.get(role) for role in who} & {sending} and there & set(who) for who in near)
        yield part, 1.0 if joint else None


CORE = {
    "self_initiated_appointments": self_initiated,
    "caseworker_continuity": continuity,
    "out_of_office_contacts": out_of_office,
    "warm_handovers": warm,
}


def items_of(log: Path) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {metric: [] for metric in CORE}
    for case, rows in rows_by_case(log).items():
        for metric, count in CORE.items():
            found[metric].extend((case, rows[0]["office"], part, value) for part, value in count(rows))
    return found


def estimate(items: list[Item]) -> tuple[float, float]:
    """Ratio of sums with its case-cluster standard error (Taylor linearisation)."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for case, _, _, value in items:
        if value is not None:
            sums[case][0] += value
            sums[case][1] += 1.0
    x, n = (sum(pair[i] for pair in sums.values()) for i in (0, 1))
    ratio, m = x / n, len(sums)
    spread = sum((a - ratio * b) ** 2 for a, b in sums.values())
    return ratio, (m / (m - 1) * spread) ** 0.5 / n


def chosen(items: list[Item], group: Mapping[str, str]) -> list[Item]:
    part = group.get("function") or group.get("transfer_kind")
    return [item for item in items if group.get("office") in (None, item[1]) and part in (None, item[2])]


def truth_of(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["truth"]
    return found


# ---------------------------------------------------------------------------------------------------------------------

HEAD = """
title = { de = "Probe", en = "Trial" }
first_day = 2025-01-01
last_day = 2026-06-30
[defaults]
cases = 60
"""
TWO = HEAD + '[[office]]\noffice = "A"\n[[office]]\noffice = "B"\n'


def scenario_file(folder: Path, text: str) -> Path:
    path = folder / "trial.toml"
    path.write_text(text, encoding="utf-8")
    return path


def played(folder: Path, text: str, seed: int = 1) -> list[dict[str, str]]:
    made = simulate(load_scenario(scenario_file(folder, text)), folder / "log.csv", seed=seed)
    with made.log.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def recovery(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, list[Item]], list[dict[str, Any]]]]:
    """Four seeds of the recovery scenario as items of the second opinion, each with its truth."""
    folder, found = tmp_path_factory.mktemp("recovery"), []
    for seed in range(4):
        made = simulate(load_scenario("recovery"), folder, seed=seed)
        found.append((items_of(made.log), truth_of(made.truth)))
    return found


Found = tuple[float, float, float, int]  # value, half of the 95 % interval, coverage, items


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[tuple[str, str], list[Found]], list[Any]]:
    """Two seeds of the recovery scenario as the package measures them, by metric and office, with their truth."""
    from procmine.study import open_log, score

    found: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for seed in range(2):
        made = simulate(load_scenario("recovery"), tmp_path_factory.mktemp("measured"), seed=50 + seed)
        truth = truth_of(made.truth)
        names = sorted({planted["metric"] for planted in truth} - set(CORE))
        for one in score(open_log(made.log), metrics=names, by=["office"]):
            if one.group.keys() == {"office"}:
                low, high = one.interval or (0.0, 0.0)
                figures = (one.value or 0.0, (high - low) / 2, one.coverage or 0.0, one.items or 0)
                found[one.metric, one.group["office"]].append(figures)
    return found, [t for t in truth if t["group"].keys() == {"office"} and t["metric"] not in CORE]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of the demo, a third of its size."""
    folder = tmp_path_factory.mktemp("twelve")
    return simulate(load_scenario("twelve_job_centres"), folder, seed=7, events=40_000).log


@pytest.fixture(scope="module")
def twelve(demo: Path) -> dict[str, list[dict[str, str]]]:
    return rows_by_case(demo)


# The same again, and something else


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, file_format: str) -> None:
    scenario = load_scenario(scenario_file(tmp_path, TWO))
    one = simulate(scenario, tmp_path / "one", seed=5, format=file_format)
    two = simulate(scenario, tmp_path / "two", seed=5, format=file_format)

    assert one.log.read_bytes() == two.log.read_bytes()
    assert one.truth.read_bytes() == two.truth.read_bytes()


def test_another_seed_gives_another_log(tmp_path: Path) -> None:
    assert played(tmp_path, TWO, seed=1) != played(tmp_path, TWO, seed=2)


def test_an_office_added_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    before = played(tmp_path, TWO)
    after = played(tmp_path, TWO + '[[office]]\noffice = "C"\n')

    assert [row for row in after if row["office"] != "C"] == before


def test_other_forms_leave_the_lives_as_they_were(tmp_path: Path) -> None:
    whole = played(tmp_path, HEAD + '[[office]]\noffice = "A"\n')
    gaps = played(tmp_path, HEAD + '[[office]]\noffice = "A"\n[office.recording]\nabsent = ["initiator", "location"]\n')
    kept = [{name: value for name, value in row.items() if name not in ("initiator", "location")} for row in whole]

    assert gaps == kept


def test_what_lies_beside_the_main_course_leaves_it_and_its_gaps_as_they_were(tmp_path: Path) -> None:
    """Special support, mandates and the rest are drawn and thinned from streams of their own."""
    text = HEAD + (
        "[defaults.recording.missing]\nworker = 0.2\nlocation = 0.2\n[defaults.handover]\narrival = 0.0\n"
        "[defaults.support]\nshare = SHARE\n[defaults.steps]\nmandate = SHARE\nsuspension = SHARE\n"
        "reduction_lifted = SHARE\nreduction_objection = SHARE\nresolved_at_once = 0.0\n"
        '[[office]]\noffice = "A"\n'
    )
    columns = ("case_id", "activity", "timestamp", "worker", "location", "initiator", "decision_mode", "participants")
    plain, added = (
        [tuple(row[name] for name in columns) for row in played(tmp_path, text.replace("SHARE", share))]
        for share in ("0.0", "1.0")
    )
    left = iter(added)

    assert len(added) > len(plain) + 100
    assert all(row in left for row in plain)


def test_parquet_holds_what_csv_holds(tmp_path: Path) -> None:
    import duckdb

    scenario = load_scenario(scenario_file(tmp_path, TWO))
    plain = simulate(scenario, tmp_path, seed=5, format="csv").log
    columnar = simulate(scenario, tmp_path, seed=5, format="parquet").log
    with plain.open(encoding="utf-8", newline="") as file:
        rows = [tuple(value or None for value in row) for row in csv.reader(file)]
    with duckdb.connect() as connection:
        found = connection.execute("SELECT * FROM read_parquet(?) ORDER BY event_id", [str(columnar)])
        names, values = tuple(column[0] for column in found.description), found.fetchall()

    assert rows == [names, *values]


def test_the_number_of_events_can_be_asked_for(tmp_path: Path) -> None:
    made = simulate(load_scenario("null"), tmp_path, seed=3, events=30_000)

    assert made.events == pytest.approx(30_000, rel=0.05)


# The log tells the planted truth


def test_the_truth_is_the_mean_of_what_a_second_opinion_finds(recovery: list[Any]) -> None:
    """The core four by office, function and kind of transfer: the mean over seeds lies within 4 standard errors."""
    apart = {}
    for number, planted in enumerate(recovery[0][1]):
        if planted["value"] in (None, 0.0, 1.0) or planted["metric"] not in CORE:
            continue
        found = [estimate(chosen(items[planted["metric"]], planted["group"])) for items, _ in recovery]
        mean = sum(value for value, _ in found) / len(found)
        error = sum(error**2 for _, error in found) ** 0.5 / len(found)
        apart[number] = abs(mean - planted["value"]) / error

    assert max(apart.values()) < 4.0
    assert len(apart) >= 40


def test_coverage_is_as_planted(recovery: list[Any]) -> None:
    apart = []
    for number, planted in enumerate(recovery[0][1]):
        if planted["metric"] not in CORE:
            continue
        items = [
            item for found, _ in recovery for item in chosen(found[recovery[0][1][number]["metric"]], planted["group"])
        ]
        known = sum(item[3] is not None for item in items) / max(len(items), 1)
        apart.append(abs(known - planted["coverage"]))

    assert max(apart) < 0.03


def test_the_package_finds_what_is_planted_beside_the_core_four(measured: Any) -> None:
    """Two seeds: their mean lies within 4 standard errors, these taken from the intervals."""
    found, truth = measured
    apart = {}
    for planted in truth:
        seeds = found[planted["metric"], planted["group"]["office"]]
        mean = sum(value for value, *_ in seeds) / len(seeds)
        error = sum((half / 1.96) ** 2 for _, half, *_ in seeds) ** 0.5 / len(seeds)
        apart[planted["metric"], planted["group"]["office"]] = abs(mean - planted["value"]) / error

    assert {key: far for key, far in apart.items() if far >= 4.0} == {}
    assert len(apart) >= 80


def test_the_package_finds_the_planted_coverage_beside_the_core_four(measured: Any) -> None:
    found, truth = measured
    apart = {}
    for planted in truth:
        seeds, share = found[planted["metric"], planted["group"]["office"]], planted["coverage"]
        items = sum(number for *_, number in seeds)
        known = sum(coverage * number for _, _, coverage, number in seeds) / items
        room = max(0.03, 4 * (share * (1 - share) / items) ** 0.5)
        apart[planted["metric"], planted["group"]["office"]] = abs(known - share) / room

    assert {key: far for key, far in apart.items() if far >= 1.0} == {}


def test_every_metric_of_the_catalogue_has_items_in_the_demo(demo: Path) -> None:
    from procmine.metric import catalogue
    from procmine.sql import write
    from procmine.study import open_log

    log = open_log(demo)
    silent = []
    queries = {name: metric.query for name, metric in catalogue(None, log.schema).items() if metric.query is not None}
    for name, house_sql in queries.items():
        query = write(house_sql, "duckdb")
        (items,) = log.engine.run(f"SELECT COUNT(*) FILTER (WHERE numerator IS NOT NULL) FROM ({query})")
        silent += [name] * (items[0] == 0)

    assert silent == []


def test_the_readme_says_of_every_metric_whether_it_is_planted(measured: Any) -> None:
    from procmine.metric import catalogue

    text = content.read_text(content.one("event_logs", "README", ".md")).split("## Scenarios")[1]
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    said = {name: planted.strip() != "no" for _, names, planted, *_ in rows for name in re.findall(r"`(\w+)`", names)}
    planted = {truth["metric"] for truth in measured[1]} | set(CORE)

    assert said.keys() == catalogue(None, load_schema()).keys()
    assert {name for name, yes in said.items() if yes} == planted


def test_what_has_no_closed_form_in_an_office_has_none_where_that_office_is_part(tmp_path: Path) -> None:
    text = TWO + "[office.recording.missing]\nsetting_mode = 0.1\n"
    truth = truth_of(simulate(load_scenario(scenario_file(tmp_path, text)), tmp_path, seed=1).truth)

    assert [t["group"] for t in truth if t["metric"] == "open_access"] == [{"office": "A"}]


def test_shares_of_what_hangs_on_the_calendar_are_planted_for_each_office_alone(tmp_path: Path) -> None:
    truth = truth_of(simulate(load_scenario(scenario_file(tmp_path, TWO)), tmp_path, seed=1).truth)

    assert [t["group"] for t in truth if t["metric"] == "outsourcing"] == [{"office": "A"}, {"office": "B"}]


def test_a_first_contact_that_decides_more_jointly_is_the_planted_gap(tmp_path: Path) -> None:
    text = TWO + "[office.steps]\njoint_decision = 0.5\nfirst_joint_more = 0.25\n"
    truth = truth_of(simulate(load_scenario(scenario_file(tmp_path, text)), tmp_path, seed=1).truth)
    gaps = [t["value"] for t in truth if t["metric"] == "followup_gap"]

    # Of the steps not decided jointly a fifth is the person's choice: 0.25 more jointly are 0.20 more of both.
    assert gaps == pytest.approx([0.0, 0.20])


def test_a_certain_worker_gives_full_continuity_and_one_change_two_thirds() -> None:
    assert expected_coc(1.0, 6, (1.0,)) == 1.0
    assert expected_coc(1.0, 6, (0.0, 1.0)) == pytest.approx(2 / 3)


def test_continuity_without_changes_is_the_sum_of_squared_chances() -> None:
    assert expected_coc(0.7, 4, (1.0,)) == pytest.approx(0.7**2 + 3 * 0.1**2)


def test_offices_alike_have_one_truth(tmp_path: Path) -> None:
    truth = truth_of(simulate(load_scenario("null"), tmp_path, seed=3, events=4_000).truth)
    values = defaultdict(set)
    for planted in truth:
        if planted["group"].keys() <= {"office"}:
            values[planted["metric"]].add(round(planted["value"], 12))

    assert set(CORE) < set(values)
    assert set(map(len, values.values())) == {1}


def test_an_attribute_an_office_does_not_record_has_no_truth_there(tmp_path: Path) -> None:
    truth = truth_of(simulate(load_scenario("twelve_job_centres"), tmp_path, seed=3, events=4_000).truth)
    silent = [t for t in truth if t["metric"] == "self_initiated_appointments" and t["group"] == {"office": "JC-07"}]

    assert [(t["value"], t["coverage"]) for t in silent] == [(None, 0.0)]


def test_a_form_that_fills_itself_hides_what_was_practised(tmp_path: Path) -> None:
    truth = truth_of(simulate(load_scenario("twelve_job_centres"), tmp_path, seed=3, events=4_000).truth)
    office = next(t for t in truth if t["metric"] == "out_of_office_contacts" and t["group"] == {"office": "JC-05"})

    assert office["value"] < office["practised"] / 5


@pytest.mark.slow
def test_the_intervals_of_the_package_cover_the_truth_at_their_nominal_rate(tmp_path: Path) -> None:
    """Twenty seeds, four offices: how many 95 % intervals hold the planted value lies within the central 99.9 % of the
    binomial law, for each metric that is planted."""
    from scipy.stats import binom

    from procmine.study import open_log, score

    held: dict[str, list[bool]] = defaultdict(list)
    for seed in range(20):
        made = simulate(load_scenario("recovery"), tmp_path, seed=100 + seed)
        planted = {
            (t["metric"], t["group"].get("office")): t["value"] for t in truth_of(made.truth) if len(t["group"]) == 1
        }
        names = sorted({metric for metric, _ in planted})
        for found in score(open_log(made.log), metrics=names, by=["office"]):
            value = planted.get((found.metric, found.group.get("office")))
            if found.group.keys() == {"office"} and value is not None:
                low, high = found.interval
                held[found.metric].append(low <= value <= high)

    assert set(CORE) < set(held)
    assert set(map(len, held.values())) == {80}
    for hits in held.values():
        low, high = binom.ppf([0.0005, 0.9995], len(hits), 0.95)
        assert low <= sum(hits) <= high


# The log is one the house can read


def test_every_column_and_code_is_one_of_the_vocabulary(twelve: dict[str, list[dict[str, str]]]) -> None:
    schema = load_schema()
    unknown = set()
    for row in (row for rows in twelve.values() for row in rows):
        unknown |= row.keys() - schema.importable.keys()
        unknown |= {row["activity"]} - schema.activities.keys()
        for column, codes in schema.codes.items():
            unknown |= {value for value in row.get(column, "").split("|") if value and value not in codes}

    assert unknown == set()


def test_times_lie_in_office_hours_with_the_offset_of_berlin(twelve: dict[str, list[dict[str, str]]]) -> None:
    berlin, wrong = ZoneInfo("Europe/Berlin"), []
    for row in (row for rows in twelve.values() for row in rows):
        time = datetime.fromisoformat(row["timestamp"])
        there = time.astimezone(berlin)
        if there.utcoffset() != time.utcoffset() or there.weekday() > 4 or not 8 <= there.hour < 18:
            wrong.append(row["timestamp"])

    assert wrong == []


def test_nothing_happens_on_a_public_holiday() -> None:
    days = set(working_days(date(2025, 1, 1), date(2026, 12, 31)).days.tolist())
    holidays = [
        "2025-01-01",
        "2025-04-18",
        "2025-04-21",
        "2025-05-29",
        "2025-06-09",
        "2026-04-03",
        "2026-05-25",
        "2026-10-03",
    ]

    assert [day for day in holidays if (date.fromisoformat(day) - date(1970, 1, 1)).days in days] == []


def test_a_column_nobody_records_is_not_in_the_file(tmp_path: Path) -> None:
    rows = played(tmp_path, TWO.replace("cases = 60", 'cases = 60\n[defaults.recording]\nabsent = ["topic"]'))

    assert "topic" not in rows[0]
    assert "location" in rows[0]


# A believable life


def test_a_case_has_at_most_one_first_interview_and_nothing_after_its_exit(twelve: dict[str, Any]) -> None:
    odd = []
    for case, rows in twelve.items():
        activities = [row["activity"] for row in rows]
        if activities.count("first_interview") > 1 or "exit" in activities[:-1]:
            odd.append(case)

    assert odd == []


def test_a_reduction_follows_a_hearing_and_that_a_missed_appointment(twelve: dict[str, Any]) -> None:
    reduced = [
        [row["activity"] for row in rows] for rows in twelve.values() if any(r["activity"] == "reduction" for r in rows)
    ]

    assert reduced
    assert all(a.index("missed_appointment") < a.index("hearing") < a.index("reduction") for a in reduced)


def test_all_steps_of_a_measure_share_a_link_and_no_referral_has_it(twelve: dict[str, Any]) -> None:
    steps: dict[str, set[str]] = defaultdict(set)
    referred = set()
    for rows in twelve.values():
        for row in rows:
            if row["activity"].startswith("measure_"):
                steps[row["link_id"]].add(row["activity"])
            elif row["link_id"]:
                referred.add(row["link_id"])

    assert all("measure_offer" in activities for activities in steps.values())
    assert any("measure_end" in activities for activities in steps.values())
    assert not referred & set(steps)


def test_special_support_is_met_jointly_within_its_time_and_ended_after_it_began(twelve: dict[str, Any]) -> None:
    odd = []
    for case, rows in twelve.items():
        turns = ("special_support_start", "special_support_end", "return_to_regular")
        told = [(row["activity"], row["timestamp"]) for row in rows if row["activity"] in turns]
        meetings = [
            row["timestamp"] for row in rows if row["role"] in ("measure_provider", "partner") and row["worker"]
        ]
        if [number for number, (activity, _) in enumerate(told) if activity == turns[0]] != [0][: len(told)]:
            odd.append(case)
        since, until = [*(time for _, time in told), "9", "9"][:2]
        if len(meetings) > 2 or not all(since < time < until for time in meetings):
            odd.append(case)

    assert odd == []


def test_a_mandate_is_confirmed_only_by_whoever_it_was_given_to(twelve: dict[str, Any]) -> None:
    holders = []
    for rows in twelve.values():
        given = [row["mandate_worker"] for row in rows if row["activity"] == "mandate_obtained"]
        later = [row["mandate_worker"] for row in rows if row["activity"] in ("mandate_confirmed", "mandate_extended")]
        holders += [(set(given), worker) for worker in later]

    assert len(holders) > 10
    assert all(given == {worker} for given, worker in holders)


def test_a_changed_worker_was_responsible_and_hands_over_to_another(twelve: dict[str, Any]) -> None:
    for rows in twelve.values():
        changes = [(row["from_worker"], row["to_worker"]) for row in rows if row["activity"] == "worker_change"]

        assert all(old != new for old, new in changes)
        assert all(changes[n][1] == changes[n + 1][0] for n in range(len(changes) - 1))


def test_the_last_word_on_an_appointment_is_its_outcome(twelve: dict[str, Any]) -> None:
    late = []
    for rows in twelve.values():
        closed: set[str] = set()
        for row in rows:
            if row["appointment_id"] in closed:
                late.append(row["event_id"])
            if row["outcome"] in ("attended", "no_show", "cancelled_client", "cancelled_office"):
                closed.add(row["appointment_id"])
            closed.discard("")

    assert late == []


def test_contacts_of_one_function_lie_on_different_days(twelve: dict[str, Any]) -> None:
    twice = []
    for case, rows in twelve.items():
        days = [(FUNCTION[row["role"]], row["timestamp"][:10]) for row in contacts_of(rows)]
        twice.extend([case] * (len(days) - len(set(days))))

    assert twice == []


def test_a_scenario_at_its_edges_still_plays(tmp_path: Path) -> None:
    """One case, no contact ever attended, nothing handed on."""
    edge = HEAD.replace("cases = 60", "cases = 1\nstock = 1.0") + (
        "[defaults.attendance]\nno_show_office_set = 1.0\nno_show_agreed = 1.0\ncancelled_office_set = 0.0\n"
        "cancelled_agreed = 0.0\ncancelled_by_office = 0.0\nleft_open = 0.0\n"
        '[defaults.contacts]\nunscheduled = 0.0\nbenefits = 0.0\n[[office]]\noffice = "A"\n'
    )
    rows = played(tmp_path, edge)

    assert "missed_appointment" in {row["activity"] for row in rows}
    assert "followup_interview" not in {row["activity"] for row in rows}


# Faults


def test_an_unknown_key_is_named_with_file_office_and_nearest_key(tmp_path: Path) -> None:
    text = TWO + "[office.initiative]\nself_initated = 0.3\n"
    with pytest.raises(ContentError, match=r"trial\.toml: office B: initiative\.self_initated .*self_initiated"):
        load_scenario(scenario_file(tmp_path, text))


def test_all_faults_of_a_scenario_come_at_once(tmp_path: Path) -> None:
    text = TWO + '[office.place]\noutside = 1.5\n[office.recording]\nabsent = ["case_id", "locaton"]\n'
    with pytest.raises(ContentError, match=r"from 0 to 1.*case_id is always recorded.*Did you mean location"):
        load_scenario(scenario_file(tmp_path, text))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("[office.continuity]\nchanges = [0.5, 0.2]\n", "sum to 1"),
        ("[office.continuity]\nteam_size = 2.5\n", "a whole number"),
        ("[office.recording.form_default]\nlocation = { value = 'ofice' }\n", "Did you mean office"),
        ("[office.recording.missing]\nrole = 0.5\n", "recording.missing.role"),
        ("[office.attendance]\nno_show_agreed = 0.9\ncancelled_agreed = 0.3\n", "above 1"),
        ('[[office]]\noffice = "A"\n', "A stands twice"),
        ("[office.support]\ncoached = 0.7\nprovided = 0.7\n", "support.coached . provided is 1.4, above 1"),
    ],
)
def test_a_fault_says_what_is_wrong(tmp_path: Path, fault: str, sentence: str) -> None:
    with pytest.raises(ContentError, match=sentence):
        load_scenario(scenario_file(tmp_path, TWO + fault))


def test_an_unknown_scenario_gets_the_nearest_names() -> None:
    with pytest.raises(ContentError, match="twelve_job_centres"):
        load_scenario("twelve_jobcentres")


def test_an_unknown_format_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="csv"):
        simulate(load_scenario("null"), tmp_path, seed=1, format="cvs")


def test_a_study_brings_its_own_scenario(tmp_path: Path) -> None:
    folder = tmp_path / "event_logs" / "scenarios"
    folder.mkdir(parents=True)
    scenario_file(folder, TWO)

    assert load_scenario("trial", study=tmp_path).title["en"] == "Trial"


def test_a_write_that_fails_leaves_the_earlier_log_and_no_fragment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load_scenario(scenario_file(tmp_path, TWO))
    made = simulate(scenario, tmp_path / "out", seed=1)
    before = made.log.read_bytes()

    def fail(self: Path, target: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        simulate(scenario, tmp_path / "out", seed=2)

    assert made.log.read_bytes() == before
    assert sorted(path.name for path in made.log.parent.iterdir()) == ["trial.csv", "truth.json"]


def test_the_defaults_written_out_for_readers_are_those_of_the_program() -> None:
    """twelve_job_centres.toml explains every key; a key left out elsewhere has the value it has there."""
    explained = tomllib.loads(content.read_text(content.one("event_logs/scenarios", "twelve_job_centres", ".toml")))
    table = dict(explained["defaults"], office="X")
    del table["recording"]["missing"]
    program = dataclasses.asdict(Office(office="X"))
    del program["name"], program["recording"]["missing"]

    assert table == json.loads(json.dumps(program))
