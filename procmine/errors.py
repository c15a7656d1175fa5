"""What can go wrong, in the reader's words, and the exit code each kind ends with.

ProcmineError
├── UsageError         2  the command or call itself is wrong
├── InputError         3  an input file, store or study cannot be used
│   └── ContentError   3  a metric, source, scenario or text file is wrong
└── PrivacyError       4  a privacy rule withheld the whole output

Exit code 0 is done, 1 done with a gate or norm not met (no exception), 5 an internal error (any other exception).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ProcmineError(Exception):
    """A fault the reader can mend: where it is, what it is, what to do now.

    ``where`` is a place such as ``extract.csv:17`` or ``metrics/own.sql:3:9``; ``hint`` says the way out.
    """

    exit_code = 5
    kept_signs = ""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what = what
        self.where = where
        self.hint = hint
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """Where, what, what now; a sign that would act on a terminal, or break the line, is spelt out."""
        place = f"{self.where}: " if self.where else ""
        text = f"{place}{self.what}" + (f" {self.hint}" if self.hint else "")
        return "".join(
            sign if sign.isprintable() or sign in self.kept_signs else f"\\x{ord(sign):02x}" for sign in text
        )


class UsageError(ProcmineError):
    """The command or call is wrong: an unknown name, two options that exclude each other."""

    exit_code = 2


class InputError(ProcmineError):
    """An input cannot be used; nothing was changed."""

    exit_code = 3


class ContentError(InputError):
    """A file of the content folders (metric, source, scenario, text) is wrong; its faults stand one a line."""

    kept_signs = "\n"


class PrivacyError(ProcmineError):
    """A privacy rule withheld the whole output."""

    exit_code = 4


LISTED = 20  # names; a longer list buries the hint


def nearest(name: str, known: Iterable[str]) -> str:
    """The hint for a name nobody knows: the nearest names, or the list if none is near (of a long one its beginning).

    >>> nearest("ofice", ["office", "worker"])
    'Did you mean office?'
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    if not names:
        return "There are none."
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED + 1 else ""
    return f"Known names: {', '.join(names[: LISTED if more else None])}{more}."
