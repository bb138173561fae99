"""Blocks of injected links: for an editor one finding with its links, not thirty."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from detector.kernel import address, call
from detector.markup import TAGS
from detector.page import PLACES, Elements, Page
from detector.paths import element_paths
from detector.result import Link, LinkBlock, Span

__all__ = ["LEAST_LINKS", "link_blocks"]

LEAST_LINKS = 3
"""Links that make a block."""
_LIKELY = 0.5
_MOSTLY = 0.8
"""Share of the links of an element that are found, for its blocks to count as one."""
_FURTHEST = 30  # ancestors that are looked at
_LINK = TAGS.index("a")
_IS_HOST = np.array([where == "host" for where, _ in PLACES])
_IN_LINKS = np.array([where in ("link", "host") for where, _ in PLACES])
_ROOTS = frozenset((TAGS.index("html"), TAGS.index("body")))


class _Tree:
    """The elements of a page, for climbing."""

    def __init__(self, elements: Elements) -> None:
        self.parents, self.tags = elements.parents, elements.tags

    def above(self, element: int) -> Iterator[int]:
        """Yield the ancestors of an element, from the nearest on, but for the document."""
        for _ in range(_FURTHEST):
            element = self.parents.item(element)
            if not element:
                return
            yield element

    def links(self, elements: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the links that elements are or are in, 0 for none."""
        n, count = len(self.parents), len(elements)
        links = np.empty(count, dtype=np.int32)
        call(
            "nearest_of_tag", address(self.parents, np.int32, n), address(self.tags, np.int32, n),
            address(np.ascontiguousarray(elements), np.int32, count), count, _LINK, _FURTHEST,
            address(links, np.int32, count),
        )  # fmt: skip
        return links

    def inside(self, elements: NDArray[np.int32]) -> list[int]:
        """Return how many of ``elements`` are in each element of the page."""
        n, count = len(self.parents), len(elements)
        inside = np.zeros(n, dtype=np.int32)
        call(
            "count_inside", address(self.parents, np.int32, n), address(elements, np.int32, count),
            count, _FURTHEST, address(inside, np.int32, n),
        )  # fmt: skip
        counts: list[int] = inside.tolist()
        return counts


def link_blocks(page: Page, spans: Sequence[Span]) -> tuple[LinkBlock, ...]:
    """Return the blocks of links among the likely injections of a page, in document order.

    A block is the smallest element that at least ``LEAST_LINKS`` found links are in, or a larger
    one most of whose links are found; those that are too few for a block of their own belong to
    the one around them. So do the found links in comments, scripts, templates and frames of one
    element.
    """
    likely = [span for span in spans if span.kind == "injection" and span.score >= _LIKELY]
    if page.elements is None or not likely:
        return ()
    tree, rows = _Tree(page.elements), page.rows()
    blocks = [*_blocks(page, likely, tree, rows), *_kept_as_text(page, likely, tree, rows)]
    return tuple(sorted(blocks, key=lambda block: (block.start, block.end)))


def _blocks(
    page: Page, likely: Sequence[Span], tree: _Tree, rows: NDArray[np.int32]
) -> Iterator[LinkBlock]:
    """Yield the blocks of links that are elements of the page."""
    named = np.flatnonzero(_IN_LINKS[rows[:, 2]] & (rows[:, 3] > 0))
    rows, links = rows[named], tree.links(rows[named, 3])
    found = _found(likely, rows, links.tolist())
    if len(found) < LEAST_LINKS:
        return
    counts = tree.inside(np.array(sorted(found), dtype=np.int32))
    every = tree.inside(np.flatnonzero(tree.tags == _LINK).astype(np.int32))
    chosen = {link: _container(link, tree, counts, every) for link in sorted(found)}
    sizes = Counter(chosen.values())
    blocks: dict[int, list[int]] = {}
    for link, element in chosen.items():
        around = (element, *tree.above(element)) if element else ()
        block = next((own for own in around if sizes[own] >= LEAST_LINKS), 0)
        if block:
            blocks.setdefault(block, []).append(link)
    if not blocks:
        return
    told = _told(page.text, found, rows, links)
    for own, path in zip(blocks.values(), element_paths(page, [*blocks]), strict=True):
        yield _block(
            [span for link in own for span in found[link]], [told[link] for link in own], path
        )


def _kept_as_text(
    page: Page, likely: Sequence[Span], tree: _Tree, rows: NDArray[np.int32]
) -> Iterator[LinkBlock]:
    """Yield the blocks of links in markup that is no part of the document tree.

    A link is read there as its target, and then its words.
    """
    targets = np.flatnonzero(_IS_HOST[rows[:, 2]] & (rows[:, 3] > 0))
    targets = targets[tree.links(rows[targets, 3]) == 0]
    if len(targets) < LEAST_LINKS:
        return
    starts, ends = [span.start for span in likely], [span.end for span in likely]
    blocks: dict[tuple[int, str], tuple[list[Span], list[Link]]] = {}
    for number in targets.tolist():
        start, end, place, node = rows[number].tolist()
        target, words = page.text[start:end], ""
        if number + 1 < len(rows):
            after, last, next_place, around = rows[number + 1].tolist()
            hidden = PLACES[next_place][1] == PLACES[place][1]
            if around == node and hidden and not _IS_HOST[next_place]:
                words, end = page.text[after:last].strip(), last
        own = likely[bisect_right(ends, start) : bisect_left(starts, end)]
        if own:
            spans, links = blocks.setdefault((node, PLACES[place][1]), ([], []))
            spans += own
            links.append(Link(words, target))
    chosen = {key: block for key, block in blocks.items() if len(block[1]) >= LEAST_LINKS}
    paths = element_paths(page, [node for node, _ in chosen])
    for (spans, links), path in zip(chosen.values(), paths, strict=True):
        yield _block(spans, links, path)


def _found(
    spans: Iterable[Span], rows: NDArray[np.int32], links: Sequence[int]
) -> dict[int, list[Span]]:
    """Return the links that ``spans`` stand in, and which do.

    ``rows`` are the segments that are parts of links, or mostly are, and ``links`` those.
    """
    found: dict[int, list[Span]] = {}
    starts, ends = rows[:, 0].tolist(), rows[:, 1].tolist()
    for span in spans:
        own = links[bisect_right(ends, span.start) : bisect_left(starts, span.end)]
        for link in dict.fromkeys(own):
            if link:
                found.setdefault(link, []).append(span)
    return found


def _container(link: int, tree: _Tree, counts: Sequence[int], every: Sequence[int]) -> int:
    """Return the element whose block a link belongs to, 0 for none."""
    chosen = 0
    for element in tree.above(link):
        if not chosen:
            if counts[element] >= LEAST_LINKS:
                chosen = element
        elif (
            tree.tags.item(element) in _ROOTS
            or LEAST_LINKS <= counts[element] < _MOSTLY * every[element]
        ):
            break
        elif counts[element] > counts[chosen]:
            chosen = element
    return chosen


def _told(
    page: str, found: Iterable[int], rows: NDArray[np.int32], links: NDArray[np.int32]
) -> dict[int, Link]:
    """Return what the found links say and where they lead.

    ``rows`` are segments of the text ``page``, ``links`` those that they are parts of.
    """
    texts, targets = dict.fromkeys(found, ""), dict.fromkeys(found, "")
    told = np.flatnonzero(np.isin(links, [*texts]))
    for (start, end, place, _), link in zip(rows[told].tolist(), links[told].tolist(), strict=True):
        text = page[start:end]
        if PLACES[place][0] == "link":
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
