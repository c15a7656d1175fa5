"""Times from text: numbers only where declared, instants exact to the microsecond, refusals that show the readings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmine.engines.duckdb import connect
from procmine.errors import ContentError
from procmine.read.limits import LIMITS, printed
from procmine.read.times.parsing import SHAPES, parsing, shape_of
from procmine.read.times.readings import readings
from procmine.read.times.serials import epoch, excel

ENGINE = connect()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def value(sql: str, text: str) -> Any:
    return ENGINE.connection.execute(f"SELECT {sql} FROM (SELECT ? AS v)", [text]).fetchone()[0]


def read(text: str, *formats: str) -> tuple[Any, Any]:
    """Naive value and instant of one text."""
    found = parsing("v", formats, tuple(SHAPES))
    return value(found.naive, text), value(found.instant, text)


@given(st.integers(100_000_000, 9_999_999_999), st.text("0123456789", max_size=9))
def test_seconds_since_1970_are_exact_to_the_microsecond(seconds: int, decimals: str) -> None:
    text = f"{seconds}.{decimals}" if decimals else str(seconds)
    micros = int(Fraction(text) * 10**6)

    assert value(epoch("v", "epoch_s"), text) == EPOCH + timedelta(microseconds=micros)


@given(st.integers(10**17, 9_223_372_036_854_775_807))
def test_nanoseconds_since_1970_are_cut_not_rounded(nanos: int) -> None:
    assert value(epoch("v", "epoch_ns"), str(nanos)) == EPOCH + timedelta(microseconds=nanos // 1000)


@given(st.integers(10_000, 99_999), st.integers(0, 86_399))
def test_an_excel_serial_comes_back_to_the_second(day: int, second: int) -> None:
    text = repr(day + second / 86_400)
    expected = datetime(1899, 12, 30, tzinfo=UTC).replace(tzinfo=None) + timedelta(days=day, seconds=second)

    assert value(excel("v"), text) == expected


@pytest.mark.parametrize("text", ["0", "1", "-1704697200", "1704697200000", "1e9", "1704697200.", "", " 1704697200"])
def test_a_number_of_another_size_is_no_second_since_1970(text: str) -> None:
    assert value(epoch("v", "epoch_s"), text) is None


@pytest.mark.parametrize("text", ["1704697200", "1704697200000", "45299.5", "45299", "20240108"])
def test_a_number_nobody_declared_is_no_time(text: str) -> None:
    assert read(text) == (None, None)


def test_a_declared_number_leaves_iso_times_readable() -> None:
    assert read("2024-01-08T08:00:00Z", "epoch_s")[1] == read("1704700800", "epoch_s")[1]


def test_an_excel_day_is_a_day_without_a_time() -> None:
    assert value(parsing("v", ("excel",), ()).shape, "45299") == "declared_date"
    assert value(parsing("v", ("excel",), ()).shape, "45299.5") == "declared"


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("2024-01-08T08:00:00+14:00", "iso_offset"),
        ("2024-01-08T08:00:00+14:01", "other"),
        ("2024-01-08T08:00:00+01:60", "other"),
        ("2024-01-08 08:00:00 +0100", "iso_blank_offset"),
        ("2024-01-08 08:00 CET", "other"),
        ("2024-01-08T24:00:00", "other"),
    ],
)
def test_an_offset_is_one_that_there_is(text: str, shape: str) -> None:
    assert value(shape_of("v"), text) == shape


@pytest.mark.parametrize("form", ["%Q", "%Z", "%d.%m.%", "epoch", "", "%s"])
def test_a_format_nothing_is_read_by_is_refused(form: str) -> None:
    with pytest.raises(ContentError, match="time format"):
        parsing("v", (form,), ())


@pytest.mark.parametrize(
    ("mask", "formats"),
    [
        ("99/99/9999", ["%d/%m/%Y", "%m/%d/%Y"]),
        ("9/9/9999 99:99:99", ["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"]),
        ("99/99/9999 99:99 xx", ["%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p"]),
        ("99-99-99", ["%d-%m-%y", "%m-%d-%y"]),
        ("99.99.99 99:99", ["%d.%m.%y %H:%M"]),
        ("9999/99/99", ["%Y/%m/%d"]),
        ("9999999999", ["epoch_s"]),
        ("9999999999999", ["epoch_ms"]),
        ("99999.99999", ["excel"]),
        ("99999999", ["%Y%m%d"]),
        ("99999999999999", ["%Y%m%d%H%M%S"]),
        ("9999-99-99 99:99 xxx", []),
        ("99/99-9999", []),
    ],
)
def test_a_shape_is_shown_with_the_formats_that_read_it(mask: str, formats: list[str]) -> None:
    assert [reading.format for reading in readings(mask)] == formats


def test_the_plausible_years_are_limits_that_can_be_printed() -> None:
    assert {("first_year", LIMITS.first_year), ("last_year", LIMITS.last_year)} <= set(printed())
