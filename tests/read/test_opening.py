"""Opening a file: regular files only, links said, ZIP archives of one data file, nothing else."""

from __future__ import annotations

import errno
import io
import json
import os
import socket
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from procmine.errors import InputError
from procmine.read.csv.reading import read_csv
from procmine.read.files.opening import digest_of, opened
from procmine.read.importing import files_of, format_of, import_log
from procmine.read.limits import LIMITS
from procmine.read.source import CANONICAL
from procmine.schema import load_schema
from tests.read.reading import Read, csv_of

TEXT = "case_id,activity,timestamp\n1,apply,2024-01-08 08:00\n2,decide,2024-01-09 08:00\n"
CELLS = [("1", "apply", "2024-01-08 08:00"), ("2", "decide", "2024-01-09 08:00")]
PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")


def zipped(path: Path, *members: tuple[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def content(path: Path) -> bytes:
    with opened(path) as file:
        data = b"".join(file.unpacked())
        file.digest()
        return data


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        content(path)
    return caught.value


def patched(path: Path, place: int, data: bytes) -> Path:
    """Overwrite bytes; a negative place counts from the end."""
    old = path.read_bytes()
    place %= len(old)
    path.write_bytes(old[:place] + data + old[place + len(data) :])
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_one_file_of_an_archive_is_read(tmp_path: Path, method: int) -> None:
    read = Read(read_csv, zipped(tmp_path / "log.zip", ("log.csv", TEXT), method=method))

    assert (read.cells, read.raw.name, read.raw.sha256) == (CELLS, "log.zip", digest_of(tmp_path / "log.zip"))


def test_the_content_of_an_archive_is_named(tmp_path: Path) -> None:
    read = Read(read_csv, zipped(tmp_path / "a.zip", ("export/", ""), ("export/log.csv", TEXT)))

    assert "The content is 'export/log.csv' in the ZIP file." in read.raw.warnings


def test_what_a_mac_adds_is_left_out_and_said(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("log.csv", TEXT), ("__MACOSX/._log.csv", "x"), (".DS_Store", "y"))
    read = Read(read_csv, path)

    assert read.cells == CELLS
    assert "Not read beside it: '__MACOSX/._log.csv', '.DS_Store' (2 in all)." in read.raw.warnings


def test_a_large_member_is_read_in_pieces(tmp_path: Path) -> None:
    data = b"".join(b"%d,some text,%d\n" % (number, number * 7) for number in range(300_000))
    path = zipped(tmp_path / "a.zip", ("log.csv", data))
    with opened(path) as file:
        pieces = list(file.unpacked())

    assert (b"".join(pieces) == data, max(map(len, pieces)) <= LIMITS.piece_bytes) == (True, True)


def test_an_archive_written_to_a_stream_is_read(tmp_path: Path) -> None:
    """Sizes and check sum stand behind the content then."""

    class Stream(io.BytesIO):
        def tell(self) -> int:
            raise io.UnsupportedOperation

    target = Stream()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log.csv", TEXT)
    (tmp_path / "a.zip").write_bytes(target.getvalue())
    flags = (tmp_path / "a.zip").read_bytes()[6]

    assert flags & 8
    assert content(tmp_path / "a.zip") == TEXT.encode()


def test_an_archive_with_the_fields_of_large_ones_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, archive.open("log.csv", "w", force_zip64=True) as member:
        member.write(TEXT.encode())

    assert content(tmp_path / "a.zip") == TEXT.encode()


def test_an_archive_with_a_comment_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.comment = b"from the vendor PK\x05\x06"
        archive.writestr("log.csv", TEXT)

    assert content(tmp_path / "a.zip") == TEXT.encode()


def test_several_data_files_are_refused_by_name(tmp_path: Path) -> None:
    fault = refused(zipped(tmp_path / "a.zip", ("jan.csv", TEXT), ("feb.csv", TEXT)))

    assert "2 data files: 'jan.csv', 'feb.csv'" in fault.what


@pytest.mark.parametrize("members", [[], [("folder/", "")], [("__MACOSX/x", "y")]])
def test_an_archive_without_data_is_refused(tmp_path: Path, members: list[tuple[str, str]]) -> None:
    assert "no data file" in refused(zipped(tmp_path / "a.zip", *members)).what


@pytest.mark.parametrize(
    "name", ["../log.csv", "/log.csv", "a/../../log.csv", "C:\\log.csv", "..\\log.csv", "a\x1b.csv"]
)
def test_a_member_whose_name_leads_away_is_refused(tmp_path: Path, name: str) -> None:
    assert "leads out" in refused(zipped(tmp_path / "a.zip", (name, TEXT))).what


def test_a_member_that_is_a_link_is_refused(tmp_path: Path) -> None:
    member = zipfile.ZipInfo("log.csv")
    member.create_system, member.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, "/etc/hostname")

    assert "is a link" in refused(tmp_path / "a.zip").what


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("log.csv", TEXT))
    at = path.read_bytes().index(b"PK\x01\x02")
    patched(patched(path, 6, b"\1\0"), at + 8, b"\1\0")

    assert "encrypted" in refused(path).what


def test_another_method_is_refused_by_its_name(tmp_path: Path) -> None:
    assert "LZMA" in refused(zipped(tmp_path / "a.zip", ("log.csv", TEXT), method=zipfile.ZIP_LZMA)).what


@pytest.mark.parametrize(
    "inner", [b"PK\x03\x04 an archive", b"\x1f\x8b\x08 gzip"], ids=["archive in archive", "gzip in archive"]
)
def test_what_is_packed_twice_is_refused(tmp_path: Path, inner: bytes) -> None:
    assert "packed twice" in refused(zipped(tmp_path / "a.zip", ("log.csv", inner))).what


def test_a_bomb_is_refused_by_what_it_announces(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("log.csv", b"1,a,b\n" * 30_000_000))

    assert "unpacks to 171 MiB" in refused(path).what


def test_a_bomb_that_announces_little_stops_at_what_it_announced(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("log.csv", b"x" * 3_000_000))
    at = path.read_bytes().index(b"PK\x01\x02")
    small = struct.pack("<L", 1_000)
    patched(patched(path, 22, small), at + 24, small)

    assert "announces 1,000 bytes of content and holds more" in refused(path).what


def _flip_content(path: Path) -> None:
    place = path.read_bytes().index(b"apply")
    patched(path, place, b"bpply")


def _wrong_sum(path: Path) -> None:
    at = path.read_bytes().index(b"PK\x01\x02")
    patched(patched(path, 14, b"\1\2\3\4"), at + 16, b"\1\2\3\4")


def _other_name_inside(path: Path) -> None:
    patched(path, 30, b"geheim!")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def _followed(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"junk")


def _preceded(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4] + b"\0" * 9 + path.read_bytes()[4:])


def _several_parts(path: Path) -> None:
    patched(path, -18, b"\1\0")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_flip_content, "check sum"),
        (_wrong_sum, "check sum"),
        (_other_name_inside, "one thing in its directory and another"),
        (_cut, "no directory at its end"),
        (_followed, "no directory at its end"),
        (_preceded, "not where the file says"),
        (_several_parts, "several parts"),
    ],
)
def test_a_damaged_archive_is_refused(tmp_path: Path, damage: Callable[[Path], Any], said: str) -> None:
    path = zipped(tmp_path / "a.zip", ("log.csv", TEXT), method=zipfile.ZIP_STORED)
    damage(path)

    assert said in refused(path).what


def test_damaged_packed_content_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("log.csv", TEXT * 50))

    assert "damaged" in refused(patched(path, 45, b"\xff" * 9)).what


def test_every_single_flipped_byte_of_an_archive_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("log.csv", TEXT))
    good, texts = path.read_bytes(), []
    for place in range(4, len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :])
        try:
            texts.append(content(path))
        except InputError:
            continue

    assert set(texts) == {TEXT.encode()}


def test_an_archive_of_many_entries_is_refused_before_they_are_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", *((f"{number}.csv", "") for number in range(LIMITS.zip_members + 1)))

    assert "the limit is 1,000" in refused(path).what


def test_a_csv_that_is_a_workbook_is_told_what_it_is(tmp_path: Path) -> None:
    path = zipped(tmp_path / "log.csv", ("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>"))

    assert "Excel workbook (XLSX)" in refused(path).what


def test_progress_of_an_archive_runs_to_its_size(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = zipped(tmp_path / "a.zip", ("log.csv", os.urandom(3_000_000)))
    with opened(path, lambda done, total: seen.append((done, total))) as file:
        for _ in file.unpacked():
            pass

    size = path.stat().st_size
    assert (seen[-1], seen == sorted(seen), len(seen) > 2) == ((size, size), True, True)


@pytest.mark.parametrize(
    ("archive", "member", "kind"),
    [
        ("a.zip", "log.csv", "csv"),
        ("a.csv.zip", "LOG", "csv"),
        ("a.csv.zip", "log.xes", "xes"),
        ("A.ZIP", "x.TSV", "csv"),
    ],
)
def test_the_name_in_an_archive_decides_the_format(tmp_path: Path, archive: str, member: str, kind: str) -> None:
    path = zipped(tmp_path / archive, (member, TEXT))

    assert format_of(path, CANONICAL) == kind


@pytest.mark.parametrize("member", ["log.parquet", "log.xlsx", "log.zip", "log.sqlite"])
def test_a_format_read_by_place_is_refused_in_an_archive(tmp_path: Path, member: str) -> None:
    with pytest.raises(InputError, match=f"'{member}' is not read out of a ZIP file"):
        format_of(zipped(tmp_path / "a.zip", (member, "x")), CANONICAL)


def test_archives_and_plain_files_of_a_folder_are_one_log(tmp_path: Path) -> None:
    folder = tmp_path / "deliveries"
    folder.mkdir()
    zipped(folder / "b.zip", ("feb.csv", TEXT.replace("1,", "3,").replace("2,", "4,")))
    (folder / "a.csv").write_text(TEXT)
    store = import_log(folder, tmp_path / "store", schema=load_schema())

    receipt = json.loads((store / "receipt.json").read_text(encoding="utf-8"))
    assert (receipt["rows_accepted"], [file["name"] for file in receipt["files"]]) == (4, ["a.csv", "b.zip"])


@PIPES
def test_a_pipe_is_refused_at_once_by_every_way_in(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for way in (opened_once, digest_of, lambda path: import_log(path, None, schema=load_schema())):
        with pytest.raises(InputError, match="a pipe"):
            way(tmp_path / "pipe.csv")


def opened_once(path: Path) -> None:
    with opened(path):
        pass


@PIPES
def test_a_pipe_put_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, pipe = tmp_path / "log.csv", tmp_path / "pipe"
    path.write_text(TEXT)
    os.mkfifo(pipe)
    real = Path.stat
    looks: list[Path] = []

    def swapped(self: Path, **options: Any) -> os.stat_result:
        info = real(self, **options)
        if self == path and not looks:
            looks.append(self)
            pipe.replace(path)
        return info

    monkeypatch.setattr(Path, "stat", swapped)

    with pytest.raises(InputError, match="a pipe"):
        opened_once(path)


@PIPES
def test_a_pipe_among_deliveries_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "deliveries"
    folder.mkdir()
    (folder / "a.csv").write_text(TEXT)
    os.mkfifo(folder / "b.csv")

    with pytest.raises(InputError, match="a pipe"):
        import_log(folder, tmp_path / "store", schema=load_schema())


def test_a_link_that_leads_nowhere_among_deliveries_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TEXT)
    (tmp_path / "b.csv").symlink_to(tmp_path / "gone.csv")

    assert len(files_of(tmp_path, CANONICAL)) == 2
    with pytest.raises(InputError, match="cannot be opened"):
        import_log(tmp_path, tmp_path / "store", schema=load_schema())


def test_a_socket_and_a_device_are_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s.csv"))
        for path in (tmp_path / "s.csv", Path(os.devnull)):
            with pytest.raises(InputError, match="not a regular file"):
                opened_once(path)


def test_a_link_is_followed_and_said(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text(TEXT)
    (tmp_path / "log.csv").symlink_to(tmp_path / "real.csv")
    read = Read(read_csv, tmp_path / "log.csv")

    assert (read.cells, read.raw.name) == (CELLS, "log.csv")
    assert read.raw.warnings == ("The file is a link; what it points to was read ('real.csv').",)


def test_links_that_lead_nowhere_or_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to(tmp_path / "none.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "b.csv")
    for name, said in (("a.csv", "leads nowhere"), ("b.csv", "cannot be opened")):
        with pytest.raises(InputError, match=said):
            import_log(tmp_path / name, None, schema=load_schema())


@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "a\0b.csv", "none.csv"])
def test_a_name_no_file_can_have_is_an_answer(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        import_log(tmp_path / name, None, schema=load_schema())


def test_a_file_without_the_right_to_read_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.csv").write_text(TEXT)

    def denied(*_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", denied)

    with pytest.raises(InputError, match="Permission denied"):
        opened_once(tmp_path / "log.csv")


@pytest.mark.parametrize("address", ["https://example.org/x.csv", "s3://bucket/x.csv", "file:///etc/hosts"])
def test_an_address_is_refused_by_the_import(address: str) -> None:
    with pytest.raises(InputError, match="not a file"):
        import_log(Path(address), None, schema=load_schema())


@pytest.mark.parametrize(
    "name",
    ["-rf.csv", "--help.csv", "a b.csv", "ä ö.csv", "100%s.csv", "new\nline.csv", "a#;&b.csv", "`id`.csv", "~.csv"],
)
def test_a_file_of_an_odd_name_is_read_like_any_other(tmp_path: Path, name: str) -> None:
    assert csv_of(tmp_path, TEXT, name=name).cells == CELLS


def test_a_file_changed_after_it_was_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(TEXT)
    with opened(tmp_path / "log.csv") as file:
        list(file.unpacked())
        os.utime(tmp_path / "log.csv", ns=(1, 1))

        with pytest.raises(InputError, match="changed while it was read"):
            file.digest()


def test_another_file_put_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(TEXT)
    with opened(tmp_path / "log.csv") as file:
        (tmp_path / "other.csv").write_text(TEXT)
        (tmp_path / "other.csv").replace(tmp_path / "log.csv")

        with pytest.raises(InputError, match="changed while it was read"):
            file.unchanged(tmp_path / "log.csv")
