"""Figures with their intervals: ranking, shares, span F1, calibration.

Every figure is an :class:`Interval`: the value and its 95 % interval, by bootstrap over pages, for
shares by Wilson's formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.training.evaluate import recall_at, roc_auc

__all__ = [
    "Interval",
    "calibration_error",
    "character_f1",
    "ranking",
    "share",
    "threshold_at",
]

Floats = NDArray[np.float64]
ROUNDS = 300


class Interval(NamedTuple):
    """A value and the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.2f}-{self.high:.2f})"


def _interval(value: float, resampled: list[float]) -> Interval:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Interval(round(float(value), 4), round(float(low), 4), round(float(high), 4))


def ranking(spam: Floats, ham: Floats, rates: tuple[float, ...] = (0.01,)) -> dict[str, Interval]:
    """Return ``AUC`` and ``R@x%`` for each of ``rates``, the false positives allowed.

    Recall counts spam that scores above every ham page but ``rate`` of them. Spam and ham are
    resampled apart from each other.
    """
    rng = np.random.default_rng(1)
    draws = [
        (rng.choice(spam, len(spam)), rng.choice(ham, len(ham))) for _ in range(ROUNDS)
    ]  # the same for every figure

    def figure(work: Callable[[Floats, Floats], float]) -> Interval:
        return _interval(work(spam, ham), [work(p, n) for p, n in draws])

    found = {"AUC": figure(roc_auc)}
    for rate in rates:
        found[f"R@{rate:.1%}".replace(".0%", "%")] = figure(
            lambda p, n, rate=rate: recall_at(p, n, rate)  # type: ignore[misc]
        )
    return found


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


def _error(chances: Floats, truth: NDArray[np.bool_], bins: int, equal_mass: bool) -> float:
    order = np.argsort(chances, kind="stable")
    chances, truth = chances[order], truth[order]
    if equal_mass:
        # Equal chances stay in one bin: in which order they stand is an accident.
        bounds = chances[np.arange(1, bins) * len(chances) // bins]
        edges = np.searchsorted(chances, bounds, side="right")
    else:
        edges = np.searchsorted(chances, np.arange(1, bins) / bins, side="left")
    gaps = [abs(float(gap.sum())) for gap in np.split(truth - chances, edges)]
    return sum(gaps) / len(chances)


def calibration_error(
    chances: Floats, truth: NDArray[np.bool_], bins: int = 15, *, equal_mass: bool
) -> Interval:
    """Return the expected calibration error of probabilities ``chances``.

    Bins of equal mass hold about as many pages each, bins of equal width as much of the scale.
    """
    rng = np.random.default_rng(1)
    n = len(chances)
    draws = (rng.integers(0, n, n) for _ in range(ROUNDS))
    resampled = [_error(chances[d], truth[d], bins, equal_mass) for d in draws]
    return _interval(_error(chances, truth, bins, equal_mass), resampled)


def threshold_at(ham: Floats, rate: float) -> float:
    """Return the score that at most ``rate`` of the ham scores exceed (flag what is above it)."""
    ordered = np.sort(ham)[::-1]
    return float(ordered[min(int(len(ordered) * rate), len(ordered) - 1)])
