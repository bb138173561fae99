"""Contrast: would another word of the same meaning or sound fit much better between its neighbours?

A content farm puts one word for another; the word that stood there fits better, and is mostly
commoner. For words of two characters that some dictionary might have put, :class:`Alternatives`
lists what may have stood there; :func:`compare` tells how well each goes with the characters on
both sides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.counts import M3, CountTables, association

__all__ = [
    "MOST_ALTERNATIVES",
    "MOST_GAIN",
    "NO_GAIN",
    "SLOT_BITS",
    "Alternatives",
    "Comparison",
    "compare",
    "word_slots",
]

U32 = NDArray[np.uint32]

SLOT_BITS = 17
MOST_ALTERNATIVES = 4
NO_GAIN = -121
"""The gain where there is nothing to compare with."""
WELL_PLACED = -120
"""The gain where the word goes so well with its neighbours that no other is looked for."""
MOST_GAIN = 120
_CLIP = 64  # what one neighbour can count for
_WELL = 16  # ties with both neighbours, from which a word is well placed


class Alternatives(NamedTuple):
    """Words of two characters and what may have stood there instead.

    ``slots`` (uint16, 2**SLOT_BITS): row of the word of that hash, 0 for none. ``keys`` (uint32):
    n-gram key of the word of each row. ``words`` (uint16, rows x (1 + MOST_ALTERNATIVES) x 2):
    folded code points of the word and its alternatives, 0 where there are fewer. ``commonness``
    (uint8, rows x (1 + MOST_ALTERNATIVES)): six times log2 of the frequency of each.
    """

    slots: NDArray[np.uint16]
    keys: NDArray[np.uint32]
    words: NDArray[np.uint16]
    commonness: NDArray[np.uint8]


def word_slots(keys: U32) -> U32:
    """Return the slot of the word of each n-gram key."""
    return (keys * M3) >> np.uint32(32 - SLOT_BITS)


class Comparison(NamedTuple):
    """Words that have alternatives: positions ``at`` (m), and what the best of them gains (m).

    ``gains`` (int16) are in eighths of log2, from :data:`WELL_PLACED` to :data:`MOST_GAIN`.
    ``best`` (uint16, m x 2) holds the code points of the best alternative, 0 for a word that goes
    so well with both its neighbours that it was not compared.
    """

    at: NDArray[np.intp]
    gains: NDArray[np.int16]
    best: NDArray[np.uint16]

    def by_character(self, n: int) -> NDArray[np.int16]:
        """Return the gain of the word over each of ``n`` characters, else :data:`NO_GAIN`."""
        gains = np.full(n, NO_GAIN, dtype=np.int16)
        gains[self.at] = self.gains
        gains[self.at + 1] = np.maximum(gains[self.at + 1], self.gains)
        return gains


def compare(
    codes: U32,
    keys: U32,
    han: NDArray[np.bool_],
    ties: NDArray[np.int16],
    counts: CountTables,
    alternatives: Alternatives,
) -> Comparison:
    """Compare the words of a text with what may have stood there.

    ``keys`` (n - 1) are the n-gram keys of its bigrams, ``han`` says which characters are Chinese,
    ``ties`` (n - 1) how each goes with the next (:func:`detector.counts.association`). Words at
    the very ends of ``codes`` are not compared; where something other than Chinese stands beside a
    word, that side counts nothing.
    """
    if len(codes) < 4 or not han.any():
        return Comparison(
            np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.int16), np.zeros((0, 2), np.uint16)
        )
    keys = keys[1:-1]
    row = alternatives.slots.take(word_slots(keys))
    hit = np.flatnonzero(row)
    row = row[hit].astype(np.intp)
    right = alternatives.keys.take(row) == keys[hit]
    row, at = row[right], hit[right] + 1
    gains = np.full(len(at), WELL_PLACED, dtype=np.int16)
    best = np.zeros((len(at), 2), dtype=np.uint16)
    capped = np.clip(ties, -_CLIP, _CLIP) * (han[:-1] & han[1:])
    own = capped[at - 1] + capped[at + 1]
    doubtful = np.flatnonzero(own < _WELL)
    row, place, own = row[doubtful], at[doubtful], own[doubtful]
    words = alternatives.words.take(row, axis=0)[:, 1:]
    common = alternatives.commonness.take(row, axis=0).astype(np.int16)
    gain = common[:, 1:] - (common[:, 0] + own)[:, None]
    before, after = place - 1, place + 2
    first, last = words.astype(np.uint32).transpose(2, 0, 1)
    left = association(np.broadcast_to(codes[before][:, None], first.shape), first, counts)
    gain += np.clip(left, -_CLIP, _CLIP) * han[before][:, None]
    follow = association(last, np.broadcast_to(codes[after][:, None], last.shape), counts)
    gain += np.clip(follow, -_CLIP, _CLIP) * han[after][:, None]
    gain[first == 0] = NO_GAIN
    chosen = np.arange(len(gain)), gain.argmax(axis=1)
    gains[doubtful] = np.clip(gain[chosen], WELL_PLACED, MOST_GAIN)
    best[doubtful] = words[chosen]
    return Comparison(at, gains, best)
