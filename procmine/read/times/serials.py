"""Times written as one number: seconds since 1970 and Excel's days since 1900, read only where a source declares them.

All arithmetic is in whole numbers: a float of seconds since 1970 is wrong by parts of a microsecond, one of days since
1900 by more. The number of digits has to be that of a time between 1973 and 2286 (Excel: 1927 to 2173), so that a small
number never becomes a day of January 1970.
"""

from __future__ import annotations

from procmine.engines.duckdb import literal

# Declared word: its values, and how many of its units make a second.
EPOCHS = {
    "epoch_s": (r"\d{9,10}([.,]\d{1,9})?", 1),
    "epoch_ms": (r"\d{12,13}", 10**3),
    "epoch_us": (r"\d{15,16}", 10**6),
    "epoch_ns": (r"\d{18,19}", 10**9),
}
EXCEL = r"\d{5}([.,]\d{1,15})?"
WORDS = frozenset({*EPOCHS, "excel"})
# Serial 1 is 1 January 1900 and Excel counts a 29 February 1900 that never was, so that later days count from here.
_EXCEL_ZERO = "TIMESTAMP '1899-12-30'"
# Excel keeps a time as a fraction of a day in a float: beyond the millisecond its digits are noise.
_DAY_MS = 86_400_000


def epoch(column: str, word: str) -> str:
    """SQL for the UTC TIMESTAMP of values that count from 1970; NULL for a value that is no such number."""
    pattern, units = EPOCHS[word]
    whole = f"CAST(regexp_extract({column}, '^\\d+') AS HUGEINT)"
    if units == 1:
        part = f"CAST(rpad(regexp_extract({column}, '[.,](\\d+)$', 1), 6, '0')[1:6] AS HUGEINT)"
        micros = f"{whole} * 1000000 + {part}"
    else:
        micros = f"{whole} * 1000000 // {units}"
    return _where(column, pattern, f"make_timestamp(CAST({micros} AS BIGINT))")


def excel(column: str) -> str:
    """SQL for the local TIMESTAMP of an Excel serial number of the 1900 system; NULL for anything else."""
    days = f"CAST({column}[1:5] AS BIGINT)"
    part = f"CAST(rpad(regexp_extract({column}, '[.,](\\d+)$', 1), 15, '0') AS HUGEINT)"
    millis = f"CAST(({part} * {_DAY_MS} + {5 * 10**14}) // {10**15} AS BIGINT)"
    moment = f"{_EXCEL_ZERO} + to_days(CAST({days} AS INTEGER)) + to_milliseconds({millis})"
    return _where(column, EXCEL, moment)


def _where(column: str, pattern: str, value: str) -> str:
    return f"CASE WHEN regexp_full_match({column}, {literal(pattern)}) THEN {value} END"
