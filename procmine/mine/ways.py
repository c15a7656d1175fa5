"""Steps and ways of a log with their counts, times and steering, read in one pass over the store.

Rules of the domain (who counts as the client, which places are outside the office) are those of
``reference/tables.md`` for the core four; the codes come in as ``Rules``, which the vocabulary of the log fills where
it has something to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from procmine.mine import counts, durations
from procmine.mine.chosen import Chosen, text
from procmine.mine.counts import Columns, Courses, Ints, Rows
from procmine.mine.working_days import Lands
from procmine.model import Share, Steering, Step, Way

NO, YES, UNKNOWN, NOT_ELIGIBLE = 0, 1, 2, 3
NOWHERE = ("",)  # no place has this code
NO_LANDS = Lands()
CLIENT = "client"  # the function of roles that bear the name of an initiator of the client's side


@dataclass(frozen=True, slots=True)
class Rules:
    """Which codes mean what for the four shares (``reference/tables.md``, the core four)."""

    client: tuple[str, ...] = ("client", "household_member")
    transfers: tuple[str, ...] = ("handover", "referral", "worker_change")
    remote_channels: tuple[str, ...] = ("phone", "video", "chat")
    outside: tuple[str, ...] = ("client_home", "social_space", "partner_site", "employer", "public_place")
    inside: tuple[str, ...] = ("office", "provider_site")
    warm: tuple[str, ...] = ("warm", "accompanied")
    not_warm: tuple[str, ...] = ("information_only", "facilitated", "file_only")
    functions: tuple[tuple[str, str], ...] = ()
    """A role and its function; roles of the client's side have ``CLIENT``."""


def rules_of(schema: Any, absent: Iterable[str] = ()) -> Rules:
    """The rules with the vocabulary's own words: initiators of the client's side, activities of kind transfer.

    An export without the purpose of a visit can show contacts inside the office and none outside: then a contact inside
    is no known miss either, or every share would be 0.
    """
    rules = _spoken(schema) if schema is not None else Rules()
    return replace(rules, inside=NOWHERE) if "visit_purpose" in absent else rules


def _spoken(schema: Any) -> Rules:
    client = tuple(sorted(name for name, code in schema.codes.get("initiator", {}).items() if code.belongs == "client"))
    transfers = tuple(sorted(name for name, code in schema.activities.items() if code.belongs == "transfer"))
    client = client or Rules().client
    roles = sorted(schema.codes.get("role", {}).items())
    functions = tuple((name, CLIENT if name in client else code.belongs) for name, code in roles if code.belongs)
    return Rules(client=client, transfers=transfers or Rules().transfers, functions=functions)


def read(
    engine: Rows,
    activities: Sequence[str],
    rules: Rules | None = None,
    chosen: Chosen | None = None,
    lands: Lands = NO_LANDS,
) -> tuple[Courses, tuple[Step, ...], tuple[Way, ...]]:
    """Courses, steps and ways of a log in one pass; steps and ways in the order of their names.

    ``activities`` are the sorted names that the codes of the store stand for; a name without a step is left out.
    ``lands`` says whose holidays are no working time.
    """
    rules = rules or Rules()
    tally = _Tally(len(activities), lands.named())
    found = []
    for part in counts.chunks(engine, (*_expressions(activities, rules), lands.number()), chosen):
        found.append(counts.distinct(part["activity_code"].astype(np.int64), counts.case_starts(part["case_id"])))
        _add(tally, part)
    log = counts.merge(activities, found)
    return log, _steps(log, tally, _initiators(engine, chosen), _functions(engine, rules, chosen)), _ways(log, tally)


def _expressions(activities: Sequence[str], rules: Rules) -> tuple[str, ...]:
    """What is fetched a row beside the codes. Flags are NO, YES, UNKNOWN or NOT_ELIGIBLE; a worker nobody knows is
    -1."""
    transfers = [str(code) for code, name in enumerate(activities) if name in rules.transfers] or ["NULL"]
    begun = f"CASE WHEN initiator IS NULL THEN 2 WHEN initiator IN {_list(rules.client)} THEN 1 ELSE 0 END"
    outside = f"""CASE
        WHEN location = 'remote' OR (location IS NULL AND channel IN {_list(rules.remote_channels)}) THEN 3
        WHEN location IN {_list(rules.inside)} THEN 0
        WHEN location NOT IN {_list(rules.outside)} OR location IS NULL OR visit_purpose IS NULL THEN 2
        WHEN visit_purpose = 'control' THEN 0
        ELSE 1 END"""
    warm = f"""CASE
        WHEN (activity_code IN ({", ".join(transfers)})) IS NOT TRUE THEN 3
        WHEN handover_type IN {_list(rules.warm)} THEN 1
        WHEN handover_type IN {_list(rules.not_warm)} THEN 0
        ELSE 2 END"""
    return (
        "COALESCE(worker, -1) AS worker",
        "epoch_ms(timestamp) AS ms",
        "CAST(local_date - DATE '1970-01-01' AS BIGINT) AS day",
        "CAST(COALESCE(date_only, FALSE) AS UTINYINT) AS date_only",
        f"CAST({begun} AS UTINYINT) AS begun",
        f"CAST({outside} AS UTINYINT) AS outside",
        f"CAST({warm} AS UTINYINT) AS warm",
    )


def _list(codes: Iterable[str]) -> str:
    return "(" + ", ".join(text(code) for code in codes) + ")"


@dataclass(slots=True)
class _Tally:
    """Running sums: flags a step and a way by (key, column, value), and the times of all ways."""

    activities: int
    lands: tuple[str, ...]
    steps: dict[int, Ints] = field(default_factory=dict)
    ways: dict[int, Ints] = field(default_factory=dict)
    keys: list[Ints] = field(default_factory=list)
    calendar: list[Ints] = field(default_factory=list)
    working: list[Ints] = field(default_factory=list)


def _add(tally: _Tally, part: Columns) -> None:
    """The sums of one part of the log, added."""
    code = part["activity_code"].astype(np.int64)
    first = counts.case_starts(part["case_id"])
    opens = np.zeros(len(code), bool)
    opens[first[:-1]] = True
    flags = [part["begun"], _same_as_before(part["worker"], first), part["outside"], part["warm"]]
    _sum(tally.steps, code, flags)
    target = np.flatnonzero(~opens)
    key = code[target - 1] * tally.activities + code[target]
    known = (part["worker"][target] >= 0) & (part["worker"][target - 1] >= 0)
    same = np.where(known, part["worker"][target] == part["worker"][target - 1], UNKNOWN)
    _sum(tally.ways, key, [part["begun"][target], same, part["outside"][target], part["warm"][target]])
    calendar, working = durations.between(part, target, tally.lands)
    tally.keys.append(key[calendar >= 0])
    tally.calendar.append(calendar[calendar >= 0])
    tally.working.append(working[calendar >= 0])


def _same_as_before(worker: npt.NDArray[Any], first: Ints) -> npt.NDArray[Any]:
    """Flag of each event: is its worker the last one known before it in its case? A case's first event is not
    eligible."""
    rows = np.arange(len(worker), dtype=np.int64)
    last = np.maximum.accumulate(np.where(worker >= 0, rows, -1))
    before = np.concatenate(([-1], last[:-1]))
    begin = np.repeat(first[:-1], np.diff(first))
    known = (before >= begin) & (worker >= 0)
    flag = np.where(known, worker == worker[np.maximum(before, 0)], UNKNOWN)
    flag[first[:-1]] = NOT_ELIGIBLE
    return flag


def _sum(sums: dict[int, Ints], key: Ints, flags: Sequence[npt.NDArray[Any]]) -> None:
    keys, rank = counts.ranked(key)
    table = np.stack([np.bincount(rank * 4 + flag, minlength=len(keys) * 4).reshape(-1, 4) for flag in flags], axis=1)
    for name, row in zip(keys.tolist(), table, strict=True):
        sums[name] = sums[name] + row if name in sums else row


def _steering(row: Ints) -> Steering:
    return Steering(*(_share(flag) for flag in row.tolist()))


def _share(flag: Sequence[int]) -> Share:
    no, yes, unknown, _ = flag
    return Share(hits=yes, known=yes + no, total=yes + no + unknown)


Parts = Mapping[int, tuple[tuple[str, int], ...]]
"""By activity: its events in parts that add up to them."""


def _initiators(engine: Rows, chosen: Chosen | None) -> Parts:
    where = f"{counts.step_filter(engine)} AND {counts.case_filter(engine, chosen)}"
    query = f"""SELECT activity_code, COALESCE(initiator, '') AS who, COUNT(*) FROM events WHERE {where}
        GROUP BY activity_code, who ORDER BY activity_code, who"""
    found: dict[int, tuple[tuple[str, int], ...]] = {}
    for code, who, many in engine.run(query):
        found[code] = (*found.get(code, ()), (who, many))
    return found


def _functions(engine: Rows, rules: Rules, chosen: Chosen | None) -> Parts:
    """Events of each activity by the function of who acts, "" where it is unknown or the role has none."""
    if not rules.functions:
        return {}
    where = f"{counts.step_filter(engine)} AND {counts.case_filter(engine, chosen)}"
    query = f"""SELECT activity_code, COALESCE(role, '') AS who, COUNT(*) FROM events WHERE {where}
        GROUP BY activity_code, who ORDER BY activity_code, who"""
    named, found = dict(rules.functions), dict[int, dict[str, int]]()
    for code, role, many in engine.run(query):
        sums, name = found.setdefault(code, {}), named.get(role, "")
        sums[name] = sums.get(name, 0) + many
    return {code: tuple(sorted(sums.items())) for code, sums in found.items()}


def _steps(log: Courses, tally: _Tally, initiators: Parts, functions: Parts) -> tuple[Step, ...]:
    events, cases = counts.occurrences(log)
    starts, stops = counts.ends(log)
    return tuple(
        Step(
            activity=name,
            events=int(events[code]),
            cases=int(cases[code]),
            starts=int(starts[code]),
            ends=int(stops[code]),
            steering=_steering(tally.steps[code]),
            initiators=initiators.get(code, ()),
            functions=functions.get(code, ()),
        )
        for code, name in enumerate(log.activities)
        if events[code]
    )


def _ways(log: Courses, tally: _Tally) -> tuple[Way, ...]:
    pairs = counts.follows(log)
    calendar, working = _times(tally)
    columns = (pairs.source.tolist(), pairs.target.tolist(), pairs.count.tolist(), pairs.cases.tolist())
    ways = []
    for source, target, count, cases in zip(*columns, strict=True):
        key = source * len(log.activities) + target
        timed, median, p90 = calendar.get(key, (0, None, None))
        ways.append(
            Way(
                source=log.activities[source],
                target=log.activities[target],
                count=count,
                cases=cases,
                median_seconds=median,
                p90_seconds=p90,
                steering=_steering(tally.ways[key]),
                timed=timed,
                working_seconds=working.get(key, (0, None, None))[1],
            )
        )
    return tuple(ways)


Times = dict[int, tuple[int, float | None, float | None]]


def _times(tally: _Tally) -> tuple[Times, Times]:
    """Per way its times by the calendar and in working time: how many, median, 90 % quantile."""
    if not tally.keys:
        return {}, {}
    key = np.concatenate(tally.keys)
    calendar = dict(durations.quantiles(key, np.concatenate(tally.calendar)))
    return calendar, dict(durations.quantiles(key, np.concatenate(tally.working)))
