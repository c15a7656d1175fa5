"""Content is data in two languages: no Python among it, every pair whole, and what its README shows is true."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from procmine.content import FOLDERS, listing, shipped
from procmine.errors import ContentError, nearest
from procmine.metric import catalogue
from procmine.schema import load_schema
from procmine.sql import HOUSE, read_query
from tests import drawn

ROOT = Path(str(shipped()))
TOMLS = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.toml"))
README = (ROOT / "metrics" / "README.md").read_text(encoding="utf-8")
SCHEMA = load_schema()


def tables_in(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table of a TOML file with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from tables_in(inner, f"{path}.{key}".strip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from tables_in(inner, f"{path}[{number}]")


def fenced(language: str) -> list[str]:
    """The fenced blocks of metrics/README.md in a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def spans(header: str, column: int) -> list[str]:
    """The code in one column of the README's table under a header, with bars as they are meant."""
    rows = README.split(header)[1].split("\n\n")[0].splitlines()[2:]
    cells = [re.split(r"(?<!\\)\|", row)[column] for row in rows]
    return [span.replace("\\|", "|") for cell in cells for span in re.findall(r"`([^`]+)`", cell)]


def expression(text: str) -> Any:
    """A query of one expression over contacts."""
    return read_query(f"SELECT {text} AS x FROM contacts", where="README", tables=SCHEMA.derived_columns())


@pytest.mark.parametrize("path", TOMLS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_text_in_one_language_is_there_in_the_other(path: Path) -> None:
    content = tomllib.loads(path.read_text(encoding="utf-8"))

    one_sided = [
        place
        for place, table in tables_in(content)
        if ("de" in table) != ("en" in table) or any(table.get(language) == "" for language in ("de", "en"))
    ]

    assert one_sided == []


def test_both_languages_of_the_reports_say_the_same_sentences() -> None:
    texts = {
        language: {
            f"{place}.{key}"
            for place, table in tables_in(tomllib.loads(entry.read_text(encoding="utf-8")))
            for key in table
        }
        for language, entry in listing("reports/texts", ".toml").items()
    }

    assert set(texts) == {"de", "en"}
    assert texts["de"] == texts["en"]


def test_content_holds_no_python() -> None:
    found = [path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py*")]

    assert found == []


def test_every_metric_is_a_pair() -> None:
    sheets, queries = listing("metrics", ".toml"), listing("metrics", ".sql")
    computed = {name for name, metric in catalogue(schema=SCHEMA).items() if metric.computed_by}

    assert set(sheets) - computed == set(queries)


def test_every_derived_query_has_its_table_in_the_schema() -> None:
    assert set(listing("event_logs/derived", ".sql")) <= set(SCHEMA.tables)


def test_a_metric_quotes_the_article_in_a_dozen_words_at_most() -> None:
    long = {
        name: metric.answers_to.sentence
        for name, metric in catalogue(schema=SCHEMA).items()
        if len(metric.answers_to.sentence.split()) > 12
    }

    assert long == {}


def test_every_shipped_metric_stands_in_the_readme() -> None:
    assert [name for name in listing("metrics", ".toml") if f"| `{name}` " not in README] == []


@pytest.mark.parametrize("engine", sorted(drawn.ENGINES))
def test_the_metric_in_the_readme_loads_and_gives_what_it_draws(engine: str, tmp_path: Path) -> None:
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "answered_requests.toml").write_text(fenced("toml")[0], encoding="utf-8")
    (tmp_path / "metrics" / "answered_requests.sql").write_text(fenced("sql")[0], encoding="utf-8")
    metric = catalogue(tmp_path, SCHEMA)["answered_requests"]
    assert metric.query
    assert metric.example
    opened = drawn.ENGINES[engine]()
    for name, table in metric.example.tables.items():
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        drawn.fill(opened, SCHEMA, {name: rows})

    found = drawn.run(opened, metric.query)

    opened.close()
    wanted = [
        {name: drawn.plain(value) for name, value in zip(metric.example.result.columns, row, strict=True)}
        for row in metric.example.result.rows
    ]
    assert found == wanted


@pytest.mark.parametrize("text", spans("| for | write |", 2))
def test_what_the_readme_says_to_write_is_house_sql(text: str) -> None:
    assert expression(text).columns == ("x",)


@pytest.mark.parametrize("text", spans("| not | because | but |", 1))
def test_what_the_readme_says_not_to_write_is_refused(text: str) -> None:
    with pytest.raises(ContentError, match="README:1:"):
        expression(text)


def test_the_readme_shows_every_construct_of_house_sql() -> None:
    queries = [expression(text) for text in spans("| for | write |", 2)]
    queries += [read_query(text, where="README", tables=SCHEMA.derived_columns()) for text in fenced("sql")]
    trees: list[Any] = [query.tree for query in queries]

    shown = {type(node).__name__ for tree in trees for node in tree.walk()}

    assert set(HOUSE) - shown == set()


def test_a_long_list_of_known_names_is_cut() -> None:
    few, many = (nearest("zzz", [f"name_{number:02}" for number in range(count)]) for count in (21, 60))

    assert few.endswith("name_19, name_20.")
    assert many.endswith("name_18, name_19 and 40 more.")
