"""The colours of a drawn norm, light and dark: as style sheet for the screen, as attributes for paper.

Contrast on the own ground is at least 4.5:1 for text and 3:1 for lines (WCAG 1.4.3, 1.4.11), tested. Who begins has the
process map's colours; what deviates has two of its own, never without a sign.
"""

from __future__ import annotations

from collections.abc import Mapping

from procmine.report.maps import colours as map_colours
from procmine.report.maps import svg

Look = Mapping[str, str]
SIDES = ("client", "office", "third", "unknown")
LIGHT: Mapping[str, Look] = {
    **{name: map_colours.LIGHT[name] for name in ("halo", "text", "unknown")},
    "dim": map_colours.LIGHT["quiet"],  # the page's style sheet has a class quiet of its own
    **{f"{side}-ink": map_colours.LIGHT[f"{side}-ink"] for side in SIDES},
    "frame": {"fill": "none", "stroke": "#8a8f9a"},
    "inner": {"fill": "none", "stroke": "#5b606b", "stroke-dasharray": "6 3"},
    "node": {"fill": "#ffffff", "stroke": "#454b57"},
    "mark": {"fill": "none", "stroke": "#454b57"},
    "flow": {"fill": "none", "stroke": "#5b606b"},
    "head": {"fill": "#5b606b"},
    "missing": {"fill": "#fbe9ea", "stroke": "#a3262a"},
    "missing-ink": {"fill": "#8f1f23"},
    "missing-sign": {"fill": "none", "stroke": "#8f1f23"},
    "inserted": {"fill": "#f3ebfa", "stroke": "#6b2fa0"},
    "inserted-ink": {"fill": "#5a2589"},
    "inserted-sign": {"fill": "none", "stroke": "#5a2589"},
}
DARK: Mapping[str, Look] = {
    **{name: map_colours.DARK[name] for name in ("halo", "text", "unknown")},
    "dim": map_colours.DARK["quiet"],
    **{f"{side}-ink": map_colours.DARK[f"{side}-ink"] for side in SIDES},
    "frame": {"stroke": "#7d838f"},
    "inner": {"stroke": "#a6abb7"},
    "node": {"fill": "#1b1f27", "stroke": "#c3c8d3"},
    "mark": {"stroke": "#c3c8d3"},
    "flow": {"stroke": "#a6abb7"},
    "head": {"fill": "#a6abb7"},
    "missing": {"fill": "#3d1a1c", "stroke": "#ff9a9b"},
    "missing-ink": {"fill": "#ffb3b4"},
    "missing-sign": {"stroke": "#ffb3b4"},
    "inserted": {"fill": "#2c1b40", "stroke": "#cfa8f5"},
    "inserted-ink": {"fill": "#dcc0f8"},
    "inserted-sign": {"stroke": "#dcc0f8"},
}
_HOLLOW = ({"fill": "none", "stroke": LIGHT["unknown"]["stroke"]}, {"stroke": DARK["unknown"]["stroke"]})


class NormPen(svg.Pen):
    """A pen that knows the norm's looks."""

    def look(self, name: str) -> str:
        """The attribute(s) that colour an element."""
        if not self.inline:
            return f' class="{name}"'
        return "".join(f' {key}="{value}"' for key, value in LIGHT[name].items())


def document(body: str, width: float, height: float, title: str, description: str, inline: bool) -> str:
    """The whole drawing: real text, a name and a description for those who cannot see it."""
    style = "" if inline else f"<style>{style_sheet()}</style>"
    name, said = svg.escaped(title), svg.escaped(description)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pm-norm" role="img" aria-label="{said}" '
        f'viewBox="0 0 {svg.px(width)} {svg.px(height)}" width="{svg.px(width)}" height="{svg.px(height)}" '
        f'font-family="{svg.FONT}"><title>{name}</title><desc>{said}</desc>{style}{body}</svg>'
    )


def style_sheet() -> str:
    """The classes of a drawing for the screen: light, and dark where the system asks for it; print is light."""
    light = _rules({**LIGHT, "hollow": _HOLLOW[0]})
    return f"{light}@media screen and (prefers-color-scheme:dark){{{_rules({**DARK, 'hollow': _HOLLOW[1]})}}}"


def _rules(looks: Mapping[str, Look]) -> str:
    return "".join(
        f".pm-norm .{name}{{{';'.join(f'{key}:{value}' for key, value in look.items())}}}"
        for name, look in looks.items()
    )
