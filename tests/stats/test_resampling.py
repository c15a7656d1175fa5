"""Cases drawn anew: the case is the unit, and neither its place in the log nor other cases matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from procmine.stats.information import conditional_information, entropy
from procmine.stats.resampling import case_weights, interval_about, resampled


def drawn(levels: tuple[int, ...], n: int, seed: int) -> list[Any]:
    chance = np.random.default_rng(seed)
    return [chance.integers(0, many, n) for many in levels]


def test_cases_drawn_anew_do_not_depend_on_the_order_of_rows() -> None:
    y, v, o = drawn((3, 3, 4), 400, 9)
    cases = np.arange(400) // 4
    order = np.random.default_rng(1).permutation(400)
    there, here = (resampled(y[at], [v[at], o[at]], cases[at], seed=0) for at in (order, np.arange(400)))

    assert np.allclose(there[1], here[1], rtol=0, atol=1e-12)


def test_a_replicate_is_the_table_of_the_weighted_cases() -> None:
    y, v, o = drawn((3, 2, 4), 300, 2)
    cases = np.arange(300) // 3
    weights = case_weights(np.arange(100), range(5), 0)[cases]
    tables = [np.zeros((3, 2, 4)) for _ in range(5)]
    for at, table in enumerate(tables):
        np.add.at(table, (y, v, o), weights[:, at])
    uncertain, told = resampled(y, [v, o], cases, seed=0, replicates=5)

    assert told.tolist() == pytest.approx([conditional_information(table) for table in tables])
    assert uncertain.tolist() == pytest.approx([entropy(table.sum(axis=(1, 2))) for table in tables])


def test_a_case_weighs_the_same_whichever_other_cases_there_are() -> None:
    some, all_ = case_weights(np.array([7, 30]), range(20), 1), case_weights(np.arange(40), range(20), 1)

    assert (some == all_[[7, 30]]).all()


def test_replicates_made_in_parts_are_those_made_at_once() -> None:
    whole = case_weights(np.arange(50), range(23), 1)
    parts = [case_weights(np.arange(50), range(a, b), 1) for a, b in ((0, 3), (3, 10), (10, 23))]

    assert (np.concatenate(parts, axis=1) == whole).all()


def test_weights_of_cases_have_mean_and_variance_of_one() -> None:
    weights = case_weights(np.arange(4000), range(50), 3)

    assert (weights.mean(), weights.var()) == pytest.approx((1, 1), abs=0.02)


def test_the_weights_of_two_replicates_have_nothing_in_common() -> None:
    weights = case_weights(np.arange(4000), range(12), 3).astype(float)

    assert np.abs(np.corrcoef(weights.T) - np.eye(12)).max() < 0.06


def test_the_interval_lies_about_the_corrected_share() -> None:
    low, high = interval_about(0.1, np.linspace(0.3, 0.5, 101))

    assert (low, high) == pytest.approx((0.005, 0.195))
