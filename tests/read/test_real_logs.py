"""Every public log at hand: as many rows as an independent count finds, and the same cells as the csv module."""

from __future__ import annotations

import csv
import gzip
import io
import re
from pathlib import Path

import pytest

from procmine.read.table import read_csv
from procmine.read.xes import read_xes
from tests.read.reading import LOGS, Read, stored

pytestmark = pytest.mark.skipif(not LOGS.is_dir(), reason="the folder of public logs is not on this machine")
TABLES = sorted([*LOGS.glob("*/*.csv"), *LOGS.glob("*/*.csv.gz")])
EVENTS = sorted(LOGS.glob("*/*.xes.gz"))


def encoding(path: Path) -> str:
    return "latin-1" if path.name.startswith("BPI2016") else "utf-8-sig"


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_a_public_table_reads_like_the_csv_module(path: Path) -> None:
    declared = encoding(path)
    read = Read(read_csv, path, encoding=declared if declared == "latin-1" else None)
    text = stored(path).decode(declared)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=read.raw.delimiter))
    rows = [row for row in rows if row]
    good = [tuple(row) for row in rows[1:] if len(row) == len(rows[0])]

    assert read.raw.columns == tuple(rows[0])
    assert read.cells == good
    assert read.raw.rows_quarantined == len(rows) - 1 - len(good)


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.name)
def test_a_public_xes_log_has_as_many_events_as_tags(path: Path) -> None:
    text = gzip.decompress(path.read_bytes())
    read = Read(read_xes, path)
    lines = [number for number, line in enumerate(text.split(b"\n"), 1) if re.search(rb"<event[ />]", line)]

    assert [row[0] for row in read.rows] == lines
    assert read.raw.rows_read == read.raw.rows_accepted


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.name)
def test_a_public_xes_log_keeps_every_value(path: Path) -> None:
    """An independent count: value attributes written inside events, by a plain search in the text."""
    text = gzip.decompress(path.read_bytes())
    inside = sum(part.count(b"value=") for part in re.findall(rb"<event>.*?</event>", text, re.DOTALL))
    read = Read(read_xes, path)
    filled = sum(
        read.con.execute(f"SELECT count(c{number}) FROM raw").fetchall()[0][0]
        for number, name in enumerate(read.raw.columns)
        if not name.startswith("case:")
    )

    assert filled == inside
