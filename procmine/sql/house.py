"""What house SQL is: the allow-list of constructs, the kinds of values, and what a checked query is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from procmine.errors import ContentError

# The whole of house SQL: a sqlglot node type and the arguments it may bear. What is not here is refused by name, and so
# is an argument not named here (LIMIT is an argument of Select, USING one of Join). A type joins this list together
# with its case in tests/test_engines.py, never before: transpiling changes meaning silently in places.
_TWO = frozenset({"this", "expression"})
_ONE = frozenset({"this"})
HOUSE: Mapping[str, frozenset[str]] = {
    # a query and its parts
    "Select": frozenset({"with_", "expressions", "from_", "joins", "where", "group", "having", "distinct"}),
    "Union": frozenset({"with_", "this", "expression"}),
    "Subquery": frozenset({"this", "alias"}),
    "With": frozenset({"expressions"}),
    "CTE": frozenset({"this", "alias"}),
    "From": _ONE,
    "Join": frozenset({"this", "side", "kind", "on"}),
    "Table": frozenset({"this", "alias"}),
    "TableAlias": _ONE,
    "Where": _ONE,
    "Group": frozenset({"expressions"}),
    "Having": _ONE,
    "Distinct": frozenset({"expressions"}),
    # names and values
    "Alias": frozenset({"this", "alias"}),
    "Column": frozenset({"this", "table"}),
    "Identifier": frozenset({"this", "quoted"}),
    "Literal": frozenset({"this", "is_string"}),
    "Boolean": _ONE,
    "Null": frozenset(),
    "Star": frozenset(),
    "Paren": _ONE,
    # conditions
    "And": _TWO,
    "Or": _TWO,
    "Not": _ONE,
    "EQ": _TWO,
    "NEQ": _TWO,
    "GT": _TWO,
    "GTE": _TWO,
    "LT": _TWO,
    "LTE": _TWO,
    "Is": _TWO,
    "NullSafeEQ": _TWO,
    "NullSafeNEQ": _TWO,
    "Between": frozenset({"this", "low", "high"}),
    "In": frozenset({"this", "expressions", "query"}),
    "Like": frozenset({"this", "expression", "negate"}),
    "Exists": _ONE,
    "Case": frozenset({"this", "ifs", "default"}),
    "If": frozenset({"this", "true"}),
    # arithmetic, text, days
    "Add": _TWO,
    "Sub": _TWO,
    "Mul": _TWO,
    "Div": _TWO,
    "Neg": _ONE,
    "Abs": _ONE,
    "DPipe": frozenset({"this", "expression", "safe"}),
    "Coalesce": frozenset({"this", "expressions"}),
    "Nullif": _TWO,
    "Cast": frozenset({"this", "to"}),
    "DataType": _ONE,
    "DateDiff": frozenset({"this", "expression", "unit", "date_part_boundary"}),
    "Var": _ONE,
    # sums and windows
    "Count": frozenset({"this", "big_int"}),
    "Sum": _ONE,
    "Min": _ONE,
    "Max": _ONE,
    "ArgMin": _TWO,
    "ArgMax": _TWO,
    "Filter": _TWO,
    "Window": frozenset({"this", "partition_by", "order", "spec", "over"}),
    "WindowSpec": frozenset({"kind", "start", "start_side", "end", "end_side"}),
    "Order": frozenset({"expressions"}),
    "Ordered": frozenset({"this", "desc", "nulls_first"}),
    "RowNumber": frozenset(),
    "Rank": frozenset(),
    "Lag": frozenset({"this", "offset"}),
    "Lead": frozenset({"this", "offset"}),
    "FirstValue": _ONE,
}

# The value in the row where another is smallest or largest: only with FILTER (WHERE value IS NOT NULL), because DuckDB
# passes over rows whose value is empty and Spark does not.
CHOOSING = frozenset({"ArgMin", "ArgMax"})
AGGREGATES = frozenset({"Count", "Sum", "Min", "Max"}) | CHOOSING
ORDERED_WINDOWS = frozenset({"RowNumber", "Rank", "Lag", "Lead", "FirstValue"})

# What the schema's kinds are to a query. A key (case_id, worker) is a number in one store and a text in another, so
# that it can be told apart, counted and cast to text, and nothing else.
FAMILIES: Mapping[str, str] = {
    "text": "text",
    "code": "text",
    "list": "text",
    "key": "key",
    "timestamp": "timestamp",
    "date": "date",
    "integer": "integer",
    "number": "double",
    "boolean": "boolean",
}

# CAST from a kind of value to a type, where every engine gives the same.
CASTS: Mapping[str, frozenset[str]] = {
    "TEXT": frozenset({"text", "integer", "date", "key"}),
    "VARCHAR": frozenset({"text", "integer", "date", "key"}),
    "DOUBLE": frozenset({"integer", "double"}),
    "INT": frozenset({"integer", "boolean"}),
    "BIGINT": frozenset({"integer", "boolean"}),
    "DATE": frozenset({"date", "timestamp"}),
}
CAST_FAMILY: Mapping[str, str] = {
    "TEXT": "text",
    "VARCHAR": "text",
    "DOUBLE": "double",
    "INT": "integer",
    "BIGINT": "integer",
    "DATE": "date",
}

# Why a construct that readers reach for is refused, and what to write for it.
WAYS_OUT: Mapping[str, str] = {
    "AnyValue": "Which value it takes is left to chance; write MIN or MAX.",
    "Avg": "A query gives items; means and shares are made outside, from sums.",
    "CurrentDate": "A result must not depend on the day it is made.",
    "CurrentTimestamp": "A result must not depend on the day it is made.",
    "Greatest": "Engines differ on empty values; write CASE.",
    "If": "Write CASE WHEN … THEN … ELSE … END.",
    "ILike": "Engines differ on umlauts; codes are lower case already.",
    "IgnoreNulls": "Engines skip empty values differently; leave them out in a WITH before.",
    "Interval": "Write DATE_DIFF('day', earlier, later) and compare the days.",
    "IntDiv": "Write CAST(a AS DOUBLE) / NULLIF(b, 0).",
    "Least": "Engines differ on empty values; write CASE.",
    "Lower": "Engines differ on umlauts; codes are lower case already.",
    "Upper": "Engines differ on umlauts; codes are lower case already.",
    "Rand": "A result must not depend on chance.",
    "TryCast": "Write CAST.",
    "distinct": "Write UNION ALL; doubles fall to SELECT DISTINCT.",
    "limit": "The order of rows is no information; number the rows with ROW_NUMBER in a WITH.",
    "offset": "The order of rows is no information; number the rows with ROW_NUMBER in a WITH.",
    "order": "The order of rows is no information; ORDER BY belongs into a window.",
    "qualify": "Number the rows in a WITH and choose them in WHERE.",
    "recursive": "Recursion is left out of house SQL.",
    "using": "Write ON a.case_id = b.case_id.",
    "method": "Write JOIN … ON or LEFT JOIN … ON.",
}


@dataclass(frozen=True, slots=True)
class Query:
    """A checked query.

    ``text`` is its canonical text, every column with its table; ``source`` the text as its author wrote it;
    ``columns`` the output names in order and ``families`` what each holds (text, key, date, timestamp, integer, double,
    boolean); ``needs`` the tables and columns it reads, through every alias and sub-query. ``tree`` belongs to sqlglot
    and to this room, and so does ``written``, its statements by dialect: hand the query to ``write``, nothing else.
    """

    source: str
    columns: tuple[str, ...]
    families: Mapping[str, str]
    needs: Mapping[str, frozenset[str]]
    where: str
    tree: object = field(repr=False, compare=False)
    written: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def text(self) -> str:
        written: str = self.tree.sql(dialect="duckdb", pretty=True, comments=False)  # type: ignore[attr-defined]
        return written


def together(faults: Sequence[ContentError]) -> ContentError:
    """All faults of a file as one error, in order: the first one's place, then one line a fault."""
    first, *rest = faults
    if not rest:
        return first
    what = " ".join(part for part in (first.what, first.hint) if part)
    return ContentError("\n".join([what, *(fault.sentence() for fault in rest)]), where=first.where)
