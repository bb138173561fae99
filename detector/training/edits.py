"""Edits of a text, and what machines that damage it have in common: how much, where, by what."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from detector.training.garble_lexicons import GarbleLexicons, Prepared, Table
from detector.training.marks import MARKS, mark

__all__ = [
    "HAN",
    "Edit",
    "Machine",
    "Match",
    "apply_edits",
    "known_chars",
    "known_words",
    "merged_edits",
    "replaced",
    "simplified_view",
    "some_of",
    "tokens_of",
    "traditional_text",
    "wanted_edits",
]

_FIDELITY = 0.96  # how surely a farm replaces a word of its dictionary
HAN = re.compile("[\u4e00-\u9fff]")


class Edit(NamedTuple):
    """Put ``replacement`` in the place of ``text[start:end]``; either may be empty."""

    start: int
    end: int
    replacement: str


Match = tuple[int, int, str]
Machine = Callable[[str, random.Random, float, GarbleLexicons, str], list[Edit]]


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
    return not char.isspace() and char not in MARKS


def merged_edits(*sources: Sequence[Edit]) -> list[Edit]:
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


def wanted_edits(text: str, strength: float) -> int:
    """How many Han characters ``strength`` stands for in ``text``: at least one."""
    return max(1, round(strength * len(HAN.findall(text))))


def some_of(
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


def replaced(
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


def known_chars(text: str, table: Mapping[str, object]) -> list[Match]:
    """The characters of ``text`` that ``table`` has an entry for."""
    return [(i, i + 1, char) for i, char in enumerate(text) if char in table]


def known_words(text: str, ready: Prepared, table: Table) -> list[Match]:
    """The words of ``text`` that are in ``table``, as segmentation sees them."""
    return [match for match in ready.words.find(text) if match[2] in table]


def tokens_of(text: str, start: int, end: int, ready: Prepared) -> list[tuple[int, int]]:
    """Words and left-over single characters of ``text[start:end]``, as offsets into ``text``."""
    tokens: list[tuple[int, int]] = []
    position = start
    for left, right, _ in ready.words.find(text[start:end]):
        tokens.extend((i, i + 1) for i in range(position, start + left))
        tokens.append((start + left, start + right))
        position = start + right
    tokens.extend((i, i + 1) for i in range(position, end))
    return tokens


def simplified_view(text: str, ready: Prepared) -> str:
    """Traditional text in Simplified characters, one for one; empty for any other text."""
    convert = ready.to_simplified
    view = [convert.get(char, char) for char in text]
    changed = sum(a != b for a, b in zip(text, view, strict=True))
    return "".join(view) if changed > 0.08 * len(HAN.findall(text)) else ""


def traditional_text(text: str, lex: GarbleLexicons) -> str:
    """``text`` in Traditional characters, one for one."""
    return "".join(lex.simplified_to_traditional.get(char, char)[:1] for char in text)
