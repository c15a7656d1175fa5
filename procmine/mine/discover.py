"""A Model from a log: counts in one pass, and a net mined from the counts, never from rows.

The result equals mining the whole log: the inductive miner is ours and gives pm4py's tree, the heuristics miner is
pm4py's, fed with counts (both tested on public logs). POWL is pm4py's as well, fed with courses and their cases: of its
variants the one that orders parts by how often cases do (why: ``powl``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from procmine.errors import UsageError, nearest
from procmine.mine import filters, powl, ways
from procmine.mine.chosen import Chosen
from procmine.mine.counts import Courses
from procmine.mine.fit.of_net import measure_net
from procmine.mine.fit.quality import BUDGET, measure_fit, not_measured, with_net
from procmine.mine.heuristics import heuristics_net
from procmine.mine.inductive import mine_tree
from procmine.mine.net import net_of_tree
from procmine.mine.working_days import Lands
from procmine.model import Model, Net, Quality, TreeNode, Variant

ALGORITHMS = ("heuristics", "inductive", "powl")
MOST_VARIANTS = 1000


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A model whose quality is not measured yet, with what it is measured by: the courses, and how many activities the
    miner took without their order."""

    model: Model
    courses: Courses
    unordered: int


def discover(
    log: Any,
    *,
    noise: float = 0.2,
    algorithm: str = "inductive",
    chosen: Chosen | None = None,
    keep: float = 1.0,
    rare: float = 0.0,
    budget: int = BUDGET,
    lands: Lands = ways.NO_LANDS,
) -> Model:
    """What a log's process looks like: steps and ways with who steers them, its variants, and the discovered net.

    ``log`` has ``engine`` and ``receipt``. ``noise`` is the share below which the miner leaves rare ways out, 0 keeps
    all. ``chosen`` says which cases (every case unless told); ``keep`` and ``rare`` leave out the courses that few of
    them took (see ``filters``): the model, its quality too, is then of the cases that stay. ``budget`` bounds the work
    spent on each figure of quality (see ``quality``); it is counted in steps, not in seconds, so that the same log
    gives the same figures everywhere; 0 measures none. ``lands`` says whose holidays are no working time.
    """
    unmeasured = mine(log, noise=noise, algorithm=algorithm, chosen=chosen, keep=keep, rare=rare, lands=lands)
    return replace(unmeasured.model, quality=measure(unmeasured, budget) if budget else None)


def mine(
    log: Any,
    *,
    noise: float = 0.2,
    algorithm: str = "inductive",
    chosen: Chosen | None = None,
    keep: float = 1.0,
    rare: float = 0.0,
    lands: Lands = ways.NO_LANDS,
) -> Unmeasured:
    """The same without its quality."""
    if algorithm not in ALGORITHMS:
        raise UsageError(f"There is no algorithm {algorithm!r}.", hint=nearest(algorithm, ALGORITHMS))
    if not 0 <= noise < 1:
        raise UsageError(f"Noise is a share from 0 to below 1, not {noise}.")
    schema = getattr(log, "schema", None)
    rules = ways.rules_of(schema, log.receipt.get("absent", ()))
    shown = None
    if keep != 1 or rare != 0:
        shown = filters.kept(log.engine, log.receipt["activities"], chosen, keep=keep, rare=rare)
    found, steps, edges = ways.read(log.engine, log.receipt["activities"], rules, shown or chosen, lands)
    tree: TreeNode | None = None
    net: Net | None = None
    unordered, mined_cases = 0, found.all_cases
    if len(found) and algorithm == "heuristics":
        net = heuristics_net(found, steps, edges, noise)
    elif len(found) and algorithm == "powl":
        given = powl.affordable(found)
        mined_cases = int(found.cases[given].sum())
        if given:
            tree, net = powl.powl(found, given, noise)
    elif len(found):
        mined = mine_tree(found, noise)
        tree, unordered = mined.tree, mined.unordered
        net = net_of_tree(tree)
    model = Model(
        steps=steps,
        ways=edges,
        variants=tuple(Variant(found.names(i), int(found.cases[i])) for i in range(min(len(found), MOST_VARIANTS))),
        variant_count=len(found),
        cases=found.all_cases,
        events=found.all_events,
        algorithm=algorithm,
        noise=noise,
        tree=tree,
        net=net,
        quality=None,
        mined_cases=mined_cases,
        left_out_cases=shown.of_cases - shown.cases if shown else 0,
        left_out_events=shown.of_events - shown.events if shown else 0,
        lands=lands.of(office["name"] for office in log.receipt.get("offices", ())),
    )
    return Unmeasured(model, found, unordered)


def measure(unmeasured: Unmeasured, budget: int = BUDGET) -> Quality:
    """The quality of a model, within so much work for each figure."""
    model, found = unmeasured.model, unmeasured.courses
    if model.net is None:
        return not_measured(found, "no_model")
    fit = measure_net(found, model.net, budget) if model.tree is None else measure_fit(found, model.tree, budget)
    of_miner = ["mined_commonest"] if model.mined_cases < found.all_cases else []
    of_miner += ["unordered"] if unmeasured.unordered else []
    fit = replace(fit, reasons=(*of_miner, *fit.reasons), unordered=unmeasured.unordered)
    return with_net(fit, found, model.net, budget)


def data(model: Model) -> dict[str, Any]:
    """The model as the command line's JSON ``data``: plain lists and values."""
    from dataclasses import asdict

    quality = model.quality
    return {
        "steps": [asdict(step) for step in model.steps],
        "ways": [asdict(way) for way in model.ways],
        "variants": [asdict(variant) for variant in model.variants],
        "variant_count": model.variant_count,
        "cases": model.cases,
        "events": model.events,
        "mined_cases": model.mined_cases,
        "left_out_cases": model.left_out_cases,
        "left_out_events": model.left_out_events,
        "algorithm": model.algorithm,
        "noise": model.noise,
        "tree": None if model.tree is None else model.tree.to_dict(),
        "net": None if model.net is None else asdict(model.net),
        "fitness": quality.fitness if quality else None,
        "precision": quality.precision if quality else None,
        "token_fitness": quality.token_fitness if quality else None,
        "generalisation": quality.generalisation if quality else None,
        "simplicity": quality.simplicity if quality else None,
        "quality": None if quality is None else asdict(quality),
    }
