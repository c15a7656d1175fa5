"""The section of a drawn norm: how many cases keep to it, the drawing with its deviations, and the same as tables."""

from __future__ import annotations

from procmine.deviations import STEP_KINDS, Begun, Conformance, Deviation, Kept, Remark
from procmine.report.document import Block, Cell, Column, Fold, Grid, Note, Picture, Section
from procmine.report.maps import norm_map
from procmine.report.maps.norm_colours import SIDES
from procmine.report.maps.norm_places import drawn_by_author
from procmine.report.reading import Reading
from procmine.report.tables import held
from procmine.report.words import Words, clean


def conform_section(reading: Reading, found: Conformance) -> Section:
    """How the log keeps to one drawn norm."""
    words, norm = reading.words, found.norm
    drawn = norm_map.draw(found, label=reading.label, words=words)
    places = words.number(len({(each.kind, each.element) for each in found.deviations}))
    steps = words.number(sum(each.kind in STEP_KINDS for each in norm.elements))
    picture = Picture(
        key=f"norm-{norm.digest[:8]}",
        caption=words.text("conform.caption", norm=clean(norm.name)),
        alt=drawn.alt,
        levels=((clean(norm.name), words.text("conform.level", steps=steps, places=places), drawn.svg),),
        shown=0,
        choices=tuple((each.id, clean(each.name)) for each in norm.elements if each.kind in STEP_KINDS and each.name),
        legend=legend(words),
    )
    blocks: list[Block] = [picture, Note(words.text("conform.legend_moved"), "muted")]
    if not drawn_by_author(norm):
        blocks.append(Note(words.text("conform.ours"), "muted"))
    blocks.append(deviations_table(reading, found) if found.deviations else Note(words.text("conform.none")))
    if found.offices:
        blocks.append(_offices(reading, found))
    if found.beside:
        blocks.append(Fold(f"fold-{picture.key}", words.text("conform.fold_beside"), (_beside(reading, found),)))
    if norm.remarks:
        said = " ".join(remark_text(each, words) for each in norm.remarks)
        blocks.append(Note(said, "muted", words.text("conform.remarks")))
    return Section(
        picture.key, words.text("conform.topic"), title(found, words), tuple(lead(found, words)), tuple(blocks)
    )


def title(found: Conformance, words: Words) -> str:
    """The share of cases that kept the norm, as a sentence."""
    whole, name = found.whole, clean(found.norm.name)
    if whole.share.value is None or whole.interval is None:
        return words.text("conform.title_none", norm=name)
    interval = words.span(*whole.interval, "share")
    return words.text("conform.title", norm=name, share=words.percent(whole.share.value), interval=interval)


def lead(found: Conformance, words: Words) -> list[str]:
    """What the share rests on, and what stays open."""
    whole = found.whole
    counts = {name: words.number(getattr(whole, name)) for name in ("kept", "broken", "running", "earlier", "beyond")}
    decided, every = words.number(whole.share.known), words.number(whole.share.total)
    said = [
        words.text("conform.lead", decided=decided, all=every, kept=counts["kept"], broken=counts["broken"]),
        words.text("conform.undetermined", **{name: counts[name] for name in ("running", "earlier", "beyond")}),
    ]
    if found.untouched:
        said.append(words.text("conform.untouched", count=words.number(found.untouched)))
    if not found.exits and found.quiet_days is not None:
        said.append(words.text("conform.no_exits", days=words.number(found.quiet_days)))
    elif not found.exits:
        said.append(words.text("conform.no_exits_at_all"))
    if not found.entries:
        said.append(words.text("conform.no_entries"))
    said += [words.text(f"conform.reason.{reason}") for reason in found.reasons]
    if found.fitness is not None:
        said.append(words.text("conform.fitness", fitness=words.percent(found.fitness, 0)))
    return said


def legend(words: Words) -> tuple[tuple[str, str, str], ...]:
    """What the drawing's signs mean."""
    signs = {"client": "●", "office": "■", "third": "▲", "unknown": "○"}
    return (
        ("done", "12×", words.text("conform.legend_done")),
        ("missing", "⊖", words.text("conform.legend_missing")),
        ("inserted", "◇", words.text("conform.legend_inserted")),
        *((side, signs[side], words.text(f"conform.legend_{side}")) for side in SIDES),
    )


def remark_text(remark: Remark, words: Words) -> str:
    """A remark of the reader as a sentence."""
    return words.text(f"conform.remark.{remark.kind}", about=", ".join(clean(about) for about in remark.about))


def place_text(deviation: Deviation, found: Conformance, words: Words) -> str:
    """Where on the norm a deviation lies."""
    element = found.norm.element(deviation.element)
    name = clean(element.name or element.id)
    if deviation.kind == "missing":
        return words.text("conform.at", element=name)
    return words.text("conform.at_start") if element.kind == "start" else words.text("conform.behind", element=name)


def begun_text(deviation: Deviation, words: Words) -> str:
    """Who began it, side by side with how often; nobody begins what is missing."""
    if deviation.kind == "missing":
        return words.text("conform.nobody")
    if deviation.withheld:
        return words.text("conform.begun_withheld")
    return ", ".join(_side(each, words) for each in deviation.begun)


def _side(begun: Begun, words: Words) -> str:
    side = words.text(f"conform.legend_{begun.side}")
    return words.text("conform.side", side=side, count=words.number(begun.events))


def deviations_table(reading: Reading, found: Conformance) -> Grid:
    """The drawing as a table: every deviation with its place, its cases and who began it."""
    words = reading.words
    heads = ("step", "kind", "where", "cases", "times", "begun")
    columns = tuple(Column(words.text(f"conform.{h}"), "end" if h in ("cases", "times") else "start") for h in heads)
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(reading.label(each.activity)),
            Cell(words.text(f"conform.{each.kind}")),
            Cell(place_text(each, found, words)),
            Cell(words.number(each.cases), "plain", each.cases),
            Cell(words.number(each.events), "plain", each.events),
            Cell(begun_text(each, words), "muted" if each.kind == "missing" else "plain"),
        )
        for each in found.deviations
    ]
    return held(words, f"table-norm-{found.norm.digest[:8]}", words.text("conform.table"), columns, rows)


def _offices(reading: Reading, found: Conformance) -> Grid:
    words = reading.words
    heads = ("office", "share", "interval", "decided", "open")
    columns = tuple(Column(words.text(f"conform.{head}"), "start" if head == "office" else "end") for head in heads)
    by_name = {each.group["office"]: each for each in found.offices}
    rows = [_office(name, by_name[name], words) for name in words.sorted(list(by_name))]
    return held(words, f"offices-norm-{found.norm.digest[:8]}", words.text("conform.offices"), columns, rows)


def _office(name: str, of: Kept, words: Words) -> tuple[Cell, ...]:
    dash = Cell(words.text("report.dash"), "muted")
    value, left = of.share.value, of.running + of.earlier + of.beyond
    return (
        Cell(clean(name)),
        dash if value is None else Cell(words.percent(value), "plain", value),
        dash if of.interval is None else Cell(words.span(*of.interval, "share")),
        Cell(words.number(of.share.known), "plain", of.share.known),
        Cell(words.number(left), "plain", left),
    )


def _beside(reading: Reading, found: Conformance) -> Grid:
    words = reading.words
    columns = (
        Column(words.text("conform.step")),
        Column(words.text("conform.times"), "end"),
        Column(words.text("conform.cases"), "end"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(reading.label(name)),
            Cell(words.number(events), "plain", events),
            Cell(words.number(cases), "plain", cases),
        )
        for name, events, cases in found.beside
    ]
    return held(words, f"beside-norm-{found.norm.digest[:8]}", words.text("conform.beside"), columns, rows)
