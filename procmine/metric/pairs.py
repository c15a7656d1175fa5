"""Every pair of files in metrics/ read, checked and made a Metric."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from procmine.content import listing, place_of, read_text
from procmine.drawn import Drawn, drawn_table
from procmine.errors import ContentError, nearest
from procmine.metric.definition import CONTRACT, DIVISIBLE, UNITS, AnswersTo, Arm, Example, Heap, Metric, Words
from procmine.metric.sheet import Sheet
from procmine.regimes import load_law
from procmine.schema import Schema, load_schema
from procmine.sql import Query, read_query, together

POLARITIES = ("higher", "lower", "none")


def names_of(study: Path | None = None) -> frozenset[str]:
    """The names of all metrics, none of which is read."""
    return frozenset(listing("metrics", ".toml", study))


def catalogue(
    study: Path | None = None, schema: Schema | None = None, *, only: Collection[str] | None = None
) -> Mapping[str, Metric]:
    """All metrics by name: the shipped ones, with a study's own beside them or, under the same name, in for them.
    ``only``: those alone are read, whatever is wrong with others.

    Raises ContentError with every fault of every file, each with its place.
    """
    known = schema or load_schema(study)
    sheets, queries = listing("metrics", ".toml", study), listing("metrics", ".sql", study)
    topics = load_law(study).topics
    faults: list[ContentError] = []
    metrics: dict[str, Metric] = {}
    for name, entry in queries.items():
        if name not in sheets and only is None:
            what = f"There is no {name}.toml beside it: a metric is a pair of files."
            faults.append(ContentError(what, where=place_of(entry)))
    for name, entry in sheets.items():
        if only is not None and name not in only:
            continue
        try:
            metrics[name] = _metric(name, entry, queries.get(name), known, sheets, topics)
        except ContentError as fault:
            faults.append(fault)
    if faults:
        raise together(faults)
    return metrics


def _metric(
    name: str,
    entry: Traversable,
    sql: Traversable | None,
    schema: Schema,
    known: Collection[str],
    topics: Collection[str],
) -> Metric:
    sheet = Sheet(entry)
    unit = sheet.choice("unit", UNITS)
    groups = tuple(str(each) for each in sheet.get("", "groups", []))
    arms, parts = _arms(sheet, unit), _parts(sheet, unit)
    heap = _heap(sheet, unit)
    numbers = (*parts, *(heap.columns if heap else ()))
    given = {**dict.fromkeys((*groups, *(("arm",) if arms else ())), "text"), **dict.fromkeys(numbers, "number")}
    computed_by = sheet.get("", "computed_by")
    query, sql_fault = _query(sheet, name, sql, computed_by, given, schema)
    metric = Metric(
        name=name,
        version=_version(sheet),
        unit=unit,
        polarity=sheet.choice("polarity", POLARITIES),
        title=sheet.words("title"),
        question=sheet.words("question"),
        definition=sheet.words("definition"),
        counts={part: sheet.words("counts", part) for part in ("numerator", "denominator")},
        answers_to=_answers_to(sheet),
        caveats=sheet.sentences("caveats"),
        gaming=sheet.sentences("gaming"),
        counter_checks=sheet.sentences("counter_checks"),
        beside=sheet.sentences("beside"),
        counter_metrics=sheet.names("", "counter_metrics", set(known) - {name}, "metric"),
        groups=groups,
        staff=sheet.flag("staff"),
        sensitive=sheet.flag("sensitive"),
        optional=frozenset(sheet.names("needs", "optional", schema.importable, "event column")),
        any_of=_any_of(sheet, schema),
        one_sided=frozenset(sheet.names("needs", "one_sided", schema.importable, "event column")),
        query=query,
        computed_by=computed_by,
        example=None if computed_by else _example(sheet, query, given, schema),
        where=sheet.place,
        per=_whole(sheet, "per", unit, ("rate",), 1) or 1,
        horizon=_whole(sheet, "horizon", unit, ("survival",), None),
        arms=arms,
        parts=parts,
        activities=frozenset(sheet.names("needs", "activities", schema.activities, "activity")),
        every_activity=frozenset(sheet.names("needs", "every_activity", schema.activities, "activity")),
        regimes=sheet.names("", "regimes", topics, "topic of law"),
        undivided=sheet.flag("undivided"),
        heap=heap,
    )
    sheet.leftovers()
    faults = [fault for _, fault in sorted(sheet.faults, key=lambda pair: pair[0])] + sql_fault
    if faults:
        raise together(faults)
    return metric


def _version(sheet: Sheet) -> int:
    value = sheet.get("", "version")
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        sheet.fault("", "version", "version is no whole number from 1.", "Raise it whenever a figure can change.")
        return 0
    return value


def _whole(sheet: Sheet, key: str, unit: str, units: tuple[str, ...], default: int | None) -> int | None:
    """A whole number from 1 that only some units have, and must have where there is no default."""
    value = sheet.get("", key)
    if unit not in units:
        if value is not None:
            sheet.fault("", key, f"{key} belongs to the unit {' or '.join(units)}, not to {unit}.", "Leave it out.")
        return default
    if value is None and default is not None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        what = f"{key} is no whole number from 1." if value is not None else f"The unit {unit} needs {key}."
        sheet.fault("", key, what, f"Write {key} = 14." if key == "horizon" else f"Write {key} = 100.")
        return default
    return value


def _arms(sheet: Sheet, unit: str) -> tuple[Arm, Arm] | None:
    """The two sides of a difference."""
    raw = sheet.get("", "arms")
    if unit != "difference":
        if raw is not None:
            sheet.fault("arms", "", f"arms belong to the unit difference, not to {unit}.", "Leave them out.")
            sheet.asked["arms"] = set(raw) if isinstance(raw, dict) else set()
        return None
    arms = []
    for side in ("first", "second"):
        spec = sheet.get("arms", side)
        spec = spec if isinstance(spec, dict) else {}
        if set(spec) != {"code", "de", "en"} or not all(isinstance(text, str) and text for text in spec.values()):
            sheet.fault("arms", side, f"arms.{side} is not whole.", 'Write { code = "…", de = "…", en = "…" }.')
        arms.append(Arm(str(spec.get("code", "")), {"de": str(spec.get("de", "")), "en": str(spec.get("en", ""))}))
    if arms[0].code and arms[0].code == arms[1].code:
        sheet.fault("arms", "second", "Both arms have one code.", "A difference is between two.")
    return arms[0], arms[1]


def _parts(sheet: Sheet, unit: str) -> dict[str, Words]:
    """The further numerators of a metric by their column."""
    raw = sheet.get("", "parts", {})
    if not isinstance(raw, dict):
        sheet.fault("", "parts", "parts is no section.", "Write [parts.NAME] with de and en.")
        return {}
    if raw and unit not in DIVISIBLE:
        sheet.fault(
            "parts", "", f"A figure of the unit {unit} has no parts.", f"Units with parts: {', '.join(DIVISIBLE)}."
        )
    for name in raw:
        if name in CONTRACT or not str(name).isidentifier():
            sheet.fault("parts", str(name), f"{name} cannot be the name of a part.")
    return {str(name): sheet.words("parts", str(name)) for name in raw}


def _heap(sheet: Sheet, unit: str) -> Heap | None:
    """The columns of a share's items that tell how far they heap on a grid of days."""
    if sheet.get("", "heap") is None:
        return None
    length, grid, tolerance = (sheet.get("heap", key) for key in ("length", "grid", "tolerance"))
    if unit != "share":
        sheet.fault("", "heap", f"heap belongs to the unit share, not to {unit}.", "Leave it out.")
    elif not all(isinstance(name, str) and name.isidentifier() and name not in CONTRACT for name in (length, grid)):
        sheet.fault("heap", "length", "heap names no two columns.", 'Write length = "gap" and grid = "grid".')
    elif not isinstance(tolerance, int) or isinstance(tolerance, bool) or tolerance < 0:
        sheet.fault("heap", "tolerance", "heap.tolerance is no whole number of days.", "Write tolerance = 3.")
    else:
        return Heap(str(length), str(grid), tolerance)
    return None


def _answers_to(sheet: Sheet) -> AnswersTo:
    message, sentence = sheet.get("answers_to", "message"), sheet.get("answers_to", "sentence")
    if message not in range(1, 6):
        sheet.fault("answers_to", "message", "answers_to.message is none of the five messages.", "Write 1 to 5.")
    if not isinstance(sentence, str) or not sentence.strip():
        sheet.fault("answers_to", "sentence", "answers_to.sentence is missing.", "Quote the sentence in German.")
    return AnswersTo(message if isinstance(message, int) else 0, str(sentence or ""))


def _any_of(sheet: Sheet, schema: Schema) -> tuple[frozenset[str], ...]:
    choices = sheet.get("needs", "any_of", [])
    if not isinstance(choices, list) or not all(isinstance(choice, list) for choice in choices):
        sheet.fault("needs", "any_of", "needs.any_of is no list of lists.", 'Write any_of = [["…", "…"]].')
        return ()
    for each in (each for choice in choices for each in choice):
        if each not in schema.importable:
            what = f"There is no event column {each}."
            sheet.fault("needs", "any_of", what, nearest(str(each), schema.importable))
    return tuple(frozenset(choice) for choice in choices)


def _query(
    sheet: Sheet, name: str, sql: Traversable | None, computed_by: Any, given: Mapping[str, str], schema: Schema
) -> tuple[Query | None, list[ContentError]]:
    """The metric's query and its faults: house SQL, and the columns of the contract."""
    if computed_by is not None:
        if not isinstance(computed_by, str) or not computed_by.isidentifier():
            sheet.fault("", "computed_by", f"computed_by is {computed_by!r}.", "Name a function of procmine.mine.")
        if sql is not None:
            sheet.fault("", "computed_by", f"There is a {name}.sql as well.", "A metric is computed one way.")
        return None, []
    if sql is None:
        sheet.fault("", "", f"There is no {name}.sql beside it: a metric is a pair of files.")
        return None, []
    where = place_of(sql)
    try:
        query = read_query(read_text(sql), where=where, tables=schema.derived_columns())
    except ContentError as fault:
        return None, [fault]
    kinds = {"text": ("text",), "number": ("integer", "double")}
    wanted = {**CONTRACT, **{column: kinds[kind] for column, kind in given.items()}}
    return query, [ContentError(what, where=where, hint=hint) for what, hint in _breaches(query, wanted)]


def _breaches(query: Query, wanted: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    for name in wanted:
        if name not in query.columns:
            yield f"The query gives no column {name}.", f"It must give {', '.join(wanted)}."
    for name, found in query.families.items():
        if name not in wanted:
            yield f"The query gives {name}, which is not asked for.", "Name it in groups, or leave it out."
        elif found not in wanted[name]:
            yield f"The query gives {name} as {found}.", f"It must be {' or '.join(wanted[name])}."


def _example(sheet: Sheet, query: Query | None, given: Mapping[str, str], schema: Schema) -> Example | None:
    """The worked example; it must bring every table and column the query reads."""
    drawings = sheet.values.get("example")
    sheet.asked[""].add("example")
    if not isinstance(drawings, dict) or "result" not in drawings:
        sheet.fault("", "example", "There is no worked example.", "Draw rows in and rows out under [example].")
        return None
    result_kinds = {"item_id": "text", "case_id": "key", "office": "text", "on_date": "date"}
    result_kinds |= {"numerator": "number", "denominator": "number"} | dict(given)
    tables: dict[str, Drawn] = {}
    for name, drawing in drawings.items():
        kinds = result_kinds if name == "result" else schema.all_columns().get(name)
        if kinds is None:
            sheet.fault("example", name, f"There is no table {name}.", nearest(name, schema.tables))
            continue
        start = sheet.line("example", name)
        table, faults = drawn_table(str(drawing), kinds, place=sheet.place, line=start)
        sheet.faults.extend(faults)
        tables[name] = table
    for name, columns in query.needs.items() if query else ():
        drawn = tables.get(name)
        for column in sorted(columns if drawn is None else columns - set(drawn.columns)):
            sheet.fault("example", name, f"The example has no {name}.{column}, which the query reads.")
    return Example({name: table for name, table in tables.items() if name != "result"}, tables["result"])
