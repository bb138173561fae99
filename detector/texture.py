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
from detector.result import KINDS, RunningText

__all__ = ["Textures", "textures"]


class Textures(NamedTuple):
    """The textures of b pages (b each), by the log-odds of their characters.

    ``top``: average of the forty that look most garbled, in quarters, -8 of none; ``odd`` and
    ``bold``: how many have more than -2, and than 0. ``running_size`` and ``running_top``: how
    many characters the body has in blocks of at least forty, and the average of the twenty of them
    that look most garbled, each counted once.
    """

    top: NDArray[np.float32]
    odd: NDArray[np.int64]
    bold: NDArray[np.int64]
    running_size: NDArray[np.int64]
    running_top: NDArray[np.float32]

    def running(self) -> list[RunningText]:
        """Return the running text of each page."""
        return list(map(RunningText, self.running_size.tolist(), self.running_top.tolist()))


def textures(batch: Batch, evidence: Evidence) -> Textures:
    """Return the textures of the pages of ``batch``, of whose characters ``evidence`` is."""
    n, b = len(batch.codes), len(batch.starts)
    garbled = evidence.final[:, KINDS.index("garbled")]
    tops = [np.empty(b, dtype=np.float32) for _ in range(2)]
    counts = [np.empty(b, dtype=np.int64) for _ in range(3)]
    found = Textures(tops[0], counts[0], counts[1], counts[2], tops[1])
    call(
        "survey_textures", ctypes.byref(batch.pointers), address(garbled, np.float32, n),
        *(address(column, column.dtype.type, b) for column in found),
    )  # fmt: skip
    return found
