"""The planted truth: what a correct measurement of the log must find on average, computed from the scenario alone.

``value`` is the expectation under what the office practises *and* records, item by item as the metric counts;
``practised`` is what would be found if everything had been recorded as it happened; ``coverage`` is the expected share
of items whose value the log says. Every figure is a ratio of expectations per case, so groups add up over offices.

Continuity. COC is the share of agreeing pairs of contacts (Bice and Boxerman 1977). Two contacts under one responsible
worker agree with chance a = q² + (1-q)²/(k-1), under two different ones with b = 2q(1-q)/(k-1) + (k-2)((1-q)/(k-1))²;
with m changes they lie under one with chance 2/(m+2). So E[COC] = Σ P(m) (2a + m·b)/(m+2), for any number of contacts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from procmine.simulate.acts_truth import act_cells
from procmine.simulate.appointments_truth import appointment_cells, contact_cells
from procmine.simulate.choices_truth import choice_cells
from procmine.simulate.draw import Floats, count_law
from procmine.simulate.office import Office
from procmine.simulate.truth_cells import (
    SELF,
    Cell,
    appointments,
    attended,
    fewer_than,
    joint_meetings,
    mean,
    seen_values,
    thinned,
)

_OUTSIDE = frozenset({"client_home", "social_space", "partner_site", "employer", "public_place"})
_WARM = frozenset({"warm", "accompanied"})
# Metrics that are a difference: the truth is that of their first arm less that of their second.
ARMS = {
    "no_show_by_setter": ("office_set", "agreed"),
    "cancellation_by_setter": ("office_set", "agreed"),
    "followup_gap": ("first", "later"),
}
_SITES = ("client_home", "social_space", "partner_site", "employer", "public_place")


def planted(offices: tuple[tuple[Office, int], ...]) -> list[dict[str, Any]]:
    """The truth for each metric: all offices together, each office, and by function or kind of transfer.

    Takes offices with their numbers of cases; returns objects with metric, group, value, practised, coverage. What has
    no closed form in an office (a cell that is not a number) is left out there and wherever that office is part.
    """
    sums: dict[tuple[str, str, tuple[tuple[str, str], ...]], Floats] = defaultdict(lambda: np.zeros(5))
    for office, cases in offices:
        for cell in _cells(office):
            numbers = cases * np.array(
                [cell.items, cell.known, cell.hits, cell.practised_items, cell.practised_hits], dtype=float
            )
            wide = {(), cell.part} if cell.adds_up else set()
            for group in wide | {(("office", office.office),), (("office", office.office), *cell.part)}:
                sums[cell.metric, cell.arm, group] += numbers
    # Left out as well: parts of which no item is expected, recorded or not.
    told = {(metric, group) for (metric, _, group), numbers in sums.items() if numbers[0] > 0 or numbers[3] > 0}
    groups = sorted(told, key=lambda key: (key[0], len(key[1]), key[1]))
    return [
        _entry(metric, group, [sums[metric, arm, group] for arm in ARMS.get(metric, ("",))]) for metric, group in groups
    ]


def _entry(metric: str, group: tuple[tuple[str, str], ...], arms: list[Floats]) -> dict[str, Any]:
    """The truth of a metric in a group: a ratio, or the difference of its two arms' ratios."""
    values = [_ratio(hits, known) for _, known, hits, _, _ in arms]
    practised = [_ratio(hits, items) for *_, items, hits in arms]
    items, known = sum(float(arm[0]) for arm in arms), sum(float(arm[1]) for arm in arms)
    return {
        "metric": metric,
        "group": dict(group),
        "value": _less(values),
        "practised": _less(practised),
        "coverage": _ratio(known, items),
    }


def _less(values: list[float | None]) -> float | None:
    first, *rest = values
    if not rest or first is None:
        return first
    return None if rest[0] is None else first - rest[0]


def _ratio(part: float, whole: float) -> float | None:
    return float(part / whole) if whole > 0 else None


def _cells(office: Office) -> Iterator[Cell]:
    yield _self_initiated(office)
    yield from _continuity(office)
    yield from _out_of_office(office)
    yield from _warm(office)
    yield from appointment_cells(office)
    yield from contact_cells(office)
    yield from act_cells(office)
    yield from choice_cells(office)


def _self_initiated(office: Office) -> Cell:
    a, recording = office.attendance, office.recording
    final = mean(appointments(office)) * (1 - a.left_open - a.cancelled_by_office)
    share = office.initiative.self_initiated
    items = final * (1 - recording.gap("outcome"))
    known = items * (1 - recording.gap("initiator"))
    default = recording.form_default.get("initiator")
    seen = share
    if default is not None:
        seen = share * (1 - default.share) + default.share * (default.value in SELF)
    return Cell("self_initiated_appointments", (), items, known, known * seen, final, final * share)


def _continuity(office: Office) -> Iterator[Cell]:
    c, recording = office.continuity, office.recording
    gap, booked = recording.gap("worker"), recording.booked_on_owner
    benefits = count_law(office.contacts.benefits)
    sides = (
        (
            "integration",
            c.own_worker,
            c.team_size,
            c.changes,
            _three_contacts(office, 0.0),
            _three_contacts(office, gap),
        ),
        (
            "benefits",
            c.benefits_own_worker,
            c.benefits_team_size,
            (1.0,),
            _three(benefits, 1.0),
            _three(benefits, 1 - gap),
        ),
    )
    for function, own, team, changes, practised, items in sides:
        seen = expected_coc(own + (1 - own) * booked, team, changes)
        really = expected_coc(own, team, changes)
        part = (("function", function),)
        yield Cell("caseworker_continuity", part, items, items, items * seen, practised, practised * really)


def expected_coc(own: float, team: int, changes: tuple[float, ...]) -> float:
    """The expected COC of a case whose responsible worker has a contact with chance ``own``, else any of the team."""
    other = (1 - own) / (team - 1)
    same = own**2 + (1 - own) * other
    apart = 2 * own * other + (team - 2) * other**2
    return sum(share * (2 * same + number * apart) / (number + 2) for number, share in enumerate(changes))


def _three_contacts(office: Office, gap: float) -> float:
    return 1.0 - fewer_than(office, 3, gap)


def _three(law: Floats, chance: float) -> float:
    return 1.0 - sum(thinned(law, chance, 3))


def _out_of_office(office: Office) -> Iterator[Cell]:
    c = office.contacts
    scheduled = mean(appointments(office)) * float(attended(office, office.initiative.self_initiated))
    unscheduled = mean(count_law(c.unscheduled))
    integration: dict[tuple[str, str], float] = defaultdict(float)
    integration["remote", ""] += scheduled * c.remote + unscheduled * (1 - c.walk_in - c.open_hours)
    integration["social_space", "support"] += unscheduled * c.open_hours
    integration["office", ""] += unscheduled * c.walk_in + scheduled * (1 - c.remote) * (1 - office.place.outside)
    for (site, purpose), share in _sites(office):
        integration[site, purpose] += scheduled * (1 - c.remote) * office.place.outside * share
    met = mean(count_law(c.benefits))
    benefits = {("remote", ""): met * c.benefits_remote, ("office", ""): met * (1 - c.benefits_remote)}
    video = {("remote", ""): joint_meetings(office)}
    for function, places in (("integration", dict(integration)), ("benefits", benefits), ("provider", video)):
        items, known, hits = _placed(office, places, recorded=True)
        practised, _, real = _placed(office, places, recorded=False)
        part = (("function", function),)
        yield Cell("out_of_office_contacts", part, items, known, hits, practised, real)


def _sites(office: Office) -> Iterator[tuple[tuple[str, str], float]]:
    p = office.place
    total = sum(getattr(p, site) for site in _SITES)
    home = {"control": p.control, "restore_contact": p.restore_contact, "support": 1 - p.control - p.restore_contact}
    for site in _SITES:
        share = getattr(p, site) / total
        for purpose, part in home.items() if site == "client_home" else (("support", 1.0),):
            yield (site, purpose), share * part


def _placed(office: Office, places: dict[tuple[str, str], float], *, recorded: bool) -> tuple[float, float, float]:
    """Items, known items and hits of out_of_office_contacts among contacts at these places."""
    recording = office.recording
    items = known = hits = 0.0
    for (place, purpose), number in places.items():
        for seen_place, chance in seen_values(office, "location", place, recorded=recorded):
            if seen_place == "" and place == "remote":
                chance *= recording.gap("channel")  # the channel still tells it
            for seen_purpose, part in seen_values(office, "visit_purpose", purpose, recorded=recorded):
                weight = number * chance * part
                if seen_place == "remote":
                    continue
                told = seen_place != "" and (seen_place not in _OUTSIDE or seen_purpose != "")
                items += weight
                known += weight * told
                hits += weight * (told and seen_place in _OUTSIDE and seen_purpose != "control")
    return items, known, hits


def _warm(office: Office) -> Iterator[Cell]:
    h, recording = office.handover, office.recording
    seen = 1.0 - fewer_than(office, 1, 0.0)
    # (kind, transfers a case, share warm, whether a joint meeting tells a warm one whose type is not recorded)
    kinds = (
        ("internal", mean(np.array(office.continuity.changes)), h.warm_internal, False),
        ("internal", h.to_benefits, h.warm_internal, True),
        ("external", mean(np.array(h.referrals)), h.warm_external, True),
    )
    gap, default = recording.gap("handover_type"), recording.form_default.get("handover_type")
    filled = default.share if default is not None else 0.0
    for kind, number, warm, told in kinds:
        items = seen * number
        told = told and "participants" not in recording.absent
        written = warm * (1 - filled) + filled * (default is not None and default.value in _WARM)
        known = items * ((1 - gap) + gap * warm * told)
        hits = items * ((1 - gap) * written + gap * warm * told)
        yield Cell("warm_handovers", (("transfer_kind", kind),), items, known, hits, items, items * warm)
