"""What `conform` prints for a person and for a program."""

from __future__ import annotations

import json
from dataclasses import replace

from procmine.report.words import load
from procmine.terminal.conform import conformed, data
from procmine.terminal.data import plain
from tests.report.made_up_norms import norms


def test_a_line_a_norm_and_group_with_its_sentence_below() -> None:
    told = conformed(norms(["JC-01"]), load("de")).replace("\u00a0", " ")

    assert "shipped  .             70,0 %" in told
    assert "office=JC-01" in told
    assert "shipped [Beispiel, zu prüfen]: shipped: erst Antrag, dann <b>Bescheid</b>. (§ 88 SGG)" in told


def test_what_cannot_be_measured_says_why() -> None:
    told = conformed(norms([]), load("en"))

    assert "silent, .: Not measurable: no such event." in told


def test_why_norms_are_open_and_who_began_is_told_in_words() -> None:
    told = conformed(norms([]), load("en"))

    assert "shipped, open because: not recorded 5, time limit still running 15" in told
    assert "shipped, broken, judged step begun by: not recorded 3, the office 7" in told


def test_a_missed_gate_is_named_and_a_met_one_is_not() -> None:
    found = norms([])
    first, second, third = found.norms
    missed = replace(found, norms=(replace(first, gate=1.0, met=False), replace(second, gate=0.5, met=True), third))

    assert conformed(missed, load("en")).endswith("A gate is not met: shipped.")
    assert "gate" not in conformed(found, load("en"))


def test_the_program_gets_measurements_as_score_shows_them() -> None:
    told = json.loads(json.dumps(plain(data(norms(["JC-01"]), "de"))))
    first = told["norms"][0]

    assert set(first["measurements"][0]) >= {"metric", "group", "value", "interval", "coverage", "status", "reason"}
    assert first["counts"][0] == {
        "group": {},
        "activations": 120,
        "kept": 70,
        "broken": 30,
        "undetermined": 20,
        "why": {"missing": 5, "running": 15},
        "begun_by": {"unknown": 3, "office": 7},
        "functions": {"unknown": 3, "benefits": 7},
    }
    assert (told["met"], told["lands"]) == (True, [])


def test_names_that_would_act_on_a_terminal_are_spelt_out() -> None:
    found = norms(["\x1b[31mrot"])

    assert "\x1b" not in conformed(found, load("de"))
