"""Trial: a study's own metric tried on its worked example and, law by law, on some cases of the study's own log.

What a shipped metric proves in the tests, a metric dropped into a study proves before its first figure: it gives the
items it draws; an item counts once; a hit is part of what is counted; a case is measured alone; the order of rows is no
information. A metric that breaks one is refused with its file and the sentence why: a wrong number costs more than a
missing one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from procmine.engines.duckdb import connect, quoted
from procmine.errors import ContentError
from procmine.log import Log
from procmine.metric import Metric, prove
from procmine.schema import Schema
from procmine.sql import Query, together, translate, write

CASES = 12
Row = tuple[Any, ...]
Rows = Mapping[str, Sequence[Row]]


def try_metrics(log: Log, metrics: Iterable[Metric]) -> None:
    """Raise ContentError with every fault of the metrics, each with its file."""
    faults = []
    for metric in metrics:
        if metric.query is None:
            continue
        found = prove(metric, connect(), log.schema) or tuple(_broken_laws(log, metric, metric.query))
        hint = "Compare query and example." if found else ""
        faults += [ContentError(sentence, where=metric.where, hint=hint) for sentence in found]
    if faults:
        raise together(faults)


def _broken_laws(log: Log, metric: Metric, query: Query) -> Iterable[str]:
    cases = _some_cases(log, query)
    if not cases:
        return
    tables = {name: _rows(log, name, cases) for name in query.needs}
    whole = _items(query, log, tables)
    columns = query.columns
    yield from _counted_once(whole, columns)
    yield from _hit_is_part(metric, whole, columns)
    alone: list[Row] = []
    for case in cases:
        alone += _items(query, log, {name: _of_case(log.schema, name, rows, case) for name, rows in tables.items()})
    if Counter(alone) != Counter(whole):
        yield "A case gives other items alone than beside others: join on case_id, and look at one case at a time."
    mixer = random.Random(1)  # noqa: S311 - mixes rows, keeps no secret
    mixed = {name: mixer.sample(list(rows), len(rows)) for name, rows in tables.items()}
    if Counter(_items(query, log, mixed)) != Counter(whole):
        yield "Other rows come out when rows come in another order: name enough columns in ORDER BY to break every tie."


def _some_cases(log: Log, query: Query) -> list[Any]:
    """Some cases that have items, from the first to the last of the log."""
    items = write(query, log.engine.dialect)
    found = [row[0] for row in log.engine.run(f"SELECT DISTINCT case_id FROM ({items}) AS i ORDER BY case_id")]
    step = max(1, len(found) // CASES)
    return found[::step][:CASES]


def _rows(log: Log, table: str, cases: Sequence[Any]) -> list[Row]:
    kinds = log.schema.tables[table].kinds()
    listed = ", ".join(quoted(name) for name in kinds)
    where = f" WHERE case_id IN ({', '.join(map(str, cases))})" if "case_id" in kinds else ""
    return log.engine.run(translate(f"SELECT {listed} FROM {quoted(table)}{where}", log.engine.dialect))


def _of_case(schema: Schema, table: str, rows: Sequence[Row], case: Any) -> list[Row]:
    names = list(schema.tables[table].kinds())
    if "case_id" not in names:
        return list(rows)
    place = names.index("case_id")
    return [row for row in rows if row[place] == case]


def _items(query: Query, log: Log, tables: Rows) -> list[Row]:
    engine = connect()
    for name, rows in tables.items():
        kinds = {
            column: "integer" if kind == "key" else kind for column, kind in log.schema.tables[name].kinds().items()
        }
        engine.fill(name, kinds, rows)
    try:
        return engine.run(write(query, engine.dialect))
    finally:
        engine.connection.close()


def _counted_once(items: Sequence[Row], columns: Sequence[str]) -> Iterable[str]:
    place = list(columns).index("item_id")
    times = Counter(row[place] for row in items)
    if times[None]:
        yield f"item_id is empty in {times[None]} rows."
    twice = [item for item, count in times.items() if item is not None and count > 1]
    if twice:
        yield f"{len(twice)} items count more than once: a join gives several rows for one item."


def _hit_is_part(metric: Metric, items: Sequence[Row], columns: Sequence[str]) -> Iterable[str]:
    names = list(columns)
    for row in items:
        hit, whole = row[names.index("numerator")], row[names.index("denominator")]
        bounded = metric.unit in ("share", "mean", "difference")
        if whole is None or (hit is not None and (hit < 0 or (bounded and hit > whole))):
            yield f"An item has numerator {hit} of denominator {whole}: a hit is part of what is counted."
            return
