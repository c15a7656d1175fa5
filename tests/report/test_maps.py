"""The process map: what is shown, what is said about it, that nothing foreign acts in it, and that it can be read."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from procmine.model import Model, Share, Step, Variant, Way
from procmine.report.maps import svg
from procmine.report.maps.colours import DARK, GROUND, LIGHT, SIDES
from procmine.report.maps.lenses import LENSES, Speaker, lenses
from procmine.report.maps.looks import DARK as DARK_LOOKS
from procmine.report.maps.looks import FIXED
from procmine.report.maps.looks import LIGHT as LOOKS
from procmine.report.maps.process_map import Map, draw, load_words
from procmine.report.maps.selection import lane_of, main_path, select, shipped_sides, side_of
from procmine.report.maps.tables import steps_table, ways_table
from tests.report.fixtures.jobcentre import GERMAN, STEERING, duration, jobcentre, number, with_steering

CENTRE = jobcentre()
STEERED = with_steering(CENTRE)
SPEAKER = Speaker(load_words("de"), number, duration, shipped_sides())
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '"><img src=x onerror=alert(1)></script><b>'
Rect = tuple[float, float, float, float]


def drawn(model: Model, **options: object) -> Map:
    given: dict[str, object] = {"labels": GERMAN, "language": "de", "number": number, "duration": duration}
    return draw(model, **{**given, **options})  # type: ignore[arg-type]


def a_step(name: str, events: int = 10, starts: int = 0, ends: int = 0, **initiators: int) -> Step:
    return Step(name, events, events, starts, ends, STEERING, tuple(initiators.items()))


def a_way(source: str, target: str, count: int, seconds: float | None = 86400.0) -> Way:
    return Way(source, target, count, count, seconds, None, STEERING)


def a_model(
    steps: tuple[Step, ...], ways: tuple[Way, ...] = (), variants: tuple[Variant, ...] = (), **more: int
) -> Model:
    cases = sum(step.starts for step in steps)
    events = cases + sum(way.count for way in ways)
    model = Model(steps, ways, variants, len(variants), cases, events, "inductive", 0.2, None, None, None)
    return replace(model, **more)  # type: ignore[arg-type]


def parsed(shown: Map) -> ElementTree.Element:
    return ElementTree.fromstring(shown.svg)  # noqa: S314 -- our own drawing; that it is well-formed is the question


def texts(element: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


def rects(element: ElementTree.Element, group: str) -> list[Rect]:
    """The first rectangle of each group that bears the attribute."""
    found = [g.find(f"{SVG}rect") for g in element.iter(f"{SVG}g") if g.get(group) is not None]
    sizes = [[float(r.get(key, "0")) for key in ("x", "y", "width", "height")] for r in found if r is not None]
    return [(x, y, x + w, y + h) for x, y, w, h in sizes]


def apart(a: Rect, b: Rect) -> bool:
    return a[2] <= b[0] + 0.2 or b[2] <= a[0] + 0.2 or a[3] <= b[1] + 0.2 or b[3] <= a[1] + 0.2


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: relative luminance, then the ratio."""

    def light(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


# -- what is shown


def test_the_most_frequent_steps_are_shown() -> None:
    chosen = select(CENTRE, max_steps=10)

    tenth = sorted((step.events for step in CENTRE.steps), reverse=True)[9]
    assert [step.events >= tenth for step in chosen.steps] == [True] * 10


def test_the_steps_most_cases_begin_and_end_with_are_shown_however_rare_they_are() -> None:
    common = tuple(a_step(f"s{k}", 500 - k) for k in range(20))
    model = a_model((*common, a_step("apply", 10, starts=9), a_step("exit", 10, ends=8)), ())

    chosen = select(model, max_steps=12)

    assert [step.activity for step in chosen.steps] == [*(f"s{k}" for k in range(10)), "apply", "exit"]


def test_a_step_that_hardly_any_case_ends_with_takes_no_frequent_steps_place() -> None:
    steps = (*(a_step(f"s{k}", 500 - k) for k in range(20)), a_step("rare", 10, ends=9))
    model = a_model((*steps, a_step("s", 600, starts=100)), ())

    assert "rare" not in {step.activity for step in select(model, max_steps=12).steps}


def test_a_map_of_few_steps_keeps_the_frequent_ones_in_its_middle() -> None:
    steps = (a_step("apply", 10, starts=10), a_step("meet", 90), a_step("call", 80), a_step("exit", 10, ends=10))

    assert {step.activity for step in select(a_model(steps, ()), max_steps=2).steps} == {"meet", "call"}


def test_the_map_begins_at_its_top_and_ends_at_its_bottom() -> None:
    dots = {
        kind: [float(dot.get("cy", "")) for dot in parsed(drawn(CENTRE)).iter() if dot.get("class") == kind]
        for kind in ("begin", "finish")
    }
    tops = [top for _, top, _, _ in rects(parsed(drawn(CENTRE)), "data-step")]

    assert dots["begin"][0] < min(tops)
    assert dots["finish"][0] > max(tops)


def test_every_shown_step_keeps_its_strongest_way_in_and_out() -> None:
    chosen = select(CENTRE, max_steps=25, max_ways=1)

    shown = {step.activity for step in chosen.steps}
    pairs = {(way.source, way.target) for way in chosen.ways} | {("", name) for name, _ in chosen.starts}
    ends = {name for name, _ in chosen.ends}
    for step in chosen.steps:
        out = [w for w in CENTRE.ways if w.source == step.activity and w.target in shown - {step.activity}]
        strongest = max(out, key=lambda way: way.count, default=None)
        assert step.activity in {target for _, target in pairs}
        assert (strongest and (strongest.source, strongest.target) in pairs) or step.activity in ends


def test_a_trifle_does_not_stand_for_a_steps_way_out_when_its_real_ways_lead_to_hidden_steps() -> None:
    steps = (a_step("a", 900, starts=500), a_step("b", 800), a_step("hidden", 700, ends=500))
    ways = (a_way("a", "b", 800), a_way("b", "hidden", 799), a_way("b", "a", 1))

    chosen = select(a_model(steps, ways), max_steps=2)

    assert [(way.source, way.target) for way in chosen.ways] == [("a", "b")]


def test_two_parts_that_would_float_apart_are_joined_by_their_strongest_way() -> None:
    steps = (a_step("a", 100, starts=50), a_step("b", 100, ends=50), a_step("c", 90), a_step("d", 90))
    ways = (a_way("a", "b", 100), a_way("c", "d", 90), a_way("d", "c", 89), a_way("b", "c", 3), a_way("a", "d", 2))

    chosen = select(a_model(steps, ways), max_ways=1)

    assert ("b", "c") in {(way.source, way.target) for way in chosen.ways}
    assert ("a", "d") not in {(way.source, way.target) for way in chosen.ways}


def test_no_more_ways_are_added_than_asked_for() -> None:
    assert len(select(CENTRE, max_steps=25, max_ways=40, enough=1.0).ways) == 40


def test_ways_stop_where_more_would_add_hardly_any_transition() -> None:
    steps = (a_step("a", 60, starts=50), a_step("b", 50), a_step("c", 50, ends=48))
    ways = (a_way("a", "b", 50), a_way("b", "c", 40), a_way("a", "c", 8), a_way("c", "a", 2))

    chosen = select(a_model(steps, ways), enough=0.95)

    assert [way.count for way in chosen.ways] == [50, 40, 8]


def test_never_more_than_fifty_steps_and_a_hundred_and_fifty_ways_are_drawn() -> None:
    names = [f"s{k:02}" for k in range(60)]
    steps = tuple(a_step(name, 100 - k, starts=1, ends=1) for k, name in enumerate(names))
    ways = tuple(a_way(a, b, 100 + k) for k, a in enumerate(names) for b in names[k + 1 : k + 8])

    chosen = select(a_model(steps, ways), max_steps=999, max_ways=999, enough=1.0)

    assert (len(chosen.steps), len(chosen.ways)) == (50, 150)


def test_the_share_of_transitions_counts_those_of_hidden_steps_too() -> None:
    steps = (a_step("a", 60, starts=10), a_step("b", 60), a_step("c", 1, ends=10))
    model = a_model(steps, (a_way("a", "b", 75), a_way("b", "c", 25)))

    assert drawn(model, max_steps=2).share_transitions == 0.75


def test_the_share_of_cases_is_that_of_the_courses_drawn_from_first_to_last_step() -> None:
    steps = (a_step("a", 60, starts=10), a_step("b", 60, ends=6), a_step("c", 1, ends=4))
    variants = (Variant(("a", "b"), 6), Variant(("a", "b", "c"), 4))
    model = a_model(steps, (a_way("a", "b", 10), a_way("b", "c", 4)), variants)

    shown = drawn(model, max_steps=2)

    assert (shown.share_cases, shown.at_least) == (0.6, False)


def test_with_only_the_most_frequent_variants_the_share_of_cases_is_said_to_be_a_lower_bound() -> None:
    shown = drawn(jobcentre(cases=300, kept_variants=5), max_steps=25)

    assert shown.at_least
    assert "bei mindestens" in shown.note


def test_without_variants_nothing_is_said_about_whole_courses() -> None:
    shown = drawn(replace(CENTRE, variants=()), max_steps=25)

    assert shown.share_cases is None
    assert "Verlauf" not in shown.note


def test_the_map_says_what_it_shows() -> None:
    shown = drawn(CENTRE, max_steps=25)

    said = f"25 von 29 Schritten, {len(shown.shown_ways)} von {len(CENTRE.ways)} Wegen, "
    assert shown.note.startswith(said)
    assert "93\u00a0% der Übergänge" in shown.note
    assert any(text.startswith(said) for text in texts(parsed(shown)))


def test_a_share_just_below_all_is_not_rounded_to_all() -> None:
    steps = (a_step("a", 2000, starts=10), a_step("b", 2000, ends=10), a_step("c", 1))
    model = a_model(steps, (a_way("a", "b", 1999), a_way("a", "c", 1)))

    assert "über 99\u00a0% der Übergänge" in drawn(model, max_steps=2).note


def test_the_main_path_follows_the_strongest_ways_to_the_end() -> None:
    path = main_path(select(CENTRE, max_steps=25))

    assert path[:4] == ("application", "invitation_sent", "first_interview", "profiling")
    assert path[-1] == "exit"


# -- who begins


def test_the_majority_of_the_known_decides_who_begins() -> None:
    step = a_step("a", 10, client=3, household_member=2, caseworker=3)

    assert side_of(step, {"client": "client", "household_member": "client", "caseworker": "office"}) == "client"


def test_a_step_known_for_under_half_of_its_events_is_not_recorded_and_not_the_job_centres() -> None:
    step = a_step("a", 10, caseworker=4, **{"": 6})

    assert side_of(step, {"caseworker": "office"}) == "unknown"


def test_a_code_nobody_knows_counts_as_not_recorded() -> None:
    assert side_of(a_step("a", 10, elsewhere=10), {"client": "client"}) == "unknown"


def test_a_step_not_recorded_has_a_dashed_border_and_an_open_ring() -> None:
    shown = drawn(a_model((a_step("a", starts=10, ends=10),)), inline=True)

    group = next(g for g in parsed(shown).iter(f"{SVG}g") if g.get("data-side") == "unknown")
    box, ring = group.find(f"{SVG}rect"), group.find(f"{SVG}circle")
    assert box is not None
    assert box.get("stroke-dasharray")
    assert ring is not None
    assert ring.get("stroke")


@pytest.mark.parametrize(
    ("code", "sign"), [("client", "circle"), ("caseworker", "rect"), ("provider", "path"), ("employer", "path")]
)
def test_who_begins_is_shown_by_a_sign_and_not_by_colour_alone(code: str, sign: str) -> None:
    shown = drawn(a_model((a_step("a", starts=10, ends=10, **{code: 10}),)))

    group = next(g for g in parsed(shown).iter(f"{SVG}g") if g.get("data-step") == "s0")
    assert next(child.tag for child in group.iter() if child.get("class") == "ink") == SVG + sign


# -- texts


def test_every_shown_activity_stands_in_the_map_as_text() -> None:
    shown = drawn(CENTRE, max_steps=25, inline=True)

    groups = [g for g in parsed(shown).iter(f"{SVG}g") if g.get("data-step")]
    written = {" ".join(texts(group)[:-1]).replace("- ", "-").replace("-und", "- und") for group in groups}
    assert written == {GERMAN[name] for name in shown.shown_steps}


def test_an_activity_without_a_label_stands_as_it_is() -> None:
    assert "odd step" in texts(parsed(drawn(a_model((a_step("odd step", starts=1, ends=1),)), labels={})))


def test_a_way_without_a_known_time_shows_its_count_alone() -> None:
    steps = (a_step("a", starts=10), a_step("b", ends=10))

    shown = drawn(a_model(steps, (a_way("a", "b", 1234, None),)))

    assert "1.234" in texts(parsed(shown))


def test_the_drawing_has_a_role_a_name_and_a_description() -> None:
    root = parsed(drawn(CENTRE, max_steps=25))

    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Prozesskarte"
    assert (root.findtext(f"{SVG}desc") or "").startswith("Prozesskarte. Gezeigt sind 25 von 29 Schritten")
    assert root.get("aria-label") == root.findtext(f"{SVG}desc")


def test_the_alternative_text_names_the_main_path_and_who_begins() -> None:
    alt = drawn(CENTRE, max_steps=25).alt

    assert "Antrag eingegangen, Einladung verschickt, Erstgespräch" in alt
    assert "nicht erfasst bei 2" in alt


def test_a_map_in_english_has_english_words() -> None:
    shown = drawn(CENTRE, language="en", labels={}, max_steps=5)

    assert shown.note.startswith("5 of 29 steps")
    assert not re.search("Schritt|Wege|Fälle", shown.svg)


def test_a_hostile_activity_stays_text() -> None:
    hostile = HOSTILE + "\x00\x1b\u202e\n\ud800"
    steps = (a_step(hostile, starts=10), a_step("b", ends=10))
    model = a_model(steps, (a_way(hostile, "b", 10),), (Variant((hostile, "b"), 10),))

    for inline in (True, False):
        root = parsed(drawn(model, labels={}, inline=inline))

        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "title", "desc", "style", "g", "path", "rect", "circle", "text"}
        assert not {key for element in root.iter() for key in element.keys() if key.startswith("on")}
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\ud800-\udfff]", "".join(root.itertext()))
        assert HOSTILE[:20] in "".join(root.itertext())


@pytest.mark.parametrize("label", ["Eingliederungsvereinbarungsfortschreibungsgespräch", "W" * 300, "a b " * 200])
def test_a_long_label_stays_within_its_box(label: str) -> None:
    root = parsed(drawn(a_model((a_step("a", starts=1, ends=1),)), labels={"a": label}, inline=True))

    group = next(g for g in root.iter(f"{SVG}g") if g.get("data-step"))
    (x0, y0, x1, y1) = rects(root, "data-step")[0]
    assert max(svg.text_width(text, 13.5) for text in texts(group)[:-1]) <= x1 - x0 - 12
    assert all(y0 < float(text.get("y", "0")) < y1 for text in group.iter(f"{SVG}text"))
    assert x1 - x0 <= 240


def test_text_is_measured_no_narrower_than_dejavu_sans_draws_it() -> None:
    import matplotlib
    from PIL import ImageFont

    font = ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"), 100)

    for text in [*GERMAN.values(), "1.731 · 5,5 Tage", "ÄÖÜäöüß €%§", "Čeština żółć"]:
        assert svg.text_width(text, 100) >= font.getlength(text) * 0.99, text


# -- the picture


@pytest.mark.parametrize("lens", LENSES)
@pytest.mark.parametrize("steps", [12, 18, 25, 29])
def test_no_label_covers_a_box_or_another_label(steps: int, lens: str) -> None:
    root = parsed(drawn(STEERED, max_steps=steps, inline=True, lens=lens))

    labels, boxes = rects(root, "data-from"), rects(root, "data-step")
    assert [label for label in labels for box in boxes if not apart(label, box)] == []
    assert [a for k, a in enumerate(labels) for b in labels[k + 1 :] if not apart(a, b)] == []


def test_everything_is_drawn_within_the_page() -> None:
    shown = drawn(CENTRE, max_steps=25, inline=True)

    x1 = max(rect[2] for group in ("data-step", "data-from") for rect in rects(parsed(shown), group))
    y1 = max(rect[3] for group in ("data-step", "data-from") for rect in rects(parsed(shown), group))
    assert x1 <= shown.width
    assert y1 <= shown.height


def test_heavy_ways_are_drawn_after_light_ones() -> None:
    root = parsed(drawn(CENTRE, max_steps=25, inline=True))

    groups = [g for g in root.iter(f"{SVG}g") if g.get("data-from") and g.find(f"{SVG}path") is not None]
    steps = [g for g in groups if g.get("data-from") != "begin" and g.get("data-to") != "end"]
    widths = [float(g.findall(f"{SVG}path")[1].get("stroke-width", "0")) for g in steps]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_a_drawing_for_paper_needs_no_style_sheet() -> None:
    shown = drawn(CENTRE, max_steps=12, inline=True)

    assert "<style" not in shown.svg
    assert "var(" not in shown.svg
    assert len(re.findall("class=", shown.svg)) == 1


def test_every_class_of_a_drawing_for_the_screen_has_a_rule() -> None:
    root = parsed(drawn(STEERED, max_steps=25))

    used = {name for element in root.iter() for name in element.get("class", "").split()} - {"pm-map"}
    style = root.findtext(f"{SVG}style") or ""
    assert used <= set(re.findall(r"\.([a-z0-9-]+)", style))


@pytest.mark.parametrize(("looks", "ground"), [(LIGHT, GROUND[0]), (DARK, GROUND[1])])
def test_texts_and_lines_have_the_contrast_that_wcag_asks_for(looks: dict[str, dict[str, str]], ground: str) -> None:
    for side in SIDES:
        assert contrast(looks[f"{side}-ink"]["fill"], looks[side]["fill"]) >= 4.5
        assert contrast(looks["text"]["fill"], looks[side]["fill"]) >= 4.5
        assert contrast(looks[side]["stroke"], ground) >= 3
    assert contrast(looks["quiet"]["fill"], ground) >= 4.5
    assert min(contrast(looks[f"way{k}"]["stroke"], ground) for k in range(1, 6)) >= 3
    assert min(contrast(looks[end]["fill"], ground) for end in ("begin", "finish")) >= 3
    assert min(contrast(looks[end]["fill"], looks["sign"]["fill"]) for end in ("begin", "finish")) >= 3


@pytest.mark.parametrize(("looks", "theme"), [(LOOKS, 0), (DARK_LOOKS, 1)])
def test_every_look_has_the_contrast_that_wcag_asks_for(looks: dict[str, dict[str, str]], theme: int) -> None:
    text = FIXED["text"][theme]["fill"]
    for look in looks.values():
        assert contrast(look["ink"], look["fill"]) >= 4.5
        assert contrast(text, look["fill"]) >= 4.5
        assert contrast(look["line"], GROUND[theme]) >= 3
        assert min(contrast(look["line"], FIXED[band][theme]["fill"]) for band in ("band0", "band1")) >= 3
    assert (
        min(contrast(FIXED["quiet"][theme]["fill"], FIXED[band][theme]["fill"]) for band in ("band0", "band1")) >= 4.5
    )


def test_light_and_dark_name_the_same_things() -> None:
    assert set(LIGHT) == set(DARK)
    assert set(LOOKS) == set(DARK_LOOKS)


def test_the_same_model_gives_the_same_bytes_whatever_the_order_of_its_parts_and_the_hash_seed() -> None:
    program = (
        "import hashlib; from tests.report.test_maps import drawn, CENTRE;"
        "print(hashlib.sha256(drawn(CENTRE, max_steps=25).svg.encode()).hexdigest())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    turned = replace(CENTRE, steps=CENTRE.steps[::-1], ways=CENTRE.ways[::-1])

    assert len(answers) == 1
    assert drawn(turned, max_steps=25).svg == drawn(CENTRE, max_steps=25).svg


# -- small models


def test_a_model_of_one_step_is_drawn_from_start_to_end() -> None:
    shown = drawn(a_model((a_step("a", 10, starts=10, ends=10),)))

    assert (shown.shown_steps, shown.shown_ways, shown.share_transitions) == (("a",), (), None)
    assert texts(parsed(shown))[:2] == ["10", "10"]


def test_steps_without_any_way_are_drawn_side_by_side() -> None:
    root = parsed(drawn(a_model((a_step("a"), a_step("b"), a_step("c")))))

    boxes = rects(root, "data-step")
    assert len(boxes) == 3
    assert all(apart(a, b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])


def test_an_empty_model_says_that_there_is_nothing_to_show() -> None:
    shown = drawn(a_model(()))

    assert texts(parsed(shown)) == ["Es gibt keine Schritte zu zeigen."]
    assert (shown.shown_steps, shown.share_transitions, shown.share_cases) == ((), None, None)


def test_an_activity_without_a_name_is_drawn_and_said_to_have_none() -> None:
    steps = (a_step("", starts=10), a_step(" ", ends=10))

    shown = drawn(a_model(steps, (a_way("", " ", 10),)), labels={})

    assert texts(parsed(shown)).count("(ohne Namen)") == 2
    assert shown.shown_ways == (("", " "),)


# -- lenses


def test_a_drawing_for_the_screen_holds_every_lens_and_its_geometry_once() -> None:
    shown = drawn(STEERED, max_steps=12)
    root = parsed(shown)

    boxes = [
        element
        for element in root.iter(f"{SVG}rect")
        if element.get("class") == "box" and float(element.get("width", 0)) > 30
    ]
    assert [one.key for one in shown.legends] == list(LENSES)
    assert len(boxes) == 12
    assert root.get("data-lens") == "overview"
    assert all(len((g.get("class") or "").split()) == len(LENSES) for g in root.iter(f"{SVG}g") if g.get("data-step"))


def test_the_lens_asked_for_comes_first() -> None:
    shown = drawn(STEERED, max_steps=12, lens="place")

    assert parsed(shown).get("data-lens") == "place"
    assert shown.legends[0].key == "place"


def steered(**shares: Share) -> Model:
    """Two steps and the way between them, with these shares of steering."""
    steering = replace(STEERING, **shares)
    steps = tuple(replace(step, steering=steering) for step in (a_step("a", 50, starts=50), a_step("b", 50, ends=50)))
    return a_model(steps, (replace(a_way("a", "b", 50), steering=steering),))


@pytest.mark.parametrize(
    ("share", "look", "text"),
    [
        (Share(0, 40, 50), "share1", "0\u00a0%"),
        (Share(24, 40, 50), "share4", "60\u00a0%"),
        (Share(40, 40, 50), "share5", "100\u00a0%"),
        (Share(20, 20, 50), "unknown", "?"),
        (Share(0, 0, 50), "unknown", "?"),
        (Share(0, 0, 0), "none", "–"),
    ],
)
def test_a_lens_tells_no_from_not_recorded_and_from_does_not_apply(share: Share, look: str, text: str) -> None:
    (lens,) = lenses(select(steered(out_of_office=share)), SPEAKER, ("place",))

    assert (lens.steps["a"].look, lens.steps["a"].text) == (look, text)


def test_a_way_to_which_a_lens_does_not_apply_bears_no_label() -> None:
    (lens,) = lenses(select(steered()), SPEAKER, ("warm",))

    assert lens.ways["a", "b"].text == ""


def test_a_legend_explains_exactly_the_looks_that_occur() -> None:
    for lens in lenses(select(STEERED, 25), SPEAKER):
        looks = {mark.look for mark in (*lens.steps.values(), *lens.ways.values())}
        explained = {entry.look for entry in lens.legend}

        assert explained - {"", "begin", "finish"} <= looks | {"way1", "way4", "way5"}
        assert {look for look in looks if not re.match("way|plain|begun|client|office|third", look)} <= explained | {
            "none"
        }


def test_the_lens_of_time_shows_calendar_and_working_time() -> None:
    way = replace(a_way("a", "b", 50, 11 * 86400.0), working_seconds=7.9 * 86400)
    model = a_model((a_step("a", 50, starts=50), a_step("b", 50, ends=50)), (way,))

    (lens,) = lenses(select(model), SPEAKER, ("time",))

    assert lens.ways["a", "b"].text == "11,0 / 7,9 Tage"


@pytest.mark.parametrize(
    ("lands", "said"),
    [
        ((), "ohne Samstage und Sonntage. Feiertage sind nicht abgezogen"),
        (("NW",), "ohne Samstage, Sonntage und Feiertage. Abgezogen sind die gesetzlichen Feiertage von NW;"),
        (("", "BE", "NW"), "Feiertage von BE und NW, wo ein Land angegeben ist; sonst nur Samstage und Sonntage."),
    ],
)
def test_the_lens_of_time_says_whose_holidays_it_leaves_out(lands: tuple[str, ...], said: str) -> None:
    (lens,) = lenses(select(STEERED), replace(SPEAKER, lands=lands), ("time",))

    assert said in lens.legend[-1].text


def test_the_table_of_ways_says_whether_holidays_are_left_out() -> None:
    heads = [
        ways_table(replace(STEERED, lands=lands), {}, language="de", number=str, duration=str).head[6]
        for lands in (("",), ("", "NW"))
    ]

    assert heads == ["ohne Samstage und Sonntage", "ohne Samstage, Sonntage und Feiertage"]


def test_times_in_different_units_keep_both_units() -> None:
    way = replace(a_way("a", "b", 50, 3 * 86400.0), working_seconds=18 * 3600.0)
    model = a_model((a_step("a", 50, starts=50), a_step("b", 50, ends=50)), (way,))

    (lens,) = lenses(select(model), SPEAKER, ("time",))

    assert lens.ways["a", "b"].text == "3,0 Tage / 18 Std."


def test_a_way_without_a_known_time_is_dashed_in_the_lens_of_time() -> None:
    model = a_model((a_step("a", 50, starts=50), a_step("b", 50, ends=50)), (a_way("a", "b", 50, None),))

    (lens,) = lenses(select(model), SPEAKER, ("time",))

    assert (lens.ways["a", "b"].look, lens.ways["a", "b"].text) == ("unknown", "?")
    assert LOOKS["unknown"]["dash"]


def test_what_is_pointed_at_names_the_shares_of_all_lenses() -> None:
    root = parsed(drawn(STEERED, max_steps=12))

    said = [g.findtext(f"{SVG}title") or "" for g in root.iter(f"{SVG}g") if g.get("data-step")]
    parts = (
        "aller Ereignisse; begonnen von: ",
        "gehandelt hat: ",
        "(erfasst bei 80 %)",
        "bei derselben Fachkraft: ",
    )
    assert all(" Ereignisse in " in one and parts[0] in one for one in said)
    for part in (*parts, "außerhalb der Dienststelle: ", "warm übergeben: nicht erfasst"):
        assert any(part in one for one in said), part


def test_steps_stand_in_the_drawing_in_the_order_in_which_they_are_read() -> None:
    boxes = rects(parsed(drawn(CENTRE, max_steps=25)), "data-step")

    places = [(round((y0 + y1) / 2), x0) for x0, y0, _, y1 in boxes]
    assert places == sorted(places)


def hostile(seed: int) -> Model:
    """A model at random: long, empty, hostile names, loops, ways there and back, many ways."""
    chance = random.Random(seed)  # noqa: S311 -- a made-up model, nothing secret
    parts = (
        HOSTILE,
        "W" * 60,
        "Ü" * 40 + " kurz",
        "",
        " ",
        "日本語の名前",
        "a b c d e f g " * 8,
        "x",
        "\u202eRTL",
        "&amp;<tag/>",
    )
    names = [
        f"{chance.choice(parts)}{k}" if k > 1 else chance.choice(parts) + " " * k for k in range(chance.randint(1, 16))
    ]
    steps = [
        a_step(name, chance.randint(1, 9000), chance.randint(0, 3) * 10, chance.randint(0, 3) * 10) for name in names
    ]
    functions = ("client", "integration", "benefits", "", HOSTILE)
    steps = [replace(step, functions=((chance.choice(functions), step.events),)) for step in steps]
    dense = chance.choice((0.05, 0.2, 0.5))
    ways = [
        a_way(a, b, chance.randint(1, 5000), chance.choice((None, 60.0, 9e6)))
        for a in names
        for b in names
        if chance.random() < dense
    ]
    return a_model(tuple(steps), tuple(ways))


@pytest.mark.slow
@pytest.mark.parametrize("lanes", [False, True])
@pytest.mark.parametrize("start", range(0, 100, 20))
def test_two_hundred_random_maps_with_hostile_names_have_no_box_over_a_box_and_no_label_over_a_box(
    start: int, lanes: bool
) -> None:
    for seed in range(start, start + 20):
        root = parsed(drawn(hostile(seed), labels={}, inline=True, lanes=lanes, max_ways=40))

        boxes, labels = rects(root, "data-step"), rects(root, "data-from")
        assert [1 for k, a in enumerate(boxes) for b in boxes[k + 1 :] if not apart(a, b)] == [], seed
        assert [1 for a in boxes for b in labels if not apart(a, b)] == [], seed


# -- lanes


def test_a_step_lies_in_the_lane_of_the_function_that_mostly_acts() -> None:
    step = replace(a_step("a", 10), functions=(("", 3), ("benefits", 3), ("integration", 4)))

    assert lane_of(step) == "integration"


def test_a_step_whose_function_is_known_for_under_half_lies_in_a_lane_of_its_own() -> None:
    step = replace(a_step("a", 10), functions=(("", 6), ("integration", 4)))

    assert lane_of(step) == ""


@pytest.mark.parametrize("steps", [12, 20, 29])
def test_every_box_lies_within_its_lane_and_no_lanes_overlap(steps: int) -> None:
    shown = drawn(STEERED, max_steps=steps, max_ways=2 * steps, inline=True, lanes=True)
    root, lane = parsed(shown), {step.activity: lane_of(step) for step in STEERED.steps}

    bands = {
        g.get("data-lane"): rects(root, "data-lane")[k]
        for k, g in enumerate(g for g in root.iter() if g.get("data-lane") is not None)
    }
    boxes = {g.get("data-step"): g.find(f"{SVG}rect") for g in root.iter(f"{SVG}g") if g.get("data-step")}
    assert set(bands) == {lane[activity] for activity in shown.shown_steps}
    for place, activity in enumerate(shown.shown_steps):
        box = boxes[f"s{place}"]
        assert box is not None
        left, wide = float(box.get("x", "")), float(box.get("width", ""))
        assert bands[lane[activity]][0] <= left
        assert left + wide <= bands[lane[activity]][2]
    edges = sorted((band[0], band[2]) for band in bands.values())
    assert all(a[1] <= b[0] + 0.1 for a, b in pairwise(edges))


def test_what_is_not_recorded_is_the_last_lane_and_the_clients_side_the_first() -> None:
    lanes = drawn(STEERED, max_steps=29, lanes=True).lanes

    assert lanes[0] == "client"
    assert lanes[-1] == ""


def test_the_lanes_are_named_in_the_alternative_text() -> None:
    alt = drawn(STEERED, max_steps=29, lanes=True).alt

    assert "Schritte je Bahn: Leistungsberechtigte bei " in alt


# -- keyboard, tables


def test_the_table_of_ways_has_a_row_for_each_way_shown_the_most_frequent_first() -> None:
    shown = drawn(CENTRE, max_steps=25)

    table = ways_table(CENTRE, GERMAN, language="de", number=number, duration=duration, shown=shown.shown_ways)

    assert len(table.rows) == len(shown.shown_ways)
    assert table.head[:3] == ("von", "nach", "Übergänge")
    assert table.rows[0][:3] == ("Einladung verschickt", "Erstgespräch", "2.725")


def test_the_tables_tell_not_recorded_from_none_and_from_does_not_apply() -> None:
    model = steered(by_client=Share(0, 40, 50), same_worker=Share(5, 10, 50), out_of_office=Share(0, 0, 0))

    ways = ways_table(model, {}, language="de", number=number, duration=duration)
    steps = steps_table(model, {}, language="de", number=number)

    assert ways.rows[0][-4:] == ("0\u00a0%", "nicht erfasst", "–", "–")
    assert steps.rows[0][-4:] == ("0\u00a0%", "nicht erfasst", "–", "–")


def test_the_table_says_that_a_time_is_not_known() -> None:
    model = a_model((a_step("a", starts=5), a_step("b", ends=5)), (a_way("a", "b", 5, None),))

    table = ways_table(model, {}, language="de", number=number, duration=duration)

    assert table.rows[0][:7] == ("a", "b", "5", "100\u00a0%", "5", "nicht bekannt", "nicht bekannt")


def test_the_table_of_steps_says_who_acts_and_who_begins_with_their_shares() -> None:
    step = replace(
        a_step("a", 10, starts=10, client=6, caseworker=2), functions=(("", 2), ("front", 2), ("benefits", 6))
    )

    table = steps_table(a_model((step,)), {}, language="de", number=number)

    assert table.rows[0][:4] == ("a", "Leistung 75\u00a0%", "Leistungsberechtigte 75\u00a0%", "10")
    assert len(table.head) == len(table.rows[0])
