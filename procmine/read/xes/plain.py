"""Prove that traces are plain, all traces of a piece at once, and find where the cells of their events lie.

A trace is plain if it is nothing but tags without surprise: cut at its quotes, every text between two values is one the
grammar of ``xes_bridge`` knows, they follow each other as events in a trace can, and no value holds a sign that XML
reads as something else. What is not proven plain is left to expat.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from procmine.read.limits import LIMITS
from procmine.read.xes.bridge import CLOSING, MIDDLE, OPENING, TYPES, Bridges
from procmine.read.xes.part import Found
from procmine.read.xes.values import resolved

Array = Any
END = b"</trace>"
_END = re.compile(END)
_MANY_KEYS = 16_000  # with nested ones; twice as many are counted in 16 bits
_FIRST = re.compile(rf"<(?:{'|'.join(TYPES)})[ \t\r\n]+(key|value)[ \t\r\n]*=[ \t\r\n]*([\"'])".encode())


def way_of_writing(text: bytes) -> tuple[str, bool]:
    """The quotes of the first attribute, and whether its value stands before its key."""
    match = _FIRST.search(text)
    return (match[2].decode(), match[1] == b"value") if match else ('"', False)


def ends_of(text: bytes, start: int, stop: int) -> Array:
    """Where the traces between ``start`` and ``stop`` end."""
    return np.array([match.end() for match in _END.finditer(text, start, stop)], np.int64)


def find_plain(text: bytes, start: int, ends: Array, bridges: Bridges, quote: str) -> Found:
    """Judge the traces that begin at ``start`` and end at ``ends``; PAD follows the last one."""
    stop = int(ends[-1])
    room = np.frombuffer(text, np.uint8)
    begins = np.concatenate(([start], ends[:-1]))
    quotes: Array = np.flatnonzero(room[start:stop] == ord(quote)) + start
    count = np.diff(np.searchsorted(quotes, ends), prepend=0)
    fit = (count > 0) & (count % 4 == 0)
    if not fit.all():
        quotes = quotes[np.repeat(fit, count)]
    attributes = np.where(fit, count // 4, 0)
    quotes = quotes.reshape(-1, 4)
    opened, closed = (quotes[:, 0], quotes[:, 1]) if bridges.value_first else (quotes[:, 2], quotes[:, 3])

    # The texts between values: one before every attribute, and one after the last of a trace.
    trace = np.repeat(np.arange(len(ends)), attributes)
    before = np.arange(len(trace)) + (np.cumsum(fit) - 1)[trace]
    heads = (np.cumsum(attributes + fit) - attributes - fit)[fit]
    tails = heads + attributes[fit]
    bridge_start = np.empty(len(trace) + len(heads), np.int64)
    bridge_end = np.empty_like(bridge_start)
    bridge_end[before], bridge_start[before + 1] = opened, closed + 1
    bridge_start[heads], bridge_end[tails] = begins[fit], ends[fit]
    code = bridges.codes(text, bridge_start, bridge_end - bridge_start)
    of = {name: table[code] for name, table in bridges.tables.items()}
    bad, inside = _out_of_order(of, heads, tails)
    keys = of["key"][before + 1 if bridges.value_first else before]
    keys = _keys_of_nested(of, heads, tails, before, keys, bad, bridges)

    value_start, value_length = opened + 1, closed - opened - 1
    plain = fit.copy()
    if len(heads):
        plain[fit] = ~np.logical_or.reduceat(bad, heads)
    plain[trace[value_length > LIMITS.field_bytes]] = False
    _look_at_signs(room, begins, ends, plain, fit, of["signs"], heads)
    value_start, value_length, extra = resolved(text, room, start, stop, value_start, value_length, trace, plain)

    event = np.cumsum(of["opens"]) - 1
    opening = np.flatnonzero(of["opens"])
    trace_of_bridge = np.repeat(np.flatnonzero(fit), attributes[fit] + 1)
    lines = np.cumsum(of["lines"], dtype=np.int64) - of["lines"]
    in_event = inside[before]
    column = 2 * keys + in_event
    event, events = event[before], np.bincount(trace_of_bridge[opening], minlength=len(ends))
    _look_at_owners(column, np.where(in_event, event, trace), trace, events, plain)
    return Found(
        texts=(text, extra) if extra else (text,),
        ends=ends,
        plain=plain,
        keys=bridges.keys,
        value_start=value_start,
        value_length=value_length,
        column=column,
        event=event,
        trace=trace,
        first_attribute=_first(attributes),
        first_event=_first(events),
        first_bridge=_first(attributes + fit),
        event_line=lines[opening] + of["lines_before"][opening],
        bridge_line=np.append(lines, lines[-1] + of["lines"][-1] if len(lines) else 0),
    )


def _first(counts: Array) -> Array:
    return np.concatenate(([0], np.cumsum(counts)))


def _since(turns: Array, flag: Array, heads: Array) -> tuple[Array, Array]:
    """The flag of the last turn, at every text: after it, and before it. A trace begins with a turn."""
    turns[heads] = True
    after = flag[np.maximum.accumulate(np.where(turns, np.arange(len(turns)), 0))]
    before = np.zeros_like(after)
    before[1:] = after[:-1]
    before[heads] = False
    return after, before


def _out_of_order(of: dict[str, Array], heads: Array, tails: Array) -> tuple[Array, Array]:
    """Which texts may not stand where they stand, and whether an event is open after each."""
    wanted = np.full(len(of["kind"]), MIDDLE, np.uint8)
    wanted[heads], wanted[tails] = OPENING, CLOSING
    bad = of["kind"] != wanted
    opens, closes = of["opens"], of["closes"]
    inside, before = _since(opens | closes, opens, heads)
    bad |= closes & ~before
    bad |= opens & before & ~closes
    bad[tails] |= before[tails] & ~closes[tails]
    ends = of["ends"]
    if ends.any():
        bad[1:] |= (ends[1:] != 0) & (ends[1:] != of["begins"][:-1])
    return bad, inside


def _keys_of_nested(
    of: dict[str, Array], heads: Array, tails: Array, before: Array, keys: Array, bad: Array, bridges: Bridges
) -> Array:
    """The keys, those of nested attributes with their parent's before them. Only one step of nesting is plain."""
    down, up = of["down"], of["up"] != 0
    if not down.any():
        bad |= up
        return keys
    nested, was = _since(down | up | of["opens"] | of["closes"], down, heads)
    bad |= (up & ~was) | (was & ~up & (down | of["opens"] | of["closes"]))
    bad[tails] |= was[tails] & ~up[tails]
    child = nested[before]
    parent = np.maximum.accumulate(np.where(child, 0, np.arange(len(child))))
    ends = of["up"][before + 1]
    bad[before + 1] |= (ends != 0) & (ends != of["begins"][before[parent]])
    at = np.flatnonzero(child)
    pairs, number = np.unique(keys[parent[at]].astype(np.int64) << 32 | keys[at], return_inverse=True)
    if len(bridges.keys) + len(pairs) > _MANY_KEYS:
        bad[before[at]] = True
        return keys
    named = [f"{bridges.keys[pair >> 32]}>{bridges.keys[pair & 0xFFFFFFFF]}" for pair in pairs.tolist()]
    keys[at] = np.array([bridges.number_of(name) for name in named], keys.dtype)[number]
    return keys


def _look_at_signs(
    room: Array, begins: Array, ends: Array, plain: Array, fit: Array, allowed: Array, heads: Array
) -> None:
    """No value holds a control character or ``<``: a trace has no more of them than its known texts."""
    inner = room[begins[0] : ends[-1]]
    signs = inner < 32
    signs |= inner == ord("<")
    if plain.all() and np.count_nonzero(signs) == allowed.sum():
        return
    there = np.add.reduceat(signs, begins - begins[0], dtype=np.int64)
    if len(heads):
        plain[fit] &= there[fit] == np.add.reduceat(allowed, heads)


def _look_at_owners(column: Array, owner: Array, trace: Array, events: Array, plain: Array) -> None:
    """No event or trace says a key twice, and none says more or holds more events than is allowed."""
    order = np.argsort(column.astype(np.uint16), kind="stable")
    sorted_column, sorted_owner = column[order], owner[order]
    twice = (sorted_column[1:] == sorted_column[:-1]) & (sorted_owner[1:] == sorted_owner[:-1])
    if twice.any():
        plain[trace[order[1:][twice]]] = False
    plain[events > LIMITS.events_per_trace] = False
    for level in (0, 1):
        mine = np.flatnonzero((column & 1) == level)
        if len(mine) > LIMITS.attributes_per_event:
            many = np.bincount(owner[mine])
            plain[trace[mine[many[owner[mine]] > LIMITS.attributes_per_event]]] = False
