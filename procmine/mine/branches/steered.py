"""Steering on the model: for every decision point, how much of the choice goes with voice, profile and organisation.

Associated with, never caused: what is said is how much better the next step can be foretold by somebody who knows the
block. The rules are those of metrics.md C.3: rare options together, attributes by priority as long as there are five
decisions a cell, unique and Shapley shares less what chance explains, whole cases as the unit.

Many branches are looked at, and one in twenty would look striking by chance. Which shares stand up to that is said by
Benjamini and Hochberg's procedure (J. R. Stat. Soc. B 57, 1995), for each block over all branches that have a figure:
it bounds the share of chance among what is named. Branches share their cases, so the tests depend on each other, and in
one direction; Benjamini and Yekutieli (Ann. Stat. 29, 2001) show that the bound holds then. Their own stricter
procedure, for any dependence, would ask for p values of some 0.0001, which takes ten thousand permutations a branch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from procmine.beside import Submit, at_once
from procmine.mine.branches.content import BLOCKS, Attribute, Known
from procmine.mine.branches.decisions import Decisions, read_decisions
from procmine.mine.branches.known import NOT_RECORDED, Readable, readable
from procmine.mine.branches.points import Points
from procmine.mine.chosen import Chosen
from procmine.mine.counts import Courses, Ints
from procmine.mine.fit.blocks import in_integers
from procmine.model import Branch, Considered, Crossing, Level, Option, Part, Steered, TreeNode, Weighted
from procmine.stats import exchange, information, resampling
from procmine.stats.funnel import benjamini_hochberg

RARE_OPTION = 0.05
NO_CHOICE = 0.1  # nats of H(Y); metrics.md C.3
LEAST_CASES = 30  # cases are what is drawn anew and permuted; F of metrics.md asks for as many for a unit
ENOUGH = 5  # decisions a cell
TELLING = 0.05  # of H(Y): a unique share worth a question
CHANCE = 0.05  # at most this share of what is named may be chance
MOST_OPEN = 0.5  # of the uncertainty present must lie at branches with a figure for one of all together: metrics.md 0.5


def steering(
    log: Any,
    known: Known,
    tree: TreeNode | None,
    courses: Courses,
    chosen: Chosen | None = None,
    *,
    work: float = 1.0,
    submit: Submit = at_once,
) -> Steered:
    """The branches of the chosen cases of a log, at the points of its process tree and after each step.

    ``log`` has ``engine`` and ``receipt``; ``courses`` are those of the same cases. ``work`` is the part of the work to
    do: with less of it fewer cases are drawn where there are many; ``submit`` has the branches judged, which is most of
    it. The result depends on nothing but the log: seeds are digests of the branches' names.
    """
    absent = set(log.receipt.get("absent", ()))
    if log.receipt.get("pseudonyms", {}).get("workers") == "case-local":
        absent.add("worker")  # the same caseworker has another name in each case
    wanted, lacking = readable(log.engine, known, courses.activities, absent)
    points = None
    if tree is not None:
        root, _ = in_integers(tree, {name: code for code, name in enumerate(courses.activities)}, 0)
        points = None if root is None else Points(root)
    finished = (known.finished_activities, "" if known.finished_column in absent else known.finished_column)
    found = read_decisions(log.engine, courses, points, wanted, finished, chosen, work)
    at = [one for one in found.at if len(one.option) or one.unfit]
    made = submit(_branches, at, wanted, known, courses.activities).result()
    made = [(branch, drawn) for branch, (_, drawn) in zip(_judged([one for one, _ in made]), made, strict=True)]
    made.sort(key=lambda pair: (pair[0].kind == "next", pair[0].after, _name(pair[0])))
    missing = tuple(Considered(one.block, one.name, one.title, "absent", 0, None) for one in lacking)
    return Steered(
        branches=tuple(branch for branch, _ in made),
        weighted=tuple(weighted for sort in ("model", "next") if (weighted := _weighted(sort, made)) is not None),
        absent=missing,
        unfit=found.unfit,
        ends_recorded=found.ends_recorded,
    )


Drawn = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] | None
"""H(Y) and the voice's unique information in nats in samples of cases drawn anew."""


def _name(branch: Branch) -> str:
    options = (f"{option.kind}:{chr(31).join(option.steps)}" for option in branch.options)
    return chr(30).join((branch.kind, chr(31).join(branch.after), *options))


def _seed(branch: Branch) -> int:
    """A number from the branch's name alone: Python's own hash changes with every start."""
    return int.from_bytes(hashlib.sha256(_name(branch).encode("utf-8", "surrogatepass")).digest()[:6], "big")


def _branches(
    found: Sequence[Decisions], wanted: Sequence[Readable], known: Known, activities: Sequence[str]
) -> list[tuple[Branch, Drawn]]:
    return [_branch(one, wanted, known, activities) for one in found]


def _branch(
    found: Decisions, wanted: Sequence[Readable], known: Known, activities: Sequence[str]
) -> tuple[Branch, Drawn]:
    """One branch and the samples for its interval and the log's."""
    y, options = _options(found, activities)
    cases = exchange.ranks(found.case)
    plain = Branch(
        kind=found.point.kind,
        after=tuple(activities[code] for code in found.point.after),
        options=options,
        decisions=len(y),
        of_decisions=found.of_decisions,
        cases=_distinct(cases),
        unfit=found.unfit,
        unfinished=found.unfinished,
        same_time=found.same_time,
        entropy=information.entropy(np.bincount(y)) if len(y) else 0.0,
        status="no_choice",
        reason="no_choice",
        known=(),
        cells=len(options),
    )
    if plain.entropy < NO_CHOICE:
        return plain, None
    picked = _Picked(y, wanted, found.known, known)
    status, reason = _status(picked, plain.cases)
    branch = replace(
        plain,
        status=status,
        reason=reason,
        known=picked.considered,
        cells=picked.cells,
        tables=tuple(_crossing(picked, one, y, cases, len(options)) for one in picked.used if one.block == "voice"),
        workers=picked.workers if any(one.read == "worker" for one in picked.used) else None,
    )
    if status in ("insufficient_n", "not_measurable"):
        return branch, None
    return _with_shares(branch, y, [picked.joint[block] for block in BLOCKS], found.case)


def _with_shares(branch: Branch, y: Ints, blocks: Sequence[Ints], cases: Ints) -> tuple[Branch, Drawn]:
    """The branch with what its blocks tell, and the samples."""
    shares = information.corrected_shares(y, blocks, cases, seed=_seed(branch))
    visits = exchange.visits_of(cases)
    within = [*blocks[1:], visits.of(visits.band)] if visits.changes(blocks[0]) else blocks[1:]
    # One seed: a case weighs the same everywhere.
    drawn = resampling.resampled(y, [blocks[0], *within], cases, seed=0)
    parts = [
        Part(shares.shares.unique[at], shares.shares.shapley[at], shares.p[at], shares.plug_in.unique[at])
        for at in range(len(BLOCKS))
    ]
    each = drawn[1] / np.maximum(drawn[0], NO_CHOICE / 10)
    return replace(
        branch,
        voice=parts[0],
        profile=parts[1],
        organisation=parts[2],
        whole=shares.shares.whole,
        whole_p=shares.whole_p,
        shared=shares.shares.shared,
        voice_interval=resampling.interval_about(parts[0].unique, each),
    ), drawn


def _judged(branches: Sequence[Branch]) -> list[Branch]:
    """The branches with what stands up to their number, and the questions that follow."""
    told = [at for at, branch in enumerate(branches) if branch.voice is not None]
    found = list(branches)
    judged: list[tuple[Part, ...]] = []
    for block in BLOCKS:
        parts: list[Part] = [getattr(branches[at], block) for at in told]
        stands = benjamini_hochberg([part.p for part in parts], CHANCE)
        judged.append(tuple(replace(part, stands=hit) for part, hit in zip(parts, stands, strict=True)))
    together = benjamini_hochberg([1.0 if (p := branches[at].whole_p) is None else p for at in told], CHANCE)
    for at, whole, voice, profile, organisation in zip(told, together, *judged, strict=True):
        branch = replace(found[at], voice=voice, profile=profile, organisation=organisation)
        found[at] = replace(branch, question=_question(branch, whole))
    return found


def _question(branch: Branch, whole_stands: bool) -> str:
    """What to ask in a case conference: a key of the texts. Small or chance counts as nothing."""
    parts = (branch.voice, branch.profile, branch.organisation)
    tells = [part is not None and part.unique >= TELLING and part.stands for part in parts]
    if tells[0]:
        return "voice_and_organisation" if tells[2] else "voice"
    if tells[2]:
        return "organisation"
    if tells[1]:
        return "profile"
    return "together" if (branch.whole or 0.0) >= 2 * TELLING and whole_stands else "nothing"


def _options(found: Decisions, activities: Sequence[str]) -> tuple[Ints, tuple[Option, ...]]:
    """The options taken, in the order of their names, the rare ones together as the last; and each decision's option.

    A single rare option keeps its name: merging it would save nothing."""
    counts = np.bincount(found.option, minlength=len(found.point.options)) if len(found.option) else np.zeros(0)
    taken = np.flatnonzero(counts)
    rare = [at for at in taken.tolist() if counts[at] < RARE_OPTION * len(found.option)]
    rare = rare if len(rare) > 1 else []
    order = {"step": 0, "again": 1, "skip": 2, "leave": 3, "end": 4}
    ways = found.point.options
    names = {at: tuple(activities[code] for code in ways[at].steps) for at in taken.tolist()}
    kept = sorted(set(names) - set(rare), key=lambda at: (order[ways[at].kind], names[at], at))
    place = np.full(len(ways), len(kept), np.int64)
    place[kept] = np.arange(len(kept))
    y = place[found.option]
    many = np.bincount(y, minlength=len(kept))
    made = [
        Option(ways[at].kind, names[at], ways[at].ends, int(many[i]), _distinct(found.case[y == i]))
        for i, at in enumerate(kept)
    ]
    if rare:
        made.append(Option("other", (), False, int(many[-1]), _distinct(found.case[y == len(kept)])))
    return y, tuple(made)


def _distinct(cases: Ints) -> int:
    return len(np.unique(cases))


class _Picked:
    """The attributes taken at one branch, by priority and number of decisions alone; what is chosen next has no say."""

    def __init__(self, y: Ints, wanted: Sequence[Readable], values: npt.NDArray[np.int32], known: Known) -> None:
        self._y_levels = int(y.max()) + 1
        self.decisions = len(y)
        self.joint = {block: np.zeros(len(y), np.int64) for block in BLOCKS}
        self.used: list[Attribute] = []
        self.levels: dict[str, tuple[Ints, tuple[Level, ...]]] = {}
        self.workers: int | None = None
        self._share: dict[str, float] = {}
        self._use: dict[str, str] = {}
        self._known = known
        columns = {one.attribute.name: values[:, at].astype(np.int64) for at, one in enumerate(wanted)}
        for one in wanted:
            self._look_at(one, columns)
        self._take_in_turn(wanted)
        self.considered = tuple(
            Considered(
                one.attribute.block,
                one.attribute.name,
                one.attribute.title,
                self._use[one.attribute.name],
                len(self.levels[one.attribute.name][1]),
                self._share[one.attribute.name],
            )
            for block in BLOCKS
            for one in wanted
            if one.attribute.block == block
        )

    @property
    def cells(self) -> int:
        """The options' levels times those of every block."""
        found = self._y_levels
        for column in self.joint.values():
            found *= int(column.max()) + 1
        return found

    def lacks(self, block: str, use: str) -> bool:
        """Whether no attribute of the block was taken, and ``use`` is the best that can be said of one."""
        ranked = ("used", "sparse", "constant", "not_recorded")
        places = [ranked.index(one.use) for one in self.considered if one.block == block]
        return ranked[min(places, default=ranked.index("not_recorded"))] == use

    def _look_at(self, one: Readable, columns: dict[str, Ints]) -> None:
        """Merge an attribute's rare levels, and see whether it can tell anything here."""
        name, column = one.attribute.name, columns[one.attribute.name]
        self._share[name] = float((column == NOT_RECORDED).mean())
        if one.attribute.read == "worker":
            column, levels = self._pooled(column, columns)
        else:
            column, levels = _merged(column, one.levels, self._known)
        self.levels[name] = column, levels
        self._use[name] = "sparse"
        if 1 - self._share[name] < self._known.known_from:
            self._use[name] = "not_recorded"
        elif len(column) - int(np.bincount(column).max()) < self._known.rare_below:
            self._use[name] = "constant"  # all levels but one are rare even together

    def _take_in_turn(self, wanted: Sequence[Readable]) -> None:
        """First one of each block, the first that fits; where none does, the first that is worth a lower bound. Then
        whatever else fits, in turn."""
        for block in BLOCKS:
            own = [one.attribute for one in wanted if one.attribute.block == block]
            for one, least in ((one, least) for least in (ENOUGH, 1) for one in own):
                if self._take(one, least):
                    break
        for each in wanted:
            self._take(each.attribute, ENOUGH)

    def _pooled(self, column: Ints, columns: dict[str, Ints]) -> tuple[Ints, tuple[Level, ...]]:
        """Caseworkers with few decisions taken together by team, or by office where there are no teams."""
        units = next((columns[name] for name in ("team", "office") if name in columns), np.zeros_like(column))
        many = np.bincount(column)
        rare = many[column] < self._known.rare_below
        pooled = np.where(rare & (column != NOT_RECORDED), len(many) + units, column)
        self.workers = int(((many >= self._known.rare_below) & (np.arange(len(many)) != NOT_RECORDED)).sum())
        ranked = exchange.ranks(pooled)
        return ranked, (Level("other", ""),) * (int(ranked.max(initial=-1)) + 1)

    def _take(self, attribute: Attribute, least: int) -> bool:
        """Take an attribute into its block if every cell still has ``least`` decisions on average."""
        if self._use[attribute.name] != "sparse":
            return False
        column, _ = self.levels[attribute.name]
        trial = information.joint([self.joint[attribute.block], column])
        cells = self.cells // (int(self.joint[attribute.block].max()) + 1) * (int(trial.max()) + 1)
        if self.decisions < least * cells:
            return False
        self.joint[attribute.block] = trial
        self.used.append(attribute)
        self._use[attribute.name] = "used"
        return True


def _merged(column: Ints, names: Sequence[Level], known: Known) -> tuple[Ints, tuple[Level, ...]]:
    """The levels that occur, in the order of the attribute, rare ones together as the last."""
    many = np.bincount(column, minlength=len(names) + 1)
    rare = (many > 0) & (many < known.rare_below)
    kept = [int(at) for at in np.flatnonzero((many > 0) & ~rare) if at != NOT_RECORDED]
    unknown = bool(many[NOT_RECORDED]) and not rare[NOT_RECORDED]
    place = np.full(len(many), len(kept) + unknown, np.int64)
    place[kept] = np.arange(len(kept))
    if unknown:
        place[NOT_RECORDED] = len(kept)
    levels = [names[at - 1] for at in kept]
    levels += [Level("not_recorded", "not_recorded", known.words["not_recorded"])] if unknown else []
    levels += [Level("other", "other", known.words["other"])] if rare.any() else []
    return place[column], tuple(levels)


def _status(picked: _Picked, cases: int) -> tuple[str, str]:
    """What the figures of a branch may claim, and why they do not where they do not."""
    for block in BLOCKS:
        if picked.lacks(block, "not_recorded"):
            return "not_measurable", f"no_{block}"
    if picked.lacks("voice", "constant"):
        return "not_measurable", "same_voice"
    if cases < LEAST_CASES:
        return "insufficient_n", "few_cases"
    if any(picked.lacks(block, "sparse") for block in BLOCKS):
        return "insufficient_n", "few_decisions"
    standing = information.standing(picked.decisions, picked.cells)
    return standing, "" if standing == "ok" else standing


def _crossing(picked: _Picked, attribute: Attribute, y: Ints, cases: Ints, options: int) -> Crossing:
    column, levels = picked.levels[attribute.name]
    cell = y * len(levels) + column
    size = options * len(levels)
    once = np.unique(cell * (int(cases.max()) + 1) + cases) // (int(cases.max()) + 1)
    tables = (np.bincount(one, minlength=size).reshape(options, -1).tolist() for one in (cell, once))
    decisions, persons = (tuple(tuple(row) for row in table) for table in tables)
    return Crossing(attribute.name, attribute.title, levels, decisions, persons)


def _weighted(sort: str, made: Sequence[tuple[Branch, Drawn]]) -> Weighted | None:
    """Σ n·I / Σ n·H over the branches of one sort that carry a figure."""
    own = [(branch, drawn) for branch, drawn in made if (branch.kind == "next") == (sort == "next")]
    if not own:
        return None
    every = sum(branch.of_decisions for branch, _ in own)
    idle = sum(branch.of_decisions for branch, _ in own if branch.status == "no_choice")
    good = [(branch, drawn) for branch, drawn in own if branch.status == "ok" and drawn is not None]
    uncertain = sum(branch.of_decisions * branch.entropy for branch, _ in good)
    present = sum(branch.of_decisions * branch.entropy for branch, _ in own if branch.status != "no_choice")
    plain = Weighted(
        sort, len(good), len(own), sum(b.of_decisions for b, _ in good), every, idle / every if every else None
    )
    if not uncertain or uncertain < MOST_OPEN * present:
        return plain

    def share(figure: Any) -> float:
        return float(sum(b.of_decisions * b.entropy * figure(b) for b, _ in good)) / uncertain

    told = sum(branch.of_decisions * drawn[1] for branch, drawn in good if drawn is not None)
    again = sum(branch.of_decisions * drawn[0] for branch, drawn in good if drawn is not None)
    voice = share(lambda branch: branch.voice.unique)
    return replace(
        plain,
        voice=voice,
        profile=share(lambda branch: branch.profile.unique),
        organisation=share(lambda branch: branch.organisation.unique),
        whole=share(lambda branch: branch.whole),
        voice_interval=resampling.interval_about(voice, np.asarray(told / again)),
    )
