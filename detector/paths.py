"""CSS paths of the elements of a page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detector.kernel import address, call
from detector.markup import TAGS
from detector.page import Page

__all__ = ["element_paths"]

_LONGEST_PATH = 2000  # steps
_NAMES = "\n".join(TAGS)
_PATH = 200
"""Bytes of a path, mostly."""


def element_paths(page: Page, nodes: Sequence[int | None]) -> list[str]:
    """Return of each of ``nodes`` a selector that selects exactly that element in its document.

    "" for no element, and for one so deep that its path would be a page of its own.
    """
    elements = page.elements
    if elements is None:
        return [""] * len(nodes)
    different = dict.fromkeys(filter(None, nodes))
    if not different:
        return [""] * len(nodes)
    n, count = len(elements.parents), len(different)
    # Of names that are no plain ones nothing is written.
    names = "\n".join((_NAMES, *elements.names)).encode("utf-8", "replace")
    wanted, ends = np.array(list(different), dtype=np.int32), np.empty(count, dtype=np.int64)
    size = _PATH * count
    while True:
        out = np.empty(size, dtype=np.uint8)
        size = call(
            "element_paths", address(elements.parents, np.int32, n),
            address(elements.tags, np.int32, n), n, names, len(names),
            len(TAGS) + len(elements.names), address(wanted, np.int32, count), count,
            _LONGEST_PATH, address(out, np.uint8, len(out)), len(out),
            address(ends, np.int64, count),
        )  # fmt: skip
        if size <= len(out):
            break
    written = str(out.data[:size], "ascii")
    start = 0
    paths: dict[int | None, str] = {}
    for node, end in zip(different, ends.tolist(), strict=True):
        paths[node] = written[start:end]
        start = end
    return [paths.get(node, "") for node in nodes]
