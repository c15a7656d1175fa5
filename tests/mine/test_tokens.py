"""Token replay: hand-made figures, pm4py's own where chance has no part in them, and the fewest silent transitions."""

from __future__ import annotations

import random
from collections import Counter, deque
from typing import Any

import pytest

from procmine.mine.fit import quality, tokens
from procmine.mine.fit.markings import Firing
from procmine.mine.fit.tokens import replay
from procmine.mine.net import net_of_tree
from procmine.model import Net, Place, Transition
from tests.mine.nets import RUNNING_EXAMPLE, event_log, inductive_tree, leaf, node, our_net, pm4py_net, random_tree

PLENTY = 1 << 60
ABC = node("sequence", leaf("a"), leaf("b"), leaf("c"))


def pm4py_replay(net: Any, variants: dict[tuple[str, ...], int]) -> list[dict[str, Any]]:
    from pm4py.algo.conformance.tokenreplay.variants import token_replay

    quiet = {token_replay.Parameters.SHOW_PROGRESS_BAR: False}
    found: list[dict[str, Any]] = token_replay.apply(event_log(variants), *net, parameters=quiet)
    return found


def runs(net: Net, rng: random.Random, many: int) -> set[tuple[str, ...]]:
    """Courses of random runs of a net from its start to its end."""
    game = Firing(net)
    found: set[tuple[str, ...]] = set()
    for _ in range(many):
        marking, course = game.initial, []
        for _ in range(80):
            able = game.enabled(marking)
            if not able:
                break
            t = rng.choice(able)
            marking = game.fire(marking, t)
            if game.labels[t] is not None:
                course.append(str(game.labels[t]))
        if marking == game.final and course:
            found.add(tuple(course))
    return found


def fewest(game: Firing, marking: tuple[int, ...], wanted: tuple[int, ...]) -> int | None:
    """How many silent transitions it takes to mark these places, by looking at all markings; None if none do."""
    seen, todo = {marking}, deque([(marking, 0)])
    while todo:
        here, spent = todo.popleft()
        if not Counter(wanted) - Counter(here):
            return spent
        for t in game.enabled(here):
            after = game.fire(here, t)
            if game.labels[t] is None and after not in seen and len(after) < 40:
                seen.add(after)
                todo.append((after, spent + 1))
    return None


def test_a_skipped_step_lacks_one_token_and_leaves_one_behind(courses_of: Any) -> None:
    played = replay(courses_of({("a", "c"): 2}), net_of_tree(ABC), PLENTY)

    assert (played.missing, played.consumed, played.remaining, played.produced) == (2, 6, 2, 6)


def test_fitness_is_the_mean_of_the_tokens_not_lent_and_not_left(courses_of: Any) -> None:
    played = replay(courses_of({("a", "b", "c"): 1, ("a", "c"): 2}), net_of_tree(ABC), PLENTY)

    assert played.fitness == 0.5 * (1 - 2 / 10) + 0.5 * (1 - 2 / 10)


def test_cases_without_a_lent_or_left_token_are_counted_as_fitting(courses_of: Any) -> None:
    played = replay(courses_of({("a", "b", "c"): 3, ("a", "c"): 2}), net_of_tree(ABC), PLENTY)

    assert (played.fitting, played.cases) == (3, 5)


def test_each_transition_is_visited_as_often_as_cases_fire_it(courses_of: Any) -> None:
    played = replay(courses_of({("a", "b", "c"): 3, ("a", "c"): 2}), net_of_tree(ABC), PLENTY)

    assert played.visits == (5, 3, 5)


def test_a_step_the_net_does_not_know_is_passed_over(courses_of: Any) -> None:
    net = net_of_tree(ABC)

    assert replay(courses_of({("a", "x", "b", "c"): 1}), net, PLENTY) == replay(
        courses_of({("a", "b", "c"): 1}), net, PLENTY
    )


def test_the_running_example_on_pm4pys_own_net_has_the_published_fitness(courses_of: Any) -> None:
    import pm4py

    net = our_net(*pm4py.discover_petri_net_inductive(event_log(RUNNING_EXAMPLE)))
    played = replay(courses_of(RUNNING_EXAMPLE), net, PLENTY)

    assert (played.fitness, played.fitting, played.missing, played.remaining) == (1, 6, 0, 0)


@pytest.mark.parametrize("seed", range(20))
def test_tokens_equal_pm4pys_where_no_silent_transition_leaves_a_choice(courses_of: Any, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - draws test cases
    net = net_of_tree(random_tree(rng, list("abcdefg"), silent=False))
    variants = {tuple(rng.choices("abcdefgx", k=rng.randint(1, 8))): rng.randint(1, 3) for _ in range(15)}
    oracle = pm4py_replay(pm4py_net(net), variants)
    played = replay(courses_of(variants), net, PLENTY)

    assert [played.missing, played.consumed, played.remaining, played.produced] == [
        sum(each[f"{name}_tokens"] for each in oracle) for name in ("missing", "consumed", "remaining", "produced")
    ]


@pytest.mark.parametrize("seed", range(40))
def test_the_silent_transitions_before_a_step_are_the_fewest_there_are(
    courses_of: Any, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311 - draws test cases
    net = net_of_tree(random_tree(rng, list("abcdef")))
    variants = {tuple(rng.choices("abcdef", k=rng.randint(1, 8))): 1 for _ in range(12)}
    towards, asked = tokens._Game._towards, []

    def watched(self: Any, marking: tuple[int, ...], wanted: tuple[int, ...]) -> Any:
        fired, reached = towards(self, marking, wanted)
        there = not Counter(wanted) - Counter(reached)
        asked.append((len(fired) if there else None, fewest(Firing(net), marking, wanted)))
        return fired, reached

    monkeypatch.setattr(tokens._Game, "_towards", watched)
    replay(courses_of(variants), net, PLENTY)

    assert asked and [ours for ours, _ in asked] == [least for _, least in asked]


@pytest.mark.parametrize("seed", range(30))
def test_a_run_of_the_net_is_replayed_without_a_lent_or_left_token(courses_of: Any, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - draws test cases
    net = net_of_tree(random_tree(rng, list("abcdef")))
    variants = dict.fromkeys(runs(net, rng, 20), 1)

    assert replay(courses_of(variants), net, PLENTY).fitness == 1


def test_a_course_that_fits_may_be_called_a_misfit_in_a_loop_around_parallel_branches(courses_of: Any) -> None:
    twice = node("xor", leaf(None), node("sequence", leaf("b"), leaf("c")))
    tree = node("loop", node("parallel", node("xor", leaf("a"), leaf(None)), twice), leaf(None))
    log = courses_of({("a", "b", "a", "c"): 1})

    assert quality.alignment_costs(log, tree) == [0] and replay(log, net_of_tree(tree), PLENTY).missing > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wabo-receipt/receipt.xes.gz", "fair-lending/lending_log_high.xes.gz"])
def test_the_inductive_miner_without_noise_is_replayed_wholly_by_a_real_log(
    courses_of: Any, variants_of: Any, name: str
) -> None:
    variants = variants_of(name)
    played = replay(courses_of(variants), net_of_tree(inductive_tree(variants, 0)), PLENTY)

    assert (played.missing, played.remaining, played.fitting) == (0, 0, sum(variants.values()))


def test_a_block_of_twenty_branches_that_may_be_skipped_is_left_without_trying_all_markings(courses_of: Any) -> None:
    names = [f"a{i:02}" for i in range(20)]
    block = node("parallel", *(node("xor", leaf(name), leaf(None)) for name in names))
    played = replay(courses_of({("a05", "z"): 1}), net_of_tree(node("sequence", block, leaf("z"))), 10_000_000)

    assert (played.cases, played.fitness, sum(played.visits)) == (1, 1, 1 + 20 + 1 + 1)


def test_a_case_that_stops_in_a_block_leaves_no_token_in_the_parts_it_may_skip(courses_of: Any) -> None:
    may_skip = node("parallel", *(node("xor", leaf(name), leaf(None)) for name in "bcd"))
    tree = node("parallel", leaf("a"), may_skip)
    played = replay(courses_of({("b",): 1}), net_of_tree(tree), PLENTY)

    assert (played.missing, played.remaining) == (1, 2)  # before a, and behind the closed block of b, c and d


def test_closing_blocks_does_not_go_round_a_loop_of_parts_that_may_all_be_skipped(courses_of: Any) -> None:
    body = node("parallel", *(node("xor", leaf(name), leaf(None)) for name in "bc"))
    tree = node("parallel", leaf("a"), node("loop", body, leaf(None)))
    played = replay(courses_of({("b",): 1}), net_of_tree(tree), 10_000_000)

    assert (played.cases, played.missing, played.remaining) == (1, 1, 2)


def test_of_two_transitions_with_one_label_the_one_that_can_fire_is_taken(courses_of: Any) -> None:
    net = Net(
        places=tuple(map(Place, ("p1", "p2", "p3"))),
        transitions=(Transition("t1", "a"), Transition("t2", "a")),
        arcs=(("p1", "t1"), ("t1", "p2"), ("p2", "t2"), ("t2", "p3")),
        initial=("p1",),
        final=("p3",),
    )
    played = replay(courses_of({("a", "a"): 1}), net, PLENTY)

    assert (played.fitness, played.visits) == (1, (1, 1))


def test_a_used_up_budget_gives_the_same_part_of_the_cases_each_time(courses_of: Any) -> None:
    rng = random.Random(5)  # noqa: S311 - draws test cases
    courses = courses_of({tuple(rng.choices("abcdef", k=12)): 1 for _ in range(60)})
    net = net_of_tree(node("loop", node("parallel", *map(leaf, "abcdef")), leaf(None)))
    first, second = (replay(courses, net, 2_000_000) for _ in range(2))

    assert first == second and 0 < first.cases < 60


def test_where_the_budget_covers_no_case_there_is_no_fitness(courses_of: Any) -> None:
    assert replay(courses_of({("a", "b", "c"): 1}), net_of_tree(ABC), 10).fitness is None
