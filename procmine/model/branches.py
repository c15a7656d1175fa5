"""Branches: decision points, what was known before them, and what the choice is associated with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Option:
    """What can be taken at a branch: ``steps`` are the activities that can come first. ``kind``: step; again (the same
    once more), skip and leave (silent: ``steps`` come next instead); end (of the case); other (the rare ones
    together). ``ends``: or the case ends."""

    kind: str
    steps: tuple[str, ...]
    ends: bool
    decisions: int
    cases: int


@dataclass(frozen=True, slots=True)
class Level:
    """One value of an attribute: ``kind`` is recorded (``name`` as in the log), band, word (``title`` says it), other
    or not_recorded."""

    kind: str
    name: str
    title: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Considered:
    """An attribute at a branch: ``use`` is used, or why it was not: sparse (too few decisions for its levels),
    constant, not_recorded (for too many decisions), absent (the log does not have it). ``not_recorded`` is the share
    of decisions before which it was not recorded, None where it is absent."""

    block: str
    name: str
    title: Mapping[str, str]
    use: str
    levels: int
    not_recorded: float | None


@dataclass(frozen=True, slots=True)
class Crossing:
    """Options by the levels of one attribute of the case's voice: ``decisions[option][level]``, and the cases behind
    each."""

    attribute: str
    title: Mapping[str, str]
    levels: tuple[Level, ...]
    decisions: tuple[tuple[int, ...], ...]
    cases: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One block's share of what is open at a branch: ``unique`` beyond the other blocks (corrected for chance; it may
    lie a little below 0), ``shapley`` its fair share, ``p`` how often chance does as well (estimated where it never did
    in all tries). ``stands``: the share stands up to the number of branches looked at; of all that do, at most
    one in twenty is expected to be chance."""

    unique: float
    shapley: float
    p: float
    plug_in: float
    stands: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """A decision point and what its choice is associated with; associated, never caused.

    ``kind`` is choice or loop (of the process tree) or next (which step follows a step). ``after`` is what can come
    right before, nothing at the case's start. ``decisions`` are those the figures rest on, ``of_decisions`` all that
    the log has there (a large log is drawn from by cases); ``unfit`` could not be read because the course contradicts
    the model there, ``unfinished`` because the case still goes on; ``same_time`` carry the time of the step before, so
    that their order is the file's. ``status`` is ok, lower_bound, insufficient_n, not_measurable or no_choice;
    ``reason`` says which case of it (a key of the texts). ``voice_interval`` is that of the unique share, cases drawn
    anew.
    """

    kind: str
    after: tuple[str, ...]
    options: tuple[Option, ...]
    decisions: int
    of_decisions: int
    cases: int
    unfit: int
    unfinished: int
    same_time: int
    entropy: float
    status: str
    reason: str
    known: tuple[Considered, ...]
    cells: int
    """The options' levels times those of every block."""
    voice: Part | None = None
    profile: Part | None = None
    organisation: Part | None = None
    whole: float | None = None
    whole_p: float | None = None
    shared: float | None = None
    voice_interval: tuple[float, float] | None = None
    tables: tuple[Crossing, ...] = ()
    workers: int | None = None
    """Caseworkers told apart among the organisation's levels; None where they are no attribute here."""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Weighted:
    """All branches of one sort together (``model`` or ``next``): shares of the uncertainty present, Σ n·I / Σ n·H.

    They rest on ``branches`` with ``decisions``, of ``of_branches`` with ``of_decisions``; ``no_choice`` is the share
    of all decisions at which nothing was left to choose."""

    sort: str
    branches: int
    of_branches: int
    decisions: int
    of_decisions: int
    no_choice: float | None
    voice: float | None = None
    profile: float | None = None
    organisation: float | None = None
    whole: float | None = None
    voice_interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Steered:
    """Steering on the model: the branches, all of them together, and the attributes the log does not have.

    ``unfit`` is the share of the cases read whose course contradicts the process tree at one point at least, None
    without a tree."""

    branches: tuple[Branch, ...]
    weighted: tuple[Weighted, ...]
    absent: tuple[Considered, ...]
    unfit: float | None = None
    ends_recorded: bool = False
