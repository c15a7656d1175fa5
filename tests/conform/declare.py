"""A second opinion on the templates: plain Python over finished courses in which everything is known.

Written from the definitions of DECLARE (Pesic 2008, table 3.3; Di Ciccio and Mecella 2015), not from the engine's SQL:
it walks over positions and knows neither windows nor reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Course = Sequence[tuple[int, str]]
"""(day, activity) in order."""


def activations(template: str, course: Course, times: int = 1, most: int | None = None) -> list[tuple[int, bool]]:
    """(day, kept) of each activation of a template on a and b; ``most`` is how many days the partner may be away."""
    if template in _COUNTED:
        trigger, way, negative = _COUNTED[template]
        told = [
            (day, _partners(course, place, way, most)) for place, (day, name) in enumerate(course) if name == trigger
        ]
        return [(day, many <= times if negative else many >= times) for day, many in told]
    if template in _BY_EVENT:
        trigger, rule = _BY_EVENT[template]
        return [(day, rule(course, place, most)) for place, (day, name) in enumerate(course) if name == trigger]
    if template == "succession":
        return activations("response", course, most=most) + activations("precedence", course, most=most)
    if template == "max_gap":
        places = [p for p, (day, name) in enumerate(course) if name == "a" and (day, "a") not in course[p + 1 :]]
        return [
            (course[p][0], any(n == "a" and d - course[p][0] <= (most or 0) for d, n in course[p + 1 :]))
            for p in places
        ]
    return _by_case(template, course, times, most)


def _by_case(template: str, course: Course, times: int, most: int | None) -> list[tuple[int, bool]]:
    first = course[0][0]
    near = [name for day, name in course if most is None or day - first <= most]
    a, b = near.count("a"), near.count("b")
    names = [name for _, name in course]
    if template in ("co_existence", "not_co_existence") and not (a or b):
        return []
    kept = {
        "existence": a >= times,
        "absence": a <= times,
        "exactly": a == times,
        "init": names[0] == "a",
        "end": names[-1] == "a",
        "choice": a + b > 0,
        "exclusive_choice": (a > 0) != (b > 0),
        "co_existence": a > 0 and b > 0,
        "not_co_existence": not (a > 0 and b > 0),
    }[template]
    return [(course[-1][0] if template == "end" else first, kept)]


def _near(one: int, other: int, most: int | None) -> bool:
    return most is None or abs(one - other) <= most


def _partners(course: Course, place: int, way: int, most: int | None) -> int:
    """How many of the other kind stand on that side, near enough."""
    other = "b" if way > 0 else "a"
    side = course[place + 1 :] if way > 0 else course[:place]
    return sum(name == other and _near(day, course[place][0], most) for day, name in side)


def _alternate_response(course: Course, place: int, most: int | None) -> bool:
    for day, name in course[place + 1 :]:
        if name == "a":
            return False
        if name == "b":
            return _near(day, course[place][0], most)
    return False


def _alternate_precedence(course: Course, place: int, most: int | None) -> bool:
    for day, name in reversed(course[:place]):
        if name == "b":
            return False
        if name == "a":
            return _near(day, course[place][0], most)
    return False


def _chain_response(course: Course, place: int, most: int | None) -> bool:
    after = course[place + 1 : place + 2]
    return any(name == "b" and _near(day, course[place][0], most) for day, name in after)


def _chain_precedence(course: Course, place: int, most: int | None) -> bool:
    before = course[max(place - 1, 0) : place]
    return any(name == "a" and _near(day, course[place][0], most) for day, name in before)


def _responded(course: Course, place: int, most: int | None) -> bool:
    return any(name == "b" and _near(day, course[place][0], most) for day, name in course)


# The trigger, the side its partners stand on, and whether there may be so many at most.
_COUNTED = {"response": ("a", 1, False), "precedence": ("b", -1, False), "not_succession": ("a", 1, True)}
Rule = Callable[[Course, int, int | None], bool]
_BY_EVENT: dict[str, tuple[str, Rule]] = {
    "alternate_response": ("a", _alternate_response),
    "alternate_precedence": ("b", _alternate_precedence),
    "chain_response": ("a", _chain_response),
    "chain_precedence": ("b", _chain_precedence),
    "responded_existence": ("a", _responded),
    "not_chain_succession": ("a", lambda course, place, most: not _chain_response(course, place, most)),
}
