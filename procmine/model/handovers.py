"""Handovers between functions, teams and organisations outside, as a network; never of caseworkers."""

from __future__ import annotations

from dataclasses import dataclass

from procmine.model.steps import Share


@dataclass(frozen=True, slots=True, order=True)
class Side:
    """One end of a handover: ``kind`` is function, team, small_teams (several teams of few caseworkers), office,
    partner or outside (an organisation that is not told apart); ``office`` is given for teams, ``name`` is a code of
    the vocabulary or a name of the log."""

    kind: str
    office: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class HandoverNode:
    """A side with its measures in the network of what is shown: handovers given and taken (those to itself too), sides
    given to and taken from, and betweenness (share of the shortest ways between two others that lead over it; None
    with fewer than three sides). ``workers`` is the number of caseworkers behind a side of the job centre, None for
    others; it is for the privacy door and does not leave it."""

    side: Side
    given: int = 0
    taken: int = 0
    targets: int = 0
    sources: int = 0
    betweenness: float | None = None
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Hands:
    """The caseworkers in whose hands something lay: how many, of how many handovers that is known, and how many of
    these the busiest and the busiest two had. For the privacy door; it does not leave it."""

    workers: int = 0
    known: int = 0
    most: int = 0
    two: int = 0


@dataclass(frozen=True, slots=True)
class HandoverEdge:
    """All handovers from one side to another.

    ``warm`` rests on those whose type is recorded: of one that is not, only that it was warm could be derived.

    ``reached``: how many were followed by a substantive contact with the receiving side, ``waiting``: how many were
    watched until ``observed_until`` or until a contact nobody can place, without one; of the others the receiving side
    is not known. ``median_days`` is the day by which half had their contact (product limit), None where that is not
    reached or fewer than two are watched. ``givers`` handed over, ``seers`` had the contact after.
    """

    source: Side
    target: Side
    count: int
    cases: int
    warm: Share
    reached: int
    waiting: int
    median_days: int | None
    givers: Hands = Hands()
    seers: Hands = Hands()


@dataclass(frozen=True, slots=True)
class Handovers:
    """The handovers of a log between functions, teams, or offices and their partners (``by``); never between workers.

    ``count`` of them in ``cases`` cases, ``placed`` with both sides known: only these are in ``edges``. ``missing``
    names columns the export lacks and without which a side is not known. Density and reciprocity leave out handovers
    of a side to itself, and are None with fewer than two sides or without a way; ``components`` are the parts of the
    network that no handover joins.
    """

    by: str
    office: str | None
    count: int
    cases: int
    placed: int
    nodes: tuple[HandoverNode, ...]
    edges: tuple[HandoverEdge, ...]
    density: float | None = None
    reciprocity: float | None = None
    components: int = 0
    missing: tuple[str, ...] = ()
