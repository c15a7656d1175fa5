"""What several released results say of one quantity, held together: no hidden cell is left fewer than three values."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from procmine.deviations import Conformance, Kept, Norm
from procmine.findings import NormCount, NormFound, NormsFound
from procmine.model import Branch, Model, Net, Option, Steered, Step
from procmine.privacy.deviations import release_conformance
from procmine.privacy.graph import release_model
from procmine.privacy.norms import release_norms
from procmine.privacy.profile import PROFILES, Profile
from tests.test_privacy import mined

ROUNDING = ("shared", "published")
Range = tuple[float, float]


def within(shown: int, profile: Profile) -> Range:
    """The true number behind one that is shown rounded."""
    return max(profile.persons if shown else 0, shown - profile.base // 2), shown + (profile.base - 1) // 2


# Courses beside the graph: the rare courses that pass a step or way are what its cases leave over.


class Reader:
    """Knows every number of a released model, that the courses passing a step or way make up its cases, that a hidden
    course has fewer persons than the minimum, and how many courses there can be. All of it at once, by a solver."""

    def __init__(self, released: Model, profile: Profile) -> None:
        self.courses = [variant.activities for variant in released.variants]
        self.bounds = [within(variant.cases, profile) for variant in released.variants]
        self.left = within(released.variant_count, profile)[1] - len(self.courses)
        self.totals: dict[tuple[str, ...], int] = {}
        self.profile = profile
        self.rows: list[tuple[list[int], int]] = []
        numbers: dict[tuple[str, ...], int] = {("cases",): released.cases}
        numbers |= {("way", way.source, way.target): way.cases for way in released.ways}
        for step in released.steps:
            name = step.activity
            numbers |= {("step", name): step.cases, ("start", name): step.starts, ("end", name): step.ends}
        for key, shown in numbers.items():
            if not shown:
                continue
            self.totals[key] = len(self.bounds)
            self.bounds.append(within(shown, profile))
            through = [place for place, course in enumerate(self.courses) if passes(course, key)]
            self.rows.append((through, self.totals[key]))

    def possible(self, key: tuple[str, ...]) -> int:
        """How many values the rare courses that pass could sum up to."""
        size = len(self.bounds)
        rests = np.zeros((len(self.rows), size))
        for row, (through, total) in enumerate(self.rows):
            rests[row, through] = -1
            rests[row, total] = 1
        aim = rests[list(self.totals).index(key)]
        most = (self.profile.persons - 1) * self.left
        limits = np.concatenate((np.full(len(rests), most), np.zeros(len(rests))))
        ends = []
        for sign in (1, -1):
            found = linprog(sign * aim, A_ub=np.vstack((rests, -rests)), b_ub=limits, bounds=self.bounds)
            assert found.success, found.message
            ends.append(float(aim @ found.x))
        return math.floor(ends[1] + 1e-6) - math.ceil(ends[0] - 1e-6) + 1


def passes(course: Sequence[str], key: tuple[str, ...]) -> bool:
    kind, *names = key
    if kind == "way":
        return tuple(names) in set(pairwise(course))
    return kind == "cases" or names[0] in {"step": course, "start": course[:1], "end": course[-1:]}[kind]


def rare(true: Model, released: Model, key: tuple[str, ...]) -> int:
    """The cases of the courses not shown that pass."""
    shown = {variant.activities for variant in released.variants}
    return sum(one.cases for one in true.variants if one.activities not in shown and passes(one.activities, key))


def edged(seed: int) -> Model:
    """Few courses, each taken by a handful or by a number at the edge of the rounding."""
    draw = random.Random(seed)  # noqa: S311 - made-up courses, no secret
    sizes = [draw.choice((1, 2, 9, 12, 13, 17, 18, 22, 23, 37, 38, 62, 63)) for _ in range(draw.randint(3, 5))]
    known = sorted({"A" + "".join(draw.choice("BCD") for _ in range(draw.randint(1, 2))) for _ in sizes})
    return mined(tuple(course) for course, many in zip(known, sizes, strict=False) for _ in range(many))


def untold(model: Model, profile: str) -> list[int]:
    released = release_model(model, profile).value
    reader = Reader(released, PROFILES[profile])
    hidden = [key for key in reader.totals if 0 < rare(model, released, key) < PROFILES[profile].persons]
    return [reader.possible(key) for key in hidden]


@pytest.mark.parametrize("profile", ROUNDING)
@pytest.mark.parametrize("seed", [*range(12), 39, 129, 384])
def test_courses_and_graph_together_leave_three_values_for_what_rare_courses_add(seed: int, profile: str) -> None:
    """With the graph's own sums alone the reader finds two values in seeds 0, 6, 39, 129 and 384 (shared)."""
    assert all(values >= 3 for values in untold(edged(seed), profile))


def test_two_courses_and_their_total_do_not_tell_a_single_third() -> None:
    # 38 and 38 of 77, shown as 40 and 40 of 75: only 0 or 1 could be missing.
    model = mined([("A", "B")] * 38 + [("A", "C")] * 38 + [("A", "B", "C")])

    assert min(untold(model, "shared")) >= 3


# Branches beside the graph: what comes next after a step is the ways out of it once more, some taken together.


def with_branches(model: Model) -> Model:
    """The model with a branch after each step."""
    found = []
    for step in model.steps:
        name = step.activity
        options = [Option("step", (w.target,), False, w.count, w.cases) for w in model.ways if w.source == name]
        options += [Option("end", (), True, step.ends, step.ends)] if step.ends else []
        many = sum(option.decisions for option in options)
        plain = Branch("next", (name,), tuple(options), many, many, step.cases, 0, 0, 0, 0.5, "ok", "", (), 0)
        found.append(plain)
    return replace(model, steered=Steered(tuple(found), (), ()))


def after(step: Step, released: Model, model: Model, rule: Profile) -> list[int]:
    """How many values each hidden way out of a step, and its end, could have by all that is shown of the step: its
    events, its ways, and the options after it, of which those that are named stand alone and the others together."""
    name, branches = step.activity, released.steered.branches if released.steered else ()
    branch = next((one for one in branches if one.after == (name,)), None)
    places = [*(one.activity for one in model.steps), ""]  # each step, and the end
    shown = {way.target: way.count for way in released.ways if way.source == name}
    shown |= {"": step.ends} if step.ends else {}
    true = {way.target: way.count for way in model.ways if way.source == name}
    true[""] = next(one.ends for one in model.steps if one.activity == name)
    sums = [(set(places), step.events)]
    if branch is not None:
        named = {(*option.steps, "")[0]: option.decisions for option in branch.options if option.kind != "other"}
        sums += [(set(places), branch.decisions), *(({place}, many) for place, many in named.items())]
        sums += [(set(places) - set(named), one.decisions) for one in branch.options if one.kind == "other"]
    rows = np.array([[place in part for place in places] for part, _ in sums], float)
    lows, highs = np.array([within(many, rule) for _, many in sums]).T
    bounds = [within(shown[place], rule) if place in shown else (0, rule.persons - 1) for place in places]
    found = []
    for k, place in enumerate(places):
        if place in shown or not 0 < true.get(place, 0) < rule.persons:
            continue
        aim = np.eye(len(places))[k]
        ends = [
            linprog(sign * aim, A_ub=np.vstack((rows, -rows)), b_ub=np.concatenate((highs, -lows)), bounds=bounds)
            for sign in (1, -1)
        ]
        if all(end.success for end in ends):  # where not, the reader's own suppositions are wrong
            found.append(math.floor(-ends[1].fun + 1e-6) - math.ceil(ends[0].fun - 1e-6) + 1)
    return found


@pytest.mark.parametrize("profile", ROUNDING)
def test_branches_and_graph_together_leave_three_values_for_a_hidden_way(profile: str) -> None:
    found = []
    for seed in range(120):
        model = with_branches(edged(seed))
        released = release_model(model, profile).value
        found += [many for step in released.steps for many in after(step, released, model, PROFILES[profile])]

    assert len(found) > 50 and min(found) >= 3


# Norms: the states of the offices add up to those of the whole, sides and reasons to their state.


def counted(group: str | None, kept: int, broken: int, sides: dict[str, int] | None = None) -> NormCount:
    parts = sides or {"client": broken}
    cases = {"kept": kept, "broken": broken, "undetermined": 0}
    behind = {f"begun_by:{side}": many for side, many in parts.items()}
    return NormCount({"office": group} if group else {}, kept, broken, 0, {}, parts, {}, cases, behind)


def norm(*counts: NormCount) -> NormsFound:
    words = {"de": "Satz", "en": "sentence"}
    made = NormFound("n", 1, "response", words, "", "", "", None, None, False, (), counts)
    return replace(EMPTY, norms=(made,))


EMPTY = NormsFound((), (), "")


def seen(*counts: NormCount) -> list[NormCount]:
    return list(release_norms(norm(*counts), "shared").value.norms[0].counts)


def values_left(total: int | None, shown: Sequence[int | None]) -> int:
    """The values one hidden part could have where all others are shown."""
    rule = PROFILES["shared"]
    if total is None or sum(one is None for one in shown) != 1:
        return rule.persons
    low, high = within(total, rule)
    parts = [within(one, rule) for one in shown if one is not None]
    most, least = high - sum(low for low, _ in parts), low - sum(high for _, high in parts)
    return int(min(most, rule.persons - 1) - max(least, 0)) + 1


def test_what_offices_broke_does_not_tell_the_one_case_of_another() -> None:
    # 38 and 38 of 77, shown as 40 and 40 of 75: only 0 or 1 could be missing.
    whole, *offices = seen(
        counted(None, 300, 77), *(counted(o, 100, n) for o, n in zip("ABC", (38, 38, 1), strict=True))
    )

    assert values_left(whole.broken, [one.broken for one in offices]) >= 3


def test_sides_do_not_tell_the_one_step_that_another_began() -> None:
    (whole,) = seen(counted(None, 300, 77, {"client": 38, "office": 38, "third": 1}))

    assert values_left(whole.broken, [whole.begun_by.get(side) for side in ("client", "office", "third")]) >= 3


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6))
@example([0, 23, 23])
def test_no_office_is_told_by_the_others(broken: list[int]) -> None:
    each = [counted(f"O{k}", 100, many) for k, many in enumerate(broken)]
    whole, *offices = seen(counted(None, 100 * len(each), sum(broken)), *each)

    assert values_left(whole.broken, [one.broken for one in offices]) >= 3


def test_two_offices_that_are_few_together_take_a_third_along() -> None:
    _, *offices = seen(
        counted(None, 207, 0), *(counted(o, n, 0) for o, n in (("A", 3), ("B", 4), ("C", 90), ("D", 110)))
    )

    assert [one.kept for one in offices] == [None, None, None, 110]


# A drawn norm: the running cases of the offices add up to those of the whole.


def test_running_cases_of_the_offices_do_not_tell_the_one_of_another() -> None:
    offices = [Kept({"office": name}, 50, 50, many, 0, 0, None) for name, many in zip("ABC", (38, 38, 1), strict=True)]
    drawn = Norm("n", "n.bpmn", "", (), (), (), Net((), (), (), (), ()), {}, ())
    whole = Kept({}, 150, 150, 77, 0, 0, None)
    found = Conformance(drawn, whole, tuple(offices), (), (), 0, True, (), True, True, None, None)
    released = release_conformance(found, "shared").value

    assert values_left(released.whole.running, [one.running or None for one in released.offices]) >= 3
