"""Running: everything at once, from a path to the findings a report is written from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from procmine.beside import beside, elsewhere
from procmine.compare import compare as compare_measurements
from procmine.conform import Proven
from procmine.findings import Findings, Measurement, Noticed
from procmine.log import Log
from procmine.measure import measure
from procmine.metric import Metric
from procmine.mine.fit.quality import BUDGET
from procmine.mine.handover.network import LEVELS, open_library
from procmine.privacy import Released, join, refuse_few, release_noticed, release_receipt
from procmine.read.checks.finding import in_order
from procmine.read.checks.noticing import notice
from procmine.read.checks.running import catalogue_of_checks, run_checks
from procmine.read.checks.usable import usable_for
from procmine.read.progress import Progress, quiet
from procmine.read.receipt import procmine_version
from procmine.read.store import derived_queries
from procmine.regimes import load_law
from procmine.schema import load_schema
from procmine.sql import write
from procmine.study.figures import metrics_asked, metrics_of, released, units_of
from procmine.study.models import discovered, handed_over, varied
from procmine.study.norms import drawn_held, held, proven
from procmine.study.opening import open_log, read_study

# A report is to be there within ten seconds; `discover` takes four times as long over the quality of its model.
BUDGET_OF_A_RUN = BUDGET // 4
# The same for branches: from about 50,000 events on fewer decisions are drawn, and the table says so. With a third of
# that most branches of such a log have too few decisions a cell, and nothing can be said of all together.
WORK_OF_A_RUN = 0.5


def run(
    path: Path,
    *,
    source: str | None = None,
    study: Path | None = None,
    store: Path | None = None,
    privacy: str = "shared",
    title: str | None = None,
    progress: Progress | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> tuple[Released[Findings], Mapping[str, Metric]]:
    """Everything: check, mine, measure, compare. Returns what a report may say, and the sheets of its metrics.

    ``meanwhile`` is what the caller wants done by itself while the engine reads the log, such as loading a library.
    """
    tell = progress or quiet
    opened = read_study(path)
    folder = opened.folder or study
    # Measuring is the engine, mining is the engine and then Python for long: side by side neither waits for the other.
    with beside(2) as pool, ExitStack() as also:
        ready = pool.submit(_make_ready, folder, meanwhile)
        log = open_log(path, source=source, study=study, store=store, progress=tell)
        asked = metrics_asked(log, None, folder)
        refuse_few(log.receipt["cases"], privacy, log.name)
        tell("measure", 0.0)
        submit = also.enter_context(elsewhere("procmine.mine.discover", "procmine.mine.branches.steered"))
        aside = replace(log, engine=log.engine.beside())
        mined = pool.submit(
            discovered,
            aside,
            privacy=privacy,
            study=folder,
            budget=BUDGET_OF_A_RUN,
            work=WORK_OF_A_RUN,
            submit=submit,
        )
        measured = measure(log, asked, by=("office",), law=load_law(folder))
        figures = released(measured, asked, privacy)
        judged = figures.map(lambda shown: (shown, *compare_measurements(shown, along="office", units=units_of(asked))))
        tell("check", 0.0)
        noticed = release_noticed(_noticed(log, measured, asked, folder), privacy)
        tell("mine", 0.0)
        passed_on = [handed_over(log, by=level, privacy=privacy) for level in LEVELS]
        tell("conform", 0.0)
        norms = held(log, by=("office",), privacy=privacy, study=folder, known=ready.result())
        drawn = drawn_held(log, folder, privacy)
        tell("mine", 0.5)
        differing = varied(log, by_office=True, privacy=privacy, model=mined.result)
        model = mined.result()
        tell("mine", 1.0)
    receipt = release_receipt(log.receipt, privacy, activities=[step.activity for step in model.value.steps])

    def gather(parts: tuple[Any, ...]) -> Findings:
        (shown, comparisons, funnels), modelled, read, odd, variety, standards, *others = parts
        return Findings(
            title=title or opened.title or log.name,
            receipt=read,
            measurements=shown,
            comparisons=comparisons,
            funnels=funnels,
            model=modelled,
            privacy=privacy,
            period=(str(read["first_day"]), str(read["last_day"])),
            versions={"procmine": procmine_version(), **{name: str(metric.version) for name, metric in asked.items()}},
            noticed=odd,
            handovers=tuple(others[: len(LEVELS)]),
            variety=variety,
            norms=standards,
            drawn_norms=tuple(others[len(LEVELS) :]),
        )

    return join(judged, model, receipt, noticed, differing, norms, *passed_on, *drawn).map(gather), asked


def _make_ready(study: Path | None, meanwhile: Callable[[], object] | None) -> Proven:
    """Read content and load the libraries of statistics and networks while the engine reads the log; all is kept. One
    after the other: all of it is Python, and so is some of reading a log, which waits for whoever else is at it.

    Returns the norms, proven. A fault of other content is told where it is asked for.
    """
    queries = [metric.query for metric in metrics_of(None, study).values()]
    queries += [check.query for check in catalogue_of_checks(study).values()]
    for query in filter(None, queries):
        write(query, "duckdb")
    derived_queries(load_schema(study), study)
    open_library()
    import scipy.special  # noqa: F401 - what the functions of procmine.stats import when they are called

    norms = proven(study)
    if meanwhile is not None:
        meanwhile()
    return norms


def _noticed(
    log: Log, measured: Sequence[Measurement], asked: Mapping[str, Metric], study: Path | None
) -> tuple[Noticed, ...]:
    """What the checks find in the log, beside the metrics it bears on."""
    found = in_order(run_checks(log, study))
    usable = usable_for([one for one in measured if not one.group], found, asked, log.schema, study)
    return notice(found, catalogue_of_checks(study, log.schema), usable)
