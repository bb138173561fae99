"""What the words of a candidate finding say, read as a whole.

Evidence is gathered character by character, within three characters of each: it cannot know that a
phrase which starts with a brand ends with "official site", nor that a police report quotes it. Here
a candidate is one document: the character n-grams inside it, those it starts and ends with, those
shortly before and after, and the runs of character classes it is made of, each counted once, in a
linear classifier over hashed features.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.ngrams import ORDERS, REACH, bucket
from detector.spans import positions

__all__ = ["WORDING_BITS", "Wording", "no_wording", "wording_buckets"]

WORDING_BITS = 17
_LONGEST = 200  # characters of a candidate that are read, from its start
_LONGEST_RUN = 8
_AROUND = 10  # characters on either side that are read as well
_STARTS, _ENDS, _RUNS, _CLASSES, _BEFORE, _AFTER = range(6)
"""What a feature is besides an n-gram inside: the salt of its hash."""
_SALTS = 8


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
        rows: tuple[NDArray[np.uint32], ...],
        ranges: NDArray[np.intp],
        head: int,
    ) -> NDArray[np.float64]:
        """Return for each of ``ranges`` how likely it is right to report it (see wording_buckets).

        ``head`` is the index of its kind in ``KINDS``.
        """
        of, buckets = wording_buckets(batch, rows, ranges)
        # Whole numbers, so that the order of adding does not matter.
        sums = np.bincount(of, weights=self.table[head].take(buckets), minlength=len(ranges))
        odds: NDArray[np.float64] = np.asarray(sums, dtype=np.float64)
        odds = odds * self.scale[head] + self.bias[head]
        return odds


def no_wording() -> Wording:
    """Return a classifier that says nothing."""
    return Wording(np.zeros((2, 1 << WORDING_BITS), dtype=np.int8), (1.0, 1.0), (0.0, 0.0))


def wording_buckets(
    batch: Batch, rows: tuple[NDArray[np.uint32], ...], ranges: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the features of each of ``ranges`` (m x 2, start and end in ``batch``).

    ``rows`` are those of the batch's :class:`detector.ngrams.Features`. The result is two arrays
    of equal length: the indices of the ranges, and buckets of ``WORDING_BITS`` bits; no pair occurs
    twice.
    """
    starts, ends = ranges[:, 0], ranges[:, 1]
    sizes = np.minimum(ends - starts, _LONGEST)
    index = np.arange(len(ranges))
    found: list[tuple[NDArray[np.intp], NDArray[np.uint32]]] = []
    for order, row in zip(ORDERS, rows, strict=True):
        counts = np.maximum(sizes + 1 - order, 0)
        found.append((np.repeat(index, counts), row[REACH + positions(starts, counts)]))
        whole = np.flatnonzero(sizes >= order)
        for salt, first in ((_STARTS, starts), (_ENDS, ends - order)):
            tagged = row[first[whole] + REACH] * np.uint32(_SALTS) + np.uint32(salt)
            found.append((whole, tagged * np.uint32(len(ORDERS)) + np.uint32(order)))
        if order > 1:
            own = batch.page_of(starts)
            for salt, low, high in (
                (_BEFORE, np.maximum(starts - _AROUND, batch.starts[own]), starts),
                (_AFTER, ends, np.minimum(ends + _AROUND, batch.ends[own])),
            ):
                counts = np.maximum(high - low + 1 - order, 0)
                tagged = row[REACH + positions(low, counts)] * np.uint32(_SALTS) + np.uint32(salt)
                keys = tagged * np.uint32(len(ORDERS)) + np.uint32(order)
                found.append((np.repeat(index, counts), keys))
    of, runs = _runs(batch, starts, sizes)
    for salt, values in ((_RUNS, runs), (_CLASSES, runs >> np.uint32(4))):
        gram = values
        for order in (1, 2, 3):
            if order > 1:
                gram = gram[:-1] * np.uint32(521) + values[order - 1 :]
            inside = of[: len(gram)] == of[order - 1 :]
            tagged = (gram[inside] * np.uint32(4) + np.uint32(order)) * np.uint32(_SALTS)
            found.append((of[: len(gram)][inside], tagged + np.uint32(salt)))
    owners = np.concatenate([owner for owner, _ in found])
    keys = np.concatenate([key for _, key in found])
    # Of numpy's unique, newer versions make a hash table, which takes seconds for millions.
    pairs = np.sort((owners << WORDING_BITS) | bucket(keys, WORDING_BITS, 17))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    return pairs >> WORDING_BITS, pairs & ((1 << WORDING_BITS) - 1)


def _runs(
    batch: Batch, starts: NDArray[np.intp], sizes: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """Return the runs of one character class, as the index of their range and class and length."""
    at = positions(starts, sizes)
    of = np.repeat(np.arange(len(starts)), sizes)
    classes = batch.classes[at]
    new = np.ones(len(at), dtype=bool)
    new[1:] = (classes[1:] != classes[:-1]) | (of[1:] != of[:-1])
    first = np.flatnonzero(new)
    lengths = np.minimum(np.diff(np.append(first, len(at))), _LONGEST_RUN)
    return of[first], classes[first].astype(np.uint32) << np.uint32(4) | lengths.astype(np.uint32)
