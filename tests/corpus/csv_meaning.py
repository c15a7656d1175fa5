"""Delimited texts whose structure is sound and whose content is odd, or aims at who reads it on: faults I6 to I9."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.case import GOOD, HEAD, MAP, TAKEN, Case, accept, partial, text

SEM, INJ = "CSV-SEM", "CSV-INJ"
AT = "2024-01-08 08:00:00"
UTC = "2024-01-08T07:00:00.000000Z"
# Texts that software takes for something else.
SAME_AS_WRITTEN = (
    "NA", "N/A", "nan", "NaN", "null", "NULL", "None", "nil", "-", "#N/A", "TRUE", "false", "007", "7", "7.0", "1e5",
    "100000", "1E400", "0x10", "1_000", "9007199254740993", "9007199254740992", "123456789012345678901234567890",
    "-0", "+1", "1,5", "2024-01-08", "08.01.2024", "inf", "\\N", "a ", " a", "A", "Maße", "MASSE",
)  # fmt: skip
ATTACKS = {
    "formula": '=HYPERLINK("http://127.0.0.1/","x")',
    "formula_plus": "+1+1",
    "formula_minus": "-2+3",
    "formula_at": "@SUM(1)",
    "formula_fullwidth": "＝1+1",
    "dde": "=cmd|' /C calc'!A0",
    "webservice": '=WEBSERVICE("http://127.0.0.1/")',
    "script": "<script>alert(1)</script>",
    "script_end": "</script><img src=x onerror=alert(1)>",
    "entity": "&lt;b&gt; &amp;",
    "style": "</style><b>",
    "dot_html": '<<TABLE HREF="javascript:alert(1)"><TR><TD>x</TD></TR></TABLE>>',
    "dot_escapes": r"\N\G\l\n",
    "dot_quote": 'a" -> "b',
    "dot_record": "{a|<p>b}",
    "terminal": "\x1b[2J\x1b]0;x\x07",
    "sql": "'; DROP TABLE events; --",
    "sql_quote": "a''b\"c",
    "template": "{{ 7*7 }}{% raw %}",
    "python_format": "{0.__class__.__mro__}",
    "percent_format": "%s%n%x",
    "expansion": "$(touch x)`id`${HOME}",
    "path": "../../../../etc/passwd",
    "windows_path": "C:\\CON\\NUL",
    "address": "http://127.0.0.1:9/x",
    "regex": "(a+)+$",
    "xml": "]]><x/><![CDATA[",
    "json": '{"a": [1, "]',
    "toml": 'a = """',
    "bar": "a|b",
    "unicode_quote": "＂a＂",
    "zalgo": "a" + "\u0301" * 60,
    "long": "x" * 5000,
}


def cases() -> Iterator[Case]:
    """All files of these groups."""
    yield from _identity()
    yield from _missing()
    yield from _noticed()
    yield from _shapes()
    yield from _attacks()


def _identity() -> Iterator[Case]:
    rows = [(value, value, UTC, value) for value in SAME_AS_WRITTEN]
    data = text(*(f"{value};{value};{AT};{value}" for value in SAME_AS_WRITTEN))
    yield accept(SEM, "texts_stay_what_they_are", "I6", data, rows)
    for value in ("NA", "007", "1e5", "9007199254740993", "null"):
        name = f"a_case_called_{value.lower()}"
        yield accept(SEM, name, "I6", text(f"{value};Antrag;{AT};w1"), [(value, "Antrag", UTC, "w1")])
    yield accept(
        SEM, "a_person_called_unknown", "I6", text(f"A1;Antrag;{AT};unbekannt"), [("A1", "Antrag", UTC, "unbekannt")]
    )
    yield accept(SEM, "nobody_is_a_person", "I6", text(f"A1;Antrag;{AT};"), [("A1", "Antrag", UTC, "")])


def _missing() -> Iterator[Case]:
    for name, row, reason in (
        ("no_case", f";Antrag;{AT};w1", "missing_case_id"),
        ("no_activity", f"A1;;{AT};w1", "missing_activity"),
        ("no_time", "A1;Antrag;;w1", "missing_timestamp"),
        ("no_case_in_quotes", f'"";Antrag;{AT};w1', "missing_case_id"),
    ):
        data = text(GOOD[0], row, GOOD[2])
        yield partial(SEM, name, "I7", data, [(3, reason)], accepted=2, rows=(TAKEN[0], TAKEN[2]), says=(r":3\b",))
    data = text(f";Antrag;{AT};w1", f"A1;;{AT};w1", "A1;Antrag;;w1", *GOOD)
    refused = [(2, "missing_case_id"), (3, "missing_activity"), (4, "missing_timestamp")]
    yield partial(SEM, "each_key_missing_once", "I7", data, refused, accepted=3, rows=TAKEN)


def _noticed() -> Iterator[Case]:
    yield accept(
        SEM, "rows_twice", "I7", text(GOOD[0], *GOOD), (TAKEN[0], *TAKEN), flags=("duplicate_events", "same_time")
    )
    ties = text(f"A1;b;{AT};w1", f"A1;a;{AT};w2", f"A1;c;{AT};w1")
    rows = [("A1", "b", UTC, "w1"), ("A1", "a", UTC, "w2"), ("A1", "c", UTC, "w1")]
    yield accept(SEM, "equal_times_keep_their_order", "I7", ties, rows, flags=("same_time",))
    yield accept(SEM, "latest_first", "I7", text(*reversed(GOOD)), TAKEN[::-1])
    head = "fall;schritt;zeit;person;started_at"
    negative = text("A1;Antrag;2024-01-08 08:00:00;w1;2024-01-09 08:00:00", f"{GOOD[1]};", head=head)
    yield accept(SEM, "an_end_before_its_start", "I7", negative, TAKEN[:2], flags=("negative_duration",))
    named = {"case": "case_id", "activity": "activity", "timestamp": "timestamp", "resource": "worker"}
    head = "case_id;activity;timestamp;worker;office"
    two = text(*(f"{row};{office}" for row, office in zip(GOOD, "xyz", strict=True)), head=head)
    yield accept(SEM, "a_case_in_two_offices", "I7", two, TAKEN, flags=("case_in_two_offices",), columns=named)
    head = "case_id;activity;timestamp;worker;birth_band"
    band = text(*(f"{row};{band}" for row, band in zip(GOOD, ("25-49", "50+", "25-49"), strict=True)), head=head)
    yield accept(SEM, "a_case_of_two_ages", "I7", band, TAKEN, flags=("conflicting_case_attribute",), columns=named)


def _shapes() -> Iterator[Case]:
    yield accept(SEM, "one_activity", "I8", text(f"A1;Antrag;{AT};w1", f"B2;Antrag;{AT};w1"))
    yield accept(SEM, "one_column_for_case_and_person", "I8", text(*GOOD), [(*row[:3], row[0]) for row in TAKEN],
                 columns={**MAP, "resource": "fall"}, level="should")  # fmt: skip
    many = text(*(f"A{n % 50};step {n};2024-01-08 08:{n % 60:02}:00;w1" for n in range(20_000)))
    yield accept(SEM, "20000_activities", "I9", many, accepted=20_000)
    single = text(*(f"C{n};Antrag;{AT};w1" for n in range(20_000)))
    yield accept(SEM, "20000_cases_of_one_event", "I9", single, accepted=20_000)
    long = text(*(f"A1;step;2024-01-{n % 28 + 1:02} {n % 24:02}:{n % 60:02}:00;w1" for n in range(20_000)))
    yield accept(SEM, "a_case_of_20000_events", "I9", long, accepted=20_000)


def _attacks() -> Iterator[Case]:
    for name, value in ATTACKS.items():
        cell = '"' + value.replace('"', '""') + '"'
        row = (value, value, UTC, value)
        yield accept(INJ, name, "I6", text(f"{cell};{cell};{AT};{cell}"), [row], hides=("\x1b",))
    lines = "A1\nERROR procmine: deleted;x"
    yield accept(
        INJ, "log_line", "I6", text(f'"{lines}";Antrag;{AT};w1'), [(lines, "Antrag", UTC, "w1")], hides=("deleted",)
    )
    secret = text(GOOD[0], "Geheim-4711;Antrag;kein Datum 0815;Petra Muster", GOOD[2], head=HEAD)
    yield partial(
        INJ, "values_stay_out_of_the_message", "I6", secret, [(3, "unreadable_timestamp")], accepted=2,
        hides=("4711", "0815", "Petra"),
    )  # fmt: skip
