"""The Python face: plain functions over a frozen Log; tables come back as pandas frames.

>>> import procmine as pmn
>>> log = pmn.read_log("extract.csv", source="my_export")   # doctest: +SKIP
>>> pmn.measure(log, by=["office"])                         # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Sequence
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

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["audit", "compare", "discover", "measure", "read_frame", "read_log"]


def read_log(path: str | Path, *, source: str | None = None, store: str | Path | None = None) -> Log:
    """Open a raw log (CSV, XLSX, Parquet, XES, OCEL), a folder of deliveries, a study folder or a log store.

    An unchanged input is not imported twice. ``store`` says where the log store goes (default: beside the input).
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
    found = study.score(log, metrics=metrics, by=tuple(by), start=start, end=end, privacy=privacy)
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
    found, _ = study.compare(log, by=by, metrics=metrics, start=start, end=end, privacy=privacy)
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
    privacy: str = "internal",
) -> Model:
    """The process model of the cases that begin in an office, team, segment and period (all, where none is named):
    steps and ways with who steers them, variants, net, quality."""
    chosen = Chosen(office, team, segment, start, end)
    return study.discover(log, noise=noise, algorithm=algorithm, chosen=chosen, privacy=privacy)


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
