"""Values as XML reads them: references resolved where that is certain, and bytes that are text."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

Array = Any
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def resolved(
    text: bytes, room: Array, start: int, stop: int, value_start: Array, value_length: Array, trace: Array, plain: Array
) -> tuple[Array, Array, bytes]:
    """The values with their references resolved: such a value's text stands behind the piece's."""
    if text.find(b"&", start, stop) < 0:
        return value_start, value_length, b""
    places = np.flatnonzero(room[start:stop] == ord("&")) + start
    at = np.unique(np.searchsorted(value_start, places, side="right") - 1)
    at = at[at >= 0]
    at = at[plain[trace[at]]]
    value_start, value_length = value_start.copy(), value_length.copy()
    extra = bytearray()
    known: dict[bytes, tuple[int, int] | None] = {}
    for number, low, size in zip(at.tolist(), value_start[at].tolist(), value_length[at].tolist(), strict=True):
        raw = text[low : low + size]
        if raw not in known:
            said = _without_references(raw)
            known[raw] = None if said is None else (len(text) + len(extra), len(said))
            extra += said or b""
        place = known[raw]
        if place is None:
            plain[trace[number]] = False
        else:
            value_start[number], value_length[number] = place
    return value_start, value_length, bytes(extra)


def _without_references(raw: bytes) -> bytes | None:
    """A value as XML reads it, or None where only expat can say."""
    value = raw.decode()
    if value.count("&") != len(_REFERENCE.findall(value)):
        return None
    try:
        return _REFERENCE.sub(_character, value).encode()
    except ValueError:
        return None


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return _NAMED[match[1]]
    number = int(match[2]) if match[2] else int(match[3], 16)
    if number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or 0x10000 <= number <= 0x10FFFF:
        return chr(number)
    raise ValueError(number)


def is_text(text: bytes) -> bool:
    """Whether bytes are UTF-8 and hold nothing but characters XML knows (but for control characters)."""
    if text.isascii():
        return True
    try:
        read = text.decode()
    except UnicodeDecodeError:
        return False
    return "\ufffe" not in read and "\uffff" not in read
