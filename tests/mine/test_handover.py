"""Handovers of planted logs: who gives to whom, how warmly, how long until somebody is seen, and never which worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from procmine.errors import UsageError
from procmine.mine.chosen import Chosen
from procmine.mine.handover.network import data, handovers, measured
from procmine.model import HandoverEdge, HandoverNode, Handovers, Hands, Share, Side
from tests.mine.staged import Row, Scenes, opened

REPOSITORY = Path(__file__).resolve().parents[2]
HOSTILE = 'Team "><script>alert(1)</script> \u202e{count}'
INTEGRATION, BENEFITS = Side("function", "", "integration"), Side("function", "", "benefits")
PROVIDER = Side("function", "", "provider")


def event(case: str, day: int, activity: str, role: str = "placement", worker: str = "w1", **more: str) -> Row:
    """One event on a day of January 2026 (32 = 1 February); its team is T1 unless told."""
    month, date = (1, day) if day <= 31 else (2, day - 31)
    base = {"case_id": case, "activity": activity, "timestamp": f"2026-{month:02}-{date:02}T09:00:00"}
    return {**base, "role": role, "worker": worker, "team": "T1", "office": "A", **more}


def contact(case: str, day: int, role: str = "placement", worker: str = "w1", **more: str) -> Row:
    return event(case, day, "short_contact", role, worker, **more)


def to_benefits(case: str, day: int, **more: str) -> Row:
    return event(case, day, "handover", to_role="benefits", **more)


def outward(case: str, **more: str) -> Row:
    return event(case, 10, "referral", to_role="partner", to_org="Diakonie", **more)


END = event("end", 40, "application", role="client", worker="", team="")  # observation ends on 9 February


scene = Scenes()
Stage = Callable[..., Handovers]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return scene.open(tmp_path_factory.mktemp("scenes"), [END])


@pytest.fixture
def stage(scenes: Any, request: pytest.FixtureRequest) -> Stage:
    """The handovers of the test's own scene, at a level."""
    name = request.node.originalname
    return lambda by="function", **more: handovers(scenes, by=by, office=name, **more)


def only(found: Handovers) -> HandoverEdge:
    (edge,) = found.edges
    return edge


def waits(edge: HandoverEdge) -> tuple[int, int, int | None]:
    return edge.reached, edge.waiting, edge.median_days


def matrix(found: Handovers) -> dict[tuple[str, str], int]:
    return {
        (edge.source.name or edge.source.kind, edge.target.name or edge.target.kind): edge.count for edge in found.edges
    }


# Who gives to whom


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Five handovers to the benefits side (three of four known ones warm), two within integration, four outward."""
    kinds = ("warm", "accompanied", "warm", "file_only", "")
    rows = [to_benefits(f"b{k}", 10, handover_type=kind) for k, kind in enumerate(kinds)]
    rows.append(to_benefits("b0", 20, handover_type="warm"))
    rows += [contact("seen", 1, worker="w2", team="T2")]
    rows += [event(f"c{k}", 10, "worker_change", to_worker="w2", handover_type="file_only") for k in range(2)]
    rows += [event(f"p{k}", 10, "referral", to_role="partner", to_org="Diakonie") for k in range(3)]
    rows += [event("p3", 10, "referral", to_org="Caritas"), event("p4", 10, "referral")]
    return opened(tmp_path_factory.mktemp("planted"), rows)


def test_the_functions_matrix_is_the_planted_one(planted: Any) -> None:
    assert matrix(handovers(planted)) == {
        ("integration", "benefits"): 6,
        ("integration", "integration"): 2,
        ("integration", "provider"): 3,
        ("integration", "outside"): 2,
    }


def test_the_teams_matrix_is_the_planted_one(planted: Any) -> None:
    assert matrix(handovers(planted, by="team")) == {("T1", "T2"): 2, ("T1", "outside"): 5}


def test_the_partners_matrix_holds_only_what_goes_to_a_named_organisation(planted: Any) -> None:
    assert matrix(handovers(planted, by="partner")) == {("A", "Caritas"): 1, ("A", "Diakonie"): 3}


def test_what_is_not_placed_is_counted(planted: Any) -> None:
    found = [handovers(planted, by=by) for by in ("function", "team", "partner")]

    assert [(one.placed, one.count) for one in found] == [(13, 13), (7, 13), (4, 5)]


def test_the_warm_share_rests_on_the_handovers_whose_kind_is_known(planted: Any) -> None:
    edges = {(edge.source, edge.target): edge for edge in handovers(planted).edges}

    assert edges[INTEGRATION, BENEFITS].warm == Share(hits=4, known=5, total=6)


def test_cases_are_counted_once_however_often_they_are_handed_over(planted: Any) -> None:
    edges = {(edge.source, edge.target): edge for edge in handovers(planted).edges}

    assert edges[INTEGRATION, BENEFITS].cases == 5


@scene(to_benefits("c", 10), contact("c", 12, participants="client|placement|benefits"))
def test_a_kind_that_is_only_derived_counts_as_not_recorded(stage: Stage) -> None:
    # Of derived kinds alone all would be warm: that a handover was not can never be derived.
    assert only(stage()).warm == Share(0, 0, 1)


@scene(contact("x", 1), to_benefits("c", 10, role=""))
def test_a_sender_whose_role_is_not_recorded_is_placed_by_what_the_worker_does_else(stage: Stage) -> None:
    assert only(stage()).source == INTEGRATION


@scene(event("c", 10, "handover", role="", worker="", team=""))
def test_a_handover_of_which_nobody_knows_a_side_is_in_no_edge(stage: Stage) -> None:
    found = stage()

    assert (found.count, found.placed, found.edges) == (1, 0, ())


@scene(
    contact("x", 5, worker="w2", team="old"),
    contact("x", 20, worker="w2", team="new"),
    event("c", 10, "worker_change", to_worker="w2"),
)
def test_the_receiving_team_is_the_one_its_worker_was_in_before(stage: Stage) -> None:
    assert only(stage("team")).target.name == "old"


@scene(
    contact("x", 15, worker="w2", team="first"),
    contact("x", 20, worker="w2", team="then"),
    event("c", 10, "worker_change", to_worker="w2"),
)
def test_a_receiving_worker_seen_only_later_is_placed_by_the_first_day_after(stage: Stage) -> None:
    assert only(stage("team")).target.name == "first"


@scene(to_benefits("c", 10), contact("c", 14, "benefits", "b1", team="Leistung"))
def test_without_a_named_worker_the_receiving_team_is_that_of_the_first_contact_after(stage: Stage) -> None:
    assert only(stage("team")).target.name == "Leistung"


@scene(to_benefits("c", 10), contact("c", 20, "benefits", "b1", team="Leistung"), to_benefits("d", 10))
def test_a_team_that_only_the_contact_tells_has_no_wait(stage: Stage) -> None:
    # Of the two handovers the one that still waits has no team: those with one would all have been reached.
    assert waits(only(stage())) == (1, 1, 10) and waits(only(stage("team"))) == (0, 0, None)


def test_teams_of_one_name_in_two_offices_are_two(tmp_path: Path) -> None:
    rows = [contact("x", 1, worker="w2"), contact("y", 1, worker="v2", office="B")]
    rows += [event("c", 10, "worker_change", to_worker="w2")]
    rows += [event("d", 10, "worker_change", worker="v1", office="B", to_worker="v2")]
    found = handovers(opened(tmp_path, rows), by="team")

    assert [node.side for node in found.nodes] == [Side("team", "A", "T1"), Side("team", "B", "T1")]


def test_only_the_cases_of_the_office_or_those_chosen_are_looked_at(tmp_path: Path) -> None:
    log = opened(tmp_path, [to_benefits("c", 10), to_benefits("d", 10, office="B"), to_benefits("e", 20, office="B")])
    found = [handovers(log, office="B"), handovers(log, chosen=Chosen(office="A"))]

    assert [(one.office, one.count) for one in found] == [("B", 2), ("A", 1)]


@scene(
    *(contact(f"x{k}", 1, worker=f"big{k}", team="big") for k in range(3)),
    event("c", 10, "worker_change", worker="big0", team="big", to_worker="small"),
    contact("y", 1, worker="small", team="S1"),
    contact("z", 1, worker="other", team="S2"),
)
def test_teams_of_few_workers_stand_together(stage: Stage) -> None:
    found = stage("team", least_workers=2)
    workers = {node.side.kind: node.workers for node in found.nodes}

    assert only(found).target == Side("small_teams") and workers == {"team": 3, "small_teams": 2}


def test_a_column_the_export_lacks_is_named_and_nothing_placed(tmp_path: Path) -> None:
    log = opened(tmp_path, [to_benefits("c", 10)], without=["team"])
    found = handovers(log, by="team")

    assert (found.missing, found.count, found.edges) == (("team",), 1, ())


def test_an_unknown_level_is_refused_with_the_nearest(planted: Any) -> None:
    with pytest.raises(UsageError, match="team"):
        handovers(planted, by="teams")


# How long until somebody is seen


@scene(
    to_benefits("c", 10),
    contact("c", 12),
    contact("c", 15, "benefits", "b1"),
    contact("c", 30, "benefits", "b1"),
    to_benefits("d", 10),
    contact("d", 19, "benefits", "b2"),
)
def test_the_wait_ends_with_the_first_contact_of_the_receiving_side(stage: Stage) -> None:
    assert waits(only(stage())) == (2, 0, 5)


@scene(to_benefits("c", 10), to_benefits("d", 10))
def test_no_contact_is_no_wait_of_zero_days(stage: Stage) -> None:
    assert waits(only(stage())) == (0, 2, None)


@scene(
    *(to_benefits(case, 10) for case in "abc"), contact("a", 15, "benefits", "b1"), contact("b", 19, "benefits", "b1")
)
def test_the_median_reckons_with_those_who_were_watched_and_never_seen(stage: Stage) -> None:
    assert waits(only(stage())) == (2, 1, 9)


@scene(
    *(to_benefits(case, 10) for case in "abcde"),
    *(contact(case, 14, "benefits", "b1") for case in "ab"),
    *(event(case, 14, "exit", "system", "") for case in "cde"),
)
def test_those_who_leave_on_the_day_of_a_contact_were_watched_until_then(stage: Stage) -> None:
    assert waits(only(stage())) == (2, 3, None)


@scene(contact("c", 9, "benefits", "b1"), to_benefits("c", 10))
def test_a_contact_before_the_handover_ends_no_wait(stage: Stage) -> None:
    assert waits(only(stage())) == (0, 1, None)


@scene(
    to_benefits("c", 10),
    contact("c", 10, "benefits", "b1", timestamp="2026-01-10T15:00:00"),
    to_benefits("d", 10),
    contact("d", 10, "benefits", "b1", timestamp="2026-01-10T16:00:00"),
)
def test_a_contact_later_on_the_day_of_the_handover_is_a_wait_of_zero_days(stage: Stage) -> None:
    assert waits(only(stage())) == (2, 0, 0)


@scene(
    *(to_benefits(case, 10, to_worker="b1") for case in "cd"),
    *(contact(case, 12, "benefits", "b2") for case in "cd"),
    contact("c", 20, "benefits", "b1"),
)
def test_where_a_worker_is_named_another_of_the_same_function_ends_no_wait(stage: Stage) -> None:
    assert waits(only(stage())) == (1, 1, 10)


@scene(
    event("c", 10, "handover", to_role="case_manager"),
    contact("c", 12),
    contact("c", 18, "case_manager", "w9"),
    event("d", 10, "handover", to_role="case_manager"),
    contact("d", 12),
)
def test_within_one_function_the_senders_own_contact_ends_no_wait(stage: Stage) -> None:
    assert waits(only(stage())) == (1, 1, 8)


@scene(
    to_benefits("c", 10, to_worker="b1"),
    contact("c", 12, "benefits", ""),
    contact("c", 20, "benefits", "b1"),
    to_benefits("d", 10, to_worker="b1"),
)
def test_a_contact_whose_worker_is_not_recorded_ends_the_watching(stage: Stage) -> None:
    assert waits(only(stage())) == (0, 2, None)


@scene(event("c", 10, "handover"), event("d", 10, "worker_change", to_worker="w2"), contact("d", 20, worker="w2"))
def test_where_the_receiving_side_is_not_known_there_is_no_wait(stage: Stage) -> None:
    found = stage()

    assert waits(only(found)) == (1, 0, None) and (found.count, found.placed) == (2, 1)


@scene(
    outward("c"),
    contact("c", 12, participants="client|placement"),
    outward("d"),
    contact("c", 16, participants="client|placement|partner"),
    contact("d", 14, "partner", "p1"),
)
def test_outside_a_contact_the_partner_takes_part_in_ends_the_wait(stage: Stage) -> None:
    assert waits(only(stage())) == (2, 0, 4)


@scene(
    *(outward(case, link_id=case) for case in "cd"),
    event("c", 17, "arrival", "partner", "", link_id="c"),
    event("d", 19, "arrival", "partner", "", link_id="d"),
)
def test_outside_an_arrival_ends_the_wait(stage: Stage) -> None:
    assert waits(only(stage())) == (2, 0, 7)


@scene(outward("c"), contact("c", 12), contact("c", 20, "partner", "p1"), outward("d"))
def test_outside_a_contact_of_unknown_participants_ends_the_watching(stage: Stage) -> None:
    assert waits(only(stage())) == (0, 2, None)


@scene(
    to_benefits("c", 10), event("c", 13, "exit", "system", ""), to_benefits("d", 10), contact("d", 14, "benefits", "b1")
)
def test_observation_ends_when_the_case_leaves(stage: Stage) -> None:
    # Of two watched, one left on the third day: the other's contact on the fourth is the whole rest.
    assert waits(only(stage())) == (1, 1, 4)


@scene(
    to_benefits("c", 10),
    event("c", 13, "exit", "system", ""),
    contact("c", 20, "benefits", "b1"),
    to_benefits("d", 10),
    contact("d", 14, "benefits", "b1"),
)
def test_a_contact_after_the_case_has_left_ends_no_wait(stage: Stage) -> None:
    assert waits(only(stage())) == (1, 1, 4)


@scene(
    outward("c", link_id="c"),
    contact("c", 12),
    event("c", 19, "arrival", "partner", "", link_id="c"),
    *(row for case in "de" for row in (outward(case, link_id=case), contact(case, 12, participants="client"))),
    *(event(case, 19, "arrival", "partner", "", link_id=case) for case in "de"),
)
def test_an_arrival_after_a_contact_nobody_can_place_ends_no_wait(stage: Stage) -> None:
    assert waits(only(stage())) == (2, 1, 9)


# In whose hands they lay


@scene(
    *(to_benefits(f"c{k}", 10, worker=worker) for k, worker in enumerate(("w1", "w1", "w1", "w2", "w2", "w3", ""))),
    *(contact(f"c{k}", 12, "benefits", "b1" if k else "") for k in range(4)),
)
def test_it_is_counted_in_how_many_hands_the_handovers_lay(stage: Stage) -> None:
    edge = only(stage())

    assert (edge.givers, edge.seers) == (Hands(3, 6, 3, 5), Hands(1, 3, 3, 3))


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Workers are known only as the first, the second of their case; each case has one, and no two the same."""
    place = tmp_path_factory.mktemp("numbered")
    source = place / "own.toml"
    source.write_text('title = {de = "a", en = "a"}\n[pseudonyms]\nworkers = "case-local"\n', encoding="utf-8")
    rows = [to_benefits("c", 10, role="", worker="w1", team="")]
    rows += [contact(case, 10, "case_manager", f"w{case}") for case in "defgh"]
    rows += [to_benefits(case, 11, worker=f"w{case}") for case in "defgh"]
    return opened(place, rows, source=str(source))


def test_a_number_that_counts_within_a_case_says_nothing_about_another_case(numbered: Any) -> None:
    found = [handovers(numbered, by=by) for by in ("function", "team")]

    assert [(one.count, one.placed) for one in found] == [(6, 5), (6, 0)]


def test_nobody_counts_caseworkers_who_are_numbered_within_their_case(numbered: Any) -> None:
    found = handovers(numbered)

    assert {node.workers for node in found.nodes} == {0} and only(found).givers == Hands()


def test_the_caseworkers_of_an_office_are_those_the_import_counted(tmp_path: Path) -> None:
    source = tmp_path / "own.toml"
    source.write_text('title = {de = "a", en = "a"}\n[pseudonyms]\nworkers = "case-local"\n', encoding="utf-8")
    rows = [{**outward(f"c{k}"), "worker": f"w{k}"} for k in range(4)]
    found = handovers(opened(tmp_path, rows, source=str(source)), by="partner")

    assert [node.workers for node in found.nodes if node.side.kind == "office"] == [4]


# The network


def network(*ends: tuple[str, str, int]) -> Handovers:
    """A network of functions with so many handovers from and to."""
    sides = sorted({Side("function", "", name) for pair in ends for name in pair[:2]})
    edges = tuple(
        HandoverEdge(Side("function", "", a), Side("function", "", b), n, n, Share(0, 0, n), 0, 0, None)
        for a, b, n in sorted(ends)
    )
    total = sum(edge.count for edge in edges)
    return measured(
        Handovers("function", None, total, total, total, tuple(HandoverNode(side) for side in sides), edges)
    )


def test_strengths_count_handovers_those_to_itself_too() -> None:
    nodes = {
        node.side.name: (node.given, node.taken) for node in network(("a", "a", 5), ("a", "b", 3), ("c", "b", 2)).nodes
    }

    assert nodes == {"a": (8, 5), "b": (0, 5), "c": (2, 0)}


def test_who_stands_between_two_others_has_all_their_ways() -> None:
    between = {node.side.name: node.betweenness for node in network(("a", "b", 9), ("b", "c", 4)).nodes}

    assert between == {"a": 0, "b": 0.5, "c": 0}


def test_density_and_reciprocity_leave_out_what_stays_at_one_side() -> None:
    found = network(("a", "a", 9), ("a", "b", 1), ("b", "a", 1), ("a", "c", 1))

    assert (found.density, found.reciprocity) == (0.5, pytest.approx(2 / 3))


def test_parts_that_no_handover_joins_are_counted() -> None:
    assert network(("a", "b", 1), ("c", "d", 1), ("e", "e", 1)).components == 3


def test_a_network_of_nothing_has_no_measures() -> None:
    found = measured(Handovers("function", None, 0, 0, 0, (), ()))

    assert (found.density, found.reciprocity, found.components) == (None, None, 0)


# Never a single worker


def test_no_name_of_a_worker_and_no_number_of_workers_is_in_the_data(planted: Any) -> None:
    names = [row[0] for row in planted.engine.run("SELECT name FROM worker_names")]
    shown = json.dumps([data(handovers(planted, by=by)) for by in ("function", "team", "partner")])

    assert names and not [name for name in (*names, "worker") if name in shown]


@scene(contact("x", 1, worker="w2", team=HOSTILE), event("c", 10, "worker_change", to_worker="w2"))
def test_a_hostile_team_name_stays_a_name(stage: Stage) -> None:
    assert only(stage("team")).target.name == HOSTILE


SCRIPT = """
import sys
from pathlib import Path
from procmine.mine.handover.network import LEVELS, handovers
from procmine.study import open_log
log = open_log(Path(sys.argv[1]))
print([handovers(log, by=by, least_workers=2) for by in LEVELS])
"""


def test_the_handovers_are_the_same_under_any_hash_seed(planted: Any) -> None:
    def started(seed: str) -> subprocess.Popen[str]:
        env: Mapping[str, str] = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPOSITORY)}
        command = [sys.executable, "-c", SCRIPT, str(planted.store)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=env)

    texts = {process.communicate()[0] for process in [started("0"), started("1")]}

    assert len(texts) == 1 and "Diakonie" in texts.pop()
