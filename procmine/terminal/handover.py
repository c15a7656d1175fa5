"""The handovers as lines: how many are placed, the network's measures, every edge and every side. No caseworker."""

from __future__ import annotations

from procmine.model import HandoverEdge, Handovers, Share, Side
from procmine.report.sides import called
from procmine.report.words import Words
from procmine.terminal.aligned import pairs, table

UNKNOWN = "–"
MOST_EDGES = 40


def handover(found: Handovers, words: Words) -> str:
    """The facts, the edges (most frequent first), the sides (in the order of their names)."""
    facts = [
        ("by", found.by),
        ("handovers", words.number(found.count)),
        ("cases", words.number(found.cases)),
        ("both sides known", words.number(found.placed)),
        ("density", _number(found.density, words)),
        ("reciprocity", _number(found.reciprocity, words)),
        ("components", words.number(found.components)),
    ]
    if not found.edges:  # nor a network; and where a column is missing a count of none is no count
        return f"{pairs(facts[: 1 if found.missing and not found.count else 3])}\n\n{_nothing(found, words)}"
    several = len({node.side.office for node in found.nodes if node.side.kind == "team"}) > 1
    names = {node.side: called(node.side, words, several=several) for node in found.nodes}
    ranked = sorted(found.edges, key=lambda edge: (-edge.count, edge.source, edge.target))
    edges = [_edge(edge, names, words) for edge in ranked[:MOST_EDGES]]
    nodes = [
        (
            names[node.side],
            words.number(node.given),
            words.number(node.taken),
            words.number(node.targets),
            words.number(node.sources),
            _number(node.betweenness, words),
        )
        for node in found.nodes
    ]
    head = ("from", "to", "count", "cases", "warm", "known", "median days", "reached", "waiting")
    parts = [
        pairs(facts),
        table(head, edges, right=range(2, 9)),
        table(("side", "given", "taken", "targets", "sources", "betweenness"), nodes, right=range(1, 6)),
    ]
    if len(ranked) > MOST_EDGES:
        parts.insert(2, f"{words.number(MOST_EDGES)} of {words.number(len(ranked))} (--json shows all)")
    return "\n\n".join(parts)


def _nothing(found: Handovers, words: Words) -> str:
    """Why no edge is shown."""
    if found.missing:
        return words.text("handover.missing", columns=", ".join(found.missing))
    return words.text("handover.nothing" if found.count else "handover.none")


def _edge(edge: HandoverEdge, names: dict[Side, str], words: Words) -> tuple[str, ...]:
    watched = edge.reached + edge.waiting
    return (
        names[edge.source],
        names[edge.target],
        words.number(edge.count),
        words.number(edge.cases),
        _percent(edge.warm, words),
        UNKNOWN if edge.warm.coverage is None else words.percent(edge.warm.coverage, 0),
        UNKNOWN if edge.median_days is None else words.number(edge.median_days),
        words.number(edge.reached) if watched else UNKNOWN,
        words.number(edge.waiting) if watched else UNKNOWN,
    )


def _percent(share: Share, words: Words) -> str:
    return UNKNOWN if share.value is None else words.percent(share.value, 0)


def _number(value: float | None, words: Words) -> str:
    return UNKNOWN if value is None else words.number(value, 3)
