"""Blocks of injected links: for an editor one finding with its links, not thirty."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from detector.markup import TAGS
from detector.page import Page, Where
from detector.paths import Paths
from detector.result import Link, LinkBlock, Span

__all__ = ["LEAST_LINKS", "link_blocks"]

LEAST_LINKS = 3
"""Links that make a block."""
_LIKELY = 0.5
_MOSTLY = 0.8
"""Share of the links of an element that are found, for its blocks to count as one."""
_FURTHEST = 30  # ancestors that are looked at
_LINK = TAGS.index("a")
_PLACES: frozenset[Where] = frozenset(("link", "host"))
_ROOTS = frozenset((TAGS.index("html"), TAGS.index("body")))


class _Tree:
    """The elements of a page, for climbing."""

    def __init__(self, page: Page) -> None:
        assert page.elements is not None
        self.parents: list[int] = page.elements.parents.tolist()
        self.tags: list[int] = page.elements.tags.tolist()

    def above(self, element: int) -> Iterator[int]:
        """Yield the ancestors of an element, from the nearest on, but for the document."""
        for _ in range(_FURTHEST):
            element = self.parents[element]
            if not element:
                return
            yield element

    def link(self, element: int) -> int:
        """Return the link that an element is or is in, 0 for none."""
        if self.tags[element] == _LINK:
            return element
        return next((own for own in self.above(element) if self.tags[own] == _LINK), 0)


def link_blocks(page: Page, spans: Sequence[Span]) -> tuple[LinkBlock, ...]:
    """Return the blocks of links among the likely injections of a page, in document order.

    A block is the smallest element that at least ``LEAST_LINKS`` found links are in, or a larger
    one most of whose links are found; those that are too few for a block of their own belong to
    the one around them.
    """
    likely = [span for span in spans if span.kind == "injection" and span.score >= _LIKELY]
    if page.elements is None or not likely:
        return ()
    tree = _Tree(page)
    found = _found(page, likely, tree)
    if len(found) < LEAST_LINKS:
        return ()
    counts = Counter(above for link in found for above in tree.above(link))
    every = Counter(
        above
        for link, tag in enumerate(tree.tags)
        if tag == _LINK
        for above in tree.above(link)
        if counts[above] >= LEAST_LINKS
    )
    chosen = {link: _container(link, tree, counts, every) for link in sorted(found)}
    sizes = Counter(chosen.values())
    blocks: dict[int, list[int]] = {}
    for link, element in chosen.items():
        around = (element, *tree.above(element)) if element else ()
        block = next((own for own in around if sizes[own] >= LEAST_LINKS), 0)
        if block:
            blocks.setdefault(block, []).append(link)
    if not blocks:
        return ()
    told, paths = _told(page, found, tree), Paths(page)
    return tuple(
        _block(
            [span for link in links for span in found[link]],
            [told[link] for link in links],
            paths.path(element),
        )
        for element, links in blocks.items()
    )


def _found(page: Page, spans: Iterable[Span], tree: _Tree) -> dict[int, list[Span]]:
    """Return the links that ``spans`` stand in, and which do."""
    found: dict[int, list[Span]] = {}
    starts = page.starts()
    for span in spans:
        first = bisect_right(starts, span.start) - 1
        segments = page.segments[max(first, 0) : bisect_left(starts, span.end)]
        nodes = (segment.node for segment in segments if segment.where in _PLACES)
        for link in dict.fromkeys(tree.link(node) for node in nodes if node):
            if link:
                found.setdefault(link, []).append(span)
    return found


def _container(link: int, tree: _Tree, counts: Counter[int], every: Counter[int]) -> int:
    """Return the element whose block a link belongs to, 0 for none."""
    chosen = 0
    for element in tree.above(link):
        if not chosen:
            if counts[element] >= LEAST_LINKS:
                chosen = element
        elif tree.tags[element] in _ROOTS or counts[element] < _MOSTLY * every[element]:
            break
        elif counts[element] > counts[chosen]:
            chosen = element
    return chosen


def _told(page: Page, found: Iterable[int], tree: _Tree) -> dict[int, Link]:
    """Return what the found links say and where they lead."""
    texts, targets = dict.fromkeys(found, ""), dict.fromkeys(found, "")
    for segment in page.segments:
        if segment.where not in _PLACES or not segment.node:
            continue
        link = tree.link(segment.node)
        if link not in texts:
            continue
        text = page.text[segment.start : segment.end]
        if segment.where == "link":
            texts[link] += text
        else:
            targets[link] = targets[link] or text
    return {link: Link(text.strip(), targets[link]) for link, text in texts.items()}


def _block(spans: Sequence[Span], links: Iterable[Link], path: str) -> LinkBlock:
    hidden = Counter(span.hidden_by for span in spans).most_common(1)[0][0]
    return LinkBlock(
        min(span.start for span in spans), max(span.end for span in spans),
        max(span.score for span in spans), path, hidden, tuple(links),
    )  # fmt: skip
