"""The quick way through an XES file: plain traces become columns piece by piece, everything else goes to expat.

Expat stays the judge of the file: it sees all of it except traces that are plain beyond doubt, and those are taken only
where expat itself has shown to stand between two traces (a processing instruction put in as a probe comes out again).
The table is the same on both ways.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import numpy as np

from procmine.read.xes.bridge import PAD, Bridges
from procmine.read.xes.log import Log
from procmine.read.xes.part import Found
from procmine.read.xes.plain import END, ends_of, find_plain, way_of_writing
from procmine.read.xes.values import is_text

PIECE = 4 << 20  # so much is looked at in one go
HELD = 16 << 20  # a trace longer than this is not plain
PROBE = b"<?procmine?>"
_TOO_ODD = 4  # where one trace in so many is not plain, all of the piece goes to expat
_NOTES = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*<log[ \t\r\n>]")


def feed_quickly(pieces: Iterator[bytes], log: Log) -> None:
    """Give a whole file to ``log``."""
    quick = Quick(log)
    for piece in pieces:
        quick.feed(piece)
    quick.finish()


class Quick:
    """The bytes that are not yet given on, and whether the quick way is open."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._held: list[bytes] = []
        self._size = 0
        self._begun = False
        self._open = True
        self._resting = False  # expat stands between two traces
        self._line = 0  # of the file, where it rests
        self._within = False  # expat stands within a trace that was too long to be held
        self._last = b""  # the last byte expat got
        self._bridges: dict[tuple[str, bool], Bridges] = {}

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of the file."""
        if not self._open:
            self._log.parser.Parse(piece, False)
            return
        self._held.append(piece)
        self._size += len(piece)
        if self._size >= PIECE:
            self._look()

    def finish(self) -> None:
        """The file is at its end."""
        if self._open:
            self._look()
        self._log.parser.Parse(b"".join(self._held), False)
        self._log.parser.Parse(b"", True)

    def _look(self) -> None:
        """Give on what is held, but for the trace that has no end yet."""
        text, size = b"".join((*self._held, PAD)), self._size
        start = 0 if self._begun else self._begin(text, size)
        stop = start
        if self._open and self._begun and (last := text.rfind(END, start, size)) >= 0:
            stop = last + len(END)
            self._take(text, start, stop)
        if not self._open or size - stop > HELD:
            self._give(text[stop:size])
            stop, self._within = size, True
        self._held, self._size = [text[stop:size]], size - stop

    def _begin(self, text: bytes, size: int) -> int:
        """The head of the file goes to expat, up to the first trace; only then is the quick way judged."""
        start = text.find(b"<trace", 0, size)
        if start < 0:
            self._open = size <= HELD
            return 0
        log, head = self._log, text[:start]
        log.parser.Parse(head, False)
        bare = _NOTES.sub(b"", head)
        utf8 = log.encoding.lower() in ("utf-8", "utf8")
        self._open = utf8 and _ROOT.match(bare) is not None and b"<?" not in bare and b"<!" not in bare
        self._begun = True
        self._last = head[-1:]
        if self._open:
            self._probe()
        return start

    def _give(self, text: bytes) -> None:
        """Give text to expat. An instruction would end at the probe, so the quick way ends where there is one."""
        if self._open and b"<?" in self._last + text:
            self._open = False
        self._last = text[-1:] or self._last
        self._resting = False
        self._log.parser.Parse(text, False)

    def _probe(self) -> None:
        """Find out whether expat stands between two traces: not in a comment, not in another element."""
        log = self._log
        log.probed = False
        log.parser.Parse(PROBE, False)
        self._resting = log.probed and log.between_traces
        self._line = log.line_of_probe

    def _take(self, text: bytes, start: int, stop: int) -> None:
        """The traces of a piece: runs of plain ones to the table, the others to expat."""
        if self._within:
            behind = text.find(END, start, stop) + len(END)
            self._give(text[start:behind])
            start, self._within = behind, False
        if self._open and not self._resting:
            self._probe()
        found = self._judged(text, start, stop) if self._resting and start < stop else None
        if found is None:
            self._give(text[start:stop])
            if self._open:
                self._probe()
            return
        edges = np.flatnonzero(np.diff(found.plain, prepend=~found.plain[0], append=~found.plain[-1])).tolist()
        for first, behind in itertools.pairwise(edges):
            if found.plain[first]:
                part = found.part(first, behind, self._line)
                self._log.take(part)
                self._line += part.line_ends
            else:
                self._give(text[int(found.ends[first - 1]) if first else start : int(found.ends[behind - 1])])
                if self._open:
                    self._probe()
                if not self._resting:
                    self._give(text[int(found.ends[behind - 1]) : stop])
                    return

    def _judged(self, text: bytes, start: int, stop: int) -> Found | None:
        """What is plain of a piece, or None where it is not worth to be looked at."""
        if not is_text(text[start:stop]):
            return None
        way = quote, value_first = way_of_writing(text)
        if way not in self._bridges:
            self._bridges[way] = Bridges(quote, value_first=value_first)
        found = find_plain(text, start, ends_of(text, start, stop), self._bridges[way], quote)
        odd = len(found.plain) - int(np.count_nonzero(found.plain))
        return None if odd * _TOO_ODD > len(found.plain) else found
