"""The cases of a log in the order in which their events arrived: which state was entered first, and how long ago.

Rows come in case order, some millions at a time, and all cases walk down the tree of prefixes side by side, one
unbranched stretch a step. Events of the same time stand in the order of the files they came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from procmine.mine.counts import Columns, Ints, case_starts
from procmine.stats.prefixes import Prefixes
from procmine.stats.variety import phrases

Floats = npt.NDArray[np.float64]
Stamp = tuple[Ints, Ints, Ints]

MOST_STREAM = 2_000_000  # events whose phrases are counted one by one: about two seconds
COLUMNS = (
    "epoch_us(timestamp) AS us",
    "CAST(local_date - DATE '1970-01-01' AS BIGINT) AS day",
    "CAST(COALESCE(date_only, FALSE) AS UTINYINT) AS date_only",
    "CAST(file_no AS BIGINT) AS file_no",
    "position",
)
"""What is asked of each row beside its case, number and activity."""
_DAY = 86_400_000_000
_UNKNOWN = np.iinfo(np.int64).max
_STREAM = ("us", "file_no", "position", "activity_code")


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
class Tally:
    """Running sums: the first stamp and the weights of each node, the smallest gaps, the stream where it is counted.

    ``begin`` and ``end`` are the first and the last time of all events, in microseconds; ``contested`` are the nodes
    that have siblings: only for them it matters who came first."""

    tree: Prefixes
    begin: int
    end: int
    stamps: Stamp
    linear: Floats
    exponential: Floats
    contested: npt.NDArray[np.bool_]
    stream: list[tuple[Ints, ...]] | None
    gaps: int = 0
    gap_cases: int = 0


def awaited(tree: Prefixes, begin: int, end: int, events: int) -> Tally:
    """Before any case has arrived; ``tree`` is made from the courses of all of them, ``events`` is their number."""
    size = len(tree)
    late = (np.full(size, _UNKNOWN), np.full(size, _UNKNOWN), np.full(size, _UNKNOWN))
    stream: list[tuple[Ints, ...]] | None = [] if events <= MOST_STREAM else None
    return Tally(tree, begin, end, late, np.zeros(size), np.zeros(size), _contested(tree), stream)


def arrive(tally: Tally, part: Columns) -> None:
    """Whole cases arrive: rows with ``COLUMNS``, sorted by case and number of event."""
    starts = case_starts(part["case_id"])
    _walk(tally, part, starts)
    _gaps(tally, part, starts)
    if tally.stream is not None:
        tally.stream.append(tuple(part[name].astype(np.int64) for name in _STREAM))


def arrival(tally: Tally) -> Arrival:
    """How the cases arrived, once all have."""
    entered = np.zeros(len(tally.tree), np.int64)
    entered[np.lexsort(tally.stamps[::-1])] = np.arange(len(entered))
    aged = tally.end > tally.begin
    return Arrival(
        entered,
        tally.linear if aged else None,
        tally.exponential if aged else None,
        tally.gaps / tally.gap_cases / 1e6 if tally.gap_cases else None,
        None if tally.stream is None else phrases(_in_time(tally.stream)),
    )


def _in_time(stream: Sequence[tuple[Ints, ...]]) -> list[int]:
    """The activities of all cases in the order of their time."""
    if not stream:
        return []
    us, file, position, code = (np.concatenate(parts) for parts in zip(*stream, strict=True))
    found: list[int] = code[np.lexsort((position, file, us))].tolist()
    return found


def _walk(tally: Tally, part: Columns, starts: Ints) -> None:
    """Every case down the tree: at each step the node its next code leads to, and what its events there add."""
    tree, contested = tally.tree, tally.contested
    code = part["activity_code"].astype(np.int64)
    age = (tally.end - part["us"]) / max(tally.end - tally.begin, 1)
    linear, exponential = (np.concatenate(([0.0], np.cumsum(weight))) for weight in (1 - age, np.exp(-age)))
    stamps = tuple(part[name].astype(np.int64) for name in ("us", "file_no", "position"))
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
    """The nodes that have siblings."""
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


def _gaps(tally: Tally, part: Columns, starts: Ints) -> None:
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
