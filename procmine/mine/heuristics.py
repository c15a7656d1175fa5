"""The heuristics miner's net from what is counted already: pm4py's miner, fed with steps and ways, never with courses.

All it asks of the courses themselves is how often one activity stands between two of another (a loop of two).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from procmine.mine.counts import Courses, ranked
from procmine.mine.net import canonical
from procmine.model import Net, Step, Way


def heuristics_net(found: Courses, steps: Sequence[Step], ways: Sequence[Way], noise: float) -> Net:
    """The net of a log's steps and ways; ``noise`` is the threshold for leaving out rare pairs before mining."""
    sys._pm4py_welcome_shown = True  # type: ignore[attr-defined]  # pm4py prints its banner on stderr otherwise
    from pm4py.algo.discovery.heuristics.variants import classic
    from pm4py.objects.conversion.heuristics_net import converter

    mined = classic.apply_heu_dfg(
        {(way.source, way.target): way.count for way in ways},
        activities=[step.activity for step in steps],
        activities_occurrences={step.activity: step.events for step in steps},
        start_activities={step.activity: step.starts for step in steps if step.starts},
        end_activities={step.activity: step.ends for step in steps if step.ends},
        freq_triples=there_and_back(found),
        parameters={classic.Parameters.DFG_PRE_CLEANING_NOISE_THRESH: noise},
    )
    net, initial, final = converter.apply(mined)
    return canonical(
        [place.name for place in net.places],
        {transition.name: transition.label for transition in net.transitions},
        [(arc.source.name, arc.target.name) for arc in net.arcs],
        [place.name for place in initial],
        [place.name for place in final],
    )


def there_and_back(found: Courses) -> dict[tuple[str, str, str], int]:
    """How often an activity was followed by another one and then again by itself."""
    codes, wide = found.codes, len(found.activities)
    middle = np.flatnonzero((codes[:-2] == codes[2:]) & (codes[:-2] != codes[1:-1])) + 1
    course = np.searchsorted(found.first, middle, side="right") - 1
    inside = (middle > found.first[course]) & (middle + 1 < found.first[course + 1])
    middle, course = middle[inside], course[inside]
    keys, rank = ranked(codes[middle - 1] * wide + codes[middle])
    times = np.bincount(rank, weights=found.cases[course], minlength=len(keys)).astype(np.int64)
    names = found.activities
    pairs = [(names[key // wide], names[key % wide]) for key in keys.tolist()]
    return {(a, b, a): many for (a, b), many in zip(pairs, times.tolist(), strict=True)}
