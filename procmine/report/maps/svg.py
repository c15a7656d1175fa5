"""Drawing primitives of the map: escaped text, measured text, shapes; colours as classes or as attributes.

A drawing for the screen names classes and carries their style sheet, a drawing for paper carries the light colours as
attributes: typst's SVG reader knows no CSS variables.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from procmine.report import words
from procmine.report.maps.colours import LIGHT, style_sheet

FONT = "Inter, system-ui, sans-serif"
# Advance widths in hundredths of the font size: the wider of Inter SemiBold and DejaVu Sans, rounded up to fives. An
# own table instead of a font file, so that boxes are equal on every machine and a fallback font still fits its box.
_WIDTHS = {
    20: "\u202f",
    30: "'Iijl",
    35: " ,.:;·’\xa0",
    40: "()/[\\]ft|",
    45: "!r",
    50: '"-_`–',
    55: "*?s„“”",
    60: "FJLckvxyzç§",
    65: "$1256789EPSabdeghnopqu{}äöüßéèáàñő",
    70: "034BKRTXZ€",
    75: "ACNUVYÄÜ",
    80: "&DGHOQÖ",
    85: "#+<=>^w~×≥",
    95: "M",
    100: "%@m…—→",
    105: "W",
}
LIGHTER = 0.93  # Inter Regular against the table; labels stand on their own ground and need less reserve
_ADVANCE = {character: width / 100 for width, characters in _WIDTHS.items() for character in characters}


def clean(text: str) -> str:
    """A foreign text on one line, its control and direction characters spelt out (XML 1.0 allows few of them)."""
    return words.clean(" ".join(text.split()))


def escaped(text: str) -> str:
    """A foreign text as it may stand in the drawing's markup."""
    return escape(clean(text))


def text_width(text: str, size: float, *, bold: bool = True) -> float:
    """How wide a text is at most, in px."""
    return size * (1.0 if bold else LIGHTER) * sum(_advance(character) for character in text)


def _advance(character: str) -> float:
    if character in _ADVANCE:
        return _ADVANCE[character]
    if unicodedata.combining(character):
        return 0.0
    base = unicodedata.normalize("NFD", character)[0]
    if base in _ADVANCE:
        return _ADVANCE[base]
    return 1.05 if unicodedata.east_asian_width(character) in "WF" else 0.85


def wrap(text: str, size: float, wish: float, cap: float, most: int = 4) -> list[str]:
    """Lines of a label: broken at blanks and after hyphens; a long word widens the box up to ``cap``, then breaks.

    The lines are balanced; what would need more than ``most`` lines ends in an ellipsis.
    """
    lines = flow(text, size, wish, cap)
    if 1 < len(lines) <= most:
        widest = max(text_width(line, size) for line in lines)
        for limit in (widest * share / 10 for share in range(5, 10)):
            tighter = flow(text, size, limit, cap)
            if len(tighter) == len(lines):
                return tighter
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][:-1].rstrip() + "…"]
    return lines


def flow(text: str, size: float, wish: float, cap: float) -> list[str]:
    """Lines as full as they go within ``wish``, or within the widest word if that needs more."""
    pieces = [
        part for piece in re.findall(r"[^\s\-/_]*[\s\-/_]|[^\s\-/_]+", text) for part in _broken(piece, size, cap)
    ]
    limit = max([wish, *(text_width(piece.rstrip(), size) for piece in pieces)])
    return _filled(pieces, size, limit)


def _broken(piece: str, size: float, cap: float) -> Iterable[str]:
    """A piece in parts no wider than ``cap``."""
    part = ""
    for character in piece:
        if part and not character.isspace() and text_width(part + character + "-", size) > cap:
            yield part if part.endswith("-") else part + "-"
            part = ""
        part += character
    yield part


def _filled(pieces: Sequence[str], size: float, limit: float) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and text_width((lines[-1] + piece).rstrip(), size) > limit:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines if line.strip()] or [""]


def px(value: float) -> str:
    """A coordinate with at most one decimal place, so that equal drawings are equal bytes."""
    shown = f"{value:.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


class Pen:
    """Writes elements; knows whether colours are classes or attributes."""

    def __init__(self, inline: bool) -> None:
        self.inline = inline

    def look(self, name: str) -> str:
        """The attribute(s) that colour an element."""
        if not self.inline:
            return f' class="{name}"'
        return "".join(f' {key}="{value}"' for key, value in LIGHT[name].items())

    def tag(self, name: str, look: str, **attributes: float | str) -> str:
        """An element without content; ``stroke_width`` becomes ``stroke-width``."""
        return f"<{name}{self.look(look)}{written(attributes)}/>"

    def text(
        self, look: str, x: float, y: float, text_: str, size: float, *, bold: bool = False, anchor: str = "middle"
    ) -> str:
        """A text; anything foreign in it is escaped in ``text``."""
        return text(self.look(look), x, y, text_, size, bold=bold, anchor=anchor)

    def symbol(self, side: str, x: float, y: float, size: float = 8.0) -> str:
        """Who begins, as a shape."""
        name, given = shape(side, x, y, size)
        if side != "unknown":
            return self.tag(name, f"{side}-ink", **given)
        hole = self.tag(name, "unknown", **given)
        return hole.replace(' stroke-dasharray="5 3"', "") if self.inline else hole.replace('"unknown"', '"hollow"')


def written(given: Mapping[str, float | str]) -> str:
    """Attributes as they stand in an element."""
    return "".join(
        f' {key.replace("_", "-")}="{value if isinstance(value, str) else px(value)}"' for key, value in given.items()
    )


def text(
    colours: str, x: float, y: float, text: str, size: float, *, bold: bool = False, anchor: str = "middle"
) -> str:
    """A text with the attributes that colour it; anything foreign in it is escaped here and nowhere else."""
    weight = ' font-weight="600"' if bold else ""
    side = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text{colours} x="{px(x)}" y="{px(y)}" font-size="{px(size)}"{weight}{side}>{escaped(text)}</text>'


def shape(sign: str, x: float, y: float, size: float = 8.0) -> tuple[str, dict[str, float | str]]:
    """A sign as an element with its attributes: drawn, not a character, because few fonts have them all."""
    r = size / 2
    if sign == "client":
        return "circle", {"cx": x, "cy": y, "r": r}
    if sign == "office":
        return "rect", {"x": x - r + 0.4, "y": y - r + 0.4, "width": size - 0.8, "height": size - 0.8}
    if sign in ("third", "first"):
        return "path", {"d": f"M{px(x)} {px(y - r)}L{px(x + r)} {px(y + r)}H{px(x - r)}Z"}
    if sign == "second":
        return "path", {"d": f"M{px(x)} {px(y + r)}L{px(x + r)} {px(y - r)}H{px(x - r)}Z"}
    if sign == "same":
        return "rect", {"x": x - r, "y": y - 1, "width": size, "height": 2.0}
    if sign == "system":
        top, right = f"M{px(x)} {px(y - r - 0.5)}", f"L{px(x + r + 0.5)} {px(y)}"
        return "path", {"d": f"{top}{right}L{px(x)} {px(y + r + 0.5)}L{px(x - r - 0.5)} {px(y)}Z"}
    return "circle", {"cx": x, "cy": y, "r": r - 0.8, "stroke_width": 1.4}


def rounded(points: Sequence[tuple[float, float]], radius: float = 7.0) -> str:
    """A path along the points with rounded corners."""
    parts = [f"M{px(points[0][0])} {px(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        a, b = _towards(corner, before, reach), _towards(corner, after, reach)
        parts.append(f"L{px(a[0])} {px(a[1])}Q{px(corner[0])} {px(corner[1])} {px(b[0])} {px(b[1])}")
    parts.append(f"L{px(points[-1][0])} {px(points[-1][1])}")
    return "".join(parts)


def arrow(points: Sequence[tuple[float, float]], length: float, half: float) -> tuple[list[tuple[float, float]], str]:
    """The line cut short for its head, and the head's path."""
    tip, before = points[-1], points[-2]
    base = _towards(tip, before, min(length, math.dist(tip, before) * 0.9))
    reach = math.dist(tip, base) or 1.0
    dx, dy = (tip[0] - base[0]) / reach * half, (tip[1] - base[1]) / reach * half
    corners = [tip, (base[0] - dy, base[1] + dx), (base[0] + dy, base[1] - dx)]
    head = "M" + "L".join(f"{px(x)} {px(y)}" for x, y in corners) + "Z"
    return [*points[:-1], _towards(base, tip, 1.0)], head


def _towards(start: tuple[float, float], goal: tuple[float, float], by: float) -> tuple[float, float]:
    length = math.dist(start, goal) or 1.0
    return start[0] + (goal[0] - start[0]) / length * by, start[1] + (goal[1] - start[1]) / length * by


def document(body: str, width: float, height: float, title: str, description: str, inline: bool) -> str:
    """The whole drawing: real text, a name and a description for those who cannot see it."""
    style = "" if inline else f"<style>{style_sheet()}</style>"
    name, said = escaped(title), escaped(description)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pm-map" role="img" aria-label="{said}" '
        f'viewBox="0 0 {px(width)} {px(height)}" width="{px(width)}" height="{px(height)}" font-family="{FONT}">'
        f"<title>{name}</title><desc>{said}</desc>{style}{body}</svg>"
    )
