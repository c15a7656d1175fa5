"""What speaks for and against an encoding: evidence where none is declared, doubts where one is."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A letter of German, French, Polish … or a typographic sign in UTF-8; in a code page of one byte a letter it is nobody
# writes so.
_UTF8_LETTER = re.compile(rb"[\xc3-\xc5][\x80-\xbf]|\xe2(?:\x80[\x90-\xbf]|\x82\xac)")
_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")


@dataclass(slots=True)
class Doubts:
    """What speaks against the encoding while the text is read: how often, and in which line of the file first."""

    as_utf8: int = 0  # places that read as a letter in UTF-8
    as_utf8_line: int = 0
    controls: int = 0  # U+0080 to U+009F: no text has them, Windows has letters and signs there
    controls_line: int = 0
    marks: int = 0  # byte order marks inside the text
    marks_line: int = 0

    def look(self, piece: bytes, out: bytes, line: int) -> None:
        """Look at a piece of a one-byte encoding and its UTF-8; ``line``: the line it begins in."""
        if found := _UTF8_LETTER.search(piece):
            self.as_utf8_line = self.as_utf8_line or line + piece.count(b"\n", 0, found.start())
            self.as_utf8 += len(_UTF8_LETTER.findall(piece))
        if found := _CONTROL.search(out):
            self.controls_line = self.controls_line or line + out.count(b"\n", 0, found.start())
            self.controls += len(_CONTROL.findall(out))

    def warnings(self, encoding: str) -> tuple[str, ...]:
        """The doubts in words."""
        said = []
        if self.as_utf8:
            said.append(
                f"{self.as_utf8:,} places look like letters in UTF-8 that {encoding} takes apart (such as Ã¼ for ü), "
                f"first in line {self.as_utf8_line}: check the declared encoding."
            )
        if self.controls:
            said.append(
                f"{self.controls:,} control signs (U+0080 to U+009F), first in line {self.controls_line}: {encoding} "
                "has no letters there; cp1252 reads them as € „ “ – and others."
            )
        if self.marks:
            said.append(
                f"{self.marks:,} byte order marks (U+FEFF) inside the text, first in line {self.marks_line}: files "
                "were joined there; the mark stays part of its value."
            )
        return tuple(said)


def is_one_byte(encoding: str) -> bool:
    """Whether every byte is one letter: 256 bytes, 256 letters."""
    return len(bytes(range(256)).decode(encoding, "replace")) == 256


# The code pages German extracts come in when they are not UTF-8, and the letters that speak for one.
_CODE_PAGES = ("cp1252", "iso-8859-15", "cp850", "mac-roman")
_LETTERS = frozenset("äöüÄÖÜßéèêáàâçñóôíúøåæ€„“”’–§°²³½´")
_BYTES = re.compile(rb"[\x80-\xff]+")
_SAMPLE = 1 << 16  # so many bytes that are not ASCII are looked at


def evidence(data: bytes, at: int) -> tuple[str, str]:
    """What speaks for which encoding of a text that is not UTF-8, and what to declare; ``at``: its first bad byte.

    One sign of the text is shown, the one at the bad byte, as each code page reads it.

    >>> evidence("Prüfung größer".encode("cp1252"), 2)[1]
    'Declare it: encoding = "cp1252".'
    """
    runs = _BYTES.findall(data)
    high = b"".join(runs)[:_SAMPLE]
    whole = sum(len(_UTF8_LETTER.findall(run)) for run in runs[:_SAMPLE])
    shown = ", ".join(f"{page}: {_sign(data[at : at + 1], page)}" for page in _CODE_PAGES)
    scores = {page: _letters(high, page) for page in _CODE_PAGES}
    counted = ", ".join(f"{page}: {score}" for page, score in scores.items())
    said = f"Read as {shown}. Of {len(high):,} bytes beyond ASCII looked at, usual letters as {counted}"
    if whole:
        said += f"; {whole:,} letters are whole in UTF-8: the encodings are mixed or bytes are damaged"
    if 3 * whole >= len(high):
        return f"{said}.", 'Export it again, or declare encoding = "utf-8": then only the damaged rows are refused.'
    best = max(scores.values())
    first = [page for page, score in scores.items() if score == best]
    if 2 * best < len(high) or 2 * len(high) > min(len(data), _SAMPLE):
        return f"{said}.", "No usual encoding fits: ask where the file comes from, or export as UTF-8."
    declare = " or ".join(f'"{page}"' for page in first if page != "iso-8859-15" or "cp1252" not in first)
    return f"{said}.", f"Declare it: encoding = {declare}."


def _sign(byte: bytes, page: str) -> str:
    sign = byte.decode(page, "replace")
    return f"'{sign}'" if sign.isprintable() and sign != "\ufffd" else "no sign"


def _letters(high: bytes, page: str) -> int:
    return sum(sign in _LETTERS for sign in high.decode(page, "replace"))
