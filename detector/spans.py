"""Evidence for each character to maximal scoring segments."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.kernel import address, call

__all__ = [
    "Segments",
    "holders",
    "maximal_segments",
    "positions",
    "runs_within",
]


class Segments(NamedTuple):
    """Half-open ranges ``start:end`` in order, and the ``score`` that each sums to (m each)."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    score: NDArray[np.float64]


def maximal_segments(
    evidence: NDArray[np.float32],
    classes: NDArray[np.uint8],
    *,
    offset: float = 0.0,
    floor: float = np.inf,
    least: float = 0.0,
    drop: float = np.inf,
) -> Segments:
    """Return the maximal scoring segments of each block, those with a sum of at least ``least``.

    They are the disjoint ranges of Ruzzo and Tompa (ISMB 1999): no range can be extended or shrunk
    to a larger sum, and the best range overall is among them. Linear time.

    ``evidence``: log-odds of each character, from which ``offset`` is taken; what is below
    ``-floor`` then is raised to it. Characters of class 0 are breaks: they end a block and belong
    to no segment. A stretch without gain that costs ``drop`` parts as a break does: however much
    two phrases gain, they are two when a clean sentence stands between them (the X-drop of
    sequence alignment; Altschul et al., Nucleic Acids Research 1997).

    >>> scores = np.array([4, -5, 3, -3, 1, 2, -2, 2, -2, 1, 5], dtype=np.float32)
    >>> found = maximal_segments(scores, np.ones(11, dtype=np.uint8))
    >>> [*zip(found.start.tolist(), found.end.tolist(), found.score.tolist())]
    [(0, 1, 4.0), (2, 3, 3.0), (4, 11, 7.0)]
    """
    n = len(evidence)
    room = n // 2 + 1
    start, end = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    score = np.empty(room, dtype=np.float64)
    found = call(
        "maximal_segments", address(np.ascontiguousarray(evidence), np.float32, n),
        address(classes, np.uint8, n), n, offset, floor, least, drop,
        address(start, np.int64, room), address(end, np.int64, room),
        address(score, np.float64, room),
    )  # fmt: skip
    return Segments(start[:found], end[:found], score[:found])


def runs_within(
    evidence: NDArray[np.float32],
    bound: float,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    offsets: NDArray[np.int32],
) -> list[list[tuple[int, int]]]:
    """Return of each range ``start:end`` the runs of ``evidence`` (n) of at least ``bound``.

    Runs end where the range does. They are told by the ``offsets`` (n) of what is in them,
    half-open.
    """
    m = len(starts)
    room = int((ends - starts + 1).sum()) // 2 + m
    begins, finishes = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    before = np.empty(m, dtype=np.int64)
    found = call(
        "runs_within", address(evidence, np.float32, 0), bound, m, address(starts, np.int64, m),
        address(ends, np.int64, m), address(begins, np.int64, room),
        address(finishes, np.int64, room), address(before, np.int64, m),
    )  # fmt: skip
    lefts, rights = offsets[begins[:found]], offsets[finishes[:found] - 1] + 1
    runs = [*zip(lefts.tolist(), rights.tolist(), strict=True)]
    return [runs[first:last] for first, last in pairwise([0, *before.tolist()])]


def holders(
    rows: Sequence[NDArray[np.int32]], counts: Sequence[int], ranges: Sequence[tuple[int, int]]
) -> NDArray[np.int64]:
    """Return of each range, start and end in a text, the number of the segment with most of it.

    ``rows`` are the segments of each text, as in :class:`detector.page.Segments`, at least one
    where it has ranges; ``counts`` how many of ``ranges`` (m) are in each.
    """
    m, b = len(ranges), len(rows)
    numbers = np.empty(m, dtype=np.int64)
    if m:
        every = np.concatenate(rows)
        pairs = np.fromiter(chain.from_iterable(ranges), np.int64, 2 * m)
        sizes = np.array((*map(len, rows), *counts), dtype=np.int64)
        call(
            "holders", address(every, np.int32, every.size), address(sizes, np.int64, 2 * b), b,
            address(pairs, np.int64, 2 * m),
            address(numbers, np.int64, m),
        )  # fmt: skip
    return numbers


def positions(starts: NDArray[np.intp], sizes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return ``start, start + 1, ...``, as many as its size says, for one start after the other."""
    before = np.cumsum(sizes) - sizes
    every: NDArray[np.intp] = np.arange(sizes.sum()) + np.repeat(starts - before, sizes)
    return every
