"""Read an XML file of a drawing tool into plain nodes with their lines; nothing is resolved, every DOCTYPE is refused.

A norm comes from outside like a log: expat reads it, entities beyond the five of XML are refused with the DOCTYPE that
would declare them, and size, depth and number of elements are bounded before they are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from procmine.errors import InputError

MOST_BYTES = 20_000_000  # the largest process handbooks drawn as BPMN stay below one million
MOST_ELEMENTS = 200_000
MOST_DEPTH = 64
MOST_TEXT = 20_000  # characters of one name or attribute


@dataclass(slots=True)
class Node:
    """An element: namespace and tag, attributes (foreign ones as ``namespace name``), children, the line it begins
    in."""

    space: str
    tag: str
    given: dict[str, str]
    line: int
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> Iterator[Node]:
        """The children of that tag in the same namespace."""
        return (child for child in self.children if child.tag == tag and child.space == self.space)

    def below(self, tag: str) -> Iterator[Node]:
        """Every node of that tag below, in the order of the file."""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.below(tag)


def parsed(path: Path) -> tuple[Node, bytes]:
    """The root of a file, and its bytes. Raises InputError with file and line where it is no usable XML."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as fault:
        raise InputError(f"The file cannot be read: {fault.strerror}.", where=path.name) from fault
    if size > MOST_BYTES:
        raise InputError(
            f"The file has {size:,} bytes; a process model of more than {MOST_BYTES:,} is not read.",
            where=path.name,
            hint="Export a single process without pictures.",
        )
    if data[:2] == b"PK":
        raise InputError("This is a ZIP archive.", where=path.name, hint="Export the process as BPMN 2.0 XML.")
    return _Reader(path.name).read(data), data


class _Reader:
    """The open elements while expat goes through the file."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        self._open: list[Node] = []
        self._root: Node | None = None
        self._count = 0

    def read(self, data: bytes) -> Node:
        """The root element."""
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as fault:
            raise InputError(
                f"The XML is broken: {expat.ErrorString(fault.code)}.",
                where=f"{self._name}:{fault.lineno}:{fault.offset + 1}",
                hint="The file may be cut off, or no BPMN. Export it again as BPMN 2.0 XML.",
            ) from None
        except (LookupError, ValueError) as fault:  # ValueError: an encoding expat cannot be taught
            raise InputError(
                f"The encoding cannot be read: {fault}.", where=f"{self._name}:1", hint="Export as UTF-8."
            ) from None
        if self._root is None:
            raise InputError("The file holds no element.", where=self._name, hint="Export it again as BPMN 2.0 XML.")
        return self._root

    def _bad(self, what: str, hint: str) -> InputError:
        return InputError(what, where=f"{self._name}:{self._parser.CurrentLineNumber}", hint=hint)

    def _doctype(self, *_: Any) -> None:
        raise self._bad(
            "The file declares a DOCTYPE. No process model needs one, and it can pull in other files.",
            "Remove it or export again.",
        )

    def _start(self, tag: str, given: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise self._bad(f"The file has more than {MOST_ELEMENTS:,} elements.", "Export a single process.")
        if len(self._open) >= MOST_DEPTH:
            raise self._bad(f"Elements are nested deeper than {MOST_DEPTH}.", "Look at the file there.")
        for name, value in given.items():
            if len(value) > MOST_TEXT:
                short = name.rpartition(" ")[2][:50]
                raise self._bad(f"The attribute {short} has more than {MOST_TEXT:,} characters.", "Shorten it.")
        space, _, local = tag.rpartition(" ")
        node = Node(space, local, given, self._parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self._root = node
        self._open.append(node)

    def _end(self, tag: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        here = self._open[-1]
        if len(here.text) < MOST_TEXT:
            here.text += text[: MOST_TEXT - len(here.text)]
