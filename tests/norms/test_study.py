"""The norms a fresh study begins with."""

from __future__ import annotations

from pathlib import Path

import pytest

from procmine.conform.proof import prove
from procmine.errors import ContentError
from procmine.norms import load_norms
from procmine.report.publish import audit
from procmine.schema import load_schema
from procmine.simulate import load_scenario, simulate
from procmine.workplace import init

SCHEMA = load_schema()


def test_a_fresh_study_has_the_starter_norms_to_edit_and_their_examples_hold(tmp_path: Path) -> None:
    study = tmp_path / "study"
    written = init(study)
    found = load_norms(SCHEMA, study)
    prove(found, SCHEMA)

    assert study / "norms.toml" in written
    assert [norm.sentence for norm in found.norms] == [norm.sentence for norm in load_norms(SCHEMA).norms]
    assert found.where != load_norms(SCHEMA).where


def test_what_a_study_writes_into_its_norms_counts(tmp_path: Path) -> None:
    init(tmp_path / "study")
    file = tmp_path / "study" / "norms.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('land = ""', 'land = "NW"', 1), encoding="utf-8")

    assert load_norms(SCHEMA, tmp_path / "study").land == "NW"


def test_a_norm_of_the_study_that_contradicts_its_example_ends_the_audit(tmp_path: Path) -> None:
    study = tmp_path / "study"
    init(study)
    simulate(load_scenario("twelve_job_centres"), study / "extract.csv", seed=1, events=4_000)
    norms = study / "norms.toml"
    drawn = "2    | 2025-01-15 | broken       |"
    assert drawn in norms.read_text(encoding="utf-8")
    norms.write_text(norms.read_text("utf-8").replace(drawn, drawn.replace("broken", "kept  "), 1), "utf-8")

    with pytest.raises(ContentError, match=r"The norm finds case 2, 2025-01-15: broken\."):
        audit(study, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
