"""Workplace: what is installed and what is missing; a fresh study folder; whether a result can be made again."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from procmine.content import read_text, shipped
from procmine.engines.spark import LEAST_JAVA, java
from procmine.errors import ContentError, InputError
from procmine.metric import catalogue
from procmine.norms.reading import FILE as NORMS
from procmine.read.pseudonym import keys_folder
from procmine.schema import load_schema
from procmine.study import SETTINGS

NEEDED = (
    "duckdb",
    "sqlglot",
    "pm4py",
    "graphlay",
    "holidays",
    "networkx",
    "plotly",
    "matplotlib",
    "jinja2",
    "numpy",
    "scipy",
    "pandas",
    "typer",
    "xlsxwriter",
)
_STUDY = """# A study: a log, how it is read, and what its report says. Everything here may be edited.
title = "Unsere Studie"
log = "extract.csv"
# source = "my_export"    # event_logs/sources/my_export.toml, if the extract has its own column names
language = "de"
privacy = "shared"
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: whether it is as it should be, what was seen, and what to do if not."""

    name: str
    ok: bool
    detail: str
    next_step: str = ""


def doctor() -> tuple[Check, ...]:
    """What is installed, what is missing, what to do about it. Changes nothing."""
    checks = [
        Check(
            "python",
            sys.version_info >= (3, 11),
            platform.python_version(),
            "" if sys.version_info >= (3, 11) else "Install Python 3.11 or newer.",
        )
    ]
    for name in NEEDED:
        try:
            checks.append(Check(name, True, version(name)))
        except PackageNotFoundError:
            checks.append(Check(name, False, "not installed", "Run: pip install --require-hashes -r requirements.txt"))
    try:
        metrics = catalogue()
        tables = load_schema().tables
        checks.append(Check("content", True, f"{len(metrics)} metrics, {len(tables)} tables"))
    except ContentError as fault:
        checks.append(Check("content", False, fault.sentence(), "Mend the file or install procmine again."))
    folder = Path(tempfile.gettempdir())
    writable = os.access(folder, os.W_OK)
    checks.append(
        Check(
            "temporary folder", writable, "writable" if writable else "not writable", "" if writable else "Set TMPDIR."
        )
    )
    checks.append(_keys())
    checks.append(_spark())
    return tuple(checks)


def _spark() -> Check:
    """Whether --engine spark would find what it needs; nobody else needs it, so that its absence is no fault."""
    try:
        found = version("pyspark")
    except PackageNotFoundError:
        return Check("spark", True, "not installed; only --engine spark needs it: pip install procmine[spark], Java 17")
    release = java()
    if release is None or release < LEAST_JAVA:
        there = "no Java" if release is None else f"Java {release}"
        return Check("spark", False, f"pyspark {found}, {there}", f"Install Java {LEAST_JAVA}, or set JAVA_HOME.")
    return Check("spark", True, f"pyspark {found}, Java {release}")


def _keys() -> Check:
    """Whether keys for pseudonyms are there and read by nobody else; where they lie, so that they can be kept."""
    folder = keys_folder()
    keys = sorted(folder.glob("*.key")) if folder.is_dir() else []
    open_to_others = [key.name for key in keys if os.name != "nt" and key.stat().st_mode & 0o077]
    if open_to_others:
        return Check(
            "keys for pseudonyms", False, f"{', '.join(open_to_others)} can be read by others", f"chmod 600 in {folder}"
        )
    names = ", ".join(key.stem for key in keys) or "none yet, made at the first import"
    return Check("keys for pseudonyms", True, f"{names} ({folder}); keep a copy, apart from the logs")


def init(folder: Path) -> tuple[Path, ...]:
    """A study folder with one example of each kind of file. Raises InputError if the folder holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("The folder is not empty.", where=str(folder), hint="Name a new or an empty folder.")
    base = shipped()
    example = "self_initiated_appointments"
    files = {
        SETTINGS: _STUDY,
        "event_logs/sources/example.toml": read_text(base / "event_logs" / "sources" / "ibm_onboarding.toml"),
        f"metrics/{example}.toml": read_text(base / "metrics" / f"{example}.toml"),
        f"metrics/{example}.sql": read_text(base / "metrics" / f"{example}.sql"),
        NORMS: read_text(base / "event_logs" / NORMS),
        "reports/README.md": read_text(base / "reports" / "README.md"),
    }
    written = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return tuple(written)
