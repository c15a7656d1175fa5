"""Every construct of house SQL gives the same on every engine; one without its case here is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from procmine.content import listing, place_of, read_text
from procmine.schema import load_schema
from procmine.sql import HOUSE, Query, read_query, write
from tests import drawn

SCHEMA = load_schema()
# Two cases, ties, empty cells, umlauts, a wildcard in a value: what engines differ on if they differ.
CONTACTS = [
    {
        "contact_id": "k1",
        "case_id": "c1",
        "on_date": "2025-01-09",
        "worker": "A",
        "role": "placement",
        "contact_number": 1,
    },
    {
        "contact_id": "k2",
        "case_id": "c1",
        "on_date": "2025-01-09",
        "worker": "B",
        "role": "benefits",
        "contact_number": 2,
    },
    {"contact_id": "k3", "case_id": "c1", "on_date": "2025-03-30", "worker": "A", "role": None, "contact_number": 3},
    {"contact_id": "k4", "case_id": "c2", "on_date": "2024-02-29", "worker": None, "role": "Ä", "contact_number": 1},
    {"contact_id": "k5", "case_id": "c2", "on_date": None, "worker": "a", "role": "ä", "contact_number": None},
]
PARTICIPANTS = ["placement|partner", "frontXdesk", "front_desk|placement", None, "partner"]
OFFICES = ["Köln", "koln", "Köln", None, "Köln"]
for _row, _listed, _office in zip(CONTACTS, PARTICIPANTS, OFFICES, strict=True):
    _row |= {"participants": _listed, "office": _office}
HANDOVERS = [
    {"handover_id": "u1", "case_id": "c1", "office": "Köln", "on_date": "2025-01-20", "derived": True},
    {"handover_id": "u2", "case_id": "c1", "office": None, "on_date": "2025-03-31", "derived": False},
    {"handover_id": "u3", "case_id": "c3", "office": "Ahlen", "on_date": "2025-04-01", "derived": False},
]

# A case's name says what it shows; the types it proves are read off its tree, not claimed.
CASES: Mapping[str, str] = {
    "a comparison with what is empty is neither true nor false": """
        SELECT contact_id FROM contacts WHERE role <> 'placement' AND NOT worker IS NULL
    """,
    "comparisons of numbers": """
        SELECT contact_id, contact_number > 1 AS a, contact_number >= 2 AS b, contact_number < 2 AS c,
            contact_number <= 2 AS d, contact_number = 2 AS e, contact_number <> 2 AS f
        FROM contacts
    """,
    "comparisons of days": """
        SELECT contact_id FROM contacts WHERE on_date >= DATE '2025-01-09' AND on_date < DATE '2025-03-30'
    """,
    "texts compare byte by byte, umlauts and capitals apart": """
        SELECT contact_id, role < 'z' AS a, role = 'ä' AS b, worker = worker AS c FROM contacts
    """,
    "distinct from tells empty from empty": """
        SELECT a.contact_id, b.contact_id AS other, a.worker IS DISTINCT FROM b.worker AS differs,
            a.role IS NOT DISTINCT FROM b.role AS same
        FROM contacts AS a CROSS JOIN contacts AS b
    """,
    "and, or, not and brackets, with what is unknown": """
        SELECT contact_id, (role = 'ä' OR worker IS NULL) AND NOT contact_number > 1 AS x FROM contacts
    """,
    "truth and falsehood as values": """
        SELECT handover_id, derived, TRUE AS yes, derived IS TRUE AS a, derived IS NOT FALSE AS b FROM handovers
        WHERE NOT derived OR derived = TRUE
    """,
    "a list of values, and what is not in it": """
        SELECT contact_id FROM contacts WHERE role IN ('placement', 'ä') OR contact_number NOT IN (1, 2)
    """,
    "a list that another query gives": """
        SELECT contact_id FROM contacts WHERE case_id IN (SELECT case_id FROM handovers WHERE derived)
    """,
    "between, both ends included": """
        SELECT contact_id FROM contacts
        WHERE on_date BETWEEN DATE '2025-01-09' AND DATE '2025-03-30' AND contact_number NOT BETWEEN 2 AND 2
    """,
    "membership in a list text": """
        SELECT contact_id, '|' || participants || '|' LIKE '%|partner|%' AS met,
            participants LIKE '%PARTNER%' AS capitals, participants NOT LIKE 'p%' AS other
        FROM contacts
    """,
    "an underscore stands for any one sign": """
        SELECT contact_id FROM contacts WHERE '|' || participants || '|' LIKE '%|front_desk|%'
    """,
    "there is one such row, or none": """
        SELECT c.contact_id FROM contacts AS c
        WHERE EXISTS (SELECT 1 FROM handovers AS h WHERE h.case_id = c.case_id AND h.on_date > c.on_date)
          AND NOT EXISTS (SELECT 1 FROM handovers AS h WHERE h.case_id = c.case_id AND h.office = 'nowhere')
    """,
    "case with a condition, with a value, without an else": """
        SELECT contact_id, CASE WHEN role IS NULL THEN 'none' WHEN role = 'ä' THEN 'small' ELSE 'other' END AS a,
            CASE role WHEN 'placement' THEN 1 WHEN 'benefits' THEN 0 END AS b
        FROM contacts
    """,
    "the first value that is there": """
        SELECT contact_id, COALESCE(role, office, 'none') AS a, NULLIF(contact_number, 1) AS b FROM contacts
    """,
    "whole numbers, signs and the greater distance": """
        SELECT contact_id, contact_number + 2 * 3 - 1 AS a, -contact_number AS b, ABS(1 - contact_number) AS c, 0.5 AS d
        FROM contacts
    """,
    "division, and division by nothing": """
        SELECT contact_id, CAST(contact_number AS DOUBLE) / NULLIF(contact_number - 2, 0) AS q FROM contacts
    """,
    "texts put together, empty if a part is": """
        SELECT CAST(case_id AS VARCHAR) || '-' || role || '-' || CAST(contact_number AS VARCHAR) || '-' ||
            CAST(on_date AS VARCHAR) AS name
        FROM contacts
    """,
    "casts to every type": """
        SELECT handover_id, CAST(derived AS INTEGER) AS a, CAST(CAST(3 AS BIGINT) AS DOUBLE) AS b,
            CAST('2025-01-31' AS DATE) AS c, CAST(NULL AS DATE) AS d, CAST(office AS TEXT) AS e
        FROM handovers
    """,
    "days between, over February, a summer time and the other way round": """
        SELECT contact_id, DATE_DIFF('day', DATE '2024-02-28', on_date) AS a,
            DATE_DIFF('day', on_date, DATE '2025-03-29') AS b
        FROM contacts
    """,
    "join on a condition": """
        SELECT c.contact_id, h.handover_id FROM contacts AS c
        JOIN handovers AS h ON h.case_id = c.case_id AND DATE_DIFF('day', c.on_date, h.on_date) BETWEEN -14 AND 14
    """,
    "left join keeps what has no partner": """
        SELECT h.handover_id, c.contact_id FROM handovers AS h LEFT JOIN contacts AS c ON c.case_id = h.case_id
    """,
    "with, a sub-query in from, and one built on the other": """
        WITH known AS (SELECT case_id, worker FROM contacts WHERE worker IS NOT NULL),
        counted AS (SELECT case_id, COUNT(*) AS n FROM known GROUP BY case_id)
        SELECT k.case_id, k.n, s.most FROM counted AS k
        CROSS JOIN (SELECT MAX(n) AS most FROM counted) AS s
    """,
    "every row but once": "SELECT DISTINCT case_id, office FROM contacts",
    "one under the other, doubles kept": """
        WITH both_sides AS (SELECT office FROM contacts UNION ALL SELECT office FROM handovers)
        SELECT office, COUNT(*) AS n FROM both_sides GROUP BY office
    """,
    "one under the other, after a with": """
        WITH late AS (SELECT contact_id FROM contacts WHERE on_date > DATE '2025-02-01')
        SELECT contact_id AS id FROM late UNION ALL SELECT handover_id AS id FROM handovers
    """,
    "a name in quotation marks": """
        SELECT c.contact_id AS "exit", "role" AS "function" FROM contacts AS c
    """,
    "sums by group; what is empty is a group and is not counted": """
        SELECT office, COUNT(*) AS items, COUNT(worker) AS known, COUNT(DISTINCT worker) AS workers,
            SUM(contact_number) AS total, MIN(on_date) AS first, MAX(role) AS last
        FROM contacts GROUP BY office HAVING COUNT(*) > 0
    """,
    "a sum over no row is empty, a count 0": """
        SELECT COUNT(*) AS n, SUM(contact_number) AS s, MAX(role) AS m FROM contacts WHERE office = 'nowhere'
    """,
    "sums of some rows": """
        SELECT case_id, COUNT(*) FILTER (WHERE role IS NOT NULL) AS a,
            SUM(contact_number) FILTER (WHERE worker IS NOT NULL) AS b
        FROM contacts GROUP BY case_id
    """,
    "the value in the first and the last row": """
        SELECT case_id, ARG_MIN(office, contact_id) FILTER (WHERE office IS NOT NULL) AS first,
            ARG_MAX(worker, contact_id) FILTER (WHERE worker IS NOT NULL AND role IS NOT NULL) AS last
        FROM contacts GROUP BY case_id
    """,
    "number and rank; empty days come last, both ways": """
        SELECT contact_id, ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY on_date, contact_id) AS a,
            ROW_NUMBER() OVER (ORDER BY on_date DESC, contact_id DESC) AS b, RANK() OVER (ORDER BY on_date) AS c,
            ROW_NUMBER() OVER (ORDER BY on_date NULLS FIRST, contact_id) AS d
        FROM contacts
    """,
    "the row before, two after, the first": """
        SELECT contact_id, LAG(worker) OVER (PARTITION BY case_id ORDER BY contact_id) AS before,
            LAG(worker, 2) OVER (PARTITION BY case_id ORDER BY contact_id) AS long_before,
            LEAD(on_date, 2) OVER (ORDER BY contact_id) AS after,
            FIRST_VALUE(role) OVER (PARTITION BY office ORDER BY contact_id) AS first
        FROM contacts
    """,
    "running sums, ties together, and a frame of rows": """
        SELECT contact_id, SUM(contact_number) OVER (PARTITION BY case_id) AS a,
            COUNT(*) OVER (ORDER BY on_date) AS b,
            MAX(contact_number) OVER (ORDER BY contact_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS c,
            MIN(contact_number) OVER (ORDER BY contact_id ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS d
        FROM contacts
    """,
}


def query_of(text: str) -> Query:
    return read_query(text, where="case.sql", tables=SCHEMA.derived_columns())


@pytest.fixture(scope="module")
def engines() -> Iterator[Mapping[str, Any]]:
    opened = {name: make() for name, make in drawn.ENGINES.items()}
    for engine in opened.values():
        drawn.fill(engine, SCHEMA, {"contacts": CONTACTS, "handovers": HANDOVERS})
    yield opened
    for engine in opened.values():
        engine.close()


@pytest.mark.parametrize("name", CASES)
def test_engines_give_the_same(name: str, engines: Mapping[str, Any]) -> None:
    query = query_of(CASES[name])

    found = {engine: drawn.run(opened, query) for engine, opened in engines.items()}

    assert found["duckdb"]
    assert found["sqlite"] == found["duckdb"]


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_written_for_spark(name: str) -> None:
    assert write(query_of(CASES[name]), "spark")


def test_every_construct_of_house_sql_has_its_case() -> None:
    proven: dict[str, set[str]] = {}
    for text in CASES.values():
        tree: Any = query_of(text).tree
        for node in tree.walk():
            given = {key for key, value in node.args.items() if value not in (None, False, [])}
            proven.setdefault(type(node).__name__, set()).update(given)

    unproven = {name: sorted(allowed - proven.get(name, set())) for name, allowed in HOUSE.items()}

    assert {name: rest for name, rest in unproven.items() if rest or name not in proven} == {}


@pytest.mark.parametrize("name", listing("event_logs/derived", ".sql"))
def test_a_derived_table_is_house_sql_and_gives_the_columns_of_the_schema(name: str) -> None:
    entry = listing("event_logs/derived", ".sql")[name]

    query = read_query(read_text(entry), where=place_of(entry), tables=SCHEMA.all_columns())

    assert query.columns == tuple(SCHEMA.tables[name].kinds())


@pytest.mark.parametrize("name", listing("event_logs/derived", ".sql"))
def test_a_derived_table_is_written_for_spark(name: str) -> None:
    entry = listing("event_logs/derived", ".sql")[name]

    query = read_query(read_text(entry), where=place_of(entry), tables=SCHEMA.all_columns())

    assert write(query, "spark").startswith(("SELECT", "WITH"))
