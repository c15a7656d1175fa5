"""Results as values: what a measurement, a comparison and a whole study's findings are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from procmine.deviations import Conformance
from procmine.model import Handovers, Model, Variety


class Status(StrEnum):
    """How far a figure can be relied on. ``reason`` beside it says why in a sentence."""

    OK = "ok"
    LOW_COVERAGE = "low_coverage"
    INSUFFICIENT_N = "insufficient_n"
    NOT_MEASURABLE = "not_measurable"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Further:
    """A further figure of the same items, beside a measurement's value.

    ``kind``: ``part`` (a further numerator over the same denominator, ``name`` its column), ``median`` (days until half
    have happened), ``arm`` (one side of a difference, ``name`` its code), ``ratio`` (first arm over second), ``heap``
    (heaping index). ``items`` and ``cases`` are those it rests on, ``hits`` the sum of its numerator. None is not known
    or not to be shown.
    """

    name: str
    kind: str
    value: float | None
    interval: tuple[float, float] | None
    items: int | None
    cases: int | None
    hits: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON of ``score``."""
        return {
            "name": self.name,
            "kind": self.kind,
            "value": self.value,
            "interval": list(self.interval) if self.interval else None,
            "items": self.items,
            "cases": self.cases,
        }


@dataclass(frozen=True, slots=True)
class Measurement:
    """One metric for one group and period.

    ``numerator`` and ``denominator`` are sums over the known items; ``items`` counts all items, known or not; ``cases``
    the distinct cases behind them. ``coverage`` is the known share (0-1), ``bounds`` the worst-case bounds if all
    unknown items were misses or hits, ``interval`` the 95 % interval. ``effective_n`` is the number of independent
    items that would tell as much (of a rate: the time at risk, in the unit of its value), ``known_cases`` the cases the
    value rests on (of a difference: of its smaller side). ``workers`` is the number of distinct caseworkers behind a
    staff-related figure (None elsewhere); it is never shown, the privacy door needs it. ``further`` is what stands
    beside the value. A value that is not known is None, never 0. ``reason`` is a sentence by language.
    """

    metric: str
    version: int
    group: Mapping[str, str]
    period: str | None
    value: float | None
    numerator: float | None
    denominator: float | None
    items: int | None
    cases: int | None
    coverage: float | None
    bounds: tuple[float, float] | None
    interval: tuple[float, float] | None
    status: Status
    reason: Mapping[str, str] = field(default_factory=dict)
    effective_n: float | None = None
    case_mean: float | None = None
    workers: int | None = None
    known_cases: int | None = None
    further: tuple[Further, ...] = ()

    def to_dict(self, language: str = "de") -> dict[str, Any]:
        """The JSON contract of ``score`` and ``compare`` (DESIGN 7), with ``further`` where there is something."""
        told = {
            "metric": self.metric,
            "version": self.version,
            "group": dict(self.group),
            "period": self.period,
            "value": self.value,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "items": self.items,
            "cases": self.cases,
            "coverage": self.coverage,
            "bounds": list(self.bounds) if self.bounds else None,
            "interval": list(self.interval) if self.interval else None,
            "status": self.status.value,
            "reason": self.reason.get(language) or None,
        }
        return told | ({"further": [one.to_dict() for one in self.further]} if self.further else {})


class Signal(StrEnum):
    """How a group stands to the reference: a prompt to look, never a verdict."""

    NONE = "none"
    ABOVE_95 = "above_95"
    BELOW_95 = "below_95"
    ABOVE_998 = "above_998"
    BELOW_998 = "below_998"
    UNJUDGED = "unjudged"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group's measurement against a reference, with funnel limits at its own effective size.

    ``limits_95`` and ``limits_998`` are (lower, upper) in the metric's unit; ``tail`` is the smaller exact tail
    probability; ``signal`` follows from the tail, not from the drawn limits. ``UNJUDGED`` where either side is not ok.
    """

    measurement: Measurement
    reference: float | None
    limits_95: tuple[float, float] | None
    limits_998: tuple[float, float] | None
    tail: float | None
    signal: Signal


@dataclass(frozen=True, slots=True)
class Funnel:
    """The limits of a funnel plot as lines: ``sizes`` (effective n) with the four limits at each."""

    metric: str
    reference: float
    sizes: tuple[float, ...]
    lower_998: tuple[float, ...]
    lower_95: tuple[float, ...]
    upper_95: tuple[float, ...]
    upper_998: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """Events that differ between two extracts, of one office and month: ``same`` in both with equal values, ``changed``
    in both with other values, ``added`` only in the later, ``removed`` only in the earlier extract. ``cases``: how many
    cases the last three lie in. Counts nobody may see are None."""

    office: str
    month: str
    same: int | None
    added: int | None
    changed: int | None
    removed: int | None
    cases: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One figure in two extracts; ``change`` is later less earlier, None where either is no number."""

    before: Measurement
    after: Measurement
    change: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two extracts of one period: ``matched_by`` says how events were recognised, ``columns`` how
    often each column has another value in a changed event, ``only`` the columns that one extract lacks (earlier,
    later), ``periods`` first and last day of each."""

    names: tuple[str, str]
    periods: tuple[tuple[str, str], tuple[str, str]]
    matched_by: str
    whole: Changed
    parts: tuple[Changed, ...]
    columns: tuple[tuple[str, int], ...]
    only: tuple[tuple[str, ...], tuple[str, ...]]
    moved: tuple[Moved, ...] = ()


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a check of the log noticed, as a report may say it: no name, no case, no count of few.

    ``meaning`` is the part of the check's text that holds no figure, ``share`` what it concerns of what it looked at,
    ``metrics`` those that rest on the columns it bears on. ``cases`` and ``looked_at`` are for the privacy door and do
    not leave it.
    """

    check: str
    severity: str
    title: Mapping[str, str]
    meaning: Mapping[str, str]
    share: float | None
    metrics: tuple[str, ...]
    cases: int | None = None
    looked_at: int | None = None


@dataclass(frozen=True, slots=True)
class NormCount:
    """The activations of a norm in one group: how many kept, broken and undetermined, the latter by reason (``why``),
    and who began the steps of the broken ones. Counts nobody may see are None.

    ``why``: missing (an attribute is not recorded), order (of two events of one day), running (the limit, or the case,
    ran on when the log ended), left (the case left before the limit had run out), history (the case began before the
    log did); the last three are in no rate, nor is what was kept before its time had run out. ``begun_by`` counts
    broken ones by the side that began the step that is judged (client, office, third; "" = not recorded), ``functions``
    by the function of the role that took it. ``cases`` are those behind each state, ``reason_cases`` those behind each
    reason, side and function: for the privacy door, which drops them.
    """

    group: Mapping[str, str]
    kept: int | None
    broken: int | None
    undetermined: int | None
    why: Mapping[str, int | None]
    begun_by: Mapping[str, int | None]
    functions: Mapping[str, int | None]
    cases: Mapping[str, int] = field(default_factory=dict)
    reason_cases: Mapping[str, int] = field(default_factory=dict)

    @property
    def activations(self) -> int | None:
        """How often the norm had something to say; None where a part of it may not be seen."""
        if self.kept is None or self.broken is None or self.undetermined is None:
            return None
        return self.kept + self.broken + self.undetermined


@dataclass(frozen=True, slots=True)
class NormFound:
    """One norm held against a log: the share kept as Measurements (``metric`` is the norm's name), and the counts by
    group. The share is over the activations whose time had run out under observation; the counts are over all.

    ``mark`` is "example" for a norm to be checked before use, ``checked`` what it was checked against ("" = nothing).
    ``gate`` is the least share kept where the norm is a gate, ``met`` whether it is met, seen before the privacy door:
    what cannot be measured is not shown to be met. ``sensitive``: it bears on reductions, health or distress.
    """

    name: str
    version: int
    template: str
    sentence: Mapping[str, str]
    anchor: str
    checked: str
    mark: str
    gate: float | None
    met: bool | None
    sensitive: bool
    measurements: tuple[Measurement, ...]
    counts: tuple[NormCount, ...]

    @property
    def whole(self) -> Measurement | None:
        """The share kept over all cases."""
        return self.at({})

    def at(self, group: Mapping[str, str]) -> Measurement | None:
        """The share kept in one group over all time."""
        return next((one for one in self.measurements if one.group == group and one.period is None), None)

    def count(self, group: Mapping[str, str]) -> NormCount | None:
        """The counts of one group."""
        return next((one for one in self.counts if one.group == group), None)


@dataclass(frozen=True, slots=True)
class NormsFound:
    """All norms of a file held against a log. ``lands`` are the Länder whose holidays counted ("" = only those that all
    have)."""

    norms: tuple[NormFound, ...]
    lands: tuple[str, ...]
    where: str

    @property
    def met(self) -> bool:
        """Whether no gate is missed."""
        return all(one.met is not False for one in self.norms)


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a study found, as it left the privacy door: what a report may say."""

    title: str
    receipt: Mapping[str, Any]
    measurements: tuple[Measurement, ...]
    comparisons: tuple[Comparison, ...]
    funnels: tuple[Funnel, ...]
    model: Model | None
    privacy: str
    period: tuple[str, str] | None
    versions: Mapping[str, str]
    warnings: tuple[Mapping[str, str], ...] = ()
    noticed: tuple[Noticed, ...] = ()
    handovers: tuple[Handovers, ...] = ()
    variety: tuple[Variety, ...] = ()
    norms: NormsFound | None = None
    drawn_norms: tuple[Conformance, ...] = ()
