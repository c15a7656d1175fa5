"""A report's words: texts by key, numbers, dates and durations in the reader's language.

Texts lie in ``reports/texts/LANGUAGE.toml``. A place such as ``{count}`` is filled in one pass, so that a name from a
log that holds braces stays a name. A key or a place that is missing is an error, never a gap in a report.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from procmine import content
from procmine.errors import ContentError, UsageError, nearest

NBSP = "\u00a0"
LANGUAGES = ("de", "en")
PLACE = re.compile(r"\{([a-z_0-9]+)\}")
# Units told in per cent, and the digits of the others. A rate is "rate:100": per so many case-years; what happened
# within so many days "survival:14".
SHARES = ("share", "survival")
DIGITS = {"mean": 2, "number": 2, "rate": 1, "concentration": 2, "days": 0}


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language by their dotted key."""

    language: str
    texts: Mapping[str, str]

    def text(self, key: str, **values: str) -> str:
        """The text ``key`` with its places filled. Raises ContentError for an unknown key or an unfilled place."""
        if key not in self.texts:
            raise ContentError(
                f"The text {key} is missing.",
                where=f"reports/texts/{self.language}.toml",
                hint=nearest(key, self.texts),
            )

        def fill(place: re.Match[str]) -> str:
            if place[1] not in values:
                raise ContentError(
                    f"The text {key} has a place {{{place[1]}}} that nothing fills.",
                    where=f"reports/texts/{self.language}.toml",
                    hint=nearest(place[1], values),
                )
            return values[place[1]]

        return PLACE.sub(fill, self.texts[key])

    def counted(self, key: str, count: int, **values: str) -> str:
        """The text ``key.one`` or ``key.many`` with ``{count}`` filled."""
        form = "one" if count == 1 else "many"
        return self.text(f"{key}.{form}", count=self.number(count), **values)

    def maybe(self, key: str) -> str | None:
        """The text ``key`` or None where there is none: for names that a study may add to."""
        return self.texts.get(key)

    def number(self, value: float, digits: int = 0) -> str:
        """1234.5 as 1.234,5 or 1,234.5; a minus sign, not a hyphen; no negative zero."""
        if not math.isfinite(value):
            return "–"
        text = f"{abs(value):,.{digits}f}"
        sign = "\u2212" if value < 0 and text.strip("0.,") else ""
        if self.language == "de":
            text = text.translate(str.maketrans(",.", ".,"))
        return sign + text

    def percent(self, share: float, digits: int = 1) -> str:
        """0.342 as 34,2 % (non-breaking) or 34.2%."""
        return self.number(100 * share, digits) + self.per_cent_sign()

    def per_cent_sign(self) -> str:
        """The sign with the space German puts before it."""
        return f"{NBSP}%" if self.language == "de" else "%"

    def value(self, value: float, unit: str) -> str:
        """A metric's value in its unit: 34,2 %; 12,4 je 100 Fall-Jahre; +13,0 Prozentpunkte; 0,48."""
        kind, _, per = unit.partition(":")
        if kind in SHARES:
            shown = self.percent(value)
            return self.counted("units.within", int(per), value=shown) if kind == "survival" and per else shown
        if kind == "difference":
            return self.text("units.points", value=self.signed(100 * value))
        if kind == "rate":
            amount = self.number(value, _digits(unit))
            return self.counted("units.rate", int(per or 1), value=amount)
        return self.number(value, _digits(unit))

    def span(self, low: float, high: float, unit: str) -> str:
        """Two values of one unit as a span, the sign once: 31,0–37,5 %; differences with a word: −2,1 bis 3,4."""
        kind = unit.partition(":")[0]
        if kind in SHARES:
            return f"{self.number(100 * low, 1)}–{self.number(100 * high, 1)}{self.per_cent_sign()}"
        if kind == "difference":
            return self.text("units.from_to", low=self.signed(100 * low), high=self.signed(100 * high))
        digits = _digits(unit)
        return f"{self.number(low, digits)}–{self.number(high, digits)}"

    def signed(self, value: float) -> str:
        """A number that says its side of zero: +13,0 or −2,1."""
        text = self.number(value, 1)
        return f"+{text}" if value > 0 and text.strip("0.,") else text

    def day(self, text: str) -> str:
        """2025-12-31 as 31.12.2025 or 31 December 2025; 2025-12 as Dezember 2025; 2025-Q4 as 4. Quartal 2025."""
        quarter = re.fullmatch(r"(\d{4})-Q([1-4])", text)
        if quarter:
            return self.text("quarters.name", number=quarter[2], year=quarter[1])
        try:
            if re.fullmatch(r"\d{4}-\d{2}", text):
                when = date.fromisoformat(f"{text}-01")
                return f"{self.text(f'months.m{when.month:02}')}{NBSP}{when.year}"
            when = date.fromisoformat(text[:10])
        except ValueError:
            return clean(text)
        if self.language == "de":
            return f"{when.day:02}.{when.month:02}.{when.year}"
        return f"{when.day}{NBSP}{self.text(f'months.m{when.month:02}')}{NBSP}{when.year}"

    def duration(self, seconds: float) -> str:
        """A time span in the unit a reader would use: minutes, hours, or days."""
        for unit, length, most in (("minutes", 60.0, 90), ("hours", 3600.0, 48), ("days", 86400.0, math.inf)):
            amount = seconds / length
            if amount < most:
                shown = round(amount, 0 if unit == "minutes" or amount >= 10 else 1)
                if not shown and seconds > 0:
                    return self.text("durations.below")
                form = "one" if shown == 1 else "many"
                return self.text(f"durations.{unit}.{form}", count=self.number(shown, 0 if shown == int(shown) else 1))
        raise UsageError("A duration must be a number.")

    def sorted(self, names: list[str]) -> list[str]:
        """Names in the order a reader looks them up: without regard to case and accents, numbers by size."""
        return sorted(names, key=_place_in_list)

    def listed(self, names: list[str]) -> str:
        """A, B und C."""
        if len(names) < 2:
            return "".join(names)
        return f"{', '.join(names[:-1])} {self.text('lists.and')} {names[-1]}"


def _digits(unit: str) -> int:
    """The digits of a number in a unit: a rate per single case-year is mostly below 1, and keeps one more."""
    kind, _, per = unit.partition(":")
    return DIGITS.get(kind, 2) + (kind == "rate" and int(per or 1) == 1)


def load(language: str, study: Path | None = None) -> Words:
    """The words of a language, the study's own texts in place of the shipped ones of the same key.

    Raises UsageError for a language there is none for, ContentError for a file that cannot be used.
    """
    if language not in LANGUAGES:
        raise UsageError(f"There are no texts in the language {language}.", hint=f"Known: {', '.join(LANGUAGES)}.")
    texts = flat(content.read_toml(content.one("reports/texts", language, ".toml")), f"{language}.toml")
    own = content.listing("reports/texts", ".toml", study).get(language)
    if study is not None and own is not None:
        texts |= flat(content.read_toml(own), content.place_of(own))
    return Words(language, texts)


def flat(table: Mapping[str, Any], where: str, above: str = "") -> dict[str, str]:
    """A nested table of texts as dotted keys. Raises ContentError where something is not a text."""
    found: dict[str, str] = {}
    for key, entry in table.items():
        if isinstance(entry, Mapping):
            found |= flat(entry, where, f"{above}{key}.")
        elif isinstance(entry, str):
            found[above + key] = typeset(entry)
        else:
            raise ContentError(f"{above}{key} is not a text.", where=f"reports/texts/{where}", hint="Put it in quotes.")
    return found


def typeset(text: str) -> str:
    """A text on one line, with the spaces and hyphens that must not break: 95 %, 99,8-%-Grenze, § 14."""
    line = re.sub(r"[ \n]+", " ", text).strip(" ")
    line = re.sub(r"(?<=\d)-%-(?=\w)", "\u2011%\u2011", line)
    return re.sub(r"(?<=[\d}]) (?=%)|(?<=§) (?=\d)", NBSP, line)


def places(text: str) -> frozenset[str]:
    """The names of a text's places."""
    return frozenset(PLACE.findall(text))


def clean(text: str) -> str:
    """A name from a log fit to be shown: control and direction characters are spelt out, so that none acts."""
    if text.isprintable():  # none of the signs below is; most names hold none of them
        return text
    return "".join(
        f"\\x{ord(sign):02x}" if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") else sign for sign in text
    )


def _place_in_list(name: str) -> tuple[Any, ...]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    parts = re.split(r"(\d+)", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    return (*((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts), (2, 0, name))
