"""The garbled words inside a passage, and what likely stood there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.candidates import Candidate
from detector.contrast import Comparison
from detector.model import Model
from detector.result import KINDS, Word

__all__ = ["RESTORING_GAIN", "fitting_words", "garbled_words"]

RESTORING_GAIN = 72
"""Eighths of log2 by which a word must fit better to be named as what likely stood there."""


def fitting_words(comparison: Comparison) -> dict[int, str]:
    """Return, by folded position of a word, the one that would fit much better there."""
    much = comparison.gains >= RESTORING_GAIN
    pairs = zip(comparison.at[much].tolist(), comparison.best[much].tolist(), strict=True)
    return {at: "".join(map(chr, word)) for at, word in pairs}


def garbled_words(
    text: str,
    batch: Batch,
    evidence: NDArray[np.float32],
    found: Candidate,
    model: Model,
    fitting: dict[int, str],
) -> tuple[Word, ...]:
    """Return the runs of garbled evidence inside a passage as words.

    ``text`` is that of the page that ``found`` is in, ``evidence`` (n x 2) that of all characters
    of ``batch``, ``fitting`` from :func:`fitting_words`.
    """
    column = evidence[found.start : found.end, KINDS.index("garbled")]
    positive = column >= model.word_bound
    edges = np.flatnonzero(np.diff(np.concatenate(([0], positive.view(np.int8), [0]))))
    words: list[Word] = []
    for begin, finish in edges.reshape(-1, 2).tolist():
        first, last = found.start + begin, found.start + finish - 1
        start, end = int(batch.offsets[first]), int(batch.offsets[last]) + 1
        word = _word(text, start, end, model.likely)
        if word.likely is None and last - first < 2:
            word = _restored(text, batch, first, last, fitting) or word
        # A widened word may reach into the one before it.
        if words and word.start < words[-1].end:
            if end <= words[-1].end:
                continue
            start = max(start, words[-1].end)
            word = Word(start, end, text[start:end])
        words.append(word)
    return tuple(words)


def _word(text: str, start: int, end: int, likely: dict[str, str]) -> Word:
    """Return the word at ``start:end``, widened to a known garbled word that covers it."""
    for reach in range(0, 3):
        for left in range(max(0, start - reach), start + 1):
            right = end + reach - (start - left)
            known = likely.get(text[left:right]) if right <= len(text) else None
            if known is not None:
                return Word(left, right, text[left:right], known)
    return Word(start, end, text[start:end])


def _restored(
    text: str, batch: Batch, first: int, last: int, fitting: dict[int, str]
) -> Word | None:
    """Return the word of two characters over ``first`` to ``last`` that another would fit."""
    for at in range(last - 1, first + 1):
        original = fitting.get(at)
        if original is not None:
            start, end = int(batch.offsets[at]), int(batch.offsets[at + 1]) + 1
            # Only where nothing was folded, so that the original is in the script of the text.
            if [ord(c) for c in text[start:end]] == batch.codes[at : at + 2].tolist():
                return Word(start, end, text[start:end], original)
    return None
