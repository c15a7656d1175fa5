"""Norms: what must be standard held against a log, as sentences and as BPMN, as it leaves the privacy door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from procmine.conform import Proven, prove
from procmine.conform import conform as hold_against
from procmine.content import listing
from procmine.deviations import Conformance
from procmine.errors import InputError, nearest
from procmine.findings import NormsFound
from procmine.log import Log
from procmine.mine.bpmn.conform import conform as align_with
from procmine.mine.bpmn.reading import known_words, labels_in, read_bpmn
from procmine.mine.chosen import Chosen
from procmine.norms import load_norms
from procmine.privacy import Released, refuse_few, release_conformance, release_norms
from procmine.schema import load_schema
from procmine.study.models import EVERY_CASE

DRAWN = "norms"
SHIPPED = "event_logs/norms"


def conform(
    log: Log,
    *,
    norms: Path | None = None,
    by: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    privacy: str = "internal",
    study: Path | None = None,
) -> NormsFound:
    """The norms of a file, of the study, or the shipped examples held against a log. Raises ContentError, UsageError,
    InputError."""
    return held(log, norms=norms, by=by, start=start, end=end, privacy=privacy, study=study).value


def held(
    log: Log,
    *,
    norms: Path | None = None,
    by: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    privacy: str,
    study: Path | None = None,
    known: Proven | None = None,
) -> Released[NormsFound]:
    """The same with its seal, for a whole run. ``known`` are the norms where they were read and proven before."""
    asked = known or load_norms(log.schema, study, norms)
    return release_norms(hold_against(log, asked, by=by, start=start, end=end), privacy)


def proven(study: Path | None = None) -> Proven:
    """The norms of the study, or the shipped ones, their worked examples played. Raises ContentError."""
    schema = load_schema(study)
    return prove(load_norms(schema, study), schema, study)


def conform_bpmn(
    log: Log,
    bpmn: Path,
    *,
    labels: Path | None = None,
    process: str | None = None,
    every_step: bool = False,
    quiet_days: int | None = None,
    chosen: Chosen = EVERY_CASE,
    privacy: str = "internal",
) -> Conformance:
    """A drawn process held against a log: cases kept, broken, undetermined, and who began the steps that deviate.

    ``labels`` is a TOML file with a table [labels] (task to activity), ``process`` names one of several pools.
    ``every_step``: steps the norm does not name deviate too. Raises InputError, ContentError, UsageError, and
    PrivacyError where there are too few cases to show anything.
    """
    refuse_few(log.receipt["cases"], privacy, log.name)
    words = known_words(log.schema, log.receipt["activities"])
    norm = read_bpmn(bpmn, words, labels=labels_in(labels) if labels else None, process=process)
    found = align_with(log, norm, chosen=chosen, only_named=not every_step, quiet_days=quiet_days)
    return release_conformance(found, privacy).value


def drawn_norm(name: str, study: Path | None = None) -> Path:
    """The file of that path, or the drawn norm of that name: the study's, else a shipped example. Raises InputError."""
    known = {entry.name.removesuffix(".bpmn"): entry for entry in listing(SHIPPED, ".bpmn", study).values()}
    own = {file.stem: file for file in (study / DRAWN).glob("*.bpmn")} if study is not None else {}
    if Path(name).is_file():
        return Path(name)
    if name in own or name in known:
        return Path(str((known | own)[name]))
    raise InputError("There is no such drawn norm.", where=name, hint=nearest(name, {*known, *own}))


def drawn_held(log: Log, study: Path | None, privacy: str) -> list[Released[Conformance]]:
    """Each drawn norm of the study (norms/NAME.bpmn, its labels in NAME.toml beside it) held against the log."""
    words = known_words(log.schema, log.receipt["activities"])
    files = sorted((study / DRAWN).glob("*.bpmn")) if study is not None else []
    found = []
    for file in files:
        labels = file.with_suffix(".toml")
        norm = read_bpmn(file, words, labels=labels_in(labels) if labels.is_file() else None)
        found.append(release_conformance(align_with(log, norm), privacy))
    return found
