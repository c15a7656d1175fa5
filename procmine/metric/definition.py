"""What a metric is, as a value, and whether a log can bear it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from procmine.drawn import Drawn
from procmine.schema import Schema
from procmine.sql import Query

# What a figure is: a ratio of sums; the mean of an index from 0 to 1; the mean of a number; events per case-years; what
# happened within a horizon (Kaplan-Meier); the difference of two shares; the Gini coefficient of amounts.
UNITS = ("share", "mean", "number", "rate", "survival", "difference", "concentration")
# Units whose figure can be told apart into parts.
DIVISIBLE = ("share", "mean", "number", "rate")
# What a metric's query gives, one row an item, and the kinds of value each may hold. Where the log does not say, the
# numerator is empty.
CONTRACT: Mapping[str, tuple[str, ...]] = {
    "item_id": ("text",),
    "case_id": ("key",),
    "office": ("text",),
    "on_date": ("date",),
    "numerator": ("integer", "double"),
    "denominator": ("integer", "double"),
}

Words = Mapping[str, str]
Sentences = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class AnswersTo:
    """The sentence of the article a metric answers to (German, as printed) and the number of its message, 1 to 5."""

    message: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of a difference: its code in the query's column ``arm``, and its words."""

    code: str
    title: Words


@dataclass(frozen=True, slots=True)
class Heap:
    """That the items of a share have a ``length`` in whole days and may lie on a ``grid`` of so many days, give or take
    ``tolerance``: the heaping index then stands beside the figure."""

    length: str
    grid: str
    tolerance: int

    @property
    def columns(self) -> tuple[str, str]:
        """The query's columns that hold the two."""
        return self.length, self.grid


@dataclass(frozen=True, slots=True)
class Example:
    """Rows in, rows out: the drawn tables a metric reads and the items it must give for them."""

    tables: Mapping[str, Drawn]
    result: Drawn


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. Texts come by language (``de``, ``en``).

    ``unit`` is one of UNITS; ``polarity`` says whether more means that the case steers more. ``counts`` has the
    words of numerator and denominator. ``groups`` names what the query gives beside the contract's columns. ``staff``:
    caseworkers stand behind the figure; ``sensitive``: it bears on reductions, health or distress. ``optional`` event
    columns may be absent, of each set in ``any_of`` one must be there. ``one_sided`` columns are those without which
    only hits can be known: the figure then stands under reserve. Of ``activities`` at least one must occur in the log,
    of ``every_activity`` each.
    ``per`` is how many case-years a rate is told for, ``horizon`` the days of a survival's share, ``arms`` the two
    sides of a difference, ``parts`` further numerators over the same denominator, by their column. ``regimes`` are
    the topics of law that break the metric; ``undivided`` ones judge each case over all the time it was watched.
    ``heap``: beside a share stands how far its items heap on a grid of days.
    ``query`` is None only where ``computed_by`` names a function in ``mine/``.
    """

    name: str
    version: int
    unit: str
    polarity: str
    title: Words
    question: Words
    definition: Words
    counts: Mapping[str, Words]
    answers_to: AnswersTo
    caveats: Sentences
    gaming: Sentences
    counter_checks: Sentences
    beside: Sentences
    counter_metrics: tuple[str, ...]
    groups: tuple[str, ...]
    staff: bool
    sensitive: bool
    optional: frozenset[str]
    any_of: tuple[frozenset[str], ...]
    one_sided: frozenset[str]
    query: Query | None
    computed_by: str | None
    example: Example | None
    where: str = field(compare=False)
    per: int = 1
    horizon: int | None = None
    arms: tuple[Arm, Arm] | None = None
    parts: Mapping[str, Words] = field(default_factory=dict)
    activities: frozenset[str] = frozenset()
    every_activity: frozenset[str] = frozenset()
    regimes: tuple[str, ...] = ()
    undivided: bool = False
    heap: Heap | None = None

    @property
    def told_in(self) -> str:
        """The unit as words tell a value in it: ``rate:100`` for a rate per 100 case-years, else the unit itself."""
        return f"rate:{self.per}" if self.unit == "rate" else self.unit


def missing(metric: Metric, schema: Schema, absent: Collection[str]) -> tuple[str, ...]:
    """The event columns a metric lacks in a log whose export has not the ``absent`` ones; empty if it is measurable.

    Columns of which one would do stand as one entry, joined by ``|``: ``handover_type|participants``.
    """
    if metric.query is None:
        return ()
    lacking: set[str] = set()
    choices = list(metric.any_of)
    for table, columns in metric.query.needs.items():
        for name in columns:
            column = schema.tables[table].column(name)
            lacking.update(set(column.needs) & set(absent) - metric.optional)
            choices.append(frozenset(column.any_of))
    lacking.update("|".join(sorted(choice)) for choice in choices if choice and choice <= set(absent))
    return tuple(sorted(lacking))


def silent_kinds(metric: Metric, schema: Schema, activities: Collection[str]) -> tuple[str, ...]:
    """The kinds of activities a metric rests on of which none of the log's ``activities`` is; empty if none is missing.

    A log without a single contact does not say that nobody was met.
    """
    if metric.query is None:
        return ()
    occurring = {schema.activities[name].belongs for name in activities if name in schema.activities}
    needed = set()
    for table, columns in metric.query.needs.items():
        needed |= {schema.tables[table].occurs, *(schema.tables[table].column(name).occurs for name in columns)}
    return tuple(sorted(needed - occurring - {""}))
