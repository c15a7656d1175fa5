"""Label noise: labels that are misspelt, carry a machine's suffix, or name one step in two ways; seen on labels and
order alone.

The kinds are those of Suriadi et al. (2017), Event log imperfection patterns: distorted, polluted, synonymous labels.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from math import sqrt
from statistics import median

from procmine.engines.duckdb import literal, quoted
from procmine.read.checks.look_alikes import escaped, skeleton
from procmine.read.checks.looking import Look, too_many

Words = Mapping[str, str]
_PARTS = re.compile(r"[^\s_\-#:/.,;()\[\]]+")


def near_labels(look: Look) -> str | Words:
    """One item an event; a hit where its rare label is a few typing errors away from a frequent one.

    Compared without case; labels that differ in case, blanks or invisible signs only are ``look_alikes``.
    """
    counts = look.values(look.label())
    most = int(look.limits["most_labels"])
    if len(counts) > most:
        return too_many(len(counts), most)
    found = misspelt(counts, look.limits, set(look.schema.activities))
    details = {label: f"{escaped(label)} → {escaped(right)}" for label, right in found.items()}
    return look.items(look.label(), details)


def misspelt(counts: Mapping[str, int], limits: Mapping[str, int | float], known: set[str]) -> dict[str, str]:
    """Each rare label that reads like a misspelling of a frequent one, and that one. Codes of the vocabulary are right,
    and labels that differ in a digit are two labels."""
    shapes: dict[str, str] = {label: skeleton(label) for label in counts}
    index: dict[tuple[int, int, str], list[str]] = defaultdict(list)
    for label, shape in shapes.items():
        for number, (_, piece) in enumerate(_pieces(shape, _edits(shape, limits))):
            index[len(shape), number, piece].append(label)
    found: dict[str, str] = {}
    for label, shape in shapes.items():
        if label in known:
            continue
        near = [
            (-counts[other], other)
            for other in sorted(_candidates(shape, index, limits))
            if shapes[other] != shape
            and _rare(counts[label], counts[other], limits)
            and not _another_code(shape, shapes[other])
            and edits_between(shape, shapes[other]) <= _edits(shapes[other], limits)
        ]
        if near:
            found[label] = min(near)[1]
    return found


def _edits(shape: str, limits: Mapping[str, int | float]) -> int:
    """How many typing errors a label of this length may hold: none in a short one."""
    if len(shape) < limits["shortest"]:
        return 0
    return int(limits["edits_long"] if len(shape) >= limits["long_from"] else limits["edits"])


def _pieces(shape: str, edits: int) -> list[tuple[int, str]]:
    """A label cut into so many pieces that one of them survives: an interchange of neighbours can spoil two."""
    count = 2 * edits + 1
    ends = [len(shape) * number // count for number in range(count + 1)]
    return [(start, shape[start:end]) for start, end in pairwise(ends)] if edits else []


def _candidates(
    shape: str, index: Mapping[tuple[int, int, str], Sequence[str]], limits: Mapping[str, int | float]
) -> set[str]:
    """Labels that share a piece with this one at about the same place: the only ones worth comparing."""
    found: set[str] = set()
    reach = int(limits["edits_long"])
    for length in range(len(shape) - reach, len(shape) + reach + 1):
        for number, (start, piece) in enumerate(_pieces("?" * max(length, 0), _edits("?" * max(length, 0), limits))):
            for at in range(start - reach, start + reach + 1):
                if 0 <= at <= len(shape) - len(piece):
                    found.update(index.get((length, number, shape[at : at + len(piece)]), ()))
    return found


def _rare(rows: int, of_right: int, limits: Mapping[str, int | float]) -> bool:
    """Whether a label is rare enough beside another to be a slip: what is written often is meant."""
    few = max(limits["rare_rows"], limits["rare_share"] * of_right)
    return rows <= few and of_right >= limits["times_as_frequent"] * rows


def _another_code(shape: str, right: str) -> bool:
    """Whether two labels differ in what is no word: a digit, or a part of one or two signs (Release A, Release B); or
    in a word so much that it is another word (treat, create)."""
    ours, theirs = _PARTS.findall(shape), _PARTS.findall(right)
    if "".join(ours) == "".join(theirs):  # a blank that slipped
        return False
    odd, lost = [part for part in ours if part not in theirs], [part for part in theirs if part not in ours]
    if _digits(shape) != _digits(right) or any(_is_code(part) for part in lost or odd):
        return True
    if len(odd) != len(lost):
        return False
    return any(edits_between(one, other) > max(1, len(other) // 8) for one, other in zip(odd, lost, strict=True))


def _is_code(part: str) -> bool:
    return len(part) <= 2 or any(sign.isdigit() for sign in part)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def edits_between(one: str, other: str) -> int:
    """Insertions, deletions, replacements and interchanges of neighbours between two texts (Damerau 1964).

    >>> edits_between("infor eceived", "info received")
    1
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, sign in enumerate(one, 1):
        last, row, before = before, [at], row
        for to, mark in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (sign != mark))
            if at > 1 and to > 1 and sign == other[to - 2] and one[at - 2] == mark:
                cost = min(cost, last[to - 2] + 1)
            row.append(cost)
    return row[-1]


def polluted_labels(look: Look) -> str:
    """One item an event; a hit where its label is one of many that are a common stem and a suffix of their own."""
    counts = look.values(look.label())
    return look.items(look.label(), polluted(counts, look.limits))


def polluted(counts: Mapping[str, int], limits: Mapping[str, int | float]) -> dict[str, str]:
    """Each label with a machine's suffix, and its stem with the suffix masked (digits 9, letters x)."""
    stems: dict[str, list[str]] = defaultdict(list)
    for label in counts:
        if stem := stem_of(label, int(limits["shortest_stem"])):
            stems[stem].append(label)
    found: dict[str, str] = {}
    for stem, labels in stems.items():
        numbers = {_digits(label) for label in labels}
        if len(numbers) >= limits["variants"] and median(counts[label] for label in labels) <= limits["rows_a_variant"]:
            shape = Counter(masked(label[len(stem) :]) for label in labels).most_common(1)[0][0]
            found |= {label: f"{escaped(stem)} + {escaped(shape)}" for label in labels}
    return found


def stem_of(label: str, shortest: int) -> str:
    """What stands before the first word with a digit in it; empty where that is no word.

    >>> stem_of("Perform checks_88YAjxg_20230929151240802000", 3)
    'Perform checks'
    """
    for part in _PARTS.finditer(label):
        if any(sign.isdigit() for sign in part[0]):
            stem = label[: part.start()].rstrip(" _-#:/.,;()[]")
            return stem if sum(sign.isalpha() for sign in stem) >= shortest else ""
    return ""


def masked(text: str) -> str:
    """The shape of a text: digits 9, letters x."""
    return "".join("9" if sign.isdigit() else "x" if sign.isalpha() else sign for sign in text)


def synonymous_labels(look: Look) -> str | Words:
    """One item an event; a hit where its label stands wherever a more frequent one stands, and never beside it.

    Two outcomes of one decision look the same, so that this is a question to those who know, never an answer.
    """
    label, limits = look.label(), look.limits
    counts = {name: rows for name, rows in look.values(label).items() if rows >= limits["rows_frequent"]}
    most = int(limits["most_labels"])
    if len(counts) > most:
        return too_many(len(counts), most)
    found: dict[str, str] = {}
    for one, other in _interchangeable(look, counts):
        rare, frequent = sorted((one, other), key=lambda name: (counts[name], name))
        best = found.get(rare)
        if best is None or (counts[frequent], frequent) > (counts[best], best):
            found[rare] = frequent
    return look.items(label, {rare: f"{escaped(rare)} ≈ {escaped(one)}" for rare, one in found.items()})


def _interchangeable(look: Look, counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Pairs of labels with like neighbours that share far fewer cases than chance would give them; of the vocabulary's
    codes, whose difference is known, one at most in a pair."""
    known = look.schema.activities
    pairs = [(one, other) for one, other in combinations(sorted(counts), 2) if one not in known or other not in known]
    around = _neighbours(look, counts) if pairs else {}
    alike = [pair for pair in pairs if alikeness(around[pair[0]], around[pair[1]]) >= look.limits["alike"]]
    if not alike:
        return
    every = int(look.engine.run(f"SELECT COUNT(DISTINCT case_id) FROM {quoted(look.table)}")[0][0])
    together = _together(look, sorted({name for pair in alike for name in pair}))
    for one, other in alike:
        expected = together[one, one] * together[other, other] / every
        enough = expected >= look.limits["expected_together"]
        if enough and together.get((one, other), 0) <= look.limits["together"] * expected:
            yield one, other


def _labelled(look: Look) -> str:
    return f"SELECT case_id, event_no, {look.label()} AS label FROM {quoted(look.table)}"


def _neighbours(look: Look, counts: Mapping[str, int]) -> dict[str, Counter[tuple[str, str]]]:
    """How often each label stands between which two others."""
    around: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in counts}
    for label, before, after, rows in look.engine.run(
        f"SELECT label, COALESCE(before, ''), COALESCE(after, ''), COUNT(*) FROM (SELECT label, "
        "LAG(label) OVER (PARTITION BY case_id ORDER BY event_no) AS before, "
        f"LEAD(label) OVER (PARTITION BY case_id ORDER BY event_no) AS after FROM ({_labelled(look)}) AS e) AS n "
        "GROUP BY ALL"
    ):
        if label in around:
            around[label][str(before), str(after)] += int(rows)
    return around


def _together(look: Look, names: Sequence[str]) -> dict[tuple[str, str], int]:
    """In how many cases two of the labels both stand; a label with itself: in how many it stands."""
    listed = ", ".join(literal(name) for name in names)
    both = f"SELECT DISTINCT case_id, label FROM ({_labelled(look)}) AS e WHERE label IN ({listed})"
    return {
        (str(one), str(other)): int(number)
        for one, other, number in look.engine.run(
            f"SELECT a.label, b.label, COUNT(*) FROM ({both}) AS a JOIN ({both}) AS b "
            "ON a.case_id = b.case_id AND a.label <= b.label GROUP BY 1, 2"
        )
    }


def alikeness(one: Mapping[tuple[str, str], int], other: Mapping[tuple[str, str], int]) -> float:
    """How far two distributions overlap, 0 to 1 (Bhattacharyya 1943)."""
    whole = sqrt(sum(one.values()) * sum(other.values()))
    return sum(sqrt(one[key] * other[key]) for key in one.keys() & other.keys()) / whole if whole else 0.0
