"""The norms in the report: what was kept, what is open, the two axes, and what is not drawn."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from procmine.findings import Findings, Measurement, Status
from procmine.report.charts import to_plotly, to_svg
from procmine.report.document import ChartSpec, Figure, Fold, Grid, Note, Section
from procmine.report.norm_axes import _mean as mean_of
from procmine.report.norm_axes import axes_chart, axes_of
from procmine.report.norms import norms_section
from procmine.report.reading import CORE, Reading
from procmine.report.words import load
from procmine.stats.intervals import RatioEstimate, cluster_ratio
from tests.report import made_up, made_up_norms
from tests.report.made_up_norms import norm

A_FIGURE = next(one for one in made_up.findings().measurements if one.status is Status.OK)


def all_ok(one: Measurement) -> Measurement:
    return replace(one, status=Status.OK, value=one.value if one.value is not None else 0.5, reason={})


def findings(*, offices: int = 12, whole: bool = True, lands: tuple[str, ...] = ("",)) -> Findings:
    """The made-up findings with norms; ``whole``: all core metrics are ok in every office."""
    base = made_up.findings(offices=offices)
    measured = tuple(all_ok(one) if whole and one.metric in CORE else one for one in base.measurements)
    return replace(base, measurements=measured, norms=made_up_norms.norms(made_up.OFFICES[:offices], lands))


def reading(found: Findings, language: str = "de") -> Reading:
    return Reading(found, made_up.sheets(), made_up.labels(), load(language))


def section(found: Findings, language: str = "de") -> Section:
    made = norms_section(reading(found, language))
    assert made is not None
    return made


def grid(made: Section, key: str) -> Grid:
    blocks = [inner for block in made.blocks for inner in (block.blocks if isinstance(block, Fold) else (block,))]
    return next(block for block in blocks if isinstance(block, Grid) and block.key == key)


def chart(found: Findings) -> ChartSpec:
    told = reading(found)
    spec = axes_chart(told, axes_of(told))
    assert spec is not None
    return spec


def notes(made: Section) -> str:
    return "\n".join(block.text for block in made.blocks if isinstance(block, Note))


def test_findings_without_norms_have_no_section() -> None:
    assert norms_section(reading(made_up.findings())) is None


@pytest.mark.parametrize(("language", "title"), [("de", "2 von 3 Normen sind messbar."), ("en", "2 of 3 norms can be")])
def test_the_title_says_how_many_norms_can_be_measured(language: str, title: str) -> None:
    assert section(findings(), language).title.startswith(title)


def test_a_norm_has_its_share_its_counts_and_its_paragraph() -> None:
    first, second, third = grid(section(findings()), "norms").rows

    assert [cell.text for cell in first[1:8]] == [
        "70,0\u00a0%",
        "60,4–78,1\u00a0%",
        "100",
        "70",
        "30",
        "20",
        "§ 88 SGG",
    ]
    assert second[1].number == 0.9
    assert third[1].text == "nicht messbar"
    assert third[8].text.endswith("Im Auszug kommt kein Ereignis dieser Art vor.")


def test_a_shipped_norm_is_marked_as_an_example_to_be_checked() -> None:
    rows = grid(section(findings()), "norms").rows

    assert [row[0].text.endswith("[Beispiel, zu prüfen]") for row in rows] == [True, False, False]


def test_few_offices_stand_across_by_name_and_never_by_value() -> None:
    columns = grid(section(findings()), "norms-by-office").columns

    assert [column.title for column in columns[1:]] == load("de").sorted(list(made_up.OFFICES))


def test_many_offices_stand_below_each_other_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    across = grid(section(findings()), "norms-by-office").rows
    monkeypatch.setattr("procmine.report.norms.FEW_OFFICES", 3)

    rows = grid(section(findings()), "norms-by-office").rows

    assert [row[0].text for row in rows] == load("de").sorted(list(made_up.OFFICES))
    assert [row[1:] for row in rows] == list(zip(*(norm[1:] for norm in across), strict=True))


def test_why_norms_are_open_and_who_began_the_steps_is_told() -> None:
    row = grid(section(findings()), "norms-detail-table").rows[0]

    assert row[1].text == "Angabe nicht erfasst 5, Frist läuft noch 15"
    assert row[2].text == "nicht erfasst 3, Amt 7"
    assert row[3].text == "nicht erfasst 3, Leistung 7"


@pytest.mark.parametrize(
    ("lands", "said"),
    [(("",), "In norms.toml ist kein Land angegeben"), (("", "NW", "SN"), "nach den Feiertagen von NW und SN")],
)
def test_whose_holidays_counted_is_said(lands: tuple[str, ...], said: str) -> None:
    assert said in notes(section(findings(lands=lands)))


def test_an_office_stands_where_the_means_of_its_norms_and_its_core_metrics_are() -> None:
    found = findings()
    spec = chart(found)
    office = made_up.OFFICES[0]
    core = [one.value or 0.0 for one in found.measurements if one.group == {"office": office} and one.metric in CORE]

    dot = next(dot for dot in spec.dots if dot.name == office)
    assert dot.x == pytest.approx((0.70 + 0.90) / 2)
    assert dot.y == pytest.approx(sum(core) / 4)


def test_the_interval_of_a_mean_is_the_mean_of_the_intervals_ends() -> None:
    """The published example of metrics.md C.4: .30, .44, .10 and .25 make .2725; and .18 to .36 under other weights."""
    found = findings(offices=2)
    values = dict(zip(CORE, (0.30, 0.44, 0.10, 0.25), strict=True))
    measured = tuple(
        replace(one, value=values[one.metric], interval=(values[one.metric] - 0.02, values[one.metric] + 0.04))
        if one.metric in values and one.group
        else one
        for one in found.measurements
    )
    spec = chart(replace(found, measurements=measured))
    dot, row = spec.dots[0], spec.table.rows[0]

    assert dot.y == pytest.approx(0.2725)
    assert dot.up == pytest.approx((0.2525, 0.3125))
    assert re.findall(r"\d+", row[-1].text) == ["18", "0", "36", "3"]


@pytest.mark.parametrize("share", [1.0, 0.5, 0.0, -0.8], ids=["in step", "half", "independent", "opposite"])
def test_the_interval_of_a_mean_holds_that_of_measures_which_share_their_cases(share: float) -> None:
    """Linearised over cases, with all that the two measures have in common: metrics.md C.4 and D.1."""
    drawn = np.random.default_rng(5)
    one = drawn.random(400) < 0.3
    other = np.where(drawn.random(400) < abs(share), one if share >= 0 else ~one, drawn.random(400) < 0.3)
    parts = [estimate(hits) for hits in (one, other)]
    values = (one + other.astype(float)) / 2
    joint = estimate(values).interval
    assert joint is not None

    mean = mean_of([replace(A_FIGURE, value=part.ratio, interval=part.interval) for part in parts])

    assert mean is not None and mean.interval[0] <= joint[0] + 1e-9 and mean.interval[1] >= joint[1] - 1e-9


def estimate(values: np.ndarray) -> RatioEstimate:
    x = values.astype(float)
    return cluster_ratio(len(x), x.sum(), len(x), (x * x).sum(), x.sum(), len(x))


def test_two_norms_in_one_sentence_keep_no_full_stop_of_their_own() -> None:
    text = notes(section(findings()))

    assert "Waagerechte Achse: „" in text and ".“" not in text


def test_a_norm_that_cannot_be_measured_is_on_no_axis() -> None:
    axes = axes_of(reading(findings()))

    assert [norm.name for norm in axes.norms] == ["shipped", "own"]


def test_offices_without_all_of_the_core_four_are_listed_and_not_drawn() -> None:
    found = findings(whole=False)
    axes = axes_of(reading(found))
    weak = {
        one.group["office"]
        for one in found.measurements
        if one.metric in CORE and set(one.group) == {"office"} and one.status is not Status.OK
    }

    assert weak
    assert set(axes.left_out) == weak
    assert {name for name, _, _ in axes.offices} == set(made_up.OFFICES) - weak
    assert all(office in notes(section(found)) for office in weak)


def test_where_no_office_can_be_drawn_the_report_says_why() -> None:
    found = findings()
    assert found.norms is not None
    silent = norm("silent", 50, made_up.OFFICES, Status.NOT_MEASURABLE)
    made = section(replace(found, norms=replace(found.norms, norms=(silent,))))

    assert not [block for block in made.blocks if isinstance(block, Figure)]
    assert "Kein Jobcenter hat alle vier Kernzahlen und wenigstens eine Norm" in notes(made)


def test_one_office_alone_has_no_plane() -> None:
    assert not [block for block in section(findings(offices=1)).blocks if isinstance(block, Figure)]


def test_both_painters_draw_the_intervals_of_both_axes() -> None:
    spec = chart(findings())
    (trace,) = [trace for trace in to_plotly(spec)["data"] if trace["mode"] == "markers"]
    low, high = spec.dots[0].up or (0.0, 0.0)

    assert trace["error_y"]["array"][0] == pytest.approx(high - spec.dots[0].y)
    assert trace["error_y"]["arrayminus"][0] == pytest.approx(spec.dots[0].y - low)
    assert trace["error_x"]["array"][0] > 0
    assert to_svg(spec).count("<text") >= len(spec.dots) + len(spec.x.ticks) + len(spec.y.ticks)


def test_the_axes_hold_every_interval() -> None:
    spec = chart(findings())

    assert all(spec.x.low <= edge <= spec.x.high for dot in spec.dots for edge in dot.interval or ())
    assert all(spec.y.low <= edge <= spec.y.high for dot in spec.dots for edge in dot.up or ())


def test_no_office_of_the_plane_is_marked() -> None:
    spec = chart(findings())

    assert {dot.mark for dot in spec.dots} == {"inside"}
    assert {name["font"]["color"] for name in to_plotly(spec)["layout"]["annotations"]} == {"#14181f"}


def test_the_plane_has_a_table_with_both_intervals() -> None:
    table = chart(findings()).table

    assert grid(section(findings()), table.key) == table
    assert len(table.rows) == 12
    assert table.rows[0][1].number == pytest.approx(0.8)
