"""One step of one side in a process of its own: prints its seconds, its peak memory and a digest of its answer.

``python -m benchmarks.steps SIDE STEP FOLDER`` with the log in FOLDER/log.csv; ``prepare`` first.
"""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import peers

STEPS = ("csv", "xes", "dfg", "variants", "tree", "core", "audit")
Step = Callable[[Path], Any]
# What the XES has of each event: about as much as the public logs of performance.md 4.
XES_COLUMNS = ("activity", "timestamp", "worker", "team", "office", "initiator", "channel")


def prepare(folder: Path) -> None:
    """Each side's own form of the log, made outside the clock: a store here, a pickled frame there."""
    from procmine.read.importing import import_log
    from procmine.schema import load_schema

    peers.typed(folder / "log.csv").to_pickle(folder / "frame.pickle")
    write_xes(folder / "log.csv", folder / "log.xes")
    import_log(folder / "log.csv", folder / "store", schema=load_schema())


def ours_from(name: str) -> Step:
    """A file to a log store: every row checked, sorted, derived tables made, all written."""

    def step(folder: Path) -> Any:
        from procmine.read.importing import import_log
        from procmine.schema import load_schema

        place = folder / "store-new"
        shutil.rmtree(place, ignore_errors=True)
        clock = time.perf_counter()
        import_log(folder / name, place, schema=load_schema())
        seconds = time.perf_counter() - clock
        receipt = json.loads((place / "receipt.json").read_text(encoding="utf-8"))
        shutil.rmtree(place)
        return seconds, {"rows": receipt["rows_accepted"], "cases": receipt["cases"]}

    return step


def write_xes(csv: Path, xes: Path) -> None:
    """The same log as XES, traces in the order of the file, the attributes of tables.md that an event has filled."""
    import csv as table
    from itertools import groupby
    from xml.sax.saxutils import quoteattr

    keys = {"activity": "concept:name", "timestamp": "time:timestamp", "worker": "org:resource", "team": "org:group"}
    with csv.open(encoding="utf-8", newline="") as rows, xes.open("w", encoding="utf-8", newline="\n") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n')
        for case, events in groupby(table.DictReader(rows), lambda row: row["case_id"]):
            out.write(f'<trace>\n<string key="concept:name" value={quoteattr(case)}/>\n')
            for event in events:
                said = [(keys.get(k, f"jc:{k}"), v) for k, v in event.items() if v and k in XES_COLUMNS]
                kinds = ("date" if key == "time:timestamp" else "string" for key, _ in said)
                lines = (
                    f"<{t} key={quoteattr(k)} value={quoteattr(v)}/>" for t, (k, v) in zip(kinds, said, strict=True)
                )
                out.write("<event>\n" + "\n".join(lines) + "\n</event>\n")
            out.write("</trace>\n")
        out.write("</log>\n")


def peer_csv(folder: Path) -> Any:
    """CSV to typed frame in memory."""
    import pm4py  # noqa: F401 - its import is not what is measured

    clock = time.perf_counter()
    frame = peers.typed(folder / "log.csv")
    return time.perf_counter() - clock, {"rows": len(frame), "cases": frame["case:concept:name"].nunique()}


def peer_xes(folder: Path) -> Any:
    """XES to frame in memory, by the one variant of pm4py that parses XML and says when it cannot."""
    import pm4py

    clock = time.perf_counter()
    frame = pm4py.convert_to_dataframe(pm4py.read_xes(str(folder / "log.xes"), variant="iterparse"))
    seconds = time.perf_counter() - clock
    return seconds, {"rows": len(frame), "cases": frame["case:concept:name"].nunique()}


def ours(answer: Callable[[Any], Any]) -> Step:
    """A step from the log store, opening it included."""

    def step(folder: Path) -> Any:
        import duckdb  # noqa: F401 - its import is not what is measured
        import pandas  # noqa: F401

        from procmine.study import open_log

        clock = time.perf_counter()
        found = answer(open_log(folder / "store"))
        return time.perf_counter() - clock, found

    return step


def peer(answer: Callable[[Any], Any], form: Callable[[Any], Any] = peers.in_order) -> Step:
    """A step from the typed frame: loaded from its file and brought in order on one clock, answered on another."""

    def step(folder: Path) -> Any:
        import pandas as pd
        import pm4py  # noqa: F401 - its import is not what is measured

        clock = time.perf_counter()
        frame = form(pd.read_pickle(folder / "frame.pickle"))  # noqa: S301 - written by prepare() a moment ago
        loaded = time.perf_counter()
        found = answer(frame)
        return time.perf_counter() - loaded, found, loaded - clock

    return step


def our_dfg(log: Any) -> Any:
    """Directly-follows counts."""
    from procmine.mine.counts import directly_follows

    return directly_follows(log.engine, log.receipt["activities"])


def our_variants(log: Any) -> Any:
    """Variants with their cases."""
    from procmine.mine.counts import courses

    found = courses(log.engine, log.receipt["activities"])
    return {found.names(number): int(found.cases[number]) for number in range(len(found))}


def our_tree(log: Any) -> Any:
    """The process tree of IMf with a noise threshold of 0.2, counting included; as text in pm4py's notation."""
    from procmine.mine.counts import courses
    from procmine.mine.inductive import mine_tree

    return {tree_text(mine_tree(courses(log.engine, log.receipt["activities"]), 0.2).tree): 1}


def tree_text(node: Any) -> str:
    """A process tree in pm4py's notation."""
    if node.operator is None:
        return "tau" if node.activity is None else f"'{node.activity}'"
    sign = {"sequence": "->", "xor": "X", "parallel": "+", "loop": "*"}[node.operator]
    return f"{sign}( {', '.join(tree_text(child) for child in node.children)} )"


def our_core(log: Any) -> Any:
    """The core four with coverage, bounds, intervals and status, for the whole log."""
    from procmine.study import CORE, score

    measured = [one for one in score(log, metrics=CORE) if not one.group]
    return {one.metric: (one.items, round((one.coverage or 0) * (one.items or 0)), one.numerator) for one in measured}


def our_audit(folder: Path) -> Any:
    """CSV to HTML report, the whole command."""
    from procmine.cli import app
    from procmine.terminal.running import run

    copy = folder / "audit"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    shutil.copy(folder / "log.csv", copy / "log.csv")
    clock = time.perf_counter()
    code = run(app, ["audit", str(copy / "log.csv"), "--out", str(copy / "report"), "--privacy", "internal"])
    seconds = time.perf_counter() - clock
    if code:
        raise SystemExit(code)
    shutil.rmtree(copy)
    return seconds, None


def peer_audit(folder: Path) -> Any:
    """Read, count, mine, measure; no report."""
    clock = time.perf_counter()
    peers.whole(folder / "log.csv")
    return time.perf_counter() - clock, None


SIDES: dict[str, dict[str, Step]] = {
    "procmine": {
        "csv": ours_from("log.csv"),
        "xes": ours_from("log.xes"),
        "dfg": ours(our_dfg),
        "variants": ours(our_variants),
        "tree": ours(our_tree),
        "core": ours(our_core),
        "audit": our_audit,
    },
    "peer": {
        "csv": peer_csv,
        "xes": peer_xes,
        "dfg": peer(peers.dfg, peers.steps),  # discover_dfg sorts by itself
        "variants": peer(peers.variants, lambda frame: peers.steps(peers.in_order(frame))),
        "tree": peer(peers.tree, lambda frame: peers.steps(peers.in_order(frame))),
        "core": peer(peers.core_four),
        "audit": peer_audit,
    },
}


def digest(found: Any) -> str:
    """A short fingerprint of an answer; figures to nine digits, since one side sums floats in another order."""
    if isinstance(found, dict):
        found = sorted((list(key) if isinstance(key, tuple) else key, _rounded(value)) for key, value in found.items())
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()[:12]


def _rounded(value: Any) -> Any:
    return [_rounded(each) for each in value] if isinstance(value, tuple) else f"{value:.9g}"


def main(side: str, step: str, folder: Path) -> None:
    """Run one step and tell what it took."""
    if step == "prepare":
        prepare(folder)
        return
    seconds, found, *loading = SIDES[side][step](folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{json.dumps({'seconds': seconds, 'loading': sum(loading), 'mebibytes': peak, 'answer': digest(found)})}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
