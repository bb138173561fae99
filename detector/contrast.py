"""Contrast: would another word of the same meaning or sound fit much better between its neighbours?

A content farm puts one word for another; the word that stood there fits better, and is mostly
commoner. For words of two characters that some dictionary might have put, :class:`Alternatives`
lists what may have stood there; contrast.c tells how well each goes with the characters on both
sides, in a :class:`Comparison`.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.kernel import AlternativesPointers, ComparisonPointers, Tables, address

__all__ = [
    "MOST_ALTERNATIVES",
    "MUCH_BETTER",
    "SLOT_BITS",
    "Alternatives",
    "Comparison",
    "room_to_compare",
]

SLOT_BITS = 17
MOST_ALTERNATIVES = 4
MUCH_BETTER = 32
"""Gain (eighths of log2) from which an alternative fits much better, as in contrast.h."""


class _Alternatives(NamedTuple):
    slots: NDArray[np.uint16]
    keys: NDArray[np.uint32]
    words: NDArray[np.uint16]
    commonness: NDArray[np.uint8]


class Alternatives(_Alternatives, Tables):
    """Words of two characters and what may have stood there instead.

    ``slots`` (uint16, 2**SLOT_BITS): row of the word of that hash, 0 for none. ``keys`` (uint32):
    n-gram key of the word of each row. ``words`` (uint16, rows x (1 + MOST_ALTERNATIVES) x 2):
    folded code points of the word and its alternatives, 0 where there are fewer. ``commonness``
    (uint8, rows x (1 + MOST_ALTERNATIVES)): six times log2 of the frequency of each.
    """

    @cached_property
    def pointers(self) -> AlternativesPointers:
        """Return what the compiled part is told."""
        rows = len(self.keys)
        return AlternativesPointers(
            address(self.slots, np.uint16, 1 << SLOT_BITS),
            address(self.keys, np.uint32, rows),
            address(self.words, np.uint16, 2 * rows * (1 + MOST_ALTERNATIVES)),
            address(self.commonness, np.uint8, rows * (1 + MOST_ALTERNATIVES)),
        )


class Comparison(NamedTuple):
    """Words that have alternatives: positions ``at`` (m), and what the best of them gains (m).

    ``gains`` (int16) are in eighths of log2, from -120 to 120; -120 is that of a word that goes so
    well with both its neighbours that it was not compared. Words at the very ends of a batch are
    not compared; where something other than Chinese stands beside a word, that side counts
    nothing.
    """

    at: NDArray[np.intp]
    gains: NDArray[np.int16]

    def pointers(self) -> ComparisonPointers:
        """Return what the compiled part is told, which fills them."""
        n = len(self.at)
        return ComparisonPointers(
            address(self.at, np.int64, n),
            address(self.gains, np.int16, n),
        )

    def first(self, found: int) -> Comparison:
        """Return those of the first words, as many as were found."""
        return Comparison(self.at[:found], self.gains[:found])


def room_to_compare(n: int) -> Comparison:
    """Return room for the words of ``n`` characters."""
    return Comparison(
        np.empty(n, dtype=np.int64),
        np.empty(n, dtype=np.int16),
    )
