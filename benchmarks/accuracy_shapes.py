"""Damage in shapes that the training generator does not have.

The machines of :mod:`detector.training.garble` hold out characters and words, but most of their
shapes (which brackets, which encodings, where emoji stand) are the same for training and test.
The machines here have the same signature and do the same kinds of damage in other shapes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from detector.training.edits import HAN, Edit, Machine
from detector.training.garble_lexicons import GarbleLexicons, plain_reading, prepare

__all__ = ["SHAPES"]

_RUN = re.compile("[\u4e00-\u9fff]{4,}")
_LINE = re.compile("[^\n]{2,}")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_CONTROL = re.compile("[\x00-\x08\n-\x1f\x7f-\x9f\u2028\u2029]")

_GLOSSES: tuple[Callable[[str, str], str], ...] = (
    lambda char, reading: f"{char}〔{reading}〕",
    lambda char, reading: f"{char}<{plain_reading(reading)}>",
    lambda char, reading: f"{char}/{plain_reading(reading)}/",
    lambda char, reading: f"{char}{{{reading}}}",
    lambda char, reading: f"{plain_reading(reading)}({char})",
    lambda char, reading: f"{char}「{reading}」",
)
# (written as, read as): misreadings that the generator does not make.
_MISREADINGS = (
    ("utf-8", "shift_jis"),
    ("utf-8", "koi8_r"),
    ("utf-8", "euc_kr"),
    ("utf-8", "mac_roman"),
    ("gb18030", "shift_jis"),
    ("gb18030", "cp1251"),
    ("big5", "gbk"),
)
_EMOJI = tuple(map(chr, (*range(0x1F680, 0x1F6A8), *range(0x1F950, 0x1F970))))
"""Vehicles and dishes: what farms scatter without a thought for the sense."""


def _some(text: str, rng: random.Random, strength: float) -> list[int]:
    """Draw the places of ``strength`` of the Han characters, in order."""
    places = [match.start() for match in HAN.finditer(text)]
    return sorted(rng.sample(places, max(1, round(strength * len(places)))))


def glosses(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Readings in other brackets, or before the character; a character is glossed everywhere."""
    chars = sorted({text[at] for at in _some(text, rng, strength)})
    readings = prepare(lex, split).readings
    gloss = rng.choice(_GLOSSES)
    edits, budget = [], 3 * strength * len(text)
    rng.shuffle(chars)
    for char in chars:
        if char in readings and budget > 0:
            edits += [
                Edit(m.start(), m.end(), gloss(char, readings[char][0]))
                for m in re.finditer(char, text)
            ]
            budget -= text.count(char)
    return sorted(edits)


def misread(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Half of the lines, one at least, in the wrong encoding."""
    written, read = rng.choice(_MISREADINGS)
    lines = list(_LINE.finditer(text))
    edits = []
    for match in sorted(rng.sample(lines, (len(lines) + 1) // 2), key=lambda m: m.start()):
        shown = match.group().encode(written, "ignore").decode(read, "replace")
        shown = _PRIVATE.sub("\ufffd", _CONTROL.sub("", shown))
        edits.append(Edit(match.start(), match.end(), shown))
    return edits


def scattered_emoji(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Emoji of other kinds between any two characters, inside words as well."""
    signs = rng.sample(_EMOJI, rng.randint(3, 20))
    return [Edit(at, at, rng.choice(signs)) for at in _some(text, rng, strength / 2)]


def other_noise(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Letters between characters, characters doubled, or words read backwards."""
    mode = rng.choice(("letter", "double", "mirror"))
    if mode == "letter":
        return [Edit(at, at, rng.choice("abcdehknqrstuvwxyz")) for at in _some(text, rng, strength)]
    if mode == "double":
        return [Edit(at, at + 1, 2 * text[at]) for at in _some(text, rng, strength)]
    runs = [m.start() for m in _RUN.finditer(text)]
    wanted = max(1, round(strength * len(HAN.findall(text)) / 4))
    chosen = sorted(rng.sample(runs, min(wanted, len(runs))))
    return [Edit(at, at + 4, text[at : at + 4][::-1]) for at in chosen]


SHAPES: dict[str, Machine] = {
    "pinyin_in_other_brackets": glosses,
    "mojibake_of_other_encodings": misread,
    "other_emoji_in_words": scattered_emoji,
    "other_noise": other_noise,
}
"""By name; the names do not occur among the generator's machines."""
