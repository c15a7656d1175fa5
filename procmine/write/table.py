"""Write a log as CSV with canonical column names: UTF-8, commas, quotes where a text needs them, NULL as nothing."""

from __future__ import annotations

from collections.abc import Callable

from procmine.engines.duckdb import literal
from procmine.write.columns import Sheet, Written, joined, pieces, with_signs

_NEEDS_QUOTES = '[",\n\r]|^ | $'


def write_csv(sheet: Sheet, put: Callable[[str], object]) -> tuple[str, ...]:
    """Hand the file's text to ``put`` piece by piece. Returns warnings (none)."""
    put(",".join(column.name for column in sheet.columns) + "\n")
    cells = ", ',', ".join(_cell(sheet, column) for column in sheet.columns)  # concat takes NULL for nothing
    for piece in pieces(sheet, {"text": f"concat({cells}, '\n')"}):
        put(joined(piece["text"]))
    return ()


def _cell(sheet: Sheet, column: Written) -> str:
    """SQL for a cell; an event of which only the day is known has the day."""
    if column.name == "timestamp":
        return f"CASE WHEN e.date_only THEN CAST(e.local_date AS VARCHAR) ELSE {column.sql} END"
    plain = column.kind in ("timestamp", "date", "integer", "number", "boolean")
    if plain or not with_signs(sheet, column.sql, _NEEDS_QUOTES):
        return column.sql
    inside = f"replace({column.sql}, {literal(chr(34))}, {literal(chr(34) * 2)})"
    test = f"regexp_matches({column.sql}, {literal(_NEEDS_QUOTES)})"
    return f"""CASE WHEN {test} THEN '"' || {inside} || '"' ELSE {column.sql} END"""
