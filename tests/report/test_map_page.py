"""The map in a browser: lenses, keyboard, without scripts, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from procmine.report.compose import compose
from procmine.report.document import Document, Picture
from procmine.report.html import render
from procmine.report.maps.lenses import LENSES
from tests.report import made_up
from tests.report.fixtures.jobcentre import GERMAN, jobcentre, with_steering

CHROMIUM = Path("/usr/bin/chromium")
LENS = "#map .canvas svg"


@pytest.fixture(scope="module")
def document() -> Document:
    findings = replace(made_up.findings(), model=with_steering(jobcentre(cases=400)))
    made = compose(findings, made_up.sheets(), {**made_up.labels(), **GERMAN})
    return replace(made, sections=tuple(part for part in made.sections if part.key == "karte"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("There is no Chromium on this machine.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Any, document: Document, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    path = tmp_path / "map.html"
    path.write_text(render(document), encoding="utf-8")
    context = browser.new_context(**getattr(request, "param", {}))
    opened = context.new_page()
    opened.goto(path.as_uri())
    yield opened
    context.close()


def shown_legends(page: Any) -> list[str]:
    found = page.evaluate("[...document.querySelectorAll('#map [data-legend]')].filter(e => e.offsetParent)"
                          ".map(e => e.getAttribute('data-legend'))")  # fmt: skip
    return list(found)


def test_the_map_offers_all_lenses_the_levels_and_the_lanes(document: Document) -> None:
    picture = next(block for block in document.sections[0].blocks if isinstance(block, Picture))

    assert [lens.key for lens in picture.lenses] == list(LENSES)
    assert picture.levels[-1][0] == "nach Funktion"
    assert 'data-lane="client"' in picture.levels[-1][2]


def test_the_lenses_stand_in_one_drawing_a_level_and_not_in_copies(document: Document) -> None:
    text = render(document)

    assert text.count('data-lens="overview" role="img"') == 4
    assert len(text.encode()) < 800_000


@pytest.mark.browser
def test_a_lens_is_chosen_by_keyboard_and_colours_labels_and_legend_follow(page: Any) -> None:
    box = page.locator(f"{LENS} [data-step] .box").first
    before = box.evaluate("e => getComputedStyle(e).fill")
    page.locator("#map .lenses input").first.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")

    assert page.locator(LENS).get_attribute("data-lens") == "time"
    assert shown_legends(page) == ["time"]
    assert box.evaluate("e => getComputedStyle(e).fill") != before
    labels = page.evaluate("[...document.querySelectorAll('#map .canvas .label .l')]"
                           ".filter(e => getComputedStyle(e).display !== 'none').map(e => e.textContent)")  # fmt: skip
    assert any(" / " in text for text in labels)
    assert not any(" · " in text for text in labels)


@pytest.mark.browser
def test_a_lens_stays_when_the_level_changes(page: Any) -> None:
    page.locator('#map .lenses input[value="place"]').check(force=True)
    page.locator("#map [data-level]").last.click()

    assert page.locator(LENS).get_attribute("data-lens") == "place"
    assert page.locator(f"{LENS} [data-lane]").count() > 2


@pytest.mark.browser
def test_the_steps_are_reached_by_one_tab_and_walked_in_reading_order_with_the_arrow_keys(page: Any) -> None:
    steps = page.locator(f"{LENS} [data-step]")
    assert page.locator(f'{LENS} [data-step][tabindex="0"]').count() == 1
    page.locator("#map .canvas").focus()
    page.keyboard.press("Tab")
    names = []
    for _ in range(3):
        names.append(page.evaluate("document.activeElement.getAttribute('data-step')"))
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")

    assert names == [steps.nth(k).get_attribute("data-step") for k in range(3)]
    assert page.evaluate("document.activeElement.getAttribute('data-step')") == steps.last.get_attribute("data-step")


@pytest.mark.browser
def test_a_step_has_an_accessible_name_with_its_count_and_share_and_enter_highlights_it(page: Any) -> None:
    step = page.locator(f"{LENS} [data-step]").first
    step.focus()
    page.keyboard.press("Enter")

    assert page.get_by_role("button", name="Antrag eingegangen: ").first.is_visible()
    assert " aller Ereignisse" in (step.locator("title").text_content() or "")
    assert step.get_attribute("aria-pressed") == "true"
    assert page.locator(f"{LENS} .faded").count() > 0
    page.keyboard.press("Enter")
    assert page.locator(f"{LENS} .faded").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_the_first_lens_stands_with_its_legend_and_no_switch(page: Any) -> None:
    assert page.locator(LENS).first.get_attribute("data-lens") == "overview"
    assert page.locator('#map [data-legend="overview"]').is_visible()
    assert not page.locator('#map [data-legend="time"]').is_visible()
    assert not page.locator("#map .lenses").is_visible()


@pytest.mark.browser
def test_on_paper_the_tables_of_the_map_are_open_and_the_switch_is_gone(page: Any) -> None:
    page.emulate_media(media="print")

    assert page.locator("#table-ways").is_visible()
    assert page.locator("#table-steps").is_visible()
    assert not page.locator("#map .lenses").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("page", [{"color_scheme": "dark"}], indirect=True)
def test_in_the_dark_the_boxes_are_dark(page: Any) -> None:
    fill = page.locator(f"{LENS} [data-step] .box").first.evaluate("e => getComputedStyle(e).fill")

    assert max(int(part) for part in fill.removeprefix("rgb(").removesuffix(")").split(",")) < 100
