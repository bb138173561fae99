"""Test sets: held-out Chinese text, clean and damaged with held-out words.

Clean text comes from the part of the corpora that only evaluation sees, damage from the 30 % of
the dictionaries, brands and phrases that training leaves out. The clean side of every set has the
same sources, in the same proportions, and the same lengths as the damaged side.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from benchmarks.accuracy_shapes import SHAPES
from detector.page import page_from_text
from detector.training.drafts import Article
from detector.training.edits import HAN, Edit, apply_edits
from detector.training.garble import MACHINES
from detector.training.garble_lexicons import GarbleLexicons
from detector.training.labeled import LabeledPage, marked_page
from detector.training.lexicons import lexicons
from detector.training.marks import mark
from detector.training.names import brand
from detector.training.phrases import Phrases

__all__ = [
    "WORDS",
    "Carrier",
    "Original",
    "TestSet",
    "brand_phrase",
    "brands",
    "carriers",
    "damage",
    "substitution",
    "titles",
]

Texts = Mapping[str, Mapping[str, Sequence[Article]]]
"""Articles by language and source."""

_SEPARATORS = ("_", "-", " - ", "|", ",", "，", "——", " ", "·", "丨", "：", "")


class Carrier(NamedTuple):
    """A clean text, and the source and language it has."""

    source: str
    lang: str
    text: str


class Original(NamedTuple):
    """What stood at ``start:end`` (code points of the damaged text) before it was damaged."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class TestSet:
    """Pages of one variant of a test; ``originals`` by page id, where substitution made them.

    ``damage_tells`` says that reported damage tells a page as well as a score does: the text that a
    wrong encoding spoiled is innocent, so that flagging its page is not what is wanted.
    """

    name: str
    spam: Sequence[LabeledPage]
    ham: Sequence[LabeledPage]
    originals: Mapping[str, Sequence[Original]] = field(default_factory=dict)
    damage_tells: bool = False


def _clean(name: str, carriers_: Sequence[Carrier]) -> list[LabeledPage]:
    return [
        LabeledPage(
            f"{name}-{n}", "ham", c.lang, "clean", c.source, page_from_text(c.text), ()
        )
        for n, c in enumerate(carriers_)
    ]  # fmt: skip


def _marked(name: str, family: str, carrier: Carrier, text: str) -> LabeledPage:
    page, spans = marked_page(text, html=False)
    return LabeledPage(name, "spam", carrier.lang, family, carrier.source, page, tuple(spans))


# --- clean text ----------------------------------------------------------------------------------


def _pieces(articles: Sequence[Article], length: int) -> Iterator[str]:
    """Cut articles into texts of exactly ``length``; short articles are joined, line by line."""
    held = ""
    for article in articles:
        alone = False
        for paragraph in article.paragraphs:
            held = f"{held}\n{paragraph}" if held else paragraph
            while len(held) >= length:
                yield held[:length]
                held, alone = held[length:].strip(), True
        if alone:  # what is left of a long article does not begin another text
            held = ""


def _quotas(sizes: Sequence[int], weights: Sequence[float], count: int) -> list[int]:
    """Divide ``count`` by ``weights``, nobody beyond their size; fewer where sizes fall short."""
    quotas = [0] * len(sizes)
    while (missing := count - sum(quotas)) > 0:
        open_ = [i for i in range(len(sizes)) if quotas[i] < sizes[i]]
        total = sum(weights[i] for i in open_)
        if not open_:
            break
        for i in open_:
            more = max(1, int(missing * weights[i] / total))
            quotas[i] = min(sizes[i], quotas[i] + more)
    return quotas


def carriers(
    texts: Texts,
    length: int,
    count: int,
    rng: random.Random,
    langs: Sequence[str] = ("zh-Hans", "zh-Hant"),
) -> list[Carrier]:
    """Return about ``count`` different texts of ``length`` code points, in random order.

    Large sources give more than small ones, but not in proportion; a third of each text at least
    is Han. There are fewer where the articles do not suffice.
    """
    pools: list[list[Carrier]] = []
    weights: list[float] = []
    for lang in langs:
        for source, articles in sorted(texts.get(lang, {}).items()):
            order = rng.sample(list(articles), len(articles))
            found = [
                Carrier(source, lang, piece)
                for piece in _pieces(order, length)
                if len(HAN.findall(piece)) > length / 3
            ]
            pools.append(found)
            weights.append(len(found) ** 0.5)
    quotas = _quotas([len(pool) for pool in pools], weights, count)
    drawn = [c for pool, quota in zip(pools, quotas, strict=True) for c in rng.sample(pool, quota)]
    rng.shuffle(drawn)
    return drawn


# --- brands --------------------------------------------------------------------------------------


WORDS = {"train": "known words", "test": "unseen words"}
"""Which slot words and keywords stand beside an unseen brand, by split."""


def brand_phrase(rng: random.Random, lang: str, words: str) -> str:
    """Return a phrase that names a real brand which training has not seen, and none that it has.

    ``words`` is the split of the slot words and keywords beside it.
    """
    unseen = set(lexicons().words("brands_zh", None, "test"))
    seen = [name for name in lexicons().words("brands_zh", None, "train") if len(name) > 1]
    while True:
        name = brand(rng, lang, "test")
        if name not in unseen:
            continue
        phrase = Phrases(rng, lang, words, name).glued()
        if name in phrase and not any(other in phrase.replace(name, "") for other in seen):
            return phrase


def brands(drawn: Sequence[Carrier], count: int, words: str, rng: random.Random) -> TestSet:
    """Put one unseen brand phrase anywhere into ``count`` of the carriers; the others are ham."""
    spam = []
    for number, carrier in enumerate(drawn[:count]):
        at = rng.randrange(len(carrier.text) + 1)
        phrase = mark(brand_phrase(rng, carrier.lang, words), "injection")
        text = carrier.text[:at] + phrase + carrier.text[at:]
        spam.append(_marked(f"brand-{number}", "brand", carrier, text))
    return TestSet(f"unseen brand, {WORDS[words]}", spam, _clean("brand-clean", drawn[count:]))


def titles(texts: Texts, most: int, words: str, rng: random.Random) -> TestSet:
    """Return real headlines alone, and the same with an unseen brand phrase put in."""
    found = {
        article.title: Carrier(source, lang, article.title)
        for lang in ("zh-Hans", "zh-Hant")
        for source, articles in sorted(texts.get(lang, {}).items())
        for article in articles
        if 6 <= len(article.title) <= 60 and len(HAN.findall(article.title)) > 3
    }
    drawn = rng.sample(list(found.values()), min(most, len(found)))
    spam = []
    for number, carrier in enumerate(drawn):
        title, sign = carrier.text, rng.choice(_SEPARATORS)
        phrase = mark(brand_phrase(rng, carrier.lang, words), "injection")
        at = rng.randrange(1, len(title))
        shapes = (phrase + sign + title, title + sign + phrase, title[:at] + phrase + title[at:])
        spam.append(_marked(f"title-{number}", "title", carrier, rng.choice(shapes)))
    return TestSet(f"title, {WORDS[words]}", spam, _clean("title-clean", drawn))


# --- garbling ------------------------------------------------------------------------------------


def _kept(text: str, edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits that change something within a line."""
    return [
        e for e in edits
        if text[e.start : e.end] != e.replacement and "\n" not in text[e.start : e.end]
    ]  # fmt: skip


def _rate(text: str, edits: Sequence[Edit]) -> float:
    """Return the share of Han characters that the edits take away."""
    return sum(e.end - e.start for e in edits) / max(1, len(HAN.findall(text)))


def _originals(text: str, edits: Sequence[Edit]) -> list[Original]:
    """Return where replacements stand in the damaged text, and what stood there before."""
    found, shift = [], 0
    for start, end, replacement in edits:
        at = start + shift
        found.append(Original(at, at + len(replacement), text[start:end]))
        shift += len(replacement) - (end - start)
    return found


def _substituted(
    text: str,
    machines: Sequence[str],
    rate: float,
    rng: random.Random,
    lex: GarbleLexicons,
) -> tuple[list[Edit], list[str]]:
    """Return edits that change close to ``rate`` of the characters, or none, and who made them.

    A machine that finds too little is helped by the next one.
    """
    edits: list[Edit] = []
    names: list[str] = []
    for name in machines:
        strength = missing = rate - _rate(text, edits)
        for _ in range(5):
            more = _kept(text, MACHINES[name](text, rng, strength, lex, "test"))
            joined = _joined(edits, more)
            reached = _rate(text, joined)
            if abs(reached - rate) <= 0.2 * rate:
                return joined, [*names, name]
            strength *= min(2.0, max(0.5, missing / max(_rate(text, more), 0.01)))
        if reached < rate:
            edits, names = joined, [*names, name]
    return [], []


def _joined(edits: Sequence[Edit], more: Sequence[Edit]) -> list[Edit]:
    """Return ``edits`` and those of ``more`` that touch none of them, in order."""
    taken = {at for e in edits for at in range(e.start, e.end)}
    return sorted([*edits, *(e for e in more if taken.isdisjoint(range(e.start, e.end)))])


def substitution(
    drawn: Sequence[Carrier],
    count: int,
    ham: Sequence[LabeledPage],
    rate: float,
    machines: Sequence[str],
    lex: GarbleLexicons,
    rng: random.Random,
) -> TestSet:
    """Replace ``rate`` of the characters (within a fifth) of up to ``count`` carriers.

    The ``machines`` take turns with dictionaries that training has not seen, and work together
    where one finds too little; a text that they cannot change so much is passed over.
    """
    spam: list[LabeledPage] = []
    originals: dict[str, list[Original]] = {}
    for carrier in drawn:
        if len(spam) == count:
            break
        turn = len(spam) % len(machines)
        order = [*machines[turn:], *machines[:turn]]
        edits, names = _substituted(carrier.text, order, rate, rng, lex)
        if edits:
            page_id, family = f"{rate}-{len(spam)}", "+".join(names)
            spam.append(_marked(page_id, family, carrier, apply_edits(carrier.text, edits)))
            originals[page_id] = _originals(carrier.text, edits)
    return TestSet(f"{rate:.0%} changed: {', '.join(machines)}", spam, ham, originals)


def damage(
    drawn: Sequence[Carrier],
    ham: Sequence[LabeledPage],
    name: str,
    lex: GarbleLexicons,
    rng: random.Random,
    strength: float = 0.1,
) -> TestSet:
    """Damage the carriers by the machine ``name`` of the generator, or by one that it lacks."""
    machine = SHAPES[name] if name in SHAPES else MACHINES[name]
    spam = []
    for number, carrier in enumerate(drawn):
        edits = _kept(carrier.text, machine(carrier.text, rng, strength, lex, "test"))
        if edits:
            text = apply_edits(carrier.text, edits)
            spam.append(_marked(f"{name}-{number}", name, carrier, text))
    return TestSet(name.replace("_", " "), spam, ham, damage_tells=name.startswith("mojibake"))


def clean(name: str, drawn: Sequence[Carrier]) -> list[LabeledPage]:
    """Return the carriers as clean pages."""
    return _clean(name, drawn)


def seeded(name: str) -> random.Random:
    """Return the randomness of the test ``name``: the same in every run, of no other test."""
    return random.Random(zlib.crc32(name.encode()))


def mixed(sets: Sequence[TestSet], most: int, rng: random.Random) -> TestSet:
    """Return a set of as many spam as ham pages, in equal parts from ``sets``."""

    def drawn(pages: Callable[[TestSet], Sequence[LabeledPage]]) -> list[LabeledPage]:
        shuffled = [rng.sample(list(pages(s)), len(pages(s))) for s in sets]
        turns = (page for row in zip_longest(*shuffled) for page in row if page is not None)
        return list({id(page): page for page in turns}.values())[:most]

    spam, ham = drawn(lambda s: s.spam), drawn(lambda s: s.ham)
    size = min(len(spam), len(ham))
    return TestSet("all tests mixed", spam[:size], ham[:size])
