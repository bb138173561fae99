"""What the words of a candidate finding say, read as a whole.

Evidence is gathered character by character, within three characters of each: it cannot know that a
phrase which starts with a brand ends with "official site", nor that a police report quotes it. Here
a candidate is one document: the character n-grams inside it, those it starts and ends with, those
shortly before and after, and the runs of character classes it is made of, each counted once, in a
linear classifier over hashed features (``native/wording.c``).
"""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.kernel import address, call

__all__ = ["WORDING_BITS", "Wording", "no_wording", "wording_buckets"]

WORDING_BITS = 17
_PER_CHARACTER, _BESIDES = 10, 100
"""More features than that no candidate has, for each character and besides them."""


class Wording(NamedTuple):
    """Linear classifiers over :func:`wording_buckets`, one for each kind of finding.

    ``table`` (int8, kinds x 2**WORDING_BITS) in steps of ``scale``; ``bias`` in log-odds.
    """

    table: NDArray[np.int8]
    scale: tuple[float, float]
    bias: tuple[float, float]

    def log_odds(
        self,
        batch: Batch,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        head: int,
    ) -> NDArray[np.float64]:
        """Return for each range ``start:end`` how likely it is right to report it.

        ``head`` is the index of its kind in ``KINDS``.
        """
        sums = np.empty(len(starts), dtype=np.int64)
        _features(batch, starts, ends, None, self.table[head], sums)
        odds: NDArray[np.float64] = sums.astype(np.float64) * self.scale[head] + self.bias[head]
        return odds


def no_wording() -> Wording:
    """Return a classifier that says nothing."""
    return Wording(np.zeros((2, 1 << WORDING_BITS), dtype=np.int8), (1.0, 1.0), (0.0, 0.0))


def wording_buckets(
    batch: Batch, ranges: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the features of each of ``ranges`` (m x 2, start and end in ``batch``).

    The result is how many features each range has (m), and buckets of ``WORDING_BITS`` bits, those
    of one range after the other; none occurs twice in a range.
    """
    characters = int((ranges[:, 1] - ranges[:, 0]).sum())
    room = _PER_CHARACTER * characters + _BESIDES * len(ranges)
    buckets = np.empty(room, dtype=np.int32)
    starts, ends = (np.ascontiguousarray(column, dtype=np.int64) for column in ranges.T)
    counts = _features(batch, starts, ends, buckets, None, None)
    return counts, buckets[: int(counts.sum())]


def _features(
    batch: Batch,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    buckets: NDArray[np.int32] | None,
    table: NDArray[np.int8] | None,
    sums: NDArray[np.int64] | None,
) -> NDArray[np.int64]:
    """Return how many features each range ``start:end`` has; fill ``buckets``, or ``sums``."""
    m = len(starts)
    counts = np.empty(m, dtype=np.int64)
    call(
        "wording_features",
        ctypes.byref(batch.pointers),
        address(starts, np.int64, m),
        address(ends, np.int64, m),
        m,
        WORDING_BITS,
        address(counts, np.int64, m),
        address(buckets, np.int32, 0),
        address(table, np.int8, 1 << WORDING_BITS),
        address(sums, np.int64, m),
    )
    return counts
