"""What the reader tests share: write a file, read it, see rows and quarantine."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from procmine.read.csv.reading import read_csv
from procmine.read.parquet.reading import read_parquet
from procmine.read.raw import RawFile
from procmine.read.xes.reading import read_xes

LOGS = Path(__file__).resolve().parents[2] / "../shared/logs"


class Read:
    """One reading: the RawFile, the rows of the table (line first) and the quarantine (line, column, reason, raw)."""

    def __init__(self, reader: Any, path: Path, **options: Any) -> None:
        self.con = duckdb.connect()
        self.raw: RawFile = reader(self.con, path, "raw", file_no=1, **options)
        self.rows = self.con.execute("SELECT * FROM raw ORDER BY rowid").fetchall()
        self.refused = self.con.execute(
            'SELECT line, "column", reason, raw FROM quarantine WHERE file_no = 1 ORDER BY line'
        ).fetchall()

    @property
    def cells(self) -> list[tuple[str | None, ...]]:
        """The rows without their lines."""
        return [row[1:] for row in self.rows]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """Line and reason of every refused row."""
        return [(row[0], row[2]) for row in self.refused]


def csv_of(folder: Path, data: bytes | str, name: str = "log.csv", **options: Any) -> Read:
    """Write ``data`` and read it as CSV."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return Read(read_csv, path, **options)


def xes_of(folder: Path, body: bytes | str, name: str = "log.xes") -> Read:
    """Write ``body`` and read it as XES."""
    path = folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return Read(read_xes, path)


def parquet_of(folder: Path, select: str, name: str = "log.parquet") -> Read:
    """Write the result of a query as Parquet and read it."""
    path = folder / name
    duckdb.connect().execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return Read(read_parquet, path)


def written(rows: Iterable[Iterable[str]], *, delimiter: str = ",", end: str = "\n") -> str:
    """Rows as the csv module writes them, every field quoted."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


def stored(path: Path) -> bytes:
    """A file's content, unpacked."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
