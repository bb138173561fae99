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

from detector.contrast import NO_GAIN, Alternatives, contrast
from detector.counts import EIGHTHS, M1, M2, M3, CountTables, ngram_keys, seen, tie
from detector.fold import CLASS, HAN_LAST, Folded

__all__ = [
    "FLAT_SIZE",
    "GROUPS",
    "ORDERS",
    "REACH",
    "ROW_BITS",
    "Features",
    "RunningSum",
    "features",
]

U32 = NDArray[np.uint32]

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
    ``flats`` (groups x n): buckets in the flat table.
    """

    rows: tuple[U32, ...]
    flats: U32


def _bucket(keys: U32, bits: int, salt: int) -> U32:
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

    def around(self, radius: int, at: NDArray[np.intp] | None = None) -> NDArray[np.int32]:
        """Return the sum over ``radius`` on both sides of each position, or of those in ``at``."""
        high = self.most + radius + 1
        low = self.most - radius
        if at is not None:
            return self.sums[at + high] - self.sums[at + low]
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
_GAIN_LEVELS = np.concatenate(
    ([0], np.searchsorted((-40, -8, 16, 32, 56, 80), np.arange(NO_GAIN + 1, 121), "right") + 1)
).astype(np.uint32)
# How common the character itself is, in four steps, by eighths of a doubling below the total.
_RANKS = np.array((72, 104, 136), dtype=np.int16)


def _steps(eighths: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return indices into the tables of levels."""
    return np.clip(eighths, -_LIMIT, _LIMIT) + np.int16(_LIMIT)


def features(
    folded: Folded,
    places: NDArray[np.uint8],
    counts: CountTables,
    alternatives: Alternatives,
) -> Features:
    """Return the features of each character of one page.

    ``places`` (uint8, one for each character) says where it sits: ``2 * where + visible``.
    """
    codes, classes, _ = folded
    n = len(codes)
    padded = np.zeros(n + 2 * REACH, dtype=np.uint32)
    padded[REACH : REACH + n] = codes
    shapes = np.zeros(n + 2 * REACH, dtype=np.uint32)
    shapes[REACH : REACH + n] = classes
    keys = [ngram_keys(padded, order) for order in ORDERS]
    rows = tuple(_bucket(key, ROW_BITS, order) for order, key in zip(ORDERS, keys, strict=True))

    flats = np.empty((len(GROUPS), n), dtype=np.uint32)
    names = iter(range(len(GROUPS)))

    def put(name: str, bucket: U32) -> None:
        np.add(bucket, np.uint32(_OFFSETS[name]), out=flats[next(names)])

    u = np.uint32
    wide = shapes[:n].copy()
    for k in range(1, 7):
        wide *= u(37)
        wide += shapes[k : k + n]
    put("shape_wide", _bucket(wide, GROUPS["shape_wide"], 11))
    put("shape_near", shapes[2 : 2 + n] << u(10) | shapes[3 : 3 + n] << u(5) | shapes[4 : 4 + n])

    # Runs of one class, and words: runs of letters and digits.
    groups = _RUN_GROUP[classes]
    new = np.empty(n, dtype=bool)
    new[:1] = True
    np.not_equal(groups[1:], groups[:-1], out=new[1:])
    starts = np.flatnonzero(new)
    run = np.cumsum(new) - 1
    lengths = np.diff(np.append(starts, n))
    run_group = np.zeros(len(starts) + 2, dtype=np.uint32)
    run_group[1:-1] = groups[starts]
    size = _LENGTH_BUCKET[np.minimum(lengths, 16)]
    run_code = ((run_group[:-2] * u(32) + run_group[1:-1]) * u(32) + run_group[2:]) * u(8) + size
    inside = np.arange(n) - starts[run] if n else run
    spot = np.minimum(inside, 2) + 3 * np.minimum(lengths[run] - 1 - inside, 2) if n else run
    put("runs", _bucket(run_code[run] * u(9) + spot.astype(np.uint32), GROUPS["runs"], 13))

    # Naturalness of bigrams and trigrams that lie within Chinese text.
    han = (classes >= 1) & (classes <= HAN_LAST)
    level2 = np.full(n + 4, _NOT_CHINESE, dtype=np.uint32)
    level3 = np.zeros(n + 4, dtype=np.uint32)
    rank = np.zeros(n, dtype=np.uint32)
    odd = np.zeros(n, dtype=np.int16)
    both = np.zeros(n, dtype=bool)
    ties = np.zeros(max(0, n - 1), dtype=np.int16)
    if n >= 3 and han.any():
        log1 = counts.unigrams[codes].astype(np.int16)
        whole = np.int16(8 * counts.log2_total)
        rank = np.searchsorted(_RANKS, whole - log1).astype(np.uint32)
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
        level2[2 : 2 + n - 1] = level
        # How often its two bigrams would bring a trigram about.
        triple = pair[:-1] & pair[1:]
        hope = often2[:-1] + often2[1:] - log1[1:-1]
        due = (seen2[:-1] > 0) & (seen2[1:] > 0)
        unseen = np.where(due, _UNSEEN_TRIGRAMS.take(_steps(hope)), 4)
        known = _SEEN_TRIGRAMS.take(_steps(often3 - hope))
        fresh = np.where(triple, np.where(seen3 > 0, known, unseen), 0)
        level3[2 : 2 + n - 2] = fresh
        odd[:-1] = _ODD_BIGRAMS.take(level)
        odd[1:-1] += _ODD_TRIGRAMS.take(fresh)
        both[:-1] = pair
    coarse = _COARSE.take(level2)
    # b[1] ends at this character, b[2] starts at it
    b = [coarse[k : k + n] for k in range(4)]
    bigrams = level2[1 : 1 + n] << u(4) | level2[2 : 2 + n]
    put("natural_bigrams", (bigrams << u(3) | b[0]) << u(5) | b[3] << u(2) | rank)
    trigrams = level3[:n] << u(6) | level3[1 : 1 + n] << u(3) | level3[2 : 2 + n]
    put("natural_trigrams", trigrams << u(6) | b[1] << u(3) | b[2])
    near = b[1] << u(6) | b[2] << u(3) | level3[1 : 1 + n]
    put("natural_char", _bucket(codes * u(512) + near, GROUPS["natural_char"], 19))
    odds, pairs = RunningSum(odd, _BROAD), RunningSum(both, _BROAD)
    near_odds, near_pairs = odds.around(_NARROW), pairs.around(_NARROW)
    narrow = _NARROW_RATES.take(near_odds * (2 * _NARROW + 2) + near_pairs)
    broad = _BROAD_RATES.take(odds.around(_BROAD) * (2 * _BROAD + 2) + pairs.around(_BROAD))
    page = min(7, int(odds.sums[-1]) * 10 // max(1, int(pairs.sums[-1])))
    density = narrow << u(12) | broad << u(9) | b[1] << u(3) | b[2]
    put("natural_density", density | u(page << 6))

    # Contrast: would another word fit much better? Here, near, and in the page.
    gains = contrast(codes, han, ties, counts, alternatives)
    better = gains >= _MUCH_BETTER
    compared = RunningSum(gains > NO_GAIN, _BROAD)
    improved = RunningSum(better, _BROAD)
    around = improved.around(_BROAD) * (2 * _BROAD + 2) + compared.around(_BROAD)
    local = _CONTRAST_RATES.take(around)
    share = min(7, int(improved.sums[-1]) * 20 // max(20, int(compared.sums[-1])))
    own = _GAIN_LEVELS.take(np.clip(gains, NO_GAIN, 120) - NO_GAIN)
    put("contrast", ((own << u(3) | local) << u(3) | u(share)) << u(6) | b[1] << u(3) | b[2])

    # Place: where it sits, how long its block is, and how far from the block's ends.
    is_break = classes == 0
    breaks = np.flatnonzero(is_break)
    block_sizes = np.append(breaks, n) - np.concatenate(([0], breaks + 1))
    extents = np.minimum(np.log2(np.maximum(block_sizes, 1)), 7).astype(np.uint32)
    block = np.cumsum(is_break)
    block -= is_break  # a break belongs to the block that it ends
    extent = extents[block]
    place = places.astype(np.uint32) * u(8) + extent
    put("place", _bucket(place * u(32) + shapes[REACH : REACH + n], GROUPS["place"], 23))

    # Script: Traditional or Simplified forms here, near, and in the page.
    old = classes == CLASS["han_traditional"]
    traditional = RunningSum(old, _SCRIPT)
    forms = RunningSum(old | (classes == CLASS["han_simplified"]), _SCRIPT)
    near_forms = traditional.around(_SCRIPT) * (2 * _SCRIPT + 2) + forms.around(_SCRIPT)
    local = _SCRIPT_RATES.take(near_forms)
    total = int(forms.sums[-1])
    mostly = 3 if total < 4 else min(2, int(traditional.sums[-1]) * 3 // total)
    latin_page = int(3 * int(han.sum()) < n)
    put("script", (local << u(6) | u(mostly << 1 | latin_page)) << u(5) | shapes[REACH : REACH + n])

    # Repetition: how often the four characters from here on occur in the page.
    if n:
        key4 = keys[3][REACH : REACH + n] >> u(16)
        often = np.bincount(key4, minlength=65536)[key4]
        repeated = _LOG2[np.minimum(often, 255)]
    else:
        repeated = np.zeros(0, dtype=np.uint32)
    put("repetition", (repeated << u(3) | b[2]) << u(5) | shapes[REACH : REACH + n])

    # Words, for scripts that have them.
    cumulated = np.zeros(n + 1, dtype=np.uint32)
    powers = _powers(n)
    np.cumsum((codes + u(1)) * powers, out=cumulated[1:])
    finish = np.append(starts[1:], n) if n else starts
    word_hash = (cumulated[finish] - cumulated[starts]) * _inverse_powers(n)[starts]
    is_word = _IS_WORD[groups[starts]] if n else np.zeros(0, dtype=bool)
    word_hash = np.where(is_word, word_hash | u(1), u(0))
    word_at = np.flatnonzero(is_word)
    ordered = np.zeros(len(word_at) + 2, dtype=np.uint32)
    ordered[1:-1] = word_hash[word_at]
    before = np.zeros(len(starts), dtype=np.uint32)
    after = np.zeros(len(starts), dtype=np.uint32)
    before[word_at] = ordered[:-2] * M2 + ordered[1:-1]
    after[word_at] = ordered[1:-1] * M2 + ordered[2:]
    put("word", _bucket(word_hash, GROUPS["word"], 29)[run])
    put("word_before", _bucket(before, GROUPS["word_before"], 31)[run])
    put("word_after", _bucket(after, GROUPS["word_after"], 37)[run])
    return Features(rows, flats)


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
