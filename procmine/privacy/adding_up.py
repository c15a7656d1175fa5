"""What a reader can tell of numbers that add up in several ways at once: the range each of them must lie in."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Range = tuple[int, int]


def ranges(given: Mapping[Key, Range], sums: Sequence[tuple[Key, Sequence[Key]]]) -> dict[Key, Range]:
    """Least and most of each number, where every total is what its parts come to: no sum alone tells more, given what
    all others tell.

    >>> ranges({"all": (18, 22), "a": (0, 9), "b": (0, 9)}, [("all", ["a", "b"])])
    {'all': (18, 18), 'a': (9, 9), 'b': (9, 9)}
    """
    low = {key: least for key, (least, _) in given.items()}
    high = {key: most for key, (_, most) in given.items()}
    waiting = True
    while waiting:
        waiting = any([_narrowed(total, parts, low, high) for total, parts in sums])
    return {key: (low[key], high[key]) for key in given}


def _narrowed(total: Key, parts: Sequence[Key], low: dict[Key, int], high: dict[Key, int]) -> bool:
    """Narrow the ranges of one sum; whether anything changed."""
    least, most = sum(low[part] for part in parts), sum(high[part] for part in parts)
    found = {total: (least, most)}
    for part in parts:
        found[part] = (low[total] - (most - high[part]), high[total] - (least - low[part]))
    changed = False
    for key, (under, over) in found.items():
        if under > low[key] or over < high[key]:
            low[key], high[key] = max(low[key], under), min(high[key], over)
            changed = True
    return changed
