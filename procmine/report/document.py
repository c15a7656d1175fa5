"""A report before it has a format: sections, tables, figures and notes as frozen values, every text ready to be read.

Whoever renders a Document (HTML, PDF, XLSX, the local page) decides nothing about its content. Texts are plain: they
may hold anything a log can hold, and each renderer escapes them in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Align = Literal["start", "end"]
Tone = Literal["plain", "muted", "caution", "signal", "withheld"]
Mark = Literal["inside", "between", "outside", "hollow"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its text, and ``number`` in full precision where the text shows one."""

    text: str
    tone: Tone = "plain"
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a table's column; numbers stand at the end, so that their digits align.

    ``bar`` says that the column's numbers are shares, which a renderer may also draw as bars.
    """

    title: str
    align: Align = "start"
    bar: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: caption, columns and rows; the first cell of a row is its head. ``more`` says what was left out."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence or a few that stand by themselves."""

    text: str
    tone: Tone = "plain"
    title: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """Short labelled statements: a definition list."""

    key: str
    title: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Points:
    """A list of statements, each with a lead and what there is to add."""

    key: str
    title: str
    points: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """A chart's axis from ``low`` to ``high`` with its ticks (place, text); ``log`` counts in powers of ten."""

    title: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def place(self, value: float) -> float:
        """Where a value lies on the axis in per cent of its length, held to its ends."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0
        return round(100 * min(1.0, max(0.0, share)), 2)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart: the reference or one limit."""

    name: str
    role: Literal["reference", "limit_95", "limit_998"]
    xs: tuple[float, ...]
    ys: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """One group in a chart: its place, interval and bounds along the value axis, how it is marked, what is said."""

    name: str
    x: float
    y: float
    mark: Mark
    hover: str
    interval: tuple[float, float] | None = None
    bounds: tuple[float, float] | None = None
    named: bool = False
    up: tuple[float, float] | None = None
    """The interval along the other axis, where a chart has two of values."""


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """A chart before it is painted: frozen data, all its texts, what it says in words (``alt``) and its table."""

    key: str
    kind: Literal["funnel", "interval", "plane"]
    title: str
    alt: str
    x: Axis
    y: Axis
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    table: Grid
    unit: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its title, what can be read from it, and how to read it."""

    key: str
    caption: str
    chart: ChartSpec


@dataclass(frozen=True, slots=True)
class LensChoice:
    """What a drawing can be asked: the drawing's key of it, its name, the question, and the legend.

    An entry of the legend is a swatch (SVG as made by procmine.report.maps.process_map, "" for none) and its meaning.
    """

    key: str
    name: str
    question: str
    legend: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing ready as SVG (the process map), in one or more levels of detail, with its table."""

    key: str
    caption: str
    alt: str
    levels: tuple[tuple[str, str, str], ...]
    """(name, what this level shows, SVG as made by procmine.report.maps.process_map) from little to much."""
    shown: int
    """Index of the level shown first."""
    choices: tuple[tuple[str, str], ...] = ()
    """(drawing's key of a step, name) for the choice of one step."""
    legend: tuple[tuple[str, str, str], ...] = ()
    """(kind, sign, meaning)."""
    lenses: tuple[LensChoice, ...] = ()
    """What every level can be asked, the one shown first first."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A part that is closed at first: the title says what is in it."""

    key: str
    title: str
    blocks: tuple[Grid | Items | Points | Note | MetricSheet, ...]


@dataclass(frozen=True, slots=True)
class ProfileCell:
    """One office's figure in the profile: value and words; ``dot`` is None where there is nothing to draw."""

    status: str
    status_text: str
    value: str
    detail: str
    remark: str
    dot: Dot | None
    signal: Literal["", "above", "below"] = ""


@dataclass(frozen=True, slots=True)
class ProfileColumn:
    """One metric of the profile with the scale all its cells share and the value of all offices together."""

    metric: str
    title: str
    axis: Axis
    reference: float | None
    reference_text: str
    chart: ChartSpec


@dataclass(frozen=True, slots=True)
class Profile:
    """Offices in the order of their names by the core metrics: one mark, one value and one status a cell."""

    key: str
    caption: str
    head: str
    columns: tuple[ProfileColumn, ...]
    rows: tuple[tuple[str, tuple[ProfileCell, ...]], ...]
    legend: tuple[tuple[str, str], ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class MetricSheet:
    """What stands beside a metric's numbers: its question, what is counted, and how it misleads.

    ``quote`` is what the sentence of the text is called, and the sentence: German as printed, in every language.
    """

    metric: str
    title: str
    question: str
    pairs: tuple[tuple[str, str], ...]
    quote: tuple[str, str]
    folded: tuple[tuple[str, tuple[str, ...]], ...]
    version: str


Block = Grid | Note | Items | Points | Figure | Picture | Fold | Profile | MetricSheet


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: the topic, the finding as a sentence, what to know, and its blocks.

    ``aside`` stands beside the blocks where there is room, after them where there is none.
    """

    key: str
    topic: str
    title: str
    lead: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    aside: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One of the sentences at the head of the report and the section that shows it."""

    text: str
    section: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. ``terms`` are the short texts a renderer needs for itself (skip link, buttons)."""

    language: str
    kicker: str
    title: str
    facts: tuple[tuple[str, str], ...]
    messages_title: str
    messages: tuple[Message, ...]
    sections: tuple[Section, ...]
    foot: tuple[Items, ...]
    foot_title: str
    closing: str
    terms: Mapping[str, str]
