"""Machines that put signs into a text, or read its bytes wrongly: readings, emoji, mojibake.

See :mod:`detector.training.garble` for what a machine is given and returns.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence

from detector.training.edits import (
    HAN,
    Edit,
    known_chars,
    merged_edits,
    replaced,
    some_of,
    wanted_edits,
)
from detector.training.garble_lexicons import (
    GarbleLexicons,
    numbered_reading,
    plain_reading,
    prepare,
)
from detector.training.garble_words import pairs
from detector.training.marks import MARKS

__all__ = [
    "absurd_emoji",
    "bracketed_pinyin",
    "emoji_at",
    "letter_codes",
    "mojibake",
    "stops",
]

_LINE = re.compile(f"[^\n{MARKS}]{{2,}}")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_CONTROL = re.compile("[\x00-\x08\n-\x1f\x7f-\x9f]")
_STOP = re.compile("[，。！？；：、,.!?;:](?!\\d)")


_GLOSSES: tuple[Callable[[str, str], str], ...] = (
    # What farms use, some more often than others ...
    lambda char, reading: f"{char}({reading})",
    lambda char, reading: f"{char}({reading})",
    lambda char, reading: f"{char}({reading})",
    lambda char, reading: f"{char}({plain_reading(reading)})",
    lambda char, reading: f"{char}({plain_reading(reading)})",
    lambda char, reading: f"{char}({plain_reading(reading)})({plain_reading(reading)})",
    lambda char, reading: f"{char}【{reading}】",
    lambda char, reading: f"{char}（{reading}）",
    lambda char, reading: f"{char}（{plain_reading(reading)}）",
    lambda char, reading: f"{char}[{plain_reading(reading)}]",
    # Sites of copied novels write readings for characters that filters look for ...
    lambda char, reading: plain_reading(reading),
    lambda char, reading: reading,
    lambda char, reading: numbered_reading(reading),
    # ... and what they might.
    lambda char, reading: f"({plain_reading(reading)}){char}",
    lambda char, reading: f"{char}《{reading}》",
    lambda char, reading: f"{char}“{plain_reading(reading)}”",
    lambda char, reading: f"{char}:{plain_reading(reading)}:",
    lambda char, reading: f"{char}*{reading}*",
)


def bracketed_pinyin(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """A reading after common characters, or in their place, the same ones all through the page.

    Some farms turn these characters into Traditional ones first; on some pages the bytes broke
    afterwards and left question marks and stray characters.
    """
    ready = prepare(lex, split)
    # Glossing doubles what it touches, so that pages carry far more of it than of synonyms.
    budget = wanted_edits(text, min(0.4, strength * rng.uniform(1, 2)))
    found = known_chars(text, ready.readings)
    script: Mapping[str, tuple[str, ...]] = {}
    if rng.random() < 0.4:
        script = ready.traditional
        narrowed = [match for match in found if match[2] in script]
        found = narrowed if rng.random() < 0.6 and narrowed else found
    matches = some_of(found, rng, budget, common_first=rng.random() < 0.45)
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


_UPPER = "础叠颁顿贰贵骋贬滨闯碍尝惭狈翱笔蚕搁厂罢鲍痴奥齿驰窜"
_LOWER = "补产肠诲别蹿驳丑颈箩办濒尘苍辞辫辩谤蝉迟耻惫飞虫测锄"
_LETTER_CODES = {chr(65 + i): char for i, char in enumerate(_UPPER)} | {
    chr(97 + i): char for i, char in enumerate(_LOWER)
}
_LATIN = re.compile("[A-Za-z]+")


def letter_codes(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """A Chinese character for each Latin letter, always the same: 痴滨笔 is VIP, 飞颈蹿颈 wifi.

    The farms that do it write 叁 for 三 as well. ``strength`` does not matter: the table knows no
    exceptions.
    """
    found = [match for match in _LATIN.finditer(text) if len(match.group()) > 1]
    # Of a page in another language no word would be left.
    if sum(len(match.group()) for match in found) * 3 > len(HAN.findall(text)):
        return []
    coded = [
        Edit(match.start(), match.end(), "".join(_LETTER_CODES[c] for c in match.group()))
        for match in found
    ]
    if found and rng.random() < 0.6:
        coded += [Edit(match.start(), match.end(), "叁") for match in re.finditer("三", text)]
    return sorted(coded)


def absurd_emoji(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Emoji that mean nothing, before punctuation or in mid-sentence, or in place of words."""
    ready = prepare(lex, split)
    mode = rng.choice(("stops", "stops", "middle", "words"))
    if mode == "words":
        found = ready.emoji_words.find(text)
        return replaced(
            some_of(found, rng, wanted_edits(text, strength)), rng, ready.emoji_words.__getitem__
        )
    places = stops(text)
    if mode == "middle" or not places:
        places = [start for start, _, _ in ready.words.find(text)]
    wanted = max(1, wanted_edits(text, strength) // 2)
    return emoji_at(places, rng, wanted, ready.emoji)


def stops(text: str) -> list[int]:
    """The offsets of punctuation in ``text``, but for that within numbers."""
    return [match.start() for match in _STOP.finditer(text)]


def emoji_at(
    places: Sequence[int], rng: random.Random, wanted: int, emoji: Sequence[str]
) -> list[Edit]:
    """``wanted`` of a few of the ``emoji``, put in at some of ``places``."""
    signs = rng.sample(emoji, min(len(emoji), rng.randint(3, 40)))
    chosen = sorted(rng.sample(places, min(len(places), wanted)))
    return [Edit(at, at, rng.choice(signs) * rng.choice((1, 1, 1, 2))) for at in chosen]


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
    """Whole paragraphs in the wrong encoding; or, on other pages, spinning with stray commas."""
    if rng.random() < 0.15:
        spun = pairs(text, rng, strength, lex, split)
        if rng.random() < 0.7:
            commas = [Edit(m.start(), m.end(), m.group() * 2) for m in re.finditer("，", text)]
        else:
            commas = [Edit(at, at, ",") for at in stops(text)]
        return merged_edits(spun, [edit for edit in commas if rng.random() < 0.7])
    lines = [match for match in _LINE.finditer(text) if HAN.search(match.group())]
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
