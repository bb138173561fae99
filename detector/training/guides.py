"""Promotional prose in other languages than Chinese, and the honest prose that resembles it.

Guides to casinos, bets and bonuses, operators' terms and questions with answers are put on domains
that have expired: whole pages of plain sentences, without the chains of keywords that other spam
has. Smaller sets sell medicine without prescription, essays, loans, replicas, followers and the
like. Honest pages are of the same size and shape and of the same things: law, addiction, sport,
travel, medicine, study, banks. A page is made of sentences of ``guides_other``, which needs no
corpus, so that languages without articles are served as well.

Texts carry marks (see :mod:`detector.training.marks`): every promotional title, heading and
paragraph, never the furniture between them.
"""

from __future__ import annotations

import html
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from detector.training.grammar import Grammar, Slot, grammar
from detector.training.marks import mark
from detector.training.names import base_language, brand, host, primary_subtag

__all__ = ["guide_language", "guide_page", "guide_paragraphs", "guide_share", "guide_window"]

_SHARE = 0.28
"""Share of the pages of a language that are guides, among those that are not comments."""
_GUESTS = {"de": "nl", "it": "pl"}
_GUEST_SHARE = 0.35
"""Languages without articles of their own, and how often they stand in for another."""
_KINDS = ("pills", "essays", "loans", "replica", "escort", "likes", "crypto", "servers")
_WEIGHTS = (5, 2, 2, 2, 2, 2, 2, 1)
_KIND_SHARE = 0.3
"""Share of the spam that sells other things than gambling, in languages with sentences for it."""
_OWN_BRANDS = 0.6
_UNSPACED = frozenset({"ja"})
_SHORTEST, _LONGEST = 150, 400
"""Characters of a piece that is cut out of a page."""


def _rules() -> Grammar:
    return grammar("guides_other", "guides_other_2")


@lru_cache(maxsize=64)
def guide_share(lang: str) -> float:
    """Return how many of the pages in ``lang`` are guides (0-1): none without sentences."""
    return _SHARE if f"{primary_subtag(lang)}.spam" in _rules().rules else 0.0


def guide_language(rng: random.Random, lang: str) -> str:
    """Return the language of a guide on a page in ``lang``: its own, or now and then a near one."""
    base = primary_subtag(lang)
    guest = _GUESTS.get(base)
    known = guest is not None and f"{guest}.spam" in _rules().rules
    return guest if guest and known and rng.random() < _GUEST_SHARE else base


@dataclass(frozen=True)
class _Topic:
    """Which rules tell of a topic, and whether their texts are promotion."""

    sentence: str
    title: str
    spam: bool


def _topic(rng: random.Random, lang: str, spam: bool) -> _Topic:
    rules = _rules().rules
    if not spam:
        rule = rng.choice(("play", "life"))
        return _Topic(f"{lang}.{rule}", f"{lang}.{rule}_title", spam)
    kinds = [kind for kind in _KINDS if f"{lang}.{kind}" in rules]
    if kinds and rng.random() < _KIND_SHARE:
        weights = [weight for kind, weight in zip(_KINDS, _WEIGHTS, strict=True) if kind in kinds]
        kind = rng.choices(kinds, weights)[0]
        return _Topic(f"{lang}.{kind}", f"{lang}.{kind}_title", spam)
    return _Topic(f"{lang}.spam", f"{lang}.title", spam)


def _operator(rng: random.Random, lang: str, split: str) -> str:
    """Return an operator's name: of this grammar, or one of those that other adverts name."""
    if rng.random() >= _OWN_BRANDS and base_language(lang) == lang:
        return brand(rng, lang, split)
    own = f"{lang}.brand"
    rule = own if own in _rules().rules and rng.random() < 0.5 else "brand"
    return _rules().expand(rule, rng, split).strip()


class _Author:
    """Who writes a page: a language, a topic, and one operator that is named all along."""

    def __init__(self, rng: random.Random, lang: str, split: str, spam: bool) -> None:
        self.rng, self.lang, self.split = rng, lang, split
        self.topic = _topic(rng, lang, spam)
        name = _operator(rng, lang, split)
        site = host(rng, lang, split, name)
        self._slots: dict[str, Slot] = {
            "brand": lambda r: name if r.random() < 0.9 else _operator(r, lang, split),
            "nb": lambda r: _operator(r, lang, split),
            "host": lambda r: site if r.random() < 0.7 else host(r, lang, split, name),
            "year": lambda r: str(r.randint(2021, 2027)),
        }

    def _marked(self, text: str) -> str:
        return mark(text, "injection") if self.topic.spam else text

    def title(self) -> str:
        """Return a title, a heading or a question."""
        text = _rules().expand(self.topic.title, self.rng, self.split, self._slots)
        return self._marked(_capital(text))

    def furniture(self) -> str:
        """Return a line of the site, which is on honest pages and spam alike."""
        return _rules().expand(f"{self.lang}.ui", self.rng, self.split, self._slots)

    def sentences(self, count: int) -> list[str]:
        """Return up to ``count`` different sentences, without marks."""
        texts = _rules().sample(self.topic.sentence, count, self.rng, self.split, self._slots)
        return [_capital(text) for text in texts]

    def paragraphs(self, count: int) -> list[str]:
        """Return up to ``count`` paragraphs of one to five sentences."""
        rng, joint = self.rng, "" if self.lang in _UNSPACED else " "
        sizes = [rng.choice((1, 2, 2, 3, 3, 4, 5)) for _ in range(count)]
        texts = self.sentences(sum(sizes))
        found: list[str] = []
        for size in sizes:
            taken, texts = texts[:size], texts[size:]
            if taken:
                found.append(self._marked(joint.join(taken)))
        return found

    def items(self) -> list[str]:
        """Return a list of two to five items."""
        way, texts = self.rng.random(), self.sentences(self.rng.randint(2, 5))
        if way < 0.4:
            return [f"{n}. {self._marked(text)}" for n, text in enumerate(texts, 1)]
        sign = self.rng.choice(("- ", "• ", "* ", "✅ ", ""))
        return [sign + self._marked(text) for text in texts]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_Block = tuple[str, str]
"""The name of an element and its marked text."""


def _blocks(author: _Author) -> list[_Block]:
    """Return a page from its title on: paragraphs, some below headings, a list, questions."""
    rng = author.rng
    blocks: list[_Block] = [("h1", author.title())] if rng.random() < 0.85 else []
    headed, listed = rng.random() < 0.4, rng.random() < 0.2
    paragraphs = author.paragraphs(rng.randint(1, 8))
    for index, text in enumerate(paragraphs):
        if index and headed and rng.random() < 0.5:
            blocks.append(("h2", author.title()))
        blocks.append(("p", text))
        if listed and index == len(paragraphs) // 2:
            blocks += [("li", item) for item in author.items()]
    if rng.random() < 0.2:
        for text in author.paragraphs(rng.randint(1, 4)):
            blocks += [("h3", author.title()), ("p", text)]
    if rng.random() < 0.35:
        for _ in range(rng.choice((1, 1, 2, 3))):
            blocks.insert(rng.randrange(len(blocks) + 1), ("div", author.furniture()))
    return blocks


def _as_html(blocks: Sequence[_Block], rng: random.Random, lang: str) -> str:
    body = "\n".join(f"<{name}>{html.escape(text)}</{name}>" for name, text in blocks)
    title = html.escape(blocks[0][1])
    if rng.random() < 0.3:
        return f"<article>{body}</article>"
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f"</head><body>{body}</body></html>"
    )


def guide_page(rng: random.Random, lang: str, split: str, spam: bool) -> tuple[str, bool]:
    """Return a page of promotion, or its honest twin, marked, and whether it is HTML.

    One in sixteen is a title alone. Raises ``KeyError`` for a language without sentences.
    """
    author = _Author(rng, primary_subtag(lang), split, spam)
    if rng.random() < 1 / 16:
        return author.title() + "\n", False
    blocks = _blocks(author)
    if rng.random() < 0.14:
        return _as_html(blocks, rng, lang), True
    return rng.choice(("\n", "\n", "\n\n", " ")).join(text for _, text in blocks), False


def guide_paragraphs(rng: random.Random, lang: str, split: str, spam: bool) -> list[str]:
    """Return the paragraphs of a guide that stands in somebody else's page: one to five."""
    author = _Author(rng, primary_subtag(lang), split, spam)
    head = [author.title()] if rng.random() < 0.4 else []
    return head + author.paragraphs(rng.randint(1, 5))


def guide_window(rng: random.Random, length: int) -> tuple[int, int]:
    """Return where a piece of a text of ``length`` characters begins and ends."""
    size = rng.randint(_SHORTEST, _LONGEST)
    start = 0 if rng.random() < 0.3 else rng.randrange(max(1, length - size + 1))
    return start, min(length, start + size)
