"""What is said of a part of a log holds of the whole: no verdict that a later extract or an earlier one takes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmine.norms import TEMPLATES, Limit, Norm
from tests.conform.declare import activations
from tests.conform.judging import FIRST, course, judged, norm
from tests.conform.test_templates import crowds, days

WINDOW = settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
Window = tuple[int, int]
windows = st.tuples(st.integers(0, 8), st.integers(3, 20)).map(lambda ends: (ends[0], ends[0] + ends[1]))


def certain(rule: Norm, crowd: Sequence[Any], window: Window, told: bool) -> dict[str, Counter[Any]]:
    """The verdicts on what a log shows that was watched on the days of the window, by case; ``told``: whether it
    records entry and exit."""
    first, last = (FIRST + timedelta(days=day) for day in window)
    events = []
    for number, gaps in enumerate(crowd):
        whole = days(gaps)
        known = {"entry": FIRST + timedelta(days=whole[0][0]), "exit": FIRST + timedelta(days=whole[-1][0])}
        if not told or known["exit"] > last:
            known["exit"] = None  # type: ignore[assignment]
        rows = course(f"{number:03d}", whole, **(known if told else {}))
        events += [row for row in rows if first <= row["local_date"] <= last]
    verdicts: dict[str, Counter[Any]] = {}
    for case, day, state, _, _ in judged(rule, events, (first, last), cases_begin="entry"):
        if state != "undetermined":
            verdicts.setdefault(case, Counter())[day if rule.template.looks else None, state] += 1
    return verdicts


@pytest.mark.parametrize("template", sorted(TEMPLATES))
@WINDOW
@given(data=st.data())
def test_a_verdict_on_a_part_of_a_log_holds_of_the_whole(template: str, data: Any) -> None:
    crowd, window, told = data.draw(crowds), data.draw(windows), data.draw(st.booleans())
    shape = TEMPLATES[template]
    limits = st.integers(0, 6) if template == "max_gap" else st.integers(0, 6) | st.none()
    most = data.draw(limits) if "within" in shape.limits else None
    times = data.draw(st.integers(1, 2)) if shape.times else shape.least
    nth = data.draw(st.integers(1, 2)) if shape.nth else 1
    limit = None if most is None else Limit(most, "days", extends=False)
    rule = norm(template, times=times, from_nth=nth, within=limit)

    found = certain(rule, crowd, window, told)

    for number, gaps in enumerate(crowd):
        real = Counter(
            (FIRST + timedelta(days=day) if rule.template.looks else None, "kept" if kept else "broken")
            for day, kept in activations(template, days(gaps), times=times, most=most)[nth - 1 :]
        )
        mine = found.get(f"{number:03d}", Counter())
        assert not mine - real, (days(gaps), window, told, most, times, nth)
