"""Norms made in a line, and held against made-up courses by the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from procmine.conform.items import ITEMS, fill_ground, fill_items
from procmine.conform.proof import cases_query, play
from procmine.drawn import Drawn
from procmine.engines.duckdb import connect
from procmine.norms import TEMPLATES, Condition, Example, Norm, Norms, Steps
from procmine.schema import load_schema

SCHEMA = load_schema()
CASES = cases_query(SCHEMA)
FIRST = date(2025, 3, 3)
FAR = (date(2010, 1, 1), date(2039, 12, 31))
NOTHING = Example(Drawn((), ()), Drawn((), ()), FAR, "test")


def step(*names: str, **where: Any) -> Steps:
    """Steps of these activities, with conditions such as outcome="attended"."""
    conditions = tuple(Condition(column, "code", (value,)) for column, value in where.items())
    return Steps(frozenset(names), conditions)


def norm(template: str, first: Steps | str = "a", second: Steps | str | None = "b", **more: Any) -> Norm:
    """A norm of a template; a letter stands for the activity of that name."""
    shape = TEMPLATES[template]
    one, two = (step(each) if isinstance(each, str) else each for each in (first, second))
    assert one is not None
    given: dict[str, Any] = {
        "times": shape.least,
        "from_nth": 1,
        "within": None,
        "at_least": None,
        "same": "",
        "population": (),
        "start": None,
        "end": None,
        "gate": None,
        "example": NOTHING,
        **more,
    }
    return Norm(
        name=template,
        version=1,
        sentence={"de": template, "en": template},
        template=shape,
        first=one,
        second=two if shape.steps == 2 else None,
        anchor="",
        checked="",
        mark="",
        sensitive=False,
        where="test",
        **given,
    )


def judged(
    rule: Norm,
    events: Iterable[Mapping[str, Any]],
    watched: tuple[date, date] = FAR,
    *,
    cases_begin: str = "first_event",
    cases_end: str = "exit",
    land: str = "",
    lands: Mapping[str, str] | None = None,
) -> list[tuple[Any, ...]]:
    """The activations as (case, day, state, why, due), in order."""
    norms = Norms((rule,), land, lands or {}, cases_begin, cases_end, "test")
    return _items(rule, norms, events, watched, "case_id, on_date, state, why, due")


def begun(rule: Norm, events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Who began the steps that break a norm, in a log of whole cases."""
    norms = Norms((rule,), "", {}, "first_event", "last_event", "test")
    return [who for state, who in _items(rule, norms, events, FAR, "state, initiator") if state == "broken"]


def _items(
    rule: Norm, norms: Norms, events: Iterable[Mapping[str, Any]], watched: tuple[date, date], columns: str
) -> list[tuple[Any, ...]]:
    engine = connect()
    try:
        play(engine, list(events), watched, SCHEMA, CASES)
        fill_items(engine, rule, fill_ground(engine, norms, [rule]))
        return engine.run(f"SELECT {columns} FROM {ITEMS} ORDER BY ALL")
    finally:
        engine.connection.close()


def course(case: str, steps: Sequence[tuple[Any, ...]], **same: Any) -> list[dict[str, Any]]:
    """Events of a case: (day after the first, activity) with a minute of their own each, in the order given; a third
    entry holds further columns."""
    rows = []
    for place, (after, activity, *more) in enumerate(steps):
        day = FIRST + timedelta(days=after)
        row = {"case_id": case, "activity": activity, "local_date": day, "date_only": False, **same}
        row["timestamp"] = datetime.combine(day, time(8)) + timedelta(minutes=place)
        rows.append({**row, **(more[0] if more else {})})
    return rows


def dated(case: str, steps: Sequence[tuple[Any, ...]], **same: Any) -> list[dict[str, Any]]:
    """The same, with nothing but the day known of each event."""
    return [
        {**row, "date_only": True, "timestamp": datetime.combine(row["local_date"], time())}
        for row in course(case, steps, **same)
    ]


def states(rows: Iterable[tuple[Any, ...]]) -> list[str]:
    """The states alone, with their reason."""
    return [state if why is None else f"{state} {why}" for _, _, state, why, _ in rows]
