"""What a terminal shows while long work goes on, and how a command ends."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from procmine.findings import Further, Measurement, Status
from procmine.metric import Metric, catalogue
from procmine.metric.definition import Arm
from procmine.report import words
from procmine.terminal import lines, stream


def test_progress_tells_rate_and_remaining_time(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter((0.0, 0.0, 10.0, 10.0))
    tell = stream.progress(verbose=True, clock=lambda: next(times))
    assert tell is not None
    tell("read", 0.0, 400_000_000)
    tell("read", 0.25, 400_000_000)

    assert capsys.readouterr().err == "  0 %  read\n 25 %  read, 10 MB/s, about 30 s left\n"


def test_work_of_unknown_size_tells_the_remaining_time_only(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter((0.0, 0.0, 3.0, 3.0))
    tell = stream.progress(verbose=True, clock=lambda: next(times))
    assert tell is not None
    tell("derive", 0.0)
    tell("derive", 0.5)

    assert capsys.readouterr().err.splitlines()[-1] == " 50 %  derive, about 3 s left"


# Figures as lines


def a_line(metric: Metric, text: str, language: str = "de", **fields: Any) -> str:
    """The line that begins with ``text``, of one measurement of ``metric``."""
    given: dict[str, Any] = {"group": {}, "period": None, "numerator": None, "denominator": None, "coverage": 1.0}
    given |= {"items": 1234, "cases": 456, "bounds": None, "interval": None, "status": Status.OK} | fields
    shown = lines.measurements([Measurement(metric.name, 1, **given)], {metric.name: metric}, words.load(language))
    return " ".join(next(line for line in shown.splitlines() if line.strip().startswith(text)).split())


@pytest.fixture(scope="module")
def any_metric() -> Metric:
    return catalogue()["warm_handovers"]


def test_a_rate_is_told_per_its_case_years(any_metric: Metric) -> None:
    metric = replace(any_metric, unit="rate", per=100)

    assert "12,4 je 100 Fall-Jahre 10,1–15,0" in a_line(metric, "warm", value=12.41, interval=(10.1, 15.0))


def test_a_share_within_a_horizon_is_told_with_its_median(any_metric: Metric) -> None:
    metric = replace(any_metric, unit="survival", horizon=14)
    further = (Further("days", "median", 9.0, (8.0, 11.0), 1234, 456),)

    assert "62,0 % binnen 14 Tagen (Median 9 Tage)" in a_line(metric, "warm", value=0.62, further=further)


def test_a_difference_is_told_in_points_with_both_sides_below(any_metric: Metric) -> None:
    arms = Arm("a", {"de": "vom Amt", "en": "by the office"}), Arm("b", {"de": "gemeinsam", "en": "jointly"})
    metric = replace(any_metric, unit="difference", arms=arms)
    further = tuple(Further(name, "arm", value, None, 600, 200) for name, value in (("a", 0.22), ("b", 0.09)))

    assert "+13.0 percentage points" in a_line(metric, "warm", "en", value=0.13, further=further)
    assert a_line(metric, "by the office", "en", value=0.13, further=further) == "by the office 22.0% – 600 200"


def test_a_withheld_part_is_a_dash(any_metric: Metric) -> None:
    metric = replace(any_metric, parts={"one": {"de": "davon eins", "en": "one of them"}})
    further = (Further("one", "part", None, None, None, None),)

    assert a_line(metric, "davon eins", value=0.5, further=further) == "davon eins – – – –"


ENDING = """
import atexit, sys
from procmine.engines.duckdb import connect, spilled
from procmine.terminal.running import leave
atexit.register(print, "handled")
engine = connect("60MB")
engine.connection.execute(f"CREATE TABLE t AS SELECT range AS a, hash(range) AS b FROM range({sys.argv[1]})")
print("spilled" if spilled() else "in memory")
leave(3)
"""


@pytest.mark.parametrize(("rows", "where"), [(10, "in memory"), (6_000_000, "spilled")])
def test_a_command_ends_with_its_code_and_leaves_nothing_behind(rows: int, where: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ENDING, str(rows)], capture_output=True, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert (ended.returncode, ended.stdout.split()) == (3, f"{where} handled".encode().split())
    assert not list(tmp_path.iterdir())
