"""Features of every character: hashed n-grams around it, and how natural they are.

One implementation for training and scoring: ``native/features.c``, with ``natural.c``, ``runs.c``,
``grams.c`` and ``contrast.c``. Training is told them; scoring adds up their weights block by block
(``native/weights.c``), so that they need not be kept.
A character has two sorts of features, all binary:

* **rows**: each character n-gram (orders 1-4) within three characters of it, together with its
  offset to it. An n-gram is hashed once to a row; the row holds one weight for each offset.
* **flats**: one bucket for each pattern group of :data:`GROUPS` - the shape of the surroundings
  (character classes, runs), naturalness (were these neighbours ever seen together in natural
  text, against how often chance would bring them together?), script, repetition in the page,
  place in the document, and for languages with spaces the words before, here and after.

Naturalness comes from counts of bigrams and trigrams (:mod:`detector.counts`), from words that
would fit much better (:mod:`detector.contrast`), and from words that are not at home in the text
(:mod:`detector.topics`).
"""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.contrast import Alternatives, Comparison, room_to_compare
from detector.counts import CountTables
from detector.kernel import KnownPointers, address, call
from detector.topics import Topics

__all__ = [
    "FLAT_SIZE",
    "GROUPS",
    "NGRAM_BITS",
    "ORDERS",
    "REACH",
    "ROW_BITS",
    "Features",
    "features",
    "known_pointers",
]

U32 = NDArray[np.uint32]

ORDERS = (1, 2, 3, 4)
REACH = 3
"""An n-gram counts for a character when it lies wholly within this many characters of it."""
NGRAM_BITS = 21
"""Bits of the hash by which n-grams are told apart."""
ROW_BITS = 18
"""Of these, the bits that number the row of an n-gram. The row is that of the most useful among the
n-grams that would share it; the other bits are its mark, by which others know that it is not
theirs."""
ROW_WIDTH = 8

GROUPS = {
    "shape_wide": 16,
    "shape_near": 15,
    "runs": 15,
    "natural_bigrams": 16,
    "natural_trigrams": 15,
    "natural_char": 17,
    "natural_density": 15,
    "contrast": 15,
    "topic": 14,
    "place": 14,
    "script": 10,
    "repetition": 11,
    "word": 17,
    "word_before": 17,
    "word_after": 17,
}
"""Pattern groups in table order, each with the bits of its share of the flat table."""

_BITS = np.array(list(GROUPS.values()), dtype=np.uint32)
_OFFSETS = np.append(0, np.cumsum(1 << _BITS[:-1])).astype(np.uint32)
FLAT_SIZE = sum(1 << bits for bits in GROUPS.values())


class Features(NamedTuple):
    """Features of n characters.

    ``rows[k]`` (n + 6 - order + 1 entries): the row and mark (``NGRAM_BITS`` bits) of the n-gram of
    order ``ORDERS[k]`` that starts at position ``j - REACH``; character ``i`` takes from it the
    weight at column ``i - (j - REACH) + REACH + 1 - order`` when that lies in ``0 .. 7 - order``.
    ``flats`` (groups x n): buckets in the flat table. ``comparison``: the words that others might
    fit better, which the contrast group is made from.
    """

    rows: tuple[U32, ...]
    flats: U32
    comparison: Comparison


def known_pointers(
    counts: CountTables, alternatives: Alternatives, topics: Topics
) -> KnownPointers:
    """Return what the compiled part is told of the tables that features are made with."""
    return KnownPointers(
        ctypes.pointer(counts.pointers),
        ctypes.pointer(alternatives.pointers),
        ctypes.pointer(topics.pointers),
        address(_OFFSETS, np.uint32, len(GROUPS)),
        address(_BITS, np.uint32, len(GROUPS)),
    )


def features(
    batch: Batch, counts: CountTables, alternatives: Alternatives, topics: Topics
) -> Features:
    """Return the features of each character of a batch of pages."""
    n = len(batch.codes)
    sizes = [n + 2 * REACH + 1 - order for order in ORDERS]
    rows = tuple(np.empty(size, dtype=np.uint32) for size in sizes)
    flats = np.empty((len(GROUPS), n), dtype=np.uint32)
    room = room_to_compare(n)
    found = call(
        "character_features",
        ctypes.byref(batch.pointers),
        ctypes.byref(known_pointers(counts, alternatives, topics)),
        *(address(row, np.uint32, size) for row, size in zip(rows, sizes, strict=True)),
        address(flats, np.uint32, flats.size),
        ctypes.byref(room.pointers()),
    )
    return Features(rows, flats, room.first(found))
