"""Findings of a page, by what they are found again by in its document.

A segment of a page is either a text node of its element or a value: an attribute, a comment, a
string literal, a link target. Text nodes are found by their order within the element, values by
what they say, because a value that a page repeats is read only once.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from detector.markup import TAGS
from detector.page import Page
from detector.result import Span
from detector.scripts import URL, read_address

__all__ = ["Findings", "Found", "Piece", "cut", "joined", "word_count"]

_WORD = re.compile(r"[^\W_]")
_AROUND = frozenset(map(TAGS.index, ("template", "iframe")))
_VALUE_PLACES = frozenset(("alt", "meta", "host", "comment", "script"))
"""Where segments are values; ``noscript`` has both."""
_HOST = re.compile(r"[^/?#\s]+")
_FURTHEST = 50  # segments that are looked at for a text node: those of noscript may be values
_SEPARATORS = " \t\n\r\f-–—_|·•,，、;；:：>»/\\~"


class Piece(NamedTuple):
    """A stretch of a segment, half-open in code points from its start, that a finding covers."""

    start: int
    end: int
    span: Span


class Found(NamedTuple):
    """The pieces of a segment, in order and without overlap, and the numbers of the segments."""

    pieces: list[Piece]
    segments: list[int]


def word_count(text: str) -> int:
    """Return how many letters and digits ``text`` has: what is left without any is no text."""
    return len(_WORD.findall(text))


def joined(text: str) -> str:
    """Return ``text`` with its white space collapsed, as it is read."""
    return " ".join(text.split())


def _pieces(spans: Sequence[Span], start: int, end: int) -> list[Piece]:
    """Return what ``spans`` cover of ``start:end``; of several, an injection, the surest."""
    near = [span for span in spans if span.start < end and start < span.end]
    edges = sorted({min(max(edge, start), end) for s in near for edge in (s.start, s.end)})
    pieces: list[Piece] = []
    for left, right in pairwise(edges):
        over = [span for span in near if span.start <= left and right <= span.end]
        if not over:
            continue
        best = max(over, key=lambda span: (span.kind == "injection", span.score))
        if pieces and pieces[-1].span is best and pieces[-1].end == left - start:
            pieces[-1] = pieces[-1]._replace(end=right - start)
        else:
            pieces.append(Piece(left - start, right - start, best))
    return pieces


def cut(
    text: str, pieces: Sequence[Piece], *, lead: int = 0, separators: bool = False
) -> tuple[str, list[tuple[int, int, Span]]]:
    """Return ``text`` without ``pieces``, and where these were in it.

    ``pieces`` are places in the text as it is read (:func:`joined`), ``lead`` characters further
    on. With ``separators``, those that would be left at an end, or double, go as well: a title's
    dash, a list of keywords' comma.
    """
    places = [
        at
        for at, char in enumerate(text)
        if not char.isspace() or (at and not text[at - 1].isspace())
    ]
    while places and text[places[0]].isspace():
        del places[0]
    if places and text[places[-1]].isspace():
        places.pop()
    ranges: list[tuple[int, int, Span]] = []
    for piece in pieces:
        first, last = max(piece.start - lead, 0), min(piece.end - lead, len(places)) - 1
        if first <= last:
            ranges.append((places[first], places[last] + 1, piece.span))
    left = ""
    end = 0
    for start, stop, _ in ranges:
        left = _together(left, text[end:start], separators and end > 0)
        end = stop
    left = _together(left, text[end:], separators and end > 0)
    if separators and ranges:
        if not word_count(text[: ranges[0][0]]):
            left = left.lstrip(_SEPARATORS)
        if not word_count(text[ranges[-1][1] :]):
            left = left.rstrip(_SEPARATORS)
    return left, ranges


def _together(left: str, right: str, separators: bool) -> str:
    if separators and left and left[-1] in _SEPARATORS:
        right = right.lstrip(_SEPARATORS)
    return left + right


def _is_whole(text: str, pieces: Sequence[Piece]) -> bool:
    """Say whether what is found in a text is all of it."""
    return not pieces[0].start and pieces[-1].end >= len(text)


class Findings:
    """What is to be struck from a page, and what has been found of it so far.

    ``spans`` are the findings to strike; ``own`` are hosts that are the page's own, of which no
    link is taken for spam but the very one that was found.
    """

    def __init__(
        self, page: Page, spans: Sequence[Span], own: frozenset[str], longest: int
    ) -> None:
        self.spans = sorted(spans, key=lambda span: span.start)
        self.longest = longest
        self.done: set[int] = set()  # segments
        self.values: dict[str, Found] = {}
        self.runs: dict[str, Found] = {}
        self.hosts: dict[str, list[int]] = {}
        self.addresses: dict[str, list[int]] = {}
        self._paths: dict[tuple[int, str], list[int]] = {}
        self.links: dict[str, list[int]] = {}  # whole targets, filled by take_link
        self._page = page
        self._found: dict[int, list[Piece]] = {}
        self._waiting: dict[int, deque[int]] = {}
        first = 0
        for number, segment in enumerate(page.segments):
            while first < len(self.spans) and self.spans[first].end <= segment.start:
                first += 1
            near = self._near(first, segment.end)
            pieces = _pieces(near, segment.start, segment.end) if near else []
            if pieces:
                self._found[number] = pieces
                text = page.text[segment.start : segment.end]
                self._sort(number, text, pieces, own)
        holders = {self._key(number) for number in self._found}
        for number, segment in enumerate(page.segments):
            key = self._key(number)
            if key in holders and segment.where not in _VALUE_PLACES:
                self._waiting.setdefault(key, deque()).append(number)

    def _near(self, first: int, end: int) -> list[Span]:
        near = []
        # Sorted by start; one that ended earlier may stand between, and is sifted out later.
        for span in self.spans[first:]:
            if span.start >= end:
                break
            near.append(span)
        return near

    def _key(self, number: int) -> int:
        return self._page.segments[number].node or 0

    def _sort(self, number: int, text: str, pieces: list[Piece], own: frozenset[str]) -> None:
        where = self._page.segments[number].where
        if where == "host":
            self._sort_host(number, text, pieces, own)
        elif where in _VALUE_PLACES:
            self._add_value(text, pieces, number)
        else:
            run = text.lstrip(" ")
            lead = len(text) - len(run)
            moved = [Piece(max(p.start - lead, 0), p.end - lead, p.span) for p in pieces]
            self.runs.setdefault(run, Found(moved, []))
            if where == "noscript" or self._is_elsewhere(number):
                self._add_value(run, moved, number)

    def _is_elsewhere(self, number: int) -> bool:
        """Say whether a text is in a document inside of the page's, and no node of it."""
        node = self._page.segments[number].node
        if node is None or self._page.elements is None:
            return False
        return self._page.elements.tags[node] in _AROUND

    def _add_value(self, text: str, pieces: list[Piece], number: int) -> None:
        self.values.setdefault(text, Found(pieces, [])).segments.append(number)

    def _sort_host(self, number: int, text: str, pieces: list[Piece], own: frozenset[str]) -> None:
        named = _HOST.match(text)
        host = named.group() if named and "." in named.group() else ""
        covered = sum(min(p.end, len(host)) - min(p.start, len(host)) for p in pieces)
        mine = not own.isdisjoint((host.lower(), host.lower().removeprefix("www.")))
        if host and not mine and 2 * covered >= len(host):
            self.hosts.setdefault(host, []).append(number)
        if not host:
            self._paths.setdefault((self._key(number), text), []).append(number)
        elif not mine or _is_whole(text, pieces) or pieces[-1].end > len(host) + 1:
            self.addresses.setdefault(text, []).append(number)

    def text_node(self, key: int, text: str) -> tuple[list[Piece], int, int | None]:
        """Return the pieces of the next text node of the element ``key``.

        With how many characters the segment has before the text, and its number.
        """
        waiting = self._waiting.get(key)
        run = joined(text)
        if not waiting or not run:
            return [], 0, None
        for steps, number in enumerate(islice(waiting, _FURTHEST)):
            segment = self._page.segments[number]
            read = self._page.text[segment.start : segment.end]
            own = read.lstrip(" ")
            last = number == len(self._page.segments) - 1
            if own == run or (last and own and run.startswith(own)):
                for _ in range(steps + 1):
                    waiting.popleft()
                return self._found.get(number, []), len(read) - len(own), number
        return [], 0, None

    def value(self, text: str) -> Found | None:
        """Return what is found in an attribute value, a comment or a literal that says ``text``."""
        return self.values.get(joined(text[: self.longest]))

    def repeated(self, text: str) -> Found | None:
        """As :meth:`value`, for one that is not read where it repeats a text of the page."""
        return self.value(text) or self.runs.get(joined(text))

    def take_link(self, key: int, href: str) -> list[int] | None:
        """Return the segments that find the link target ``href``, None when none does."""
        if href in self.links:
            return self.links[href]
        target = href[: self.longest]
        host, address = "", target
        if match := URL.match(target):
            host, address = match.groups()
        whole, path = (
            joined(read_address(part)[: self.longest]) for part in (host + address, address)
        )
        found = [*self.hosts.get(host, ()), *self.addresses.get(whole, ())]
        found += self._paths.get((key, path), ())
        if found:
            self.links[href] = found
        return found or None

    def has_links(self) -> bool:
        """Say whether a link target is found at all."""
        return bool(self.hosts or self.addresses or self._paths)

    def located(self) -> tuple[list[Span], list[Span]]:
        """Return the findings all of whose segments are ``done``, and the others."""
        missing = {
            id(span)
            for number in self._found.keys() - self.done
            for span in self._over(self._page.segments[number].start, number)
        }
        done = [span for span in self.spans if id(span) not in missing]
        return done, [span for span in self.spans if id(span) in missing]

    def _over(self, start: int, number: int) -> Iterator[Span]:
        end = self._page.segments[number].end
        return (span for span in self.spans if span.start < end and start < span.end)
