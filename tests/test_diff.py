"""Two extracts of one period: what was added, changed, removed, where and when, and which figures move."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmine import study
from procmine.diff import differ
from procmine.errors import InputError
from procmine.findings import Changed, Difference
from procmine.log import Log, open_store
from procmine.privacy.differences import release_difference
from procmine.read.importing import import_log
from procmine.read.source import CANONICAL, Source
from procmine.schema import load_schema
from procmine.simulate import load_scenario, simulate

HEAD = "case_id,event_id,activity,timestamp,office,worker,outcome\n"
ROWS = (
    "a,1,call,2025-01-05,Nord,Ada,attended",
    "a,2,visit,2025-02-05,Nord,Ada,attended",
    "b,3,call,2025-01-07,Süd,Bea,",
    "b,4,call,2025-01-08,Süd,Bea,",
)


def opened(place: Path, name: str, text: str, source: Source = CANONICAL) -> Log:
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    schema = load_schema()
    return open_store(import_log(path, place / name, source=source, schema=schema), schema)


def compared(place: Path, before: tuple[str, ...], after: tuple[str, ...], head: str = HEAD) -> Difference:
    texts = [head + "".join(f"{row}\n" for row in rows) for rows in (before, after)]
    return differ(opened(place, "before", texts[0]), opened(place, "after", texts[1]))


def counts(of: Changed) -> tuple[int | None, ...]:
    return of.same, of.added, of.changed, of.removed


def test_an_extract_does_not_differ_from_itself_in_another_order(tmp_path: Path) -> None:
    found = compared(tmp_path, ROWS, tuple(reversed(ROWS)))

    assert counts(found.whole) == (4, 0, 0, 0)
    assert (found.columns, found.whole.cases, found.matched_by) == ((), 0, "event_id")


def test_each_change_is_counted_in_its_office_and_month(tmp_path: Path) -> None:
    later = (ROWS[0].replace("Ada", "Eva"), ROWS[2], ROWS[3].replace("-08", "-09"), "c,5,call,2025-03-01,Nord,Ada,")
    found = compared(tmp_path, ROWS, later)

    assert {(part.office, part.month): counts(part) for part in found.parts} == {
        ("Nord", "2025-01"): (0, 0, 1, 0),
        ("Nord", "2025-02"): (0, 0, 0, 1),
        ("Nord", "2025-03"): (0, 1, 0, 0),
        ("Süd", "2025-01"): (1, 0, 1, 0),
    }
    assert dict(found.columns) == {"worker": 1, "timestamp": 1}
    assert (counts(found.whole), found.whole.cases) == ((1, 1, 2, 1), 3)


def test_without_event_ids_an_event_at_another_time_is_another_event(tmp_path: Path) -> None:
    head = "case_id,activity,timestamp,outcome\n"
    before = ("a,call,2025-01-05,attended", "a,call,2025-01-05,attended", "a,visit,2025-01-06,")
    after = ("a,call,2025-01-05,attended", "a,call,2025-01-05,no_show", "a,visit,2025-01-07,")
    found = compared(tmp_path, before, after, head)

    assert found.matched_by == "case, activity, timestamp"
    assert counts(found.whole) == (1, 1, 1, 1)


def test_a_duplicate_that_went_is_one_removed_event(tmp_path: Path) -> None:
    head = "case_id,activity,timestamp\n"
    found = compared(tmp_path, ("a,call,2025-01-05",) * 3, ("a,call,2025-01-05",) * 2, head)

    assert counts(found.whole) == (2, 0, 0, 1)


def test_a_column_that_one_extract_lacks_is_named_and_changes_no_event(tmp_path: Path) -> None:
    later = opened(tmp_path, "later", "case_id,event_id,activity,timestamp,office\na,1,call,2025-01-05,Nord\n")
    found = differ(opened(tmp_path, "earlier", HEAD + ROWS[0] + "\n"), later)

    assert found.only == (("outcome", "worker"), ())
    assert counts(found.whole) == (1, 0, 0, 0)


def test_days_cut_both_extracts(tmp_path: Path) -> None:
    from datetime import date

    logs = [opened(tmp_path, name, HEAD + "\n".join(rows)) for name, rows in (("x", ROWS), ("y", ROWS[2:]))]
    found = differ(*logs, start=date(2025, 2, 1), end=date(2025, 2, 28))

    assert counts(found.whole) == (0, 0, 0, 1)


def test_extracts_under_different_keys_are_refused(tmp_path: Path) -> None:
    one = opened(tmp_path, "one", HEAD + ROWS[0])
    other = opened(tmp_path, "other", HEAD + ROWS[0], replace(CANONICAL, key="other"))

    with pytest.raises(InputError, match="different keys"):
        differ(one, other)


def test_a_month_of_a_handful_of_cases_is_withheld_with_its_neighbour() -> None:
    parts = tuple(Changed("Nord", f"2025-0{month}", 9, n, 0, 0, n) for month, n in ((1, 2), (2, 8), (3, 5)))
    empty = Difference(("a", "b"), (("", ""), ("", "")), "", Changed("", "", 27, 15, 0, 0, 15), parts, (), ((), ()))
    shown = release_difference(empty).value.parts

    assert [part.added for part in shown] == [None, 8, None]


@pytest.mark.slow
def test_figures_that_move_are_told_with_how_far(tmp_path: Path) -> None:
    made = simulate(load_scenario("one_office"), tmp_path / "log.csv", seed=2, events=5_000)
    text = Path(made.log).read_text(encoding="utf-8")
    (tmp_path / "later.csv").write_text(text.replace(",client,", ",caseworker,", 400), encoding="utf-8")
    logs = [study.open_log(path) for path in (made.log, tmp_path / "later.csv")]
    found = study.diff(*logs)
    moved = {one.before.metric: one for one in found.moved if not one.before.group}
    fewer = moved["self_initiated_appointments"]

    assert fewer.change is not None and fewer.change < -0.01
    assert fewer.change == fewer.after.value - fewer.before.value  # type: ignore[operator]
    assert moved["caseworker_continuity"].change == 0


ROW = st.tuples(st.sampled_from("abc"), st.integers(1, 6), st.sampled_from(("call", "visit")), st.integers(1, 28))


@pytest.mark.slow
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, min_size=1, max_size=8), st.lists(ROW, min_size=1, max_size=8))
def test_every_event_is_counted_once_on_its_side(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[str, int, str, int]],
    after: list[tuple[str, int, str, int]],
) -> None:
    place = tmp_path_factory.mktemp("laws")
    texts = [tuple(f"{c},{e},{a},2025-01-{d:02},Nord,," for c, e, a, d in rows) for rows in (before, after)]
    found = compared(place, *texts)
    same, added, changed, removed = (int(n or 0) for n in counts(found.whole))

    assert same + changed + removed == len(before)
    assert same + changed + added == len(after)
    assert sum(int(part.added or 0) for part in found.parts) == added
