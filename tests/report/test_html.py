"""One file, no network, nothing from a log acts, same input same bytes."""

from __future__ import annotations

import dataclasses
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from procmine import content
from procmine.findings import Status
from procmine.report.compose import compose
from procmine.report.document import Note, Points, Section
from procmine.report.html import json_for_script, render
from procmine.report.words import load
from tests.report import made_up

CHROMIUM = Path("/usr/bin/chromium")


def page(language: str = "de", *, hostile: bool = False, offices: int = 12) -> str:
    findings = made_up.findings(hostile=hostile, offices=offices)
    return render(compose(findings, made_up.sheets(), made_up.labels(), language))


@pytest.fixture(scope="module")
def german() -> str:
    return page()


@pytest.fixture(scope="module")
def hostile() -> str:
    return page(hostile=True)


class Outline(HTMLParser):
    """What of a page a screen reader builds on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag if tag == "script" and not dict(attrs).get("type") else ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def outline(german: str) -> Outline:
    return Outline(german)


def test_the_same_findings_give_the_same_bytes(german: str) -> None:
    assert page() == german


def test_twelve_offices_stay_within_the_budget(german: str) -> None:
    assert len(german.encode()) < 3_500_000


def test_the_page_names_its_language(outline: Outline) -> None:
    assert outline.all("html")[0]["lang"] == "de"


def test_english_is_english() -> None:
    text = page("en")

    assert '<html lang="en">' in text
    assert "What this report does not say" in text
    assert "Kernkennzahlen" not in text


def test_there_is_one_first_heading(outline: Outline) -> None:
    assert len(outline.all("h1")) == 1


def test_no_heading_is_empty_and_a_list_bears_its_title() -> None:
    composed = compose(made_up.findings(), made_up.sheets(), made_up.labels(), "de")
    points = Points("points", "Ein Titel", (Note("Ohne Titel."), Note("Mit.", title="Eigener Titel")))
    text = render(dataclasses.replace(composed, sections=(*composed.sections, Section("s", "t", "T", (), (points,)))))

    assert not re.findall(r"<h[1-6][^>]*>\s*</h[1-6]>", text)
    assert "<h3>Ein Titel</h3>" in text and "<h4>Eigener Titel</h4>" in text


def test_every_id_stands_once(outline: Outline) -> None:
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]

    assert sorted({one for one in ids if ids.count(one) > 1}) == []


def test_every_head_of_a_table_says_what_it_heads(outline: Outline) -> None:
    assert {head.get("scope") for head in outline.all("th")} == {"col", "row"}


def test_every_table_has_a_caption(outline: Outline) -> None:
    assert len(outline.all("caption")) == len(outline.all("table")) > 10


def test_every_link_leads_to_a_place_in_the_page(outline: Outline) -> None:
    ids = {attributes.get("id") for _, attributes in outline.tags}

    assert {str(link["href"])[1:] for link in outline.all("a")} <= ids


def test_no_address_of_the_network_is_in_what_the_page_loads(german: str) -> None:
    body = re.sub(r"<script>.*?</script>", "", german, flags=re.DOTALL)

    assert re.findall(r"(?:src|href|action|data)=[\"']?(?:https?:)?//", body) == []
    assert re.findall(r"url\((?!data:|#)", body) == []
    assert "@import" not in body


def test_the_policy_names_each_script_by_its_hash(outline: Outline) -> None:
    policy = next(str(m["content"]) for m in outline.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    hashes = {f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in outline.scripts}

    assert len(hashes) == 3
    assert all(one in policy for one in hashes)
    assert "unsafe-eval" not in policy and policy.startswith("default-src 'none'")


def test_no_element_carries_a_handler(outline: Outline) -> None:
    assert [name for _, attributes in outline.tags for name in attributes if name.startswith("on")] == []


def test_hostile_names_make_no_element(hostile: str) -> None:
    outline = Outline(hostile)

    assert outline.all("img") == [] and len(outline.all("script")) == 4


def test_hostile_names_are_shown_as_they_are(hostile: str) -> None:
    assert "&lt;/script&gt;&lt;img src=x onerror=" in hostile


def test_a_name_with_a_direction_sign_is_spelt_out(hostile: str) -> None:
    assert "\u202e" not in hostile and "\\x202e" in hostile


def test_json_in_a_script_cannot_end_it() -> None:
    assert json_for_script({"a": "</script>\u2028&"}) == '{"a":"\\u003c/script\\u003e\\u2028\\u0026"}'


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_status_is_a_word_in_the_page(language: str) -> None:
    text = page(language)

    assert all(load(language).text(f"status.{status.value}.name") in text for status in Status)


def test_no_place_of_a_text_is_left_in_the_page(german: str) -> None:
    body = re.sub(r"<(script|style)\b.*?</\1>", "", german, flags=re.DOTALL)

    assert re.findall(r"\{[a-z_]+\}", body) == []


def test_a_study_may_bring_its_own_style(tmp_path: Path) -> None:
    folder = tmp_path / "reports" / "style"
    folder.mkdir(parents=True)
    (folder / "report.css").write_text(":root { --ink: #123456; }", encoding="utf-8")
    document = compose(made_up.findings(), made_up.sheets(), made_up.labels(), "de")

    assert "#123456" in render(document, tmp_path)


def test_a_study_s_template_cannot_reach_into_python(tmp_path: Path) -> None:
    from jinja2.exceptions import SecurityError

    folder = tmp_path / "reports" / "templates"
    folder.mkdir(parents=True)
    (folder / "report.html.j2").write_text("{{ document.__class__.__mro__ }}", encoding="utf-8")
    document = compose(made_up.findings(), made_up.sheets(), made_up.labels(), "de")

    with pytest.raises(SecurityError):
        render(document, tmp_path)


def vendored() -> dict[str, Any]:
    return content.read_toml(content.one("reports/vendor", "vendor", ".toml"))


@pytest.mark.parametrize("name", sorted(vendored()))
def test_what_is_vendored_is_what_was_recorded(name: str) -> None:
    entry = vendored()[name]
    folder = content.shipped() / "reports" / "vendor"

    assert sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert (folder / entry["licence_file"]).is_file()


def test_the_vendored_script_is_of_the_version_that_plotly_speaks() -> None:
    from plotly.offline import get_plotlyjs_version

    assert vendored()["plotly-cartesian"]["version"] == get_plotlyjs_version()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("There is no Chromium on this machine.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


class Visit:
    """A page opened from disk, and everything it asked for or complained of."""

    def __init__(self, browser: Any, path: Path, text: str, **settings: Any) -> None:
        path.write_text(text, encoding="utf-8")
        self.context = browser.new_context(**settings)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.faults: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.on("dialog", lambda dialog: (self.faults.append("dialog"), dialog.dismiss()))
        self.page.goto(path.as_uri())


@pytest.mark.browser
def test_the_page_asks_for_nothing_and_complains_of_nothing(browser: Any, tmp_path: Path, hostile: str) -> None:
    visit = Visit(browser, tmp_path / "report.html", hostile)
    visit.page.wait_for_selector(".js-plotly-plot .scatterlayer")
    foreign = [url for url in visit.requests if not url.startswith(("file:", "data:", "blob:"))]

    assert (foreign, visit.faults) == ([], [])


@pytest.mark.browser
def test_a_hostile_name_does_nothing_in_a_browser(browser: Any, tmp_path: Path, hostile: str) -> None:
    visit = Visit(browser, tmp_path / "report.html", hostile)
    visit.page.wait_for_selector(".js-plotly-plot .scatterlayer")
    visit.page.locator("[data-level]").first.click()

    assert visit.page.locator("img").count() == 0
    assert visit.page.title().startswith("Fallsteuerung in zwölf Jobcentern")


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_sticks_out_of_the_page(browser: Any, tmp_path: Path, hostile: str, width: int) -> None:
    visit = Visit(browser, tmp_path / "report.html", hostile, viewport={"width": width, "height": 800})
    visit.page.wait_for_selector(".js-plotly-plot .scatterlayer")

    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_without_scripts_the_drawings_for_paper_stand_in_place(browser: Any, tmp_path: Path, german: str) -> None:
    visit = Visit(browser, tmp_path / "report.html", german, java_script_enabled=False)

    assert visit.page.locator(".paper svg").first.is_visible()
    assert visit.page.locator(".canvas svg").first.is_visible()


@pytest.mark.browser
def test_on_paper_charts_are_the_drawings_and_controls_are_gone(browser: Any, tmp_path: Path, german: str) -> None:
    visit = Visit(browser, tmp_path / "report.html", german)
    visit.page.wait_for_selector(".js-plotly-plot .scatterlayer")
    visit.page.emulate_media(media="print")

    assert visit.page.locator(".paper svg").first.is_visible()
    assert not visit.page.locator(".live").first.is_visible()
    assert not visit.page.locator(".tools").first.is_visible()


@pytest.mark.browser
def test_the_map_changes_its_detail_and_highlights_a_step(browser: Any, tmp_path: Path, german: str) -> None:
    visit = Visit(browser, tmp_path / "report.html", german)
    shown = visit.page.locator("[data-shown]").inner_text()
    visit.page.locator("[data-level]").first.click()
    visit.page.locator("[data-choose]").select_option(index=1)

    assert visit.page.locator("[data-shown]").inner_text() != shown
    assert visit.page.locator(".canvas .faded").count() > 0
