"""Laws of the CSV reader over drawn files: nothing is lost, nothing changes, and the csv module agrees."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.read.csv import structure as csv_structure
from procmine.read.csv.structure import Dialect, scan
from tests.read.reading import csv_of, written

# Signs that matter to a reader of delimited text come often; the rest is any text without NUL and lone surrogates.
HARD = st.text(alphabet='ab"\n\r,;\t| äß€\u0308\u200b\ufeff😀', max_size=8)
VALUES = st.one_of(
    HARD,
    st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12),
    st.sampled_from(
        ["NA", "nan", "null", "None", "007", "7", "1e5", "1.0", "TRUE", " A", "A ", "=1+1", "<b>", "#", "\\"]
    ),
)
ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=12)
DELIMITERS = st.sampled_from([",", ";", "\t", "|"])
ENDS = st.sampled_from(["\n", "\r\n"])
NAMES = ("case", "activity", "time")


@settings(max_examples=80, derandomize=True)
@given(ROWS, DELIMITERS, ENDS)
def test_what_was_written_is_read(rows: list[tuple[str, str, str]], delimiter: str, end: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        read = csv_of(Path(place), written([NAMES, *rows], delimiter=delimiter, end=end), delimiter=delimiter)

    assert (read.cells, read.refused) == (rows, [])


@settings(max_examples=40, derandomize=True)
@given(ROWS, st.sampled_from(["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-8"]))
def test_what_was_encoded_is_read(rows: list[tuple[str, str, str]], codec: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        read = csv_of(Path(place), written([NAMES, *rows]).encode(codec), delimiter=",", encoding=codec)

    assert (read.cells, read.refused) == (rows, [])


@st.composite
def broken_csv(draw: st.DrawFn) -> tuple[str, int, int]:
    """Rows of which some are broken on purpose so that each stays one row: text, rows, broken rows."""
    simple = st.text(alphabet="abc äß\u0308 07", min_size=1, max_size=6)
    lines, broken = [",".join(NAMES)], 0
    for number in range(draw(st.integers(1, 15))):
        first, second = draw(simple), draw(simple)
        how = draw(st.sampled_from(["", "", "quoted", "short", "long", "stray", "inside", "nul", "return"]))
        lines.append(
            {
                "": f"{number},{first},{second}",
                "quoted": f'{number},"{first}, ""{second}""","{second}"',
                "short": f"{number},{first}",
                "long": f"{number},{first},{second},{first}",
                "stray": f'{number},{first}"{second},x',
                "inside": f'{number},"{first}"{second},x',
                "nul": f"{number},{first}\0,{second}",
                "return": f"{number},{first}\r{second},x",
            }[how]
        )
        broken += how not in ("", "quoted")
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"])), len(lines) - 1, broken


@settings(max_examples=80, derandomize=True)
@given(broken_csv())
def test_accepted_and_quarantined_are_what_was_written(drawn: tuple[str, int, int]) -> None:
    text, rows, broken = drawn
    with tempfile.TemporaryDirectory() as place:
        read = csv_of(Path(place), text, delimiter=",")

    assert (read.raw.rows_read, read.raw.rows_quarantined) == (rows, broken)
    assert sorted([row[0] for row in read.rows] + [row[0] for row in read.refused]) == list(range(2, rows + 2))


@settings(max_examples=300, derandomize=True)
@given(st.lists(st.lists(HARD, min_size=3, max_size=3), min_size=1, max_size=6), ENDS, st.booleans())
def test_the_quick_ways_find_what_row_by_row_finds(rows: list[list[str]], end: str, all_quoted: bool) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL).writerows(rows)
    data = out.getvalue().encode()
    dialect = Dialect(b",", b'"', csv_structure.LF, 3, end == "\r\n")
    slow = csv_structure._row_by_row(data, dialect, 2, last=True)
    quick = scan(data, dialect, 2, last=True, declared=True)

    assert (quick.rows, quick.lines, quick.consumed) == (slow.rows, slow.lines, slow.consumed)
    assert quick.alike or quick.numbers.tolist() == slow.numbers.tolist()


@settings(max_examples=300, derandomize=True)
@given(st.text(alphabet='ab"\n\r,', max_size=40))
def test_any_text_is_accepted_or_refused_to_its_last_line(text: str) -> None:
    data = text.encode() + b"\n"
    dialect = Dialect(b",", b'"', csv_structure.LF, 2)
    found = scan(data, dialect, 1, last=True, declared=True)

    assert (found.consumed, found.lines) == (len(data), data.count(b"\n"))


@settings(max_examples=150, derandomize=True)
@given(st.text(alphabet='ab"\n\r,', max_size=60), st.integers(1, 40))
def test_where_a_piece_ends_makes_no_difference(text: str, size: int) -> None:
    data = b"a,b\n" + text.encode() + b"\n"
    dialect = Dialect(b",", b'"', csv_structure.LF, 2)
    whole = _in_pieces(data, dialect, len(data))

    assert _in_pieces(data, dialect, size) == whole


def _in_pieces(data: bytes, dialect: Dialect, size: int) -> list[tuple[int, str, str]]:
    """Every row in order with its line: accepted ones with their text, refused ones with their reason."""
    found_rows: list[tuple[int, str, str]] = []
    held, line = b"", 1
    for place in range(0, len(data), size):
        last = place + size >= len(data)
        held += data[place : place + size]
        found = scan(held, dialect, line, last=last, declared=True)
        if found.alike:
            rows = enumerate(held[: found.consumed].decode().splitlines(), line)
            found_rows += [(number, row, "") for number, row in rows]
        for start, stop, number in zip(
            found.starts.tolist(), found.stops.tolist(), found.numbers.tolist(), strict=True
        ):
            found_rows.append((number, held[start:stop].decode(), ""))
        found_rows += [(row.line, row.raw, row.reason) for row in found.refused]
        held, line = held[found.consumed :], line + found.lines
    return sorted(found_rows)


@pytest.mark.parametrize("bad", [b"\x81", b"\xff"])
def test_no_letter_is_ever_replaced(tmp_path: Path, bad: bytes) -> None:
    read = csv_of(tmp_path, b"a;b\n1;x\n2;" + bad + b"\n", encoding="cp1252" if bad == b"\x81" else "utf-8")

    assert "\ufffd" not in str(read.rows) + str(read.refused)
