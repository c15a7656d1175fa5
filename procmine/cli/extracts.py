"""Commands about a log itself: what is in it, how to read it, whether to trust it, what changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from procmine.cli.app import app, opened, refuse_overwriting, say, say_file
from procmine.errors import UsageError
from procmine.log import Log
from procmine.terminal.options import (
    ColourOption,
    EmbeddedOption,
    FromOption,
    JsonOption,
    LanguageOption,
    LogArgument,
    MetricOption,
    OutOption,
    SourceOption,
    StudyOption,
    ToOption,
    VerboseOption,
    examples,
)


@app.command(
    epilog=examples(
        "inspect extract.csv", "inspect extract.csv --lang en", "inspect extract.csv --json --out seen.json"
    )
)
def inspect(
    log: LogArgument,
    source: SourceOption = None,
    study_folder: StudyOption = None,
    lang: LanguageOption = "de",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """What is in a file: columns, times, what could be mapped."""
    from procmine.report import words
    from procmine.terminal import inspecting, stream

    refuse_overwriting(out, log, source)
    spoken = words.load(lang)
    found, schema = inspecting.look_into(log, source, study_folder, stream.progress(verbose))
    lines = inspecting.overview(found, schema, spoken)
    say("inspect", inspecting.overview_data(found, spoken), lines, as_json=as_json, out=out)


@app.command(
    name="map",
    epilog=examples(
        "map extract.csv",
        "map extract.csv --out event_logs/sources/my_export.toml",
        "map extract.csv --no-input --json",
    ),
)
def draft_source(
    log: LogArgument,
    source: SourceOption = None,
    study_folder: StudyOption = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing, even on a terminal.")] = False,
    lang: LanguageOption = "de",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PATH", help="A new .toml file; none is overwritten.")
    ] = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Draft a source file; what is not sure stands there as open."""
    from procmine.report import words
    from procmine.terminal import inspecting, mapping, stream

    spoken = words.load(lang)
    mapping.refuse_existing(out, spoken)
    found, schema = inspecting.look_into(log, source, study_folder, stream.progress(verbose))
    stream.end_progress()
    answers = mapping.ask_at_terminal(found, schema, spoken, wanted=not (no_input or as_json))
    data = inspecting.draft_data(found, schema, spoken, answers, out)
    if out is not None:
        say_file(out, data["source"])
    if out is None or as_json:
        say("map", data, data["source"].rstrip("\n"), as_json=as_json)
    stream.note(inspecting.state(found, schema, answers, spoken))


def say_faulty(log: Log, out: Path, language: str) -> None:
    """The refused rows of a log as a workbook for whoever made the extract; how many on stderr."""
    from procmine.report.faulty import write_faulty
    from procmine.terminal import stream

    rows = write_faulty(log.store, out, language)
    stream.end_progress()
    stream.note(f"{rows} refused rows written to {out}")


@app.command(epilog=examples("check extract.csv", "check extract.csv --source my-export", "check extract.csv --json"))
def check(
    log: LogArgument,
    source: SourceOption = None,
    lang: LanguageOption = "de",
    faulty: Annotated[
        Path | None, typer.Option("--faulty", metavar="PATH", help="Write the refused rows there, as .xlsx.")
    ] = None,
    engine: EmbeddedOption = "duckdb",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Rows accepted and refused, what is odd, what can be measured."""
    from procmine import study
    from procmine.report import words
    from procmine.terminal import checking, lines

    if faulty is not None and faulty.suffix.lower() != ".xlsx":
        raise UsageError("The refused rows become a workbook.", where=str(faulty), hint="End the name in .xlsx.")
    opened_log, folder = opened(log, source, verbose, out, faulty)
    found = study.check(opened_log, folder)
    if faulty is not None:
        say_faulty(opened_log, faulty, lang)
    spoken = words.load(lang)
    shown = f"{lines.receipt(found, spoken)}\n\n{checking.checked(found, spoken)}"
    say("check", found, shown, as_json=as_json, out=out)


@app.command(
    epilog=examples(
        "diff march.csv march-again.csv", "diff old.csv new.csv --from 2026-01-01 --to 2026-03-31", "diff a b --json"
    )
)
def diff(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="The earlier extract: a log or a log store.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The later extract of the same period.")],
    source: SourceOption = None,
    metric: MetricOption = None,
    start: FromOption = None,
    end: ToOption = None,
    lang: LanguageOption = "de",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Two extracts of one period: events and figures that changed."""
    from procmine import study
    from procmine.report import words
    from procmine.terminal import data, diffing

    earlier, folder = opened(before, source, verbose, out)
    later, _ = opened(after, source, verbose, out)
    found = study.diff(earlier, later, start=start, end=end, metrics=metric, study=folder)
    found = replace(found, names=(str(before), str(after)))  # two extracts may bear one name
    units = {name: sheet.told_in for name, sheet in study.metrics_of(metric, folder).items()}
    shown = diffing.difference(found, units, words.load(lang))
    say("diff", data.difference(found, lang), shown, as_json=as_json, out=out)
