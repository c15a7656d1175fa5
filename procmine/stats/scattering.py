"""Whole numbers to far-apart ones: chance that depends on nothing but the number, the same on every machine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def scattered(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Numbers to far-apart 64-bit numbers (splitmix64, Steele, Lea and Flood 2014); wraps around on purpose."""
    mixed = (values + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
