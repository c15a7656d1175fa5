"""Conform: norms held against a whole log; each activation kept, broken or undetermined, the rate kept with interval.

``steps`` finds the steps norms speak of, ``calendar`` the days on which time limits run out, ``events`` and ``cases``
judge, ``items`` makes the rows, ``figures`` the rate by the same machinery as every metric's, ``proof`` plays the
worked examples that norms must bring. What norms share is made once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from procmine.conform.figures import found_of, unfit
from procmine.conform.items import fill_ground
from procmine.conform.proof import Proven, prove
from procmine.errors import UsageError, nearest
from procmine.findings import NormsFound
from procmine.log import Log
from procmine.measure import PERIODS
from procmine.measure.recording import recorded_by_office
from procmine.norms import Norms

__all__ = ["Proven", "conform", "prove"]


def conform(
    log: Log, norms: Norms | Proven, *, by: Sequence[str] = (), start: date | None = None, end: date | None = None
) -> NormsFound:
    """Every norm for the whole log and, as ``by`` says, for each office and one period (year, quarter, month); counts
    are for the whole and each office. ``start`` and ``end`` are local days, both included. Norms are proven first,
    unless they have been in the log's vocabulary.

    Raises UsageError for another group or another engine than DuckDB, ContentError where a norm does not find what its
    own worked example says.
    """
    for name in by:
        if name not in ("office", *PERIODS):
            raise UsageError(f"Norms cannot be grouped by {name}.", hint=nearest(name, ("office", *PERIODS)))
    if len(set(by) & set(PERIODS)) > 1:
        raise UsageError("Figures can be cut by one period at a time.", hint=f"Choose one of {', '.join(PERIODS)}.")
    if start and end and start > end:
        raise UsageError(f"The first day ({start}) lies after the last ({end}).", hint="Exchange them.")
    if log.engine.dialect != "duckdb":
        raise UsageError(f"Norms are not judged in {log.engine.dialect}.", hint="Leave --engine out.")
    if not isinstance(norms, Proven) or norms.schema != log.schema:
        norms = prove(norms.norms if isinstance(norms, Proven) else norms, log.schema, log.study)
    norms = norms.norms
    own = replace(log, engine=log.engine.beside())  # a connection whose temporary tables are its own
    why = {norm.name: unfit(log, norm) for norm in norms.norms}
    ground = fill_ground(own.engine, norms, [norm for norm in norms.norms if why[norm.name] is None])
    recorded = recorded_by_office(log)
    found = tuple(
        found_of(own, norm, ground, by=tuple(by), start=start, end=end, recorded=recorded, lacking=why[norm.name])
        for norm in norms.norms
    )
    return NormsFound(found, tuple(sorted({norms.land, *norms.lands.values()})), norms.where)
