"""The norms a fresh study begins with."""

from __future__ import annotations

from pathlib import Path

from procmine.conform.proof import prove
from procmine.norms import load_norms
from procmine.schema import load_schema
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
