"""Writing the checked log for other tools: XES, OCEL 2.0 and CSV."""

from __future__ import annotations

from procmine.write.exporting import SUFFIXES, Exported, write_log

__all__ = ["SUFFIXES", "Exported", "write_log"]
