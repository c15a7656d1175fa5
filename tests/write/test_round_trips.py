"""Whole logs out and in again: public ones, and one full of every sign a text can hold."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from procmine.log import Log
from procmine.read.source import load_source
from procmine.schema import Schema
from procmine.write import write_log
from tests.write.conftest import csv_text, events, stored

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT.parent / "shared" / "logs"
PUBLIC = {
    "sepsis": "sepsis/Sepsis.xes.gz",
    "wabo_receipt": "wabo-receipt/receipt.xes.gz",
    "bpic13_closed_problems": "bpic13-volvo/BPI_Challenge_2013_closed_problems.xes.gz",
}
ENDINGS = (".xes", ".jsonocel", ".sqlite", ".csv")
# Signs that mean something in CSV, XML, JSON, SQL or TOML, blanks of all kinds, letters of one to four bytes.
SIGNS = "\"'`<>&;,|%\\/\n\r\t =+-@#$[]{}()!?*\x7f\x85\xa0\u2028\u200f\ufeffäßÉ中\U0001f9ed\U0010ffffaZ09_.:"


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_log_comes_back_event_by_event(
    name: str, ending: str, tmp_path: Path, schema: Schema, read_back: Callable[..., Log]
) -> None:
    path = LOGS / PUBLIC[name]
    if not path.exists():
        pytest.skip(f"the public log {name} is not on this machine")
    source = load_source(str(ROOT / "tests" / "sources" / f"{name}.toml"), schema)
    log = stored(path, tmp_path / "store", schema, source)
    found = read_back(write_log(log, tmp_path / f"out{ending}"))

    assert events(found) == events(log)


@pytest.fixture(scope="module")
def nasty_log(make_log: Callable[..., Log]) -> Log:
    """Three hundred events whose names are random signs."""
    rng = random.Random(7)  # noqa: S311 - not for secrets

    def word() -> str:
        return "".join(rng.choice(SIGNS) for _ in range(rng.randint(1, 12))) + "x"

    texts = ("worker", "team", "household_id", "appointment_id", "from_worker", "to_worker", "segment", "birth_band")
    rows: list[dict[str, Any]] = []
    for case in range(60):
        name = f"{word()}{case}"
        for number in range(5):
            day = f"2025-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
            time = day if rng.random() < 0.2 else f"{day}T{rng.randint(4, 23):02d}:{rng.randint(0, 59):02d}"
            said = {column: word() for column in texts if rng.random() < 0.7}
            rows.append({"case_id": name, "activity": f"{word()}{number}", "timestamp": time, **said})
    return make_log(csv_text(rows))


@pytest.mark.parametrize("ending", ENDINGS)
def test_any_sign_of_any_text_comes_back(
    nasty_log: Log, ending: str, tmp_path: Path, read_back: Callable[..., Log]
) -> None:
    found = read_back(write_log(nasty_log, tmp_path / f"out{ending}"))

    assert len(events(nasty_log)) == 300
    assert events(found) == events(nasty_log)
