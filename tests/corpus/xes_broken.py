"""XES logs that are broken, cut off, too large or ask for other files: faults I10 to I12; events that say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.corpus.case import Case, partial, reject
from tests.corpus.xes_legal import BODY, FIRST, ROWS, SECOND, THIRD, XES, event, log, trace

CUT, DTD, BIG, EVT = "XES-CUT", "XES-DTD", "XES-BIG", "XES-EVT"
# What stands in the file a hostile log asks for; it must never be seen again.
CANARY = "canary-7b1f"
AT = "2024-01-09T09:30:00+01:00"
LIST = '<list key="l"><values><string key="a" value="x|y"/></values></list>'


def cases() -> Iterator[Case]:
    """All files of these groups."""
    yield from _cut()
    yield from _joined()
    yield from _doctypes()
    yield from _large()
    yield from _events()


def _cut() -> Iterator[Case]:
    whole = log()
    for name, mark, after in (
        ("in_the_declaration", "<?xml version", True),
        ("after_the_root", "<log>", True),
        ("in_a_tag", '<string key="conc', True),
        ("in_a_value", 'value="Bera', True),
        ("after_an_event", "</event>\n", True),
        ("between_two_traces", "</trace>\n", True),
        ("before_the_last_tag", "</log>", False),
        ("in_the_last_tag", "</lo", True),
    ):
        place = whole.index(mark) + (len(mark) if after else 0)
        yield reject(CUT, f"cut_off_{name}", "I12", whole[:place].encode(), r":\d+", **XES)
    yield reject(CUT, "cut_off_in_a_comment", "I12", log(BODY + "<!-- ").encode(), **XES)
    yield reject(CUT, "cut_off_in_an_umlaut", "I12", log("Ü").encode()[: log().encode().index(b"<log>") + 7], **XES)
    yield reject(CUT, "empty", "I12", b"", "empty", **XES)
    yield reject(CUT, "only_a_declaration", "I12", b'<?xml version="1.0"?>\n', **XES)
    yield reject(CUT, "only_blanks", "I12", b"\n  \n", **XES)
    long = log(trace("A1", FIRST, SECOND) * 4000)
    yield reject(CUT, "a_long_log_cut_off_late", "I12", long[: len(long) - 9].encode(), **XES)


def _joined() -> Iterator[Case]:
    for name, said in (
        ("two_roots", log() + log(head="")),
        ("two_documents", log() + log()),
        ("text_after_the_root", log() + "end\n"),
        ("null_bytes_after_the_root", log() + "\0" * 100),
        ("text_before_the_declaration", "x" + log()),
        ("crossed_tags", log(BODY.replace("</event>\n</trace>", "</trace>\n</event>"))),
        ("wrong_root", log().replace("<log", "<logs").replace("</log", "</logs")),
        ("html", "<html><body/></html>"),
        ("json", '{"log": []}'),
        ("csv", "case;activity\n1;2\n"),
        ("an_event_in_an_event", log(trace("A1", FIRST.replace("</event>", SECOND + "</event>")))),
        ("a_trace_in_a_trace", log(trace("A1", trace("B2", FIRST)))),
        ("an_attribute_twice_in_a_tag", log(BODY.replace('key="org:resource"', 'key="org:resource" key="x"'))),
        ("an_undefined_entity", log(BODY.replace("Beratung", "&uuml;ber"))),
        ("an_undefined_prefix", log(BODY.replace("<event>", "<q:e/><event>"))),
        ("a_less_sign_in_a_value", log(BODY.replace("Beratung", "a<b"))),
        ("a_bare_ampersand", log(BODY.replace("Beratung", "a & b"))),
        ("a_control_sign", log(BODY.replace("Beratung", "a\x01b"))),
        ("a_control_sign_by_reference", log(BODY.replace("Beratung", "a&#1;b"))),
        ("a_surrogate_by_reference", log(BODY.replace("Beratung", "a&#xD800;b"))),
        ("an_unquoted_value", log(BODY.replace('"Beratung"', "Beratung"))),
        ("the_wrong_case_of_a_tag", log(BODY.replace("</event>", "</Event>"))),
    ):
        yield reject(CUT, name, "I12", said.encode(), r":\d+|[Nn]o event", **XES)
    lone = log(BODY.replace("Beratung", "Pr?fung")).encode().replace(b"?fung", b"\xfcfung")
    yield reject(CUT, "a_byte_that_is_not_utf8", "I1", lone, r":\d+", **XES)
    lied = log(BODY.replace("Beratung", "Prüfung"), head='<?xml version="1.0" encoding="UTF-16"?>\n').encode()
    yield reject(CUT, "utf16_claimed_for_utf8", "I1", lied, **XES)
    odd = log(head='<?xml version="1.0" encoding="utf-9"?>\n').encode()
    yield reject(CUT, "an_unknown_encoding", "I1", odd, "encoding", **XES)
    yield reject(CUT, "no_trace", "I8", log("").encode(), "[Nn]o event|empty", **XES)
    yield reject(CUT, "only_traces_without_events", "I8", log(trace("A1")).encode(), "[Nn]o event|empty", **XES)


def _doctypes() -> Iterator[Case]:
    head = '<?xml version="1.0"?>\n'
    used = BODY.replace("Beratung", "&x;")
    laughs = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
    for name, doctype, body in (
        ("external_entity", '<!DOCTYPE log [<!ENTITY x SYSTEM "canary.txt">]>', used),
        ("external_entity_by_address", '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/hostname">]>', used),
        ("external_entity_from_a_network", '<!DOCTYPE log [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>', used),
        ("parameter_entity", '<!DOCTYPE log [<!ENTITY % x SYSTEM "canary.txt"> %x;]>', BODY),
        ("external_dtd", '<!DOCTYPE log SYSTEM "canary.txt">', BODY),
        ("public_dtd", '<!DOCTYPE log PUBLIC "-//X//EN" "http://127.0.0.1:9/x.dtd">', BODY),
        ("billion_laughs", f'<!DOCTYPE log [<!ENTITY x0 "ha">{laughs}]>', BODY.replace("Beratung", "&x9;")),
        ("quadratic_blowup", f'<!DOCTYPE log [<!ENTITY x "{"a" * 10_000}">]>', BODY.replace("Beratung", "&x;" * 1000)),
        ("internal_entity", '<!DOCTYPE log [<!ENTITY x "harmless">]>', used),
        ("attribute_defaults", '<!DOCTYPE log [<!ATTLIST string value CDATA "Antrag">]>', BODY),
        ("empty_doctype", "<!DOCTYPE log>", BODY),
        ("unparsed_entity", '<!DOCTYPE log [<!NOTATION n SYSTEM "x"><!ENTITY x SYSTEM "canary.txt" NDATA n>]>', BODY),
    ):
        data = log(body, head=f"{head}{doctype}\n").encode()
        yield reject(DTD, name, "I10", data, "DOCTYPE", r":2\b", hides=(CANARY,), **XES)
    include = '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="canary.txt" parse="text"/>'
    yield Case(
        DTD, "xinclude_is_not_followed", "I10", log(BODY.replace("<event>", f"{include}<event>", 1)).encode(), "accept",
        refused=(), accepted=3, rows=ROWS, hides=(CANARY,), **XES,
    )  # fmt: skip
    style = '<?xml-stylesheet href="canary.txt" type="text/xsl"?>\n'
    yield Case(
        DTD, "a_style_sheet_is_not_fetched", "I10", log(head=head + style).encode(), "accept", refused=(), accepted=3,
        rows=ROWS, hides=(CANARY,), **XES,
    )  # fmt: skip


def _deep(path: Path) -> None:
    opened = '<string key="a" value="b">' * 20_000
    path.write_text(log(trace("A1", event("Antrag", "2024-01-08T08:00:00Z", more=opened + "</string>" * 20_000))))


def _wide(path: Path) -> None:
    many = "".join(f'<string key="k{n}" value="v"/>' for n in range(50_000))
    path.write_text(log(trace("A1", event("Antrag", "2024-01-08T08:00:00Z", more=many))))


def _sparse(path: Path) -> None:
    events = (event("Antrag", "2024-01-08T08:00:00Z", more=f'<string key="k{n}" value="v"/>') for n in range(2000))
    path.write_text(log(trace("A1", *events)))


def _large() -> Iterator[Case]:
    yield reject(BIG, "20000_elements_deep", "I11", _deep, "deep", r":\d+", **XES)
    deep = log("<x>" * 5000 + "</x>" * 5000 + BODY)
    yield reject(BIG, "5000_foreign_elements_deep", "I11", deep.encode(), "deep", **XES)
    yield reject(BIG, "50000_attributes_in_an_event", "I11", _wide, "attributes", "1,000", **XES)
    yield reject(BIG, "2000_keys_in_2000_events", "I11", _sparse, "keys", "1,000", **XES)
    value = "x" * 12_000_000
    data = log(trace("A1", FIRST, event(value, "2024-01-09T08:00:00Z"))).encode()
    yield partial(
        BIG, "a_value_of_12_megabytes", "I11", data, [(9, "field_too_long")], accepted=1, hides=("xxxx",), **XES
    )
    many = "".join(f' a{n}="v"' for n in range(20_000))
    flat = log(BODY.replace("<event>", f"<event{many}>", 1)).encode()
    yield Case(BIG, "20000_xml_attributes_on_a_tag", "I11", flat, "accept", refused=(), rows=ROWS, **XES)


def _events() -> Iterator[Case]:
    good = (ROWS[0], ROWS[2])
    for name, said, reason in (
        ("no_activity", SECOND.replace('<string key="concept:name" value="Beratung"/>', ""), "missing_activity"),
        ("an_empty_activity", SECOND.replace("Beratung", ""), "missing_activity"),
        ("no_time", SECOND.replace(f'<date key="time:timestamp" value="{AT}"/>', ""), "missing_timestamp"),
        ("an_empty_time", SECOND.replace(AT, ""), "missing_timestamp"),
        ("a_time_that_is_none", SECOND.replace(AT, "gestern"), "unreadable_timestamp"),
        ("hour_24", SECOND.replace("T09:30:00", "T24:00:00"), "unreadable_timestamp"),
        ("year_9999", SECOND.replace("2024-01-09", "9999-12-31"), "implausible_year"),
        ("a_key_twice", SECOND.replace("</event>", '<string key="concept:name" value="Z"/></event>'), "duplicate_key"),
        ("an_unknown_type", SECOND.replace("<string", "<mystring"), "unknown_type"),
        ("no_key", SECOND.replace("</event>", '<string value="Z"/></event>'), "no_key"),
        ("no_value", SECOND.replace("</event>", '<string key="z"/></event>'), "no_value"),
        ("a_bar_in_a_list", SECOND.replace("</event>", f"{LIST}</event>"), "list_separator_in_value"),
    ):  # fmt: skip
        data = log(trace("A1", FIRST, said) + trace("B2", THIRD)).encode()
        fault = "I7" if reason.startswith("missing") else "I5" if "year" in reason or "unread" in reason else "I13"
        yield partial(EVT, name, fault, data, [(9, reason)], accepted=2, rows=good, **XES)
    outside = log(FIRST + trace("A1", SECOND) + trace("B2", THIRD)).encode()
    yield partial(EVT, "an_event_outside_a_trace", "I13", outside, [(3, "event_outside_trace")], rows=ROWS[1:], **XES)
    nameless = log(f"<trace>\n{FIRST}{SECOND}</trace>\n" + trace("B2", THIRD)).encode()
    yield partial(
        EVT,
        "a_trace_without_name",
        "I7",
        nameless,
        [(4, "missing_case_id"), (8, "missing_case_id")],
        rows=ROWS[2:],
        **XES,
    )
    twice = log(trace("A1", FIRST, more='<string key="concept:name" value="A2"/>') + trace("B2", THIRD)).encode()
    yield partial(EVT, "a_trace_of_two_names", "I13", twice, [(5, "duplicate_key")], rows=ROWS[2:], **XES)
    silent = '<global scope="event"><string key="concept:name" value="X"/></global>\n'
    data = log(
        silent + trace("A1", FIRST, SECOND.replace('<string key="concept:name" value="Beratung"/>', ""))
    ).encode()
    yield partial(EVT, "globals_fill_no_gap", "I13", data, [(10, "missing_activity")], rows=ROWS[:1], **XES)
