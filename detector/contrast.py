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
WELL_PLACED = -120
"""The gain where the word goes so well with its neighbours that no other is looked for."""
_CLIP = 64
_WELL = 16


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
    codes: U32,
    han: NDArray[np.bool_],
    ties: NDArray[np.int16],
    counts: CountTables,
    alternatives: Alternatives,
) -> tuple[NDArray[np.intp], NDArray[np.int16], NDArray[np.intp]]:
    """Return the positions of words that have alternatives, what the best gains, and its number.

    Gains are in eighths of log2, above :data:`NO_GAIN`; the number is an index into the row of
    ``alternatives.words``. ``han`` says which characters are Chinese, ``ties`` (n - 1) how each
    goes with the next (:func:`detector.counts.association`). A word that goes well with both its
    neighbours is not compared: it gains nothing, and has number 0.
    """
    nothing = np.zeros(0, dtype=np.intp)
    if len(codes) < 4 or not han.any():
        return nothing, np.zeros(0, dtype=np.int16), nothing
    # Words at the very ends have no neighbour to fit to.
    keys = ngram_keys(codes[1:-1], 2)
    row = alternatives.slots.take(word_slots(keys))
    hit = np.flatnonzero(row)
    row = row[hit].astype(np.intp)
    right = alternatives.keys.take(row) == keys[hit]
    row, at = row[right], hit[right] + 1
    gains = np.full(len(at), WELL_PLACED, dtype=np.int16)
    numbers = np.zeros(len(at), dtype=np.intp)
    capped = np.clip(ties, -_CLIP, _CLIP) * (han[:-1] & han[1:])
    own = capped[at - 1] + capped[at + 1]
    doubtful = np.flatnonzero(own < _WELL)
    row, place, own = row[doubtful], at[doubtful], own[doubtful]
    words = alternatives.words.take(row, axis=0).astype(np.uint32)[:, 1:]
    common = alternatives.commonness.take(row, axis=0).astype(np.int16)
    gain = common[:, 1:] - (common[:, 0] + own)[:, None]
    before, after = place - 1, place + 2
    first, last = words[:, :, 0], words[:, :, 1]
    left = association(np.broadcast_to(codes[before][:, None], first.shape), first, counts)
    gain += np.clip(left, -_CLIP, _CLIP) * han[before][:, None]
    follow = association(last, np.broadcast_to(codes[after][:, None], last.shape), counts)
    gain += np.clip(follow, -_CLIP, _CLIP) * han[after][:, None]
    gain[first == 0] = NO_GAIN
    best = gain.argmax(axis=1)
    gains[doubtful] = np.clip(gain[np.arange(len(best)), best], NO_GAIN + 1, 120)
    numbers[doubtful] = best + 1
    return at, gains, numbers


def contrast(
    codes: U32,
    han: NDArray[np.bool_],
    ties: NDArray[np.int16],
    counts: CountTables,
    alternatives: Alternatives,
) -> NDArray[np.int16]:
    """Return for each character what the best alternative of a word over it gains (see above)."""
    gains = np.full(len(codes), NO_GAIN, dtype=np.int16)
    at, gain, _ = best_alternatives(codes, han, ties, counts, alternatives)
    gains[at] = gain
    gains[at + 1] = np.maximum(gains[at + 1], gain)
    return gains
