"""Text in a wrong encoding: told from other text, and read again as what was written.

The bytes of a page are read in one encoding (``shown``) though they were written in another
(``written``), and what comes out is stored as text: 澳门 in GBK becomes °ÄÃÅ. The way back is to
write the text in ``shown`` and to read that in ``written``; whether it was the right way is told by
what comes out. Sequences of several bytes in UTF-8 prove themselves. Those of double-byte encodings
do not, any two bytes being some hanzi, so that hanzi must stand beside each other that do so in
natural text.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.counts import CountTables
from detector.encodings import decoded, encoded
from detector.fold import FoldTables, code_points, fold
from detector.kernel import address, call

__all__ = [
    "PAIRS",
    "Lines",
    "Pair",
    "Reading",
    "lines_read_again",
    "may_be",
    "natural_lines",
    "read_again",
]


class Pair(NamedTuple):
    """The encoding that a text was written in, and the one it was read in: names of codecs."""

    written: str
    shown: str


PAIRS = (
    Pair("gb18030", "cp1252"),
    Pair("utf-8", "cp1252"),
    Pair("big5hkscs", "cp1252"),
    Pair("utf-8", "gb18030"),
    Pair("big5hkscs", "gb18030"),
    Pair("gb18030", "big5hkscs"),
    Pair("utf-8", "cp932"),
    Pair("gb18030", "cp949"),
    Pair("utf-8", "cp1251"),
    Pair("gb18030", "cp1251"),
    Pair("utf-8", "koi8-r"),
    Pair("utf-8", "mac-roman"),
)
"""The pairs that are tried, frequent ones first.

Others lose too much: UTF-8 read as Big5 or Korean, GBK as Shift_JIS, whatever is read as UTF-8.
"""

_ASCII, _LINE_FEED, _HOLE = 0x7F, 0x0A, 0xFFFD
# Means of the quantised counts of pairs of hanzi. Of natural lines nearly all have 4 to 9, of lines
# read in a wrong encoding nearly all less than 1.
_NATURAL, _WELL = 3, 2
_FEW = 8  # characters for one that is broken or foreign
_KNOWN = 2  # broken characters for one that is whole, in UTF-8 where that is what a page is in
_PAIRS_OF = 6  # characters, punctuation for the most part, for one pair of hanzi
_LATIN1 = re.compile("[\x80-\xff]+")
_LOST = b"\xff"  # Stands for bytes that are not known any more; no character has it.
# What is left of one character is one piece, so that it leaves one hole.
_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
    rb"|[\xc2-\xf4][\x80-\xbf]{0,2}\xff?|\xff?[\x80-\xbf]{1,2}|[\x00-\xff]",
    re.S,
)
_DOUBLE = re.compile(
    rb"[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[0-9][\x81-\xfe][0-9])|[\x00-\xff]", re.S
)


class Reading(NamedTuple):
    """A text read again.

    ``text`` has U+FFFD for bytes that are no character. ``foreign`` are the characters shown that
    their encoding has not, but for U+FFFD. ``shown_at`` (one more than the code points of what was
    shown) and ``text_at`` (one more than those of ``text``) are the offsets in bytes at which
    characters start, and their end.
    """

    text: str
    foreign: NDArray[np.bool_]
    shown_at: NDArray[np.int64]
    text_at: NDArray[np.int64]


class _Bytes(dict[str, bytes]):
    """The bytes of each character in an encoding, ``_LOST`` of what it has not."""

    def __init__(self, encoding: str) -> None:
        super().__init__({chr(code): bytes((code,)) for code in range(128)})
        self["\ufffd"] = _LOST  # GB 18030 has four bytes for it
        if encoding == "cp1252":  # whose characters are shown in the place of Latin-1's as well
            self.update({chr(code): bytes((code,)) for code in range(128, 256)})
        elif encoding == "gb18030":
            self["€"] = b"\x80"  # as browsers read it; as two bytes it is far rarer
        self._encoding = encoding

    def __missing__(self, char: str) -> bytes:
        try:
            found = encoded(char, self._encoding, "strict")
        except UnicodeEncodeError:
            found = _LOST
        if found != _LOST and len(found) <= 2:  # others could fill the memory
            self[char] = found
        return found


class _Characters(dict[bytes, str]):
    """The character of bytes in an encoding, U+FFFD of those that are none."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    def __missing__(self, data: bytes) -> str:
        found = decoded(data, self._encoding)
        found = found if len(found) == 1 else "\ufffd"
        if len(data) <= 3:
            self[data] = found
        return found


@cache
def _bytes(encoding: str) -> _Bytes:
    return _Bytes(encoding)


@cache
def _characters(encoding: str) -> _Characters:
    return _Characters(encoding)


def read_again(text: str, pair: Pair) -> Reading:
    """Return ``text`` as what it was before it was read in ``pair.shown``.

    >>> read_again("°ÄÃÅ", Pair("gb18030", "cp1252")).text
    '澳门'
    """
    written = list(map(_bytes(pair.shown).__getitem__, text))
    pattern = _UTF8 if pair.written == "utf-8" else _DOUBLE
    pieces: list[bytes] = pattern.findall(b"".join(written))
    again = "".join(map(_characters(pair.written).__getitem__, pieces))
    lost = np.array([piece == _LOST for piece in written], dtype=np.bool_)
    foreign = lost & (code_points(text) != _HOLE)
    return Reading(again, foreign, _offsets(written), _offsets(pieces))


def _offsets(pieces: Sequence[bytes]) -> NDArray[np.int64]:
    lengths = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths)))


class Lines(NamedTuple):
    """Which of the m lines of a text are in a wrong encoding, and what there is of them.

    ``accepted`` are those that are. ``shown`` are their code points beyond ASCII, ``whole`` those
    of what they are read again as, without U+FFFD, and ``pairs`` the pairs of hanzi in it (m each).
    """

    accepted: NDArray[np.bool_]
    shown: NDArray[np.int64]
    whole: NDArray[np.int64]
    pairs: NDArray[np.int64]


def lines_read_again(
    text: str, pair: Pair, counts: CountTables, tables: FoldTables, *, known: bool = False
) -> tuple[Reading, Lines]:
    """Return ``text`` read again, and which of its lines were shown in the wrong encoding.

    Lines end at line feeds, which are the same in all encodings of :data:`PAIRS`. Where ``pair`` is
    ``known`` to be that of the page, of lines in UTF-8 less needs to be whole.
    """
    reading = read_again(text, pair)
    before, after = code_points(text), code_points(reading.text)
    shown = _by_line(before > _ASCII, before)
    broken = _by_line(after == _HOLE, after)
    whole = _by_line(after > _ASCII, after) - broken
    pairs, level = _togetherness(reading.text, after, counts, tables)
    pairs_before, level_before = _togetherness(text, before, counts, tables)
    # What reads well as it is must not be read again.
    odd = (level_before < _WELL * pairs_before) | (pairs_before == 0)
    odd &= _by_line(reading.foreign, before) * _FEW <= shown
    natural = (pairs > 0) & (level >= _NATURAL * pairs) & (level > 2 * level_before)
    if pair.written == "utf-8":
        # One character shown may be one of two bytes by chance: half of GBK's are.
        valid = (
            (whole > 0) & (whole < shown) & (broken <= (whole * _KNOWN if known else whole // _FEW))
        )
        accepted = odd & (valid | (natural & (broken * 2 <= whole)))
    else:
        few = broken <= np.maximum(1, whole // _FEW)
        accepted = odd & natural & few & (pairs * _PAIRS_OF >= whole)
    return reading, Lines(accepted, shown, whole, pairs)


def natural_lines(text: str, counts: CountTables, tables: FoldTables) -> NDArray[np.bool_]:
    """Say of each line of ``text`` whether its hanzi stand together as they do in natural text."""
    pairs, level = _togetherness(text, code_points(text), counts, tables)
    return (pairs > 0) & (level >= _WELL * pairs)


def may_be(text: str, pair: Pair) -> bool:
    """Say whether it is worth while to read ``text`` again, at little cost.

    That is where ``shown`` has nearly all of its characters, and more than half of their bytes are
    characters in ``written``.
    """
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    told = _LATIN1.sub("", text) if pair.shown == "cp1252" else text
    missing = encoded(told, pair.shown, "replace").count(b"?") - told.count("?")
    if missing * _FEW > beyond:
        return False
    again = b"".join(map(_bytes(pair.shown).__getitem__, text)).decode(pair.written, "replace")
    return 2 * again.count("\ufffd") <= len(again) - len(again.encode("ascii", "ignore"))


def _by_line(values: NDArray[np.generic], codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return the sums of ``values`` (one for each code point) over each line."""
    sums = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(values, dtype=np.int64)))
    ends = np.append(np.flatnonzero(codes == _LINE_FEED), len(codes))
    at_ends: NDArray[np.int64] = sums[ends]
    at_ends[1:] -= at_ends[:-1].copy()
    return at_ends


def _togetherness(
    text: str, codes: NDArray[np.uint32], counts: CountTables, tables: FoldTables
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return of each line how many pairs of hanzi it has, and the sum of their quantised counts."""
    folded, classes, offsets = fold(text, tables)
    n, kept, lines = len(codes), len(folded), text.count("\n") + 1
    pairs, level = np.zeros(lines, dtype=np.int64), np.zeros(lines, dtype=np.int64)
    call(
        "line_ties", address(codes, np.uint32, n), n, address(folded, np.uint32, kept),
        address(classes, np.uint8, kept), address(offsets, np.int32, kept), kept,
        ctypes.byref(counts.pointers), address(pairs, np.int64, lines),
        address(level, np.int64, lines),
    )  # fmt: skip
    return pairs, level
