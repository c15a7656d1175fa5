"""Reading a pandas frame that is in memory already: with canonical column names, or with those of pm4py and XES."""

from __future__ import annotations

import atexit
import csv
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from procmine.errors import InputError
from procmine.log import Log, open_store
from procmine.read.importing import import_log
from procmine.read.source import CANONICAL, Source, load_source
from procmine.schema import Schema, load_schema

if TYPE_CHECKING:
    import pandas as pd


def read_frame(frame: pd.DataFrame, *, source: str | None = None, store: Path | str | None = None) -> Log:
    """A frame as a log, checked row by row like a file.

    A column may bear its canonical name (``case_id``) or its XES name as pm4py has it (``case:concept:name``). Times
    without a zone are local times of the source's zone. ``store`` keeps the log store there; without it the store lives
    in a temporary folder until Python ends. Raises InputError, ContentError.
    """
    if frame.empty:
        raise InputError("The frame has no rows.")
    schema = load_schema()
    known = canonical_names(list(frame.columns), schema)
    there = {*frame.columns, *known.values()}
    needed = [name for name, column in schema.importable.items() if column.required and name not in there]
    if needed and source is None:
        raise InputError(
            f"The frame has no column {', '.join(needed)}. It has: {', '.join(str(name) for name in frame.columns)}.",
            hint="Rename its columns, or say how they are read: source=….",
        )
    speaks: Source = load_source(source, schema) if source else CANONICAL
    folder = Path(tempfile.mkdtemp(prefix="procmine-frame-"))
    if store is None:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "frame.csv"
    try:
        # Every field in quotes: pandas leaves a lone carriage return bare, which would read back as a line of its own.
        frame.rename(columns=known).to_csv(file, index=False, quoting=csv.QUOTE_ALL)
        place = import_log(file, Path(store) if store else folder / "store", source=speaks, schema=schema)
        return open_store(place, schema)
    finally:
        file.unlink(missing_ok=True)  # it holds the names that the store no longer has
        if store is not None:
            shutil.rmtree(folder)


def canonical_names(columns: list[str], schema: Schema) -> dict[str, str]:
    """XES names of a pm4py frame (those of traces begin with ``case:``) to ours, where ours is not there already."""
    found: dict[str, str] = {}
    for name, column in schema.importable.items():
        xes = f"case:{column.xes}" if column.level == "trace" else column.xes
        if column.xes and xes in columns and name not in columns:
            found[xes] = name
    return found
