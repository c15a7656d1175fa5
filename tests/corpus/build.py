"""Write the corpus into a folder: ``python tests/corpus/build.py FOLDER``. Same files, same bytes, whenever it runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.corpus import (
    csv_encoding,
    csv_meaning,
    csv_structure,
    csv_times,
    ocel,
    packed,
    parquet,
    paths,
    xes_broken,
    xes_legal,
    xlsx,
)
from tests.corpus.case import Case

GROUPS = (
    csv_encoding,
    csv_structure,
    csv_times,
    csv_meaning,
    xes_legal,
    xes_broken,
    packed,
    parquet,
    ocel,
    xlsx,
    paths,
)
CANARY = xes_broken.CANARY


@dataclass(frozen=True, slots=True)
class Built:
    """A case whose file is there, and the request for it."""

    case: Case
    request: dict[str, Any]


def all_cases() -> Iterator[Case]:
    """Every case, in the order of its group."""
    for group in GROUPS:
        yield from group.cases()


def name_of(case: Case) -> str:
    """What a case is called: its group and name."""
    return f"{case.group}-{case.name}"


def build_one(case: Case, folder: Path) -> Built:
    """Write one case into a folder of its own, beside a canary that nobody has asked for."""
    place = folder / name_of(case)
    place.mkdir(parents=True)
    if case.file.startswith("="):
        return Built(case, case.request(Path()) | {"path": case.file[1:]})
    (place / "canary.txt").write_text(CANARY, encoding="utf-8")
    path = place / case.file
    if callable(case.data):
        case.data(path)
    else:
        path.write_bytes(case.data)
    return Built(case, case.request(path))


def main(folder: Path) -> int:
    """Write all files and what is expected of each (expected.json)."""
    expected = {}
    for case in all_cases():
        built = build_one(case, folder)
        refused = None if case.refused is None else [{"line": line, "reason": reason} for line, reason in case.refused]
        expected[name_of(case)] = {
            "fault": case.fault, "level": case.level, "request": built.request, "outcome": case.outcome,
            "accepted": case.accepted, "quarantine": refused, "rows": case.rows, "says": case.says, "hides": case.hides,
            "flags": case.flags,
        }  # fmt: skip
    (folder / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(expected)} files\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
