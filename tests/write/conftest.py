"""A log with everything a writer can get wrong, as a store, and the events of a store as plain rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from procmine.log import Log, open_store
from procmine.read.importing import import_log
from procmine.read.source import CANONICAL, Source, load_source
from procmine.schema import Schema, load_schema

PLAIN = replace(CANONICAL, cases="plain", workers="plain", text=frozenset({"team", "segment"}))
NAMES = (
    "case_id", "event_id", "activity", "timestamp", "lifecycle", "worker", "team", "household_id", "appointment_id",
    "participants", "planned_at", "due_date", "duration_min", "members_present", "entry", "from_worker", "to_worker",
    "segment", "birth_band",
)  # fmt: skip
HOSTILE = ('"><script>alert(1)</script>', "A & B\ttab", "two\nlines", "a|b 100%", "]]>", "=1+1", " Übergabe 🧭 ")
ROWS: tuple[dict[str, str], ...] = (
    # a day without a time, then three events of one moment whose order is that of the file
    {"case_id": "c1", "activity": "application", "timestamp": "2025-03-01", "household_id": "H|1",
     "entry": "2025-03-01"},
    {"case_id": "c1", "activity": "walk_in", "timestamp": "2025-03-03T08:00:00", "household_id": "H|1",
     "entry": "2025-03-01", "worker": "Müller, Anna", "team": HOSTILE[3], "event_id": "9"},
    {"case_id": "c1", "activity": "arrival", "timestamp": "2025-03-03T08:00:00", "household_id": "H|1",
     "entry": "2025-03-01", "worker": "Müller, Anna", "event_id": "9", "duration_min": "0.00001"},
    {"case_id": "c1", "activity": "casework", "timestamp": "2025-03-03T08:00:00", "household_id": "H|1",
     "entry": "2025-03-01", "event_id": "10", "lifecycle": "start", "duration_min": "12.5"},
    # the hour that happens twice, told apart by its offset; microseconds
    {"case_id": HOSTILE[0], "activity": HOSTILE[1], "timestamp": "2025-10-26T02:30:00+02:00", "birth_band": "25-34"},
    {"case_id": HOSTILE[0], "activity": HOSTILE[2], "timestamp": "2025-10-26T02:30:00+01:00", "team": HOSTILE[4],
     "participants": "placement|benefits", "members_present": "2", "appointment_id": "T 1"},
    {"case_id": HOSTILE[0], "activity": HOSTILE[6], "timestamp": "2025-10-26T02:30:00.123456+01:00",
     "from_worker": "Müller, Anna", "to_worker": HOSTILE[5], "planned_at": "2025-11-05T09:00", "due_date": "2025-11-07",
     "appointment_id": "T 1", "segment": HOSTILE[0]},
    # a second case with the same household; its age band is told on one event only
    {"case_id": "c3", "activity": "application", "timestamp": "2025-06-30T23:59:59", "household_id": "H|1",
     "appointment_id": "T 1", "birth_band": "35-44"},
    {"case_id": "c3", "activity": "exit", "timestamp": "2025-07-01", "household_id": "H|1"},
)  # fmt: skip


def csv_text(rows: Any = ROWS) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, NAMES, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def stored(path: Path, place: Path, schema: Schema, source: Source = PLAIN) -> Log:
    return open_store(import_log(path, place, source=source, schema=schema), schema)


def events(log: Log) -> list[tuple[Any, ...]]:
    """All events with the names of cases and caseworkers in every column a log has, case by case."""
    own = [name for name in log.schema.tables["events"].kinds() if name not in ("case_id", "worker")]
    return log.engine.run(
        f"SELECT c.name, w.name, {', '.join(f'e.{chr(34)}{name}{chr(34)}' for name in own)} FROM events AS e "
        "JOIN case_names AS c USING (case_id) LEFT JOIN worker_names AS w ON w.worker = e.worker "
        "ORDER BY c.name, e.event_no"
    )


@pytest.fixture(scope="session")
def schema() -> Schema:
    return load_schema()


@pytest.fixture(scope="session")
def make_log(tmp_path_factory: pytest.TempPathFactory, schema: Schema) -> Callable[..., Log]:
    """A store of a CSV text, read by a source."""

    def make(text: str, source: Source = PLAIN, name: str = "log.csv") -> Log:
        folder = tmp_path_factory.mktemp("log")
        path = folder / name
        path.write_text(text, encoding="utf-8", newline="")
        return stored(path, folder / "store", schema, source)

    return make


@pytest.fixture(scope="session")
def hostile_log(make_log: Callable[..., Log]) -> Log:
    return make_log(csv_text())


@pytest.fixture(scope="session")
def read_back(schema: Schema) -> Callable[..., Log]:
    """A written file read again with the source file beside it."""

    def read(written: Any) -> Log:
        place = written.path.with_name(f"{written.path.name}.store")
        return stored(written.path, place, schema, load_source(str(written.source), schema))

    return read
