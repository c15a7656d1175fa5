"""JSON of any depth: written and read like Python's own, which ends where a function calls itself too often.

A process tree of 500 levels is 1,000 levels of JSON. What is still to write or to read lies on a list here; texts,
numbers and their errors are those of ``json``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

_SCALAR = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_SIGNS: Mapping[type, str] = {dict: "{}", list: "[]", tuple: "[]"}


def dumps(value: Any, indent: int) -> str:
    """The same text as ``json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)``; keys are texts."""
    written: list[str] = []
    levels: list[tuple[Iterator[tuple[str, Any]], str]] = [(iter([("", value)]), "")]
    while levels:
        rest, closing = levels[-1]
        entry = next(rest, None)
        if entry is None:
            levels.pop()
            written.append(closing)
            continue
        lead, inner = entry
        signs = _SIGNS.get(type(inner))
        if signs is None or not inner:
            written.append(lead + (signs or _SCALAR(inner)))
            continue
        written.append(lead + signs[0])
        line = "\n" + " " * indent * len(levels)
        levels.append((_entries(inner, line), line[: len(line) - indent] + signs[1]))
    return "".join(written)


def _entries(held: Mapping[str, Any] | Sequence[Any], line: str) -> Iterator[tuple[str, Any]]:
    """What stands before each value, and the value."""
    lead = line
    for key in held:
        yield (f"{lead}{_SCALAR(key)}: ", held[key]) if isinstance(held, Mapping) else (lead, key)
        lead = "," + line


def loads(
    text: str, parse_constant: Callable[[str], Any], object_pairs_hook: Callable[[list[tuple[str, Any]]], Any]
) -> Any:
    """The same as ``json.loads``, at any depth. Raises ValueError."""
    try:
        return json.loads(text, parse_constant=parse_constant, object_pairs_hook=object_pairs_hook)
    except RecursionError:
        return _Deep(text, parse_constant, object_pairs_hook).read()


class _Deep:
    """Reads a text token by token; objects and lists that are not closed yet lie on a list."""

    def __init__(
        self, text: str, parse_constant: Callable[[str], Any], pairs: Callable[[list[tuple[str, Any]]], Any]
    ) -> None:
        self._text = text
        self._pairs = pairs
        self._leaf = json.JSONDecoder(parse_constant=parse_constant).raw_decode
        self._at = 0

    def read(self) -> Any:
        """The value of the whole text."""
        levels: list[tuple[str, list[Any]]] = []
        while True:
            sign = self._sign()
            if sign in "[{":
                self._at += 1
                levels.append((sign, []))
                if self._sign() not in "]}":
                    self._key(levels)
                    continue
            else:
                value = self._value()
                if not levels:
                    return self._whole(value)
                levels[-1][1].append(value)
            while self._sign() != ",":
                value = self._closed(*levels.pop())
                if not levels:
                    return self._whole(value)
                levels[-1][1].append(value)
            self._at += 1
            self._key(levels)

    def _key(self, levels: list[tuple[str, list[Any]]]) -> None:
        """The name of an object's next entry."""
        if levels[-1][0] == "[":
            return
        if self._sign() != '"':
            raise self._fault("Expecting property name enclosed in double quotes")
        levels[-1][1].append(self._value())
        if self._sign() != ":":
            raise self._fault("Expecting ':' delimiter")
        self._at += 1

    def _closed(self, sign: str, held: list[Any]) -> Any:
        if self._sign() != {"[": "]", "{": "}"}[sign]:
            raise self._fault("Expecting ',' delimiter")
        self._at += 1
        return held if sign == "[" else self._pairs(list(zip(held[::2], held[1::2], strict=True)))

    def _value(self) -> Any:
        value, self._at = self._leaf(self._text, self._at)
        return value

    def _sign(self) -> str:
        """The next sign that is no blank."""
        while self._at < len(self._text) and self._text[self._at] in " \t\n\r":
            self._at += 1
        if self._at == len(self._text):
            raise self._fault("Expecting value")
        return self._text[self._at]

    def _whole(self, value: Any) -> Any:
        if self._text[self._at :].strip(" \t\n\r"):
            raise self._fault("Extra data")
        return value

    def _fault(self, what: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(what, self._text, self._at)
