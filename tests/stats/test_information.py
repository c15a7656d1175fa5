"""Information and its shares: the numbers of the reference to their digits, planted effects, and what chance does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from procmine.stats import information, resampling
from procmine.stats.exchange import Beyond, rings, visits_of
from procmine.stats.information import (
    conditional_information,
    corrected_shares,
    entropy,
    mutual_information,
    plug_in_shares,
    standing,
)

# metrics.md C.3: Y = 1 in 10, 20, 30, 35 of 40 for (v, o) = (0,0), (0,1), (1,0), (1,1).
FORTIES = np.array([[[30, 20], [10, 5]], [[10, 20], [30, 35]]])
Ints = Any


def listed(table: Any) -> list[Ints]:
    """A table of counts as one row a decision: the columns y, v, o."""
    counts = np.asarray(table)
    return list(np.repeat(np.indices(counts.shape).reshape(counts.ndim, -1), counts.ravel(), axis=1))


def beyond(y: Ints, v: Ints, stratum: Ints, cases: Ints | None = None) -> Beyond:
    return Beyond(y, v, stratum, visits_of(np.arange(len(y)) if cases is None else cases))


def information_beyond(y: Ints, v: Ints, stratum: Ints) -> float:
    return beyond(y, v, stratum).counted()


def cube(cells: dict[tuple[int, int, int], int]) -> Any:
    table = np.zeros((2, 2, 2), int)
    for cell, count in cells.items():
        table[cell] = count
    return table


SAME = cube({(0, 0, 0): 25, (0, 0, 1): 25, (1, 1, 0): 25, (1, 1, 1): 25})
ALL_SAME = cube({(0, 0, 0): 50, (1, 1, 1): 50})
XOR = cube({(0, 0, 0): 25, (1, 0, 1): 25, (1, 1, 0): 25, (0, 1, 1): 25})
NOISE = np.full((2, 2, 2), 10)


# ---- the numbers of metrics.md C.3


def test_entropy_of_counts_is_the_published_one() -> None:
    counts = (4, 2, 3, 0, 2, 4, 0, 0, 2, 1, 1)  # Hausser and Strimmer's R package entropy

    assert (round(entropy(counts), 6), round(entropy(counts, miller_madow=True), 6)) == (1.968382, 2.152593)


def test_mutual_information_of_shares_is_the_published_one() -> None:
    assert round(mutual_information([[0.2, 0.1, 0.15], [0.1, 0.2, 0.25]]), 6) == 0.041605


def test_the_forties_have_their_information() -> None:
    y, v, o = listed(FORTIES)
    nothing = np.zeros_like(y)
    found = (
        entropy(np.bincount(y)),
        information_beyond(y, v, nothing),
        information_beyond(y, o, nothing),
        information_beyond(y, information.joint([v, o]), nothing),
        information_beyond(y, v, o),
        information_beyond(y, o, v),
    )

    assert [round(one, 6) for one in found] == [0.675465, 0.103394, 0.018348, 0.126818, 0.108470, 0.023423]


def test_the_forties_have_the_same_information_as_a_table() -> None:
    found = (conditional_information(FORTIES), conditional_information(FORTIES.transpose(0, 2, 1)))

    assert [round(one, 6) for one in found] == [0.108470, 0.023423]


def test_the_forties_have_their_shares() -> None:
    y, v, o = listed(FORTIES)
    shares = plug_in_shares(y, [v, o])
    found = (*shares.unique, *shares.shapley, shares.shared, 1 - shares.whole)

    assert [round(one, 6) for one in found] == [0.160586, 0.034678, 0.156828, 0.030920, -0.007514, 0.812251]


def test_g_is_twice_the_decisions_times_the_information() -> None:
    assert round(2 * 160 * conditional_information(FORTIES), 6) == 34.710358


def test_miller_and_madow_take_off_what_the_cells_add() -> None:
    found = (
        conditional_information(FORTIES, miller_madow=True),
        mutual_information(FORTIES.sum(axis=2), miller_madow=True),
        entropy(FORTIES.sum(axis=(1, 2)), miller_madow=True),
    )

    assert [round(one, 6) for one in found] == [0.102220, 0.100269, 0.678590]


@pytest.mark.parametrize(
    ("table", "unique", "shapley", "shared"),
    [
        (SAME, (1, 0), (1, 0), 0),
        (ALL_SAME, (0, 0), (0.5, 0.5), 1),
        (XOR, (1, 1), (0.5, 0.5), -1),
        (NOISE, (0, 0), (0, 0), 0),
    ],
    ids=["voice alone", "both tell the same", "only together", "noise"],
)
def test_hand_made_tables_have_the_shares_of_the_reference(
    table: Any, unique: tuple[float, ...], shapley: tuple[float, ...], shared: float
) -> None:
    y, v, o = listed(table)
    shares = plug_in_shares(y, [v, o])

    assert (*shares.unique, *shares.shapley, shares.shared) == pytest.approx((*unique, *shapley, shared), abs=1e-12)


# ---- laws


LEVELS = st.integers(20, 60).flatmap(
    lambda n: st.tuples(*(st.lists(st.integers(0, 2), min_size=n, max_size=n) for _ in range(4)))
)


@given(LEVELS)
@settings(max_examples=60)
def test_shapley_shares_add_up_to_what_all_blocks_tell(columns: tuple[list[int], ...]) -> None:
    y, *blocks = (np.array(column) for column in columns)
    shares = plug_in_shares(y, blocks)

    assert sum(shares.shapley) == pytest.approx(shares.whole, abs=1e-9)


@given(LEVELS)
@settings(max_examples=60)
def test_rows_and_tables_give_the_same_information(columns: tuple[list[int], ...]) -> None:
    y, v, o, _ = (np.array(column) for column in columns)
    table = np.zeros((3, 3, 3))
    np.add.at(table, (y, v, o), 1)

    assert information_beyond(y, v, o) == pytest.approx(conditional_information(table), abs=1e-9)


def test_constant_options_are_no_choice_and_tell_nothing() -> None:
    found = corrected_shares(np.zeros(50, int), [np.arange(50) % 2, np.arange(50) % 3], seed=1)

    assert (found.shares.whole, found.shares.unique) == (0.0, (0.0, 0.0))


@pytest.mark.parametrize(
    ("decisions", "said"), [(50, "ok"), (49, "lower_bound"), (10, "lower_bound"), (9, "insufficient_n")]
)
def test_what_a_figure_may_claim_goes_by_decisions_a_cell(decisions: int, said: str) -> None:
    assert standing(decisions, 10) == said


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="none is negative"):
        entropy([3, -1])


# ---- chance, and what is not chance


def drawn(levels: tuple[int, ...], n: int, seed: int) -> list[Ints]:
    chance = np.random.default_rng(seed)
    return [chance.integers(0, many, n) for many in levels]


def test_the_bias_of_forty_caseworkers_is_taken_off() -> None:
    y, v, o = drawn((4, 6, 40), 200, 7)
    found = corrected_shares(y, [v, o], seed=1)

    assert min(found.plug_in.unique) > 0.4 and max(map(abs, found.shares.unique)) < 0.06


def test_what_blocks_seem_to_tell_only_together_by_chance_is_taken_off() -> None:
    y, v, o = drawn((4, 6, 40), 200, 7)
    found = corrected_shares(y, [v, o], seed=1)

    assert found.plug_in.shared < -0.3 and abs(found.shares.shared) < 0.06


def test_a_voice_that_decides_is_found_whole() -> None:
    v, o, p = drawn((3, 5, 2), 3000, 3)
    found = corrected_shares(v.copy(), [v, p, o], seed=1)

    assert found.shares.unique == pytest.approx((1, 0, 0), abs=0.02) and found.p[0] < 0.001


def test_a_p_beyond_the_tries_is_near_the_one_of_many_more_tries() -> None:
    v, o = drawn((3, 4), 600, 21)
    y = np.where(np.random.default_rng(22).random(600) < 0.14, v, drawn((3,), 600, 23)[0])
    told = beyond(y, v, o)
    often = (told.permuted(rings(600, 40_000, np.random.default_rng(2))) >= told.counted() - 1e-12).sum() / 40_000

    assert 1e-5 < often < 1e-3 and corrected_shares(y, [v, o], seed=1).p[0] == pytest.approx(often, rel=0.6)


def test_a_p_from_few_tries_of_many_decisions_is_near_that_of_the_chi_square() -> None:
    v, o = drawn((3, 4), 11_000, 21)  # 999 tries would be too many decisions moved
    y = np.where(np.random.default_rng(22).random(11_000) < 0.03, v, drawn((3,), 11_000, 23)[0])
    right = chi2.sf(2 * 11_000 * information_beyond(y, v, o), 2 * 2 * 4)

    assert 1e-6 < right < 1e-3 and corrected_shares(y, [v, o], seed=2).p[0] == pytest.approx(right, rel=0.8)


def test_the_p_of_all_blocks_together_finds_what_none_tells_alone() -> None:
    y, v = drawn((2, 2), 300, 12)
    found = [corrected_shares(one, [v, v.copy()], seed=1) for one in (v, y)]

    assert (found[0].p, found[0].whole_p < 0.001, found[1].whole_p > 0.05) == ((1.0, 1.0), True, True)


def test_an_organisation_that_decides_is_not_the_voice() -> None:
    v, o, p = drawn((3, 5, 2), 3000, 4)
    found = corrected_shares(o.copy(), [v, p, o], seed=1)

    assert found.shares.unique == pytest.approx((0, 0, 1), abs=0.02)


def test_voice_and_organisation_that_decide_only_together_share_it_by_halves() -> None:
    v, o, p = drawn((2, 2, 2), 3000, 5)
    found = corrected_shares(v ^ o, [v, p, o], seed=1).shares

    assert (*found.unique, *found.shapley) == pytest.approx((1, 0, 1, 0.5, 0, 0.5), abs=0.02)


def test_a_voice_known_by_the_organisation_has_no_unique_share() -> None:
    v, p = drawn((3, 2), 3000, 6)
    found = corrected_shares(v.copy(), [v, p, v.copy()], seed=1).shares

    assert (*found.unique, *found.shapley) == pytest.approx((0, 0, 0, 0.5, 0, 0.5), abs=0.02)


def test_the_same_seed_gives_the_same_shares() -> None:
    y, v, o = drawn((3, 3, 4), 400, 8)

    assert corrected_shares(y, [v, o], seed=5) == corrected_shares(y, [v, o], seed=5)


def test_the_interval_of_a_real_effect_leaves_out_nothing() -> None:
    v, o, p = drawn((2, 3, 2), 1500, 10)
    y = np.where(np.random.default_rng(1).random(1500) < 0.3, v, np.random.default_rng(2).integers(0, 2, 1500))
    found = corrected_shares(y, [v, p, o], seed=1).shares.unique[0]
    uncertain, told = resampling.resampled(y, [v, p, o], np.arange(1500), seed=0)
    low, high = resampling.interval_about(found, told / uncertain)

    assert 0 < low < found < high < 0.2


def test_the_mean_of_permutations_is_near_the_theory() -> None:
    y, v, o = drawn((3, 4, 10), 20_000, 11)
    null = beyond(y, v, o).permuted(rings(20_000, 199, np.random.default_rng(1)))

    assert null.mean() == pytest.approx(2 * 3 * 10 / (2 * 20_000), rel=0.05)  # (|Y|-1)(|V|-1)|O| / 2N


# ---- the tables of metrics.md C.3, in part


@pytest.mark.slow
@pytest.mark.parametrize(
    ("levels", "n", "plug_in", "madow"),
    [
        ((2, 2, 20), 200, (0.098, 0.161), (0.045, 0.044)),
        ((3, 4, 20), 1000, (0.061, 0.077), (0.008, 0.009)),
        ((4, 6, 40), 200, (0.484, 0.711), (0.535, 0.659)),
        ((4, 6, 40), 1000, (0.263, 0.304), (0.168, 0.173)),
    ],
)
def test_the_bias_of_the_reference_is_reproduced_and_permuting_takes_it_off(
    levels: tuple[int, ...], n: int, plug_in: tuple[float, float], madow: tuple[float, float]
) -> None:
    found, corrected, cells = [], [], []
    for seed in range(60):
        y, v, o = drawn(levels, n, seed)
        both = corrected_shares(y, [v, o], seed=seed, looks=((49, 50),), fewer=2)
        table = np.zeros(levels)
        np.add.at(table, (y, v, o), 1)
        uncertain = entropy(np.bincount(y), miller_madow=True)
        cells.append(
            [conditional_information(each, miller_madow=True) / uncertain for each in (table, table.transpose(0, 2, 1))]
        )
        found.append(both.plug_in.unique)
        corrected.append(both.shares.unique)
    means = np.mean(found, axis=0), np.mean(cells, axis=0), np.mean(corrected, axis=0)

    assert means[0] == pytest.approx(plug_in, abs=0.012) and means[1] == pytest.approx(madow, abs=0.015)
    assert means[2] == pytest.approx((0, 0), abs=0.008)


@pytest.mark.slow
def test_the_level_of_the_test_holds_where_a_case_decides_again_and_again() -> None:
    """100 cases with 6 decisions each and a case's own inclination (SD 2); the attribute is the case's and tells
    nothing. At a level of 5 %, decisions shuffled one by one err in about 37 of 100 trials, whole cases in about 6."""
    cases = np.repeat(np.arange(100), 6)
    wrong = {"decisions": 0, "cases": 0}
    trials = 200
    for seed in range(trials):
        chance = np.random.default_rng(seed)
        inclined = 1 / (1 + np.exp(-2 * chance.normal(size=100)))
        y = (chance.random(600) < inclined[cases]).astype(int)
        v = chance.integers(0, 2, 100)[cases]
        nothing = np.zeros(600, int)
        found = information_beyond(y, v, nothing)
        for unit, together in (("decisions", None), ("cases", cases)):
            null = beyond(y, v, nothing, together).permuted(rings(600 if together is None else 100, 199, chance))
            wrong[unit] += (1 + (null >= found - 1e-12).sum()) / 200 <= 0.05

    assert 0.25 < wrong["decisions"] / trials < 0.5 and wrong["cases"] / trials < 0.1


@pytest.mark.slow
def test_with_a_true_effect_the_corrected_share_is_right_where_data_suffice_and_too_low_where_they_are_sparse() -> None:
    means = []
    for n in (200, 5000):
        shares = []
        for seed in range(30):
            chance = np.random.default_rng(seed)
            v, o = chance.integers(0, 6, n), chance.integers(0, 40, n)
            y = np.where(chance.random(n) < 0.4, v % 4, chance.integers(0, 4, n))
            shares.append(corrected_shares(y, [v, o], seed=seed, looks=((49, 50),), fewer=2).shares.unique[0])
        means.append(np.mean(shares))
    rows = np.arange(6) % 4
    joint = np.full((4, 6), 0.6 / 24)
    joint[rows, np.arange(6)] += 0.4 / 6
    true = mutual_information(joint) / entropy(joint.sum(axis=1))

    assert means[1] == pytest.approx(true, abs=0.01) and 0 < means[0] < true
