"""Figures with their intervals: ranking, shares, characters of spans, calibration.

An :class:`Interval` is a value and its 95 % interval: by bootstrap over pages, for shares by
Wilson's formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Interval",
    "average_precision",
    "calibration_error",
    "character_f1",
    "ranking",
    "recall_at",
    "roc_auc",
    "share",
    "threshold_at",
]

Floats = NDArray[np.float64]
ROUNDS = 200
_MANY = 20_000
_FEW_ROUNDS = 40
"""Resampling tens of thousands of pages changes nothing but the time it takes."""


class Interval(NamedTuple):
    """A value and the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.2f}-{self.high:.2f})"


def _interval(value: float, resampled: Sequence[float]) -> Interval:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Interval(round(float(value), 4), round(float(low), 4), round(float(high), 4))


def roc_auc(positive: Floats, negative: Floats) -> float:
    """Return the probability that a positive scores above a negative (ties count half)."""
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    equal = np.searchsorted(ordered, positive, side="right") - below
    return float((below + equal / 2).mean() / len(negative))


def average_precision(positive: Floats, negative: Floats) -> float:
    """Return the average precision, each score's ties taken as one step."""
    scores = np.concatenate([positive, negative])
    truth = np.concatenate([np.ones(len(positive)), np.zeros(len(negative))])
    order = np.argsort(-scores, kind="stable")
    scores, truth = scores[order], truth[order]
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    hits = np.cumsum(truth)[last]
    precision = hits / (last + 1)
    return float((np.diff(np.append(0, hits)) * precision).sum() / len(positive))


def recall_at(positive: Floats, negative: Floats, rate: float) -> float:
    """Return the recall at the lowest threshold that flags at most ``rate`` of the negatives."""
    return float((positive > threshold_at(negative, rate)).mean())


def threshold_at(ham: Floats, rate: float) -> float:
    """Return the score that at most ``rate`` of the ham scores exceed (flag what is above it)."""
    ordered = np.sort(ham)[::-1]
    return float(ordered[min(int(len(ordered) * rate), len(ordered) - 1)])


def ranking(
    spam: Floats, ham: Floats, rates: Sequence[float] = (0.01,), seed: int = 1
) -> dict[str, Interval]:
    """Return ``roc_auc``, ``average_precision`` and ``recall_at_x%`` for each of ``rates``.

    Spam and ham are resampled apart from each other.
    """
    figures: dict[str, Callable[[Floats, Floats], float]] = {
        "roc_auc": roc_auc,
        "average_precision": average_precision,
    }
    for rate in rates:
        name = f"recall_at_{rate:.1%}".replace(".0%", "%")
        figures[name] = partial(recall_at, rate=rate)
    rng = np.random.default_rng(seed)
    rounds = ROUNDS if len(spam) + len(ham) < _MANY else _FEW_ROUNDS
    # The same draws for every figure.
    draws = [(rng.choice(spam, len(spam)), rng.choice(ham, len(ham))) for _ in range(rounds)]
    return {
        name: _interval(figure(spam, ham), [figure(p, n) for p, n in draws])
        for name, figure in figures.items()
    }


def share(flags: NDArray[np.bool_]) -> Interval:
    """Return the share of true flags, with Wilson's interval.

    A bootstrap of no flagged page in sixty would say that there can be none.
    """
    n, part = len(flags), float(flags.mean())
    z = 1.96
    center = (part + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(part * (1 - part) / n + z * z / (4 * n * n))
    low, high = max(0.0, center - reach), min(1.0, center + reach)
    return Interval(round(part, 4), round(low, 4), round(high, 4))


def character_f1(counts: NDArray[np.int64]) -> dict[str, Interval]:
    """Return precision, recall and F1 from one (both, predicted, true) row a page."""
    rng = np.random.default_rng(1)
    figures: dict[str, Callable[[NDArray[np.int64]], float]] = {
        "precision": lambda total: total[0] / max(total[1], 1),
        "recall": lambda total: total[0] / max(total[2], 1),
        "F1": lambda total: 2 * total[0] / max(total[1] + total[2], 1),
    }
    n = len(counts)
    draws = [counts[rng.integers(0, n, n)].sum(axis=0) for _ in range(ROUNDS)]
    whole = counts.sum(axis=0)
    return {
        name: _interval(float(work(whole)), [float(work(total)) for total in draws])
        for name, work in figures.items()
    }


def _error(
    chances: Floats, truth: NDArray[np.bool_], weights: Floats, bins: int, equal_mass: bool
) -> float:
    order = np.argsort(chances, kind="stable")
    chances, truth, weights = chances[order], truth[order], weights[order]
    if equal_mass:
        # Equal chances stay in one bin: in which order they stand is an accident.
        bounds = chances[np.arange(1, bins) * len(chances) // bins]
        edges = np.searchsorted(chances, bounds, side="right")
    else:
        edges = np.searchsorted(chances, np.arange(1, bins) / bins, side="left")
    gaps = [abs(float(gap.sum())) for gap in np.split(weights * (truth - chances), edges)]
    return sum(gaps) / float(weights.sum())


def calibration_error(
    chances: Floats,
    truth: NDArray[np.bool_],
    bins: int = 15,
    *,
    equal_mass: bool = False,
    spam_share: float | None = None,
) -> Interval:
    """Return the expected calibration error of probabilities ``chances``.

    Bins of equal mass hold about as many pages each, bins of equal width as much of the scale.
    ``spam_share`` (0-1): what the spam weighs of all pages, however many of them are; as many as
    they are by default.
    """
    spam = int(truth.sum())
    weights = np.ones(len(truth))
    if spam_share is not None:
        ham_weight = (1 - spam_share) / max(len(truth) - spam, 1)
        weights = np.where(truth, spam_share / max(spam, 1), ham_weight)
    rng = np.random.default_rng(1)
    n = len(chances)
    draws = (rng.integers(0, n, n) for _ in range(ROUNDS if n < _MANY else _FEW_ROUNDS))
    resampled = [_error(chances[d], truth[d], weights[d], bins, equal_mass) for d in draws]
    return _interval(_error(chances, truth, weights, bins, equal_mass), resampled)
