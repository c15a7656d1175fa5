"""The three privacy profiles, the seal on what has passed the door, and the rounding all rooms of the door share.

**The seal.** ``Released[T]`` wraps what left the door. Only this package makes one; a writer that asks for
``Released[Document]`` cannot be handed raw figures by mistake: type checkers refuse it, and so does the constructor. It
guards against mistakes, not against somebody who wants round it: nothing in Python could. ``map`` and ``join`` keep the
seal on what is computed from released values alone, for that gives nothing more away.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import InitVar, dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from procmine.errors import PrivacyError, UsageError, nearest

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a reader may see. ``base`` 1 is exact; ``finest`` is the shortest period (day, month, quarter);
    ``variant_share`` the least share of cases of a course of activities; ``p90`` whether ways show that quantile."""

    name: str
    persons: int
    base: int
    workers: int
    finest: str
    variant_share: float = 0.0
    p90: bool = True

    @property
    def exact(self) -> bool:
        """Whether figures are shown as counted."""
        return self.base == 1


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        # The analyst's own bench. Fewer than five caseworkers is insufficient_n already where it is measured.
        "internal": Profile("internal", persons=3, base=1, workers=0, finest="day"),
        "shared": Profile("shared", persons=10, base=5, workers=10, finest="month"),
        "published": Profile(
            "published", persons=10, base=10, workers=10, finest="quarter", variant_share=0.01, p90=False
        ),
    }
)


def profile_named(name: str | Profile) -> Profile:
    """The profile of a name. Raises UsageError with the nearest names."""
    if isinstance(name, Profile):
        return name
    if name not in PROFILES:
        raise UsageError(f"There is no privacy profile {name}.", hint=nearest(name, PROFILES))
    return PROFILES[name]


def refuse_few(cases: int, profile: str | Profile, where: str) -> None:
    """Raise PrivacyError for so few cases that the profile shows nothing of them: a 0 in their place would be a wrong
    number. That there is none at all is not told apart."""
    rule = profile_named(profile)
    if cases < rule.persons:
        raise PrivacyError(
            f"These are fewer than {rule.persons} cases: the profile {rule.name} shows nothing of them.",
            where=where,
            hint="Take more cases together." if rule.exact else "On your own desk use --privacy internal.",
        )


_SEAL = object()


@dataclass(frozen=True, slots=True)
class Released(Generic[T]):
    """A value that left the privacy door under ``profile``; see the module."""

    value: T
    profile: str
    seal: InitVar[object]  # not kept, so that dataclasses.replace cannot put the seal on another value

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise PrivacyError("Only the privacy door makes Released values.", hint="Use procmine.privacy.release.")

    def map(self, step: Callable[[T], U]) -> Released[U]:
        """The result of ``step`` on the value, still sealed. ``step`` must draw on the released value only."""
        return Released(step(self.value), self.profile, _SEAL)


def sealed(value: T, profile: Profile) -> Released[T]:
    """For the rooms of the door: put the seal on."""
    return Released(value, profile.name, _SEAL)


def join(*parts: Released[Any]) -> Released[tuple[Any, ...]]:
    """Several released values as one. Raises PrivacyError if they left under different profiles: the exact figures of
    one would undo the rounding of another."""
    profiles = sorted({part.profile for part in parts})
    if len(profiles) != 1:
        raise PrivacyError(f"Results of different privacy profiles cannot be joined: {', '.join(profiles) or 'none'}.")
    return Released(tuple(part.value for part in parts), profiles[0], _SEAL)


def rounded(count: float, base: int) -> int:
    """The nearest multiple of ``base``, halves upward (not to even, so that the rule can be said in three words).

    >>> rounded(12, 5), rounded(13, 5), rounded(5, 10)
    (10, 15, 10)
    """
    return math.floor(count / base + 0.5) * base


def could_be(count: int, profile: Profile) -> tuple[int, int]:
    """Least and most of a count that is shown rounded: fewer than the profile's persons would not be shown.

    >>> could_be(11, PROFILES["shared"]), could_be(16, PROFILES["shared"])
    ((10, 12), (13, 17))
    """
    shown = rounded(count, profile.base)
    return max(shown - profile.base // 2, profile.persons), shown + (profile.base - 1) // 2


def few_as_none(count: int, profile: Profile) -> int:
    """A count as it is shown; outside the workbench one of too few looks like none.

    >>> few_as_none(4, PROFILES["shared"]), few_as_none(4, PROFILES["internal"])
    (0, 4)
    """
    return rounded(count, profile.base) if profile.exact or count >= profile.persons else 0


def two_digits(value: float, *, up: bool = False) -> float:
    """``value`` to two significant digits; ``up``: away from zero."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    places = 1 - math.floor(math.log10(abs(value)))
    if not up:
        return round(value, places)
    scaled = abs(value) * 10.0**places
    return math.copysign(round(math.ceil(scaled - 1e-9) / 10.0**places, max(places, 0)), value)


def around(
    exact: float, interval: tuple[float, float] | None, value: float, least: float = 0.0, most: float = 1.0
) -> tuple[float, float] | None:
    """An interval to show about ``value``, in place of ``exact`` in the middle of its own: as wide as the longer side
    and what the value moved, in two digits. Inside ``least`` to ``most`` if the exact one was."""
    if interval is None:
        return None
    low, high = interval
    half = two_digits(max(high - exact, exact - low) + abs(value - exact), up=True)
    if low >= least and high <= most:
        return max(least, value - half), min(most, value + half)
    return (max(least, value - half) if low >= least else value - half), value + half


def shown_share(ratio: float, denominator: int, base: int) -> tuple[int, float]:
    """Numerator and share to show beside a rounded denominator: the multiple of ``base`` nearest to the true share.

    Not the rounded true numerator: 28 of 32 would become 30 of 30, a "100 %" that is not so. Taken of the share, it is
    25 of 30, the error is at most half a step, and numerator / denominator *is* the value shown. Nothing can be
    calculated back: a finer value beside a denominator known to within 2 would betray the exact numerator
    (fractions with denominators under 100 are mostly unique to three decimals).
    """
    hits = min(rounded(ratio * denominator, base), denominator)
    return hits, hits / denominator


def coarse(value: float, counted: float, profile: Profile) -> float:
    """A figure between 0 and 1 that rests on so many things counted, no finer than their rounding: what one step of the
    base would move it by, at least a hundredth. A finer one could be solved for the counts behind it.

    >>> coarse(0.1234, 1000, PROFILES["shared"]), coarse(0.1234, 50, PROFILES["shared"])
    (0.12, 0.1)
    """
    if profile.exact:
        return value
    steps = min(100.0, max(rounded(counted, profile.base) / profile.base, 1.0))
    return round(math.floor(value * steps + 0.5) / steps, 2)


# A day or month of our time is no count, nor is a paragraph of the law: they are matched first, and stay.
_KEPT_OR_COUNT = re.compile(
    r"(?P<date>(?<!\d)(?:(?:19|20)\d\d-(?:Q[1-4]|(?:0[1-9]|1[0-2])(?:-[0-3]\d)?)|[0-3]\d\.[01]\d\.(?:19|20)\d\d)(?!\d))"
    r"|(?P<law>§§?\s?\d+(?:, \d+)*)|(?P<count>\d{3,})"
)


def blurred(text: str, base: int) -> str:
    """A sentence with its exact counts (whole numbers from 100) rounded; shorter ones are thresholds and sections."""

    def shown(found: re.Match[str]) -> str:
        return str(rounded(int(found["count"]), base)) if found["count"] else found.group()

    return text if base == 1 else _KEPT_OR_COUNT.sub(shown, text)


_DAY = re.compile(r"(\d{4})-(\d{2})-\d{2}")


def coarse_days(text: str, profile: Profile) -> str:
    """A sentence with each day in it as the profile's period."""
    return _DAY.sub(lambda match: coarse_day(match.group(), profile), text)


def coarse_day(day: str, profile: Profile) -> str:
    """A day as the profile's period: 2024-05-17, 2024-05 or 2024-Q2."""
    match = _DAY.match(day)
    if profile.finest == "day" or match is None:
        return day
    year, month = match.groups()
    return f"{year}-{month}" if profile.finest == "month" else f"{year}-Q{(int(month) + 2) // 3}"
