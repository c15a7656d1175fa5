"""The section of variety: how different courses are, over all cases and by office at one size; without direction."""

from __future__ import annotations

from collections.abc import Sequence

from procmine.model import Shuffled, Spread, Variety
from procmine.report.document import Block, Cell, Column, Grid, Note, Section
from procmine.report.reading import Reading
from procmine.report.tables import held
from procmine.report.words import Words

BITS = ("variant_bits", "next_bits", "next_or_end_bits", "start_next_or_end_bits")
SHARES = ("variant_entropy_share", "sequence_entropy_share", "linear_share", "exponential_share")
COUNTS = ("task_complexity", "phrases", "control_flow")
RATIOS = ("structure", "affinity", "deviation")
SMALLEST = 0.001
RANGES = {"variant_entropy_share": "variant_entropy", "sequence_entropy_share": "sequence_entropy"}


def variety_section(reading: Reading, found: Sequence[Variety]) -> Section | None:
    """The variety of the whole log (``office`` None) and of its offices, as it left the privacy door; None where
    nothing of the whole may be shown."""
    words = reading.words
    whole = next((one for one in found if one.office is None), None)
    if whole is None or not whole.cases:
        return None
    blocks: list[Block] = [_whole(words, whole)]
    offices = [one for one in found if one.office is not None]
    compared = next((one.shuffled for one in offices if one.shuffled is not None), None)
    if len(offices) > 1 and compared is not None:
        size = words.text("variety.size", draws=words.number(compared.draws), size=words.number(compared.size))
        blocks += [Note(size), _offices(words, offices)]
    lead = [words.text("variety.lead")]
    if whole.shuffled is not None:
        draws, size = words.number(whole.shuffled.draws), words.number(whole.shuffled.size)
        lead.append(words.text("variety.order", draws=draws, size=size))
    return Section("vielfalt", words.text("variety.topic"), _title(words, whole), tuple(lead), tuple(blocks))


def _title(words: Words, whole: Variety) -> str:
    cases, variants = words.number(whole.cases), words.number(whole.variants)
    share = dict(whole.top).get(1)
    if share is None:
        return words.text("variety.title_rare", cases=cases, variants=variants)
    return words.text("variety.title", cases=cases, variants=variants, share=_percent(words, share))


def _percent(words: Words, share: float) -> str:
    """A share with one decimal that is never 0 where it is not."""
    if 0 < share < SMALLEST:
        return words.text("quality.below", share=words.percent(SMALLEST))
    return words.percent(share)


def _whole(words: Words, whole: Variety) -> Grid:
    columns = (
        Column(words.text("variety.column.measure")),
        Column(words.text("variety.column.value"), "end"),
        Column(words.text("variety.column.meaning")),
    )
    rows = [
        _row(words, "variants", _decimal(words, whole.variants / whole.cases)),
        *(_top(words, most, share) for most, share in whole.top),
        *(_row(words, name, _bits(words, getattr(whole, name))) for name in BITS),
        *(_row(words, name, _ranged(words, whole, name)) for name in SHARES),
        _row(words, "process_exponent", _power(words, whole.process_exponent)),
        *(_row(words, name, _count(words, getattr(whole, name))) for name in COUNTS),
        _row(words, "detail", _decimal(words, whole.detail, 1)),
        _row(words, "gap_seconds", _duration(words, whole.gap_seconds)),
        *(_row(words, name, _decimal(words, getattr(whole, name))) for name in RATIOS),
    ]
    return held(words, "table-variety", words.text("variety.table"), columns, [row for row in rows if row is not None])


def _row(words: Words, name: str, value: Cell | None) -> tuple[Cell, ...] | None:
    """A measure with its value; none where it was not worked out."""
    if value is None:
        return None
    return Cell(words.text(f"variety.name.{name}")), value, _meaning(words, name)


def _top(words: Words, most: int, share: float) -> tuple[Cell, ...]:
    name = "top_one" if most == 1 else "top"
    title = words.text(f"variety.name.{name}", count=words.number(most))
    return Cell(title), Cell(_percent(words, share), "plain", share), _meaning(words, name)


def _meaning(words: Words, name: str) -> Cell:
    said = words.maybe(f"variety.meaning.{name}")
    return Cell(said) if said else Cell(words.text("report.dash"), "muted")


def _ranged(words: Words, whole: Variety, name: str) -> Cell | None:
    """A share of the highest entropy, with its range over random orders where it depends on them."""
    value: float | None = getattr(whole, name)
    if value is None or whole.shuffled is None or name not in RANGES:
        return _decimal(words, value)
    spread: Spread = getattr(whole.shuffled, RANGES[name])
    return Cell(f"{words.number(value, 2)} ({words.span(spread.low, spread.high, 'mean')})", "plain", value)


def _offices(words: Words, offices: Sequence[Variety]) -> Grid:
    """Mean and range of each office's draws, in the order of the names: never of the values."""
    names = ("office", "cases", "variants", "variant_entropy", "sequence_entropy")
    columns = tuple(
        Column(words.text(f"variety.column.{name}"), "end" if place else "start") for place, name in enumerate(names)
    )
    known = {one.office or "": one for one in offices}
    rows = [
        (
            Cell(name),
            Cell(words.number(known[name].cases), "plain", known[name].cases),
            *_drawn(words, known[name].shuffled),
        )
        for name in words.sorted(list(known))
    ]
    return held(words, "table-variety-offices", words.text("variety.offices"), columns, rows)


def _drawn(words: Words, shuffled: Shuffled | None) -> tuple[Cell, ...]:
    if shuffled is None:
        return (Cell(words.text("variety.too_few"), "muted"),) * 3
    spreads = (shuffled.variants, shuffled.variant_entropy, shuffled.sequence_entropy)
    return tuple(
        Cell(f"{words.number(one.mean, 2)} ({words.span(one.low, one.high, 'mean')})", "plain", one.mean)
        for one in spreads
    )


def _decimal(words: Words, value: float | None, digits: int = 2) -> Cell | None:
    return None if value is None else Cell(words.number(value, digits), "plain", value)


def _count(words: Words, value: int | None) -> Cell | None:
    return None if value is None else Cell(words.number(value), "plain", value)


def _power(words: Words, exponent: float | None) -> Cell | None:
    if exponent is None:
        return None
    shown = words.number(exponent, _digits(exponent))
    return Cell(words.text("variety.power", exponent=shown), "plain", exponent)


def _bits(words: Words, value: float | None) -> Cell | None:
    return _decimal(words, value, 2 if value is None else _digits(value))


def _digits(value: float) -> int:
    """As many digits as two significant ones leave, where the value was rounded to them: 12, not 12.00."""
    if value >= 10 and round(value) == value:
        return 0
    return 1 if value >= 1 and round(value, 1) == value else 2


def _duration(words: Words, seconds: float | None) -> Cell | None:
    return None if seconds is None else Cell(words.duration(seconds), "plain", seconds)
