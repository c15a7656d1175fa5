"""Source: how one kind of export speaks: its columns, times, value words, labels and declared derivations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from procmine.content import listing, one, place_of, read_toml
from procmine.errors import ContentError, nearest
from procmine.schema import Schema

FORMATS = ("csv", "parquet", "xes")
_TOP = {
    "title", "format", "attribution", "licence", "notes", "file", "time", "columns", "constants", "office_from_file",
    "unknown", "system", "values", "activities", "derive",
}  # fmt: skip
_SECTIONS = {
    "file": {"encoding", "delimiter", "pattern"},
    "time": {"zone", "formats", "overlap"},
    "system": {"worker"},
}
OVERLAPS = ("quarantine", "earlier", "later")


@dataclass(frozen=True, slots=True)
class Derivation:
    """A declared derivation: where all ``when`` columns have one of the given values, ``column`` becomes ``value`` if
    it is empty. It is counted in the receipt under ``reason``."""

    column: str
    value: str
    when: Mapping[str, tuple[str, ...]]
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """One export's way of speaking. ``columns`` is ours -> the file's; ``values`` and ``activities`` are the file's ->
    ours; ``unknown`` lists values that mean "not said"; ``system`` names workers that are machines."""

    name: str
    title: Mapping[str, str]
    format: str = ""
    attribution: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    pattern: str = ""
    zone: str = "Europe/Berlin"
    formats: tuple[str, ...] = ()
    overlap: str = "quarantine"
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    office_from_file: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, frozenset[str]] = field(default_factory=dict)
    system: frozenset[str] = frozenset()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    activities: Mapping[str, str] = field(default_factory=dict)
    derive: tuple[Derivation, ...] = ()


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
    section_file, section_time = raw.get("file", {}), raw.get("time", {})
    return Source(
        name=entry.name.removesuffix(".toml"),
        title=raw["title"],
        format=raw.get("format", ""),
        attribution=raw.get("attribution", ""),
        encoding=section_file.get("encoding"),
        delimiter=section_file.get("delimiter"),
        pattern=section_file.get("pattern", ""),
        zone=section_time.get("zone", "Europe/Berlin"),
        formats=tuple(section_time.get("formats", ())),
        overlap=section_time.get("overlap", "quarantine"),
        columns=raw.get("columns", {}),
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
    )


def known_sources(study: Path | None = None) -> tuple[str, ...]:
    """The names of all sources there are."""
    return tuple(listing("event_logs/sources", ".toml", study))


def _faults(raw: Mapping[str, Any], schema: Schema) -> list[str]:
    faults = [f"Unknown key {key}. {nearest(key, _TOP)}" for key in raw if key not in _TOP]
    if not isinstance(raw.get("title"), dict) or {"de", "en"} - set(raw.get("title", {})):
        faults.append("title needs de and en.")
    if raw.get("format", "") not in ("", *FORMATS):
        faults.append(f"format {raw['format']} is not known. {nearest(str(raw['format']), FORMATS)}")
    for section, keys in _SECTIONS.items():
        for key in raw.get(section, {}):
            if key not in keys:
                faults.append(f"Unknown key {section}.{key}. {nearest(key, keys)}")
    if raw.get("time", {}).get("overlap", "quarantine") not in OVERLAPS:
        faults.append(f"time.overlap must be one of {', '.join(OVERLAPS)}.")
    for section in ("columns", "constants", "unknown", "values"):
        for column in raw.get(section, {}):
            if column not in schema.importable:
                faults.append(f"{section}.{column} is no column of a log. {nearest(column, schema.importable)}")
    for column, words in raw.get("values", {}).items():
        codes = schema.codes.get(column)
        for word, code in words.items():
            if codes is not None and code not in codes:
                faults.append(f"values.{column}: {word!r} becomes {code!r}, which is no code. {nearest(code, codes)}")
    for label, code in raw.get("activities", {}).items():
        if code not in schema.activities:
            faults.append(
                f"activities: {label!r} becomes {code!r}, which is no activity. {nearest(code, schema.activities)}"
            )
    for number, rule in enumerate(raw.get("derive", ()), start=1):
        faults.extend(_rule_faults(number, rule, schema))
    return faults


def _rule_faults(number: int, rule: Mapping[str, Any], schema: Schema) -> list[str]:
    missing = {"column", "value", "when", "reason"} - set(rule)
    if missing:
        return [f"derive no. {number} lacks {', '.join(sorted(missing))}."]
    faults = []
    for column in (rule["column"], *rule["when"]):
        if column not in schema.importable:
            faults.append(f"derive no. {number}: {column} is no column. {nearest(column, schema.importable)}")
    codes = schema.codes.get(rule["column"])
    if codes is not None and rule["value"] not in codes:
        faults.append(f"derive no. {number}: {rule['value']} is no code. {nearest(rule['value'], codes)}")
    return faults
