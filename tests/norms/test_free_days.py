"""Holidays against the calendars the Länder publish."""

from __future__ import annotations

from datetime import date

import pytest

from procmine.norms import LANDS, free_days

EVERYWHERE = ("01-01", "05-01", "10-03", "12-25", "12-26")


def year(land: str, of: int) -> set[str]:
    return {f"{day:%m-%d}" for day in free_days(land, [of])}


@pytest.mark.parametrize("land", ("", *LANDS))
def test_every_land_has_the_days_that_all_have(land: str) -> None:
    easter = {"04-18", "04-21", "05-29", "06-09"}  # of 2025: Good Friday, Easter Monday, Ascension, Whit Monday

    assert year(land, 2025) >= {*EVERYWHERE, *easter}


def test_the_nationwide_days_are_those_nine() -> None:
    assert len(year("", 2025)) == 9


@pytest.mark.parametrize(
    ("day", "of", "lands"),
    [
        ("11-19", 2025, {"SN"}),  # Buß- und Bettag
        ("06-19", 2025, {"BW", "BY", "HE", "NW", "RP", "SL"}),  # Fronleichnam
        ("08-15", 2025, {"SL"}),  # Mariä Himmelfahrt; in Bavaria only where most are Catholic
        ("01-06", 2025, {"BW", "BY", "ST"}),  # Heilige Drei Könige
        ("11-01", 2025, {"BW", "BY", "NW", "RP", "SL"}),  # Allerheiligen
        (
            "10-31",
            2025,
            {"BB", "HB", "HH", "MV", "NI", "SH", "SN", "ST", "TH"},
        ),  # Reformationstag, in the north since 2018
        ("10-31", 2016, {"BB", "MV", "SN", "ST", "TH"}),
        ("10-31", 2017, set(LANDS)),  # 500 years of the Reformation: everywhere
        ("03-08", 2025, {"BE", "MV"}),  # Frauentag
        ("09-20", 2025, {"TH"}),  # Weltkindertag
        ("05-08", 2025, {"BE"}),  # eighty years of the liberation
        ("12-24", 2025, set()),
        ("12-31", 2025, set()),
    ],
)
def test_the_days_of_single_lands_are_those_published(day: str, of: int, lands: set[str]) -> None:
    assert {land for land in LANDS if day in year(land, of)} == lands


def test_the_day_of_repentance_was_free_nearly_everywhere_until_1994() -> None:
    assert "11-16" in year("NW", 1994)
    assert "11-22" not in year("NW", 1995)


def test_years_beyond_the_calendar_have_no_holidays() -> None:
    assert free_days("NW", [1800, 9998]) == ()


def test_several_years_come_in_order() -> None:
    found = free_days("NW", [2026, 2025])

    assert found == tuple(sorted(found))
    assert (found[0], found[-1]) == (date(2025, 1, 1), date(2026, 12, 26))
