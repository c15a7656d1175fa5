"""XES logs in every legal way of writing one log, and in ways that say odd but legal things: faults I8 and I13."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any

from tests.corpus.case import Case, Row, accept, partial

G = "XES-OK"
NAMES = {"case": "concept:name", "activity": "concept:name", "timestamp": "time:timestamp", "resource": "org:resource"}
ROWS: tuple[Row, ...] = (
    ("A1", "Antrag", "2024-01-08T07:00:00.000000Z", "w1"),
    ("A1", "Beratung", "2024-01-09T08:30:00.000000Z", "w2"),
    ("B2", "Antrag", "2024-01-10T09:00:00.000000Z", "w1"),
)
XES: dict[str, Any] = {"file": "log.xes", "format": "xes", "columns": NAMES}


def event(activity: str, at: str, worker: str = "w1", more: str = "") -> str:
    """An event, on three lines and one more."""
    return (
        f'<event>\n<string key="concept:name" value="{activity}"/>\n<string key="org:resource" value="{worker}"/>'
        f'<date key="time:timestamp" value="{at}"/>{more}\n</event>\n'
    )


def trace(name: str, *events: str, more: str = "") -> str:
    """A trace with its name."""
    return f'<trace>\n<string key="concept:name" value="{name}"/>{more}\n{"".join(events)}</trace>\n'


FIRST = event("Antrag", "2024-01-08T08:00:00+01:00")
SECOND = event("Beratung", "2024-01-09T09:30:00+01:00", "w2")
THIRD = event("Antrag", "2024-01-10T10:00:00+01:00")
BODY = trace("A1", FIRST, SECOND) + trace("B2", THIRD)


def log(body: str = BODY, head: str = '<?xml version="1.0" encoding="UTF-8"?>\n', attributes: str = "") -> str:
    """A whole log."""
    return f"{head}<log{attributes}>\n{body}</log>\n"


def cases() -> Iterator[Case]:
    """All files of this group."""
    for name, said in _same_log().items():
        yield accept(G, name, "I13", said.encode() if isinstance(said, str) else said, ROWS, **XES)
    yield from _encodings()
    yield from _texts()
    yield from _odd()
    yield from _asked()


def _same_log() -> dict[str, str | bytes]:
    """One log in equivalent ways."""
    turned = BODY.replace('key="concept:name" value="Antrag"', 'value="Antrag"   key="concept:name"')
    pairs = BODY.replace("/>", "></string>")
    for kind in ("date",):
        pairs = pairs.replace('+01:00"></string>', f'+01:00"></{kind}>')
    space = ' xmlns="http://www.xes-standard.org/"'
    prefixed = log().replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:").replace("<x:?", "<?")
    frame = (
        '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>\n'
        '<global scope="trace"><string key="concept:name" value="UNKNOWN"/></global>\n'
        '<global scope="event"><string key="concept:name" value="UNKNOWN"/>'
        '<string key="org:resource" value="NOBODY"/>'
        '<date key="time:timestamp" value="1970-01-01T00:00:00Z"/></global>\n'
        '<classifier name="Activity" keys="concept:name"/>\n<string key="concept:name" value="a log"/>\n'
    )
    return {
        "canonical": log(),
        "no_declaration": log(head=""),
        "version_and_namespace": log(attributes=f' xes.version="1.0" openxes.version="1.0RC7"{space}'),
        "frame_of_globals_and_classifiers": log(frame + BODY),
        "single_quotes": log().replace('"', "'"),
        "value_before_key": log(turned),
        "start_and_end_tags": log(pairs),
        "one_line": log().replace("\n", ""),
        "carriage_returns": log().replace("\n", "\r\n"),
        "blanks_around_attributes": log().replace(" value=", "\n\t value  =  ").replace("<event>", "<event  >"),
        "prefixed_elements": prefixed.replace("<x:log", '<x:log xmlns:x="http://www.xes-standard.org/"'),
        "comments": log(BODY.replace("<event>", "<!-- <event> --><event>").replace("</trace>", "<!-- > --></trace>")),
        "a_trace_in_a_comment": log(f"<!--\n{trace('C3', FIRST)}-->\n{BODY}"),
        "cdata_between": log(BODY.replace("<event>", "<![CDATA[ <event> ]]><event>")),
        "instructions": log(f"<?page 1?>\n{BODY}", head='<?xml version="1.0"?>\n<?style x?>\n'),
        "character_references": log(BODY.replace("Antrag", "&#65;&#x6E;trag").replace("w2", "w&#50;")),
        "utc_times": log(
            BODY.replace("08T08:00:00+01:00", "08T07:00:00Z").replace("09T09:30:00+01:00", "09T08:30:00.000Z")
        ),
        "blanks_after_the_end": log() + "\n\n<!-- end -->\n\n",
        "foreign_elements": log(BODY.replace("<event>", '<f:x xmlns:f="urn:f"><f:y/></f:x><event>')),
        "events_after_attributes_of_all_types": log(
            BODY.replace(
                "</event>",
                '<int key="i" value="1"/><float key="f" value="1.5"/><boolean key="b" value="true"/>'
                '<id key="d" value="x"/></event>',
            )
        ),
        "nested_attributes": log(
            BODY.replace('value="w1"/>', 'value="w1"><string key="concept:name" value="inner"/></string>')
        ),
        "lists": log(
            BODY.replace("</event>", '<list key="l"><values><string key="a" value="1"/><string key="b" value="2"/>'
                         "</values></list></event>")
        ),
        "containers": log(
            BODY.replace("</event>", '<container key="c"><string key="concept:name" value="1"/></container></event>')
        ),
        "log_attributes_after_the_traces": log(f'{BODY}<string key="x" value="y"/>\n'),
    }  # fmt: skip


def _encodings() -> Iterator[Case]:
    said = BODY.replace("Beratung", "Prüfung")
    rows = (ROWS[0], ("A1", "Prüfung", *ROWS[1][2:]), ROWS[2])
    for name in ("UTF-8", "ISO-8859-1", "windows-1252", "ISO-8859-15", "UTF-16"):
        data = log(said, head=f'<?xml version="1.0" encoding="{name}"?>\n').encode(name)
        yield accept(G, f"encoding_{name.lower().replace('-', '_')}", "I13", data, rows, **XES)
    yield accept(G, "utf8_with_mark", "I13", codecs.BOM_UTF8 + log(said).encode(), rows, **XES)
    big = codecs.BOM_UTF16_BE + log(said, head="").encode("utf-16-be")
    yield accept(G, "utf16_big_end_first", "I13", big, rows, **XES)


def _texts() -> Iterator[Case]:
    for name, written, value in (
        ("entities", "&lt;b&gt; &amp; &quot;&apos;", "<b> & \"'"),
        ("a_greater_sign", "a > b", "a > b"),
        ("look_like_a_tag", "/&gt;&lt;/event&gt;", "/></event>"),
        ("na", "NA", "NA"),
        ("zeros", "007", "007"),
        ("a_large_number", "9007199254740993", "9007199254740993"),
        ("outer_blanks", " a ", " a "),
        ("a_line_end_as_reference", "a&#10;b", "a\nb"),
        ("a_raw_line_end_is_a_blank", "a\nb", "a b"),
        ("decomposed_umlaut", "Pru\u0308fung", "Pru\u0308fung"),
        ("beyond_the_basic_plane", "👩‍💼", "👩‍💼"),
        ("a_bar", "a|b", "a|b"),
        ("script", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
    ):
        body = trace(written, event(written, "2024-01-08T08:00:00+01:00", written))
        row = (value, value, ROWS[0][2], value)
        yield accept(G, f"text_of_{name}", "I6", log(body).encode(), [row], **XES)


def _odd() -> Iterator[Case]:
    bare = log(trace("A1", FIRST.replace('<string key="org:resource" value="w1"/>', "")))
    yield accept(G, "no_person", "I7", bare.encode(), [(*ROWS[0][:3], "")], **XES)
    twice = log(trace("A1", FIRST) + trace("A1", SECOND))
    yield accept(G, "one_name_on_two_traces", "I7", twice.encode(), ROWS[:2], flags=("duplicate_cases",), **XES)
    empty = log(trace("Z9") + BODY)
    yield accept(G, "a_trace_without_events", "I8", empty.encode(), ROWS, flags=("trace_without_events",), **XES)
    yield accept(G, "one_event", "I8", log(trace("A1", FIRST)).encode(), ROWS[:1], **XES)
    late = log(trace("A1", SECOND, FIRST))
    yield accept(G, "the_later_event_first", "I7", late.encode(), (ROWS[1], ROWS[0]), **XES)
    turn = log(trace("B2", THIRD) + trace("A1", SECOND, FIRST)).replace("\n", "")
    yield accept(G, "rows_of_one_line_keep_their_order", "I7", turn.encode(), (ROWS[2], ROWS[1], ROWS[0]), **XES)
    late_name = "<trace>\n" + FIRST + '<string key="concept:name" value="A1"/>\n</trace>\n'
    yield accept(G, "the_name_after_the_events", "I13", log(late_name).encode(), ROWS[:1], **XES)
    local = log(trace("A1", event("Antrag", "2024-01-08T08:00:00"), SECOND))
    yield accept(G, "a_time_without_offset", "I5", local.encode(), ROWS[:2], **XES)
    life = "".join(
        event("Antrag", at, more=f'<string key="lifecycle:transition" value="{state}"/>')
        for state, at in (("start", "2024-01-09T08:00:00Z"), ("complete", "2024-01-08T08:00:00Z"))
    )
    data = log(trace("A1", life)).encode()
    yield accept(G, "complete_before_start", "I7", data, accepted=2, **XES)
    gap = log(trace("A1", event("Antrag", "2024-03-31T02:30:00"), SECOND))
    yield partial(G, "a_local_time_in_the_gap", "I5", gap.encode(), [(5, "time_in_dst_gap")], accepted=1, **XES)


def _asked() -> Iterator[Case]:
    spelled = {**NAMES, "case": "case:concept:name"}
    yield accept(G, "case_asked_for_by_its_long_name", "I13", log().encode(), ROWS, **{**XES, "columns": spelled})
    none: dict[str, str] = {}
    yield accept(G, "nothing_asked_for", "I13", log().encode(), ROWS, **{**XES, "columns": none})
    other = log(
        BODY.replace('key="concept:name" value="A1"', 'key="nr" value="A1"').replace(
            'key="concept:name" value="B2"', 'key="nr" value="B2"'
        )
    )
    yield accept(
        G, "case_under_another_key", "I13", other.encode(), ROWS, **{**XES, "columns": {**NAMES, "case": "nr"}}
    )
    yield accept(G, "any_ending_of_the_name", "I13", log().encode(), ROWS, **{**XES, "file": "log.xml"})
