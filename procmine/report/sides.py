"""What is said of the sides of a handover: what they are called, and which share between them is warm."""

from __future__ import annotations

from procmine.model import Handovers, Side
from procmine.report.reading import Reading
from procmine.report.words import Words, clean


def side_names(found: Handovers, reading: Reading) -> dict[Side, str]:
    """The name of every side of a network, in the reader's language."""
    words = reading.words
    several = len({node.side.office for node in found.nodes if node.side.kind == "team"}) > 1
    return {
        node.side: reading.label(node.side.name)
        if node.side.kind == "function"
        else called(node.side, words, several=several)
        for node in found.nodes
    }


def called(side: Side, words: Words, *, several: bool) -> str:
    """A side by the names of the log; ``several``: teams of more than one office are told apart by it."""
    if side.kind in ("outside", "small_teams"):
        return words.text(f"handover.side.{side.kind}")
    name = clean(side.name).strip() or words.text("handover.side.unnamed")
    return f"{clean(side.office)}: {name}" if several and side.kind == "team" and side.office else name


def share_text(share: float, words: Words) -> str:
    """A share in whole per cent that never claims all or nothing where it is not."""
    if 0 < share < 0.01:
        return words.text("handover.share.tiny")
    if 0.99 < share < 1:
        return words.text("handover.share.nearly")
    return words.percent(share, 0)
