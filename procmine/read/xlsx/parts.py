"""What the small parts of a workbook say: its sheets, its number formats, its shared texts."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from procmine.errors import InputError
from procmine.read.limits import LIMITS
from procmine.read.xlsx.archive import AGAIN, Archive, feed, parser_for, walk
from procmine.read.xlsx.cells import BUILT_IN, NumberFormat, number_format, unescaped

_TRUE = ("1", "true", "on")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as the workbook lists it."""

    name: str
    visible: bool
    part: str
    table: bool  # a worksheet; else a chart, a dialogue, a macro


@dataclass(frozen=True, slots=True)
class Workbook:
    """What the workbook says of itself; ``styles`` and ``texts`` name their parts, if there are any."""

    sheets: tuple[Sheet, ...]
    since_1904: bool
    styles: str | None
    texts: str | None


@dataclass(frozen=True, slots=True)
class Texts:
    """The shared texts by number, and the reason why one cannot be taken."""

    held: list[str]
    faults: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Link:
    kind: str
    part: str
    external: bool


def read_workbook(archive: Archive) -> Workbook:
    """The sheets of a workbook in its order. Raises InputError where the archive is no workbook of tables."""
    roots = [link for link in _links(archive, "").values() if link.kind == "officeDocument"]
    if len(roots) != 1:
        raise InputError("The archive names no workbook.", where=archive.name, hint=AGAIN)
    main = roots[0].part
    if main.lower().endswith(".bin"):
        raise InputError("This is a binary workbook (.xlsb).", where=archive.name, hint="Save it as .xlsx.")
    if roots[0].external or main not in archive:
        raise InputError(f"The workbook's main part {main} is not there.", where=archive.name, hint=AGAIN)
    links = _links(archive, main)
    listed: list[tuple[str, str, str]] = []
    since_1904 = False
    root = ""

    def start(way: tuple[str, ...], given: dict[str, str]) -> None:
        nonlocal since_1904, root
        root = root or way[0]
        if way[1:] == ("workbookPr",):
            since_1904 = given.get("date1904", "").lower() in _TRUE
        elif way[1:] == ("sheets", "sheet"):
            link = next((value for key, value in given.items() if key.endswith(" id")), "")
            listed.append((given.get("name", ""), given.get("state", "visible"), link))

    walk(archive, main, start)
    if root != "workbook":
        raise InputError(f"The main part is {root!r}, not a workbook.", where=archive.name, hint="Save it as .xlsx.")
    sheets = tuple(_sheet(archive, name, state, links.get(link)) for name, state, link in listed)
    if len({sheet.name for sheet in sheets}) != len(sheets):
        raise InputError("Two sheets have one name.", where=archive.name, hint=AGAIN)
    return Workbook(sheets, since_1904, _one(archive, links, "styles"), _one(archive, links, "sharedStrings"))


def _sheet(archive: Archive, name: str, state: str, link: _Link | None) -> Sheet:
    if link is None or link.external or (link.kind == "worksheet" and link.part not in archive):
        raise InputError(
            "The sheet leads nowhere: its part is missing or lies outside the file.",
            where=f"{archive.name}:{name}",
            hint=AGAIN,
        )
    return Sheet(name, state == "visible", link.part, link.kind == "worksheet")


def _one(archive: Archive, links: Mapping[str, _Link], kind: str) -> str | None:
    """The one part of a kind, None where the workbook has none."""
    found = [link for link in links.values() if link.kind == kind]
    if not found:
        return None
    if len(found) > 1 or found[0].external or found[0].part not in archive:
        raise InputError(f"The {kind} of the workbook are not there.", where=archive.name, hint=AGAIN)
    return found[0].part


def _links(archive: Archive, part: str) -> dict[str, _Link]:
    """What a part leads to, by id; nothing is followed."""
    folder, name = posixpath.split(part)
    place = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, _Link] = {}
    if place not in archive:
        raise InputError(f"The part {place} is missing.", where=archive.name, hint=AGAIN)

    def start(way: tuple[str, ...], given: dict[str, str]) -> None:
        if way != ("Relationships", "Relationship"):
            return
        target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", "")))
        kind = given.get("Type", "").rpartition("/")[2]
        key = given.get("Id", "")
        if key in found:
            raise InputError(f"The relationship {key[:50]!r} is there twice.", where=f"{archive.name}:{place}")
        found[key] = _Link(kind, target.lstrip("/"), given.get("TargetMode", "") == "External")

    walk(archive, place, start)
    return found


def read_formats(archive: Archive, part: str | None) -> tuple[NumberFormat | None, ...]:
    """The number format of every cell style; None for a plain number."""
    own: dict[int, NumberFormat | None] = {}
    styles: list[int] = []
    if part is None:
        return (None,)

    def start(way: tuple[str, ...], given: dict[str, str]) -> None:
        try:
            if way[1:] == ("numFmts", "numFmt"):
                own[int(given["numFmtId"])] = number_format(given["formatCode"])
            elif way[1:] == ("cellXfs", "xf"):
                styles.append(int(given.get("numFmtId", "0")))
        except (KeyError, ValueError):
            raise InputError("A number format has no number.", where=f"{archive.name}:{part}", hint=AGAIN) from None

    walk(archive, part, start)
    return tuple(own[number] if number in own else BUILT_IN.get(number) for number in styles) or (None,)


def read_texts(archive: Archive, part: str | None) -> Texts:
    """The shared texts: runs of rich text joined, readings of East Asian signs left out."""
    texts = Texts([], {})
    if part is None:
        return texts
    where = f"{archive.name}:{part}"
    parser = parser_for(where)
    reader = _TextReader(where, texts)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    feed(parser, archive.pieces(part, LIMITS.shared_text_bytes), where, None)
    return texts


class _TextReader:
    """Where the parser is among the shared texts: root, si, then t, or r and t; a t within rPh is a reading."""

    def __init__(self, where: str, texts: Texts) -> None:
        self._where, self._into = where, texts
        self._depth = 0
        self._open = self._reading = False
        self._runs: list[str] = []

    def start(self, tag: str, given: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        if depth >= 3:
            if depth > LIMITS.xml_depth:
                raise InputError(f"Elements are nested deeper than {LIMITS.xml_depth}.", where=self._where, hint=AGAIN)
            local = tag.rpartition(" ")[2]
            if depth == 3:
                self._reading = local == "rPh"
            self._open = local == "t" and depth <= 4 and not self._reading

    def text(self, data: str) -> None:
        if self._open:
            self._runs.append(data)

    def end(self, tag: str) -> None:
        self._open = False
        depth = self._depth
        self._depth = depth - 1
        if depth != 2:
            return
        held = self._into.held
        text, fault = unescaped("".join(self._runs))
        self._runs = []
        if len(text) > LIMITS.field_bytes:
            text, fault = text[:100] + "…", "field_too_long"
        if fault:
            self._into.faults[len(held)] = fault
        held.append(text)
        if len(held) > LIMITS.shared_texts:
            raise InputError(
                f"The workbook has more than {LIMITS.shared_texts:,} texts.", where=self._where, hint="Split it."
            )
