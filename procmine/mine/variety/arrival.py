"""The cases of a log in the order in which their events arrived: which state was entered first, and how long ago.

Rows are read in case order, some millions at a time, and all cases walk down the tree of prefixes side by side, one
unbranched stretch a step. Events of the same time stand in the order of the files they came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from procmine.mine import counts
from procmine.mine.chosen import Chosen
from procmine.mine.counts import Columns, Ints, Rows
from procmine.stats.prefixes import Prefixes
from procmine.stats.variety import phrases

Floats = npt.NDArray[np.float64]
Stamp = tuple[Ints, Ints, Ints]

MOST_STREAM = 2_000_000  # events whose phrases are counted one by one: about two seconds
_DAY = 86_400_000_000
_UNKNOWN = np.iinfo(np.int64).max
_STREAM = ("us", "file_no", "position", "activity_code")
_COLUMNS = (
    "epoch_us(timestamp) AS us",
    "CAST(local_date - DATE '1970-01-01' AS BIGINT) AS day",
    "CAST(COALESCE(date_only, FALSE) AS UTINYINT) AS date_only",
    "CAST(file_no AS BIGINT) AS file_no",
    "position",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """``entered`` ranks the nodes of the tree by their first event. ``linear`` and ``exponential`` are the events of
    each node weighted by their age, None where all events are of one time. ``gap_seconds`` is the mean over cases of
    the smallest time between two events, where one is known. ``phrases`` is None for a log too long to be counted."""

    entered: Ints
    linear: Floats | None
    exponential: Floats | None
    gap_seconds: float | None
    phrases: int | None


@dataclass(slots=True)
class _Tally:
    """Running sums: the first stamp and the weights of each node, the smallest gaps, the stream."""

    stamps: Stamp
    linear: Floats
    exponential: Floats
    gaps: int = 0
    gap_cases: int = 0
    stream: list[tuple[Ints, ...]] = field(default_factory=list)


def arrive(engine: Rows, tree: Prefixes, chosen: Chosen | None, events: int) -> Arrival:
    """The arrival of the chosen cases of a log, whose courses the tree was made from; ``events`` is their number."""
    where = f"{counts.step_filter(engine)} AND {counts.case_filter(engine, chosen)}"
    begin, end = engine.run(f"SELECT MIN(epoch_us(timestamp)), MAX(epoch_us(timestamp)) FROM events WHERE {where}")[0]
    size = len(tree)
    late = (np.full(size, _UNKNOWN), np.full(size, _UNKNOWN), np.full(size, _UNKNOWN))
    tally = _Tally(late, np.zeros(size), np.zeros(size))
    for part in counts.chunks(engine, _COLUMNS, chosen):
        starts = counts.case_starts(part["case_id"])
        _walk(tally, tree, part, starts, end, max(end - begin, 1))
        _gaps(tally, part, starts)
        if events <= MOST_STREAM:
            tally.stream.append(tuple(part[name].astype(np.int64) for name in _STREAM))
    entered = np.zeros(size, np.int64)
    entered[np.lexsort(tally.stamps[::-1])] = np.arange(size)
    aged = begin is not None and end > begin
    return Arrival(
        entered,
        tally.linear if aged else None,
        tally.exponential if aged else None,
        tally.gaps / tally.gap_cases / 1e6 if tally.gap_cases else None,
        phrases(_in_time(tally.stream)) if events <= MOST_STREAM else None,
    )


def _in_time(stream: Sequence[tuple[Ints, ...]]) -> list[int]:
    """The activities of all cases in the order of their time."""
    if not stream:
        return []
    us, file, position, code = (np.concatenate(parts) for parts in zip(*stream, strict=True))
    found: list[int] = code[np.lexsort((position, file, us))].tolist()
    return found


def _walk(tally: _Tally, tree: Prefixes, part: Columns, starts: Ints, end: int, span: int) -> None:
    """Every case down the tree: at each step the node its next code leads to, and what its events there add."""
    code = part["activity_code"].astype(np.int64)
    age = (end - part["us"]) / span
    linear, exponential = (np.concatenate(([0.0], np.cumsum(weight))) for weight in (1 - age, np.exp(-age)))
    stamps = tuple(part[name].astype(np.int64) for name in ("us", "file_no", "position"))
    contested = _contested(tree)
    start, length = starts[:-1], np.diff(starts)
    node = np.zeros(len(start), np.int64)
    while len(start):
        row = start + tree.depth[node]
        node = tree.child(node, code[row])
        stop = start + tree.depth[node]
        np.add.at(tally.linear, node, linear[stop] - linear[row])
        np.add.at(tally.exponential, node, exponential[stop] - exponential[row])
        asked = contested[node]
        _earliest(tally.stamps, node[asked], tuple(stamp[row[asked]] for stamp in stamps))
        on = tree.depth[node] < length
        start, length, node = start[on], length[on], node[on]


def _contested(tree: Prefixes) -> npt.NDArray[np.bool_]:
    """The nodes that have siblings: only for them it matters who came first."""
    family = np.bincount(tree.parent[1:], minlength=len(tree))
    return np.concatenate(([False], family[tree.parent[1:]] > 1))


def _earliest(stamps: Stamp, node: Ints, found: Sequence[Any]) -> None:
    """Keep the earliest stamp of each node: by time, then file, then place in the file."""
    us, file, position = found
    order = np.lexsort((position, file, us, node))
    node, us, file, position = node[order], us[order], file[order], position[order]
    first = np.flatnonzero(np.concatenate(([True], node[1:] != node[:-1]))[: len(node)])
    node, us, file, position = node[first], us[first], file[first], position[first]
    old_us, old_file, old_position = (stamp[node] for stamp in stamps)
    earlier = (us < old_us) | ((us == old_us) & ((file < old_file) | ((file == old_file) & (position < old_position))))
    for stamp, value in zip(stamps, (us, file, position), strict=True):
        stamp[node[earlier]] = value[earlier]


def _gaps(tally: _Tally, part: Columns, starts: Ints) -> None:
    """The smallest time between two events of each case. Of two events one of which has only a date, the days between
    them count, and on one day nothing is known."""
    us, day = part["us"].astype(np.int64), part["day"].astype(np.int64)
    dated = part["date_only"] > 0
    between, days = np.diff(us), np.diff(day)
    gap = np.where(dated[1:] | dated[:-1], np.where(days > 0, days * _DAY, _UNKNOWN), between)
    gap = np.concatenate(([_UNKNOWN], gap))
    gap[starts[:-1]] = _UNKNOWN
    smallest = np.minimum.reduceat(gap, starts[:-1])
    known = smallest < _UNKNOWN
    tally.gaps += int(smallest[known].sum())
    tally.gap_cases += int(known.sum())
