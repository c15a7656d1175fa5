"""What stands between two values of plain XES: understood once by pattern, then known again by its bytes, many at once.

Between the closing sign of one value and the opening sign of the next a plain log repeats a few texts a million times,
such as ``/> <date key="time:timestamp" value=``. Each text is held against the grammar once and gets a code; numpy then
finds the code of every such place, comparing all its bytes. Code 0 is what is not plain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any  # numpy's array types say nothing here that the names do not
OPENING, MIDDLE, CLOSING = 1, 2, 3
LONGEST = 1_024  # a longer text between two values is not plain
PAD = b"\0" * (LONGEST + 16)  # has to stand behind the bytes looked at, so that whole words can be read
TYPES = ("string", "date", "int", "float", "boolean", "id")
_KNOWN = 4_096  # so many texts are remembered
_MISSES = 64  # after so many texts that are not plain the rest of a piece is not looked at
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_BLANK = r"(?:[ \t\n]|\r\n)"


@dataclass(frozen=True, slots=True)
class Bridge:
    """What one text between values says."""

    kind: int  # OPENING, MIDDLE or CLOSING: the place in a trace where it may stand
    closes: bool  # an event ends in it
    opens: bool  # an event begins in it
    down: bool  # the attribute before it holds the one behind it
    up: int  # the type of the attribute that held others and ends in it, 0 where none does
    key: int  # of the value after it, or before it where values stand first
    ends: int  # the type named by an end tag, 0 where the tag closes itself
    begins: int  # the type of the tag that begins in it
    lines: int
    lines_before: int  # up to the event that begins
    signs: int  # bytes that must not stand in a value


_NONE = Bridge(0, False, False, False, 0, 0, 0, 0, 0, 0, 0)
_FIELDS = (
    ("kind", np.uint8), ("closes", np.bool_), ("opens", np.bool_), ("down", np.bool_), ("up", np.uint8),
    ("key", np.int32), ("ends", np.uint8), ("begins", np.uint8), ("lines", np.int32), ("lines_before", np.int32),
    ("signs", np.int32),
)  # fmt: skip


class Bridges:
    """The texts between values met so far in one way of writing attributes: which quotes, key or value first."""

    def __init__(self, quote: str, *, value_first: bool) -> None:
        self.value_first = value_first
        self.keys: list[str] = []
        self._numbers: dict[str, int] = {}
        self._pattern = _pattern(quote, value_first)
        self._bridges = [_NONE]
        self._known: dict[int, list[tuple[int, np.uint64, Array]]] = {}
        self.tables: dict[str, Array] = {}
        self._tabulate()

    def codes(self, text: bytes, start: Array, length: Array) -> Array:
        """The code of the text at every ``start``. PAD has to follow the last one."""
        short = np.minimum(length, LONGEST + 1).astype(np.uint16)
        order = np.argsort(short, kind="stable")
        sorted_start = start[order]
        found = np.zeros(len(start), np.uint16)
        place, self._misses, before = 0, 0, len(self._bridges)
        for size, count in enumerate(np.bincount(short, minlength=1).tolist()):
            if count and 0 < size <= LONGEST:
                found[place : place + count] = self._of_one_length(text, sorted_start[place : place + count], size)
            place += count
        if len(self._bridges) > before:
            self._tabulate()
        codes = np.empty_like(found)
        codes[order] = found
        return codes

    def _of_one_length(self, text: bytes, start: Array, size: int) -> Array:
        words = _words(text, start, size)
        mixed = words[:, 0].copy()
        for number in range(1, words.shape[1]):
            mixed *= _MULTIPLIER
            mixed += words[:, number]
        codes = np.zeros(len(start), np.uint16)
        missing = len(start)
        known = self._known.setdefault(size, [])
        for entry in known:
            missing -= _mark(codes, words, mixed, entry)
            if not missing:
                return codes
        left = np.flatnonzero(codes == 0)
        while left.size and self._misses < _MISSES and len(self._bridges) < _KNOWN:
            first = int(left[0])
            code = self._understood(text[int(start[first]) : int(start[first]) + size])
            entry = (code, mixed[first], words[first].copy())
            if code:
                known.append(entry)
                _mark(codes, words, mixed, entry)
                left = left[codes[left] == 0]
            else:
                self._misses += 1
                left = left[mixed[left] != mixed[first]]
        return codes

    def _understood(self, text: bytes) -> int:
        """The code of a text met for the first time, 0 if it is not plain."""
        bridge = self._read(text)
        if bridge is None:
            return 0
        self._bridges.append(bridge)
        return len(self._bridges) - 1

    def _read(self, text: bytes) -> Bridge | None:
        try:
            match = self._pattern.fullmatch(text.decode())
        except UnicodeDecodeError:
            return None
        if match is None:
            return None
        said = match.groupdict()
        if said["down"] and (said["up"] or said["closes"] or said["opens"] or said["end"]):
            return None
        kind = OPENING if said["trace"] else CLOSING if said["end"] else MIDDLE
        key = said["key"]
        return Bridge(
            kind=kind,
            closes=said["closes"] is not None,
            opens=said["opens"] is not None,
            down=said["down"] is not None,
            up=_number(said["up"]),
            key=0 if key is None else self.number_of(key),
            ends=_number(said["ends"]),
            begins=_number(said["begins"]),
            lines=text.count(b"\n"),
            lines_before=match.string.count("\n", 0, match.start("opens")) if said["opens"] else 0,
            signs=sum(sign < 32 or sign == 60 for sign in text),
        )

    def number_of(self, key: str) -> int:
        """The number of a key."""
        number = self._numbers.setdefault(key, len(self.keys))
        if number == len(self.keys):
            self.keys.append(key)
        return number

    def _tabulate(self) -> None:
        self.tables = {
            name: np.array([getattr(bridge, name) for bridge in self._bridges], kind) for name, kind in _FIELDS
        }


def _number(kind: str | None) -> int:
    return TYPES.index(kind) + 1 if kind else 0


def _words(text: bytes, start: Array, size: int) -> Array:
    """The bytes at every ``start`` as rows of whole words, zero behind ``size``."""
    number = -(-size // 8)
    wide = 8 * number
    rows = np.ndarray((len(text) - wide + 1,), f"V{wide}", buffer=text, strides=(1,))[start]
    words = rows.view("<u8").reshape(len(start), number)
    if size % 8:
        words[:, -1] &= np.uint64((1 << (8 * (size % 8))) - 1)
    return words


def _mark(codes: Array, words: Array, mixed: Array, entry: tuple[int, np.uint64, Array]) -> int:
    """Write the code where all bytes are those of ``entry``. Returns at how many places they are."""
    code, sum_of_it, wanted = entry
    hit = np.flatnonzero(mixed == sum_of_it)
    if not hit.size:
        return 0
    rows = words if hit.size == len(words) else words[hit]
    same = rows[:, 0] == wanted[0]
    for number in range(1, len(wanted)):
        same &= rows[:, number] == wanted[number]
    hit = hit[same]
    codes[hit] = code
    return int(hit.size)


def _pattern(quote: str, value_first: bool) -> re.Pattern[str]:
    """The grammar of the three kinds: what opens a trace, what stands between two values in it, what closes it."""
    blank, blanks, kind = f"{_BLANK}*+", f"{_BLANK}++", f"(?:{'|'.join(TYPES)})"
    key = rf"key{blank}={blank}{quote}(?P<key>[^{quote}<&\x00-\x1f\ufffe\uffff]*+){quote}"
    value = rf"value{blank}={blank}"
    begin = rf"<(?P<begins>{kind}){blanks}" + (value if value_first else f"{key}{blanks}{value}")
    close = (
        rf"{blanks}{key}" if value_first else ""
    ) + rf"{blank}(?:/>|></(?P<ends>{kind}){blank}>|(?P<down>>)){blank}"
    close += rf"(?:</(?P<up>{kind}){blank}>{blank})?+"
    opening = rf"(?P<trace>{blank}<trace{blank}>{blank})"
    closes, opens = rf"(?:(?P<closes></event{blank}>){blank})?+", rf"(?:(?P<opens><event{blank}>){blank})?+"
    return re.compile(rf"(?:{opening}|{close}{closes})(?:{opens}{begin}|(?P<end></trace>))")
