"""One target a reader: bytes in; only procmine's own errors may leave, no row may be lost, nothing be left behind."""

from __future__ import annotations

import atexit
import gzip
import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from procmine.engines.duckdb import DuckDB, connect
from procmine.errors import ProcmineError
from procmine.read.csv.reading import read_csv
from procmine.read.normalise import normalise
from procmine.read.ocel.reading import read_ocel
from procmine.read.parquet.reading import read_parquet
from procmine.read.raw import REASONS, RawFile
from procmine.read.source import CANONICAL, Source, load_source
from procmine.read.times.parsing import SHAPES
from procmine.read.xes.reading import read_xes
from procmine.read.xlsx.reading import read_xlsx, sheets_of
from procmine.schema import load_schema
from tests.fuzz.watch import writing_only_in
from tests.read import workbooks

SCHEMA = load_schema()
WORKBOOK_PARTS = (
    "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels", "[Content_Types].xml",
)  # fmt: skip


class Bench:
    """An engine and a folder for thousands of runs; what a run leaves in either is a finding."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fuzz-")).resolve()
        atexit.register(self.close)
        self.temporary = self.folder / "temporary"
        self.temporary.mkdir()
        self.engine = self._fresh()

    def _fresh(self) -> DuckDB:
        engine = connect(memory="1GB")
        engine.connection.execute("SET threads = 1")
        return engine

    def close(self) -> None:
        """Leave nothing of the runs."""
        self.engine.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def tables(self) -> list[str]:
        return [row[0] for row in self.engine.run("SELECT table_name FROM duckdb_tables()")]

    @contextmanager
    def run(self) -> Iterator[None]:
        """One run: watched; whatever happens, the next one begins with nothing."""
        before, tempfile.tempdir = tempfile.tempdir, str(self.temporary)
        try:
            with writing_only_in(self.folder):
                yield
            left = [path.name for path in (*self.temporary.iterdir(), *self.folder.iterdir())]
            assert not {*left} - {"temporary", *self._given}, f"left behind: {left}"
        except BaseException:
            self.engine.connection.close()
            self.engine = self._fresh()
            raise
        finally:
            tempfile.tempdir = before
            for path in self.folder.iterdir():
                if path.is_file():
                    path.unlink()
            for table in self.tables():
                self.engine.connection.execute(f'DROP TABLE "{table}"')

    _given: tuple[str, ...] = ()

    def put(self, name: str, data: bytes) -> Path:
        """The input as a file."""
        path = self.folder / name
        path.write_bytes(data)
        self._given = (name,)
        return path


_benches: list[Bench] = []


def bench() -> Bench:
    """The one bench of the process, set up when it is first needed."""
    if not _benches:
        _benches.append(Bench())
    return _benches[0]


def _read(name: str, data: bytes, reader: Callable[..., RawFile], **options: Any) -> None:
    """Read a file; the counts must agree, and a refused file must leave no table."""
    place = bench()
    with place.run():
        path = place.put(name, data)
        try:
            raw = reader(place.engine.connection, path, "raw", file_no=1, **options)
        except ProcmineError as fault:
            assert str(fault)
            assert place.tables() == [], f"a refused file left {place.tables()}"
            return
        rows, refused = place.engine.run("SELECT (SELECT COUNT(*) FROM raw), (SELECT COUNT(*) FROM quarantine)")[0]
        reasons = {row[0] for row in place.engine.run("SELECT DISTINCT reason FROM quarantine")}
        lines = place.engine.run(
            "SELECT COUNT(line), COUNT(*) FROM (FROM raw SELECT line UNION ALL FROM quarantine SELECT line)"
        )

        assert raw.rows_read == raw.rows_accepted + raw.rows_quarantined, raw
        assert (raw.rows_accepted, raw.rows_quarantined) == (rows, refused), (raw, rows, refused)
        assert reasons <= REASONS, reasons
        assert lines[0][0] == lines[0][1], "a row without its line"


def _zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def _split(data: bytes) -> tuple[int, bytes]:
    """The first byte chooses, the others are the file."""
    return (data[0], data[1:]) if data else (0, b"")


def csv_file(data: bytes) -> None:
    """A delimited text: plain, packed, or the bytes taken for a packed file."""
    choice, rest = _split(data)
    encoding = (None, "utf-8", "cp1252", "utf-16")[choice // 8 % 4]
    delimiter = (None, ";")[choice // 32 % 2]
    name, held = {
        4: ("log.csv.gz", gzip.compress(rest, 1, mtime=0)),
        5: ("log.csv.gz", rest),
        6: ("log.csv.zip", rest),
        7: ("log.csv.zip", _zipped("log.csv", rest)),
    }.get(choice % 8, ("log.csv", rest))
    _read(name, held, read_csv, encoding=encoding, delimiter=delimiter)


def xes_file(data: bytes) -> None:
    """An XES: plain, packed, or the bytes taken for a packed file."""
    choice, rest = _split(data)
    name, held = {1: ("log.xes.gz", gzip.compress(rest, 1, mtime=0)), 2: ("log.xes.gz", rest)}.get(
        choice % 4, ("log.xes", rest)
    )
    _read(name, held, read_xes)


def xlsx_file(data: bytes) -> None:
    """A workbook: all of it, or one part of an otherwise good one."""
    choice, rest = _split(data)
    if choice % 8 in (0, 7):
        held = rest
    else:
        good = workbook_parts()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name, part in {**good, WORKBOOK_PARTS[choice % 8 - 1]: rest}.items():
                archive.writestr(zipfile.ZipInfo(name), part)
        held = out.getvalue()

    def reader(con: Any, path: Path, table: str, **options: Any) -> RawFile:
        return read_xlsx(con, path, sheets_of(path)[0], table, **options)

    _read("log.xlsx", held, reader)


def workbook_parts() -> dict[str, str]:
    """A good workbook of one sheet: texts inside and shared, a number, a date, a truth, a formula."""
    cells = workbooks.row(2, 't="s"><v>0</v>', workbooks.text("x"), 's="1"><v>45299.25</v>')
    cells += workbooks.row(3, "><v>7</v>", 't="b"><v>1</v>', 't="str"><f>A1</f><v>2024-01-01</v>')
    built = workbooks.parts(
        ("T", workbooks.sheet(workbooks.HEAD + cells, after='<mergeCells><mergeCell ref="A1:A1"/></mergeCells>'))
    )
    built["xl/styles.xml"] = workbooks.styles("yyyy-mm-dd hh:mm")
    built["xl/sharedStrings.xml"] = workbooks.shared("<t>c1</t>", "<r><t>a</t></r><r><t>b</t></r>")
    return built


def parquet_file(data: bytes) -> None:
    """A Parquet file."""
    _read("log.parquet", data, read_parquet)


def ocel_json_file(data: bytes) -> None:
    """An OCEL in JSON."""
    _read("log.json", data, read_ocel, object_type="Person")


def ocel_xml_file(data: bytes) -> None:
    """An OCEL in XML."""
    _read("log.xml", data, read_ocel, object_type="Person")


def ocel_sqlite_file(data: bytes) -> None:
    """An OCEL in SQLite."""
    _read("log.sqlite", data, read_ocel, object_type="Person")


ZONES = ("Europe/Berlin", "UTC", "America/New_York", "Australia/Lord_Howe")
OVERLAPS = ("quarantine", "earlier", "later")
FORMATS: Sequence[tuple[str, ...]] = (
    (),
    (),
    ("%d/%m/%Y %H:%M", "%d/%m/%y"),
    ("%Y%m%dT%H%M%S%z", "excel"),
    ("epoch_ms",),
)
ROWS = 20


def times(data: bytes) -> None:
    """Times, one a line, as the column of a log; those in ISO 8601 must be what Python says they are."""
    choice, rest = _split(data)
    source = replace(
        CANONICAL, zone=ZONES[choice % 4], overlap=OVERLAPS[choice // 4 % 3], formats=FORMATS[choice // 12 % 5]
    )
    values = rest.decode("utf-8", "replace").replace("\0", "").split("\n")[:ROWS]
    place = bench()
    with place.run():
        if not _normalised(place.engine, [("c", "a", value) for value in values], HEAD, source):
            return
        for value, found in place.engine.run(
            'SELECT r.c2, s."timestamp" FROM staged AS s JOIN raw AS r ON r.line = s.line'
        ):
            said = _python_says(value, source)
            assert said is None or said == found, (value, source.zone, source.overlap, said, found)


HEAD = ("case_id", "activity", "timestamp")


def _normalised(engine: DuckDB, rows: Sequence[Sequence[str]], head: Sequence[str], source: Source) -> bool:
    """Bring rows through the part of the import that every format shares; whether they came through."""
    con = engine.connection
    con.execute('CREATE TABLE quarantine (file_no INTEGER, line BIGINT, "column" VARCHAR, reason VARCHAR, raw VARCHAR)')
    con.execute(f"CREATE TABLE raw (line BIGINT, {', '.join(f'c{n} VARCHAR' for n in range(len(head)))})")
    if rows:
        marks = ", ".join(f"({', '.join('?' * (len(head) + 1))})" for _ in rows)
        held = [cell for line, row in enumerate(rows, 2) for cell in (line, *row)]
        con.execute(f"INSERT INTO raw VALUES {marks}", held)
    count = len(rows)
    raw = RawFile("log.csv", "", 0, "csv", "utf-8", "", ",", "", tuple(head), count, count, 0, ())
    try:
        normalise(engine, raw, "raw", "staged", file_no=1, source=source, schema=SCHEMA, name="log")
    except ProcmineError as fault:
        assert str(fault)
        return False
    accepted, refused = engine.run("SELECT (SELECT COUNT(*) FROM staged), (SELECT COUNT(*) FROM quarantine)")[0]
    assert accepted + refused == count, (accepted, refused, count)
    return True


def _python_says(value: str, source: Source) -> datetime | None:
    """The instant of an ISO time as Python has it; None where it is no ISO time or formats are declared."""
    iso = [SHAPES[shape] for shape in ("iso_local", "iso_offset", "iso_date")]
    if source.formats or not any(re.fullmatch(pattern, value, re.ASCII) for pattern in iso):
        return None
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        if re.fullmatch(SHAPES["iso_date"], value):
            return None  # a day begins when its midnight is, or would have been
        moment = moment.replace(tzinfo=ZoneInfo(source.zone), fold=int(source.overlap == "later"))
    return moment.astimezone(UTC).replace(tzinfo=None)


SAMPLE_HEAD = ("case_id", "activity", "timestamp", "worker", "initiator", "Status")
SAMPLE = (
    ("c1", "call", "2024-01-01T08:00", "w1", "Kunde", "start"),
    ("c1", "Termin", "02.01.2024 08:00", "SYSTEM", "client", "-"),
    ("c2", "call", "03/04/2024", "", "x", "complete"),
)


def source_toml(data: bytes) -> None:
    """A source file; one that loads must be usable on a log, or be refused in words."""
    place = bench()
    with place.run():
        path = place.put("own.toml", data)
        try:
            source = load_source(str(path), SCHEMA)
        except ProcmineError as fault:
            assert str(fault)
            return
        assert source.settled()
        _normalised(place.engine, SAMPLE, SAMPLE_HEAD, source)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "csv": csv_file,
    "xes": xes_file,
    "xlsx": xlsx_file,
    "ocel_json": ocel_json_file,
    "ocel_xml": ocel_xml_file,
    "ocel_sqlite": ocel_sqlite_file,
    "parquet": parquet_file,
    "times": times,
    "source": source_toml,
}
