"""Page and Segment: the text of a page as one string, cut into segments that know their place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple, get_args, overload

import numpy as np
from numpy.typing import NDArray

from detector.fold import utf_32
from detector.kernel import address, call

__all__ = [
    "HIDDEN_BY",
    "PLACES",
    "WHERES",
    "Elements",
    "HiddenBy",
    "Page",
    "Segment",
    "Segments",
    "Where",
    "page_from_text",
    "place_of",
]

Where = Literal[
    "title", "meta", "heading", "body", "link", "host", "alt", "comment", "script", "noscript"
]
"""Where a segment sits: ``<title>``; meta titles, descriptions, keywords and OpenGraph, and the
names, headlines and descriptions of items and JSON-LD; ``<h1>``-``<h6>``; running text, those of
``<template>``, drawings and ``srcdoc`` included; link text; link targets (host and path), those of
frames and ``<meta http-equiv=refresh>`` included; alt, title and placeholder attributes, and titles
of drawings; HTML comments; string literals of scripts; ``<noscript>``, ``<noframes>``,
``<noembed>``. Plain text is all ``body``."""

WHERES: tuple[Where, ...] = get_args(Where)

HiddenBy = Literal[
    "", "hidden-attribute", "hidden-input", "display", "visibility", "opacity", "font-size",
    "off-screen", "clipped", "zero-size", "same-colour", "marquee", "noscript", "template",
    "comment", "script", "meta",
]  # fmt: skip
"""Why no reader sees a segment, or "" where one does: the ``hidden`` attribute; an ``<input>`` of
type ``hidden``; ``display:none``, also that of browsers for a closed ``<dialog>`` and ``popover``,
and ``content-visibility:hidden``; ``visibility:hidden`` or ``collapse``; an ``opacity`` next to 0,
or a filter of it; a font of less than two pixels; a place far to the left or above, or text
indented so far; ``clip`` and ``clip-path``; a box of three pixels or less that hides what
overflows, or that is scaled or zoomed to next to nothing or turned to its edge; text in the colour
of its background, or one that is next to it, or in none; a ``<marquee>`` of five pixels or too fast
to read; what only browsers without scripts show; ``<template>``; comments; string literals of
scripts; meta data. Where several tricks hide a text, the outermost is named."""

HIDDEN_BY: tuple[HiddenBy, ...] = get_args(HiddenBy)


PLACES: tuple[tuple[Where, HiddenBy], ...] = tuple(
    (where, hidden) for where in WHERES for hidden in HIDDEN_BY
)
"""What segments that are kept as numbers have instead of ``where`` and ``hidden_by``."""
_PLACE_OF = {place: number for number, place in enumerate(PLACES)}


def place_of(where: Where, hidden: HiddenBy) -> int:
    """Return the number of a place in ``PLACES``."""
    return _PLACE_OF[where, hidden]


class Segment(NamedTuple):
    """One run of text of one node.

    ``start`` and ``end`` are code points, half-open, into ``Page.text``. ``visible`` says whether
    a reader of the rendered page would see it, and ``hidden_by`` why not. ``node`` is the number of
    its element in the document, from 1 (0: the document itself), or None in plain text; it serves
    to work out CSS paths for findings and is not part of any output.
    """

    start: int
    end: int
    where: Where
    visible: bool
    node: int | None = None
    hidden_by: HiddenBy = ""


class Segments(Sequence[Segment]):
    """Segments as rows of numbers; each is made when it is asked for.

    ``rows`` (int32) are start, end, number of the place in ``PLACES``, and node, -1 for None.
    """

    __slots__ = ("rows",)

    def __init__(self, rows: NDArray[np.int32]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Segment: ...

    @overload
    def __getitem__(self, index: slice) -> list[Segment]: ...

    def __getitem__(self, index: int | slice) -> Segment | list[Segment]:
        rows = self.rows[index].tolist()
        return list(map(_segment, rows)) if isinstance(index, slice) else _segment(rows)

    def __iter__(self) -> Iterator[Segment]:
        return map(_segment, self.rows.tolist())

    def numbered(self, numbers: NDArray[np.int64]) -> list[Segment]:
        """Return the segments that have these numbers."""
        return list(map(_segment, self.rows[numbers].tolist()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Segments({list(self)})"


def _segment(row: Sequence[int]) -> Segment:
    start, end, place, node = row
    where, hidden = PLACES[place]
    return Segment(start, end, where, not hidden, node if node >= 0 else None, hidden)


class Elements:
    """The elements of a document, as far as their CSS paths need them.

    The document is number 0, and has neither a tag nor a parent.

    ``parents`` (int32) are numbers of elements, ``tags`` (int32) numbers of names: those of
    ``TAGS`` of :mod:`detector.markup`, then ``names``.
    """

    __slots__ = ("names", "parents", "tags")

    def __init__(
        self, parents: NDArray[np.int32], tags: NDArray[np.int32], names: tuple[str, ...]
    ) -> None:
        self.parents, self.tags, self.names = parents, tags, names

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Elements)
            and self.names == other.names
            and np.array_equal(self.parents, other.parents)
            and np.array_equal(self.tags, other.tags)
        )

    __hash__ = None  # type: ignore[assignment]


class Page(NamedTuple):
    """The text of a page and its segments, in order and without overlap.

    Segments that touch (``a.end == b.start``) are inline neighbours of one block, such as a
    sentence with a link in it; blocks are separated by a line feed in ``text``.
    ``html`` says whether the text was extracted from HTML; plain text is kept unchanged.
    ``encoding`` is the name of the encoding that bytes were decoded with, else None.
    ``truncated`` names the limits that cut something. ``elements`` are those that the segments of
    an HTML page refer to, where their CSS paths can be worked out.
    """

    text: str
    segments: Sequence[Segment]
    html: bool = False
    encoding: str | None = None
    truncated: tuple[str, ...] = ()
    elements: Elements | None = None

    def starts(self) -> list[int]:
        """Return where each segment starts."""
        starts: list[int] = self.rows()[:, 0].tolist()
        return starts

    def rows(self) -> NDArray[np.int32]:
        """Return the segments as rows of :class:`Segments`.

        Of segments made by hand they say whether, but not by what they are hidden.
        """
        segments = self.segments
        if isinstance(segments, Segments):
            return segments.rows
        rows = [
            (
                each.start,
                each.end,
                place_of(each.where, "" if each.visible else "hidden-attribute"),
                -1 if each.node is None else each.node,
            )
            for each in segments
        ]
        return np.array(rows, dtype=np.int32).reshape(-1, 4)

    def segments_numbered(self, numbers: NDArray[np.int64]) -> list[Segment]:
        """Return the segments that have these numbers."""
        segments = self.segments
        if isinstance(segments, Segments):
            return segments.numbered(numbers)
        return [segments[number] for number in numbers.tolist()]

    def within(self, start: int, end: int) -> tuple[Segment, int, int]:
        """Return the segment that holds most of a stretch, and where in its own text that is.

        Its own text is that of a text node or a value, with white space collapsed. Raises
        ``ValueError`` for a stretch that no segment holds.
        """
        number = max(bisect_right(self.starts(), start) - 1, 0)
        found, held = None, 0
        for segment in islice(self.segments, number, None):
            if segment.start >= end:
                break
            more = min(end, segment.end) - max(start, segment.start)
            if more > held:
                found, held = segment, more
        if found is None:
            raise ValueError(f"no segment holds {start}:{end}")
        first = max(start, found.start) - found.start
        return found, first, first + held

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Yield the half-open segment index ranges that make up blocks."""
        first = 0
        segments = list(self.segments)
        for index in range(1, len(segments) + 1):
            if index == len(segments) or segments[index].start != segments[index - 1].end:
                yield first, index
                first = index


def page_from_text(text: str, encoding: str | None = None, max_characters: int = 0) -> Page:
    """Return plain text as a page: its text unchanged, a ``body`` segment for each line.

    ``max_characters`` cuts the text when positive, which ``Page.truncated`` then says.
    """
    truncated: tuple[str, ...] = ()
    if 0 < max_characters < len(text):
        text, truncated = text[:max_characters], ("max_characters",)
    n, room = len(text), len(text) // 2 + 1
    rows = np.empty((room, 4), dtype=np.int32)
    found = call(
        "find_lines", utf_32(text), n, place_of("body", ""), address(rows, np.int32, 4 * room)
    )
    return Page(text, Segments(rows[:found].copy()), False, encoding, truncated)
