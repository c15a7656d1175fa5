"""What a norm is, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from procmine.drawn import Drawn
from procmine.norms.templates import TEMPLATES, Template

Words = Mapping[str, str]
# Why an activation is undetermined: an attribute is not recorded; the order of two events of one day is not known; the
# time limit (or, without one, the case) still ran when the log ended; the case left before the limit had run out; the
# case began before the log did.
WHY = ("missing", "order", "running", "left", "history")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a column must hold: one of ``values`` (none of them if ``negated``), or a number or day from ``low`` to
    ``high``. ``kind`` is the column's kind (schema.KINDS). An empty cell is unknown, neither kept nor broken."""

    column: str
    kind: str
    values: tuple[Any, ...] = ()
    negated: bool = False
    low: Any = None
    high: Any = None


@dataclass(frozen=True, slots=True)
class Steps:
    """A kind of step: events of one of the ``activities`` that meet all ``conditions``."""

    activities: frozenset[str]
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A stretch of time: ``count`` of ``unit`` (days, weeks, months, working_days).

    The day of the event itself does not count (§ 187 (1) BGB); weeks and months end on the day of the same name or
    number (§ 188 (2), (3) BGB). ``extends``: what ends on a Saturday, Sunday or holiday ends on the next working day
    (§ 193 BGB, § 26 (3) SGB X).
    """

    count: int
    unit: str
    extends: bool = True


@dataclass(frozen=True, slots=True)
class Example:
    """Rows in, rows out: the events of some cases (``on`` and perhaps ``time``), and the state of each activation.
    ``watched`` are first and last day of the made-up log."""

    events: Drawn
    result: Drawn
    watched: tuple[date, date]
    place: str


@dataclass(frozen=True, slots=True)
class Norm:
    """One norm. ``sentence`` by language; ``first`` and ``second`` in the order of the template (one alone is
    ``first``). ``times`` is how often the step, or the partner of one, must or may occur; ``from_nth`` is which trigger
    of a case is the first to be judged. ``same`` names a column in which both must hold the same value.
    ``population`` are conditions on the table cases; ``start`` and ``end`` the days on which the norm holds: of steps
    outside them it says nothing, and what was still owed on its last day is nobody's fault after it. ``anchor`` is
    where it stands, ``checked`` what it was checked against ("" = from memory), ``mark`` is "example" for one to be
    checked before use. ``gate`` is the least share kept, where missing it ends the command with 1."""

    name: str
    version: int
    sentence: Words
    template: Template
    first: Steps
    second: Steps | None
    times: int
    from_nth: int
    within: Limit | None
    at_least: Limit | None
    same: str
    population: tuple[Condition, ...]
    start: date | None
    end: date | None
    anchor: str
    checked: str
    mark: str
    gate: float | None
    sensitive: bool
    example: Example
    where: str = field(compare=False)

    @property
    def halves(self) -> tuple[Template, ...]:
        """The templates it is judged by: its own, or those it stands for."""
        return tuple(TEMPLATES[name] for name in self.template.halves) or (self.template,)

    @property
    def partners(self) -> int:
        """How many partners decide about a trigger: so many keep it, or break one whose partners are forbidden."""
        return self.times + self.template.negative if self.template.times else 1

    @property
    def activities(self) -> tuple[frozenset[str], ...]:
        """The sets of activities of each of which the log must hold an event, or the norm says nothing."""
        return tuple(steps.activities for steps in (self.first, self.second) if steps is not None)


@dataclass(frozen=True, slots=True)
class Norms:
    """The norms of one file. ``land`` is that of every office not named in ``lands`` ("" = only nationwide holidays).

    ``cases_begin``: a case begins with its ``entry`` (where none is recorded, nobody knows what came before its first
    event), or with its ``first_event``; ``cases_end``: it ends with its ``exit``, or with its ``last_event``. The
    second of each is for logs that hold whole cases, and is never assumed.
    """

    norms: tuple[Norm, ...]
    land: str
    lands: Mapping[str, str]
    cases_begin: str
    cases_end: str
    where: str


def rests_on(norm: Norm) -> tuple[str, ...]:
    """The event columns (beside case, activity and time) and the columns of cases a norm cannot do without."""
    steps = [steps for steps in (norm.first, norm.second) if steps is not None]
    found = {one.column for each in steps for one in each.conditions} | ({norm.same} if norm.same else set())
    return tuple(sorted(found))
