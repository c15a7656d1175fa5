"""Write a log as CSV with canonical column names: UTF-8, commas, quotes where a text needs them, NULL as nothing."""

from __future__ import annotations

from collections.abc import Callable

from procmine.engines.duckdb import literal
from procmine.write.columns import Sheet, Written, joined, pieces

_NEEDS_QUOTES = '[",\n\r]|^ | $'


def write_csv(sheet: Sheet, put: Callable[[str], object]) -> tuple[str, ...]:
    """Hand the file's text to ``put`` piece by piece. Returns warnings (none)."""
    put(",".join(column.name for column in sheet.columns) + "\n")
    line = " || ',' || ".join(f"COALESCE({_cell(column)}, '')" for column in sheet.columns)
    for piece in pieces(sheet, {"text": f"{line} || '\n'"}):
        put(joined(piece["text"]))
    return ()


def _cell(column: Written) -> str:
    """SQL for a cell; an event of which only the day is known has the day."""
    if column.name == "timestamp":
        return f"CASE WHEN e.date_only THEN CAST(e.local_date AS VARCHAR) ELSE {column.sql} END"
    if column.kind in ("timestamp", "date", "integer", "number", "boolean"):
        return column.sql
    inside = f"replace({column.sql}, {literal(chr(34))}, {literal(chr(34) * 2)})"
    return f"""CASE WHEN regexp_matches({column.sql}, {literal(_NEEDS_QUOTES)}) THEN '"' || {inside} || '"'
    ELSE {column.sql} END"""
