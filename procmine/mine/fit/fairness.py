"""The order in which courses are judged: most frequent first, equally frequent ones as if drawn by lot.

A budget of work can run out before all courses are judged. Among courses that as many cases took, an order by name
would then judge those of one kind: where every course is its own, all that begin with the same step. Here a number made
of the course's labels decides, as far apart as if thrown, and the same for every log, machine and hash seed.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from procmine.mine.counts import Courses
from procmine.stats.scattering import scattered


def in_fair_order(log: Courses) -> list[int]:
    """The numbers of the courses in the order in which they are judged."""
    order: list[int] = np.lexsort((_lots(log), -log.cases)).tolist()
    return order


def _lots(log: Courses) -> npt.NDArray[np.uint64]:
    """A number for each course: of its labels and their places, not of other courses or of how labels are numbered."""
    names = [int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") for name in log.activities]
    of_label = np.array(names, np.uint64)
    first = np.asarray(log.first, np.int64)
    lengths = np.diff(first)
    place = np.arange(first[-1] if len(first) else 0, dtype=np.uint64) - np.repeat(first[:-1], lengths).astype(
        np.uint64
    )
    mixed = scattered(of_label[log.codes] ^ scattered(place)) if len(place) else np.empty(0, np.uint64)
    sums = np.concatenate(([np.uint64(0)], np.cumsum(mixed, dtype=np.uint64)))  # wraps around on purpose
    return np.asarray(scattered(sums[first[1:]] - sums[first[:-1]]))
