"""Branches of made-up logs: what was planted is found, what comes later or by chance is not, and what is unknown is
said."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from procmine.errors import ContentError
from procmine.mine import counts
from procmine.mine.branches import decisions
from procmine.mine.branches import steered as room
from procmine.mine.branches.content import BLOCKS, Known, load_known
from procmine.mine.branches.known import after_each, expressions, readable
from procmine.mine.branches.steered import steering
from procmine.mine.counts import case_starts
from procmine.model import Branch, Steered, TreeNode
from procmine.schema import load_schema
from tests.mine.conftest import make_log

REPOSITORY = Path(__file__).resolve().parents[2]
MONDAY = datetime(2026, 1, 5, 8, tzinfo=UTC).replace(tzinfo=None)
SCHEMA = load_schema()
KNOWN = load_known(SCHEMA)
Row = dict[str, Any]


def leaf(name: str | None) -> TreeNode:
    return TreeNode(None, name)


TREE = TreeNode("sequence", None, (leaf("ask"), TreeNode("xor", None, (leaf("talk"), leaf("letter"))), leaf("exit")))


def draw(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - draws made-up cases, keeps no secret


def made(decide: Callable[[Row, random.Random], str], cases: int = 600, seed: int = 1, **later: Any) -> Any:
    """A log in which each case asks, then talks or gets a letter, as ``decide`` has it, then leaves. Who asked, at
    which office, on which day and how long ago the case began is drawn; ``later`` stands with the decided step."""
    chance = draw(seed)
    rows = []
    for case in range(cases):
        asked = {
            "initiator": chance.choice(["client", "caseworker"]),
            "office": chance.choice(["north", "south", "west"]),
            "timestamp": MONDAY + timedelta(days=chance.randrange(28)),
        }
        step = decide(asked, chance)
        own = {"office": asked["office"]}
        rows.append({"case": case, "activity": "ask", **asked})
        rows.append(
            {
                "case": case,
                "activity": step,
                **own,
                "initiator": None,
                **{key: value(step) for key, value in later.items()},
                "timestamp": asked["timestamp"] + timedelta(hours=1 + chance.randrange(72)),
            }
        )
        rows.append({"case": case, "activity": "exit", **own, "timestamp": asked["timestamp"] + timedelta(days=9)})
    return make_log(rows)


def steered(log: Any, tree: TreeNode | None = TREE, known: Known = KNOWN) -> Steered:
    return steering(log, known, tree, counts.courses(log.engine, log.receipt["activities"]))


def after_ask(found: Steered, kind: str = "next") -> Branch:
    return next(branch for branch in found.branches if branch.kind == kind and branch.after == ("ask",))


def shares(branch: Branch) -> tuple[float, ...]:
    assert branch.voice and branch.profile and branch.organisation, branch.reason
    return branch.voice.unique, branch.profile.unique, branch.organisation.unique


def by_voice(asked: Row, chance: random.Random) -> str:
    return "talk" if asked["initiator"] == "client" else "letter"


def by_office(asked: Row, chance: random.Random) -> str:
    return "talk" if asked["office"] == "north" else "letter"


def by_chance(asked: Row, chance: random.Random) -> str:
    return chance.choice(["talk", "letter"])


def by_both(asked: Row, chance: random.Random) -> str:
    return "talk" if (asked["initiator"] == "client") != (asked["office"] == "north") else "letter"


# ---- what was planted is found


@pytest.mark.parametrize("kind", ["choice", "next"])
@pytest.mark.parametrize(
    ("decide", "expected"),
    [(by_voice, (1, 0, 0)), (by_office, (0, 0, 1)), (by_chance, (0, 0, 0))],
    ids=["voice", "office", "chance"],
)
def test_what_decides_has_the_share(kind: str, decide: Any, expected: tuple[float, ...]) -> None:
    assert shares(after_ask(steered(made(decide)), kind)) == pytest.approx(expected, abs=0.07)


def test_voice_and_office_that_decide_only_together_both_have_a_share() -> None:
    branch = after_ask(steered(made(by_both, 900)))
    voice, profile, organisation = shares(branch)

    assert (voice, profile) == pytest.approx((1, 0), abs=0.05) and organisation > 0.85
    assert branch.shared is not None and branch.shared < -0.8


def test_the_interval_holds_the_planted_share_and_not_zero() -> None:
    def mostly(asked: Row, chance: random.Random) -> str:
        return by_voice(asked, chance) if chance.random() < 0.5 else by_chance(asked, chance)

    branch = after_ask(steered(made(mostly, 1500)))
    right = 0.75 * np.log(0.75) + 0.25 * np.log(0.25)  # three in four follow the voice
    low, high = branch.voice_interval or (0, 0)

    assert 0 < low < 1 + right / np.log(2) < high < 0.3


def test_chance_has_no_significant_share_and_voice_has() -> None:
    by = {name: after_ask(steered(made(decide))).voice for name, decide in (("v", by_voice), ("c", by_chance))}

    assert by["v"] is not None and by["c"] is not None and by["v"].p < 0.001 and by["c"].p > 0.05


def test_one_plain_association_among_a_hundred_branches_of_chance_stands() -> None:
    plain = after_ask(steered(made(by_voice)))
    assert plain.voice is not None
    chance = [replace(plain, voice=replace(plain.voice, p=(1 + at) / 100)) for at in range(99)]
    judged = room._judged([plain, *chance])

    assert [one.voice.stands for one in judged if one.voice] == [True] + [False] * 99


def test_blocks_are_said_to_tell_something_together_only_beyond_chance() -> None:
    plain = after_ask(steered(made(by_chance)))
    thin = replace(plain, whole=0.2)
    questions = [room._judged([replace(thin, whole_p=p)])[0].question for p in (0.3, 0.001)]

    assert questions == ["nothing", "together"]


def test_what_the_decided_step_says_of_itself_explains_nothing() -> None:
    log = made(by_chance, initiator=lambda step: "client" if step == "talk" else "caseworker")

    assert shares(after_ask(steered(log)))[0] == pytest.approx(0, abs=0.03)


def test_the_table_counts_options_by_the_levels_of_the_voice() -> None:
    branch = after_ask(steered(made(by_voice)))
    table = branch.tables[0]

    assert [option.steps for option in branch.options] == [("letter",), ("talk",)]
    assert [level.name for level in table.levels] == ["client", "office"]
    assert (table.decisions[0][0], table.decisions[1][1]) == (0, 0) and table.cases == table.decisions


def test_a_question_is_raised_where_the_organisation_explains_much_and_the_voice_nothing() -> None:
    questions = [after_ask(steered(made(decide))).question for decide in (by_office, by_voice, by_chance)]

    assert questions == ["organisation", "voice", "nothing"]


def test_the_log_level_weighs_branches_by_their_uncertainty() -> None:
    found = steered(made(by_voice))
    weighted = {one.sort: one for one in found.weighted}

    assert weighted["next"].voice == pytest.approx(1, abs=0.06) == weighted["model"].voice
    assert (weighted["next"].decisions, weighted["next"].of_decisions) == (600, 1800)


@pytest.mark.parametrize(("elsewhere", "told"), [(590, True), (610, False)])
def test_all_branches_together_have_a_share_only_where_those_with_a_figure_hold_half_of_what_is_open(
    elsewhere: int, told: bool
) -> None:
    branch = after_ask(steered(made(by_voice)))
    blind = replace(branch, of_decisions=elsewhere, status="not_measurable", voice=None)
    weighted = room._weighted("next", [(branch, (np.full(9, 0.7), np.full(9, 0.6))), (blind, None)])

    assert weighted is not None and (weighted.voice is not None) == told


def test_decisions_of_one_case_do_not_make_the_interval_narrower() -> None:
    chance = np.random.default_rng(4)
    v, p, o = (chance.integers(0, many, 300) for many in (2, 2, 3))
    y = np.where(chance.random(300) < 0.5, v, chance.integers(0, 2, 300))
    plain = after_ask(steered(made(by_chance, 100)))
    widths = []
    for times in (1, 6):
        columns = [np.repeat(column, times) for column in (y, v, p, o)]
        interval = room._with_shares(plain, columns[0], columns[1:], np.repeat(np.arange(300), times))[0].voice_interval
        assert interval is not None
        widths.append(interval[1] - interval[0])

    assert widths[0] == pytest.approx(widths[1], abs=1e-9) and widths[0] > 0.1


def test_what_only_grows_with_the_visits_has_no_share_and_no_interval() -> None:
    chance = np.random.default_rng(4)
    case = np.repeat(np.arange(200), 4)
    visit = np.tile(np.arange(4), 200)
    y = (chance.random(800) < 0.2 + 0.6 * (visit > 1)).astype(np.int64)
    blocks = [(visit > 1).astype(np.int64), chance.integers(0, 2, 200)[case], chance.integers(0, 3, 200)[case]]
    branch, _ = room._with_shares(after_ask(steered(made(by_chance, 100))), y, blocks, case)

    assert branch.voice and branch.voice.unique == pytest.approx(0, abs=1e-9) and branch.voice.p == 1
    assert branch.voice_interval == pytest.approx((0, 0), abs=1e-9)


def test_points_without_a_choice_stand_apart_with_their_share() -> None:
    found = steered(made(by_voice))
    idle = {branch.after for branch in found.branches if branch.status == "no_choice"}
    weighted = next(one for one in found.weighted if one.sort == "next")

    assert idle == {("talk",), ("letter",), ("exit",)} and weighted.no_choice == pytest.approx(2 / 3)


# ---- what is unknown is said


def without(log_rows: Any, column: str) -> Any:
    """The same log from an export that lacks the column."""
    return SimpleNamespace(engine=log_rows.engine, receipt={**log_rows.receipt, "absent": [column]})


def test_a_log_without_a_voice_is_not_measurable_and_says_so() -> None:
    found = steered(without(made(by_voice), "initiator"))
    branch = after_ask(found)

    assert (branch.status, branch.reason, branch.voice) == ("not_measurable", "no_voice", None)
    assert "initiator" in [one.name for one in found.absent]


def test_a_voice_that_is_mostly_not_recorded_is_not_used() -> None:
    log = made(by_voice)
    rows = [
        {**dict(zip(("case", "activity", "initiator", "office", "timestamp"), row, strict=True))}
        for row in log.engine.run("SELECT case_id, activity, initiator, office, timestamp FROM events ORDER BY 1, 5")
    ]
    for row in rows:
        row["initiator"] = row["initiator"] if row["case"] % 5 < 2 else None
    branch = after_ask(steered(make_log(rows)))
    (initiator,) = [one for one in branch.known if one.name == "initiator"]

    assert (branch.reason, initiator.use, initiator.not_recorded) == ("no_voice", "not_recorded", 0.6)


def test_not_recorded_is_a_level_of_its_own_and_its_share_is_said() -> None:
    log = made(by_voice)
    rows = log.engine.run("SELECT case_id, activity, initiator, office, timestamp FROM events ORDER BY 1, 5")
    named = [dict(zip(("case", "activity", "initiator", "office", "timestamp"), row, strict=True)) for row in rows]
    for row in named:
        row["initiator"] = row["initiator"] if row["case"] % 5 else None
    branch = after_ask(steered(make_log(named)))
    (initiator,) = [one for one in branch.known if one.name == "initiator"]

    assert branch.tables[0].levels[-1].kind == "not_recorded" and initiator.not_recorded == pytest.approx(0.2)


def test_a_case_that_still_goes_on_has_not_ended() -> None:
    log = made(by_voice)
    rows = log.engine.run("SELECT case_id, activity, initiator, office, timestamp FROM events ORDER BY 1, 5")
    named = [dict(zip(("case", "activity", "initiator", "office", "timestamp"), row, strict=True)) for row in rows]
    running = [row for row in named if row["case"] % 3 or row["activity"] != "exit"]
    found = steered(make_log(running))
    talk = next(branch for branch in found.branches if branch.after == ("talk",))

    assert found.ends_recorded and talk.unfinished > 50
    assert [option.steps for option in talk.options] == [("exit",)]


def test_without_recorded_ends_the_last_step_is_the_end() -> None:
    rows = [{"case": case, "activity": name} for case in range(60) for name in ("a", "b")[: 1 + case % 2]]
    found = steered(make_log(rows), None)
    (branch,) = [one for one in found.branches if one.after == ("a",)]

    assert not found.ends_recorded and [option.kind for option in branch.options] == ["step", "end"]


def test_few_cases_are_too_few_however_many_decisions_they_make() -> None:
    chance = draw(1)
    rows = [
        {"case": case, "activity": chance.choice(["a", "b"]), "initiator": chance.choice(["client", "caseworker"])}
        for case in range(20)
        for _ in range(80)
    ]
    branches = steered(make_log(rows), None).branches

    assert {branch.reason for branch in branches} == {"few_cases"}


def test_courses_that_contradict_the_model_are_left_out_and_counted() -> None:
    rows = [
        {"case": case, "activity": name, "initiator": "client"}
        for case in range(100)
        for name in (("ask", "talk", "exit") if case % 4 else ("ask", "talk", "letter", "exit"))
    ]
    found = steered(make_log(rows))
    branch = after_ask(found, "choice")

    assert (branch.decisions, branch.unfit, found.unfit) == (75, 25, 0.25)


def test_steps_at_one_time_are_counted() -> None:
    rows = [{"case": case, "activity": name, "timestamp": MONDAY} for case in range(40) for name in ("a", "b")]
    same = {one.after: one.same_time for one in steered(make_log(rows), None).branches}

    assert same == {("a",): 40, ("b",): 0}


def test_rare_options_are_taken_together() -> None:
    chance = draw(2)
    rows = []
    for case in range(400):
        step = chance.choices(["b", "c", "d", "e"], [60, 34, 3, 3])[0]
        rows += [{"case": case, "activity": name, "initiator": "client"} for name in ("a", step)]
    (branch,) = [one for one in steered(make_log(rows), None).branches if one.after == ("a",)]

    assert [option.kind for option in branch.options] == ["step", "step", "other"]
    assert sum(option.decisions for option in branch.options) == 400


def test_caseworkers_with_few_decisions_are_pooled_and_none_is_named() -> None:
    chance = draw(3)
    rows = []
    for case in range(3000):
        worker = chance.randrange(8) if case % 20 else 100 + case
        step = "b" if worker % 2 else "c"
        rows.append(
            {"case": case, "activity": "a", "initiator": chance.choice(["client", "caseworker"]), "worker": worker}
        )
        rows.append({"case": case, "activity": step, "worker": worker})
    found = steered(make_log(rows), None)
    (branch,) = [one for one in found.branches if one.after == ("a",)]
    (worker,) = [one for one in branch.known if one.name == "worker"]

    assert (worker.use, branch.workers, worker.levels) == ("used", 8, 9)
    assert all(one.attribute != "worker" for one in branch.tables) and shares(branch)[2] > 0.8


def test_caseworkers_known_by_case_only_are_no_attribute() -> None:
    chance = draw(3)
    rows = []
    for case in range(400):
        worker = chance.randrange(4)
        rows.append({"case": case, "activity": "a", "initiator": chance.choice(["client", "caseworker"])})
        rows[-1]["worker"] = worker
        rows.append({"case": case, "activity": "b" if worker % 2 else "c", "worker": worker})
    log = make_log(rows)
    absent = []
    for workers in ("keyed", "case-local"):
        log.receipt = {**log.receipt, "pseudonyms": {"workers": workers}}
        absent.append("worker" in [one.name for one in steered(log, None).absent])

    assert absent == [False, True]


# ---- the choice of attributes


def test_attributes_are_taken_by_priority_as_long_as_there_are_five_decisions_a_cell() -> None:
    uses = {}
    for cases in (60, 300, 3000):
        branch = after_ask(steered(made(by_chance, cases)))
        uses[cases] = [one.name for one in branch.known if one.use == "used"]
        assert branch.status != "ok" or branch.decisions >= 5 * branch.cells

    assert set(uses[60]) <= set(uses[300]) < set(uses[3000]) and uses[60][0] == "initiator"


def test_what_is_chosen_next_has_no_say_in_the_attributes() -> None:
    chosen = []
    for decide in (by_voice, by_office, by_chance):
        log = made(lambda asked, chance, decide=decide: (chance.random(), decide(asked, draw(1)))[1])
        chosen.append([(one.name, one.use) for one in after_ask(steered(log)).known if one.block != "profile"])

    assert chosen[0] == chosen[1]


def test_a_large_point_is_drawn_from_by_whole_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "MOST_AT_A_POINT", 300)
    branch = after_ask(steered(made(by_voice, 900)))

    assert 230 < branch.decisions < 370 and branch.of_decisions == pytest.approx(900, rel=0.2)
    assert shares(branch)[0] == pytest.approx(1, abs=0.05)


def test_courses_too_many_to_read_are_drawn_from_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "MOST_STEPS", 3)
    branch = after_ask(steered(made(by_voice, 900)), "choice")

    assert 300 < branch.decisions < 600 and branch.of_decisions == pytest.approx(900, rel=0.2)


@pytest.mark.parametrize("sizes", [[10, 20, 30], [40_000, 100], [15_000] * 30, [0, 5]])
def test_the_rates_keep_to_the_whole_and_spare_the_small(sizes: list[int]) -> None:
    rates = decisions.rates(np.array(sizes))
    kept = rates * np.array(sizes)

    assert kept.sum() <= decisions.MOST_DECISIONS and kept.max(initial=0) <= decisions.MOST_AT_A_POINT
    assert all(rate == 1 for rate, size in zip(rates, sizes, strict=True) if size <= 100)


# ---- the same whatever else


def test_the_order_of_rows_is_no_information() -> None:
    log = made(by_both, 300)
    mixed = SimpleNamespace(engine=log.engine, receipt=log.receipt)
    before = steered(log)
    log.engine.run("CREATE TABLE mixed AS SELECT * FROM events ORDER BY hash(event_no * 7919 + case_id * 104729)")
    log.engine.run("DROP TABLE events")
    log.engine.run("ALTER TABLE mixed RENAME TO events")

    assert steered(mixed) == before


SCRIPT = """
import hashlib
from tests.mine.test_branches import by_both, made, steered
print(hashlib.sha256(repr(steered(made(by_both, 300))).encode()).hexdigest())
"""


def test_the_shares_are_the_same_under_any_hash_seed() -> None:
    texts = set()
    for seed in ("0", "1"):
        started = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            capture_output=True,
            text=True,
            check=True,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPOSITORY)},
        )
        texts.add(started.stdout)

    assert len(texts) == 1 and len(texts.pop().strip()) == hashlib.sha256().digest_size * 2


def test_an_unrelated_branch_changes_nothing_at_another() -> None:
    log = made(by_both, 300)
    rows = log.engine.run("SELECT case_id, activity, initiator, office, timestamp FROM events ORDER BY 1, 5")
    named = [dict(zip(("case", "activity", "initiator", "office", "timestamp"), row, strict=True)) for row in rows]
    more = [
        {"case": 1000 + case, "activity": name, "office": "north"} for case in range(40) for name in ("x", "y", "exit")
    ]

    assert shares(after_ask(steered(make_log(named + more)))) == shares(after_ask(steered(log)))


def test_hostile_names_are_names() -> None:
    hostile = ["o'; DROP TABLE events; --", 'say "x"', "p_6", "other", "{steps}", "e\u0301\n\u202e", "", "\\"]
    chance = draw(5)
    rows = []
    for case in range(200):
        office = chance.choice(hostile[:4])
        for name in (hostile[case % 2], hostile[2 + case % 6]):
            rows.append({"case": case, "activity": name, "initiator": "client", "office": office})
    found = steered(make_log(rows), None)

    assert {name for branch in found.branches for name in branch.after} == set(hostile)


def test_a_log_without_events_has_no_branches() -> None:
    found = steered(make_log([]), None)

    assert (found.branches, found.weighted) == ((), ())


# ---- what was known


def values(name: str, *events: Row, activities: list[str] | None = None) -> list[int]:
    """The level of an attribute after each event of one case."""
    log = make_log([{"case": 1, "activity": "talk", **event} for event in events])
    wanted, _ = readable(log.engine, KNOWN, log.receipt["activities"])
    (one,) = [each for each in wanted if each.attribute.name == name]
    more = (*expressions(wanted), "CAST(local_date - DATE '1970-01-01' AS BIGINT) AS day")
    (part,) = counts.chunks(log.engine, more)
    return after_each(one, part, case_starts(part["case_id"])).tolist()


def test_the_initiator_known_is_the_last_recorded_one() -> None:
    assert values("initiator", {}, {"initiator": "client"}, {}, {"initiator": "benefits"}) == [0, 1, 1, 2]


def test_a_person_has_begun_something_from_the_first_time_on() -> None:
    steps = ({}, {"initiator": "benefits"}, {"initiator": "client"}, {"initiator": "benefits"}, {})

    assert values("begun_before", *steps) == [0, 1, 2, 2, 2]


def test_a_need_is_open_until_the_next_contact() -> None:
    steps = [{"activity": name} for name in ("profiling", "concern_voiced", "profiling", "short_contact", "profiling")]

    assert values("need", *steps) == [1, 2, 2, 1, 1]


def test_a_mandate_ends_with_the_change_of_caseworker() -> None:
    steps = [{"activity": name} for name in ("mandate_obtained", "profiling", "worker_change", "mandate_renewed")]

    assert values("mandate", *steps) == [2, 2, 1, 2]


def test_days_count_from_the_cases_first_step() -> None:
    days = [{"timestamp": MONDAY + timedelta(days=day)} for day in (0, 29, 30, 400)]

    assert values("time_in_log", *days) == [1, 1, 2, 4]


def test_an_activity_that_never_occurs_leaves_its_attribute_absent() -> None:
    log = make_log([{"case": 1, "activity": "talk"}])
    _, lacking = readable(log.engine, KNOWN, log.receipt["activities"])

    assert {"need", "mandate"} <= {one.name for one in lacking}


# ---- the file


def test_the_shipped_file_names_attributes_of_every_block_with_words_and_reasons() -> None:
    assert {one.block for one in KNOWN.attributes} == set(BLOCKS)
    assert all(one.title["de"] and one.title["en"] and one.why["de"] and one.why["en"] for one in KNOWN.attributes)


def test_the_segment_is_the_organisations() -> None:
    (segment,) = [one for one in KNOWN.attributes if one.name == "segment"]

    assert segment.block == "organisation" and "organisation" in segment.why["en"]


def study_with(tmp_path: Path, old: str, new: str) -> Path:
    text = (REPOSITORY / "event_logs" / "steering.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "event_logs").mkdir()
    (tmp_path / "event_logs" / "steering.toml").write_text(text.replace(old, new), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('column = "setting_mode"', 'column = "seting_mode"', "setting_mode"),
        ('read = "ever"', 'read = "evr"', "ever"),
        ('of = ["client", "household_member"]', 'of = ["cleint"]', "client"),
        ("bands = [90, 365, 1460]", "bands = [90, 30]", "larger than the one before"),
        ('opens = ["kind:trigger", "contact_request"]', 'opens = ["kind:triger"]', "trigger"),
        ('why_en = "A trait of the household."\n', "", "why_en"),
        ("known_from = 0.5", "known_from = 2", "known_from"),
        ("rare_below = 20", "rare_below = 0", "rare_below"),
        ('instead_of = "spell"', 'instead_of = "spel"', "spell"),
        ("each = true\n", "eech = true\n", "each"),
        ('joint = { de = "gemeinsam", en = "jointly" }\n', "", "joint"),
        ('column = "exit"', 'column = "exitt"', "exit"),
    ],
)
def test_a_fault_in_the_file_is_named_with_the_nearest_name(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(ContentError, match=says) as fault:
        load_known(SCHEMA, study_with(tmp_path, old, new))

    assert fault.value.where == "event_logs/steering.toml"


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    study = study_with(tmp_path, "rare_below = 20", "rare_below = 0\nx = 1")
    file = study / "event_logs" / "steering.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("known_from = 0.5", "known_from = 2"), encoding="utf-8")

    with pytest.raises(ContentError, match=r"known_from.*rare_below"):
        load_known(SCHEMA, study)


def test_the_seed_is_of_the_name_alone() -> None:
    branch = after_ask(steered(made(by_chance, 100)))

    assert room._seed(branch) == room._seed(branch) != room._seed(after_ask(steered(made(by_chance, 100)), "choice"))
