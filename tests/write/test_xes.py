"""XES as the standard has it: typed, escaped, an attribute only where something is known; other tools read it too."""

from __future__ import annotations

import gzip
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from procmine.log import Log
from procmine.write import write_log
from tests.write.conftest import HOSTILE, ROWS

X = "{http://www.xes-standard.org/}"


def tree_of(log: Log, folder: Path) -> Any:
    path = write_log(log, folder / "log.xes").path
    return ElementTree.parse(path).getroot()  # noqa: S314 - our own file


@pytest.fixture(scope="module")
def root(hostile_log: Log, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tree_of(hostile_log, tmp_path_factory.mktemp("xes"))


def said(element: Any) -> dict[str, tuple[str, str]]:
    """Key to type and value of the attributes of a trace or an event."""
    found = [child for child in element if "key" in child.attrib]
    return {child.get("key"): (child.tag.removeprefix(X), child.get("value")) for child in found}


def traces(root: Any) -> dict[str, Any]:
    return {said(trace)["concept:name"][1]: trace for trace in root.iter(f"{X}trace")}


def test_the_file_names_its_version_and_the_extensions_it_speaks(root: Any) -> None:
    prefixes = {extension.get("prefix") for extension in root.iter(f"{X}extension")}

    assert (root.tag, root.get("xes.version")) == (f"{X}log", "1849.2016")
    assert prefixes == {"concept", "time", "org", "lifecycle", "identity", "jc"}


def test_the_parts_of_the_file_stand_in_the_order_of_the_standard(root: Any) -> None:
    order = ["extension", "global", "classifier", "trace"]
    tags = [order.index(child.tag.removeprefix(X)) for child in root]

    assert tags == sorted(tags)


def test_what_is_not_known_is_an_attribute_that_is_not_there(root: Any) -> None:
    first = traces(root)["c1"].find(f"{X}event")

    assert set(said(first)) == {"concept:name", "time:timestamp", "timestamp"}


def test_every_prefix_of_a_key_is_declared(root: Any) -> None:
    prefixes = {extension.get("prefix") for extension in root.iter(f"{X}extension")}
    used = {key.partition(":")[0] for element in root.iter() for key in [element.get("key", "")] if ":" in key}

    assert used and used <= prefixes


def test_numbers_and_times_are_typed(root: Any) -> None:
    _, second, third = (said(event) for event in traces(root)[HOSTILE[0]].iter(f"{X}event"))

    assert second["jc:members_present"] == ("int", "2")
    assert third["time:timestamp"] == ("date", "2025-10-26T02:30:00.123456+01:00")
    assert third["jc:planned_at"] == ("date", "2025-11-05T09:00:00+01:00")


def test_the_hour_that_happens_twice_is_told_apart_by_its_offset(root: Any) -> None:
    times = [said(event)["time:timestamp"][1] for event in traces(root)[HOSTILE[0]].iter(f"{X}event")]

    assert times[:2] == ["2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+01:00"]


def test_a_day_without_a_time_stands_as_a_day_beside_its_first_minute(root: Any) -> None:
    first, second, *_ = (said(event) for event in traces(root)["c1"].iter(f"{X}event"))

    assert (first["time:timestamp"][1], first["timestamp"][1]) == ("2025-03-01T00:00:00+01:00", "2025-03-01")
    assert second["timestamp"][1] == second["time:timestamp"][1]


def test_a_log_of_times_says_each_time_once(make_log: Callable[..., Log], tmp_path: Path) -> None:
    log = make_log("case_id,activity,timestamp\na,application,2025-01-01T08:00\n")

    assert set(said(next(tree_of(log, tmp_path).iter(f"{X}event")))) == {"concept:name", "time:timestamp"}


def test_what_is_the_same_on_all_events_of_every_case_stands_on_the_case(root: Any) -> None:
    assert said(traces(root)["c1"])["jc:entry"] == ("string", "2025-03-01")


def test_what_only_some_events_of_a_case_say_stays_on_them(root: Any) -> None:
    bands = [said(event).get("jc:birth_band") for event in traces(root)["c3"].iter(f"{X}event")]

    assert "jc:birth_band" not in said(traces(root)["c3"])
    assert bands == [("string", "35-44"), None]


def test_hostile_texts_come_out_as_they_went_in(root: Any) -> None:
    values = {element.get("value") for element in root.iter()}

    assert set(HOSTILE) <= values


def test_signs_xml_does_not_know_are_spelt_out_and_told(make_log: Callable[..., Log], tmp_path: Path) -> None:
    log = make_log("case_id,activity,timestamp\na,esc\x1b[31m\ufffe & co,2025-01-01\n")
    written = write_log(log, tmp_path / "log.xes")
    event = next(ElementTree.parse(written.path).iter(f"{X}event"))  # noqa: S314 - our own file

    assert said(event)["concept:name"] == ("string", "esc\\x1b[31m\\xfffe & co")
    assert any("1 different texts hold signs XML does not know" in warning for warning in written.warnings)


def test_an_id_is_called_one_only_where_all_are_what_xes_calls_an_id(
    make_log: Callable[..., Log], tmp_path: Path, root: Any
) -> None:
    log = make_log("case_id,activity,timestamp,event_id\na,x,2025-01-01,123e4567-e89b-12d3-a456-426614174000\n")
    event = next(tree_of(log, tmp_path).iter(f"{X}event"))

    assert said(event)["identity:id"][0] == "id"
    assert {each.tag for each in root.iter() if each.get("key") == "identity:id"} == {f"{X}string"}


def test_a_packed_file_bears_neither_name_nor_time(hostile_log: Log, tmp_path: Path) -> None:
    packed = write_log(hostile_log, tmp_path / "log.xes.gz").path.read_bytes()
    plain = write_log(hostile_log, tmp_path / "log.xes").path.read_bytes()

    assert packed[3:8] == bytes(5) and gzip.decompress(packed) == plain


def test_pm4py_reads_the_same_cases_events_and_times(hostile_log: Log, tmp_path: Path) -> None:
    sys._pm4py_welcome_shown = True  # type: ignore[attr-defined]
    from pm4py.objects.log.importer.xes.variants import iterparse

    path = write_log(hostile_log, tmp_path / "log.xes").path
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = iterparse.apply(str(path), parameters={"show_progress_bar": False})
    found = {trace.attributes["concept:name"]: [event["time:timestamp"] for event in trace] for trace in read}
    ours: dict[str, list[Any]] = {}
    for name, time in hostile_log.engine.run(
        "SELECT name, timestamp FROM events JOIN case_names USING (case_id) ORDER BY case_id, event_no"
    ):
        ours.setdefault(name, []).append(time)

    assert {name: [t.astimezone(None).timestamp() for t in times] for name, times in found.items()} == {
        name: [(t - t.__class__(1970, 1, 1)).total_seconds() for t in times] for name, times in ours.items()
    }
    assert sum(map(len, found.values())) == len(ROWS)
