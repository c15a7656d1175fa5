"""Spark as a third opinion: procmine's own engine, filled with Parquet as a log store is; and a cluster on loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from procmine.engines.duckdb import literal, quoted
from procmine.engines.spark import LEAST_JAVA, Spark, java
from tests import drawn

PATIENCE = 60  # seconds until a cluster stands


def lacking() -> str:
    """What Spark lacks here, in a sentence; nothing where it can run."""
    if find_spec("pyspark") is None:
        return "the extra procmine[spark] is not installed"
    release = java()
    return "" if release is not None and release >= LEAST_JAVA else f"there is no Java {LEAST_JAVA}"


@dataclass(frozen=True, slots=True)
class SparkRefilled:
    """procmine's own Spark engine, which fills a table anew as often as asked, thousands of rows at a time."""

    engine: Spark
    folder: Path
    dialect: str = "spark"

    def fill(self, table: str, kinds: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make ``table`` anew from a Parquet file with ``rows``."""
        file = self.folder / f"{table}-{len(list(self.folder.iterdir()))}.parquet"
        bench = drawn.duckdb_engine()
        bench.fill(table, kinds, rows)
        bench.run(f"COPY {quoted(table)} TO {literal(str(file))} (FORMAT parquet)")
        bench.close()
        self.engine.show(table, [file])

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.engine.run(sql)


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """The address of a standalone cluster: one master and some workers on loopback, each with its folder
    ``worker-0`` and so on; all their processes are gone afterwards."""
    port, page = _free_ports(2)
    master = f"spark://127.0.0.1:{port}"
    with ExitStack() as ends:
        ends.enter_context(_daemon(folder, "master", "master.Master", "--port", str(port), "--webui-port", str(page)))
        _wait_for(page, workers=0)
        for number in range(workers):
            place = folder / f"worker-{number}"
            place.mkdir()
            arguments = ("--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(place), master)
            ends.enter_context(_daemon(folder, place.name, "worker.Worker", *arguments))
        _wait_for(page, workers=workers)
        yield master


@contextmanager
def _daemon(folder: Path, name: str, kind: str, *arguments: str) -> Iterator[None]:
    """A process of the cluster, and at the end no process of its group: a worker starts executors."""
    import pyspark

    home = Path(pyspark.__file__).parent
    scratch = folder / f"{name}-scratch"
    scratch.mkdir()
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(scratch),
        "SPARK_DAEMON_MEMORY": "512m",
        "SPARK_DAEMON_JAVA_OPTS": f"-Djava.io.tmpdir={scratch} -XX:-UsePerfData",
    }
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", "--host", "127.0.0.1", *arguments]
    with (folder / f"{name}.log").open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said, start_new_session=True)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(scratch, ignore_errors=True)


def _wait_for(page: int, workers: int) -> None:
    """Return once the master's page tells of that many workers. Raises TimeoutError."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
            if sum(worker["state"] == "ALIVE" for worker in json.load(answer)["workers"]) >= workers:
                return
        time.sleep(0.2)
    raise TimeoutError(f"No cluster of {workers} workers within {PATIENCE} seconds.")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as opened:
        sockets = [opened.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def listened_on(process: int) -> set[str]:
    """The addresses a process listens on, as the kernel spells them (Linux)."""
    inodes = set()
    for entry in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):
            inodes.add(str(entry.readlink()))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            cells = line.split()
            if cells[3] == "0A" and f"socket:[{cells[9]}]" in inodes:
                found.add(cells[1].partition(":")[0])
    return found
