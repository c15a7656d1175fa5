"""The Python face: plain functions over a frozen Log; tables come back as pandas frames.

>>> import procmine as pmn
>>> log = pmn.read_log("extract.csv", source="my_export")   # doctest: +SKIP
>>> pmn.measure(log, by=["office"])                         # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from procmine import study
from procmine.log import Log
from procmine.mine.chosen import Chosen
from procmine.model import Model
from procmine.read.frame import read_frame
from procmine.report import publish
from procmine.report.publish import Audited
from procmine.write import Exported, write_log

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "audit",
    "branches",
    "compare",
    "conform",
    "discover",
    "export",
    "handover",
    "measure",
    "read_frame",
    "read_log",
    "variants",
]


def read_log(path: str | Path, *, source: str | None = None, store: str | Path | None = None) -> Log:
    """Open a raw log (CSV, XLSX, Parquet, XES, OCEL), a folder of deliveries, a study folder or a log store.

    An unchanged input is not imported twice. ``store`` says where the log store goes (default: beside the input). What
    is asked of the log of a study folder uses the study's own metrics, norms and attributes of branches.
    Raises InputError and ContentError, which say where, what, and what now.
    """
    return study.open_log(Path(path), source=source, store=Path(store) if store else None)


def measure(
    log: Log,
    *,
    metrics: Sequence[str] | None = None,
    by: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    privacy: str = "internal",
    language: str = "en",
) -> pd.DataFrame:
    """Metrics of a log, one row a figure, with the columns of the JSON contract; ``group`` is spread over columns."""
    found = study.score(log, metrics=metrics, by=tuple(by), start=start, end=end, privacy=privacy, study=log.study)
    return _frame([one.to_dict(language) for one in found])


def compare(
    log: Log,
    *,
    by: str = "office",
    metrics: Sequence[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    privacy: str = "internal",
    language: str = "en",
) -> pd.DataFrame:
    """Groups against the pooled value: the figures of ``measure`` with reference, funnel limits, tail and signal."""
    found, _ = study.compare(log, by=by, metrics=metrics, start=start, end=end, privacy=privacy, study=log.study)
    return _frame(
        [
            one.measurement.to_dict(language)
            | {
                "reference": one.reference,
                "limits_95": one.limits_95,
                "limits_998": one.limits_998,
                "tail": one.tail,
                "signal": one.signal.value,
            }
            for one in found
        ]
    )


def discover(
    log: Log,
    *,
    noise: float = 0.2,
    algorithm: str = "inductive",
    office: str | None = None,
    team: str | None = None,
    segment: str | None = None,
    start: date | None = None,
    end: date | None = None,
    keep: float = 1.0,
    rare: float = 0.0,
    privacy: str = "internal",
) -> Model:
    """The process model of the cases that begin in an office, team, segment and period (all, where none is named):
    steps and ways with who steers them, variants, net, quality. ``keep`` and ``rare`` leave out the cases of rare
    courses; the model says how many. Raises UsageError, and PrivacyError for too few cases to show anything of."""
    chosen = Chosen(office, team, segment, start, end)
    return study.discover(
        log, noise=noise, algorithm=algorithm, chosen=chosen, keep=keep, rare=rare, privacy=privacy, study=log.study
    )


def variants(
    log: Log,
    *,
    office: str | None = None,
    start: date | None = None,
    end: date | None = None,
    privacy: str = "internal",
) -> pd.DataFrame:
    """The courses of the cases that begin in an office and period, most frequent first: activities, cases, share.
    Raises PrivacyError for too few cases to show anything of."""
    chosen = Chosen(office=office, start=start, end=end)
    model = study.discover(log, chosen=chosen, privacy=privacy, study=log.study)
    rows = [
        {"activities": one.activities, "cases": one.cases, "share": one.cases / model.cases} for one in model.variants
    ]
    return _plain_frame(rows, ("activities", "cases", "share"))


def branches(log: Log, *, office: str | None = None, privacy: str = "internal") -> pd.DataFrame:
    """What the choice at each branch is associated with, one row a branch: unique shares (0-1) of the case's voice, its
    profile and the organisation, corrected for chance; associated, never caused. ``p`` and ``stands`` (up to the
    number of branches looked at) are the voice's. Raises PrivacyError for too few cases to show anything of."""
    rows = []
    found = study.branches(log, chosen=Chosen(office=office), privacy=privacy, study=log.study)
    for one in found.branches:
        parts = {"voice": one.voice, "profile": one.profile, "organisation": one.organisation}
        rows.append(
            {
                "kind": one.kind,
                "after": one.after,
                "options": tuple(option.steps for option in one.options),
                "decisions": one.decisions,
                "cases": one.cases,
                "entropy": one.entropy,
                **{name: None if part is None else part.unique for name, part in parts.items()},
                "voice_interval": one.voice_interval,
                "p": None if one.voice is None else one.voice.p,
                "stands": None if one.voice is None else one.voice.stands,
                "status": one.status,
            }
        )
    head = ("kind", "after", "options", "decisions", "cases", "entropy", "voice", "profile", "organisation")
    return _plain_frame(rows, (*head, "voice_interval", "p", "stands", "status"))


def handover(log: Log, *, by: str = "function", office: str | None = None, privacy: str = "internal") -> pd.DataFrame:
    """Who hands over to whom, a row a connection: ``by`` function, team or partner. ``warm`` is a share of those whose
    kind is known; ``median_days`` the wait for the first contact with the receiving side (Kaplan-Meier)."""
    found = study.handovers(log, by=by, chosen=Chosen(office=office), privacy=privacy)
    rows = [
        {
            "source": one.source.name,
            "target": one.target.name,
            "count": one.count,
            "cases": one.cases,
            "warm": one.warm.value,
            "median_days": one.median_days,
        }
        for one in found.edges
    ]
    return _plain_frame(rows, ("source", "target", "count", "cases", "warm", "median_days"))


def conform(
    log: Log,
    *,
    norms: str | Path | None = None,
    by: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    privacy: str = "internal",
    language: str = "en",
) -> pd.DataFrame:
    """The norms of a file (default: the study's, else the shipped examples) held against a log: the share kept, as
    ``measure`` gives it."""
    file = Path(norms) if norms else None
    found = study.conform(log, norms=file, by=tuple(by), start=start, end=end, privacy=privacy, study=log.study)
    return _frame([one.to_dict(language) for norm in found.norms for one in norm.measurements])


def export(log: Log, path: str | Path) -> Exported:
    """Write the checked log for other tools: .xes, .jsonocel, .sqlite or .csv. Single cases, for your own bench."""
    return write_log(log, Path(path))


def audit(
    path: str | Path,
    *,
    out: str | Path,
    source: str | None = None,
    language: str | None = None,
    privacy: str | None = None,
    title: str | None = None,
) -> Audited:
    """Check, mine, measure, compare and write one HTML report with its manifest into ``out``."""
    return publish.audit(Path(path), out=Path(out), source=source, language=language, privacy=privacy, title=title)


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows as a frame; the group's keys stand as columns of their own, before the figures."""
    import pandas as pd

    spread = []
    for row in rows:
        group = row.pop("group")
        assert isinstance(group, dict)  # noqa: S101  # the JSON contract says so
        spread.append({"metric": row.pop("metric"), **group, **row})
    return pd.DataFrame(spread)


def _plain_frame(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a frame that has its columns even where there is no row."""
    import pandas as pd

    return pd.DataFrame([dict(row) for row in rows], columns=list(columns))
