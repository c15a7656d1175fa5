"""A checked query in an engine's words."""

from __future__ import annotations

from typing import Any, cast

from procmine.errors import ContentError, UsageError, nearest
from procmine.sql.house import Query

DIALECTS = ("duckdb", "sqlite", "spark")


def write(query: Query, dialect: str) -> str:
    """The query as one statement for ``duckdb``, ``sqlite`` or ``spark``, names quoted and comments left out.

    Raises UsageError for another dialect, ContentError where the dialect has no words for a construct.
    """
    if dialect not in DIALECTS:
        raise UsageError(f"House SQL is not written for {dialect}.", hint=nearest(dialect, DIALECTS))
    if dialect not in query.written:  # some 10 ms, and every import asks for the same twenty
        query.written[dialect] = _written(query, dialect)
    return query.written[dialect]


def _written(query: Query, dialect: str) -> str:
    from sqlglot import exp
    from sqlglot.errors import ErrorLevel, UnsupportedError

    tree = cast(exp.Expr, query.tree)
    if dialect != "duckdb":
        tree = tree.transform({"sqlite": _for_sqlite, "spark": _for_spark}[dialect])
    try:
        # Names are quoted because columns are called function, format and timestamp; comments are left out because they
        # are the only part of the text that was not checked.
        text: str = tree.sql(dialect=dialect, identify=True, comments=False, unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as fault:
        raise ContentError(f"{dialect} cannot run this query: {fault}", where=query.where) from fault
    return text


def _for_sqlite(node: Any) -> Any:
    """SQLite keeps a day as ISO text, and CAST('2024-01-05' AS DATE) is the number 2024 to it: DATE(…) says the day.
    It has no ARG_MIN and ARG_MAX; whoever opens it registers them (tests/engines/sqlite.py)."""
    from sqlglot import exp

    if isinstance(node, exp.ArgMax | exp.ArgMin):
        return exp.Anonymous(this=node.sql_name(), expressions=[node.this, node.expression])
    if isinstance(node, exp.Cast) and node.to.is_type("date"):
        return exp.Anonymous(this="DATE", expressions=[node.this])
    return node


def _for_spark(node: Any) -> Any:
    """Spark takes a backslash in the pattern of LIKE for an escape, and refuses one before another sign: doubled, it
    stands for itself as everywhere else. A literal pattern has none (house SQL refuses it)."""
    from sqlglot import exp

    if isinstance(node, exp.Like) and not isinstance(node.expression, exp.Literal):
        signs = [exp.Literal.string("\\"), exp.Literal.string("\\\\")]
        node.set("expression", exp.Anonymous(this="REPLACE", expressions=[node.expression, *signs]))
    return node


def translate(statement: str, dialect: str) -> str:
    """A statement of procmine's own, written for DuckDB, in another engine's words; never for a user's text.

    Whole numbers of 128 bits become decimals of 38 digits, which hold nearly as much, and more is an error in both.
    Raises UsageError for another dialect.
    """
    if dialect == "duckdb":
        return statement
    from sqlglot import parse_one
    from sqlglot.errors import ErrorLevel

    if dialect != "spark":
        raise UsageError(f"Figures are not summed in {dialect}.", hint=nearest(dialect, ("duckdb", "spark")))
    tree = parse_one(statement, dialect="duckdb").transform(_for_spark).transform(_wide)
    text: str = tree.sql(dialect=dialect, identify=True, unsupported_level=ErrorLevel.RAISE)
    return text


def _wide(node: Any) -> Any:
    """A rounded fraction becomes a decimal by way of BIGINT: on the direct way Spark reads its shortest decimal
    spelling, which is another number beyond 2^53."""
    from sqlglot import exp

    if not isinstance(node, exp.Cast) or not node.to.is_type("int128"):
        return node
    if isinstance(node.this, exp.Round):
        node.set("this", exp.cast(node.this, "BIGINT"))
    node.set("to", exp.DataType.build("DECIMAL(38, 0)"))
    return node
