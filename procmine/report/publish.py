"""Publish: a log becomes a report in a folder, with the manifest that lets anybody make it again."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procmine.errors import InputError
from procmine.findings import Findings
from procmine.log import is_store, read_receipt
from procmine.metric import Metric, missing
from procmine.read.progress import Progress
from procmine.regimes import load_law
from procmine.report.charts import open_library
from procmine.report.compose import compose
from procmine.report.html import render
from procmine.schema import Schema, load_schema
from procmine.simulate import load_scenario, simulate
from procmine.study import read_study, run

MANIFEST = "manifest.json"
SCHEMA = "procmine/manifest@1"
REPORTS = {"de": "bericht.html", "en": "report.html"}


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit wrote: the report, the manifest beside it, and what the report says."""

    report: Path
    manifest: Path
    findings: Findings


@dataclass(frozen=True, slots=True)
class Verified:
    """One digest made again: whether it is the same, and what was seen."""

    name: str
    ok: bool
    detail: str
    next_step: str = ""


def audit(
    path: Path | str,
    *,
    out: Path | str,
    source: str | None = None,
    study: Path | None = None,
    language: str | None = None,
    privacy: str | None = None,
    title: str | None = None,
    progress: Progress | None = None,
) -> Audited:
    """Check, mine, measure and compare a log, and write one HTML report with its manifest into ``out``.

    What is not said here is taken from the study's settings, then from the defaults: German, profile shared.
    Raises InputError, ContentError, UsageError; then nothing is written.
    """
    path, out = Path(path), Path(out)
    settings = read_study(path)
    language = language or settings.language or "de"
    privacy = privacy or settings.privacy or "shared"
    folder = settings.folder or study
    findings, sheets = run(
        path, source=source, study=study, privacy=privacy, title=title, progress=progress, meanwhile=open_library
    )
    if progress:
        progress("report", 0.0)
    html = findings.map(lambda found: report_text(found, sheets, language, folder))
    report = out / REPORTS[language]
    manifest = out / MANIFEST
    kept = {
        "schema": SCHEMA,
        "input": os.path.relpath(path.resolve(), out.resolve()).replace(os.sep, "/"),
        "settings": {"source": _source_to(source, out), "language": language, "privacy": privacy, "title": title},
        "digest": findings.value.receipt.get("digest"),
        "versions": dict(findings.value.versions),
        "outputs": {report.name: hashlib.sha256(html.value.encode()).hexdigest()},
    }
    write_whole(report, html.value)
    write_whole(manifest, json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    if progress:
        progress("report", 1.0)
    return Audited(report, manifest, findings.value)


def report_text(found: Findings, sheets: Mapping[str, Metric], language: str, study: Path | None) -> str:
    """The report on released findings as one HTML text."""
    schema = load_schema(study)
    needs = {name: missing(metric, schema, schema.importable) for name, metric in sheets.items()}
    return render(compose(found, sheets, labels_of(schema, study), language, study, needs), study)


def labels_of(schema: Schema, study: Path | None) -> dict[str, Any]:
    """What activities, their kinds (``kind:NAME``), codes, regimes, tables (``table:NAME``) and columns
    (``column:NAME``) are called."""
    labels: dict[str, Any] = {name: code.title for name, code in schema.activities.items()}
    for codes in schema.codes.values():
        labels |= {code.code: code.title for code in codes.values() if code.code not in labels}
    labels |= {regime.id: regime.title for regime in load_law(study).regimes}
    labels |= {f"kind:{kind}": title for kind, title in schema.kinds.items()}
    for table in schema.tables.values():
        labels[f"table:{table.name}"] = table.title
        for column in table.columns:
            labels.setdefault(f"column:{column.name}", column.title)
    return labels


def demo(*, out: Path, seed: int = 1, language: str = "de", progress: Progress | None = None) -> Audited:
    """Twelve made-up job centres, audited: log, planted truth and report in ``out``."""
    if progress:
        progress("simulate", 0.0)
    scenario = load_scenario("twelve_job_centres")
    made = simulate(scenario, out / "twelve_job_centres.csv", seed=seed)
    return audit(made.log, out=out, language=language, title=scenario.title[language], progress=progress)


def verify(folder: Path) -> tuple[Verified, ...]:
    """Make a report again from its manifest's input and settings, and compare the bytes; or check a log store's files.

    Raises InputError if the folder is neither.
    """
    if is_store(folder):
        return _verify_store(folder)
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise InputError(
            "The folder holds neither a report with its manifest nor a log store.",
            where=str(folder),
            hint="Name the folder that audit or demo wrote into.",
        )
    kept = _read_manifest(manifest)
    found = [
        Verified(name, *_compare(digest, folder / name, "The file was changed after it was written."))
        for name, digest in kept["outputs"].items()
    ]
    source = (folder / kept["input"]).resolve()
    if not source.exists():
        return (*found, Verified("input", False, "not found", "Put the input back to where the manifest says."))
    settings = kept["settings"]
    with tempfile.TemporaryDirectory(prefix="procmine-") as place:
        again = audit(
            source, out=Path(place), source=_source_from(settings["source"], folder), language=settings["language"],
            privacy=settings["privacy"], title=settings["title"],
        )  # fmt: skip
        same = again.findings.receipt.get("digest") == kept["digest"]
        found.append(
            Verified("input", same, "same input and settings" if same else "the input or procmine has changed")
        )
        for name, digest in kept["outputs"].items():
            found.append(Verified(f"{name} made again", *_compare(digest, Path(place) / name, "The bytes differ.")))
    return tuple(found)


def _read_manifest(path: Path) -> dict[str, Any]:
    """A report's manifest. Raises InputError where it is none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError(f"The manifest cannot be read: {fault}.", where=str(path)) from fault
    if (
        not isinstance(kept, dict)
        or kept.get("schema") != SCHEMA
        or {"outputs", "input", "settings", "digest"} - set(kept)
    ):
        raise InputError("This is not the manifest of a report.", where=str(path), hint="Audit the log again.")
    return kept


def _verify_store(folder: Path) -> tuple[Verified, ...]:
    return tuple(
        Verified(name, *_compare(entry["sha256"], folder / name, "The store is damaged: import the log again."))
        for name, entry in sorted(read_receipt(folder)["contents"].items())
    )


def _source_to(source: str | None, out: Path) -> str | None:
    """A source as the manifest keeps it: its name, or the way to its file from the report's folder."""
    if source is None or not source.endswith(".toml"):
        return source
    return os.path.relpath(Path(source).resolve(), out.resolve()).replace(os.sep, "/")


def _source_from(source: str | None, folder: Path) -> str | None:
    if source is None or not source.endswith(".toml"):
        return source
    return str((folder / source).resolve())


def _compare(digest: str, path: Path, advice: str) -> tuple[bool, str, str]:
    if not path.is_file():
        return False, "missing", advice
    same = hashlib.sha256(path.read_bytes()).hexdigest() == digest
    return same, "same bytes" if same else "other bytes", "" if same else advice


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all: beside its place first, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    try:
        with fresh.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
