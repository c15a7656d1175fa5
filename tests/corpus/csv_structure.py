"""Delimited texts whose rows, quotes, delimiters and headers are odd or broken: faults I3, I4, I8 and I11."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.corpus.case import GOOD, HEAD, TAKEN, Case, accept, partial, reject, text

G = "CSV-STR"
AT = "2024-01-08 08:00:00"
UTC = "2024-01-08T07:00:00.000000Z"


def cases() -> Iterator[Case]:
    """All files of this group."""
    yield from _delimiters()
    yield from _line_ends()
    yield from _quotes()
    yield from _broken_quotes()
    yield from _ragged()
    yield from _around()
    yield from _columns()
    yield from _sizes()
    yield from _other_kinds()


def _joined(sign: str) -> bytes:
    return text(*(row.replace(";", sign) for row in GOOD), head=HEAD.replace(";", sign))


def _delimiters() -> Iterator[Case]:
    for name, sign in (("semicolon", ";"), ("comma", ","), ("tab", "\t"), ("bar", "|")):
        yield accept(G, f"{name}_found", "I3", _joined(sign), TAKEN, says=("delimiter",))
        yield accept(G, f"{name}_declared", "I3", _joined(sign), TAKEN, options={"delimiter": sign})
    yield accept(G, "caret_declared", "I3", _joined("^"), TAKEN, options={"delimiter": "^"})
    yield accept(G, "unit_separator_declared", "I3", _joined("\x1f"), TAKEN, options={"delimiter": "\x1f"})
    yield reject(G, "a_letter_as_delimiter", "I3", _joined("x"), "[Dd]elimiter", r":1\b")
    yield reject(G, "the_wrong_delimiter_declared", "I3", _joined(";"), r":1\b", options={"delimiter": ","})
    torn = text("A,1;Antrag;x,y", "B,2;Antrag;x,y", head="fall;schritt,zeit;person,z")
    yield reject(G, "two_delimiters_fit", "I3", torn, "[Dd]elimiter", "semicolon", "comma")
    yield reject(G, "a_delimiter_of_two_signs", "I3", _joined("::"), options={"delimiter": "::"})
    yield accept(G, "the_line_sep", "I3", b"sep=;\r\n" + text(*GOOD, end="\r\n"), TAKEN, says=("sep=",))
    row = "A1;x"
    short = b"sep=;\n" + text(GOOD[0], row, GOOD[2])
    yield partial(G, "the_line_sep_counts_as_a_line", "I3", short, [(4, "too_few_fields")], accepted=2)
    yield accept(G, "other_delimiters_in_values", "I3", text(f"A,1;a|b\tc;{AT};w,1"), [("A,1", "a|b\tc", UTC, "w,1")])


def _line_ends() -> Iterator[Case]:
    for name, end in (("line_feed", "\n"), ("carriage_return_line_feed", "\r\n"), ("carriage_return", "\r")):
        yield accept(G, f"{name}_ends", "I3", text(*GOOD, end=end), TAKEN)
        yield accept(G, f"{name}_and_no_last_end", "I3", text(*GOOD, end=end).removesuffix(end.encode()), TAKEN)
    mixed = text(GOOD[0], end="\r\n") + text(GOOD[2], head=GOOD[1])
    yield accept(G, "mixed_line_ends", "I3", mixed, TAKEN)
    mixed = text(GOOD[0]) + text(GOOD[2], head=GOOD[1], end="\r\n")
    yield accept(G, "mixed_line_ends_beginning_with_line_feed", "I3", mixed, TAKEN)
    bare = text(GOOD[0], f"A1;An\rtrag;{AT};w1", GOOD[2])
    yield partial(G, "a_bare_carriage_return", "I3", bare, [(3, "bare_carriage_return")], rows=(TAKEN[0], TAKEN[2]))
    yield accept(G, "blank_lines_at_the_end", "I3", text(*GOOD) + b"\n\n\n", TAKEN)
    blank = text(GOOD[0], "", GOOD[2])
    yield partial(G, "a_blank_line_between", "I3", blank, [(3, "empty_line")], rows=(TAKEN[0], TAKEN[2]))
    yield partial(G, "a_line_of_blanks", "I3", text(GOOD[0], "   ", GOOD[2]), [(3, "too_few_fields|empty_line")])


def _quotes() -> Iterator[Case]:
    inside = {
        "delimiter": "a;b",
        "line_feed": "a\nb",
        "carriage_return_line_feed": "a\r\nb",
        "quote": 'a"b',
        "only_quotes": '""',
        "carriage_return": "a\rb",
        "blank_lines": "a\n\n\nb",
        "header": f"a\n{HEAD}\nb",
    }
    for name, value in inside.items():
        cell = '"' + value.replace('"', '""') + '"'
        rows = [("A1", value, UTC, "w1"), TAKEN[2]]
        yield accept(G, f"{name}_in_quotes", "I3", text(f"A1;{cell};{AT};w1", GOOD[2]), rows)
    for name, end in (("line_feed", "\n"), ("carriage_return_line_feed", "\r\n")):
        late = text(f'A1;"a{end}b{end}c";{AT};w1', GOOD[1], "B2;x", end=end)
        yield partial(G, f"lines_counted_over_quoted_{name}", "I3", late, [(6, "too_few_fields")], accepted=2)
    quoted = "".join(";".join(f'"{cell}"' for cell in row.split(";")) + "\n" for row in (HEAD, *GOOD)).encode()
    yield accept(G, "everything_quoted", "I3", quoted, TAKEN)
    yield accept(G, "single_quotes_are_text", "I3", text(f"'A1';it's;{AT};'"), [("'A1'", "it's", UTC, "'")])
    yield accept(G, "typographic_quotes_are_text", "I3", text(f"A1;„a“;{AT};“"), [("A1", "„a“", UTC, "“")])
    yield accept(G, "a_quoted_header", "I3", text(*GOOD, head='"fall";"schritt";"zeit";"person"'), TAKEN)
    broken_head = (
        text(*GOOD, head='fall;schritt;zeit;person;"mehr\nzeilig"')
        .replace(b"w1\n", b"w1;\n")
        .replace(b"w2\n", b"w2;\n")
    )
    yield accept(G, "a_header_of_two_lines", "I3", broken_head, TAKEN)


def _broken_quotes() -> Iterator[Case]:
    good = (TAKEN[0], TAKEN[2])
    for name, cell, reason in (
        ("a_quote_never_closed", '"Antrag', "unclosed_quote"),
        ("a_quote_inside_a_value", 'An"trag', "stray_quote"),
        ("text_after_the_closing_quote", '"An"trag', "stray_quote"),
        ("a_quote_after_a_blank", ' "Antrag"', "stray_quote"),
        ("a_quote_escaped_by_a_backslash", r'"An\"trag"', "stray_quote|unclosed_quote"),
    ):
        data = text(GOOD[0], f"A1;{cell};{AT};w1", GOOD[2])
        yield partial(G, name, "I3", data, [(3, reason)], accepted=2, rows=good, says=(r":3\b",))
    late = text(*GOOD * 300, f'A1;"Antrag;{AT};w1', *GOOD * 300)
    yield partial(G, "a_quote_never_closed_in_line_902", "I3", late, [(902, "unclosed_quote")], accepted=1800)
    last = text(*GOOD[:2], f'A1;"Antrag;{AT};w1')
    yield partial(G, "a_quote_never_closed_in_the_last_row", "I3", last, [(4, "unclosed_quote")], accepted=2)
    two = text(GOOD[0], f'A1;"Antrag;{AT};w1', GOOD[1], f'A1;"Antrag;{AT};w1', GOOD[2])
    yield partial(G, "two_quotes_never_closed", "I3", two, [(3, "unclosed_quote"), (5, "unclosed_quote")], accepted=3)
    yield reject(G, "a_quote_in_the_header_never_closed", "I3", text(*GOOD, head='fall;"schritt;zeit;person'), r":1\b")


def _ragged() -> Iterator[Case]:
    for name, row, reason in (
        ("too_few", "A1;Antrag", "too_few_fields"),
        ("one_too_few", f"A1;Antrag;{AT}", "too_few_fields"),
        ("one_too_many", f"A1;Antrag;{AT};w1;x", "too_many_fields"),
        ("an_empty_one_too_many", f"A1;Antrag;{AT};w1;", "too_many_fields"),
        ("only_delimiters", ";;;", "missing_case_id|missing_timestamp|missing_activity"),
    ):
        data = text(GOOD[0], row, GOOD[2])
        yield partial(G, f"fields_{name}", "I3", data, [(3, reason)], accepted=2, rows=(TAKEN[0], TAKEN[2]))
    many = text(*(GOOD[n % 3] if n % 5 else "x;y" for n in range(1, 101)))
    yield partial(
        G, "every_fifth_row_short", "I3", many, [(n + 1, "too_few_fields") for n in range(5, 101, 5)], accepted=80
    )
    comma = text(
        "A1,Antrag,2024-01-08 08:00:00,2,5", "A1,Antrag,2024-01-08 08:00:00,3", head="fall,schritt,zeit,person"
    )
    yield partial(G, "a_decimal_comma_between_commas", "I3", comma, [(2, "too_many_fields")], accepted=1)
    yield reject(G, "rows_wider_than_the_header", "I3", text(*(f"{row};x" for row in GOOD)))
    wide = text(*(f"{row};" for row in GOOD), head=f"{HEAD};")
    yield accept(G, "a_delimiter_at_the_end_of_every_line", "I3", wide, TAKEN)
    yield partial(G, "a_file_cut_off_in_a_row", "I3", text(*GOOD)[:-20], [(4, "too_few_fields|unreadable_timestamp")])


def _around() -> Iterator[Case]:
    yield reject(G, "a_title_before_the_header", "I3", "Auszug vom 1. März\n\n".encode() + text(*GOOD), r":1\b")
    title = b"Auszug;vom;1. Januar;\n" + text(*GOOD)
    yield reject(G, "a_title_as_wide_as_the_table", "I3", title, "fall", "zeit")
    good = (TAKEN[0], TAKEN[1])
    for name, row, reason in (
        ("a_footer", "Summe: 2 Zeilen", "too_few_fields"),
        ("a_footer_as_wide_as_the_table", "Summe;2;;", "missing_timestamp"),
        ("the_header_again", HEAD, "unreadable_timestamp"),
        ("a_comment", "# Ende", "too_few_fields"),
        ("the_end_sign_of_dos", "\x1a", "too_few_fields"),
    ):
        yield partial(G, name, "I3", text(*GOOD[:2], row), [(4, reason)], accepted=2, rows=good)
    middle = text(GOOD[0], HEAD, GOOD[1])
    yield partial(G, "the_header_again_in_the_middle", "I3", middle, [(3, "unreadable_timestamp")], rows=good)
    yield accept(G, "a_case_called_hash", "I3", text(f"#1;#;{AT};#"), [("#1", "#", UTC, "#")])
    yield reject(G, "no_header", "I3", text(*GOOD[1:], head=GOOD[0]), r":1\b", "column names")
    yield reject(G, "only_a_header", "I8", text(), "[Nn]o event|empty")
    yield reject(G, "nothing", "I8", b"", "empty")
    yield reject(G, "only_line_ends", "I8", b"\n\n\n")
    yield reject(G, "only_blanks", "I8", b"   ")
    yield reject(G, "no_good_row", "I8", text("A1;x", ";;;"), "too_few_fields", "[Nn]o event")
    yield accept(G, "one_row", "I8", text(GOOD[0]), TAKEN[:1])
    yield accept(G, "one_row_without_line_end", "I8", text(GOOD[0])[:-1], TAKEN[:1])


def _columns() -> Iterator[Case]:
    twice = text(*(f"{row};y" for row in GOOD), head=f"{HEAD};fall")
    yield reject(G, "a_column_twice", "I4", twice, "fall", r":1\b")
    folded = text(*(f"{row};y" for row in GOOD), head=f"{HEAD};FALL")
    yield reject(G, "a_column_twice_in_other_case", "I4", folded, "(?i)fall", r":1\b")
    blank = text(*(f"{row};y" for row in GOOD), head=f"{HEAD};fall ")
    yield reject(G, "a_column_twice_but_for_a_blank", "I4", blank, "fall", r":1\b")
    lost = text(*GOOD, head="fall;schritt;datum;person")
    yield reject(G, "no_column_of_the_time", "I4", lost, "zeit", "datum")
    none = text(*(row.rpartition(";")[0] for row in GOOD), head=HEAD.rpartition(";")[0])
    yield accept(G, "no_column_of_the_person", "I4", none, [(*row[:3], "") for row in TAKEN])
    asked = {"case": "fall", "activity": "schritt", "timestamp": "zeit"}
    yield accept(G, "nobody_asks_for_the_person", "I4", text(*GOOD), [(*row[:3], "") for row in TAKEN], columns=asked)
    hostile = {
        "sql": 'x"; DROP TABLE events; --',
        "reserved_words": "select",
        "our_own_names": "line",
        "engine_names": "rowid",
        "raw_names": "c0",
        "quotes": "it's",
        "blanks": " a  b ",
        "path": "../../x",
        "html": "<script>alert(1)</script>",
        "format": "{0.__class__} %s",
        "umlauts": "Größe",
        "emoji": "👩‍💼",
        "position": "position",
        "star": "*",
    }
    for name, column in hostile.items():
        cell = '"' + column.replace('"', '""') + '"'
        data = text(*(f"{row};y" for row in GOOD), head=f"{HEAD};{cell}")
        yield accept(G, f"a_column_named_by_{name}", "I4", data, TAKEN)
        data = text(*GOOD, head=f"{cell};schritt;zeit;person")
        yield accept(
            G,
            f"cases_in_a_column_named_by_{name}",
            "I4",
            data,
            TAKEN,
            columns={**asked, "case": column, "resource": "person"},
        )
    data = text(*(f"{row};y" for row in GOOD), head=f"{HEAD};")
    yield accept(G, "a_column_without_a_name", "I4", data, TAKEN, flags=("column_without_name",))
    data = text(*(f"{row};y;z" for row in GOOD), head=f"{HEAD};;")
    yield reject(G, "two_columns_without_a_name", "I4", data, r":1\b")
    yield reject(G, "one_column", "I4", b"fall\nA1\n", r":1\b")
    long = text(*(f"{row};y" for row in GOOD), head=f"{HEAD};{'n' * 5000}")
    yield reject(G, "a_name_of_5000_letters", "I4", long, r":1\b")


def _sizes() -> Iterator[Case]:
    many = ";".join(f"k{n}" for n in range(300))
    cells = ";".join("" for _ in range(300))
    yield accept(G, "304_columns", "I11", text(*(f"{row};{cells}" for row in GOOD), head=f"{HEAD};{many}"), TAKEN)
    many = ";".join(f"k{n}" for n in range(2000))
    yield reject(G, "2004_columns", "I11", text(*GOOD, head=f"{HEAD};{many}"), "columns", "limit")
    value = "x" * 1_200_000
    data = text(GOOD[0], f"A1;{value};{AT};w1", GOOD[2])
    yield partial(G, "a_value_of_a_megabyte", "I11", data, [(3, "field_too_long|row_too_long")], accepted=2)
    quoted = text(GOOD[0], f'A1;"{value}";{AT};w1', GOOD[2])
    yield partial(G, "a_quoted_value_of_a_megabyte", "I11", quoted, [(3, "field_too_long|row_too_long")], accepted=2)
    whole = "y" * 100_000
    yield accept(G, "a_value_of_a_tenth_of_that", "I11", text(f"A1;{whole};{AT};w1"), [("A1", whole, UTC, "w1")])
    yield reject(G, "a_line_without_end", "I11", text(GOOD[0]) + b"x" * (17 << 20), r":3\b")
    yield reject(G, "a_header_without_end", "I11", b"x;" * (2 << 20))


def _nested(path: Path) -> None:
    path.write_bytes(b'{"a": [{"b": 1}]}\n' * 50)


def _other_kinds() -> Iterator[Case]:
    yield reject(G, "json_in_a_csv", "I3", _nested)
    html = b"<!DOCTYPE html>\n<html><body><table><tr><td>A1</td></tr></table></body></html>\n"
    yield reject(G, "html_in_a_csv", "I3", html)
    yield reject(G, "xml_in_a_csv", "I3", b'<?xml version="1.0"?>\n<log><trace/></log>\n')
    yield reject(G, "a_picture_in_a_csv", "I3", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    yield reject(G, "parquet_in_a_csv", "I3", b"PAR1" + bytes(range(256)) * 4 + b"PAR1")
