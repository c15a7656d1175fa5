"""The law a log was made under: regimes, the topics they changed, and where a stretch of days is broken by them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from procmine.content import one, place_of, read_toml
from procmine.errors import ContentError, nearest

# What days are called that lie before every regime of a topic.
BEFORE = "before"
_KEYS = {"id", "from", "topics", "title", "changes", "anchor", "checked"}


@dataclass(frozen=True, slots=True)
class Regime:
    """The law from ``start`` on. ``topics`` are what it changed, ``anchor`` where that stands, ``checked`` what it
    was checked against ("" = nothing)."""

    id: str
    start: date
    topics: frozenset[str]
    title: Mapping[str, str]
    changes: Mapping[str, str]
    anchor: str
    checked: str


@dataclass(frozen=True, slots=True)
class Law:
    """All regimes, the earliest first, and the words of their topics."""

    topics: Mapping[str, Mapping[str, str]]
    regimes: tuple[Regime, ...]

    def of(self, topics: Collection[str]) -> tuple[Regime, ...]:
        """The regimes that changed one of the topics."""
        return tuple(regime for regime in self.regimes if regime.topics & set(topics))

    def spans(self, topics: Collection[str], first: date, last: date) -> tuple[Span, ...]:
        """The days from ``first`` to ``last``, both included, cut where a regime changed one of the topics.

        More than one: figures of those days must not be pooled. Days before the first regime are under none.
        """
        held = self.of(topics)
        starts = [date.min, *(regime.start for regime in held)]
        ends = [*(regime.start - timedelta(days=1) for regime in held), date.max]
        return tuple(
            Span(regime, max(first, start), min(last, end))
            for regime, start, end in zip((None, *held), starts, ends, strict=True)
            if start <= last and end >= first
        )


@dataclass(frozen=True, slots=True)
class Span:
    """Days under one regime; ``regime`` is None before the first one known."""

    regime: Regime | None
    first: date
    last: date

    @property
    def name(self) -> str:
        """The regime's id, or ``before``."""
        return self.regime.id if self.regime else BEFORE


def load_law(study: Path | None = None) -> Law:
    """The regimes of event_logs/regimes.toml, or of a study that stands in for it. Raises ContentError, all faults."""
    entry = one("event_logs", "regimes", ".toml", study)
    raw, where = read_toml(entry), place_of(entry)
    topics: dict[str, Any] = raw.get("topics", {})
    regimes = tuple(
        sorted((_regime(spec, topics, where) for spec in raw.get("regime", [])), key=lambda regime: regime.start)
    )
    for field in ("id", "start"):
        values = [getattr(regime, field) for regime in regimes]
        if twice := [value for value in values if values.count(value) > 1]:
            raise ContentError(
                f"Two regimes have {'the id' if field == 'id' else 'the first day'} {twice[0]}.", where=where
            )
    return Law({name: dict(words) for name, words in topics.items()}, regimes)


def _regime(spec: Mapping[str, Any], topics: Collection[str], where: str) -> Regime:
    name = str(spec.get("id", ""))
    for key in spec:
        if key not in _KEYS:
            raise ContentError(f"Regime {name} has an unknown key {key}.", where=where, hint=nearest(key, _KEYS))
    if not name or type(spec.get("from")) is not date:
        raise ContentError(f"Regime {name or '?'} needs an id and a day from.", where=where, hint="from = 2023-01-01")
    for topic in spec.get("topics", []):
        if topic not in topics:
            raise ContentError(
                f"Regime {name} changes {topic}, which is no topic.", where=where, hint=nearest(topic, topics)
            )
    return Regime(
        id=name,
        start=spec["from"],
        topics=frozenset(spec.get("topics", [])),
        title=_words(spec, name, "title", where),
        changes=_words(spec, name, "changes", where),
        anchor=str(spec.get("anchor", "")),
        checked=str(spec.get("checked", "")),
    )


def _words(spec: Mapping[str, Any], name: str, key: str, where: str) -> dict[str, str]:
    words = spec.get(key)
    if not isinstance(words, dict) or set(words) != {"de", "en"}:
        raise ContentError(f"Regime {name} has no {key} in de and en.", where=where)
    return {"de": str(words["de"]), "en": str(words["en"])}


def first_days(law: Law, first: date, last: date) -> Sequence[date]:
    """The days after ``first``, up to ``last``, on which some regime begins: where a calendar is cut."""
    return [regime.start for regime in law.regimes if first < regime.start <= last]
