"""The quick way through an XES file gives what expat alone gives: rows, lines, columns, refusals, faults."""

from __future__ import annotations

import dataclasses
import random
import re
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.errors import InputError
from procmine.read.files import opening
from procmine.read.limits import LIMITS
from procmine.read.xes import pieces as xes_pieces
from procmine.read.xes import reading as xes
from procmine.read.xes import rows as xes_rows
from procmine.read.xes.reading import read_xes
from tests.read.reading import xes_of

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<log>\n'
PLAIN = '<event>\n<string key="a" value="1"/><date key="b" value="2"/>\n</event>'
# Pieces of XES, legal and not, in any order; each changes what may be taken quickly.
PARTS = [
    "<trace>",
    "</trace>",
    "</trace>\n<trace>",
    "</trace><trace>",
    '<string key="concept:name" value="C1"/>',
    PLAIN,
    PLAIN,
    PLAIN + "\n  ",
    PLAIN.replace("\n", ""),
    '<event><string key="a" value="x &amp; ü"/></event>',
    "<event><string key='a' value='single'/></event>",
    '<event><string key="a" value="1"><string key="n" value="2"/></string></event>',
    '<event><string key="a" value="1"/><string key="a" value="2"/></event>',
    "<event/>",
    "<event></event>",
    '<event><int value="3" key="a"/></event>',
    '<event><mystring key="a" value="1"/></event>',
    '<event><list key="l"><values><string key="x" value="1"/></values></list></event>',
    "<!-- note -->",
    f"<!-- {PLAIN} -->",
    f"<![CDATA[ {PLAIN} ]]>",
    f"<?note {PLAIN} ?>",
    f'<string key="open {PLAIN}" value="x"/>',
    f'<trace xmlns="urn:other">{PLAIN}</trace>',
    f"{PLAIN}</trace>{PLAIN}<trace>",
    "<!-- ",
    " -->",
    "<![CDATA[",
    "]]>",
    "<?note text?>",
    '<string key="open ',
    '" value="x"/>',
    '<f:x xmlns:f="urn:f">',
    "</f:x>",
    '<trace xmlns="urn:other">',
    "\r",
    "\r\n",
    "\u00a0",
    "text",
    "<event>",
    "</event>",
    '<event id="1">',
    "<container key='c'>",
    "</container>",
    "\x01",
    "&lt;event&gt;",
]


LEGAL = [part for part in PARTS[2:22] if "open " not in part and "xmlns" not in part and "values" not in part]


def _expat_alone(pieces: Iterator[bytes], log: Any) -> None:
    for piece in pieces:
        log.parser.Parse(piece, False)
    log.parser.Parse(b"", True)


def outcome(body: str | bytes) -> Any:
    with tempfile.TemporaryDirectory() as place:
        try:
            read = xes_of(Path(place), body)
        except InputError as fault:
            return fault.what, fault.where
        return read.raw.columns, read.rows, read.refused, read.raw.warnings


def both(body: str | bytes, piece: int, **constants: int) -> tuple[Any, Any]:
    """What the quick way and expat alone make of a log, the first in small pieces and with other constants."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "LIMITS", dataclasses.replace(LIMITS, piece_bytes=piece))
        patch.setattr(xes_rows, "LIMITS", dataclasses.replace(LIMITS, batch_rows=constants.pop("batch_rows", 50_000)))
        for name, value in {"PIECE": piece, **constants}.items():
            patch.setattr(xes_pieces, name, value)
        quick = outcome(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xes, "feed_quickly", _expat_alone)
        return quick, outcome(body)


@pytest.mark.slow
@settings(max_examples=60, derandomize=True)
@given(st.lists(st.sampled_from(PARTS), max_size=14), st.integers(1, 400), st.booleans())
def test_any_sequence_of_parts_has_one_outcome(parts: list[str], piece: int, ended: bool) -> None:
    body = HEAD + "<trace>" + "\n".join(parts) + ("</trace></log>" if ended else "")
    quick, alone = both(body, piece)

    assert quick == alone


@pytest.mark.slow
@settings(max_examples=60, derandomize=True)
@given(st.lists(st.sampled_from([*LEGAL, "\n"]), max_size=25), st.integers(1, 300))
def test_legal_logs_have_one_outcome(parts: list[str], piece: int) -> None:
    body = HEAD + "<trace>" + "".join(parts) + "</trace>\n</log>\n"
    quick, alone = both(body, piece)

    assert quick == alone
    assert isinstance(quick[0], tuple)


@pytest.mark.parametrize("root", ["<log>", '<log xmlns="urn:x">', "<x:log xmlns:x='urn:x'>", '<log xmlns:x="urn:x">'])
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_prefixes_have_one_outcome(root: str, prefix: str) -> None:
    inner = ("<trace>" + PLAIN * 3 + "</trace>").replace("</", f"</{prefix}").replace("<", f"<{prefix}")
    inner = inner.replace(f"<{prefix}/{prefix}", f"</{prefix}")
    end = "</x:log>" if root.startswith("<x:") else "</log>"
    quick, alone = both(HEAD.replace("<log>", root) + inner + end, 50)

    assert quick == alone


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("piece", [7, 64, 1000])
def test_lines_are_those_of_the_file(end: str, piece: int) -> None:
    body = (HEAD + ("<trace>\n" + (PLAIN + "\n\n") * 5 + "</trace>\n") * 4 + "</log>\n").replace("\n", end)
    quick, alone = both(body, piece)

    assert quick == alone


def test_a_log_too_long_for_one_trace_is_refused_on_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    small = dataclasses.replace(LIMITS, events_per_trace=4)
    for module in ("xes.log", "xes.plain"):
        monkeypatch.setattr(f"procmine.read.{module}.LIMITS", small)
    quick, alone = both(HEAD + "<trace>" + PLAIN * 5 + "</trace></log>", 100)

    assert quick == alone == ("A trace has more than 4 events.", quick[1])


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lines of the events expat is asked about."""
    seen: list[int] = []
    original = xes.Log._start_event
    monkeypatch.setattr(xes.Log, "_start_event", lambda self: (seen.append(self.file_line()), original(self)))
    return seen


TRACE = "<trace>\n" + (PLAIN + "\n") * 5 + "</trace>\n"
MANY = HEAD + TRACE * 40 + "</log>"
WRITINGS = {
    "key first": lambda text: text,
    "value first": lambda text: re.sub(r'(key="[^"]*") (value="[^"]*")', r"\2 \1", text),
    "single quotes": lambda text: text.replace('"', "'"),
    "both": lambda text: re.sub(r'(key="[^"]*") (value="[^"]*")', r"\2 \1", text).replace('"', "'"),
    "blanks": lambda text: (
        text.replace('" value="', '"\n\tvalue = "').replace("/>", " />").replace("event>", "event >")
    ),
    "end tags": lambda text: re.sub(r"<(\w+) (key=[^/]*)/>", r"<\1 \2></\1>", text),
    "one line": lambda text: text.replace("\n", ""),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "nested": lambda text: text.replace(
        'value="2"/>', 'value="2">\n<int key="n" value="3"/><int key="m" value=""/></date>'
    ),
    "references": lambda text: text.replace('value="2"', 'value="&lt;&amp;&#252;&#x20AC;&quot;&apos;&gt;&#10;"'),
    "letters": lambda text: text.replace('value="2"', 'value="ü€😀 > it`s ]]&gt;"'),
    "trace says": lambda text: text.replace("<trace>", '<trace><string key="concept:name" value="C"/>'),
    "trace says late": lambda text: text.replace("</trace>", '<string key="concept:name" value="C"/></trace>'),
    "namespace": lambda text: text.replace("<log>", '<log xmlns="http://www.xes-standard.org/">'),
    "mark": lambda text: "\ufeff" + text,
    "head": lambda text: text.replace(
        "<log>", '<!-- <x> --><?style x?><log xes.version="1.0">\n<classifier name="a"/>'
    ),
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_common_writings_are_read_without_expat(judged: list[int], writing: str) -> None:
    body = WRITINGS[writing](MANY)
    read = outcome(body)

    assert (len(read[1]), judged) == (200, [])


@pytest.mark.slow
@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("piece", [pytest.param(1, marks=pytest.mark.slow), 100, 1 << 20])
def test_common_writings_have_one_outcome(writing: str, piece: int) -> None:
    quick, alone = both(WRITINGS[writing](MANY), piece, batch_rows=7)

    assert quick == alone
    assert len(quick[1]) == 200


ODD = {
    "comment": ("<event>", "<!-- note --><event>"),
    "cdata": ("<event>", "<![CDATA[ ]]><event>"),
    "text": ("<event>", "x<event>"),
    "empty event": ("<event>", "<event/><event>"),
    "twice": ("</event>", '<int key="a" value="2"/></event>'),
    "list": ("</event>", '<list key="l"><values><int key="x" value="7"/></values></list></event>'),
    "nested twice": ("/></event>", '><int key="n" value="1"><int key="o" value="1"/></int></date></event>'),
    "another type": ("<date", "<mystring"),
    "another quote": ('key="a"', "key='a'"),
    "line end in value": ('value="1"', 'value="1\n2"'),
    "attribute of the event": ("<event>", '<event id="1">'),
    "namespace": ("<event>", '<event xmlns="urn:x">'),
    "undeclared reference": ('value="1"', 'value="&#0;"'),
    "less": ('value="1"', 'value="<"'),
    "control": ('value="1"', 'value="\x01"'),
    "no character": ('value="1"', 'value="\uffff"'),
    "crossed": ("</event>\n</trace>", "</trace></event>"),
    "crossed types": ("/></event>", "></string></event>"),
    "nested and not closed": ("/></event>", '><int key="n" value="1"/></event>'),
    "closed and not nested": ("</event>", "</date></event>"),
    "event in event": ("<event>", "<event><event>"),
    "no event closed": ("</event>", ""),
    "no event opened": ("<event>", ""),
    "event twice closed": ("</event>", "</event></event>"),
    "trace in trace": ("<trace>", "<trace><trace>"),
    "event outside": ("<trace>", f"{PLAIN}<trace>"),
    "attribute outside": ("<trace>", '<string key="a" value="1"/><trace>'),
    "lone return": ("<event>", "\r<event>"),
    "open comment": ("<event>", "<!-- <event>"),
    "instruction": ("<event>", "<?note <event>"),
    "probe": ("<event>", "<?procmine?><!-- <event>"),
    "doctype": ("<trace>", "<!DOCTYPE log><trace>"),
}


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("number", "piece"), [pytest.param(0, 1 << 20, marks=pytest.mark.slow), (17, 60), (39, 1 << 20)]
)
def test_one_odd_trace_among_plain_ones_has_one_outcome(odd: str, number: int, piece: int) -> None:
    traces = [TRACE.replace("\n</event>", "</event>")] * 40
    traces[number] = traces[number].replace(*ODD[odd], 1)
    body = HEAD + "".join(traces) + "</log>"
    quick, alone = both(body, piece, _TOO_ODD=0)

    assert quick == alone


def test_an_odd_trace_alone_goes_to_expat(judged: list[int]) -> None:
    traces = [TRACE] * 40
    traces[20] = TRACE.replace("<event>", "<!-- note --><event>", 1)
    read = outcome(HEAD + "".join(traces) + "</log>")

    assert (len(read[1]), len(judged)) == (200, 5)


def test_a_trace_too_long_to_be_held_goes_to_expat(judged: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xes_pieces, "HELD", 2_000)
    monkeypatch.setattr(xes_pieces, "PIECE", 500)
    monkeypatch.setattr(opening, "LIMITS", dataclasses.replace(LIMITS, piece_bytes=300))
    read = outcome(MANY.replace("<trace>", "<trace>" + PLAIN * 50, 1))

    assert (len(read[1]), len(judged)) == (250, 55)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_logs_have_one_outcome(seed: int) -> None:
    """Signs and parts put in, taken out or cut off anywhere, in every way of writing; pieces, batches of any size."""
    chance = random.Random(seed)  # noqa: S311  # the same logs in every run
    body = chance.choice(list(WRITINGS.values()))(MANY)
    body = body[: body.index("</trace>", 400) + 8] + "\n" + "".join(chance.choices([*LEGAL, ""], k=2)) + "\n</log>"
    for _ in range(chance.randrange(3)):
        at = chance.randrange(len(body))
        put = chance.choice([*PARTS, *"<>&\"'/= \r\n\tae!?-\x01\x7f", "", ""])
        body = body[:at] + put + body[at + chance.choice([0, 0, 1, 9]) :]
    data = body.encode()
    if not chance.randrange(10):
        data = data[: chance.randrange(len(data))]
    quick, alone = both(
        data,
        chance.choice([1, 7, 50, 200, 1 << 20]),
        batch_rows=chance.choice([1, 5, 50_000]),
        HELD=chance.choice([300, 1 << 24]),
        _TOO_ODD=chance.choice([0, 4]),
    )

    assert quick == alone


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Python holds, numpy's arrays included; the engine's own table is not in it."""
    monkeypatch.setattr(xes_pieces, "PIECE", 1 << 14)
    monkeypatch.setattr(opening, "LIMITS", dataclasses.replace(LIMITS, piece_bytes=1 << 14))
    monkeypatch.setattr(xes_rows, "_BATCH_BYTES", 1 << 16)
    peaks = []
    for number, count in enumerate((600, 600, 4_000)):
        path = tmp_path / f"{number}.xes"
        path.write_text(HEAD + TRACE * count + "</log>")
        tracemalloc.start()
        read_xes(duckdb.connect(), path, "raw", file_no=1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[2] < 1.2 * peaks[1]
