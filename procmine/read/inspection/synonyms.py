"""Synonyms: what exports call our columns, codes and activities, as event_logs/synonyms.toml lists it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procmine.content import one, place_of, read_toml
from procmine.errors import ContentError, nearest
from procmine.schema import Code, Schema

_TOP = {"columns", "persons", "unknown", "system", "values", "activities"}
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Spellings as ``fold`` makes them. ``columns`` is ours -> folded -> as written; ``persons`` are names of columns
    about one person; ``silent`` and ``machines`` are words for "not said" and for workers that are none; ``codes`` is
    column -> folded word -> code, ``activities`` folded label -> activity."""

    columns: Mapping[str, Mapping[str, str]]
    persons: frozenset[str]
    silent: frozenset[str]
    machines: frozenset[str]
    codes: Mapping[str, Mapping[str, str]]
    activities: Mapping[str, str]

    def code(self, column: str, word: str) -> str | None:
        """The code a word of a file stands for in one of our columns, if it is known."""
        words = self.activities if column == "activity" else self.codes.get(column, {})
        return words.get(fold(word))


def fold(text: str) -> str:
    """A word as it is compared: case, umlauts, accents, signs and spaces make no difference.

    >>> fold("Bürger:in"), fold("BG-Nr."), fold("CaseID")
    ('buergerin', 'bgnr', 'caseid')
    """
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    parts = unicodedata.normalize("NFKD", plain)
    letters = "".join(sign for sign in parts if sign.isalnum())
    return letters or re.sub(r"\s", "", parts)


def tokens(name: str) -> tuple[str, ...]:
    """The words of a column's name, folded; a capital inside begins a word.

    >>> tokens("ComplaintDossierID")
    ('complaint', 'dossier', 'id')
    """
    apart = re.sub(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])", " ", unicodedata.normalize("NFC", name))
    return tuple(fold(word) for word in re.split(r"[\W_]+", apart) if word)


def load_synonyms(schema: Schema, study: Path | None = None) -> Synonyms:
    """The synonyms of the shipped content, or of a study that stands in for it, with the names and words of the schema.

    Raises ContentError with every fault of the file at once.
    """
    entry = one("event_logs", "synonyms", ".toml", study)
    raw = read_toml(entry)
    faults = _faults(raw, schema)
    if faults:
        raise ContentError(" ".join(faults), where=place_of(entry))
    columns = {
        name: {fold(word): word for word in (*raw["columns"].get(name, ()), *column.title.values(), name)}
        for name, column in schema.importable.items()
    }
    codes = {}
    for column, known in schema.codes.items():
        if column in schema.importable:
            codes[column] = _words(f"values.{column}", _listed(raw["values"], column), known, faults)
    activities = _words("activities", raw["activities"], schema.activities, faults)
    if faults:
        raise ContentError(" ".join(faults), where=place_of(entry))
    return Synonyms(
        columns=columns,
        persons=frozenset(fold(word) for word in raw["persons"]["columns"]),
        silent=frozenset(fold(word) for word in raw["unknown"]["words"]),
        machines=frozenset(fold(word) for word in raw["system"]["words"]),
        codes=codes,
        activities=activities,
    )


def _listed(values: Mapping[str, Any], column: str) -> Mapping[str, Sequence[str]]:
    table: Mapping[str, Any] = values.get(column, {})
    return values[table["same_as"]] if "same_as" in table else table


def _faults(raw: Mapping[str, Any], schema: Schema) -> list[str]:
    """What is wrong with the file's shape and names."""
    faults = [f"Unknown section {key}. {nearest(key, _TOP)}" for key in raw if key not in _TOP]
    faults += [f"The section {key} is missing." for key in sorted(_TOP - set(raw))]
    if faults:
        return faults
    for key in sorted(_TOP):
        if not isinstance(raw[key], dict):
            return [f"{key} is a section: write [{key}]."]
    for section, name in (("persons", "columns"), ("unknown", "words"), ("system", "words")):
        if not _texts(raw[section].get(name)):
            faults.append(f'{section}.{name} must be a list of texts, such as ["…"].')
    for section, known in (("columns", set(schema.importable)), ("activities", set(schema.activities))):
        for name, words in raw[section].items():
            if name not in known:
                faults.append(f"{section}.{name} is not known. {nearest(name, known)}")
            elif not _texts(words):
                faults.append(f'{section}.{name} must be a list of texts, such as ["…"].')
    for column, table in raw["values"].items():
        if column not in schema.codes or column not in schema.importable:
            known = set(schema.codes) & set(schema.importable)
            faults.append(f"values.{column} is no column of codes. {nearest(column, known)}")
        elif not isinstance(table, dict):
            faults.append(f"values.{column} is a section: write [values.{column}].")
        elif "same_as" in table:
            if table["same_as"] not in raw["values"]:
                faults.append(f"values.{column}: {nearest(str(table['same_as']), raw['values'])}")
        else:
            for code, words in table.items():
                if code not in schema.codes[column]:
                    faults.append(f"values.{column}.{code} is no code. {nearest(code, schema.codes[column])}")
                elif not _texts(words):
                    faults.append(f'values.{column}.{code} must be a list of texts, such as ["…"].')
    return faults


def _texts(held: Any) -> bool:
    return isinstance(held, list) and all(isinstance(each, str) and each.strip() for each in held)


def _words(
    where: str, listed: Mapping[str, Sequence[str]], known: Mapping[str, Code], faults: list[str]
) -> dict[str, str]:
    """Folded word to code, the code's own names among them; a word that would mean two codes is a fault."""
    found: dict[str, str] = {}
    for code, entry in known.items():
        for word in (code, *entry.title.values(), *listed.get(code, ())):
            other = found.setdefault(fold(word), code)
            if other != code:
                faults.append(f"{where}: {word!r} means {other} and {code}; it can mean one.")
    return found
