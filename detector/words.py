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


def fitting_words(comparison: Comparison) -> dict[int, list[int]]:
    """Return, by folded position of a word, that which would fit much better, in code points."""
    much = comparison.gains >= RESTORING_GAIN
    return dict(zip(comparison.at[much].tolist(), comparison.best[much].tolist(), strict=True))


def garbled_words(
    text: str,
    runs: Iterable[tuple[int, int]],
    batch: Batch,
    model: Model,
    fitting: dict[int, list[int]],
) -> tuple[Word, ...]:
    """Return the runs of garbled evidence inside a passage as words.

    ``text`` is that of the page that the passage is in, ``runs`` are half-open ranges of ``batch``,
    ``fitting`` is from :func:`fitting_words`.
    """
    known = model.parts_of_likely
    offset = batch.offsets.item
    words: list[Word] = []
    behind = 0  # the last word
    for first, end in runs:
        last = end - 1
        left, right = offset(first), offset(last) + 1
        own = text[left:right]
        word = _widened(text, left, right, model) if own in known else None
        if word is None and last - first < 2:
            word = _restored(text, batch, first, last, fitting)
        if word is None:
            word = Word(left, right, own)
        # A widened word may reach into the one before it.
        if word.start < behind:
            if right <= behind:
                continue
            left = max(left, behind)
            word = Word(left, right, text[left:right])
        words.append(word)
        behind = word.end
    return tuple(words)


def _widened(text: str, start: int, end: int, model: Model) -> Word | None:
    """Return the word at ``start:end``, widened to a known garbled word that covers it, if any."""
    for left, right in _WIDER:
        wider = text[max(start - left, 0) : end + right]
        if wider in model.likely and len(wider) == end + right - start + left:
            return Word(start - left, end + right, wider, model.likely[wider])
    return None


def _restored(
    text: str, batch: Batch, first: int, last: int, fitting: dict[int, list[int]]
) -> Word | None:
    """Return the word of two characters over ``first`` to ``last`` that another would fit."""
    for at in range(last - 1, first + 1):
        original = fitting.get(at)
        if original is not None:
            start, end = batch.offsets.item(at), batch.offsets.item(at + 1) + 1
            # Only where nothing was folded, so that the original is in the script of the text.
            if [ord(c) for c in text[start:end]] == batch.codes[at : at + 2].tolist():
                return Word(start, end, text[start:end], "".join(map(chr, original)))
    return None
