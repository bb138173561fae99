"""Evidence for each character to candidate findings, with what tells good ones from bad ones."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.config import Config
from detector.edges import sharpened
from detector.kernel import address, call
from detector.model import Evidence, Model
from detector.ngrams import Features
from detector.page import WHERES
from detector.result import KINDS, Kind
from detector.spans import maximal_segments
from detector.texture import Textures

__all__ = [
    "SPAN_FEATURES",
    "Candidate",
    "Candidates",
    "candidates",
    "reported",
    "without_parting",
]

# What parts a promotional phrase from the sentence after it and before it, and is not struck.
_AFTER = frozenset(" ,，、;；:：|｜_-—–·")
_BEFORE = _AFTER | frozenset("。.!！?？")
# What stands between the end of a sentence and the phrase that is put in behind it.
_BETWEEN = frozenset("，、；：。！？")
_LEAST_LEFT = 5  # code points, for a remnant to be cut off
SPAN_FEATURES = (
    "sum", "sum_linear", "mean", "peak", "runs", "size", "rest", "crowd", "share", "page",
    "below_best", "hidden", "wording", "parted", "splice", "better", "better_share",
    "page_top", "page_odd", "page_bold", *(f"where_{where}" for where in WHERES),
)  # fmt: skip
"""What the span calibration is told about a candidate, in column order.

The last but those of places are told of one kind only: of injections, whether they part a text, and
how oddly; of garbled passages, how many words would fit much better, their share of those compared,
and what the page looks like.
"""
_LOGS = [
    SPAN_FEATURES.index(name)
    for name in ("runs", "size", "crowd", "share", "page", "page_odd", "page_bold")
]
_LOGS_AFTER_ONE = [SPAN_FEATURES.index(name) for name in ("rest", "better")]
_WORDING = SPAN_FEATURES.index("wording")


class Candidates(NamedTuple):
    """Stretches of evidence of one kind that may become spans, in order.

    ``page`` is the number of the page in its batch, ``start`` and ``end`` are positions in the
    batch, ``text_start`` and ``text_end`` code points in the page's text (m each); ``features`` is
    m x ``len(SPAN_FEATURES)``.
    """

    kind: Kind
    page: NDArray[np.intp]
    start: NDArray[np.intp]
    end: NDArray[np.intp]
    text_start: NDArray[np.intp]
    text_end: NDArray[np.intp]
    features: NDArray[np.float64]


class Candidate(NamedTuple):
    """One of :class:`Candidates` that became a span, with its calibrated score.

    ``runs`` are those of garbled evidence in a garbled passage: ranges of the batch.
    """

    kind: Kind
    start: int
    end: int
    text_start: int
    text_end: int
    score: float
    runs: Sequence[tuple[int, int]]


def candidates(
    batch: Batch,
    of_characters: Features,
    evidence: Evidence,
    texture: Textures,
    model: Model,
    kind: Kind,
) -> Candidates:
    """Return the candidate findings of one kind, with the features of the span calibration.

    ``of_characters`` and ``evidence`` are those of the characters of ``batch``, ``texture`` that of
    its pages. Injections end
    where the evidence of the first pass does; garbled passages stay as segmentation cut them.
    """
    cut = model.segmentation[kind]
    head = KINDS.index(kind)
    own_evidence = evidence.final[:, head]
    start, end, score = maximal_segments(
        own_evidence,
        batch.classes,
        offset=cut.offset,
        floor=cut.floor,
        least=cut.least,
        drop=cut.drop,
    )
    n, m, b = len(batch.codes), len(start), len(batch.starts)
    features = np.zeros((m, len(SPAN_FEATURES)))
    page = np.empty(m, dtype=np.intp)
    if not m:
        return Candidates(kind, page, page, page, page, page, features)
    if kind == "injection":
        start, end = sharpened(batch, model.counts, evidence.first[:, head], start, end)
    logs = np.log1p(score)
    at, gained, _ = of_characters.comparison
    call(
        "candidate_features", ctypes.byref(batch.pointers), ctypes.byref(model.counts.pointers), m,
        address(start, np.int64, m), address(end, np.int64, m), address(score, np.float64, m),
        address(logs, np.float64, m), address(own_evidence, np.float32, n), cut.offset,
        kind == "garbled", len(at), address(at, np.int64, len(at)),
        address(gained, np.int16, len(at)), address(texture.top, np.float32, b),
        address(texture.odd, np.int64, b), address(texture.bold, np.int64, b),
        address(page, np.int64, m),
        address(features, np.float64, features.size),
    )  # fmt: skip
    # Logarithms are numpy's: those of C differ in the last digit.
    features[:, _LOGS] = np.log(features[:, _LOGS])
    features[:, _LOGS_AFTER_ONE] = np.log1p(features[:, _LOGS_AFTER_ONE])
    # What candidates say as a whole.
    features[:, _WORDING] = model.wording.log_odds(batch, of_characters.rows, start, end, head)
    text_start = batch.offsets[start].astype(np.intp)
    text_end = batch.offsets[end - 1].astype(np.intp) + 1
    return Candidates(kind, page, start, end, text_start, text_end, features)


def reported(
    pages: NDArray[np.intp], scores: NDArray[np.float64], config: Config
) -> NDArray[np.intp]:
    """Return which candidates of one kind become findings, as indices in order.

    ``pages`` (m, ascending) and ``scores`` (m) are the numbers of their pages and their calibrated
    probabilities. Likely ones all do, and of each page the best of those that leave a doubt.
    """
    chosen = scores >= max(config.likely_span_score, config.min_span_score)
    doubts = np.flatnonzero(~chosen & (scores >= config.min_span_score))
    if len(doubts) <= config.max_doubts:  # of all pages together
        chosen[doubts] = True
        return np.flatnonzero(chosen)
    doubts = doubts[np.lexsort((-scores[doubts], pages[doubts]))]
    of = pages[doubts]
    chosen[doubts[np.arange(len(doubts)) - np.searchsorted(of, of) < config.max_doubts]] = True
    return np.flatnonzero(chosen)


def without_parting(kind: Kind, text: str, start: int, end: int) -> tuple[int, int]:
    """Return a finding in ``text`` without what parts a promotional phrase from its sentence.

    That is punctuation at its ends, and one character before punctuation that it begins with, as of
    a word that an injection has cut in two. Garbled passages stay as they are.
    """
    if kind == "injection":
        while start < end - 1 and text[start] in _BEFORE:
            start += 1
        while end > start + 1 and text[end - 1] in _AFTER:
            end -= 1
        if end - start > _LEAST_LEFT and text[start + 1] in _BETWEEN:
            start += 2
    return start, end
