"""The machine that damages characters at random: strange ones, stray signs, wrong order, stutter.

See :mod:`detector.training.garble` for what a machine is given and returns.
"""

from __future__ import annotations

import random
import re
import string
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from detector.training.edits import Edit, known_chars, merged_edits, some_of, wanted_edits
from detector.training.garble_lexicons import GarbleLexicons, prepare

__all__ = ["NOISES", "noise"]

_RUN = re.compile("[\u4e00-\u9fff]{2,}")
_STRAY = (
    string.digits,
    string.ascii_uppercase,
    "*|.~^_/\\+=#",
    "のはをがでにとるたいアカサタナ",
    "абвгдежзиклмнопрст",
    "αβγδελμπσφω",
    "ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎ",
    "가나다라마바사아자",
)
"""What stands astray between the characters of a page: signs of one sort."""

_OMITTED = frozenset("的了一是在有我你他她人不么着就也都这那上个里来到说们和把被为日时要会死血枪")
"""Characters that pages of copied novels lose wherever they stand."""

Noise = Callable[[str, int, int, str, random.Random], Edit]
"""What is done to ``text`` at a place within a run of Chinese that ends at ``end``, with some
``strange`` characters at hand: ``(text, at, end, strange, rng)``."""


def _insert(text: str, at: int, end: int, strange: str, rng: random.Random) -> Edit:
    return Edit(at, at, strange)


def _replace(text: str, at: int, end: int, strange: str, rng: random.Random) -> Edit:
    return Edit(at, min(end, at + rng.choice((1, 1, 2))), strange)


def _pause(text: str, at: int, end: int, strange: str, rng: random.Random) -> Edit:
    return Edit(end, end, strange[:2])


def _drop(text: str, at: int, end: int, strange: str, rng: random.Random) -> Edit:
    return Edit(at, at + 1, "")


def _swap(text: str, at: int, end: int, strange: str, rng: random.Random) -> Edit:
    return Edit(at - 1, at + 1, text[at] + text[at - 1])


def _shuffle(text: str, at: int, end: int, strange: str, rng: random.Random) -> Edit:
    start, stop = at - 1, min(end, at + rng.choice((2, 2, 3, 4)))
    return Edit(start, stop, "".join(rng.sample(text[start:stop], stop - start)))


def _repeat(text: str, at: int, end: int, strange: str, rng: random.Random) -> Edit:
    return Edit(at - 1, at + 1, 2 * text[at - 1 : at + 1])


NOISES: dict[str, Noise] = {
    "insert": _insert,
    "replace": _replace,
    "pause": _pause,
    "drop": _drop,
    "swap": _swap,
    "shuffle": _shuffle,
    "repeat": _repeat,
    "stray": _insert,
}
"""Ways to damage a place, by name."""

_MIXTURES = (
    *((name,) for name in NOISES),
    ("insert", "replace", "drop", "swap"),
    ("swap", "shuffle", "repeat"),
)


def noise(
    text: str, rng: random.Random, strength: float, lex: GarbleLexicons, split: str
) -> list[Edit]:
    """Characters at random: in words, before pauses, in the place of others; dropped, out of order.

    One way of it or a mixture all through the page.
    """
    ready = prepare(lex, split)
    if rng.random() < 0.1:
        return _without(text, rng, wanted_edits(text, strength))
    modes = rng.choice(_MIXTURES)
    # What stands before a pause is rare: for machines to see and readers to pass over.
    pools = (ready.rare,) if modes == ("pause",) else (ready.common[:500], *[ready.common] * 2)
    pool = rng.choice(_STRAY) if modes == ("stray",) else rng.choice((*pools, ready.rare))
    sizes = (1, 1, 1, 2) if modes == ("stray",) else (1, 1, 2, 2, 3)
    runs = [match.span() for match in _RUN.finditer(text)]
    if not runs:
        return []
    ends = list(accumulate(end - start - 1 for start, end in runs))
    edits: dict[int, Edit] = {}
    for _ in range(min(wanted_edits(text, strength), ends[-1])):
        pick = rng.randrange(ends[-1])
        index = bisect_right(ends, pick)
        start, end = runs[index]
        at = start + 1 + pick - (ends[index] - (end - start - 1))
        strange = "".join(rng.choice(pool) for _ in range(rng.choice(sizes)))
        edit = NOISES[rng.choice(modes)](text, at, end, strange, rng)
        if edit.replacement != text[edit.start : edit.end]:
            edits[edit.start] = edit
    return merged_edits(list(edits.values()))


def _without(text: str, rng: random.Random, budget: int) -> list[Edit]:
    """A few characters are gone from the whole page: 第次真正停下 for 第一次真正停下."""
    found = known_chars(text, dict.fromkeys(_OMITTED))
    return [Edit(start, end, "") for start, end, _ in some_of(found, rng, budget)]
