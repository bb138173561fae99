"""Contrast: would another word of the same meaning or sound fit much better between its neighbours?

A content farm puts one word for another; the word that stood there fits better, and is mostly
commoner. For words of two characters that some dictionary might have put, :class:`Alternatives`
lists what may have stood there; :func:`contrast` compares how well each goes with the characters
on both sides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.counts import M3, CountTables, association, ngram_keys

__all__ = [
    "MOST_ALTERNATIVES",
    "NO_GAIN",
    "SLOT_BITS",
    "Alternatives",
    "best_alternatives",
    "contrast",
    "word_slots",
]

U32 = NDArray[np.uint32]

SLOT_BITS = 17
MOST_ALTERNATIVES = 4
NO_GAIN = -121
"""The gain where there is nothing to compare with."""
_CLIP = 64


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


def best_alternatives(
    codes: U32, han: NDArray[np.bool_], counts: CountTables, alternatives: Alternatives
) -> tuple[NDArray[np.intp], NDArray[np.int16], NDArray[np.intp]]:
    """Return the positions of words that have alternatives, what the best gains, and its number.

    Gains are in eighths of log2, above :data:`NO_GAIN`; the number is an index into the row of
    ``alternatives.words``. ``han`` says which characters are Chinese.
    """
    nothing = np.zeros(0, dtype=np.intp)
    if len(codes) < 4 or not han.any():
        return nothing, np.zeros(0, dtype=np.int16), nothing
    # Words at the very ends have no neighbour to fit to.
    keys = ngram_keys(codes[1:-1], 2)
    row = alternatives.slots.take(word_slots(keys)).astype(np.intp)
    hit = np.flatnonzero(row)
    hit = hit[alternatives.keys.take(row[hit]) == keys[hit]]
    row = row[hit]
    hit = hit + 1
    words = alternatives.words[row].astype(np.uint32)
    fit = alternatives.commonness[row].astype(np.int16)
    for side, place in ((0, hit - 1), (1, hit + 2)):
        other = np.broadcast_to(codes[place][:, None], fit.shape)
        left, right = (other, words[:, :, 0]) if side == 0 else (words[:, :, 1], other)
        ties = np.clip(association(left, right, counts), -_CLIP, _CLIP)
        fit += ties * han[place][:, None]
    gain = fit[:, 1:] - fit[:, :1]
    gain[words[:, 1:, 0] == 0] = NO_GAIN
    best = gain.argmax(axis=1)
    return hit, np.clip(gain[np.arange(len(best)), best], NO_GAIN + 1, 120), best + 1


def contrast(
    codes: U32, han: NDArray[np.bool_], counts: CountTables, alternatives: Alternatives
) -> NDArray[np.int16]:
    """Return for each character what the best alternative of a word over it gains (see above)."""
    gains = np.full(len(codes), NO_GAIN, dtype=np.int16)
    at, gain, _ = best_alternatives(codes, han, counts, alternatives)
    gains[at] = gain
    gains[at + 1] = np.maximum(gains[at + 1], gain)
    return gains
