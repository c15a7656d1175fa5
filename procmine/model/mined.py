"""The model of a log: all that was mined from it."""

from __future__ import annotations

from dataclasses import dataclass

from procmine.model.branches import Branch, Steered
from procmine.model.nets import Net, Quality, TreeNode
from procmine.model.steps import Step, Variant, Way


@dataclass(frozen=True, slots=True)
class Model:
    """What was mined from a log: the directly-follows view with steering, the variants, and the discovered net.

    ``variants`` holds the most frequent ones, ``variant_count`` says how many there are in all. ``mined_cases`` is the
    number of cases whose courses the net was mined from (all, unless the log is beyond what the miner can take).
    ``lands`` are the Länder whose holidays working time leaves out ("" = an office without one: Saturdays and Sundays
    alone). ``left_out_cases`` and ``left_out_events`` are what a filter left out: all other figures are of what it
    kept.
    """

    steps: tuple[Step, ...]
    ways: tuple[Way, ...]
    variants: tuple[Variant, ...]
    variant_count: int
    cases: int
    events: int
    algorithm: str
    noise: float
    tree: TreeNode | None
    net: Net | None
    quality: Quality | None
    mined_cases: int = 0
    left_out_cases: int = 0
    left_out_events: int = 0
    steered: Steered | None = None
    lands: tuple[str, ...] = ("",)

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The decision points with what their choice is associated with; none where nobody asked for them."""
        return self.steered.branches if self.steered is not None else ()
