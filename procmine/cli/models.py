"""Commands about the process: its model, its courses, its handovers, its norms, and the log for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from procmine.cli.app import app, opened, say, say_file
from procmine.errors import UsageError
from procmine.terminal.options import (
    BegunFromOption,
    BegunToOption,
    ByOption,
    ColourOption,
    DaysOption,
    EmbeddedOption,
    FromOption,
    JsonOption,
    LanguageOption,
    LogArgument,
    OfficeOption,
    OutOption,
    PrivacyOption,
    SegmentOption,
    SourceOption,
    TeamOption,
    ToOption,
    VerboseOption,
    among,
    examples,
)

MOST_COURSES = 20


@app.command(
    epilog=examples(
        "discover extract.csv", "discover extract.csv --office JC-01 --json", "discover extract.csv --out model.bpmn"
    )
)
def discover(
    log: LogArgument,
    source: SourceOption = None,
    noise: Annotated[float, typer.Option("--noise", help="Ways rarer than this share are left out.")] = 0.2,
    keep: Annotated[
        float, typer.Option("--keep", help="Only the commonest courses, until they cover this share of cases.")
    ] = 1.0,
    rare: Annotated[float, typer.Option("--rare", help="Leave out cases with a step or way rarer than this.")] = 0.0,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="NAME", help="What differs from another office, team or segment, or since a day."
        ),
    ] = None,
    branches: Annotated[
        bool, typer.Option("--branches", help="What the choice at each branch is associated with.")
    ] = False,
    algorithm: Annotated[
        str,
        typer.Option(
            "--algorithm", callback=among("inductive", "heuristics", "powl"), help="inductive, heuristics or powl."
        ),
    ] = "inductive",
    office: OfficeOption = None,
    team: TeamOption = None,
    segment: SegmentOption = None,
    start: BegunFromOption = None,
    end: BegunToOption = None,
    days: DaysOption = None,
    lang: LanguageOption = "de",
    privacy: PrivacyOption = "internal",
    engine: EmbeddedOption = "duckdb",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Steps and ways, who steers them, how well the model fits."""
    from procmine import study
    from procmine.mine.chosen import Chosen
    from procmine.report import model_files, words
    from procmine.report.maps.difference_map import data as difference_data
    from procmine.report.maps.difference_map import draw_difference
    from procmine.schema import load_schema
    from procmine.terminal import branches as branch_lines
    from procmine.terminal import data, lines
    from procmine.terminal.against import differing

    if branches or against is not None:
        _refuse_with_questions(branches, against, (algorithm, keep, rare), out)
    opened_log, folder = opened(log, source, verbose, out)
    chosen = Chosen(office, team, segment, start, end, days)
    if branches:
        steered = study.branches(opened_log, noise=noise, chosen=chosen, privacy=privacy, study=folder)
        shown = branch_lines.branches(steered, words.load(lang))
        say("discover", {"steered": steered}, shown, as_json=as_json, out=out)
        return
    if against is not None:
        both, names = study.two_models(opened_log, chosen, against, noise=noise, privacy=privacy)
        spoken = words.load(lang)
        found = draw_difference(
            *both, names, labels=load_schema(folder).labels(lang), language=lang, number=spoken.number, inline=True
        ).value
        if out is not None and out.suffix == ".svg":
            say_file(out, found.svg)
            return
        shown = differing(found, names, spoken)
        say("discover", {"names": names, **difference_data(found)}, shown, as_json=as_json, out=out)
        return
    model = study.discover(
        opened_log, noise=noise, algorithm=algorithm, chosen=chosen, keep=keep, rare=rare, privacy=privacy, study=folder
    )
    if out is not None and out.suffix not in ("", ".txt"):
        say_file(out, model_files.model_file(model, out, lang, folder))
        return
    say("discover", data.model(model), lines.model(model, words.load(lang)), as_json=as_json, out=out)


def _refuse_with_questions(
    branches: bool, against: str | None, mined: tuple[str, float, float], out: Path | None
) -> None:
    """What --branches and --against have no answer for is refused before anything is computed."""
    from procmine.report.model_files import SUFFIXES

    if branches and against is not None:
        raise UsageError("--branches and --against are two questions.", hint="Ask one after the other.")
    asked = "--branches" if branches else "--against"
    if mined != ("inductive", 1.0, 0.0):
        raise UsageError(
            f"{asked} looks at all chosen cases, on the model of the inductive miner.",
            hint="Leave out --algorithm, --keep and --rare.",
        )
    files = {*SUFFIXES} - {".json", *([] if branches else [".svg"])}
    if out is not None and out.suffix in files:
        raise UsageError(f"The answer to {asked} is no model: {out.name}.", hint="Write .txt or .json.")


@app.command(epilog=examples("variants extract.csv", "variants extract.csv --top 50", "variants extract.csv --json"))
def variants(
    log: LogArgument,
    source: SourceOption = None,
    top: Annotated[
        int | None, typer.Option("--top", min=1, help="How many courses to show.", show_default=str(MOST_COURSES))
    ] = None,
    varied: Annotated[
        bool, typer.Option("--variety", help="How varied the courses are, also office by office.")
    ] = False,
    office: OfficeOption = None,
    team: TeamOption = None,
    segment: SegmentOption = None,
    start: BegunFromOption = None,
    end: BegunToOption = None,
    days: DaysOption = None,
    lang: LanguageOption = "de",
    privacy: PrivacyOption = "internal",
    engine: EmbeddedOption = "duckdb",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """The most frequent courses of a case, with their share."""
    from procmine import study
    from procmine.mine.chosen import Chosen
    from procmine.report import words
    from procmine.terminal import data, lines, variety

    if varied and top is not None:
        raise UsageError("--variety looks at every course.", hint="Leave out --top.")
    most = top or MOST_COURSES
    opened_log, folder = opened(log, source, verbose, out)
    chosen = Chosen(office, team, segment, start, end, days)
    if varied:
        found = study.variety(opened_log, chosen=chosen, by_office=chosen == study.EVERY_CASE, privacy=privacy)
        say("variants", {"variety": found}, variety.variety(found, words.load(lang)), as_json=as_json, out=out)
        return
    model = study.discover(opened_log, chosen=chosen, privacy=privacy, study=folder)
    shown = lines.variants(model, most, words.load(lang))
    say("variants", data.variants(model, most), shown, as_json=as_json, out=out)


@app.command(
    epilog=examples("handover extract.csv", "handover extract.csv --by partner", "handover a.csv --by team --json")
)
def handover(
    log: LogArgument,
    source: SourceOption = None,
    by: Annotated[
        str, typer.Option("--by", callback=among("function", "team", "partner"), help="function, team or partner.")
    ] = "function",
    office: OfficeOption = None,
    team: TeamOption = None,
    segment: SegmentOption = None,
    start: BegunFromOption = None,
    end: BegunToOption = None,
    days: DaysOption = None,
    lang: LanguageOption = "de",
    privacy: PrivacyOption = "internal",
    engine: EmbeddedOption = "duckdb",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Who hands over to whom, how warmly, how soon somebody is seen."""
    from procmine import study
    from procmine.mine.chosen import Chosen
    from procmine.report import words
    from procmine.terminal import handover as lines

    opened_log, _ = opened(log, source, verbose, out)
    found = study.handovers(opened_log, by=by, chosen=Chosen(office, team, segment, start, end, days), privacy=privacy)
    say("handover", found, lines.handover(found, words.load(lang)), as_json=as_json, out=out)


@app.command(
    epilog=examples("conform extract.csv", "conform extract.csv --by office --json", "conform a.csv --bpmn first.bpmn")
)
def conform(
    log: LogArgument,
    source: SourceOption = None,
    norms: Annotated[
        Path | None,
        typer.Option("--norms", metavar="FILE", help="Norms as sentences; else the study's or examples."),
    ] = None,
    bpmn: Annotated[
        str | None, typer.Option("--bpmn", metavar="FILE", help="A drawn process instead, as BPMN 2.0.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", metavar="FILE", help="Which activity each task of it means, as TOML.")
    ] = None,
    process: Annotated[
        str | None, typer.Option("--process", metavar="NAME", help="Which of its pools, if there are several.")
    ] = None,
    every_step: Annotated[
        bool, typer.Option("--every-step", help="Steps that are not drawn are deviations too.")
    ] = False,
    quiet_days: Annotated[
        int | None,
        typer.Option("--quiet-days", min=1, metavar="DAYS", help="A case is over after so many days without an event."),
    ] = None,
    by: ByOption = None,
    start: FromOption = None,
    end: ToOption = None,
    lang: LanguageOption = "de",
    privacy: PrivacyOption = "internal",
    engine: EmbeddedOption = "duckdb",
    out: OutOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Norms kept, broken, undetermined; who began what deviates."""
    from procmine import study
    from procmine.mine.chosen import Chosen
    from procmine.report import words
    from procmine.terminal import conform as lines
    from procmine.terminal import deviations

    opened_log, folder = opened(log, source, verbose, out)
    spoken = words.load(lang)
    if bpmn is not None:
        if norms is not None or by:
            raise UsageError("--bpmn stands for itself.", hint="Leave out --norms and --by.")
        held = study.conform_bpmn(
            opened_log,
            study.drawn_norm(bpmn, folder),
            labels=labels,
            process=process,
            every_step=every_step,
            quiet_days=quiet_days,
            chosen=Chosen(start=start, end=end),
            privacy=privacy,
        )
        say(
            "conform", deviations.conformance_data(held), deviations.conformance(held, spoken), as_json=as_json, out=out
        )
        return
    found = study.conform(
        opened_log, norms=norms, by=tuple(by or ()), start=start, end=end, privacy=privacy, study=folder
    )
    told = lines.data(found, lang)
    say("conform", told, lines.conformed(found, spoken), as_json=as_json, out=out, ok=found.met)
    if not found.met:
        raise typer.Exit(1)


@app.command(
    epilog=examples("export a.csv --out log.xes", "export a.csv --out log.jsonocel", "export a.csv --out b.csv")
)
def export(
    log: LogArgument,
    out: Annotated[Path, typer.Option("--out", metavar="PATH", help=".xes, .jsonocel, .sqlite or .csv; .gz packs it.")],
    source: SourceOption = None,
    privacy: PrivacyOption = "internal",
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """The checked log for other tools: single cases, for your bench."""
    from procmine.terminal import stream
    from procmine.write import write_log

    opened_log, _ = opened(log, source, verbose, out)
    told = write_log(opened_log, out, profile=privacy)
    stream.end_progress()
    lines = f"{told.path}\n{told.source}\ncases   {told.cases}\nevents  {told.events}"
    say("export", told, lines, as_json=as_json, warnings=told.warnings)
