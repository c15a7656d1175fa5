"""Read the JSON form of an OCEL 2.0 log, one object or event at a time, so that memory does not grow with the file.

Numbers stay as they are written. A key given twice, NaN, Infinity, a lone surrogate, deep nesting, an end that does not
come and anything after the end refuse the file, with line and column.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from procmine.errors import InputError
from procmine.read.files.opening import Opened
from procmine.read.limits import LIMITS
from procmine.read.ocel.records import BETWEEN_OBJECTS, EventSaid, Fault, Notes, ObjectSaid, Record, TypeSaid

_BLANK = re.compile(r"[ \t\n\r]*")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)')
_LONGEST = 16  # signs of the longest word, number sign or escape the end of a piece may cut
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_PARTS = ("eventTypes", "objectTypes", "events", "objects")


class _Refused(Exception):
    """A value JSON knows and an event log does not: said by the hooks, which do not know where they are."""


def read_json(file: Opened, notes: Notes) -> Iterator[Record]:
    """Every type, object and event of the file, in its order. Raises InputError where it is no OCEL 2.0 in JSON."""
    text = _Text(file, notes)
    seen: set[str] = set()
    for part, line, value in _parts(text):
        if part not in _PARTS:
            notes.stranger(f"Part {part[:100]!r} of the log is not part of OCEL 2.0 and was not taken")
        elif value is None:
            seen.add(part)
        elif not isinstance(value, dict):
            raise text.fault(f"An entry of {part} is no object.", line)
        elif part.endswith("Types"):
            yield _type(part.removesuffix("Types"), value)
        else:
            notes.counts[BETWEEN_OBJECTS] += len(_list(value.get("relationships"))) if part == "objects" else 0
            yield _event(line, value) if part == "events" else _object(line, value)
    if missing := {"events", "objects"} - seen:
        raise InputError(
            f"The file has no {' and no '.join(sorted(missing))}: it is no OCEL 2.0.",
            where=file.name,
            hint="Export as OCEL 2.0 (JSON, XML or SQLite).",
        )


def _parts(text: _Text) -> Iterator[tuple[str, int, Any]]:
    """The entries of the log's parts, each with its part and line; first of each part a None: the part is there."""
    text.take("{", "The file does not begin with {: it is no OCEL in JSON.")
    keys: set[str] = set()
    while not text.next_is("}"):
        if keys:
            text.take(",", "A comma is missing.")
        if not text.next_is('"'):
            raise text.here("A name is missing, or is no text.")
        line, key = text.value()
        if key in keys:
            raise text.fault(f"The key {key!r} is given twice.", line)
        if key in ("ocel:events", "ocel:objects"):
            raise text.fault("This is OCEL 1.0.", line, "Export as OCEL 2.0; 1.0 is not read.")
        keys.add(key)
        if len(keys) > LIMITS.columns:
            raise text.fault(f"The log has more than {LIMITS.columns:,} parts.", line)
        text.take(":", "A colon is missing.")
        yield key, line, None
        if key not in _PARTS:
            text.value()
            continue
        text.take("[", f"{key} is no list.")
        empty = True
        while not text.next_is("]"):
            if not empty:
                text.take(",", "A comma is missing.")
            empty = False
            line, value = text.value()
            if value is None:
                raise text.fault(f"An entry of {key} is null.", line)
            yield key, line, value
        text.take("]", "")
    text.take("}", "")
    text.end()


def _type(kind: str, said: dict[str, Any]) -> TypeSaid:
    names = [each.get("name") for each in _list(said.get("attributes")) if isinstance(each, dict)]
    return TypeSaid(kind, str(said.get("name") or ""), tuple(name for name in names if isinstance(name, str)))


def _object(line: int, said: dict[str, Any]) -> ObjectSaid:
    faults = _lists(said)
    attributes = []
    for name, value, each in _attributes(said, faults):
        attributes.append((name, value, _text(each.get("time"), "time", faults)))
    id, kind = _text(said.get("id"), "id", faults), _text(said.get("type"), "type", faults)
    return ObjectSaid(line, id, kind, tuple(attributes), faults[0] if faults else None)


def _event(line: int, said: dict[str, Any]) -> EventSaid:
    faults = _lists(said)
    attributes = tuple((name, value) for name, value, _ in _attributes(said, faults))
    relations = []
    for each in _list(said.get("relationships")):
        related = _text(each.get("objectId"), "objectId", faults) if isinstance(each, dict) else None
        if related is None:
            faults.append(("no_value", "relationships"))
        else:
            relations.append((related, _text(each.get("qualifier"), "qualifier", faults)))
    id, kind, time = (_text(said.get(key), key, faults) for key in ("id", "type", "time"))
    return EventSaid(line, id, kind, time, attributes, tuple(relations), faults[0] if faults else None)


def _attributes(said: dict[str, Any], faults: list[Fault]) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    for each in _list(said.get("attributes")):
        name = each.get("name") if isinstance(each, dict) else None
        if not isinstance(name, str) or not name:
            faults.append(("no_key", "attributes"))
        elif "value" not in each:
            faults.append(("no_value", name))
        else:
            yield name, _text(each["value"], name, faults), each


def _list(held: Any) -> list[Any]:
    return held if isinstance(held, list) else []


def _lists(said: dict[str, Any]) -> list[Fault]:
    """The faults of parts that should be lists and are not."""
    named = ("attributes", "relationships")
    return [("unknown_type", key) for key in named if not isinstance(said.get(key) or [], list)]


def _text(value: Any, name: str, faults: list[Fault]) -> str | None:
    """A single value as text; numbers are text already, exactly as written."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    faults.append(("unknown_type", name))
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Refused(f"The key {next(name for name in names if names.count(name) > 1)!r} is given twice.")
    return held


def _no_number(name: str) -> NoReturn:
    raise _Refused(f"{name} is no number JSON knows.")


def _depth(value: Any, left: int) -> bool:
    """Whether ``value`` is nested no deeper than ``left``."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left > 0 and all(_depth(each, left - 1) for each in inner)


class _Text:
    """The file's text as it comes in, the place in it, and where in the file that is."""

    def __init__(self, file: Opened, notes: Notes) -> None:
        self._name, self._notes = file.name, notes
        self._pieces = file.unpacked()
        self._bytes = codecs.getincrementaldecoder("utf-8")("strict")
        self._json = json.JSONDecoder(
            object_pairs_hook=_once, parse_float=str, parse_int=str, parse_constant=_no_number
        )
        self._held, self._place, self._ended, self._begun = "", 0, False, False
        self._line, self._column = 1, 1  # of ``_place``

    def take(self, sign: str, what: str) -> None:
        """Step over ``sign``."""
        if not self.next_is(sign):
            raise self.here(what)
        self._step(self._place + 1)

    def next_is(self, sign: str) -> bool:
        """Whether ``sign`` comes next; blanks before it are stepped over."""
        while True:
            match = _BLANK.match(self._held, self._place)
            self._step(match.end() if match else self._place)
            if self._place < len(self._held):
                return self._held[self._place] == sign
            if not self._more():
                raise self.here("The file is cut off.", "Copy or export it again.")

    def value(self) -> tuple[int, Any]:
        """The next value and its line."""
        self.next_is("")
        line, wanted = self._line, LIMITS.piece_bytes
        while True:
            try:
                value, stop = self._json.raw_decode(self._held, self._place)
            except json.JSONDecodeError as fault:
                open_end = fault.msg.startswith("Unterminated") or fault.pos > len(self._held) - _LONGEST
                if open_end and len(self._held) - self._place > LIMITS.line_bytes:
                    raise self.here(f"This entry has no end within {LIMITS.line_bytes:,} signs.") from None
                if not open_end or not self._more(wanted):
                    self._step(fault.pos)
                    cut = open_end and not fault.msg.startswith("Invalid")
                    said = "The file is cut off, or the JSON is broken" if cut else "The JSON is broken"
                    raise self.here(f"{said}: {fault.msg}.") from None
                wanted *= 2
                continue
            except _Refused as fault:
                self._step(self._constant() if "number" in str(fault) else self._place)
                raise self.here(str(fault)) from None
            except RecursionError:
                raise self.here(f"Values are nested deeper than {LIMITS.xml_depth}.") from None
            if stop < len(self._held) or not self._more():
                break  # what ends with the text held may go on: 12 | 34
        self._check(value, stop)
        self._step(stop)
        return line, value

    def end(self) -> None:
        """Nothing but blanks may follow."""
        while self._place < len(self._held) or self._more():
            match = _BLANK.match(self._held, self._place)
            self._step(match.end() if match else self._place)
            if self._place < len(self._held):
                raise self.here("Something follows the end of the log.")

    def fault(self, what: str, line: int, hint: str = "Look at the file there.") -> InputError:
        """The fault of what stands on a line."""
        return InputError(what, where=f"{self._name}:{line}", hint=hint)

    def _check(self, value: Any, stop: int) -> None:
        if stop - self._place > LIMITS.line_bytes:
            raise self.here(f"This entry has more than {LIMITS.line_bytes:,} signs.")
        opened = self._held.count("[", self._place, stop) + self._held.count("{", self._place, stop)
        if opened > LIMITS.xml_depth and not _depth(value, LIMITS.xml_depth):
            raise self.here(f"Values are nested deeper than {LIMITS.xml_depth}.")
        if _SURROGATE.search(self._held, self._place, stop):
            try:
                json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                raise self.here("A text holds half a character (lone surrogate).", "Export again.") from None

    def _constant(self) -> int:
        """The place of the first NaN or Infinity that is no text."""
        found = (match for match in _TOKEN.finditer(self._held, self._place) if match.group(1))
        first = next(found, None)
        return first.start() if first else self._place

    def _step(self, place: int) -> None:
        lines = self._held.count("\n", self._place, place)
        if lines:
            self._line += lines
            self._column = place - self._held.rfind("\n", self._place, place)
        else:
            self._column += place - self._place
        self._place = place

    def _more(self, wanted: int = 1) -> bool:
        """Hold at least ``wanted`` more bytes of the file. Returns whether there was more."""
        if self._ended:
            return False
        parts, got = [self._held[self._place :]], 0
        while got < wanted and not self._ended:
            piece = next(self._pieces, b"")
            self._ended = not piece
            got += len(piece)
            parts.append(self._decoded(piece))
        self._held, self._place = "".join(parts), 0
        return True

    def _decoded(self, piece: bytes) -> str:
        try:
            text = self._bytes.decode(piece, not piece)
        except UnicodeDecodeError as fault:
            line = self._line + self._held.count("\n", self._place) + fault.object[: fault.start].count(b"\n")
            what = f"The byte {fault.object[fault.start]:#04x} is not UTF-8; JSON is UTF-8 (RFC 8259)."
            raise InputError(what, where=f"{self._name}:{line}", hint="Export again.") from None
        if text and not self._begun:
            self._begun = True
            if text[0] == "\ufeff":
                self._notes.encoding_how = "byte order mark"
                return text[1:]
        return text

    def here(self, what: str, hint: str = "Look at the file there.") -> InputError:
        """The fault of what stands at the place the reader has come to."""
        return InputError(what, where=f"{self._name}:{self._line}:{self._column}", hint=hint)
