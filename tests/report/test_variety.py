"""The section and the lines of variety: no direction, no rank, ranges beside what depends on an order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from procmine.model import Shuffled, Spread, Variety
from procmine.report.document import Grid, Note, Section
from procmine.report.reading import Reading
from procmine.report.variety import variety_section
from procmine.report.words import NBSP, load
from procmine.terminal.variety import variety
from tests.report import made_up

SPREAD = Spread(0.69, 0.68, 0.71)
SHUFFLED = Shuffled(50, 230, Spread(0.9, 0.8, 1.0), SPREAD, Spread(0.19, 0.17, 0.25))
WHOLE = Variety(
    office=None,
    cases=1434,
    events=8577,
    activities=27,
    pairs=99,
    variants=116,
    states=548,
    partitions=90,
    variant_entropy=2382.33,
    variant_entropy_share=0.689,
    sequence_entropy=18296.27,
    sequence_entropy_share=0.236,
    linear_share=0.1006,
    exponential_share=0.1381,
    shuffled=SHUFFLED,
    variant_bits=3.21,
    top=((1, 0.497), (5, 0.796)),
    next_bits=0.873,
    next_or_end_bits=1.104,
    start_next_or_end_bits=0.946,
    process_exponent=5.84,
    task_complexity=959,
    phrases=None,
    detail=5.81,
    gap_seconds=303.1,
    structure=0.864,
    affinity=None,
    deviation=0.66,
    control_flow=7,
)
OFFICES = [replace(WHOLE, office=name, cases=300) for name in ("JC-10", "JC-2", "JC-1")]


def section(*found: Variety, language: str = "de") -> Section:
    reading = Reading(made_up.findings(), made_up.sheets(), made_up.labels(), load(language))
    made = variety_section(reading, found)
    assert made is not None
    return made


def grids(made: Section) -> list[Grid]:
    return [block for block in made.blocks if isinstance(block, Grid)]


def values(made: Section) -> dict[str, str]:
    return {row[0].text: row[1].text for row in grids(made)[0].rows}


def test_the_title_says_cases_courses_and_the_most_frequent_one() -> None:
    said = "1.434 Fälle nahmen 116 verschiedene Verläufe; dem häufigsten folgen 49,7"

    assert section(WHOLE).title == f"{said}{NBSP}% der Fälle."


def test_a_most_frequent_course_of_one_case_in_thousands_is_not_said_to_be_followed_by_none() -> None:
    assert "less than 0.1% of the cases" in section(replace(WHOLE, top=((1, 0.0003),)), language="en").title


def test_a_most_frequent_course_that_may_not_be_shown_is_not() -> None:
    assert "none is followed by enough" in section(replace(WHOLE, top=()), language="en").title


def test_what_was_not_worked_out_has_no_row() -> None:
    names = " ".join(values(section(WHOLE, language="en")))

    assert "Task complexity" in names and "Likeness" not in names and "Lempel" not in names


def test_what_depends_on_the_order_has_its_range() -> None:
    found = values(section(WHOLE, language="en"))

    assert found["State entropy, share of the highest"] == "0.69 (0.68–0.71)"


def test_a_figure_rounded_to_two_digits_shows_no_more_of_them() -> None:
    told = values(section(replace(WHOLE, process_exponent=160.0, variant_bits=12.0), language="en"))

    assert "10 to the power of 160" in told.values() and "12" in told.values()


def test_complexity_is_told_as_a_power_of_ten() -> None:
    assert "10 to the power of 5.84" in values(section(WHOLE, language="en")).values()


def test_offices_stand_in_the_order_of_their_names() -> None:
    assert [row[0].text for row in grids(section(WHOLE, *OFFICES))[1].rows] == ["JC-1", "JC-2", "JC-10"]


def test_the_size_at_which_offices_are_compared_is_said() -> None:
    notes = [block.text for block in section(WHOLE, *OFFICES).blocks if isinstance(block, Note)]

    assert len(notes) == 1 and "50-mal 230 Fälle" in notes[0]


def test_an_office_of_too_few_cases_has_words_and_no_number() -> None:
    few = replace(WHOLE, office="JC-3", cases=30, shuffled=None)
    row = next(row for row in grids(section(WHOLE, *OFFICES, few))[1].rows if row[0].text == "JC-3")

    assert [cell.text for cell in row] == ["JC-3", "30", *["zu wenige Fälle"] * 3]


def test_no_cell_has_a_colour() -> None:
    tones = {cell.tone for table in grids(section(WHOLE, *OFFICES)) for row in table.rows for cell in row}

    assert tones <= {"plain", "muted"}


def test_one_office_is_not_compared_with_itself() -> None:
    assert len(grids(section(WHOLE, OFFICES[0]))) == 1


@pytest.mark.parametrize("found", [(), (replace(WHOLE, cases=0),), tuple(OFFICES)])
def test_without_a_whole_there_is_no_section(found: tuple[Variety, ...]) -> None:
    reading = Reading(made_up.findings(), made_up.sheets(), made_up.labels(), load("de"))

    assert variety_section(reading, found) is None


def test_the_lines_tell_the_whole_and_a_line_an_office() -> None:
    lines = variety([WHOLE, *OFFICES, replace(WHOLE, office="JC-3", shuffled=None)], load("en")).splitlines()
    found = {line.split("  ")[0]: line for line in lines}

    assert found["states"].endswith("548") and found["phrases"].endswith("–")
    assert "50 x 230" in found["JC-2"] and "50 x 230" not in found["JC-3"]
