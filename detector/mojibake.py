"""Text in a wrong encoding: told from other text, and read again as what was written.

The bytes of a page are read in one encoding (``shown``) though they were written in another
(``written``), and what comes out is stored as text: 澳门 in GBK becomes °ÄÃÅ. The way back is to
write the text in ``shown`` and to read that in ``written``; whether it was the right way is told by
what comes out. Sequences of several bytes in UTF-8 prove themselves. Those of double-byte encodings
do not, any two bytes being some hanzi, so that hanzi must stand beside each other that do so in
natural text; nor do bytes that are letters, which must be those of one script, the frequent ones
most of all (:mod:`detector.letters`).
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.counts import CountTables
from detector.decode import OF_SCRIPTS, guess
from detector.encodings import decoded, encoded
from detector.fold import FoldTables, code_points, fold
from detector.kernel import address, call
from detector.letters import readings_of_lines

__all__ = [
    "MISALIGNED",
    "PAIRS",
    "SHOWN",
    "TWICE",
    "Lines",
    "Pair",
    "Reading",
    "lines_read_again",
    "natural_lines",
    "pairs_of",
    "read_again",
    "reads_well",
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
"""The pairs of Chinese text that are tried whatever its bytes look like, frequent ones first."""
SHOWN = (
    "cp1252", "gb18030", "cp1251", "koi8-r", "cp1250", "mac-roman", "big5hkscs", "cp932", "cp949",
    "euc_jp",
)  # fmt: skip
"""What text may be shown in. What it was written in is guessed from the bytes, as a page's is."""
TWICE = Pair("utf-8", "cp1252 twice")
"""UTF-8 read as windows-1252, written in UTF-8 and read as windows-1252 once more."""
MISALIGNED = Pair("gb18030", "gb18030 misaligned")
"""GBK in which a byte was lost, so that from there on every character is halves of two others."""
_UTF8_ONCE = Pair("utf-8", "cp1252")

_ASCII, _LINE_FEED, _HOLE = 0x7F, 0x0A, 0xFFFD
# Means of the quantised counts of pairs of hanzi. Of natural lines nearly all have 4 to 9, of lines
# read in a wrong encoding nearly all less than 1.
_NATURAL, _WELL = 3, 2
_FEW = 8  # characters for one that is broken or foreign
_KNOWN = 2  # broken characters for one that is whole, in UTF-8 where that is what a page is in
_WORDS = 10  # letters of one script: fewer may be of one by chance
_CHINESE = ("gb18030", "big5hkscs")
_PAIRS_OF = 6  # characters, punctuation for the most part, for one pair of hanzi
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
_PIECES = {
    "utf-8": _UTF8,
    "gb18030": _DOUBLE,
    "big5hkscs": _DOUBLE,
    "cp949": re.compile(rb"[\x81-\xfe][\x41-\x5a\x61-\x7a\x81-\xfe]|[\x00-\xff]", re.S),
    "cp932": re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\x00-\xff]", re.S),
    "euc_jp": re.compile(rb"\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|[\xa1-\xfe]{2}|[\x00-\xff]", re.S),
}
_ONE = re.compile(rb"[\x00-\xff]", re.S)
# The half of a character at the start, then pairs.
_HALVES = re.compile(
    rb"(?<![\x80-\xff])[\x80-\xfe](?=[\x80-\xff])|[\x81-\xfe][\x80-\xfe]|[\x00-\xff]", re.S
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
    if pair == TWICE:
        return _read_twice(text)
    written = list(map(_bytes(_shown(pair)).__getitem__, text))
    pattern = _HALVES if pair == MISALIGNED else _PIECES.get(pair.written, _ONE)
    pieces: list[bytes] = pattern.findall(b"".join(written))
    again = "".join(map(_characters(pair.written).__getitem__, pieces))
    lost = np.array([piece == _LOST for piece in written], dtype=np.bool_)
    foreign = lost & (code_points(text) != _HOLE)
    return Reading(again, foreign, _offsets(written), _offsets(pieces))


def _shown(pair: Pair) -> str:
    return pair.shown.partition(" ")[0]


def _read_twice(text: str) -> Reading:
    once = read_again(text, _UTF8_ONCE)
    again = read_again(once.text, _UTF8_ONCE)
    # A byte of windows-1252 is a character, and so is one that is lost.
    return again._replace(
        foreign=once.foreign, shown_at=once.shown_at, text_at=once.text_at[again.text_at]
    )


def _offsets(pieces: Sequence[bytes]) -> NDArray[np.int64]:
    lengths = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths)))


class Lines(NamedTuple):
    """Which of the m lines of a text are in a wrong encoding, and what there is of them.

    ``accepted`` are those that are. ``shown`` are their code points beyond ASCII, ``whole`` those
    of what they are read again as, without U+FFFD, ``pairs`` the pairs of hanzi in it, and
    ``letters`` the letters of one other script (m each).
    """

    accepted: NDArray[np.bool_]
    shown: NDArray[np.int64]
    whole: NDArray[np.int64]
    pairs: NDArray[np.int64]
    letters: NDArray[np.int64]


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
    reads, read = readings_of_lines(before), readings_of_lines(after)
    odd &= ~(reads.well & (reads.letters >= _WORDS))
    words = read.well & (read.letters >= (1 if known else _WORDS))
    if pair.written == "utf-8":
        # One character shown may be one of two bytes by chance: half of GBK's are.
        valid = (
            (whole > 0) & (whole < shown) & (broken <= (whole * _KNOWN if known else whole // _FEW))
        )
        accepted = odd & (valid | (natural & (broken * 2 <= whole)) | (words & (broken <= whole)))
    else:
        # Halves are left over at both ends.
        few = broken <= np.maximum(1, whole // _FEW) + (2 if pair == MISALIGNED else 0)
        natural &= pairs * _PAIRS_OF >= whole
        if pair.written in _PIECES and pair.shown in _PIECES:  # kana are the same in some
            words &= read.letters > 2 * reads.letters
        if known and pair.written not in _CHINESE:
            # Names and titles may have hanzi alone.
            words |= (broken == 0) & (read.strange == 0) & ~reads.well
        accepted = odd & ((natural & few) | (words & (broken * 2 <= whole))) & (whole > 0)
    return reading, Lines(accepted, shown, whole, pairs, np.where(read.well, read.letters, 0))


def pairs_of(text: str) -> Iterator[Pair]:
    """Yield the pairs that are worth a try for ``text``, whose lines may be of one pair."""
    for shown in SHOWN:
        if not _fits(text, shown):
            continue
        data = b"".join(map(_bytes(shown).__getitem__, text))
        guessed = guess(data.replace(_LOST, b""))
        own = [pair for pair in PAIRS if pair.shown == shown]
        for written in dict.fromkeys(("utf-8", *(pair.written for pair in own), guessed)):
            pair = Pair(written, shown)
            known = written in _PIECES or written in OF_SCRIPTS
            if written != shown and known and _whole(data, written):
                yield pair


def natural_lines(text: str, counts: CountTables, tables: FoldTables) -> NDArray[np.bool_]:
    """Say of each line of ``text`` whether its hanzi stand together as they do in natural text."""
    pairs, level = _togetherness(text, code_points(text), counts, tables)
    return (pairs > 0) & (level >= _WELL * pairs)


def reads_well(line: str) -> bool:
    """Say whether a line is words of a script other than Chinese."""
    found = readings_of_lines(code_points(line))
    return bool(found.well[0]) and int(found.letters[0]) >= _WORDS


def _fits(text: str, shown: str) -> bool:
    """Say whether ``shown`` has nearly all characters of ``text``, in two bytes at most."""
    codes = text.encode("ascii", "ignore")
    told = text.replace("\ufffd", "")
    beyond = len(told) - len(codes)
    known = _bytes(shown)
    missing = sum(known[char] == _LOST or len(known[char]) > 2 for char in told if char > "\x7f")
    return missing * _FEW <= beyond


def _whole(data: bytes, written: str) -> bool:
    """Say whether more than half of ``data`` are characters in ``written``."""
    again = decoded(data, written)
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
