"""OCEL files made to mislead, to stop the reader or to make it do something: refused with their place, or harmless."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from procmine.errors import InputError
from procmine.read.limits import LIMITS
from procmine.read.ocel import json_form as ocel_json
from procmine.read.ocel import sqlite_form as ocel_sqlite
from procmine.read.ocel import xml_form as ocel_xml
from tests.read.ocel_files import CELLS, FAMILY, as_dict, as_xml, json_of, read, write_json, write_sqlite, write_xml

EMPTY = '{"objectTypes": [], "eventTypes": [], "objects": [], "events": [%s]}'
ONE = '{"id": "e9", "type": "a", "time": "2024-01-01", %s "relationships": []}'


def refusal(folder: Path, text: str | bytes, name: str = "log.json") -> InputError:
    with pytest.raises(InputError) as caught:
        json_of(folder, text, name)
    return caught.value


def event(inside: str) -> str:
    return EMPTY % ("\n " + ONE % inside)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (event('"id": "e2",'), "log.json:2:2", "given twice"),
        (event('"attributes": [{"name": "x", "value": NaN}],'), "log.json:2:88", "NaN"),
        (event('"attributes": [{"name": "x NaN", "value": -Infinity}],'), "log.json:2:92", "-Infinity"),
        (event('"attributes": [{"name": "x", "value": "\\ud800"}],'), "log.json:2:2", "surrogate"),
        (event('"attributes": [{"name": "x" "value": 1}],'), "log.json:2:78", "broken"),
        (event('"attributes": ' + "[" * 100 + "]" * 100 + ","), "log.json:2:2", "nested deeper than 64"),
        (event('"attributes": ' + "[" * 50_000), "log.json:2:2", "nested deeper than 64"),
        (EMPTY % "" + "\n {}", "log.json:2:2", "follows the end"),
        (EMPTY % "" + "\nx", "log.json:2:1", "follows the end"),
        (EMPTY % "null", "log.json:1", "null"),
        (EMPTY % '"e1"', "log.json:1", "no object"),
        (EMPTY % "{},", "log.json:1:68", "broken"),
        ('{"events": [], "events": []}', "log.json:1", "given twice"),
        ('{"events": {}}', "log.json:1:12", "no list"),
        ('{"events": []}', "log.json", "no objects"),
        ('{"ocel:events": {}, "ocel:objects": {}}', "log.json:1", "OCEL 1.0"),
        ("[]", "log.json:1:1", "does not begin"),
        ('{"events": [], "objects": [] "x": 1}', "log.json:1:30", "comma"),
        ("{1: []}", "log.json:1:2", "no text"),
        ("  ", "log.json:1:3", "cut off"),
        ('{"a": "\x01"}', "log.json:1:8", "broken"),
    ],
    ids=lambda held: held[:30] if isinstance(held, str) else None,
)  # fmt: skip
def test_broken_json_is_refused_with_line_and_column(tmp_path: Path, text: str, where: str, what: str) -> None:
    fault = refusal(tmp_path, text)

    assert (fault.where, what in fault.what) == (where, True), str(fault)


def test_a_json_file_cut_off_anywhere_is_no_whole_one(tmp_path: Path) -> None:
    whole = json.dumps(as_dict(FAMILY), ensure_ascii=False).encode()
    for stop in range(1, len(whole), 41):
        fault = refusal(tmp_path, whole[:stop])

        assert "log.json:1" in fault.where


def test_an_xml_file_cut_off_anywhere_is_no_whole_one(tmp_path: Path) -> None:
    whole = as_xml(FAMILY).rstrip().encode()
    for stop in range(1, len(whole), 61):
        assert "log.xml:" in refusal(tmp_path, whole[:stop], "log.xml").where


def test_json_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    text = json.dumps(as_dict(FAMILY), indent=1, ensure_ascii=False)
    line = text[: text.index("ä")].count("\n") + 1

    assert refusal(tmp_path, text.encode("latin-1")).where == f"log.json:{line}"


def test_json_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    log = json_of(tmp_path, b"\xef\xbb\xbf" + json.dumps(as_dict(FAMILY)).encode())

    assert (log.cells, log.raw.encoding_how) == (CELLS, "byte order mark")


def test_pairs_of_surrogates_are_one_sign(tmp_path: Path) -> None:
    text = json.dumps(as_dict(FAMILY)).replace("1e5", "\\ud83d\\ude00")

    assert json_of(tmp_path, text).cells[0][6] == "\U0001f600"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_json_reads_the_same_in_pieces_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = write_json(FAMILY, tmp_path)
    small = replace(LIMITS, piece_bytes=size)
    monkeypatch.setattr("procmine.read.files.opening.LIMITS", small)
    monkeypatch.setattr(ocel_json, "LIMITS", small)

    assert read(path).cells == CELLS


@pytest.mark.parametrize("size", [1, 7, 64])
def test_xml_reads_the_same_in_pieces_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = write_xml(FAMILY, tmp_path)
    monkeypatch.setattr("procmine.read.files.opening.LIMITS", replace(LIMITS, piece_bytes=size))

    assert read(path).cells == CELLS


def test_an_entry_of_json_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocel_json, "LIMITS", replace(LIMITS, line_bytes=100_000))

    assert "no end within 100,000" in refusal(tmp_path, event('"attributes": "' + "x" * 3_000_000)).what


def test_a_tag_of_xml_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocel_xml, "LIMITS", replace(LIMITS, line_bytes=100_000))

    assert "no end within 100,000" in refusal(tmp_path, "<log><x a='" + "x" * 3_000_000, "log.xml").what


@pytest.mark.parametrize(
    ("inside", "reason", "column"),
    [
        ('"attributes": [{"name": "x", "value": {}}],', "unknown_type", "x"),
        ('"attributes": [{"name": "x", "value": [1]}],', "unknown_type", "x"),
        ('"attributes": [{"name": "x"}],', "no_value", "x"),
        ('"attributes": [{"value": "x"}],', "no_key", "attributes"),
        ('"attributes": {"x": 1},', "unknown_type", "attributes"),
        ('"attributes": [{"name": "x", "value": 1}, {"name": "x", "value": 1}],', "duplicate_key", "x"),
        ('"attributes": [{"name": "x", "value": "a\\u0000b"}],', "null_byte", "x"),
        ('"attributes": [{"name": "x", "value": "' + "y" * 1_000_001 + '"}],', "field_too_long", "x"),
    ],
)
def test_an_event_that_is_not_as_it_should_be_is_refused_alone(
    tmp_path: Path, inside: str, reason: str, column: str
) -> None:
    text = json.dumps(as_dict(FAMILY)).replace('"events": [', '"events": [' + ONE % inside + ",")
    log = json_of(tmp_path, text)

    assert [(row[1], row[2]) for row in log.refused if "e9" in row[3]] == [(column, reason)]
    assert log.raw.rows_read == log.raw.rows_accepted + log.raw.rows_quarantined == 5


def test_a_faulty_case_object_refuses_the_rows_of_its_case(tmp_path: Path) -> None:
    text = json.dumps(as_dict(FAMILY)).replace('"value": "NA"', '"value": ["NA"]')
    log = json_of(tmp_path, text)

    assert [(row[1], row[2]) for row in log.refused] == [
        ("case:born", "unknown_type"),
        ("case:concept:name", "no_case_object"),
    ]


BOMB = '<!DOCTYPE log [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    "doctype",
    ["<!DOCTYPE log>", '<!DOCTYPE log SYSTEM "file:///etc/passwd">', '<!DOCTYPE log SYSTEM "http://x/y">', BOMB],
)
def test_every_doctype_is_refused(tmp_path: Path, doctype: str) -> None:
    fault = refusal(tmp_path, as_xml(FAMILY).replace("<log>", doctype + "\n<log>"), "log.xml")

    assert ("DOCTYPE" in fault.what, fault.where) == (True, "log.xml:2")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<log>" + "<a>" * 20_000, "nested deeper than 64"),
        ("<html/>", "root element is 'html'"),
        ("<log/>", "no events and no objects"),
        ("<log><trace/></log>", "XES log"),
        ("<log><events/><events/></log>", "twice"),
        ("<log></log>x", "broken"),
        ("<log>&x;</log>", "broken"),
    ],
)
def test_broken_xml_is_refused_with_its_line(tmp_path: Path, text: str, what: str) -> None:
    fault = refusal(tmp_path, text, "log.xmlocel")

    assert (what in fault.what, fault.where.startswith("log.xmlocel")) == (True, True), str(fault)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text.replace("\n", ""),
        lambda text: text.replace("'", "&apos;").replace('"', "'"),
        lambda text: text.replace("<log>", '<log xmlns="http://www.ocel-standard.org/">'),
        lambda text: text.replace("</", "</o:").replace("<", "<o:").replace("<o:/o:", "</o:").replace("<o:?", "<?")
        .replace("<o:log>", '<o:log xmlns:o="urn:o">'),
        lambda text: text.replace("<event ", "<!-- <event id='no'/> --><event "),
        lambda text: text.replace("</event>", "<x:y xmlns:x='urn:x'><x:event id='no'/></x:y></event>"),
        lambda text: text.replace(">1e5<", "><![CDATA[1e5]]><"),
        lambda text: text.replace("ü", "&#252;"),
    ],
    ids=["one line", "quotes", "namespace", "prefix", "comments", "foreign", "cdata", "reference"],
)  # fmt: skip
def test_every_legal_spelling_of_xml_reads_the_same(tmp_path: Path, rewrite: object) -> None:
    assert callable(rewrite)
    assert json_of(tmp_path, rewrite(as_xml(FAMILY)), "log.xml").cells == CELLS


def sqlite_refusal(folder: Path, then: str) -> InputError:
    with pytest.raises(InputError) as caught:
        read(write_sqlite(FAMILY, folder, then=then))
    return caught.value


ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS ocel_id, n AS ocel_type FROM r"


@pytest.mark.parametrize(
    ("then", "what"),
    [
        (f"DROP TABLE event; CREATE VIEW event AS {ENDLESS};", "'event' is a view"),
        (f"DROP TABLE event_E0; CREATE VIEW event_E0 AS {ENDLESS};", "'event_E0' is a view"),
        ("CREATE TRIGGER t AFTER INSERT ON event_object BEGIN DELETE FROM event; END;", "has a trigger"),
        ("DROP TABLE object; CREATE VIRTUAL TABLE object USING fts5(ocel_id, ocel_type);", "virtual table"),
        ("DROP TABLE event; CREATE TABLE event (ocel_id, ocel_type AS (zeroblob(1e9)));", "computed columns"),
        ("DROP TABLE event_E1;", "no table 'event_E1'"),
        ("DROP TABLE event_object;", "no table 'event_object'"),
        ("ALTER TABLE event RENAME COLUMN ocel_type TO x;", "no column ocel_type"),
        ("UPDATE event_map_type SET ocel_type = 'Bescheid';", "twice"),
        ("UPDATE event_map_type SET ocel_type_map = x'ff' WHERE ocel_type = 'Bescheid';", "no text"),
        ("UPDATE event_map_type SET ocel_type_map = 'E0\" UNION SELECT 1,2,3,4 --';", "no table"),
    ],
)
def test_code_in_a_database_is_refused_and_never_run(tmp_path: Path, then: str, what: str) -> None:
    assert what in sqlite_refusal(tmp_path, then).what


def test_what_a_log_does_not_need_may_stand_in_the_database(tmp_path: Path) -> None:
    then = f"CREATE VIEW more AS {ENDLESS}; CREATE TABLE notes (x); CREATE INDEX i ON event (ocel_id);"

    assert read(write_sqlite(FAMILY, tmp_path, then=then)).cells == CELLS


def test_a_database_is_opened_under_any_name_and_left_as_it_is(tmp_path: Path) -> None:
    plain = write_sqlite(FAMILY, tmp_path)
    for name in ("a b?mode=rwc&x#y.sqlite", "100%41.sqlite", "ä'\";.sqlite", "-x.sqlite"):
        path = tmp_path / "named" / name
        path.parent.mkdir(exist_ok=True)
        shutil.copy(plain, path)
        before = path.read_bytes()

        assert (read(path).cells, path.read_bytes() == before) == (CELLS, True)
    assert len(list((tmp_path / "named").iterdir())) == 4


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_changes_beside_the_database_refuse_it(tmp_path: Path, ending: str) -> None:
    path = write_sqlite(FAMILY, tmp_path)
    path.with_name(path.name + ending).write_bytes(b"x")

    with pytest.raises(InputError, match=f"log.sqlite{ending}: changes that are not in the file yet"):
        read(path)


def test_a_database_in_write_ahead_mode_reads_once_it_is_closed(tmp_path: Path) -> None:
    assert read(write_sqlite(FAMILY, tmp_path, then="PRAGMA journal_mode = WAL;")).cells == CELLS


def test_a_database_in_another_encoding_reads_the_same(tmp_path: Path) -> None:
    path = write_sqlite(FAMILY, tmp_path)
    dump = sqlite3.connect(path)
    other = sqlite3.connect(tmp_path / "other.sqlite")
    other.execute("PRAGMA encoding = 'UTF-16le'")
    other.executescript("\n".join(dump.iterdump()))
    other.close()
    dump.close()
    log = read(tmp_path / "other.sqlite")

    assert (log.cells, log.raw.encoding) == (CELLS, "utf-16le")


def test_a_damaged_database_is_refused_or_reads_whole_rows(tmp_path: Path) -> None:
    path = write_sqlite(FAMILY, tmp_path)
    whole = path.read_bytes()
    refused = 0
    for start in range(0, len(whole), 1_500):
        path.write_bytes(whole[:start] + bytes(200) + whole[start + 200 :])
        try:
            log = read(path)
        except InputError as fault:
            refused += 1
            assert "log.sqlite" in fault.where
        else:
            assert log.raw.rows_read == log.raw.rows_accepted + log.raw.rows_quarantined
    assert refused > 0


def test_a_schema_of_bytes_that_are_no_text_is_refused(tmp_path: Path) -> None:
    path = write_sqlite(FAMILY, tmp_path)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE", b"CR\xd6ATE TABLE"[:12]))

    with pytest.raises(InputError, match="cannot be read"):
        read(path)


@pytest.mark.parametrize("stop", [1, 50, 100, 4096, 9000])
def test_a_database_cut_off_is_refused(tmp_path: Path, stop: int) -> None:
    path = write_sqlite(FAMILY, tmp_path)
    path.write_bytes(path.read_bytes()[:stop])

    with pytest.raises(InputError, match=r"no SQLite database|cannot be read"):
        read(path)


def test_reading_a_database_ends_after_so_many_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocel_sqlite, "LIMITS", replace(LIMITS, sqlite_steps=-10_000_000))
    monkeypatch.setattr(ocel_sqlite, "STEP_PACE", 1)

    with pytest.raises(InputError, match="made to never end"):
        read(write_sqlite(FAMILY, tmp_path))


def test_a_value_of_a_database_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    then = f"UPDATE event SET ocel_type = zeroblob({3 * LIMITS.line_bytes});"

    assert "larger than" in sqlite_refusal(tmp_path, then).what


def test_bytes_that_are_no_text_refuse_their_row(tmp_path: Path) -> None:
    log = read(write_sqlite(FAMILY, tmp_path, then="UPDATE event_E0 SET Anzahl = x'ff41' WHERE ocel_id = 'e2';"))

    assert [(row[0], row[1], row[2]) for row in log.refused] == [
        (2, "Anzahl", "bad_encoding"), (3, "case:concept:name", "no_case_object"),
    ]  # fmt: skip


def test_numbers_of_a_database_are_text_that_tells_them_apart(tmp_path: Path) -> None:
    then = "ALTER TABLE event_E0 ADD COLUMN n; UPDATE event_E0 SET n = 9007199254740993 WHERE ocel_id = 'e1'; "
    then += "UPDATE event_E0 SET n = 0.1 + 0.2 WHERE ocel_id = 'e2';"
    log = read(write_sqlite(FAMILY, tmp_path, then=then))
    at = log.raw.columns.index("n")

    assert [row[at] for row in log.cells] == ["9007199254740993", "9007199254740993", "0.30000000000000004"]


def test_two_rows_for_one_event_refuse_it(tmp_path: Path) -> None:
    log = read(write_sqlite(FAMILY, tmp_path, then="INSERT INTO event_E0 VALUES ('e2', '2025-01-01', NULL, NULL);"))

    assert [(row[0], row[2]) for row in log.refused] == [(2, "duplicate_event_id"), (3, "no_case_object")]


def test_an_event_outside_the_list_of_events_is_refused_not_lost(tmp_path: Path) -> None:
    then = "DELETE FROM event WHERE ocel_id = 'e2';"
    log = read(write_sqlite(FAMILY, tmp_path, then=then))

    assert sorted(row[2] for row in log.refused) == ["no_case_object", "undeclared_event"]
    assert log.raw.rows_read == 4


def test_a_packed_database_is_refused_with_the_way_out(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "log.sqlite"
    path.write_bytes(gzip.compress(write_sqlite(FAMILY, tmp_path).read_bytes()))

    with pytest.raises(InputError, match="Unpack it first"):
        read(path)


@pytest.mark.parametrize("name", ["log.json", "log.xml", "log.sqlite"])
@pytest.mark.parametrize("data", [b"\0", b"\xff\xfe", b"GIF89a", b"SQLite format 3\0", b"PK\x03\x04", b"<", b"{"])
def test_something_else_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    assert refusal(tmp_path, data * 40, name).exit_code == 3


@pytest.mark.parametrize("name", ["log.json", "log.xml"])
def test_what_is_not_part_of_an_ocel_is_counted_in_few_words(tmp_path: Path, name: str) -> None:
    if name == "log.json":
        more = {f"x{number}": [{"id": "no"}] for number in range(300)}
        text = json.dumps(as_dict(FAMILY) | more)
    else:
        text = as_xml(FAMILY).replace("<log>", "<log>" + "".join(f"<x{n}><event/></x{n}>" for n in range(300)))
    log = json_of(tmp_path, text, name)
    strange = [text for text in log.raw.warnings if "not part of OCEL" in text]

    assert (log.cells, len(strange) <= 21) == (CELLS, True)
    assert sum(int(text.rstrip(".").rpartition(" ")[2]) for text in strange) == 300


def test_an_object_of_xml_that_says_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocel_xml, "LIMITS", replace(LIMITS, events_per_trace=2))

    assert "says more than 2" in refusal(tmp_path, as_xml(FAMILY), "log.xml").what
