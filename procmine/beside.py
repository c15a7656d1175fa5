"""Beside: a few threads for what can be done while something else is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager


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
