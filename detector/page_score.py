"""Findings to page score: nothing but the spans decides."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from detector.model import Calibration, Model
from detector.result import KINDS, Kind, Span

__all__ = ["PAGE_FEATURES", "brief", "kind_score", "page_features", "page_scores"]

PAGE_FEATURES = ("best", "second", "third", "expected", "chars", "length", "brief")
"""What the page calibration is told about the spans of one kind, in column order.

``brief`` is not fitted: its weight is what parts the thresholds of titles and of texts. (Beside it
a fitted ``length`` would have to tell texts of 300 characters from texts of 3,000 alone, and says
nonsense of pages longer than those.)
"""
_LONG, _OCTAVES = 400, 3  # a text, and how often it is halved down to a mere title


def brief(length: int) -> float:
    """Return how far a page of ``length`` code points is from a text: 0 from 380 on, 1 to 30."""
    return min(1.0, max(0.0, math.log2(_LONG / (length + 20)) / _OCTAVES))


def page_features(spans: Sequence[tuple[float, int]], length: int) -> list[float]:
    """Return the :data:`PAGE_FEATURES` of the (score, size) of spans, at least one."""
    odds = sorted((math.log(max(p, 1e-6) / max(1 - p, 1e-6)) for p, _ in spans), reverse=True)
    return [
        odds[0],
        max(odds[1], -4.0) if len(odds) > 1 else -4.0,
        max(odds[2], -4.0) if len(odds) > 2 else -4.0,
        math.log(sum(p for p, _ in spans)),
        math.log1p(sum(p * size for p, size in spans)),
        math.log(length + 20),
        brief(length),
    ]


def kind_score(spans: Sequence[tuple[float, int]], length: int, calibration: Calibration) -> float:
    """Return the score of one kind that follows from the (score, size) of its spans, 0 of none."""
    if not spans:
        return 0.0
    values = np.array([page_features(spans, length)])
    return float(calibration.probabilities(PAGE_FEATURES, values)[0])


def page_scores(
    spans: Iterable[Span], length: int, model: Model
) -> tuple[float, dict[Kind, float]]:
    """Return the page score, and the scores by kind, that follow from ``spans``.

    A kind without spans scores 0; the page score is that of the likelier kind. (Noisy-or would
    let two doubts add up to a certainty.)
    """
    by_kind: dict[Kind, list[tuple[float, int]]] = {kind: [] for kind in KINDS}
    for span in spans:
        by_kind[span.kind].append((span.score, span.end - span.start))
    scores = {
        kind: kind_score(found, length, model.page_calibration[kind])
        for kind, found in by_kind.items()
    }
    return max(scores.values()), scores
