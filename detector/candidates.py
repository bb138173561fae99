"""Evidence for each character to candidate findings, with what tells good ones from bad ones."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.fold import Folded
from detector.model import Model
from detector.page import WHERES, Page
from detector.result import KINDS, Kind
from detector.spans import segments_of_evidence

__all__ = ["SPAN_FEATURES", "Candidate", "Candidates", "candidates", "place_codes"]

_PLACE_CODES = {
    (where, visible): 2 * index + visible
    for index, where in enumerate(WHERES)
    for visible in (False, True)
}


def place_codes(page: Page, folded: Folded) -> NDArray[np.uint8]:
    """Return for each folded character ``2 * where + visible`` of its segment (see ngrams)."""
    segments = page.segments
    if not segments:
        return np.zeros(len(folded.offsets), dtype=np.uint8)
    starts = np.array([segment.start for segment in segments])
    codes = np.array([_PLACE_CODES[s.where, s.visible] for s in segments], dtype=np.uint8)
    index = np.searchsorted(starts, folded.offsets, side="right") - 1
    return codes[np.maximum(index, 0)]


# What parts a promotional phrase from the sentence after it and before it, and is not struck.
_AFTER = frozenset(" ,，、;；:：|｜_-—–·")
_BEFORE = _AFTER | frozenset("。.!！?？")
SPAN_FEATURES = (
    "sum", "sum_linear", "mean", "peak", "runs", "size", "rest", "crowd", "share", "page",
    "below_best", "hidden", *(f"where_{where}" for where in WHERES),
)  # fmt: skip
"""What the span calibration is told about a candidate, in column order."""


class Candidates(NamedTuple):
    """Stretches of evidence of one kind that may become spans, in order.

    ``start`` and ``end`` are positions in the folded text, ``text_start`` and ``text_end`` code
    points in the page's; ``features`` is m x ``len(SPAN_FEATURES)``.
    """

    kind: Kind
    start: NDArray[np.intp]
    end: NDArray[np.intp]
    text_start: NDArray[np.intp]
    text_end: NDArray[np.intp]
    features: NDArray[np.float64]


class Candidate(NamedTuple):
    """One of :class:`Candidates` that became a span, with its calibrated score."""

    kind: Kind
    start: int
    end: int
    text_start: int
    text_end: int
    score: float


def candidates(
    page: Page,
    folded: Folded,
    places: NDArray[np.uint8],
    evidence: NDArray[np.float32],
    model: Model,
    kind: Kind,
) -> Candidates:
    """Return the candidate findings of one kind, with the features of the span calibration."""
    cut = model.segmentation[kind]
    raw = evidence[:, KINDS.index(kind)] - np.float32(cut.offset)
    breaks = np.flatnonzero(folded.classes == 0)
    found = segments_of_evidence(np.maximum(raw, np.float32(-cut.floor)), breaks, cut.least)
    features = np.zeros((len(found), len(SPAN_FEATURES)))
    if not found:
        nothing = np.zeros(0, dtype=np.intp)
        return Candidates(kind, nothing, nothing, nothing, nothing, features)
    n = len(raw)
    start, end, score = (np.array(column) for column in zip(*found, strict=True))
    size = end - start
    place = places[start]
    positive = raw > 0
    rises = np.concatenate(([0], np.cumsum(positive[1:] & ~positive[:-1])))
    runs = rises[end - 1] - rises[start] + positive[start]
    # reduceat wants the ends of the ranges among its starts, and takes every other result.
    pairs = np.stack((start, np.minimum(end, n - 1)), axis=1).reshape(-1)
    peak = np.maximum(np.maximum.reduceat(raw, pairs)[::2], raw[end - 1])
    at = np.searchsorted(breaks, start)
    block = np.append(breaks, n)[at] - np.concatenate(([0], breaks + 1))[at]
    logs = np.log1p(score)
    columns = (
        logs,
        np.minimum(score, 60.0) / 10,
        score / size,
        peak,
        np.log(np.maximum(runs, 1)),
        np.log(size),
        np.log1p(np.maximum(block - size, 0)),
        math.log(len(found)),
        math.log((int(size.sum()) + 1) / (n + 20)),
        math.log(n + 20),
        logs.max() - logs,
        (place & 1) == 0,
    )
    for index, column in enumerate(columns):
        features[:, index] = column
    features[np.arange(len(found)), len(columns) + (place >> 1)] = 1.0
    text_start, text_end = folded.offsets[start], folded.offsets[end - 1] + 1
    if kind == "injection":
        _trim(page.text, text_start, text_end)
    return Candidates(kind, start, end, text_start, text_end, features)


def _trim(text: str, starts: NDArray[np.int32], ends: NDArray[np.int32]) -> None:
    """Move ``starts`` and ``ends`` past the punctuation that parts a phrase from its sentence."""
    for index, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        while start < end - 1 and text[start] in _BEFORE:
            start += 1
        while end > start + 1 and text[end - 1] in _AFTER:
            end -= 1
        starts[index], ends[index] = start, end
