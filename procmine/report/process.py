"""The section of the process map: in levels of detail and in lanes, through lenses, as tables; who steers the steps."""

from __future__ import annotations

from collections.abc import Mapping

from procmine.model import Model, Quality, Share, Step
from procmine.report.document import Block, Cell, Column, Fold, Grid, LensChoice, Note, Picture, Points, Section
from procmine.report.maps import process_map as maps
from procmine.report.maps import tables as map_tables
from procmine.report.maps.selection import lane_of
from procmine.report.reading import Reading
from procmine.report.tables import held
from procmine.report.words import Words

# Steps and ways of the three levels: what fits a screen, what fits a sheet, what a person can still follow.
LEVELS = (("few", 12, 20), ("medium", 20, 40), ("much", 30, 80))
FIRST, FIRST_OF_DENSE = "medium", "few"
HALF = 0.5  # the share of transitions below which the first level is the smallest: more ways tell no more of the story
LENSES = ("by_client", "same_worker", "out_of_office", "warm")
MOST_STEPS = 15
KNOWN = 0.5


def map_section(reading: Reading) -> Section | None:
    """The process map, None where no model was mined or nothing of it may be shown."""
    model, words = reading.findings.model, reading.words
    if model is None or not model.steps:
        return None
    labels = {step.activity: reading.label(step.activity) for step in model.steps}
    labels |= {name: reading.label(name) for way in model.ways for name in (way.source, way.target)}
    drawn = _levels(reading, model, labels)
    chosen = _first(drawn)
    shown = drawn[chosen][1]
    level = LEVELS[[level[0] for level in LEVELS].index(drawn[chosen][0])]
    lanes = _lanes(reading, model, labels, level, shown.shown_steps)
    picture = Picture(
        key="map",
        caption=words.text("map.caption"),
        alt=shown.alt,
        levels=tuple(
            (words.text(f"map.{name}"), _level(reading, found), found.svg) for name, found in [*drawn, *lanes]
        ),
        shown=chosen,
        choices=tuple((f"s{place}", labels[activity]) for place, activity in enumerate(drawn[-1][1].shown_steps)),
        lenses=tuple(LensChoice(one.key, one.name, one.question, one.entries) for one in drawn[-1][1].legends),
    )
    tables = (_steps(reading, model, labels, drawn[-1][1]), _ways(reading, model, labels, drawn[-1][1]))
    blocks: list[Block] = [picture, Fold("fold-ways", words.text("map.fold"), tables)]
    lens = _lens(reading, model)
    if lens is not None:
        blocks.append(lens)
    if model.quality is not None and model.net is not None:
        limits = tuple(Note(words.text(f"fit.reason.{reason}")) for reason in model.quality.reasons)
        said = (Points("fit-limits", words.text("fit.limits"), limits),) if limits else ()
        blocks.append(Fold("fold-fit", words.text("fit.fold"), (_fit(reading, model.quality), *said)))
    lead = [words.text("map.lead", cases=words.number(model.cases), events=words.number(model.events))]
    if model.left_out_cases:
        of = model.cases + model.left_out_cases
        share = words.percent(model.cases / of, 0)
        lead.append(words.text("map.shown", share=share, of=words.number(of)))
    if model.variants:
        most = words.number(model.variants[0].cases)
        lead.append(words.text("map.variants", count=words.number(model.variant_count), cases=most))
    lead += _quality(reading, model)
    return Section("karte", words.text("map.topic"), _title(reading, model, shown), tuple(lead), tuple(blocks))


def _quality(reading: Reading, model: Model) -> list[str]:
    """How well the mined model fits, and what these figures and the model rest on."""
    words, quality = reading.words, model.quality
    if quality is None or quality.fitness is None:
        return []
    fitness, of = words.percent(quality.fitness, 0), words.number(model.cases)
    if quality.precision is None:
        said = [words.text("map.quality_fitness", fitness=fitness)]
    else:
        said = [words.text("map.quality", fitness=fitness, precision=words.percent(quality.precision, 0))]
    if "long_courses" in quality.reasons:
        said.append(words.text("fit.reason.long_courses"))
    if "alignment_budget" in quality.reasons:
        said.append(words.text("map.quality_on", on=words.number(quality.on_cases), of=of))
    if 0 < model.mined_cases < model.cases:
        said.append(words.text("map.mined", mined=words.number(model.mined_cases), of=of))
    return said


def _fit(reading: Reading, quality: Quality) -> Grid:
    """The figures of a model's quality, what each rests on and what it means."""
    words = reading.words
    of = words.number(quality.of_cases)
    aligned, replayed = (
        words.text("fit.on_cases", on=words.number(on), of=of) for on in (quality.on_cases, quality.token_cases)
    )
    covered = words.text("fit.on_steps", share=_share(reading, quality.precision_steps))
    figures = (
        ("alignment", quality.fitness, aligned),
        ("tokens", quality.token_fitness, replayed),
        ("precision", quality.precision, covered),
        ("generalisation", quality.generalisation, replayed),
        ("simplicity", quality.simplicity, words.text("fit.on_model")),
    )
    columns = (
        Column(words.text("fit.figure")),
        Column(words.text("fit.value"), "end"),
        Column(words.text("fit.rests")),
        Column(words.text("fit.says")),
    )
    dash = Cell(words.text("report.dash"), "muted")
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(words.text(f"fit.name.{name}")),
            Cell(words.text("fit.none"), "muted") if value is None else Cell(words.number(value, 2), "plain", value),
            dash if value is None else Cell(rests),
            Cell(words.text(f"fit.meaning.{name}")),
        )
        for name, value, rests in figures
    ]
    return held(words, "table-fit", words.text("fit.table"), columns, rows)


def _levels(reading: Reading, model: Model, labels: Mapping[str, str]) -> list[tuple[str, maps.Map]]:
    """The levels that differ from the one before."""
    found: list[tuple[str, maps.Map]] = []
    for name, steps, ways in LEVELS:
        drawn = _draw(reading, model, labels, steps, ways)
        if not found or (drawn.shown_steps, drawn.shown_ways) != (found[-1][1].shown_steps, found[-1][1].shown_ways):
            found.append((name, drawn))
    return found


def _lanes(
    reading: Reading, model: Model, labels: Mapping[str, str], level: tuple[str, int, int], steps: tuple[str, ...]
) -> list[tuple[str, maps.Map]]:
    """The level shown first once more, in lanes by who acts; nothing where that is recorded for no two functions."""
    shown = [step for step in model.steps if step.activity in steps]
    if len({lane_of(step) for step in shown} - {""}) < 2:
        return []
    return [("lanes", _draw(reading, model, labels, level[1], level[2], lanes=True))]


def _draw(
    reading: Reading, model: Model, labels: Mapping[str, str], steps: int, ways: int, *, lanes: bool = False
) -> maps.Map:
    return maps.draw(
        model,
        labels=labels,
        language=reading.words.language,
        number=reading.words.number,
        duration=reading.words.duration,
        max_steps=steps,
        max_ways=ways,
        notes=False,
        lanes=lanes,
    )


def _first(drawn: list[tuple[str, maps.Map]]) -> int:
    """The level shown first: the medium one; where even that holds less than half of a dense process, the smallest.

    A dense process has a thousand rare ways: twice the ways add a tenth of the transitions and hide the main course.
    """
    names = [name for name, _ in drawn]
    middle = names.index(FIRST) if FIRST in names else len(names) - 1
    share = drawn[middle][1].share_transitions
    dense = share is not None and share < HALF and FIRST_OF_DENSE in names
    return names.index(FIRST_OF_DENSE) if dense else middle


def _level(reading: Reading, drawn: maps.Map) -> str:
    words = reading.words
    steps, ways = words.number(len(drawn.shown_steps)), words.number(len(drawn.shown_ways))
    return words.text("map.level", steps=steps, ways=ways, share=_share(reading, drawn.share_transitions))


def _share(reading: Reading, share: float | None) -> str:
    return reading.words.text("report.none") if share is None else reading.words.percent(share, 0)


def _title(reading: Reading, model: Model, shown: maps.Map) -> str:
    """Who began what, where that is recorded for most events; else how much of the process the map shows."""
    words = reading.words
    hits, known = (sum(getattr(step.steering.by_client, part) for step in model.steps) for part in ("hits", "known"))
    begun = Share(hits, known, sum(step.events for step in model.steps))  # of all events, also where nobody begins
    if begun.value is not None and begun.coverage is not None and begun.coverage >= KNOWN:
        shares = {"by_client": words.percent(begun.value, 0), "known": words.percent(begun.coverage, 0)}
        return words.text("map.title_steering", **shares)
    ways, all_ways = words.number(len(shown.shown_ways)), words.number(shown.all_ways)
    return words.text("map.title", ways=ways, all_ways=all_ways, share=_share(reading, shown.share_transitions))


def _steps(reading: Reading, model: Model, labels: Mapping[str, str], shown: maps.Map) -> Grid:
    words = reading.words
    table = map_tables.steps_table(
        model, labels, language=words.language, number=words.number, shown=shown.shown_steps
    )  # fmt: skip
    return _grid(words, "table-steps", words.text("map.steps_table"), table)


def _ways(reading: Reading, model: Model, labels: Mapping[str, str], shown: maps.Map) -> Grid:
    words = reading.words
    table = map_tables.ways_table(
        model,
        labels,
        language=words.language,
        number=words.number,
        duration=words.duration,
        shown=shown.shown_ways,
    )
    return _grid(words, "table-ways", words.text("map.table"), table)


def _grid(words: Words, key: str, caption: str, table: map_tables.MapTable) -> Grid:
    columns = tuple(Column(title, "start" if place < table.words else "end") for place, title in enumerate(table.head))
    dash = words.text("report.dash")
    rows = [tuple(Cell(text) if text else Cell(dash, "muted") for text in row) for row in table.rows]
    return held(words, key, caption, columns, rows)


def _lens(reading: Reading, model: Model) -> Grid | None:
    """The steps whose initiator is mostly recorded, with the four shares of steering. A question, not a verdict."""
    words = reading.words
    steps = [step for step in model.steps if (step.steering.by_client.coverage or 0.0) >= KNOWN]
    if not steps:
        return None
    steps = sorted(steps, key=lambda step: (-step.events, step.activity))[:MOST_STEPS]
    lenses = [name for name in LENSES if any(_known(step, name) is not None for step in steps)]
    columns = (
        Column(words.text("lens.step")),
        Column(words.text("lens.events"), "end"),
        *(Column(words.text(f"lens.{name}"), "end", bar=True) for name in lenses),
    )
    rows = [
        (
            Cell(reading.label(step.activity)),
            Cell(words.number(step.events), "plain", step.events),
            *(_lens_cell(reading, _known(step, name)) for name in lenses),
        )
        for step in steps
    ]
    return held(words, "table-lens", words.text("map.lens"), columns, rows)


def _known(step: Step, lens: str) -> float | None:
    """A step's share in one lens, None where it is mostly not recorded or does not apply."""
    share: Share = getattr(step.steering, lens)
    return share.value if (share.coverage or 0.0) >= KNOWN else None


def _lens_cell(reading: Reading, share: float | None) -> Cell:
    if share is None:
        return Cell(reading.words.text("report.dash"), "muted")
    return Cell(reading.words.percent(share, 0), "plain", share)
