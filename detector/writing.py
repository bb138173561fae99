"""The text of a page, put together from the items of a document and the values read in it.

A block is written as it comes; values wait until it ends. Done by ``native/writing.c``, because it
looks at every character.
"""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.config import Config
from detector.kernel import address, call
from detector.links import Told
from detector.markup import SEED, Markup
from detector.page import Segments, place_of
from detector.readings import ALTS, Readings

__all__ = ["Written", "write_page"]

_ASIDE = place_of("comment", "comment")
_LIMITS = ("max_characters", "max_segments", "max_value")


class Written(NamedTuple):
    """A text and its segments; ``cut`` names limits, with the numbers of the items cut there.

    ``stopped`` is the number of the item at which writing stopped, that of all items if it did not.
    """

    text: str
    segments: Segments
    cut: list[tuple[int, str]]
    stopped: int


def write_page(markup: Markup, readings: Readings, told: Told, config: Config) -> Written:
    """Write the text of a page, as much as ``config`` allows."""
    items, values = markup.items, markup.values
    rows, extra = told.rows, told.text
    most = len(items) + len(values) + len(rows)
    room = len(markup.source) + len(extra) + most
    out = np.empty(room + 1, dtype=np.uint8)
    segments: NDArray[np.int32] = np.empty((most + 1, 4), dtype=np.int32)
    allowed = (ctypes.c_int64 * 3)(
        min(config.max_characters, 2**31 - 1), config.max_segments, config.max_value
    )
    cuts, sizes = (ctypes.c_int64 * (2 * len(_LIMITS)))(), (ctypes.c_int64 * 3)()
    count = call(
        "write_page", markup.source, len(markup.source),
        address(markup.elements, np.int32, markup.elements.size),
        address(items, np.int32, items.size), len(items),
        address(values, np.int32, values.size), len(values),
        extra, len(extra), address(rows, np.int32, rows.size), len(rows),
        address(readings.places, np.int32, len(readings.places)),
        address(readings.alt_places, np.int32, len(readings.places)), _ASIDE, ALTS,
        ctypes.addressof(allowed), SEED, address(out, np.uint8, room),
        address(segments, np.int32, segments.size), ctypes.addressof(cuts),
        ctypes.addressof(sizes),
    )  # fmt: skip
    length, cut_count, stopped = sizes
    text = str(out.data[:length], "utf-8", "surrogatepass")
    cut = [(cuts[2 * k + 1], _LIMITS[cuts[2 * k]]) for k in range(cut_count)]
    return Written(text, Segments(segments[:count].copy()), cut, stopped)
