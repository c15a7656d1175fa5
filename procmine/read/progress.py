"""Progress: how far long work is, told to whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

# Told how many bytes of a file are read, and how many it has.
BytesSeen = Callable[[int, int], None]


class Progress(Protocol):
    """Is told the ``stage`` of the work and its ``share`` done (0 to 1), of ``size`` bytes where that is known."""

    def __call__(self, stage: str, share: float, size: int = 0) -> None: ...


def quiet(stage: str, share: float, size: int = 0) -> None:
    """Progress that nobody watches."""
