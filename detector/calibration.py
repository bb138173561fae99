"""Calibrations: logistic models over a few named features, which say how probable something is."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Calibration", "bend", "product"]

_SUREST = 40.0  # log-odds of what is as good as certain
_BEND, _TIMES = " > ", " * "


def bend(name: str, knot: float) -> str:
    """Return the name of the term that is how far the feature ``name`` exceeds ``knot``."""
    return f"{name}{_BEND}{knot!r}"


def product(one: str, other: str) -> str:
    """Return the name of the term that is the product of two features."""
    return f"{one}{_TIMES}{other}"


class _Parsed(NamedTuple):
    """The terms of a calibration by what they are, each with its weight."""

    features: list[tuple[str, float]]
    bends: list[tuple[str, float, float]]
    products: list[tuple[str, str, float]]


class _Terms(NamedTuple):
    """The terms of a calibration over features in some order, as columns and weights."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    slopes: NDArray[np.float64]
    bent: NDArray[np.intp]
    knots: NDArray[np.float64]
    bends: NDArray[np.float64]
    one: NDArray[np.intp]
    other: NDArray[np.intp]
    products: NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """A logistic model: ``intercept`` and the ``weights`` of its terms.

    A term is a feature by its name, what it exceeds a knot by (:func:`bend`), or a :func:`product`.
    A feature counts as the nearer of its ``bounds`` where it is beyond them: the range in which it
    was seen when the model was fitted. Without that, what bends or multiplies runs away on pages
    longer than any seen.
    """

    intercept: float
    weights: Mapping[str, float]
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def probabilities(
        self, names: Sequence[str], values: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the probabilities (m) of the rows of ``values`` (m x len(names)).

        Features without a weight count nothing.
        """
        odds = np.minimum(np.maximum(self.log_odds(names, values), -_SUREST), _SUREST)
        probabilities: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
        return probabilities

    def log_odds(self, names: Sequence[str], values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log-odds (m) that :meth:`probabilities` come from."""
        terms = self._terms(tuple(names))
        within = np.ascontiguousarray(np.minimum(np.maximum(values, terms.low), terms.high))
        # Summed along rows of memory rather than by a matrix product, whose order depends on the
        # machine. (Columns by their indices would lie in columns of memory: the sums of several
        # rows would be made in another order than that of one.)
        odds: NDArray[np.float64] = (within * terms.slopes).sum(axis=1)
        if len(terms.bent):
            exceeding = np.maximum(within.take(terms.bent, axis=1) - terms.knots, 0)
            odds += (exceeding * terms.bends).sum(axis=1)
        if len(terms.one):
            products = within.take(terms.one, axis=1) * within.take(terms.other, axis=1)
            odds += (products * terms.products).sum(axis=1)
        odds += self.intercept
        return odds

    def log_odds_of(self, row: Mapping[str, float]) -> float:
        """Return the log-odds of one row of features by their names, in whatever order.

        (A call of numpy costs more than a row does.)
        """
        within = defaultdict(float, row)
        for name, (low, high) in self.bounds.items():
            within[name] = min(max(within[name], low), high)
        features, bends, products = self._parsed
        parts = [self.intercept]
        parts += [within[name] * weight for name, weight in features]
        parts += [max(within[name] - knot, 0.0) * weight for name, knot, weight in bends]
        parts += [within[one] * within[other] * weight for one, other, weight in products]
        return math.fsum(parts)

    def probability_of(self, row: Mapping[str, float]) -> float:
        """Return the probability that :meth:`log_odds_of` comes to."""
        return 1 / (1 + math.exp(-min(max(self.log_odds_of(row), -_SUREST), _SUREST)))

    @cached_property
    def _parsed(self) -> _Parsed:
        parsed = _Parsed([], [], [])
        for term, weight in self.weights.items():
            name, _, knot = term.partition(_BEND)
            one, _, other = term.partition(_TIMES)
            if knot:
                parsed.bends.append((name, float(knot), weight))
            elif other:
                parsed.products.append((one, other, weight))
            else:
                parsed.features.append((term, weight))
        return parsed

    @cached_property
    def _ordered(self) -> dict[tuple[str, ...], _Terms]:
        """What :meth:`_terms` returned."""
        return {}

    def _terms(self, names: tuple[str, ...]) -> _Terms:
        """Return the terms over features that are asked for in one order time and again."""
        known = self._ordered.get(names)
        if known is not None:
            return known
        column = {name: at for at, name in enumerate(names)}
        bends = [(column[name], knot, weight) for name, knot, weight in self._parsed.bends]
        products = [(column[a], column[b], weight) for a, b, weight in self._parsed.products]
        bent, knots, by_bend = np.array(bends, dtype=np.float64).reshape(-1, 3).T
        ones, others, by_product = np.array(products, dtype=np.float64).reshape(-1, 3).T
        bounds = [self.bounds.get(name, (-math.inf, math.inf)) for name in names]
        low, high = np.array(bounds, dtype=np.float64).T
        terms = _Terms(
            low, high, np.array([self.weights.get(name, 0.0) for name in names]),
            bent.astype(np.intp), knots.copy(), by_bend.copy(),
            ones.astype(np.intp), others.astype(np.intp), by_product.copy(),
        )  # fmt: skip
        self._ordered[names] = terms
        return terms
