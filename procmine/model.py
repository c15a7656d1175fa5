"""Model: steps, ways and their steering in our own words; nothing above this floor ever sees a pm4py object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    lie a little below 0), ``shapley`` its fair share, ``p`` how often chance does as well."""

    unique: float
    shapley: float
    p: float
    plug_in: float


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


@dataclass(frozen=True, slots=True)
class Model:
    """What was mined from a log: the directly-follows view with steering, the variants, and the discovered net.

    ``variants`` holds the most frequent ones, ``variant_count`` says how many there are in all. ``mined_cases`` is the
    number of cases whose courses the net was mined from (all, unless the log is beyond what the miner can take).
    ``left_out_cases`` and ``left_out_events`` are what a filter left out: all other figures are of what it kept.
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

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The decision points with what their choice is associated with; none where nobody asked for them."""
        return self.steered.branches if self.steered is not None else ()


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, least and greatest of a figure over several random orders."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Shuffled:
    """What ``draws`` random orders of ``size`` cases each gave, drawn with one seed: different courses a case, and the
    two entropies over their largest value. Groups of unlike size are compared at one ``size`` only."""

    draws: int
    size: int
    variants: Spread
    variant_entropy: Spread
    sequence_entropy: Spread


@dataclass(frozen=True, slots=True)
class Variety:
    """How varied the courses of a log or an office (``office``) are. None of these figures has a direction.

    Entropies of the extended prefix automaton in nats; ``…_share`` is over the largest value they could have, the aged
    ones too. They depend on the order in which events arrived; ``shuffled`` says how far. ``activities`` and ``pairs``
    are different ones, ``top`` holds (k, share of cases that took one of the k most frequent courses), ``…_bits`` are
    bits, ``detail`` is the mean number of different activities a case. ``process_exponent`` is the power of ten of
    Pentland's process complexity. None is not known or not worked out.
    """

    office: str | None
    cases: int
    events: int
    activities: int
    pairs: int
    variants: int
    states: int
    partitions: int
    variant_entropy: float | None
    variant_entropy_share: float | None
    sequence_entropy: float | None
    sequence_entropy_share: float | None
    linear_share: float | None
    exponential_share: float | None
    shuffled: Shuffled | None
    variant_bits: float | None
    top: tuple[tuple[int, float], ...]
    next_bits: float | None
    next_or_end_bits: float | None
    start_next_or_end_bits: float | None
    process_exponent: float | None
    task_complexity: int | None
    phrases: int | None
    detail: float | None
    gap_seconds: float | None
    structure: float | None
    affinity: float | None
    deviation: float | None
    control_flow: int | None


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
class HandoverEdge:
    """All handovers from one side to another.

    ``reached``: how many were followed by a substantive contact with the receiving side, ``waiting``: how many were
    watched until ``observed_until`` or until a contact nobody can place, without one; of the others the receiving side
    is not known. ``median_days`` is the day by which half had their contact (product limit), None where that is not
    reached or fewer than two are watched.
    """

    source: Side
    target: Side
    count: int
    cases: int
    warm: Share
    reached: int
    waiting: int
    median_days: int | None


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
