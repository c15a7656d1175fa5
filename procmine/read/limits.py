"""How much a file may ask for: every limit of the readers, in one place.

The figures are chosen so that real extracts of a job centre stay far below them and a hostile file meets one before it
meets the memory of the machine.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """What the readers accept at most; sizes in bytes."""

    file_bytes: int = 200 * GIB
    expanded_bytes: int = 200 * GIB  # a gzip file, unpacked
    expansion_ratio: int = 400  # unpacked / packed; extracts reach 5 to 40, bombs 1 000
    expansion_free: int = 64 * MIB  # below this size the ratio is not looked at
    columns: int = 1_000
    column_name: int = 1_000
    field_bytes: int = 1_000_000  # one value
    record_bytes: int = 1_500_000  # one row; DuckDB's own limit stands above it
    line_bytes: int = 16 * MIB  # a line without end: not a table any more
    piece_bytes: int = 1 * MIB  # how much is looked at in one go: it has to fit a core's cache
    quarantined_text: int = 20_000  # characters of a refused row that are kept
    cells: int = 20_000_000_000  # rows x columns a Parquet footer may announce
    xml_depth: int = 64
    attributes_per_event: int = 1_000
    events_per_trace: int = 1_000_000
    batch_rows: int = 50_000  # rows handed to the engine in one go


LIMITS = Limits()


def printed(limits: Limits = LIMITS) -> list[tuple[str, int]]:
    """Every limit by name, for ``doctor`` and the documentation."""
    return [(field.name, getattr(limits, field.name)) for field in fields(limits)]
