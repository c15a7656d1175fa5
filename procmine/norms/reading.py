"""Every norm of a file read, held against its template, and made a Norm; all faults of the file at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from procmine.content import one
from procmine.drawn import Drawn, drawn_table
from procmine.errors import InputError, nearest
from procmine.norms.conditions import population_of, steps_of
from procmine.norms.definition import WHY, Example, Limit, Norm, Norms
from procmine.norms.free_days import LANDS
from procmine.norms.sheet import LANGUAGES, Sheet, sheets
from procmine.norms.templates import TEMPLATES, Template
from procmine.schema import Schema
from procmine.sql import together

FILE = "norms.toml"
STATES = ("kept", "broken", "undetermined")
_UNITS = ("days", "weeks", "months", "working_days")
_MOST = {"days": 3660, "weeks": 522, "months": 120, "working_days": 2600}  # ten years
_CASES_BEGIN, _CASES_END = ("entry", "first_event"), ("exit", "last_event")
_RESULT = {"case": "text", "on": "date", "state": "text", "why": "text"}
# Made-up logs of examples are watched this long before and after their events, unless the example says otherwise.
_MARGIN = timedelta(days=3660)


def load_norms(schema: Schema, study: Path | None = None, file: Path | None = None) -> Norms:
    """The norms of ``file``, else of the study's norms.toml, else the shipped ones (event_logs/norms.toml).

    Raises InputError where there is no such file, ContentError with every fault of the file and its line.
    """
    own = study / FILE if study is not None else None
    entry: Traversable
    if file is not None:
        if not file.is_file():
            raise InputError("There is no such file of norms.", where=str(file), hint="Check the path.")
        entry = file
    elif own is not None and own.is_file():
        entry = own
    else:
        entry = one("event_logs", "norms", ".toml", study)
    return read_norms(entry, schema)


def read_norms(entry: Traversable, schema: Schema) -> Norms:
    """The norms of a file. Raises ContentError."""
    top, each = sheets(entry)
    land = top.choice("land", ("", *LANDS), "")
    lands = top.table("lands", top.values.get("lands", {}))
    for office, name in lands.items():
        if name not in LANDS:
            top.fault("lands", f"{office} lies in {name!r}, which is no Land.", nearest(str(name), LANDS))
    begin = top.choice("cases_begin", _CASES_BEGIN, "entry")
    end = top.choice("cases_end", _CASES_END, "exit")
    top.leftovers()
    norms: list[Norm] = []
    for sheet in each:
        norm = _norm(sheet, schema)
        if norm.name in {other.name for other in norms}:
            sheet.fault("name", f"Two norms are called {norm.name}.")
        norms.append(norm)
    faults = [fault for sheet in (top, *each) for _, fault in sorted(sheet.faults, key=lambda pair: pair[0])]
    if faults:
        raise together(faults)
    return Norms(tuple(norms), land, {str(key): str(value) for key, value in lands.items()}, begin, end, top.place)


def _norm(sheet: Sheet, schema: Schema) -> Norm:
    name = sheet.text("name", needed=True)
    if name and not name.isidentifier():
        sheet.fault("name", f"{name!r} is no name.", "Letters, digits and _ only.")
    # Where the template has no name that is known, its other lines are read as if it were of the kind they look like.
    likely = TEMPLATES["response" if "first" in sheet.values else "existence"]
    template = TEMPLATES.get(sheet.choice("template", TEMPLATES), likely)
    keys = ("first", "second") if template.steps == 2 else ("step",)
    first, *rest = (steps_of(sheet, key, schema) for key in keys)
    second = rest[0] if rest else None
    if template.close == "alternate" and second is not None and (shared := first.activities & second.activities):
        what = f"{template.name} needs two different kinds of step, and {min(shared)} is in both."
        sheet.fault("second", what)
    start, end = sheet.day("from"), sheet.day("to")
    if start and end and start > end:
        sheet.fault("to", f"The norm ends ({end}) before it begins ({start}).")
    within, at_least = (_limit(sheet, key, template) for key in ("within", "at_least"))
    if within and at_least:
        sheet.fault("at_least", "A norm has within or at_least, not both.", "Write two norms.")
    if template.name == "max_gap" and within is None and "within" not in sheet.values:
        sheet.fault("within", "max_gap needs within.", "Write within = { days = 90 }.")
    norm = Norm(
        name=name,
        version=sheet.whole("version", 1, 1),
        sentence={language: sheet.text(language, needed=True) for language in LANGUAGES},
        template=template,
        first=first,
        second=second,
        times=_times(sheet, template, at_least),
        from_nth=_from_nth(sheet, template),
        within=within,
        at_least=at_least,
        same=_same(sheet, template, schema),
        population=population_of(sheet, schema),
        start=start,
        end=end,
        anchor=sheet.text("anchor"),
        checked=sheet.text("checked"),
        mark=sheet.choice("mark", ("", "example"), ""),
        gate=_gate(sheet),
        sensitive=sheet.flag("sensitive"),
        example=_example(sheet, schema),
        where=f"{sheet.place}:{sheet.line()}",
    )
    sheet.leftovers()
    return norm


def _limit(sheet: Sheet, key: str, template: Template) -> Limit | None:
    spec = sheet.table(key, (*_UNITS, "extends"))
    if not spec:
        return None
    if key not in template.limits:
        sheet.fault(key, f"{template.name} has no {key}.", "Leave it out.")
    units = [unit for unit in _UNITS if unit in spec]
    if len(units) != 1:
        sheet.fault(key, f"{key} needs one unit.", f"Write one of {', '.join(_UNITS)}.")
        return None
    unit, count = units[0], spec[units[0]]
    least = 0 if unit == "days" else 1
    if not isinstance(count, int) or isinstance(count, bool) or not least <= count <= _MOST[unit]:
        sheet.fault(key, f"{key}.{unit} is no whole number from {least} to {_MOST[unit]}.")
        return None
    extends = spec.get("extends", True)
    if not isinstance(extends, bool):
        sheet.fault(key, f"{key}.extends is {extends!r}.", "Write true or false.")
    # The law lengthens time limits, not the time that must pass before something may be done.
    return Limit(count, unit, bool(extends) and key == "within" and count > 0)


def _times(sheet: Sheet, template: Template, at_least: Limit | None) -> int:
    if "times" in sheet.values and not template.times:
        sheet.fault("times", f"{template.name} counts nothing.", "Leave times out.")
    found = sheet.whole("times", template.least, template.least)
    if at_least is not None and found > 1:
        sheet.fault("times", "at_least is not told of several steps.", "Write within, or leave times out.")
    return found


def _from_nth(sheet: Sheet, template: Template) -> int:
    if "from_nth" in sheet.values and not template.nth:
        sheet.fault("from_nth", f"{template.name} does not judge one step after the other.", "Leave from_nth out.")
    return sheet.whole("from_nth", 1, 1)


def _same(sheet: Sheet, template: Template, schema: Schema) -> str:
    name = sheet.text("same")
    if not name:
        return ""
    if not template.same:
        sheet.fault("same", f"{template.name} cannot ask for the same {name}.", "Leave it out.")
    known = {
        column.name: column
        for column in schema.importable.values()
        if column.kind in ("text", "code") and column.holds in ("", "record")
    }
    if name not in known:
        sheet.fault("same", f"There is no column {name} that two events can share.", nearest(name, known))
    return name


def _gate(sheet: Sheet) -> float | None:
    """true (nothing may be broken) or the least share kept; None where the norm is no gate."""
    value = sheet.get("gate", False)
    if isinstance(value, bool):
        return 1.0 if value else None
    if not isinstance(value, (int, float)) or not 0 < value <= 1:
        sheet.fault("gate", f"gate is {value!r}.", "Write true, or the least share kept, such as 0.95.")
        return None
    return float(value)


def _example(sheet: Sheet, schema: Schema) -> Example:
    """The worked example; without one a norm does not load."""
    spec = sheet.table("example", ("watched", "events", "result"))
    place = f"{sheet.place}:{sheet.line('example')}"
    if not spec:
        sheet.fault("example", "There is no worked example.", "Draw events and result under [norm.example].")
        return Example(Drawn((), ()), Drawn((), ()), (date.min, date.max), place)
    kinds: Mapping[str, str] = {"case": "text", "on": "date", "time": "text"}
    columns = {name: column.kind for name, column in schema.importable.items() if column.kind != "timestamp"}
    events = _drawn(sheet, spec, "events", {**kinds, **columns})
    result = _drawn(sheet, spec, "result", _RESULT)
    for drawn, needed in ((events, {"case", "on", "activity"}), (result, {"case", "on", "state"})):
        for name in sorted(needed - set(drawn.columns)):
            labels = "It holds codes, and labels as the extract has them." if name == "activity" else ""
            sheet.fault("example", f"The example has no column {name}.", labels)
    for row in result.rows:
        told = dict(zip(result.columns, row, strict=True))
        for key, known in (("state", STATES), ("why", (None, *WHY))):
            if key in told and told[key] not in known:
                hint = nearest(str(told[key]), [each for each in known if each])
                sheet.fault("result", f"There is no {key} {told[key]}.", hint, "example")
    return Example(events, result, _watched(sheet, spec, events), place)


def _drawn(sheet: Sheet, spec: Mapping[str, Any], key: str, kinds: Mapping[str, str]) -> Drawn:
    table, faults = drawn_table(str(spec.get(key, "")), kinds, place=sheet.place, line=sheet.line(key, "example"))
    sheet.faults.extend(faults)
    return table


def _watched(sheet: Sheet, spec: Mapping[str, Any], events: Drawn) -> tuple[date, date]:
    given = spec.get("watched")
    if given is not None:
        if isinstance(given, list) and len(given) == 2 and all(type(day) is date for day in given):
            return given[0], given[1]
        sheet.fault("watched", "watched is no pair of days.", "Write [2025-01-01, 2025-12-31].", "example")
    days = [row[events.columns.index("on")] for row in events.rows] if "on" in events.columns else []
    known = [day for day in days if isinstance(day, date)]
    if not known:
        return date(1990, 1, 1), date(2099, 12, 31)
    return min(known) - _MARGIN, max(known) + _MARGIN
