"""POWL: partial orders that no tree can say, trees where there are some, the same under any hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from procmine.mine import powl
from procmine.mine.discover import discover
from procmine.mine.fit.markings import soundness
from procmine.mine.fit.tokens import replay
from procmine.model import TreeNode
from tests.mine.nets import leaf, node

REPOSITORY = Path(__file__).resolve().parents[2]
# a before c and d, b before d only: an N
N_SHAPED = {("a", "b", "c", "d"): 4, ("b", "a", "d", "c"): 3, ("a", "c", "b", "d"): 2, ("a", "b", "d", "c"): 2}
SEED = f"""
import hashlib, sys
sys.path.insert(0, {str(REPOSITORY)!r})
from tests.mine.conftest import make_log_of
from procmine.mine.discover import discover
log = make_log_of({N_SHAPED!r})
print(hashlib.sha256(repr(discover(log, algorithm="powl")).encode()).hexdigest())
"""


def ordered(pairs: set[tuple[int, int]], many: int) -> TreeNode | None:
    """The tree of so many parts of which some come before others."""
    return powl.of_order([leaf(name) for name in "abcdef"[:many]], list(range(many)), lambda a, b: (a, b) in pairs)


def test_an_order_with_an_n_in_it_gives_a_net_and_no_tree(log_of: Any) -> None:
    model = discover(log_of(N_SHAPED), algorithm="powl", noise=0)

    assert model.tree is None and model.net and soundness(model.net) is None


def test_the_net_of_a_partial_order_allows_what_the_courses_show_and_no_other_order(
    log_of: Any, courses_of: Any
) -> None:
    net = discover(log_of(N_SHAPED), algorithm="powl", noise=0).net
    wrong = replay(courses_of({("d", "a", "b", "c"): 1}), net, 1 << 60)

    assert replay(courses_of(N_SHAPED), net, 1 << 60).fitness == 1 and wrong.missing > 0


def test_a_model_without_a_tree_is_aligned_on_its_net(log_of: Any) -> None:
    quality = discover(log_of(N_SHAPED), algorithm="powl", noise=0).quality

    assert quality and (quality.token_fitness, quality.fitness, quality.reasons) == (1, 1, ())


def test_a_chain_is_a_sequence() -> None:
    assert ordered({(2, 0), (0, 1), (2, 1)}, 3) == node("sequence", leaf("c"), leaf("a"), leaf("b"))


def test_parts_without_an_order_are_parallel() -> None:
    assert ordered(set(), 3) == node("parallel", leaf("a"), leaf("b"), leaf("c"))


def test_parallel_parts_between_two_others_stay_together() -> None:
    pairs = {(0, 1), (0, 2), (0, 3), (1, 3), (2, 3)}

    assert ordered(pairs, 4) == node("sequence", leaf("a"), node("parallel", leaf("b"), leaf("c")), leaf("d"))


def test_an_n_has_no_tree() -> None:
    assert ordered({(0, 2), (0, 3), (1, 3)}, 4) is None


def test_how_many_cases_took_a_course_decides_what_noise_leaves_out(log_of: Any) -> None:
    often, seldom = ({("a", "b"): 50, ("b", "a", "b"): n} for n in (40, 1))

    assert (
        discover(log_of(often), algorithm="powl", noise=0.5).tree
        != discover(log_of(seldom), algorithm="powl", noise=0.5).tree
    )


def test_courses_beyond_what_the_miner_can_take_are_left_out_and_it_is_said(
    log_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(powl, "MOST_ACTIVITIES", 2)
    model = discover(log_of({("a", "b"): 3, ("b", "a"): 2, ("a", "c"): 1}), algorithm="powl")

    assert (model.mined_cases, model.cases) == (5, 6) and model.quality and "mined_commonest" in model.quality.reasons


def test_which_of_equally_frequent_courses_the_miner_is_given_does_not_go_by_their_names(
    courses_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(powl, "MOST_PAIRS", 20)  # two a course
    log = courses_of({(name, "z"): 1 for name in "abcdefghijklmnopqrst"})
    given = {log.names(number)[0] for number in powl.affordable(log)}

    assert len(given) == 10 and given != set("abcdefghij")


def test_a_log_that_is_wholly_beyond_the_miner_gives_no_net(log_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(powl, "MOST_ACTIVITIES", 1)
    model = discover(log_of({("a", "b"): 3}), algorithm="powl")

    assert model.net is None and model.quality and model.quality.reasons == ("no_model",)


@pytest.mark.slow
def test_the_model_is_the_same_under_two_hash_seeds() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SEED],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "77")
    }

    assert len(outputs) == 1


@pytest.mark.parametrize("name", ["wabo-receipt/receipt.xes.gz", "sepsis/Sepsis.xes.gz"])
def test_without_noise_a_real_log_fits_its_model_wholly(courses_of: Any, variants_of: Any, name: str) -> None:
    log = courses_of(variants_of(name))
    _, net = powl.powl(log, powl.affordable(log), 0)

    assert replay(log, net, 1 << 60).fitness == 1
