"""The model: equal to pm4py on the whole log, the same under any hash seed, honest where nothing can be mined."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from procmine.errors import UsageError
from procmine.mine import discover as room
from procmine.mine.discover import data, discover
from procmine.mine.heuristics import there_and_back
from procmine.mine.inductive import mine_tree
from procmine.mine.net import canonical, net_of_tree
from procmine.model import Net, TreeNode
from tests.mine.nets import inductive_tree
from tests.mine.test_inductive import courses_in_order, drawn_process, played

REPOSITORY = Path(__file__).resolve().parents[2]
RECEIPT, LENDING, PERMITS = (
    "wabo-receipt/receipt.xes.gz",
    "fair-lending/lending_log_high.xes.gz",
    "bpic15-permits/BPIC15_1.xes.gz",
)


def tree_text(tree: TreeNode) -> str:
    """A tree as pm4py writes it."""
    if tree.operator is None:
        return "tau" if tree.activity is None else f"'{tree.activity}'"
    signs = {"sequence": "->", "xor": "X", "parallel": "+", "loop": "*"}
    return f"{signs[tree.operator]}( {', '.join(tree_text(child) for child in tree.children)} )"


def whole_log(variants: dict[tuple[str, ...], int]) -> Any:
    """Every case as a trace of its own, in pm4py's terms."""
    from pm4py.objects.log.obj import Event, EventLog, Trace

    return EventLog(
        Trace([Event({"concept:name": name}) for name in course], attributes={"concept:name": f"{i}-{k}"})
        for i, (course, cases) in enumerate(variants.items())
        for k in range(cases)
    )


def pm4py_on_the_whole_log(variants: dict[tuple[str, ...], int], noise: float) -> str:
    import pm4py

    return str(pm4py.discover_process_tree_inductive(whole_log(variants), noise_threshold=noise))


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0, 0.2])
@pytest.mark.parametrize("name", [RECEIPT, LENDING])
def test_mining_variants_gives_the_tree_of_mining_the_whole_real_log(variants_of: Any, name: str, noise: float) -> None:
    variants = variants_of(name)

    assert tree_text(inductive_tree(variants, noise)) == pm4py_on_the_whole_log(variants, noise)


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0, 0.2])
def test_mining_variants_gives_the_tree_of_mining_permits_with_their_commonest_phases(
    variants_of: Any, noise: float
) -> None:
    permits = variants_of(PERMITS)
    variants: dict[tuple[str, ...], int] = {}
    for course, cases in permits.items():  # 398 activities take pm4py many minutes: the main process' first phases only
        short = tuple(name for name in course if name.startswith("01_HOOFD_0"))[:15]
        if short:
            variants[short] = variants.get(short, 0) + cases

    assert tree_text(inductive_tree(variants, noise)) == pm4py_on_the_whole_log(variants, noise)


SCRIPT = """
import hashlib
from tests.mine.conftest import make_log_of
from procmine.mine import discover, export
letters = "abcdef"
courses = {tuple(letters[(i * k + k) % 6] for k in range(1, 3 + i % 5)): 1 + i % 4 for i in range(24)}
for algorithm in ("inductive", "heuristics"):
    for noise in (0, 0.2):
        model = discover.discover(make_log_of(courses), noise=noise, algorithm=algorithm)
        print(hashlib.sha256(repr(model).encode()).hexdigest(),
        hashlib.sha256(export.to_pnml(model).encode()).hexdigest())
"""


def test_the_model_is_the_same_under_any_hash_seed() -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPOSITORY)},
        )
        for seed in ("0", "1", "42")
    ]
    texts = {process.communicate()[0] for process in started}

    assert len(texts) == 1 and len(texts.pop().splitlines()) == 4


def test_the_model_says_what_was_counted(log_of: Any) -> None:
    model = discover(log_of({("a", "b", "c"): 3, ("a", "c"): 1}), noise=0)

    assert (model.cases, model.events, model.variant_count, model.mined_cases) == (4, 11, 2, 4)


def test_the_tree_of_a_simple_process_is_found(log_of: Any) -> None:
    model = discover(log_of({("a", "b", "c"): 3, ("a", "c", "b"): 2}), noise=0)

    assert model.tree is not None and tree_text(model.tree) in ("->( 'a', +( 'b', 'c' ) )", "->( 'a', +( 'c', 'b' ) )")


def test_the_net_has_one_visible_transition_an_activity(log_of: Any) -> None:
    model = discover(log_of({("a", "b", "c"): 3, ("a", "c", "b", "b"): 2}), noise=0)

    assert model.net and sorted(t.label for t in model.net.transitions if t.label) == ["a", "b", "c"]


def test_the_heuristics_miner_gives_a_net_without_a_tree_that_is_judged_all_the_same(log_of: Any) -> None:
    model = discover(log_of({("a", "b", "c"): 9, ("a", "d", "c"): 3}), algorithm="heuristics")

    assert model.tree is None and model.net and model.quality
    assert (model.quality.fitness, model.quality.precision, model.quality.reasons) == (1, 1, ())


def pm4pys_heuristics_net(variants: dict[tuple[str, ...], int], noise: float) -> Net:
    """The net that pm4py mines from every case, under names of its shape.

    One pass of pm4py's passes over some redundant transitions, which ones depends on where they lie in memory (it goes
    on counting in a list that it has just shortened); repeated until nothing changes it drops all of them.
    """
    from pm4py.algo.discovery.heuristics import algorithm
    from pm4py.algo.discovery.heuristics.variants import classic
    from pm4py.objects.conversion.heuristics_net.variants import to_petri_net

    once = to_petri_net.remove_rendundant_invisible_transitions

    def until_stable(net: Any) -> Any:
        before = len(net.transitions)
        return net if len(once(net).transitions) == before else until_stable(net)

    settings = {classic.Parameters.DFG_PRE_CLEANING_NOISE_THRESH: noise}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(to_petri_net, "remove_rendundant_invisible_transitions", until_stable)
        net, initial, final = algorithm.apply(whole_log(variants), settings, variant=algorithm.Variants.CLASSIC)
    names = {id(node): f"x{i}" for i, node in enumerate([*net.places, *net.transitions])}
    return canonical(
        [names[id(place)] for place in net.places],
        {names[id(transition)]: transition.label for transition in net.transitions},
        [(names[id(arc.source)], names[id(arc.target)]) for arc in net.arcs],
        [names[id(place)] for place in initial],
        [names[id(place)] for place in final],
    )


def test_the_heuristics_net_of_counts_equals_that_of_the_whole_log(log_of: Any, variants_of: Any) -> None:
    variants = variants_of(LENDING)

    assert discover(log_of(variants), algorithm="heuristics", noise=0.05).net == pm4pys_heuristics_net(variants, 0.05)


@pytest.mark.parametrize("noise", [0, 0.2])
@pytest.mark.parametrize("seed", range(12))
def test_the_heuristics_net_of_loops_of_two_equals_that_of_the_whole_log(log_of: Any, seed: int, noise: float) -> None:
    rng = random.Random(seed)  # noqa: S311 - draws test cases
    turns = [["b", "c"] * rng.randint(1, 3) + ["b"] for _ in range(5)]
    variants = {tuple(["a", *turn, *rng.choices("de", k=2)]): rng.randint(1, 9) for turn in turns}

    assert discover(log_of(variants), algorithm="heuristics", noise=noise).net == pm4pys_heuristics_net(variants, noise)


@pytest.mark.parametrize("seed", range(12))
def test_the_heuristics_net_of_a_process_equals_that_of_the_whole_log(log_of: Any, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - draws test cases
    process = drawn_process(rng, "abcdefgh"[: rng.randint(3, 8)])
    variants = {tuple(played(rng, process)) or ("a",): rng.randint(1, 30) for _ in range(20)}

    assert discover(log_of(variants), algorithm="heuristics", noise=0).net == pm4pys_heuristics_net(variants, 0)


def test_there_and_back_counts_cases_and_never_across_two_cases() -> None:
    log = courses_in_order([(("a", "b", "a"), 3), (("b", "a"), 5), (("b", "b", "b"), 7), (("a", "b", "a", "b"), 1)])

    assert there_and_back(log) == {("a", "b", "a"): 4, ("b", "a", "b"): 1}


def test_a_log_without_a_case_has_no_model_and_says_so(log_from: Any) -> None:
    model = discover(log_from([]))

    assert (
        (model.cases, model.tree, model.net) == (0, None, None)
        and model.quality
        and model.quality.reasons == ("no_model",)
    )


def test_one_event_is_a_process_of_one_step(log_of: Any) -> None:
    model = discover(log_of([("a",)]))

    assert model.tree == TreeNode(None, "a") and model.quality and model.quality.fitness == 1


def test_a_model_of_a_miner_whose_budget_was_used_up_says_what_it_leaves_open(
    log_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of({("a", "b"): 5, ("b", "a"): 3, ("a", "b", "c", "a", "b", "c"): 1})
    monkeypatch.setattr(room, "mine_tree", partial(mine_tree, budget=10))
    model = discover(log)

    assert (
        model.mined_cases == 9
        and model.quality
        and ("unordered" in model.quality.reasons, model.quality.unordered) == (True, 3)
    )


def test_an_unknown_algorithm_is_refused_with_the_nearest_name(log_of: Any) -> None:
    with pytest.raises(UsageError, match="inductive"):
        discover(log_of([("a",)]), algorithm="inductiv")


@pytest.mark.parametrize("noise", [-0.1, 1, 20])
def test_noise_outside_its_range_is_refused(log_of: Any, noise: float) -> None:
    with pytest.raises(UsageError, match="share"):
        discover(log_of([("a",)]), noise=noise)


def test_the_json_data_holds_what_the_command_line_promises(log_of: Any) -> None:
    found = json.loads(json.dumps(data(discover(log_of({("a", "b"): 3})))))

    assert {"steps", "ways", "variants", "cases", "events", "fitness", "precision"} <= set(found)


def test_mining_prints_nothing(log_of: Any, capfd: pytest.CaptureFixture[str]) -> None:
    discover(log_of({("a", "b"): 3, ("b", "a"): 1}))

    assert capfd.readouterr() == ("", "")


def test_a_canonical_net_does_not_depend_on_the_names_or_order_it_came_in() -> None:
    net = net_of_tree(
        TreeNode(
            "xor", None, (TreeNode(None, "a"), TreeNode("sequence", None, (TreeNode(None, "b"), TreeNode(None, None))))
        )
    )
    labels = {t.name: t.label for t in net.transitions}
    places = [place.name for place in net.places]
    other = {name: hashlib.sha256(name.encode()).hexdigest() for name in (*places, *labels)}
    renamed = canonical(
        [other[name] for name in reversed(places)],
        {other[name]: labels[name] for name in reversed(labels)},
        [(other[a], other[b]) for a, b in reversed(net.arcs)],
        [other[name] for name in net.initial],
        [other[name] for name in net.final],
    )

    assert renamed == canonical(places, labels, net.arcs, net.initial, net.final)
