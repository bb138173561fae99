"""The first pass: the evidence of a character is the sum of the weights of its features."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support import small_model

from detector.batch import batch_of
from detector.model import Model
from detector.ngrams import FLAT_SIZE, NGRAM_BITS, ORDERS, REACH, ROW_BITS, ROW_WIDTH
from detector.page import page_from_text

SIGNS = "开云体育官网入口的一是不了人我在有他這個們來學國，。！ \nabcXYZ0129éжλกあ한🎰\ufffd"


@pytest.fixture(scope="module")
def model() -> Model:
    """Return a model of which every weight counts, and every other row is one of an n-gram."""
    rng = np.random.default_rng(1)
    rows = rng.integers(-127, 128, (1 << ROW_BITS, ROW_WIDTH, 2)).astype(np.int8)
    rows[:, -1, 0] = rng.integers(0, 2, 1 << ROW_BITS)
    flats = rng.integers(-127, 128, (FLAT_SIZE, 2)).astype(np.int8)
    return replace(small_model(), rows=rows, flats=flats, scale=(1.0, 2.0), bias=(0.0, 0.0))


@pytest.mark.parametrize("sizes", [[0], [1], [5], [300, 0, 2], [255], [256, 257, 1000]])
def test_weights_of_features_add_up(sizes: list[int], model: Model) -> None:
    rng = np.random.default_rng(len(sizes))
    signs = np.array(list(SIGNS))
    texts = ["".join(rng.choice(signs, size)) for size in sizes]
    batch = batch_of(list(map(page_from_text, texts)), model.tables)
    found = model.features(batch)
    sums = model.flats[found.flats].astype(np.int64).sum(axis=0)
    for order, grams in zip(ORDERS, found.rows, strict=True):
        rows = model.rows[grams >> NGRAM_BITS - ROW_BITS].astype(np.int64)
        rows[rows[:, -1, 0] != grams % (1 << NGRAM_BITS - ROW_BITS)] = 0
        for column in range(2 * REACH + 2 - order):
            start = 2 * REACH + 1 - order - column
            sums += rows[start : start + len(sums), column]
    evidence, comparison = model.first_evidence(batch)
    assert np.array_equal(evidence, sums * np.array(model.scale))
    assert np.array_equal(comparison.at, found.comparison.at)
