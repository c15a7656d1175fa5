"""Write a log as OCEL 2.0 in JSON, one object or event a line, a piece at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from procmine.engines.duckdb import literal
from procmine.write.columns import CASE, Sheet, joined, pieces
from procmine.write.ocel import EVENT_ID, SINCE_EVER, Attribute, ObjectLog, object_log, objects_of

Put = Callable[[str], object]


def write_json(sheet: Sheet, put: Put) -> tuple[str, ...]:
    """Hand the file's text to ``put`` piece by piece. Returns warnings (none)."""
    log = object_log(sheet)
    put('{"objectTypes": [\n')
    _listed(put, (_type(name, held) for name, held in log.types().items()))
    put('],\n"eventTypes": [\n')
    _listed(put, (_type(name, log.of_events) for name in log.activities))
    put('],\n"objects": [\n')
    _listed(put, _objects(log))
    put('],\n"events": [\n')
    _listed(put, (joined(piece["text"]) for piece in pieces(sheet, {"text": _event(log)})))
    put("]}\n")
    return ()


def _listed(put: Put, entries: Iterable[str]) -> None:
    """Entries, or pieces of many, with commas between them; each begins with its comma."""
    first = True
    for entry in entries:
        put(entry.removeprefix(",\n") if first else entry)
        first = False
    put("\n")


def _type(name: str, held: Sequence[Attribute]) -> str:
    attributes = [{"name": attribute.name, "type": attribute.kind} for attribute in held]
    return ",\n" + json.dumps({"name": name, "attributes": attributes}, ensure_ascii=False)


def _objects(log: ObjectLog) -> Iterable[str]:
    case = _pairs({"id": CASE, "type": "'case'"})
    belongs = [_related(log.household, "'household'")] if log.household else []
    text = _entry(case, _list("attributes", _attributes(log.of_cases, since=True)), _list("relationships", belongs))
    for piece in pieces(log.sheet, {"text": f"CASE WHEN e.event_no = 1 THEN {text} END"}):
        yield joined(piece["text"])
    for kind in log.types():
        if kind != "case":
            for rows in objects_of(log, kind):
                yield "".join(_other(kind, *row) for row in rows)


def _other(kind: str, name: str, owner: str | None, qualifier: str | None) -> str:
    said: dict[str, object] = {"id": name, "type": kind, "attributes": []}
    if owner is not None:
        said["relationships"] = [{"objectId": owner, "qualifier": qualifier}]
    return ",\n" + json.dumps(said, ensure_ascii=False)


def _event(log: ObjectLog) -> str:
    """SQL for an event's text."""
    own = _pairs({"id": EVENT_ID, "type": "e.activity", "time": log.time})
    related = [_related(CASE, "'case'"), *(_related(each.sql, literal(each.qualifier)) for each in log.relations)]
    return _entry(own, _list("attributes", _attributes(log.of_events)), _list("relationships", related))


def _attributes(held: Sequence[Attribute], *, since: bool = False) -> list[str]:
    """SQL for each attribute, NULL where nothing is known; numbers stand as numbers."""
    end = literal(f', "time": "{SINCE_EVER}"}}' if since else "}")
    found = []
    for each in held:
        begin = literal(f'{{"name": {json.dumps(each.name, ensure_ascii=False)}, "value": ')
        value = each.sql if each.kind in ("integer", "float") else f"to_json({each.sql})"
        found.append(f"{begin} || {value} || {end}")
    return found


def _related(name: str, qualifier: str) -> str:
    """SQL for a relation, NULL where there is no object."""
    return f"'{{' || {_pairs({'objectId': name, 'qualifier': qualifier})} || '}}'"


def _entry(*parts: str) -> str:
    """SQL for an object of JSON on a line of its own, with the comma before it."""
    inside = ", ', ', ".join(parts)
    return f"concat(',\n{{', {inside}, '}}')"


def _pairs(values: Mapping[str, str]) -> str:
    """SQL for names and their texts; NULL where one is not known."""
    return " || ', ' || ".join(f"'\"{name}\": ' || to_json({sql})" for name, sql in values.items())


def _list(name: str, entries: Sequence[str]) -> str:
    """SQL for a list under its name, of the entries that are there."""
    inside = f"concat_ws(', ', {', '.join(entries)})" if entries else "''"
    return f"concat('\"{name}\": [', {inside}, ']')"
