"""Commands to begin with: a demonstration, a study folder, what is installed, a made-up log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from procmine.cli.app import app, say
from procmine.terminal.options import ColourOption, JsonOption, LanguageOption, VerboseOption, among, examples

FORMATS = ("csv", "parquet")


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
