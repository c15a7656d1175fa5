"""Unmapped: words of the extract that became empty because they are no code; an empty field may count as a yes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from procmine.read.checks.finding import FOUND, Finding

# So many words of a column are named.
NAMED = 5


def unmapped_codes(receipt: Mapping[str, Any]) -> tuple[Finding, ...]:
    """A warning for each column of codes in which the import met words that neither the vocabulary nor the source has.

    Such a word becomes empty, and empty is "not said": an appointment whose outcome was "abgesagt" then counts as a
    contact that took place. Labels of activities are no such words: they stay steps of their own.
    """
    columns: dict[str, list[tuple[str, int]]] = {}
    for entry in receipt["vocabulary"]:
        if entry["column"] != "activity":
            columns.setdefault(str(entry["column"]), []).append((str(entry["value"]), int(entry["rows"])))
    filled = {str(entry["name"]): int(entry["filled"]) for entry in receipt["columns"]}
    return tuple(_finding(name, words, filled.get(name, 0)) for name, words in sorted(columns.items()))


def _finding(column: str, words: list[tuple[str, int]], filled: int) -> Finding:
    rows = sum(count for _, count in words)
    named = ", ".join(word for word, _ in words[:NAMED] if word) + (" …" if len(words) > NAMED else "")
    return Finding(
        check="unmapped_codes",
        state=FOUND,
        severity="warning",
        rows=rows,
        looked_at=rows + filled,
        cases=None,
        share=rows / (rows + filled),
        offices=(),
        columns=(column,),
        details=tuple(words[:NAMED]),
        title={"de": f"Nicht zugeordnete Angaben: {column}", "en": f"Words without a code: {column}"},
        text={
            "de": f"{rows} Angaben in {column} sind keinem Code zugeordnet und gelten als nicht erfasst: {named}. "
            "Kennzahlen rechnen dann so, als stünde dort nichts; eine leere Angabe zum Ausgang zählt als Kontakt. "
            f"Die Quelldatei ordnet sie unter [values.{column}] zu.",
            "en": f"{rows} words in {column} have no code and count as not recorded: {named}. "
            "Metrics then reckon as if nothing stood there; an empty outcome counts as a contact. "
            f"The source file maps them under [values.{column}].",
        },
    )
