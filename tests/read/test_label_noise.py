"""Label noise in public logs whose faults are known: what the checks recognise, held against the truth column.

The truth column is read by this test alone, never by a check. The logs lie in ``shared/logs`` beside the checkout;
without them these tests are skipped. The limits of the checks were set with these logs in sight, so the floors below
say that they are recognised, not how well another log's faults would be; the clean logs were not used for that.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from procmine import study
from procmine.read.checks.finding import FOUND, Finding
from procmine.read.checks.label_noise import misspelt, polluted
from procmine.read.checks.look_alikes import groups
from procmine.read.checks.running import catalogue_of_checks, run_checks
from procmine.schema import load_schema

LOGS = Path(__file__).resolve().parents[3] / "shared" / "logs"
SOURCES = Path(__file__).resolve().parents[1] / "sources"
CHECKS = catalogue_of_checks(schema=load_schema())
NOISE = ("near_labels", "polluted_labels", "synonymous_labels", "form_events", "look_alikes")

pytestmark = pytest.mark.skipif(not LOGS.is_dir(), reason="shared/logs is not beside the checkout")


def rows_of(file: str) -> list[tuple[str, bool]]:
    """Each row's label, and whether the truth column says that it was made faulty."""
    text = io.StringIO(gzip.decompress((LOGS / file).read_bytes()).decode("utf-8"), newline="")
    return [(row["Activity"], bool(row["label"])) for row in csv.DictReader(text)]


def precision_and_recall(rows: list[tuple[str, bool]], flagged: Iterable[str]) -> tuple[float, float]:
    """Over events: how many of the flagged are faulty, how many of the faulty are flagged."""
    named = set(flagged)
    both = sum(faulty and label in named for label, faulty in rows)
    return both / sum(label in named for label, _ in rows), both / sum(faulty for _, faulty in rows)


@pytest.mark.parametrize(
    "file", ["imperfect-credit/Credit-Distorted.csv.gz", "imperfect-permits/BPIC15-Distorted.csv.gz"]
)
def test_distorted_labels_are_recognised(file: str) -> None:
    rows = rows_of(file)
    counts: Mapping[str, int] = Counter(label for label, _ in rows)
    flagged = {*misspelt(counts, CHECKS["near_labels"].limits, set()), *groups(counts)}

    precision, recall = precision_and_recall(rows, flagged)

    assert precision == 1.0
    assert recall > 0.98


@pytest.mark.parametrize(
    "file", ["imperfect-credit/Credit-Polluted.csv.gz", "imperfect-permits/BPIC15-Polluted.csv.gz"]
)
def test_polluted_labels_are_recognised(file: str) -> None:
    rows = rows_of(file)
    counts = Counter(label for label, _ in rows)

    assert precision_and_recall(rows, polluted(counts, CHECKS["polluted_labels"].limits)) == (1.0, 1.0)


def noise(file: str, source: str | None, place: Path) -> dict[str, Finding]:
    log = study.open_log(LOGS / file, source=source, store=place / "store")
    return {one.check: one for one in run_checks(log) if one.state == FOUND and one.check in NOISE}


def test_synonymous_labels_are_recognised_and_nothing_else(tmp_path: Path) -> None:
    rows = rows_of("imperfect-credit/Credit-Synonymous.csv.gz")

    found = noise("imperfect-credit/Credit-Synonymous.csv.gz", "imperfect_credit", tmp_path)

    assert set(found) == {"synonymous_labels"}
    flagged = [detail.split(" ≈ ")[0] for detail, _ in found["synonymous_labels"].details]
    assert precision_and_recall(rows, flagged) == (1.0, 1.0)


def test_the_form_of_two_activities_is_recognised_and_nothing_else(tmp_path: Path) -> None:
    found = noise("imperfect-credit/Credit-Formbased.csv.gz", "imperfect_credit", tmp_path)

    assert set(found) == {"form_events"}
    assert found["form_events"].rows == 584
    assert found["form_events"].details == (("Make decision", 292), ("Notify accept", 292))


def test_forms_of_changing_activities_are_recognised_and_nothing_else(tmp_path: Path) -> None:
    found = noise("imperfect-permits/BPIC15-FormBased.csv.gz", str(SOURCES / "imperfect_permits.toml"), tmp_path)

    assert set(found) == {"form_events"}
    # 14 035 events were moved onto the time of another; those others are not labelled, and belong to the form as well.
    assert 11_000 < (found["form_events"].rows or 0) < 17_631


CLEAN = {
    "ibm-onboarding": ("onboard_client.csv.gz", "ibm_onboarding"),
    "fair-lending": ("lending_log_high.xes.gz", "fair_lending"),
    "wabo-receipt": ("receipt.xes.gz", str(SOURCES / "wabo_receipt.toml")),
    "sepsis": ("Sepsis.xes.gz", None),
    "helpdesk-mit": ("helpdesk.csv.gz", "helpdesk_mit"),
    "uwv-complaints": ("BPI2016_Complaints.csv.gz", str(SOURCES / "uwv_complaints.toml")),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CLEAN)
def test_no_label_noise_is_seen_in_a_log_that_has_none(name: str, tmp_path: Path) -> None:
    file, source = CLEAN[name]

    assert noise(f"{name}/{file}", source, tmp_path) == {}
