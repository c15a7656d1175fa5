"""The built wheel: it holds the content folders, and runs from another folder without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """procmine as it would be handed out."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder far from the checkout with the wheel unpacked in ``site``, as pip would."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder


def procmine(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the unpacked wheel's command line in its folder."""
    return subprocess.run(
        [sys.executable, "-m", "procmine", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "site")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_holds_the_content_and_leaves_sample_and_tests_out(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}

    assert tops == {"procmine"}
    for folder in ("event_logs", "metrics", "reports"):
        shipped = {name.removeprefix("procmine/shipped/") for name in names if f"/shipped/{folder}/" in name}
        there = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "reports/sample" not in path.as_posix()
        }
        assert shipped == there


def test_the_wheel_and_not_the_checkout_is_what_runs(elsewhere: Path) -> None:
    code = "import procmine, procmine.content; print(procmine.__file__, procmine.content.shipped())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(elsewhere / "site")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert all(part.startswith(str(elsewhere)) for part in done.stdout.split())


def test_the_wheel_explains_a_metric(elsewhere: Path) -> None:
    done = procmine(elsewhere, "explain", "warm_handovers", "--lang", "en")

    assert done.returncode == 0, done.stderr
    assert "warm_handovers" in done.stdout


def test_the_wheel_simulates_audits_and_writes_a_report(elsewhere: Path) -> None:
    made = procmine(elsewhere, "simulate", "twelve_job_centres", "--events", "20000", "--out", "log.csv")
    audited = procmine(elsewhere, "audit", "log.csv", "--out", "report")

    assert made.returncode == 0, made.stderr
    assert audited.returncode == 0, audited.stderr
    assert Path(elsewhere, audited.stdout.strip()).read_text(encoding="utf-8").startswith("<!")
