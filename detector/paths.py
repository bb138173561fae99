"""CSS paths of the elements of a page."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from detector.kernel import address, call
from detector.markup import TAGS
from detector.page import Elements, Page

__all__ = ["Paths", "sibling_places"]

_LONGEST_PATH = 2000  # steps
_ONLY = frozenset(("html", "head", "body"))
_PLAIN_TAG = re.compile(r"[a-z][a-z0-9-]*\Z")


class Paths:
    """Works out CSS paths of the elements of one page; remembers what it found on the way."""

    def __init__(self, page: Page) -> None:
        self._elements = page.elements
        self._places: tuple[NDArray[np.int32], NDArray[np.int32]] | None = None
        self._known: dict[int, str] = {0: ""}

    def path(self, node: int | None) -> str:
        """Return a selector that selects exactly the element ``node`` in its document.

        "" for no element, and for one so deep that its path would be a page of its own.
        """
        elements = self._elements
        if node is None or elements is None:
            return ""
        waiting: list[int] = []
        while node not in self._known:
            if len(waiting) > _LONGEST_PATH:
                return ""
            waiting.append(node)
            node = elements.parents.item(node)
        path = self._known[node]
        for inner in reversed(waiting):
            step = self._step(inner, elements)
            path = f"{path} > {step}" if path else step
            self._known[inner] = path
        return path

    def _step(self, node: int, elements: Elements) -> str:
        number = elements.tags.item(node)
        tag = TAGS[number] if number < len(TAGS) else elements.names[number - len(TAGS)]
        if tag in _ONLY:
            return tag
        if self._places is None:
            self._places = sibling_places(elements)
        of_all, of_type = self._places
        if _is_plain(tag):
            return f"{tag}:nth-of-type({of_type.item(node)})"
        return f"*:nth-child({of_all.item(node)})"


@lru_cache(maxsize=256)
def _is_plain(tag: str) -> bool:
    return _PLAIN_TAG.match(tag) is not None


def sibling_places(elements: Elements) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the place of each element, from 1, among its siblings and among those of its name.

    The document is no element: its places are 0.
    """
    n = len(elements.parents)
    of_all, of_type = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    call(
        "sibling_places", address(elements.parents, np.int32, n),
        address(elements.tags, np.int32, n), n, len(TAGS) + len(elements.names),
        address(of_all, np.int32, n), address(of_type, np.int32, n),
    )  # fmt: skip
    return of_all, of_type
