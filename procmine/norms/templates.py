"""The templates a norm may use: DECLARE's (Pesic, van der Aalst 2006), what each judges and which way it looks.

What is judged is called an activation. A template that judges events has one for each event of its trigger. A rule
that nothing sets in motion (a case without the trigger) is not kept, it has nothing to say: vacuous satisfaction never
counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Template:
    """One template. ``steps`` is 1 (``step``) or 2 (``first`` and ``second``).

    ``judges`` says what an activation is: a ``case``; ``either``: a case in which one of the two occurs; ``first`` or
    ``second``: each event of it. ``looks`` is where the partner of an event stands: ``ahead``, ``behind`` or
    ``around``. ``close`` is how near it must be: ``any``, ``alternate`` (no other trigger between) or ``chain`` (the
    very next step). ``negative`` templates forbid the partner. ``halves`` are the templates that one stands for.
    """

    name: str
    steps: int
    judges: str = "case"
    looks: str = ""
    close: str = "any"
    negative: bool = False
    times: bool = False
    limits: tuple[str, ...] = ()
    same: bool = False
    halves: tuple[str, ...] = ()


_BOTH = ("within", "at_least")
_ALL = (
    Template("existence", 1, times=True, limits=("within",)),
    Template("absence", 1, times=True, limits=("within",), negative=True),
    Template("exactly", 1, times=True, limits=("within",)),
    Template("init", 1),
    Template("end", 1),
    Template("choice", 2, limits=("within",)),
    Template("exclusive_choice", 2, limits=("within",)),
    Template("co_existence", 2, judges="either"),
    Template("not_co_existence", 2, judges="either", negative=True),
    Template("responded_existence", 2, judges="first", looks="around", limits=("within",), same=True),
    Template("response", 2, judges="first", looks="ahead", limits=_BOTH, same=True),
    Template("alternate_response", 2, judges="first", looks="ahead", close="alternate", limits=("within",), same=True),
    Template("chain_response", 2, judges="first", looks="ahead", close="chain", limits=("within",)),
    Template("precedence", 2, judges="second", looks="behind", limits=_BOTH, same=True),
    Template(
        "alternate_precedence", 2, judges="second", looks="behind", close="alternate", limits=("within",), same=True
    ),
    Template("chain_precedence", 2, judges="second", looks="behind", close="chain", limits=("within",)),
    Template("succession", 2, limits=("within",), same=True, halves=("response", "precedence")),
    Template("not_succession", 2, judges="first", looks="ahead", negative=True, limits=("within",), same=True),
    Template("not_chain_succession", 2, judges="first", looks="ahead", close="chain", negative=True),
    Template("max_gap", 1, judges="first", looks="ahead", limits=("within",)),
)
TEMPLATES: Mapping[str, Template] = {each.name: each for each in _ALL}
