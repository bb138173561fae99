"""Promotional phrases: queries, advert lines and paragraphs, composed at random around a name.

``split`` (``"train"``, ``"test"`` or ``"all"``) decides which real brands, keywords and sentence
templates are used, so that an evaluation can be held out. Nothing here carries marks;
:mod:`detector.training.inject` puts the phrases into pages.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from detector.training.grammar import Grammar, Slot, grammar
from detector.training.lexicons import lexicons
from detector.training.names import (
    TLDS,
    TRADES_ZH,
    base_language,
    brand,
    camel_case,
    disguise,
    host,
    letters,
    obfuscated_host,
    traditional,
    url,
)

__all__ = [
    "CATEGORIES",
    "ESSAYS",
    "LANGUAGES",
    "Phrases",
    "phrase",
]

LANGUAGES = (
    "zh-Hans", "zh-Hant", "id", "en", "vi", "th", "ja", "ko", "tr", "ru", "pt", "es", "de", "fr",
    "it", "ar", "hi", "fa",
)  # fmt: skip
ESSAYS = (
    *("tea", "reel", "coin", "fans", "cheat", "expl", "gossip"),
    *("wallet", "pill", "house", "egg", "loan", "novel", "margin", "bare", "live"),
    *("rescue", "enrol", "fanapp"),
)
"""What prose that is made for its search words is about: the first parts of grammar rules."""

CATEGORIES = (
    "brand",
    "code",
    "contact",
    "doorway",
    "echo",
    "footer",
    "glued",
    "guide",
    "host",
    "offer",
    "paragraph",
    "plan",
    "porn",
    "query",
    "remark",
    "sentence",
    "slogan",
    "soft",
    "sv",
    "terms",
    "title",
    "url",
    *ESSAYS,
)
_RULES_ZH = {
    "contact": "contact",
    "remark": "remark",
    "plan": "plan",
    "query": "query",
    "sentence": "ad_sentence",
    "offer": "offer",
    "paragraph": "aff_para",
    "terms": "terms_para",
    "guide": "guide_para",
    "soft": "soft_para",
    "sv": "sv.line",
    "code": "code.plain",
    "title": "doorway_title",
    "footer": "footer_line",
    **{topic: f"{topic}.line" for topic in ESSAYS},
}
_RULES = {
    "contact": "contact",
    "remark": "remark",
    "plan": "query",
    "query": "query",
    "sentence": "sentence",
    "offer": "sentence",
    "paragraph": "para",
    "terms": "guide",
    "guide": "guide",
    "soft": "guide",
    "sv": "para",
    "code": "para",
    "title": "title",
    "footer": "title",
    **dict.fromkeys(ESSAYS, "para"),
}


class Phrases:
    """The voice of one campaign: a language, a split and one brand that its texts keep naming."""

    def __init__(
        self, rng: random.Random, lang: str, split: str = "train", name: str | None = None
    ) -> None:
        """Draw a brand of ``split``, or take ``name`` for it."""
        self.rng = rng
        self.lang = lang
        self.base = base_language(lang)
        self.split = split
        self.brand = name if name is not None else brand(rng, lang, split)
        self._grammar: Grammar = (
            grammar("spam_zh", "apps_zh") if self.base == "zh" else grammar("spam_other")
        )
        self._contact = self._code(rng)
        self._host = host(rng, lang, split, self.brand)
        self.slots = self._make_slots()

    def _code(self, rng: random.Random) -> str:
        if rng.random() < 0.6:
            return str(rng.randint(10000, 9999999999))
        return letters(rng, 2, 5) + str(rng.randint(1, 99999))

    def _make_slots(self) -> dict[str, Slot]:
        lang, split, name = self.lang, self.split, self.brand
        slots: dict[str, Slot] = {
            "brand": lambda rng: name if rng.random() < 0.93 else brand(rng, lang, split),
            "nb": lambda rng: brand(rng, lang, split),
            "fancy": lambda rng: disguise(name, rng) if rng.random() < 0.6 else name,
            "kw": lambda rng: self.keyword(rng),
            "slot": self._slot_word,
            "code": lambda rng: self._contact if rng.random() < 0.7 else self._code(rng),
            "handle": lambda rng: (
                "@" * (rng.random() < 0.5) + letters(rng, 3, 6) + str(rng.randint(1, 9999))
            ),
            "phone": _phone,
            "host": lambda rng: self._host if rng.random() < 0.6 else host(rng, lang, split, name),
            "url": lambda rng: url(rng, lang, split, name),
            "obf": lambda rng: obfuscated_host(rng, lang, split, name),
            "tld": lambda rng: rng.choice(TLDS),
            "year": lambda rng: str(rng.randint(2019, 2027)),
            "porn2": lambda rng: self.keyword(rng, "porn") + self.keyword(rng, "porn"),
        }
        if self.base == "zh":
            for group in lexicons().groups("keywords_zh"):
                slots["kw" + group] = _keyword_slot(self, group)
        else:
            slots["contact"] = lambda rng: self.say("contact")
        return slots

    def _slot_word(self, rng: random.Random) -> str:
        if self.base == "zh":
            return rng.choice(lexicons().words("slot_words_zh", None, self.split))
        return rng.choice(lexicons().words(f"promo_words_{self.base}", "slotword", self.split))

    def slot_words(self, count: int) -> list[str]:
        """Return words that say what a site is or how to reach it: 官网, app下载."""
        return [self._slot_word(self.rng) for _ in range(count)]

    def keyword(self, rng: random.Random, group: str | None = None) -> str:
        """Return a search keyword, of ``group`` or of a group drawn at spam's usual rates."""
        name = "keywords_zh" if self.base == "zh" else f"promo_words_{self.base}"
        if group is None:
            groups = [g for g in lexicons().groups(name) if g not in {"porn", "slotword"}]
            gambling = groups[:4] if self.base == "zh" else groups[:3]
            rate = 0.4 if self.base == "en" else 0.7  # of English spam, much is pills and papers
            group = rng.choice(gambling if rng.random() < rate else groups)
        elif group not in lexicons().groups(name):
            group = lexicons().groups(name)[0]
        return rng.choice(lexicons().words(name, group, self.split))

    def search_word(self) -> str:
        """Return a keyword that is not an ordinary word of two or three characters."""
        word = self.keyword(self.rng)
        return word if self.base != "zh" or len(word) > 3 else word + self._slot_word(self.rng)

    def say(self, rule: str, more: Mapping[str, Slot] | None = None) -> str:
        """Return one text of grammar rule ``rule`` (without its language prefix).

        ``more`` supplies slots of this text besides those of the campaign.
        """
        name = rule if self.base == "zh" else f"{self.base}.{rule}"
        slots = self.slots | dict(more) if more else self.slots
        text = self._grammar.expand(name, self.rng, self.split, slots)
        if self.lang == "zh-Hant" and self.rng.random() < 0.45:
            text = traditional(text)
        return text

    def several(self, category: str, count: int) -> list[str]:
        """Return up to ``count`` texts of a category of sentences, each of another template."""
        rule = _RULES_ZH[category] if self.base == "zh" else f"{self.base}.{_RULES[category]}"
        # The bland texts name one brand only: their injected words are marked by that name.
        slots = self.slots | {"brand": self.brand} if category == "soft" else self.slots
        texts = self._grammar.sample(rule, count, self.rng, self.split, slots)
        if self.lang == "zh-Hant" and self.rng.random() < 0.6:
            texts = [traditional(text) for text in texts]
        return texts

    def slogan(self) -> str:
        """Return a slogan, in Chinese from the list of slogans."""
        if self.base != "zh":
            return self.say("glued").upper() if self.rng.random() < 0.3 else self.say("title")
        template = self.rng.choice(lexicons().words("slogans_zh", None, self.split))
        text = self._grammar.fill(template, self.rng, self.split, self.slots)
        if self.rng.random() < 0.02:
            text = f"{{变量{self.rng.randint(1, 9)}}}" + text
        if self.rng.random() < 0.04:
            text += "".join(chr(self.rng.randint(0x8000, 0x9F00)) for _ in range(4))
            text += letters(self.rng, 3, 6).upper()
        return text

    def glued(self) -> str:
        """Return a brand or keyword with slot words glued to it."""
        rng, name = self.rng, self.brand
        if self.base != "zh":
            text = self.say("glued")
            return disguise(text, rng) if self.base == "id" and rng.random() < 0.15 else text
        slot, kw = self._slot_word(rng), self.keyword(rng)
        more = self._slot_word(rng)
        shapes: tuple[Callable[[], str], ...] = (
            lambda: name,
            lambda: name + slot,
            lambda: name + slot,
            lambda: name + slot + more,
            lambda: name + slot + more + self._slot_word(rng),
            lambda: name + kw,
            lambda: name + kw + slot,
            lambda: kw + slot,
            # A short keyword alone is an ordinary word: 计划, 公式, 视频.
            lambda: kw if len(kw) > 3 else kw + slot,
            lambda: slot + name,
            lambda: f"{name}({kw}){slot}",
            lambda: f"{name}({slot}){more}",
            lambda: f"{name}-{slot}",
            lambda: f"{name}·{slot}",
            lambda: f"{name} {slot}",
            lambda: f"{name}{slot}{rng.choice(TRADES_ZH)}",
            lambda: f"{name}{slot}-{name}{more}",
            lambda: f"{name}{slot}(中国){more}",
            lambda: f"{brand(rng, self.lang, self.split)}{name}",
            lambda: f"{name}{slot}{letters(rng, 2, 4)}",
            lambda: f"{rng.randint(2, 9999)}{name}{slot}",
            lambda: f"{name}v{rng.randint(1, 9)}.{rng.randint(0, 99)}{slot}",
            lambda: f"《{name}{rng.choice(('', slot))}》{camel_case(name, rng)}",
        )
        text = rng.choice(shapes)()
        if self.lang == "zh-Hant" and rng.random() < 0.35:
            text = traditional(text)
        return disguise(text, rng) if rng.random() < 0.03 else text

    def porn(self, low: int = 1, high: int = 3) -> str:
        """Return an item of a chain of adult search words (``low`` to ``high`` words glued)."""
        rng = self.rng
        if self.base != "zh":
            return self.keyword(rng, "services")
        words = [self.keyword(rng, "porn") for _ in range(rng.randint(low, high))]
        if rng.random() < 0.2:
            words.insert(rng.randint(0, len(words)), str(rng.choice((18, 99, 91, 69, 1024, 2024))))
        return "".join(words)

    def chain(self) -> str:
        """Return 4 to 25 adult phrases with a separator between them."""
        rng = self.rng
        sign = rng.choice(("_", "_", " - ", ",", "，", "丨", "|", " ", "-", "、", " | ", "/"))
        items = [self.porn() for _ in range(rng.randint(4, rng.choice((8, 12, 25))))]
        return sign.join(items)

    def echo(self) -> str:
        """Return a search query with the spammer's address or contact in it."""
        rng = self.rng
        query = self.say(rng.choice(("query", "query", "glued" if self.base != "zh" else "plan")))
        tail = rng.choice(
            (self.say("contact"), self._host, obfuscated_host(rng, self.lang, self.split))
        )
        return rng.choice(
            (f"{query}{tail}", f"{tail}{query}", f"{query} {tail}", f"{query}【{tail}】")
        )

    def one(self, category: str) -> str:
        """Return a phrase of ``category`` (see ``CATEGORIES``); raises ``ValueError``."""
        rng, chinese = self.rng, self.base == "zh"
        rules = _RULES_ZH if chinese else _RULES
        if category in rules:
            return self.say(rules[category])
        if category == "doorway":
            return rng.choice((self.slogan, lambda: self.one("contact"), self.glued))()
        simple: dict[str, Callable[[], str]] = {
            "brand": lambda: self.brand,
            "echo": self.echo,
            "glued": self.glued,
            "host": lambda: self._host,
            "porn": self.porn,
            "slogan": self.slogan,
            "url": lambda: url(rng, self.lang, self.split, self.brand),
        }
        if category not in simple:
            raise ValueError(f"unknown category {category!r}; known: {', '.join(CATEGORIES)}")
        return simple[category]()


def _keyword_slot(voice: Phrases, group: str) -> Callable[[random.Random], str]:
    return lambda rng: voice.keyword(rng, group)


def _phone(rng: random.Random) -> str:
    digits = f"1{rng.choice('3456789')}{rng.randint(0, 999999999):09d}"
    if rng.random() < 0.3:
        digits = f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    return digits


_USUAL = (*("glued",) * 6, "query", "query", "plan", "contact", "slogan", "title", "porn", "url")


def phrase(rng: random.Random, lang: str, category: str | None = None, split: str = "train") -> str:
    """Return one promotional phrase of ``category``, or of a usual one where it is ``None``."""
    return Phrases(rng, lang, split).one(category or rng.choice(_USUAL))
