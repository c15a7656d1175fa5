"""The templates a norm may use: DECLARE's (Pesic, van der Aalst 2006), what each judges and which way it looks.

What is judged is called an activation. A template that judges events has one for each event of its trigger. A rule
that nothing sets in motion (a case without the trigger) is not kept, it has nothing to say: vacuous satisfaction never
counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True, slots=True)
class Template:
    """One template. ``steps`` is 1 (``step``) or 2 (``first`` and ``second``).

    ``judges`` says what an activation is: a ``case``; ``either``: a case in which one of the two occurs; ``first`` or
    ``second``: each event of it. ``looks`` is where the partner of an event stands: ``ahead``, ``behind`` or
    ``around``. ``close`` is how near it must be: ``any``, ``alternate`` (no other trigger between) or ``chain`` (the
    very next step). ``negative`` templates forbid the partner. ``times``: it counts, ``least`` is how often unless the
    norm says otherwise. ``nth``: it may judge from the nth trigger of a case on. ``halves`` are the templates that one
    stands for.
    """

    name: str
    steps: int
    judges: str = "case"
    looks: str = ""
    close: str = "any"
    negative: bool = False
    times: bool = False
    least: int = 1
    nth: bool = False
    limits: tuple[str, ...] = ()
    same: bool = False
    halves: tuple[str, ...] = ()


_WITHIN = ("within",)
_ahead = partial(Template, steps=2, judges="first", looks="ahead", nth=True)
_behind = partial(Template, steps=2, judges="second", looks="behind", nth=True)
_ALL = (
    Template("existence", 1, times=True, limits=_WITHIN),
    Template("absence", 1, times=True, least=0, limits=_WITHIN, negative=True),
    Template("exactly", 1, times=True, limits=_WITHIN),
    Template("init", 1),
    Template("end", 1),
    Template("choice", 2, limits=_WITHIN),
    Template("exclusive_choice", 2, limits=_WITHIN),
    Template("co_existence", 2, judges="either"),
    Template("not_co_existence", 2, judges="either", negative=True),
    _ahead("responded_existence", looks="around", limits=_WITHIN, same=True),
    _ahead("response", times=True, limits=("within", "at_least"), same=True),
    _ahead("alternate_response", close="alternate", limits=_WITHIN, same=True),
    _ahead("chain_response", close="chain", limits=_WITHIN),
    _behind("precedence", times=True, limits=("within", "at_least"), same=True),
    _behind("alternate_precedence", close="alternate", limits=_WITHIN, same=True),
    _behind("chain_precedence", close="chain", limits=_WITHIN),
    Template("succession", 2, limits=_WITHIN, same=True, halves=("response", "precedence")),
    _ahead("not_succession", negative=True, times=True, least=0, limits=_WITHIN, same=True),
    _ahead("not_chain_succession", close="chain", negative=True),
    Template("max_gap", 1, judges="first", looks="ahead", limits=_WITHIN),
)
TEMPLATES: Mapping[str, Template] = {each.name: each for each in _ALL}
