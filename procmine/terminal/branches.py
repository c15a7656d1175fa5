"""Branches as lines for a person: all together, one line each, then the tables of those that tell something."""

from __future__ import annotations

from collections.abc import Sequence

from procmine.model import Branch, Steered
from procmine.report.branch_words import (
    branch_name,
    claimed,
    level_name,
    option_name,
    p_of,
    share_of,
    sort_name,
    span_of,
    standing_of,
)
from procmine.report.words import Words, clean
from procmine.terminal.aligned import pairs, table, underlined

BLOCKS = ("voice", "profile", "organisation")
TELLING = ("voice", "voice_and_organisation", "organisation", "profile")
MOST_TABLES = 5
DIGITS = 1


def branches(steered: Steered, words: Words) -> str:
    """What the choice at each branch is associated with; names as in the log, so that they can be searched for."""
    if not steered.branches:
        return words.text("branches.title_none")
    parts = [_together(steered, words)]
    ordered = sorted(steered.branches, key=lambda one: (-one.decisions * one.entropy, one.kind, one.after))
    open_ = [branch for branch in ordered if branch.status != "no_choice"]
    parts.append(f"{_each(open_, words)}\n\n{words.text('branches.stands')}")
    parts += [_opened(branch, words) for branch in open_ if branch.question in TELLING][:MOST_TABLES]
    idle = [branch_name(branch, words, clean) for branch in ordered if branch.status == "no_choice"]
    if idle:
        parts.append(f"{words.text('branches.no_choice')}: {'; '.join(idle)}")
    if steered.absent:
        titles = "; ".join(one.title.get(words.language, one.name) for one in steered.absent)
        parts.append(words.text("branches.absent", titles=titles))
    parts.append(words.text("branches.care"))
    return "\n\n".join(parts)


def _together(steered: Steered, words: Words) -> str:
    head = ("", *BLOCKS, "95 % (voice)", "all", "branches", "decisions", "no choice")
    rows = [
        (
            sort_name(one, words),
            *(share_of(getattr(one, block), words, DIGITS) for block in BLOCKS),
            span_of(one.voice_interval, words, DIGITS),
            share_of(one.whole, words, DIGITS),
            words.text("branches.of", count=words.number(one.branches), of=words.number(one.of_branches)),
            words.text("branches.of", count=words.number(one.decisions), of=words.number(one.of_decisions)),
            share_of(one.no_choice, words, 0),
        )
        for one in steered.weighted
    ]
    return table(head, rows, right=range(1, 9))


def _each(found: Sequence[Branch], words: Words) -> str:
    head = ("branch", "decisions", "nat", *BLOCKS, "95 % (voice)", "p (voice)", "beyond chance", "status")
    rows = []
    for branch in found:
        shares = [getattr(branch, block) for block in BLOCKS]
        rows.append(
            (
                branch_name(branch, words, clean),
                words.number(branch.decisions),
                words.number(branch.entropy, 2),
                *(claimed(branch, part.unique if part is not None else None, words, DIGITS) for part in shares),
                span_of(branch.voice_interval, words, DIGITS),
                p_of(branch.voice.p, words, 3) if branch.voice is not None else "",
                standing_of(branch, words) if branch.voice is not None else "",
                words.text(f"branches.status.{branch.reason or branch.status}"),
            )
        )
    return table(head, rows, right=range(1, 8))


def _opened(branch: Branch, words: Words) -> str:
    """A branch's tables and the question it raises."""
    parts = [underlined(branch_name(branch, words, clean))]
    for one in branch.tables:
        head = (
            one.title.get(words.language, one.attribute),
            *(level_name(level, words, clean) for level in one.levels),
        )
        rows = [
            (option_name(option, words, clean), *(words.number(count) for count in counts))
            for option, counts in zip(branch.options, one.decisions, strict=True)
        ]
        parts.append(table([clean(name) for name in head], rows, right=range(1, len(head))))
    parts.append(pairs([(words.text("branches.question_title"), words.text(f"branches.question.{branch.question}"))]))
    return "\n".join(parts)
