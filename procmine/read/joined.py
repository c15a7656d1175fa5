"""Joined: a table beside the log (persons, departments) lends its columns to the rows that name one of its keys.

Only where a source declares ``[[join]]``. No row of the log comes or goes by it: a key stands once in its table, and
rows that find none are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from procmine.engines.duckdb import DuckDB, quoted
from procmine.errors import InputError, nearest
from procmine.read.raw import RawFile
from procmine.read.source import Join, Source

# So many lines of a table are named in one fault.
SHOWN = 5


@dataclass(slots=True)
class Joined:
    """A table that was read, and how many rows of the log found a partner in it so far."""

    join: Join
    raw: RawFile
    table: str
    matched: int = 0
    unmatched: int = 0
    empty: int = 0

    def cell(self, column: str) -> str:
        """SQL for one of its columns, beside a row of the log."""
        return f"{self.table}.c{self.raw.columns.index(column)}"

    def entry(self) -> dict[str, Any]:
        """What the receipt says: rows of the table; rows of the log with a partner, without one, and that name none."""
        counts = {"matched": self.matched, "unmatched": self.unmatched, "empty": self.empty}
        return {"file": self.raw.name, "sha256": self.raw.sha256, "rows": self.raw.rows_accepted, **counts}


def joined_files(path: Path, source: Source, study: Path | None) -> tuple[Path, ...]:
    """The tables a source joins: in the log's own folder, else in the study or its event_logs folder.

    Raises InputError naming every table that is in neither.
    """
    own = path if path.is_dir() else path.resolve().parent
    places = (own, *((study, study / "event_logs") if study else ()))
    found = []
    for join in source.joins:
        if path.name == join.file and not path.is_dir():
            raise InputError(
                f"This table is joined to a log by the source {source.name}; it is no log.", where=join.file,
                hint="Name the file of events.",
            )  # fmt: skip
        found.append(next((place / join.file for place in places if (place / join.file).is_file()), None))
    if lost := [join.file for join, file in zip(source.joins, found, strict=True) if file is None]:
        raise InputError(
            f"The source {source.name} joins {', '.join(dict.fromkeys(lost))}, which is not beside the log.",
            where=path.name,
            hint="Put it into the log's folder or the study.",
        )
    return tuple(file for file in found if file is not None)


def read_joined(engine: DuckDB, files: Sequence[Path], source: Source) -> tuple[Joined, ...]:
    """Read the tables and look at their columns and keys. Raises InputError with every fault of a table at once."""
    from procmine.read.csv.reading import read_csv

    tables: list[Joined] = []
    for number, (join, file) in enumerate(zip(source.joins, files, strict=True)):
        table = f"join_{number}"
        raw = read_csv(
            engine.connection, file, table, file_no=-1 - number, encoding=join.encoding, delimiter=join.delimiter
        )
        one = Joined(join, raw, table)
        wanted = [join.key, *join.take.values(), *_asked(join.name, source)]
        faults = [
            f"The table has no column {name!r}. {nearest(name, raw.columns)}"
            for name in dict.fromkeys(wanted)
            if name not in raw.columns
        ]
        faults = faults or [*_refused(engine, one, -1 - number), *_repeated(engine, one)]
        if faults:
            raise InputError(" ".join(faults), where=raw.name, hint="One row for each key, every row whole.")
        tables.append(one)
    return tuple(tables)


def lend_columns(
    engine: DuckDB, raw: RawFile, table: str, tables: Sequence[Joined], source: Source
) -> tuple[RawFile, str]:
    """The raw table with the joined columns beside its own, as a view that keeps its row numbers; counts partners."""
    if not tables:
        return raw, table
    beside = f"FROM {table} AS r"
    given: dict[str, str] = {}
    counts = []
    for number, one in enumerate(tables):
        on = _on(raw, one.join, tables[:number])
        beside += f" LEFT JOIN {one.table} ON {one.cell(one.join.key)} = {on} AND {on} <> ''"
        counts += [f"COUNT({one.cell(one.join.key)})", f"COUNT(*) FILTER ({on} <> '')"]
        # Without [columns] a log speaks our names, and a joined column does too.
        given |= {
            f"{one.join.name}.{theirs}" if source.columns else ours: one.cell(theirs)
            for ours, theirs in one.join.take.items()
        }
        given |= {f"{one.join.name}.{name}": one.cell(name) for name in _asked(one.join.name, source)}
    if twice := [name for name in given if name in raw.columns]:
        raise InputError(
            f"The log has columns of its own for what is joined: {', '.join(twice)}.",
            where=raw.name,
            hint='Leave them out of take, or name the joined table otherwise: name = "…".',
        )
    found = engine.run(f"SELECT COUNT(*), {', '.join(counts)} {beside}")[0]
    for number, one in enumerate(tables):
        matched, named = int(found[1 + 2 * number]), int(found[2 + 2 * number])
        one.matched += matched
        one.unmatched += named - matched
        one.empty += int(found[0]) - named
    view = f"{table}_joined"
    more = "".join(f", {cell} AS c{len(raw.columns) + number}" for number, cell in enumerate(given.values()))
    engine.connection.execute(f'CREATE VIEW {quoted(view)} AS SELECT r.rowid AS "rowid", r.*{more} {beside}')
    return replace(raw, columns=(*raw.columns, *given)), view


def _asked(name: str, source: Source) -> list[str]:
    """The columns of a joined table that [columns] and [pairs] name, as ``TABLE.column``."""
    asked = [*source.columns.values(), *(source.pairs.by if source.pairs else ())]
    return [column.removeprefix(f"{name}.") for column in asked if column.startswith(f"{name}.")]


def _on(raw: RawFile, join: Join, before: Sequence[Joined]) -> str:
    """SQL for what a join compares with its key: a column of the log, or one of a table joined before."""
    if join.on in raw.columns:
        return f"r.c{raw.columns.index(join.on)}"
    known = {f"{one.join.name}.{column}": one.cell(column) for one in before for column in one.raw.columns}
    if join.on not in known:
        raise InputError(
            f"{join.file} is joined on {join.on!r}, which the log lacks. {nearest(join.on, (*raw.columns, *known))}",
            where=raw.name,
            hint=f"The file has: {', '.join(raw.columns)}.",
        )
    return known[join.on]


def _refused(engine: DuckDB, one: Joined, file_no: int) -> list[str]:
    """The lines of a table that cannot be read: a partner lost there would be a row without one here."""
    rows = engine.run(f"SELECT line, reason FROM quarantine WHERE file_no = {file_no} ORDER BY line LIMIT {SHOWN}")
    lines = ", ".join(f"{line} ({reason})" for line, reason in rows)
    return [f"Rows that cannot be read: {one.raw.rows_quarantined}, line {lines}."] if rows else []


def _repeated(engine: DuckDB, one: Joined) -> list[str]:
    key = f"c{one.raw.columns.index(one.join.key)}"
    rows = engine.run(
        f"SELECT string_agg(line, ', ' ORDER BY line) FROM {one.table} WHERE {key} <> '' "
        f"GROUP BY {key} HAVING COUNT(*) > 1 ORDER BY MIN(line) LIMIT {SHOWN}"
    )
    lines = "; ".join(str(row[0]) for row in rows)
    return [f"A key of {one.join.key!r} stands more than once: lines {lines}."] if rows else []
