"""How far a mean hangs on its weights: known distributions, weights drawn by chance, figures close together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmine.stats.weights import above, over_weights

CORE = [0.30, 0.44, 0.10, 0.25]  # metrics.md C.4
figures = st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1, max_size=8)


def test_the_mean_of_two_figures_is_anywhere_between_them_alike() -> None:
    assert over_weights([0.2, 1.2]) == pytest.approx((0.25, 1.15))


@pytest.mark.parametrize("values", [CORE, [0.1, 0.1, 0.9], [1.0, 0.999, 0.98, 0.98, 0.7, 0.3, 0.98]])
def test_the_span_is_that_of_weights_drawn_by_chance(values: list[float]) -> None:
    weights = np.random.default_rng(1).dirichlet(np.ones(len(values)), 200_000)

    assert over_weights(values) == pytest.approx(np.quantile(weights @ values, [0.05, 0.95]), abs=0.002)


@given(figures)
def test_no_weights_lead_beyond_the_figures_and_the_span_has_an_order(values: list[float]) -> None:
    low, high = over_weights(values)

    assert min(values) - 1e-12 <= low <= high + 1e-12 and high <= max(values) + 1e-12


@given(figures, st.floats(0, 1), st.floats(0, 1))
def test_fewer_weights_lead_above_a_higher_value(values: list[float], one: float, other: float) -> None:
    assert 0 <= above(max(one, other), values) <= above(min(one, other), values) + 1e-9 <= 1 + 2e-9


def test_one_figure_has_no_weights_to_hang_on() -> None:
    assert over_weights([0.4]) == pytest.approx((0.4, 0.4))


def test_no_figure_has_no_mean() -> None:
    with pytest.raises(ValueError, match="needs a figure"):
        over_weights([])
