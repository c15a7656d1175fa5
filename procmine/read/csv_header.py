"""The first line of a delimited text: line end, delimiter, names. What is not sure is refused, not guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from procmine.errors import InputError
from procmine.read.csv_structure import CR, LF, Dialect, cells
from procmine.read.encoding import first_bad_byte
from procmine.read.limits import LIMITS

CANDIDATES = (b";", b",", b"\t", b"|")
SHOWN = {b";": "semicolon", b",": "comma", b"\t": "tab", b"|": "vertical bar"}
SAMPLE = 100
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}\.\d{1,2}\.\d{4}.*|\d{1,2}/\d{1,2}/\d{4}.*")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Header:
    """What the beginning of a file says about the rest."""

    dialect: Dialect
    delimiter_how: str
    columns: tuple[str, ...]
    length: int  # bytes up to the first row
    lines: int  # lines up to the first row
    plain: bool  # one unquoted line, no line before it
    warnings: tuple[str, ...]


def read_header(head: bytes, name: str, *, delimiter: str | None, quote: str, whole: bool, declared: bool) -> Header:
    """Read the header from the first bytes of a file (``whole``: the file is no longer than they are)."""
    where = f"{name}:1"
    mark = _one_byte(quote, "quote", where) if quote else b""
    if b"\0" in head[: head.find(b"\n") + 1 or len(head)]:
        raise InputError(
            "The header has NUL bytes; this is no text, or UTF-16 without a byte order mark.",
            where=where,
            hint="Declare its encoding or export as UTF-8.",
        )
    length, line_end, crlf = _first_line(head, mark, where, whole)
    start = 0
    how = "declared"
    chosen = _one_byte(delimiter, "delimiter", where) if delimiter is not None else b""
    if said := re.fullmatch(rb'"?sep=([^\r\n])"?(\r\n|\n|\r)', head[:length], re.IGNORECASE):
        start = length
        if not chosen:
            chosen, how = said.group(1), "the line sep= of the file"
        length, _, _ = _first_line(head[start:], mark, f"{name}:2", whole)
    if not chosen:
        chosen, how = _detect(head[start:], mark, line_end, where, whole)
    line = head[start : start + length]
    if not line.endswith((b"\n", b"\r")):
        line += bytes([line_end])
    dialect = Dialect(chosen, mark, line_end, 1, crlf)
    match = dialect.row.fullmatch(line)
    if match is None:
        raise InputError("The quotes of the header do not fit.", where=where, hint="Correct the first line.")
    raw = line[: match.start(1)]
    names, warnings = _names(raw, dialect, where, declared)
    end = bytes([line_end])
    return Header(
        dialect=Dialect(chosen, mark, line_end, len(names), crlf),
        delimiter_how=how,
        columns=names,
        length=start + length,
        lines=head.count(end, 0, start + length) if start + length < len(head) or head.endswith(end) else 1,
        plain=not start and (not mark or mark not in raw),
        warnings=warnings,
    )


def _one_byte(sign: str, what: str, where: str) -> bytes:
    if len(sign) != 1 or not sign.isascii() or sign in "\r\n\0" or sign.isalnum():
        raise InputError(f"The {what} {sign!r} is not one ASCII sign.", where=where, hint="Use ; , | a tab or a quote.")
    return sign.encode()


def _first_line(head: bytes, quote: bytes, where: str, whole: bool) -> tuple[int, int, bool]:
    """Length of the first line with its end, the line end, and whether it is CRLF."""
    if quote:
        pattern = rb"(?:[^%b\r\n]++|%b[^%b]*+%b)*+" % ((re.escape(quote),) * 4)
    else:
        pattern = rb"[^\r\n]*+"
    match = re.match(pattern, head)
    stop = match.end() if match else 0
    following = head[stop : stop + 2]
    if quote and following.startswith(quote):
        raise InputError("A quote in the header is never closed.", where=where, hint='Close it or declare quote = "".')
    if not following:
        if not whole:
            raise InputError(
                f"The first {len(head):,} bytes have no line end.", where=where, hint="This is not a table of text."
            )
        return len(head), LF, False
    if following.startswith(b"\n"):
        return stop + 1, LF, False
    if following == b"\r\n":
        return stop + 2, LF, True
    return stop + 1, CR, False


def _detect(head: bytes, quote: bytes, line_end: int, where: str, whole: bool) -> tuple[bytes, str]:
    """The one delimiter that divides the header and the first rows alike."""
    fits: list[tuple[bytes, int, int, int]] = []
    for candidate in CANDIDATES:
        widths = _widths(head, Dialect(candidate, quote, line_end, 1), whole)
        if widths and widths[0] > 1:
            alike = sum(width == widths[0] for width in widths[1:])
            fits.append((candidate, widths[0], alike, len(widths) - 1))
    seen = "; ".join(f"{SHOWN[sign]}: {wide} columns, {alike} of {rows} rows alike" for sign, wide, alike, rows in fits)
    strict = [fit for fit in fits if fit[2] == fit[3]]
    usable = strict if strict else [fit for fit in fits if 2 * fit[2] >= fit[3]]
    if len(usable) != 1:
        raise InputError(
            "The delimiter cannot be told for sure: " + (seen or "the first line holds no ; , | or tab") + ".",
            where=where,
            hint='Declare it (delimiter = ";"). The first line has to hold the column names, two or more.',
        )
    sign, wide, alike, rows = usable[0]
    told = f"the header and {'all' if alike == rows else alike} of the first {rows} rows have {wide} fields"
    return sign, told if rows else f"the header has {wide} fields"


def _widths(head: bytes, dialect: Dialect, whole: bool) -> list[int]:
    """Fields of the first rows; 0 for a row whose quotes do not fit. Blank lines are left out."""
    pattern = dialect.row
    end = bytes([dialect.line_end])
    data = head if not whole or head.endswith(end) else head + end
    widths: list[int] = []
    place = 0
    while place < len(data) and len(widths) <= SAMPLE:
        match = pattern.match(data, place)
        if match is not None:
            if match.start(1) > place:
                widths.append(len(cells(data[place : match.start(1)], dialect)))
            place = match.end()
            continue
        stop = data.find(end, place)
        if stop < 0 or (not whole and data.find(end, stop + 1) < 0):
            break
        widths.append(0)
        place = stop + 1
    return widths


def _names(raw: bytes, dialect: Dialect, where: str, declared: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The column names, refused where two are one for a database or where they look like values."""
    bad = first_bad_byte(raw)
    if bad >= 0:
        raise InputError(
            f"Byte {bad + 1} of the header ({raw[bad]:#04x}) is not "
            + ("in the declared encoding." if declared else "UTF-8."),
            where=where,
            hint="Correct the encoding." if declared else 'Declare the encoding, for example encoding = "cp1252".',
        )
    names = tuple(cell.decode() for cell in cells(raw, dialect))
    if len(names) == 1:
        raise InputError(
            "The first line holds one column only.",
            where=where,
            hint="A log has case, activity and time: check the delimiter.",
        )
    if len(names) > LIMITS.columns:
        raise InputError(f"The file has {len(names):,} columns, the limit is {LIMITS.columns:,}.", where=where)
    if any(len(name) > LIMITS.column_name for name in names):
        raise InputError(f"A column name is longer than {LIMITS.column_name:,} characters.", where=where)
    dates = sum(bool(_DATE.fullmatch(name.strip())) for name in names)
    numbers = sum(bool(_NUMBER.fullmatch(name.strip())) for name in names)
    if dates or 2 * numbers > len(names):
        raise InputError(
            f"The first line holds values, not column names ({dates + numbers} of {len(names)} are dates or numbers).",
            where=where,
            hint="Export with a header line.",
        )
    folded: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        twin = folded.setdefault(name.strip().casefold(), number)
        if twin != number:
            shown = f"are both called {name!r}" if name.strip() else "have no name"
            raise InputError(
                f"Columns {twin} and {number} {shown} (large and small letters and outer spaces count as one).",
                where=where,
                hint="Rename one of them in the export.",
            )
    empty = folded.get("")
    return names, (f"Column {empty} has no name.",) if empty else ()
