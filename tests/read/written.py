"""One log, written in every format that has one event a row: CSV, XES, Parquet, XLSX; times typed where they can be."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from procmine.engines.duckdb import literal, quoted
from procmine.schema import Schema, load_schema

Rows = Sequence[Mapping[str, Any]]
# Made at import, so that no file has them.
MADE = ("event_no", "local_date")
# The day stands where a file has the moment.
ASKED = {"planned_date": "planned_at", "requested_date": "requested_at"}
SCHEMA: Schema = load_schema()


def as_read(events: Rows) -> list[dict[str, Any]]:
    """Drawn events (tests.strategies) as the rows of a file: what import makes is left out."""
    return [{ASKED.get(name, name): value for name, value in row.items() if name not in MADE} for row in events]


def said(value: Any) -> str:
    """A value as text: days and times in ISO 8601, nothing as the empty text."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def csv_text(rows: Rows) -> str:
    """Every field quoted, so that blanks and line ends are kept."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(rows[0])
    writer.writerows([said(value) for value in row.values()] for row in rows)
    return out.getvalue()


def write_csv(rows: Rows, folder: Path) -> Path:
    path = folder / "log.csv"
    path.write_bytes(csv_text(rows).encode())
    return path


def quote(text: str) -> str:
    """A text as the value of an XML attribute; what XML would make a blank is written as a reference."""
    return '"' + escape(text, {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}) + '"'


def _attribute(name: str, value: Any) -> str:
    column = SCHEMA.importable[name]
    key = column.xes or name
    if isinstance(value, datetime):
        return f'<date key={quote(key)} value="{value.isoformat()}+00:00"/>'
    kind = "int" if isinstance(value, int) else "date" if isinstance(value, date) else "string"
    return f"<{kind} key={quote(key)} value={quote(said(value))}/>"


def xes_text(rows: Rows) -> str:
    """Traces in the order of their first events; times carry the offset of UTC, as the standard asks."""
    traces: dict[str, list[str]] = {}
    for row in rows:
        filled = {name: value for name, value in row.items() if value is not None and name != "case_id"}
        inner = "\n".join(_attribute(name, value) for name, value in filled.items())
        traces.setdefault(row["case_id"], []).append(f"<event>\n{inner}\n</event>")
    body = "".join(
        f'<trace>\n<string key="concept:name" value={quote(case)}/>\n' + "\n".join(events) + "\n</trace>\n"
        for case, events in traces.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n{body}</log>\n'


def write_xes(rows: Rows, folder: Path) -> Path:
    path = folder / "log.xes"
    path.write_bytes(xes_text(rows).encode())
    return path


def write_parquet(rows: Rows, folder: Path) -> Path:
    """Times, days and numbers are typed, the rest is text."""
    import duckdb

    path = folder / "log.parquet"
    con = duckdb.connect()
    kinds = {datetime: "TIMESTAMP", date: "DATE", int: "INTEGER"}
    held = {name: {type(row[name]) for row in rows} - {type(None)} for name in rows[0]}
    columns = ", ".join(
        f"{quoted(name)} {kinds.get(next(iter(types), str), 'VARCHAR') if len(types) < 2 else 'VARCHAR'}"
        for name, types in held.items()
    )
    con.execute(f"CREATE TABLE log ({columns})")
    con.executemany(f"INSERT INTO log VALUES ({', '.join('?' for _ in rows[0])})", [list(row.values()) for row in rows])
    con.execute(f"COPY log TO {literal(str(path))} (FORMAT parquet)")
    con.close()
    return path


def write_xlsx(rows: Rows, folder: Path) -> Path:
    """Times and days are typed dates, whole numbers are numbers, the rest is text; nothing is an empty cell."""
    import xlsxwriter

    path = folder / "log.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("log")
        time, day = (
            book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            book.add_format({"num_format": "yyyy-mm-dd"}),
        )
        page.write_row(0, 0, list(rows[0]))
        for line, row in enumerate(rows, 1):
            for place, value in enumerate(row.values()):
                if isinstance(value, datetime):
                    page.write_datetime(line, place, value, time)
                elif isinstance(value, date):
                    page.write_datetime(line, place, datetime.combine(value, datetime.min.time()), day)
                elif isinstance(value, int):
                    page.write_number(line, place, value)
                elif value is not None:
                    page.write_string(line, place, value)
    return path


WRITERS: Mapping[str, Callable[[Rows, Path], Path]] = {
    "csv": write_csv, "xes": write_xes, "parquet": write_parquet, "xlsx": write_xlsx
}  # fmt: skip
