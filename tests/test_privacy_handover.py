"""Handovers and variety leave the privacy door: rare ones absent, small teams absent, nothing to be worked out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from procmine.mine.handover.network import data, measured
from procmine.model import HandoverEdge, HandoverNode, Handovers, Hands, Share, Shuffled, Side, Spread, Variety
from procmine.privacy.handover import release_handovers
from procmine.privacy.profile import PROFILES, rounded
from procmine.privacy.sums import untold_parts
from procmine.privacy.variety import release_variety

ROUNDING = ("shared", "published")


MANY = Hands(workers=20, known=80, most=10, two=20)


def team(name: str) -> Side:
    return Side("team", "A", name)


def edge(source: Side, target: Side, cases: int, **more: object) -> HandoverEdge:
    made = HandoverEdge(
        source, target, cases, cases, Share(cases // 2, cases, cases), cases // 2, cases - cases // 2, 9, MANY, MANY
    )
    return replace(made, **more)  # type: ignore[arg-type]


def network(edges: Iterable[HandoverEdge], workers: int | dict[str, int] = 20) -> Handovers:
    every = tuple(sorted(edges, key=lambda one: (one.source, one.target)))
    sides = sorted({side for one in every for side in (one.source, one.target)})
    many = {side: workers if isinstance(workers, int) else workers[side.name] for side in sides}
    total = sum(one.count for one in every)
    nodes = tuple(HandoverNode(side, workers=many[side]) for side in sides)
    return Handovers("team", None, total, total, total, nodes, every)


def shown(found: Handovers, profile: str) -> dict[tuple[str, str], HandoverEdge]:
    return {(one.source.name, one.target.name): one for one in release_handovers(found, profile).value.edges}


A, B, C, D = (team(name) for name in "ABCD")


@pytest.mark.parametrize(("profile", "least"), [("internal", 3), ("shared", 10), ("published", 10)])
def test_a_handover_of_too_few_persons_looks_as_if_there_was_none(profile: str, least: int) -> None:
    found = network([edge(A, B, 90), edge(B, A, 80), edge(A, C, least - 1), edge(C, A, least - 1), edge(B, C, least)])

    assert not {("A", "C"), ("C", "A")} & set(shown(found, profile))


def test_persons_decide_and_not_handovers() -> None:
    found = network([edge(A, B, 90), edge(B, A, 9, count=60)])

    assert list(shown(found, "shared")) == [("A", "B")]


def test_a_side_without_a_handover_that_may_be_shown_is_absent() -> None:
    released = release_handovers(network([edge(A, B, 90), edge(B, A, 80), edge(A, C, 4)]), "shared").value

    assert {node.side for node in released.nodes} <= {A, B}


@pytest.mark.parametrize("profile", ROUNDING)
def test_all_counts_are_rounded(profile: str) -> None:
    base = PROFILES[profile].base
    released = release_handovers(network([edge(A, B, 93), edge(B, A, 84)]), profile).value
    counts = [released.count, released.cases, released.placed]
    for one in released.edges:
        counts += [one.count, one.cases, one.reached, one.waiting, one.warm.hits, one.warm.known, one.warm.total]

    assert released.edges and not [count for count in counts if count % base]


def test_a_team_of_few_caseworkers_is_absent_and_so_is_the_next_smallest() -> None:
    found = network(
        [edge(A, B, 90), edge(B, C, 80), edge(C, D, 70), edge(D, A, 60)], {"A": 4, "B": 12, "C": 30, "D": 40}
    )

    assert set(shown(found, "shared")) == {("C", "D")}


def test_two_teams_of_few_caseworkers_that_are_enough_together_stay_two() -> None:
    found = network(
        [edge(A, C, 90), edge(B, C, 80), edge(C, D, 70), edge(D, C, 60)], {"A": 6, "B": 7, "C": 30, "D": 40}
    )

    assert set(shown(found, "shared")) == {("C", "D"), ("D", "C")}


def test_a_team_of_which_no_caseworker_is_recorded_is_absent() -> None:
    found = network([edge(A, B, 90), edge(B, A, 80)])
    nobody = replace(found, nodes=tuple(replace(node, workers=None) for node in found.nodes))

    assert not shown(nobody, "shared")


def test_the_workbench_shows_small_teams_and_exact_counts() -> None:
    found = network([edge(A, B, 93), edge(B, A, 84)], 3)

    assert shown(found, "internal")["A", "B"].count == 93


def test_no_profile_shows_a_team_of_one_or_two() -> None:
    found = network(
        [edge(A, B, 93), edge(B, C, 84), edge(C, D, 80), edge(D, C, 80)], {"A": 1, "B": 2, "C": 30, "D": 40}
    )

    assert set(shown(found, "internal")) == {("C", "D"), ("D", "C")}


def test_a_team_of_which_no_caseworker_is_recorded_stays_on_the_workbench() -> None:
    assert len(shown(network([edge(A, B, 90), edge(B, A, 80)], 0), "internal")) == 2


@pytest.mark.parametrize("profile", PROFILES)
def test_no_number_of_caseworkers_leaves(profile: str) -> None:
    released = release_handovers(network([edge(A, B, 93), edge(B, A, 84)]), profile).value

    assert released.nodes and {node.workers for node in released.nodes} == {None}


def functions(giver: int | None, taker: int | None) -> HandoverEdge | None:
    a, b = Side("function", "", "integration"), Side("function", "", "benefits")
    made = Handovers(
        "function",
        None,
        90,
        90,
        90,
        (HandoverNode(b, workers=taker), HandoverNode(a, workers=giver)),
        (edge(a, b, 90),),
    )
    return next(iter(release_handovers(made, "shared").value.edges), None)


def test_how_warmly_few_caseworkers_hand_over_is_not_shown() -> None:
    released = functions(9, 40)

    assert released and released.warm == Share(0, 0, 0) and released.median_days == 9


def test_how_soon_few_caseworkers_see_somebody_is_not_shown() -> None:
    released = functions(40, 9)

    assert (
        released and (released.reached, released.waiting, released.median_days) == (0, 0, None) and released.warm.known
    )


FEW = Hands(workers=9, known=90, most=10, two=20)
ONE_HAND = Hands(workers=12, known=90, most=46, two=50)
TWO_HANDS = Hands(workers=12, known=90, most=45, two=77)


@pytest.mark.parametrize("hands", [FEW, ONE_HAND, TWO_HANDS, Hands()])
def test_handovers_in_few_hands_of_a_large_side_are_not_judged(hands: Hands) -> None:
    released = shown(network([edge(A, B, 90, givers=hands, seers=hands), edge(B, A, 80)]), "shared")["A", "B"]

    assert (released.warm, released.reached, released.waiting, released.median_days) == (Share(0, 0, 0), 0, 0, None)


@pytest.mark.parametrize("workers", [1, 4])
def test_the_workbench_judges_no_handful_of_caseworkers(workers: int) -> None:
    few = Hands(workers, 90, 45, 90)
    released = shown(network([edge(A, B, 90, givers=few, seers=few), edge(B, A, 80)]), "internal")["A", "B"]

    assert (released.count, released.warm, released.median_days) == (90, Share(0, 0, 0), None)


def test_the_workbench_judges_handovers_of_which_no_caseworker_is_recorded() -> None:
    nobody = [edge(A, B, 90, givers=Hands(), seers=Hands()), edge(B, A, 80)]

    assert shown(network(nobody, 0), "internal")["A", "B"].warm == Share(45, 90, 90)


@pytest.mark.parametrize("profile", PROFILES)
def test_in_whose_hands_they_lay_does_not_leave(profile: str) -> None:
    released = shown(network([edge(A, B, 93), edge(B, A, 84)]), profile).values()

    assert {(one.givers, one.seers) for one in released} == {(Hands(), Hands())}


def test_those_outside_the_job_centre_have_no_caseworkers_to_be_counted() -> None:
    released = functions(40, None)

    assert released and released.median_days == 9


@pytest.mark.parametrize("hits", [0, 9, 81, 90])
def test_a_warm_share_of_nearly_all_or_nearly_none_is_not_shown(hits: int) -> None:
    found = network([edge(A, B, 90, warm=Share(hits, 90, 90)), edge(B, A, 80)])

    assert shown(found, "shared")["A", "B"].warm == Share(0, 0, 0)


def test_a_median_that_rests_on_few_is_not_shown() -> None:
    found = network([edge(A, B, 90, reached=19, waiting=71), edge(B, A, 80)])

    assert shown(found, "internal")["A", "B"].median_days is None


def test_many_handovers_of_few_persons_have_no_median() -> None:
    found = network([edge(A, B, 19, count=90, reached=60, waiting=30), edge(B, A, 80)])

    assert shown(found, "shared")["A", "B"].median_days is None


def test_a_long_median_keeps_two_digits() -> None:
    found = network([edge(A, B, 90, median_days=147), edge(B, A, 80)])

    assert shown(found, "published")["A", "B"].median_days == 150


def test_a_log_of_too_few_persons_shows_nothing() -> None:
    released = release_handovers(network([edge(A, B, 9)]), "shared").value

    assert (released.count, released.placed, released.cases, released.nodes, released.edges) == (0, 0, 0, (), ())


@pytest.mark.parametrize("profile", PROFILES)
def test_the_measures_are_those_of_what_is_shown(profile: str) -> None:
    edges = [edge(A, B, 90), edge(B, C, 80), edge(C, A, 2), edge(D, A, 2), edge(C, B, 70)]
    released = release_handovers(measured(network(edges)), profile)
    again = measured(
        network([replace(one, count=rounded(one.count, PROFILES[profile].base)) for one in released.value.edges])
    )

    assert [node.given for node in released.map(measured).value.nodes] == [node.given for node in again.nodes]
    assert (released.value.density, released.map(measured).value.density) == (None, again.density)


@pytest.mark.parametrize("profile", ROUNDING)
def test_few_who_wait_still_or_were_reached_look_like_none(profile: str) -> None:
    found = network([edge(A, B, 90, reached=82, waiting=8), edge(B, A, 80, reached=9, waiting=71)])

    released = shown(found, profile)

    assert (released["A", "B"].waiting, released["B", "A"].reached) == (0, 0)


def test_what_leaves_does_not_speak_of_workers() -> None:
    assert "worker" not in str(data(release_handovers(network([edge(A, B, 90), edge(B, A, 80)]), "shared").value))


def possible(found: Handovers, profile: str) -> list[tuple[float, float]]:
    """What an attacker with a solver finds out of each hidden handover: its least and greatest possible count.

    Known to the attacker: the rounded total and the rounded handovers shown, that the rest adds up to it, that a hidden
    one has fewer persons than the minimum, or was the smallest shown one when it was hidden for another's sake.
    Stronger than any reader: which handovers there are, and which of them were hidden for which reason.
    """
    rule, released = PROFILES[profile], release_handovers(found, profile).value
    seen = {(one.source, one.target): one.count for one in released.edges}
    above, below = (rule.base - 1) // 2, rule.base // 2
    smallest = min(seen.values()) + above if seen else None  # what goes for another's sake is the smallest shown
    bounds = [
        (max(rule.persons, seen[ends] - below), seen[ends] + above)
        if ends in seen
        else (0, rule.persons - 1 if rare else smallest)
        for ends, rare in (((one.source, one.target), one.cases < rule.persons) for one in found.edges)
    ]
    total = np.ones(len(bounds))
    limits = np.array([released.placed + above, below - released.placed]) if seen else np.full(2, 1e9)
    hidden = [
        k for k, one in enumerate(found.edges) if (one.source, one.target) not in seen and one.cases < rule.persons
    ]
    ranges = []
    for k in hidden:
        ends = [
            linprog(sign * np.eye(len(bounds))[k], A_ub=np.array([total, -total]), b_ub=limits, bounds=bounds)
            for sign in (1, -1)
        ]
        assert all(end.success for end in ends)
        ranges.append((ends[0].fun, -ends[1].fun))
    return ranges


@pytest.mark.parametrize("profile", ROUNDING)
@given(sizes=st.lists(st.integers(1, 60), min_size=2, max_size=12))
@example(sizes=[12, 12, 9])
@example(sizes=[14, 14, 14, 1])
@example(sizes=[13, 13, 10, 1])
@example(sizes=[9, 9])
def test_an_attacker_with_a_solver_learns_of_no_hidden_handover_to_within_two(profile: str, sizes: list[int]) -> None:
    sides = [team(f"T{k}") for k in range(4)]
    pairs = [(a, b) for a in sides for b in sides]
    found = network([edge(*pairs[k], size) for k, size in enumerate(sizes)])

    assert all(most - least >= 2 - 1e-6 for least, most in possible(found, profile))


def test_where_the_rounding_would_tell_a_hidden_part_the_smallest_shown_one_goes_too() -> None:
    # 12, 12 and 9 of 33: shown as 10, 10 of 35, they would leave exactly 9; one alone leaves 21 for at most 12 and 9.
    left = untold_parts(33, {"a": 12, "b": 12, "c": 9}, {"a", "b"}, PROFILES["shared"])

    assert left == set()


def test_a_hidden_part_that_may_be_large_is_not_told_by_the_others() -> None:
    left = untold_parts(330, {"a": 120, "b": 120, "c": 90}, {"a", "b"}, PROFILES["shared"])

    assert left == {"a", "b"}


# Variety


def varied(office: str | None, cases: int, **more: object) -> Variety:
    spread = Spread(0.61234, 0.60123, 0.62345)
    made = Variety(
        office=office,
        cases=cases,
        events=10 * cases,
        activities=27,
        pairs=99,
        variants=cases,
        states=548,
        partitions=90,
        variant_entropy=2382.325855,
        variant_entropy_share=0.689363,
        sequence_entropy=18296.27,
        sequence_entropy_share=0.235532,
        linear_share=0.1006,
        exponential_share=0.1381,
        shuffled=Shuffled(50, 123, spread, spread, spread),
        variant_bits=float(np.log2(cases)),
        top=((1, 0.5), (5, 0.8)),
        next_bits=1.307185,
        next_or_end_bits=1.120444,
        start_next_or_end_bits=0.980389,
        process_exponent=5.84,
        task_complexity=959,
        phrases=1552,
        detail=5.8103,
        gap_seconds=303.12,
        structure=0.8642,
        affinity=0.47311,
        deviation=0.65993,
        control_flow=7,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def offices_left(sizes: Iterable[int], profile: str = "shared") -> list[str | None]:
    parts = [varied(f"O{k}", size) for k, size in enumerate(sizes)]
    whole = varied(None, sum(one.cases for one in parts))
    return [one.office for one in release_variety([whole, *parts], profile).value]


def test_an_office_of_too_few_persons_is_absent_and_so_is_the_next_smallest() -> None:
    assert offices_left([100, 9, 60, 80]) == [None, "O0", "O3"]


def test_two_small_offices_that_are_small_together_take_a_third_along() -> None:
    assert offices_left([100, 3, 60, 4]) == [None, "O0"]


def test_offices_of_enough_persons_all_stay() -> None:
    assert offices_left([100, 60, 80]) == [None, "O0", "O1", "O2"]


def test_a_whole_of_too_few_persons_is_absent() -> None:
    assert release_variety([varied(None, 9)], "shared").value == ()


@pytest.mark.parametrize("profile", ROUNDING)
def test_counts_of_variety_are_rounded(profile: str) -> None:
    (one,) = release_variety([varied(None, 1434)], profile).value
    counts = (one.cases, one.events, one.variants, one.states, one.task_complexity or 0, one.phrases or 0)

    assert not [count for count in counts if count % PROFILES[profile].base]


@pytest.mark.parametrize("cases", [60, 61, 62])
def test_the_entropy_of_courses_taken_once_each_does_not_tell_the_number_of_cases(cases: int) -> None:
    (one,) = release_variety([varied(None, cases)], "shared").value

    assert one.variant_bits == 6.0


def test_figures_of_variety_keep_two_digits() -> None:
    (one,) = release_variety([varied(None, 1434)], "shared").value

    assert (one.variant_entropy, one.next_bits, one.variant_entropy_share, one.gap_seconds) == (2400, 1.3, 0.69, 300)


def test_a_course_of_few_cases_is_not_said_to_cover_any() -> None:
    (one,) = release_variety([varied(None, 100, top=((1, 0.09), (5, 0.3)))], "shared").value

    assert one.top == ((5, 0.3),)


def test_pentlands_exponent_does_not_tell_how_many_pairs_there_are() -> None:
    found = [varied(None, 1434, activities=20, pairs=pairs, process_exponent=0.08 * (pairs - 19)) for pairs in (58, 62)]

    assert {one.process_exponent for one in release_variety(found, "shared").value} == {3.3}


def test_structure_does_not_tell_how_many_pairs_there_are() -> None:
    found = [varied(None, 1434, activities=8, pairs=pairs, structure=1 - pairs / 64) for pairs in (24, 25, 26)]

    assert {one.structure for one in release_variety(found, "shared").value} == {0.62}


def test_the_workbench_shows_variety_as_it_is() -> None:
    whole = varied(None, 1434)

    assert release_variety([whole], "internal").value == (whole,)
