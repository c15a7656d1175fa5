"""Encoding evidence: which encodings could have written a text that is not UTF-8, and what its bytes say for each."""

from __future__ import annotations

import codecs
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from procmine.read.files.opening import opened

# Those German offices really meet, the likeliest first: Windows, its older and newer ISO kin, DOS, old Macs.
SINGLE = ("cp1252", "iso-8859-15", "latin-1", "cp850", "mac-roman")
WIDE = ("utf-16-le", "utf-16-be")
FEW_BROKEN = 10  # so many good letters to one broken place: the text was written as UTF-8
_SAYS_ITSELF = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"PAR1")
_GERMAN = frozenset("äöüÄÖÜß")
_KIN = frozenset("éèêëàâáíîïóòôúûùçñåæøœãÉ")  # names and loan words have them; other letters are seldom meant
_USUAL = frozenset("§€„“”‚‘’–—…«»°²³´·½ ")


@dataclass(frozen=True, slots=True)
class EncodingCandidate:
    """What a file's bytes above 127 become in one encoding. ``letters`` are German ones, ``others`` letters beside
    them (``kin`` those of neighbouring languages), ``strange`` signs that no office text holds (inside words, or
    controls), ``undecodable`` bytes without any."""

    name: str
    letters: Mapping[str, int]
    kin: int
    others: int
    strange: int
    undecodable: int
    same_text: tuple[str, ...] = ()

    def fits(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.undecodable and not self.strange


@dataclass(frozen=True, slots=True)
class EncodingEvidence:
    """The candidates, the best first. ``decisive``: every other one that gives another text has much against it."""

    candidates: tuple[EncodingCandidate, ...]
    decisive: bool

    @property
    def best(self) -> str:
        """The name of the first candidate."""
        return self.candidates[0].name


def encoding_evidence(path: Path) -> EncodingEvidence | None:
    """What speaks for which encoding; None where the text is UTF-8 or says its own encoding by a byte order mark.

    UTF-8 with a few broken places is UTF-8: the reader refuses those rows by their line.
    """
    inside: Counter[int] = Counter()
    outside: Counter[int] = Counter()
    zeros = [0, 0]
    good = bad = offset = 0
    last = b""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with opened(path) as file:
        for piece in file.unpacked():
            if not offset and piece.startswith(_SAYS_ITSELF):
                return None
            for place in (0, 1):
                zeros[place] += piece[place ^ (offset & 1) :: 2].count(0)
            offset += len(piece)
            if not piece.isascii():
                _count(last + piece, inside, outside, len(last))
            last = piece[-1:]
            lost, kept = _decoded(decoder.decode(piece), piece)
            bad, good = bad + lost, good + kept
        bad += decoder.decode(b"", True).count("\ufffd")
    if sum(zeros) > offset // 4:
        return _wide(zeros)
    return None if good >= FEW_BROKEN * bad else judge(inside, outside)


def _decoded(text: str, piece: bytes) -> tuple[int, int]:
    """Broken places and letters beyond ASCII of a piece; a replacement character the text really holds is none."""
    if text.isascii():
        return 0, 0
    lost = text.count("\ufffd") - piece.count(b"\xef\xbf\xbd")
    return lost, len(text) - len(text.encode("ascii", "ignore")) - lost


def _count(data: bytes, inside: Counter[int], outside: Counter[int], skip: int) -> None:
    """Bytes above 127 by whether an ASCII letter stands beside them: in a word only letters make sense."""
    import numpy as np

    array = np.frombuffer(data, np.uint8)
    lower = array | 0x20
    letter = (lower >= 0x61) & (lower <= 0x7A)
    beside = np.zeros(len(array), bool)
    beside[1:] |= letter[:-1]
    beside[:-1] |= letter[1:]
    high = array >= 0x80
    high[:skip] = False
    for found, counter in ((high & beside, inside), (high & ~beside, outside)):
        numbers = np.bincount(array[found], minlength=256)
        counter.update({int(byte): int(numbers[byte]) for byte in np.flatnonzero(numbers)})


def judge(inside: Mapping[int, int], outside: Mapping[int, int]) -> EncodingEvidence:
    """Rank the encodings by what a file's bytes become: ``inside`` words and ``outside`` them, byte -> how often."""
    texts: dict[str, str] = {}
    found = []
    for name in SINGLE:
        letters: Counter[str] = Counter()
        kin = others = strange = undecodable = 0
        signs = []
        for byte in sorted({*inside, *outside}):
            sign = bytes([byte]).decode(name, "replace")
            signs.append(sign)
            times = inside.get(byte, 0) + outside.get(byte, 0)
            if sign == "\ufffd":
                undecodable += times
            elif sign in _GERMAN:
                # Only in words: the byte of a § before its number is a ß to mac-roman, and ß stands nowhere alone.
                if inside.get(byte):
                    letters[sign] += inside[byte]
                strange += outside.get(byte, 0) if sign == "ß" else 0
            elif sign in _KIN:
                kin += times
            elif unicodedata.category(sign) in ("Lu", "Ll"):
                others += times
            elif unicodedata.category(sign).startswith("C") or "\u2500" <= sign <= "\u25ff":
                strange += times
            elif sign in "’–":
                pass  # an apostrophe or a dash may stand in a word
            else:
                strange += inside.get(byte, 0) + (0 if sign in _USUAL else outside.get(byte, 0))
        texts[name] = "".join(signs)
        found.append((name, dict(sorted(letters.items())), kin, others, strange, undecodable))
    candidates = [
        EncodingCandidate(*entry, same_text=tuple(n for n in SINGLE if n != entry[0] and texts[n] == texts[entry[0]]))
        for entry in found
    ]
    ranked = sorted(candidates, key=lambda one: (one.undecodable, _weight(one), SINGLE.index(one.name)))
    best = ranked[0]
    rivals = [one for one in ranked[1:] if one.name not in best.same_text]
    decisive = best.fits() and bool(best.letters) and all(_weight(one) > _weight(best) and _odd(one) for one in rivals)
    return EncodingEvidence(tuple(ranked), decisive)


def _weight(one: EncodingCandidate) -> int:
    """How much speaks against an encoding: signs in words weigh most; letters German texts have speak for it."""
    return 10 * (one.strange + one.undecodable) + 2 * one.others - one.kin - 2 * sum(one.letters.values())


def _odd(one: EncodingCandidate) -> bool:
    """Whether an encoding makes of the German letters something else: signs in words, or fewer German letters."""
    return bool(one.strange or one.undecodable) or not one.letters


def _wide(zeros: list[int]) -> EncodingEvidence:
    """UTF-16 without a byte order mark: the zero bytes stand at one of two places."""
    order = WIDE if zeros[1] >= zeros[0] else WIDE[::-1]
    first, second = max(zeros), min(zeros)
    found = (
        EncodingCandidate(order[0], {}, 0, 0, 0, 0),
        EncodingCandidate(order[1], {}, 0, 0, first - second, 0),
    )
    return EncodingEvidence(found, first > 10 * second)
