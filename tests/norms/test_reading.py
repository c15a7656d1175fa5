"""A file of norms: what is refused, where, and with which way out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from procmine.errors import ContentError, InputError
from procmine.norms import Limit, Norm, Norms, load_norms
from procmine.schema import load_schema

SCHEMA = load_schema()
GOOD = '''[[norm]]
name = "decided"
de = "Auf einen Antrag folgt ein Bescheid."
en = "An application is followed by a notice."
template = "response"
first = { activities = ["application"] }
second = { activities = ["benefit_notice"] }
[norm.example]
events = """
case | on         | activity
1    | 2025-03-03 | application
"""
result = """
case | on         | state        | why
1    | 2025-03-03 | undetermined | running
"""
'''


def read(tmp_path: Path, text: str) -> Norms:
    path = tmp_path / "norms.toml"
    path.write_text(text, encoding="utf-8")
    return load_norms(SCHEMA, file=path)


def one(tmp_path: Path, text: str) -> Norm:
    return read(tmp_path, text).norms[0]


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(ContentError) as told:
        read(tmp_path, text)
    return told.value.sentence()


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_the_shipped_norms_load_and_all_are_marked_as_examples() -> None:
    found = load_norms(SCHEMA)

    assert 8 <= len(found.norms) <= 20
    assert {norm.mark for norm in found.norms} == {"example"}
    assert all(norm.anchor for norm in found.norms)


def test_a_study_has_norms_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "norms.toml").write_text(GOOD, encoding="utf-8")

    assert [norm.name for norm in load_norms(SCHEMA, tmp_path).norms] == ["decided"]


def test_a_study_without_norms_gets_the_shipped_ones(tmp_path: Path) -> None:
    assert load_norms(SCHEMA, tmp_path) == load_norms(SCHEMA)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.toml: There is no such file of norms"):
        load_norms(SCHEMA, file=tmp_path / "nowhere.toml")


def test_kinds_of_activities_stand_for_all_their_activities(tmp_path: Path) -> None:
    norm = one(tmp_path, changed('second = { activities = ["benefit_notice"] }', 'second = { kinds = ["mandate"] }'))

    assert norm.second is not None
    assert norm.second.activities == {name for name, code in SCHEMA.activities.items() if code.belongs == "mandate"}


def test_labels_of_the_extract_need_not_be_in_the_vocabulary(tmp_path: Path) -> None:
    norm = one(tmp_path, changed('activities = ["application"]', 'labels = ["Antrag \'; DROP TABLE events; --"]'))

    assert norm.first.activities == {"Antrag '; DROP TABLE events; --"}


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("{ days = 14 }", Limit(14, "days")),
        ("{ working_days = 10 }", Limit(10, "working_days")),
        ("{ months = 6, extends = false }", Limit(6, "months", extends=False)),
        ("{ days = 0 }", Limit(0, "days", extends=False)),
    ],
)
def test_limits_have_one_unit(tmp_path: Path, written: str, limit: Limit) -> None:
    assert one(tmp_path, GOOD.replace("[norm.example]", f"within = {written}\n[norm.example]")).within == limit


def test_days_of_validity_and_population_are_read(tmp_path: Path) -> None:
    population = '{ birth_band = "15-24", first_date = { from = 2025-02-01 } }'
    more = f"from = 2025-01-01\nto = 2025-12-31\npopulation = {population}\n"
    norm = one(tmp_path, GOOD.replace("[norm.example]", f"{more}[norm.example]"))

    assert (norm.start, norm.end) == (date(2025, 1, 1), date(2025, 12, 31))
    assert [(one.column, one.values, one.low) for one in norm.population] == [
        ("birth_band", ("15-24",), None),
        ("first_date", (), date(2025, 2, 1)),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('template = "response"', 'template = "respons"', 5, "Did you mean response"),
        ('activities = ["application"]', 'activities = ["aplication"]', 6, "Did you mean application"),
        ('activities = ["application"]', 'kinds = ["contacts"]', 6, "Did you mean contact"),
        ('activities = ["application"]', "activities = []", 6, "first names no activity"),
        ('["application"]', '["application"], where = { outcom = "x" }', 6, "Did you mean outcome"),
        ('["application"]', '["application"], where = { outcome = "atended" }', 6, "Did you mean attended"),
        ('["application"]', '["application"], where = { worker = "w1" }', 6, "A norm cannot ask for worker"),
        ('["application"]', '["application"], where = { channel = { from = "a" } }', 6, "has no from and to"),
        ('["application"]', '["application"], where = { members_present = "two" }', 6, "is no integer"),
        ('name = "decided"', 'name = "not a name"', 2, "is no name"),
        ('de = "Auf einen Antrag folgt ein Bescheid."', 'de = ""', 3, "de is no text"),
        ("[norm.example]", "within = { days = 14, weeks = 2 }\n[norm.example]", 8, "within needs one unit"),
        ("[norm.example]", "within = { days = -1 }\n[norm.example]", 8, "no whole number from 0"),
        ("[norm.example]", "within = { days = 3 }\nat_least = { days = 3 }\n[norm.example]", 9, "not both"),
        ("[norm.example]", "withing = { days = 14 }\n[norm.example]", 8, "Did you mean within"),
        ('"response"', '"alternate_response"\ntimes = 2', 6, "alternate_response counts nothing"),
        ("[norm.example]", "times = 2\nat_least = { days = 3 }\n[norm.example]", 8, "not told of several steps"),
        ('"response"', '"succession"\nfrom_nth = 2', 6, "succession does not judge one step after the other"),
        ("[norm.example]", "from_nth = 0\n[norm.example]", 8, "no whole number from 1"),
        ("[norm.example]", 'same = "worker"\n[norm.example]', 8, "that two events can share"),
        ("[norm.example]", "gate = 95\n[norm.example]", 8, "Write true, or the least share kept"),
        ("[norm.example]", "to = 2025-01-01\nfrom = 2025-02-01\n[norm.example]", 8, "before it begins"),
        ("[norm.example]", 'mark = "sample"\n[norm.example]', 8, "Did you mean example"),
        ("undetermined | running", "undetermned | running", 13, "Did you mean undetermined"),
        ("undetermined | running", "undetermined | runing", 13, "Did you mean running"),
        ("case | on         | activity", "case | on         | activty", 10, "There is no column activty"),
    ],
)
def test_each_fault_is_told_with_its_line_and_the_way_out(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    told = refused(tmp_path, changed(old, new))

    assert f"norms.toml:{line}: " in told
    assert said in told


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD + GOOD.replace('"decided"', '"other"').replace('template = "response"', 'template = "after"')
    told = refused(tmp_path, text.replace('en = "An application is followed by a notice."\n', "", 1))

    assert "norms.toml:1: en is missing" in told
    assert "norms.toml:20: There is no template 'after'" in told
    assert len(told.splitlines()) == 2


def test_a_norm_without_a_worked_example_does_not_load(tmp_path: Path) -> None:
    told = refused(tmp_path, GOOD[: GOOD.index("[norm.example]")])

    assert "There is no worked example" in told


def test_an_example_without_activities_is_told_where_labels_go(tmp_path: Path) -> None:
    told = refused(tmp_path, GOOD.replace("| activity\n", "| label\n"))

    assert "The example has no column activity. It holds codes, and labels as the extract has them." in told


def test_two_norms_of_one_name_are_refused(tmp_path: Path) -> None:
    assert "Two norms are called decided" in refused(tmp_path, GOOD + GOOD)


def test_a_land_nobody_knows_is_refused_with_the_nearest(tmp_path: Path) -> None:
    assert "There is no land 'NRW'" in refused(tmp_path, f'land = "NRW"\n{GOOD}')
    assert "JC-01 lies in 'SX', which is no Land" in refused(tmp_path, f'[lands]\n"JC-01" = "SX"\n{GOOD}')


def test_alternating_steps_must_be_different_ones(tmp_path: Path) -> None:
    text = changed('"response"', '"alternate_response"').replace('["benefit_notice"]', '["application"]')

    assert "needs two different kinds of step" in refused(tmp_path, text)


def test_a_label_of_the_extract_among_the_codes_is_told_where_it_belongs(tmp_path: Path) -> None:
    told = refused(tmp_path, changed('["benefit_notice"]', '["T04 Bescheid"]'))

    assert told.endswith(
        'There is no activity T04 Bescheid. What the extract calls it stands under labels = ["T04 Bescheid"].'
    )


def test_a_file_without_norms_says_how_one_begins(tmp_path: Path) -> None:
    assert "Begin each with a line [[norm]]" in refused(tmp_path, 'land = "NW"\n')


def test_a_table_where_a_text_is_wanted_breaks_nothing_else(tmp_path: Path) -> None:
    for broken in ("first = 3", "first = { activities = 3 }", "second = { activities = [1] }", "example = 3"):
        name = broken.partition(" =")[0]
        lines = [broken if line.startswith(f"{name} =") else line for line in GOOD.splitlines()]
        text = "\n".join(lines) if name != "example" else GOOD[: GOOD.index("[norm.example]")] + broken

        assert "norms.toml:" in refused(tmp_path, text)
