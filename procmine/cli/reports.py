"""Commands about reports: write one, and make it again to the byte."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from procmine.cli.app import app, say
from procmine.terminal.options import (
    ColourOption,
    EmbeddedOption,
    JsonOption,
    LogArgument,
    ReportLanguageOption,
    ReportPrivacyOption,
    SourceOption,
    VerboseOption,
    examples,
)


@app.command(
    epilog=examples("audit extract.csv", "audit my-study --lang en", "audit a.csv --source my-export --out report")
)
def audit(
    log: LogArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the report goes.")] = Path("out"),
    source: SourceOption = None,
    lang: ReportLanguageOption = None,
    privacy: ReportPrivacyOption = None,
    engine: EmbeddedOption = "duckdb",
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
    no_color: ColourOption = False,
) -> None:
    """Check, mine, measure, compare: one HTML report."""
    from procmine.report import publish
    from procmine.terminal import data, stream

    done = publish.audit(log, out=out, source=source, language=lang, privacy=privacy, progress=stream.progress(verbose))
    say("audit", data.audited(done), str(done.report), as_json=as_json)


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
