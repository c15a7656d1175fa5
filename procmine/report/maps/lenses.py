"""Lenses: what is asked of one and the same map, as a look, a sign and a text for each step and way.

Seven questions: an overview (who begins, how often, how long), how often, how long, who begins, whether the worker
stays, whether it happens outside the office, whether it is handed over warm. Each tells *no* from *not recorded* (a
share of 0 against a dashed line) and both from *does not apply* (no figure): a share rests on what is known, and where
that is under half of what is eligible it says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from procmine.model import Share, Step, Way
from procmine.report.maps.colours import SIDES
from procmine.report.maps.looks import LEVELS
from procmine.report.maps.selection import KNOWN, Selection, sides_of
from procmine.report.words import Words

LENSES = ("overview", "frequency", "time", "begun", "continuity", "place", "warm")
SHARES = {"begun": "by_client", "continuity": "same_worker", "place": "out_of_office", "warm": "warm"}
DAY = 86400.0
TIMES = (DAY, 7 * DAY, 28 * DAY, 90 * DAY)  # a day, a week, the month's notice, the three months of a plan's review
WIDER = 0.6  # frequencies are skewed: their levels rise with this power

Format = Callable[[float], str]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a lens shows of a step or way: its look, its sign ("" for none), the text on it, and the same in words."""

    look: str
    sign: str
    text: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a legend: a box or a line of that look and sign, or with neither a sentence."""

    kind: str  # "box", "way", "end" or "text"
    look: str
    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Lens:
    """What is asked of the map: a mark for each step by activity, for each way by its pair, and the legend.

    ``counts`` says that the arrows from begin and to end bear their numbers.
    """

    key: str
    steps: Mapping[str, Mark]
    ways: Mapping[Pair, Mark]
    legend: tuple[Entry, ...]
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """How figures are said: the map's words, formats for numbers and durations, whose side an initiator is on, whose
    holidays working time leaves out."""

    words: Words
    number: Format
    duration: Format
    sides: Mapping[str, str]
    lands: tuple[str, ...] = ("",)

    def working_days(self) -> str:
        """What working time leaves out, in short."""
        return self.words.text("working.lands" if any(self.lands) else "working.plain")

    def calendar(self) -> str:
        """Whose holidays it leaves out, as a sentence."""
        named = [land for land in self.lands if land]
        if not named:
            return self.words.text("working.no_calendar")
        some = "" in self.lands
        return self.words.text("working.some_calendar" if some else "working.calendar", lands=self.words.listed(named))


def share_text(share: float, words: Words) -> str:
    """A share in whole per cent that never claims all or nothing where it is not."""
    if 0 < share < 0.01:
        return words.text("share.less_than_one")
    if 0.99 < share < 1:
        return words.text("share.more_than_99")
    return words.percent(share, 0)


def lenses(chosen: Selection, speaker: Speaker, keys: Iterable[str] = LENSES) -> tuple[Lens, ...]:
    """The lenses named, over the steps and ways of a map."""
    makers: dict[str, Callable[[Selection, Speaker], Lens]] = {
        "overview": _overview,
        "frequency": _frequency,
        "time": _time,
        "begun": _begun,
    }
    return tuple(makers[key](chosen, speaker) if key in makers else _shares(key, chosen, speaker) for key in keys)


def _overview(chosen: Selection, speaker: Speaker) -> Lens:
    """Who begins a step by colour and sign; how often and how long on the ways."""
    words = speaker.words
    steps, ways = _counted(chosen, speaker), _frequencies(chosen)
    begun = {step.activity: _side(step, speaker)[0] for step in chosen.steps}
    texts = {pair: _count_and_time(way, speaker) for pair, way in _by_pair(chosen).items()}
    legend = [Entry("box", side, side, words.text(f"legend.{side}")) for side in SIDES if side in begun.values()]
    return Lens(
        "overview",
        {name: Mark(side, side, steps[name]) for name, side in begun.items()},
        {pair: Mark(look, "", texts[pair]) for pair, look in ways.items()},
        (*legend, *_ends(words), Entry("way", "way4", "", words.text("legend.way"))),
        True,
    )


def _frequency(chosen: Selection, speaker: Speaker) -> Lens:
    """How often: of a step its events, of a way its transitions and their share of what leaves its step."""
    words, looks = speaker.words, _frequencies(chosen)
    most = max((step.events for step in chosen.steps), default=1)
    levels = {step.activity: _skewed(step.events, most) for step in chosen.steps}
    events = {step.activity: step.events for step in chosen.steps}
    ways = {}
    for pair, way in _by_pair(chosen).items():
        share = share_text(min(1.0, way.count / max(1, events[way.source])), words)
        said = words.text("way.share", share=share)
        ways[pair] = Mark(looks[pair], "", f"{speaker.number(way.count)} · {share}", said)
    texts = _counted(chosen, speaker)
    legend = [Entry("box", f"way{k}", f"gauge{k}", words.text(f"legend.often{k}")) for k in (1, 5)]
    return Lens(
        "frequency",
        {name: Mark(f"way{k}", f"gauge{k}", texts[name]) for name, k in levels.items()},
        ways,
        (*legend, *_ends(words), Entry("way", "way4", "", words.text("legend.way_share"))),
        True,
    )


def _time(chosen: Selection, speaker: Speaker) -> Lens:
    """How long a way takes at the median: by the calendar, and on working days alone. A step takes no time."""
    words, ways = speaker.words, {}
    for pair, way in _by_pair(chosen).items():
        if way.median_seconds is None:
            ways[pair] = Mark("unknown", "", words.text("mark.unknown"), words.text("way.no_time"))
            continue
        calendar = speaker.duration(way.median_seconds)
        level = 1 + sum(way.median_seconds >= limit for limit in TIMES)
        text, said = calendar, words.text("way.time", time=calendar)
        if way.working_seconds is not None:
            working = speaker.duration(way.working_seconds)
            said = words.text("way.times", time=calendar, days=speaker.working_days(), working=working)
            text = _both(calendar, working)
        ways[pair] = Mark(f"share{level}", "", text, said)
    shown = {mark.look for mark in ways.values()}
    legend = [Entry("way", f"share{k}", "", words.text(f"legend.time{k}")) for k in LEVELS if f"share{k}" in shown]
    unknown = [Entry("way", "unknown", "", words.text("legend.no_time"))] if "unknown" in shown else []
    texts = _counted(chosen, speaker)
    legend_text = words.text("legend.working", days=speaker.working_days(), calendar=speaker.calendar())
    return Lens(
        "time",
        {name: Mark("plain", "", text) for name, text in texts.items()},
        ways,
        (*legend, *unknown, Entry("text", "", "", legend_text)),
    )


def _both(calendar: str, working: str) -> str:
    """Two times with their unit once where it is the same (11 / 7,9 Tage), and one where they are equal."""
    if calendar == working:
        return calendar
    unit = calendar.split(" ", 1)[-1]
    same = " " in calendar and working.endswith(f" {unit}")
    return f"{calendar.removesuffix(unit).rstrip() if same else calendar} / {working}"


def _begun(chosen: Selection, speaker: Speaker) -> Lens:
    """Who mostly begins a step and how clearly; of a way, the share the client's side began."""
    words, steps = speaker.words, {}
    for step in chosen.steps:
        side, share = _side(step, speaker)
        text = words.text("mark.unknown") if share is None else share_text(share, words)
        steps[step.activity] = Mark(side, side, text)
    ways = {pair: _share("begun", way, words) for pair, way in _by_pair(chosen).items()}
    present = {mark.look for mark in steps.values()}
    legend = [Entry("box", side, side, words.text(f"legend.{side}")) for side in SIDES if side in present]
    return Lens("begun", steps, ways, (*legend, *_ramp("begun", ways.values(), words, "way")))


def _shares(key: str, chosen: Selection, speaker: Speaker) -> Lens:
    """A share of a step's events and of a way's transitions."""
    words = speaker.words
    steps = {step.activity: _share(key, step, words) for step in chosen.steps}
    ways = {pair: _share(key, way, words) for pair, way in _by_pair(chosen).items()}
    return Lens(key, steps, ways, _ramp(key, (*steps.values(), *ways.values()), words, "box"))


def known(share: Share) -> float | None:
    """The share where it is recorded for at least half of what is eligible; else it says nothing."""
    return share.value if (share.coverage or 0.0) >= KNOWN else None


def share_words(share: Share, words: Words) -> str:
    """A share as a cell of a table: in per cent, not recorded, or a dash where it does not apply."""
    value = known(share)
    if value is not None:
        return share_text(value, words)
    return words.text("mark.not_recorded") if share.total else words.text("mark.none")


def _share(key: str, of: Step | Way, words: Words) -> Mark:
    share: Share = getattr(of.steering, SHARES[key])
    value, begun = known(share), key == "begun"
    if value is not None:
        level, text = 1 + min(4, int(5 * value)), share_text(value, words)
        said = words.text(f"said.{key}", share=text)
        return Mark(f"begun{level}" if begun else f"share{level}", "" if begun else f"gauge{level}", text, said)
    if share.total:
        said = words.text(f"said.{key}", share=words.text("mark.not_recorded"))
        return Mark("unknown", "unknown", words.text("mark.unknown"), said)
    return Mark("none", "", words.text("mark.none") if isinstance(of, Step) else "")


def _ramp(key: str, marks: Iterable[Mark], words: Words, kind: str) -> tuple[Entry, ...]:
    """What the levels mean that occur, what is not recorded, what does not apply, and what is measured."""
    marks, name = tuple(marks), "begun" if key == "begun" else "share"
    shown = {mark.look for mark in marks}
    levels = [
        Entry(kind, f"{name}{k}", f"gauge{k}" if kind == "box" else "", words.text(f"legend.level{k}"))
        for k in LEVELS
        if f"{name}{k}" in shown
    ]
    unknown = [Entry(kind, "unknown", "unknown", words.text("legend.not_recorded"))] if "unknown" in shown else []
    none = [Entry(kind, "none", "", words.text("legend.none"))] if "none" in shown else []
    return (*levels, *unknown, *none, Entry("text", "", "", words.text(f"legend.of_{key}")))


def _ends(words: Words) -> tuple[Entry, ...]:
    return tuple(Entry("end", key, "", words.text(f"legend.{key}")) for key in ("begin", "finish"))


def _side(step: Step, speaker: Speaker) -> tuple[str, float | None]:
    """Who mostly begins a step, and their share of the events where that is known."""
    found = sides_of(step, speaker.sides)
    if not found:
        return "unknown", None
    side = min(found, key=lambda side: (-found[side], SIDES.index(side)))
    return side, found[side] / sum(found.values())


def _by_pair(chosen: Selection) -> dict[Pair, Way]:
    return {(way.source, way.target): way for way in chosen.ways}


def _counted(chosen: Selection, speaker: Speaker) -> dict[str, str]:
    return {step.activity: speaker.number(step.events) + "×" for step in chosen.steps}


def _count_and_time(way: Way, speaker: Speaker) -> str:
    count = speaker.number(way.count)
    return count if way.median_seconds is None else f"{count} · {speaker.duration(way.median_seconds)}"


def _frequencies(chosen: Selection) -> dict[Pair, str]:
    most = max((way.count for way in chosen.ways), default=1)
    return {pair: f"way{_skewed(way.count, most)}" for pair, way in _by_pair(chosen).items()}


def _skewed(count: int, most: int) -> int:
    return 1 + min(4, int(5 * min(1.0, count / max(1, most)) ** WIDER))
