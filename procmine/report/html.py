"""Writes a Document as one HTML file that needs no network, no server and no permission.

Everything is in the file: style, scripts, fonts, drawings. A strict content security policy names each script by its
hash, so that a script a name from a log might smuggle in does not run even if escaping failed. Same document, same
bytes.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup

from procmine import content
from procmine.report import document as values
from procmine.report.charts import LIGHT, SCREEN, to_plotly, to_svg
from procmine.report.document import Cell, ChartSpec, Column, Document, Figure

FONTS = (("inter-regular", 400), ("inter-semibold", 600))
FIELDS = {
    kind: frozenset(field.name for field in fields(kind))
    for kind in vars(values).values()
    if isinstance(kind, type) and is_dataclass(kind)
}
SCRIPTS = ("plotly-cartesian.min", "plotly-locale-de")


def render(document: Document, study: Path | None = None) -> str:
    """The report as an HTML file's text. ``study`` may hold ``reports/templates`` and ``reports/style`` of its own."""
    charts = charts_of(document)
    scripts = [_vendored(name, ".js") for name in SCRIPTS] if charts else []
    scripts.append(_styled("report", ".js", study))
    style = _fonts() + _styled("report", ".css", study)
    drawn = {spec.key: {"plot": to_plotly(spec, SCREEN)} for spec in charts}
    template = _environment(study).get_template("report.html.j2")
    text: str = template.render(
        document=document,
        style=Markup(style),  # noqa: S704 - our own files, no value from a log
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
        policy=policy(scripts),
        island=json_for_script({"language": document.language, "figures": drawn}),
        paper={spec.key: _drawing(_themed(to_svg(spec))) for spec in charts},
    )
    return text if text.endswith("\n") else text + "\n"


def charts_of(document: Document) -> list[ChartSpec]:
    """The charts that stand in the page as figures, in their order."""
    return [block.chart for section in document.sections for block in section.blocks if isinstance(block, Figure)]


def policy(scripts: list[str]) -> str:
    """The content security policy: nothing from anywhere, scripts by hash, images and fonts from the file itself."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def json_for_script(value: Any) -> Markup:
    """JSON that cannot end the script element it stands in, nor start another."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - made safe above


def _themed(svg: str) -> str:
    """Light colours as variables of the style sheet, so that a drawing follows light and dark. Only within tags."""
    roles = {colour: f"var(--{role})" for role, colour in LIGHT.items()}

    def own(tag: re.Match[str]) -> str:
        return re.sub(r"#[0-9a-f]{6}", lambda found: roles.get(found[0], found[0]), tag[0])

    return re.sub(r"<[^>]*style=\"[^>]*>", own, svg)


def _environment(study: Path | None) -> Any:
    from jinja2 import DictLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        """The sandbox as it is, with a short way to what is plain data: the fields of a Document's own values."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            if attribute in FIELDS.get(type(obj), ()):
                return getattr(obj, attribute)
            return super().getattr(obj, attribute)

    files = content.listing("reports/templates", ".j2", study)
    environment = Sandbox(
        loader=DictLoader({f"{name}.j2": content.read_text(entry) for name, entry in files.items()}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.filters["markup"] = _drawing
    environment.filters["cells"] = _cells
    return environment


def _cells(row: Sequence[Cell], columns: Sequence[Column]) -> list[tuple[str, str, str, float | None]]:
    """Align, tone, text and bar of each cell but the head: a long table asks for little else, and plain tuples cost a
    template a fraction of what fields do."""
    pairs = zip(row[1:], columns[1:], strict=True)
    return [(column.align, cell.tone, cell.text, cell.number if column.bar else None) for cell, column in pairs]


def _drawing(svg: str) -> Markup:
    """A drawing made by our own renderers, which escape every text they draw."""
    return Markup(svg)  # noqa: S704 - see above


@cache
def _vendored(name: str, suffix: str) -> str:
    return content.read_text(content.one("reports/vendor", name, suffix)).replace("</script", "<\\/script").strip()


def _styled(name: str, suffix: str, study: Path | None) -> str:
    return content.read_text(content.one("reports/style", name, suffix, study)).strip()


@cache
def _fonts() -> str:
    faces = []
    for name, weight in FONTS:
        data = b64encode(content.one("reports/vendor", name, ".woff2").read_bytes()).decode()
        faces.append(
            f"@font-face{{font-family:Inter;font-weight:{weight};font-style:normal;font-display:swap;"
            f"src:url(data:font/woff2;base64,{data}) format('woff2')}}\n"
        )
    return "".join(faces)
