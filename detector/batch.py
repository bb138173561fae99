"""Several pages as one run of folded characters, so that numpy is asked once for all of them.

Short arrays cost numpy a call each, whatever their length, and scoring makes hundreds of calls.
Pages stand one after the other with so many breaks before, between and after them that no feature
of a character reaches into another page: a page scores the same in any company.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from detector.fold import Folded, FoldTables, fold
from detector.kernel import BatchPointers, address, call
from detector.page import PLACES, WHERES, Page

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
    texts = [page.text for page in pages]
    codes, classes, offsets = fold(edge + between.join(texts) + edge, tables)
    own = [page.rows() for page in pages]
    rows = np.concatenate(own)
    lengths = [*map(len, texts)]
    text_starts = accumulate((length + GAP for length in lengths[:-1]), initial=EDGE)
    bounds = np.array((*text_starts, *lengths, *map(len, own)), dtype=np.int64)
    n, b = len(codes), len(pages)
    places = np.empty(n, dtype=np.uint8)
    starts, ends = np.empty(b, dtype=np.int64), np.empty(b, dtype=np.int64)
    call(
        "place_pages", address(bounds, np.int64, 3 * b), b, address(rows, np.int32, rows.size),
        address(_PLACE_CODES, np.uint8, len(PLACES)), n, address(offsets, np.int32, n),
        address(places, np.uint8, n), address(starts, np.int64, b), address(ends, np.int64, b),
    )  # fmt: skip
    return Batch(codes, classes, offsets, places, starts, ends)
