"""The section, the map and the lines of the handovers: what is said, what is not, and that no name acts."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from xml.etree import ElementTree

import pytest

from procmine.mine.handover.network import measured
from procmine.model import HandoverEdge, HandoverNode, Handovers, Share, Side
from procmine.report.document import Grid, Note, Picture, Section
from procmine.report.handover import MOST_SIDES, handover_section
from procmine.report.maps.handover_map import MOST_EDGES, MOST_NODES, NARROWEST, HandoverMap, draw, look_of, strongest
from procmine.report.reading import Reading
from procmine.report.sides import called, share_text, side_names
from procmine.report.words import NBSP, load
from procmine.terminal.handover import handover
from tests.report import made_up

DE, EN = load("de"), load("en")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = 'Team "><script>alert(1)</script> \u202e{count}'
A, B, OUT = Side("team", "JC-1", "Markt"), Side("team", "JC-1", "Leistung"), Side("outside")


def edge(source: Side, target: Side, count: int, warm: Share | None = None, **more: object) -> HandoverEdge:
    made = HandoverEdge(source, target, count, count, warm or Share(count // 4, count, count), count, 0, 12)
    return dataclasses.replace(made, **more)  # type: ignore[arg-type]


def network(edges: Iterable[HandoverEdge], by: str = "team", **more: object) -> Handovers:
    every = tuple(sorted(edges, key=lambda one: (one.source, one.target)))
    sides = sorted({side for one in every for side in (one.source, one.target)})
    total = sum(one.count for one in every)
    made = Handovers(by, None, total, total, total, tuple(HandoverNode(side) for side in sides), every)
    return measured(dataclasses.replace(made, **more))  # type: ignore[arg-type]


SMALL = network([edge(A, B, 400), edge(B, A, 60, Share(0, 0, 60)), edge(A, A, 30), edge(A, OUT, 100)])


def reading(language: str = "de") -> Reading:
    labels = {
        "integration": {"de": "Vermittlung", "en": "Placement"},
        "column:team": {"de": "Team", "en": "team"},
    }
    return Reading(made_up.findings(), made_up.sheets(), labels, load(language))


def section(*found: Handovers, language: str = "de") -> Section:
    made = handover_section(reading(language), found)
    assert made is not None
    return made


def drawn(found: Handovers, language: str = "de") -> HandoverMap:
    return draw(found, side_names(found, reading(language)), load(language))


def parsed(shown: HandoverMap) -> ElementTree.Element:
    return ElementTree.fromstring(shown.svg)  # noqa: S314 -- our own drawing; that it is well-formed is the question


def grid(made: Section, key: str) -> Grid:
    blocks = [inner for block in made.blocks for inner in getattr(block, "blocks", (block,))]
    return next(block for block in blocks if isinstance(block, Grid) and block.key == key)


def row(table: Grid, *heads: str) -> list[str]:
    return next([cell.text for cell in one] for one in table.rows if tuple(c.text for c in one[: len(heads)]) == heads)


def big(teams: int, each: int) -> Handovers:
    sides = [Side("team", "JC-1", f"T{k:02}") for k in range(teams)]
    pairs = [(sides[k], sides[(k + 1 + j) % teams]) for k in range(teams) for j in range(each)]
    return network(edge(a, b, 10 + 3 * k) for k, (a, b) in enumerate(pairs))


# The section


def test_a_log_without_handovers_has_no_section() -> None:
    assert handover_section(reading(), [network([])]) is None


def test_the_title_names_the_most_frequent_handover() -> None:
    assert section(SMALL).title == "590 Übergaben; die häufigste geht von Markt an Leistung (400)."


def test_each_level_has_its_map_its_matrix_and_its_tables() -> None:
    partner = network([edge(Side("office", "", "JC-1"), Side("partner", "", "Caritas"), 40)], "partner")
    keys = [getattr(block, "key", None) for block in section(SMALL, partner).blocks if not isinstance(block, Note)]

    assert keys == [
        "handover-team", "matrix-team", "fold-handover-team",
        "handover-partner", "matrix-partner", "fold-handover-partner",
    ]  # fmt: skip


def test_the_matrix_holds_number_and_warm_share_and_a_dash_where_there_is_none() -> None:
    table = grid(section(SMALL), "matrix-team")

    assert [column.title for column in table.columns[1:]] == ["Stellen außerhalb", "Leistung", "Markt"]
    assert row(table, "Markt")[1:] == [f"100 · 25{NBSP}%", f"400 · 25{NBSP}%", f"30 · 23{NBSP}%"]
    assert row(table, "Leistung")[1:] == ["–", "–", "60"]


def test_a_matrix_says_how_many_sides_it_leaves_out() -> None:
    table = grid(section(big(20, 1)), "matrix-team")

    assert len(table.rows) == MOST_SIDES and "weitere Seiten" in table.more


def test_a_median_that_is_not_reached_is_words_and_not_zero() -> None:
    found = network([edge(A, B, 40, reached=10, waiting=30, median_days=None), edge(B, A, 30)])

    assert row(grid(section(found), "handover-edges-team"), "Markt", "Leistung")[-3:] == [
        "Hälfte nicht erreicht",
        "10",
        "30",
    ]


def test_a_waiting_time_nobody_knows_is_a_dash() -> None:
    found = network([edge(A, B, 40, reached=0, waiting=0, median_days=None), edge(B, A, 30)])

    assert row(grid(section(found), "handover-edges-team"), "Markt", "Leistung")[-3:] == ["–", "–", "–"]


def test_the_waiting_is_said_in_days() -> None:
    assert row(grid(section(SMALL), "handover-edges-team"), "Markt", "Leistung")[-3:] == ["12 Tage", "400", "0"]


def test_the_sides_stand_in_the_order_of_their_names_and_not_of_their_measures() -> None:
    names = [one[0].text for one in grid(section(SMALL), "handover-nodes-team").rows]

    assert names == ["Leistung", "Markt", "Stellen außerhalb"]


def test_a_column_the_export_lacks_is_named() -> None:
    found = dataclasses.replace(network([]), count=50, missing=("team",))
    (note,) = section(found).blocks

    assert isinstance(note, Note) and note.text == "Nicht messbar: Im Auszug fehlt Team."


def test_where_nothing_may_be_shown_it_is_said() -> None:
    (note,) = section(dataclasses.replace(network([]), count=50)).blocks

    assert isinstance(note, Note) and "zu wenige Personen" in note.text


def test_functions_bear_the_vocabularys_names() -> None:
    side = Side("function", "", "integration")
    found = network([edge(side, side, 90)], "function")

    assert "Placement" in section(found, language="en").title


def test_teams_of_several_offices_are_told_apart_by_them() -> None:
    found = network([edge(A, Side("team", "JC-2", "Markt"), 90)])

    assert set(side_names(found, reading()).values()) == {"JC-1: Markt", "JC-2: Markt"}


@pytest.mark.parametrize(
    ("side", "name"),
    [
        (Side("outside"), "Stellen außerhalb"),
        (Side("small_teams"), "kleine Teams zusammen"),
        (Side("team", "A", " "), "(ohne Namen)"),
    ],
)
def test_sides_without_a_name_are_called_something(side: Side, name: str) -> None:
    assert called(side, DE, several=False) == name


@pytest.mark.parametrize(
    ("share", "text"), [(0.004, "under 1%"), (0.996, "over 99%"), (0, "0%"), (1, "100%"), (0.5, "50%")]
)
def test_a_share_never_claims_all_or_nothing_where_it_is_not(share: float, text: str) -> None:
    assert share_text(share, EN) == text


# The map


def test_the_map_is_a_drawing_with_real_text_and_an_alternative() -> None:
    shown = drawn(SMALL)
    texts = ["".join(one.itertext()) for one in parsed(shown).iter(f"{SVG}text")]

    assert {"Markt", "Leistung", "Stellen außerhalb", "400 · 25 %"} <= set(texts)
    assert "Markt → Leistung: 400 Übergaben" in shown.alt


def test_every_handover_has_its_line_and_every_side_its_box() -> None:
    root = parsed(drawn(SMALL))
    boxes = {one.get("data-step") for one in root.iter(f"{SVG}g")} - {None}
    ends = {(one.get("data-from"), one.get("data-to")) for one in root.iter(f"{SVG}g")} - {(None, None)}

    assert (len(boxes), len(ends)) == (3, 4) and {end for pair in ends for end in pair} == boxes


def test_no_two_boxes_of_a_large_map_overlap() -> None:
    rects = [one.find(f"{SVG}rect") for one in parsed(drawn(big(14, 3))).iter(f"{SVG}g") if one.get("data-step")]
    places = [[float(one.get(key, "0")) for key in ("x", "y", "width", "height")] for one in rects if one is not None]
    overlapping = [
        (a, b) for k, a in enumerate(places) for b in places[:k]
        if a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
    ]  # fmt: skip

    assert len(places) == 14 and not overlapping


def test_of_a_large_network_the_strongest_is_drawn_and_no_side_alone() -> None:
    nodes, edges = strongest(big(40, 3), MOST_NODES, MOST_EDGES)

    assert len(nodes) <= MOST_NODES and len(edges) <= MOST_EDGES
    assert {node.side for node in nodes} == {side for one in edges for side in (one.source, one.target)}


def test_what_the_map_shows_of_a_large_network_is_said() -> None:
    assert re.search(r"\d+ of 40 sides, \d+% of the handovers", drawn(big(40, 3), "en").shown)


def test_a_small_map_is_not_blown_up_to_the_page() -> None:
    assert float(parsed(drawn(SMALL)).get("width", "0")) >= NARROWEST


def test_a_hostile_name_is_text_in_the_map() -> None:
    side = Side("team", "JC-1", HOSTILE)
    shown = drawn(network([edge(side, A, 90), edge(A, side, 80)]))

    assert "<script" not in shown.svg and "\u202e" not in shown.svg and "&lt;script&gt;" in shown.svg


def test_a_hostile_name_is_text_in_section_and_lines() -> None:
    side = Side("team", "JC-1", HOSTILE)
    found = network([edge(side, A, 90), edge(A, side, 80)])

    assert "\u202e" not in repr(section(found)) and "\u202e" not in handover(found, EN)
    assert "{count}" in section(found).title


@pytest.mark.parametrize(
    ("side", "look"),
    [
        (Side("function", "", "provider"), "third"),
        (Side("function", "", "benefits"), "office"),
        (Side("partner", "", "Caritas"), "third"),
        (Side("small_teams"), "unknown"),
        (A, "office"),
    ],
)
def test_a_box_looks_like_whose_it_is(side: Side, look: str) -> None:
    assert look_of(side) == look


def test_the_legend_explains_only_what_is_drawn() -> None:
    picture = next(block for block in section(SMALL).blocks if isinstance(block, Picture))

    assert [kind for kind, _, _ in picture.legend] == ["office", "third"]


def test_the_same_network_is_the_same_drawing() -> None:
    assert drawn(big(9, 3)).svg == drawn(big(9, 3)).svg


# The lines


def test_the_lines_tell_edges_and_sides() -> None:
    lines = handover(SMALL, EN).splitlines()

    assert [re.split(r"  +", line) for line in lines if line.startswith("Markt  ")] == [
        ["Markt", "Leistung", "400", "400", "25%", "100%", "12", "400", "0"],
        ["Markt", "organisations outside", "100", "100", "25%", "100%", "12", "100", "0"],
        ["Markt", "Markt", "30", "30", "23%", "100%", "12", "30", "0"],
        ["Markt", "530", "90", "2", "1", "0.500"],
    ]


def test_the_lines_of_a_large_network_say_what_they_leave_out() -> None:
    assert "40 of 120 (--json shows all)" in handover(big(40, 3), EN)


def test_the_lines_name_a_column_the_export_lacks() -> None:
    found = dataclasses.replace(network([]), count=50, missing=("team",))

    assert handover(found, EN).endswith("Not measurable: the extract lacks team.")
