"""The section of the norms: which sentences were kept, where that cannot be said, and the two axes of the mission."""

from __future__ import annotations

from procmine.findings import Measurement, NormFound, NormsFound, Status
from procmine.report.document import Block, Cell, Column, Figure, Fold, Grid, Items, Note, Section
from procmine.report.norm_axes import Axes, axes_chart, axes_of
from procmine.report.reading import TELLING, Reading
from procmine.report.tables import MOST_ROWS, TONES
from procmine.report.words import clean

KEY = "normen"
FEW_OFFICES = 14
STATES = ("kept", "broken", "undetermined")


def norms_section(reading: Reading) -> Section | None:
    """The norms held against the log; None where there are none."""
    found, words = reading.findings.norms, reading.words
    if found is None or not found.norms:
        return None
    measured = sum(_value(norm.whole) is not None for norm in found.norms)
    count = words.number(len(found.norms))
    title = words.text("norms.title", measured=words.number(measured), count=count)
    lead = [words.text("norms.lead")]
    if any(norm.mark for norm in found.norms):
        lead.append(words.text("norms.examples"))
    blocks: list[Block] = [_whole(reading, found)]
    if len(reading.offices()) > 1:
        blocks += _plane(reading, axes_of(reading))
        blocks.append(Fold("norms-offices", words.text("norms.offices"), (_by_office(reading, found),)))
    if (detail := _detail(reading, found)).rows:
        blocks.append(Fold("norms-detail", words.text("norms.detail"), (detail,)))
    blocks.append(Fold("norms-checked", words.text("norms.checked_title"), (_checked(reading, found),)))
    blocks.append(Note(days_sentence(reading, found), "muted"))
    shown = title if measured else words.text("norms.title_none", count=count)
    return Section(KEY, words.text("norms.topic"), shown, tuple(lead), tuple(blocks))


def days_sentence(reading: Reading, found: NormsFound) -> str:
    """Whose holidays counted, and by which law periods were counted."""
    named = [land for land in found.lands if land]
    words = reading.words
    return words.text("norms.days", lands=words.listed(named)) if named else words.text("norms.days_plain")


def _value(measured: Measurement | None) -> float | None:
    return measured.value if measured is not None and measured.status in TELLING else None


def _share(reading: Reading, measured: Measurement | None) -> Cell:
    """A share kept, or the status that stands for it."""
    words, value = reading.words, _value(measured)
    if value is not None:
        return Cell(words.percent(value), "plain", value)
    status = measured.status if measured is not None else Status.NOT_MEASURABLE
    return Cell(words.text(f"status.{status.value}.name"), TONES[status])


def _number(reading: Reading, count: float | None) -> Cell:
    if count is None:
        return Cell(reading.words.text("report.dash"), "muted")
    return Cell(reading.words.number(count), "plain", count)


def _whole(reading: Reading, found: NormsFound) -> Grid:
    words = reading.words
    names = ("norm", "kept", "interval", "judged", "counts_kept", "counts_broken", "counts_open", "anchor", "status")
    shared = {"interval", "status"}
    columns = tuple(
        Column(
            words.text(f"column.{name}" if name in shared else f"norms.column.{name}"),
            "start" if name in ("norm", "anchor", "status") else "end",
        )
        for name in names
    )
    return Grid("norms", words.text("norms.caption"), columns, tuple(_row(reading, norm) for norm in found.norms))


def _row(reading: Reading, norm: NormFound) -> tuple[Cell, ...]:
    words, whole, count = reading.words, norm.whole, norm.count({})
    dash = Cell(words.text("report.dash"), "muted")
    interval = whole.interval if whole is not None and _value(whole) is not None else None
    status = whole.status if whole is not None else Status.NOT_MEASURABLE
    name = words.text(f"status.{status.value}.name")
    reason = reading.reason(whole) if whole is not None and whole.status is not Status.OK else ""
    mark = f" [{words.text('norms.example')}]" if norm.mark else ""
    return (
        Cell(clean(norm.sentence[words.language]) + mark),
        _share(reading, whole),
        Cell(words.span(*interval, "share")) if interval else dash,
        _number(reading, whole.denominator if whole is not None else None),
        *(_number(reading, getattr(count, state) if count is not None else None) for state in STATES),
        Cell(clean(norm.anchor) or words.text("report.dash"), "plain" if norm.anchor else "muted"),
        Cell(f"{name}. {reason}" if reason else name, TONES[status]),
    )


def _plane(reading: Reading, axes: Axes) -> list[Block]:
    words = reading.words
    spec = axes_chart(reading, axes)
    if spec is None:
        return [Note(words.text("norms.plane.nothing"), "caution")]
    named = words.listed([words.text("norms.plane.quoted", norm=_within(reading, norm)) for norm in axes.norms])
    blocks: list[Block] = [
        Figure(spec.key, spec.title, spec),
        Note(words.text("norms.plane.reading"), "muted"),
        Note(words.text("norms.plane.taken", norms=named), "muted"),
    ]
    if axes.left_out:
        offices = words.listed([clean(office) for office in axes.left_out])
        blocks.append(Note(words.text("norms.plane.left_out", offices=offices), "caution"))
    blocks.append(Fold("fold-norm-axes", words.text("norms.plane.fold"), (spec.table,)))
    return blocks


def _by_office(reading: Reading, found: NormsFound) -> Grid:
    """Offices in the order of their names by norms; norms by offices where those are few: a sentence as the head of a
    column needs more room than a page has."""
    words, offices = reading.words, reading.offices()
    if len(offices) <= FEW_OFFICES:
        heads = (Column(words.text("norms.column.norm")), *(Column(clean(office), "end") for office in offices))
        turned = tuple(
            (Cell(_short(norm, reading)), *(_share(reading, norm.at({"office": office})) for office in offices))
            for norm in found.norms
        )
        return Grid("norms-by-office", words.text("norms.offices_caption"), heads, turned)
    columns = (Column(words.text("column.office")), *(Column(_short(norm, reading), "end") for norm in found.norms))
    rows = tuple(
        (Cell(clean(office)), *(_share(reading, norm.at({"office": office})) for norm in found.norms))
        for office in offices[:MOST_ROWS]
    )
    left = len(offices) - len(rows)
    more = words.text("report.rows_left_out", count=words.number(left)) if left > 0 else ""
    return Grid("norms-by-office", words.text("norms.offices_caption"), columns, rows, more)


def _short(norm: NormFound, reading: Reading) -> str:
    """A norm as the head of a column: its sentence is what it is called."""
    return clean(norm.sentence[reading.words.language])


def _within(reading: Reading, norm: NormFound) -> str:
    """A norm within another sentence: without a full stop of its own."""
    return _short(norm, reading).rstrip(".")


def _detail(reading: Reading, found: NormsFound) -> Grid:
    words = reading.words
    columns = tuple(Column(words.text(f"norms.column.{name}")) for name in ("norm", "why", "begun", "function"))
    rows = []
    for norm in found.norms:
        count = norm.count({})
        if count is None or not (count.why or count.begun_by or count.functions):
            continue
        functions = {_function(reading, name): many for name, many in count.functions.items()}
        rows.append(
            (
                Cell(_short(norm, reading)),
                Cell(_listed(reading, {words.text(f"norms.why.{name}"): many for name, many in count.why.items()})),
                Cell(_listed(reading, {_begun(reading, side): many for side, many in count.begun_by.items()})),
                Cell(_listed(reading, functions)),
            )
        )
    return Grid("norms-detail-table", words.text("norms.detail_caption"), columns, tuple(rows))


def _begun(reading: Reading, side: str) -> str:
    return reading.words.text(f"norms.begun.{side or 'unknown'}")


def _function(reading: Reading, name: str) -> str:
    return reading.label(name) if name else _begun(reading, "")


def _listed(reading: Reading, parts: dict[str, int | None]) -> str:
    shown = [f"{name} {reading.words.number(many)}" for name, many in parts.items() if many]
    return ", ".join(shown) or reading.words.text("report.dash")


def _checked(reading: Reading, found: NormsFound) -> Items:
    words = reading.words
    pairs = tuple(
        (
            f"{_short(norm, reading)} ({words.text('norms.version', version=str(norm.version))})",
            clean(norm.checked) or words.text("norms.from_memory"),
        )
        for norm in found.norms
    )
    return Items("norms-checked-list", "", pairs)
