"""Beside: what can be done while something else is waited for, in threads or in another process.

Threads are for what waits for the engine or the disk. Of work that is Python throughout two threads do no more than one
does, because they take turns: that goes to another process.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, NoReturn

Submit = Callable[..., "Future[Any]"]
"""Has a function called with arguments, somewhere, and gives what will hold its result."""


def at_once(function: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """The ``Submit`` that calls the function here and now; what it raises is raised."""
    done: Future[Any] = Future()
    done.set_result(function(*arguments))
    return done


def collect_seldom() -> None:
    """In a process of our own: look for cycles among objects less often than Python does by itself (700). A command
    makes several hundred thousand objects and keeps most of them; looking took a twentieth of an audit."""
    gc.set_threshold(10_000, 10, 10)


@contextmanager
def beside(workers: int) -> Iterator[Executor]:
    """A pool of threads for tasks that write nothing. It is waited for at the end; but where the work beside which they
    run fails, nobody wants their results any more, and the fault is told at once."""
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


@contextmanager
def elsewhere(*modules: str) -> Iterator[Submit]:
    """Another Python process, in which functions of these modules are called one after the other; functions, arguments
    and results must be what ``pickle`` can carry. What fails there, or where no process can be had, is called here.

    Not ``multiprocessing``: it would run the script again from which procmine is called.
    """
    process = _Process(modules)
    try:
        with beside(1) as pool:
            yield lambda function, *arguments: pool.submit(process.call, function, arguments)
    finally:
        process.end()


class _Process:
    """The other process, as long as it lives."""

    def __init__(self, modules: tuple[str, ...]) -> None:
        self._ended = False
        self._child: subprocess.Popen[bytes] | None = None
        if not sys.executable or getattr(sys, "frozen", False):  # then the executable is no Python
            return
        begin = f"import sys; sys.path[:] = {sys.path!r}; from procmine.beside import serve; serve({modules!r})"
        with suppress(OSError):
            self._child = subprocess.Popen(  # noqa: S603 - this very Python
                [sys.executable, "-c", begin],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what goes wrong there goes wrong here once more, and is told then
            )

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        child = self._child
        if child is not None:
            try:
                done, result = _ask(child, pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL))
            except (OSError, ValueError, EOFError, pickle.UnpicklingError):  # it is no more
                if self._ended:
                    raise
                self.end()
                done = False
            if done:
                return result
        return function(*arguments)  # a fault is told by who meets it here

    def end(self) -> None:
        """End the process, whatever it is at."""
        self._ended = True
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


def _ask(child: subprocess.Popen[bytes], call: bytes) -> tuple[bool, Any]:
    assert child.stdin is not None and child.stdout is not None  # noqa: S101 - both were asked for
    child.stdin.write(call)
    child.stdin.flush()
    answer: tuple[bool, Any] = pickle.load(child.stdout)  # noqa: S301 - from our own process through its own pipe
    return answer


def serve(modules: tuple[str, ...]) -> NoReturn:
    """What the other process does until its input ends: call what it is given and give back the result, or that there
    is none."""
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits for this one
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    for module in modules:
        import_module(module)
    while True:
        try:
            function, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that began this one
        except EOFError:
            os._exit(0)
        try:
            answer = pickle.dumps((True, function(*arguments)), pickle.HIGHEST_PROTOCOL)
        except Exception:
            answer = pickle.dumps((False, None))
        answers.write(answer)
        answers.flush()
