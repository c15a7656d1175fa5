"""Process trees and Petri nets in plain values, and how well one fits a log."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A process tree: ``operator`` is sequence, xor, parallel, loop or or; a leaf has an ``activity`` (None =
    silent)."""

    operator: str | None
    activity: str | None
    children: tuple[TreeNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a Petri net."""

    name: str


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition of a Petri net; ``label`` None is silent."""

    name: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Net:
    """A Petri net in plain values; names are stable and sorted, ``arcs`` are (from, to) names."""

    places: tuple[Place, ...]
    transitions: tuple[Transition, ...]
    arcs: tuple[tuple[str, str], ...]
    initial: tuple[str, ...]
    final: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the net and the log fit each other. ``on_cases`` is the number of cases fitness by alignment rests on;
    a figure that was not computed is None. ``precision_steps`` is the share of the log's steps that lie on a course the
    model can replay; precision looks at these only. ``token_cases`` is the number of cases that ``token_fitness`` and
    ``generalisation`` rest on; ``simplicity`` is the net's own. ``reasons`` says what is missing or rests on less than
    the whole, as names of the texts ``fit.reason``; ``unordered`` is the number of activities that the miner, its
    budget used up, put in any order."""

    fitness: float | None
    fitness_method: str
    precision: float | None
    precision_method: str
    on_cases: int
    of_cases: int
    reasons: tuple[str, ...] = ()
    unordered: int = 0
    precision_steps: float | None = None
    token_fitness: float | None = None
    token_method: str = ""
    token_cases: int = 0
    generalisation: float | None = None
    generalisation_method: str = ""
    simplicity: float | None = None
    simplicity_method: str = ""
