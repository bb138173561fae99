"""What may have stood where a word stands: the dictionaries of the garbling machines, inverted."""

from __future__ import annotations

import math
import zlib
from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from detector.contrast import MOST_ALTERNATIVES, SLOT_BITS, Alternatives
from detector.counts import count_slots, tuple_keys
from detector.training.garble_lexicons import GarbleLexicons, is_han, prepare

__all__ = ["known_alternatives", "no_alternatives"]

_MOST_WORDS = (1 << 16) - 1
_LEAST_FREQUENCY = 20
"""Of an original: what hardly anybody writes was hardly there."""


def no_alternatives() -> Alternatives:
    """Return the tables of no words at all."""
    return _tables({}, {})


def known_alternatives(lexicons: GarbleLexicons, split: str, shown: int = 100) -> Alternatives:
    """Return the words that the dictionaries of ``split`` put for others, with those others.

    Of thesaurus, pairs and homophones, words of two characters; ``shown`` percent of the originals
    are used, always the same ones.
    """
    prepared = prepare(lexicons, split)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for table in (prepared.thesaurus, prepared.homophones, *prepared.pairs.values()):
        for original, others in table.entries.items():
            if zlib.crc32(f"shown {original}".encode()) % 100 >= shown or not _is_pair(original):
                continue
            if lexicons.word_frequency.get(original, 0) < _LEAST_FREQUENCY:
                continue
            for other in others:
                if _is_pair(other) and other != original:
                    found[other].add(original)
    return _tables(found, lexicons.word_frequency)


def _is_pair(word: str) -> bool:
    return len(word) == 2 and is_han(word)


def _tables(found: dict[str, set[str]], frequency: Mapping[str, int]) -> Alternatives:
    def commonness(word: str) -> int:
        return min(255, round(6 * math.log2(frequency.get(word, 0) + 1)))

    # The commonest words keep the slots that several contend for.
    ordered = sorted(found, key=lambda word: (frequency.get(word, 0), word))[-_MOST_WORDS:]
    rows = len(ordered) + 1
    words = np.zeros((rows, 1 + MOST_ALTERNATIVES, 2), dtype=np.uint16)
    common = np.zeros((rows, 1 + MOST_ALTERNATIVES), dtype=np.uint8)
    keys = np.zeros(rows, dtype=np.uint32)
    slots = np.zeros(1 << SLOT_BITS, dtype=np.uint16)
    for row, word in enumerate(ordered, 1):
        best = sorted(found[word], key=lambda other: (-frequency.get(other, 0), other))
        for index, other in enumerate([word, *best[:MOST_ALTERNATIVES]]):
            words[row, index] = [ord(char) for char in other]
            common[row, index] = commonness(other)
    if len(ordered):
        pairs = words[1:, 0].astype(np.uint32)
        keys[1:] = tuple_keys([pairs[:, 0], pairs[:, 1]])
        slots[count_slots(keys[1:], 1 << SLOT_BITS)[0]] = np.arange(1, rows)
    return Alternatives(slots, keys, words, common)
