"""What ``inspect`` and ``map`` found, as lines for a person and as data for JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from procmine.content import listing
from procmine.read.inspection.candidates import Candidate
from procmine.read.inspection.date_order import DateOrder
from procmine.read.inspection.decisions import decide, questions
from procmine.read.inspection.drafting import draft, encoding_text, reason_text, reasons_text
from procmine.read.inspection.inspecting import ColumnOverview, FileOverview, Inspection, inspect
from procmine.read.progress import Progress, quiet
from procmine.read.source import CANONICAL, load_source
from procmine.report.words import Words, clean
from procmine.schema import Schema, load_schema
from procmine.study import read_study
from procmine.terminal.aligned import pairs, table, underlined

WIDTH = 100
MOST_CANDIDATES = 3
MOST_FORMS = 3
SIGNS = {"\t": "Tab", " ": "␠"}


def look_into(
    path: Path, source: str | None, study: Path | None, progress: Progress | None
) -> tuple[Inspection, Schema]:
    """What is in the log behind a path, with the sources of the study it lies in. Raises InputError, ContentError."""
    asked = read_study(path)
    folder = study or asked.folder
    schema = load_schema(folder)
    there = asked.source if asked.source in listing("event_logs/sources", ".toml", folder) else None
    name = source or there
    speaks = load_source(name, schema, folder) if name else CANONICAL
    return inspect(asked.log, source=speaks, schema=schema, study=folder, progress=progress or quiet), schema


def overview(found: Inspection, schema: Schema, words: Words) -> str:
    """The whole inspection, file by file, column by column, candidate by candidate."""
    parts = [part for file in found.files for part in _file(file, words)]
    if found.other_shape:
        parts.append(words.text("inspect.other_shape", files=", ".join(found.other_shape)))
    parts.append(underlined(words.text("inspect.columns")) + "\n" + _columns(found, words))
    shown = [line for column in found.columns for line in _values(column, words)]
    if shown:
        parts.append(underlined(words.text("inspect.values_title")) + "\n" + "\n".join(shown))
    orders = [_order(column.name, column.order, words) for column in found.columns if column.order is not None]
    if orders:
        parts.append(underlined(words.text("inspect.orders")) + "\n" + "\n".join(orders))
    parts.append(underlined(words.text("inspect.candidates")) + "\n" + _candidates(found, words))
    ending = []
    if found.source is not None:
        ending.append(words.text("inspect.like", source=found.source.name))
    missing = [name for name, one in schema.importable.items() if one.required and name not in found.sure]
    if missing:
        ending.append(words.text("inspect.required_missing", columns=words.listed(missing)))
    ending.append(words.text("inspect.next_map", name=found.name))
    parts.append("\n".join(clean(line) for line in ending))
    return "\n\n".join(parts)


def _file(file: FileOverview, words: Words) -> Iterator[str]:
    say = words.text
    how = "assumed" if file.assumed else "known" if file.encoding_how else "plain"
    facts = [
        (say("inspect.file"), file.name),
        (say("inspect.format"), file.format),
        (say("inspect.size"), words.number(file.bytes)),
        (say("inspect.sha256"), file.sha256),
        (say("inspect.encoding_label"), _filled(words, f"encoding_{how}", name=file.encoding, how=file.encoding_how)),
    ]
    if file.delimiter:
        sign = SIGNS.get(file.delimiter, file.delimiter)
        facts.append(
            (say("inspect.delimiter_label"), say("inspect.delimiter_known", sign=sign, how=file.delimiter_how))
        )
    facts.append((say("inspect.rows_read"), words.number(file.rows_read)))
    facts.append((say("inspect.rows_refused"), words.number(file.rows_refused)))
    facts += [(say("inspect.warning"), warning) for warning in file.warnings]
    yield pairs(facts)
    if file.evidence is not None:
        rows = []
        for one in file.evidence.candidates:
            same = f"; {say('inspect.same_text', names=', '.join(one.same_text))}" if one.same_text else ""
            rows.append((one.name, encoding_text(one, words) + same))
        head = (say("inspect.encoding_column"), say("inspect.evidence_column"))
        yield textwrap.fill(say("inspect.encodings"), WIDTH) + "\n" + table(head, rows)
    if file.refused:
        heads = (say("inspect.refused_reason"), say("inspect.refused_rows"), say("inspect.refused_line"))
        shown = [
            (words.maybe(f"reasons.{one.reason}") or one.reason, words.number(one.rows), str(one.first_line))
            for one in file.refused
        ]
        yield table(heads, shown, right=(1, 2))


def _filled(words: Words, key: str, **values: str) -> str:
    return words.text(f"inspect.{key}", **values)


def _columns(found: Inspection, words: Words) -> str:
    say = words.text
    head = ("position", "column", "looks", "empty", "distinct", "length", "forms")
    rows = []
    for column in found.columns:
        looks = column.looks
        forms = [f"{say(f'inspect.form.{form.name}')} {_share(form.share, words)}" for form in looks.forms[:MOST_FORMS]]
        rows.append(
            (
                str(column.position + 1),
                column.name,
                say(f"inspect.kind.{looks.kind}"),
                _share(looks.empty / looks.rows, words) if looks.rows else "",
                words.number(looks.distinct),
                f"{looks.shortest}–{looks.longest}" if looks.filled else "",
                ", ".join(forms),
            )
        )
    return table([say(f"inspect.{name}") for name in head], rows, right=(0, 3, 4, 5))


def _share(share: float, words: Words) -> str:
    """A share in whole per cent; what is not all is never shown as all, what is not nothing never as nothing."""
    if 0 < share < 0.01:
        return f"< {words.percent(0.01, 0)}"
    if 0.99 < share < 1:
        return f"> {words.percent(0.99, 0)}"
    return words.percent(share, 0)


def _values(column: ColumnOverview, words: Words) -> Iterator[str]:
    """Codes and labels with their rows, or only the form of what may not be shown."""
    looks = column.looks
    if looks.kind == "empty":
        return
    if column.shown:
        told = ", ".join(f"{clean(value.text)} ({words.number(value.rows)})" for value in column.shown)
    else:
        masks = ", ".join(f"{clean(value.text)} ({words.number(value.rows)})" for value in looks.masks)
        told = words.text("inspect.masked", masks=masks)
        told += f"; {words.text('inspect.persons')}" if column.personal else ""
    yield textwrap.fill(f"{clean(column.name)}: {told}", WIDTH, subsequent_indent="  ", break_long_words=False)


def order_text(order: DateOrder, words: Words) -> str:
    """In which order the days of a column stand, with the evidence."""
    key = {"day_first": "day_first_because" if order.declared else "german", "month_first": "month_first_because"}
    values = {"values": order.values, "first": order.first_above, "second": order.second_above}
    told = words.text(
        f"inspect.order.{key.get(order.order, order.order)}", **{name: words.number(n) for name, n in values.items()}
    )
    for formats in (order.formats, order.other) if order.declared else ():
        if formats:
            told += " " + words.text("inspect.order.declared", formats=", ".join(formats))
    return told


def _order(name: str, order: DateOrder, words: Words) -> str:
    text = f"{clean(name)}: {clean(order_text(order, words))}"
    return textwrap.fill(text, WIDTH, subsequent_indent="  ", break_long_words=False)


def _candidates(found: Inspection, words: Words) -> str:
    head = ("ours", "theirs", "points", "verdict", "why")
    used = {one.position: ours for ours, one in found.sure.items()}
    rows = []
    for ours, listed in found.candidates.items():
        sure = found.sure.get(ours)
        ranked = sorted((one for one in listed if used.get(one.position, ours) == ours), key=lambda one: one != sure)
        for number, one in enumerate(ranked[: 1 if sure else MOST_CANDIDATES]):
            verdict = words.text("inspect.sure" if one == sure else "inspect.unsure")
            rows.append((ours if not number else "", one.name, str(one.score), verdict, reasons_text(one, words)))
    return table([words.text(f"inspect.{name}") for name in head], rows, right=(2,))


def overview_data(found: Inspection, words: Words) -> dict[str, Any]:
    """The inspection for JSON: values only of columns that may show them, all others as masks."""
    return {
        "name": found.name,
        "files": [_file_data(file) for file in found.files],
        "other_shape": found.other_shape,
        "columns": [_column_data(column, words) for column in found.columns],
        "candidates": {ours: [_candidate_data(one, words) for one in rows] for ours, rows in found.candidates.items()},
        "sure": {ours: one.name for ours, one in found.sure.items()},
        "like": [{"source": one.source.name, "share": one.share} for one in found.like],
    }


def _file_data(file: FileOverview) -> dict[str, Any]:
    names = (
        "name", "format", "bytes", "sha256", "encoding", "encoding_how", "delimiter", "delimiter_how", "rows_read",
        "rows_accepted", "rows_refused", "refused", "warnings", "columns", "assumed", "evidence",
    )  # fmt: skip
    return {name: getattr(file, name) for name in names}


def _column_data(column: ColumnOverview, words: Words) -> dict[str, Any]:
    looks = column.looks
    order = column.order
    return {
        "position": column.position,
        "name": column.name,
        "kind": looks.kind,
        "rows": looks.rows,
        "empty": looks.empty,
        "distinct": looks.distinct,
        "shortest": looks.shortest,
        "longest": looks.longest,
        "forms": looks.forms,
        "personal": column.personal,
        "values": column.shown or None,
        "masks": looks.masks,
        "order": None if order is None else {**_order_data(order), "text": order_text(order, words)},
    }


def _order_data(order: DateOrder) -> dict[str, Any]:
    names = ("order", "declared", "formats", "other", "values", "first_above", "second_above")
    return {name: getattr(order, name) for name in names}


def _candidate_data(one: Candidate, words: Words) -> dict[str, Any]:
    reasons = [
        {"code": reason.code, "points": reason.points, "text": reason_text(reason.code, reason.values, words)}
        for reason in one.reasons
    ]
    return {"column": one.name, "position": one.position, "score": one.score, "reasons": reasons}


def draft_data(
    found: Inspection, schema: Schema, words: Words, answers: Mapping[str, str], written: Path | None
) -> dict[str, Any]:
    """The draft for JSON: its text, what it maps, and what it leaves open with the choices."""
    decided = decide(found, schema, answers)
    return {
        "source": draft(found, schema, words, answers),
        "written": written,
        "ready": decided.ready(schema),
        "columns": {ours: column.name for ours, column in decided.columns.items()},
        "missing": decided.missing(schema),
        "open": [
            {
                "key": one.key,
                "topic": one.topic,
                "subject": one.subject,
                "of": one.of,
                "rows": one.rows,
                "choices": [choice.value for choice in one.choices],
            }
            for one in questions(found, schema, answers)
        ],
    }


def state(found: Inspection, schema: Schema, answers: Mapping[str, str], words: Words) -> str:
    """Whether a draft is enough to import with; what is missing if not."""
    decided = decide(found, schema, answers)
    if decided.ready(schema):
        return words.text("mapping.ready")
    missing = list(decided.missing(schema))
    if decided.encoding is None:
        missing.append(words.text("mapping.open_encoding"))
    if decided.open_orders:
        missing.append(words.text("mapping.open_order"))
    return words.text("mapping.not_ready", open=words.listed(missing))
