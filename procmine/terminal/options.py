"""The arguments and options that commands share: their names, what they let pass, and their line of help."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from procmine.errors import nearest

LANGUAGES = ("de", "en")
PROFILES = ("internal", "shared", "published")
# Spark measures and compares; whatever reads, checks or mines is DuckDB's.
ENGINES = ("duckdb", "spark")


def examples(*calls: str) -> str:
    """The end of a command's help: calls to copy."""
    return "\b\nExamples:\n" + "\n".join(f"  procmine {call}" for call in calls)


def day(text: str) -> date:
    """An option's day. Raises BadParameter in the reader's words."""
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise typer.BadParameter(f"{text!r} is not a day. Write it as 2026-01-31.") from fault


def among(*known: str) -> Any:
    """A callback that lets only known words pass, and names the nearest for any other."""

    def choose(text: str | None) -> str | None:
        if text is not None and text not in known:
            raise typer.BadParameter(f"{text!r} is not known. {nearest(text, known)}")
        return text

    return choose


LogArgument = Annotated[
    Path, typer.Argument(metavar="LOG", help="A log (CSV, XLSX, Parquet, XES, OCEL), a folder, a study or a store.")
]
SourceOption = Annotated[
    str | None,
    typer.Option("--source", metavar="NAME", help="The source file that says how this export speaks."),
]
ByOption = Annotated[
    list[str] | None, typer.Option("--by", metavar="COLUMN", help="Group by a column such as office; may be repeated.")
]
MetricOption = Annotated[
    list[str] | None, typer.Option("--metric", metavar="METRIC", help="Only this metric; may be repeated.")
]
FromOption = Annotated[
    date | None, typer.Option("--from", parser=day, metavar="DAY", help="First day that counts, as 2026-01-31.")
]
ToOption = Annotated[date | None, typer.Option("--to", parser=day, metavar="DAY", help="Last day that counts.")]
LANGUAGE = typer.Option(
    "--lang", metavar="de|en", callback=among(*LANGUAGES), help="Language of texts and numbers.", show_default="de"
)
LanguageOption = Annotated[str, LANGUAGE]
ReportLanguageOption = Annotated[str | None, LANGUAGE]  # a study may say it
PRIVACY_HELP = "Who will see it: internal, shared or published (see README)."
PrivacyOption = Annotated[
    str, typer.Option("--privacy", metavar="PROFILE", callback=among(*PROFILES), help=PRIVACY_HELP)
]
ReportPrivacyOption = Annotated[
    str | None,
    typer.Option("--privacy", metavar="PROFILE", callback=among(*PROFILES), help=PRIVACY_HELP, show_default="shared"),
]
EngineOption = Annotated[
    str, typer.Option("--engine", metavar="duckdb|spark", callback=among(*ENGINES), help="The engine that computes.")
]
EmbeddedOption = Annotated[
    str, typer.Option("--engine", metavar="duckdb", callback=among(*ENGINES[:1]), help="The engine that computes.")
]
OfficeOption = Annotated[str | None, typer.Option("--office", metavar="OFFICE", help="Only the cases of this office.")]
TeamOption = Annotated[str | None, typer.Option("--team", metavar="TEAM", help="Only cases that begin in this team.")]
SegmentOption = Annotated[
    str | None, typer.Option("--segment", metavar="SEGMENT", help="Only cases that begin in this segment.")
]
BegunFromOption = Annotated[
    date | None, typer.Option("--from", parser=day, metavar="DAY", help="Only cases begun on this day or later.")
]
BegunToOption = Annotated[
    date | None, typer.Option("--to", parser=day, metavar="DAY", help="Only cases begun on this day or earlier.")
]
DaysOption = Annotated[
    int | None, typer.Option("--days", min=1, help="Only the first days of each case that was watched so long.")
]
StudyOption = Annotated[
    Path | None,
    typer.Option("--study", metavar="STUDY", help="A study folder with sources and synonyms of its own."),
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="PATH", help="Write the result there instead.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines.")]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", help="Tell each step on stderr.")]
ColourOption = Annotated[bool, typer.Option("--no-color", help="No colour, even on a terminal.")]
