"""The figures of a norm: its activations as items of a share, measured by the same machinery as every metric.

So coverage, worst-case bounds, the interval with cases as units, statuses and offices that record nothing come out by
one set of rules. A log without a single event of a kind the norm speaks of does not say that the norm is broken, or
kept: it is not measurable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from procmine.conform.cases import has_step
from procmine.conform.items import ITEMS, Ground, fill_items
from procmine.conform.steps import value
from procmine.findings import Measurement, NormCount, NormFound, Status
from procmine.log import Log
from procmine.measure import measure_one
from procmine.measure.judge.status import Reason, absent_reason, no_activity_reason, not_measurable
from procmine.measure.recording import Recorded, Silence, silence
from procmine.metric import AnswersTo, Metric
from procmine.norms import Norm, rests_on
from procmine.schema import Column, Schema, Table
from procmine.sql import read_query

_KINDS = {
    "item_id": "text",
    "case_id": "key",
    "office": "text",
    "on_date": "date",
    "numerator": "integer",
    "denominator": "integer",
    "due": "boolean",
}
_NEVER_WATCHED = {
    "de": "Nicht messbar: Die Norm greift, aber nie lag ihre ganze Zeit unter Beobachtung.",
    "en": "Not measurable: the norm applies, but never was all of its time under observation.",
}
UNWATCHED: Mapping[str, Reason] = {
    "history": {
        "de": "Was vor dem ersten Ereignis eines Falls war, ist ohne Zugang (entry) nicht bekannt; beginnt jeder Fall "
        'mit seinem ersten Ereignis, in norms.toml schreiben: cases_begin = "first_event".',
        "en": "What was before a case's first event is not known without its entry; if every case begins with its "
        'first event, write into norms.toml: cases_begin = "first_event".',
    },
    "running": {
        "de": "Frist oder Fall liefen noch, als der Auszug oder die Norm endete; endet jeder Fall mit seinem letzten "
        'Ereignis, in norms.toml schreiben: cases_end = "last_event".',
        "en": "Time limit or case still ran when the log or the norm ended; if every case ends with its last event, "
        'write into norms.toml: cases_end = "last_event".',
    },
    "left": {"de": "Fälle endeten vor der Frist.", "en": "Cases ended before the limit."},
}
_COUNTED = {"de": "Schritte oder Fälle, die die Norm betrifft", "en": "steps or cases that the norm concerns"}


def found_of(
    log: Log,
    norm: Norm,
    ground: Ground,
    *,
    by: tuple[str, ...],
    start: date | None,
    end: date | None,
    recorded: Recorded,
    lacking: Reason | None,
) -> NormFound:
    """One norm over a log whose engine holds its ``ground``; ``lacking`` is why the log cannot bear it (``unfit``)."""
    metric = as_metric(norm)
    if lacking is not None:
        measurements = tuple(not_measurable(metric, group, None, lacking) for group in _groups(log, by))
        return _found(norm, measurements, ())
    fill_items(log.engine, norm, ground)
    known = replace(log, schema=replace(log.schema, tables={**log.schema.tables, ITEMS: _table(norm)}))
    silent = _silent(log, norm, metric, recorded)
    measurements = measure_one(known, metric, by=by, start=start, end=end, silent=silent)
    counts = _counts(log, norm, tuple(name for name in by if name == "office"), start, end, silent)
    cuts = {str(row[0]) for row in log.engine.run(f"SELECT DISTINCT cut FROM {ITEMS} WHERE cut IS NOT NULL")}
    told = [why for why in UNWATCHED if why in cuts]
    return _found(norm, tuple(_explained(one, counts, told) for one in measurements), counts)


def _explained(one: Measurement, counts: Sequence[NormCount], told: Sequence[str]) -> Measurement:
    """Where the norm applied, but never while all of its time was watched, that is the reason; not that nothing
    happened. ``told`` are the reasons why activations of the log were not."""
    count = next((each for each in counts if each.group == one.group and one.period is None), None)
    if one.items or one.status is not Status.NOT_MEASURABLE or count is None or not count.activations:
        return one
    reason = {
        language: f"{_NEVER_WATCHED[language]} {' '.join(UNWATCHED[why][language] for why in told)}"
        for language in ("de", "en")
    }
    return replace(one, reason=reason)


def as_metric(norm: Norm) -> Metric:
    """A norm as a metric whose items are its activations: the share kept."""
    query = read_query(
        f"SELECT item_id, case_id, office, on_date, numerator, denominator FROM {ITEMS} WHERE due",
        where=ITEMS,  # the same for every norm, so that it is read once
        tables={ITEMS: _KINDS},
    )
    return Metric(
        name=norm.name,
        version=norm.version,
        unit="share",
        polarity="none",
        title=norm.sentence,
        question=norm.sentence,
        definition=norm.sentence,
        counts={"numerator": _COUNTED, "denominator": _COUNTED},
        answers_to=AnswersTo(5, ""),
        caveats={},
        gaming={},
        counter_checks={},
        beside={},
        counter_metrics=(),
        groups=(),
        staff=False,
        sensitive=norm.sensitive,
        optional=frozenset(),
        any_of=(),
        one_sided=frozenset(),
        query=query,
        computed_by=None,
        example=None,
        where=norm.where,
    )


def _table(norm: Norm) -> Table:
    """The table of activations as the schema would say it; its figures rest on what the norm asks of events."""
    columns = (Column(name, kind, norm.sentence) for name, kind in _KINDS.items())
    return Table(ITEMS, norm.sentence, tuple(columns), ("item_id",))


def unfit(log: Log, norm: Norm) -> Reason | None:
    """Why the log cannot bear a norm: it ends before the norm begins (or the other way round), lacks a column, or every
    event of a kind."""
    first, last = (date.fromisoformat(log.receipt["observation"][day]) for day in ("first_day", "last_day"))
    if (norm.start and norm.start > last) or (norm.end and norm.end < first):
        return {
            "de": f"Nicht messbar: Die Norm gilt an keinem Tag des Auszugs ({_days(norm, 'ab', 'bis', '%d.%m.%Y')}).",
            "en": f"Not measurable: the norm holds on no day of the log ({_days(norm, 'from', 'to', '%Y-%m-%d')}).",
        }
    cases = log.schema.tables["cases"]
    needed = set(rests_on(norm)) | {need for one in norm.population for need in cases.column(one.column).needs}
    if lacking := sorted(needed & log.absent):
        return absent_reason(lacking, int(log.receipt["events"]), log.schema.titles())
    occurring = set(log.receipt["activities"])
    for activities in norm.activities:
        if not activities & occurring:
            return no_activity_reason(_titles(log.schema, activities))
    return None


def _days(norm: Norm, start: str, end: str, form: str) -> str:
    return " ".join(f"{word} {day:{form}}" for word, day in ((start, norm.start), (end, norm.end)) if day)


def _titles(schema: Schema, activities: frozenset[str]) -> Sequence[Mapping[str, str]]:
    """What a set of activities is called: its kind where it is a whole one, else each by its name."""
    for kind, title in schema.kinds.items():
        if activities == {code.code for code in schema.activities.values() if code.belongs == kind}:
            return [title]
    known = schema.activities
    return [known[one].title if one in known else {"de": one, "en": one} for one in sorted(activities)]


def _groups(log: Log, by: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    offices = [str(office["name"]) for office in log.receipt["offices"]] if "office" in by else []
    return ({}, *({"office": name} for name in offices))


def _silent(log: Log, norm: Norm, metric: Metric, recorded: Recorded) -> Silence:
    """The offices in which no event of one of the norm's kinds is recorded although others make some expected."""
    known = {name for name in log.schema.activities}
    reasons: dict[str, Reason] = {}
    heard = 1.0
    for activities in norm.activities:
        found = silence(log, replace(metric, query=None, activities=frozenset(activities & known)), recorded)
        reasons |= {office: reason for office, reason in found.reasons.items() if office not in reasons}
    cases = {str(office["name"]): int(office["cases"]) for office in log.receipt["offices"]}
    total = sum(cases.values())
    if total:
        heard = 1 - sum(cases.get(office, 0) for office in reasons) / total
    return Silence(reasons, heard)


def _counts(
    log: Log, norm: Norm, by: tuple[str, ...], start: date | None, end: date | None, silent: Silence
) -> tuple[NormCount, ...]:
    """Activations by state, reason and beginner, for the whole and each office; silent offices are in none."""
    tests = [f"on_date >= {value(start)}"] if start else []
    tests += [f"on_date <= {value(end)}"] if end else []
    tests += [f"COALESCE(office, '') NOT IN ({', '.join(map(value, silent.offices))})"] if silent.offices else []
    asked = (*_PARTS, *_BEGUN) if has_step(norm) else _PARTS
    parts = (f"SELECT case_id, office, '{part}' AS part, {part} AS word, n FROM told{only}" for part, only in asked)
    sums = [
        f"SELECT {key} AS office, part, word, case_id, SUM(n) AS n FROM parts GROUP BY ALL" for key in ("NULL", *by)
    ]
    rows = log.engine.run(
        f"""
        WITH told AS MATERIALIZED (
            SELECT
                i.case_id, i.state, COALESCE(i.office, '') AS office, i.why,
                COALESCE(i.initiator, '') AS begun_by, COALESCE(r.function, '') AS functions, COUNT(*) AS n
            FROM {ITEMS} AS i LEFT JOIN role_functions AS r ON r.role = i.role
            WHERE {" AND ".join(tests) or "TRUE"}
            GROUP BY ALL
        ),
        parts AS MATERIALIZED ({" UNION ALL ".join(parts)})
        SELECT office, part, word, SUM(n), COUNT(*) FROM ({" UNION ALL ".join(sums)}) AS by_case
        GROUP BY office, part, word ORDER BY office NULLS FIRST, part, word
        """
    )
    found: dict[tuple[str, ...], dict[str, dict[str, tuple[int, int]]]] = {}
    for office, part, word, items, cases in rows:
        group = () if office is None else (str(office),)
        found.setdefault(group, {}).setdefault(part, {})[str(word)] = (int(items), int(cases))
    return tuple(_count(dict(zip(by, group, strict=False)), each, log.schema) for group, each in found.items())


# What activations are counted by, and which: a reason stands where the state is open, who began is told of broken ones.
_PARTS = (("state", ""), ("why", " WHERE why IS NOT NULL"))
_BEGUN = (
    ("begun_by", " WHERE state = 'broken'"),
    ("functions", " WHERE state = 'broken'"),
)


def _count(group: dict[str, str], parts: Mapping[str, Mapping[str, tuple[int, int]]], schema: Schema) -> NormCount:
    state = parts["state"]
    sides: dict[str, int] = {}
    side_cases: dict[str, int] = {}
    codes = schema.codes["initiator"]
    for code, (items, cases) in parts.get("begun_by", {}).items():
        side = codes[code].belongs if code in codes else ""
        sides[side] = sides.get(side, 0) + items
        side_cases[side] = side_cases.get(side, 0) + cases
    why = {name: many for name, many in parts.get("why", {}).items() if name}
    functions = parts.get("functions", {})
    return NormCount(
        group=group,
        kept=state.get("kept", (0, 0))[0],
        broken=state.get("broken", (0, 0))[0],
        undetermined=state.get("undetermined", (0, 0))[0],
        why={name: items for name, (items, _) in why.items()},
        begun_by={side: sides[side] for side in sorted(sides)},
        functions={name: items for name, (items, _) in functions.items()},
        cases={name: cases for name, (_, cases) in state.items()},
        reason_cases={
            **{f"why:{name}": cases for name, (_, cases) in why.items()},
            **{f"begun_by:{side}": side_cases[side] for side in sorted(side_cases)},
            **{f"functions:{name}": cases for name, (_, cases) in functions.items()},
        },
    )


def _found(norm: Norm, measurements: tuple[Measurement, ...], counts: tuple[NormCount, ...]) -> NormFound:
    whole = next((one for one in measurements if not one.group), None)
    broken = next((one.broken or 0 for one in counts if not one.group), 0)
    met = None
    if norm.gate is not None:
        met = whole is not None and whole.value is not None and whole.value >= norm.gate
        met = met and not (norm.gate == 1 and broken)  # one is broken for certain, though its case is not over
    return NormFound(
        name=norm.name,
        version=norm.version,
        template=norm.template.name,
        sentence=norm.sentence,
        anchor=norm.anchor,
        checked=norm.checked,
        mark=norm.mark,
        gate=norm.gate,
        met=met,
        sensitive=norm.sensitive,
        measurements=measurements,
        counts=counts,
    )
