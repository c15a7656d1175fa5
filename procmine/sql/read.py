"""A text becomes a checked query: parsed, held against the allow-list, every name and kind of value resolved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from procmine.errors import ContentError
from procmine.sql.house import HOUSE, WAYS_OUT, Query, together
from procmine.sql.reading import Reading
from procmine.sql.resolve import resolve

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ONE_SELECT = "A query is one SELECT, WITH allowed; it reads and changes nothing."


def read_query(text: str, *, where: str, tables: Mapping[str, Mapping[str, str]]) -> Query:
    """The query a text holds, checked against house SQL and the tables it may read (table to column to kind).

    Raises ContentError with all faults of the text, each with ``where``, line and column.

    >>> tables = {"contacts": {"contact_id": "text", "channel": "code"}}
    >>> query = read_query("SELECT contact_id FROM contacts WHERE channel = 'phone'", where="own.sql", tables=tables)
    >>> sorted(query.needs["contacts"])
    ['channel', 'contact_id']
    """
    return _read(text, where, tuple((name, tuple(kinds.items())) for name, kinds in tables.items()))


# A query is read in some 10 ms, and one command asks for the same hundred several times.
@lru_cache(maxsize=512)
def _read(text: str, where: str, known: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> Query:
    reading = Reading(text, where, {name: dict(kinds) for name, kinds in known})
    try:
        tree = _parse(reading)
        _hold(reading, tree)
        output = resolve(reading, tree)
    except RecursionError as fault:
        raise ContentError("The query is nested too deeply.", where=where) from fault
    if reading.faults:
        raise together([reading.faults[key] for key in sorted(reading.faults)])
    return Query(
        source=text,
        columns=tuple(output),
        families=output,
        needs={table: frozenset(columns) for table, columns in sorted(reading.needs.items())},
        where=where,
        tree=tree,
    )


def _parse(reading: Reading) -> Any:
    """The one statement of the text. Whatever is no SELECT is refused before sqlglot looks at it."""
    from sqlglot.dialects.duckdb import DuckDB
    from sqlglot.errors import ParseError, TokenError

    dialect = DuckDB()
    try:
        tokens = dialect.tokenize(reading.text)
    except TokenError as fault:
        found = re.search(r" from (\d+):", str(fault.__cause__))
        place = f"{reading.where}:{found.group(1)}" if found else reading.where
        raise ContentError("A quotation or comment is not closed.", where=place) from fault
    starts = [
        token
        for before, token in zip([None, *tokens], tokens, strict=False)
        if token.text != ";" and (before is None or before.text == ";")
    ]
    if not starts:
        raise ContentError("There is no query in this file.", where=reading.where, hint=_ONE_SELECT)
    for token in starts:
        if token.text.upper() not in ("SELECT", "WITH"):
            reading.fault(
                token.start, f"A query starts with SELECT or WITH, not with {token.text.upper()}.", _ONE_SELECT
            )
    if len(starts) > 1:
        reading.fault(starts[1].start, f"The file holds {len(starts)} statements.", _ONE_SELECT)
    if reading.faults:
        raise together([reading.faults[key] for key in sorted(reading.faults)])
    reading.tokens = tuple((token.text, token.start) for token in tokens)
    try:
        return dialect.parser().parse(tokens, reading.text)[0]
    except ParseError as fault:
        raise together([_not_sql(reading, error) for error in fault.errors]) from fault


def _not_sql(reading: Reading, error: Mapping[str, Any]) -> ContentError:
    mark = str(error.get("highlight") or "")
    column = max(1, int(error.get("col") or 1) - len(mark) + 1)
    what = f"This is not SQL: {mark or 'the end'} was not expected here."
    return ContentError(what, where=f"{reading.where}:{error.get('line') or 1}:{column}")


def _hold(reading: Reading, node: Any, parent: str = "") -> None:
    """Hold a node, its arguments and all below it against the allow-list; what is refused is not looked into."""
    from sqlglot import exp

    name = type(node).__name__
    allowed = HOUSE.get(name)
    if allowed is None or (name == "If" and parent != "Case"):
        _refuse_node(reading, node)
        return
    if name == "Star" and parent != "Count":
        reading.fault_at(
            node if reading.has_place(node) else node.parent,
            "SELECT * is refused.",
            "Name the columns, so that what the query needs can be read off it.",
        )
        return
    if name == "Identifier" and parent in ("Alias", "TableAlias") and not _NAME.fullmatch(node.name):
        reading.fault_at(node, f"'{node.name}' is no name.", "Names are made of the letters a to z, digits and _.")
    for argument, value in node.args.items():
        if value is None or value is False or value == []:
            continue
        if argument not in allowed:
            _refuse_argument(reading, node, argument, value)
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Expr):
                _hold(reading, child, name)


def _refuse_node(reading: Reading, node: Any) -> None:
    from sqlglot import exp

    name = type(node).__name__
    hint = WAYS_OUT.get(name, "")
    if isinstance(node.parent, exp.Table):
        hint = "FROM and JOIN name tables of the log, nothing else."
    if isinstance(node, exp.Anonymous):
        what = f"The function {node.name.lower()}() is not house SQL."
    elif isinstance(node, exp.Func) and not isinstance(node, exp.Binary):
        what = f"The function {_as_written(reading, node)}() is not house SQL."
    else:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
        what = f"{words} is not house SQL: {_snippet(node)}."
    reading.fault_at(node, what, hint or "metrics/README.md lists what house SQL knows.")


def _refuse_argument(reading: Reading, node: Any, argument: str, value: Any) -> None:
    """LIMIT, USING, RECURSIVE and their like: what is no node of its own, or stands where it is not allowed."""
    words = {
        "order": "ORDER BY outside a window",
        "db": "A schema before a table's name",
        "method": f"{value} JOIN",
        "with_": "WITH here",
        "distinct": "UNION without ALL",
        "locks": "FOR UPDATE",
        "windows": "WINDOW",
    }.get(argument)
    keyword = {"order": "ORDER", "method": str(value), "distinct": "UNION"}.get(argument, argument.rstrip("_").upper())
    if words is None:
        known = any(text.upper() == keyword for text, _ in reading.tokens)
        words = keyword if known else _snippet(node)
    hint = WAYS_OUT.get(argument, "metrics/README.md lists what house SQL knows.")
    if argument == "db":
        hint = "FROM and JOIN name tables of the log, nothing else."
    reading.fault_at(node, f"{words} is not house SQL.", hint, keyword=keyword)


def _as_written(reading: Reading, node: Any) -> str:
    """A function's name as its author wrote it: sqlglot knows unnest as explode."""
    if "start" in node.meta:
        return reading.text[node.meta["start"] : node.meta["end"] + 1].lower()
    return str(node.sql_name()).lower()


def _snippet(node: Any) -> str:
    from sqlglot.errors import ErrorLevel

    # A construct that is refused need not be writable; sqlglot shall not warn about it either.
    text = str(node.sql(dialect="duckdb", comments=False, unsupported_level=ErrorLevel.IGNORE))
    return text if len(text) <= 60 else text[:57] + "…"
