"""Model: what was mined from a log, in our own words; nothing above this floor ever sees a pm4py object."""

from __future__ import annotations

from procmine.model.branches import Branch, Considered, Crossing, Level, Option, Part, Steered, Weighted
from procmine.model.handovers import HandoverEdge, HandoverNode, Handovers, Hands, Side
from procmine.model.mined import Model
from procmine.model.nets import Net, Place, Quality, Transition, TreeNode, walked
from procmine.model.steps import Share, Steering, Step, Variant, Way
from procmine.model.variety import Shuffled, Spread, Variety

__all__ = [
    "Branch",
    "Considered",
    "Crossing",
    "HandoverEdge",
    "HandoverNode",
    "Handovers",
    "Hands",
    "Level",
    "Model",
    "Net",
    "Option",
    "Part",
    "Place",
    "Quality",
    "Share",
    "Shuffled",
    "Side",
    "Spread",
    "Steered",
    "Steering",
    "Step",
    "Transition",
    "TreeNode",
    "Variant",
    "Variety",
    "Way",
    "Weighted",
    "walked",
]
