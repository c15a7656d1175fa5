"""Names and kinds of files: what looks like an option, a pattern or an address, or is no regular file: fault I17."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tests.corpus.case import GOOD, TAKEN, Case, accept, reject, text

G = "PATH"
CSV = text(*GOOD)
NAMES = {
    "a_dash_first": "-rf.csv",
    "two_dashes": "--help.csv",
    "a_pattern": "log[1-3]*?.csv",
    "braces": "log{a,b}.csv",
    "a_quote": "lo'g.csv",
    "two_quotes": 'lo"g.csv',
    "a_blank": "lo g .csv",
    "umlauts": "Auszug Mühlhausen.csv",
    "decomposed": "Mu\u0308hl.csv",
    "a_line_end": "lo\ng.csv",
    "a_tab": "lo\tg.csv",
    "a_terminal_sign": "lo\x1b[31mg.csv",
    "a_dollar": "$HOME.csv",
    "a_tilde": "~.csv",
    "a_semicolon": "a;rm -rf x;.csv",
    "a_percent": "%s%n.csv",
    "sql": "'); DROP TABLE events; --.csv",
    "like_hive": "office=7.csv",
    "a_dot_first": ".log.csv",
    "large_letters": "LOG.CSV",
    "a_long_name": "x" * 240 + ".csv",
    "html": "<b>&amp;.csv",
    "emoji": "👩‍💼.csv",
    "two_endings": "log.xlsx.csv",
    "no_ending": "auszug",
    "a_foreign_ending": "log.dat",
}


def cases() -> Iterator[Case]:
    """All files of this group."""
    for name, file in NAMES.items():
        yield accept(G, name, "I17", CSV, TAKEN, file=file, hides=("\x1b",))
    for name, make in (
        ("a_folder", _folder),
        ("a_pipe", _pipe),
        ("a_link_to_nowhere", _dangling),
        ("a_link_to_itself", _loop),
        ("a_link_to_a_device", _device),
        ("nothing_there", _nothing),
    ):
        yield reject(G, name, "I17", make)
    yield accept(G, "a_link_to_a_file", "I17", _link, TAKEN, level="should")
    for name, address in (
        ("an_address", "http://127.0.0.1:9/log.csv"),
        ("a_file_address", "file:///etc/hostname"),
        ("a_bucket", "s3://bucket/log.csv"),
        ("a_device", "/dev/zero"),
        ("a_name_too_long", "x" * 5000 + ".csv"),
        ("a_null_byte", "log\0.csv"),
        ("an_empty_name", ""),
    ):
        yield reject(G, name, "I17", _nothing, file=f"={address}")


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere.csv")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _link(path: Path) -> None:
    path.with_name("real.csv").write_bytes(CSV)
    path.symlink_to("real.csv")


def _nothing(path: Path) -> None:
    """Nothing is made: the request names what is not there, or no file of this folder."""
