"""The section of the handovers: for each level a map, a matrix, and all figures as tables. No single caseworker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from procmine.model import HandoverEdge, HandoverNode, Handovers, Side
from procmine.report.document import Block, Cell, Column, Fold, Grid, Note, Picture, Section
from procmine.report.maps.handover_map import draw, look_of
from procmine.report.reading import Reading
from procmine.report.sides import share_text, side_names
from procmine.report.tables import held

MOST_SIDES = 12  # rows and columns of a matrix: more do not fit a sheet
SIGNS = (("office", "■"), ("third", "▲"), ("unknown", "○"))


def handover_section(reading: Reading, found: Sequence[Handovers]) -> Section | None:
    """Handovers at one or more levels, as they left the privacy door; None where the log holds none at all."""
    words, counted = reading.words, [one for one in found if one.count]
    if not counted:
        return None
    blocks: list[Block] = []
    for one in counted:
        blocks += _level(reading, one)
    return Section(
        "uebergaben",
        words.text("handover.topic"),
        _title(reading, counted[0]),
        (words.text("handover.lead"), words.text("handover.waiting"), words.text("handover.no_person")),
        tuple(blocks),
    )


def _title(reading: Reading, found: Handovers) -> str:
    """The most frequent handover, where one is shown."""
    words = reading.words
    count = words.number(found.count)
    if not found.edges:
        return words.text("handover.title_none", count=count)
    names = side_names(found, reading)
    first = min(found.edges, key=lambda edge: (-edge.count, edge.source, edge.target))
    ends = {"source": names[first.source], "target": names[first.target]}
    return words.text("handover.title", count=count, most=words.number(first.count), **ends)


def _level(reading: Reading, found: Handovers) -> list[Block]:
    """One level: what is placed, the map, the matrix, the figures."""
    words = reading.words
    title = words.text(f"handover.map.{found.by}")
    if found.missing:
        columns = words.listed([reading.column(name) for name in found.missing])
        return [Note(words.text("handover.missing", columns=columns), "muted", title)]
    if not found.edges:
        return [Note(words.text("handover.nothing"), "muted", title)]
    names = side_names(found, reading)
    shown = draw(found, names, words)
    looks = {look_of(side) for side in shown.nodes}
    picture = Picture(
        key=f"handover-{found.by}",
        caption=title,
        alt=shown.alt,
        levels=((title, shown.shown, shown.svg),),
        shown=0,
        choices=tuple((f"s{place}", names[side]) for place, side in enumerate(shown.nodes)),
        legend=tuple((look, sign, words.text(f"handover.legend.{look}")) for look, sign in SIGNS if look in looks),
    )
    figures = (_edges(reading, found, names), _nodes(reading, found, names))
    return [
        Note(_placed(reading, found), "plain", title),
        picture,
        _matrix(reading, found, names),
        Fold(f"fold-handover-{found.by}", words.text("handover.fold", level=title), figures),
    ]


def _placed(reading: Reading, found: Handovers) -> str:
    """How many handovers this level rests on, and how the network hangs together."""
    words = reading.words
    key = "handover.placed_partner" if found.by == "partner" else "handover.placed"
    said = [words.text(key, placed=words.number(found.placed), count=words.number(found.count))]
    if found.density is not None:
        said.append(words.text("handover.density", share=words.percent(found.density, 0)))
    if found.reciprocity is not None and found.by != "partner":
        said.append(words.text("handover.reciprocity", share=words.percent(found.reciprocity, 0)))
    return " ".join(said)


def _matrix(reading: Reading, found: Handovers, names: Mapping[Side, str]) -> Grid:
    """Who gives stands in the row, who takes in the column; in the cell how many and how many of them warm."""
    words = reading.words
    edges = {(edge.source, edge.target): edge for edge in found.edges}
    givers = _most(found, [node.given for node in found.nodes])
    takers = _most(found, [node.taken for node in found.nodes])
    columns = (Column(words.text("handover.from_to")), *(Column(names[side], "end") for side in takers))
    rows = [(Cell(names[giver]), *(_cell(reading, edges.get((giver, taker))) for taker in takers)) for giver in givers]
    left_out = len({node.side for node in found.nodes} - {*givers, *takers})
    more = words.counted("handover.left_out", left_out) if left_out else ""
    caption = words.text("handover.matrix", level=words.text(f"handover.map.{found.by}"))
    return Grid(f"matrix-{found.by}", caption, columns, tuple(rows), more)


def _most(found: Handovers, counts: Sequence[int]) -> list[Side]:
    """The sides that have most of what is counted, in the order of the network; none that has nothing."""
    ranked = sorted(range(len(counts)), key=lambda place: (-counts[place], place))[:MOST_SIDES]
    return [found.nodes[place].side for place in sorted(ranked) if counts[place]]


def _cell(reading: Reading, edge: HandoverEdge | None) -> Cell:
    if edge is None:
        return Cell(reading.words.text("report.dash"), "muted")
    count = reading.words.number(edge.count)
    if edge.warm.value is None:
        return Cell(count, "plain", edge.count)
    return Cell(f"{count} · {share_text(edge.warm.value, reading.words)}", "plain", edge.count)


def _edges(reading: Reading, found: Handovers, names: Mapping[Side, str]) -> Grid:
    """All handovers from side to side, the most frequent first."""
    words = reading.words
    titles = ("source", "target", "count", "cases", "warm", "known", "median", "reached", "waiting")
    columns = tuple(
        Column(words.text(f"handover.column.{name}"), "start" if place < 2 else "end", bar=name == "warm")
        for place, name in enumerate(titles)
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(names[edge.source]),
            Cell(names[edge.target]),
            Cell(words.number(edge.count), "plain", edge.count),
            Cell(words.number(edge.cases), "plain", edge.cases),
            _share(reading, edge.warm.value),
            _share(reading, edge.warm.coverage),
            _days(reading, edge),
            *_watched(reading, edge),
        )
        for edge in sorted(found.edges, key=lambda edge: (-edge.count, edge.source, edge.target))
    ]
    return held(words, f"handover-edges-{found.by}", words.text("handover.table"), columns, rows)


def _share(reading: Reading, share: float | None) -> Cell:
    if share is None:
        return Cell(reading.words.text("report.dash"), "muted")
    return Cell(share_text(share, reading.words), "plain", share)


def _days(reading: Reading, edge: HandoverEdge) -> Cell:
    """The day by which half had a contact; in words where that is not reached or nobody knows."""
    words = reading.words
    if edge.median_days is not None:
        return Cell(words.counted("durations.days", edge.median_days), "plain", edge.median_days)
    if not edge.reached + edge.waiting:
        return Cell(words.text("report.dash"), "muted")
    return Cell(words.text("handover.not_reached"), "muted")


def _watched(reading: Reading, edge: HandoverEdge) -> tuple[Cell, Cell]:
    """How many had a contact and how many are censored; a dash where neither is known."""
    if not edge.reached + edge.waiting:
        dash = Cell(reading.words.text("report.dash"), "muted")
        return dash, dash
    one, other = (Cell(reading.words.number(n), "plain", n) for n in (edge.reached, edge.waiting))
    return one, other


def _nodes(reading: Reading, found: Handovers, names: Mapping[Side, str]) -> Grid:
    """Each side's place in the network, in the order of the names: no rank."""
    words = reading.words
    columns = tuple(
        Column(words.text(f"handover.column.{name}"), "end" if place else "start")
        for place, name in enumerate(("side", "given", "taken", "targets", "sources", "betweenness"))
    )
    nodes = {names[node.side]: node for node in found.nodes}
    rows = [_node(reading, name, nodes[name]) for name in words.sorted(list(nodes))]
    return held(words, f"handover-nodes-{found.by}", words.text("handover.network"), columns, rows)


def _node(reading: Reading, name: str, node: HandoverNode) -> tuple[Cell, ...]:
    words = reading.words
    counts = (node.given, node.taken, node.targets, node.sources)
    between = node.betweenness
    dash = Cell(words.text("report.dash"), "muted")
    return (
        Cell(name),
        *(Cell(words.number(count), "plain", count) for count in counts),
        dash if between is None else Cell(words.number(between, 2), "plain", between),
    )
