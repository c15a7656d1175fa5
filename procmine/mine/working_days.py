"""Which days are working days where an office lies: not Saturdays, Sundays, nor the holidays of its Land, if named.

A log does not say in which Land an office lies; a study's ``norms.toml`` may (``land``, ``[lands]``). Without one no
holiday is taken out: a wrong holiday would be a wrong number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt

from procmine.mine.chosen import text
from procmine.norms import free_days

_FIRST_WEEKDAY = 3  # 1970-01-01 was a Thursday
_BEGIN = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Lands:
    """The Land of every office that is not in ``by_office``, and of those in it; "" where none is named."""

    land: str = ""
    by_office: Mapping[str, str] = field(default_factory=dict)

    def named(self) -> tuple[str, ...]:
        """The Länder in the order of their numbers; "", if it occurs, stands first."""
        return tuple(sorted({self.land, *self.by_office.values()}))

    def number(self) -> str:
        """The SQL expression of the number of an event's Land in ``named``."""
        place = {land: number for number, land in enumerate(self.named())}
        cases = " ".join(
            f"WHEN office = {text(one)} THEN {place[land]:d}" for one, land in sorted(self.by_office.items())
        )
        other = f"{place[self.land]:d}"
        return f"CAST({f'CASE {cases} ELSE {other} END' if cases else other} AS UTINYINT) AS land"

    def of(self, offices: Iterable[str]) -> tuple[str, ...]:
        """The Länder that these offices lie in; "" among them where one of them has none."""
        return tuple(sorted({self.by_office.get(office, self.land) for office in offices} or {self.land}))


@cache
def working(land: str, first: int, last: int) -> npt.NDArray[np.bool_]:
    """Whether each day from ``first`` to ``last`` (days since 1970, both included) is a working day."""
    found = (np.arange(first, last + 1) + _FIRST_WEEKDAY) % 7 < 5
    if land:
        years = range((_BEGIN + timedelta(first)).year, (_BEGIN + timedelta(last)).year + 1)
        off = np.array([(day - _BEGIN).days for day in free_days(land, years)], dtype=np.int64)
        found[off[(off >= first) & (off <= last)] - first] = False
    found.flags.writeable = False
    return found
