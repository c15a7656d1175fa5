"""Models: what a log's process looks like, who hands over to whom and how it varies, as they leave the privacy door.

A verb gives the value, for whoever asks for one thing; its past participle the same with its seal, for a whole run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from procmine.beside import Submit, at_once
from procmine.errors import UsageError
from procmine.log import Log
from procmine.mine.branches.content import load_known
from procmine.mine.branches.steered import steering
from procmine.mine.chosen import Chosen
from procmine.mine.discover import discover as mine
from procmine.mine.discover import measure
from procmine.mine.discover import mine as mine_alone
from procmine.mine.fit.quality import BUDGET
from procmine.mine.handover.network import handovers as count_handovers
from procmine.mine.handover.network import measured
from procmine.mine.variety.figures import control_flow, variety_by_office, variety_of_all
from procmine.mine.variety.figures import variety as vary
from procmine.mine.working_days import Lands
from procmine.model import Handovers, Model, Steered, Variety
from procmine.norms import load_norms
from procmine.privacy import (
    Released,
    join,
    least_workers,
    profile_named,
    refuse_few,
    release_branches,
    release_handovers,
    release_model,
    release_variety,
)

EVERY_CASE = Chosen()
# Days of a case that periods are compared by: at most half a year, at least four weeks.
LONGEST, SHORTEST = 182, 28


def discover(
    log: Log,
    *,
    noise: float = 0.2,
    algorithm: str = "inductive",
    chosen: Chosen = EVERY_CASE,
    keep: float = 1.0,
    rare: float = 0.0,
    privacy: str = "internal",
    study: Path | None = None,
) -> Model:
    """The process model of a log or of the chosen cases, as it leaves the privacy door. Raises UsageError,
    ContentError, and PrivacyError where there are too few cases to show anything."""
    lands = lands_of(log, study)
    found = mine(log, noise=noise, algorithm=algorithm, chosen=chosen, keep=keep, rare=rare, lands=lands)
    refuse_few(found.cases, privacy, log.name)
    return release_model(found, privacy, workers=workers_behind(log, chosen)).value


def branches(
    log: Log, *, noise: float = 0.2, chosen: Chosen = EVERY_CASE, privacy: str = "internal", study: Path | None = None
) -> Steered:
    """What the choice at each branch of the model is associated with: the case's voice, its profile, the organisation.
    Raises UsageError, ContentError."""
    found = discovered(log, noise=noise, chosen=chosen, privacy=privacy, study=study, budget=0).value.steered
    assert found is not None  # noqa: S101 - `discovered` always fills it
    return found


def discovered(
    log: Log,
    *,
    noise: float = 0.2,
    chosen: Chosen = EVERY_CASE,
    privacy: str,
    study: Path | None = None,
    budget: int = BUDGET,
    work: float = 1.0,
    submit: Submit = at_once,
) -> Released[Model]:
    """The model with what its branches are associated with; ``budget`` bounds the work on its quality, ``work`` is
    the part of the work to do on its branches. What needs no engine goes through ``submit``."""
    mined = mine_alone(log, noise=noise, chosen=chosen, lands=lands_of(log, study))
    refuse_few(mined.model.cases, privacy, log.name)
    quality = submit(measure, mined, budget) if budget else None
    workers = workers_behind(log, chosen)
    known = load_known(log.schema, study)
    found = steering(log, known, mined.model.tree, mined.courses, chosen, work=work, submit=submit)
    model = replace(mined.model, quality=quality.result() if quality else None)
    shown = release_model(model, privacy, workers=workers)
    names = {step.activity for step in shown.value.steps}
    both = join(shown, release_branches(found, privacy, names=names, workers=workers, cases=model.cases))
    return both.map(lambda parts: replace(parts[0], steered=parts[1]))


def lands_of(log: Log, study: Path | None) -> Lands:
    """In which Land each office lies, as the study's norms say. Raises ContentError."""
    if study is None:
        return Lands()
    norms = load_norms(log.schema, study)
    return Lands(norms.land, norms.lands)


def two_models(
    log: Log, chosen: Chosen, against: str, *, noise: float = 0.2, privacy: str = "internal"
) -> tuple[tuple[Released[Model], Released[Model]], tuple[str, str]]:
    """The models of two groups of cases that share no case, with their names: the chosen office, team or segment and
    ``against``, another one; or, where ``against`` is a day, the cases that begin before it and from it on, each with
    as many of its first days as leaves half the time after that day to begin in (at most ``LONGEST``). Raises
    UsageError."""
    sides, names = _sides(chosen, against, date.fromisoformat(log.receipt["observation"]["last_day"]))
    found = [mine(log, noise=noise, chosen=side, budget=0) for side in sides]
    for model, name in zip(found, names, strict=True):
        refuse_few(model.cases, privacy, f"{log.name}, {name}")
    first, second = (
        release_model(model, privacy, workers=workers_behind(log, side))
        for model, side in zip(found, sides, strict=True)
    )
    return (first, second), names


def _sides(chosen: Chosen, against: str, last: date) -> tuple[tuple[Chosen, Chosen], tuple[str, str]]:
    try:
        day = date.fromisoformat(against)
    except ValueError:
        named = [(column, value) for column in ("segment", "team", "office") if (value := getattr(chosen, column))]
        if not named or named[0][1] == against:
            raise UsageError(
                f"Nothing to hold against {against!r}.",
                hint="Name the other office, team or segment too (--office JC-01 --against JC-02), or a day.",
            ) from None
        column, value = named[0]
        other = {"office": chosen.office, "team": chosen.team, "segment": chosen.segment} | {column: against}
        return (chosen, replace(chosen, **other)), (value, against)  # type: ignore[arg-type]  # its texts only
    days = min(LONGEST, (last - day).days // 2) if chosen.days is None else chosen.days
    if days < SHORTEST:
        raise UsageError(
            f"After {day} the log goes on for too short a time to tell what differs.",
            hint=f"Choose a day at least {2 * SHORTEST} days before {last}.",
        )
    before = replace(chosen, end=day - timedelta(days=1), days=days)
    after = replace(chosen, start=day, days=days)
    return (before, after), (f"begun before {day}, first {days} days", f"begun from {day} on, first {days} days")


def handovers(log: Log, *, by: str = "function", chosen: Chosen = EVERY_CASE, privacy: str = "internal") -> Handovers:
    """Who hands over to whom, how warmly and how soon somebody is seen: between functions, teams or partners, never
    caseworkers. Raises UsageError."""
    return handed_over(log, by=by, chosen=chosen, privacy=privacy).value


def handed_over(log: Log, *, by: str, chosen: Chosen = EVERY_CASE, privacy: str) -> Released[Handovers]:
    """The handovers; the measures of their network are worked out from what may be shown."""
    # On the workbench a team of which no caseworker can be counted stands for itself.
    counted = "worker" not in log.absent and log.receipt["pseudonyms"]["workers"] != "case-local"
    least = least_workers(privacy) if counted or not profile_named(privacy).exact else 0
    return release_handovers(count_handovers(log, by=by, chosen=chosen, least_workers=least), privacy).map(measured)


def variety(
    log: Log, *, chosen: Chosen = EVERY_CASE, by_office: bool = False, privacy: str = "internal"
) -> tuple[Variety, ...]:
    """How varied the courses are, of all chosen cases and, if asked, of each office at one size. Raises UsageError."""
    return varied(log, chosen=chosen, by_office=by_office, privacy=privacy).value


def varied(
    log: Log,
    *,
    chosen: Chosen = EVERY_CASE,
    by_office: bool,
    privacy: str,
    model: Callable[[], Released[Model]] | None = None,
) -> Released[tuple[Variety, ...]]:
    """The variety of the whole, with the mined model's own complexity, then of each office. ``model`` gives the model
    of the same cases where it is mined anyway; it is asked for last, so that it may be mined meanwhile."""
    if by_office and chosen == EVERY_CASE:
        whole, *offices = variety_of_all(log)
    else:
        whole, offices = vary(log, chosen=chosen), list(variety_by_office(log)) if by_office else []
    if model is None:
        mined = mine(log, chosen=chosen, budget=0)
        refuse_few(mined.cases, privacy, log.name)
        tree = mined.tree
    else:
        tree = model().value.tree
    whole = replace(whole, control_flow=None if tree is None else control_flow(tree))
    return release_variety((whole, *offices), privacy)


def workers_behind(log: Log, chosen: Chosen = EVERY_CASE) -> int | None:
    """Distinct caseworkers behind a model, None where nobody knows: the privacy door needs the number and shows it to
    nobody."""
    if log.receipt["pseudonyms"]["workers"] == "case-local":  # then only the import could count them
        staff = log.receipt["staff"]
        known = {EVERY_CASE: staff["all"]} | {Chosen(office=name): many for name, many in staff["offices"].items()}
        return known.get(chosen)
    cases = chosen.condition(log.engine)
    return int(log.engine.run(f"SELECT COUNT(DISTINCT worker) FROM events WHERE worker IS NOT NULL AND {cases}")[0][0])
