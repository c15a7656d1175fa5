"""Flatten a staged OCEL to one object type: one row per event and related object of that type, in the engine.

A row holds the event under XES names, the case object's attributes under ``case:NAME`` and the related objects of every
other type under ``object:TYPE``. An event without a case object is one row, too, and refused, so that the rows are
``sum over events of max(1, related case objects)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from procmine.engines.duckdb import literal, quoted
from procmine.errors import InputError
from procmine.read.limits import LIMITS
from procmine.read.ocel.stage import Stage

FIXED = ("case:concept:name", "concept:name", "time:timestamp", "identity:id", "qualifier")
# A time that carries an offset, and one that does not: only to tell which of an object's values held at an event.
_OFFSET = r"[T ]\d\d:\d\d.*(Z|[+-]\d\d(:?\d\d)?)$"
_FROM_THE_START = "TIMESTAMP '-infinity'"


class Flat:
    """The flattened log: its columns, and where each comes from."""

    def __init__(self, stage: Stage, object_type: str) -> None:
        self.stage, self.object_type = stage, object_type
        self.con = stage.con
        self.renamed: list[str] = []
        self.changing: list[str] = []
        self.other_types = [name for name in _known_types(stage) if name != object_type]
        self.columns: list[str] = []
        self._cells: list[str] = []

    def name(self, part: str) -> str:
        """The quoted name of a table."""
        return quoted(self.stage.name(part))

    def make(self, file_no: int, where: str) -> None:
        """Make the table of accepted rows; the others go to quarantine."""
        self._related()
        self._pairs()
        joins = self._compose(where)
        stage = self.stage
        cells = ", ".join(f"{cell} AS c{number}" for number, cell in enumerate(self._cells))
        self.con.execute(
            f"CREATE TABLE {self.name('rows')} AS SELECT p.number, e.line, {self._fault()} AS said, "
            f"e.{stage.column('=raw')} AS raw, o.objects, {cells} FROM {self.name('pairs')} p "
            f"JOIN {self.name('events')} e ON e.rowid = p.event {' '.join(joins)}"
        )
        names = ", ".join(f"c{number}" for number in range(len(self.columns)))
        self.con.execute(
            f"CREATE TABLE {quoted(stage.table)} AS SELECT line, {names} FROM {self.name('rows')} "
            "WHERE said.reason IS NULL ORDER BY number"
        )
        self.con.execute(
            'INSERT INTO quarantine (file_no, line, "column", reason, raw) '
            f"SELECT {int(file_no)}, line, said.place, said.reason, "
            f"left(COALESCE(raw, CAST(to_json([{names}]) AS VARCHAR) || COALESCE('; objects: ' || objects, '')), "
            f"{LIMITS.quarantined_text}) "
            f"FROM {self.name('rows')} WHERE said.reason IS NOT NULL ORDER BY number"
        )

    def drop(self) -> None:
        """Take the intermediate tables away."""
        changes = (f"change{number}" for number in range(len(self.changing)))
        for part in ("known", "link", "others", "pairs", "rows", "case_values", "changes", "const", *changes):
            self.con.execute(f"DROP TABLE IF EXISTS {self.name(part)}")

    def _related(self) -> None:
        """Every object once, every relation once, and the related objects of other types as lists."""
        case = literal(self.object_type)
        # A declaration that comes later does not change what was said first; one of another type is a contradiction.
        self.con.execute(
            f"CREATE TABLE {self.name('known')} AS SELECT id, min(n) AS n, arg_min(COALESCE(type, ''), n) AS type, "
            f"count(*) AS times, count(DISTINCT COALESCE(type, '')) AS types, "
            f"COALESCE(bool_or(type = {case}), false) AS is_case, "
            "arg_min({'reason': fault, 'place': fault_column}, n) AS said "
            f"FROM {self.name('objects')} WHERE id <> '' GROUP BY id"
        )
        self.con.execute(
            f"CREATE TABLE {self.name('link')} AS SELECT l.*, k.type, k.types, k.said, k.n AS object_n, "
            "k.id IS NOT NULL AS declared, COALESCE(k.is_case, false) AS is_case FROM ("
            "SELECT event, object, min(place) AS place, string_agg(qualifier, '|' ORDER BY place) AS qualifier, "
            "COALESCE(bool_or(contains(qualifier, '|')), false) AS barred, sum(n) AS times, count(*) AS said_as "
            "FROM (SELECT event, object, qualifier, min(place) AS place, count(*) AS n "
            f"FROM {self.name('links')} GROUP BY event, object, qualifier) GROUP BY event, object) AS l "
            f"LEFT JOIN {self.name('known')} k ON k.id = l.object"
        )
        lists = "".join(
            f", string_agg(object, '|' ORDER BY object) FILTER (WHERE type = {literal(name)} AND declared) AS o{number}"
            for number, name in enumerate(self.other_types)
        )
        self.con.execute(
            f"CREATE TABLE {self.name('others')} AS SELECT event, "
            "min(type) FILTER (WHERE contains(object, '|') AND declared) AS barred, "
            "count(*) FILTER (WHERE NOT declared) AS dangling, string_agg(object, ', ' ORDER BY place) AS objects"
            f"{lists} "
            f"FROM {self.name('link')} WHERE NOT is_case GROUP BY event"
        )

    def _pairs(self) -> None:
        """The rows: every event with each of its case objects, or alone; and which events repeat an id."""
        events, id = self.name("events"), self.stage.column("=id")
        self.con.execute(
            f"CREATE TABLE {self.name('pairs')} AS SELECT row_number() OVER (ORDER BY e.event, l.place) AS number, "
            "e.event, e.again, e.moment, l.object, l.qualifier, l.barred, l.types, l.said, l.object_n FROM ("
            f"SELECT rowid AS event, {instant(str(self.stage.column('=time')))} AS moment, "
            f"row_number() OVER (PARTITION BY {id} ORDER BY rowid) > 1 AS again FROM {events}) AS e "
            f"LEFT JOIN {self.name('link')} l ON l.event = e.event AND l.is_case"
        )

    def _fault(self) -> str:
        """SQL for what is wrong with a row: the event before its relations, the case before the others."""
        stage = self.stage
        checks = [
            (f"e.{stage.column('=fault')} IS NOT NULL", f"e.{stage.column('=fault')}",
             f"e.{stage.column('=fault_column')}"),
            (f"COALESCE(e.{stage.column('=id')}, '') = ''", "'missing_event_id'", "'identity:id'"),
            ("p.again", "'duplicate_event_id'", "'identity:id'"),
            ("p.object IS NULL AND o.dangling > 0", "'dangling_object'", "'case:concept:name'"),
            ("p.object IS NULL", "'no_case_object'", "'case:concept:name'"),
            ("p.types > 1", "'duplicate_object_id'", "'case:concept:name'"),
            ("p.said.reason IS NOT NULL", "p.said.reason", "'case:' || COALESCE(p.said.place, '')"),
            ("p.barred", "'list_separator_in_value'", "'qualifier'"),
            ("o.barred IS NOT NULL", "'list_separator_in_value'", "'object:' || o.barred"),
        ]  # fmt: skip
        cases = " ".join(f"WHEN {test} THEN {{'reason': {reason}, 'place': {at}}}" for test, reason, at in checks)
        none = "{'reason': CAST(NULL AS VARCHAR), 'place': CAST(NULL AS VARCHAR)}"
        return f"CASE {cases} ELSE {none} END"

    def _compose(self, where: str) -> list[str]:
        """Decide the columns. Returns the joins they rest on."""
        stage = self.stage
        self.columns = list(FIXED)
        self._cells = ["p.object", *(f"e.{stage.column(key)}" for key in ("=type", "=time", "=id")), "p.qualifier"]
        declared = [name for names in stage.types["event"].values() for name in names]
        for name in dict.fromkeys([*(key[1:] for key in stage.events.keys if key[0] == "+"), *declared]):
            at = stage.column("+" + name)
            self._column(self._free(name), "CAST(NULL AS VARCHAR)" if at is None else f"e.{at}")
        joins = [f"LEFT JOIN {self.name('others')} o ON o.event = p.event", *self._case_attributes()]
        for number, name in enumerate(self.other_types):
            self._column(f"object:{name}", f"o.o{number}")
        if len(self.columns) > LIMITS.columns:
            raise InputError(
                f"The flattened log would have {len(self.columns):,} columns, the limit is {LIMITS.columns:,}.",
                where=where,
                hint="Export fewer attributes or object types.",
            )
        return joins

    def _column(self, name: str, cell: str) -> None:
        self.columns.append(name)
        self._cells.append(cell)

    def _free(self, name: str) -> str:
        """A name for an event's attribute that is none of ours."""
        if name in FIXED or name.startswith(("case:", "object:", "attribute:")):
            self.renamed.append(name)
            return f"attribute:{name}"
        return name

    def _case_attributes(self) -> list[str]:
        """Columns of the case object: what never changes from one table, what changes by the time of the event."""
        self.con.execute(
            f"CREATE TABLE {self.name('case_values')} AS SELECT v.object, v.place, v.name, v.value, "
            f"CASE WHEN COALESCE(v.time, '') IN ('', '0') THEN {_FROM_THE_START} ELSE {instant('v.time')} END "
            f"AS moment FROM {self.name('values')} v JOIN {self.name('known')} k ON k.n = v.object AND k.is_case"
        )
        self.con.execute(
            f"CREATE TABLE {self.name('changes')} AS SELECT name, object, min(place) AS first, "
            f"count(DISTINCT COALESCE('=' || value, '')) > 1 AS changes FROM {self.name('case_values')} "
            "GROUP BY name, object"
        )
        seen = self._run(
            f"SELECT name, bool_or(changes) FROM {self.name('changes')} GROUP BY name "
            "ORDER BY min({'object': object, 'first': first}), name"
        )
        names = dict.fromkeys((*self.stage.types["object"].get(self.object_type, ()), *(name for name, _ in seen)))
        changing = {name for name, changes in seen if changes}
        self.changing = [name for name in names if name in changing]
        picked = "".join(
            f", any_value(value) FILTER (WHERE name = {literal(name)}) AS k{number}"
            for number, name in enumerate(names)
        )
        # Whether an object changes is decided object by object: no case's row may depend on another case.
        self.con.execute(
            f"CREATE TABLE {self.name('const')} AS SELECT object{picked} FROM {self.name('case_values')} "
            f"JOIN {self.name('changes')} USING (name, object) WHERE NOT changes GROUP BY object"
        )
        joins = [f"LEFT JOIN {self.name('const')} k ON k.object = p.object_n"]
        for number, name in enumerate(self.changing):
            self._change(number, name)
            joins.append(f"LEFT JOIN {self.name(f'change{number}')} v{number} ON v{number}.number = p.number")
        for number, name in enumerate(names):
            column = f"case:{'attribute:' if name == 'concept:name' else ''}{name}"
            self.renamed += [f"case:{name}"] if name == "concept:name" else []
            changed = f"v{self.changing.index(name)}.value" if name in changing else "NULL"
            self._column(column, f"COALESCE({changed}, k.k{number})")
        return joins

    def _change(self, number: int, name: str) -> None:
        """The value of a changing attribute that held when each event happened."""
        self.con.execute(
            f"CREATE TABLE {self.name(f'change{number}')} AS SELECT p.number, v.value FROM "
            f"(SELECT number, object_n, moment FROM {self.name('pairs')} "
            "WHERE object_n IS NOT NULL AND moment IS NOT NULL) p "
            f"ASOF JOIN (SELECT object, moment, value FROM {self.name('case_values')} "
            f"JOIN {self.name('changes')} USING (name, object) WHERE changes AND name = {literal(name)} "
            "AND moment IS NOT NULL QUALIFY row_number() OVER (PARTITION BY object, moment ORDER BY place DESC) = 1) v "
            "ON v.object = p.object_n AND p.moment >= v.moment"
        )

    def _run(self, sql: str) -> Sequence[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()


def instant(text: str) -> str:
    """SQL for the instant a time says; one without an offset is taken as UTC, because it is only put in order here."""
    return (
        f"CASE WHEN regexp_matches({text}, {literal(_OFFSET)}) THEN "
        f"make_timestamp(epoch_us(TRY_CAST({text} AS TIMESTAMPTZ))) ELSE TRY_CAST({text} AS TIMESTAMP) END"
    )


def _known_types(stage: Stage) -> list[str]:
    """Every type of objects: the declared ones as declared, then those that only occur."""
    found = stage.con.execute(
        f"SELECT type FROM {quoted(stage.name('objects'))} WHERE type <> '' GROUP BY type ORDER BY min(n)"
    ).fetchall()
    return list(dict.fromkeys((*stage.types["object"], *(row[0] for row in found))))
