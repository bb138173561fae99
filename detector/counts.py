"""Counts of natural text: hashed n-grams in a compact table, and what they say of two characters.

The table has fingerprints of four bits; the probability that an unseen n-gram looks seen is about
3 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "COUNT_STEP",
    "EIGHTHS",
    "CountTables",
    "association",
    "count_slots",
    "ngram_keys",
    "seen",
    "tie",
    "tuple_keys",
]

U32 = NDArray[np.uint32]

M1 = np.uint32(0x9E3779B1)
M2 = np.uint32(0x85EBCA6B)
M3 = np.uint32(0xC2B2AE35)


COUNT_STEP = 1.5
"""Doublings of a count that its quantised form tells apart: four bits reach two million."""


class CountTables(NamedTuple):
    """Statistics of natural text.

    ``unigrams``: uint8 by folded code point, 8 x log2(count + 1). ``ngrams``: uint8 slots of a
    power-of-two hash table for bigrams and trigrams: high four bits a fingerprint, low four bits
    ``min(15, 1 + round(log2(count) / COUNT_STEP))``; 0 is empty. ``log2_total``: log2 of the
    characters counted.
    """

    unigrams: NDArray[np.uint8]
    ngrams: NDArray[np.uint8]
    log2_total: float


def ngram_keys(codes: U32, order: int) -> U32:
    """Return a 32-bit hash of each n-gram of ``order`` in ``codes`` (len - order + 1 entries)."""
    n = len(codes) - order + 1
    return tuple_keys([codes[k : k + n] for k in range(order)])


def tuple_keys(columns: Sequence[U32]) -> U32:
    """Return the hash of the n-grams whose first, second, … characters are ``columns``."""
    keys = columns[0] * M1
    for codes in columns[1:]:
        keys *= M2
        keys ^= keys >> np.uint32(15)
        keys += codes * M1
    return keys


def count_slots(keys: U32, size: int) -> tuple[U32, NDArray[np.uint8]]:
    """Return the slot of each n-gram key in a count table of ``size``, and its fingerprint."""
    mixed = keys * M3
    slots = mixed >> np.uint32(33 - size.bit_length())
    mixed ^= keys >> np.uint32(7)
    return slots, mixed.astype(np.uint8) & np.uint8(15)


def seen(keys: U32, table: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return the quantised count (0 when unseen, else 1 + log2 / COUNT_STEP) of n-gram keys."""
    slots, marks = count_slots(keys, len(table))
    entry = table.take(slots)
    entry ^= marks << np.uint8(4)
    # The fingerprint is gone where it was the right one.
    entry *= entry < 16
    return entry.astype(np.int16)


EIGHTHS = np.concatenate(([0], np.rint(8 * COUNT_STEP * np.arange(15)))).astype(np.int16)
"""Log2 of a count in eighths, by its quantised form."""


def tie(found: NDArray[np.int16], expected: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return how much more often than by chance two characters stand together, in eighths of log2.

    ``found``: quantised counts from :func:`seen`; ``expected``: log2 of the count that chance would
    give, in eighths. Pairs never seen get -8 and less, the less the likelier chance was to bring
    them together.
    """
    never = np.minimum(np.int16(-8) - expected, np.int16(-8))
    return np.where(found > 0, EIGHTHS.take(found) - expected, never)


def association(left: U32, right: U32, counts: CountTables) -> NDArray[np.int16]:
    """Return the :func:`tie` of each character of ``left`` with the one of ``right`` after it."""
    expected = counts.unigrams.take(left).astype(np.int16)
    expected += counts.unigrams.take(right)
    expected -= np.int16(8 * counts.log2_total)
    return tie(seen(tuple_keys([left, right]), counts.ngrams), expected)
