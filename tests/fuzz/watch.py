"""A watch over the interpreter while a reader runs: it writes inside one folder only, calls no network, no program."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Audit events (Python documentation, "Audit events table") and how many of their arguments name what is changed.
_CHANGING = {
    "os.remove": 1, "os.rename": 2, "os.link": 2, "os.symlink": 2, "os.mkdir": 1, "os.rmdir": 1, "os.truncate": 1,
    "os.chmod": 1, "shutil.rmtree": 1, "sqlite3.connect": 1,
}  # fmt: skip
_NEVER = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen", "os.system", "os.exec",
    "os.posix_spawn", "os.fork",
)  # fmt: skip


class _Watch:
    """One for the process: an audit hook can never be taken off again."""

    def __init__(self) -> None:
        self.folder = ""
        self.seen: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.folder:
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & _WRITING and not self._inside(path):
                self.seen.append(f"{event} {path}")
        elif event in _NEVER:
            self.seen.append(f"{event} {arguments}")
        elif event in _CHANGING:
            self.seen += [f"{event} {path}" for path in arguments[: _CHANGING[event]] if not self._inside(path)]

    def _inside(self, path: Any) -> bool:
        if isinstance(path, int):
            return True  # a file that is open already was judged when it was opened
        text = os.fsdecode(path).removeprefix("file:")
        # Names without a folder are judged by the folder of the run; removing trees goes by open folders.
        return text in (":memory:", os.devnull) or str(Path(text).resolve()).startswith(self.folder)


_watch = _Watch()
_hooked: list[bool] = []


@contextmanager
def writing_only_in(folder: Path) -> Iterator[None]:
    """Raise AssertionError where anything is written elsewhere, a connection is made or a program started."""
    if not _hooked:
        sys.addaudithook(_watch)
        _hooked.append(True)
    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # modules come late, their caches are no finding
    here = Path.cwd()
    os.chdir(folder)  # what is written by a bare name lands inside and is found there
    _watch.folder, _watch.seen = str(folder.resolve()), []
    try:
        yield
    finally:
        _watch.folder = ""
        os.chdir(here)
        sys.dont_write_bytecode = bytecode
    assert not _watch.seen, f"outside the folder: {_watch.seen[:3]}"
