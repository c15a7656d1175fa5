"""Reads a scenario from its TOML file and checks it: every key, every range, all faults of a file at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, cast, get_type_hints

from procmine.content import one, place_of, read_toml
from procmine.errors import ContentError, nearest
from procmine.schema import load_schema
from procmine.simulate.office import (
    ALWAYS_RECORDED,
    MAY_BE_MISSING,
    MAY_HAVE_DEFAULT,
    FormDefault,
    Office,
    Scenario,
)


def load_scenario(name_or_path: str | Path, study: Path | None = None) -> Scenario:
    """A scenario by name (a study's own before the shipped ones) or by path.

    Raises ContentError with file, key and the nearest names, all faults of the file at once.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        if not path.is_file():
            raise ContentError("There is no such scenario file.", where=str(name_or_path))
        entry: Any = path
    else:
        entry = one("event_logs/scenarios", str(name_or_path), ".toml", study)
    faults: list[str] = []
    scenario = _scenario(entry.name.removesuffix(".toml"), read_toml(entry), faults)
    _check_codes(scenario, faults)
    if faults:
        raise ContentError(" ".join(faults), where=place_of(entry))
    return scenario


def _scenario(name: str, raw: Mapping[str, Any], faults: list[str]) -> Scenario:
    _unknown(raw, ("title", "first_day", "last_day", "defaults", "office"), "", faults)
    first, last = raw.get("first_day"), raw.get("last_day")
    if type(first) is not date or type(last) is not date or (last - first).days < 180:
        faults.append("first_day and last_day must be days (2025-01-01) at least 180 days apart.")
        first, last = date(2025, 1, 1), date(2026, 6, 30)
    title = raw.get("title")
    if not isinstance(title, dict) or not {"de", "en"} <= title.keys():
        faults.append("title must have the texts de and en.")
        title = {"de": name, "en": name}
    defaults = raw.get("defaults", {})
    tables = raw.get("office", [])
    if not isinstance(defaults, dict) or not isinstance(tables, list) or not tables:
        faults.append("There must be at least one [[office]], and [defaults] must be a table.")
        return Scenario(name, title, first, last, ())
    offices = []
    for number, table in enumerate(tables, start=1):
        where = f"office {table.get('office', number)}: "
        made = _build(Office, _merge(defaults, table), where, faults)
        if made is not None:
            _check_office(made, where, faults)
            offices.append(made)
    names = [office.office for office in offices]
    faults.extend(f"office {twice} stands twice." for twice in sorted({n for n in names if names.count(n) > 1}))
    return Scenario(name, title, first, last, tuple(offices))


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """An office's table over the defaults, table by table."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _build(kind: Callable[..., Any], raw: Any, where: str, faults: list[str]) -> Any:
    """A dataclass from a table; every fault is noted with its key, and None returned if something is missing."""
    cls = cast(type, kind)
    if not isinstance(raw, dict):
        faults.append(f"{where}a table is needed, not {raw!r}.")
        return None
    known: dict[str, Field[Any]] = {part.name: part for part in fields(cls)}
    hints = get_type_hints(cls)
    _unknown(raw, known, where, faults)
    values: dict[str, Any] = {}
    for key, spec in known.items():
        if key in raw:
            values[key] = _value(hints[key], spec, raw[key], f"{where}{key}", faults)
        elif spec.default is MISSING and spec.default_factory is MISSING:
            faults.append(f"{where}{key} is missing.")
            return None
    return kind(**values)


def _value(hint: Any, spec: Field[Any], raw: Any, where: str, faults: list[str]) -> Any:
    if is_dataclass(hint):
        return _build(cast(Callable[..., Any], hint), raw, f"{where}.", faults)
    if hint in (float, int):
        return _in_range(hint, spec, raw, where, faults)
    if hint == tuple[float, ...]:
        return _law(raw, where, faults)
    if hint is str:
        if not isinstance(raw, str) or not raw:
            faults.append(f"{where} must be a text.")
        return str(raw)
    if hint == tuple[str, ...]:
        if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
            faults.append(f"{where} must be a list of columns.")
            return ()
        return tuple(raw)
    if not isinstance(raw, dict):
        faults.append(f"{where} must be a table by column.")
        return {}
    if spec.name == "form_default":
        build = partial(_build, FormDefault, faults=faults)
        return {key: build(item, where=f"{where}.{key}.") or FormDefault("") for key, item in raw.items()}
    return {key: _in_range(float, _SHARE, item, f"{where}.{key}", faults) for key, item in raw.items()}


def _in_range(hint: Any, spec: Field[Any], raw: Any, where: str, faults: list[str]) -> Any:
    least, most = spec.metadata["least"], spec.metadata["most"]
    sort = "a whole number" if hint is int else "a number"
    right = isinstance(raw, int) if hint is int else isinstance(raw, int | float)
    if isinstance(raw, bool) or not right or not least <= raw <= most:
        faults.append(f"{where} must be {sort} from {least:g} to {most:g}, not {raw!r}.")
        return hint(least)
    return hint(raw)


def _law(raw: Any, where: str, faults: list[str]) -> tuple[float, ...]:
    """The chances of none, one, two; they must sum to 1."""
    numbers = isinstance(raw, list) and all(isinstance(x, int | float) and 0 <= x <= 1 for x in raw)
    if not numbers or not 1 <= len(raw) <= 3 or not math.isclose(sum(raw), 1.0, abs_tol=1e-9):
        faults.append(f"{where} must be one to three shares (for none, one, two) that sum to 1, not {raw!r}.")
        return (1.0,)
    return tuple(float(x) for x in raw)


def _check_office(office: Office, where: str, faults: list[str]) -> None:
    """What single keys cannot say: sums that must stay below 1, columns that can be absent, missing or defaulted."""
    a, p, h, c, r = office.attendance, office.place, office.handover, office.contacts, office.recording
    sums = {
        "attendance.no_show_office_set + cancelled_office_set": a.no_show_office_set + a.cancelled_office_set,
        "attendance.no_show_agreed + cancelled_agreed": a.no_show_agreed + a.cancelled_agreed,
        "attendance.cancelled_by_office + left_open": a.cancelled_by_office + a.left_open,
        "contacts.walk_in + open_hours": c.walk_in + c.open_hours,
        "place.control + restore_contact": p.control + p.restore_contact,
        "handover.facilitated + file_only": h.facilitated + h.file_only,
        "initiative.jointly_agreed + confirmed": office.initiative.jointly_agreed + office.initiative.confirmed,
        "contacts.household_meetings + group_sessions": c.household_meetings + c.group_sessions,
        "steps.joint_decision + first_joint_more": office.steps.joint_decision + office.steps.first_joint_more,
        "support.coached + provided": office.support.coached + office.support.provided,
    }
    faults.extend(f"{where}{what} is {total:g}, above 1." for what, total in sums.items() if total > 1 + 1e-9)
    if p.client_home + p.social_space + p.partner_site + p.employer + p.public_place <= 0:
        faults.append(f"{where}place needs at least one place outside with a share above 0.")
    for key in sorted(ALWAYS_RECORDED.intersection(r.absent)):
        faults.append(f"{where}recording.absent: {key} is always recorded.")
    _unknown(r.missing, MAY_BE_MISSING, f"{where}recording.missing.", faults)
    _unknown(r.form_default, MAY_HAVE_DEFAULT, f"{where}recording.form_default.", faults)


def _check_codes(scenario: Scenario, faults: list[str]) -> None:
    """Columns and codes a scenario names must be those of the schema and the vocabulary."""
    schema = load_schema()
    for office in scenario.offices:
        where = f"office {office.office}: "
        named = {"carrier": office.carrier}
        named |= {column: default.value for column, default in office.recording.form_default.items()}
        for column, value in named.items():
            known = schema.codes.get(column, {})
            if known and value not in known:
                faults.append(f"{where}{value} is no code of {column}. {nearest(value, known)}")
        for column in office.recording.absent:
            if column not in schema.importable:
                faults.append(
                    f"{where}recording.absent: there is no column {column}. {nearest(column, schema.importable)}"
                )


def _unknown(raw: Iterable[str], known: Iterable[str], where: str, faults: list[str]) -> None:
    names = list(known)
    faults.extend(f"{where}{key} is not a key of a scenario. {nearest(key, names)}" for key in raw if key not in names)


_SHARE: Field[Any] = fields(FormDefault)[1]
