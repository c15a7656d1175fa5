"""A sheet of a workbook, read row by row: every cell as text with its column, never the whole sheet at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from procmine.errors import InputError
from procmine.read.limits import LIMITS
from procmine.read.xlsx.archive import AGAIN, feed, parser_for
from procmine.read.xlsx.cells import (
    NumberFormat,
    column_name,
    column_number,
    is_number,
    reference,
    typed_text,
    unescaped,
)
from procmine.read.xlsx.parts import Texts

# So many pieces of one text are held before they are joined and weighed.
_PIECES = 1_000
_LONG = 1_000  # characters from which a text is weighed: a row of shorter ones is small
_KINDS = frozenset({"s", "n", "str", "inlineStr", "b", "e", "d"})


class Row(NamedTuple):
    """A row with its filled cells from left to right; a cell that is no plain text stands in ``typed``."""

    number: int
    columns: list[int]
    texts: list[str]
    typed: list[int]
    fault: tuple[int, str] | None  # column and reason of the first cell that cannot be taken
    hidden: bool
    weight: int = 0  # characters of its long texts


class SheetReader:
    """Where the parser is in a sheet, and what was counted on the way."""

    def __init__(
        self,
        where: str,
        texts: Texts,
        formats: tuple[NumberFormat | None, ...],
        since_1904: bool,
        take: Callable[[Row], None],
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.dates = 0
        self.merged: list[int] = []  # last rows of merged ranges
        self.hidden_columns: list[tuple[int, int]] = []
        self._where, self._take, self._since_1904 = where, take, since_1904
        self._texts, self._faulty, self._formats = texts.held, texts.faults, formats
        self._letters: dict[str, int] = {}
        self._depth = 0
        self._space = ""
        self._part = ""  # the open child of the root
        self._in_row = self._in_cell = self._inline = self._reading = self._open = False
        self._number, self._digits = 0, "0"
        self._column = -1
        self._kind, self._style = "n", 0
        self._formula = False
        self._held: list[str] | None = None
        self._row = Row(0, [], [], [], None, False)
        self._weight = 0
        self._fault: tuple[int, str] | None = None

    def read(self, pieces: Iterator[bytes], seen: Callable[[int], None] | None = None) -> None:
        """Read the whole sheet, handing each row with a filled cell to ``take``."""
        parser = parser_for(self._where)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        feed(parser, pieces, self._where, seen)

    def _start(self, tag: str, given: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        if depth == 4:
            if self._in_row and tag == self._tag_c:
                self._start_cell(given)
        elif depth == 5:
            if self._in_cell:
                if tag == self._tag_f:
                    self._formula = True
                elif tag == self._tag_v or tag == self._tag_is:
                    if self._held is not None:
                        raise self._bad("The cell has two values.", self._column)
                    self._held, self._open, self._inline = [], tag == self._tag_v, tag == self._tag_is
        elif depth == 3:
            if tag == self._tag_row and self._part == "sheetData":
                self._start_row(given)
            else:
                self._around(tag, given)
        elif depth > 5:
            if depth > LIMITS.xml_depth:
                raise self._bad(f"Elements are nested deeper than {LIMITS.xml_depth}.")
            if self._inline:
                local = tag.rpartition(" ")[2]
                if depth == 6:
                    self._reading = local == "rPh"
                self._open = local == "t" and depth <= 7 and not self._reading
        elif depth == 2:
            self._part = tag[len(self._space) :] if tag.startswith(self._space) else ""
        else:
            self._root(tag)

    def _root(self, tag: str) -> None:
        space, blank, local = tag.rpartition(" ")
        if local != "worksheet":
            raise self._bad(f"The sheet's root element is {local!r}, not 'worksheet'.")
        self._space = space = space + blank
        self._tag_row, self._tag_c, self._tag_v = f"{space}row", f"{space}c", f"{space}v"
        self._tag_f, self._tag_is = f"{space}f", f"{space}is"

    def _around(self, tag: str, given: dict[str, str]) -> None:
        """What a sheet says beside its cells: merged ranges and hidden columns."""
        local = tag.rpartition(" ")[2]
        if self._part == "mergeCells" and local == "mergeCell":
            corner = reference(given.get("ref", "").rpartition(":")[2])
            if corner is None or len(self.merged) >= LIMITS.sheet_rows:
                raise self._bad("A merged range has no cells, or there are too many of them.")
            self.merged.append(int(corner[1]))
        elif self._part == "cols" and local == "col" and given.get("hidden") in ("1", "true"):
            try:
                self.hidden_columns.append((int(given["min"]) - 1, int(given["max"]) - 1))
            except (KeyError, ValueError):
                raise self._bad("A hidden column has no number.") from None
            if len(self.hidden_columns) > LIMITS.sheet_columns:
                raise self._bad("There are too many hidden columns.")

    def _start_row(self, given: dict[str, str]) -> None:
        digits = given.get("r")
        if digits is None:
            number = self._number + 1
            digits = str(number)
        elif digits.isdigit() and digits.isascii() and len(digits) < 8:
            number = int(digits)
            digits = str(number)
        else:
            raise self._bad("A row has no number.")
        if not self._number < number <= LIMITS.sheet_rows:
            raise self._bad(f"Row {number} stands after row {self._number} or beyond the last row of a sheet.")
        self._number, self._digits = number, digits
        self._in_row, self._column, self._fault, self._weight = True, -1, None, 0
        self._row = Row(number, [], [], [], None, given.get("hidden") in ("1", "true"))

    def _start_cell(self, given: dict[str, str]) -> None:
        name = given.get("r")
        if name is None:
            column = self._column + 1
        else:
            digits = self._digits
            letters = name[: -len(digits)]
            known = self._letters.get(letters)
            if known is None or not name.endswith(digits):
                known = self._place(name)
            column = known
        if not self._column < column < LIMITS.sheet_columns:
            raise self._bad(
                f"The cell {name or column_name(column)} is there twice, out of order or beyond the last column."
            )
        self._column = column
        self._kind = given.get("t", "n")
        style = given.get("s", "0")
        if not style.isdecimal() or len(style) > 9:
            raise self._bad("A cell's style is no number.", column)
        self._style = int(style)
        self._in_cell, self._formula, self._held = True, False, None

    def _place(self, name: str) -> int:
        """The column of a cell's name, once its row is the open one."""
        parts = reference(name)
        if parts is None or parts[1] != self._digits:
            raise self._bad(f"A cell of row {self._digits} has the name {name[:12]!r}.")
        return self._letters.setdefault(parts[0], column_number(parts[0]))

    def _data(self, data: str) -> None:
        if self._open and self._held is not None:
            held = self._held
            held.append(data)
            if len(held) > _PIECES:
                text = "".join(held)
                held[:] = [text[: LIMITS.field_bytes + 1]]

    def _end(self, tag: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if depth == 5:
            self._open = self._inline = False
        elif depth == 4:
            if self._in_cell:
                self._in_cell = False
                held = self._held
                if held or self._formula or (held is not None and self._kind in ("str", "inlineStr")):
                    self._end_cell("".join(held) if held else "")
        elif depth == 3:
            if self._in_row:
                self._in_row = False
                if self._row.columns:
                    plain = self._fault is None and not self._weight
                    self._take(self._row if plain else self._row._replace(fault=self._fault, weight=self._weight))
        elif depth > 5:
            self._open = False

    def _end_cell(self, text: str) -> None:
        """Put the open cell down as text, or note why it cannot be taken."""
        kind, fault = self._kind, ""
        row = self._row
        if self._formula:
            self.counts["formulas"] += 1
            if not text and kind != "str":
                fault, kind = "formula_without_value", ""
        if kind == "s":
            text, fault = self._shared(text)
        elif kind == "n":
            text, fault = self._numeric(text)
            row.typed.append(self._column)
        elif kind in ("str", "inlineStr"):
            text, fault = unescaped(text)
            if len(text) > LIMITS.field_bytes:
                text, fault = text[:100] + "…", "field_too_long"
        else:
            row.typed.append(self._column)
            if kind == "b":
                text = {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}.get(text.strip(), "")
                fault = "" if text else "cell_error"
            elif kind == "e":
                fault = "cell_error"
            elif kind and kind not in _KINDS:
                raise self._bad(f"A cell is of the unknown kind {kind[:20]!r}.", self._column)
        if len(text) > _LONG:
            self._weight += len(text)
            if self._weight > LIMITS.record_bytes:
                text, fault = text[:100] + "…", fault or "row_too_long"
        if fault and self._fault is None:
            self._fault = (self._column, fault)
        row.columns.append(self._column)
        row.texts.append(text)

    def _shared(self, text: str) -> tuple[str, str]:
        if not text.isdecimal() or len(text) > 9 or (number := int(text)) >= len(self._texts):
            raise self._bad("The cell points to a shared text that is not there.", self._column)
        return self._texts[number], self._faulty.get(number, "") if self._faulty else ""

    def _numeric(self, text: str) -> tuple[str, str]:
        """A number as it is written, or as its format says it where that is a date, a time or a row of zeros."""
        if not is_number(text):
            text = text.strip()
            if not is_number(text):
                return text[: LIMITS.field_bytes], "cell_error"
        if len(text) > LIMITS.field_bytes:
            return text[:100] + "…", "field_too_long"
        try:
            form = self._formats[self._style]
        except IndexError:
            raise self._bad("The cell has a style that is not there.", self._column) from None
        if form is None:
            return text, ""
        if form.zeros:
            if text.isdigit() and len(text) < form.zeros:
                self.counts["zeros"] += 1
                text = text.zfill(form.zeros)
            return text, ""
        self.dates += 1
        shown = typed_text(text, form, self._since_1904)
        return (shown, "") if shown is not None else (text, "implausible_year")

    def _bad(self, what: str, column: int | None = None) -> InputError:
        place = f"{self._where}!{column_name(column)}{self._number}" if column is not None else self._where
        return InputError(what, where=place, hint=AGAIN)
