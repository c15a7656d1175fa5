"""Source: how one kind of export speaks: its columns, times, value words, labels and declared derivations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from procmine.content import one, place_of, read_toml
from procmine.errors import ContentError, nearest
from procmine.schema import Schema

FORMATS = ("csv", "xlsx", "parquet", "xes", "ocel")
_TOP = {
    "title", "format", "attribution", "licence", "notes", "file", "time", "columns", "constants", "office_from_file",
    "unknown", "system", "values", "activities", "derive", "pseudonyms", "pairs", "join", "observation",
}  # fmt: skip
_SECTIONS = {
    "file": {"encoding", "delimiter", "pattern", "sheets", "object_type"},
    "time": {"zone", "formats", "overlap"},
    "system": {"worker"},
    "pseudonyms": {"cases", "workers", "key", "text"},
    "pairs": {"by"},
    "observation": {"from", "to"},
}
_LISTS = {
    ("time", "formats"),
    ("file", "sheets"),
    ("pseudonyms", "text"),
    ("pairs", "by"),
}  # keys that hold lists of texts
_JOIN = {"name", "file", "key", "on", "take", "encoding", "delimiter"}
OVERLAPS = ("quarantine", "earlier", "later")
# What becomes of names: keyed hashes; numbers that mean nothing beyond one case; or what the extract already has.
FOR_CASES, FOR_WORKERS = ("keyed", "plain"), ("keyed", "case-local", "plain")
# Kinds of columns that hold words, and columns no rule may make up.
_WORDED = ("text", "code", "list", "key")
_GIVEN = ("case_id", "activity", "event_id")


@dataclass(frozen=True, slots=True)
class Derivation:
    """A declared derivation: where all ``when`` columns have one of the given values, ``column`` becomes ``value`` if
    it is empty. It is counted in the receipt under ``reason``."""

    column: str
    value: str
    when: Mapping[str, tuple[str, ...]]
    reason: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Start and complete rows are to become intervals; ``by`` names the file's columns that identify an activity
    instance within case and activity."""

    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """A table beside the log: its row whose ``key`` is the log's value of ``on`` lends ``take`` (ours -> the table's).

    ``on`` is a column of the log, or ``NAME.column`` of a table joined before; [columns] may name such columns too.
    """

    name: str
    file: str
    key: str
    on: str
    take: Mapping[str, str]
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One export's way of speaking. ``columns`` is ours -> the file's; ``values`` and ``activities`` are the file's ->
    ours; ``unknown`` lists values that mean "not said"; ``system`` names workers that are machines. ``cases`` and
    ``workers`` say what becomes of names, ``key`` with which key, ``text`` which columns may hold running text.
    ``observed_from`` and ``observed_to`` are the first and last day the log was watched, where the file says so."""

    name: str
    title: Mapping[str, str]
    format: str = ""
    attribution: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    pattern: str = ""
    sheets: tuple[str, ...] = ()
    object_type: str = ""
    zone: str = "Europe/Berlin"
    formats: tuple[str, ...] = ()
    overlap: str = "quarantine"
    cases: str = "keyed"
    workers: str = "keyed"
    key: str = "procmine"
    text: frozenset[str] = frozenset()
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    office_from_file: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, frozenset[str]] = field(default_factory=dict)
    system: frozenset[str] = frozenset()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    activities: Mapping[str, str] = field(default_factory=dict)
    derive: tuple[Derivation, ...] = ()
    pairs: Pairs | None = None
    joins: tuple[Join, ...] = ()
    observed_from: date | None = None
    observed_to: date | None = None

    def settled(self) -> str:
        """All of it as one text, the same in every run: what a store was made with."""
        return json.dumps(asdict(self), sort_keys=True, default=_settled)


def _settled(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else sorted(value)


CANONICAL = Source(name="", title={"de": "Vereinbarte Spaltennamen", "en": "Canonical column names"})


def load_source(name: str, schema: Schema, study: Path | None = None) -> Source:
    """The source ``name`` from a study or the shipped ones, or from a path ending in .toml.

    Raises ContentError with every fault of the file at once.
    """
    path = Path(name)
    entry = path if path.suffix == ".toml" and path.is_file() else one("event_logs/sources", name, ".toml", study)
    raw = read_toml(entry)
    where = place_of(entry)
    faults = _faults(raw, schema)
    if faults:
        raise ContentError(" ".join(faults), where=where)
    joins = tuple(_join(table) for table in raw.get("join", ()))
    taken = {ours: f"{join.name}.{theirs}" for join in joins for ours, theirs in join.take.items()}
    section_file, section_time, section_names = raw.get("file", {}), raw.get("time", {}), raw.get("pseudonyms", {})
    return Source(
        name=entry.name.removesuffix(".toml"),
        title=raw["title"],
        format=raw.get("format", ""),
        attribution=raw.get("attribution", ""),
        encoding=section_file.get("encoding"),
        delimiter=section_file.get("delimiter"),
        pattern=section_file.get("pattern", ""),
        sheets=tuple(section_file.get("sheets", ())),
        object_type=section_file.get("object_type", ""),
        zone=section_time.get("zone", "Europe/Berlin"),
        formats=tuple(section_time.get("formats", ())),
        overlap=section_time.get("overlap", "quarantine"),
        cases=section_names.get("cases", "keyed"),
        workers=section_names.get("workers", "keyed"),
        key=section_names.get("key", "procmine"),
        text=frozenset(section_names.get("text", ())),
        columns=raw["columns"] | taken if raw.get("columns") else {},
        constants=raw.get("constants", {}),
        office_from_file=raw.get("office_from_file", {}),
        unknown={column: frozenset(values) for column, values in raw.get("unknown", {}).items()},
        system=frozenset(raw.get("system", {}).get("worker", ())),
        values=raw.get("values", {}),
        activities=raw.get("activities", {}),
        derive=tuple(
            Derivation(rule["column"], rule["value"], {k: tuple(v) for k, v in rule["when"].items()}, rule["reason"])
            for rule in raw.get("derive", ())
        ),
        pairs=Pairs(tuple(raw["pairs"].get("by", ()))) if "pairs" in raw else None,
        joins=joins,
        observed_from=raw.get("observation", {}).get("from"),
        observed_to=raw.get("observation", {}).get("to"),
    )


def _join(table: Mapping[str, Any]) -> Join:
    name = table.get("name") or table["file"].split(".")[0]
    return Join(
        name, table["file"], table["key"], table["on"], table.get("take", {}), table.get("encoding"),
        table.get("delimiter"),
    )  # fmt: skip


def _faults(raw: Mapping[str, Any], schema: Schema) -> list[str]:
    """What is wrong with a source file; the kinds of its values first: nothing else can be told without them."""
    faults = [f"Unknown key {key}. {nearest(key, _TOP)}" for key in raw if key not in _TOP]
    faults += [sentence for key, value in raw.items() if key in _TOP for sentence in _kind_faults(key, value)]
    if faults:
        return faults
    if {"de", "en"} - set(raw.get("title", {})):
        faults.append("title needs de and en.")
    if raw.get("format", "") not in ("", *FORMATS):
        faults.append(f"format {raw['format']} is not known. {nearest(str(raw['format']), FORMATS)}")
    pattern = raw.get("file", {}).get("pattern", "")
    if "/" in pattern or "\\" in pattern or "**" in pattern:
        faults.append("file.pattern names files of the folder itself, without a path.")
    if raw.get("time", {}).get("overlap", "quarantine") not in OVERLAPS:
        faults.append(f"time.overlap must be one of {', '.join(OVERLAPS)}.")
    names = raw.get("pseudonyms", {})
    for who, known in (("cases", FOR_CASES), ("workers", FOR_WORKERS)):
        if names.get(who, known[0]) not in known:
            faults.append(f"pseudonyms.{who} must be one of {', '.join(known)}.")
    for column in names.get("text", ()):
        if column not in schema.importable:
            faults.append(f"pseudonyms.text: {column} is no column of a log. {nearest(column, schema.importable)}")
    for section in ("columns", "constants", "unknown", "values"):
        for column in raw.get(section, {}):
            if column not in schema.importable:
                faults.append(f"{section}.{column} is no column of a log. {nearest(column, schema.importable)}")
            elif section in ("unknown", "values") and schema.importable[column].kind not in _WORDED:
                faults.append(f"{section}.{column}: a {schema.importable[column].kind} has no words to translate.")
    faults += _word_faults(raw, schema)
    for number, rule in enumerate(raw.get("derive", ()), start=1):
        faults.extend(_rule_faults(number, rule, schema))
    watched = raw.get("observation", {})
    if "from" in watched and "to" in watched and watched["from"] > watched["to"]:
        faults.append("observation.to lies before observation.from.")
    return faults + _pair_faults(raw) + _join_faults(raw, schema)


def _kind_faults(key: str, value: Any) -> list[str]:
    """Whether a top-level key holds what it should: a text, a table of texts, a table of lists of texts …"""
    if key in ("format", "attribution", "licence", "notes"):
        return [] if isinstance(value, str) else [f"{key} must be a text."]
    if key == "derive":
        good = isinstance(value, list) and all(isinstance(rule, dict) for rule in value)
        return [] if good else ["derive is written [[derive]], once for each rule."]
    if key == "join":
        good = isinstance(value, list) and all(isinstance(table, dict) for table in value)
        return [] if good else ["join is written [[join]], once for each table."]
    if not isinstance(value, dict):
        return [f"{key} is a section: write [{key}]."]
    faults = []
    for name, held in value.items():
        if key in _SECTIONS and name not in _SECTIONS[key]:
            faults.append(f"Unknown key {key}.{name}. {nearest(name, _SECTIONS[key])}")
        elif key in ("unknown", "system") or (key, name) in _LISTS:
            if not _texts(held):
                faults.append(f'{key}.{name} must be a list of texts, such as ["…"].')
        elif key == "values":
            if not (isinstance(held, dict) and _texts(list(held.values()))):
                faults.append(f'{key}.{name} is a section of "their word" = "our code".')
        elif key == "observation":
            if type(held) is not date:  # a datetime is a date too
                faults.append(f"observation.{name} must be a day: {name} = 2025-01-31, without quotes.")
        elif not isinstance(held, str):
            faults.append(f"{key}.{name} must be a text.")
    return faults


def _texts(held: Any) -> bool:
    return isinstance(held, list) and all(isinstance(each, str) for each in held)


def _word_faults(raw: Mapping[str, Any], schema: Schema) -> list[str]:
    """Words that become codes there are not, and constants a column cannot hold."""
    faults = []
    for column, words in raw.get("values", {}).items():
        if column == "activity":
            faults.append("Labels of activities are translated in [activities].")
        for word, code in words.items():
            faults += _code_faults(f"values.{column}: {word!r} becomes", column, code, schema)
    for label, code in raw.get("activities", {}).items():
        if code not in schema.activities:
            hint = nearest(code, schema.activities)
            faults.append(f"activities: {label!r} becomes {code!r}, which is no activity. {hint}")
    for column, value in raw.get("constants", {}).items():
        if column in schema.importable and schema.importable[column].kind not in _WORDED:
            faults.append(f"constants.{column}: a {schema.importable[column].kind} cannot be the same for all.")
        else:
            faults += _code_faults(f"constants.{column}:", column, value, schema)
    return faults


def _code_faults(where: str, column: str, value: str, schema: Schema) -> list[str]:
    """Faults of a value, or of each part of a list, in a column of codes."""
    codes = schema.codes.get(column)
    if codes is None or column not in schema.importable:
        return []
    parts = value.split("|") if schema.importable[column].kind == "list" else [value]
    return [f"{where} {part!r}, which is no code. {nearest(part, codes)}" for part in parts if part not in codes]


def _rule_faults(number: int, rule: Mapping[str, Any], schema: Schema) -> list[str]:
    missing = {"column", "value", "when", "reason"} - set(rule)
    if missing:
        return [f"derive no. {number} lacks {', '.join(sorted(missing))}."]
    when = rule["when"]
    texts = [rule["column"], rule["value"], rule["reason"]]
    if not (_texts(texts) and isinstance(when, dict) and when and all(_texts(held) for held in when.values())):
        return [f'derive no. {number}: column, value and reason are texts, when is {{ column = ["…"] }}.']
    faults = []
    for column in (rule["column"], *when):
        if column not in schema.importable:
            faults.append(f"derive no. {number}: {column} is no column. {nearest(column, schema.importable)}")
        elif schema.importable[column].kind not in _WORDED or (column == rule["column"] and column in _GIVEN):
            faults.append(f"derive no. {number}: {column} is read from the file, not derived from words.")
    return faults + _code_faults(f"derive no. {number}:", rule["column"], rule["value"], schema)


def _pair_faults(raw: Mapping[str, Any]) -> list[str]:
    """Pairs need to know which row starts and which completes, and make the beginning themselves."""
    if "pairs" not in raw:
        return []
    columns, faults = raw.get("columns", {}), []
    if raw["pairs"].get("by") == []:
        faults.append("pairs.by names at least one column of the file, or is left out.")
    if columns and "lifecycle" not in columns:
        faults.append("pairs needs columns.lifecycle: the column that says which row starts and which completes.")
    if "started_at" in columns:
        faults.append("columns.started_at and pairs exclude each other: a pair takes its beginning from its start row.")
    return faults


def _join_faults(raw: Mapping[str, Any], schema: Schema) -> list[str]:
    """Faults of the tables beside the log: each on its own first, then what they take among one another."""
    tables = raw.get("join", ())
    faults = [fault for number, table in enumerate(tables, start=1) for fault in _table_faults(number, table, schema)]
    if faults:
        return faults
    taken = set(raw.get("columns", {}))
    named = [*raw.get("columns", {}).values(), *(table["on"] for table in tables), *raw.get("pairs", {}).get("by", ())]
    names: set[str] = set()
    for number, join in enumerate(map(_join, tables), start=1):
        if join.name in names:
            faults.append(f"join no. {number}: there is a table {join.name} already. Give it a name of its own.")
        names.add(join.name)
        if not join.take and not any(column.startswith(f"{join.name}.") for column in named):
            faults.append(f'join no. {number} takes nothing: write take = {{ team = "its column" }}.')
        for ours in join.take:
            if ours in taken:
                faults.append(f"join no. {number}: {ours} is read from another column already.")
            taken.add(ours)
    return faults


def _table_faults(number: int, table: Mapping[str, Any], schema: Schema) -> list[str]:
    faults = [f"join no. {number}: unknown key {key}. {nearest(key, _JOIN)}" for key in table if key not in _JOIN]
    if missing := {"file", "key", "on"} - set(table):
        faults.append(f"join no. {number} lacks {', '.join(sorted(missing))}.")
    take = table.get("take", {})
    if not (_texts([held for key, held in table.items() if key in _JOIN - {"take"}]) and isinstance(take, dict)):
        return [*faults, f'join no. {number}: all keys are texts but take = {{ ours = "theirs" }}.']
    if not _texts(list(take.values())):
        return [*faults, f'join no. {number}: take is {{ ours = "theirs" }}.']
    file = table.get("file", "x")
    if not file.strip(". ") or any(sign in file for sign in "/\\:"):
        faults.append(f"join no. {number}: file names a file beside the log, without a path.")
    for ours in take:
        if ours not in schema.importable:
            faults.append(f"join no. {number}: {ours} is no column of a log. {nearest(ours, schema.importable)}")
    return faults
