"""The second look: the evidence of a character, judged again by the evidence around it.

One odd word proves nothing; ten of them in a paragraph do. The first pass gives each character
log-odds from the n-grams that cover it. The second pass sees those log-odds themselves - here,
near, in the paragraph, in the page, of both kinds - in coarse steps, and looks up a correction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.ngrams import RunningSum

__all__ = ["CONTEXT_GROUPS", "CONTEXT_SIZE", "OWN_STEPS", "context_buckets"]

OWN_STEPS = 32
STEPS = 16
RADII = (4, 16, 60)
WIDE = 200
LOW, HIGH = -10, 6  # log-odds told apart; clean text lies mostly between -10 and -4
PEAKS = (32, 72)  # sixteenths, by kind: evidence above -2 and above -4.5 stands out
CONTEXT_GROUPS = ("near", "middle", "far", "dense", "page", "other", "place")
CONTEXT_SIZE = OWN_STEPS * 32
"""Buckets of one group: steps of the character's own evidence times steps of its context."""


def context_buckets(evidence: NDArray[np.float32], batch: Batch) -> NDArray[np.int32]:
    """Return buckets (heads x groups x n) in a table of ``len(CONTEXT_GROUPS)`` x CONTEXT_SIZE.

    ``evidence`` (n x 2) is that of the characters of ``batch``.
    """
    n = len(evidence)
    buckets = np.empty((2, len(CONTEXT_GROUPS), n), dtype=np.int32)
    # Sixteenths keep the sums exact, whatever the order of adding.
    sixteenths = np.rint(np.clip(evidence.T, LOW, HIGH) * 16).astype(np.int32)
    sixteenths[:, batch.classes == 0] = -64
    own = np.clip((sixteenths - 16 * LOW) >> 3, 0, OWN_STEPS - 1) << 5
    peaks = np.maximum(sixteenths + np.array(PEAKS, dtype=np.int32)[:, None], 0)
    capped = np.minimum(sixteenths, 64)
    for gap in batch.gaps():
        capped[:, gap] = peaks[:, gap] = 0
    middle = []
    sizes = [2 * radius + 1 for radius in RADII[:-1]]
    far = _window_sizes(batch, RADII[-1])
    for head in range(2):
        sums = RunningSum(capped[head], RADII[-1])
        for group, radius in enumerate(RADII):
            size = sizes[group] if group < len(sizes) else far
            # Fourteen sixteenths of the average above the lowest are one step.
            level = (sums.around(radius) - 16 * LOW * size) // (14 * size)
            np.clip(level, 0, STEPS - 1, out=level)
            np.add(own[head], level, out=buckets[head, group])
            if group == 1:
                middle.append(level)
    wide = _window_sizes(batch, WIDE)
    lengths = np.maximum(batch.ends - batch.starts, 50)
    for head in range(2):
        # What stands out of the background, however deep the background is.
        sums = RunningSum(peaks[head], WIDE)
        dense = _log_steps(sums.around(WIDE) / wide)
        page = batch.each(_log_steps(sums.over(batch) / lengths))
        for group, step in enumerate((dense, page, middle[1 - head], batch.places), len(RADII)):
            np.add(own[head], step, out=buckets[head, group], casting="unsafe")
    buckets += np.arange(0, len(CONTEXT_GROUPS) * CONTEXT_SIZE, CONTEXT_SIZE, dtype=np.int32)[
        :, None
    ]
    return buckets


def _window_sizes(batch: Batch, radius: int) -> NDArray[np.int32]:
    """Return how many characters of its page a window of ``radius`` on both sides holds."""
    index = np.arange(len(batch.codes), dtype=np.int32)
    first, last = batch.each(batch.starts.astype(np.int32)), batch.each(batch.ends.astype(np.int32))
    sizes: NDArray[np.int32] = np.minimum(index + radius + 1, last) - np.maximum(
        index - radius, first
    )
    return np.maximum(sizes, 1)


def _log_steps(rate: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return ``2 * log2(1 + rate)`` rounded down, at most ``STEPS - 1``.

    That is the exponent of the square, as floating point numbers are stored (IEEE 754).
    """
    square = np.square(rate + 1, dtype=np.float32)
    steps: NDArray[np.int32] = (square.view(np.int32) >> 23) - 127
    return np.minimum(steps, STEPS - 1)
