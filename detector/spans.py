"""Evidence for each character to maximal scoring segments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["maximal_segments", "segments_of_evidence"]


def maximal_segments(scores: Sequence[float]) -> list[tuple[int, int, float]]:
    """Return all maximal scoring subsequences of ``scores`` as (start, end, sum), in order.

    The disjoint half-open ranges of Ruzzo and Tompa (ISMB 1999): no range can be extended or
    shrunk to a larger sum, and the best range overall is among them. Linear time.

    >>> maximal_segments([4, -5, 3, -3, 1, 2, -2, 2, -2, 1, 5])
    [(0, 1, 4), (2, 3, 3), (4, 11, 7)]
    """
    # Candidates as a linked stack: start, end, sum before it (left), sum up to its end (right),
    # and the nearest earlier candidate with a smaller left sum.
    starts: list[int] = []
    ends: list[int] = []
    lefts: list[float] = []
    rights: list[float] = []
    links: list[int] = []
    total: float = 0
    for position, score in enumerate(scores):
        if score <= 0:
            total += score
            continue
        start, end, left = position, position + 1, total
        total += score
        right = total
        while True:
            at = len(starts) - 1
            while at >= 0 and lefts[at] >= left:
                at = links[at]
            if at < 0 or rights[at] >= right:
                starts.append(start)
                ends.append(end)
                lefts.append(left)
                rights.append(right)
                links.append(at)
                break
            start, left = starts[at], lefts[at]
            del starts[at:], ends[at:], lefts[at:], rights[at:], links[at:]
    return [
        (start, end, right - left)
        for start, end, left, right in zip(starts, ends, lefts, rights, strict=True)
    ]


def segments_of_evidence(
    evidence: NDArray[np.float32], breaks: NDArray[np.intp], least: float
) -> list[tuple[int, int, float]]:
    """Return the maximal scoring segments of each block, those with a sum of at least ``least``.

    ``evidence``: log-odds of each character; ``breaks``: positions that end a block and belong to
    no segment, sorted. Python visits only runs of equal sign in blocks that can reach ``least``.
    """
    n = len(evidence)
    if n == 0:
        return []
    positive = evidence > 0
    if not positive.any():
        return []
    breaks = breaks.astype(np.intp, copy=False)
    starts = np.concatenate(([0], breaks + 1))
    ends = np.append(breaks, n)
    gains = np.concatenate(([0.0], np.cumsum(np.where(positive, evidence, 0), dtype=np.float64)))
    sums = np.concatenate(([0.0], np.cumsum(evidence, dtype=np.float64)))
    rich = np.flatnonzero(gains[ends] - gains[starts] >= least)
    if not len(rich):
        return []
    # Runs of equal sign, cut at blocks; blocks whose gains cannot reach ``least`` are left out.
    turns = np.flatnonzero(positive[1:] != positive[:-1]) + 1
    cuts = np.unique(np.concatenate((turns, starts, ends)))
    firsts = np.searchsorted(cuts, starts[rich]).tolist()
    lasts = np.searchsorted(cuts, ends[rich]).tolist()
    values = sums[cuts]
    places = cuts.tolist()
    found: list[tuple[int, int, float]] = []
    for first, last in zip(firsts, lasts, strict=True):
        runs = np.diff(values[first : last + 1]).tolist()
        for start, end, score in maximal_segments(runs):
            if score >= least:
                found.append((places[first + start], places[first + end], score))
    return found
