"""What a terminal shows while long work goes on."""

from __future__ import annotations

import pytest

from procmine.terminal import stream


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
