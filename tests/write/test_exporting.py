"""A log leaves as XES, OCEL or CSV and comes back the same; single cases leave no other way."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from procmine.errors import InputError, PrivacyError, UsageError
from procmine.log import Log
from procmine.read.source import CANONICAL
from procmine.write import SUFFIXES, write_log
from tests.write.conftest import PLAIN, ROWS, csv_text, events, stored

ENDINGS = (".xes", ".xes.gz", ".jsonocel", ".sqlite", ".csv", ".csv.gz")


@pytest.fixture(scope="module", params=(".xes", ".jsonocel", ".sqlite", ".csv"))
def back(
    hostile_log: Log,
    read_back: Callable[..., Log],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Log:
    """The hostile log, written and read again."""
    return read_back(write_log(hostile_log, tmp_path_factory.mktemp("back") / f"log{request.param}"))


def test_a_log_read_back_has_the_same_events_in_every_column(hostile_log: Log, back: Log) -> None:
    assert events(back) == events(hostile_log)


def test_what_the_extract_lacks_is_lacking_in_what_is_read_back(hostile_log: Log, back: Log) -> None:
    assert back.absent == hostile_log.absent


def test_no_row_is_refused_and_no_value_unreadable_when_read_back(back: Log) -> None:
    receipt = back.receipt

    assert (receipt["rows_quarantined"], receipt["unreadable"], receipt["events"]) == (0, [], len(ROWS))


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_log_gives_the_same_bytes(hostile_log: Log, tmp_path: Path, ending: str) -> None:
    first = write_log(hostile_log, tmp_path / f"one{ending}")
    second = write_log(hostile_log, tmp_path / f"two{ending}")

    assert first.path.read_bytes() == second.path.read_bytes()


@pytest.mark.parametrize("ending", (".xes", ".csv"))
def test_a_log_written_in_another_zone_comes_back_with_its_own_days(
    make_log: Callable[..., Log], read_back: Callable[..., Log], tmp_path: Path, ending: str
) -> None:
    log = make_log(csv_text(ROWS[:4]), replace(PLAIN, zone="America/New_York"))
    found = read_back(write_log(log, tmp_path / f"log{ending}"))

    assert events(found) == events(log)


@pytest.mark.parametrize("ending", (".xes", ".jsonocel"))
def test_a_log_that_names_no_office_names_none_when_read_back(
    make_log: Callable[..., Log], read_back: Callable[..., Log], tmp_path: Path, ending: str
) -> None:
    log = make_log(csv_text(), name="Amt Nord.csv")
    found = read_back(write_log(log, tmp_path / f"x{ending}"))

    assert [office["name"] for office in found.receipt["offices"]] == ["Amt Nord"]
    assert "office" in found.absent


@pytest.mark.parametrize("ending", (".xes", ".jsonocel"))
def test_caseworkers_numbered_within_a_case_are_not_taken_for_one_another(
    make_log: Callable[..., Log], read_back: Callable[..., Log], tmp_path: Path, ending: str
) -> None:
    log = make_log(csv_text(), replace(PLAIN, workers="case-local"))
    written = write_log(log, tmp_path / f"log{ending}")

    assert events(read_back(written)) == events(log)
    assert any("numbered within a case" in warning for warning in written.warnings)


def test_days_the_log_was_watched_are_told_to_whoever_reads_it_back(
    make_log: Callable[..., Log], read_back: Callable[..., Log], tmp_path: Path
) -> None:
    log = make_log(csv_text(), replace(PLAIN, observed_from=date(2025, 1, 1), observed_to=date(2025, 12, 31)))
    found = read_back(write_log(log, tmp_path / "log.xes"))

    assert found.receipt["observation"] == log.receipt["observation"]


@pytest.fixture(scope="module")
def keyed_log(make_log: Callable[..., Log]) -> Log:
    return make_log(csv_text(), replace(PLAIN, cases="keyed", workers="keyed"))


@pytest.mark.parametrize("ending", ENDINGS)
def test_pseudonyms_leave_and_no_name_does(keyed_log: Log, tmp_path: Path, ending: str) -> None:
    path = write_log(keyed_log, tmp_path / f"log{ending}").path
    held = gzip.decompress(path.read_bytes()) if ending.endswith(".gz") else path.read_bytes()

    assert b"Anna" not in held and b"H|1" not in held


@pytest.mark.parametrize("profile", ["shared", "published"])
def test_single_cases_never_leave_under_a_profile_others_see(hostile_log: Log, tmp_path: Path, profile: str) -> None:
    with pytest.raises(PrivacyError, match="single cases") as caught:
        write_log(hostile_log, tmp_path / "log.xes", profile=profile)

    assert caught.value.exit_code == 4 and not list(tmp_path.iterdir())


def test_whoever_writes_a_log_is_told_that_it_is_not_anonymous(hostile_log: Log, tmp_path: Path) -> None:
    warnings = write_log(hostile_log, tmp_path / "log.xes").warnings

    assert "single cases" in warnings[0]
    assert any("Names of cases and workers are those of the extract" in warning for warning in warnings)
    assert any("event_id, appointment_id" in warning for warning in warnings)


def test_an_ending_nobody_reads_is_refused_with_the_nearest(hostile_log: Log, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"not written as \.xez.*Did you mean \.xes"):
        write_log(hostile_log, tmp_path / "log.xez")

    assert SUFFIXES == (".csv", ".csv.gz", ".jsonocel", ".jsonocel.gz", ".sqlite", ".sqliteocel", ".xes", ".xes.gz")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_that_cannot_be_written_whole_is_not_there_at_all(
    hostile_log: Log, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    for module in ("ocel", "columns"):  # the first has the function by name: it is imported before the second loses it
        monkeypatch.setattr(f"procmine.write.{module}.spans", full)
    with pytest.raises(InputError, match="No space left"):
        write_log(hostile_log, tmp_path / f"log{ending}")

    assert not list(tmp_path.iterdir())


def test_a_source_file_somebody_wrote_is_not_written_over(hostile_log: Log, tmp_path: Path) -> None:
    own = tmp_path / "log.xes.toml"
    own.write_text("title = 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="did not write"):
        write_log(hostile_log, tmp_path / "log.xes")

    assert list(tmp_path.iterdir()) == [own]


def test_a_log_is_written_over_an_earlier_export_of_its_own(hostile_log: Log, tmp_path: Path) -> None:
    first = write_log(hostile_log, tmp_path / "log.xes").path.read_bytes()

    assert write_log(hostile_log, tmp_path / "log.xes").path.read_bytes() == first


def test_a_folder_that_is_not_there_is_told(hostile_log: Log, tmp_path: Path) -> None:
    for name in ("log.xes", "log.sqlite"):
        with pytest.raises(InputError, match="cannot be written"):
            write_log(hostile_log, tmp_path / "nowhere" / name)


def test_days_whose_time_is_not_known_are_told_as_missing(make_log: Callable[..., Log], tmp_path: Path) -> None:
    rows = "a,x,2025-10-01T08:00,2025-10-26T02:30\nb,x,2025-10-01T08:00,2025-10-27T09:00\n"
    log = make_log(f"case_id,activity,timestamp,planned_at\n{rows}")  # the first happened twice that night

    assert "1 days of planned_at are missing" in " ".join(write_log(log, tmp_path / "log.xes").warnings)


def test_a_log_opened_in_another_engine_is_written_the_same(hostile_log: Log, tmp_path: Path) -> None:
    elsewhere = replace(hostile_log, engine=SimpleNamespace(dialect="spark"))
    theirs = write_log(elsewhere, tmp_path / "a.xes").path.read_bytes()

    assert theirs == write_log(hostile_log, tmp_path / "b.xes").path.read_bytes()


def test_a_column_nobody_filled_is_named_because_a_file_cannot_say_it(
    make_log: Callable[..., Log], tmp_path: Path
) -> None:
    log = make_log("case_id,activity,timestamp,topic\na,application,2025-01-01,\n")

    assert "Columns that are nowhere filled are missing in it: topic." in write_log(log, tmp_path / "x.xes").warnings


def content_of(path: Path) -> Any:
    """The bytes of a file, or what a database says: its rows lie as they were filled."""
    if path.suffix != ".sqlite":
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as database:
        return sorted(database.iterdump())


def test_a_log_in_pieces_is_the_log_in_one(hostile_log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {ending: content_of(write_log(hostile_log, tmp_path / f"a{ending}").path) for ending in ENDINGS}
    monkeypatch.setattr("procmine.write.columns.ROWS", 1)
    parts = {ending: content_of(write_log(hostile_log, tmp_path / f"b{ending}").path) for ending in ENDINGS}

    assert parts == whole


def test_an_xes_file_read_without_its_source_file_is_the_same_log_under_new_pseudonyms(
    hostile_log: Log, tmp_path: Path, schema: Any
) -> None:
    written = write_log(hostile_log, tmp_path / "log.xes")
    found = stored(written.path, tmp_path / "store", schema, CANONICAL)
    columns = "activity, timestamp, local_date, date_only, team, event_no"
    listed = f"SELECT {columns} FROM events ORDER BY ALL"

    assert found.engine.run(listed) == hostile_log.engine.run(listed)


def test_a_case_named_like_another_object_is_refused_in_ocel(make_log: Callable[..., Log], tmp_path: Path) -> None:
    log = make_log("case_id,activity,timestamp,team\nteam:x,application,2025-01-01,T\n")
    with pytest.raises(InputError, match="named like an object"):
        write_log(log, tmp_path / "log.jsonocel")


def test_the_database_holds_nothing_but_plain_tables(hostile_log: Log, tmp_path: Path) -> None:
    path = write_log(hostile_log, tmp_path / "log.sqlite").path
    with closing(sqlite3.connect(path)) as database:
        kinds = {row[0] for row in database.execute("SELECT type FROM sqlite_schema WHERE sql IS NOT NULL")}

    assert kinds == {"table"}
