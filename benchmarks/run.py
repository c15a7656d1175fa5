"""Runs procmine and its peers on the same log, in turns, each step in its own process; prints a table with ratios.

``python -m benchmarks.run [--events 100000 1000000] [--turns 3] [--out benchmarks/RESULTS.md]``
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.steps import STEPS

ROOT = Path(__file__).parent.parent
TITLES = {
    "csv": "CSV to typed log (ours: checked row by row, sorted, stored)",
    "xes": "XES to typed log (ours: the same; peer: pm4py's iterparse, its one safe reader)",
    "dfg": "directly-follows graph",
    "variants": "variants with counts",
    "tree": "inductive miner (IMf 0.2), the same tree; counting included",
    "core": "core four (ours: with intervals and bounds)",
    "audit": "whole `audit`, CSV to HTML (peer: the same figures, no report)",
}
LIBRARIES = ("procmine", "duckdb", "pm4py", "pandas", "numpy")


def simulated(folder: Path, events: int) -> int:
    """The log that both sides read; how many events it really has."""
    from procmine.simulate import load_scenario, simulate

    made = simulate(load_scenario("twelve_job_centres"), folder / "log.csv", seed=1, events=events)
    return made.events


def one(side: str, step: str, folder: Path) -> dict[str, Any]:
    """One step in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.steps", side, step, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    if done.returncode:
        raise SystemExit(f"{side} {step} failed:\n{done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if step != "prepare" else {}
    return told


def measured(folder: Path, events: int, turns: int) -> Iterator[str]:
    """A table's rows for one size: medians of the turns, sides alternating, the highest peak of each."""
    one("procmine", "prepare", folder)
    for step in STEPS:
        took: dict[str, list[dict[str, Any]]] = {"procmine": [], "peer": []}
        for turn in range(turns):
            for side in ("procmine", "peer") if turn % 2 == 0 else ("peer", "procmine"):
                took[side].append(one(side, step, folder))
        answers = {told["answer"] for side in took.values() for told in side}
        if len(answers) > 1:
            raise SystemExit(f"{step} at {events} events: the two sides do not answer alike: {sorted(answers)}")
        ours = statistics.median(told["seconds"] for told in took["procmine"])
        task = statistics.median(told["seconds"] for told in took["peer"])
        peer = statistics.median(told["seconds"] + told["loading"] for told in took["peer"])
        peaks = [max(told["mebibytes"] for told in took[side]) for side in ("procmine", "peer")]
        row = f"| {events:,} | {TITLES[step]} | {ours:.3g} | {peer:.3g} | {task:.3g} | **{peer / ours:.1f}** | "
        yield row + f"{task / ours:.1f} | " + " | ".join(f"{peak:,.0f}" for peak in peaks) + " |"


def main() -> None:
    """Run all sizes and print, or write, the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--out", type=Path, help="write the table there as well, below a line of circumstances")
    asked = parser.parse_args()
    rows = [
        "| events | step | procmine s | peer s | … in memory | times faster | … in memory | procmine MiB | peer MiB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    print("\n".join(rows), flush=True)
    for wanted in asked.events:
        with tempfile.TemporaryDirectory(prefix="procmine-benchmark-") as place:
            for row in measured(Path(place), simulated(Path(place), wanted), asked.turns):
                rows.append(row)
                print(row, flush=True)
    if asked.out:
        libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
        about = (
            f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {libraries}. Medians of "
            f"{asked.turns} turns, sides alternating, each step in its own process, equal answers checked."
        )
        asked.out.write_text(
            f"# Results\n\n{about}\nHow: `benchmarks/README.md`.\n\n" + "\n".join(rows) + "\n", "utf-8"
        )


if __name__ == "__main__":
    main()
