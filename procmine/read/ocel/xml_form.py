"""Read the XML form of an OCEL 2.0 log with expat, piece by piece; nothing is resolved, every DOCTYPE is refused.

XES and OCEL both have the root ``log``; what stands in it tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from xml.parsers import expat

from procmine.errors import InputError
from procmine.read.files.opening import Opened, opened
from procmine.read.limits import LIMITS
from procmine.read.ocel.records import BETWEEN_OBJECTS, EventSaid, Fault, Notes, ObjectSaid, Record, TypeSaid

PARTS = {"object-types": "object-type", "event-types": "event-type", "objects": "object", "events": "event"}
_RELATIONS = ("relationship", "object", "relobj")  # as the standard, its first logs and early exports write it
_XES = frozenset({"trace", "extension", "global", "classifier", "event"})


LOOKED_AT = 4  # pieces of a file in which its first element has to come


class _Enough(Exception):
    """The parser has seen what was asked for."""


def is_xes(path: Path) -> bool:
    """Whether an XML file is an XES log, by what stands in its root; False where it is no XML."""
    found: list[str] = []

    def start(tag: str, given: dict[str, str]) -> None:
        found.append(tag.rpartition(" ")[2])
        if found[-1] in _XES | set(PARTS) or found[0] != "log" or len(found) > LIMITS.columns:
            raise _Enough

    def doctype(*_: Any) -> None:
        raise _Enough

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        with opened(path) as file:
            for piece in islice(file.unpacked(), LOOKED_AT):
                parser.Parse(piece, False)
    except (_Enough, expat.ExpatError, LookupError, ValueError):  # ValueError: an encoding expat cannot be taught
        pass
    return found[:1] == ["log"] and found[-1] in _XES


def read_xml(file: Opened, notes: Notes) -> Iterator[Record]:
    """Every type, object and event of the file, in its order. Raises InputError where it is no OCEL 2.0 in XML."""
    log = _Log(file.name, notes)
    fed = 0
    try:
        for piece in file.unpacked():
            log.parser.Parse(piece, False)
            fed += len(piece)
            if fed - log.parser.CurrentByteIndex > LIMITS.line_bytes:
                raise log.bad(f"A tag or text has no end within {LIMITS.line_bytes:,} bytes.")
            yield from log.taken()
        log.parser.Parse(b"", True)
    except expat.ExpatError as fault:
        raise InputError(
            f"The XML is broken: {expat.ErrorString(fault.code)}.",
            where=f"{file.name}:{fault.lineno}:{fault.offset + 1}",
            hint="The file may be cut off. Export it again.",
        ) from None
    except (LookupError, ValueError) as fault:  # ValueError: several bytes a letter, which expat cannot be taught
        raise InputError(
            f"The encoding cannot be read: {fault}.", where=f"{file.name}:1", hint="Export as UTF-8."
        ) from None
    yield from log.taken()
    if missing := {"events", "objects"} - log.parts:
        raise InputError(
            f"The file has no {' and no '.join(sorted(missing))}: it is no OCEL 2.0.",
            where=file.name,
            hint="Export as OCEL 2.0 (JSON, XML or SQLite).",
        )


class _Log:
    """Where the parser is in the log, and what the open type, object or event has said so far."""

    def __init__(self, name: str, notes: Notes) -> None:
        self.name, self.notes = name, notes
        notes.encoding_how = "XML without a declared encoding is UTF-8"
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        parser.XmlDeclHandler = self._declaration
        self.parts: set[str] = set()
        self._records: list[Record] = []
        self._space = ""  # namespace of the root
        self._path: list[str] = []
        self._skipping = 0  # depth of the element whose content is not taken
        self._line = 0
        self._given: dict[str, str] = {}
        self._attributes: list[tuple[str, str | None, str | None]] = []
        self._relations: list[tuple[str, str | None]] = []
        self._faults: list[Fault] = []
        self._text: list[str] | None = None  # of the open attribute
        self._length = 0

    def taken(self) -> list[Record]:
        """The records that are complete, each once."""
        records, self._records = self._records, []
        return records

    def bad(self, what: str, hint: str = "Look at the file there.") -> InputError:
        """A fault of the file where the parser is."""
        return InputError(what, where=f"{self.name}:{self.parser.CurrentLineNumber}", hint=hint)

    def _doctype(self, *_: Any) -> None:
        raise self.bad(
            "The file declares a DOCTYPE. No event log needs one, and it can pull in other files.",
            "Remove it or export again.",
        )

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding:
            self.notes.encoding, self.notes.encoding_how = encoding.lower(), "declared"

    def _start(self, tag: str, given: dict[str, str]) -> None:
        self._path.append(tag)
        depth = len(self._path)
        if depth > LIMITS.xml_depth:
            raise self.bad(f"Elements are nested deeper than {LIMITS.xml_depth}.")
        if self._skipping:
            return
        space, _, local = tag.rpartition(" ")
        if depth == 1:
            self._root(space, local)
            return
        if space != self._space or not self._known(depth, local, given):
            self.notes.stranger(f"Element <{local[:100]}> is not part of OCEL 2.0 there and was not taken")
            self._skipping = depth
        else:
            self._path[-1] = local

    def _root(self, space: str, local: str) -> None:
        if local != "log":
            raise self.bad(f"The root element is {local!r}, not 'log'.", "This is no OCEL 2.0 in XML.")
        self._space = space
        self._path[-1] = local

    def _known(self, depth: int, tag: str, given: dict[str, str]) -> bool:
        """Whether an element has its place there; what it says is kept."""
        parent = self._path[-2]
        if depth == 2:
            if tag in _XES:
                raise self.bad("This is an XES log, not OCEL.", "Give the file the ending .xes.")
            if tag in PARTS and tag in self.parts:
                raise self.bad(f"The log has <{tag}> twice.")
            self.parts.add(tag)
            return tag in PARTS
        if depth == 3:
            self._line, self._given = self.parser.CurrentLineNumber, given
            self._attributes, self._relations, self._faults = [], [], []
            return PARTS[parent] == tag
        if depth == 4:
            return tag == "attributes" or (tag == "objects" and self._path[1] in ("objects", "events"))
        if depth != 5 or (tag != "attribute" if parent == "attributes" else tag not in _RELATIONS):
            return False
        if parent == "attributes":
            self._start_attribute(given)
        elif self._path[1] == "events":
            self._relate(given)
        else:
            self.notes.counts[BETWEEN_OBJECTS] += 1
        return True

    def _start_attribute(self, given: dict[str, str]) -> None:
        if not given.get("name"):
            self._faults.append(("no_key", "attributes"))
        self._attributes.append((given.get("name", ""), None, given.get("time")))
        self._bounded(len(self._attributes))
        self._text, self._length = [], 0

    def _relate(self, given: dict[str, str]) -> None:
        related = given.get("object-id")
        if related is None:
            self._faults.append(("no_value", "relationships"))
        else:
            self._relations.append((related, given.get("qualifier")))
            self._bounded(len(self._relations))

    def _bounded(self, held: int) -> None:
        if held > LIMITS.events_per_trace:
            raise self.bad(f"An event or object says more than {LIMITS.events_per_trace:,} things.")

    def _characters(self, text: str) -> None:
        if self._text is None or self._skipping:
            return
        self._length += len(text)
        if self._length <= LIMITS.field_bytes:
            self._text.append(text)
        elif not self._faults:
            self._faults.append(("field_too_long", self._attributes[-1][0]))

    def _end(self, tag: str) -> None:
        depth = len(self._path)
        self._path.pop()
        if self._skipping:
            if depth == self._skipping:
                self._skipping = 0
        elif depth == 5 and self._text is not None:
            name, _, time = self._attributes[-1]
            self._attributes[-1] = (name, "".join(self._text), time)
            self._text = None
        elif depth == 3:
            self._records.append(self._record(self._path[1]))

    def _record(self, part: str) -> Record:
        given, fault = self._given, self._faults[0] if self._faults else None
        if part.endswith("-types"):
            names = tuple(name for name, _, _ in self._attributes if name)
            return TypeSaid(part.removesuffix("-types"), given.get("name", ""), names)
        if part == "objects":
            return ObjectSaid(self._line, given.get("id"), given.get("type"), tuple(self._attributes), fault)
        said = tuple((name, value) for name, value, _ in self._attributes)
        return EventSaid(
            self._line, given.get("id"), given.get("type"), given.get("time"), said, tuple(self._relations), fault
        )
