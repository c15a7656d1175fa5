"""Who steers the branches, told: by content, with what is thin or missing said, associated and never caused."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from procmine.model import Branch, Considered, Crossing, Level, Option, Part, Steered, Weighted
from procmine.report.branch_words import branch_name, level_name, option_name, p_of
from procmine.report.branches import branches_section
from procmine.report.document import Fold, Grid, Items, Note, Section
from procmine.report.reading import Reading
from procmine.report.words import Words, load
from procmine.terminal.branches import branches as lines
from tests.report.made_up import HOSTILE_ACTIVITY

EN, DE = load("en"), load("de")
TITLE = {"de": "Wer begann", "en": "Who began"}
LEVELS = (
    Level("word", "client", {"de": "die Person", "en": "the client"}),
    Level("recorded", "benefits"),
    Level("not_recorded", "not_recorded"),
)
TABLE = Crossing("initiator", TITLE, LEVELS, ((30, 10, 10), (10, 40, 0)), ((30, 10, 10), (10, 40, 0)))
OPTIONS = (Option("step", ("talk",), False, 50, 50), Option("end", (), True, 50, 50))
TELLING = Branch(
    kind="next",
    after=("ask",),
    options=OPTIONS,
    decisions=100,
    of_decisions=400,
    cases=90,
    unfit=7,
    unfinished=5,
    same_time=20,
    entropy=0.69,
    status="ok",
    reason="",
    known=(
        Considered("voice", "initiator", TITLE, "used", 3, 0.1),
        Considered("profile", "age", {"de": "Alter", "en": "Age"}, "sparse", 5, 0.0),
    ),
    cells=6,
    voice=Part(0.12, 0.15, 0.005, 0.2),
    profile=Part(-0.01, 0.0, 0.6, 0.02),
    organisation=Part(0.3, 0.31, 0.005, 0.35),
    whole=0.46,
    shared=0.0,
    voice_interval=(-0.02, 0.2),
    tables=(TABLE,),
    question="voice_and_organisation",
)
THIN = replace(TELLING, after=("letter",), status="lower_bound", reason="lower_bound", question="")
DUMB = replace(
    TELLING, after=("visit",), status="not_measurable", reason="no_voice", voice=None, profile=None, organisation=None,
    whole=None, shared=None, voice_interval=None, tables=(), question="",
)  # fmt: skip
IDLE = replace(DUMB, after=("exit",), status="no_choice", reason="no_choice", entropy=0.0, options=OPTIONS[1:])
WEIGHTED = (
    Weighted("model", 0, 2, 0, 50, None),
    Weighted("next", 2, 4, 200, 400, 0.25, 0.12, -0.01, 0.3, 0.46, (0.1, 0.14)),
)
ABSENT = (Considered("voice", "mandate", {"de": "Auftrag", "en": "Mandate"}, "absent", 0, None),)
STEERED = Steered((TELLING, THIN, DUMB, IDLE), WEIGHTED, ABSENT, unfit=0.2, ends_recorded=True)


def section_of(steered: Steered | None = STEERED, words: Words = EN, privacy: str = "shared") -> Section | None:
    findings: Any = SimpleNamespace(model=SimpleNamespace(steered=steered), privacy=privacy)
    return branches_section(Reading(findings, {}, {"ask": {"de": "Frage", "en": "Question"}}, words, {}))


@pytest.fixture(scope="module")
def section() -> Section:
    found = section_of()
    assert found is not None
    return found


def grid(section: Section, key: str) -> Grid:
    return next(block for block in section.blocks if isinstance(block, Grid) and block.key == key)


def texts(section: Section) -> str:
    """All words of a section."""
    found = [section.topic, section.title, *section.lead]
    for block in section.blocks:
        inner = block.blocks if isinstance(block, Fold) else (block,)
        found += [block.title] if isinstance(block, Fold) else []
        for one in inner:
            if isinstance(one, Grid):
                found += [one.caption, *(c.title for c in one.columns), *(c.text for row in one.rows for c in row)]
            elif isinstance(one, Note):
                found += [one.title, one.text]
            elif isinstance(one, Items):
                found += [text for pair in one.pairs for text in pair]
    return "\n".join(found)


def test_without_branches_there_is_no_section() -> None:
    assert section_of(None) is None and section_of(Steered((), (), ())) is None


def test_the_title_tells_the_share_of_voice_and_organisation_alone(section: Section) -> None:
    assert "12% with the case's voice alone" in section.title and "30% with the organisation alone" in section.title


def test_where_few_caseworkers_forbid_to_speak_of_the_organisation_the_title_speaks_of_the_voice() -> None:
    found = section_of(replace(STEERED, weighted=(replace(WEIGHTED[1], organisation=None, whole=None),)))

    assert found is not None and found.title == EN.text("branches.title_voice", voice="12%")


def test_the_blocks_beyond_chance_are_named_and_what_that_means_is_said_at_the_table() -> None:
    stands = replace(TELLING, organisation=Part(0.3, 0.31, 1e-6, 0.35, True))
    found = section_of(replace(STEERED, branches=(stands, THIN)))
    assert found is not None
    table = grid(found, "table-branches")
    place = [column.title for column in table.columns].index("beyond chance")

    assert [row[place].text for row in table.rows] == ["organisation", "–"]
    assert "“Beyond chance” names" in table.caption and "one in twenty" in table.caption


@pytest.mark.parametrize(("p", "digits", "said"), [(1e-6, 3, "< 0.001"), (0.0042, 3, "0.004"), (0.2, 2, "0.20")])
def test_a_p_is_never_none_at_all(p: float, digits: int, said: str) -> None:
    assert p_of(p, EN, digits) == said


def test_without_a_share_of_all_branches_together_there_is_no_empty_table() -> None:
    found = section_of(replace(STEERED, weighted=()))

    assert (
        found is not None and [block.key for block in found.blocks if isinstance(block, Grid) and not block.rows] == []
    )


def test_many_points_without_a_choice_stand_folded() -> None:
    idle = tuple(replace(IDLE, after=(f"step {place}",)) for place in range(13))
    found = section_of(replace(STEERED, branches=(TELLING, *idle)))
    assert found is not None

    folds = [block for block in found.blocks if isinstance(block, Fold) and block.key == "fold-no-choice"]

    assert [fold.title for fold in folds] == [EN.text("branches.no_choice_fold", count="13")]
    assert "table-no-choice" not in [block.key for block in found.blocks if isinstance(block, Grid)]


def test_what_is_not_recorded_ends_with_one_sign() -> None:
    asked = replace(ABSENT[0], title={"de": "Hat die Person etwas veranlasst?", "en": "Did the client begin anything?"})
    found = section_of(replace(STEERED, absent=(asked,)))

    assert found is not None and "?." not in texts(found) and "begin anything." in texts(found)


def test_where_nothing_can_be_told_the_title_says_so() -> None:
    found = section_of(replace(STEERED, weighted=WEIGHTED[:1]))

    assert found is not None and found.title == EN.text("branches.title_none")


def test_a_branch_is_named_by_the_step_before_it_in_the_readers_words(section: Section) -> None:
    names = [row[0].text for row in grid(section, "table-branches").rows]

    assert names == ["next step after Question", "next step after letter", "next step after visit"]


def test_a_lower_bound_says_at_least_and_what_cannot_be_measured_says_why(section: Section) -> None:
    rows = grid(section, "table-branches").rows

    assert (rows[1][3].text, rows[1][-1].text) == ("at least 12%", "lower bound: thin data")
    assert (rows[2][3].text, "nothing of the case's voice" in rows[2][-1].text) == ("–", True)


def test_what_chance_would_give_is_shown_as_none(section: Section) -> None:
    assert grid(section, "table-branches").rows[0][4].text == "0%"


def test_many_branches_stand_in_a_fold_behind_the_largest() -> None:
    many = tuple(replace(TELLING, after=(f"step {at:02}",), decisions=100 + at) for at in range(20))
    found = section_of(replace(STEERED, branches=many))

    assert found is not None
    fold = next(one for one in found.blocks if isinstance(one, Fold) and one.key == "fold-branches-rest")
    assert (fold.title, len(grid(found, "table-branches").rows)) == ("Further branches (8)", 12)
    assert grid(found, "table-branches").rows[0][0].text == "next step after step 19"


def test_points_without_a_choice_stand_apart(section: Section) -> None:
    assert [row[0].text for row in grid(section, "table-no-choice").rows] == ["next step after exit"]


def test_a_branch_opens_to_its_table_and_the_question_it_raises(section: Section) -> None:
    fold = next(block for block in section.blocks if isinstance(block, Fold))
    question, table = fold.blocks[:2]

    assert isinstance(question, Note) and question.text.endswith("get the same everywhere?")
    assert isinstance(table, Grid)
    assert [column.title for column in table.columns] == ["Who began", "the client", "benefits", "not recorded"]
    assert [cell.text for cell in table.rows[0]] == ["talk", "30 (75%)", "10 (20%)", "10 (100%)"]


def test_what_was_known_used_and_left_out_is_listed(section: Section) -> None:
    (facts,) = [
        one
        for block in section.blocks[2:3]
        if isinstance(block, Fold)
        for one in block.blocks
        if isinstance(one, Items)
    ]
    told = dict(facts.pairs)

    assert told["Known and used"] == "Who began (10% not recorded)"
    assert told["Not used, too few decisions for it"] == "Age"
    assert told["Drawn, whole cases"] == "100 of 400"
    assert told["Case still goes on, not counted"] == "5"
    assert told["Share with the same time as the step before; the order is the extract's"] == "20%"


def test_an_interval_is_held_to_zero_and_one(section: Section) -> None:
    fold = next(block for block in section.blocks if isinstance(block, Fold))
    facts = next(one for one in fold.blocks if isinstance(one, Items))

    assert ("95% interval of the voice", "0–20%") in facts.pairs


def test_what_the_log_does_not_have_is_named(section: Section) -> None:
    assert "This extract does not have: Mandate." in texts(section)


@pytest.mark.parametrize("words", [EN, DE], ids=["en", "de"])
def test_nothing_is_said_to_be_caused(words: Words) -> None:
    found = section_of(words=words)

    assert found is not None
    said = texts(found).casefold()
    assert not any(word in said for word in ("caused", "causes", "verursach", "bewirk", "because of the"))


def test_every_status_and_question_has_its_words() -> None:
    from procmine.mine.branches import steered as room

    reasons = {f"no_{block}" for block in room.BLOCKS} | {
        "same_voice",
        "few_cases",
        "few_decisions",
        "lower_bound",
        "ok",
    }
    questions = {"voice", "voice_and_organisation", "organisation", "profile", "together", "nothing"}

    assert all(words.maybe(f"branches.status.{one}") for words in (EN, DE) for one in reasons)
    assert all(words.maybe(f"branches.question.{one}") for words in (EN, DE) for one in questions)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (Option("step", ("a", "b"), False, 1, 1), "a or b"),
        (Option("step", ("a", "b", "c", "d", "e"), False, 1, 1), "a, b, c or 2 more"),
        (Option("again", ("a",), False, 1, 1), "once more a"),
        (Option("skip", ("a",), True, 1, 1), "on without this step (a or end of the case)"),
        (Option("leave", (), True, 1, 1), "not once more (end of the case)"),
        (Option("skip", (), False, 1, 1), "on without this step"),
        (Option("other", (), False, 1, 1), "others, each rare"),
    ],
)
def test_an_option_is_named_by_its_first_steps_or_by_what_comes_next(option: Option, said: str) -> None:
    assert option_name(option, EN, str) == said


def test_the_cases_start_is_named() -> None:
    assert branch_name(replace(TELLING, after=()), EN, str) == "at the case's start"


def test_a_level_named_like_a_word_of_ours_stays_a_name() -> None:
    assert level_name(Level("recorded", "not_recorded"), EN, str) == "not_recorded"


def test_hostile_names_are_told_as_names() -> None:
    found = section_of(replace(STEERED, branches=(replace(TELLING, after=(HOSTILE_ACTIVITY, "{steps}")),)))

    assert found is not None and f"next step after {HOSTILE_ACTIVITY} or {{steps}}" in texts(found)


def test_lines_tell_all_branches_and_open_those_that_tell() -> None:
    said = lines(STEERED, EN)

    assert "next step after ask" in said and "at least 12.0%" in said
    assert said.count(EN.text("branches.question.voice_and_organisation")) == 1
    assert EN.text("branches.stands") in said


def test_lines_of_nothing_say_so() -> None:
    assert lines(Steered((), (), ()), EN) == EN.text("branches.title_none")


def test_lines_spell_out_what_would_act_on_a_terminal() -> None:
    said = lines(replace(STEERED, branches=(replace(TELLING, after=("\x1b[31m",)),)), EN)

    assert "\x1b" not in said and "\\x1b" in said
