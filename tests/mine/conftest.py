"""A small engine with a table events, made from rows or from variants, and the public logs as variants."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

LOGS = Path(__file__).resolve().parents[3] / "shared" / "logs"
EIGHT = datetime(2026, 1, 5, 8, tzinfo=UTC).replace(tzinfo=None)  # a store's times are UTC without saying so
COLUMNS = {
    "case_id": "INTEGER",
    "event_no": "INTEGER",
    "activity": "VARCHAR",
    "activity_code": "USMALLINT",
    "timestamp": "TIMESTAMP",
    "local_date": "DATE",
    "date_only": "BOOLEAN",
    "lifecycle": "VARCHAR",
    "worker": "INTEGER",
    "role": "VARCHAR",
    "office": "VARCHAR",
    "team": "VARCHAR",
    "segment": "VARCHAR",
    "initiator": "VARCHAR",
    "channel": "VARCHAR",
    "location": "VARCHAR",
    "visit_purpose": "VARCHAR",
    "handover_type": "VARCHAR",
}


class SmallEngine:
    """The two calls that mining needs, over an in-memory DuckDB."""

    dialect = "duckdb"

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        import duckdb

        self._connection = duckdb.connect()
        shape = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        self._connection.execute(f"CREATE TABLE events ({shape})")
        if rows:
            import pandas as pd

            values = [[row.get(name) for name in COLUMNS] for row in rows]
            frame = pd.DataFrame(
                values, columns=list(COLUMNS), dtype=object
            )  # one by one takes a hundred times as long
            self._connection.register("frame", frame)
            self._connection.execute("INSERT INTO events SELECT * FROM frame")
            self._connection.unregister("frame")

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()

    def columns(self, sql: str) -> dict[str, np.ndarray]:
        return dict(self._connection.execute(sql).fetchnumpy())


def make_log(rows: Sequence[Mapping[str, Any]]) -> Any:
    """A log of rows with at least ``case`` (a number) and ``activity``; number, time (an hour apart) and codes are
    filled in."""
    names = sorted({row["activity"] for row in rows})
    numbers: Counter[int] = Counter()
    full = []
    for row in sorted(rows, key=lambda row: row["case"]):
        numbers[row["case"]] += 1
        stamp = row.get("timestamp", EIGHT + timedelta(hours=numbers[row["case"]]))
        made = {
            "case_id": row["case"],
            "event_no": numbers[row["case"]],
            "activity_code": names.index(row["activity"]),
            "local_date": stamp.date(),
            "date_only": False,
        }
        full.append({**made, **row, "timestamp": stamp})
    return SimpleNamespace(engine=SmallEngine(full), receipt={"activities": names})


def make_log_of(courses: Mapping[Sequence[str], int] | Sequence[Sequence[str]]) -> Any:
    """A log whose cases took these courses; with a mapping, each as often as it says."""
    pairs = courses.items() if isinstance(courses, Mapping) else [(course, 1) for course in courses]
    taken = [course for course, times in pairs for _ in range(times)]
    return make_log([{"case": case, "activity": name} for case, course in enumerate(taken) for name in course])


def public_variants(name: str) -> dict[tuple[str, ...], int]:
    """The variants of a public log, read by pm4py's own safe reader: an oracle that shares no code with ours."""
    path = LOGS / name
    if not path.exists():
        pytest.skip(f"the public log {name} is not on this machine")
    sys._pm4py_welcome_shown = True  # type: ignore[attr-defined]
    from pm4py.objects.log.importer.xes.variants import iterparse

    log = iterparse.apply(str(path), parameters={"show_progress_bar": False})
    return dict(Counter(tuple(event["concept:name"] for event in trace) for trace in log))


@pytest.fixture
def log_of() -> Callable[..., Any]:
    return make_log_of


@pytest.fixture
def log_from() -> Callable[..., Any]:
    return make_log


@pytest.fixture(scope="session")
def variants_of() -> Callable[[str], dict[tuple[str, ...], int]]:
    known: dict[str, dict[tuple[str, ...], int]] = {}

    def read(name: str) -> dict[tuple[str, ...], int]:
        if name not in known:
            known[name] = public_variants(name)
        return known[name]

    return read


@pytest.fixture
def courses_of() -> Callable[[Mapping[tuple[str, ...], int]], Any]:
    """Variants in the integer form that counts.courses makes of a log, without a log."""

    def make(variants: Mapping[tuple[str, ...], int]) -> Any:
        from procmine.mine import counts

        names = sorted({name for course in variants for name in course})
        code = {name: i for i, name in enumerate(names)}
        flat = np.array([code[name] for course in variants for name in course], dtype=np.int64)
        first = np.concatenate(([0], np.cumsum([len(course) for course in variants]))).astype(np.int64)
        return counts.merge(names, [(flat, first, np.array(list(variants.values()), dtype=np.int64))])

    return make
