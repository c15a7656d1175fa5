"""Candidates: which columns of a file may hold each column of a log, with the reasons; it proposes, it never maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from procmine.engines.duckdb import DuckDB
from procmine.read.inspection.looks import LABELS, NUMBERS, SHOWN, Looks
from procmine.read.inspection.synonyms import Synonyms, fold, tokens
from procmine.read.source import Source
from procmine.schema import Column, Schema

SURE = 60  # what a name that is ours, or a synonym whose values fit, reaches
LEAST = 10  # less is no proposal
LEAD = 10  # how far the first has to be ahead of the second
ALIKE = 0.75  # a source file whose columns and labels the file has to this share is of the same kind of export
SAMPLED_CASES = 20_000
MAX_COUNTED = 10_000  # columns of more distinct values are not counted within cases


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a column is proposed or doubted: ``code`` names its sentence, ``values`` fill it."""

    code: str
    points: int
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file's column that may hold ``ours``."""

    ours: str
    position: int
    name: str
    score: int
    reasons: tuple[Reason, ...]

    @property
    def named(self) -> bool:
        """Whether its name speaks for it."""
        return any(reason.code.startswith("name_") or reason.code == "source_uses" for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class InCases:
    """How a column behaves within cases: the mean number of its distinct values in one, and the share of the cases in
    which it never changes."""

    distinct: float
    constant: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much a known source file fits: the share of its columns, and of its activity labels, that the file has."""

    source: Source
    share: float


def likenesses(
    names: Sequence[str], looks: Sequence[Looks], sources: Sequence[Source], synonyms: Synonyms
) -> tuple[Likeness, ...]:
    """The known sources by how well they fit, the best first.

    Names that XES gives every log say nothing, and names that many exports have (Case, Activity …) are not enough
    without a label of the source.
    """
    there = {name: position for position, name in enumerate(names)}
    usual = {spelling for words in synonyms.columns.values() for spelling in words}
    found = []
    for source in sources:
        telling = {name for name in source.columns.values() if ":" not in name}
        if not telling:
            continue
        share = len(telling & set(there)) / len(telling)
        position = there.get(source.columns.get("activity", ""))
        own = any(name in there and fold(name) not in usual for name in telling)
        if source.activities:
            labels = {value.text for value in looks[position].labels} if position is not None else set()
            share *= 0.5 + 0.5 * len(labels & set(source.activities)) / len(source.activities)
        elif not own:
            share = min(share, ALIKE / 2)
        if share:
            found.append(Likeness(source, share))
    return tuple(sorted(found, key=lambda one: (-one.share, one.source.name)))


def propose(
    names: Sequence[str],
    looks: Sequence[Looks],
    schema: Schema,
    synonyms: Synonyms,
    like: Sequence[Likeness],
    within: Mapping[int, InCases],
) -> dict[str, tuple[Candidate, ...]]:
    """For each of our columns the file's columns that may hold it, the best first. ``within`` is empty until the best
    candidate for the case is known."""
    known = {spelling for words in synonyms.columns.values() for spelling in words}
    found: dict[str, tuple[Candidate, ...]] = {}
    times = sum(look.time_like for look in looks)
    for ours, column in schema.importable.items():
        rows = []
        for position, (name, look) in enumerate(zip(names, looks, strict=True)):
            if look.kind == "empty":
                continue
            named = _named(name, column, synonyms, like, names)
            fit = _fit(column, look, synonyms, within.get(position), times, named=bool(named))
            if fit is None or not (named or _stands_alone(column, fit, fold(name) in known)):
                continue
            reasons = (*named, *fit)
            score = max(0, min(100, sum(reason.points for reason in reasons)))
            if score >= LEAST:
                rows.append(Candidate(ours, position, name, score, reasons))
        found[ours] = tuple(sorted(rows, key=lambda one: (-one.score, one.position)))
    return found


def _named(
    name: str, column: Column, synonyms: Synonyms, like: Sequence[Likeness], names: Sequence[str]
) -> list[Reason]:
    """What a column's name says; the strongest reason, and the source files that use it so."""
    reasons: list[Reason] = []
    spellings = synonyms.columns[column.name]
    plain = name.removeprefix("case:")
    folded, words = fold(plain), tokens(plain)
    standard = f"case:{column.xes}" if column.level == "trace" else column.xes
    if column.xes and name == standard:
        reasons.append(Reason("name_is_xes", 60))
    elif fold(column.name) == folded:
        reasons.append(Reason("name_is_ours", 60))
    elif folded in spellings:
        reasons.append(Reason("name_is_synonym", 50, {"word": spellings[folded]}))
    elif part := _part(folded, words, spellings):
        reasons.append(Reason("name_contains", 25, {"word": part}))
    if reasons and name != standard and column.xes and standard in names:
        reasons.append(Reason("xes_has_it", -35, {"name": standard}))
    uses = [one for one in like if one.source.columns.get(column.name) == name and ":" not in name]
    if uses:
        close = uses[0].share >= ALIKE
        if close or not any(reason.code == "name_is_ours" for reason in reasons):
            reasons.append(Reason("source_uses", 55 if close else 15, {"source": uses[0].source.name}))
    return reasons


def _part(folded: str, words: Sequence[str], spellings: Mapping[str, str]) -> str:
    """The longest known spelling that is a run of whole words of a name, or its end ("BeratungsStandort")."""
    runs = {"".join(words[start:stop]) for start in range(len(words)) for stop in range(start + 1, len(words) + 1)}
    fits = [
        spelling
        for spelling in spellings
        if len(spelling) > 2 and (spelling in runs or (len(spelling) > 5 and folded.endswith(spelling)))
    ]
    return spellings[max(fits, key=lambda word: (len(word), word))] if fits else ""


def _stands_alone(column: Column, fit: Sequence[Reason], named_otherwise: bool) -> bool:
    """Whether values alone are worth a proposal: the three every log needs, a column of ids, codes we know well."""
    if column.required:
        return True
    codes = {reason.code for reason in fit}
    if column.name == "event_id":
        return "every_row_its_own" in codes and not named_otherwise
    return "words_known" in codes and any(r.code == "words_known" and r.points >= 24 for r in fit)


def _fit(
    column: Column, look: Looks, synonyms: Synonyms, inside: InCases | None, times: int, *, named: bool
) -> list[Reason] | None:
    """What the values say; None where they cannot be what the column holds."""
    if column.kind == "timestamp":
        return _as_time(column, look, inside, times)
    if column.kind == "date":
        return [Reason("values_are_days", 20)] if look.time_like else None
    if column.kind in ("integer", "number"):
        fits = look.share(NUMBERS if column.kind == "number" else NUMBERS - {"decimal"}) >= 0.9
        return [Reason("values_are_numbers", 15)] if fits else None
    if look.time_like:
        return None
    if column.kind in ("code", "list"):
        return _as_code(column, look, synonyms)
    if column.name == "case_id":
        return list(_as_case(look, named))
    if column.name == "activity":
        return list(_as_activity(look, synonyms, inside)) if named or _is_label(look) else None
    if column.name == "event_id":
        unique = look.distinct == look.filled == look.rows > 1 and look.kind in ("identifier", "whole")
        return [Reason("every_row_its_own", 25)] if unique else [Reason("not_its_own", -20)]
    if column.holds == "worker":
        return list(_as_worker(look, inside))
    return [Reason("has_values", 10)]


def _as_time(column: Column, look: Looks, inside: InCases | None, times: int) -> list[Reason] | None:
    if not look.time_like:
        return None
    reasons = [Reason("values_are_days", 10) if look.kind == "date" else Reason("values_are_times", 20)]
    if column.required:
        if times == 1:
            reasons.append(Reason("only_time_column", 40))
        if look.empty:
            reasons.append(Reason("often_empty", -20 if 20 * look.empty > look.rows else -5, {"rows": look.empty}))
        if inside is not None and inside.constant > 0.9:
            reasons.append(Reason("same_in_case", -15))
        elif inside is not None:
            reasons.append(Reason("changes_in_case", 5))
    elif inside is not None and inside.constant > 0.9 and column.level == "event":
        reasons.append(Reason("same_in_case", -15))
    return reasons


def _as_code(column: Column, look: Looks, synonyms: Synonyms) -> list[Reason] | None:
    """A column of codes: few distinct words, and how many rows hold words that we know."""
    if not look.labels or look.distinct > 10 * SHOWN:
        return None
    known, silent, codes = 0, 0, set()
    for value in look.labels:
        if fold(value.text) in synonyms.silent:
            silent += value.rows
            continue
        parts = value.text.split("|") if column.kind == "list" else [value.text]
        meant = [synonyms.code(column.name, part) for part in parts]
        if all(meant):
            known += value.rows
            codes.update(meant)
    if not known:
        return [Reason("no_word_known", -5)]
    share = known / (look.filled - silent)
    points = round(35 * share) if len(codes) > 1 else round(20 * share)
    return [Reason("words_known", points, {"share": round(100 * share), "codes": len(codes)})]


def _as_case(look: Looks, named: bool) -> Iterator[Reason]:
    if look.kind in ("text", "decimal") and not named:
        yield Reason("not_an_id", -30)
        return
    if look.distinct == look.filled:
        yield Reason("every_row_its_own", -15)
    elif look.distinct > 1 and look.filled / look.distinct >= 1.2:
        apt = look.kind in ("identifier", "whole") and look.distinct > SHOWN
        points = (25 if named else 20) if apt else 10 if named else 2
        times = round(look.filled / look.distinct)
        yield Reason("value_repeats", points, {"times": times}) if times > 1 else Reason("repeats_some", points)
    else:
        yield Reason("seldom_repeats", 0)
    if 50 * look.empty > look.rows:
        yield Reason("often_empty", -20, {"rows": look.empty})


def _is_label(look: Looks) -> bool:
    """Whether values may be labels of activities by their looks: few, repeated, no bare numbers."""
    return look.kind == "code" and look.distinct > 1 and look.share(NUMBERS) < 0.5 and 2 * look.distinct <= look.filled


def _as_activity(look: Looks, synonyms: Synonyms, inside: InCases | None) -> Iterator[Reason]:
    if 1 < look.distinct <= LABELS and 2 * look.distinct <= look.filled:
        yield Reason("few_labels", 15, {"labels": look.distinct})
    elif look.distinct == look.filled:
        yield Reason("every_row_its_own", -15)
    if inside is not None and inside.distinct >= 1.5:
        yield Reason("several_in_case", 10, {"labels": round(inside.distinct)})
    elif inside is not None and inside.constant > 0.9:
        yield Reason("same_in_case", -15)
    known = sum(value.rows for value in look.labels if synonyms.code("activity", value.text))
    if known:
        share = known / look.filled
        yield Reason("labels_known", round(30 * share), {"share": round(100 * share)})
    if 50 * look.empty > look.rows:
        yield Reason("often_empty", -15, {"rows": look.empty})


def _as_worker(look: Looks, inside: InCases | None) -> Iterator[Reason]:
    if look.distinct == look.filled and look.filled > SHOWN:
        yield Reason("every_row_its_own", -20)
    elif look.distinct > 1:
        times = round(look.filled / look.distinct)
        yield Reason("value_repeats", 15, {"times": times}) if times > 1 else Reason("repeats_some", 15)
    else:
        yield Reason("has_values", 10)
    if inside is not None and inside.distinct > 1 and look.filled / max(look.distinct, 1) > 2:
        yield Reason("changes_in_case", 3)


def within_cases(engine: DuckDB, table: str, case: int, looks: Sequence[Looks]) -> dict[int, InCases]:
    """How columns behave within the cases of column ``case`` that have several rows; the first 20 000 cases by name."""
    counted = [
        position
        for position, look in enumerate(looks)
        if position != case and (look.time_like or 0 < look.distinct <= MAX_COUNTED)
    ]
    found: dict[int, InCases] = {}
    chosen = f"SELECT DISTINCT c{case} AS k FROM {table} WHERE c{case} <> '' ORDER BY 1 LIMIT {SAMPLED_CASES}"
    engine.connection.execute(f"CREATE OR REPLACE TEMP TABLE sampled AS {chosen}")
    for start in range(0, len(counted), 20):
        some = counted[start : start + 20]
        counts = ", ".join(f"count(DISTINCT NULLIF(r.c{at}, '')) AS d{at}" for at in some)
        cases = f"SELECT {counts} FROM sampled JOIN {table} AS r ON r.c{case} = k GROUP BY k HAVING count(*) > 1"
        means = ", ".join(
            f"coalesce(avg(NULLIF(d{at}, 0)), 0), "
            f"coalesce(avg(CASE d{at} WHEN 0 THEN NULL WHEN 1 THEN 1 ELSE 0 END), 1)"
            for at in some
        )
        row = engine.run(f"SELECT count(*), {means} FROM ({cases})")[0]
        if not row[0]:
            return {}
        for index, at in enumerate(some):
            found[at] = InCases(float(row[2 * index + 1]), float(row[2 * index + 2]))
    return found


def settle(candidates: Mapping[str, Sequence[Candidate]], schema: Schema) -> dict[str, Candidate]:
    """The proposals nobody has to doubt: the best first, each column of the file once, well ahead of its rivals."""
    best: dict[int, int] = {}
    for rows in candidates.values():
        for one in rows:
            if one.position not in best or one.score > best[one.position]:
                best[one.position] = one.score
    order = list(schema.importable)
    every = sorted(
        (one for rows in candidates.values() for one in rows if one.score >= SURE),
        key=lambda one: (-one.score, not schema.importable[one.ours].required, order.index(one.ours), one.position),
    )
    sure: dict[str, Candidate] = {}
    taken: set[int] = set()
    doubtful: set[str] = set()
    for one in every:
        if one.ours in sure or one.position in taken or one.ours in doubtful:
            continue
        rivals = [
            other
            for other in candidates[one.ours]
            if other.position not in taken | {one.position}
            and other.score > one.score - LEAD
            and other.score >= best[other.position] - LEAD
        ]
        others = [
            other
            for ours, rows in candidates.items()
            for other in rows
            if ours != one.ours and ours not in sure and other.position == one.position and other.score == one.score
        ]
        if rivals or (others and not schema.importable[one.ours].required):
            doubtful.add(one.ours)
            continue
        sure[one.ours] = one
        taken.add(one.position)
    return {ours: sure[ours] for ours in schema.importable if ours in sure}
