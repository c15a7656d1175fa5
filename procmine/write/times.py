"""Times as a log's own clocks show them: SQL for an instant as ISO 8601 with the offset of its zone at that time.

The offsets are those of Python's zoneinfo, as at import, so that a file read back has the same instants and days.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

STEP = timedelta(days=7)  # no zone has changed its clocks twice within a week


def offsets(zone: str, first: datetime, last: datetime) -> list[tuple[datetime, int]]:
    """From which UTC instant on which offset holds (seconds east of Greenwich), from ``first`` to ``last``.

    >>> summer = offsets("Europe/Berlin", datetime(2026, 3, 1), datetime(2026, 4, 1))
    >>> [(str(moment), seconds) for moment, seconds in summer]
    [('2026-03-01 00:00:00', 3600), ('2026-03-29 01:00:00', 7200)]
    """
    info = ZoneInfo(zone)

    def offset(moment: datetime) -> int:
        delta = moment.replace(tzinfo=UTC).astimezone(info).utcoffset()
        return int(delta.total_seconds()) if delta is not None else 0

    here = first
    found = [(here, offset(here))]
    while here < last:
        ahead = here + STEP
        if offset(ahead) != found[-1][1]:
            low, high = here, ahead
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                low, high = (middle, high) if offset(middle) == found[-1][1] else (low, middle)
            found.append((high.replace(microsecond=0), offset(high)))
        here = ahead
    return found


def iso_text(instant: str, changes: list[tuple[datetime, int]]) -> str:
    """SQL for an instant as text, such as ``2026-03-29T08:30:00+02:00``; where a zone's offset is no whole minutes
    (Monrovia until 1972), which no XML time can say, in UTC."""
    said = [(moment, seconds if seconds % 60 == 0 else 0) for moment, seconds in changes]
    if len(said) == 1:
        return _shifted(instant, said[0][1])
    cases = " ".join(
        f"WHEN {instant} < TIMESTAMP '{until:%Y-%m-%d %H:%M:%S}' THEN {_shifted(instant, seconds)}"
        for (_, seconds), (until, _) in pairwise(said)
    )
    return f"CASE {cases} ELSE {_shifted(instant, said[-1][1])} END"


def _shifted(instant: str, seconds: int) -> str:
    sign, minutes = ("-" if seconds < 0 else "+"), abs(seconds) // 60
    local = f"({instant} + to_seconds({seconds}))" if seconds else instant
    return f"replace(CAST({local} AS VARCHAR), ' ', 'T') || '{sign}{minutes // 60:02d}:{minutes % 60:02d}'"
