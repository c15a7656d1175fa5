"""Norms held against the twelve made-up job centres: kept, broken, open, withheld, and names that are attacks."""

from __future__ import annotations

from collections.abc import Sequence

from procmine.findings import Measurement, NormCount, NormFound, NormsFound, Status
from procmine.stats.intervals import wilson

REASON = {"de": "Nicht messbar: Im Auszug kommt kein Ereignis dieser Art vor.", "en": "Not measurable: no such event."}


def rate(name: str, group: dict[str, str], kept: int, judged: int, status: Status = Status.OK) -> Measurement:
    """The share of a norm kept in a group."""
    shown = status is not Status.NOT_MEASURABLE
    return Measurement(
        metric=name,
        version=1,
        group=group,
        period=None,
        value=kept / judged if shown else None,
        numerator=float(kept) if shown else None,
        denominator=float(judged) if shown else None,
        items=judged if shown else None,
        cases=judged if shown else None,
        coverage=1.0 if shown else None,
        bounds=None,
        interval=wilson(kept, judged) if shown else None,
        status=status,
        reason={} if shown else REASON,
    )


def norm(name: str, kept: int, offices: Sequence[str], status: Status = Status.OK, mark: str = "") -> NormFound:
    """A norm kept so many times of a hundred, in one office one time more than in the one before."""
    measured = [rate(name, {}, kept, 100, status)]
    measured += [
        rate(name, {"office": office}, min(100, kept + place), 100, status) for place, office in enumerate(offices)
    ]
    counts = (
        NormCount(
            {}, kept, 100 - kept, 20, {"missing": 5, "running": 15}, {"": 3, "office": 7}, {"": 3, "benefits": 7}
        ),
    )
    return NormFound(
        name=name,
        version=1,
        template="response",
        sentence={
            "de": f"{name}: erst Antrag, dann <b>Bescheid</b>.",
            "en": f"{name}: first application, then notice.",
        },
        anchor="§ 88 SGG" if name != "own" else "",
        checked="Gesetzestext" if name == "own" else "",
        mark=mark,
        gate=None,
        met=None,
        sensitive=False,
        measurements=tuple(measured),
        counts=counts if status is not Status.NOT_MEASURABLE else (),
    )


def norms(offices: Sequence[str], lands: tuple[str, ...] = ("",)) -> NormsFound:
    """Three norms: one shipped, one of the house, one that cannot be measured."""
    found = (
        norm("shipped", 70, offices, mark="example"),
        norm("own", 90, offices),
        norm("silent", 50, offices, Status.NOT_MEASURABLE),
    )
    return NormsFound(found, lands, "norms.toml")
