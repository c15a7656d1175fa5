"""Times in delimited texts: every legal way to write one, and every way that is none or not sure: fault I5."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.case import GOOD, TAKEN, Case, accept, partial, reject, text

G = "CSV-TIM"
# What is read without a declaration, and the instant it is.
READ = {
    "iso_with_t": ("2024-01-08T08:00:00", "2024-01-08T07:00:00.000000Z"),
    "iso_with_blank": ("2024-01-08 08:00:00", "2024-01-08T07:00:00.000000Z"),
    "iso_without_seconds": ("2024-01-08 08:00", "2024-01-08T07:00:00.000000Z"),
    "iso_in_summer": ("2024-07-08 08:00", "2024-07-08T06:00:00.000000Z"),
    "utc": ("2024-01-08T08:00:00Z", "2024-01-08T08:00:00.000000Z"),
    "utc_without_seconds": ("2024-01-08T08:00Z", "2024-01-08T08:00:00.000000Z"),
    "utc_after_a_blank": ("2024-01-08 08:00:00 Z", "2024-01-08T08:00:00.000000Z"),
    "offset": ("2024-01-08T08:00:00+01:00", "2024-01-08T07:00:00.000000Z"),
    "offset_after_a_blank": ("2024-01-08 08:00:00 +01:00", "2024-01-08T07:00:00.000000Z"),
    "offset_without_colon": ("2024-01-08T08:00:00+0100", "2024-01-08T07:00:00.000000Z"),
    "offset_of_hours": ("2024-01-08T08:00:00+01", "2024-01-08T07:00:00.000000Z"),
    "offset_with_minutes": ("2024-01-08T08:00:00+05:45", "2024-01-08T02:15:00.000000Z"),
    "negative_offset": ("2024-01-08T08:00:00-03:30", "2024-01-08T11:30:00.000000Z"),
    "largest_offset": ("2024-01-08T08:00:00+14:00", "2024-01-07T18:00:00.000000Z"),
    "milliseconds": ("2024-01-08T08:00:00.250", "2024-01-08T07:00:00.250000Z"),
    "decimal_comma": ("2024-01-08 08:00:00,250", "2024-01-08T07:00:00.250000Z"),
    "microseconds": ("2024-01-08T08:00:00.123456+01:00", "2024-01-08T07:00:00.123456Z"),
    "one_decimal": ("2024-01-08 08:00:00.5", "2024-01-08T07:00:00.500000Z"),
    "german": ("08.01.2024 08:00", "2024-01-08T07:00:00.000000Z"),
    "german_with_seconds": ("08.01.2024 08:00:30", "2024-01-08T07:00:30.000000Z"),
    "german_decimal_comma": ("08.01.2024 08:00:00,250", "2024-01-08T07:00:00.250000Z"),
    "german_single_digits": ("8.1.2024 8:05", "2024-01-08T07:05:00.000000Z"),
    "german_day_above_12": ("31.12.2024 23:59:59", "2024-12-31T22:59:59.000000Z"),
    "leap_day": ("2024-02-29 12:00", "2024-02-29T11:00:00.000000Z"),
    "last_second_before_the_gap": ("2024-03-31 01:59:59", "2024-03-31T00:59:59.000000Z"),
    "first_second_after_the_gap": ("2024-03-31 03:00:00", "2024-03-31T01:00:00.000000Z"),
    "last_second_before_the_overlap": ("2024-10-27 01:59:59", "2024-10-26T23:59:59.000000Z"),
    "first_second_after_the_overlap": ("2024-10-27 03:00:00", "2024-10-27T02:00:00.000000Z"),
    "in_the_gap_with_an_offset": ("2024-03-31T02:30:00+01:00", "2024-03-31T01:30:00.000000Z"),
    "overlap_first_by_offset": ("2024-10-27T02:30:00+02:00", "2024-10-27T00:30:00.000000Z"),
    "overlap_second_by_offset": ("2024-10-27T02:30:00+01:00", "2024-10-27T01:30:00.000000Z"),
    "midnight": ("2024-01-08 00:00:00", "2024-01-07T23:00:00.000000Z"),
    "year_1980": ("1980-05-01 12:00", "1980-05-01T10:00:00.000000Z"),
    "year_2099": ("2099-01-01 12:00", "2099-01-01T11:00:00.000000Z"),
}
# What is refused row by row, and why.
REFUSED = {
    "hour_24": ("2024-01-08 24:00:00", "unreadable_timestamp"),
    "hour_24_german": ("08.01.2024 24:00", "unreadable_timestamp"),
    "hour_25": ("2024-01-08 25:00", "unreadable_timestamp"),
    "minute_60": ("2024-01-08 08:60:00", "unreadable_timestamp"),
    "leap_second": ("2016-12-31T23:59:60Z", "unreadable_timestamp"),
    "second_60": ("2024-01-08 08:00:60", "unreadable_timestamp"),
    "february_30": ("2024-02-30 08:00", "unreadable_timestamp"),
    "february_29_in_2023": ("2023-02-29 08:00", "unreadable_timestamp"),
    "month_13": ("2024-13-01 08:00", "unreadable_timestamp"),
    "month_00": ("2024-00-10 08:00", "unreadable_timestamp"),
    "german_month_13": ("01.13.2024 08:00", "unreadable_timestamp"),
    "in_the_gap": ("2024-03-31 02:30:00", "time_in_dst_gap"),
    "german_in_the_gap": ("31.03.2024 02:00", "time_in_dst_gap"),
    "in_the_overlap": ("2024-10-27 02:30:00", "ambiguous_local_time"),
    "german_in_the_overlap": ("27.10.2024 02:59:59", "ambiguous_local_time"),
    "year_9999": ("9999-12-31 00:00:00", "implausible_year"),
    "day_of_year_9999": ("31.12.9999", "implausible_year"),
    "year_9999_with_offset": ("9999-12-31T23:59:59.999+01:00", "implausible_year"),
    "year_1": ("0001-01-01 00:00:00", "implausible_year"),
    "year_1900": ("1900-01-01", "implausible_year"),
    "year_1899": ("1899-12-30 00:00:00", "implausible_year"),
    "year_1753": ("1753-01-01 00:00", "implausible_year"),
    "year_0000": ("0000-00-00 00:00:00", "unreadable_timestamp"),
    "zone_name": ("2024-01-08 08:00 Europe/Berlin", "unreadable_timestamp"),
    "zone_abbreviation": ("2024-01-08 08:00 CET", "unreadable_timestamp"),
    "zone_in_brackets": ("2024-01-08T08:00:00+01:00[Europe/Berlin]", "unreadable_timestamp"),
    "offset_of_25_hours": ("2024-01-08T08:00:00+25:00", "unreadable_timestamp"),
    "offset_of_61_minutes": ("2024-01-08T08:00:00+01:61", "unreadable_timestamp"),
    "slashes_once": ("03/04/2024", "unreadable_timestamp"),
    "epoch_once": ("1704697200", "unreadable_timestamp"),
    "excel_once": ("45299.333333", "unreadable_timestamp"),
    "zero": ("0", "unreadable_timestamp"),
    "week_date": ("2024-W02-1", "unreadable_timestamp"),
    "ordinal_date": ("2024-008", "unreadable_timestamp"),
    "month_only": ("2024-01", "unreadable_timestamp"),
    "time_only": ("08:00", "unreadable_timestamp"),
    "words": ("gestern", "unreadable_timestamp"),
    "null_word": ("NULL", "unreadable_timestamp"),
    "empty": ("", "missing_timestamp"),
    "twelve_hours": ("2024-01-08 08:00 PM", "unreadable_timestamp"),
    "arabic_digits": ("٢٠٢٤-٠١-٠٨", "unreadable_timestamp"),
    "a_minus_before_the_year": ("-2024-01-08", "unreadable_timestamp"),
    "a_year_of_five_digits": ("12024-01-08", "unreadable_timestamp"),
}
# Columns of one shape that is not sure: refused as a whole, with the readings and the formats to declare.
UNSURE = {
    "slashes": (("03/04/2024", "13/04/2024"), ("day before month or month before day", "%d/%m/%Y", "%m/%d/%Y")),
    "slashes_with_time": (("03/04/2024 08:00", "13/04/2024 09:15"), ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")),
    "american_clock": (("03/04/2024 08:00 PM", "03/05/2024 09:15 AM"), ("%I:%M %p",)),
    "dashes": (("03-04-2024", "13-04-2024"), ("day before month or month before day", "%d-%m-%Y")),
    "two_digit_years": (("03.04.24", "13.04.24"), ("two digits", "%d.%m.%y")),
    "year_first_with_slashes": (("2024/01/08", "2024/01/09"), ("%Y/%m/%d",)),
    "epoch_seconds": (("1704697200", "1704783600"), ("seconds since 1970", "epoch_s")),
    "epoch_milliseconds": (("1704697200000", "1704783600000"), ("milliseconds since 1970", "epoch_ms")),
    "epoch_microseconds": (("1704697200000000", "1704783600000000"), ("microseconds since 1970", "epoch_us")),
    "epoch_nanoseconds": (("1704697200000000000", "1704783600000000000"), ("nanoseconds since 1970", "epoch_ns")),
    "excel_serials": (("45299.333333333", "45300.5"), ("Excel", "excel")),
    "excel_days": (("45299", "45300"), ("Excel",)),
    "digits_only": (("20240108", "20240109"), ("%Y%m%d",)),
    "zone_names": (("2024-01-08 08:00 CET", "2024-01-09 08:00 CET"), ("zone",)),
    "english_months": (("Jan 8, 2024", "Jan 9, 2024"), ("ISO 8601",)),
}
# What a declaration makes of it.
DECLARED = {
    "day_first": ("%d/%m/%Y", "03/04/2024", "2024-04-02T22:00:00.000000Z"),
    "month_first": ("%m/%d/%Y", "03/04/2024", "2024-03-03T23:00:00.000000Z"),
    "day_first_in_words": ("dd/mm/yyyy", "03/04/2024", "2024-04-02T22:00:00.000000Z"),
    "in_german_words": ("TT.MM.JJJJ HH:mm", "08.01.2024 08:00", "2024-01-08T07:00:00.000000Z"),
    "american_clock": ("%m/%d/%Y %I:%M %p", "03/04/2024 08:00 PM", "2024-03-04T19:00:00.000000Z"),
    "two_digit_year": ("%d.%m.%y %H:%M", "08.01.24 08:00", "2024-01-08T07:00:00.000000Z"),
    "with_offset": ("%Y%m%d%H%M%S%z", "20240108080000+0100", "2024-01-08T07:00:00.000000Z"),
    "epoch_s": ("epoch_s", "1704697200", "2024-01-08T07:00:00.000000Z"),
    "epoch_s_with_decimals": ("epoch_s", "1704697200.123456789", "2024-01-08T07:00:00.123456Z"),
    "epoch_ms": ("epoch_ms", "1704697200123", "2024-01-08T07:00:00.123000Z"),
    "epoch_us": ("epoch_us", "1704697200123457", "2024-01-08T07:00:00.123457Z"),
    "epoch_ns": ("epoch_ns", "1704697200123456789", "2024-01-08T07:00:00.123456Z"),
    "excel": ("excel", "45299.3333333333", "2024-01-08T07:00:00.000000Z"),
    "excel_with_comma": ("excel", "45299,5", "2024-01-08T11:00:00.000000Z"),
    "excel_day": ("excel", "45299", "2024-01-07T23:00:00.000000Z"),
}
BAD_FORMATS = {"an_unknown_code": "%Q", "no_code": "???", "zone_name": "%Y-%m-%d %H:%M %Z", "cut_off": "%d.%m.%"}


def cases() -> Iterator[Case]:
    """All files of this group."""
    for name, (written, instant) in READ.items():
        row = ("A1", "Antrag", instant, "w1")
        yield accept(G, f"read_{name}", "I5", text(f'A1;Antrag;"{written}";w1'), [row])
    for name, (written, reason) in REFUSED.items():
        data = text(GOOD[0], f"A1;Beratung;{written};w1", GOOD[2])
        hidden = (written,) if sum(map(str.isdigit, written)) > 5 else ()
        yield partial(
            G, f"refused_{name}", "I5", data, [(3, reason)], accepted=2, rows=(TAKEN[0], TAKEN[2]), hides=hidden
        )
    for name, (values, says) in UNSURE.items():
        data = text(*(f"A1;Antrag;{value};w1" for value in values))
        said = tuple(word.replace("(", r"\(").replace("|", r"\|") for word in says)
        yield reject(G, f"unsure_{name}", "I5", data, r":2\b", "99", *said, hides=values)
    for name, (form, written, instant) in DECLARED.items():
        row = ("A1", "Antrag", instant, "w1")
        data = text(f'A1;Antrag;"{written}";w1')
        yield accept(G, f"declared_{name}", "I5", data, [row], options={"date_format": form})
    for name, form in BAD_FORMATS.items():
        yield reject(G, f"format_with_{name}", "I5", text(*GOOD), "format", options={"date_format": form})
    yield from _declared_and_not_met()
    yield from _zones()
    yield from _days()
    yield from _mixed()


def _declared_and_not_met() -> Iterator[Case]:
    data = text("A1;Antrag;03/04/2024;w1", "A1;Antrag;13/14/2024;w1", "A1;Antrag;45299;w1")
    yield partial(
        G, "declared_and_not_met", "I5", data, [(3, "unreadable_timestamp"), (4, "unreadable_timestamp")], accepted=1,
        options={"date_format": "%d/%m/%Y"},
    )  # fmt: skip
    small = text("A1;Antrag;1704697200;w1", "A1;Antrag;0;w1", "A1;Antrag;1704697200000;w1")
    yield partial(
        G, "no_year_1970_by_accident", "I5", small, [(3, "unreadable_timestamp"), (4, "unreadable_timestamp")],
        accepted=1, options={"date_format": "epoch_s"},
    )  # fmt: skip


def _zones() -> Iterator[Case]:
    data = text("A1;Antrag;2024-01-08 08:00;w1")
    for zone, instant in (
        ("UTC", "2024-01-08T08:00:00.000000Z"),
        ("America/New_York", "2024-01-08T13:00:00.000000Z"),
        ("Asia/Kathmandu", "2024-01-08T02:15:00.000000Z"),
    ):
        name = zone.lower().replace("/", "_")
        yield accept(G, f"zone_{name}", "I5", data, [("A1", "Antrag", instant, "w1")], options={"timezone": zone})
    yield reject(G, "zone_nobody_knows", "I5", data, "Mars", options={"timezone": "Mars/Olympus"})
    twice = text("A1;Antrag;2024-10-27 02:30;w1")
    yield accept(
        G, "no_overlap_in_utc", "I5", twice, [("A1", "Antrag", "2024-10-27T02:30:00.000000Z", "w1")],
        options={"timezone": "UTC"},
    )  # fmt: skip


def _days() -> Iterator[Case]:
    for name, written, instant in (
        ("iso", "2024-01-08", "2024-01-07T23:00:00.000000Z"),
        ("german", "08.01.2024", "2024-01-07T23:00:00.000000Z"),
        ("german_single_digits", "8.1.2024", "2024-01-07T23:00:00.000000Z"),
    ):
        row = ("A1", "Antrag", instant, "w1")
        yield accept(G, f"a_day_{name}", "I5", text(f"A1;Antrag;{written};w1"), [row], flags=("date_only",))
    old = text("A1;Antrag;1970-01-01 00:00:00;w1", *GOOD)
    yield accept(G, "the_first_second_of_1970", "I5", old, flags=("sentinel_time",), level="should", accepted=4)


def _mixed() -> Iterator[Case]:
    data = text("A1;Antrag;2024-01-08 08:00;w1", "A1;Antrag;09.01.2024 08:00;w1", "A1;Antrag;2024-01-10T08:00:00Z;w1")
    rows = [
        ("A1", "Antrag", "2024-01-08T07:00:00.000000Z", "w1"),
        ("A1", "Antrag", "2024-01-09T07:00:00.000000Z", "w1"),
        ("A1", "Antrag", "2024-01-10T08:00:00.000000Z", "w1"),
    ]
    yield accept(G, "iso_and_german_in_one_column", "I5", data, rows, says=("iso_local", "german", "iso_offset"))
    data = text("A1;Antrag;2024-01-08 08:00:00.123456789;w1")
    rows = [("A1", "Antrag", "2024-01-08T07:00:00.123456Z", "w1")]
    yield accept(G, "nanoseconds_are_cut_and_said", "I5", data, rows, says=("more than six decimals",))
    data = text('A1;Antrag;"08.01.2024 08:00:00,1234567";w1')
    rows = [("A1", "Antrag", "2024-01-08T07:00:00.123456Z", "w1")]
    yield accept(G, "german_nanoseconds_are_cut_and_said", "I5", data, rows, says=("more than six decimals",))
    both = text("A1;Antrag;08.01.2024;w1", "A1;Antrag;01/09/2024;w1", "A1;Antrag;01/10/2024;w1")
    yield reject(G, "mostly_slashes", "I5", both, r":3\b", "day before month or month before day")
