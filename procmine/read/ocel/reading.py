"""Read an OCEL 2.0 log (JSON, XML, SQLite) into a raw all-text table, flattened to one object type, the price named.

An OCEL has no cases: an event belongs to any number of objects. Which objects are the cases is the user's to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from procmine.engines.duckdb import quoted
from procmine.errors import InputError, nearest
from procmine.read.files.opening import GZIP, Opened, opened
from procmine.read.limits import LIMITS
from procmine.read.ocel.flat import Flat
from procmine.read.ocel.price import Price, price_of
from procmine.read.ocel.records import Notes, Record
from procmine.read.ocel.stage import Stage
from procmine.read.ocel.xml_form import is_xes
from procmine.read.progress import BytesSeen
from procmine.read.raw import RawFile, count_refused, whole_or_nothing

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["is_xes", "read_ocel"]

SHAPES = {
    ".json": "json", ".jsonocel": "json", ".xml": "xml", ".xmlocel": "xml", ".sqlite": "sqlite", ".sqliteocel": "sqlite"
}  # fmt: skip
LISTED = 30  # object types shown in a message


def read_ocel(
    con: DuckDBPyConnection,
    path: Path,
    table: str,
    *,
    file_no: int,
    object_type: str,
    progress: BytesSeen | None = None,
) -> RawFile:
    """Make ``table`` (``line``, ``c0`` …): a row for each event and related object of ``object_type``.

    Refused rows go to ``quarantine``. Raises InputError, with the object types there are, where ``object_type`` is
    empty or unknown.
    """
    notes = Notes()
    with opened(path, progress) as file, whole_or_nothing(con, table, file_no):
        stage = Stage(con, table)
        flat: Flat | None = None
        try:
            stage.fill(_records(file, path, notes), notes, file.name)
            digest = file.digest()
            _choose(stage, object_type, file.name)
            flat = Flat(stage, object_type)
            flat.make(file_no, file.name)
            price = price_of(flat)
        finally:
            stage.drop()
            if flat is not None:
                flat.drop()
        refused = count_refused(con, file_no)
        if price.rows_read != price.rows + refused:
            raise RuntimeError(f"{price.rows_read} rows, {price.rows} accepted, {refused} refused: nothing was taken")
    return RawFile(
        name=file.name,
        sha256=digest,
        bytes=file.size,
        format="ocel",
        encoding=notes.encoding,
        encoding_how=notes.encoding_how,
        delimiter="",
        delimiter_how="",
        columns=tuple(flat.columns),
        rows_read=price.rows_read,
        rows_accepted=price.rows,
        rows_quarantined=refused,
        warnings=(*file.notes, *_warnings(price, flat, notes)),
        figures=price.counts(),
    )


def _records(file: Opened, path: Path, notes: Notes) -> Iterator[Record]:
    """The records of the file by the reader of its form: by its name, else by its first bytes."""
    shape = _shape(file)
    if shape == "json":
        from procmine.read.ocel.json_form import read_json

        return read_json(file, notes)
    if shape == "xml":
        from procmine.read.ocel.xml_form import read_xml

        return read_xml(file, notes)
    from procmine.read.ocel.sqlite_form import read_sqlite

    return read_sqlite(file, path, notes)


def _shape(file: Opened) -> str:
    name = file.name.lower().removesuffix(".gz").removesuffix(".zip")
    for suffix, shape in SHAPES.items():
        if name.endswith(suffix):
            return shape
    first = b"".join(file.again(0, min(16, file.size)))
    if first.startswith(GZIP):
        raise InputError("A packed OCEL is read by its name.", where=file.name, hint="Call it .json.gz or .xml.gz.")
    if first.startswith(b"SQLite format"):
        return "sqlite"
    return "json" if first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "xml"


def _choose(stage: Stage, object_type: str, where: str) -> None:
    """Raise InputError, with every object type and its counts, unless ``object_type`` is one of them."""
    counted = stage.con.execute(
        f"SELECT o.type, count(DISTINCT o.id), count(DISTINCT l.event) FROM {quoted(stage.name('objects'))} o "
        f"LEFT JOIN {quoted(stage.name('links'))} l ON l.object = o.id WHERE o.type <> '' GROUP BY o.type"
    ).fetchall()
    types = {name: (0, 0) for name in stage.types["object"]}
    types |= {str(name): (int(objects), int(events)) for name, objects, events in counted}
    if object_type in types:
        return
    ordered = sorted(types.items(), key=lambda entry: (-entry[1][1], entry[0]))
    listed = ", ".join(f"{name} ({objects} objects, {events} events)" for name, (objects, events) in ordered[:LISTED])
    more = f" and {len(ordered) - LISTED} more" if len(ordered) > LISTED else ""
    if object_type:
        what = f"The log has no objects of type {object_type!r}. {nearest(object_type, types)}"
    else:
        what = "An OCEL has no cases until one says which objects they are."
    raise InputError(
        f"{what} Object types: {listed or 'none'}{more}.",
        where=where,
        hint='Declare [file] object_type = "…" in a source file and pass it with --source.',
    )


def _warnings(price: Price, flat: Flat, notes: Notes) -> tuple[str, ...]:
    said = list(price.sentences())
    if flat.renamed:
        shown = ", ".join(name[: LIMITS.column_name] for name in flat.renamed[:3])
        said.append(
            f"{len(flat.renamed)} attributes bear a name of the flattened log and stand under attribute:NAME ({shown})."
        )
    return (*said, *(f"{what}: {count}." for what, count in sorted(notes.counts.items()) if count))
