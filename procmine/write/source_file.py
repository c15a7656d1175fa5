"""The source file of an exported log: read with it, the export becomes the same log again.

Without it pseudonyms would be made of pseudonyms, and days would be those of another time zone.
"""

from __future__ import annotations

import json

from procmine.log import Log
from procmine.write.columns import Sheet, Written

MARK = "# Written by procmine beside an exported log, to read it back with: --source."
FORMATS = {"xes": "xes", "csv": "csv", "json": "ocel", "sqlite": "ocel"}
# What flattening an OCEL calls the case, the type, and the time of an event.
_FLAT = {"case_id": "case:concept:name", "activity": "concept:name", "timestamp": "time:timestamp"}


def source_text(log: Log, sheet: Sheet, form: str) -> str:
    """The text of the source file, in TOML."""
    receipt = log.receipt
    workers = receipt["pseudonyms"]["workers"]
    lines = [
        MARK,
        f"title = {{ de = {_said(f'Export von {log.name}')}, en = {_said(f'Export of {log.name}')} }}",
        f'format = "{FORMATS[form]}"',
    ]
    if attribution := receipt["source"].get("attribution"):
        lines.append(f"attribution = {_said(attribution)}")
    if FORMATS[form] == "ocel":
        lines += ["", "[file]", 'object_type = "case"']
    if form == "csv":
        lines += ["", "[file]", 'encoding = "utf-8"', 'delimiter = ","']
    lines += ["", "[time]", f"zone = {_said(str(receipt['zone']))}"]
    lines += ["", "[columns]"]
    lines += [f"{column.name} = {_said(read_as(column, sheet, form))}" for column in sheet.columns]
    if sheet.office is not None:
        lines += ["", "[office_from_file]", f'"*" = {_said(sheet.office)}']
    kept = "case-local" if workers == "case-local" else "plain"
    texts = [column.name for column in sheet.columns if column.kind == "text"]
    lines += ["", "# The names in the file are pseudonyms already, and its texts were allowed at the first import."]
    lines += ["[pseudonyms]", 'cases = "plain"', f'workers = "{kept}"', f"text = {_said(texts)}"]
    if receipt["observation"]["declared"]:
        watched = receipt["observation"]
        lines += ["", "[observation]", f"from = {watched['first_day']}", f"to = {watched['last_day']}"]
    return "\n".join(lines) + "\n"


def read_as(column: Written, sheet: Sheet, form: str) -> str:
    """What the reader of a format calls a column."""
    if form == "csv":
        return column.name
    if column.name == "timestamp" and sheet.days_only:
        return "timestamp"
    if FORMATS[form] == "ocel" and column.name in _FLAT:
        return _FLAT[column.name]
    if FORMATS[form] == "ocel" and column.name == "event_id":
        return "event_id"
    return f"case:{column.key}" if column.of_case else column.key


def _said(value: object) -> str:
    """A value in TOML: its basic strings and lists are those of JSON, but for one sign."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
