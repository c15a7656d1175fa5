"""Steps and ways with who steers them, and variants: the directly-follows view of a log."""

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
    times rest on. ``working_seconds`` is the median on working days alone (``mine/durations.py``)."""

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
