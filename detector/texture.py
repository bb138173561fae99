"""Texture: how odd a page looks as a whole, and how odd its running text.

Menus, lists of names, tables and addresses look odd one by one, and a long page has many; sentences
do not. A machine that garbles words has been at work in every paragraph, though few of the words
that it put are beyond doubt. So what garbled passages are worth is told by the texture of their
page as well.
"""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.kernel import address, call
from detector.model import Evidence
from detector.result import KINDS, Texture

__all__ = ["Textures", "textures"]


class Textures(NamedTuple):
    """The columns of :class:`~detector.result.Texture`, of b pages (b each).

    Averages are in quarters.
    """

    top: NDArray[np.float32]
    odd: NDArray[np.int64]
    bold: NDArray[np.int64]
    han: NDArray[np.int64]
    particles: NDArray[np.int64]
    running_size: NDArray[np.int64]
    running_top: NDArray[np.float32]
    usual: NDArray[np.float32]
    tenth: NDArray[np.float32]

    def by_page(self) -> list[Texture]:
        """Return the texture of each page."""
        return list(map(Texture, *(column.tolist() for column in self)))


def textures(batch: Batch, evidence: Evidence) -> Textures:
    """Return the textures of the pages of ``batch``, of whose characters ``evidence`` is."""
    n, b = len(batch.codes), len(batch.starts)
    garbled = KINDS.index("garbled")
    top, running_top, usual, tenth = np.empty((4, b), dtype=np.float32)
    odd, bold, han, particles, running_size = np.empty((5, b), dtype=np.int64)
    found = Textures(top, odd, bold, han, particles, running_size, running_top, usual, tenth)
    call(
        "survey_textures", ctypes.byref(batch.pointers),
        address(evidence.first[:, garbled], np.float32, n),
        address(evidence.final[:, garbled], np.float32, n),
        *(address(column, column.dtype.type, b) for column in found),
    )  # fmt: skip
    return found
