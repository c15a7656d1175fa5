"""Judge: a group's sums become a figure with interval, bounds, coverage and status, each status with its sentence.

One module a kind of figure; ``status`` has the thresholds and sentences all of them share. Pure functions of sums, for
tests and merged packs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from procmine.findings import Measurement
from procmine.measure.amounts import AmountSums
from procmine.measure.arms import TwoArms
from procmine.measure.days import DaySums
from procmine.measure.judge.concentrations import judge_amounts
from procmine.measure.judge.differences import judge_arms
from procmine.measure.judge.rates import judge_rate
from procmine.measure.judge.shares import judge_sums
from procmine.measure.judge.status import Circumstances
from procmine.measure.judge.survivals import judge_days
from procmine.measure.sums import Sums
from procmine.metric import Metric

Figures = Sums | TwoArms | DaySums | AmountSums

__all__ = ["Circumstances", "Figures", "judge"]


def judge(
    metric: Metric, sums: Figures, workers: int | None, blind: Sequence[str] = (), whole: Figures | None = None
) -> Measurement:
    """A group's sums as a figure.

    ``workers`` is the number of distinct caseworkers behind it, ``blind`` names columns without which only hits are
    known. ``whole`` are the sums over all groups: a rate's group is large enough if events would be expected in it.
    """
    around = Circumstances(workers, tuple(blind))
    if isinstance(sums, Sums) and metric.unit == "rate":
        return judge_rate(metric, sums, around, whole if isinstance(whole, Sums) else sums)
    return _judged(sums, metric, around)


@singledispatch
def _judged(sums: Any, metric: Metric, around: Circumstances) -> Measurement:
    raise TypeError(f"nothing judges {type(sums).__name__}")


@_judged.register
def _(sums: Sums, metric: Metric, around: Circumstances) -> Measurement:
    return judge_sums(metric, sums, around)


@_judged.register
def _(sums: TwoArms, metric: Metric, around: Circumstances) -> Measurement:
    return judge_arms(metric, sums, around)


@_judged.register
def _(sums: DaySums, metric: Metric, around: Circumstances) -> Measurement:
    return judge_days(metric, sums, around)


@_judged.register
def _(sums: AmountSums, metric: Metric, around: Circumstances) -> Measurement:
    return judge_amounts(metric, sums, around)
