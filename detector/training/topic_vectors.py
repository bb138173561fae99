"""Vectors of words from the texts they occur in (see :mod:`detector.topics`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from detector.batch import batch_of
from detector.counts import tuple_keys
from detector.fold import HAN_LAST, TABLE_SIZE, FoldTables, fold
from detector.kernel import address, call
from detector.page import page_from_text
from detector.topics import TOPIC_LEVELS, TOPIC_SIZE, TOPIC_SLOTS, Topics, topic_cosines
from detector.training.natural import chunks

__all__ = ["learn_topics", "no_topics"]

_MOST_WORDS = 48_000
_REACH = 20  # characters within which two words occur together
_LEAST = 2  # times that they do
_SHRINK = 3.0  # counts at which half of an association is believed
_ROUNDS = 3  # of the power iteration
_MORE = 8  # dimensions that it takes along
_QUANTILES = (0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
_CLIPPED = 0.9995
_SAMPLE = 3_000  # texts that the bounds are chosen from


class _Words(NamedTuple):
    """Words of two characters: folded code points (m x 2), and their numbers by those.

    ``chars`` are numbers of code points from 1 on, ``numbers`` (chars x chars) those of words, -1
    for what is none.
    """

    codes: NDArray[np.int64]
    chars: NDArray[np.int32]
    numbers: NDArray[np.int32]

    def starting(self, text: str, tables: FoldTables) -> NDArray[np.int32]:
        """Return the number of the word that starts at each folded character of ``text``."""
        folded = fold(text, tables)
        han = (folded.classes >= 1) & (folded.classes <= HAN_LAST)
        char = np.where(han, self.chars[folded.codes], 0)
        found = np.full(len(char), -1, dtype=np.int32)
        found[:-1] = self.numbers[char[:-1], char[1:]]
        return found


def no_topics() -> Topics:
    """Return the tables of no words at all."""
    return Topics(
        np.zeros(TOPIC_SLOTS, dtype=np.uint16),
        np.zeros((TOPIC_SLOTS, TOPIC_SIZE), dtype=np.int8),
        np.zeros(TOPIC_LEVELS - 1, dtype=np.float32),
    )


def learn_topics(
    texts: Sequence[str], dictionary: Mapping[str, int], tables: FoldTables, seed: int
) -> Topics:
    """Return vectors of the most frequent words of ``dictionary``, by which ``texts`` they are in.

    Positive pointwise mutual information of words near each other, shrunk where few were counted;
    its largest components by a randomised power iteration (Halko, Martinsson, Tropp, SIAM Review
    2011). Bounds of levels are quantiles of how well the words of the same texts fit.
    """
    words = _words(dictionary, tables)
    if len(words.codes) <= TOPIC_SIZE + _MORE:
        return no_topics()
    # Sums of several threads are added in the order in which these happen to finish.
    with threadpool_limits(1):
        vectors = _components(_associations(_together(texts, words, tables)), seed)
    largest = float(np.quantile(np.abs(vectors), _CLIPPED)) or 1.0
    table = np.clip(np.rint(vectors * (127 / largest)), -127, 127).astype(np.int8)
    marks = np.zeros(TOPIC_SLOTS, dtype=np.uint16)
    keys = tuple_keys([words.codes[:, 0].astype(np.uint32), words.codes[:, 1].astype(np.uint32)])
    slots = np.empty(len(keys), dtype=np.int64)
    call(
        "enter_words", address(keys, np.uint32, len(keys)), len(keys),
        address(marks, np.uint16, TOPIC_SLOTS), address(slots, np.int64, len(keys)),
    )  # fmt: skip
    topics = no_topics()._replace(marks=marks)
    topics.vectors[slots[slots >= 0]] = table[slots >= 0]
    step = max(1, len(texts) // _SAMPLE)
    pages = [page_from_text(text) for text in texts[::step]]
    fits = topic_cosines(batch_of(pages, tables), topics)
    fits = fits[fits >= -1]
    if len(fits):
        topics.bounds[:] = np.quantile(fits, _QUANTILES)
    return topics


def _words(dictionary: Mapping[str, int], tables: FoldTables) -> _Words:
    """Return the most frequent words of two Chinese characters, the most frequent first."""
    uses: dict[tuple[int, int], int] = {}
    for word, count in dictionary.items():
        if len(word) == 2 and all("\u3400" <= char <= "\u9fff" for char in word):
            one, two = (int(tables.fold[ord(char)]) for char in word)
            uses[one, two] = uses.get((one, two), 0) + count
    best = sorted(uses, key=lambda pair: (-uses[pair], pair))[:_MOST_WORDS]
    codes = np.array(best, dtype=np.int64).reshape(-1, 2)
    chars = np.zeros(TABLE_SIZE, dtype=np.int32)
    own = np.unique(codes)
    chars[own] = np.arange(1, len(own) + 1)
    numbers = np.full((len(own) + 1, len(own) + 1), -1, dtype=np.int32)
    numbers[chars[codes[:, 0]], chars[codes[:, 1]]] = np.arange(len(codes))
    return _Words(codes, chars, numbers)


def _together(texts: Iterable[str], words: _Words, tables: FoldTables) -> sp.csr_matrix:
    """Return how often each two words occur near each other without overlap (m x m)."""
    size = len(words.codes)
    total = sp.csr_matrix((size, size), dtype=np.float32)
    for chunk in chunks(texts):
        own = words.starting(chunk, tables)
        parts = []
        for distance in range(2, _REACH + 1):
            one, two = own[:-distance], own[distance:]
            both = (one >= 0) & (two >= 0)
            parts.append(one[both].astype(np.int64) * size + two[both])
        pairs, counts = np.unique(np.concatenate(parts), return_counts=True)
        places = ((pairs // size).astype(np.int32), (pairs % size).astype(np.int32))
        total = total + sp.csr_matrix((counts.astype(np.float32), places), shape=total.shape)
    total = (total + total.T).tocsr()
    total.data[total.data < _LEAST] = 0
    total.eliminate_zeros()
    return total


def _associations(counts: sp.csr_matrix) -> sp.csr_matrix:
    """Return the positive pointwise mutual information of words, in bits, shrunk."""
    often = np.asarray(counts.sum(axis=1)).ravel()
    pairs = counts.tocoo()
    value = np.log2(pairs.data * often.sum() / (often[pairs.row] * often[pairs.col]))
    value *= pairs.data / (pairs.data + _SHRINK)
    positive = value > 0
    return sp.csr_matrix(
        (value[positive].astype(np.float32), (pairs.row[positive], pairs.col[positive])),
        shape=counts.shape,
    )


def _components(matrix: sp.csr_matrix, seed: int) -> NDArray[np.float32]:
    """Return the largest components of a symmetric matrix of positive eigenvalue (m x TOPIC_SIZE).

    Scaled by the roots of the eigenvalues, so that products of rows approximate the matrix.
    """
    width = 2 * TOPIC_SIZE + _MORE
    basis = np.random.default_rng(seed).standard_normal((matrix.shape[0], width))
    basis = basis.astype(np.float32)
    for _ in range(2 * _ROUNDS):
        basis, _ = np.linalg.qr(matrix @ basis)
    values, axes = np.linalg.eigh(basis.T @ (matrix @ basis))
    largest = np.argsort(-values)[:TOPIC_SIZE]
    vectors = (basis @ axes[:, largest]) * np.sqrt(np.maximum(values[largest], 0))
    # The sign of an axis is not determined: its largest entry is made positive.
    ends = vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])]
    signed: NDArray[np.float32] = (vectors * np.where(ends < 0, -1, 1)).astype(np.float32)
    return signed
