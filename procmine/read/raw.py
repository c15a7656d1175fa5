"""The raw, all-text table every reader makes: what is known of its file, and the rows that were refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from procmine.engines.duckdb import quoted
from procmine.read.limits import LIMITS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file as it was read: ``rows_read = rows_accepted + rows_quarantined``, always."""

    name: str
    sha256: str
    bytes: int
    format: str
    encoding: str
    encoding_how: str
    delimiter: str
    delimiter_how: str
    columns: tuple[str, ...]
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    warnings: tuple[str, ...]
    # What a reader counted beside the rows, by name, for the receipt: what flattening an OCEL cost.
    figures: Mapping[str, int] = field(default_factory=dict)


# Why a row can be refused. reports/texts says each in both languages; a test holds the two lists together.
REASONS = frozenset(
    {
        "ambiguous_local_time", "bad_encoding", "bare_carriage_return", "bare_line_feed", "cell_error",
        "dangling_object", "duplicate_event_id", "duplicate_key", "duplicate_object_id", "empty_line",
        "event_outside_trace", "field_too_long", "formula_without_value", "implausible_year",
        "list_separator_in_value", "missing_activity", "missing_case_id", "missing_event_id", "missing_timestamp",
        "no_case_object", "no_key", "no_value", "null_byte", "row_too_long", "stray_quote", "time_in_dst_gap",
        "too_few_fields", "too_many_fields", "unclosed_quote", "undeclared_event", "unknown_type",
        "unreadable_timestamp",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, with the line it starts on and the reason's code (one of REASONS)."""

    line: int
    reason: str
    raw: str
    column: str | None = None

    def __post_init__(self) -> None:
        if self.reason not in REASONS:
            raise ValueError(f"{self.reason} is no reason a row is refused for")


def kept_text(raw: bytes | str) -> str:
    """A refused row as text a table can hold: what cannot be read is written as an escape, never guessed.

    >>> kept_text(b'Pr\\xfcfung')
    'Pr\\\\xfcfung'
    """
    limit = LIMITS.quarantined_text
    text = raw[: 4 * limit].decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    text = text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= limit else text[:limit] + f" … ({len(raw)} in all)"


def _tables(con: DuckDBPyConnection) -> set[str]:
    return {row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


@contextmanager
def whole_or_nothing(con: DuckDBPyConnection, table: str, file_no: int) -> Iterator[None]:
    """A raw table is made whole with its refused rows, or neither is there."""
    made_quarantine = "quarantine" not in _tables(con)
    con.execute(
        'CREATE TABLE IF NOT EXISTS quarantine (file_no INTEGER, line BIGINT, "column" VARCHAR, reason VARCHAR, '
        "raw VARCHAR)"
    )
    try:
        yield
    except BaseException:
        from duckdb import FatalException

        with suppress(FatalException):  # a file made the engine close the database: nothing of it is left
            con.execute(f"DROP TABLE IF EXISTS {quoted(table)}")
            con.execute("DELETE FROM quarantine WHERE file_no = ?", [file_no])
            if made_quarantine:
                con.execute("DROP TABLE quarantine")
        raise


def append_refused(con: DuckDBPyConnection, file_no: int, refused: Sequence[Refused]) -> None:
    """Put refused rows into ``quarantine``."""
    if not refused:
        return
    import pandas as pd

    frame = pd.DataFrame(
        {
            "line": [row.line for row in refused],
            "column": pd.Series([row.column for row in refused], dtype=object),
            "reason": pd.Series([row.reason for row in refused], dtype=object),
            "raw": pd.Series([row.raw for row in refused], dtype=object),
        }
    )
    con.register("procmine_refused", frame)
    try:
        con.execute(f'INSERT INTO quarantine SELECT {int(file_no)}, line, "column", reason, raw FROM procmine_refused')
    finally:
        con.unregister("procmine_refused")


def count_refused(con: DuckDBPyConnection, file_no: int) -> int:
    """How many rows of a file are in quarantine."""
    row = con.execute("SELECT count(*) FROM quarantine WHERE file_no = ?", [file_no]).fetchone()
    return int(row[0]) if row else 0
