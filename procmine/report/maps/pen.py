"""The pen that draws the map: a part takes its colour from the look of the step or way it belongs to.

On the screen that look is a class of the group round the part, one a lens; on paper it is named where the part is
drawn: typst's SVG reader knows no CSS variables.
"""

from __future__ import annotations

from procmine.report.maps import svg
from procmine.report.maps.looks import attributes


class LookPen:
    """Writes elements; knows whether colours are classes or attributes."""

    def __init__(self, inline: bool) -> None:
        self.inline = inline

    def colours(self, part: str, look: str = "") -> str:
        """The attribute(s) that colour a part."""
        if not self.inline:
            return f' class="{part}"'
        return "".join(f' {key}="{value}"' for key, value in attributes(part, look).items())

    def tag(self, name: str, part: str, look: str = "", **given: float | str) -> str:
        """An element without content; ``stroke_width`` becomes ``stroke-width``."""
        return f"<{name}{self.colours(part, look)}{svg.written(given)}/>"

    def text(
        self,
        part: str,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        look: str = "",
        bold: bool = False,
        anchor: str = "middle",
    ) -> str:
        """A text; anything foreign in it is escaped in ``svg.text``."""
        return svg.text(self.colours(part, look), x, y, text, size, bold=bold, anchor=anchor)

    def symbol(self, sign: str, look: str, x: float, y: float, size: float = 8.0) -> str:
        """A sign as a shape: drawn, not a character, because few fonts have them all. Nothing for no sign."""
        if not sign:
            return ""
        if sign.startswith("gauge"):  # a column that fills from the bottom
            full, r = (size - 2) * int(sign[-1]) / 5, size / 2
            frame = self.tag("rect", "ring", look, x=x - 2.5, y=y - r + 0.5, width=5, height=size - 1)
            return frame + self.tag("rect", "ink", look, x=x - 2.5, y=y + r - 0.5 - full, width=5, height=full)
        name, given = svg.shape(sign, x, y, size)
        return self.tag(name, "ring" if sign == "unknown" else "ink", look, **given)
