"""Names of operators and their hosts, real and invented, and the ways in which they are disguised.

Three in ten brands are real (from the lexicons), half of them of those met most; the others are
invented, because brands are an open set and a detector must learn their shape. ``split``
(``"train"``, ``"test"`` or ``"all"``) decides which real brands are used, so that an evaluation can
be held out.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from functools import lru_cache

from detector.training.draws import weighted_choice
from detector.training.fancy import CIRCLED, FULLWIDTH, LEET, mathematical
from detector.training.grammar import grammar
from detector.training.lexicons import lexicons

__all__ = [
    "TLDS",
    "TRADES_ZH",
    "base_language",
    "brand",
    "brand_characters",
    "camel_case",
    "disguise",
    "host",
    "latin_name",
    "letters",
    "obfuscated_host",
    "primary_subtag",
    "traditional",
    "url",
]

TRADES_ZH = (
    "体育", "体育", "体育", "娱乐", "娱乐", "娱乐", "国际", "国际", "棋牌", "彩票", "电竞",
    "平台", "集团", "真人", "电子", "娱乐城", "竞技", "贵宾会", "在线", "官网", "游戏", "综合",
    "注册", "app", "网投", "亚洲", "视讯", "会", "城", "厅", "传媒", "影视", "直播", "交易所",
    "钱包", "加速器", "配资", "彩", "博", "2", "3", "4体育", "8", "88", "28", "777", "手机版",
    "运动",
)  # fmt: skip
_REAL, _OFTEN, _FREQUENT = 0.3, 0.5, 8
"""Share of real brands; among them that of those met most, the first eighth of the list."""
_CONSONANTS = "bcdfghjklmnpqrstvwxyz"
_VOWELS = "aeiou"
TLDS = (
    "com", "com", "com", "net", "cc", "cc", "vip", "vip", "top", "top", "xyz", "com.cn", "com.cn",
    "cn", "app", "me", "tv", "club", "live", "bet", "win", "fun", "shop", "icu", "pro", "site",
    "online", "asia", "org", "info", "life", "link", "work", "in", "co", "ltd", "store",
)  # fmt: skip
_HOST_WORDS = (
    "www", "www", "m", "m", "app", "home", "portal", "index", "cn", "zh", "wap", "h5", "web",
    "login", "vip", "go", "my", "play", "download", "main", "official", "site", "pc", "sports",
    "live", "hub", "gate", "pkg", "info", "help", "news", "about", "dl", "x", "user", "entry",
    "ssl", "pages", "page", "net", "start", "welcome", "wwwcn", "zhcn", "en", "link", "line",
    "top",
)  # fmt: skip
_HOST_TRADES = (
    "sports", "sport", "ty", "tiyu", "game", "games", "bet", "lotto", "lottery", "casino", "club",
    "qp", "play", "online", "vip", "app", "guanwang", "slot", "esports",
)  # fmt: skip
_PATHS = (
    "register", "reg", "login", "download", "app", "index.html", "m/index.html", "?id={n}",
    "?c={n}", "register?key={n}", "signup?aff={n}", "sjb/{n}.html", "zqnews/{n}", "promo",
    "?i_code={n}", "lottery/{n}.html", "home/{n}", "a/{n}.shtml", "tag/{n}", "go.php?u={n}",
)  # fmt: skip
_ASCII = string.ascii_letters + string.digits
_FONTS = tuple(
    str.maketrans(table)
    for table in (
        mathematical("BOLD"),
        mathematical("SANS-SERIF BOLD"),
        mathematical("BOLD ITALIC", digits="BOLD"),
        mathematical("MONOSPACE"),
        FULLWIDTH,
        dict(zip("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ", strict=True)),  # Cyrillic look-alikes
        {**LEET, **{letter.upper(): digit for letter, digit in LEET.items()}},
        {letter: CIRCLED[letter] for letter in string.ascii_lowercase},
    )
)
_JOINERS = (" ", "·", ".", "-", "_", "\u200b", "\u200d", "、", "*", "●", "❤", "✅", "🔥", "+", "ღ")
_WRAPS = (
    "【{}】", "「{}」", "《{}》", "({})", "（{}）", "“{}”", "✅{}✅", "★{}★", "『{}』", "[{}]",
    "✨{}",
)  # fmt: skip
_DOTS = (
    "●", "●", "。", "•", "点", "丶", " . ", "*", "·", "【点】", "(.)", "．", "∙", "◆", "﹒", "．",
)  # fmt: skip


def primary_subtag(lang: str) -> str:
    """Return the language of the tag ``lang`` (BCP 47), without script and region."""
    return lang.split("-")[0].lower()


def base_language(lang: str) -> str:
    """Return the language whose lexicons serve ``lang``: ``"zh"`` for every Chinese tag.

    Languages without lexicons of their own are served in English, as international spam does.
    """
    base = primary_subtag(lang)
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


def letters(rng: random.Random, low: int, high: int) -> str:
    """Return ``low`` to ``high`` small letters at random."""
    return "".join(rng.choice(_CONSONANTS + _VOWELS) for _ in range(rng.randint(low, high)))


def _syllables(rng: random.Random, count: int) -> str:
    return "".join(rng.choice(_CONSONANTS) + rng.choice(_VOWELS) for _ in range(count))


def _pinyin(text: str) -> str:
    readings = lexicons().mapping("pinyin")
    return "".join(readings.get(c, c if c.isascii() and c.isalnum() else "") for c in text).lower()


def brand_characters(rng: random.Random, count: int) -> str:
    """Return ``count`` characters such as names of brands are made of."""
    chars = lexicons().words("brand_chars")
    return "".join(rng.choice(chars) for _ in range(count))


def _invented_zh(rng: random.Random) -> str:
    core = brand_characters(rng, 2 if rng.random() < 0.8 else 3)
    way = rng.random()
    if way < 0.52:
        return core + rng.choice(TRADES_ZH)
    if way < 0.60:
        return core + rng.choice((_pinyin(core), _initials(core), letters(rng, 2, 3)))
    if way < 0.64:
        return rng.choice((_pinyin(core), _initials(core), letters(rng, 2, 3))) + core
    if way < 0.72:  # half in pinyin: 开yun, kai云
        half = (core[0] + _pinyin(core[1:]), _pinyin(core[0]) + core[1:])
        return rng.choice(half) + (rng.choice(TRADES_ZH) if rng.random() < 0.5 else "")
    if way < 0.80:
        return rng.choice((_pinyin(core), _syllables(rng, rng.randint(2, 3)))) + (
            rng.choice(TRADES_ZH) if rng.random() < 0.7 else ""
        )
    if way < 0.87:
        number = str(rng.randint(2, 9999))
        return rng.choice((core + number, number + core, number + rng.choice(TRADES_ZH)))
    if way < 0.93:
        short = letters(rng, 1, 3)
        short = short.upper() if rng.random() < 0.4 else short
        digits = str(rng.randint(1, 99)) if rng.random() < 0.6 else ""
        return short + digits + rng.choice(TRADES_ZH)
    return core


def _initials(text: str) -> str:
    readings = lexicons().mapping("pinyin")
    return "".join(readings.get(c, "x")[:1] for c in text)


def _real_zh(rng: random.Random, split: str) -> str:
    names = lexicons().words("brands_zh", None, split)
    often = rng.random() < _OFTEN
    return rng.choice(names[: len(names) // _FREQUENT] if often else names)


def brand(rng: random.Random, lang: str, split: str = "train") -> str:
    """Return the name of an operator, real or invented, sometimes disguised."""
    base = base_language(lang)
    if base == "zh":
        name = _real_zh(rng, split) if rng.random() < _REAL else _invented_zh(rng)
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
    return re.sub("[^a-z0-9]", "", _pinyin(name))[:most] or letters(rng, 3, 6)


_CAMEL_TAILS = (
    "App", "App", "Sports", "Sport", "Official", "VIP", "Entertainment", "Download", "",
)  # fmt: skip


def camel_case(name: str, rng: random.Random) -> str:
    """Return ``name`` as a mock-English title with a tail: YiBoSports, LingYueApp."""
    title = "".join(_pinyin(char).capitalize() for char in name[:4]) or letters(rng, 3, 6).title()
    return title + rng.choice(_CAMEL_TAILS)


def host(rng: random.Random, lang: str, split: str = "train", name: str | None = None) -> str:
    """Return a host name as operators register or hijack them; ``name`` is the brand it is for."""
    latin = latin_name(name if name is not None else brand(rng, lang, split), rng)
    maker = weighted_choice(rng, _HOST_SHAPES)
    return maker(rng, latin, rng.choice(TLDS))


def _number(rng: random.Random) -> str:
    """Return up to five digits, or often none."""
    return str(rng.randint(0, 99999)) if rng.random() < 0.5 else ""


def _long_number(rng: random.Random) -> str:
    """Return five or six digits, or the same and ``com`` as if that were the end."""
    return str(rng.randint(10000, 999999)) + rng.choice(("com", ""))


def _short_code(rng: random.Random) -> str:
    """Return a number and letters, as punycode ends in."""
    return str(rng.randint(1, 99)) + letters(rng, 1, 3)


def _words_host(rng: random.Random, latin: str, tld: str) -> str:
    """Return words and the name with hyphens: m-app-kaiyun.com.cn."""
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


_HOST_SHAPES: tuple[tuple[int, Callable[[random.Random, str, str], str]], ...] = (
    (22, _words_host),
    (18, lambda rng, latin, tld: f"www.{latin}{_number(rng)}.{tld}"),
    (15, lambda rng, latin, tld: f"{latin}{_number(rng)}.{tld}"),
    (11, lambda rng, latin, tld: f"{rng.choice(_HOST_WORDS)}.{latin}{_number(rng)}.{tld}"),
    (10, lambda rng, _, tld: f"{letters(rng, 1, 3)}{rng.randint(10, 99999)}.{tld}"),
    (8, lambda rng, _, tld: f"{rng.randint(100, 9999999)}{letters(rng, 0, 3)}.{tld}"),
    (6, lambda rng, _, tld: f"{letters(rng, 4, 8)}-{_long_number(rng)}.{tld}"),
    (6, lambda rng, latin, tld: f"{latin}.{_syllables(rng, rng.randint(2, 4))}.{tld}"),
    (4, lambda rng, _, tld: f"xn--{letters(rng, 4, 10)}{_short_code(rng)}.{tld}"),
)
"""How many hosts in a hundred have a shape, and its maker: of the brand in Latin letters and a
top-level domain."""


def url(rng: random.Random, lang: str, split: str = "train", name: str | None = None) -> str:
    """Return an address on a host as :func:`host` makes it."""
    path = rng.choice(_PATHS).replace("{n}", str(rng.randint(10, 9999999)))
    scheme = rng.choice(("https://", "https://", "http://", ""))
    port = f":{rng.choice((5067, 8443, 8888, 9900, 2053))}" if rng.random() < 0.08 else ""
    tail = "/" + path if rng.random() < 0.5 else rng.choice(("", "/"))
    return f"{scheme}{host(rng, lang, split, name)}{port}{tail}"


def obfuscated_host(rng: random.Random, lang: str, split: str, name: str | None = None) -> str:
    """Return a host, mostly written so that no filter of links takes it for one."""
    text = host(rng, lang, split, name).removeprefix("www.")
    way = rng.random()
    if way < 0.6:
        text = text.replace(".", rng.choice(_DOTS))
    elif way < 0.8:
        text = text.translate(rng.choice(_FONTS[:5]))
    return text.upper() if rng.random() < 0.25 else text
