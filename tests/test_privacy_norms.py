"""Counts of norms against a reader who solves for the hidden ones with all sums at once, over small random cases."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

import numpy as np
import pytest
from scipy.optimize import linprog

from procmine.findings import Measurement, NormCount, NormFound, NormsFound, Status
from procmine.privacy.adding_up import ranges
from procmine.privacy.norms import release_norms
from procmine.privacy.profile import PROFILES, Profile

PARTS = {
    "why": ("undetermined", ("missing", "running", "history")),
    "begun_by": ("broken", ("client", "office", "")),
    "functions": ("broken", ("benefits", "")),
}
SIZES = (0, 1, 2, 3, 8, 9, 11, 12, 13, 17, 18, 22, 23, 38)
Cells = dict[tuple[str, str], int]
Cell = tuple[int, str, str]


def drawn(draw: random.Random) -> Cells:
    """Counts of one office; each stands for as many cases."""
    cells = {(kind, name): draw.choice(SIZES) for kind in ("why", "begun_by") for name in PARTS[kind][1]}
    broken = sum(many for (kind, _), many in cells.items() if kind == "begun_by")
    done = draw.randint(0, broken)
    cells |= {("functions", "benefits"): done, ("functions", ""): broken - done}
    cells |= {("state", "kept"): draw.choice((0, 3, 30, 60)), ("state", "broken"): broken}
    cells["state", "undetermined"] = sum(many for (kind, _), many in cells.items() if kind == "why")
    return cells


def counted(group: Mapping[str, str], cells: Cells) -> NormCount:
    state = {name: many for (kind, name), many in cells.items() if kind == "state"}
    parts = {part: {n: many for (kind, n), many in cells.items() if kind == part and many} for part in PARTS}
    behind = {f"{kind}:{name}": many for kind, each in parts.items() for name, many in each.items()}
    return NormCount(
        group, state["kept"], state["broken"], state["undetermined"], **parts, cases=state, reason_cases=behind
    )


class Reader:
    """Knows what is shown, which counts there are and what adds up to what; that a count hidden for its few persons is
    below the minimum and a shown one is not, and of one hidden for others nearly its size."""

    def __init__(self, groups: list[Cells], shown: list[NormCount], profile: Profile) -> None:
        self.true = {(g, *key): many for g, cells in enumerate(groups) for key, many in cells.items()}
        self.hidden: list[Cell] = []
        self.bounds = [self._bounds(cell, shown[cell[0]], profile) for cell in self.true]
        self.at = {cell: place for place, cell in enumerate(self.true)}
        rows = [
            self._row((0, *key), [(g, *key) for g in range(1, len(groups))]) for key in groups[0] if len(groups) > 1
        ]
        rows += [
            self._row((g, "state", state), [(g, kind, name) for name in names])
            for g in range(len(groups))
            for kind, (state, names) in PARTS.items()
        ]
        self.sums = np.array(rows)

    def _bounds(self, cell: Cell, shown: NormCount, profile: Profile) -> tuple[int, int]:
        _, kind, name = cell
        seen = getattr(shown, name) if kind == "state" else getattr(shown, kind).get(name)
        if seen is not None:
            return max(profile.persons, seen - profile.base // 2), seen + (profile.base - 1) // 2
        self.hidden.append(cell)
        few = self.true[cell] < profile.persons
        return 0, profile.persons - 1 if few else self.true[cell] + profile.base - 1

    def _row(self, total: Cell, parts: list[Cell]) -> list[int]:
        return [-1 if cell == total else int(cell in parts) for cell in self.true]

    def possible(self, cell: Cell) -> int:
        """How many values a count could have."""
        aim = np.eye(len(self.true))[self.at[cell]]
        least, most = (
            linprog(sign * aim, A_eq=self.sums, b_eq=np.zeros(len(self.sums)), bounds=self.bounds) for sign in (1, -1)
        )
        assert least.success and most.success
        return math.floor(-most.fun + 1e-6) - math.ceil(least.fun - 1e-6) + 1


@pytest.mark.parametrize("profile", ["shared", "published"])
@pytest.mark.parametrize("seed", range(120))
def test_no_count_of_few_persons_is_told_by_all_others_together(seed: int, profile: str) -> None:
    draw, rule = random.Random(seed), PROFILES[profile]  # noqa: S311 - made-up counts, no secret
    offices = [drawn(draw) for _ in range(draw.randint(1, 4))]
    groups = [{key: sum(cells[key] for cells in offices) for key in offices[0]}, *offices]
    names: list[dict[str, str]] = [{}, *({"office": f"O{number}"} for number in range(len(offices)))]
    counts = tuple(counted(name, cells) for name, cells in zip(names, groups, strict=True))
    words = {"de": "Satz", "en": "sentence"}
    made = NormFound("n", 1, "response", words, "", "", "", None, None, False, (), counts)
    reader = Reader(groups, list(release_norms(NormsFound((made,), (), ""), rule).value.norms[0].counts), rule)
    few = [cell for cell in reader.hidden if 0 < reader.true[cell] < rule.persons]

    assert all(reader.possible(cell) >= 3 for cell in few)


def with_rates(*offices: tuple[int, int]) -> NormsFound:
    """Kept and broken by office, each a case of its own, with their rates."""
    sums = (sum(kept for kept, _ in offices), sum(broken for _, broken in offices))
    groups = [({}, *sums), *(({"office": f"O{number}"}, *one) for number, one in enumerate(offices))]
    rates, counts = [], []
    for group, kept, broken in groups:
        many, share = kept + broken, kept / (kept + broken)
        rates.append(
            Measurement(
                metric="n", version=1, group=group, period=None, value=share, numerator=kept, denominator=many,
                items=many, cases=many, coverage=1.0, bounds=None, interval=(0.0, 1.0), status=Status.OK,
                effective_n=many, known_cases=many,
            )
        )  # fmt: skip
        cases = {"kept": kept, "broken": broken, "undetermined": 0}
        counts.append(NormCount(group, kept, broken, 0, {}, {}, {}, cases=cases, reason_cases={}))
    words = {"de": "Satz", "en": "sentence"}
    return NormsFound(
        (NormFound("n", 1, "response", words, "", "", "", None, None, False, tuple(rates), tuple(counts)),), (), ""
    )


@pytest.mark.parametrize(("kept", "told"), [(7, True), (8, False), (9, False), (10, True)])
def test_a_rate_that_tells_a_hidden_count_beside_it_to_within_two_is_not_shown(kept: int, told: bool) -> None:
    (norm,) = release_norms(with_rates((30, 60), (40, 70), (kept, 52 - kept)), "shared").value.norms

    assert (norm.measurements[3].status is Status.OK) == told


def test_what_a_rate_says_of_the_least_is_reckoned_with_among_the_sums() -> None:
    # 17 less 13 is 4 at most; 5 of 50 is 3 at least.
    (norm,) = release_norms(with_rates((13, 60), (4, 46)), "shared").value.norms

    assert norm.measurements[2].value == 0.1 and norm.counts[2].kept is None
    assert None in (norm.counts[0].kept, norm.counts[1].kept)


def test_what_one_sum_tells_goes_into_the_next() -> None:
    given = {"all": (20, 24), "a": (10, 14), "b": (0, 9), "of b": (8, 12), "rest": (0, 9)}

    found = ranges(given, [("all", ["a", "b"]), ("b", ["of b", "rest"])])

    assert (found["b"], found["of b"], found["rest"]) == ((8, 9), (8, 9), (0, 1))
