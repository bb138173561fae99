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
        classes[code] = _class(char, to_simplified, simplified_only, common_han)
    fold[TABLE_SIZE - 1] = TABLE_SIZE - 1
    classes[TABLE_SIZE - 1] = CLASS["han_rare"]
    return FoldTables(fold, classes)


def _folded(char: str, to_simplified: Mapping[str, str]) -> int:
    code = ord(char)
    if char in "\n\r\v\f\x85\u2028\u2029\0":
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
) -> int:
    code = ord(char)
    category = unicodedata.category(char)
    if char in "\n\r\v\f\x85\u2028\u2029\0":
        return CLASS["break"]
    if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or code == 0x3007:
        if to_simplified.get(char, char) != char:
            return CLASS["han_traditional"]
        if common_han and char not in common_han:
            return CLASS["han_rare"]
        return CLASS["han_simplified"] if char in simplified_only else CLASS["han"]
    if 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:
        return CLASS["han_rare"]
    if 0x3040 <= code <= 0x30FF or 0xFF66 <= code <= 0xFF9F:
        return CLASS["kana"]
    if 0xAC00 <= code <= 0xD7A3 or 0x1100 <= code <= 0x11FF or 0x3130 <= code <= 0x318F:
        return CLASS["hangul"]
    if 0x0E00 <= code <= 0x0E7F:
        return CLASS["thai"]
    if 0xFF01 <= code <= 0xFF5E and (char.isalnum()):
        return CLASS["fullwidth"]
    if char.isdecimal() and unicodedata.normalize("NFKC", char) in "0123456789":
        return CLASS["digit"] if code < 0x80 else CLASS["styled"]
    if code < 0x80 and char.isalpha():
        return CLASS["latin_upper"] if char.isupper() else CLASS["latin"]
    plain = unicodedata.normalize("NFKC", char)
    if plain != char and len(plain) <= 3 and plain.isascii() and plain.isalnum():
        return CLASS["styled"]
    name = unicodedata.name(char, "")
    if name.startswith("LATIN"):
        return CLASS["latin_marked"]
    for word in ("CYRILLIC", "GREEK", "ARABIC"):
        if name.startswith(word):
            return CLASS[word.lower()]
    if category == "Zs" or char == "\t":
        return CLASS["space"]
    if category in ("Cc", "Cf"):
        return CLASS["control"]
    if char in ",，、､;；:：":
        return CLASS["comma"]
    if char in ".。．｡!！?？…":
        return CLASS["stop"]
    if char in "|｜│丨¦":
        return CLASS["bar"]
    if char in "/\\／＼":
        return CLASS["slash"]
    if char in "@＠#＃&＆":
        return CLASS["at"]
    if category == "Pd" or char in "_~～〜─━":
        return CLASS["dash"]
    if category in ("Ps", "Pe"):
        return CLASS["bracket"]
    if category in ("Pi", "Pf") or char in "\"'`":
        return CLASS["quote"]
    if 0x1F000 <= code <= 0x1FAFF or 0x2600 <= code <= 0x27BF or 0x2B00 <= code <= 0x2BFF:
        return CLASS["emoji"]
    if category.startswith("L") or category.startswith("M"):
        return CLASS["letter"]
    if code < 0x100 or 0x3000 <= code <= 0x303F:
        return CLASS["symbol"]
    return CLASS["rare_symbol"] if category.startswith(("S", "P")) else CLASS["other"]
