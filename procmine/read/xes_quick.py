"""The quick way through an XES file: plain events are cut out of the text by pattern, everything else goes to expat.

Expat stays the judge of the file: it sees all of it except events that are plain beyond doubt, and those are taken only
where expat itself has shown to stand between two elements of a trace (a processing instruction put in as a probe comes
out again). What could make that wrong - comments, CDATA, instructions, namespaces, carriage returns alone, other
encodings - ends the quick way for the rest of the file. The table is the same on both ways.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from procmine.read.limits import LIMITS
from procmine.read.xes_log import Log

_BLANK = r"[ \t\r\n]*+"
_TEXT = r'[^"<&\x00-\x1f\ufffe\uffff]*+'
_TYPE = r"(?:string|date|int|float|boolean|id)"
_PLAIN = re.compile(rf'{_BLANK}<event>(?:{_BLANK}<{_TYPE} key="{_TEXT}" value="{_TEXT}"{_BLANK}/>)*+{_BLANK}</event>')
_PAIR = re.compile(rf'<{_TYPE} key="({_TEXT})" value="({_TEXT})"')
_LONE_RETURN = re.compile(r"\r(?!\n|\Z)")
_NOTES = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ROOT = re.compile(r"\ufeff?[ \t\r\n]*<log[ \t\r\n>]")
_OPEN, _CLOSE = "<event", "</event>"
PROBE = b"<?procmine?>"
SHAPES = 6  # so many orders of keys get a pattern of their own
HELD = 4_000_000  # an event longer than this is not plain


def feed_quickly(pieces: Iterator[bytes], log: Log) -> None:
    """Give a whole file to ``log``."""
    quick = Quick(log)
    for piece in pieces:
        quick.feed(piece)
    quick.finish()


class Quick:
    """The text that is not yet given on, and whether the quick way is open."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._held = ""
        self._begun = False
        self._open = True
        self._shapes: list[tuple[re.Pattern[str], tuple[str, ...]]] = []

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of the file."""
        if self._open:
            try:
                text = self._held + self._decoder.decode(piece)
            except UnicodeDecodeError:
                # Expat says where; it gets what the decoder held back, too.
                waiting = self._decoder.getstate()[0]
                self._close(self._held.encode() + waiting)
            else:
                self._held = ""
                self._take(text)
                return
        self._log.parser.Parse(piece, False)

    def finish(self) -> None:
        """The file is at its end."""
        waiting = self._decoder.getstate()[0] if self._open else b""
        self._close(self._held.encode() + waiting)
        self._log.parser.Parse(b"", True)

    def _close(self, rest: bytes) -> None:
        """From here on everything goes to expat."""
        self._open, self._held = False, ""
        self._log.parser.Parse(rest, False)

    def _take(self, text: str) -> None:
        place = 0
        if not self._begun:
            place = self._begin(text)
            if not self._begun:
                return
        if _doubtful(text, place):
            self._close(text[place:].encode())
            return
        while place < len(text):
            if self._log.between:
                place = self._events(text, place)
            start = text.find(_OPEN, place)
            if start < 0 or len(text) - start < len(_OPEN) + 1:
                # Nothing but what stands between events; the last signs may be the beginning of a tag.
                stop = start if start >= 0 else max(text.rfind("<", place), place)
                if stop > place and not self._probed(text[place:stop]):
                    self._close(text[stop:].encode())
                else:
                    self._held = text[stop:]
                return
            if text[place:start].strip(" \t\r\n"):
                if not self._probed(text[place:start]):
                    self._close(text[start:].encode())
                    return
                place = start
                if self._log.between:
                    continue
            stop = text.find(_CLOSE, start)
            if stop < 0:
                self._held = text[place:]
                if len(self._held) > HELD:
                    self._close(self._held.encode())
                return
            stop += len(_CLOSE)
            if self._log.between and _PLAIN.match(text, start, stop) and self._any_shape(text, place, start, stop):
                self._log.removed_lines += text.count("\n", place, stop)
                place = stop
                continue
            if not self._probed(text[place:stop]):
                self._close(text[stop:].encode())
                return
            place = stop

    def _begin(self, text: str) -> int:
        """The head of the file goes to expat, up to the first trace; only then is the quick way judged."""
        start = text.find("<trace")
        if start < 0:
            if len(text) > HELD:
                self._close(text.encode())
            else:
                self._held = text
            return 0
        self._log.parser.Parse(text[:start].encode(), False)
        plain = self._log.encoding.lower() in ("utf-8", "utf8") and "\r" not in text[:start].replace("\r\n", "")
        if not plain or not _ROOT.match(_NOTES.sub("", text[:start])) or not self._probed(""):
            self._close(text[start:].encode())
            return 0
        self._begun = True
        return start

    def _probed(self, text: str) -> bool:
        """Give ``text`` to expat; whether expat then stands between elements."""
        log = self._log
        log.probed = False
        log.parser.Parse(text.encode() + PROBE, False)
        return log.probed

    def _events(self, text: str, place: int) -> int:
        """Take plain events of known shapes from ``place`` on. Returns where they end."""
        log = self._log
        add, limit = log.events.add, LIMITS.events_per_trace - log.events.open_rows
        line = log.file_line()
        first = place
        found = True
        while found and limit > 0:
            found = False
            for number, (pattern, keys) in enumerate(self._shapes):
                match = pattern.match(text, place)
                if match is None:
                    continue
                stop = match.end()
                if stop - place > LIMITS.field_bytes:
                    continue
                before, *values = match.groups()
                add(line + before.count("\n"), keys, values)
                line += text.count("\n", place, stop)
                place = stop
                limit -= 1
                found = True
                if number:
                    self._shapes.insert(0, self._shapes.pop(number))
                break
        log.removed_lines += text.count("\n", first, place)
        return place

    def _any_shape(self, text: str, place: int, start: int, stop: int) -> bool:
        """Take one plain event whatever its keys; False where expat has to look at it. Expat stands at ``place``."""
        pairs = _PAIR.findall(text, start, stop)
        keys = tuple(key for key, _ in pairs)
        too_big = stop - start > LIMITS.field_bytes or len(keys) > LIMITS.attributes_per_event
        if too_big or len(set(keys)) < len(keys) or self._log.events.open_rows >= LIMITS.events_per_trace:
            return False
        line = self._log.file_line() + text.count("\n", place, start)
        self._log.events.add(line, keys, [value for _, value in pairs])
        if len(self._shapes) < SHAPES:
            self._shapes.append((_shape(text[start:stop]), keys))
        return True


def _doubtful(text: str, place: int) -> bool:
    """Whether the rest holds what only expat can judge. One rare sign is looked for first: that is quick."""
    return (
        (text.find("!", place) >= 0 and text.find("<!", place) >= 0)
        or (text.find("?", place) >= 0 and text.find("<?", place) >= 0)
        or text.find("xmlns", place) >= 0
        or (text.find("\r", place) >= 0 and _LONE_RETURN.search(text, place) is not None)
    )


def _shape(event: str) -> re.Pattern[str]:
    """A pattern for events with these types and keys in this order, blanks as they come; groups: the values."""
    parts = re.findall(rf'<({_TYPE}) key="({_TEXT})"', event)
    inner = "".join(rf'{_BLANK}<{kind} key="{re.escape(key)}" value="({_TEXT})"{_BLANK}/>' for kind, key in parts)
    return re.compile(rf"({_BLANK})<event>{inner}{_BLANK}</event>")
