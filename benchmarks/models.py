"""Models of public logs and their quality, beside pm4py on the full log: prints two tables.

``python -m benchmarks.models [--logs wabo-receipt sepsis] [--noise 0 0.2] [--limit 120] [--out FILE]``

Both sides have the same events: ours counts them in the store, pm4py gets every one of them as a row, in the order of
the store. The quality is that of one net, ours, which pm4py reads from PNML. A figure of pm4py's runs in a process of
its own, which is ended after ``--limit`` seconds (mining: three times as many) and then stands as a dash. Seconds
are those of the CPU: ours with counting the store's rows, steps and ways; pm4py's from a frame in memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.steps import tree_text

ROOT = Path(__file__).parent.parent
PUBLIC = ROOT.parent / "shared" / "logs"
SOURCES = ROOT / "tests" / "sources"
LOGS: Mapping[str, tuple[str, str]] = {
    "wabo-receipt": ("wabo-receipt/receipt.xes.gz", str(SOURCES / "wabo_receipt.toml")),
    "sepsis": ("sepsis/Sepsis.xes.gz", str(SOURCES / "sepsis.toml")),
    "fair-lending": ("fair-lending/lending_log_high.xes.gz", "fair_lending"),
    "bpic12-loan": ("bpic12-loan/BPI_Challenge_2012.xes.gz", str(SOURCES / "bpic12_loan.toml")),
    "bpic15-permits": ("bpic15-permits", str(SOURCES / "bpic15_permits.toml")),
    "simulated": ("", ""),
}
SIMULATED_EVENTS = 100_000
HEURISTIC = 0.2  # rarer pairs are left out before mining
FIGURES = ("fitness", "tokens", "precision", "precision aligned", "generalisation", "simplicity")
DASH = "–"
Told = dict[str, Any]


def opened(name: str, place: Path) -> Any:
    """The log of that name, from a store in ``place``."""
    from procmine.simulate import load_scenario, simulate
    from procmine.study import open_log

    file, source = LOGS[name]
    if not file:
        simulate(load_scenario("twelve_job_centres"), place / "log.csv", seed=1, events=SIMULATED_EVENTS)
        return open_log(place / "log.csv", store=place / "store")
    return open_log(PUBLIC / file, source=source, store=place / "store")


def write_frame(log: Any, path: Path) -> None:
    """Every step of the log as a row for pm4py, in the order of the store."""
    import pandas as pd

    from procmine.mine.counts import step_filter

    columns = log.engine.columns(
        'SELECT CAST(case_id AS VARCHAR) AS "case:concept:name", activity AS "concept:name", '
        f'"timestamp" AS "time:timestamp" FROM events WHERE {step_filter(log.engine)} ORDER BY case_id, event_no'
    )
    frame = pd.DataFrame(columns)
    frame["time:timestamp"] = pd.to_datetime(frame["time:timestamp"], utc=True)
    frame["concept:name"] = frame["concept:name"].astype(str)
    frame.to_pickle(path)


def ours(log: Any, noise: float, algorithm: str, place: Path) -> Told:
    """Our model and its quality, with CPU seconds for each; the net is written for pm4py's figures."""
    from procmine.mine.counts import courses
    from procmine.mine.discover import discover
    from procmine.mine.export import to_pnml
    from procmine.mine.fit.of_net import measure_net
    from procmine.mine.fit.quality import BUDGET, measure_fit, with_net

    discover(log, noise=noise, algorithm=algorithm, budget=1)  # imports are not what is measured
    clock = time.process_time()
    model = discover(log, noise=noise, algorithm=algorithm, budget=0)
    mined = time.process_time() - clock
    if (net := model.net) is None:
        raise SystemExit(f"No {algorithm} model of {log.name}.")
    found = courses(log.engine, log.receipt["activities"])
    clock = time.process_time()
    fit = measure_net(found, net, BUDGET) if model.tree is None else measure_fit(found, model.tree, BUDGET)
    quality = with_net(fit, found, net, BUDGET)
    judged = time.process_time() - clock
    (place / "net.pnml").write_text(to_pnml(model), "utf-8")
    return {
        "tree": tree_text(model.tree) if model.tree else "",
        "net": (len(net.places), len(net.transitions), len(net.arcs)),
        "cases": model.cases,
        "events": model.events,
        "activities": len(model.steps),
        "variants": model.variant_count,
        "seconds": mined,
        "fitness": quality.fitness,
        "tokens": quality.token_fitness,
        "precision": quality.precision,
        "precision aligned": quality.precision,
        "generalisation": quality.generalisation,
        "simplicity": quality.simplicity,
        "quality seconds": judged,
        "on": quality.on_cases / quality.of_cases,
        "steps": quality.precision_steps,
    }


def peer_mine(place: Path, noise: float, algorithm: str) -> Told:
    """pm4py's model of the whole log."""
    import pandas as pd
    import pm4py
    from pm4py.algo.discovery.heuristics.variants import classic

    frame = pd.read_pickle(place / "frame.pickle")  # noqa: S301 - written a moment ago
    clock = time.process_time()
    text = ""
    if algorithm == "inductive":
        tree = pm4py.discover_process_tree_inductive(frame, noise_threshold=noise)
        text, net = str(tree), pm4py.convert_to_petri_net(tree)
    else:
        net = classic.apply(frame, {classic.Parameters.DFG_PRE_CLEANING_NOISE_THRESH: noise})
    seconds = time.process_time() - clock
    return {"tree": text, "net": [len(net[0].places), len(net[0].transitions), len(net[0].arcs)], "seconds": seconds}


def peer_figure(figure: str, place: Path) -> Told:
    """One figure of pm4py's for the net in ``net.pnml`` and the whole log."""
    import pandas as pd
    import pm4py
    from pm4py.algo.evaluation.generalization import algorithm as generalisation

    frame = pd.read_pickle(place / "frame.pickle")  # noqa: S301 - written a moment ago
    net = pm4py.read_pnml(str(place / "net.pnml"))
    ways: Mapping[str, Callable[[], float]] = {
        "fitness": lambda: pm4py.fitness_alignments(frame, *net)["log_fitness"],
        "tokens": lambda: pm4py.fitness_token_based_replay(frame, *net)["log_fitness"],
        "precision": lambda: pm4py.precision_token_based_replay(frame, *net),
        "precision aligned": lambda: pm4py.precision_alignments(frame, *net),
        "generalisation": lambda: generalisation.apply(pm4py.convert_to_event_log(frame), *net),
        "simplicity": lambda: pm4py.simplicity_petri_net(*net),
    }
    clock = time.process_time()
    return {"value": float(ways[figure]()), "seconds": time.process_time() - clock}


def bounded(arguments: list[str], limit: float) -> Told | None:
    """What a process of its own tells, or None where it did not end in time, or failed."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.models", "--peer", *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        print(f"pm4py failed at {arguments}:\n{done.stderr[-500:]}", file=sys.stderr)
        return None
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def rows(name: str, noises: list[float], limit: float) -> Iterator[tuple[str, str]]:
    """For each model of a log its row in the table of models and that in the table of figures."""
    with tempfile.TemporaryDirectory(prefix="procmine-models-") as folder:
        place = Path(folder)
        log = opened(name, place)
        write_frame(log, place / "frame.pickle")
        for algorithm, noise in [*(("inductive", noise) for noise in noises), ("heuristics", HEURISTIC)]:
            mine = ours(log, noise, algorithm, place)
            peer = bounded(["mine", folder, str(noise), algorithm], 3 * limit)
            figures = {figure: bounded([figure, folder], limit) for figure in FIGURES}
            yield model_row(name, algorithm, noise, mine, peer), quality_row(name, algorithm, noise, mine, figures)


def model_row(name: str, algorithm: str, noise: float, mine: Told, peer: Told | None) -> str:
    """What was mined: size, whether both sides have the same, seconds."""
    if peer is None:
        same, seconds, ratio = "did not end", DASH, DASH
    else:
        alike = mine["tree"] == peer["tree"] if mine["tree"] else list(mine["net"]) == peer["net"]
        same = ("yes" if mine["tree"] else "size") if alike else f"no: {'/'.join(map(str, peer['net']))}"
        seconds, ratio = f"{peer['seconds']:.2g}", f"{peer['seconds'] / mine['seconds']:.0f}"
    size = "/".join(map(str, mine["net"]))
    about = f"{titled(name, algorithm, noise)} | {mine['events']:,} | {mine['variants']:,} | {mine['activities']}"
    return f"| {about} | {size} | {same} | {mine['seconds']:.2g} | {seconds} | {ratio} |"


def quality_row(name: str, algorithm: str, noise: float, mine: Told, figures: Mapping[str, Told | None]) -> str:
    """Each figure of ours beside pm4py's, and what they took."""
    cells = [f"{shown(mine[figure])} / {shown(peer['value'] if peer else None)}" for figure, peer in figures.items()]
    spent = [f"{peer['seconds']:.2g}" if peer else DASH for peer in figures.values()]
    steps = DASH if mine["steps"] is None else f"{mine['steps']:.0%}"
    took = f"{mine['quality seconds']:.2g} | {', '.join(spent) or DASH}"
    return f"| {titled(name, algorithm, noise)} | {' | '.join(cells)} | {mine['on']:.0%}, {steps} | {took} |"


def titled(name: str, algorithm: str, noise: float) -> str:
    """The log and how the model was mined."""
    how = "heuristics" if algorithm == "heuristics" else "IMf" if noise else "IM"
    return f"{name}, {how} {noise:g}"


def shown(value: float | None) -> str:
    """A figure between 0 and 1, or a dash."""
    return DASH if value is None else f"{value:.4f}".removeprefix("0")


def main() -> None:
    """Run all logs and print, or write, the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--logs", nargs="+", choices=LOGS, default=list(LOGS))
    parser.add_argument("--noise", nargs="+", type=float, default=[0.0, 0.2])
    parser.add_argument("--limit", type=float, default=120, help="seconds for each figure of pm4py's")
    parser.add_argument("--out", type=Path, help="write the tables there as well")
    parser.add_argument("--peer", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.peer:
        what, place, *more = asked.peer
        told = peer_mine(Path(place), float(more[0]), more[1]) if what == "mine" else peer_figure(what, Path(place))
        print(f"\n{json.dumps(told)}")
        return
    models = [
        "| log, miner, noise | steps | variants | activities | places/transitions/arcs | pm4py's the same | ours s | "
        "pm4py s | times faster |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    figures = [
        f"| log, miner, noise | {' | '.join(FIGURES)} | of cases, of steps | ours s | pm4py s, each |",
        f"|---|{'---|' * len(FIGURES)}---|---|---|",
    ]
    for name in asked.logs:
        for model, quality in rows(name, asked.noise, asked.limit):
            models.append(model)
            figures.append(quality)
            print(f"{model}\n{quality}", flush=True)
    text = "\n".join([*models, "", *figures, ""])
    print(text)
    if asked.out:
        asked.out.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
