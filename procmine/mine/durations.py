"""How long it took from one event to the next: by the calendar, and without Saturdays and Sundays; exact quantiles.

**Working time** is the time between two events less what of it lies on a Saturday or Sunday of the log's time zone: a
case that waits from Friday noon to Monday noon has waited 24 hours. Bank holidays are not taken out: a log does not say
in which of the 16 Länder an office lies, and a wrong holiday would be a wrong number. Nor are hours outside opening
times: they differ by office and are recorded nowhere. Where one of two events has only a date, whole days count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from procmine.mine import counts
from procmine.mine.counts import Columns, Ints

DAY = 86_400_000
FIRST_WEEKDAY = 3  # 1970-01-01 was a Thursday
_MS_BITS = 42  # 139 years in milliseconds


def between(part: Columns, target: Ints) -> tuple[Ints, Ints]:
    """Milliseconds from each event's predecessor to it, by the calendar and in working time; -1 where unknown.

    Where one of the two has only a date, the difference is that of the local days in whole days, and unknown on the
    same day. A negative difference (clocks that disagree within one order) is unknown too.
    """
    ms, day, before = part["ms"].astype(np.int64), part["day"].astype(np.int64), target - 1
    if not len(target):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    calendar = np.diff(ms)[before]
    whole, is_working = _working_days(day)
    # A stamp is in UTC, its day is local: what of it lies before or beyond that day lies at the day's border.
    worked = whole + np.clip(ms - day * DAY, 0, DAY) * is_working
    working = np.minimum(np.diff(worked)[before], calendar)
    if part["date_only"].any():
        dated = (part["date_only"][1:] | part["date_only"][:-1])[before] > 0
        days = np.diff(day)[before]
        calendar = np.where(dated, np.where(days > 0, days * DAY, -1), calendar)
        working = np.where(dated, np.diff(whole)[before], working)
    return calendar, np.where(calendar < 0, -1, working)


def _working_days(day: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Milliseconds of working days before each local day, and whether it is one itself. Looked up day by day: a log
    has far fewer days than events."""
    first = int(day.min())
    weeks, weekday = np.divmod(np.arange(first, int(day.max()) + 1) + FIRST_WEEKDAY, 7)
    place = day - first
    return ((weeks * 5 + np.minimum(weekday, 5)) * DAY)[place], (weekday < 5)[place]


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
