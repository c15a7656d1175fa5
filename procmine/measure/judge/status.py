"""How far a figure can be relied on: thresholds, the order they are asked in, and the sentence of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from procmine.findings import Measurement, Status
from procmine.metric import Metric

# Thresholds of metrics.md 0.6 and D.2.
FULL_COVERAGE = 0.80
LEAST_COVERAGE = 0.50
LEAST_CASES = 30
LEAST_EFFECTIVE = 20.0
LEAST_WORKERS = 5

Reason = Mapping[str, str]
Verdict = tuple[Status, Reason]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else bears on a figure: distinct caseworkers behind it (None: it is not about them), and the columns without
    which only hits are known."""

    workers: int | None = None
    blind: tuple[str, ...] = ()


def too_little_known(known: int, items: int) -> Verdict:
    """Less than half is recorded."""
    return Status.NOT_MEASURABLE, {
        "de": f"Nicht messbar: Nur bei {known} von {items} ist die Angabe erfasst (weniger als die Hälfte).",
        "en": f"Not measurable: only {known} of {items} are recorded (less than half).",
    }


def too_few_cases(cases: int) -> Verdict:
    """Too few cases with a known value."""
    return Status.INSUFFICIENT_N, {
        "de": f"Zu wenige Fälle: {cases} statt mindestens {LEAST_CASES}.",
        "en": f"Too few cases: {cases} instead of at least {LEAST_CASES}.",
    }


def too_few_independent(effective: float) -> Verdict:
    """Many items, but so alike within cases that they tell little."""
    return Status.INSUFFICIENT_N, {
        "de": f"Zu wenige unabhängige Beobachtungen: wirksam {effective:.0f} statt {LEAST_EFFECTIVE:.0f}.",
        "en": f"Too few independent observations: effectively {effective:.0f}, not {LEAST_EFFECTIVE:.0f}.",
    }


def weigh(
    known: int,
    items: int,
    coverage: float | None,
    cases: int,
    around: Circumstances,
    objection: Verdict | None = None,
) -> Verdict:
    """The status of a figure. ``objection`` is what its kind holds against it beside too few cases."""
    if coverage is None or coverage < LEAST_COVERAGE:
        return too_little_known(known, items)
    if cases < LEAST_CASES:
        return too_few_cases(cases)
    return objection or _staffed(around) or _recorded(coverage, around)


def _staffed(around: Circumstances) -> Verdict | None:
    if around.workers == 0:
        return Status.INSUFFICIENT_N, {
            "de": "Wie viele Fachkräfte hinter der Zahl stehen, ist nicht bekannt: nicht erfasst, oder im Import nur "
            "innerhalb eines Falls unterschieden.",
            "en": "How many caseworkers stand behind the figure is not known: not recorded, or told apart only within "
            "a case by the import.",
        }
    if around.workers is not None and around.workers < LEAST_WORKERS:
        return Status.INSUFFICIENT_N, {
            "de": f"Zu wenige Fachkräfte hinter der Zahl: weniger als {LEAST_WORKERS}.",
            "en": f"Too few caseworkers behind the figure: fewer than {LEAST_WORKERS}.",
        }
    return None


def _recorded(coverage: float, around: Circumstances) -> Verdict:
    if around.blind:
        listed = ", ".join(around.blind)
        return Status.LOW_COVERAGE, {
            "de": f"Nur Treffer sind erkennbar: Ohne {listed} sagt der Auszug nie, dass etwas nicht so war.",
            "en": f"Only hits can be seen: without {listed} the export never says that something was not so.",
        }
    if coverage < FULL_COVERAGE:
        percent = f"{100 * coverage:.0f}"
        return Status.LOW_COVERAGE, {
            "de": f"Lückenhaft: Nur bei {percent} % ist die Angabe erfasst.",
            "en": f"Low coverage: only {percent} % are recorded.",
        }
    return Status.OK, {}


def absent_reason(lacking: Sequence[str], events: int, titles: Mapping[str, Mapping[str, str]]) -> Reason:
    """The export lacks columns the metric reads. ``titles`` are those of columns: their names are English."""
    german = ", ".join(" oder ".join(titles.get(one, {}).get("de", one) for one in name.split("|")) for name in lacking)
    english = ", ".join(name.replace("|", " or ") for name in lacking)
    return {
        "de": f"Nicht messbar: Der Auszug enthält kein Merkmal {german} (0 von {events} Ereignissen).",
        "en": f"Not measurable: the export has no attribute {english} (0 of {events} events).",
    }


def no_activity_reason(titles: Sequence[Mapping[str, str]]) -> Reason:
    """None of the events the metric's hits come from occurs anywhere: they are probably not recorded."""
    german, english = (" / ".join(title[language] for title in titles) for language in ("de", "en"))
    return {
        "de": f"Nicht messbar: Im Auszug kommt kein Ereignis dieser Art vor ({german}); vermutlich wird es nicht "
        "erfasst.",
        "en": f"Not measurable: the export has no event of this kind ({english}); probably it is not recorded.",
    }


def silent_group_reason(titles: Sequence[Mapping[str, str]], expected: float) -> Reason:
    """A group records no event of the kind although the others make some expected."""
    german, english = (" / ".join(title[language] for title in titles) for language in ("de", "en"))
    return {
        "de": f"Nicht messbar: Hier ist kein Ereignis dieser Art erfasst ({german}), obwohl nach dem Wert über alle "
        f"etwa {expected:.0f} zu erwarten wären; vermutlich fehlt die Erfassung.",
        "en": f"Not measurable: no event of this kind is recorded here ({english}), although about {expected:.0f} "
        "would be expected from the value over all; probably they are not recorded.",
    }


def no_items_reason(metric: Metric) -> Reason:
    """Nothing that would be counted is recorded."""
    counted = metric.counts["denominator"]
    return {
        "de": f"Nicht messbar: Im Auszug ist nichts erfasst, was gezählt würde ({counted['de']}).",
        "en": f"Not measurable: the export records nothing that would be counted ({counted['en']}).",
    }


def not_measurable(
    metric: Metric, group: Mapping[str, str], period: str | None, reason: Reason, counted: int | None = None
) -> Measurement:
    """A measurement without any figure; ``counted`` is 0 where it is known that nothing was there."""
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


def plain(total: int, scale: int) -> float:
    """A sum in units of 1/scale as a number, whole where it is."""
    whole, rest = divmod(total, scale)
    return whole if rest == 0 else total / scale
