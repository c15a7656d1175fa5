"""The map's colours, light and dark, once: as style sheet for the screen, as attributes for paper.

Contrast on the own ground is at least 4.5:1 for text and 3:1 for lines (WCAG 1.4.3, 1.4.11), tested.
"""

from __future__ import annotations

from collections.abc import Mapping

SIDES = ("client", "office", "third", "system", "unknown")
GROUND = ("#ffffff", "#14171d")

Look = Mapping[str, str]
LIGHT: Mapping[str, Look] = {
    "ground": {"fill": GROUND[0]},
    "halo": {"stroke": GROUND[0], "fill": "none"},
    "text": {"fill": "#14181f"},
    "quiet": {"fill": "#454b57"},
    "client": {"fill": "#e3f3f4", "stroke": "#0b6e75"},
    "office": {"fill": "#e8edf8", "stroke": "#2c4a8a"},
    "third": {"fill": "#fdf1de", "stroke": "#8a5200"},
    "system": {"fill": "#eeeef1", "stroke": "#565963"},
    "unknown": {"fill": "#ffffff", "stroke": "#5b606b", "stroke-dasharray": "5 3"},
    "client-ink": {"fill": "#0b6e75"},
    "office-ink": {"fill": "#2c4a8a"},
    "third-ink": {"fill": "#8a5200"},
    "system-ink": {"fill": "#565963"},
    "unknown-ink": {"fill": "#5b606b"},
    "begin": {"fill": "#1a7f37"},
    "finish": {"fill": "#a3262a"},
    "sign": {"fill": "#ffffff"},
    "way1": {"stroke": "#8089ad", "fill": "none"},
    "way2": {"stroke": "#6a78a3", "fill": "none"},
    "way3": {"stroke": "#546592", "fill": "none"},
    "way4": {"stroke": "#3f5082", "fill": "none"},
    "way5": {"stroke": "#2c3e73", "fill": "none"},
    "head1": {"fill": "#8089ad"},
    "head2": {"fill": "#6a78a3"},
    "head3": {"fill": "#546592"},
    "head4": {"fill": "#3f5082"},
    "head5": {"fill": "#2c3e73"},
}
DARK: Mapping[str, Look] = {
    "ground": {"fill": GROUND[1]},
    "halo": {"stroke": GROUND[1]},
    "text": {"fill": "#eef0f5"},
    "quiet": {"fill": "#c3c8d3"},
    "client": {"fill": "#12353a", "stroke": "#63c8d0"},
    "office": {"fill": "#1f2c4b", "stroke": "#9db7f5"},
    "third": {"fill": "#3d2c10", "stroke": "#f0b659"},
    "system": {"fill": "#2b2e36", "stroke": "#b9bcc6"},
    "unknown": {"fill": "#14171d", "stroke": "#a6abb7"},
    "client-ink": {"fill": "#63c8d0"},
    "office-ink": {"fill": "#9db7f5"},
    "third-ink": {"fill": "#f0b659"},
    "system-ink": {"fill": "#b9bcc6"},
    "unknown-ink": {"fill": "#a6abb7"},
    "begin": {"fill": "#4ac26b"},
    "finish": {"fill": "#ff8182"},
    "sign": {"fill": "#14171d"},
    "way1": {"stroke": "#6b779c"},
    "way2": {"stroke": "#8290b5"},
    "way3": {"stroke": "#9aa8cc"},
    "way4": {"stroke": "#b4c1e2"},
    "way5": {"stroke": "#d3ddf7"},
    "head1": {"fill": "#6b779c"},
    "head2": {"fill": "#8290b5"},
    "head3": {"fill": "#9aa8cc"},
    "head4": {"fill": "#b4c1e2"},
    "head5": {"fill": "#d3ddf7"},
}


def style_sheet() -> str:
    """The classes of a drawing for the screen: light, and dark where the system asks for it; print is light."""
    hollow = {"fill": "none", "stroke": LIGHT["unknown"]["stroke"]}, {"stroke": DARK["unknown"]["stroke"]}
    light = _rules({**LIGHT, "hollow": hollow[0]})
    return f"{light}@media screen and (prefers-color-scheme:dark){{{_rules({**DARK, 'hollow': hollow[1]})}}}"


def _rules(looks: Mapping[str, Look]) -> str:
    return "".join(
        f".pm-map .{name}{{{';'.join(f'{key}:{value}' for key, value in look.items())}}}"
        for name, look in looks.items()
    )
