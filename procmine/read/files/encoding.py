"""Which encoding a text file is in, and its text as UTF-8; what it does not allow stays visible as a bad byte."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from procmine.errors import InputError, nearest
from procmine.read.files.doubts import Doubts, is_one_byte
from procmine.read.files.signatures import refuse_other_kind

UTF8 = "utf-8"
# FF never occurs in UTF-8: it stands where the declared encoding has no letter, followed by the bytes that were there
# as \\xNN, and its row is refused later.
BAD = b"\xff"
MARK = b"\xef\xbb\xbf"
_MARKS = (
    (MARK, UTF8),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_USUAL = ("utf-8", "cp1252", "latin-1", "iso-8859-15", "utf-16", "cp850", "mac-roman")
# Not for tables of text: ways of writing text within text, with escapes of their own, and names that mean another
# encoding on another machine.
_REFUSED = {
    "charmap", "hz", "idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7",
}  # fmt: skip


def decide(first: bytes, declared: str | None, where: str) -> tuple[str, str, int]:
    """Encoding, how it is known, and the length of the byte order mark. Raises InputError where they contradict.

    >>> decide(b"\\xef\\xbb\\xbfa;b", None, "x.csv")
    ('utf-8', 'byte order mark', 3)
    """
    mark, by_mark = next(((mark, name) for mark, name in _MARKS if first.startswith(mark)), (b"", ""))
    refuse_other_kind(first, where)
    if declared is None:
        if by_mark:
            return by_mark, "byte order mark", len(mark) if by_mark == UTF8 else 0
        if wide := _wide(first):
            raise InputError(
                f"The file has NUL bytes like {wide.upper()} without a byte order mark.",
                where=f"{where}:1",
                hint=f'Declare it (encoding = "{wide}"), or export as UTF-8.',
            )
        return UTF8, "every byte is valid UTF-8", 0
    name = canonical(declared, where)
    if by_mark and name not in (by_mark, by_mark + _order(mark)):
        raise InputError(
            f"{declared} is declared, but the byte order mark says {by_mark}{_order(mark)}.",
            where=f"{where}:1",
            hint="Correct the source file.",
        )
    wide = "" if by_mark else _wide(first)
    # Rare letters fill bytes that are NUL else, so that UTF-32 may look like UTF-16: then the declaration is believed.
    believed = name in ("utf-16", "utf-32") or (name.startswith("utf-32") and wide.startswith("utf-16"))
    if wide and name != wide and not believed:
        raise InputError(
            f"{declared} is declared, but the NUL bytes stand as in {wide.upper()}.",
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


def _order(mark: bytes) -> str:
    """The byte order a mark of UTF-16 or UTF-32 stands for."""
    return "" if mark == MARK else "-le" if mark.startswith(b"\xff") else "-be"


def _wide(first: bytes) -> str:
    """The wide encoding that a text without mark shows by where its NUL bytes stand; empty for none."""
    quads, pairs = first[:400], first[:2]
    if len(first) < 4:
        return ""
    if not any(quads[1::4]) and not any(quads[2::4]) and not any(quads[3::4]):
        return "utf-32-le"
    if not any(quads[0::4]) and not any(quads[1::4]) and not any(quads[2::4]):
        return "utf-32-be"
    return {(True, False): "utf-16-le", (False, True): "utf-16-be"}.get((pairs[0] != 0, pairs[1] != 0), "")


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
    if name.replace("_", "-") in _REFUSED or name.startswith("iso2022"):
        raise InputError(
            f"The encoding {declared!r} is not for tables of text.", where=where, hint=nearest(declared, _USUAL)
        )
    return UTF8 if name in ("utf-8", "utf-8-sig", "ascii") else name


def as_utf8(pieces: Iterator[bytes], encoding: str, mark: int, doubts: Doubts | None = None) -> Iterator[bytes]:
    """The text as UTF-8 without byte order mark. UTF-8 passes unchanged: its bytes are looked at row by row later."""
    if encoding == UTF8:
        for number, piece in enumerate(pieces):
            yield piece[mark:] if number == 0 else piece
        return
    doubts = doubts or Doubts()
    _register()
    decoder = codecs.getincrementaldecoder(encoding)("procmine_mark")
    one_byte = is_one_byte(encoding)
    begun, line = False, 1
    for piece in pieces:
        text = decoder.decode(piece)
        if not begun and text:
            text, begun = text.removeprefix("\ufeff"), True
        out = text.encode(UTF8, "procmine_mark")
        if one_byte and not out.isascii():
            doubts.look(piece, out, line)
        line += out.count(b"\n")
        yield out
    yield decoder.decode(b"", True).encode(UTF8, "procmine_mark")


def _register() -> None:
    """Make the error handler known to Python's codecs, which keep them by name."""
    codecs.register_error("procmine_mark", _mark)


def _mark(fault: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(fault, UnicodeDecodeError):
        return "\udcff" + "".join(f"\\x{byte:02x}" for byte in fault.object[fault.start : fault.end]), fault.end
    if isinstance(fault, UnicodeEncodeError):
        return BAD * (fault.end - fault.start), fault.end
    raise fault


def without_marks(raw: bytes) -> bytes:
    """A row of another encoding than UTF-8 with its bad bytes as escapes only, the way quarantine keeps it.

    >>> without_marks(b"1;Pr\\xff\\\\x81fung")
    b'1;Pr\\\\x81fung'
    """
    return raw.replace(BAD + b"\\x", b"\\x")


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
