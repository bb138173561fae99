"""Promotional phrases: brands, hosts, queries, advert lines and paragraphs, composed at random.

A quarter of the brands are real (from the lexicons), the others are invented, because brands are
an open set and a detector must learn their shape. ``split`` (``"train"``, ``"test"`` or ``"all"``)
decides which real brands, keywords and sentence templates are used, so that an evaluation can be
held out. Nothing here carries marks; :mod:`detector.training.inject` puts the phrases into pages.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from detector.training.grammar import Grammar, Slot, grammar
from detector.training.lexicons import lexicons

__all__ = [
    "CATEGORIES",
    "LANGUAGES",
    "Phrases",
    "base_language",
    "brand",
    "disguise",
    "host",
    "latin_name",
    "phrase",
    "traditional",
    "url",
]

LANGUAGES = ("zh-Hans", "zh-Hant", "id", "en", "vi", "th", "ja", "ko", "tr", "ru", "pt", "es", "de")
CATEGORIES = (
    "brand",
    "contact",
    "doorway",
    "echo",
    "footer",
    "glued",
    "guide",
    "host",
    "paragraph",
    "plan",
    "porn",
    "query",
    "remark",
    "sentence",
    "server",
    "slogan",
    "soft",
    "terms",
    "title",
    "url",
)
_ZH_SUFFIXES = (
    *(
        "体育",
        "体育",
        "体育",
        "娱乐",
        "娱乐",
        "娱乐",
        "国际",
        "国际",
        "棋牌",
        "彩票",
        "电竞",
        "平台",
    ),
    *("集团", "真人", "电子", "娱乐城", "竞技", "贵宾会", "在线", "官网", "游戏", "综合", "注册"),
    *("app", "网投", "亚洲", "视讯", "会", "城", "厅", "传媒", "影视", "直播", "交易所", "钱包"),
    *("加速器", "配资", "彩", "博", "2", "3", "4体育", "8", "88", "28", "777", "手机版", "运动"),
)
_CONSONANTS = "bcdfghjklmnpqrstvwxyz"
_VOWELS = "aeiou"
_TLDS = (
    *("com", "com", "com", "net", "cc", "cc", "vip", "vip", "top", "top", "xyz", "com.cn"),
    *("com.cn", "cn", "app", "me", "tv", "club", "live", "bet", "win", "fun", "shop", "icu", "pro"),
    *("site", "online", "asia", "org", "info", "life", "link", "work", "in", "co", "ltd", "store"),
)
_HOST_WORDS = (
    *("www", "www", "m", "m", "app", "home", "portal", "index", "cn", "zh", "wap", "h5", "web"),
    *("login", "vip", "go", "my", "play", "download", "main", "official", "site", "pc", "sports"),
    *("live", "hub", "gate", "pkg", "info", "help", "news", "about", "dl", "x", "user", "entry"),
    *(
        "ssl",
        "pages",
        "page",
        "net",
        "start",
        "welcome",
        "wwwcn",
        "zhcn",
        "en",
        "link",
        "line",
        "top",
    ),
)
_HOST_TRADES = (
    *(
        "sports",
        "sport",
        "ty",
        "tiyu",
        "game",
        "games",
        "bet",
        "lotto",
        "lottery",
        "casino",
        "club",
    ),
    *("qp", "play", "online", "vip", "app", "guanwang", "slot", "esports"),
)
_PATHS = (
    *("register", "reg", "login", "download", "app", "index.html", "m/index.html", "?id={n}"),
    *("?c={n}", "register?key={n}", "signup?aff={n}", "sjb/{n}.html", "zqnews/{n}", "promo"),
    *("?i_code={n}", "lottery/{n}.html", "home/{n}", "a/{n}.shtml", "tag/{n}", "go.php?u={n}"),
)
_ASCII = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _font(letters: str, digits: str) -> dict[int, str]:
    return {ord(plain): fancy for plain, fancy in zip(_ASCII, letters + digits, strict=True)}


def _swap(plain: str, fancy: str) -> dict[int, str]:
    return {ord(a): b for a, b in zip(plain, fancy, strict=True)}


def _math(upper: int, lower: int, digit: int) -> dict[int, str]:
    letters = [chr(lower + i) for i in range(26)] + [chr(upper + i) for i in range(26)]
    return _font("".join(letters), "".join(chr(digit + i) for i in range(10)))


_FONTS = (
    _math(0x1D400, 0x1D41A, 0x1D7CE),  # mathematical bold
    _math(0x1D5D4, 0x1D5EE, 0x1D7EC),  # sans-serif bold
    _math(0x1D468, 0x1D482, 0x1D7CE),  # bold italic
    _math(0x1D670, 0x1D68A, 0x1D7F6),  # monospace
    _math(0xFF21, 0xFF41, 0xFF10),  # fullwidth
    _swap("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ"),  # Cyrillic look-alikes
    _swap("aeiostgbAEIOSTGB", "4310579843105798"),  # digits for letters
    {ord(c): chr(0x24D0 + i) for i, c in enumerate(_ASCII[:26])},  # circled letters
)
_JOINERS = (" ", "·", ".", "-", "_", "\u200b", "\u200d", "、", "*", "●", "❤", "✅", "🔥", "+", "ღ")
_WRAPS = (
    "【{}】",
    "「{}」",
    "《{}》",
    "({})",
    "（{}）",
    "“{}”",
    "✅{}✅",
    "★{}★",
    "『{}』",
    "[{}]",
    "✨{}",
)
_DOTS = (
    "●",
    "●",
    "。",
    "•",
    "点",
    "丶",
    " . ",
    "*",
    "·",
    "【点】",
    "(.)",
    "．",
    "∙",
    "◆",
    "﹒",
    "．",
)


def base_language(lang: str) -> str:
    """Return the language whose lexicons serve ``lang``: ``"zh"`` for every Chinese tag.

    Languages without lexicons of their own are served in English, as international spam does.
    """
    base = lang.split("-")[0].lower()
    return base if base == "zh" or f"{base}.brand" in grammar("spam_other").rules else "en"


@lru_cache(maxsize=1)
def _traditional_table() -> dict[int, str]:
    return {ord(k): v for k, v in lexicons().mapping("traditional").items()}


def traditional(text: str) -> str:
    """Return ``text`` with Simplified characters replaced by Traditional ones, one by one."""
    converted = text.translate(_traditional_table())
    return converted.replace("注冊", "註冊")  # 注 stays 注 in 投注


def disguise(text: str, rng: random.Random) -> str:
    """Return ``text`` written so that a word list misses it.

    One of: another alphabet or mathematical letters for Latin ones, signs between characters,
    brackets around it, or a combining mark after every letter.
    """
    way = rng.random()
    if way < 0.4 and any(c in _ASCII for c in text):
        return text.translate(rng.choice(_FONTS))
    if way < 0.7 and len(text) <= 12:
        return rng.choice(_JOINERS).join(text)
    if way < 0.75 and len(text) <= 12 and text.isascii():
        stroke = chr(rng.choice((0x0336, 0x0332, 0x034F, 0x0305)))
        return "".join(c + stroke for c in text)
    return rng.choice(_WRAPS).format(text)


def _letters(rng: random.Random, low: int, high: int) -> str:
    return "".join(rng.choice(_CONSONANTS + _VOWELS) for _ in range(rng.randint(low, high)))


def _syllables(rng: random.Random, count: int) -> str:
    return "".join(rng.choice(_CONSONANTS) + rng.choice(_VOWELS) for _ in range(count))


def _pinyin(text: str) -> str:
    readings = lexicons().mapping("pinyin")
    return "".join(readings.get(c, c if c.isascii() and c.isalnum() else "") for c in text).lower()


def _invented_zh(rng: random.Random) -> str:
    chars = lexicons().words("brand_chars")
    core = "".join(rng.choice(chars) for _ in range(2 if rng.random() < 0.8 else 3))
    way = rng.random()
    if way < 0.52:
        return core + rng.choice(_ZH_SUFFIXES)
    if way < 0.60:
        return core + rng.choice((_pinyin(core), _initials(core), _letters(rng, 2, 3)))
    if way < 0.64:
        return rng.choice((_pinyin(core), _initials(core), _letters(rng, 2, 3))) + core
    if way < 0.72:  # half in pinyin: 开yun, kai云
        half = (core[0] + _pinyin(core[1:]), _pinyin(core[0]) + core[1:])
        return rng.choice(half) + (rng.choice(_ZH_SUFFIXES) if rng.random() < 0.5 else "")
    if way < 0.80:
        return rng.choice((_pinyin(core), _syllables(rng, rng.randint(2, 3)))) + (
            rng.choice(_ZH_SUFFIXES) if rng.random() < 0.7 else ""
        )
    if way < 0.87:
        number = str(rng.randint(2, 9999))
        return rng.choice((core + number, number + core, number + rng.choice(_ZH_SUFFIXES)))
    if way < 0.93:
        short = _letters(rng, 1, 3)
        short = short.upper() if rng.random() < 0.4 else short
        digits = str(rng.randint(1, 99)) if rng.random() < 0.6 else ""
        return short + digits + rng.choice(_ZH_SUFFIXES)
    return core


def _initials(text: str) -> str:
    readings = lexicons().mapping("pinyin")
    return "".join(readings.get(c, "x")[:1] for c in text)


def brand(rng: random.Random, lang: str, split: str = "train") -> str:
    """Return the name of an operator, real or invented, sometimes disguised."""
    base = base_language(lang)
    if base == "zh":
        real = rng.random() < 0.25
        name = rng.choice(lexicons().words("brands_zh", None, split)) if real else _invented_zh(rng)
        # Spammers seldom convert: a Simplified brand in a Traditional page is the usual sight.
        if rng.random() < (0.4 if lang == "zh-Hant" else 0.04):
            name = traditional(name)
    elif rng.random() < 0.5:
        name = rng.choice(lexicons().words("brands_other", base, split))
    else:
        name = grammar("spam_other").expand(f"{base}.brand", rng)
    if base not in {"zh", "th", "ko", "ja"}:
        name = rng.choice((name, name, name.title(), name.upper()))
    return disguise(name, rng) if rng.random() < 0.06 else name


def latin_name(name: str, rng: random.Random, most: int = 14) -> str:
    """Return the letters and digits of ``name`` in pinyin, some at random where it has none."""
    return re.sub("[^a-z0-9]", "", _pinyin(name))[:most] or _letters(rng, 3, 6)


_CAMEL_TAILS = (
    *("App", "App", "Sports", "Sport", "Official", "VIP", "Entertainment", "Download"),
    "",
)


def _camel(name: str, rng: random.Random) -> str:
    """Return ``name`` as a mock-English title with a tail: YiBoSports, LingYueApp."""
    letters = (
        "".join(_pinyin(char).capitalize() for char in name[:4]) or _letters(rng, 3, 6).title()
    )
    return letters + rng.choice(_CAMEL_TAILS)


def host(rng: random.Random, lang: str, split: str = "train", name: str | None = None) -> str:
    """Return a host name as operators register or hijack them; ``name`` is the brand it is for."""
    latin = latin_name(name if name is not None else brand(rng, lang, split), rng)
    tld = rng.choice(_TLDS)
    digits = str(rng.randint(0, 99999)) if rng.random() < 0.5 else ""
    way = rng.random()
    if way < 0.22:
        words = [rng.choice(_HOST_WORDS) for _ in range(rng.randint(1, 2))]
        if rng.random() < 0.15:
            words[-1] += str(rng.randint(1, 9))
        if rng.random() < 0.15:  # the name in English, or a number for one
            latin = rng.choice((_syllables(rng, rng.randint(2, 4)), str(rng.randint(28, 999))))
        if rng.random() < 0.25:
            latin += rng.choice(("", "-")) + rng.choice(_HOST_TRADES)
        parts = [*words, latin]
        if rng.random() < 0.2:
            rng.shuffle(parts)
        return "-".join(parts) + "." + rng.choice(("com.cn", "com.cn", "com", tld))
    if way < 0.40:
        return f"www.{latin}{digits}.{tld}"
    if way < 0.55:
        return f"{latin}{digits}.{tld}"
    if way < 0.66:
        return f"{rng.choice(_HOST_WORDS)}.{latin}{digits}.{tld}"
    if way < 0.76:
        return f"{_letters(rng, 1, 3)}{rng.randint(10, 99999)}.{tld}"
    if way < 0.84:
        return f"{rng.randint(100, 9999999)}{_letters(rng, 0, 3)}.{tld}"
    if way < 0.88:
        return f"xn--{_letters(rng, 4, 10)}{rng.randint(1, 99)}{_letters(rng, 1, 3)}.{tld}"
    if way < 0.94:
        return f"{_letters(rng, 4, 8)}-{rng.randint(10000, 999999)}{rng.choice(('com', ''))}.{tld}"
    return f"{latin}.{_syllables(rng, rng.randint(2, 4))}.{tld}"


def url(rng: random.Random, lang: str, split: str = "train", name: str | None = None) -> str:
    """Return an address on such a host."""
    path = rng.choice(_PATHS).replace("{n}", str(rng.randint(10, 9999999)))
    scheme = rng.choice(("https://", "https://", "http://", ""))
    port = f":{rng.choice((5067, 8443, 8888, 9900, 2053))}" if rng.random() < 0.08 else ""
    tail = "/" + path if rng.random() < 0.5 else rng.choice(("", "/"))
    return f"{scheme}{host(rng, lang, split, name)}{port}{tail}"


def _obfuscated(rng: random.Random, lang: str, split: str, name: str | None = None) -> str:
    text = host(rng, lang, split, name).removeprefix("www.")
    way = rng.random()
    if way < 0.6:
        text = text.replace(".", rng.choice(_DOTS))
    elif way < 0.8:
        text = text.translate(rng.choice(_FONTS[:5]))
    return text.upper() if rng.random() < 0.25 else text


_RULES_ZH = {
    "contact": "contact",
    "remark": "remark",
    "plan": "plan",
    "query": "query",
    "sentence": "ad_sentence",
    "paragraph": "aff_para",
    "terms": "terms_para",
    "guide": "guide_para",
    "soft": "soft_para",
    "server": "sv.line",
    "title": "doorway_title",
    "footer": "footer_line",
}
_RULES = {
    "contact": "contact",
    "remark": "remark",
    "plan": "query",
    "query": "query",
    "sentence": "sentence",
    "paragraph": "para",
    "terms": "para",
    "guide": "para",
    "soft": "sentence",
    "server": "para",
    "title": "title",
    "footer": "title",
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
        return _letters(rng, 2, 5) + str(rng.randint(1, 99999))

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
                "@" * (rng.random() < 0.5) + _letters(rng, 3, 6) + str(rng.randint(1, 9999))
            ),
            "phone": _phone,
            "host": lambda rng: self._host if rng.random() < 0.6 else host(rng, lang, split, name),
            "url": lambda rng: url(rng, lang, split, name),
            "obf": lambda rng: _obfuscated(rng, lang, split, name),
            "tld": lambda rng: rng.choice(_TLDS),
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
            group = rng.choice(gambling if rng.random() < 0.7 else groups)
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
            text += _letters(self.rng, 3, 6).upper()
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
            lambda: f"{name}{slot}{rng.choice(_ZH_SUFFIXES)}",
            lambda: f"{name}{slot}-{name}{more}",
            lambda: f"{name}{slot}(中国){more}",
            lambda: f"{brand(rng, self.lang, self.split)}{name}",
            lambda: f"{name}{slot}{_letters(rng, 2, 4)}",
            lambda: f"{rng.randint(2, 9999)}{name}{slot}",
            lambda: f"{name}v{rng.randint(1, 9)}.{rng.randint(0, 99)}{slot}",
            lambda: f"《{name}{rng.choice(('', slot))}》{_camel(name, rng)}",
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
            (self.say("contact"), self._host, _obfuscated(rng, self.lang, self.split))
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
