"""What is known before a decision, as event_logs/steering.toml says it: attributes in three blocks, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procmine.content import one, place_of, read_toml
from procmine.errors import ContentError, nearest
from procmine.schema import Schema

BLOCKS = ("voice", "profile", "organisation")
READS = ("last", "known", "ever", "case", "open", "days", "weekday", "quarter", "worker")
_KEYS = {
    "column", "read", "levels", "of", "bands", "opens", "closes", "each", "instead_of", "from_start",
    "de", "en", "why_de", "why_en",
}  # fmt: skip
_WITHOUT_COLUMN = ("open", "days")
_WORDS = ("yes", "no", "open", "none", "other", "not_recorded")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that may be known before a decision; ``title`` and ``why`` are words by language."""

    block: str
    name: str
    read: str
    title: Mapping[str, str]
    why: Mapping[str, str]
    column: str = ""
    levels: Mapping[str, tuple[str, ...]] | None = None
    of: tuple[str, ...] = ()
    bands: tuple[int, ...] = ()
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    each: bool = False
    instead_of: str = ""
    from_start: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The attributes in their order of priority, and what else the file says."""

    blocks: Mapping[str, Mapping[str, str]]
    attributes: tuple[Attribute, ...]
    known_from: float
    rare_below: int
    finished_activities: tuple[str, ...]
    finished_column: str
    words: Mapping[str, Mapping[str, str]]

    def of(self, block: str) -> tuple[Attribute, ...]:
        """The attributes of one block."""
        return tuple(one for one in self.attributes if one.block == block)

    def in_turn(self) -> tuple[Attribute, ...]:
        """The first attribute of each block, then the second of each, and so on."""
        longest = max(len(self.of(block)) for block in BLOCKS)
        return tuple(self.of(block)[at] for at in range(longest) for block in BLOCKS if at < len(self.of(block)))


def load_known(schema: Schema, study: Path | None = None) -> Known:
    """The attributes of the shipped file, or of the study's own in its stead. Raises ContentError with all faults."""
    entry = one("event_logs", "steering", ".toml", study)
    raw, where = read_toml(entry), place_of(entry)
    faults: list[tuple[str, str]] = []
    found = []
    for block in BLOCKS:
        tables = raw.get(block)
        if not isinstance(tables, Mapping) or not tables:
            faults.append((f"There is no attribute in the block {block}.", f"[{block}.NAME]"))
            continue
        found += [_attribute(block, name, spec, schema, faults) for name, spec in tables.items()]
    names = [each.name for each in found]
    for each in found:
        if each.instead_of and each.instead_of not in names:
            hint = nearest(each.instead_of, names)
            faults.append((f"{each.name} stands in for {each.instead_of}, which is no attribute.", hint))
    faults += [
        (f"Two attributes have the name {name}.", "") for name in sorted({n for n in names if names.count(n) > 1})
    ]
    blocks = {block: _words(raw.get("blocks", {}).get(block, {}), f"The block {block}", faults) for block in BLOCKS}
    words = {name: _plain(spec, f"The word {name}", faults) for name, spec in raw.get("words", {}).items()}
    levels = {level for each in found for level in each.levels or ()} | set(_WORDS)
    faults += [(f"The level {level} has no words.", "[words]") for level in sorted(levels - set(words))]
    known_from, rare_below = raw.get("known_from"), raw.get("rare_below")
    if not isinstance(known_from, int | float) or not 0 <= known_from <= 1:
        faults.append(("known_from must be a share from 0 to 1.", "known_from = 0.5"))
    if not isinstance(rare_below, int) or rare_below < 1:
        faults.append(("rare_below must be a whole number from 1 on.", "rare_below = 20"))
    finished = raw.get("finished", {})
    column = str(finished.get("column", ""))
    if column and column not in schema.importable:
        faults.append((f"There is no column {column}.", nearest(column, schema.importable)))
    activities = _activities(finished.get("activities", []), "finished", schema, faults)
    if faults:
        _refuse(faults, where)
    return Known(blocks, tuple(found), float(known_from), int(rare_below), activities, column, words)  # type: ignore[arg-type]


def _refuse(faults: Sequence[tuple[str, str]], where: str) -> None:
    text = " ".join(fault for fault, _ in faults)
    raise ContentError(text, where=where, hint=next((hint for _, hint in faults if hint), ""))


def _attribute(block: str, name: str, spec: Any, schema: Schema, faults: list[tuple[str, str]]) -> Attribute:
    if not isinstance(spec, Mapping):
        faults.append((f"{block}.{name} is no table.", f"[{block}.{name}]"))
        spec = {}
    here = f"{block}.{name}"
    faults += [(f"{here} has an unknown key {key}.", nearest(key, _KEYS)) for key in spec if key not in _KEYS]
    read, column = str(spec.get("read", "")), str(spec.get("column", ""))
    if read not in READS:
        faults.append((f"{here} is read in no known way: {read!r}.", nearest(read, READS)))
    columns = {each.name for each in schema.tables["events"].columns}
    if column not in columns and (column or read not in _WITHOUT_COLUMN):
        faults.append(
            (f"{here} rests on {column or 'nothing'}, which is no column of events.", nearest(column, columns))
        )
    codes = schema.codes.get(column, {})
    levels = spec.get("levels")
    given = [*spec.get("of", []), *(code for some in (levels or {}).values() for code in some)]
    faults += [
        (f"{here} names {code}, which is no code of {column}.", nearest(code, codes))
        for code in given
        if code not in codes
    ]
    bands = list(spec.get("bands", []))
    if any(not isinstance(band, int) for band in bands) or bands != sorted(set(bands)):
        faults.append((f"The bands of {here} must be whole numbers, each larger than the one before.", ""))
        bands = []
    if read == "open" and not spec.get("opens"):
        faults.append((f"{here} says of no activity that it opens.", 'opens = ["contact_request"]'))
    if read == "ever" and not spec.get("of"):
        faults.append((f"{here} does not say which codes count.", 'of = ["client"]'))
    if read == "days" and not bands:
        faults.append((f"{here} needs bands.", "bands = [90, 365]"))
    title = _words(spec, here, faults)
    return Attribute(
        block=block,
        name=name,
        read=read,
        title={language: title[language] for language in ("de", "en")},
        why={language: title[f"why_{language}"] for language in ("de", "en")},
        column=column,
        levels=None if levels is None else {level: tuple(some) for level, some in levels.items()},
        of=tuple(spec.get("of", ())),
        bands=tuple(bands),
        opens=_activities(spec.get("opens", []), here, schema, faults),
        closes=_activities(spec.get("closes", []), here, schema, faults),
        each=bool(spec.get("each", False)),
        instead_of=str(spec.get("instead_of", "")),
        from_start=bool(spec.get("from_start", False)),
    )


def _activities(given: Sequence[str], here: str, schema: Schema, faults: list[tuple[str, str]]) -> tuple[str, ...]:
    """Activities as named, and all of a kind for kind:NAME."""
    found: list[str] = []
    for name in given:
        kind = name.removeprefix("kind:")
        if kind == name:
            found.append(name)
            if name not in schema.activities:
                faults.append((f"{here} names {name}, which is no activity.", nearest(name, schema.activities)))
        elif kind not in schema.kinds:
            faults.append((f"{here} names {kind}, which is no kind of activity.", nearest(kind, schema.kinds)))
        else:
            found += [name for name, code in schema.activities.items() if code.belongs == kind]
    return tuple(dict.fromkeys(found))


def _words(spec: Any, here: str, faults: list[tuple[str, str]]) -> dict[str, str]:
    return _texts(spec, ("de", "en", "why_de", "why_en"), here, faults)


def _plain(spec: Any, here: str, faults: list[tuple[str, str]]) -> dict[str, str]:
    return _texts(spec, ("de", "en"), here, faults)


def _texts(spec: Any, keys: Sequence[str], here: str, faults: list[tuple[str, str]]) -> dict[str, str]:
    found = {key: spec.get(key) if isinstance(spec, Mapping) else None for key in keys}
    if lacking := [key for key, text in found.items() if not isinstance(text, str) or not text]:
        faults.append((f"{here} has no words in {', '.join(lacking)}.", f'{lacking[0]} = "…"'))
    return {key: str(text) for key, text in found.items()}
