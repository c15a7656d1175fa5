"""Look-alikes: texts a reader takes for one and a machine for several; listed with code points, never merged."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping

from procmine.engines.duckdb import literal, quoted
from procmine.read.checks.looking import Look

_LONGEST = 60
# Columns whose texts are few and are nobody's name.
_COLUMNS = ("activity", "team", "office")


def skeleton(text: str) -> str:
    """What two texts share that look alike: one normal form, no invisible sign, single blanks, no case.

    >>> skeleton("Bera\\u00adtung ") == skeleton("beratung")
    True
    """
    seen = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
    # NFC again after casefold: folding can take a letter apart.
    return unicodedata.normalize("NFC", " ".join(seen.split()).casefold())


def escaped(text: str, longest: int = _LONGEST) -> str:
    """A text of a log fit to be shown: signs that cannot be seen or act on a terminal as code points, cut at a length.

    >>> escaped("Bera\\u200btung")
    'Bera\\\\u{200b}tung'
    """
    shown = "".join(sign if sign == " " or sign.isprintable() else f"\\u{{{ord(sign):x}}}" for sign in text)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def spelt_out(text: str) -> str:
    """As ``escaped``, with marks and every sign outside Latin-1 as code points, and the blanks at its ends."""
    middle = text.strip(" ")
    head, tail = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" "))
    shown = "".join(
        sign if sign.isprintable() and ord(sign) < 0x100 else f"\\u{{{ord(sign):x}}}"
        for sign in re.sub("  +", lambda found: "\\u{20}" * len(found[0]), middle)
    )
    whole = "\\u{20}" * head + shown + ("\\u{20}" * tail if middle else "")
    return whole if len(whole) <= _LONGEST else whole[: _LONGEST - 1] + "…"


def groups(values: Mapping[str, int]) -> dict[str, str]:
    """Each text that has a more frequent double, and that double."""
    alike: dict[str, list[str]] = defaultdict(list)
    for text in values:
        alike[skeleton(text)].append(text)
    chief: dict[str, str] = {}
    for texts in alike.values():
        first = min(texts, key=lambda text: (-values[text], text))
        chief |= {text: first for text in texts if text != first}
    return chief


def look_alikes(look: Look) -> str:
    """One item an event and column with a text; a hit where the text has a more frequent double."""
    parts = []
    for column in _COLUMNS:
        if column in look.absent and column != "office":
            continue
        expression = look.label() if column == "activity" else quoted(column)
        details = {
            text: f"{spelt_out(text)} ≈ {spelt_out(double)}" for text, double in groups(look.values(expression)).items()
        }
        parts.append(look.items(expression, details, extra=f", {literal(column)} AS what"))
    return " UNION ALL ".join(parts)


def look_alike_names(look: Look) -> str:
    """One item an event with a known worker; a hit where the account's name has a more frequent double. Counts only."""
    details = {name: "" for name in groups(look.values("worker"))}
    return look.items("worker", details, extra=", e.value AS unit")
