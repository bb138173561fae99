"""The garbled words inside a passage, and what likely stood there."""

from __future__ import annotations

from collections.abc import Iterable

from detector.model import Model
from detector.result import Word

__all__ = ["garbled_words"]

_WIDER = ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
"""By how many code points, before and after, a run is widened to look for a known word."""


def garbled_words(text: str, places: Iterable[tuple[int, int]], model: Model) -> tuple[Word, ...]:
    """Return the runs of garbled evidence inside a passage as words.

    ``text`` is that of the page that the passage is in, ``places`` are those of the runs in it.
    What likely stood there is named where the word is one that machines are known to put for
    another. (A word that would fit better between its neighbours is told by contrast, but the one
    that fits best seldom is the one that stood there.)
    """
    known = model.parts_of_likely
    words: list[Word] = []
    behind = 0  # the last word
    for left, right in places:
        own = text[left:right]
        word = _widened(text, left, right, own, model) if own in known else None
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


def _widened(text: str, start: int, end: int, own: str, model: Model) -> Word | None:
    """Return ``own``, at ``start:end``, widened to a known garbled word that covers it, if any."""
    known, likely = model.parts_of_likely, model.likely
    if own in likely:
        return Word(start, end, own, likely[own])
    # What stands in no known word is none when it is widened further.
    before = start > 0 and text[start - 1 : end] in known
    after = end < len(text) and text[start : end + 1] in known
    if not (before or after):
        return None
    for left, right in _WIDER:
        if (left and not before) or (right and not after):
            continue
        wider = text[max(start - left, 0) : end + right]
        if wider in likely and len(wider) == end + right - start + left:
            return Word(start - left, end + right, wider, likely[wider])
    return None
