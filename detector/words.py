"""The garbled words inside a passage, and what likely stood there."""

from __future__ import annotations

from collections.abc import Iterable

from detector.batch import Batch
from detector.contrast import Comparison
from detector.model import Model
from detector.result import Word

__all__ = ["RESTORING_GAIN", "fitting_words", "garbled_words"]

RESTORING_GAIN = 72
"""Eighths of log2 by which a word must fit better to be named as what likely stood there."""
_WIDER = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
"""By how many code points, before and after, a run is widened to look for a known word."""


def fitting_words(comparison: Comparison) -> dict[int, str]:
    """Return, by folded position of a word, the one that would fit much better there."""
    much = comparison.gains >= RESTORING_GAIN
    pairs = zip(comparison.at[much].tolist(), comparison.best[much].tolist(), strict=True)
    return {at: "".join(map(chr, word)) for at, word in pairs}


def garbled_words(
    text: str,
    runs: Iterable[tuple[int, int]],
    batch: Batch,
    model: Model,
    fitting: dict[int, str],
) -> tuple[Word, ...]:
    """Return the runs of garbled evidence inside a passage as words.

    ``text`` is that of the page that the passage is in, ``runs`` are half-open ranges of ``batch``,
    ``fitting`` is from :func:`fitting_words`.
    """
    words: list[Word] = []
    for first, end in runs:
        last = end - 1
        left, right = batch.offsets.item(first), batch.offsets.item(last) + 1
        word = _word(text, left, right, model)
        if word.likely is None and last - first < 2:
            word = _restored(text, batch, first, last, fitting) or word
        # A widened word may reach into the one before it.
        if words and word.start < words[-1].end:
            if right <= words[-1].end:
                continue
            left = max(left, words[-1].end)
            word = Word(left, right, text[left:right])
        words.append(word)
    return tuple(words)


def _word(text: str, start: int, end: int, model: Model) -> Word:
    """Return the word at ``start:end``, widened to a known garbled word that covers it."""
    own = text[start:end]
    if own in model.parts_of_likely:
        for left, right in _WIDER:
            wider = text[max(start - left, 0) : end + right]
            if wider in model.likely and len(wider) == end + right - start + left:
                return Word(start - left, end + right, wider, model.likely[wider])
    return Word(start, end, own)


def _restored(
    text: str, batch: Batch, first: int, last: int, fitting: dict[int, str]
) -> Word | None:
    """Return the word of two characters over ``first`` to ``last`` that another would fit."""
    for at in range(last - 1, first + 1):
        original = fitting.get(at)
        if original is not None:
            start, end = batch.offsets.item(at), batch.offsets.item(at + 1) + 1
            # Only where nothing was folded, so that the original is in the script of the text.
            if [ord(c) for c in text[start:end]] == batch.codes[at : at + 2].tolist():
                return Word(start, end, text[start:end], original)
    return None
