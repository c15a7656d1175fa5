"""Check sheets: every file of event_logs/checks/ read, held against the contract of a check, and made a Check."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from procmine.content import listing, place_of, read_text, read_toml
from procmine.drawn import Drawn, drawn_table
from procmine.errors import ContentError, nearest
from procmine.metric.definition import Example
from procmine.metric.sheet import Sheet
from procmine.schema import Schema, load_schema
from procmine.sql import Query, read_query, together

# What a check's query gives, a row an item or a group of items of one case, and the kinds each column may hold:
# ``looked_at`` of them were held against the check, ``hits`` were found to be so.
CONTRACT: Mapping[str, tuple[str, ...]] = {
    "case_id": ("key",),
    "office": ("text",),
    "hits": ("integer",),
    "looked_at": ("integer",),
}
# What it may give beside them. ``what``: the event column it speaks of, a finding each. ``detail``: a code or a text
# of the log that says more. ``unit``: what is told apart and counted, never shown. ``size``: a number whose middle and
# ninth tenth are told.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "what": ("text",),
    "detail": ("text",),
    "unit": ("key", "text"),
    "size": ("integer", "double"),
}
_DRAWN = {
    "case_id": "key",
    "office": "text",
    "hits": "integer",
    "looked_at": "integer",
    "what": "text",
    "detail": "text",
    "unit": "text",
    "size": "number",
}
SEVERITIES = ("note", "warning")
# Where a check looks: at the log store, or at the staged events of an import, before names become pseudonyms.
STAGES = ("store", "import")
# What a text can say beside a check's own limits, which must not bear these names.
SPOKEN = frozenset(
    {"rows", "looked_at", "cases", "all_cases", "share", "units", "median", "p90", "offices", "what", "details"}
)
# The limits every check knows: what makes rows a finding, and from which share a warning is more than a note.
LEAST = {"least_rows": 1, "least_looked_at": 1, "least_share": 0.0, "least_case_share": 0.0, "warning_share": 0.0}

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of an event log's quality. Texts come by language (``de``, ``en``).

    ``text`` says what was found and what it means for figures; ``touches`` names the event columns whose figures a
    finding bears on. ``limits`` are the named numbers of the file: a query reads them as the one row of the table
    ``limits``, and those of LEAST decide what is a finding. ``lists`` are its word lists. ``query`` is None where
    ``computed_by`` names a function of this room: house SQL cannot take texts apart. ``across_cases``: it follows an
    account over cases, which case-local numbers do not allow.
    """

    name: str
    severity: str
    stage: str
    title: Words
    text: Words
    touches: tuple[str, ...]
    limits: Mapping[str, int | float]
    details: Mapping[str, Words]
    lists: Mapping[str, tuple[str, ...]]
    across_cases: bool
    optional: frozenset[str]
    all_of: frozenset[str]
    any_of: frozenset[str]
    query: Query | None
    computed_by: str | None
    example: Example
    where: str


def all_checks(
    study: Path | None = None, schema: Schema | None = None, *, computed: Collection[str], stage: str | None = None
) -> dict[str, Check]:
    """All checks by name: the shipped ones, with a study's own beside them or, under the same name, in for them.

    ``computed`` are the functions a check may name; with ``stage`` only its checks are read. Raises ContentError with
    every fault of every file.
    """
    known = schema or load_schema(study)
    queries = listing("event_logs/checks", ".sql", study)
    faults: list[ContentError] = []
    checks: dict[str, Check] = {}
    for name, entry in listing("event_logs/checks", ".toml", study).items():
        if stage not in (None, read_toml(entry).get("stage", STAGES[0])):
            continue
        try:
            checks[name] = _check(name, entry, queries.get(name), known, computed)
        except ContentError as fault:
            faults.append(fault)
    if faults:
        raise together(faults)
    return checks


def lacking(check: Check, schema: Schema, absent: Collection[str]) -> tuple[str, ...]:
    """The event columns a check lacks in a log whose export has not the ``absent`` ones; empty if it can look."""
    wanted = set(check.all_of)
    for table, columns in check.query.needs.items() if check.query else ():
        for name in columns if table in schema.tables else ():
            column = schema.tables[table].column(name)
            own = {name} if table == "events" and name in schema.importable else set(column.needs)
            # Every log has cases and offices; a check that means the column itself names it in all_of.
            wanted |= own - {"case_id", "office"}
    missing = wanted & set(absent) - check.optional - check.any_of
    if check.any_of and check.any_of <= set(absent):
        missing.add("|".join(sorted(check.any_of)))
    return tuple(sorted(missing))


def _check(name: str, entry: Traversable, sql: Traversable | None, schema: Schema, computed: Collection[str]) -> Check:
    sheet = Sheet(entry)
    limits = _limits(sheet)
    computed_by = sheet.get("", "computed_by")
    numbers = {key: "integer" if isinstance(value, int) else "number" for key, value in limits.items()}
    query, faults = _query(sheet, sql, computed_by, numbers, schema, computed)
    check = Check(
        name=name,
        severity=sheet.choice("severity", SEVERITIES),
        stage=sheet.choice("stage", STAGES) if sheet.get("", "stage") else STAGES[0],
        title=sheet.words("title"),
        text=sheet.words("text"),
        touches=sheet.names("", "touches", schema.importable, "event column"),
        limits=limits,
        details={key: sheet.words("details", key) for key in sorted(sheet.get("", "details", {}))},
        lists={key: _list(sheet, key) for key in sorted(sheet.get("", "lists", {}))},
        across_cases=sheet.flag("across_cases"),
        optional=_columns(sheet, "optional", schema),
        all_of=_columns(sheet, "all_of", schema),
        any_of=_columns(sheet, "any_of", schema),
        query=query,
        computed_by=computed_by,
        example=_example(sheet, query, numbers, schema),
        where=sheet.place,
    )
    for section, words in (("title", check.title), ("text", check.text)):
        for language, sentence in words.items():
            for unknown in sorted(set(re.findall(r"\{(\w+)\}", sentence)) - SPOKEN - set(limits)):
                sheet.fault(
                    section, language, f"There is nothing called {{{unknown}}} to say.", nearest(unknown, SPOKEN)
                )
    sheet.leftovers()
    faults = [fault for _, fault in sorted(sheet.faults, key=lambda pair: pair[0])] + faults
    if faults:
        raise together(faults)
    return check


def _limits(sheet: Sheet) -> dict[str, int | float]:
    """The named numbers of a check, with those every check knows."""
    given = sheet.get("", "limits", {})
    given = given if isinstance(given, dict) else {}
    for key, value in given.items():
        sheet.get("limits", key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            sheet.fault("limits", key, f"limits.{key} is no number.")
        elif not key.isidentifier() or not key.isascii():
            sheet.fault("limits", key, "The name of a limit is made of the letters a to z and _.")
        elif key in SPOKEN:
            sheet.fault("limits", key, f"A limit cannot be called {key}: texts say something else with that word.")
        elif key.startswith("least_") and key not in LEAST:
            sheet.fault("limits", key, f"There is no limit {key}.", nearest(key, LEAST))
    return {
        **LEAST,
        **{key: value for key, value in given.items() if isinstance(value, int | float) and key.isidentifier()},
    }


def _list(sheet: Sheet, key: str) -> tuple[str, ...]:
    value = sheet.get("lists", key)
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        sheet.fault("lists", key, f"lists.{key} is no list of words.", f'Write {key} = ["…"].')
        return ()
    return tuple(value)


def _columns(sheet: Sheet, key: str, schema: Schema) -> frozenset[str]:
    """The event columns a list of [needs] names; ["*"] means every one that a file need not bring."""
    if sheet.get("needs", key) == ["*"]:
        return frozenset(name for name, column in schema.importable.items() if not column.required)
    return frozenset(sheet.names("needs", key, schema.importable, "event column"))


def _query(
    sheet: Sheet,
    sql: Traversable | None,
    computed_by: object,
    limits: Mapping[str, str],
    schema: Schema,
    computed: Collection[str],
) -> tuple[Query | None, list[ContentError]]:
    """The check's query and its faults. It stands in the sheet or in a file of the same name beside it."""
    inside = sheet.get("", "query")
    given = [part for part in (inside, sql, computed_by) if part is not None]
    if len(given) != 1:
        sheet.fault("", "query", f"The check is made {len(given)} ways.", "Give query, NAME.sql or computed_by: one.")
        return None, []
    if computed_by is not None:
        if computed_by not in computed:
            what = f"There is no way to compute {computed_by!r}."
            sheet.fault("", "computed_by", what, nearest(str(computed_by), computed))
        return None, []
    where = place_of(sql) if sql is not None else sheet.place
    # The lines before the query are kept empty, so that a fault names the line of the sheet.
    text = read_text(sql) if sql is not None else "\n" * sheet.line("", "query") + str(inside)
    try:
        query = read_query(text, where=where, tables={**schema.all_columns(), "limits": limits})
    except ContentError as fault:
        return None, [fault]
    faults = []
    for name in CONTRACT:
        if name not in query.columns:
            faults.append(
                ContentError(f"The query gives no column {name}.", where=where, hint=f"{', '.join(CONTRACT)}.")
            )
    for name, found in query.families.items():
        kinds_of = {**CONTRACT, **BESIDE}.get(name)
        if kinds_of is None:
            faults.append(ContentError(f"The query gives {name}, which no check has.", where=where))
        elif found not in (*kinds_of, "null"):
            hint = f"It must be {' or '.join(kinds_of)}."
            faults.append(ContentError(f"The query gives {name} as {found}.", where=where, hint=hint))
    return query, faults


def _example(sheet: Sheet, query: Query | None, limits: Mapping[str, str], schema: Schema) -> Example:
    """The worked example: rows in, and the rows the check gives for them.

    A drawn row of ``limits`` holds in the example instead of the file's, where it would take a hundred rows to reach
    those.
    """
    drawings = sheet.values.get("example")
    sheet.asked[""].add("example")
    if not isinstance(drawings, dict) or "result" not in drawings or len(drawings) < 2:
        sheet.fault("", "example", "There is no worked example.", "Draw rows in and rows out under [example].")
        return Example({}, Drawn((), ()))
    tables: dict[str, Drawn] = {}
    for name, drawing in drawings.items():
        kinds = {**schema.all_columns(), "result": _DRAWN, "limits": limits}.get(name)
        if kinds is None:
            sheet.fault("example", name, f"There is no table {name}.", nearest(name, schema.tables))
            continue
        table, faults = drawn_table(str(drawing), kinds, place=sheet.place, line=sheet.line("example", name))
        sheet.faults.extend(faults)
        tables[name] = table
    if query is not None and (odd := set(tables["result"].columns) ^ set(query.columns)):
        sheet.fault("example", "result", f"Result and query differ in the columns {', '.join(sorted(odd))}.")
    return Example({name: table for name, table in tables.items() if name != "result"}, tables["result"])
