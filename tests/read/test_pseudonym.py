"""Names of cases and caseworkers become keyed pseudonyms: the key stays outside, and no figure depends on it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from procmine import study
from procmine.errors import InputError
from procmine.findings import Status
from procmine.log import Log, open_store
from procmine.read.importing import import_log
from procmine.read.pseudonym import Key, keys_folder, load_key
from procmine.read.source import CANONICAL, Source
from procmine.schema import Schema, load_schema
from procmine.simulate import load_scenario, simulate

TEXT = """case_id,activity,timestamp,worker,from_worker,to_worker,household_id,office
BG-1,handover,2025-01-02,Ada,Ada,Bea,H-1,Nord
BG-1,first_interview,2025-01-03,Bea,,,H-1,Nord
BG-2,first_interview,2025-01-01,Bea,,,H-2,Nord
BG-2,follow_up,2025-02-01,Ada,,,H-2,Nord
"""


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema()


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings folder of the test's own; where its keys lie."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "settings"))
    return keys_folder()


def imported(tmp_path: Path, schema: Schema, name: str = "store", source: Source = CANONICAL) -> Log:
    path = tmp_path / "log.csv"
    path.write_text(TEXT, encoding="utf-8")
    return open_store(import_log(path, tmp_path / name, source=source, schema=schema), schema)


def rows(log: Log, sql: str) -> list[tuple[object, ...]]:
    return log.engine.run(sql)


def test_a_pseudonym_is_a_keyed_hash_of_project_field_and_value() -> None:
    key = Key("amt", bytes(range(32)))

    assert key.pseudonyms("case", ["BG-1"]) == [key.pseudonym("case", "BG-1")]
    assert re.fullmatch("[A-Z2-7]{26}", key.pseudonym("case", "BG-1"))
    assert (
        len({key.pseudonym("case", "1"), key.pseudonym("worker", "1"), Key("x", key.secret).pseudonym("case", "1")})
        == 3
    )


def test_the_key_is_made_once_for_its_owner_alone(keys: Path) -> None:
    first, second = load_key("amt"), load_key("amt")

    assert first == second
    assert first != load_key("anderes-amt")
    assert len(first.secret) == 32
    if os.name != "nt":
        assert (keys / "amt.key").stat().st_mode & 0o777 == 0o600
        assert keys.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes")
def test_a_key_that_others_can_read_is_refused(keys: Path) -> None:
    load_key("amt")
    (keys / "amt.key").chmod(0o644)

    with pytest.raises(InputError, match="read by others"):
        load_key("amt")


def test_a_key_file_that_holds_no_key_is_refused(keys: Path) -> None:
    load_key("amt")
    (keys / "amt.key").write_text("geheim", encoding="ascii")

    with pytest.raises(InputError, match="This is no key"):
        load_key("amt")


def test_a_key_never_lies_in_the_folder_it_protects(keys: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="would lie in the folder"):
        load_key("amt", apart_from=[tmp_path])

    assert not keys.exists()


@pytest.mark.parametrize("name", ["../amt", "", "AMT", "a/b", "a.b"])
def test_a_name_that_is_a_path_is_no_name_of_a_key(keys: Path, name: str) -> None:
    with pytest.raises(InputError, match="no name for a key"):
        load_key(name)


def test_a_key_never_shows_itself(keys: Path) -> None:
    key = load_key("amt")

    assert key.secret.hex() not in repr(key) + str(key)
    assert str(key.secret) not in repr(key)


def test_no_name_of_the_extract_is_in_the_store(keys: Path, tmp_path: Path, schema: Schema) -> None:
    log = imported(tmp_path, schema)
    tables = [row[0] for row in rows(log, "SELECT view_name FROM duckdb_views() WHERE NOT internal")]
    texts = [str(rows(log, f"SELECT * FROM {name}")) for name in tables]
    texts.append((log.store / "receipt.json").read_text(encoding="utf-8"))
    plain = ["BG-1", "BG-2", "Ada", "Bea", "H-1", "H-2"]
    hashes = [make(name.encode()).hexdigest() for name in plain for make in (hashlib.sha256, hashlib.md5, hashlib.sha1)]

    assert len(tables) > 5
    assert not [name for name in (*plain, *hashes) for text in texts if name in text]


def test_the_key_is_in_nothing_an_import_writes(keys: Path, tmp_path: Path, schema: Schema) -> None:
    log = imported(tmp_path, schema)
    secret = load_key("procmine").secret
    for path in log.store.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""

        assert secret not in data and secret.hex().encode() not in data


def test_a_worker_has_one_pseudonym_in_every_column(keys: Path, tmp_path: Path, schema: Schema) -> None:
    log = imported(tmp_path, schema)
    found = rows(
        log,
        "SELECT n.name = h.from_worker, n.name = h.to_worker FROM handovers AS h JOIN worker_names AS n USING (worker)",
    )

    assert found == [(True, False)]
    assert rows(log, "SELECT COUNT(DISTINCT worker), COUNT(DISTINCT household_id) FROM events") == [(2, 2)]


def test_the_next_delivery_has_the_same_pseudonyms_under_the_same_key(
    keys: Path, tmp_path: Path, schema: Schema
) -> None:
    first, again = imported(tmp_path, schema), imported(tmp_path, schema, "second")
    other = imported(tmp_path, schema, "third", replace(CANONICAL, key="other"))
    names = [rows(log, "SELECT name FROM case_names ORDER BY case_id") for log in (first, again, other)]

    assert names[0] == names[1]
    assert not set(names[0]) & set(names[2])


def test_another_key_means_another_import(keys: Path, tmp_path: Path, schema: Schema) -> None:
    before = imported(tmp_path, schema).receipt["pseudonyms"]
    (keys / "procmine.key").unlink()
    after = imported(tmp_path, schema).receipt["pseudonyms"]

    assert before["fingerprint"] != after["fingerprint"]


def test_numbers_do_not_follow_the_names(keys: Path, tmp_path: Path, schema: Schema) -> None:
    log = imported(tmp_path, schema, source=replace(CANONICAL, cases="plain", workers="plain"))

    assert rows(log, "SELECT name FROM case_names ORDER BY case_id") == [("BG-2",), ("BG-1",)]
    assert rows(log, "SELECT name FROM worker_names ORDER BY worker") == [("Bea",), ("Ada",)]


def test_case_local_workers_cannot_be_followed_from_case_to_case(keys: Path, tmp_path: Path, schema: Schema) -> None:
    log = imported(tmp_path, schema, source=replace(CANONICAL, workers="case-local"))
    found = rows(log, "SELECT activity, worker, from_worker, to_worker FROM events ORDER BY case_id, event_no")

    assert found == [
        ("first_interview", 1, None, None),
        ("follow_up", 2, None, None),
        ("handover", 1, "1", "2"),
        ("first_interview", 2, None, None),
    ]
    assert rows(log, "SELECT name FROM worker_names ORDER BY worker") == [("1",), ("2",)]


def test_case_local_workers_give_the_same_continuity(keys: Path, tmp_path: Path) -> None:
    made = simulate(load_scenario("one_office"), tmp_path / "log.csv", seed=3, events=8_000)
    source = tmp_path / "local.toml"
    source.write_text('title = {de = "a", en = "a"}\n[pseudonyms]\nworkers = "case-local"\n', encoding="utf-8")
    keyed = study.open_log(made.log, store=tmp_path / "keyed")
    local = study.open_log(made.log, source=str(source), store=tmp_path / "local")
    name = "caseworker_continuity"

    for by, privacy in product(((), ("office",)), ("internal", "shared")):
        pairs = zip(
            study.score(keyed, metrics=[name], by=by, privacy=privacy),
            study.score(local, metrics=[name], by=by, privacy=privacy),
            strict=True,
        )
        for one, other in pairs:
            if "function" in one.group:  # how many work in a function nobody can count any more
                assert other.status in (Status.INSUFFICIENT_N, Status.SUPPRESSED)
            else:
                assert (one.value, one.interval, one.status) == (other.value, other.interval, other.status)
    monthly = study.score(local, metrics=[name], by=["month"])

    assert Status.OK not in {one.status for one in monthly if one.period}
    assert any("not known" in one.reason["en"] for one in monthly if one.period)


@pytest.mark.slow
def test_a_report_does_not_depend_on_the_key(tmp_path: Path) -> None:
    made = simulate(load_scenario("one_office"), tmp_path / "log.csv", seed=5, events=5_000)
    pages = []
    for home in ("one", "other"):
        out = tmp_path / f"report-{home}"
        environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / home), "APPDATA": str(tmp_path / home)}
        call = [sys.executable, "-m", "procmine", "audit", str(made.log), "--out", str(out)]
        subprocess.run(call, check=True, env=environment, capture_output=True)
        pages.append((out / "bericht.html").read_bytes())
        assert list((tmp_path / home).rglob("*.key"))

    assert pages[0] == pages[1]


def test_running_text_is_left_out_unless_the_source_allows_it(keys: Path, tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "notes.csv"
    notes = [f"Frau Muster {number} kam heute wegen ihrer Miete vorbei" for number in range(30)]
    path.write_text(
        "case_id,activity,timestamp,team\n" + "".join(f"a,call,2025-01-01,{note}\n" for note in notes), encoding="utf-8"
    )
    log = open_store(import_log(path, tmp_path / "careful", schema=schema), schema)
    asked = replace(CANONICAL, text=frozenset({"team"}))
    allowed = open_store(import_log(path, tmp_path / "allowed", source=asked, schema=schema), schema)

    assert "team" in log.receipt["absent"]
    assert log.receipt["unmapped"] == ["team"]
    assert any(entry["what"] == "team" and "running text" in entry["how"]["en"] for entry in log.receipt["decisions"])
    assert rows(allowed, "SELECT COUNT(DISTINCT team) FROM events") == [(30,)]


def test_an_activity_of_running_text_refuses_the_file(keys: Path, tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "mails.csv"
    lines = [f"a,Mail an person{number}@example.org,2025-01-01\n" for number in range(30)]
    path.write_text("case_id,activity,timestamp\n" + "".join(lines), encoding="utf-8")

    with pytest.raises(InputError, match="looks like running text"):
        import_log(path, tmp_path / "store", schema=schema)
