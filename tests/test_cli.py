"""The command line as a user meets it: what goes where, what it exits with, what it says when something is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from procmine.cli import app
from procmine.terminal.running import run

MEASUREMENT_KEYS = [
    "metric",
    "version",
    "group",
    "period",
    "value",
    "numerator",
    "denominator",
    "items",
    "cases",
    "coverage",
    "bounds",
    "interval",
    "status",
    "reason",
]
HEAVY = {"pm4py", "networkx", "sqlglot", "plotly", "matplotlib", "duckdb", "pandas", "scipy", "numpy"}

Called = tuple[int, str, str]
Call = Callable[..., Called]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run procmine with arguments; its exit code, stdout and stderr."""

    def made(*arguments: object) -> Called:
        code = run(app, [str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return made


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A canonical log of three offices; the second begins fewer appointments on the client's side."""
    path = tmp_path_factory.mktemp("cli") / "extract.csv"
    lines = ["case_id,event_id,activity,timestamp,worker,role,office,appointment_id,initiator,outcome,location"]
    for case in range(120):
        office = f"JC-0{case % 3 + 1}"
        for visit in range(4):
            number = 4 * case + visit
            initiator = "client" if (case + visit) % (5 if office == "JC-02" else 2) == 0 else "caseworker"
            day = f"2025-{visit + 1:02d}-{case % 28 + 1:02d}T10:00:00"
            worker = f"w{case % 12 + (visit == 3)}"
            activity = "first_interview" if visit == 0 else "followup_interview"
            lines.append(
                f"c{case},e{number},{activity},{day},{worker},placement,{office},a{number},{initiator},attended,office"
            )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def data_of(text: str) -> Any:
    """The ``data`` of the one JSON object on stdout."""
    return json.loads(text)["data"]


def test_procmine_alone_shows_its_help_and_is_a_usage_error(call: Call) -> None:
    code, out, err = call()

    assert (code, out) == (2, "")
    assert "Commands:" in err


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_a_result(call: Call, flag: str) -> None:
    code, out, err = call("score", flag)

    assert (code, err) == (0, "")
    assert "--by COLUMN" in out


def test_an_unknown_verb_is_answered_with_the_nearest(call: Call) -> None:
    code, out, err = call("scroe", "x.csv")

    assert (code, out) == (2, "")
    assert "score" in err


def test_an_unknown_option_is_answered_with_the_nearest(call: Call) -> None:
    code, _, err = call("score", "x.csv", "--priacy", "internal")

    assert code == 2
    assert "--privacy" in err


@pytest.mark.parametrize(
    ("option", "value", "known"),
    [("--lang", "fr", "de, en"), ("--privacy", "internl", "internal"), ("--engine", "sparc", "spark")],
)
def test_a_value_that_is_not_known_is_answered_with_those_that_are(
    call: Call, option: str, value: str, known: str
) -> None:
    code, _, err = call("score", "x.csv", option, value)

    assert code == 2
    assert known in err


def test_a_day_in_another_form_is_refused_with_the_right_one(call: Call) -> None:
    code, _, err = call("score", "x.csv", "--from", "31.01.2025")

    assert code == 2
    assert "2026-01-31" in err


def test_a_log_that_is_not_there_exits_with_3_and_says_nothing_on_stdout(call: Call, tmp_path: Path) -> None:
    code, out, err = call("score", tmp_path / "missing.csv")

    assert (code, out) == (3, "")
    assert "missing.csv" in err


def test_an_error_in_json_mode_is_one_object_with_the_same_exit_code(call: Call, tmp_path: Path) -> None:
    code, out, _ = call("score", tmp_path / "missing.csv", "--json")
    told = json.loads(out)

    assert code == 3
    assert (told["schema"], told["ok"], told["data"]["error"]["exit_code"]) == ("procmine/score@1", False, 3)


def test_a_metric_nobody_knows_is_answered_with_the_nearest(call: Call) -> None:
    code, _, err = call("explain", "warm_handover")

    assert code == 2
    assert "warm_handovers" in err


def test_ctrl_c_ends_in_one_line_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    code = run(stopped, ["audit", "x.csv"])  # type: ignore[arg-type] # any callable with app's call will do
    out, err = capsys.readouterr()

    assert (code, out, err.count("\n")) == (130, "", 1)


def test_an_internal_error_is_one_line_and_5_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    code = run(broken, ["audit", "x.csv"])  # type: ignore[arg-type] # any callable with app's call will do
    _, err = capsys.readouterr()

    assert (code, err.count("\n")) == (5, 1)
    assert "Traceback" not in err


def test_score_keeps_its_json_contract(call: Call, log: Path) -> None:
    code, out, err = call("score", log, "--by", "office", "--json")
    told = json.loads(out)

    assert (code, err) == (0, "")
    assert list(told) == ["schema", "ok", "data", "warnings"]
    assert told["schema"] == "procmine/score@1"
    # "further" only where something stands beside the value.
    keys = {tuple(key for key in one if key != "further") for one in told["data"]["measurements"]}
    assert keys == {tuple(MEASUREMENT_KEYS)}


def test_score_groups_by_what_it_was_told(call: Call, log: Path) -> None:
    _, out, _ = call("score", log, "--by", "office", "--metric", "self_initiated_appointments", "--json")
    values = {one["group"].get("office"): one["value"] for one in data_of(out)["measurements"]}

    assert values["JC-01"] == 0.5
    assert values["JC-02"] < values[None] < 0.5


def test_score_shows_the_reason_where_nothing_can_be_measured(call: Call, log: Path) -> None:
    code, out, _ = call("score", log, "--metric", "warm_handovers", "--lang", "en")

    assert code == 0
    assert "not_measurable" in out


def test_a_period_outside_the_log_counts_nothing(call: Call, log: Path) -> None:
    _, out, _ = call("score", log, "--metric", "self_initiated_appointments", "--from", "2030-01-01", "--json")
    (one,) = data_of(out)["measurements"]

    assert (one["value"], one["items"]) == (None, 0)


def test_inspect_keeps_its_json_contract(call: Call, log: Path) -> None:
    code, out, err = call("inspect", log, "--json")
    data = data_of(out)

    assert (code, err, json.loads(out)["schema"]) == (0, "", "procmine/inspect@1")
    assert {"files", "columns", "candidates", "sure", "like"} <= data.keys()
    assert {data["sure"][ours] for ours in ("case_id", "activity", "timestamp")} == {"case_id", "activity", "timestamp"}


@pytest.mark.parametrize(("language", "word"), [("de", "was wohin"), ("en", "what could go where")])
def test_inspect_speaks_the_language_asked_for(call: Call, log: Path, language: str, word: str) -> None:
    code, out, _ = call("inspect", log, "--lang", language)

    assert code == 0
    assert word in out.lower()


def test_inspect_makes_no_store(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("case_id,activity,timestamp\na,x,2025-01-01\n", encoding="utf-8")
    call("inspect", path)

    assert list(tmp_path.iterdir()) == [path]


def test_map_keeps_its_json_contract(call: Call, log: Path) -> None:
    code, out, _ = call("map", log, "--json")
    data = data_of(out)

    assert (code, json.loads(out)["schema"], data["ready"], data["written"]) == (0, "procmine/map@1", True, None)
    assert {"source", "columns", "missing", "open"} <= data.keys()


def test_what_map_writes_reads_the_log(call: Call, log: Path, tmp_path: Path) -> None:
    drafted, out, _ = call("map", log, "--out", tmp_path / "mine.toml")
    checked, found, _ = call("check", log, "--source", tmp_path / "mine.toml", "--json")

    assert (drafted, out, checked) == (0, "", 0)
    assert data_of(found)["rows_accepted"] == 480


def test_map_overwrites_no_file(call: Call, log: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("# edited by hand", encoding="utf-8")
    code, _, err = call("map", log, "--out", mine, "--lang", "en")

    assert (code, mine.read_text(encoding="utf-8")) == (2, "# edited by hand")
    assert "mine.toml" in err


def test_map_asks_nothing_where_nobody_sits_at_a_terminal(call: Call, log: Path) -> None:
    _, asked, told = call("map", log, "--lang", "en")
    _, silent, _ = call("map", log, "--lang", "en", "--no-input")

    assert asked == silent
    assert "Choose a number" not in told


def test_inspect_of_a_log_store_says_to_take_the_export(call: Call, log: Path) -> None:
    call("check", log)
    code, _, err = call("inspect", log.with_name(f"{log.name}.procmine"))

    assert code == 3
    assert "export" in err


def test_check_keeps_its_json_contract(call: Call, log: Path) -> None:
    _, out, _ = call("check", log, "--json")
    data = data_of(out)

    assert (data["rows_read"], data["rows_accepted"], data["rows_quarantined"]) == (480, 480, 0)
    assert {"quarantine", "columns", "absent", "vocabulary", "measurable"} <= data.keys()


def test_check_names_the_reason_for_each_metric_that_cannot_be_measured(call: Call, log: Path) -> None:
    code, out, _ = call("check", log)

    assert code == 0
    assert "warm_handovers" in out


def test_discover_keeps_its_json_contract(call: Call, log: Path) -> None:
    _, out, _ = call("discover", log, "--json")
    data = data_of(out)

    assert {"steps", "ways", "variants", "cases", "events", "fitness", "precision"} <= data.keys()
    assert (data["cases"], data["events"], len(data["steps"])) == (120, 480, 2)


def test_discover_refuses_an_office_nobody_knows(call: Call, log: Path) -> None:
    code, _, err = call("discover", log, "--office", "JC-1")

    assert code == 2
    assert "JC-01" in err


def test_variants_shows_the_most_frequent_course(call: Call, log: Path) -> None:
    code, out, _ = call("variants", log, "--top", "1")

    assert code == 0
    assert "first_interview → followup_interview → followup_interview → followup_interview" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--branches", "--against", "JC-02"), "two questions"),
        (("--branches", "--algorithm", "heuristics"), "inductive miner"),
        (("--against", "JC-02", "--keep", "0.8"), "inductive miner"),
        (("--branches", "--rare", "0.1"), "inductive miner"),
        (("--branches", "--out", "a.bpmn"), "no model: a.bpmn"),
        (("--against", "JC-02", "--out", "a.pnml"), "no model: a.pnml"),
    ],
)
def test_a_question_to_the_model_refuses_what_it_would_not_heed(
    call: Call, log: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = call("discover", log, *arguments)

    assert (code, out) == (2, "")
    assert said in err


def test_a_difference_can_be_drawn_into_a_file(call: Call, log: Path, tmp_path: Path) -> None:
    place = tmp_path / "difference.svg"
    code, _, _ = call("discover", log, "--office", "JC-01", "--against", "JC-02", "--out", place)

    assert code == 0
    assert place.read_text("utf-8").startswith("<svg")


def test_a_file_called_json_holds_json(call: Call, log: Path, tmp_path: Path) -> None:
    place = tmp_path / "steered.json"
    code, out, _ = call("discover", log, "--branches", "--out", place)

    assert (code, out) == (0, "")
    assert data_of(place.read_text("utf-8"))["steered"]["branches"] is not None


def test_variety_refuses_a_number_of_courses(call: Call, log: Path) -> None:
    code, out, err = call("variants", log, "--variety", "--top", "5")

    assert (code, out) == (2, "")
    assert "Leave out --top" in err


@pytest.mark.parametrize(
    ("language", "said"), [("de", "Im Auszug steht keine Übergabe"), ("en", "The extract holds no handover")]
)
def test_a_log_without_handovers_is_told_in_a_sentence(call: Call, tmp_path: Path, language: str, said: str) -> None:
    path = tmp_path / "one.csv"
    path.write_text("case_id,activity,timestamp,role\na,first_interview,2025-01-06T08:00,placement\n", encoding="utf-8")
    code, out, _ = call("handover", path, "--lang", language)

    assert code == 0
    assert said in out


def test_a_log_that_cannot_tell_handovers_says_what_it_lacks(call: Call, log: Path) -> None:
    _, out, _ = call("handover", log, "--by", "team", "--lang", "en")

    assert "Not measurable: the extract lacks team" in out
    assert "both sides known" not in out and "components" not in out


def test_where_a_side_cannot_be_known_no_handover_found_is_not_told_as_none(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("case_id,activity,timestamp\na,first_interview,2025-01-06T08:00\n", encoding="utf-8")
    _, out, _ = call("handover", path, "--lang", "en")

    assert "Not measurable: the extract lacks role" in out and "0" not in out


def test_compare_keeps_its_json_contract_and_the_order_of_names(call: Call, log: Path) -> None:
    _, out, _ = call("compare", log, "--metric", "self_initiated_appointments", "--json")
    measured = data_of(out)["measurements"]
    offices = [one["group"]["office"] for one in measured if "office" in one["group"]]

    assert {tuple(one) for one in measured} == {tuple(MEASUREMENT_KEYS)}
    assert offices == ["JC-01", "JC-02", "JC-03"]


def test_a_result_can_go_into_a_file_instead(call: Call, log: Path, tmp_path: Path) -> None:
    code, out, err = call("score", log, "--json", "--out", tmp_path / "new" / "score.json")

    assert (code, out) == (0, "")
    assert "score.json" in err
    assert json.loads((tmp_path / "new" / "score.json").read_text(encoding="utf-8"))["ok"]


def test_explain_prints_the_sheet_in_the_language_asked_for(call: Call) -> None:
    _, german, _ = call("explain", "warm_handovers")
    _, english, _ = call("explain", "warm_handovers", "--lang", "en")

    assert german != english


def test_doctor_finds_this_environment_well(call: Call) -> None:
    code, out, _ = call("doctor", "--json")

    assert code == 0, out
    assert all(check["ok"] for check in data_of(out)["checks"])


def test_init_makes_a_study_once_and_never_over_another(call: Call, tmp_path: Path) -> None:
    first, out, _ = call("init", tmp_path / "study")
    again, _, err = call("init", tmp_path / "study")

    assert (first, again) == (0, 3)
    assert "procmine.toml" in out
    assert "not empty" in err


def test_help_loads_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys; from procmine.cli import app; from procmine.terminal.running import run;"
        "run(app, ['--help']); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert HEAVY.isdisjoint(done.stderr.split())


def test_python_dash_m_is_the_same_command() -> None:
    done = subprocess.run([sys.executable, "-m", "procmine", "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("procmine ")


def test_nothing_opens_a_network_connection(log: Path, tmp_path: Path) -> None:
    code = (
        "import socket, sys\n"
        "def refuse(*_, **__): raise SystemExit('a network connection was tried')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse\n"
        "from procmine.cli import app\n"
        "from procmine.terminal.running import run\n"
        f"sys.exit(run(app, ['audit', {str(log)!r}, '--out', {str(tmp_path / 'report')!r}]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_no_result_is_written_over_its_own_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log.csv"
    log.write_text("case_id,activity,timestamp\na,call,2025-01-01\n", encoding="utf-8")
    before = log.read_bytes()
    for verb in ("check", "score", "inspect", "compare", "variants", "discover"):
        assert run(app, [verb, str(log), "--out", str(log)]) == 2
    assert run(app, ["diff", str(log), str(log), "--out", str(log)]) == 2
    assert run(app, ["check", str(log), "--faulty", str(log)]) == 2

    assert log.read_bytes() == before
    assert "overwrite its own input" in capsys.readouterr().err


def test_a_source_is_found_in_the_folder_the_user_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "event_logs" / "sources").mkdir(parents=True)
    own = 'title = {de = "a", en = "a"}\n[columns]\ncase_id = "Fall"\nactivity = "Was"\ntimestamp = "Wann"\n'
    # An editor of Windows puts a byte order mark first.
    (tmp_path / "event_logs" / "sources" / "unser.toml").write_text(own, encoding="utf-8-sig")
    (tmp_path / "log.csv").write_text("Fall;Was;Wann\na;call;2025-01-01\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert run(app, ["check", "log.csv", "--source", "unser"]) == 0
