"""What a step or way of the map can look like: the colours of each look, as style sheet and as attributes.

A look has ``fill`` for a box, ``line`` for border and arrow, ``ink`` for sign and count, ``dash`` for a line that
is not recorded. The ramps run from little to much without saying what is good: from light yellow to dark blue, which
every eye tells apart (after cividis: Nuñez, Anderton and Renslow, PLoS ONE 13 (2018) e0199239). Contrast on the own
ground is at least 4.5:1 for text and 3:1 for lines (WCAG 1.4.3, 1.4.11), tested.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from procmine.report.maps import colours as map_colours
from procmine.report.maps.colours import GROUND, SIDES, Look

LEVELS = range(1, 6)
DASH = "5 3"
_INKS = ("#454b57", "#454b57", "#3a4665", "#33426c", "#2c3e73"), ("#c3c8d3", "#c3c8d3", "#c3cde6", "#ccd7f2", "#d3ddf7")
_TINTS = (
    ("#f3f5fa", "#e8ecf6", "#dbe2f1", "#cbd5ea", "#b7c5e3"),
    ("#191d27", "#1e2534", "#242e45", "#2b3958", "#35476d"),
)
_MORE = {  # light and dark: fill, line, ink
    "plain": (("#f6f7f9", "#5b606b", "#454b57"), ("#1d2129", "#a6abb7", "#c3c8d3")),
    "none": (("#ffffff", "#858a95", "#5b606b"), ("#14171d", "#767d8c", "#a6abb7")),
    "share1": (("#faf3df", "#9a8140", "#6e5a1f"), ("#2e2713", "#a8924f", "#cdb670")),
    "share2": (("#eef1e6", "#75806f", "#525c4c"), ("#282d24", "#a3ad95", "#b4bea6")),
    "share3": (("#e2edf1", "#4f7586", "#365766"), ("#1f2e36", "#8fb3c4", "#9cc0d1")),
    "share4": (("#d0e0f2", "#2f5b8f", "#234b7e"), ("#1e3352", "#93bdf0", "#9cc4f4")),
    "share5": (("#b9cff0", "#15306e", "#15306e"), ("#274a80", "#c3d8ff", "#cfe0ff")),
    "begun1": (("#ffffff", "#858a95", "#5b606b"), ("#14171d", "#7f8591", "#a6abb7")),
    "begun2": (("#ffffff", "#658a92", "#5b606b"), ("#14171d", "#6f9aa2", "#a6abb7")),
    "begun3": (("#ffffff", "#41828a", "#5b606b"), ("#14171d", "#5aaab2", "#a6abb7")),
    "begun4": (("#ffffff", "#20767d", "#5b606b"), ("#14171d", "#57bcc4", "#a6abb7")),
    "begun5": (("#ffffff", "#0b6469", "#5b606b"), ("#14171d", "#7fe0e7", "#a6abb7")),
    "first": (("#efe9fa", "#5b3fa0", "#5b3fa0"), ("#2b2342", "#c0a8f5", "#c0a8f5")),
    "second": (("#fdf1de", "#8a5200", "#8a5200"), ("#3d2c10", "#f0b659", "#f0b659")),
    "same": (("#f6f7f9", "#858a95", "#5b606b"), ("#1d2129", "#767d8c", "#a6abb7")),
}


def _looks(theme: int) -> dict[str, Look]:
    """The sides and the ramp of frequencies as the map's colours have them, and the looks that only lenses need."""
    colours = (map_colours.LIGHT, map_colours.DARK)[theme]
    found: dict[str, Look] = {
        side: {"fill": colours[side]["fill"], "line": colours[side]["stroke"], "ink": colours[f"{side}-ink"]["fill"]}
        for side in SIDES
    }
    for k in LEVELS:
        tint, ink = _TINTS[theme][k - 1], _INKS[theme][k - 1]
        found[f"way{k}"] = {"fill": tint, "line": colours[f"way{k}"]["stroke"], "ink": ink}
    found |= {name: dict(zip(("fill", "line", "ink"), both[theme], strict=True)) for name, both in _MORE.items()}
    found["unknown"] = {**found["unknown"], "dash": DASH}
    return found


LIGHT, DARK = _looks(0), _looks(1)
# What looks the same whatever is asked of the map; the lanes have grounds of their own.
FIXED: Mapping[str, tuple[Look, Look]] = {
    **{
        name: (map_colours.LIGHT[name], map_colours.DARK[name])
        for name in ("ground", "halo", "text", "quiet", "begin", "finish", "sign")
    },
    "label": (map_colours.LIGHT["quiet"], map_colours.DARK["quiet"]),
    "band0": ({"fill": "#f5f6f8"}, {"fill": "#1a1e26"}),
    "band1": ({"fill": "#fbfbfc"}, {"fill": "#161a20"}),
}
# How a part of a step or way takes its look.
PARTS: Mapping[str, Mapping[str, str]] = {
    "box": {"fill": "fill", "stroke": "line", "stroke-dasharray": "dash"},
    "way": {"stroke": "line", "stroke-dasharray": "dash"},
    "end": {"stroke": "line"},
    "head": {"fill": "line"},
    "ink": {"fill": "ink"},
    "ring": {"stroke": "ink"},
}
HOLLOW = ("way", "end", "ring")


def attributes(part: str, look: str) -> dict[str, str]:
    """The colours of a part as attributes, for paper."""
    if part in FIXED:
        return dict(FIXED[part][0])
    found = {key: LIGHT[look][value] for key, value in PARTS[part].items() if value in LIGHT[look]}
    return found | ({"fill": "none"} if part in HOLLOW else {})


def style_sheet(used: Mapping[str, Collection[str]]) -> str:
    """The classes of a drawing for the screen: light, and dark where the system asks for it; print is light.

    ``used`` are the drawing's lenses with the looks each takes. A step or way has a class a lens, ``a-client`` in the
    first, ``b-share3`` in the second; of them that counts whose lens stands at the drawing. Its parts take their
    colours from the look of that class; where no lens is asked, as in a legend, from ``k-client``.
    """
    parts = "".join(
        f".pm-map .{part}{{{';'.join(f'{key}:var(--{value})' for key, value in taken.items())}}}"
        for part, taken in PARTS.items()
    )
    light, dark = ("".join(f".pm-map .{name}{{{_css(look[k])}}}" for name, look in FIXED.items()) for k in (0, 1))
    hollow = ",".join(f".pm-map .{part}" for part in HOLLOW) + "{fill:none}"
    rim = ".pm-map .label text{paint-order:stroke;stroke:var(--rim);stroke-width:8px;stroke-linejoin:round}"
    light += f".pm-map{{--rim:{GROUND[0]}}}{rim}"
    dark += f".pm-map{{--rim:{GROUND[1]}}}"
    labels = ",".join(f'.pm-map[data-lens="{name}"] .l.{letter}' for letter, name in lettered(used))
    shown = f".pm-map .l{{display:none}}{labels}{{display:inline}}"
    night = f"@media screen and (prefers-color-scheme:dark){{{dark}{_set(DARK, used)}}}"
    return f"{light}{parts}{hollow}{shown}{_set(LIGHT, used)}{night}"


def lettered(lenses: Iterable[str]) -> list[tuple[str, str]]:
    """The lenses with the letters their classes begin with."""
    return list(zip("abcdefghij", lenses, strict=False))


def _set(looks: Mapping[str, Look], used: Mapping[str, Collection[str]]) -> str:
    """What each look sets: in a legend, and in every lens that takes it."""
    rules = []
    for name, look in looks.items():
        lenses = [(letter, lens) for letter, lens in lettered(used) if name in used[lens]]
        places = [f".pm-map .k-{name}", *(f'.pm-map[data-lens="{lens}"] .{letter}-{name}' for letter, lens in lenses)]
        rules.append(f"{','.join(places)}{{{';'.join(f'--{key}:{value}' for key, value in look.items())}}}")
    return "".join(rules)


def _css(look: Look) -> str:
    return ";".join(f"{key}:{value}" for key, value in look.items())
