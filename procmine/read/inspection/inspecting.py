"""Inspect: what is in an export, before anything is imported: files, columns, times, and what could be mapped to what.

The file is read by the real readers into an engine that is thrown away. Nothing is written beside the log, and nothing
is concluded in silence: what was assumed to be able to look at all is marked as assumed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from procmine.content import listing
from procmine.engines.duckdb import DuckDB, literal, workbench
from procmine.errors import ContentError, InputError
from procmine.log import is_store
from procmine.read.importing import files_of, format_of, parts_of, read_raw
from procmine.read.inspection.candidates import ALIKE, Candidate, Likeness, likenesses, propose, settle, within_cases
from procmine.read.inspection.date_order import DateOrder, date_order
from procmine.read.inspection.encoding_evidence import EncodingEvidence, encoding_evidence
from procmine.read.inspection.looks import PERSONAL, SHOWN, Looks, Value, look
from procmine.read.inspection.synonyms import Synonyms, fold, load_synonyms, tokens
from procmine.read.progress import Progress, quiet
from procmine.read.raw import RawFile
from procmine.read.source import CANONICAL, Source, load_source
from procmine.schema import Schema

OF_PERSONS = ("case", "household", "worker")
CODED = ("code", "list")
SHORT = 40  # a longer value that stands once is a sentence, even where the column is named like one of codes


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """Rows that a reader refused for one reason."""

    reason: str
    rows: int
    first_line: int


@dataclass(frozen=True, slots=True)
class FileOverview:
    """A file as it was read. ``evidence`` is there where the text is no UTF-8 and its encoding is not declared; then
    ``encoding`` is the best candidate, ``assumed`` for this overview only."""

    name: str
    format: str
    bytes: int
    sha256: str
    encoding: str
    encoding_how: str
    delimiter: str
    delimiter_how: str
    rows_read: int
    rows_accepted: int
    rows_refused: int
    refused: tuple[RefusedRows, ...]
    warnings: tuple[str, ...]
    columns: tuple[str, ...]
    assumed: bool = False
    evidence: EncodingEvidence | None = None


@dataclass(frozen=True, slots=True)
class ColumnOverview:
    """A column: how its values look, in which order its days stand, whether it is about persons (its values are never
    shown), and which words of it mean "not said" (``silent``) or a machine (``machines``)."""

    position: int
    name: str
    looks: Looks
    order: DateOrder | None
    personal: bool
    coded: bool
    silent: tuple[Value, ...] = ()
    machines: tuple[Value, ...] = ()

    @property
    def shown(self) -> tuple[Value, ...]:
        """The values that may be shown, with their rows: codes and labels, never those of persons, never sentences."""
        repeated = 2 * self.looks.distinct <= self.looks.filled
        short = self.looks.longest <= SHORT
        # A column whose name says nothing may hold names as well as codes: its values stay covered.
        if self.personal or not self.coded or self.looks.distinct > SHOWN or not (repeated or short):
            return ()
        return self.looks.labels


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is in an input. ``columns`` are those most of its files have; ``candidates`` says for each of our columns
    which of them may hold it, the best first, ``sure`` the ones beyond doubt; ``like`` known source files that fit.
    ``given`` is the source the files were opened with: its encoding, delimiter, sheets, object type."""

    name: str
    files: tuple[FileOverview, ...]
    columns: tuple[ColumnOverview, ...]
    candidates: Mapping[str, tuple[Candidate, ...]]
    sure: Mapping[str, Candidate]
    like: tuple[Likeness, ...]
    other_shape: tuple[str, ...] = ()
    synonyms: Synonyms = field(repr=False, kw_only=True)
    given: Source = field(default=CANONICAL, repr=False, kw_only=True)

    @property
    def source(self) -> Source | None:
        """The known source file of the same kind of export, if one fits well."""
        return self.like[0].source if self.like and self.like[0].share >= ALIKE else None


def inspect(
    path: Path,
    *,
    source: Source = CANONICAL,
    schema: Schema,
    study: Path | None = None,
    progress: Progress = quiet,
) -> Inspection:
    """Look at a file or folder. ``source`` may declare encoding, delimiter, sheets; its mapping is not needed.

    Raises InputError where a file cannot be read at all, ContentError for synonyms that cannot be used.
    """
    if not path.exists():
        raise InputError("There is no such file or folder.", where=str(path), hint="Check the path.")
    if is_store(path):
        raise InputError("This is a log store: it is read already.", where=str(path), hint="Inspect the export itself.")
    synonyms = load_synonyms(schema, study)
    known = _sources(schema, study)
    parts = parts_of(files_of(path, source), source)
    with tempfile.TemporaryDirectory(prefix="procmine-") as place, workbench(Path(place)) as engine:
        overviews = tuple(
            _file(engine, part, number, source, progress, len(parts)) for number, part in enumerate(parts)
        )
        names, odd = _common(engine, overviews)
        looks: list[Looks] = []
        orders: list[DateOrder | None] = []
        found: list[tuple[tuple[Value, ...], tuple[Value, ...]]] = []
        for position in range(len(names)):
            progress("look", position / len(names))
            looks.append(look(engine, "every", f"c{position}"))
            orders.append(date_order(engine) if looks[-1].time_like else None)
            found.append(_special_words(engine, synonyms))
        like = likenesses(names, looks, known, synonyms)
        candidates = propose(names, looks, schema, synonyms, like, {})
        if candidates["case_id"]:
            within = within_cases(engine, "every", candidates["case_id"][0].position, looks)
            candidates = propose(names, looks, schema, synonyms, like, within)
    sure = settle(candidates, schema)
    used = {one.position: ours for ours, one in sure.items()}
    candidates = {
        ours: tuple(one for one in rows if one.named or used.get(one.position, ours) == ours)
        for ours, rows in candidates.items()
    }
    columns = tuple(
        ColumnOverview(
            position, name, looks[position], orders[position],
            personal=_personal(position, name, looks[position], candidates, sure, schema, synonyms),
            coded=_coded(position, candidates, schema),
            silent=found[position][0], machines=found[position][1],
        )
        for position, name in enumerate(names)
    )  # fmt: skip
    progress("look", 1.0)
    return Inspection(path.name, overviews, columns, candidates, sure, like, odd, synonyms=synonyms, given=source)


def _sources(schema: Schema, study: Path | None) -> list[Source]:
    """The known source files, shipped and the study's own; one that cannot be used is no help here, nor a fault."""
    known = []
    for name in listing("event_logs/sources", ".toml", study):
        try:
            known.append(load_source(name, schema, study))
        except ContentError:
            continue
    return known


def _file(
    engine: DuckDB,
    part: tuple[Path, tuple[str, ...]],
    number: int,
    source: Source,
    progress: Progress,
    parts: int,
) -> FileOverview:
    """Read one file, or sheet; where its encoding is not declared and it is no UTF-8, with the best candidate."""
    file, sheets = part

    def seen(done: int, total: int) -> None:
        progress("read", (number + (done / total if total else 1.0)) / parts)

    evidence = None
    if source.encoding is None and format_of(file, source) == "csv":
        evidence = encoding_evidence(file)
    speaks = replace(source, encoding=evidence.best) if evidence else source
    raw = read_raw(engine, file, f"raw_{number}", number, speaks, seen, sheets)
    return _overview(engine, raw, number, evidence)


def _overview(engine: DuckDB, raw: RawFile, number: int, evidence: EncodingEvidence | None) -> FileOverview:
    refused = engine.run(
        f"SELECT reason, count(*), min(line) FROM quarantine WHERE file_no = {number} GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    return FileOverview(
        name=raw.name,
        format=raw.format,
        bytes=raw.bytes,
        sha256=raw.sha256,
        encoding=raw.encoding,
        encoding_how="" if evidence else raw.encoding_how,
        delimiter=raw.delimiter,
        delimiter_how=raw.delimiter_how,
        rows_read=raw.rows_read,
        rows_accepted=raw.rows_accepted,
        rows_refused=raw.rows_quarantined,
        refused=tuple(RefusedRows(str(reason), int(rows), int(line)) for reason, rows, line in refused),
        warnings=raw.warnings,
        columns=raw.columns,
        assumed=evidence is not None,
        evidence=evidence,
    )


def _common(engine: DuckDB, files: Sequence[FileOverview]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns most files have (the first of equals), their rows as the view ``every``, and the files of another
    shape."""
    shapes = [file.columns for file in files]
    names = max(dict.fromkeys(shapes), key=shapes.count)
    alike = [number for number, shape in enumerate(shapes) if shape == names]
    cells = ", ".join(["line", *(f"c{position}" for position in range(len(names)))])
    union = " UNION ALL ".join(f"SELECT {cells} FROM raw_{number}" for number in alike)
    engine.connection.execute(f"CREATE VIEW every AS {union}")
    return names, tuple(file.name for file in files if file.columns != names)


def _special_words(engine: DuckDB, synonyms: Synonyms) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """The words of the column in ``seen`` that mean "not said", and those of machines."""
    starts = ", ".join(literal(sign) for sign in _starts(synonyms))
    short = engine.run(
        "SELECT v, n FROM seen WHERE length(v) <= 40 AND NOT regexp_full_match(v, '.*\\d{3}.*') "
        f"AND lower(v[1:1]) IN ({starts}) ORDER BY n DESC, v LIMIT 100000"
    )
    values = [(Value(str(text), int(rows)), fold(str(text))) for text, rows in short]
    silent = tuple(value for value, word in values if word in synonyms.silent)
    machines = tuple(value for value, word in values if word in synonyms.machines)
    return silent, machines


def _starts(synonyms: Synonyms) -> list[str]:
    return sorted({word[:1] for word in synonyms.silent | synonyms.machines} | set("#-?("))


def _personal(
    position: int,
    name: str,
    looks: Looks,
    candidates: Mapping[str, Sequence[Candidate]],
    sure: Mapping[str, Candidate],
    schema: Schema,
    synonyms: Synonyms,
) -> bool:
    """Whether a column is about single persons: by its name, by mail addresses or names in it, or as the case, the
    household or the worker it may hold."""
    plain = name.removeprefix("case:")
    folded, words = fold(plain), tokens(plain)
    runs = {"".join(words[start:stop]) for start in range(len(words)) for stop in range(start + 1, len(words) + 1)}
    if folded in synonyms.persons or any(
        len(word) > 4 and (word in runs or folded.endswith(word)) for word in synonyms.persons
    ):
        return True
    if looks.share(PERSONAL) > 0.01:
        return True
    scores = {ours: one for ours, rows in candidates.items() for one in rows if one.position == position}
    top = max((one.score for one in scores.values()), default=0)
    for ours, one in scores.items():
        if schema.importable[ours].holds not in OF_PERSONS:
            continue
        settled = sure.get(ours)
        if (settled and settled.position == position) or (one.named and one.score == top):
            return True
        if any(reason.code == "name_is_synonym" for reason in one.reasons) and not _is_sure(position, sure):
            return True
    return False


def _is_sure(position: int, sure: Mapping[str, Candidate]) -> bool:
    return any(one.position == position for one in sure.values())


def _coded(position: int, candidates: Mapping[str, Sequence[Candidate]], schema: Schema) -> bool:
    """Whether its name, or the codes it holds, say that a column holds codes or labels."""
    return any(
        one.position == position
        for ours, rows in candidates.items()
        if schema.importable[ours].kind in CODED or ours in ("activity", "team", "office")
        for one in rows
    )
