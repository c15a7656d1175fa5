"""Each reader fuzzed by atheris for PROCMINE_FUZZ_SECONDS (default 30) in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

RUN = Path(__file__).with_name("run.py")
SECONDS = int(os.environ.get("PROCMINE_FUZZ_SECONDS", "30"))
STARTING = 120  # seconds for imports, the first inputs and one that hangs


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed: Linux, Python 3.11")
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_breaks_a_reader(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(RUN), name, "--seconds", str(SECONDS), "--found", str(tmp_path)],
        capture_output=True, text=True, errors="replace", timeout=SECONDS + STARTING, check=False,
    )  # fmt: skip
    breaking = [f"{path.name}: {path.read_bytes().hex()}" for path in sorted(tmp_path.iterdir())]

    assert (done.returncode, breaking) == (0, []), done.stderr[-4_000:]
