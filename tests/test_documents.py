"""The documents say what is true: every command, option and metric stands in the README, and its examples run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

from procmine.cli import app
from procmine.content import listing

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "GLOSSARY.md")
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS: dict[str, Any] = getattr(typer.main.get_command(app), "commands")  # noqa: B009 - typer's group has no public type
EXAMPLES = [
    (verb, line.strip())
    for verb, command in COMMANDS.items()
    for line in (command.epilog or "").splitlines()
    if line.strip().startswith("procmine ")
]
VERB_EXAMPLES = re.findall(r"`(procmine [^`]+)`", README)


def blocks(language: str) -> list[str]:
    """The fenced blocks of the README that are marked to be run."""
    return re.findall(rf"<!-- runs -->\n```{language}\n(.*?)```", README, flags=re.S)


def options(verb: str) -> list[str]:
    """The long options of a verb."""
    return [name for each in COMMANDS[verb].params for name in each.opts if name.startswith("--")]


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_verb_has_its_line_in_the_readme(verb: str) -> None:
    rows = [line for line in README.splitlines() if line.startswith(f"| `{verb}` |")]

    assert len(rows) == 1
    assert f"`procmine {verb}" in rows[0]


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_option_stands_in_the_readme(verb: str) -> None:
    missing = [name for name in options(verb) if not re.search(rf"^\| .*`{name}[ `]", README, flags=re.M)]

    assert missing == []


@pytest.mark.parametrize("metric", listing("metrics", ".toml"))
def test_every_metric_stands_in_the_readme(metric: str) -> None:
    assert f"`{metric}`" in README


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_help_ends_with_three_examples(verb: str) -> None:
    assert len([line for name, line in EXAMPLES if name == verb]) == 3


@pytest.mark.parametrize("line", [line for _, line in EXAMPLES] + VERB_EXAMPLES)
def test_every_example_is_a_call_that_parses(line: str) -> None:
    _, verb, *arguments = shlex.split(line)
    if verb.isupper():
        pytest.skip("the README speaks of any verb")
    context = COMMANDS[verb].make_context(verb, arguments) if verb in COMMANDS else None

    assert context is not None


@pytest.mark.slow
def test_the_examples_of_the_readme_run(tmp_path: Path) -> None:
    for line in "".join(blocks("console")).splitlines():
        done = subprocess.run(
            [sys.executable, "-m", *shlex.split(line)], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        words = shlex.split(line)
        out = tmp_path / words[words.index("--out") + 1] if "--out" in words else None
        assert done.stdout or (out is not None and out.exists()), line
    (code,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "JC-" in done.stdout


@pytest.mark.parametrize("name", DOCUMENTS)
def test_prose_wraps_at_120(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if len(line) > 120 and not line.startswith("|")] == []


def test_every_make_target_has_its_word_of_help() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, flags=re.M)
    helped = re.findall(r"^([a-z-]+):.*##", text, flags=re.M)

    assert sorted(helped) == sorted(phony.split())


def test_the_words_of_the_glossary_are_those_of_the_code() -> None:
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    rows = [line.split("|")[-2] for line in text.splitlines() if line.startswith("| ") and "in code" not in line]
    words = {word for cell in rows for word in re.findall(r"`([^`]+)`", cell)}
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("procmine", "event_logs", "metrics")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".toml", ".sql")
    )

    assert {word for word in words if not re.search(rf"\b{word}", code)} == set()


@pytest.mark.parametrize(("lock", "extra"), [("requirements.txt", "build"), ("requirements-dev.txt", "dev")])
def test_the_lock_holds_what_pyproject_pins_each_with_a_hash_and_without_an_address(lock: str, extra: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # A library for some systems only is pinned like any other; the lock keeps its condition.
    pins = {pin.split(";")[0].strip() for pin in (*project["dependencies"], *project["optional-dependencies"][extra])}
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.findall(r"^([a-z0-9-]+==[^ ;\\]+)((?:.*\\\n)*.*)", text, flags=re.M)

    assert pins <= {pin for pin, _ in entries}
    assert [pin for pin, rest in entries if "--hash=sha256:" not in rest] == []
    assert "://" not in text
