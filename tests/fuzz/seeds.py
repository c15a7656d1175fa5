"""Small good files of every kind, made on the fly, and tokens readers stumble over: what the fuzzers begin with."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.fuzz.targets import WORKBOOK_PARTS, workbook_parts
from tests.read.ocel_files import FAMILY, write_json, write_sqlite, write_xml
from tests.read.parquet_bytes import Lies, parquet_bytes
from tests.read.written import WRITERS, csv_text, xes_text

_COLUMNS = ("case_id", "activity", "timestamp", "worker", "due_date")
_LINES: Sequence[tuple[Any, ...]] = (
    ("c1", "call", datetime.fromisoformat("2025-03-24T08:00"), "w1", None),
    ("c1", 'a "b"\n', datetime.fromisoformat("2025-03-25T08:00"), None, None),
    ("ä2", "x & <y>", datetime.fromisoformat("2025-04-01"), "7", date(2025, 5, 1)),
)
ROWS: Sequence[Mapping[str, Any]] = [dict(zip(_COLUMNS, line, strict=True)) for line in _LINES]


def _written(write: Callable[..., Path], what: Any) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        return write(what, Path(place)).read_bytes()


def _csv() -> list[bytes]:
    text = csv_text(ROWS)
    plain = "case_id;activity;timestamp\r\nc1;call;24.03.2025 08:00\r\nc2;b;25.03.2025\r\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("log.csv"), text)
    return [
        b"\0" + text.encode(), b"\0" + plain.encode("cp1252"), b"\x10" + plain.encode("cp1252"),
        b"\x18" + plain.encode("utf-16"), b"\x20" + plain.encode(), b"\x04" + text.encode(), b"\x07" + text.encode(),
        b"\x06" + packed.getvalue(),
    ]  # fmt: skip


def _xes() -> list[bytes]:
    text = xes_text(ROWS)
    odd = (
        '<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/"><extension name="C" prefix="c" uri="u"/>'
        '<trace><!-- note --><event><list key="l"><values><string key="a" value="1"/></values></list>'
        '<string key="n" value="&#228;"><int key="m" value="2"/></string></event></trace></log>'
    )
    return [b"\0" + text.encode(), b"\0" + odd.encode(), b"\1" + text.encode(), b"\0" + text.encode("utf-16")]


def _xlsx() -> list[bytes]:
    parts = workbook_parts()
    parts["[Content_Types].xml"] = parts.get("[Content_Types].xml", "<Types/>")
    return [
        b"\0" + _written(WRITERS["xlsx"], ROWS),
        *(bytes([number]) + parts[name].encode() for number, name in enumerate(WORKBOOK_PARTS, 1) if name in parts),
    ]


def _times() -> list[bytes]:
    values = [
        "2025-03-24T08:00:00", "2025-03-24 08:00", "2025-03-24T08:00:00.123456789", "2025-03-24T08:00:00,5+01:00",
        "2025-03-30T02:30:00", "2025-10-26T02:30:00", "24.03.2025 08:00", "4.3.2025", "2025-03-24",
        "2024-02-29T23:59:60Z",
    ]  # fmt: skip
    extremes = ["9999-12-31", "1950-01-01T00:00:00-14:00", "2100-12-31T23:59:59", "0001-01-01", "1945-05-24T02:30:00"]
    declared = ["24/03/2025 08:00", "45299.25", "45299", "20250324T080000+0100", "1742800000000"]
    return [
        *(bytes([choice]) + "\n".join(values).encode() for choice in range(12)),
        b"\0" + "\n".join(extremes).encode(),  # apart: the transitions of 150 years take their time
        *(bytes([choice]) + "\n".join(declared).encode() for choice in (24, 36, 48)),
    ]


def _source() -> list[bytes]:
    first = (
        'title = { de = "P", en = "P" }\nformat = "csv"\n[file]\ndelimiter = ";"\n[time]\nzone = "Europe/Berlin"\n'
        'formats = ["%d/%m/%Y", "%d.%m.%Y %H:%M"]\noverlap = "later"\n[columns]\ncase_id = "case_id"\n'
        'activity = "activity"\ntimestamp = "timestamp"\nworker = "worker"\ninitiator = "initiator"\n'
        'lifecycle = "Status"\n[constants]\noffice = "O"\n[unknown]\nworker = ["-"]\n[system]\nworker = ["SYSTEM"]\n'
        '[values.initiator]\nKunde = "client"\n[activities]\nTermin = "first_interview"\n[[derive]]\n'
        'column = "role"\nvalue = "placement"\nwhen = { activity = ["call"] }\nreason = "r"\n'
    )
    second = (
        'title = { de = "P", en = "P" }\n[time]\nformats = ["%m/%d/%Y", "excel"]\n[pseudonyms]\ncases = "plain"\n'
        'workers = "case-local"\n[office_from_file]\n"log*" = "O"\n'
    )
    return [first.encode(), second.encode(), b'title = { de = "P", en = "P" }\n']


SEEDS: Mapping[str, Callable[[], list[bytes]]] = {
    "csv": _csv,
    "xes": _xes,
    "xlsx": _xlsx,
    "ocel_json": lambda: [_written(write_json, FAMILY)],
    "ocel_xml": lambda: [_written(write_xml, FAMILY)],
    "ocel_sqlite": lambda: [_written(write_sqlite, FAMILY)],
    "parquet": lambda: [
        _written(WRITERS["parquet"], ROWS),
        parquet_bytes(["a", "b", "ä"]),
        parquet_bytes(["a"], repeat=50),
        parquet_bytes(["a", "b"], Lies(crc=False)),
    ],
    "times": _times,
    "source": _source,
}

_XML = (b"<event>", b"</event>", b"<trace>", b"<!DOCTYPE x>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&#0;", b"&lt;",
        b'encoding="utf-7"', b'xmlns="urn:x"', b"<?x?>", b"/>")  # fmt: skip
# What changes the meaning of the bytes around it.
TOKENS: Mapping[str, Sequence[bytes]] = {
    "csv": (
        b'"', b'""', b"\r", b"\r\n", b"\n", b"\0",
        b";", b",", b"\t", b"\xef\xbb\xbf", b"\xff", b"\xc3\xa4", b"\x81",
    ),
    "xes": _XML,
    "xlsx": (*_XML, b't="s"', b't="e"', b's="99999"', b'r="A1"', b"<v>", b"</v>", b"<f>", b"1e999", b"_x0000_", b"-1"),
    "ocel_json": (b"{", b"}", b"[", b"]", b'"', b",", b":", b"null", b"NaN", b"1e999", b"\\ud800", b"\\u0000", b"true"),
    "ocel_xml": _XML,
    "ocel_sqlite": (b"\0", b"\xff\xff", b"CREATE TABLE", b"VIEW", b"TEXT", b"INTEGER", b"event_object", b"ocel_id"),
    "parquet": (b"\0", b"\xff\xff\xff\xff\x0f", b"\x7f", b"PAR1", b"\x15\x00", b"\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
    "times": (
        b"2025", b"0000", b"99", b"T", b" ", b"Z",
        b"+14:00", b"-00", b".", b",", b":", b"\n", "٣".encode(), b"60",
    ),
    "source": (
        b"[", b"]", b"{", b"}", b'"', b"=", b"\n",
        b"'''", b"1979-05-27", b"nan", b"[[", b"%", b"%z", b"\\u0000",
    ),
}  # fmt: skip
