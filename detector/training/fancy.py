"""Fancy letters of comments: alphabets of Unicode that are worn like fonts, and other disguises.

People write names, greetings and titles in them; promoters hide the name of an operator from
filters. :func:`styled` is what both do, :func:`disguised` what only the latter do.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from detector.training.draws import weighted_choice

__all__ = [
    "ALPHABETS", "CIRCLED", "FULLWIDTH", "LEET", "disguised", "framed", "leet", "mathematical",
    "styled",
]  # fmt: skip

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_LETTERS = _LOWER + _LOWER.upper()
_DIGITS = "0123456789"
_DIGIT_NAMES = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
_STYLES = (
    "BOLD", "ITALIC", "BOLD ITALIC", "SCRIPT", "BOLD SCRIPT", "FRAKTUR", "BOLD FRAKTUR",
    "DOUBLE-STRUCK", "SANS-SERIF", "SANS-SERIF BOLD", "SANS-SERIF ITALIC",
    "SANS-SERIF BOLD ITALIC", "MONOSPACE",
)  # fmt: skip
_DIGIT_STYLES = ("BOLD", "DOUBLE-STRUCK", "SANS-SERIF", "SANS-SERIF BOLD", "MONOSPACE")


def _sign(plain: str, *names: str) -> str:
    """Return the first character that exists among ``names``, or ``plain``."""
    for name in names:
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    return plain


def mathematical(style: str, digits: str = "") -> dict[str, str]:
    """Return the letters and digits of a mathematical style, by those of ASCII.

    ``digits`` is the style of the digits where it is not the nearest that there is.
    """
    table: dict[str, str] = {}
    older = style.replace("FRAKTUR", "BLACK-LETTER")  # some letters are older than the alphabets
    for letter in _LETTERS:
        name = f"{'SMALL' if letter.islower() else 'CAPITAL'} {letter.upper()}"
        table[letter] = _sign(
            letter, f"MATHEMATICAL {style} {name}", f"{style} {name}", f"{older} {name}"
        )
    if style == "ITALIC":
        table["h"] = "\u210e"  # the constant of Planck
    nearest = style if style in _DIGIT_STYLES else "SANS-SERIF BOLD" if "BOLD" in style else ""
    for digit, name in zip(_DIGITS, _DIGIT_NAMES, strict=True):
        table[digit] = _sign(digit, f"MATHEMATICAL {digits or nearest} DIGIT {name}")
    return table


def _row(lower: str, upper: str = "", digits: str = _DIGITS) -> dict[str, str]:
    return dict(zip(_LETTERS + _DIGITS, lower + (upper or lower) + digits, strict=True))


def _codes(start: int, count: int = 26) -> str:
    return "".join(chr(start + step) for step in range(count))


FULLWIDTH = _row(_codes(0xFF41), _codes(0xFF21), _codes(0xFF10, 10))
CIRCLED = _row(_codes(0x24D0), _codes(0x24B6), "⓪" + _codes(0x2460, 9))
ALPHABETS: tuple[Mapping[str, str], ...] = (
    *(mathematical(style) for style in _STYLES),
    FULLWIDTH,
    CIRCLED,
    _row(_codes(0x1F150), "", "⓿" + _codes(0x2776, 9)),  # white on black circles
    _row(_codes(0x1F130)),  # squared
    _row(_codes(0x1F170)),  # white on black squares
    _row(_codes(0x249C), "", "0" + _codes(0x2474, 9)),  # parenthesised
    _row("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀsᴛᴜᴠᴡxʏᴢ"),
    _row("ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖqʳˢᵗᵘᵛʷˣʸᶻ", "ᴬᴮᶜᴰᴱᶠᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾQᴿˢᵀᵁⱽᵂˣʸᶻ", "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    _row("ₐbcdₑfgₕᵢⱼₖₗₘₙₒₚqᵣₛₜᵤᵥwₓyz", "", "₀₁₂₃₄₅₆₇₈₉"),
    _row("αвc∂єƒgнιנкℓмησρqяѕтυνωχуz", "ΑΒСDΕFGΗΙJΚLΜΝΟΡQЯЅΤUVWΧΥΖ"),
    _row("аbсdеfgһіјklmnорqrѕtuvwхуz", "АВСDЕFGНІЈКLМNОРQRЅТUVWХУZ"),
    _row("ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑQꓣꓢꓔꓴꓦꓪꓫꓬꓜ"),
)
"""Tables from the letters and digits of ASCII to those of an alphabet."""
_WEIGHTS = (12, 3, 8, 3, 8, 3, 2, 5, 2, 12, 2, 10, 6, 6, 3, 2, 1, 3, 1, 2, 1, 1, 2, 1, 1)
_KEYCAP = "\ufe0f\u20e3"
_STROKES = "\u0332\u0336\u0335\u0305\u0333\u035f\u034e\u0338\u0323\u0307\u0347\u0353\u033d\u0350"
LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7", "g": "9", "b": "8"}
_BLOCKS = ("░", "▒", "|", "❤", "⭐")
_GAPS = (" ", " ", " ", " ", "  ", ".", "-", "_", "·", "*", "\u200b", ",", "+", "~", *_BLOCKS)
_BOXES = ("【{}】", "[{}]", "({})", "「{}」", "|{}|", "❲{}❳")
_SYLLABLE = re.compile(r"[^\W\daeiou]*[aeiou](?:[^\W\daeiou]+(?![aeiou]))?|\d+|[^\W\d]+|\W+", re.I)
_FRAMES = (
    "⭐", "🔥", "⚡", "🔴", "💫", "🚩", "❤", "❤️", "💖", "✌", "🏆", "💎", "🌟", "✨", "👑", "🎯",
    "🟥", "❄️", "☯", "💥", "🍀", "🐲", "🦁", "🎰", "🟢", "💯", "🌈", "🔱",
    "✅", "♦", "➤", "█", "|", ",,", "\"", "*", "~",
)  # fmt: skip
_ON_ONE_SIDE = _FRAMES[:30]
"""Those that need no counterpart."""
_PAIRS = (
    ("→ ", " ←"), ("👉", "👈"), ("➡️", "⬅️"), (">>", "<<"), ("【", "】"), ("『", "』"), ("«", "»"),
    ("“", "”"), ("꧁", "꧂"), ("[", "]"), ("『✨", "✨』"), ("(", ")"), ("👉🏻", ""),
    ("➜ ", ""), ("#", ""), ("", "™"), ("", " ✅"), ("", "🔥"), ("❤", "🔴"), ("🔴", "⚡"),
    ("🔥", "🏆"), ("@", ""),
)  # fmt: skip


def _alphabet(rng: random.Random) -> Mapping[str, str]:
    return rng.choices(ALPHABETS, _WEIGHTS)[0]


def styled(text: str, rng: random.Random) -> str:
    """Return ``text`` in the letters of one alphabet."""
    table = _alphabet(rng)
    return "".join(table.get(char, char) for char in text)


def _mixed(text: str, rng: random.Random) -> str:
    """Return ``text`` with its letters from a few alphabets, drawn anew for each."""
    tables = [_alphabet(rng) for _ in range(rng.randint(2, 4))] + [{}] * (rng.random() < 0.4)
    return "".join(rng.choice(tables).get(char, char) for char in text)


def _half(text: str, rng: random.Random) -> str:
    """Return ``text`` of which one end is in another alphabet: the digits, or some letters."""
    digits = re.search(r"\d", text)
    at = digits.start() if digits and rng.random() < 0.7 else rng.randint(1, max(1, len(text) - 1))
    first, last = text[:at], text[at:]
    if rng.random() < 0.6:
        return styled(first, rng) + (last if rng.random() < 0.5 else styled(last, rng))
    return first + styled(last, rng)


def _keycaps(text: str, rng: random.Random) -> str:
    """Return ``text`` with its digits as keys, and mostly fancy letters."""
    table = _alphabet(rng) if rng.random() < 0.7 else {}
    return "".join(
        char + _KEYCAP if char in _DIGITS and rng.random() < 0.9 else table.get(char, char)
        for char in text
    )


def _struck(text: str, rng: random.Random) -> str:
    """Return ``text`` with marks over, under or through its characters."""
    marks = rng.choice(_STROKES) * rng.choice((1, 1, 2))
    if rng.random() < 0.25:
        marks = "".join(rng.sample(_STROKES, 2))
    rate = 1.0 if rng.random() < 0.8 else 0.4
    return "".join(char + marks if rng.random() < rate else char for char in text)


def _spaced(text: str, rng: random.Random) -> str:
    """Return ``text`` with something between its characters, mostly blanks."""
    gap = rng.choice(_GAPS)
    joined = gap.join(text.replace(" ", ""))
    return f"{gap}{joined}{gap}" if gap in _BLOCKS else joined


def _boxed(text: str, rng: random.Random) -> str:
    box = rng.choice(_BOXES)
    return "".join(box.format(char) for char in text if char != " ")


def _split(text: str, rng: random.Random) -> str:
    """Return ``text`` split by syllables, or between letters and digits."""
    gap = rng.choice((" ", " ", "-", ".", " - "))
    way = rng.random()
    if way < 0.35:
        return re.sub(r"(?<=\D)(?=\d)", gap, text)
    if way < 0.5:  # anywhere, by whatever key is near
        places = range(1, len(text))
        for at in sorted(rng.sample(places, min(len(places), rng.choice((1, 2, 3)))), reverse=True):
            text = text[:at] + rng.choice((" ", " ", "-", "/", ".", "_", "'")) + text[at:]
        return text
    parts = _SYLLABLE.findall(text)
    if rng.random() < 0.4 and len(parts) > 2:  # one break only, or two
        kept = sorted(rng.sample(range(1, len(parts)), rng.choice((1, 1, 2))))
        cuts = [0, *kept, len(parts)]
        parts = ["".join(parts[a:b]) for a, b in pairwise(cuts)]
    return gap.join(parts)


def leet(text: str, rng: random.Random, rate: float = 0.7) -> str:
    """Return ``text`` with digits for a share ``rate`` of the letters that look like them."""
    return "".join(
        LEET[char.lower()] if char.lower() in LEET and rng.random() < rate else char
        for char in text
    )


def _spoken(text: str, rng: random.Random, numbers: Sequence[str]) -> str:
    """Return ``text`` with its digits as words, such as ``numbers`` has for 0 to 9."""
    if len(numbers) < len(_DIGITS):
        return _split(text, rng)
    gap = rng.choice((" ", " ", "-", ""))
    letters = re.sub(r"\d", "", text)
    if rng.random() < 0.5:
        letters = gap.join(_SYLLABLE.findall(letters))
    words = [numbers[int(char)] for char in text if char in _DIGITS]
    return gap.join([letters.strip(), *words]).title()


_Way = Callable[[str, random.Random], str]
_WAYS: tuple[tuple[int, _Way], ...] = (
    (16, lambda text, _: text),
    (30, styled),
    (9, _mixed),
    (7, _half),
    (6, _keycaps),
    (7, _struck),
    (8, _spaced),
    (6, lambda text, rng: styled(_spaced(text, rng), rng)),
    (2, lambda text, rng: _mixed(_spaced(text, rng), rng)),
    (7, _split),
    (3, lambda text, rng: styled(_split(text, rng), rng)),
    (3, leet),
    (2, lambda text, rng: styled(leet(text, rng, 0.4), rng)),
    (1, _boxed),
    (1, lambda text, rng: _struck(styled(text, rng), rng)),
)


def disguised(text: str, rng: random.Random, numbers: Sequence[str] = ()) -> str:
    """Return the name ``text`` as promoters write it: now and then plainly, mostly in disguise.

    ``numbers`` are the words for 0 to 9.
    """
    way = rng.random()
    if way < 0.55:
        text = text.upper()
    elif way < 0.75:
        text = text[:1].upper() + text[1:]
    if numbers and rng.random() < 0.03 and re.search(r"\d", text):
        return _spoken(text, rng, numbers)
    return weighted_choice(rng, _WAYS)(text, rng)


def framed(text: str, rng: random.Random) -> str:
    """Return ``text`` between signs: the same on both sides, a pair, or on one side."""
    gap = rng.choice(("", "", " ", "  "))
    way = rng.random()
    if way < 0.55:
        sign = rng.choice(_FRAMES) * rng.choice((1, 1, 1, 2))
        return f"{sign}{gap}{text}{rng.choice((gap, gap, ' '))}{sign}"
    if way < 0.75:
        left, right = rng.choice(_PAIRS)
        return f"{left}{text}{right}"
    if way < 0.88:
        return f"{rng.choice(_ON_ONE_SIDE)}{gap}{text}{gap}{rng.choice(_ON_ONE_SIDE)}"
    sign = rng.choice(_ON_ONE_SIDE)
    return f"{sign}{gap}{text}" if rng.random() < 0.5 else f"{text}{gap}{sign}"
