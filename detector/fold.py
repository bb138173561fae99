"""Folding: one code point to one code point by table, with an exact map back to the original.

The table folds case, width, mathematical and other compatibility letters (Unicode NFKC where it
is one to one), Latin diacritics, Traditional to Simplified Chinese, Kangxi radicals, digits (all
to ``0``), and the many shapes of quotes, dashes and bullets. Zero-width characters, variation
selectors and combining marks of Latin are dropped. White space is one space; beside Chinese and
Japanese characters it is dropped, because whether a source puts it there says nothing about spam.

The tables belong to the model: features are only comparable with the folding they were fitted on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.kernel import address, call

__all__ = [
    "CLASSES", "DROP", "SPACE", "TABLE_SIZE", "FoldTables", "Folded", "code_points", "fold",
    "utf_32",
]  # fmt: skip

TABLE_SIZE = 0x20000
"""Code points covered by the tables; those above are folded to the table's last entry."""

DROP = 0xFFFFFFFF
SPACE = 0x20
BREAK = 0

CLASSES = (
    "break", "han", "han_traditional", "han_simplified", "han_rare", "kana", "hangul", "latin",
    "latin_upper", "latin_marked", "cyrillic", "greek", "thai", "letter", "digit", "styled",
    "space", "comma", "stop", "dash", "quote", "bracket", "slash", "bar", "symbol", "at", "emoji",
    "other", "control", "fullwidth", "arabic", "rare_symbol",
)  # fmt: skip
"""Character classes, by index: the alphabet of the *shape* of a text."""

CLASS = {name: index for index, name in enumerate(CLASSES)}
HAN_LAST = CLASS["han_rare"]


class FoldTables(NamedTuple):
    """``fold``: uint32 folded code point (or ``DROP``) by code point; ``classes``: uint8 class."""

    fold: NDArray[np.uint32]
    classes: NDArray[np.uint8]


class Folded(NamedTuple):
    """A folded text: ``codes`` (uint32) and ``classes`` (uint8) of the n characters kept.

    ``offsets`` (int32) gives for each kept character its code-point offset in the original text.
    """

    codes: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    offsets: NDArray[np.int32]


def utf_32(text: str) -> bytes:
    """Return the code points of ``text`` (lone surrogates included) for the compiled part.

    Bytes are handed to it for less than the address of an array takes.
    """
    return text.encode("utf-32-le", "surrogatepass")


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the code points of ``text`` as a uint32 array (lone surrogates included)."""
    return np.frombuffer(utf_32(text), dtype=np.uint32)


def fold(text: str, tables: FoldTables) -> Folded:
    """Fold ``text``. Line feeds become breaks (code 0); offsets are strictly increasing."""
    n = len(text)
    codes, classes = np.empty(n, dtype=np.uint32), np.empty(n, dtype=np.uint8)
    offsets = np.empty(n, dtype=np.int32)
    kept = call(
        "fold_code_points", utf_32(text), n,
        address(tables.fold, np.uint32, TABLE_SIZE), address(tables.classes, np.uint8, TABLE_SIZE),
        TABLE_SIZE, address(codes, np.uint32, n), address(classes, np.uint8, n),
        address(offsets, np.int32, n),
    )  # fmt: skip
    return Folded(codes[:kept], classes[:kept], offsets[:kept])
