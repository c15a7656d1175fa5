"""House SQL: what is refused, where and in which words; what a query needs, read off it."""

from __future__ import annotations

import sys
from subprocess import run as start

import pytest

from procmine.errors import ContentError, UsageError
from procmine.sql import read_query, write

TABLES = {
    "contacts": {
        "contact_id": "text",
        "case_id": "key",
        "office": "text",
        "on_date": "date",
        "worker": "key",
        "channel": "code",
        "contact_number": "integer",
        "minutes": "number",
        "started_at": "timestamp",
    },
    "handovers": {"handover_id": "text", "case_id": "key", "office": "text", "on_date": "date", "derived": "boolean"},
}
ONE_SELECT = "A query is one SELECT, WITH allowed; it reads and changes nothing."
LOG_TABLES = "FROM and JOIN name tables of the log, nothing else."
README = "metrics/README.md lists what house SQL knows."
NO_ORDER = "The order of rows is no information;"


def refusal(text: str) -> str:
    with pytest.raises(ContentError) as caught:
        read_query(text, where="own.sql", tables=TABLES)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("COPY contacts TO 'x.csv'", f"own.sql:1:1: A query starts with SELECT or WITH, not with COPY. {ONE_SELECT}"),
        ("ATTACH 'x.db'", f"own.sql:1:1: A query starts with SELECT or WITH, not with ATTACH. {ONE_SELECT}"),
        ("PRAGMA database_list", f"own.sql:1:1: A query starts with SELECT or WITH, not with PRAGMA. {ONE_SELECT}"),
        ("SET threads = 9", f"own.sql:1:1: A query starts with SELECT or WITH, not with SET. {ONE_SELECT}"),
        ("INSTALL httpfs", f"own.sql:1:1: A query starts with SELECT or WITH, not with INSTALL. {ONE_SELECT}"),
        ("DELETE FROM contacts", f"own.sql:1:1: A query starts with SELECT or WITH, not with DELETE. {ONE_SELECT}"),
        (
            "FROM contacts SELECT office",
            f"own.sql:1:1: A query starts with SELECT or WITH, not with FROM. {ONE_SELECT}",
        ),
        (
            "WITH a AS (SELECT 1 AS n) DELETE FROM contacts",
            f"own.sql:1:6: Delete is not house SQL: WITH a AS (SELECT 1 AS n) DELETE FROM contacts. {README}",
        ),
        (
            "SELECT office FROM contacts;\nSELECT office FROM handovers",
            f"own.sql:2:1: The file holds 2 statements. {ONE_SELECT}",
        ),
        ("-- nothing\n", f"own.sql: There is no query in this file. {ONE_SELECT}"),
        ("SELECT 'abc", "own.sql:1: A quotation or comment is not closed."),
        ("SELECT a b c FROM contacts", "own.sql:1:12: This is not SQL: c was not expected here."),
        (
            "SELECT a FROM read_csv('x.csv')",
            f"own.sql:1:15: The function read_csv() is not house SQL. {LOG_TABLES}",
        ),
        (
            "SELECT a FROM read_parquet('x')",
            f"own.sql:1:15: The function read_parquet() is not house SQL. {LOG_TABLES}",
        ),
        ("SELECT a FROM 'x.csv'", "own.sql:1:15: There is no table x.csv. Known names: contacts, handovers."),
        (
            "SELECT table_name FROM information_schema.tables",
            f"own.sql:1:24: A schema before a table's name is not house SQL. {LOG_TABLES}",
        ),
        (
            "SELECT a FROM duckdb_settings()",
            f"own.sql:1:15: The function duckdb_settings() is not house SQL. {LOG_TABLES}",
        ),
        ("SELECT getenv('HOME') AS h", f"own.sql:1:8: The function getenv() is not house SQL. {README}"),
        ("SELECT office INTO x FROM contacts", f"own.sql:1:15: INTO is not house SQL. {README}"),
        ("SELECT $1 AS a", f"Placeholder is not house SQL: $1. {README}"),
        (
            "SELECT a FROM (VALUES (1)) AS t(a)",
            f"own.sql:1:24: Values is not house SQL: (VALUES (1)) AS t(a). {README}",
        ),
        ("SELECT a FROM contacts, LATERAL (SELECT 1 AS a) AS b", "Lateral is not house SQL"),
        ("SELECT office FROM contacts AT (VERSION => 1)", "own.sql:1:20: contacts AT (VERSION => 1) is not house SQL."),
        ("SELECT office FROM contacts TABLESAMPLE 10%", "own.sql:1:20: contacts TABLESAMPLE"),
    ],
)
def test_what_is_no_reading_of_the_log_is_refused_in_these_words(text: str, sentence: str) -> None:
    assert sentence in refusal(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "SELECT *\nFROM contacts",
            "own.sql:1:8: SELECT * is refused. Name the columns, so that what the query needs can be read off it.",
        ),
        (
            "SELECT c.* FROM contacts AS c",
            "own.sql:1:10: SELECT * is refused. Name the columns, so that what the query needs can be read off it.",
        ),
        (
            "SELECT contact_id\nFROM contacts\nWHERE chanel = 'phone'",
            "own.sql:3:7: contacts has no column chanel. Did you mean channel?",
        ),
        ("SELECT contact_id FROM kontacts", "own.sql:1:24: There is no table kontacts. Did you mean contacts?"),
        (
            "SELECT o.office FROM contacts AS c",
            "own.sql:1:8: There is no table o in this SELECT. Known names: c.",
        ),
        (
            "SELECT office FROM contacts AS a JOIN handovers AS b ON a.case_id = b.case_id",
            "own.sql:1:8: office stands in a and b. Write a.office or b.office.",
        ),
        (
            "SELECT contact_number / 2 AS half FROM contacts",
            "own.sql:1:23: Division means different things on different engines. "
            "Write CAST(a AS DOUBLE) / NULLIF(b, 0).",
        ),
        (
            "SELECT CAST(contact_number AS DOUBLE) / 2 AS half FROM contacts",
            "Write CAST(a AS DOUBLE) / NULLIF(b, 0).",
        ),
        (
            "SELECT contact_number // 2 AS half FROM contacts",
            "own.sql:1:8: Int Div is not house SQL: contact_number // 2.",
        ),
        ("SELECT contact_number % 2 AS odd FROM contacts", "own.sql:1:8: Mod is not house SQL: contact_number % 2."),
        (
            "SELECT DATE_DIFF('day', on_date, started_at) AS days FROM contacts",
            "own.sql:1:34: DATE_DIFF counts the days between dates, not from a timestamp. "
            "Timestamps give other days on other engines; take the column that holds the local day.",
        ),
        (
            "SELECT contact_id, worker IN (SELECT worker FROM contacts) AS known FROM contacts",
            "own.sql:1:20: IN (SELECT …) stands in WHERE, NOT IN joined by AND; elsewhere engines differ on empty "
            "values. Write EXISTS (SELECT 1 FROM … WHERE …).",
        ),
        (
            "SELECT contact_id FROM contacts WHERE office = 'a' OR worker NOT IN (SELECT worker FROM contacts)",
            "own.sql:1:55: IN (SELECT …) stands in WHERE, NOT IN joined by AND; elsewhere engines differ on empty "
            "values. Write EXISTS (SELECT 1 FROM … WHERE …).",
        ),
        (
            "SELECT DATE_DIFF('month', on_date, on_date) AS months FROM contacts",
            "own.sql:1:8: DATE_DIFF counts days only. Write DATE_DIFF('day', earlier, later).",
        ),
        (
            "SELECT on_date - on_date AS days FROM contacts",
            "own.sql:1:8: Arithmetic takes numbers, not a date. Write DATE_DIFF('day', earlier, later).",
        ),
        ("SELECT on_date + INTERVAL 14 DAY AS later FROM contacts", "Interval is not house SQL: INTERVAL '14' DAY."),
        (
            "SELECT office FROM contacts WHERE on_date > '2025-01-01'",
            "own.sql:1:35: A date and a text stand side by side. Write DATE '2024-01-31'.",
        ),
        (
            "SELECT office FROM contacts WHERE on_date > DATE '2025-02-30'",
            "own.sql:1:50: '2025-02-30' is no day. Write DATE '2024-01-31'.",
        ),
        (
            "SELECT office FROM contacts WHERE worker = 'A'",
            "own.sql:1:35: A key and a text stand side by side. A key is told apart from keys only; CAST it AS VARCHAR "
            "for a text.",
        ),
        (
            "SELECT MIN(worker) AS first FROM contacts",
            "own.sql:1:8: A key has no order. It is a number in one store and a text in another.",
        ),
        (
            "SELECT ROW_NUMBER() OVER (PARTITION BY case_id) AS n FROM contacts",
            "own.sql:1:8: ROW_NUMBER needs ORDER BY. Name keys enough to break every tie: order is no accident.",
        ),
        (
            "SELECT LAG(worker IGNORE NULLS) OVER (ORDER BY on_date) AS w FROM contacts",
            "own.sql:1:8: Ignore Nulls is not house SQL: LAG(worker IGNORE NULLS).",
        ),
        ("SELECT RANK() AS r FROM contacts", "own.sql:1:8: RANK needs OVER (… ORDER BY …)."),
        (
            "SELECT SUM(minutes) AS m FROM contacts",
            "own.sql:1:8: SUM takes integers, not a double. Sums of fractions change with the order of rows.",
        ),
        (
            "SELECT ARG_MAX(office, on_date) AS o FROM contacts",
            "own.sql:1:8: ARG_MAX differs between engines where office is empty. "
            "Write ARG_MAX(…) FILTER (WHERE office IS NOT NULL).",
        ),
        (
            "SELECT COUNT(*) AS n, office FROM contacts",
            "own.sql:1:23: office is neither grouped by nor summed. Name it in GROUP BY, or take MIN or MAX.",
        ),
        (
            "SELECT case_id, office FROM contacts GROUP BY case_id",
            "own.sql:1:17: office is neither grouped by nor summed. Name it in GROUP BY, or take MIN or MAX.",
        ),
        (
            "SELECT office FROM contacts GROUP BY 1",
            "own.sql:1:38: GROUP BY names columns, nothing else. Compute the value in a WITH before.",
        ),
        (
            "SELECT office FROM contacts WHERE COUNT(*) > 1",
            "own.sql:1:35: COUNT cannot stand here. Sum in SELECT or HAVING, or in a WITH before.",
        ),
        (
            "WITH RECURSIVE a AS (SELECT 1 AS n) SELECT n FROM a",
            "own.sql:1:6: RECURSIVE is not house SQL. Recursion is left out of house SQL.",
        ),
        (
            "SELECT a.office FROM contacts AS a, handovers AS b",
            "own.sql:1:37: A join without ON pairs every row with every row. Write ON, or CROSS JOIN if meant.",
        ),
        (
            "SELECT a.office FROM contacts AS a JOIN handovers AS b USING (case_id)",
            "own.sql:1:56: USING is not house SQL. Write ON a.case_id = b.case_id.",
        ),
        (
            "SELECT a.office FROM contacts AS a FULL JOIN handovers AS b ON a.case_id = b.case_id",
            "own.sql:1:46: FULL JOIN is not house SQL. Write JOIN … ON or LEFT JOIN … ON.",
        ),
        (
            "SELECT a.office FROM contacts AS a NATURAL JOIN handovers AS b",
            "own.sql:1:36: NATURAL JOIN is not house SQL.",
        ),
        ("SELECT office FROM contacts LIMIT 3", f"own.sql:1:29: LIMIT is not house SQL. {NO_ORDER}"),
        ("SELECT office FROM contacts ORDER BY office", f"ORDER BY outside a window is not house SQL. {NO_ORDER}"),
        ("SELECT (SELECT 1) AS a", "own.sql:1:16: A sub-query stands where a value is wanted."),
        (
            "SELECT office FROM contacts UNION SELECT office FROM handovers",
            "own.sql:1:29: UNION without ALL is not house SQL. Write UNION ALL; doubles fall to SELECT DISTINCT.",
        ),
        (
            "SELECT office FROM contacts UNION ALL SELECT handover_id FROM handovers",
            "UNION ALL puts handover_id under office. Both sides name the same columns in the same order.",
        ),
        (
            "SELECT LOWER(office) AS o FROM contacts",
            "own.sql:1:8: The function lower() is not house SQL. Engines differ on",
        ),
        (
            "SELECT AVG(minutes) AS m FROM contacts",
            "own.sql:1:8: The function avg() is not house SQL. A query gives items;",
        ),
        ("SELECT 1", "own.sql:1:8: Column 1 of this SELECT has no name. Give it one with AS."),
        (
            "SELECT office AS a, channel AS a FROM contacts",
            "Two columns of this SELECT are called a. Rename one with AS.",
        ),
        ("SELECT office FROM contacts WHERE contact_number", "A condition is wanted here, not an integer."),
        (
            "SELECT CASE WHEN derived THEN 1 ELSE 'no' END AS x FROM handovers",
            "own.sql:1:38: An integer and a text stand side by side.",
        ),
        ("SELECT on_date || 'x' AS t FROM contacts", "own.sql:1:8: || joins texts, not a date. CAST it AS VARCHAR."),
        (
            "SELECT CAST(office AS DATE) AS d FROM contacts",
            "own.sql:1:8: CAST of a text AS DATE differs between engines.",
        ),
        ("SELECT CAST(office AS JSON) AS d FROM contacts", "own.sql:1:8: CAST AS JSON is not house SQL. Known types:"),
        ("SELECT office FROM contacts WHERE office ILIKE 'a'", "ILike is not house SQL"),
        ("SELECT DISTINCT ON (office) office FROM contacts", "own.sql:1:17: ON is not house SQL."),
        ("SELECT COUNT() AS n FROM contacts", "own.sql:1:8: COUNT has nothing to look at. COUNT takes * or a value."),
        (
            'SELECT office AS "a; b" FROM contacts',
            "own.sql:1:18: 'a; b' is no name. Names are made of the letters a to z,",
        ),
        ("SELECT c.office FROM (contacts) AS c", "Tables stand in FROM without brackets. Brackets hold a SELECT."),
        ("SELECT office FROM contacts FOR UPDATE", "FOR UPDATE is not house SQL."),
        (
            "SELECT office FROM contacts AS c\n"
            "WHERE EXISTS (SELECT 1 FROM handovers GROUP BY office HAVING COUNT(c.office) > 1)",
            "own.sql:2:68: office belongs to the SELECT around and cannot be summed here. Sum it there.",
        ),
        (
            "WITH contacts AS (SELECT office FROM handovers) SELECT office FROM contacts",
            "own.sql:1:6: There is a table contacts already. Give the WITH another name.",
        ),
        ("WITH a AS (SELECT office FROM a) SELECT office FROM a", "own.sql:1:31: There is no table a."),
        ("SELECT SUM(COUNT(*)) AS n FROM contacts", "own.sql:1:12: COUNT cannot stand here."),
        (
            "SELECT COUNT(*) OVER (PARTITION BY office) AS n FROM contacts GROUP BY office",
            "own.sql:1:8: A window cannot stand here. Compute it in a WITH before.",
        ),
        (
            "SELECT SUM(contact_number) OVER (ORDER BY office RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS s\n"
            "FROM contacts",
            "A frame of RANGE is not house SQL. Write ROWS BETWEEN …",
        ),
        ("SELECT COUNT(DISTINCT office, channel) AS n FROM contacts", "COUNT(DISTINCT …) takes one value."),
    ],
)
def test_what_engines_take_differently_is_refused_with_the_way_out(text: str, sentence: str) -> None:
    assert sentence in refusal(text)


def test_all_faults_of_a_query_are_told_at_once_in_order() -> None:
    told = refusal("SELECT chanel, foo(office) AS f\nFROM contacts\nWHERE on_date = 'x'\nLIMIT 5")

    assert [line.split(": ")[0] for line in told.splitlines()] == [
        "own.sql:1:8",
        "own.sql:1:16",
        "own.sql:3:7",
        "own.sql:4:1",
    ]


def test_a_query_nested_without_end_is_refused() -> None:
    assert refusal("SELECT " + "(" * 5000 + "1" + ")" * 5000 + " AS a") == "own.sql: The query is nested too deeply."


def test_a_comment_cannot_smuggle_words_into_the_written_query() -> None:
    query = read_query("SELECT office -- */ ; DROP TABLE contacts\nFROM contacts", where="own.sql", tables=TABLES)

    assert write(query, "duckdb") == 'SELECT "contacts"."office" FROM "contacts"'


def test_the_source_is_kept_as_its_author_wrote_it() -> None:
    text = "-- Why.\nSELECT office FROM contacts"

    assert read_query(text, where="own.sql", tables=TABLES).source == text


def test_a_query_needs_the_columns_it_reads_through_every_alias_and_sub_query() -> None:
    text = """
    WITH late AS (SELECT c.case_id AS whose, MAX(c.on_date) AS day FROM contacts AS c GROUP BY c.case_id)
    SELECT CAST(l.whose AS VARCHAR) AS item
    FROM late AS l
    WHERE EXISTS (SELECT 1 FROM handovers WHERE case_id = l.whose AND on_date > day)
      AND l.whose IN (SELECT case_id FROM contacts WHERE channel = 'phone')
    """

    query = read_query(text, where="own.sql", tables=TABLES)

    assert query.needs == {"contacts": {"case_id", "channel", "on_date"}, "handovers": {"case_id", "on_date"}}


def test_a_table_that_is_only_counted_is_needed_without_columns() -> None:
    query = read_query("SELECT COUNT(*) AS n FROM contacts", where="own.sql", tables=TABLES)

    assert query.needs == {"contacts": frozenset()}


def test_a_query_says_its_columns_and_what_they_hold() -> None:
    text = "SELECT case_id, MAX(on_date) AS day, CAST(COUNT(*) AS DOUBLE) / NULLIF(2, 0) AS half FROM contacts"
    text += " GROUP BY case_id"

    query = read_query(text, where="own.sql", tables=TABLES)

    assert list(query.families.items()) == [("case_id", "key"), ("day", "date"), ("half", "double")]


def test_the_canonical_text_reads_back_as_the_same_query() -> None:
    text = "SELECT c.Office, COUNT(*) AS n FROM Contacts c WHERE c.channel <> 'x' GROUP BY c.office HAVING COUNT(*) > 2"
    query = read_query(text, where="own.sql", tables=TABLES)

    again = read_query(query.text, where="own.sql", tables=TABLES)

    assert (again.text, again.needs, again.columns) == (query.text, query.needs, query.columns)


def test_an_unknown_dialect_is_refused_with_the_known_ones() -> None:
    query = read_query("SELECT office FROM contacts", where="own.sql", tables=TABLES)

    with pytest.raises(UsageError, match=r"House SQL is not written for oracle\. Known names: duckdb, spark, sqlite\."):
        write(query, "oracle")


def test_importing_metrics_does_not_load_sqlglot() -> None:
    code = "import sys, procmine.metric; sys.exit('sqlglot' in sys.modules)"

    assert start([sys.executable, "-c", code], check=False).returncode == 0
