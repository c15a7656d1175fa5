"""The quick way through an XES file gives what expat alone gives: rows, lines, columns, refusals, faults."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.errors import InputError
from procmine.read import opening, xes
from procmine.read.limits import LIMITS
from procmine.read.xes_quick import Quick
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


def outcome(body: str) -> Any:
    with tempfile.TemporaryDirectory() as place:
        try:
            read = xes_of(Path(place), body)
        except InputError as fault:
            return fault.what, fault.where
        return read.raw.columns, read.rows, read.refused, read.raw.warnings


def both(body: str, piece: int) -> tuple[Any, Any]:
    """What the quick way and expat alone make of a log, the first in small pieces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "LIMITS", dataclasses.replace(LIMITS, piece_bytes=piece))
        quick = outcome(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xes, "feed_quickly", _expat_alone)
        return quick, outcome(body)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PARTS), max_size=14), st.integers(1, 400), st.booleans())
def test_any_sequence_of_parts_has_one_outcome(parts: list[str], piece: int, ended: bool) -> None:
    body = HEAD + "<trace>" + "\n".join(parts) + ("</trace></log>" if ended else "")
    quick, alone = both(body, piece)

    assert quick == alone


@settings(max_examples=60, deadline=None, derandomize=True)
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
    for module in ("xes_log", "xes_quick"):
        monkeypatch.setattr(f"procmine.read.{module}.LIMITS", small)
    quick, alone = both(HEAD + "<trace>" + PLAIN * 5 + "</trace></log>", 100)

    assert quick == alone == ("A trace has more than 4 events.", quick[1])


def test_plain_events_never_reach_expat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the point of the quick way: were it never taken, all tests above would still pass."""
    seen: list[str] = []
    original = xes.Log._start_event
    monkeypatch.setattr(xes.Log, "_start_event", lambda self: (seen.append("event"), original(self)))
    read = xes_of(tmp_path, HEAD + ("<trace>\n" + (PLAIN + "\n") * 5 + "</trace>\n") * 40 + "</log>")

    assert (len(read.rows), seen, Quick.__name__) == (200, [], "Quick")
