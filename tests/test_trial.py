"""A study's own metric: found and measured like a shipped one, refused where it breaks a law on the study's log."""

from __future__ import annotations

from pathlib import Path

import pytest

from procmine import study
from procmine.content import listing, read_text
from procmine.errors import ContentError
from procmine.simulate import load_scenario, simulate

PAIR = "warm_handovers"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated job centre's log store's input."""
    place = tmp_path_factory.mktemp("log")
    return simulate(load_scenario("one_office"), place / "log.csv", seed=5, events=4000).log


@pytest.fixture
def own(tmp_path: Path, log: Path) -> Path:
    """A study of that log with one metric of its own."""
    (tmp_path / "procmine.toml").write_text(f'log = "{log.as_posix()}"\n', encoding="utf-8")
    (tmp_path / "metrics").mkdir()
    for suffix in (".toml", ".sql"):
        text = read_text(listing("metrics", suffix)[PAIR])
        (tmp_path / "metrics" / f"own{suffix}").write_text(text, encoding="utf-8")
    return tmp_path


def edit(own: Path, suffix: str, old: str, new: str) -> None:
    path = own / "metrics" / f"own{suffix}"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def scored(own: Path) -> dict[str, float | None]:
    opened = study.open_log(own)
    found = study.score(opened, metrics=[PAIR, "own"], study=own)
    return {one.metric: one.value for one in found if not one.group}


def test_a_studys_own_metric_is_measured_like_a_shipped_one(own: Path) -> None:
    values = scored(own)

    assert values["own"] == values[PAIR] is not None


def test_a_metric_whose_example_does_not_hold_is_refused_with_its_file(own: Path) -> None:
    edit(own, ".sql", "('warm', 'accompanied')", "('warm')")

    with pytest.raises(ContentError, match=r"metrics/own\.toml: Item u3 has numerator empty, the example draws 1\.0"):
        scored(own)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("FROM handovers\n", "FROM handovers CROSS JOIN observation\n", ""),
        (
            "    1 AS denominator,\n",
            "    CASE WHEN COUNT(*) OVER (PARTITION BY office) > 7 THEN 2 ELSE 1 END AS denominator,\n",
            "A case gives other items alone than beside others",
        ),
        (
            "    handover_id AS item_id,\n",
            "    CASE WHEN derived AND transfer_kind = 'internal' THEN handover_id "
            "WHEN on_date > DATE '2025-06-30' THEN 'late' ELSE handover_id END AS item_id,\n",
            "count more than once",
        ),
    ],
)
def test_a_metric_that_breaks_a_law_on_the_log_is_refused(own: Path, old: str, new: str, sentence: str) -> None:
    edit(own, ".sql", old, new)
    if "observation" in new:
        edit(own, ".toml", "[example]\n", '[example]\nobservation = "first_day | last_day\\n2025-01-01 | 2025-12-31"\n')

    if not sentence:
        assert scored(own)["own"] is not None
        return
    with pytest.raises(ContentError, match=sentence):
        scored(own)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT name AS item_id FROM case_names",
        "SELECT event_id AS item_id FROM events",
        "ATTACH 'x.db'",
        "SELECT getenv('HOME') AS item_id FROM cases",
        "SELECT 1 AS item_id FROM information_schema.tables",
        "COPY cases TO 'out.csv'",
        "SELECT item_id FROM 'file.parquet'",
    ],
)
def test_a_hostile_metric_can_read_nothing_but_the_derived_tables(own: Path, text: str) -> None:
    (own / "metrics" / "own.sql").write_text(text, encoding="utf-8")

    with pytest.raises(ContentError, match=r"metrics/own\.sql"):
        scored(own)
