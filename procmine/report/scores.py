"""The sections that show the core four: the profile of all, and one section each; and a metric's sheet."""

from __future__ import annotations

from typing import Literal

from procmine.findings import Comparison, Measurement, Signal, Status
from procmine.report.document import (
    Block,
    Dot,
    Figure,
    Fold,
    Items,
    MetricSheet,
    Note,
    Profile,
    ProfileCell,
    ProfileColumn,
    Section,
)
from procmine.report.figures import funnel_spec, interval_spec, mark_of, shown_bounds, signal_words
from procmine.report.reading import CORE, OUTSIDE, Reading
from procmine.report.tables import MOST_ROWS, by_attribute, by_office, count_of
from procmine.report.words import clean

ALONE = ("inside", "hollow")
LEGEND = ("inside", "between", "outside", "hollow", "reference")
UNJUDGED = (Status.NOT_MEASURABLE, Status.INSUFFICIENT_N, Status.LOW_COVERAGE, Status.SUPPRESSED)


def verdict(reading: Reading, metric: str) -> str:
    """The one sentence on a metric: what the comparison shows, or why it shows nothing. Never a cause, never a rank."""
    words, phrase, tally = reading.words, reading.phrase(metric), reading.tally(metric)
    if tally.offices < 2:
        return _alone(reading, metric)
    if tally.by_status.get(Status.NOT_MEASURABLE, 0) == tally.offices:
        reason = _shared_reason(reading, metric)
        return words.text("message.measurable", count=words.number(tally.offices), metric=phrase, reason=reason).strip()
    if tally.judged == 0:
        return words.text("message.incomparable", count=words.number(tally.offices), metric=phrase)
    judged = words.number(tally.judged)
    if tally.above and tally.below:
        above, below = words.number(tally.above), words.number(tally.below)
        return words.counted("message.both", tally.outside, judged=judged, metric=phrase, above=above, below=below)
    if tally.outside:
        side = "above" if tally.above else "below"
        return words.counted(f"message.{side}", tally.outside, judged=judged, metric=phrase)
    if tally.between:
        return words.counted("message.between", tally.between, judged=judged, metric=phrase)
    return words.counted("message.within", tally.judged, metric=phrase)


def gap(reading: Reading, metric: str) -> str:
    """Where some offices' logs do not carry the metric: how many, and why if the reason is one. Else empty."""
    tally = reading.tally(metric)
    missing = tally.by_status.get(Status.NOT_MEASURABLE, 0)
    if not 0 < missing < tally.offices:
        return ""
    offices = reading.words.number(tally.offices)
    reason = _shared_reason(reading, metric)
    text = reading.words.counted("message.gap", missing, offices=offices, metric=reading.phrase(metric), reason=reason)
    return text.strip()


def profile_section(reading: Reading) -> Section | None:
    """Office by core metric, before everything else. None where no core metric was measured."""
    words = reading.words
    metrics = [metric for metric in CORE if metric in reading.metrics()]
    offices = reading.offices()
    if not metrics or not offices:
        return None
    columns = tuple(_column(reading, metric) for metric in metrics)
    shown = offices[:MOST_ROWS]
    rows = tuple((clean(office), tuple(_cell(reading, metric, office) for metric in metrics)) for office in shown)
    left_out = len(offices) - len(shown)
    block = Profile(
        key="profile",
        caption=words.text("profile.caption"),
        head=words.text("profile.office"),
        columns=columns,
        rows=rows,
        legend=tuple((mark, words.text(f"legend.{mark}")) for mark in (LEGEND if len(offices) > 1 else ALONE)),
        more=words.text("report.rows_left_out", count=words.number(left_out)) if left_out else "",
    )
    lead = (words.text("profile.lead"), words.text("profile.scale" if len(offices) > 1 else "profile.scale_alone"))
    title = _profile_title(reading, metrics, offices)
    return Section("profil", words.text("profile.topic"), title, lead, (block, *_status_words(reading, block)))


def _status_words(reading: Reading, profile: Profile) -> tuple[Items, ...]:
    """What the words of the statuses mean that stand in the profile, the reliable one aside."""
    found = {cell.status for _, cells in profile.rows for cell in cells} - {Status.OK.value}
    words = reading.words
    names = [status.value for status in Status if status.value in found]
    pairs = tuple((words.text(f"status.{name}.name"), words.text(f"status.{name}.meaning")) for name in names)
    return (Items("statuses", "", pairs),) if pairs else ()


def metric_section(reading: Reading, metric: str) -> Section:
    """One core metric: its funnel, its table, and its sheet beside them."""
    words = reading.words
    table = by_office(reading, metric)
    funnel = reading.funnel(metric)
    spec = funnel_spec(reading, metric, funnel, table) if funnel else None
    blocks: list[Block] = []
    if spec is not None:
        caption = "funnel.caption" if reading.unit(metric) == "share" else "funnel.caption_mean"
        blocks.append(Figure(spec.key, words.text(caption, metric=reading.title(metric)), spec))
        blocks.append(Note(words.text("funnel.reading"), "muted"))
    elif len(reading.offices()) > 1:
        blocks.append(Note(words.text("funnel.nothing"), "caution"))
    blocks += [by_attribute(reading, metric, name, found) for name, found in reading.splits(metric).items()]
    blocks.append(Fold(f"fold-{metric}", words.text("metric.fold"), (table,)))
    lead = tuple(text for text in (pooled(reading, metric), _unjudged(reading, metric)) if text)
    sheet = sheet_of(reading, metric)
    return Section(
        key=metric.replace("_", "-"),
        topic=reading.title(metric),
        title=verdict(reading, metric),
        lead=lead,
        blocks=tuple(blocks) if spec else (sheet, *blocks),
        aside=(sheet,) if spec else (),
    )


def sheet_of(reading: Reading, metric: str) -> MetricSheet:
    """A metric's sheet: its question and what is counted in sight, how it misleads folded."""
    words, sheet = reading.words, reading.sheets.get(metric)
    answers = getattr(sheet, "answers_to", None)
    sides = ((side, reading.said(metric, "counts", side)) for side in ("numerator", "denominator"))
    polarity = words.text(f"metric.polarity_of.{getattr(sheet, 'polarity', 'none')}")
    parts = {
        part: reading.said(metric, part) for part in ("definition", "caveats", "gaming", "counter_checks", "beside")
    }
    parts["beside"] += tuple(reading.title(str(name)) for name in getattr(sheet, "counter_metrics", ()))
    return MetricSheet(
        metric=metric,
        title=reading.title(metric),
        question=" ".join(reading.said(metric, "question")),
        pairs=(
            *((words.text(f"metric.{side}"), " ".join(text)) for side, text in sides if text),
            (words.text("metric.polarity"), polarity),
            *([(words.text("metric.needs"), needed)] if (needed := reading.needed(metric)) else []),
        ),
        quote=(words.text("metric.answers_to"), clean(answers.sentence) if answers else ""),
        folded=tuple((words.text(f"metric.{part}"), texts) for part, texts in parts.items() if texts),
        version=words.text("metric.version", version=str(_version(reading, metric))),
    )


def pooled(reading: Reading, metric: str) -> str:
    """The value of all offices together with what it rests on, or why there is none."""
    words, unit, whole = reading.words, reading.unit(metric), reading.whole(metric)
    if whole is None:
        return ""
    if reading.value(whole) is None or whole.value is None:
        status = words.text(f"status.{whole.status.value}.name")
        return words.text("metric.pooled_none", status=status, reason=reading.reason(whole)).strip()
    counted = count_of(whole)
    none = words.text("report.none")
    text = words.text(
        "metric.pooled" if len(reading.offices()) > 1 else "metric.alone",
        value=words.value(whole.value, unit),
        interval=words.text("profile.interval", span=words.span(*whole.interval, unit)) if whole.interval else none,
        count=words.number(counted) if counted is not None else none,
        coverage=words.text("profile.known", share=words.percent(whole.coverage, 0))
        if whole.coverage is not None
        else none,
    )
    by_case = "" if whole.case_mean is None else words.value(whole.case_mean, unit)
    if by_case and unit == "share" and by_case != words.value(whole.value, unit):
        text += " " + words.text("metric.case_mean", value=by_case)
    return text


def _alone(reading: Reading, metric: str) -> str:
    """The sentence where there is one office and nothing to compare it with."""
    words, offices = reading.words, reading.offices()
    measured = reading.at(metric, offices[0]) if offices else reading.whole(metric)
    name = clean(offices[0]) if offices else clean(reading.findings.title)
    if measured is None or measured.value is None or reading.value(measured) is None:
        status = words.text(f"status.{(measured.status if measured else Status.NOT_MEASURABLE).value}.name")
        reason = reading.reason(measured) if measured else ""
        return words.text(
            "message.status.one", office=name, metric=reading.phrase(metric), status=status, reason=reason
        ).strip()
    unit = reading.unit(metric)
    span = words.span(*measured.interval, unit) if measured.interval else words.text("report.none")
    return words.text(
        "message.value.one",
        office=name,
        metric=reading.phrase(metric),
        value=words.value(measured.value, unit),
        interval=words.text("profile.interval", span=span),
    )


def _shared_reason(reading: Reading, metric: str) -> str:
    """The reason all offices that cannot be measured give, empty if they differ."""
    found = [m for office in reading.offices() if (m := reading.at(metric, office)) is not None]
    reasons = {reading.reason(m) for m in found if m.status is Status.NOT_MEASURABLE}
    return reasons.pop() if len(reasons) == 1 else ""


def _unjudged(reading: Reading, metric: str) -> str:
    words, tally = reading.words, reading.tally(metric)
    if tally.offices < 2:
        return ""
    counts = [(status, tally.by_status.get(status, 0)) for status in UNJUDGED]
    parts = [words.text(f"count.{status.value}", count=words.number(count)) for status, count in counts if count]
    return words.text("metric.unjudged", parts=words.listed(parts)) if parts else ""


def _version(reading: Reading, metric: str) -> int:
    return next(m.version for m in reading.findings.measurements if m.metric == metric)


def _profile_title(reading: Reading, metrics: list[str], offices: list[str]) -> str:
    words = reading.words
    whole = sum(
        all((m := reading.at(metric, office)) is not None and m.status is Status.OK for metric in metrics)
        for office in offices
    )
    count = words.number(len(metrics))
    if whole == len(offices):
        return words.counted("profile.title_all", whole, metrics=count)
    if whole == 0:
        return words.counted("profile.title_none", len(offices), metrics=count)
    rest, all_offices = words.number(len(offices) - whole), words.number(len(offices))
    return words.counted("profile.title_some", whole, offices=all_offices, metrics=count, rest=rest)


def _column(reading: Reading, metric: str) -> ProfileColumn:
    words, reference = reading.words, reading.reference(metric)
    spec = interval_spec(reading, metric, by_office(reading, metric))
    text = words.text("profile.no_reference") if len(reading.offices()) > 1 else ""
    if reference is not None:
        text = words.text("profile.all", value=words.value(reference, reading.unit(metric)))
    return ProfileColumn(metric, reading.title(metric), spec.x, reference, text, spec)


def _cell(reading: Reading, metric: str, office: str) -> ProfileCell:
    words, measured = reading.words, reading.at(metric, office)
    status = measured.status if measured is not None else Status.NOT_MEASURABLE
    name, value = words.text(f"status.{status.value}.name"), reading.value(measured)
    if measured is None or value is None:
        return ProfileCell(status.value, name, "", reading.reason(measured) if measured else "", "", None)
    compared = reading.comparison(metric, office)
    outside = compared is not None and compared.signal in OUTSIDE
    return ProfileCell(
        status=status.value,
        status_text=name,
        value=words.value(value, reading.unit(metric)),
        detail=_detail(reading, measured),
        remark=signal_words(reading, compared) if outside else "" if status is Status.OK else name,
        dot=_dot(reading, measured, compared),
        signal=_direction(compared),
    )


def _direction(compared: Comparison | None) -> Literal["", "above", "below"]:
    if compared is None or compared.signal not in OUTSIDE:
        return ""
    return "above" if compared.signal is Signal.ABOVE_998 else "below"


def _detail(reading: Reading, measured: Measurement) -> str:
    words, counted = reading.words, count_of(measured)
    parts = []
    if counted is not None:
        parts.append(words.text("profile.n", count=words.number(counted)))
    if measured.coverage is not None:
        parts.append(words.text("profile.known_short", share=words.percent(measured.coverage, 0)))
    return " · ".join(parts)


def _dot(reading: Reading, measured: Measurement, compared: Comparison | None) -> Dot:
    return Dot(
        name="",
        x=measured.value or 0.0,
        y=0.0,
        mark=mark_of(measured, compared),
        hover=reading.words.value(measured.value or 0.0, reading.unit(measured.metric)),
        interval=measured.interval,
        bounds=shown_bounds(measured),
    )
