"""Public event logs, end to end: what is measured is right, what is not says truly why, and the report comes out.

The logs lie in ``shared/logs`` beside the checkout (CI has them); without them these tests are skipped. Counts were
made with ``zcat FILE | grep -c '<event>'`` and ``'<trace>'``, and for CSV with Python's csv module.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from procmine import study
from procmine.findings import Measurement, Status
from procmine.log import Log
from procmine.mine.discover import discover as mine
from procmine.report.publish import audit
from tests.mine.test_discover import tree_text

LOGS = Path(__file__).resolve().parents[2] / "shared" / "logs"
SOURCES = Path(__file__).parent / "sources"
CORE = study.CORE

pytestmark = pytest.mark.skipif(not LOGS.is_dir(), reason="shared/logs is not beside the checkout")

# name: (file or folder, source, rows, cases)
PUBLIC: Mapping[str, tuple[str, str, int, int]] = {
    "wabo-receipt": ("receipt.xes.gz", str(SOURCES / "wabo_receipt.toml"), 8577, 1434),
    "bpic15-permits": ("", str(SOURCES / "bpic15_permits.toml"), 52217 + 44354 + 59681, 1199 + 832 + 1409),
    "fair-lending": ("lending_log_high.xes.gz", "fair_lending", 58822, 10000),
    "ibm-onboarding": ("onboard_client.csv.gz", "ibm_onboarding", 54224, 6838),
    "uwv-complaints": ("BPI2016_Complaints.csv.gz", str(SOURCES / "uwv_complaints.toml"), 289, 226),
    "bpic13-volvo": ("", str(SOURCES / "bpic13_volvo.toml"), 65533, 7554),
    "helpdesk-mit": ("helpdesk.csv.gz", "helpdesk_mit", 13710, 3804),
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Log]:
    """Each log, read when it is first asked for."""
    place = tmp_path_factory.mktemp("stores")

    class Opened(dict[str, Log]):
        def __missing__(self, name: str) -> Log:
            file, source, _, _ = PUBLIC[name]
            self[name] = study.open_log(LOGS / name / file, source=source, store=place / name)
            return self[name]

    return Opened()


def whole(log: Log) -> dict[str, Measurement]:
    return {one.metric: one for one in study.score(log) if not one.group}


@pytest.mark.parametrize("name", PUBLIC)
def test_every_row_is_accounted_for(opened: Mapping[str, Log], name: str) -> None:
    _, _, rows, cases = PUBLIC[name]
    receipt = opened[name].receipt

    assert (receipt["rows_read"], receipt["rows_accepted"], receipt["rows_quarantined"]) == (rows, rows, 0)
    # A case number that two municipalities share is one case of the log, not two.
    assert cases - 1 <= receipt["cases"] <= cases


@pytest.mark.parametrize("name", PUBLIC)
def test_what_cannot_be_measured_is_never_a_number(opened: Mapping[str, Log], name: str) -> None:
    figures = whole(opened[name])

    assert set(CORE) < set(figures)
    for one in figures.values():
        assert one.value is None or one.status is not Status.NOT_MEASURABLE
        assert one.value is not None or one.status in (Status.NOT_MEASURABLE, Status.INSUFFICIENT_N)
        assert (one.status is Status.OK) == (not one.reason)


def test_a_log_without_workers_cannot_say_anything_about_continuity(opened: Mapping[str, Log]) -> None:
    reason = whole(opened["helpdesk-mit"])["caseworker_continuity"].reason["en"]

    assert reason == "Not measurable: the export has no attribute worker (0 of 13710 events)."


def test_a_log_without_contacts_says_so_although_it_has_workers(opened: Mapping[str, Log]) -> None:
    reason = whole(opened["wabo-receipt"])["caseworker_continuity"].reason["en"]

    assert reason.startswith("Not measurable: the export has no event of this kind (contacts)")


def test_appointments_asked_for_and_visits_that_check_are_told_apart(opened: Mapping[str, Log]) -> None:
    figures = whole(opened["fair-lending"])

    assert (figures["self_initiated_appointments"].numerator, figures["self_initiated_appointments"].items) == (
        9038,
        9038,
    )
    assert (figures["out_of_office_contacts"].value, figures["out_of_office_contacts"].items) == (0.0, 2410)
    assert figures["warm_handovers"].status is Status.NOT_MEASURABLE


def test_derivations_are_declared_and_counted(opened: Mapping[str, Log]) -> None:
    derived = {(entry["column"], entry["value"]): entry["rows"] for entry in opened["fair-lending"].receipt["derived"]}

    assert derived == {
        ("initiator", "client"): 10000,
        ("outcome", "attended"): 9038,
        ("outcome", "cancelled_office"): 962,
        ("location", "client_home"): 2522,
        ("visit_purpose", "control"): 2522,
    }


def test_robots_and_empty_groups_are_named_and_counted(opened: Mapping[str, Log]) -> None:
    assert opened["bpic13-volvo"].receipt["system_workers"] == [{"value": "Siebel", "rows": 6162}]
    assert {"column": "team", "value": "EMPTY", "rows": 1936} in opened["wabo-receipt"].receipt["unknown"]


def test_three_municipalities_are_three_offices(opened: Mapping[str, Log]) -> None:
    offices = {office["name"]: office["cases"] for office in opened["bpic15-permits"].receipt["offices"]}

    assert offices == {"Gemeinde 1": 1199, "Gemeinde 2": 832, "Gemeinde 3": 1408}


def test_dates_without_a_time_are_flagged_and_their_ties_counted(opened: Mapping[str, Log]) -> None:
    receipt = opened["uwv-complaints"].receipt

    assert receipt["ties"] == {"same_time": 64, "date_only": 289}
    assert receipt["files"][0]["encoding"] == "iso8859-1"


def test_start_and_end_of_an_activity_are_both_kept(opened: Mapping[str, Log]) -> None:
    engine = opened["ibm-onboarding"].engine
    query = 'SELECT COUNT(started_at), COUNT(*) FILTER (WHERE started_at > "timestamp"), MAX(local_date) FROM events'
    started, reversed_, last = engine.run(query)[0]

    assert (started, reversed_, str(last)) == (54224, 0, "2024-07-05")


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLIC)
def test_a_report_comes_out(opened: Mapping[str, Log], name: str, tmp_path: Path) -> None:
    done = audit(opened[name].store, out=tmp_path, language="de")
    html = done.report.read_text(encoding="utf-8")

    assert "nicht messbar" in html
    assert "<svg" in html
    assert len(html) < 8_000_000


@pytest.mark.slow
def test_a_model_of_hundreds_of_activities_says_what_it_rests_on(opened: Mapping[str, Log]) -> None:
    model = study.discover(opened["bpic15-permits"])

    assert model.cases == opened["bpic15-permits"].receipt["cases"]
    assert model.mined_cases == model.cases
    assert model.quality is not None
    assert "token_budget" in model.quality.reasons


@pytest.mark.parametrize(
    "file",
    ["wabo-receipt/receipt.xes.gz", "sepsis/Sepsis.xes.gz", "bpic13-volvo/BPI_Challenge_2013_closed_problems.xes.gz"],
)
def test_the_model_of_the_store_is_the_model_pm4py_mines_from_the_whole_file(file: str, tmp_path: Path) -> None:
    """From the file on, each by its own reader: events, order, variants and tree have to be the same."""
    import pm4py
    from pm4py.objects.log.importer.xes.variants import iterparse
    from pm4py.objects.log.util.sorting import sort_timestamp

    log = study.open_log(LOGS / file, store=tmp_path / "store")
    # A file need not list a case's events by time; pm4py's reader leaves them as they stand.
    whole = sort_timestamp(iterparse.apply(str(LOGS / file), parameters={"show_progress_bar": False}))
    mined = mine(log, noise=0.2).tree  # before the privacy door, which silences rare labels

    assert mined is not None
    assert tree_text(mined) == str(pm4py.discover_process_tree_inductive(whole, noise_threshold=0.2))
