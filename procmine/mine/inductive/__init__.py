"""The inductive miner, over integers: the process tree of a log's courses."""

from procmine.mine.inductive.miner import BUDGET, Mined, mine_tree

__all__ = ["BUDGET", "Mined", "mine_tree"]
