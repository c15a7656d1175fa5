"""The drawn norm: every deviation on it and in its table, by sign and colour, on the author's places or ours; harmless
names, texts that fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from procmine.content import shipped
from procmine.deviations import Begun, Conformance, Deviation, Foreseen, Kept, Norm, Remark
from procmine.mine.bpmn.reading import known_words, read_bpmn
from procmine.report import words
from procmine.report.document import Fold, Grid, Note, Picture, Section
from procmine.report.maps.colours import GROUND
from procmine.report.maps.norm_colours import DARK, LIGHT
from procmine.report.maps.norm_map import NormMap, draw
from procmine.report.norm_section import conform_section, remark_text
from procmine.report.reading import Reading
from procmine.schema import load_schema
from procmine.terminal.deviations import conformance, conformance_data
from tests.report.test_html import CHROMIUM
from tests.report.test_maps import contrast

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '"><script>alert(1)</script> \u202egnp'
SCHEMA = load_schema()
EXAMPLE = Path(str(shipped())) / "event_logs" / "norms" / "first_contact.bpmn"
GERMAN = SCHEMA.labels("de")
DEVIATIONS = (
    Deviation("missing", "cooperation_plan", "plan", 215, 210, ()),
    Deviation(
        "inserted", "first_interview", "notice", 1029, 1000,
        (Begun("client", 512, 500), Begun("office", 314, 300), Begun("third", 103, 100), Begun("unknown", 100, 100)),
    ),
    Deviation("inserted", "profiling", "notice", 54, 54, (Begun("unknown", 54, 54),)),
    Deviation("inserted", "profiling", "application", 93, 93, (Begun("unknown", 93, 93),)),
    Deviation("inserted", "benefit_notice", "start", 19, 19, (Begun("office", 19, 19),)),
)  # fmt: skip


@pytest.fixture(scope="module")
def norm() -> Norm:
    return read_bpmn(EXAMPLE, known_words(SCHEMA))


def a_result(norm: Norm, deviations: tuple[Deviation, ...] = DEVIATIONS, **more: Any) -> Conformance:
    steps = ("application", "notice", "interview", "profiling", "plan")
    made = Conformance(
        norm=norm,
        whole=Kept({}, 300, 450, 165, 320, 0, (0.37, 0.44)),
        offices=(
            Kept({"office": "JC-10"}, 60, 40, 5, 0, 0, (0.5, 0.69)),
            Kept({"office": "JC-2"}, 0, 0, 9, 0, 0, None),
        ),
        deviations=deviations,
        foreseen=tuple(Foreseen(step, 1500, 700) for step in steps),
        untouched=120,
        only_named=True,
        beside=(("walk_in", 80, 60),),
        entries=True,
        exits=True,
        quiet_days=None,
        fitness=0.89,
    )
    return replace(made, **more)


def drawn(found: Conformance, language: str = "de", **more: Any) -> NormMap:
    return draw(found, label=lambda code: GERMAN.get(code, code), words=words.load(language), **more)


def parsed(shown: NormMap) -> ElementTree.Element:
    return ElementTree.fromstring(shown.svg)  # noqa: S314 - our own drawing; that it is well-formed is the question


def groups(shown: NormMap, attribute: str) -> list[ElementTree.Element]:
    return [group for group in parsed(shown).iter(f"{SVG}g") if group.get(attribute) is not None]


def texts(element: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


def rect(group: ElementTree.Element) -> tuple[float, float, float, float]:
    found = group.find(f"{SVG}rect")
    assert found is not None
    x, y, w, h = (float(found.get(key, "0")) for key in ("x", "y", "width", "height"))
    return x, y, x + w, y + h


def undrawn(norm: Norm) -> Norm:
    """The norm as a file without a drawing gives it."""
    elements = tuple(replace(each, box=None) for each in norm.elements)
    return replace(norm, elements=elements, flows=tuple(replace(flow, points=()) for flow in norm.flows), frames=())


def section_of(found: Conformance, language: str = "de") -> Section:
    return conform_section(Reading(None, {}, SCHEMA.labels(language), words.load(language)), found)  # type: ignore[arg-type]


def test_a_step_left_out_stands_at_its_task_with_how_often(norm: Norm) -> None:
    (badge,) = [
        group for group in groups(drawn(a_result(norm)), "data-deviation") if group.get("data-deviation") == "missing"
    ]
    (task,) = [group for group in groups(drawn(a_result(norm)), "data-step") if group.get("data-step") == "plan"]
    left, top, right, bottom = rect(badge)
    _, task_top, task_right, _ = rect(task)

    assert texts(badge) == ["215"]
    assert left < task_right < right
    assert top < task_top < bottom


def test_what_was_inserted_at_one_place_is_one_label_with_its_steps_and_sides(norm: Norm) -> None:
    labels = [
        group for group in groups(drawn(a_result(norm)), "data-deviation") if group.get("data-deviation") == "inserted"
    ]
    told = {texts(label)[0]: (texts(label)[1:], label.findtext(f"{SVG}title")) for label in labels}

    assert sorted(told) == ["1.083", "19", "93"]
    assert told["1.083"] == (
        ["512", "314", "103", "154"],
        "1.083-mal hier nicht vorgesehen: 1.029 Erstgespräch, 54 Potenzialanalyse",
    )


def test_a_label_tells_who_began_only_if_that_is_told_of_all_its_steps(norm: Norm) -> None:
    withheld = tuple(replace(each, begun=()) if each.activity == "first_interview" else each for each in DEVIATIONS)
    labels = [texts(group) for group in groups(drawn(a_result(norm, withheld)), "data-deviation")]

    assert ["1.083", "1.029 Erstgespräch", "54 Potenzialanalyse"] in labels


def test_labels_cover_neither_tasks_nor_each_other(norm: Norm) -> None:
    for found in (a_result(norm), a_result(undrawn(norm))):
        shown = drawn(found)
        tasks = [rect(g) for g in groups(shown, "data-step") if g.find(f"{SVG}rect") is not None]
        labels = [rect(g) for g in groups(shown, "data-deviation") if g.get("data-deviation") == "inserted"]
        pairs = [(a, b) for k, a in enumerate(labels) for b in (*tasks, *labels[k + 1 :])]

        assert all(a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1] for a, b in pairs)
        assert shown.covered == 0


def test_where_the_author_left_no_room_a_label_stands_off_tied_to_its_flow(norm: Norm) -> None:
    near = {"interview": (505.0, 280.0, 110.0, 80.0), "profiling": (625.0, 280.0, 135.0, 80.0)}
    elements = tuple(replace(each, box=near.get(each.id, each.box)) for each in norm.elements)
    lines = {"f5": ((410.0, 155.0), (410.0, 320.0), (505.0, 320.0)), "f6": ((615.0, 320.0), (625.0, 320.0))}
    flows = tuple(replace(flow, points=lines.get(flow.id, flow.points)) for flow in norm.flows)
    inserted = Deviation("inserted", "cooperation_plan", "interview", 24, 24, (Begun("unknown", 24, 24),))
    shown = drawn(a_result(replace(norm, elements=elements, flows=flows), (inserted,)))

    assert (shown.covered, shown.svg.count('stroke-dasharray="2 3"')) == (0, 1)


def test_left_out_and_inserted_differ_by_sign_and_not_by_colour_alone(norm: Norm) -> None:
    signs: dict[str, set[int]] = {}
    for group in groups(drawn(a_result(norm)), "data-deviation"):
        first = next(group.iter(f"{SVG}path")).get("d", "")
        signs.setdefault(group.get("data-deviation", ""), set()).add(first.count("l"))

    assert signs == {"missing": {0}, "inserted": {3}}  # a stroke in a circle, a diamond


def test_a_drawing_without_places_is_laid_out_by_us_and_that_is_said(norm: Norm) -> None:
    section = section_of(a_result(undrawn(norm)))

    assert any(isinstance(block, Note) and "Anordnung von procmine" in block.text for block in section.blocks)
    assert not any(isinstance(b, Note) and "Anordnung" in b.text for b in section_of(a_result(norm)).blocks)


def test_every_element_of_the_norm_is_drawn(norm: Norm) -> None:
    for given in (norm, undrawn(norm)):
        shown = {group.get("data-step") for group in groups(drawn(a_result(given)), "data-step")}

        assert shown == {each.id for each in norm.elements}


def test_the_text_alternative_tells_the_most_frequent_of_both_kinds(norm: Norm) -> None:
    assert drawn(a_result(norm), "en").alt == (
        "Norm “Erster Kontakt (Beispiel)” with 5 steps. At one place something foreseen was left out: Kooperationsplan "
        "(215 times). At 3 places something not foreseen was done, most often Erstgespräch (1,029 times)."
    )


def test_without_deviations_the_drawing_says_so(norm: Norm) -> None:
    assert drawn(a_result(norm, ()), "en").alt.endswith("No deviation.")


def test_the_table_holds_every_deviation_with_its_place_and_who_began_it(norm: Norm) -> None:
    (table,) = [b for b in section_of(a_result(norm)).blocks if isinstance(b, Grid) and b.key.startswith("table-")]
    rows = [[cell.text for cell in row] for row in table.rows]

    assert len(rows) == len(DEVIATIONS)
    assert rows[0] == [
        "Kooperationsplan", "ausgelassen", "hier vorgesehen: Kooperationsplan", "210", "215",
        "nicht erfasst, wer ausgelassen hat",
    ]  # fmt: skip
    assert rows[1][2:] == [
        "nach Bescheid", "1.000", "1.029", "Leistungsberechtigte 512, Jobcenter 314, Dritte 103, nicht erfasst 100",
    ]  # fmt: skip
    assert rows[4][2] == "vor dem ersten Schritt"


def test_offices_stand_in_the_order_of_their_names_and_never_of_their_values(norm: Norm) -> None:
    (table,) = [b for b in section_of(a_result(norm)).blocks if isinstance(b, Grid) and b.key.startswith("offices-")]

    assert [[cell.text for cell in row] for row in table.rows] == [
        ["JC-2", "–", "–", "0", "9"],
        ["JC-10", "60,0\xa0%", "50,0–69,0\xa0%", "100", "5"],
    ]


def test_the_title_is_the_finding_with_its_interval(norm: Norm) -> None:
    assert section_of(a_result(norm), "en").title == (
        "40.0% of the cases judged follow “Erster Kontakt (Beispiel)” without a deviation (37.0–44.0%)."
    )


def test_where_nothing_can_be_said_the_title_says_that(norm: Norm) -> None:
    nobody = Kept({}, 0, 0, 0, 0, 0, None)

    assert "cannot be said" in section_of(a_result(norm, (), whole=nobody), "en").title


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"exits": False}, "every case counts as going on"),
        ({"exits": False, "quiet_days": 90}, "nothing happened in the last 90 days"),
        ({"entries": False}, "do not say when cases began"),
    ],
)
def test_what_the_data_do_not_say_is_said(norm: Norm, more: dict[str, Any], said: str) -> None:
    assert any(said in sentence for sentence in section_of(a_result(norm, **more), "en").lead)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_remark_of_the_reader_has_its_words(language: str) -> None:
    kinds = ("message_flows", "other_pools", "collapsed", "aside", "starts", "conditions", "events", "silent")
    told = [remark_text(Remark(kind, ("one", "two")), words.load(language)) for kind in kinds]

    assert sum("one, two" in text for text in told) == len(kinds) - 1


def test_the_section_has_picture_tables_and_what_was_not_judged(norm: Norm) -> None:
    blocks = section_of(a_result(norm)).blocks
    picture = next(block for block in blocks if isinstance(block, Picture))

    assert {entry[0] for entry in picture.legend} >= {"missing", "inserted", "client", "office", "third", "unknown"}
    assert [block.title for block in blocks if isinstance(block, Fold)] == [
        "Schritte, die der Soll-Ablauf nicht nennt und nicht beurteilt"
    ]


def test_a_hostile_name_is_text_and_nothing_else(norm: Norm) -> None:
    elements = tuple(replace(each, name=HOSTILE, lane=HOSTILE) for each in norm.elements)
    frames = tuple(replace(frame, name=HOSTILE) for frame in norm.frames)
    flows = tuple(replace(flow, name=HOSTILE) for flow in norm.flows)
    bad = replace(norm, name=HOSTILE, elements=elements, frames=frames, flows=flows)
    shown = draw(a_result(bad), label=lambda _: HOSTILE, words=words.load("en"))

    assert {element.tag.removeprefix(SVG) for element in parsed(shown).iter()} <= {
        "svg", "title", "desc", "style", "g", "rect", "path", "circle", "text",
    }  # fmt: skip
    assert "<script" not in shown.svg
    assert "\u202e" not in shown.svg


def test_on_paper_colours_are_attributes(norm: Norm) -> None:
    shown = drawn(a_result(norm), inline=True)

    assert "<style" not in shown.svg
    assert {element.get("class") for element in parsed(shown).iter()} == {None, "pm-norm"}


def test_the_same_input_gives_the_same_bytes(norm: Norm) -> None:
    assert drawn(a_result(norm)).svg == drawn(a_result(norm)).svg


@pytest.mark.parametrize(("looks", "ground"), [(LIGHT, GROUND[0]), (DARK, GROUND[1])])
def test_colours_can_be_told_apart_from_their_ground(looks: dict[str, dict[str, str]], ground: str) -> None:
    for kind in ("missing", "inserted"):
        assert contrast(looks[f"{kind}-ink"]["fill"], looks[kind]["fill"]) >= 4.5
        assert contrast(looks[kind]["stroke"], ground) >= 3
        assert contrast(looks["text"]["fill"], looks[kind]["fill"]) >= 4.5
    for look in ("frame", "inner", "node", "mark", "flow"):
        assert contrast(looks[look]["stroke"], ground) >= 3


def test_the_terminal_tells_share_deviations_and_offices(norm: Norm) -> None:
    lines = conformance(a_result(norm), words.load("en"))

    assert "share kept     40.0%" in lines
    assert "missing   cooperation_plan" in lines
    assert lines.index("office=JC-10") < lines.index("office=JC-2")
    assert "client 512, job centre 314, third parties 103, not recorded 100" in lines


def test_the_json_holds_every_figure(norm: Norm) -> None:
    data = conformance_data(a_result(norm))

    assert data["whole"] == {
        "group": {}, "share": 0.4, "interval": [0.37, 0.44], "kept": 300, "broken": 450, "running": 165, "earlier": 320,
        "beyond": 0,
    }  # fmt: skip
    assert data["deviations"][1]["begun"][0] == {"side": "client", "events": 512, "cases": 500}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("There is no Chromium on this machine.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


OUTSIDE = """() => [...document.querySelectorAll('[data-step], [data-deviation]')].flatMap(group => {
  const box = group.querySelector('rect');
  if (!box) return [];
  const b = box.getBoundingClientRect();
  return [...group.querySelectorAll('text')].filter(text => {
    const t = text.getBoundingClientRect();
    return t.left < b.left - 1 || t.right > b.right + 1 || t.top < b.top - 2 || t.bottom > b.bottom + 2;
  }).map(text => text.textContent);
})"""


@pytest.mark.browser
def test_in_a_browser_texts_stay_within_their_boxes(browser: Any, norm: Norm) -> None:
    page = browser.new_page()
    for found in (a_result(norm), a_result(undrawn(norm))):
        page.set_content(drawn(found).svg)

        assert page.evaluate(OUTSIDE) == []
