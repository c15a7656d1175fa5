"""Mapping: asks a person what a draft leaves open, one numbered choice after another; Enter leaves it open."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from procmine.errors import UsageError
from procmine.read.inspection.decisions import Question, questions
from procmine.read.inspection.inspecting import Inspection
from procmine.report.words import Words, clean
from procmine.schema import Schema


def refuse_existing(out: Path | None, words: Words) -> None:
    """A source file that somebody may have edited is never overwritten. Raises UsageError."""
    if out is not None and out.exists():
        raise UsageError(words.text("mapping.exists"), where=str(out), hint=words.text("mapping.another"))


def ask_at_terminal(found: Inspection, schema: Schema, words: Words, *, wanted: bool) -> dict[str, str]:
    """The answers of a person at a terminal; none where nobody sits there or wants to be asked."""
    if not (wanted and sys.stdin.isatty() and sys.stderr.isatty()):
        return {}
    return ask(found, schema, words, input=sys.stdin, output=sys.stderr)


def ask(inspection: Inspection, schema: Schema, words: Words, *, input: TextIO, output: TextIO) -> dict[str, str]:
    """The answers to what is open, by the key of each question; an answer may raise new questions, each asked once.

    Ends where ``input`` ends; what was answered until then counts.
    """
    answers: dict[str, str] = {}
    asked: set[str] = set()
    told = "mapping.intro"
    while True:
        left = [one for one in questions(inspection, schema, answers) if one.key not in asked]
        if not left:
            return answers
        output.write(words.text(told, count=words.number(len(left))) + "\n")
        told = "mapping.intro_more"
        for question in left:
            if not _still(question, inspection, schema, answers):
                continue
            asked.add(question.key)
            answer = _choose(question, schema, words, input.readline, output)
            if answer is None:
                return answers
            if answer:
                answers[question.key] = answer


def _still(question: Question, inspection: Inspection, schema: Schema, answers: dict[str, str]) -> bool:
    """Whether answers given since have not closed a question: a column that was taken is no choice any more."""
    if question.topic != "column":
        return True
    return any(one.key == question.key for one in questions(inspection, schema, answers))


def _choose(question: Question, schema: Schema, words: Words, line: Callable[[], str], output: TextIO) -> str | None:
    """The value chosen, an empty text where it is left open, None where the input ended."""
    output.write(f"\n{clean(_asks(question, schema, words))}\n")
    for number, choice in enumerate(question.choices, start=1):
        output.write(f"  {number:2d}  {clean(_shown(question, choice.value, schema, words))}\n")
    while True:
        output.write("> ")
        output.flush()
        said = line()
        if not said:
            return None
        said = said.strip()
        if not said:
            return ""
        if said.isdecimal() and said.isascii() and 1 <= int(said) <= len(question.choices):
            return question.choices[int(said) - 1].value
        output.write(words.text("mapping.again", last=str(len(question.choices))) + "\n")


def _asks(question: Question, schema: Schema, words: Words) -> str:
    title = schema.importable[question.subject].title[words.language] if question.topic == "column" else ""
    return words.text(
        f"mapping.{question.topic}",
        subject=question.subject, of=question.of, title=title, rows=words.number(question.rows),
    )  # fmt: skip


def _shown(question: Question, value: str, schema: Schema, words: Words) -> str:
    """A choice with its words: a code and its title, an order in words, a column by its name."""
    if question.topic == "order":
        return words.text(f"inspect.order.{value}")
    if question.topic == "value":
        known = schema.activities if question.of == "activity" else schema.codes[question.of]
        return f"{value} ({known[value].title[words.language]})" if value in known else value
    return value
