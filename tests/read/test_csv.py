"""Delimited text: what is accepted, what is refused row by row, and what refuses the whole file."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from procmine.errors import InputError
from procmine.read.csv.reading import read_csv
from procmine.read.importing import import_log
from procmine.read.limits import LIMITS
from procmine.schema import load_schema
from tests.read.reading import csv_of, written

HEAD = "case,activity,time\n"


def refusal(folder: Path, data: bytes | str, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        csv_of(folder, data, **options)
    return caught.value


def test_every_value_stays_the_text_it_was(tmp_path: Path) -> None:
    values = [
        "007",
        "NA",
        "null",
        "NULL",
        "nan",
        "None",
        "1e5",
        "TRUE",
        " A ",
        "a\u0308",
        "ä",
        "=1+1",
        "#x",
        "\\N",
        "1.0",
        "\u200b",
    ]
    read = csv_of(tmp_path, HEAD + "".join(f"{value},{value},{value}\n" for value in values))

    assert read.cells == [(value, value, value) for value in values]


def test_empty_and_quoted_empty_are_both_empty_text(tmp_path: Path) -> None:
    read = csv_of(tmp_path, HEAD + '1,,""\n,,\n')

    assert read.cells == [("1", "", ""), ("", "", "")]


def test_a_row_knows_the_line_it_starts_on(tmp_path: Path) -> None:
    read = csv_of(tmp_path, HEAD + '1,"two\nlines",x\n2,b,y\n\n3,"a\n\n\nb",z\n4,c,w')

    assert [row[0] for row in read.rows] == [2, 4, 6, 10]


def test_a_header_over_two_lines_moves_the_first_row_down(tmp_path: Path) -> None:
    read = csv_of(tmp_path, '"case\nid",activity\n1,a\n')

    assert (read.raw.columns, read.rows) == (("case\nid", "activity"), [(3, "1", "a")])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,a", "too_few_fields"),
        ("1,a,b,c", "too_many_fields"),
        ('1,a"b,c', "stray_quote"),
        ('1,"a"b,c', "stray_quote"),
        ('1,"a,c', "unclosed_quote"),
        ("1,a\0b,c", "null_byte"),
        ("1,a\rb,c", "bare_carriage_return"),
        ("", "empty_line"),
        ("   ", "too_few_fields"),
    ],
)
def test_a_broken_row_is_refused_alone_with_line_and_reason(tmp_path: Path, row: str, reason: str) -> None:
    read = csv_of(tmp_path, f"{HEAD}1,a,b\n{row}\n2,c,d\n3,e,f\n", delimiter=",")

    assert (read.rows, read.reasons) == ([(2, "1", "a", "b"), (4, "2", "c", "d"), (5, "3", "e", "f")], [(3, reason)])


def test_rows_read_is_accepted_and_quarantined(tmp_path: Path) -> None:
    raw = csv_of(tmp_path, HEAD + "1,a,b\n1,a\n2,c,d\n").raw

    assert (raw.rows_read, raw.rows_accepted, raw.rows_quarantined) == (3, 2, 1)


def test_the_refused_row_is_kept_as_it_was(tmp_path: Path) -> None:
    read = csv_of(tmp_path, HEAD + '1,"x,y"\n1,a,b\n', delimiter=",")

    assert read.refused == [(2, None, "too_few_fields", '1,"x,y"')]


def test_an_unclosed_quote_names_the_line_where_it_opens_and_loses_only_that_line(tmp_path: Path) -> None:
    rows = [f'{number},"a{number}",b' for number in range(50)]
    rows[20] = '20,"open,b'
    read = csv_of(tmp_path, HEAD + "\n".join(rows) + "\n")

    assert (read.reasons, len(read.rows)) == ([(22, "unclosed_quote")], 49)


def test_an_unclosed_quote_at_the_end_of_a_big_file_is_found(tmp_path: Path) -> None:
    body = "".join(f"{number},activity,2024-01-01\n" for number in range(200_000))
    read = csv_of(tmp_path, HEAD + '0,"open,x\n' + body)

    assert (read.reasons, read.raw.rows_accepted, read.rows[0][0]) == ([(2, "unclosed_quote")], 200_000, 3)


def test_blank_lines_at_the_end_are_no_rows(tmp_path: Path) -> None:
    raw = csv_of(tmp_path, HEAD + "1,a,b\n\n\n\n").raw

    assert (raw.rows_read, raw.rows_accepted) == (1, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_of_every_kind_are_read(tmp_path: Path, end: str, last: bool) -> None:
    text = end.join(["case,activity", "1,a", '2,"b c"', "3,c"]) + (end if last else "")
    read = csv_of(tmp_path, text)

    assert read.rows == [(2, "1", "a"), (3, "2", "b c"), (4, "3", "c")]


def test_mixed_line_ends_are_read(tmp_path: Path) -> None:
    read = csv_of(tmp_path, "case,activity\r\n1,a\n2,b\r\n3,c\n")

    assert read.cells == [("1", "a"), ("2", "b"), ("3", "c")]


def test_line_ends_inside_quotes_are_kept_as_they_are(tmp_path: Path) -> None:
    values = ["a\nb", "a\r\nb", "a\rb", "\n", "\r", 'a""b\n', '"', '""', ",\n,"]
    read = csv_of(tmp_path, written([["case", "text"], *([value, value] for value in values)]), delimiter=",")

    assert read.cells == [(value, value) for value in values]


def test_a_file_of_carriage_returns_keeps_line_feeds_inside_quotes(tmp_path: Path) -> None:
    read = csv_of(tmp_path, 'case,text\r1,"a\nb"\r2,c\r', delimiter=",")

    assert read.cells == [("1", "a\nb"), ("2", "c")]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    read = csv_of(tmp_path, "case,activity,time")

    assert (read.raw.columns, read.rows, read.raw.rows_read) == (("case", "activity", "time"), [], 0)


@pytest.mark.parametrize(("sign", "name"), [(";", "a;b"), (",", "a,b"), ("\t", "a\tb"), ("|", "a|b")])
def test_the_delimiter_is_told_from_header_and_rows(tmp_path: Path, sign: str, name: str) -> None:
    raw = csv_of(tmp_path, f"{name}\n1{sign}2\n").raw

    assert (raw.delimiter, raw.delimiter_how) == (sign, "the header and all of the first 1 rows have 2 fields")


def test_two_possible_delimiters_are_refused_with_what_was_seen(tmp_path: Path) -> None:
    fault = refusal(tmp_path, "a,b;c,d\n1,2;3,4\n")

    assert "semicolon: 2 columns, 1 of 1 rows alike; comma: 3 columns, 1 of 1 rows alike" in fault.what


def test_a_comma_inside_the_values_does_not_hide_the_semicolon(tmp_path: Path) -> None:
    read = csv_of(tmp_path, "case;amount\n1;2,50\n2;3,75\n")

    assert read.cells == [("1", "2,50"), ("2", "3,75")]


def test_the_line_sep_of_excel_declares_the_delimiter(tmp_path: Path) -> None:
    read = csv_of(tmp_path, "sep=;\r\na;b\r\n1;2\r\n")

    assert (read.raw.columns, read.rows) == (("a", "b"), [(3, "1", "2")])


@pytest.mark.parametrize("text", ["case\n1\n2\n", "Export of 1 March\ncase;activity\n1;a\n", "\n\n"])
def test_a_file_without_a_header_of_columns_is_refused(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text).where == "log.csv:1"


def test_values_in_place_of_a_header_are_refused(tmp_path: Path) -> None:
    fault = refusal(tmp_path, "C1,apply,2024-01-08 08:00\nC1,decide,2024-01-09 08:00\n")

    assert "holds values" in fault.what


@pytest.mark.parametrize("sign", ["^", "~", "\x01", "\x1e", "\x1f"])
def test_rarer_delimiters_are_told_too(tmp_path: Path, sign: str) -> None:
    read = csv_of(tmp_path, f"case{sign}activity\n1{sign}2\n")

    assert (read.raw.delimiter, read.cells) == (sign, [("1", "2")])


@pytest.mark.parametrize("sign", [" ", ":", "#", "&", "=", "*", "?", "\\", ".", "$", "\x02"])
def test_any_declared_sign_divides(tmp_path: Path, sign: str) -> None:
    read = csv_of(tmp_path, f'case{sign}activity\n1{sign}"a{sign}b"\n2{sign}c\n', delimiter=sign)

    assert read.cells == [("1", f"a{sign}b"), ("2", "c")]


@pytest.mark.parametrize("sign", ["ab", "§", "x", "7", "", "\n"])
def test_what_is_not_one_sign_is_no_delimiter(tmp_path: Path, sign: str) -> None:
    assert "not one ASCII sign" in refusal(tmp_path, HEAD + "1,a,b\n", delimiter=sign).what


def test_the_quote_is_no_delimiter(tmp_path: Path) -> None:
    assert "one sign" in refusal(tmp_path, HEAD + "1,a,b\n", delimiter='"').what


def test_two_possible_delimiters_are_refused_with_both_readings(tmp_path: Path) -> None:
    fault = refusal(tmp_path, "a,b;c,d\n1,2;3,4\n")

    assert "2 columns by semicolon ('a,b', 'c,d') or as 3 columns by comma ('a', 'b;c', 'd')" in fault.what


def test_the_readings_of_a_first_line_of_values_are_not_shown(tmp_path: Path) -> None:
    fault = refusal(tmp_path, "4711,2024-01-08;8,9\n4712,2024-01-09;8,9\n")

    assert "4711" not in str(fault)


def test_a_letter_in_the_line_sep_is_refused(tmp_path: Path) -> None:
    assert "sep=" in refusal(tmp_path, "sep=a\nxay\n1a2\n").what


def test_a_declared_delimiter_against_the_line_sep_is_used_and_said(tmp_path: Path) -> None:
    read = csv_of(tmp_path, "sep=,\na;b\n1;2\n", delimiter=";")

    assert read.cells == [("1", "2")]
    assert read.raw.warnings == ("The line sep= says ','; the declared delimiter ';' was used.",)


BELOW = "fall;art;zeit\n1;a;2024-01-08\n2;b;2024-01-09\n"


@pytest.mark.parametrize(
    ("before", "line", "options"),
    [
        ("Auszug vom 01.03.2024\n\n", 3, {}),
        ("Bericht;Vorgaenge\nStand;01.03.2024\n\n", 4, {}),
        ("Auszug vom 01.03.2024;;\n", 2, {}),
        ("Auszug\n", 2, {"delimiter": ";"}),
        ("Auszug;x\n", 2, {"delimiter": ";"}),
        ("Bericht;Stand;01.03.2024\n", 2, {}),
        ("# Export 5\n", 2, {}),
        ("\n", 2, {}),
        ('"Auszug\nin zwei Zeilen"\n', 3, {}),
    ],
)
def test_lines_above_the_header_are_refused_with_the_line_it_stands_in(
    tmp_path: Path, before: str, line: int, options: dict[str, str]
) -> None:
    fault = refusal(tmp_path, before + BELOW, **options)

    assert fault.hint.startswith(f"Line {line} looks like the header (3 names divided by semicolon, 2 of 2 rows")


def test_rows_longer_than_their_header_by_an_empty_field_are_explained(tmp_path: Path) -> None:
    assert "ends with a delimiter" in refusal(tmp_path, "a;b\n1;2;\n3;4;\n").hint


def test_a_line_wholly_in_quotes_is_explained(tmp_path: Path) -> None:
    assert "one pair of quotes" in refusal(tmp_path, '"fall;art;zeit"\n"1;a;2"\n').hint


def test_a_repeated_header_a_sum_and_a_comment_do_not_stop_the_rest(tmp_path: Path) -> None:
    text = BELOW + "fall;art;zeit\n3;c;2024-01-10\nSumme;3\n# Ende\n"
    read = csv_of(tmp_path, text, delimiter=";")

    assert [row[0] for row in read.rows] == [2, 3, 4, 5]  # the repeated header falls to its time, when it is read
    assert read.reasons == [(6, "too_few_fields"), (7, "too_few_fields")]


def test_a_repeated_header_and_a_sum_are_refused_by_the_import(tmp_path: Path) -> None:
    head = "case_id,activity,timestamp\n"
    (tmp_path / "log.csv").write_text(f"{head}1,a,2024-01-08 08:00\n{head}2,b,2024-01-09 08:00\nSumme,,2\n")
    store = import_log(tmp_path / "log.csv", None, schema=load_schema())
    receipt = json.loads((store / "receipt.json").read_text(encoding="utf-8"))

    found = {entry["first_line"]: entry["reason"] for entry in receipt["quarantine"]}
    assert (receipt["rows_accepted"], found) == (2, {3: "unreadable_timestamp", 5: "missing_activity"})


def test_every_pair_of_equal_names_is_listed_at_once(tmp_path: Path) -> None:
    fault = refusal(tmp_path, "Fall;FALL;a;b;A\n1;2;3;4;5\n")

    assert "Columns 1 and 2 are called 'Fall' and 'FALL'; Columns 3 and 5 are called 'a' and 'A'" in fault.what


def test_names_composed_apart_are_two_and_said(tmp_path: Path) -> None:
    raw = csv_of(tmp_path, "Tät;Ta\u0308t;x\n1;2;3\n").raw

    assert (raw.columns, len(raw.warnings)) == (("Tät", "Ta\u0308t", "x"), 1)


def test_a_name_too_long_is_refused_by_its_column(tmp_path: Path) -> None:
    assert "column 2 is longer" in refusal(tmp_path, f"a;{'x' * 5000}\n1;2\n").what


def test_a_file_of_a_byte_order_mark_alone_is_refused(tmp_path: Path) -> None:
    assert "no text" in refusal(tmp_path, b"\xef\xbb\xbf").what


def test_a_year_may_be_a_column_name(tmp_path: Path) -> None:
    assert csv_of(tmp_path, "case,activity,2024\n1,a,b\n").raw.columns == ("case", "activity", "2024")


@pytest.mark.parametrize("head", ["case,Case", "case,case", "a, A", ",,x", "STRASSE,straße"])
def test_two_columns_of_one_name_are_refused(tmp_path: Path, head: str) -> None:
    assert "Columns 1 and 2" in refusal(tmp_path, f"{head}\n1,2,3\n", delimiter=",").what


def test_one_column_without_a_name_is_taken_and_said(tmp_path: Path) -> None:
    raw = csv_of(tmp_path, ",case,activity\n0,1,a\n").raw

    assert (raw.columns, raw.warnings) == (("", "case", "activity"), ("Column 1 has no name.",))


def test_hostile_column_names_are_data(tmp_path: Path) -> None:
    names = ('x"; DROP TABLE raw; --', "line", "c0", "'", "select")
    read = csv_of(tmp_path, written([names, ["1", "2", "3", "4", "5"]]))

    assert (read.raw.columns, read.rows) == (names, [(2, "1", "2", "3", "4", "5")])


def test_a_byte_order_mark_is_not_part_of_the_first_name(tmp_path: Path) -> None:
    raw = csv_of(tmp_path, b'\xef\xbb\xbf"case",activity\n1,a\n').raw

    assert (raw.columns, raw.encoding, raw.encoding_how) == (("case", "activity"), "utf-8", "byte order mark")


@pytest.mark.parametrize(
    "codec", ["utf-16", "utf-16-be", "utf-16-le", "utf-32", "cp1252", "latin-1", "iso-8859-15", "cp850"]
)
def test_a_declared_encoding_is_read(tmp_path: Path, codec: str) -> None:
    read = csv_of(tmp_path, "Fall;Tätigkeit\n1;Prüfung groß\n".encode(codec), encoding=codec)

    assert (read.raw.columns, read.cells) == (("Fall", "Tätigkeit"), [("1", "Prüfung groß")])


def test_utf_16_is_known_by_its_mark(tmp_path: Path) -> None:
    read = csv_of(tmp_path, "Fall;Tätigkeit\r\n1;Prüfung\r\n".encode("utf-16"))

    assert (read.cells, read.raw.encoding) == ([("1", "Prüfung")], "utf-16")


def test_an_undeclared_bad_byte_refuses_the_file_at_its_line(tmp_path: Path) -> None:
    fault = refusal(tmp_path, HEAD.encode() + b'1,"a\nb",c\n1,Pr\xfcfung,x\n')

    assert (fault.where, "encoding" in fault.hint) == ("log.csv:4", True)


def test_an_undeclared_bad_byte_in_the_header_names_line_one(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"Fall;Pr\xfcfung\n1;2\n").where == "log.csv:1"


@pytest.mark.parametrize("bad", [b"\xfc", b"\xc0\xaf", b"\xed\xa0\x80", b"\xff", b"\xf5\x80\x80\x80"])
def test_with_a_declared_encoding_a_bad_row_is_refused_alone(tmp_path: Path, bad: bytes) -> None:
    read = csv_of(tmp_path, HEAD.encode() + b"1,a,b\n2," + bad + b",c\n3,\xc3\xa4,d\n", encoding="utf-8")

    assert (read.cells, read.reasons) == ([("1", "a", "b"), ("3", "ä", "d")], [(3, "bad_encoding")])


def test_a_byte_the_code_page_does_not_know_refuses_its_row(tmp_path: Path) -> None:
    read = csv_of(tmp_path, HEAD.encode() + b"1,\xfc,b\n2,\x81,c\n", encoding="cp1252")

    assert (read.cells, read.reasons) == ([("1", "ü", "b")], [(3, "bad_encoding")])


def test_a_lone_surrogate_in_utf_16_refuses_its_row(tmp_path: Path) -> None:
    text = HEAD + "1,a\ud800,b\n2,c,d\n"
    read = csv_of(tmp_path, b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass"))

    assert (read.cells, read.reasons) == ([("2", "c", "d")], [(2, "bad_encoding")])


def test_a_declaration_against_the_byte_order_mark_is_refused(tmp_path: Path) -> None:
    assert "byte order mark" in refusal(tmp_path, b"\xef\xbb\xbfa;b\n1;2\n", encoding="cp1252").what


def test_utf_16_declared_without_byte_order_is_refused(tmp_path: Path) -> None:
    assert "utf-16-le" in refusal(tmp_path, "a;b\n1;2\n".encode("utf-16-be"), encoding="utf-16").hint


def test_an_excel_file_is_told_apart_from_text(tmp_path: Path) -> None:
    assert "Excel" in refusal(tmp_path, b"PK\x03\x04" + b"\0" * 100).what


@pytest.mark.parametrize("name", ["utf-7", "unicode_escape", "raw_unicode_escape", "punycode", "idna", "charmap", "hz"])
def test_ways_of_writing_text_within_text_are_no_encodings_of_a_table(tmp_path: Path, name: str) -> None:
    assert "not for tables" in refusal(tmp_path, "a;b\n1;2\n", encoding=name).what


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_wide_encoding_without_mark_is_named_in_the_refusal(tmp_path: Path, codec: str) -> None:
    assert f'encoding = "{codec}"' in refusal(tmp_path, "Fall;Art\n1;2\n".encode(codec)).hint


@pytest.mark.parametrize(("mark", "declared"), [(b"", "utf-16-be"), (b"\xff\xfe", "utf-16-be"), (b"", "cp1252")])
def test_a_declared_byte_order_against_the_file_is_refused(tmp_path: Path, mark: bytes, declared: str) -> None:
    fault = refusal(tmp_path, mark + "Fall;Art\n1;2\n".encode("utf-16-le"), encoding=declared)

    assert (fault.where, "utf-16-le" in fault.what.lower()) == ("log.csv:1", True)


@pytest.mark.parametrize("codec", ["cp1252", "cp850", "mac-roman"])
def test_an_undeclared_code_page_is_told_by_its_letters(tmp_path: Path, codec: str) -> None:
    text = HEAD + "1,Prüfung,x\n2,Gespräch,y\n3,größer,z\n"
    fault = refusal(tmp_path, text.encode(codec))

    assert (fault.where, f"{codec}: 'ü'" in fault.what, fault.hint) == (
        "log.csv:2",
        True,
        f'Declare it: encoding = "{codec}".',
    )


def test_the_evidence_for_an_encoding_shows_one_sign_and_no_value(tmp_path: Path) -> None:
    fault = refusal(tmp_path, HEAD.encode() + b"1,M\xfcller,x\n")

    assert "ller" not in str(fault)


def test_mixed_encodings_are_recognised_as_mixed(tmp_path: Path) -> None:
    fault = refusal(tmp_path, HEAD.encode() + "1,Prüfung,Gespräch\n".encode() + b"2,Pr\xfcfung,x\n")

    assert ("mixed" in fault.what, 'encoding = "utf-8"' in fault.hint) == (True, True)


def test_a_text_of_no_usual_encoding_gets_no_advice_to_declare_one(tmp_path: Path) -> None:
    assert "No usual encoding fits" in refusal(tmp_path, "Fall;Art\n1;a\n".encode("cp037")).hint


def test_utf_8_read_as_a_code_page_is_doubted(tmp_path: Path) -> None:
    read = csv_of(tmp_path, (HEAD + "1,a,b\n2,Prüfung,Gespräch\n").encode(), encoding="cp1252")

    assert read.raw.warnings[0].startswith("2 places look like letters in UTF-8")
    assert "first in line 3" in read.raw.warnings[0]


def test_letters_of_windows_read_as_latin_1_are_doubted(tmp_path: Path) -> None:
    read = csv_of(tmp_path, (HEAD + "1,5 €,b\n").encode("cp1252"), encoding="latin-1")

    assert read.cells == [("1", "5 \x80", "b")]
    assert read.raw.warnings[0].startswith("1 control signs (U+0080 to U+009F), first in line 2")


def test_a_code_page_read_rightly_is_not_doubted(tmp_path: Path) -> None:
    read = csv_of(tmp_path, (HEAD + "1,„Prüfung“ – 5 €,ÄÖÜäöüßéà\n").encode("cp1252"), encoding="cp1252")

    assert read.raw.warnings == ()


def test_a_byte_order_mark_inside_stays_part_of_its_value_and_is_said(tmp_path: Path) -> None:
    read = csv_of(tmp_path, HEAD + "1,a,b\n\ufeff2,c,d\n")

    assert read.cells == [("1", "a", "b"), ("\ufeff2", "c", "d")]
    assert read.raw.warnings[0].startswith("1 byte order marks (U+FEFF) inside the text, first in line 3")


def test_two_byte_order_marks_are_refused(tmp_path: Path) -> None:
    assert "two byte order marks" in refusal(tmp_path, "\ufeff\ufeff" + HEAD + "1,a,b\n").what


@pytest.mark.parametrize(
    ("codec", "bad", "kept"),
    [("cp1252", b"\x81", "2,\\x81,c"), ("utf-16-le", b"\x00\xd8", "2,\\x00\\xd8,c"), ("utf-8", b"\xff", "2,\\xff,c")],
)
def test_a_bad_row_keeps_the_bytes_it_had(tmp_path: Path, codec: str, bad: bytes, kept: str) -> None:
    data = (HEAD + "1,a,b\n2,").encode(codec) + bad + ",c\n3,d,e\n".encode(codec)

    assert csv_of(tmp_path, data, encoding=codec).refused == [(3, None, "bad_encoding", kept)]


def test_a_bad_byte_explains_a_row_before_its_fields_do(tmp_path: Path) -> None:
    read = csv_of(tmp_path, HEAD.encode() + b"1,a\xff\n2,a\0\n3,b,c\n", encoding="utf-8", delimiter=",")

    assert read.reasons == [(2, "bad_encoding"), (3, "null_byte")]


def test_half_a_letter_at_the_end_of_utf_16_refuses_its_row(tmp_path: Path) -> None:
    read = csv_of(tmp_path, b"\xff\xfe" + (HEAD + "1,a,b\n").encode("utf-16-le") + b"x", delimiter=",")

    assert (read.cells, read.reasons) == ([("1", "a", "b")], [(3, "bad_encoding")])


def test_a_byte_of_the_header_outside_the_declared_encoding_is_named(tmp_path: Path) -> None:
    assert "(0x81)" in refusal(tmp_path, b"a;\x81\n1;c\n", encoding="cp1252").what


@pytest.mark.parametrize("codec", ["utf-8", "cp1252", "utf-16-le", "utf-32-be", "iso8859-7"])
def test_no_letter_is_ever_replaced_by_the_reader(tmp_path: Path, codec: str) -> None:
    bad = b"".join(",n,".encode(codec).join([b"", bytes([n]) * 4]) + "\n".encode(codec) for n in range(14, 256))
    read = csv_of(tmp_path, HEAD.encode(codec) + bad, encoding=codec, delimiter=",")

    assert read.raw.rows_read == 242
    assert not any("\ufffd" in str(cell) for cells in (*read.rows, *read.refused) for cell in cells)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "XLS"),
        (b"PAR1" + b"\0" * 60 + b"PAR1", "Parquet"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"<!DOCTYPE html>\n<html><table>", "HTML"),
        (b"\n <html xmlns='x'><body>", "HTML"),
        (b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', "Excel table written as XML"),
        (b'<?xml version="1.0"?><log>', "XES"),
        (b"SQLite format 3\0" + b"\0" * 90, "SQLite"),
        (b'{"events": []}', "JSON"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "7-Zip"),
        (b"{\\rtf1\\ansi", "RTF"),
    ],
)
def test_another_kind_of_file_is_told_what_it_is(tmp_path: Path, data: bytes, said: str) -> None:
    assert said in refusal(tmp_path, data).what


@pytest.mark.parametrize("name", ["BZh", "GIF8", "ID", "{case}", "[case]", "<case>", "MZ", "ustar", "PK"])
def test_a_column_called_like_a_signature_is_a_column(tmp_path: Path, name: str) -> None:
    assert csv_of(tmp_path, f"{name};activity\n1;a\n").raw.columns == (name, "activity")


def test_an_unknown_encoding_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    assert "cp1252" in refusal(tmp_path, "a;b\n1;2\n", encoding="cp1251x").hint


def test_letters_lost_before_are_counted(tmp_path: Path) -> None:
    assert csv_of(tmp_path, HEAD + "1,Pr\ufffdfung,c\n").raw.warnings[0].startswith("1 replacement")


@pytest.mark.parametrize(
    "name",
    [
        "a*.csv",
        "a?.csv",
        "[ab].csv",
        "it's.csv",
        'q".csv',
        "-x.csv",
        "a b.csv",
        "{a,b}.csv",
        "x=1.csv",
        "$H.csv",
        "ä.csv",
    ],
)
def test_a_file_name_is_never_a_pattern(tmp_path: Path, name: str) -> None:
    (tmp_path / "ab.csv").write_text("case,activity\nwrong,wrong\n")
    (tmp_path / "a.csv").write_text("case,activity\nwrong,wrong\n")
    read = csv_of(tmp_path, "case,activity\n1,a\n", name=name)

    assert (read.raw.name, read.cells) == (name, [("1", "a")])


@pytest.mark.parametrize("address", ["http://example.org/x.csv", "s3://bucket/x.csv", "file:///x.csv"])
def test_an_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="not a file"):
        read_csv(duckdb.connect(), address, "raw", file_no=1)  # type: ignore[arg-type]


def test_a_folder_a_missing_file_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    for path in (tmp_path, tmp_path / "none.csv", tmp_path / "empty.csv", Path("x\0.csv")):
        with pytest.raises(InputError):
            read_csv(duckdb.connect(), path, "raw", file_no=1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")

    with pytest.raises(InputError, match="regular file"):
        read_csv(duckdb.connect(), tmp_path / "pipe.csv", "raw", file_no=1)


def test_a_refused_file_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "temp"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    path = tmp_path / "log.csv"
    path.write_bytes(HEAD.encode() + b"1,a\n" + b"1,a,b\n" * 300_000 + b"1,\xfc,b\n")
    con = duckdb.connect()
    with pytest.raises(InputError):
        read_csv(con, path, "raw", file_no=1)

    assert (con.execute("SHOW TABLES").fetchall(), list(place.iterdir())) == ([], [])


def test_a_second_file_adds_to_the_quarantine_of_the_first(tmp_path: Path) -> None:
    con = duckdb.connect()
    for number in (1, 2):
        (tmp_path / f"{number}.csv").write_text(HEAD + "1,a\n1,a,b\n2,c,d\n")
        read_csv(con, tmp_path / f"{number}.csv", f"raw{number}", file_no=number)

    assert con.execute("SELECT file_no, line FROM quarantine ORDER BY 1").fetchall() == [(1, 2), (2, 2)]


def test_digest_size_and_name_are_those_of_the_file(tmp_path: Path) -> None:
    data = gzip.compress(HEAD.encode() + b"1,a,b\n")
    raw = csv_of(tmp_path, data, name="x.csv.gz").raw

    assert (raw.name, raw.sha256, raw.bytes) == ("x.csv.gz", hashlib.sha256(data).hexdigest(), len(data))


def test_gzip_of_several_members_is_read_whole(tmp_path: Path) -> None:
    data = gzip.compress(HEAD.encode() + b"1,a") + gzip.compress(b",b\n2,c,d\n")

    assert csv_of(tmp_path, data).cells == [("1", "a", "b"), ("2", "c", "d")]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-3],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-8] + b"\0\0\0\0" + data[-4:],
        lambda data: data[:-4] + b"\1\0\0\0",
        lambda data: data + b"junk",
        lambda data: gzip.compress(data),
    ],
    ids=["cut end", "cut half", "check sum", "length", "junk behind", "packed twice"],
)
def test_damaged_gzip_is_refused(tmp_path: Path, damage: Any) -> None:
    data = gzip.compress(HEAD.encode() + "".join(f"{n},a,b\n" for n in range(5_000)).encode())

    assert "gzip" in refusal(tmp_path, damage(data)).what or "packed twice" in refusal(tmp_path, damage(data)).what


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    assert "unpacks" in refusal(tmp_path, gzip.compress(HEAD.encode() + b"1,a,b\n" * 30_000_000, 9)).what


def test_a_field_beyond_the_limit_is_refused_as_a_row(tmp_path: Path) -> None:
    read = csv_of(tmp_path, f"{HEAD}1,{'x' * (LIMITS.field_bytes + 1)},b\n2,c,d\n", delimiter=",")

    assert (read.cells, read.reasons) == ([("2", "c", "d")], [(2, "field_too_long")])


def test_a_field_at_the_limit_is_read(tmp_path: Path) -> None:
    read = csv_of(tmp_path, f"{HEAD}1,{'x' * LIMITS.field_bytes},b\n2,c,d\n", delimiter=",")

    assert len(read.rows[0][2]) == LIMITS.field_bytes


def test_twelve_megabytes_in_one_field_are_refused_as_a_row(tmp_path: Path) -> None:
    read = csv_of(tmp_path, f'{HEAD}1,{"x" * 12_000_000},b\n2,"c\nd",e\n', delimiter=",")

    assert (read.rows, read.reasons) == ([(3, "2", "c\nd", "e")], [(2, "row_too_long")])


def test_a_line_without_end_is_refused_early(tmp_path: Path) -> None:
    fault = refusal(tmp_path, HEAD.encode() + b"1,a,b\n" + b"x" * (LIMITS.line_bytes + 2_000_000), delimiter=",")

    assert fault.where == "log.csv:3"


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    head = ",".join(f"c{number}x" for number in range(LIMITS.columns + 1))

    assert "columns" in refusal(tmp_path, f"{head}\n{head}\n").what


def test_as_many_columns_as_allowed_are_read(tmp_path: Path) -> None:
    names = tuple(f"n{number}" for number in range(LIMITS.columns))
    read = csv_of(tmp_path, ",".join(names) + "\n" + ",".join("v" * len(names)) + "\n")

    assert read.raw.columns == names


def test_quotes_can_be_declared_to_be_plain_text(tmp_path: Path) -> None:
    read = csv_of(tmp_path, 'a;b\n1;5" pipe\n2;"x"\n', quote="")

    assert read.cells == [("1", '5" pipe'), ("2", '"x"')]


def test_another_quote_can_be_declared(tmp_path: Path) -> None:
    assert csv_of(tmp_path, "a;b\n1;'x;''y'\n", quote="'").cells == [("1", "x;'y")]


def test_progress_runs_to_the_size_of_the_file(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    data = HEAD + "1,a,b\n" * 500_000
    csv_of(tmp_path, data, progress=lambda done, total: seen.append((done, total)))

    assert (seen[-1], len(seen) > 1, seen == sorted(seen)) == ((len(data), len(data)), True, True)


def test_many_pieces_keep_order_and_lines(tmp_path: Path) -> None:
    """Rows differ in length so that pieces end everywhere; a third path is taken in every piece."""
    lines = [HEAD]
    for number in range(120_000):
        if number % 40_000 == 39_999:
            lines.append(f"{number},short\n")
        elif number % 30_000 == 7:
            lines.append(f'{number},"two\nlines ""{number}""",t\n')
        else:
            lines.append(f"{number},{'x' * (number % 53)},t\n")
    text = "".join(lines)
    read = csv_of(tmp_path, text, delimiter=",")
    expected = [tuple(row) for row in csv.reader(io.StringIO(text, newline="")) if len(row) == 3][1:]

    assert read.cells == expected
    starts = {line.split(",")[0]: at for at, line in enumerate(text.split("\n"), 1)}
    assert all(row[0] == starts[row[1]] for row in read.rows)


def test_a_gap_in_a_crlf_file_keeps_everything_before_it(tmp_path: Path) -> None:
    rows = [f"{number},a,{'x' * (number % 31)}" for number in range(150_000)]
    rows[149_000] = "short"
    read = csv_of(tmp_path, "\r\n".join([HEAD.strip(), *rows]), delimiter=",")

    assert (len(read.rows), read.reasons) == (149_999, [(149_002, "too_few_fields")])
    assert all(row[1] == str(row[0] - 2) and len(row[3]) == (row[0] - 2) % 31 for row in read.rows)
