"""OCEL: laws over made-up logs, pm4py as second opinion, and the way from a file to a log."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.errors import InputError
from procmine.read.importing import files_of, format_of
from procmine.read.source import CANONICAL, Source
from procmine.study import open_log
from tests.read.ocel_files import (
    CELLS,
    FAMILY,
    WRITERS,
    Happening,
    Ocel,
    Thing,
    read,
    write_json,
    write_sqlite,
    write_xml,
)

FORMS = pytest.mark.parametrize("form", list(WRITERS))

# Laws over made-up logs.

IDS = st.sampled_from(["P1", "P2", "P3", "H1", "H2", "X1", "a|b"])
RELATED = st.lists(st.tuples(IDS, st.sampled_from(["q", "r", ""])), max_size=6)
HAPPENED = st.builds(
    Happening,
    id=st.sampled_from(["e1", "e2", "e3", "e4", "e5", ""]),
    type=st.sampled_from(["Gespräch", "Bescheid", None]),
    time=st.sampled_from(["2024-01-01T10:00:00Z", "2024-01-02T10:00:00Z", None]),
    relations=RELATED,
)
THINGS = st.lists(
    st.builds(Thing, id=IDS.filter(lambda id: id != "X1"), type=st.sampled_from(["Person", "Person", "Haushalt"])),
    max_size=6,
)
OCELS = st.builds(
    Ocel,
    object_types=st.just({"Person": (), "Haushalt": ()}),
    event_types=st.just({"Gespräch": (), "Bescheid": ()}),
    objects=THINGS,
    events=st.lists(HAPPENED, max_size=8),
)


@settings(max_examples=40)
@given(log=OCELS)
def test_rows_are_one_for_each_event_and_case_object_and_none_is_lost(
    tmp_path_factory: pytest.TempPathFactory, log: Ocel
) -> None:
    people = {thing.id for thing in log.objects if thing.type == "Person"}
    wanted = sum(max(1, len({id for id, _ in event.relations} & people)) for event in log.events)
    raw = read(write_json(log, tmp_path_factory.mktemp("law"))).raw

    assert raw.rows_read == wanted
    assert raw.rows_read == raw.rows_accepted + raw.rows_quarantined


# What SQLite can hold, too: one event of an id, each with a type.
PLAIN = st.builds(
    Ocel,
    object_types=st.just({"Person": (), "Haushalt": ()}),
    event_types=st.just({"Gespräch": (), "Bescheid": ()}),
    objects=THINGS,
    events=st.lists(HAPPENED.filter(lambda event: event.id and event.type), max_size=5, unique_by=lambda e: e.id),
)


@settings(max_examples=15)
@given(log=PLAIN)
def test_sqlite_gives_the_log_json_gives(tmp_path_factory: pytest.TempPathFactory, log: Ocel) -> None:
    folder = tmp_path_factory.mktemp("law")
    one, other = read(write_json(log, folder)), read(write_sqlite(log, folder))

    assert (one.raw.columns, one.cells, one.raw.figures) == (other.raw.columns, other.cells, other.raw.figures)
    assert sorted(row[2] for row in one.refused) == sorted(row[2] for row in other.refused)


@settings(max_examples=15)
@given(log=OCELS)
def test_json_and_xml_give_one_log(tmp_path_factory: pytest.TempPathFactory, log: Ocel) -> None:
    folder = tmp_path_factory.mktemp("law")
    one, other = read(write_json(log, folder)), read(write_xml(log, folder))

    assert (one.raw.columns, one.cells, one.raw.warnings) == (other.raw.columns, other.cells, other.raw.warnings)
    assert [row[1:3] for row in one.refused] == [row[1:3] for row in other.refused]


# Second opinion: pm4py writes, pm4py flattens.


@pytest.fixture(scope="module")
def made_up() -> Any:
    """A log of orders, items and people as pm4py holds it: some events have several items, some none."""
    import random

    import pandas as pd
    from pm4py.objects.ocel.obj import OCEL

    pick = random.Random(7)  # noqa: S311 - a made-up log, not a secret
    start = pd.Timestamp("2024-01-01T08:00:00Z")
    objects = [
        (f"{kind[0]}{n}", kind) for kind, most in (("order", 8), ("item", 20), ("worker", 3)) for n in range(most)
    ]
    happened, related = [], []
    for number in range(120):
        when, label = start + pd.Timedelta(minutes=7 * number), pick.choice(["pick", "pack", "send"])
        happened.append((f"e{number}", label, when, pick.choice(["North", "Süd"])))
        for kind, most in (("order", 1), ("item", 4), ("worker", 1)):
            own = [id for id, type_ in objects if type_ == kind]
            for id in pick.sample(own, pick.randint(0 if kind == "item" else 1, most)):
                related.append((f"e{number}", label, when, id, kind, "has"))
    return OCEL(
        events=pd.DataFrame(happened, columns=["ocel:eid", "ocel:activity", "ocel:timestamp", "site"]),
        objects=pd.DataFrame([(*each, f"name of {each[0]}") for each in objects],
                             columns=["ocel:oid", "ocel:type", "label"]),
        relations=pd.DataFrame(related, columns=["ocel:eid", "ocel:activity", "ocel:timestamp", "ocel:oid",
                                                 "ocel:type", "ocel:qualifier"]),
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("ending", ["json", "jsonocel", "xml", "sqlite"])
@pytest.mark.parametrize("kind", ["order", "item"])
def test_what_pm4py_writes_is_flattened_as_pm4py_flattens_it(
    tmp_path: Path, made_up: Any, ending: str, kind: str
) -> None:
    import pandas as pd
    import pm4py

    path = tmp_path / f"log.{ending}"
    writers = {"xml": pm4py.write_ocel2_xml, "sqlite": pm4py.write_ocel2_sqlite}
    writers.get(ending, pm4py.write_ocel2_json)(made_up, str(path))
    flat = pm4py.ocel_flattening(made_up, kind)
    theirs = Counter(
        (row["case:concept:name"], row["concept:name"], row["time:timestamp"], row["ocel:eid"], row["site"],
         row["case:label"])
        for row in flat.to_dict("records")
    )  # fmt: skip
    log = read(path, kind)
    named = [log.raw.columns.index(name) for name in
             ("case:concept:name", "concept:name", "time:timestamp", "identity:id", "site", "case:label")]  # fmt: skip
    ours = Counter(
        tuple(pd.Timestamp(row[at]) if place == 2 else row[at] for place, at in enumerate(named)) for row in log.cells
    )
    ours = Counter({(*key[:2], _utc(key[2]), *key[3:]): count for key, count in ours.items()})

    assert ours == theirs
    assert log.raw.rows_read == sum(theirs.values()) + len(log.refused)
    assert {row[2] for row in log.refused} <= {"no_case_object"}


def _utc(moment: Any) -> Any:
    return moment if moment.tzinfo else moment.tz_localize("UTC")


# End to end.


def source_file(folder: Path, object_type: str) -> str:
    path = folder / "amt.toml"
    path.write_text(
        f'title = {{ de = "Amt", en = "Office" }}\nformat = "ocel"\n\n[file]\nobject_type = "{object_type}"\n',
        encoding="utf-8",
    )
    return str(path)


@FORMS
def test_a_log_is_opened_with_a_source_file_that_names_the_cases(tmp_path: Path, form: str) -> None:
    path = WRITERS[form](FAMILY, tmp_path)
    log = open_log(path, source=source_file(tmp_path, "Person"), store=tmp_path / "store")

    assert [log.receipt[key] for key in ("rows_read", "rows_accepted", "rows_quarantined", "cases")] == [4, 3, 1, 2]
    assert [(entry["reason"], entry["rows"]) for entry in log.receipt["quarantine"]] == [("no_case_object", 1)]
    assert {"event_id", "worker"} <= {entry["name"] for entry in log.receipt["columns"]}


def test_a_log_opened_without_a_source_file_says_which_objects_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Person \(2 objects"):
        open_log(write_sqlite(FAMILY, tmp_path), store=tmp_path / "store")

    assert not (tmp_path / "store").exists()


def test_xes_under_the_ending_xml_is_read_as_xes(tmp_path: Path) -> None:
    path = tmp_path / "log.xml"
    path.write_text(
        '<log><trace><string key="concept:name" value="C1"/><event><string key="concept:name" value="a"/>'
        '<date key="time:timestamp" value="2024-01-08T08:00:00+01:00"/></event></trace></log>'
    )
    log = open_log(path, store=tmp_path / "store")

    assert (log.receipt["files"][0]["format"], log.receipt["rows_accepted"]) == ("xes", 1)


def test_ocel_under_a_name_of_its_own_is_read_by_the_source_file(tmp_path: Path) -> None:
    path = write_json(FAMILY, tmp_path).rename(tmp_path / "log.ocel")

    assert format_of(path, Source(name="s", title={}, format="ocel")) == "ocel"
    assert read(path).cells == CELLS


def test_endings_of_many_other_files_are_no_delivery_unless_the_pattern_says_so(tmp_path: Path) -> None:
    for name in ("a.csv", "notes.json", "b.jsonocel"):
        (tmp_path / name).write_text("x")

    assert [file.name for file in files_of(tmp_path, CANONICAL)] == ["a.csv", "b.jsonocel"]
    assert [file.name for file in files_of(tmp_path, Source(name="s", title={}, pattern="*.json"))] == ["notes.json"]
