"""Simplicity, generalisation and the Cardoso metric: by hand, and the running example as pm4py has it."""

from __future__ import annotations

from typing import Any

import pytest

from procmine.mine.fit import quality
from procmine.mine.fit.structure import cardoso, generalisation, simplicity
from procmine.mine.fit.tokens import replay
from procmine.mine.net import net_of_tree
from procmine.model import Net
from tests.mine.nets import RUNNING_EXAMPLE, event_log, inductive_tree, leaf, node, our_net, pm4py_net

PLENTY = 1 << 60


@pytest.fixture(scope="module")
def example() -> Net:
    """The running example's net by pm4py."""
    import pm4py

    return our_net(*pm4py.discover_petri_net_inductive(event_log(RUNNING_EXAMPLE)))


def test_pm4pys_net_of_the_running_example_has_its_published_size(example: Net) -> None:
    assert (len(example.places), len(example.transitions), len(example.arcs)) == (9, 10, 22)


def test_the_running_example_has_its_published_simplicity(example: Net) -> None:
    assert simplicity(example) == pytest.approx(0.76)


def test_the_running_example_has_its_published_generalisation(example: Net, courses_of: Any) -> None:
    visits = replay(courses_of(RUNNING_EXAMPLE), example, PLENTY).visits

    assert generalisation(visits) == pytest.approx(0.546585, abs=1e-6)


def test_the_running_example_has_its_published_cardoso_metric(example: Net) -> None:
    assert cardoso(example) == 9


def test_our_own_net_of_the_running_example_has_silent_transitions_around_its_loop() -> None:
    net = net_of_tree(inductive_tree(RUNNING_EXAMPLE, 0))

    assert (len(net.places), len(net.transitions), len(net.arcs)) == (11, 12, 26)


def test_a_chain_is_as_simple_as_can_be() -> None:
    assert simplicity(net_of_tree(node("sequence", leaf("a"), leaf("b"), leaf("c")))) == 1


def test_a_part_that_no_case_visits_generalises_nothing() -> None:
    assert generalisation((4, 0)) == 1 - (1 / 2 + 1) / 2


def test_a_net_without_parts_has_neither_figure() -> None:
    assert (generalisation(()), simplicity(Net((), (), (), (), ()))) == (None, None)


def test_ways_of_a_choice_that_lead_to_the_same_places_count_once() -> None:
    choice = node("xor", leaf("a"), leaf("b"), leaf("c"))

    assert cardoso(net_of_tree(choice)) == 1


@pytest.mark.parametrize("noise", [0, 0.2])
@pytest.mark.parametrize("name", ["wabo-receipt/receipt.xes.gz", "sepsis/Sepsis.xes.gz"])
def test_shape_figures_equal_pm4pys_on_the_nets_of_real_logs(variants_of: Any, name: str, noise: float) -> None:
    from pm4py.algo.evaluation.simplicity.variants import arc_degree, extended_cardoso

    net = net_of_tree(inductive_tree(variants_of(name), noise))
    theirs, _, _ = pm4py_net(net)

    assert (simplicity(net), cardoso(net)) == (
        pytest.approx(arc_degree.apply(theirs), abs=1e-12),
        extended_cardoso.apply(theirs),
    )


def test_generalisation_is_left_out_where_the_budget_does_not_cover_the_log(courses_of: Any) -> None:
    log = courses_of({("a", "b"): 3, ("b", "a"): 1})
    tree = node("parallel", leaf("a"), leaf("b"))
    fit = quality.with_net(quality.measure_fit(log, tree), log, net_of_tree(tree), budget=60_000)

    assert (fit.generalisation, fit.token_cases) == (None, 3) and fit.reasons == ("token_budget",)
