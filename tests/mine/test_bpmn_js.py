"""Our BPMN in bpmn-js, the viewer of Camunda's tools, in headless Chromium: no warning, nothing covers anything.

bpmn-js is no part of this repository. PROCMINE_BPMN_JS names its bpmn-navigated-viewer.production.min.js, out of the
npm package of that name (.ci/run fetches it); without it these tests are skipped.
"""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from procmine.mine import export
from procmine.model import Model, TreeNode
from tests.mine.geometry import Line, Shape, crossings, lying_across, overlapping, slanting
from tests.mine.nets import inductive_tree

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHROMIUM = Path("/usr/bin/chromium")
SCRIPT = os.environ.get("PROCMINE_BPMN_JS", "")
PAGE = "<!doctype html><body style='margin:0'><div id='canvas' style='width:1600px;height:900px'></div>"
# What the viewer made of a file: its warnings, every shape and line with its place, and how large each text is drawn.
OPEN = """async (xml) => {
    const viewer = new BpmnJS({ container: '#canvas' });
    const { warnings } = await viewer.importXML(xml);
    viewer.get('canvas').zoom('fit-viewport');
    const registry = viewer.get('elementRegistry');
    const all = registry.filter((each) => each.type !== 'bpmn:Process');
    const text = (task) => {
        const box = registry.getGraphics(task).querySelector('text').getBBox();
        return [task.id, task.width, task.height, box.x, box.y, box.width, box.height];
    };
    return {
        warnings: warnings.map((warning) => warning.message),
        shapes: all.filter((each) => !each.waypoints).map((s) => [s.id, s.type, s.x, s.y, s.width, s.height]),
        lines: all.filter((each) => each.waypoints)
            .map((line) => [line.source.id, line.target.id, line.waypoints.map((p) => [p.x, p.y])]),
        names: all.filter((each) => each.type === 'bpmn:Task').map((task) => task.businessObject.name),
        texts: all.filter((each) => each.type === 'bpmn:Task').map(text),
    };
}"""
RUNNING = (
    ("register request", "examine thoroughly", "check ticket", "decide", "reject request"),
    ("register request", "check ticket", "examine casually", "decide", "pay compensation"),
    ("register request", "examine casually", "check ticket", "decide", "reinitiate request", "examine thoroughly",
     "check ticket", "decide", "pay compensation"),
    ("register request", "check ticket", "examine thoroughly", "decide", "reject request"),
)  # fmt: skip
HOSTILE = (
    '"><script>document.title = "owned"</script>', "Müller & Söhne", "a\nb\tc", "]]>", "esc\x1b[31m\x00\ufffe",
    "🧭 Übergabe an die Fachkraft für besonderen Unterstützungsbedarf und zurück zur Leistungsabteilung",
    "Rechtsfolgenbelehrungszustellungsnachweis", "<b>bold</b>",
)  # fmt: skip
WORDS = "Antrag Beratung Prüfung Bescheid Widerspruch Anhörung Eingliederungsvereinbarung Erstgespräch Maßnahme".split()
LOGS = {
    "wabo": "wabo-receipt/receipt.xes.gz",
    "sepsis": "sepsis/Sepsis.xes.gz",
    "bpic12": "bpic12-loan/BPI_Challenge_2012.xes.gz",
}


def forty(rng: random.Random, steps: int = 40) -> TreeNode:
    """A tree of that many different activities."""
    if steps == 1:
        return TreeNode(None, f"{rng.choice(WORDS)} {rng.choice(WORDS)} {rng.randrange(10**6)}")
    operator = rng.choice(["sequence", "sequence", "xor", "parallel", "loop"])
    parts = 2 if operator == "loop" else min(steps, rng.randint(2, 4))
    cuts = [0, *sorted(rng.sample(range(1, steps), parts - 1)), steps]
    children = [forty(rng, high - low) for low, high in pairwise(cuts)]
    return TreeNode(operator, None, (*children, *([TreeNode(None, None)] * (operator == "xor" and rng.random() < 0.3))))


def job_centre(folder: Path) -> dict[tuple[str, ...], int]:
    """The courses of a made-up job centre."""
    from procmine.simulate import simulate
    from procmine.simulate.scenario import load_scenario

    made = simulate(load_scenario("one_office"), folder / "log.csv", seed=1, events=8_000)
    courses: dict[str, list[tuple[str, str]]] = {}
    with made.log.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            courses.setdefault(row["case_id"], []).append((row["timestamp"], row["activity"]))
    found: dict[tuple[str, ...], int] = {}
    for events in courses.values():
        course = tuple(activity for _, activity in sorted(events))
        found[course] = found.get(course, 0) + 1
    return found


def hostile_tree() -> TreeNode:
    leaves = [TreeNode(None, name) for name in HOSTILE]
    return TreeNode(
        "sequence", None, (TreeNode("xor", None, tuple(leaves[:4])), TreeNode("parallel", None, tuple(leaves[4:])))
    )


def tree_of(name: str, folder: Path, variants_of: Callable[[str], dict[tuple[str, ...], int]]) -> TreeNode:
    if name == "running example":
        return inductive_tree(dict.fromkeys(RUNNING, 1), 0.0)
    if name == "hostile names":
        return hostile_tree()
    if name == "job centre":
        return inductive_tree(job_centre(folder), 0.2)
    if name in LOGS:
        return inductive_tree(variants_of(LOGS[name]), 0.2)
    return forty(random.Random(name))  # noqa: S311 - not for secrets


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not SCRIPT or not Path(SCRIPT).is_file():
        pytest.skip("PROCMINE_BPMN_JS names no copy of bpmn-js.")
    if not CHROMIUM.exists():
        pytest.skip("There is no Chromium on this machine.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


class Opened:
    """A tree's BPMN as bpmn-js shows it, and everything the page complained of or asked for."""

    def __init__(self, browser: Any, tree: TreeNode, picture: Path) -> None:
        model = Model((), (), (), 0, 0, 0, "inductive", 0.2, tree, None, None)
        page = browser.new_page(viewport={"width": 1600, "height": 900})
        self.faults: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.faults.append(message.text))
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.set_content(PAGE)
        page.add_script_tag(content=Path(SCRIPT).read_text(encoding="utf-8"))
        said = page.evaluate(OPEN, export.to_bpmn(model))
        self.title = page.title()
        page.screenshot(path=str(picture))
        page.close()
        self.warnings: list[str] = said["warnings"]
        self.names: list[str] = said["names"]
        self.texts: list[list[Any]] = said["texts"]
        self.shapes = {name: Shape(*place) for name, _, *place in said["shapes"]}
        self.tasks = {name for name, kind, *_ in said["shapes"] if kind == "bpmn:Task"}
        self.lines = [Line(source, target, [(x, y) for x, y in points]) for source, target, points in said["lines"]]


MODELS = ("running example", "wabo", "sepsis", "bpic12", "job centre", "forty 1", "forty 2", "forty 3", "hostile names")


@pytest.fixture(scope="module", params=MODELS)
def opened(
    browser: Any,
    variants_of: Callable[[str], dict[tuple[str, ...], int]],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Opened:
    folder = tmp_path_factory.mktemp("bpmn")
    tree = tree_of(request.param, folder, variants_of)
    return Opened(browser, tree, Path(os.environ.get("PROCMINE_PICTURES", folder)) / f"{request.param}.png")


def test_the_file_opens_without_a_warning(opened: Opened) -> None:
    assert (opened.warnings, opened.faults) == ([], [])


def test_no_two_shapes_overlap(opened: Opened) -> None:
    assert len(opened.tasks) >= 7 and overlapping(opened.shapes) == []


def test_no_line_lies_across_a_shape(opened: Opened) -> None:
    assert lying_across(opened.shapes, opened.lines) == []


def test_no_two_lines_cross(opened: Opened) -> None:
    assert crossings(opened.lines) == []


def test_lines_run_level_or_upright(opened: Opened) -> None:
    assert slanting(opened.lines) == []


def test_every_name_stays_within_its_task(opened: Opened) -> None:
    out = [
        text
        for text in opened.texts
        for _, width, height, x, y, wide, high in [text]
        if x < 0 or y < 0 or x + wide > width or y + high > height
    ]

    assert out == []


def test_nothing_is_asked_of_the_network(opened: Opened) -> None:
    assert [url for url in opened.requests if not url.startswith(("about:", "data:", "blob:"))] == []


def test_hostile_names_are_shown_and_do_nothing(browser: Any, tmp_path: Path) -> None:
    shown = Opened(browser, hostile_tree(), tmp_path / "hostile.png")

    assert set(shown.names) == {export.visible(name) for name in HOSTILE}
    assert shown.title == ""
