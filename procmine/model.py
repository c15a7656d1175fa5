"""Model: steps, ways and their steering in our own words; nothing above this floor ever sees a pm4py object."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """A share with what it rests on: ``hits`` of ``known`` known of ``total`` eligible; value None if nothing is
    known."""

    hits: int
    known: int
    total: int

    @property
    def value(self) -> float | None:
        """hits / known, None where nothing is known."""
        return self.hits / self.known if self.known else None

    @property
    def coverage(self) -> float | None:
        """known / total, None where nothing is eligible."""
        return self.known / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Steering:
    """Who steers a step or way: four shares over its events (transitions)."""

    by_client: Share
    same_worker: Share
    out_of_office: Share
    warm: Share


@dataclass(frozen=True, slots=True)
class Step:
    """One activity. ``initiators`` counts its events by initiator code, ``functions`` by the function of who acts
    ("client" for the client's side); "" for unknown."""

    activity: str
    events: int
    cases: int
    starts: int
    ends: int
    steering: Steering
    initiators: tuple[tuple[str, int], ...]
    functions: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One directly-follows pair. Times between the two events in seconds; None where only dates are known and both
    fall on one day, or where fewer than two transitions stand behind it. ``timed`` is the number of transitions the
    times rest on. ``working_seconds`` is the median without Saturdays and Sundays (``mine/durations.py``)."""

    source: str
    target: str
    count: int
    cases: int
    median_seconds: float | None
    p90_seconds: float | None
    steering: Steering
    timed: int = 0
    working_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One course of activities and the number of cases that took it."""

    activities: tuple[str, ...]
    cases: int


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A process tree: ``operator`` is sequence, xor, parallel, loop or or; a leaf has an ``activity`` (None =
    silent)."""

    operator: str | None
    activity: str | None
    children: tuple[TreeNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a Petri net."""

    name: str


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition of a Petri net; ``label`` None is silent."""

    name: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Net:
    """A Petri net in plain values; names are stable and sorted, ``arcs`` are (from, to) names."""

    places: tuple[Place, ...]
    transitions: tuple[Transition, ...]
    arcs: tuple[tuple[str, str], ...]
    initial: tuple[str, ...]
    final: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the net and the log fit each other. ``on_cases`` is the number of cases the figures rest on; a figure
    that was not computed is None and ``reason`` says why. ``precision_steps`` is the share of the log's steps that lie
    on a course the model can replay; precision looks at these only. ``token_cases`` is the number of cases that
    ``token_fitness`` and ``generalisation`` rest on; ``simplicity`` is the net's own."""

    fitness: float | None
    fitness_method: str
    precision: float | None
    precision_method: str
    on_cases: int
    of_cases: int
    reason: str = ""
    precision_steps: float | None = None
    token_fitness: float | None = None
    token_method: str = ""
    token_cases: int = 0
    generalisation: float | None = None
    generalisation_method: str = ""
    simplicity: float | None = None
    simplicity_method: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """What was mined from a log: the directly-follows view with steering, the variants, and the discovered net.

    ``variants`` holds the most frequent ones, ``variant_count`` says how many there are in all. ``mined_cases`` is the
    number of cases whose courses the net was mined from (all, unless the log is beyond what the miner can take).
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
