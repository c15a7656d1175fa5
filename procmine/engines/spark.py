"""Spark: the same store and the same queries on a cluster, for logs no single machine holds.

On one machine nothing here is needed: DuckDB answers from the same files in a fraction of the time. Install with
``procmine[spark]`` and Java 17. The master is this machine (``local[*]``) unless PROCMINE_SPARK_MASTER names a
standalone cluster (``spark://host:7077``), whose workers must see the log store under the same path.

Spark has no lock such as DuckDB's. What runs here is a metric's query and the sums around it: the query is house SQL,
parsed and checked, and names derived tables only, so that it can read nothing else here either. No Hive, no page of
Spark's own, no telemetry; where the master is on this machine everything listens on loopback alone. What is written
lies in a folder of this run's own among the temporary files and goes when the session ends.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import socket
import subprocess
import tempfile
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from procmine.errors import InputError, UsageError

TYPES = {
    "text": "STRING",
    "code": "STRING",
    "list": "STRING",
    "key": "STRING",
    "timestamp": "TIMESTAMP_NTZ",
    "date": "DATE",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
}
MASTER = "PROCMINE_SPARK_MASTER"
LEAST_JAVA = 17
INSTALL = "Run: pip install procmine[spark], and install Java 17."
_SCRATCH = "spark.procmine.scratch"
_LOCAL = re.compile(r"local(\[(\*|\d+)\])?")
_CLUSTER = re.compile(r"spark://([^/:,]+|\[[0-9a-fA-F:]+\]):(\d+)")
_GLOB = re.compile(r"([\\*?\[\]{}])")
# What decides figures, set for the session whatever a cluster's own settings say.
_MEANING = {
    "spark.sql.session.timeZone": "UTC",
    # A text that is no number, a sum too large: an error as in DuckDB, never a silent empty value.
    "spark.sql.ansi.enabled": "true",
    # ${…} in a text would be replaced by what the machine has under that name.
    "spark.sql.variable.substitute": "false",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parquet.mergeSchema": "false",
}


@dataclass(frozen=True, slots=True)
class Spark:
    """A Spark session. Tables are temporary views of its own; what is kept is cached until it is kept anew."""

    session: Any
    kept: dict[str, Any] = field(default_factory=dict)
    dialect: str = "spark"

    def fill(self, table: str, kinds: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make ``table`` of ``rows`` (for small tables: vocabularies, the days a log was watched, tests).

        The rows travel inside the query: a frame made from Python's rows would need a Python of the same version on
        every worker, a file would need a place that all workers see.
        """
        columns = [f"CAST(c{n} AS {TYPES[kind]}) AS `{name}`" for n, (name, kind) in enumerate(kinds.items())]
        values = [f"({', '.join(map(literal, row))})" for row in rows]
        source = ", ".join(values) or f"({', '.join('NULL' for _ in kinds)})"
        names = ", ".join(f"c{number}" for number in range(len(kinds)))
        filled = "" if values else " WHERE FALSE"
        query = f"SELECT {', '.join(columns)} FROM VALUES {source} AS v({names}){filled}"
        self.session.sql(query).createOrReplaceTempView(table)

    def show(self, table: str, files: Sequence[Path], columns: Mapping[str, str] | None = None) -> None:
        """Make ``table`` a view of Parquet files; ``columns`` (name to kind) that the files lack are empty."""
        frame = self.session.read.parquet(*map(address, files))
        lacking = [
            f"CAST(NULL AS {TYPES[kind]}) AS `{name}`"
            for name, kind in (columns or {}).items()
            if name not in frame.columns
        ]
        frame.selectExpr("*", *lacking).createOrReplaceTempView(table)

    def beside(self) -> Spark:
        """Itself: a session runs one figure after the other, on all its workers."""
        return self

    def keep(self, table: str, sql: str) -> None:
        """Make ``table`` the result of a query, computed once."""
        before = self.kept.pop(table, None)
        if before is not None:
            before.unpersist()
        frame = self.session.sql(sql).cache()
        frame.createOrReplaceTempView(table)
        self.kept[table] = frame

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return [tuple(map(_number, row)) for row in self.session.sql(sql).collect()]

    def columns(self, sql: str) -> dict[str, Any]:
        """The result of a query as one numpy array a column."""
        import numpy

        frame = self.session.sql(sql)
        rows = frame.collect()
        return {name: numpy.array([row[place] for row in rows]) for place, name in enumerate(frame.columns)}


def connect(master: str | None = None) -> Spark:
    """A session on ``master`` (default: the environment's, else this machine); it ends with Python, or by ``end``.

    A process has one Spark at a time, and each call gets a session of its own, so that two logs do not share tables.
    Raises UsageError where Spark or Java is lacking or the master is none, InputError where no Spark comes about.
    """
    where = master or os.environ.get(MASTER) or "local[*]"
    try:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession
    except ImportError as fault:
        raise UsageError("Spark is not installed.", hint=INSTALL) from fault
    running = SparkContext._active_spark_context
    if running is None:
        running = _start(where)
    elif running.master != where:
        raise UsageError(f"Spark runs in this process already, on {running.master}.", hint="End it first.")
    session = SparkSession(running).newSession()
    for name, value in _MEANING.items():
        session.conf.set(name, value)
    return Spark(session)


def java() -> int | None:
    """The release of the Java that Spark would start (17), if there is one."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if program is None:
        return None
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 - asks Java
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found.group(1)) if found else None


def _start(master: str) -> Any:
    """Spark's Java process and the context in it. What Java says goes to a file, not between the lines of a result."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    own = own_settings(master)
    release = java()
    if release is None or release < LEAST_JAVA:
        there = "there is none" if release is None else f"this is Java {release}"
        raise UsageError(f"Spark needs Java {LEAST_JAVA}, and {there}.", hint="Install it, or set JAVA_HOME.")
    scratch = Path(tempfile.mkdtemp(prefix="procmine-spark-"))
    conf = SparkConf().setMaster(master).setAppName("procmine")
    for name, value in {**_settings(scratch), **own, **_MEANING}.items():
        conf.set(name, value)
    gateway = None
    try:
        with warnings.catch_warnings(), (scratch / "said.txt").open("wb") as said:
            warnings.simplefilter("ignore")  # pyspark's own, about Python and forking
            gateway = launch_gateway(conf, {"stdout": said, "stderr": said})
            context = SparkContext(conf=conf, gateway=gateway)
    except BaseException as fault:
        _leave(gateway, scratch)
        if not isinstance(fault, Exception):
            raise
        raise InputError(
            "Spark could not be started.",
            where=master,
            hint="Does the master run, and is it of the version that procmine[spark] installs?",
        ) from fault
    atexit.register(end, context)
    return context


def end(context: Any = None) -> None:
    """End the Spark that ``connect`` started, whichever log uses it, and take its files away; another's is left alone.

    With a context only if it is still that one.
    """
    from pyspark import SparkContext

    running = SparkContext._active_spark_context
    scratch = running.getConf().get(_SCRATCH) if running is not None else None
    if running is None or scratch is None or context not in (None, running):
        return
    gateway = SparkContext._gateway
    with suppress(Exception):  # a cluster that is gone already cannot be told so
        running.stop()
    _leave(gateway, Path(scratch))


def _leave(gateway: Any, scratch: Path) -> None:
    """Let the Java process end, so that nothing writes any more, and delete the folder."""
    from pyspark import SparkContext

    # pyspark would keep the process until Python ends, and there is no public word for letting it go before.
    SparkContext._gateway = SparkContext._jvm = None
    if gateway is not None:
        gateway.shutdown()
        process = gateway.proc
        process.stdin.close()
        try:
            process.wait(timeout=30)
        except Exception:
            process.kill()
            process.wait()
    shutil.rmtree(scratch, ignore_errors=True)


def _settings(scratch: Path) -> dict[str, str]:
    return {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.local.dir": str(scratch),
        _SCRATCH: str(scratch),
        "spark.driver.extraJavaOptions": f'-Djava.io.tmpdir="{scratch}" -XX:-UsePerfData',
    }


def own_settings(master: str) -> dict[str, str]:
    """What depends on where the master is: how large the work is cut, and who may reach this process.

    A cluster's workers must reach it, so it listens on the address that leads to them; who may join there, and what is
    encrypted on the way, are settings of the cluster (SPARK_CONF_DIR).
    """
    here = {**_listening("127.0.0.1"), "spark.sql.shuffle.partitions": "4"}
    if _LOCAL.fullmatch(master):
        # Other users of this machine cannot ask this process for its data.
        return {**here, "spark.authenticate": "true", "spark.driver.memory": "4g"}
    cluster = _CLUSTER.fullmatch(master)
    if cluster is None:
        raise UsageError(
            f"{master!r} is no master procmine knows.",
            where=MASTER,
            hint="Write local[*], local[2] or spark://host:7077.",
        )
    try:
        with socket.create_connection((cluster.group(1).strip("[]"), int(cluster.group(2))), timeout=10) as way:
            own = str(way.getsockname()[0])
    except OSError as fault:
        raise InputError(
            "Nobody answers there.", where=master, hint="Is the master running, and is this its address?"
        ) from fault
    return here if own.startswith("127.") else _listening(own)


def _listening(address: str) -> dict[str, str]:
    return {"spark.driver.host": address, "spark.driver.bindAddress": address}


def address(file: Path) -> str:
    """A file as Spark takes it for that one file: signs of a pattern in its name stand for themselves."""
    return "file://" + ("" if os.name != "nt" else "/") + _GLOB.sub(r"\\\1", file.resolve().as_posix())


def literal(value: Any) -> str:
    """A value as text in a query, or NULL; its column says what it is."""
    if value is None:
        return "NULL"
    text = value.isoformat() if isinstance(value, date) else str(value)
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _number(value: Any) -> Any:
    """Whole decimals are whole numbers, as DuckDB's HUGEINT is."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value
