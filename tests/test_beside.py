"""Work beside other work: results are those of a plain call, faults are told once and at once, and nothing is left."""

from __future__ import annotations

import operator
import os
import sys
import time
from threading import Event

import pytest

from procmine.beside import at_once, beside, elsewhere


def test_calls_are_answered_by_one_other_process_in_turn() -> None:
    with elsewhere("operator", "os") as submit:
        first, other = submit(operator.truediv, 1, 4), submit(os.getpid)
        assert first.result() == 0.25
        assert other.result() != os.getpid()
        assert submit(os.getpid).result() == other.result()
    with pytest.raises(ProcessLookupError):  # it has ended, and was waited for
        os.kill(other.result(), 0)


def test_what_fails_there_is_raised_here() -> None:
    with elsewhere() as submit:
        with pytest.raises(ZeroDivisionError):
            submit(operator.truediv, 1, 0).result()
        assert submit(operator.truediv, 1, 2).result() == 0.5  # and the next call is answered


def test_what_is_printed_there_is_no_answer() -> None:
    with elsewhere() as submit:
        assert submit(print, "not an answer").result() is None
        assert submit(os.write, 1, b"nor this\n").result() == 9


def test_where_the_process_ends_by_itself_calls_are_made_here() -> None:
    with elsewhere() as submit:
        other = submit(os.getpid).result()
        os.kill(other, 9)
        assert submit(os.getpid).result() == os.getpid()
        assert submit(operator.truediv, 1, 2).result() == 0.5


@pytest.mark.parametrize("executable", ["", "/there/is/no/python"])
def test_where_no_process_can_be_had_calls_are_made_here(executable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    with elsewhere() as submit:
        assert submit(os.getpid).result() == os.getpid()


def test_where_the_work_beside_fails_nobody_waits() -> None:
    begun = time.monotonic()
    with pytest.raises(KeyError), elsewhere("time") as submit:
        other = submit(os.getpid).result()
        submit(time.sleep, 60)
        raise KeyError
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)
    enough = Event()
    with pytest.raises(KeyError), beside(1) as pool:
        pool.submit(enough.wait, 60)
        raise KeyError
    enough.set()
    assert time.monotonic() - begun < 50


def test_at_once_calls_here_and_raises_what_is_raised() -> None:
    assert at_once(os.getpid).result() == os.getpid()
    with pytest.raises(ZeroDivisionError):
        at_once(operator.truediv, 1, 0)
