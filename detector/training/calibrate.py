"""Calibrations: features of candidates to span probabilities, spans to page scores, tails."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from detector.calibration import Calibration, bend, product
from detector.candidates import SPAN_FEATURES, reported
from detector.config import Config
from detector.page_score import FITTED, Weighed, counts, page_features
from detector.result import Kind
from detector.training.judged import Judged

__all__ = [
    "LEAST_TAIL",
    "TAIL",
    "Tail",
    "candidate_weights",
    "fit_pages",
    "fit_spans",
    "fit_words",
    "page_log_odds",
    "tail",
]

_CLEAN_PAGE_WEIGHT = 4.0
"""Of a clean page against one with spam, when span probabilities are fitted."""
_SPAN_RIDGE, _PAGE_RIDGE = 0.001, 0.0005
"""Inverse L2 penalties of the terms that tell right candidates from wrong ones, and garbled pages
from others. Weaker penalties rank what is made here better, and real pages worse."""
TAIL = 0.004
"""Share of the values that are a tail."""
LEAST_TAIL = 10
"""Values that a tail can be told from."""
_LOWEST = 0.05
"""Share of the values that are a tail at most."""
_WITHIN = (0.005, 0.995)
"""Quantiles of a feature beyond which it counts as they do."""
_KNOTS = (0.25, 0.5, 0.75)
"""Quantiles of a feature at which its slope may change."""
_MULTIPLIED = (
    "mean", "peak", "wording", "parted", "splice", "better", "better_share", "sum", "size",
)  # fmt: skip
"""Features whose pairs and squares are terms: what a candidate is by itself, not how long its page
is or how much else is on it, in which pages made here differ most from those of the web."""


def _logistic(
    names: Sequence[str],
    matrix: NDArray[np.float64],
    truth: NDArray[np.bool_],
    weights: NDArray[np.float64],
    strength: float = 1.0,
) -> Calibration:
    if len(set(truth.tolist())) < 2:
        return Calibration(20.0 if len(truth) and truth.all() else -20.0, {})
    center, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=500)
    model.fit((matrix - center) / spread, truth, sample_weight=weights)
    slopes = model.coef_[0] / spread
    intercept = float(model.intercept_[0] - (slopes * center).sum())
    return Calibration(
        round(intercept, 6),
        {name: round(float(slope), 6) for name, slope in zip(names, slopes, strict=True)},
    )


def candidate_weights(counts: Sequence[int], spam: Sequence[bool]) -> NDArray[np.float64]:
    """Return weights of the candidates of pages that have ``counts`` of them, one after the other.

    Each page weighs about the same, however many candidates it has. Clean pages weigh more, since
    nearly all pages are clean.
    """
    sizes = np.array(counts)
    weights = np.where(spam, 1.0, _CLEAN_PAGE_WEIGHT) / np.maximum(sizes, 1) ** 0.5
    return np.repeat(weights, sizes)


def fit_spans(judged: Sequence[Judged]) -> Calibration:
    """Fit the span calibration, an additive model of all features, of which some are multiplied."""
    return _additive(
        SPAN_FEATURES,
        np.concatenate([page.values for page in judged]),
        np.concatenate([page.right for page in judged]),
        candidate_weights([len(page.right) for page in judged], [page.spam for page in judged]),
        _MULTIPLIED,
        _SPAN_RIDGE,
    )


def _additive(
    names: Sequence[str],
    values: NDArray[np.float64],
    truth: NDArray[np.bool_],
    weights: NDArray[np.float64],
    multiplied: Sequence[str],
    ridge: float,
) -> Calibration:
    """Fit features within bounds, bent at their quartiles, and products of the ``multiplied`` ones.

    (A generalised additive model of linear splines with interactions, as in Hastie, Tibshirani and
    Friedman, The Elements of Statistical Learning, 9.1; all of it under one ridge penalty.)
    """
    if len(set(truth.tolist())) < 2:
        return _logistic(names, values, truth, weights)
    bounds = _bounds(names, values)
    columns = {
        name: np.clip(column, *bounds[name])
        for name, column in zip(names, values.T, strict=True)
        if name in bounds
    }
    bends = {
        bend(name, knot): np.maximum(column - knot, 0)
        for name, column in columns.items()
        for knot in np.unique(np.quantile(column, _KNOTS).round(6)).tolist()
        if column.min() < knot < column.max()
    }
    pairs = list(combinations_with_replacement([m for m in multiplied if m in columns], 2))
    centers = {name: round(float(column.mean()), 6) for name, column in columns.items()}
    centered = {name: column - centers[name] for name, column in columns.items()}
    products = [centered[one] * centered[other] for one, other in pairs]
    terms = [*columns, *bends, *(product(*pair) for pair in pairs)]
    matrix = np.column_stack([*columns.values(), *bends.values(), *products])
    fitted = _logistic(terms, matrix, truth, weights, ridge)
    return _uncentered(replace(fitted, bounds=bounds), pairs, centers)


def _bounds(names: Sequence[str], values: NDArray[np.float64]) -> dict[str, tuple[float, float]]:
    """Return the bounds of the features that vary: quantiles, or the extremes of what is rare."""
    bounds = {}
    for name, column in zip(names, values.T, strict=True):
        low, high = np.quantile(column, _WITHIN).round(6).tolist()
        if low == high:
            low, high = float(column.min()), float(column.max())
        if low < high:
            bounds[name] = (low, high)
    return bounds


def _uncentered(
    fitted: Calibration, pairs: Sequence[tuple[str, str]], centers: Mapping[str, float]
) -> Calibration:
    """Return ``fitted`` for products of features as they are, not of what they differ by."""
    weights, intercept = dict(fitted.weights), fitted.intercept
    for one, other in pairs:
        weight = weights[product(one, other)]
        weights[one] -= weight * centers[other]
        weights[other] -= weight * centers[one]
        intercept += weight * centers[one] * centers[other]
    rounded = {name: round(weight, 6) for name, weight in weights.items()}
    return Calibration(round(intercept, 6), rounded, fitted.bounds)


def fit_words(judged: Sequence[Judged], spans: Calibration, default: float) -> float:
    """Return the log-odds from which a character of a garbled passage belongs to a garbled word.

    The bound with the best F1 over the characters of the passages that are found, ``default``
    where none are.
    """
    inside, offends = [], []
    for page in judged:
        found = spans.probabilities(SPAN_FEATURES, page.values) >= 0.5
        kept = found[page.of]
        inside.append(page.inside[kept])
        offends.append(page.offends[kept])
    odds, truth = np.concatenate(inside), np.concatenate(offends)
    if not truth.any():
        return default
    order = np.argsort(-odds, kind="stable")
    right = np.cumsum(truth[order])
    f1 = 2 * right / (np.arange(1, len(odds) + 1) + int(truth.sum()))
    return round(float(odds[order][int(np.argmax(f1))]), 4)


def fit_pages(
    judged: Sequence[Judged], kind: Kind, spans: Calibration, config: Config
) -> Calibration:
    """Fit the page calibration on pages with findings; both classes weigh the same overall.

    Injections add up as they are, by a logistic model; what looks garbled on a page depends on what
    else does, so that an additive model of all products tells more.
    """
    values, truths = [], []
    for page in judged:
        found = _span_scores(page, spans, config)
        if found:
            row = page_features(found, page.length, page.texture, html=page.html)
            values.append([row[name] for name in FITTED[kind]])
            truths.append(page.truth)
    share = sum(page.truth for page in judged) / max(1, len(judged))
    truth = np.array(truths, dtype=bool)
    weights = np.where(truth, 0.5 / max(share, 1e-3), 0.5 / max(1 - share, 1e-3))
    if kind == "injection":
        return _logistic(FITTED[kind], np.array(values), truth, weights)
    return _additive(FITTED[kind], np.array(values), truth, weights, FITTED[kind], _PAGE_RIDGE)


def _span_scores(page: Judged, spans: Calibration, config: Config) -> list[Weighed]:
    """Return what the page score asks of the candidates that become spans."""
    scores = spans.probabilities(SPAN_FEATURES, page.values)
    chosen = reported(np.zeros(len(scores), dtype=np.intp), page.whole, scores, config)
    return [
        Weighed(float(scores[k]), page.said[k], bool(page.chinese[k]), page.where[k])
        for k in chosen.tolist()
        if counts(page.kind, page.said[k])
    ]


def page_log_odds(page: Judged, spans: Calibration, pages: Calibration, config: Config) -> float:
    """Return the log-odds of the page score of one kind, minus infinity without findings."""
    found = _span_scores(page, spans, config)
    if not found:
        return -math.inf
    row = page_features(found, page.length, page.texture, html=page.html)
    return pages.exact_log_odds([*row], np.array([[*row.values()]]))[0]


class Tail(NamedTuple):
    """The highest of many values, taken for exponentially distributed above some bound.

    (Peaks over a threshold; Pickands 1975. So two or three outliers do not decide.) ``share`` of
    the values exceed ``start``, by ``excess`` on average; ``exceeding`` did.
    """

    start: float
    share: float
    excess: float
    exceeding: int

    def bound(self, rate: float) -> float:
        """Return the bound that about ``rate`` of the values exceed, however few of them do."""
        beyond = math.log(self.share / rate) if self.exceeding else 0.0
        return self.start + self.excess * max(0.0, beyond)


def tail(values: Sequence[float], most: float = TAIL) -> Tail:
    """Return the tail of ``values`` that starts at their ``1 - most`` quantile.

    The further out it starts, the nearer it is to an exponential, and the fewer values tell of it.
    Of few values it starts lower, so that :data:`LEAST_TAIL` exceed it, up to one in twenty. Values
    of minus infinity (pages without findings) are below any bound. Where all but one are,
    there is no tail to go by: it starts at 0 and counts none.
    """
    finite = np.sort([value for value in values if math.isfinite(value)])[::-1]
    if len(finite) < 2:
        return Tail(0.0, most, 1.0, 0)
    share = min(max(most, min(LEAST_TAIL / len(values), _LOWEST)), len(finite) / len(values))
    count = min(max(1, int(len(values) * share + 1e-9)), len(finite) - 1)
    excess = float((finite[:count] - finite[count]).mean())
    return Tail(float(finite[count]), share, max(excess, 0.1), count)
