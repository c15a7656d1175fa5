"""The command line's own parts: the application, and how a command opens its log and says its result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from procmine import __version__
from procmine.errors import UsageError
from procmine.log import Log

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
    verb: str,
    data: Any,
    lines: str,
    *,
    as_json: bool,
    out: Path | None = None,
    warnings: tuple[str, ...] = (),
    ok: bool = True,
) -> None:
    """A command's result, on stdout or whole into a file; its warnings on stderr, or inside the JSON object. A file
    called .json holds JSON, asked for or not."""
    from procmine.terminal import data as json_data
    from procmine.terminal import stream

    as_json = as_json or (out is not None and out.suffix == ".json")
    stream.end_progress()
    for warning in warnings if not as_json else ():
        stream.note(f"note: {warning}")
    text = json_data.envelope(verb, ok, data, warnings) if as_json else lines
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


def refuse_overwriting(out: Path | None, *inputs: Path | str | None) -> None:
    """Raise UsageError where a result would be written over what it is made of."""
    for read in inputs:
        if out is not None and read is not None and out.exists() and out.resolve() == Path(read).resolve():
            raise UsageError("The result would overwrite its own input.", where=str(out), hint="Name another file.")


def opened(
    path: Path, source: str | None, verbose: bool, *outputs: Path | None, engine: str = "duckdb"
) -> tuple[Log, Path | None]:
    """The log behind a path, and the study folder it lies in, if any; no output may go where an input lies."""
    from procmine import study
    from procmine.terminal import stream

    settings = study.read_study(path)
    for out in outputs:
        refuse_overwriting(out, path, settings.log, source)
    log = study.open_log(path, source=source, progress=stream.progress(verbose), engine=engine)
    return log, settings.folder
