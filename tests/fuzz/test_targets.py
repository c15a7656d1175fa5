"""The oracles of the fuzz targets can fail, and what the fuzzers found stays mended."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from procmine.errors import InputError
from procmine.read.csv.reading import read_csv
from tests.fuzz import targets
from tests.fuzz.mutated import mutated
from tests.fuzz.targets import TARGETS, Bench, bench

GOOD = b"case_id,activity\nc1,a\nc2,b\n"


def with_reader(monkeypatch: pytest.MonkeyPatch, reader: Callable[..., Any]) -> None:
    """Run the CSV target on another reader."""
    monkeypatch.setattr(targets, "read_csv", reader)
    TARGETS["csv"](b"\0" + GOOD)


def test_a_fault_that_is_not_procmines_own_leaves_a_target(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("c9")

    with pytest.raises(KeyError):
        with_reader(monkeypatch, broken)


def test_a_row_that_is_lost_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def losing(con: Any, path: Path, table: str, **options: Any) -> Any:
        raw = read_csv(con, path, table, **options)
        con.execute(f"DELETE FROM {table} WHERE line = 3")
        return raw

    with pytest.raises(AssertionError):
        with_reader(monkeypatch, losing)


def test_a_row_counted_twice_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubling(con: Any, path: Path, table: str, **options: Any) -> Any:
        raw = read_csv(con, path, table, **options)
        con.execute("INSERT INTO quarantine VALUES (1, 2, NULL, 'empty_line', '')")
        return dataclasses.replace(raw, rows_quarantined=1)

    with pytest.raises(AssertionError):
        with_reader(monkeypatch, doubling)


def test_a_table_a_refused_file_leaves_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def leaving(con: Any, path: Path, table: str, **options: Any) -> Any:
        read_csv(con, path, table, **options)
        raise InputError("No.")

    with pytest.raises(AssertionError, match="a refused file left"):
        with_reader(monkeypatch, leaving)


def test_a_file_left_in_the_temporary_folder_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def littering(con: Any, path: Path, table: str, **options: Any) -> Any:
        (bench().temporary / "left").write_bytes(b"x")
        return read_csv(con, path, table, **options)

    with pytest.raises(AssertionError, match="left behind"):
        with_reader(monkeypatch, littering)
    (bench().temporary / "left").unlink()


def test_writing_elsewhere_and_calling_out_are_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def calling(con: Any, path: Path, table: str, **options: Any) -> Any:
        with socket.socket() as line:
            line.connect_ex(("127.0.0.1", 9))
        return read_csv(con, path, table, **options)

    def writing(con: Any, path: Path, table: str, **options: Any) -> Any:
        (tmp_path / "elsewhere").write_bytes(b"x")
        return read_csv(con, path, table, **options)

    for reader, what in ((calling, "socket.connect"), (writing, "elsewhere")):
        with pytest.raises(AssertionError, match=what):
            with_reader(monkeypatch, reader)


def test_the_bench_begins_every_run_with_nothing() -> None:
    place = Bench()
    with pytest.raises(KeyError), place.run():
        place.engine.run("CREATE TABLE left_over (a INTEGER)")
        place.put("log.csv", b"x")
        raise KeyError

    assert (place.tables(), [path.name for path in place.folder.iterdir()]) == ([], ["temporary"])


def test_damage_is_the_same_for_the_same_seed_and_changes_files() -> None:
    made = [list(mutated([GOOD], [b"\0"], 50, seed)) for seed in (1, 1, 2)]

    assert made[0] == made[1] != made[2]
    assert sum(data != GOOD for data in made[0]) > 45


ENCODED = b'<?xml version="1.0" encoding="Shift_JIS"?><log><events/><objects/></log>'
FOUND = {
    # Expat cannot be taught encodings of several bytes a letter, and pyexpat says so with a bare ValueError.
    "xes: encoding of several bytes": ("xes", b"\0" + ENCODED),
    "ocel_xml: encoding of several bytes": ("ocel_xml", ENCODED),
    "xlsx: encoding of several bytes": ("xlsx", b"\1" + ENCODED.replace(b"log", b"worksheet")),
    # The engine closes its database over a column of -33 bytes.
    "parquet: negative size": (
        "parquet",
        bytes.fromhex(
            "504152311500151415142c15041572001506150600000100000000a004000000621502192c4806736368656d61150200150c2500"
            "1801612500001604191c191c26081c150c191500191801611500160416361641260800001636160400003d00000050415231"
        ),
    ),
    "source: a code the engine does not read": (
        "source",
        b'title = { de = "P", en = "P" }\n[time]\nformats = ["%d/%m/%-Y"]\n',
    ),
    # Python turns no text of more than 4300 digits into a number.
    "xlsx: a style of many digits": (
        "xlsx",
        b'\1<worksheet><sheetData><row r="1"><c r="A1" s="' + b"9" * 5_000 + b'"/></row></sheetData></worksheet>',
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_stays_mended(name: str) -> None:
    target, data = FOUND[name]
    TARGETS[target](data)
