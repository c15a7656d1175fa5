"""The days an office is open, and local wall-clock minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a window. Positions 0, 1, 2 … count working days; minutes count from 1970, local time."""

    days: Ints

    @property
    def length(self) -> int:
        """How many working days the window has."""
        return len(self.days)

    def at(self, position: npt.NDArray[Any], minute_of_day: npt.NDArray[Any] | int) -> Ints:
        """Local minutes since 1970 of a working day and a minute of that day."""
        minutes: Ints = (self.days[position] * np.int32(1440) + minute_of_day).astype(np.int32)
        return minutes


def working_days(first: date, last: date) -> Calendar:
    """Monday to Friday without the holidays that all Länder share."""
    closed = set().union(*(_holidays(year) for year in range(first.year, last.year + 1)))
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    days = [(day - _EPOCH).days for day in span if day.weekday() < 5 and day not in closed]
    return Calendar(np.array(days, dtype=np.int32))


def summer_time(first: date, last: date) -> list[tuple[int, int]]:
    """The stretches of summer time in Europe/Berlin as days since 1970, first and last day (Directive 2000/84/EC: last
    Sunday of March to last Sunday of October; office hours never meet the change itself)."""
    return [
        ((_last_sunday(year, 3) - _EPOCH).days, (_last_sunday(year, 10) - _EPOCH).days - 1)
        for year in range(first.year, last.year + 1)
    ]


def _last_sunday(year: int, month: int) -> date:
    end = date(year, month, 31)
    return end - timedelta(days=(end.weekday() + 1) % 7)


def _holidays(year: int) -> set[date]:
    easter = _easter(year)
    fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 10, 3), date(year, 12, 25), date(year, 12, 26)}
    return fixed | {easter + timedelta(days=n) for n in (-2, 1, 39, 50)}


def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian rule (Nature, 20 April 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    rest = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * rest) // 451
    month, day = divmod(h + rest - 7 * m + 114, 31)
    return date(year, month, day + 1)
