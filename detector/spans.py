"""Evidence for each character to maximal scoring segments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["maximal_segments", "positions", "segments_of_evidence"]


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


def positions(starts: NDArray[np.intp], sizes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return ``start, start + 1, ...``, as many as its size says, for one start after the other."""
    before = np.cumsum(sizes) - sizes
    every: NDArray[np.intp] = np.arange(sizes.sum()) + np.repeat(starts - before, sizes)
    return every


def segments_of_evidence(
    evidence: NDArray[np.float32], breaks: NDArray[np.intp], least: float, drop: float = np.inf
) -> list[tuple[int, int, float]]:
    """Return the maximal scoring segments of each block, those with a sum of at least ``least``.

    ``evidence``: log-odds of each character; ``breaks``: positions that end a block and belong to
    no segment, as does a stretch without gain that costs ``drop``: however much two phrases gain,
    they are two when a clean sentence stands between them (the X-drop of sequence alignment;
    Altschul et al., Nucleic Acids Research 1997).

    Python visits only what numpy cannot take apart. In a maximal segment every prefix and every
    suffix has a positive sum, so one that spans a stretch of cost ``c`` gains more than ``c`` on
    either side of it: where a group of runs gains less than that on one side, it parts.
    """
    evidence = evidence.astype(np.float64)
    evidence[breaks] = -np.inf
    positive = evidence > 0
    turns = np.flatnonzero(np.diff(positive, prepend=False, append=False))
    starts, ends = turns[::2], turns[1::2]
    if not len(starts):
        return []
    # Alternating runs from the first gain to the last.
    values = np.add.reduceat(np.append(evidence, 0.0), turns)[:-1]
    gains, costs = values[::2], -values[1::2]
    parted = costs >= drop
    earned = np.concatenate(([0.0], np.cumsum(gains)))
    slack = 1e-9 * earned[-1]  # running sums are rounded; what is in doubt stays together
    for _ in range(8):
        # What the group of each stretch has gained before it, and gains after it.
        edges = np.concatenate(([0], np.flatnonzero(parted) + 1, [len(gains)]))
        group = np.concatenate(([0], np.cumsum(parted)))[:-1]
        before = earned[1:-1] - earned[edges[group]]
        after = earned[edges[group + 1]] - earned[1:-1]
        more = parted | (costs >= before + slack) | (costs >= after + slack)
        if np.array_equal(more, parted):
            break
        parted = more
    total = np.bincount(np.concatenate(([0], np.cumsum(parted))), gains)
    first = np.flatnonzero(np.concatenate(([True], parted)))
    last = np.append(first[1:], len(gains))
    rich = total >= least
    single = rich & (last - first == 1)
    found = list(
        zip(
            starts[first[single]].tolist(),
            ends[first[single]].tolist(),
            total[single].tolist(),
            strict=True,
        )
    )
    for begin, end in zip(
        first[rich & ~single].tolist(), last[rich & ~single].tolist(), strict=True
    ):
        runs = values[2 * begin : 2 * end - 1].tolist()
        for left, right, score in maximal_segments(runs):
            if score >= least:
                found.append((int(turns[2 * begin + left]), int(turns[2 * begin + right]), score))
    found.sort()
    return found
