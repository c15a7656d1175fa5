"""The courses of a case (assignments to conflicts): each gives the rows its worked example draws, case by case.

The examples stand in courses/NAME.toml. A case is named after the clause of the rule it tries. What an example leaves
out is filled in: rows are numbered in the order they are drawn, everything happens in office JC-01, cases begin on
1 January and are watched until 31 December 2025.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from procmine.content import listing, place_of, read_text
from procmine.metric import drawn_table
from procmine.schema import load_schema
from procmine.sql import Query, read_query
from tests import drawn

SCHEMA = load_schema()
Rows = list[dict[str, Any]]
Tables = dict[str, Rows]
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parent / "courses").glob("*.toml"))
}
VOCABULARY: Tables = {
    "activity_kinds": [{"activity": code.code, "kind": code.belongs} for code in SCHEMA.activities.values()],
    "role_functions": [{"role": code.code, "function": code.belongs} for code in SCHEMA.codes["role"].values()],
}
# What a row has where its example does not say it; a key is made from the case and the number of the row.
USUAL: Mapping[str, Mapping[str, Any]] = {
    "cases": {"first_date": date(2025, 1, 1), "observed_until": date(2025, 12, 31)},
    "assignments": {"opening": False},
}
FILES = listing("event_logs/derived", ".sql")


def query_of(name: str) -> Query:
    return read_query(read_text(FILES[name]), where=place_of(FILES[name]), tables=SCHEMA.all_columns())


def rows_of(name: str, text: str) -> Rows:
    """The rows of a drawn table, by column name."""
    table, faults = drawn_table(text, SCHEMA.tables[name].kinds(), place=f"the example of {name}", line=1)

    assert faults == []
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def filled(name: str, rows: Rows) -> Rows:
    """Rows of a table with what their example leaves out."""
    counts: dict[str, int] = {}
    whole = []
    for row in rows:
        number = counts[row["case_id"]] = counts.get(row["case_id"], 0) + 1
        usual = {
            "office": "JC-01",
            **dict.fromkeys(SCHEMA.tables[name].key, f"{row['case_id']}-{number}"),
            **dict.fromkeys(("event_no", "case_contact_number"), number),
            **USUAL.get(name, {}),
            **{column: value for column, value in row.items() if value is not None},
        }
        whole.append({column: usual.get(column) for column in SCHEMA.tables[name].kinds()})
    return whole


def tables_of(name: str) -> Tables:
    """The tables an example gives to its query, its cases with them."""
    tables = {table: rows_of(table, text) for table, text in EXAMPLES[name].items() if table != "result"}
    known = {row["case_id"] for row in tables.setdefault("cases", [])}
    others = {row["case_id"]: {"case_id": row["case_id"]} for rows in tables.values() for row in rows}
    tables["cases"] += [row for case, row in others.items() if case not in known]
    return {table: filled(table, rows) for table, rows in tables.items()}


def answer(engine: Any, name: str, tables: Mapping[str, Rows]) -> Rows:
    """The rows of a derived table over the given tables; those it reads and is not given are empty."""
    query = query_of(name)
    drawn.fill(engine, SCHEMA, {table: {**VOCABULARY, **tables}.get(table, ()) for table in query.needs})
    return drawn.run(engine, query)


def told(rows: Rows, columns: Mapping[str, Any]) -> Rows:
    """The rows by what an example draws of them, in the order of their columns."""
    shown = [{column: drawn.plain(row[column]) for column in columns} for row in rows]
    return sorted(shown, key=lambda row: [str(value) for value in row.values()])


@pytest.fixture(scope="module", params=sorted(drawn.ENGINES))
def answers(request: pytest.FixtureRequest) -> Iterator[Mapping[str, Rows]]:
    engine = drawn.ENGINES[request.param]()
    yield {name: answer(engine, name, tables_of(name)) for name in EXAMPLES}
    engine.close()


CLAUSES = [
    (name, case) for name in EXAMPLES for case in dict.fromkeys(row["case_id"] for row in tables_of(name)["cases"])
]


@pytest.mark.parametrize(("name", "case"), CLAUSES, ids=[f"{name}: {case}" for name, case in CLAUSES])
def test_a_course_has_the_rows_its_worked_example_draws(name: str, case: str, answers: Mapping[str, Rows]) -> None:
    drawn_rows = rows_of(name, EXAMPLES[name]["result"])

    found = [row for row in answers[name] if row["case_id"] == case]

    assert told(found, drawn_rows[0]) == told([row for row in drawn_rows if row["case_id"] == case], drawn_rows[0])


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_draws_rows_of_cases_it_gives(name: str) -> None:
    given = {row["case_id"] for row in tables_of(name)["cases"]}

    assert {row["case_id"] for row in rows_of(name, EXAMPLES[name]["result"])} <= given


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_course_says_what_its_schema_says_in_that_order(name: str) -> None:
    assert tuple(query_of(name).columns) == tuple(SCHEMA.tables[name].kinds())


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_draws_every_column_that_its_rule_fills(name: str) -> None:
    fixed = {"case_id", "office", "on_date", "activity", "observed_until"}

    assert set(SCHEMA.tables[name].kinds()) - fixed <= set(rows_of(name, EXAMPLES[name]["result"])[0]) | fixed


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_course_is_the_same_where_keys_are_numbers(name: str, answers: Mapping[str, Rows]) -> None:
    codes: dict[str, int] = {}  # one number a key in all tables, so that joins still meet
    engine = drawn.duckdb_engine()
    given = {**VOCABULARY, **tables_of(name)}
    for table in query_of(name).needs:
        kinds = SCHEMA.tables[table].kinds()
        rows = [with_numbers(row, kinds, codes) for row in given.get(table, ())]
        numbers = {column: kind.replace("key", "integer") for column, kind in kinds.items()}
        engine.fill(table, numbers, [tuple(row.get(column) for column in kinds) for row in rows])

    found = drawn.run(engine, query_of(name))

    engine.close()
    expected = [with_numbers(row, SCHEMA.tables[name].kinds(), codes) for row in answers[name]]
    assert told(found, SCHEMA.tables[name].kinds()) == told(expected, SCHEMA.tables[name].kinds())


def with_numbers(row: Mapping[str, Any], kinds: Mapping[str, str], codes: dict[str, int]) -> dict[str, Any]:
    """A row as a store holds it: a number in place of each key, and ids made from that."""
    changed = dict(row)
    for column, value in row.items():
        if kinds[column] == "key" and value is not None:
            changed[column] = codes.setdefault(str(value), len(codes))
        elif column.endswith("_id") and str(value).startswith(case := f"{row.get('case_id')}-"):
            changed[column] = f"{codes.setdefault(case[:-1], len(codes))}-{str(value).removeprefix(case)}"
    return changed
