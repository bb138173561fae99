"""Fitting what the words of a candidate say (:mod:`detector.wording`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from detector.candidates import candidates, signs_of
from detector.model import Model
from detector.result import KINDS
from detector.training.calibrate import candidate_weights
from detector.training.judged import rightness
from detector.training.labeled import LabeledPage
from detector.wording import WORDING_BITS, Wording, wording_buckets

__all__ = ["WordingRows", "fit_wording", "wording_rows"]

_STRENGTH = 0.3
"""Inverse L2 penalty. Higher learns the generator's phrases by heart and transfers worse."""


class WordingRows(NamedTuple):
    """Candidates of one page: the features of all, how many each has, whether it is right."""

    buckets: NDArray[np.int32]
    sizes: NDArray[np.intp]
    right: NDArray[np.bool_]
    spam: bool


def wording_rows(page: LabeledPage, model: Model) -> tuple[WordingRows, ...]:
    """Return the candidates of a page, by kind, as ``model`` finds them, with their truth."""
    signs = signs_of([page.page], model)
    rows = []
    for kind in KINDS:
        found = candidates(signs, model, kind)
        ranges = np.stack((found.start, found.end), axis=1)
        sizes, buckets = wording_buckets(signs.batch, ranges)
        rows.append(WordingRows(buckets, sizes, rightness(page, found), page.spam))
    return tuple(rows)


def fit_wording(pages: Sequence[tuple[WordingRows, ...]]) -> Wording:
    """Fit the classifiers. Pages weigh as they do for the calibration of spans."""
    heads = [_fitted([page[head] for page in pages]) for head in range(len(KINDS))]
    tables, scales, biases = zip(*heads, strict=True)
    return Wording(np.stack(tables), scales, biases)


def _fitted(pages: Sequence[WordingRows]) -> tuple[NDArray[np.int8], float, float]:
    sizes = np.concatenate([page.sizes for page in pages])
    truth = np.concatenate([page.right for page in pages])
    if len(np.unique(truth)) < 2:
        return np.zeros(1 << WORDING_BITS, dtype=np.int8), 1.0, 0.0
    matrix = csr_matrix(
        (
            np.ones(int(sizes.sum()), dtype=np.float32),
            np.concatenate([page.buckets for page in pages]),
            np.concatenate(([0], np.cumsum(sizes))),
        ),
        shape=(len(sizes), 1 << WORDING_BITS),
    )
    matrix.sort_indices()  # so that sums do not depend on the order of features
    weights = candidate_weights([len(page.right) for page in pages], [page.spam for page in pages])
    model = LogisticRegression(C=_STRENGTH, solver="liblinear", max_iter=100)
    model.fit(matrix, truth, sample_weight=weights)
    coefficients = model.coef_[0]
    scale = float(np.quantile(np.abs(coefficients[coefficients != 0]), 0.9999)) / 127
    table = np.clip(np.rint(coefficients / scale), -127, 127).astype(np.int8)
    return table, scale, float(model.intercept_[0])
