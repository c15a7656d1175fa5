"""Receipt: what was read, refused, understood and decided, each with its count; rows in = accepted + quarantined."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Any

from procmine.engines.duckdb import DuckDB
from procmine.errors import InputError, ProcmineError
from procmine.read.raw import RawFile
from procmine.read.source import Source
from procmine.read.tally import Tally
from procmine.regimes import Law, first_days
from procmine.schema import Schema

# So many unknown values of a column are listed; the rest is one count.
LISTED = 50
# Days of a log that nobody watched: fewer than this share of its events, and so many days without any before the rest.
STRAY_SHARE, STRAY_GAP = 0.001, 60


def input_name(path: Path) -> str:
    """What an input is called where nobody says: its file or folder name without endings."""
    return path.name.split(".")[0] or path.name


def reasons_of(engine: DuckDB, raws: Sequence[RawFile]) -> list[dict[str, Any]]:
    return [
        {"reason": str(reason), "rows": int(rows), "first_line": int(line), "file": raws[int(file_no)].name}
        for file_no, reason, rows, line in engine.run(
            "SELECT file_no, reason, COUNT(*), MIN(line) FROM quarantine GROUP BY 1, 2 ORDER BY 1, 2"
        )
    ]


def staged_counts(engine: DuckDB) -> dict[str, Any]:
    """Figures of the staged events that a receipt states."""
    events, first, last, dates = engine.run(
        "SELECT COUNT(*), MIN(local_date), MAX(local_date), COUNT(*) FILTER (WHERE date_only) FROM staged"
    )[0]
    tied = engine.run(
        "SELECT COALESCE(SUM(n), 0) FROM "
        "(SELECT COUNT(*) AS n FROM staged GROUP BY case_id, timestamp HAVING COUNT(*) > 1)"
    )[0][0]
    return {
        "events": int(events),
        "first_day": str(first),
        "last_day": str(last),
        "ties": {"same_time": int(tied), "date_only": int(dates)},
    }


def observed(engine: DuckDB, source: Source, law: Law, *, where: str) -> dict[str, Any]:
    """The time the log was watched: as the source file declares, else its first to its last day but for stray ones.

    ``cuts`` are the days in it on which the law changed. Raises InputError for declared days beyond the log.
    """
    events = {day: int(n) for day, n in engine.run("SELECT local_date, COUNT(*) FROM staged GROUP BY local_date")}
    first, last = source.observed_from or _edge(events), source.observed_to or _edge(events, from_end=True)
    if first > last:
        raise InputError(
            f"The log was watched from {first} to {last}: that is no time.",
            where=where,
            hint=f"Correct [observation] in the source file: the log has events from {min(events)} to {max(events)}.",
        )
    return {
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "declared": bool(source.observed_from or source.observed_to),
        "cuts": [day.isoformat() for day in first_days(law, first, last)],
    }


def _edge(events: Mapping[date, int], *, from_end: bool = False) -> date:
    """The first day of a log, or its last: a stray date in 1970 or 2099 does not stretch the time of all cases."""
    days = sorted(events, reverse=from_end)
    edge, passed, total = days[0], 0, sum(events.values())
    for day, following in pairwise(days):
        passed += events[day]
        if passed >= STRAY_SHARE * total:
            break
        if abs((following - day).days) > STRAY_GAP:
            edge = following
    return edge


def compose_receipt(
    path: Path,
    raws: Sequence[RawFile],
    tallies: Sequence[Tally],
    source: Source,
    schema: Schema,
    engine: DuckDB,
    accepted: int,
    quarantined: int,
) -> dict[str, Any]:
    present = frozenset[str]().union(*(tally.present for tally in tallies))
    expected = [entry for tally in tallies for entry in tally.expected]
    reasons = reasons_of(engine, raws)
    files = [_file_entry(number, raw, engine) for number, raw in enumerate(raws)]
    rows_read = sum(raw.rows_read for raw in raws)
    if rows_read != accepted + quarantined:
        raise ProcmineError(
            f"Rows do not add up: {rows_read} read, {accepted} accepted, {quarantined} quarantined.", where=path.name
        )
    return {
        "schema": "procmine/receipt@1",
        "procmine": procmine_version(),
        "name": input_name(path),
        "source": {"name": source.name, "title": dict(source.title), "attribution": source.attribution},
        "zone": source.zone,
        "files": files,
        "rows_read": rows_read,
        "rows_accepted": accepted,
        "rows_quarantined": quarantined,
        "quarantine": reasons,
        "columns": _merged(tallies, "columns", ("name", "from"), "filled"),
        "absent": sorted(name for name in schema.importable if name not in present),
        "expected": [entry for number, entry in enumerate(expected) if entry not in expected[:number]],
        "unmapped": sorted({name for tally in tallies for name in tally.unmapped}),
        "vocabulary": _short(_merged(tallies, "vocabulary", ("column", "value"), "rows")),
        "unknown": _short(_merged(tallies, "unknown", ("column", "value"), "rows")),
        "system_workers": _merged(tallies, "system", ("value",), "rows"),
        "derived": _merged(tallies, "derived", ("column", "value", "rule"), "rows"),
        "unreadable": _merged(tallies, "unreadable", ("column",), "rows"),
        "decisions": _decisions(raws, tallies),
    }


def _file_entry(number: int, raw: RawFile, engine: DuckDB) -> dict[str, Any]:
    refused = int(engine.run(f"SELECT COUNT(*) FROM quarantine WHERE file_no = {number}")[0][0])
    return {
        "name": raw.name,
        "sha256": raw.sha256,
        "bytes": raw.bytes,
        "format": raw.format,
        "encoding": raw.encoding,
        "delimiter": raw.delimiter,
        "rows_read": raw.rows_read,
        "rows_accepted": raw.rows_read - refused,
        "rows_quarantined": refused,
    } | ({"figures": dict(raw.figures)} if raw.figures else {})


# How a reader knew an encoding or delimiter, in German; readers say it in English.
_GERMAN = {
    "declared": "so angegeben",
    "byte order mark": "Kennung am Dateianfang (BOM)",
    "every byte is valid UTF-8": "jedes Byte ist gültiges UTF-8",
    "Parquet text is UTF-8": "Text in Parquet ist UTF-8",
    "XML without a declared encoding is UTF-8": "XML ohne Angabe ist UTF-8",
    "the line sep= of the file": "Zeile sep= der Datei",
    "noticed while reading": "beim Lesen bemerkt",
}
_ALIKE = re.compile(r"the header and (all|\d+) of the first (\d+) rows have (\d+) fields")
_HEADER = re.compile(r"the header has (\d+) fields")


def _both(how: str) -> dict[str, str]:
    """A reader's reason in both languages; one nobody translated stays English in both."""
    if found := _ALIKE.fullmatch(how):
        share = "alle" if found[1] == "all" else found[1]
        return {"de": f"Kopf und {share} der ersten {found[2]} Zeilen haben {found[3]} Felder", "en": how}
    if found := _HEADER.fullmatch(how):
        return {"de": f"der Kopf hat {found[1]} Felder", "en": how}
    return {"de": _GERMAN.get(how, how), "en": how}


def _decisions(raws: Sequence[RawFile], tallies: Sequence[Tally]) -> list[dict[str, Any]]:
    found = []
    for raw, tally in zip(raws, tallies, strict=True):
        if raw.encoding:
            found.append({"what": "encoding", "value": raw.encoding, "how": _both(raw.encoding_how), "file": raw.name})
        if raw.delimiter:
            how = _both(raw.delimiter_how)
            found.append({"what": "delimiter", "value": raw.delimiter, "how": how, "file": raw.name})
        found += [decision | {"file": raw.name} for decision in tally.decisions]
        found += [
            {"what": "file", "value": text, "how": _both("noticed while reading"), "file": raw.name}
            for text in raw.warnings
        ]
    return found


def _merged(tallies: Sequence[Tally], part: str, keys: Sequence[str], count: str) -> list[dict[str, Any]]:
    """Entries of all files added up by their keys, in order."""
    total: dict[tuple[Any, ...], dict[str, Any]] = {}
    for tally in tallies:
        for entry in getattr(tally, part):
            key = tuple(entry.get(name) for name in keys)
            if key in total:
                total[key][count] += entry[count]
            else:
                total[key] = dict(entry)
    return [total[key] for key in sorted(total, key=lambda k: tuple(str(part) for part in k))]


def _short(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The most frequent entries of each column; the others as one line a column, so that nothing is silently cut."""
    kept: list[dict[str, Any]] = []
    for column in sorted({entry["column"] for entry in entries}):
        own = sorted((e for e in entries if e["column"] == column), key=lambda e: (-e["rows"], e["value"]))
        kept += own[:LISTED]
        if rest := own[LISTED:]:
            more = {"column": column, "value": "", "rows": sum(entry["rows"] for entry in rest), "values": len(rest)}
            kept.append(more)
    return kept


def procmine_version() -> str:
    """The installed version; 0+checkout where procmine runs from a bare checkout."""
    try:
        return version("procmine")
    except PackageNotFoundError:
        return "0+checkout"
