"""Fitting what judges characters: weights of the first pass and the table of the second.

Linear models on top of each other, each fitted with scikit-learn on pages that the one before it
has not seen: a logistic regression over hashed features of single characters (one for each kind of
finding), one over the evidence around them, and those of :mod:`detector.training.calibrate`: one
over features of candidate spans, one over the spans of a page.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, SGDClassifier

from detector.batch import batch_of
from detector.context import CONTEXT_GROUPS, CONTEXT_SIZE, context_buckets
from detector.model import Model
from detector.ngrams import (
    FLAT_SIZE,
    GROUPS,
    NGRAM_BITS,
    ORDERS,
    REACH,
    ROW_BITS,
    ROW_WIDTH,
    Features,
)
from detector.result import KINDS
from detector.training.labeled import LabeledPage
from detector.training.options import FitOptions

__all__ = [
    "CharacterRows",
    "ContextRows",
    "Weights",
    "character_labels",
    "character_rows",
    "context_rows",
    "fit_context",
    "fit_weights",
    "joined",
    "most_useful",
]

ROW_COLUMNS = (1 << NGRAM_BITS) * ROW_WIDTH
COLUMNS = ROW_COLUMNS + FLAT_SIZE
_ROWS_AT_ONCE = 1_000_000
_NEAR = 10
"""Characters from a finding that are its surroundings, of which most are rows."""
_MOST_OFFENDING, _MOST_NEAR, _MOST_OTHERS = 500, 300, 400
"""Characters of one page that become rows, at most about: findings, surroundings, others."""
_OFFENDING, _LEAST_WEIGHT = ((45, 3.0), (40, 2.0)), 0.3
"""How many offending characters of a page weigh one each, of injections and of garbling, and what
one of fewer weighs at most, one of more at least: a page that is all spam must not drown those with
one phrase of it."""
PER_CHARACTER = sum(2 * REACH + 2 - order for order in ORDERS) + len(GROUPS)


class CharacterRows(NamedTuple):
    """Training rows of single characters: feature columns (m x PER_CHARACTER), labels, weights."""

    columns: NDArray[np.uint32]
    injection: NDArray[np.bool_]
    garbled: NDArray[np.bool_]
    weights: NDArray[np.float32]


class Weights(NamedTuple):
    """The integer tables of a model and their scale."""

    rows: NDArray[np.int8]
    flats: NDArray[np.int8]
    scale: tuple[float, float]
    bias: tuple[float, float]


def character_labels(page: LabeledPage, offsets: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return (2 x n) labels of the characters that stand at ``offsets`` of the page's text."""
    labels = np.zeros((2, len(page.page.text) + 1), dtype=bool)
    for start, end, kind in page.spans:
        labels[0 if kind == "injection" else 1, start:end] = True
    return labels[:, offsets]


def feature_columns(found: Features, positions: NDArray[np.intp]) -> NDArray[np.uint32]:
    """Return the columns of the design matrix that characters at ``positions`` have set."""
    columns = np.empty((PER_CHARACTER, len(positions)), dtype=np.uint32)
    at = 0
    for order, rows in zip(ORDERS, found.rows, strict=True):
        for column in range(2 * REACH + 2 - order):
            start = 2 * REACH + 1 - order - column
            columns[at] = rows[positions + start] * np.uint32(ROW_WIDTH) + np.uint32(column)
            at += 1
    columns[at:] = found.flats[:, positions] + np.uint32(ROW_COLUMNS)
    return np.ascontiguousarray(columns.T)


def character_rows(
    page: LabeledPage,
    look: Model,
    rng: np.random.Generator,
    options: FitOptions,
    alarm: Callable[[LabeledPage], NDArray[np.bool_]] | None = None,
) -> CharacterRows:
    """Return training rows of one page: its offending characters, those around them, some others.

    ``look`` has the tables that features are made with; its weights do not matter.
    ``alarm`` marks characters that an earlier model judged wrongly; clean ones are all kept.
    """
    batch = batch_of([page.page], look.tables)
    folded = batch.page(0)
    n = len(folded.codes)
    labels = character_labels(page, folded.offsets)
    either = labels[0] | labels[1]
    real = folded.classes != 0
    near = _dilated(either, _NEAR) & ~either
    draw = rng.random(n)
    positive = either & (draw < min(1.0, _MOST_OFFENDING / max(1, int(either.sum()))))
    beside = near & (draw < min(0.7, _MOST_NEAR / max(1, int(near.sum()))))
    others = ~either & ~near & (draw < min(options.sample, _MOST_OTHERS / max(1, n)))
    weights = np.where(others, options.clean_weight, 1.0).astype(np.float32)
    # The first clean characters on both sides teach where a finding ends.
    weights[_dilated(either, REACH) & ~either] = 2.0
    for own, weight in zip(labels, _offending_weights(labels), strict=True):
        weights[own] = weight
    chosen = positive | beside | others
    if alarm is not None:
        wrong = alarm(page) & ~either
        chosen |= wrong
        weights[wrong] = 2.0
    positions = np.flatnonzero(chosen & real)
    return CharacterRows(
        feature_columns(look.features(batch), positions + batch.starts[0]),
        labels[0][positions],
        labels[1][positions],
        weights[positions],
    )


def _dilated(marked: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return which places are at most ``reach`` from a ``marked`` one; of a brief text, those."""
    width = 2 * reach + 1
    if len(marked) < width:
        return marked
    return np.asarray(np.convolve(marked, np.ones(width), mode="same") > 0)


def _offending_weights(labels: NDArray[np.bool_]) -> list[float]:
    """Return what an offending character of the page weighs, by kind."""
    sizes = labels.sum(axis=1).tolist()
    return [
        min(high, max(_LEAST_WEIGHT, most / max(1, size)))
        for size, (most, high) in zip(sizes, _OFFENDING, strict=True)
    ]


def fit_weights(parts: list[CharacterRows], options: FitOptions) -> Weights:
    """Fit the two character models and return them as integer tables. Shuffles ``parts``.

    The rows go through the descent some at a time, since a matrix of them all would take more
    memory than they do.
    """
    random.Random(1).shuffle(parts)
    count = sum(len(part.columns) for part in parts)
    models = {
        kind: SGDClassifier(
            loss="log_loss",
            alpha=options.alpha,
            learning_rate="constant",
            eta0=options.step,
            average=count,  # from the second epoch on
            random_state=1,
        )
        for kind in KINDS
    }
    uses = np.zeros(COLUMNS, dtype=np.int64)
    # The descent runs outside the interpreter's lock, so that threads use both cores.
    with ThreadPoolExecutor(len(KINDS)) as pool:
        for epoch in range(options.epochs):
            for some in _some_at_a_time(parts):
                matrix = _design_matrix(some.columns)
                if not epoch:
                    uses += np.bincount(matrix.indices, minlength=COLUMNS)
                done = [
                    pool.submit(
                        model.partial_fit, matrix, getattr(some, kind), (False, True), some.weights
                    )
                    for kind, model in models.items()
                ]
                for fitted in done:
                    fitted.result()
    return _quantised(
        [model.coef_[0] for model in models.values()],
        [float(model.intercept_[0]) for model in models.values()],
        uses,
    )


def _some_at_a_time(parts: Sequence[CharacterRows]) -> Iterator[CharacterRows]:
    """Yield the rows of ``parts`` in order, about as many at a time as ``_ROWS_AT_ONCE``."""
    waiting: list[CharacterRows] = []
    for part in parts:
        waiting.append(part)
        if sum(len(one.columns) for one in waiting) >= _ROWS_AT_ONCE:
            yield joined(waiting)
            waiting = []
    if waiting:
        yield joined(waiting)


def joined(parts: Sequence[CharacterRows]) -> CharacterRows:
    """Return the rows of several parts as one."""
    return CharacterRows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _design_matrix(columns: NDArray[np.uint32]) -> csr_matrix:
    """Return rows of columns that are set as a sparse matrix of ones."""
    return csr_matrix(
        (
            np.ones(columns.size, dtype=np.float32),
            columns.reshape(-1).view(np.int32),
            np.arange(0, columns.size + 1, PER_CHARACTER, dtype=np.int32),
        ),
        shape=(len(columns), COLUMNS),
    )


def _quantised(
    coefficients: list[NDArray[np.float64]], biases: list[float], uses: NDArray[np.int64]
) -> Weights:
    """Round weights to eight bits; the few largest are clipped so that small ones survive.

    ``uses`` says how often each column of the n-grams was set.
    """
    scales = []
    tables = np.empty((COLUMNS, 2), dtype=np.int8)
    for head in range(2):
        used = np.abs(coefficients[head][coefficients[head] != 0])
        scale = float(np.quantile(used, 0.99995)) / 127 if len(used) else 1.0
        scales.append(scale)
        tables[:, head] = np.clip(np.rint(coefficients[head] / scale), -127, 127)
    ngrams = tables[:ROW_COLUMNS].reshape(-1, ROW_WIDTH, 2)
    rows = most_useful(ngrams, uses[:ROW_COLUMNS])
    return Weights(
        rows, tables[ROW_COLUMNS:].copy(), (scales[0], scales[1]), (biases[0], biases[1])
    )


def most_useful(rows: NDArray[np.int8], uses: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return of the rows that share a number the one whose weights moved most, with its mark."""
    weight = np.square(rows, dtype=np.int32).sum(axis=2, dtype=np.int64)
    moved = (weight * uses.reshape(-1, ROW_WIDTH)).sum(axis=1)
    best = moved.reshape(1 << ROW_BITS, -1).argmax(axis=1)
    kept: NDArray[np.int8] = rows.reshape(1 << ROW_BITS, -1, ROW_WIDTH, 2)[
        np.arange(1 << ROW_BITS), best
    ].copy()
    kept[:, -1, 0] = best
    return kept


class ContextRows(NamedTuple):
    """Training rows of the second pass: buckets (heads x m x groups), labels, weights."""

    buckets: NDArray[np.int32]
    labels: NDArray[np.bool_]
    weights: NDArray[np.float32]


def context_rows(
    page: LabeledPage, model: Model, rng: np.random.Generator, most: int = 400
) -> ContextRows:
    """Return rows of the second pass: up to ``most`` characters, weighted for the rest."""
    batch = batch_of([page.page], model.tables)
    folded, start = batch.page(0), batch.starts[0]
    n = len(folded.codes)
    evidence, _ = model.first_evidence(batch)
    first = evidence[start : start + n]
    labels = character_labels(page, folded.offsets)
    # Characters that the first pass finds clean beyond doubt teach little, and are many.
    dull = ~labels.any(axis=0) & (first.max(axis=1) < -4)
    share = np.where(dull, 0.1, 1.0) * min(1.0, most / max(1.0, float((~dull).sum())))
    chosen = np.flatnonzero((rng.random(n) < share) & (folded.classes != 0))
    buckets = context_buckets(evidence, batch)[:, :, chosen + start]
    # A long page counts for more than a short one, but not in proportion.
    weight = np.minimum(1 / share, 30) * min(1.0, (400 / max(n, 1)) ** 0.5)
    for own, factor in zip(labels, _offending_weights(labels), strict=True):
        weight[own] *= factor
    weight = weight[chosen]
    return ContextRows(buckets.transpose(0, 2, 1), labels[:, chosen], weight.astype(np.float32))


def fit_context(parts: Sequence[ContextRows], strength: float = 1.0) -> NDArray[np.float32]:
    """Fit the second pass; return its table (heads x buckets), the intercept folded in."""
    weights = np.concatenate([part.weights for part in parts])
    width = len(CONTEXT_GROUPS) * CONTEXT_SIZE
    table = np.zeros((2, width), dtype=np.float32)
    for head in range(2):
        buckets = np.concatenate([part.buckets[head] for part in parts]).astype(np.int32)
        truth = np.concatenate([part.labels[head] for part in parts])
        matrix = csr_matrix(
            (
                np.ones(buckets.size, dtype=np.float32),
                buckets.reshape(-1),
                np.arange(0, buckets.size + 1, len(CONTEXT_GROUPS), dtype=np.int32),
            ),
            shape=(len(buckets), width),
        )
        model = LogisticRegression(C=strength, max_iter=300, tol=1e-5)
        model.fit(matrix, truth, sample_weight=weights)
        table[head] = model.coef_[0]
        # Every character has exactly one bucket of the first group.
        table[head, :CONTEXT_SIZE] += np.float32(model.intercept_[0])
    return table
