"""Findings as a report reads them: by metric and office, with the words for each beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from procmine.findings import Comparison, Findings, Funnel, Further, Measurement, Signal, Status
from procmine.report.words import Words, clean

# The profile of metrics.md C.4: the four dimensions, in the order in which a case lives them.
CORE = ("self_initiated_appointments", "caseworker_continuity", "out_of_office_contacts", "warm_handovers")
OUTSIDE = (Signal.ABOVE_998, Signal.BELOW_998)
TELLING = (Status.OK, Status.LOW_COVERAGE)
BETWEEN = (Signal.ABOVE_95, Signal.BELOW_95)


@dataclass(frozen=True, slots=True)
class Tally:
    """How the offices stand in one metric: by status, and by signal among those that were judged."""

    offices: int
    judged: int
    above: int
    below: int
    between: int
    by_status: Mapping[Status, int]

    @property
    def outside(self) -> int:
        """Offices beyond the 99.8 % limits."""
        return self.above + self.below


@dataclass(frozen=True, slots=True)
class Reading:
    """What compose asks of findings; nothing here decides what is said."""

    findings: Findings
    sheets: Mapping[str, Any]
    labels: Mapping[str, Any]
    words: Words
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was looked up once: a report asks for each figure many times."""

    def offices(self) -> list[str]:
        """The offices that were measured, in the order of their names: never of their values."""
        if "offices" not in self._kept:
            names = {m.group["office"] for m in self.findings.measurements if set(m.group) == {"office"}}
            self._kept["offices"] = self.words.sorted(list(names))
        return list(self._kept["offices"])

    def metrics(self) -> list[str]:
        """The metrics measured: the core four in their order, then the others by title."""
        known = {m.metric for m in self.findings.measurements}
        core = [name for name in CORE if name in known]
        return core + self.others()

    def others(self) -> list[str]:
        """The metrics measured beside the core four, by title."""
        names = {m.metric for m in self.findings.measurements} - set(CORE)
        return sorted(names, key=lambda name: (self.title(name).casefold(), name))

    def whole(self, metric: str) -> Measurement | None:
        """The metric over all cases of the log and the whole period."""
        return self._one(metric, {})

    def at(self, metric: str, office: str) -> Measurement | None:
        """The metric at one office over the whole period."""
        return self._one(metric, {"office": office})

    def comparison(self, metric: str, office: str) -> Comparison | None:
        """How an office stands to the reference."""
        if "comparisons" not in self._kept:
            pairs = ((_key(found.measurement), found) for found in reversed(self.findings.comparisons))
            self._kept["comparisons"] = dict(pairs)  # of several the first
        found: Comparison | None = self._kept["comparisons"].get((metric, None, (("office", office),)))
        return found

    def funnel(self, metric: str) -> Funnel | None:
        """The limits of the metric's funnel."""
        return next((funnel for funnel in self.findings.funnels if funnel.metric == metric), None)

    def reference(self, metric: str) -> float | None:
        """The value all offices are compared with; None where there is nothing to compare."""
        if len(self.offices()) < 2:
            return None
        funnel = self.funnel(metric)
        if funnel is not None:
            return funnel.reference
        given = (c.reference for c in self.findings.comparisons if c.measurement.metric == metric)
        return next((value for value in given if value is not None), None)

    def splits(self, metric: str) -> dict[str, list[Measurement]]:
        """The metric by one further attribute (function, kind of transfer) over all offices, by attribute."""
        found: dict[str, list[Measurement]] = {}
        for measured in self.findings.measurements:
            if measured.metric == metric and measured.period is None and len(measured.group) == 1:
                (name,) = measured.group
                if name != "office":
                    found.setdefault(name, []).append(measured)
        return {name: sorted(found[name], key=lambda m: m.group[name]) for name in sorted(found)}

    def tally(self, metric: str) -> Tally:
        """How the offices stand in a metric."""
        offices = self.offices()
        measured = [m for office in offices if (m := self.at(metric, office)) is not None]
        signals = Counter(c.signal for office in offices if (c := self.comparison(metric, office)) is not None)
        return Tally(
            offices=len(offices),
            judged=sum(count for signal, count in signals.items() if signal is not Signal.UNJUDGED),
            above=signals[Signal.ABOVE_998],
            below=signals[Signal.BELOW_998],
            between=sum(signals[signal] for signal in BETWEEN),
            by_status=Counter(m.status for m in measured),
        )

    def said(self, metric: str, part: str, inner: str = "") -> tuple[str, ...]:
        """The sentences of one part of a metric's sheet; none where the sheet does not have it."""
        texts = getattr(self.sheets.get(metric), part, None) or {}
        found = (texts.get(inner, {}) if inner else texts).get(self.words.language) or ()
        return (clean(found),) if isinstance(found, str) else tuple(clean(one) for one in found)

    def title(self, metric: str) -> str:
        """The metric's title, its name where there is no sheet."""
        return " ".join(self.said(metric, "title")) or clean(metric)

    def phrase(self, metric: str) -> str:
        """The metric as it stands within a sentence."""
        own = self.words.maybe(f"phrases.{metric}")
        return own or self.words.text("phrases.any", title=self.title(metric))

    def further(self, metric: str) -> tuple[Further, ...]:
        """What stands beside the metric's value over all cases: parts, arms, median, ratio."""
        whole = self.whole(metric)
        return whole.further if whole is not None else ()

    def further_name(self, metric: str, one: Further) -> str:
        """What a further figure is called: by the metric's sheet, else by the report's words."""
        sheet = self.sheets.get(metric)
        arms = {arm.code: arm.title for arm in getattr(sheet, "arms", None) or ()}
        given = (getattr(sheet, "parts", None) or {}).get(one.name) or arms.get(one.name)
        return clean(given[self.words.language]) if given else self.words.text(f"further.{one.kind}")

    def has_direction(self, metric: str) -> bool:
        """Whether more or less of the metric means something; one that has none never gets a colour."""
        return getattr(self.sheets.get(metric), "polarity", "none") != "none"

    def needed(self, metric: str) -> str:
        """The columns of the extract the metric cannot do without, in the reader's words."""
        either = f" {self.words.text('lists.or')} "
        names = [either.join(self.column(one) for one in choice.split("|")) for choice in self.needs.get(metric, ())]
        return ", ".join(names)

    def unit_of(self, metric: str, one: Further) -> str:
        """The unit a further figure is told in: a part in its metric's, an arm is a share, a median counts days."""
        return {"part": self.unit(metric), "arm": "share", "median": "days", "ratio": "mean", "heap": "mean"}[one.kind]

    def message(self, metric: str) -> int:
        """The message of the text the metric answers to, 1 to 5; 5 where its sheet is not known."""
        return int(getattr(getattr(self.sheets.get(metric), "answers_to", None), "message", 5))

    def unit(self, metric: str) -> str:
        """The metric's unit as words tell it: share, mean, number, difference, concentration, rate:100, survival:14."""
        sheet = self.sheets.get(metric)
        unit = str(getattr(sheet, "unit", "share"))
        more = {"rate": getattr(sheet, "per", 1), "survival": getattr(sheet, "horizon", None)}.get(unit)
        return f"{unit}:{more}" if more else unit

    def label(self, code: str) -> str:
        """How a code or an activity is called in the reader's language; the code itself where nobody named it."""
        given = self.labels.get(code)
        if isinstance(given, Mapping):
            given = given.get(self.words.language)
        return clean(str(given or code))

    def column(self, name: str) -> str:
        """How a column is called; its own name where it has no title."""
        return self.label(f"column:{name}" if f"column:{name}" in self.labels else name)

    def value(self, measured: Measurement | None) -> float | None:
        """The value if it says something; where cases are too few it does not, even if it could be worked out."""
        return measured.value if measured is not None and measured.status in TELLING else None

    def reason(self, measured: Measurement) -> str:
        """Why a figure is not to be relied on, as a sentence, without the status it may begin with."""
        text = clean(measured.reason.get(self.words.language, ""))
        status = self.words.text(f"status.{measured.status.value}.name")
        before, colon, rest = text.partition(": ")
        return rest[:1].upper() + rest[1:] if colon and status.startswith(before.casefold()) else text

    def attribute(self, name: str) -> str:
        """How an attribute is called by which a metric is split."""
        return self.words.maybe(f"attributes.{name}") or self.column(name)

    def _one(self, metric: str, group: Mapping[str, str]) -> Measurement | None:
        if "figures" not in self._kept:
            self._kept["figures"] = {_key(one): one for one in reversed(self.findings.measurements)}
        found: Measurement | None = self._kept["figures"].get((metric, None, tuple(sorted(group.items()))))
        return found


def _key(one: Measurement) -> tuple[str, str | None, tuple[tuple[str, str], ...]]:
    return one.metric, one.period, tuple(sorted(one.group.items()))
