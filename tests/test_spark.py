"""Spark gives what DuckDB gives: every construct, derived table, metric and figure, here and on a cluster."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from procmine.cli import app
from procmine.engines import spark
from procmine.errors import InputError, UsageError
from procmine.log import open_store
from procmine.simulate import load_scenario, simulate
from procmine.sql import translate
from procmine.study import open_log
from procmine.terminal.running import run
from tests import drawn
from tests.engines.spark import SparkRefilled, cluster, lacking, listened_on
from tests.strategies import THEMES, gathered, made_up
from tests.test_engines import CASES, CONTACTS, HANDOVERS, SCHEMA, query_of
from tests.test_laws import ALL, Result, world

LOCAL = "local[2]"
LOGS = 12  # made-up logs of each theme
LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F"}  # 127.0.0.1, and the same as an address of version 6
# What a study's texts may hold, and what some engine takes for a sign: escapes, patterns, ends, other alphabets.
TEXTS = (
    *("", " ", "a", "a ", "A", "ä", "Ä", "ß", "z", "e\u0301", "\u00e9", "😀", "\uffff", "\u200b", "\t", "a\nb", "|a|"),
    *("_", "%", "\\", "a\\b", "a\\", "\\%", "'", '"', "`", "${user.home}", "1", "01", "1.0", "-0", "NULL", "a|b"),
)
HOSTILE = {
    "compared": """
        SELECT a.contact_id, b.contact_id AS other, a.role < b.role AS x, a.role = b.role AS y
        FROM contacts AS a CROSS JOIN contacts AS b
    """,
    "as a pattern": """
        SELECT a.contact_id, b.contact_id AS other, a.role LIKE b.role AS x,
            a.role LIKE '%' || b.participants || '%' AS y, a.participants NOT LIKE b.role || '_' AS z
        FROM contacts AS a CROSS JOIN contacts AS b
    """,
    "in order": """
        SELECT contact_id, RANK() OVER (ORDER BY role) AS a, RANK() OVER (ORDER BY role DESC) AS b,
            RANK() OVER (ORDER BY participants NULLS FIRST) AS c, LAG(role) OVER (ORDER BY role, contact_id) AS d
        FROM contacts
    """,
    "counted": """
        SELECT case_id, MIN(role) AS a, MAX(role) AS b, COUNT(DISTINCT role) AS c FROM contacts GROUP BY case_id
    """,
    "in a list and not in another": """
        SELECT contact_id FROM contacts
        WHERE role IN (SELECT participants FROM contacts) AND role NOT IN (SELECT role FROM contacts WHERE role < 'a')
    """,
    "written in the query": """
        SELECT contact_id, 'it''s \\ ${user.home}' AS a, '`"' AS b FROM contacts WHERE role <> 'a\\b' OR role IS NULL
    """,
}
GIVEN = ("activity_kinds", "role_functions", "observation", "calendar")


def on_spark(test: Any) -> Any:
    """Mark a test that needs Spark; it is skipped, with the reason, where Spark cannot run."""
    for mark in (pytest.mark.spark, pytest.mark.slow, pytest.mark.skipif(bool(lacking()), reason=lacking())):
        test = mark(test)
    return test


@pytest.fixture(scope="module", autouse=True)
def on_this_machine() -> Iterator[None]:
    """All tests of this module share one Spark; the two cores are those of a small laptop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(spark.MASTER, LOCAL)
        yield
    if not lacking():
        spark.end()


def engines(folder: Path) -> dict[str, Any]:
    """DuckDB, and Spark with a folder for its tables."""
    return {"duckdb": drawn.duckdb_engine(), "spark": SparkRefilled(spark.connect(), folder)}


@pytest.fixture
def both(tmp_path: Path) -> Mapping[str, Any]:
    return engines(tmp_path)


@pytest.fixture(scope="module")
def of_contacts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    opened = engines(tmp_path_factory.mktemp("contacts"))
    for engine in opened.values():
        drawn.fill(engine, SCHEMA, {"contacts": CONTACTS, "handovers": HANDOVERS})
    return opened


@on_spark
@pytest.mark.parametrize("name", CASES)
def test_a_construct_of_house_sql_gives_the_same(name: str, of_contacts: Mapping[str, Any]) -> None:
    found = {engine: drawn.run(opened, query_of(CASES[name])) for engine, opened in of_contacts.items()}

    assert found["duckdb"]
    assert found["spark"] == found["duckdb"]


@pytest.fixture(scope="module")
def of_texts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    rows = [
        {"contact_id": f"k{n:02d}", "case_id": f"c{n % 5}", "role": text, "participants": TEXTS[7 * n % len(TEXTS)]}
        for n, text in enumerate(TEXTS)
    ]
    opened = engines(tmp_path_factory.mktemp("texts"))
    for engine in opened.values():
        drawn.fill(engine, SCHEMA, {"contacts": rows})
    return opened


@on_spark
@pytest.mark.parametrize("name", HOSTILE)
def test_any_text_means_the_same(name: str, of_texts: Mapping[str, Any]) -> None:
    found = {engine: drawn.run(opened, query_of(HOSTILE[name])) for engine, opened in of_texts.items()}

    assert found["duckdb"]
    assert found["spark"] == found["duckdb"]


@on_spark
def test_in_with_a_query_is_refused_outside_where_because_spark_takes_unknown_for_no(both: Mapping[str, Any]) -> None:
    drawn.fill(both["duckdb"], SCHEMA, {"contacts": CONTACTS, "handovers": HANDOVERS})
    drawn.fill(both["spark"], SCHEMA, {"contacts": CONTACTS, "handovers": HANDOVERS})
    statement = "SELECT office IN (SELECT office FROM handovers) AS z FROM contacts WHERE office = 'koln'"

    found = {name: engine.run(translate(statement, name)) for name, engine in both.items()}

    assert found == {"duckdb": [(None,)], "spark": [(False,)]}


@on_spark
def test_a_table_filled_by_a_query_holds_any_text() -> None:
    engine = spark.connect()
    engine.fill("texts", {"number": "integer", "text": "text"}, enumerate(TEXTS))

    assert sorted(engine.run("SELECT * FROM texts")) == list(enumerate(TEXTS))


# ---- derived tables and metrics over generated logs


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    """What each engine makes of many logs at once: a case is measured alone (a law), so they may lie side by side."""
    events = gathered([made_up(seed, theme, 30) for theme, seed in itertools.product(sorted(THEMES), range(LOGS))])
    opened = engines(tmp_path_factory.mktemp("logs"))
    return {name: world(engine, ALL)(events) for name, engine in opened.items()}


@on_spark
@pytest.mark.parametrize("name", [subject.name for subject in ALL])
def test_a_derived_table_or_metric_gives_the_same_rows(name: str, answers: Mapping[str, Result]) -> None:
    assert answers["spark"][name] == answers["duckdb"][name]


@on_spark
def test_hardly_a_derived_table_or_metric_gives_no_row(answers: Mapping[str, Result]) -> None:
    empty = [name for name, rows in answers["duckdb"].items() if not rows]

    assert len(empty) <= len(answers["duckdb"]) // 10, empty


# ---- figures


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log store of a simulated town; its folder's name is all that file names allow."""
    place = tmp_path_factory.mktemp("store") / "Köln [2025] {a,b} *?%20"
    place.mkdir()
    simulate(load_scenario("twelve_job_centres"), place / "log.parquet", seed=3, events=6000, format="parquet")
    return open_log(place / "log.parquet").store


@pytest.fixture
def printed(store: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a verb prints of the store; nothing on stderr."""

    def made(verb: str, *arguments: str) -> str:
        code = run(app, [verb, str(store), "--json", *arguments])
        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        return out

    return made


@on_spark
def test_score_prints_the_same_bytes_for_the_whole_catalogue(printed: Callable[..., str]) -> None:
    figures = printed("score")

    assert {one["status"] for one in json.loads(figures)["data"]["measurements"]} >= {"ok", "insufficient_n"}
    assert printed("score", "--engine", "spark") == figures


@on_spark
@pytest.mark.parametrize("cut", ["office", "quarter", "month"])
def test_score_prints_the_same_bytes_for_groups_and_periods(cut: str, printed: Callable[..., str]) -> None:
    asked = [f"--metric={name}" for name in ("caseworker_continuity", "warm_handovers", "self_initiated_appointments")]
    cuts = ["--by", cut, "--from", "2024-01-01"]

    assert printed("score", *asked, *cuts, "--engine", "spark") == printed("score", *asked, *cuts)


@on_spark
def test_compare_prints_the_same_bytes(printed: Callable[..., str]) -> None:
    asked = ["compare", "--metric", "out_of_office_contacts"]

    assert printed(*asked, "--engine", "spark") == printed(*asked)


@on_spark
def test_each_table_of_a_store_has_the_same_columns_and_rows(store: Path) -> None:
    logs = {name: open_store(store, SCHEMA, name) for name in ("duckdb", "spark")}
    names = (*logs["duckdb"].receipt["derived_tables"], *("events", "case_names", "worker_names"), *GIVEN)

    found = {
        engine: {name: sorted(map(repr, rows_of(log.engine, name))) for name in names} for engine, log in logs.items()
    }

    assert found["duckdb"]["contacts"]
    assert found["spark"] == found["duckdb"]


def rows_of(engine: Any, table: str) -> list[tuple[Any, ...]]:
    """The rows of a table, by the columns of the schema, or those of a table of names."""
    names = {"case_names": ("case_id", "name"), "worker_names": ("worker", "name")}
    known = names.get(table) or tuple(SCHEMA.tables[table].kinds())
    columns = ", ".join(f'"{name}"' for name in known)
    rows: list[tuple[Any, ...]] = engine.run(translate(f"SELECT {columns} FROM {table}", engine.dialect))
    return rows


@on_spark
@pytest.mark.parametrize("value", ["0.5", "1.5", "-2.5", "0.49999999999999994", "72057594037927944.0", "-1e16"])
def test_a_rounded_fraction_becomes_the_same_whole_number(value: str, both: Mapping[str, Any]) -> None:
    statement = f"SELECT CAST(ROUND(CAST({value} AS DOUBLE)) AS HUGEINT) * 1000000000000 AS x"

    found = {name: engine.run(translate(statement, name)) for name, engine in both.items()}

    assert found["spark"] == found["duckdb"]


@on_spark
def test_a_sum_too_large_is_an_error_and_not_empty(both: Mapping[str, Any]) -> None:
    huge = "CAST(9000000000000000000 AS HUGEINT)"
    statement = f"SELECT SUM({huge} * {huge} * x) AS s FROM (SELECT 9 AS x) AS t"

    for name, engine in both.items():
        with pytest.raises(Exception, match=r"(?i)overflow|out of range|NUMERIC_VALUE"):
            engine.run(translate(statement, name))


# ---- sessions, processes, files


@on_spark
def test_two_logs_do_not_share_tables() -> None:
    first, second = spark.connect(), spark.connect()
    for number, engine in enumerate((first, second)):
        engine.fill("t", {"a": "integer"}, [(number,)])
        engine.keep("kept", "SELECT a FROM t")

    found = [engine.run("SELECT t.a, kept.a FROM t CROSS JOIN kept") for engine in (first, second)]

    assert found == [[(0, 0)], [(1, 1)]]


@on_spark
def test_what_is_kept_anew_is_the_new() -> None:
    engine = spark.connect()
    engine.keep("kept", "SELECT 1 AS a")
    before = engine.run("SELECT a FROM kept")
    engine.keep("kept", "SELECT 2 AS b")

    assert (before, engine.run("SELECT b FROM kept")) == ([(1,)], [(2,)])


@on_spark
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel is asked by way of /proc")
def test_everything_listens_on_loopback_alone() -> None:
    from pyspark import SparkContext

    spark.connect().run("SELECT 1")

    found = listened_on(SparkContext._gateway.proc.pid)
    assert found
    assert found <= LOOPBACK


@on_spark
def test_a_second_master_in_one_process_is_refused() -> None:
    spark.connect()

    with pytest.raises(UsageError, match=r"runs in this process already, on local\[2\]"):
        spark.connect("local[1]")


@on_spark
def test_a_process_leaves_no_file_and_no_process_and_prints_nothing(tmp_path: Path) -> None:
    program = (
        "from procmine.engines import spark; from pyspark import SparkContext; engine = spark.connect(); "
        "engine.keep('k', 'SELECT 1 AS a'); print(engine.run('SELECT a FROM k'), SparkContext._gateway.proc.pid)"
    )
    place = tmp_path / "temporary files"
    place.mkdir()

    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"TMPDIR": str(place), "PYTHONPATH": str(Path.cwd())},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    rows, _, process = done.stdout.strip().rpartition(" ")
    assert (rows, done.stderr) == ("[(1,)]", "")
    assert list(tmp_path.rglob("*")) == [place]
    assert not Path(f"/proc/{process}").exists()


@on_spark
def test_a_cluster_of_two_workers_prints_the_same_bytes(
    printed: Callable[..., str], store: Path, tmp_path: Path
) -> None:
    asked = [f"--metric={name}" for name in ("caseworker_continuity", "request_fulfilment")]
    with cluster(tmp_path) as master:
        done = subprocess.run(
            [sys.executable, "-m", "procmine", "score", str(store), "--json", "--engine", "spark", *asked],
            env=os.environ | {spark.MASTER: master},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == printed("score", *asked)
    assert [len(list((tmp_path / f"worker-{number}").glob("app-*/*"))) for number in (0, 1)] == [1, 1]


# ---- what is said where Spark cannot run


def test_where_spark_is_not_installed_score_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)

    with pytest.raises(UsageError) as raised:
        spark.connect()

    assert raised.value.sentence() == ("Spark is not installed. Run: pip install procmine[spark], and install Java 17.")


@pytest.mark.parametrize(
    "master", ["yarn", "local[two]", "spark://host", "spark://a:1,b:2", "k8s://host:1", "http://h:1"]
)
def test_a_master_of_another_kind_is_refused(master: str) -> None:
    with pytest.raises(UsageError, match=r"is no master procmine knows\. Write local\[\*\]"):
        spark.own_settings(master)


def test_a_master_that_does_not_answer_is_told() -> None:
    with pytest.raises(InputError, match=r"spark://127\.0\.0\.1:9: Nobody answers there"):
        spark.own_settings("spark://127.0.0.1:9")


@pytest.mark.parametrize(
    ("said", "release"), [('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_292"', 1), ("", None)]
)
def test_the_release_of_java_is_read_off_what_it_says(
    said: str, release: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    assert spark.java() == release


def test_no_java_is_no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    assert spark.java() is None
