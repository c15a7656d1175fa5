"""Who hands over to whom: between functions, teams, or offices and their partners. Never between single workers.

A handover is a row of the derived table handovers. Its sending side is that of its own role or of the team the event
belongs to; its receiving side is told by the role or organisation named, else by the role or team under which the named
worker acts nearest to that day (before rather than after), and for a team at last by that of the first contact after.

**Waiting time** runs from the handover to the first substantive contact after it with the receiving side: with the
worker named; else, where only the function is known, with any of that function (within one function: with another than
the sender); for an organisation outside, a contact it takes part in, or its arrival. What has not happened by the end
of observation is censored, not zero; so is what may have happened unseen, at the first contact of which is not recorded
who took part. A receiving team that only the contact tells has no waiting time: who still waits for it is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from procmine.errors import UsageError, nearest
from procmine.mine.chosen import Chosen
from procmine.mine.counts import Rows, case_filter
from procmine.mine.handover.rows import Codes, edges_query, staff_query
from procmine.model import HandoverEdge, HandoverNode, Handovers, Hands, Share, Side
from procmine.stats.survival import day_of, product_limit

LEVELS = ("function", "team", "partner")
_NEEDED = {"function": "role", "team": "team", "partner": "to_org"}
_DIGITS = 12  # of a measure between 0 and 1: beyond them a sum depends on its order


@dataclass(slots=True)
class _Tally:
    """What is counted of an edge; ``days`` holds (day, contacts, all whose time ended on that day), ``givers`` and
    ``seers`` how many each known caseworker had."""

    count: int = 0
    cases: int = 0
    hits: int = 0
    known: int = 0
    days: list[tuple[int, int, int]] = field(default_factory=list)
    givers: list[int] = field(default_factory=list)
    seers: list[int] = field(default_factory=list)


def handovers(
    log: Any,
    *,
    by: str = "function",
    office: str | None = None,
    chosen: Chosen | None = None,
    least_workers: int = 0,
) -> Handovers:
    """The handovers of a log, of the cases of an ``office``, or of those ``chosen``, with the network's measures.

    ``least_workers``: teams of fewer caseworkers stand together as one (for a privacy profile, its ``workers``); what
    is left too small the privacy door leaves out. Raises UsageError for a level there is none of.
    """
    if by not in LEVELS:
        raise UsageError(f"Handovers are not shown by {by!r}.", hint=nearest(by, LEVELS))
    if chosen is None and office is not None:
        chosen = Chosen(office=office)
    local = log.receipt["pseudonyms"]["workers"] == "case-local"
    whole, edges = _edges(log.engine, by, chosen, least_workers, local)
    staff = _counted_at_import(log.receipt["staff"]) if local else _staff(log.engine, by, chosen, least_workers)
    sides = sorted({side for edge in edges for side in (edge.source, edge.target)})
    found = Handovers(
        by=by,
        office=chosen.office if chosen else None,
        count=whole.count,
        cases=whole.cases,
        placed=sum(edge.count for edge in edges),
        nodes=tuple(HandoverNode(side, workers=_workers(side, staff, local)) for side in sides),
        edges=edges,
        missing=tuple(name for name in (_NEEDED[by],) if name in log.receipt.get("absent", ())),
    )
    return measured(found)


def open_library() -> None:
    """Import the library of networks ahead of ``measured``."""
    import networkx  # noqa: F401 - kept by Python


def measured(found: Handovers) -> Handovers:
    """The handovers with the measures of the network that their edges make.

    Also for what left the privacy door: what a reader cannot see does not count, and gives nothing away.
    """
    import networkx as nx

    number = {node.side: place for place, node in enumerate(found.nodes)}
    ends = [(number[edge.source], number[edge.target], edge.count) for edge in found.edges]
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(range(len(number)))
    graph.add_edges_from((source, target) for source, target, _ in ends if source != target)
    between = nx.betweenness_centrality(graph) if len(graph) > 2 else {}
    nodes = tuple(
        replace(
            node,
            given=sum(count for source, _, count in ends if source == place),
            taken=sum(count for _, target, count in ends if target == place),
            targets=graph.out_degree(place),
            sources=graph.in_degree(place),
            betweenness=round(between[place], _DIGITS) if between else None,
        )
        for place, node in enumerate(found.nodes)
    )
    joined = graph.number_of_edges() > 0
    return replace(
        found,
        nodes=nodes,
        density=round(nx.density(graph), _DIGITS) if len(graph) > 1 else None,
        reciprocity=round(nx.overall_reciprocity(graph), _DIGITS) if joined else None,
        components=nx.number_weakly_connected_components(graph),
    )


def data(found: Handovers) -> dict[str, Any]:
    """The handovers as the command line's JSON ``data``: plain lists and values, no number of caseworkers."""
    from dataclasses import asdict

    told = asdict(found)
    for node in told["nodes"]:
        del node["workers"]
    for edge in told["edges"]:
        del edge["givers"], edge["seers"]
    return told


def _edges(
    engine: Rows, by: str, chosen: Chosen | None, least: int, local: bool
) -> tuple[_Tally, tuple[HandoverEdge, ...]]:
    """The whole and the edges whose sides are both known, in the order of the sides."""
    whole = _Tally()
    found: dict[tuple[Side, Side], _Tally] = {}
    for row in engine.run(edges_query(by, case_filter(engine, chosen), least, Codes(), local=local)):
        kind, ends, sums, days, happened, by_known = row[0], row[1:7], row[7:11], row[11], row[12], row[13]
        if kind == "whole":
            whole = _Tally(*sums)
        elif ends[0] is not None and ends[3] is not None:
            tally = found.setdefault((Side(*ends[:3]), Side(*ends[3:])), _Tally())
            if kind == "edge":
                tally.count, tally.cases, tally.hits, tally.known = sums
            elif kind == "days" and days is not None:
                tally.days.append((days, sums[0] if happened else 0, sums[0]))
            elif kind in ("giver", "met_by") and by_known:
                (tally.givers if kind == "giver" else tally.seers).append(sums[0])
    return whole, tuple(_edge(*ends, found[ends]) for ends in sorted(found))


def _hands(counts: list[int]) -> Hands:
    busiest = sorted(counts, reverse=True)
    return Hands(len(busiest), sum(busiest), sum(busiest[:1]), sum(busiest[:2]))


def _edge(source: Side, target: Side, tally: _Tally) -> HandoverEdge:
    reached, watched = (sum(row[place] for row in tally.days) for place in (1, 2))
    median = day_of(product_limit(tally.days))[0] if watched > 1 else None
    return HandoverEdge(
        source=source,
        target=target,
        count=tally.count,
        cases=tally.cases,
        warm=Share(tally.hits, tally.known, tally.count),
        reached=reached,
        waiting=watched - reached,
        median_days=median,
        givers=_hands(tally.givers),
        seers=_hands(tally.seers),
    )


def _staff(engine: Rows, by: str, chosen: Chosen | None, least: int) -> dict[Side, int]:
    rows = engine.run(staff_query(by, case_filter(engine, chosen), least, Codes()))
    return {Side(kind, office, name): workers for kind, office, name, workers in rows}


def _counted_at_import(staff: Mapping[str, Any]) -> dict[Side, int]:
    """The caseworkers of the offices, where workers are numbered within each case: nobody can count any others."""
    return {Side("office", "", name): workers for name, workers in staff["offices"].items()}


def _workers(side: Side, staff: dict[Side, int], local: bool) -> int | None:
    """The caseworkers behind a side; None for one outside the job centre, 0 where none is recorded or countable."""
    if side.kind in ("outside", "partner"):
        return None
    return staff.get(side, 0 if local or side.kind != "function" else None)
