"""What is known while a query is read: its text and places, the faults so far, the columns it was seen to need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from procmine.errors import ContentError


@dataclass(slots=True)
class Reading:
    """One reading of one text. The only thing in this room that changes while it is used; it never leaves the room."""

    text: str
    where: str
    tables: Mapping[str, Mapping[str, str]]
    tokens: tuple[tuple[str, int], ...] = ()
    faults: dict[tuple[int, str], ContentError] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=dict)

    def fault(self, offset: int, what: str, hint: str = "") -> None:
        """Note a fault at an offset of the text; the same fault at the same place is noted once."""
        line = self.text.count("\n", 0, offset) + 1
        column = offset - self.text.rfind("\n", 0, offset)
        fault = ContentError(what, where=f"{self.where}:{line}:{column}", hint=hint)
        self.faults.setdefault((offset, what), fault)

    def fault_at(self, node: Any, what: str, hint: str = "", keyword: str = "") -> None:
        """Note a fault at a node, or at the last ``keyword`` before its end."""
        offset = self.place(node)
        if keyword:
            found = [start for text, start in self.tokens if text.upper() == keyword]
            inside = [start for start in found if start >= offset]
            offset = inside[0] if inside else found[-1] if found else offset
        self.fault(offset, what, hint)

    def has_place(self, node: Any) -> bool:
        """Whether sqlglot noted where the node stands."""
        return any("start" in below.meta for below in node.walk())

    def place(self, node: Any) -> int:
        """Where a node begins: its own place, else the first place below it, else its parent's."""
        if "start" in node.meta:
            return int(node.meta["start"])
        starts = [int(below.meta["start"]) for below in node.walk() if "start" in below.meta]
        if starts:
            return self._name_before(node, min(starts))
        return self.place(node.parent) if node.parent is not None else 0

    def _name_before(self, node: Any, offset: int) -> int:
        """Where a function's name stands, if it stands right before its arguments; sqlglot does not always note it."""
        name = node.sql_name() if hasattr(node, "sql_name") else ""
        found = [start for text, start in self.tokens if text.upper() == name and start < offset]
        if found and "(" in (between := self.text[found[-1] : offset]) and ")" not in between:
            return found[-1]
        return offset
