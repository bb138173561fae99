"""Garbling: what content farms do to an article so that search engines do not know it again.

Each machine here imitates one way of damaging a text. A machine reads a text and returns
:class:`Edit` objects, it does not change anything itself; :func:`garble` picks machines and a
strength for a page, keeps one dictionary for the whole page as real farms do, and returns the
paragraphs with every replacement between the marks of :mod:`detector.training.marks`.

``strength`` is the share of Han characters that a machine should change, between 0 and 1; it is a
target, reached only where the text offers enough to change. ``split`` (``"train"`` or ``"test"``)
says which part of every dictionary may be used, see :mod:`detector.training.garble_lexicons`.
Offsets are code points, half-open.

:mod:`detector.training.lookalikes` makes the opposite: clean text that looks like garbling.
"""

from __future__ import annotations

import math
import random
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from detector.training.garble_lexicons import (
    GarbleLexicons,
    OwnLexicons,
    Prepared,
    Table,
    plain_reading,
    prepare,
    read_own,
    read_pairs,
)
from detector.training.marks import mark

__all__ = [
    "MACHINES",
    "Edit",
    "GarbleLexicons",
    "Machine",
    "OwnLexicons",
    "apply_edits",
    "garble",
    "known_words",
    "read_own",
    "read_pairs",
    "traditional_text",
]


class Edit(NamedTuple):
    """Put ``replacement`` in the place of ``text[start:end]``; either may be empty."""

    start: int
    end: int
    replacement: str


Match = tuple[int, int, str]
Machine = Callable[[str, random.Random, float, GarbleLexicons, str], list[Edit]]

LIGHTEST, HEAVIEST = 0.015, 0.25
_FIDELITY = 0.96  # how surely a farm replaces a word of its dictionary
_HAN = re.compile("[\u4e00-\u9fff]")
_RUN = re.compile("[\u4e00-\u9fff]{2,}")
_CLAUSE = re.compile("[\u4e00-\u9fff]{5,}")
_LINE = re.compile("[^\n\ue000-\ue003]{2,}")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_CONTROL = re.compile("[\x00-\x08\n-\x1f\x7f-\x9f]")
_STOP = re.compile("[，。！？；：、,.!?;:](?!\\d)")


# --- edits ---------------------------------------------------------------------------------------


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return ``text`` with ``edits`` made, every replacement marked as ``garbled``.

    A deletion leaves nothing to mark, so the character after it is marked (or the one before it,
    where no visible character follows). Raises ``ValueError`` if edits overlap or are out of order.
    """
    pieces: list[tuple[str, bool]] = []
    position = 0
    deleted = False
    for start, end, replacement in edits:
        if not position <= start <= end <= len(text):
            raise ValueError(f"edit {start}:{end} overlaps another or leaves the text")
        deleted = _append(pieces, text[position:start], deleted)
        if replacement:
            pieces.append((replacement, True))
            deleted = False
        else:
            deleted = deleted or end > start
        position = end
    if _append(pieces, text[position:], deleted):
        _mark_last(pieces)
    return "".join(mark(piece, "garbled") if marked else piece for piece, marked in pieces)


def _append(pieces: list[tuple[str, bool]], plain: str, deleted: bool) -> bool:
    """Add unchanged text; return whether a deletion before it is still to be marked."""
    if not plain:
        return deleted
    if deleted and _visible(plain[0]):
        pieces.append((plain[0], True))
        plain = plain[1:]
    elif deleted:
        _mark_last(pieces)
    pieces.append((plain, False))
    return False


def _mark_last(pieces: list[tuple[str, bool]]) -> None:
    """Mark the last character of unchanged text, if it is visible."""
    if pieces and not pieces[-1][1] and pieces[-1][0] and _visible(pieces[-1][0][-1]):
        last = pieces.pop()[0]
        pieces.extend([(last[:-1], False), (last[-1], True)])


def _visible(char: str) -> bool:
    return not char.isspace() and not "\ue000" <= char <= "\ue003"


def _merge(*sources: Sequence[Edit]) -> list[Edit]:
    """Join edits into one sorted list; where they overlap, the earlier source wins."""
    kept: list[Edit] = []
    for edits in sources:
        fresh = sorted([*kept, *edits]) if kept else sorted(edits)
        ours = set(kept)
        kept = []
        for edit in fresh:
            while kept and _collide(kept[-1], edit):
                if edit in ours and kept[-1] not in ours:
                    kept.pop()
                else:
                    break
            else:
                kept.append(edit)
    return kept


def _collide(left: Edit, right: Edit) -> bool:
    return right.start < left.end or (left.start == right.start and left.end == right.end)


# --- choosing ------------------------------------------------------------------------------------


def _budget(text: str, strength: float) -> int:
    """How many Han characters ``strength`` stands for in ``text``: at least one."""
    return max(1, round(strength * len(_HAN.findall(text))))


def _choose(
    found: Sequence[Match], rng: random.Random, budget: float, common_first: bool = False
) -> list[Match]:
    """Draw words until their occurrences add up to ``budget`` characters.

    A word is taken with nearly all of its occurrences, or not at all: that is what a dictionary
    does to a page. A word too frequent for what is left of the budget is passed over.
    """
    groups: dict[str, list[Match]] = {}
    for match in found:
        groups.setdefault(match[2], []).append(match)
    words = list(groups)
    rng.shuffle(words)
    if common_first:
        words.sort(key=lambda word: -len(groups[word]) * rng.uniform(0.5, 1))
    chosen: list[Match] = []
    spent = 0
    for word in words:
        cost = len(groups[word]) * len(word)
        if chosen and spent + cost > budget + max(2, 0.2 * budget):
            continue
        chosen.extend(m for m in groups[word] if rng.random() < _FIDELITY)
        spent += cost
        if spent >= budget:
            break
    return sorted(chosen)


def _replace(
    matches: Sequence[Match], rng: random.Random, options: Callable[[str], Sequence[str]]
) -> list[Edit]:
    """Replace each match by one of its word's options, the same one throughout the page."""
    dictionary: dict[str, str] = {}
    edits = []
    for start, end, word in matches:
        if word not in dictionary:
            dictionary[word] = rng.choice(options(word))
        edits.append(Edit(start, end, dictionary[word]))
    return edits


def _chars(text: str, table: Mapping[str, object]) -> list[Match]:
    """The characters of ``text`` that ``table`` has an entry for."""
    return [(i, i + 1, char) for i, char in enumerate(text) if char in table]


def known_words(text: str, ready: Prepared, table: Table) -> list[Match]:
    """The words of ``text`` that are in ``table``, as segmentation sees them."""
    return [match for match in ready.words.find(text) if match[2] in table]


def _tokens(text: str, start: int, end: int, ready: Prepared) -> list[tuple[int, int]]:
    """Words and left-over single characters of ``text[start:end]``, as offsets into ``text``."""
    tokens: list[tuple[int, int]] = []
    position = start
    for left, right, _ in ready.words.find(text[start:end]):
        tokens.extend((i, i + 1) for i in range(position, start + left))
        tokens.append((start + left, start + right))
        position = start + right
    tokens.extend((i, i + 1) for i in range(position, end))
    return tokens


# --- machines: dictionaries ----------------------------------------------------------------------


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

    return _replace(_choose(found, rng, _budget(text, strength)), rng, options)


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
    budget = _budget(text, strength)
    words: list[Edit] = []
    if rng.random() < 0.6:
        words = _pair_edits(text, rng, budget * rng.uniform(0.2, 0.6), ready, "reading")
        budget -= sum(edit.end - edit.start for edit in words)
    single = _replace(_choose(_chars(text, table), rng, budget), rng, table.__getitem__)
    return _merge(words, single)


def _pair_edits(
    text: str, rng: random.Random, budget: float, ready: Prepared, dictionary: str
) -> list[Edit]:
    """Replacements from one dictionary of pairs, by words or by plain substrings."""
    table = ready.pairs.get(dictionary)
    if table is None:
        return []
    by_words = dictionary != "accident" and rng.random() < 0.5
    found = known_words(text, ready, table) if by_words else table.find(text)
    return _replace(_choose(found, rng, budget), rng, table.__getitem__)


def pairs(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """The dictionary of one kind of farm: lottery, novel, technical and so on."""
    ready = prepare(lex, split)
    names = [name for name in ready.pairs if name not in ("accident", "translated")]
    if not _simplified_view(text, ready) and "traditional_spin" in names:
        names.remove("traditional_spin")
    rng.shuffle(names)
    budget = _budget(text, strength)
    pooled: list[Edit] = []  # where no dictionary suffices, several are used together
    for name in names:
        edits = _pair_edits(text, rng, budget, ready, name)
        if sum(edit.end - edit.start for edit in edits) >= 0.6 * budget:
            return edits
        pooled = _merge(pooled, edits)
        if sum(edit.end - edit.start for edit in pooled) >= budget:
            break
    return pooled


def accidents(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Blind substring replacement of short words, wherever their characters stand."""
    return _pair_edits(text, rng, _budget(text, strength), prepare(lex, split), "accident")


def homophones(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Characters or words that sound the same, with or without regard to the tone."""
    ready = prepare(lex, split)
    budget = _budget(text, strength)
    mode = rng.choice(("toned", "toneless", "words", "mixed"))
    words: list[Edit] = []
    if mode in ("words", "mixed"):
        table = ready.homophones
        share = budget if mode == "words" else budget * 0.6
        words = _replace(
            _choose(known_words(text, ready, table), rng, share), rng, table.__getitem__
        )
        budget -= sum(edit.end - edit.start for edit in words)
    if mode == "words" and words:
        return words
    sounds = ready.toned if mode == "toned" else ready.toneless
    matches = _choose(_chars(text, sounds), rng, budget)
    if rng.random() < 0.4:  # typed by hand: another character each time
        loose = [Edit(start, end, rng.choice(sounds[char])) for start, end, char in matches]
        return _merge(words, loose)
    return _merge(words, _replace(matches, rng, sounds.__getitem__))


def look_alikes(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Characters that look alike: similar strokes, Kangxi radicals, variants, parts set apart."""
    ready = prepare(lex, split)
    tables = [ready.strokes, ready.radicals, ready.lookalikes, ready.lookalikes]
    rng.shuffle(tables)
    budget = _budget(text, strength)
    result: list[Edit] = []
    for table in tables[: rng.choice((1, 1, 2))]:
        matches = _choose(_chars(text, table), rng, budget)
        result = _merge(result, _replace(matches, rng, table.__getitem__))
    return result


def mixed_script(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Traditional characters in Simplified text, or the other way round."""
    ready = prepare(lex, split)
    table = ready.traditional
    matches = _chars(text, table)
    others = _chars(text, ready.simplified)
    if len(others) > len(matches):
        table, matches = ready.simplified, others
    if rng.random() < 0.3:  # single slips rather than a dictionary
        slips = rng.sample(matches, min(len(matches), _budget(text, strength)))
        return [Edit(start, end, table[char][0]) for start, end, char in sorted(slips)]
    return _replace(_choose(matches, rng, _budget(text, strength)), rng, table.__getitem__)


# --- machines: signs -----------------------------------------------------------------------------

_GLOSSES: tuple[Callable[[str, str], str], ...] = (
    lambda char, reading: f"{char}({reading})",
    lambda char, reading: f"{char}({reading})",
    lambda char, reading: f"{char}({plain_reading(reading)})",
    lambda char, reading: f"{char}({plain_reading(reading)})({plain_reading(reading)})",
    lambda char, reading: f"{char}【{reading}】",
    lambda char, reading: f"{char}（{reading}）",
    lambda char, reading: f"{char}（{plain_reading(reading)}）",
    lambda char, reading: f"{char}[{plain_reading(reading)}]",
)


def bracketed_pinyin(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """A reading in brackets after common characters, the same characters all through the page.

    Some farms turn these characters into Traditional ones first; on some pages the bytes broke
    afterwards and left question marks and stray characters.
    """
    ready = prepare(lex, split)
    # Glossing doubles what it touches, so that pages carry far more of it than of synonyms.
    budget = _budget(text, min(0.4, strength * rng.uniform(1, 2)))
    found = _chars(text, ready.readings)
    script: Mapping[str, tuple[str, ...]] = {}
    if rng.random() < 0.4:
        script = ready.traditional
        narrowed = [match for match in found if match[2] in script]
        found = narrowed if rng.random() < 0.6 and narrowed else found
    matches = _choose(found, rng, budget, common_first=rng.random() < 0.45)
    gloss = rng.choice(_GLOSSES)
    damage = rng.uniform(0.1, 0.8) if rng.random() < 0.25 else 0.0
    edits: list[Edit] = []
    for start, end, char in matches:
        reading = ready.readings[char][0]
        if rng.random() < damage:
            stray = "".join(rng.choice(ready.rare) for _ in range(rng.choice((1, 1, 2))))
            edits.append(Edit(start, end, f"?{reading}){stray}{rng.choice(('?', '?', ''))}"))
        else:
            edits.append(Edit(start, end, gloss(script.get(char, (char,))[0], reading)))
    return edits


def absurd_emoji(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Emoji that mean nothing, before punctuation or in mid-sentence, or in place of words."""
    ready = prepare(lex, split)
    mode = rng.choice(("stops", "stops", "middle", "words"))
    if mode == "words":
        found = ready.emoji_words.find(text)
        return _replace(
            _choose(found, rng, _budget(text, strength)), rng, ready.emoji_words.__getitem__
        )
    places = [match.start() for match in _STOP.finditer(text)]
    if mode == "middle" or not places:
        places = [start for start, _, _ in ready.words.find(text)]
    wanted = max(1, _budget(text, strength) // 2)
    signs = rng.sample(ready.emoji, min(len(ready.emoji), rng.randint(3, 40)))
    chosen = sorted(rng.sample(places, min(len(places), wanted)))
    return [Edit(at, at, rng.choice(signs) * rng.choice((1, 1, 1, 2))) for at in chosen]


def noise(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Characters at random: in words, before pauses, in the place of others; dropped, exchanged."""
    ready = prepare(lex, split)
    modes = rng.choice(
        (
            *(("insert",), ("replace",), ("drop",), ("swap",), ("pause",)),
            ("insert", "replace", "drop", "swap"),
        )
    )
    # What stands before a pause is rare: for machines to see and readers to pass over.
    pools = (ready.rare,) if modes == ("pause",) else (ready.common[:500], *[ready.common] * 2)
    pool = rng.choice((*pools, ready.rare))
    runs = [match.span() for match in _RUN.finditer(text)]
    if not runs:
        return []
    ends = list(accumulate(end - start - 1 for start, end in runs))
    edits: dict[int, Edit] = {}
    for _ in range(min(_budget(text, strength), ends[-1])):
        pick = rng.randrange(ends[-1])
        index = bisect_right(ends, pick)
        start, end = runs[index]
        at = start + 1 + pick - (ends[index] - (end - start - 1))
        mode = rng.choice(modes)
        strange = "".join(rng.choice(pool) for _ in range(rng.choice((1, 1, 2, 2, 3))))
        if mode == "insert":
            edits[at] = Edit(at, at, strange)
        elif mode == "replace":
            edits[at] = Edit(at, min(end, at + rng.choice((1, 1, 2))), strange)
        elif mode == "pause":
            edits[end] = Edit(end, end, strange[:2])
        elif mode == "drop":
            edits[at] = Edit(at, at + 1, "")
        elif text[at] != text[at - 1]:
            edits[at] = Edit(at - 1, at + 1, text[at] + text[at - 1])
    return _merge(list(edits.values()))


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
    return _replace(_choose(found, rng, max(6.0, 2 * _budget(text, strength))), rng, options)


# --- machines: bytes -----------------------------------------------------------------------------

# (written as, read as): what a page turns into when nobody says how it is encoded.
_MISREADINGS = (
    ("gb18030", "cp1252"),
    ("gb18030", "cp1252"),
    ("gb18030", "latin-1"),
    ("utf-8", "cp1252"),
    ("utf-8", "latin-1"),
    ("utf-8", "gbk"),
    ("gb18030", "big5"),
    ("big5", "cp1252"),
)


def _misread(text: str, written: str, read: str) -> str:
    """``text`` in the bytes of one encoding, read in another; without private-use characters."""
    raw = text.encode(written, "ignore")
    if read == "cp1252":
        shown = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in raw)
    else:
        shown = raw.decode(read, "replace")
    # Control characters do not survive in a page, and some of them would end the line.
    return _PRIVATE.sub("\ufffd", _CONTROL.sub("", shown))


def mojibake(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Whole paragraphs in the wrong encoding; or, on other pages, spinning with doubled commas."""
    if rng.random() < 0.15:
        spun = pairs(text, rng, strength, lex, split)
        commas = [Edit(m.start(), m.end(), m.group() * 2) for m in re.finditer("，", text)]
        return _merge(spun, [edit for edit in commas if rng.random() < 0.7])
    lines = [match for match in _LINE.finditer(text) if _HAN.search(match.group())]
    written, read = rng.choice(_MISREADINGS)
    whole = rng.random() < 0.6
    share = min(1.0, 3 * strength)
    edits = [
        Edit(match.start(), match.end(), _misread(match.group(), written, read))
        for match in lines
        if whole or rng.random() < share
    ]
    return edits or [
        Edit(m.start(), m.end(), _misread(m.group(), written, read)) for m in lines[-1:]
    ]


# --- machines: prose -----------------------------------------------------------------------------

_MEASURES = "个名位条台家辆场件座张片块根只头匹把本册部封幅粒颗支首扇盏艘枚份桩"
_MEASURE = re.compile(f"(?<=[一两三四五六七八九十几这那每])[{_MEASURES}](?=[\u4e00-\u9fff])")
_FILLERS = ("它", "其", "这", "他们", "一个", "那", "它是", "在这个", "有着", "和", "对于", "当")


def back_translated(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Prose as if translated away and back: word order, measure words, passives, stray 的."""
    ready = prepare(lex, split)
    budget = _budget(text, strength)
    function_words = _pair_edits(text, rng, budget * rng.uniform(0.2, 0.6), ready, "translated")
    measures = [
        Edit(m.start(), m.end(), rng.choice(_MEASURES.replace(m.group(), "")))
        for m in _MEASURE.finditer(text)
        if rng.random() < 3 * strength
    ]
    edits = [*function_words, *measures]
    spent = sum(len(edit.replacement) for edit in edits)
    clauses = [match.span() for match in _CLAUSE.finditer(text)]
    rng.shuffle(clauses)
    prose: list[Edit] = []
    for start, end in clauses:
        if spent >= budget:
            break
        made = _bend(text, _tokens(text, start, end, ready), rng)
        prose.extend(made)
        spent += sum(max(1, len(edit.replacement)) for edit in made)
    return _merge(function_words, measures, prose)


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


# --- pages ---------------------------------------------------------------------------------------

MACHINES: dict[str, Machine] = {
    "thesaurus": thesaurus,
    "in_word": in_word,
    "pairs": pairs,
    "homophones": homophones,
    "look_alikes": look_alikes,
    "mixed_script": mixed_script,
    "bracketed_pinyin": bracketed_pinyin,
    "absurd_emoji": absurd_emoji,
    "noise": noise,
    "proper_nouns": proper_nouns,
    "accidents": accidents,
    "mojibake": mojibake,
    "back_translated": back_translated,
}

_WEIGHTS = {
    "thesaurus": 3.0,
    "in_word": 3.5,
    "pairs": 3.5,
    "homophones": 1.5,
    "look_alikes": 1.0,
    "mixed_script": 0.8,
    "bracketed_pinyin": 1.2,
    "absurd_emoji": 0.5,
    "noise": 1.2,
    "proper_nouns": 0.4,
    "accidents": 0.8,
    "mojibake": 0.6,
    "back_translated": 0.8,
}


def garble(
    paragraphs: Sequence[str],
    rng: random.Random,
    lex: GarbleLexicons,
    split: str,
    machines: Sequence[str] | None = None,
) -> tuple[list[str], list[str]]:
    """Garble a page as one farm would; return its marked paragraphs and the machines' names.

    ``machines`` limits the choice (names of :data:`MACHINES`). A machine that finds nothing to
    change in the page gives way to another one; text that none can change comes back as it was,
    with no names. Raises ``KeyError`` for an unknown machine and ``ValueError`` for another split.
    """
    # One text for all, so that a machine's dictionary holds for the whole page.
    text = "\n".join(paragraphs)
    order = _shuffled(machines or list(MACHINES), rng)
    wanted = rng.choices((1, 2, 3), (0.75, 0.18, 0.07))[0]
    strength = math.exp(rng.uniform(math.log(LIGHTEST), math.log(HEAVIEST)))
    edits: list[Edit] = []
    names: list[str] = []
    view = _simplified_view(text, prepare(lex, split))
    for name in order:
        if view and name in _WORDY and rng.random() < 0.85:
            made = MACHINES[name](view, rng, strength / wanted, lex, split)
            made = [edit._replace(replacement=traditional_text(edit[2], lex)) for edit in made]
        else:
            made = MACHINES[name](text, rng, strength / wanted, lex, split)
        merged = _merge(edits, [edit for edit in made if _harmless(text, edit)])
        if len(merged) > len(edits):
            edits = merged
            names.append(name)
        if len(names) == wanted:
            break
    if rng.random() < 0.1:
        edits = _one_part(text, edits, rng) or edits
    return _apply_to_paragraphs(paragraphs, edits), names


def _shuffled(names: Sequence[str], rng: random.Random) -> list[str]:
    """``names`` in random order; the heavier ones tend to come first."""
    return sorted(names, key=lambda name: -(rng.random() ** (1 / _WEIGHTS[name])))


# Machines whose dictionaries are written in Simplified characters.
_WORDY = frozenset(
    ("thesaurus", "in_word", "pairs", "homophones", "proper_nouns", "accidents", "back_translated")
)


def _simplified_view(text: str, ready: Prepared) -> str:
    """Traditional text in Simplified characters, one for one; empty for any other text."""
    convert = ready.to_simplified
    view = [convert.get(char, char) for char in text]
    changed = sum(a != b for a, b in zip(text, view, strict=True))
    return "".join(view) if changed > 0.08 * len(_HAN.findall(text)) else ""


def traditional_text(text: str, lex: GarbleLexicons) -> str:
    """``text`` in Traditional characters, one for one."""
    return "".join(lex.simplified_to_traditional.get(char, char)[:1] for char in text)


def _harmless(text: str, edit: Edit) -> bool:
    """Whether an edit changes something, within a paragraph and without touching any mark."""
    old = text[edit.start : edit.end]
    return old != edit.replacement and not re.search("[\n\ue000-\ue003]", old)


def _one_part(text: str, edits: list[Edit], rng: random.Random) -> list[Edit]:
    """The edits of one stretch of the page, a fifth to three fifths of it."""
    size = round(len(text) * rng.uniform(0.2, 0.6))
    start = rng.randrange(max(1, len(text) - size))
    return [edit for edit in edits if start <= edit.start <= edit.end <= start + size]


def _apply_to_paragraphs(paragraphs: Sequence[str], edits: Sequence[Edit]) -> list[str]:
    """Apply edits of the joined text to the paragraphs it was joined from."""
    starts = [0, *accumulate(len(paragraph) + 1 for paragraph in paragraphs)][:-1]
    shares: list[list[Edit]] = [[] for _ in paragraphs]
    for start, end, replacement in edits:
        index = bisect_right(starts, start) - 1
        base = starts[index]
        shares[index].append(Edit(start - base, end - base, replacement))
    return [apply_edits(text, share) for text, share in zip(paragraphs, shares, strict=True)]
