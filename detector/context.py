"""The second look: the evidence of a character, judged again by the evidence around it.

One odd word proves nothing; ten of them in a paragraph do. The first pass gives each character
log-odds from the n-grams that cover it. The second pass sees those log-odds themselves - here,
near, in the paragraph, in the page, of both kinds - in coarse steps, and looks up a correction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.ngrams import windowed

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


def context_buckets(
    evidence: NDArray[np.float32], places: NDArray[np.uint8], breaks: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return buckets (heads x groups x n) in a table of ``len(CONTEXT_GROUPS)`` x CONTEXT_SIZE.

    ``evidence`` is n x 2, ``places`` as in :func:`detector.ngrams.features`, ``breaks`` says which
    characters separate blocks.
    """
    n = len(evidence)
    buckets = np.empty((2, len(CONTEXT_GROUPS), n), dtype=np.intp)
    # Sixteenths keep the sums exact, whatever the order of adding.
    sixteenths = np.rint(np.clip(evidence.T, LOW, HIGH) * 16).astype(np.int32)
    sixteenths[:, breaks] = -64
    count = windowed(np.ones(n, dtype=np.int32), RADII[-1])
    own = np.clip((sixteenths - 16 * LOW) >> 3, 0, OWN_STEPS - 1).astype(np.intp)
    mean = []
    for head in range(2):
        capped = np.minimum(sixteenths[head], 64)
        levels = []
        for radius in RADII:
            size = count if radius == RADII[-1] else 2 * radius + 1
            average = windowed(capped, radius) // size
            levels.append(np.clip((average - 16 * LOW) // 14, 0, STEPS - 1).astype(np.intp))
        mean.append(levels)
    for head in range(2):
        here = own[head]
        # What stands out of the background, however deep the background is.
        peaks = np.maximum(sixteenths[head] + PEAKS[head], 0)
        dense = _log_steps(windowed(peaks, WIDE) / windowed(np.ones(n, dtype=np.int32), WIDE))
        page = _log_steps(np.array([peaks.sum() / max(n, 50)]))[0]
        context = (*mean[head], dense, page, mean[1 - head][1], places)
        for group, step in enumerate(context):
            buckets[head, group] = group * CONTEXT_SIZE + here * 32 + step
    return buckets


def _log_steps(rate: NDArray[np.float64]) -> NDArray[np.intp]:
    steps: NDArray[np.intp] = np.minimum(2 * np.log2(1 + rate), STEPS - 1).astype(np.intp)
    return steps
