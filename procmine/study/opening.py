"""Opening: a study folder's settings, and the log behind a path, imported where it has to be."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procmine.errors import ContentError, InputError, UsageError, nearest
from procmine.log import Log, is_store, open_store
from procmine.read.importing import import_log
from procmine.read.place import put_back
from procmine.read.progress import Progress, quiet
from procmine.read.source import CANONICAL, Source, load_source
from procmine.schema import Schema, load_schema

SETTINGS = "procmine.toml"
_KEYS = {"title": str, "log": str, "source": str, "language": str, "privacy": str}


@dataclass(frozen=True, slots=True)
class Study:
    """A study's settings: where its log is, which source reads it, how its report is titled and protected."""

    folder: Path | None
    log: Path
    source: str | None = None
    title: str | None = None
    language: str | None = None
    privacy: str | None = None


def read_study(path: Path | str) -> Study:
    """A study folder's procmine.toml; any other path is a study of just that log. Raises ContentError, InputError."""
    path = Path(path)
    settings = path / SETTINGS
    if not settings.is_file():
        return Study(None, path)
    try:
        raw: Mapping[str, Any] = tomllib.loads(settings.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ContentError(f"This is not TOML: {fault}.", where=SETTINGS) from fault
    for key, value in raw.items():
        if key not in _KEYS:
            raise ContentError(f"Unknown key {key}.", where=SETTINGS, hint=nearest(key, _KEYS))
        if not isinstance(value, str):
            raise ContentError(f"{key} must be a text in quotes.", where=SETTINGS)
    if "log" not in raw:
        raise ContentError("The study names no log.", where=SETTINGS, hint='Add a line such as log = "extract.csv".')
    return Study(path, path / raw["log"], raw.get("source"), raw.get("title"), raw.get("language"), raw.get("privacy"))


def open_log(
    path: Path | str,
    *,
    source: str | None = None,
    study: Path | None = None,
    store: Path | None = None,
    progress: Progress | None = None,
    engine: str = "duckdb",
) -> Log:
    """Open a raw log, a folder of deliveries, a study folder or a log store; an unchanged input is not imported twice.

    ``source`` is the name of a source file or its path, ``engine`` the one that will compute (duckdb or spark; an
    import is always DuckDB's). Raises InputError, ContentError.
    """
    opened = read_study(path)
    folder = opened.folder or study
    schema = load_schema(folder)
    put_back(opened.log)
    if is_store(opened.log):
        return open_store(opened.log, schema, engine, folder)
    if opened.folder and not opened.log.exists():
        raise InputError(
            f'The study\'s log "{opened.log.name}" is not there.',
            where=str(opened.folder / SETTINGS),
            hint='Put the extract there, or name it in the line log = "…".',
        )
    speaks = _source(source or opened.source, schema, folder, opened.log)
    place = import_log(opened.log, store, source=speaks, schema=schema, study=folder, progress=progress or quiet)
    return open_store(place, schema, engine, folder)


def _source(name: str | None, schema: Schema, study: Path | None, log: Path) -> Source:
    """The source of that name: of the study, of the folder the log or the user is in, or a shipped one; or a path."""
    if not name:
        return CANONICAL
    if name.endswith(".toml"):
        if not Path(name).is_file():
            raise UsageError("There is no such source file.", where=name, hint="Check the path.")
        return load_source(name, schema, study)
    for folder in (log.parent, Path()):
        own = folder / "event_logs" / "sources" / f"{name}.toml"
        if study is None and own.is_file():
            return load_source(str(own), schema)
    return load_source(name, schema, study)
