"""Laws of all readers over made-up logs: nothing is lost, every format tells the same log, and what is no information
(order, names, the week, another spelling of the same XML) changes nothing."""

from __future__ import annotations

import dataclasses
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from procmine import study
from procmine.engines.duckdb import DuckDB, connect, quoted
from procmine.log import Log, open_store
from procmine.measure import measure
from procmine.read import store as stores
from procmine.read.importing import import_log, parts_of, read_raw
from procmine.read.normalise import normalise
from procmine.read.source import CANONICAL, Source
from procmine.study import figures, metrics_of, score
from tests.read import workbooks
from tests.read.reading import xes_of
from tests.read.written import SCHEMA, WRITERS, as_read, quote, write_csv, xes_text
from tests.strategies import BROKEN, HEADER, STRUCTURAL, broken_csv, broken_rows, logs, named_logs

TRIES = settings(max_examples=25, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate])
# Whole imports, two to four an example. Making a broken log small would take minutes: it is shown as it was drawn.
FEW = settings(TRIES, max_examples=4, phases=[Phase.explicit, Phase.generate])
MORE = settings(TRIES, max_examples=40)
# In UTC every week is as long as any other.
KEYED = dataclasses.replace(CANONICAL, zone="UTC")
PLAIN = dataclasses.replace(KEYED, cases="plain", workers="plain")
# The core four and one metric of every other unit: what the reader does to figures shows in these, and each import is
# measured several times.
SOME = (
    *study.CORE,
    *("request_fulfilment", "no_show_by_setter", "contact_points", "contact_concentration", "employer_contacts"),
)
Rows = Sequence[Mapping[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def queries_read_once() -> Iterator[None]:
    """The queries of derived tables and metrics do not change while the laws run; reading them is most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        queries = stores.derived_queries(SCHEMA)
        patch.setattr(stores, "derived_queries", lambda *_: queries)
        known = figures.catalogue()
        patch.setattr(figures, "catalogue", lambda *_, **__: known)
        yield


# ---- conservation: rows in = accepted + quarantined, and just the broken ones are refused


def staged(path: Path, source: Source) -> DuckDB:
    """An engine with a file's events in the table ``staged``, its refused rows in ``quarantine``, its raw rows."""
    engine = connect()
    for number, (file, sheets) in enumerate(parts_of((path,), source)):
        raw = read_raw(engine, file, "raw", number, source, lambda *_: None, sheets)
        normalise(engine, raw, "raw", "staged", file_no=number, source=source, schema=SCHEMA, name="log")
        engine.connection.execute(f"CREATE TABLE numbers AS SELECT {raw.rows_read} AS read")
    return engine


def counted(path: Path, source: Source = CANONICAL) -> tuple[int, ...]:
    """Rows read, accepted and quarantined over the whole way from a file to the table of events."""
    engine = staged(path, source)
    counts = engine.run("SELECT read, (SELECT COUNT(*) FROM staged), (SELECT COUNT(*) FROM quarantine) FROM numbers")[0]
    engine.connection.close()
    return counts


@MORE
@given(broken_csv())
def test_a_csv_loses_no_row_and_only_broken_ones_are_refused(drawn: tuple[bytes, str, int, int]) -> None:
    data, sign, rows, broken = drawn
    source = dataclasses.replace(CANONICAL, delimiter=sign)  # where most rows are broken, no reader could tell it
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "log.csv"
        path.write_bytes(data)

        assert counted(path, source) == (rows, rows - broken, broken)


WORDED = tuple(how for how in BROKEN if how not in STRUCTURAL)
# What only one format can get wrong; an event in XES (all of it), the inside of a cell in XLSX.
XES_FAULTS = {
    "key twice": '<event><string key="concept:name" value="a"/><string key="concept:name" value="b"/></event>',
    "no key": '<event><string value="a"/></event>',
    "no value": '<event><string key="concept:name"/></event>',
    "no type": '<event><text key="concept:name" value="a"/></event>',
    "empty": "<event/>",
}
OUTSIDE = '</trace><event><string key="concept:name" value="a"/></event><trace>'
XLSX_FAULTS = {"error": 't="e"><v>#N/A</v>', "no number": 't="n"><v>x</v>', "formula": "><f>A1</f>"}


def xes_of_rows(rows: Sequence[tuple[Sequence[str] | str, bool]]) -> str:
    keys = [quote(SCHEMA.importable[name].xes) for name in HEADER]
    parts = []
    for fields, _ in rows:
        if isinstance(fields, str):
            parts.append(fields)
            continue
        inner = "".join(
            f"<string key={key} value={quote(value)}/>" for key, value in zip(keys[1:], fields[1:], strict=True)
        )
        case = f"<string key={keys[0]} value={quote(fields[0])}/>" if fields[0] else ""
        parts.append(f"<trace>{case}<event>{inner}</event></trace>")
    return f"<log>{''.join(parts)}</log>"


@MORE
@given(st.data())
def test_an_xes_loses_no_event_and_only_broken_ones_are_refused(data: st.DataObject) -> None:
    rows: list[Any] = data.draw(broken_rows(WORDED))
    odd = data.draw(st.lists(st.sampled_from(["outside", *XES_FAULTS]), max_size=6))
    for how in odd:
        fault = f"<trace>{OUTSIDE}</trace>" if how == "outside" else f"<trace>{XES_FAULTS[how]}</trace>"
        rows.insert(data.draw(st.integers(0, len(rows))), (fault, True))
    broken = sum(is_broken for _, is_broken in rows)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "log.xes"
        path.write_text(xes_of_rows(rows), encoding="utf-8")

        assert counted(path) == (len(rows), len(rows) - broken, broken)


@MORE
@given(st.data())
def test_a_workbook_loses_no_row_and_only_broken_ones_are_refused(data: st.DataObject) -> None:
    rows = data.draw(broken_rows((*WORDED, "long", "blank")))
    cells = [[workbooks.text(field) if field else None for field in fields] for fields, _ in rows]
    broken = sum(is_broken for _, is_broken in rows)
    for how in data.draw(st.lists(st.sampled_from(sorted(XLSX_FAULTS)), max_size=6)):
        cells.insert(len(cells) - 1, [workbooks.text("c1"), XLSX_FAULTS[how], workbooks.text("2025-03-24")])
        broken += 1
    body = "".join(workbooks.row(number, *row) for number, row in enumerate(cells, 2) if row)
    head = workbooks.row(1, *(workbooks.text(name) for name in HEADER))
    with tempfile.TemporaryDirectory() as place:
        path = workbooks.pack(Path(place) / "log.xlsx", workbooks.parts(("T", workbooks.sheet(head + body))))

        assert counted(path) == (len(cells), len(cells) - broken, broken)


@MORE
@given(broken_rows(WORDED))
def test_a_parquet_loses_no_row_and_only_broken_ones_are_refused(rows: Any) -> None:
    broken = sum(is_broken for _, is_broken in rows)
    with tempfile.TemporaryDirectory() as place:
        path = WRITERS["parquet"]([dict(zip(HEADER, fields, strict=True)) for fields, _ in rows], Path(place))

        assert counted(path) == (len(rows), len(rows) - broken, broken)


# ---- one log, whatever the format


@contextmanager
def imported(path: Path, source: Source) -> Iterator[Log]:
    """The log of a file's store, closed and gone afterwards."""
    with tempfile.TemporaryDirectory() as place:
        log = open_store(import_log(path, Path(place) / "store", source=source, schema=SCHEMA), SCHEMA)
        try:
            yield log
        finally:
            log.engine.connection.close()  # type: ignore[attr-defined]


MADE_HERE = ("case_id", "worker", "event_no")  # numbers whose names are compared
KEPT = tuple(name for name in SCHEMA.tables["events"].kinds() if name not in MADE_HERE)


def events_of(log: Log, but: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """All events in the order of the store, with the names of case and worker; not the place in a file."""
    columns = ", ".join(f"e.{quoted(name)}" for name in (*KEPT, "event_no") if name not in but)
    return log.engine.run(
        f"SELECT c.name, w.name, {columns} FROM events AS e JOIN case_names AS c USING (case_id) "
        "LEFT JOIN worker_names AS w USING (worker) ORDER BY c.name, e.event_no"
    )


def expected(rows: Rows) -> list[tuple[str, str | None]]:
    """Case and worker of every event in the order of a store, said by Python (tables.md)."""
    return [
        (row["case_id"], row["worker"])
        for row in sorted(
            rows, key=lambda row: (row["case_id"], row["timestamp"], row["lifecycle"] != "start", row["event_id"])
        )
    ]


@pytest.mark.slow
@TRIES
@given(named_logs(20))
@pytest.mark.parametrize("form", sorted(WRITERS))
def test_what_was_written_is_read_in_every_format(form: str, events: Rows) -> None:
    rows = as_read(events)
    columns = ("case_id", "worker", "event_id", "activity", "timestamp", "participants", "segment", "household_size")
    with tempfile.TemporaryDirectory() as place:
        engine = staged(WRITERS[form](rows, Path(place)), PLAIN)
        there = {row[0] for row in engine.run("SELECT column_name FROM duckdb_columns() WHERE table_name = 'staged'")}
        asked = ", ".join(quoted(name) if name in there else "NULL" for name in columns)
        found = engine.run(f"SELECT {asked} FROM staged")
        engine.connection.close()

    assert Counter(found) == Counter(tuple(row[name] for name in columns) for row in rows)


@pytest.mark.slow
@settings(FEW, max_examples=3)
@given(named_logs(20))
def test_every_format_gives_the_same_store(events: Rows) -> None:
    rows = as_read(events)
    found = {}
    for form, write in WRITERS.items():
        with tempfile.TemporaryDirectory() as place, imported(write(rows, Path(place)), PLAIN) as log:
            found[form] = events_of(log)

    assert [found[form] == found["csv"] for form in ("xes", "parquet", "xlsx")] == [True] * 3
    assert [(row[0], row[1]) for row in found["csv"]] == expected(rows)


# ---- what is no information changes nothing


def of(rows: Rows, source: Source, ask: Callable[[Log], Any]) -> Any:
    """What a log says of rows that came as CSV."""
    with tempfile.TemporaryDirectory() as place, imported(write_csv(rows, Path(place)), source) as log:
        return ask(log)


def scored(log: Log, metrics: Sequence[str] = SOME) -> list[dict[str, Any]]:
    return [figure.to_dict() for figure in score(log, metrics=metrics, by=("office",), privacy="internal")]


def events_and_scores(log: Log) -> tuple[Any, Any]:
    return events_of(log), scored(log)


def mixed(rows: Rows, seed: int) -> list[Mapping[str, Any]]:
    return random.Random(seed).sample(list(rows), len(rows))  # noqa: S311 - mixes rows, keeps no secret


SEEDS = st.integers(0, 2**16)


@pytest.mark.slow
@FEW
@given(logs(40), SEEDS)
def test_the_order_of_rows_changes_no_event_and_no_figure(events: Rows, seed: int) -> None:
    rows = as_read(events)

    assert of(mixed(rows, seed), PLAIN, events_and_scores) == of(rows, PLAIN, events_and_scores)


@pytest.mark.slow
@FEW
@given(logs(40), SEEDS)
def test_the_order_of_rows_decides_nothing_but_the_place_of_ties(events: Rows, seed: int) -> None:
    rows = [{name: value for name, value in row.items() if name != "event_id"} for row in as_read(events)]

    def without_place(log: Log) -> Counter[tuple[Any, ...]]:
        return Counter(events_of(log, but=("event_no", "event_id")))

    assert of(mixed(rows, seed), PLAIN, without_place) == of(rows, PLAIN, without_place)


def renamed(rows: Rows, column: str, seed: int) -> list[dict[str, Any]]:
    """The rows with the names of one column replaced one by one by others, in an order of their own."""
    known = sorted({row[column] for row in rows} - {None})
    others = random.Random(seed).sample(range(10_000), len(known))  # noqa: S311 - draws names, keeps no secret
    given = {name: f"n{number}" for name, number in zip(known, others, strict=True)}
    return [{**row, column: given.get(row[column])} for row in rows]


@pytest.mark.slow
@FEW
@given(st.sampled_from([KEYED, PLAIN]), logs(40), SEEDS)
def test_other_names_of_cases_and_workers_change_no_figure(source: Source, events: Rows, seed: int) -> None:
    rows = as_read(events)
    others = renamed(renamed(rows, "case_id", seed), "worker", seed + 1)

    assert of(others, source, scored) == of(rows, source, scored)


def shifted(row: Mapping[str, Any], days: int) -> dict[str, Any]:
    return {name: value + timedelta(days=days) if isinstance(value, date) else value for name, value in row.items()}


def days_apart(log: Log) -> list[Any]:
    """Every day and time of events and derived tables as its distance from the first event; but for case_time, whose
    pieces end with the months."""
    found = []
    first = log.engine.run("SELECT MIN(local_date) FROM events")[0][0]
    for table in ("events", *(name for name in log.receipt["derived_tables"] if name != "case_time")):
        kinds = log.schema.tables[table].kinds()
        dated = [name for name, kind in kinds.items() if kind in ("date", "timestamp")]
        if dated:
            apart = ", ".join(f"{quoted(name)} - TIMESTAMP '{first}'" for name in dated)
            found.append((table, sorted(log.engine.run(f"SELECT {apart} FROM {table}"), key=str)))
    return found


@pytest.mark.slow
@FEW
@given(logs(40), st.integers(-500, 500).filter(bool))
def test_whole_weeks_earlier_or_later_change_no_figure_and_no_duration(events: Rows, weeks: int) -> None:
    rows = as_read(events)
    # Rates are counted in pieces that end with the months, and figures under a law end where it changed.
    lasting = [
        name
        for name, metric in metrics_of(SOME).items()
        if metric.query and not metric.regimes and not {"calendar", "case_time"} & set(metric.query.needs)
    ]

    def told(log: Log) -> Any:
        return scored(log, lasting), days_apart(log)

    assert of([shifted(row, 7 * weeks) for row in rows], PLAIN, told) == of(rows, PLAIN, told)


COUNTS = ("items", "cases", "numerator", "denominator")


def counts_of(log: Log) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """What is counted behind every figure, before the privacy door hides small groups."""
    return {
        (figure.metric, tuple(sorted(figure.group.items()))): tuple(getattr(figure, name) for name in COUNTS)
        for figure in measure(log, metrics_of(SOME), by=("office",))
    }


@pytest.mark.slow
@FEW
@given(logs(40))
def test_a_log_and_its_copy_under_other_case_ids_count_twice(events: Rows) -> None:
    rows = as_read(events)
    copy = [{**row, "case_id": f"copy of {row['case_id']}"} for row in rows]
    once = of(rows, PLAIN, counts_of)
    twice = {figure: tuple(count and 2 * count for count in counts) for figure, counts in once.items()}
    found = of([*rows, *copy], PLAIN, counts_of)

    assert found.keys() == twice.keys()
    assert all(found[figure] == pytest.approx(twice[figure]) for figure in twice)


# ---- one XES, however it is spelled


def _prefixed(text: str) -> str:
    inner = re.sub(r"<(/?)(log|trace|event|string|date|int)\b", r"<\1x:\2", text)
    return inner.replace("<x:log", '<x:log xmlns:x="http://www.xes-standard.org/"', 1)


def _referenced(text: str) -> str:
    """Every letter of every value as a reference."""
    return re.sub(
        r' value="([^"&]*)"', lambda found: ' value="' + "".join(f"&#x{ord(sign):X};" for sign in found[1]) + '"', text
    )


FOREIGN = (
    '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>'
    '<global scope="event"><string key="concept:name" value="DEFAULT"/></global>'
    '<classifier name="Activity" keys="concept:name"/><string key="made by" value="a test"/>'
    '<f:note xmlns:f="urn:foreign" key="x"><f:string key="concept:name" value="no trace"/></f:note>'
)
SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "value before key": lambda text: re.sub(r' (key="[^"]*") (value="[^"]*")', r" \2 \1", text),
    "single quotes": lambda text: re.sub(r'="([^"]*)"', lambda it: "='" + it[1].replace("'", "&apos;") + "'", text),
    "references": _referenced,
    "comments": lambda text: re.sub(r"(<(?:trace|event)>)", r"\1<!-- <event/> --><?note </trace>?>", text),
    "prefix": _prefixed,
    "default namespace": lambda text: text.replace("<log ", '<log xmlns="http://www.xes-standard.org/" ', 1),
    "foreign elements": lambda text: text.replace("<trace>", FOREIGN + "<trace>", 1),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "blanks": lambda text: (
        text.replace(' value="', '\n\t value = "').replace("/>", "\t/>").replace("<event>", "\n\n  <event >")
    ),
    "one line": lambda text: text.replace("\n", ""),
    "end tags": lambda text: re.sub(r"<(string|date|int) ([^<>]*)/>", r"<\1 \2></\1>", text),
}  # fmt: skip


def _encoded(text: str, codec: str) -> bytes:
    """The text under its declaration; letters a codec lacks become references, as XML writers do."""
    return text.replace("UTF-8", codec, 1).encode(codec, "xmlcharrefreplace")


def table_of(data: bytes) -> tuple[Any, ...]:
    with tempfile.TemporaryDirectory() as place:
        read = xes_of(Path(place), data)
        read.con.close()
    return read.raw.columns, read.cells, [(column, reason) for _, column, reason, _ in read.refused]


@pytest.mark.slow
@MORE
@given(
    named_logs(12),
    st.lists(st.sampled_from(sorted(SPELLINGS)), min_size=1, max_size=4, unique=True),
    st.sampled_from(["UTF-8", "UTF-16", "ISO-8859-1", "US-ASCII"]),
)
def test_every_spelling_of_an_xes_is_the_same_log(events: Rows, ways: Sequence[str], codec: str) -> None:
    text = xes_text(as_read(events))
    other = text
    for way in sorted(ways, key=[*SPELLINGS].index):
        other = SPELLINGS[way](other)

    assert table_of(_encoded(other, codec)) == table_of(text.encode())


@pytest.mark.parametrize("way", SPELLINGS)
def test_a_spelling_is_another_spelling(way: str) -> None:
    text = xes_text([{"case_id": "c'1", "activity": "call", "household_size": 2}])

    assert SPELLINGS[way](text) != text
