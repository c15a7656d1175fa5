"""House SQL: read, check and write the queries of metrics and derived tables; the only room that knows sqlglot."""

from __future__ import annotations

from procmine.sql.house import HOUSE, Query, together
from procmine.sql.read import read_query
from procmine.sql.write import translate, write

__all__ = ["HOUSE", "Query", "read_query", "together", "translate", "write"]
