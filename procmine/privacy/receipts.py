"""A receipt leaves: how a log was read, without rare values, exact days or a count of a handful of persons.

Copied by an allow-list: a key this module does not know does not leave. Names of cases and caseworkers are not in a
receipt; system accounts, whose names are, become one count. Counts of refused or unreadable rows stay exact: they say
how good the export is, and a fault of a row is nobody's attribute. All counts of events and cases are rounded, and
rows read = accepted + quarantined holds among what is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from procmine.privacy.profile import Profile, Released, blurred, coarse_day, coarse_days, profile_named, rounded, sealed

_PLAIN = ("schema", "procmine", "name", "source", "zone", "absent", "unmapped", "digest", "store_version", "unreadable")
_VALUES = ("vocabulary", "unknown")


def release_receipt(
    receipt: Mapping[str, Any], profile: str | Profile, *, activities: Collection[str] = ()
) -> Released[Mapping[str, Any]]:
    """The receipt as the profile lets it out. ``activities`` are the labels that may be named: those of the released
    model's steps."""
    rule = profile_named(profile)
    shown: dict[str, Any] = {key: receipt[key] for key in _PLAIN if key in receipt}
    for key in _VALUES:
        if key in receipt:
            shown[key] = _merged(receipt[key], rule)
    for key in ("first_day", "last_day"):
        if receipt.get(key):
            shown[key] = coarse_day(str(receipt[key]), rule)
    for key in ("cases", "events"):
        if key in receipt:
            shown[key] = rounded(receipt[key], rule.base)
    if "ties" in receipt:
        shown["ties"] = {name: _count(count, rule) for name, count in receipt["ties"].items()}
    if "system_workers" in receipt:
        rows = _count(sum(entry["rows"] for entry in receipt["system_workers"]), rule)
        shown["system_workers"] = [{"value": "", "rows": rows}] if rows else []
    if "derived" in receipt:
        shown["derived"] = [entry | {"rows": _count(entry["rows"], rule)} for entry in receipt["derived"]]
    if "columns" in receipt:
        shown["columns"] = [_column(entry, rule) for entry in receipt["columns"]]
    if "decisions" in receipt:
        shown["decisions"] = [
            # A value such as cp1252 is a name; a count stands in what a reader noticed, and in how it knew.
            {
                key: _blurred(value, rule) if key == "how" or entry.get("what") == "file" else value
                for key, value in entry.items()
            }
            for entry in receipt["decisions"]
        ]
    if "paired" in receipt:
        kept = ("rows", "starts_left", "completes_left")
        shown["paired"] = {key: _count(receipt["paired"][key], rule) for key in kept}
    if "joined" in receipt:
        shown["joined"] = [
            {"file": entry["file"]} | {key: _count(entry[key], rule) for key in ("matched", "unmatched")}
            for entry in receipt["joined"]
        ]
    if "pseudonyms" in receipt:  # the rule; a key's name and fingerprint are nobody's business
        shown["pseudonyms"] = {key: receipt["pseudonyms"][key] for key in ("cases", "workers")}
    if "offices" in receipt:
        shown["offices"] = _offices(receipt["offices"], rule)
    if "activities" in receipt:
        shown["activities"] = [name for name in receipt["activities"] if name in set(activities)]
    _rows(receipt, shown, rule)
    frozen: Mapping[str, Any] = MappingProxyType(shown)
    return sealed(frozen, rule)


def _blurred(value: Any, profile: Profile) -> Any:
    """A text, or one text a language, without exact counts."""
    if isinstance(value, Mapping):
        return {language: _blurred(text, profile) for language, text in value.items()}
    return blurred(coarse_days(str(value), profile), profile.base)


def _count(count: int, profile: Profile) -> int:
    """A count under the minimum looks like none."""
    return rounded(count, profile.base) if count >= profile.persons else 0


def _merged(entries: Sequence[Mapping[str, Any]], profile: Profile) -> list[dict[str, Any]]:
    """Values by column; those of too few rows become one nameless count, left out if itself too small."""
    kept: list[dict[str, Any]] = []
    for column in sorted({str(entry["column"]) for entry in entries}):
        rest = values = 0
        for entry in (entry for entry in entries if entry["column"] == column):
            if entry["value"] and entry["rows"] >= profile.persons:
                kept.append({"column": column, "value": entry["value"], "rows": rounded(entry["rows"], profile.base)})
            else:
                rest += entry["rows"]
                values += entry.get("values", 1)
        if rest >= profile.persons:
            kept.append({"column": column, "value": "", "rows": rounded(rest, profile.base), "values": values})
    return kept


def _column(entry: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """A column with how often it is filled. ``distinct`` stays on the workbench: for caseworkers it is a head count."""
    keys = ("name", "from", "filled") + (("distinct",) if profile.exact else ())
    shown = {key: entry[key] for key in keys if key in entry}
    if shown.get("filled"):  # a few is neither none nor a number to show
        few = shown["filled"] < profile.persons
        shown["filled"] = None if few else rounded(shown["filled"], profile.base)
    return shown


def _offices(offices: Sequence[Mapping[str, Any]], profile: Profile) -> list[dict[str, Any]]:
    """Offices of enough cases; with one small office (or some, small even together) the next-smallest is left out too,
    or the totals would tell."""
    by_size = sorted(offices, key=lambda office: (office["cases"], office["name"]))
    gone = [office for office in by_size if office["cases"] < profile.persons]
    left = by_size[len(gone) :]
    while gone and left and (len(gone) < 2 or sum(office["cases"] for office in gone) < profile.persons):
        gone.append(left.pop(0))
    return [
        {"name": office["name"]}
        | {key: rounded(office[key], profile.base) for key in ("cases", "events") if key in office}
        for office in offices
        if office in left
    ]


def _rows(receipt: Mapping[str, Any], shown: dict[str, Any], profile: Profile) -> None:
    """Rows read, accepted, refused, of the whole and of each file; sums of what is shown."""
    if "rows_accepted" in receipt:
        shown |= _sums(receipt, profile)
    if "files" in receipt:
        shown["files"] = [
            {key: file[key] for key in ("name", "sha256", "format", "encoding", "delimiter") if key in file}
            | ({"bytes": file["bytes"]} if profile.exact and "bytes" in file else {})
            | (_sums(file, profile) if "rows_accepted" in file else {})
            for file in receipt["files"]
        ]
    if "quarantine" in receipt:
        keys = ("reason", "rows", "file") + (("first_line",) if profile.exact else ())
        shown["quarantine"] = [{key: entry[key] for key in keys if key in entry} for entry in receipt["quarantine"]]


def _sums(part: Mapping[str, Any], profile: Profile) -> dict[str, int]:
    accepted, refused = rounded(part["rows_accepted"], profile.base), int(part["rows_quarantined"])
    return {"rows_read": accepted + refused, "rows_accepted": accepted, "rows_quarantined": refused}
