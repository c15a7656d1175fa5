"""What a report says, and when."""

from __future__ import annotations

import dataclasses
import re

import pytest

from procmine.findings import Findings, Status
from procmine.report.compose import compose
from procmine.report.document import Document, Figure, Fold, Grid, Picture, Profile, Section
from tests.report import made_up


def composed(findings: Findings | None = None, language: str = "de") -> Document:
    return compose(findings or made_up.findings(), made_up.sheets(), made_up.labels(), language)


@pytest.fixture(scope="module")
def german() -> Document:
    return composed()


def section(document: Document, key: str) -> Section:
    return next(section for section in document.sections if section.key == key)


def profile(document: Document) -> Profile:
    return next(block for block in section(document, "profil").blocks if isinstance(block, Profile))


def texts(value: object) -> list[str]:
    """Every text of a document."""
    if isinstance(value, str):
        return [value]
    if dataclasses.is_dataclass(value):
        return [text for field in dataclasses.fields(value) for text in texts(getattr(value, field.name))]
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    return [text for one in value for text in texts(one)] if isinstance(value, tuple) else []


def changed(findings: Findings, metric: str, status: Status, reason: str) -> Findings:
    """The findings with every measurement of a metric in one status and without a value."""
    empty = {
        "value": None,
        "numerator": None,
        "denominator": None,
        "bounds": None,
        "interval": None,
        "effective_n": None,
    }
    measurements = tuple(
        dataclasses.replace(m, status=status, reason={"de": reason, "en": reason}, **empty) if m.metric == metric else m
        for m in findings.measurements
    )
    kept = tuple(c for c in findings.comparisons if c.measurement.metric != metric)
    funnels = tuple(f for f in findings.funnels if f.metric != metric)
    return dataclasses.replace(findings, measurements=measurements, comparisons=kept, funnels=funnels)


def test_the_profile_comes_first(german: Document) -> None:
    assert german.sections[0].key == "profil"


def test_what_the_report_does_not_say_comes_last(german: Document) -> None:
    assert german.sections[-1].key == "grenzen"


def test_at_most_five_messages_stand_at_the_head(german: Document) -> None:
    assert 3 <= len(german.messages) <= 5


def test_every_message_leads_to_a_section(german: Document) -> None:
    assert {message.section for message in german.messages} <= {section.key for section in german.sections}


def test_offices_stand_in_the_order_of_their_names(german: Document) -> None:
    assert [name for name, _ in profile(german).rows] == list(made_up.OFFICES)


def test_the_order_of_offices_does_not_follow_their_values(german: Document) -> None:
    values = [cells[0].dot.x for _, cells in profile(german).rows if cells[0].dot]

    assert values not in (sorted(values), sorted(values, reverse=True))


def test_a_message_counts_the_offices_outside_and_on_which_side(german: Document) -> None:
    assert section(german, "self-initiated-appointments").title == (
        "In 3 von 12 vergleichbaren Jobcentern liegt der Anteil selbst veranlasster Termine außerhalb der "
        "99,8\u2011%\u2011Grenzen: 2 darüber, 1 darunter."
    )


def test_a_metric_that_some_offices_lack_is_a_message_with_its_reason(german: Document) -> None:
    assert (
        "In 2 von 12 Jobcentern ist der Anteil warmer Übergaben nicht messbar. "
        "Das Merkmal handover_type fehlt im Auszug." in [message.text for message in german.messages]
    )


def test_a_metric_that_all_offices_lack_says_so_instead_of_a_comparison() -> None:
    findings = changed(made_up.findings(), "warm_handovers", Status.NOT_MEASURABLE, "Das Merkmal fehlt.")
    found = section(composed(findings), "warm-handovers")

    assert found.title == "In keinem der 12 Jobcenter ist der Anteil warmer Übergaben messbar. Das Merkmal fehlt."


def test_a_metric_without_values_has_no_chart() -> None:
    findings = changed(made_up.findings(), "warm_handovers", Status.NOT_MEASURABLE, "Das Merkmal fehlt.")
    found = section(composed(findings), "warm-handovers")

    assert not [block for block in found.blocks if isinstance(block, Figure)]


def test_every_office_has_a_row_in_the_table_of_a_metric(german: Document) -> None:
    fold = next(block for block in section(german, "warm-handovers").blocks if isinstance(block, Fold))
    grid = fold.blocks[0]

    assert isinstance(grid, Grid)
    assert [row[0].text for row in grid.rows] == [*made_up.OFFICES, "alle"]


def test_no_cell_of_any_table_is_empty(german: Document) -> None:
    def grids(value: object) -> list[Grid]:
        if isinstance(value, Grid):
            return [value]
        if dataclasses.is_dataclass(value):
            return [grid for field in dataclasses.fields(value) for grid in grids(getattr(value, field.name))]
        return [grid for one in value for grid in grids(one)] if isinstance(value, tuple) else []

    found = grids(german.sections)

    assert len(found) > 10
    assert [(grid.key, row[0].text) for grid in found for row in grid.rows if not all(cell.text for cell in row)] == []


def test_a_figure_that_is_not_known_is_a_word_and_never_a_number(german: Document) -> None:
    cells = [cell for _, row in profile(german).rows for cell in row if cell.dot is None]

    assert {cell.status_text for cell in cells} == {"nicht messbar", "zu wenige Fälle", "zurückgehalten"}
    assert {cell.value for cell in cells} == {""}


def test_a_value_of_too_few_cases_is_not_shown_even_if_it_is_there(german: Document) -> None:
    told = [m.value for m in made_up.findings().measurements if m.status is Status.INSUFFICIENT_N]
    fold = next(block for block in section(german, "warm-handovers").blocks if isinstance(block, Fold))

    assert isinstance(fold.blocks[0], Grid) and told and told[0] is not None
    assert told[0] not in [cell.number for row in fold.blocks[0].rows for cell in row]


def test_a_reason_that_begins_with_its_status_does_not_say_it_twice() -> None:
    reason = "Nicht messbar: weniger als die Hälfte ist erfasst."
    document = composed(changed(made_up.findings(), "warm_handovers", Status.NOT_MEASURABLE, reason))

    assert section(document, "warm-handovers").title.endswith("messbar. Weniger als die Hälfte ist erfasst.")


def test_low_coverage_is_a_hollow_mark_with_bounds(german: Document) -> None:
    dots = [cell.dot for _, row in profile(german).rows for cell in row if cell.status == "low_coverage" and cell.dot]

    assert len(dots) == 3
    assert all(dot.mark == "hollow" and dot.bounds for dot in dots)


def test_a_scale_of_the_profile_begins_at_zero_and_ends_by_one(german: Document) -> None:
    assert all(column.axis.low == 0 and column.axis.high <= 1 for column in profile(german).columns)


def test_a_scale_on_which_nothing_is_known_is_the_natural_one() -> None:
    unknown = made_up.findings()
    measured = tuple(
        dataclasses.replace(one, status=Status.NOT_MEASURABLE, value=None, interval=None)
        for one in unknown.measurements
    )
    told = dataclasses.replace(unknown, measurements=measured, comparisons=(), funnels=())
    document = compose(told, made_up.sheets(), made_up.labels(), "de")
    profile = next(block for block in document.sections[0].blocks if isinstance(block, Profile))

    assert {(column.axis.low, column.axis.high) for column in profile.columns} == {(0.0, 1.0)}


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_text_speaks_of_ranks_causes_or_grades(language: str) -> None:
    spoken = " ".join(texts(composed(language=language))).lower()

    assert (
        re.findall(r"\b(rang \d|platz \d|rank \d|verursacht|because of|best(er|es)? jobcenter|worst|bottom)\b", spoken)
        == []
    )


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_place_is_left_unfilled(language: str) -> None:
    assert [text for text in texts(composed(language=language)) if re.search(r"\{[a-z_]+\}", text)] == []


def test_one_office_is_described_and_not_compared() -> None:
    document = composed(made_up.findings(offices=1))

    assert section(document, "self-initiated-appointments").title.startswith("Im Jobcenter Ahrensfeld beträgt ")


def test_a_log_without_offices_still_makes_a_report() -> None:
    findings = made_up.findings()
    whole = tuple(m for m in findings.measurements if not m.group)
    document = composed(dataclasses.replace(findings, measurements=whole, comparisons=(), funnels=()))

    assert section(document, "self-initiated-appointments").title.startswith("Im Jobcenter Fallsteuerung in zwölf")


def test_findings_without_a_model_have_no_map() -> None:
    document = composed(dataclasses.replace(made_up.findings(), model=None))

    assert "karte" not in [section.key for section in document.sections]


def dense(ways: int) -> Findings:
    """Findings whose model has thirty steps and many ways, all as frequent."""
    findings = made_up.findings()
    assert findings.model is not None
    steps = tuple(dataclasses.replace(findings.model.steps[0], activity=f"s{k}", starts=k == 0) for k in range(30))
    pairs = [(a, b) for gap in range(1, 30) for a, b in zip(range(30), range(gap, 30), strict=False)][:ways]
    between = tuple(
        dataclasses.replace(findings.model.ways[0], source=f"s{a}", target=f"s{b}", count=100) for a, b in pairs
    )
    events = findings.model.cases + 100 * ways
    model = dataclasses.replace(findings.model, steps=steps, ways=between, variants=(), events=events)
    return dataclasses.replace(findings, model=model)


@pytest.mark.parametrize(("ways", "level"), [(29, 1), (300, 0)])
def test_the_map_opens_with_few_steps_where_even_the_medium_level_shows_less_than_half(ways: int, level: int) -> None:
    picture = next(b for b in section(composed(dense(ways)), "karte").blocks if isinstance(b, Picture))

    assert picture.shown == level


def test_a_table_of_many_offices_says_how_many_it_leaves_out() -> None:
    findings = made_up.findings()
    first = next(m for m in findings.measurements if m.group)
    many = tuple(dataclasses.replace(first, group={"office": f"JC {place:03}"}) for place in range(450))
    document = composed(dataclasses.replace(findings, measurements=many, comparisons=(), funnels=()))
    fold = next(b for b in section(document, "self-initiated-appointments").blocks if isinstance(b, Fold))

    assert isinstance(fold.blocks[0], Grid)
    assert (len(fold.blocks[0].rows), fold.blocks[0].more[:10]) == (400, "50 weitere")


def test_the_privacy_profile_in_force_is_said() -> None:
    spoken = texts(composed(dataclasses.replace(made_up.findings(), privacy="published")))

    assert any("weniger als 10 Personen; Anzahlen sind auf 10 gerundet" in text for text in spoken)


def test_the_number_of_caseworkers_is_never_said() -> None:
    findings = made_up.findings()
    measurements = tuple(dataclasses.replace(m, workers=8765) for m in findings.measurements)
    spoken = " ".join(texts(composed(dataclasses.replace(findings, measurements=measurements))))

    assert "8765" not in spoken and "8.765" not in spoken


def test_digests_and_versions_stand_in_the_foot(german: Document) -> None:
    foot = " ".join(texts(german.foot))

    assert all(text in foot for text in ("9f2c" * 16, "c0ffee" * 10 + "ab12", "0.1.0", "Fassung 1"))


def test_the_receipt_gives_every_kind_of_fault(german: Document) -> None:
    spoken = " ".join(texts(section(german, "daten")))

    for text in (
        "Zeitstempel nicht lesbar",
        "duration_min",
        "BEMERKUNG",
        "Brieftaube",
        "k. A.",
        "BATCH01",
        "client_booked",
        "2.210",
    ):
        assert text in spoken


def test_a_group_that_a_metric_is_split_by_bears_its_title_as_a_column() -> None:
    found = made_up.findings()
    by_age = tuple(
        dataclasses.replace(one, group={"birth_band": "15-24"}) if "function" in one.group else one
        for one in found.measurements
    )
    labels = made_up.labels() | {"column:birth_band": {"de": "Altersgruppe", "en": "age group"}}
    told = repr(compose(dataclasses.replace(found, measurements=by_age), made_up.sheets(), labels, "de"))

    assert "nach Altersgruppe'" in told and "nach birth_band" not in told
