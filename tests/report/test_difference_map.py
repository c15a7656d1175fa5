"""The difference map: what it compares, what it says is certain, what it must not give away."""

from __future__ import annotations

import random
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from procmine.errors import PrivacyError
from procmine.model import Model, Way
from procmine.privacy import PROFILES, release_model
from procmine.report.maps.difference_map import DifferenceMap, data, draw_difference
from procmine.report.maps.differences import Difference, differences
from procmine.stats.contrast import newcombe
from procmine.stats.intervals import wilson
from tests.report.fixtures.jobcentre import GERMAN, STEERING, jobcentre, number
from tests.report.test_maps import HOSTILE, SVG, a_model, a_step, a_way

INTERNAL, SHARED = PROFILES["internal"], PROFILES["shared"]


def of_cases(cases: int, reaching: int, way: int | None = None) -> Model:
    """A log in which all cases do a, and so many go on to b."""
    steps = (a_step("a", cases, starts=cases, ends=cases - reaching), a_step("b", reaching, ends=reaching))
    return a_model(steps, (a_way("a", "b", reaching if way is None else way),))


def drawn(first: Model, second: Model, profile: str = "internal", **options: object) -> DifferenceMap:
    given: dict[str, object] = {"labels": GERMAN, "language": "de", "number": number}
    released = (release_model(first, profile), release_model(second, profile))
    return draw_difference(*released, ("Nord", "Süd"), **{**given, **options}).value  # type: ignore[arg-type]


def test_a_difference_is_that_of_the_shares_of_cases_with_newcombes_interval() -> None:
    found = differences(of_cases(80, 56), of_cases(80, 48), INTERNAL).steps["b"]

    assert (found.first, found.second, round(found.value, 4)) == (0.7, 0.6, 0.1)
    assert found.interval == newcombe(0.7, wilson(56, 80), 0.6, wilson(48, 80))
    # Newcombe 1998, table II, contrast (a) 56/70 - 48/80, method 10
    published = differences(of_cases(70, 56), of_cases(80, 48), INTERNAL).steps["b"].interval
    assert [round(side, 4) for side in published] == [0.0524, 0.3339]


@pytest.mark.parametrize(
    ("first", "second", "verdict"), [(900, 500, "first"), (500, 900, "second"), (500, 505, "same"), (500, 500, "same")]
)
def test_a_difference_is_certain_only_if_its_interval_does_not_hold_0(first: int, second: int, verdict: str) -> None:
    assert differences(of_cases(1000, first), of_cases(1000, second), INTERNAL).ways["a", "b"].verdict == verdict


def test_rounding_widens_the_interval() -> None:
    exact = differences(of_cases(100, 40), of_cases(100, 20), INTERNAL).steps["b"].interval
    rounded = differences(of_cases(100, 40), of_cases(100, 20), SHARED).steps["b"].interval

    assert rounded[0] < exact[0]
    assert exact[1] < rounded[1]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_was_rounded_the_interval_of_the_exact_counts_lies_within_that_of_the_rounded(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- made-up counts, nothing secret
    cases = [chance.randint(60, 400) for _ in range(2)]
    hits = [chance.randint(15, many - 15) for many in cases]
    exact = [of_cases(many, hit) for many, hit in zip(cases, hits, strict=True)]
    shown = [release_model(model, "shared").value for model in exact]

    inner = differences(exact[0], exact[1], INTERNAL).steps["b"].interval
    outer = differences(shown[0], shown[1], SHARED).steps["b"].interval

    assert outer[0] <= inner[0]
    assert inner[1] <= outer[1]


def test_two_halves_of_one_population_seldom_look_different() -> None:
    chance = random.Random(5)  # noqa: S311 -- made-up cases, nothing secret
    alarms = 0
    for _ in range(400):
        hits = [sum(chance.random() < 0.3 for _ in range(200)) for _ in range(2)]
        alarms += differences(of_cases(200, hits[0]), of_cases(200, hits[1]), INTERNAL).steps["b"].verdict != "same"

    assert alarms <= 400 * 0.05 + 3 * (400 * 0.05 * 0.95) ** 0.5


def test_a_way_too_rare_in_one_group_is_absent_in_both() -> None:
    many, few = of_cases(200, 150), of_cases(200, 150, way=9)

    for pair in ((many, few), (few, many)):
        shown = drawn(*pair, "shared")

        assert ("a", "b") not in shown.differences.ways
        assert shown.ways.rows == ()
        assert "→ b" not in shown.svg
        assert "1 Weg" in " ".join(shown.notes)


def test_a_step_too_rare_in_one_group_is_absent_in_both_with_its_ways() -> None:
    shown = drawn(of_cases(200, 150), of_cases(200, 9), "shared")

    assert shown.shown_steps == ("a",)
    assert [row[0] for row in shown.steps.rows] == ["a"]
    assert shown.shown_ways == ()


def test_what_is_hidden_in_one_group_leaves_no_trace_of_how_often_it_was_in_either() -> None:
    hidden = [drawn(of_cases(200, 150), of_cases(200, few), "shared") for few in (0, 4, 9)]
    other = drawn(of_cases(200, 190), of_cases(200, 4), "shared")

    assert len({shown.steps.rows for shown in (*hidden, other)}) == 1


def test_models_released_under_different_profiles_are_not_compared() -> None:
    model = of_cases(200, 150)

    with pytest.raises(PrivacyError, match="different privacy profiles"):
        draw_difference(
            release_model(model, "shared"),
            release_model(model, "internal"),
            ("Nord", "Süd"),
            labels={},
            language="de",
            number=number,
        )


def test_direction_is_told_by_colour_and_sign_and_what_is_not_certain_is_grey_and_bears_no_number() -> None:
    steps = tuple(a_step(name, 500, starts=500, ends=500) for name in "abcd")

    def model(*cases: int) -> Model:
        ways = [a_way(a, b, many) for (a, b), many in zip(("ab", "bc", "cd"), cases, strict=True)]
        return replace(a_model(steps, tuple(ways)), cases=1000, events=4000)

    root = ElementTree.fromstring(drawn(model(400, 100, 300), model(100, 400, 305)).svg)  # noqa: S314 -- our own drawing

    looks = {
        (g.get("data-from"), g.get("data-to")): g.get("class")
        for g in root.iter(f"{SVG}g")
        if g.get("class") and g.get("data-from") not in (None, "begin") and g.get("data-to") != "end"
    }
    labels = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert sorted(looks.values()) == ["a-first", "a-same", "a-second"]
    assert sorted(text for text in labels if text.endswith("Pp.")) == ["▲ +30 Pp.", "▼ −30 Pp."]


def test_the_tables_hold_shares_difference_interval_and_verdict_the_largest_difference_first() -> None:
    shown = drawn(of_cases(1000, 800), of_cases(1000, 400))

    assert shown.ways.head == ("von", "nach", "Nord", "Süd", "Unterschied", "95\u2011%\u2011Intervall", "Urteil")
    assert shown.ways.rows == (("a", "b", "80\u00a0%", "40\u00a0%", "+40 Pp.", "+36 bis +44", "häufiger bei Nord"),)
    assert [row[0] for row in shown.steps.rows] == ["b", "a"]


def test_the_map_says_how_many_differences_are_certain_and_that_many_comparisons_find_chance() -> None:
    shown = drawn(of_cases(1000, 800), of_cases(1000, 400))

    assert "2 Schritte und 1 Weg; gesichert verschieden: 1 Schritt und 1 Weg" in shown.alt
    assert "jeder zwanzigste" in shown.svg


def test_groups_without_a_common_step_say_so() -> None:
    shown = drawn(a_model((a_step("a", 50, starts=50),)), a_model((a_step("b", 50, starts=50),)))

    assert "Es gibt keine Schritte" in shown.svg
    assert shown.notes[0].startswith("Kein Schritt ist in beiden Gruppen häufig genug")


def test_hostile_names_of_groups_and_steps_stay_text() -> None:
    model = a_model((a_step(HOSTILE, 100, starts=100, ends=100),))
    released = release_model(model, "internal")

    shown = draw_difference(released, released, (HOSTILE, "b"), labels={}, language="de", number=number).value

    root = ElementTree.fromstring(shown.svg)  # noqa: S314 -- our own drawing
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "g", "path", "rect", "circle", "text"}
    assert not {key for element in root.iter() for key in element.keys() if key.startswith("on")}


def test_the_same_two_models_give_the_same_bytes_whatever_the_order_of_their_parts() -> None:
    first, second = jobcentre(500, seed=1), jobcentre(500, seed=2)
    turned = replace(first, steps=first.steps[::-1], ways=first.ways[::-1])

    assert drawn(turned, second, max_steps=15).svg == drawn(first, second, max_steps=15).svg


def test_no_difference_leaves_minus_one_to_one() -> None:
    found = differences(of_cases(12, 11), of_cases(1000, 12), SHARED)

    for one in (*found.steps.values(), *found.ways.values()):
        assert isinstance(one, Difference)
        assert -1 <= one.interval[0] <= one.interval[1] <= 1


def test_a_way_is_compared_by_its_cases_and_not_by_how_often_it_was_taken() -> None:
    often = replace(of_cases(100, 50), ways=(Way("a", "b", 900, 50, None, None, STEERING),))

    assert differences(often, of_cases(100, 50), INTERNAL).ways["a", "b"].value == 0


def test_the_differences_as_data_are_those_of_the_map() -> None:
    found = data(drawn(of_cases(1000, 800), of_cases(1000, 400)))

    assert [(way["source"], way["target"], way["difference"], way["verdict"]) for way in found["ways"]] == [
        ("a", "b", 0.4, "first")
    ]
    assert found["left_out"] == {"steps": 0, "ways": 0}
