"""The difference of two models as lines: steps and ways by share of cases, with the interval of what differs."""

from __future__ import annotations

from collections.abc import Sequence

from procmine.report.maps.difference_map import DifferenceMap
from procmine.report.maps.differences import Difference
from procmine.report.words import Words
from procmine.terminal.aligned import pairs, table
from procmine.terminal.lines import ARROW

MOST = 30


def differing(found: DifferenceMap, names: tuple[str, str], words: Words) -> str:
    """What is surely different first, the largest first; then what may be chance."""
    steps = [((name,), one) for name, one in found.differences.steps.items()]
    ways = list(found.differences.ways.items())
    return "\n\n".join(
        [
            pairs([("first", names[0]), ("second", names[1])]),
            _lines("step", steps, words),
            _lines("way", ways, words),
            "\n".join(found.notes),
        ]
    )


def _lines(what: str, found: Sequence[tuple[tuple[str, ...], Difference]], words: Words) -> str:
    ordered = sorted(found, key=lambda pair: (pair[1].verdict == "same", -abs(pair[1].value), pair[0]))
    rows = [
        (
            ARROW.join(names),
            words.percent(one.first),
            words.percent(one.second),
            words.text("units.points", value=words.number(100 * one.value, 1)),
            f"{words.number(100 * one.interval[0], 1)} – {words.number(100 * one.interval[1], 1)}",
            one.verdict,
        )
        for names, one in ordered[:MOST]
    ]
    return table((what, "first", "second", "difference", "95 % interval", "verdict"), rows, right=range(1, 5))
