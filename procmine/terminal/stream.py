"""What goes beside a result: progress, notes and errors, all on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from procmine.report.words import clean
from procmine.terminal.aligned import several


def progress(verbose: bool) -> Callable[[str, float], None] | None:
    """A function that long work tells its steps; None where nobody watches. Lines of their own if ``verbose``."""
    watched = sys.stderr.isatty()
    if not (watched or verbose):
        return None

    def tell(stage: str, share: float) -> None:
        if verbose:
            sys.stderr.write(f"{100 * share:3.0f} %  {clean(stage)}\n")
        else:
            sys.stderr.write(f"\r\x1b[K{100 * share:3.0f} %  {clean(stage)[:70]}")
        sys.stderr.flush()

    return tell


def end_progress() -> None:
    """Take the progress line away before something else is written."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def error(sentence: str, colour: bool) -> None:
    """An error on stderr, its first word red where a person watches and wants it."""
    red = colour and sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    word = "\x1b[31merror:\x1b[0m" if red else "error:"
    sys.stderr.write(f"procmine: {word} {several(sentence)}\n")


def note(sentence: str) -> None:
    """A warning or a place on stderr."""
    sys.stderr.write(f"procmine: {several(sentence)}\n")
