"""The second look: the evidence of a character, judged again by the evidence around it.

One odd word proves nothing; ten of them in a paragraph do. The first pass gives each character
log-odds from the n-grams that cover it. The second pass sees those log-odds themselves - here, on
either side, near, in the paragraph, in the page, of both kinds - in coarse steps, and looks up a
correction.
"""

from __future__ import annotations

import ctypes

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.kernel import address, call

__all__ = ["CONTEXT_GROUPS", "CONTEXT_SIZE", "LOW", "OWN_STEPS", "context_buckets", "corrected"]

OWN_STEPS = 32
LOW = -10
"""Log-odds told apart begin here; clean text lies mostly between -10 and -4."""
CONTEXT_GROUPS = ("near", "middle", "far", "dense", "page", "other", "place", "sides")
CONTEXT_SIZE = OWN_STEPS * 32
"""Buckets of one group: steps of the character's own evidence times steps of its context."""

F32 = NDArray[np.float32]


def context_buckets(evidence: F32, batch: Batch) -> NDArray[np.int32]:
    """Return buckets (heads x groups x n) in a table of ``len(CONTEXT_GROUPS)`` x CONTEXT_SIZE.

    ``evidence`` (n x 2) is that of the characters of ``batch``.
    """
    buckets = np.empty((2, len(CONTEXT_GROUPS), len(evidence)), dtype=np.int32)
    _second_evidence(evidence, batch, None, buckets, None)
    return buckets


def corrected(evidence: F32, batch: Batch, corrections: F32) -> F32:
    """Return what evidence (n x 2) becomes with ``corrections`` (heads x buckets) looked up."""
    second = np.empty((2, len(evidence)), dtype=np.float32)
    _second_evidence(evidence, batch, corrections, None, second)
    return second.T


def _second_evidence(
    evidence: F32,
    batch: Batch,
    corrections: F32 | None,
    buckets: NDArray[np.int32] | None,
    second: F32 | None,
) -> None:
    n = len(batch.codes)
    groups = 2 * len(CONTEXT_GROUPS)
    first = np.ascontiguousarray(evidence.T)  # may be a copy, that has to last
    call(
        "second_evidence",
        ctypes.byref(batch.pointers),
        address(first, np.float32, 2 * n),
        address(corrections, np.float32, groups * CONTEXT_SIZE),
        address(buckets, np.int32, groups * n),
        address(second, np.float32, 2 * n),
    )
