"""Hundreds of damaged files for every reader: the quick part of the fuzzing, without atheris, the same in every run."""

from __future__ import annotations

import pytest

from tests.fuzz.mutated import mutated
from tests.fuzz.seeds import SEEDS, TOKENS
from tests.fuzz.targets import TARGETS

DAMAGED = 200
FEWER = {"times": 100}  # each holds a dozen times


@pytest.mark.parametrize("name", TARGETS)
def test_good_files_are_read(name: str) -> None:
    for seed in SEEDS[name]():
        TARGETS[name](seed)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_damaged_files_are_refused_in_words_or_lose_no_row(name: str) -> None:
    for number, data in enumerate(mutated(SEEDS[name](), TOKENS[name], FEWER.get(name, DAMAGED), seed=1)):
        try:
            TARGETS[name](data)
        except Exception as fault:
            pytest.fail(f"{name}, damaged file {number}: {type(fault).__name__}: {fault}\n{data.hex()}")
