"""Writes simulated events as one file of canonical columns, CSV or Parquet, through DuckDB: whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from procmine.simulate.draw import Array
from procmine.simulate.sheet import NUMBERED, NUMBERS, TIMES, WORDS, WORKERS

Codes = Mapping[str, Mapping[str, int]]
Stretches = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Told:
    """One office's events in order, its cases' attributes, its workers' names, the columns its export does not have."""

    office: str
    events: Mapping[str, Array]
    cases: Mapping[str, Array]
    words: Mapping[str, Sequence[str]]
    workers: Sequence[str]
    absent: frozenset[str]


def write_log(told: Sequence[Told], order: Sequence[str], codes: Codes, summer: Stretches, out: Path) -> None:
    """Writes all offices' events one after the other, columns in the schema's order, those nobody records left out.

    ``codes`` numbers the vocabulary, ``summer`` says when summer time holds; the suffix of ``out`` is the format.
    """
    import duckdb
    import pandas as pd

    size = sum(len(office.events["case"]) for office in told)
    frame: dict[str, Any] = {
        "case_id": _joined(told, "case") + np.int32(1),
        "event_id": np.arange(1, size + 1, dtype=np.int32),
        "office": _category(pd, _numbered_offices(told), [office.office for office in told]),
    }
    for name in order:
        if name not in frame and any(_has(office, name) for office in told):
            frame[name] = _column(told, name, codes, pd)
    written = [name for name in order if name in frame]
    shown = ", ".join(f'{_expression(name, summer)} AS "{name}"' for name in written)
    options = "FORMAT csv, HEADER" if out.suffix == ".csv" else "FORMAT parquet, COMPRESSION zstd"
    with _whole(out) as part, duckdb.connect() as connection:
        # One thread keeps the order of rows without holding millions of them back: less memory and less work than two.
        connection.execute("SET threads = 1")
        connection.register("events", pd.DataFrame(frame, copy=False))
        place = str(part).replace("'", "''")
        connection.execute(f"COPY (SELECT {shown} FROM events) TO '{place}' ({options})")


def write_truth(truth: Mapping[str, Any], out: Path) -> None:
    """Writes the planted truth as JSON beside the log."""
    with _whole(out) as part:
        part.write_text(json.dumps(truth, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """A file beside ``out`` to write to; it takes the name once it is whole, and is gone if it never was."""
    part = out.with_name(f".{out.name}.part")
    try:
        yield part
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _has(office: Told, name: str) -> bool:
    return name not in office.absent and (name in office.events or name in office.cases)


def _joined(told: Sequence[Told], name: str) -> Array:
    """One column over all offices; an office that does not have it is empty (-1) there."""
    parts = []
    for office in told:
        case = office.events["case"]
        if not (name == "case" or _has(office, name)):
            parts.append(np.full(len(case), -1, dtype=np.int8))
        else:
            parts.append(office.events[name] if name in office.events else office.cases[name][case])
    return np.concatenate(parts)


def _numbered_offices(told: Sequence[Told]) -> Array:
    return np.repeat(np.arange(len(told), dtype=np.int16), [len(office.events["case"]) for office in told])


def _category(pd: Any, numbers: Array, words: Sequence[str]) -> Any:
    return pd.Categorical.from_codes(numbers, list(words))


def _column(told: Sequence[Told], name: str, codes: Codes, pd: Any) -> Any:
    """A column as DuckDB takes it without a copy: numbers as they are, codes and words as categories."""
    numbers = _joined(told, name)
    if name in WORKERS:
        before = np.cumsum([0, *(len(office.workers) for office in told)]).astype(np.int32)
        numbers = np.where(numbers >= 0, numbers + before[_numbered_offices(told)], np.int32(-1))
        return _category(pd, numbers, [worker for office in told for worker in office.workers])
    # Offices number their own words alike and may have more or fewer of them; the longest list holds all.
    own = max((office.words[name] for office in told if name in office.words), key=len, default=())
    words = own or WORDS.get(name) or list(codes.get(name, ()))
    return _category(pd, numbers, words) if words else numbers


def _expression(name: str, summer: Stretches) -> str:
    """How a column is written out; -1 is empty."""
    column = f'"{name}"'
    if name == "event_id":
        return f"'E' || lpad(CAST({column} AS VARCHAR), 9, '0')"
    if name == "case_id":
        return f"CAST(office AS VARCHAR) || '-' || lpad(CAST({column} AS VARCHAR), 6, '0')"
    if name in NUMBERED:
        number = f"CAST(office AS VARCHAR) || '-{NUMBERED[name]}' || lpad(CAST({column} AS VARCHAR), 6, '0')"
        return f"CASE WHEN {column} >= 0 THEN {number} END"
    if name in TIMES:
        return _time(column, summer)
    if name in ("entry", "exit"):
        return f"CASE WHEN {column} >= 0 THEN CAST(DATE '1970-01-01' + CAST({column} AS INTEGER) AS VARCHAR) END"
    if name in NUMBERS:
        return f"CASE WHEN {column} >= 0 THEN CAST({column} AS VARCHAR) END"
    return f"CAST({column} AS VARCHAR)"


def _time(column: str, summer: Stretches) -> str:
    """ISO 8601 with the offset of Europe/Berlin on that day."""
    instant = f"make_timestamp(CAST({column} AS BIGINT) * 60000000)"
    warm = " OR ".join(f"{column} BETWEEN {first * 1440} AND {last * 1440 + 1439}" for first, last in summer)
    return (
        f"CASE WHEN {column} < 0 THEN NULL WHEN {warm} THEN strftime({instant}, '%Y-%m-%dT%H:%M:00+02:00') "
        f"ELSE strftime({instant}, '%Y-%m-%dT%H:%M:00+01:00') END"
    )
