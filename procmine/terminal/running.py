"""Runs a command and turns whatever goes wrong into one sentence and the exit code of its kind (DESIGN 7)."""

from __future__ import annotations

import atexit
import io
import os
import sys
import traceback
from typing import NoReturn

import typer

from procmine.engines.duckdb import spilled
from procmine.errors import InputError, ProcmineError, UsageError
from procmine.terminal import stream

INTERRUPTED = 130  # 128 + SIGINT, what shells expect
INTERNAL = 5


def run(app: typer.Typer, arguments: list[str]) -> int:
    """Run a command and say what went wrong, if anything did; the exit code of DESIGN 7."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(encoding="utf-8", errors="replace")  # a Windows console speaks cp850 otherwise
    try:
        code = app(arguments, prog_name="procmine", standalone_mode=False)
        sys.stdout.flush()
        if code == INTERRUPTED:  # what Typer makes of Ctrl-C
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        return fail(arguments, "Stopped. Nothing was left half-written.", INTERRUPTED)
    except ProcmineError as fault:
        return fail(arguments, fault.sentence(), fault.exit_code, fault)
    except typer.TyperException as fault:
        if not arguments:  # `procmine` alone: its message is the help
            sys.stderr.write(fault.format_message() + "\n")
            return UsageError.exit_code
        context = getattr(fault, "ctx", None)
        hint = f" See {context.command_path} --help." if context else ""
        return fail(arguments, ended(fault.format_message()) + hint, UsageError.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader had enough, as in `| head`
        return 0
    except OSError as fault:  # a full disk, a folder that may not be written: the reader's to mend, like any input
        what = f"{fault.filename or 'A file'}: {fault.strerror or fault}."
        return fail(arguments, what, InputError.exit_code)
    except Exception as fault:
        if "-v" in arguments or "--verbose" in arguments:
            traceback.print_exc()
        return fail(
            arguments,
            f"Internal error, please report it with the output of -v: {type(fault).__name__}: {fault}",
            INTERNAL,
        )
    return code if isinstance(code, int) else 0


def leave(code: int) -> NoReturn:
    """End the process. Everything is written by then, and taking the interpreter apart object by object would take
    another half a second after an audit; only an engine that has spilled to the disk must be closed in its own way."""
    try:
        for output in (sys.stdout, sys.stderr):
            output.flush()
    except OSError:
        sys.exit(code)
    if spilled():
        sys.exit(code)
    atexit._run_exitfuncs()
    os._exit(code)


def ended(sentence: str) -> str:
    """A sentence with its full stop."""
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."


def fail(arguments: list[str], sentence: str, code: int, fault: ProcmineError | None = None) -> int:
    """Say on stderr what went wrong, and with ``--json`` also as the object on stdout; the exit code passes through."""
    stream.end_progress()
    stream.error(sentence, "--no-color" not in arguments)
    if "--json" in arguments:
        from procmine.terminal import data

        verb = next((word for word in arguments if not word.startswith("-")), "procmine")
        told = {"what": fault.what, "where": fault.where, "hint": fault.hint} if fault else {"what": sentence}
        typer.echo(data.envelope(verb, False, {"error": {**told, "exit_code": code}}))
    return code
