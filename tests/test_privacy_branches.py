"""Branches that leave the house: no option, level or cell of few persons, nothing by subtraction, no caseworker."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.model import Branch, Considered, Crossing, Level, Model, Option, Part, Steered, Step, Weighted
from procmine.privacy import PROFILES, release_model
from procmine.privacy.branches import release_branches

NAMES = ("a", "b", "c", "d", "e")
PART = Part(unique=0.12345, shapley=0.23456, p=0.0123, plug_in=0.34567)
TITLE = {"de": "Wer", "en": "Who"}


def option(name: str, many: int, cases: int | None = None) -> Option:
    return Option("step", (name,), False, many, many if cases is None else cases)


def crossing(*rows: tuple[int, ...]) -> Crossing:
    levels = tuple(Level("recorded", f"level {at}") for at in range(len(rows[0])))
    return Crossing("initiator", TITLE, levels, rows, rows)


def branch(*options: Option, **fields: Any) -> Branch:
    total = sum(one.decisions for one in options)
    plain = Branch(
        kind="next",
        after=("a",),
        options=options,
        decisions=total,
        of_decisions=total,
        cases=total,
        unfit=3,
        unfinished=12,
        same_time=2,
        entropy=0.654321,
        status="ok",
        reason="",
        known=(Considered("organisation", "worker", TITLE, "used", 17, 0.1234),),
        cells=34,
        voice=PART,
        profile=PART,
        organisation=PART,
        whole=0.4567,
        shared=-0.0123,
        voice_interval=(0.0123, 0.2345),
        question="voice",
    )
    return replace(plain, **fields)


def released(one: Branch, profile: str = "shared", workers: int | None = 100, names: Any = NAMES) -> Branch | None:
    steered = Steered((one,), (), ())
    found = release_branches(steered, profile, names=names, workers=workers).value.branches
    return found[0] if found else None


def test_options_of_few_persons_are_taken_together() -> None:
    found = released(branch(option("b", 60), option("c", 31), option("d", 7), option("e", 6)))

    assert found is not None
    assert [(one.kind, one.steps, one.decisions) for one in found.options] == [
        ("step", ("b",), 60),
        ("other", (), 45),
    ]


def test_an_option_of_few_persons_takes_the_next_smallest_with_it() -> None:
    found = released(branch(option("b", 60), option("c", 31), option("d", 7), option("e", 12)))

    assert found is not None and [one.decisions for one in found.options] == [60, 30, 20]


def test_a_branch_whose_other_option_few_persons_took_is_absent() -> None:
    assert released(branch(option("b", 90), option("c", 4))) is None


def test_a_branch_of_few_persons_is_absent() -> None:
    assert released(branch(option("b", 5), option("c", 4))) is None


def test_a_branch_after_a_step_that_must_not_be_named_is_absent() -> None:
    assert released(branch(option("b", 50), option("c", 40)), names=("b", "c")) is None


def test_an_option_that_must_not_be_named_is_other() -> None:
    found = released(branch(option("b", 50), option("c", 40), option("x", 30)))

    assert found is not None and [one.steps for one in found.options] == [("b",), ("c",), ()]


def test_a_silent_option_names_only_what_may_be_named() -> None:
    skip = Option("skip", ("c", "x"), True, 40, 40)
    found = released(branch(option("b", 50), skip))

    assert found is not None and found.options[1].steps == ("c",)


def test_a_cell_of_few_persons_is_merged_with_its_level() -> None:
    one = branch(option("b", 80), option("c", 75), tables=(crossing((40, 30, 10), (40, 31, 4)),))
    found = released(one)

    assert found is not None
    assert [level.kind for level in found.tables[0].levels] == ["recorded", "other"]
    assert found.tables[0].decisions == ((40, 40), (40, 35))


def test_an_empty_cell_is_as_telling_as_a_small_one_outside_the_house() -> None:
    one = branch(option("b", 80), option("c", 80), tables=(crossing((80, 0), (40, 40)),))
    inside, outside = released(one, "internal"), released(one, "shared")

    assert inside is not None and inside.tables[0].decisions == ((80, 0), (40, 40))
    assert outside is not None and outside.tables == ()


def test_shares_of_many_decisions_have_two_digits() -> None:
    found = released(branch(option("b", 520), option("c", 410)))

    assert found is not None and found.voice == Part(0.12, 0.23, 0.01, 0.35)
    assert (found.whole, found.voice_interval, found.known[0].not_recorded) == (0.46, (0.01, 0.23), 0.12)


def test_no_share_is_finer_than_the_rounding_of_the_decisions_it_rests_on() -> None:
    found = released(branch(option("b", 31), option("c", 20)))  # 50 decisions: a step of five is a tenth

    assert found is not None and found.voice == Part(0.1, 0.2, 0.01, 0.3)
    assert (found.whole, found.voice_interval) == (0.5, (0.0, 0.2))


@pytest.mark.parametrize(("unknown", "shown"), [(9, 0.0), (15, 0.04), (385, 0.96), (391, 1.0)])
def test_few_decisions_before_which_something_was_not_recorded_look_like_none(unknown: int, shown: float) -> None:
    one = Considered("voice", "initiator", TITLE, "used", 3, unknown / 400)
    found = released(branch(option("b", 300), option("c", 100), known=(one,)))

    assert found is not None and found.known[0].not_recorded == shown


def test_counts_at_a_branch_are_rounded_and_few_look_like_none() -> None:
    found = released(branch(option("b", 52), option("c", 41)))

    assert found is not None
    assert (found.decisions, found.unfit, found.unfinished, found.same_time) == (95, 0, 10, 0)


@pytest.mark.parametrize("few", range(1, 10))
def test_the_uncertainty_does_not_tell_how_many_took_a_merged_option(few: int) -> None:
    # 90 took b, 40 c or the rare d: exactly, the uncertainty would say how many of the 40 took d.
    found = released(branch(option("b", 90), option("c", 40 - few), option("d", few), entropy=0.6 + few / 50))

    assert found is not None and found.entropy == 0.62


@pytest.mark.parametrize(("workers", "shown"), [(9, False), (10, True), (None, False)])
def test_the_organisations_share_rests_on_enough_caseworkers_or_is_not_shown(workers: int | None, shown: bool) -> None:
    found = released(branch(option("b", 52), option("c", 41), workers=20), workers=workers)

    assert found is not None and found.voice is not None
    assert ((found.organisation is not None), (found.whole is not None), bool(found.question)) == (shown,) * 3


@pytest.mark.parametrize(("workers", "here", "shown"), [(9, 5, None), (10, 5, 0.12), (9, None, 0.12)])
def test_the_organisations_share_of_all_branches_rests_on_enough_caseworkers_too(
    workers: int, here: int | None, shown: float | None
) -> None:
    weighted = Weighted("next", 3, 5, 123, 456, 0.1, 0.1, 0.1, 0.1, 0.1, (0.1, 0.2))
    steered = Steered((branch(option("b", 52), option("c", 41), workers=here),), (weighted,), ())
    (found,) = release_branches(steered, "shared", names=NAMES, workers=workers).value.weighted

    assert (found.organisation, found.whole, found.voice) == (shown, shown, 0.12)


def test_few_caseworkers_at_the_branch_itself_hide_the_organisations_share() -> None:
    found = released(branch(option("b", 52), option("c", 41), workers=3))

    assert found is not None and found.organisation is None


def test_nobody_learns_how_many_caseworkers_there_are() -> None:
    found = released(branch(option("b", 52), option("c", 41), workers=20))

    assert found is not None and (found.workers, found.known[0].levels, found.cells) == (None, 0, 0)


def test_the_bench_sees_exact_figures() -> None:
    one = branch(option("b", 52), option("c", 41), workers=2)

    assert released(one, "internal") == replace(one)


def test_log_level_shares_are_no_finer_than_their_decisions() -> None:
    weighted = Weighted("next", 3, 5, 123, 456, 0.123, 0.0567, 0.1, 0.2, 0.3, (0.0123, 0.3))
    found = release_branches(Steered((), (weighted,), ()), "shared", names=NAMES, workers=20).value.weighted[0]

    assert (found.voice, found.no_choice, found.decisions) == (0.04, 0.12, 125)


@pytest.mark.parametrize(("cases", "shown"), [(70, None), (100, 0.1), (1000, 0.12)])
def test_that_few_cases_contradict_the_model_is_not_said(cases: int, shown: float | None) -> None:
    found = release_branches(Steered((), (), (), 0.1234), "shared", names=NAMES, workers=20, cases=cases).value

    assert found.unfit == shown


def test_how_many_branches_there_are_does_not_tell_how_many_follow_rare_steps() -> None:
    found = [
        release_branches(Steered((), (Weighted("next", 7, many, 123, 456, 0.1),), ()), "shared", names=NAMES).value
        for many in (8, 12)
    ]

    assert {one.weighted[0].of_branches for one in found} == {10}


def test_where_no_step_may_be_named_nothing_is_said_of_all_branches_together() -> None:
    weighted = Weighted("next", 3, 5, 123, 456, 0.123)
    found = release_branches(Steered((), (weighted,), ()), "shared", names=(), workers=20).value

    assert found.weighted == ()


def test_a_model_leaves_with_its_branches_released() -> None:
    from procmine.model import Share, Steering

    nothing = Steering(*(Share(0, 0, 0) for _ in range(4)))
    steps = tuple(Step(name, 100, 100, 0, 0, nothing, ()) for name in NAMES)
    steered = Steered((branch(option("b", 60), option("c", 4)), branch(option("b", 60), option("c", 50))), (), ())
    model = Model(steps, (), (), 0, 200, 500, "inductive", 0.2, None, None, None, steered=steered)

    assert [one.decisions for one in release_model(model, "shared", workers=50).value.branches] == [110]


COUNTS = st.integers(0, 40)


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=2, max_size=5), st.sampled_from(sorted(PROFILES)))
@settings(max_examples=150)
def test_nothing_shown_rests_on_few_persons(rows: list[tuple[int, ...]], profile: str) -> None:
    options = tuple(option("bcdeb"[at], sum(row)) for at, row in enumerate(rows))
    found = released(branch(*options, tables=(crossing(*rows),)), profile)
    least = PROFILES[profile].persons
    if found is None:
        return

    assert all(one.cases >= least - PROFILES[profile].base // 2 for one in found.options)
    for table in found.tables:
        cells = [count for row in table.cases for count in row if count or not PROFILES[profile].exact]
        assert len(table.decisions) == len(found.options) and min(cells) >= least - PROFILES[profile].base // 2
