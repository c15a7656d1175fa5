"""Norms drawn as BPMN and how the cases of a log keep to them: plain values, results of ``procmine.mine``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procmine.model import Net, Share

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, width, height."""
SIDES = ("client", "office", "third", "unknown")
"""Who began a step, as vocabulary.toml assigns the initiator codes; unknown: not recorded."""
STEP_KINDS = ("task", "call", "collapsed")


@dataclass(frozen=True, slots=True)
class NormElement:
    """A node of the norm's diagram: ``kind`` is task, call, collapsed, subprocess, start, end, event, boundary,
    exclusive, parallel, inclusive or events; ``activity`` the log's step it stands for, None for one that leaves no
    trace there; ``host`` the task a boundary event is attached to; ``repeats``: it may be done several times. ``box``
    is where its author drew it, None where the file has no drawing."""

    id: str
    kind: str
    name: str
    activity: str | None
    lane: str
    inside: str
    host: str
    repeats: bool
    box: Box | None


@dataclass(frozen=True, slots=True)
class NormFlow:
    """A sequence flow; ``points`` is the line its author drew, empty where the file has none."""

    id: str
    source: str
    target: str
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A pool or lane as drawn; ``upright``: its name stands at the left, turned."""

    name: str
    box: Box
    upright: bool


@dataclass(frozen=True, slots=True)
class Remark:
    """What reading the file left out or decided: ``kind`` is a key of the texts, ``about`` what it is about."""

    kind: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Norm:
    """A BPMN process as a norm: its diagram, its net, and which element each transition belongs to."""

    name: str
    file: str
    digest: str
    elements: tuple[NormElement, ...]
    flows: tuple[NormFlow, ...]
    frames: tuple[Frame, ...]
    net: Net
    owner: Mapping[str, str]
    remarks: tuple[Remark, ...]

    @property
    def activities(self) -> tuple[str, ...]:
        """The log's steps the norm names, sorted."""
        return tuple(sorted({each.activity for each in self.elements if each.activity is not None}))

    def element(self, name: str) -> NormElement:
        """The element of an id. Raises KeyError."""
        for each in self.elements:
            if each.id == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Begun:
    """By whom a step was begun: ``events`` of one of SIDES, and the ``cases`` with at least one such event."""

    side: str
    events: int
    cases: int


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way of not keeping to the norm. ``kind`` missing: ``activity`` was foreseen at ``element`` and left out;
    inserted: it was done where the norm, having come as far as ``element``, does not foresee it. ``begun`` says who
    began the inserted steps; nobody begins a step that is missing, so there it is empty. Every inserted step was begun
    by one of SIDES: where none is told, the privacy door keeps them back (``withheld``)."""

    kind: str
    activity: str
    element: str
    events: int
    cases: int
    begun: tuple[Begun, ...]

    @property
    def withheld(self) -> bool:
        """Whether it may not be told who began it, because of a side with too few persons."""
        return self.kind == "inserted" and not self.begun


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A step of the norm: how often it was done as foreseen, and in how many cases."""

    element: str
    events: int
    cases: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How many cases of a group kept the norm: ``share`` is kept out of kept and broken, its interval Wilson's.

    Undetermined are ``running`` cases, which go on; ``earlier`` ones, which began before the log does, or nobody knows
    when; and those ``beyond`` the budget of work.
    """

    group: Mapping[str, str]
    kept: int
    broken: int
    running: int
    earlier: int
    beyond: int
    interval: tuple[float, float] | None

    @property
    def share(self) -> Share:
        """Kept of those decided, of all cases the norm speaks of."""
        decided = self.kept + self.broken
        return Share(self.kept, decided, decided + self.running + self.earlier + self.beyond)


@dataclass(frozen=True, slots=True)
class Conformance:
    """How a log keeps to a norm.

    ``untouched`` counts the cases without any step the norm names, which it does not speak of; ``beside`` the log's
    steps that the norm does not name, with their events and cases, where only named steps are judged. ``entries`` and
    ``exits`` say whether the log records when cases begin and end; without exits, a case counts as over only after
    ``quiet_days`` without an event.
    """

    norm: Norm
    whole: Kept
    offices: tuple[Kept, ...]
    deviations: tuple[Deviation, ...]
    foreseen: tuple[Foreseen, ...]
    untouched: int
    only_named: bool
    beside: tuple[tuple[str, int, int], ...]
    entries: bool
    exits: bool
    quiet_days: int | None
    fitness: float | None
    reasons: tuple[str, ...] = ()
