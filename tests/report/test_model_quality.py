"""How good the mined model is, in the report: five figures, what each rests on, what a low precision does not say."""

from __future__ import annotations

import dataclasses

import pytest

from procmine.model import Model, Net, Place, Quality, Transition
from procmine.privacy.graph import release_model
from procmine.report.compose import compose
from procmine.report.document import Fold, Grid, Points
from procmine.report.words import load
from tests.report import made_up

NET = Net((Place("p1"), Place("p2")), (Transition("t1", "a"),), (("p1", "t1"), ("t1", "p2")), ("p1",), ("p2",))
QUALITY = Quality(
    fitness=0.98765,
    fitness_method="alignments",
    precision=None,
    precision_method="etc",
    on_cases=1203,
    of_cases=1412,
    token_fitness=0.99123,
    token_cases=1412,
    generalisation=0.8765,
    simplicity=0.654,
)


def model(**changed: object) -> Model:
    return dataclasses.replace(made_up.model(), net=NET, quality=dataclasses.replace(QUALITY, **changed))


def folded(shown: Model, language: str = "de") -> Fold:
    """What a report of the model says of its quality below the map."""
    findings = dataclasses.replace(made_up.findings(), model=shown)
    document = compose(findings, made_up.sheets(), made_up.labels(), language)
    section = next(section for section in document.sections if section.key == "karte")
    (fold,) = [block for block in section.blocks if isinstance(block, Fold) and block.key == "fold-fit"]
    return fold


def table(shown: Model, language: str = "de") -> Grid:
    (grid,) = folded(shown, language).blocks
    assert isinstance(grid, Grid)
    return grid


@pytest.fixture(scope="module")
def german() -> Grid:
    return table(model())


def test_the_figures_of_a_model_stand_with_what_they_rest_on(german: Grid) -> None:
    assert [tuple(cell.text for cell in row[:3]) for row in german.rows] == [
        ("Fitness (Alignment)", "0,99", "1.203 von 1.412 Fällen"),
        ("Fitness (Token-Replay)", "0,99", "1.412 von 1.412 Fällen"),
        ("Präzision", "nicht berechnet", "–"),
        ("Generalisierung", "0,88", "1.412 von 1.412 Fällen"),
        ("Einfachheit", "0,65", "dem Modell allein"),
    ]


def test_a_low_precision_is_said_to_be_no_evidence_of_freedom(german: Grid) -> None:
    assert "kein Beleg für Freiheit im Einzelfall" in german.rows[2][3].text


def test_precision_rests_on_the_steps_that_can_be_replayed() -> None:
    grid = table(model(precision=0.25, precision_steps=0.84), "en")

    assert grid.rows[2][2].text == "84% of the steps"


def test_a_report_of_a_filtered_model_says_which_share_of_the_cases_it_shows() -> None:
    shown = dataclasses.replace(model(), left_out_cases=353)
    findings = dataclasses.replace(made_up.findings(), model=shown)
    document = compose(findings, made_up.sheets(), made_up.labels(), "de")
    section = next(section for section in document.sections if section.key == "karte")

    share = round(100 * shown.cases / (shown.cases + 353))
    assert any(f"Das sind {share}" in sentence for sentence in section.lead)


@pytest.mark.parametrize(
    ("reasons", "said"),
    [((), (False, False)), (("alignment_budget",), (True, False)), (("long_courses",), (False, True))],
)
def test_what_fitness_leaves_out_is_told_by_its_reason(reasons: tuple[str, ...], said: tuple[bool, bool]) -> None:
    findings = dataclasses.replace(made_up.findings(), model=model(reasons=reasons))
    document = compose(findings, made_up.sheets(), made_up.labels(), "de")
    lead = " ".join(next(section for section in document.sections if section.key == "karte").lead)

    assert ("den häufigsten Verläufen" in lead, "lässt sehr lange Verläufe aus" in lead) == said


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_limit_of_the_figures_is_said_below_them(language: str) -> None:
    said = {key: text for key, text in load(language).texts.items() if key.startswith("fit.reason.")}
    _, limits = folded(model(reasons=tuple(key.removeprefix("fit.reason.") for key in said)), language).blocks

    assert isinstance(limits, Points)
    assert [point.text for point in limits.points] == list(said.values())


def test_what_leaves_the_house_has_two_digits_and_rounded_cases() -> None:
    out = release_model(model(), "shared").value.quality

    assert out is not None
    assert (out.token_fitness, out.generalisation, out.simplicity, out.token_cases) == (0.99, 0.88, 0.65, 1410)
