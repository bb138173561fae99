"""A character trigram model with interpolated modified Kneser-Ney smoothing, in numpy.

Chen and Goodman (1998): three discounts for each order, taken from the counts of counts; lower
orders count in how many contexts a character occurs rather than how often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["KneserNey"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_UNKNOWN, _START = 0, 1


class _Order:
    """Discounted counts of one order: keys, their discounted counts, and what contexts leave."""

    def __init__(self, keys: Ints, counts: Ints, base: int) -> None:
        self.keys = keys
        discounts = _discounts(counts)
        discount = discounts[np.minimum(counts, 3)]
        contexts = keys // base
        self.contexts, first = np.unique(contexts, return_index=True)
        self.totals = np.add.reduceat(counts, first).astype(np.float64)
        self.discounted = (counts - discount) / np.repeat(self.totals, np.diff([*first, len(keys)]))
        self.left = np.add.reduceat(discount, first) / self.totals

    def probabilities(self, keys: Ints, contexts: Ints, lower: Floats) -> Floats:
        """Return the interpolated probabilities of ``keys``, given those of the order below."""
        found, at = _find(self.keys, keys)
        own = np.where(found, self.discounted[at], 0.0)
        known, at = _find(self.contexts, contexts)
        left = np.where(known, self.left[at], 1.0)
        return own + left * lower


def _find(table: Ints, wanted: Ints) -> tuple[NDArray[np.bool_], Ints]:
    at = np.minimum(np.searchsorted(table, wanted), len(table) - 1)
    return table[at] == wanted, at


def _discounts(counts: Ints) -> Floats:
    """Return the discounts of counts 0 (nothing), 1, 2, and 3 or more."""
    n = [int((counts == c).sum()) for c in (1, 2, 3, 4)]
    if min(n) == 0:  # too little text to estimate them
        return np.array([0.0, 0.5, 0.75, 0.9])
    y = n[0] / (n[0] + 2 * n[1])
    found = [c - (c + 1) * y * n[c] / n[c - 1] for c in (1, 2, 3)]
    bounded = [min(max(d, 0.1), c - 0.05) for d, c in zip(found, (1, 2, 3), strict=True)]
    return np.array([0.0, *bounded])


class KneserNey:
    """Trigram probabilities of characters, learnt from ``texts``.

    Characters beyond the ``size`` commonest are one unknown character. Runs of white space count
    as one space.
    """

    def __init__(self, texts: Sequence[str], size: int = 8_000) -> None:
        normal = [" ".join(text.split()) for text in texts]
        seen: Counter[str] = Counter()
        for text in normal:
            seen.update(text)
        common = sorted(seen, key=lambda c: (-seen[c], c))[:size]
        self._ids = {char: number for number, char in enumerate(common, _START + 1)}
        self._base = len(common) + 2
        trigrams, counts = np.unique(
            np.concatenate([self._trigrams(text) for text in normal if text]), return_counts=True
        )
        bigrams, followed = np.unique(trigrams % self._base**2, return_counts=True)
        singles, reached = np.unique(bigrams % self._base, return_counts=True)
        self._three = _Order(trigrams, counts, self._base)
        self._two = _Order(bigrams, followed, self._base)
        spread = np.zeros(self._base)
        spread[singles] = reached
        # A character that never followed another one is as likely as half a context.
        spread += 0.5
        spread[_START] = 0.0
        self._one = spread / spread.sum()

    def _trigrams(self, text: str) -> Ints:
        get = self._ids.get
        codes = np.fromiter((get(c, _UNKNOWN) for c in text), dtype=np.int64, count=len(text))
        padded = np.concatenate(([_START, _START], codes))
        return (padded[:-2] * self._base + padded[1:-1]) * self._base + padded[2:]

    def surprisals(self, text: str) -> Floats:
        """Return the bits of each character of ``text`` (runs of white space taken as one)."""
        text = " ".join(text.split())
        if not text:
            return np.zeros(0)
        three = self._trigrams(text)
        two = three % self._base**2
        one = self._one[two % self._base]
        lower = self._two.probabilities(two, two // self._base, one)
        chances = self._three.probabilities(three, three // self._base, lower)
        return -np.log2(chances)
