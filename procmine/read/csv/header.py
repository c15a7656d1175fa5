"""The first line of a delimited text: line end, delimiter, names. What is not sure is refused, not guessed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from procmine.errors import InputError
from procmine.read.csv.sample import SHOWN, Row, divided, found_below, header_below, sampled, values_in
from procmine.read.csv.structure import CR, LF, Dialect, cells
from procmine.read.files.doubts import evidence
from procmine.read.files.encoding import MARK, first_bad_byte
from procmine.read.limits import LIMITS

__all__ = ["Header", "read_header"]


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
    if head.startswith(MARK):
        raise InputError(
            "The file begins with two byte order marks.", where=where, hint="It was joined of parts: remove one mark."
        )
    if not head:
        raise InputError("The file holds no text.", where=where, hint="Export it again.")
    if b"\0" in head[: head.find(b"\n") + 1 or len(head)]:
        raise InputError(
            "The header has NUL bytes; this is no text, or UTF-16 without a byte order mark.",
            where=where,
            hint="Declare its encoding or export as UTF-8.",
        )
    length, line_end, crlf = _first_line(head, mark, where, whole)
    start, said = 0, b""
    if found := re.fullmatch(rb'"?sep=([^\r\n])"?(\r\n|\n|\r)', head[:length], re.IGNORECASE):
        start, said = length, found.group(1)
        length, _, _ = _first_line(head[start:], mark, f"{name}:2", whole)
    chosen, how, warnings = _chosen(delimiter, said, mark, where)
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
    _refuse_bad_bytes(raw, head, where, declared)
    rows = sampled(head[start:], dialect, whole)
    names, doubts = _names(raw, dialect, where, rows)
    _refuse_preamble(rows, dialect, len(names), where)
    end = bytes([line_end])
    return Header(
        dialect=Dialect(chosen, mark, line_end, len(names), crlf),
        delimiter_how=how,
        columns=names,
        length=start + length,
        lines=head.count(end, 0, start + length) if start + length < len(head) or head.endswith(end) else 1,
        plain=not start and (not mark or mark not in raw),
        warnings=(*warnings, *doubts),
    )


def _one_byte(sign: str, what: str, where: str) -> bytes:
    if len(sign) != 1 or not sign.isascii() or sign in "\r\n\0" or sign.isalnum():
        raise InputError(
            f"The {what} {sign!r} is not one ASCII sign.",
            where=where,
            hint=r'Use ; , | or another sign that is no letter or digit; a tab is written "\t".',
        )
    return sign.encode()


def _chosen(delimiter: str | None, said: bytes, quote: bytes, where: str) -> tuple[bytes, str, tuple[str, ...]]:
    """The declared delimiter, or the one the line sep= of the file says; how it is known; what speaks against it."""
    if delimiter is None and not said:
        return b"", "", ()
    if delimiter is None:
        sign, how = _one_byte(said.decode("latin-1"), "delimiter of the line sep=", where), "the line sep= of the file"
    else:
        sign, how = _one_byte(delimiter, "delimiter", where), "declared"
    if sign == quote:
        raise InputError("Delimiter and quote are one sign.", where=where, hint="Declare the delimiter.")
    if said and sign != said:
        return (
            sign,
            how,
            (f"The line sep= says {said.decode('latin-1')!r}; the declared delimiter {delimiter!r} was used.",),
        )
    return sign, how, ()


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
    fits: list[tuple[bytes, list[Row], int]] = []
    for candidate in SHOWN:
        rows = sampled(head, Dialect(candidate, quote, line_end, 1), whole)
        if rows and rows[0].line == 1 and rows[0].width > 1:
            fits.append((candidate, rows, sum(row.width == rows[0].width for row in rows[1:])))
    strict = [fit for fit in fits if fit[2] == len(fit[1]) - 1]
    usable = strict or [fit for fit in fits if 2 * fit[2] >= len(fit[1]) - 1]
    if len(usable) != 1:
        seen = "; ".join(
            f"{SHOWN[sign]}: {rows[0].width} columns, {alike} of {len(rows) - 1} rows alike"
            for sign, rows, alike in fits
        )
        names = not any(re.search(r"\d{3}", cell) for _, rows, _ in usable for cell in rows[0].cells)
        readings = [divided(rows[0], sign) for sign, rows, _ in usable] if names else []  # never a value
        raise InputError(
            "The delimiter cannot be told for sure: "
            + (seen or "the first line holds no ; , | tab ^ or ~")
            + (f". Read either as {' or as '.join(readings)}." if readings else "."),
            where=where,
            hint=header_below(head, tuple(SHOWN), quote, line_end, whole)
            or _trailing([rows for _, rows, _ in fits])
            or _one_quoted(head, quote)
            or 'Declare it (delimiter = ";"). The first line has to hold the column names, two or more.',
        )
    sign, rows, alike = usable[0]
    wide, count = rows[0].width, len(rows) - 1
    told = f"the header and {'all' if alike == count else alike} of the first {count} rows have {wide} fields"
    return sign, told if count else f"the header has {wide} fields"


def _trailing(readings: list[list[Row]]) -> str:
    """The hint where every row ends with a delimiter more than the header."""
    for first, *rows in readings:
        if rows and all(row.width == first.width + 1 and not row.cells[-1] for row in rows):
            return (
                "Every row ends with a delimiter that the header lacks: give the header one more, or the rows one less."
            )
    return ""


def _one_quoted(head: bytes, quote: bytes) -> str:
    """The hint where the whole line stands in one pair of quotes."""
    line = head[: head.find(b"\n")].rstrip(b"\r")
    if quote and line.startswith(quote) and line.endswith(quote) and any(sign in line for sign in SHOWN):
        return "The whole line stands in one pair of quotes, so it is one field: export again without them."
    return ""


def _refuse_bad_bytes(raw: bytes, head: bytes, where: str, declared: bool) -> None:
    bad = first_bad_byte(raw)
    if bad < 0:
        return
    if not declared:
        said, hint = evidence(head, head.find(raw) + bad)
        raise InputError(
            f"Byte {bad + 1} of the header ({raw[bad]:#04x}) is not UTF-8, and no encoding is declared. {said}",
            where=where,
            hint=hint,
        )
    kept = re.match(rb"\xff\\x([0-9a-f]{2})", raw[bad:])
    shown = f"0x{kept[1].decode()}" if kept else f"{raw[bad]:#04x}"
    raise InputError(
        f"Byte {bad + 1} of the header ({shown}) is not in the declared encoding.",
        where=where,
        hint="Correct the encoding.",
    )


def _names(raw: bytes, dialect: Dialect, where: str, rows: list[Row]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The column names, refused where two are one for a database or where they look like values."""
    names = tuple(cell.decode() for cell in cells(raw, dialect))
    below = found_below(rows, dialect.delimiter)
    if len(names) == 1:
        blank = not names[0].strip()
        raise InputError(
            "The first line is blank." if blank else "The first line holds one column only.",
            where=where,
            hint=below or "A log has case, activity and time: check the delimiter.",
        )
    if len(names) > LIMITS.columns:
        raise InputError(f"The file has {len(names):,} columns, the limit is {LIMITS.columns:,}.", where=where)
    for number, name in enumerate(names, 1):
        if len(name) > LIMITS.column_name:
            raise InputError(
                f"The name of column {number} is longer than {LIMITS.column_name:,} characters.", where=where
            )
    if held := values_in(names):
        raise InputError(
            f"The first line holds values, not column names ({held} of {len(names)} are dates or numbers).",
            where=where,
            hint=below or "Export with a header line.",
        )
    folded: dict[str, int] = {}
    faults = []
    for number, name in enumerate(names, 1):
        twin = folded.setdefault(name.strip().casefold(), number)
        if twin != number:
            other = names[twin - 1]
            called = f"are both called {name!r}" if name == other else f"are called {other!r} and {name!r}"
            faults.append(f"Columns {twin} and {number} {called if name.strip() else 'have no name'}")
    if faults:
        raise InputError(
            f"{'; '.join(faults[:5])} (large and small letters and outer spaces count as one).",
            where=where,
            hint=below or "Rename one of them in the export.",
        )
    return names, _said_of(names, folded)


def _said_of(names: tuple[str, ...], folded: dict[str, int]) -> tuple[str, ...]:
    """What is odd about names and no fault: an empty one, two that differ only in how letters are put together."""
    said = []
    if empty := folded.get(""):
        said.append(f"Column {empty} has no name.")
    composed: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        twin = composed.setdefault(unicodedata.normalize("NFC", name).strip().casefold(), number)
        if twin != number:
            said.append(
                f"Columns {twin} and {number} look alike ({name!r}) and are two: their letters are composed apart."
            )
    return tuple(said)


def _refuse_preamble(rows: list[Row], dialect: Dialect, width: int, where: str) -> None:
    """Refuse a first line that fits no row where a line further down does."""
    if any(row.width == width for row in rows[1:]):
        return
    if hint := found_below(rows, dialect.delimiter):
        raise InputError(f"The first line has {width} fields, no row after it has as many.", where=where, hint=hint)
