"""A word trigram model of Chinese, read into expected counts of character n-grams.

The open-gram model of the input method SunPinyin (package ``sunpinyin-data``) was estimated on a
web corpus far larger than any that a package carries. It is stored as a threaded trie:
``lm_sc.t3g`` holds words, pairs and triples with their probabilities (laid out as in SunPinyin's
``slm.h``), ``pydict_sc.bin`` the words by number.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.counts import ngram_keys, tuple_keys
from detector.fold import BREAK, HAN_LAST, TABLE_SIZE, FoldTables, fold
from detector.training.archives import ArchiveError, members

__all__ = ["Expected", "Tally", "WordModel", "expected_counts", "merged", "read_word_model"]

Tally = tuple[NDArray[np.uint32], NDArray[np.int64]]
"""Keys of n-grams and how often each occurs."""

TOKENS = 200_000_000
"""Words of the text whose counts are expected: as many as give the rarest pair of the model one."""
_PROBABILITIES, _BACK_OFFS = 1 << 16, 1 << 14


class WordModel(NamedTuple):
    """Words and the probabilities of words, pairs and triples, as parallel arrays.

    ``pairs`` (m x 2) and ``triples`` (k x 3) are indices into ``words``; probabilities are joint.
    """

    words: list[str]
    single: NDArray[np.float64]
    pairs: NDArray[np.int64]
    pair: NDArray[np.float64]
    triples: NDArray[np.int64]
    triple: NDArray[np.float64]


class Expected(NamedTuple):
    """Expected counts: ``unigrams`` by folded code point, n-grams by their keys."""

    unigrams: NDArray[np.int64]
    bigrams: Tally
    trigrams: Tally


def read_word_model(archive: Path) -> WordModel:
    """Return the model in the package archive. Raises :class:`ArchiveError` when it has none."""
    files = {name.rpartition("/")[2]: data for name, data in members(archive, "*/sunpinyin/data/*")}
    try:
        model, dictionary = files["lm_sc.t3g"], files["pydict_sc.bin"]
    except KeyError as error:
        raise ArchiveError(f"{archive.name} holds no {error.args[0]}") from error
    start = int(np.frombuffer(dictionary, "<u4", 4)[2])
    words = dictionary[start:].decode("utf-32-le", "replace").split("\0")
    order = int(np.frombuffer(model, "<u4", 1)[0])
    sizes = np.frombuffer(model, "<u4", order + 1, 8).astype(np.int64)
    at = 8 + 4 * (order + 1)
    probability = np.frombuffer(model, "<f4", _PROBABILITIES, at).astype(np.float64)
    at += 4 * (_PROBABILITIES + _BACK_OFFS)
    if order != 3 or at + 12 * int(sizes[:3].sum()) + 8 * int(sizes[3]) != len(model):
        raise ArchiveError(f"{archive.name}: lm_sc.t3g is not a trigram model of the known layout")
    levels = []
    for size in sizes[:3].tolist():
        levels.append(np.frombuffer(model, "<u4", 3 * size, at).reshape(-1, 3))
        at += 12 * size
    leaves = np.frombuffer(model, "<u4", 2 * int(sizes[3]), at).reshape(-1, 2)
    # Each level ends with a sentinel, which only says where the children of the last node end.
    first, second, leaves = levels[1], levels[2], leaves[:-1]
    pair_of, triple_of = _parents(first), _parents(second)
    if len(pair_of) != len(second) - 1 or len(triple_of) != len(leaves):
        raise ArchiveError(f"{archive.name}: the levels of lm_sc.t3g do not fit each other")
    first, second = first[:-1], second[:-1]
    single = probability[first[:, 1] & 0xFFFF]
    word1, word2 = _words(first)[pair_of], _words(second)
    pair = single[pair_of] * probability[second[:, 1] & 0xFFFF]
    given = (leaves[:, 0] >> 18) | ((leaves[:, 1] >> 25 & 3) << 14)
    by_word = np.zeros(len(words))
    known = _words(first) < len(words)
    by_word[_words(first)[known]] = single[known]
    return WordModel(
        words,
        by_word,
        np.stack((word1, word2), axis=1).astype(np.int64),
        pair,
        np.stack((word1[triple_of], word2[triple_of], _words(leaves)), axis=1).astype(np.int64),
        pair[triple_of] * probability[given],
    )


def _words(nodes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return nodes[:, 0] & np.uint32(0x3FFFF)


def _parents(nodes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return for each node of the next level the index of its parent among ``nodes``."""
    begins = ((nodes[:, 1] >> 16) | ((nodes[:, 2] >> 25) << 16)).astype(np.int64)
    begins[-1] = max(begins[-1], begins[-2])
    return np.repeat(np.arange(len(nodes) - 1), np.maximum(np.diff(begins), 0))


def expected_counts(model: WordModel, tables: FoldTables) -> Expected:
    """Return the counts of Chinese n-grams, within words and across them, in ``TOKENS`` words."""
    count = len(model.words)
    lines = fold("\n".join(word.replace("\n", "") or " " for word in model.words) + "\n", tables)
    han = (lines.classes >= 1) & (lines.classes <= HAN_LAST)
    ends = np.flatnonzero(lines.codes == BREAK)[:count]
    starts = np.concatenate(([0], ends[:-1] + 1))
    sizes = ends - starts
    whole = np.add.reduceat(np.append(~han, False), np.minimum(starts, len(han)))
    chinese = (sizes > 0) & (whole - (lines.codes[ends] == BREAK) == 0)
    mass = model.single * TOKENS
    of = np.repeat(np.arange(count), np.diff(np.append(starts, len(lines.codes))))
    weight = np.where(chinese, mass, 0.0)[of]
    unigrams = np.bincount(lines.codes[han], weight[han], minlength=TABLE_SIZE)
    inside2, inside3 = han[:-1] & han[1:], han[:-2] & han[1:-1] & han[2:]
    twos = [(ngram_keys(lines.codes, 2)[inside2], weight[:-1][inside2])]
    threes = [(ngram_keys(lines.codes, 3)[inside3], weight[:-2][inside3])]

    def char(words: NDArray[np.int64], index: int) -> NDArray[np.uint32]:
        at = starts[words] + index if index >= 0 else ends[words] + index
        return lines.codes[np.clip(at, 0, len(lines.codes) - 1)]

    both = (model.pairs < count).all(axis=1)
    pairs, pair = model.pairs[both], model.pair[both] * TOKENS
    kept = chinese[pairs].all(axis=1) & (pair >= 0.5)
    pairs, pair = pairs[kept], pair[kept]
    one, two = pairs.T
    twos.append((tuple_keys([char(one, -1), char(two, 0)]), pair))
    long = sizes[one] > 1
    threes.append((tuple_keys([char(one, -2), char(one, -1), char(two, 0)])[long], pair[long]))
    long = sizes[two] > 1
    threes.append((tuple_keys([char(one, -1), char(two, 0), char(two, 1)])[long], pair[long]))
    every = (model.triples < count).all(axis=1)
    triples, triple = model.triples[every], model.triple[every] * TOKENS
    kept = chinese[triples].all(axis=1) & (sizes[triples[:, 1]] == 1) & (triple >= 0.5)
    one, two, three = triples[kept].T
    threes.append((tuple_keys([char(one, -1), char(two, 0), char(three, 0)]), triple[kept]))
    return Expected(np.rint(unigrams).astype(np.int64), merged(twos), merged(threes))


def merged(tallies: Sequence[tuple[NDArray[np.uint32], NDArray[Any]]], least: int = 1) -> Tally:
    """Add up the counts of equal keys, rounded; keep those that come to ``least``."""
    keys = np.concatenate([keys for keys, _ in tallies])
    counts = np.concatenate([counts for _, counts in tallies])
    found, inverse = np.unique(keys, return_inverse=True)
    sums = np.rint(np.bincount(inverse, weights=counts)).astype(np.int64)
    kept = sums >= least
    return found[kept], sums[kept]
