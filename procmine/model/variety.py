"""Variety: how different the courses of a log or an office are."""

from __future__ import annotations

from dataclasses import dataclass


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
