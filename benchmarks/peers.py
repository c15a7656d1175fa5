"""The peers: the same answers with pm4py and plain pandas, written the way their own documentation would.

They start from the typed frame that ``typed`` makes, sorted by case and time. Every answer is compared with procmine's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent.parent / "event_logs"
LIVE = ("in_person", "video", "phone", "chat")
NEEDED = (
    "lifecycle outcome channel worker role office appointment_id initiator location visit_purpose participants "
    "handover_type to_role to_org"
).split()
KNOWN_TRANSFERS = {"warm": 1, "accompanied": 1, "information_only": 0, "facilitated": 0, "file_only": 0}
OUTSIDE = ("client_home", "social_space", "partner_site", "employer", "public_place")


def typed(csv: Path) -> Any:
    """The CSV as a typed frame: pandas reads, pm4py's format_dataframe types, as pm4py's documentation has it."""
    import pandas as pd
    import pm4py

    frame = pd.read_csv(csv)
    return pm4py.format_dataframe(frame, case_id="case_id", activity_key="activity", timestamp_key="timestamp")


def in_order(frame: Any) -> Any:
    """The frame in the order of a case: time, start before complete, event id (without, get_variants is wrong)."""
    rank = (frame["lifecycle"] != "start").astype("int8") if "lifecycle" in frame else 1
    keys = ["case:concept:name", "time:timestamp", "_rank"] + (["event_id"] if "event_id" in frame else [])
    return frame.assign(_rank=rank).sort_values(keys, kind="stable", ignore_index=True)


def steps(frame: Any) -> Any:
    """The completed events: what procmine counts as steps."""
    if "lifecycle" not in frame:
        return frame
    return frame[frame["lifecycle"].isna() | (frame["lifecycle"] == "complete")]


def dfg(frame: Any) -> dict[tuple[str, str], int]:
    """How often each activity was directly followed by each other one."""
    import pm4py

    found, _, _ = pm4py.discover_dfg(frame)
    return {pair: int(count) for pair, count in found.items()}


def variants(frame: Any) -> dict[tuple[str, ...], int]:
    """How many cases took each course."""
    import pm4py

    return dict(pm4py.get_variants(frame))


def tree(frame: Any) -> dict[str, int]:
    """The process tree of pm4py's IMf on the whole log, folded and in pm4py's own order, as text."""
    import pm4py
    from pm4py.objects.process_tree.utils import generic

    found = generic.fold(pm4py.discover_process_tree_inductive(frame, noise_threshold=0.2))
    generic.tree_sort(found)
    return {str(found): 1}


def core_four(frame: Any) -> dict[str, tuple[int, int, float]]:
    """For each of the core four: items, known items, sum of the known numerators. Plain pandas."""
    vocabulary = tomllib.loads((CONTENT / "vocabulary.toml").read_text(encoding="utf-8"))
    function = {code: entry["function"] for code, entry in vocabulary["codes"]["role"].items()}
    kinds = {code: entry["kind"] for code, entry in vocabulary["activities"].items()}
    for column in NEEDED:
        if column not in frame:
            frame = frame.assign(**{column: None})
    local = frame["time:timestamp"].dt.tz_convert("Europe/Berlin").dt.tz_localize(None).dt.normalize()
    events = frame.assign(
        case=frame["case:concept:name"],
        day=local,
        kind=frame["concept:name"].map(kinds),
        function=frame["role"].map(function),
    )
    contacts = _contacts(events)
    measures: dict[str, Callable[[], Any]] = {
        "self_initiated_appointments": lambda: _self_initiated(events),
        "caseworker_continuity": lambda: _continuity(contacts),
        "out_of_office_contacts": lambda: _out_of_office(contacts),
        "warm_handovers": lambda: _warm(events, contacts, function),
    }
    return {name: _summed(measure()) for name, measure in measures.items()}


def _summed(numerators: Any) -> tuple[int, int, float]:
    return len(numerators), int(numerators.notna().sum()), float(numerators.sum())


def _contacts(events: Any) -> Any:
    found = events[
        (events["kind"] == "contact")
        & (events["lifecycle"].isna() | (events["lifecycle"] == "complete"))
        & (events["outcome"].isna() | (events["outcome"] == "attended"))
        & (events["channel"].isna() | events["channel"].isin(LIVE))
    ]
    again = found.duplicated(["case", "worker", "day"]) & found["worker"].notna()
    return found[~again]


def _self_initiated(events: Any) -> Any:
    chains = (
        events[events["appointment_id"].notna()]
        .groupby(["case", "appointment_id"], sort=False)
        .agg(outcome=("outcome", "last"), initiator=("initiator", "first"))
    )
    counted = chains[chains["outcome"].isin(("attended", "no_show", "cancelled_client"))]["initiator"]
    return counted.isin(("client", "household_member")).astype(float).where(counted.notna())


def _continuity(contacts: Any) -> Any:
    known = contacts[contacts["worker"].notna()]
    keys = ["case", "function", "office"]
    by_worker = known.groupby([*keys, "worker"], dropna=False, sort=False).size().rename("n").reset_index()
    by_case = (
        by_worker.assign(squares=by_worker["n"] ** 2).groupby(keys, dropna=False, sort=False)[["n", "squares"]].sum()
    )
    enough = by_case[by_case["n"] >= 3]
    return (enough["squares"] - enough["n"]) / (enough["n"] * (enough["n"] - 1))


def _out_of_office(contacts: Any) -> Any:
    remote = contacts["location"].isna() & contacts["channel"].isin(("phone", "video", "chat"))
    place = contacts["location"].mask(remote, "remote")
    shown = contacts[place != "remote"]
    place = place[place != "remote"]
    inside = place.isin(("office", "provider_site"))
    outside = place.isin(OUTSIDE) & shown["visit_purpose"].notna()
    return (outside & (shown["visit_purpose"] != "control")).astype(float).where(inside | outside)


def _warm(events: Any, contacts: Any, function: dict[str, str]) -> Any:
    transfers = events[events["kind"] == "transfer"]
    numerator = transfers["handover_type"].map(KNOWN_TRANSFERS).astype(float)
    open_ones = transfers[transfers["handover_type"].isna()]
    together = contacts[contacts["participants"].notna()][["case", "day", "participants"]]
    pairs = open_ones.reset_index(names="row").merge(together, on="case", suffixes=("", "_contact"))
    near = pairs[(pairs["day_contact"] - pairs["day"]).dt.days.abs() <= 14]
    met = [_both_sides(row, function) for row in near.to_dict("records")]
    numerator.loc[near["row"][met].unique()] = 1.0
    return numerator


def _both_sides(row: dict[str, Any], function: dict[str, str]) -> bool:
    present = set(str(row["participants_contact"]).split("|"))
    external = row["concept:name"] == "referral" or (
        row["concept:name"] == "handover" and isinstance(row["to_org"], str)
    )
    sending = {role for role, belongs in function.items() if belongs == function.get(row["role"])}
    receiving = (
        {"measure_provider", "partner", "employer"}
        if external
        else {role for role, belongs in function.items() if belongs == function.get(row["to_role"])}
    )
    return bool(present & sending) and bool(present & receiving)


def whole(csv: Path) -> None:
    """What an analyst would run instead of ``audit``, without a report: read, count, mine, measure."""
    import pm4py

    frame = in_order(typed(csv))
    completed = steps(frame)
    dfg(completed)
    variants(completed)
    pm4py.discover_process_tree_inductive(completed, noise_threshold=0.2)
    core_four(frame)
