"""Placements of phrases in titles and headlines."""

from __future__ import annotations

import random
import re

from detector.training.drafts import Draft
from detector.training.placing import (
    HAN_PAIR,
    SPACE,
    WORD_INSIDE,
    injected,
    insert,
    places_of,
    separator,
    short_phrase,
    voice_of,
)

__all__ = [
    "doorway_title_only",
    "headline",
    "headline_word",
    "title_prefix",
    "title_question",
    "title_sandwich",
    "title_suffix",
]

_FIRST_CLAUSE = re.compile(r"[，,：:！!？?；;]|\s[-–—|]\s|\s+(?=[\u4e00-\u9fff])")


def title_prefix(draft: Draft, rng: random.Random, split: str) -> None:
    """A phrase before the title."""
    piece = injected(short_phrase(voice_of(draft, rng, split))) + separator(rng)
    draft.title = piece + draft.title
    if rng.random() < 0.5:
        draft.headline = piece + draft.headline


def title_suffix(draft: Draft, rng: random.Random, split: str) -> None:
    """A phrase behind the title."""
    piece = separator(rng) + injected(short_phrase(voice_of(draft, rng, split)))
    draft.title += piece
    if rng.random() < 0.4:
        draft.headline += piece


def title_sandwich(draft: Draft, rng: random.Random, split: str) -> None:
    """Phrases on both sides of the title."""
    voice = voice_of(draft, rng, split)
    before = injected(short_phrase(voice)) + rng.choice(("", "", separator(rng)))
    after = rng.choice(("", "", separator(rng))) + injected(short_phrase(voice))
    draft.title = before + draft.title + after
    if rng.random() < 0.6:
        draft.headline = before + draft.headline + after


def title_question(draft: Draft, rng: random.Random, split: str) -> None:
    """A search phrase before the title."""
    voice = voice_of(draft, rng, split)
    question = voice.one(rng.choice(("query", "query", "plan")))
    signs = ("？", ",", "，", "？ ", "_") if voice.base == "zh" else ("? ", ", ", " - ", " | ")
    piece = injected(question) + rng.choice(signs)
    draft.title = piece + draft.title
    if rng.random() < 0.6:
        draft.headline = piece + draft.headline


def _after_first_clause(text: str, piece: str, rng: random.Random) -> str:
    found = _FIRST_CLAUSE.search(text, 2)
    if found:
        return insert(text, found.start(), piece)
    places = places_of(HAN_PAIR, text) or places_of(SPACE, text) or [len(text)]
    return insert(text, rng.choice(places), piece)


def headline(draft: Draft, rng: random.Random, split: str) -> None:
    """A phrase behind the first clause of a headline."""
    piece = injected(short_phrase(voice_of(draft, rng, split)))
    old = draft.headline
    draft.headline = _after_first_clause(old, piece, rng)
    if old and old in draft.title:
        draft.title = draft.title.replace(old, draft.headline, 1)
    else:
        draft.title = _after_first_clause(draft.title, piece, rng)


def _inside_word(text: str, body: str, rng: random.Random) -> int:
    """Return a place between two characters of ``text``, of those that ``body`` has together."""
    found = places_of(HAN_PAIR, text) or places_of(WORD_INSIDE, text)
    places = [at for at in found if 1 < at < len(text) - 1]
    words = [at for at in places if text[at - 1 : at + 1] in body]
    return rng.choice(words or places or [len(text)])


def headline_word(draft: Draft, rng: random.Random, split: str) -> None:
    """A phrase within a word of the headline, as if its first clause ended there."""
    voice = voice_of(draft, rng, split)
    piece = injected(voice.brand if rng.random() < 0.4 else voice.glued())
    old = draft.headline
    place = _inside_word(old, "".join(draft.paragraphs), rng)
    draft.headline = insert(old, place, piece)
    if old and old in draft.title:
        draft.title = draft.title.replace(old, draft.headline, 1)
    else:
        place = _inside_word(draft.title, "".join(draft.paragraphs), rng)
        draft.title = insert(draft.title, place, piece)


def doorway_title_only(draft: Draft, rng: random.Random, split: str) -> None:
    """A title of a doorway over an honest page."""
    title = injected(voice_of(draft, rng, split).one("title"))
    draft.title = title if rng.random() < 0.7 else title + separator(rng) + draft.site
    if rng.random() < 0.5:
        draft.headline = title
