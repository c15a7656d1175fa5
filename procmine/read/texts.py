"""Texts: columns that look like running text are not taken unless the source says yes, because they name people.

What counts as running text follows reliability.md P8: most values differ and are long, or they hold addresses of
electronic mail. Names and numbers of records are told by ``holds`` in event_logs/schema.toml and are no texts.
"""

from __future__ import annotations

from procmine.engines.duckdb import DuckDB
from procmine.errors import InputError
from procmine.read.raw import RawFile
from procmine.read.source import Source
from procmine.read.tally import Tally
from procmine.schema import Schema

LEAST_ROWS = 20  # below, nobody can tell
DISTINCT_SHARE = 0.5
MEAN_LENGTH = 30
MAIL_SHARE = 0.01


def leave_out_texts(
    engine: DuckDB,
    raw: RawFile,
    table: str,
    matched: dict[str, int],
    source: Source,
    schema: Schema,
    tally: Tally,
) -> None:
    """Take columns of running text out of ``matched`` and note it. Raises InputError where the activity is one."""
    for name, position in list(matched.items()):
        column = schema.importable[name]
        if column.kind != "text" or column.holds or name in source.text:
            continue
        if not _looks_like_text(engine, table, f"c{position}"):
            continue
        if column.required:
            raise InputError(
                f"The column {raw.columns[position]!r} for {name} looks like running text.",
                where=raw.name,
                hint=f'Name another column, or say yes in a source file: [pseudonyms] text = ["{name}"].',
            )
        del matched[name]
        tally.decisions.append(
            {
                "what": name,
                "value": raw.columns[position],
                "how": {
                    "de": "nicht übernommen: sieht nach Freitext aus; die Quelldatei kann es erlauben",
                    "en": "not taken: looks like running text; the source file may allow it",
                },
            }
        )


def _looks_like_text(engine: DuckDB, table: str, cell: str) -> bool:
    # Over the distinct values: patterns are slow, and a column of codes has few.
    values = f"SELECT {cell} AS value, COUNT(*) AS rows FROM {table} WHERE {cell} <> '' GROUP BY 1"
    rows, distinct, length, mails = engine.run(
        "SELECT COALESCE(SUM(rows), 0), COUNT(*), SUM(LENGTH(value) * rows) / SUM(rows), "
        f"COALESCE(SUM(rows) FILTER (WHERE regexp_matches(value, '[^@ ]@[^@ ]+[.][a-zA-Z]')), 0) FROM ({values})"
    )[0]
    if rows < LEAST_ROWS:
        return False
    return bool((distinct > DISTINCT_SHARE * rows and length > MEAN_LENGTH) or mails > MAIL_SHARE * rows)
