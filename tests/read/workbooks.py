"""Workbooks for tests: built part by part, so that every fault of one can be planted."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from procmine.read.xlsx.reading import read_xlsx
from tests.read.reading import Read

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def text(value: str) -> str:
    """The inside of a cell that holds a text, without its name."""
    return f't="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is>'


def row(number: int, *cells: str | None, more: str = "") -> str:
    """A row of cells from column A on: what follows ``<c r="…" `` of each; None leaves one out."""
    inner = "".join(
        f'<c r="{chr(65 + place)}{number}" {cell}</c>' for place, cell in enumerate(cells) if cell is not None
    )
    return f'<row r="{number}"{more}>{inner}</row>'


HEAD = row(1, text("case_id"), text("activity"), text("timestamp"))


def sheet(rows: str, before: str = "", after: str = "") -> str:
    """A sheet's XML around its rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def parts(*sheets: tuple[str, str], state: Mapping[str, str] | None = None, more: str = "") -> dict[str, str]:
    """The parts of a workbook of named sheets."""
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}" state="{(state or {}).get(name, "visible")}"/>'
        for n, (name, _) in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    links += f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
    links += f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    return {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{more}<sheets>{listed}</sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"/>',
        **{f"xl/worksheets/sheet{n}.xml": xml for n, (_, xml) in enumerate(sheets, 1)},
    }


def styles(*codes: str) -> str:
    """Styles whose number ``n`` shows the format ``codes[n - 1]``; number 0 is General."""
    formats = "".join(
        f'<numFmt numFmtId="{164 + n}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for n, code in enumerate(codes)
    )
    xfs = "".join(f'<xf numFmtId="{164 + n}"/>' for n in range(len(codes)))
    inner = f'<numFmts>{formats}</numFmts><cellXfs><xf numFmtId="0"/>{xfs}</cellXfs>'
    return f'<styleSheet xmlns="{MAIN}">{inner}</styleSheet>'


def shared(*items: str) -> str:
    """Shared texts, each the inside of an ``si``."""
    return f'<sst xmlns="{MAIN}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def pack(path: Path, held: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Put parts into an archive."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return path


def reading(path: Path, name: str = "T", among: tuple[str, ...] = ()) -> Read:
    """Read one sheet of a workbook."""

    def reader(con: Any, path: Path, table: str, **options: Any) -> Any:
        return read_xlsx(con, path, name, table, **options)

    run: Callable[..., Any] = partial(reader, among=among)
    return Read(run, path)


def cells_of(folder: Path, rows: str, **held: str) -> Read:
    """Read a sheet of ``rows`` below the usual header; ``styles`` and ``sharedStrings`` may be given."""
    built = parts(("T", sheet(HEAD + rows)), more=held.pop("more", ""))
    built |= {f"xl/{name}.xml": data for name, data in held.items()}
    return reading(pack(folder / "log.xlsx", built))
