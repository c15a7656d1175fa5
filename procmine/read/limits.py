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
    zip_members: int = 1_000  # entries of a ZIP file's directory
    columns: int = 1_000
    column_name: int = 1_000
    field_bytes: int = 1_000_000  # one value
    blank_lines: int = 500_000  # one after another
    record_bytes: int = 1_500_000  # one row; DuckDB's own limit stands above it
    line_bytes: int = 16 * MIB  # a line without end: not a table any more
    piece_bytes: int = 1 * MIB  # how much is looked at in one go: it has to fit a core's cache
    quarantined_text: int = 20_000  # characters of a refused row that are kept
    cells: int = 20_000_000_000  # rows x columns a Parquet footer may announce
    page_bytes: int = 512 * MIB  # one page of a Parquet file, unpacked; writers end pages at 1 to 100 MiB
    xml_depth: int = 64
    attributes_per_event: int = 1_000
    activities: int = 1_000_000  # different labels: beyond, the column holds free text
    events_per_trace: int = 1_000_000
    sqlite_bytes: int = 2 * GIB  # an OCEL in SQLite: its relations are held in memory
    sqlite_steps: int = 10_000_000  # of SQLite's machine, beside twenty for each byte of the file
    workbook_parts: int = 10_000  # parts of an XLSX workbook
    workbook_directory: int = 4 * MIB  # the list of these parts
    part_bytes: int = 64 * MIB  # a part of a workbook that is neither sheet nor shared texts
    shared_texts: int = 10_000_000
    shared_text_bytes: int = 1 * GIB
    sheet_rows: int = 1_048_576  # what XLSX allows
    sheet_columns: int = 16_384
    first_year: int = 1950  # of any day or time: before it lie the sentinels 0001-01-01, 1899-12-30, 1900-01-01
    last_year: int = 2100  # after it lies 9999-12-31
    batch_rows: int = 50_000  # rows handed to the engine in one go


LIMITS = Limits()


def printed(limits: Limits = LIMITS) -> list[tuple[str, int]]:
    """Every limit by name, for ``doctor`` and the documentation."""
    return [(field.name, getattr(limits, field.name)) for field in fields(limits)]
