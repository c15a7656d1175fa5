"""Where content lies: a study's own folders first, then the shipped ones.

Content is what a quality manager reads and edits: ``event_logs/``, ``metrics/``, ``reports/``. In a checkout the three
folders stand beside the package, in a wheel they travel inside it as ``procmine/shipped``. Only ``Traversable`` methods
are used, so that a zipped package works too.
"""

from __future__ import annotations

import tomllib
from copy import deepcopy
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from procmine.errors import ContentError, nearest

FOLDERS = ("event_logs", "metrics", "reports")


def shipped() -> Traversable:
    """The folder that holds the shipped ``event_logs``, ``metrics`` and ``reports``.

    Raises ContentError where the installation is incomplete.
    """
    package = files("procmine")
    inside = package / "shipped"
    if inside.is_dir():
        return inside
    beside = Path(str(package)).parent
    if all((beside / folder).is_dir() for folder in FOLDERS):
        return beside
    raise ContentError(
        "The content folders event_logs, metrics and reports are missing.",
        where=str(package),
        hint="Install procmine again.",
    )


def listing(folder: str, suffix: str, study: Path | None = None) -> dict[str, Traversable]:
    """The files of a content folder by name without suffix, sorted; a study's file stands in for the shipped one."""
    found: dict[str, Traversable] = {}
    roots: list[Traversable] = [shipped()]
    if study is not None:
        roots.append(study)
    for root in roots:
        place = root
        for part in folder.split("/"):
            place = place / part
        if place.is_dir():
            found.update(
                {entry.name.removesuffix(suffix): entry for entry in place.iterdir() if entry.name.endswith(suffix)}
            )
    return dict(sorted(found.items()))


def one(folder: str, name: str, suffix: str, study: Path | None = None) -> Traversable:
    """The file ``name`` of a content folder. Raises ContentError with the nearest names."""
    known = listing(folder, suffix, study)
    if name not in known:
        raise ContentError(f"There is no {name}{suffix} in {folder}.", hint=nearest(name, known))
    return known[name]


def read_text(entry: Traversable) -> str:
    """A content file as text. Raises ContentError if it is not UTF-8."""
    try:
        return entry.read_text(encoding="utf-8-sig")  # editors of Windows put a byte order mark first
    except UnicodeDecodeError as fault:
        raise ContentError(
            f"The file is not UTF-8 (byte {fault.start}).", where=place_of(entry), hint="Save it as UTF-8."
        ) from fault


def read_toml(entry: Traversable) -> dict[str, Any]:
    """A TOML content file. Raises ContentError with line and column where it cannot be read."""
    try:
        return deepcopy(_parsed(read_text(entry)))
    except tomllib.TOMLDecodeError as fault:
        raise ContentError(f"This is not TOML: {fault}.", where=place_of(entry)) from fault


# One command reads the same two hundred files two or three times, and a copy costs a tenth of reading.
@lru_cache(maxsize=512)
def _parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def place_of(entry: Traversable) -> str:
    """How an error names a content file: its last two parts, ``metrics/own.toml``, never a machine's whole path."""
    return "/".join(Path(str(entry)).parts[-2:])
