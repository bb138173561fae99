"""Topics: is a word at home among the words around it?

Counts of neighbours know what they have seen; most pairs of words that a careful writer puts side
by side they have not. Words that occur in the same texts get similar vectors (positive pointwise
mutual information of words within twenty characters of each other, truncated by a singular value
decomposition: Levy, Goldberg, Dagan, TACL 2015), and the cosine between the vector of a word and
the sum of those around it says how well it fits a text of this topic. What a thesaurus put fits
less well than what stood there, and so does an advert in the middle of a report.

Words are all two characters that stand side by side and that the dictionary has for a word: a text
is not cut into words.
"""

from __future__ import annotations

import ctypes
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.kernel import Tables, TopicsPointers, address, call

__all__ = ["TOPIC_LEVELS", "TOPIC_SIZE", "TOPIC_SLOTS", "Topics", "topic_cosines"]

TOPIC_SLOTS = 1 << 16
TOPIC_SIZE = 8
"""Dimensions of a vector."""
TOPIC_LEVELS = 8
"""Levels of how well a word fits, from 1 on."""


class _Topics(NamedTuple):
    marks: NDArray[np.uint16]
    vectors: NDArray[np.int8]
    bounds: NDArray[np.float32]


class Topics(_Topics, Tables):
    """Vectors of words of two characters, in a hash table, and the levels they are told by.

    ``marks`` (uint16, TOPIC_SLOTS): what tells the word of a slot from others, 0 for none.
    ``vectors`` (int8, TOPIC_SLOTS x TOPIC_SIZE). ``bounds`` (float32, TOPIC_LEVELS - 1): cosines,
    ascending, from which the second level and those above it start.
    """

    @cached_property
    def pointers(self) -> TopicsPointers:
        """Return what the compiled part is told."""
        return TopicsPointers(
            address(self.marks, np.uint16, TOPIC_SLOTS),
            address(self.vectors, np.int8, TOPIC_SLOTS * TOPIC_SIZE),
            address(self.bounds, np.float32, TOPIC_LEVELS - 1),
        )


def topic_cosines(batch: Batch, topics: Topics) -> NDArray[np.float32]:
    """Return for each character how well the word that starts there fits, -2 where none does."""
    n = len(batch.codes)
    cosines = np.empty(n, dtype=np.float32)
    call(
        "topic_cosines", ctypes.byref(batch.pointers), ctypes.byref(topics.pointers),
        address(cosines, np.float32, n),
    )  # fmt: skip
    return cosines
