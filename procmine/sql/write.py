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
    from sqlglot import exp
    from sqlglot.errors import ErrorLevel, UnsupportedError

    if dialect not in DIALECTS:
        raise UsageError(f"House SQL is not written for {dialect}.", hint=nearest(dialect, DIALECTS))
    tree = cast(exp.Expr, query.tree)
    if dialect == "sqlite":
        tree = tree.transform(_for_sqlite)
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


def translate(statement: str, dialect: str) -> str:
    """A statement of procmine's own, written for DuckDB, in another engine's words; never for a user's text.

    Sums of 128-bit integers become decimals of 38 digits, which hold as much.
    """
    if dialect == "duckdb":
        return statement
    from sqlglot import exp, parse_one
    from sqlglot.errors import ErrorLevel

    def wide(node: Any) -> Any:
        return (
            exp.DataType.build("DECIMAL(38, 0)") if isinstance(node, exp.DataType) and node.is_type("int128") else node
        )

    tree = parse_one(statement, dialect="duckdb").transform(wide)
    text: str = tree.sql(dialect=dialect, identify=True, unsupported_level=ErrorLevel.RAISE)
    return text
