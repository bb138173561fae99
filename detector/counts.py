"""Counts of natural text: hashed n-grams in a compact table.

The table has fingerprints of four bits; the probability that an unseen n-gram looks seen is about
3 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.fold import TABLE_SIZE
from detector.kernel import CountsPointers, Tables, address, call

__all__ = ["COUNT_STEP", "EIGHTHS", "CountTables", "count_slots", "ngram_keys", "tuple_keys"]

U32 = NDArray[np.uint32]

COUNT_STEP = 1.5
"""Doublings of a count that its quantised form tells apart: four bits reach two million."""


class _CountTables(NamedTuple):
    unigrams: NDArray[np.uint8]
    ngrams: NDArray[np.uint8]
    log2_total: float


class CountTables(_CountTables, Tables):
    """Statistics of natural text.

    ``unigrams``: uint8 by folded code point, 8 x log2(count + 1). ``ngrams``: uint8 slots of a hash
    table for bigrams and trigrams: high four bits a fingerprint, low four bits
    ``min(15, 1 + round(log2(count) / COUNT_STEP))``; 0 is empty. ``log2_total``: log2 of the
    characters counted.
    """

    @cached_property
    def pointers(self) -> CountsPointers:
        """Return what the compiled part is told."""
        return CountsPointers(
            address(self.unigrams, np.uint8, TABLE_SIZE),
            address(self.ngrams, np.uint8, 1),
            len(self.ngrams),
            int(8 * self.log2_total),
            address(EIGHTHS, np.int16, 16),
        )


EIGHTHS = np.concatenate(([0], np.rint(8 * COUNT_STEP * np.arange(15)))).astype(np.int16)
"""Log2 of a count in eighths, by its quantised form."""


def ngram_keys(codes: U32, order: int) -> U32:
    """Return a 32-bit hash of each n-gram of ``order`` in ``codes`` (len - order + 1 entries)."""
    return _keys(np.ascontiguousarray(codes), max(0, len(codes) - order + 1), 1, order)


def tuple_keys(columns: Sequence[U32]) -> U32:
    """Return the hash of the n-grams whose first, second, … characters are ``columns``."""
    codes = np.stack(columns, axis=1).astype(np.uint32)
    return _keys(codes, len(codes), len(columns), len(columns))


def _keys(codes: U32, n: int, stride: int, order: int) -> U32:
    keys = np.empty(n, dtype=np.uint32)
    needed = (n - 1) * stride + order if n else 0
    call(
        "ngram_keys",
        address(codes, np.uint32, needed),
        n,
        stride,
        order,
        address(keys, np.uint32, n),
    )
    return keys


def count_slots(keys: U32, size: int) -> tuple[U32, NDArray[np.uint8]]:
    """Return the slot of each n-gram key in a count table of ``size``, and its fingerprint."""
    n = len(keys)
    slots, marks = np.empty(n, dtype=np.uint32), np.empty(n, dtype=np.uint8)
    call(
        "count_slots", address(np.ascontiguousarray(keys), np.uint32, n), n, size,
        address(slots, np.uint32, n), address(marks, np.uint8, n),
    )  # fmt: skip
    return slots, marks
