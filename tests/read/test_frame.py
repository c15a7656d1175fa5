"""A frame in memory is read like a file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from procmine.errors import InputError
from procmine.read.frame import read_frame


@pytest.fixture
def frame() -> pd.DataFrame:
    """Two cases as pm4py has them."""
    return pd.DataFrame(
        {
            "case:concept:name": ["a", "a", "b"],
            "concept:name": ["first_interview", "followup_interview", "first_interview"],
            "time:timestamp": pd.to_datetime(["2025-01-01 09:00", "2025-01-02 09:00", "2025-01-03 23:30"], utc=True),
            "org:resource": ["w1", "w2", None],
        }
    )


def test_the_names_of_pm4py_and_xes_are_understood(frame: pd.DataFrame) -> None:
    log = read_frame(frame)
    rows = log.engine.run("SELECT activity, CAST(local_date AS VARCHAR), worker IS NULL FROM events ORDER BY timestamp")

    assert rows == [
        ("first_interview", "2025-01-01", False),
        ("followup_interview", "2025-01-02", False),
        ("first_interview", "2025-01-04", True),
    ]


def test_a_canonical_name_wins_over_its_xes_name(frame: pd.DataFrame) -> None:
    log = read_frame(frame.assign(case_id=["x", "x", "x"]))

    assert log.receipt["cases"] == 1


def test_a_frame_without_rows_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no rows"):
        read_frame(frame.iloc[:0])


def test_the_store_stays_where_it_was_asked_for(frame: pd.DataFrame, tmp_path: Path) -> None:
    log = read_frame(frame, store=tmp_path / "store")

    assert log.store == tmp_path / "store"
    assert (tmp_path / "store" / "receipt.json").is_file()


def test_a_carriage_return_in_a_name_makes_no_row_and_no_name_is_left_on_the_disk() -> None:
    frame = pd.DataFrame({"case_id": ["a\rb", "c"], "activity": ["call", "call"], "timestamp": ["2025-01-01"] * 2})
    log = read_frame(frame)

    assert (log.receipt["rows_read"], log.receipt["cases"]) == (2, 2)
    assert not (log.store.parent / "frame.csv").exists()
