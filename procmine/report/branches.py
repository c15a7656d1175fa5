"""The section on who steers the branches: what goes with the case's voice, its profile, the organisation, and where.

Associated with, never caused. Branches stand in the order of what is open there (decisions times uncertainty), so that
the ones that matter come first; this is an order of size, not of merit.
"""

from __future__ import annotations

from procmine.model import Branch, Considered, Crossing, Steered, Weighted
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
from procmine.report.document import Block, Cell, Column, Fold, Grid, Items, Note, Section, Tone
from procmine.report.reading import Reading
from procmine.report.tables import held

MOST_SHOWN = 12
MOST_OPENED = 12
BLOCKS = ("voice", "profile", "organisation")
FIGURES = ("ok", "lower_bound")
SAID_FROM = 0.05  # of a branch's decisions with one time: from here on the order is worth a word


def branches_section(reading: Reading) -> Section | None:
    """Steering on the model, None where nobody asked for it or nothing of it may be shown."""
    model, words = reading.findings.model, reading.words
    steered = model.steered if model is not None else None
    if steered is None or not steered.branches:
        return None
    open_ = [branch for branch in steered.branches if branch.status != "no_choice"]
    ordered = sorted(open_, key=lambda one: (-one.decisions * one.entropy, one.kind, one.after))
    told = [branch for branch in ordered if branch.status in FIGURES]
    blocks: list[Block] = [_weighted(reading, steered)] if steered.weighted else []
    blocks.append(_overview(reading, ordered[:MOST_SHOWN], "table-branches"))
    if ordered[MOST_SHOWN:]:
        rest = _overview(reading, ordered[MOST_SHOWN:], "table-branches-rest")
        title = words.text("branches.rest", count=words.number(len(ordered) - MOST_SHOWN))
        blocks.append(Fold("fold-branches-rest", title, (rest,)))
    blocks += [_fold(reading, branch, place) for place, branch in enumerate(told[:MOST_OPENED])]
    idle = [branch for branch in steered.branches if branch.status == "no_choice"]
    if idle:
        many = len(idle) > MOST_SHOWN
        table = _no_choice(reading, idle)
        title = words.text("branches.no_choice_fold", count=words.number(len(idle)))
        blocks.append(Fold("fold-no-choice", title, (table,)) if many else table)
    blocks += [_absent(reading, steered.absent)] if steered.absent else []
    blocks.append(Note(words.text("branches.care"), "muted", words.text("branches.care_title")))
    return Section(
        "verzweigungen", words.text("branches.topic"), _title(reading, steered), _lead(reading, steered), tuple(blocks)
    )


def _digits(reading: Reading) -> int:
    return 1 if reading.findings.privacy == "internal" else 0


def _title(reading: Reading, steered: Steered) -> str:
    """The share that goes with the voice alone, of whichever sort of branches has one; else that none can be told."""
    words = reading.words
    told = next((one for one in _in_order(steered) if one.voice is not None), None)
    if told is None:
        return words.text("branches.title_none")
    voice = share_of(told.voice, words, _digits(reading))
    if told.organisation is None:  # too few caseworkers to speak of it
        return words.text("branches.title_voice", voice=voice)
    organisation = share_of(told.organisation, words, _digits(reading))
    return words.text("branches.title", voice=voice, organisation=organisation)


def _in_order(steered: Steered) -> list[Weighted]:
    """After each step first: it leaves no case out."""
    return sorted(steered.weighted, key=lambda one: one.sort != "next")


def _lead(reading: Reading, steered: Steered) -> tuple[str, ...]:
    words = reading.words
    said = [words.text("branches.lead"), words.text("branches.lead_blocks")]
    if steered.unfit:
        said.append(words.text("branches.unfit", share=words.percent(steered.unfit, 0)))
    said.append(words.text("branches.ends" if steered.ends_recorded else "branches.ends_unknown"))
    return tuple(said)


def _weighted(reading: Reading, steered: Steered) -> Grid:
    words, digits = reading.words, _digits(reading)
    names = ("voice", "interval", "profile", "organisation", "whole", "branches", "decisions", "no_choice")
    columns = (
        Column(words.text("branches.column.sort")),
        *(Column(words.text(f"branches.column.{name}"), "end") for name in names),
    )
    rows = []
    for one in _in_order(steered):
        of_branches = {"count": words.number(one.branches), "of": words.number(one.of_branches)}
        of_decisions = {"count": words.number(one.decisions), "of": words.number(one.of_decisions)}
        rows.append(
            (
                Cell(sort_name(one, words)),
                _share(reading, one.voice),
                Cell(span_of(one.voice_interval, words, digits)),
                _share(reading, one.profile),
                _share(reading, one.organisation),
                _share(reading, one.whole),
                Cell(words.text("branches.of", **of_branches), "plain", one.branches),
                Cell(words.text("branches.of", **of_decisions), "plain", one.decisions),
                _share(reading, one.no_choice),
            )
        )
    return Grid("table-branches-all", words.text("branches.all"), columns, tuple(rows))


def _share(reading: Reading, value: float | None) -> Cell:
    words = reading.words
    if value is None:
        return Cell(words.text("report.dash"), "muted")
    return Cell(share_of(value, words, _digits(reading)), "plain", value)


def _overview(reading: Reading, branches: list[Branch], key: str) -> Grid:
    words, digits = reading.words, _digits(reading)
    columns = (
        Column(words.text("branches.column.branch")),
        Column(words.text("branches.column.options")),
        Column(words.text("branches.column.decisions"), "end"),
        *(Column(words.text(f"branches.column.{block}"), "end", bar=True) for block in BLOCKS),
        Column(words.text("branches.column.stands")),
        Column(words.text("branches.column.status")),
    )
    rows = []
    for branch in branches:
        tone: Tone = "plain" if branch.status == "ok" else "caution" if branch.status == "lower_bound" else "muted"
        shares = []
        for block in BLOCKS:
            part = getattr(branch, block)
            value = part.unique if part is not None else None
            dash = Cell(words.text("report.dash"), "muted")
            shares.append(
                dash if value is None else Cell(claimed(branch, value, words, digits), "plain", max(0.0, value))
            )
        rows.append(
            (
                Cell(branch_name(branch, words, reading.label)),
                Cell(" | ".join(option_name(option, words, reading.label) for option in branch.options)),
                Cell(words.number(branch.decisions), "plain", branch.decisions),
                *shares,
                Cell(standing_of(branch, words)),
                Cell(words.text(f"branches.status.{branch.reason or branch.status}"), tone),
            )
        )
    return held(words, key, f"{words.text('branches.table')} {words.text('branches.stands')}", columns, rows)


def _fold(reading: Reading, branch: Branch, place: int) -> Fold:
    """One branch opened: the question it raises, its tables, what was known and what the figures rest on."""
    words = reading.words
    inside: list[Grid | Items | Note] = []
    if branch.question:
        inside.append(
            Note(words.text(f"branches.question.{branch.question}"), "plain", words.text("branches.question_title"))
        )
    inside += [_crossing(reading, branch, table, f"{place}-{at}") for at, table in enumerate(branch.tables)]
    inside.append(Items(f"branch-{place}", words.text("branches.rests"), _facts(reading, branch)))
    name = branch_name(branch, words, reading.label)
    shares = {
        block: claimed(branch, part.unique if part is not None else None, words, _digits(reading))
        for block, part in zip(BLOCKS, (branch.voice, branch.profile, branch.organisation), strict=True)
    }
    return Fold(f"fold-branch-{place}", words.text("branches.fold", name=name, **shares), tuple(inside))


def _crossing(reading: Reading, branch: Branch, table: Crossing, key: str) -> Grid:
    """Options by levels: decisions, and the share of each option among the decisions at that level."""
    words = reading.words
    columns = (
        Column(table.title.get(words.language, table.attribute)),
        *(Column(level_name(level, words, reading.label), "end") for level in table.levels),
    )
    totals = [sum(column) for column in zip(*table.decisions, strict=True)]
    rows = []
    for at, counts in enumerate(table.decisions):
        name = option_name(branch.options[at], words, reading.label)
        cells = [
            Cell(
                words.text(
                    "branches.cell", count=words.number(count), share=words.percent(count / total if total else 0.0, 0)
                ),
                "plain",
                count,
            )
            for count, total in zip(counts, totals, strict=True)
        ]
        rows.append((Cell(name), *cells))
    return Grid(f"table-branch-{key}", words.text("branches.crossing"), columns, tuple(rows))


def _facts(reading: Reading, branch: Branch) -> tuple[tuple[str, str], ...]:
    words, digits = reading.words, _digits(reading)
    number = words.number
    pairs = [
        ("decisions", words.text("branches.counted", count=number(branch.decisions), cases=number(branch.cases))),
        ("entropy", words.text("branches.nats", nats=number(branch.entropy, 2))),
        ("voice", span_of(branch.voice_interval, words, digits)),
        ("shapley", _fair(reading, branch)),
        ("p", ", ".join(f"{words.text(f'branches.column.{block}')} {_p(reading, branch, block)}" for block in BLOCKS)),
        ("whole", share_of(branch.whole, words, digits)),
    ]
    if branch.decisions < branch.of_decisions:
        pairs.append(
            ("drawn", words.text("branches.of", count=number(branch.decisions), of=number(branch.of_decisions)))
        )
    pairs += [
        (name, number(many)) for name, many in (("unfit", branch.unfit), ("unfinished", branch.unfinished)) if many
    ]
    if branch.decisions and branch.same_time >= SAID_FROM * branch.decisions:
        pairs.append(("same_time", words.percent(min(1.0, branch.same_time / branch.decisions), 0)))
    for use in ("used", "sparse", "constant", "not_recorded"):
        listed = [_attribute(reading, one) for one in branch.known if one.use == use]
        pairs += [(f"use_{use}", "; ".join(listed))] if listed else []
    return tuple((words.text(f"branches.fact.{name}"), text) for name, text in pairs)


def _fair(reading: Reading, branch: Branch) -> str:
    words, digits = reading.words, _digits(reading)
    said = []
    for block in BLOCKS:
        part = getattr(branch, block)
        share = share_of(part.shapley if part is not None else None, words, digits)
        said.append(f"{words.text(f'branches.column.{block}')} {share}")
    return ", ".join(said)


def _p(reading: Reading, branch: Branch, block: str) -> str:
    part = getattr(branch, block)
    return (
        reading.words.text("report.dash") if part is None else p_of(part.p, reading.words, 3 if _digits(reading) else 2)
    )


def _attribute(reading: Reading, one: Considered) -> str:
    """An attribute, and how often it is not recorded where that is worth saying."""
    words = reading.words
    title = one.title.get(words.language, one.name)
    if not one.not_recorded:
        return title
    return words.text("branches.not_recorded", title=title, share=words.percent(one.not_recorded, 0))


def _no_choice(reading: Reading, branches: list[Branch]) -> Grid:
    """The points at which nothing is left to choose: a result of its own."""
    words = reading.words
    columns = (
        Column(words.text("branches.column.branch")),
        Column(words.text("branches.column.options")),
        Column(words.text("branches.column.decisions"), "end"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(branch_name(branch, words, reading.label)),
            Cell(" | ".join(option_name(option, words, reading.label) for option in branch.options)),
            Cell(words.number(branch.decisions), "plain", branch.decisions),
        )
        for branch in sorted(branches, key=lambda one: (-one.decisions, one.kind, one.after))
    ]
    return held(words, "table-no-choice", words.text("branches.no_choice"), columns, rows)


def _absent(reading: Reading, absent: tuple[Considered, ...]) -> Note:
    words = reading.words
    titles = [one.title.get(words.language, one.name).rstrip("?") for one in absent]  # a question ends a sentence
    return Note(words.text("branches.absent", titles="; ".join(titles)), "muted", words.text("branches.absent_title"))
