# What type checkers see: the promised names with their signatures (procmine/__init__.py opens them on first use).
from procmine.api import audit as audit
from procmine.api import branches as branches
from procmine.api import compare as compare
from procmine.api import conform as conform
from procmine.api import discover as discover
from procmine.api import export as export
from procmine.api import handover as handover
from procmine.api import measure as measure
from procmine.api import read_frame as read_frame
from procmine.api import read_log as read_log
from procmine.api import variants as variants
from procmine.simulate import simulate as simulate

__version__: str
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
