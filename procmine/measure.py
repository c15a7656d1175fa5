"""Measure: metrics over a log become Measurements with coverage, bounds, interval and status.

A metric's query gives one row an item; everything else happens here, once for all metrics, and in the engine: items are summed
by case and group, cases by group, so that only one row a group leaves the engine. Sums are of integers (an index is scaled by
2^40 first), so that figures repeat to the last digit whatever the engine's threads do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from procmine.engines.duckdb import literal, quoted
from procmine.errors import UsageError, nearest
from procmine.findings import Measurement, Status
from procmine.log import Log
from procmine.metric import Metric, missing
from procmine.sql import write
from procmine.stats.intervals import cluster_ratio, coverage_bounds

# Thresholds of metrics.md 0.6 and D.2; ours, and configurable there.
FULL_COVERAGE = 0.80
LEAST_COVERAGE = 0.50
LEAST_CASES = 30
LEAST_EFFECTIVE = 20.0
LEAST_WORKERS = 5
PERIODS = {"year": "%Y", "quarter": "", "month": "%Y-%m"}
# An index in 0..1 is summed as an integer of this scale: exact sums, an error below 1e-12 an item.
_SCALE = 2**40


@dataclass(frozen=True, slots=True)
class Sums:
    """The sufficient sums of one group: over items, and over its cases' sums. The sums are whole numbers in units of
    ``1/scale`` (squares of that), so that nothing is lost on the way to the interval."""

    group: Mapping[str, str]
    period: str | None
    items: int
    unknown_items: int
    cases: int
    known_cases: int
    x: int
    n: int
    unknown: int
    xx: int
    xn: int
    nn: int
    scale: int
    mean_of_cases: float | None


def measure(
    log: Log,
    metrics: Mapping[str, Metric],
    *,
    by: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
) -> tuple[Measurement, ...]:
    """Every metric for the whole log, for each group of ``by``, and for each of the metric's own groups.

    ``by`` names columns of the items (office, or a metric's own groups such as function) and at most one period (year,
    quarter, month). ``start`` and ``end`` are local days, both included. Raises UsageError for a name no metric knows.
    """
    known = {"office", *PERIODS, *(group for metric in metrics.values() for group in metric.groups)}
    for name in by:
        if name not in known:
            raise UsageError(f"Nothing can be grouped by {name}.", hint=nearest(name, known))
    return tuple(
        measurement
        for metric in metrics.values()
        for measurement in measure_one(log, metric, by=by, start=start, end=end)
    )


def measure_one(
    log: Log, metric: Metric, *, by: Sequence[str], start: date | None, end: date | None
) -> tuple[Measurement, ...]:
    """One metric; not measurable, with the sentence why, where the export lacks what its query reads."""
    if metric.query is None:
        raise UsageError(f"{metric.name} is computed by {metric.computed_by} and is not asked for here.")
    lacking = missing(metric, log.schema, log.absent)
    if lacking:
        reason = _absent_reason(lacking, int(log.receipt["events"]))
        return tuple(_not_measurable(metric, group, None, reason) for group in _expected(log, by))
    asked = tuple(name for name in by if name in ("office", *metric.groups))
    period = next((name for name in by if name in PERIODS), None)
    groupings = _groupings(asked, metric.groups)
    sums = _run(log, metric, groupings, period, start, end)
    workers = _workers(log, metric, groupings, period, start, end) if metric.staff else {}
    blind = _one_sided(log, metric)
    found = tuple(judge(metric, one, workers.get(_key(one.group, one.period)), blind) for one in sums)
    seen = {_key(one.group, one.period) for one in sums}
    silent = tuple(
        _not_measurable(metric, group, None, _no_items_reason(metric))
        for group in _expected(log, by)
        if _key(group, None) not in seen
    )
    return (*silent, *found) if any(not one.group for one in silent) else (*found, *silent)


def _expected(log: Log, by: Sequence[str]) -> tuple[dict[str, str], ...]:
    """The groups that must get an answer even if nothing was counted in them: the whole, and every office asked for."""
    offices = [str(office["name"]) for office in log.receipt["offices"]] if "office" in by else []
    return ({}, *({"office": name} for name in offices))


def _one_sided(log: Log, metric: Metric) -> tuple[str, ...]:
    """The columns that are absent or empty and without which the log can show hits but no misses."""
    filled = {str(column["name"]) for column in log.receipt["columns"] if column["filled"]}
    return tuple(sorted(metric.one_sided - filled))


def judge(metric: Metric, sums: Sums, workers: int | None, blind: Sequence[str] = ()) -> Measurement:
    """A group's sums become a figure with interval, bounds, status and reason; pure, for tests and merged packs.

    ``workers`` is the number of distinct caseworkers behind it, ``blind`` names columns without which only hits are known.
    """
    total = sums.n + sums.unknown
    coverage = sums.n / total if total else None
    index = metric.unit in ("share", "mean")
    bounds = coverage_bounds(sums.x, sums.unknown, total) if index and total else None
    value = interval = effective = None
    if sums.n > 0:
        estimate = cluster_ratio(
            sums.known_cases, sums.x, sums.n, sums.xx, sums.xn, sums.nn, share=index
        )
        value, interval, effective = estimate.ratio, estimate.interval, estimate.effective_n
    status, reason = _status(metric, sums, coverage, effective, workers, blind)
    shown = status is not Status.NOT_MEASURABLE
    return Measurement(
        metric=metric.name,
        version=metric.version,
        group=sums.group,
        period=sums.period,
        value=value if shown else None,
        numerator=_plain(sums.x, sums.scale) if shown else None,
        denominator=_plain(sums.n, sums.scale) if shown else None,
        items=sums.items,
        cases=sums.cases,
        coverage=coverage,
        bounds=bounds,
        interval=interval if shown else None,
        status=status,
        reason=reason,
        effective_n=effective if shown else None,
        case_mean=sums.mean_of_cases if shown else None,
        workers=workers,
        known_cases=sums.known_cases,
    )


def _status(
    metric: Metric,
    sums: Sums,
    coverage: float | None,
    effective: float | None,
    workers: int | None,
    blind: Sequence[str],
) -> tuple[Status, Mapping[str, str]]:
    if coverage is None or coverage < LEAST_COVERAGE:
        known, items = sums.items - sums.unknown_items, sums.items
        return Status.NOT_MEASURABLE, {
            "de": f"Nicht messbar: Nur bei {known} von {items} ist die Angabe erfasst (weniger als die Hälfte).",
            "en": f"Not measurable: only {known} of {items} are recorded (less than half).",
        }
    if sums.known_cases < LEAST_CASES:
        return Status.INSUFFICIENT_N, {
            "de": f"Zu wenige Fälle: {sums.known_cases} statt mindestens {LEAST_CASES}.",
            "en": f"Too few cases: {sums.known_cases} instead of at least {LEAST_CASES}.",
        }
    if metric.unit == "share" and effective is not None and effective < LEAST_EFFECTIVE:
        return Status.INSUFFICIENT_N, {
            "de": f"Zu wenige unabhängige Beobachtungen: wirksam {effective:.0f} statt mindestens {LEAST_EFFECTIVE:.0f}.",
            "en": f"Too few independent observations: effectively {effective:.0f} instead of at least {LEAST_EFFECTIVE:.0f}.",
        }
    if workers is not None and workers < LEAST_WORKERS:
        return Status.INSUFFICIENT_N, {
            "de": f"Zu wenige Fachkräfte hinter der Zahl: weniger als {LEAST_WORKERS}.",
            "en": f"Too few caseworkers behind the figure: fewer than {LEAST_WORKERS}.",
        }
    if blind:
        return Status.LOW_COVERAGE, {
            "de": f"Nur Treffer sind erkennbar: Ohne {', '.join(blind)} sagt der Auszug nie, dass etwas nicht so war.",
            "en": f"Only hits can be seen: without {', '.join(blind)} the export never says that something was not so.",
        }
    if coverage < FULL_COVERAGE:
        percent = f"{100 * coverage:.0f}"
        return Status.LOW_COVERAGE, {
            "de": f"Lückenhaft: Nur bei {percent} % ist die Angabe erfasst.",
            "en": f"Low coverage: only {percent} % are recorded.",
        }
    return Status.OK, {}


def _absent_reason(lacking: Sequence[str], events: int) -> dict[str, str]:
    german = ", ".join(name.replace("|", " oder ") for name in lacking)
    english = ", ".join(name.replace("|", " or ") for name in lacking)
    return {
        "de": f"Nicht messbar: Der Auszug enthält kein Merkmal {german} (0 von {events} Ereignissen).",
        "en": f"Not measurable: the export has no attribute {english} (0 of {events} events).",
    }


def _no_items_reason(metric: Metric) -> dict[str, str]:
    return {
        "de": f"Nicht messbar: Im Auszug ist nichts erfasst, was gezählt würde ({metric.counts['denominator']['de']}).",
        "en": f"Not measurable: the export records nothing that would be counted ({metric.counts['denominator']['en']}).",
    }


def _not_measurable(
    metric: Metric, group: Mapping[str, str], period: str | None, reason: Mapping[str, str]
) -> Measurement:
    return Measurement(
        metric=metric.name,
        version=metric.version,
        group=group,
        period=period,
        value=None,
        numerator=None,
        denominator=None,
        items=0,
        cases=0,
        coverage=None,
        bounds=None,
        interval=None,
        status=Status.NOT_MEASURABLE,
        reason=reason,
    )


def _groupings(asked: Sequence[str], own: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The sets of columns to group by: what was asked for, beside it each of the metric's own groups, and the whole."""
    sets: list[tuple[str, ...]] = []
    for size in range(len(asked) + 1):
        for chosen in combinations(asked, size):
            for extra in (None, *(name for name in own if name not in chosen)):
                one = tuple(chosen) + ((extra,) if extra else ())
                if set(one) not in [set(other) for other in sets]:
                    sets.append(one)
    return tuple(sets)


def _items_sql(log: Log, metric: Metric, period: str | None, start: date | None, end: date | None) -> str:
    """The metric's query with its groups made non-empty text, cut to the days asked for."""
    assert metric.query is not None  # measure_one refuses the others
    query = write(metric.query, log.engine.dialect)
    tests = ["on_date IS NOT NULL" if start or end or period else "TRUE"]
    if start:
        tests.append(f"on_date >= DATE {literal(start.isoformat())}")
    if end:
        tests.append(f"on_date <= DATE {literal(end.isoformat())}")
    groups = "".join(f", COALESCE(CAST({quoted(name)} AS VARCHAR), '') AS {quoted(name)}" for name in metric.groups)
    return (
        f"SELECT case_id, COALESCE(office, '') AS office, {_period_sql(period)} AS period_, numerator, denominator{groups} "
        f"FROM ({query}) AS metric_items WHERE {' AND '.join(tests)}"
    )


def _period_sql(period: str | None) -> str:
    if period is None:
        return "CAST(NULL AS VARCHAR)"
    year = "CAST(EXTRACT(year FROM on_date) AS VARCHAR)"
    if period == "year":
        return year
    if period == "quarter":
        return f"{year} || '-Q' || CAST(EXTRACT(quarter FROM on_date) AS VARCHAR)"
    return f"{year} || '-' || LPAD(CAST(EXTRACT(month FROM on_date) AS VARCHAR), 2, '0')"


def _run(
    log: Log,
    metric: Metric,
    groupings: Iterable[Sequence[str]],
    period: str | None,
    start: date | None,
    end: date | None,
) -> tuple[Sums, ...]:
    items = _items_sql(log, metric, period, start, end)
    log.engine.run(f"CREATE OR REPLACE TEMP TABLE items_ AS {items}")
    scale = 1 if metric.unit == "share" else _SCALE
    found: list[Sums] = []
    for columns in groupings:
        for cut in (None,) if period is None else (None, "period_"):
            keys = [*(quoted(name) for name in columns), *((cut,) if cut else ())]
            for row in log.engine.run(_sums_sql("items_", keys, scale)):
                group = {name: str(value) for name, value in zip(columns, row, strict=False)}
                at = str(row[len(columns)]) if cut else None
                found.append(_sums(group, at, row[len(keys) :], scale))
    return tuple(found)


def _sums_sql(items: str, keys: Sequence[str], scale: int) -> str:
    whole = f"CAST(ROUND(numerator * {scale}) AS HUGEINT)" if scale > 1 else "CAST(numerator AS HUGEINT)"
    weight = "CAST(denominator AS HUGEINT)"
    listed = ", ".join(keys)
    prefix = f"{listed}, " if keys else ""
    order = f" ORDER BY {listed}" if keys else ""
    group = f" GROUP BY {listed}" if keys else " HAVING COUNT(*) > 0"
    return (
        f"SELECT {prefix}SUM(i), SUM(iu), COUNT(*), COUNT(*) FILTER (WHERE n > 0), SUM(x), SUM(n), SUM(u), "
        f"SUM(x * x), SUM(x * n), SUM(n * n), "
        f"SUM(CAST(ROUND(CAST(x AS DOUBLE) / NULLIF(n, 0) * {_SCALE} / {scale}) AS HUGEINT)) "
        f"FROM (SELECT {prefix}case_id, COUNT(*) AS i, COUNT(*) FILTER (WHERE numerator IS NULL) AS iu, "
        f"COALESCE(SUM({whole}), 0) AS x, COALESCE(SUM({weight}) FILTER (WHERE numerator IS NOT NULL), 0) AS n, "
        f"COALESCE(SUM({weight}) FILTER (WHERE numerator IS NULL), 0) AS u FROM {items} GROUP BY {prefix}case_id) AS by_case"
        f"{group}{order}"
    )


def _sums(group: Mapping[str, str], period: str | None, row: Sequence[Any], scale: int) -> Sums:
    items, unknown_items, cases, known_cases, x, n, unknown, xx, xn, nn, means = (int(v or 0) for v in row)
    return Sums(
        group=group,
        period=period,
        items=items,
        unknown_items=unknown_items,
        cases=cases,
        known_cases=known_cases,
        x=x,
        n=n * scale,
        unknown=unknown * scale,
        xx=xx,
        xn=xn * scale,
        nn=nn * scale * scale,
        scale=scale,
        mean_of_cases=means / _SCALE / known_cases if known_cases else None,
    )


def _workers(
    log: Log,
    metric: Metric,
    groupings: Iterable[Sequence[str]],
    period: str | None,
    start: date | None,
    end: date | None,
) -> dict[tuple[tuple[tuple[str, str], ...], str | None], int]:
    """Distinct caseworkers behind each group: those with a contact in the group's cases and office."""
    counts: dict[tuple[tuple[tuple[str, str], ...], str | None], int] = {}
    both = [name for name in metric.groups if name in log.schema.tables["contacts"].kinds()]
    match = " AND ".join(
        ["c.case_id = i.case_id", "COALESCE(c.office, '') = i.office"]
        + [f"COALESCE(c.{quoted(name)}, '') = i.{quoted(name)}" for name in both]
    )
    for columns in groupings:
        for cut in (None,) if period is None else (None, "period_"):
            keys = [*(f"i.{quoted(name)}" for name in columns), *((f"i.{cut}",) if cut else ())]
            prefix = f"{', '.join(keys)}, " if keys else ""
            group = f" GROUP BY {', '.join(keys)}" if keys else ""
            rows = log.engine.run(
                f"SELECT {prefix}COUNT(DISTINCT c.worker) FROM items_ AS i JOIN contacts AS c ON {match}{group}"
            )
            for row in rows:
                named = {name: str(value) for name, value in zip(columns, row, strict=False)}
                counts[_key(named, str(row[len(columns)]) if cut else None)] = int(row[-1])
    return counts


def _key(group: Mapping[str, str], period: str | None) -> tuple[tuple[tuple[str, str], ...], str | None]:
    return tuple(sorted(group.items())), period


def _plain(total: int, scale: int) -> float:
    whole, rest = divmod(total, scale)
    return whole if rest == 0 else total / scale
