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
from collections.abc import Sequence
from itertools import accumulate

from detector.training.edits import (
    Edit,
    Machine,
    apply_edits,
    merged_edits,
    simplified_view,
    traditional_text,
)
from detector.training.garble_lexicons import GarbleLexicons, prepare
from detector.training.garble_noise import noise
from detector.training.garble_signs import absurd_emoji, bracketed_pinyin, letter_codes, mojibake
from detector.training.garble_words import (
    accidents,
    back_translated,
    homophones,
    in_word,
    look_alikes,
    mixed_script,
    pairs,
    proper_nouns,
    thesaurus,
)
from detector.training.marks import MARKS

__all__ = [
    "MACHINES",
    "garble",
]

LIGHTEST, HEAVIEST = 0.015, 0.25
"""Least and greatest share of a page's Han characters that is to be changed."""


MACHINES: dict[str, Machine] = {
    "thesaurus": thesaurus,
    "in_word": in_word,
    "pairs": pairs,
    "homophones": homophones,
    "look_alikes": look_alikes,
    "mixed_script": mixed_script,
    "bracketed_pinyin": bracketed_pinyin,
    "absurd_emoji": absurd_emoji,
    "letter_codes": letter_codes,
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
    "letter_codes": 0.5,
    "noise": 1.6,
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
    view = simplified_view(text, prepare(lex, split))
    for name in order:
        if view and name in _WORDY and rng.random() < 0.85:
            made = MACHINES[name](view, rng, strength / wanted, lex, split)
            made = [edit._replace(replacement=traditional_text(edit[2], lex)) for edit in made]
        else:
            made = MACHINES[name](text, rng, strength / wanted, lex, split)
        merged = merged_edits(edits, [edit for edit in made if _harmless(text, edit)])
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


def _harmless(text: str, edit: Edit) -> bool:
    """Whether an edit changes something, within a paragraph and without touching any mark."""
    old = text[edit.start : edit.end]
    return old != edit.replacement and not re.search(f"[\n{MARKS}]", old)


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
