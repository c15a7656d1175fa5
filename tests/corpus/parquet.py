"""Parquet files: kinds of columns, nulls, and files that are broken or of no use: fault I15."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from tests.corpus.case import GOOD, TAKEN, Case, Maker, accept, partial, reject, text

G = "PAR"
PARQUET: dict[str, Any] = {"file": "log.parquet", "format": "parquet"}
TIMES = (
    "TIMESTAMP '2024-01-08 08:00:00'",
    "TIMESTAMP '2024-01-09 09:30:00'",
    "TIMESTAMP '2024-01-10 10:00:00'",
)
NAMES = "AS t(fall, schritt, zeit, person)"


def _values(zeit: Callable[[int], str] = lambda n: TIMES[n], fall: str = "'{}'", person: str = "'{}'") -> str:
    rows = []
    for number, row in enumerate(GOOD):
        case, step, _, worker = row.split(";")
        rows.append(f"({fall.format(case)}, '{step}', {zeit(number)}, {person.format(worker)})")
    return f"SELECT * FROM (VALUES {', '.join(rows)}) {NAMES}"


def written(query: str, change: Callable[[bytes], bytes] = lambda data: data, **options: str) -> Maker:
    """A function that writes the result of a query, and then changes the bytes."""
    more = "".join(f", {name} {value}" for name, value in options.items())

    def make(path: Path) -> None:
        beside = path.with_name("made.parquet")
        with duckdb.connect() as con:
            con.execute("SET threads = 1")
            con.execute(f"COPY ({query}) TO '{beside}' (FORMAT parquet{more})")
        path.write_bytes(change(beside.read_bytes()))
        beside.unlink()

    return make


def cases() -> Iterator[Case]:
    """All files of this group."""
    yield from _kinds()
    yield from _gaps()
    yield from _columns()
    yield from _broken()


def _kinds() -> Iterator[Case]:
    def local(number: int) -> str:
        return TIMES[number].removeprefix("TIMESTAMP ")

    kinds = {
        "texts": local,
        "timestamps": lambda n: TIMES[n],
        "timestamps_in_milliseconds": lambda n: f"CAST({TIMES[n]} AS TIMESTAMP_MS)",
        "timestamps_in_nanoseconds": lambda n: f"CAST({TIMES[n]} AS TIMESTAMP_NS)",
        "timestamps_with_zone": lambda n: f"timezone('Europe/Berlin', {TIMES[n]})",
    }
    for name, kind in kinds.items():
        yield accept(G, name, "I15", written(_values(kind)), TAKEN, **PARQUET)
    for name in ("gzip", "zstd", "uncompressed"):
        yield accept(G, f"packed_by_{name}", "I15", written(_values(), COMPRESSION=name), TAKEN, **PARQUET)
    days = [
        (case, step, f"2024-01-{day:02}T23:00:00.000000Z", who)
        for (case, step, _, who), day in zip(TAKEN, (7, 8, 9), strict=True)
    ]
    yield accept(
        G, "days", "I15", written(_values(lambda n: f"CAST({TIMES[n]} AS DATE)")), days, flags=("date_only",), **PARQUET
    )
    number = "'{}'"
    large = [(str(2**53 + 1), *TAKEN[0][1:])]
    query = f"SELECT CAST(9007199254740993 AS BIGINT) AS fall, 'Antrag' AS schritt, {TIMES[0]} AS zeit, 'w1' AS person"
    yield accept(G, "a_case_number_beyond_the_float", "I6", written(query), large, **PARQUET)
    same = (
        f"SELECT a AS fall, b AS schritt, {TIMES[0]} AS zeit, c AS person "
        "FROM (VALUES ('NA', '007', 'null'), ('1e5', 'TRUE', 'nan')) AS t(a, b, c)"
    )
    rows = [("NA", "007", TAKEN[0][2], "null"), ("1e5", "TRUE", TAKEN[0][2], "nan")]
    yield accept(G, "texts_stay_what_they_are", "I6", written(same), rows, **PARQUET)
    blob = _values(person="encode('{}')", fall=number)
    yield accept(G, "texts_as_bytes", "I15", written(blob), TAKEN, **PARQUET)
    umlaut = f"SELECT 'Ä' AS fall, 'Pru\u0308fung' AS schritt, {TIMES[0]} AS zeit, 'ß' AS person"
    yield accept(G, "umlauts", "I2", written(umlaut), [("Ä", "Pru\u0308fung", TAKEN[0][2], "ß")], **PARQUET)
    epoch = _values(lambda n: str(1704697200 + n * 86400))
    yield reject(G, "epoch_seconds", "I5", written(epoch), "epoch_s", **PARQUET)
    rows = [(*row[:2], f"2024-01-{8 + n:02}T07:00:00.000000Z", row[3]) for n, row in enumerate(TAKEN)]
    yield accept(G, "epoch_seconds_declared", "I5", written(epoch), rows, options={"date_format": "epoch_s"}, **PARQUET)
    infinite = _values(lambda n: "'infinity'::TIMESTAMP" if n == 1 else TIMES[n])
    yield partial(
        G, "a_time_without_end", "I5", written(infinite), [(2, "unreadable_timestamp|implausible_year")], **PARQUET
    )


def _gaps() -> Iterator[Case]:
    for name, query, reason in (
        ("no_case", _values().replace("'A1', 'Beratung'", "NULL, 'Beratung'"), "missing_case_id"),
        ("an_empty_case", _values().replace("'A1', 'Beratung'", "'', 'Beratung'"), "missing_case_id"),
        ("no_activity", _values().replace("'Beratung'", "NULL"), "missing_activity"),
        ("no_time", _values(lambda n: "NULL" if n == 1 else TIMES[n]), "missing_timestamp"),
        (
            "a_time_in_the_gap",
            _values(lambda n: "TIMESTAMP '2024-03-31 02:30:00'" if n == 1 else TIMES[n]),
            "time_in_dst_gap",
        ),
        ("year_9999", _values(lambda n: "TIMESTAMP '9999-12-31 00:00:00'" if n == 1 else TIMES[n]), "implausible_year"),
    ):
        rows = (TAKEN[0], TAKEN[2])
        yield partial(G, name, "I7", written(query), [(2, reason)], accepted=2, rows=rows, **PARQUET)
    nobody = _values().replace("'w2'", "NULL")
    yield accept(G, "nobody", "I7", written(nobody), (TAKEN[0], (*TAKEN[1][:3], ""), TAKEN[2]), **PARQUET)
    yield reject(G, "no_rows", "I8", written(f"{_values()} WHERE fall = 'x'"), "[Nn]o event|empty", **PARQUET)


def _columns() -> Iterator[Case]:
    yield reject(G, "no_column_of_the_time", "I4", written(_values().replace("zeit,", "datum,")), "zeit", **PARQUET)
    folded = _values().replace("SELECT *", "SELECT *, 'x' AS \"Fall \"")
    yield reject(G, "a_column_twice_but_for_a_blank", "I4", written(folded), "(?i)fall", **PARQUET)
    nested = _values().replace("SELECT *", "SELECT *, {'a': 1} AS mehr")
    yield reject(G, "a_nested_column", "I15", written(nested), "mehr", **PARQUET)
    lists = _values().replace("SELECT *", "SELECT *, ['a', 'b'] AS mehr")
    yield accept(G, "a_list_of_texts", "I15", written(lists), TAKEN, **PARQUET)
    named = _values().replace("SELECT *", "SELECT *, 1 AS file_row_number, 2 AS line, 3 AS c0, 4 AS filename")
    yield accept(G, "columns_with_names_of_the_engine", "I4", written(named), TAKEN, **PARQUET)
    hostile = _values().replace("SELECT *", 'SELECT *, 1 AS "x""; DROP TABLE events; --"')
    yield accept(G, "a_hostile_column_name", "I4", written(hostile), TAKEN, **PARQUET)
    bad = _values().replace("SELECT *", "SELECT *, '\\xFF\\xFE'::BLOB AS mehr")
    yield reject(G, "bytes_that_are_no_text", "I15", written(bad), "mehr", **PARQUET)


def _large() -> str:
    """Enough rows for more than one page, texts in the clear."""
    return (
        "SELECT 'case ' || (n * 7919 % 997) AS fall, 'step ' || (n % 97) AS schritt, "
        f"{TIMES[0]} + to_minutes(n) AS zeit, 'w' || (n % 13) AS person FROM range(5000) AS t(n)"
    )


def _broken() -> Iterator[Case]:
    plain = {"COMPRESSION": "uncompressed"}
    for name, change in (
        ("cut_off", lambda data: data[:-100]),
        ("cut_off_in_the_data", lambda data: data[: len(data) // 2]),
        ("without_its_footer", lambda data: data[:300] + b"PAR1"),
        ("a_footer_length_beyond_the_file", lambda data: data[:-8] + b"\xff\xff\xff\x7fPAR1"),
        ("a_footer_length_of_nothing", lambda data: data[:-8] + b"\0\0\0\0PAR1"),
        ("a_damaged_footer", lambda data: data[:-60] + b"\xff" * 40 + data[-20:]),
        ("wrong_first_bytes", lambda data: b"XXXX" + data[4:]),
        ("an_encrypted_footer", lambda data: data[:-4] + b"PARE"),
        ("text_after_the_end", lambda data: data + b"x"),
        ("zeros_for_data", lambda data: data[:4] + b"\0" * 2000 + data[2004:]),
    ):
        yield reject(G, name, "I15", written(_large(), change, **plain), r"log\.parquet", **PARQUET)
    yield reject(G, "empty", "I8", b"", "empty", **PARQUET)
    yield reject(G, "only_the_marks", "I15", b"PAR1PAR1", **PARQUET)
    yield reject(G, "a_csv_instead", "I15", text(*GOOD), **PARQUET)

    def flipped(data: bytes) -> bytes:
        place = data.index(b"Beratung") + 4
        return data[:place] + b"v" + data[place + 1 :]

    # This writer puts no check sums into its pages, so nobody can see the change; that has to be said.
    rows = (TAKEN[0], ("A1", "Beravung", *TAKEN[1][2:]), TAKEN[2])
    said = ("check ?sum",)
    yield accept(
        G, "a_flipped_letter_nobody_can_see", "I15", written(_values(), flipped, **plain), rows, says=said, **PARQUET
    )
