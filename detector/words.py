"""The garbled words inside a passage, and what likely stood there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import numpy as np

from detector.batch import Batch
from detector.contrast import Comparison
from detector.model import Evidence, Model
from detector.result import KINDS, Word

__all__ = ["RESTORING_GAIN", "WordRuns", "fitting_words"]

RESTORING_GAIN = 72
"""Eighths of log2 by which a word must fit better to be named as what likely stood there."""
_WIDER = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
"""By how many code points, before and after, a run is widened to look for a known word."""


def fitting_words(comparison: Comparison) -> dict[int, str]:
    """Return, by folded position of a word, the one that would fit much better there."""
    much = comparison.gains >= RESTORING_GAIN
    pairs = zip(comparison.at[much].tolist(), comparison.best[much].tolist(), strict=True)
    return {at: "".join(map(chr, word)) for at, word in pairs}


class WordRuns:
    """The runs of garbled evidence in a batch, from which the words of its passages are made.

    ``evidence`` is that of the characters of ``batch``, ``fitting`` from :func:`fitting_words`.
    """

    def __init__(
        self, batch: Batch, evidence: Evidence, model: Model, fitting: dict[int, str]
    ) -> None:
        column = evidence.final[:, KINDS.index("garbled")]
        positive = (column >= model.word_bound).view(np.int8)
        edges = np.flatnonzero(np.diff(positive, prepend=0, append=0))
        self._starts, self._ends = edges[::2].tolist(), edges[1::2].tolist()
        self._batch, self._likely, self._fitting = batch, model.likely, fitting

    def words(self, text: str, start: int, end: int) -> tuple[Word, ...]:
        """Return the runs inside the passage ``start:end`` of the batch as words.

        ``text`` is that of the page that the passage is in.
        """
        offsets = self._batch.offsets
        words: list[Word] = []
        for number in range(bisect_right(self._ends, start), bisect_left(self._starts, end)):
            first, last = max(self._starts[number], start), min(self._ends[number], end) - 1
            left, right = offsets.item(first), offsets.item(last) + 1
            word = _word(text, left, right, self._likely)
            if word.likely is None and last - first < 2:
                word = self._restored(text, first, last) or word
            # A widened word may reach into the one before it.
            if words and word.start < words[-1].end:
                if right <= words[-1].end:
                    continue
                left = max(left, words[-1].end)
                word = Word(left, right, text[left:right])
            words.append(word)
        return tuple(words)

    def _restored(self, text: str, first: int, last: int) -> Word | None:
        """Return the word of two characters over ``first`` to ``last`` that another would fit."""
        batch = self._batch
        for at in range(last - 1, first + 1):
            original = self._fitting.get(at)
            if original is not None:
                start, end = batch.offsets.item(at), batch.offsets.item(at + 1) + 1
                # Only where nothing was folded, so that the original is in the script of the text.
                if [ord(c) for c in text[start:end]] == batch.codes[at : at + 2].tolist():
                    return Word(start, end, text[start:end], original)
        return None


def _word(text: str, start: int, end: int, likely: dict[str, str]) -> Word:
    """Return the word at ``start:end``, widened to a known garbled word that covers it."""
    for left, right in _WIDER:
        if start >= left and end + right <= len(text):
            known = likely.get(text[start - left : end + right])
            if known is not None:
                return Word(start - left, end + right, text[start - left : end + right], known)
    return Word(start, end, text[start:end])
