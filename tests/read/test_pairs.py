"""Start and complete rows become intervals: first in, first out, no row lost, and only where a source says so."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.engines.duckdb import DuckDB, connect
from procmine.errors import ContentError, InputError
from procmine.log import Log, open_store
from procmine.read.importing import import_log
from procmine.read.pairs import pair_rows
from procmine.read.source import CANONICAL, Pairs, Source, load_source
from procmine.schema import Schema, load_schema

HEAD = "case_id,activity,timestamp,lifecycle,worker"
PAIRED = replace(CANONICAL, cases="plain", workers="plain", pairs=Pairs())
BY_NUMBER = replace(PAIRED, pairs=Pairs(("number",)))


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema()


def imported(tmp_path: Path, schema: Schema, files: Sequence[Sequence[str]], source: Source = PAIRED) -> Log:
    folder = tmp_path / "log"
    folder.mkdir()
    for number, lines in enumerate(files):
        (folder / f"{number}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return open_store(import_log(folder, tmp_path / "store", source=source, schema=schema), schema)


def spans(log: Log, more: str = "") -> list[tuple[Any, ...]]:
    """Beginning and end of each event as hours, then what else is asked for."""
    hours = "strftime(started_at, '%H'), strftime(\"timestamp\", '%H')"
    return log.engine.run(f"SELECT {hours}{more} FROM events ORDER BY case_id, event_no")


def row(hour: int, lifecycle: str, *more: str, case: str = "a", activity: str = "x", worker: str = "w1") -> str:
    return ",".join((case, activity, f"2025-01-01T{hour:02d}:00:00Z", lifecycle, worker, *more))


def test_a_start_row_and_its_complete_row_become_one_interval(tmp_path: Path, schema: Schema) -> None:
    log = imported(tmp_path, schema, [[HEAD, row(8, "start"), row(10, "complete")]])

    assert spans(log, ", lifecycle") == [("08", "10", "complete")]
    assert log.receipt["paired"] == {"rows": 1, "starts_left": 0, "completes_left": 0, "differing": []}
    assert (log.receipt["rows_accepted"], log.receipt["events"]) == (2, 1)


def test_without_the_section_nothing_is_paired(tmp_path: Path, schema: Schema) -> None:
    log = imported(tmp_path, schema, [[HEAD, row(8, "start"), row(10, "complete")]], replace(PAIRED, pairs=None))

    assert log.receipt["events"] == 2
    assert "paired" not in log.receipt
    assert "started_at" in log.receipt["absent"]


def test_the_beginning_is_a_column_of_the_log_that_it_made(tmp_path: Path, schema: Schema) -> None:
    receipt = imported(tmp_path, schema, [[HEAD, row(8, "start"), row(10, "complete")]]).receipt

    assert "started_at" not in receipt["absent"]
    assert {"name": "started_at", "from": "", "filled": 1} in receipt["columns"]


def test_what_only_the_start_row_says_is_kept_and_where_both_speak_the_complete_row_stands(
    tmp_path: Path, schema: Schema
) -> None:
    rows = [row(8, "start", "in_person", "client"), row(9, "complete", "", "caseworker")]
    log = imported(tmp_path, schema, [[f"{HEAD},channel,initiator", *rows]])

    assert spans(log, ", channel, initiator") == [("08", "09", "in_person", "caseworker")]
    assert log.receipt["paired"]["differing"] == [{"column": "initiator", "rows": 1}]


def test_a_planned_day_goes_with_its_planned_time(tmp_path: Path, schema: Schema) -> None:
    rows = [row(8, "start", "2025-01-01T08:00:00Z"), row(9, "complete", "")]
    rows += [row(10, "start", "2025-01-02T08:00:00Z"), row(11, "complete", "2025-03-30T02:30:00")]  # no clock showed it
    log = imported(tmp_path, schema, [[f"{HEAD},planned_at", *rows]])
    planned = [tuple(map(str, one[2:])) for one in spans(log, ", planned_at, planned_date")]

    assert planned == [("2025-01-01 08:00:00", "2025-01-01"), ("None", "2025-03-30")]


def test_rows_left_over_stay_events_as_they_are_and_are_counted(tmp_path: Path, schema: Schema) -> None:
    rows = [row(8, "complete"), row(9, "start", activity="y"), row(10, "start"), row(11, "complete"), row(12, "start")]
    log = imported(tmp_path, schema, [[HEAD, *rows, row(13, "schedule"), row(14, "")]])

    assert spans(log, ", lifecycle") == [
        (None, "08", "complete"),
        (None, "09", "start"),
        ("10", "11", "complete"),
        (None, "12", "start"),
        (None, "13", "schedule"),
        (None, "14", None),
    ]
    assert log.receipt["paired"] == {"rows": 1, "starts_left": 2, "completes_left": 1, "differing": []}


def test_a_complete_row_before_its_start_row_is_no_interval(tmp_path: Path, schema: Schema) -> None:
    rows = [f"{HEAD},number", row(10, "start", "1"), row(8, "complete", "1")]
    log = imported(tmp_path, schema, [rows], BY_NUMBER)

    assert spans(log) == [(None, "08"), (None, "10")]
    assert log.receipt["paired"] == {"rows": 0, "starts_left": 1, "completes_left": 1, "differing": []}


def test_at_the_same_time_a_start_comes_before_its_completion_wherever_it_stands(
    tmp_path: Path, schema: Schema
) -> None:
    log = imported(tmp_path, schema, [[HEAD, row(8, "complete"), row(8, "start")]])

    assert spans(log) == [("08", "08")]


def test_the_first_that_started_is_the_first_that_completes(tmp_path: Path, schema: Schema) -> None:
    rows = [row(8, "start"), row(9, "start"), row(12, "complete"), row(15, "complete")]
    log = imported(tmp_path, schema, [[HEAD, *rows]])

    assert spans(log) == [("08", "12"), ("09", "15")]


def test_caseworkers_do_not_complete_what_another_started(tmp_path: Path, schema: Schema) -> None:
    rows = [row(8, "start"), row(9, "start", worker="w2"), row(10, "complete", worker="w2"), row(11, "complete")]
    log = imported(tmp_path, schema, [[HEAD, *rows, row(12, "start", worker=""), row(13, "complete", worker="")]])

    assert spans(log) == [("09", "10"), ("08", "11"), ("12", "13")]


def test_a_declared_number_pairs_across_caseworkers_and_against_the_order(tmp_path: Path, schema: Schema) -> None:
    rows = [row(8, "start", "1"), row(9, "start", "2"), row(10, "complete", "2", worker="w2"), row(11, "complete", "1")]
    log = imported(tmp_path, schema, [[f"{HEAD},number", *rows]], BY_NUMBER)

    assert spans(log) == [("09", "10"), ("08", "11")]
    assert log.receipt["paired"]["differing"] == [{"column": "worker", "rows": 1}]


def test_a_row_without_the_declared_number_is_left(tmp_path: Path, schema: Schema) -> None:
    log = imported(tmp_path, schema, [[f"{HEAD},number", row(8, "start", ""), row(9, "complete", "")]], BY_NUMBER)

    assert log.receipt["paired"] == {"rows": 0, "starts_left": 1, "completes_left": 1, "differing": []}


def test_one_number_in_two_cases_names_two_instances(tmp_path: Path, schema: Schema) -> None:
    rows = [row(8, "start", "1"), row(10, "complete", "1")]
    rows += [row(9, "start", "1", case="b"), row(11, "complete", "1", case="b")]
    log = imported(tmp_path, schema, [[f"{HEAD},number", *rows]], BY_NUMBER)

    assert spans(log) == [("08", "10"), ("09", "11")]


def test_several_columns_together_name_an_instance(tmp_path: Path, schema: Schema) -> None:
    head = f"{HEAD},number,part"
    rows = [row(8, "start", "1", "b"), row(9, "start", "1", "a"), row(10, "complete", "1", "a")]
    log = imported(tmp_path, schema, [[head, *rows]], replace(PAIRED, pairs=Pairs(("number", "part"))))

    assert spans(log) == [(None, "08"), ("09", "10")]


def test_labels_that_say_start_and_end_of_one_activity_are_paired(tmp_path: Path, schema: Schema) -> None:
    source = replace(
        PAIRED,
        columns={"case_id": "Fall", "activity": "Was", "lifecycle": "Was", "timestamp": "Wann"},
        values={"lifecycle": {"Beginn Anhörung": "start", "Ende Anhörung": "complete"}},
        activities={"Beginn Anhörung": "hearing", "Ende Anhörung": "hearing"},
    )
    rows = ["Fall,Was,Wann", "a,Beginn Anhörung,2025-01-01T08:00Z", "a,Ende Anhörung,2025-01-01T09:00Z"]
    log = imported(tmp_path, schema, [rows], source)

    assert spans(log, ", activity, activity_label") == [("08", "09", "hearing", "Ende Anhörung")]
    assert log.receipt["paired"]["differing"] == [{"column": "activity_label", "rows": 1}]


def test_what_one_delivery_starts_a_later_one_completes(tmp_path: Path, schema: Schema) -> None:
    log = imported(tmp_path, schema, [[HEAD, row(10, "complete")], [HEAD, row(8, "start")]])

    assert spans(log) == [("08", "10")]


def test_refused_rows_take_no_part(tmp_path: Path, schema: Schema) -> None:
    rows = [row(8, "start"), "a,x,soon,complete,w1", row(9, "complete")]
    receipt = imported(tmp_path, schema, [[HEAD, *rows]]).receipt

    assert (receipt["rows_read"], receipt["rows_accepted"], receipt["rows_quarantined"]) == (3, 2, 1)
    assert receipt["events"] + receipt["paired"]["rows"] == receipt["rows_accepted"]


@pytest.mark.parametrize(
    ("head", "source", "said"),
    [
        (HEAD, BY_NUMBER, "paired by 'number', which the file lacks"),
        ("case_id,activity,timestamp", PAIRED, "no column says which of them start"),
        (f"{HEAD},started_at", PAIRED, "has a column for started_at already"),
    ],
)
def test_a_log_that_cannot_be_paired_is_refused_and_nothing_is_written(
    tmp_path: Path, schema: Schema, head: str, source: Source, said: str
) -> None:
    rows = [",".join(row(8, "start", "2025-01-01T07:00:00Z").split(",")[: head.count(",") + 1])]

    with pytest.raises(InputError, match=said):
        imported(tmp_path, schema, [[head, *rows]], source)

    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('[pairs]\nbye = ["n"]', "Unknown key pairs.bye. Did you mean by?"),
        ('[pairs]\nby = "n"', "pairs.by must be a list of texts"),
        ("[pairs]\nby = []", "pairs.by names at least one column"),
        ('[columns]\ncase_id = "c"\n[pairs]', "pairs needs columns.lifecycle"),
        ('[columns]\nlifecycle = "l"\nstarted_at = "s"\n[pairs]', "columns.started_at and pairs exclude each other"),
        ("pairs = true", "pairs is a section: write [pairs]."),
    ],
)
def test_a_source_file_is_told_what_is_wrong_with_its_pairs(
    tmp_path: Path, schema: Schema, written: str, said: str
) -> None:
    path = tmp_path / "own.toml"
    title = 'title = { de = "x", en = "x" }\n'
    path.write_text(title + written, encoding="utf-8")

    with pytest.raises(ContentError) as fault:
        load_source(str(path), schema)

    assert said in fault.value.what


# The laws: rows of few cases, activities and workers, so that queues grow, run empty and get mixed up.
Row = tuple[str, str, str | None, str, int]  # case, activity, worker, lifecycle, minute
LIFECYCLES = ("start", "start", "complete", "complete", "schedule")
ROWS = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.sampled_from("xy"), st.sampled_from(["v", "w", None]), st.sampled_from(LIFECYCLES),
        st.integers(0, 12),
    ),
    max_size=24,
)  # fmt: skip
NOON = datetime.combine(date(2025, 1, 1), time(12))


@cache
def engine_of_the_laws() -> DuckDB:
    return connect()


def paired(rows: Sequence[Row]) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """The rows as they lie at hand in an import, paired: what the receipt says, and (position, start, end)."""
    engine = engine_of_the_laws()
    engine.connection.execute(
        "CREATE OR REPLACE TABLE staged (file_no INTEGER, position BIGINT, case_id VARCHAR, activity VARCHAR, "
        "worker VARCHAR, lifecycle VARCHAR, timestamp TIMESTAMP)"
    )
    for n, (case, activity, worker, lifecycle, minute) in enumerate(rows):
        named = "NULL" if worker is None else f"'{worker}'"
        values = (
            f"0, {n}, '{case}', '{activity}', {named}, '{lifecycle}', TIMESTAMP '{NOON}' + INTERVAL {minute} MINUTE"
        )
        engine.connection.execute(f"INSERT INTO staged VALUES ({values})")
    said = pair_rows(engine, "staged", Pairs(), "log.csv")
    made = engine.run('SELECT position, started_at, "timestamp" FROM staged ORDER BY position')
    return said, made


def queued(rows: Sequence[Row]) -> list[tuple[int, int | None]]:
    """The same by hand: a queue for each case, activity and worker. (position, minute of the start) of each event."""
    queues: dict[tuple[str, str, str | None], deque[int]] = defaultdict(deque)
    begun: dict[int, int | None] = {}
    for position in sorted(range(len(rows)), key=lambda n: (rows[n][4], rows[n][3] == "complete", n)):
        case, activity, worker, lifecycle, _ = rows[position]
        queue = queues[case, activity, worker]
        begun[position] = None
        if lifecycle == "start":
            queue.append(position)
        elif lifecycle == "complete" and queue:
            start = queue.popleft()
            begun[position] = rows[start][4]
            del begun[start]
    return sorted(begun.items())


@settings(max_examples=80, derandomize=True)
@given(ROWS)
def test_pairs_are_those_that_queues_give(rows: list[Row]) -> None:
    _, made = paired(rows)
    minutes = [(n, None if start is None else int((start - NOON).total_seconds()) // 60) for n, start, _ in made]

    assert minutes == queued(rows)


@settings(max_examples=60, derandomize=True)
@given(ROWS)
def test_no_row_is_lost_and_no_interval_is_negative(rows: list[Row]) -> None:
    said, made = paired(rows)
    count = {name: sum(r[3] == name for r in rows) for name in LIFECYCLES}

    assert said["rows"] + len(made) == len(rows)
    assert said["rows"] + said["starts_left"] == count["start"]
    assert said["rows"] + said["completes_left"] == count["complete"]
    assert sum(start is not None for _, start, _ in made) == said["rows"]
    assert all(start <= end for _, start, end in made if start is not None)


@settings(max_examples=60, derandomize=True)
@given(ROWS, st.randoms(use_true_random=False))
def test_with_distinct_times_the_order_of_the_rows_tells_nothing(rows: list[Row], chance: Any) -> None:
    distinct = [(*r[:4], minute) for minute, r in enumerate(rows)]
    shuffled = list(distinct)
    chance.shuffle(shuffled)
    (said, made), (said_too, made_too) = paired(distinct), paired(shuffled)

    assert said == said_too
    assert sorted(m[1:] for m in made if m[1]) == sorted(m[1:] for m in made_too if m[1])
    assert sorted(m[2] for m in made) == sorted(m[2] for m in made_too)
