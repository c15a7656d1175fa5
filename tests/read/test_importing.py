"""A file becomes a log store: nothing is lost, order and days are right, and a failure leaves no trace."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from procmine.errors import ContentError, InputError
from procmine.log import Log, open_store
from procmine.read.importing import import_log
from procmine.read.raw import REASONS
from procmine.read.source import CANONICAL, Source, load_source
from procmine.schema import Schema, load_schema

HEAD = "case_id,activity,timestamp"
# What is read is looked at under its own names; tests/read/test_pseudonym.py has what becomes of them.
PLAIN = replace(CANONICAL, cases="plain", workers="plain")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema()


def opened(tmp_path: Path, schema: Schema, text: str, source: Source = PLAIN, name: str = "log.csv") -> Log:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return open_store(import_log(path, tmp_path / "store", source=source, schema=schema), schema)


def events(log: Log, columns: str) -> list[tuple[Any, ...]]:
    return log.engine.run(f"SELECT {columns} FROM events JOIN case_names USING (case_id) ORDER BY case_id, event_no")


def test_every_row_is_accepted_or_quarantined_with_line_and_reason(tmp_path: Path, schema: Schema) -> None:
    rows = ["a,x,2025-01-01T08:00:00", ",x,2025-01-01T08:00:00", "a,,2025-01-01T08:00:00", "a,x,", "a,x,2025-02-30"]
    rows += ["a,x,2025-03-30T02:30:00", "a,x,2025-10-26T02:30:00", "a,x,9999-12-31", "a,x,2025-01-02", "a,x"]
    log = opened(tmp_path, schema, "\n".join([HEAD, *rows]) + "\n")

    assert (log.receipt["rows_read"], log.receipt["rows_accepted"], log.receipt["rows_quarantined"]) == (10, 2, 8)
    assert {(entry["reason"], entry["first_line"]) for entry in log.receipt["quarantine"]} == {
        ("missing_case_id", 3),
        ("missing_activity", 4),
        ("missing_timestamp", 5),
        ("unreadable_timestamp", 6),
        ("time_in_dst_gap", 7),
        ("ambiguous_local_time", 8),
        ("implausible_year", 9),
        ("too_few_fields", 11),
    }
    assert {entry["reason"] for entry in log.receipt["quarantine"]} <= REASONS


def test_quarantined_rows_keep_their_cells(tmp_path: Path, schema: Schema) -> None:
    log = opened(tmp_path, schema, f"{HEAD}\na,x,2025-01-01\nGeheim,Ärger,kein Datum\n")
    path = log.store / "quarantine.parquet"

    assert log.engine.run(f"SELECT line, \"column\", reason, raw FROM read_parquet('{path}')") == [
        (3, "timestamp", "unreadable_timestamp", '["Geheim","Ärger","kein Datum"]')
    ]


def test_dates_with_dots_are_read_day_before_month(tmp_path: Path, schema: Schema) -> None:
    log = opened(tmp_path, schema, f"{HEAD}\na,x,01.02.2024\na,y,20.03.2024 08:15\n")

    assert [(a, str(d)) for a, d in events(log, "activity, local_date")] == [("x", "2024-02-01"), ("y", "2024-03-20")]


def test_a_slash_date_without_a_declared_order_is_refused_with_what_was_seen(tmp_path: Path, schema: Schema) -> None:
    with pytest.raises(InputError, match=r"99/99/9999.*day before month or month before day") as fault:
        opened(tmp_path, schema, f"{HEAD}\na,x,03/04/2024\n")

    assert fault.value.exit_code == 3
    assert "formats" in fault.value.hint


def test_declared_formats_decide_a_slash_date(tmp_path: Path, schema: Schema) -> None:
    source = Source(name="s", title={}, formats=("%d/%m/%Y",))
    log = opened(tmp_path, schema, f"{HEAD}\na,x,03/04/2024\n", source)

    assert [(str(d), o) for d, o in events(log, "local_date, date_only")] == [("2024-04-03", True)]


def test_local_times_become_instants_and_offsets_become_local_days(tmp_path: Path, schema: Schema) -> None:
    log = opened(tmp_path, schema, f"{HEAD}\na,x,2024-07-01T00:30:00\na,y,2024-07-01T23:30:00Z\n")

    assert [(str(t), str(d)) for t, d in events(log, '"timestamp", local_date')] == [
        ("2024-06-30 22:30:00", "2024-07-01"),
        ("2024-07-01 23:30:00", "2024-07-02"),
    ]


def test_text_keeps_its_identity(tmp_path: Path, schema: Schema) -> None:
    names = ["007", "7", "NA", "null", "1e5", " a", "A\u0308", "\u00c4", "TRUE"]
    log = opened(tmp_path, schema, "\n".join([HEAD, *(f"{name},x,2024-01-01" for name in names)]))

    assert sorted(row[0] for row in log.engine.run("SELECT name FROM case_names")) == sorted(names)


def test_events_of_a_case_are_ordered_by_time_start_id_and_line(tmp_path: Path, schema: Schema) -> None:
    text = "case_id,activity,timestamp,lifecycle,event_id\n"
    text += "a,late,2024-01-02,complete,1\na,second,2024-01-01,complete,1\na,first,2024-01-01,start,9\n"
    text += "a,third,2024-01-01,complete,2\na,fourth,2024-01-01,complete,2\n"
    log = opened(tmp_path, schema, text)

    assert [row[0] for row in events(log, "activity")] == ["first", "second", "third", "fourth", "late"]


def test_a_case_lies_whole_in_the_partition_of_its_first_office(tmp_path: Path, schema: Schema) -> None:
    text = "case_id,activity,timestamp,office\nm,x,2024-01-01,B\nm,y,2024-02-01,A\nn,x,2024-01-01,A\n"
    log = opened(tmp_path, schema, text)

    assert [(o["name"], o["cases"], o["events"]) for o in log.receipt["offices"]] == [("A", 1, 1), ("B", 1, 2)]
    assert events(log, "name, office") == [("n", "A"), ("m", "B"), ("m", "A")]


def test_without_an_office_column_the_file_is_the_office_and_the_receipt_says_so(
    tmp_path: Path, schema: Schema
) -> None:
    log = opened(tmp_path, schema, f"{HEAD}\na,x,2024-01-01\n", name="Nordstadt.csv")

    assert events(log, "office") == [("Nordstadt",)]
    assert any(d["what"] == "office" and "name of the input" in d["how"]["en"] for d in log.receipt["decisions"])


def test_unknown_words_become_empty_and_are_counted(tmp_path: Path, schema: Schema) -> None:
    text = (
        "case_id,activity,timestamp,initiator\na,x,2024-01-01,client\na,x,2024-01-02,unknown\na,x,2024-01-03,Klient\n"
    )
    log = opened(tmp_path, schema, text)

    assert events(log, "initiator") == [("client",), (None,), (None,)]
    assert log.receipt["unknown"] == [{"column": "initiator", "value": "unknown", "rows": 1}]
    assert log.receipt["vocabulary"] == [
        {"column": "activity", "value": "x", "rows": 3},
        {"column": "initiator", "value": "Klient", "rows": 1},
    ]


def test_absent_columns_are_told_apart_from_empty_ones(tmp_path: Path, schema: Schema) -> None:
    log = opened(tmp_path, schema, "case_id,activity,timestamp,location\na,x,2024-01-01,\n")

    assert "initiator" in log.absent
    assert "location" not in log.absent
    assert events(log, "location, initiator") == [(None, None)]


def test_machines_named_by_the_source_are_no_workers_and_are_counted(tmp_path: Path, schema: Schema) -> None:
    source = Source(name="s", title={}, system=frozenset({"Siebel"}), unknown={"worker": frozenset({"EMPTY"})})
    text = "case_id,activity,timestamp,worker\na,x,2024-01-01,Siebel\na,x,2024-01-02,EMPTY\na,x,2024-01-03,Ada\n"
    log = opened(tmp_path, schema, text, source)

    assert log.engine.run("SELECT COUNT(*) FROM worker_names") == [(1,)]
    assert log.receipt["system_workers"] == [{"value": "Siebel", "rows": 1}]
    assert log.receipt["unknown"] == [{"column": "worker", "value": "EMPTY", "rows": 1}]


def test_declared_derivations_fill_only_what_is_empty_and_say_so(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "portal.toml"
    path.write_text(
        'title = { de = "P", en = "P" }\n[columns]\ncase_id = "c"\nactivity = "a"\ntimestamp = "t"\ninitiator = "i"\n'
        '[[derive]]\ncolumn = "initiator"\nvalue = "client"\nwhen = { activity = ["portal"] }\nreason = "Portal."\n',
        encoding="utf-8",
    )
    text = "c,a,t,i\n1,portal,2024-01-01,\n1,portal,2024-01-02,caseworker\n1,call,2024-01-03,\n"
    log = opened(tmp_path, schema, text, load_source(str(path), schema))

    assert events(log, "initiator") == [("client",), ("caseworker",), (None,)]
    assert log.receipt["derived"] == [{"column": "initiator", "value": "client", "rule": "Portal.", "rows": 1}]


def test_a_source_file_tells_all_its_faults_at_once_with_the_nearest_names(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "s.toml"
    path.write_text(
        'title = { de = "P", en = "P" }\n[columns]\ncase_ids = "c"\n[values.initiator]\nKunde = "cliente"\n',
        encoding="utf-8",
    )
    with pytest.raises(ContentError, match=r"case_ids is no column.*case_id.*cliente.*Did you mean client") as fault:
        load_source(str(path), schema)

    assert fault.value.where.endswith("s.toml")


def test_missing_columns_are_refused_with_what_the_file_has(tmp_path: Path, schema: Schema) -> None:
    with pytest.raises(InputError, match=r"no column case_id.*Vorgang, activity, timestamp"):
        opened(tmp_path, schema, "Vorgang,activity,timestamp\na,x,2024-01-01\n")


def test_a_log_without_a_readable_event_is_refused_and_leaves_nothing(tmp_path: Path, schema: Schema) -> None:
    with pytest.raises(InputError, match="No event could be read"):
        opened(tmp_path, schema, f"{HEAD}\n,x,2024-01-01\na,,2024-01-01\n")

    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


def test_an_unchanged_input_is_not_imported_twice_a_changed_one_is(tmp_path: Path, schema: Schema) -> None:
    log = opened(tmp_path, schema, f"{HEAD}\na,x,2024-01-01\n")
    stamp = (log.store / "receipt.json").stat().st_mtime_ns
    opened(tmp_path, schema, f"{HEAD}\na,x,2024-01-01\n")
    unchanged = (log.store / "receipt.json").stat().st_mtime_ns
    again = opened(tmp_path, schema, f"{HEAD}\na,x,2024-01-01\nb,x,2024-01-01\n")

    assert unchanged == stamp
    assert again.receipt["events"] == 2


def test_a_failed_import_leaves_the_store_before_untouched(
    tmp_path: Path, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened(tmp_path, schema, f"{HEAD}\na,x,2024-01-01\n")
    before = {path.name: path.read_bytes() for path in log.store.rglob("*") if path.is_file()}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("procmine.read.importing.save_receipt", full)
    with pytest.raises(InputError, match="disk is full"):
        opened(tmp_path, schema, f"{HEAD}\na,x,2024-01-01\nb,x,2024-01-01\n")
    after = {path.name: path.read_bytes() for path in log.store.rglob("*") if path.is_file()}

    assert after == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv", "store"]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, schema: Schema) -> None:
    rows = [f"c{n % 40},step {n % 7},2024-01-{n % 28 + 1:02d},w{n % 5},O{n % 3}" for n in range(900)]
    text = "\n".join(["case_id,activity,timestamp,worker,office", *rows])
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8")
    for name in ("one", "two"):
        import_log(path, tmp_path / name, schema=schema)
    contents = [json.loads((tmp_path / name / "receipt.json").read_text())["contents"] for name in ("one", "two")]

    assert contents[0] == contents[1]
    assert len(contents[0]) > 10


def test_deliveries_of_one_shape_are_one_log_and_others_are_refused_by_name(tmp_path: Path, schema: Schema) -> None:
    folder = tmp_path / "deliveries"
    folder.mkdir()
    (folder / "1.csv").write_text(f"{HEAD}\na,x,2024-01-01\n", encoding="utf-8")
    (folder / "2.csv").write_text(f"{HEAD}\na,y,2024-02-01\n", encoding="utf-8")
    both = open_store(import_log(folder, tmp_path / "store", schema=schema), schema)
    (folder / "3.csv").write_text(f"{HEAD},worker\na,z,2024-03-01,w\n", encoding="utf-8")

    assert events(both, "activity") == [("x",), ("y",)]
    with pytest.raises(InputError, match=r"3\.csv: The file differs from those before it in the columns worker"):
        import_log(folder, tmp_path / "other", schema=schema)


def test_the_engine_of_an_opened_log_reads_nothing_else(tmp_path: Path, schema: Schema) -> None:
    log = opened(tmp_path, schema, f"{HEAD}\na,x,2024-01-01\n")
    secret = tmp_path / "log.csv"
    for attack in (f"SELECT * FROM read_csv('{secret}')", "SET enable_external_access = true", "ATTACH 'x.db'"):
        with pytest.raises(Exception, match=r"(?i)permission|disabled|locked|configuration"):
            log.engine.run(attack)


# What a critic found, kept from coming back.


def test_a_store_is_never_written_over_anything_else(tmp_path: Path, schema: Schema) -> None:
    (tmp_path / "log.csv").write_text(f"{HEAD}\na,x,2024-01-01\n", encoding="utf-8")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.txt").write_text("years of work", encoding="utf-8")

    with pytest.raises(InputError, match="something that is no log store"):
        import_log(tmp_path / "log.csv", tmp_path / "papers", schema=schema)

    assert (tmp_path / "papers" / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_monthly_deliveries_without_an_office_are_one_office(tmp_path: Path, schema: Schema) -> None:
    folder = tmp_path / "Nordstadt"
    folder.mkdir()
    for month in ("01", "02"):
        (folder / f"{month}.csv").write_text(f"{HEAD}\na,x,2024-{month}-01\n", encoding="utf-8")
    log = open_store(import_log(folder, tmp_path / "store", schema=schema), schema)

    assert [office["name"] for office in log.receipt["offices"]] == ["Nordstadt"]


def test_the_word_unknown_is_nobody_and_nowhere(tmp_path: Path, schema: Schema) -> None:
    text = "case_id,activity,timestamp,worker,office,appointment_id,to_org\n"
    text += "a,handover,2024-01-01,unknown,unknown,unknown,unknown\nunknown,x,2024-01-01,w,A,t,o\n"
    log = opened(tmp_path, schema, text)

    assert events(log, "activity, worker, office, appointment_id, to_org") == [("handover", None, None, None, None)]
    assert log.engine.run("SELECT transfer_kind FROM handovers") == [("internal",)]
    assert [entry["reason"] for entry in log.receipt["quarantine"]] == ["missing_case_id"]
    assert {entry["column"]: entry["rows"] for entry in log.receipt["unknown"]} == {
        "appointment_id": 1, "case_id": 1, "office": 1, "to_org": 1, "worker": 1,
    }  # fmt: skip


def test_a_list_keeps_its_known_parts_and_counts_the_others(tmp_path: Path, schema: Schema) -> None:
    text = "case_id,activity,timestamp,participants\na,x,2024-01-01,client|unknown|xyz|partner||client\n"
    log = opened(tmp_path, schema, text)

    assert events(log, "participants") == [("client|partner",)]
    assert log.receipt["unknown"] == [{"column": "participants", "value": "unknown", "rows": 1}]
    assert {"column": "participants", "value": "xyz", "rows": 1} in log.receipt["vocabulary"]


@pytest.mark.parametrize(
    ("formats", "value", "day"),
    [
        (("%m.%d.%Y",), "03.04.2025", "2025-03-04"),
        (("%Y-%d-%m",), "2025-03-04", "2025-04-03"),
        (("%d/%m/%Y",), "04.03.2025", "2025-03-04"),
        (("%d/%m/%Y %H:%M", "%d/%m/%Y"), "04/03/2025", "2025-03-04"),
    ],
)
def test_declared_formats_win_over_the_built_in_ones(
    tmp_path: Path, schema: Schema, formats: tuple[str, ...], value: str, day: str
) -> None:
    source = Source(name="s", title={}, formats=formats)
    log = opened(tmp_path, schema, f"{HEAD}\na,x,{value}\n", source)

    assert [(str(d), only) for d, only in events(log, "local_date, date_only")] == [(day, True)]


def test_a_day_with_an_offset_is_the_local_day(tmp_path: Path, schema: Schema) -> None:
    log = opened(tmp_path, schema, "case_id,activity,timestamp,entry\na,x,2025-06-01,2025-06-01T00:30:00+02:00\n")

    assert [str(row[0]) for row in events(log, "entry")] == ["2025-06-01"]


def test_a_planned_time_no_clock_showed_is_empty_and_counted(tmp_path: Path, schema: Schema) -> None:
    log = opened(tmp_path, schema, "case_id,activity,timestamp,planned_at\na,x,2025-01-01,2025-03-30T02:30:00\n")

    assert events(log, "planned_at") == [(None,)]
    assert log.receipt["unreadable"] == [{"column": "planned_at", "rows": 1, "first_line": 2}]


def test_one_worker_in_a_meeting_is_not_both_sides_of_a_handover(tmp_path: Path, schema: Schema) -> None:
    text = "case_id,activity,timestamp,role,to_role,participants\n"
    text += (
        "a,followup_interview,2025-01-01,placement,,client|placement\na,handover,2025-01-06,placement,case_manager,\n"
    )
    text += (
        "b,joint_meeting,2025-01-01,placement,,placement|case_manager\nb,handover,2025-01-06,placement,case_manager,\n"
    )
    log = opened(tmp_path, schema, text)

    assert log.engine.run("SELECT handover_type FROM handovers ORDER BY case_id") == [(None,), ("warm",)]


def test_a_changed_byte_in_a_store_is_noticed(tmp_path: Path, schema: Schema) -> None:
    log = opened(tmp_path, schema, f"{HEAD}\na,x,2024-01-01\n")
    file = log.store / "derived" / "cases" / "0000.parquet"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)

    with pytest.raises(InputError, match=r"damaged: derived/cases/0000\.parquet"):
        open_store(log.store, schema)
    assert opened(tmp_path, schema, f"{HEAD}\na,x,2024-01-01\n").receipt["events"] == 1


def test_a_name_with_signs_of_a_pattern_is_that_file_only(tmp_path: Path, schema: Schema) -> None:
    for name, case in (("ga.csv", "wrong"), ("g[a].csv", "right"), ("g*.csv", "star")):
        (tmp_path / name).write_text(f"{HEAD}\n{case},x,2024-01-01\n", encoding="utf-8")
        import_log(tmp_path / name, None, source=PLAIN, schema=schema)
    for name, case in (("g[a].csv", "right"), ("g*.csv", "star")):
        log = open_store(import_log(tmp_path / name, None, source=PLAIN, schema=schema), schema)

        assert events(log, "name") == [(case,)]


@pytest.mark.parametrize(
    "text",
    [
        'columns = "x"', "columns = 3", 'columns = ["case_id"]', 'file = ""', "time = 3", '[time]\nzone = 5',
        '[time]\nformats = "%d"', '[file]\npattern = "../*.csv"', '[constants]\noffice = 5',
        '[constants]\nrole = "nonsense"', '[constants]\ndue_date = "bla"', '[unknown]\nworker = "ABC"',
        '[system]\nworker = "BATCH"', '[values]\nrole = "x"', 'activities = "x"', "derive = [3]",
        '[[derive]]\ncolumn = "role"\nvalue = ["a"]\nwhen = { activity = ["x"] }\nreason = "r"',
        '[[derive]]\ncolumn = "role"\nvalue = "client"\nwhen = { activity = "x" }\nreason = "r"',
        '[unknown]\ndue_date = ["-"]', 'office_from_file = "x"',
    ],
)  # fmt: skip
def test_a_source_of_the_wrong_kind_is_refused_in_words(tmp_path: Path, schema: Schema, text: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text(f'title = {{ de = "P", en = "P" }}\n{text}\n', encoding="utf-8")

    with pytest.raises(ContentError, match=r"s\.toml: \S"):
        load_source(str(path), schema)


def test_a_column_the_source_names_and_the_file_lacks_is_told_with_the_nearest(tmp_path: Path, schema: Schema) -> None:
    columns = {"case_id": "Fall", "activity": "Schritt", "timestamp": "Zeit", "worker": "Sachbearbeter"}
    text = "Fall;Schritt;Zeit;Sachbearbeiter\na;call;2024-01-01;Ada\n"
    log = opened(tmp_path, schema, text, Source(name="s", title={}, columns=columns))

    assert log.receipt["expected"] == [{"column": "worker", "from": "Sachbearbeter", "near": ["Sachbearbeiter"]}]


def test_what_every_log_has_is_found_under_its_agreed_name_beside_columns(tmp_path: Path, schema: Schema) -> None:
    log = opened(tmp_path, schema, f"{HEAD},Team\na,x,2024-01-01,Nord\n", Source("s", {}, columns={"team": "Team"}))

    assert events(log, "activity, team") == [("x", "Nord")]
