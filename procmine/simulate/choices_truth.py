"""The planted truth of what is begun and handed on: measures, special support, arrivals, the first next step.

How many of these a case has hangs on when it ends, and with it on the calendar. What share of them is a hit does not:
the truths here hold for each office, and no sum over offices is planted.
"""

from __future__ import annotations

from collections.abc import Iterator

from procmine.simulate.appointments_truth import jointly
from procmine.simulate.course import freely_begun
from procmine.simulate.office import Office
from procmine.simulate.truth_cells import Cell, seen_as_free, seen_values, unplanted


def choice_cells(office: Office) -> Iterator[Cell]:
    """Truths of voluntary_entry, informed_transition, followup_gap, arrivals, joint_teams and outsourcing."""
    yield _voluntary(office)
    yield _informed(office)
    kept = 1 - office.recording.gap("decision_mode")
    for arm, share in (("first", jointly(office, first=True)), ("later", jointly(office, first=False))):
        told = seen_as_free(office, share, 1.0) * kept
        yield Cell("followup_gap", (), kept, kept, told, 1.0, share, arm=arm, adds_up=False)
    yield _arrivals(office)
    absent, support = office.recording.absent, office.support
    known = float("participants" not in absent)
    yield _of_items("joint_teams", 1.0, known, known * support.joint, support.joint)
    seen = support.provided * ("to_org" not in absent)  # who else runs it has a role of the job centre
    yield _of_items("outsourcing", 1.0, 1.0, seen, support.provided)


def _of_items(metric: str, items: float, known: float, hits: float, practised: float) -> Cell:
    return Cell(metric, (), items, known, hits, items, items * practised, adds_up=False)


def _voluntary(office: Office) -> Cell:
    """The mode of decision stands with offer, assignment and start, the legal notice with the assignment alone."""
    recording, share = office.recording, freely_begun(office)
    if "link_id" in recording.absent:
        return unplanted("voluntary_entry")
    decided = 1 - recording.gap("decision_mode") ** 3
    known = hits = 0.0
    for number, free, notice in ((share, 1.0, "none"), (1 - share, 0.0, "full")):
        seen_free = seen_as_free(office, free, 1.0)
        for seen, chance in seen_values(office, "legal_notice", notice, recorded=True):
            known += number * decided * chance * (seen != "")
            hits += number * decided * chance * seen_free * (seen not in ("", "full"))
    return _of_items("voluntary_entry", 1.0, known, hits, share)


def _informed(office: Office) -> Cell:
    """Every start has a contact in the sixty days before it. Special support is begun as freely as measures are, but
    tells it once, not three times: where the mode has gaps, the two differ in what is known."""
    if office.recording.gap("decision_mode") > 0.0:
        return unplanted("informed_transition")
    share = freely_begun(office)
    return _of_items("informed_transition", 1.0, 1.0, seen_as_free(office, share, 1.0), share)


def _arrivals(office: Office) -> Cell:
    """All arrivals that are reported are in time; who is not reported to have arrived is not known."""
    if "link_id" in office.recording.absent:
        return unplanted("arrivals")
    h = office.handover
    reported = h.warm_external * min(1.0, 1.5 * h.arrival) + (1 - h.warm_external) * min(1.0, 0.8 * h.arrival)
    return _of_items("arrivals", 1.0, reported, reported, 1.0)
