"""What goes beside a result: progress, notes and errors, all on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from procmine.read.progress import Progress
from procmine.report.words import clean
from procmine.terminal.aligned import several


def progress(verbose: bool, clock: Callable[[], float] = time.monotonic) -> Progress | None:
    """A function that long work tells its steps; None where nobody watches. Lines of their own if ``verbose``."""
    watched = sys.stderr.isatty()
    if not (watched or verbose):
        return None

    begun: dict[str, float] = {}

    def tell(stage: str, share: float, size: int = 0) -> None:
        seconds = clock() - begun.setdefault(stage, clock())
        line = f"{100 * share:3.0f} %  {clean(stage)[:40]}{_pace(share, size, seconds)}"
        sys.stderr.write(f"{line}\n" if verbose else f"\r\x1b[K{line}")
        sys.stderr.flush()

    return tell


def _pace(share: float, size: int, seconds: float) -> str:
    """How fast a stage goes and how long it will go on, once that can be told."""
    if seconds < 1 or not 0 < share < 1:
        return ""
    rate = f", {share * size / seconds / 1e6:,.0f} MB/s" if size else ""
    return f"{rate}, about {seconds * (1 - share) / share:,.0f} s left"


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
