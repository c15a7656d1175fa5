"""Every public log at hand: each row and case that an independent count finds, and the cells of the csv module.

First the readers: as many rows as tags, the same cells. Then the import: each row an event, the beginning of one, or
refused; every case there. Rows and cases are counted a second time without the readers: tags and trace names by a
search in the unpacked text, rows and case columns by Python's csv module. Each log is imported once.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from procmine.log import Log, open_store
from procmine.read.csv.reading import read_csv
from procmine.read.importing import import_log
from procmine.read.source import load_source
from procmine.read.xes.reading import read_xes
from procmine.schema import load_schema
from tests.read.reading import LOGS, Read, stored

pytestmark = pytest.mark.skipif(not LOGS.is_dir(), reason="the folder of public logs is not on this machine")
TABLES = sorted([*LOGS.glob("*/*.csv"), *LOGS.glob("*/*.csv.gz")])
EVENTS = sorted(LOGS.glob("*/*.xes.gz"))
LARGE = 1 << 20  # bytes packed: larger logs are read once in the fast tests, by the import
SOURCES = Path(__file__).parents[1] / "sources"


def encoding(path: Path) -> str:
    return "latin-1" if path.name.startswith("BPI2016") else "utf-8-sig"


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_a_public_table_reads_like_the_csv_module(path: Path) -> None:
    declared = encoding(path)
    read = Read(read_csv, path, encoding=declared if declared == "latin-1" else None)
    text = stored(path).decode(declared)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=read.raw.delimiter))
    rows = [row for row in rows if row]
    good = [tuple(row) for row in rows[1:] if len(row) == len(rows[0])]

    assert read.raw.columns == tuple(rows[0])
    assert read.cells == good
    assert read.raw.rows_quarantined == len(rows) - 1 - len(good)


@pytest.fixture(
    scope="module",
    params=[pytest.param(path, marks=pytest.mark.slow if path.stat().st_size > LARGE else ()) for path in EVENTS],
    ids=[path.name for path in EVENTS],
)
def events(request: pytest.FixtureRequest) -> tuple[bytes, Read]:
    """An XES log unpacked and read; both tests of it share one reading."""
    return gzip.decompress(request.param.read_bytes()), Read(read_xes, request.param)


@pytest.mark.slow
def test_a_public_xes_log_has_as_many_events_as_tags(events: tuple[bytes, Read]) -> None:
    text, read = events
    lines = [number for number, line in enumerate(text.split(b"\n"), 1) if re.search(rb"<event[ />]", line)]

    assert [row[0] for row in read.rows] == lines
    assert read.raw.rows_read == read.raw.rows_accepted


def test_a_public_xes_log_keeps_every_value(events: tuple[bytes, Read]) -> None:
    """An independent count: value attributes written inside events, by a plain search in the text."""
    text, read = events
    inside = sum(part.count(b"value=") for part in re.findall(rb"<event>.*?</event>", text, re.DOTALL))
    filled = sum(
        read.con.execute(f"SELECT count(c{number}) FROM raw").fetchall()[0][0]
        for number, name in enumerate(read.raw.columns)
        if not name.startswith("case:")
    )

    assert filled == inside


@dataclass(frozen=True, slots=True)
class Public:
    """A public log: its files, its source (a shipped name, or one in tests/sources), and for tables how to read them
    without a reader of ours. ``opened`` is what is imported: the folder where the source knows its files."""

    files: tuple[str, ...]
    source: str
    opened: str = ""
    case: str = ""
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    refused: int = 0


PUBLIC: Mapping[str, Public] = {
    "fair-hiring": Public(("fair-hiring/hiring_log_high.xes.gz",), "fair_hiring"),
    "fair-lending": Public(("fair-lending/lending_log_high.xes.gz",), "fair_lending"),
    "ibm-onboarding": Public(("ibm-onboarding/onboard_client.csv.gz",), "ibm_onboarding", case="process"),
    "ibm-tutorial": Public(
        ("ibm-onboarding/tutorial-semicolon-bom.csv",), "ibm_tutorial", case="ProcessID", delimiter=";"
    ),
    "helpdesk-mit": Public(("helpdesk-mit/helpdesk.csv.gz",), "helpdesk_mit", case="CaseID"),
    "japanese-itsm": Public(("japanese-itsm/raw_itsm_2024.csv",), "japanese_itsm", "japanese-itsm", "incident_id"),
    "japanese-invoices": Public(
        ("japanese-itsm/raw_invoice_approval_2024.csv",), "japanese_invoice_approval", "japanese-itsm", "invoice_id"
    ),
    "japanese-applicants": Public(
        ("japanese-itsm/raw_employee_onboarding_2024.csv",), "japanese_employee_onboarding", "japanese-itsm",
        "candidate_id",
    ),
    "insurance-claims": Public(
        ("insurance-claims/Insurance_Claims_train.csv.gz",), "insurance_claims", case="case_id"
    ),
    "patients-mit": Public(("patients-mit/patients.csv.gz",), "patients_mit", case="patient"),
    "wabo-receipt": Public(("wabo-receipt/receipt.xes.gz",), "wabo_receipt.toml"),
    "wabo-municipality1": Public(
        ("wabo-municipality1/CoSeLoG_WABO_1.xes.gz",), "wabo_municipality1.toml", refused=1
    ),
    "bpic15-permits": Public(
        tuple(f"bpic15-permits/BPIC15_{number}.xes.gz" for number in (1, 2, 3)), "bpic15_permits.toml", "bpic15-permits"
    ),
    "bpic13-incidents": Public(
        ("bpic13-volvo/BPI_Challenge_2013_incidents.xes.gz",), "bpic13_volvo.toml", "bpic13-volvo"
    ),
    "bpic13-problems": Public(
        ("bpic13-volvo/BPI_Challenge_2013_closed_problems.xes.gz",), "bpic13_closed_problems.toml", "bpic13-volvo"
    ),
    "bpic12-loan": Public(("bpic12-loan/BPI_Challenge_2012.xes.gz",), "bpic12_loan.toml"),
    "sepsis": Public(("sepsis/Sepsis.xes.gz",), "sepsis.toml"),
    "helpdesk-4tu": Public(("helpdesk-4tu/helpdesk.xes.gz",), "helpdesk_4tu.toml"),
    "uwv-complaints": Public(
        ("uwv-complaints/BPI2016_Complaints.csv.gz",), "uwv_complaints.toml", case="CustomerID", encoding="latin-1",
        delimiter=";",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Log]:
    """Each log, imported when it is first asked for."""
    place = tmp_path_factory.mktemp("stores")
    schema = load_schema()

    class Opened(dict[str, Log]):
        def __missing__(self, name: str) -> Log:
            public = PUBLIC[name]
            own = SOURCES / public.source
            source = load_source(str(own) if own.suffix else public.source, schema)
            path = LOGS / (public.opened or public.files[0])
            self[name] = open_store(import_log(path, place / name, source=source, schema=schema), schema)
            return self[name]

    return Opened()


def text_of(file: str) -> bytes:
    data = (LOGS / file).read_bytes()
    return zlib.decompress(data, 31) if file.endswith(".gz") else data


@cache
def table_of(name: str) -> list[dict[str, str]]:
    public = PUBLIC[name]
    text = text_of(public.files[0]).decode(public.encoding)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=public.delimiter))


@cache
def counted(name: str) -> tuple[int, int]:
    """Rows and distinct cases of a log, by other means than the readers."""
    public = PUBLIC[name]
    if public.case:
        return len(table_of(name)), len({row[public.case] for row in table_of(name)})
    events, cases = 0, set()
    for file in public.files:
        text = text_of(file)
        events += text.count(b"<event>") + text.count(b"<event/>")
        for trace in text.split(b"<trace>")[1:]:
            head, found, _ = trace.partition(b"<event>")
            named = re.search(rb'key="concept:name" value="([^"]*)"', head)
            if found and named:
                cases.add(named[1])
    return events, len(cases)


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLIC)
def test_every_row_of_a_public_log_is_accepted_or_refused(logs: Mapping[str, Log], name: str) -> None:
    rows, _ = counted(name)
    receipt = logs[name].receipt

    assert (receipt["rows_read"], receipt["rows_quarantined"]) == (rows, PUBLIC[name].refused)
    assert receipt["rows_read"] == receipt["rows_accepted"] + receipt["rows_quarantined"]
    assert receipt["rows_accepted"] == receipt["events"] + receipt.get("paired", {"rows": 0})["rows"]


# The fast tests of tests/test_real_logs.py import these and hold the number of their cases.
ELSEWHERE = ("fair-lending", "ibm-onboarding", "bpic15-permits", "bpic13-incidents")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in ELSEWHERE else ()) for name in PUBLIC]
)
def test_every_case_of_a_public_log_is_there(logs: Mapping[str, Log], name: str) -> None:
    _, cases = counted(name)
    stored = logs[name].engine.run("SELECT COUNT(DISTINCT case_id), COUNT(*) FILTER (case_id IS NULL) FROM events")[0]

    assert logs[name].receipt["cases"] == cases
    assert stored == (cases, 0)


def test_a_case_called_na_is_a_case(logs: Mapping[str, Log]) -> None:
    engine = logs["sepsis"].engine
    named = engine.run("SELECT COUNT(*) FROM events JOIN case_names USING (case_id) WHERE name = 'NA'")[0][0]
    trace = next(t for t in text_of("sepsis/Sepsis.xes.gz").split(b"<trace>") if b'name" value="NA"/>' in t)

    assert logs["sepsis"].receipt["cases"] == 1050
    assert named == trace.count(b"<event>") > 0


def test_the_event_without_a_name_is_refused_with_its_line(logs: Mapping[str, Log]) -> None:
    lines = text_of("wabo-municipality1/CoSeLoG_WABO_1.xes.gz").split(b"\n")
    (refused,) = logs["wabo-municipality1"].receipt["quarantine"]
    end = next(n for n, line in enumerate(lines[refused["first_line"] :]) if b"</event>" in line)
    event = b"".join(lines[refused["first_line"] - 1 :][: end + 2])

    assert (refused["reason"], refused["rows"]) == ("missing_activity", 1)
    assert (event.count(b"<event>"), event.count(b"concept:name")) == (1, 0)


def test_start_and_complete_rows_of_one_number_are_one_interval(logs: Mapping[str, Log]) -> None:
    ends: dict[str, dict[str, str]] = defaultdict(dict)
    for row in table_of("patients-mit"):
        ends[row["handling_id"]][row["registration_type"]] = row["time"].removesuffix("Z").replace("T", " ")
        ends[row["handling_id"]] |= {"case": row["patient"], "activity": row["handling"], "worker": row["employee"]}
    query = (
        'SELECT n.name, e.activity, w.name, CAST(e.started_at AS VARCHAR), CAST(e."timestamp" AS VARCHAR) '
        "FROM events AS e JOIN case_names AS n USING (case_id) JOIN worker_names AS w ON w.worker = e.worker"
    )
    expected = [(e["case"], e["activity"], e["worker"], e["start"], e["complete"]) for e in ends.values()]

    assert sorted(logs["patients-mit"].engine.run(query)) == sorted(expected)
    assert logs["patients-mit"].receipt["paired"] == {
        "rows": 2721,
        "starts_left": 0,
        "completes_left": 0,
        "differing": [],
    }


def test_work_items_without_a_number_pair_first_in_first_out(logs: Mapping[str, Log]) -> None:
    """By hand, over what a search finds in the text: a queue for each case, activity and caseworker."""
    spans, left = [], 0
    queues: dict[tuple[int, bytes, bytes], deque[datetime]] = defaultdict(deque)
    rows = []
    for number, trace in enumerate(text_of("bpic12-loan/BPI_Challenge_2012.xes.gz").split(b"<trace>")[1:]):
        for event in trace.split(b"<event>")[1:]:
            said = dict(re.findall(rb'key="([^"]+)" value="([^"]*)"', event))
            if (state := said[b"lifecycle:transition"]) != b"SCHEDULE":
                worker = said.get(b"org:resource", b"")
                worker = b"" if worker == b"112" else worker  # a machine, which the source says is no caseworker
                time = datetime.fromisoformat(said[b"time:timestamp"].decode()).astimezone(UTC).replace(tzinfo=None)
                rows.append((time, state == b"COMPLETE", len(rows), (number, said[b"concept:name"], worker)))
    for time, complete, _, key in sorted(rows):
        if not complete:
            queues[key].append(time)
        elif queues[key]:
            spans.append((queues[key].popleft(), time))
        else:
            left += 1
    engine = logs["bpic12-loan"].engine
    made = engine.run('SELECT started_at, "timestamp" FROM events WHERE started_at IS NOT NULL')
    paired = logs["bpic12-loan"].receipt["paired"]

    assert (paired["starts_left"], paired["completes_left"]) == (sum(map(len, queues.values())), left)
    assert sorted(made) == sorted(spans)


@pytest.mark.parametrize("name", ["japanese-itsm", "japanese-invoices", "japanese-applicants"])
def test_persons_bring_the_name_of_their_department(logs: Mapping[str, Log], name: str) -> None:
    def master(file: str, key: str, value: str) -> dict[str, str]:
        text = text_of(f"japanese-itsm/{file}").decode("utf-8")
        return {row[key]: row[value] for row in csv.DictReader(io.StringIO(text, newline=""))}

    department = master("master_employees.csv", "employee_id", "department_id")
    title = master("master_departments.csv", "department_id", "department_name")
    who = {"japanese-itsm": "assigned_to", "japanese-invoices": "processor_id"}.get(name, "responsible_person")
    expected: dict[str, int] = defaultdict(int)
    for row in table_of(name):
        expected[title[department[row[who]]]] += 1

    assert dict(logs[name].engine.run("SELECT team, COUNT(*) FROM events GROUP BY 1")) == expected
    assert [entry["unmatched"] for entry in logs[name].receipt["joined"]] == [0, 0]


def test_a_customer_has_many_tickets_as_a_household_has_many_cases(logs: Mapping[str, Log]) -> None:
    text = text_of("helpdesk-4tu/helpdesk.xes.gz")
    customers = set(re.findall(rb'key="customer" value="([^"]*)"', text))
    found = logs["helpdesk-4tu"].engine.run("SELECT COUNT(DISTINCT household_id), COUNT(household_id) FROM events")[0]

    assert found == (len(customers), text.count(b'key="customer"'))


def test_start_and_end_with_an_offset_are_kept_to_the_microsecond(logs: Mapping[str, Log]) -> None:
    moments = logs["insurance-claims"].engine.run('SELECT started_at, "timestamp" FROM events')
    written = [(row["start_time"], row["end_time"]) for row in table_of("insurance-claims")]
    expected = [tuple(datetime.fromisoformat(text).replace(tzinfo=None) for text in pair) for pair in written]

    assert sorted(moments) == sorted(expected)
