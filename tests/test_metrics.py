"""Every metric gives the items of its worked example, on every engine and with every kind of key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from procmine.content import listing, read_text
from procmine.engines.duckdb import connect
from procmine.errors import ContentError, UsageError
from procmine.metric import Metric, catalogue, drawn_table, missing, prove, silent_kinds
from procmine.schema import Schema, load_schema
from procmine.sql import write
from procmine.study import metrics_of
from tests import drawn

SCHEMA = load_schema()
SHIPPED = catalogue(schema=SCHEMA)
ARMS = '[arms]\nfirst = { code = "a", de = "a", en = "a" }\nsecond = { code = "b", de = "b", en = "b" }\n'
CORE = ("caseworker_continuity", "out_of_office_contacts", "self_initiated_appointments", "warm_handovers")


def by_name(columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]


def items_of_example(metric: Metric, engine: Any, schema: Schema = SCHEMA) -> list[dict[str, Any]]:
    """The items a metric gives for its own example."""
    assert metric.example is not None
    assert metric.query is not None
    drawn.fill(engine, schema, {name: by_name(t.columns, t.rows) for name, t in metric.example.tables.items()})
    return drawn.run(engine, metric.query)


def expected(metric: Metric) -> list[dict[str, Any]]:
    """The items its example draws."""
    assert metric.example is not None
    rows = by_name(metric.example.result.columns, metric.example.result.rows)
    plain = [{name: drawn.plain(value) for name, value in row.items()} for row in rows]
    return sorted(plain, key=lambda row: str(row["item_id"]))


@pytest.fixture(params=sorted(drawn.ENGINES))
def engine(request: pytest.FixtureRequest) -> Any:
    opened = drawn.ENGINES[request.param]()
    yield opened
    opened.close()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study with a metric of its own, made from a shipped pair under another name."""
    folder = tmp_path / "metrics"
    folder.mkdir()
    for suffix in (".toml", ".sql"):
        text = read_text(listing("metrics", suffix)["warm_handovers"])
        (folder / f"own{suffix}").write_text(text, encoding="utf-8")
    return tmp_path


def edit(study: Path, suffix: str, old: str, new: str) -> None:
    path = study / "metrics" / f"own{suffix}"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(study: Path) -> str:
    with pytest.raises(ContentError) as caught:
        catalogue(study, SCHEMA)
    return str(caught.value)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_metric_gives_the_items_its_worked_example_draws(name: str, engine: Any) -> None:
    metric = SHIPPED[name]

    found = items_of_example(metric, engine)

    assert sorted(found, key=lambda row: row["item_id"]) == expected(metric)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_metric_gives_the_same_numbers_where_keys_are_numbers(name: str, engine: Any) -> None:
    metric = SHIPPED[name]
    assert metric.example is not None
    assert metric.query is not None
    codes: dict[str, int] = {}  # one number a key in all tables, so that joins still meet
    for table, rows in metric.example.tables.items():
        kinds = {column: kind.replace("key", "integer") for column, kind in SCHEMA.tables[table].kinds().items()}
        values = [
            tuple(
                codes.setdefault(str(row[column]), len(codes))
                if SCHEMA.tables[table].kinds()[column] == "key" and row.get(column) is not None
                else row.get(column)
                for column in kinds
            )
            for row in by_name(rows.columns, rows.rows)
        ]
        engine.fill(table, kinds, values)

    found = drawn.run(engine, metric.query)

    numbers = [(row["on_date"], row["office"], row["numerator"], row["denominator"]) for row in found]
    drawn_numbers = [(row["on_date"], row["office"], row["numerator"], row["denominator"]) for row in expected(metric)]
    assert sorted(numbers, key=str) == sorted(drawn_numbers, key=str)


def test_the_core_four_are_shipped() -> None:
    assert set(CORE) <= set(SHIPPED)


def test_every_shipped_query_is_written_for_spark() -> None:
    written = {name: write(metric.query, "spark") for name, metric in SHIPPED.items() if metric.query}

    assert all("`case_id`" in text for text in written.values())


@pytest.mark.parametrize(
    ("sequence", "index"),
    [
        ("AABACAADAABA", 0.439394),
        ("AAAAAAAABBBB", 0.515152),
        ("AAABBC", 0.266667),
        ("AAABBB", 0.4),
        ("AAAAAA", 1.0),
        ("ABCDEF", 0.0),
        ("ABAB", 0.333333),
    ],
)
def test_continuity_has_the_published_value_of_a_sequence(sequence: str, index: float, engine: Any) -> None:
    rows = [
        {"contact_id": f"k{n}", "case_id": "c", "office": "o", "on_date": f"2025-01-{n + 1:02d}", "worker": worker}
        for n, worker in enumerate(sequence)
    ]
    drawn.fill(engine, SCHEMA, {"contacts": rows})
    query = SHIPPED["caseworker_continuity"].query
    assert query is not None

    (item,) = drawn.run(engine, query)

    assert item["numerator"] == pytest.approx(index, abs=5e-7)


@pytest.mark.parametrize(
    ("name", "absent", "lacking"),
    [
        ("self_initiated_appointments", {"initiator"}, ("initiator",)),
        ("self_initiated_appointments", {"appointment_id", "outcome"}, ("appointment_id", "outcome")),
        ("self_initiated_appointments", {"planned_at", "worker"}, ()),
        ("caseworker_continuity", {"worker"}, ("worker",)),
        ("caseworker_continuity", {"role"}, ()),
        ("out_of_office_contacts", {"location", "channel"}, ("location",)),
        ("out_of_office_contacts", {"visit_purpose"}, ("visit_purpose",)),
        ("warm_handovers", {"handover_type"}, ()),
        ("warm_handovers", {"handover_type", "participants"}, ("handover_type|participants",)),
    ],
)
def test_a_metric_says_which_columns_a_log_lacks_for_it(name: str, absent: set[str], lacking: tuple[str, ...]) -> None:
    assert missing(SHIPPED[name], SCHEMA, absent) == lacking


@pytest.mark.parametrize(
    ("name", "occurring", "silent"),
    [
        ("contact_loss", {"application"}, ("contact",)),
        ("contact_loss", {"application", "home_visit"}, ()),
        ("request_fulfilment", {"contact_request"}, ("contact",)),
        ("mandate_coverage", {"first_interview"}, ("mandate",)),
        ("self_initiated_appointments", {"invitation_sent"}, ()),
    ],
)
def test_a_log_without_any_event_of_a_kind_says_nothing_about_what_rests_on_it(
    name: str, occurring: set[str], silent: tuple[str, ...]
) -> None:
    assert silent_kinds(SHIPPED[name], SCHEMA, occurring) == silent


def test_a_studys_metric_stands_beside_the_shipped_ones(study: Path, engine: Any) -> None:
    own = catalogue(study, SCHEMA)["own"]

    found = items_of_example(own, engine)

    assert sorted(found, key=lambda row: row["item_id"]) == expected(own)


def test_a_studys_pair_stands_in_for_the_shipped_one_of_its_name(study: Path) -> None:
    for suffix in (".toml", ".sql"):
        path = study / "metrics" / f"own{suffix}"
        path.rename(path.with_name(f"warm_handovers{suffix}"))
    path = study / "metrics" / "warm_handovers.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("version = 1", "version = 7"), encoding="utf-8")

    assert catalogue(study, SCHEMA)["warm_handovers"].version == 7


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("polarity =", "polarty =", "metrics/own.toml:3: Unknown key polarty. Did you mean polarity"),
        ('unit = "share"', 'unit = "shares"', "metrics/own.toml:2: unit is 'shares'. Did you mean share?"),
        ("version = 1", "version = 0", "metrics/own.toml:1: version is no whole number from 1."),
        ("staff = false", 'staff = "no"', "metrics/own.toml:5: staff is 'no'. Write true or false."),
        ('en = "Warm handovers"', "", "metrics/own.toml:14: title has no text in en."),
        ("message = 4", "message = 9", "answers_to.message is none of the five messages. Write 1 to 5."),
        ('["caseworker_continuity"]', '["continuity"]', "There is no metric continuity. Did you mean"),
        (
            'any_of = [["handover_type"',
            'any_of = [["handover_typ"',
            "metrics/own.toml:10: There is no event column handover_typ. Did you mean handover_type?",
        ),
        ('"Is there a contact with both sides', '"One more.", "Is there', "counter_checks has 3 sentences in de and 4"),
        ("u1          | c1 ", "u1          | c1 | x ", "This row has 8 cells, the table 7 columns."),
        ("2025-03-06 | internal", "2025-13-06 | internal", "2025-13-06 is no date (on_date)."),
        ("handover_type    | derived", "handover_type    | derivd", "There is no column derivd. Did you mean derived?"),
        ("| transfer_kind | handover_type ", "| transfer_kind | role ", "The example has no handovers.handover_type"),
        ("handovers = ", "handover = ", "There is no table handover. Did you mean handovers?"),
        (
            'unit = "share"',
            'unit = "share"\nhorizon = 14',
            "own.toml:3: horizon belongs to the unit survival",
        ),
        ('unit = "share"', 'unit = "survival"', "The unit survival needs horizon. Write horizon = 14."),
        ('unit = "share"', 'unit = "rate"\nper = 0', "own.toml:3: per is no whole number from 1. Write per = 100."),
        ('unit = "share"', 'unit = "difference"', "arms.first is not whole. Write { code"),
        ("[title]", f"{ARMS}[title]", "own.toml:14: arms belong to the unit difference, not to share. Leave them out."),
        ("[title]", '[parts.two]\nde = "zwei"\n[title]', "own.toml:14: parts.two has no text in en."),
        ("[title]", '[parts.two]\nde = "x"\nen = "x"\n[title]', "own.sql: The query gives no column two."),
        ("[needs]", '[needs]\nactivities = ["reductoin"]', "There is no activity reductoin. Did you mean reduction"),
        (
            'unit = "share"',
            'unit = "share"\nregimes = ["sanktions"]',
            "There is no topic of law sanktions. Did you",
        ),
    ],
)
def test_a_wrong_sheet_is_refused_with_its_place_and_the_nearest_name(
    study: Path, old: str, new: str, sentence: str
) -> None:
    edit(study, ".toml", old, new)

    assert sentence in refusal(study)


def test_two_arms_of_one_code_are_refused(study: Path) -> None:
    edit(study, ".toml", 'unit = "share"', 'unit = "difference"')
    edit(study, ".toml", "[title]", ARMS.replace('"b", de', '"a", de') + "[title]")

    assert "own.toml:16: Both arms have one code. A difference is between two." in refusal(study)


def test_a_survival_has_no_parts(study: Path) -> None:
    edit(study, ".toml", 'unit = "share"', 'unit = "survival"\nhorizon = 14')
    edit(study, ".toml", "[title]", '[parts.two]\nde = "x"\nen = "x"\n[title]')

    assert "A figure of the unit survival has no parts. Units with parts: share, mean, number, rate." in refusal(study)


def test_the_proof_of_a_metric_holds_for_its_own_example() -> None:
    assert {name: prove(metric, connect(), SCHEMA) for name, metric in SHIPPED.items()} == dict.fromkeys(SHIPPED, ())


def test_the_proof_says_where_a_query_and_its_example_differ(study: Path) -> None:
    edit(study, ".sql", "('warm', 'accompanied')", "('warm')")
    edit(study, ".sql", "FROM handovers", "FROM handovers WHERE handover_id <> 'u6'")
    edit(study, ".toml", "u5      | c2", "v5      | c2")
    own = catalogue(study, SCHEMA)["own"]

    assert prove(own, connect(), SCHEMA) == (
        "Item u3 has numerator empty, the example draws 1.0.",
        "The query gives no item u6.",
        "The query gives no item v5.",
        "The query gives an item u5, which the example does not draw.",
    )


def test_the_proof_says_which_item_counts_twice(study: Path) -> None:
    edit(study, ".sql", "FROM handovers", "FROM handovers JOIN role_functions ON role_functions.role <> 'x'")
    edit(study, ".toml", "[example]", '[example]\nrole_functions = "role\\na\\nb"')
    own = catalogue(study, SCHEMA)["own"]

    assert "The query gives item u1 2 times." in prove(own, connect(), SCHEMA)


def test_a_metric_without_a_worked_example_does_not_load(study: Path) -> None:
    path = study / "metrics" / "own.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("[example]")], encoding="utf-8")

    assert "There is no worked example. Draw rows in and rows out under [example]." in refusal(study)


def test_a_sheet_without_its_query_is_refused(study: Path) -> None:
    (study / "metrics" / "own.sql").unlink()

    assert refusal(study) == "metrics/own.toml:1: There is no own.sql beside it: a metric is a pair of files."


def test_a_query_without_its_sheet_is_refused(study: Path) -> None:
    (study / "metrics" / "own.toml").unlink()

    assert refusal(study) == "metrics/own.sql: There is no own.toml beside it: a metric is a pair of files."


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("handover_id AS item_id", "handover_id AS unit_id", "metrics/own.sql: The query gives no column item_id."),
        (",\n    transfer_kind\n", "\n", "metrics/own.sql: The query gives no column transfer_kind."),
        ("    office,", "    office, activity,", "metrics/own.sql: The query gives activity, which is not asked for."),
        (
            "1 AS denominator",
            "'1' AS denominator",
            "The query gives denominator as text. It must be integer or double.",
        ),
        ("handover_type IN", "handover_typ IN", "own.sql:11:14: handovers has no column handover_typ. Did you mean"),
    ],
)
def test_a_query_that_breaks_the_contract_is_refused(study: Path, old: str, new: str, sentence: str) -> None:
    edit(study, ".sql", old, new)

    assert sentence in refusal(study)


def test_all_faults_of_a_pair_are_told_at_once(study: Path) -> None:
    edit(study, ".toml", "version = 1", "version = 0")
    edit(study, ".toml", "polarity =", "polarty =")
    edit(study, ".sql", "    on_date,", "    on_dte,")

    told = refusal(study).splitlines()

    assert [line.split(": ")[0] for line in told] == [
        "metrics/own.toml:1",  # the version
        "metrics/own.toml:1",  # no polarity
        "metrics/own.toml:3",  # but a polarty
        "metrics/own.sql:9:5",
    ]


def test_a_bar_without_blanks_belongs_to_the_value() -> None:
    text = "\na | participants\n1 | placement|partner\n2 |\n"

    table, faults = drawn_table(text, {"a": "integer", "participants": "list"}, place="x.toml", line=1)

    assert (table.rows, faults) == (((1, "placement|partner"), (2, None)), [])


def test_the_editors_schema_knows_every_key_of_the_shipped_sheets() -> None:
    import json

    described = json.loads(read_text(listing("metrics", ".schema.json")["metric"]))
    used = {key for entry in listing("metrics", ".toml").values() for key in tomllib.loads(read_text(entry))}

    assert used <= set(described["properties"])


def test_a_broken_metric_of_a_study_stops_nobody_who_asks_for_others(tmp_path: Path) -> None:
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "broken.toml").write_text("no = [", encoding="utf-8")

    assert metrics_of(["contact_loss", "arrivals"], tmp_path) == {
        name: SHIPPED[name] for name in ("contact_loss", "arrivals")
    }
    assert list(metrics_of(["contact_loss", "arrivals"], tmp_path)) == ["contact_loss", "arrivals"]
    for names in (None, ["broken"], ["contact_loss", "broken"]):
        with pytest.raises(ContentError, match=r"broken\.toml"):
            metrics_of(names, tmp_path)
    with pytest.raises(UsageError, match="Did you mean contact_loss"):
        metrics_of(["contact_los"], tmp_path)
