"""Counts of natural text: which characters stand beside each other, and how often."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from detector.counts import COUNT_STEP, CountTables, count_slots, ngram_keys
from detector.fold import BREAK, HAN_LAST, TABLE_SIZE, FoldTables, fold
from detector.training.word_model import Tally, WordModel, expected_counts, merged

__all__ = ["NGRAM_SLOTS", "TEXT_WEIGHT", "chunks", "count_ngrams"]

NGRAM_SLOTS = 7_600_000
"""What the other tables of a model leave of sixteen megabytes."""
_CHUNK = 4_000_000


TEXT_WEIGHT = 4
"""What an n-gram of a text counts against one of the language model, which is far larger."""


def count_ngrams(
    texts: Iterable[str],
    tables: FoldTables,
    language_model: WordModel | None = None,
    least: int = 2,
) -> CountTables:
    """Count the Chinese unigrams, bigrams and trigrams of natural ``texts``.

    Bigrams are kept from one occurrence on, trigrams from ``least``. ``language_model`` adds the
    counts that it expects in a text of its size, texts then counting :data:`TEXT_WEIGHT` fold.
    Where two n-grams contend for a slot of the table, the more frequent one keeps it.
    """
    unigrams = np.zeros(TABLE_SIZE, dtype=np.int64)
    bigrams: list[Tally] = []
    trigrams: list[Tally] = []
    total = 0
    for chunk in chunks(texts):
        folded = fold(chunk, tables)
        codes, han = folded.codes, (folded.classes >= 1) & (folded.classes <= HAN_LAST)
        unigrams += np.bincount(codes[codes != BREAK], minlength=TABLE_SIZE)
        total += int((codes != BREAK).sum())
        pair = han[:-1] & han[1:]
        bigrams.append(_tally(ngram_keys(codes, 2)[pair]))
        trigrams.append(_tally(ngram_keys(codes, 3)[pair[:-1] & pair[1:]]))
    found = [merged(trigrams, least), merged(bigrams)]
    if language_model is not None:
        expected = expected_counts(language_model, tables)
        found = [
            merged([(keys, counts * TEXT_WEIGHT), more])
            for (keys, counts), more in zip(
                found, (expected.trigrams, expected.bigrams), strict=True
            )
        ]
        unigrams = unigrams * TEXT_WEIGHT + expected.unigrams
        total = total * TEXT_WEIGHT + int(expected.unigrams.sum())
    slots = np.zeros(NGRAM_SLOTS, dtype=np.uint8)
    for keys, counts in found:
        _enter(slots, keys, counts)
    log1 = np.minimum(np.rint(8 * np.log2(unigrams + 1)), 255).astype(np.uint8)
    return CountTables(log1, slots, round(math.log2(max(total, 2)), 4))


def chunks(texts: Iterable[str]) -> Iterable[str]:
    """Yield ``texts`` joined into pieces of some million characters, so that arrays stay small."""
    parts: list[str] = []
    size = 0
    for text in texts:
        parts.append(text)
        size += len(text) + 1
        if size >= _CHUNK:
            yield "\n".join(parts)
            parts, size = [], 0
    if parts:
        yield "\n".join(parts)


def _tally(keys: NDArray[np.uint32]) -> Tally:
    found, counts = np.unique(keys, return_counts=True)
    return found, counts


def _enter(slots: NDArray[np.uint8], keys: NDArray[np.uint32], counts: NDArray[np.int64]) -> None:
    """Write the n-grams into the table, rarest first, so that the more frequent ones stay."""
    order = np.argsort(counts, kind="stable")
    keys, counts = keys[order], counts[order]
    at, marks = count_slots(keys, len(slots))
    levels = np.minimum(1 + np.rint(np.log2(counts) / COUNT_STEP), 15).astype(np.uint8)
    keep = levels >= (slots[at] & 15)
    slots[at[keep]] = (marks[keep] << 4) | levels[keep]
