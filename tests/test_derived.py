"""The derived tables from cases to triggers: each gives the rows its worked example draws, case by case.

The examples stand in derived/NAME.toml: events in, rows out. A case is named after the clause of the rule it tries. The
events of a case are numbered in the order they are drawn and lie in office JC-01 unless they say otherwise. The log was
watched from 1 January to 31 March 2025, and the law changed on 15 February.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from procmine.content import listing, place_of, read_text
from procmine.log import calendar
from procmine.metric import drawn_table
from procmine.read.store import DERIVED
from procmine.schema import load_schema
from procmine.sql import read_query
from tests import drawn

SCHEMA = load_schema()
Rows = list[dict[str, Any]]
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parent / "derived").glob("*.toml"))
}
FIRST, LAST = date(2025, 1, 1), date(2025, 3, 31)
GIVEN: Mapping[str, Rows] = {
    "activity_kinds": [{"activity": code.code, "kind": code.belongs} for code in SCHEMA.activities.values()],
    "role_functions": [{"role": code.code, "function": code.belongs} for code in SCHEMA.codes["role"].values()],
    "observation": [{"first_day": FIRST, "last_day": LAST}],
    "calendar": [
        {"from_date": start, "to_date": end} for start, end in calendar(FIRST, LAST, cuts=[date(2025, 2, 15)])
    ],
}


def rows_of(name: str, text: str) -> Rows:
    """The rows of a drawn table, by column name."""
    table, faults = drawn_table(text, SCHEMA.tables[name].kinds(), place=f"the example of {name}", line=1)

    assert faults == []
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def events_of(name: str) -> Rows:
    """The events of an example, numbered in their case."""
    counts: dict[str, int] = {}
    events = []
    for row in rows_of("events", EXAMPLES[name]["events"]):
        counts[row["case_id"]] = number = counts.get(row["case_id"], 0) + 1
        events.append({"office": "JC-01", **row, "event_no": number})
    return events


def answer(engine: Any, name: str) -> Rows:
    """The rows of a derived table over the events of its example, made after all those before it."""
    files = listing("event_logs/derived", ".sql")
    drawn.fill(engine, SCHEMA, {**GIVEN, "events": events_of(name)})
    rows: Rows = []
    for table in DERIVED[: DERIVED.index(name) + 1]:
        query = read_query(read_text(files[table]), where=place_of(files[table]), tables=SCHEMA.all_columns())
        rows = drawn.run(engine, query)
        drawn.fill(engine, SCHEMA, {table: rows})
    return rows


@pytest.fixture(scope="module", params=sorted(drawn.ENGINES))
def answers(request: pytest.FixtureRequest) -> Iterator[Mapping[str, Rows]]:
    engine = drawn.ENGINES[request.param]()
    yield {name: answer(engine, name) for name in EXAMPLES}
    engine.close()


CLAUSES = [(name, case) for name in EXAMPLES for case in dict.fromkeys(event["case_id"] for event in events_of(name))]


@pytest.mark.parametrize(("name", "case"), CLAUSES, ids=[f"{name}: {case}" for name, case in CLAUSES])
def test_a_derived_table_has_the_rows_its_worked_example_draws(
    name: str, case: str, answers: Mapping[str, Rows]
) -> None:
    example = rows_of(name, EXAMPLES[name]["result"])
    wanted = [{column: drawn.plain(value) for column, value in row.items()} for row in example]
    found = [{column: row[column] for column in example[0]} for row in answers[name]]

    assert in_order(case, found) == in_order(case, wanted)


def in_order(case: str, rows: Rows) -> Rows:
    """The rows of one case, whatever order they came in."""
    return sorted((row for row in rows if row["case_id"] == case), key=repr)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_worked_example_draws_rows_of_its_own_cases_only(name: str) -> None:
    drawn_cases = {row["case_id"] for row in rows_of(name, EXAMPLES[name]["result"])}

    assert drawn_cases <= {event["case_id"] for event in events_of(name)}
