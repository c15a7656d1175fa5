"""What a scenario says: offices, how each practises and how each records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# What must be there for a log to be read at all, and for the planted truth to mean what tables.md says.
ALWAYS_RECORDED = frozenset({"case_id", "event_id", "activity", "timestamp", "office", "role", "appointment_id"})
# Columns whose gaps and defaults leave the planted truth computable; gaps fall completely at random.
MAY_BE_MISSING = (
    "worker", "initiator", "setting_mode", "occasion", "legal_notice", "outcome", "channel", "access_route", "location",
    "visit_purpose", "format", "members_present", "action_form", "topic", "target", "decision_mode", "options_offered",
    "handover_type", "change_reason", "duration_min", "planned_at", "requested_at", "recorded_at", "benefit_state",
)  # fmt: skip
MAY_HAVE_DEFAULT = (
    "initiator", "setting_mode", "occasion", "legal_notice", "location", "visit_purpose", "handover_type",
    "decision_mode", "target", "topic", "format",
)  # fmt: skip


def _share(default: float) -> float:
    return field(default=default, metadata={"least": 0.0, "most": 1.0})


def _number(default: float, least: float, most: float) -> float:
    return field(default=default, metadata={"least": least, "most": most})


def _whole(default: int, least: int, most: int) -> int:
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Initiative:
    """Who begins an appointment, and how it is set."""

    self_initiated: float = _share(0.30)
    between_cases: float = _number(0.15, 0.0, 0.9)
    household_member: float = _share(0.05)
    self_booked: float = _share(0.40)
    jointly_agreed: float = _share(0.30)
    confirmed: float = _share(0.20)
    full_notice: float = _share(0.55)
    without_occasion: float = _share(0.35)
    unmet_requests: float = _share(0.15)
    request_names_role: float = _share(0.40)


@dataclass(frozen=True, slots=True)
class Attendance:
    """What becomes of an appointment."""

    no_show_office_set: float = _share(0.20)
    no_show_agreed: float = _share(0.07)
    cancelled_office_set: float = _share(0.06)
    cancelled_agreed: float = _share(0.12)
    cancelled_by_office: float = _share(0.04)
    rescheduled: float = _share(0.08)
    left_open: float = _share(0.01)


@dataclass(frozen=True, slots=True)
class Contacts:
    """How many appointments and other contacts a case has."""

    appointments: float = _number(5.5, 1.0, 20.0)
    appointments_at_most: int = _whole(16, 1, 30)
    unscheduled: float = _number(1.5, 0.0, 10.0)
    walk_in: float = _share(0.30)
    open_hours: float = _share(0.15)
    remote: float = _share(0.15)
    benefits: float = _number(2.5, 0.0, 10.0)
    benefits_remote: float = _share(0.60)
    benefits_counselling: float = _share(0.25)
    direct: float = _share(0.40)
    household_meetings: float = _share(0.05)
    group_sessions: float = _share(0.05)


@dataclass(frozen=True, slots=True)
class Continuity:
    """Who of the team meets the person, and how often responsibility moves."""

    team_size: int = _whole(6, 3, 40)
    own_worker: float = _share(0.80)
    changes: tuple[float, ...] = (0.65, 0.27, 0.08)
    benefits_team_size: int = _whole(5, 3, 40)
    benefits_own_worker: float = _share(0.45)
    cases_per_worker: int = _whole(40, 5, 500)


@dataclass(frozen=True, slots=True)
class Place:
    """Where agreed contacts in person take place."""

    outside: float = _share(0.12)
    between_cases: float = _number(0.10, 0.0, 0.9)
    client_home: float = _share(0.40)
    social_space: float = _share(0.25)
    partner_site: float = _share(0.20)
    employer: float = _share(0.10)
    public_place: float = _share(0.05)
    control: float = _share(0.20)
    restore_contact: float = _share(0.25)


@dataclass(frozen=True, slots=True)
class Handover:
    """How a case is handed on: to the next worker, to the benefits side, to others outside."""

    warm_internal: float = _share(0.25)
    warm_external: float = _share(0.20)
    accompanied: float = _share(0.30)
    facilitated: float = _share(0.35)
    file_only: float = _share(0.35)
    to_benefits: float = _share(0.25)
    referrals: tuple[float, ...] = (0.55, 0.33, 0.12)
    arrival: float = _share(0.45)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How contacts follow each other: a prescribed interval, or the need."""

    interval_days: int = _whole(42, 7, 180)
    adherence: float = _share(0.45)


@dataclass(frozen=True, slots=True)
class Steps:
    """What else happens in a case, as shares of cases or of contacts."""

    cooperation_plan: float = _share(0.75)
    joint_decision: float = _share(0.50)
    first_joint_more: float = _share(0.0)
    practical: float = _share(0.22)
    conditions: float = _share(0.38)
    placement_proposal: float = _share(0.12)
    measure: float = _share(0.35)
    voluntary: float = _share(0.45)
    dropout: float = _share(0.22)
    reduction: float = _share(0.45)
    reduction_lifted: float = _share(0.25)
    segment_change: float = _share(0.10)
    benefit_issue: float = _share(0.12)
    resolved_at_once: float = _share(0.10)
    suspension: float = _share(0.05)
    objection: float = _share(0.06)
    reduction_objection: float = _share(0.15)
    mandate: float = _share(0.0)
    other_work: float = _number(1.6, 0.0, 10.0)


@dataclass(frozen=True, slots=True)
class Mandates:
    """What becomes of a documented mandate; how many cases have one stands in ``Steps.mandate``."""

    declined: float = _share(0.06)
    confirmed: float = _share(0.35)
    extended: float = _share(0.20)
    withdrawn: float = _share(0.08)
    renewed: float = _share(0.40)


@dataclass(frozen=True, slots=True)
class Support:
    """Special support (besondere Betreuung): who runs it, whether both sides meet the person together, how it ends."""

    share: float = _share(0.28)
    coached: float = _share(0.25)
    provided: float = _share(0.40)
    joint: float = _share(0.45)
    returned: float = _share(0.70)


@dataclass(frozen=True, slots=True)
class FormDefault:
    """A form that fills itself: ``value`` replaces what happened in ``share`` of the entries."""

    value: str
    share: float = _share(1.0)


@dataclass(frozen=True, slots=True)
class Recording:
    """What the office's system keeps of what happened."""

    absent: tuple[str, ...] = ()
    missing: Mapping[str, float] = field(default_factory=dict)
    form_default: Mapping[str, FormDefault] = field(default_factory=dict)
    booked_on_owner: float = _share(0.0)

    def gap(self, column: str) -> float:
        """The share of a column's entries that are left empty; 1 where the column is absent."""
        return 1.0 if column in self.absent else self.missing.get(column, 0.0)


@dataclass(frozen=True, slots=True)
class Office:
    """One job centre: its practice in ten parts and its recording."""

    office: str
    name: str = ""
    carrier: str = "gE"
    comparison_type: str = "IIb"
    cases: int = _whole(400, 1, 10_000_000)
    stock: float = _share(0.35)
    open_at_end: float = _share(0.50)
    initiative: Initiative = Initiative()
    attendance: Attendance = Attendance()
    contacts: Contacts = Contacts()
    continuity: Continuity = Continuity()
    place: Place = Place()
    handover: Handover = Handover()
    rhythm: Rhythm = Rhythm()
    steps: Steps = Steps()
    mandates: Mandates = Mandates()
    support: Support = Support()
    recording: Recording = Recording()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of offices in one window of days."""

    name: str
    title: Mapping[str, str]
    first_day: date
    last_day: date
    offices: tuple[Office, ...]
