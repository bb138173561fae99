"""Machines that damage words: by dictionaries, by names, by a translation and back.

See :mod:`detector.training.garble` for what a machine is given and returns.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import pairwise

from detector.training.edits import (
    Edit,
    known_chars,
    known_words,
    merged_edits,
    replaced,
    simplified_view,
    some_of,
    tokens_of,
    wanted_edits,
)
from detector.training.garble_lexicons import GarbleLexicons, Prepared, prepare

__all__ = [
    "accidents",
    "back_translated",
    "homophones",
    "in_word",
    "look_alikes",
    "mixed_script",
    "pairs",
    "proper_nouns",
    "thesaurus",
]

_CLAUSE = re.compile("[\u4e00-\u9fff]{5,}")


def thesaurus(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Synonyms for words; each page draws a dictionary of its own from the thesaurus."""
    ready = prepare(lex, split)
    table = ready.thesaurus
    # A farm that does not segment hits words across word borders too.
    found = table.find(text) if rng.random() < 0.2 else known_words(text, ready, table)
    taste = rng.choice(("any", "kin", "kin", "first"))

    def options(word: str) -> Sequence[str]:
        synonyms = table[word]
        if taste == "first":
            return synonyms[:2]
        kin = [other for other in synonyms if set(other) & set(word)] if taste == "kin" else []
        return kin or synonyms

    return replaced(some_of(found, rng, wanted_edits(text, strength)), rng, options)


def in_word(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Re-reading: a character gives way to a word for one of its senses, inside words as well.

    Most pages carry word pairs of the same farms beside it.
    """
    ready = prepare(lex, split)
    source = rng.choice(("own", "own", "single", "both"))
    table: dict[str, tuple[str, ...]] = {}
    if source != "single":
        table.update(ready.in_word)
    if source != "own":
        table = {**ready.single, **table}
    if rng.random() < 0.25:  # only characters with a second reading
        table = {c: v for c, v in table.items() if len(lex.pinyin.get(c, ())) > 1} or table
    budget = wanted_edits(text, strength)
    words: list[Edit] = []
    if rng.random() < 0.6:
        words = _pair_edits(text, rng, budget * rng.uniform(0.2, 0.6), ready, "reading")
        budget -= sum(edit.end - edit.start for edit in words)
    single = replaced(some_of(known_chars(text, table), rng, budget), rng, table.__getitem__)
    return merged_edits(words, single)


def _pair_edits(
    text: str, rng: random.Random, budget: float, ready: Prepared, dictionary: str
) -> list[Edit]:
    """Replacements from one dictionary of pairs, by words or by plain substrings."""
    table = ready.pairs.get(dictionary)
    if table is None:
        return []
    by_words = dictionary != "accident" and rng.random() < 0.5
    found = known_words(text, ready, table) if by_words else table.find(text)
    return replaced(some_of(found, rng, budget), rng, table.__getitem__)


def pairs(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """The dictionary of one kind of farm: lottery, novel, technical and so on."""
    ready = prepare(lex, split)
    names = [name for name in ready.pairs if name not in ("accident", "translated")]
    if not simplified_view(text, ready) and "traditional_spin" in names:
        names.remove("traditional_spin")
    rng.shuffle(names)
    budget = wanted_edits(text, strength)
    pooled: list[Edit] = []  # where no dictionary suffices, several are used together
    for name in names:
        edits = _pair_edits(text, rng, budget, ready, name)
        if sum(edit.end - edit.start for edit in edits) >= 0.6 * budget:
            return edits
        pooled = merged_edits(pooled, edits)
        if sum(edit.end - edit.start for edit in pooled) >= budget:
            break
    return pooled


def accidents(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Blind substring replacement of short words, wherever their characters stand."""
    return _pair_edits(text, rng, wanted_edits(text, strength), prepare(lex, split), "accident")


def homophones(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Characters or words that sound the same, with or without regard to the tone."""
    ready = prepare(lex, split)
    budget = wanted_edits(text, strength)
    mode = rng.choice(("toned", "toneless", "words", "mixed"))
    words: list[Edit] = []
    if mode in ("words", "mixed"):
        table = ready.homophones
        share = budget if mode == "words" else budget * 0.6
        words = replaced(
            some_of(known_words(text, ready, table), rng, share), rng, table.__getitem__
        )
        budget -= sum(edit.end - edit.start for edit in words)
    if mode == "words" and words:
        return words
    sounds = ready.toned if mode == "toned" else ready.toneless
    matches = some_of(known_chars(text, sounds), rng, budget)
    if rng.random() < 0.4:  # typed by hand: another character each time
        loose = [Edit(start, end, rng.choice(sounds[char])) for start, end, char in matches]
        return merged_edits(words, loose)
    return merged_edits(words, replaced(matches, rng, sounds.__getitem__))


def look_alikes(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Characters that look alike: similar strokes, Kangxi radicals, variants, parts set apart."""
    ready = prepare(lex, split)
    tables = [ready.strokes, ready.radicals, ready.lookalikes, ready.lookalikes]
    rng.shuffle(tables)
    budget = wanted_edits(text, strength)
    result: list[Edit] = []
    for table in tables[: rng.choice((1, 1, 2))]:
        # Often it is one very common character: 的 is 得 all through the page.
        common_first = rng.random() < 0.25
        matches = some_of(known_chars(text, table), rng, budget, common_first)
        result = merged_edits(result, replaced(matches, rng, table.__getitem__))
    return result


def mixed_script(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Traditional characters in Simplified text, or the other way round."""
    ready = prepare(lex, split)
    table = ready.traditional
    matches = known_chars(text, table)
    others = known_chars(text, ready.simplified)
    if len(others) > len(matches):
        table, matches = ready.simplified, others
    if rng.random() < 0.3:  # single slips rather than a dictionary
        slips = rng.sample(matches, min(len(matches), wanted_edits(text, strength)))
        return [Edit(start, end, table[char][0]) for start, end, char in sorted(slips)]
    return replaced(some_of(matches, rng, wanted_edits(text, strength)), rng, table.__getitem__)


def proper_nouns(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Names exchanged for other names, each always for the same one."""
    ready = prepare(lex, split)
    places = ("place", "country", "city")
    mixed = rng.random() < 0.4  # a town for a country, a mountain for a company
    strange = rng.random() < 0.2

    def options(name: str) -> Sequence[str]:
        kind = ready.proper_nouns[name][0]
        kinds: tuple[str, ...] = (kind,)
        if strange:
            kinds = tuple(ready.names)
        elif mixed and kind in places:
            kinds = places
        return [other for k in kinds for other in ready.names[k] if other != name]

    found = ready.proper_nouns.find(text)
    return replaced(some_of(found, rng, max(6.0, 2 * wanted_edits(text, strength))), rng, options)


_MEASURES = "个名位条台家辆场件座张片块根只头匹把本册部封幅粒颗支首扇盏艘枚份桩"
_MEASURE = re.compile(f"(?<=[一两三四五六七八九十几这那每])[{_MEASURES}](?=[\u4e00-\u9fff])")
_FILLERS = ("它", "其", "这", "他们", "一个", "那", "它是", "在这个", "有着", "和", "对于", "当")


def back_translated(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Prose as if translated away and back: word order, measure words, passives, stray 的."""
    ready = prepare(lex, split)
    budget = wanted_edits(text, strength)
    # Words go wrong on the way as well: 银行 comes back as 河岸.
    dictionary = rng.choice(("translated", "translated", "polysemy"))
    words = _pair_edits(text, rng, budget * rng.uniform(0.2, 0.6), ready, dictionary)
    measures = [
        Edit(m.start(), m.end(), rng.choice(_MEASURES.replace(m.group(), "")))
        for m in _MEASURE.finditer(text)
        if rng.random() < 3 * strength
    ]
    edits = [*words, *measures]
    spent = sum(len(edit.replacement) for edit in edits)
    clauses = [match.span() for match in _CLAUSE.finditer(text)]
    rng.shuffle(clauses)
    prose: list[Edit] = []
    for start, end in clauses:
        if spent >= budget:
            break
        made = _bend(text, tokens_of(text, start, end, ready), rng)
        prose.extend(made)
        spent += sum(max(1, len(edit.replacement)) for edit in made)
    return merged_edits(words, measures, prose)


def _bend(text: str, tokens: list[tuple[int, int]], rng: random.Random) -> list[Edit]:
    """One change to the syntax of a clause: an exchange, a passive, a stray word."""
    joints = [
        (left, right) for left, right in pairwise(tokens) if min(_size(left), _size(right)) > 1
    ]
    action = rng.choice(("swap", "swap", "的", "被", "filler", "late"))
    if action == "filler" or not joints:
        at = tokens[0][0]
        return [Edit(at, at, rng.choice(_FILLERS))]
    left, right = rng.choice(joints)
    if action == "swap":
        return [Edit(left[0], right[1], text[slice(*right)] + text[slice(*left)])]
    if action in ("的", "被"):
        return [Edit(right[0], right[0], action)]
    first, last = tokens[0], tokens[-1]
    if first == left and last[1] > left[1]:
        return [Edit(*first, ""), Edit(last[1], last[1], text[slice(*first)])]
    return [Edit(left[0], right[1], text[slice(*right)] + "的" + text[slice(*left)])]


def _size(token: tuple[int, int]) -> int:
    return token[1] - token[0]
