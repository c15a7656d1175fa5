"""Delimited texts in all encodings, sound and broken, and texts that look alike: faults I1 and I2."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.case import GOOD, TAKEN, Case, accept, partial, reject, text

G = "CSV-ENC"
UMLAUT = "Ä1;Prüfung „groß“ – 5 €;2024-01-08 08:00:00;Müller"
UMLAUT_ROW = ("Ä1", "Prüfung „groß“ – 5 €", "2024-01-08T07:00:00.000000Z", "Müller")
PLAIN = "Ä1;Prüfung groß;2024-01-08 08:00:00;Müller"
PLAIN_ROW = ("Ä1", "Prüfung groß", "2024-01-08T07:00:00.000000Z", "Müller")
BAD_BYTES = {
    "a_byte_of_cp1252": b"Pr\xfcfung",
    "an_overlong_slash": b"Pr\xc0\xaffung",
    "a_surrogate": b"Pr\xed\xa0\x80fung",
    "a_byte_ff": b"Pr\xfffung",
    "a_lone_continuation": b"Pr\x80fung",
    "a_cut_sequence": b"Pr\xe2\x82",
    "a_code_point_beyond_the_last": b"Pr\xf4\x90\x80\x80fung",
}
SIGNS = {
    "composed_and_decomposed": ("Prüfung", "Pru\u0308fung"),
    "a_zero_width_space": ("Antrag", "An\u200btrag"),
    "a_no_break_space": ("Antrag neu", "Antrag\u00a0neu"),
    "a_soft_hyphen": ("Antrag", "An\u00adtrag"),
    "a_space_at_the_end": ("Antrag", "Antrag "),
}
KEPT = {
    "a_bidi_override": "An\u202etrag\u202c",
    "a_cyrillic_letter": "\u0410ntrag",
    "an_emoji_beyond_the_basic_plane": "Antrag 👩‍💼",
    "a_byte_order_mark_inside": "An\ufefftrag",
    "line_separators_that_end_no_line": "An\u2028tr\u2029a\x85g\x0b\x0c\x1c",
    "text_encoded_twice": "PrÃ¼fung",
    "control_signs": "An\x01tr\x1bag\x7f",
    "private_use_and_noncharacters": "An\ue000tr\ufdd0ag",
}


def cases() -> Iterator[Case]:
    """All files of this group."""
    yield from _whole()
    yield from _undeclared()
    yield from _bad_rows()
    yield from _alike()


def _whole() -> Iterator[Case]:
    yield accept(G, "utf8", "I1", text(UMLAUT), [UMLAUT_ROW], says=("utf-8",))
    yield accept(G, "utf8_with_mark", "I1", text(UMLAUT, encoding="utf-8-sig"), [UMLAUT_ROW], says=("byte order mark",))
    for name, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-32-le", b"\xff\xfe\0\0")):
        plain = name.replace("-", "")
        yield accept(G, f"{plain}_with_mark", "I1", mark + text(UMLAUT, encoding=name), [UMLAUT_ROW])
        yield accept(
            G, f"{plain}_declared", "I1", text(UMLAUT, encoding=name), [UMLAUT_ROW], options={"encoding": name}
        )
    yield accept(G, "cp1252", "I1", text(UMLAUT, encoding="cp1252"), [UMLAUT_ROW], options={"encoding": "cp1252"})
    yield accept(
        G, "windows_1252_by_its_other_name", "I1", text(UMLAUT, encoding="cp1252"), [UMLAUT_ROW],
        options={"encoding": "windows-1252"},
    )  # fmt: skip
    for name in ("latin-1", "iso-8859-15", "cp850", "mac-roman", "utf-8"):
        yield accept(
            G,
            f"{name.replace('-', '')}_declared",
            "I1",
            text(PLAIN, encoding=name),
            [PLAIN_ROW],
            options={"encoding": name},
        )
    yield accept(
        G, "utf8_declared_with_mark", "I1", text(PLAIN, encoding="utf-8-sig"), [PLAIN_ROW],
        options={"encoding": "utf-8"},
    )  # fmt: skip


def _undeclared() -> Iterator[Case]:
    bad = text(*GOOD[:1], encoding="utf-8") + b"A1;Pr\xfcfung;2024-01-09 08:00:00;w1\n"
    yield reject(G, "cp1252_undeclared", "I1", bad, r":3\b", "encoding")
    late = text(*GOOD * 400) + b"A1;Pr\xfcfung;2024-01-09 08:00:00;w1\n"
    yield reject(G, "a_bad_byte_in_line_1202", "I1", late, r":1202\b")
    yield reject(G, "a_bad_byte_in_the_header", "I1", "fäll;b;c;d\n1;2;3;4\n".encode("cp1252"), r":1\b", "encoding")
    yield reject(G, "utf16_without_mark", "I1", text(*GOOD, encoding="utf-16-le"), "UTF-16|NUL")
    yield reject(G, "utf16be_without_mark", "I1", text(*GOOD, encoding="utf-16-be"), "UTF-16|NUL")
    for name, asked in (("an_unknown_encoding", "utf-9"), ("no_text_encoding", "base64")):
        yield reject(G, name, "I1", text(*GOOD), asked, options={"encoding": asked})
    mark = b"\xff\xfe" + text(*GOOD, encoding="utf-16-le")
    yield reject(G, "a_mark_against_the_declaration", "I1", mark, "byte order mark", options={"encoding": "cp1252"})
    yield reject(G, "utf16_declared_for_utf8", "I1", text(*GOOD), options={"encoding": "utf-16-le"})
    yield reject(G, "only_a_byte_order_mark", "I1", b"\xef\xbb\xbf")
    yield reject(G, "random_bytes", "I1", bytes((7 * n * n + 13 * n) % 256 for n in range(3000)))


def _bad_rows() -> Iterator[Case]:
    for name, label in BAD_BYTES.items():
        row = b"A1;" + label + b";2024-01-09 08:00:00;w1\n"
        data = text(GOOD[0]) + row + f"{GOOD[2]}\n".encode()
        yield partial(
            G, name, "I1", data, [(3, "bad_encoding")], accepted=2, rows=(TAKEN[0], TAKEN[2]),
            options={"encoding": "utf-8"}, hides=("fung",),
        )  # fmt: skip
    hole = b"A1;\x81;2024-01-09 08:00:00;w1\n"
    yield partial(
        G, "a_byte_cp1252_has_no_letter_for", "I1", text(GOOD[0]) + hole, [(3, "bad_encoding")], accepted=1,
        options={"encoding": "cp1252"},
    )  # fmt: skip
    nul = b"A1;An\0trag;2024-01-09 08:00:00;w1\n"
    yield partial(G, "a_null_byte", "I1", text(GOOD[0]) + nul, [(3, "null_byte")], accepted=1)
    zeros = text(GOOD[0]) + b"\0" * 4000 + b"\n" + f"{GOOD[2]}\n".encode()
    yield partial(G, "a_hole_of_null_bytes", "I1", zeros, [(3, "null_byte|too_few_fields")], accepted=2)
    half = (
        b"\xff\xfe"
        + text(*GOOD[:2], encoding="utf-16-le")
        + "A1;\ud800;2024-01-09 08:00:00;w1\n".encode("utf-16-le", "surrogatepass")
    )
    yield partial(G, "half_a_pair_in_utf16", "I1", half, [(4, "bad_encoding")], accepted=2)
    odd = b"\xff\xfe" + text(*GOOD, encoding="utf-16-le")[:-1]
    yield partial(G, "utf16_of_an_odd_length", "I1", odd, [(4, "bad_encoding")], accepted=2)


def _alike() -> Iterator[Case]:
    for name, (one, other) in SIGNS.items():
        data = text(*(f"A1;{label};2024-01-08 08:0{n}:00;w1" for n, label in enumerate((one, other, one))))
        rows = [("A1", label, f"2024-01-08T07:0{n}:00.000000Z", "w1") for n, label in enumerate((one, other, one))]
        yield accept(G, name, "I2", data, rows, flags=("lookalike_labels",))
    for name, label in KEPT.items():
        rows = [("A1", label, "2024-01-08T07:00:00.000000Z", label)]
        yield accept(G, name, "I2", text(f"A1;{label};2024-01-08 08:00:00;{label}"), rows)
    lost = text("A1;Pr\ufffdfung;2024-01-08 08:00:00;w1")
    rows = [("A1", "Pr\ufffdfung", "2024-01-08T07:00:00.000000Z", "w1")]
    yield accept(G, "letters_lost_before", "I1", lost, rows, flags=("replacement_characters",), says=("U\\+FFFD",))
