"""Several pages as one run of folded characters, so that numpy is asked once for all of them.

Short arrays cost numpy a call each, whatever their length, and scoring makes hundreds of calls.
Pages stand one after the other with so many breaks before, between and after them that no feature
of a character reaches into another page: a page scores the same in any company.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detector.fold import Folded, FoldTables, fold
from detector.kernel import BatchPointers, address
from detector.page import PLACES, WHERES, Page, Segments

__all__ = ["EDGE", "GAP", "Batch", "batch_of"]

GAP = 200
"""Breaks between pages; no window of features is wider on one side."""
EDGE = 4
"""Breaks before the first page and after the last: as many as n-grams reach."""
_PLACE_CODES = np.array(
    [2 * WHERES.index(where) + (not hidden) for where, hidden in PLACES], dtype=np.uint8
)


@dataclass(frozen=True, eq=False)
class Batch:
    """The folded characters of b pages with breaks around each; n characters in all.

    ``codes`` (uint32) and ``classes`` (uint8) as in :class:`detector.fold.Folded`. ``offsets``
    (int32): the code-point offset of each character in the text of its page. ``places`` (uint8):
    ``2 * where + visible`` of its segment. Page ``k`` is ``starts[k]:ends[k]`` (b each).
    """

    codes: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    offsets: NDArray[np.int32]
    places: NDArray[np.uint8]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]

    @cached_property
    def pointers(self) -> BatchPointers:
        """Return what the compiled part is told."""
        n, pages = len(self.codes), len(self.starts)
        return BatchPointers(
            n,
            pages,
            address(self.codes, np.uint32, n),
            address(self.classes, np.uint8, n),
            address(self.places, np.uint8, n),
            address(self.starts, np.int64, pages),
            address(self.ends, np.int64, pages),
        )

    def page(self, number: int) -> Folded:
        """Return the folded characters of one page alone."""
        own = slice(self.starts[number], self.ends[number])
        return Folded(self.codes[own], self.classes[own], self.offsets[own])


def batch_of(pages: Sequence[Page], tables: FoldTables) -> Batch:
    """Fold the texts of ``pages`` (at least one) into one batch."""
    between, edge = "\n" * GAP, "\n" * EDGE
    text = edge + between.join([page.text for page in pages]) + edge
    codes, classes, offsets = fold(text, tables)
    lengths = np.array([len(page.text) for page in pages])
    text_starts = np.cumsum(lengths + GAP) - lengths - GAP + EDGE
    starts = np.searchsorted(offsets, text_starts)
    ends = np.searchsorted(offsets, text_starts + lengths)
    # Breaks in front of the first segment have a place too, which nothing asks for.
    segment_starts = [np.zeros(1, dtype=np.int64)]
    codes_of = [np.zeros(1, dtype=np.uint8)]
    for start, page in zip(text_starts.tolist(), pages, strict=True):
        own, own_codes = _columns(page)
        segment_starts.append(own + start)
        codes_of.append(own_codes)
    places = np.concatenate(codes_of)
    first = np.searchsorted(offsets, np.concatenate(segment_starts))
    places = np.repeat(places, np.diff(first, append=len(codes)))
    # Breaks around pages count as those of either.
    first = starts.copy()
    first[0] = 0
    offsets -= np.repeat(text_starts, np.diff(first, append=len(codes)))
    return Batch(codes, classes, offsets, places, starts, ends)


def _columns(page: Page) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return where the segments of a page start, and ``2 * where + visible`` of each."""
    segments = page.segments
    if isinstance(segments, Segments):
        return segments.rows[:, 0].astype(np.int64), _PLACE_CODES[segments.rows[:, 2]]
    codes = [2 * WHERES.index(segment.where) + segment.visible for segment in segments]
    return np.array(page.starts(), dtype=np.int64), np.array(codes, dtype=np.uint8)
