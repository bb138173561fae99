"""CSS paths of the elements of a page."""

from __future__ import annotations

import re

import numpy as np

from detector.markup import TAGS
from detector.page import Page

__all__ = ["Paths"]

_LONGEST_PATH = 2000  # steps
_PLAIN_TAG = re.compile(r"[a-z][a-z0-9-]*\Z")


class Paths:
    """Works out CSS paths of the elements of one page; remembers what it found on the way."""

    def __init__(self, page: Page) -> None:
        self._elements = page.elements
        self._of_all: list[int] = []
        self._of_type: list[int] = []
        self._parents: list[int] = []
        self._tags: list[int] = []
        self._known: dict[int, str] = {0: ""}

    def path(self, node: int | None) -> str:
        """Return a selector that selects exactly the element ``node`` in its document.

        "" for no element, and for one so deep that its path would be a page of its own.
        """
        if node is None or self._elements is None:
            return ""
        if not self._parents:
            self._count()
        waiting: list[int] = []
        while node not in self._known:
            if len(waiting) > _LONGEST_PATH:
                return ""
            waiting.append(node)
            node = self._parents[node]
        path = self._known[node]
        for inner in reversed(waiting):
            step = self._step(inner)
            path = f"{path} > {step}" if path else step
            self._known[inner] = path
        return path

    def _step(self, node: int) -> str:
        tag = self._name(self._tags[node])
        if tag in ("html", "body", "head"):
            return tag
        if _PLAIN_TAG.match(tag):
            return f"{tag}:nth-of-type({self._of_type[node]})"
        return f"*:nth-child({self._of_all[node]})"

    def _name(self, tag: int) -> str:
        elements = self._elements
        if tag < len(TAGS) or elements is None:
            return TAGS[tag]
        return elements.names[tag - len(TAGS)]

    def _count(self) -> None:
        """Number all elements among their siblings, and among those of their name."""
        assert self._elements is not None
        parents, tags = self._elements.parents, self._elements.tags
        self._parents, self._tags = parents.tolist(), tags.tolist()
        order = np.argsort(parents, kind="stable")
        self._of_all = _ranks(order, parents[order])
        order = np.lexsort((tags, parents))
        self._of_type = _ranks(order, np.stack((parents[order], tags[order])))


def _ranks(order: np.ndarray, keys: np.ndarray) -> list[int]:
    """Return the place of each item, from 1, among those of the same key, which stand together."""
    n = len(order)
    changed = np.ones(n, dtype=bool)
    different = keys[..., 1:] != keys[..., :-1]
    changed[1:] = different if different.ndim == 1 else different.any(axis=0)
    places = np.arange(n)
    first = np.maximum.accumulate(np.where(changed, places, 0))
    ranks = np.empty(n, dtype=np.intp)
    ranks[order] = places - first + 1
    return ranks.tolist()
