"""Hard negatives: honest texts that use the words, names and shapes of spam.

Police reports name betting sites, security articles quote whole spam titles, banks offer their
app for download, supervisors make plans. None of it is an injection, so nothing here is marked.
Operators' names and promotional phrases come from the same generator as the injections: a
detector that only knows the words cannot tell the two apart.
"""

from __future__ import annotations

import random
import re
from functools import lru_cache
from unicodedata import category

from detector.training.drafts import Article, Told
from detector.training.grammar import Grammar, Slot, grammar
from detector.training.institutions import institution, institution_kind, institution_name
from detector.training.lexicons import lexicons
from detector.training.names import base_language, brand, host, traditional
from detector.training.notes import honest_name, honest_site, note
from detector.training.phrases import Phrases

__all__ = [
    "TOPICS",
    "honest_article",
    "honest_script",
    "honest_sentences",
]


@lru_cache(maxsize=1)
def _chinese() -> Grammar:
    return grammar("spam_zh", "honest_zh", "apps_zh")


def _topics() -> tuple[str, ...]:
    rules = grammar("honest_zh").rules
    return tuple(name.removesuffix(".title") for name in rules if name.endswith(".title"))


TOPICS: tuple[str, ...] = _topics()


_COMMON = ("apk", "apk", "download")
_COMMON_SHARE = 0.06
"""Of the topics whose pages the web has most of: those that offer programs for download."""
_NOTES = 0.1
"""Share of the pages that tell where an honest site is, as operators' pages do."""
_INSTITUTIONS = 0.2
"""Share of the other pages that are news of institutions, as operators clone them."""


def _topic(rng: random.Random) -> str:
    return rng.choice(_COMMON if rng.random() < _COMMON_SHARE else TOPICS)


def _slots(rng: random.Random, lang: str, split: str) -> dict[str, Slot]:
    """Return the slots that quote spam; every brand and phrase is drawn anew or kept a while."""
    kept = brand(rng, lang, split)
    voice = Phrases(rng, lang, split)
    slots: dict[str, Slot] = {
        "bad": lambda r: kept if r.random() < 0.5 else brand(r, lang, split),
        "badhost": lambda r: host(r, lang, split, kept),
        "spam": lambda r: voice.glued() if r.random() < 0.6 else voice.one("query"),
    }
    if base_language(lang) == "zh":
        for group in lexicons().groups("keywords_zh"):
            slots[f"kw{group}"] = _keyword(voice, group)
    return slots


_BRACKETS = (("（", "）"), ("（", "）"), ("(", ")"), ("(", ")"), ("[", "]"), ("〔", "〕"), ("", ""))
"""What a text puts around readings: nothing where they stood above the characters."""
_STEADY = ("police", "city", "univ", "soft", "bank", "district", "latinname2", "surname", "team")


def _steady(rng: random.Random, split: str) -> dict[str, Slot]:
    """Return slots for the actors of a text: each mostly stays the one first named."""
    rules = _chinese()
    slots: dict[str, Slot] = {}
    for name in _STEADY:
        first = rules.expand(name, rng, split)
        rate = 0.45 if name in {"surname", "team"} else 0.85
        slots[name] = _mostly(rules, name, first, rate, split)
    return slots


def _mostly(rules: Grammar, name: str, first: str, rate: float, split: str) -> Slot:
    return lambda rng: first if rng.random() < rate else rules.expand(name, rng, split)


def _keyword(voice: Phrases, group: str) -> Slot:
    return lambda rng: voice.keyword(rng, group)


def _joined(texts: list[str], rng: random.Random) -> list[str]:
    """Return the texts as paragraphs: some stand alone, some are run together."""
    paragraphs: list[str] = []
    for text in texts:
        if paragraphs and rng.random() < 0.3:
            paragraphs[-1] += text
        else:
            paragraphs.append(text)
    return paragraphs


def _article_zh(rng: random.Random, lang: str, split: str, topic: str) -> Article:
    rules, memory = _chinese(), dict[str, str]()
    slots = _slots(rng, lang, split) | _steady(rng, split)
    slots["o"], slots["c"] = rng.choice(_BRACKETS)
    texts = rules.sample(f"{topic}.open", rng.choice((1, 1, 1, 2)), rng, split, slots, memory)
    texts += rules.sample(f"{topic}.body", rng.randint(2, 7), rng, split, slots, memory)
    if rng.random() < 0.25:  # news pages and forums wander off
        other = rng.choice(TOPICS)
        texts += rules.sample(f"{other}.body", rng.randint(1, 2), rng, split, slots, memory)
    if rng.random() < 0.75:
        texts.append(rules.expand(f"{topic}.close", rng, split, slots, memory))
    title = rules.expand(f"{topic}.title", rng, split, slots, memory)
    paragraphs = _joined(texts, rng)
    if lang == "zh-Hant":
        title, paragraphs = traditional(title), [traditional(text) for text in paragraphs]
    return Article(f"honest/{topic}", lang, title, tuple(paragraphs))


def _told_article(source: str, lang: str, told: Told) -> Article:
    texts = (told.title, *told.lines)
    if lang == "zh-Hant":
        texts = tuple(traditional(text) for text in texts)
    return Article(source, lang, texts[0], texts[1:])


def _note(rng: random.Random, lang: str, split: str) -> Article:
    name = honest_name(rng)
    return _told_article("honest/note", lang, note(rng, split, name, honest_site(rng, name)))


def _institution(rng: random.Random, lang: str, split: str) -> Article:
    kind = institution_kind(rng)
    told = institution(rng, split, kind, institution_name(rng, kind))
    return _told_article("honest/institution", lang, told)


def honest_article(
    rng: random.Random, lang: str, split: str = "train", topic: str | None = None
) -> Article:
    """Return an honest document in ``lang`` that a word list would take for spam.

    ``topic`` is one of ``TOPICS`` (Chinese only; by default one at random). ``split`` divides the
    sentence templates, and the brands and phrases they quote, between training and test.
    """
    base = base_language(lang)
    if base == "zh":
        if topic is None and rng.random() < _NOTES:
            return _note(rng, lang, split)
        if topic is None and rng.random() < _INSTITUTIONS:
            return _institution(rng, lang, split)
        return _article_zh(rng, lang, split, topic or _topic(rng))
    rules = grammar("honest_other")
    slots = _slots(rng, lang, split)
    count = rng.randint(2, 7)
    texts = rules.sample(f"{base}.sentence", count, rng, split, slots)
    space = "" if base == "ja" else " "
    paragraphs: list[str] = []
    for text in texts:
        if paragraphs and rng.random() < 0.5:
            paragraphs[-1] += space + text
        else:
            paragraphs.append(text)
    title = rules.expand(f"{base}.title", rng, split, slots)
    return Article(f"honest/{base}", lang, title, tuple(paragraphs))


def honest_sentences(rng: random.Random, lang: str, split: str = "train") -> list[str]:
    """Return three to nine unconnected honest sentences in ``lang``, to mix into other text."""
    base = base_language(lang)
    count = rng.randint(3, 9)
    if base != "zh":
        rules, slots = grammar("honest_other"), _slots(rng, lang, split)
        return rules.sample(f"{base}.sentence", count, rng, split, slots)
    found: list[str] = []
    while len(found) < count:
        article = _article_zh(rng, lang, split, rng.choice(TOPICS))
        for text in article.paragraphs:
            found.extend(s for s in re.split(r"(?<=[。！？])", text) if len(s) > 8)
    return rng.sample(found, count)


_SCRIPTS = (
    (0x0391, 0x03C9), (0x0531, 0x0587), (0x05D0, 0x05EA), (0x0620, 0x06D3), (0x0905, 0x094D),
    (0x0985, 0x09CD), (0x0A05, 0x0A4D), (0x0A85, 0x0ACD), (0x0B05, 0x0B4D), (0x0B85, 0x0BCD),
    (0x0C05, 0x0C4D), (0x0C85, 0x0CCD), (0x0D05, 0x0D4D), (0x0D85, 0x0DDF), (0x0E81, 0x0ECD),
    (0x0F40, 0x0F84), (0x1000, 0x104F), (0x10D0, 0x10FA), (0x1200, 0x135A), (0x1780, 0x17D3),
    (0x1820, 0x1877), (0xAC00, 0xD7A3), (0x0430, 0x045F),
)  # fmt: skip
"""Code points of scripts that are met on the web, most of which no corpus here has."""
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mc"})


def honest_script(rng: random.Random) -> str:
    """Return a paragraph in a script at random: letters drawn as unevenly as languages use them.

    Nobody can read it, but what is to be learnt from it is no more than that letters which are
    never seen otherwise are no garbled Chinese.
    """
    first, last = rng.choice(_SCRIPTS)
    # Letters and the vowel signs that take room of their own.
    assigned = [c for c in map(chr, range(first, last + 1)) if category(c) in _LETTERS]
    letters = rng.sample(assigned, min(len(assigned), rng.randint(20, 60)))
    shares = [1 / (rank + 2) for rank in range(len(letters))]
    words = [
        "".join(rng.choices(letters, shares, k=rng.randint(2, 9)))
        for _ in range(rng.randint(4, 60))
    ]
    space = " " if rng.random() < 0.8 else ""
    return space.join(words) + rng.choice(("", ".", "。", "!"))
