# ruff: noqa: E501 - tables of texts read better a row a line
"""Findings of twelve made-up job centres: the whole span of statuses, and names that try to be something else."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from procmine.findings import Comparison, Findings, Funnel, Measurement, Signal, Status
from procmine.model import Model, Share, Steering, Step, Variant, Way
from procmine.stats.funnel import binomial_limits, binomial_tail, normal_limits, normal_tail, size_grid
from procmine.stats.intervals import wilson

HOSTILE_OFFICE = '</script><img src=x onerror="document.title=1"> $x^2$ {count} \u202egnp'
HOSTILE_ACTIVITY = '"><img src=x onerror=alert(1)></script><b>'
OFFICES = (
    "Ahrensfeld", "Bruchhausen", "Castrop-Süd", "Dornstadt", "Elbmarsch", "Freienthal", "Grünau-Land", "Hohenrode",
    "Ilmtal", "Kreis Lindenau (Nebenstelle West)", "Neuwied an der Aue", "Östringen",
)  # fmt: skip
SHEETS: dict[str, Any] = {
    "self_initiated_appointments": ("share", "Selbst veranlasste Termine", "Self-initiated appointments", 0.21),
    "caseworker_continuity": ("mean", "Betreuungskontinuität", "Caseworker continuity", 0.47),
    "out_of_office_contacts": ("share", "Kontakte außerhalb der Dienststelle", "Out-of-office contacts", 0.09),
    "warm_handovers": ("share", "Warme Übergaben", "Warm handovers", 0.34),
    "no_show_by_setter": ("share", "Versäumte Termine", "Missed appointments", 0.18),
    "request_fulfilment": ("share", "Erfüllte Terminwünsche", "Fulfilled requests", 0.63),
}


def both(de: str, en: str) -> dict[str, str]:
    """A text in both languages."""
    return {"de": de, "en": en}


def sheets() -> dict[str, Any]:
    """Metric sheets with what the report reads of procmine.metric.Metric: the texts of one, the titles of six."""
    return {name: _sheet(name, unit, de, en) for name, (unit, de, en, _) in SHEETS.items()}


def _sheet(name: str, unit: str, de: str, en: str) -> Any:
    return SimpleNamespace(
        name=name,
        version=1,
        unit=unit,
        polarity="lower" if name == "no_show_by_setter" else "higher",
        title=both(de, en),
        question=both(
            "Wie oft beginnt ein Termin bei denen, die Leistungen beziehen?",
            "How often do clients begin an appointment?",
        ),
        definition=both(
            "Anteil der Termine, die Leistungsberechtigte veranlasst haben.",
            "Share of appointments that clients began.",
        ),
        counts={
            "numerator": both(
                "Termine, die eine leistungsberechtigte Person veranlasst hat", "appointments that a client began"
            ),
            "denominator": both(
                "Termine mit Ergebnis und erfasster Veranlassung", "appointments with outcome and recorded initiator"
            ),
        },
        answers_to=SimpleNamespace(
            message=2, sentence="Gespräche auf Initiative der Leistungsberechtigten erschweren oder ausschließen"
        ),
        caveats={
            "de": ("Vorsprachen in Not zählen mit.", "Wer eingibt, ist nicht, wer veranlasst."),
            "en": ("Visits in distress count.", "Who types is not who began."),
        },
        gaming={
            "de": ("Behördentermine als „auf Wunsch“ buchen.",),
            "en": ("Booking office appointments as “on request”.",),
        },
        counter_checks={"de": ("Ging eine Nachricht voraus?",), "en": ("Did a message come before?",)},
        beside={"de": ("Ungeklärte Leistungsfragen.",), "en": ("Unsettled benefit issues.",)},
        counter_metrics=("no_show_by_setter", "request_fulfilment"),
    )


def labels() -> dict[str, Any]:
    """Titles of activities and codes by language, as vocabulary.toml has them."""
    return {name: {"de": de, "en": en} for name, de, en in ACTIVITIES} | {
        "function": {"de": "Funktion", "en": "function"},
        "integration": {"de": "Vermittlung und Beratung", "en": "Integration"},
        "benefits": {"de": "Leistung", "en": "Benefits"},
        "transfer_kind": {"de": "Art der Übergabe", "en": "kind of transfer"},
        "internal": {"de": "innerhalb des Jobcenters", "en": "within the job centre"},
        "external": {"de": "an andere Stellen", "en": "to others"},
    }


@dataclass(frozen=True, slots=True)
class _Case:
    """What one office has in one metric before it is a Measurement."""

    office: str
    value: float
    items: int
    known: int
    status: Status
    reason: dict[str, str]


def findings(*, hostile: bool = False, offices: int = 12, seed: int = 7) -> Findings:
    """Believable findings; with ``hostile`` one office and one activity bear names that are attacks."""
    chance = random.Random(seed)  # noqa: S311 - the same findings every time, nothing secret
    names = [HOSTILE_OFFICE if hostile and place == 3 else name for place, name in enumerate(OFFICES[:offices])]
    measurements: list[Measurement] = []
    comparisons: list[Comparison] = []
    funnels: list[Funnel] = []
    for metric, (unit, _, _, reference) in SHEETS.items():
        cases = [_case(metric, place, name, reference, chance) for place, name in enumerate(names)]
        found = [_measurement(metric, unit, case) for case in cases]
        whole = _whole(metric, unit, found)
        measurements += [*found, whole]
        if offices > 1:
            theta = whole.value or reference
            sizes = size_grid(max((m.effective_n or 2.0) for m in found))
            limits = [_limits(unit, theta, size) for size in sizes]
            funnels.append(Funnel(metric, theta, sizes, *(tuple(column) for column in zip(*limits, strict=True))))
            comparisons += [_comparison(unit, m, theta) for m in found]
    measurements += _splits()
    return Findings(
        title="Fallsteuerung in zwölf Jobcentern",
        receipt=receipt(names),
        measurements=tuple(measurements),
        comparisons=tuple(comparisons),
        funnels=tuple(funnels),
        model=model(hostile=hostile),
        privacy="shared",
        period=("2024-07", "2026-06"),
        versions={"procmine": "0.1.0", "duckdb": "2.0.0"},
    )


def _case(metric: str, place: int, name: str, reference: float, chance: random.Random) -> _Case:
    missing = {
        "de": "Das Merkmal handover_type fehlt im Auszug.",
        "en": "The attribute handover_type is absent from the export.",
    }
    few = {"de": "Weniger als 30 Fälle.", "en": "Fewer than 30 cases."}
    held = {"de": "Weniger als 10 Fachkräfte stehen dahinter.", "en": "Fewer than 10 caseworkers stand behind it."}
    status, reason, coverage = Status.OK, {}, 0.88 + 0.11 * chance.random()
    items = int(chance.lognormvariate(7.3, 0.55) * (0.22 if metric == "warm_handovers" else 1)) // 5 * 5
    if metric == "warm_handovers" and place in (2, 8):
        status, reason, coverage = Status.NOT_MEASURABLE, missing, 0.0
    elif metric == "out_of_office_contacts" and place in (1, 6, 9):
        status, reason, coverage = Status.LOW_COVERAGE, {}, 0.62
    elif metric == "warm_handovers" and place == 10:
        status, reason, items = Status.INSUFFICIENT_N, few, 20
    elif metric == "caseworker_continuity" and place == 5:
        status, reason = Status.SUPPRESSED, held
    shift = (
        {0: 0.05, 4: -0.045, 7: 0.075}.get(place, 0.0)
        if metric in ("self_initiated_appointments", "warm_handovers")
        else 0.0
    )
    value = min(0.95, max(0.01, reference + shift + chance.gauss(0, 0.013)))
    return _Case(name, value, items, int(items * coverage), status, reason)


def _measurement(metric: str, unit: str, case: _Case) -> Measurement:
    shown = case.status in (Status.OK, Status.LOW_COVERAGE, Status.INSUFFICIENT_N)
    hits = round(case.value * case.known)
    value = (hits / case.known if unit == "share" else case.value) if shown else None
    size = case.known / 1.4
    half = 1.96 * 0.26 / max(size, 1) ** 0.5
    interval = (
        (wilson(hits / 1.4, size) if unit == "share" else (case.value - half, case.value + half)) if shown else None
    )
    told = case.status is not Status.SUPPRESSED
    return Measurement(
        metric=metric,
        version=1,
        group={"office": case.office},
        period=None,
        value=value,
        numerator=float(hits) if shown else None,
        denominator=float(case.known) if shown else None,
        items=case.items if told else None,
        cases=max(1, case.items // 3) if told else None,
        coverage=case.known / case.items if told and case.items else None,
        bounds=(hits / case.items, (hits + case.items - case.known) / case.items) if shown else None,
        interval=(float(interval[0]), float(interval[1])) if interval else None,
        status=case.status,
        reason=case.reason,
        effective_n=size if shown else None,
        workers=40,
    )


def _whole(metric: str, unit: str, found: list[Measurement]) -> Measurement:
    known = [m for m in found if m.value is not None and m.denominator]
    size = sum(m.denominator or 0 for m in known)
    value = sum((m.value or 0) * (m.denominator or 0) for m in known) / size
    items = sum(m.items or 0 for m in found)
    half = 1.96 * 0.5 / (size / 1.4) ** 0.5
    return Measurement(
        metric=metric, version=1, group={}, period=None, value=value, numerator=value * size, denominator=size, items=items,
        cases=items // 3, coverage=size / items, bounds=(value * size / items, value * size / items + 1 - size / items),
        interval=(value - half, value + half), status=Status.OK, effective_n=size / 1.4, case_mean=value * 0.93,
    )  # fmt: skip


def _limits(unit: str, theta: float, size: float) -> tuple[float, float, float, float]:
    low_998, low_95, high_95, high_998 = (
        binomial_limits(theta, size) if unit == "share" else normal_limits(theta, 0.26, size)
    )
    return low_998, low_95, high_95, high_998


def _comparison(unit: str, measured: Measurement, theta: float) -> Comparison:
    size = measured.effective_n
    if measured.status is not Status.OK or measured.value is None or not size:
        return Comparison(measured, theta, None, None, None, Signal.UNJUDGED)
    low_998, low_95, high_95, high_998 = _limits(unit, theta, size)
    tail, above = (
        binomial_tail(measured.value * size, size, theta)
        if unit == "share"
        else normal_tail(measured.value, theta, 0.26, size)
    )
    side = "ABOVE" if above else "BELOW"
    signal = Signal[f"{side}_998"] if tail < 0.001 else Signal[f"{side}_95"] if tail < 0.025 else Signal.NONE
    return Comparison(measured, theta, (low_95, high_95), (low_998, high_998), tail, signal)


def _splits() -> list[Measurement]:
    parts = (
        ("caseworker_continuity", "function", "integration", 0.52, 5200),
        ("caseworker_continuity", "function", "benefits", 0.38, 3900),
        ("warm_handovers", "transfer_kind", "internal", 0.41, 1900),
        ("warm_handovers", "transfer_kind", "external", 0.24, 1300),
    )
    return [
        Measurement(
            metric=metric, version=1, group={name: code}, period=None, value=value, numerator=value * n, denominator=float(n),
            items=int(n * 1.08), cases=n // 2, coverage=1 / 1.08, bounds=(value - 0.03, value + 0.05),
            interval=(value - 0.015, value + 0.015), status=Status.OK, effective_n=n / 1.4,
        )
        for metric, name, code, value, n in parts
    ]  # fmt: skip


ACTIVITIES = (
    ("application", "Antrag", "Application"),
    ("first_interview", "Erstgespräch", "First interview"),
    ("profiling", "Potenzialanalyse", "Profiling"),
    ("cooperation_plan", "Kooperationsplan", "Cooperation plan"),
    ("invitation_sent", "Einladung", "Invitation"),
    ("followup_interview", "Folgegespräch", "Follow-up interview"),
    ("missed_appointment", "Meldeversäumnis", "Missed appointment"),
    ("contact_request", "Terminwunsch", "Request for an appointment"),
    ("short_contact", "Kurzkontakt", "Short contact"),
    ("home_visit", "Hausbesuch", "Home visit"),
    ("benefit_notice", "Bescheid", "Benefit notice"),
    ("measure_offer", "Maßnahmeangebot", "Offer of a measure"),
    ("measure_start", "Maßnahmebeginn", "Start of a measure"),
    ("measure_end", "Maßnahmeende", "End of a measure"),
    ("referral", "Verweis", "Referral"),
    ("handover", "Übergabe", "Handover"),
    ("worker_change", "Wechsel der Fachkraft", "Change of caseworker"),
    ("exit", "Abmeldung", "Exit"),
)
COURSES = (
    (("application", "first_interview", "profiling", "cooperation_plan", "invitation_sent", "followup_interview", "exit"), 2310),
    (("application", "benefit_notice", "first_interview", "cooperation_plan", "invitation_sent", "missed_appointment",
      "invitation_sent", "followup_interview", "exit"), 1260),
    (("application", "first_interview", "contact_request", "short_contact", "followup_interview", "exit"), 1105),
    (("application", "first_interview", "profiling", "referral", "handover", "followup_interview", "exit"), 840),
    (("application", "benefit_notice", "first_interview", "profiling", "measure_offer", "measure_start", "measure_end",
      "followup_interview", "exit"), 795),
    (("application", "first_interview", "worker_change", "invitation_sent", "followup_interview", "short_contact", "exit"), 610),
    (("application", "first_interview", "home_visit", "followup_interview", "cooperation_plan", "exit"), 340),
    (("application", "first_interview", "contact_request", "home_visit", "handover", "followup_interview", "exit"), 215),
    (("application", "benefit_notice", "short_contact", "contact_request", "short_contact", "benefit_notice", "exit"), 190),
)  # fmt: skip
BEGUN = {
    "application": 0.96,
    "contact_request": 1.0,
    "short_contact": 0.55,
    "exit": 0.4,
    "home_visit": 0.3,
    "followup_interview": 0.22,
}


def model(*, hostile: bool = False) -> Model:
    """A model of a few courses with who began what."""
    courses = [(_renamed(course, hostile), cases) for course, cases in COURSES]
    events: dict[str, int] = {}
    ways: dict[tuple[str, str], int] = {}
    for course, cases in courses:
        for step in course:
            events[step] = events.get(step, 0) + cases
        for pair in itertools.pairwise(course):
            ways[pair] = ways.get(pair, 0) + cases
    steps = tuple(_step(name, count, courses) for name, count in sorted(events.items()))
    lines = tuple(
        Way(a, b, count, count, (3 + (len(a) * 7 + len(b) * 3) % 40) * 86400.0, 60 * 86400.0, _steering(count, 0.3))
        for (a, b), count in sorted(ways.items())
    )
    cases = sum(count for _, count in courses)
    variants = tuple(Variant(course, count) for course, count in courses)
    return Model(steps, lines, variants, 1412, cases, sum(events.values()), "inductive", 0.2, None, None, None)


def _renamed(course: tuple[str, ...], hostile: bool) -> tuple[str, ...]:
    return tuple(HOSTILE_ACTIVITY if hostile and step == "profiling" else step for step in course)


def _steering(count: int, by_client: float) -> Steering:
    known = int(count * 0.83)
    return Steering(
        Share(int(known * by_client), known, count),
        Share(int(known * 0.61), known, count),
        Share(int(known * 0.08), known, count),
        Share(0, 0, 0),
    )


def _step(name: str, count: int, courses: list[tuple[tuple[str, ...], int]]) -> Step:
    share = BEGUN.get(name, 0.04)
    client = int(count * 0.83 * share)
    starts = sum(cases for course, cases in courses if course[0] == name)
    ends = sum(cases for course, cases in courses if course[-1] == name)
    other = (
        "system_calendar" if name == "invitation_sent" else "provider" if name.startswith("measure_") else "caseworker"
    )
    initiators = (("", count - int(count * 0.83)), ("client", client), (other, int(count * 0.83) - client))
    return Step(name, count, min(count, 7665), starts, ends, _steering(count, share), initiators)


def receipt(names: list[str]) -> dict[str, Any]:
    """A receipt with an entry of every kind."""
    return {
        "schema": "procmine/receipt@1",
        "name": "auszug_2026_q2",
        "files": [
            {"name": "auszug_2026_q2.csv", "sha256": "9f2c" * 16, "bytes": 48211934, "format": "csv", "encoding": "cp1252",
             "delimiter": ";", "rows_read": 412330, "rows_accepted": 411128, "rows_quarantined": 1202},
        ],
        "rows_read": 412330,
        "rows_accepted": 411128,
        "rows_quarantined": 1202,
        "quarantine": [
            {"reason": "unreadable_timestamp", "rows": 1102, "first_line": 3391, "file": "auszug_2026_q2.csv"},
            {"reason": "missing_case_id", "rows": 100, "first_line": 17, "file": "auszug_2026_q2.csv"},
        ],
        "columns": [
            {"name": "initiator", "from": "VERANLASSER", "filled": 356000, "distinct": 6},
            {"name": "location", "from": "ORT", "filled": 290000, "distinct": 7},
        ],
        "absent": ["duration_min", "options_offered", "recorded_at"],
        "unmapped": ["BEMERKUNG"],
        "vocabulary": [{"column": "channel", "value": "Brieftaube <b>", "rows": 35}],
        "unreadable": [{"column": "due_date", "rows": 35}],
        "unknown": [{"column": "initiator", "value": "k. A.", "rows": 2240}],
        "system_workers": [{"value": "BATCH01", "rows": 8120}],
        "derived": [{"column": "setting_mode", "value": "client_booked", "rule": "portal => client_booked", "rows": 12045}],
        "decisions": [{"what": "encoding", "value": "cp1252", "how": "Umlaute in 1.204 Zeilen"}],
        "zone": "Europe/Berlin",
        "ties": {"same_time": 2210, "date_only": 15},
        "offices": [{"partition": place, "name": name, "cases": 600, "events": 33000} for place, name in enumerate(names)],
        "activities": [name for name, _, _ in ACTIVITIES],
        "cases": 7665,
        "events": 411125,
        "first_day": "2024-07-01",
        "last_day": "2026-06-30",
        "procmine": "0.1.0",
        "digest": "c0ffee" * 10 + "ab12",
        "source": {"name": "own", "title": {"de": "Fachverfahren A", "en": "System A"}, "attribution": "Erfundene Daten"},
    }  # fmt: skip
