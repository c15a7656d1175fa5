"""Draws from the laws a scenario names, for all cases of an office at once; the same laws give the planted truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Numbers of contacts differ more between cases than chance alone would make them: negative binomial with this size.
_SIZE = 2.5
LONGEST_COUNT = 24


def count_law(mean: float, least: int = 0, most: int = LONGEST_COUNT) -> Floats:
    """The chances of 0 … most: ``least`` plus a negative binomial of this mean, what lies beyond taken as ``most``."""
    extra = max(mean - least, 0.0)
    law = np.zeros(most + 1)
    chance = (_SIZE / (_SIZE + extra)) ** _SIZE
    for number in range(most - least):
        law[least + number] = chance
        chance *= (number + _SIZE) / (number + 1) * extra / (extra + _SIZE)
    law[most] += 1.0 - law.sum()
    return law


def counts(rng: np.random.Generator, law: Floats, size: int) -> Array:
    """One number a case, drawn from a law."""
    return pick(rng, law, size)


def pick(rng: np.random.Generator, weights: Floats, size: int) -> Array:
    """Positions drawn with these weights."""
    edges = np.cumsum(weights) / np.sum(weights)
    edges[-1] = 1.0
    return np.searchsorted(edges, rng.random(size), side="right").astype(np.int8)


def codes(rng: np.random.Generator, weights: Mapping[str, float], known: Mapping[str, int], size: int) -> Array:
    """Codes of the vocabulary drawn with these weights."""
    numbers = np.array([known[name] for name in weights], dtype=np.int8)
    return numbers[pick(rng, np.array(list(weights.values()), dtype=float), size)]


def chance(rng: np.random.Generator, size: int, share: float | Array) -> Bools:
    """True with this chance, or each with its own."""
    return rng.random(size, dtype=np.float32) < share


def case_chances(rng: np.random.Generator, mean: float, between: float, size: int) -> Floats:
    """A chance of its own for every case: beta with the given mean; ``between`` is the correlation within a case."""
    if between == 0.0 or mean in (0.0, 1.0):
        return np.full(size, mean)
    strength = 1.0 / between - 1.0
    return rng.beta(mean * strength, (1.0 - mean) * strength, size)


def case_nodes(mean: float, between: float) -> tuple[Floats, Floats]:
    """Points and weights that integrate over ``case_chances``, exact for the polynomials that arise (Gauss-Jacobi)."""
    if between == 0.0 or mean in (0.0, 1.0):
        return np.array([mean]), np.array([1.0])
    from scipy.special import roots_jacobi

    strength = 1.0 / between - 1.0
    points, weights = roots_jacobi(24, (1.0 - mean) * strength - 1.0, mean * strength - 1.0)
    return (points + 1.0) / 2.0, weights / weights.sum()


def within(sizes: Array) -> tuple[Array, Array]:
    """For groups of these sizes laid end to end: the group of each member and its number in the group from 0."""
    group = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
    return group, (np.arange(len(group), dtype=np.int64) - starts[group]).astype(np.int32)
