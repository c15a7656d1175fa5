"""What was known of a case after each of its steps: one column of levels an attribute of event_logs/steering.toml.

Levels are whole numbers: 0 is *not recorded*, all others stand for a name. The value after step i is made of the steps
up to i and nothing later, save for what is the case's own (its age band). The engine hands out codes, never texts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from procmine.mine.branches.content import Attribute, Known
from procmine.mine.chosen import text
from procmine.mine.counts import Columns, Ints, Rows
from procmine.model import Level

NOT_RECORDED = 0
MOST_NAMES = 5_000  # different values of a text column; beyond it is free text or a key, and no attribute
_DATES = ("weekday", "quarter")


@dataclass(frozen=True, slots=True)
class Readable:
    """An attribute that this log can be asked for: what to fetch a row (``sql``, "" for nothing beside the codes), and
    the names of its levels from 1 on. ``marks`` says what each activity opens (a level), closes (-1) or leaves (0)."""

    attribute: Attribute
    sql: str = ""
    levels: tuple[Level, ...] = ()
    marks: Ints | None = None

    @property
    def key(self) -> str:
        """The name of its column in the rows."""
        return f"known_{self.attribute.name}"


def readable(
    engine: Rows, known: Known, activities: Sequence[str], absent: Collection[str] = ()
) -> tuple[tuple[Readable, ...], tuple[Attribute, ...]]:
    """The attributes a log has, in their order of priority, and those it does not have."""
    there = set(engine.columns("SELECT * FROM events LIMIT 0")) - set(absent)
    found: dict[str, Readable] = {}
    lacking = []
    for attribute in known.in_turn():
        made = None
        if not attribute.column or attribute.column in there:
            made = _readable(engine, attribute, known, activities)
        if made is None:
            lacking.append(attribute)
        else:
            found[attribute.name] = made
    kept = [one for one in found.values() if one.attribute.instead_of not in found]
    return tuple(kept), tuple(lacking)


def _readable(engine: Rows, attribute: Attribute, known: Known, activities: Sequence[str]) -> Readable | None:
    column = f'"{attribute.column}"'
    if attribute.read == "open":
        return _opened(attribute, known, activities)
    if attribute.read == "days":
        bands = _bands(attribute.bands)
        if not attribute.column:
            return Readable(attribute, "", bands)
        return _if_any(engine, Readable(attribute, f"CAST(local_date - {column} AS BIGINT)", bands))
    if attribute.read in _DATES:
        part = {"weekday": "isodow", "quarter": "quarter"}[attribute.read]
        levels = tuple(Level("recorded", str(number)) for number in range(1, 8 if attribute.read == "weekday" else 5))
        return Readable(attribute, f"{part}({column})", levels)
    if attribute.read == "worker":
        return _if_any(engine, Readable(attribute, f"{column} + 1"))
    if attribute.of:
        levels = tuple(Level("word", name, known.words[name]) for name in ("no", "yes"))
        return _if_any(engine, Readable(attribute, _cases(column, {2: attribute.of}, 1), levels))
    if attribute.levels is not None:
        levels = tuple(Level("word", name, known.words[name]) for name in attribute.levels)
        sql = _cases(column, {at: codes for at, codes in enumerate(attribute.levels.values(), 1)}, None)
        return _if_any(engine, Readable(attribute, sql, levels))
    if attribute.bands:
        return _if_any(engine, Readable(attribute, f"CAST({column} AS BIGINT)", _bands(attribute.bands)))
    names = [row[0] for row in engine.run(f"SELECT DISTINCT {column} FROM events WHERE {column} IS NOT NULL")]
    if not names or len(names) > MOST_NAMES:
        return None
    names = sorted(str(name) for name in names)
    listed = ", ".join(text(name) for name in names)
    sql = f"enum_code(CAST(CAST({column} AS VARCHAR) AS ENUM ({listed}))) + 1"
    return Readable(attribute, sql, tuple(Level("recorded", name) for name in names))


def _if_any(engine: Rows, made: Readable) -> Readable | None:
    """The same if the log holds a single value, None if the column is empty throughout."""
    return made if engine.run(f"SELECT 1 FROM events WHERE ({made.sql}) IS NOT NULL LIMIT 1") else None


def _opened(attribute: Attribute, known: Known, activities: Sequence[str]) -> Readable | None:
    """None where no opening activity occurs: then it is not recorded here that anything was opened, or that not."""
    opening = [name for name in attribute.opens if name in activities]
    if not opening:
        return None
    marks = np.zeros(len(activities), np.int64)
    for code, name in enumerate(activities):
        if name in opening:
            marks[code] = opening.index(name) + 2 if attribute.each else 2
        elif name in attribute.closes:
            marks[code] = -1
    if attribute.each:
        named = tuple(Level("recorded", name) for name in opening)
    else:
        named = (Level("word", "open", known.words["open"]),)
    return Readable(attribute, "", (Level("word", "none", known.words["none"]), *named), marks)


def _cases(column: str, groups: dict[int, Sequence[str]], rest: int | None) -> str:
    parts = [f"WHEN {column} IN ({', '.join(text(code) for code in codes)}) THEN {at}" for at, codes in groups.items()]
    otherwise = "NULL" if rest is None else str(rest)
    return f"CASE WHEN {column} IS NULL THEN NULL {' '.join(parts)} ELSE {otherwise} END"


def _bands(starts: Sequence[int]) -> tuple[Level, ...]:
    """The names of bands: under 90, 90-364, from 365 on, as <90, 90–364, 365+."""
    inner = [str(a) if b == a + 1 else f"{a}–{b - 1}" for a, b in pairwise(starts)]
    return tuple(Level("band", name) for name in (f"<{starts[0]}", *inner, f"{starts[-1]}+"))


def expressions(wanted: Sequence[Readable]) -> tuple[str, ...]:
    """What to fetch a row for these attributes; -1 stands for what is empty. Days before the start count as none."""
    return tuple(f"COALESCE(CAST({one.sql} AS INTEGER), -1) AS {one.key}" for one in wanted if one.sql)


def after_each(one: Readable, part: Columns, first: Ints) -> npt.NDArray[np.int32]:
    """The level of an attribute known after each row of a part of the log; cases begin at the rows ``first``."""
    read = one.attribute.read
    if one.marks is not None:
        mark = one.marks[part["activity_code"].astype(np.int64)]
        opened = np.where(mark > 0, mark, 1)  # closed is level 1, "none", and so is what was never opened
        return _filled(opened, mark != 0, first, 1)
    if read == "days" and not one.sql:
        day = part["day"].astype(np.int64)
        raw: Ints = day - np.repeat(day[first[:-1]], np.diff(first))
    else:
        raw = part[one.key].astype(np.int64)
    if one.attribute.bands:
        raw = np.where(raw < 0, NOT_RECORDED, 1 + np.searchsorted(np.array(one.attribute.bands), raw, side="right"))
    raw = np.maximum(raw, NOT_RECORDED)
    if read == "known":
        return _filled(raw, raw > 0, first, NOT_RECORDED)
    if read == "ever":
        return _most(raw, first)
    if read == "case":
        return np.repeat(case_values(raw, first), np.diff(first)).astype(np.int32)
    return raw.astype(np.int32)


def before_all(one: Readable, part: Columns, first: Ints) -> npt.NDArray[np.int32]:
    """The level of each case before its first step: its own, nothing opened, or not recorded."""
    if one.attribute.read == "case":
        return after_each(one, part, first)[first[:-1]]
    if one.attribute.from_start:
        return case_values(after_each(one, part, first).astype(np.int64), first).astype(np.int32)
    return np.full(len(first) - 1, 1 if one.marks is not None else NOT_RECORDED, np.int32)


def _filled(values: Ints, given: npt.NDArray[np.bool_], first: Ints, otherwise: int) -> npt.NDArray[np.int32]:
    """The last given value of each case so far, ``otherwise`` before any."""
    last = np.maximum.accumulate(np.where(given, np.arange(len(values), dtype=np.int64), -1))
    begins = np.repeat(first[:-1], np.diff(first))
    return np.where(last >= begins, values[np.maximum(last, 0)], otherwise).astype(np.int32)


def _most(values: Ints, first: Ints) -> npt.NDArray[np.int32]:
    """The largest value of each case so far: yes beats no, no beats not recorded."""
    step = int(values.max(initial=0)) + 1
    lift = np.repeat(np.arange(len(first) - 1, dtype=np.int64) * step, np.diff(first))
    return (np.maximum.accumulate(values + lift) - lift).astype(np.int32)


def case_values(values: Ints, first: Ints) -> Ints:
    """The first recorded value of each case."""
    rows = np.where(values > 0, np.arange(len(values), dtype=np.int64), len(values))
    earliest = np.minimum.reduceat(rows, first[:-1])
    return np.where(earliest < first[1:], values[np.minimum(earliest, len(values) - 1)], NOT_RECORDED)


def any_in_case(flags: npt.NDArray[Any], first: Ints) -> npt.NDArray[np.bool_]:
    """For each case whether the flag is up at any of its rows."""
    return np.asarray(np.maximum.reduceat(flags.astype(np.int8), first[:-1]) > 0)
