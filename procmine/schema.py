"""The tables, columns and codes of a log, as event_logs/schema.toml and vocabulary.toml say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procmine.content import one, place_of, read_toml
from procmine.errors import ContentError, nearest

HOLDS = ("", "case", "household", "worker", "record")
KINDS = ("text", "code", "list", "key", "timestamp", "date", "integer", "number", "boolean")
_COLUMN_KEYS = {"kind", "required", "level", "xes", "de", "en", "needs", "any_of", "holds", "occurs"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``kind`` is one of KINDS, ``title`` its words, ``needs`` and ``any_of`` the event columns it rests
    on, ``holds`` whose name a column of names holds (one of HOLDS), ``occurs`` the kind of activity without a single
    one of which in the log nothing is known of it."""

    name: str
    kind: str
    title: Mapping[str, str]
    required: bool = False
    level: str = "event"
    xes: str = ""
    needs: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    holds: str = ""
    occurs: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table and its columns in order; ``key`` names the columns that identify a row, ``occurs`` the kind of
    activity without a single one of which in the log the table's emptiness says nothing."""

    name: str
    title: Mapping[str, str]
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    occurs: str = ""

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def kinds(self) -> dict[str, str]:
        """Column name to kind, in order."""
        return {column.name: column.kind for column in self.columns}


@dataclass(frozen=True, slots=True)
class Code:
    """A value of the vocabulary: its words, and what it belongs to (an activity's kind, a role's function, a side)."""

    code: str
    title: Mapping[str, str]
    belongs: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """All tables and codes. ``tables`` holds events (as the engine shows it) and the derived tables; ``importable`` the
    event columns that a file can bring, ``kinds`` the words of the kinds of activities."""

    tables: Mapping[str, Table]
    importable: Mapping[str, Column]
    codes: Mapping[str, Mapping[str, Code]]
    activities: Mapping[str, Code]
    kinds: Mapping[str, Mapping[str, str]]

    def derived_columns(self) -> dict[str, dict[str, str]]:
        """Table to column to kind for the tables a metric may read: the derived ones."""
        return {name: table.kinds() for name, table in self.tables.items() if name != "events"}

    def all_columns(self) -> dict[str, dict[str, str]]:
        """Table to column to kind for the tables a derived table may read: events too."""
        return {name: table.kinds() for name, table in self.tables.items()}

    def titles(self) -> dict[str, Mapping[str, str]]:
        """Event column to its words, as far as a file can bring it."""
        return {name: column.title for name, column in self.importable.items()}

    def labels(self, language: str) -> dict[str, str]:
        """Activity code to its words in a language."""
        return {name: code.title[language] for name, code in self.activities.items()}


def load_schema(study: Path | None = None) -> Schema:
    """The schema of the shipped content, or of a study that stands in for it. Raises ContentError with file and key."""
    entry = one("event_logs", "schema", ".toml", study)
    raw = read_toml(entry)
    where = place_of(entry)
    importable = tuple(_column(where, name, spec) for name, spec in raw["events"]["columns"].items())
    made = tuple(_column(where, name, spec) for name, spec in raw["events"]["made"].items())
    tables = {"events": Table("events", raw["events"]["title"], importable + made, ("case_id", "event_no"))}
    for name, spec in raw["derived"].items():
        columns = tuple(_column(where, column, words) for column, words in spec["columns"].items())
        tables[name] = Table(name, spec["title"], columns, tuple(spec["key"]), spec.get("occurs", ""))
    codes, activities, kinds = _vocabulary(study)
    known = {column.name for column in importable}
    for table in tables.values():
        for column in table.columns:
            for need in (*column.needs, *column.any_of):
                if need not in known:
                    raise ContentError(
                        f"{table.name}.{column.name} needs {need}, which is no column of events.",
                        where=where,
                        hint=nearest(need, known),
                    )
    rests_on = {table.occurs for table in tables.values()}
    rests_on |= {column.occurs for table in tables.values() for column in table.columns}
    for occurs in sorted(rests_on - {"", *kinds}):
        raise ContentError(f"There is no kind of activity {occurs}.", where=where, hint=nearest(occurs, kinds))
    return Schema(tables, {column.name: column for column in importable}, codes, activities, kinds)


def _column(where: str, name: str, spec: Mapping[str, Any]) -> Column:
    for key in spec:
        if key not in _COLUMN_KEYS:
            raise ContentError(f"Column {name} has an unknown key {key}.", where=where, hint=nearest(key, _COLUMN_KEYS))
    if spec.get("kind") not in KINDS:
        raise ContentError(f"Column {name} has no known kind.", where=where, hint=nearest(str(spec.get("kind")), KINDS))
    if spec.get("holds", "") not in HOLDS:
        raise ContentError(f"Column {name} holds {spec['holds']!r}.", where=where, hint=nearest(spec["holds"], HOLDS))
    return Column(
        name=name,
        kind=spec["kind"],
        title={"de": spec["de"], "en": spec["en"]},
        required=bool(spec.get("required", False)),
        level=spec.get("level", "event"),
        xes=spec.get("xes", ""),
        needs=tuple(spec.get("needs", ())),
        any_of=tuple(spec.get("any_of", ())),
        holds=spec.get("holds", ""),
        occurs=spec.get("occurs", ""),
    )


def _vocabulary(
    study: Path | None,
) -> tuple[dict[str, Mapping[str, Code]], dict[str, Code], dict[str, Mapping[str, str]]]:
    entry = one("event_logs", "vocabulary", ".toml", study)
    raw = read_toml(entry)
    activities = {
        name: Code(name, {"de": spec["de"], "en": spec["en"]}, spec["kind"]) for name, spec in raw["activities"].items()
    }
    codes: dict[str, Mapping[str, Code]] = {}
    for column, values in raw["codes"].items():
        if "same_as" in values:
            codes[column] = codes[values["same_as"]]
            continue
        codes[column] = {
            code: Code(code, {"de": spec["de"], "en": spec["en"]}, spec.get("function", spec.get("side", "")))
            for code, spec in values.items()
        }
    kinds: dict[str, Mapping[str, str]] = {
        str(name): {"de": str(spec["de"]), "en": str(spec["en"])} for name, spec in raw["kinds"].items()
    }
    return codes, activities, kinds
