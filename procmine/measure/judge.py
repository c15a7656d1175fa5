"""Judge: a group's sums become a figure with interval, bounds, coverage and status, each status with its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from procmine.findings import Measurement, Status
from procmine.measure.sums import Sums
from procmine.metric import Metric
from procmine.stats.intervals import cluster_ratio, coverage_bounds

# Thresholds of metrics.md 0.6 and D.2.
FULL_COVERAGE = 0.80
LEAST_COVERAGE = 0.50
LEAST_CASES = 30
LEAST_EFFECTIVE = 20.0
LEAST_WORKERS = 5


def judge(metric: Metric, sums: Sums, workers: int | None, blind: Sequence[str] = ()) -> Measurement:
    """A group's sums become a figure with interval, bounds, status and reason; pure, for tests and merged packs.

    ``workers`` is the number of distinct caseworkers behind it, ``blind`` names columns without which only hits are
    known.
    """
    total = sums.n + sums.unknown
    coverage = sums.n / total if total else None
    index = metric.unit in ("share", "mean")
    bounds = coverage_bounds(sums.x, sums.unknown, total) if index and total else None
    value = interval = effective = None
    if sums.n > 0:
        estimate = cluster_ratio(sums.known_cases, sums.x, sums.n, sums.xx, sums.xn, sums.nn, share=index)
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
            "de": f"Zu wenige unabhängige Beobachtungen: wirksam {effective:.0f} statt {LEAST_EFFECTIVE:.0f}.",
            "en": f"Too few independent observations: effectively {effective:.0f}, not {LEAST_EFFECTIVE:.0f}.",
        }
    if workers == 0:
        return Status.INSUFFICIENT_N, {
            "de": "Wie viele Fachkräfte hinter der Zahl stehen, ist nicht bekannt: nicht erfasst, oder im Import nur "
            "innerhalb eines Falls unterschieden.",
            "en": "How many caseworkers stand behind the figure is not known: not recorded, or told apart only within "
            "a case by the import.",
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


def absent_reason(lacking: Sequence[str], events: int) -> dict[str, str]:
    german = ", ".join(name.replace("|", " oder ") for name in lacking)
    english = ", ".join(name.replace("|", " or ") for name in lacking)
    return {
        "de": f"Nicht messbar: Der Auszug enthält kein Merkmal {german} (0 von {events} Ereignissen).",
        "en": f"Not measurable: the export has no attribute {english} (0 of {events} events).",
    }


def no_items_reason(metric: Metric) -> dict[str, str]:
    counted = metric.counts["denominator"]
    return {
        "de": f"Nicht messbar: Im Auszug ist nichts erfasst, was gezählt würde ({counted['de']}).",
        "en": f"Not measurable: the export records nothing that would be counted ({counted['en']}).",
    }


def not_measurable(
    metric: Metric, group: Mapping[str, str], period: str | None, reason: Mapping[str, str], counted: int | None = None
) -> Measurement:
    return Measurement(
        metric=metric.name,
        version=metric.version,
        group=group,
        period=period,
        value=None,
        numerator=None,
        denominator=None,
        items=counted,
        cases=counted,
        coverage=None,
        bounds=None,
        interval=None,
        status=Status.NOT_MEASURABLE,
        reason=reason,
    )


def _plain(total: int, scale: int) -> float:
    whole, rest = divmod(total, scale)
    return whole if rest == 0 else total / scale
