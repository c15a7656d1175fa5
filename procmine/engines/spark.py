"""Spark: the same store and the same queries on a cluster, for logs no single machine holds.

Nothing here is needed on one machine: DuckDB answers from the same files in a fraction of the time. Install with
``procmine[spark]`` and Java 17. The master is ``local[*]`` unless PROCMINE_SPARK_MASTER names a cluster, whose workers
must see the log store under the same path.

Spark has no lock such as DuckDB's. A metric's query is house SQL: it was parsed and checked, and names derived tables
only, so it can read nothing else here either. No UI, no Hive; bound to loopback where the master is on this machine.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
_QUIET = """rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = spark: %m%n
logger.context.name = SQLQueryContextLogger
logger.context.level = off
logger.native.name = org.apache.hadoop.util.NativeCodeLoader
logger.native.level = off
"""


@dataclass(frozen=True, slots=True)
class Spark:
    """A Spark session. Tables are temporary views; what is kept is cached until it is kept anew."""

    session: Any
    scratch: Path
    kept: dict[str, Any] = field(default_factory=dict)
    dialect: str = "spark"

    def fill(self, table: str, kinds: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make ``table`` and put ``rows`` into it (vocabularies, worked examples, tests)."""
        types = ", ".join(f"`{name}` {TYPES[kind]}" for name, kind in kinds.items())
        data = [tuple(_plain(value, kind) for value, kind in zip(row, kinds.values(), strict=True)) for row in rows]
        self.session.createDataFrame(data, schema=types).createOrReplaceTempView(table)

    def show(self, table: str, files: Sequence[Path], columns: Mapping[str, str] | None = None) -> None:
        """Make ``table`` a view of Parquet files; ``columns`` (name to kind) that the files lack are empty."""
        frame = self.session.read.option("mergeSchema", "true").parquet(*(file.resolve().as_uri() for file in files))
        for name, kind in (columns or {}).items():
            if name not in frame.columns:
                frame = frame.selectExpr("*", f"CAST(NULL AS {TYPES[kind]}) AS `{name}`")
        frame.createOrReplaceTempView(table)

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
        return [tuple(_number(value) for value in row) for row in self.session.sql(sql).collect()]

    def columns(self, sql: str) -> dict[str, Any]:
        """The result of a query as one numpy array a column."""
        import numpy

        frame = self.session.sql(sql)
        rows = frame.collect()
        return {name: numpy.array([row[place] for row in rows]) for place, name in enumerate(frame.columns)}

    def close(self) -> None:
        """End the session and take its scratch files away."""
        self.session.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)


def connect(master: str | None = None) -> Spark:
    """A session on ``master`` (default: the environment's, else this machine). Raises UsageError without pyspark,
    InputError where no session comes about."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as fault:
        raise UsageError(
            "Spark is not installed.", hint="Run: pip install procmine[spark], and install Java 17."
        ) from fault
    where = master or os.environ.get(MASTER) or "local[*]"
    scratch = Path(tempfile.mkdtemp(prefix="procmine-spark-"))
    quiet = scratch / "log4j2.properties"
    quiet.write_text(_QUIET, encoding="utf-8")
    builder = SparkSession.builder.master(where).appName("procmine")
    for key, value in _settings(where, scratch, quiet).items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except Exception as fault:  # Py4J tells every way a cluster can refuse as its own kind of exception
        shutil.rmtree(scratch, ignore_errors=True)
        raise InputError(
            "Spark could not be started.", where=where, hint="Is Java 17 installed, and is the master reachable?"
        ) from fault
    return Spark(session, scratch)


def _settings(master: str, scratch: Path, quiet: Path) -> dict[str, str]:
    near = master.startswith("local") or "//127.0.0.1" in master or "//localhost" in master
    return {
        "spark.ui.enabled": "false",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        # A text that is no number, a sum too large: an error as in DuckDB, never a silent empty value.
        "spark.sql.ansi.enabled": "true",
        "spark.sql.warehouse.dir": (scratch / "warehouse").as_uri(),
        "spark.local.dir": str(scratch),
        "spark.sql.shuffle.partitions": "4" if near else "200",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet.as_uri()}",
        **({"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"} if near else {}),
    }


def _plain(value: Any, kind: str) -> Any:
    """A value as Spark takes it: keys are texts, numbers are of their kind."""
    if value is None:
        return None
    if kind == "key":
        return str(value)
    return float(value) if kind == "number" else value


def _number(value: Any) -> Any:
    """Whole decimals are whole numbers, as DuckDB's HUGEINT is."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value
