"""How long it took from one event to the next: by the calendar, and on working days alone; exact quantiles.

**Working time** is the time between two events less what of it lies on a Saturday or Sunday of the log's time zone: a
case that waits from Friday noon to Monday noon has waited 24 hours. Where the study names the Land of the office that
the wait ended in, its public holidays are taken out too (``working_days``). Hours outside opening times are not: they
differ by office and are recorded nowhere. Where one of two events has only a date, whole days count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from procmine.mine import counts, working_days
from procmine.mine.counts import Columns, Ints

DAY = 86_400_000
_MS_BITS = 42  # 139 years in milliseconds


def between(part: Columns, target: Ints, lands: Sequence[str] = ("",)) -> tuple[Ints, Ints]:
    """Milliseconds from each event's predecessor to it, by the calendar and in working time; -1 where unknown.

    ``lands`` are the Länder that the column ``land`` counts; the days are those of the Land the wait ended in.
    Where one of the two has only a date, the difference is that of the local days in whole days, and unknown on the
    same day. A negative difference (clocks that disagree within one order) is unknown too.
    """
    ms, day, before = part["ms"].astype(np.int64), part["day"].astype(np.int64), target - 1
    if not len(target):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    calendar = np.diff(ms)[before]
    dated = (part["date_only"][1:] | part["date_only"][:-1])[before] > 0 if part["date_only"].any() else None
    working = _worked(ms, day, before, dated, calendar, lands[0])
    for number in range(1, len(lands)):
        here = part["land"][target] == number
        if here.any():
            working = np.where(here, _worked(ms, day, before, dated, calendar, lands[number]), working)
    if dated is not None:
        days = np.diff(day)[before]
        calendar = np.where(dated, np.where(days > 0, days * DAY, -1), calendar)
    return calendar, np.where(calendar < 0, -1, working)


def _worked(ms: Ints, day: Ints, before: Ints, dated: npt.NDArray[np.bool_] | None, calendar: Ints, land: str) -> Ints:
    """Milliseconds on working days of a Land from each event in ``before`` to the next. Looked up day by day: a log has
    far fewer days than events."""
    first = int(day.min())
    is_working = working_days.working(land, first, int(day.max()))
    place = day - first
    whole = np.concatenate(([0], np.cumsum(is_working[:-1], dtype=np.int64) * DAY))[place]
    # A stamp is in UTC, its day is local: what of it lies before or beyond that day lies at the day's border.
    worked = whole + np.clip(ms - day * DAY, 0, DAY) * is_working[place]
    found = np.minimum(np.diff(worked)[before], calendar)
    return found if dated is None else np.where(dated, np.diff(whole)[before], found)


def quantiles(key: Ints, spent: Ints) -> Iterator[tuple[int, tuple[int, float | None, float | None]]]:
    """Per key: how many times are known, their median (mean of the two middle ones) and 90 % quantile (the smallest
    time that at least nine in ten do not exceed) in seconds; None below two.

    Exact: all times are sorted, key and time packed in one integer.
    """
    if not len(key):
        return
    if int(key.max()) < 1 << (63 - _MS_BITS) and int(spent.max()) < 1 << _MS_BITS:
        packed = (key << _MS_BITS) | spent
        packed.sort()
        key, spent = packed >> _MS_BITS, packed & ((1 << _MS_BITS) - 1)
    else:
        order: npt.NDArray[Any] = np.lexsort((spent, key))
        key, spent = key[order], spent[order]
    first = counts.case_starts(key)
    for start, end in zip(first[:-1].tolist(), first[1:].tolist(), strict=True):
        many = end - start
        if many < 2:
            yield int(key[start]), (many, None, None)
            continue
        middle = int(spent[start + (many - 1) // 2]) + int(spent[start + many // 2])
        nine = int(spent[start + -(-9 * many // 10) - 1])
        yield int(key[start]), (many, middle / 2000, nine / 1000)
