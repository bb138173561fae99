"""Evidence for each character to candidate findings, with what tells good ones from bad ones."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch, batch_of
from detector.config import Config
from detector.contrast import Comparison
from detector.edges import sharpened
from detector.kernel import address, call
from detector.model import Evidence, Model, Segmentation
from detector.page import WHERES, Page
from detector.result import KINDS, Kind
from detector.spans import Segments, maximal_segments
from detector.texture import Textures, textures

__all__ = [
    "SPAN_FEATURES",
    "Candidate",
    "Candidates",
    "Signs",
    "candidates",
    "reported",
    "signs_of",
    "without_parting",
]

# What parts a promotional phrase from the sentence after it and before it, and is not struck.
_AFTER = frozenset(" ,，、;；:：|｜_-—–·")
_BEFORE = _AFTER | frozenset("。.!！?？")
# What stands between the end of a sentence and the phrase that is put in behind it.
_BETWEEN = frozenset("，、；：。！？")
_LEAST_LEFT = 5  # code points, for a remnant to be cut off
_TIGHTER = 3.6
"""Log-odds that a character must have beyond those of the first cut to be of a part."""
_BRIEF = 100
"""Characters of a page up to which its text has parts as headlines have. In longer text are clean
sentences enough for the first cut to end where an injection does, and parts are false alarms."""
_HEADLINES = np.isin(WHERES, ("title", "heading", "meta"))
"""Which places say in few words what a page is about, where two phrases and what stands between
them look like one."""
SPAN_FEATURES = (
    "sum", "sum_linear", "mean", "peak", "runs", "size", "rest", "crowd", "share", "page",
    "below_best", "hidden", "wording", "parted", "splice", "better", "better_share",
    "page_top", "page_odd", "page_bold", *(f"where_{where}" for where in WHERES), "part",
    "part_share",
)  # fmt: skip
"""What the span calibration is told about a candidate, in column order, that of
``native/candidates.c``.

Those from ``parted`` on, before the places, are told of one kind only: of injections, whether they
part a text, and how oddly; of garbled passages, how many words would fit much better, their share
of those compared, and what the page looks like. The last are whether a candidate is a part of
another, and the logarithm of its share in it.
"""
_LOGS, _LOGS_AFTER_ONE = (
    np.array([SPAN_FEATURES.index(name) for name in names])
    for names in (
        ("runs", "size", "crowd", "share", "page", "page_odd", "page_bold"),
        ("rest", "better"),
    )
)
_PEAK, _SIZE, _WORDING, _PART, _PART_SHARE = (
    SPAN_FEATURES.index(name) for name in ("peak", "size", "wording", "part", "part_share")
)


class Signs(NamedTuple):
    """What is known of the characters of a batch and of its pages before findings are sought."""

    batch: Batch
    comparison: Comparison
    evidence: Evidence
    textures: Textures


def signs_of(pages: Sequence[Page], model: Model) -> Signs:
    """Return what ``model`` sees in ``pages``."""
    batch = batch_of(pages, model.tables)
    evidence, comparison = model.evidence(batch)
    return Signs(batch, comparison, evidence, textures(batch, evidence))


class Candidates(NamedTuple):
    """Stretches of evidence of one kind that may become spans, in order.

    ``whole`` is the index of the larger one that a candidate is a part of, -1 where it is none:
    evidence spills over into the sentence that an injection stands in, so that either may be right.
    ``page`` is the number of the page in its batch, ``start`` and ``end`` are positions in the
    batch, ``text_start`` and ``text_end`` code points in the page's text (m each); ``features`` is
    m x ``len(SPAN_FEATURES)``.
    """

    kind: Kind
    whole: NDArray[np.intp]
    page: NDArray[np.intp]
    start: NDArray[np.intp]
    end: NDArray[np.intp]
    text_start: NDArray[np.intp]
    text_end: NDArray[np.intp]
    features: NDArray[np.float64]


class Candidate(NamedTuple):
    """One of :class:`Candidates` that became a span, with its calibrated score.

    ``start`` and ``end`` are code points in the page's text, and so are ``runs``: those of garbled
    evidence in a garbled passage.
    """

    kind: Kind
    start: int
    end: int
    score: float
    runs: Sequence[tuple[int, int]]


def candidates(signs: Signs, model: Model, kind: Kind) -> Candidates:
    """Return the candidate findings of one kind, with the features of the span calibration.

    Injections end where the evidence of the first pass does, and come in headlines and brief pages
    with their parts as well; garbled passages stay as segmentation cut them.
    """
    cut = model.segmentation[kind]
    found = _described(signs, model, kind, cut, _stretches(signs, model, kind, cut))
    if kind == "injection" and (found.features[:, _PEAK] > _TIGHTER).any():
        found = _with_parts(signs, model, found, replace(cut, offset=cut.offset + _TIGHTER))
    _relate(found.features, found.whole)
    return found


def _relate(features: NDArray[np.float64], whole: NDArray[np.intp]) -> None:
    """Set the features that relate a candidate to its whole."""
    parts = np.flatnonzero(whole >= 0)
    if len(parts):
        sizes = features[:, _SIZE]
        features[parts, _PART] = 1
        features[parts, _PART_SHARE] = sizes[parts] - sizes[whole[parts]]


def _with_parts(signs: Signs, model: Model, wholes: Candidates, cut: Segmentation) -> Candidates:
    """Return ``wholes``, and of headlines and brief pages what ``cut`` finds within one."""
    batch = signs.batch
    brief = batch.ends - batch.starts <= _BRIEF
    if not (brief[wholes.page] | _HEADLINES[batch.places[wholes.start] >> 1]).any():
        return wholes
    found = _stretches(signs, model, wholes.kind, cut)
    page = np.searchsorted(batch.starts, found.start, side="right") - 1
    headlines = _HEADLINES[batch.places[found.start] >> 1]
    middle = (found.start + found.end) // 2
    whole = np.searchsorted(wholes.start, middle, side="right") - 1
    less = (
        (brief[page] | headlines)
        & (whole >= 0)
        & (middle < wholes.end[whole])
        & ((found.start > wholes.start[whole]) | (found.end < wholes.end[whole]))
    )
    if not less.any():
        return wholes
    # What is told of each depends on all of its page, but on no others.
    told = np.isin(page, page[less])
    kept = Segments(found.start[told], found.end[told], found.score[told])
    parts = _described(signs, model, wholes.kind, cut, kept)
    whole, less = whole[less], less[told]
    # A whole before its parts: it stands first of those with its number.
    order = np.argsort(np.concatenate((np.arange(len(wholes.start)), whole)), kind="stable")
    columns = [
        np.concatenate((of_wholes, of_parts[less]))[order]
        for of_wholes, of_parts in zip(wholes[2:], parts[2:], strict=True)
    ]
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    of = np.concatenate((wholes.whole, place[whole]))[order]
    return Candidates(wholes.kind, of, *columns)


def _stretches(signs: Signs, model: Model, kind: Kind, cut: Segmentation) -> Segments:
    """Return what ``cut`` finds: disjoint stretches, those of injections with sharp ends."""
    batch, _, evidence, _ = signs
    head = KINDS.index(kind)
    start, end, score = maximal_segments(
        evidence.final[:, head],
        batch.classes,
        offset=cut.offset,
        floor=cut.floor,
        least=cut.least,
        drop=cut.drop,
    )
    if kind == "injection":
        start, end = sharpened(batch, model.counts, evidence.first[:, head], start, end)
    return Segments(start, end, score)


def _described(
    signs: Signs, model: Model, kind: Kind, cut: Segmentation, found: Segments
) -> Candidates:
    """Return what was ``found`` by one cut as candidates, each by itself."""
    batch, comparison, evidence, texture = signs
    head = KINDS.index(kind)
    start, end, score = found
    own_evidence = evidence.final[:, head]
    n, m, b = len(batch.codes), len(start), len(batch.starts)
    features = np.zeros((m, len(SPAN_FEATURES)))
    page, whole = np.empty(m, dtype=np.intp), np.full(m, -1, dtype=np.intp)
    if not m:
        return Candidates(kind, whole, page, page, page, page, page, features)
    logs = np.log1p(score)
    at, gained = comparison
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
    features[:, _LOGS] = np.log(features.take(_LOGS, axis=1))
    features[:, _LOGS_AFTER_ONE] = np.log1p(features.take(_LOGS_AFTER_ONE, axis=1))
    # What candidates say as a whole.
    features[:, _WORDING] = model.wording.log_odds(batch, start, end, head)
    text_start = batch.offsets[start].astype(np.intp)
    text_end = batch.offsets[end - 1].astype(np.intp) + 1
    return Candidates(kind, whole, page, start, end, text_start, text_end, features)


def _superseded(wholes: NDArray[np.intp], scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which candidates are parts of likelier wholes, or wholes with likelier parts."""
    parts = np.flatnonzero(wholes >= 0)
    best = np.zeros(len(scores))  # of the parts of each
    np.maximum.at(best, wholes[parts], scores[parts])
    divided = best > scores
    superseded = divided.copy()
    superseded[parts] = ~divided[wholes[parts]]
    return superseded


def reported(
    pages: NDArray[np.intp],
    wholes: NDArray[np.intp],
    scores: NDArray[np.float64],
    config: Config,
) -> NDArray[np.intp]:
    """Return which candidates of one kind become findings, as indices in order.

    ``pages`` (m, ascending), ``wholes`` (m) and ``scores`` (m) are the numbers of their pages, the
    indices of what they are parts of, and their calibrated probabilities. Either a whole becomes a
    finding or its parts do. Likely ones all do, and of each page the best of those that leave a
    doubt.
    """
    chosen = scores >= config.min_span_score
    if (wholes >= 0).any():
        chosen &= ~_superseded(wholes, scores)
    doubts = np.flatnonzero(chosen & (scores < config.likely_span_score))
    if len(doubts) > config.max_doubts:  # of all pages together
        doubts = doubts[np.lexsort((-scores[doubts], pages[doubts]))]
        of = pages[doubts]
        rank = np.arange(len(doubts)) - np.searchsorted(of, of)
        chosen[doubts[rank >= config.max_doubts]] = False
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
