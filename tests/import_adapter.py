"""Judge the importer from outside: one JSON object in, the importer's answer as one JSON line out (reliability.md 6).

``python tests/import_adapter.py < request.json``. It calls the public import into a temporary folder and reads the rows
back from the store. A fault of the importer itself is no refusal: it shows as the outcome ``internal_error``.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from procmine.content import one, read_toml
from procmine.errors import InputError, ProcmineError
from procmine.log import open_store, read_receipt
from procmine.read.checks.finding import FOUND, Finding
from procmine.read.checks.running import run_checks
from procmine.read.importing import import_log
from procmine.read.source import Source
from procmine.report.words import clean
from procmine.schema import Schema, load_schema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Answer = dict[str, Any]
OURS = {"case": "case_id", "activity": "activity", "timestamp": "timestamp", "resource": "worker"}
XES_KEYS = {
    "case": "concept:name",
    "activity": "concept:name",
    "timestamp": "time:timestamp",
    "resource": "org:resource",
}
# What the flattened log of an OCEL calls them.
OCEL_COLUMNS = {
    "case_id": "case:concept:name", "activity": "concept:name", "timestamp": "time:timestamp",
    "worker": "org:resource", "event_id": "identity:id",
}  # fmt: skip
_OBJECT_TYPES = re.compile(r"Object types: (.+?) \(\d+ objects, \d+ events\)")
# Columns beside the four of a request: read where a file happens to have one of our own name (or the XES name) for
# them, because findings such as "a case in two offices" rest on them.
BESIDE = ("office", "started_at", "duration_min", "household_id", "birth_band")
# A date format as people write it, as strptime codes. MM after hours or before seconds means minutes.
WRITTEN = {
    "yyyy": "%Y", "jjjj": "%Y", "yy": "%y", "jj": "%y", "mmmm": "%B", "mmm": "%b", "mm": "%m", "dd": "%d", "tt": "%d",
    "hh": "%H", "ss": "%S", "s": "%S", "fff": "%f", "ffffff": "%f", "zzz": "%z", "d": "%d", "m": "%m", "h": "%H",
}  # fmt: skip
EPOCHS = {
    "epoch": "epoch_s", "unix": "epoch_s", "unix_s": "epoch_s", "epoch_seconds": "epoch_s", "unix_ms": "epoch_ms",
    "epoch_millis": "epoch_ms", "unix_us": "epoch_us", "excel_serial": "excel", "excel_1900": "excel",
}  # fmt: skip
UNDECLARED = frozenset({"iso", "iso8601", "iso 8601", "auto"})  # what is read without a declaration
# What was noticed and kept, by where it is said: a note of the reader by its words, ...
NOTICED = {
    "replacement characters": "replacement_characters",
    "case names stand on more than one trace": "duplicate_cases",
    "Trace without events": "trace_without_events",
    "Trace without concept:name": "trace_without_name",
    "is not part of XES": "unknown_element",
    "foreign namespace": "foreign_namespace",
    "has no name": "column_without_name",
}
# ... a decision by what it is about, ...
DECIDED = {"timestamp fraction": "precision_cut"}
# ... or a finding of the checks, where the flag's name is another than the check's.
FINDINGS: Mapping[str, tuple[str, ...]] = {
    "same_time": ("same_time", "ties"),
    "sentinel_times": ("sentinel_time",),
    "look_alikes": ("lookalike_labels",),
    "near_labels": ("near_labels", "lookalike_labels"),
    "conflicting_case_attributes": ("conflicting_case_attribute",),
    "negative_duration": ("negative_duration",),
    "duplicate_events": ("duplicate_events",),
}


def answer(request: Mapping[str, Any], *, checks: bool = True) -> Answer:
    """What the importer makes of one file, with what the checks find in it."""
    try:
        return _imported(request, checks)
    except ProcmineError as fault:
        return _rejected(fault)
    except OSError as fault:  # a folder that may not be read: the command line says it in the same words
        return _nothing_taken("reject", _shown(f"{fault.filename or 'A file'}: {fault.strerror or fault}."))
    except Exception as fault:
        return _crashed(fault)


def _imported(request: Mapping[str, Any], checks: bool) -> Answer:
    # As given: a path with a strange name must reach the importer as it is.
    path = Path(request["path"])
    with tempfile.TemporaryDirectory(prefix="procmine-adapter-", ignore_cleanup_errors=True) as folder:
        store = _store(path, Path(folder) / "store", source_of(request))
        receipt = read_receipt(store)
        refused = _refused(store)
        findings = _found(store) if checks else ()
        # An OCEL is counted in events, as the file has them; all else in rows, as the receipt has them.
        events = receipt["files"][0]["format"] == "ocel"
        rows = _rows(store, once=events)
        return {
            "outcome": "partial" if receipt["rows_quarantined"] else "accept",
            "accepted": len(rows) if events else receipt["rows_accepted"],
            "quarantined": receipt["rows_quarantined"],
            "message": _shown("\n".join((*_said(receipt, refused), *(finding.text["en"] for finding in findings)))),
            "quarantine": [{"line": line, "reason": reason} for line, _, reason in refused],
            "flags": sorted({*_flags(receipt), *(flag for one in findings for flag in _named(one.check))}),
            "rows": rows,
        }


def _store(path: Path, target: Path, source: Source) -> Path:
    """The public import. An OCEL for which no object type is asked is read by the first one the refusal offers: that of
    the most events, as a user would."""
    try:
        return import_log(path, target, source=source, schema=_schema())
    except InputError as fault:
        offered = _OBJECT_TYPES.search(fault.what)
        if source.format != "ocel" or source.object_type or offered is None:
            raise
        return import_log(path, target, source=replace(source, object_type=offered[1]), schema=_schema())


def _rejected(fault: ProcmineError) -> Answer:
    return _nothing_taken("reject", _shown(fault.sentence()))


def _crashed(fault: Exception) -> Answer:
    frame = fault.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame is not None else "?"
    # The kind and place of the fault, not its words: those may hold values of the log.
    return _nothing_taken("internal_error", f"Internal error: {type(fault).__name__} at {place}")


def _shown(text: str) -> str:
    """A text as a terminal shows it: no sign in it acts."""
    return "\n".join(clean(line) for line in text.split("\n"))


def _nothing_taken(outcome: str, message: str) -> Answer:
    empty: Answer = {"accepted": 0, "quarantined": 0, "quarantine": [], "flags": [], "rows": []}
    return {"outcome": outcome, "message": message, **empty}


@cache
def _schema() -> Schema:
    return load_schema()


@cache
def _reasons() -> Mapping[str, str]:
    words: Mapping[str, str] = read_toml(one("reports/texts", "en", ".toml", None))["reasons"]
    return words


def source_of(request: Mapping[str, Any]) -> Source:
    """A source file in memory that says what the request says."""
    kind = str(request.get("format") or "csv").lower()
    options: Mapping[str, Any] = request.get("options") or {}
    columns = _columns(kind, request.get("map") or {})
    asked = options.get("date_format") or ()
    formats = [asked] if isinstance(asked, str) else asked
    return Source(
        name="request",
        title={"de": "Anfrage", "en": "Request"},
        format=kind,
        encoding=options.get("encoding") or None,
        delimiter=options.get("delimiter") or None,
        zone=options.get("timezone") or "Europe/Berlin",
        formats=tuple(strptime_codes(form) for form in formats if form.lower() not in UNDECLARED),
        overlap=options.get("overlap") or "quarantine",
        object_type=options.get("object_type") or "",
        sheets=tuple(options.get("sheets") or ()),
        columns=columns,
        # Names come back as the file has them: the one place where pseudonyms are turned off.
        cases="plain",
        workers="plain",
    )


def _columns(kind: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Our columns by the file's names. An XES case attribute is ``case:KEY``, whichever way it is asked for."""
    if kind == "ocel":
        return OCEL_COLUMNS | ({"worker": given["resource"]} if given.get("resource") else {})
    known = XES_KEYS if kind == "xes" else {}
    columns = {ours: given.get(asked) or known.get(asked, "") for asked, ours in OURS.items()}
    if kind == "xes":
        columns["case_id"] = f"case:{columns['case_id'].removeprefix('case:')}"
    for name in BESIDE:
        spelling = _schema().importable[name].xes if kind == "xes" else name
        if spelling not in columns.values():
            columns[name] = spelling
    return {ours: theirs for ours, theirs in columns.items() if theirs}


def strptime_codes(form: str) -> str:
    """A format as strptime codes, whichever way it is written.

    >>> strptime_codes("DD/MM/YYYY HH:mm:ss")
    '%d/%m/%Y %H:%M:%S'
    """
    if "%" in form:
        return form
    if form.lower() in EPOCHS:
        return EPOCHS[form.lower()]
    if re.fullmatch(r"epoch_(s|ms|us|ns)|excel", form):
        return form
    clock = found.start() if (found := re.search("[hH]", form)) else len(form)
    pattern = re.compile(r"y{4}|j{4}|yy|jj|m{1,4}|d{1,2}|tt|h{1,2}|s{1,2}|f{6}|f{3}|z{3}", re.IGNORECASE)

    def code(match: re.Match[str]) -> str:
        word = match.group().lower()
        return "%M" if word in ("m", "mm") and match.start() > clock else WRITTEN[word]

    return pattern.sub(code, form)


@cache
def _reader() -> DuckDBPyConnection:
    import duckdb

    return duckdb.connect(config={"threads": 1})


def _refused(store: Path) -> list[tuple[int, str, str]]:
    """Line, column and reason of every refused row."""
    query = "SELECT line, COALESCE(\"column\", ''), reason FROM read_parquet(?) ORDER BY file, line, reason"
    return _reader().execute(query, [str(store / "quarantine.parquet")]).fetchall()


def _rows(store: Path, *, once: bool) -> list[list[str]]:
    """What was accepted, in the order of the file. ``once``: an event is one row however many cases it belongs to."""
    events, cases, workers = (
        str(store / part) for part in ("events/*.parquet", "names/cases.parquet", "names/workers.parquet")
    )
    held = {row[0] for row in _reader().execute("DESCRIBE SELECT * FROM read_parquet(?)", [events]).fetchall()}
    worker = "COALESCE(w.name, '')" if "worker" in held else "''"
    join = "LEFT JOIN read_parquet(?) AS w USING (worker)" if "worker" in held else "WHERE ? <> ''"
    single = "QUALIFY ROW_NUMBER() OVER (PARTITION BY e.event_id ORDER BY c.name) = 1" if once else ""
    order = "e.file_no, e.position" if "position" in held else "e.file_no, e.line, e.case_id, e.event_no"
    found = _reader().execute(
        f"SELECT c.name, e.activity, strftime(e.timestamp, '%Y-%m-%dT%H:%M:%S.%fZ'), {worker} "
        f"FROM read_parquet(?) AS e JOIN read_parquet(?) AS c USING (case_id) {join} {single} ORDER BY {order}",
        [events, cases, workers],
    )
    return [list(row) for row in found.fetchall()]


def _found(store: Path) -> list[Finding]:
    """What the checks found in the log."""
    return [finding for finding in run_checks(open_store(store, _schema())) if finding.state == FOUND]


def _named(check: str) -> tuple[str, ...]:
    """The flags of a check's finding."""
    return FINDINGS.get(check, (check,))


def _said(receipt: Mapping[str, Any], refused: Iterable[tuple[int, str, str]]) -> Iterable[str]:
    """Every sentence of the receipt: what was decided, refused, emptied, noticed."""
    name = receipt["files"][0]["name"] if len(receipt["files"]) == 1 else receipt["name"]
    for line, column, reason in refused:
        yield f"{name}:{line}: {_reasons().get(reason, reason)} ({reason}{f', {column}' if column else ''})"
    for one_of in receipt["decisions"]:
        how = one_of["how"]
        yield f"{one_of.get('file', name)}: {one_of['what']}: {one_of['value']} ({how['en'] if how else ''})"
    for entry in receipt["unreadable"]:
        yield f"{name}:{entry['first_line']}: {entry['column']}: {entry['rows']} values not readable, made empty"
    for entry in receipt["unknown"]:
        yield f"{entry['column']}: {entry['rows']} values mean unknown"
    for kind, rows in receipt["ties"].items():
        if rows:
            yield f"{kind}: {rows} events"


def _flags(receipt: Mapping[str, Any]) -> Iterable[str]:
    """Stable names of what was noticed and kept."""
    for kind, rows in receipt["ties"].items():
        if rows:
            yield from _named(kind)
    for decision in receipt["decisions"]:
        if decision["what"] == "file":
            yield from (flag for words, flag in NOTICED.items() if words in decision["value"])
        elif decision["what"] in DECIDED:
            yield DECIDED[decision["what"]]
    formats = [one["value"] for one in receipt["decisions"] if one["what"] == "timestamp format"]
    if len({form.partition("_")[0] for form in formats}) > 1:
        yield "mixed_time_formats"
    if receipt["unreadable"]:
        yield "unreadable_value"


def main() -> int:
    """One request on standard input, one answer as the last line on standard output."""
    try:
        request = json.loads(sys.stdin.buffer.read())
        said = answer(request)
    except Exception as fault:
        said = _crashed(fault)
    sys.stdout.write(json.dumps(said, ensure_ascii=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
