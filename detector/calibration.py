"""Calibrations: logistic models over a few named features, which say how probable something is."""

from __future__ import annotations

import math
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
        # Summed along rows of memory rather than by a matrix product, whose order depends on the
        # machine.
        first, *others = self._weighed(names, values)
        odds: NDArray[np.float64] = first.sum(axis=1)
        for terms in others:
            odds += terms.sum(axis=1)
        odds += self.intercept
        return odds

    def exact_log_odds(self, names: Sequence[str], values: NDArray[np.float64]) -> list[float]:
        """Return the log-odds of the rows, each rounded once: in whatever order its terms are."""
        rows: list[list[float]] = np.concatenate(self._weighed(names, values), axis=1).tolist()
        return [math.fsum((self.intercept, *row)) for row in rows]

    def exact_probabilities(self, names: Sequence[str], values: NDArray[np.float64]) -> list[float]:
        """Return the probabilities that :meth:`exact_log_odds` come to."""
        return [
            1 / (1 + math.exp(-min(max(odds, -_SUREST), _SUREST)))
            for odds in self.exact_log_odds(names, values)
        ]

    def _weighed(
        self, names: Sequence[str], values: NDArray[np.float64]
    ) -> list[NDArray[np.float64]]:
        """Return the terms of each row of ``values``: of features, bends and products, if any."""
        terms = self._terms(tuple(names))
        within = np.ascontiguousarray(np.minimum(np.maximum(values, terms.low), terms.high))
        # (Columns by their indices would lie in columns of memory: the sums of several rows would
        # be made in another order than that of one.)
        weighed = [within * terms.slopes]
        if len(terms.bent):
            exceeding = within.take(terms.bent, axis=1)
            exceeding -= terms.knots
            weighed.append(np.maximum(exceeding, 0, out=exceeding))
            exceeding *= terms.bends
        if len(terms.one):
            products = within.take(terms.one, axis=1)
            products *= within.take(terms.other, axis=1)
            products *= terms.products
            weighed.append(products)
        return weighed

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
