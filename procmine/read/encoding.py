"""Which encoding a text file is in, and its text as UTF-8; what it does not allow stays visible as a bad byte."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from procmine.errors import InputError, nearest

UTF8 = "utf-8"
# FF never occurs in UTF-8: it stands where the declared encoding has no letter, and its row is refused later.
BAD = b"\xff"
_MARKS = (
    (b"\xef\xbb\xbf", UTF8),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_USUAL = ("utf-8", "cp1252", "latin-1", "iso-8859-15", "utf-16", "cp850", "mac-roman")


def decide(first: bytes, declared: str | None, where: str) -> tuple[str, str, int]:
    """Encoding, how it is known, and the length of the byte order mark. Raises InputError where they contradict.

    >>> decide(b"\\xef\\xbb\\xbfa;b", None, "x.csv")
    ('utf-8', 'byte order mark', 3)
    """
    mark, by_mark = next(((mark, name) for mark, name in _MARKS if first.startswith(mark)), (b"", ""))
    if first.startswith(b"PK\x03\x04"):
        raise InputError("This is a ZIP or Excel file, not text.", where=where, hint="Save the sheet as CSV (UTF-8).")
    if declared is None:
        if by_mark:
            return by_mark, "byte order mark", len(mark) if by_mark == UTF8 else 0
        if first[:2].count(0) == 1 and len(first) > 3:
            raise InputError(
                "The file has NUL bytes like UTF-16 without a byte order mark.",
                where=f"{where}:1",
                hint='Declare its encoding, for example encoding = "utf-16-le", or export as UTF-8.',
            )
        return UTF8, "every byte is valid UTF-8", 0
    name = canonical(declared, where)
    if by_mark and by_mark.split("-")[:2] != name.split("-")[:2]:
        raise InputError(
            f"{declared} is declared, but the byte order mark says {by_mark}.",
            where=f"{where}:1",
            hint="Correct the source file.",
        )
    if name in ("utf-16", "utf-32") and not by_mark:
        raise InputError(
            f"{declared} is declared, but the file has no byte order mark.",
            where=f"{where}:1",
            hint=f"Declare {name}-le or {name}-be.",
        )
    return name, "declared", len(mark) if by_mark and name == UTF8 else 0


def canonical(declared: str, where: str) -> str:
    """The one name of an encoding. Raises InputError for an unknown one."""
    try:
        info = codecs.lookup(declared)
        "".encode(declared)  # refuses codecs that are no text encodings, such as base64
    except (LookupError, ValueError):
        raise InputError(
            f"The encoding {declared!r} is not known.", where=where, hint=nearest(declared, _USUAL)
        ) from None
    name = info.name
    return UTF8 if name in ("utf-8", "utf-8-sig", "ascii") else name


def as_utf8(pieces: Iterator[bytes], encoding: str, mark: int) -> Iterator[bytes]:
    """The text as UTF-8 without byte order mark. UTF-8 passes unchanged: its bytes are looked at row by row later."""
    if encoding == UTF8:
        for number, piece in enumerate(pieces):
            yield piece[mark:] if number == 0 else piece
        return
    _register()
    decoder = codecs.getincrementaldecoder(encoding)("procmine_mark")
    first = True
    for piece in pieces:
        text = decoder.decode(piece)
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        yield text.encode(UTF8, "procmine_mark")
    yield decoder.decode(b"", True).encode(UTF8, "procmine_mark")


def _register() -> None:
    """Make the error handler known to Python's codecs, which keep them by name."""
    codecs.register_error("procmine_mark", _mark)


def _mark(fault: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(fault, UnicodeDecodeError):
        return "\udcff", fault.end
    if isinstance(fault, UnicodeEncodeError):
        return BAD * (fault.end - fault.start), fault.end
    raise fault


def first_bad_byte(data: bytes) -> int:
    """Where UTF-8 ends to be valid; -1 if it does not.

    >>> first_bad_byte(b"ab\\xfc")
    2
    """
    if data.isascii():
        return -1
    try:
        data.decode(UTF8)
    except UnicodeDecodeError as fault:
        return fault.start
    return -1
