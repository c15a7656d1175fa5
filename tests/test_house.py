"""The house from outside: the promised names, and that opening it is cheap."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import procmine

PROMISED = [name for name in procmine.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_name_is_a_function_even_after_its_room_was_opened(name: str) -> None:
    for room in ("procmine.measure", "procmine.compare", "procmine.simulate"):
        import_module(room)

    assert callable(getattr(procmine, name))


def test_the_rooms_that_share_a_name_with_a_promise_can_still_be_reached() -> None:
    from procmine.measure import measure_one

    assert measure_one.__module__ == "procmine.measure"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="read_logs"):
        procmine.read_logs  # noqa: B018 - the look-up itself is tested


def test_what_type_checkers_see_is_what_is_there() -> None:
    stub = Path(procmine.__file__ or "").with_suffix(".pyi")
    imported = {
        (alias.asname or alias.name): (node.module, alias.name)
        for node in ast.walk(ast.parse(stub.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found = {name: getattr(import_module(module or ""), function) for name, (module, function) in imported.items()}

    assert found == {name: getattr(procmine, name) for name in PROMISED}


def test_importing_procmine_opens_no_room() -> None:
    code = "import sys, procmine; print(*(name for name in sys.modules if name.startswith('procmine.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
