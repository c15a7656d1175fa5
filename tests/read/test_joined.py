"""A table beside the log lends its columns: by name, without a row more or less, and with its digest in the store's."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.engines.duckdb import connect
from procmine.errors import ContentError, InputError
from procmine.log import Log, open_store
from procmine.read.csv.reading import read_csv
from procmine.read.importing import files_of, import_log
from procmine.read.joined import lend_columns, read_joined
from procmine.read.source import CANONICAL, Join, Source, load_source
from procmine.schema import Schema, load_schema

PERSONS = Join("persons", "persons.csv", "id", "worker", {"team": "department"})
PLAIN = replace(CANONICAL, cases="plain", workers="plain")
LOG = "case_id,activity,timestamp,worker\na,x,2025-01-01,7\na,y,2025-01-02,8\na,z,2025-01-03,\nb,x,2025-01-01,07\n"
TABLE = "id,name,department\n7,Kim,Nord\n07,Noa,Süd\n9,Ada,West\n"


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema()


def source_of(*joins: Join, columns: Mapping[str, str] | None = None) -> Source:
    return replace(PLAIN, name="own", joins=joins, columns=columns or {})


def imported(
    tmp_path: Path, schema: Schema, source: Source, files: Mapping[str, str | bytes], *, folder: bool = False
) -> Log:
    place = tmp_path / "log"
    place.mkdir(exist_ok=True)
    for name, text in files.items():
        (place / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    path = place if folder else place / "log.csv"
    return open_store(import_log(path, tmp_path / "store", source=source, schema=schema), schema)


def teams(log: Log) -> list[str | None]:
    return [row[0] for row in log.engine.run("SELECT team FROM events ORDER BY case_id, event_no")]


def test_rows_get_what_the_table_says_of_the_person_they_name(tmp_path: Path, schema: Schema) -> None:
    log = imported(tmp_path, schema, source_of(PERSONS), {"log.csv": LOG, "persons.csv": TABLE})

    assert teams(log) == ["Nord", None, None, "Süd"]


def test_the_receipt_counts_rows_with_a_partner_without_one_and_that_name_nobody(
    tmp_path: Path, schema: Schema
) -> None:
    log = imported(tmp_path, schema, source_of(PERSONS), {"log.csv": LOG, "persons.csv": TABLE})
    digest = hashlib.sha256(TABLE.encode()).hexdigest()

    assert log.receipt["joined"] == [
        {"file": "persons.csv", "sha256": digest, "rows": 3, "matched": 2, "unmatched": 1, "empty": 1}
    ]
    assert (log.receipt["rows_read"], log.receipt["events"]) == (4, 4)


def test_a_log_without_the_section_says_nothing_of_joins(tmp_path: Path, schema: Schema) -> None:
    assert "joined" not in imported(tmp_path, schema, PLAIN, {"log.csv": LOG, "persons.csv": TABLE}).receipt


def test_tables_are_joined_in_a_chain_by_the_name_of_an_earlier_one(tmp_path: Path, schema: Schema) -> None:
    persons = Join("persons", "persons.csv", "id", "worker", {})
    departments = Join("departments", "departments.csv", "name", "persons.department", {"team": "long"})
    names = "name,long\nNord,Team Nord\nOst,Team Ost\n"
    files = {"log.csv": LOG, "persons.csv": TABLE, "departments.csv": names}
    log = imported(tmp_path, schema, source_of(persons, departments), files)
    counts = [(entry["matched"], entry["unmatched"], entry["empty"]) for entry in log.receipt["joined"]]

    assert teams(log) == ["Team Nord", None, None, None]
    assert counts == [(2, 1, 1), (1, 1, 2)]


def test_a_source_with_columns_of_its_own_may_name_joined_columns_there(tmp_path: Path, schema: Schema) -> None:
    columns = {"case_id": "Fall", "activity": "Was", "timestamp": "Wann", "worker": "Wer", "team": "persons.department"}
    join = Join("persons", "persons.csv", "id", "Wer", {})
    german = LOG.replace("case_id,activity,timestamp,worker", "Fall,Was,Wann,Wer")
    log = imported(tmp_path, schema, source_of(join, columns=columns), {"log.csv": german, "persons.csv": TABLE})
    origin = {entry["name"]: entry["from"] for entry in log.receipt["columns"]}

    assert teams(log) == ["Nord", None, None, "Süd"]
    assert origin["team"] == "persons.department"


def test_one_table_joined_under_two_names_serves_two_columns(tmp_path: Path, schema: Schema) -> None:
    sender = Join("sender", "persons.csv", "id", "worker", {"team": "department"})
    receiver = Join("receiver", "persons.csv", "id", "to_worker", {"to_org": "department"})
    text = "case_id,activity,timestamp,worker,to_worker\na,handover,2025-01-01,7,9\n"
    log = imported(tmp_path, schema, source_of(sender, receiver), {"log.csv": text, "persons.csv": TABLE})

    assert log.engine.run("SELECT team, to_org FROM events") == [("Nord", "West")]


def test_a_folder_is_read_without_its_joined_table(tmp_path: Path, schema: Schema) -> None:
    files = {"january.csv": LOG, "february.csv": LOG.replace("2025-01", "2025-02"), "persons.csv": TABLE}
    log = imported(tmp_path, schema, source_of(PERSONS), files, folder=True)

    assert [file["name"] for file in log.receipt["files"]] == ["february.csv", "january.csv"]
    assert (log.receipt["joined"][0]["matched"], log.receipt["joined"][0]["rows"]) == (4, 3)
    assert [file.name for file in files_of(tmp_path / "log", PLAIN)] == ["february.csv", "january.csv", "persons.csv"]


def test_a_table_that_is_not_beside_the_log_is_looked_for_in_the_study(tmp_path: Path, schema: Schema) -> None:
    study = tmp_path / "study"
    (study / "event_logs").mkdir(parents=True)
    (study / "event_logs" / "persons.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    source = source_of(PERSONS)
    store = import_log(tmp_path / "log.csv", tmp_path / "store", source=source, schema=schema, study=study)

    assert open_store(store, schema).receipt["joined"][0]["matched"] == 2


def test_a_changed_table_means_a_new_import_and_an_unchanged_one_does_not(tmp_path: Path, schema: Schema) -> None:
    files = {"log.csv": LOG, "persons.csv": TABLE}
    first = imported(tmp_path, schema, source_of(PERSONS), files)
    made = (first.store / "receipt.json").stat().st_mtime_ns
    again = imported(tmp_path, schema, source_of(PERSONS), files)
    made_again = (again.store / "receipt.json").stat().st_mtime_ns
    later = imported(tmp_path, schema, source_of(PERSONS), files | {"persons.csv": TABLE.replace("Nord", "Mitte")})

    assert made == made_again
    assert first.receipt["digest"] != later.receipt["digest"]
    assert teams(later)[0] == "Mitte"


def test_a_table_has_its_own_encoding_and_delimiter_and_may_be_packed(tmp_path: Path, schema: Schema) -> None:
    join = replace(PERSONS, file="persons.csv.gz", encoding="cp1252", delimiter=";")
    packed = gzip.compress(TABLE.replace(",", ";").encode("cp1252"))
    log = imported(tmp_path, schema, source_of(join), {"log.csv": LOG, "persons.csv.gz": packed})

    assert teams(log) == ["Nord", None, None, "Süd"]


def test_the_event_log_keeps_line_and_order_of_its_own_file(tmp_path: Path, schema: Schema) -> None:
    log = imported(tmp_path, schema, source_of(PERSONS), {"log.csv": LOG, "persons.csv": TABLE})

    assert log.engine.run("SELECT activity FROM events ORDER BY case_id, event_no") == [("x",), ("y",), ("z",), ("x",)]


def test_activities_can_get_their_labels_from_a_table(tmp_path: Path, schema: Schema) -> None:
    join = Join("steps", "steps.csv", "no", "step", {"activity": "label"})
    text = "case_id,step,timestamp\na,1,2025-01-01\na,2,2025-01-02\na,3,2025-01-03\n"
    log = imported(tmp_path, schema, source_of(join), {"log.csv": text, "steps.csv": "no,label\n1,hearing\n2,exit\n"})

    assert log.engine.run("SELECT activity FROM events ORDER BY event_no") == [("hearing",), ("exit",)]
    assert [(entry["reason"], entry["first_line"]) for entry in log.receipt["quarantine"]] == [("missing_activity", 4)]


@pytest.mark.parametrize(
    ("join", "table", "said", "where"),
    [
        (PERSONS, "id,department\n7,Nord\n8,Süd\n7,West\n8,Ost\n", "lines 2, 4; 3, 5", "persons.csv"),
        (PERSONS, "id,department\n7,Nord\n8\n", "Rows that cannot be read: 1, line 3 (too_few_fields)", "persons.csv"),
        (PERSONS, "nr,Department\n7,Nord\n", "no column 'id'", "persons.csv"),
        (PERSONS, "id,departments\n7,Nord\n", "no column 'department'. Did you mean departments?", "persons.csv"),
        (replace(PERSONS, on="workers"), TABLE, "on 'workers', which the log lacks. Did you mean worker?", "log.csv"),
        (replace(PERSONS, take={"activity": "name"}), TABLE, "columns of its own for what is joined", "log.csv"),
        (replace(PERSONS, file="staff.csv"), TABLE, "joins staff.csv, which is not beside the log", "log.csv"),
        (replace(PERSONS, file="log.csv"), TABLE, "it is no log", "log.csv"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_joined_is_refused_by_name_and_nothing_is_written(
    tmp_path: Path, schema: Schema, join: Join, table: str, said: str, where: str
) -> None:
    with pytest.raises(InputError) as fault:
        imported(tmp_path, schema, source_of(join), {"log.csv": LOG, "persons.csv": table})

    assert said in fault.value.what
    assert fault.value.where == where
    assert not (tmp_path / "store").exists()


def test_a_fault_shows_no_value_of_the_table(tmp_path: Path, schema: Schema) -> None:
    table = "id,department\nEMP-4711,Nord\nEMP-4711,West\n"

    with pytest.raises(InputError) as fault:
        imported(tmp_path, schema, source_of(PERSONS), {"log.csv": LOG, "persons.csv": table})

    assert "4711" not in fault.value.sentence()


def test_an_empty_key_of_the_table_is_nobodys_partner(tmp_path: Path, schema: Schema) -> None:
    table = "id,department\n,Nowhere\n,Nowhere else\n7,Nord\n"
    log = imported(tmp_path, schema, source_of(PERSONS), {"log.csv": LOG, "persons.csv": table})

    assert teams(log) == ["Nord", None, None, None]


TOML = 'title = { de = "x", en = "x" }\n'
GOOD = '[[join]]\nfile = "p.csv"\nkey = "id"\non = "worker"\n'


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("join = 3", "join is written [[join]]"),
        ('[[join]]\nfile = "p.csv"', "join no. 1 lacks key, on."),
        (GOOD + "kee = 'x'", "unknown key kee. Did you mean key?"),
        (GOOD + "delimiter = 3", "all keys are texts"),
        (GOOD + "take = { team = 3 }", 'take is { ours = "theirs" }'),
        (GOOD, "join no. 1 takes nothing"),
        (GOOD + 'take = { tem = "d" }', "tem is no column of a log. Did you mean team"),
        (GOOD.replace("p.csv", "../p.csv") + 'take = { team = "d" }', "without a path"),
        (GOOD.replace("p.csv", "a\\\\p.csv") + 'take = { team = "d" }', "without a path"),
        (GOOD.replace("p.csv", "..") + 'take = { team = "d" }', "without a path"),
        ((GOOD + 'take = { team = "d" }\n') * 2, "join no. 2: there is a table p already"),
        (f'{GOOD}take = {{ team = "d" }}\n{GOOD}name = "q"\ntake = {{ team = "d" }}', "team is read from another"),
        (f'[columns]\nteam = "t"\n{GOOD}take = {{ team = "d" }}', "team is read from another column already"),
    ],
)  # fmt: skip
def test_a_source_file_is_told_what_is_wrong_with_its_joins(
    tmp_path: Path, schema: Schema, written: str, said: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(TOML + written, encoding="utf-8")

    with pytest.raises(ContentError) as fault:
        load_source(str(path), schema)

    assert said in fault.value.what


def test_all_faults_of_the_joins_are_said_at_once(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "own.toml"
    path.write_text(TOML + '[[join]]\nkee = "id"\n' + GOOD.replace("p.csv", "x/p.csv"), encoding="utf-8")

    with pytest.raises(ContentError) as fault:
        load_source(str(path), schema)

    assert "join no. 1: unknown key kee" in fault.value.what
    assert "join no. 1 lacks file, key, on" in fault.value.what
    assert "join no. 2: file names a file beside the log" in fault.value.what


def test_a_source_file_says_all_of_a_join(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "own.toml"
    more = 'take = { team = "dep.x" }\nencoding = "cp1252"\ndelimiter = ";"\nname = "staff"\n'
    path.write_text(TOML + '[columns]\ncase_id = "c"\n' + GOOD + more, encoding="utf-8")
    source = load_source(str(path), schema)

    assert source.joins == (Join("staff", "p.csv", "id", "worker", {"team": "dep.x"}, "cp1252", ";"),)
    assert source.columns == {"case_id": "c", "team": "staff.dep.x"}
    assert json.loads(source.settled())["joins"][0]["file"] == "p.csv"


KEYS = st.sampled_from(["1", "2", "3", "01", " 1", "A\u0308", "\u00c4", "NA", ""])


@settings(max_examples=60, derandomize=True)
@given(st.lists(KEYS, min_size=1, max_size=12), st.lists(KEYS, max_size=9, unique=True))
def test_every_row_keeps_its_place_and_gets_what_its_key_says(
    tmp_path_factory: pytest.TempPathFactory, named: list[str], keys: list[str]
) -> None:
    place = tmp_path_factory.mktemp("law")
    (place / "log.csv").write_text("".join(["worker,no\n", *(f'"{n}",{i}\n' for i, n in enumerate(named))]), "utf-8")
    (place / "persons.csv").write_text("".join(["id,department\n", *(f'"{k}",D{k}\n' for k in keys)]), "utf-8")
    engine = connect()
    source = source_of(PERSONS)
    tables = read_joined(engine, [place / "persons.csv"], source)
    raw, view = lend_columns(
        engine, read_csv(engine.connection, place / "log.csv", "raw_0", file_no=0), "raw_0", tables, source
    )
    rows = engine.run(f"SELECT r.rowid, line, c0, c1, c2 FROM {view} AS r ORDER BY r.rowid")
    count = tables[0]

    assert raw.columns == ("worker", "no", "team")
    assert rows == [(i, i + 2, n, str(i), f"D{n}" if n and n in keys else None) for i, n in enumerate(named)]
    assert count.matched + count.unmatched + count.empty == len(named)
    assert count.matched == sum(1 for n in named if n and n in keys)
