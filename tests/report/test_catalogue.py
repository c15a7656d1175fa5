"""The catalogue in the report: by message, each metric with its sheet, its worked example and what was noticed."""

from __future__ import annotations

import dataclasses

import pytest

from procmine.findings import Findings, Further, Measurement, Noticed, Status
from procmine.metric import catalogue
from procmine.report.compose import compose
from procmine.report.document import Document, Fold, Grid, Points, Section
from procmine.report.publish import labels_of
from procmine.report.reading import CORE
from procmine.schema import load_schema
from tests.report import made_up

SHEETS = catalogue()
SCHEMA = load_schema()
MIX = (
    Further("client_booked", "part", 0.2, (0.1, 0.3), 500, 90, 100),
    Further("jointly_agreed", "part", None, None, None, None),
)
NOTICED = Noticed("one_value", "warning", {"de": "Voreinstellung?", "en": "A default?"}, {"de": "M.", "en": "M."}, 0.99,
                  ("appointment_setting",))  # fmt: skip


def measurement(name: str) -> Measurement:
    return Measurement(
        metric=name, version=1, group={}, period=None, value=0.4, numerator=200, denominator=500, items=500, cases=90,
        coverage=1.0, bounds=(0.4, 0.4), interval=(0.3, 0.5), status=Status.OK,
        further=MIX if name == "appointment_setting" else (),
    )  # fmt: skip


def composed(language: str = "en", found: Findings | None = None) -> Document:
    base = made_up.findings()
    kept = tuple(m for m in base.measurements if m.metric in CORE)
    known = {m.metric for m in kept}
    others = tuple(measurement(name) for name in SHEETS if name not in known)
    findings = dataclasses.replace(base, measurements=(*kept, *others), noticed=(NOTICED,))
    return compose(found or findings, SHEETS, labels_of(SCHEMA, None), language)


@pytest.fixture(scope="module")
def english() -> Document:
    return composed()


def sections(document: Document) -> list[Section]:
    return [section for section in document.sections if section.key.startswith("botschaft-")]


def fold(document: Document, metric: str) -> Fold:
    return next(
        block
        for section in sections(document)
        for block in section.blocks
        if isinstance(block, Fold) and block.key == f"fold-{metric}"
    )


def grids(document: Document, metric: str) -> dict[str, Grid]:
    return {block.key: block for block in fold(document, metric).blocks if isinstance(block, Grid)}


def test_the_five_messages_come_in_their_order(english: Document) -> None:
    assert [section.key for section in sections(english)] == [f"botschaft-{number}" for number in range(1, 6)]


def test_every_metric_beside_the_core_four_has_its_place_under_its_message(english: Document) -> None:
    for name, sheet in SHEETS.items():
        keys = [
            block.key for s in sections(english) for block in s.blocks if s.key.endswith(str(sheet.answers_to.message))
        ]

        assert (f"fold-{name}" in keys) != (name in CORE)


def test_a_metric_shows_its_worked_example_in_the_readers_words(english: Document) -> None:
    result = grids(english, "appointment_setting")["example-appointment_setting-result"]

    assert [column.title for column in result.columns[:7]] == [
        "counted", "case", "Office", "Day", "numerator", "denominator",
        SHEETS["appointment_setting"].parts["client_booked"]["en"],
    ]  # fmt: skip


def test_what_an_example_leaves_open_is_said_to_be_not_recorded(english: Document) -> None:
    rows = grids(english, "appointment_setting")["example-appointment_setting-appointments"].rows

    assert "not recorded" in {cell.text for row in rows for cell in row} or any(
        cell.tone == "muted" for row in rows for cell in row
    )


def test_the_parts_of_a_mix_stand_beside_the_value_and_a_withheld_one_says_so(english: Document) -> None:
    rows = grids(english, "appointment_setting")["beside-appointment_setting"].rows

    assert [row[1].text for row in rows] == ["20.0%", "withheld"]


def test_what_was_noticed_stands_with_the_metric_it_bears_on_and_no_other(english: Document) -> None:
    noticed = {
        block.key for section in sections(english) for one in section.blocks if isinstance(one, Fold)
        for block in one.blocks if isinstance(block, Points)
    }  # fmt: skip

    assert noticed == {"noticed-appointment_setting"}


def test_a_rate_and_a_time_are_told_in_their_units() -> None:
    table = {row[0].text: row[1].text for s in sections(composed("de")) for row in s.blocks[0].rows}  # type: ignore[union-attr]

    assert table[SHEETS["conflict_rate"].title["de"]] == "0,4 je 100 Fall-Jahre"
    assert table[SHEETS["request_fulfilment"].title["de"]] == "40,0\u00a0% binnen 14 Tagen"
    assert table[SHEETS["no_show_by_setter"].title["de"]] == "+40,0 Prozentpunkte"


def test_a_metric_without_a_direction_never_gets_a_colour() -> None:
    base = made_up.findings()
    outside = next(c for c in base.comparisons if c.signal.value.endswith("998"))
    group = outside.measurement.group
    tones = {}
    for name in ("sanction_rate", "no_occasion"):
        one = dataclasses.replace(outside.measurement, metric=name)
        findings = dataclasses.replace(
            base,
            measurements=(*(m for m in base.measurements if m.metric in CORE), measurement(name), one),
            comparisons=(*base.comparisons, dataclasses.replace(outside, measurement=one)),
        )
        rows = grids(composed(found=findings), name)[f"table-{name}"].rows
        tones[name] = next(row[-1].tone for row in rows if row[0].text == group["office"])

    assert tones == {"sanction_rate": "plain", "no_occasion": "signal"}


@pytest.mark.parametrize("language", ["de", "en"])
def test_worked_examples_call_kinds_of_activities_by_their_words(language: str) -> None:
    document = composed(language=language)
    told = {
        row[place].text
        for name in sorted(set(SHEETS) - set(CORE))
        for key, grid in grids(document, name).items()
        if key.endswith("-acts")
        for place, column in enumerate(grid.columns)
        if column.title == SCHEMA.tables["acts"].column("kind").title[language]
        for row in grid.rows
    }

    assert told and told <= {title[language] for title in SCHEMA.kinds.values()}
