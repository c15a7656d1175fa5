"""A store is there as it was or as it shall be, never between: killed, interrupted, full disk, two at once."""

from __future__ import annotations

import errno
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from procmine.errors import InputError
from procmine.log import damaged, open_store, read_receipt
from procmine.read import place
from procmine.read.importing import import_log
from procmine.report.publish import verify
from procmine.schema import Schema, load_schema

BEFORE = "case_id,activity,timestamp\na,call,2025-01-01\n"
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals and limits of POSIX")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema()


def later(rows: int) -> str:
    lines = [f"c{n % 500},call,2025-01-{1 + n % 28:02}T08:00:00,w{n % 7}" for n in range(rows)]
    return "case_id,activity,timestamp,worker\n" + "\n".join(lines)


def started(path: Path, store: Path, **options: Any) -> subprocess.Popen[bytes]:
    """An import in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from procmine.terminal.running import run; "
        "from procmine.read.importing import import_log; from procmine.schema import load_schema; import typer\n"
        "app = typer.Typer()\n"
        "@app.command()\n"
        "def go(path: Path, store: Path): import_log(path, store, schema=load_schema())\n"
        "sys.exit(run(app, sys.argv[1:]))"
    )
    call = [sys.executable, "-c", code, str(path), str(store)]
    return subprocess.Popen(call, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, **options)


def beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def assert_whole(store: Path, sizes: tuple[int, int], schema: Schema) -> None:
    """The state before or after, whole and readable; a store set aside is put back first, as every start does."""
    place.put_back(store)
    assert damaged(store) == ()
    assert open_store(store, schema).engine.run("SELECT COUNT(*) FROM events")[0][0] in sizes
    assert all(one.ok for one in verify(store))


def killed_at_random_moments(tmp_path: Path, schema: Schema, times: int) -> list[str]:
    """Kill an import over an older store again and again; returns what the starts after it said."""
    path, store = tmp_path / "log.csv", tmp_path / "store"
    path.write_text(BEFORE, encoding="utf-8")
    import_log(path, store, schema=schema)
    path.write_text(later(20_000), encoding="utf-8")
    shutil.copytree(store, tmp_path / "kept")
    begun = time.monotonic()
    whole = started(path, store)
    whole.communicate()
    length = time.monotonic() - begun
    assert whole.returncode == 0
    dice = random.Random(5)  # noqa: S311 - moments, not secrets
    said = []
    for _ in range(times):
        shutil.rmtree(store)
        shutil.copytree(tmp_path / "kept", store)
        one = started(path, store)
        time.sleep(dice.uniform(0.3, 1.0) * length)
        one.kill()
        one.communicate()
        assert_whole(store, (1, 20_000), schema)
        again = started(path, store)
        said.append(again.communicate()[1].decode())
        assert again.returncode == 0
        assert_whole(store, (20_000, 20_000), schema)
        assert beside(tmp_path) == ["kept", "log.csv", "store"]
    return said


@pytest.mark.slow
@POSIX
def test_a_killed_import_leaves_the_state_before_or_after(tmp_path: Path, schema: Schema) -> None:
    assert len(killed_at_random_moments(tmp_path, schema, 3)) == 3


@POSIX
@pytest.mark.slow
def test_twenty_five_kills_leave_no_state_between_and_the_next_start_says_so(tmp_path: Path, schema: Schema) -> None:
    said = killed_at_random_moments(tmp_path, schema, 25)

    assert any("did not finish" in one for one in said)


def test_a_store_set_aside_by_a_killed_process_is_put_back(
    tmp_path: Path, schema: Schema, caplog: pytest.LogCaptureFixture
) -> None:
    path, store = tmp_path / "log.csv", tmp_path / "store"
    path.write_text(BEFORE, encoding="utf-8")
    import_log(path, store, schema=schema)
    digest = read_receipt(store)["digest"]
    store.rename(tmp_path / f"store{place.ASIDE}")
    (tmp_path / f"store{place.FRESH}1").mkdir()
    (tmp_path / f"store{place.LOCK}").write_text("1", encoding="ascii")
    with caplog.at_level(logging.WARNING, "procmine"):
        import_log(path, store, schema=schema)

    assert read_receipt(store)["digest"] == digest
    assert beside(tmp_path) == ["log.csv", "store"]
    assert "did not finish (process 1)" in caplog.text and "put back" in caplog.text


def test_a_folder_of_somebody_else_is_never_taken_for_a_store_set_aside(tmp_path: Path, schema: Schema) -> None:
    theirs = tmp_path / f"store{place.ASIDE}"
    theirs.mkdir()
    (theirs / "letter.txt").write_text("dear", encoding="utf-8")
    place.put_back(tmp_path / "store")

    assert (theirs / "letter.txt").exists()
    assert not (tmp_path / "store").exists()


@POSIX
def test_ctrl_c_stops_within_seconds_and_changes_nothing(tmp_path: Path, schema: Schema) -> None:
    path, store = tmp_path / "log.csv", tmp_path / "store"
    path.write_text(BEFORE, encoding="utf-8")
    import_log(path, store, schema=schema)
    path.write_text(later(60_000), encoding="utf-8")
    one = started(path, store)
    deadline = time.monotonic() + 60
    while not (tmp_path / f"store{place.LOCK}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    one.send_signal(signal.SIGINT)
    begun = time.monotonic()
    said = one.communicate(timeout=30)[1].decode()

    assert time.monotonic() - begun < 5 or one.returncode == 0
    if one.returncode != 0:  # it may have been done in that moment
        assert (one.returncode, said.count("\n")) == (130, 1)
        assert read_receipt(store)["events"] == 1
    assert beside(tmp_path) == ["log.csv", "store"]


@POSIX
def test_a_full_disk_is_said_with_the_folder_and_the_need(tmp_path: Path, schema: Schema) -> None:
    path, store = tmp_path / "log.csv", tmp_path / "store"
    path.write_text(BEFORE, encoding="utf-8")
    import_log(path, store, schema=schema)
    path.write_text(later(60_000), encoding="utf-8")

    def small_files() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the system then refuses the write instead of ending the process
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    one = started(path, store, preexec_fn=small_files)
    said = one.communicate()[1].decode()

    assert one.returncode == 3, said
    assert "full" in said and "needs about" in said and str(tmp_path) in said
    assert read_receipt(store)["events"] == 1
    assert beside(tmp_path) == ["log.csv", "store"]


@POSIX
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path, schema: Schema) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    path = tmp_path / "log.csv"
    path.write_text(BEFORE, encoding="utf-8")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)

    with pytest.raises(InputError, match="may not be written"):
        import_log(path, closed / "store", schema=schema)


def test_a_refused_write_names_the_folder(tmp_path: Path, schema: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.csv"
    path.write_text(BEFORE, encoding="utf-8")

    make = Path.mkdir

    def refused(self: Path, *given: Any, **more: Any) -> None:
        if place.FRESH in self.name:
            raise PermissionError(errno.EROFS, "Read-only file system")
        make(self, *given, **more)

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(InputError, match="may not be written: Read-only") as fault:
        import_log(path, tmp_path / "store", schema=schema)

    assert str(tmp_path) in str(fault.value.where)


@POSIX
def test_a_second_import_into_one_place_is_refused_with_the_holder(tmp_path: Path, schema: Schema) -> None:
    path, store = tmp_path / "log.csv", tmp_path / "store"
    path.write_text(BEFORE, encoding="utf-8")
    code = (
        "import sys, time; from pathlib import Path; from procmine.read.place import whole_folder\n"
        "with whole_folder(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert holder.stdout is not None and holder.stdout.readline() == b"in\n"
    try:
        with pytest.raises(InputError, match=rf"in use by process {holder.pid} since \d\d:"):
            import_log(path, store, schema=schema)
    finally:
        holder.kill()
        holder.communicate()
    import_log(path, store, schema=schema)

    assert beside(tmp_path) == ["log.csv", "store"]


CALLS = ("fsync", "rename", "replace", "mkdir", "unlink", "ftruncate", "open")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, int], list[int]]]:
    """Make the n-th change of the file system fail, as SQLite's tests do; returns how many there were."""

    def arm(at: int, code: int) -> list[int]:
        seen = [0]
        for name in CALLS:
            original = getattr(os, name)

            def wrapped(*given: Any, original: Any = original, name: str = name, **more: Any) -> Any:
                writes = name != "open" or (len(given) > 1 and given[1] & (os.O_WRONLY | os.O_RDWR))
                if writes:
                    seen[0] += 1
                    if seen[0] == at:
                        raise OSError(code, os.strerror(code))
                return original(*given, **more)

            monkeypatch.setattr(os, name, wrapped)
        return seen

    yield arm


def put(store: Path, state: str) -> None:
    """A small folder in the place of a store, as an import puts it there."""
    with place.whole_folder(store) as folder:
        (folder / "events").mkdir()
        for name in ("events/0000.parquet", "receipt.json"):
            text = json.dumps({"schema": "procmine/receipt@1", "state": state})
            (folder / name).write_text(text, encoding="utf-8")


def state_of(store: Path) -> set[str]:
    """What the files of the folder say; a folder with one file less says nothing."""
    files = sorted(path for path in store.rglob("*") if path.is_file())
    return {json.loads(path.read_text(encoding="utf-8"))["state"] for path in files} if len(files) == 2 else set()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_whichever_change_of_the_file_system_fails_the_state_is_before_or_after(
    tmp_path: Path, failing: Callable[[int, int], list[int]], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    store, failed, at = tmp_path / "store", 0, 0
    while True:
        at += 1
        put(store, "before")
        seen = failing(at, code)
        try:
            put(store, "after")
        except OSError:
            failed += 1
        finally:
            monkeypatch.undo()
        place.put_back(store)
        assert state_of(store) in ({"before"}, {"after"})
        if seen[0] < at:
            break

    assert failed >= 10
    assert state_of(store) == {"after"}


def test_all_bytes_are_on_the_disk_before_the_folder_takes_its_place(
    tmp_path: Path, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, store = tmp_path / "log.csv", tmp_path / "store"
    path.write_text(BEFORE, encoding="utf-8")
    calls: list[str] = []
    for name in ("fsync", "rename"):
        original = getattr(os, name)

        def wrapped(*given: Any, original: Any = original, name: str = name) -> Any:
            calls.append(name)
            return original(*given)

        monkeypatch.setattr(os, name, wrapped)
    import_log(path, store, schema=schema)
    files = sum(1 for _ in store.rglob("*")) + 1  # every file and folder, and the new folder itself

    assert calls.count("fsync") == files + 1
    assert calls.index("rename") == files
    assert calls[-1] == "fsync"


@pytest.mark.parametrize("file", ["events/0000.parquet", "names/cases.parquet", "derived/contacts/0000.parquet"])
def test_a_damaged_page_is_an_error_and_never_another_answer(tmp_path: Path, schema: Schema, file: str) -> None:
    path, store = tmp_path / "log.csv", tmp_path / "store"
    path.write_text(later(2_000), encoding="utf-8")
    import_log(path, store, schema=schema)
    good = (store / file).read_bytes()
    for start in range(0, len(good), 4096):
        page = bytes(byte ^ 0xFF for byte in good[start : start + 4096])
        (store / file).write_bytes(good[:start] + page + good[start + 4096 :])
        with pytest.raises(InputError, match="damaged"):
            open_store(store, schema)
    (store / file).write_bytes(good)

    assert open_store(store, schema).receipt["events"] == 2_000
