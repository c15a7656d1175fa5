"""Models: what a log's process looks like, as it leaves the privacy door."""

from __future__ import annotations

from procmine.log import Log
from procmine.mine.chosen import Chosen
from procmine.mine.discover import discover as mine
from procmine.model import Model
from procmine.privacy import release_model

EVERY_CASE = Chosen()


def discover(
    log: Log,
    *,
    noise: float = 0.2,
    algorithm: str = "inductive",
    chosen: Chosen = EVERY_CASE,
    privacy: str = "internal",
) -> Model:
    """The process model of a log or of the chosen cases, as it leaves the privacy door. Raises UsageError."""
    found = mine(log, noise=noise, algorithm=algorithm, chosen=chosen)
    return release_model(found, privacy, workers=workers_behind(log, chosen)).value


def workers_behind(log: Log, chosen: Chosen = EVERY_CASE) -> int | None:
    """Distinct caseworkers behind a model, None where nobody knows: the privacy door needs the number and shows it to
    nobody."""
    if log.receipt["pseudonyms"]["workers"] == "case-local":  # then only the import could count them
        staff = log.receipt["staff"]
        known = {EVERY_CASE: staff["all"]} | {Chosen(office=name): many for name, many in staff["offices"].items()}
        return known.get(chosen)
    cases = chosen.condition(log.engine)
    return int(log.engine.run(f"SELECT COUNT(DISTINCT worker) FROM events WHERE worker IS NOT NULL AND {cases}")[0][0])
