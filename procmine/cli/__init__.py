"""The command line: arguments in, one call, lines out. Results go to stdout, everything else to stderr.

Every verb calls one function of ``procmine.study`` or of its own room, imported inside the command, so that
``procmine --help`` loads nothing heavy.
"""

from __future__ import annotations

import sys
from typing import NoReturn

from procmine.beside import collect_seldom

# The help lists the commands in the order of these imports.
from procmine.cli import begin, extracts, figures, models, reports
from procmine.cli.app import app
from procmine.terminal.running import leave, run

__all__ = ["app", "begin", "extracts", "figures", "main", "models", "reports"]


def main() -> NoReturn:
    """Run the command line and end with its exit code."""
    collect_seldom()
    leave(run(app, sys.argv[1:]))
