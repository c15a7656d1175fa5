"""Parquet: schema and size before data, every value as text without loss."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from procmine.errors import InputError
from procmine.read.parquet import read_parquet
from tests.read.reading import parquet_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("'007'", "007"),
        ("''", ""),
        ("NULL::VARCHAR", None),
        ("9007199254740993::BIGINT", "9007199254740993"),
        ("0.1::DOUBLE", "0.1"),
        ("1e20::DOUBLE", "1e+20"),
        ("12.50::DECIMAL(9,2)", "12.50"),
        ("true", "true"),
        ("DATE '2024-01-08'", "2024-01-08"),
        ("TIMESTAMP '2024-01-08 08:00:00'", "2024-01-08T08:00:00"),
        ("TIMESTAMP '2024-01-08 08:00:00.123456'", "2024-01-08T08:00:00.123456"),
        ("TIMESTAMPTZ '2024-01-08 08:00:00+01:00'", "2024-01-08T07:00:00+00:00"),
        ("['A', 'B']", "A|B"),
        ("'Pr\\xC3\\xBCfung'::BLOB", "Prüfung"),
    ],
)
def test_every_kind_of_value_becomes_its_text(tmp_path: Path, value: str, text: str | None) -> None:
    read = parquet_of(tmp_path, f"SELECT 1 AS id, {value} AS x")

    assert read.rows == [(1, "1", text)]


def test_rows_keep_the_order_of_the_file(tmp_path: Path) -> None:
    read = parquet_of(tmp_path, "SELECT (range * 7919) % 300007 AS a FROM range(300000)")

    assert read.rows == [(n + 1, str(n * 7919 % 300007)) for n in range(300_000)]


def test_columns_keep_names_and_order(tmp_path: Path) -> None:
    read = parquet_of(
        tmp_path, 'SELECT 1 AS "line", 2 AS "c0", 3 AS "x; DROP TABLE raw", [\'a\'] AS l, 5 AS "file_row"'
    )

    assert read.raw.columns == ("line", "c0", "x; DROP TABLE raw", "l", "file_row")


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("SELECT {'a': 1} AS x", "STRUCT"),
        ("SELECT [1, 2] AS x", "INTEGER"),
        ("SELECT ['a|b'] AS x", "'|'"),
        ("SELECT ['a', NULL] AS x", "empty entry"),
        ("SELECT '\\xFC'::BLOB AS x", "UTF-8"),
        ('SELECT 1 AS "x ", 2 AS "X"', "one name"),
    ],
)
def test_what_has_no_plain_text_refuses_the_file(tmp_path: Path, select: str, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("|", r"\|")):
        parquet_of(tmp_path, select)


@pytest.mark.parametrize("damage", ["cut", "footer", "text", "name"])
def test_a_damaged_file_is_refused_and_leaves_nothing(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "x.parquet"
    duckdb.connect().execute(f"COPY (SELECT range AS a, 'b' AS b FROM range(1000)) TO '{path}' (FORMAT parquet)")
    data = path.read_bytes()
    path.write_bytes(
        {"cut": data[:-5], "footer": data[:-20] + b"\xff" * 12 + data[-8:], "text": b"a,b\n", "name": b"PAR1PAR1"}[
            damage
        ]
    )
    con = duckdb.connect()
    with pytest.raises(InputError):
        read_parquet(con, path, "raw", file_no=1)

    assert con.execute("SHOW TABLES").fetchall() == []


def test_a_file_name_is_never_a_pattern(tmp_path: Path) -> None:
    parquet_of(tmp_path, "SELECT 'wrong' AS a", name="ab.parquet")
    (tmp_path / "ab.parquet").rename(tmp_path / "a1.parquet")
    duckdb.connect().execute(f"COPY (SELECT 'right' AS a) TO '{tmp_path}/b.parquet' (FORMAT parquet)")
    (tmp_path / "b.parquet").rename(tmp_path / "a[1].parquet")
    con = duckdb.connect()
    read_parquet(con, tmp_path / "a[1].parquet", "raw", file_no=1)

    assert con.execute("SELECT c0 FROM raw").fetchall() == [("right",)]
