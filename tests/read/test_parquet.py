"""Parquet: schema and size before data, every value as text without loss."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from procmine.errors import InputError
from procmine.read.files.opening import opened
from procmine.read.importing import import_log
from procmine.read.limits import LIMITS
from procmine.read.parquet.pages import Chunk, page_header, verify_pages
from procmine.read.parquet.reading import read_parquet
from procmine.schema import load_schema
from tests.read.parquet_bytes import BYTES, I32, LIST, STRUCT, Lies, parquet_bytes, thrift
from tests.read.reading import Read, parquet_of


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


TEXTS = ["Beratung", "Prüfung", "x"]


def read_bytes(folder: Path, data: bytes) -> Read:
    (folder / "log.parquet").write_bytes(data)
    return Read(read_parquet, folder / "log.parquet")


def refusal(folder: Path, data: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read_bytes(folder, data)
    return caught.value


def test_pages_with_right_check_sums_are_read_without_a_word(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, parquet_bytes(TEXTS))

    assert (read.cells, read.raw.warnings) == ([(text,) for text in TEXTS], ())


def test_a_flipped_letter_is_found_by_the_check_sum_of_its_page(tmp_path: Path) -> None:
    fault = refusal(tmp_path, parquet_bytes(TEXTS).replace(b"Beratung", b"Beravung"))

    assert (fault.what, fault.where) == (
        "The check sum of a page is wrong (row group 0, column 'a').",
        "log.parquet",
    )


def test_a_wrong_check_sum_of_a_dictionary_is_found(tmp_path: Path) -> None:
    assert "check sum" in refusal(tmp_path, parquet_bytes(["y", "z"], Lies(wrong_crc=True), repeat=50)).what


def test_pages_without_check_sums_are_said(tmp_path: Path) -> None:
    raw = read_bytes(tmp_path, parquet_bytes(TEXTS, Lies(crc=False))).raw

    assert raw.warnings == ("Not verified: the file carries no page checksums.",)


def test_values_out_of_a_dictionary_are_read(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, parquet_bytes(["y", "z"], repeat=500)).cells == [("y",)] * 500


@pytest.mark.parametrize(
    ("lies", "said"),
    [
        (Lies(chunk_values=2), "announces 2 values, the pages hold 3"),
        (Lies(chunk_values=-2), "announces -2 values"),
        (Lies(chunk_values=9), "header cannot be read"),
        (Lies(rows=7), "cannot be read"),
        (Lies(rows=2), "cannot be read"),
        (Lies(rows=-3), "cannot be read"),
        (Lies(rows=10**15), "announces 1,000,000,000,000,000 rows"),
        (Lies(rows=10**12, chunk_values=10**12), "announces 1,000,000,000,000 rows"),
        (Lies(unpacked=10**14), "unpacks to 95,367,431 MiB"),
        (Lies(page_size=2**31 - 1), "the pages unpack to 2,147,483,674"),
        (Lies(start=0), "no end"),
        (Lies(start=-9), "no end"),
        (Lies(start=10**9), "no end"),
        (Lies(start=9), "header cannot be read"),
    ],
)
def test_a_footer_that_lies_is_refused(tmp_path: Path, lies: Lies, said: str) -> None:
    assert said in refusal(tmp_path, parquet_bytes(TEXTS, lies)).what


def test_a_footer_that_announces_too_little_is_refused(tmp_path: Path) -> None:
    fault = refusal(tmp_path, parquet_bytes(["x" * 100_000] * 20, Lies(unpacked=1)))

    assert "announces 1 bytes" in fault.what


def test_a_dictionary_bomb_of_rows_is_refused_from_the_footer(tmp_path: Path) -> None:
    assert "announces 1,073,741,824 rows" in refusal(tmp_path, parquet_bytes(["y"], repeat=2**30)).what


def test_a_dictionary_bomb_of_text_is_refused_before_it_is_kept(tmp_path: Path) -> None:
    fault = refusal(tmp_path, parquet_bytes(["y" * 900_000], repeat=1_000_000))

    assert "unpacks to 858,306 MiB" in fault.what


def test_a_value_beyond_the_limit_refuses_the_file_at_its_row(tmp_path: Path) -> None:
    fault = refusal(tmp_path, parquet_bytes(["a", "y" * (LIMITS.field_bytes + 1)]))

    assert (fault.where, "column 'a'" in fault.what) == ("log.parquet:2", True)


def test_what_the_engine_says_names_the_file_and_not_its_place(tmp_path: Path) -> None:
    assert str(tmp_path) not in str(refusal(tmp_path, parquet_bytes(TEXTS, Lies(rows=-3))))


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("SELECT {'a': {'b': [1]}} AS deep", "Column 'deep' is of kind STRUCT"),
        ("SELECT MAP {'a': 1} AS m", "Column 'm' is of kind MAP"),
        ("SELECT [['a']] AS lists", "Column 'lists' is of kind VARCHAR"),
        ("SELECT INTERVAL 1 DAY AS i", "Column 'i' is of kind INTERVAL"),
    ],
)
def test_nested_kinds_are_refused_by_name(tmp_path: Path, select: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parquet_of(tmp_path, select)

    assert said in caught.value.what


@pytest.mark.parametrize("codec", ["uncompressed", "snappy", "gzip", "zstd", "lz4_raw", "brotli"])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_files_of_every_packing_pass_the_look_at_their_pages(tmp_path: Path, codec: str, version: str) -> None:
    path = tmp_path / "x.parquet"
    duckdb.connect().execute(
        "COPY (SELECT range AS a, 'b' || range % 7 AS b, NULLIF(range % 3, 0) AS c, ['p', 'q'] AS l FROM range(30000)) "
        f"TO '{path}' (FORMAT parquet, COMPRESSION {codec}, PARQUET_VERSION {version}, ROW_GROUP_SIZE 10000)"
    )

    assert len(Read(read_parquet, path).rows) == 30_000


def test_a_file_without_rows_is_a_table_without_rows(tmp_path: Path) -> None:
    assert parquet_of(tmp_path, "SELECT 1 AS a WHERE false").rows == []


@pytest.mark.parametrize(
    "data", [b"\x00", b"\x15\x00\x15\x01\x15\x02\x00", b"\x15\x00\x15\x02\x15\x02\x2c\x00\x00", b"\xff" * 9]
)
def test_bytes_that_are_no_page_header_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        page_header(data)


def test_statistics_and_unknown_fields_of_a_page_header_are_passed_over() -> None:
    statistics = thrift((1, BYTES, b"\x03abc"), (2, BYTES, b"\x00"))
    data = thrift((1, I32, b"\x06"), (2, I32, b"\x00"), (5, STRUCT, statistics))
    odd = [(9, LIST, b"\x25\x02\x04"), (10, 7, bytes(8)), (11, 1, b""), (12, LIST, b"\x11\x01"), (13, 3, b"\x00")]
    header = thrift((1, I32, b"\x00"), (2, I32, b"\x0c"), (3, I32, b"\x08"), (4, I32, b"\x09"), (5, STRUCT, data), *odd)
    page = page_header(header + b"content")

    assert (page.header, page.size, page.packed, page.crc, page.values) == (len(header), 6, 4, 0xFFFFFFFB, 3)


def test_a_page_header_longer_than_a_first_look_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    duckdb.connect().execute(f"COPY (SELECT 'x' AS a) TO '{path}' (FORMAT parquet)")
    long = thrift((1, BYTES, b"\x80\x40" + bytes(8192)))
    header = thrift(
        (1, I32, b"\0"), (2, I32, b"\0"), (3, I32, b"\0"), (5, STRUCT, thrift((1, I32, b"\2"), (5, STRUCT, long)))
    )
    path.write_bytes(b"PAR1" + header + bytes(100))
    with opened(path) as file:
        counted = verify_pages(file, [Chunk(0, "a", 4, 1, len(header))])

    assert counted == (1, 0)


def test_a_folder_of_parts_is_one_log(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    con = duckdb.connect()
    for number in range(3):
        con.execute(
            f"COPY (SELECT 'c' || {number} AS case_id, 'a' AS activity, TIMESTAMP '2024-01-08 08:00:00' AS timestamp) "
            f"TO '{folder}/part-{number}.parquet' (FORMAT parquet)"
        )
    store = import_log(folder, tmp_path / "store", schema=load_schema())

    receipt = json.loads((store / "receipt.json").read_text(encoding="utf-8"))
    assert (receipt["rows_accepted"], receipt["cases"], len(receipt["files"])) == (3, 3, 3)


def test_parts_of_another_shape_are_refused_by_name(tmp_path: Path) -> None:
    con = duckdb.connect()
    row = "'c' AS case_id, 'a' AS activity, TIMESTAMP '2024-01-08 08:00:00' AS timestamp"
    con.execute(f"COPY (SELECT {row}) TO '{tmp_path}/a.parquet' (FORMAT parquet)")
    con.execute(f"COPY (SELECT {row}, 'w' AS worker) TO '{tmp_path}/b.parquet' (FORMAT parquet)")
    with pytest.raises(InputError) as caught:
        import_log(tmp_path, tmp_path / "store", schema=load_schema())

    assert (caught.value.where, "worker" in caught.value.what) == ("b.parquet", True)


def test_a_small_memory_limit_ends_in_an_answer(tmp_path: Path) -> None:
    con = duckdb.connect()
    con.execute(
        f"COPY (SELECT hash(range)::VARCHAR AS a FROM range(300000)) TO '{tmp_path}/x.parquet' (FORMAT parquet)"
    )
    con.execute("SET memory_limit = '4MB'")
    con.execute("SET temp_directory = ''")
    with pytest.raises(InputError, match="Out of Memory"):
        read_parquet(con, tmp_path / "x.parquet", "raw", file_no=1)

    assert con.execute("SHOW TABLES").fetchall() == []


def test_a_column_with_our_own_name_for_rows_is_refused_and_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    duckdb.connect().execute(f"COPY (SELECT 'a' AS case_id, 7 AS \"row of procmine\") TO '{path}' (FORMAT parquet)")

    with pytest.raises(InputError, match="row of procmine"):
        read_parquet(duckdb.connect(), path, "raw", file_no=0)
