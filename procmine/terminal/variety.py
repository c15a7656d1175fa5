"""The variety of courses as lines: all figures of the whole, and the offices beside one another at one size."""

from __future__ import annotations

from collections.abc import Sequence

from procmine.model import Spread, Variety
from procmine.report.words import Words
from procmine.terminal.aligned import pairs, table

UNKNOWN = "–"
_COUNTS = ("cases", "events", "activities", "pairs", "variants", "states", "partitions")
_FIGURES = (
    "variant_bits",
    "next_bits",
    "next_or_end_bits",
    "start_next_or_end_bits",
    "variant_entropy",
    "variant_entropy_share",
    "sequence_entropy",
    "sequence_entropy_share",
    "linear_share",
    "exponential_share",
    "process_exponent",
    "detail",
    "gap_seconds",
    "structure",
    "affinity",
    "deviation",
)
_WHOLE = ("task_complexity", "phrases", "control_flow")


def variety(found: Sequence[Variety], words: Words) -> str:
    """The whole log (``office`` None) first, then a line an office in the order of the names."""
    parts = [_one(one, words) for one in found if one.office is None]
    offices = [one for one in found if one.office is not None]
    if offices:
        parts.append(_offices(offices, words))
    return "\n\n".join(parts)


def _one(one: Variety, words: Words) -> str:
    facts = [(name, words.number(getattr(one, name))) for name in _COUNTS]
    facts += [(f"top {most}", words.percent(share)) for most, share in one.top]
    facts += [(name, _number(getattr(one, name), words)) for name in _FIGURES]
    facts += [(name, UNKNOWN if (n := getattr(one, name)) is None else words.number(n)) for name in _WHOLE]
    if one.shuffled is not None:
        facts.append(("draws", f"{words.number(one.shuffled.draws)} of {words.number(one.shuffled.size)} cases"))
        facts += [
            (f"{name} drawn", _spread(getattr(one.shuffled, name), words))
            for name in ("variant_entropy", "sequence_entropy")
        ]
    return pairs(facts)


def _offices(offices: Sequence[Variety], words: Words) -> str:
    head = ("office", "cases", "drawn", "variants a case", "variant entropy", "sequence entropy")
    rows = []
    for one in offices:
        drawn = one.shuffled
        spreads = (drawn.variants, drawn.variant_entropy, drawn.sequence_entropy) if drawn else ()
        rows.append(
            (
                one.office or "",
                words.number(one.cases),
                f"{words.number(drawn.draws)} x {words.number(drawn.size)}" if drawn else UNKNOWN,
                *((_spread(spread, words) for spread in spreads) if drawn else (UNKNOWN,) * 3),
            )
        )
    return table(head, rows, right=range(1, 6))


def _spread(spread: Spread, words: Words) -> str:
    return f"{words.number(spread.mean, 3)} ({words.number(spread.low, 3)}–{words.number(spread.high, 3)})"


def _number(value: float | None, words: Words) -> str:
    return UNKNOWN if value is None else words.number(value, 3 if abs(value) < 100 else 0)
