"""Drafting: an inspection becomes the text of a source file; what is not sure stands there as a comment to choose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from procmine.read.inspection.candidates import Candidate
from procmine.read.inspection.decisions import Decisions, Words, decide
from procmine.read.inspection.encoding_evidence import EncodingCandidate
from procmine.read.inspection.inspecting import Inspection
from procmine.schema import Schema

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"}


class Says(Protocol):
    """Texts in the reader's language (``procmine.report.words.Words`` is one)."""

    def text(self, key: str, **values: str) -> str:
        """The text of a key with its places filled."""

    def number(self, value: float, digits: int = 0) -> str:
        """A number as the language writes it."""


def quoted_text(text: str) -> str:
    """A text as TOML writes it: signs that would end it, steer a terminal or cannot stand there are escaped.

    >>> quoted_text('a"b')
    '"a\\\\"b"'
    """

    def sign_of(sign: str) -> str:
        if sign in _ESCAPES:
            return _ESCAPES[sign]
        if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            return f"\\u{ord(sign):04X}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08X}"
        return sign

    return f'"{"".join(sign_of(sign) for sign in text)}"'


def quoted_key(text: str) -> str:
    """A key as TOML writes it: bare where it can be."""
    return text if _BARE.fullmatch(text) else quoted_text(text)


def draft(inspection: Inspection, schema: Schema, says: Says, answers: Mapping[str, str] | None = None) -> str:
    """The text of a source file for the inspected export. It loads as it is; what is open stands in comments, with the
    choices and the reasons. ``answers`` are those of ``decisions.questions``. Same input, same text."""
    decided = decide(inspection, schema, answers)
    parts = [
        _top(inspection, decided, schema, says),
        _file(inspection, decided, says),
        _time(inspection, decided, schema, says),
        _columns(inspection, decided, schema, says),
        _lists("unknown", decided.unknown, says.text("draft.unknown")),
        _lists("system", {"worker": decided.system} if decided.system else {}, says.text("draft.system")),
        *(_words(words, schema, says) for words in decided.words),
        _derived(inspection, says),
    ]
    return "\n\n".join("\n".join(part) for part in (list(each) for each in parts) if part) + "\n"


def reason_text(code: str, values: Mapping[str, str | int], says: Says) -> str:
    """A reason as a sentence part."""
    filled = {name: says.number(value) if isinstance(value, int) else value for name, value in values.items()}
    return says.text(f"inspect.reason.{code}", **filled)


def reasons_text(one: Candidate, says: Says) -> str:
    """Why a column is proposed, in one line."""
    return "; ".join(reason_text(reason.code, reason.values, says) for reason in one.reasons)


def _comment(text: str) -> str:
    """A comment on one line; what a name from a file may hold cannot end it."""
    return f"# {quoted_text(text)[1:-1]}".replace('\\"', '"').replace("\\\\", "\\")


def _top(inspection: Inspection, decided: Decisions, schema: Schema, says: Says) -> Iterator[str]:
    yield _comment(says.text("draft.about", name=inspection.name))
    yield _comment(says.text("draft.open_lines"))
    like = inspection.source
    if like is not None:
        yield _comment(says.text("draft.like", source=like.name))
    missing = decided.missing(schema)
    if missing:
        yield _comment(says.text("draft.missing", columns=", ".join(missing)))
    name = inspection.name
    yield f"title = {{ de = {quoted_text(f'Auszug {name}')}, en = {quoted_text(f'Extract {name}')} }}"
    yield f"format = {quoted_text(inspection.files[0].format)}"


def _file(inspection: Inspection, decided: Decisions, says: Says) -> Iterator[str]:
    first, given = inspection.files[0], inspection.given
    if first.format != "csv":
        sheets = given.sheets or _sheets(inspection)
        if sheets or given.object_type:
            yield "[file]"
        if sheets:
            yield f"sheets = {_list(sheets)}"
        if given.object_type:
            yield f"object_type = {quoted_text(given.object_type)}"
        return
    yield "[file]"
    if decided.encoding is not None:
        same = first.evidence.candidates[0].same_text if first.evidence else ()
        alike = "  " + _comment(says.text("draft.same_text", names=", ".join(same))) if same else ""
        yield f"encoding = {quoted_text(decided.encoding)}{alike}"
    elif first.evidence is None:
        yield _comment(says.text("draft.encodings_differ"))
    else:
        yield _comment(says.text("draft.encoding_open"))
        for one in first.evidence.candidates:
            yield f"# encoding = {quoted_text(one.name)}  {_comment(encoding_text(one, says))}"
    yield f"delimiter = {quoted_text(first.delimiter)}"


def _sheets(inspection: Inspection) -> tuple[str, ...]:
    """The sheets of a workbook that have the columns of the log, where others have not."""
    columns = tuple(column.name for column in inspection.columns)
    alike = [file.name.rpartition(":")[2] for file in inspection.files if ":" in file.name and file.columns == columns]
    return tuple(alike) if len(alike) < len(inspection.files) else ()


def encoding_text(one: EncodingCandidate, says: Says) -> str:
    """What speaks for and against an encoding."""
    letters = ", ".join(f"{sign} {says.number(count)}" for sign, count in one.letters.items())
    parts = [says.text("inspect.encoding.letters", letters=letters or "0")]
    if one.kin:
        parts.append(says.text("inspect.encoding.kin", count=says.number(one.kin)))
    if one.others:
        parts.append(says.text("inspect.encoding.others", count=says.number(one.others)))
    if one.strange:
        parts.append(says.text("inspect.encoding.strange", count=says.number(one.strange)))
    if one.undecodable:
        parts.append(says.text("inspect.encoding.undecodable", count=says.number(one.undecodable)))
    return "; ".join(parts)


def _time(inspection: Inspection, decided: Decisions, schema: Schema, says: Says) -> Iterator[str]:
    times = [
        column
        for ours, column in decided.columns.items()
        if schema.importable[ours].kind in ("timestamp", "date") and column.looks.time_like
    ]
    yield "[time]"
    like = inspection.source
    zone = like.zone if like else "Europe/Berlin"
    if times and all(column.looks.kind == "offset_time" for column in times):
        told = says.text("draft.zone_unused")
    else:
        told = says.text("draft.zone_like", source=like.name) if like else says.text("draft.zone")
    yield f"zone = {quoted_text(zone)}  {_comment(told)}"
    if decided.formats:
        yield f"formats = {_list(decided.formats)}"
    for column in decided.open_orders:
        order = column.order
        if order is None:
            continue
        values = {"column": quoted_text(column.name), "values": says.number(order.values)}
        values |= {"first": says.number(order.first_above), "second": says.number(order.second_above)}
        yield _comment(says.text(f"draft.order_{order.order}", **values))
        if order.order == "open":
            both = [*decided.formats]
            yield f"# formats = {_list([*both, *order.formats])}  {_comment(says.text('inspect.order.day_first'))}"
            yield f"# formats = {_list([*both, *order.other])}  {_comment(says.text('inspect.order.month_first'))}"


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(quoted_text(text) for text in texts)}]"


def _columns(inspection: Inspection, decided: Decisions, schema: Schema, says: Says) -> Iterator[str]:
    yield "[columns]  " + _comment(says.text("draft.columns"))
    for ours, one in decided.columns.items():
        candidate = inspection.sure.get(ours)
        why = (
            says.text("draft.answered")
            if ours in decided.answered or candidate is None
            else reasons_text(candidate, says)
        )
        yield f"{ours} = {quoted_text(one.name)}  {_comment(why)}"
    for ours, rows in decided.open_columns.items():
        title = schema.importable[ours].title
        required = says.text("draft.required") if schema.importable[ours].required else ""
        yield _comment(
            says.text("draft.choose", ours=ours, title=title[says_language(says)], required=required).strip()
        )
        for row in rows[:5]:
            yield f"# {ours} = {quoted_text(row.name)}  {_comment(reasons_text(row, says))}"
    for ours in decided.missing(schema):
        if ours not in decided.open_columns:
            yield _comment(says.text("draft.nothing_fits", ours=ours))
    used = {column.name for column in decided.columns.values()}
    rest = [quoted_text(column.name) for column in inspection.columns if column.name not in used]
    if rest:
        yield _comment(says.text("draft.not_used"))
        yield from (f"#   {name}" for name in rest)


def says_language(says: Says) -> str:
    """The language of the texts; German where they do not say it."""
    return str(getattr(says, "language", "de"))


def _lists(section: str, lists: Mapping[str, Sequence[str]], told: str) -> Iterator[str]:
    if lists:
        yield f"[{section}]  {_comment(told)}"
        yield from (f"{name} = {_list(words)}" for name, words in lists.items())


def _words(words: Words, schema: Schema, says: Says) -> Iterator[str]:
    """The section of one column's words. Words that are codes already need no line."""
    known = schema.activities if words.ours == "activity" else schema.codes.get(words.ours, {})
    shown = [
        word for word in words.listed if not (word.code == word.text or (word.code is None and word.text in known))
    ]
    if not shown and not words.left_out:
        return
    yield "[activities]" if words.ours == "activity" else f"[values.{words.ours}]"
    for word in shown:
        rows = says.text("draft.rows", count=says.number(word.rows))
        if word.code is not None:
            yield f"{quoted_key(word.text)} = {quoted_text(word.code)}  {_comment(rows)}"
    still = [word for word in shown if word.code is None]
    if still:
        told = "draft.activities_open" if words.ours == "activity" else "draft.words_open"
        yield _comment(says.text(told, codes=", ".join(known)))
    for word in still:
        rows = says.text("draft.rows", count=says.number(word.rows))
        if not word.guesses:
            yield f'# {quoted_key(word.text)} = ""  {_comment(rows)}'
        for guess in word.guesses:
            told = _comment(f"{rows}; {says.text('draft.guess')}")
            yield f"# {quoted_key(word.text)} = {quoted_text(guess)}  {told}"
    if words.left_out:
        yield _comment(says.text("draft.left_out", count=says.number(words.left_out)))


def _derived(inspection: Inspection, says: Says) -> Iterator[str]:
    """The derivations of the known source: never taken over, they state what somebody else knew of their export."""
    like = inspection.source
    if like is None or not like.derive:
        return
    yield _comment(says.text("draft.derive", source=like.name))
    for number, rule in enumerate(like.derive):
        if number:
            yield "#"
        when = ", ".join(f"{column} = {_list(values)}" for column, values in rule.when.items())
        yield "# [[derive]]"
        yield f"# column = {quoted_text(rule.column)}"
        yield f"# value = {quoted_text(rule.value)}"
        yield f"# when = {{ {when} }}"
        yield f"# reason = {quoted_text(rule.reason)}"
