"""Decisions: what a draft of a source file can say for sure, what a person answered, and what is still open."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from procmine.read.inspection.candidates import Candidate
from procmine.read.inspection.inspecting import CODED, ColumnOverview, Inspection
from procmine.read.inspection.looks import Value
from procmine.read.inspection.synonyms import fold
from procmine.schema import Schema

Topic = Literal["encoding", "column", "order", "value"]
WORTH_ASKING = 25  # candidates below this are neither asked for nor listed, but for the required columns
MOST_LISTED = 200
LEAST_ROWS = 3  # of many values, those this rare are listed nowhere: they may be anything
GUESSES = 3
_READ = ("day_first", "month_first", "year_first")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: its value, and what it means in our words (a code) or the file's (a column)."""

    value: str
    score: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """Something a draft leaves open. ``key`` names it in answers: ``encoding``, ``column:OURS``, ``order:FILE COLUMN``,
    ``value:OURS:WORD``; ``subject`` is what it asks about, ``rows`` how many rows it concerns."""

    key: str
    topic: Topic
    subject: str
    of: str
    choices: tuple[Choice, ...]
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a column of codes or labels: the code it means, or None with the nearest guesses."""

    text: str
    rows: int
    code: str | None
    guesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one mapped column; ``left_out`` counts those too rare or too many to be listed."""

    ours: str
    listed: tuple[Word, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Decisions:
    """All of a draft. ``encoding`` is None where it is open; ``columns`` is ours -> the file's; ``formats`` are those
    of sure orders, ``open_orders`` the mapped time columns whose order nobody knows."""

    encoding: str | None
    columns: Mapping[str, ColumnOverview]
    answered: frozenset[str]
    open_columns: Mapping[str, tuple[Candidate, ...]]
    formats: tuple[str, ...]
    open_orders: tuple[ColumnOverview, ...]
    words: tuple[Words, ...]
    unknown: Mapping[str, tuple[str, ...]]
    system: tuple[str, ...]

    def missing(self, schema: Schema) -> tuple[str, ...]:
        """The required columns that nothing is mapped to."""
        return tuple(name for name, one in schema.importable.items() if one.required and name not in self.columns)

    def ready(self, schema: Schema) -> bool:
        """Whether an import can begin: nothing required is missing, text and times can be read."""
        times = {one.name for one in self.open_orders}
        stamp = self.columns.get("timestamp")
        return self.encoding is not None and not self.missing(schema) and (stamp is None or stamp.name not in times)


def decide(inspection: Inspection, schema: Schema, answers: Mapping[str, str] | None = None) -> Decisions:
    """What is sure by the inspection, and what ``answers`` (by the key of their question) add. Deterministic."""
    said = answers or {}
    by_name = {column.name: column for column in inspection.columns}
    columns = {ours: inspection.columns[one.position] for ours, one in inspection.sure.items()}
    for ours in schema.importable:
        name = said.get(f"column:{ours}")
        if name in by_name:
            columns = {key: held for key, held in columns.items() if held.name != name} | {ours: by_name[name]}
    columns = {ours: columns[ours] for ours in schema.importable if ours in columns}
    taken = {column.position for column in columns.values()}
    open_columns = {}
    for ours, rows in inspection.candidates.items():
        least = 1 if schema.importable[ours].required else WORTH_ASKING
        left = tuple(one for one in rows if one.position not in taken and one.score >= least)
        if ours not in columns and left:
            open_columns[ours] = left
    formats, open_orders = _formats(columns, schema, said)
    unknown = _unknown(inspection, columns, schema)
    return Decisions(
        encoding=said.get("encoding") or _encoding(inspection),
        columns=columns,
        answered=frozenset(ours for ours in columns if f"column:{ours}" in said),
        open_columns=open_columns,
        formats=formats,
        open_orders=open_orders,
        words=tuple(_all_words(inspection, columns, schema, said)),
        unknown=unknown,
        system=_machines(inspection, columns),
    )


def questions(inspection: Inspection, schema: Schema, answers: Mapping[str, str] | None = None) -> Iterator[Question]:
    """What is open and can be chosen, in the order a person would answer it; answers given already are not asked."""
    said = answers or {}
    decided = decide(inspection, schema, said)
    if decided.encoding is None and "encoding" not in said:
        found = next(file.evidence for file in inspection.files if file.evidence)
        yield Question("encoding", "encoding", inspection.name, "", tuple(Choice(one.name) for one in found.candidates))
    for ours, rows in decided.open_columns.items():
        if f"column:{ours}" not in said:
            choices = tuple(Choice(one.name, one.score) for one in rows)
            yield Question(f"column:{ours}", "column", ours, "", choices)
    for column in decided.open_orders:
        if f"order:{column.name}" not in said and column.order and column.order.order == "open":
            choices = (Choice("day_first"), Choice("month_first"))
            yield Question(f"order:{column.name}", "order", column.name, "", choices, column.looks.filled)
    for words in decided.words:
        codes = schema.codes.get(words.ours, {})
        for word in words.listed:
            key = f"value:{words.ours}:{word.text}"
            if word.code is not None or key in said or not (codes or word.guesses):
                continue  # of fifty activities nobody wants to choose without a guess
            rest = () if words.ours == "activity" else tuple(code for code in codes if code not in word.guesses)
            yield Question(
                key, "value", word.text, words.ours, tuple(Choice(code) for code in (*word.guesses, *rest)), word.rows
            )


def _encoding(inspection: Inspection) -> str | None:
    """The encoding all files have: what was read, or what the evidence leaves no doubt about."""
    names = set()
    for file in inspection.files:
        if file.evidence is not None and not file.evidence.decisive:
            return None
        names.add(file.encoding)
    return names.pop() if len(names) == 1 else None


def _formats(
    columns: Mapping[str, ColumnOverview], schema: Schema, said: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[ColumnOverview, ...]]:
    """The declared formats of the mapped times, and the columns whose order is open."""
    declared: list[str] = []
    plain: list[str] = []
    doubtful: list[ColumnOverview] = []
    for ours, column in columns.items():
        order = column.order
        if schema.importable[ours].kind not in ("timestamp", "date") or order is None:
            continue
        answer = said.get(f"order:{column.name}")
        if order.order == "open" and answer in ("day_first", "month_first"):
            declared += order.formats if answer == "day_first" else order.other
        elif order.order not in _READ:
            doubtful.append(column)
        elif order.declared:
            declared += order.formats
        else:
            plain += order.formats
    # Formats that are declared stand in for the built-in reading of dates alike, so those are declared beside them.
    return tuple(dict.fromkeys((*declared, *plain))) if declared else (), tuple(doubtful)


def _all_words(
    inspection: Inspection, columns: Mapping[str, ColumnOverview], schema: Schema, said: Mapping[str, str]
) -> Iterator[Words]:
    for ours, column in columns.items():
        if (schema.importable[ours].kind not in CODED and ours != "activity") or column.personal:
            continue
        listed: list[Word] = []
        left_out = 0
        silent = {value.text for value in column.silent} if ours != "activity" else set()
        for value in column.looks.labels:
            if value.text in silent:
                continue
            code = said.get(f"value:{ours}:{value.text}") or _meaning(inspection, schema, ours, value.text)
            many = value.rows < LEAST_ROWS and not column.shown
            if code is None and (many or len(listed) >= MOST_LISTED):
                left_out += 1
                continue
            guesses = () if code else tuple(_guesses(inspection, schema, ours, value.text))
            listed.append(Word(value.text, value.rows, code, guesses))
        unlisted = column.looks.distinct if not column.looks.labels else left_out
        yield Words(ours, tuple(listed), unlisted)


def _meaning(inspection: Inspection, schema: Schema, ours: str, word: str) -> str | None:
    """The code a word means: as the known source of this kind of export says, or as the synonyms do."""
    like = inspection.source
    if like is not None:
        words = like.activities if ours == "activity" else like.values.get(ours, {})
        if word in words:
            return words[word]
    one = inspection.synonyms.code(ours, word)
    if one is not None or ours == "activity" or schema.importable[ours].kind != "list":
        return one
    for separator in ("|", ",", ";", "/", "+", " und ", " and "):
        parts = [inspection.synonyms.code(ours, part) for part in word.split(separator) if part.strip()]
        if len(parts) > 1 and all(parts):
            return "|".join(dict.fromkeys(part for part in parts if part))
    return None


def _guesses(inspection: Inspection, schema: Schema, ours: str, word: str) -> Iterable[str]:
    """The codes whose words a word holds, or nearly is; a few at most, the longest agreement first."""
    known = inspection.synonyms.activities if ours == "activity" else inspection.synonyms.codes.get(ours, {})
    folded = fold(word)
    held = sorted(
        (spelling for spelling in known if len(spelling) > 4 and spelling in folded), key=lambda s: (-len(s), s)
    )
    near = difflib.get_close_matches(folded, known, n=GUESSES, cutoff=0.82)
    return list(dict.fromkeys(known[spelling] for spelling in (*near, *held)))[:GUESSES]


def _unknown(
    inspection: Inspection, columns: Mapping[str, ColumnOverview], schema: Schema
) -> dict[str, tuple[str, ...]]:
    """The words of mapped columns that mean "not said"; an activity may be called so."""
    found = {}
    for ours, column in columns.items():
        if schema.importable[ours].kind not in ("text", "code", "list", "key") or ours in ("activity", "case_id"):
            continue
        codes = schema.codes.get(ours, {}) if schema.importable[ours].kind in CODED else {}
        # "unknown" needs no line, and a word that is a code of the column is one.
        words = [
            value.text
            for value in column.silent
            if value.text != "unknown" and value.text not in codes and not inspection.synonyms.code(ours, value.text)
        ]
        if words:
            found[ours] = tuple(words)
    return found


def _machines(inspection: Inspection, columns: Mapping[str, ColumnOverview]) -> tuple[str, ...]:
    worker = columns.get("worker")
    if worker is None:
        return ()
    found: Sequence[Value] = worker.machines
    like = inspection.source
    known = {value.text for value in worker.looks.labels} & (like.system if like else frozenset())
    return tuple(dict.fromkeys((*(value.text for value in found), *sorted(known))))
