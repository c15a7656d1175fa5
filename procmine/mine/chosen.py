"""Which cases are mined: those of an office, a team, a segment or a period. A case is chosen whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from procmine.errors import UsageError, nearest


class Rows(Protocol):
    """What choosing asks of an engine."""

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The cases whose first known office, team or segment is the one named (as in the derived table cases), and whose
    first event lies between the days ``start`` and ``end`` (both included). None asks for nothing.

    A case keeps its whole course, also what happened elsewhere or later: a course cut at an office's door or at a
    month's end is the course of no case. Only ``days`` cuts: then each case counts with its first so many days, and
    cases watched for less, or known to have begun before the log did, do not. Groups that were watched for unlike time
    can be compared no other way.
    """

    office: str | None = None
    team: str | None = None
    segment: str | None = None
    start: date | None = None
    end: date | None = None
    days: int | None = None

    def condition(self, engine: Rows) -> str:
        """The SQL condition on the events of the chosen cases. Raises UsageError where no case is such."""
        asked = [f"case_id IN ({part})" for part in (*self._begun(), *self._known(engine))]
        if self.days is not None:
            asked += self._watched(self.days)
        if not asked:
            return "TRUE"
        where = " AND ".join(asked)
        if not engine.run(f"SELECT 1 FROM events WHERE {where} LIMIT 1"):
            raise UsageError("No case of this log was chosen.", hint=f"Asked for: {self}.")
        return where

    def __str__(self) -> str:
        said = {"office": self.office, "team": self.team, "segment": self.segment, "from": self.start, "to": self.end}
        said["days"] = None if self.days is None else str(self.days)
        return ", ".join(f"{name} {value}" for name, value in said.items() if value is not None)

    def _begun(self) -> list[str]:
        """The conditions on a case's first event."""
        found = []
        if self.start is not None:
            found.append(f"local_date >= DATE '{self.start.isoformat()}'")
        if self.end is not None:
            found.append(f"local_date <= DATE '{self.end.isoformat()}'")
        return [f"SELECT case_id FROM events WHERE event_no = 1 AND {' AND '.join(found)}"] if found else []

    def _watched(self, days: int) -> list[str]:
        """The conditions on the time a case was watched, and on the events of its first days."""
        short = f"local_date > (SELECT last_day FROM observation) - {days}"
        older = "SELECT case_id FROM cases WHERE entry < (SELECT first_day FROM observation)"
        begun = "SELECT first_.local_date FROM events AS first_ WHERE first_.event_no = 1"
        return [
            f"case_id NOT IN (SELECT case_id FROM events WHERE event_no = 1 AND {short})",
            f"case_id NOT IN ({older})",
            f"local_date < ({begun} AND first_.case_id = events.case_id) + {days}",
        ]

    def _known(self, engine: Rows) -> list[str]:
        """The conditions on the first known value of a column."""
        found = []
        for column, value in (("office", self.office), ("team", self.team), ("segment", self.segment)):
            if value is None:
                continue
            first = first_known(column)
            _must_be(value, column, f"SELECT DISTINCT first_known FROM ({first})", engine)
            found.append(f"SELECT case_id FROM ({first}) WHERE first_known = {text(value)}")
        return found


def first_known(column: str) -> str:
    """The query for the first known value of a column in each case that has one: ``case_id``, ``first_known``."""
    return (
        f"SELECT case_id, ARG_MIN({column}, event_no) AS first_known FROM events "
        f"WHERE {column} IS NOT NULL GROUP BY case_id"
    )


def text(value: str) -> str:
    """A value as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def _must_be(value: str, column: str, query: str, engine: Rows) -> None:
    known = sorted(row[0] for row in engine.run(query) if row[0] is not None)
    if value not in known:
        article = "an" if column == "office" else "a"
        raise UsageError(f"No case of this log begins in {article} {column} {value!r}.", hint=nearest(value, known))
