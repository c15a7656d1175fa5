"""A metric's TOML while it is read: values taken out, faults noted with their line."""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources.abc import Traversable
from typing import Any

from procmine.content import place_of, read_text, read_toml
from procmine.errors import ContentError, nearest
from procmine.metric.definition import Sentences, Words

LANGUAGES = ("de", "en")


class Sheet:
    """A metric's TOML while it is read: takes values out, notes what is wrong with them and where."""

    def __init__(self, entry: Traversable) -> None:
        self.place = place_of(entry)
        self.lines = read_text(entry).splitlines()
        self.values = read_toml(entry)
        self.asked: dict[str, set[str]] = {"": set()}
        self.faults: list[tuple[int, ContentError]] = []

    def line(self, section: str, key: str) -> int:
        """The line of ``key`` in ``[section]``, else of the section, else the first: tomllib keeps no places."""
        inside, found = "", 1
        for number, line in enumerate(self.lines, 1):
            text = line.strip()
            if text.startswith("[") and text.endswith("]"):
                inside = text.strip("[] ")
                if inside == f"{section}.{key}":
                    return number
                found = number if inside == (section or key) else found
            elif key and inside == section and text.partition("=")[0].strip().strip('"') == key:
                return number
        return found

    def fault(self, section: str, key: str, what: str, hint: str = "") -> None:
        """Note what is wrong at ``section.key``."""
        line = self.line(section, key)
        self.faults.append((line, ContentError(what, where=f"{self.place}:{line}", hint=hint)))

    def get(self, section: str, key: str, default: Any = None) -> Any:
        """The raw value of ``key`` in ``section`` ("" is the top)."""
        self.asked.setdefault(section, set()).add(key)
        if section:
            self.asked[""].add(section)
        part = self.values.get(section, {}) if section else self.values
        return part.get(key, default) if isinstance(part, dict) else default

    def choice(self, key: str, known: tuple[str, ...]) -> str:
        """One of the known words."""
        value = self.get("", key)
        if value not in known:
            self.fault("", key, f"{key} is {value!r}." if value else f"{key} is missing.", nearest(str(value), known))
        return str(value)

    def flag(self, key: str) -> bool:
        """true or false; false where nothing is said."""
        value = self.get("", key, False)
        if not isinstance(value, bool):
            self.fault("", key, f"{key} is {value!r}.", "Write true or false.")
        return bool(value)

    def words(self, section: str, key: str = "") -> Words:
        """A text in both languages: ``[section]``, or ``key = { de = …, en = … }`` in it."""
        value = self.get(section, key) if key else self.get("", section)
        name = f"{section}.{key}" if key else section
        value = value if isinstance(value, dict) else {}
        for language in LANGUAGES:
            if not isinstance(value.get(language), str) or not value[language].strip():
                self.fault(section, key or language, f"{name} has no text in {language}.")
        for language in sorted(set(value) - set(LANGUAGES)):
            self.fault(section, key or language, f"{name} has an unknown language {language}.", "Known: de and en.")
        return {language: str(value.get(language, "")) for language in LANGUAGES}

    def sentences(self, section: str) -> Sentences:
        """A list of sentences in both languages, as many in one as in the other."""
        value = self.get("", section)
        value = value if isinstance(value, dict) else {}
        for language in LANGUAGES:
            found = value.get(language)
            if not isinstance(found, list) or not found or not all(isinstance(each, str) and each for each in found):
                self.fault(section, language, f"{section} has no sentences in {language}.")
        for language in sorted(set(value) - set(LANGUAGES)):
            self.fault(section, language, f"{section} has an unknown language {language}.", "Known: de and en.")
        result = {language: tuple(str(each) for each in value.get(language, ())) for language in LANGUAGES}
        if len({len(each) for each in result.values()}) > 1:
            self.fault(
                section, "en", f"{section} has {len(result['de'])} sentences in de and {len(result['en'])} in en."
            )
        return result

    def names(self, section: str, key: str, known: Collection[str], kind: str) -> tuple[str, ...]:
        """A list of names, each a known one."""
        value = self.get(section, key, [])
        if not isinstance(value, list):
            self.fault(section, key, f"{key} is no list.", f'Write {key} = ["…"].')
            return ()
        for each in value:
            if each not in known:
                self.fault(section, key, f"There is no {kind} {each}.", nearest(str(each), known))
        return tuple(str(each) for each in value)

    def leftovers(self) -> None:
        """Note every key nobody asked for."""
        for key, value in self.values.items():
            if key not in self.asked[""]:
                self.fault("", key, f"Unknown key {key}.", nearest(key, self.asked[""]))
            elif isinstance(value, dict) and key in self.asked:
                for inner in sorted(set(value) - self.asked[key]):
                    self.fault(key, inner, f"Unknown key {key}.{inner}.", nearest(inner, self.asked[key]))
