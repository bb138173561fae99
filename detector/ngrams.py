"""Features of every character: hashed n-grams around it, and how natural they are.

One implementation for training and scoring, in numpy, without a Python loop over characters.
A character has two sorts of features, all binary:

* **rows**: each character n-gram (orders 1-4) within three characters of it, together with its
  offset to it. An n-gram is hashed once to a row; the row holds one weight for each offset.
* **flats**: one bucket for each pattern group of :data:`GROUPS` - the shape of the surroundings
  (character classes, runs), naturalness (were these neighbours ever seen together in natural
  text, against how often chance would bring them together?), script, repetition in the page,
  place in the document, and for languages with spaces the words before, here and after.

Naturalness comes from counts of bigrams and trigrams (:mod:`detector.counts`) and from words that
would fit much better (:mod:`detector.contrast`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.contrast import MOST_GAIN, NO_GAIN, Alternatives, Comparison, compare
from detector.counts import EIGHTHS, M1, M2, M3, CountTables, ngram_keys, seen, tie
from detector.fold import CLASS, HAN_LAST

__all__ = [
    "FLAT_SIZE",
    "GROUPS",
    "ORDERS",
    "REACH",
    "ROW_BITS",
    "Features",
    "RunningSum",
    "bucket",
    "features",
]

U32 = NDArray[np.uint32]
_u = np.uint32

ORDERS = (1, 2, 3, 4)
REACH = 3
"""An n-gram counts for a character when it lies wholly within this many characters of it."""
ROW_BITS = 18
ROW_WIDTH = 8

GROUPS = {
    "shape_wide": 16,
    "shape_near": 15,
    "runs": 15,
    "natural_bigrams": 16,
    "natural_trigrams": 15,
    "natural_char": 17,
    "natural_density": 15,
    "contrast": 15,
    "place": 14,
    "script": 11,
    "repetition": 13,
    "word": 17,
    "word_before": 17,
    "word_after": 17,
}
"""Pattern groups in table order, each with the bits of its share of the flat table."""

_OFFSETS: dict[str, int] = {}
_total = 0
for _name, _bits in GROUPS.items():
    _OFFSETS[_name] = _total
    _total += 1 << _bits
FLAT_SIZE = _total


class Features(NamedTuple):
    """Features of n characters.

    ``rows[k]`` (n + 6 - order + 1 entries): the row of the n-gram of order ``ORDERS[k]`` that
    starts at position ``j - REACH``; character ``i`` takes from it the weight at column
    ``i - (j - REACH) + REACH + 1 - order`` when that lies in ``0 .. 7 - order``.
    ``flats`` (groups x n): buckets in the flat table. ``comparison``: the words that others might
    fit better, which the contrast group is made from.
    """

    rows: tuple[U32, ...]
    flats: U32
    comparison: Comparison


def bucket(keys: U32, bits: int, salt: int) -> U32:
    """Return ``keys`` hashed to ``bits`` bits, another way for each ``salt``."""
    mixed = (keys ^ (keys >> np.uint32(16))) + np.uint32((salt * 0x27D4EB2F) & 0xFFFFFFFF)
    mixed *= M3
    mixed ^= mixed >> np.uint32(13)
    mixed *= M1
    return mixed >> np.uint32(32 - bits)


class RunningSum:
    """Sums of integers over windows of up to ``most`` on both sides of each position."""

    def __init__(self, values: NDArray[Any], most: int) -> None:
        self.n = len(values)
        self.most = most
        self.sums = np.zeros(self.n + 2 * most + 1, dtype=np.int32)
        np.cumsum(values, out=self.sums[most + 1 : most + 1 + self.n])
        self.sums[most + 1 + self.n :] = self.sums[most + self.n]

    def over(self, batch: Batch) -> NDArray[np.int32]:
        """Return the sums over whole pages."""
        first = self.most
        return self.sums[batch.ends + first] - self.sums[batch.starts + first]

    def around(self, radius: int) -> NDArray[np.int32]:
        """Return the sum over ``radius`` on both sides of each position."""
        high = self.most + radius + 1
        low = self.most - radius
        return self.sums[high : high + self.n] - self.sums[low : low + self.n]


def _rates(radius: int, most: int, scale: int) -> U32:
    """Return a table of part / whole in 1/scale steps, at most 7; 0 where whole is 0.

    Indexed by ``part * size + whole`` for windows of ``radius`` on both sides, ``size`` being
    ``2 * radius + 2``; no part is larger than ``most`` times the window.
    """
    size = 2 * radius + 2
    part = np.arange(most * size, dtype=np.int64)[:, None]
    whole = np.arange(size)[None, :]
    steps = np.minimum(scale * part // np.maximum(whole, 1), 7)
    return (steps * (whole > 0)).astype(np.uint32).reshape(-1)


_NARROW, _BROAD, _SCRIPT = 8, 40, 6
_MOST_ODD = 5  # of one character: 3 for a bigram, 2 for a trigram
_NARROW_RATES = _rates(_NARROW, _MOST_ODD, 5)
_BROAD_RATES = _rates(_BROAD, _MOST_ODD, 8)
_CONTRAST_RATES = _rates(_BROAD, 1, 14)
_SCRIPT_RATES = _rates(_SCRIPT, 1, 2)
_SCRIPT_RATES[:: 2 * _SCRIPT + 2] = 3  # neither form is near


_RUN_GROUP = np.arange(32, dtype=np.uint8)
for _word in ("latin_upper", "latin_marked", "styled", "fullwidth"):
    _RUN_GROUP[CLASS[_word]] = CLASS["latin"]
for _word in ("han_traditional", "han_simplified", "han_rare"):
    _RUN_GROUP[CLASS[_word]] = CLASS["han"]
_RUN_GROUP[CLASS["digit"]] = CLASS["latin"]
_IS_WORD = np.zeros(32, dtype=bool)
for _word in ("latin", "cyrillic", "greek", "thai", "letter", "hangul", "arabic", "kana"):
    _IS_WORD[CLASS[_word]] = True
_LOG2 = np.minimum(np.log2(np.maximum(np.arange(256), 1)), 7).astype(np.uint32)
_LENGTH_BUCKET = np.array([0, 1, 2, 3, 3, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 7], dtype=np.uint32)


# Levels of bigrams, 16 fine and 8 coarse ones. Unseen: the likelier chance was to bring the two
# characters together, the odder. Seen: by how much more often than by chance. Bounds in eighths
# of a doubling.
_NOT_CHINESE = 6
_LIMIT = 80
_DOUBLINGS = np.arange(-_LIMIT, _LIMIT + 1)
_UNSEEN_LEVELS = 5 - np.searchsorted(
    (-16, 8, 24, 40, 56), _DOUBLINGS, side="right"
).astype(np.int16)  # fmt: skip
_SEEN_LEVELS = 7 + np.searchsorted(
    (-32, -16, -4, 8, 20, 32, 48, 72), _DOUBLINGS, side="right"
).astype(np.int16)  # fmt: skip
_COARSE = np.array((0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 7), dtype=np.uint32)
_ODD_BIGRAMS = np.array((3, 3, 2, 2, 1, 1, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0), dtype=np.int16)
# Levels of trigrams. 0: not Chinese. Unseen 1-4: the likelier its bigrams make it, the odder.
# Seen 5-7: by how much more often than they make it.
_UNSEEN_TRIGRAMS = 4 - np.searchsorted((12, 32, 56), _DOUBLINGS, side="right").astype(np.int16)
_SEEN_TRIGRAMS = 5 + np.searchsorted((-24, 0), _DOUBLINGS, side="right").astype(np.int16)
_ODD_TRIGRAMS = np.array((0, 2, 2, 1, 0, 1, 0, 0), dtype=np.int16)
# What a better word would gain, in eighths of log2. 0: nothing to compare with.
_MUCH_BETTER = 32
_GAINS = np.arange(NO_GAIN + 1, MOST_GAIN + 1)
_GAIN_LEVELS = np.concatenate(
    ([0], np.searchsorted((-40, -8, 16, 32, 56, 80), _GAINS, "right") + 1)
).astype(np.uint32)
# How common the character itself is, in four steps, by eighths of a doubling below the total.
_RANKS = np.array((72, 104, 136), dtype=np.int16)


def _steps(eighths: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return indices into the tables of levels."""
    return np.clip(eighths, -_LIMIT, _LIMIT) + np.int16(_LIMIT)


def features(batch: Batch, counts: CountTables, alternatives: Alternatives) -> Features:
    """Return the features of each character of a batch of pages."""
    codes, classes = batch.codes, batch.classes
    n = len(codes)
    padded = np.zeros(n + 2 * REACH, dtype=np.uint32)
    padded[REACH : REACH + n] = codes
    keys = [ngram_keys(padded, order) for order in ORDERS]
    rows = tuple(bucket(key, ROW_BITS, order) for order, key in zip(ORDERS, keys, strict=True))
    shape = classes.astype(np.uint32)
    han = (classes >= 1) & (classes <= HAN_LAST)
    runs = _runs(classes)
    natural = _naturalness(batch, han, keys, counts)
    bigrams = keys[1][REACH : REACH + n - 1]
    comparison = compare(codes, bigrams, han, natural.ties, counts, alternatives)
    found = {
        **_shapes(shape),
        "runs": _run_shapes(runs),
        **_natural_groups(batch, natural),
        "contrast": _contrast(batch, comparison.by_character(n), natural),
        "place": _places(batch, shape),
        "script": _scripts(batch, han, shape),
        "repetition": _repetition(batch, keys[3][REACH : REACH + n], natural, shape),
        **_words(batch, runs),
    }
    flats = np.empty((len(GROUPS), n), dtype=np.uint32)
    for index, name in enumerate(GROUPS):
        np.add(found[name], np.uint32(_OFFSETS[name]), out=flats[index])
    return Features(rows, flats, comparison)


def _shapes(shape: U32) -> dict[str, U32]:
    """Return the classes of the seven and of the three characters around each."""
    n = len(shape)
    padded = np.zeros(n + 2 * REACH, dtype=np.uint32)
    padded[REACH : REACH + n] = shape
    wide = padded[:n].copy()
    for k in range(1, 7):
        wide *= _u(37)
        wide += padded[k : k + n]
    near = padded[2 : 2 + n] << _u(10) | padded[3 : 3 + n] << _u(5) | padded[4 : 4 + n]
    return {"shape_wide": bucket(wide, GROUPS["shape_wide"], 11), "shape_near": near}


class _Runs(NamedTuple):
    """Runs of one group of classes: ``of`` each character, and their starts and groups."""

    of: NDArray[np.intp]
    starts: NDArray[np.intp]
    groups: NDArray[np.uint8]
    n: int


def _runs(classes: NDArray[np.uint8]) -> _Runs:
    groups = _RUN_GROUP[classes]
    new = np.empty(len(classes), dtype=bool)
    new[:1] = True
    np.not_equal(groups[1:], groups[:-1], out=new[1:])
    starts = np.flatnonzero(new)
    return _Runs(np.cumsum(new) - 1, starts, groups[starts], len(classes))


def _run_shapes(runs: _Runs) -> U32:
    """Return the groups of the run before, here and after, its length, and where in it."""
    lengths = np.diff(np.append(runs.starts, runs.n))
    group = np.zeros(len(runs.starts) + 2, dtype=np.uint32)
    group[1:-1] = runs.groups
    size = _LENGTH_BUCKET[np.minimum(lengths, 16)]
    code = ((group[:-2] * _u(32) + group[1:-1]) * _u(32) + group[2:]) * _u(8) + size
    inside = np.arange(runs.n) - runs.starts[runs.of]
    spot = np.minimum(inside, 2) + 3 * np.minimum(lengths[runs.of] - 1 - inside, 2)
    return bucket(code[runs.of] * _u(9) + spot.astype(np.uint32), GROUPS["runs"], 13)


class _Natural(NamedTuple):
    """How natural neighbours are. ``bigrams`` and ``trigrams`` (n + 4): levels, those that start
    at ``i`` at index ``i + 2``; ``coarse`` (4 x n): coarse levels of the bigrams that start at
    ``i - 2`` to ``i + 1``; ``ties`` (n - 1); ``rank``, ``odd`` and ``chinese`` (n)."""

    bigrams: U32
    trigrams: U32
    coarse: list[U32]
    ties: NDArray[np.int16]
    rank: U32
    odd: NDArray[np.int16]
    chinese: NDArray[np.bool_]


def _naturalness(
    batch: Batch, han: NDArray[np.bool_], keys: list[U32], counts: CountTables
) -> _Natural:
    """Look up bigrams and trigrams that lie within Chinese text."""
    codes = batch.codes
    n = len(codes)
    bigrams = np.full(n + 4, _NOT_CHINESE, dtype=np.uint32)
    trigrams = np.zeros(n + 4, dtype=np.uint32)
    rank = np.zeros(n, dtype=np.uint32)
    odd = np.zeros(n, dtype=np.int16)
    chinese = np.zeros(n, dtype=bool)
    ties = np.zeros(n - 1, dtype=np.int16)
    if han.any():
        often1 = counts.unigrams.take(codes)
        log1 = often1.astype(np.int16)
        whole = np.int16(8 * counts.log2_total)
        ranks = np.searchsorted(_RANKS, whole - np.arange(256, dtype=np.int16)).astype(np.uint32)
        rank = ranks.take(often1)
        rank *= batch.each(batch.counts(han) > 0)
        seen2 = seen(keys[1][REACH : REACH + n - 1], counts.ngrams)
        seen3 = seen(keys[2][REACH : REACH + n - 2], counts.ngrams)
        pair = han[:-1] & han[1:]
        # In eighths of a doubling: how often chance would bring two characters together.
        expected = log1[:-1] + log1[1:] - whole
        often2, often3 = EIGHTHS.take(seen2), EIGHTHS.take(seen3)
        ties = tie(seen2, expected)
        unseen = _UNSEEN_LEVELS.take(_steps(expected))
        known = _SEEN_LEVELS.take(_steps(ties))
        level = np.where(pair, np.where(seen2 > 0, known, unseen), _NOT_CHINESE)
        bigrams[2 : 2 + n - 1] = level
        # How often its two bigrams would bring a trigram about.
        triple = pair[:-1] & pair[1:]
        hope = often2[:-1] + often2[1:] - log1[1:-1]
        due = (seen2[:-1] > 0) & (seen2[1:] > 0)
        unseen = np.where(due, _UNSEEN_TRIGRAMS.take(_steps(hope)), 4)
        known = _SEEN_TRIGRAMS.take(_steps(often3 - hope))
        fresh = np.where(triple, np.where(seen3 > 0, known, unseen), 0)
        trigrams[2 : 2 + n - 2] = fresh
        odd[:-1] = _ODD_BIGRAMS.take(level)
        odd[1:-1] += _ODD_TRIGRAMS.take(fresh)
        chinese[:-1] = pair
    coarse = _COARSE.take(bigrams)
    four = [coarse[k : k + n] for k in range(4)]
    return _Natural(bigrams, trigrams, four, ties, rank, odd, chinese)


def _natural_groups(batch: Batch, natural: _Natural) -> dict[str, U32]:
    n = len(batch.codes)
    before, ends, begins, after = natural.coarse
    bigrams = natural.bigrams[1 : 1 + n] << _u(4) | natural.bigrams[2 : 2 + n]
    first, middle, last = (natural.trigrams[k : k + n] for k in range(3))
    trigrams = first << _u(6) | middle << _u(3) | last
    near = ends << _u(6) | begins << _u(3) | middle
    odds, pairs = RunningSum(natural.odd, _BROAD), RunningSum(natural.chinese, _BROAD)
    around = odds.around(_NARROW) * (2 * _NARROW + 2) + pairs.around(_NARROW)
    narrow = _NARROW_RATES.take(around)
    around = odds.around(_BROAD) * (2 * _BROAD + 2) + pairs.around(_BROAD)
    broad = _BROAD_RATES.take(around)
    pages = odds.over(batch) * 10 // np.maximum(pairs.over(batch), 1)
    page = batch.each(np.minimum(pages, 7).astype(np.uint32) << _u(6))
    density = narrow << _u(12) | broad << _u(9) | ends << _u(3) | begins
    return {
        "natural_bigrams": (bigrams << _u(3) | before) << _u(5) | after << _u(2) | natural.rank,
        "natural_trigrams": trigrams << _u(6) | ends << _u(3) | begins,
        "natural_char": bucket(batch.codes * _u(512) + near, GROUPS["natural_char"], 19),
        "natural_density": density | page,
    }


def _contrast(batch: Batch, gains: NDArray[np.int16], natural: _Natural) -> U32:
    """Return whether another word would fit much better: here, near, and in the page."""
    compared = RunningSum(gains > NO_GAIN, _BROAD)
    improved = RunningSum(gains >= _MUCH_BETTER, _BROAD)
    around = improved.around(_BROAD) * (2 * _BROAD + 2) + compared.around(_BROAD)
    local = _CONTRAST_RATES.take(around)
    pages = improved.over(batch) * 20 // np.maximum(compared.over(batch), 20)
    share = batch.each(np.minimum(pages, 7).astype(np.uint32))
    own = _GAIN_LEVELS.take(gains - np.int16(NO_GAIN))
    _, ends, begins, _ = natural.coarse
    return ((own << _u(3) | local) << _u(3) | share) << _u(6) | ends << _u(3) | begins


def _places(batch: Batch, shape: U32) -> U32:
    """Return where each character sits, and how long its block is."""
    is_break = batch.classes == 0
    breaks = np.flatnonzero(is_break)
    sizes = np.append(breaks, len(is_break)) - np.concatenate(([0], breaks + 1))
    extents = np.minimum(np.log2(np.maximum(sizes, 1)), 7).astype(np.uint32)
    block: NDArray[np.intp] = (
        np.cumsum(is_break) - is_break
    )  # a break belongs to the block that it ends
    place = batch.places.astype(np.uint32) * _u(8) + extents[block]
    return bucket(place * _u(32) + shape, GROUPS["place"], 23)


def _scripts(batch: Batch, han: NDArray[np.bool_], shape: U32) -> U32:
    """Return whether Chinese is Traditional or Simplified: here, near, and in the page."""
    classes = batch.classes
    old = classes == CLASS["han_traditional"]
    traditional = RunningSum(old, _SCRIPT)
    forms = RunningSum(old | (classes == CLASS["han_simplified"]), _SCRIPT)
    around = traditional.around(_SCRIPT) * (2 * _SCRIPT + 2) + forms.around(_SCRIPT)
    local = _SCRIPT_RATES.take(around)
    total = forms.over(batch)
    mostly = np.minimum(traditional.over(batch) * 3 // np.maximum(total, 1), 2)
    latin = 3 * batch.counts(han) < batch.ends - batch.starts
    page = np.where(total < 4, 3, mostly) << 1 | latin
    return (local << _u(6) | batch.each(page.astype(np.uint32))) << _u(5) | shape


def _repetition(batch: Batch, keys: U32, natural: _Natural, shape: U32) -> U32:
    """Return how often the four characters from each one on occur in the page."""
    short = keys >> _u(16)
    repeated = np.zeros(len(keys), dtype=np.uint32)
    for start, end in zip(batch.starts.tolist(), batch.ends.tolist(), strict=True):
        own = short[start:end]
        repeated[start:end] = _LOG2[np.minimum(np.bincount(own, minlength=65536)[own], 255)]
    return (repeated << _u(3) | natural.coarse[2]) << _u(5) | shape


def _words(batch: Batch, runs: _Runs) -> dict[str, U32]:
    """Return the words before, here and after, for scripts that have them."""
    n, starts = runs.n, runs.starts
    codes = batch.codes
    cumulated = np.zeros(n + 1, dtype=np.uint32)
    np.cumsum((codes + _u(1)) * _powers(n), out=cumulated[1:])
    finish = np.append(starts[1:], n)
    word_hash = (cumulated[finish] - cumulated[starts]) * _inverse_powers(n)[starts]
    is_word = _IS_WORD[runs.groups]
    word_hash = np.where(is_word, word_hash | _u(1), _u(0))
    # The breaks between two pages stand for the word that is not there.
    is_word[runs.of[batch.starts - 1]] = True
    word_at = np.flatnonzero(is_word)
    ordered = np.zeros(len(word_at) + 2, dtype=np.uint32)
    ordered[1:-1] = word_hash[word_at]
    before = np.zeros(len(starts), dtype=np.uint32)
    after = np.zeros(len(starts), dtype=np.uint32)
    before[word_at] = ordered[:-2] * M2 + ordered[1:-1]
    after[word_at] = ordered[1:-1] * M2 + ordered[2:]
    return {
        "word": bucket(word_hash, GROUPS["word"], 29)[runs.of],
        "word_before": bucket(before, GROUPS["word_before"], 31)[runs.of],
        "word_after": bucket(after, GROUPS["word_after"], 37)[runs.of],
    }


_BASE = 0x01000193
_BASE_INVERSE = pow(_BASE, -1, 1 << 32)
_power_tables: dict[int, U32] = {}


def _power_table(base: int, n: int) -> U32:
    """Return at least ``n`` powers of ``base`` modulo 2**32, kept for the next page."""
    table = _power_tables.get(base)
    if table is None or len(table) < n:
        size = max(1 << 16, 1 << max(n - 1, 1).bit_length())
        steps = np.full(size, base, dtype=np.uint32)
        steps[0] = 1
        table = np.multiply.accumulate(steps, dtype=np.uint32)
        _power_tables[base] = table
    return table


def _powers(n: int) -> U32:
    return _power_table(_BASE, n)[:n]


def _inverse_powers(n: int) -> U32:
    return _power_table(_BASE_INVERSE, n + 1)
