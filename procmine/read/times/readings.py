"""What a time of a shape nobody declared could mean: the readings a refusal shows, each with the format to declare."""

from __future__ import annotations

import re
from dataclasses import dataclass

from procmine.read.times.parsing import shape_of

# Characters of a value that its mask shows.
MASKED = 40
_TIMES = {
    "": "", "9:99": " %H:%M", "99:99": " %H:%M", "9:99:99": " %H:%M:%S", "99:99:99": " %H:%M:%S",
    "9:99 xx": " %I:%M %p", "99:99 xx": " %I:%M %p", "9:99xx": " %I:%M%p", "99:99xx": " %I:%M%p",
    "9:99:99 xx": " %I:%M:%S %p", "99:99:99 xx": " %I:%M:%S %p",
}  # fmt: skip
_BOTH = "the order is ambiguous, day before month or month before day"
_SHORT = "a year of two digits does not say its century"
# Masked date, what it can be, the formats that read it so.
_DATES = (
    (r"99?(?P<sign>[/-])99?(?P=sign)9{4}", _BOTH, ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y")),
    (r"99?(?P<sign>[/-])99?(?P=sign)99", f"{_BOTH}; {_SHORT}", ("%d{0}%m{0}%y", "%m{0}%d{0}%y")),
    (r"99?(?P<sign>[.])99?[.]99", _SHORT, ("%d.%m.%y",)),
    (r"9{4}(?P<sign>[/.])99?(?P=sign)99?", "the year stands first, but this is not ISO 8601", ("%Y{0}%m{0}%d",)),
    (r"9{8}(?P<sign>)", "digits without separators can be a day or a number", ("%Y%m%d",)),
)
_NUMBERS = (
    (r"9{9,10}([.,]9+)?", "this can be seconds since 1970", "epoch_s"),
    (r"9{12,13}", "this can be milliseconds since 1970", "epoch_ms"),
    (r"9{14}", "digits without separators can be a time or a number", "%Y%m%d%H%M%S"),
    (r"9{15,16}", "this can be microseconds since 1970", "epoch_us"),
    (r"9{18,19}", "this can be nanoseconds since 1970", "epoch_ns"),
    (r"9{5}([.,]9+)?", "this can be an Excel serial number, days since 1900", "excel"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a value: in words, and as a format a source file can declare."""

    meaning: str
    format: str


def readings(mask: str) -> tuple[Reading, ...]:
    """The ways to read values of a masked shape.

    >>> [reading.format for reading in readings("99/99/9999 99:99")]
    ['%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M']
    >>> readings("xxx")
    ()
    """
    for pattern, meaning, form in _NUMBERS:
        if re.fullmatch(pattern, mask):
            return (Reading(meaning, form),)
    for pattern, meaning, forms in _DATES:
        if found := re.fullmatch(rf"{pattern}(?:[ x](?P<time>.+))?", mask):
            time = _TIMES.get(found["time"] or "")
            return () if time is None else tuple(Reading(meaning, form.format(found["sign"]) + time) for form in forms)
    return ()


def other_masks(column: str, table: str) -> str:
    """SQL for the masked shapes of the values that no built-in shape fits: mask, values, first line; most first."""
    masked = f"regexp_replace(regexp_replace({column}[1:{MASKED}], '\\pN', '9', 'g'), '\\pL', 'x', 'g')"
    return (
        f"SELECT {masked} AS mask, COUNT(*), MIN(line) FROM {table} WHERE {shape_of(column)} = 'other' "
        "GROUP BY 1 ORDER BY 2 DESC, 3 LIMIT 50"
    )
