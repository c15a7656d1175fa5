"""Items: what a metric's query gives, gathered once by case and group in the engine; the cuts figures are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from procmine.engines.duckdb import literal, quoted
from procmine.errors import UsageError
from procmine.log import Log
from procmine.metric import Metric
from procmine.sql import translate, write

PERIODS = ("year", "quarter", "month")
# The table of cells: one row a case, office, group and period (and what a unit needs told apart besides).
CELLS = "cells_"
GroupKey = tuple[tuple[tuple[str, str], ...], str | None]


@dataclass(frozen=True, slots=True)
class Window:
    """Which items count, and by what period they are cut: local days, both included; ``without`` are offices whose
    items do not count, because they do not record what the metric rests on."""

    period: str | None = None
    start: date | None = None
    end: date | None = None
    without: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every item of the log counts, in one period."""
        return self.period is None and self.start is None and self.end is None


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to group: by columns, and perhaps by the window's period."""

    columns: tuple[str, ...]
    by_period: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """The grouping columns as SQL identifiers."""
        return (*(quoted(name) for name in self.columns), *(("period_",) if self.by_period else ()))

    def listed(self, *more: str) -> str:
        """``a, b, more`` for a SELECT or GROUP BY; nothing where there is nothing to list."""
        return ", ".join((*self.keys, *more))

    def grouped(self, *more: str) -> str:
        """The GROUP BY, if any; without one a SELECT of sums gives a row even of nothing."""
        return f" GROUP BY {self.listed(*more)}" if self.keys or more else " HAVING COUNT(*) > 0"

    def named(self, row: Sequence[Any]) -> tuple[dict[str, str], str | None, tuple[Any, ...]]:
        """The group, the period and the rest of a row that begins with the keys."""
        group = {name: str(value) for name, value in zip(self.columns, row, strict=False)}
        period = str(row[len(self.columns)]) if self.by_period else None
        return group, period, tuple(row[len(self.keys) :])


def cuts(asked: Sequence[str], own: Sequence[str], window: Window) -> tuple[Cut, ...]:
    """What was asked for, each of the metric's own groups beside it, the whole; each over all time and by period."""
    sets: list[tuple[str, ...]] = []
    for size in range(len(asked) + 1):
        for chosen in combinations(asked, size):
            for extra in (None, *(name for name in own if name not in chosen)):
                one = tuple(chosen) + ((extra,) if extra else ())
                if set(one) not in [set(other) for other in sets]:
                    sets.append(one)
    times = (False,) if window.period is None else (False, True)
    return tuple(Cut(columns, by_period) for columns in sets for by_period in times)


def group_key(group: Mapping[str, str], period: str | None) -> GroupKey:
    """A group and period as what a dictionary can look up."""
    return tuple(sorted(group.items())), period


def gather(
    log: Log,
    metric: Metric,
    asked: Sequence[Cut],
    window: Window,
    values: Iterable[str],
    by: Sequence[str] = (),
    beside: str = "",
) -> tuple[str, ...]:
    """Make the table of cells and name the columns that tell its groups, as SQL identifiers: only those asked for.

    ``values`` are aggregates over a cell's items, ``by`` what tells cells apart besides the case and its group.
    ``beside`` joins a small table of one row an item at most (the items are ``told``).
    """
    wanted = {key for cut in asked for key in cut.keys} | ({quoted("office")} if metric.staff else set())
    columns = tuple(name for name in (quoted("office"), *map(quoted, metric.groups), "period_") if name in wanted)
    keys = ", ".join(("case_id", *columns, *(part.rpartition(" AS ")[2] for part in by)))
    inner = ", ".join(("*", *by))
    cells = (
        f"SELECT {keys}, {', '.join(values)} "
        f"FROM (SELECT {inner} FROM ({items_query(metric, window)}) AS metric_items) AS told {beside} GROUP BY {keys}"
    )
    log.engine.keep(CELLS, translate(cells, log.engine.dialect))
    return columns


def by_case(cut: Cut, cells: Sequence[str], sums: Mapping[str, str]) -> str:
    """A SELECT of the cases of a cut: its keys, case_id, and each of ``sums`` (a column of the cells, by the type its
    sum is kept in). Where a cell is a case of the cut already, nothing is left to add up."""
    whole = set(cut.keys) == set(cells)
    added = ", ".join(f"CAST({name if whole else f'SUM({name})'} AS {kind}) AS {name}" for name, kind in sums.items())
    grouped = "" if whole else f" GROUP BY {cut.listed('case_id')}"
    return f"SELECT {cut.listed('case_id', added)} FROM {CELLS}{grouped}"


def ask(log: Log, statement: str) -> list[tuple[Any, ...]]:
    """The rows of one of measure's own statements. All are written in DuckDB's words and translated here, once."""
    return log.engine.run(translate(statement, log.engine.dialect))


def items_query(metric: Metric, window: Window) -> str:
    """The metric's query with its groups made non-empty text, cut to the days asked for."""
    if metric.query is None:
        raise UsageError(f"{metric.name} is computed by {metric.computed_by}: it has no items to sum.")
    dated = window.start or window.end or window.period
    tests = ["on_date IS NOT NULL" if dated else "TRUE"]
    if window.start:
        tests.append(f"on_date >= DATE {literal(window.start.isoformat())}")
    if window.end:
        tests.append(f"on_date <= DATE {literal(window.end.isoformat())}")
    if window.without:
        tests.append(f"COALESCE(office, '') NOT IN ({', '.join(map(literal, window.without))})")
    texts = ["COALESCE(office, '') AS office", f"{_period_sql(window.period)} AS period_"]
    texts += [f"COALESCE(CAST({quoted(name)} AS VARCHAR), '') AS {quoted(name)}" for name in metric.groups]
    figures = ["numerator", "denominator", *(["arm"] if metric.arms else []), *map(quoted, metric.parts)]
    figures += [quoted(name) for name in metric.heap.columns] if metric.heap else []
    return (
        f"SELECT case_id, {', '.join((*texts, *figures))} "
        f"FROM ({write(metric.query, 'duckdb')}) AS given WHERE {' AND '.join(tests)}"
    )


def _period_sql(period: str | None) -> str:
    if period is None:
        return "CAST(NULL AS VARCHAR)"
    year = "CAST(EXTRACT(year FROM on_date) AS VARCHAR)"
    if period == "year":
        return year
    if period == "quarter":
        return f"{year} || '-Q' || CAST(EXTRACT(quarter FROM on_date) AS VARCHAR)"
    return f"{year} || '-' || LPAD(CAST(EXTRACT(month FROM on_date) AS VARCHAR), 2, '0')"


def workers_behind(log: Log, metric: Metric, asked: Iterable[Cut], window: Window) -> dict[GroupKey, int]:
    """Distinct caseworkers behind each group: those with a contact in the group's cases and office.

    Where workers are numbered within each case only, nobody can be counted over cases any more: then the numbers
    counted at import stand for the whole log and its offices, and no other group has an entry.
    """
    if log.receipt["pseudonyms"]["workers"] == "case-local":
        return _counted_at_import(log.receipt["staff"], asked) if window.whole else {}
    counts: dict[GroupKey, int] = {}
    both = [name for name in metric.groups if name in log.schema.tables["contacts"].kinds()]
    match = " AND ".join(
        ["c.case_id = i.case_id", "COALESCE(c.office, '') = i.office"]
        + [f"COALESCE(c.{quoted(name)}, '') = i.{quoted(name)}" for name in both]
    )
    for cut in asked:
        keys = [f"i.{key}" for key in cut.keys]
        prefix = "".join(f"{key}, " for key in keys)
        group = f" GROUP BY {', '.join(keys)}" if keys else ""
        rows = ask(
            log, f"SELECT {prefix}COUNT(DISTINCT c.worker) FROM {CELLS} AS i JOIN contacts AS c ON {match}{group}"
        )
        for row in rows:
            named, period, (count,) = cut.named(row)
            counts[group_key(named, period)] = int(count)
    return counts


def _counted_at_import(staff: Mapping[str, Any], asked: Iterable[Cut]) -> dict[GroupKey, int]:
    counts = {group_key({}, None): int(staff["all"])}
    if Cut(("office",), False) in set(asked):
        counts |= {group_key({"office": office}, None): int(count) for office, count in staff["offices"].items()}
    return counts
