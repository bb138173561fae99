"""Evidence for each character to candidate findings, with what tells good ones from bad ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.config import Config
from detector.contrast import MUCH_BETTER
from detector.edges import NOT_SPLICED, sharpened, splices
from detector.model import Evidence, Model
from detector.ngrams import Features
from detector.page import WHERES
from detector.result import KINDS, Kind
from detector.spans import maximal_segments, survey
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
"""What the span calibration is told about a candidate, in column order."""


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
    index = KINDS.index(kind)
    own_evidence = evidence.final[:, index]
    start, end, score = maximal_segments(
        own_evidence,
        batch.classes,
        offset=cut.offset,
        floor=cut.floor,
        least=cut.least,
        drop=cut.drop,
    )
    features = np.zeros((len(start), len(SPAN_FEATURES)))
    if not len(start):
        nothing = np.zeros(0, dtype=np.intp)
        return Candidates(kind, nothing, nothing, nothing, nothing, nothing, features)
    if kind == "injection":
        start, end = sharpened(batch, model.counts, evidence.first[:, index], start, end)
    page = batch.page_of(start)
    first = np.flatnonzero(np.diff(page, prepend=-1))  # candidate of each page that has any
    own = np.searchsorted(page[first], page)
    n = (batch.ends - batch.starts)[page]
    size = end - start
    place = batch.places[start]
    found = survey(own_evidence, batch.classes, cut.offset, start, end)
    logs = np.log1p(score)
    columns = (
        logs,
        np.minimum(score, 60.0) / 10,
        score / size,
        found.peak,
        np.log(np.maximum(found.runs, 1)),
        np.log(size),
        np.log1p(np.maximum(found.block - size, 0)),
        np.log(np.diff(first, append=len(start)))[own],
        np.log((np.add.reduceat(size, first)[own] + 1) / (n + 20)),
        np.log(n + 20),
        np.maximum.reduceat(logs, first)[own] - logs,
        (place & 1) == 0,
        *_read_as_a_whole(batch, of_characters, model, start, end, kind),
        *_of_pages(texture, page, n, kind),
    )
    for place_in_row, column in enumerate(columns):
        features[:, place_in_row] = column
    features[np.arange(len(start)), len(columns) + (place >> 1)] = 1.0
    text_start = batch.offsets[start].astype(np.intp)
    text_end = batch.offsets[end - 1].astype(np.intp) + 1
    return Candidates(kind, page, start, end, text_start, text_end, features)


def _of_pages(
    texture: Textures, page: NDArray[np.intp], n: NDArray[np.int64], kind: Kind
) -> NDArray[np.float64]:
    """Return what a candidate's page of ``n`` characters looks like, for garbled passages."""
    if kind != "garbled":
        return np.zeros((3, len(page)))
    odd, bold = (np.log((count[page] + 1) / (n + 20)) for count in (texture.odd, texture.bold))
    return np.stack((texture.top[page], odd, bold))


def _read_as_a_whole(
    batch: Batch,
    of_characters: Features,
    model: Model,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    kind: Kind,
) -> NDArray[np.float64]:
    """Return what candidates say as a whole.

    That is their wording; of injections, whether they part a text, and how oddly; of garbled
    passages, how many words would fit much better, and their share of those compared.
    """
    ranges = np.stack((start, end), axis=1)
    wording = model.wording.log_odds(batch, of_characters.rows, ranges, KINDS.index(kind))
    nothing = np.zeros(len(start))
    if kind == "garbled":
        at, gained, _ = of_characters.comparison
        low, high = np.searchsorted(at, start), np.searchsorted(at, end)
        better = np.concatenate(([0], np.cumsum(gained >= MUCH_BETTER)))
        many = (better[high] - better[low]).astype(np.float64)
        share = many / np.maximum(high - low, 1)
        return np.stack((wording, nothing, nothing, np.log1p(many), share))
    splice = splices(batch, model.counts, start, end).astype(np.float64)
    parted = splice > NOT_SPLICED
    return np.stack((wording, parted, np.where(parted, splice, 0.0) / 16, nothing, nothing))


def reported(
    pages: NDArray[np.intp], scores: NDArray[np.float64], config: Config
) -> NDArray[np.intp]:
    """Return which candidates of one kind become findings, as indices in order.

    ``pages`` (m, ascending) and ``scores`` (m) are the numbers of their pages and their calibrated
    probabilities. Likely ones all do, and of each page the best of those that leave a doubt.
    """
    chosen = scores >= max(config.likely_span_score, config.min_span_score)
    doubts = np.flatnonzero(~chosen & (scores >= config.min_span_score))
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
