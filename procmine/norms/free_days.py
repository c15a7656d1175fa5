"""Free days: the public holidays of Germany and of each Land.

Only days that are free by law in the whole of a Land count. Left out are therefore Mariä Himmelfahrt in Bavaria,
Fronleichnam in Saxony and Thuringia (both only in some municipalities) and the Augsburger Friedensfest; 24 and 31
December are no holidays. Which Land had which holiday when (Buß- und Bettag until 1994, Reformationstag 2017 everywhere
and in the north since 2018, 8 May 2020 and 2025 in Berlin) is the library's knowledge; some of it is tested.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

LANDS = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")
# Before 1990 the library's calendar is that of the Federal Republic of then; no log of a job centre reaches there.
FIRST_YEAR, LAST_YEAR = 1990, 2100


def free_days(land: str, years: Collection[int]) -> tuple[date, ...]:
    """The holidays of a Land ("" = those that all Länder have) in some years, in order; none outside 1990 to 2100."""
    from holidays import PUBLIC, country_holidays

    wanted = [year for year in sorted(set(years)) if FIRST_YEAR <= year <= LAST_YEAR]
    if not wanted:
        return ()
    found = country_holidays(
        "DE", subdiv=land or None, years=wanted, expand=False, observed=False, categories=(PUBLIC,)
    )
    return tuple(sorted(found))
