"""Builds the folding tables from Unicode data and a Traditional-to-Simplified character map."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import numpy as np

from detector.fold import BREAK, CLASS, DROP, SPACE, TABLE_SIZE, FoldTables

__all__ = ["build_fold_tables"]

_SAME = {
    **dict.fromkeys("“”„‟«»「」『』〝〞＂″", '"'),
    **dict.fromkeys("‘’‚‛`´＇′", "'"),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－─━~～〜ー﹏_＿", "-"),
    **dict.fromkeys("·•●∙⋅・‧▪■◆◇○◎★☆※►▶▸", "·"),
    **dict.fromkeys("【〖〔［[〈《＜<｢", "["),
    **dict.fromkeys("】〗〕］]〉》＞>｣", "]"),
    **dict.fromkeys("｜|│丨¦┃", "|"),
    **dict.fromkeys("。．｡", "."),
    **dict.fromkeys("，、､", ","),
    **dict.fromkeys("…", "."),
}
# The stroke 丨 separates headline chains; the prolonged sound mark stays a letter.
_SAME["ー"] = "ー"
_COMBINING = ((0x300, 0x370), (0x483, 0x48A), (0x1AB0, 0x1B00), (0x1DC0, 0x1E00), (0x20D0, 0x2100))
_ZERO_WIDTH = ((0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070), (0xFE00, 0xFE10),
               (0xFEFF, 0xFF00), (0xAD, 0xAE), (0x180B, 0x180F),
               (0x1F3FB, 0x1F400))  # fmt: skip

_BREAKS = "\n\r\v\f\x85\u2028\u2029\0"
_SCRIPTS = (
    (0x2E80, 0x2FDF, "han_rare"), (0xF900, 0xFAFF, "han_rare"), (0x3040, 0x30FF, "kana"),
    (0xFF66, 0xFF9F, "kana"), (0xAC00, 0xD7A3, "hangul"), (0x1100, 0x11FF, "hangul"),
    (0x3130, 0x318F, "hangul"), (0x0E00, 0x0E7F, "thai"),
)  # fmt: skip
"""Classes of whole blocks: radicals and compatibility characters, kana, hangul, Thai."""
_SIGNS = {
    **dict.fromkeys(",，、､;；:：", "comma"),
    **dict.fromkeys(".。．｡!！?？…", "stop"),
    **dict.fromkeys("|｜│¦", "bar"),
    **dict.fromkeys("/\\／＼", "slash"),
    **dict.fromkeys("@＠#＃&＆", "at"),
}


def build_fold_tables(
    to_simplified: Mapping[str, str], common_han: frozenset[str] = frozenset()
) -> FoldTables:
    """Return the tables. ``to_simplified`` maps single Traditional characters to Simplified ones.

    Han characters outside ``common_han`` (when given) get the class ``han_rare``.
    """
    fold = np.arange(TABLE_SIZE, dtype=np.uint32)
    classes = np.full(TABLE_SIZE, CLASS["other"], dtype=np.uint8)
    simplified_only = {s for t, s in to_simplified.items() if t != s and s not in to_simplified}
    for code in range(TABLE_SIZE):
        char = chr(code)
        fold[code] = _folded(char, to_simplified)
        classes[code] = CLASS[_class(char, to_simplified, simplified_only, common_han)]
    fold[TABLE_SIZE - 1] = TABLE_SIZE - 1
    classes[TABLE_SIZE - 1] = CLASS["han_rare"]
    return FoldTables(fold, classes)


def _folded(char: str, to_simplified: Mapping[str, str]) -> int:
    code = ord(char)
    if char in _BREAKS:
        return BREAK
    if char in _SAME:
        return ord(_SAME[char])
    if any(a <= code < b for a, b in (*_COMBINING, *_ZERO_WIDTH)):
        return DROP
    if char == "\N{REPLACEMENT CHARACTER}":  # the bytes that stood there may have been anything
        return DROP
    category = unicodedata.category(char)
    if category == "Zs" or char == "\t":
        return SPACE
    if category in ("Cc", "Cf"):
        return DROP
    if category in ("Cs", "Co", "Cn"):
        return code
    if char.isdecimal() or (category == "No" and char.isdigit()):
        return ord("0")
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) == 1:
        char = plain
    lowered = char.lower()
    if len(lowered) == 1:
        char = lowered
    if "LATIN" in unicodedata.name(char, ""):
        base = unicodedata.normalize("NFD", char)[0]
        char = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "s"}.get(base, base).lower()
    if char in _SAME:
        char = _SAME[char]
    if char.isdecimal():
        return ord("0")
    simple = to_simplified.get(char, char)
    return ord(simple) if ord(simple) < TABLE_SIZE else code


def _class(
    char: str,
    to_simplified: Mapping[str, str],
    simplified_only: set[str],
    common_han: frozenset[str],
) -> str:
    code = ord(char)
    if char in _BREAKS:
        return "break"
    if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or code == 0x3007:
        if to_simplified.get(char, char) != char:
            return "han_traditional"
        if common_han and char not in common_han:
            return "han_rare"
        return "han_simplified" if char in simplified_only else "han"
    for first, last, script in _SCRIPTS:
        if first <= code <= last:
            return script
    if 0xFF01 <= code <= 0xFF5E and char.isalnum():
        return "fullwidth"
    plain = unicodedata.normalize("NFKC", char)
    if char.isdecimal() and plain in "0123456789":
        return "digit" if code < 0x80 else "styled"
    if code < 0x80 and char.isalpha():
        return "latin_upper" if char.isupper() else "latin"
    if plain != char and len(plain) <= 3 and plain.isascii() and plain.isalnum():
        return "styled"
    name = unicodedata.name(char, "")
    if name.startswith("LATIN"):
        return "latin_marked"
    for word in ("CYRILLIC", "GREEK", "ARABIC"):
        if name.startswith(word):
            return word.lower()
    return _sign_class(char)


def _sign_class(char: str) -> str:
    """Return the class of what is no letter of a script that has a class of its own."""
    code, category = ord(char), unicodedata.category(char)
    if category == "Zs" or char == "\t":
        return "space"
    if category in ("Cc", "Cf"):
        return "control"
    if char in _SIGNS:
        return _SIGNS[char]
    if category == "Pd" or char in "_~～〜─━":
        return "dash"
    if category in ("Ps", "Pe"):
        return "bracket"
    if category in ("Pi", "Pf") or char in "\"'`":
        return "quote"
    if 0x1F000 <= code <= 0x1FAFF or 0x2600 <= code <= 0x27BF or 0x2B00 <= code <= 0x2BFF:
        return "emoji"
    if category.startswith(("L", "M")):
        return "letter"
    if code < 0x100 or 0x3000 <= code <= 0x303F:
        return "symbol"
    return "rare_symbol" if category.startswith(("S", "P")) else "other"
