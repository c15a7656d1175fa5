"""What a cell says: number formats, dates as ISO text, escapes in texts, and the names of cells and columns.

A number in a date or time format is a typed date and becomes ISO text, rounded to the millisecond: a day where the
format shows no time and the number has no fraction, else a day with its time; below one day in a format without a date
a time of day (``08:00:00``); in a format of elapsed time (``[h]:mm``) hours, minutes and seconds (``36:00:00``). Any
other number stays as it is written in the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_DAY = 86_400_000  # milliseconds
_LAST_SERIAL = 2_958_465  # 9999-12-31
_SERIAL_1904 = 1_462  # days from the beginning of the one system to that of the other
_NO_DAY = 60  # 1900-02-29, which never was: Lotus 1-2-3 took 1900 for a leap year, and Excel follows it
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
# Literals, escaped signs, widths of blanks and fillers: what is shown as it stands, or not at all.
_LITERAL = re.compile(r'"[^"]*"?|\\.|_.|\*.', re.DOTALL)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]")
_BRACKETS = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What a number format shows: a date, a time, elapsed time, or so many digits at least."""

    date: bool = False
    time: bool = False
    elapsed: bool = False
    zeros: int = 0


# Formats that a workbook names by number only (ECMA-376 part 1, 18.8.30); 27 to 36 and 50 to 58 are dates of East Asia.
BUILT_IN = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 37), *range(50, 59)), NumberFormat(date=True)),
    **dict.fromkeys((18, 19, 20, 21, 45, 47), NumberFormat(time=True)),
    22: NumberFormat(date=True, time=True),
    46: NumberFormat(elapsed=True),
}


def number_format(code: str) -> NumberFormat | None:
    """What a format code shows of a positive number; None where it is a plain number.

    >>> number_format('[$-407]dd/mm/yyyy" Uhr" hh:mm')
    NumberFormat(date=True, time=True, elapsed=False, zeros=0)
    >>> number_format('0.00" days"')
    """
    if re.fullmatch("00+", code):
        return NumberFormat(zeros=len(code))
    shown = _LITERAL.sub("", code).split(";")[0].lower()
    if _ELAPSED.search(shown):
        return NumberFormat(elapsed=True)
    shown = _BRACKETS.sub("", shown).replace("general", "").replace("am/pm", "h").replace("a/p", "h")
    time = "h" in shown or "s" in shown
    day = "d" in shown or "y" in shown or ("m" in shown and not time)
    return NumberFormat(date=day, time=time) if day or time else None


def is_number(text: str) -> bool:
    """Whether a text is a number as XML writes one."""
    return (text.isdigit() and text.isascii()) or _NUMBER.fullmatch(text) is not None


def typed_text(number: str, form: NumberFormat, since_1904: bool) -> str | None:
    """A number in a date or time format as ISO text; None where there is no such day.

    >>> typed_text("45299.333333333336", NumberFormat(date=True, time=True), False)
    '2024-01-08T08:00:00'
    """
    value = float(number)
    if not 0 <= value <= _LAST_SERIAL + 1:
        return None
    days, rest = divmod(round(value * _DAY), _DAY)
    if form.elapsed:
        return _clock(days * _DAY + rest)
    if not form.date and days == 0:
        return _clock(rest)
    day = _day(days + _SERIAL_1904 if since_1904 else days)
    if day is None or (rest == 0 and not form.time):
        return day
    return f"{day}T{_clock(rest)}"


@lru_cache(maxsize=65_536)
def _day(serial: int) -> str | None:
    if serial < 1 or serial == _NO_DAY or serial > _LAST_SERIAL:
        return None
    start = date(1899, 12, 31) if serial < _NO_DAY else date(1899, 12, 30)
    return (start + timedelta(days=serial)).isoformat()


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}" + (f".{rest:03d}" if rest else "")


def unescaped(text: str) -> tuple[str, str]:
    """A text with its ``_xHHHH_`` escapes decoded (ECMA-376 part 1, 22.9.2.19), and the reason it cannot be taken.

    >>> unescaped("a_x000D_b_x005F_x000D_")
    ('a\\rb_x000D_', '')
    """
    if "_x" not in text:
        return text, ""
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    if "\0" in plain:
        return text, "null_byte"
    try:  # signs beyond the first plane are written as two escapes; one half alone is no sign
        return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le"), ""
    except UnicodeDecodeError:
        return text, "bad_encoding"


def column_name(number: int) -> str:
    """The letters of a column; the first is 0.

    >>> column_name(0), column_name(27), column_name(16_383)
    ('A', 'AB', 'XFD')
    """
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The number of a column by its letters; A is 0."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def reference(text: str) -> tuple[str, str] | None:
    """Letters and row of a cell's name, such as B12; None where it is none."""
    found = _REFERENCE.fullmatch(text)
    return (found[1], found[2]) if found else None
