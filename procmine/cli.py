"""The command line: arguments in, one call, lines out. Results go to stdout, everything else to stderr.

Every verb calls one function of ``procmine.study`` (``simulate`` that of its own room), imported inside the command, so
that ``procmine --help`` loads nothing heavy.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from procmine import __version__
from procmine.log import Log
from procmine.terminal.options import (
    ByOption,
    ColourOption,
    EngineOption,
    FromOption,
    JsonOption,
    LanguageOption,
    LogArgument,
    MetricOption,
    OfficeOption,
    OutOption,
    PrivacyOption,
    ReportLanguageOption,
    ReportPrivacyOption,
    SourceOption,
    ToOption,
    VerboseOption,
    among,
    examples,
)
from procmine.terminal.running import run

FORMATS = ("csv", "parquet")

app = typer.Typer(
    name="procmine",
    help="How far does a case steer its own process? Event logs of job centres, mined, measured, compared.",
    epilog="\b\nStart here:\n  procmine demo\n  procmine check extract.csv\n  procmine audit extract.csv --out report",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)


def version_asked(asked: bool) -> None:
    """Print the version and end."""
    if asked:
        typer.echo(f"procmine {__version__}")
        raise typer.Exit


@app.callback()
def whole(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=version_asked, help="Print the version and end.")
    ] = False,
) -> None:
    """Options before the verb."""


def say(
    verb: str, data: Any, lines: str, *, as_json: bool, out: Path | None = None, warnings: tuple[str, ...] = ()
) -> None:
    """A command's result, on stdout or whole into a file; its warnings on stderr, or inside the JSON object."""
    from procmine.terminal import data as json_data
    from procmine.terminal import stream

    stream.end_progress()
    for warning in warnings if not as_json else ():
        stream.note(f"note: {warning}")
    text = json_data.envelope(verb, True, data, warnings) if as_json else lines
    if out is None:
        typer.echo(text)
        return
    say_file(out, text + "\n")


def say_file(out: Path, text: str) -> None:
    """A result whole into a file; where it went on stderr."""
    from procmine.report.publish import write_whole
    from procmine.terminal import stream

    stream.end_progress()
    write_whole(out, text)
    stream.note(f"written to {out}")


def opened(path: Path, source: str | None, verbose: bool) -> tuple[Log, Path | None]:
    """The log behind a path, and the study folder it lies in, if any."""
    from procmine import study
    from procmine.terminal import stream

    return study.open_log(path, source=source, progress=stream.progress(verbose)), study.read_study(path).folder


@app.command(epilog=examples("demo", "demo --lang en", "demo --seed 7 --out demo-7"))
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where log and report go.")] = Path("out/demo"),
    seed: Annotated[int, typer.Option("--seed", help="Another seed, another made-up country.")] = 1,
    lang: LanguageOption = "de",
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Simulate twelve job centres, audit them, name the report."""
    from procmine.report import publish
    from procmine.terminal import data, stream

    done = publish.demo(out=out, seed=seed, language=lang, progress=stream.progress(verbose))
    say("demo", data.audited(done), str(done.report), as_json=as_json)


@app.command(epilog=examples("init my-study", "init my-study --json", "audit my-study --out report"))
def init(
    study_folder: Annotated[Path, typer.Argument(metavar="STUDY", help="A folder that is new or empty.")],
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """A study folder with one example of each file of yours."""
    from procmine import workplace

    written = workplace.init(study_folder)
    say("init", {"written": written}, "\n".join(str(path) for path in written), as_json=as_json)


@app.command(epilog=examples("doctor", "doctor --json", "doctor --no-color"))
def doctor(as_json: JsonOption = False, verbose: VerboseOption = False, no_color: ColourOption = False) -> None:
    """What is installed, what is missing, what to do about it."""
    from procmine import workplace
    from procmine.terminal import lines

    checks = workplace.doctor()
    say("doctor", {"checks": checks}, lines.checks(checks), as_json=as_json)
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


@app.command(epilog=examples("check extract.csv", "check extract.csv --source my-export", "check extract.csv --json"))
def check(
    log: LogArgument,
    source: SourceOption = None,
    lang: LanguageOption = "de",
    engine: EngineOption = "duckdb",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Rows accepted and refused, and what can be measured."""
    from procmine import study
    from procmine.report import words
    from procmine.terminal import lines

    opened_log, folder = opened(log, source, verbose)
    found = study.check(opened_log, folder)
    say("check", found, lines.receipt(found, words.load(lang)), as_json=as_json, out=out)


@app.command(
    epilog=examples("audit extract.csv", "audit my-study --lang en", "audit a.csv --source my-export --out report")
)
def audit(
    log: LogArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the report goes.")] = Path("out"),
    source: SourceOption = None,
    lang: ReportLanguageOption = None,
    privacy: ReportPrivacyOption = None,
    engine: EngineOption = "duckdb",
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Check, mine, measure, compare: one HTML report."""
    from procmine.report import publish
    from procmine.terminal import data, stream

    done = publish.audit(log, out=out, source=source, language=lang, privacy=privacy, progress=stream.progress(verbose))
    say("audit", data.audited(done), str(done.report), as_json=as_json)


@app.command(
    epilog=examples(
        "discover extract.csv", "discover extract.csv --office JC-01 --json", "discover extract.csv --out model.bpmn"
    )
)
def discover(
    log: LogArgument,
    source: SourceOption = None,
    noise: Annotated[float, typer.Option("--noise", help="Ways rarer than this share are left out.")] = 0.2,
    algorithm: Annotated[
        str, typer.Option("--algorithm", callback=among("inductive", "heuristics"), help="inductive or heuristics.")
    ] = "inductive",
    office: OfficeOption = None,
    lang: LanguageOption = "de",
    privacy: PrivacyOption = "internal",
    engine: EngineOption = "duckdb",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Steps and ways, who steers them, how well the model fits."""
    from procmine import study
    from procmine.report import model_files, words
    from procmine.terminal import data, lines

    opened_log, folder = opened(log, source, verbose)
    model = study.discover(opened_log, noise=noise, algorithm=algorithm, office=office, privacy=privacy)
    if out is not None and out.suffix not in ("", ".txt", ".json"):
        say_file(out, model_files.model_file(model, out, lang, folder))
        return
    say("discover", data.model(model), lines.model(model, words.load(lang)), as_json=as_json, out=out)


@app.command(epilog=examples("variants extract.csv", "variants extract.csv --top 50", "variants extract.csv --json"))
def variants(
    log: LogArgument,
    source: SourceOption = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many courses to show.")] = 20,
    office: OfficeOption = None,
    lang: LanguageOption = "de",
    privacy: PrivacyOption = "internal",
    engine: EngineOption = "duckdb",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """The most frequent courses of a case, with their share."""
    from procmine import study
    from procmine.report import words
    from procmine.terminal import data, lines

    opened_log, _ = opened(log, source, verbose)
    model = study.discover(opened_log, office=office, privacy=privacy)
    shown = lines.variants(model, top, words.load(lang))
    say("variants", data.variants(model, top), shown, as_json=as_json, out=out)


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

    opened_log, folder = opened(log, source, verbose)
    found = study.score(
        opened_log, metrics=metric, by=tuple(by or ()), start=start, end=end, privacy=privacy, study=folder
    )
    units = {name: sheet.unit for name, sheet in study.metrics_of(metric, folder).items()}
    figures = {"measurements": [one.to_dict(lang) for one in found]}
    say("score", figures, lines.measurements(found, units, words.load(lang)), as_json=as_json, out=out)


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

    opened_log, folder = opened(log, source, verbose)
    found, funnels = study.compare(
        opened_log, by=by, metrics=metric, start=start, end=end, privacy=privacy, study=folder
    )
    units = {name: sheet.unit for name, sheet in study.metrics_of(metric, folder).items()}
    figures = data.comparison(found, funnels, lang)
    say("compare", figures, lines.comparisons(found, units, words.load(lang)), as_json=as_json, out=out)


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
    from procmine.terminal import data, lines

    sheet = study.explain(metric, study_folder)
    say("explain", data.sheet(sheet), lines.sheet(sheet, words.load(lang)), as_json=as_json)


@app.command(
    epilog=examples(
        "simulate twelve_job_centres --out log.csv",
        "simulate twelve_job_centres --seed 7 --events 100000 --out log.csv",
        "simulate twelve_job_centres --format parquet --out log.parquet",
    )
)
def simulate(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario's name, or the path of a TOML file.")],
    out: Annotated[Path, typer.Option("--out", metavar="PATH", help="Where the log goes.")],
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
    events: Annotated[int | None, typer.Option("--events", min=1, help="About how many events.")] = None,
    file_format: Annotated[
        str, typer.Option("--format", metavar="csv|parquet", callback=among(*FORMATS), help="Format of the log.")
    ] = "csv",
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """A made-up log, with the planted truth beside it."""
    from procmine.simulate import load_scenario
    from procmine.simulate import simulate as play
    from procmine.terminal import lines

    made = play(load_scenario(scenario), out, seed=seed, events=events, format=file_format)
    say("simulate", made, lines.simulated(made), as_json=as_json)


@app.command(epilog=examples("verify report", "verify extract.store", "verify report --json"))
def verify(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A log store or a report's folder.")],
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Recompute every digest: same input, same bytes."""
    from procmine.report import publish
    from procmine.terminal import lines

    checks = publish.verify(folder)
    say("verify", {"checks": checks}, lines.checks(checks), as_json=as_json)
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


def main() -> NoReturn:
    """Run the command line and end with its exit code."""
    sys.exit(run(app, sys.argv[1:]))
