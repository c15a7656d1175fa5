"""OCEL 2.0: three formats give one log, the flattening loses nothing and names its price."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from procmine.errors import InputError
from procmine.read.raw import REASONS
from tests.read.ocel_files import (
    CELLS,
    COLUMNS,
    FAMILY,
    START,
    WRITERS,
    Happening,
    Ocel,
    Thing,
    as_dict,
    as_xml,
    json_of,
    read,
    write_json,
    write_xml,
)
from tests.read.reading import Read

FORMS = pytest.mark.parametrize("form", list(WRITERS))


def events(*happened: Happening, objects: tuple[Thing, ...] = ()) -> Ocel:
    """A log of people and households with these events."""
    things = (Thing("P1", "Person"), Thing("P2", "Person"), Thing("H1", "Haushalt"), *objects)
    return Ocel({"Person": (), "Haushalt": ()}, {"Gespräch": ()}, things, happened)


def talk(id: str | None, *related: str, time: str = "2024-01-01T10:00:00Z", **more: Any) -> Happening:
    return Happening(id, "Gespräch", time, tuple((each, "q") for each in related), **more)


def said(log: Read, part: str) -> list[str]:
    return [text for text in log.raw.warnings if part in text]


def column(log: Read, name: str) -> list[str | None]:
    return [row[log.raw.columns.index(name)] for row in log.cells]


@FORMS
def test_every_format_gives_the_same_rows(tmp_path: Path, form: str) -> None:
    log = read(WRITERS[form](FAMILY, tmp_path))

    assert (log.raw.columns, log.cells) == (COLUMNS, CELLS)


@FORMS
def test_every_format_names_the_same_price(tmp_path: Path, form: str) -> None:
    log = read(WRITERS[form](FAMILY, tmp_path))

    assert log.raw.warnings == (
        "Flattened to 'Person': 3 events became 3 rows of 2 cases.",
        "Convergence: 1 events belong to more than one case and stand in the log 1 times too often; sums over cases "
        "count them again.",
        "Divergence: in 1 cases several events of one type belong to different other objects and look like a "
        "repetition (Termin 1 cases, 2 events).",
        "Events related to no object of 'Person', refused: 1.",
        "case:status changes over time for 1 objects: each row has the value valid at its event.",
    )


@FORMS
def test_an_event_of_no_case_object_is_refused_and_counted(tmp_path: Path, form: str) -> None:
    log = read(WRITERS[form](FAMILY, tmp_path))

    assert (log.raw.rows_read, log.raw.rows_accepted, log.raw.rows_quarantined) == (4, 3, 1)
    assert [(row[1], row[2]) for row in log.refused] == [("case:concept:name", "no_case_object")]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_packed_file_reads_the_same(tmp_path: Path, form: str) -> None:
    path = WRITERS[form](FAMILY, tmp_path)
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))

    assert read(packed).cells == CELLS


def test_events_may_stand_before_objects_and_types(tmp_path: Path) -> None:
    turned = dict(reversed(as_dict(FAMILY).items()))

    assert read(json_path(tmp_path, turned)).cells == CELLS


def json_path(folder: Path, log: dict[str, Any]) -> Path:
    path = folder / "log.jsonocel"
    path.write_text(json.dumps(log), encoding="utf-8")
    return path


def test_numbers_in_json_stay_as_they_are_written(tmp_path: Path) -> None:
    text = json.dumps(as_dict(FAMILY)).replace('"1e5"', "1e5").replace('"007"', "0.70")
    log = json_of(tmp_path, text)

    assert (column(log, "Anzahl")[0], column(log, "case:born")[0]) == ("1e5", "0.70")


def test_truth_values_and_nulls_in_json_are_told_apart(tmp_path: Path) -> None:
    one = talk("e1", "P1", attributes=(("a", "TRUE"), ("b", None), ("c", "")))
    log = json_of(tmp_path, json.dumps(as_dict(events(one))).replace('"TRUE"', "true"))

    assert (column(log, "a"), column(log, "b"), column(log, "c")) == (["true"], [None], [""])


def test_lines_in_json_and_xml_are_lines_of_the_file(tmp_path: Path) -> None:
    paths = [write_json(FAMILY, tmp_path), write_xml(FAMILY, tmp_path)]
    signs = ['"id": "e2"', '<event id="e2"']
    expected = [
        1 + next(n for n, text in enumerate(path.read_text("utf-8").split("\n")) if sign in text)
        for path, sign in zip(paths, signs, strict=True)
    ]

    # In JSON the event begins with its brace, a line above its id.
    assert [read(path).rows[2][0] for path in paths] == [expected[0] - 1, expected[1]]


def test_without_an_object_type_the_types_are_listed_with_their_counts(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Person \(2 objects, 2 events\), Termin \(2 objects, 2 events\)") as fault:
        read(write_json(FAMILY, tmp_path), "")

    assert 'object_type = "…"' in fault.value.hint


def test_an_unknown_object_type_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no objects of type 'Persn'. Did you mean Person\?"):
        read(write_json(FAMILY, tmp_path), "Persn")


def test_nothing_is_left_behind_by_a_refused_file(tmp_path: Path) -> None:
    import duckdb

    from procmine.read.ocel.reading import read_ocel

    con = duckdb.connect()
    with pytest.raises(InputError):
        read_ocel(con, write_json(FAMILY, tmp_path), "raw", file_no=0, object_type="")

    assert con.execute("SHOW TABLES").fetchall() == []


def test_only_the_log_and_the_quarantine_stay_behind(tmp_path: Path) -> None:
    tables = read(write_json(FAMILY, tmp_path)).con.execute("SHOW TABLES").fetchall()

    assert tables == [("quarantine",), ("raw",)]


@FORMS
def test_a_dangling_object_is_refused_where_it_could_be_the_case_and_counted_elsewhere(
    tmp_path: Path, form: str
) -> None:
    log = read(WRITERS[form](events(talk("e1", "X1"), talk("e2", "P1", "X1"), talk("e3", "P1", "X2")), tmp_path))

    assert ([row[2] for row in log.refused], len(log.rows)) == (["dangling_object"], 2)
    assert said(log, "not declared (2 ids): 3.")
    assert "X1" in log.refused[0][3]


@FORMS
def test_a_second_event_of_one_id_is_refused_in_all_its_rows(tmp_path: Path, form: str) -> None:
    # SQLite keeps relations by event id, so there the first event has both relations, too.
    log = read(WRITERS[form](events(talk("e1", "P1", "P2"), talk("e1", "P1", "P2")), tmp_path))

    assert {row[2] for row in log.refused} == {"duplicate_event_id"}
    assert log.raw.rows_read == 4
    assert len(log.refused) == (4 if form == "sqlite" else 2)


@FORMS
def test_an_object_declared_with_two_types_is_no_case(tmp_path: Path, form: str) -> None:
    log = read(WRITERS[form](events(talk("e1", "P1"), talk("e2", "P2"), objects=(Thing("P1", "Haushalt"),)), tmp_path))

    assert ([row[2] for row in log.refused], column(log, "case:concept:name")) == (["duplicate_object_id"], ["P2"])


@FORMS
def test_an_object_declared_twice_alike_is_counted(tmp_path: Path, form: str) -> None:
    log = read(WRITERS[form](events(talk("e1", "P1"), objects=(Thing("P1", "Person"),)), tmp_path))

    assert (len(log.rows), said(log, "first declaration")) == (
        1,
        ["Objects with an id that stood before: the first declaration counts: 1."],
    )


@FORMS
def test_an_event_without_an_id_is_refused(tmp_path: Path, form: str) -> None:
    log = read(WRITERS[form](events(talk("", "P1"), talk("e2", "P1")), tmp_path))

    assert ([row[2] for row in log.refused], len(log.rows)) == (["missing_event_id"], 1)


@FORMS
def test_one_relation_with_two_qualifiers_is_one_row(tmp_path: Path, form: str) -> None:
    twice = Happening("e1", "Gespräch", "2024-01-01", (("P1", "b"), ("P1", "a"), ("P1", "b")))
    log = read(WRITERS[form](events(twice), tmp_path))

    assert (column(log, "qualifier"), said(log, "several qualifiers"), said(log, "more than once")) == (
        ["b|a"],
        ["Relations with several qualifiers, joined by |: 1."],
        ["Relations that are given more than once, taken once: 1."],
    )


@FORMS
def test_an_id_with_the_sign_of_lists_refuses_the_row(tmp_path: Path, form: str) -> None:
    log = read(WRITERS[form](events(talk("e1", "P1", "H|1"), objects=(Thing("H|1", "Haushalt"),)), tmp_path))

    assert [(row[1], row[2]) for row in log.refused] == [("object:Haushalt", "list_separator_in_value")]


@FORMS
def test_what_is_not_declared_or_not_used_is_counted(tmp_path: Path, form: str) -> None:
    strange = Happening("e2", "Unbekannt", "2024-01-01", (("P1", "q"),))
    log = read(WRITERS[form](events(talk("e1", "P1"), strange, objects=(Thing("Z", "Neues"),)), tmp_path))

    assert [len(said(log, part)) for part in ("events that are not", "objects that are not", "without any event")] == [
        1, 1, 2,
    ]  # fmt: skip
    assert "object:Neues" in log.raw.columns


def changing(*values: tuple[str, str]) -> Ocel:
    person = Thing("P1", "Person", tuple(("status", value, time) for value, time in values))
    log = events(*(talk(f"e{day}", "P1", time=f"2024-01-0{day}T10:00:00Z") for day in (1, 3, 5)))
    return replace(log, object_types={"Person": ("status",), "Haushalt": ()}, objects=(person, *log.objects[1:]))


@FORMS
def test_a_changing_attribute_has_the_value_valid_at_the_event(tmp_path: Path, form: str) -> None:
    # One value begins at the very moment of an event, with another offset.
    log = changing(("c", "2024-01-05T11:00:00+01:00"), ("a", "2024-01-02T00:00:00Z"), ("b", "2024-01-03T00:00:00Z"))
    got = read(WRITERS[form](log, tmp_path))

    assert column(got, "case:status") == [None, "b", "c"]
    assert said(got, "left empty: 1.")


@FORMS
def test_an_attribute_that_never_changes_holds_for_the_whole_case(tmp_path: Path, form: str) -> None:
    log = read(WRITERS[form](changing(("a", "2024-01-04T00:00:00Z"), ("a", "2024-01-09T00:00:00Z")), tmp_path))

    assert (column(log, "case:status"), said(log, "changes over time")) == (["a", "a", "a"], [])


@FORMS
def test_values_with_a_time_nobody_can_read_are_counted_and_never_valid(tmp_path: Path, form: str) -> None:
    log = read(WRITERS[form](changing(("a", START), ("b", "gestern")), tmp_path))

    assert (column(log, "case:status"), len(said(log, "no ISO 8601, never valid: 1."))) == (["a", "a", "a"], 1)


def test_another_case_changes_no_row_of_a_case(tmp_path: Path) -> None:
    one = changing(("a", "2024-01-09T00:00:00Z"))
    other = Thing("P2", "Person", (("status", "x", START), ("status", "y", "2024-01-02T00:00:00Z")))
    both = replace(one, objects=(*one.objects[:1], other), events=(*one.events, talk("f", "P2")))
    rows = [row for row in read(write_json(both, tmp_path)).cells if row[0] == "P1"]

    assert rows == read(write_json(one, tmp_path)).cells


@FORMS
def test_names_of_the_file_never_take_the_place_of_ours(tmp_path: Path, form: str) -> None:
    names = ("concept:name", "case:concept:name", "time:timestamp", "qualifier", "object:Haushalt", "=id", "line")
    happened = talk("e1", "P1", attributes=tuple((name, f"v{n}") for n, name in enumerate(names)))
    log = replace(events(happened), event_types={"Gespräch": names})
    got = read(WRITERS[form](log, tmp_path))

    assert got.cells[0][:5] == ("P1", "Gespräch", "2024-01-01T10:00:00Z", "e1", "q")
    assert len(set(got.raw.columns)) == len(got.raw.columns)
    assert [got.cells[0][got.raw.columns.index(name)] for name in ("attribute:concept:name", "=id", "line")] == [
        "v0", "v5", "v6",
    ]  # fmt: skip


@FORMS
def test_hostile_names_are_names(tmp_path: Path, form: str) -> None:
    evil = "x\"; DROP TABLE raw; --' OR '1'='1"
    log = Ocel(
        {evil: (evil,), "Haushalt": ()},
        {evil: (evil,)},
        (Thing(evil, evil, ((evil, evil, START),)), Thing("H", "Haushalt")),
        (Happening(evil, evil, evil, ((evil, evil), ("H", "q")), ((evil, evil),)),),
    )
    got = read(WRITERS[form](log, tmp_path), evil)

    assert got.cells == [(evil, evil, evil, evil, evil, evil, evil, "H")]


def test_reasons_of_this_reader_have_texts() -> None:
    assert {"no_case_object", "dangling_object", "duplicate_event_id", "duplicate_object_id", "missing_event_id",
            "undeclared_event"} <= REASONS  # fmt: skip


def test_the_first_layout_of_the_standard_names_relations_by_another_tag(tmp_path: Path) -> None:
    path = tmp_path / "log.xmlocel"
    path.write_text(as_xml(FAMILY).replace("relationship", "object"), encoding="utf-8")

    assert read(path).cells == CELLS


def test_the_price_is_there_for_machines_too(tmp_path: Path) -> None:
    figures = read(write_json(FAMILY, tmp_path)).raw.figures

    named = ("events", "rows_read", "rows", "extra_rows", "events_without_case", "diverging_cases:Termin",
             "changing_objects:status")  # fmt: skip
    assert [figures[name] for name in named] == [3, 4, 3, 1, 1, 1, 1]
