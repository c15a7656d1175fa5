"""Account names: caseworkers' accounts that bear the name of a team, a mailbox or a machine, by word lists."""

from __future__ import annotations

import re
from collections.abc import Mapping

from procmine.read.checks.looking import Look

_WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+\.)?")


def account_names(look: Look) -> str:
    """One item an event with a known worker; a hit where the account's name has a word of the lists.

    ``words`` must be a whole word of the name, ``beginnings`` the beginning of one. The detail is the word of the list,
    never the name; so is the unit counted, and never shown.
    """
    details = {name: word for name in look.values("worker") if (word := word_in(name, look.lists))}
    return look.items("worker", details, extra=", e.value AS unit")


def word_in(name: str, lists: Mapping[str, tuple[str, ...]]) -> str | None:
    """The word of the lists a name holds, or None.

    >>> word_in("Batch01", {"words": ("batch",), "beginnings": ()})
    'batch'
    >>> word_in("Teamann, Ute", {"words": ("team",), "beginnings": ("teampost",)})
    """
    spoken = [word.casefold() for word in _WORD.findall(name)]
    for word in lists.get("words", ()):
        if word.casefold() in spoken:
            return word
    for beginning in lists.get("beginnings", ()):
        if any(word.startswith(beginning.casefold()) for word in spoken):
            return beginning
    return None
