"""A model as JSON and back, nothing lost: ``{"schema": "procmine/model@1", "data": …}``, every field under its name.

``data`` is the Model of ``procmine/model/``, field by field and level by level: a dataclass is an object, a tuple a
list, what is not known null. Fields that came later may be missing and then have their default; a field nobody knows is
refused, and so is a value of another kind: a model half understood is a wrong one. The same model gives the same bytes.
"""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, Union, get_args, get_origin, get_type_hints

from procmine.errors import InputError, nearest
from procmine.model import Model, TreeNode

SCHEMA = "procmine/model@1"
_PLAIN = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}


def to_json(model: Model) -> str:
    """The text of the file."""
    data = asdict(replace(model, tree=None))
    data["tree"] = None if model.tree is None else model.tree.to_dict()
    return json.dumps({"schema": SCHEMA, "data": data}, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read_model(path: Path) -> Model:
    """The model of a file. Raises InputError."""
    try:
        return model_of_json(path.read_text(encoding="utf-8-sig"), where=path.name)
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"The model cannot be read: {fault}.", where=path.name) from fault


def model_of_json(text: str, *, where: str = "") -> Model:
    """The model of a text that ``to_json`` wrote. Raises InputError with the field that is wrong."""
    try:
        said = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
        if not isinstance(said, dict) or said.get("schema") != SCHEMA:
            raise ValueError(f"its schema is not {SCHEMA}")
        if odd := sorted(set(said) - {"schema", "data"}):
            raise ValueError(f"there is no field {odd[0]!r}")
        found = _read(Model, said.get("data"), "data")
    except (ValueError, RecursionError) as fault:
        what = "it is nested too deep" if isinstance(fault, RecursionError) else fault
        raise InputError(f"This is no model: {what}.", where=where, hint="Write it again with procmine.") from None
    assert isinstance(found, Model)  # noqa: S101  # _read makes what it is asked for
    return found


def _read(kind: Any, said: Any, place: str) -> Any:
    """A value of that kind. Raises ValueError with the place of what is wrong."""
    if kind is TreeNode:
        return _tree(said, place)
    if is_dataclass(kind):
        return _object(kind, said, place)
    origin, held = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        inner = [each for each in held if each is not types.NoneType]
        return None if said is None else _read(inner[0], said, place)
    if origin is tuple:
        return _list(held, said, place)
    if origin is Mapping:
        if not isinstance(said, dict):
            raise ValueError(f"{place} is no object")
        return {name: _read(held[1], value, f"{place}.{name}") for name, value in said.items()}
    fits = isinstance(said, int | float if kind is float else kind) and (kind is bool or not isinstance(said, bool))
    if not fits:
        raise ValueError(f"{place} is not {_PLAIN[kind]}")
    return said


def _object(kind: Any, said: Any, place: str) -> Any:
    if not isinstance(said, dict):
        raise ValueError(f"{place} is no object")
    known = _kinds(kind)
    for name in said:
        if name not in known:
            raise ValueError(f"{place} has no field {name!r}. {nearest(name, known)}".rstrip("."))
    for field in fields(kind):
        if field.name not in said and field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"{place}.{field.name} is missing")
    return kind(**{name: _read(known[name], value, f"{place}.{name}") for name, value in said.items()})


def _tree(said: Any, place: str) -> TreeNode:
    """A tree, each node read without those below it, which are put there afterwards: no tree is too deep."""
    read: list[tuple[TreeNode, int]] = []
    todo = [(said, place)]
    while todo:
        one, here = todo.pop()
        below = one.get("children", []) if isinstance(one, dict) else []
        if not isinstance(below, list):
            raise ValueError(f"{here}.children is no list")
        read.append((_object(TreeNode, {**one, "children": []} if below else one, here), len(below)))
        todo.extend((child, f"{here}.children[{number}]") for number, child in reversed([*enumerate(below)]))
    made: list[TreeNode] = []
    for node, many in reversed(read):
        made.append(replace(node, children=tuple([made.pop() for _ in range(many)])))
    return made[0]


def _list(held: tuple[Any, ...], said: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(said, list):
        raise ValueError(f"{place} is no list")
    if len(held) == 2 and held[1] is Ellipsis:
        return tuple(_read(held[0], value, f"{place}[{number}]") for number, value in enumerate(said))
    if len(said) != len(held):
        raise ValueError(f"{place} has {len(said)} entries, not {len(held)}")
    return tuple(_read(k, v, f"{place}[{number}]") for number, (k, v) in enumerate(zip(held, said, strict=True)))


@cache
def _kinds(kind: Any) -> dict[str, Any]:
    """Name to type of a dataclass's fields."""
    return get_type_hints(kind)


def _no_number(sign: str) -> NoReturn:
    raise ValueError(f"{sign} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises ValueError for a name given twice: nobody can say which one is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is given twice")
    return found
