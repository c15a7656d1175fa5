"""A file of norms while it is read: values taken out of each ``[[norm]]``, faults noted with their line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

from procmine.content import place_of, read_text, read_toml
from procmine.errors import ContentError, nearest

LANGUAGES = ("de", "en")


class Sheet:
    """One ``[[norm]]`` (or, without a number, the top of the file): takes values out, notes what is wrong and where."""

    def __init__(self, place: str, lines: Sequence[str], values: Mapping[str, Any], number: int | None = None) -> None:
        self.place = place
        self.values = values
        self.asked: set[str] = set()
        self.faults: list[tuple[int, ContentError]] = []
        self._lines = _block(lines, number)

    def line(self, key: str = "", section: str = "") -> int:
        """The line of ``key`` (in ``[norm.section]``), else that of the section, else of the norm: tomllib keeps no
        places."""
        inside, found = "", self._lines[0][0] if self._lines else 1
        for number, text in self._lines:
            text = text.strip()
            if text.startswith("["):
                inside = text.strip("[] ").removeprefix("norm").removeprefix(".")
                found = number if inside and inside == (section or key) else found
            elif key and inside == section and text.partition("=")[0].strip().strip('"') == key:
                return number
        return found

    def fault(self, key: str, what: str, hint: str = "", section: str = "") -> None:
        """Note what is wrong at ``key``."""
        line = self.line(key, section)
        self.faults.append((line, ContentError(what, where=f"{self.place}:{line}", hint=hint)))

    def get(self, key: str, default: Any = None) -> Any:
        """The raw value of ``key``."""
        self.asked.add(key)
        return self.values.get(key, default)

    def text(self, key: str, *, needed: bool = False) -> str:
        """A text; empty where it may be left out."""
        value = self.get(key)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or (needed and not value.strip()):
            self.fault(key, f"{key} is no text." if value is not None else f"{key} is missing.")
            return ""
        return value

    def choice(self, key: str, known: Collection[str], default: str | None = None) -> str:
        """One of the known words."""
        value = self.get(key, default)
        if value not in known:
            what = f"{key} is missing." if value is None else f"There is no {key} {value!r}."
            self.fault(key, what, nearest(str(value), known) if value is not None else f"Known: {', '.join(known)}.")
        return str(value)

    def day(self, key: str) -> date | None:
        """A day, or None where there is none."""
        value = self.get(key)
        if value is not None and type(value) is not date:
            self.fault(key, f"{key} is no day.", f"Write {key} = 2025-01-31.")
            return None
        return value

    def table(self, key: str, known: Collection[str], *, needed: bool = False) -> Mapping[str, Any]:
        """A table whose keys are known ones; empty where it may be left out."""
        value = self.get(key)
        if value is None and not needed:
            return {}
        if not isinstance(value, dict):
            self.fault(key, f"{key} is missing." if value is None else f"{key} is no table.", f"Write {key} = {{ … }}.")
            return {}
        for name in value:
            if name not in known:
                self.fault(key, f"{key} has an unknown key {name}.", nearest(name, known))
        return value

    def flag(self, key: str) -> bool:
        """true or false; false where nothing is said."""
        value = self.get(key, False)
        if not isinstance(value, bool):
            self.fault(key, f"{key} is {value!r}.", "Write true or false.")
        return bool(value)

    def whole(self, key: str, default: int, least: int) -> int:
        """A whole number of at least ``least``."""
        value = self.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self.fault(key, f"{key} is no whole number from {least}.", f"Write {key} = {max(default, least)}.")
            return default
        return value

    def leftovers(self) -> None:
        """Note every key nobody asked for."""
        for key in self.values:
            if key not in self.asked:
                self.fault(key, f"Unknown key {key}.", nearest(key, self.asked))


def sheets(entry: Traversable) -> tuple[Sheet, tuple[Sheet, ...]]:
    """The top of a file and each of its norms. Raises ContentError where the file is no TOML or has no norm."""
    values, lines, place = read_toml(entry), read_text(entry).splitlines(), place_of(entry)
    given = values.get("norm")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given) or not given:
        raise ContentError("There is no norm in this file.", where=place, hint="Begin each with a line [[norm]].")
    top = {key: value for key, value in values.items() if key != "norm"}
    return Sheet(place, lines, top), tuple(Sheet(place, lines, each, place_) for place_, each in enumerate(given))


def _block(lines: Sequence[str], number: int | None) -> list[tuple[int, str]]:
    """The lines of the norm of that number (from 0), with their own numbers; all lines for the top of the file."""
    numbered = list(enumerate(lines, 1))
    if number is None:
        return numbered
    starts = [index for index, (_, text) in enumerate(numbered) if text.strip().replace(" ", "").startswith("[[norm]]")]
    if number >= len(starts):  # a file that writes its norms in another way: norm = [{ … }]
        return numbered
    end = starts[number + 1] if number + 1 < len(starts) else len(numbered)
    return numbered[starts[number] : end]
