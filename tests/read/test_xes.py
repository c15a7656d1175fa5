"""XES: every legal spelling reads the same, nothing is resolved or filled in, and what is not XES says so."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import duckdb
import pytest

from procmine.errors import InputError
from procmine.read.limits import LIMITS
from procmine.read.xes.reading import read_xes
from tests.read.reading import Read, xes_of

PLAIN = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0">
<global scope="event"><string key="org:resource" value="DEFAULT"/></global>
<trace>
<string key="concept:name" value="C1"/>
<event>
<string key="concept:name" value="Antrag &amp; Prüfung"/>
<date key="time:timestamp" value="2024-01-08T08:00:00.000+01:00"/>
</event>
<event>
<string key="concept:name" value="a > b"/>
<string key="org:resource" value=""/>
</event>
</trace>
</log>
"""
COLUMNS = ("case:concept:name", "concept:name", "time:timestamp", "org:resource")
CELLS = [
    ("C1", "Antrag & Prüfung", "2024-01-08T08:00:00.000+01:00", None),
    ("C1", "a > b", None, ""),
]


def log(body: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log>{body}</log>'


def trace(*events: str, name: str = "C1") -> str:
    return f'<trace><string key="concept:name" value="{name}"/>{"".join(events)}</trace>'


def event(*attributes: str) -> str:
    return f"<event>{''.join(attributes)}</event>"


def text(key: str, value: str) -> str:
    return f'<string key="{key}" value="{value}"/>'


def refusal(folder: Path, body: bytes | str) -> InputError:
    with pytest.raises(InputError) as caught:
        xes_of(folder, body)
    return caught.value


def by_key(read: Read) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in zip(read.raw.columns, row, strict=True) if value is not None}
        for row in read.cells
    ]


def test_an_event_is_a_row_with_its_trace_and_its_line(tmp_path: Path) -> None:
    read = xes_of(tmp_path, PLAIN)

    assert (read.raw.columns, read.cells, [row[0] for row in read.rows]) == (COLUMNS, CELLS, [6, 10])


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text.replace("\n", ""),
        lambda text: text.replace("\n", "\r\n\t"),
        lambda text: text.replace("'", "&apos;").replace('"', "'"),
        lambda text: text.replace('key="concept:name" value="C1"', 'value="C1" key="concept:name"'),
        lambda text: text.replace("<event>", "<!-- <event><string key='x' value='y'/></event> --><event>"),
        lambda text: text.replace("<event>", "<event><?note <event>?>"),
        lambda text: text.replace('value="C1"/>', 'value="C1"></string>'),
        lambda text: text.replace("ü", "&#252;"),
        lambda text: text.replace("<log", '<log xmlns="http://www.xes-standard.org/"'),
        lambda text: text.replace("<log", '<log xmlns="urn:another"'),
        lambda text: text.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:").replace("<x:?", "<?")
        .replace("<x:log", '<x:log xmlns:x="http://www.xes-standard.org/"'),
        lambda text: text.replace("</event>", '<f:s xmlns:f="urn:f" key="x" value="y"><f:event/></f:s></event>'),
        lambda text: text.replace('key="concept:name"', 'extra="1"\n  key = "concept:name"'),
        lambda text: text.replace("\n<event>", "\n<![CDATA[ ]]><event>"),
    ],
    ids=[
        "one line", "crlf and tabs", "single quotes", "order of attributes", "comments", "instructions", "end tags",
        "character reference", "namespace", "other namespace", "prefix", "foreign elements", "blanks", "cdata",
    ],
)  # fmt: skip
def test_every_legal_spelling_reads_the_same(tmp_path: Path, rewrite: Any) -> None:
    read = xes_of(tmp_path, rewrite(PLAIN))

    assert (read.raw.columns, read.cells, read.refused) == (COLUMNS, CELLS, [])


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_every_declared_encoding_reads_the_same(tmp_path: Path, codec: str) -> None:
    declared = codec.removesuffix("-sig")
    read = xes_of(tmp_path, PLAIN.replace("UTF-8", declared).encode(codec))

    assert (read.cells, read.raw.encoding) == (CELLS, declared)


def test_a_wrong_declaration_refuses_the_file(tmp_path: Path) -> None:
    assert refusal(tmp_path, PLAIN.encode("latin-1")).where == "log.xes:7"


def test_an_event_without_attributes_is_a_row(tmp_path: Path) -> None:
    read = xes_of(tmp_path, log(trace(event(), "<event/>", event(text("concept:name", "a")))))

    assert read.cells == [("C1", None), ("C1", None), ("C1", "a")]


def test_attributes_of_a_trace_after_its_events_hold_for_all_of_them(tmp_path: Path) -> None:
    read = xes_of(
        tmp_path, log(f"<trace>{event(text('a', '1'))}{event(text('a', '2'))}{text('concept:name', 'C1')}</trace>")
    )

    assert by_key(read) == [{"case:concept:name": "C1", "a": "1"}, {"case:concept:name": "C1", "a": "2"}]


def test_a_nested_attribute_has_a_column_of_its_own(tmp_path: Path) -> None:
    nested = '<string key="question" value="J"><string key="code" value="7"><int key="n" value="1"/></string></string>'
    read = xes_of(tmp_path, log(trace(event(nested, text("code", "9")))))

    assert by_key(read) == [
        {"case:concept:name": "C1", "question": "J", "question>code": "7", "question>code>n": "1", "code": "9"}
    ]


def test_a_list_is_its_values_in_order(tmp_path: Path) -> None:
    values = "".join(text("who", name) for name in ("A", "B", "A"))
    read = xes_of(tmp_path, log(trace(event(f'<list key="participants"><values>{values}</values></list>'))))

    assert by_key(read)[0]["participants"] == "A|B|A"


def test_a_list_without_values_element_keeps_its_children(tmp_path: Path) -> None:
    read = xes_of(tmp_path, log(trace(event(f'<list key="p">{text("a", "1")}{text("b", "2")}</list>'))))

    assert by_key(read)[0] == {"case:concept:name": "C1", "p": "", "p>a": "1", "p>b": "2"}


def test_a_container_gives_its_children_columns(tmp_path: Path) -> None:
    read = xes_of(tmp_path, log(trace(event(f'<container key="p">{text("a", "1")}</container>'))))

    assert by_key(read)[0] == {"case:concept:name": "C1", "p>a": "1"}


@pytest.mark.parametrize(
    ("broken", "reason", "column"),
    [
        (text("a", "1") + text("a", "2"), "duplicate_key", "a"),
        ('<mystring key="a" value="1"/>', "unknown_type", "a"),
        ('<string key="a"/>', "no_value", "a"),
        ('<string value="1"/>', "no_key", ""),
        ("<string key='a'><![CDATA[text]]></string>", "no_value", "a"),
        (f'<list key="p"><values>{text("a", "x|y")}</values></list>', "list_separator_in_value", "p"),
        (text("a", "x" * (LIMITS.field_bytes + 1)), "field_too_long", "a"),
    ],
)
def test_a_broken_event_is_refused_alone(tmp_path: Path, broken: str, reason: str, column: str) -> None:
    body = log(trace(event(text("a", "0")), "\n" + event(broken), event(text("a", "3"))))
    read = xes_of(tmp_path, body)

    assert ([row[2] for row in read.rows], [row[:3] for row in read.refused]) == (["0", "3"], [(3, column, reason)])


def test_the_refused_event_is_kept_with_both_values(tmp_path: Path) -> None:
    read = xes_of(tmp_path, log(trace(event(text("a", "1"), text("b", "2"), text("a", "3")))))

    assert read.refused[0][3] == "a='1'; b='2'; a='3'"


def test_a_trace_that_names_its_case_twice_loses_its_events(tmp_path: Path) -> None:
    broken = f"<trace>{text('concept:name', 'C1')}{event(text('a', '1'))}{event()}{text('concept:name', 'C2')}</trace>"
    read = xes_of(tmp_path, log(trace(event(text("a", "0")), name="C0") + broken + trace(event(text("a", "2")))))

    assert [row[1] for row in read.rows] == ["C0", "C1"]
    assert [row[1:3] for row in read.refused] == [("case:concept:name", "duplicate_key")] * 2


def test_an_event_outside_traces_is_refused_and_counted(tmp_path: Path) -> None:
    read = xes_of(tmp_path, log(event(text("a", "1")) + trace(event(text("a", "2")))))

    assert (read.raw.rows_read, read.raw.rows_accepted, read.reasons) == (2, 1, [(2, "event_outside_trace")])


def test_two_traces_of_one_name_are_said(tmp_path: Path) -> None:
    raw = xes_of(tmp_path, log(trace(event()) * 3 + trace(event(), name="C2"))).raw

    assert raw.warnings == ("1 case names stand on more than one trace (3 traces); traces of one name are one case.",)


def test_traces_without_events_or_names_and_log_attributes_are_counted(tmp_path: Path) -> None:
    raw = xes_of(tmp_path, log(text("origin", "csv") + trace() + f"<trace>{event()}</trace>")).raw

    assert raw.warnings == (
        "Trace without concept:name: 1.",
        "Trace without events: 1.",
        "1 attributes of the log itself were not taken: origin",
    )


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE log SYSTEM "file:///etc/hostname">',
        '<!DOCTYPE log [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE log [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE log [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
        "<!DOCTYPE log>",
    ],
)
def test_every_doctype_is_refused(tmp_path: Path, declaration: str) -> None:
    assert "DOCTYPE" in refusal(tmp_path, PLAIN.replace("<log", declaration + "<log", 1)).what


def test_an_undeclared_entity_refuses_the_file(tmp_path: Path) -> None:
    assert "undefined entity" in refusal(tmp_path, PLAIN.replace("&amp;", "&auml;")).what


@pytest.mark.parametrize("at", ["</trace>", "</event>", "<event>", 'value="C1', "</log>"])
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, at: str) -> None:
    assert "broken" in refusal(tmp_path, PLAIN[: PLAIN.index(at) + len(at) - (at == "</log>")]).what


@pytest.mark.parametrize(
    "body",
    [
        PLAIN + "junk",
        PLAIN + PLAIN,
        PLAIN.replace("log", "blog"),
        PLAIN.replace("</event>\n</trace>", "</trace>\n</event>"),
        PLAIN.replace("<event>", "<event><event>").replace("</event>", "</event></event>"),
        PLAIN.replace("<trace>", "<trace><trace>").replace("</trace>", "</trace></trace>"),
        PLAIN.replace("<trace>", "<part><trace>").replace("</trace>", "</trace></part>"),
        "<html><body/></html>",
        "case,activity\n1,a\n",
        '<log xes.version="1.0"',
    ],
)  # fmt: skip
def test_what_is_no_xes_is_refused(tmp_path: Path, body: str) -> None:
    con = duckdb.connect()
    (tmp_path / "log.xes").write_text(body)
    with pytest.raises(InputError):
        read_xes(con, tmp_path / "log.xes", "raw", file_no=1)

    assert con.execute("SHOW TABLES").fetchall() == []


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    deep = '<string key="a" value="1">' * 20_000 + "</string>" * 20_000

    assert "deeper" in refusal(tmp_path, log(trace(event(deep)))).what


def test_fifty_thousand_attributes_in_an_event_are_refused(tmp_path: Path) -> None:
    many = "".join(text(f"k{number}", "1") for number in range(50_000))

    assert "attributes" in refusal(tmp_path, log(trace(event(many)))).what


def test_more_keys_than_columns_allowed_are_refused(tmp_path: Path) -> None:
    events = [event(text(f"k{number}", "1")) for number in range(LIMITS.columns + 1)]

    assert "keys" in refusal(tmp_path, log(trace(*events))).what


def test_keys_that_appear_late_add_columns_across_batches(tmp_path: Path) -> None:
    many = [trace(*(event(text("a", f"{n}-{m}")) for m in range(30)), name=f"C{n}") for n in range(4_000)]
    read = xes_of(tmp_path, log("".join(many) + trace(event(text("late", "1")), name="last")))

    assert (read.raw.columns, len(read.rows)) == (("case:concept:name", "a", "late"), 120_001)
    assert read.cells[0] == ("C0", "0-0", None)
    assert read.cells[100_000] == (f"C{100_000 // 30}", f"{100_000 // 30}-{100_000 % 30}", None)
    assert read.cells[-1] == ("last", None, "1")


def test_gzip_is_read_and_a_cut_one_refused(tmp_path: Path) -> None:
    data = gzip.compress(PLAIN.encode())

    assert xes_of(tmp_path, data, name="log.xes.gz").cells == CELLS
    assert "gzip" in refusal(tmp_path, data[:-9]).what


def test_hostile_keys_are_data(tmp_path: Path) -> None:
    keys = ["line", "c0", "x'); DROP TABLE raw; --", "ä", "A", "a"]
    read = xes_of(tmp_path, log(trace(event(*(text(key, key) for key in keys)))))

    assert (read.raw.columns, read.cells) == (("case:concept:name", *keys), [("C1", *keys)])
