"""What a file is in truth, told by its first bytes, where it is named or declared as something else."""

from __future__ import annotations

import re

from procmine.errors import InputError

_TEXT = "Export the log as CSV (UTF-8)."
_UNPACK = "Unpack it first, or pack it as .gz or .zip."
# First bytes, what begins so, and what to do. Longer ones first where one begins like another.
_SIGNS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a ZIP or Excel (XLSX) file", "Give it its own ending (.zip, .xlsx)."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Office file (XLS, OLE2)", "Save it as XLSX or CSV (UTF-8)."),
    (b"\x09\x08", "an old Excel file (BIFF)", "Save it as XLSX or CSV (UTF-8)."),
    (b"PAR1", "a Parquet file", "Give it the ending .parquet; a Parquet file is not read out of an archive."),
    (
        b"SQLite format 3\0",
        "an SQLite database",
        "Give an OCEL log its own ending, or export one table as CSV (UTF-8).",
    ),
    (b"ARROW1\0\0", "an Arrow (Feather) file", "Save it as Parquet or CSV (UTF-8)."),
    (b"\x1f\x8b", "a gzip file", "Unpack it once."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"\xfd7zXZ\0", "an XZ file", _UNPACK),
    (b"BZh", "a bzip2 file", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", _UNPACK),
    (b"\x04\x22\x4d\x18", "an LZ4 file", _UNPACK),
    (b"%PDF-", "a PDF document", _TEXT),
    (b"{\\rtf", "an RTF document", _TEXT),
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG)", _TEXT),
    (b"\xff\xd8\xff", "a picture (JPEG)", _TEXT),
    (b"GIF8", "a picture (GIF)", _TEXT),
    (b"ID;P", "a SYLK table", _TEXT),
    (b"\x7fELF", "a program", "Name the log."),
    (b"MZ\x90\0", "a program", "Name the log."),
)
# Signs that a text may begin with all the same: believed only where what follows is no text.
_DOUBTFUL = (b"\x09\x08", b"BZh", b"GIF8", b"\xff\xd8\xff")
_MARKUP = (
    (rb"<\?mso-application|<Workbook\b", "an Excel table written as XML", "Save it as XLSX or CSV (UTF-8)."),
    (rb"<!DOCTYPE\s+html|<html|<head\b|<table\b|<meta\b", "a web page (HTML)", "It may be the page of a log-in or an "
     "error; an .xls that is one opens in Excel: save it as CSV (UTF-8)."),
    (rb"<log\b", "an XES log", "Give it the ending .xes."),
    (rb"<\?xml|<!--", "an XML file", "Give it its own ending, or export the log as CSV (UTF-8)."),
)  # fmt: skip


def refuse_other_kind(first: bytes, where: str) -> None:
    """Raise InputError where the first bytes of what should be a delimited text belong to something else.

    >>> refuse_other_kind(b"case;activity\\n", "x.csv")
    >>> refuse_other_kind(b"%PDF-1.7", "x.csv")
    Traceback (most recent call last):
    procmine.errors.InputError: x.csv: This is a PDF document, not a table of text. Export the log as CSV (UTF-8).
    """
    found = _kind(first)
    if found is not None:
        raise InputError(f"This is {found[0]}, not a table of text.", where=where, hint=found[1])


def _kind(first: bytes) -> tuple[str, str] | None:
    for sign, what, hint in _SIGNS:
        if first.startswith(sign) and (sign not in _DOUBTFUL or b"\0" in first[:64]):
            return what, hint
    if first[257:262] == b"ustar":
        return "a tar archive", _UNPACK
    text = first[:2_000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        for pattern, what, hint in _MARKUP:
            if re.search(pattern, text, re.IGNORECASE):
                return what, hint
    if text.startswith(b"{") and re.match(rb'\{\s*("[^"\n]*"\s*:|\})', text):
        return "a JSON file", "Give an OCEL log its own ending, or export one table as CSV (UTF-8)."
    if text.startswith(b"[") and re.match(rb"\[\s*\{\s*\"", text):
        return "a JSON file", "Export one table as CSV (UTF-8)."
    return None
