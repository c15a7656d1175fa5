"""The variety of a log: the reference tool's figures for a public and a small log, orders, offices at one size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from procmine.mine.chosen import Chosen
from procmine.mine.variety import figures as room
from procmine.mine.variety.figures import control_flow, variety, variety_by_office, variety_of_all
from procmine.model import TreeNode, Variety
from procmine.study import open_log
from tests.mine.staged import Row, Scenes, opened

REPOSITORY = Path(__file__).resolve().parents[2]
RECEIPT = REPOSITORY.parent / "shared" / "logs" / "wabo-receipt" / "receipt.xes.gz"
# The running example of van der Aalst's book: case and activity in the order of their time (metrics reference C.1).
RUNNING = """1a 10-12-30T11:02  2a 10-12-30T11:32  2d 10-12-30T12:12  2c 10-12-30T14:16  3a 10-12-30T14:32
    3c 10-12-30T15:06  3d 10-12-30T16:34  1b 10-12-31T10:06  2e 11-01-05T11:22  1d 11-01-05T15:12  5a 11-01-06T09:02
    3e 11-01-06T09:18  1e 11-01-06T11:18  3f 11-01-06T12:18  3b 11-01-06T13:06  6a 11-01-06T15:02  4a 11-01-06T15:02
    6c 11-01-06T16:06  5c 11-01-07T10:16  4d 11-01-07T12:06  1h 11-01-07T14:24  6d 11-01-07T16:22  6e 11-01-07T16:52
    5d 11-01-08T11:22  3d 11-01-08T11:43  2g 11-01-08T12:05  4b 11-01-08T14:43  3e 11-01-09T09:55  4e 11-01-09T12:02
    5e 11-01-10T13:28  5f 11-01-11T16:18  4h 11-01-12T15:44  5d 11-01-14T14:33  3g 11-01-15T10:45  6g 11-01-16T11:47
    5c 11-01-16T15:50  5e 11-01-19T11:18  5f 11-01-20T12:48  5c 11-01-21T09:06  5d 11-01-21T11:34  5e 11-01-23T13:12
    5h 11-01-24T14:56""".split()
EVENTS = list(zip(RUNNING[::2], RUNNING[1::2], strict=True))


scene = Scenes()
Stage = Callable[..., Variety]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return scene.open(tmp_path_factory.mktemp("scenes"))


@pytest.fixture
def stage(scenes: Any, request: pytest.FixtureRequest) -> Stage:
    """The variety of the test's own scene."""
    chosen = Chosen(office=request.node.originalname)
    return lambda **more: variety(scenes, chosen=chosen, **more)


def running() -> list[Row]:
    return [{"case_id": what[0], "activity": what[1], "timestamp": f"20{when}:00"} for what, when in EVENTS]


def courses(taken: Sequence[str], office: str = "A", first: int = 0) -> list[Row]:
    """Cases that enter one after the other and take these courses, an event a minute."""
    rows = []
    for number, course in enumerate(taken, start=first):
        for place, letter in enumerate(course):
            stamp = f"2026-01-{1 + number // 24:02}T{number % 24:02}:{place:02}:00"
            rows.append({"case_id": f"{office}{number}", "activity": letter, "timestamp": stamp, "office": office})
    return rows


def timed(rows: Sequence[Row], *times: str, day: str = "2026-01-01") -> list[Row]:
    """The rows at these times of a day."""
    return [{**row, "timestamp": f"{day}T{time}"} for row, time in zip(rows, times, strict=True)]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Variety:
    return variety(opened(tmp_path_factory.mktemp("running"), running()), draws=300)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("variant_entropy", 47.492311),
        ("variant_entropy_share", 0.486345),
        ("sequence_entropy", 64.507976),
        ("sequence_entropy_share", 0.410926),
        ("linear_share", 0.149727),
        ("exponential_share", 0.231678),
        ("deviation", 0.736843),
        ("detail", 5.5),
        ("structure", 0.75),
        ("affinity", 0.169692),
        ("next_bits", 1.307185),
        ("next_or_end_bits", 1.120444),
        ("start_next_or_end_bits", 0.980389),
    ],
)
def test_the_running_example_has_the_figures_of_the_reference_tool(example: Variety, name: str, value: float) -> None:
    assert getattr(example, name) == pytest.approx(value, abs=1e-6)


def test_the_running_example_is_counted_as_by_the_reference_tool(example: Variety) -> None:
    sizes = (example.events, example.cases, example.variants, example.activities, example.states, example.partitions)

    assert (*sizes, example.task_complexity, example.phrases) == (42, 6, 6, 8, 29, 6, 42, 24)


def test_pentlands_complexity_of_the_running_example(example: Variety) -> None:
    assert 10 ** (example.process_exponent or 0) == pytest.approx(5.248075, abs=1e-6)


def test_random_orders_of_the_running_example_reach_the_range_of_all_its_orders(example: Variety) -> None:
    drawn = example.shuffled
    assert drawn is not None
    spans = [(round(one.low, 3), round(one.high, 3)) for one in (drawn.variant_entropy, drawn.sequence_entropy)]

    assert spans == [(0.454, 0.518), (0.344, 0.46)]


@pytest.fixture(scope="module")
def receipt(tmp_path_factory: pytest.TempPathFactory) -> Variety:
    if not RECEIPT.exists():
        pytest.skip("the public log wabo-receipt is not on this machine")
    return variety(open_log(RECEIPT, store=tmp_path_factory.mktemp("receipt") / "store"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("variant_entropy", 2382.325855),
        ("variant_entropy_share", 0.689363),
        ("sequence_entropy", 18296.272294),
        ("sequence_entropy_share", 0.235532),
        ("linear_share", 0.100603),
        ("exponential_share", 0.138113),
    ],
)
def test_the_public_log_has_the_entropies_of_the_reference_tool(receipt: Variety, name: str, value: float) -> None:
    assert getattr(receipt, name) == pytest.approx(value, abs=1e-6)


def test_the_public_log_is_counted_as_by_the_reference_tool(receipt: Variety) -> None:
    sizes = (receipt.events, receipt.cases, receipt.variants, receipt.activities, receipt.states, receipt.partitions)
    power = round(10 ** (receipt.process_exponent or 0), 2)

    assert (*sizes, receipt.task_complexity, power, receipt.phrases) == (
        8577, 1434, 116, 27, 548, 90, 959, 691830.97, 1552
    )  # fmt: skip


@scene(*courses(["abcde", "abx"]))
def test_the_entropy_is_that_of_the_order_in_which_the_cases_arrived(stage: Stage) -> None:
    assert stage().variant_entropy == pytest.approx(2.703367, abs=1e-6)


@scene(*courses(["abx", "abcde"]))
def test_the_entropy_of_the_other_order_is_another(stage: Stage) -> None:
    assert stage().variant_entropy == pytest.approx(4.158883, abs=1e-6)


@scene(*courses(["abcde"]), *timed(courses(["abx"], first=1), "00:00:10", "00:01:10", "00:01:20"))
def test_what_counts_is_who_first_took_a_branch_not_who_began_first(stage: Stage) -> None:
    assert stage().variant_entropy == pytest.approx(4.158883, abs=1e-6)


@scene(*timed(courses(["abx", "abcde"]), *["00:00:00"] * 8))
def test_events_of_the_same_time_arrive_in_the_order_of_the_file(stage: Stage) -> None:
    assert stage().variant_entropy == pytest.approx(4.158883, abs=1e-6)


@scene(*courses(["abc"] * 3))
def test_cases_that_all_go_alike_have_no_entropy(stage: Stage) -> None:
    found = stage()

    assert (found.variant_entropy, found.sequence_entropy, found.next_bits, found.affinity) == (0, 0, 0, 1)


@scene(*timed(courses(["abx", "abcde"]), *["00:00:00"] * 8))
def test_events_of_one_moment_have_no_age(stage: Stage) -> None:
    assert stage().linear_share is None


@scene(
    *(
        {**row, "timestamp": row["timestamp"][:10]}
        for row in courses(["ab"]) + timed(courses(["c"]), "00:00:00", day="2026-01-04")
    )
)
def test_two_dates_of_one_day_have_no_known_gap(stage: Stage) -> None:
    assert stage().gap_seconds == 3 * 86400


@scene(*timed(courses(["abc", "ab"]), "00:00:00", "00:01:00", "00:01:20", "01:00:00", "01:10:00"))
def test_the_gap_is_the_mean_over_cases_of_the_smallest_one(stage: Stage) -> None:
    assert stage().gap_seconds == (20 + 600) / 2


@scene(*timed(courses(["ab", "ab"]), "00:00:00", "00:10:00", "00:10:01", "00:30:01"))
def test_there_is_no_gap_between_one_case_and_the_next(stage: Stage) -> None:
    assert stage().gap_seconds == (600 + 1200) / 2


@scene(
    *({**row, "timestamp": row["timestamp"][:10]} for row in courses(["a"])),
    *timed(courses(["b"]), "09:00:00", day="2026-01-02"),
)
def test_between_a_date_and_a_time_the_days_count(stage: Stage) -> None:
    assert stage().gap_seconds == 86400


@scene(*courses(["abc"] * 6 + ["ab", "ac", "ad", "ae", "af", "ag"]))
def test_coverage_counts_the_cases_of_the_most_frequent_courses(stage: Stage) -> None:
    assert dict(stage().top) == {1: 6 / 12, 5: 10 / 12, 10: 1.0}


@scene(*courses(["abcde", "abx"]))
def test_only_the_chosen_cases_count(stage: Stage) -> None:
    found = stage()

    assert (found.office, found.cases, found.states) == ("test_only_the_chosen_cases_count", 2, 6)


@scene(*courses(["ab"]))
def test_a_mined_tree_adds_its_control_flow(stage: Stage) -> None:
    assert stage(tree=TreeNode("xor", None, (leaf("a"), leaf("b")))).control_flow == 2


def many(office: str, size: int, first: int) -> list[Row]:
    every = ["".join(order) for order in permutations("abcd")]
    return courses([every[(7 * number) % 24] for number in range(size)], office, first)


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Any:
    rows = many("A", 40, 0) + many("B", 15, 40) + many("C", 60, 55) + many("D", 4, 115)
    return opened(tmp_path_factory.mktemp("offices"), rows)


def test_offices_are_drawn_at_the_round_size_of_the_smallest_with_enough_cases(offices: Any) -> None:
    found = variety_by_office(offices, least=10)

    assert [(one.office, one.shuffled.size if one.shuffled else None) for one in found] == [
        ("A", 10), ("B", 10), ("C", 10), ("D", None)
    ]  # fmt: skip


def test_an_office_with_more_cases_of_the_same_kind_is_not_more_varied(offices: Any) -> None:
    a, _, c, _ = variety_by_office(offices, least=10)
    assert a.shuffled and c.shuffled

    assert a.shuffled.variant_entropy.mean == pytest.approx(c.shuffled.variant_entropy.mean, abs=0.02)


def test_at_least_fifty_orders_are_drawn(offices: Any) -> None:
    found = variety(offices).shuffled

    assert found and (found.draws, found.size) == (50, 119)


def test_where_there_are_more_cases_than_can_be_drawn_a_part_is(offices: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_DRAWN", 30)
    found = variety(offices).shuffled

    assert found and found.size == 30


def test_a_log_read_in_pieces_has_the_same_variety(offices: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = variety(offices)
    monkeypatch.setattr(room.counts, "ROWS_AT_ONCE", 50)
    pieces = variety(offices)

    # Only sums of ages depend on where the pieces end, in their last digits.
    assert replace(pieces, linear_share=None, exponential_share=None) == replace(
        whole, linear_share=None, exponential_share=None
    )


@pytest.mark.parametrize("at_once", [8_000_000, 50])
def test_offices_read_together_have_the_variety_each_has_alone(
    offices: Any, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(room.counts, "ROWS_AT_ONCE", at_once)
    together = [replace(one, shuffled=None) for one in variety_by_office(offices, least=10)]
    alone = [replace(variety(offices, chosen=Chosen(office=name)), shuffled=None) for name in "ABCD"]

    assert together == alone


def test_the_whole_and_the_offices_can_be_read_at_once(offices: Any) -> None:
    assert variety_of_all(offices) == (variety(offices), *variety_by_office(offices))


def test_a_case_whose_first_event_has_no_office_is_no_offices(tmp_path: Path) -> None:
    rows = courses(["ab", "ac"], "A") + [{**row, "office": ""} for row in courses(["abc"], "B", 2)]

    assert [(one.office, one.cases) for one in variety_of_all(opened(tmp_path, rows))] == [(None, 3), ("A", 2)]


SCRIPT = """
import sys
from pathlib import Path
from procmine.mine.variety.figures import variety, variety_by_office
from procmine.study import open_log
from tests.mine.staged import Row, Scenes, opened
log = open_log(Path(sys.argv[1]))
print(variety(log), variety_by_office(log, least=10))
"""


def test_the_variety_is_the_same_under_any_hash_seed(offices: Any) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(offices.store)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPOSITORY)},
        )
        for seed in ("0", "1")
    ]
    texts = {process.communicate()[0] for process in started}

    assert len(texts) == 1 and "Variety" in texts.pop()


def leaf(name: str | None) -> TreeNode:
    return TreeNode(None, name)


@pytest.mark.parametrize(
    ("tree", "complexity"),
    [
        (leaf("a"), 0),
        (TreeNode("sequence", None, (leaf("a"), leaf("b"))), 0),
        (TreeNode("xor", None, (leaf("a"), leaf("b"), leaf(None))), 3),
        (TreeNode("or", None, (leaf("a"), leaf("b"), leaf("c"))), 7),
        (TreeNode("parallel", None, (leaf("a"), leaf("b"), leaf("c"))), 1),
        (TreeNode("loop", None, (leaf("a"), leaf("b"))), 2),
        (TreeNode("parallel", None, (TreeNode("xor", None, (leaf("a"), leaf("b"))), leaf("c"))), 3),
    ],
)
def test_control_flow_complexity_counts_choices_and_blocks(tree: TreeNode, complexity: int) -> None:
    assert control_flow(tree) == complexity


def test_the_figures_are_what_json_knows(example: Variety) -> None:
    from procmine.terminal.data import plain

    assert json.loads(json.dumps(plain(example), allow_nan=False))["shuffled"]["draws"] == 300
