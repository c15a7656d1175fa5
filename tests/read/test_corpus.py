"""Every file of the corpus is read as its case says: outcome, rows, refused lines, words; never a crash or a leak."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from procmine.read import importing, store
from procmine.read.raw import REASONS
from tests import import_adapter
from tests.corpus.build import CANARY, all_cases, build_one, name_of
from tests.corpus.case import Case

ADAPTER = Path(import_adapter.__file__)
CASES = {name_of(case): case for case in all_cases()}
# Of one file, in-process: far above what any takes, far below what a hang or a bomb would.
SECONDS = 20.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture(scope="module", autouse=True)
def offline_and_quick() -> Iterator[None]:
    """No connection can be opened; nothing is derived or pressed to the disk, which other tests look at."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was asked for")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "DERIVED", ())
        patch.setattr(store, "derive_tables", lambda *_, **__: 0)
        patch.setattr(os, "fsync", lambda _: None)
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket, "create_connection", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield


def judged(case: Case, place: Path) -> tuple[dict[str, Any], float]:
    """The adapter's answer and the seconds it took; the checks (tested elsewhere) look only where a flag is due."""
    built = build_one(case, place)
    with pytest.MonkeyPatch.context() as patch:
        if not case.flags:
            patch.setattr(importing, "name_findings", lambda *_, **__: [])
        start = time.monotonic()
        return import_adapter.answer(built.request, checks=bool(case.flags)), time.monotonic() - start


def faults(case: Case, said: dict[str, Any]) -> list[str]:
    """Everything about an answer that is not as its case says."""
    found = []
    if said["outcome"] != case.outcome:
        found.append(f"outcome {said['outcome']}, not {case.outcome}")
    if case.accepted is not None and said["accepted"] != case.accepted:
        found.append(f"{said['accepted']} accepted, not {case.accepted}")
    if case.outcome != "reject" and case.refused is not None and not _same(case.refused, said["quarantine"]):
        found.append(f"quarantine {said['quarantine'][:5]}, not {case.refused[:5]}")
    if case.rows is not None and [tuple(row) for row in said["rows"]] != list(case.rows):
        found.append(f"rows {said['rows'][:4]}, not {case.rows[:4]}")
    found += [f"says nothing like {pattern!r}" for pattern in case.says if not re.search(pattern, said["message"])]
    found += [f"shows {value!r}" for value in case.hides if value in said["message"]]
    found += [f"no flag {flag}: {said['flags']}" for flag in case.flags if flag not in said["flags"]]
    return found


def _same(expected: tuple[tuple[int, str], ...], quarantine: list[dict[str, Any]]) -> bool:
    """Whether the refused lines are those expected, each with one of its reasons."""
    if len(expected) != len(quarantine):
        return False
    pairs = zip(expected, quarantine, strict=True)
    return all(line == entry["line"] and entry["reason"] in reason.split("|") for (line, reason), entry in pairs)


# Every third file in the fast tests, all of them in the slow ones.
SOME = [name if number % 3 == 0 else pytest.param(name, marks=pytest.mark.slow) for number, name in enumerate(CASES)]


@pytest.mark.parametrize("name", SOME)
def test_a_file_is_read_as_its_case_says(name: str, place: Path) -> None:
    case = CASES[name]
    said, seconds = judged(case, place)

    assert faults(case, said) == [], said["message"][:600]
    assert said["accepted"] == len(said["rows"])
    assert said["quarantined"] == len(said["quarantine"])
    assert CANARY not in json.dumps(said)
    assert seconds < SECONDS


def test_there_are_as_many_files_as_promised() -> None:
    assert len(CASES) >= 200
    assert {f"I{number}" for number in range(1, 18)} <= {case.fault for case in CASES.values()}


def test_every_expected_reason_is_one_the_reader_knows() -> None:
    named = {reason for case in CASES.values() for _, reasons in case.refused or () for reason in reasons.split("|")}

    assert named <= REASONS


@pytest.mark.slow
def test_the_corpus_is_the_same_whenever_it_is_built(tmp_path: Path) -> None:
    for case in CASES.values():
        if not case.file.startswith("="):
            first, second = (Path(build_one(case, tmp_path / side).request["path"]) for side in "ab")
            assert not first.is_file() or first.read_bytes() == second.read_bytes(), name_of(case)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["CSV-ENC-utf8", "CSV-STR-fields_too_few", "XES-DTD-external_entity", "PATH-a_pipe"])
def test_the_adapter_answers_as_a_process_of_its_own(name: str, tmp_path: Path) -> None:
    built = build_one(CASES[name], tmp_path)
    done = subprocess.run(
        [sys.executable, "-W", "error", str(ADAPTER)],
        input=json.dumps(built.request).encode(),
        capture_output=True,
        timeout=60,
        check=True,
        cwd=tmp_path,
    )

    assert faults(built.case, json.loads(done.stdout.splitlines()[-1])) == []
    assert done.stderr == b""


def test_a_fault_of_the_importer_shows_as_one(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("Geheim")

    monkeypatch.setattr(import_adapter, "import_log", broken)
    said, _ = judged(CASES["CSV-ENC-utf8"], place / "broken")

    assert said["outcome"] == "internal_error"
    assert said["message"].startswith("Internal error: KeyError at ")
    assert "Geheim" not in said["message"]


def test_a_request_that_is_no_json_is_answered() -> None:
    done = subprocess.run([sys.executable, str(ADAPTER)], input=b"{", capture_output=True, timeout=60, check=True)

    assert json.loads(done.stdout)["outcome"] == "internal_error"
