"""Where findings stand in the source they were read from.

The parser does not say where a node began, so a finding is looked up: the text around it, with
white space, character references and tags between its parts as a source may have them. A place is
told only where no other is possible; of texts that a page repeats, where the source has as many as
the page, in the same order. Nothing is told of what was decoded on the way, such as
percent-encoding or the escapes of scripts.

The source is gone through once for all findings: what may be the beginning of one is known by the
hash of its first characters, and compared from there on.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from html.entities import html5
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.config import DEFAULT_CONFIG
from detector.decode import decode
from detector.page import Page, Where
from detector.result import Span

__all__ = ["byte_ranges", "source_ranges"]

# Possessive, so that no source takes more than linear time.
_TAGS = re.compile(r"(?:\s*+<[^<>]{0,2000}+>)++\s*+")
_REFERENCE = re.compile(
    r"&(?:#(?:[0-9]{1,15}+|[xX][0-9a-fA-F]{1,14}+);?|[A-Za-z][A-Za-z0-9]{1,31}+(?:;|(?!=)))"
)
_TEXT: frozenset[Where] = frozenset(("title", "heading", "body", "link", "noscript"))
"""Places where segments are text between tags; values stand elsewhere."""
_LONGEST = 1_000  # characters on either side of a finding that are looked up with it
_LONGEST_KEY = 8  # characters that are hashed
_FACTOR = 0x9E3779B1  # of the hash; odd, so that no character is lost
_PIECE_COST, _REFERENCE_COST = 2_000, 1_500
"""What a piece of text and a character reference cost, in characters compared."""
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""Of the byte order, which no text has."""
_STEP = 1_000  # possible beginnings handed out at a time
_SPACES = np.array([chr(code).isspace() for code in range(1 << 16)])
_Places = NDArray[np.int32]


class _Wanted(NamedTuple):
    """What is looked up for a finding."""

    pieces: tuple[str, ...]
    """Its text and what stands around it, where tags stand between."""
    lead: int
    """Characters in front of the finding, in the first piece."""
    trail: int
    """Characters behind it, in the last."""
    opens: bool
    """The first piece stands right behind a tag,"""
    closes: bool
    """and the last right before one."""
    twins: int
    """How many texts of the page are the same."""

    @property
    def key(self) -> tuple[str, bool]:
        """What the first piece begins with, and whether a tag stands in front."""
        return self.pieces[0][:_LONGEST_KEY], self.opens


class _Flat:
    """A source as it is read: a run of white space is one space, a reference what it stands for.

    ``references`` are where each begins and ends, and what it stands for.
    """

    def __init__(self, source: str, references: Sequence[tuple[int, int, int]] = ()) -> None:
        self._source = source
        raw = np.frombuffer(source.encode("utf-32-le", "surrogatepass"), np.uint32)
        codes = raw.copy()
        kept = np.ones(len(raw), dtype=np.bool_)
        if references:
            starts, ends, meant = np.array(references, dtype=np.int64).T
            codes[starts] = meant
            steps = np.zeros(len(raw) + 1, dtype=np.int8)
            steps[starts + 1] += 1
            steps[ends] -= 1
            kept = np.cumsum(steps[:-1], dtype=np.int8) == 0
        places = np.flatnonzero(kept).astype(np.int32)
        codes = codes[kept]
        space = _SPACES[np.minimum(codes, len(_SPACES) - 1)]
        codes[space] = ord(" ")
        kept = ~space
        kept[:1] = True
        kept[1:] |= ~space[:-1]
        places = places[kept]
        self._codes: NDArray[np.uint32] = codes[kept]
        self._text = self._codes.tobytes().decode("utf-32-le", "surrogatepass")
        tag_ends = raw[places] == ord(">")
        self._opens = np.zeros(len(places), dtype=np.bool_)  # right behind a tag, or a space more
        self._opens[1:] = tag_ends[:-1]
        self._opens[2:] |= tag_ends[:-2] & (self._codes[1:-1] == ord(" "))
        self._places: _Places = np.append(places, np.int32(len(raw)))
        self._starts: dict[tuple[str, bool], _Places] = {}

    def find(self, keys: Iterable[tuple[str, bool]]) -> None:
        """Find where each of ``keys`` may stand."""
        wanted: dict[int, dict[int, list[tuple[str, bool]]]] = {}  # by size, and by hash
        for key in keys:
            code = 0
            for char in key[0]:
                code = (code * _FACTOR + ord(char)) & 0xFFFFFFFF
            wanted.setdefault(len(key[0]), {}).setdefault(code >> 16, []).append(key)
        hashes = np.zeros(len(self._codes), dtype=np.uint32)
        for size in range(1, max(wanted, default=0) + 1):
            hashes = hashes[: max(len(self._codes) - size + 1, 0)]
            hashes *= np.uint32(_FACTOR)
            hashes += self._codes[size - 1 :]
            if size in wanted:
                self._keep((hashes >> 16).astype(np.uint16), wanted[size])

    def _keep(self, hashes: NDArray[np.uint16], wanted: dict[int, list[tuple[str, bool]]]) -> None:
        """Keep the places with the hashes of keys."""
        is_wanted = np.zeros(1 << 16, dtype=np.bool_)
        is_wanted[list(wanted)] = True
        places = np.flatnonzero(is_wanted[hashes]).astype(np.int32)
        found = hashes[places]
        order = np.argsort(found, kind="stable")
        places, found = places[order], found[order]
        last = np.cumsum(np.bincount(found, minlength=1 << 16))
        for code, keys in wanted.items():
            every = places[last[code - 1] if code else 0 : last[code]]
            for key in keys:
                self._starts[key] = every[self._opens[every]] if key[1] else every

    def starts(self, key: tuple[str, bool]) -> Iterator[int]:
        """Yield where a key may stand that was looked for."""
        every = self._starts[key]
        for first in range(0, len(every), _STEP):
            yield from every[first : first + _STEP].tolist()

    def place(self, wanted: _Wanted, start: int) -> tuple[tuple[int, int] | None, int]:
        """Return where in the source a finding stands that may begin at ``start``, if it does.

        And how many characters that took to compare, about.
        """
        at = stop = start
        compared = 0
        for number, piece in enumerate(wanted.pieces):
            if number:
                behind = int(self._places[stop])
                tags = _TAGS.match(self._source, behind)
                if not tags:
                    return None, compared
                compared += tags.end() - behind
                at = int(np.searchsorted(self._places, np.int32(tags.end())))  # an int copies all
            compared += len(piece) + _PIECE_COST
            if not self._text.startswith(piece, at):
                return None, compared
            stop = at + len(piece)
        if wanted.closes and not self._closes(stop):
            return None, compared
        ends = int(self._places[start + wanted.lead]), int(self._places[stop - wanted.trail])
        return ends, compared

    def _closes(self, stop: int) -> bool:
        """Say whether a tag, or the end, stands at ``stop``, or after a space."""
        at = int(self._places[stop + (self._text[stop : stop + 1] == " ")])
        return self._source[at : at + 1] in ("", "<")


class _Segments:
    """The segments of a page, and how often each text is among them."""

    def __init__(self, page: Page) -> None:
        self._text = page.text
        self._segments = list(page.segments)
        self._starts = page.starts()
        self._same: dict[tuple[str, bool], list[int]] = {}
        for number, segment in enumerate(self._segments):
            key = page.text[segment.start : segment.end].strip(), segment.where in _TEXT
            self._same.setdefault(key, []).append(number)

    def wanted(self, span: Span) -> tuple[_Wanted, int] | None:
        """Return what is to be looked up for ``span``, and which of its twins it stands in."""
        text, segments = self._text, self._segments
        first = bisect_right(self._starts, span.start) - 1
        last = bisect_left(self._starts, span.end) - 1
        if first < 0 or span.end > segments[last].end:
            return None
        begin, finish = segments[first].start, segments[last].end
        low, high = max(begin, span.start - _LONGEST), min(finish, span.end + _LONGEST)
        in_text = segments[first].where in _TEXT
        twins = [first]
        if first == last:
            twins = self._same[text[begin:finish].strip(), in_text]
        if len(twins) > 1 and not in_text:
            return None
        around = segments[first : last + 1]
        own = text[span.start : min(around[0].end, span.end)]
        end = text[max(around[-1].start, span.start) : span.end]
        if not own.strip() or not end.strip():
            return None
        pieces = [text[max(s.start, low) : min(s.end, high)] for s in around]
        wanted = _Wanted(
            tuple(stripped for piece in pieces if (stripped := piece.strip())),
            span.start - low + _margin(own) - _margin(pieces[0]),
            high - span.end + _margin(end[::-1]) - _margin(pieces[-1][::-1]),
            in_text and low == begin,
            in_text and high == finish,
            len(twins),
        )
        return wanted, twins.index(first)


def _margin(text: str) -> int:
    """Return how many spaces ``text`` begins with."""
    return len(text) - len(text.lstrip())


def _references(source: str, most: int) -> list[tuple[int, int, int]] | None:
    """Return where the character references of ``source`` begin and end, and what each stands for.

    None where more than ``most`` look like one.
    """
    meant: dict[str, str] = {}
    found: list[tuple[int, int, int]] = []
    for number, match in enumerate(_REFERENCE.finditer(source)):
        if number == most:
            return None
        written = match.group()
        character = meant.get(written)
        if character is None:
            character = unescape(written) if written[1] == "#" else html5.get(written[1:], "")
            meant[written] = character
        if len(character) == 1:
            found.append((match.start(), match.end(), ord(character)))
    return found


def source_ranges(
    source: str, page: Page, spans: Sequence[Span], most: int = DEFAULT_CONFIG.max_compared
) -> tuple[list[tuple[int, int] | None], bool]:
    """Return where each of ``spans`` stands in ``source``, None where that is not certain.

    ``page`` was read from ``source``. Places are code points, half-open; a finding that goes over
    several elements holds their tags. Say as well whether some were not looked up, because that
    would have taken more than ``most`` comparisons of characters.
    """
    if not page.html:
        return [(span.start, span.end) for span in spans], False
    segments = _Segments(page)
    wanted = [segments.wanted(span) for span in spans]
    found, cut = _found(source, dict.fromkeys(one for one, _ in filter(None, wanted)), most)
    return [found[one[0]][one[1]] if one and one[0] in found else None for one in wanted], cut


def _found(
    source: str, wanted: Iterable[_Wanted], most: int
) -> tuple[dict[_Wanted, list[tuple[int, int]]], bool]:
    """Return where each of ``wanted`` stands that has as many places as twins, and whether some
    were not looked up."""
    found: dict[_Wanted, list[tuple[int, int]]] = {}
    references: list[tuple[int, int, int]] = []
    for decoded in (False, True):
        missing = [one for one in wanted if one not in found]
        if not missing:
            break
        if decoded:
            told = _references(source, most // _REFERENCE_COST)
            if not told:
                return found, told is None
            references = told
            most -= len(references) * _REFERENCE_COST
        flat = _Flat(source, references)
        flat.find({one.key for one in missing})
        for one in missing:
            places = []
            for start in flat.starts(one.key):
                place, compared = flat.place(one, start)
                most -= compared
                if most < 0:
                    return found, True
                if place:
                    places.append(place)
                if len(places) > one.twins:
                    break
            if len(places) == one.twins:
                found[one] = places
    return found, False


def byte_ranges(
    data: bytes,
    content_type: str | None,
    page: Page,
    spans: Sequence[Span],
    most: int = DEFAULT_CONFIG.max_compared,
) -> tuple[list[tuple[int, int] | None], bool]:
    """Return where each of ``spans`` stands in ``data``, in bytes, None where that is not certain.

    ``page`` was read from ``data``, which came with the HTTP header ``content_type``. For ``most``
    and what else is returned see :func:`source_ranges`.
    """
    text, encoding, _ = decode(data, content_type)
    ranges, cut = source_ranges(text, page, spans, most)
    sizes, size, place = {0: 0}, 0, 0  # bytes before each edge
    for edge in sorted({edge for found in ranges if found for edge in found} | {len(text)}):
        size += len(text[place:edge].encode(encoding, "replace"))
        sizes[edge] = size
        place = edge
    # Damaged bytes shift what is behind them, or, counted from the end, what is before.
    mark = max((len(mark) for mark in _MARKS if data.startswith(mark)), default=0)
    shifts = {mark, len(data) - size}
    result: list[tuple[int, int] | None] = []
    for found in ranges:
        exact = set()
        for shift in shifts:
            if found is None:
                break
            start, end = shift + sizes[found[0]], shift + sizes[found[1]]
            # Codes that change states shift places as well.
            if (
                start >= 0
                and end <= len(data)
                and data[start:end].decode(encoding, "replace") == text[slice(*found)]
            ):
                exact.add((start, end))
        result.append(exact.pop() if len(exact) == 1 else None)
    return result, cut
