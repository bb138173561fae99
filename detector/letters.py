"""Scripts other than Chinese: how well the lines of a text read as one of them.

What comes out of bytes read in the wrong encoding has letters of many scripts, of any frequency,
and signs between them. A language has one script, of whose letters a few are half of any sentence.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["FREQUENT", "LineReadings", "readings_of_lines"]

FREQUENT = {
    "cyrillic": ("оеаинтсрвл", 0.4),
    "greek": ("αοιετσνρηκ", 0.4),
    "hebrew": ("יוהלאמרתבנ", 0.4),
    "arabic": ("الميونرتبهد", 0.4),
    "thai": ("านรอกเงมยลวดท\u0e48\u0e49\u0e31\u0e35", 0.5),
}
"""The letters that a script has most of, and which share of the letters of any text they are."""

_PLANE = 0x10000
_LINE_FEED, _HOLE, _ASCII = 0x0A, 0xFFFD, 0x7F
_MOSTLY = 0.8  # of what is beyond ASCII are letters of the script
_TELLING_FROM = 10  # letters; in fewer, the frequent ones may be missing
_NUMBER, _TELLING, _UPPER, _LATIN, _NEUTRAL, _HAN = 0x07, 0x08, 0x10, 0x20, 0x40, 0x80
_JOINTS = 6  # letters for one that stands where none does


class _Script(NamedTuple):
    """``telling`` letters of those from ``first`` to ``last`` are a ``share`` in any text."""

    first: str
    last: str
    telling: str
    share: float
    with_hanzi: bool = False


_SCRIPTS = (
    _Script("Ѐ", "ԯ", *FREQUENT["cyrillic"]),
    _Script("Ͱ", "Ͽ", *FREQUENT["greek"]),
    _Script("\u0590", "\u05ff", *FREQUENT["hebrew"]),
    _Script("\u0600", "\u06ff", *FREQUENT["arabic"]),
    _Script("\u0e00", "\u0e7f", *FREQUENT["thai"]),
    _Script(
        "ぁ", "ヿ",
        "のにをはがでたしとてるいなもれかっすらスルトイクンーリラアコサシタッドグプ",
        0.35,
        with_hanzi=True,
    ),
    _Script(
        "가", "힣",
        "이다의는에을가하고를지로한은서기사도자어니나라있리인아해들시대부일수그정보여과전만제"
        "요주습장안스면으게공원",
        0.25,
    ),
)  # fmt: skip
_KANA_SHARE = 0.25  # of Japanese text, the rest being hanzi


class LineReadings(NamedTuple):
    """How the m lines of a text read (m each).

    ``well`` says of each line whether it reads as words of one script, and ``letters`` has how
    many of its letters are of that script; both are 0 where a line has none of any script.
    ``strange`` characters beyond ASCII are of no script here, nor hanzi or punctuation, or they
    stand where words have none.
    """

    well: NDArray[np.bool_]
    letters: NDArray[np.int64]
    strange: NDArray[np.int64]


@cache
def _table() -> NDArray[np.uint8]:
    """Return for each code point what it is: the number of the script, bits of what else."""
    table = np.zeros(_PLANE, dtype=np.uint8)
    for number, script in enumerate(_SCRIPTS, 1):
        table[ord(script.first) : ord(script.last) + 1] = number
        table[[*map(ord, {*script.telling, *script.telling.upper()})]] |= _TELLING
        for code in range(ord(script.first), ord(script.last) + 1):
            table[code] |= _UPPER if chr(code).isupper() else 0
    for letters in ("az", "AZ"):
        table[ord(letters[0]) : ord(letters[1]) + 1] = _LATIN
    table[0x3000:0x3003] = _NEUTRAL
    table[0xFF00:0xFF10] = table[0xFF1A:0xFF20] = _NEUTRAL
    table[0x2010:0x2040] = _NEUTRAL
    table[[0xA0, 0xAB, 0xBB, 0xB7, 0x300C, 0x300D, 0x300E, 0x300F]] = _NEUTRAL
    table[ord("一") : ord("鿿") + 1] = _HAN
    return table


def readings_of_lines(codes: NDArray[np.uint32]) -> LineReadings:
    """Say of each line of a text how it reads."""
    lines = int(np.count_nonzero(codes == _LINE_FEED)) + 1
    marks = _table()[np.where(codes < _PLANE, codes, 0)]
    numbers = marks & _NUMBER
    present = np.flatnonzero(np.bincount(numbers, minlength=8))
    well, letters = np.zeros(lines, dtype=np.bool_), np.zeros(lines, dtype=np.int64)
    feeds = codes == _LINE_FEED
    line = np.cumsum(feeds) - feeds

    def by_line(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(line[chosen], minlength=lines)

    counted = (codes > _ASCII) & (codes != _HOLE) & (marks & _NEUTRAL == 0)
    beyond = by_line(counted)
    strange = by_line(counted & (numbers == 0) & (marks & _HAN == 0))
    lower = (marks & _UPPER == 0) & (numbers > 0)
    for number in present[1:].tolist():
        script = _SCRIPTS[number - 1]
        own = numbers == number
        of_script = by_line(own)
        telling = by_line(own & (marks & _TELLING != 0))
        # Capitals within words, letters of two alphabets in one.
        odd = own[1:] & own[:-1] & lower[:-1] & (marks[1:] & _UPPER != 0)
        odd |= (own[1:] & (marks[:-1] == _LATIN)) | (own[:-1] & (marks[1:] == _LATIN))
        joints = by_line(np.append(False, odd))
        strange += joints
        words = of_script
        if script.with_hanzi:
            words = of_script + by_line(marks & _HAN != 0)
            words = np.where(of_script >= _KANA_SHARE * words, words, 0)
        reads = (
            (words > 0)
            & (words >= _MOSTLY * beyond)
            & (joints * _JOINTS <= of_script)
            & ((telling >= script.share * of_script) | (of_script < _TELLING_FROM))
        )
        well |= reads
        letters = np.maximum(letters, of_script)
    return LineReadings(well, letters, strange)
