"""Commands about figures: metrics measured, groups compared, and what a figure means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from procmine.cli.app import app, opened, say
from procmine.terminal.options import (
    ByOption,
    ColourOption,
    EngineOption,
    FromOption,
    JsonOption,
    LanguageOption,
    LogArgument,
    MetricOption,
    OutOption,
    PrivacyOption,
    SourceOption,
    ToOption,
    VerboseOption,
    examples,
)


@app.command(
    epilog=examples(
        "score extract.csv",
        "score extract.csv --by office --json",
        "score a.csv --metric warm_handovers --from 2025-01-01",
    )
)
def score(
    log: LogArgument,
    source: SourceOption = None,
    by: ByOption = None,
    metric: MetricOption = None,
    start: FromOption = None,
    end: ToOption = None,
    lang: LanguageOption = "de",
    privacy: PrivacyOption = "internal",
    engine: EngineOption = "duckdb",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Each metric with interval, bounds, coverage and status."""
    from procmine import study
    from procmine.report import words
    from procmine.terminal import lines

    opened_log, folder = opened(log, source, verbose, out, engine=engine)
    found = study.score(
        opened_log, metrics=metric, by=tuple(by or ()), start=start, end=end, privacy=privacy, study=folder
    )
    sheets = study.metrics_of(metric, folder)
    figures = {"measurements": [one.to_dict(lang) for one in found]}
    say("score", figures, lines.measurements(found, sheets, words.load(lang)), as_json=as_json, out=out)


@app.command(
    epilog=examples("compare extract.csv", "compare extract.csv --by team", "compare extract.csv --lang en --json")
)
def compare(
    log: LogArgument,
    source: SourceOption = None,
    by: Annotated[str, typer.Option("--by", metavar="COLUMN", help="What to compare.")] = "office",
    metric: MetricOption = None,
    start: FromOption = None,
    end: ToOption = None,
    lang: LanguageOption = "de",
    privacy: PrivacyOption = "internal",
    engine: EngineOption = "duckdb",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Groups beside the pooled value; limits, never a ranking."""
    from procmine import study
    from procmine.report import words
    from procmine.terminal import data, lines

    opened_log, folder = opened(log, source, verbose, out, engine=engine)
    found, funnels = study.compare(
        opened_log, by=by, metrics=metric, start=start, end=end, privacy=privacy, study=folder
    )
    sheets = study.metrics_of(metric, folder)
    figures = data.comparison(found, funnels, lang)
    say("compare", figures, lines.comparisons(found, sheets, words.load(lang)), as_json=as_json, out=out)


@app.command(
    epilog=examples("explain warm_handovers", "explain warm_handovers --lang en", "explain warm_handovers --json")
)
def explain(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="The metric's name, such as warm_handovers.")],
    study_folder: Annotated[
        Path | None, typer.Option("--study", metavar="STUDY", help="A study folder with metrics of its own.")
    ] = None,
    lang: LanguageOption = "de",
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """What a metric counts, answers to, and how it misleads."""
    from procmine import study
    from procmine.report import words
    from procmine.schema import load_schema
    from procmine.terminal import data, sheets

    sheet = study.explain(metric, study_folder)
    shown = sheets.sheet(sheet, load_schema(study_folder), words.load(lang))
    say("explain", data.sheet(sheet), shown, as_json=as_json)
