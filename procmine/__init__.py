"""procmine: how far a case steers its own process. The promised names, each opened on first use.

>>> import procmine as pmn
>>> log = pmn.read_log("extract.csv")                    # doctest: +SKIP
>>> pmn.measure(log, by=["office"])                      # doctest: +SKIP

``import procmine`` loads none of the rooms behind these names, so that it is fast.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

_ROOMS = {
    "audit": ("procmine.api", "audit"),
    "branches": ("procmine.api", "branches"),
    "compare": ("procmine.api", "compare"),
    "conform": ("procmine.api", "conform"),
    "discover": ("procmine.api", "discover"),
    "export": ("procmine.api", "export"),
    "handover": ("procmine.api", "handover"),
    "measure": ("procmine.api", "measure"),
    "read_frame": ("procmine.api", "read_frame"),
    "read_log": ("procmine.api", "read_log"),
    "variants": ("procmine.api", "variants"),
    "simulate": ("procmine.simulate", "simulate"),
}

__all__ = [
    "__version__",
    "audit",
    "branches",
    "compare",
    "conform",
    "discover",
    "export",
    "handover",
    "measure",
    "read_frame",
    "read_log",
    "simulate",
    "variants",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'procmine' has no attribute {name!r}")
    room, function = _ROOMS[name]
    return getattr(import_module(room), function)


def __dir__() -> list[str]:
    return sorted(__all__)


class _House(ModuleType):
    """Python binds a room to its house when the room is first imported. Four rooms (measure, compare, conform,
    simulate) bear the name of a promised function; the promise keeps it, and ``from procmine.measure import …`` reaches
    the room."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _ROOMS and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _House
