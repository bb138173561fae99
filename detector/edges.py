"""Where candidate findings end."""

from __future__ import annotations

import ctypes

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.counts import CountTables
from detector.kernel import address, call

__all__ = ["sharpened"]


def sharpened(
    batch: Batch,
    counts: CountTables,
    evidence: NDArray[np.float32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return ranges ``start:end`` with their ends moved to where ``evidence`` (n) has its edges.

    By up to three characters, none across a break. What makes an edge: the evidence of the first
    pass drops there (that of the second is drawn out by what stands beside it), punctuation stands
    there, or two characters that do not go together. Ranges (in order, disjoint) stay disjoint and
    do not become empty.
    """
    n, count = len(batch.codes), len(starts)
    starts, ends = starts.copy(), ends.copy()
    call(
        "sharpened", ctypes.byref(batch.pointers), ctypes.byref(counts.pointers),
        address(np.ascontiguousarray(evidence), np.float32, n), count,
        address(starts, np.int64, count), address(ends, np.int64, count),
    )  # fmt: skip
    return starts, ends
